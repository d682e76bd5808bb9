/*
 * Keys: made, read, written, named. Only P-256 and RSA of 3072 to 4096 bits
 * get in, so that the rest of the program has two cases and no more
 * (design: feed-protocol.md 5 and 6). Signing stands in sign.c.
 */
#include "crypto/key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_MAX  16384
#define KEY_DER_MAX   4096
#define P256_SPKI_LEN 91 /* named curve, uncompressed point: the only form */
#define RSA_BITS_MIN  3072
#define RSA_BITS_MAX  4096

int
crypto_err(struct err *err, enum err_code code, const char *what)
{
	char text[160] = "no reason given";
	unsigned long e = ERR_peek_last_error();

	if (e != 0)
		ERR_error_string_n(e, text, sizeof(text));
	ERR_clear_error();
	return err_set(err, code, "%s: %s", what, text);
}

void
key_free(struct key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}

static int
public_der(EVP_PKEY *pkey, struct strbuf *ret_out, struct err *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);

	if (len <= 0)
		return crypto_err(err, ERR_TRUST, "encoding a public key");
	strbuf_add(ret_out, der, (size_t)len);
	OPENSSL_free(der);
	return strbuf_check(ret_out, "public key", err);
}

static int
check_rsa(EVP_PKEY *pkey, struct err *err)
{
	int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *e = NULL;
	bool good;

	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return err_set(err, ERR_TRUST,
		    "RSA key of %d bits: only %d to %d are accepted", bits,
		    RSA_BITS_MIN, RSA_BITS_MAX);
	good = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	       BN_is_odd(e) && BN_num_bits(e) >= 17 && BN_num_bits(e) <= 64;
	BN_free(e);
	if (!good)
		return err_set(err, ERR_TRUST,
		    "RSA key with an unusual exponent: use 65537");
	return 0;
}

static int
check_ec(EVP_PKEY *pkey, struct err *err)
{
	char group[64] = "";
	size_t len = 0;

	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) != 1 ||
	    strcmp(group, "prime256v1") != 0) {
		ERR_clear_error();
		return err_set(err, ERR_TRUST,
		    "elliptic curve is not P-256: only P-256 is accepted");
	}
	return 0;
}

/* Takes pkey over, also when it is refused. */
static struct key *
key_wrap(EVP_PKEY *pkey, bool is_private, struct err *err)
{
	struct key *key = xcalloc(1, sizeof(*key));
	struct strbuf der;

	strbuf_init(&der, KEY_DER_MAX);
	key->pkey = pkey;
	key->is_private = is_private;
	if (EVP_PKEY_is_a(pkey, "EC")) {
		key->type = KEY_TYPE_P256;
		if (check_ec(pkey, err) != 0)
			goto out;
		/* A compressed point would hash to another pin. */
		(void)EVP_PKEY_set_utf8_string_param(pkey,
		    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		    OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
	} else if (EVP_PKEY_is_a(pkey, "RSA")) {
		key->type = KEY_TYPE_RSA;
		if (check_rsa(pkey, err) != 0)
			goto out;
	} else {
		err_set(err, ERR_TRUST,
		    "key is neither P-256 nor RSA: make one with gspd key");
		goto out;
	}
	if (public_der(pkey, &der, err) != 0)
		goto out;
	if (key->type == KEY_TYPE_P256 && der.len != P256_SPKI_LEN) {
		err_set(err, ERR_TRUST,
		    "P-256 key in an unusual form: name the curve, do not "
		    "spell out its parameters");
		goto out;
	}
	sha256_hex(der.buf, der.len, key->hash);
	strbuf_release(&der);
	return key;
out:
	strbuf_release(&der);
	key_free(key);
	return NULL;
}

struct key *
key_new(struct err *err)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	if (pkey == NULL) {
		crypto_err(err, ERR_SYS, "making a key");
		return NULL;
	}
	return key_wrap(pkey, true, err);
}

