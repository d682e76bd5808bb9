/*
 * segment: map a segment file and believe nothing in it: checksums here,
 * everything else in segment_fault.c. What segwrite.c wrote, format.h
 * describes.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "search/segment.h"

/* ---- checksums ---- */

static uint64_t
n_chunks(const struct segment *segment)
{
	uint64_t end = segment->header->sections[SECTION_SUMS].offset;

	return (end + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK;
}

static uint64_t
chunk_sum(const struct segment *segment, uint64_t chunk)
{
	uint64_t end = segment->header->sections[SECTION_SUMS].offset;
	uint64_t offset = chunk * SEGMENT_CHUNK, sum;
	size_t len = end - offset < SEGMENT_CHUNK ? (size_t)(end - offset)
						  : SEGMENT_CHUNK;
	unsigned char *copy;

	if (chunk != 0)
		return XXH3_64bits(segment->map + offset, len);
	/* The header came last: here it counts as zeros. */
	copy = xmalloc(len);
	memcpy(copy, segment->map, len);
	memset(copy, 0, sizeof(struct seg_header));
	sum = XXH3_64bits(copy, len);
	free(copy);
	return sum;
}

static bool
chunk_is_good(struct segment *segment, uint64_t chunk)
{
	unsigned char bit = (unsigned char)(1 << (chunk & 7));
	uint64_t sum;

	if (segment->is_checked[chunk >> 3] & bit)
		return true;
	memcpy(&sum,
	    segment->map + segment->header->sections[SECTION_SUMS].offset +
		chunk * sizeof(sum),
	    sizeof(sum));
	if (chunk_sum(segment, chunk) != sum)
		return false;
	segment->is_checked[chunk >> 3] |= bit;
	return true;
}

int
segment_touch(struct segment *segment, uint64_t offset, uint64_t len)
{
	uint64_t end = segment->header->sections[SECTION_SUMS].offset, chunk;

	if (offset > end || len > end - offset)
		return -1;
	if (segment->is_trusting || len == 0)
		return 0;
	for (chunk = offset / SEGMENT_CHUNK;
	     chunk <= (offset + len - 1) / SEGMENT_CHUNK; chunk++)
		if (!chunk_is_good(segment, chunk))
			return -1;
	return 0;
}

int
segment_check(struct segment *segment, struct err *err)
{
	if (segment_touch(segment, 0,
		segment->header->sections[SECTION_SUMS].offset) == -1)
		return err_set(err, ERR_FORMAT,
		    "search segment is damaged: a checksum differs");
	return 0;
}

/* ---- parts ---- */

static const void *
section_at(const struct segment *segment, enum section section)
{
	return segment->map + segment->header->sections[section].offset;
}

static size_t
section_len(const struct segment *segment, enum section section)
{
	return (size_t)segment->header->sections[section].size;
}

static int
facets_open(struct segment *segment)
{
	struct filter_sections filters = {
		.values = section_at(segment, SECTION_VALUES),
		.text = section_at(segment, SECTION_VALUE_TEXT),
		.filters = section_at(segment, SECTION_FILTERS),
		.lanes = section_at(segment, SECTION_LANES),
		.values_len = section_len(segment, SECTION_VALUES),
		.text_len = section_len(segment, SECTION_VALUE_TEXT),
		.filters_len = section_len(segment, SECTION_FILTERS),
		.lanes_len = section_len(segment, SECTION_LANES),
	};
	struct place_sections places = {
		.cells = section_at(segment, SECTION_CELLS),
		.points = section_at(segment, SECTION_POINTS),
		.cells_len = section_len(segment, SECTION_CELLS),
		.points_len = section_len(segment, SECTION_POINTS),
	};

	if (filters_open(&segment->filters, segment->n_docs, &filters) == -1)
		return -1;
	return places_open(&segment->places, segment->n_docs, &places);
}

static void
point_sections(struct segment *segment)
{
	segment->n_docs = segment->header->n_docs;
	segment->n_terms = segment->header->n_terms;
	segment->terms = section_at(segment, SECTION_TERMS);
	segment->text = section_at(segment, SECTION_TEXT);
	segment->stems = section_at(segment, SECTION_STEMS);
	segment->n_stems = section_len(segment, SECTION_STEMS) /
			   sizeof(struct seg_stem);
	segment->groups = section_at(segment, SECTION_GROUPS);
	segment->modified = section_at(segment, SECTION_MODIFIED);
	segment->checked = section_at(segment, SECTION_CHECKED);
	segment->years = section_at(segment, SECTION_YEARS);
	segment->lengths = section_at(segment, SECTION_LENGTHS);
	segment->priors = section_at(segment, SECTION_PRIORS);
}

/* All but the postings that fill a chunk of their own. */
static const char *
sums_fault(struct segment *segment)
{
	const struct seg_section *sections = segment->header->sections;
	const struct seg_section *postings = &sections[SECTION_POSTINGS];
	uint64_t end = sections[SECTION_SUMS].offset;
	uint64_t from = postings->offset + postings->size;

	if (!segment->is_trusting &&
	    XXH3_64bits(section_at(segment, SECTION_SUMS),
		section_len(segment, SECTION_SUMS)) !=
		segment->header->sums_sum)
		return "the checksum of the checksums differs";
	segment->is_checked = xcalloc(1, (size_t)(n_chunks(segment) / 8 + 1));
	if (segment_touch(segment, 0, postings->offset) == -1 ||
	    segment_touch(segment, from, end - from) == -1)
		return "a checksum differs";
	return NULL;
}

static const char *
fault(struct segment *segment)
{
	const char *why;

	if (segment->size < sizeof(struct seg_header))
		return "truncated";
	segment->header = (const void *)segment->map;
	why = segment_layout_fault(segment->header, segment->size,
	    segment->is_trusting);
	if (why == NULL)
		why = sums_fault(segment);
	if (why != NULL)
		return why;
	point_sections(segment);
	why = segment_content_fault(segment);
	if (why == NULL && facets_open(segment) == -1)
		why = "values or points do not fit together";
	return why;
}

/* ---- open and close ---- */

static int
bytes_get(struct segment *segment, int fd, const char *path, struct err *err)
{
	unsigned char *copy;
	size_t len = 0;
	ssize_t n = 0;

	if (!segment->is_copy) {
		void *map = mmap(NULL, segment->size, PROT_READ, MAP_SHARED, fd,
		    0);

		if (map == MAP_FAILED)
			return err_sys(err, "cannot map %s", path);
		segment->map = map;
		return 0;
	}
	segment->map = copy = xmalloc(segment->size);
	while (len < segment->size) {
		n = read(fd, copy + len, segment->size - len);
		if (n <= 0)
			return err_sys(err, "cannot read %s", path);
		len += (size_t)n;
	}
	return 0;
}

struct segment *
segment_open(const char *path, unsigned flags, struct err *err)
{
	struct segment *segment = xcalloc(1, sizeof(*segment));
	struct stat st;
	const char *why;
	int fd;

	segment->is_trusting = (flags & SEGMENT_TRUSTING) != 0;
	segment->is_copy = (flags & SEGMENT_COPY) != 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno == ENOENT)
			err_set(err, ERR_NOTFOUND, "no search segment %s",
			    path);
		else
			err_sys(err, "cannot open %s", path);
		goto out;
	}
	if (fstat(fd, &st) == -1) {
		err_sys(err, "cannot look at %s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		err_set(err, ERR_FORMAT, "search segment %s: empty", path);
		goto out;
	}
	segment->size = (size_t)st.st_size;
	if (bytes_get(segment, fd, path, err) == -1)
		goto out;
	why = fault(segment);
	if (why != NULL) {
		err_set(err, ERR_FORMAT, "search segment %s: %s", path, why);
		goto out;
	}
	dict_sample(segment);
	close(fd);
	return segment;
out:
	if (fd != -1)
		close(fd);
	segment_close(segment);
	return NULL;
}

void
segment_close(struct segment *segment)
{
	if (segment == NULL)
		return;
	if (segment->is_copy)
		free((void *)(uintptr_t)segment->map);
	else if (segment->map != NULL)
		munmap((void *)(uintptr_t)segment->map, segment->size);
	free(segment->is_checked);
	free(segment->samples);
	free(segment);
}

uint32_t
segment_find_group(const struct segment *segment, int64_t group)
{
	int64_t base = segment->header->base_group;
	uint32_t first = 0, n = segment->n_docs, wanted;

	if (group < base || (uint64_t)group - (uint64_t)base > UINT32_MAX)
		return UINT32_MAX;
	wanted = (uint32_t)((uint64_t)group - (uint64_t)base);
	while (n > 0) {
		uint32_t half = n / 2;

		if (segment->groups[first + half] < wanted) {
			first += half + 1;
			n -= half + 1;
		} else
			n = half;
	}
	if (first < segment->n_docs && segment->groups[first] == wanted)
		return first;
	return UINT32_MAX;
}
