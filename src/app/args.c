/*
 * args: the command line. Options may stand anywhere behind the command,
 * -d and --json before it too. Neighbours: commands.c is the table, help.c
 * prints it (design: ux.md).
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

#define MAX_COMMANDS 64

struct words {
	char **argv;
	int argc;
	int at;
};

/*
 * One of the options that every command takes: 1 when it was one, 0 when
 * not, -1 on trouble.
 */
static int
take_global(struct app *app, struct words *w, struct err *err)
{
	const char *word = w->argv[w->at];

	if (strcmp(word, "-d") == 0) {
		if (w->at + 1 >= w->argc || *w->argv[w->at + 1] == '\0')
			return err_set(err, ERR_USAGE, "-d needs a folder");
		app->folder = w->argv[++w->at];
	} else if (strncmp(word, "-d", 2) == 0 && word[2] != '\0') {
		app->folder = word + 2;
	} else if (strcmp(word, "--json") == 0) {
		app->json = true;
	} else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		app->help = true;
	} else {
		return 0;
	}
	w->at++;
	return 1;
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
unknown_command(const char *name, struct err *err)
{
	const char *names[MAX_COMMANDS], *near;
	size_t n = 0;

	for (; commands[n] != NULL && n < MAX_COMMANDS; n++)
		names[n] = commands[n]->name;
	near = nearest_name(name, names, n);
	if (near != NULL)
		return err_set(err, ERR_USAGE,
		    "there is no command '%.60s': did you mean '%s'?", name,
		    near);
	return err_set(err, ERR_USAGE,
	    "there is no command '%.60s': gspd --help lists them", name);
}

/* The command's one or two words. 1 when one was found, 0 at --help alone. */
static int
take_command(struct app *app, struct words *w, struct err *err)
{
	const char *first = NULL;
	char both[64];
	int got;

	for (;;) {
		while (w->at < w->argc) {
			got = take_global(app, w, err);
			if (got == -1)
				return -1;
			if (got == 0)
				break;
		}
		if (w->at == w->argc && app->help) {
			if (first == NULL)
				help_all();
			else
				help_group(stdout, first);
			return 0;
		}
		if (first != NULL && w->at == w->argc) {
			help_group(stderr, first);
			return err_set(err, ERR_USAGE, "%s: say which of these",
			    first);
		}
		if (w->at == w->argc)
			return err_set(err, ERR_USAGE,
			    "which command? gspd --help lists them");
		if (first == NULL) {
			first = w->argv[w->at++];
			app->command = find_command(first);
			if (app->command != NULL)
				return 1;
			/* `gspd help`, as people type it. */
			if (strcmp(first, "help") == 0 && !app->help) {
				app->help = true;
				first = NULL;
				continue;
			}
			if (strncmp(first, "-", 1) == 0 ||
			    help_group(NULL, first) == 0)
				return unknown_command(first, err);
			continue;
		}
		(void)snprintf(both, sizeof(both), "%s %s", first,
		    w->argv[w->at++]);
		app->command = find_command(both);
		return app->command != NULL ? 1 : unknown_command(both, err);
	}
}

static int
unknown_option(const struct command *command, const char *word, size_t len,
    struct err *err)
{
	const char *names[APP_OPTIONS_MAX], *near;
	char name[64];
	size_t n = 0;

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	for (; command->options[n].name != NULL && n < APP_OPTIONS_MAX; n++)
		names[n] = command->options[n].name;
	near = nearest_name(name, names, n);
	if (near != NULL)
		return err_set(err, ERR_USAGE,
		    "unknown option '%s': did you mean '%s'?", name, near);
	return err_set(err, ERR_USAGE,
	    "unknown option '%s': gspd %s --help lists them", name,
	    command->name);
}

