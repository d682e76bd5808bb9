/*
 * serve_pull: the process that publishes, merges and fetches. Every job can
 * be cut short at any moment, so SIGTERM simply ends it. Neighbours:
 * cmd_serve.c starts it, jobs.c and pull/ do the work (design:
 * architecture.md, "Processes"; feed-protocol.md 9).
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/serve.h"

#define STEP_MS   1000
#define TROUBLE_S 30 /* pause after trouble of our own */

struct worker {
	struct app *app;
	int wake_fd;
	bool need_publish;
	bool need_merge;
	int64_t quiet_until; /* trouble of ours: no jobs before */
	char trouble[512];   /* last said, so that it is said once */
	struct timespec peers_at;
	off_t peers_size;
};

static volatile sig_atomic_t got_hup;

static void
on_hup(int sig)
{
	(void)sig;
	got_hup = 1;
}

static void
wake_web(struct worker *w)
{
	/* A full pipe wakes just as well. */
	if (write(w->wake_fd, "c", 1) == -1)
		return;
}

static void
state_changed(void *ctx, const struct ledger_peer *peer, enum peer_state before)
{
	struct strbuf reason;

	(void)ctx;
	strbuf_init(&reason, 1000);
	log_quote(&reason, peer->reason, strlen(peer->reason), 240);
	log_event(peer->state == PEER_FRESH ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
	    "pull.state", "peer=%s state=%s before=%s reason=\"%s\"",
	    peer->name, peer_state_name(peer->state), peer_state_name(before),
	    reason.buf);
	strbuf_release(&reason);
}

/* ---- trouble of our own ---- */

/* The catalogue is damaged: make it again, and let web open it anew. */
static int
mend(struct worker *w, struct err *err)
{
	struct app *app = w->app;
	const char *aside;

	if (ledger_check(app->ledger, err) == -1)
		return EXIT_DISK;
	search_close(app->search);
	catalogue_close(app->catalogue);
	app->search = NULL;
	app->catalogue = NULL;
	if (app_lock(app, APP_LOCK_S, err) == -1)
		return EXIT_AGAIN;
	aside = app_set_aside(app, err);
	if (aside == NULL || app_rebuild(app, err) == -1)
		return EXIT_DISK;
	log_event(LOG_LEVEL_WARN, "catalogue.rebuilt", "damaged=%s", aside);
	return EXIT_REBUILT;
}

/* 0: go on after a pause; else the exit code. */
static int
trouble(struct worker *w, const char *job, struct err *err)
{
	int status = 0;

	if (strcmp(w->trouble, err->text) != 0)
		log_event(LOG_LEVEL_ERROR, job, "error=%s text=\"%s\"",
		    err_code_name(err->code), err->text);
	(void)snprintf(w->trouble, sizeof(w->trouble), "%s", err->text);
	w->quiet_until = clock_now() + TROUBLE_S;
	if (err->code == ERR_DB) {
		status = mend(w, err);
		if (status != EXIT_REBUILT)
			log_event(LOG_LEVEL_ERROR, job, "text=\"%s\"",
			    err->text);
	}
	app_unlock(w->app);
	return status;
}

/* ---- jobs ---- */

static int
job_publish(struct worker *w, struct err *err)
{
	struct publish_result result;

	if (app_publish(w->app, false, false, &result, err) == -1)
		return -1;
	w->need_publish = false;
	w->trouble[0] = '\0';
	if (!result.is_new)
		return 0;
	w->need_merge = true;
	log_event(LOG_LEVEL_INFO, "publish.head",
	    "serial=%" PRId64 " records=%" PRId64 " pages_written=%" PRId64,
	    result.serial, result.records, result.pages_written);
	return 0;
}

/* 1 when the lock is ours, 0 when somebody else is at work. */
static int
try_lock(struct worker *w, struct err *err)
{
	if (app_lock(w->app, 0, err) == 0)
		return 1;
	return err->code == ERR_CONFLICT ? 0 : -1;
}

static int
job_merge(struct worker *w, struct err *err)
{
	struct pull_result result;
	int got = try_lock(w, err);

	if (got != 1)
		return got;
	if (app_merge_own(w->app, &result, err) == -1)
		return -1;
	app_unlock(w->app);
	w->need_merge = false;
	if (result.is_changed)
		wake_web(w);
	return 0;
}

static int
find_due(struct worker *w, const struct conf_peer **due, size_t *ret_n,
    struct err *err)
{
	const struct conf_peers *peers = &w->app->peers;
	int64_t now = clock_now();
	size_t n = 0;

