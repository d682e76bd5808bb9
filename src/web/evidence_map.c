/*
 * evidence_map: what has been studied and what has not: outcomes by zones,
 * each cell a search. Studies are counted once in each of their cells, so
 * sums over cells are more than studies; totals come from the search itself.
 * Neighbours: search/ counts, results.c shows what a cell leads to. Design:
 * docs/evidence-pages.md.
 */
#include "web/evidence_map_page.h"
#include "web/routes.h"

#include <string.h>
#include <strings.h>

#define ROWS_MAX    60 /* more than the vocabulary has: of later versions */
#define COLUMNS_MAX 10
#define CHOICES_MAX 80
#define BAR         48.0 /* width of the longest bar */
#define UNSTATED    "not-stated"

struct build {
	const struct page *page;
	const struct api_query *query;
	const struct search_matrix *matrix;
	struct evidence_map *map;
	const char *rows[ROWS_MAX];
	size_t n_rows;
	const char *columns[COLUMNS_MAX];
	size_t n_columns;
	int64_t most; /* studies in one cell */
};

/* ---- the question ---- */

/* Studies only; the map itself goes over zones and outcomes. */
static void
narrow(struct api_query *query)
{
	struct search_query *s = &query->search;
	size_t n = 0;

	for (size_t i = 0; i < s->n_filters && n + 1 < SEARCH_FILTERS_MAX;
	     i++) {
		enum search_facet facet = s->filters[i].facet;

		if (facet != SEARCH_KIND && facet != SEARCH_ZONE &&
		    facet != SEARCH_OUTCOME)
			s->filters[n++] = s->filters[i];
	}
	s->filters[n].facet = SEARCH_KIND;
	s->filters[n++].value = "evidence";
	s->n_filters = n;
	s->sort = SEARCH_BY_RELEVANCE;
	s->near.km = 0;
	s->explain = false;
	s->cursor = NULL;
	s->offset = 0;
	s->limit = 1;
	s->no_views = true;
}

static const char *
since_of(const struct page *page, const struct api_query *query)
{
	int32_t day = query->search.checked_since;

	if (day == 0)
		return NULL;
	return arena_printf(page->arena, "%04d-%02d-%02d", (int)(day / 10000),
	    (int)(day / 100 % 100), (int)(day % 100));
}

/* The studies of a row and a column; NULL: of any. No search asks for those
 * that name none. */
static const char *
studies_link(const struct build *b, const char *outcome, const char *zone)
{
	const struct search_query *s = &b->query->search;
	struct link link;

	link_start(&link, b->page, "/search");
	link_add(&link, "q", s->text);
	for (size_t i = 0; i < s->n_filters; i++)
		link_add(&link, search_facet_name(s->filters[i].facet),
		    s->filters[i].value);
	link_add(&link, "zone", zone);
	link_add(&link, "outcome", outcome);
	link_add(&link, "checked_since", since_of(b->page, b->query));
	return link_end(&link);
}

/* ---- rows and columns ---- */

static void
add_value(const char **values, size_t *n, size_t max, const char *value)
{
	for (size_t i = 0; i < *n; i++) {
		if (strcasecmp(values[i], value) == 0)
			return;
	}
	if (*n < max)
		values[(*n)++] = value;
}

/* All that the vocabulary has, so that gaps show, and whatever else there
 * are studies of; last what is not named, where that occurs. */
static void
list_values(struct build *b)
{
	bool no_row = false, no_column = false;

	for (size_t i = 0; i < vocab_size(VOCAB_OUTCOME); i++) {
		if (strcmp(vocab_code(VOCAB_OUTCOME, i), UNSTATED) != 0)
			add_value(b->rows, &b->n_rows, ROWS_MAX - 1,
			    vocab_code(VOCAB_OUTCOME, i));
	}
	for (size_t i = 0; i < vocab_size(VOCAB_ZONE); i++) {
		if (strcmp(vocab_code(VOCAB_ZONE, i), UNSTATED) != 0)
			add_value(b->columns, &b->n_columns, COLUMNS_MAX - 1,
			    vocab_code(VOCAB_ZONE, i));
	}
	for (size_t i = 0; i < b->matrix->n; i++) {
		const struct search_cell *cell = &b->matrix->cells[i];

		if (*cell->row != '\0')
			add_value(b->rows, &b->n_rows, ROWS_MAX - 1, cell->row);
		if (*cell->column != '\0')
			add_value(b->columns, &b->n_columns, COLUMNS_MAX - 1,
			    cell->column);
		no_row |= *cell->row == '\0';
		no_column |= *cell->column == '\0';
		if (cell->n > b->most)
			b->most = cell->n;
	}
	if (no_row)
		b->rows[b->n_rows++] = "";
	if (no_column)
		b->columns[b->n_columns++] = "";
}

