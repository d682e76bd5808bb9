/*
 * alliance: make and change a membership list in a work folder: new, new-key,
 * add, remove, renew (design: feed-protocol.md 6). Neighbours: board.c is the
 * folder, cmd_alliance_sign.c endorses, cmd_alliance_show.c shows.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/board.h"

static int
run_new(struct app *app, struct err *err)
{
	const char *name = args_value(app, "--name");
	struct feed_alliance list = { .name = name, .serial = clock_now() };
	const char *path = arena_printf(app->arena, "%s/list.xml",
	    app->words[0]);
	struct strbuf sb;
	int64_t days;
	int ret = -1;

	if (name == NULL)
		return err_set(err, ERR_USAGE,
		    "--name is missing: what the alliance is called");
	if (args_int(app, "--life", BOARD_LIFE_DAYS, 1,
		FEED_ALLIANCE_LIFE_S / 86400, &days, err) == -1)
		return -1;
	if (file_exists(path))
		return err_set(err, ERR_CONFLICT,
		    "%s: there is a list already: gspd alliance show %s", path,
		    app->words[0]);
	list.expires = list.serial + days * 86400;
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	if (feed_alliance_write(&list, &sb, err) == -1)
		err->code = ERR_USAGE;
	else if (file_mkdirs(app->words[0], 0755, err) == 0 &&
		 file_replace(path, sb.buf, sb.len, 0644, err) == 0)
		ret = out_printf(err,
		    "%s made, without members: gspd alliance add %s NODE URL "
		    "--key HEX\n",
		    path, app->words[0]);
	strbuf_release(&sb);
	return ret;
}

static int
run_new_key(struct app *app, struct err *err)
{
	const char *path = app->words[0];
	char hash[SHA256_HEX_LEN];
	struct key *key = key_new(err);

	if (key == NULL)
		return -1;
	if (key_write(key, path, err) == -1) {
		key_free(key);
		return -1;
	}
	key_hash(key, hash);
	key_free(key);
	return out_printf(err,
	    "%s\n%s\n%s holds the private key: keep it offline, and tell the "
	    "others only the line of digits\n",
	    hash, key_words(app->arena, hash), path);
}

/* ---- changes ---- */

static int
save(struct app *app, struct board *board, const char *what, struct err *err)
{
	size_t n = board->files.n;

	if (board_save(app, board, err) == -1)
		return -1;
	return out_printf(err,
	    "%s; serial %" PRId64 ", expires in %" PRId64 " days\n%s%s "
	    "--with KEY.pem\n",
	    what, board->list.serial,
	    (board->list.expires - board->list.serial) / 86400,
	    n > 0 ? "endorsements made before are void now: each needed key "
		    "signs again: gspd alliance sign "
		  : "now each needed key signs: gspd alliance sign ",
	    board->folder);
}

/* The member to change; a new one at its place in the order. */
static struct feed_member *
place_for(struct app *app, struct feed_alliance *list, const char *node)
{
	struct feed_member *members;
	size_t at = 0;

	while (at < list->n && strcmp(list->members[at].node, node) < 0)
		at++;
	if (at < list->n && strcmp(list->members[at].node, node) == 0)
		return &list->members[at];
	members = arena_alloc(app->arena, (list->n + 1) * sizeof(*members));
	if (list->n > 0) {
		memcpy(members, list->members, at * sizeof(*members));
		memcpy(members + at + 1, list->members + at,
		    (list->n - at) * sizeof(*members));
	}
	(void)snprintf(members[at].node, sizeof(members[at].node), "%s", node);
	list->members = members;
	list->n++;
	return &members[at];
}

static int
take_urls(struct app *app, struct feed_member *member, struct err *err)
{
	if (app->n_words == 2)
		return 0;
	member->n_urls = 0;
	for (size_t i = 2; i < app->n_words; i++) {
		const char *text = app->words[i];
		char *url = arena_printf(app->arena, "%s%s", text,
		    *text != '\0' && text[strlen(text) - 1] == '/' ? "" : "/");

		if (!feed_valid_member_url(url))
			return err_set(err, ERR_USAGE,
			    "'%.100s' is no address: write the member's public "
			    "one, as in https://gsp.example.pt/",
			    text);
		member->urls[member->n_urls++] = url;
	}
	return 0;
}

static int
take_key(struct app *app, struct feed_member *member, struct err *err)
{
	const char *key = args_value(app, "--key");

	if (key == NULL)
		return 0;
	key = board_key(app, "--key", key, err);
	if (key == NULL)
		return -1;
	memcpy(member->key, key, sizeof(member->key));
	return 0;
}

static bool
is_same(const struct feed_member *a, const struct feed_member *b)
{
	return strcmp(a->key, b->key) == 0 && a->epoch == b->epoch &&
	       a->least == b->least && a->has_left == b->has_left &&
	       board_same_urls(a, b);
}

