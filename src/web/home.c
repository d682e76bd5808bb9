/*
 * home: the front page: three doors, needs and countries with counts,
 * what was checked last, how many nodes are up to date. Neighbours:
 * filters.c makes the choices, home.tmpl shows them.
 */
#include "web/home_page.h"
#include "web/routes.h"

#define HOME_CARDS   4
#define HOME_CHOICES 12

static int
fill_peers(const struct page *page, struct home *home, struct err *err)
{
	struct api_peer *peers;
	int64_t fresh = 0;
	size_t n;

	if (api_peers(page->api, page->arena, &peers, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		fresh += peers[i].state == PEER_FRESH;
	home->peers = page_say(page, TEXT_HOME_PEERS, fresh, "n",
	    page_number(page, fresh), "m", page_number(page, (int64_t)n), NULL);
	return 0;
}

static int
fill_search(struct page *page, struct home *home, struct err *err)
{
	struct search_query query = { .text = "",
		.sort = SEARCH_BY_CHECKED,
		.limit = HOME_CARDS };
	struct search_result result;

	if (search_run(page->api->search, page->arena, &query, &result, err) ==
	    -1)
		return -1;
	/* Records that can not be searched yet are there all the same. */
	home->is_empty = result.count == 0 &&
			 (result.is_ready || page->records == 0);
	home->needs = choices_of(page, &result, SEARCH_NEED, HOME_CHOICES,
	    &home->n_needs);
	home->countries = choices_of(page, &result, SEARCH_COUNTRY,
	    HOME_CHOICES, &home->n_countries);
	home->kinds = choices_of(page, &result, SEARCH_KIND, HOME_CHOICES,
	    &home->n_kinds);
	home->cards = arena_alloc(page->arena,
	    result.n_hits * sizeof(*home->cards));
	for (size_t i = 0; i < result.n_hits; i++)
		home->cards[home->n_cards++] = *card_make(page,
		    result.hits[i].view, NULL);
	return 0;
}

static void
fill_examples(const struct page *page, struct home *home)
{
	for (size_t i = 0; i < ARRAY_LEN(home->examples); i++) {
		struct link link;

		home->examples[i].label = page_text(page,
		    TEXT_EXAMPLE_1 + (unsigned)i);
		link_start(&link, page, "/search");
		link_add(&link, "q", home->examples[i].label);
		home->examples[i].href = link_end(&link);
	}
}

int
show_home(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct home home = { .is_empty = true };

	(void)rest;
	page->title = page_text(page, TEXT_HOME_TITLE);
	page->canonical = "/";
	/* A new node has no catalogue yet; its front page says so. */
	if (page->api->cat != NULL && page->api->search != NULL &&
	    fill_search(page, &home, err) == -1)
		return -1;
	fill_examples(page, &home);
	if (fill_peers(page, &home, err) == -1)
		return -1;
	tmpl_home(&res->body, page, &home);
	return 0;
}
