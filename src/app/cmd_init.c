/*
 * init: a new node: folder, keys, ledger, configuration, and a first empty
 * feed. What exists is never overwritten (design: ux.md, "Members' first
 * ten minutes").
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"

struct question {
	const char *option;
	const char *text;
	const char *def; /* NULL: must be answered */
};

enum answer { NODE, ORGANISATION, URL, LISTEN, LANGUAGES, CONTACT, N_ANSWERS };

static const struct question questions[N_ANSWERS] = {
	[NODE] = { "--node", "Node: country code, as in pt or gb-eng", NULL },
	[ORGANISATION] = { "--organisation", "Organisation that runs it",
	    NULL },
	[URL] = { "--url", "Public address, as in https://gsp.example.pt/",
	    NULL },
	[LISTEN] = { "--listen", "Listen on", "127.0.0.1:8080" },
	[LANGUAGES] = { "--languages", "Languages, the default first", "en" },
	[CONTACT] = { "--contact", "E-mail address shown to people", "" },
};

/* "answers:2: node must be ..." -> "--node must be ..." */
static void
blame_option(struct err *err)
{
	static const enum answer lines[] = { [2] = NODE,
		[3] = ORGANISATION,
		[4] = URL,
		[5] = LANGUAGES,
		[6] = CONTACT,
		[8] = LISTEN };
	const char *colon = strstr(err->text, ": ");
	char text[sizeof(err->text)];
	unsigned line = 0;

	if (sscanf(err->text, "answers:%u: ", &line) == 1 && colon != NULL &&
	    line > 1 && line != 7 && line < ARRAY_LEN(lines)) {
		memcpy(text, colon + 2, strlen(colon + 2) + 1);
		err_set(err, ERR_USAGE, "%s%s", questions[lines[line]].option,
		    text + strcspn(text, " "));
	}
	err->code = ERR_USAGE;
}

/* The same checks as for a file: by reading what would be in it. */
static int
parse_answers(const char *answers[N_ANSWERS], struct conf *ret_conf,
    struct err *err)
{
	struct strbuf sb;
	int ret = -1;

	strbuf_init(&sb, CONF_FILE_MAX);
	for (int i = 0; i < N_ANSWERS; i++)
		if (strpbrk(answers[i], "\r\n") != NULL) {
			err_set(err, ERR_USAGE, "%s takes one line",
			    questions[i].option);
			goto out;
		}
	strbuf_addf(&sb,
	    "[node]\nnode = %s\norganisation = %s\nurl = %s\n"
	    "languages = %s\ncontact = %s\n[web]\nlisten = %s\n",
	    answers[NODE], answers[ORGANISATION], answers[URL],
	    answers[LANGUAGES], answers[CONTACT], answers[LISTEN]);
	ret = conf_parse("answers", sb.buf, sb.len, ret_conf, err);
	if (ret == -1)
		blame_option(err);
out:
	strbuf_release(&sb);
	return ret;
}

/* Whether nothing is wrong with this one answer, whatever the others are. */
static int
try_answer(int i, const char *answer, struct err *err)
{
	const char *answers[N_ANSWERS] = { "ca", "x", "https://a.example/",
		"127.0.0.1:8080", "en", "" };
	struct conf conf = { 0 };

	answers[i] = answer;
	if (parse_answers(answers, &conf, err) == -1)
		return -1;
	conf_release(&conf);
	return 0;
}

/* Again until it can be used, or until nobody answers. */
static int
ask_answer(struct app *app, int i, const char **ret_answer, struct err *err)
{
	const struct question *q = &questions[i];

	for (;;) {
		const char *answer = ask(app->arena, q->text,
		    q->def == NULL ? "" : q->def);

		if (try_answer(i, answer, err) == 0) {
			*ret_answer = answer;
			return 0;
		}
		if (feof(stdin) || ferror(stdin))
			return -1;
		complain("%s", err->text);
	}
}

static int
gather(struct app *app, const char *answers[N_ANSWERS], struct err *err)
{
	bool may_ask = is_terminal() && !args_flag(app, "--yes");

	for (int i = 0; i < N_ANSWERS; i++) {
		const struct question *q = &questions[i];

		answers[i] = args_value(app, q->option);
		if (answers[i] != NULL)
			continue;
		if (may_ask) {
			if (ask_answer(app, i, &answers[i], err) == -1)
				return -1;
			continue;
		}
		answers[i] = q->def;
		if (answers[i] == NULL)
			return err_set(err, ERR_USAGE,
			    "%s is missing: give it, or run on a terminal to "
			    "be asked",
			    q->option);
	}
	return 0;
}

static int
make_conf(struct app *app, const char *answers[N_ANSWERS], struct err *err)
{
	if (parse_answers(answers, &app->conf, err) == -1)
		return -1;
	app->has_conf = true;
	return 0;
}

