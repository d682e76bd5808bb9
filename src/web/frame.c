/*
 * frame: what the foot of every page says: where this page stands, and how
 * fresh its sources are. Neighbours: layout.tmpl shows it, handler.c has
 * read the feeds.
 */
#include "web/page.h"

#include <string.h>

const char *
page_address(const struct page *page, const char *path)
{
	const char *url = page->conf->url;
	size_t len = url != NULL ? strlen(url) : 0;

	while (len > 0 && url[len - 1] == '/')
		len--;
	return arena_printf(page->arena, "%.*s%s", (int)len,
	    url != NULL ? url : "", path);
}

static bool
is_late(const struct page *page, const struct catalogue_feed *feed)
{
	return feed->is_hidden || feed->expires_at <= page->now;
}

/* The day on which the source that waits longest was read last. */
const char *
page_sources(const struct page *page)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < page->n_feeds; i++) {
		const struct catalogue_feed *feed = &page->feeds[i];

		if (!is_late(page, feed) &&
		    (oldest == 0 || feed->verified_at < oldest))
			oldest = feed->verified_at;
	}
	if (oldest == 0)
		return NULL;
	return page_say(page, TEXT_SOURCES_CHECKED, (int64_t)page->n_feeds, "n",
	    page_number(page, (int64_t)page->n_feeds), "date",
	    page_day(page, oldest), NULL);
}

const char *
page_late(const struct page *page)
{
	int64_t n = 0;

	for (size_t i = 0; i < page->n_feeds; i++)
		n += is_late(page, &page->feeds[i]);
	return n == 0 ? NULL
		      : page_say(page, TEXT_SOURCES_LATE, n, "n",
			    page_number(page, n), NULL);
}
