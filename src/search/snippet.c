/*
 * snippet: a line of a record's own words that shows why it was found. The
 * text is walked by the tokenizer of the index, and the words are those that
 * the engine looked for, so what is marked is what matched; nothing of it is
 * stored.
 */
#include <string.h>

#include "search/snippet.h"
#include "search/token.h"

/* Bytes of a snippet before marks, and of text looked at. */
#define SNIPPET_MAX  240
#define SNIPPET_LEAD 60
#define TEXT_MAX     20000
#define HITS_MAX     200

#define MARK_START "\x01"
#define MARK_END   "\x02"
#define ELLIPSIS   "\xe2\x80\xa6"

struct hit {
	size_t start;
	size_t end;
};

struct scan {
	const struct snippet_word *words;
	size_t n_words;
	bool starts[256]; /* first bytes of them: most words are not wanted */
	struct hit hits[HITS_MAX];
	size_t n;
};

static bool
is_wanted(const struct scan *scan, const char *word, size_t len)
{
	if (!scan->starts[(unsigned char)word[0]])
		return false;
	for (size_t i = 0; i < scan->n_words; i++) {
		const struct snippet_word *w = &scan->words[i];

		if ((len == w->len || (w->is_prefix && len > w->len)) &&
		    memcmp(word, w->word, w->len) == 0)
			return true;
	}
	return false;
}

static void
look(void *ctx, const struct token *token)
{
	struct scan *scan = ctx;

	if (scan->n == HITS_MAX || !is_wanted(scan, token->text, token->len))
		return;
	/* Pairs overlap; the parts of a compound lie within it. */
	if (scan->n > 0 && token->start <= scan->hits[scan->n - 1].end &&
	    token->kind != TOKEN_WORD) {
		struct hit *last = &scan->hits[scan->n - 1];

		if (token->start < last->start)
			last->start = token->start;
		if (token->end > last->end)
			last->end = token->end;
		return;
	}
	scan->hits[scan->n].start = token->start;
	scan->hits[scan->n++].end = token->end;
}

/* First hit of the window that holds most of them. */
static size_t
best_window(const struct scan *scan, size_t *ret_hits)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < scan->n; i++) {
		size_t j = i;

		while (j < scan->n && scan->hits[j].end <= scan->hits[i].start +
							       SNIPPET_MAX -
							       SNIPPET_LEAD)
			j++;
		if (j - i > most) {
			most = j - i;
			best = i;
		}
	}
	*ret_hits = most;
	return best;
}

static void
add_clean(struct strbuf *sb, const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		strbuf_addch(sb, (unsigned char)text[i] < 0x20 ? ' ' : text[i]);
}

/* A place at or after from where a word starts, when one is near. */
static size_t
word_start(const char *text, size_t from, size_t limit)
{
	for (size_t i = from; i < limit; i++) {
		if (text[i] == ' ' || text[i] == '\n')
			return i + 1;
	}
	return utf8_floor(text, from);
}

static size_t
word_end(const char *text, size_t len, size_t to, size_t least)
{
	if (to >= len)
		return len;
	for (size_t i = to; i > least && i + 40 > to; i--) {
		if (text[i] == ' ' || text[i] == '\n')
			return i;
	}
	return utf8_floor(text, to);
}

static char *
cut_out(struct arena *arena, const char *text, size_t len,
    const struct scan *scan, size_t first)
{
	size_t from = 0, to, at;
	struct strbuf sb;
	char *out;

	if (scan->n > 0 && scan->hits[first].start > SNIPPET_LEAD)
		from = word_start(text, scan->hits[first].start - SNIPPET_LEAD,
		    scan->hits[first].start);
	to = word_end(text, len, from + SNIPPET_MAX,
	    scan->n > 0 ? scan->hits[first].end : from);
	strbuf_init(&sb, 16 * SNIPPET_MAX);
	if (from > 0)
		strbuf_addstr(&sb, ELLIPSIS);
	at = from;
	for (size_t i = first; i < scan->n && scan->hits[i].end <= to; i++) {
		if (scan->hits[i].start < at)
			continue;
		add_clean(&sb, text, at, scan->hits[i].start);
		strbuf_addstr(&sb, MARK_START);
		add_clean(&sb, text, scan->hits[i].start, scan->hits[i].end);
		strbuf_addstr(&sb, MARK_END);
		at = scan->hits[i].end;
	}
	if (at < to)
		add_clean(&sb, text, at, to);
	if (to < len)
		strbuf_addstr(&sb, ELLIPSIS);
	out = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return out;
}

const char *
snippet(struct arena *arena, const struct snippet_word *words, size_t n,
    const struct merge_view *view)
{
	static const enum field_id fields[] = { FIELD_SUMMARY,
		FIELD_PLAIN_SUMMARY, FIELD_DESCRIPTION, FIELD_ABSTRACT,
		FIELD_DEFINITION };
	struct scan *scan = arena_alloc(arena, sizeof(*scan));
	const char *text;
	char *best = NULL;
	size_t most = 0;

	scan->words = words;
	scan->n_words = n;
	for (size_t i = 0; i < n; i++) {
		if (words[i].len > 0)
			scan->starts[(unsigned char)words[i].word[0]] = true;
	}
	for (size_t i = 0; i < ARRAY_LEN(fields) && n > 0; i++) {
		for (const struct value *v =
			 value_find(&view->rec->root, fields[i]);
		     v != NULL; v = value_next(v)) {
			size_t len, hits, first;

			if (v->text == NULL)
				continue;
			len = strlen(v->text);
			if (len > TEXT_MAX)
				len = utf8_floor(v->text, TEXT_MAX);
			scan->n = 0;
			token_walk(v->text, len, look, scan);
			first = best_window(scan, &hits);
			if (hits <= most)
				continue;
			most = hits;
			best = cut_out(arena, v->text, len, scan, first);
		}
	}
	if (best != NULL)
		return best;
	scan->n = 0;
	text = record_summary(view->rec, NULL);
	return cut_out(arena, text, strlen(text), scan, 0);
}
