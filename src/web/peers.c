/*
 * peers: the page of nodes: what each publishes, how fresh it is, why when it
 * is not, and what other members' heads say against them. Neighbours:
 * api/peers.c gathers the facts, peer.c is the page of one node.
 */
#include "web/peers_page.h"
#include "web/routes.h"

#include <string.h>

const char *
peer_country(const struct page *page, const char *node)
{
	char code[3] = { 0 };

	for (int i = 0; i < 2 && node[i] != '\0'; i++)
		code[i] = node[i] >= 'a' && node[i] <= 'z'
			      ? (char)(node[i] - 'a' + 'A')
			      : node[i];
	return arena_strdup(page->arena,
	    vocab_label(VOCAB_COUNTRY, code, page->lang));
}

const char *
peer_state_words(const struct page *page, const struct api_peer *peer)
{
	if (!peer->is_self)
		return page_text(page, TEXT_STATE_NEW + (unsigned)peer->state);
	switch (peer->state) {
	case PEER_FRESH: return page_text(page, TEXT_STATE_SELF);
	case PEER_NEW: return page_text(page, TEXT_STATE_SELF_NONE);
	default: return page_text(page, TEXT_STATE_SELF_STALE);
	}
}

const char *
peer_link(const struct page *page, const char *node)
{
	return page_link(page, arena_printf(page->arena, "/peers/%s", node));
}

/* "Canada (ca)" */
static const char *
who(const struct page *page, const char *node)
{
	return arena_printf(page->arena, "%s (%s)", peer_country(page, node),
	    node);
}

struct alarm_line
peer_alarm(const struct page *page, const struct ledger_alarm *alarm)
{
	struct alarm_line line = {
		.words = page_say(page, TEXT_ALARM_FORK + (unsigned)alarm->kind,
		    0, "node", who(page, alarm->node), "witness",
		    who(page, alarm->witness), NULL),
		.when = page_age(page, alarm->since),
		.advice = page_say(page,
		    TEXT_ALARM_FORK_DO + (unsigned)alarm->kind, 0, "node",
		    alarm->node, "witness", alarm->witness, NULL),
		.href = peer_link(page, alarm->node),
		.node = alarm->node,
		.is_proven = alarm->is_proven,
	};

	return line;
}

static void
add_note(const struct page *page, struct peer_line *line, const char *text)
{
	line->notes[line->n_notes++] = arena_strdup(page->arena, text);
}

/* Where a list is followed: who says that this is a peer. */
static void
fill_source(const struct page *page, const struct api_peer *peer,
    struct peer_line *line)
{
	if (!peer->is_self)
		add_note(page, line,
		    page_text(page, peer->is_member && peer->is_by_hand
					? TEXT_PEERS_BY_BOTH
				    : peer->is_member ? TEXT_PEERS_BY_LIST
						      : TEXT_PEERS_BY_HAND));
}

static void
fill_notes(const struct page *page, const struct api_peer *peer,
    struct peer_line *line)
{
	int64_t bad = peer->row.bad_records;

	if (peer->records != 0 && peer->state >= PEER_STALE &&
	    peer->state <= PEER_HELD)
		add_note(page, line, page_text(page, TEXT_PEERS_KEPT));
	if (peer->n_alarms != 0)
		add_note(page, line, page_text(page, TEXT_PEERS_ALARMED));
	if (bad != 0)
		add_note(page, line,
		    page_say(page, TEXT_PEERS_SKIPPED, bad, "n",
			page_number(page, bad), NULL));
	if (peer->row.via[0] != '\0')
		add_note(page, line,
		    page_say(page, TEXT_PEERS_VIA, 0, "relay",
			who(page, peer->row.via), NULL));
}

static void
fill_line(const struct page *page, const struct api_peer *peer,
    struct peer_line *line)
{
	line->node = peer->name;
	line->href = peer_link(page, peer->name);
	line->country = peer_country(page, peer->name);
	line->records = page_number(page, peer->records);
	line->state = peer_state_words(page, peer);
	line->state_code = peer_state_name(peer->state);
	line->good = page_age(page, peer->last_good);
	if (peer->last_good != 0)
		line->good_iso = page_time_iso(page, peer->last_good);
	line->reason = peer->reason;
	line->is_self = peer->is_self;
	if (peer->published_at != 0)
		line->published = page_say(page, TEXT_PEERS_PUBLISHED, 0,
		    "date", page_day(page, peer->published_at), NULL);
	if (peer->records != 0)
		line->browse = page_link(page,
		    arena_printf(page->arena, "/search?node=%s", peer->name));
	line->spark = spark_make(page, peer);
	fill_notes(page, peer, line);
}

static void
fill_alarms(const struct page *page, const struct api_peer *peers, size_t n,
    struct peers_view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += peers[i].n_alarms;
	view->alarms = arena_alloc(page->arena,
	    (count + 1) * sizeof(*view->alarms));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < peers[i].n_alarms; k++)
			view->alarms[view->n_alarms++] = peer_alarm(page,
			    &peers[i].alarms[k]);
}

static void
fill_list(const struct page *page, const struct api_alliance *alliance,
    struct list_box *box)
{
	const struct ledger_alliance *row = &alliance->row;

	box->title = arena_strdup(page->arena, row->name);
	box->url = alliance->url;
	box->state = page_text(page,
	    TEXT_LIST_NONE + (unsigned)alliance->state);
	box->state_code = alliance->state == API_LIST_GOOD ? "fresh" : "";
	box->is_fine = alliance->state == API_LIST_GOOD;
	box->reason = arena_strdup(page->arena, row->reason);
	box->good = page_age(page, row->last_good);
	if (row->last_good != 0)
		box->good_iso = page_time_iso(page, row->last_good);
	if (row->serial == 0)
		return;
	box->members = page_number(page, alliance->members);
	box->endorsed = page_say(page, TEXT_LIST_ENDORSED_WORDS, 0, "n",
	    page_number(page, row->endorsed), "board",
	    page_number(page, alliance->board), "needed",
	    page_number(page, alliance->needed), NULL);
	box->expires = page_day(page, row->expires);
}

int
show_peers(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct peers_view view = { 0 };
	struct api_alliance alliance;
	struct api_peer *peers;
	size_t n;

	(void)rest;
	if (api_peers(page->api, page->arena, &peers, &n, err) == -1 ||
	    api_alliance(page->api, page->arena, &alliance, err) == -1)
		return -1;
	if (alliance.is_followed)
		fill_list(page, &alliance, &view.list);
	view.lines = arena_alloc(page->arena, n * sizeof(*view.lines));
	for (size_t i = 0; i < n; i++) {
		if (api_peer_pulls(page->api, page->arena, &peers[i], err) ==
		    -1)
			return -1;
		fill_line(page, &peers[i], &view.lines[i]);
		if (alliance.is_followed)
			fill_source(page, &peers[i], &view.lines[i]);
	}
	view.n = n;
	fill_alarms(page, peers, n, &view);
	page->title = page_text(page, TEXT_PEERS_TITLE);
	page->canonical = "/peers";
	tmpl_peers(&res->body, page, &view);
	return 0;
}
