/*
 * test_document: what of a view goes into the index. The builder is one that
 * writes down what it is told; it takes the place of that of src/search.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "search/document.h"

struct builder {
	struct strbuf words;  /* T:choir/1 +T:form/1 | ... */
	struct strbuf values; /* kind=programme ... */
	struct strbuf points;
	uint32_t modified, checked;
	uint16_t year;
	uint8_t prior;
	int64_t group;
	int docs;
	enum search_field field; /* of the word before */
};

void
builder_doc(struct builder *b, int64_t group)
{
	b->group = group;
	assert_int_equal(++b->docs, 1);
}

static void
note(struct builder *b, const char *sign, const char *text, size_t len,
    enum search_field field, uint32_t langs)
{
	assert_int_equal(b->docs, 1);
	assert_true(field < SEARCH_FIELD_COUNT);
	assert_true(len > 0);
	strbuf_addf(&b->words, "%s%c:%.*s", sign, "TSPLR"[field], (int)len,
	    text);
	if (langs != 0)
		strbuf_addf(&b->words, "/%x", (unsigned)langs);
	strbuf_addch(&b->words, ' ');
}

void
builder_word(struct builder *b, const char *text, size_t len,
    enum search_field field, uint32_t langs)
{
	b->field = field;
	note(b, "", text, len, field, langs);
}

void
builder_form(struct builder *b, const char *text, size_t len, uint32_t langs)
{
	note(b, "+", text, len, b->field, langs);
}

void
builder_gap(struct builder *b)
{
	strbuf_addstr(&b->words, "| ");
}

void
builder_value(struct builder *b, enum search_facet facet, const char *value)
{
	strbuf_addf(&b->values, "%s=%s ", search_facet_name(facet), value);
}

void
builder_point(struct builder *b, double lat, double lon)
{
	strbuf_addf(&b->points, "%.2f,%.2f ", lat, lon);
}

void
builder_facts(struct builder *b, uint32_t modified, uint32_t checked,
    uint16_t year, uint8_t prior)
{
	b->modified = modified;
	b->checked = checked;
	b->year = year;
	b->prior = prior;
}

void
builder_doc_end(struct builder *b)
{
	assert_int_equal(b->docs--, 1);
}

/* ---- a view and what was noted of it ---- */

struct scene {
	struct arena *arena;
	struct record *rec;
	struct merge_view view;
	struct builder builder;
};

static struct scene
begin(enum record_kind kind, const char *lang)
{
	struct scene s;

	memset(&s, 0, sizeof(s));
	s.arena = arena_new();
	s.rec = record_new(s.arena, kind,
	    "urn:gspd:gb-eng:00000000-0000-4000-8000-000000000001", lang);
	strbuf_init(&s.builder.words, 1 << 22);
	strbuf_init(&s.builder.values, 1 << 16);
	strbuf_init(&s.builder.points, 1 << 16);
	return s;
}

static void
run(struct scene *s)
{
	const char *const members[] = { s->rec->id,
		"urn:gspd:pt:00000000-0000-4000-8000-000000000002" };

	strbuf_reset(&s->builder.words);
	strbuf_reset(&s->builder.values);
	strbuf_reset(&s->builder.points);
	s->view.rec = s->rec;
	s->view.members = (const char **)members;
	s->view.n_members = ARRAY_LEN(members);
	document_add(&s->builder, s->arena, 7, &s->view);
	assert_int_equal(s->builder.docs, 0);
	assert_int_equal(s->builder.group, 7);
}

static void
end(struct scene *s)
{
	strbuf_release(&s->builder.words);
	strbuf_release(&s->builder.values);
	strbuf_release(&s->builder.points);
	arena_free(s->arena);
}

static struct value *
put(struct scene *s, struct value *parent, enum field_id id, const char *text)
{
	return record_add(s->rec, parent, id, text, NULL);
}