/* Never ask for a passphrase on a terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

/* The bytes of a small file and its mode; the buffer takes KEY_FILE_MAX. */
static int
read_file(const char *path, char *ret_data, size_t *ret_len, mode_t *ret_mode,
    struct err *err)
{
	struct stat st;
	size_t len = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? err_set(err, ERR_NOTFOUND,
					     "%s: no such key file", path)
				       : err_sys(err, "%s", path);
	if (fstat(fd, &st) != 0) {
		err_sys(err, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size >= KEY_FILE_MAX) {
		err_set(err, ERR_FORMAT, "%s: not a key file", path);
		goto out;
	}
	while ((n = read(fd, ret_data + len, KEY_FILE_MAX - len)) > 0) {
		len += (size_t)n;
		if (len == KEY_FILE_MAX)
			break;
	}
	if (n < 0) {
		err_sys(err, "%s", path);
		goto out;
	}
	close(fd);
	*ret_len = len;
	*ret_mode = st.st_mode;
	return 0;
out:
	close(fd);
	return -1;
}

struct key *
key_read(const char *path, struct err *err)
{
	char *data = xmalloc(KEY_FILE_MAX);
	struct key *key = NULL;
	EVP_PKEY *pkey = NULL;
	BIO *bio = NULL;
	size_t len = 0;
	mode_t mode = 0;
	bool is_private = true;

	if (read_file(path, data, &len, &mode, err) != 0)
		goto out;
	bio = BIO_new_mem_buf(data, (int)len);
	if (bio == NULL) {
		crypto_err(err, ERR_SYS, path);
		goto out;
	}
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (pkey == NULL) {
		ERR_clear_error();
		BIO_free(bio);
		bio = BIO_new_mem_buf(data, (int)len);
		if (bio != NULL)
			pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase,
			    NULL);
		is_private = false;
	}
	ERR_clear_error();
	if (pkey == NULL) {
		err_set(err, ERR_FORMAT,
		    "%s: no key in it (PEM, PKCS#8 without a passphrase or "
		    "SubjectPublicKeyInfo)",
		    path);
		goto out;
	}
	if (is_private && (mode & 077) != 0) {
		EVP_PKEY_free(pkey);
		err_set(err, ERR_CONF,
		    "%s: others may read this private key: chmod 600 %s", path,
		    path);
		goto out;
	}
	key = key_wrap(pkey, is_private, err);
	if (key == NULL)
		err_prefix(err, "%s", path);
out:
	BIO_free(bio);
	OPENSSL_cleanse(data, KEY_FILE_MAX);
	free(data);
	return key;
}

static int
write_new(const char *path, const char *data, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? err_set(err, ERR_CONFLICT,
					     "%s exists: a key is never "
					     "overwritten; move it "
					     "away first",
					     path)
				       : err_sys(err, "%s", path);
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			goto out;
		data += n;
		len -= (size_t)n;
	}
	if (fsync(fd) != 0)
		goto out;
	if (close(fd) != 0) {
		fd = -1;
		goto out;
	}
	return 0;
out:
	err_sys(err, "%s", path);
	if (fd >= 0)
		close(fd);
	(void)unlink(path);
	return -1;
}

int
key_write(const struct key *key, const char *path, struct err *err)
{
	BIO *bio = NULL;
	char *data;
	long len;
	int rc = -1;

	if (!key->is_private)
		return err_set(err, ERR_USAGE, "%s: this is only a public key",
		    path);
	bio = BIO_new(BIO_s_secmem());
	if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL,
			       NULL, 0, NULL, NULL) != 1) {
		crypto_err(err, ERR_SYS, path);
		goto out;
	}
	len = BIO_get_mem_data(bio, &data);
	rc = write_new(path, data, (size_t)len, err);
	OPENSSL_cleanse(data, (size_t)len);
out:
	BIO_free(bio);
	return rc;
}

int
key_public_der(const struct key *key, struct strbuf *ret_out, struct err *err)
{
	return public_der(key->pkey, ret_out, err);
}

struct key *
key_from_public_der(const void *der, size_t len, struct err *err)
{
	const unsigned char *p = der;
	struct strbuf again;
	struct key *key;
	EVP_PKEY *pkey;

	if (len > KEY_DER_MAX) {
		err_set(err, ERR_LIMIT, "public key is larger than %d bytes",
		    KEY_DER_MAX);
		return NULL;
	}
	pkey = d2i_PUBKEY(NULL, &p, (long)len);
	ERR_clear_error();
	if (pkey == NULL) {
		err_set(err, ERR_TRUST,
		    "public key is not a SubjectPublicKeyInfo");
		return NULL;
	}
	key = key_wrap(pkey, false, err);
	if (key == NULL)
		return NULL;
	/* One key has one encoding, so it has one hash. */
	strbuf_init(&again, KEY_DER_MAX);
	if (public_der(key->pkey, &again, err) != 0)
		goto out;
	if (again.len != len || memcmp(again.buf, der, len) != 0) {
		err_set(err, ERR_TRUST,
		    "public key is not in its one DER encoding");
		goto out;
	}
	strbuf_release(&again);
	return key;
out:
	strbuf_release(&again);
	key_free(key);
	return NULL;
}

int
key_public_pem(const struct key *key, struct strbuf *ret_out, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;
	int rc = -1;

	if (bio == NULL || PEM_write_bio_PUBKEY(bio, key->pkey) != 1) {
		crypto_err(err, ERR_SYS, "writing a public key");
		goto out;
	}
	len = BIO_get_mem_data(bio, &data);
	strbuf_add(ret_out, data, (size_t)len);
	rc = strbuf_check(ret_out, "public key", err);
out:
	BIO_free(bio);
	return rc;
}

void
key_hash(const struct key *key, char ret_hex[SHA256_HEX_LEN])
{
	memcpy(ret_hex, key->hash, SHA256_HEX_LEN);
}

enum key_type
key_type(const struct key *key)
{
	return key->type;
}

bool
key_is_private(const struct key *key)
{
	return key->is_private;
}
