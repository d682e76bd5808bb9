/*
 * segout: see segout.h. The buffer holds whole chunks of the file, so each
 * is summed once, in memory, just before it is written. The header is zeros
 * until the end, and counts as zeros in the sum of the first chunk: a file
 * cut short by a crash has no magic.
 */
#define _GNU_SOURCE /* sync_file_range() */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include "search/bytes.h"
#include "search/segout.h"

/* Small enough to be still in the cache when the kernel copies it. */
#define BUF_CHUNKS 2
#define BUF_SIZE   (BUF_CHUNKS * SEGMENT_CHUNK)
/* Bytes after which the disk is asked to begin: the sync at the end has less
 * to wait for, and readers are not held up by one large burst. */
#define BURST ((size_t)8 << 20)
static_assert(BURST % BUF_SIZE == 0, "bursts end where buffers do");

void
bytes_grow(struct bytes *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 256;

	while (cap - b->len < more)
		cap *= 2;
	b->data = xrealloc(b->data, cap);
	b->cap = cap;
}

int
segout_open(struct segout *out, const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd == -1)
		return err_sys(err, "%s", path);
	*out = (struct segout){ .fd = fd };
	out->path = xstrdup(path);
	out->buf = xmalloc(BUF_SIZE);
	return 0;
}

void
segout_release(struct segout *out)
{
	if (out->fd != -1) {
		close(out->fd);
		unlink(out->path);
	}
	free(out->path);
	free(out->buf);
	free(out->sums);
	*out = (struct segout){ .fd = -1 };
}

void
segout_fail(struct segout *out, enum err_code code, const char *what)
{
	if (out->failed)
		return;
	err_set(&out->err, code, "%s: %s", out->path, what);
	out->failed = true;
}

/* Everything at this offset of the file, or out->failed. */
static void
write_all(struct segout *out, const unsigned char *data, size_t len, off_t at)
{
	ssize_t n;

	while (len > 0 && !out->failed) {
		n = pwrite(out->fd, data, len, at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? ENOSPC : errno;
			err_sys(&out->err, "%s: cannot write", out->path);
			out->failed = true;
			return;
		}
		data += n;
		len -= (size_t)n;
		at += n;
	}
}

static void
flush(struct segout *out)
{
	size_t at, n;

	for (at = 0; at < out->len && !out->sums_done; at += n) {
		n = out->len - at;
		if (n > SEGMENT_CHUNK)
			n = SEGMENT_CHUNK;
		VEC_PUSH(out->sums, out->n_sums, out->cap_sums,
		    XXH3_64bits(out->buf + at, n));
	}
	write_all(out, out->buf, out->len, (off_t)out->buf_start);
	out->buf_start += out->len;
	out->len = 0;
	if (out->buf_start % BURST == 0 && out->buf_start > 0)
		sync_file_range(out->fd, (off_t)(out->buf_start - BURST), BURST,
		    SYNC_FILE_RANGE_WRITE);
}

void
segout_write(struct segout *out, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t n;

	while (len > 0 && !out->failed) {
		n = BUF_SIZE - out->len;
		if (n > len)
			n = len;
		memcpy(out->buf + out->len, p, n);
		out->len += n;
		p += n;
		len -= n;
		if (out->len == BUF_SIZE)
			flush(out);
	}
}

void
segout_pad(struct segout *out, size_t least, size_t align)
{
	static const unsigned char zeros[SEGMENT_ALIGN];
	size_t n, more = (size_t)((segout_at(out) + least) % align);

	for (least += more > 0 ? align - more : 0; least > 0; least -= n) {
		n = least < sizeof(zeros) ? least : sizeof(zeros);
		segout_write(out, zeros, n);
	}
}

void
segout_sums_end(struct segout *out)
{
	flush(out);
	out->sums_done = true;
}

int
segout_finish(struct segout *out, const void *header, size_t len,
    struct err *err)
{
	int fd = out->fd;

	flush(out);
	write_all(out, header, len, 0);
	if (!out->failed && fdatasync(fd) == -1) {
		err_sys(&out->err, "%s: cannot sync", out->path);
		out->failed = true;
	}
	if (out->failed) {
		if (err != NULL)
			*err = out->err;
		return -1;
	}
	out->fd = -1;
	if (close(fd) == -1) {
		err_sys(err, "%s: cannot close", out->path);
		unlink(out->path);
		return -1;
	}
	return 0;
}
