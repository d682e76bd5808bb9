/*
 * query: parameters of a search's address -> search_query, the same for
 * pages and JSON. Neighbours: near.c for places; search.c (JSON) and
 * web/results.c (page).
 */
#include "api/api.h"
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>

/* Digits only, at most max; -1 when it is anything else. */
static int64_t
number(const char *text, int64_t max)
{
	int64_t n = 0;

	if (*text == '\0' || strlen(text) > 9)
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n > max ? -1 : n;
}

static bool
has_filter(const struct search_query *query, enum search_facet facet,
    const char *value)
{
	for (size_t i = 0; i < query->n_filters; i++) {
		if (query->filters[i].facet == facet &&
		    strcmp(query->filters[i].value, value) == 0)
			return true;
	}
	return false;
}

int
api_add_filter(struct search_query *query, enum search_facet facet,
    const char *value)
{
	if (has_filter(query, facet, value))
		return 0;
	if (query->n_filters == SEARCH_FILTERS_MAX)
		return -1;
	query->filters[query->n_filters].facet = facet;
	query->filters[query->n_filters++].value = value;
	return 0;
}

/* "ca,sg" or "ca": each its own filter, each once. */
static int
add_filters(struct arena *arena, struct search_query *query,
    enum search_facet facet, const char *list, struct err *err)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		const char *value = arena_strndup(arena, list, len);

		if (len != 0 && api_add_filter(query, facet, value) == -1)
			return err_set(err, ERR_LIMIT, "more than %d filters",
			    SEARCH_FILTERS_MAX);
		list += len;
		if (*list == ',')
			list++;
	}
	return 0;
}

static int
read_flag(const struct http_param *param, bool *ret_flag, struct err *err)
{
	bool is_set = strcmp(param->value, "1") == 0;

	if (!is_set && *param->value != '\0' && strcmp(param->value, "0") != 0)
		return err_set(err, ERR_FORMAT, "%s: 1 or 0", param->name);
	*ret_flag = is_set;
	return 0;
}

static int
read_one(struct arena *arena, const struct http_param *param,
    struct api_query *query, struct err *err)
{
	struct search_query *search = &query->search;
	enum search_facet facet;
	int64_t n;

	if (strcmp(param->name, "q") == 0) {
		search->text = param->value;
	} else if (search_facet_parse(param->name, &facet) == 0) {
		return add_filters(arena, search, facet, param->value, err);
	} else if (strcmp(param->name, "sort") == 0) {
		if (*param->value == '\0')
			return 0;
		if (search_sort_parse(param->value, &search->sort) == -1)
			return err_set(err, ERR_FORMAT,
			    "sort: use relevance, checked, year, strength or "
			    "distance");
		query->has_sort = true;
	} else if (strcmp(param->name, "near") == 0) {
		query->near = param->value;
	} else if (strcmp(param->name, "within") == 0) {
		query->within = param->value;
	} else if (strcmp(param->name, "checked_since") == 0) {
		if (*param->value != '\0' &&
		    api_day_read(param->value, &search->checked_since) == -1)
			return err_set(err, ERR_FORMAT,
			    "checked_since: a day as in 2026-11-21");
	} else if (strcmp(param->name, "explain") == 0) {
		return read_flag(param, &search->explain, err);
	} else if (strcmp(param->name, "limit") == 0) {
		if ((n = number(param->value, SEARCH_LIMIT_MAX)) < 1)
			return err_set(err, ERR_FORMAT,
			    "limit: a number from 1 to %d", SEARCH_LIMIT_MAX);
		search->limit = (size_t)n;
	} else if (strcmp(param->name, "page") == 0) {
		if ((n = number(param->value, 999999999)) < 1)
			return err_set(err, ERR_FORMAT,
			    "page: a number from 1 on");
		query->page = n;
	} else if (strcmp(param->name, "cursor") == 0 &&
		   *param->value != '\0') {
		search->cursor = param->value;
	}
	return 0;
}

int
api_query_read(struct arena *arena, const struct http_params *params,
    struct api_query *ret_query, struct err *err)
{
	struct api_query query = { .page = 1, .arena = arena };

	query.search.limit = API_PAGE_ITEMS;
	query.search.text = "";
	for (size_t i = 0; i < params->n; i++) {
		if (read_one(arena, &params->items[i], &query, err) == -1)
			return -1;
	}
	query.search.offset = (size_t)(query.page - 1) * query.search.limit;
	if (query.search.offset >= API_OFFSET_MAX)
		return err_set(err, ERR_LIMIT,
		    "page %lld: paging ends at %d results; follow "
		    "meta.next_cursor instead, or take the node's feed at "
		    "/feed/head.xml",
		    (long long)query.page, API_OFFSET_MAX);
	*ret_query = query;
	return 0;
}

const char *
api_facet_label(enum search_facet facet, const char *value, const char *lang)
{
	enum vocab vocab = search_facet_vocab(facet, value);

	return vocab != VOCAB_NONE ? vocab_label(vocab, value, lang) : value;
}
