/*
 * invert: occurrences of words, document by document -> for each word its
 * documents and what stands there, in memory. build.c is its only user.
 *
 * A word is 64 bytes, half of them its text; its postings lie in one arena
 * as a chain of slices that grow as the word proves frequent. Words wait in
 * a small queue, so that the memory which many of them need is fetched at
 * once. Inside search/.
 */
#ifndef SEARCH_INVERT_H
#define SEARCH_INVERT_H

#include "search/bytes.h"
#include "search/format.h"

/* Bytes of text kept inside the word; of a longer one its start and where
 * in long_text it is. */
#define INLINE_TEXT  32
#define INLINE_START (INLINE_TEXT - sizeof(uint32_t))
#define QUEUE_LEN    128
/* Forms of one document beside its DOC_WORDS_MAX words, and gaps: at most as
 * many. So a position is below 2^17, an occurrence at most 3 bytes here and,
 * where the field changes, 4 in the file. */
#define DOC_FORMS_MAX  DOC_WORDS_MAX
#define OCCURRENCE_MAX 3
/* All occurrences of one word in one document. */
#define DOC_SPOTS_MAX ((size_t)DOC_WORDS_MAX + DOC_FORMS_MAX)
#define DOC_BYTES_MAX (DOC_SPOTS_MAX * OCCURRENCE_MAX)

/* Offsets into the arena are 32 bits; this refuses long before. */
#define INVERT_ARENA_MAX ((size_t)1 << 30)
#define INVERT_TERMS_MAX ((uint32_t)1 << 21)

struct inverted {
	uint32_t last_doc; /* and one; 0 before the first */
	uint32_t last_position;
	uint32_t last_at; /* in the arena: the last occurrence */
	uint32_t head;    /* first slice; 0 none */
	uint32_t at, end; /* where to go on in the last slice */
	uint32_t langs;
	uint8_t len;
	uint8_t level;      /* of the last slice's size */
	uint8_t last_field; /* of last_position */
	char text[INLINE_TEXT];
};

struct queued {
	uint32_t hash;
	uint32_t term;
	uint32_t doc;
	uint32_t position;
	uint32_t langs;
	uint8_t len;
	uint8_t field;
	bool is_form;
	char text[INLINE_TEXT];
};

struct invert {
	struct invert_slot {
		uint32_t hash;
		uint32_t term; /* and one; 0 free */
	} * slots;
	uint32_t mask;
	struct inverted *terms;
	size_t n_terms, cap_terms;
	struct bytes long_text;
	struct bytes arena;
	bool is_overfull; /* some words were dropped */
	uint64_t seed;
	struct queued queue[QUEUE_LEN];
	size_t n_queue;
	struct bytes queue_text; /* of long words in the queue */
};

void invert_init(struct invert *inv);
void invert_release(struct invert *inv);
/* Forget all words; keeps a little memory. */
void invert_clear(struct invert *inv);
/*
 * A word of 1 to TERM_MAX bytes. Documents and, in a field of a document,
 * positions never fall. A form that is already there at this position is left
 * out.
 */
void invert_add(struct invert *inv, const char *text, size_t len, uint32_t doc,
    uint32_t position, enum search_field field, uint32_t langs, bool is_form);
/* Bytes in use. */
size_t invert_bytes(const struct invert *inv);

/* Words sorted by text as bytes: numbers in terms[], malloc'd. Empties the
 * queue; nothing may be added until invert_clear(). */
uint32_t *invert_sorted(struct invert *inv);
const char *invert_text(const struct invert *inv, const struct inverted *term);

/* The postings of one word, one after the other. */
struct unchain {
	const struct invert *inv;
	unsigned char *buf; /* of UNCHAIN_BYTES, malloc'd; for many words */
	uint32_t *spots;    /* of the document: field, position */
	unsigned char *out; /* the run's occurrences as in the file */
	size_t at, len;     /* what is left in buf */
	uint32_t slice;     /* the next one to copy; 0 none */
	uint32_t doc;       /* and one */
};

void unchain_init(struct unchain *u, const struct invert *inv);
void unchain_release(struct unchain *u);
void unchain_start(struct unchain *u, const struct inverted *term);
/* The next documents, at most max; how many, 0 behind the last. Their
 * positions, as they are in the file, are good until the next call. */
uint32_t unchain_run(struct unchain *u, uint32_t max, uint32_t *ret_docs,
    uint8_t *ret_weights, const uint8_t **ret_positions, size_t *ret_len);

#endif
