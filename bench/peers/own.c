/*
 * own: gspd's own index, asked through search_run() as the web process asks
 * it. Built as the puller builds it (search/build.h): words by the real
 * tokenizer, segments of what fits the builder's memory, at the end joined to
 * one. Records have no names of nodes and no pages, so what a hit looks
 * like (snippets) is left out; the other engines are not asked for that
 * either.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peer.h"

#include "search/build.h"
#include "search/compact.h"
#include "search/manifest.h"
#include "search/search.h"
#include "search/token.h"

const char *const peer_name = "gspd";

static const enum search_facet facets[PEER_FACETS] = { SEARCH_COUNTRY,
	SEARCH_ZONE, SEARCH_NEED, SEARCH_KIND, SEARCH_LANGUAGE, SEARCH_DESIGN,
	SEARCH_NODE };
static const enum search_field fields[PEER_FIELDS] = { SEARCH_TITLE,
	SEARCH_SUMMARY, SEARCH_REST };
static const char *const countries[PEER_VALUES] = { "GB", "CA", "AU", "IE",
	"NL", "DE", "US", "SG", "JP", "FI", "PT", "DK" };
static const char *const languages[PEER_VALUES] = { "en", "fr", "es", "pt",
	"de", "ja", "zh", "ar", "cy", "nl", "fi", "da" };
static const char *const others[PEER_VALUES] = { "v0", "v1", "v2", "v3", "v4",
	"v5", "v6", "v7", "v8", "v9", "v10", "v11" };

static const char *
value_of(unsigned facet, unsigned code)
{
	if (facets[facet] == SEARCH_COUNTRY)
		return countries[code];
	if (facets[facet] == SEARCH_LANGUAGE)
		return languages[code];
	return others[code];
}

/* ---- building ---- */

#define SEGMENTS_MAX 200

struct feed {
	struct builder *builder;
	enum search_field field;
	uint32_t langs;
};

static void
feed_token(void *ctx, const struct token *token)
{
	struct feed *feed = ctx;

	if (token->kind == TOKEN_JOINED)
		builder_form(feed->builder, token->text, token->len,
		    feed->langs);
	else
		builder_word(feed->builder, token->text, token->len,
		    feed->field, token->kind == TOKEN_WORD ? feed->langs : 0);
}

static void
feed_record(struct feed *feed, const struct peer_record *r)
{
	struct builder *b = feed->builder;

	builder_doc(b, r->id);
	feed->langs = stem_lang(languages[r->codes[4]]);
	for (unsigned i = 0; i < PEER_FIELDS; i++) {
		feed->field = fields[i];
		token_walk(r->text[i], r->len[i], feed_token, feed);
		builder_gap(b);
	}
	for (unsigned i = 0; i < PEER_FACETS; i++)
		builder_value(b, facets[i], value_of(i, r->codes[i]));
	builder_point(b, r->lat, r->lon);
	builder_facts(b, 1700000000u + r->id, r->date,
	    (uint16_t)(r->date / 10000), (uint8_t)(r->id * 37u));
	builder_doc_end(b);
}

static void
segment_path(char *to, size_t size, const char *index, unsigned number)
{
	snprintf(to, size, "%s/index/%08x.seg", index, number);
}

static void
write_segment(struct builder *b, const char *index, unsigned number)
{
	char path[4096];
	struct err err;

	segment_path(path, sizeof(path), index, number);
	if (number >= SEGMENTS_MAX)
		peer_fail("too many segments");
	if (builder_write(b, path, &err) == -1)
		peer_fail("%s", err.text);
}

/* Segments 1 to n, of n_docs in all, become one with the next number. */
static unsigned
join(const char *index, unsigned n)
{
	struct compact_input inputs[SEGMENTS_MAX];
	uint32_t n_docs;
	char path[4096];
	struct err err;

	if (n <= 1)
		return n;
	for (unsigned i = 0; i < n; i++) {
		segment_path(path, sizeof(path), index, i + 1);
		inputs[i].segment = segment_open(path, 0, &err);
		inputs[i].dead = NULL;
		if (inputs[i].segment == NULL)
			peer_fail("%s", err.text);
	}
	segment_path(path, sizeof(path), index, n + 1);
	if (compact(inputs, n, path, NULL, &n_docs, &err) == -1)
		peer_fail("%s", err.text);
	for (unsigned i = 0; i < n; i++) {
		segment_close(inputs[i].segment);
		segment_path(path, sizeof(path), index, i + 1);
		unlink(path);
	}
	return n + 1;
}

