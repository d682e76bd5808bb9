/*
 * cache: facet values and dates of every document in memory, so that counts
 * need no SQL. Read whole once, then only what was added since: numbers of
 * documents only rise. Section "Filters and counts" of the search design.
 */
#include <stdlib.h>
#include <string.h>

#include "search/search_priv.h"
#include "search/search_sql.h"

void
cache_release(struct cache *cache)
{
	free(cache->docs);
	free(cache->codes);
	free(cache->titles);
	if (cache->title_text.cap != 0)
		strbuf_release(&cache->title_text);
	values_release(&cache->values);
	memset(cache, 0, sizeof(*cache));
}

int
values_load(struct search *search, struct values *values, struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_VALUES);
	int rc;

	db_bind_int(stmt, 1, (int64_t)values->n);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t facet = db_column_int(stmt, 1);
		const char *value = db_column_text(stmt, 2);

		if (db_column_int(stmt, 0) != (int64_t)values->n + 1 ||
		    facet < 0 || facet >= SEARCH_FACET_COUNT || value == NULL ||
		    values_add(values, (enum search_facet)facet, value) == 0) {
			db_reset(stmt);
			return err_set(err, ERR_DB,
			    "the search index is damaged: run gspd rebuild");
		}
	}
	return rc;
}

static void
add_codes(struct cache *cache, struct cache_doc *doc, const unsigned char *blob,
    size_t len)
{
	size_t n = len / 2;

	if (cache->n_codes + n > cache->alloc_codes) {
		cache->alloc_codes = (cache->n_codes + n) * 3 / 2 + 1024;
		cache->codes = xrealloc(cache->codes,
		    cache->alloc_codes * sizeof(*cache->codes));
	}
	doc->codes = (uint32_t)cache->n_codes;
	for (size_t i = 0; i < n; i++) {
		unsigned code = blob[2 * i] | (unsigned)blob[2 * i + 1] << 8;

		/* A value that is not there counts for nothing. */
		if (code >= 1 && code <= cache->values.n)
			cache->codes[cache->n_codes++] = (uint16_t)code;
	}
	doc->n_codes = (uint16_t)(cache->n_codes - doc->codes);
}

static void
grow_docs(struct cache *cache, size_t n)
{
	if (n > cache->alloc_docs) {
		cache->alloc_docs = n + n / 8 + 1024;
		cache->docs = xrealloc(cache->docs,
		    cache->alloc_docs * sizeof(*cache->docs));
	}
	if (n > cache->n_docs) {
		memset(cache->docs + cache->n_docs, 0,
		    (n - cache->n_docs) * sizeof(*cache->docs));
		cache->n_docs = n;
	}
}

static int
load_docs(struct search *search, const struct state *state, struct err *err)
{
	struct cache *cache = &search->cache;
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_DOCS);
	size_t first = cache->n_docs;
	int rc;

	grow_docs(cache, (size_t)state->next_doc);
	db_bind_int(stmt, 1, (int64_t)first);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t number = db_column_int(stmt, 0);
		const unsigned char *blob;
		struct cache_doc *doc;
		size_t len;

		if (number < 0 || number >= state->next_doc)
			continue;
		doc = &cache->docs[number];
		doc->group = db_column_int(stmt, 1);
		doc->modified = db_column_int(stmt, 2);
		doc->checked = (int32_t)db_column_int(stmt, 3);
		doc->year = (uint16_t)db_column_int(stmt, 4);
		blob = db_column_blob(stmt, 5, &len);
		if (blob != NULL && len <= DOC_CODES_MAX * 2)
			add_codes(cache, doc, blob, len);
	}
	return rc;
}

static int
load_dead(struct search *search, struct err *err)
{
	struct cache *cache = &search->cache;
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_DEAD);
	int rc;

	db_bind_int(stmt, 1, cache->state.dead);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t doc = db_column_int(stmt, 0);

		if (doc >= 0 && doc < (int64_t)cache->n_docs)
			cache->docs[doc].group = 0;
	}
	return rc;
}

int
cache_refresh(struct search *search, struct err *err)
{
	struct cache *cache = &search->cache;
	struct state state;

	if (state_get(search, &state, err) == -1)
		return -1;
	/* Less than before: a rebuild, or another database in its place. */
	if (state.epoch != cache->state.epoch ||
	    state.next_doc < cache->state.next_doc ||
	    state.dead < cache->state.dead || state.vals < cache->state.vals)
		cache_release(cache);
	if (state.next_doc < 1 || state.next_doc > UINT32_MAX)
		return err_set(err, ERR_DB,
		    "the search index is damaged: run gspd rebuild");
	if (values_load(search, &cache->values, err) == -1 ||
	    load_docs(search, &state, err) == -1 ||
	    load_dead(search, err) == -1) {
		cache_release(cache);
		return -1;
	}
	cache->state = state;
	return 0;
}

/* ---- titles: read when somebody sorts by them ---- */

/* A million titles. */
#define TITLES_MAX ((size_t)256 * 1024 * 1024)

int
cache_titles(struct search *search, struct err *err)
{
	struct cache *cache = &search->cache;
	struct db_stmt *stmt;
	size_t first = cache->n_titles;
	int rc;

	if (first == cache->n_docs)
		return 0;
	if (cache->title_text.cap == 0) {
		strbuf_init(&cache->title_text, TITLES_MAX);
		strbuf_add(&cache->title_text, "", 1); /* at 0: no title */
	}
	cache->titles = xrealloc(cache->titles,
	    cache->n_docs * sizeof(*cache->titles));
	memset(cache->titles + first, 0,
	    (cache->n_docs - first) * sizeof(*cache->titles));
	stmt = search_stmt(search, SEARCH_SQL_TITLES);
	db_bind_int(stmt, 1, (int64_t)first);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t doc = db_column_int(stmt, 0);
		const char *title = db_column_text(stmt, 1);

		if (doc < 0 || doc >= (int64_t)cache->n_docs || title == NULL)
			continue;
		if (cache->title_text.len + strlen(title) + 1 > TITLES_MAX)
			continue;
		cache->titles[doc] = (uint32_t)cache->title_text.len;
		strbuf_add(&cache->title_text, title, strlen(title) + 1);
	}
	if (rc == -1)
		return -1;
	cache->n_titles = cache->n_docs;
	return 0;
}

const char *
cache_title(const struct cache *cache, size_t doc)
{
	return doc < cache->n_titles
		   ? cache->title_text.buf + cache->titles[doc]
		   : "";
}
