/*
 * csv: cells of a delimited file (RFC 4180, with any delimiter), and what
 * the rows are made of. Inside this room only.
 */
#ifndef IMPORT_CSV_H
#define IMPORT_CSV_H

#include "import/run.h"

struct csv_cell {
	const char *text; /* NUL-terminated, in the reader's arena */
	size_t len;
};

struct csv_reader {
	const char *p;
	const char *end;
	int64_t line; /* of p */
	char delimiter;
	struct arena *arena; /* of the row */
	struct csv_cell *cells;
	size_t n;
	size_t alloc;
	int64_t row_line;   /* where the row starts */
	const char *broken; /* what is wrong with the row, or NULL */
};

void csv_init(struct csv_reader *reader, const char *data, size_t len,
    char delimiter, struct arena *arena);
void csv_release(struct csv_reader *reader);
/* Next row with anything in it; false at the end. Resets nothing: the
 * caller resets the arena between rows. */
bool csv_next(struct csv_reader *reader);
/* The delimiter of the first row: , ; tab or |. */
char csv_delimiter(const char *data, size_t len);

/* ---- columns (csv_columns.c) ---- */

enum column_role {
	COLUMN_FIELD,
	COLUMN_ID,
	COLUMN_KEY, /* id it has upstream */
	COLUMN_KIND,
	COLUMN_LANG,
	COLUMN_AUTHORS,
	COLUMN_IDENTIFIER, /* doi, pmid ... : path names the scheme */
	COLUMN_ADDRESS,    /* part of site.address */
	COLUMN_IGNORED
};

struct column {
	const char *name; /* as the file writes it */
	const char *path; /* as the table writes it, or a scheme */
	enum column_role role;
	bool is_known[RECORD_KIND_COUNT];
	struct import_path paths[RECORD_KIND_COUNT];
	const char *plain[RECORD_KIND_COUNT]; /* "site[2].lat" */
};

struct csv_table {
	struct column *columns;
	size_t n;
	size_t skip; /* columns of our errors file in front */
	const struct csv_cell *row;
	size_t n_row;
};

/* Understand the header: its cells live as long as the run. */
int columns_read(struct import_ctx *ctx, struct csv_table *table,
    const struct csv_cell *cells, size_t n, struct err *err) MUST_CHECK;

/* ---- effects.csv (effects.c) ---- */

bool effects_is_header(const struct csv_cell *cells, size_t n);
int effects_run(struct import_ctx *ctx, struct csv_reader *reader,
    struct err *err) MUST_CHECK;

#endif
