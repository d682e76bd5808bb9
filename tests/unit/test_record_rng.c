/*
 * schemas/record.rng and page.rng agree with the table of fields: the
 * committed file is what tools/rng prints, a record with every field of its
 * kind is valid for both the schema and record_validate(), and each kind of
 * mistake is refused by the schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/feed.h"
#include "record/record.h"
#include "xml/xml.h"

#define ID    "urn:gspd:ca:0b5a6f0e-3a51-4a2b-8a55-0f1e2d3c4b5a"
#define OTHER "urn:gspd:sg:1b5a6f0e-3a51-4a2b-8a55-0f1e2d3c4b5a"
#define NS    "urn:gspd:record:1"

static char rng_path[4096], page_path[4096], head_path[4096];

/* A value that fits every rule across fields. */
static const char *
value_for(const struct field *field)
{
	static const struct {
		enum field_id id;
		const char *text;
	} special[] = {
		{ FIELD_IDENTIFIER_SCHEME, "doi" },
		{ FIELD_IDENTIFIER_VALUE, "10.1000/xyz1" },
		{ FIELD_AUDIENCE_MIN_AGE, "16" },
		{ FIELD_AUDIENCE_MAX_AGE, "99" },
		{ FIELD_COST_KIND, "fee" },
		{ FIELD_SITE_LAT, "45.5" },
		{ FIELD_SITE_LON, "-73.55" },
		{ FIELD_SITE_SCHEDULE_RRULE, "FREQ=WEEKLY;BYDAY=TU,TH" },
		{ FIELD_SITE_SCHEDULE_START, "2026-11-21T10:00" },
		{ FIELD_SITE_SCHEDULE_END, "2026-11-21T12:00" },
		{ FIELD_SITE_SCHEDULE_ZONE, "America/Toronto" },
		{ FIELD_SCHEDULE_RRULE, "FREQ=MONTHLY;BYDAY=1MO" },
		{ FIELD_SCHEDULE_START, "2026-11-21T10:00" },
		{ FIELD_SCHEDULE_END, "2026-11-21T12:00" },
		{ FIELD_SCHEDULE_ZONE, "America/Toronto" },
		{ FIELD_AREA_SUBDIVISION, "CA-QC" },
		{ FIELD_AUTHOR_ORCID, "0000-0002-1825-0097" },
		{ FIELD_ORCID, "0000-0002-1825-0097" },
		{ FIELD_EFFECT_MEASURE, "md" },
		{ FIELD_EFFECT_ESTIMATE, "-0.5" },
		{ FIELD_EFFECT_CI_LOW, "-0.84" },
		{ FIELD_EFFECT_CI_HIGH, "-0.16" },
		{ FIELD_EFFECT_CI_LEVEL, "95" },
		{ FIELD_EFFECT_I2, "40" },
		{ FIELD_WORK_AREA, "3" },
		{ FIELD_REPLACED_BY, "other" },
	};

	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (special[i].id == field->id)
			return special[i].text;
	}
	switch (field->type) {
	case FIELD_TYPE_CODE: return vocab_code(field->vocab, 0);
	case FIELD_TYPE_INT: return "7";
	case FIELD_TYPE_NUMBER: return "1.50";
	case FIELD_TYPE_BOOL: return "true";
	case FIELD_TYPE_YEAR: return "2026";
	case FIELD_TYPE_DATE: return "2026-11-21";
	case FIELD_TYPE_URI: return "https://example.org/a?b=1&c=2";
	case FIELD_TYPE_EMAIL: return "office@example.org";
	case FIELD_TYPE_COUNTRY: return "CA";
	case FIELD_TYPE_LANG: return "fr-CA";
	case FIELD_TYPE_CURRENCY: return "CAD";
	case FIELD_TYPE_ID: return OTHER;
	default: return "words";
	}
}

