/*
 * run: what the formats of this room share: the run at hand, its rows, text
 * made clean, places in the table of fields. Inside this room only.
 *
 * One row: row_begin(); the format builds a record in ctx->arena and adds
 * problems; row_save() fills what the source left open, checks, counts, and
 * saves or compares. Nothing of a row outlives the next row_begin().
 */
#ifndef IMPORT_RUN_H
#define IMPORT_RUN_H

#include "import/import.h"
#include "json/json.h"

#define IMPORT_ROW_MAX      (100 * 1024 * 1024) /* bytes of one row */
#define IMPORT_PROBLEMS_MAX 1000
#define IMPORT_WARNINGS_MAX 200  /* kinds */
#define IMPORT_LIST_MAX     1000 /* items of one list in one row */
#define IMPORT_COLUMNS_MAX  1000
#define IMPORT_SETS_MAX     64
#define IMPORT_MEMO_SIZE    4096

/* Ids made from a source and a key are version 5 UUIDs in this space. */
#define IMPORT_NAMESPACE "5e0f8a52-6f4b-4a43-9d0e-2b7c51d6a9f3"

/* ---- places in the table of fields: "site[2].name@fr" ---- */

#define PATH_DEPTH 4

struct import_path {
	enum field_id ids[PATH_DEPTH];
	unsigned index[PATH_DEPTH]; /* from 1 */
	size_t n;
	char lang[36]; /* "" when none is named */
};

struct import_set {
	const char *path;
	const char *value;
};

/* ---- ids seen in this file ---- */

struct seen_item {
	const char *id;
	int64_t row;
};

struct seen {
	struct seen_item *items;
	size_t alloc; /* power of two */
	size_t len;
};

/* ---- a subject word and what the vocabularies make of it ---- */

struct subject {
	const char *text;
	const char *zone; /* code or NULL */
	const char *need;
};

struct import_ctx {
	struct ledger *ledger;
	const struct import_options *options;
	struct import_report *report;
	struct arena *arena; /* of the row */
	struct arena *keep;  /* of the run */
	char source[200];
	struct import_set sets[IMPORT_SETS_MAX];
	size_t n_sets;
	struct seen seen;
	struct subject *memo;
	size_t problems_alloc;
	size_t warnings_alloc;

	/* the row */
	int64_t line;
	struct problems problems;
	const char *const *cells; /* for the errors file */
	size_t n_cells;
	/* Name of the column a path came from, NULL: the path itself. */
	const char *(*column_name)(void *format, const char *path);
	void *format;

	/* FILE.errors.csv */
	struct strbuf errors;
	char delimiter;
	const char *const *header;
	size_t n_header;
};

/* ---- rows (row.c) ---- */

void row_begin(struct import_ctx *ctx, int64_t line);
void row_problem(struct import_ctx *ctx, bool is_warning, const char *path,
    const char *value, const char *fmt, ...) ERR_PRINTF(5, 6);
/* What the file calls the place of a problem. */
const char *row_column(const struct import_ctx *ctx, const char *path);
/* The row has only problems: count and report it. */
void row_fail(struct import_ctx *ctx);
/* -1 only when the ledger failed. */
int row_save(struct import_ctx *ctx, struct record *rec,
    struct err *err) MUST_CHECK;
/* As row_save() for a record that came whole from the ledger. */
int row_save_plain(struct import_ctx *ctx, struct record *rec,
    struct err *err) MUST_CHECK;
/* A warning, counted with its like; row 0 for one of the file itself. */
void report_warning(struct import_ctx *ctx, int64_t line, const char *column,
    const char *value, const char *text);
/* Cells and header that say which row it was, where a row is no line. */
void row_names(struct import_ctx *ctx, const char *id, const char *name);
/* urn of ours for an upstream key: uuid itself when it is one. */
const char *row_id(struct import_ctx *ctx, const char *key);
const char *row_id_named(struct import_ctx *ctx, const char *key);
/* source group: this file, and the key it has there. */
void row_source(struct import_ctx *ctx, struct record *rec, const char *key);

