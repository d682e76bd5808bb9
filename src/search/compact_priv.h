/*
 * compact_priv: what the parts of a compaction share: compact.c, which
 * merges documents, compact_words.c, and compact_queue.c.
 */
#ifndef SEARCH_COMPACT_PRIV_H
#define SEARCH_COMPACT_PRIV_H

#include "search/compact.h"
#include "search/segwrite.h"

#define GONE UINT32_MAX
/* Postings between two looks at the wish to stop. */
#define LOOK_EVERY 65536

struct source {
	struct segment *segment;
	uint32_t *numbers;  /* new ones by document, GONE when dead */
	uint32_t *values;   /* numbers in the filter builder, by value */
	uint32_t next_doc;  /* while documents are merged */
	uint32_t next_term; /* while words are */
	uint32_t *terms;    /* new numbers by term, GONE when nobody has it */
	size_t next_stem;
	struct post post;           /* of the word being written */
	uint32_t block[BLOCK_DOCS]; /* new numbers of its block */
};

/* The source with the smallest key on top; words may tie on theirs. */
struct queue {
	struct queued {
		uint64_t key;
		struct source *source;
	} * items;
	size_t n;
	bool by_word;
};

struct compaction {
	struct source *sources;
	size_t n_sources;
	struct queue words, runs;
	struct source **same; /* those that have the word */
	uint32_t n_docs;
	uint32_t n_terms; /* written */
	struct segwrite *out;
	struct filter_builder *filters;
	struct place_builder *places;
	const atomic_bool *cancel;
	uint32_t until_look;
};

/* ---- compact_queue.c; items[] has room for all sources ---- */

void compact_push(struct queue *queue, uint64_t key, struct source *source);
void compact_pop(struct queue *queue);
/* After the key on top has grown: let it sink to its place. */
void compact_sink(struct queue *queue);
/* The smallest key of all but the top, UINT64_MAX when there is none. */
uint64_t compact_second(const struct queue *queue);
/* Of the words that the sources stand at, as memcmp(). */
int compact_order(const struct source *a, const struct source *b);

/* ---- compact_words.c ---- */

/* All words with their postings, and the keys of their stems; documents have
 * their new numbers. */
int compact_words(struct compaction *c, struct err *err) MUST_CHECK;
/* ERR_BUSY when the caller wishes an end; looks only now and then. */
int compact_look(struct compaction *c, struct err *err) MUST_CHECK;

#endif
