/*
 * config: what gspd.conf says, what it may say, and whether it is right
 * (design: style.md, "Configuration").
 */
#include "config.h"

#include <string.h>

#include "app/app.h"

static int
print_all(struct app *app, const char *only, struct strbuf *sb, struct err *err)
{
	const char *section = "", *s, *key;
	struct strbuf value;
	struct json_writer w;
	bool found = false;

	strbuf_init(&value, 65536);
	json_writer_init(&w, sb, 2);
	if (app->json && only == NULL)
		json_object(&w);
	for (size_t i = 0;; i++) {
		const char *full;

		strbuf_reset(&value);
		if (conf_option(&app->conf, i, &s, &key, &value) == -1)
			break;
		full = arena_printf(app->arena, "%s.%s", s, key);
		if (only != NULL) {
			if (strcmp(only, key) != 0 && strcmp(only, full) != 0)
				continue;
			found = true;
			strbuf_addf(sb, "%s\n", value.buf);
			break;
		}
		if (app->json) {
			json_pair(&w, full, value.buf);
			continue;
		}
		if (strcmp(section, s) != 0)
			strbuf_addf(sb, "%s[%s]\n", i > 0 ? "\n" : "", s);
		section = s;
		strbuf_addf(sb, "%s = %s\n", key, value.buf);
	}
	if (app->json && only == NULL) {
		json_object_end(&w);
		strbuf_addch(sb, '\n');
	}
	strbuf_release(&value);
	if (only != NULL && !found)
		return err_set(err, ERR_NOTFOUND,
		    "there is no option %.60s: gspd config --explain lists all",
		    only);
	return 0;
}

/* The file alone: a node without a ledger has one, too. */
static int
check_peers(struct app *app, struct err *err)
{
	struct conf_peers peers;

	if (conf_peers_read(app->folder, &peers, err) == -1) {
		err->code = ERR_CONF;
		return -1;
	}
	conf_peers_release(&peers);
	return 0;
}

static int
run_config(struct app *app, struct err *err)
{
	struct strbuf sb;
	int ret = 0;

	strbuf_init(&sb, 1 << 20);
	if (args_flag(app, "--explain")) {
		conf_explain(&sb);
	} else if (args_flag(app, "--mdoc")) {
		conf_explain_mdoc(&sb);
		conf_peers_explain_mdoc(&sb);
	} else if (app_conf(app, err) == -1 || check_peers(app, err) == -1) {
		ret = -1;
	} else if (args_flag(app, "--check")) {
		strbuf_addstr(&sb, "gspd.conf and peers.conf are right\n");
	} else {
		ret = print_all(app, app->n_words ? app->words[0] : NULL, &sb,
		    err);
	}
	if (ret == 0)
		ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static const struct app_option options[] = {
	{ "--explain", NULL, "every option, what it takes, its default" },
	{ "--check", NULL, "say only whether the files are right" },
	{ "--mdoc", NULL, "the options as the manual pages list them" },
	{ NULL, NULL, NULL },
};

const struct command cmd_config = {
	.name = "config",
	.words = "[KEY]",
	.summary = "what gspd.conf says, and what it may say",
	.help = "Prints every option as it holds, or one, as in gspd config "
		"node.url.",
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_config,
};