static void
write_manifest(const char *index, unsigned number, uint32_t n_docs)
{
	struct manifest manifest;
	char path[4096], name[MANIFEST_NAME_MAX];
	struct err err;

	manifest_init(&manifest);
	snprintf(manifest.catalogue, sizeof(manifest.catalogue), "%032x", 1u);
	manifest.version = 1;
	manifest.next_name = number + 1;
	snprintf(name, sizeof(name), "%08x.seg", number);
	if (n_docs > 0)
		manifest_add(&manifest, name, n_docs);
	snprintf(path, sizeof(path), "%s/index/manifest", index);
	if (manifest_write(path, &manifest, &err) == -1)
		peer_fail("%s", err.text);
	manifest_release(&manifest);
}

void
peer_build(const char *index)
{
	struct feed feed = { .builder = builder_new() };
	struct peer_record r;
	unsigned n = 0;
	uint32_t n_docs = 0;
	char path[4096];

	mkdir(index, 0777);
	snprintf(path, sizeof(path), "%s/index", index);
	mkdir(path, 0777);
	while (peer_next(&r)) {
		feed_record(&feed, &r);
		n_docs++;
		if (builder_is_full(feed.builder))
			write_segment(feed.builder, index, ++n);
	}
	if (builder_docs(feed.builder) > 0)
		write_segment(feed.builder, index, ++n);
	builder_free(feed.builder);
	write_manifest(index, join(index, n), n_docs);
}

/* ---- queries ---- */

struct peer {
	struct search *search;
	struct arena *arena;
};

void
peer_start(const char *index)
{
	(void)index;
}

void
peer_stop(void)
{
}

struct peer *
peer_open(const char *index)
{
	struct peer *p = peer_need(1, sizeof(*p));

	p->search = search_open_index(index);
	p->arena = arena_new();
	return p;
}

void
peer_close(struct peer *p)
{
	search_close(p->search);
	arena_free(p->arena);
	free(p);
}

static void
text_of(const struct peer_query *q, char *to, size_t size)
{
	const char *between = q->kind == PEER_ANY ? " OR " : " ";
	size_t len = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < q->n_words; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s%s",
		    i > 0                    ? between
		    : q->kind == PEER_PHRASE ? "\""
					     : "",
		    q->words[i], q->kind == PEER_PREFIX ? "*" : "");
	if (q->kind == PEER_PHRASE)
		snprintf(to + len, size - len, "\"");
}

static void
take_counts(const struct search_result *result, unsigned facet,
    struct peer_answer *a)
{
	for (size_t i = 0; i < result->facets[facets[facet]].n; i++) {
		const struct search_count *count =
		    &result->facets[facets[facet]].items[i];

		for (unsigned v = 0; v < PEER_VALUES; v++) {
			if (strcmp(value_of(facet, v), count->value) == 0)
				a->counts[facet][v] = (uint32_t)count->n;
		}
	}
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	struct search_query query = { .limit = PEER_TOP };
	struct search_result result;
	struct err err;
	char text[400];

	text_of(q, text, sizeof(text));
	query.text = text;
	for (unsigned i = 0; i < q->n_filters; i++) {
		query.filters[i].facet = facets[q->filters[i].facet];
		query.filters[i].value = value_of(q->filters[i].facet,
		    q->filters[i].code);
	}
	query.n_filters = q->n_filters;
	if (search_run(p->search, p->arena, &query, &result, &err) == -1)
		peer_fail("%s", err.text);
	if (!result.is_ready)
		peer_fail("no index");
	a->total = (uint32_t)result.count;
	for (unsigned i = 0; i < PEER_FACETS; i++)
		take_counts(&result, i, a);
	for (size_t i = 0; i < result.n_hits && i < PEER_TOP; i++)
		a->top[a->n_top++] = (uint32_t)result.hits[i].group;
	/* Corrections and words left out would answer another question. */
	if (result.is_corrected || result.dropped != NULL) {
		a->total = 0;
		a->n_top = 0;
		memset(a->counts, 0, sizeof(a->counts));
	}
	arena_reset(p->arena);
}
