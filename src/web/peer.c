/*
 * peer: the page of one node: state and what to do about it, ages, head, the
 * last pulls, what was skipped and why, alarms, who saw which head of it.
 * Neighbours: peers.c is the page of all, api/peers.c gathers the facts.
 */
#include "web/peers_page.h"
#include "web/routes.h"

#include <string.h>

static struct item
plain(const char *text)
{
	struct item item = { .text = { text, NULL } };

	return item;
}

static void
row(const struct page *page, struct peer_view *view, enum text_id label,
    const char *text)
{
	if (text != NULL && *text != '\0')
		row_item(page, &view->rows, label, plain(text));
}

static void
row_age(const struct page *page, struct peer_view *view, enum text_id label,
    int64_t at)
{
	if (at != 0)
		row(page, view, label, page_age(page, at));
}

static const char *
next_words(const struct page *page, const struct api_peer *peer)
{
	if (peer->next_pull < 0)
		return NULL;
	if (peer->next_pull == 0)
		return page_text(page, TEXT_PEER_NEXT_NOW);
	return page_soon(page, peer->next_pull);
}

static void
fill_state(const struct page *page, const struct api_peer *peer,
    struct peer_view *view)
{
	const char *advice = peer->is_self || peer->state == PEER_FRESH
				 ? NULL
				 : page_say(page,
				       TEXT_DO_NEW + (unsigned)peer->state, 0,
				       "node", peer->name, NULL);

	row(page, view, TEXT_PEERS_STATE, peer_state_words(page, peer));
	row(page, view, TEXT_PEER_REASON, peer->reason);
	row(page, view, TEXT_PEER_DO, advice);
	row_age(page, view, TEXT_PEER_SINCE, peer->state_since);
	if (!peer->is_self) {
		row(page, view, TEXT_PEERS_GOOD,
		    page_age(page, peer->last_good));
		row_age(page, view, TEXT_PEER_TRY, peer->row.last_try);
		row(page, view, TEXT_PEER_NEXT, next_words(page, peer));
	}
	if (peer->row.failures != 0)
		row(page, view, TEXT_PEER_FAILURES,
		    page_number(page, peer->row.failures));
	if (peer->row.refusals != 0)
		row(page, view, TEXT_PEER_REFUSALS,
		    page_say(page, TEXT_PEER_REFUSALS_WORDS, 0, "n",
			page_number(page, peer->row.refusals), "node",
			peer->name, NULL));
	if (peer->row.held_serial != 0)
		row(page, view, TEXT_PEER_HELD,
		    page_say(page, TEXT_PEER_HELD_WORDS, 0, "serial",
			arena_printf(page->arena, "%lld",
			    (long long)peer->row.held_serial),
			"age", page_age(page, peer->row.held_since), NULL));
	if (peer->row.held_until != 0)
		row(page, view, TEXT_PEER_HELD,
		    page_say(page, TEXT_PEER_HELD_UNTIL, 0, "date",
			page_day(page, peer->row.held_until), NULL));
}

static void
fill_head(const struct page *page, const struct api_peer *peer,
    struct peer_view *view)
{
	const struct ledger_peer *head = &peer->row;
	struct item item = plain(page_number(page, peer->records));

	if (peer->records != 0)
		item.href = page_link(page,
		    arena_printf(page->arena, "/search?node=%s", peer->name));
	row_item(page, &view->rows, TEXT_PEERS_RECORDS, item);
	if (head->bad_records != 0)
		row(page, view, TEXT_PEER_BAD,
		    page_number(page, head->bad_records));
	if (head->serial != 0) {
		row(page, view, TEXT_PEER_HEAD,
		    page_say(page, TEXT_PEER_HEAD_WORDS, 0, "age",
			page_age(page, head->serial), "serial",
			arena_printf(page->arena, "%lld",
			    (long long)head->serial),
			"epoch",
			arena_printf(page->arena, "%lld",
			    (long long)head->epoch),
			NULL));
		row(page, view, TEXT_PEER_EXPIRES,
		    page_day(page, head->expires));
		row(page, view, TEXT_PEER_DIGEST, head->digest);
	}
	row(page, view, TEXT_PEER_KEY, peer->key);
	if (*peer->url != '\0') {
		item = plain(peer->url);
		item.href = peer->url;
		row_item(page, &view->rows, TEXT_PEER_ADDRESS, item);
	}
	row(page, view, TEXT_PEER_OWN, head->own_trouble);
	row(page, view, TEXT_PEER_VIA, head->via);
	if (!peer->is_self)
		row(page, view, TEXT_PEER_SOURCE,
		    page_text(page, peer->is_member && peer->is_by_hand
					? TEXT_PEER_SOURCE_BOTH
				    : peer->is_member ? TEXT_PEER_SOURCE_LIST
						      : TEXT_PEER_SOURCE_HAND));
}

