/*
 * alliance show: the list that this node follows, one in a work folder, or
 * one at an address: its members, and whose endorsements are good (design:
 * feed-protocol.md 6). Neighbours: pull/alliance.c keeps the list in force.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/board.h"

struct show {
	struct app *app;
	struct pull_list files;
	bool has_list;
	struct feed_alliance list;
	char digest[65];
	/* The board, where it is known. */
	const char *keys[CONF_ALLIANCE_BOARD];
	size_t n_keys;
	int64_t needed; /* 0: not known */
	/* What this node follows. */
	bool is_followed;
	struct ledger_alliance row;
	struct strbuf out;
};

static bool
is_of_board(const struct show *s, const char *key)
{
	for (size_t i = 0; i < s->n_keys; i++)
		if (strcmp(s->keys[i], key) == 0)
			return true;
	return s->n_keys == 0;
}

/* "good", or why not. */
static const char *
judge(struct show *s, size_t i)
{
	struct verify_reader reader = app_reader(s->app);
	struct feed_endorsement endorsement;
	struct err err;

	if (verify_endorsement(s->app->arena, &s->files.endorsements[i],
		s->files.keys[i], s->digest, &reader, &endorsement, &err) == -1)
		return arena_strdup(s->app->arena, err.text);
	return is_of_board(s, s->files.keys[i]) ? "good"
						: "good, but not of the board";
}

static bool
has_file(const struct show *s, const char *key)
{
	for (size_t i = 0; i < s->files.n; i++)
		if (strcmp(s->files.keys[i], key) == 0)
			return true;
	return false;
}

static void
text_endorsements(struct show *s)
{
	if (s->needed > 0)
		strbuf_addf(&s->out,
		    "board      %" PRId64 " of %zu keys are needed\n",
		    s->needed, s->n_keys);
	if (s->files.n == 0 && s->n_keys == 0)
		strbuf_addstr(&s->out,
		    "endorsed   by nobody yet: gspd alliance sign\n");
	for (size_t i = 0; i < s->files.n; i++)
		strbuf_addf(&s->out, "endorsed   %s  %s\n", s->files.keys[i],
		    judge(s, i));
	for (size_t i = 0; i < s->n_keys; i++)
		if (!has_file(s, s->keys[i]))
			strbuf_addf(&s->out, "endorsed   %s  not (yet)\n",
			    s->keys[i]);
}

static void
text_list(struct show *s)
{
	const struct feed_alliance *list = &s->list;
	char text[CLOCK_TEXT_LEN];
	int64_t now = clock_now();

	clock_format(list->serial, text);
	strbuf_addf(&s->out, "name       %s\nserial     %" PRId64 "  (%s)\n",
	    list->name, list->serial, text);
	clock_format(list->expires, text);
	strbuf_addf(&s->out, "expires    %s%s\ndigest     %s\n", text,
	    list->expires <= now ? "  EXPIRED" : "", s->digest);
	text_endorsements(s);
	strbuf_addf(&s->out, "members    %zu\n", list->n);
	for (size_t i = 0; i < list->n; i++) {
		const struct feed_member *member = &list->members[i];

		strbuf_addf(&s->out, "  %-10s %-7s %s", member->node,
		    member->has_left ? "left" : "member", member->key);
		for (size_t k = 0; k < member->n_urls; k++)
			strbuf_addf(&s->out, " %s", member->urls[k]);
		if (member->epoch > 0)
			strbuf_addf(&s->out, "  epoch %" PRId64, member->epoch);
		if (member->least > 0)
			strbuf_addf(&s->out, "  least %" PRId64, member->least);
		strbuf_addch(&s->out, '\n');
	}
}

static void
text_followed(struct show *s)
{
	char age[24];

	strbuf_addf(&s->out, "state      %s\n",
	    !s->has_list ? "no list is in force yet: gspd pull asks for it"
	    : s->list.expires <= clock_now() ? "in force, but expired"
					     : "in force");
	if (s->row.reason[0] != '\0') {
		strbuf_addstr(&s->out, "note       ");
		out_safe(&s->out, s->row.reason);
		strbuf_addch(&s->out, '\n');
	}
	if (s->row.last_try > 0) {
		clock_format_age(clock_now() - s->row.last_try, age,
		    sizeof(age));
		strbuf_addf(&s->out, "asked      %s ago\n", age);
	}
	if (s->row.url[0] != '\0')
		strbuf_addf(&s->out, "from       %s\n", s->row.url);
}

