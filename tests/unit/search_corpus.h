/*
 * search_corpus: random documents as the index sees them, for proofs of the
 * search engine. Words of several scripts, some of them forms of one word;
 * values, dates, points. And how such documents become an index of any number
 * of segments.
 */
#ifndef TESTS_SEARCH_CORPUS_H
#define TESTS_SEARCH_CORPUS_H

#include "search/build.h"

#define CORPUS_VALUES_MAX 12 /* of one facet */
#define CORPUS_POINTS_MAX 3
#define CORPUS_TEXT       64

struct corpus_word {
	char text[CORPUS_TEXT]; /* folded */
	uint32_t df;            /* documents held, dead ones too */
	uint32_t langs;         /* of documents held it stands in */
	bool is_plain;          /* of a script with spaces */
	bool has_forms;         /* may share a stem with others */
};

/* What is written in a document: one word of its text, with its tokens. */
struct corpus_entry {
	char text[CORPUS_TEXT]; /* as written: capitals, accents */
	struct {
		uint32_t word;
		bool is_form; /* at the position of the one before */
	} tokens[8];
	size_t n;
	uint32_t lang; /* stem_lang(); used in documents of that language */
};

struct corpus_token {
	uint32_t word;
	uint32_t position; /* rising; a hole between values */
	uint8_t field;
	bool is_form;
};

struct corpus_doc {
	int64_t group;
	struct corpus_token *tokens;
	size_t n;
	uint32_t n_words; /* without forms */
	uint32_t langs;
	uint32_t values[SEARCH_FACET_COUNT]; /* a bit by corpus_value() */
	double lat[CORPUS_POINTS_MAX], lon[CORPUS_POINTS_MAX];
	size_t n_points;
	uint32_t modified, checked;
	uint16_t year;
	uint8_t prior;
	bool is_dead;
	uint32_t segment; /* where it was written last, and its number there */
	uint32_t number;
};

struct corpus {
	struct arena *arena;
	uint64_t rng;
	struct corpus_word *words;
	size_t n_words, cap_words;
	uint32_t *table; /* words by hash, number + 1 */
	size_t table_size;
	struct corpus_entry *entries;
	size_t n_entries;
	struct corpus_doc *docs; /* groups rise */
	size_t n_docs;
};

struct corpus_kind {
	uint64_t seed;
	size_t docs;
	size_t entries;   /* different words as written */
	size_t doc_words; /* in the mean */
	unsigned dead;    /* of 100 */
	bool is_ascii;    /* Latin letters only, no forms */
	bool is_monotone; /* all documents of one language */
	/* Some dead ones are the former state of the next: the same group, so
	 * never one segment. */
	bool has_versions;
};

uint64_t corpus_random(uint64_t *rng);
/* 0 to n - 1 */
size_t corpus_below(uint64_t *rng, size_t n);
/* The same, small ones more often. */
size_t corpus_zipf(uint64_t *rng, size_t n);

struct corpus *corpus_new(const struct corpus_kind *kind);
void corpus_free(struct corpus *corpus);
/* Number of a folded word, or SIZE_MAX. */
size_t corpus_find(const struct corpus *corpus, const char *text);
/* The text of the i-th value of a facet, NULL past the last. */
const char *corpus_value(enum search_facet facet, size_t i);
/* Dead documents go, as if they had never been. */
void corpus_compact(struct corpus *corpus);

/*
 * search_layout.c: write the index, folder/index with a manifest and so many
 * segments, the documents dealt out at random; what was there is replaced.
 * compacted: first written as so many, then joined into one, which drops the
 * dead.
 */
void corpus_write(struct corpus *corpus, const char *folder, size_t segments,
    bool is_compacted);
/* Documents die, in the manifest and in the corpus: each with this chance of
 * 100. The index must be what corpus_write() last wrote, not compacted. */
void corpus_kill(struct corpus *corpus, const char *folder, unsigned chance);

#endif
