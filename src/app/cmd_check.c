/*
 * check: everything that could be wrong with a node, each problem one line
 * with where and what to do (design: ux.md, "Members' first ten minutes").
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/serve.h"
#include "net/net.h"
#include "parse/parse.h"
#include "verify/verify.h"

struct check {
	struct app *app;
	struct strbuf text;
	struct json_writer w;
	int problems;
	int warnings;
	bool is_conf;  /* one of them is the configuration */
	bool is_trial; /* nobody outside can reach the node's address */
};

static void note(struct check *c, const char *kind, const char *fmt, ...)
    ERR_PRINTF(3, 4);

static void
note(struct check *c, const char *kind, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->problems += strcmp(kind, "problem") == 0;
	c->warnings += strcmp(kind, "warning") == 0;
	if (!c->app->json) {
		strbuf_addf(&c->text, "%-8s ", kind);
		out_safe(&c->text, line);
		strbuf_addch(&c->text, '\n');
		return;
	}
	json_object(&c->w);
	json_pair(&c->w, "kind", kind);
	json_pair(&c->w, "text", line);
	json_object_end(&c->w);
}

static void
check_modes(struct check *c)
{
	static const char *const names[] = { "keys/online.pem",
		"keys/next.pem" };
	struct stat st;
	struct err err;
	struct key *key;

	if (stat(c->app->folder, &st) == 0 && (st.st_mode & 077) != 0)
		note(c, "warning", "%s: others may look into it: chmod 700 %s",
		    c->app->folder, c->app->folder);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = app_path(c->app, names[i]);

		if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
			note(c, "problem",
			    "%s: others may read this key: chmod 600 %s", path,
			    path);
	}
	/* Said already, and no key is looked for without it. */
	if (!c->app->has_conf)
		return;
	key = app_key(c->app, &err);
	if (key == NULL) {
		c->is_conf = true;
		note(c, "problem", "%s", err.text);
	} else {
		note(c, "ok", "keys");
	}
	key_free(key);
	/* It matters once peers rely on the key. */
	if (!c->is_trial && file_exists(app_path(c->app, "keys/next.pem")))
		note(c, "warning",
		    "%s/keys/next.pem: the replacement key is still online: "
		    "move it to a safe place",
		    c->app->folder);
}

static bool
is_near(const char *host)
{
	size_t len = strlen(host);
	bool is_literal = strchr(host, ':') != NULL ||
			  strspn(host, "0123456789.") == len;

	return strcmp(host, "localhost") == 0 ||
	       (is_literal && net_address_is_private(host) == 1);
}

static void
check_address(struct check *c)
{
	struct err err;
	struct url url;

	if (url_parse(c->app->arena, c->app->conf.url, &url, &err) == 0)
		c->is_trial = is_near(url.host);
}

static void
check_tls(struct check *c)
{
	const char *files[] = { c->app->conf.tls_certificate,
		c->app->conf.tls_key };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (*files[i] != '\0' && access(files[i], R_OK) == -1) {
			c->is_conf = true;
			note(c, "problem",
			    "gspd.conf: [web] %s: %s: name a file that gspd "
			    "may read",
			    files[i], strerror(errno));
		}
	if (c->is_trial)
		note(c, "ok",
		    "address: of this machine or its own network, so this is "
		    "taken for a trial");
	else if (strncmp(c->app->conf.url, "https:", 6) != 0)
		note(c, "warning",
		    "gspd.conf: [node] url is plain http: peers must say "
		    "insecure = yes");
}

static void
check_listen(struct check *c)
{
	struct serve_sockets sockets = { 0 };
	struct err err;

	if (app_is_served(c->app)) {
		note(c, "ok", "listening (gspd serve is running)");
		return;
	}
	if (serve_listen(c->app->conf.listen, 0, &sockets, &err) == -1)
		note(c, "problem", "%s", err.text);
	else
		note(c, "ok", "listen %s", c->app->conf.listen);
	serve_close(&sockets);
}

