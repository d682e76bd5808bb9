/*
 * filter: the values of facets in a segment, read in place (filter.h). Bytes
 * are looked at once, at open; filter_build.c wrote them; tally.c counts with
 * the lanes. docs/search-index.md, "Filters".
 */
#include "search/filter.h"

#include <string.h>

/* A part of len bytes at offset stands inside a section of size bytes and can
 * be read in place. */
static bool
is_inside(uint64_t offset, uint64_t len, uint64_t size)
{
	return offset % 8 == 0 && offset <= size && len <= size - offset;
}

static bool
is_aligned(const void *p)
{
	return (uintptr_t)p % 8 == 0;
}

/* ---- looking at the bytes of others ---- */

static int
check_text(const struct filters *f, size_t i, size_t text_len)
{
	const struct seg_value *v = &f->values[i], *before;
	int order;

	if (v->facet >= FACETS_KEPT || v->text >= text_len ||
	    v->len >= text_len - v->text ||
	    memchr(f->text + v->text, '\0', (size_t)v->len + 1) !=
		f->text + v->text + v->len)
		return -1;
	if (i == 0)
		return 0;
	before = v - 1;
	order = before->facet != v->facet
		    ? (int)before->facet - (int)v->facet
		    : strcmp(f->text + before->text, f->text + v->text);
	return order < 0 ? 0 : -1;
}

static int
check_documents(const struct filters *f, const struct seg_value *v)
{
	uint64_t words = ((uint64_t)f->n_docs + 63) / 64;
	const unsigned char *at;
	const uint32_t *list;
	uint32_t i;

	if (v->n > f->n_docs || v->form > FILTER_BITMAP ||
	    !is_inside(v->offset,
		v->form == FILTER_LIST ? (uint64_t)v->n * 4 : words * 8,
		f->lists_len))
		return -1;
	at = f->lists + v->offset;
	if (v->form == FILTER_BITMAP)
		return f->n_docs % 64 == 0 || ((const uint64_t *)(const void *)
						      at)[words - 1] >>
						      (f->n_docs % 64) ==
						  0
			   ? 0
			   : -1;
	list = (const void *)at;
	for (i = 0; i < v->n; i++)
		if (list[i] >= f->n_docs || (i > 0 && list[i] <= list[i - 1]))
			return -1;
	return 0;
}

/* Maxima of 64 codes side by side, so that the compiler uses wide registers. */
#define STRIDE 64
#define DEFINE_MAX_CODE(name, type)                                            \
	static uint32_t name(const type *codes, uint32_t n)                    \
	{                                                                      \
		type max[STRIDE] = { 0 };                                      \
		uint32_t i, j;                                                 \
                                                                               \
		for (i = 0; i + STRIDE <= n; i += STRIDE)                      \
			for (j = 0; j < STRIDE; j++)                           \
				max[j] = codes[i + j] > max[j] ? codes[i + j]  \
							       : max[j];       \
		for (; i < n; i++)                                             \
			max[0] = codes[i] > max[0] ? codes[i] : max[0];        \
		for (j = 1; j < STRIDE; j++)                                   \
			max[0] = max[j] > max[0] ? max[j] : max[0];            \
		return max[0];                                                 \
	}
DEFINE_MAX_CODE(max_code1, uint8_t)
DEFINE_MAX_CODE(max_code2, uint16_t)
DEFINE_MAX_CODE(max_code4, uint32_t)

static uint32_t
max_code(const struct lane *lane, uint32_t n_docs)
{
	if (lane->width == 1)
		return max_code1(lane->codes, n_docs);
	if (lane->width == 2)
		return max_code2(lane->codes, n_docs);
	return max_code4(lane->codes, n_docs);
}

static int
check_combinations(const struct filters *f, const struct lane *lane,
    uint32_t n_values)
{
	uint32_t i;

	if (lane->starts[0] != 0 || lane->starts[lane->n_codes] != n_values)
		return -1;
	for (i = 0; i < lane->n_codes; i++)
		if (lane->starts[i] > lane->starts[i + 1])
			return -1;
	for (i = 0; i < n_values; i++)
		if (lane->values[i] >= f->n_values ||
		    (lane->facets >> f->values[lane->values[i]].facet & 1) == 0)
			return -1;
	return 0;
}

