/*
 * alliance: how the membership list is that this node follows, for the page
 * of nodes, GET /api/v1/peers and the metrics: peers.conf says which, the
 * ledger what is in force, the clock whether it still should be (design:
 * feed-protocol.md 6). Neighbours: peers.c for its members; `gspd alliance
 * show` reads the list itself.
 */
#include <string.h>

#include "api/api.h"

const char *
api_list_state_name(enum api_list_state state)
{
	static const char *const names[] = {
		[API_LIST_NONE] = "none",
		[API_LIST_GOOD] = "good",
		[API_LIST_TROUBLE] = "trouble",
		[API_LIST_EXPIRED] = "expired",
	};

	return names[state];
}

static int64_t
count_words(struct arena *arena, const char *list)
{
	int64_t n = 0;

	while (conf_word(arena, list, (size_t)n) != NULL)
		n++;
	return n;
}

static int
count_members(struct api *api, struct arena *arena,
    struct api_alliance *alliance, struct err *err)
{
	struct ledger_member *members;
	size_t n;

	if (ledger_members(api->ledger, arena, &members, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		alliance->members += !members[i].is_left;
	return 0;
}

static enum api_list_state
judge(const struct ledger_alliance *row, int64_t now)
{
	if (row->serial == 0)
		return API_LIST_NONE;
	if (row->expires <= now)
		return API_LIST_EXPIRED;
	return row->failures > 0 ? API_LIST_TROUBLE : API_LIST_GOOD;
}

static int
fill(struct api *api, struct arena *arena, const struct conf_alliance *conf,
    struct api_alliance *alliance, struct err *err)
{
	struct ledger_alliance *row = &alliance->row;
	char source[65];

	alliance->is_followed = true;
	alliance->url = conf_word(arena, conf->urls, 0);
	alliance->board = count_words(arena, conf->board);
	alliance->needed = conf->needed;
	if (api->ledger == NULL)
		return 0;
	if (ledger_alliance_get(api->ledger, row, err) == -1)
		return -1;
	/* Under another board: what was in force counts no more. */
	ledger_alliance_source(conf, source);
	if (strcmp(source, row->source) != 0)
		*row = (struct ledger_alliance){ 0 };
	alliance->state = judge(row, api->now);
	if (row->url[0] != '\0')
		alliance->url = arena_strdup(arena, row->url);
	return row->serial != 0 ? count_members(api, arena, alliance, err) : 0;
}

int
api_alliance(struct api *api, struct arena *arena,
    struct api_alliance *ret_alliance, struct err *err)
{
	struct api_alliance alliance = { .url = "" };
	struct conf_peers peers = { 0 };
	int rc = 0;

	if (conf_peers_read(api->folder, &peers, err) == -1)
		return -1;
	if (peers.alliance.line != 0)
		rc = fill(api, arena, &peers.alliance, &alliance, err);
	conf_peers_release(&peers);
	if (rc == 0)
		*ret_alliance = alliance;
	return rc;
}