/* Row that has this id already, 0 when it is new (and now noted). */
int64_t seen_add(struct import_ctx *ctx, const char *id, int64_t row);

/* ---- what the source left open (finish.c) ---- */

void finish_record(struct import_ctx *ctx, struct record *rec);
int sets_read(struct import_ctx *ctx, struct err *err) MUST_CHECK;

/* ---- errors file (errors.c) ---- */

void errors_row(struct import_ctx *ctx);
int errors_write(struct import_ctx *ctx, struct err *err) MUST_CHECK;
#define ERRORS_COLUMNS 4
extern const char *const errors_columns[ERRORS_COLUMNS];

/* ---- text (text.c) ---- */

/*
 * Line ends as \n, no control characters, NFC, no space at the ends; when
 * !multiline also one line. NULL when nothing is left.
 */
const char *text_clean(struct arena *arena, const char *text, size_t len,
    bool multiline);
/* First sentences that fit into 300 characters. */
const char *text_summary(struct arena *arena, const char *text);
/* http:// in front when it has no scheme; spaces encoded. */
const char *text_url(struct arena *arena, const char *text);
/* Where word (not empty) first stands in text, ASCII case folded. */
const char *text_find(const char *text, const char *word);
int text_has(const char *text, const char *word);
/* Lower case ASCII; the part before a character. */
const char *text_lower(struct arena *arena, const char *text);
/* Country code of a name or code, or NULL. */
const char *text_country(const char *text);
/* BCP 47 tag of a name or tag, or NULL. */
const char *text_language(struct arena *arena, const char *text);

/* ---- encoding (encoding.c) ---- */

/*
 * Turn the file into UTF-8 without BOM, in place; ret_name is what it was.
 * may_guess: bytes that are no UTF-8 are read as Windows-1252.
 */
int encoding_fix(struct strbuf *data, bool may_guess, const char **ret_name,
    struct err *err) MUST_CHECK;

/* ---- paths and values (path.c) ---- */

/* -1 when this kind has no such field. */
int path_parse(const char *text, enum record_kind kind,
    struct import_path *ret_path);
/* The last field of the path. */
const struct field *path_field(const struct import_path *path);
/* The group that holds the last field, made where absent; NULL: root. */
struct value *path_group(struct record *rec, const struct import_path *path);
/*
 * Add text from outside as value(s) of a field: cleaned, codes and countries
 * matched by label, lists split at ';' and '|'.
 */
void value_put(struct import_ctx *ctx, struct record *rec, struct value *parent,
    const struct field *field, const char *text, size_t len, const char *lang);
/* One scalar, cleaned; nothing when empty. */
void value_text_put(struct import_ctx *ctx, struct record *rec,
    struct value *parent, enum field_id id, const char *text);

/* A subject word: zone, need, or term. */
void subject_put(struct import_ctx *ctx, struct record *rec, const char *text);

/* ---- JSON by rows (rows_json.c) ---- */

typedef int (*json_row_cb)(struct import_ctx *ctx, const struct json *value,
    struct err *err);
/* NDJSON, an array (element by element) or one value. */
int json_rows(struct import_ctx *ctx, const struct strbuf *data,
    json_row_cb callback, struct err *err) MUST_CHECK;
/* First value of such a file, for a look (caller frees), or NULL. */
struct json *json_rows_first(const struct strbuf *data);

/* ---- formats ---- */

enum import_format detect_format(const char *path, const struct strbuf *data);

int gspd_row(struct import_ctx *ctx, const struct json *value,
    struct err *err) MUST_CHECK;
int hsds_row(struct import_ctx *ctx, const struct json *value,
    struct err *err) MUST_CHECK;
int csl_row(struct import_ctx *ctx, const struct json *value,
    struct err *err) MUST_CHECK;
int csv_run(struct import_ctx *ctx, const struct strbuf *data,
    struct err *err) MUST_CHECK;
int ris_run(struct import_ctx *ctx, const struct strbuf *data,
    struct err *err) MUST_CHECK;
int bibtex_run(struct import_ctx *ctx, const struct strbuf *data,
    struct err *err) MUST_CHECK;

#endif
