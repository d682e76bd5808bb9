/*
 * token: the one tokenizer. Walks the source by characters so that every
 * token knows where it came from (snippet.c marks hits by it), folds word by
 * word. Scripts written without spaces give overlapping pairs of clusters (a
 * letter with its marks). Section "Tokens" of the search design; plural.c has
 * the other forms of a word.
 */
#include <string.h>

#include "search/search.h"
#include "search/token.h"

/* Source bytes of a word that are looked at. */
#define RAW_MAX 512
/* A letter of a script without spaces and its marks. */
#define CLUSTER_MAX 48

enum shape {
	SHAPE_OTHER,   /* ends a word */
	SHAPE_WORD,    /* letter or digit of a script with spaces */
	SHAPE_CLUSTER, /* letter of a script without */
	SHAPE_MARK,    /* belongs to what stands before */
	SHAPE_SKIP,    /* invisible inside words */
	SHAPE_JOIN     /* apostrophe or hyphen */
};

struct walk {
	token_cb callback;
	void *ctx;
	char raw[RAW_MAX]; /* the word or part being read */
	size_t raw_len;
	size_t raw_start;
	bool has_others; /* not only ASCII */
	bool keeps_marks;
	struct strbuf out;      /* folded */
	struct strbuf folded;   /* on the way there */
	char joined[TOKEN_MAX]; /* parts of a compound so far */
	size_t joined_len;
	size_t joined_start;
	size_t parts;
	char last[CLUSTER_MAX * 3]; /* folded cluster before this one */
	size_t last_len;
	size_t last_start;
	char cluster[CLUSTER_MAX];
	size_t cluster_len;
	size_t cluster_start;
};

static bool
is_between(uint32_t ch, uint32_t first, uint32_t last)
{
	return ch >= first && ch <= last;
}

static bool
is_ascii_letter(char ch)
{
	return (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
}

bool
token_is_clustered(uint32_t ch)
{
	if (ch < 0x0e00)
		return false;
	return is_between(ch, 0x0e00, 0x0eff) || /* Thai, Lao */
	       is_between(ch, 0x1000, 0x109f) || /* Myanmar */
	       is_between(ch, 0x1100, 0x11ff) || /* Hangul letters */
	       is_between(ch, 0x1780, 0x17ff) || /* Khmer */
	       is_between(ch, 0x2e80, 0xa4cf) || /* Kana, Han, Yi */
	       is_between(ch, 0xa960, 0xa97f) || /* Hangul letters */
	       is_between(ch, 0xaa60, 0xaa7f) || /* Myanmar */
	       is_between(ch, 0xac00, 0xd7ff) || /* Hangul */
	       is_between(ch, 0xf900, 0xfaff) || /* Han */
	       is_between(ch, 0xff66, 0xffdc) || /* half-width */
	       is_between(ch, 0x20000, 0x3ffff);
}

/* Letters of these scripts that fold to themselves when nothing follows. */
static bool
is_plain_cluster(uint32_t ch)
{
	return is_between(ch, 0x4e00, 0x9fef) || /* Han */
	       is_between(ch, 0x3041, 0x3096) || /* Hiragana */
	       is_between(ch, 0x30a1, 0x30fa) || /* Katakana */
	       is_between(ch, 0xac00, 0xd7a3);   /* Hangul */
}

static enum shape
shape_of(uint32_t ch)
{
	if (is_plain_cluster(ch))
		return SHAPE_CLUSTER;
	switch (ch) {
	case '\'':
	case '-':
	case 0x00b7: /* Catalan col-lega */
	case 0x02bb:
	case 0x02bc:
	case 0x2010:
	case 0x2011:
	case 0x2018:
	case 0x2019:
	case 0xff07:
	case 0xff0d: return SHAPE_JOIN;
	case 0x00ad: /* soft hyphen */
	case 0x0640: /* tatweel */
	case 0x200c:
	case 0x200d:
	case 0x2060:
	case 0xfeff: return SHAPE_SKIP;
	case 0xff9e: /* half-width voicing marks */
	case 0xff9f: return SHAPE_MARK;
	}
	/* Vowels and finals of spelt-out Hangul. */
	if (is_between(ch, 0x1160, 0x11ff) || is_between(ch, 0xd7b0, 0xd7ff))
		return SHAPE_MARK;
	switch (utf8_class(ch)) {
	case UTF8_LETTER:
		return token_is_clustered(ch) ? SHAPE_CLUSTER : SHAPE_WORD;
	case UTF8_DIGIT: return SHAPE_WORD;
	case UTF8_MARK: return SHAPE_MARK;
	default: return SHAPE_OTHER;
	}
}

bool
token_is_inside(uint32_t ch)
{
	return shape_of(ch) != SHAPE_OTHER;
}

/* Letters that Unicode does not take apart but people do. */
static const struct {
	uint32_t ch;
	const char *text;
} letters[] = { { 0x00e6, "ae" }, { 0x00f0, "d" }, { 0x00f8, "o" },
	{ 0x00fe, "th" }, { 0x0111, "d" }, { 0x0127, "h" }, { 0x0131, "i" },
	{ 0x0142, "l" }, { 0x0153, "oe" }, { 0x0629, "\xd9\x87" },
	{ 0x0649, "\xd9\x8a" }, { 0x0671, "\xd8\xa7" }, { 0x06a9, "\xd9\x83" },
	{ 0x06cc, "\xd9\x8a" } };

/* First of ten digits of other scripts. */
static const uint32_t zeros[] = { 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50,
	0x0ed0, 0x1040, 0x17e0 };

static void
add_letter(struct strbuf *out, uint32_t ch)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i].ch == ch) {
			strbuf_addstr(out, letters[i].text);
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(zeros); i++) {
		if (is_between(ch, zeros[i], zeros[i] + 9)) {
			strbuf_addch(out, (char)('0' + (ch - zeros[i])));
			return;
		}
	}
	if (utf8_class(ch) != UTF8_OTHER)
		utf8_add(out, ch);
}

