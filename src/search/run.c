/*
 * run: one search. The full-text index says which documents match and how
 * well; everything else (filters, counts, order) happens here over the packed
 * rows of cache.c. Sections "Filters and counts" and "Query language" of the
 * search design.
 */
#include <stdlib.h>
#include <string.h>

#include "search/search_priv.h"
#include "search/search_sql.h"

struct run {
	struct search *search;
	struct arena *arena;
	const struct search_query *asked;
	struct query *query;
	struct order order;
	enum search_sort sort;
	struct match *matches; /* of the words; then of the filters too */
	size_t n;
	size_t alloc;
	bool *is_selected; /* by value id */
	bool *is_refused;
	unsigned needs;  /* facets with a selection, one bit each */
	int64_t *counts; /* by value id */
	struct query_filter filters[2 * SEARCH_FILTERS_MAX];
	size_t n_filters;
};

/* ---- words ---- */

static int64_t
score_key(double rank)
{
	/* bm25() is smaller for the better; bits of a positive double sort
	 * as the number does. */
	double score = rank < 0 ? -rank : 0;
	int64_t key;

	memcpy(&key, &score, sizeof(key));
	return key;
}

static double
key_score(int64_t key)
{
	double score;

	memcpy(&score, &key, sizeof(score));
	return score;
}

static void
add_match(struct run *run, size_t doc, int64_t rank_key)
{
	const struct cache_doc *row = &run->search->cache.docs[doc];
	struct match match = { (uint32_t)doc, row->group, rank_key };

	switch (run->sort) {
	case SEARCH_BY_RELEVANCE:
		if (run->order.name == 'n')
			match.key = row->modified;
		break;
	case SEARCH_BY_CHECKED: match.key = row->checked; break;
	case SEARCH_BY_YEAR: match.key = row->year; break;
	case SEARCH_BY_DISTANCE: match.key = 0; break;
	}
	VEC_PUSH(run->matches, run->n, run->alloc, match);
}

static bool
is_live(const struct run *run, int64_t doc)
{
	const struct cache *cache = &run->search->cache;

	return doc > 0 && doc < (int64_t)cache->n_docs &&
	       cache->docs[doc].group != 0;
}

/* Documents that must not match: a byte each, NULL when there are none. */
static int
find_excluded(struct run *run, unsigned char **ret_excluded, struct err *err)
{
	char *expression = match_without(run->arena, run->query);
	unsigned char *excluded;
	struct db_stmt *stmt;
	int rc;

	if (expression == NULL)
		return 0;
	excluded = xcalloc(run->search->cache.n_docs + 1, 1);
	stmt = search_stmt(run->search, SEARCH_SQL_MATCH);
	db_bind_text(stmt, 1, expression);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t doc = db_column_int(stmt, 0);

		if (is_live(run, doc))
			excluded[doc] = 1;
	}
	if (rc == -1) {
		free(excluded);
		return -1;
	}
	*ret_excluded = excluded;
	return 0;
}

static int
find_matches(struct run *run, const char *expression,
    const unsigned char *excluded, struct err *err)
{
	bool is_ranked = run->order.name == 'r';
	struct db_stmt *stmt = search_stmt(run->search,
	    is_ranked ? SEARCH_SQL_MATCH_RANKED : SEARCH_SQL_MATCH);
	int rc;

	db_bind_text(stmt, 1, expression);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t doc = db_column_int(stmt, 0);

		if (!is_live(run, doc) ||
		    (excluded != NULL && excluded[doc] != 0))
			continue;
		add_match(run, (size_t)doc,
		    is_ranked ? score_key(db_column_double(stmt, 1)) : 0);
	}
	return rc;
}

static void
find_all(struct run *run, const unsigned char *excluded)
{
	for (size_t doc = 1; doc < run->search->cache.n_docs; doc++) {
		if (is_live(run, (int64_t)doc) &&
		    (excluded == NULL || excluded[doc] == 0))
			add_match(run, doc, 0);
	}
}

