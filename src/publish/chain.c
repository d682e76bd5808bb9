/*
 * chain: the node's own rotation statements, and the key files that go with
 * the newest of them. The statement in feed/rot/ is the moment of a rotation:
 * before it nothing has happened, after it chain_finish() does what is left,
 * however often it is called. Each statement is kept in keys/ as well, for
 * feed/ can be lost and they can not be made again (feed-protocol.md 6).
 * Neighbours: rotate.c makes one, publish.c signs with the key it names.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/chain.h"
#include "verify/verify.h"

#define HASH_FILE_MAX 200

/* "<before><number>.xml"; 0 when it is another name. */
static int64_t
epoch_of(const char *name, const char *before)
{
	size_t len = strlen(before);
	int64_t epoch = 0;

	if (strncmp(name, before, len) != 0 || name[len] == '0')
		return 0;
	for (name += len; *name >= '0' && *name <= '9'; name++) {
		epoch = epoch * 10 + (*name - '0');
		if (epoch > INT32_MAX)
			return 0;
	}
	return strcmp(name, ".xml") == 0 ? epoch : 0;
}

char *
chain_served(const struct chain *chain, int64_t epoch)
{
	return arena_printf(chain->arena, "%s/feed/rot/%" PRId64 ".xml",
	    chain->folder, epoch);
}

static char *
kept(const struct chain *chain, int64_t epoch)
{
	return arena_printf(chain->arena, "%s/keys/rot-%" PRId64 ".xml",
	    chain->folder, epoch);
}

char *
chain_key_path(const struct chain *chain, const char *name)
{
	return arena_printf(chain->arena, "%s/keys/%s", chain->folder, name);
}

static int
copy_if_absent(const char *from, const char *to, const char *folder,
    mode_t mode, struct err *err)
{
	struct strbuf bytes;
	int ret = -1;

	if (file_exists(to))
		return 0;
	if (file_read(from, FEED_ROTATION_MAX, &bytes, err) == 0 &&
	    file_mkdirs(folder, mode, err) == 0)
		ret = file_replace(to, bytes.buf, bytes.len, 0644, err);
	strbuf_release(&bytes);
	return ret;
}

