/*
 * segment_world: words and their postings made by chance, written to a
 * segment file by the plainest code there can be, for the tests of what
 * reads segments. It says a second time what format.h means.
 */
#ifndef SEGMENT_WORLD_H
#define SEGMENT_WORLD_H

#include "search/segment.h"

struct world_term {
	char text[24];
	uint32_t df;
	uint32_t *docs;
	uint8_t *weights;
	uint32_t *starts;      /* df + 1, in occurrences */
	uint32_t *occurrences; /* field << SPOT_BITS | position */
	bool is_one_weight;
};

struct world {
	uint64_t seed;
	uint32_t n_docs;
	uint32_t *groups; /* with base_group */
	int64_t base_group;
	struct world_term *terms;
	uint32_t n_terms;
	unsigned more_bits; /* gaps are wider than they need be, up to so */
};

uint64_t world_random(struct world *world);
struct world *world_new(uint64_t seed, uint32_t n_docs, uint32_t n_terms);
void world_free(struct world *world);
/* The file's bytes. */
void world_bytes(struct world *world, struct strbuf *out);
/* Put right all checksums of altered bytes, for those that shall pass. */
void world_sums(struct strbuf *bytes);
void world_header_sum(struct strbuf *bytes);
/* A path in a folder of the test's own; world_cleanup() removes it. */
const char *world_path(const char *name);
void world_cleanup(void);
/* The bytes as a file, opened. */
struct segment *world_open(const char *name, const void *bytes, size_t len,
    unsigned flags, struct err *err);

#endif
