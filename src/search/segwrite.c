/*
 * segwrite: one segment file, section by section (format.h, in words in
 * docs/search-index.md). Postings go to the file as they come (pack.c packs
 * a term, segout.c writes); everything else is small and waits in memory
 * until segwrite_finish(). build.c and compact.c feed it.
 */
#include <unistd.h>
#include <xxhash.h>

#include "search/pack.h"
#include "search/segout.h"
#include "search/segwrite.h"

struct segwrite {
	struct segout out;
	struct seg_header header;
	struct packer packer;
	uint32_t last_doc;
	bool in_term;
	struct bytes terms, text, stems;
	struct bytes groups, modified, checked, years, lengths, priors;
	int64_t last_group;
};

struct segwrite *
segwrite_new(const char *path, struct err *err)
{
	struct segwrite *w = xcalloc(1, sizeof(*w));

	if (segout_open(&w->out, path, err) == -1) {
		free(w);
		return NULL;
	}
	memcpy(w->header.magic, SEGMENT_MAGIC, sizeof(w->header.magic));
	w->header.order = SEGMENT_ORDER;
	w->header.version = SEGMENT_VERSION;
	segout_pad(&w->out, sizeof(w->header), SEGMENT_ALIGN);
	w->header.sections[SECTION_POSTINGS].offset = segout_at(&w->out);
	return w;
}

void
segwrite_free(struct segwrite *w)
{
	if (w == NULL)
		return;
	segout_release(&w->out);
	packer_release(&w->packer);
	bytes_clear(&w->terms);
	bytes_clear(&w->text);
	bytes_clear(&w->stems);
	bytes_clear(&w->groups);
	bytes_clear(&w->modified);
	bytes_clear(&w->checked);
	bytes_clear(&w->years);
	bytes_clear(&w->lengths);
	bytes_clear(&w->priors);
	free(w);
}

void
segwrite_doc(struct segwrite *w, const struct doc_facts *facts)
{
	uint32_t group;

	if (w->header.n_docs == 0) {
		w->header.base_group = facts->group;
	} else if (facts->group <= w->last_group || w->terms.len > 0) {
		segout_fail(&w->out, ERR_FORMAT, "documents out of order");
		return;
	}
	/* Both ends are known to be in order, so this cannot be negative. */
	if ((uint64_t)facts->group - (uint64_t)w->header.base_group >
		UINT32_MAX ||
	    w->header.n_docs == SEGMENT_DOCS_MAX) {
		segout_fail(&w->out, ERR_LIMIT,
		    "too many documents for one segment");
		return;
	}
	group = (uint32_t)(facts->group - w->header.base_group);
	w->last_group = facts->group;
	bytes_add(&w->groups, &group, sizeof(group));
	bytes_add(&w->modified, &facts->modified, sizeof(facts->modified));
	bytes_add(&w->checked, &facts->checked, sizeof(facts->checked));
	bytes_add(&w->years, &facts->year, sizeof(facts->year));
	bytes_add(&w->lengths, &facts->length, sizeof(facts->length));
	bytes_add(&w->priors, &facts->prior, sizeof(facts->prior));
	w->header.words += length_of(facts->length);
	w->header.n_docs++;
}

static struct seg_term *
last_term(struct segwrite *w)
{
	return (struct seg_term *)(void *)(w->terms.data + w->terms.len) - 1;
}

/* Pack and write what the last term has got. */
static void
term_end(struct segwrite *w)
{
	struct packer *p = &w->packer;

	if (!w->in_term)
		return;
	w->in_term = false;
	if (p->df == 0)
		segout_fail(&w->out, ERR_FORMAT, "a word without documents");
	if (packer_finish(p, w->lengths.data) == -1)
		segout_fail(&w->out, ERR_LIMIT,
		    "a word stands in too many documents for one segment");
	last_term(w)->df = p->df;
	segout_write(&w->out, p->blocks.data, p->blocks.len);
	segout_write(&w->out, p->payload.data, p->payload.len);
	segout_write(&w->out, p->positions.data, p->positions.len);
	packer_clear(p);
}

