/*
 * token: the one tokenizer. Walks the source by characters so that every
 * token knows where it came from (snippet.c marks hits by it), folds word by
 * word. Scripts written without spaces give overlapping pairs of clusters (a
 * letter with its marks). Section "Tokens" of the search design; plural.c has
 * the other forms of a word.
 */
#include <string.h>

#include "search/letter.h"
#include "search/token.h"

/* Source bytes of a word that are looked at. */
#define RAW_MAX 512
/* A letter of a script without spaces and its marks. */
#define CLUSTER_MAX 48

struct walk {
	token_cb callback;
	void *ctx;
	const struct letters *letters;
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

/* Fold raw bytes into w->out, at most TOKEN_MAX - 1 bytes. */
static void
fold(struct walk *w, const char *raw, size_t len, bool keep)
{
	letter_fold(raw, len, keep, &w->folded, &w->out);
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

	if (letter_is_plain(utf8_next(&p, end)) && p == end) {
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
	if (ch >= 0x0900 && ch <= 0x10ff)
		w->keeps_marks = true;
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
	if (letter_shape(ch) != SHAPE_WORD)
		return false;
	return !(before >= '0' && before <= '9' && ch >= '0' && ch <= '9');
}

static void
walk_char(struct walk *w, const char *text, const char *p, const char *next,
    const char *end, uint32_t ch)
{
	size_t at = (size_t)(p - text), n = (size_t)(next - p);

	switch (letter_shape(ch)) {
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

/* Nothing of a word has been read. */
static bool
is_idle(const struct walk *w)
{
	return w->raw_len == 0 && w->parts == 0 && w->cluster_len == 0 &&
	       w->last_len == 0;
}

/* ---- the common case ---- */

/* Bytes of the character at p when it can not belong to a word, else 0. */
static size_t
outside(const char *p, const char *end)
{
	const char *next = p;
	uint32_t ch = utf8_next(&next, end);
	enum shape shape = letter_shape(ch);

	/* A joiner joins nothing when nothing word-like is behind it. */
	if (shape == SHAPE_OTHER ||
	    (shape == SHAPE_JOIN &&
		(next == end || (unsigned char)*next <= ',')))
		return (size_t)(next - p);
	return 0;
}

/*
 * Words of letters of one or two bytes, folded by table while they are read.
 * Stops at the start of a word that has anything else in it, and says in
 * *ret_seen up to where it looked.
 */
static const char *
walk_fast(struct walk *w, const char *text, const char *p, const char *end,
    const char **ret_seen)
{
	const struct letters *letters = w->letters;
	const char *start = p;
	char *out = w->raw, *out_end = w->raw + TOKEN_MAX - LETTER_TEXT;
	size_t n;

	for (;;) {
		unsigned char byte = p < end
					 ? letters->by_byte[(unsigned char)*p]
					 : BYTE_END;
		const struct letter *letter;

		if (byte > BYTE_SLOW && out < out_end) {
			*out++ = (char)byte;
			p++;
			continue;
		}
		n = 0;
		if (byte == BYTE_END) {
			n = 1;
		} else if (byte == BYTE_TWO && end - p >= 2 &&
			   ((unsigned char)p[1] & 0xc0) == 0x80 &&
			   out < out_end) {
			letter = &letters->by_char[(p[0] & 0x1f) << 6 |
						   (p[1] & 0x3f)];
			switch (letter->shape) {
			case SHAPE_WORD:
				memcpy(out, letter->text, LETTER_TEXT);
				out += letter->len;
				p += 2;
				continue;
			case SHAPE_MARK:
			case SHAPE_SKIP:
				p += 2;
				if (out == w->raw)
					start = p;
				continue;
			case SHAPE_OTHER: n = 2; break;
			default: n = outside(p, end); break;
			}
		} else if (out < out_end) {
			n = outside(p, end);
		}
		if (n == 0) {
			*ret_seen = p;
			return start;
		}
		emit(w, TOKEN_WORD, w->raw, (size_t)(out - w->raw),
		    (size_t)(start - text), (size_t)(p - text));
		if (p >= end)
			break;
		out = w->raw;
		p += n;
		start = p;
	}
	*ret_seen = end;
	return end;
}

void
token_walk(const char *text, size_t len, token_cb callback, void *ctx)
{
	struct walk w;
	const char *p = text, *end = text + len, *seen = text;

	/* The bytes of raw, joined, last and cluster need no clearing. */
	w.callback = callback;
	w.ctx = ctx;
	w.letters = letter_table();
	w.raw_len = w.joined_len = w.parts = w.last_len = w.cluster_len = 0;
	w.raw_start = w.joined_start = w.last_start = w.cluster_start = 0;
	w.has_others = w.keeps_marks = false;
	strbuf_init(&w.out, 32 * RAW_MAX);
	strbuf_init(&w.folded, 32 * RAW_MAX);
	while (p < end) {
		const char *at;
		uint32_t ch;

		if (p >= seen && is_idle(&w)) {
			p = walk_fast(&w, text, p, end, &seen);
			if (p == end)
				break;
		}
		at = p;
		ch = utf8_next(&p, end);
		walk_char(&w, text, at, p, end, ch);
	}
	end_word(&w, len);
	end_run(&w, len);
	strbuf_release(&w.out);
	strbuf_release(&w.folded);
}
