/*
 * keys: which key a peer's heads must be signed with. That of peers.conf is
 * where it begins; rotation statements, each signed by the key that was named
 * before, lead on from there, and the peer's row remembers how far. The walk
 * starts from head.c when a head names another key or a later epoch, and ends
 * there, with the same head judged again (feed-protocol.md 6).
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pull/peer.h"

#define TEXT_LEN 400

static void ask_statement(struct peer *peer);

bool
keys_are_known(const struct ledger_peer *row, const struct conf_peer *conf)
{
	return row->key[0] != '\0' && strcmp(row->pin, conf->key) == 0;
}

const char *
keys_signer(const struct ledger_peer *row, const struct conf_peer *conf)
{
	return keys_are_known(row, conf) ? row->key : conf->key;
}

static char *
statement_path(const struct peer *peer, int64_t epoch)
{
	return arena_printf(peer->arena, "%s/rot/%" PRId64 ".xml",
	    peer->store.folder, epoch);
}

/*
 * The statement was taken before the list in force was made. Who has stolen
 * both keys of a member reads in the list which key comes next, and could lead
 * from there on to one of his own; he can not have done so before.
 */
static bool
is_older_than_list(const struct peer *peer, int64_t epoch)
{
	struct ledger_alliance list;
	struct err ignored = { 0 };
	struct stat st;

	return stat(statement_path(peer, epoch), &st) == 0 &&
	       ledger_alliance_get(peer->round->env.ledger, &list, &ignored) ==
		   0 &&
	       st.st_mtime < list.serial;
}

/* The list names a key that we followed a rotation away from. */
static bool
is_left_behind(const struct peer *peer)
{
	const struct conf_peer *conf = &peer->conf;
	struct verify_reader reader = parser_reader(peer->parser);
	const char *path = statement_path(peer, conf->epoch);
	struct feed_rotation rotation;
	struct strbuf bytes;
	struct err ignored = { 0 };
	char signer[65];
	bool is = false;

	if (!conf->is_member || conf->epoch < 1 ||
	    conf->epoch >= peer->row.epoch ||
	    !is_older_than_list(peer, conf->epoch))
		return false;
	if (file_read(path, FEED_ROTATION_MAX, &bytes, &ignored) == 0 &&
	    verify_own_key(FEED_DOC_ROTATION, bytes.buf, bytes.len, signer,
		&ignored) == 0 &&
	    verify_rotation(peer->arena, bytes.buf, bytes.len, conf->name,
		conf->epoch, signer, &reader, &rotation, &ignored) == 0)
		is = strcmp(rotation.online, conf->key) == 0;
	strbuf_release(&bytes);
	return is;
}

/* The pin came after the rotations. */
static bool
is_later_pin(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;

	if (strcmp(row->key, peer->conf.key) != 0)
		return is_left_behind(peer);
	return !peer->conf.is_member || row->epoch == 0 ||
	       is_older_than_list(peer, row->epoch);
}

void
keys_init(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	const char *pin = peer->conf.key;

	if (row->pin[0] == '\0' && row->serial != 0) {
		/* A ledger from before rotations were followed. */
		(void)snprintf(row->key, sizeof(row->key), "%s", pin);
		(void)snprintf(row->pin, sizeof(row->pin), "%s", pin);
	}
	if (row->pin[0] != '\0' && strcmp(row->pin, pin) != 0 &&
	    is_later_pin(peer))
		(void)snprintf(row->pin, sizeof(row->pin), "%s", pin);
}

void
keys_policy(const struct peer *peer, struct verify_policy *policy)
{
	const struct ledger_peer *row = &peer->row;
	const struct conf_peer *conf = &peer->conf;

	if (keys_are_known(row, conf)) {
		policy->key_hash = row->key;
		policy->epoch = row->epoch;
		policy->nextkey = row->nextkey;
		return;
	}
	policy->key_hash = conf->key;
	policy->epoch = conf->is_member ? conf->epoch : -1;
	policy->nextkey = NULL;
}

void
keys_learn(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	char key[65];

	(void)snprintf(key, sizeof(key), "%s", keys_signer(row, &peer->conf));
	memcpy(row->key, key, sizeof(row->key));
	(void)snprintf(row->pin, sizeof(row->pin), "%s", peer->conf.key);
	row->epoch = peer->head.epoch;
	memcpy(row->nextkey, peer->head.nextkey, sizeof(row->nextkey));
}

/* ---- the walk ---- */

static const char *
trouble(struct peer *peer, const char *why)
{
	return arena_printf(peer->arena, "%s %s", peer->head_trouble, why);
}

