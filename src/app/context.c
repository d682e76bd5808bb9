/*
 * context: what commands open, each thing at its first use, with errors
 * that say what to do. Neighbours: jobs.c works on what is open (design:
 * architecture.md, "Two stores").
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

#define DAMAGED      "catalogue.db.damaged-"
#define LOCK_STEP_US 50000
#define TELL_MS      2000 /* shorter waits are not worth a line */

void
app_init(struct app *app)
{
	const char *folder = getenv("GSPD_DIR");

	memset(app, 0, sizeof(*app));
	app->folder = folder != NULL && *folder != '\0' ? folder
							: GSPD_STATE_DIR;
	app->arena = arena_new();
	app->lock_fd = -1;
}

void
app_close(struct app *app)
{
	search_close(app->search);
	catalogue_close(app->catalogue);
	ledger_close(app->ledger);
	app->search = NULL;
	app->catalogue = NULL;
	app->ledger = NULL;
	if (app->has_conf)
		conf_release(&app->conf);
	if (app->has_peers)
		conf_peers_release(&app->peers);
	app->has_conf = app->has_peers = false;
	app_unlock(app);
	parser_free(app->parser);
	app->parser = NULL;
	arena_free(app->arena);
	app->arena = NULL;
}

char *
app_path(struct app *app, const char *name)
{
	return arena_printf(app->arena, "%s/%s", app->folder, name);
}

int
app_conf(struct app *app, struct err *err)
{
	if (app->has_conf)
		return 0;
	if (conf_read(app->folder, &app->conf, err) == -1) {
		if (err->code == ERR_NOTFOUND)
			err_set(err, ERR_CONF,
			    "%s: no gspd.conf here: name the data folder with "
			    "-d, or make one with gspd init",
			    app->folder);
		err->code = ERR_CONF;
		return -1;
	}
	app->has_conf = true;
	return 0;
}

int
app_peers(struct app *app, struct err *err)
{
	if (app->has_peers)
		return 0;
	if (conf_peers_read(app->folder, &app->peers, err) == -1) {
		err->code = ERR_CONF;
		return -1;
	}
	app->has_peers = true;
	return app->peers.alliance.line != 0 ? app_peers_reload(app, err) : 0;
}

int
app_peers_reload(struct app *app, struct err *err)
{
	struct conf_peers peers;

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1 ||
	    ledger_peers_read(app->ledger, app->folder, app->conf.node, &peers,
		err) == -1)
		return -1;
	if (app->has_peers)
		conf_peers_release(&app->peers);
	app->peers = peers;
	app->has_peers = true;
	return 0;
}

struct verify_reader
app_reader(struct app *app)
{
	if (app->parser == NULL)
		app->parser = parser_new(PARSE_SELF, 0);
	return parser_reader(app->parser);
}

int
app_ledger(struct app *app, struct err *err)
{
	if (app->ledger != NULL)
		return 0;
	app->ledger = ledger_open(app->folder, false, err);
	if (app->ledger != NULL)
		return 0;
	if (err->code == ERR_NOTFOUND)
		return err_set(err, ERR_CONF,
		    "%s: no ledger.db here: gspd restore brings it back from "
		    "a backup, gspd init makes a new node",
		    app->folder);
	if (err->code == ERR_DB) {
		err_prefix(err, "%s", app->folder);
		if (strlen(err->text) < sizeof(err->text) - 80)
			(void)snprintf(err->text + strlen(err->text), 80,
			    ": left as it is; gspd restore brings back a "
			    "backup");
	}
	return -1;
}

struct key *
app_key(struct app *app, struct err *err)
{
	struct key *key = publish_key_read(app->folder, err);

	if (key != NULL)
		return key;
	/* No node here at all says more. */
	if (err->code == ERR_NOTFOUND && app_conf(app, err) == -1)
		return NULL;
	if (err->code == ERR_NOTFOUND)
		err_set(err, ERR_CONF,
		    "%s/keys/online.pem: there is no key: gspd restore brings "
		    "back the one peers know, gspd key rotate --with the "
		    "offline key makes one that they follow to, gspd key new "
		    "one that nobody knows",
		    app->folder);
	err->code = ERR_CONF;
	return NULL;
}

/* Without the arena: the daemon comes by here for years. */
static int
try_lock(struct app *app, const char *name, struct err *err)
{
	struct strbuf path;
	int fd;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/%s", app->folder, name);
	fd = file_lock(path.buf, false, err);
	strbuf_release(&path);
	return fd;
}

bool
app_is_wanted(struct app *app)
{
	struct err err;
	int fd = try_lock(app, "pull.wait", &err);

	if (fd == -1)
		return err.code == ERR_BUSY;
	close(fd);
	return false;
}