static bool
term_is_next(struct segwrite *w, const char *text, size_t len)
{
	struct seg_term *last;
	size_t common;
	int order;

	if (w->terms.len == 0)
		return true;
	last = last_term(w);
	common = last->len < len ? last->len : len;
	order = memcmp(w->text.data + last->text, text, common);
	return order < 0 || (order == 0 && last->len < len);
}

void
segwrite_term(struct segwrite *w, const char *text, size_t len, uint32_t langs)
{
	struct seg_term term = { .langs = langs, .len = (uint8_t)len };
	size_t i;

	term_end(w);
	if (len == 0 || len > TERM_MAX || !term_is_next(w, text, len)) {
		segout_fail(&w->out, ERR_FORMAT, "words out of order");
		return;
	}
	if (w->text.len + len > UINT32_MAX || w->header.n_terms == UINT32_MAX) {
		segout_fail(&w->out, ERR_LIMIT,
		    "too many different words for one segment");
		return;
	}
	for (i = 0; i < len; i++)
		term.letters |= (uint16_t)(1u << ((uint8_t)text[i] & 15));
	term.offset = segout_at(&w->out) -
		      w->header.sections[SECTION_POSTINGS].offset;
	term.text = (uint32_t)w->text.len;
	bytes_add(&w->terms, &term, sizeof(term));
	bytes_add(&w->text, text, len);
	w->header.n_terms++;
	w->in_term = true;
}

void
segwrite_posting(struct segwrite *w, uint32_t doc, uint8_t weight,
    const uint8_t *positions, size_t len)
{
	segwrite_postings(w, 1, &doc, &weight, positions, len);
}

uint32_t
segwrite_room(const struct segwrite *w)
{
	return packer_room(&w->packer);
}

void
segwrite_postings(struct segwrite *w, uint32_t n, const uint32_t *docs,
    const uint8_t *weights, const uint8_t *positions, size_t len)
{
	uint64_t next = w->packer.df > 0 ? (uint64_t)w->last_doc + 1 : 0;
	bool is_good = w->in_term && n <= packer_room(&w->packer) && len >= n;
	uint32_t i;

	for (i = 0; i < n && is_good; i++) {
		is_good = docs[i] >= next && docs[i] < w->header.n_docs &&
			  weights[i] > 0;
		next = (uint64_t)docs[i] + 1;
	}
	if (!is_good) {
		segout_fail(&w->out, ERR_FORMAT, "postings out of order");
		return;
	}
	if (n == 0)
		return;
	w->last_doc = docs[n - 1];
	packer_add(&w->packer, w->lengths.data, n, docs, weights, positions,
	    len);
}

void
segwrite_stems(struct segwrite *w, const struct seg_stem *stems, size_t n)
{
	bytes_add(&w->stems, stems, n * sizeof(*stems));
}

/* Every section but the last: its bytes, and zeros that may be read. */
static void
section_end(struct segwrite *w, enum section section)
{
	w->header.sections[section].size = segout_at(&w->out) -
					   w->header.sections[section].offset;
	segout_pad(&w->out, SEGMENT_SLACK, SEGMENT_ALIGN);
}

static void
section_write(struct segwrite *w, enum section section, const void *data,
    size_t len)
{
	w->header.sections[section].offset = segout_at(&w->out);
	segout_write(&w->out, data, len);
	section_end(w, section);
}

