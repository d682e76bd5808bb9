/*
 * test_search_many: search against a slow reference on random records,
 * paging without loss or repeat, hostile queries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search_world.h"

#define MANY 600

/* What the reference knows of a record: drawn here, never read back. */
struct fact {
	bool is_there;
	bool is_evidence;
	unsigned words; /* one bit for each of the words */
	unsigned countries;
	unsigned zones;
	int node;
	int lang;
	int design;
	int year;
};

static const char *const words[] = { "choir", "garden", "walk", "dance", "歌う",
	"jardin", "المسنين", "well-being" };
static const char *const countries[] = { "CA", "GB", "PT", "JP", "SG" };
static const char *const zones[] = { "arts", "nature", "movement" };
static const char *const nodes[] = { "ca", "gb-eng", "pt" };
static const char *const langs[] = { "en", "fr", "pt-BR" };
static const char *const lang_values[] = { "en", "fr", "pt" };
static const char *const designs[] = { "rct", "qualitative" };

static struct fact facts[MANY];
static uint32_t seed = 7;

static unsigned
draw(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static struct merge_view *
draw_view(struct world *w, struct fact *fact)
{
	const char *c[2] = { NULL, NULL }, *z[2] = { NULL, NULL };
	char text[400] = "record", year[12];
	unsigned a, b;

	memset(fact, 0, sizeof(*fact));
	fact->is_there = true;
	fact->is_evidence = draw(4) == 0;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (draw(3 + (unsigned)i) != 0)
			continue;
		fact->words |= 1u << i;
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    " %s", words[i]);
	}
	a = draw(ARRAY_LEN(countries));
	b = draw(ARRAY_LEN(countries));
	c[0] = countries[a];
	c[1] = countries[b];
	fact->countries = 1u << a | 1u << b;
	fact->node = (int)draw(ARRAY_LEN(nodes));
	fact->lang = (int)draw(ARRAY_LEN(langs));
	if (draw(5) != 0) {
		a = draw(ARRAY_LEN(zones));
		z[0] = zones[a];
		fact->zones = 1u << a;
	}
	if (!fact->is_evidence) {
		fact->design = -1;
		return world_view(w, RECORD_KIND_PROGRAMME, nodes[fact->node],
		    langs[fact->lang], FIELD_NAME,
		    draw(2) ? "Programme" : "Scheme", FIELD_DESCRIPTION, text,
		    FIELD_ZONE, z[0], FIELD_AREA_COUNTRY, c[0],
		    FIELD_AREA_COUNTRY, c[1], FIELD_ASSURED_DATE,
		    draw(2) ? "2026-01-02" : "2025-01", FIELD_ROOT);
	}
	fact->design = (int)draw(ARRAY_LEN(designs));
	fact->year = 2015 + (int)draw(6);
	snprintf(year, sizeof(year), "%d", fact->year);
	return world_view(w, RECORD_KIND_EVIDENCE, nodes[fact->node],
	    langs[fact->lang], FIELD_TITLE, "Study", FIELD_ABSTRACT, text,
	    FIELD_ZONE, z[0], FIELD_YEAR, year, FIELD_DESIGN,
	    designs[fact->design], FIELD_COUNTRY, c[0], FIELD_COUNTRY, c[1],
	    FIELD_ROOT);
}

