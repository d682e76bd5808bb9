/*
 * Base64 (RFC 4648 section 4), strict: one text for one value. Padding is
 * required, white space and stray bits behind the last byte are refused, so
 * that nobody can write the same signature in two ways.
 */
#include "crypto/crypto.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(const void *data, size_t len, struct strbuf *ret_out)
{
	const uint8_t *p = data;

	for (; len >= 3; p += 3, len -= 3) {
		char quad[4] = { digits[p[0] >> 2],
			digits[(p[0] & 3) << 4 | p[1] >> 4],
			digits[(p[1] & 15) << 2 | p[2] >> 6],
			digits[p[2] & 63] };

		strbuf_add(ret_out, quad, sizeof(quad));
	}
	if (len == 1) {
		char quad[4] = { digits[p[0] >> 2], digits[(p[0] & 3) << 4],
			'=', '=' };

		strbuf_add(ret_out, quad, sizeof(quad));
	} else if (len == 2) {
		char quad[4] = { digits[p[0] >> 2],
			digits[(p[0] & 3) << 4 | p[1] >> 4],
			digits[(p[1] & 15) << 2], '=' };

		strbuf_add(ret_out, quad, sizeof(quad));
	}
}

static int
digit_value(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A';
	if (ch >= 'a' && ch <= 'z')
		return ch - 'a' + 26;
	if (ch >= '0' && ch <= '9')
		return ch - '0' + 52;
	if (ch == '+')
		return 62;
	return ch == '/' ? 63 : -1;
}

int
base64_decode(const char *text, size_t len, struct strbuf *ret_out,
    struct err *err)
{
	size_t i, pad = 0, start = ret_out->len;

	if (len % 4 != 0)
		return err_set(err, ERR_FORMAT,
		    "base64 of %zu characters: not a multiple of 4", len);
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len; i += 4) {
		size_t n = i + 4 == len ? 4 - pad : 4, k;
		uint32_t bits = 0;
		uint8_t out[3];

		for (k = 0; k < 4; k++) {
			int v = k < n ? digit_value(text[i + k]) : 0;

			if (v < 0) {
				strbuf_setlen(ret_out, start);
				return err_set(err, ERR_FORMAT,
				    "base64: bad character at byte %zu", i + k);
			}
			bits = bits << 6 | (uint32_t)v;
		}
		out[0] = (uint8_t)(bits >> 16);
		out[1] = (uint8_t)(bits >> 8);
		out[2] = (uint8_t)bits;
		if ((n == 2 && (bits & 0xffff) != 0) ||
		    (n == 3 && (bits & 0xff) != 0)) {
			strbuf_setlen(ret_out, start);
			return err_set(err, ERR_FORMAT,
			    "base64: stray bits behind the last byte");
		}
		strbuf_add(ret_out, out, n - 1);
	}
	return 0;
}
