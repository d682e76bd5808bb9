/*
 * peer: whom this node trusts: add with the key compared, list, show, remove,
 * pause, resume, release (design: feed-protocol.md 6 and 10).
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

#define SILENCE_S 2 /* then a person is told that there is no answer yet */

static const char *
folded_key(struct app *app, const char *text, struct err *err)
{
	char *key = arena_strdup(app->arena, text);
	uint8_t bytes[SHA256_LEN];

	for (char *p = key; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p |= 0x20;
	if (hex_decode(key, bytes, sizeof(bytes)) == -1) {
		err_set(err, ERR_USAGE,
		    "--key must be 64 hexadecimal digits, as gspd key show "
		    "prints them at the peer");
		return NULL;
	}
	return key;
}

static void
say_waiting(int sig)
{
	static const char line[] =
	    "no answer yet: it has 20 seconds (Ctrl-C ends this)\n";

	(void)sig;
	/* Nothing follows from it when nobody reads this. */
	if (write(STDERR_FILENO, line, sizeof(line) - 1) == -1)
		return;
}

/* A person at a terminal hears of it when an address is silent. */
static int
discover(struct app *app, const struct conf_peer *peer,
    char node[RECORD_NODE_MAX], char hash[65], struct err *err)
{
	struct sigaction waiting = { .sa_handler = say_waiting,
		.sa_flags = SA_RESTART };
	struct pull_env env;
	int rc;

	app_env(app, &env);
	if (is_terminal()) {
		sigaction(SIGALRM, &waiting, NULL);
		alarm(SILENCE_S);
	}
	rc = pull_discover(&env, peer->url, peer->is_insecure,
	    peer->allow_private, node, hash, err);
	alarm(0);
	return rc;
}

/* Who is at the address. Unreachable is fine when everything is known. */
static int
meet(struct app *app, struct conf_peer *peer, char node[RECORD_NODE_MAX],
    char hash[65], struct err *err)
{
	const char *told = args_value(app, "--node");

	if (discover(app, peer, node, hash, err) == -1) {
		if (err->code != ERR_NET || told == NULL || peer->key == NULL) {
			if (err->code == ERR_NET)
				err_prefix(err,
				    "no answer (give --node and --key to add "
				    "it unseen)");
			return -1;
		}
		complain("%s: added unseen: %s", told, err->text);
		(void)snprintf(node, RECORD_NODE_MAX, "%s", told);
		(void)snprintf(hash, 65, "%s", peer->key);
	}
	if (told != NULL && strcmp(told, node) != 0)
		return err_set(err, ERR_TRUST,
		    "%s is node %s, not %s: nothing was added", peer->url, node,
		    told);
	if (strcmp(node, app->conf.node) == 0)
		return err_set(err, ERR_CONFLICT,
		    "%s is this node itself (%s): nothing was added", peer->url,
		    node);
	return 0;
}

/* The key the operator was told, or a look at it and a yes. */
static int
compare(struct app *app, const struct conf_peer *peer, const char *node,
    const char *hash, struct err *err)
{
	if (peer->key != NULL) {
		if (strcmp(peer->key, hash) == 0)
			return 0;
		return err_set(err, ERR_TRUST,
		    "%s shows key %s, not the one given: nothing was added; "
		    "ask its operator over another way",
		    peer->url, hash);
	}
	if (!is_terminal() || args_flag(app, "--yes"))
		return err_set(err, ERR_USAGE,
		    "%s is node %s with key %s: compare it with its operator, "
		    "then give it with --key",
		    peer->url, node, hash);
	(void)fprintf(stderr, "node %s at %s has the key\n  %s\n  %s\n", node,
	    peer->url, hash, key_words(app->arena, hash));
	if (!ask_yes(app->arena,
		"Compared with its operator by telephone? Trust it"))
		return err_set(err, ERR_TRUST, "nothing was added");
	return 0;
}

static int
is_there(struct app *app, const struct conf_peer *peer)
{
	const struct conf_peer *old = conf_peer_find(&app->peers, peer->name);

	return old != NULL && strcmp(old->key, peer->key) == 0 &&
	       strcmp(old->url, peer->url) == 0;
}

static int
run_peer_add(struct app *app, struct err *err)
{
	const char *given = args_value(app, "--key"), *key = NULL;
	const char *url = app->words[0];
	char node[RECORD_NODE_MAX], hash[65];
	struct conf_peer peer = {
		.is_insecure = args_flag(app, "--insecure"),
		.allow_private = args_flag(app, "--allow-private"),
		.max_records = 100000,
		.max_bytes = 256 << 20,
	};

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1)
		return -1;
	if (given != NULL && (key = folded_key(app, given, err)) == NULL)
		return -1;
	if (!valid_url(url))
		return err_set(err, ERR_USAGE,
		    "'%.100s' is no address: write the peer's public one, as "
		    "in https://gsp.example.pt/",
		    url);
	if (strncmp(url, "https:", 6) != 0 && !peer.is_insecure)
		return err_set(err, ERR_USAGE,
		    "%s is plain http: use https, or say --insecure", url);
	peer.url = arena_printf(app->arena, "%s%s", url,
	    url[strlen(url) - 1] == '/' ? "" : "/");
	peer.key = (char *)key;
	if (meet(app, &peer, node, hash, err) == -1 ||
	    compare(app, &peer, node, hash, err) == -1)
		return -1;
	peer.name = node;
	peer.key = hash;
	if (is_there(app, &peer))
		return out_printf(err, "%s is a peer already\n", node);
	if (conf_peer_add(app->folder, &peer, err) == -1)
		return -1;
	return out_printf(err,
	    "peer %s added; gspd pull %s fetches it (a running gspd serve "
	    "does that by itself)\n",
	    node, node);
}

