/*
 * publish: bring feed/ up to the ledger. The order makes a kill at any point
 * harmless: objects are on the disk before head.xml names them, head.xml is
 * replaced in one step, and only then does the ledger forget what changed;
 * a head the ledger does not know of is outbid by a higher serial
 * (feed-protocol.md 2 and 4). Parts: layout.c, index.c, rows.c, objects.c,
 * hint.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "publish/chain.h"
#include "publish/run.h"
#include "verify/verify.h"

#define LINGER_LEAST  3600 /* who reads an expired head gets its pages */
#define SERIAL_SEARCH 1024 /* bytes of head.xml that hold its start tag */

/* What head.xml on the disk says, whoever signed it. */
struct disk {
	bool exists;
	int64_t serial;
	int64_t records;
	bool is_ours; /* verifies with our key and states our next key */
	char digest[65];
};

static int64_t
find_serial(const struct strbuf *text)
{
	const char *at = strstr(text->buf, " serial=\"");
	int64_t serial = 0;

	if (at == NULL || at - text->buf > SERIAL_SEARCH)
		return 0;
	for (at += strlen(" serial=\""); *at >= '0' && *at <= '9'; at++) {
		if (serial > INT64_MAX / 20)
			return 0;
		serial = serial * 10 + (*at - '0');
	}
	return serial;
}

static int
disk_read(struct run *run, const char *path, const struct key *key,
    const char *nextkey, struct disk *ret_disk, struct err *err)
{
	struct strbuf text;
	struct feed_head head;
	char hash[SHA256_HEX_LEN];
	struct verify_policy policy = {
		.node = run->options->node,
		.key_hash = hash,
		.now = run->options->now,
		.epoch = -1,
	};
	struct err why = { 0 };
	enum verify_verdict verdict;
	int rc;

	*ret_disk = (struct disk){ 0 };
	rc = file_read(path, FEED_HEAD_MAX, &text, &why);
	if (rc == -1 && why.code == ERR_SYS) {
		strbuf_release(&text);
		if (err != NULL)
			*err = why;
		return -1;
	}
	ret_disk->exists = why.code != ERR_NOTFOUND;
	if (rc == 0) {
		ret_disk->serial = find_serial(&text);
		key_hash(key, hash);
		verdict = verify_head(run->arena, text.buf, text.len, &policy,
		    &head, ret_disk->digest, &why);
		ret_disk->is_ours = (verdict == VERIFY_NEW ||
					verdict == VERIFY_EXPIRED) &&
				    strcmp(head.nextkey, nextkey) == 0;
		if (ret_disk->is_ours)
			ret_disk->records = (int64_t)head.records;
	}
	strbuf_release(&text);
	return 0;
}

/*
 * Above every head that a peer may have taken. Nobody took one that lay ahead
 * of the clock: some clock was wrong when it was made, or is now, and the
 * next head needs nobody's help either way.
 */
static int
pick_serial(struct run *run, int64_t last, int64_t *ret_serial, struct err *err)
{
	const struct publish_options *options = run->options;
	int64_t newest = options->now + FEED_CLOCK_AHEAD_S, taken, serial;

	if (ledger_accepted_last(run->ledger, options->node, newest, &taken,
		err) == -1)
		return -1;
	if (last > newest)
		run->result->passed_over = last;
	else if (last > taken)
		taken = last;
	serial = options->now + options->ahead_s;
	*ret_serial = serial > taken ? serial : taken + 1;
	return 0;
}

/* Fill and sign the head, and put it in place: the moment of publication. */
static int
write_head(struct run *run, const struct key *key, const char *nextkey,
    const char *path, struct feed_head *head, char ret_digest[65],
    struct err *err)
{
	const struct publish_options *options = run->options;
	int64_t life = options->expires_s > 0 ? options->expires_s
					      : FEED_EXPIRES_S;
	struct strbuf bytes;
	int ret = -1;

