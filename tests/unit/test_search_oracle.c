/*
 * test_search_oracle: totals and counts of values, as SQLite's FTS5 has them,
 * on random documents of Latin words without other forms. FTS5 gets words as
 * they are (tokenize='ascii') and knows nothing of ours; filters and counts are
 * plain SQL. Held against it are the slow reference and the engine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "search_reference.h"

/* Stands between values; no word of a corpus starts so. */
#define GAP "xxxx"

static const char *const columns[SEARCH_FIELD_COUNT] = { "title", "summary",
	"people", "place", "rest" };

static void
execute(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	return stmt;
}

static void
step(sqlite3_stmt *stmt)
{
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
}

static void
insert_words(sqlite3_stmt *stmt, const struct corpus *corpus,
    const struct corpus_doc *doc)
{
	struct strbuf text;

	sqlite3_bind_int64(stmt, 1, doc->group);
	for (int f = 0; f < SEARCH_FIELD_COUNT; f++) {
		uint32_t last = 0;

		strbuf_init(&text, 1000000);
		for (size_t i = 0; i < doc->n; i++) {
			const struct corpus_token *token = &doc->tokens[i];

			if (token->field != f)
				continue;
			if (token->position != last + 1)
				strbuf_addstr(&text, " " GAP);
			strbuf_addf(&text, " %s",
			    corpus->words[token->word].text);
			last = token->position;
		}
		sqlite3_bind_text(stmt, f + 2, text.len > 0 ? text.buf : "", -1,
		    SQLITE_TRANSIENT);
		strbuf_release(&text);
	}
	step(stmt);
}

static sqlite3 *
oracle_new(const struct corpus *corpus)
{
	sqlite3_stmt *words, *facts, *value;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	execute(db, "CREATE VIRTUAL TABLE words USING fts5(title, summary, "
		    "people, place, rest, tokenize='ascii')");
	execute(db, "CREATE TABLE facts (doc INTEGER PRIMARY KEY, year "
		    "INTEGER, checked INTEGER)");
	execute(db, "CREATE TABLE facets (facet INTEGER, value INTEGER, doc "
		    "INTEGER, PRIMARY KEY (facet, doc, value)) WITHOUT ROWID");
	words = prepare(db, "INSERT INTO words (rowid, title, summary, "
			    "people, place, rest) VALUES (?, ?, ?, ?, ?, ?)");
	facts = prepare(db, "INSERT INTO facts VALUES (?, ?, ?)");
	value = prepare(db, "INSERT INTO facets VALUES (?, ?, ?)");
	execute(db, "BEGIN");
	for (size_t d = 0; d < corpus->n_docs; d++) {
		const struct corpus_doc *doc = &corpus->docs[d];

		if (doc->is_dead)
			continue;
		insert_words(words, corpus, doc);
		sqlite3_bind_int64(facts, 1, doc->group);
		sqlite3_bind_int(facts, 2, doc->year);
		sqlite3_bind_int(facts, 3, (int)doc->checked);
		step(facts);
		for (int bit = 0; bit < SEARCH_FACET_COUNT * CORPUS_VALUES_MAX;
		     bit++) {
			int f = bit / CORPUS_VALUES_MAX;
			int v = bit % CORPUS_VALUES_MAX;

			if ((doc->values[f] >> v & 1) == 0)
				continue;
			sqlite3_bind_int(value, 1, f);
			sqlite3_bind_int(value, 2, v);
			sqlite3_bind_int64(value, 3, doc->group);
			step(value);
		}
	}
	execute(db, "COMMIT");
	sqlite3_finalize(words);
	sqlite3_finalize(facts);
	sqlite3_finalize(value);
	return db;
}

/* ---- a query as SQL ---- */

