/* segment_world: see the header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "segment_world.h"

#define BYTES_MAX ((size_t)1 << 30)

uint64_t
world_random(struct world *world)
{
	uint64_t z = world->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
below(struct world *world, uint32_t n)
{
	return (uint32_t)(world_random(world) % n);
}

static int
compare_terms(const void *a, const void *b)
{
	const struct world_term *left = a, *right = b;

	return strcmp(left->text, right->text);
}

static void
make_text(struct world *world, struct world_term *term, uint32_t i)
{
	static const char *const starts[] = { "", "a", "common", "commonplace",
		"\xc3\xa9t", "z", "0" };

	(void)snprintf(term->text, sizeof(term->text), "%s%x",
	    starts[below(world, ARRAY_LEN(starts))], i * 7919u % 65521u);
}

static void
make_occurrences(struct world *world, struct world_term *term)
{
	size_t n = 0, cap = 0;
	uint32_t i, k, many, field;

	term->starts = xcalloc(term->df + 1, sizeof(uint32_t));
	term->occurrences = NULL;
	for (i = 0; i < term->df; i++) {
		uint32_t position = 0;

		many = below(world, 20) == 0 ? 1 + below(world, 300)
					     : 1 + below(world, 3);
		field = below(world, SEARCH_FIELD_COUNT);
		/* That of weight 1 is known to be in the rest, alone. */
		if (!term->is_one_weight && term->weights[i] == 1) {
			many = 1;
			field = SEARCH_REST;
		}
		for (k = 0; k < many; k++) {
			if (field < SEARCH_REST && below(world, 5) == 0) {
				field++;
				position = 0;
			}
			position += below(world, 8) ? below(world, 9)
						    : below(world, 3000);
			VEC_PUSH(term->occurrences, n, cap,
			    field << SPOT_BITS | position);
		}
		term->starts[i + 1] = (uint32_t)n;
	}
}

static void
make_term(struct world *world, struct world_term *term, uint32_t kind)
{
	uint32_t step, doc, n = world->n_docs;

	switch (kind % 5) {
	case 0: step = 1; break;
	case 1: step = 2; break;
	case 2: step = 1 + below(world, 40); break;
	case 3: step = 1 + below(world, n); break;
	default: step = n; /* one */
	}
	term->docs = xcalloc(n, sizeof(uint32_t));
	term->weights = xcalloc(n, 1);
	term->is_one_weight = below(world, 3) == 0;
	for (doc = kind % 5 == 0 ? 0 : below(world, n); doc < n;
	     doc += step <= 1 ? 1 : 1 + below(world, 2 * step - 1)) {
		term->docs[term->df] = doc;
		term->weights[term->df++] = term->is_one_weight
						? 7
						: (uint8_t)below(world, 256);
	}
	make_occurrences(world, term);
}

struct world *
world_new(uint64_t seed, uint32_t n_docs, uint32_t n_terms)
{
	struct world *world = xcalloc(1, sizeof(*world));
	uint32_t i;

	world->seed = seed;
	world->n_docs = n_docs;
	world->n_terms = n_terms;
	world->base_group = 1000;
	world->groups = xcalloc(n_docs + 1, sizeof(uint32_t));
	for (i = 1; i < n_docs; i++)
		world->groups[i] = world->groups[i - 1] + 1 + below(world, 3);
	world->terms = xcalloc(n_terms + 1, sizeof(*world->terms));
	for (i = 0; i < n_terms; i++)
		make_text(world, &world->terms[i], i);
	qsort(world->terms, n_terms, sizeof(*world->terms), compare_terms);
	for (i = 0; i < n_terms; i++)
		make_term(world, &world->terms[i], i);
	return world;
}

void
world_free(struct world *world)
{
	uint32_t i;

	for (i = 0; i < world->n_terms; i++) {
		free(world->terms[i].docs);
		free(world->terms[i].weights);
		free(world->terms[i].starts);
		free(world->terms[i].occurrences);
	}
	free(world->terms);
	free(world->groups);
	free(world);
}

/* ---- bytes ---- */

static void
align(struct strbuf *out, size_t to)
{
	while (out->len % to != 0)
		strbuf_add(out, "", 1);
}

static unsigned
bits_of(const struct world_term *term, uint32_t from, uint32_t to)
{
	unsigned bits = 0;
	uint32_t i;

	for (i = from + 1; i < to; i++)
		while (term->docs[i] - term->docs[i - 1] - 1 >= 1u << bits)
			bits++;
	return bits;
}

static void
put_gaps(struct strbuf *out, const struct world_term *term, uint32_t from,
    uint32_t to, unsigned bits)
{
	unsigned char byte = 0;
	unsigned have = 0, k;
	uint32_t i;

	for (i = from + 1; i < to; i++)
		for (k = 0; k < bits; k++) {
			uint32_t gap = term->docs[i] - term->docs[i - 1] - 1;

			byte |= (unsigned char)((gap >> k & 1) << have);
			if (++have == 8) {
				strbuf_add(out, (char *)&byte, 1);
				byte = 0;
				have = 0;
			}
		}
	if (have > 0)
		strbuf_add(out, (char *)&byte, 1);
}

