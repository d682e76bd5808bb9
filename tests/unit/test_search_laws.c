/*
 * test_search_laws: what holds of the answers of a search engine whatever the
 * documents are, asked with starts of very many words, words written in
 * several ways and phrases that go on, at the borders of blocks and windows.
 * And queries that somebody makes up to keep a node busy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "search/manifest.h"
#include "search_proof.h"

/* ---- laws ---- */

/* All that match a text, with a filter if value is not NULL; 0 when another
 * question was answered. */
static int64_t
count_of(struct scene *s, const char *text, enum search_facet facet,
    const char *value)
{
	struct search_query query = { .text = text, .limit = 1 };
	struct search_result got;

	query.filters[0].facet = facet;
	query.filters[0].value = value;
	query.n_filters = value != NULL;
	got = scene_run(s, &query);
	return got.dropped != NULL || got.is_corrected ? 0 : got.count;
}

static int64_t
count_text(struct scene *s, const char *between, const char *a, const char *b)
{
	char text[500];

	(void)snprintf(text, sizeof(text), "%.200s%.20s%.200s", a, between, b);
	return count_of(s, text, SEARCH_KIND, NULL);
}

static const char *
draw_plain(struct corpus *corpus)
{
	const struct corpus_word *word;

	do
		word =
		    &corpus->words[corpus_zipf(&corpus->rng, corpus->n_words)];
	while (!word->is_plain || strlen(word->text) > 30);
	return word->text;
}

/* Two words that follow each other in some document. */
static void
draw_row(struct corpus *corpus, char *ret_text, size_t size)
{
	const struct corpus_doc *doc =
	    &corpus->docs[corpus_below(&corpus->rng, corpus->n_docs)];
	const char *a = draw_plain(corpus), *b = draw_plain(corpus);

	for (size_t i = 0; i + 1 < doc->n; i++) {
		const struct corpus_word *x =
		    &corpus->words[doc->tokens[i].word];
		const struct corpus_word *y =
		    &corpus->words[doc->tokens[i + 1].word];

		if (x->is_plain && y->is_plain &&
		    corpus_below(&corpus->rng, 3) == 0) {
			a = x->text;
			b = y->text;
			break;
		}
	}
	(void)snprintf(ret_text, size, "%.60s-%.60s", a, b);
}

static void
draw_term(struct corpus *corpus, char *ret_text, size_t size)
{
	static const char *const names[] = { "", "", "", "title:", "author:" };
	const char *name = names[corpus_below(&corpus->rng, ARRAY_LEN(names))];
	char text[140];

	if (corpus_below(&corpus->rng, 3) == 0)
		draw_row(corpus, text, sizeof(text));
	else
		(void)snprintf(text, sizeof(text), "%s", draw_plain(corpus));
	if (corpus_below(&corpus->rng, 2) == 0) {
		size_t len = strlen(text), keep;

		/* A start of one letter, or of what is left of the last. */
		keep = corpus_below(&corpus->rng, 2) == 0 &&
			       strchr(text, '-') == NULL
			   ? 1
			   : len - corpus_below(&corpus->rng, 3);
		while (keep > 0 && keep < len && (text[keep] & 0xc0) == 0x80)
			keep++;
		if (keep > 0 && keep <= len)
			(void)snprintf(text + keep, sizeof(text) - keep, "*");
	}
	(void)snprintf(ret_text, size, "%s%s", name, text);
}

static void
check_sorts(struct scene *s, const char *text, int64_t n)
{
	for (int sort = SEARCH_BY_RELEVANCE; sort <= SEARCH_BY_DISTANCE;
	     sort++) {
		struct search_query query = { .text = text,
			.limit = 5,
			.sort = (enum search_sort)sort,
			.no_facets = sort == SEARCH_BY_YEAR };

		assert_int_equal(scene_run(s, &query).count, n);
	}
}

/* What a facet says that a selection would find is what it finds. */
static void
check_facets(struct scene *s, const char *text)
{
	struct search_query query = { .text = text, .limit = 1 };
	struct search_result got = scene_run(s, &query);

	if (got.dropped != NULL || got.is_corrected)
		return;
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		for (size_t i = 0; i < got.facets[f].n && i < 2; i++) {
			const struct search_count *item =
			    &got.facets[f].items[i];

			assert_int_equal(item->n,
			    count_of(s, text, (enum search_facet)f,
				item->value));
		}
	}
}

static void
check_laws(struct scene *s)
{
	char a[200], b[200];
	int64_t n_a, n_b, both, either, all;

	draw_term(s->corpus, a, sizeof(a));
	draw_term(s->corpus, b, sizeof(b));
	all = count_text(s, "", "", "");
	n_a = count_text(s, "", a, "");
	n_b = count_text(s, "", b, "");
	both = count_text(s, " ", a, b);
	either = count_text(s, " OR ", a, b);
	if (n_a + n_b != both + either)
		fail_msg("%s, %s: %d + %d found, but %d both, %d either", a, b,
		    (int)n_a, (int)n_b, (int)both, (int)either);
	if (n_a > 0 && n_a != both + count_text(s, " -", a, b))
		fail_msg("%s, %s: with and without do not add up", a, b);
	if (count_text(s, "-", "", a) != all - n_a)
		fail_msg("-%s finds not all but %d", a, (int)n_a);
	if (n_a > 0) {
		check_sorts(s, a, n_a);
		check_facets(s, a);
	}
	arena_free(s->arena);
	s->arena = arena_new();
}