/* How many documents match one group of terms alone. */
static int
count_group(struct run *run, struct query_group *group,
    const unsigned char *excluded, struct err *err)
{
	struct db_stmt *stmt = search_stmt(run->search, SEARCH_SQL_MATCH);
	int rc;

	db_bind_text(stmt, 1, match_group(run->arena, group));
	group->hits = 0;
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t doc = db_column_int(stmt, 0);

		if (is_live(run, doc) &&
		    (excluded == NULL || excluded[doc] == 0))
			group->hits++;
	}
	return rc;
}

static const char *
dropped_words(struct run *run)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, SEARCH_QUERY_MAX * 2);
	for (size_t i = 0; i < run->query->n_groups; i++) {
		const struct query_group *group = &run->query->groups[i];

		for (size_t j = 0; group->is_dropped && j < group->n; j++) {
			if (sb.len > 0)
				strbuf_addch(&sb, ' ');
			strbuf_addstr(&sb, group->terms[j]->typed);
		}
	}
	text = sb.len == 0 ? NULL : arena_strndup(run->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return text;
}

/*
 * All words together found nothing: leave out those that occur nowhere, then
 * the rarest, until something is found. Nothing is dropped when no word
 * occurs at all.
 */
static int
drop_words(struct run *run, const unsigned char *excluded,
    const char **ret_dropped, struct err *err)
{
	struct query *query = run->query;
	size_t left = 0;

	for (size_t i = 0; i < query->n_groups; i++) {
		if (count_group(run, &query->groups[i], excluded, err) == -1)
			return -1;
		if (query->groups[i].hits > 0)
			left++;
	}
	if (left == 0)
		return 0;
	for (size_t i = 0; i < query->n_groups; i++)
		query->groups[i].is_dropped = query->groups[i].hits == 0;
	for (;;) {
		struct query_group *rarest = NULL;

		if (left < query->n_groups) {
			if (find_matches(run, match_groups(run->arena, query),
				excluded, err) == -1)
				return -1;
			if (run->n > 0 || left == 1)
				break;
		}
		for (size_t i = 0; i < query->n_groups; i++) {
			struct query_group *group = &query->groups[i];

			if (!group->is_dropped &&
			    (rarest == NULL || group->hits < rarest->hits))
				rarest = group;
		}
		rarest->is_dropped = true;
		left--;
	}
	*ret_dropped = dropped_words(run);
	return 0;
}

static int
match_words(struct run *run, const char **ret_dropped, struct err *err)
{
	unsigned char *excluded = NULL;
	int rc = 0;

	if (find_excluded(run, &excluded, err) == -1)
		return -1;
	if (run->query->n_groups == 0) {
		find_all(run, excluded);
		goto out;
	}
	rc = find_matches(run, match_groups(run->arena, run->query), excluded,
	    err);
	if (rc == 0 && run->n == 0 && run->query->n_groups > 1)
		rc = drop_words(run, excluded, ret_dropped, err);
out:
	free(excluded);
	return rc;
}

/* ---- filters and counts ---- */

static void
add_filter(struct run *run, enum search_facet facet, const char *value)
{
	size_t id = values_find(&run->search->cache.values, facet, value);

	run->needs |= 1u << facet;
	if (id != 0)
		run->is_selected[id] = true;
	run->filters[run->n_filters].facet = facet;
	run->filters[run->n_filters++].value = value;
}

static void
prepare_filters(struct run *run)
{
	const struct values *values = &run->search->cache.values;
	const struct query *query = run->query;
	size_t n = values->n + 1;

	run->is_selected = arena_alloc(run->arena, n);
	run->is_refused = arena_alloc(run->arena, n);
	run->counts = arena_alloc(run->arena, n * sizeof(*run->counts));
	for (size_t i = 0; i < run->asked->n_filters && i < SEARCH_FILTERS_MAX;
	     i++) {
		enum search_facet facet = run->asked->filters[i].facet;

		if (run->asked->filters[i].value == NULL)
			continue;
		add_filter(run, facet,
		    facet_value(run->arena, facet,
			run->asked->filters[i].value));
	}
	for (size_t i = 0; i < query->n_filters; i++)
		add_filter(run, query->filters[i].facet,
		    query->filters[i].value);
	for (size_t i = 0; i < query->n_not_filters; i++) {
		size_t id = values_find(values, query->not_filters[i].facet,
		    query->not_filters[i].value);

		run->is_refused[id] = id != 0;
	}
}

