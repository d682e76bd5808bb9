/*
 * effects: a table of measured effects, one a row, joined to the evidence
 * records of earlier imports by their citation key. The effects of a record
 * in this file replace all it had, so that the file is the truth about them
 * (design: records.md, evidence, effect).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/csv.h"

enum effects_column {
	EFFECTS_CITATION,
	EFFECTS_OUTCOME,
	EFFECTS_INSTRUMENT,
	EFFECTS_MEASURE,
	EFFECTS_TIMEPOINT,
	EFFECTS_ESTIMATE,
	EFFECTS_CI_LOW,
	EFFECTS_CI_HIGH,
	EFFECTS_CI_LEVEL,
	EFFECTS_I2,
	EFFECTS_K,
	EFFECTS_N,
	EFFECTS_UNIT,
	EFFECTS_BETTER_IF,
	EFFECTS_COMPARATOR,
	EFFECTS_SOURCE,
	EFFECTS_COUNT
};

struct effects_name {
	const char *name;
	enum field_id field; /* FIELD_ROOT: the citation */
};

static const struct effects_name names[EFFECTS_COUNT] = {
	[EFFECTS_CITATION] = { "citation_id", FIELD_ROOT },
	[EFFECTS_OUTCOME] = { "outcome", FIELD_EFFECT_OUTCOME },
	[EFFECTS_INSTRUMENT] = { "instrument", FIELD_EFFECT_INSTRUMENT },
	[EFFECTS_MEASURE] = { "measure", FIELD_EFFECT_MEASURE },
	[EFFECTS_TIMEPOINT] = { "timepoint", FIELD_EFFECT_TIMEPOINT },
	[EFFECTS_ESTIMATE] = { "estimate", FIELD_EFFECT_ESTIMATE },
	[EFFECTS_CI_LOW] = { "ci_low", FIELD_EFFECT_CI_LOW },
	[EFFECTS_CI_HIGH] = { "ci_high", FIELD_EFFECT_CI_HIGH },
	[EFFECTS_CI_LEVEL] = { "ci_level", FIELD_EFFECT_CI_LEVEL },
	[EFFECTS_I2] = { "i2", FIELD_EFFECT_I2 },
	[EFFECTS_K] = { "k_studies", FIELD_EFFECT_K },
	[EFFECTS_N] = { "n", FIELD_EFFECT_N },
	[EFFECTS_UNIT] = { "unit", FIELD_EFFECT_UNIT },
	[EFFECTS_BETTER_IF] = { "better_if", FIELD_EFFECT_BETTER_IF },
	[EFFECTS_COMPARATOR] = { "comparator", FIELD_EFFECT_COMPARATOR },
	[EFFECTS_SOURCE] = { "source_seen", FIELD_EFFECT_SOURCE },
};

/* One row of the file; all of them stay until its record is made. */
struct effects_row {
	const char *cells[EFFECTS_COUNT]; /* NULL: empty */
	const char *const *raw;
	size_t n_raw;
	int64_t line;
	const char *broken;
	size_t order;
};

struct own_key {
	const char *key;
	const char *publisher;
	const char *id;
};

struct effects {
	struct import_ctx *ctx;
	int index[IMPORT_COLUMNS_MAX]; /* column -> enum, -1: unknown */
	size_t n_index;
	struct effects_row *rows;
	size_t n;
	size_t alloc;
	const char **ids; /* of live records, for the search by key alone */
	size_t n_ids;
	size_t ids_alloc;
	struct own_key *keys;
	size_t n_keys;
	size_t keys_alloc;
	bool is_listed;
};

bool
effects_is_header(const struct csv_cell *cells, size_t n)
{
	static const enum effects_column first[] = { EFFECTS_CITATION,
		EFFECTS_OUTCOME, EFFECTS_INSTRUMENT, EFFECTS_MEASURE };
	size_t skip = n > ERRORS_COLUMNS &&
			      strcmp(cells[0].text, errors_columns[0]) == 0
			  ? ERRORS_COLUMNS
			  : 0;

	if (n < skip + ARRAY_LEN(first))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		if (strcasecmp(cells[i + skip].text, names[first[i]].name) != 0)
			return false;
	}
	return true;
}