/* Many records, some changed, some taken away again, in batches. */
static int
setup(void **state)
{
	struct world *w = world_new();

	for (int round = 0; round < 8; round++) {
		world_begin(w);
		for (int i = 0; i < MANY; i++) {
			if (round > 0 && draw(6) != 0)
				continue;
			if (draw(8) == 0) {
				facts[i].is_there = false;
				world_put_open(w, i + 1, NULL);
			} else {
				world_put_open(w, i + 1,
				    draw_view(w, &facts[i]));
			}
		}
		world_commit(w);
	}
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* A random query in both forms. */
struct asked {
	char text[200];
	unsigned must, any, never; /* words */
	unsigned countries, zones, node, kind, lang, design;
	int year_from;
};

static void
add_filter(struct search_query *query, enum search_facet facet,
    const char *value)
{
	query->filters[query->n_filters].facet = facet;
	query->filters[query->n_filters++].value = value;
}

static void
add_text(struct asked *asked, const char *before, const char *text)
{
	size_t len = strlen(asked->text);

	snprintf(asked->text + len, sizeof(asked->text) - len, " %s%s", before,
	    text);
}

static void
draw_query(struct asked *asked, struct search_query *query)
{
	unsigned i;

	memset(asked, 0, sizeof(*asked));
	memset(query, 0, sizeof(*query));
	query->limit = 100;
	for (unsigned n = draw(3); n > 0; n--) {
		i = draw(ARRAY_LEN(words));
		asked->must |= 1u << i;
		add_text(asked, "", words[i]);
	}
	if (draw(3) == 0) {
		unsigned j = draw(ARRAY_LEN(words));

		i = draw(ARRAY_LEN(words));
		asked->any = 1u << i | 1u << j;
		add_text(asked, "", words[i]);
		add_text(asked, "OR ", words[j]);
	}
	if (draw(3) == 0) {
		i = draw(ARRAY_LEN(words));
		asked->never |= 1u << i;
		add_text(asked, "-", words[i]);
	}
	if (draw(5) == 0) {
		asked->year_from = 2018;
		add_text(asked, "", "year:2018-");
	}
	for (unsigned n = draw(3); n > 0; n--) {
		i = draw(ARRAY_LEN(countries));
		asked->countries |= 1u << i;
		add_filter(query, SEARCH_COUNTRY, countries[i]);
	}
	for (unsigned n = draw(3); n > 0; n--) {
		i = draw(ARRAY_LEN(zones));
		asked->zones |= 1u << i;
		add_text(asked, "zone:", zones[i]);
	}
	if (draw(4) == 0) {
		i = draw(ARRAY_LEN(nodes));
		asked->node = 1u << i;
		add_filter(query, SEARCH_NODE, nodes[i]);
	}
	if (draw(4) == 0) {
		asked->lang = 2;
		add_filter(query, SEARCH_LANGUAGE, "fr");
	}
	if (draw(6) == 0) {
		asked->design = 1;
		add_filter(query, SEARCH_DESIGN, "rct");
	}
	query->text = asked->text;
}

/* Facets whose selection a fact misses. */
static unsigned
misses(const struct asked *asked, const struct fact *fact)
{
	unsigned miss = 0;

	if (asked->countries != 0 && (asked->countries & fact->countries) == 0)
		miss |= 1u << SEARCH_COUNTRY;
	if (asked->zones != 0 && (asked->zones & fact->zones) == 0)
		miss |= 1u << SEARCH_ZONE;
	if (asked->node != 0 && asked->node != 1u << fact->node)
		miss |= 1u << SEARCH_NODE;
	if (asked->lang != 0 && asked->lang != 1u << fact->lang)
		miss |= 1u << SEARCH_LANGUAGE;
	if (asked->design != 0 && fact->design != 0)
		miss |= 1u << SEARCH_DESIGN;
	return miss;
}

static bool
has_words(const struct asked *asked, const struct fact *fact)
{
	return fact->is_there && (asked->must & ~fact->words) == 0 &&
	       (asked->any == 0 || (asked->any & fact->words) != 0) &&
	       (asked->never & fact->words) == 0 &&
	       fact->year >= asked->year_from;
}

/* -1 when the reference says 0: such a value is not listed. */
static void
check_count(const struct search_result *result, const char *text,
    enum search_facet facet, const char *value, int64_t want)
{
	int64_t got = world_count(result, facet, value);

	if (got != want && !(got == -1 && want == 0))
		fail_msg("%s: %s %s: %d, not %d", text,
		    search_facet_name(facet), value, (int)got, (int)want);
}

static void
check_query(struct world *w, const struct asked *asked,
    const struct search_query *query)
{
	int64_t total = 0, by_country[8] = { 0 }, by_zone[8] = { 0 };
	int64_t by_node[8] = { 0 }, by_lang[8] = { 0 }, by_kind[2] = { 0 };
	struct search_result result = world_run(w, query);

	if (result.dropped != NULL)
		return; /* words were dropped: another test */
	for (int i = 0; i < MANY; i++) {
		const struct fact *fact = &facts[i];
		unsigned miss = misses(asked, fact);

		if (!has_words(asked, fact))
			continue;
		total += miss == 0;
		by_kind[fact->is_evidence] += miss == 0;
		for (size_t j = 0; j < ARRAY_LEN(countries); j++) {
			if ((miss & ~(1u << SEARCH_COUNTRY)) == 0 &&
			    (fact->countries & 1u << j) != 0)
				by_country[j]++;
		}
		for (size_t j = 0; j < ARRAY_LEN(zones); j++) {
			if ((miss & ~(1u << SEARCH_ZONE)) == 0 &&
			    (fact->zones & 1u << j) != 0)
				by_zone[j]++;
		}
		by_node[fact->node] += (miss & ~(1u << SEARCH_NODE)) == 0;
		by_lang[fact->lang] += (miss & ~(1u << SEARCH_LANGUAGE)) == 0;
	}
	if (result.count != total)
		fail_msg("%s: %d, not %d", asked->text, (int)result.count,
		    (int)total);
	check_count(&result, asked->text, SEARCH_KIND, "programme", by_kind[0]);
	check_count(&result, asked->text, SEARCH_KIND, "evidence", by_kind[1]);
	for (size_t j = 0; j < ARRAY_LEN(countries); j++)
		check_count(&result, asked->text, SEARCH_COUNTRY, countries[j],
		    by_country[j]);
	for (size_t j = 0; j < 3; j++) {
		check_count(&result, asked->text, SEARCH_ZONE, zones[j],
		    by_zone[j]);
		check_count(&result, asked->text, SEARCH_NODE, nodes[j],
		    by_node[j]);
		check_count(&result, asked->text, SEARCH_LANGUAGE,
		    lang_values[j], by_lang[j]);
	}
}

static void
test_reference(void **state)
{
	struct world *w = *state;
	struct search_query query;
	struct asked asked;

	for (int i = 0; i < 500; i++) {
		draw_query(&asked, &query);
		check_query(w, &asked, &query);
		arena_reset(w->arena);
	}
}

/* All groups of a query, page by page; 0-terminated. */
static size_t
page_through(struct world *w, struct search_query *query, bool by_cursor,
    int64_t *ret_groups)
{
	size_t n = 0;

	query->offset = 0;
	query->cursor = NULL;
	for (;;) {
		struct search_result result = world_run(w, query);

		for (size_t i = 0; i < result.n_hits; i++) {
			assert_true(n < MANY);
			ret_groups[n++] = result.hits[i].group;
		}
		if (result.next_cursor == NULL)
			return n;
		assert_int_equal(result.n_hits, query->limit);
		if (by_cursor)
			query->cursor = result.next_cursor;
		else
			query->offset += query->limit;
	}
}

static void
test_pages(void **state)
{
	static const char *const texts[] = { "", "choir", "choir OR garden",
		"-choir", "record" };
	struct world *w = *state;
	int64_t a[MANY], b[MANY];

	for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
		for (int sort = 0; sort < 4; sort++) {
			struct search_query query = { .text = texts[t],
				.limit = 7,
				.sort = (enum search_sort)sort };
			size_t na = page_through(w, &query, false, a);
			size_t nb = page_through(w, &query, true, b);
			bool seen[MANY + 1] = { false };

			query.offset = 0;
			query.cursor = NULL;
			assert_int_equal(na, world_run(w, &query).count);
			assert_int_equal(na, nb);
			assert_memory_equal(a, b, na * sizeof(a[0]));
			for (size_t i = 0; i < na; i++) {
				assert_false(seen[a[i]]);
				seen[a[i]] = true;
			}
			arena_reset(w->arena);
		}
	}
}