static void
fill(struct record *rec, struct value *parent, enum field_id id)
{
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *field = field_get((enum field_id)i);
		struct value *group;

		if (field->parent != id || !field_has(field, rec->kind))
			continue;
		if (field->type == FIELD_TYPE_GROUP) {
			group = record_add(rec, parent, field->id, NULL, NULL);
			fill(rec, group, field->id);
			continue;
		}
		record_add(rec, parent, field->id, value_for(field),
		    field->type == FIELD_TYPE_TEXT ? "en" : NULL);
		if (field->type == FIELD_TYPE_TEXT) {
			group = record_add(rec, parent, field->id, "mots",
			    "fr-CA");
			group->made = "machine";
			group->of = "2026-11-21T10:00:00Z";
		}
	}
}

static void
write_values(struct xml_writer *w, const struct record *rec,
    const struct value *first)
{
	for (const struct value *v = first; v != NULL; v = v->next) {
		if (v->field == NULL) {
			xml_writer_raw(w, v->text, strlen(v->text));
			continue;
		}
		xml_writer_start(w, v->field->name);
		if (v->field->type == FIELD_TYPE_TEXT)
			xml_writer_attr(w, "xml:lang",
			    v->lang != NULL ? v->lang : rec->lang);
		if (v->made != NULL)
			xml_writer_attr(w, "made", v->made);
		if (v->of != NULL)
			xml_writer_attr(w, "of", v->of);
		if (v->text != NULL)
			xml_writer_text(w, v->text);
		write_values(w, rec, v->first);
		xml_writer_end(w);
	}
}

static int
is_valid(const struct record *rec, struct err *err)
{
	struct strbuf sb;
	struct xml_writer *w;
	int result;

	strbuf_init(&sb, 1 << 20);
	w = xml_writer_new(&sb);
	xml_writer_start(w, "record");
	xml_writer_attr(w, "xmlns", NS);
	xml_writer_attr(w, "kind", record_kind_name(rec->kind));
	xml_writer_attr(w, "modified", "2026-01-02T03:04:05Z");
	xml_writer_attr(w, "first", "2026-01-02T03:04:05Z");
	write_values(w, rec, rec->root.first);
	xml_writer_end(w);
	xml_writer_free(w);
	result = xml_validate(sb.buf, sb.len, rng_path, err);
	strbuf_release(&sb);
	return result == 0;
}

static struct record *
maximal(struct arena *arena, enum record_kind kind)
{
	struct record *rec = record_new(arena, kind, ID, "en");

	fill(rec, NULL, FIELD_ROOT);
	return rec;
}

static void
test_maximal(void **state)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		struct record *rec = maximal(*state, (enum record_kind)kind);
		struct problems problems;
		struct err err = { 0 };

		problems_init(&problems);
		if (record_validate(rec, &problems, &err) == -1)
			fail_msg("%s: %s", record_kind_name(rec->kind),
			    err.text);
		assert_int_equal(problems.errors, 0);
		problems_release(&problems);
		if (!is_valid(rec, &err))
			fail_msg("%s: %s", record_kind_name(rec->kind),
			    err.text);
	}
}

/* Elements of a later version may stand anywhere. */
static void
test_unknown(void **state)
{
	static const char later[] =
	    "<later>text<more xmlns=\"urn:x\" a=\"1\"></more></later>";
	struct record *rec = maximal(*state, RECORD_KIND_PROGRAMME);
	struct value *value = rec->root.first;
	struct err err = { 0 };

	record_add_unknown(rec, NULL, later, strlen(later));
	assert_true(is_valid(rec, &err));
	/* In front, and inside a group, as a later table may have it. */
	while (value->next->field != NULL)
		value = value->next;
	value->next->next = rec->root.first;
	rec->root.first = value->next;
	value->next = NULL;
	assert_true(is_valid(rec, &err));
	rec = maximal(*state, RECORD_KIND_PROGRAMME);
	value = (struct value *)value_find(&rec->root, FIELD_SITE);
	record_add_unknown(rec, value, later, strlen(later));
	assert_true(is_valid(rec, &err));
}

static void
test_required(void **state)
{
	size_t tried = 0;

	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
			const struct field *field = field_get((enum field_id)i);
			struct record *rec;
			struct err err = { 0 };

			if (field->parent != FIELD_ROOT ||
			    !field_is_required(field, (enum record_kind)kind))
				continue;
			rec = maximal(*state, (enum record_kind)kind);
			record_remove(rec, NULL, field->id);
			if (is_valid(rec, &err))
				fail_msg("without %s still valid", field->name);
			assert_int_equal(err.code, ERR_SCHEMA);
			tried++;
		}
	}
	assert_true(tried > 20);
}