static void
put_positions(struct strbuf *out, const struct world_term *term, uint32_t doc)
{
	uint8_t weight = term->is_one_weight ? 7 : term->weights[doc];
	uint32_t field = weight >= 10  ? SEARCH_TITLE
			 : weight >= 4 ? SEARCH_SUMMARY
				       : SEARCH_REST;
	uint32_t last = 0, i;

	for (i = term->starts[doc]; i < term->starts[doc + 1]; i++) {
		uint32_t in = term->occurrences[i] >> SPOT_BITS;
		uint32_t position = term->occurrences[i] %
				    ((uint32_t)1 << SPOT_BITS);
		uint32_t value = (position - last) << 2;

		if (in != field)
			value = position << 5 | in << 2 | 2;
		if (i + 1 == term->starts[doc + 1])
			value |= 1;
		if (weight == 1)
			value = position << 1 | 1;
		field = in;
		last = position;
		do {
			unsigned char byte =
			    (unsigned char)((value & 0x7f) |
					    (value > 0x7f ? 0x80 : 0));

			strbuf_add(out, (char *)&byte, 1);
			value >>= 7;
		} while (value > 0);
	}
}

static void
put_term(struct world *world, const struct world_term *term, struct strbuf *out)
{
	uint32_t n = (term->df + BLOCK_DOCS - 1) / BLOCK_DOCS, i, k;
	struct seg_block *blocks = xcalloc(n, sizeof(*blocks));
	size_t start = out->len;

	strbuf_add(out, (char *)blocks, n * sizeof(*blocks));
	for (i = 0; i < n; i++) {
		uint32_t from = i * BLOCK_DOCS, to = from + BLOCK_DOCS;
		struct seg_block *block = &blocks[i];

		to = to < term->df ? to : term->df;
		block->first = term->docs[from];
		block->last = term->docs[to - 1];
		block->bits = (uint8_t)bits_of(term, from, to);
		if (world->more_bits > block->bits)
			block->bits += below(world,
			    world->more_bits - block->bits + 1);
		for (k = from; k < to; k++)
			if (term->weights[k] > block->max_weight)
				block->max_weight = term->weights[k];
		block->flags = term->is_one_weight ? BLOCK_ONE_WEIGHT : 0;
		block->payload = (uint32_t)(out->len - start);
		if (!term->is_one_weight)
			strbuf_add(out, (char *)term->weights + from,
			    to - from);
		put_gaps(out, term, from, to, block->bits);
	}
	for (i = 0; i < n; i++) {
		blocks[i].positions = (uint32_t)(out->len - start);
		for (k = i * BLOCK_DOCS;
		     k < term->df && k < (i + 1) * BLOCK_DOCS; k++)
			put_positions(out, term, k);
	}
	memcpy(out->buf + start, blocks, n * sizeof(*blocks));
	align(out, 4);
	free(blocks);
}

static void
section_start(struct strbuf *out, struct seg_header *header, enum section i)
{
	align(out, SEGMENT_ALIGN);
	header->sections[i].offset = out->len;
}

static void
section_put(struct strbuf *out, struct seg_header *header, enum section i,
    const void *bytes, size_t len)
{
	section_start(out, header, i);
	strbuf_add(out, bytes, len);
	header->sections[i].size = len;
}

static void
put_dictionary(struct world *world, struct strbuf *out,
    struct seg_header *header)
{
	struct seg_term *terms = xcalloc(world->n_terms + 1, sizeof(*terms));
	struct seg_stem *stems = xcalloc(world->n_terms + 1, sizeof(*stems));
	struct strbuf text;
	uint32_t i;

	strbuf_init(&text, BYTES_MAX);
	section_start(out, header, SECTION_POSTINGS);
	for (i = 0; i < world->n_terms; i++) {
		const struct world_term *term = &world->terms[i];

		terms[i].offset = out->len -
				  header->sections[SECTION_POSTINGS].offset;
		terms[i].text = (uint32_t)text.len;
		terms[i].df = term->df;
		terms[i].len = (uint8_t)strlen(term->text);
		strbuf_add(&text, term->text, terms[i].len);
		put_term(world, term, out);
		stems[i].key = i / 3 * 5;
		stems[i].term = i;
	}
	header->sections[SECTION_POSTINGS].size =
	    out->len - header->sections[SECTION_POSTINGS].offset;
	section_put(out, header, SECTION_TERMS, terms,
	    world->n_terms * sizeof(*terms));
	section_put(out, header, SECTION_TEXT, text.buf, text.len);
	section_put(out, header, SECTION_STEMS, stems,
	    world->n_terms * sizeof(*stems));
	strbuf_release(&text);
	free(terms);
	free(stems);
}