static int
run_peer_list(struct app *app, struct err *err)
{
	int64_t now = clock_now();
	struct api_peer *peers;
	struct json_writer w;
	struct strbuf sb;
	size_t n;
	int ret;

	if (app_peer_facts(app, now, &peers, &n, err) == -1)
		return -1;
	strbuf_init(&sb, 8 << 20);
	if (!app->json) {
		text_peers(app, &sb, peers, n, now);
	} else {
		json_writer_init(&w, &sb, 0);
		json_array(&w);
		for (size_t i = 1; i < n; i++)
			json_peer(&w, &peers[i], false, now);
		json_array_end(&w);
		strbuf_addch(&sb, '\n');
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
run_peer_show(struct app *app, struct err *err)
{
	const char *name = app->words[0];
	int64_t now = clock_now();
	struct api_peer *peers, *peer;
	struct json_writer w;
	struct strbuf sb;
	size_t n;
	int ret;

	if (app_peer_facts(app, now, &peers, &n, err) == -1)
		return -1;
	if ((peer = api_peer_find(peers, n, name)) == NULL)
		return err_set(err, ERR_NOTFOUND,
		    "there is no peer %.60s: gspd peer list shows who is there",
		    name);
	strbuf_init(&sb, 8 << 20);
	if (!app->json) {
		text_peer_show(app, &sb, peer, now);
	} else {
		json_writer_init(&w, &sb, 0);
		json_peer(&w, peer, true, now);
		strbuf_addch(&sb, '\n');
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

/* Its records leave the catalogue at once (feed-protocol.md 9). */
static int
forget(struct app *app, const char *name, struct err *err)
{
	if (app_ledger(app, err) == -1 ||
	    app_lock(app, APP_LOCK_S, err) == -1 ||
	    app_catalogue(app, CATALOGUE_WRITE, err) == -1 ||
	    catalogue_begin(app->catalogue, err) == -1)
		return -1;
	if (catalogue_feed_remove(app->catalogue, name, err) == 0) {
		if (catalogue_commit(app->catalogue, search_watch(app->search),
			err) == -1)
			return -1;
	} else {
		catalogue_rollback(app->catalogue);
		if (err->code != ERR_NOTFOUND)
			return -1; /* else it was never pulled */
	}
	if (ledger_peer_remove(app->ledger, name, err) == -1 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	return 0;
}

static int
run_peer_remove(struct app *app, struct err *err)
{
	const char *name = app->words[0];
	const struct conf_peer *peer;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1)
		return -1;
	peer = conf_peer_find(&app->peers, name);
	if (peer != NULL && peer->line == 0)
		return err_set(err, ERR_CONFLICT,
		    "%s is a member of the alliance, not a peer by hand: gspd "
		    "peer pause %s, or ask the board",
		    name, name);
	if (conf_peer_remove(app->folder, name, err) == -1)
		return -1;
	if (forget(app, name, err) == -1)
		return err_prefix(err,
		    "%s is no peer any more, but its records stay until gspd "
		    "rebuild",
		    name);
	return out_printf(err, "peer %s removed, and its records with it\n",
	    name);
}

/* A member of the alliance gets a section of its own with its first key. */
static int
write_paused(struct app *app, const char *name, bool paused, struct err *err)
{
	const struct conf_peer *member;
	struct conf_peer peer;
	int ret;

	if (conf_peer_set(app->folder, name, "paused", paused ? "yes" : NULL,
		err) == 0)
		return 0;
	if (err->code != ERR_NOTFOUND || app_peers(app, err) == -1)
		return -1;
	member = conf_peer_find(&app->peers, name);
	if (member == NULL)
		return err_set(err, ERR_NOTFOUND,
		    "there is no peer %.60s: gspd peer list shows who is there",
		    name);
	conf_peer_init(&peer, name);
	peer.is_paused = paused;
	ret = conf_peer_add(app->folder, &peer, err);
	conf_peer_release(&peer);
	return ret;
}

static int
set_paused(struct app *app, bool paused, struct err *err)
{
	const char *name = app->words[0];
	struct ledger_peer peer;
	int64_t now = clock_now();

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1 ||
	    write_paused(app, name, paused, err) == -1 ||
	    ledger_peer_get(app->ledger, name, &peer, err) == -1)
		return -1;
	peer.is_paused = paused;
	peer.state = ledger_peer_promise(&peer, now, peer.reason,
	    sizeof(peer.reason));
	if (paused) {
		peer.state = PEER_PAUSED;
		peer.reason[0] = '\0';
	}
	peer.state_since = now;
	peer.retry_at = 0;
	if (ledger_peer_put(app->ledger, &peer, err) == -1)
		return -1;
	return out_printf(err, "peer %s %s\n", name,
	    paused ? "paused: what is held of it stays" : "is pulled again");
}

static int
run_peer_pause(struct app *app, struct err *err)
{
	return set_paused(app, true, err);
}

static int
run_peer_resume(struct app *app, struct err *err)
{
	return set_paused(app, false, err);
}

static int
run_peer_release(struct app *app, struct err *err)
{
	const char *name = app->words[0];
	struct ledger_peer peer;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	if (conf_peer_find(&app->peers, name) == NULL)
		return err_set(err, ERR_NOTFOUND,
		    "there is no peer %.60s: gspd peer list shows who is there",
		    name);
	if (ledger_peer_get(app->ledger, name, &peer, err) == -1 ||
	    pull_release(app->ledger, name, err) == -1)
		return -1;
	return out_printf(err,
	    peer.state == PEER_HELD
		? "the next pull of %s lets the held change through\n"
		: "the quarantine of %s is over: the next pull reads all of "
		  "it again\n",
	    name);
}

static const struct app_option none[] = { { NULL, NULL, NULL } };
static const struct app_option add_options[] = {
	{ "--key", "HEX", "its key's hash, as its operator told you" },
	{ "--node", "NODE", "its node name, checked against what it says" },
	{ "--insecure", NULL, "plain http is fine (it is signed anyway)" },
	{ "--allow-private", NULL, "loopback and private addresses are fine" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

const struct command cmd_peer_add = {
	.name = "peer add",
	.words = "URL",
	.summary = "trust a node and pull from it",
	.help = "URL is the node's public address. Its key must be the one "
		"given with --key;\nwithout --key it is shown in hex and in "
		"words, to compare over the telephone.",
	.min_words = 1,
	.max_words = 1,
	.options = add_options,
	.run = run_peer_add,
};

const struct command cmd_peer_list = {
	.name = "peer list",
	.words = "",
	.summary = "peers with state, records and ages",
	.help = "LAST 30 shows the latest pulls, the newest last: . good, s "
		"stale, u unreachable,\n! refused or held. Alarms that "
		"members' heads raised stand below.",
	.has_json = true,
	.options = none,
	.run = run_peer_list,
};

const struct command cmd_peer_show = {
	.name = "peer show",
	.words = "NAME",
	.summary = "all about one peer, with the records skipped and why",
	.help = "State, reason, ages, head, key, alarms, who saw which head of "
		"it, and the first\n100 records that were skipped. NAME may be "
		"this node.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = none,
	.run = run_peer_show,
};

const struct command cmd_peer_remove = {
	.name = "peer remove",
	.words = "NAME",
	.summary = "trust it no more; its records go",
	.help = "Takes the peer out of peers.conf and its records out of the "
		"catalogue at once.",
	.min_words = 1,
	.max_words = 1,
	.options = none,
	.run = run_peer_remove,
};

const struct command cmd_peer_pause = {
	.name = "peer pause",
	.words = "NAME",
	.summary = "pull no more for a while; its records stay",
	.help = "Sets paused = yes in peers.conf.",
	.min_words = 1,
	.max_words = 1,
	.options = none,
	.run = run_peer_pause,
};

const struct command cmd_peer_resume = {
	.name = "peer resume",
	.words = "NAME",
	.summary = "pull again",
	.help = "Ends a pause.",
	.min_words = 1,
	.max_words = 1,
	.options = none,
	.run = run_peer_resume,
};

const struct command cmd_peer_release = {
	.name = "peer release",
	.words = "NAME",
	.summary = "let a held change through, end a quarantine",
	.help = "A change is held when more than 30 % and more than 50 of a "
		"peer's records would\ngo, or when a peer changes more in a "
		"day than 10,000 records and than it has.\nWhen its operator "
		"says that this is meant, release it. A peer whose pages "
		"were\nrefused is not read again until it publishes another "
		"head: release it to have\nthem read at once.",
	.min_words = 1,
	.max_words = 1,
	.options = none,
	.run = run_peer_release,
};
