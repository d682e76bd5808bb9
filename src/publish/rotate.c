/*
 * rotate: the offline key says who signs from now on. New keys lie ready
 * under names of their own before the statement is written, in one step, to
 * feed/rot/; whatever is left then, chain_finish() does, here or in the next
 * run of anybody (feed-protocol.md 6).
 */
#define _GNU_SOURCE /* renameat2() */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "publish/chain.h"
#include "verify/verify.h"

struct rotate {
	const struct rotate_options *options;
	struct ledger *ledger;
	struct arena *arena;
	struct chain chain;
	struct key *offline;
	char offline_hash[65];
	const char *next_to; /* NULL: keys/next.pem */
	struct feed_rotation statement;
};

/* The successor that peers were told. */
static int
expected_hash(struct rotate *r, char ret_hash[65], struct err *err)
{
	if (r->chain.epoch > 0) {
		memcpy(ret_hash, r->chain.newest.nextkey, 65);
	} else if (publish_nextkey_read(r->options->folder, ret_hash, err) ==
		   -1) {
		return -1;
	}
	if (ret_hash[0] == '\0')
		return err_set(err, ERR_CONF,
		    "%s/keys/next.hash is missing: this node named no "
		    "successor, so peers follow none; a new key (gspd key "
		    "new) must be set in their peers.conf, or in the "
		    "membership list",
		    r->options->folder);
	return 0;
}

static int
read_offline(struct rotate *r, struct err *err)
{
	const char *path = r->options->with;
	char expected[65];

	if (path == NULL)
		path = chain_key_path(&r->chain, CHAIN_NEXT);
	if (expected_hash(r, expected, err) == -1)
		return -1;
	r->offline = key_read(path, err);
	if (r->offline == NULL) {
		if (err->code == ERR_NOTFOUND)
			err_set(err, ERR_NOTFOUND,
			    "%s is not there: name the offline key with "
			    "--with FILE; when it is lost, no rotation can be "
			    "made: only a new pin in each peer's peers.conf "
			    "(or the membership list) helps then",
			    path);
		return -1;
	}
	key_hash(r->offline, r->offline_hash);
	if (strcmp(r->offline_hash, expected) != 0)
		return err_set(err, ERR_TRUST,
		    "%s is not the key that was named as the next one: its "
		    "hash begins with %.16s, %.16s is expected",
		    path, r->offline_hash, expected);
	if (!key_is_private(r->offline))
		return err_set(err, ERR_CONF,
		    "%s holds no private key, so it can not sign", path);
	return 0;
}

static int
new_key(const char *path, char ret_hash[65], struct err *err)
{
	struct key *key = key_new(err);
	int rc;

	if (key == NULL)
		return -1;
	key_hash(key, ret_hash);
	rc = key_write(key, path, err);
	key_free(key);
	return rc;
}

static int
read_made(struct rotate *r, char ret_hash[65])
{
	struct strbuf text;
	struct err ignored = { 0 };
	int ret = -1;

	if (file_read(chain_key_path(&r->chain, CHAIN_NEXT_MADE), 200, &text,
		&ignored) == 0 &&
	    text.len == 65) {
		memcpy(ret_hash, text.buf, 64);
		ret_hash[64] = '\0';
		ret = 0;
	}
	strbuf_release(&text);
	return ret;
}

/*
 * Outside our folder no name can be swept: the hash of what was written there
 * is noted first, so that the same call finds its own key again after it was
 * cut short.
 */
static int
make_next_elsewhere(struct rotate *r, struct err *err)
{
	const char *to = r->next_to;
	const char *part = arena_printf(r->arena, "%s.part", to);
	char hash[65], made[65], line[66];
	struct err why = { 0 };

	if (file_exists(to)) {
		if (read_made(r, made) == -1 ||
		    chain_key_hash(to, hash, &why) == -1 ||
		    strcmp(hash, made) != 0)
			return err_set(err, ERR_CONFLICT,
			    "%s exists: a key is never overwritten; name "
			    "another file with --next-to",
			    to);
		memcpy(r->statement.nextkey, hash, sizeof(hash));
		return 0;
	}
	if (file_remove(part, err) == -1 || new_key(part, hash, err) == -1)
		return -1;
	(void)snprintf(line, sizeof(line), "%s\n", hash);
	if (file_replace(chain_key_path(&r->chain, CHAIN_NEXT_MADE), line,
		strlen(line), 0600, err) == -1)
		return -1;
	if (renameat2(AT_FDCWD, part, AT_FDCWD, to, RENAME_NOREPLACE) == -1) {
		/* Not every file system on a stick knows this call. */
		if ((errno != EINVAL && errno != ENOSYS) || file_exists(to) ||
		    rename(part, to) == -1)
			return err_sys(err, "%s", to);
	}
	memcpy(r->statement.nextkey, hash, sizeof(hash));
	return 0;
}