static void
test_cursor(void **state)
{
	static const char *const broken[] = { "", "x", "!!!!", "AAAA", "cjEyMw",
		"bm90IGEgY3Vyc29y", "\xff\xff",
		"cmZmZmZmZmZmZmZmZmZmZmZmZi4xLg" };
	struct world *w = *state;
	struct search_query query = { .text = "", .limit = 10 };
	struct search_result first = world_run(w, &query), next;
	char *cursor;

	assert_non_null(first.next_cursor);
	for (const char *p = first.next_cursor; *p != '\0'; p++)
		assert_true((*p >= '0' && *p <= '9') ||
			    ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') ||
			    *p == '-' || *p == '_');
	/* Records that come and go on the first page change nothing on the
	 * second. */
	query.cursor = first.next_cursor;
	next = world_run(w, &query);
	world_put(w, first.hits[3].group, NULL);
	facts[first.hits[3].group - 1].is_there = false;
	world_put(w, MANY + 100,
	    world_view(w, RECORD_KIND_PROGRAMME, "ca", "en", FIELD_NAME,
		"Newest", FIELD_ROOT));
	for (size_t i = 0; i < next.n_hits; i++)
		assert_int_equal(world_run(w, &query).hits[i].group,
		    next.hits[i].group);
	world_put(w, MANY + 100, NULL);
	/* A cursor of another order, or none at all: the first page. */
	query.cursor = NULL;
	query.sort = SEARCH_BY_YEAR;
	first = world_run(w, &query);
	query.cursor = next.next_cursor;
	assert_int_equal(world_run(w, &query).hits[0].group,
	    first.hits[0].group);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		query.cursor = broken[i];
		assert_int_equal(world_run(w, &query).hits[0].group,
		    first.hits[0].group);
	}
	cursor = xcalloc(1, 100001);
	memset(cursor, 'A', 100000);
	query.cursor = cursor;
	assert_int_equal(world_run(w, &query).hits[0].group,
	    first.hits[0].group);
	free(cursor);
	/* Behind the end. */
	query.cursor = NULL;
	query.offset = SIZE_MAX;
	assert_int_equal(world_run(w, &query).n_hits, 0);
	query.offset = 0;
	query.limit = 0;
	assert_int_equal(world_run(w, &query).n_hits, 1);
	query.limit = SIZE_MAX;
	assert_int_equal(world_run(w, &query).n_hits, SEARCH_LIMIT_MAX);
}

