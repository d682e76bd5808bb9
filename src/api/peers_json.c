/*
 * peers_json: GET /api/v1/peers and /api/v1/peers/NODE. Times are RFC 3339,
 * ages whole seconds. Neighbours: peers.c gathers, json_peer() of the
 * commands writes the same facts.
 */
#include "api/inside.h"

#include <string.h>

static void
pair_time(struct json_writer *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	if (at == 0)
		return;
	clock_format(at, text);
	json_pair(w, key, text);
}

static void
pair_text(struct json_writer *w, const char *key, const char *text)
{
	if (*text != '\0')
		json_pair(w, key, text);
}

static void
pair_age(struct json_writer *w, const char *key, int64_t at, int64_t now)
{
	if (at != 0)
		json_pair_int(w, key, now > at ? now - at : 0);
}

static void
write_pulls(struct json_writer *w, const struct api_peer *peer)
{
	json_key(w, "pulls");
	json_array(w);
	for (size_t i = 0; i < peer->n_pulls; i++) {
		const struct ledger_pull *pull = &peer->pulls[i];

		json_object(w);
		pair_time(w, "at", pull->at);
		json_pair(w, "state", peer_state_name(pull->state));
		json_pair_int(w, "took_ms", pull->took_ms);
		json_pair_int(w, "pages", pull->pages);
		json_pair_int(w, "bytes", pull->bytes);
		json_pair_int(w, "changed", pull->changed);
		json_object_end(w);
	}
	json_array_end(w);
	json_pair_int(w, "pulls_good", (int64_t)peer->n_pulls_good);
	json_pair_int(w, "pulls_failed",
	    (int64_t)(peer->n_pulls - peer->n_pulls_good));
}