static void
put_facets(struct world *world, struct strbuf *out, struct seg_header *header)
{
	struct filter_builder *filters = filter_builder_new();
	struct place_builder *places = place_builder_new();
	struct filter_sections values;
	struct place_sections points;
	uint32_t i;

	for (i = 0; i < world->n_docs; i++) {
		char value[16];
		uint16_t number;

		(void)snprintf(value, sizeof(value), "v%u", below(world, 9));
		number = filter_builder_value(filters, SEARCH_COUNTRY, value,
		    strlen(value));
		filter_builder_add(filters, &number, 1);
		place_builder_add(places, i, below(world, 180) - 90.0,
		    below(world, 360) - 180.0);
	}
	filter_builder_finish(filters, &values);
	place_builder_finish(places, &points);
	section_put(out, header, SECTION_VALUES, values.values,
	    values.values_len);
	section_put(out, header, SECTION_VALUE_TEXT, values.text,
	    values.text_len);
	section_put(out, header, SECTION_FILTERS, values.filters,
	    values.filters_len);
	section_put(out, header, SECTION_LANES, values.lanes, values.lanes_len);
	section_put(out, header, SECTION_CELLS, points.cells, points.cells_len);
	section_put(out, header, SECTION_POINTS, points.points,
	    points.points_len);
	filter_builder_free(filters);
	place_builder_free(places);
}

void
world_bytes(struct world *world, struct strbuf *out)
{
	struct seg_header header = { .magic = SEGMENT_MAGIC,
		.order = SEGMENT_ORDER,
		.version = SEGMENT_VERSION,
		.n_docs = world->n_docs,
		.n_terms = world->n_terms,
		.base_group = world->base_group };
	uint32_t n = world->n_docs, *zeros = xcalloc(n + 1, sizeof(*zeros)), i;
	unsigned char *lengths = xcalloc(n + 1, 1);
	size_t chunks;

	for (i = 0; i < n; i++) {
		lengths[i] = (unsigned char)below(world, 256);
		header.words += length_of(lengths[i]);
	}
	strbuf_init(out, BYTES_MAX);
	strbuf_add(out, (char *)&header, sizeof(header));
	put_dictionary(world, out, &header);
	section_put(out, &header, SECTION_GROUPS, world->groups, n * 4);
	section_put(out, &header, SECTION_MODIFIED, zeros, n * 4);
	section_put(out, &header, SECTION_CHECKED, zeros, n * 4);
	section_put(out, &header, SECTION_YEARS, zeros, n * 2);
	section_put(out, &header, SECTION_LENGTHS, lengths, n);
	section_put(out, &header, SECTION_PRIORS, zeros, n);
	put_facets(world, out, &header);
	section_start(out, &header, SECTION_SUMS);
	chunks = (out->len + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK;
	header.sections[SECTION_SUMS].size = chunks * 8;
	for (i = 0; i < chunks; i++)
		strbuf_add(out, "12345678", 8);
	header.file_size = out->len;
	memcpy(out->buf, &header, sizeof(header));
	world_sums(out);
	free(zeros);
	free(lengths);
}

void
world_sums(struct strbuf *bytes)
{
	struct seg_header header, none = { 0 };
	size_t end, i;

	memcpy(&header, bytes->buf, sizeof(header));
	memcpy(bytes->buf, &none, sizeof(none));
	end = header.sections[SECTION_SUMS].offset;
	for (i = 0; i * SEGMENT_CHUNK < end; i++) {
		size_t from = i * SEGMENT_CHUNK;
		uint64_t sum = XXH3_64bits(bytes->buf + from,
		    end - from < SEGMENT_CHUNK ? end - from : SEGMENT_CHUNK);

		memcpy(bytes->buf + end + i * 8, &sum, 8);
	}
	header.sums_sum = XXH3_64bits(bytes->buf + end, i * 8);
	memcpy(bytes->buf, &header, sizeof(header));
	world_header_sum(bytes);
}

void
world_header_sum(struct strbuf *bytes)
{
	struct seg_header header;

	memcpy(&header, bytes->buf, sizeof(header));
	header.sum = XXH3_64bits(&header, offsetof(struct seg_header, sum));
	memcpy(bytes->buf, &header, sizeof(header));
}

/* ---- files ---- */

static char folder[64];
static char path[128];

const char *
world_path(const char *name)
{
	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof(folder), "%s",
		    "/tmp/gspd-segment-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

void
world_cleanup(void)
{
	struct err err;

	if (folder[0] != '\0')
		assert_int_equal(file_remove_tree(folder, &err), 0);
}

struct segment *
world_open(const char *name, const void *bytes, size_t len, unsigned flags,
    struct err *err)
{
	FILE *file = fopen(world_path(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return segment_open(path, flags, err);
}