/* A folder where init was cut short is taken on; a node's never. */
static int
check_folder(struct app *app, struct err *err)
{
	struct ledger_head head;
	struct ledger *ledger;
	int64_t n = 0;
	int ret;

	if (file_exists(app_path(app, "gspd.conf")))
		return err_set(err, ERR_CONFLICT,
		    "%s: there is a node here already: nothing was changed",
		    app->folder);
	if (!file_exists(app_path(app, "ledger.db")))
		return 0;
	ledger = ledger_open(app->folder, false, err);
	if (ledger == NULL)
		return err_prefix(err, "%s", app->folder);
	ret = ledger_count(ledger, &n, err) == -1 ||
		      ledger_head(ledger, &head, err) == -1
		  ? -1
		  : 0;
	ledger_close(ledger);
	if (ret == 0 && (n > 0 || head.serial > 0))
		return err_set(err, ERR_CONFLICT,
		    "%s: ledger.db holds a node but gspd.conf is missing: "
		    "bring gspd.conf back, or choose another folder",
		    app->folder);
	return ret;
}

static const char peers_text[] =
    "# peers.conf: whom this node trusts and pulls from; see peers.conf(5).\n"
    "# gspd peer add URL writes here; changes by hand are fine too.\n"
    "#\n"
    "# [peer pt]\n"
    "# url = https://gsp.example.pt/\n"
    "# key = 64 hexadecimal digits, as gspd key show prints them there\n";

static int
lay(struct app *app, struct err *err)
{
	struct strbuf sb;
	int ret = -1;

	strbuf_init(&sb, CONF_FILE_MAX);
	if (file_mkdirs(app->folder, 0700, err) == -1)
		goto out;
	if (chmod(app->folder, 0700) == -1) {
		err_sys(err, "%s", app->folder);
		goto out;
	}
	if (!file_exists(app_path(app, "keys/online.pem")) &&
	    publish_keys_new(app->folder, err) == -1)
		goto out;
	if (!file_exists(app_path(app, "peers.conf")) &&
	    file_replace(app_path(app, "peers.conf"), peers_text,
		sizeof(peers_text) - 1, 0600, err) == -1)
		goto out;
	app->ledger = ledger_open(app->folder, true, err);
	if (app->ledger == NULL)
		goto out;
	/* Last: a folder with gspd.conf is a whole node. */
	conf_write(&app->conf, &sb);
	ret = file_replace(app_path(app, "gspd.conf"), sb.buf, sb.len, 0600,
	    err);
out:
	strbuf_release(&sb);
	return ret;
}

static int
print_facts(struct app *app, struct err *err)
{
	char hash[SHA256_HEX_LEN];
	struct key *key = app_key(app, err);

	if (key == NULL)
		return -1;
	key_hash(key, hash);
	key_free(key);
	return out_printf(err,
	    "node %s is ready in %s\n"
	    "key %s\n    %s\n"
	    "next: gspd -d %s check, then import FILE, then serve\n"
	    "move keys/next.pem to a safe place offline: it replaces the key "
	    "if that is lost\n",
	    app->conf.node, app->folder, hash, key_words(app->arena, hash),
	    app->folder);
}

static int
run_init(struct app *app, struct err *err)
{
	const char *answers[N_ANSWERS];
	struct publish_result published;
	struct pull_result merged;

	if (check_folder(app, err) == -1 || gather(app, answers, err) == -1 ||
	    make_conf(app, answers, err) == -1 || lay(app, err) == -1 ||
	    app_publish(app, true, false, 0, &published, err) == -1 ||
	    app_lock(app, APP_LOCK_S, err) == -1 ||
	    app_catalogue(app, CATALOGUE_WRITE, err) == -1 ||
	    app_merge_own(app, &merged, err) == -1 ||
	    print_facts(app, err) == -1)
		return -1;
	return 0;
}

static const struct app_option options[] = {
	{ "--node", "NODE", "country code, as in pt or gb-eng" },
	{ "--organisation", "NAME", "who runs the node" },
	{ "--url", "URL", "public address of the node" },
	{ "--listen", "ADDR:PORT", "where to listen (127.0.0.1:8080)" },
	{ "--languages", "LIST", "language codes, the default first (en)" },
	{ "--contact", "E-MAIL", "address shown to people" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

const struct command cmd_init = {
	.name = "init",
	.words = "",
	.summary = "make a new node in the data folder",
	.help = "Makes the data folder with keys, ledger, gspd.conf and "
		"peers.conf, and\npublishes a first, empty feed. Asks for "
		"what no option says when it runs on\na terminal. Never "
		"overwrites a node.",
	.options = options,
	.run = run_init,
};
