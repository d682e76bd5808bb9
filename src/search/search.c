/*
 * search: the room's handle: opening, closing, suggestions, places. run.c
 * searches, writer.c keeps the index in step with the catalogue.
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
	items = arena_alloc(arena, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		items[i].text = arena_printf(arena, "%.*s%.*s", (int)at, text,
		    (int)found[i].len, found[i].text);
		items[i].n = found[i].df;
	}
	*ret_items = items;
	*ret_n = n;
	return 0;
}

/* ---- where a place is ---- */

/* Points of records that name the place that are looked at. */
#define PLACE_POINTS_MAX 10000

struct middle {
	float *x, *y, *z;
	size_t n;
};

static int
compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static float
median(float *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_floats);
	return values[n / 2];
}

static void
add_points(struct middle *middle, const struct places *places,
    const uint64_t *bits)
{
	for (size_t i = 0; i < places->n_points && middle->n < PLACE_POINTS_MAX;
	     i++) {
		const struct seg_point *point = &places->points[i];

		if ((bits[point->doc >> 6] >> (point->doc & 63) & 1) == 0)
			continue;
		middle->x[middle->n] = point->x;
		middle->y[middle->n] = point->y;
		middle->z[middle->n++] = point->z;
	}
}

/* "Sao Paulo", in a row, where a record says where it is. NULL when no letter
 * is in it. */
static struct query *
place_query(struct arena *arena, const char *name)
{
	struct query *query = arena_alloc(arena, sizeof(*query));
	struct query_term *term = arena_alloc(arena, sizeof(*term));
	size_t len = utf8_floor(name, strnlen(name, SEARCH_TERM_BYTES));

	if (query_term_init(arena, term, name, len, true, false) == 0)
		return NULL;
	term->field = SEARCH_PLACE;
	query->groups[0].terms[0] = term;
	query->groups[0].n = 1;
	query->n_groups = 1;
	return query;
}

static int
find_points(struct search *search, struct arena *arena, const char *name,
    struct middle *middle, struct err *err)
{
	struct query *query = place_query(arena, name);
	struct plan *plan;

	if (query == NULL)
		return 0;
	plan = plan_make(arena, search->snapshot, search->stemmer, query, NULL);
	for (size_t i = 0; i < search->snapshot->n; i++) {
		struct segment *segment = search->snapshot->segments[i].segment;
		const uint64_t *dead = search->snapshot->segments[i].dead;
		uint64_t *bits = xcalloc(segment->n_docs / 64 + WINDOW_WORDS +
					     1,
		    sizeof(*bits));
		struct eval eval;
		struct window *window;

		eval_init(&eval, arena, plan, i, NULL, &search->space);
		while ((window = eval_next(&eval)) != NULL)
			memcpy(bits + window->base / 64, window->bits,
			    sizeof(window->bits));
		for (size_t w = 0; dead != NULL && w * 64 < segment->n_docs;
		     w++)
			bits[w] &= ~dead[w];
		add_points(middle, &segment->places, bits);
		free(bits);
		if (eval.is_damaged)
			return search_damaged(search->snapshot, err);
	}
	return 0;
}

int
search_place(struct search *search, const char *name, double *ret_lat,
    double *ret_lon, struct err *err)
{
	struct arena *arena = arena_new();
	size_t bytes = PLACE_POINTS_MAX * sizeof(float);
	struct middle middle = { arena_alloc(arena, bytes),
		arena_alloc(arena, bytes), arena_alloc(arena, bytes), 0 };
	struct seg_point point = { 0 };
	int rc;

	rc = snapshot_refresh(search->snapshot, err);
	if (rc == 0 && search_is_ready(search))
		rc = find_points(search, arena, name, &middle, err);
	if (rc == 0 && middle.n == 0)
		rc = err_set(err, ERR_NOTFOUND,
		    "no record names a place \"%.100s\"", name);
	if (rc == 0) {
		point.x = median(middle.x, middle.n);
		point.y = median(middle.y, middle.n);
		point.z = median(middle.z, middle.n);
		place_degrees(&point, ret_lat, ret_lon);
	}
	arena_free(arena);
	return rc == -1 ? search_failed(err) : 0;
}
