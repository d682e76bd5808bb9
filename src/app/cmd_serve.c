/*
 * serve: the supervisor of two processes, web and pull: binds the sockets,
 * starts, watches, restarts with back-off, passes signals on, drains
 * (design: architecture.md, "Processes"). Neighbours: serve_socket.c,
 * serve_pull.c, web/.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/serve.h"
#include "web/web.h"

#define STEP_NS        (200 * 1000 * 1000)
#define STOP_MS        20000 /* then whoever drains is killed */
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 60000
#define STEADY_MS      60000 /* lived this long: its failures are forgotten */

enum role { ROLE_WEB, ROLE_PULL, N_ROLES };
static const char *const role_names[] = { "web", "pull" };

struct child {
	pid_t pid; /* 0: not running */
	int64_t started_ms;
	int64_t start_at_ms; /* not before */
	int failures;
};

struct serve {
	struct app *app;
	struct serve_sockets sockets;
	struct child children[N_ROLES];
	int wake[2];  /* pull -> web */
	int ready[2]; /* web -> supervisor */
	int lock_fd;
	bool is_ready;
	int64_t stop_ms; /* 0: not stopping */
	int status;
	sigset_t old_mask;
};

static volatile sig_atomic_t got_stop, got_hup, got_child;

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		got_hup = 1;
	else if (sig == SIGCHLD)
		got_child = 1;
	else
		got_stop = 1;
}