static void
list_strengths(const struct build *b)
{
	static const struct {
		const char *code;
		enum text_id letter;
		const char *opacity;
	} table[MAP_PARTS_MAX] = {
		{ "review", TEXT_MAP_LETTER_REVIEW, "1" },
		{ "trial", TEXT_MAP_LETTER_TRIAL, ".8" },
		{ "comparison", TEXT_MAP_LETTER_COMPARISON, ".6" },
		{ "no-comparison", TEXT_MAP_LETTER_ALONE, ".4" },
		{ "views", TEXT_MAP_LETTER_VIEWS, ".25" },
		{ UNSTATED, TEXT_MAP_LETTER_UNKNOWN, ".12" },
	};
	struct evidence_map *map = b->map;

	map->strengths = arena_alloc(b->page->arena,
	    MAP_PARTS_MAX * sizeof(*map->strengths));
	map->n_strengths = MAP_PARTS_MAX;
	for (size_t i = 0; i < MAP_PARTS_MAX; i++) {
		map->strengths[i].code = table[i].code;
		map->strengths[i].letter = page_text(b->page, table[i].letter);
		map->strengths[i].label = page_label(b->page, VOCAB_STRENGTH,
		    table[i].code);
		map->strengths[i].opacity = table[i].opacity;
	}
}

/* ---- cells ---- */

/* Studies of a cell by strength, in the strengths' order; what is of none of
 * them counts as not stated. */
static void
count_parts(const struct evidence_map *map, const struct search_cell *cell,
    int64_t ret_n[MAP_PARTS_MAX])
{
	int64_t known = 0;

	memset(ret_n, 0, MAP_PARTS_MAX * sizeof(*ret_n));
	for (size_t i = 0; i < cell->n_parts; i++) {
		for (size_t k = 0; k + 1 < map->n_strengths; k++) {
			if (strcmp(cell->parts[i].value,
				map->strengths[k].code) == 0) {
				ret_n[k] += cell->parts[i].n;
				known += cell->parts[i].n;
			}
		}
	}
	if (cell->n > known)
		ret_n[MAP_PARTS_MAX - 1] = cell->n - known;
}

static void
fill_parts(const struct build *b, const int64_t n[MAP_PARTS_MAX],
    struct map_cell *to)
{
	const struct page *page = b->page;
	double unit = BAR / (double)b->most;
	double x = 0;

	to->parts = arena_alloc(page->arena,
	    MAP_PARTS_MAX * sizeof(*to->parts));
	for (size_t i = 0; i < MAP_PARTS_MAX; i++) {
		struct map_part *part = &to->parts[to->n_parts];
		double width = unit * (double)n[i];

		to->numbers[i] = page_number(page, n[i]);
		if (n[i] == 0)
			continue;
		part->letter = b->map->strengths[i].letter;
		part->opacity = b->map->strengths[i].opacity;
		part->n = to->numbers[i];
		part->x = arena_printf(page->arena, "%.1f", x);
		part->width = arena_printf(page->arena, "%.1f", width);
		x += width;
		to->n_parts++;
	}
}

/* "3 studies: Review of many studies 2, Randomised trial 1" */
static const char *
cell_words(const struct build *b, const struct search_cell *cell,
    const int64_t n[MAP_PARTS_MAX])
{
	const struct page *page = b->page;
	const char *words = NULL;

	for (size_t i = 0; i < MAP_PARTS_MAX; i++) {
		if (n[i] != 0)
			words = page_join(page, words,
			    page_say(page, TEXT_MAP_PART, 0, "strength",
				b->map->strengths[i].label, "n",
				page_number(page, n[i]), NULL));
	}
	return page_say(page, TEXT_MAP_CELL, cell->n, "n",
	    page_number(page, cell->n), "parts", words, NULL);
}

static void
fill_cell(const struct build *b, const struct search_cell *cell,
    struct map_cell *to)
{
	int64_t n[MAP_PARTS_MAX];

	count_parts(b->map, cell, n);
	if (*cell->row != '\0' && *cell->column != '\0')
		to->href = studies_link(b, cell->row, cell->column);
	to->n = page_number(b->page, cell->n);
	to->words = cell_words(b, cell, n);
	fill_parts(b, n, to);
}

static const struct search_cell *
find_cell(const struct build *b, const char *row, const char *column)
{
	for (size_t i = 0; i < b->matrix->n; i++) {
		const struct search_cell *cell = &b->matrix->cells[i];

		if (cell->n > 0 && strcasecmp(cell->row, row) == 0 &&
		    strcasecmp(cell->column, column) == 0)
			return cell;
	}
	return NULL;
}

/* Returns how many have no study, of those that could. */
static int64_t
fill_row(const struct build *b, const char *value, struct map_row *row)
{
	const struct page *page = b->page;
	bool is_empty = true;
	int64_t gaps = 0;

	row->label = *value == '\0' ? page_text(page, TEXT_MAP_NO_OUTCOME)
				    : page_label(page, VOCAB_OUTCOME, value);
	row->cells = arena_alloc(page->arena,
	    b->n_columns * sizeof(*row->cells));
	for (size_t i = 0; i < b->n_columns; i++) {
		const struct search_cell *cell = find_cell(b, value,
		    b->columns[i]);

		if (cell != NULL) {
			fill_cell(b, cell, &row->cells[i]);
			is_empty = false;
		} else if (*value != '\0' && *b->columns[i] != '\0') {
			gaps++;
		}
	}
	if (!is_empty && *value != '\0')
		row->href = studies_link(b, value, NULL);
	return gaps;
}

