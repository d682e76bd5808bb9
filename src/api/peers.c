/*
 * peers: how each node is, for the page of nodes, GET /api/v1/peers, the
 * metrics and `gspd peer list`: peers.conf says who, the ledger how they
 * are, the catalogue what is shown of them, the clock what has become of it
 * since. Neighbours: peers_json.c and metrics.c write it.
 */
#include "api/api.h"

#include <string.h>

static int
fill_from_catalogue(struct api *api, struct api_peer *peer, struct err *err)
{
	struct catalogue_feed feed;

	if (api->cat == NULL)
		return 0;
	if (catalogue_feed_get(api->cat, peer->name, &feed, err) == -1)
		return err->code == ERR_NOTFOUND ? 0 : -1;
	peer->records = feed.is_hidden ? 0 : feed.records;
	peer->published_at = feed.serial;
	return 0;
}

static int
fill_self(struct api *api, struct arena *arena, struct api_peer *peer,
    struct err *err)
{
	struct ledger_head head;
	struct ledger_health health;

	peer->name = arena_strdup(arena, api->conf->node);
	peer->url = peer->key = peer->reason = "";
	peer->is_self = true;
	peer->next_pull = -1;
	if (fill_from_catalogue(api, peer, err) == -1)
		return -1;
	if (api->ledger == NULL)
		return 0;
	if (ledger_head(api->ledger, &head, err) == -1)
		return -1;
	if (head.serial == 0)
		return 0;
	peer->published_at = peer->last_good = head.serial;
	peer->row.serial = head.serial;
	peer->row.epoch = head.epoch;
	peer->row.expires = head.expires;
	memcpy(peer->row.digest, head.digest, sizeof(peer->row.digest));
	health = ledger_peer_health(&peer->row, false, api->now);
	peer->state = health.state;
	peer->state_since = health.since;
	peer->reason = arena_strdup(arena, health.reason);
	return 0;
}

static int
fill_from_ledger(struct api *api, struct arena *arena, struct api_peer *peer,
    struct err *err)
{
	struct ledger_peer *row = &peer->row;
	struct ledger_health health;

	if (ledger_peer_get(api->ledger, peer->name, row, err) == -1)
		return -1;
	peer->is_paused |= row->is_paused;
	health = ledger_peer_health(row, peer->is_paused, api->now);
	peer->state = health.state;
	peer->state_since = health.since;
	peer->reason = arena_strdup(arena, health.reason);
	peer->last_good = row->last_good;
	if (row->key[0] != '\0' && strcmp(row->pin, peer->key) == 0)
		peer->key = arena_strdup(arena, row->key);
	if (api->cat == NULL) {
		peer->records = row->records;
		peer->published_at = row->serial;
	}
	if (!peer->is_paused && api->due != NULL)
		peer->next_pull = api->due(row, api->conf->interval_s,
		    api->now);
	return 0;
}

static int
fill_peer(struct api *api, struct arena *arena, const struct conf_peer *conf,
    struct api_peer *peer, struct err *err)
{
	peer->name = arena_strdup(arena, conf->name);
	peer->url = arena_strdup(arena, conf->url != NULL ? conf->url : "");
	peer->key = arena_strdup(arena, conf->key != NULL ? conf->key : "");
	peer->reason = "";
	peer->state = conf->is_paused ? PEER_PAUSED : PEER_NEW;
	peer->is_paused = conf->is_paused;
	peer->is_member = conf->is_member;
	peer->is_by_hand = conf->line != 0;
	peer->next_pull = -1;
	if (fill_from_catalogue(api, peer, err) == -1)
		return -1;
	return api->ledger != NULL ? fill_from_ledger(api, arena, peer, err)
				   : 0;
}

/* Those about one node, side by side. */
static void
take_alarms(struct arena *arena, struct api_peer *peer,
    const struct ledger_alarm *alarms, size_t n)
{
	struct ledger_alarm *own = NULL;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(alarms[i].node, peer->name) != 0)
			continue;
		if (own == NULL)
			own = arena_alloc(arena, (n - i) * sizeof(*own));
		own[peer->n_alarms++] = alarms[i];
	}
	peer->alarms = own;
}

