/*
 * import: other people's formats -> records. Every row is checked before
 * anything is written.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "base/base.h"
#include "ledger/ledger.h"

enum import_format {
	IMPORT_AUTO,
	IMPORT_HSDS,
	IMPORT_CSV,
	IMPORT_RIS,
	IMPORT_BIBTEX,
	IMPORT_CSL,
	IMPORT_GSPD /* our own JSON, one object or NDJSON */
};
int import_format_parse(const char *name, enum import_format *ret_format);
const char *import_format_name(enum import_format format);

#define IMPORT_FILE_MAX (1024L * 1024 * 1024) /* 1 GiB */
#define IMPORT_ROWS_MAX 2000000

struct import_options {
	const char *path;
	enum import_format format;
	const char *node;    /* ours */
	const char *lang;    /* default language */
	const char *country; /* where the file names none: "US" */
	const char *source;  /* NULL: file name up to its first dot */
	const char *actor;
	/* "zone=knowledge": for what rows leave empty; may be NULL */
	const char *const *set;
	size_t n_set;
	bool dry_run;
	int64_t now;
	void (*progress)(void *ctx, int64_t row); /* may be NULL */
	void *progress_ctx;
	ledger_entry_cb entry;
};

struct import_problem {
	int64_t row; /* as the file counts: line of the record */
	char column[64];
	char value[80];
	char text[200]; /* what is wrong and what to do */
};

/* Warnings of one kind: every row may have the same one. */
struct import_warning {
	char column[64]; /* without the place in a list: "site.name" */
	char text[200];
	char value[80]; /* of the first row */
	int64_t rows;   /* that have it */
	int64_t first_row;
	int64_t last; /* import's own: rows read when it last came */
};

struct import_report {
	char read_as[160]; /* "UTF-8 with BOM, ';', header row 1" */
	enum import_format format;
	int64_t rows;
	int64_t n_new;
	int64_t n_changed;
	int64_t n_same;
	int64_t n_errors;                /* rows with at least one error */
	struct import_problem *problems; /* errors, the first 1,000 */
	size_t n_problems;
	int64_t n_all_problems;          /* how many there were */
	struct import_warning *warnings; /* the first 200 kinds */
	size_t n_warnings;
	char errors_path[512]; /* FILE.errors.csv, "" when none written */
};

/*
 * Read, check and (unless dry_run) save in one transaction. Good rows are
 * saved even when others have errors; those go to FILE.errors.csv (only the
 * bad rows, with columns row, column, value, what to do in front). -1 when
 * the file as a whole can not be read (ERR_FORMAT with the line, ERR_LIMIT,
 * ERR_NOTFOUND) or the ledger failed: then nothing is written.
 */
int import_run(struct ledger *ledger, const struct import_options *options,
    struct import_report *ret_report, struct err *err) MUST_CHECK;
void import_report_release(struct import_report *report);

/*
 * One record of our own JSON form (as `gspd show --json` prints it). An id
 * of this node stays, another's gives one of ours that is always the same
 * (node NULL: any id stays); without an id rec->id is "" and the caller
 * makes one. Shapes that do not fit are errors in problems, unknown members
 * warnings; the record is not validated. -1 with ERR_FORMAT when it is no
 * record at all.
 */
struct json;
int import_record_json(struct arena *arena, const struct json *json,
    const char *node, struct record **ret_rec, struct problems *problems,
    struct err *err) MUST_CHECK;

#endif
