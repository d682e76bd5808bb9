/*
 * backup and restore: ledger, configuration, peers and keys. The catalogue
 * and the pages are not in it: they are made again. Both work beside their
 * target and take its place at the end (design: architecture.md, "Two
 * stores").
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/copy.h"

/*
 * What was published since the backup is lost here, but peers hold it. Heads
 * made in quick succession run ahead of the clock a little; the first one
 * after a restore must be above them all, and peers take up to 300 s.
 */
#define AHEAD_S 30

static const char *
without_slash(struct app *app, const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return arena_strndup(app->arena, path, len);
}

static int
is_empty(struct app *app, const char *folder, bool *ret_is, struct err *err)
{
	char **names;
	size_t n;

	if (file_list(app->arena, folder, &names, &n, err) == -1)
		return -1;
	*ret_is = n == 0;
	return 0;
}

/* All but the ledger, which is copied by its own room. */
static int
copy_small(struct app *app, const char *from, const char *to, bool with_ledger,
    struct err *err)
{
	const char **names;
	size_t n;

	if (file_mkdirs(arena_printf(app->arena, "%s/keys", to), 0700, err) ==
		-1 ||
	    copy_list(app->arena, from, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!with_ledger && strcmp(names[i], "ledger.db") == 0)
			continue;
		if (copy_file(arena_printf(app->arena, "%s/%s", from, names[i]),
			arena_printf(app->arena, "%s/%s", to, names[i]),
			err) == -1)
			return -1;
	}
	return 0;
}

/*
 * new takes the place of target in one step, so that a backup is there at any
 * moment; then what was there goes.
 */
static int
swap_in(const char *new, const char *target, struct err *err)
{
	if (renameat2(AT_FDCWD, new, AT_FDCWD, target, RENAME_EXCHANGE) == 0)
		return file_remove_tree(new, err);
	if (errno != ENOENT && errno != EINVAL && errno != ENOSYS)
		return err_sys(err, "%s: rename", target);
	if (errno != ENOENT && file_remove_tree(target, err) == -1)
		return -1;
	if (rename(new, target) == -1)
		return err_sys(err, "%s: rename", target);
	return 0;
}

static int
run_backup(struct app *app, struct err *err)
{
	const char *to = without_slash(app, app->words[0]);
	const char *part = arena_printf(app->arena, "%s.part-%ld", to,
	    (long)getpid());
	struct err ignored;
	bool empty;
	int lock = -1, ret = -1;

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1 ||
	    is_empty(app, to, &empty, err) == -1)
		return -1;
	if (!empty &&
	    !file_exists(arena_printf(app->arena, "%s/" BACKUP_MANIFEST, to)))
		return err_set(err, ERR_CONFLICT,
		    "%s holds other files: name a new or empty folder, or one "
		    "with an older backup",
		    to);
	/* Keys and ledger must be of one epoch. */
	lock = publish_hold(app->folder, app->conf.node, err);
	if (lock == -1)
		return -1;
	if (file_mkdirs(part, 0700, err) == -1 ||
	    copy_small(app, app->folder, part, false, err) == -1 ||
	    ledger_copy(app->ledger,
		arena_printf(app->arena, "%s/ledger.db", part), err) == -1)
		goto out;
	if (chmod(arena_printf(app->arena, "%s/ledger.db", part), 0600) == -1) {
		err_sys(err, "%s/ledger.db", part);
		goto out;
	}
	if (copy_manifest_write(app, part, err) == -1 ||
	    file_sync_dir(part, err) == -1 || swap_in(part, to, err) == -1)
		goto out;
	ret = out_printf(err,
	    "backed up to %s (it holds the keys: keep it safe); try it with "
	    "gspd restore --verify %s\n",
	    to, to);
out:
	close(lock);
	if (ret == -1 && file_exists(part) &&
	    file_remove_tree(part, &ignored) == -1)
		complain("%s", ignored.text);
	return ret;
}

/* ---- restore ---- */

/* A copy of the backup beside the target, looked at from every side. */
static int
unpack(struct app *app, const char *from, const char *part, struct err *err)
{
	struct ledger *ledger;
	int ret;

	if (manifest_check(app->arena, from, err) == -1 ||
	    file_mkdirs(part, 0700, err) == -1 ||
	    copy_small(app, from, part, true, err) == -1)
		return -1;
	app->folder = part;
	if (app_conf(app, err) == -1 || app_peers(app, err) == -1)
		return -1;
	ledger = ledger_open(part, false, err);
	if (ledger == NULL)
		return err_prefix(err, "%s", from);
	ret = ledger_check(ledger, err);
	ledger_close(ledger);
	return ret;
}

