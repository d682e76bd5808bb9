/*
 * peers: how fresh each node is, for GET /api/v1/peers and the page of
 * nodes: peers.conf says who, the ledger how they are, the catalogue what is
 * shown of them.
 */
#include "api/inside.h"

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

	peer->name = arena_strdup(arena, api->conf->node);
	peer->url = "";
	peer->reason = "";
	peer->is_self = true;
	peer->state = PEER_NEW;
	if (fill_from_catalogue(api, peer, err) == -1)
		return -1;
	if (api->ledger == NULL)
		return 0;
	if (ledger_head(api->ledger, &head, err) == -1)
		return -1;
	if (head.serial != 0) {
		peer->state = PEER_FRESH;
		peer->published_at = head.serial;
		peer->last_good = head.serial;
	}
	return 0;
}

static int
fill_peer(struct api *api, struct arena *arena, const struct conf_peer *conf,
    struct api_peer *peer, struct err *err)
{
	struct ledger_peer state;

	peer->name = arena_strdup(arena, conf->name);
	peer->url = arena_strdup(arena, conf->url != NULL ? conf->url : "");
	peer->reason = "";
	peer->state = PEER_NEW;
	if (fill_from_catalogue(api, peer, err) == -1)
		return -1;
	if (api->ledger == NULL)
		return 0;
	if (ledger_peer_get(api->ledger, conf->name, &state, err) == -1)
		return -1;
	peer->state = conf->is_paused || state.is_paused ? PEER_PAUSED
							 : state.state;
	peer->last_good = state.last_good;
	peer->reason = arena_strdup(arena, state.reason);
	return 0;
}

int
api_peers(struct api *api, struct arena *arena, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err)
{
	struct conf_peers peers = { 0 };
	struct api_peer *list;
	int rc = -1;

	if (conf_peers_read(api->folder, &peers, err) == -1)
		return -1;
	list = arena_alloc(arena, (peers.n + 1) * sizeof(*list));
	if (fill_self(api, arena, &list[0], err) == -1)
		goto out;
	for (size_t i = 0; i < peers.n; i++) {
		if (fill_peer(api, arena, &peers.items[i], &list[i + 1], err) ==
		    -1)
			goto out;
	}
	*ret_peers = list;
	*ret_n = peers.n + 1;
	rc = 0;
out:
	conf_peers_release(&peers);
	return rc;
}

static void
write_time(struct json_writer *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	if (at == 0)
		return;
	clock_format(at, text);
	json_pair(w, key, text);
}

int
api_peer_list(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err)
{
	struct api_peer *peers;
	struct json_writer w;
	size_t n;

	if (api_peers(api, req->arena, &peers, &n, err) == -1)
		return -1;
	json_writer_init(&w, &res->body, 0);
	json_object(&w);
	json_key(&w, "meta");
	json_object(&w);
	json_pair_int(&w, "count", (int64_t)n);
	json_object_end(&w);
	json_key(&w, "items");
	json_array(&w);
	for (size_t i = 0; i < n; i++) {
		json_object(&w);
		json_pair(&w, "node", peers[i].name);
		json_pair(&w, "url",
		    peers[i].is_self ? api->conf->url : peers[i].url);
		json_pair_bool(&w, "self", peers[i].is_self);
		json_pair(&w, "state", peer_state_name(peers[i].state));
		json_pair_int(&w, "records", peers[i].records);
		write_time(&w, "published", peers[i].published_at);
		write_time(&w, "last_good", peers[i].last_good);
		if (*peers[i].reason != '\0')
			json_pair(&w, "reason", peers[i].reason);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	strbuf_addch(&res->body, '\n');
	return 0;
}
