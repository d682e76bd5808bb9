/*
 * segout: a new file written from its beginning to its end, with a checksum
 * of every SEGMENT_CHUNK. An error sticks: what is written after it is
 * dropped and segout_finish() tells. Inside search/.
 */
#ifndef SEARCH_SEGOUT_H
#define SEARCH_SEGOUT_H

#include "search/format.h"

struct segout {
	int fd;
	char *path;
	unsigned char *buf;
	size_t len;         /* bytes in buf */
	uint64_t buf_start; /* where buf stands in the file */
	uint64_t *sums;     /* of chunks; NULL when no more are wanted */
	size_t n_sums, cap_sums;
	bool sums_done;
	bool failed;
	struct err err;
};

/* Makes path (it must not exist). ERR_SYS. */
int segout_open(struct segout *out, const char *path,
    struct err *err) MUST_CHECK;
/* Closes, and removes the file unless segout_finish() went well. */
void segout_release(struct segout *out);

void segout_write(struct segout *out, const void *data, size_t len);
/* At least `least` zero bytes, and more up to a multiple of `align`. */
void segout_pad(struct segout *out, size_t least, size_t align);
/* Bytes written until now. */
static inline uint64_t
segout_at(const struct segout *out)
{
	return out->buf_start + out->len;
}
/* No checksums of what comes from here on; those before are complete. */
void segout_sums_end(struct segout *out);
/* Remember the first error. */
void segout_fail(struct segout *out, enum err_code code, const char *what);
/* Put the header over the first bytes, sync, close. */
int segout_finish(struct segout *out, const void *header, size_t len,
    struct err *err) MUST_CHECK;

#endif
