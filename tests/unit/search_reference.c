/*
 * search_reference: see its header. BM25 with k1 = 1.2, b = 0.75 over the
 * weights of fields, as in section "Ranking" of docs/search.md. queries drawn
 * at random are in search_draw.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search_reference.h"

#define OTHER_FORM 0.95
#define EARTH_KM   6371.0088
/* Points kept as floats are off by less than this. */
#define CLOSE_KM 0.01

enum form { FORM_NONE, FORM_TYPED, FORM_OTHER };

/* A term looked up in the words of the corpus. */
struct lookup {
	const struct ref_term *term;
	unsigned char *forms; /* by word; not for phrases */
	size_t words[REF_PHRASE_MAX];
	double idf;
};

struct reference {
	struct corpus *corpus;
	struct arena *arena; /* of a run */
	struct stemmer *stemmer;
	double mean;
	unsigned *weights; /* by word, of one document; zero between */
};

static unsigned
weight_of(unsigned field)
{
	/* title, summary, people, place, rest */
	static const unsigned weights[] = { 10, 4, 2, 2, 1 };

	return weights[field];
}

struct reference *
reference_new(struct corpus *corpus)
{
	struct reference *ref = xcalloc(1, sizeof(*ref));
	double words = 0;

	ref->corpus = corpus;
	ref->arena = arena_new();
	ref->stemmer = stemmer_new();
	ref->weights = xcalloc(corpus->n_words + 1, sizeof(*ref->weights));
	for (size_t d = 0; d < corpus->n_docs; d++)
		words += length_of(length_code(corpus->docs[d].n_words));
	ref->mean = corpus->n_docs == 0 ? 0 : words / (double)corpus->n_docs;
	return ref;
}

void
reference_free(struct reference *ref)
{
	arena_free(ref->arena);
	stemmer_free(ref->stemmer);
	free(ref->weights);
	free(ref);
}

double
reference_mean_length(const struct reference *ref)
{
	return ref->mean;
}

/* ---- terms ---- */

static bool
is_other_form(struct reference *ref, const char *typed, size_t known,
    const struct corpus_word *word)
{
	const struct corpus_word *words = ref->corpus->words;
	/* A word never seen may be of any language. */
	uint32_t langs = known == SIZE_MAX ? UINT32_MAX : words[known].langs;

	if (!word->has_forms)
		return false;
	if (known != SIZE_MAX && !words[known].has_forms)
		return false;
	return stem_is_same(ref->stemmer, typed, strlen(typed), word->text,
	    strlen(word->text), langs & word->langs);
}

static enum form
form_of(struct reference *ref, const struct ref_term *term, size_t known,
    size_t i)
{
	const struct corpus_word *word = &ref->corpus->words[i];
	const char *typed = term->words[0];

	/* Words of what is no longer held are in no index. */
	if (word->df == 0)
		return FORM_NONE;
	if (term->kind == REF_START)
		return strncmp(word->text, typed, strlen(typed)) == 0
			   ? FORM_TYPED
			   : FORM_NONE;
	if (i == known)
		return FORM_TYPED;
	if (term->kind == REF_WORD && is_other_form(ref, typed, known, word))
		return FORM_OTHER;
	return FORM_NONE;
}

static void
set_idf(const struct reference *ref, struct lookup *lookup, double df)
{
	double n = (double)ref->corpus->n_docs;

	if (df > n)
		df = n;
	lookup->idf = log(1 + (n - df + 0.5) / (df + 0.5));
}

static void
look_up(struct reference *ref, const struct ref_term *term,
    struct lookup *ret_lookup)
{
	const struct corpus *corpus = ref->corpus;
	size_t known;
	double df = 0;