static void
write_alarms(struct json_writer *w, const struct api_peer *peer)
{
	json_key(w, "alarms");
	json_array(w);
	for (size_t i = 0; i < peer->n_alarms; i++) {
		const struct ledger_alarm *alarm = &peer->alarms[i];

		json_object(w);
		json_pair(w, "kind", alarm_kind_name(alarm->kind));
		json_pair(w, "witness", alarm->witness);
		json_pair_int(w, "serial", alarm->serial);
		json_pair(w, "digest", alarm->digest);
		pair_text(w, "held", alarm->held);
		json_pair_bool(w, "proven", alarm->is_proven);
		pair_time(w, "since", alarm->since);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
write_liars(struct json_writer *w, const struct api_peer *peer)
{
	json_key(w, "lying_relays");
	json_array(w);
	for (size_t i = 0; i < peer->n_liars; i++) {
		json_object(w);
		json_pair(w, "relay", peer->liars[i].relay);
		pair_time(w, "until", peer->liars[i].until);
		json_pair(w, "reason", peer->liars[i].reason);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
write_held(struct json_writer *w, const struct ledger_peer *row)
{
	if (row->held_serial == 0 && row->held_until == 0)
		return;
	json_key(w, "held");
	json_object(w);
	json_pair_int(w, "serial", row->held_serial);
	pair_text(w, "digest", row->held_digest);
	pair_time(w, "until", row->held_until);
	pair_time(w, "since", row->held_since);
	json_pair_int(w, "heads", row->held_heads);
	json_pair_bool(w, "released", row->is_released);
	json_object_end(w);
}

static void
write_ages(struct json_writer *w, const struct api_peer *peer, int64_t now)
{
	json_key(w, "ages");
	json_object(w);
	pair_age(w, "state", peer->state_since, now);
	pair_age(w, "head", peer->row.serial, now);
	pair_age(w, "last_good", peer->last_good, now);
	pair_age(w, "last_try", peer->row.last_try, now);
	json_object_end(w);
	if (peer->next_pull >= 0)
		json_pair_int(w, "next_pull_s", peer->next_pull);
}

const char *
api_peer_pin(const struct api_peer *peer)
{
	const struct ledger_peer *row = &peer->row;

	return strcmp(row->key, peer->key) == 0 &&
		       strcmp(row->key, row->pin) != 0
		   ? row->pin
		   : "";
}

void
api_peer_facts(struct json_writer *w, const struct api_peer *peer, int64_t now)
{
	const struct ledger_peer *row = &peer->row;

	json_pair_bool(w, "member", peer->is_member);
	json_pair_bool(w, "by_hand", peer->is_by_hand);
	json_pair_int(w, "epoch", row->epoch);
	pair_text(w, "pinned_key", api_peer_pin(peer));
	pair_text(w, "via", row->via);
	json_pair_int(w, "own_failures", row->own_failures);
	pair_text(w, "own_trouble", row->own_trouble);
	json_pair_int(w, "refusals", row->refusals);
	pair_text(w, "refused_digest", row->refused_digest);
	write_held(w, row);
	write_ages(w, peer, now);
	write_pulls(w, peer);
	write_alarms(w, peer);
	write_liars(w, peer);
}

void
api_peer_more_facts(struct json_writer *w, const struct api_peer *peer)
{
	json_key(w, "skipped");
	json_array(w);
	for (size_t i = 0; i < peer->n_bad; i++) {
		json_object(w);
		json_pair(w, "id", peer->bad_ids[i]);
		json_pair(w, "reason", peer->bad_reasons[i]);
		json_object_end(w);
	}
	json_array_end(w);
	json_key(w, "seen_by");
	json_array(w);
	for (size_t i = 0; i < peer->n_seen; i++) {
		const struct ledger_seen *seen = &peer->seen[i];

		json_object(w);
		json_pair(w, "witness", seen->witness);
		json_pair_int(w, "serial", seen->serial);
		json_pair_int(w, "epoch", seen->epoch);
		json_pair(w, "digest", seen->digest);
		pair_time(w, "said", seen->said_at);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
write_peer(struct json_writer *w, const struct api *api,
    const struct api_peer *peer, bool with_details)
{
	const struct ledger_peer *row = &peer->row;

	json_object(w);
	json_pair(w, "node", peer->name);
	json_pair(w, "url", peer->is_self ? api->conf->url : peer->url);
	json_pair_bool(w, "self", peer->is_self);
	json_pair(w, "state", peer_state_name(peer->state));
	pair_time(w, "state_since", peer->state_since);
	pair_text(w, "reason", peer->reason);
	json_pair_int(w, "records", peer->records);
	json_pair_int(w, "bad_records", row->bad_records);
	pair_time(w, "published", peer->published_at);
	pair_time(w, "last_good", peer->last_good);
	pair_time(w, "last_try", row->last_try);
	pair_time(w, "expires", row->expires);
	json_pair_int(w, "serial", row->serial);
	pair_text(w, "digest", row->digest);
	pair_text(w, "key", peer->key);
	json_pair_int(w, "failures", row->failures);
	json_pair_bool(w, "paused", peer->is_paused);
	api_peer_facts(w, peer, api->now);
	if (with_details)
		api_peer_more_facts(w, peer);
	json_object_end(w);
}

static void
write_alliance(struct json_writer *w, const struct api_alliance *alliance)
{
	const struct ledger_alliance *row = &alliance->row;

	if (!alliance->is_followed)
		return;
	json_key(w, "alliance");
	json_object(w);
	json_pair(w, "state", api_list_state_name(alliance->state));
	pair_text(w, "reason", row->reason);
	pair_text(w, "name", row->name);
	json_pair(w, "url", alliance->url);
	json_pair_int(w, "members", alliance->members);
	json_pair_int(w, "endorsed", row->endorsed);
	json_pair_int(w, "needed", alliance->needed);
	json_pair_int(w, "board", alliance->board);
	json_pair_int(w, "serial", row->serial);
	pair_text(w, "digest", row->digest);
	pair_time(w, "expires", row->expires);
	pair_time(w, "last_good", row->last_good);
	pair_time(w, "last_try", row->last_try);
	json_pair_int(w, "failures", row->failures);
	json_object_end(w);
}

static void
write_list(struct json_writer *w, const struct api *api,
    const struct api_alliance *alliance, const struct api_peer *peers, size_t n)
{
	json_object(w);
	json_key(w, "meta");
	json_object(w);
	json_pair_int(w, "count", (int64_t)n);
	pair_time(w, "now", api->now);
	write_alliance(w, alliance);
	json_object_end(w);
	json_key(w, "items");
	json_array(w);
	for (size_t i = 0; i < n; i++)
		write_peer(w, api, &peers[i], false);
	json_array_end(w);
	json_object_end(w);
}

int
api_peer_list(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err)
{
	struct api_alliance alliance;
	struct api_peer *peers;
	struct json_writer w;
	size_t n;

	if (api_peers(api, req->arena, &peers, &n, err) == -1 ||
	    api_alliance(api, req->arena, &alliance, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (api_peer_pulls(api, req->arena, &peers[i], err) == -1)
			return -1;
	json_writer_init(&w, &res->body, 0);
	write_list(&w, api, &alliance, peers, n);
	strbuf_addch(&res->body, '\n');
	return 0;
}

int
api_peer_one(struct api *api, const struct http_request *req, const char *name,
    struct http_response *res, struct err *err)
{
	struct api_peer *peers, *peer;
	struct json_writer w;
	size_t n;

	if (api_peers(api, req->arena, &peers, &n, err) == -1)
		return -1;
	peer = api_peer_find(peers, n, name);
	if (peer == NULL)
		return err_set(err, ERR_NOTFOUND,
		    "no such peer: " API_BASE "peers lists them");
	if (api_peer_details(api, req->arena, peer, err) == -1)
		return -1;
	json_writer_init(&w, &res->body, 0);
	write_peer(&w, api, peer, true);
	strbuf_addch(&res->body, '\n');
	return 0;
}
