/*
 * search: the room's handle: opening, closing, suggestions. run.c searches,
 * where.c finds places, writer.c keeps the index in step with the catalogue.
 */
#include <stdlib.h>
#include <string.h>

#include "search/fuzzy.h"
#include "search/run.h"
#include "search/token.h"

static struct search *
search_new(const char *folder)
{
	struct search *search = xcalloc(1, sizeof(*search));

	search->snapshot = snapshot_new(folder);
	search->stemmer = stemmer_new();
	search->scorer = xcalloc(1, sizeof(*search->scorer));
	return search;
}

struct search *
search_open(struct catalogue *cat, struct err *err)
{
	struct search *search = search_new(catalogue_folder(cat));

	search->cat = cat;
	if (catalogue_is_readonly(cat))
		return search;
	search->writer = writer_open(cat, err);
	if (search->writer == NULL) {
		search_close(search);
		return NULL;
	}
	search->watch.changed = writer_changed;
	search->watch.prepare = writer_prepare;
	search->watch.settled = writer_settled;
	search->watch.ctx = search->writer;
	return search;
}

struct search *
search_open_index(const char *folder)
{
	return search_new(folder);
}

void
search_close(struct search *search)
{
	if (search == NULL)
		return;
	writer_close(search->writer);
	snapshot_free(search->snapshot);
	stemmer_free(search->stemmer);
	eval_space_release(&search->space);
	free(search->scorer);
	free(search);
}

const struct catalogue_watch *
search_watch(struct search *search)
{
	return search == NULL || search->writer == NULL ? NULL : &search->watch;
}

int
search_rebuild(struct search *search, struct err *err)
{
	if (search->writer == NULL)
		return err_set(err, ERR_DB,
		    "the catalogue is open for reading only");
	return writer_rebuild(search->writer, err);
}

/* ---- while typing ---- */

/* The last word of a text, folded. */
struct last {
	char folded[TERM_MAX + 1];
	size_t len;
};

static void
take_token(void *ctx, const struct token *token)
{
	struct last *last = ctx;

	if (token->kind == TOKEN_JOINED || token->len > TERM_MAX)
		return;
	memcpy(last->folded, token->text, token->len);
	last->len = token->len;
}

bool
search_is_ready(const struct search *search)
{
	const struct snapshot *snapshot = search->snapshot;

	return snapshot->is_ready &&
	       (search->cat == NULL || strcmp(snapshot->manifest.catalogue,
					   catalogue_id(search->cat)) == 0);
}

int
search_damaged(struct snapshot *snapshot, struct err *err)
{
	snapshot_damaged(snapshot);
	return err_set(err, ERR_DB,
	    "the search index is damaged; it is being made again");
}

int
search_failed(struct err *err)
{
	if (err == NULL || err->code != ERR_FORMAT)
		return -1;
	return err_set(err, ERR_DB,
	    "the search index is damaged: a running gspd serve makes it again "
	    "by itself, gspd rebuild at once");
}

int
search_suggest(struct search *search, struct arena *arena, const char *text,
    size_t limit, struct search_suggestion **ret_items, size_t *ret_n,
    struct err *err)
{
	struct near_word found[SEARCH_SUGGEST_MAX];
	size_t len = strnlen(text, SEARCH_QUERY_MAX), at, n = 0;
	struct search_suggestion *items;
	struct search_word words[SEARCH_SUGGEST_MAX];
	struct last last = { 0 };

	if (snapshot_refresh(search->snapshot, err) == -1)
		return search_failed(err);
	len = utf8_floor(text, len);
	/* What stands behind the last space is being typed. */
	for (at = len; at > 0 && text[at - 1] != ' ';)
		at--;
	token_walk(text + at, len - at, take_token, &last);
	if (limit > SEARCH_SUGGEST_MAX)
		limit = SEARCH_SUGGEST_MAX;
	if (last.len > 0 && search_is_ready(search))
		n = fuzzy_complete(search->snapshot, arena, last.folded,
		    last.len, found, limit);
	for (size_t i = 0; i < n; i++) {
		words[i].text = arena_strndup(arena, found[i].text,
		    found[i].len);
		words[i].n = found[i].df;
	}
	if (alive_words(search, arena, words, &n, err) == -1)
		return -1;
	items = arena_alloc(arena, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		items[i].text = arena_printf(arena, "%.*s%s", (int)at, text,
		    words[i].text);
		items[i].n = words[i].n;
	}
	*ret_items = items;
	*ret_n = n;
	return 0;
}