	ret_lookup->term = term;
	if (term->kind == REF_PHRASE) {
		for (size_t i = 0; i < term->n; i++) {
			size_t word = corpus_find(corpus, term->words[i]);
			double mine = word == SIZE_MAX ? 0
						       : corpus->words[word].df;

			ret_lookup->words[i] = word;
			if (i == 0 || mine < df)
				df = mine;
		}
		set_idf(ref, ret_lookup, df);
		return;
	}
	known = corpus_find(corpus, term->words[0]);
	if (known != SIZE_MAX && corpus->words[known].df == 0)
		known = SIZE_MAX;
	ret_lookup->forms = arena_alloc(ref->arena, corpus->n_words + 1);
	for (size_t i = 0; i < corpus->n_words; i++) {
		enum form form = form_of(ref, term, known, i);

		ret_lookup->forms[i] = (unsigned char)form;
		if (form != FORM_NONE)
			df += corpus->words[i].df;
	}
	set_idf(ref, ret_lookup, df);
}

static bool
is_in_field(const struct ref_term *term, const struct corpus_token *token)
{
	return term->field == REF_ANY_FIELD ||
	       token->field == (unsigned)term->field;
}

/* Is there a token of this word at this position? Some may share one. */
static bool
stands_at(const struct corpus_doc *doc, size_t word, uint32_t position)
{
	for (size_t i = 0; i < doc->n; i++) {
		if (doc->tokens[i].word == word &&
		    doc->tokens[i].position == position)
			return true;
	}
	return false;
}

static unsigned
phrase_weight(const struct lookup *lookup, const struct corpus_doc *doc)
{
	unsigned weight = 0;

	for (size_t i = 0; i < doc->n; i++) {
		const struct corpus_token *token = &doc->tokens[i];
		size_t k = 1;

		if (token->word != lookup->words[0] ||
		    !is_in_field(lookup->term, token))
			continue;
		while (
		    k < lookup->term->n && stands_at(doc, lookup->words[k],
					       token->position + (uint32_t)k))
			k++;
		if (k == lookup->term->n)
			weight += weight_of(token->field);
	}
	return weight;
}

/* What is behind idf in a part of a score. */
static double
part_of(const struct reference *ref, const struct corpus_doc *doc,
    unsigned weight)
{
	double w = weight > 255 ? 255 : weight;
	double length = length_of(length_code(doc->n_words));
	double norm = 1.2 * (0.25 + 0.75 * length / ref->mean);

	return 2.2 * w / (w + norm);
}

/* A part of a score; < 0 when the term does not match. */
static double
term_score(struct reference *ref, const struct lookup *lookup,
    const struct corpus_doc *doc)
{
	double best = -1;

	if (lookup->term->kind == REF_PHRASE) {
		unsigned weight = phrase_weight(lookup, doc);

		return weight == 0 ? -1
				   : lookup->idf * part_of(ref, doc, weight);
	}
	for (size_t i = 0; i < doc->n; i++) {
		const struct corpus_token *token = &doc->tokens[i];

		if (lookup->forms[token->word] != FORM_NONE &&
		    is_in_field(lookup->term, token))
			ref->weights[token->word] += weight_of(token->field);
	}
	for (size_t i = 0; i < doc->n; i++) {
		uint32_t word = doc->tokens[i].word;
		double score;

		if (ref->weights[word] == 0)
			continue;
		score = lookup->idf * part_of(ref, doc, ref->weights[word]);
		if (lookup->forms[word] == FORM_OTHER)
			score *= OTHER_FORM;
		if (score > best)
			best = score;
		ref->weights[word] = 0;
	}
	return best;
}

/* ---- all else ---- */

static double
radians(double degrees)
{
	return degrees * 3.14159265358979323846 / 180;
}

static double
distance(double lat1, double lon1, double lat2, double lon2)
{
	double a = sin(radians(lat2 - lat1) / 2);
	double b = sin(radians(lon2 - lon1) / 2);
	double h = a * a + b * b * cos(radians(lat1)) * cos(radians(lat2));

	return 2 * EARTH_KM * asin(sqrt(h > 1 ? 1 : h));
}

/* Everything but the facets' filters and the words. */
static bool
is_admitted(const struct ref_query *query, const struct corpus_doc *doc,
    struct ref_hit *hit, bool *is_close)
{
	if (query->year_from != 0 && doc->year < query->year_from)
		return false;
	if (query->year_to != 0 &&
	    (doc->year == 0 || doc->year > query->year_to))
		return false;
	if (doc->checked < query->checked_since)
		return false;
	hit->km = -1;
	if (!(query->km > 0))
		return true;
	for (size_t i = 0; i < doc->n_points; i++) {
		double km = distance(query->lat, query->lon, doc->lat[i],
		    doc->lon[i]);

		if (fabs(km - query->km) < CLOSE_KM)
			*is_close = true;
		if (hit->km < 0 || km < hit->km)
			hit->km = km;
	}
	return hit->km >= 0 && hit->km <= query->km;
}