	if (life > FEED_LIFE_MAX_S)
		life = FEED_LIFE_MAX_S;
	(void)snprintf(head->node, sizeof(head->node), "%s", options->node);
	head->next = head->serial +
		     (options->next_s > 0 ? options->next_s : FEED_NEXT_S);
	head->expires = head->serial + life;
	if (head->next > head->expires)
		head->next = head->expires;
	(void)snprintf(head->nextkey, sizeof(head->nextkey), "%s", nextkey);
	for (size_t i = 0; i < head->n_refs; i++)
		head->records += head->refs[i].n;
	head->n_seen = options->n_seen < PUBLISH_SEEN_MAX ? options->n_seen
							  : PUBLISH_SEEN_MAX;
	if (head->n_seen > 0) {
		head->seen = arena_alloc(run->arena,
		    head->n_seen * sizeof(*head->seen));
		memcpy(head->seen, options->seen,
		    head->n_seen * sizeof(*head->seen));
	}
	strbuf_init(&bytes, FEED_HEAD_MAX);
	if (verify_sign_head(run->arena, head, key, &bytes, ret_digest, err) ==
		-1 ||
	    strbuf_check(&bytes, "the head", err) == -1 ||
	    objects_sync(run, err) == -1)
		goto out;
	ret = file_replace(path, bytes.buf, bytes.len, 0644, err);
out:
	strbuf_release(&bytes);
	return ret;
}

static int
take_lingering(struct run *run, const char ***ret_hashes, size_t *ret_n,
    struct err *err)
{
	return ledger_linger_take(run->ledger, run->arena, run->options->now,
	    ret_hashes, ret_n, err);
}

static void
fill_result(struct publish_result *result, const struct feed_head *head,
    const char *digest)
{
	result->is_new = true;
	result->serial = head->serial;
	result->records = (int64_t)head->records;
	memcpy(result->digest, digest, sizeof(result->digest));
}

/*
 * Ours, so that what witnesses say they took of us can be held against it.
 * Also the head on the disk: a kill may have come before the ledger knew.
 */
static int
remember(struct run *run, int64_t serial, int64_t epoch, const char *digest,
    struct err *err)
{
	char known[65];

	if (ledger_accepted(run->ledger, run->options->node, serial, known,
		NULL) == 0 &&
	    strcmp(known, digest) == 0)
		return 0;
	return ledger_accepted_add(run->ledger, run->options->node, serial,
	    epoch, digest, run->options->now, err);
}

/* Inside the ledger's transaction. *ret_is_done: nothing was to be done. */
static int
publish_changes(struct run *run, const struct key *key, const char *nextkey,
    int64_t epoch, const char *path, const char ***ret_gone, size_t *ret_n_gone,
    bool *ret_is_done, struct err *err)
{
	const struct publish_options *options = run->options;
	struct ledger_head last;
	struct feed_head head = { .node = "" };
	struct disk disk;
	uint8_t(*touched)[32];
	size_t n;
	int64_t resign = options->resign_s > 0 ? options->resign_s
					       : FEED_RESIGN_S;
	char digest[65];

	if (ledger_head(run->ledger, &last, err) == -1 ||
	    ledger_touched(run->ledger, run->arena, &touched, &n, err) == -1 ||
	    disk_read(run, path, key, nextkey, &disk, err) == -1 ||
	    (disk.is_ours &&
		remember(run, disk.serial, last.epoch, disk.digest, err) == -1))
		return -1;
	/* A feed that was lost is made again from the records. */
	run->is_full = options->full || (!disk.exists && last.serial != 0);
	*ret_is_done = n == 0 && !run->is_full && !options->force &&
		       disk.is_ours && last.epoch >= epoch &&
		       strcmp(disk.digest, last.digest) == 0 &&
		       options->now - last.serial < resign &&
		       last.serial <= options->now + FEED_CLOCK_AHEAD_S;
	if (*ret_is_done) {
		run->result->serial = last.serial;
		memcpy(run->result->digest, last.digest, sizeof(last.digest));
		run->result->records = disk.records;
		return 0;
	}
	run->linger_until = last.expires > options->now + LINGER_LEAST
				? last.expires
				: options->now + LINGER_LEAST;
	if (run->linger_until > options->now + FEED_LIFE_MAX_S)
		run->linger_until = options->now + FEED_LIFE_MAX_S;
	if (pick_serial(run,
		last.serial > disk.serial ? last.serial : disk.serial,
		&head.serial, err) == -1 ||
	    layout_update(run, touched, n, err) == -1 ||
	    index_update(run, &head.refs, &head.n_refs, err) == -1 ||
	    hints_update(run, &last, touched, n, &head, err) == -1 ||
	    (run->is_full && objects_sweep(run, err) == -1))
		return -1;
	head.epoch = last.epoch > epoch ? last.epoch : epoch;
	if (write_head(run, key, nextkey, path, &head, digest, err) == -1)
		return -1;
	last = (struct ledger_head){ .serial = head.serial,
		.expires = head.expires,
		.epoch = head.epoch };
	memcpy(last.digest, digest, sizeof(last.digest));
	fill_result(run->result, &head, digest);
	if (take_lingering(run, ret_gone, ret_n_gone, err) == -1)
		return -1;
	if (ledger_published(run->ledger, &last, err) == -1)
		return -1;
	return ledger_accepted_add(run->ledger, options->node, last.serial,
	    last.epoch, last.digest, options->now, err);
}

