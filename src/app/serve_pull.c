/*
 * serve_pull: the process that publishes, merges and fetches. Transfers are
 * driven in slices, so that a peer that stalls delays nothing else. Every job
 * can be cut short at any moment, so SIGTERM simply ends it. Neighbours:
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
#include "parse/parse.h"

#define IDLE_MS   1000 /* between two looks at what is to be done */
#define SLICE_MS  200  /* of the transfers, then everything else has a turn */
#define AWAY_MS   5000 /* transfers left alone for longer begin anew */
#define TROUBLE_S 30   /* pause after trouble of our own */
#define STARTS    16   /* peers started in one look: a start is spread */

struct worker {
	struct app *app;
	int wake_fd;
	bool need_publish;
	bool need_merge;
	bool need_tend;         /* the search index is wanting */
	struct serve_list list; /* the membership list */
	struct pull_loop *loop; /* NULL: nobody is under way */
	size_t n_under_way;
	int64_t left_ms;             /* the lock was given away then */
	int64_t look_ms;             /* for peers that are due: not before */
	int64_t quiet_until;         /* trouble of ours: no jobs before */
	int64_t publish_quiet_until; /* the same for publishing alone */
	char trouble[512];           /* last said, so that it is said once */
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

/* What somebody else did: a relay that lied, what gossip brought up. */
static void
tell_notice(void *ctx, const struct pull_notice *notice)
{
	struct strbuf text;

	(void)ctx;
	strbuf_init(&text, 1000);
	log_quote(&text, notice->text, strlen(notice->text), 240);
	log_event(notice->is_grave ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
	    notice->event, "peer=%s by=%s text=\"%s\"", notice->node,
	    notice->witness, text.buf);
	strbuf_release(&text);
}

/* Who was under way is due again at once, and goes on from what is staged. */
static void
drop_loop(struct worker *w)
{
	pull_loop_free(w->loop);
	w->loop = NULL;
	serve_list_drop(&w->list);
	w->n_under_way = 0;
	w->look_ms = 0;
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

static void
tell_trouble(struct worker *w, const char *job, const struct err *err)
{
	if (strcmp(w->trouble, err->text) != 0)
		log_event(LOG_LEVEL_ERROR, job, "error=%s text=\"%s\"",
		    err_code_name(err->code), err->text);
	(void)snprintf(w->trouble, sizeof(w->trouble), "%s", err->text);
}

/* 0: go on after a pause; else the exit code. */
static int
trouble(struct worker *w, const char *job, struct err *err)
{
	int status = 0;

	tell_trouble(w, job, err);
	w->quiet_until = clock_now() + TROUBLE_S;
	drop_loop(w);
	if (err->code == ERR_DB) {
		status = mend(w, err);
		if (status != EXIT_REBUILT)
			log_event(LOG_LEVEL_ERROR, job, "text=\"%s\"",
			    err->text);
	}
	app_unlock(w->app);
	return status;
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

	if (ledger_peers_read(w->app->ledger, w->app->folder, w->app->conf.node,
		&peers, &err) == -1) {
		log_event(LOG_LEVEL_WARN, "peers.kept",
		    "the old peers stay: %s", err.text);
		return;
	}
	conf_peers_release(&w->app->peers);
	w->app->peers = peers;
	w->list.need_settle = true;
	drop_loop(w);
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
	drop_loop(w); /* it points into the old one */
	conf_release(&w->app->conf);
	w->app->conf = conf;
	if (log_level_parse(conf.log_level, &level) == 0)
		log_init(level, getenv("JOURNAL_STREAM") != NULL);
	w->need_publish = true;
}

/* ---- jobs ---- */

/* Has somebody changed the index, or is it lost or damaged? */
static int
look_at_index(struct worker *w, struct err *err)
{
	bool is_new;

	if (search_look(w->app->search, &is_new, &w->need_tend, err) == -1)
		return -1;
	if (is_new)
		wake_web(w);
	return 0;
}

/* The lock is ours. */
static int
job_tend(struct worker *w, struct err *err)
{
	int64_t start = clock_monotonic_ms();

	/* By now somebody else may have mended it. */
	if (look_at_index(w, err) == -1)
		return -1;
	if (!w->need_tend)
		return 0;
	log_event(LOG_LEVEL_WARN, "search.mending",
	    "text=\"the search index is absent, damaged, or not of the "
	    "catalogue's state\"");
	if (search_tend(w->app->search, err) == -1)
		return err->code == ERR_BUSY ? 0 : -1;
	log_event(LOG_LEVEL_INFO, "search.mended", "ms=%" PRId64,
	    clock_monotonic_ms() - start);
	wake_web(w);
	return 0;
}

/* What others changed meanwhile: a command, or an editor of peers.conf. */
static void
look_around(struct worker *w)
{
	if (catalogue_changed(w->app->catalogue)) {
		/* What the loop knows of its peers may be old now. */
		drop_loop(w);
		wake_web(w);
	}
	if (peers_changed(w) | serve_list_changed(&w->list))
		reload_peers(w);
}

static void
leave(struct worker *w)
{
	if (w->app->lock_fd != -1 || w->n_under_way == 0)
		w->left_ms = clock_monotonic_ms();
	app_unlock(w->app);
}

/*
 * The writer's lock. It stays ours while transfers are open, however long a
 * peer takes, unless a command waits for it: 1 ours, 0 not now.
 */
static int
take_turn(struct worker *w, struct err *err)
{
	if (app_is_wanted(w->app)) {
		leave(w);
		return 0;
	}
	if (w->app->lock_fd != -1)
		return 1;
	if (app_lock(w->app, 0, err) == -1)
		return err->code == ERR_BUSY ? 0 : -1;
	if (clock_monotonic_ms() - w->left_ms > AWAY_MS)
		drop_loop(w);
	look_around(w);
	return 1;
}

static int
job_publish(struct worker *w, struct err *err)
{
	struct publish_result result;

	if (app_publish(w->app, false, false, 0, &result, err) == -1)
		return -1;
	w->need_publish = false;
	w->trouble[0] = '\0';
	if (!result.is_new)
		return 0;
	w->need_merge = true;
	if (result.passed_over != 0)
		log_event(LOG_LEVEL_WARN, "publish.clock",
		    "serial=%" PRId64 " passed_over=%" PRId64
		    " text=\"the head before lies ahead of the clock: the "
		    "clock was wrong then, or is now\"",
		    result.serial, result.passed_over);
	/* Serials are seconds: more heads than that would run ahead. */
	w->publish_quiet_until = clock_now() + 1;
	log_event(LOG_LEVEL_INFO, "publish.head",
	    "serial=%" PRId64 " records=%" PRId64 " pages_written=%" PRId64,
	    result.serial, result.records, result.pages_written);
	return 0;
}

static int
job_merge(struct worker *w, struct err *err)
{
	struct pull_result result;

	if (app_merge_own(w->app, &result, err) == -1)
		return -1;
	w->need_merge = false;
	if (result.is_changed)
		wake_web(w);
	return 0;
}

static void
on_done(void *ctx, const struct pull_result *result)
{
	if (result->is_changed)
		wake_web(ctx);
}

static int
start_peer(struct worker *w, const struct conf_peer *peer, struct err *err)
{
	struct pull_env env;

	if (w->loop == NULL) {
		app_env(w->app, &env);
		env.changed = state_changed;
		env.notice = tell_notice;
		w->loop = pull_loop_new(&env, on_done, w, err);
		if (w->loop == NULL)
			return -1;
	}
	if (pull_loop_start(w->loop, peer, err) == -1)
		return -1;
	w->n_under_way++;
	return 0;
}

static bool
is_under_way(const struct worker *w, const char *name)
{
	return w->loop != NULL && pull_loop_has(w->loop, name);
}

/* Start who is due, or only say whether there is somebody. */
static int
each_due(struct worker *w, bool start, bool *ret_any, struct err *err)
{
	const struct conf_peers *peers = &w->app->peers;
	int64_t now = clock_now();
	size_t started = 0;

	*ret_any = false;
	for (size_t i = 0; i < peers->n && started < STARTS; i++) {
		const struct conf_peer *peer = &peers->items[i];
		struct ledger_peer row;

		if (peer->is_paused || is_under_way(w, peer->name))
			continue;
		if (ledger_peer_get(w->app->ledger, peer->name, &row, err) ==
		    -1)
			return -1;
		if (pull_due(&row, w->app->conf.interval_s, now) > 0)
			continue;
		*ret_any = true;
		if (start && start_peer(w, peer, err) == -1)
			return -1;
		started += start;
	}
	return 0;
}

/* The lock is ours. */
static int
job_list(struct worker *w, struct err *err)
{
	bool changed;

	if (serve_list_run(&w->list, w->n_under_way > 0 ? 0 : SLICE_MS,
		&changed, err) == -1)
		return -1;
	if (changed) {
		reload_peers(w);
		wake_web(w);
	}
	return 0;
}

/* The lock is ours. */
static int
job_pull(struct worker *w, bool look, struct err *err)
{
	bool any;

	if (look && each_due(w, true, &any, err) == -1)
		return -1;
	if (w->loop == NULL)
		return 0;
	return pull_loop_run(w->loop, SLICE_MS, &w->n_under_way, err);
}

/* Merging and pulling share the lock. */
static int
job_locked(struct worker *w, const char **ret_job, struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();
	bool look = now_ms >= w->look_ms, any = false;
	int got;

	*ret_job = "pull.failed";
	if (look) {
		w->look_ms = now_ms + IDLE_MS;
		if (each_due(w, false, &any, err) == -1)
			return -1;
		if (!any && serve_list_due(&w->list, &any, err) == -1)
			return -1;
	}
	if (!any && !w->need_merge && !w->need_tend && !w->list.need_settle &&
	    w->list.follow == NULL && w->n_under_way == 0) {
		leave(w);
		return 0;
	}
	got = take_turn(w, err);
	if (got != 1)
		return got;
	*ret_job = "search.failed";
	if (w->need_tend && job_tend(w, err) == -1)
		return -1;
	*ret_job = "merge.failed";
	if (w->need_merge && job_merge(w, err) == -1)
		return -1;
	*ret_job = "alliance.failed";
	if (job_list(w, err) == -1)
		return -1;
	*ret_job = "pull.failed";
	if (job_pull(w, look, err) == -1)
		return -1;
	if (w->n_under_way == 0 && w->list.follow == NULL)
		leave(w);
	return 0;
}

static bool
resign_is_due(struct worker *w)
{
	struct ledger_head head;
	struct err err;

	/* One far ahead was made by a clock that was wrong. */
	return ledger_head(w->app->ledger, &head, &err) == 0 &&
	       (clock_now() >= head.serial + w->app->conf.resign_s ||
		   head.serial > clock_now() + FEED_CLOCK_AHEAD_S);
}

static int
step(struct worker *w, const char **ret_job, struct err *err)
{
	look_around(w);
	*ret_job = "search.failed";
	if (look_at_index(w, err) == -1)
		return -1;
	if (ledger_changed(w->app->ledger) || resign_is_due(w))
		w->need_publish = true;
	*ret_job = "publish.failed";
	if (w->need_publish && clock_now() >= w->publish_quiet_until &&
	    job_publish(w, err) == -1) {
		if (err->code == ERR_DB)
			return -1;
		/* That our own can not go out stops nobody else's. */
		tell_trouble(w, *ret_job, err);
		w->publish_quiet_until = clock_now() + TROUBLE_S;
	}
	return job_locked(w, ret_job, err);
}

/* What stands around whoever reads the bytes of peers. */
static void
tell_parser(void)
{
	char walls[100];
	struct err err;

	if (parser_describe(PARSE_SELF, walls, sizeof(walls), &err) == 0)
		log_event(strstr(walls, "no") == NULL ? LOG_LEVEL_INFO
						      : LOG_LEVEL_WARN,
		    "pull.sandbox", "text=\"%s\"", walls);
	else
		log_event(LOG_LEVEL_ERROR, "pull.sandbox", "text=\"%s\"",
		    err.text);
}

int
serve_pull(struct app *app, int wake_fd)
{
	struct worker w = { .app = app,
		.wake_fd = wake_fd,
		.need_publish = true,
		.need_merge = true,
		.list = { .app = app, .need_settle = true } };
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
	tell_parser();
	(void)serve_list_changed(&w.list);
	while (status == 0) {
		if (got_hup) {
			got_hup = 0;
			reload_conf(&w);
			reload_peers(&w);
		}
		if (clock_now() >= w.quiet_until && step(&w, &job, &err) == -1)
			status = trouble(&w, job, &err);
		else if (app->lock_fd == -1)
			(void)poll(NULL, 0,
			    w.n_under_way > 0 ? SLICE_MS : IDLE_MS);
	}
	drop_loop(&w);
	return status;
}