/* Sorted by key; the order among equal keys stays: terms rise. */
static void
sort_stems(struct seg_stem *stems, size_t n)
{
	struct seg_stem *from = stems, *to, *other, *swap;
	size_t starts[256], i, sum, count;
	unsigned shift;

	other = to = xmalloc(n * sizeof(*to) + 1);
	for (shift = 0; shift < 32; shift += 8) {
		memset(starts, 0, sizeof(starts));
		for (i = 0; i < n; i++)
			starts[from[i].key >> shift & 255]++;
		for (i = 0, sum = 0; i < 256; i++, sum += count) {
			count = starts[i];
			starts[i] = sum;
		}
		for (i = 0; i < n; i++)
			to[starts[from[i].key >> shift & 255]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	/* Four passes: the sorted ones are back where they came from. */
	free(other);
}

static void
make_stems(struct segwrite *w, struct stemmer *stemmer)
{
	const struct seg_term *terms = (const void *)w->terms.data;
	uint32_t keys[STEM_KEYS_MAX];
	struct bytes *stems = &w->stems;
	struct seg_stem *to;
	uint32_t i;
	size_t k, n;

	for (i = 0; i < w->header.n_terms && !w->out.failed; i++) {
		n = stem_keys(stemmer,
		    (const char *)w->text.data + terms[i].text, terms[i].len,
		    terms[i].langs, keys);
		to = (void *)bytes_room(stems, n * sizeof(*to));
		for (k = 0; k < n; k++)
			to[k] = (struct seg_stem){ keys[k], i };
		stems->len += n * sizeof(*to);
	}
	bytes_clear(&w->terms);
	bytes_clear(&w->text);
	if (stems->len > 0)
		sort_stems((void *)stems->data, stems->len / sizeof(*to));
}

static void
write_docs(struct segwrite *w)
{
	const struct {
		enum section section;
		struct bytes *bytes;
	} parts[] = {
		{ SECTION_GROUPS, &w->groups },
		{ SECTION_MODIFIED, &w->modified },
		{ SECTION_CHECKED, &w->checked },
		{ SECTION_YEARS, &w->years },
		{ SECTION_LENGTHS, &w->lengths },
		{ SECTION_PRIORS, &w->priors },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		section_write(w, parts[i].section, parts[i].bytes->data,
		    parts[i].bytes->len);
		bytes_clear(parts[i].bytes);
	}
}

static void
write_facets_and_places(struct segwrite *w, struct filter_builder *filters,
    struct place_builder *places)
{
	struct filter_sections f = { 0 };
	struct place_sections p = { 0 };

	filter_builder_finish(filters, &f);
	section_write(w, SECTION_VALUES, f.values, f.values_len);
	section_write(w, SECTION_VALUE_TEXT, f.text, f.text_len);
	section_write(w, SECTION_FILTERS, f.filters, f.filters_len);
	section_write(w, SECTION_LANES, f.lanes, f.lanes_len);
	/* Before the points take as much again. */
	filter_builder_clear(filters);
	place_builder_finish(places, &p);
	section_write(w, SECTION_CELLS, p.cells, p.cells_len);
	section_write(w, SECTION_POINTS, p.points, p.points_len);
	place_builder_clear(places);
}

static void
write_sums(struct segwrite *w)
{
	struct seg_section *s = &w->header.sections[SECTION_SUMS];
	struct segout *out = &w->out;

	segout_sums_end(out);
	s->offset = segout_at(out);
	s->size = out->n_sums * sizeof(*out->sums);
	w->header.sums_sum = XXH3_64bits(out->sums, s->size);
	segout_write(out, out->sums, s->size);
	w->header.file_size = s->offset + s->size;
}

int
segwrite_finish(struct segwrite *w, struct filter_builder *filters,
    struct place_builder *places, struct stemmer *stemmer, struct err *err)
{
	term_end(w);
	section_end(w, SECTION_POSTINGS);
	section_write(w, SECTION_TERMS, w->terms.data, w->terms.len);
	section_write(w, SECTION_TEXT, w->text.data, w->text.len);
	if (stemmer != NULL)
		make_stems(w, stemmer);
	section_write(w, SECTION_STEMS, w->stems.data, w->stems.len);
	bytes_clear(&w->stems);
	bytes_clear(&w->terms);
	bytes_clear(&w->text);
	write_docs(w);
	write_facets_and_places(w, filters, places);
	write_sums(w);
	w->header.sum = XXH3_64bits(&w->header,
	    offsetof(struct seg_header, sum));
	return segout_finish(&w->out, &w->header, sizeof(w->header), err);
}