/*
 * Facets whose selection a document misses, one bit each; all bits when it
 * is refused outright.
 */
static unsigned
missed(const struct run *run, const struct cache_doc *doc)
{
	const struct cache *cache = &run->search->cache;
	const uint16_t *codes = cache->codes + doc->codes;
	unsigned found = 0;

	if (run->query->year_from != 0 && doc->year < run->query->year_from)
		return ~0u;
	if (run->query->year_to != 0 &&
	    (doc->year == 0 || doc->year > run->query->year_to))
		return ~0u;
	for (size_t i = 0; i < doc->n_codes; i++) {
		if (run->is_selected[codes[i]])
			found |= 1u << cache->values.items[codes[i]].facet;
		if (run->is_refused[codes[i]])
			return ~0u;
	}
	return run->needs & ~found;
}

/* Count a document's values: all, or those of the one facet it misses. */
static void
count_values(struct run *run, const struct cache_doc *doc, unsigned miss)
{
	const struct cache *cache = &run->search->cache;
	const uint16_t *codes = cache->codes + doc->codes;

	for (size_t i = 0; i < doc->n_codes; i++) {
		if (miss == 0 ||
		    miss == 1u << cache->values.items[codes[i]].facet)
			run->counts[codes[i]]++;
	}
}

/* Keep the matches that pass all filters, counting on the way. */
static void
filter_matches(struct run *run)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->n; i++) {
		const struct cache_doc *doc =
		    &run->search->cache.docs[run->matches[i].doc];
		unsigned miss = missed(run, doc);

		/* Only one facet missed: it still counts for that facet. */
		if (!run->asked->no_facets && (miss & (miss - 1)) == 0)
			count_values(run, doc, miss);
		if (miss == 0)
			run->matches[kept++] = run->matches[i];
	}
	run->n = kept;
}

static int
compare_counts(const void *a, const void *b)
{
	const struct search_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->value, y->value);
}

static void
fill_facets(struct run *run, struct search_result *result)
{
	const struct values *values = &run->search->cache.values;
	size_t room[SEARCH_FACET_COUNT] = { 0 };

	for (size_t id = 1; id <= values->n; id++)
		room[values->items[id].facet]++;
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		result->facets[f].items = arena_alloc(run->arena,
		    (room[f] + run->n_filters + 1) *
			sizeof(*result->facets[f].items));
	}
	for (size_t id = 1; id <= values->n; id++) {
		enum search_facet f = values->items[id].facet;
		struct search_count *item;

		if (run->counts[id] == 0 && !run->is_selected[id])
			continue;
		item = &result->facets[f].items[result->facets[f].n++];
		item->value = arena_strdup(run->arena, values->items[id].value);
		item->n = run->counts[id];
		item->is_selected = run->is_selected[id];
	}
	/* A selected value that no record has is still shown as selected. */
	for (size_t i = 0; i < run->n_filters; i++) {
		enum search_facet f = run->filters[i].facet;
		bool is_known = false;

		for (size_t j = 0; j < result->facets[f].n; j++) {
			if (strcmp(result->facets[f].items[j].value,
				run->filters[i].value) == 0)
				is_known = true;
		}
		if (!is_known) {
			struct search_count item = { run->filters[i].value, 0,
				true };

			result->facets[f].items[result->facets[f].n++] = item;
		}
	}
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (result->facets[f].n > 1)
			qsort(result->facets[f].items, result->facets[f].n,
			    sizeof(*result->facets[f].items), compare_counts);
	}
}

/* ---- hits ---- */

static void
skip_to_cursor(struct run *run, const struct cursor *cursor)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->n; i++) {
		if (cursor_is_before(&run->order, cursor, &run->matches[i]))
			run->matches[kept++] = run->matches[i];
	}
	run->n = kept;
}