static int
open_lane(struct filters *f, const char *section, size_t len, size_t i)
{
	struct lane *lane = &f->lanes[i];
	struct seg_lane head;

	memcpy(&head,
	    section + sizeof(struct seg_lanes) + i * sizeof(struct seg_lane),
	    sizeof(head));
	/* No more combinations than documents: counters are made by n_codes. */
	if (head.facets == 0 || head.facets >= 1u << FACETS_KEPT ||
	    (head.width != 1 && head.width != 2 && head.width != 4) ||
	    head.n_codes == 0 || head.n_codes > f->n_docs ||
	    !is_inside(head.starts, ((uint64_t)head.n_codes + 1) * 4, len) ||
	    !is_inside(head.values, (uint64_t)head.n_values * 2, len) ||
	    !is_inside(head.codes, (uint64_t)f->n_docs * head.width, len))
		return -1;
	lane->facets = head.facets;
	lane->width = head.width;
	lane->n_codes = head.n_codes;
	lane->starts = (const void *)(section + head.starts);
	lane->values = (const void *)(section + head.values);
	lane->codes = section + head.codes;
	if (max_code(lane, f->n_docs) >= lane->n_codes)
		return -1;
	return check_combinations(f, lane, head.n_values);
}

static int
open_lanes(struct filters *f, const void *section, size_t len)
{
	struct seg_lanes head;
	unsigned facets = 0;
	size_t i;

	if (len < sizeof(head))
		return -1;
	memcpy(&head, section, sizeof(head));
	if (head.n_lanes > LANES_MAX ||
	    (len - sizeof(head)) / sizeof(struct seg_lane) < head.n_lanes)
		return -1;
	for (i = 0; i < head.n_lanes; i++) {
		if (open_lane(f, section, len, i) != 0 ||
		    (facets & f->lanes[i].facets) != 0)
			return -1;
		facets |= f->lanes[i].facets;
	}
	f->n_lanes = head.n_lanes;
	return 0;
}

int
filters_open(struct filters *filters, uint32_t n_docs,
    const struct filter_sections *s)
{
	struct filters f;
	size_t i;

	memset(&f, 0, sizeof(f));
	f.n_docs = n_docs;
	f.values = s->values;
	f.n_values = s->values_len / sizeof(*f.values);
	f.text = s->text;
	f.lists = s->filters;
	f.lists_len = s->filters_len;
	if (!is_aligned(s->values) || !is_aligned(s->filters) ||
	    !is_aligned(s->lanes) || s->values_len % sizeof(*f.values) != 0 ||
	    f.n_values > UINT16_MAX || n_docs > SEGMENT_DOCS_MAX)
		return -1;
	for (i = 0; i < f.n_values; i++)
		if (check_text(&f, i, s->text_len) != 0 ||
		    check_documents(&f, &f.values[i]) != 0)
			return -1;
	if (open_lanes(&f, s->lanes, s->lanes_len) != 0)
		return -1;
	*filters = f;
	return 0;
}

/* ---- asking ---- */

size_t
filters_find(const struct filters *filters, enum search_facet facet,
    const char *value)
{
	size_t low = 0, high = filters->n_values, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = filters->values[middle].facet != facet
			    ? (int)filters->values[middle].facet - (int)facet
			    : strcmp(filters_text(filters, middle), value);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return VALUE_NONE;
}

const struct lane *
filters_lane(const struct filters *filters, enum search_facet facet)
{
	for (size_t i = 0; i < filters->n_lanes; i++) {
		if ((filters->lanes[i].facets >> facet & 1) != 0)
			return &filters->lanes[i];
	}
	return NULL;
}

static void
or_list(const uint32_t *list, uint32_t n_list, uint32_t base, uint32_t end,
    uint64_t *bits)
{
	uint32_t low = 0, high = n_list, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (list[middle] < base)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < n_list && list[low] < end; low++)
		bits[(list[low] - base) >> 6] |= (uint64_t)1
						 << ((list[low] - base) & 63);
}

void
filters_or(const struct filters *filters, size_t value, uint32_t base,
    uint32_t n, uint64_t *bits)
{
	const struct seg_value *v = &filters->values[value];
	const void *at = filters->lists + v->offset;
	const uint64_t *words;
	uint32_t i;

	if (base >= filters->n_docs)
		return;
	if (n > filters->n_docs - base)
		n = filters->n_docs - base;
	if (v->form == FILTER_LIST) {
		or_list(at, v->n, base, base + n, bits);
		return;
	}
	words = (const uint64_t *)at + base / 64;
	for (i = 0; i < n / 64; i++)
		bits[i] |= words[i];
	if (n % 64 != 0)
		bits[i] |= words[i] & (((uint64_t)1 << (n % 64)) - 1);
}
