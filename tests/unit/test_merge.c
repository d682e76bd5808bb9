/*
 * merge: proof keys, groups that do not depend on order, and the view of a
 * group field by field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "merge/merge.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
id_of(const char *node, int i)
{
	return arena_printf(arena,
	    "urn:gspd:%s:%08x-0000-4000-8000-000000000000", node, (unsigned)i);
}

static struct record *
make(enum record_kind kind, const char *node, int i)
{
	return record_new(arena, kind, id_of(node, i), "en");
}

static void
identify(struct record *rec, const char *scheme, const char *value)
{
	struct value *v = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);

	record_add(rec, v, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, v, FIELD_IDENTIFIER_VALUE, value, NULL);
}

static void
source(struct record *rec, const char *publisher, const char *id,
    const char *url)
{
	struct value *v = record_add(rec, NULL, FIELD_SOURCE, NULL, NULL);

	if (publisher != NULL)
		record_add(rec, v, FIELD_SOURCE_PUBLISHER, publisher, NULL);
	if (id != NULL)
		record_add(rec, v, FIELD_SOURCE_ID, id, NULL);
	if (url != NULL)
		record_add(rec, v, FIELD_SOURCE_URL, url, NULL);
}

static void
link_to(struct record *rec, enum field_id group, enum field_id child,
    const char *id)
{
	struct value *v = record_add(rec, NULL, group, NULL, NULL);

	record_add(rec, v, child, id, NULL);
}

static void
same(struct record *rec, const char *id)
{
	link_to(rec, FIELD_SAME_AS, FIELD_SAME_AS_ID, id);
}

static void
not_same(struct record *rec, const char *id)
{
	link_to(rec, FIELD_NOT_SAME_AS, FIELD_NOT_SAME_AS_ID, id);
}

static void
test_keys(void **state)
{
	struct record *rec = make(RECORD_KIND_EVIDENCE, "ca", 1);
	const char **keys;

	(void)state;
	assert_int_equal(merge_keys(arena, rec, &keys), 0);
	identify(rec, "DOI", "https://doi.org/10.1000/AbC");
	identify(rec, "doi", "10.1000/abc");
	identify(rec, "pmid", "123");
	identify(rec, "citation-key", "smith2020");
	identify(rec, "doi", "no doi at all");
	source(rec, "p", "1", "https://example.org/1");
	record_add(rec, NULL, FIELD_TYPE, "article", NULL);
	assert_int_equal(merge_keys(arena, rec, &keys), 2);
	assert_string_equal(keys[0], "evidence|doi|10.1000/abc");
	assert_string_equal(keys[1], "evidence|pmid|123");

	rec = make(RECORD_KIND_EVIDENCE, "ca", 1);
	identify(rec, "doi", "10.1000/abc");
	record_add(rec, NULL, FIELD_TYPE, "preprint", NULL);
	assert_int_equal(merge_keys(arena, rec, &keys), 1);
	assert_string_equal(keys[0], "evidence:preprint|doi|10.1000/abc");

	rec = make(RECORD_KIND_ORGANISATION, "ca", 1);
	identify(rec, "gb-coh", "12345");
	identify(rec, "local", "7");
	assert_int_equal(merge_keys(arena, rec, &keys), 1);
	assert_string_equal(keys[0], "organisation|GB-COH|00012345");

	rec = make(RECORD_KIND_PROGRAMME, "ca", 1);
	identify(rec, "GB-CHC", "1234567"); /* of who runs it */
	identify(rec, "nhs-service", "77");
	source(rec, "city.csv", "1", NULL);
	source(rec, "city.csv", NULL, "https://example.org/");
	source(rec, "city.csv", "1", "https://example.org/");
	assert_int_equal(merge_keys(arena, rec, &keys), 2);
	assert_string_equal(keys[0], "programme|nhs-service|77");
	assert_string_equal(keys[1], "programme|url|https://example.org/|1");
}

