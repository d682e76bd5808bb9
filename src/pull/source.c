/*
 * source: the addresses at which a peer's feed may be had, in order: its own,
 * then those of members that carry it (relay.c). Whoever sends the bytes, they are
 * judged alike (feed-protocol.md 12).
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

	if (relay_is_spared(peer))
		relay_append(peer);
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

static bool
is_relay(const struct peer *peer)
{
	return *peer_source(peer)->relay != '\0';
}

/* Nobody is left to ask. */
static void
give_up(struct peer *peer)
{
	if (peer->has_same) {
		peer->source = peer->same_source;
		peer->retry_after_s = 0;
		peer->digest[0] = '\0';
		peer_settle_good(peer);
		return;
	}
	peer->retry_after_s = peer->own_retry_s;
	peer->row.via[0] = '\0';
	if (peer->own_state == PEER_UNREACHABLE)
		peer_settle_unreachable(peer, peer->own_trouble);
	else
		peer_settle(peer, peer->own_state, peer->own_trouble);
}

static void
ask_next(struct peer *peer)
{
	if (peer->source + 1 >= peer->n_sources && !peer->has_relays)
		relay_append(peer);
	if (peer->source + 1 >= peer->n_sources) {
		give_up(peer);
		return;
	}
	peer->source++;
	peer->rereads = 0;
	peer->head_tries = 0;
	peer->retry_after_s = 0;
	peer_ask_head(peer);
}

/* The first reason is the one that counts: it is about the peer's own. */
void
peer_source_useless(struct peer *peer, enum peer_state state,
    const char *reason)
{
	if (!is_relay(peer) && peer->own_trouble == NULL) {
		peer->own_trouble = arena_strdup(peer->fixed, reason);
		peer->own_state = state;
		peer->own_retry_s = peer->retry_after_s;
		relay_note_trouble(peer);
	}
	ask_next(peer);
}

void
peer_source_failed(struct peer *peer, const char *reason)
{
	peer_source_useless(peer, PEER_UNREACHABLE, reason);
}

void
peer_source_lied(struct peer *peer, const char *reason)
{
	if (is_relay(peer))
		relay_lied(peer, reason);
	else
		guard_note_refusal(peer);
	peer_source_useless(peer, PEER_REJECTED, reason);
}

void
peer_source_same(struct peer *peer)
{
	if (!peer->has_same) {
		peer->has_same = true;
		peer->same_source = peer->source;
	}
	if (relay_is_behind(peer)) {
		ask_next(peer);
		return;
	}
	give_up(peer);
}

void
peer_refuse(struct peer *peer, const char *reason)
{
	guard_note_refusal(peer);
	peer_settle(peer, PEER_REJECTED, reason);
}