int
app_lock(struct app *app, int wait_s, struct err *err)
{
	int64_t until = clock_monotonic_ms() + wait_s * 1000;
	int64_t tell = clock_monotonic_ms() + TELL_MS;
	struct err ignored;
	int wish = -1;

	while (app->lock_fd == -1) {
		app->lock_fd = try_lock(app, "pull.lock", err);
		if (app->lock_fd != -1 || err->code != ERR_BUSY)
			break;
		if (clock_monotonic_ms() >= until) {
			err_set(err, ERR_BUSY,
			    "%s: another gspd is writing the catalogue (a "
			    "pull takes 10 minutes at most): try again later",
			    app->folder);
			break;
		}
		if (wish == -1)
			wish = try_lock(app, "pull.wait", &ignored);
		if (tell != 0 && clock_monotonic_ms() >= tell) {
			complain("waiting for another gspd that is at work "
				 "in %s",
			    app->folder);
			tell = 0;
		}
		usleep(LOCK_STEP_US);
	}
	if (wish != -1)
		close(wish);
	return app->lock_fd == -1 ? -1 : 0;
}

void
app_unlock(struct app *app)
{
	if (app->lock_fd != -1)
		close(app->lock_fd);
	app->lock_fd = -1;
}

bool
app_is_served(struct app *app)
{
	struct err err;
	int fd;

	if (!file_exists(app_path(app, "serve.lock")))
		return false;
	fd = file_lock(app_path(app, "serve.lock"), false, &err);
	if (fd == -1)
		return err.code == ERR_BUSY;
	close(fd);
	return false;
}

/* ---- the catalogue ---- */

/* Only the newest is kept: they are large, and one shows what happened. */
static int
remove_older(struct app *app, const char *newest, struct err *err)
{
	char **names;
	size_t n;

	if (file_list(app->arena, app->folder, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strncmp(names[i], DAMAGED, strlen(DAMAGED)) == 0 &&
		    strncmp(names[i], newest, strlen(newest)) != 0 &&
		    file_remove(app_path(app, names[i]), err) == -1)
			return -1;
	return 0;
}

const char *
app_set_aside(struct app *app, struct err *err)
{
	static const char *const ends[] = { "-wal", "-shm", "" };
	const char *name = arena_printf(app->arena, DAMAGED "%lld",
	    (long long)clock_now());
	const char *to = app_path(app, name);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const char *old = arena_printf(app->arena, "%s/catalogue.db%s",
		    app->folder, ends[i]);
		const char *new = arena_printf(app->arena, "%s%s", to, ends[i]);

		if (rename(old, new) == -1 && errno != ENOENT) {
			err_sys(err, "%s: rename", old);
			return NULL;
		}
	}
	if (remove_older(app, name, err) == -1)
		return NULL;
	return to;
}

static int
open_catalogue(struct app *app, enum catalogue_mode mode, struct err *err)
{
	struct catalogue_status status;

	app->catalogue = catalogue_open(app->folder, mode, err);
	if (app->catalogue == NULL)
		return -1;
	if (catalogue_status(app->catalogue, &status, err) == 0)
		app->search = search_open(app->catalogue, err);
	if (app->search != NULL)
		return 0;
	catalogue_close(app->catalogue);
	app->catalogue = NULL;
	return -1;
}

/* Damaged: by now somebody else may have mended it. */
static int
mend_catalogue(struct app *app, enum catalogue_mode mode, struct err *err)
{
	bool held = app->lock_fd != -1;
	struct err why = *err;
	const char *aside = NULL;
	int ret = -1;

	if (app_lock(app, APP_LOCK_S, err) == -1)
		return -1;
	if (file_exists(app_path(app, APP_REBUILD_MARK))) {
		complain("%s: a rebuild was cut short: once more", app->folder);
		ret = app_rebuild(app, err) == 0
			  ? open_catalogue(app, mode, err)
			  : -1;
	} else if (open_catalogue(app, CATALOGUE_WRITE, err) == 0) {
		ret = 0;
	} else if (err->code == ERR_DB) {
		aside = app_set_aside(app, err);
		if (aside != NULL)
			ret = app_rebuild(app, err);
		if (ret == 0)
			complain("%s/catalogue.db: %s: kept as %s, and made "
				 "again from the pages",
			    app->folder, why.text, aside);
		if (ret == 0)
			ret = open_catalogue(app, mode, err);
	}
	if (!held)
		app_unlock(app);
	return ret;
}

int
app_catalogue(struct app *app, enum catalogue_mode mode, struct err *err)
{
	if (app->catalogue != NULL)
		return 0;
	if (file_exists(app_path(app, APP_REBUILD_MARK)))
		return mend_catalogue(app, mode, err);
	if (open_catalogue(app, mode, err) == 0)
		return 0;
	if (err->code == ERR_NOTFOUND && mode == CATALOGUE_READ) {
		/* Not made yet, or removed: an empty one to read. */
		if (app_conf(app, err) == -1 ||
		    open_catalogue(app, CATALOGUE_WRITE, err) == -1)
			return -1;
		return 0;
	}
	if (err->code != ERR_DB)
		return -1;
	return mend_catalogue(app, mode, err);
}
