/*
 * health: how a peer is now: what the last pull made of it, and the clock
 * since (design: feed-protocol.md 7 and 10). Pure: the pull, the pages, the
 * commands and the metrics all ask here, so that they never differ.
 */
#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"

#define TROUBLE_MAX 160

enum peer_state
ledger_peer_promise(const struct ledger_peer *peer, int64_t now,
    char *ret_reason, size_t len)
{
	char age[32];

	if (len > 0)
		ret_reason[0] = '\0';
	if (peer->expires != 0 && now > peer->expires) {
		clock_format_age(now - peer->expires, age, sizeof(age));
		(void)snprintf(ret_reason, len,
		    "the last head it signed expired %s ago", age);
		return PEER_STALE;
	}
	if (peer->next_promised != 0 && now > peer->next_promised) {
		clock_format_age(now - peer->next_promised, age, sizeof(age));
		(void)snprintf(ret_reason, len, "its next head is %s late",
		    age);
		return PEER_LATE;
	}
	return peer->serial != 0 ? PEER_FRESH : PEER_NEW;
}

/* States that the clock may change; trouble stays what it is. */
static bool
is_of_the_clock(enum peer_state state)
{
	return state == PEER_NEW || state == PEER_FRESH || state == PEER_LATE ||
	       state == PEER_STALE || state == PEER_PAUSED;
}

/* What the pull said behind the promise, when the promise is told anew. */
static void
add_trouble(struct ledger_health *health, const struct ledger_peer *peer)
{
	const char *trouble = peer->reason;
	size_t len = strlen(health->reason), n;

	if (peer->state == PEER_STALE) {
		trouble = strstr(peer->reason, "; ");
		trouble = trouble != NULL ? trouble + 2 : "";
	}
	n = strlen(trouble);
	if (strlen(trouble) > TROUBLE_MAX)
		n = utf8_floor(trouble, TROUBLE_MAX);
	if (n != 0)
		(void)snprintf(health->reason + len,
		    sizeof(health->reason) - len, "; %.*s", (int)n, trouble);
}

static int64_t
since_of(const struct ledger_peer *peer, enum peer_state state)
{
	if (state == peer->state)
		return peer->state_since;
	if (state == PEER_STALE)
		return peer->expires;
	return state == PEER_LATE ? peer->next_promised : 0;
}

struct ledger_health
ledger_peer_health(const struct ledger_peer *peer, bool is_paused, int64_t now)
{
	struct ledger_health health = { .state = PEER_PAUSED };
	char promise[128];
	enum peer_state state;

	if (!is_paused) {
		state = ledger_peer_promise(peer, now, promise,
		    sizeof(promise));
		health.state = is_of_the_clock(peer->state) ||
				       (peer->state == PEER_UNREACHABLE &&
					   state == PEER_STALE)
				   ? state
				   : peer->state;
		if (health.state == PEER_LATE || health.state == PEER_STALE)
			(void)snprintf(health.reason, sizeof(health.reason),
			    "%s", promise);
		else if (health.state == peer->state)
			(void)snprintf(health.reason, sizeof(health.reason),
			    "%s", peer->reason);
		if (health.state == PEER_STALE &&
		    (peer->state == PEER_STALE ||
			peer->state == PEER_UNREACHABLE))
			add_trouble(&health, peer);
	}
	health.since = since_of(peer, health.state);
	return health;
}
