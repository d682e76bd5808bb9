/*
 * relay: m/<node>/, the feeds of peers as they were accepted, for members
 * who can not reach them (design: feed-protocol.md 2 and 12). On a worker,
 * for the ledger says who is carried; the files are those of feed.c.
 */
#include <string.h>

#include "web/inside.h"

#define HIDE_S (30 * 86400) /* as in pull/: nobody vouches for it any more */

/* By hand in peers.conf, or in the membership list. */
static bool
is_peer(const struct api *api, const char *node)
{
	struct conf_peers peers = { 0 };
	const struct conf_peer *peer;
	struct err err;
	bool is_peer = false;

	if (ledger_peers_read(api->ledger, api->folder, api->conf->node, &peers,
		&err) == 0) {
		peer = conf_peer_find(&peers, node);
		is_peer = peer != NULL && !peer->is_paused;
	}
	conf_peers_release(&peers);
	return is_peer;
}

/*
 * What was accepted of a peer is carried, whatever its state is now: a fork
 * that is known here is evidence, and what is held or refused was never
 * accepted. Not so what an operator paused, or what is hidden here.
 */
static bool
is_carried(const struct api *api, const char *node)
{
	struct ledger_peer row;
	struct err err;

	if (!valid_node(node) || strcmp(node, api->conf->node) == 0 ||
	    api->ledger == NULL ||
	    ledger_peer_get(api->ledger, node, &row, &err) == -1)
		return false;
	return row.serial != 0 && !row.is_paused &&
	       api->now - row.expires <= HIDE_S && is_peer(api, node);
}

void
relay_handle(const struct api *api, const struct http_request *req,
    const char *path, struct http_response *res)
{
	size_t len = strcspn(path, "/");
	const char *node = arena_strndup(req->arena, path, len), *folder, *name;

	if (!api->conf->is_relay || path[len] != '/' ||
	    len >= RECORD_NODE_MAX || !is_carried(api, node)) {
		feed_not_found(res);
		return;
	}
	folder = arena_printf(req->arena, "%s/pages/%s", api->folder, node);
	name = path + len + 1;
	/* A disk that lost a page is not to make a liar of this node. */
	if (feed_is_whole(req, folder, name))
		feed_serve(req, folder, name, res);
	else
		feed_not_found(res);
}
