/*
 * segwrite: write one segment file (format.h), term by term, with no more
 * memory than its small sections need. build.c feeds it from words in
 * memory, compact.c from other segments. Inside search/.
 */
#ifndef SEARCH_SEGWRITE_H
#define SEARCH_SEGWRITE_H

#include "search/filter.h"
#include "search/format.h"
#include "search/place.h"
#include "search/stem.h"

struct segwrite;

/* What a document is beside its words. */
struct doc_facts {
	int64_t group;
	uint32_t modified;
	uint32_t checked;
	uint16_t year;
	uint8_t length; /* length_code() */
	uint8_t prior;
};

/* Makes path (it must not exist). ERR_SYS. */
struct segwrite *segwrite_new(const char *path, struct err *err) MUST_CHECK;
/* Removes what is not finished. NULL is legal. */
void segwrite_free(struct segwrite *w);

/*
 * Documents, all of them before the first term, groups rising; the number is
 * the count of calls before.
 */
void segwrite_doc(struct segwrite *w, const struct doc_facts *facts);

/*
 * Terms, rising by text as bytes, none without postings; postings rising by
 * document. `positions` are the document's occurrences as in format.h.
 */
void segwrite_term(struct segwrite *w, const char *text, size_t len,
    uint32_t langs);
void segwrite_posting(struct segwrite *w, uint32_t doc, uint8_t weight,
    const uint8_t *positions, size_t len);
/* The same for as many documents as segwrite_room() says, or fewer. */
uint32_t segwrite_room(const struct segwrite *w);
void segwrite_postings(struct segwrite *w, uint32_t n, const uint32_t *docs,
    const uint8_t *weights, const uint8_t *positions, size_t len);

/* After the last term, its keys and those of all others, sorted, each once:
 * segwrite_finish() needs no stemmer then. */
void segwrite_stems(struct segwrite *w, const struct seg_stem *stems, size_t n);

/*
 * The rest and the checksums, fsync. The builders are emptied, not freed.
 * Errors of any call before come out here: ERR_SYS (disk full), ERR_LIMIT.
 */
int segwrite_finish(struct segwrite *w, struct filter_builder *filters,
    struct place_builder *places, struct stemmer *stemmer,
    struct err *err) MUST_CHECK;

#endif
