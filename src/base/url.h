/*
 * URLs as far as this program needs them (RFC 3986, http and https only).
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"

#define URL_MAX 2048

struct url {
	const char *scheme; /* "http" or "https" */
	const char *host;   /* lower case, no brackets */
	int port;           /* the scheme's own when none is written */
	const char *path;   /* "/" at least; no query, no fragment */
	const char *query;  /* or NULL */
};

/*
 * Split an absolute http(s) URL; strings live in the arena. ERR_FORMAT for
 * user info, control characters, spaces, other schemes, or > URL_MAX.
 */
int url_parse(struct arena *arena, const char *text, struct url *ret_url,
    struct err *err) MUST_CHECK;
/* 1 when url_parse() would take it. */
int valid_url(const char *text);
/* base (with or without trailing slash) + "/" + rest, in the arena. */
char *url_join(struct arena *arena, const char *base, const char *rest);
/* Percent-encode everything but RFC 3986 unreserved characters. */
void url_encode(struct strbuf *sb, const char *text, size_t len);
/*
 * Decode %XX (and '+' as space when form). Refuses %00, cut escapes and
 * results that are not UTF-8 with ERR_FORMAT.
 */
int url_decode(struct arena *arena, const char *text, size_t len, bool form,
    char **ret_text, struct err *err) MUST_CHECK;

#endif