static void
fill_pulls(const struct page *page, const struct api_peer *peer,
    struct peer_view *view)
{
	view->pulls = arena_alloc(page->arena,
	    (peer->n_pulls + 1) * sizeof(*view->pulls));
	view->n_pulls = peer->n_pulls;
	for (size_t i = 0; i < peer->n_pulls; i++) {
		const struct ledger_pull *pull = &peer->pulls[i];
		struct pull_line *line = &view->pulls[i];

		line->at = page_age(page, pull->at);
		line->at_iso = page_time_iso(page, pull->at);
		line->state = page_text(page,
		    TEXT_STATE_NEW + (unsigned)pull->state);
		line->state_code = peer_state_name(pull->state);
		line->took = page_say(page, TEXT_PEER_MS, 0, "n",
		    page_number(page, pull->took_ms), NULL);
		line->bytes = page_number(page, pull->bytes);
		line->changed = page_number(page, pull->changed);
	}
}

/* Whether a witness saw what we hold. */
static const char *
compare_words(const struct page *page, const struct api_peer *peer,
    const struct ledger_seen *seen)
{
	if (seen->serial > peer->row.serial)
		return page_text(page, TEXT_SEEN_NEWER);
	if (seen->serial < peer->row.serial)
		return page_text(page, TEXT_SEEN_OLDER);
	return page_text(page, strcmp(seen->digest, peer->row.digest) == 0
				   ? TEXT_SEEN_SAME
				   : TEXT_SEEN_OTHER);
}

static void
fill_gossip(const struct page *page, const struct api_peer *peer,
    struct peer_view *view)
{
	view->alarms = arena_alloc(page->arena,
	    (peer->n_alarms + 1) * sizeof(*view->alarms));
	view->n_alarms = peer->n_alarms;
	for (size_t i = 0; i < peer->n_alarms; i++)
		view->alarms[i] = peer_alarm(page, &peer->alarms[i]);
	view->seen = arena_alloc(page->arena,
	    (peer->n_seen + 1) * sizeof(*view->seen));
	view->n_seen = peer->n_seen;
	for (size_t i = 0; i < peer->n_seen; i++) {
		const struct ledger_seen *seen = &peer->seen[i];

		view->seen[i].witness = seen->witness;
		view->seen[i].href = peer_link(page, seen->witness);
		view->seen[i].serial = arena_printf(page->arena, "%lld",
		    (long long)seen->serial);
		view->seen[i].digest = seen->digest;
		view->seen[i].words = compare_words(page, peer, seen);
	}
}

int
show_peer(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct peer_view view = { 0 };
	struct api_peer *peers, *peer;
	size_t n;

	if (api_peers(page->api, page->arena, &peers, &n, err) == -1)
		return -1;
	if ((peer = api_peer_find(peers, n, rest)) == NULL)
		return err_set(err, ERR_NOTFOUND, "no such node");
	if (api_peer_details(page->api, page->arena, peer, err) == -1)
		return -1;
	view.peer = peer;
	view.country = peer_country(page, peer->name);
	fill_state(page, peer, &view);
	fill_head(page, peer, &view);
	fill_pulls(page, peer, &view);
	fill_gossip(page, peer, &view);
	view.spark = spark_make(page, peer);
	page->title = page_say(page, TEXT_PEER_TITLE, 0, "node", peer->name,
	    "country", view.country, NULL);
	page->canonical = arena_printf(page->arena, "/peers/%s", peer->name);
	page->no_index = true;
	tmpl_peer(&res->body, page, &view);
	return 0;
}
