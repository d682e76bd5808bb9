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
	/* The section that is being read; none: NULL. */
	const struct option *options;
	size_t n_options;
	int seen[N_PEER_OPTIONS + N_ALLIANCE_OPTIONS]; /* line of each key */
};

/* "peer NAME" -> NAME, or NULL with the error. */
static const char *
peer_name(struct reader *r, const struct line *line, struct err *err)
{
	const char *name = line->name;

	if (strncmp(name, "peer", 4) != 0 ||
	    (name[4] != ' ' && name[4] != '\t')) {
		err_set(err, ERR_CONF,
		    "%s:%d: unknown section %s: a peer is written [peer NAME], "
		    "the membership list [alliance]",
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

/* ---- [alliance] ---- */

/* Each key once, and not more needed than there are. */
static int
check_board(struct reader *r, struct err *err)
{
	const struct conf_alliance *a = &r->peers.alliance;
	const char *board = a->board;
	int64_t n = (int64_t)(strlen(board) + 1) / 65;

	/* Each is 64 digits and a blank. */
	for (const char *key = board; key < board + 65 * n; key += 65) {
		for (const char *first = board; first < key; first += 65)
			if (strncmp(first, key, 64) == 0)
				return err_set(err, ERR_CONF,
				    "%s:%d: board has the key %.8s... twice: "
				    "each counts once",
				    r->lines.file,
				    r->seen[ALLIANCE_OPTION_board], key);
	}
	if (a->needed > n)
		return err_set(err, ERR_CONF,
		    "%s:%d: needed is %d, but board has %d key%s",
		    r->lines.file, r->seen[ALLIANCE_OPTION_needed],
		    (int)a->needed, (int)n, n == 1 ? "" : "s");
	return 0;
}

static int
check_lists(struct reader *r, struct err *err)
{
	const struct conf_alliance *a = &r->peers.alliance;

	if (!a->is_insecure && (strncmp(a->urls, "http:", 5) == 0 ||
				   strstr(a->urls, " http:") != NULL))
		return err_set(err, ERR_CONF,
		    "%s:%d: [alliance] url is plain http: use https, or say "
		    "'insecure = yes'",
		    r->lines.file, r->seen[ALLIANCE_OPTION_urls]);
	return 0;
}

/* The section that ends here has all it must have. */
static int
finish_section(struct reader *r, struct err *err)
{
	if (r->options != alliance_options)
		return 0;
	for (size_t i = 0; i < r->n_options; i++)
		if (r->options[i].def == NULL && r->seen[i] == 0)
			return err_set(err, ERR_CONF,
			    "%s:%d: [alliance] has no %s: add a line "
			    "'%s = ...'",
			    r->lines.file, r->peers.alliance.line,
			    r->options[i].key, r->options[i].key);
	return check_lists(r, err) == -1 ? -1 : check_board(r, err);
}

static int
start_alliance(struct reader *r, const struct line *line, struct err *err)
{
	if (r->peers.alliance.line != 0)
		return err_set(err, ERR_CONF,
		    "%s:%d: [alliance] is given twice, first in line %d: a "
		    "node follows one list",
		    r->lines.file, line->number, r->peers.alliance.line);
	option_defaults(alliance_options, N_ALLIANCE_OPTIONS,
	    &r->peers.alliance);
	r->peers.alliance.line = line->number;
	r->options = alliance_options;
	r->n_options = N_ALLIANCE_OPTIONS;
	return 0;
}

/* ---- [peer NAME] ---- */

void
conf_peer_init(struct conf_peer *ret_peer, const char *name)
{
	struct conf_peer peer = { .epoch = -1 };

	option_defaults(peer_options, N_PEER_OPTIONS, &peer);
	peer.name = xstrdup(name);
	*ret_peer = peer;
}

void
conf_peer_release(struct conf_peer *peer)
{
	option_release(peer_options, N_PEER_OPTIONS, peer);
	free(peer->name);
	free(peer->more_urls);
	memset(peer, 0, sizeof(*peer));
}

void
conf_peer_inherit(struct conf_peer *peer, const struct conf_alliance *alliance)
{
	peer->is_insecure |= alliance->is_insecure;
	peer->allow_private |= alliance->allow_private;
	if ((peer->given & 1u << PEER_OPTION_max_records) == 0)
		peer->max_records = alliance->max_records;
	if ((peer->given & 1u << PEER_OPTION_max_bytes) == 0)
		peer->max_bytes = alliance->max_bytes;
}

static int
start_peer(struct reader *r, const struct line *line, struct err *err)
{
	struct conf_peer peer;
	const struct conf_peer *twin;
	const char *name;

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
	conf_peer_init(&peer, name);
	peer.line = line->number;
	VEC_PUSH(r->peers.items, r->peers.n, r->alloc, peer);
	r->options = peer_options;
	r->n_options = N_PEER_OPTIONS;
	return 0;
}

/* Only a member of the alliance may leave address and key to the list. */
static int
check_peer(const struct reader *r, const struct conf_peer *peer,
    struct err *err)
{
	const char *missing = *peer->url == '\0'   ? "url"
			      : *peer->key == '\0' ? "key"
						   : NULL;

	if (missing != NULL && r->peers.alliance.line == 0)
		return err_set(err, ERR_CONF,
		    "%s:%d: [peer %s] has no %s: add a line '%s = ...'",
		    r->lines.file, peer->line, peer->name, missing, missing);
	if (strncmp(peer->url, "http:", 5) == 0 && !peer->is_insecure)
		return err_set(err, ERR_CONF,
		    "%s:%d: [peer %s] url is plain http: use https, or say "
		    "'insecure = yes'",
		    r->lines.file, peer->line, peer->name);
	return 0;
}

/* ---- lines ---- */

static int
take_section(struct reader *r, const struct line *line, struct err *err)
{
	int rc;

	if (finish_section(r, err) == -1)
		return -1;
	rc = strcmp(line->name, "alliance") == 0 ? start_alliance(r, line, err)
						 : start_peer(r, line, err);
	memset(r->seen, 0, sizeof(r->seen));
	return rc;
}

static int
take_pair(struct reader *r, const struct line *line, struct err *err)
{
	const char *names[ARRAY_LEN(r->seen)], *near;
	struct conf_peer *peer = NULL;
	void *base = &r->peers.alliance;

	if (r->options == NULL)
		return err_set(err, ERR_CONF,
		    "%s:%d: key before any [peer NAME]", r->lines.file,
		    line->number);
	if (r->options == peer_options)
		base = peer = &r->peers.items[r->peers.n - 1];
	for (size_t i = 0; i < r->n_options; i++) {
		names[i] = r->options[i].key;
		if (strcmp(names[i], line->name) != 0)
			continue;
		if (r->seen[i] != 0)
			return err_set(err, ERR_CONF,
			    "%s:%d: %s is given twice, first in line %d: keep "
			    "one",
			    r->lines.file, line->number, names[i], r->seen[i]);
		r->seen[i] = line->number;
		if (peer != NULL)
			peer->given |= 1u << i;
		if (option_set(&r->options[i], base, line->value, err) == -1)
			return err_prefix(err, "%s:%d", r->lines.file,
			    line->number);
		return 0;
	}
	near = nearest_name(line->name, names, r->n_options);
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
		    take_section(&r, &line, err) == -1)
			goto out;
		if (line.kind == LINE_PAIR && take_pair(&r, &line, err) == -1)
			goto out;
	}
	if (more == -1 || finish_section(&r, err) == -1)
		goto out;
	for (size_t i = 0; i < r.peers.n; i++)
		if (check_peer(&r, &r.peers.items[i], err) == -1)
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
		conf_peer_release(&peers->items[i]);
	free(peers->items);
	option_release(alliance_options, N_ALLIANCE_OPTIONS, &peers->alliance);
	memset(peers, 0, sizeof(*peers));
}

char *
conf_word(struct arena *arena, const char *list, size_t i)
{
	for (; i > 0 && list != NULL; i--) {
		list = strchr(list, ' ');
		if (list != NULL)
			list++;
	}
	return list == NULL || *list == '\0'
		   ? NULL
		   : arena_strndup(arena, list, strcspn(list, " "));
}

const struct conf_peer *
conf_peer_find(const struct conf_peers *peers, const char *name)
{
	for (size_t i = 0; i < peers->n; i++)
		if (strcmp(peers->items[i].name, name) == 0)
			return &peers->items[i];
	return NULL;
}