/* Group records, in this order and in others, and compare. */
static void
group(struct record **recs, size_t n, size_t *ret_group)
{
	struct merge_node nodes[16], mixed[16];
	size_t order[16], got[16];
	unsigned seed = 12345;

	for (size_t i = 0; i < n; i++)
		merge_node_init(arena, recs[i], &nodes[i]);
	merge_group(nodes, n, ret_group);
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < n; i++)
			order[i] = i;
		for (size_t i = n; i > 1; i--) {
			size_t j, t;

			seed = seed * 1664525u + 1013904223u;
			j = (seed >> 8) % i;
			t = order[i - 1];
			order[i - 1] = order[j];
			order[j] = t;
		}
		for (size_t i = 0; i < n; i++)
			mixed[i] = nodes[order[i]];
		merge_group(mixed, n, got);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(order[got[i]], ret_group[order[i]]);
	}
}

static void
test_same_key(void **state)
{
	struct record *r[4];
	size_t g[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		r[i] = make(RECORD_KIND_EVIDENCE, i < 2 ? "ca" : "sg", 9 - i);
	identify(r[0], "doi", "10.1000/a");
	identify(r[1], "doi", "10.1000/a");
	identify(r[2], "doi", "10.1000/A");
	identify(r[2], "pmid", "5");
	identify(r[3], "pmid", "5");
	group(r, 4, g);
	for (int i = 0; i < 4; i++)
		assert_int_equal(g[i], 1); /* ca:8 is the lowest id */
	/* A preprint never meets the article, whatever is stated. */
	record_add(r[3], NULL, FIELD_TYPE, "preprint", NULL);
	same(r[3], r[2]->id);
	same(r[2], r[3]->id);
	group(r, 4, g);
	assert_int_equal(g[2], 1);
	assert_int_equal(g[3], 3);
}

static void
test_same_as(void **state)
{
	struct record *r[3];
	size_t g[3];

	(void)state;
	r[0] = make(RECORD_KIND_PROGRAMME, "ca", 1);
	r[1] = make(RECORD_KIND_PROGRAMME, "sg", 2);
	r[2] = make(RECORD_KIND_PROGRAMME, "sg", 3);
	same(r[0], r[1]->id); /* one side only */
	same(r[2], r[1]->id); /* of one node */
	same(r[0], r[0]->id); /* nonsense */
	same(r[0], id_of("pt", 77));
	group(r, 3, g);
	assert_int_equal(g[0], 0);
	assert_int_equal(g[1], 1);
	assert_int_equal(g[2], 1);
	same(r[1], r[0]->id);
	group(r, 3, g);
	assert_int_equal(g[1], 0);
	assert_int_equal(g[2], 0);
	/* A programme is not an organisation. */
	r[1]->kind = RECORD_KIND_ORGANISATION;
	group(r, 3, g);
	assert_int_equal(g[1], 1);
}

static void
test_not_same_as(void **state)
{
	struct record *r[5];
	size_t g[5];

	(void)state;
	for (int i = 0; i < 5; i++) {
		r[i] = make(RECORD_KIND_EVIDENCE, "ca", i);
		identify(r[i], "doi", "10.1000/a");
	}
	not_same(r[1], r[0]->id);
	group(r, 5, g);
	assert_int_equal(g[0], 0);
	assert_int_equal(g[1], 1);
	assert_int_equal(g[2], 0); /* joins the first that may take it */
	/* It beats a mutual statement, and holds through a third. */
	same(r[0], r[1]->id);
	same(r[1], r[0]->id);
	not_same(r[0], r[3]->id);
	not_same(r[4], r[0]->id);
	group(r, 5, g);
	assert_int_equal(g[0], 0);
	assert_int_equal(g[1], 1);
	assert_int_equal(g[2], 0);
	assert_int_equal(g[3], 1);
	assert_int_equal(g[4], 1);
	not_same(r[3], r[1]->id);
	group(r, 5, g);
	assert_int_equal(g[3], 3);
}

static void
test_flood(void **state)
{
	static struct merge_node nodes[MERGE_KEY_MAX + 1];
	static size_t got[MERGE_KEY_MAX + 1];
	const char *key = "evidence|doi|10.1/a";
	size_t n = MERGE_KEY_MAX + 1;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		nodes[i].id = id_of("ca", (int)i);
		nodes[i].keys = &key;
		nodes[i].n_keys = 1;
	}
	merge_group(nodes, n - 1, got);
	for (size_t i = 0; i < n - 1; i++)
		assert_int_equal(got[i], 0);
	merge_group(nodes, n, got);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(got[i], i);
	merge_group(nodes, 0, got);
}

