/*
 * pull: one round over the peers, by hand or from cron. pull/ does the work;
 * here are the choice of peers, the progress bar and the report (design:
 * feed-protocol.md 7 to 10).
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

#define BAR_CELLS   24
#define BAR_STEP_MS 100

struct bar {
	int64_t drawn_ms;
};

static void
draw(void *ctx, const char *peer, int64_t pages, int64_t pages_all,
    int64_t bytes)
{
	struct bar *bar = ctx;
	int64_t now = clock_monotonic_ms();
	int cells = pages_all > 0 ? (int)(pages * BAR_CELLS / pages_all) : 0;
	char line[BAR_CELLS + 1];

	if (now - bar->drawn_ms < BAR_STEP_MS && pages < pages_all)
		return;
	bar->drawn_ms = now;
	if (cells > BAR_CELLS)
		cells = BAR_CELLS;
	memset(line, ' ', BAR_CELLS);
	memset(line, '#', (size_t)cells);
	line[BAR_CELLS] = '\0';
	(void)fprintf(stderr,
	    "\r%-12s [%s] %" PRId64 "/%" PRId64 " pages, %" PRId64 " KiB\033[K",
	    peer, line, pages, pages_all, bytes / 1024);
}

static void
tell_notice(void *ctx, const struct pull_notice *notice)
{
	struct arena *arena = arena_new();

	(void)ctx;
	complain("%s: %s (%s): %s", notice->event, notice->node,
	    notice->witness, quoted(arena, notice->text));
	arena_free(arena);
}

static void
json_results(struct json_writer *w, const struct pull_result *results, size_t n)
{
	json_array(w);
	for (size_t i = 0; i < n; i++) {
		const struct pull_result *r = &results[i];

		json_object(w);
		json_pair(w, "name", r->name);
		json_pair(w, "state", peer_state_name(r->state));
		json_pair_int(w, "records", r->records);
		json_pair_int(w, "bad_records", r->bad_records);
		json_pair_int(w, "fetched", r->pages_fetched);
		json_pair_int(w, "hints", r->hints);
		json_pair_int(w, "pages", r->pages);
		json_pair_int(w, "bytes", r->bytes);
		json_pair(w, "reason", r->reason);
		json_pair_int(w, "serial", r->serial);
		json_pair_int(w, "took_ms", r->took_ms);
		json_pair_bool(w, "changed", r->is_changed);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
text_results(struct strbuf *sb, const struct pull_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct pull_result *r = &results[i];

		strbuf_addf(sb,
		    "%-12s %-12s %" PRId64 " records, %" PRId64
		    " pages fetched, %" PRId64 " bytes, %" PRId64 " ms%s",
		    r->name, peer_state_name(r->state), r->records,
		    r->pages_fetched, r->bytes, r->took_ms,
		    r->reason[0] ? ": " : "");
		out_safe(sb, r->reason);
		strbuf_addch(sb, '\n');
	}
}

/* 0 all well, 1 somebody is refused or held, 75 only unreachable. */
static int
verdict(const struct pull_result *results, size_t n)
{
	int status = 0;

	for (size_t i = 0; i < n; i++) {
		switch (results[i].state) {
		case PEER_STALE:
		case PEER_REJECTED:
		case PEER_FORKED:
		case PEER_HELD: return EXIT_PROBLEM;
		case PEER_NEW:
		case PEER_UNREACHABLE: status = EXIT_AGAIN; break;
		default: break;
		}
	}
	return status;
}

/* The named peer, or all that are not paused (and due, if asked). */
static int
choose(struct app *app, const struct conf_peer **peers, size_t *ret_n,
    struct err *err)
{
	const char *name = app->n_words > 0 ? app->words[0] : NULL;
	int64_t now = clock_now();
	size_t n = 0;