/* Fold raw bytes into w->out, at most TOKEN_MAX - 1 bytes. */
static void
fold(struct walk *w, const char *raw, size_t len, bool keep)
{
	const char *p, *end;

	strbuf_reset(&w->out);
	strbuf_reset(&w->folded);
	if (keep)
		utf8_fold_keep(raw, len, &w->folded);
	else
		utf8_fold(raw, len, &w->folded);
	p = w->folded.buf;
	end = p + w->folded.len;
	while (p < end) {
		uint32_t ch = utf8_next(&p, end);

		if (ch < 0x80 && utf8_class(ch) != UTF8_OTHER)
			strbuf_addch(&w->out, (char)ch);
		else
			add_letter(&w->out, ch);
	}
	if (w->out.len >= TOKEN_MAX)
		strbuf_setlen(&w->out, utf8_floor(w->out.buf, TOKEN_MAX - 1));
}

static void
emit(struct walk *w, enum token_kind kind, const char *text, size_t len,
    size_t start, size_t end)
{
	struct token token = { kind, text, len, start, end };

	if (len > 0)
		w->callback(w->ctx, &token);
}

/* The word or part read so far ends at source offset end. */
static void
end_part(struct walk *w, size_t end)
{
	const char *text;
	size_t len;

	if (w->has_others) {
		fold(w, w->raw, w->raw_len, w->keeps_marks);
		text = w->out.buf;
		len = w->out.len;
	} else {
		/* Raw ASCII is folded where it stands. */
		text = w->raw;
		len = w->raw_len < TOKEN_MAX ? w->raw_len : TOKEN_MAX - 1;
		for (size_t i = 0; i < len; i++) {
			if (w->raw[i] >= 'A' && w->raw[i] <= 'Z')
				w->raw[i] = (char)(w->raw[i] + 32);
		}
	}
	emit(w, TOKEN_WORD, text, len, w->raw_start, end);
	if (w->parts == 0) {
		w->joined_len = 0;
		w->joined_start = w->raw_start;
	}
	if (w->joined_len + len < TOKEN_MAX) {
		memcpy(w->joined + w->joined_len, text, len);
		w->joined_len += len;
	}
	w->parts++;
	w->raw_len = 0;
	w->has_others = false;
	w->keeps_marks = false;
}

