/* For tests: the other good ECDSA signature of the same document. */
#ifndef TESTS_UNIT_FLIP_H
#define TESTS_UNIT_FLIP_H

#include <openssl/bn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"

/* The order of P-256 (FIPS 186-4, D.1.2.3). */
#define ORDER_HEX                                                              \
	"FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"

/* (r, s) to (r, n - s): good by ECDSA, other bytes, the same digest. */
static void
flip_s(struct strbuf *signed_doc)
{
	static const char open[] = "<SignatureValue>";
	char *at = strstr(signed_doc->buf, open) + strlen(open);
	size_t len = strcspn(at, "<");
	BIGNUM *n = NULL, *s;
	struct strbuf raw, text;
	struct err err;

	strbuf_init(&raw, 100);
	strbuf_init(&text, 200);
	assert_int_equal(base64_decode(at, len, &raw, &err), 0);
	assert_int_equal(raw.len, 64);
	assert_true(BN_hex2bn(&n, ORDER_HEX) > 0);
	s = BN_bin2bn((unsigned char *)raw.buf + 32, 32, NULL);
	assert_true(BN_sub(s, n, s));
	assert_int_equal(BN_bn2binpad(s, (unsigned char *)raw.buf + 32, 32),
	    32);
	base64_encode(raw.buf, raw.len, &text);
	assert_int_equal(text.len, len);
	memcpy(at, text.buf, len);
	BN_free(n);
	BN_free(s);
	strbuf_release(&raw);
	strbuf_release(&text);
}

#endif
