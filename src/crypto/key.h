/* Inside crypto/ only: what a key is made of. */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include <openssl/evp.h>

#include "crypto/crypto.h"

struct key {
	EVP_PKEY *pkey;
	enum key_type type;
	bool is_private;
	char hash[SHA256_HEX_LEN];
};

/* err_set() with what libcrypto says; empties its error queue. */
int crypto_err(struct err *err, enum err_code code, const char *what);

#endif