static void
check_stores(struct check *c)
{
	struct catalogue_status status;
	struct err err;
	int64_t n;

	if (app_ledger(c->app, &err) == -1 ||
	    ledger_check(c->app->ledger, &err) == -1 ||
	    ledger_count(c->app->ledger, &n, &err) == -1)
		note(c, "problem", "%s", err.text);
	else
		note(c, "ok", "ledger: %" PRId64 " own records", n);
	if (app_catalogue(c->app, CATALOGUE_READ, &err) == -1 ||
	    catalogue_status(c->app->catalogue, &status, &err) == -1)
		note(c, "problem", "%s: gspd rebuild makes it again", err.text);
	else
		note(c, "ok",
		    "catalogue: %" PRId64 " records, %" PRId64 " groups",
		    status.records, status.groups);
}

static void
check_search(struct check *c)
{
	struct search_facts facts;
	struct strbuf line;
	struct err err;

	/* Said already. */
	if (c->app->search == NULL)
		return;
	strbuf_init(&line, 1000);
	if (search_facts(c->app->search, &facts, &err) == -1 ||
	    (facts.state == SEARCH_GOOD &&
		search_check(c->app->search, &err) == -1 &&
		(err.code != ERR_FORMAT ||
		    search_facts(c->app->search, &facts, &err) == -1))) {
		note(c, "problem", "search: %s", err.text);
	} else {
		text_index(&facts, app_is_served(c->app), &line);
		note(c, facts.state == SEARCH_GOOD ? "ok" : "warning",
		    "search: %s", line.buf);
	}
	strbuf_release(&line);
}

static void
check_feed(struct check *c)
{
	struct verify_policy policy = { .now = clock_now(), .epoch = -1 };
	char hash[SHA256_HEX_LEN];
	struct feed_head head;
	struct err err;
	struct key *key = app_key(c->app, &err);
	uint64_t records;

	if (key == NULL)
		return; /* said already */
	key_hash(key, hash);
	key_free(key);
	policy.node = c->app->conf.node;
	policy.key_hash = hash;
	if (verify_folder(app_path(c->app, "feed"), &policy, &head,
		c->app->arena, &records, &err) == -1)
		note(c, "problem",
		    "%s: %s: gspd publish --full --force writes it anew",
		    app_path(c->app, "feed"), err.text);
	else
		note(c, "ok", "feed: %" PRIu64 " records, serial %" PRId64,
		    records, head.serial);
}

static void
check_peers(struct check *c)
{
	const struct conf_peers *peers = &c->app->peers;
	size_t well = 0;

	for (size_t i = 0; i < peers->n; i++) {
		const struct conf_peer *peer = &peers->items[i];
		struct ledger_peer row;
		struct err err;

		if (strcmp(peer->name, c->app->conf.node) == 0) {
			c->is_conf = true;
			note(c, "problem",
			    "peers.conf:%d: [peer %s] is this node itself: "
			    "remove it",
			    peer->line, peer->name);
		}
		if (c->app->ledger == NULL)
			continue;
		if (ledger_peer_get(c->app->ledger, peer->name, &row, &err) ==
		    -1)
			note(c, "problem", "%s", err.text);
		else if (row.state == PEER_UNREACHABLE ||
			 row.state == PEER_REJECTED ||
			 row.state == PEER_FORKED || row.state == PEER_HELD ||
			 row.state == PEER_STALE)
			note(c, "warning", "peer %s is %s: %s", peer->name,
			    peer_state_name(row.state), row.reason);
		else
			well++;
	}
	if (peers->n == 0)
		note(c, "ok", "peers: none yet: gspd peer add URL");
	else
		note(c, "ok", "peers: %zu of %zu without trouble", well,
		    peers->n);
}

/* Who reads the bytes of peers should be able to do nothing else. */
static void
check_parser(struct check *c)
{
	char walls[100];
	struct err err;

	if (parser_describe(PARSE_SELF, walls, sizeof(walls), &err) == -1)
		note(c, "problem", "%s", err.text);
	else if (strstr(walls, "no") != NULL)
		note(c, "warning",
		    "the process that reads peers' bytes is not held as well "
		    "as it could be: %s: use a kernel that has both",
		    walls);
	else
		note(c, "ok", "peers' bytes are read behind walls: %s", walls);
}

