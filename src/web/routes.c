/*
 * routes: the table of pages. Files and machine interfaces are handler.c's
 * and fast.c's.
 */
#include "web/routes.h"

#include <string.h>

static const struct route routes[] = {
	{ "/", false, false, show_home },
	{ "/search", true, false, show_results },
	{ "/search.", true, false, show_export },
	{ "/sitemap.", true, false, show_sitemap },
	{ "/opensearch.xml", false, false, show_opensearch },
	{ "/record/", true, true, show_record },
	{ "/peers", false, false, show_peers },
	{ "/peers/", false, false, show_peer },
	{ "/browse", true, false, show_browse },
	{ "/about", false, false, show_about },
	{ "/evidence-map", true, false, show_evidence_map },
	{ "/list", true, false, show_list },
	{ "/list.", true, false, show_list_file },
	{ "/map", true, false, show_map },
	{ "/compare", true, false, show_compare },
	{ "/accessibility", false, false, show_accessibility },
	{ "/privacy", false, false, show_privacy },
	{ "/developers", false, false, show_developers },
};

const struct route *
route_find(const char *path, const char **ret_rest)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		const char *want = routes[i].path;
		size_t len = strlen(want);

		if (strncmp(path, want, len) != 0)
			continue;
		/* The front page is no prefix, and a prefix alone no page. */
		if (len > 1 && strchr("/.", want[len - 1]) != NULL
			? path[len] == '\0'
			: path[len] != '\0')
			continue;
		*ret_rest = path + len;
		return &routes[i];
	}
	return NULL;
}