static int
run_add(struct app *app, struct err *err)
{
	const char *node = app->words[1], *what;
	struct feed_member *member, was;
	struct board board;
	bool is_new;

	if (board_open(app, app->words[0], &board, err) == -1)
		return -1;
	if (!valid_node(node))
		return err_set(err, ERR_USAGE,
		    "'%.60s' is no node name: it is a country code with or "
		    "without a part, as in pt or gb-eng",
		    node);
	is_new = feed_member_find(&board.list, node) == NULL;
	if (is_new && (app->n_words == 2 || args_value(app, "--key") == NULL))
		return err_set(err, ERR_USAGE,
		    "%s is new in the list: give its address and --key, the "
		    "hash that gspd key show prints there",
		    node);
	member = place_for(app, &board.list, node);
	what = is_new ? "added" : member->has_left ? "is back" : "changed";
	was = *member;
	member->has_left = false;
	if (take_urls(app, member, err) == -1 ||
	    take_key(app, member, err) == -1 ||
	    args_int(app, "--epoch", member->epoch, 0, INT32_MAX,
		&member->epoch, err) == -1 ||
	    args_int(app, "--least", member->least, 0, INT64_MAX / 2,
		&member->least, err) == -1)
		return -1;
	/* A new list would void the endorsements for nothing. */
	if (!is_new && is_same(&was, member))
		return out_printf(err,
		    "%s is in the list like this already: nothing was "
		    "changed\n",
		    node);
	return save(app, &board, arena_printf(app->arena, "%s %s", node, what),
	    err);
}

static int
run_remove(struct app *app, struct err *err)
{
	const char *node = app->words[1];
	struct feed_member *member;
	struct board board;

	if (board_open(app, app->words[0], &board, err) == -1)
		return -1;
	if (feed_member_find(&board.list, node) == NULL)
		return err_set(err, ERR_NOTFOUND,
		    "there is no member %.60s: gspd alliance show %s", node,
		    board.folder);
	member = place_for(app, &board.list, node);
	if (member->has_left)
		return err_set(err, ERR_CONFLICT, "%s left already", node);
	member->has_left = true;
	return save(app, &board, arena_printf(app->arena, "%s has left", node),
	    err);
}

static int
run_renew(struct app *app, struct err *err)
{
	struct board board;
	int64_t days;

	if (board_open(app, app->words[0], &board, err) == -1 ||
	    args_int(app, "--life",
		(board.list.expires - board.list.serial) / 86400, 1,
		FEED_ALLIANCE_LIFE_S / 86400, &days, err) == -1)
		return -1;
	if (args_value(app, "--life") != NULL)
		board.list.expires = board.list.serial + days * 86400;
	return save(app, &board, "renewed", err);
}

static const struct app_option none[] = { { NULL, NULL, NULL } };
static const struct app_option new_options[] = {
	{ "--name", "TEXT", "what the alliance is called (needed)" },
	{ "--life", "DAYS", "each list is trusted for so long (365)" },
	{ NULL, NULL, NULL },
};
static const struct app_option add_options[] = {
	{ "--key", "HEX", "the hash that gspd key show prints there" },
	{ "--epoch", "N", "how often its keys were rotated before (0)" },
	{ "--least", "SERIAL", "its heads below this serial are refused" },
	{ NULL, NULL, NULL },
};
static const struct app_option renew_options[] = {
	{ "--life", "DAYS", "trusted for so long, this and later lists" },
	{ NULL, NULL, NULL },
};

const struct command cmd_alliance_new = {
	.name = "alliance new",
	.words = "FOLDER",
	.summary = "begin a membership list in a work folder",
	.help = "The folder holds list.xml and the endorsements beside it. Any "
		"web server can serve\nit as it is.",
	.min_words = 1,
	.max_words = 1,
	.no_folder = true,
	.options = new_options,
	.run = run_new,
};

const struct command cmd_alliance_new_key = {
	.name = "alliance new-key",
	.words = "FILE",
	.summary = "make a key for a member of the board",
	.help = "Prints the hash that goes into board = of each node's "
		"peers.conf, and the same in\nwords for the telephone. A file "
		"that exists is never overwritten.",
	.min_words = 1,
	.max_words = 1,
	.no_folder = true,
	.options = none,
	.run = run_new_key,
};

const struct command cmd_alliance_add = {
	.name = "alliance add",
	.words = "FOLDER NODE [URL...]",
	.summary = "a node joins, or has another address or key",
	.help =
	    "A new member needs an address and --key. Of one that is there, "
	    "what is given\nchanges. Up to 4 addresses, asked in this "
	    "order.",
	.min_words = 2,
	.max_words = 2 + FEED_MEMBER_URLS,
	.no_folder = true,
	.options = add_options,
	.run = run_add,
};

const struct command cmd_alliance_remove = {
	.name = "alliance remove",
	.words = "FOLDER NODE",
	.summary = "a node leaves: its records are hidden everywhere",
	.help = "It stays in the list as one that left; gspd alliance add "
		"brings it back.",
	.min_words = 2,
	.max_words = 2,
	.no_folder = true,
	.options = none,
	.run = run_remove,
};

const struct command cmd_alliance_renew = {
	.name = "alliance renew",
	.words = "FOLDER",
	.summary = "the same list with a later end",
	.help = "A list that expired stays in force with a warning, but no new "
		"node takes it.",
	.min_words = 1,
	.max_words = 1,
	.no_folder = true,
	.options = renew_options,
	.run = run_renew,
};
