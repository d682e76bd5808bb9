/*
 * feed: the files of a feed, our own (fast.c) or one that is carried for a
 * peer (relay.c), with the same headers for both (design: feed-protocol.md
 * 2). Names are taken apart here: nothing else of the folder can be had.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "web/inside.h"

#define HEAD_MAX   (64 * 1024)   /* of head.xml */
#define OBJECT_MAX (1024 * 1024) /* of p/ and h/ */
#define ROT_MAX    (16 * 1024)   /* of rot/ */

static const char forever[] = "public, max-age=31536000, immutable";

void
feed_not_found(struct http_response *res)
{
	http_response_clear(res);
	http_response_text(res, 404, "There is no such file in this feed.\n");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
}

static void
feed_headers(struct http_response *res, const char *type, const char *cache)
{
	res->type = type;
	http_response_header(res, "Cache-Control", "%s", cache);
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
}

/* Signed documents: equal tag, equal bytes. A peer counts them against its
 * limit, so they are never packed. */
static void
serve_signed(const struct http_request *req, const char *path, size_t max,
    const char *cache, struct http_response *res)
{
	char *etag = arena_alloc(req->arena, HTTP_ETAG_LEN);
	struct strbuf bytes;
	struct err err;

	if (file_read(path, max, &bytes, &err) == -1) {
		strbuf_release(&bytes);
		feed_not_found(res);
		return;
	}
	res->is_identity = true;
	http_etag(bytes.buf, bytes.len, etag);
	res->etag = etag;
	feed_headers(res, "application/xml", cache);
	strbuf_add(&res->body, bytes.buf, bytes.len);
	strbuf_release(&bytes);
}

static void
serve_object(const struct http_request *req, const char *path, const char *hash,
    const char *type, struct http_response *res)
{
	struct err err;
	int rc;

	feed_headers(res, type, forever);
	res->etag = arena_strndup(req->arena, hash, 64);
	rc = http_response_file(req, res,
	    arena_printf(req->arena, "%s.gz", path), true, OBJECT_MAX, &err);
	if (rc == -1 && err.code == ERR_NOTFOUND)
		rc = http_response_file(req, res, path, false, OBJECT_MAX,
		    &err);
	if (rc == -1)
		feed_not_found(res);
}

/* 64 lower-case hex digits and ".xml", nothing else. */
static bool
is_object_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 64 &&
	       strcmp(name + 64, ".xml") == 0;
}

/* A number without leading zeros and ".xml". */
static bool
is_rot_name(const char *name)
{
	size_t len = strspn(name, "0123456789");

	return len > 0 && len < 10 && name[0] != '0' &&
	       strcmp(name + len, ".xml") == 0;
}

bool
feed_is_whole(const struct http_request *req, const char *folder,
    const char *name)
{
	const char *path = arena_printf(req->arena, "%s/%s.gz", folder, name);
	struct strbuf packed, plain;
	char hash[65] = "";
	struct err err;

	if (strncmp(name, "p/", 2) != 0 || !is_object_name(name + 2))
		return true;
	strbuf_init(&plain, OBJECT_MAX);
	if (file_read(path, OBJECT_MAX, &packed, &err) == 0 &&
	    gzip_unpack(packed.buf, packed.len, OBJECT_MAX, &plain, &err) == 0)
		sha256_hex(plain.buf, plain.len, hash);
	strbuf_release(&packed);
	strbuf_release(&plain);
	return strncmp(name + 2, hash, 64) == 0;
}

void
feed_serve(const struct http_request *req, const char *folder, const char *name,
    struct http_response *res)
{
	const char *path = arena_printf(req->arena, "%s/%s", folder, name);

	if (strcmp(name, "head.xml") == 0)
		serve_signed(req, path, HEAD_MAX, "public, max-age=60", res);
	else if (strncmp(name, "p/", 2) == 0 && is_object_name(name + 2))
		serve_object(req, path, name + 2, "application/atom+xml", res);
	else if (strncmp(name, "h/", 2) == 0 && is_object_name(name + 2))
		serve_object(req, path, name + 2, "application/xml", res);
	else if (strncmp(name, "rot/", 4) == 0 && is_rot_name(name + 4))
		serve_signed(req, path, ROT_MAX, forever, res);
	else
		feed_not_found(res);
}
