/*
 * hint: what changed since the head that is held, fetched in place of the
 * pages and indexes it changed (feed-protocol.md 8). Untrusted all the way:
 * what is made with it is staged under its own hash, where objects.c finds
 * it when the head signs for that hash; any trouble just ends the attempt.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "parse/parse.h"
#include "pull/peer.h"
#include "pull/rebuild.h"

struct hint_ask {
	struct hints *hints;
	const struct feed_hint *hint;
	struct strbuf bytes;
};

struct hints {
	struct peer *peer;
	peer_step then;
	struct hint_ask asks[FEED_HINTS_MAX]; /* oldest first */
	size_t n;
	size_t next;
	size_t in_flight;
};

void
peer_hints_release(struct peer *peer)
{
	struct hints *hints = peer->hints;

	if (hints == NULL)
		return;
	for (size_t i = 0; i < hints->n; i++)
		strbuf_release(&hints->asks[i].bytes);
	free(hints);
	peer->hints = NULL;
}

/* ---- what is held ---- */

struct held {
	struct peer *peer;
	struct arena *arena;
	struct feed_ref *pages;
	size_t n;
	size_t cap;
};

static int
read_refs(struct held *held, const struct feed_ref *refs, size_t n, int depth,
    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct feed_ref *below;
		struct strbuf bytes;
		size_t n_below;
		int rc = -1;

		if (!refs[i].is_index) {
			VEC_PUSH(held->pages, held->n, held->cap, refs[i]);
			continue;
		}
		if (depth > FEED_INDEX_LEVELS)
			return err_set(err, ERR_LIMIT, "indexes lie too deep");
		if (store_read(&held->peer->store, &refs[i], &bytes, err) == 0)
			rc = parser_index(held->peer->parser, held->arena,
			    &refs[i], held->peer->conf.name, bytes.buf,
			    bytes.len, &below, &n_below, err);
		strbuf_release(&bytes);
		if (rc == -1 ||
		    read_refs(held, below, n_below, depth + 1, err) == -1)
			return -1;
	}
	return 0;
}

/* The pages of the head that is accepted, by prefix. */
static int
read_held(struct held *held, struct err *err)
{
	const char *end = feed_doc_end(FEED_DOC_HEAD);
	enum feed_alg alg;
	struct feed_cut cut;
	struct feed_head head;
	struct strbuf bytes;
	int ret = -1;

	if (store_head(&held->peer->store, &bytes, err) == -1 ||
	    feed_head_cut(bytes.buf, bytes.len, &alg, &cut, err) == -1)
		goto out;
	/* As it was read when it came: without its Signature. */
	strbuf_setlen(&bytes, cut.body_len);
	strbuf_addstr(&bytes, end);
	if (parser_head(held->peer->parser, held->arena, bytes.buf, bytes.len,
		&head, err) == 0 &&
	    head.serial == held->peer->row.serial)
		ret = read_refs(held, head.refs, head.n_refs, 1, err);
out:
	strbuf_release(&bytes);
	return ret;
}

/* ---- using them ---- */

static int
read_page(void *ctx, const struct feed_ref *ref, struct strbuf *ret_bytes,
    struct err *err)
{
	struct peer *peer = ctx;

	return store_read(&peer->store, ref, ret_bytes, err);
}

static int
stage(void *ctx, const struct feed_ref *ref, const struct strbuf *bytes,
    struct err *err)
{
	struct peer *peer = ctx;

	if (store_has(&peer->store, ref->hash))
		return 0;
	return store_stage(&peer->store, ref->hash, bytes->buf, bytes->len,
	    NULL, 0, err);
}

static void
use_hints(struct hints *hints)
{
	struct peer *peer = hints->peer;
	struct held held = { .peer = peer, .arena = arena_new() };
	struct rebuild job = { .node = peer->conf.name,
		.read = read_page,
		.emit = stage,
		.ctx = peer };
	struct feed_changes *changes = arena_alloc(held.arena,
	    hints->n * sizeof(*changes));
	struct err why = { 0 };
	size_t n = 0;

	for (; n < hints->n; n++) {
		const struct hint_ask *ask = &hints->asks[n];

		if (feed_hint_read(held.arena, ask->bytes.buf, ask->bytes.len,
			peer->conf.name, &changes[n], &why) == -1 ||
		    changes[n].from != ask->hint->from ||
		    changes[n].to != ask->hint->to)
			goto out;
	}
	if (read_held(&held, &why) == -1)
		goto out;
	job.held = held.pages;
	job.n_held = held.n;
	if (rebuild_run(&job, changes, n, &why) == -1)
		goto out;
	peer->result.hints += (int64_t)n;
out:
	/* The next store_stage() tells of a disk that is full. */
	free(held.pages);
	arena_free(held.arena);
	/* Others may have waited for this. */
	peer->round->applies++;
}