static void
add_match(struct strbuf *sql, const struct ref_term *term)
{
	if (term->field != REF_ANY_FIELD)
		strbuf_addf(sql, "%s : ", columns[term->field]);
	strbuf_addstr(sql, "\"");
	for (size_t i = 0; i < term->n; i++)
		strbuf_addf(sql, i == 0 ? "%s" : " %s", term->words[i]);
	strbuf_addstr(sql, term->kind == REF_START ? "\" *" : "\"");
}

static void
add_values(struct strbuf *sql, size_t facet, uint32_t values, const char * not )
{
	bool is_first = true;

	strbuf_addf(sql,
	    " AND doc %sIN (SELECT doc FROM facets WHERE facet = "
	    "%d AND value IN (",
	    not, (int)facet);
	for (int v = 0; v < CORPUS_VALUES_MAX; v++) {
		if ((values >> v & 1) == 0)
			continue;
		strbuf_addf(sql, is_first ? "%d" : ", %d", v);
		is_first = false;
	}
	strbuf_addstr(sql, "))");
}

/* The documents, without the filter of one facet. */
static void
add_documents(struct strbuf *sql, const struct ref_query *query, size_t without)
{
	strbuf_addstr(sql, "SELECT doc FROM facts WHERE 1");
	for (size_t g = 0; g < query->n_groups; g++) {
		strbuf_addstr(sql, " AND doc IN (SELECT rowid FROM words "
				   "WHERE words MATCH '");
		for (size_t i = 0; i < query->groups[g].n; i++) {
			strbuf_addstr(sql, i == 0 ? "" : " OR ");
			add_match(sql, &query->groups[g].terms[i]);
		}
		strbuf_addstr(sql, "')");
	}
	for (size_t i = 0; i < query->n_without; i++) {
		strbuf_addstr(sql, " AND doc NOT IN (SELECT rowid FROM words "
				   "WHERE words MATCH '");
		add_match(sql, &query->without[i]);
		strbuf_addstr(sql, "')");
	}
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (query->filters[f] != 0 && f != without)
			add_values(sql, f, query->filters[f], "");
		if (query->not_filters[f] != 0)
			add_values(sql, f, query->not_filters[f], "NOT ");
	}
	if (query->year_from != 0)
		strbuf_addf(sql, " AND year >= %u", query->year_from);
	if (query->year_to != 0)
		strbuf_addf(sql, " AND year BETWEEN 1 AND %u", query->year_to);
	strbuf_addf(sql, " AND checked >= %u", query->checked_since);
}

static int64_t
oracle_total(sqlite3 *db, const struct ref_query *query)
{
	struct strbuf sql;
	sqlite3_stmt *stmt;
	int64_t n;

	strbuf_init(&sql, 100000);
	strbuf_addstr(&sql, "SELECT count(*) FROM (");
	add_documents(&sql, query, SEARCH_FACET_COUNT);
	strbuf_addstr(&sql, ")");
	stmt = prepare(db, sql.buf);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	strbuf_release(&sql);
	return n;
}

static void
oracle_counts(sqlite3 *db, const struct ref_query *query, size_t facet,
    int64_t counts[CORPUS_VALUES_MAX])
{
	struct strbuf sql;
	sqlite3_stmt *stmt;

	memset(counts, 0, CORPUS_VALUES_MAX * sizeof(*counts));
	strbuf_init(&sql, 100000);
	strbuf_addf(&sql,
	    "SELECT value, count(*) FROM facets WHERE facet = %d "
	    "AND doc IN (",
	    (int)facet);
	add_documents(&sql, query, facet);
	strbuf_addstr(&sql, ") GROUP BY value");
	stmt = prepare(db, sql.buf);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		counts[sqlite3_column_int(stmt, 0)] = sqlite3_column_int64(stmt,
		    1);
	sqlite3_finalize(stmt);
	strbuf_release(&sql);
}

/* ---- */

