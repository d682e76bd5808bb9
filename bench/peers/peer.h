/*
 * peer: what every engine under comparison must do, and what all share: the
 * corpus, the queries, the clock, the output. Each engine is a program of
 * its own; it defines the five functions below and links peer.c, which has
 * main():
 *
 *   ENGINE build CORPUS INDEX
 *     one JSON object: records, wall and CPU seconds, bytes when the engine
 *     knows better than the size of the folder INDEX (an absolute path)
 *   ENGINE query INDEX QUERIES
 *     one round for each line "THREADS STEP PASSES" on standard input: every
 *     STEP-th query of each class PASSES times, shared among THREADS. On
 *     standard output a line "q" a query (number, class, ms, total, hash of
 *     the counts), then "round THREADS QUERIES WALL CPU". STEP 0: all
 *     queries once, with a line "top" (the best 20) and a line "counts" each.
 *
 * Every answer is the best 20 and, for all seven facets, how many of all
 * matches have each value. CORPUS is made by `generate --plain`, QUERIES by
 * bench/queries.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PEER_FACETS  7
#define PEER_VALUES  12 /* of one facet at most: codes 0 to 11 */
#define PEER_TOP     20
#define PEER_WORDS   4
#define PEER_FILTERS 4

/* Fields of a record, with the weight of a word in them. */
enum { PEER_TITLE, PEER_SUMMARY, PEER_DESCRIPTION, PEER_FIELDS };
static const int peer_weights[PEER_FIELDS] = { 10, 4, 1 };

static const char *const peer_facets[PEER_FACETS] = { "country", "zone", "need",
	"kind", "language", "design", "node" };

struct peer_record {
	uint32_t id; /* 1, 2, 3 ... without a hole */
	const char *text[PEER_FIELDS];
	size_t len[PEER_FIELDS];
	uint8_t codes[PEER_FACETS];
	double lat, lon;
	uint32_t date; /* 20261121 */
};

enum peer_kind {
	PEER_ALL, /* of the words, at least one */
	PEER_ANY,
	PEER_PHRASE,
	PEER_PREFIX, /* of one word */
	PEER_NONE    /* no words: every record that passes the filters */
};

struct peer_query {
	unsigned id;
	char name[24]; /* of its class */
	enum peer_kind kind;
	char words[PEER_WORDS][64];
	unsigned n_words;
	struct {
		unsigned facet;
		unsigned code;
	} filters[PEER_FILTERS]; /* all must hold */
	unsigned n_filters;
};

struct peer_answer {
	uint32_t total;
	uint32_t counts[PEER_FACETS][PEER_VALUES];
	uint32_t top[PEER_TOP];
	unsigned n_top;
};

/* ---- what an engine defines ---- */

struct peer;
extern const char *const peer_name;
/* Make the index from all records of peer_next(). */
void peer_build(const char *index);
/* Once before and once after all queries, in the main thread. */
void peer_start(const char *index);
void peer_stop(void);
/* A connection for one thread. */
struct peer *peer_open(const char *index);
void peer_close(struct peer *peer);
/* The answer is all zeros at the call. */
void peer_ask(struct peer *peer, const struct peer_query *query,
    struct peer_answer *answer);

/* ---- what peer.c gives ---- */

/* The next record of the corpus, or 0 behind the last. */
int peer_next(struct peer_record *ret_record);
/* Processes of the engine that are children of this one: their time counts
 * when they have ended (default), or is asked of this function. */
extern double (*peer_more_cpu)(void);
/* Bytes of the index, set by peer_build() when the folder holds more. */
extern uint64_t peer_bytes;
/* Ends the program with what failed. */
#if defined(__GNUC__)
__attribute__((noreturn, format(printf, 1, 2)))
#endif
void
peer_fail(const char *format, ...);
void *peer_need(size_t n, size_t size); /* zeros, or the end */

/* Rows of codes in memory, for engines that cannot count by themselves. */
struct peer_rows {
	uint8_t (*codes)[8]; /* by id */
	uint32_t n;
};
void peer_rows_read(struct peer_rows *rows, const char *path);
void peer_rows_write(const struct peer_rows *rows, const char *path);
void peer_rows_add(struct peer_rows *rows, const struct peer_record *record);

static inline int
peer_row_passes(const struct peer_query *query, const uint8_t *codes)
{
	for (unsigned i = 0; i < query->n_filters; i++) {
		if (codes[query->filters[i].facet] != query->filters[i].code)
			return 0;
	}
	return 1;
}

static inline void
peer_row_count(struct peer_answer *answer, const uint8_t *codes)
{
	answer->total++;
	for (unsigned f = 0; f < PEER_FACETS; f++)
		answer->counts[f][codes[f]]++;
}

/* The best so far: a heap whose root is the worst of them. */
struct peer_best {
	double score[PEER_TOP];
	uint32_t id[PEER_TOP];
	unsigned n;
};
void peer_best_add(struct peer_best *best, double score, uint32_t id);
/* Best first. */
void peer_best_take(struct peer_best *best, struct peer_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