	for (size_t i = 0; i < peers->n; i++) {
		struct ledger_peer row;

		if (peers->items[i].is_paused)
			continue;
		if (ledger_peer_get(w->app->ledger, peers->items[i].name, &row,
			err) == -1)
			return -1;
		if (pull_due(&row, w->app->conf.interval_s, now) <= 0)
			due[n++] = &peers->items[i];
	}
	*ret_n = n;
	return 0;
}

static int
job_pull(struct worker *w, struct err *err)
{
	size_t all = w->app->peers.n, n = 0;
	const struct conf_peer **due = xcalloc(all + 1, sizeof(*due));
	struct pull_result *results = xcalloc(all + 1, sizeof(*results));
	struct pull_env env;
	bool changed = false;
	int ret;

	ret = find_due(w, due, &n, err);
	if (ret == 0 && n > 0)
		ret = try_lock(w, err);
	if (ret == 1) {
		app_env(w->app, &env);
		env.changed = state_changed;
		ret = pull_round(&env, due, n, results, err);
		if (ret == 0)
			app_unlock(w->app);
		for (size_t i = 0; i < n && ret == 0; i++)
			changed |= results[i].is_changed;
	}
	if (changed)
		wake_web(w);
	free(due);
	free(results);
	return ret;
}

/* ---- configuration ---- */

/* peers.conf was written since the last look. */
static bool
peers_changed(struct worker *w)
{
	struct strbuf path;
	struct stat st;
	bool changed;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/peers.conf", w->app->folder);
	if (stat(path.buf, &st) == -1)
		memset(&st, 0, sizeof(st));
	strbuf_release(&path);
	changed = st.st_mtim.tv_sec != w->peers_at.tv_sec ||
		  st.st_mtim.tv_nsec != w->peers_at.tv_nsec ||
		  st.st_size != w->peers_size;
	w->peers_at = st.st_mtim;
	w->peers_size = st.st_size;
	return changed;
}

static void
reload_peers(struct worker *w)
{
	struct conf_peers peers;
	struct err err;

	if (conf_peers_read(w->app->folder, &peers, &err) == -1) {
		log_event(LOG_LEVEL_WARN, "peers.kept",
		    "the old peers stay: %s", err.text);
		return;
	}
	conf_peers_release(&w->app->peers);
	w->app->peers = peers;
}

static void
reload_conf(struct worker *w)
{
	enum log_level level = LOG_LEVEL_INFO;
	struct conf conf;
	struct err err;

	/* The supervisor has said already what is wrong. */
	if (conf_read(w->app->folder, &conf, &err) == -1)
		return;
	conf_release(&w->app->conf);
	w->app->conf = conf;
	if (log_level_parse(conf.log_level, &level) == 0)
		log_init(level, getenv("JOURNAL_STREAM") != NULL);
	w->need_publish = true;
}

static bool
resign_is_due(struct worker *w)
{
	struct ledger_head head;
	struct err err;

	return ledger_head(w->app->ledger, &head, &err) == 0 &&
	       clock_now() >= head.serial + w->app->conf.resign_s;
}

static int
step(struct worker *w, const char **ret_job, struct err *err)
{
	if (ledger_changed(w->app->ledger) || resign_is_due(w))
		w->need_publish = true;
	*ret_job = "publish.failed";
	if (w->need_publish && job_publish(w, err) == -1)
		return -1;
	*ret_job = "merge.failed";
	if (w->need_merge && job_merge(w, err) == -1)
		return -1;
	*ret_job = "pull.failed";
	if (job_pull(w, err) == -1)
		return -1;
	/* A command may have written it. */
	if (catalogue_changed(w->app->catalogue))
		wake_web(w);
	return 0;
}

int
serve_pull(struct app *app, int wake_fd)
{
	struct worker w = { .app = app,
		.wake_fd = wake_fd,
		.need_publish = true,
		.need_merge = true };
	struct sigaction hup = { .sa_handler = on_hup };
	struct err err;
	const char *job;
	int status = 0;

	sigaction(SIGHUP, &hup, NULL);
	if (app_peers(app, &err) == -1 || app_ledger(app, &err) == -1 ||
	    app_catalogue(app, CATALOGUE_WRITE, &err) == -1) {
		log_event(LOG_LEVEL_ERROR, "pull.start", "text=\"%s\"",
		    err.text);
		return exit_code(&err);
	}
	(void)peers_changed(&w);
	while (status == 0) {
		if (got_hup) {
			got_hup = 0;
			reload_conf(&w);
			reload_peers(&w);
		}
		if (peers_changed(&w))
			reload_peers(&w);
		if (clock_now() >= w.quiet_until && step(&w, &job, &err) == -1)
			status = trouble(&w, job, &err);
		else
			(void)poll(NULL, 0, STEP_MS);
	}
	return status;
}
