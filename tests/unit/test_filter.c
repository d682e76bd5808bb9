/*
 * test_filter: documents with values of facets go through the builder and
 * back: by list or bitmap (filters_or()), by lane, and after any damage to the
 * bytes nothing outside is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/filter.h"

static uint64_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static uint16_t
value_of(struct filter_builder *b, enum search_facet facet, unsigned i)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "v%u", i);

	return filter_builder_value(b, facet, text, (size_t)len);
}

static unsigned
number_of(const char *text)
{
	return (unsigned)strtoul(text + 1, NULL, 10);
}

#define DOC_VALUES_MAX 12
struct doc {
	size_t n;
	enum search_facet facets[DOC_VALUES_MAX];
	unsigned values[DOC_VALUES_MAX];
};

/* n documents of up to four values a facet out of `wide`. */
static struct doc *
make_docs(struct filter_builder *b, size_t n, unsigned wide)
{
	struct doc *docs = xcalloc(n, sizeof(*docs));
	uint16_t numbers[DOC_VALUES_MAX];
	size_t i, k;

	for (i = 0; i < n; i++) {
		docs[i].n = draw(4) == 0 ? 0 : draw(DOC_VALUES_MAX + 1);
		for (k = 0; k < docs[i].n; k++) {
			docs[i].facets[k] = draw(SEARCH_FACET_COUNT);
			docs[i].values[k] = draw(2) == 0 ? draw(2) : draw(wide);
			numbers[k] = value_of(b, docs[i].facets[k],
			    docs[i].values[k]);
		}
		filter_builder_add(b, numbers, docs[i].n);
	}
	return docs;
}

static bool
doc_has(const struct doc *doc, enum search_facet facet, unsigned value)
{
	size_t k;

	for (k = 0; k < doc->n; k++)
		if (doc->facets[k] == facet && doc->values[k] == value)
			return true;
	return false;
}

static void
check_lists(const struct filters *f, const struct doc *docs, uint32_t n)
{
	uint64_t bits[64];
	size_t v;
	uint32_t base, some, i, all;

	for (v = 0; v < f->n_values; v++) {
		unsigned value = number_of(filters_text(f, v));
		enum search_facet facet = f->values[v].facet;

		assert_int_equal(filters_find(f, facet, filters_text(f, v)), v);
		for (all = 0, i = 0; i < n; i++)
			all += doc_has(&docs[i], facet, value);
		assert_int_equal(f->values[v].n, all);
		base = draw(n / 64 + 1) * 64;
		some = draw(64 * 63);
		memset(bits, 0, sizeof(bits));
		filters_or(f, v, base, some, bits);
		for (i = 0; i < 64 * 64; i++)
			assert_int_equal(bits[i / 64] >> (i % 64) & 1,
			    i < some && base + i < n &&
				doc_has(&docs[base + i], facet, value));
	}
}

static void
check_lanes(const struct filters *f, const struct doc *docs, uint32_t n)
{
	uint32_t i, k, code, found, want;
	size_t lane, j;

	for (i = 0; i < n; i++) {
		found = want = 0;
		for (lane = 0; lane < f->n_lanes; lane++) {
			const struct lane *l = &f->lanes[lane];

			code = l->width == 1 ? ((const uint8_t *)l->codes)[i]
			       : l->width == 2
				   ? ((const uint16_t *)l->codes)[i]
				   : ((const uint32_t *)l->codes)[i];
			for (k = l->starts[code]; k < l->starts[code + 1];
			     k++, found++)
				assert_true(doc_has(&docs[i],
				    f->values[l->values[k]].facet,
				    number_of(filters_text(f, l->values[k]))));
		}
		for (j = 0; j < docs[i].n; j++) {
			struct doc before = docs[i];

			before.n = j;
			want += !doc_has(&before, docs[i].facets[j],
			    docs[i].values[j]);
		}
		assert_int_equal(found, want);
	}
}

static void
test_round(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 700, 3000 };
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;
	struct doc *docs;
	size_t i;

	(void)state;
	for (i = 0; i < 3 * ARRAY_LEN(sizes); i++) {
		uint32_t n = sizes[i % ARRAY_LEN(sizes)];

		docs = make_docs(b, n, 1 + (unsigned)i * 20);
		assert_true(filter_builder_bytes(b) > 0);
		filter_builder_finish(b, &s);
		assert_int_equal(filters_open(&f, n, &s), 0);
		assert_int_equal(filters_find(&f, SEARCH_ZONE, "none"),
		    VALUE_NONE);
		check_lists(&f, docs, n);
		check_lanes(&f, docs, n);
		/* documents of another number do not fit */
		if (n > 1)
			assert_int_equal(filters_open(&f, n / 2, &s), -1);
		free(docs);
		filter_builder_clear(b);
	}
	filter_builder_free(b);
	filter_builder_free(NULL);
}

