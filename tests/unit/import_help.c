/*
 * import_help: see import_help.h.
 */
#include "import_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
entry(const struct record *rec, struct strbuf *ret_out, struct err *err)
{
	(void)err;
	record_pack(rec, ret_out);
	return 0;
}

int
bench_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	(void)snprintf(b->folder, sizeof(b->folder), "import-test-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	b->ledger = ledger_open(b->folder, true, &b->err);
	assert_non_null(b->ledger);
	b->arena = arena_new();
	b->options.node = "ca";
	b->options.lang = "en";
	b->options.country = "CA";
	b->options.actor = "test";
	b->options.now = 1700000000;
	b->options.entry = entry;
	*state = b;
	return 0;
}

int
bench_teardown(void **state)
{
	struct bench *b = *state;
	int ret;

	import_report_release(&b->report);
	arena_free(b->arena);
	ledger_close(b->ledger);
	ret = file_remove_tree(b->folder, &b->err);
	free(b);
	return ret;
}

static int
run(struct bench *b, const char *path)
{
	b->options.path = path;
	import_report_release(&b->report);
	memset(&b->report, 0, sizeof(b->report));
	memset(&b->err, 0, sizeof(b->err));
	return import_run(b->ledger, &b->options, &b->report, &b->err);
}

int
bench_import(struct bench *b, const char *name, const char *data, size_t len)
{
	const char *path = arena_printf(b->arena, "%s/%s", b->folder, name);

	assert_int_equal(file_put(path, data, len, 0600, &b->err), 0);
	return run(b, path);
}

int
bench_text(struct bench *b, const char *name, const char *text)
{
	return bench_import(b, name, text, strlen(text));
}

static const char *
shared_path(struct bench *b, const char *path)
{
	const char *source = getenv("GSPD_SOURCE");

	return arena_printf(b->arena, "%s/../shared/data/%s",
	    source != NULL ? source : ".", path);
}

bool
bench_has_shared(struct bench *b, const char *path)
{
	if (file_exists(shared_path(b, path)))
		return true;
	print_message("# no %s beside the source: not tested\n", path);
	return false;
}

int
bench_shared(struct bench *b, const char *path)
{
	struct strbuf data;
	int ret;

	assert_int_equal(file_read(shared_path(b, path), 64L * 1024 * 1024,
			     &data, &b->err),
	    0);
	ret = bench_import(b, strrchr(path, '/') + 1, data.buf, data.len);
	strbuf_release(&data);
	return ret;
}

struct record *
bench_record(struct bench *b, const char *id)
{
	struct record *rec = NULL;

	assert_int_equal(ledger_record(b->ledger, b->arena, id, &rec, &b->err),
	    0);
	return rec;
}

struct record *
bench_by_key(struct bench *b, const char *source, const char *key)
{
	const char *id = NULL;

	assert_int_equal(ledger_by_source(b->ledger, b->arena, source, key, &id,
			     &b->err),
	    0);
	assert_non_null(id);
	return bench_record(b, id);
}

void
bench_print(const struct bench *b)
{
	const struct import_report *r = &b->report;

	print_message("# %s: %ld rows, %ld new, %ld changed, %ld same, "
		      "%ld errors %s\n",
	    r->read_as, (long)r->rows, (long)r->n_new, (long)r->n_changed,
	    (long)r->n_same, (long)r->n_errors, b->err.text);
	for (size_t i = 0; i < r->n_problems; i++) {
		const struct import_problem *p = &r->problems[i];

		print_message("# error row %ld %s '%s': %s\n", (long)p->row,
		    p->column, p->value, p->text);
	}
	for (size_t i = 0; i < r->n_warnings; i++) {
		const struct import_warning *w = &r->warnings[i];

		print_message("# warning %s: %s: %ld rows, first %ld\n",
		    w->column, w->text, (long)w->rows, (long)w->first_row);
	}
}

const char *
bench_errors(struct bench *b)
{
	struct strbuf data;
	const char *text;

	if (b->report.errors_path[0] == '\0')
		return "";
	assert_int_equal(file_read(b->report.errors_path, 1024 * 1024, &data,
			     &b->err),
	    0);
	text = arena_strndup(b->arena, data.buf, data.len);
	strbuf_release(&data);
	return text;
}