static void
take_liars(struct arena *arena, struct api_peer *peer,
    const struct ledger_liar *liars, size_t n)
{
	struct ledger_liar *own = NULL;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(liars[i].node, peer->name) != 0)
			continue;
		if (own == NULL)
			own = arena_alloc(arena, (n - i) * sizeof(*own));
		own[peer->n_liars++] = liars[i];
	}
	peer->liars = own;
}

static int
fill_gossip(struct api *api, struct arena *arena, struct api_peer *peers,
    size_t n, struct err *err)
{
	struct ledger_alarm *alarms;
	struct ledger_liar *liars;
	size_t n_alarms, n_liars;

	if (api->ledger == NULL)
		return 0;
	if (ledger_alarms(api->ledger, arena, NULL, &alarms, &n_alarms, err) ==
		-1 ||
	    ledger_liars(api->ledger, arena, NULL, api->now, &liars, &n_liars,
		err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		take_alarms(arena, &peers[i], alarms, n_alarms);
		take_liars(arena, &peers[i], liars, n_liars);
	}
	return 0;
}

static int
fill_all(struct api *api, struct arena *arena, const struct conf_peers *conf,
    struct api_peer *list, struct err *err)
{
	if (fill_self(api, arena, &list[0], err) == -1)
		return -1;
	for (size_t i = 0; i < conf->n; i++) {
		if (fill_peer(api, arena, &conf->items[i], &list[i + 1], err) ==
		    -1)
			return -1;
	}
	return fill_gossip(api, arena, list, conf->n + 1, err);
}

int
api_peers(struct api *api, struct arena *arena, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err)
{
	const struct conf_peers *conf = api->peers;
	struct conf_peers own = { 0 };
	struct api_peer *list;
	int rc;

	if (conf == NULL) {
		if (ledger_peers_read(api->ledger, api->folder, api->conf->node,
			&own, err) == -1)
			return -1;
		conf = &own;
	}
	list = arena_alloc(arena, (conf->n + 1) * sizeof(*list));
	rc = fill_all(api, arena, conf, list, err);
	if (rc == 0) {
		*ret_peers = list;
		*ret_n = conf->n + 1;
	}
	conf_peers_release(&own);
	return rc;
}

int
api_peer_pulls(struct api *api, struct arena *arena, struct api_peer *peer,
    struct err *err)
{
	struct ledger_pull *pulls;

	if (api->ledger == NULL)
		return 0;
	if (ledger_pulls(api->ledger, arena, peer->name, &pulls, &peer->n_pulls,
		err) == -1)
		return -1;
	peer->pulls = pulls;
	peer->n_pulls_good = 0;
	for (size_t i = 0; i < peer->n_pulls; i++)
		peer->n_pulls_good += api_pull_mark(pulls[i].state) == '.';
	return 0;
}

int
api_peer_details(struct api *api, struct arena *arena, struct api_peer *peer,
    struct err *err)
{
	struct ledger_seen *seen;

	if (api->ledger == NULL)
		return 0;
	if (api_peer_pulls(api, arena, peer, err) == -1 ||
	    ledger_bad(api->ledger, arena, peer->name, &peer->bad_ids,
		&peer->bad_reasons, &peer->n_bad, err) == -1 ||
	    ledger_seen(api->ledger, arena, NULL, peer->name, &seen,
		&peer->n_seen, err) == -1)
		return -1;
	peer->seen = seen;
	return 0;
}

struct api_peer *
api_peer_find(struct api_peer *peers, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(peers[i].name, name) == 0)
			return &peers[i];
	return NULL;
}

char
api_pull_mark(enum peer_state state)
{
	switch (state) {
	case PEER_FRESH:
	case PEER_LATE: return '.';
	case PEER_STALE: return 's';
	case PEER_UNREACHABLE: return 'u';
	default: return '!';
	}
}

void
api_peer_marks(const struct api_peer *peer, char ret_marks[API_MARKS_LEN])
{
	size_t n = peer->n_pulls;

	for (size_t i = 0; i < n; i++)
		ret_marks[n - 1 - i] = api_pull_mark(peer->pulls[i].state);
	ret_marks[n] = '\0';
}
