/*
 * The records of sample/ are what a good node would publish: every line of
 * our own JSON is a valid record of its node, with no warning but a few of
 * what is not known, and all kinds, zones and languages are there. Words that
 * the demonstration looks for stand in the first three countries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import/import.h"
#include "import_help.h"
#include "json/json.h"

#define FILE_MAX (1024 * 1024)

#define GAPS_MAX 12
#define ENGLISH  3 /* the first nodes, where one searches in English */

static const char *const nodes[] = { "ca", "gb-eng", "sg", "pt", "gb-wls", "es",
	"fr", "de", "jp", "bh", "mt", "au", "mx" };

static const char *const langs[] = { "fr", "ms", "zh", "es", "pt", "de", "cy",
	"ja", "ar", "mt" };

struct seen {
	size_t records;
	size_t kinds[RECORD_KIND_COUNT];
	size_t zones[ARRAY_LEN(nodes)][8];
	size_t words[ARRAY_LEN(nodes)][3];
	size_t languages[ARRAY_LEN(langs)];
	size_t gaps;
};

static void
note_text(struct seen *seen, size_t node, const struct value *first)
{
	static const char *const words[] = { "choir", "garden", "loneliness" };

	for (const struct value *v = first; v != NULL; v = v->next) {
		for (size_t i = 0; i < 3 && v->text != NULL; i++)
			seen->words[node][i] += strstr(v->text, words[i]) !=
						NULL;
		for (size_t i = 0; i < ARRAY_LEN(langs) && v->lang != NULL; i++)
			seen->languages[i] += strcmp(v->lang, langs[i]) == 0;
		note_text(seen, node, v->first);
	}
}

static void
note(struct seen *seen, size_t node, const struct record *rec)
{
	seen->records++;
	seen->kinds[rec->kind]++;
	for (const struct value *v = value_find(&rec->root, FIELD_ZONE);
	     v != NULL; v = value_next(v)) {
		for (size_t i = 0; i < 5; i++)
			seen->zones[node][i] += strcmp(v->text,
						    vocab_code(VOCAB_ZONE,
							i)) == 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(langs); i++)
		seen->languages[i] += strcmp(rec->lang, langs[i]) == 0;
	note_text(seen, node, rec->root.first);
}

/* What is not known of a record is left open, as in any real directory. */
static bool
is_gap(const struct problem *problem)
{
	static const char *const paths[] = { "assured", "design", "effect",
		"identifier" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (problem->is_warning &&
		    strncmp(problem->path, paths[i], strlen(paths[i])) == 0)
			return true;
	}
	return false;
}

static void
check_line(struct seen *seen, size_t node, const char *line, size_t len,
    int number)
{
	struct arena *arena = arena_new();
	struct problems problems;
	struct record *rec = NULL;
	struct err err = { 0 };
	struct json *json = json_parse(line, len, &err);

	problems_init(&problems);
	if (json == NULL ||
	    import_record_json(arena, json, nodes[node], &rec, &problems,
		&err) == -1 ||
	    record_validate(rec, &problems, &err) == -1)
		fail_msg("%s:%d: %s", nodes[node], number, err.text);
	for (size_t i = 0; i < problems.len; i++) {
		if (!is_gap(&problems.items[i]))
			fail_msg("%s:%d: %s: %s", nodes[node], number,
			    problems.items[i].path, problems.items[i].text);
	}
	seen->gaps += problems.len;
	/* The id is kept: it is one of this node. */
	assert_string_equal(rec->id, json_get_string(json, "id"));
	note(seen, node, rec);
	problems_release(&problems);
	json_free(json);
	arena_free(arena);
}

static void
read_sample(const char *node, struct strbuf *sb)
{
	const char *source = getenv("GSPD_SOURCE");
	char path[4096];
	struct err err;

	snprintf(path, sizeof(path), "%s/sample/%s/records.ndjson",
	    source != NULL ? source : ".", node);
	if (file_read(path, FILE_MAX, sb, &err) == -1)
		fail_msg("%s", err.text);
}

static void
check_file(struct seen *seen, size_t node)
{
	struct strbuf sb;
	int number = 0;

	read_sample(nodes[node], &sb);
	for (const char *p = sb.buf; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		check_line(seen, node, p, len, ++number);
		p += len + (p[len] == '\n');
	}
	strbuf_release(&sb);
}

static void
test_sample(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		check_file(&seen, i);
	assert_true(seen.records >= 300);
	assert_true(seen.gaps <= GAPS_MAX);
	for (size_t i = 0; i < RECORD_KIND_COUNT; i++)
		assert_true(seen.kinds[i] >= 8);
	for (size_t node = 0; node < ARRAY_LEN(nodes); node++) {
		for (size_t i = 0; i < 5; i++)
			assert_true(seen.zones[node][i] > 0);
		for (size_t i = 0; i < 3 && node < ENGLISH; i++) {
			if (seen.words[node][i] == 0)
				fail_msg("%s: no word %zu", nodes[node], i);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(langs); i++)
		assert_true(seen.languages[i] > 3);
}

/* A file goes in without an error and, once more, changes nothing. */
static void
import_file(struct bench *b, const char *node, const char *name, int64_t rows)
{
	const char *source = getenv("GSPD_SOURCE");
	struct strbuf sb;
	char path[4096];

	snprintf(path, sizeof(path), "%s/sample/%s/%s",
	    source != NULL ? source : ".", node, name);
	b->options.node = node;
	b->options.country = NULL;
	assert_int_equal(file_read(path, FILE_MAX, &sb, &b->err), 0);
	for (int round = 0; round < 2; round++) {
		if (bench_import(b, name, sb.buf, sb.len) == -1)
			fail_msg("%s: %s", path, b->err.text);
		if (b->report.n_errors > 0 || b->report.rows != rows ||
		    (round == 0 ? b->report.n_new : b->report.n_same) != rows) {
			bench_print(b);
			fail_msg("%s: not all rows", path);
		}
	}
	strbuf_release(&sb);
}

/* As many rows as the file has lines. */
static void
import_records(struct bench *b, const char *node)
{
	struct strbuf sb;
	int64_t rows = 0;

	read_sample(node, &sb);
	for (const char *p = sb.buf; *p != '\0'; p++)
		rows += *p == '\n';
	strbuf_release(&sb);
	import_file(b, node, "records.ndjson", rows);
}

static void
test_files(void **state)
{
	import_file(*state, "ca", "evidence.ris", 3);
	import_file(*state, "ca", "programmes.csv", 3);
	import_records(*state, "ca");
	import_file(*state, "gb-eng", "evidence.bib", 3);
	import_file(*state, "gb-eng", "programmes.csv", 3);
	import_records(*state, "gb-eng");
	import_file(*state, "sg", "programmes.csv", 3);
	for (size_t i = 2; i < ARRAY_LEN(nodes); i++)
		import_records(*state, nodes[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test_setup_teardown(test_files, bench_setup,
		    bench_teardown),
	};

	return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