static void
run_bytes(struct world *w, const char *text)
{
	struct search_query query = { .text = text, .limit = 2 };
	struct search_result result = world_run(w, &query);

	assert_true(result.count >= 0);
	if (result.dropped != NULL)
		assert_true(strlen(result.dropped) <= 2 * SEARCH_QUERY_MAX);
	arena_reset(w->arena);
}

static void
test_hostile(void **state)
{
	static const char signs[] = "\"'*():{}^+-~|&<>,;.#AND OR NOT NEAR "
				    "title rank\n\t\\%_`[]a\xe6\xad\x8c";
	struct world *w = *state;
	struct strbuf long_text;
	char buf[64];

	strbuf_init(&long_text, 1 << 20);
	for (int i = 0; i < 10000; i++)
		strbuf_addf(&long_text, "t%d ", i);
	run_bytes(w, long_text.buf);
	strbuf_reset(&long_text);
	for (int i = 0; i < 10000; i++)
		strbuf_addstr(&long_text, i % 2 ? "a-" : "歌");
	run_bytes(w, long_text.buf);
	strbuf_reset(&long_text);
	for (int i = 0; i < 5000; i++)
		strbuf_addstr(&long_text, "\"a");
	run_bytes(w, long_text.buf);
	strbuf_reset(&long_text);
	for (int i = 0; i < 3000; i++)
		strbuf_addstr(&long_text, "country:ca -zone:x ");
	run_bytes(w, long_text.buf);
	/* A cut in the middle of a character at the cap. */
	strbuf_reset(&long_text);
	for (int i = 0; i < SEARCH_QUERY_MAX - 1; i++)
		strbuf_addch(&long_text, ' ');
	strbuf_addstr(&long_text, "歌歌歌");
	run_bytes(w, long_text.buf);
	strbuf_release(&long_text);
	for (int round = 0; round < 3000; round++) {
		size_t n = draw(sizeof(buf) - 1);

		for (size_t i = 0; i < n; i++)
			buf[i] = round % 2 == 0
				     ? (char)(1 + draw(255))
				     : signs[draw(sizeof(signs) - 1)];
		buf[n] = '\0';
		run_bytes(w, buf);
	}
}

static void
test_rebuilt_is_the_same(void **state)
{
	struct world *w = *state;
	int64_t before[MANY], after[MANY];
	struct search_query query = { .text = "choir",
		.limit = 50,
		.sort = SEARCH_BY_CHECKED };
	size_t n = page_through(w, &query, true, before);
	struct err err;

	assert_true(n > 50);
	assert_int_equal(search_rebuild(w->search, &err), 0);
	assert_int_equal(page_through(w, &query, true, after), n);
	assert_memory_equal(before, after, n * sizeof(before[0]));
	test_reference(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_rebuilt_is_the_same),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