static void
test_group_max(void **state)
{
	enum { N = MERGE_GROUP_MAX + 50 };
	static struct merge_node nodes[N];
	static const char *keys[N][2];
	static size_t got[N];
	size_t in_first = 0;

	(void)state;
	/* A chain: each shares a key with the one before. */
	for (int i = 0; i < N; i++) {
		keys[i][0] = arena_printf(arena, "k%06d", i);
		keys[i][1] = arena_printf(arena, "k%06d", i + 1);
		nodes[i].id = id_of("ca", i);
		nodes[i].keys = keys[i];
		nodes[i].n_keys = 2;
	}
	merge_group(nodes, N, got);
	for (int i = 0; i < N; i++)
		in_first += got[i] == 0;
	assert_int_equal(in_first, MERGE_GROUP_MAX);
}

static void
assure(struct record *rec, const char *date)
{
	struct value *v = record_add(rec, NULL, FIELD_ASSURED, NULL, NULL);

	record_add(rec, v, FIELD_ASSURED_DATE, date, NULL);
}

static struct record *
programme(const char *node, int i, const char *country, const char *name)
{
	struct record *rec = make(RECORD_KIND_PROGRAMME, node, i);
	struct value *area = record_add(rec, NULL, FIELD_AREA, NULL, NULL);

	record_add(rec, area, FIELD_AREA_COUNTRY, country, NULL);
	record_add(rec, NULL, FIELD_NAME, name, NULL);
	return rec;
}

static const struct merge_source *
source_of(const struct merge_view *view, enum field_id id)
{
	for (size_t i = 0; i < view->n_sources; i++) {
		if (view->sources[i].field == id)
			return &view->sources[i];
	}
	return NULL;
}

/* The same view from every order of three members. */
static struct merge_view *
view3(struct record *a, struct record *b, struct record *c)
{
	struct record *orders[6][3] = { { a, b, c }, { a, c, b }, { b, a, c },
		{ b, c, a }, { c, a, b }, { c, b, a } };
	struct merge_view *view = merge_view(arena, orders[0], 3);
	struct strbuf want, got;

	strbuf_init(&want, 1 << 20);
	strbuf_init(&got, 1 << 20);
	merge_view_content(view, &want);
	for (int i = 1; i < 6; i++) {
		strbuf_reset(&got);
		merge_view_content(merge_view(arena, orders[i], 3), &got);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.buf, want.buf, want.len);
	}
	strbuf_release(&want);
	strbuf_release(&got);
	return view;
}