static void
json_list(struct show *s, struct json_writer *w)
{
	const struct feed_alliance *list = &s->list;

	json_pair(w, "name", list->name);
	json_pair_int(w, "serial", list->serial);
	json_pair_int(w, "expires", list->expires);
	json_pair(w, "digest", s->digest);
	json_key(w, "endorsements");
	json_array(w);
	for (size_t i = 0; i < s->files.n; i++) {
		const char *verdict = judge(s, i);

		json_object(w);
		json_pair(w, "key", s->files.keys[i]);
		json_pair_bool(w, "good", strcmp(verdict, "good") == 0);
		json_pair(w, "note", verdict);
		json_object_end(w);
	}
	json_array_end(w);
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < list->n; i++) {
		const struct feed_member *member = &list->members[i];

		json_object(w);
		json_pair(w, "node", member->node);
		json_pair(w, "status", member->has_left ? "left" : "member");
		json_pair(w, "key", member->key);
		json_pair_int(w, "epoch", member->epoch);
		json_pair_int(w, "least", member->least);
		json_key(w, "urls");
		json_array(w);
		for (size_t k = 0; k < member->n_urls; k++)
			json_add_string(w, member->urls[k]);
		json_array_end(w);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
json_show(struct show *s)
{
	struct json_writer w;

	json_writer_init(&w, &s->out, 0);
	json_object(&w);
	if (s->is_followed) {
		json_pair_bool(&w, "in_force", s->has_list);
		json_pair_int(&w, "needed", s->needed);
		json_pair_int(&w, "endorsed", s->row.endorsed);
		json_pair(&w, "reason", s->row.reason);
		json_pair(&w, "url", s->row.url);
		json_pair_int(&w, "last_try", s->row.last_try);
		json_pair_int(&w, "last_good", s->row.last_good);
	}
	if (s->has_list)
		json_list(s, &w);
	json_object_end(&w);
	strbuf_addch(&s->out, '\n');
}

/* ---- where the list comes from ---- */

static void
take_board(struct show *s, const struct conf_alliance *alliance)
{
	while (s->n_keys < CONF_ALLIANCE_BOARD &&
	       (s->keys[s->n_keys] = conf_word(s->app->arena, alliance->board,
		    s->n_keys)) != NULL)
		s->n_keys++;
	s->needed = alliance->needed;
}

static int
show_followed(struct show *s, struct err *err)
{
	struct app *app = s->app;
	char source[65];
	struct err why;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	if (app->peers.alliance.line == 0)
		return err_set(err, ERR_NOTFOUND,
		    "%s/peers.conf has no [alliance] section: this node "
		    "follows no list",
		    app->folder);
	take_board(s, &app->peers.alliance);
	s->is_followed = true;
	if (ledger_alliance_get(app->ledger, &s->row, err) == -1)
		return -1;
	ledger_alliance_source(&app->peers.alliance, source);
	/* Of another board: it counts no more, and is not shown. */
	if (s->row.serial != 0 && strcmp(source, s->row.source) == 0)
		s->has_list = pull_list_read(app->arena,
				  app_path(app, "alliance"), &s->files,
				  &why) == 0;
	return 0;
}

static int
show_url(struct show *s, const char *url, struct err *err)
{
	struct app *app = s->app;
	/* An operator typed this address: it may be any. */
	struct conf_alliance alliance = { .is_insecure = true,
		.allow_private = true };
	struct strbuf board;
	struct pull_env env;
	struct err why;
	int ret;

	for (size_t i = 0;
	     i < CONF_ALLIANCE_BOARD && args_each(app, "--board", i) != NULL;
	     i++) {
		s->keys[i] = board_key(app, "--board",
		    args_each(app, "--board", i), err);
		if (s->keys[i] == NULL)
			return -1;
		s->n_keys++;
	}
	if (s->n_keys == 0 && app_conf(app, &why) == 0 &&
	    app_peers(app, &why) == 0 && app->peers.alliance.line != 0)
		take_board(s, &app->peers.alliance);
	if (s->n_keys == 0)
		return err_set(err, ERR_USAGE,
		    "whose endorsements are there to look for? Give each key "
		    "of the board with --board HEX, or a node that follows the "
		    "list with -d");
	strbuf_init(&board, CONF_ALLIANCE_BOARD * 65);
	for (size_t i = 0; i < s->n_keys; i++)
		strbuf_addf(&board, "%s%s", i > 0 ? " " : "", s->keys[i]);
	alliance.urls = arena_printf(app->arena, "%s%s", url,
	    url[strlen(url) - 1] == '/' ? "list.xml" : "");
	alliance.board = board.buf;
	app_env(app, &env);
	ret = pull_alliance_look(&env, &alliance, app->arena, &s->files, err);
	s->has_list = ret == 0;
	strbuf_release(&board);
	return ret;
}

static int
find_list(struct show *s, struct err *err)
{
	const char *what = s->app->n_words > 0 ? s->app->words[0] : NULL;
	struct board board;

	if (what == NULL)
		return show_followed(s, err);
	if (strncmp(what, "http://", 7) == 0 ||
	    strncmp(what, "https://", 8) == 0)
		return show_url(s, what, err);
	if (board_open(s->app, what, &board, err) == -1)
		return -1;
	s->files = board.files;
	s->has_list = true;
	return 0;
}

static int
run_show(struct app *app, struct err *err)
{
	struct show s = { .app = app };
	struct verify_reader reader = app_reader(app);
	int ret = -1;

	strbuf_init(&s.out, 8 << 20);
	if (find_list(&s, err) == -1)
		goto out;
	if (s.has_list) {
		if (reader.alliance(reader.ctx, app->arena, s.files.list.data,
			s.files.list.len, &s.list, err) == -1)
			goto out;
		sha256_hex(s.files.list.data, s.files.list.len, s.digest);
	}
	if (app->json) {
		json_show(&s);
	} else {
		if (s.is_followed)
			text_followed(&s);
		if (s.has_list)
			text_list(&s);
	}
	ret = out_text(&s.out, err);
	if (ret == 0 && s.is_followed &&
	    (!s.has_list || s.list.expires <= clock_now()))
		ret = EXIT_PROBLEM;
out:
	strbuf_release(&s.out);
	return ret;
}

static const struct app_option options[] = {
	{ "--board", "HEX", "a key of the board, for a URL; may repeat" },
	{ NULL, NULL, NULL },
};

const struct command cmd_alliance_show = {
	.name = "alliance show",
	.words = "[FOLDER|URL]",
	.summary = "members and endorsements of a membership list",
	.help = "Without an argument: the list that this node follows. Exit "
		"codes then: 0 in force,\n1 none yet, or expired.",
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_show,
};
