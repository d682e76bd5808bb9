/*
 * test_words: documents through the real builder into a segment, and words
 * looked up in it as a query does: the word as written, then what shares a
 * stem with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/document.h"
#include "search/segment.h"
#include "search/token.h"

/* A document each, found by its place in this table. */
static const struct {
	const char *lang;
	const char *name;
} docs[] = {
	{ "en", "Community Choirs" }, /* 0 */
	{ "en", "Gardening for wellbeing" },
	{ "fr", "Activités pour isolées" },
	{ "fr", "Un hôpital" },
	{ "ar", "حديقة المسنين" },
	{ "ja", "市民合唱団" }, /* 5 */
	{ "de", "Gruppen im Garten" },
	{ "ru", "Социальная прогулка" },
	{ "th", "กินข้าว" },
	{ "xx", "Gruppe Choir" },
	{ "en", "Counselling after 2019" }, /* 10 */
	{ "sr", "Здравље" },
	{ "en", "News" },
};

static struct segment *segment;
static struct stemmer *stemmer;

static void
add_documents(struct builder *builder, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(docs); i++) {
		struct merge_view view;
		struct record *rec;

		memset(&view, 0, sizeof(view));
		rec = record_new(arena, RECORD_KIND_ORGANISATION,
		    "urn:gspd:xx:00000000-0000-4000-8000-000000000001",
		    docs[i].lang);
		record_add(rec, NULL, FIELD_NAME, docs[i].name, NULL);
		view.rec = rec;
		view.members = &rec->id;
		view.n_members = 1;
		document_add(builder, arena, (int64_t)i + 100, &view);
	}
}

static int
set_up(void **state)
{
	char folder[] = "words-test-XXXXXX", path[64];
	struct builder *builder = builder_new();
	struct arena *arena = arena_new();
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.seg", folder);
	add_documents(builder, arena);
	if (builder_write(builder, path, &err) == -1)
		fail_msg("%s", err.text);
	segment = segment_open(path, 0, &err);
	if (segment == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	builder_free(builder);
	arena_free(arena);
	stemmer = stemmer_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	segment_close(segment);
	stemmer_free(stemmer);
	return 0;
}

struct asked {
	char text[TOKEN_MAX];
	size_t len;
};

static void
take_first(void *ctx, const struct token *token)
{
	struct asked *word = ctx;

	if (word->len == 0) {
		memcpy(word->text, token->text, token->len);
		word->len = token->len;
	}
}

static uint64_t
docs_of(uint32_t term)
{
	static struct post post;
	uint64_t found = 0;

	assert_int_equal(post_init(&post, segment, term), 0);
	for (uint32_t doc = post_seek(&post, 0); doc != POST_END;
	     doc = post_seek(&post, doc + 1))
		found |= (uint64_t)1 << (segment_group(segment, doc) - 100);
	return found;
}

/* Documents with the word or a form of it, a bit each. A word that stands
 * nowhere is tried in the language of who asks. */
static uint64_t
look_up(const char *text, const char *lang, bool with_forms)
{
	uint32_t keys[STEM_KEYS_MAX], terms[64], langs = stem_lang(lang), term;
	struct asked word = { "", 0 };
	uint64_t found = 0;
	size_t n;

	token_walk(text, strlen(text), take_first, &word);
	term = dict_find(segment, word.text, word.len);
	if (term != TERM_NONE) {
		found = docs_of(term);
		langs |= segment->terms[term].langs;
	}
	if (!with_forms)
		return found;
	n = stem_keys(stemmer, word.text, word.len, langs, keys);
	for (size_t i = 0; i < n; i++) {
		size_t n_terms = dict_stems(segment, keys[i], terms, 64);

		for (size_t k = 0; k < n_terms; k++) {
			size_t len;
			const char *other = dict_text(segment, terms[k], &len);

			if (stem_is_same(stemmer, word.text, word.len, other,
				len, langs & segment->terms[terms[k]].langs))
				found |= docs_of(terms[k]);
		}
	}
	return found;
}

#define DOC(n) ((uint64_t)1 << (n))

static void
test_look_up(void **state)
{
	static const struct {
		const char *text, *lang;
		uint64_t as_written, in_all_forms;
	} rows[] = {
		{ "choir", "en", DOC(9), DOC(0) | DOC(9) },
		{ "CHOIRS", "en", DOC(0), DOC(0) | DOC(9) },
		{ "gardens", "en", 0, DOC(1) },
		{ "garden", "de", 0, 0 },
		{ "wellbeing", "en", DOC(1), DOC(1) },
		{ "isolé", "fr", 0, DOC(2) },
		{ "isolé", "", 0, 0 },
		{ "hôpitaux", "", 0, DOC(3) },
		{ "مسن", "ar", 0, DOC(4) },
		{ "مسنين", "", 0, DOC(4) },
		{ "الحديقة", "ar", 0, DOC(4) },
		{ "合唱", "ja", DOC(5), DOC(5) },
		{ "団", "ja", DOC(5), DOC(5) },
		/* German rules for words of German texts only */
		{ "Gruppe", "", DOC(9), DOC(9) },
		{ "Gruppe", "de", DOC(9), DOC(6) | DOC(9) },
		{ "Gruppen", "", DOC(6), DOC(6) },
		{ "социальный", "ru", 0, DOC(7) },
		{ "ข้าว", "th", DOC(8), DOC(8) },
		{ "วข้า", "th", 0, 0 },
		{ "กิน", "th", DOC(8), DOC(8) },
		{ "counseling", "en", 0, DOC(10) },
		{ "2019", "en", DOC(10), DOC(10) },
		{ "201", "en", 0, 0 },
		{ "zdravlja", "sr", 0, DOC(11) },
		{ "new", "fr", 0, 0 },
		{ "new", "en", 0, 0 },
		{ "news", "en", DOC(12), DOC(12) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t plain = look_up(rows[i].text, rows[i].lang, false);
		uint64_t all = look_up(rows[i].text, rows[i].lang, true);

		if (plain != rows[i].as_written || all != rows[i].in_all_forms)
			fail_msg("%s (%s): %llx, %llx", rows[i].text,
			    rows[i].lang, (unsigned long long)plain,
			    (unsigned long long)all);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_look_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