static void
test_words(void **state)
{
	struct scene s = begin(RECORD_KIND_PROGRAMME, "en-GB");
	struct value *group;

	(void)state;
	put(&s, NULL, FIELD_NAME, "Well-Being Choirs");
	record_add(s.rec, NULL, FIELD_NAME, "Hôpital 合唱団", "fr");
	record_add(s.rec, NULL, FIELD_NAME, "歌", "ja");
	put(&s, NULL, FIELD_SUMMARY, "Sing!");
	put(&s, NULL, FIELD_DESCRIPTION, "");
	put(&s, NULL, FIELD_STATUS, "running"); /* not searched */
	group = put(&s, NULL, FIELD_ORGANISATION, NULL);
	put(&s, group, FIELD_ORGANISATION_NAME, "Mind");
	run(&s);
	/* en is bit 0, fr bit 1; plurals are not spelt out. */
	assert_string_equal(s.builder.words.buf,
	    "T:well/1 T:being/1 +T:wellbeing/1 T:choirs/1 | "
	    "T:hopital/2 T:合唱 T:唱団 T:団 | T:歌 | S:sing/1 | P:mind/1 | "
	    "R:programme/1 | ");
	assert_string_equal(s.builder.values.buf,
	    "kind=programme language=en node=gb-eng node=pt ");
	assert_string_equal(s.builder.points.len > 0 ? s.builder.points.buf
						     : "",
	    "");
	end(&s);
}

static void
test_arabic(void **state)
{
	struct scene s = begin(RECORD_KIND_PROGRAMME, "ar");

	(void)state;
	put(&s, NULL, FIELD_NAME, "المُسنّين");
	run(&s);
	/* As written but for marks: the query looks for it without article.
	 * And what kind of record it is, in English and in its language. */
	assert_string_equal(s.builder.words.buf,
	    "T:المسنين/8000000 | R:programme/1 | R:برنامج/8000000 | ");
	end(&s);
}

static void
test_labels(void **state)
{
	struct scene s = begin(RECORD_KIND_PROGRAMME, "pt");
	struct value *group;

	(void)state;
	put(&s, NULL, FIELD_ZONE, "arts");
	put(&s, NULL, FIELD_LANGUAGE_OFFERED, "fr-CA");
	group = put(&s, NULL, FIELD_AREA, NULL);
	put(&s, group, FIELD_AREA_COUNTRY, "DE");
	run(&s);
	assert_non_null(strstr(s.builder.words.buf, "L:germany/1 "));
	assert_non_null(strstr(s.builder.words.buf, "L:alemanha/10 "));
	assert_non_null(strstr(s.builder.words.buf, "R:arts/1 "));
	assert_non_null(strstr(s.builder.words.buf, "R:artes/10 "));
	/* Own languages are said: the record's does not count as one. */
	assert_string_equal(s.builder.values.buf,
	    "zone=arts language=fr country=DE kind=programme node=gb-eng "
	    "node=pt ");
	end(&s);
}

static void
test_identifier(void **state)
{
	struct scene s = begin(RECORD_KIND_EVIDENCE, "en");
	struct value *group;

	(void)state;
	group = put(&s, NULL, FIELD_IDENTIFIER, NULL);
	put(&s, group, FIELD_IDENTIFIER_SCHEME, "doi");
	put(&s, group, FIELD_IDENTIFIER_VALUE, "10.1136/bmj.K1234");
	put(&s, NULL, FIELD_YEAR, "2021");
	put(&s, NULL, FIELD_TYPE, "article");
	put(&s, NULL, FIELD_DESIGN, "rct");
	run(&s);
	assert_non_null(strstr(s.builder.words.buf,
	    "R:10/1 R:1136/1 R:bmj/1 R:k1234/1 | R:doi101136bmjk1234 | "));
	assert_non_null(strstr(s.builder.values.buf, "type=article "));
	assert_non_null(strstr(s.builder.values.buf, "design=rct "));
	assert_int_equal(s.builder.year, 2021);
	end(&s);
}

static void
test_points(void **state)
{
	static const struct {
		const char *lat, *lon;
	} rows[] = { { "51.5", "-0.12" }, { "-33", "151.2" }, { "x", "1" },
		{ "1", "" }, { NULL, "1" }, { "1", NULL }, { "90", "180" } };
	struct scene s = begin(RECORD_KIND_PROGRAMME, "en");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value *site = put(&s, NULL, FIELD_SITE, NULL);

		if (rows[i].lat != NULL)
			put(&s, site, FIELD_SITE_LAT, rows[i].lat);
		if (rows[i].lon != NULL)
			put(&s, site, FIELD_SITE_LON, rows[i].lon);
	}
	run(&s);
	assert_string_equal(s.builder.points.buf,
	    "51.50,-0.12 -33.00,151.20 90.00,180.00 ");
	end(&s);
}