static void
end_word(struct walk *w, size_t end)
{
	if (w->raw_len > 0)
		end_part(w, end);
	if (w->parts > 1)
		emit(w, TOKEN_JOINED, w->joined, w->joined_len, w->joined_start,
		    end);
	w->parts = 0;
}

static void
fold_cluster(struct walk *w)
{
	const char *p = w->cluster, *end = w->cluster + w->cluster_len;

	if (is_plain_cluster(utf8_next(&p, end)) && p == end) {
		strbuf_reset(&w->out);
		strbuf_add(&w->out, w->cluster, w->cluster_len);
	} else {
		fold(w, w->cluster, w->cluster_len, true);
	}
}

/* The cluster read so far is complete: a pair with the one before. */
static void
end_cluster(struct walk *w, size_t end)
{
	char pair[2 * sizeof(w->last)];
	size_t len;

	if (w->cluster_len == 0)
		return;
	fold_cluster(w);
	w->cluster_len = 0;
	len = w->out.len;
	if (len == 0)
		return;
	if (len > sizeof(w->last))
		len = utf8_floor(w->out.buf, sizeof(w->last));
	if (w->last_len > 0) {
		memcpy(pair, w->last, w->last_len);
		memcpy(pair + w->last_len, w->out.buf, len);
		emit(w, TOKEN_PAIR, pair, w->last_len + len, w->last_start,
		    end);
	}
	memcpy(w->last, w->out.buf, len);
	w->last_len = len;
	w->last_start = w->cluster_start;
}

static void
end_run(struct walk *w, size_t end)
{
	end_cluster(w, end);
	emit(w, TOKEN_LAST, w->last, w->last_len, w->last_start, end);
	w->last_len = 0;
}

static void
add_raw(struct walk *w, const char *p, size_t n, uint32_t ch, size_t at)
{
	if (w->raw_len == 0)
		w->raw_start = at;
	if (w->raw_len + n > RAW_MAX)
		return;
	memcpy(w->raw + w->raw_len, p, n);
	w->raw_len += n;
	if (ch >= 0x80)
		w->has_others = true;
	if (is_between(ch, 0x0900, 0x10ff))
		w->keeps_marks = true;
}

/* Letters only. */
static void
add_ascii(struct walk *w, const char *p, size_t n, size_t at)
{
	if (w->raw_len == 0)
		w->raw_start = at;
	if (n > RAW_MAX - w->raw_len)
		n = RAW_MAX - w->raw_len;
	memcpy(w->raw + w->raw_len, p, n);
	w->raw_len += n;
}

static void
add_cluster(struct walk *w, const char *p, size_t n, size_t at)
{
	if (w->cluster_len == 0)
		w->cluster_start = at;
	if (w->cluster_len + n > CLUSTER_MAX)
		return;
	memcpy(w->cluster + w->cluster_len, p, n);
	w->cluster_len += n;
}

/* Does a joiner between these make one word? Not "2019-2020", not "a- b". */
static bool
is_joined(char before, const char *next, const char *end)
{
	const char *p = next;
	uint32_t ch;

	if (next >= end)
		return false;
	ch = utf8_next(&p, end);
	if (shape_of(ch) != SHAPE_WORD)
		return false;
	return !(before >= '0' && before <= '9' && ch >= '0' && ch <= '9');
}