/* Every typed field with a text that no type takes. */
static void
test_types(void **state)
{
	size_t tried = 0;

	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *field = field_get((enum field_id)i);
		struct record *rec;
		struct err err = { 0 };
		enum record_kind kind = RECORD_KIND_PROGRAMME;

		if (field->parent != FIELD_ROOT ||
		    field->type == FIELD_TYPE_GROUP ||
		    field->type == FIELD_TYPE_TEXT)
			continue;
		while (!field_has(field, kind))
			kind++;
		rec = maximal(*state, kind);
		record_remove(rec, NULL, field->id);
		record_add(rec, NULL, field->id,
		    field->type == FIELD_TYPE_STRING ? " " : "!no such value",
		    NULL);
		if (is_valid(rec, &err))
			fail_msg("%s takes anything", field->name);
		tried++;
	}
	assert_true(tried > 40);
}

static void
test_misplaced(void **state)
{
	struct record *rec = maximal(*state, RECORD_KIND_PROGRAMME);
	struct err err = { 0 };
	struct value *value;

	/* A field of another kind. */
	record_add(rec, NULL, FIELD_TITLE, "words", "en");
	assert_false(is_valid(rec, &err));
	/* Twice where once is allowed. */
	rec = maximal(*state, RECORD_KIND_PROGRAMME);
	record_add(rec, NULL, FIELD_STATUS, "active", NULL);
	assert_false(is_valid(rec, &err));
	/* Out of table order. */
	rec = maximal(*state, RECORD_KIND_PROGRAMME);
	value = rec->root.first;
	rec->root.first = value->next;
	value->next = rec->root.first->next;
	rec->root.first->next = value;
	assert_false(is_valid(rec, &err));
	/* Language where none belongs. */
	rec = maximal(*state, RECORD_KIND_PROGRAMME);
	value = (struct value *)value_find(&rec->root, FIELD_STATUS);
	value->made = "human";
	assert_false(is_valid(rec, &err));
}

static void
test_committed(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	char path[4096];
	struct strbuf made, kept;
	struct err err;

	(void)state;
	snprintf(path, sizeof(path), "%s/schemas/record.rng.made",
	    build != NULL ? build : ".");
	assert_int_equal(file_read(path, 4 << 20, &made, &err), 0);
	assert_int_equal(file_read(rng_path, 4 << 20, &kept, &err), 0);
	if (made.len != kept.len || memcmp(made.buf, kept.buf, made.len) != 0)
		fail_msg("schemas/record.rng is not what the table gives: run "
			 "make update-schemas");
	strbuf_release(&made);
	strbuf_release(&kept);
}

static void
page(struct strbuf *sb, const char *entry_id, const char *inside)
{
	strbuf_reset(sb);
	strbuf_addf(sb,
	    "<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\">"
	    "<a:id>urn:gspd:ca:page:01</a:id><a:title>ca page 01</a:title>"
	    "<a:updated>2026-01-02T03:04:05Z</a:updated>"
	    "<a:author><a:name>ca</a:name></a:author>"
	    "<entry xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">"
	    "<id>%s</id><title type=\"text\">t</title>"
	    "<updated>2026-01-02T03:04:05Z</updated>"
	    "<published>2026-01-02T03:04:05Z</published>"
	    "<category scheme=\"urn:gspd:kind\" term=\"term\"></category>"
	    "<content type=\"application/xml\"><record xmlns=\"" NS
	    "\" kind=\"term\" modified=\"2026-01-02T03:04:05Z\">"
	    "<vocabulary>zone</vocabulary><version>1</version>"
	    "<code>arts</code>%s</record></content></entry></a:feed>",
	    entry_id, inside);
}

