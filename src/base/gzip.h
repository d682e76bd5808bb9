/*
 * gzip (RFC 1952): pages rest compressed on disk and go out as they are.
 * The only user of zlib.
 */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include "base/strbuf.h"

/* Compress; no time and no name in the header: same bytes, same result. */
void gzip_pack(const void *data, size_t len, struct strbuf *ret_out);
/* The same for bytes that are sent once, when a reader waits for them. */
void gzip_pack_once(const void *data, size_t len, struct strbuf *ret_out);
/*
 * Decompress one member, at most max bytes out: ERR_LIMIT beyond (a bomb),
 * ERR_FORMAT for damage or bytes behind the member.
 */
int gzip_unpack(const void *data, size_t len, size_t max,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;

#endif
