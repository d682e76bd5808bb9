/*
 * peers: peers.conf from bytes to a list of peers. Neighbours: conf.c does
 * the same for gspd.conf, edit.c changes the file (design: feed-protocol.md
 * 6 and 9).
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/option.h"

struct reader {
	struct lines lines;
	struct conf_peers peers;
	size_t alloc;
	int seen[N_PEER_OPTIONS]; /* line of each key of this peer */
};

/* "peer NAME" -> NAME, or NULL with the error. */
static const char *
peer_name(struct reader *r, const struct line *line, struct err *err)
{
	const char *name = line->name;

	if (strncmp(name, "peer", 4) != 0 ||
	    (name[4] != ' ' && name[4] != '\t')) {
		err_set(err, ERR_CONF,
		    "%s:%d: unknown section %s: a peer is written [peer NAME]",
		    r->lines.file, line->number, quoted(r->lines.arena, name));
		return NULL;
	}
	name += 4 + strspn(name + 4, " \t");
	if (!conf_valid_node(name)) {
		err_set(err, ERR_CONF,
		    "%s:%d: %s is no node name: it is a country code with or "
		    "without a part, as in pt or gb-eng",
		    r->lines.file, line->number, quoted(r->lines.arena, name));
		return NULL;
	}
	return name;
}

static void
peer_release(struct conf_peer *peer)
{
	option_release(peer_options, N_PEER_OPTIONS, peer);
	free(peer->name);
}

/* The peer that ends here has all it must have. */
static int
finish_peer(struct reader *r, struct err *err)
{
	const struct conf_peer *peer;

	if (r->peers.n == 0)
		return 0;
	peer = &r->peers.items[r->peers.n - 1];
	for (size_t i = 0; i < N_PEER_OPTIONS; i++)
		if (peer_options[i].def == NULL && r->seen[i] == 0)
			return err_set(err, ERR_CONF,
			    "%s:%d: [peer %s] has no %s: add a line '%s = ...'",
			    r->lines.file, peer->line, peer->name,
			    peer_options[i].key, peer_options[i].key);
	if (strncmp(peer->url, "http:", 5) == 0 && !peer->is_insecure)
		return err_set(err, ERR_CONF,
		    "%s:%d: [peer %s] url is plain http: use https, or say "
		    "'insecure = yes'",
		    r->lines.file, peer->line, peer->name);
	return 0;
}

static int
start_peer(struct reader *r, const struct line *line, struct err *err)
{
	struct conf_peer peer = { .line = line->number };
	const struct conf_peer *twin;
	const char *name;

	if (finish_peer(r, err) == -1)
		return -1;
	name = peer_name(r, line, err);
	if (name == NULL)
		return -1;
	twin = conf_peer_find(&r->peers, name);
	if (twin != NULL)
		return err_set(err, ERR_CONF,
		    "%s:%d: [peer %s] is given twice, first in line %d: keep "
		    "one",
		    r->lines.file, line->number, name, twin->line);
	if (r->peers.n == CONF_PEERS_MAX)
		return err_set(err, ERR_CONF, "%s:%d: more than %d peers",
		    r->lines.file, line->number, CONF_PEERS_MAX);
	option_defaults(peer_options, N_PEER_OPTIONS, &peer);
	peer.name = xstrdup(name);
	VEC_PUSH(r->peers.items, r->peers.n, r->alloc, peer);
	memset(r->seen, 0, sizeof(r->seen));
	return 0;
}

static int
take_pair(struct reader *r, const struct line *line, struct err *err)
{
	const char *names[ARRAY_LEN(r->seen)], *near;
	struct conf_peer *peer;

	if (r->peers.n == 0)
		return err_set(err, ERR_CONF,
		    "%s:%d: key before any [peer NAME]", r->lines.file,
		    line->number);
	peer = &r->peers.items[r->peers.n - 1];
	for (size_t i = 0; i < N_PEER_OPTIONS; i++) {
		names[i] = peer_options[i].key;
		if (strcmp(names[i], line->name) != 0)
			continue;
		if (r->seen[i] != 0)
			return err_set(err, ERR_CONF,
			    "%s:%d: %s is given twice, first in line %d: keep "
			    "one",
			    r->lines.file, line->number, names[i], r->seen[i]);
		r->seen[i] = line->number;
		if (option_set(&peer_options[i], peer, line->value, err) == -1)
			return err_prefix(err, "%s:%d", r->lines.file,
			    line->number);
		return 0;
	}
	near = nearest_name(line->name, names, N_PEER_OPTIONS);
	return err_set(err, ERR_CONF, "%s:%d: unknown key %s%s%s%s",
	    r->lines.file, line->number, quoted(r->lines.arena, line->name),
	    near == NULL ? ": peers.conf(5) lists all" : ": did you mean '",
	    near == NULL ? "" : near, near == NULL ? "" : "'?");
}

int
conf_peers_parse(const char *name, const char *data, size_t len,
    struct conf_peers *ret_peers, struct err *err)
{
	struct reader r = {
		.lines = { .file = name, .data = data, .len = len }
	};
	struct line line;
	int more = -1, ret = -1;

	r.lines.arena = arena_new();
	if (lines_check(name, data, len, err) == -1)
		goto out;
	while ((more = line_next(&r.lines, &line, err)) == 1) {
		if (line.kind == LINE_SECTION &&
		    start_peer(&r, &line, err) == -1)
			goto out;
		if (line.kind == LINE_PAIR && take_pair(&r, &line, err) == -1)
			goto out;
	}
	if (more == -1 || finish_peer(&r, err) == -1)
		goto out;
	*ret_peers = r.peers;
	memset(&r.peers, 0, sizeof(r.peers));
	ret = 0;
out:
	conf_peers_release(&r.peers);
	arena_free(r.lines.arena);
	return ret;
}

int
conf_peers_read(const char *folder, struct conf_peers *ret_peers,
    struct err *err)
{
	struct strbuf path, text;
	int ret = -1;

	strbuf_init(&path, CONF_LINE_MAX);
	strbuf_init(&text, 0);
	strbuf_addf(&path, "%s/peers.conf", folder);
	if (file_read(path.buf, CONF_FILE_MAX, &text, err) == -1) {
		if (err->code == ERR_NOTFOUND) {
			memset(ret_peers, 0, sizeof(*ret_peers));
			ret = 0;
		}
		goto out;
	}
	ret = conf_peers_parse(path.buf, text.buf, text.len, ret_peers, err);
out:
	strbuf_release(&text);
	strbuf_release(&path);
	return ret;
}

void
conf_peers_release(struct conf_peers *peers)
{
	for (size_t i = 0; i < peers->n; i++)
		peer_release(&peers->items[i]);
	free(peers->items);
	memset(peers, 0, sizeof(*peers));
}

const struct conf_peer *
conf_peer_find(const struct conf_peers *peers, const char *name)
{
	for (size_t i = 0; i < peers->n; i++)
		if (strcmp(peers->items[i].name, name) == 0)
			return &peers->items[i];
	return NULL;
}