static void
read_header(struct effects *e, const struct csv_reader *reader)
{
	struct import_ctx *ctx = e->ctx;
	const char **header = arena_alloc(ctx->keep,
	    reader->n * sizeof(*header));
	size_t skip = strcmp(reader->cells[0].text, errors_columns[0]) == 0
			  ? ERRORS_COLUMNS
			  : 0;

	e->n_index = reader->n;
	for (size_t i = 0; i < reader->n; i++) {
		const char *name = arena_strdup(ctx->keep,
		    reader->cells[i].text);

		header[i] = name;
		e->index[i] = -1;
		for (size_t c = 0; i >= skip && c < EFFECTS_COUNT; c++) {
			if (strcasecmp(names[c].name, name) == 0)
				e->index[i] = (int)c;
		}
		if (i >= skip && e->index[i] == -1)
			report_warning(ctx, 1, name, "",
			    "no such column: left out");
	}
	ctx->header = header + skip;
	ctx->n_header = reader->n - skip;
}

static void
read_row(struct effects *e, const struct csv_reader *reader)
{
	struct import_ctx *ctx = e->ctx;
	struct effects_row row = { .line = reader->row_line,
		.broken = reader->broken,
		.order = e->n };
	size_t skip = e->n_index - ctx->n_header;
	const char **raw = arena_alloc(ctx->keep, ctx->n_header * sizeof(*raw));

	for (size_t i = 0; i < ctx->n_header; i++)
		raw[i] = "";
	for (size_t i = skip; i < reader->n && i < e->n_index; i++) {
		const struct csv_cell *cell = &reader->cells[i];
		const char *text = cell->text;

		if (skip > 0 && text[0] == '\'' && text[1] != '\0' &&
		    strchr("=+-@", text[1]) != NULL)
			text++;
		raw[i - skip] = arena_strdup(ctx->keep, text);
		if (e->index[i] >= 0)
			row.cells[e->index[i]] = text_clean(ctx->keep, text,
			    strlen(text), false);
	}
	if (reader->n > e->n_index && row.broken == NULL)
		row.broken = "more cells than the header has";
	row.raw = raw;
	row.n_raw = ctx->n_header;
	VEC_PUSH(e->rows, e->n, e->alloc, row);
}

static int
by_citation(const void *a, const void *b)
{
	const struct effects_row *x = a, *y = b;
	const char *kx = x->cells[EFFECTS_CITATION];
	const char *ky = y->cells[EFFECTS_CITATION];
	int c = strcmp(kx != NULL ? kx : "", ky != NULL ? ky : "");

	if (c != 0)
		return c;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* ---- whose effects these are ---- */

static int
note_id(void *arg, const struct ledger_entry *entry, struct err *err)
{
	struct effects *e = arg;
	const char *id = arena_strdup(e->ctx->keep, entry->id);

	(void)err;
	VEC_PUSH(e->ids, e->n_ids, e->ids_alloc, id);
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct own_key *)a)->key,
	    ((const struct own_key *)b)->key);
}