/* What the list says of this very node. */
static void
check_membership(struct check *c)
{
	const char *node = c->app->conf.node;
	struct ledger_member *members;
	char hash[SHA256_HEX_LEN] = "";
	struct key *key;
	struct err err;
	size_t n;

	if (ledger_members(c->app->ledger, c->app->arena, &members, &n, &err) ==
	    -1)
		return;
	key = app_key(c->app, &err);
	if (key != NULL)
		key_hash(key, hash);
	key_free(key);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(members[i].node, node) != 0)
			continue;
		if (members[i].is_left)
			note(c, "warning",
			    "alliance: this node has left it, the list says");
		else if (key != NULL && members[i].epoch == 0 &&
			 strcmp(members[i].key, hash) != 0 &&
			 !file_exists(app_path(c->app, "feed/rot")))
			note(c, "warning",
			    "alliance: the list has another key of this node "
			    "(%.8s...): tell the board",
			    members[i].key);
	}
}

static void
check_alliance(struct check *c)
{
	struct ledger_alliance row;
	struct err err;

	if (c->app->peers.alliance.line == 0 || c->app->ledger == NULL ||
	    ledger_alliance_get(c->app->ledger, &row, &err) == -1)
		return;
	if (row.reason[0] != '\0')
		note(c, "warning", "alliance: %s", row.reason);
	else if (row.serial == 0)
		note(c, "warning",
		    "alliance: no list is in force yet: gspd pull");
	else
		note(c, "ok",
		    "alliance: the list of serial %" PRId64
		    " is in force, endorsed by %" PRId64 " keys",
		    row.serial, row.endorsed);
	check_membership(c);
}

static int
finish(struct check *c, struct err *err)
{
	if (!c->app->json) {
		strbuf_addf(&c->text, "%d problem%s, %d warning%s\n",
		    c->problems, c->problems == 1 ? "" : "s", c->warnings,
		    c->warnings == 1 ? "" : "s");
	} else {
		json_array_end(&c->w);
		json_pair_int(&c->w, "problems", c->problems);
		json_pair_int(&c->w, "warnings", c->warnings);
		json_object_end(&c->w);
		strbuf_addch(&c->text, '\n');
	}
	if (out_text(&c->text, err) == -1)
		return -1;
	if (c->is_conf)
		return EXIT_CONF;
	return c->problems > 0 ? EXIT_PROBLEM : 0;
}

static int
run_check(struct app *app, struct err *err)
{
	struct check c = { .app = app };
	bool conf_ok, peers_ok;
	int ret;

	strbuf_init(&c.text, 1 << 20);
	json_writer_init(&c.w, &c.text, 0);
	if (app->json) {
		json_object(&c.w);
		json_key(&c.w, "lines");
		json_array(&c.w);
	}
	conf_ok = app_conf(app, err) == 0;
	note(&c, conf_ok ? "ok" : "problem", "%s",
	    conf_ok ? "gspd.conf" : err->text);
	peers_ok = app_peers(app, err) == 0;
	note(&c, peers_ok ? "ok" : "problem", "%s",
	    peers_ok ? "peers.conf" : err->text);
	c.is_conf = !conf_ok || !peers_ok;
	if (conf_ok)
		check_address(&c);
	check_modes(&c);
	check_parser(&c);
	if (conf_ok) {
		check_tls(&c);
		check_listen(&c);
		check_stores(&c);
		check_search(&c);
		check_feed(&c);
	}
	if (conf_ok && peers_ok) {
		check_peers(&c);
		check_alliance(&c);
	}
	ret = finish(&c, err);
	strbuf_release(&c.text);
	return ret;
}

static const struct app_option options[] = { { NULL, NULL, NULL } };

const struct command cmd_check = {
	.name = "check",
	.words = "",
	.summary = "everything that could be wrong, and what to do",
	.help = "Configuration, keys, ledger, catalogue, feed, listen "
		"addresses, peers. Exit codes:\n0 fine, 1 a problem, 78 bad "
		"configuration.",
	.has_json = true,
	.options = options,
	.run = run_check,
};
