/*
 * crypto: digests against published vectors, UUIDs, strict base64, keys on
 * disk, signatures in both algorithms, low s, and everything malformed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"

static char dir[] = "/tmp/gspd-crypto-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(dir, &err);
}

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
test_sha256(void **state)
{
	static const char *const abc =
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct sha256 *sha = sha256_new();
	uint8_t digest[SHA256_LEN];
	char hex[SHA256_HEX_LEN];
	int i;

	(void)state;
	sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, abc);
	for (i = 0; i < 2; i++) { /* twice: final readies it again */
		sha256_update(sha, "a", 1);
		sha256_update(sha, "bc", 2);
		sha256_final(sha, digest);
		hex_encode(digest, sizeof(digest), hex);
		assert_string_equal(hex, abc);
	}
	sha256_free(sha);
	sha256_free(NULL);
	assert_true(crypto_equal("same", "same", 4));
	assert_false(crypto_equal("same", "sand", 4));
}

static void
test_uuid(void **state)
{
	char a[37], b[37];

	(void)state;
	uuid_random(a);
	uuid_random(b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
	/* RFC 9562 appendix A.4: DNS namespace, www.example.com */
	uuid_named("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com",
	    a);
	assert_string_equal(a, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void
test_base64(void **state)
{
	static const char *const good[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "foobar", "Zm9vYmFy" } };
	static const char *const bad[] = { "Z", "Zg",
		"Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "=Zm9",
		"Zg==Zg==", "====", "Z===", "Zm9-", "Zm9_" };
	struct strbuf sb;
	struct err err;
	size_t i;

	(void)state;
	strbuf_init(&sb, 100);
	for (i = 0; i < ARRAY_LEN(good); i++) {
		strbuf_reset(&sb);
		base64_encode(good[i][0], strlen(good[i][0]), &sb);
		assert_string_equal(sb.buf, good[i][1]);
		strbuf_reset(&sb);
		assert_int_equal(base64_decode(good[i][1], strlen(good[i][1]),
				     &sb, &err),
		    0);
		assert_string_equal(sb.buf, good[i][0]);
	}
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		strbuf_reset(&sb);
		assert_int_equal(base64_decode(bad[i], strlen(bad[i]), &sb,
				     &err),
		    -1);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_int_equal(sb.len, 0);
	}
	strbuf_release(&sb);
}

static void
sign_and_verify(const struct key *key)
{
	struct strbuf sig, der;
	struct key *pub;
	struct err err;
	size_t i;

	strbuf_init(&sig, 1024);
	strbuf_init(&der, 1024);
	assert_int_equal(key_sign(key, "hello", 5, &sig, &err), 0);
	assert_int_equal(key_public_der(key, &der, &err), 0);
	pub = key_from_public_der(der.buf, der.len, &err);
	assert_non_null(pub);
	assert_false(key_is_private(pub));
	assert_int_equal(key_verify(pub, "hello", 5, sig.buf, sig.len, &err),
	    0);
	assert_int_equal(key_verify(pub, "hellO", 5, sig.buf, sig.len, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_int_equal(key_verify(pub, "hello", 5, sig.buf, sig.len - 1,
			     &err),
	    -1);
	for (i = 0; i < sig.len; i += 7) {
		sig.buf[i] ^= 1;
		assert_int_equal(key_verify(pub, "hello", 5, sig.buf, sig.len,
				     &err),
		    -1);
		sig.buf[i] ^= 1;
	}
	assert_int_equal(key_sign(pub, "hello", 5, &sig, &err), -1);
	key_free(pub);
	strbuf_release(&der);
	strbuf_release(&sig);
}

static void
test_p256(void **state)
{
	static const uint8_t half[32] = { 0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0,
		0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73,
		0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61,
		0x7e, 0x31, 0x92, 0xa8 };
	struct err err;
	struct key *key = key_new(&err);
	struct strbuf sig;
	int i;

	(void)state;
	assert_non_null(key);
	assert_int_equal(key_type(key), KEY_TYPE_P256);
	sign_and_verify(key);
	strbuf_init(&sig, 64);
	for (i = 0; i < 40; i++) {
		strbuf_reset(&sig);
		assert_int_equal(key_sign(key, "x", 1, &sig, &err), 0);
		assert_int_equal(sig.len, 64);
		assert_true(memcmp(sig.buf + 32, half, 32) <= 0);
	}
	/* zeros are in no range */
	memset(sig.buf, 0, 64);
	assert_int_equal(key_verify(key, "x", 1, sig.buf, 64, &err), -1);
	memset(sig.buf, 0xff, 64);
	assert_int_equal(key_verify(key, "x", 1, sig.buf, 64, &err), -1);
	strbuf_release(&sig);
	key_free(key);
	key_free(NULL);
}

static void
test_key_files(void **state)
{
	char hash[SHA256_HEX_LEN], again[SHA256_HEX_LEN];
	struct err err;
	struct key *key = key_new(&err), *copy;
	struct strbuf pem;
	struct stat st;

	(void)state;
	key_hash(key, hash);
	assert_int_equal(key_write(key, in_dir("k.pem"), &err), 0);
	assert_int_equal(stat(in_dir("k.pem"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(key_write(key, in_dir("k.pem"), &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	copy = key_read(in_dir("k.pem"), &err);
	assert_non_null(copy);
	assert_true(key_is_private(copy));
	key_hash(copy, again);
	assert_string_equal(hash, again);
	key_free(copy);
	assert_int_equal(chmod(in_dir("k.pem"), 0640), 0);
	assert_null(key_read(in_dir("k.pem"), &err));
	assert_int_equal(err.code, ERR_CONF);
	strbuf_init(&pem, 4096);
	assert_int_equal(key_public_pem(key, &pem, &err), 0);
	assert_int_equal(file_put(in_dir("p.pem"), pem.buf, pem.len, 0644,
			     &err),
	    0);
	copy = key_read(in_dir("p.pem"), &err);
	assert_non_null(copy);
	assert_false(key_is_private(copy));
	key_hash(copy, again);
	assert_string_equal(hash, again);
	assert_int_equal(key_write(copy, in_dir("q.pem"), &err), -1);
	key_free(copy);
	assert_int_equal(file_put(in_dir("p.pem"), pem.buf, pem.len / 2, 0644,
			     &err),
	    0);
	assert_null(key_read(in_dir("p.pem"), &err));
	assert_int_equal(err.code, ERR_FORMAT);
	assert_null(key_read(in_dir("none.pem"), &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_null(key_read(dir, &err));
	strbuf_release(&pem);
	key_free(key);
}

/* Write a key that libcrypto made and read it with our eyes. Takes it over. */
static struct key *
read_foreign(EVP_PKEY *pkey, struct err *err)
{
	FILE *f = fopen(in_dir("o.pem"), "w");

	assert_non_null(f);
	assert_non_null(pkey);
	assert_int_equal(chmod(in_dir("o.pem"), 0600), 0);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, pkey, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	fclose(f);
	EVP_PKEY_free(pkey);
	return key_read(in_dir("o.pem"), err);
}

static void
test_other_keys(void **state)
{
	EVP_PKEY *explicit = EVP_EC_gen("P-256");
	struct err err;
	struct key *key;

	(void)state;
	key = read_foreign(EVP_RSA_gen(3072), &err);
	assert_non_null(key);
	assert_int_equal(key_type(key), KEY_TYPE_RSA);
	sign_and_verify(key);
	key_free(key);
	assert_null(read_foreign(EVP_RSA_gen(2048), &err));
	assert_int_equal(err.code, ERR_TRUST);
	assert_null(read_foreign(EVP_EC_gen("P-384"), &err));
	assert_int_equal(err.code, ERR_TRUST);
	assert_null(
	    read_foreign(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &err));
	assert_int_equal(err.code, ERR_TRUST);
	EVP_PKEY_set_utf8_string_param(explicit, OSSL_PKEY_PARAM_EC_ENCODING,
	    OSSL_PKEY_EC_ENCODING_EXPLICIT);
	assert_null(read_foreign(explicit, &err));
	assert_int_equal(err.code, ERR_TRUST);
}

static void
test_bad_der(void **state)
{
	struct err err;
	struct key *key = key_new(&err);
	struct strbuf der;
	size_t i;

	(void)state;
	strbuf_init(&der, 1024);
	assert_int_equal(key_public_der(key, &der, &err), 0);
	for (i = 0; i < der.len; i++)
		assert_null(key_from_public_der(der.buf, i, &err));
	strbuf_addch(&der, 0);
	assert_null(key_from_public_der(der.buf, der.len, &err));
	der.buf[60] ^= 1; /* no longer on the curve */
	assert_null(key_from_public_der(der.buf, der.len - 1, &err));
	strbuf_release(&der);
	key_free(key);
}

static void
test_words(void **state)
{
	static const char *const list[] = {
#define WORD(text) text,
#include "crypto/words.def"
#undef WORD
	};
	struct arena *arena = arena_new();
	const char *text, *p;
	int n = 1;
	size_t i;

	(void)state;
	for (i = 1; i < ARRAY_LEN(list); i++)
		assert_true(strcmp(list[i - 1], list[i]) < 0);
	text = key_words(arena, "000102030405060708090a0b0c0d0eff"
				"ffffffffffffffffffffffffffffffff");
	for (p = text; *p != '\0'; p++)
		n += *p == ' ';
	assert_int_equal(n, 16);
	assert_memory_equal(text, list[0], strlen(list[0]));
	assert_string_equal(text + strlen(text) - strlen(list[255]), list[255]);
	assert_string_equal(key_words(arena, "zz"), "");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_p256),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_bad_der),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