static size_t
check_reference(sqlite3 *db, struct reference *ref,
    const struct ref_query *query, const char *text)
{
	struct ref_result result;
	int64_t total = oracle_total(db, query);

	reference_run(ref, query, &result);
	if (total != (int64_t)result.n)
		fail_msg("%s: %d by FTS5, %d by the reference", text,
		    (int)total, (int)result.n);
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		int64_t counts[CORPUS_VALUES_MAX];

		oracle_counts(db, query, f, counts);
		if (memcmp(counts, result.counts[f], sizeof(counts)) != 0)
			fail_msg("%s: counts of %s differ", text,
			    search_facet_name((enum search_facet)f));
	}
	return total > 0;
}

static int64_t
count_of(const struct search_result *result, size_t facet, const char *value)
{
	for (size_t i = 0; value != NULL && i < result->facets[facet].n; i++) {
		if (strcmp(result->facets[facet].items[i].value, value) == 0)
			return result->facets[facet].items[i].n;
	}
	return 0;
}

static size_t
check_engine(sqlite3 *db, struct search *search, const struct ref_query *ref,
    const char *text)
{
	struct search_query query = { .text = text, .limit = 10 };
	int64_t total = oracle_total(db, ref);
	struct arena *arena = arena_new();
	struct search_result result;
	struct err err;

	query.checked_since = (int32_t)ref->checked_since;
	assert_int_equal(search_run(search, arena, &query, &result, &err), 0);
	/* Words left out or put right: another question. */
	if (result.dropped == NULL && !result.is_corrected) {
		if (total != result.count)
			fail_msg("%s: %d by FTS5, %d by the engine", text,
			    (int)total, (int)result.count);
		for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
			int64_t counts[CORPUS_VALUES_MAX];

			oracle_counts(db, ref, f, counts);
			for (size_t v = 0; v < CORPUS_VALUES_MAX; v++)
				assert_int_equal(counts[v],
				    count_of(&result, f,
					corpus_value((enum search_facet)f, v)));
		}
	} else {
		assert_int_equal(total, 0);
	}
	arena_free(arena);
	return total > 0;
}

/* One random set of documents, 40 queries. */
static size_t
check_corpus(uint64_t seed, bool is_engine)
{
	static const struct ref_draw draw = { .has_filters = true };
	const struct corpus_kind kind = { .seed = seed,
		.docs = 250,
		.entries = 40 + 60 * (seed % 10),
		.doc_words = 14,
		.dead = 10,
		.is_ascii = true };
	char folder[] = "search-oracle-XXXXXX";
	struct corpus *corpus = corpus_new(&kind);
	struct reference *ref = reference_new(corpus);
	sqlite3 *db = oracle_new(corpus);
	struct search *search = NULL;
	size_t found = 0;
	struct err err;

	assert_non_null(mkdtemp(folder));
	if (is_engine) {
		corpus_write(corpus, folder, 1 + seed % 6, false);
		search = search_open_index(folder);
	}
	for (int i = 0; i < 40; i++) {
		struct ref_query query;
		struct strbuf text;

		ref_query_draw(corpus, &draw, &query);
		query.km = 0;
		strbuf_init(&text, SEARCH_QUERY_MAX);
		strbuf_addch(&text, ' ');
		ref_query_text(&query, ~0U, &text);
		found += is_engine ? check_engine(db, search, &query, text.buf)
				   : check_reference(db, ref, &query, text.buf);
		strbuf_release(&text);
	}
	search_close(search);
	sqlite3_close(db);
	reference_free(ref);
	corpus_free(corpus);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	return found;
}

static void
test_reference(void **state)
{
	size_t found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		found += check_corpus(seed, false);
	/* Most find something, or nothing would have been shown. */
	assert_true(found > (size_t)8 * 20);
}

static void
test_engine(void **state)
{
	size_t found = 0;

	(void)state;
	for (uint64_t seed = 11; seed <= 18; seed++)
		found += check_corpus(seed, true);
	assert_true(found > (size_t)8 * 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_engine),
	};

	return cmocka_run_group_tests_name("search_oracle", tests, NULL, NULL);
}