/* Signals come only while ppoll() waits. */
static void
take_signals(struct serve *s)
{
	static const int wanted[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		sigaddset(&mask, wanted[i]);
		sigaction(wanted[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &mask, &s->old_mask);
}

/* ---- children ---- */

static void
enter_child(struct serve *s, pid_t parent)
{
	static const int reset[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };

	/* Without its supervisor a child has no business. Both are safe to
	 * kill at any moment. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	for (size_t i = 0; i < ARRAY_LEN(reset); i++)
		signal(reset[i], SIG_DFL);
	got_hup = got_stop = got_child = 0;
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}

static int64_t
now_s(void)
{
	return clock_now();
}

static int
run_web(struct serve *s)
{
	struct web_options options = {
		.folder = s->app->folder,
		.listen_fds = s->sockets.fds,
		.n_listen_fds = s->sockets.n,
		.wake_fd = s->wake[0],
		.ready_fd = s->ready[1],
		.now = now_s,
		.due = pull_due,
	};
	struct err err = { 0 };

	if (web_run(&s->app->conf, &options, &err) == 0)
		return 0;
	log_event(LOG_LEVEL_ERROR, "web.failed", "text=\"%s\"", err.text);
	return exit_code(&err);
}

static int
start(struct serve *s, enum role role)
{
	struct child *child = &s->children[role];
	pid_t parent = getpid();
	int status;

	child->started_ms = clock_monotonic_ms();
	child->pid = fork();
	if (child->pid != 0) {
		if (child->pid == -1)
			log_event(LOG_LEVEL_ERROR, "serve.fork", "text=\"%s\"",
			    strerror(errno));
		if (child->pid == -1)
			child->pid = 0;
		return 0;
	}
	enter_child(s, parent);
	if (role == ROLE_WEB) {
		status = run_web(s);
	} else {
		serve_close(&s->sockets);
		status = serve_pull(s->app, s->wake[1]);
	}
	serve_close(&s->sockets);
	app_close(s->app);
	exit(status);
}

static int64_t
backoff_ms(int failures)
{
	int64_t ms = BACKOFF_MIN_MS;

	for (int i = 1; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

static void
child_ended(struct serve *s, enum role role, int wstatus)
{
	struct child *child = &s->children[role];
	int64_t now = clock_monotonic_ms();
	int code = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : -1;

	child->pid = 0;
	if (s->stop_ms != 0)
		return;
	if (role == ROLE_PULL && code == EXIT_REBUILT) {
		/* Its connections are to the file that was set aside. */
		if (s->children[ROLE_WEB].pid > 0)
			kill(s->children[ROLE_WEB].pid, SIGTERM);
		child->start_at_ms = now;
		return;
	}
	if (role == ROLE_WEB && !s->is_ready && code > 0) {
		/* Never got going: whoever started us should know. */
		s->status = code;
		got_stop = 1;
		return;
	}
	if (now - child->started_ms > STEADY_MS)
		child->failures = 0;
	child->failures++;
	child->start_at_ms = now + backoff_ms(child->failures);
	log_event(code == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "serve.ended",
	    "role=%s %s=%d restart_ms=%lld", role_names[role],
	    code >= 0 ? "status" : "signal",
	    code >= 0 ? code : WTERMSIG(wstatus),
	    (long long)backoff_ms(child->failures));
}

static void
reap(struct serve *s)
{
	int wstatus;
	pid_t pid;

	while ((pid = waitpid(-1, &wstatus, WNOHANG)) > 0)
		for (int r = 0; r < N_ROLES; r++)
			if (s->children[r].pid == pid)
				child_ended(s, (enum role)r, wstatus);
}

static void
signal_children(struct serve *s, int sig)
{
	for (int r = 0; r < N_ROLES; r++)
		if (s->children[r].pid > 0)
			kill(s->children[r].pid, sig);
}

/* ---- start and reload ---- */

/*
 * Look at ledger, key and catalogue in a process of its own, so that no
 * key and no database is open in the one that others come from. Mends the
 * catalogue before anything is served from it.
 */
static int
prepare(struct serve *s, struct err *err)
{
	pid_t parent = getpid(), pid = fork();
	struct key *key;
	int wstatus, status = 0;

	if (pid == -1)
		return err_sys(err, "fork");
	if (pid == 0) {
		enter_child(s, parent);
		key = app_key(s->app, err);
		if (key == NULL || app_ledger(s->app, err) == -1 ||
		    app_catalogue(s->app, CATALOGUE_READ, err) == -1) {
			complain("serve: %s", err->text);
			status = exit_code(err);
		}
		key_free(key);
		serve_close(&s->sockets);
		app_close(s->app);
		exit(status);
	}
	while (waitpid(pid, &wstatus, 0) == -1)
		if (errno != EINTR)
			return err_sys(err, "wait");
	if (!WIFEXITED(wstatus))
		return EXIT_PROBLEM;
	return WEXITSTATUS(wstatus);
}

static void
init_log(const struct conf *conf)
{
	enum log_level level = LOG_LEVEL_INFO;

	if (log_level_parse(conf->log_level, &level) == 0)
		log_init(level, getenv("JOURNAL_STREAM") != NULL);
}

static void
reload(struct serve *s)
{
	struct conf conf;
	struct conf_peers peers;
	struct err err;

	if (conf_read(s->app->folder, &conf, &err) == -1) {
		log_event(LOG_LEVEL_WARN, "conf.kept",
		    "the old configuration stays: %s", err.text);
		return;
	}
	if (conf_peers_read(s->app->folder, &peers, &err) == -1) {
		log_event(LOG_LEVEL_WARN, "conf.kept",
		    "the old configuration stays: %s", err.text);
		conf_release(&conf);
		return;
	}
	conf_peers_release(&peers);
	if (strcmp(conf.listen, s->app->conf.listen) != 0 ||
	    strcmp(conf.node, s->app->conf.node) != 0)
		log_event(LOG_LEVEL_WARN, "conf.restart",
		    "a change of node or listen needs a restart");
	conf_release(&s->app->conf);
	s->app->conf = conf;
	init_log(&conf);
	log_event(LOG_LEVEL_INFO, "conf.loaded", "node=%s", conf.node);
	signal_children(s, SIGHUP);
}

/* The pipes, the lock, the sockets. */
static int
open_all(struct serve *s, struct err *err)
{
	int64_t until = clock_monotonic_ms() + SERVE_STARTUP_S * 1000;

	while ((s->lock_fd = file_lock(app_path(s->app, "serve.lock"), false,
		    err)) == -1) {
		if (err->code != ERR_BUSY)
			return -1;
		if (clock_monotonic_ms() >= until)
			return err_set(err, ERR_BUSY,
			    "%s: gspd serve is running on it already",
			    s->app->folder);
		usleep(100000);
	}
	serve_inherit(&s->sockets);
	if (s->sockets.n == 0 && serve_listen(s->app->conf.listen,
				     SERVE_STARTUP_S, &s->sockets, err) == -1)
		return -1;
	if (pipe2(s->wake, O_NONBLOCK | O_CLOEXEC) == -1 ||
	    pipe2(s->ready, O_NONBLOCK | O_CLOEXEC) == -1)
		return err_sys(err, "pipe");
	return 0;
}

/* ---- the loop ---- */

static void
heard_ready(struct serve *s)
{
	char bytes[16];

	if (read(s->ready[0], bytes, sizeof(bytes)) <= 0 || s->is_ready)
		return;
	s->is_ready = true;
	serve_notify("READY=1");
	log_event(LOG_LEVEL_INFO, "serve.ready", "node=%s listen=\"%s\"",
	    s->app->conf.node, s->app->conf.listen);
}

static void
start_what_is_due(struct serve *s)
{
	int64_t now = clock_monotonic_ms();

	for (int r = 0; r < N_ROLES; r++)
		if (s->children[r].pid == 0 &&
		    now >= s->children[r].start_at_ms)
			(void)start(s, (enum role)r);
}

static bool
stopped(struct serve *s)
{
	if (s->stop_ms == 0) {
		s->stop_ms = clock_monotonic_ms() + STOP_MS;
		serve_notify("STOPPING=1");
		log_event(LOG_LEVEL_INFO, "serve.stop", "node=%s",
		    s->app->conf.node);
		/* No new connections: the socket closes with the last. */
		serve_close(&s->sockets);
		signal_children(s, SIGTERM);
	}
	if (clock_monotonic_ms() > s->stop_ms)
		signal_children(s, SIGKILL);
	return s->children[ROLE_WEB].pid == 0 &&
	       s->children[ROLE_PULL].pid == 0;
}

static void
watch(struct serve *s)
{
	int64_t watchdog_ms = serve_watchdog_ms(), told_ms = 0;

	for (;;) {
		struct pollfd fd = { .fd = s->ready[0], .events = POLLIN };
		struct timespec ts = { .tv_nsec = STEP_NS };

		if (got_child) {
			got_child = 0;
			reap(s);
		}
		if (got_stop || s->stop_ms != 0) {
			if (stopped(s))
				return;
		} else {
			if (got_hup)
				reload(s);
			got_hup = 0;
			start_what_is_due(s);
		}
		if (watchdog_ms > 0 &&
		    clock_monotonic_ms() - told_ms >= watchdog_ms / 2) {
			told_ms = clock_monotonic_ms();
			serve_notify("WATCHDOG=1");
		}
		if (ppoll(&fd, 1, &ts, &s->old_mask) > 0)
			heard_ready(s);
	}
}

static int
run_serve(struct app *app, struct err *err)
{
	struct serve s = { .app = app,
		.wake = { -1, -1 },
		.ready = { -1, -1 },
		.lock_fd = -1 };
	struct conf_peers peers;
	int ret = -1;

	if (app_conf(app, err) == -1)
		return -1;
	/* Each child reads its own: the supervisor keeps none to pass on. */
	if (conf_peers_read(app->folder, &peers, err) == -1) {
		err->code = ERR_CONF;
		return -1;
	}
	conf_peers_release(&peers);
	init_log(&app->conf);
	if (open_all(&s, err) == 0) {
		take_signals(&s);
		ret = prepare(&s, err);
		if (ret == 0) {
			watch(&s);
			ret = s.status;
		}
	}
	serve_close(&s.sockets);
	for (int i = 0; i < 2; i++) {
		if (s.wake[i] != -1)
			close(s.wake[i]);
		if (s.ready[i] != -1)
			close(s.ready[i]);
	}
	if (s.lock_fd != -1)
		close(s.lock_fd);
	return ret;
}

static const struct app_option options[] = { { NULL, NULL, NULL } };

const struct command cmd_serve = {
	.name = "serve",
	.words = "",
	.summary = "serve pages, the feed and the API; publish; pull",
	.help = "Runs until SIGTERM or SIGINT, then drains. SIGHUP reads the "
		"configuration again\nand keeps the old one when the new is "
		"wrong. Speaks sd_notify and takes sockets\nfrom systemd.",
	.options = options,
	.run = run_serve,
};