static int
make_keys(struct rotate *r, struct err *err)
{
	const char *online = chain_key_path(&r->chain, CHAIN_ONLINE_NEW);
	const char *next = chain_key_path(&r->chain, CHAIN_NEXT_NEW);
	const char *old = chain_key_path(&r->chain, CHAIN_NEXT);
	char hash[65];

	/* Of a call that was cut short before anything had happened. */
	if (file_remove(online, err) == -1 || file_remove(next, err) == -1 ||
	    new_key(online, r->statement.online, err) == -1)
		return -1;
	if (r->next_to != NULL)
		return make_next_elsewhere(r, err);
	if (file_exists(old)) {
		if (chain_key_hash(old, hash, err) == -1)
			return -1;
		if (strcmp(hash, r->offline_hash) != 0)
			return err_set(err, ERR_CONFLICT,
			    "%s holds another key than the one in use: move "
			    "it away first, or name a file with --next-to",
			    old);
	}
	return new_key(next, r->statement.nextkey, err);
}

/* Nothing has happened yet, and nobody will ever know these. */
static void
drop_keys(const struct rotate *r)
{
	struct err ignored;

	if (file_remove(chain_key_path(&r->chain, CHAIN_ONLINE_NEW),
		&ignored) == -1 ||
	    file_remove(chain_key_path(&r->chain, CHAIN_NEXT_NEW), &ignored) ==
		-1)
		return; /* the next call removes them */
}

static int
write_statement(struct rotate *r, struct err *err)
{
	const char *rot = arena_printf(r->arena, "%s/feed/rot",
	    r->options->folder);
	struct ledger_head head;
	struct strbuf bytes;
	int64_t epoch = r->chain.epoch;
	int ret = -1;

	if (ledger_head(r->ledger, &head, err) == -1)
		return -1;
	if (head.epoch > epoch)
		epoch = head.epoch;
	r->statement.epoch = epoch + 1;
	(void)snprintf(r->statement.node, sizeof(r->statement.node), "%s",
	    r->options->node);
	strbuf_init(&bytes, 2 * FEED_ROTATION_MAX);
	if (verify_sign_rotation(r->arena, &r->statement, r->offline, &bytes,
		err) == 0 &&
	    file_mkdirs(rot, 0755, err) == 0)
		ret = file_replace(chain_served(&r->chain, r->statement.epoch),
		    bytes.buf, bytes.len, 0644, err);
	strbuf_release(&bytes);
	return ret;
}

/* Relative to where the operator stands; that inside our folder is ours. */
static void
set_next_to(struct rotate *r)
{
	const char *to = r->options->next_to;

	if (to != NULL &&
	    strcmp(to, chain_key_path(&r->chain, CHAIN_NEXT)) != 0)
		r->next_to = to;
}

int
publish_rotate(struct ledger *ledger, const struct rotate_options *options,
    struct rotate_result *ret_result, struct err *err)
{
	struct rotate r = { .options = options,
		.ledger = ledger,
		.arena = arena_new() };
	struct chain done;
	int lock, ret = -1;

	lock = file_lock(arena_printf(r.arena, "%s/publish.lock",
			     options->folder),
	    true, err);
	if (lock == -1 || chain_finish(&r.chain, r.arena, options->folder,
			      options->node, err) == -1)
		goto out;
	set_next_to(&r);
	if (read_offline(&r, err) == -1)
		goto out;
	if (make_keys(&r, err) == -1) {
		drop_keys(&r);
		goto out;
	}
	if (write_statement(&r, err) == -1 ||
	    chain_finish(&done, r.arena, options->folder, options->node, err) ==
		-1 ||
	    file_remove(chain_key_path(&r.chain, CHAIN_NEXT_MADE), err) == -1)
		goto out;
	*ret_result = (struct rotate_result){ .epoch = r.statement.epoch };
	memcpy(ret_result->key, r.statement.online, sizeof(ret_result->key));
	memcpy(ret_result->nextkey, r.statement.nextkey,
	    sizeof(ret_result->nextkey));
	ret = 0;
out:
	if (lock != -1)
		close(lock);
	key_free(r.offline);
	arena_free(r.arena);
	return ret;
}

int
publish_hold(const char *folder, const char *node, struct err *err)
{
	struct arena *arena = arena_new();
	struct chain chain;
	int lock = file_lock(arena_printf(arena, "%s/publish.lock", folder),
	    true, err);

	if (lock != -1 &&
	    chain_finish(&chain, arena, folder, node, err) == -1) {
		close(lock);
		lock = -1;
	}
	arena_free(arena);
	return lock;
}

int
publish_epoch(struct ledger *ledger, const char *folder, int64_t *ret_epoch,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct ledger_head head;
	int64_t epoch = 0;
	int ret = -1;

	if (ledger_head(ledger, &head, err) == 0 &&
	    chain_newest(arena, folder, &epoch, err) == 0) {
		*ret_epoch = head.epoch > epoch ? head.epoch : epoch;
		ret = 0;
	}
	arena_free(arena);
	return ret;
}
