/*
 * csv: rows of a table -> records, programmes unless a column `kind` says
 * otherwise (design: records.md; columns: csv_columns.c).
 */
#include "import/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "import/citation.h"

static bool
is_column_of(const struct column *c, const char *path)
{
	if (c->role == COLUMN_IGNORED)
		return false;
	if (c->role != COLUMN_FIELD)
		return strcmp(c->path, path) == 0;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		if (c->is_known[kind] && strcmp(c->plain[kind], path) == 0)
			return true;
	}
	return false;
}

static const char *
column_name(void *format, const char *path)
{
	const struct csv_table *table = format;
	char plain[96];
	size_t len = 0;

	/* "site[1].lat" of the check is "site.lat" of the table. */
	for (const char *p = path; *p != '\0' && len < sizeof(plain) - 1; p++) {
		if (strncmp(p, "[1]", 3) == 0)
			p += 2;
		else
			plain[len++] = *p;
	}
	plain[len] = '\0';
	for (size_t i = 0; i < table->n; i++) {
		if (is_column_of(&table->columns[i], plain))
			return table->columns[i].name;
	}
	return NULL;
}

/* The cell of column i, without what our errors file put before it. */
static const char *
cell_text(const struct csv_table *table, size_t i, size_t *ret_len)
{
	const struct csv_cell *cell;
	size_t skip = 0;

	i += table->skip;
	if (i >= table->n_row) {
		*ret_len = 0;
		return "";
	}
	cell = &table->row[i];
	if (table->skip > 0 && cell->len >= 2 && cell->text[0] == '\'' &&
	    strchr("=+-@\t\r", cell->text[1]) != NULL)
		skip = 1;
	*ret_len = cell->len - skip;
	return cell->text + skip;
}

static const char *
role_text(struct import_ctx *ctx, const struct csv_table *table,
    enum column_role role)
{
	for (size_t i = 0; i < table->n; i++) {
		size_t len;
		const char *text;

		if (table->columns[i].role != role)
			continue;
		text = cell_text(table, i, &len);
		text = text_clean(ctx->arena, text, len, false);
		if (text != NULL)
			return text;
	}
	return NULL;
}

static void
put_identifier(struct import_ctx *ctx, struct record *rec,
    const struct column *column, const char *text, size_t len)
{
	const char *value = text_clean(ctx->arena, text, len, false);
	const char *scheme = column->path;
	struct value *group;
	struct err err;

	if (value == NULL)
		return;
	if (identifier_normalise(ctx->arena, scheme, value, &scheme, &value,
		&err) == -1) {
		row_problem(ctx, false, column->path, value, "%.150s",
		    err.text);
		return;
	}
	group = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_VALUE, value, NULL);
}

/* "Muhl, Caitlin; Mulligan, Kate" */
static void
put_authors(struct import_ctx *ctx, struct record *rec, const char *text,
    size_t len)
{
	size_t n = 0;

	for (size_t start = 0; start < len && n < CITATION_AUTHORS_MAX; n++) {
		size_t stop = start;
		const char *name, *comma;
		struct value *group;

		while (stop < len && text[stop] != ';' && text[stop] != '|')
			stop++;
		name = text_clean(ctx->arena, text + start, stop - start,
		    false);
		start = stop + 1;
		if (name == NULL)
			continue;
		group = record_add(rec, NULL, FIELD_AUTHOR, NULL, NULL);
		comma = strchr(name, ',');
		if (comma == NULL) {
			value_text_put(ctx, rec, group, FIELD_AUTHOR_LITERAL,
			    name);
			continue;
		}
		value_text_put(ctx, rec, group, FIELD_AUTHOR_FAMILY,
		    arena_strndup(ctx->arena, name, (size_t)(comma - name)));
		value_text_put(ctx, rec, group, FIELD_AUTHOR_GIVEN, comma + 1);
	}
}

/* Parts of an address in several columns become one line. */
static void
put_address(struct import_ctx *ctx, struct record *rec,
    const struct csv_table *table)
{
	const struct value *site = value_find(&rec->root, FIELD_SITE);
	struct value *group = (struct value *)(uintptr_t)site;
	struct strbuf sb;

	strbuf_init(&sb, IMPORT_ROW_MAX);
	for (size_t i = 0; i < table->n; i++) {
		size_t len;
		const char *text;

		if (table->columns[i].role != COLUMN_ADDRESS)
			continue;
		text = cell_text(table, i, &len);
		text = text_clean(ctx->arena, text, len, false);
		if (text == NULL)
			continue;
		if (sb.len > 0)
			strbuf_addstr(&sb, ", ");
		strbuf_addstr(&sb, text);
	}
	if (sb.len > 0 && rec->kind == RECORD_KIND_PROGRAMME) {
		if (group == NULL)
			group = record_add(rec, NULL, FIELD_SITE, NULL, NULL);
		value_text_put(ctx, rec, group, FIELD_SITE_ADDRESS, sb.buf);
	} else if (sb.len > 0 && rec->kind == RECORD_KIND_ORGANISATION) {
		value_text_put(ctx, rec, NULL, FIELD_ADDRESS, sb.buf);
	}
	strbuf_release(&sb);
}