/* Quality of a bare record checked on a day and changed at a time. */
static unsigned
quality(const char *day, int64_t modified)
{
	struct scene s = begin(RECORD_KIND_PROGRAMME, "en");
	unsigned prior;

	if (day != NULL)
		put(&s, put(&s, NULL, FIELD_ASSURED, NULL), FIELD_ASSURED_DATE,
		    day);
	s.rec->modified_at = modified;
	run(&s);
	prior = s.builder.prior;
	end(&s);
	return prior;
}

#define IN_2026 1795200000 /* 2026-11-20 */

static void
test_quality(void **state)
{
	static const char *const days[] = { NULL, "1999-05-01", "2001", "2008",
		"2019-12-31", "2020-01-01", "2020-02-01", "2024-06-30",
		"2026-10-01", "2026-11-15" };
	struct scene s = begin(RECORD_KIND_PROGRAMME, "en");
	unsigned bare, full;

	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(days); i++)
		assert_true(
		    quality(days[i - 1], IN_2026) < quality(days[i], IN_2026));
	/* A date to come is worth no more than the last change. */
	assert_int_equal(quality("2031-01-01", IN_2026),
	    quality("2026-11-15", IN_2026));
	assert_int_equal(quality("9999-12-31", 0), 200);
	assert_int_equal(quality("2026-13-45", IN_2026), 0);
	assert_int_equal(quality("tomorrow", IN_2026), 0);
	/* The more is there the better, never as much as a check. */
	run(&s);
	bare = s.builder.prior;
	put(&s, NULL, FIELD_SUMMARY, "x");
	run(&s);
	assert_true(s.builder.prior > bare);
	for (enum field_id id = FIELD_ROOT + 1; id < FIELD_COUNT; id++) {
		const struct field *field = field_get(id);

		if (field->parent == FIELD_ROOT && id != FIELD_SUMMARY &&
		    id != FIELD_ASSURED &&
		    field_has(field, RECORD_KIND_PROGRAMME))
			put(&s, NULL, id,
			    field->type == FIELD_TYPE_GROUP ? NULL : "x");
	}
	run(&s);
	full = s.builder.prior;
	assert_int_equal(full, 55);
	assert_true(full < quality("2026-11", IN_2026));
	end(&s);
}

static void
test_facts(void **state)
{
	struct scene s = begin(RECORD_KIND_EVIDENCE, "en");

	(void)state;
	put(&s, put(&s, NULL, FIELD_ASSURED, NULL), FIELD_ASSURED_DATE,
	    "2026-11");
	put(&s, NULL, FIELD_YEAR, "-5");
	s.rec->modified_at = IN_2026;
	run(&s);
	assert_int_equal(s.builder.checked, 20261100);
	assert_int_equal(s.builder.modified, IN_2026);
	assert_int_equal(s.builder.year, 0);
	s.rec->modified_at = INT64_MAX;
	run(&s);
	assert_int_equal(s.builder.modified, UINT32_MAX);
	s.rec->modified_at = INT64_MIN;
	run(&s);
	assert_int_equal(s.builder.modified, 0);
	end(&s);
}

/* A group that such a field stands in; NULL is the root. */
static struct value *
group_for(struct scene *s, enum field_id id)
{
	enum field_id parent = field_get(id)->parent;

	if (parent == FIELD_ROOT)
		return NULL;
	return put(s, group_for(s, parent), parent, NULL);
}

/* Any bytes as any text. */
static void
test_hostile(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct scene s = begin(RECORD_KIND_PROGRAMME, "\xff\xfe");

		for (int i = 0; i < 20; i++) {
			enum field_id id;
			char text[300];

			for (size_t k = 0; k < sizeof(text); k++) {
				seed = seed * 1664525u + 1013904223u;
				text[k] = (char)(seed >> 24);
			}
			text[(size_t)round] = '\0';
			id = (enum field_id)(1 + seed % (FIELD_COUNT - 1));
			if (field_get(id)->type != FIELD_TYPE_GROUP)
				record_add(s.rec, group_for(&s, id), id, text,
				    text);
		}
		run(&s);
		end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_arabic),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_identifier),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_quality),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
