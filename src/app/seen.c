/*
 * seen: what our head says of peers, so that members who are shown different
 * heads find out (design: feed-protocol.md 13). More peers than a head may
 * name take turns. Neighbour: jobs.c publishes it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"

struct turn {
	struct feed_seen seen;
	int64_t named_at; /* serial of our head that named it last, or 0 */
};

static int
by_turn(const void *a, const void *b)
{
	const struct turn *one = a, *other = b;

	if (one->named_at != other->named_at)
		return one->named_at < other->named_at ? -1 : 1;
	return strcmp(one->seen.node, other->seen.node);
}

static int
by_node(const void *a, const void *b)
{
	return strcmp(((const struct feed_seen *)a)->node,
	    ((const struct feed_seen *)b)->node);
}

/* What was accepted of every peer that has given a head. */
static int
list_turns(struct app *app, struct turn *turns, size_t *ret_n, struct err *err)
{
	*ret_n = 0;
	for (size_t i = 0; i < app->peers.n; i++) {
		struct turn *turn = &turns[*ret_n];
		struct ledger_peer peer;

		if (ledger_peer_get(app->ledger, app->peers.items[i].name,
			&peer, err) == -1)
			return -1;
		if (peer.serial == 0 || strlen(peer.digest) != 64)
			continue;
		turn->named_at = 0;
		turn->seen.serial = peer.serial;
		turn->seen.epoch = peer.epoch;
		memcpy(turn->seen.node, peer.name, sizeof(turn->seen.node));
		memcpy(turn->seen.digest, peer.digest,
		    sizeof(turn->seen.digest));
		(*ret_n)++;
	}
	return 0;
}

/* Our own word stands in the ledger as that of any witness. */
static int
note_turns(struct app *app, struct arena *arena, struct turn *turns, size_t n,
    struct err *err)
{
	struct ledger_seen *said;
	size_t n_said;

	if (ledger_seen(app->ledger, arena, app->conf.node, NULL, &said,
		&n_said, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_said; k++)
			if (strcmp(said[k].node, turns[i].seen.node) == 0)
				turns[i].named_at = said[k].said_at;
	return 0;
}

int
app_seen_list(struct app *app, struct arena *arena, struct feed_seen **ret_seen,
    size_t *ret_n, struct err *err)
{
	struct turn *turns = arena_alloc(arena,
	    (app->peers.n + 1) * sizeof(*turns));
	struct feed_seen *seen;
	size_t n;

	if (list_turns(app, turns, &n, err) == -1)
		return -1;
	if (n > PUBLISH_SEEN_MAX) {
		if (note_turns(app, arena, turns, n, err) == -1)
			return -1;
		qsort(turns, n, sizeof(*turns), by_turn);
		n = PUBLISH_SEEN_MAX;
	}
	seen = arena_alloc(arena, (n + 1) * sizeof(*seen));
	for (size_t i = 0; i < n; i++)
		seen[i] = turns[i].seen;
	if (n > 1)
		qsort(seen, n, sizeof(*seen), by_node);
	*ret_seen = seen;
	*ret_n = n;
	return 0;
}

int
app_seen_said(struct app *app, const struct feed_seen *seen, size_t n,
    int64_t serial, struct err *err)
{
	struct ledger_seen *said = xcalloc(n + 1, sizeof(*said));
	int rc;

	for (size_t i = 0; i < n; i++) {
		said[i].serial = seen[i].serial;
		said[i].epoch = seen[i].epoch;
		said[i].said_at = serial;
		(void)snprintf(said[i].witness, sizeof(said[i].witness), "%s",
		    app->conf.node);
		memcpy(said[i].node, seen[i].node, sizeof(said[i].node));
		memcpy(said[i].digest, seen[i].digest, sizeof(said[i].digest));
	}
	rc = ledger_seen_put(app->ledger, said, n, err);
	free(said);
	return rc;
}