static void
test_nothing(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;

	(void)state;
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 0, &s), 0);
	assert_int_equal(f.n_lanes, 0);
	filter_builder_clear(b);
	filter_builder_add(b, NULL, 0);
	filter_builder_add(b, NULL, 0);
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 2, &s), 0);
	assert_int_equal(f.n_values, 0);
	assert_int_equal(filters_find(&f, SEARCH_KIND, ""), VALUE_NONE);
	filter_builder_free(b);
}

/* Of 70,000 values 65,535 are kept; the others are not counted. */
static void
test_cap(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;
	uint16_t number;
	unsigned i, n = 0;

	(void)state;
	for (i = 0; i < 70000; i++) {
		number = value_of(b, i % 2 == 0 ? SEARCH_NODE : SEARCH_NEED, i);
		n += number != 0;
		assert_int_equal(number != 0, i < 65535);
		filter_builder_add(b, &number, 1);
	}
	assert_int_equal(value_of(b, SEARCH_NODE, 4), 5);
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 70000, &s), 0);
	assert_int_equal(f.n_values, n);
	assert_int_equal(n, 65535);
	assert_true(filters_find(&f, SEARCH_NODE, "v65534") != VALUE_NONE);
	assert_true(filters_find(&f, SEARCH_NEED, "v65535") == VALUE_NONE);
	filter_builder_free(b);
}

/* One facet of 70,000 combinations needs codes of four bytes. */
static void
test_wide(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;
	uint16_t numbers[2];
	unsigned i;

	(void)state;
	for (i = 0; i < 70000; i++) {
		numbers[0] = value_of(b, SEARCH_NEED, i % 1000);
		numbers[1] = value_of(b, SEARCH_NEED, 1000 + i / 1000);
		filter_builder_add(b, numbers, 2);
	}
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 70000, &s), 0);
	assert_int_equal(f.n_lanes, 1);
	assert_int_equal(f.lanes[0].width, 4);
	assert_int_equal(f.lanes[0].n_codes, 70000);
	assert_int_equal(f.values[filters_find(&f, SEARCH_NEED, "v1069")].n,
	    1000);
	filter_builder_free(b);
}

/* Facets that depend on each other share a lane of one byte. */
static void
test_joined(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;
	uint16_t numbers[SEARCH_FACET_COUNT];
	unsigned i, facet, x;

	(void)state;
	for (i = 0; i < 20000; i++) {
		x = draw(200);
		for (facet = 0; facet < SEARCH_FACET_COUNT; facet++)
			numbers[facet] = value_of(b, facet, x % (facet + 5));
		filter_builder_add(b, numbers, SEARCH_FACET_COUNT);
	}
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 20000, &s), 0);
	assert_int_equal(f.n_lanes, 1);
	assert_int_equal(f.lanes[0].width, 1);
	assert_int_equal(f.lanes[0].facets, (1u << SEARCH_FACET_COUNT) - 1);
	filter_builder_free(b);
}

static void
test_odd_values(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections s;
	struct filters f;
	uint16_t numbers[4];
	char *big = xcalloc(1, 70000);
	size_t v;

	(void)state;
	memset(big, 'x', 69999);
	numbers[0] = filter_builder_value(b, SEARCH_TYPE, "", 0);
	numbers[1] = filter_builder_value(b, SEARCH_TYPE, "a\0b", 3);
	numbers[2] = filter_builder_value(b, SEARCH_TYPE, big, 69999);
	numbers[3] = filter_builder_value(b, SEARCH_TYPE, "a", 1);
	assert_int_equal(numbers[1], numbers[3]);
	filter_builder_add(b, numbers, 4);
	filter_builder_finish(b, &s);
	assert_int_equal(filters_open(&f, 1, &s), 0);
	assert_int_equal(f.n_values, 3);
	v = filters_find(&f, SEARCH_TYPE, "a");
	assert_int_equal(f.values[v].n, 1);
	assert_true(filters_find(&f, SEARCH_TYPE, "") != VALUE_NONE);
	free(big);
	filter_builder_free(b);
}

/* ---- bytes that are not as written ---- */

