/*
 * keys: the files of <folder>/keys/. online.pem signs; next.pem is the
 * successor, to be moved offline; next.hash, which stays, is what every head
 * says of it (feed-protocol.md 6).
 */
#include <string.h>

#include "publish/run.h"

#define HASH_FILE_MAX 200

static int
make_key(struct arena *arena, const char *dir, const char *name,
    char ret_hash[SHA256_HEX_LEN], struct err *err)
{
	struct key *key = key_new(err);
	int rc;

	if (key == NULL)
		return -1;
	rc = key_write(key, arena_printf(arena, "%s/%s", dir, name), err);
	key_hash(key, ret_hash);
	key_free(key);
	return rc;
}

int
publish_keys_new(const char *folder, struct err *err)
{
	struct arena *arena = arena_new();
	const char *dir = arena_printf(arena, "%s/keys", folder);
	const char *hash_path = arena_printf(arena, "%s/next.hash", dir);
	char hash[SHA256_HEX_LEN];
	int ret = -1;

	/* Without its hash the offline key in its drawer could do nothing. */
	if (file_exists(hash_path) &&
	    !file_exists(arena_printf(arena, "%s/online.pem", dir))) {
		err_set(err, ERR_CONFLICT,
		    "%s: this node has an offline key, and gspd key rotate "
		    "--with FILE makes a new online key by it; to begin anew, "
		    "move keys/ and feed/rot/ away first",
		    hash_path);
		goto out;
	}
	if (file_mkdirs(dir, 0700, err) == -1 ||
	    make_key(arena, dir, "online.pem", hash, err) == -1 ||
	    make_key(arena, dir, "next.pem", hash, err) == -1)
		goto out;
	hash[64] = '\n';
	ret = file_replace(hash_path, hash, sizeof(hash), 0644, err);
out:
	arena_free(arena);
	return ret;
}

struct key *
publish_key_read(const char *folder, struct err *err)
{
	struct arena *arena = arena_new();
	const char *path = arena_printf(arena, "%s/keys/online.pem", folder);
	struct key *key = key_read(path, err);

	if (key != NULL && !key_is_private(key)) {
		err_set(err, ERR_CONF,
		    "%s: holds no private key, so it can not sign", path);
		key_free(key);
		key = NULL;
	}
	arena_free(arena);
	return key;
}

int
publish_nextkey_read(const char *folder, char ret_hex[65], struct err *err)
{
	struct arena *arena = arena_new();
	const char *path = arena_printf(arena, "%s/keys/next.hash", folder);
	struct strbuf text;
	uint8_t raw[SHA256_LEN];
	int ret = -1;

	strbuf_init(&text, HASH_FILE_MAX);
	if (!file_exists(path)) {
		ret_hex[0] = '\0';
		ret = 0;
		goto out;
	}
	if (file_read(path, HASH_FILE_MAX, &text, err) == -1)
		goto out;
	while (text.len > 0 && strchr(" \r\n\t", text.buf[text.len - 1]))
		strbuf_setlen(&text, text.len - 1);
	if (hex_decode(text.buf, raw, sizeof(raw)) == -1) {
		err_set(err, ERR_CONF, "%s: must hold 64 lower-case hex digits",
		    path);
		goto out;
	}
	memcpy(ret_hex, text.buf, SHA256_HEX_LEN);
	ret = 0;
out:
	strbuf_release(&text);
	arena_free(arena);
	return ret;
}