/* Keys of all our evidence, once: the file does not say its publisher. */
static int
list_keys(struct effects *e, struct err *err)
{
	struct arena *keep = e->ctx->keep;

	e->is_listed = true;
	if (ledger_entries(e->ctx->ledger, "", note_id, e, err) == -1)
		return -1;
	for (size_t i = 0; i < e->n_ids; i++) {
		struct own_key key = { .id = e->ids[i] };
		const struct value *source;
		const char *publisher;
		struct record *rec;

		arena_reset(e->ctx->arena);
		if (ledger_record(e->ctx->ledger, e->ctx->arena, e->ids[i],
			&rec, err) == -1)
			return -1;
		source = value_find(&rec->root, FIELD_SOURCE);
		if (rec->kind != RECORD_KIND_EVIDENCE || source == NULL ||
		    value_get(source, FIELD_SOURCE_ID) == NULL)
			continue;
		key.key = arena_strdup(keep,
		    value_get(source, FIELD_SOURCE_ID));
		publisher = value_get(source, FIELD_SOURCE_PUBLISHER);
		key.publisher = arena_strdup(keep,
		    publisher != NULL ? publisher : "");
		VEC_PUSH(e->keys, e->n_keys, e->keys_alloc, key);
	}
	if (e->n_keys > 1)
		qsort(e->keys, e->n_keys, sizeof(*e->keys), by_key);
	return 0;
}

/* NULL in *ret_id: none; ret_many: more than one source has this key. */
static int
find_record(struct effects *e, const char *key, const char **ret_id,
    bool *ret_many, struct err *err)
{
	struct import_ctx *ctx = e->ctx;
	struct own_key wanted = { .key = key };
	const struct own_key *hit;
	const char *id = NULL;

	*ret_many = false;
	if (ledger_by_source(ctx->ledger, ctx->keep, ctx->source, key, &id,
		err) == -1)
		return -1;
	if (id == NULL && !e->is_listed && list_keys(e, err) == -1)
		return -1;
	hit = id == NULL && e->n_keys > 0 ? bsearch(&wanted, e->keys, e->n_keys,
						sizeof(*e->keys), by_key)
					  : NULL;
	if (hit != NULL) {
		id = hit->id;
		*ret_many = (hit > e->keys && by_key(hit - 1, hit) == 0) ||
			    (hit + 1 < e->keys + e->n_keys &&
				by_key(hit + 1, hit) == 0);
	}
	*ret_id = id;
	return 0;
}

/* ---- one record ---- */

static bool
contains(const char *text, const char *word)
{
	return text != NULL && text_has(text, word);
}

/* "ratio" with instrument SROI is a social return on investment. */
static const char *
measure_of(const struct effects_row *row)
{
	const char *measure = row->cells[EFFECTS_MEASURE];
	const char *code;

	if (measure == NULL)
		return NULL;
	if (contains(row->cells[EFFECTS_INSTRUMENT], "SROI") &&
	    strcasecmp(measure, "ratio") == 0 &&
	    vocab_has(VOCAB_MEASURE, "sroi"))
		return "sroi";
	if (vocab_has(VOCAB_MEASURE, measure))
		return measure;
	code = vocab_match(VOCAB_MEASURE, measure);
	return code != NULL ? code : measure;
}

/* "self" or "self (no control)", but not "self-help group". */
static bool
is_self(const char *text)
{
	if (text == NULL || strncasecmp(text, "self", 4) != 0)
		return false;
	text += 4 + strspn(text + 4, " ");
	return *text == '\0' || strchr("(,;:", *text) != NULL;
}