static int
fill_hits(struct run *run, struct search_result *result, struct err *err)
{
	const struct search_query *asked = run->asked;
	size_t limit = asked->limit, offset = asked->offset, shown;
	struct cursor cursor;

	if (limit < 1)
		limit = 1;
	if (limit > SEARCH_LIMIT_MAX)
		limit = SEARCH_LIMIT_MAX;
	if (asked->cursor != NULL && asked->cursor[0] != '\0') {
		offset = 0;
		if (cursor_parse(run->arena, &run->order, asked->cursor,
			&cursor) == 0)
			skip_to_cursor(run, &cursor);
	}
	if (offset >= run->n)
		return 0;
	shown = run->n - offset < limit ? run->n - offset : limit;
	order_select(&run->order, run->matches, run->n, offset + shown);
	result->hits = arena_alloc(run->arena, shown * sizeof(*result->hits));
	for (size_t i = 0; i < shown; i++) {
		const struct match *match = &run->matches[offset + i];
		struct merge_view *view;

		if (catalogue_group(run->search->cat, run->arena, match->group,
			&view, err) == -1) {
			/* Index and catalogue change together; be safe. */
			if (err->code == ERR_NOTFOUND)
				continue;
			return -1;
		}
		result->hits[result->n_hits].group = match->group;
		result->hits[result->n_hits].km = -1;
		result->hits[result->n_hits].score = run->order.name == 'r'
							 ? key_score(match->key)
							 : 0;
		result->hits[result->n_hits++].snippet =
		    snippet_of_query(run->arena, run->query, view);
	}
	if (offset + shown < run->n)
		result->next_cursor = cursor_make(run->arena, &run->order,
		    &run->matches[offset + shown - 1]);
	return 0;
}

static void
choose_order(struct run *run)
{
	static const char names[] = { [SEARCH_BY_RELEVANCE] = 'r',
		[SEARCH_BY_CHECKED] = 'c',
		[SEARCH_BY_YEAR] = 'y',
		[SEARCH_BY_DISTANCE] = 'd' };

	run->sort = run->asked->sort;
	/* Places are for the index to come: nothing is near anything. */
	if (run->sort == SEARCH_BY_DISTANCE)
		run->sort = SEARCH_BY_RELEVANCE;
	run->order.cache = &run->search->cache;
	run->order.name = names[run->sort];
	/* Without words there is no relevance: newest first. */
	if (run->sort == SEARCH_BY_RELEVANCE && run->query->n_groups == 0)
		run->order.name = 'n';
}

/* Within a read: the index, the rows and the views are of one moment. */
static int
run_inside(struct run *run, struct search_result *result, struct err *err)
{
	struct catalogue_status status;

	if (catalogue_status(run->search->cat, &status, err) == -1)
		return -1;
	result->version = status.version;
	search_prepare(run->search);
	if (!run->search->is_ready)
		return 0;
	result->is_ready = true;
	if (cache_refresh(run->search, err) == -1)
		return -1;
	if (match_words(run, &result->dropped, err) == -1)
		return -1;
	prepare_filters(run);
	filter_matches(run);
	result->count = (int64_t)run->n;
	if (!run->asked->no_facets)
		fill_facets(run, result);
	return fill_hits(run, result, err);
}

int
search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err)
{
	int64_t started = clock_monotonic_us();
	struct search_result result = { 0 };
	struct run run = { 0 };
	bool is_inside = db_in_transaction(search->db);
	int rc;

	run.search = search;
	run.arena = arena;
	run.asked = query;
	run.query = query_parse(arena, query->text);
	choose_order(&run);
	if (!is_inside && catalogue_read_begin(search->cat, err) == -1)
		return -1;
	rc = run_inside(&run, &result, err);
	if (!is_inside)
		catalogue_read_end(search->cat);
	free(run.matches);
	if (rc == -1)
		return -1;
	result.took_us = clock_monotonic_us() - started;
	*ret_result = result;
	return 0;
}

int
search_suggest(struct search *search, struct arena *arena, const char *text,
    size_t limit, struct search_suggestion **ret_items, size_t *ret_n,
    struct err *err)
{
	/* The full-text index of the first engine can not tell. */
	(void)search;
	(void)arena;
	(void)text;
	(void)limit;
	(void)err;
	*ret_items = NULL;
	*ret_n = 0;
	return 0;
}

int
search_place(struct search *search, const char *name, double *ret_lat,
    double *ret_lon, struct err *err)
{
	(void)search;
	(void)ret_lat;
	(void)ret_lon;
	return err_set(err, ERR_NOTFOUND, "no place is called \"%s\"", name);
}