/* --name, --name=value or --name value. */
static int
take_option(struct app *app, struct words *w, struct err *err)
{
	const char *word = w->argv[w->at++], *value = NULL;
	const char *equals = strchr(word, '=');
	size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct app_option *option = app->command->options;

	while (
	    option->name != NULL && (strlen(option->name) != len ||
					strncmp(option->name, word, len) != 0))
		option++;
	if (option->name == NULL)
		return unknown_option(app->command, word, len, err);
	if (option->arg == NULL && equals != NULL)
		return err_set(err, ERR_USAGE, "%s takes no value",
		    option->name);
	if (option->arg != NULL) {
		if (equals == NULL && w->at == w->argc)
			return err_set(err, ERR_USAGE, "%s needs a value: %s",
			    option->name, option->arg);
		value = equals != NULL ? equals + 1 : w->argv[w->at++];
	}
	if (app->n_given == APP_OPTIONS_MAX)
		return err_set(err, ERR_USAGE, "more than %d options",
		    APP_OPTIONS_MAX);
	app->given[app->n_given].option = option;
	app->given[app->n_given++].value = value;
	return 0;
}

static int
take_rest(struct app *app, struct words *w, struct err *err)
{
	bool only_words = false;

	while (w->at < w->argc) {
		const char *word = w->argv[w->at];

		if (!only_words && word[0] == '-' && word[1] != '\0') {
			int got = take_global(app, w, err);

			if (got == -1)
				return -1;
			if (got == 1)
				continue;
			if (strcmp(word, "--") == 0) {
				only_words = true;
				w->at++;
			} else if (take_option(app, w, err) == -1) {
				return -1;
			}
			continue;
		}
		if (app->n_words == APP_WORDS_MAX)
			return err_set(err, ERR_USAGE, "too many words");
		app->words[app->n_words++] = word;
		w->at++;
	}
	return 0;
}

int
args_parse(struct app *app, int argc, char **argv, struct err *err)
{
	struct words w = { .argv = argv, .argc = argc, .at = 1 };
	const struct command *command;
	int got;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return out_printf(err, "gspd %s\n", PACKAGE_VERSION);
	got = take_command(app, &w, err);
	if (got != 1)
		return got;
	command = app->command;
	if (take_rest(app, &w, err) == -1)
		return -1;
	if (app->help)
		return 0;
	if (app->n_words < command->min_words)
		return err_set(err, ERR_USAGE,
		    "something is missing: gspd %s %s", command->name,
		    command->words);
	if (app->n_words > command->max_words)
		return err_set(err, ERR_USAGE,
		    "one word too many, '%.60s': gspd %s%s%s",
		    app->words[command->max_words], command->name,
		    *command->words ? " " : "", command->words);
	if (app->json && !command->has_json)
		return err_set(err, ERR_USAGE,
		    "--json is not for this command");
	return 0;
}

const char *
args_each(const struct app *app, const char *name, size_t i)
{
	for (size_t j = 0; j < app->n_given; j++)
		if (strcmp(app->given[j].option->name, name) == 0 && i-- == 0)
			return app->given[j].value;
	return NULL;
}

const char *
args_value(const struct app *app, const char *name)
{
	const char *value = NULL;

	for (size_t j = 0; j < app->n_given; j++)
		if (strcmp(app->given[j].option->name, name) == 0)
			value = app->given[j].value;
	return value;
}

bool
args_flag(const struct app *app, const char *name)
{
	for (size_t j = 0; j < app->n_given; j++)
		if (strcmp(app->given[j].option->name, name) == 0)
			return true;
	return false;
}

int
args_int(const struct app *app, const char *name, int64_t def, int64_t min,
    int64_t max, int64_t *ret_n, struct err *err)
{
	const char *value = args_value(app, name);
	long long n = def;
	char *end;

	if (value != NULL) {
		errno = 0;
		n = strtoll(value, &end, 10);
		if (errno != 0 || *value == '\0' || *end != '\0' || n < min ||
		    n > max)
			return err_set(err, ERR_USAGE,
			    "%s must be a number from %" PRId64 " to %" PRId64,
			    name, min, max);
	}
	*ret_n = n;
	return 0;
}