static void
walk_char(struct walk *w, const char *text, const char *p, const char *next,
    const char *end, uint32_t ch)
{
	size_t at = (size_t)(p - text), n = (size_t)(next - p);

	switch (shape_of(ch)) {
	case SHAPE_WORD:
		end_run(w, at);
		add_raw(w, p, n, ch, at);
		return;
	case SHAPE_CLUSTER:
		end_word(w, at);
		end_cluster(w, at);
		add_cluster(w, p, n, at);
		return;
	case SHAPE_MARK:
		if (w->raw_len > 0)
			add_raw(w, p, n, ch, at);
		else if (w->cluster_len > 0)
			add_cluster(w, p, n, at);
		return;
	case SHAPE_SKIP: return;
	case SHAPE_JOIN:
		end_run(w, at);
		if (w->raw_len > 0 &&
		    is_joined(w->raw[w->raw_len - 1], next, end))
			end_part(w, at);
		else
			end_word(w, at);
		return;
	case SHAPE_OTHER:
		end_word(w, at);
		end_run(w, at);
		return;
	}
}

void
token_walk(const char *text, size_t len, token_cb callback, void *ctx)
{
	struct walk w;
	const char *p = text, *end = text + len;

	/* The bytes of raw, joined, last and cluster need no clearing. */
	w.callback = callback;
	w.ctx = ctx;
	w.raw_len = w.joined_len = w.parts = w.last_len = w.cluster_len = 0;
	w.raw_start = w.joined_start = w.last_start = w.cluster_start = 0;
	w.has_others = w.keeps_marks = false;
	strbuf_init(&w.out, 32 * RAW_MAX);
	strbuf_init(&w.folded, 32 * RAW_MAX);
	while (p < end) {
		const char *at = p;

		/* The common case, without a table. */
		if (is_ascii_letter(*p)) {
			if (w.cluster_len > 0 || w.last_len > 0)
				end_run(&w, (size_t)(at - text));
			do
				p++;
			while (p < end && is_ascii_letter(*p));
			add_ascii(&w, at, (size_t)(p - at),
			    (size_t)(at - text));
			continue;
		}
		if (*p == ' ') {
			p++;
			end_word(&w, (size_t)(at - text));
			if (w.cluster_len > 0 || w.last_len > 0)
				end_run(&w, (size_t)(at - text));
			continue;
		}
		{
			uint32_t ch = utf8_next(&p, end);

			walk_char(&w, text, at, p, end, ch);
		}
	}
	end_word(&w, len);
	end_run(&w, len);
	strbuf_release(&w.out);
	strbuf_release(&w.folded);
}

struct index_ctx {
	struct strbuf *words;
	struct strbuf *forms;
};

static void
add_token(void *ctx, const struct token *token)
{
	struct index_ctx *into = ctx;
	char variants[TOKEN_VARIANTS_MAX][TOKEN_MAX];
	struct strbuf *out = token->kind == TOKEN_JOINED ? into->forms
							 : into->words;
	size_t n;

	strbuf_add(out, token->text, token->len);
	strbuf_addch(out, ' ');
	if (token->kind != TOKEN_WORD && token->kind != TOKEN_JOINED)
		return;
	n = token_variants(token->text, token->len, variants);
	for (size_t i = 0; i < n; i++) {
		strbuf_addstr(into->forms, variants[i]);
		strbuf_addch(into->forms, ' ');
	}
}

void
token_index(const char *text, size_t len, struct strbuf *words,
    struct strbuf *forms)
{
	struct index_ctx into = { words, forms };

	token_walk(text, len, add_token, &into);
}

void
search_tokens(const char *text, size_t len, struct strbuf *ret_out)
{
	struct strbuf forms;

	strbuf_init(&forms, ret_out->cap);
	token_index(text, len, ret_out, &forms);
	strbuf_add(ret_out, forms.len > 0 ? forms.buf : "", forms.len);
	if (ret_out->len > 0 && ret_out->buf[ret_out->len - 1] == ' ')
		strbuf_setlen(ret_out, ret_out->len - 1);
	strbuf_release(&forms);
}
