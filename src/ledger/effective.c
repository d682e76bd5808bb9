/*
 * effective: whom this node pulls from: the peers of peers.conf and the
 * members of the list that it follows, as one (design: feed-protocol.md 6).
 * Neighbours: conf/ reads the file, members.c keeps the list.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"

#define KEY_LEN 64 /* hex digits of one board key */

static int
compare_keys(const void *a, const void *b)
{
	return strncmp(*(const char *const *)a, *(const char *const *)b,
	    KEY_LEN);
}

void
ledger_alliance_source(const struct conf_alliance *alliance,
    char ret_source[65])
{
	const char *keys[CONF_ALLIANCE_BOARD];
	struct strbuf sb;
	size_t n = 0;

	for (const char *at = alliance->board;
	     n < CONF_ALLIANCE_BOARD && strlen(at) >= KEY_LEN; n++) {
		keys[n] = at;
		at += KEY_LEN;
		at += *at == ' ';
	}
	/* The order in the file means nothing. */
	qsort(keys, n, sizeof(keys[0]), compare_keys);
	strbuf_init(&sb, 4096);
	strbuf_addf(&sb, "%lld", (long long)alliance->needed);
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&sb, " %.*s", KEY_LEN, keys[i]);
	sha256_hex(sb.buf, sb.len, ret_source);
	strbuf_release(&sb);
}

static const struct ledger_member *
find_member(const struct ledger_member *members, size_t n, const char *node)
{
	for (size_t i = 0; i < n; i++)
		if (!members[i].is_left && strcmp(members[i].node, node) == 0)
			return &members[i];
	return NULL;
}

static void
set_text(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

/* The list's word, where the section has none. */
static void
join_member(struct conf_peer *peer, const struct ledger_member *member,
    const struct conf_alliance *alliance)
{
	const char *urls = member->urls;
	size_t first = strcspn(urls, " ");

	peer->is_member = true;
	peer->least = member->least;
	conf_peer_inherit(peer, alliance);
	if (*peer->key == '\0') {
		set_text(&peer->key, member->key);
		peer->epoch = member->epoch;
	}
	if (*peer->url == '\0') {
		free(peer->url);
		peer->url = xstrndup(urls, first);
		urls += first;
		urls += *urls == ' ';
	}
	if (*urls != '\0')
		set_text(&peer->more_urls, urls);
}

void
ledger_peers_join(struct conf_peers *peers, const struct ledger_member *members,
    size_t n, const char *self)
{
	size_t kept = 0, cap;

	for (size_t i = 0; i < peers->n; i++) {
		struct conf_peer *peer = &peers->items[i];
		const struct ledger_member *member = find_member(members, n,
		    peer->name);

		if (member != NULL)
			join_member(peer, member, &peers->alliance);
		if (*peer->url == '\0' || *peer->key == '\0')
			conf_peer_release(peer);
		else
			peers->items[kept++] = *peer;
	}
	cap = peers->n = kept;
	for (size_t i = 0; i < n; i++) {
		struct conf_peer peer;

		if (members[i].is_left || strcmp(members[i].node, self) == 0 ||
		    conf_peer_find(peers, members[i].node) != NULL)
			continue;
		conf_peer_init(&peer, members[i].node);
		join_member(&peer, &members[i], &peers->alliance);
		VEC_PUSH(peers->items, peers->n, cap, peer);
	}
}

int
ledger_peers_read(struct ledger *ledger, const char *folder, const char *self,
    struct conf_peers *ret_peers, struct err *err)
{
	struct arena *arena = arena_new();
	struct conf_peers peers = { 0 };
	struct ledger_alliance alliance = { 0 };
	struct ledger_member *members = NULL;
	char source[65];
	size_t n = 0;
	int ret = -1;

	if (conf_peers_read(folder, &peers, err) == -1)
		goto out;
	if (peers.alliance.line != 0 && ledger != NULL) {
		ledger_alliance_source(&peers.alliance, source);
		if (ledger_alliance_get(ledger, &alliance, err) == -1)
			goto out;
		/* A list of another board says nothing here. */
		if (strcmp(alliance.source, source) == 0 &&
		    ledger_members(ledger, arena, &members, &n, err) == -1)
			goto out;
	}
	ledger_peers_join(&peers, members, n, self);
	*ret_peers = peers;
	memset(&peers, 0, sizeof(peers));
	ret = 0;
out:
	conf_peers_release(&peers);
	arena_free(arena);
	return ret;
}