static void
test_page(void **state)
{
	struct strbuf sb;
	struct err err = { 0 };

	(void)state;
	strbuf_init(&sb, 65536);
	page(&sb, ID, "<label xml:lang=\"en\">Arts</label>");
	if (xml_validate(sb.buf, sb.len, page_path, &err) == -1)
		fail_msg("%s", err.text);
	page(&sb, ID, "<label>Arts</label>");
	assert_int_equal(xml_validate(sb.buf, sb.len, page_path, &err), -1);
	page(&sb, "urn:gspd:CA:1", "<label xml:lang=\"en\">Arts</label>");
	assert_int_equal(xml_validate(sb.buf, sb.len, page_path, &err), -1);
	strbuf_release(&sb);
}

/* What feed/ writes is what the schemas say, and reads back the same. */
static void
test_feed(void **state)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		struct record *rec = maximal(*state, (enum record_kind)kind);
		struct record *back = NULL;
		struct strbuf bytes, out, one, two;
		struct feed_entry entry = { .id = ID };
		struct err err = { 0 };

		strbuf_init(&bytes, 1 << 20);
		strbuf_init(&out, 1 << 20);
		strbuf_init(&one, 1 << 20);
		strbuf_init(&two, 1 << 20);
		if (feed_entry_write(rec, &bytes, &err) == -1)
			fail_msg("%s", err.text);
		entry.bytes = bytes.buf;
		entry.len = bytes.len;
		feed_page_write("ca", "01", &entry, 1, &out);
		if (xml_validate(out.buf, out.len, page_path, &err) == -1)
			fail_msg("%s: %s", record_kind_name(rec->kind),
			    err.text);
		if (feed_entry_read(*state, bytes.buf, bytes.len, &back,
			&err) == -1)
			fail_msg("%s", err.text);
		record_content(rec, &one);
		record_content(back, &two);
		assert_int_equal(one.len, two.len);
		assert_memory_equal(one.buf, two.buf, one.len);
		strbuf_release(&bytes);
		strbuf_release(&out);
		strbuf_release(&one);
		strbuf_release(&two);
	}
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_head(void **state)
{
	struct feed_ref refs[] = { { "0", HASH, 3, 900, false },
		{ "1", HASH, 4, 1000, false } };
	struct feed_head head = {
		.node = "ca",
		.serial = 1700000000,
		.next = 1700086400,
		.expires = 1700604800,
		.nextkey = HASH,
		.records = 7,
		.refs = refs,
		.n_refs = 2,
	};
	char key[] = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
	struct strbuf sig, out;
	struct err err = { 0 };

	(void)state;
	head.key = key;
	strbuf_init(&sig, 1 << 16);
	strbuf_init(&out, 1 << 16);
	feed_signature(FEED_ALG_ECDSA,
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAA", &sig);
	if (feed_head_write(&head, sig.buf, &out, &err) == -1)
		fail_msg("%s", err.text);
	if (xml_validate(out.buf, out.len, head_path, &err) == -1)
		fail_msg("%s", err.text);
	/* Without its signature it is no head. */
	strbuf_reset(&out);
	assert_int_equal(feed_head_write(&head, NULL, &out, &err), 0);
	assert_int_equal(xml_validate(out.buf, out.len, head_path, &err), -1);
	strbuf_reset(&out);
	refs[0].prefix[0] = '\0';
	if (feed_index_write("ca", "", refs, 1, &out, &err) == -1)
		fail_msg("%s", err.text);
	if (xml_validate(out.buf, out.len, head_path, &err) == -1)
		fail_msg("%s", err.text);
	strbuf_release(&sig);
	strbuf_release(&out);
}

static int
set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_committed),
		cmocka_unit_test_setup_teardown(test_maximal, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_unknown, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_required, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_misplaced, set_up,
		    tear_down),
		cmocka_unit_test(test_page),
		cmocka_unit_test_setup_teardown(test_feed, set_up, tear_down),
		cmocka_unit_test(test_head),
	};
	const char *source = getenv("GSPD_SOURCE");
	int failed;

	snprintf(rng_path, sizeof(rng_path), "%s/schemas/record.rng",
	    source != NULL ? source : ".");
	snprintf(page_path, sizeof(page_path), "%s/schemas/page.rng",
	    source != NULL ? source : ".");
	snprintf(head_path, sizeof(head_path), "%s/schemas/head.rng",
	    source != NULL ? source : ".");
	xml_init();
	failed = cmocka_run_group_tests_name("record_rng", tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
