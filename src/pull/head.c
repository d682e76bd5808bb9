/*
 * head: ask for a peer's head, and judge it (feed-protocol.md 7). It ends in
 * objects.c, in the next address (source.c), or in a verdict of state.c. The
 * callbacks run inside net_run().
 */
#include <stdio.h>
#include <string.h>

#include "pull/peer.h"

static void
note_fork(struct peer *peer, const char *held_digest)
{
	struct err err = { 0 };
	char reason[200];

	if (store_fork(&peer->store, peer->row.serial, peer->digest,
		held_digest, peer->head_bytes.buf, peer->head_bytes.len,
		&err) == -1 ||
	    gossip_shown(peer, peer_source(peer)->relay, held_digest, &err) ==
		-1) {
		peer_fail_round(peer, &err);
		return;
	}
	(void)snprintf(reason, sizeof(reason),
	    "two different heads of serial %lld are signed with its key: gspd "
	    "peer evidence %s shows both; ask its operator",
	    (long long)peer->row.serial, peer->row.name);
	peer_settle(peer, PEER_FORKED, reason);
}

/* The board's word on heads that a thief of the lost keys may have signed. */
static void
refuse_least(struct peer *peer)
{
	char reason[200];

	(void)snprintf(reason, sizeof(reason),
	    "serial %lld: the membership list takes no head of it below %lld",
	    (long long)peer->head.serial, (long long)peer->conf.least);
	peer_refuse(peer, reason);
}

void
peer_refuse_head(struct peer *peer, const char *reason)
{
	if (relay_is_honest(peer->arena, &peer->conf, &peer->row,
		&peer->head_bytes))
		peer_source_useless(peer, PEER_REJECTED, reason);
	else
		peer_source_lied(peer, reason);
}

static void
judge_head(struct peer *peer)
{
	/* A kill between the two stores left the catalogue ahead. */
	bool is_ahead = peer->feed.serial > peer->row.serial;
	struct verify_reader reader = parser_reader(peer->parser);
	struct verify_policy policy = {
		.node = peer->conf.name,
		.now = round_now(peer->round),
		.min_serial = is_ahead ? peer->feed.serial : peer->row.serial,
		.min_digest = is_ahead ? peer->feed.digest : peer->row.digest,
		/* The one we hold and show is not read again. */
		.min_expires = peer_is_in_step(peer) ? peer->row.expires : 0,
		.reader = &reader,
	};
	enum verify_verdict verdict;
	struct err err = { 0 };

	keys_policy(peer, &policy);
	if (policy.min_serial == 0)
		policy.min_digest = NULL;
	verdict = verify_head(peer->arena, peer->head_bytes.buf,
	    peer->head_bytes.len, &policy, &peer->head, peer->digest, &err);
	if ((verdict == VERIFY_NEW || verdict == VERIFY_SAME) &&
	    peer->head.serial < peer->conf.least) {
		refuse_least(peer);
		return;
	}
	switch (verdict) {
	case VERIFY_SAME:
		if (peer_is_in_step(peer)) {
			(void)snprintf(peer->row.etag, sizeof(peer->row.etag),
			    "%s", peer->etag);
			keys_learn(peer);
			peer_source_same(peer);
			return;
		}
		peer_follow_head(peer);
		return;
	case VERIFY_NEW: peer_follow_head(peer); return;
	case VERIFY_EXPIRED:
		peer_source_useless(peer, PEER_STALE, err.text);
		return;
	case VERIFY_FORK: note_fork(peer, policy.min_digest); return;
	case VERIFY_REFUSED:
		if (peer_is_ours(&err))
			peer_fail_round(peer, &err);
		else if (parser_is_done(peer->parser))
			peer_settle(peer, PEER_REJECTED, err.text);
		else if (!keys_walk(peer, &policy, &err))
			peer_refuse_head(peer, err.text);
		return;
	}
}

void
peer_judge_head(struct peer *peer)
{
	judge_head(peer);
	peer_rest(peer);
}

/* Judged before by the same key, and nothing it hangs on has changed. */
static bool
is_still_good(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	return peer_is_in_step(peer) && keys_are_known(row, &peer->conf) &&
	       (row->state == PEER_FRESH || row->state == PEER_LATE) &&
	       row->expires > now && row->serial >= peer->conf.least &&
	       row->serial <= now + FEED_CLOCK_AHEAD_S;
}

/*
 * Not modified. That is most answers, so little is done; but the clock, the
 * pin in peers.conf or the list may be others now, and then what we hold is
 * judged anew.
 */
static void
judge_held_head(struct peer *peer)
{
	struct err why = { 0 };

	if (is_still_good(peer)) {
		memcpy(peer->digest, peer->row.digest, sizeof(peer->digest));
		peer_source_same(peer);
		return;
	}
	strbuf_release(&peer->head_bytes);
	if (store_head(&peer->store, &peer->head_bytes, &why) == -1) {
		peer->row.etag[0] = '\0';
		peer_ask_head(peer);
		return;
	}
	memcpy(peer->etag, peer->row.etag, sizeof(peer->etag));
	peer_judge_head(peer);
}

static void
on_head(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct peer *peer = ctx;

	peer->in_flight = 0;
	peer->result.bytes += (int64_t)answer->bytes;
	if (err != NULL && answer->is_timeout &&
	    peer->head_applies != peer->round->applies &&
	    peer->head_tries++ < PULL_RETRIES) {
		peer_ask_head(peer);
		return;
	}
	peer->retry_after_s = err != NULL ? answer->retry_after_s : 0;
	if (err != NULL) {
		if (err->code == ERR_LIMIT || err->code == ERR_FORMAT)
			relay_lied(peer, err->text);
		peer_source_failed(peer, err->text);
		return;
	}
	if (answer->status == 304) {
		judge_held_head(peer);
		return;
	}
	memcpy(peer->etag, answer->etag, sizeof(peer->etag));
	strbuf_reset(&peer->head_bytes);
	strbuf_add(&peer->head_bytes, answer->body, answer->len);
	peer_judge_head(peer);
}

void
peer_ask_head(struct peer *peer)
{
	struct net_request request;
	struct err err = { 0 };

	peer_forget_plan(peer);
	peer->step = STEP_HEAD;
	peer->is_origins = false;
	request = peer_request(peer, "head.xml", FEED_HEAD_MAX);
	request.etag = peer->rereads == 0 && peer_is_in_step(peer)
			   ? peer->row.etag
			   : NULL;
	request.done = on_head;
	request.ctx = peer;
	peer->head_applies = peer->round->applies;
	peer->in_flight = 1;
	if (net_add(peer->round->net, &request, &err) == -1)
		peer_source_failed(peer, err.text);
}