/* ---- fetching ---- */

static void on_hint(void *ctx, const struct net_answer *answer,
    struct err *err);

static void
end(struct hints *hints, bool is_good)
{
	struct peer *peer = hints->peer;
	peer_step then = hints->then;

	net_cancel(peer->round->net, peer);
	if (is_good)
		use_hints(hints);
	peer_hints_release(peer);
	then(peer);
	peer_rest(peer);
}

static bool
ask_hints(struct hints *hints)
{
	struct peer *peer = hints->peer;

	while (
	    hints->in_flight < NET_LANE_TRANSFERS && hints->next < hints->n) {
		struct hint_ask *ask = &hints->asks[hints->next++];
		struct net_request request = peer_request(peer,
		    arena_printf(peer->arena, "h/%s.xml", ask->hint->hash),
		    ask->hint->len);

		request.take_gzip = true;
		request.done = on_hint;
		request.ctx = ask;
		if (net_add(peer->round->net, &request, NULL) == -1)
			return false;
		hints->in_flight++;
	}
	return true;
}

static void
on_hint(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct hint_ask *ask = ctx;
	struct hints *hints = ask->hints;
	char hash[SHA256_HEX_LEN];

	hints->peer->result.bytes += (int64_t)answer->bytes;
	hints->in_flight--;
	if (err != NULL || answer->status != 200 ||
	    answer->len != ask->hint->len) {
		end(hints, false);
		return;
	}
	sha256_hex(answer->body, answer->len, hash);
	if (strcmp(hash, ask->hint->hash) != 0) {
		end(hints, false);
		return;
	}
	strbuf_add(&ask->bytes, answer->body, answer->len);
	if (!ask_hints(hints))
		end(hints, false);
	else if (hints->in_flight == 0)
		end(hints, true);
}

/*
 * The hints that lead from `serial` to the head, oldest first: 0 when there
 * is no such chain.
 */
static size_t
chain(const struct feed_head *head, int64_t serial, uint64_t *ret_bytes)
{
	size_t n = 0;

	*ret_bytes = 0;
	for (size_t i = head->n_hints; i-- > 0;) {
		const struct feed_hint *hint = &head->hints[i];

		if (hint->to > head->serial ||
		    (n > 0 && hint->to != hint[1].from))
			return 0;
		*ret_bytes += hint->len;
		n++;
		if (hint->from <= serial)
			return hint->to > serial ? n : 0;
	}
	return 0;
}

bool
peer_hints_start(struct peer *peer, uint64_t missing, peer_step then)
{
	const struct feed_head *head = &peer->head;
	struct hints *hints;
	uint64_t bytes;
	size_t n;

	/* A relay need not carry them. */
	if (peer->is_hinted || peer->round->env.no_hints ||
	    peer_source(peer)->relay[0] != '\0' || !peer_is_in_step(peer))
		return false;
	n = chain(head, peer->row.serial, &bytes);
	if (n == 0 || bytes >= missing || bytes > PULL_HINTS_BYTES)
		return false;
	peer->is_hinted = true;
	hints = calloc(1, sizeof(*hints));
	if (hints == NULL)
		return false;
	hints->peer = peer;
	hints->then = then;
	hints->n = n;
	for (size_t i = 0; i < n; i++) {
		hints->asks[i].hints = hints;
		hints->asks[i].hint = &head->hints[head->n_hints - n + i];
		strbuf_init(&hints->asks[i].bytes, FEED_HINT_MAX);
	}
	peer->hints = hints;
	peer->step = STEP_HINTS;
	if (!ask_hints(hints)) {
		net_cancel(peer->round->net, peer);
		peer_hints_release(peer);
		return false;
	}
	return true;
}
