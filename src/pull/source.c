/*
 * source: the addresses at which a peer's feed may be had, in order: its own,
 * then those of members that carry it. Whoever sends the bytes, they are
 * judged alike (feed-protocol.md 9, "Fallback").
 */
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

void
peer_source_add(struct peer *peer, const char *base, bool insecure,
    bool allow_private, const char *relay)
{
	struct source source = { .base = arena_strdup(peer->fixed, base),
		.is_insecure = insecure,
		.allow_private = allow_private,
		.relay = arena_strdup(peer->fixed, relay) };

	VEC_PUSH(peer->sources, peer->n_sources, peer->cap_sources, source);
}

void
peer_source_init(struct peer *peer)
{
	const struct conf_peer *conf = &peer->conf;
	const char *more = conf->more_urls != NULL ? conf->more_urls : "";

	peer_source_add(peer, url_join(peer->fixed, conf->url, "feed/"),
	    conf->is_insecure, conf->allow_private, "");
	while (*(more += strspn(more, " ")) != '\0') {
		size_t len = strcspn(more, " ");
		const char *url = arena_strndup(peer->fixed, more, len);

		peer_source_add(peer, url_join(peer->fixed, url, "feed/"),
		    conf->is_insecure, conf->allow_private, "");
		more += len;
	}
}

const struct source *
peer_source(const struct peer *peer)
{
	return &peer->sources[peer->source];
}

struct net_request
peer_request(struct peer *peer, const char *name, size_t max)
{
	const struct source *source = peer_source(peer);

	return (struct net_request){
		.url = url_join(peer->arena, source->base, name),
		.max = max,
		.insecure = source->is_insecure,
		.allow_private = source->allow_private,
		.no_cache = peer->rereads > 0,
		.lane = peer,
	};
}

/* The first reason is the one that counts: it is about the peer's own. */
static bool
try_next(struct peer *peer, const char *reason)
{
	if (peer->source == 0)
		peer->own_trouble = arena_strdup(peer->fixed, reason);
	if (peer->source + 1 >= peer->n_sources)
		return false;
	peer->source++;
	peer->rereads = 0;
	peer->head_tries = 0;
	peer_ask_head(peer);
	return true;
}

void
peer_source_failed(struct peer *peer, const char *reason)
{
	if (!try_next(peer, reason))
		peer_settle_unreachable(peer, peer->own_trouble);
}

void
peer_refuse(struct peer *peer, const char *reason)
{
	peer_settle(peer, PEER_REJECTED, reason);
}
