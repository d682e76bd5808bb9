/*
 * spool: an answer of which nobody knows beforehand how long it will be. A
 * short one stays in memory (and goes out packed); a long one lies in a file
 * that has no name, so that nothing is left of it whatever happens.
 */
#define _GNU_SOURCE /* O_TMPFILE, mkostemp() */

#include "api/api.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SPOOL_MEMORY (1024 * 1024)

/* Files that readers have not taken yet, or not to the end. */
static atomic_int files;

void
api_spool_start(struct api_spool *spool, const char *folder,
    struct http_response *res)
{
	*spool = (struct api_spool){ .folder = folder, .res = res };
}

int64_t
api_spool_len(const struct api_spool *spool)
{
	return spool->len + (int64_t)spool->res->body.len;
}

static int
open_file(const char *folder, struct err *err)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/tmp", folder) >=
	    sizeof(path) - sizeof("/export-XXXXXX"))
		return err_set(err, ERR_LIMIT, "the folder's name is too long");
	if (file_mkdirs(path, 0700, err) == -1)
		return -1;
	fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd != -1)
		return fd;
	/* File systems without files that never had a name. */
	(void)snprintf(path, sizeof(path), "%s/tmp/export-XXXXXX", folder);
	if ((fd = mkostemp(path, O_CLOEXEC)) == -1)
		return err_sys(err, "%s", path);
	(void)unlink(path);
	return fd;
}

static int
write_all(int fd, const char *data, size_t len, struct err *err)
{
	while (len != 0) {
		ssize_t n = write(fd, data, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(err, "writing an answer to tmp/");
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The file is the response's from the start: it closes it when all fails. */
static int
pour(struct api_spool *spool, struct err *err)
{
	struct http_response *res = spool->res;

	if (strbuf_check(&res->body, "a part of the answer", err) == -1)
		return -1;
	if (res->fd == -1) {
		/* Who reads slowly keeps the disk's bytes for so long. */
		if (atomic_fetch_add(&files, 1) >= API_SPOOL_FILES) {
			atomic_fetch_sub(&files, 1);
			return err_set(err, ERR_BUSY,
			    "too many large files are being read: try again "
			    "in a minute");
		}
		res->held = &files;
		if ((res->fd = open_file(spool->folder, err)) == -1)
			return -1;
	}
	if (write_all(res->fd, res->body.buf, res->body.len, err) == -1)
		return -1;
	spool->len += (int64_t)res->body.len;
	strbuf_reset(&res->body);
	return 0;
}

int
api_spool_step(struct api_spool *spool, struct err *err)
{
	if (spool->res->body.len < SPOOL_MEMORY)
		return 0;
	return pour(spool, err);
}

int
api_spool_end(struct api_spool *spool, struct err *err)
{
	struct http_response *res = spool->res;

	if (res->fd == -1)
		return 0;
	if (res->body.len != 0 && pour(spool, err) == -1)
		return -1;
	if (lseek(res->fd, 0, SEEK_SET) == -1)
		return err_sys(err, "an answer in tmp/");
	res->fd_len = spool->len;
	return 0;
}
