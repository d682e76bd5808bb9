/*
 * search_layout: documents of search_corpus.h -> segments and a manifest, in
 * the layouts that a life of changes leaves behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "search/compact.h"
#include "search/manifest.h"
#include "search_corpus.h"

#define PATH_BYTES 200

static void
check(int code, const struct err *err)
{
	if (code == -1)
		fail_msg("%s", err->text);
}

static void
feed_words(struct builder *builder, const struct corpus *corpus,
    const struct corpus_doc *doc)
{
	uint32_t last = 0;

	for (size_t i = 0; i < doc->n; i++) {
		const struct corpus_token *token = &doc->tokens[i];
		const char *text = corpus->words[token->word].text;
		enum search_field field = (enum search_field)token->field;

		if (token->is_form) {
			builder_form(builder, text, strlen(text), doc->langs);
			continue;
		}
		if (token->position != last + 1)
			builder_gap(builder);
		builder_word(builder, text, strlen(text), field, doc->langs);
		last = token->position;
	}
}

static void
feed(struct builder *builder, const struct corpus *corpus,
    const struct corpus_doc *doc)
{
	builder_doc(builder, doc->group);
	feed_words(builder, corpus, doc);
	for (size_t bit = 0; bit < SEARCH_FACET_COUNT * CORPUS_VALUES_MAX;
	     bit++) {
		enum search_facet facet = (enum search_facet)(
		    bit / CORPUS_VALUES_MAX);

		if ((doc->values[facet] >> (bit % CORPUS_VALUES_MAX) & 1) != 0)
			builder_value(builder, facet,
			    corpus_value(facet, bit % CORPUS_VALUES_MAX));
	}
	for (size_t i = 0; i < doc->n_points; i++)
		builder_point(builder, doc->lat[i], doc->lon[i]);
	builder_facts(builder, doc->modified, doc->checked, doc->year,
	    doc->prior);
	builder_doc_end(builder);
}

/* Which segment each goes to; versions of one group never to the same. */
static void
deal(struct corpus *corpus, size_t segments)
{
	for (size_t d = 0; d < corpus->n_docs; d++) {
		struct corpus_doc *doc = &corpus->docs[d];

		doc->segment = (uint32_t)corpus_below(&corpus->rng, segments);
		if (d > 0 && doc[-1].group == doc->group &&
		    doc[-1].segment == doc->segment) {
			assert_true(segments > 1);
			doc->segment = (uint32_t)((doc->segment + 1) %
						  segments);
		}
	}
}

static void
write_segment(struct corpus *corpus, struct builder *builder, uint32_t segment,
    const char *folder, struct manifest *manifest)
{
	char path[PATH_BYTES], name[MANIFEST_NAME_MAX];
	uint32_t n = 0;
	struct err err;

	for (size_t d = 0; d < corpus->n_docs; d++) {
		if (corpus->docs[d].segment != segment)
			continue;
		corpus->docs[d].number = n++;
		feed(builder, corpus, &corpus->docs[d]);
	}
	if (n == 0)
		return;
	snprintf(name, sizeof(name), "%08x.seg",
	    (unsigned)manifest->next_name++);
	snprintf(path, sizeof(path), "%s/index/%s", folder, name);
	check(builder_write(builder, path, &err), &err);
	manifest_add(manifest, name, n);
	for (size_t d = 0; d < corpus->n_docs; d++) {
		struct corpus_doc *doc = &corpus->docs[d];

		if (doc->segment == segment && doc->is_dead)
			manifest_kill(manifest, manifest->n - 1, doc->number);
		/* Empty ones are not there: numbers close up. */
		if (doc->segment == segment)
			doc->segment = (uint32_t)(manifest->n - 1);
	}
}

static void
join(const char *folder, struct manifest *manifest)
{
	struct compact_input inputs[MANIFEST_SEGMENTS_MAX];
	char path[PATH_BYTES], name[MANIFEST_NAME_MAX];
	size_t n = manifest->n;
	uint32_t docs;
	struct err err;

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/index/%s", folder,
		    manifest->segments[i].name);
		inputs[i].segment = segment_open(path, 0, &err);
		check(inputs[i].segment == NULL ? -1 : 0, &err);
		inputs[i].dead = manifest->segments[i].dead;
	}
	snprintf(name, sizeof(name), "%08x.seg",
	    (unsigned)manifest->next_name++);
	snprintf(path, sizeof(path), "%s/index/%s", folder, name);
	check(compact(inputs, n, path, NULL, &docs, &err), &err);
	for (size_t i = 0; i < n; i++) {
		segment_close(inputs[i].segment);
		manifest_drop(manifest, 0);
	}
	if (docs > 0)
		manifest_add(manifest, name, docs);
}

static void
write_manifest(struct manifest *manifest, const char *folder)
{
	char path[PATH_BYTES];
	struct err err;

	snprintf(manifest->catalogue, sizeof(manifest->catalogue), "%s",
	    "0123456789abcdef0123456789abcdef");
	manifest->version++;
	snprintf(path, sizeof(path), "%s/index/manifest", folder);
	check(manifest_write(path, manifest, &err), &err);
}

void
corpus_write(struct corpus *corpus, const char *folder, size_t segments,
    bool is_compacted)
{
	struct builder *builder = builder_new();
	struct manifest manifest;
	char path[PATH_BYTES];
	struct err err;

	snprintf(path, sizeof(path), "%s/index", folder);
	if (mkdir(path, 0700) == -1) {
		assert_int_equal(errno, EEXIST);
		check(file_remove_tree(path, &err), &err);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	manifest_init(&manifest);
	deal(corpus, segments);
	for (size_t s = 0; s < segments; s++)
		write_segment(corpus, builder, (uint32_t)s, folder, &manifest);
	if (is_compacted)
		join(folder, &manifest);
	write_manifest(&manifest, folder);
	manifest_release(&manifest);
	builder_free(builder);
}

void
corpus_kill(struct corpus *corpus, const char *folder, unsigned chance)
{
	struct manifest manifest;
	char path[PATH_BYTES];
	struct err err;

	snprintf(path, sizeof(path), "%s/index/manifest", folder);
	check(manifest_read(path, &manifest, &err), &err);
	for (size_t d = 0; d < corpus->n_docs; d++) {
		struct corpus_doc *doc = &corpus->docs[d];

		if (doc->is_dead || corpus_below(&corpus->rng, 100) >= chance)
			continue;
		doc->is_dead = true;
		assert_true(
		    manifest_kill(&manifest, doc->segment, doc->number));
	}
	write_manifest(&manifest, folder);
	manifest_release(&manifest);
}