static void
test_laws(void **state)
{
	static const size_t sizes[] = { 1, 127, 129, 16383, 16384, 16385,
		32769 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct corpus_kind kind = { .seed = 900 + i,
			.docs = sizes[i],
			.entries = 2500,
			.doc_words = 7,
			.dead = i % 3 == 2 ? 10 : 0 };
		struct scene s;

		scene_start(&s, &kind);
		scene_layout(&s, 1 + i % 2, false);
		for (int n = 0; n < 25; n++)
			check_laws(&s);
		scene_end(&s);
	}
}

/* ---- an index of what is written here ---- */

static void
begin_index(struct scene *s)
{
	char path[100];

	memset(s, 0, sizeof(*s));
	snprintf(s->folder, sizeof(s->folder), "search-laws-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(path, sizeof(path), "%s/index", s->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	s->arena = arena_new();
}

static void
end_index(struct scene *s, struct builder *builder)
{
	struct manifest manifest;
	char path[100];
	struct err err;

	manifest_init(&manifest);
	manifest_add(&manifest, "00000001.seg",
	    (uint32_t)builder_docs(builder));
	snprintf(manifest.catalogue, sizeof(manifest.catalogue),
	    "0123456789abcdef0123456789abcdef");
	snprintf(path, sizeof(path), "%s/index/00000001.seg", s->folder);
	assert_int_equal(builder_write(builder, path, &err), 0);
	snprintf(path, sizeof(path), "%s/index/manifest", s->folder);
	assert_int_equal(manifest_write(path, &manifest, &err), 0);
	manifest_release(&manifest);
	builder_free(builder);
	s->search = search_open_index(s->folder);
}

static void
drop_index(struct scene *s)
{
	struct err err;

	search_close(s->search);
	arena_free(s->arena);
	assert_int_equal(file_remove_tree(s->folder, &err), 0);
}

static void
add_words(struct builder *builder, enum search_field field, const char *a,
    const char *b)
{
	builder_word(builder, a, strlen(a), field, 1);
	builder_word(builder, b, strlen(b), field, 1);
	builder_gap(builder);
}

#define ENDS 3000

/* However many words a phrase may end with, all of them count. */
static void
test_phrase_that_goes_on(void **state)
{
	struct builder *builder = builder_new();
	struct search_query query = { .text = "well-b*",
		.limit = 3,
		.explain = true };
	struct search_result got;
	struct scene s;

	(void)state;
	begin_index(&s);
	for (int i = 0; i < ENDS; i++) {
		char word[20];

		snprintf(word, sizeof(word), "b%05d", i);
		builder_doc(builder, 1 + i);
		/* Not in a row, then in a row in the summary or title. */
		add_words(builder, SEARCH_REST, word, "well");
		if (i % 3 > 0)
			add_words(builder,
			    i % 3 == 1 ? SEARCH_TITLE : SEARCH_SUMMARY, "well",
			    word);
		/* The same place in two forms counts once. */
		if (i == ENDS - 1)
			builder_form(builder, "bees", 4, 1);
		builder_facts(builder, 1, 0, 0, 0);
		builder_doc_end(builder);
	}
	end_index(&s, builder);
	assert_int_equal(count_text(&s, "", "", "well-b*"), ENDS / 3 * 2);
	assert_int_equal(count_text(&s, "", "title:", "well-b*"), ENDS / 3);
	assert_int_equal(count_text(&s, "", "place:", "well-b*"), 0);
	assert_int_equal(count_text(&s, "", "-", "well-b*"), ENDS / 3);
	assert_int_equal(count_text(&s, " ", "well-b*", "b02999"), 1);
	got = scene_run(&s, &query);
	assert_int_equal(got.n_hits, 3);
	assert_int_equal(got.hits[0].n_parts, 1);
	assert_int_equal(got.hits[0].parts[0].weight, 10);
	assert_true(got.hits[0].parts[0].score == got.hits[0].score);
	query.text = "well-b* b02999";
	got = scene_run(&s, &query);
	assert_int_equal(got.n_hits, 1);
	assert_int_equal(got.hits[0].parts[0].weight, 4);
	drop_index(&s);
}

/* ---- busy work ---- */

static void
repeat(struct strbuf *sb, const char *before, const char *after)
{
	for (int i = 0; i < SEARCH_TERMS_MAX; i++)
		strbuf_addf(sb, "%s%c%s ", before, 'a' + i % 26, after);
}

/* Memory that is kept from search to search stays small, and a query of many
 * starts takes no more than walking the index some times. */
static void
test_many_starts(void **state)
{
	static const char *const before[] = { "", "title:", "OR ", "-", "b-",
		"place:d-" };
	const struct corpus_kind kind = { .seed = 990,
		.docs = 20000,
		.entries = 60000,
		.doc_words = 20 };
	struct scene s;

	(void)state;
	scene_start(&s, &kind);
	scene_layout(&s, 1, false);
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		struct search_query query = { .limit = SEARCH_LIMIT_MAX,
			.explain = true };
		struct search_result got;
		struct strbuf sb;

		strbuf_init(&sb, SEARCH_QUERY_MAX);
		repeat(&sb, before[i], "*");
		query.text = sb.buf;
		got = scene_run(&s, &query);
		if (got.took_us > 5000000)
			fail_msg("%s: took %d ms", sb.buf,
			    (int)(got.took_us / 1000));
		strbuf_release(&sb);
	}
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_phrase_that_goes_on),
		cmocka_unit_test(test_many_starts),
	};

	return cmocka_run_group_tests_name("search_laws", tests, NULL, NULL);
}
