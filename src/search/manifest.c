/*
 * manifest: reading and writing the one file that says what the index is.
 * Its bytes, in the machine's order like those of segments:
 *
 *   struct man_header | struct man_segment [n_segments] | bits of the first
 *   segment that has dead documents | of the next | ... | XXH3 of all before
 *
 * Section "The manifest" of docs/search-index.md.
 */
#include "search/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "search/format.h"

#define MANIFEST_MAGIC   "gspdman"
#define MANIFEST_VERSION 1
/* A bit for each document of a hundred million, and some. */
#define MANIFEST_BYTES_MAX ((size_t)16 << 20)

struct man_header {
	char magic[8];
	uint32_t order;
	uint32_t version;
	uint64_t size; /* of the file */
	char catalogue[40];
	int64_t cat_version;
	uint64_t next_name;
	uint32_t n_segments;
	uint32_t zero;
};

struct man_segment {
	char name[MANIFEST_NAME_MAX];
	uint32_t n_docs;
	uint32_t n_dead;
};

static size_t
words_of(uint32_t n_docs)
{
	return ((size_t)n_docs + 63) / 64;
}

void
manifest_init(struct manifest *manifest)
{
	memset(manifest, 0, sizeof(*manifest));
	manifest->next_name = 1;
}

void
manifest_release(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n; i++)
		free(manifest->segments[i].dead);
	free(manifest->segments);
	manifest_init(manifest);
}

void
manifest_copy(struct manifest *to, const struct manifest *from)
{
	*to = *from;
	to->segments = NULL;
	if (from->n == 0)
		return;
	to->segments = xcalloc(from->n, sizeof(*to->segments));
	for (size_t i = 0; i < from->n; i++) {
		const struct manifest_segment *segment = &from->segments[i];
		size_t words = words_of(segment->n_docs);

		to->segments[i] = *segment;
		if (segment->dead == NULL)
			continue;
		to->segments[i].dead = xcalloc(words, sizeof(uint64_t));
		memcpy(to->segments[i].dead, segment->dead,
		    words * sizeof(uint64_t));
	}
}

void
manifest_add(struct manifest *manifest, const char *name, uint32_t n_docs)
{
	struct manifest_segment *segment;

	manifest->segments = xrealloc(manifest->segments,
	    (manifest->n + 1) * sizeof(*manifest->segments));
	segment = &manifest->segments[manifest->n++];
	memset(segment, 0, sizeof(*segment));
	(void)snprintf(segment->name, sizeof(segment->name), "%s", name);
	segment->n_docs = n_docs;
}

void
manifest_drop(struct manifest *manifest, size_t i)
{
	free(manifest->segments[i].dead);
	manifest->n--;
	memmove(&manifest->segments[i], &manifest->segments[i + 1],
	    (manifest->n - i) * sizeof(*manifest->segments));
}

bool
manifest_kill(struct manifest *manifest, size_t i, uint32_t doc)
{
	struct manifest_segment *segment = &manifest->segments[i];
	uint64_t bit = (uint64_t)1 << (doc & 63);

	if (doc >= segment->n_docs)
		return false;
	if (segment->dead == NULL)
		segment->dead = xcalloc(words_of(segment->n_docs),
		    sizeof(uint64_t));
	if ((segment->dead[doc >> 6] & bit) != 0)
		return false;
	segment->dead[doc >> 6] |= bit;
	segment->n_dead++;
	return true;
}

size_t
manifest_find(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->n; i++) {
		if (strcmp(manifest->segments[i].name, name) == 0)
			return i;
	}
	return MANIFEST_NONE;
}

/* ---- reading ---- */

struct reader {
	const unsigned char *at;
	size_t left;
};

static bool
take(struct reader *reader, void *ret, size_t len)
{
	if (reader->left < len)
		return false;
	memcpy(ret, reader->at, len);
	reader->at += len;
	reader->left -= len;
	return true;
}

/* "0000002a.seg": nothing that leads out of the folder. */
static bool
is_name(const char name[MANIFEST_NAME_MAX])
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits >= 8 && digits <= 16 &&
	       memchr(name, '\0', MANIFEST_NAME_MAX) != NULL &&
	       strcmp(name + digits, ".seg") == 0;
}

static bool
is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") == len && text[len] == '\0';
}

static bool
parse_header(struct reader *reader, size_t size, struct manifest *manifest,
    uint32_t *ret_n)
{
	struct man_header header;

	if (!take(reader, &header, sizeof(header)) ||
	    memcmp(header.magic, MANIFEST_MAGIC, sizeof(header.magic)) != 0 ||
	    header.order != SEGMENT_ORDER ||
	    header.version != MANIFEST_VERSION || header.size != size)
		return false;
	header.catalogue[sizeof(header.catalogue) - 1] = '\0';
	if (!is_hex(header.catalogue, sizeof(manifest->catalogue) - 1) ||
	    header.cat_version < 0 || header.n_segments > MANIFEST_SEGMENTS_MAX)
		return false;
	memcpy(manifest->catalogue, header.catalogue,
	    sizeof(manifest->catalogue));
	manifest->version = header.cat_version;
	manifest->next_name = header.next_name;
	*ret_n = header.n_segments;
	return true;
}

