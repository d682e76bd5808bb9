/*
 * build: see build.h. Counts positions and lengths, keeps what is not words,
 * and at the end hands everything to segwrite.c in its order. The words
 * themselves are in invert.c, facets in filter.c, points in place.c.
 */
#include <math.h>

#include "search/build.h"
#include "search/invert.h"
#include "search/segwrite.h"

/* So many words before it is written, a word is asked for; half as many, its
 * postings: they lie anywhere. */
#define PREFETCH 8

struct builder {
	struct invert words;
	struct filter_builder *filters;
	struct place_builder *places;
	struct stemmer *stemmer;
	struct doc_facts *docs;
	size_t n_docs, cap_docs;
	/* the document at hand, the last of docs[] */
	bool in_doc;
	bool has_word; /* forms belong to the last builder_word() */
	unsigned gaps; /* a bit for each field: before its next word */
	uint32_t next[SEARCH_FIELD_COUNT]; /* position */
	/* of the last builder_word() */
	enum search_field last_field;
	uint32_t last;
	uint32_t n_words, n_forms;
	size_t n_points;
	uint16_t *values;
	size_t n_values, cap_values;
};

struct builder *
builder_new(void)
{
	struct builder *b = xcalloc(1, sizeof(*b));

	invert_init(&b->words);
	b->filters = filter_builder_new();
	b->places = place_builder_new();
	b->stemmer = stemmer_new();
	return b;
}

void
builder_free(struct builder *b)
{
	if (b == NULL)
		return;
	invert_release(&b->words);
	filter_builder_free(b->filters);
	place_builder_free(b->places);
	stemmer_free(b->stemmer);
	free(b->docs);
	free(b->values);
	free(b);
}

void
builder_clear(struct builder *b)
{
	invert_clear(&b->words);
	filter_builder_clear(b->filters);
	place_builder_clear(b->places);
	b->n_docs = 0;
	b->in_doc = false;
	b->n_values = 0;
}

size_t
builder_docs(const struct builder *b)
{
	return b->n_docs;
}

bool
builder_is_full(const struct builder *b)
{
	return invert_bytes(&b->words) + b->n_docs * sizeof(*b->docs) +
		       filter_builder_bytes(b->filters) +
		       place_builder_bytes(b->places) >=
		   BUILDER_BYTES ||
	       b->n_docs >= SEGMENT_DOCS_MAX;
}

void
builder_doc(struct builder *b, int64_t group)
{
	struct doc_facts facts = { .group = group };

	if (b->in_doc)
		builder_doc_end(b);
	VEC_PUSH(b->docs, b->n_docs, b->cap_docs, facts);
	b->in_doc = true;
	b->has_word = false;
	b->gaps = 0;
	memset(b->next, 0, sizeof(b->next));
	b->n_words = b->n_forms = 0;
	b->n_points = b->n_values = 0;
}

void
builder_word(struct builder *b, const char *text, size_t len,
    enum search_field field, uint32_t langs)
{
	b->has_word = b->in_doc && len > 0 && b->n_words < DOC_WORDS_MAX;
	if (!b->has_word)
		return;
	/* A field without words needs no gap before its first. */
	if ((b->gaps >> field & 1) != 0 && b->next[field] > 0)
		b->next[field]++;
	b->gaps &= ~(1u << field);
	b->last_field = field;
	b->last = b->next[field]++;
	invert_add(&b->words, text, term_cut(text, len),
	    (uint32_t)(b->n_docs - 1), b->last, field, langs, false);
	b->n_words++;
}

void
builder_form(struct builder *b, const char *text, size_t len, uint32_t langs)
{
	if (!b->in_doc || !b->has_word || len == 0 ||
	    b->n_forms == DOC_FORMS_MAX)
		return;
	invert_add(&b->words, text, term_cut(text, len),
	    (uint32_t)(b->n_docs - 1), b->last, b->last_field, langs, true);
	b->n_forms++;
}

void
builder_gap(struct builder *b)
{
	/* One is enough, however many come in a row. */
	b->gaps = (1u << SEARCH_FIELD_COUNT) - 1;
}

void
builder_value(struct builder *b, enum search_facet facet, const char *value)
{
	uint16_t number;

	if (!b->in_doc || b->n_values == DOC_VALUES_MAX)
		return;
	number = filter_builder_value(b->filters, facet, value, strlen(value));
	VEC_PUSH(b->values, b->n_values, b->cap_values, number);
}

void
builder_point(struct builder *b, double lat, double lon)
{
	/* Not a number fails both comparisons. */
	if (!b->in_doc || b->n_points == DOC_POINTS_MAX || !(fabs(lat) <= 90) ||
	    !(fabs(lon) <= 180))
		return;
	place_builder_add(b->places, (uint32_t)(b->n_docs - 1), lat, lon);
	b->n_points++;
}

void
builder_facts(struct builder *b, uint32_t modified, uint32_t checked,
    uint16_t year, uint8_t prior)
{
	struct doc_facts *facts;

	if (!b->in_doc)
		return;
	facts = &b->docs[b->n_docs - 1];
	facts->modified = modified;
	facts->checked = checked;
	facts->year = year;
	facts->prior = prior;
}

void
builder_doc_end(struct builder *b)
{
	if (!b->in_doc)
		return;
	b->in_doc = false;
	b->docs[b->n_docs - 1].length = length_code(b->n_words);
	filter_builder_add(b->filters, b->values, b->n_values);
}

/* ---- writing ---- */

static int
write_words(struct builder *b, struct segwrite *w, struct err *err)
{
	uint32_t *sorted = invert_sorted(&b->words);
	const struct inverted *term;
	const uint8_t *positions;
	struct unchain postings;
	uint8_t weights[BLOCK_DOCS];
	uint32_t docs[BLOCK_DOCS], n;
	size_t i, len;

	if (b->words.is_overfull) {
		free(sorted);
		return err_set(err, ERR_LIMIT, "too many words");
	}
	unchain_init(&postings, &b->words);
	for (i = 0; i < b->words.n_terms; i++) {
		if (i + PREFETCH < b->words.n_terms) {
			term = &b->words.terms[sorted[i + PREFETCH]];
			__builtin_prefetch(term);
			term = &b->words.terms[sorted[i + PREFETCH / 2]];
			__builtin_prefetch(b->words.arena.data + term->head);
		}
		term = &b->words.terms[sorted[i]];
		segwrite_term(w, invert_text(&b->words, term), term->len,
		    term->langs);
		unchain_start(&postings, term);
		while ((n = unchain_run(&postings, segwrite_room(w), docs,
			    weights, &positions, &len)) > 0)
			segwrite_postings(w, n, docs, weights, positions, len);
	}
	unchain_release(&postings);
	free(sorted);
	return 0;
}

int
builder_write(struct builder *b, const char *path, struct err *err)
{
	struct segwrite *w = NULL;
	int result = -1;
	size_t i;

	builder_doc_end(b);
	w = segwrite_new(path, err);
	if (w == NULL)
		goto out;
	for (i = 0; i < b->n_docs; i++)
		segwrite_doc(w, &b->docs[i]);
	if (write_words(b, w, err) == -1) {
		err_prefix(err, "%s", path);
		goto out;
	}
	result = segwrite_finish(w, b->filters, b->places, b->stemmer, err);
out:
	segwrite_free(w);
	builder_clear(b);
	return result;
}
