/*
 * url: absolute http(s) URLs (RFC 3986), percent-coding.
 */
#include "base/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/quote.h"
#include "base/utf8.h"

static int
bad_url(struct arena *arena, struct err *err, const char *text, const char *why)
{
	return err_set(err, ERR_FORMAT, "%s is not a web address: %s",
	    quoted(arena, text), why);
}

static int
parse_authority(struct arena *arena, const char *text, const char *p,
    const char *end, struct url *ret_url, struct err *err)
{
	const char *host = p, *host_end = end, *colon = NULL;
	char *copy;

	if (p < end && *p == '[') {
		const char *close = memchr(p, ']', (size_t)(end - p));

		if (close == NULL)
			return bad_url(arena, err, text, "no ] behind [");
		host = p + 1;
		host_end = close;
		if (close + 1 < end && close[1] != ':')
			return bad_url(arena, err, text, "bytes behind ]");
		colon = close + 1 < end ? close + 1 : NULL;
	} else {
		colon = memchr(p, ':', (size_t)(end - p));
		if (colon != NULL)
			host_end = colon;
	}
	if (host == host_end)
		return bad_url(arena, err, text, "it has no host");
	copy = arena_strndup(arena, host, (size_t)(host_end - host));
	for (char *q = copy; *q != '\0'; q++) {
		if (!isalnum((unsigned char)*q) && strchr("-._:", *q) == NULL)
			return bad_url(arena, err, text, "a strange host");
		*q = (char)tolower((unsigned char)*q);
	}
	ret_url->host = copy;
	if (colon != NULL) {
		long port = 0;

		for (p = colon + 1; p < end; p++) {
			if (*p < '0' || *p > '9' || port > 65535)
				return bad_url(arena, err, text, "a bad port");
			port = port * 10 + (*p - '0');
		}
		if (port < 1 || port > 65535)
			return bad_url(arena, err, text, "a bad port");
		ret_url->port = (int)port;
	}
	return 0;
}

int
url_parse(struct arena *arena, const char *text, struct url *ret_url,
    struct err *err)
{
	struct url url = { 0 };
	const char *p, *end, *query;
	size_t len = strlen(text);

	if (len > URL_MAX)
		return bad_url(arena, err, text, "it is too long");
	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch <= 0x20 || ch == 0x7f || strchr("<>\"\\^`{|}", ch))
			return bad_url(arena, err, text,
			    "it has a blank or control character");
	}
	if (strncasecmp(text, "https://", 8) == 0) {
		url.scheme = "https";
		url.port = 443;
		p = text + 8;
	} else if (strncasecmp(text, "http://", 7) == 0) {
		url.scheme = "http";
		url.port = 80;
		p = text + 7;
	} else {
		return bad_url(arena, err, text,
		    "it must start with https:// or http://");
	}
	end = p + strcspn(p, "/?#");
	if (memchr(p, '@', (size_t)(end - p)) != NULL)
		return bad_url(arena, err, text, "it has a user name");
	if (parse_authority(arena, text, p, end, &url, err) == -1)
		return -1;
	len = strcspn(end, "?#");
	url.path = *end == '/' ? arena_strndup(arena, end, len) : "/";
	query = end + len;
	if (*query == '?') {
		query++;
		url.query = arena_strndup(arena, query, strcspn(query, "#"));
	}
	*ret_url = url;
	return 0;
}

int
valid_url(const char *text)
{
	struct arena *arena = arena_new();
	struct url url;
	int ok = url_parse(arena, text, &url, NULL) == 0;

	arena_free(arena);
	return ok;
}

char *
url_join(struct arena *arena, const char *base, const char *rest)
{
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/')
		len--;
	while (*rest == '/')
		rest++;
	return arena_printf(arena, "%.*s/%s", (int)len, base, rest);
}

void
url_encode(struct strbuf *sb, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)text[i];

		if ((ch < 0x80 && isalnum(ch)) ||
		    (ch != '\0' && strchr("-._~", ch))) {
			strbuf_addch(sb, (char)ch);
		} else {
			strbuf_addch(sb, '%');
			strbuf_addch(sb, hex[ch >> 4]);
			strbuf_addch(sb, hex[ch & 15]);
		}
	}
}

static int
hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

int
url_decode(struct arena *arena, const char *text, size_t len, bool form,
    char **ret_text, struct err *err)
{
	char *out = arena_alloc(arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char ch = text[i];

		if (ch == '%') {
			int hi = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			int lo = i + 2 < len ? hex_digit(text[i + 2]) : -1;

			if (hi < 0 || lo < 0 || (hi == 0 && lo == 0)) {
				return err_set(err, ERR_FORMAT,
				    "a broken %%-escape in the address");
			}
			ch = (char)(hi << 4 | lo);
			i += 2;
		} else if (form && ch == '+') {
			ch = ' ';
		}
		out[n++] = ch;
	}
	if (!valid_utf8(out, n, NULL) || memchr(out, '\0', n) != NULL)
		return err_set(err, ERR_FORMAT, "the address is not UTF-8");
	*ret_text = out;
	return 0;
}