static bool
parse_segments(struct reader *reader, struct manifest *manifest, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct man_segment row = { 0 };

		if (!take(reader, &row, sizeof(row)))
			return false;
		row.name[sizeof(row.name) - 1] = '\0';
		if (!is_name(row.name) || row.n_docs == 0 ||
		    row.n_docs > SEGMENT_DOCS_MAX || row.n_dead > row.n_docs ||
		    manifest_find(manifest, row.name) != MANIFEST_NONE)
			return false;
		manifest_add(manifest, row.name, row.n_docs);
		manifest->segments[i].n_dead = row.n_dead;
	}
	return true;
}

static bool
parse_dead(struct reader *reader, struct manifest_segment *segment)
{
	size_t words = words_of(segment->n_docs);
	unsigned last = segment->n_docs & 63;
	uint64_t n = 0;

	if (segment->n_dead == 0)
		return true;
	if (reader->left / sizeof(uint64_t) < words)
		return false;
	segment->dead = xcalloc(words, sizeof(uint64_t));
	if (!take(reader, segment->dead, words * sizeof(uint64_t)))
		return false;
	for (size_t i = 0; i < words; i++)
		n += (unsigned)__builtin_popcountll(segment->dead[i]);
	if (n != segment->n_dead)
		return false;
	return last == 0 || segment->dead[words - 1] >> last == 0;
}

static bool
parse(const struct strbuf *sb, struct manifest *manifest)
{
	struct reader reader = { (const unsigned char *)sb->buf, sb->len };
	uint64_t sum;
	uint32_t n;

	if (sb->len < sizeof(struct man_header) + sizeof(sum))
		return false;
	reader.left -= sizeof(sum);
	memcpy(&sum, reader.at + reader.left, sizeof(sum));
	if (sum != XXH3_64bits(reader.at, reader.left) ||
	    !parse_header(&reader, sb->len, manifest, &n) ||
	    !parse_segments(&reader, manifest, n))
		return false;
	for (size_t i = 0; i < manifest->n; i++) {
		if (!parse_dead(&reader, &manifest->segments[i]))
			return false;
	}
	return reader.left == 0;
}

int
manifest_read(const char *path, struct manifest *ret_manifest, struct err *err)
{
	struct strbuf sb;
	int rc = -1;

	manifest_init(ret_manifest);
	if (file_read(path, MANIFEST_BYTES_MAX, &sb, err) == -1) {
		if (err != NULL && err->code == ERR_LIMIT)
			err->code = ERR_FORMAT;
		goto out;
	}
	if (!parse(&sb, ret_manifest)) {
		manifest_release(ret_manifest);
		err_set(err, ERR_FORMAT,
		    "%s: damaged, or of another version: it will be made "
		    "again by the next pull, or by gspd rebuild",
		    path);
		goto out;
	}
	rc = 0;
out:
	strbuf_release(&sb);
	return rc;
}

/* ---- writing ---- */

/*
 * Synced after the rename, and without the folder: should a power cut leave an
 * empty file, or an older one, that is noticed, and the index made again.
 */
int
manifest_write(const char *path, const struct manifest *manifest,
    struct err *err)
{
	struct man_header header = { .magic = MANIFEST_MAGIC,
		.order = SEGMENT_ORDER,
		.version = MANIFEST_VERSION,
		.cat_version = manifest->version,
		.next_name = manifest->next_name,
		.n_segments = (uint32_t)manifest->n };
	struct strbuf sb;
	uint64_t sum;
	int rc;

	if (manifest->n > MANIFEST_SEGMENTS_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d segments",
		    path, MANIFEST_SEGMENTS_MAX);
	memcpy(header.catalogue, manifest->catalogue,
	    sizeof(manifest->catalogue));
	strbuf_init(&sb, MANIFEST_BYTES_MAX);
	strbuf_add(&sb, &header, sizeof(header));
	for (size_t i = 0; i < manifest->n; i++) {
		struct man_segment row = {
			.n_docs = manifest->segments[i].n_docs,
			.n_dead = manifest->segments[i].n_dead
		};

		memcpy(row.name, manifest->segments[i].name, sizeof(row.name));
		strbuf_add(&sb, &row, sizeof(row));
	}
	for (size_t i = 0; i < manifest->n; i++) {
		const struct manifest_segment *s = &manifest->segments[i];

		if (s->n_dead > 0)
			strbuf_add(&sb, s->dead,
			    words_of(s->n_docs) * sizeof(uint64_t));
	}
	header.size = sb.len + sizeof(sum);
	if (strbuf_check(&sb, path, err) == -1) {
		strbuf_release(&sb);
		return -1;
	}
	memcpy(sb.buf, &header, sizeof(header));
	sum = XXH3_64bits(sb.buf, sb.len);
	strbuf_add(&sb, &sum, sizeof(sum));
	rc = strbuf_check(&sb, path, err);
	if (rc == 0)
		rc = file_put(path, sb.buf, sb.len, 0644, err);
	if (rc == 0)
		rc = file_sync(path, err);
	strbuf_release(&sb);
	return rc;
}

void
manifest_mark_damaged(const char *folder)
{
	struct strbuf sb;
	int fd;

	strbuf_init(&sb, 16384);
	strbuf_addf(&sb, "%s/damaged", folder);
	fd = open(sb.buf, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd != -1)
		close(fd);
	strbuf_release(&sb);
}