/* Whatever opens must be safe to use. */
static void
use(const struct filters *f, uint32_t n)
{
	uint64_t *bits = xcalloc(n / 64 + 1, sizeof(*bits));
	int64_t *counts = xcalloc(f->n_values + 1, sizeof(*counts));
	struct arena *arena = arena_new();
	struct tally tally;
	uint32_t i;
	size_t v;

	for (v = 0; v < f->n_values; v++) {
		filters_or(f, v, 0, n, bits);
		(void)filters_find(f, f->values[v].facet, filters_text(f, v));
	}
	tally_init(&tally, arena, f, (1u << SEARCH_FACET_COUNT) - 1);
	for (i = 0; i < n; i++)
		tally_add_docs(&tally, &i, 1);
	tally_finish(&tally, counts);
	arena_free(arena);
	free(counts);
	free(bits);
}

static void *
copy(const void *bytes, size_t len)
{
	/* of exactly this size, so that the sanitizer sees one too many */
	void *to = malloc(len == 0 ? 1 : len);

	assert_non_null(to);
	if (len > 0)
		memcpy(to, bytes, len);
	return to;
}

static void
flip(void *bytes, size_t len)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
	size_t at;

	if (len == 0)
		return;
	at = draw((uint32_t)len);
	/* mostly in the front, where the numbers are */
	if (draw(2) == 0 && at > 200)
		at %= 200;
	((uint8_t *)bytes)[at] = draw(2) == 0 ? odd[draw(5)]
					      : (uint8_t)draw(256);
}

static void
test_damage(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections good, bad;
	struct filters f;
	void *parts[4];
	unsigned round, n_open = 0, i;

	(void)state;
	free(make_docs(b, 300, 9));
	filter_builder_finish(b, &good);
	for (round = 0; round < 6000; round++) {
		size_t *lens[4] = { &bad.values_len, &bad.text_len,
			&bad.filters_len, &bad.lanes_len };
		unsigned which = draw(4), times = 1 + draw(3);

		bad = good;
		if (draw(3) == 0)
			*lens[which] = draw((uint32_t)*lens[which] + 1);
		parts[0] = copy(good.values, bad.values_len);
		parts[1] = copy(good.text, bad.text_len);
		parts[2] = copy(good.filters, bad.filters_len);
		parts[3] = copy(good.lanes, bad.lanes_len);
		while (times-- > 0)
			flip(parts[which], *lens[which]);
		bad.values = parts[0];
		bad.text = parts[1];
		bad.filters = parts[2];
		bad.lanes = parts[3];
		if (filters_open(&f, 300, &bad) == 0) {
			n_open++;
			use(&f, 300);
		}
		for (i = 0; i < 4; i++)
			free(parts[i]);
	}
	/* Both happen: most is noticed, a changed code is not. */
	assert_true(n_open > 50 && n_open < 5500);
	filter_builder_free(b);
}

/* One number too high in the places that index something. */
static void
test_bounds(void **state)
{
	struct filter_builder *b = filter_builder_new();
	struct filter_sections good, bad;
	struct seg_lane *lane;
	struct filters f;
	uint16_t number;
	char *lanes;
	uint32_t *list;
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++) {
		number = value_of(b, SEARCH_ZONE, i < 197 ? i % 2 : 2);
		filter_builder_add(b, &number, 1);
	}
	filter_builder_finish(b, &good);
	assert_int_equal(filters_open(&f, 200, &good), 0);
	bad = good;
	bad.lanes = lanes = copy(good.lanes, good.lanes_len);
	lane = (void *)(lanes + sizeof(struct seg_lanes));
	assert_int_equal(lane->n_codes, 3);
	for (i = 0; i < 200; i++) {
		((uint8_t *)lanes)[lane->codes + i] += 3;
		assert_int_equal(filters_open(&f, 200, &bad), -1);
		((uint8_t *)lanes)[lane->codes + i] -= 3;
	}
	assert_int_equal(filters_open(&f, 200, &bad), 0);
	bad.filters = list = copy(good.filters, good.filters_len);
	assert_int_equal(f.values[2].form, FILTER_LIST);
	list += f.values[2].offset / 4;
	assert_int_equal(list[2], 199);
	list[2] = 200;
	assert_int_equal(filters_open(&f, 200, &bad), -1);
	list[2] = 198;
	assert_int_equal(filters_open(&f, 200, &bad), -1);
	free(lanes);
	free((void *)(uintptr_t)bad.filters);
	filter_builder_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_odd_values),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bounds),
	};

	seed = 4;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
