/*
 * alliance sign: a member of the board endorses the list, after seeing what
 * changed since the one it endorsed before (design: feed-protocol.md 6).
 * Neighbour: board.c keeps those older lists.
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "app/board.h"

/* The web server would hand it to everybody. */
static int
check_place(const char *folder, const char *path, struct err *err)
{
	char *root = realpath(folder, NULL), *file = realpath(path, NULL);
	size_t len = root != NULL ? strlen(root) : 0;
	int ret = 0;

	if (root != NULL && file != NULL && strncmp(file, root, len) == 0 &&
	    file[len] == '/')
		ret = err_set(err, ERR_CONF,
		    "%s lies in the folder that is served: move the key out of "
		    "it",
		    path);
	free(root);
	free(file);
	return ret;
}

static struct key *
read_key(const char *folder, const char *path, struct err *err)
{
	struct key *key;

	if (check_place(folder, path, err) == -1)
		return NULL;
	key = key_read(path, err);
	if (key != NULL && !key_is_private(key)) {
		err_set(err, ERR_CONF, "%s: that is no private key", path);
		key_free(key);
		return NULL;
	}
	return key;
}

/* What this key endorsed before, and what is new since: 0 to sign, 1 done. */
static int
tell_changes(struct app *app, const struct board *board, const char *hash,
    struct err *err)
{
	const struct feed_alliance *old = NULL;
	struct feed_endorsement before;
	struct strbuf sb;
	struct err why;
	int ret = -1;

	strbuf_init(&sb, 4 << 20);
	if (board_endorsement(app, board, hash, &before, &why) == -1) {
		strbuf_addstr(&sb, "this key endorsed no list here before; "
				   "this is all of it:\n");
	} else if (strcmp(before.list, board->digest) == 0) {
		ret = out_printf(err, "this key endorses this list already\n");
		if (ret == 0)
			ret = 1;
		goto out;
	} else if (before.serial > board->list.serial) {
		err_set(err, ERR_TRUST,
		    "this key endorsed a newer list (serial %" PRId64
		    ") than this one (%" PRId64 "): somebody put an old list "
		    "back",
		    before.serial, board->list.serial);
		goto out;
	} else {
		old = board_endorsed(app, board, &before);
		strbuf_addf(&sb,
		    "since the list of serial %" PRId64
		    ", which this key endorsed%s:\n",
		    before.serial,
		    old != NULL ? "" : " (not here any more: this is all)");
	}
	board_changes(&sb, old, &board->list);
	ret = out_text(&sb, err);
out:
	strbuf_release(&sb);
	return ret;
}

static int
endorse(struct app *app, const struct board *board, const struct key *key,
    const char *hash, struct err *err)
{
	const char *path = arena_printf(app->arena, "%s/%s.xml", board->folder,
	    hash);
	struct verify_reader reader = app_reader(app);
	struct strbuf sb;
	int ret = -1;

	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	if (verify_sign_endorsement(&board->files.list, &reader, key, &sb,
		err) == 0 &&
	    file_replace(path, sb.buf, sb.len, 0644, err) == 0)
		ret = out_printf(err, "endorsed: %s\n", path);
	strbuf_release(&sb);
	return ret;
}

static int
run_sign(struct app *app, struct err *err)
{
	const char *path = args_value(app, "--with");
	char hash[SHA256_HEX_LEN];
	struct board board;
	struct key *key;
	int ret;

	if (path == NULL)
		return err_set(err, ERR_USAGE,
		    "--with is missing: the file of a board key (gspd alliance "
		    "new-key makes one)");
	if (board_open(app, app->words[0], &board, err) == -1)
		return -1;
	key = read_key(board.folder, path, err);
	if (key == NULL)
		return -1;
	key_hash(key, hash);
	ret = tell_changes(app, &board, hash, err);
	if (ret == 0 && !args_flag(app, "--yes")) {
		if (!is_terminal())
			ret = err_set(err, ERR_USAGE,
			    "nobody to ask: read the changes above, then say "
			    "--yes");
		else if (!ask_yes(app->arena, "Endorse this list"))
			ret = err_set(err, ERR_TRUST, "nothing was endorsed");
	}
	if (ret == 0)
		ret = endorse(app, &board, key, hash, err);
	else if (ret == 1)
		ret = 0;
	key_free(key);
	return ret;
}

static const struct app_option options[] = {
	{ "--with", "FILE", "the board key (needed)" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

const struct command cmd_alliance_sign = {
	.name = "alliance sign",
	.words = "FOLDER",
	.summary = "endorse the list with a board key",
	.help = "Shows what changed since the list that this key endorsed "
		"before, asks, and writes\nthe endorsement beside the list. "
		"Nodes follow the list when as many keys of the\nboard have "
		"endorsed it as their peers.conf needs.",
	.min_words = 1,
	.max_words = 1,
	.no_folder = true,
	.options = options,
	.run = run_sign,
};
