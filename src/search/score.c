/*
 * score: the table of parts, and idf. Section "Postings" of the search
 * design; what stands in the index is the weight itself, not an impact that
 * would grow old with the mean length.
 */
#include <math.h>

#include "search/format.h"
#include "search/score.h"

#define BM25_K1  1.2
#define BM25_B   0.75
#define PART_ONE 32767
#define IDF_ONE  256
#define IDF_MAX  4095

void
scorer_set(struct scorer *scorer, double mean)
{
	if (!(mean >= 1))
		mean = 1;
	if (scorer->mean == mean)
		return;
	for (int code = 0; code < 256; code++) {
		double norm = BM25_K1 *
			      (1 - BM25_B +
				  BM25_B * length_of((uint8_t)code) / mean);

		for (int w = 0; w < 256; w++)
			scorer->part[w][code] =
			    (uint16_t)(PART_ONE * w / (w + norm) + 0.5);
	}
	scorer->mean = mean;
}

uint32_t
score_idf(int64_t docs, int64_t df, double factor)
{
	double n = (double)docs, idf;

	if (df > docs)
		df = docs;
	idf = log(1 + (n - (double)df + 0.5) / ((double)df + 0.5)) * factor *
	      IDF_ONE;
	if (!(idf >= 1))
		return 1;
	return idf > IDF_MAX ? IDF_MAX : (uint32_t)(idf + 0.5);
}

double
score_real(uint32_t score)
{
	return score * (BM25_K1 + 1) / ((double)PART_ONE * IDF_ONE);
}