static int64_t
fill_rows(const struct build *b)
{
	struct evidence_map *map = b->map;
	int64_t gaps = 0;

	map->n_rows = b->n_rows;
	map->rows = arena_alloc(b->page->arena, b->n_rows * sizeof(*map->rows));
	for (size_t i = 0; i < b->n_rows; i++)
		gaps += fill_row(b, b->rows[i], &map->rows[i]);
	return gaps;
}

static void
fill_columns(const struct build *b)
{
	const struct page *page = b->page;
	struct evidence_map *map = b->map;

	map->n_columns = b->n_columns;
	map->columns = arena_alloc(page->arena,
	    b->n_columns * sizeof(*map->columns));
	for (size_t i = 0; i < b->n_columns; i++) {
		struct map_column *column = &map->columns[i];

		if (*b->columns[i] == '\0') {
			column->label = page_text(page, TEXT_MAP_NO_ZONE);
			continue;
		}
		column->label = page_label(page, VOCAB_ZONE, b->columns[i]);
		column->href = studies_link(b, NULL, b->columns[i]);
	}
}

/* ---- what is around it ---- */

static void
fill_filters(const struct page *page, const struct search_result *result,
    struct evidence_map *map)
{
	static const struct {
		enum search_facet facet;
		enum text_id title, any;
	} table[] = {
		{ SEARCH_COUNTRY, TEXT_FACET_COUNTRY, TEXT_MAP_ANY_COUNTRY },
		{ SEARCH_LANGUAGE, TEXT_FACET_LANGUAGE, TEXT_MAP_ANY_LANGUAGE },
		{ SEARCH_STRENGTH, TEXT_STRENGTH, TEXT_MAP_ANY_STRENGTH },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct map_filter *filter = &map->filters[map->n_filters];

		filter->choices = choices_of(page, result, table[i].facet,
		    CHOICES_MAX, &filter->n);
		if (filter->n == 0)
			continue;
		filter->name = search_facet_name(table[i].facet);
		filter->title = page_text(page, table[i].title);
		filter->any = page_text(page, table[i].any);
		map->n_filters++;
	}
}

static void
fill_totals(const struct build *b, int64_t gaps)
{
	const struct page *page = b->page;
	const struct search_matrix *matrix = b->matrix;
	struct evidence_map *map = b->map;
	size_t n_rows = b->n_rows, n_columns = b->n_columns;
	int64_t cells;

	/* What is not named is no gap. */
	n_rows -= n_rows != 0 && *b->rows[n_rows - 1] == '\0';
	n_columns -= n_columns != 0 && *b->columns[n_columns - 1] == '\0';
	cells = (int64_t)(n_rows * n_columns);
	map->is_empty = matrix->count == 0;
	map->total = page_say(page, TEXT_MAP_TOTAL, matrix->count, "n",
	    page_number(page, matrix->count), NULL);
	if (gaps != 0)
		map->gaps = page_say(page, TEXT_MAP_GAPS, gaps, "n",
		    page_number(page, gaps), "all", page_number(page, cells),
		    NULL);
	if (matrix->rest != 0)
		map->rest = page_say(page, TEXT_MAP_REST, matrix->rest, "n",
		    page_number(page, matrix->rest), NULL);
	map->all = studies_link(b, NULL, NULL);
	/* One filter is the kind. */
	if (b->query->search.n_filters > 1 || *b->query->search.text != '\0' ||
	    b->query->search.checked_since != 0)
		map->clear = page_link(page, "/evidence-map");
	map->since = since_of(page, b->query);
}

int
show_evidence_map(struct page *page, const char *rest,
    struct http_response *res, struct err *err)
{
	struct evidence_map map = { 0 };
	struct build b = { .page = page, .map = &map };
	struct search_matrix matrix;
	struct search_result result;
	struct http_params params;
	struct api_query query;

	(void)rest;
	if (http_params_read(page->arena, page->req->query, &params, err) ==
		-1 ||
	    api_query_read(page->arena, &params, &query, err) == -1)
		return -1;
	narrow(&query);
	if (search_matrix(page->api->search, page->arena, &query.search,
		SEARCH_OUTCOME, SEARCH_ZONE, SEARCH_STRENGTH, &matrix,
		err) == -1 ||
	    search_run(page->api->search, page->arena, &query.search, &result,
		err) == -1)
		return -1;
	page->q = query.search.text;
	if (!matrix.is_ready || !result.is_ready) {
		show_failure(page, 503, page_text(page, TEXT_ERROR_503_INDEX),
		    res);
		http_response_header(res, "Retry-After", "5");
		return 0;
	}
	b.query = &query;
	b.matrix = &matrix;
	list_values(&b);
	list_strengths(&b);
	fill_columns(&b);
	fill_filters(page, &result, &map);
	fill_totals(&b, fill_rows(&b));
	page->title = page_text(page, TEXT_MAP_TITLE);
	page->canonical = "/evidence-map";
	page->no_index = map.clear != NULL;
	tmpl_evidence_map(&res->body, page, &map);
	return 0;
}