static void
test_view(void **state)
{
	struct record *a = programme("sg", 5, "GB", "Singapore's name");
	struct record *b = programme("gb-eng", 6, "GB", "England's name");
	struct record *c = programme("ca", 7, "GB", "Canada's name");
	const struct merge_source *from;
	const struct value *zone;
	struct merge_view *view;

	(void)state;
	a->modified_at = 10;
	b->modified_at = 20;
	c->modified_at = 30;
	a->first_at = 3;
	b->first_at = 1;
	c->first_at = 2;
	assure(a, "2026-02-01");
	assure(b, "2026-01-01");
	record_add(a, NULL, FIELD_ZONE, "arts", NULL);
	record_add(a, NULL, FIELD_ZONE, "nature", NULL);
	record_add(c, NULL, FIELD_ZONE, "nature", NULL);
	record_add(c, NULL, FIELD_ZONE, "wisdom", NULL);
	record_add(a, NULL, FIELD_STATUS, "active", NULL);
	record_add(c, NULL, FIELD_STATUS, "active", NULL);
	record_add(c, NULL, FIELD_WAIT, "two weeks", NULL);
	record_add(a, NULL, FIELD_LICENCE, "CC0-1.0", NULL);
	record_add(b, NULL, FIELD_LICENCE, "CC-BY-4.0", NULL);
	view = view3(a, b, c);
	assert_string_equal(view->rec->id, c->id); /* "ca" is the lowest */
	assert_int_equal(view->n_members, 3);
	assert_string_equal(view->members[2], a->id);
	assert_int_equal(view->rec->modified_at, 30);
	assert_int_equal(view->rec->first_at, 1);
	/* The owner's name; who was assured later says otherwise. */
	assert_string_equal(record_title(view->rec, NULL), "England's name");
	from = source_of(view, FIELD_NAME);
	assert_string_equal(from->id, b->id);
	assert_string_equal(from->other_id, a->id);
	/* Sets are united, in the order of rank, without disagreement. */
	from = source_of(view, FIELD_ZONE);
	assert_string_equal(from->id, a->id);
	assert_null(from->other_id);
	zone = value_find(&view->rec->root, FIELD_ZONE);
	assert_string_equal(zone->text, "arts");
	zone = value_next(zone);
	assert_string_equal(zone->text, "nature");
	zone = value_next(zone);
	assert_string_equal(zone->text, "wisdom");
	assert_null(value_next(zone));
	assert_null(source_of(view, FIELD_STATUS)->other_id);
	assert_string_equal(source_of(view, FIELD_WAIT)->id, c->id);
	assert_null(source_of(view, FIELD_LICENCE)->other_id);
	assert_null(source_of(view, FIELD_COST));
}

static void
test_rank(void **state)
{
	struct record *a = programme("sg", 5, "GB", "a");
	struct record *b = programme("pt", 6, "GB", "b");
	struct record *c = programme("ca", 7, "GB", "c");

	(void)state;
	/* Nobody owns it: the later check, then the later change. */
	assert_string_equal(record_title(view3(a, b, c)->rec, NULL), "c");
	b->modified_at = 5;
	assert_string_equal(record_title(view3(a, b, c)->rec, NULL), "b");
	assure(a, "2020-01-01");
	assert_string_equal(record_title(view3(a, b, c)->rec, NULL), "a");
	assure(c, "2021");
	assert_string_equal(record_title(view3(a, b, c)->rec, NULL), "c");
}

static void
test_languages(void **state)
{
	struct record *a = programme("ca", 5, "CA", "Chorale");
	struct record *b = programme("us", 6, "CA", "Choir");
	struct record *recs[2] = { a, b };
	struct merge_view *view;
	const char *lang;

	(void)state;
	a->lang = "fr";
	record_add(b, NULL, FIELD_SUMMARY, "We sing.", NULL);
	record_add_unknown(a, NULL, "<x>1</x>", 8);
	record_add_unknown(b, NULL, "<y>1</y>", 8);
	view = merge_view(arena, recs, 2);
	assert_string_equal(view->rec->lang, "fr");
	value_text(view->rec, &view->rec->root, FIELD_NAME, NULL, &lang);
	assert_string_equal(lang, "fr");
	/* A value keeps its language when it moves to another record. */
	value_text(view->rec, &view->rec->root, FIELD_SUMMARY, NULL, &lang);
	assert_string_equal(lang, "en");
	for (const struct value *v = view->rec->root.first; v != NULL;
	     v = v->next) {
		if (v->field == NULL)
			assert_string_equal(v->text, "<x>1</x>");
	}
}

static void
test_view_of_one(void **state)
{
	struct record *a = programme("ca", 5, "CA", "Choir");
	struct merge_view *view = merge_view(arena, &a, 1);

	(void)state;
	assert_ptr_equal(view->rec, a);
	assert_int_equal(view->n_members, 1);
	assert_int_equal(view->n_sources, 2);
	assert_string_equal(source_of(view, FIELD_NAME)->id, a->id);
	assert_null(source_of(view, FIELD_AREA)->other_id);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys),
		TEST(test_same_key),
		TEST(test_same_as),
		TEST(test_not_same_as),
		TEST(test_flood),
		TEST(test_group_max),
		TEST(test_view),
		TEST(test_rank),
		TEST(test_languages),
		TEST(test_view_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
