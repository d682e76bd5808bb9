/*
 * gzip: compress and decompress whole buffers with a cap (gzip.h).
 */
#include "base/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/arena.h"

#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for a gzip header */

static void
pack(const void *data, size_t len, int level, struct strbuf *ret_out)
{
	z_stream zs = { 0 };
	size_t room;
	char *out;

	if (deflateInit2(&zs, level, Z_DEFLATED, GZIP_WINDOW, 8,
		Z_DEFAULT_STRATEGY) != Z_OK) {
		ret_out->overflow = true;
		return;
	}
	room = deflateBound(&zs, len);
	out = xmalloc(room);
	zs.next_in = (Bytef *)(uintptr_t)data;
	zs.avail_in = (uInt)len;
	zs.next_out = (Bytef *)out;
	zs.avail_out = (uInt)room;
	if (deflate(&zs, Z_FINISH) == Z_STREAM_END)
		strbuf_add(ret_out, out, room - zs.avail_out);
	else
		ret_out->overflow = true;
	deflateEnd(&zs);
	free(out);
}

void
gzip_pack(const void *data, size_t len, struct strbuf *ret_out)
{
	/* One level and a zero time: every node packs to the same bytes. */
	pack(data, len, 6, ret_out);
}

void
gzip_pack_once(const void *data, size_t len, struct strbuf *ret_out)
{
	/* Of pages, 2 % more bytes in three quarters of the time or less. */
	pack(data, len, 4, ret_out);
}

int
gzip_unpack(const void *data, size_t len, size_t max, struct strbuf *ret_out,
    struct err *err)
{
	z_stream zs = { 0 };
	char buf[16384];
	size_t total = 0;
	int rc, ret = -1;

	if (inflateInit2(&zs, GZIP_WINDOW) != Z_OK)
		return err_set(err, ERR_SYS, "zlib can not start");
	zs.next_in = (Bytef *)(uintptr_t)data;
	zs.avail_in = (uInt)len;
	do {
		zs.next_out = (Bytef *)buf;
		zs.avail_out = sizeof(buf);
		rc = inflate(&zs, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END) {
			err_set(err, ERR_FORMAT, "gzip data is damaged");
			goto out;
		}
		total += sizeof(buf) - zs.avail_out;
		if (total > max) {
			err_set(err, ERR_LIMIT,
			    "gzip data unpacks to more than %zu bytes", max);
			goto out;
		}
		strbuf_add(ret_out, buf, sizeof(buf) - zs.avail_out);
	} while (rc != Z_STREAM_END);
	if (zs.avail_in != 0) {
		err_set(err, ERR_FORMAT, "bytes behind the end of gzip data");
		goto out;
	}
	ret = 0;
out:
	inflateEnd(&zs);
	return ret;
}