/* The facets whose filters leave it out, a bit each. */
static unsigned
misses_of(const struct ref_query *query, const struct corpus_doc *doc)
{
	unsigned misses = 0;

	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (query->filters[f] != 0 &&
		    (query->filters[f] & doc->values[f]) == 0)
			misses |= 1U << f;
	}
	return misses;
}

static bool
is_excluded(const struct ref_query *query, const struct corpus_doc *doc)
{
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if ((query->not_filters[f] & doc->values[f]) != 0)
			return true;
	}
	return false;
}

static int
compare_hits(const void *a, const void *b)
{
	const struct ref_hit *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->doc->prior != y->doc->prior)
		return x->doc->prior > y->doc->prior ? -1 : 1;
	return (x->doc->group > y->doc->group) -
	       (x->doc->group < y->doc->group);
}

struct lookups {
	struct lookup groups[REF_GROUPS_MAX][REF_TERMS_MAX];
	struct lookup without[REF_TERMS_MAX];
};

/* < 0 when the words do not match. */
static double
words_score(struct reference *ref, const struct ref_query *query,
    const struct lookups *lookups, const struct corpus_doc *doc)
{
	double sum = 0;

	for (size_t i = 0; i < query->n_without; i++) {
		if (term_score(ref, &lookups->without[i], doc) >= 0)
			return -1;
	}
	for (size_t g = 0; g < query->n_groups; g++) {
		bool is_found = false;

		for (size_t i = 0; i < query->groups[g].n; i++) {
			double score = term_score(ref, &lookups->groups[g][i],
			    doc);

			if (score >= 0) {
				is_found = true;
				sum += score;
			}
		}
		if (!is_found)
			return -1;
	}
	return sum;
}

static void
count_values(const struct corpus_doc *doc, unsigned misses,
    struct ref_result *result)
{
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		/* A facet's counts ignore its own filter, no other. */
		if ((misses & ~(1U << f)) != 0)
			continue;
		for (size_t v = 0; v < CORPUS_VALUES_MAX; v++)
			result->counts[f][v] += doc->values[f] >> v & 1;
	}
}

void
reference_run(struct reference *ref, const struct ref_query *query,
    struct ref_result *ret_result)
{
	const struct corpus *corpus = ref->corpus;
	struct lookups lookups;

	arena_free(ref->arena);
	ref->arena = arena_new();
	memset(ret_result, 0, sizeof(*ret_result));
	memset(&lookups, 0, sizeof(lookups));
	for (size_t g = 0; g < query->n_groups; g++) {
		for (size_t i = 0; i < query->groups[g].n; i++)
			look_up(ref, &query->groups[g].terms[i],
			    &lookups.groups[g][i]);
	}
	for (size_t i = 0; i < query->n_without; i++)
		look_up(ref, &query->without[i], &lookups.without[i]);
	ret_result->hits = arena_alloc(ref->arena,
	    (corpus->n_docs + 1) * sizeof(*ret_result->hits));
	for (size_t d = 0; d < corpus->n_docs; d++) {
		const struct corpus_doc *doc = &corpus->docs[d];
		struct ref_hit *hit = &ret_result->hits[ret_result->n];
		unsigned misses;

		if (doc->is_dead || is_excluded(query, doc) ||
		    !is_admitted(query, doc, hit, &ret_result->is_close))
			continue;
		hit->doc = doc;
		hit->score = words_score(ref, query, &lookups, doc);
		if (hit->score < 0)
			continue;
		misses = misses_of(query, doc);
		count_values(doc, misses, ret_result);
		ret_result->n += misses == 0;
	}
	qsort(ret_result->hits, ret_result->n, sizeof(*ret_result->hits),
	    compare_hits);
}