	for (size_t i = 0; i < app->peers.n; i++) {
		const struct conf_peer *peer = &app->peers.items[i];
		struct ledger_peer row;

		if (name != NULL ? strcmp(name, peer->name) != 0
				 : peer->is_paused)
			continue;
		if (args_flag(app, "--due")) {
			if (ledger_peer_get(app->ledger, peer->name, &row,
				err) == -1)
				return -1;
			if (pull_due(&row, app->conf.interval_s, now) > 0)
				continue;
		}
		peers[n++] = peer;
	}
	if (name != NULL && n == 0 && !args_flag(app, "--due"))
		return err_set(err, ERR_NOTFOUND,
		    "there is no peer %.60s: gspd peer list shows who is there",
		    name);
	if (name != NULL && n == 1 && peers[0]->is_paused)
		return err_set(err, ERR_CONFLICT,
		    "%s is paused: gspd peer resume %s", name, name);
	*ret_n = n;
	return 0;
}

static int
print_results(struct app *app, const struct pull_result *results, size_t n,
    struct err *err)
{
	struct json_writer w;
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, 8 << 20);
	if (app->json) {
		json_writer_init(&w, &sb, 0);
		json_results(&w, results, n);
		strbuf_addch(&sb, '\n');
	} else if (n > 0) {
		text_results(&sb, results, n);
	} else {
		strbuf_addstr(&sb,
		    app->peers.n == 0 ? "no peers yet: gspd peer add URL\n"
		    : args_flag(app, "--due")
			? "no peer is due\n"
			: "every peer is paused: gspd peer resume NAME\n");
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

/* The membership list comes first, so that who joined is pulled at once. */
static int
list_is_due(struct app *app, bool *ret_is, struct err *err)
{
	struct ledger_alliance row;

	if (app->peers.alliance.line == 0) {
		*ret_is = false;
		return 0;
	}
	if (ledger_alliance_get(app->ledger, &row, err) == -1)
		return -1;
	*ret_is = !args_flag(app, "--due") ||
		  pull_alliance_due(&app->peers.alliance, &row,
		      app->conf.interval_s, clock_now()) == 0;
	return 0;
}

static int
run_pull(struct app *app, struct err *err)
{
	const struct conf_peer **peers;
	struct pull_result *results;
	struct pull_env env;
	struct bar bar = { 0 };
	size_t n = 0;
	bool ask;
	int ret = -1;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1 ||
	    app_lock(app, APP_LOCK_S, err) == -1 ||
	    app_catalogue(app, CATALOGUE_WRITE, err) == -1 ||
	    list_is_due(app, &ask, err) == -1 ||
	    app_alliance(app, ask, err) == -1)
		return -1;
	peers = xcalloc(app->peers.n + 1, sizeof(*peers));
	results = xcalloc(app->peers.n + 1, sizeof(*results));
	if (choose(app, peers, &n, err) == -1)
		goto out;
	app_env(app, &env);
	env.ctx = &bar;
	env.notice = tell_notice;
	/* Who asks by hand wants to know of the peer's own address. */
	if (!args_flag(app, "--due"))
		env.interval_s = 0;
	if (isatty(STDERR_FILENO))
		env.progress = draw;
	if (n > 0 && pull_round(&env, peers, n, results, err) == -1)
		goto out;
	if (bar.drawn_ms != 0)
		(void)fprintf(stderr, "\r\033[K");
	ret = print_results(app, results, n, err);
	if (ret == 0)
		ret = verdict(results, n);
out:
	free(peers);
	free(results);
	return ret;
}

static const struct app_option options[] = {
	{ "--due", NULL, "only peers whose time has come (for cron)" },
	{ NULL, NULL, NULL },
};

const struct command cmd_pull = {
	.name = "pull",
	.words = "[PEER]",
	.summary = "fetch, verify and merge what peers publish",
	.help = "Asks one peer, or all that are not paused; before that, the "
		"membership list, if\npeers.conf names one. Exit codes: 0 all "
		"fresh, 1 a peer is\nrefused or held, 75 peers could not be "
		"reached. A running gspd serve does it by\nitself.",
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_pull,
};