/* Each statement of a folder, to where it is lacking unless that is NULL. */
static int
copy_all(struct chain *chain, bool is_served, const char *to, struct err *err)
{
	const char *from = arena_printf(chain->arena, "%s/%s", chain->folder,
	    is_served ? "feed/rot" : "keys");
	char **names;
	size_t n;

	if (file_list(chain->arena, from, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int64_t epoch = epoch_of(names[i], is_served ? "" : "rot-");
		const char *a = chain_served(chain, epoch);
		const char *b = kept(chain, epoch);

		if (epoch == 0)
			continue;
		if (epoch > chain->epoch)
			chain->epoch = epoch;
		if (to != NULL &&
		    copy_if_absent(is_served ? a : b, is_served ? b : a, to,
			is_served ? 0700 : 0755, err) == -1)
			return -1;
	}
	return 0;
}

int
chain_newest(struct arena *arena, const char *folder, int64_t *ret_epoch,
    struct err *err)
{
	struct chain chain = { .arena = arena, .folder = folder };

	if (copy_all(&chain, true, NULL, err) == -1 ||
	    copy_all(&chain, false, NULL, err) == -1)
		return -1;
	*ret_epoch = chain.epoch;
	return 0;
}

static int
read_newest(struct chain *chain, struct err *err)
{
	const char *path = kept(chain, chain->epoch);
	struct strbuf bytes;
	int ret = -1;

	if (file_read(path, FEED_ROTATION_MAX, &bytes, err) == -1)
		goto out;
	if (verify_own_key(FEED_DOC_ROTATION, bytes.buf, bytes.len,
		chain->signer, err) == -1 ||
	    verify_rotation(chain->arena, bytes.buf, bytes.len, chain->node,
		chain->epoch, chain->signer, NULL, &chain->newest, err) == -1) {
		err_prefix(err, "%s: bring it back from a backup", path);
		err->code = ERR_CONF;
		goto out;
	}
	ret = 0;
out:
	strbuf_release(&bytes);
	return ret;
}

int
chain_key_hash(const char *path, char ret_hash[65], struct err *err)
{
	struct key *key = key_read(path, err);

	if (key == NULL)
		return -1;
	key_hash(key, ret_hash);
	key_free(key);
	return 0;
}

/* The key file holds the key of this hash: false also when it is absent. */
static bool
holds(const char *path, const char *hash)
{
	struct err ignored = { 0 };
	char found[65];

	return file_exists(path) &&
	       chain_key_hash(path, found, &ignored) == 0 &&
	       strcmp(found, hash) == 0;
}

static int
move(const struct chain *chain, const char *from, const char *to,
    struct err *err)
{
	if (rename(from, to) == -1)
		return err_sys(err, "%s", to);
	return file_sync_dir(arena_printf(chain->arena, "%s/keys",
				 chain->folder),
	    err);
}

/* The keys that the newest statement names come into their places. */
static int
place_keys(struct chain *chain, struct err *err)
{
	const char *new = chain_key_path(chain, CHAIN_ONLINE_NEW);
	const char *next = chain_key_path(chain, CHAIN_NEXT);
	const char *next_new = chain_key_path(chain, CHAIN_NEXT_NEW);
	char hash[65];
	char line[66];

	/* The old one is of no use any more, only of danger. */
	if (holds(new, chain->newest.online) &&
	    move(chain, new, chain_key_path(chain, CHAIN_ONLINE), err) == -1)
		return -1;
	if (holds(next_new, chain->newest.nextkey)) {
		if (move(chain, next_new, next, err) == -1)
			return -1;
	} else if (holds(next, chain->signer) && file_remove(next, err) == -1)
		return -1;
	if (publish_nextkey_read(chain->folder, hash, err) == -1)
		return -1;
	if (strcmp(hash, chain->newest.nextkey) == 0)
		return 0;
	(void)snprintf(line, sizeof(line), "%s\n", chain->newest.nextkey);
	return file_replace(chain_key_path(chain, CHAIN_NEXT_HASH), line,
	    strlen(line), 0644, err);
}

/* Half-written files of runs that were killed; the lock is ours. */
static int
sweep(const struct chain *chain, struct err *err)
{
	const char *keys = arena_printf(chain->arena, "%s/keys", chain->folder);
	char **names;
	size_t n;

	if (file_list(chain->arena, keys, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *end = strrchr(names[i], '.');

		if (end != NULL && strcmp(end, ".tmp") == 0 &&
		    file_remove(arena_printf(chain->arena, "%s/%s", keys,
				    names[i]),
			err) == -1)
			return -1;
	}
	return 0;
}

int
chain_finish(struct chain *chain, struct arena *arena, const char *folder,
    const char *node, struct err *err)
{
	*chain = (struct chain){ .arena = arena,
		.folder = folder,
		.node = node };
	if (copy_all(chain, true, arena_printf(arena, "%s/keys", folder),
		err) == -1 ||
	    copy_all(chain, false, arena_printf(arena, "%s/feed/rot", folder),
		err) == -1)
		return -1;
	if (chain->epoch == 0)
		return 0;
	if (read_newest(chain, err) == -1 || place_keys(chain, err) == -1)
		return -1;
	return sweep(chain, err);
}

int
chain_signer(const struct chain *chain, const struct key *given,
    struct key **ret_fresh, struct err *err)
{
	char hash[65];
	struct key *key;

	*ret_fresh = NULL;
	key_hash(given, hash);
	if (chain->epoch == 0 || strcmp(hash, chain->newest.online) == 0)
		return 0;
	key = publish_key_read(chain->folder, err);
	if (key == NULL)
		return -1;
	key_hash(key, hash);
	if (strcmp(hash, chain->newest.online) == 0) {
		*ret_fresh = key;
		return 0;
	}
	key_free(key);
	return err_set(err, ERR_CONF,
	    "keys/online.pem is not the key of epoch %" PRId64
	    " (%.16s...), which feed/rot/%" PRId64
	    ".xml names and peers expect: bring back keys/ from a backup made "
	    "since, or rotate on with gspd key rotate --with FILE",
	    chain->epoch, chain->newest.online, chain->epoch);
}
