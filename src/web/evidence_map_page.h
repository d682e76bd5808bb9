/*
 * Inside web/ only: the evidence map: outcomes by zones, studies counted in
 * each cell and by what their designs can show.
 */
#ifndef WEB_EVIDENCE_MAP_PAGE_H
#define WEB_EVIDENCE_MAP_PAGE_H

#include "web/results_page.h"

#define MAP_PARTS_MAX 6 /* strengths */

struct map_part {
	const char *letter;              /* "R" */
	const char *n;                   /* "2" */
	const char *x, *width, *opacity; /* its piece of the bar */
};

struct map_cell {
	const char *href;  /* the search; NULL: none can be said */
	const char *n;     /* NULL: a gap */
	const char *words; /* the cell in a sentence, for those who hear it */
	struct map_part *parts;
	size_t n_parts;
	const char *numbers[MAP_PARTS_MAX]; /* by strength; "0" */
};

struct map_row {
	const char *label;
	const char *href;       /* NULL: no study, or no search */
	struct map_cell *cells; /* as many as there are columns */
};

struct map_column {
	const char *label;
	const char *href; /* NULL: no search */
};

struct map_strength {
	const char *code; /* as the vocabulary has it */
	const char *letter;
	const char *label;
	const char *opacity;
};

struct map_filter {
	const char *name; /* of the parameter */
	const char *title;
	const char *any; /* "any country" */
	struct choice *choices;
	size_t n;
};

struct evidence_map {
	const char *total; /* how many studies */
	const char *gaps;  /* how many cells have none; NULL: none has */
	const char *rest;  /* of neither outcome nor zone; NULL: none is */
	const char *all;   /* search of all of them */
	const char *clear; /* without filters; NULL: there are none */
	const char *since;
	struct map_filter filters[3];
	size_t n_filters;
	struct map_strength *strengths;
	size_t n_strengths;
	struct map_column *columns;
	size_t n_columns;
	struct map_row *rows;
	size_t n_rows;
	bool is_empty; /* no study at all */
};

void tmpl_evidence_map(struct strbuf *out, const struct page *page,
    const struct evidence_map *map);

#endif