/* Under the lock. */
static int
publish_as(struct run *run, const struct key *key, const char *nextkey,
    int64_t epoch, struct err *err)
{
	const char *path = arena_printf(run->arena, "%s/feed/head.xml",
	    run->options->folder);
	const char **gone = NULL;
	size_t n_gone = 0;
	bool is_done;

	if (file_mkdirs(run->objects, 0755, err) == -1 ||
	    file_mkdirs(run->hints, 0755, err) == -1 ||
	    ledger_begin(run->ledger, err) == -1)
		return -1;
	if (publish_changes(run, key, nextkey, epoch, path, &gone, &n_gone,
		&is_done, err) == -1 ||
	    ledger_commit(run->ledger, err) == -1) {
		ledger_rollback(run->ledger);
		return -1;
	}
	/* Nobody may read these any more; a kill in between leaves litter
	 * that a full run sweeps. */
	for (size_t i = 0; i < n_gone; i++)
		if (object_remove(run, gone[i], err) == -1)
			return -1;
	return 0;
}

int
publish_run(struct ledger *ledger, const struct key *key,
    const char *nextkey_hash, const struct publish_options *options,
    struct publish_result *ret_result, struct err *err)
{
	struct publish_result result = { 0 };
	struct run run = { .ledger = ledger,
		.options = options,
		.result = &result,
		.arena = arena_new(),
		.scratch = arena_new() };
	const char *nextkey = nextkey_hash == NULL ? "" : nextkey_hash;
	struct chain chain;
	struct key *fresh = NULL;
	int lock = -1, ret = -1;

	run.objects = arena_printf(run.arena, "%s/feed/p", options->folder);
	run.hints = arena_printf(run.arena, "%s/feed/h", options->folder);
	lock = file_lock(arena_printf(run.arena, "%s/publish.lock",
			     options->folder),
	    true, err);
	if (lock == -1 ||
	    chain_finish(&chain, run.arena, options->folder, options->node,
		err) == -1 ||
	    chain_signer(&chain, key, &fresh, err) == -1)
		goto out;
	if (chain.epoch > 0)
		nextkey = chain.newest.nextkey;
	if (publish_as(&run, fresh != NULL ? fresh : key, nextkey, chain.epoch,
		err) == -1)
		goto out;
	*ret_result = result;
	ret = 0;
out:
	if (lock != -1)
		close(lock);
	key_free(fresh);
	free(run.regions);
	free(run.written);
	arena_free(run.scratch);
	arena_free(run.arena);
	return ret;
}