static void
put_cells(struct import_ctx *ctx, struct record *rec,
    const struct csv_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct column *c = &table->columns[i];
		const struct import_path *path = &c->paths[rec->kind];
		size_t len;
		const char *text = cell_text(table, i, &len);

		if (len == 0 || text[strspn(text, " \t\r\n")] == '\0')
			continue;
		if (c->role == COLUMN_IDENTIFIER) {
			put_identifier(ctx, rec, c, text, len);
		} else if (c->role == COLUMN_AUTHORS) {
			if (rec->kind == RECORD_KIND_EVIDENCE)
				put_authors(ctx, rec, text, len);
		} else if (c->role == COLUMN_FIELD && c->is_known[rec->kind]) {
			value_put(ctx, rec, path_group(rec, path),
			    path_field(path), text, len, path->lang);
		} else if (c->role == COLUMN_FIELD) {
			row_problem(ctx, true, c->name, "",
			    "%s has no such field: the cell is left out",
			    record_kind_name(rec->kind));
		}
	}
	put_address(ctx, rec, table);
}

static const char *
id_of(struct import_ctx *ctx, const struct record *rec, const char *id,
    const char *key)
{
	const struct value *group;
	const char *who = NULL;
	char node[RECORD_NODE_MAX], uuid[37];

	if (id != NULL) {
		id = text_lower(ctx->arena, id);
		if (record_id_split(id, node, uuid) == 0 &&
		    strcmp(node, ctx->options->node) == 0)
			return id;
		return row_id(ctx, id);
	}
	if (key != NULL)
		return row_id(ctx, key);
	group = value_find(&rec->root, FIELD_ORGANISATION);
	if (group != NULL)
		who = value_text(rec, group, FIELD_ORGANISATION_NAME, NULL,
		    NULL);
	return row_id_named(ctx,
	    arena_printf(ctx->arena, "%s\n%s\n%s", record_kind_name(rec->kind),
		who != NULL ? who : "", record_title(rec, NULL)));
}

static void
set_cells(struct import_ctx *ctx, const struct csv_table *table)
{
	const char **cells = arena_alloc(ctx->arena, table->n * sizeof(*cells));

	for (size_t i = 0; i < table->n; i++) {
		size_t len;

		cells[i] = cell_text(table, i, &len);
	}
	ctx->cells = cells;
	ctx->n_cells = table->n;
}

static bool
is_too_long(struct import_ctx *ctx, const struct csv_table *table)
{
	for (size_t i = table->n + table->skip; i < table->n_row; i++) {
		if (table->row[i].len > 0) {
			row_problem(ctx, false, "", table->row[i].text,
			    "row has %zu cells, the header %zu: quote cells "
			    "that hold the delimiter",
			    table->n_row, table->n + table->skip);
			return true;
		}
	}
	return false;
}

static int
csv_row(struct import_ctx *ctx, const struct csv_table *table,
    const char *broken, struct err *err)
{
	enum record_kind kind = RECORD_KIND_PROGRAMME;
	const char *kind_name, *lang, *id, *key;
	struct record *rec;

	set_cells(ctx, table);
	if (broken != NULL)
		row_problem(ctx, false, "", "", "%s", broken);
	kind_name = role_text(ctx, table, COLUMN_KIND);
	if (kind_name != NULL &&
	    record_kind_parse(text_lower(ctx->arena, kind_name), &kind) == -1)
		row_problem(ctx, false, "kind", kind_name,
		    "write programme, evidence, organisation, resource, "
		    "champion or term");
	if (is_too_long(ctx, table) || ctx->problems.errors > 0) {
		row_fail(ctx);
		return 0;
	}
	lang = role_text(ctx, table, COLUMN_LANG);
	id = role_text(ctx, table, COLUMN_ID);
	key = role_text(ctx, table, COLUMN_KEY);
	rec = record_new(ctx->arena, kind, "",
	    lang != NULL ? lang : ctx->options->lang);
	put_cells(ctx, rec, table);
	rec->id = id_of(ctx, rec, id, key);
	row_source(ctx, rec, key);
	return row_save(ctx, rec, err);
}

static int
table_run(struct import_ctx *ctx, struct csv_reader *reader,
    int64_t header_line, struct err *err)
{
	struct csv_table table = { .n = 0 };
	char delimiter[] = { reader->delimiter, '\0' };

	if (columns_read(ctx, &table, reader->cells, reader->n, err) == -1)
		return -1;
	ctx->column_name = column_name;
	ctx->format = &table;
	for (;;) {
		/* The reader's cells live in the row's arena as well. */
		row_begin(ctx, 0);
		if (!csv_next(reader))
			break;
		ctx->line = reader->row_line;
		table.row = reader->cells;
		table.n_row = reader->n;
		if (csv_row(ctx, &table, reader->broken, err) == -1)
			return -1;
	}
	(void)snprintf(ctx->report->read_as, sizeof(ctx->report->read_as),
	    "'%s', header row %" PRId64,
	    reader->delimiter == '\t' ? "tab" : delimiter, header_line);
	return 0;
}

int
csv_run(struct import_ctx *ctx, const struct strbuf *data, struct err *err)
{
	struct csv_reader reader;
	int ret = -1;

	ctx->delimiter = csv_delimiter(data->buf, data->len);
	csv_init(&reader, data->buf, data->len, ctx->delimiter, ctx->arena);
	row_begin(ctx, 1);
	if (!csv_next(&reader)) {
		err_set(err, ERR_FORMAT, "no header row");
		goto out;
	}
	if (reader.broken != NULL) {
		err_set(err, ERR_FORMAT, "line %" PRId64 ": %s",
		    reader.row_line, reader.broken);
		goto out;
	}
	if (effects_is_header(reader.cells, reader.n))
		ret = effects_run(ctx, &reader, err);
	else
		ret = table_run(ctx, &reader, reader.row_line, err);
	ctx->column_name = NULL;
	ctx->format = NULL;
out:
	csv_release(&reader);
	return ret;
}
