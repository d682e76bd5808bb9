/*
 * peers: the page of nodes: what each publishes, how fresh it is, and why
 * when it is not. Neighbours: api/peers.c gathers the facts.
 */
#include "web/page.h"

#include <string.h>

static const char *
country_of(const struct page *page, const char *node)
{
	char code[3] = { 0 };

	for (int i = 0; i < 2 && node[i] != '\0'; i++)
		code[i] = node[i] >= 'a' && node[i] <= 'z'
			      ? (char)(node[i] - 'a' + 'A')
			      : node[i];
	return arena_strdup(page->arena,
	    vocab_label(VOCAB_COUNTRY, code, page->lang));
}

static const char *
state_words(const struct page *page, const struct api_peer *peer)
{
	if (peer->is_self)
		return page_text(page, peer->state == PEER_FRESH
					   ? TEXT_STATE_SELF
					   : TEXT_STATE_SELF_NONE);
	return page_text(page, TEXT_STATE_NEW + (unsigned)peer->state);
}

int
show_peers(struct page *page, struct http_response *res, struct err *err)
{
	struct peer_line *lines;
	struct api_peer *peers;
	size_t n;

	if (api_peers(page->api, page->arena, &peers, &n, err) == -1)
		return -1;
	lines = arena_alloc(page->arena, n * sizeof(*lines));
	for (size_t i = 0; i < n; i++) {
		const struct api_peer *peer = &peers[i];

		lines[i].node = peer->name;
		lines[i].country = country_of(page, peer->name);
		lines[i].records = page_number(page, peer->records);
		lines[i].state = state_words(page, peer);
		lines[i].state_code = peer_state_name(peer->state);
		lines[i].good = page_age(page, peer->last_good);
		if (peer->last_good != 0)
			lines[i].good_iso = page_day_iso(page, peer->last_good);
		lines[i].reason = peer->reason;
		lines[i].url = *peer->url != '\0' ? peer->url : NULL;
		lines[i].is_self = peer->is_self;
		if (peer->published_at != 0)
			lines[i].published = page_say(page,
			    TEXT_PEERS_PUBLISHED, 0, "date",
			    page_day(page, peer->published_at), NULL);
		if (peer->records != 0)
			lines[i].browse = page_link(page,
			    arena_printf(page->arena, "/search?node=%s",
				peer->name));
	}
	page->title = page_text(page, TEXT_PEERS_TITLE);
	page->canonical = "/peers";
	tmpl_peers(&res->body, page, lines, n);
	return 0;
}