static bool
is_nobody(const char *text)
{
	static const char *const words[] = { "none", "no", "no comparator",
		"no comparison", "no control", "no control group", "n/a", "na",
		"not applicable", "not stated", "not reported", "-" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

/* How the effect was found, as far as the row says: NULL when it does not. */
static const char *
analysis_of(const struct effects_row *row)
{
	const char *comparator = row->cells[EFFECTS_COMPARATOR];

	if (is_self(comparator) ||
	    contains(row->cells[EFFECTS_TIMEPOINT], "pre-post"))
		return "pre-post";
	return comparator != NULL && !is_nobody(comparator) ? "controlled"
							    : NULL;
}

static void
put_effect(struct import_ctx *ctx, struct record *rec,
    const struct effects_row *row)
{
	struct value *group = record_add(rec, NULL, FIELD_EFFECT, NULL, NULL);
	const char *analysis = analysis_of(row);

	for (size_t c = 0; c < EFFECTS_COUNT; c++) {
		const char *text = row->cells[c];

		if (c == EFFECTS_MEASURE)
			text = measure_of(row);
		if (c != EFFECTS_CITATION && text != NULL)
			value_text_put(ctx, rec, group, names[c].field, text);
	}
	if (analysis != NULL)
		record_add(rec, group, FIELD_EFFECT_ANALYSIS, analysis, NULL);
}

static void
begin_row(struct import_ctx *ctx, const struct effects_row *row)
{
	row_begin(ctx, row->line);
	ctx->cells = row->raw;
	ctx->n_cells = row->n_raw;
}

/* A row that cannot be used, for a reason. */
static void
fail_row(struct import_ctx *ctx, const struct effects_row *row,
    const char *column, const char *text)
{
	begin_row(ctx, row);
	row_problem(ctx, false, column,
	    row->cells[EFFECTS_CITATION] != NULL ? row->cells[EFFECTS_CITATION]
						 : "",
	    "%s", text);
	row_fail(ctx);
}

/* All rows of one citation; a bad one holds back the others of its kind. */
static int
one_record(struct effects *e, const struct effects_row *rows, size_t n,
    struct err *err)
{
	struct import_ctx *ctx = e->ctx;
	const char *key = rows[0].cells[EFFECTS_CITATION], *id = NULL;
	const char *wrong = NULL;
	struct record *rec;
	bool is_many = false;

	if (key != NULL && find_record(e, key, &id, &is_many, err) == -1)
		return -1;
	if (key == NULL)
		wrong = "is empty: name the citation the effect belongs to";
	else if (id == NULL)
		wrong = "no evidence record with this citation key: import "
			"the references first";
	else if (is_many)
		wrong = "several sources have this key: say which one by "
			"--source";
	for (size_t i = 0; i < n; i++) {
		if (wrong != NULL)
			fail_row(ctx, &rows[i], "citation_id", wrong);
		else if (rows[i].broken != NULL)
			fail_row(ctx, &rows[i], "", rows[i].broken);
	}
	if (wrong != NULL)
		return 0;
	begin_row(ctx, &rows[0]);
	if (ledger_record(ctx->ledger, ctx->arena, id, &rec, err) == -1)
		return -1;
	record_remove(rec, NULL, FIELD_EFFECT);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].broken == NULL)
			put_effect(ctx, rec, &rows[i]);
	}
	return row_save_plain(ctx, rec, err);
}

int
effects_run(struct import_ctx *ctx, struct csv_reader *reader, struct err *err)
{
	struct effects *e = xcalloc(1, sizeof(*e));
	int ret = -1;

	e->ctx = ctx;
	read_header(e, reader);
	for (;;) {
		row_begin(ctx, 0);
		if (!csv_next(reader))
			break;
		if (e->n >= IMPORT_ROWS_MAX) {
			err_set(err, ERR_LIMIT, "more than %d rows",
			    IMPORT_ROWS_MAX);
			goto out;
		}
		read_row(e, reader);
	}
	if (e->n > 1)
		qsort(e->rows, e->n, sizeof(*e->rows), by_citation);
	for (size_t i = 0, next; i < e->n; i = next) {
		const char *key = e->rows[i].cells[EFFECTS_CITATION];

		for (next = i + 1; next < e->n; next++) {
			const char *other =
			    e->rows[next].cells[EFFECTS_CITATION];

			if (strcmp(key != NULL ? key : "",
				other != NULL ? other : "") != 0)
				break;
		}
		if (one_record(e, e->rows + i, next - i, err) == -1)
			goto out;
	}
	(void)snprintf(ctx->report->read_as, sizeof(ctx->report->read_as),
	    "'%c', effects of %zu rows", ctx->delimiter, e->n);
	ret = 0;
out:
	free(e->keys);
	free(e->ids);
	free(e->rows);
	free(e);
	return ret;
}