/* The feed and our own part of the catalogue, anew from the ledger. */
static int
make_again(struct app *app, struct err *err)
{
	struct publish_result published;
	struct pull_result merged;

	if (app_publish(app, true, true, AHEAD_S, &published, err) == -1 ||
	    app_lock(app, 0, err) == -1 ||
	    app_catalogue(app, CATALOGUE_WRITE, err) == -1 ||
	    app_merge_own(app, &merged, err) == -1)
		return -1;
	search_close(app->search);
	catalogue_close(app->catalogue);
	ledger_close(app->ledger);
	app->search = NULL;
	app->catalogue = NULL;
	app->ledger = NULL;
	app_unlock(app);
	return 0;
}

static int
check_target(struct app *app, const char *to, bool *ret_had, struct err *err)
{
	bool empty;

	if (is_empty(app, to, &empty, err) == -1)
		return -1;
	if (!empty && !args_flag(app, "--force"))
		return err_set(err, ERR_CONFLICT,
		    "%s holds files: name a new folder with -d, or say --force "
		    "to move what is there aside",
		    to);
	if (app_is_served(app))
		return err_set(err, ERR_BUSY,
		    "%s: gspd serve is running: stop it first", to);
	*ret_had = !empty;
	return 0;
}

static int
put_in_place(struct app *app, const char *part, const char *to, bool had,
    struct err *err)
{
	const char *aside = arena_printf(app->arena, "%s.before-%lld", to,
	    (long long)clock_now());

	if (had && rename(to, aside) == -1)
		return err_sys(err, "%s: rename", to);
	if (!had && rmdir(to) == -1 && errno != ENOENT)
		return err_sys(err, "%s", to);
	if (rename(part, to) == -1) {
		err_sys(err, "%s: rename", to);
		if (had && rename(aside, to) == -1)
			err_prefix(err, "the old one is now %s", aside);
		return -1;
	}
	return out_printf(err, "node %s restored to %s%s%s\n", app->conf.node,
	    to, had ? "; what was there is now " : "", had ? aside : "");
}

static int
run_restore(struct app *app, struct err *err)
{
	const char *from = without_slash(app, app->words[0]);
	const char *to = without_slash(app, app->folder);
	const char *tmp = args_flag(app, "--verify") ? "verify" : "part";
	const char *part = arena_printf(app->arena, "%s.%s-%ld",
	    args_flag(app, "--verify") ? from : to, tmp, (long)getpid());
	struct err ignored;
	bool had = false;
	int ret = -1;

	if (!args_flag(app, "--verify") &&
	    check_target(app, to, &had, err) == -1)
		return -1;
	if (unpack(app, from, part, err) == -1)
		goto out;
	if (args_flag(app, "--verify"))
		ret = out_printf(err,
		    "good: a backup of node %s, every file as it was\n",
		    app->conf.node);
	else if (make_again(app, err) == 0)
		ret = put_in_place(app, part, to, had, err);
out:
	if (file_exists(part) && file_remove_tree(part, &ignored) == -1)
		complain("%s", ignored.text);
	return ret;
}

static const struct app_option none[] = { { NULL, NULL, NULL } };
static const struct app_option restore_options[] = {
	{ "--verify", NULL, "check the backup, change nothing" },
	{ "--force", NULL, "move what is in the data folder aside first" },
	{ NULL, NULL, NULL },
};

const struct command cmd_backup = {
	.name = "backup",
	.words = "TO",
	.summary = "ledger, configuration, peers and keys into a folder",
	.help = "Consistent, also while gspd serve runs. TO is a new or empty "
		"folder, or one with\nan older backup, which is replaced. The "
		"catalogue is not in it: it is made again.",
	.min_words = 1,
	.max_words = 1,
	.options = none,
	.run = run_backup,
};

const struct command cmd_restore = {
	.name = "restore",
	.words = "FROM",
	.summary = "a data folder from a backup",
	.help = "Into the folder of -d, which must be new or empty (or see "
		"--force). Publishes at\nonce; the peers' records come with "
		"the next gspd pull.",
	.min_words = 1,
	.max_words = 1,
	.options = restore_options,
	.run = run_restore,
};
