/*
 * score: BM25 in whole numbers, so that a sum is the same in whatever order
 * it is made. Inside search/.
 *
 * A word's part of a score is idf * 2.2 * w / (w + norm), where w is the
 * weight of its occurrences in the document (format.h), norm is
 * 1.2 * (0.25 + 0.75 * length / mean length), and idf is
 * ln(1 + (docs - df + 0.5) / (df + 0.5)). Robertson and Zaragoza, The
 * Probabilistic Relevance Framework, 2009, with fields weighted as in BM25F.
 */
#ifndef SEARCH_SCORE_H
#define SEARCH_SCORE_H

#include "base/base.h"

/* What a word weighs that is another form of the one typed. */
#define SCORE_OTHER_FORM 0.95

struct scorer {
	double mean;             /* length of documents in words */
	uint16_t part[256][256]; /* 32,767 * w / (w + norm): by weight, then
				   * by length_code() */
};

/* Nothing is done when the mean is the same as before. */
void scorer_set(struct scorer *scorer, double mean);
/* idf in 1/256, at most 4,095: 32 words fit a score of 32 bits. */
uint32_t score_idf(int64_t docs, int64_t df, double factor);
double score_real(uint32_t score);

#endif