/* A rotation statement that is not to be believed. */
static void
give_up(struct peer *peer, const char *why)
{
	peer_source_lied(peer, trouble(peer, why));
}

/* It is proof enough by itself: it stays, whatever becomes of the head. */
static void
take_statement(struct peer *peer, const struct net_answer *answer)
{
	struct verify_reader reader = parser_reader(peer->parser);
	struct ledger_peer *row = &peer->row;
	struct feed_rotation rotation;
	int64_t epoch = row->epoch + 1;
	struct timespec taken[2] = { { .tv_sec = round_now(peer->round) } };
	struct err err = { 0 };

	taken[1] = taken[0];
	if (verify_rotation(peer->arena, answer->body, answer->len,
		peer->conf.name, epoch, row->nextkey, &reader, &rotation,
		&err) == -1) {
		if (peer_is_ours(&err))
			peer_fail_round(peer, &err);
		else if (parser_is_done(peer->parser))
			peer_settle(peer, PEER_REJECTED, err.text);
		else
			give_up(peer,
			    arena_printf(peer->arena,
				"and the rotation statement is not to be "
				"believed: %s",
				err.text));
		return;
	}
	if (file_mkdirs(arena_printf(peer->arena, "%s/rot", peer->store.folder),
		0755, &err) == -1 ||
	    file_replace(statement_path(peer, epoch), answer->body, answer->len,
		0644, &err) == -1) {
		peer_fail_round(peer, &err);
		return;
	}
	(void)utimensat(AT_FDCWD, statement_path(peer, epoch), taken, 0);
	/* A peer that rotates without end is not to fill the disk. */
	if (epoch > PULL_STATEMENTS &&
	    file_remove(statement_path(peer, epoch - PULL_STATEMENTS), &err) ==
		-1) {
		peer_fail_round(peer, &err);
		return;
	}
	memcpy(row->key, rotation.online, sizeof(row->key));
	memcpy(row->nextkey, rotation.nextkey, sizeof(row->nextkey));
	row->epoch = epoch;
	peer->rotations++;
	peer_judge_head(peer);
}

static void
on_statement(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct peer *peer = ctx;

	peer->in_flight = 0;
	peer->result.bytes += (int64_t)answer->bytes;
	if (err == NULL) {
		take_statement(peer, answer);
	} else if (answer->is_timeout &&
		   peer->head_applies != peer->round->applies &&
		   peer->head_tries++ < PULL_RETRIES) {
		ask_statement(peer);
	} else if (err->code == ERR_NOTFOUND) {
		/* A relay that joined later may have none. */
		peer_refuse_head(peer,
		    trouble(peer, "and no rotation statement says so"));
	} else if (err->code == ERR_LIMIT || err->code == ERR_FORMAT) {
		give_up(peer,
		    arena_printf(peer->arena,
			"and the rotation statement is not to be had: %s",
			err->text));
	} else {
		peer->retry_after_s = answer->retry_after_s;
		peer_source_failed(peer, err->text);
	}
}

static void
ask_statement(struct peer *peer)
{
	struct net_request request;
	struct err err = { 0 };

	request = peer_request(peer,
	    arena_printf(peer->arena, "rot/%" PRId64 ".xml",
		peer->row.epoch + 1),
	    FEED_ROTATION_MAX);
	request.done = on_statement;
	request.ctx = peer;
	peer->head_applies = peer->round->applies;
	peer->in_flight = 1;
	if (net_add(peer->round->net, &request, &err) == -1)
		peer_source_failed(peer, err.text);
}

static const char *
why_not(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;

	if (!keys_are_known(row, &peer->conf))
		return "and this node never pulled it with the pinned key, so "
		       "it can not follow a rotation: compare the key anew "
		       "with its operator, then set it in peers.conf";
	if (row->nextkey[0] == '\0')
		return "and it named no next key before: compare the new key "
		       "with its operator, then set it in peers.conf";
	if (peer->rotations >= PULL_ROTATIONS_MAX)
		return "after all the rotations that are followed in one "
		       "round: the next one goes on";
	return NULL;
}

bool
keys_walk(struct peer *peer, const struct verify_policy *policy,
    struct err *err)
{
	const char *why;

	if (!verify_is_rotated(peer->head_bytes.buf, peer->head_bytes.len,
		policy))
		return false;
	why = why_not(peer);
	if (why != NULL) {
		struct err old = *err;

		err_set(err, old.code, "%.*s, %s", TEXT_LEN, old.text, why);
		return false;
	}
	peer->head_trouble = arena_printf(peer->arena, "%s,", err->text);
	ask_statement(peer);
	return true;
}
