/*
 * app: the command line, the processes, and what commands share. The only
 * room that reads the wall clock and the environment, prints and exits.
 *
 * A command is a struct command in cmd_NAME.c; commands.c lists them, and
 * the list drives parsing and help.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include <stdio.h>

#include "api/api.h"
#include "base/base.h"
#include "catalogue/catalogue.h"
#include "conf/conf.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "ledger/ledger.h"
#include "parse/parse.h"
#include "publish/publish.h"
#include "pull/pull.h"
#include "record/record.h"
#include "search/search.h"

/* Exit codes (design: ux.md): sysexits.h where it has a fitting one. */
#define EXIT_PROBLEM     1  /* it ran, and found something wrong */
#define EXIT_USAGE       2  /* the command line is wrong */
#define EXIT_UNAVAILABLE 69 /* the other side, or a port, is not there */
#define EXIT_DISK        74 /* disk full, unreadable, damaged */
#define EXIT_AGAIN       75 /* busy: try again later */
#define EXIT_CONF        78 /* configuration */

#define APP_WORDS_MAX   64 /* of a search */
#define APP_OPTIONS_MAX 64
#define APP_LOCK_S      30 /* how long a command waits for the writer */
/* Stands while a rebuild is under way: one that was cut short starts anew. */
#define APP_REBUILD_MARK "catalogue.rebuild"
#define APP_AGENT        "gspd/" PACKAGE_VERSION

struct app_option {
	const char *name; /* "--key" */
	const char *arg;  /* "HEX", NULL for a flag */
	const char *help;
};

struct app;
struct command {
	const char *name;    /* "peer add" */
	const char *words;   /* "URL", "[PEER]" or "" */
	const char *summary; /* one line for the list */
	const char *help;    /* what --help says below the usage */
	size_t min_words;
	size_t max_words;
	bool has_json;
	bool no_folder;                   /* works without -d */
	const struct app_option *options; /* ends with a NULL name */
	/* An exit code, or -1 with err. */
	int (*run)(struct app *app, struct err *err);
};
extern const struct command *const commands[]; /* ends with NULL */

struct app {
	const char *folder;
	bool json;
	bool help;
	const struct command *command;
	const char *words[APP_WORDS_MAX];
	size_t n_words;
	struct {
		const struct app_option *option;
		const char *value;
	} given[APP_OPTIONS_MAX];
	size_t n_given;

	/* What is open; each is opened at its first use. */
	struct arena *arena; /* lives as long as the command */
	bool has_conf;
	struct conf conf;
	bool has_peers;
	struct conf_peers peers;
	struct ledger *ledger;
	struct catalogue *catalogue;
	struct search *search;
	struct parser *parser;
	int lock_fd; /* pull.lock, -1 when not held */
};

/* ---- the command line (args.c, help.c) ---- */

/* Fills app from argv; ERR_USAGE. app->command NULL: --help or --version
 * alone was asked for and answered. */
int args_parse(struct app *app, int argc, char **argv,
    struct err *err) MUST_CHECK;
const char *args_value(const struct app *app, const char *name); /* or NULL */
bool args_flag(const struct app *app, const char *name);
/* The i-th value of an option that may repeat, or NULL. */
const char *args_each(const struct app *app, const char *name, size_t i);
/* A value as a number within bounds; `def` when it is not given. */
int args_int(const struct app *app, const char *name, int64_t def, int64_t min,
    int64_t max, int64_t *ret_n, struct err *err) MUST_CHECK;
void help_all(void);
void help_command(const struct command *command);
/* The subcommands of "peer" or "key"; 0 when it is no such word. */
size_t help_group(FILE *to, const char *group);

/* ---- what commands open (context.c) ---- */

void app_init(struct app *app);
void app_close(struct app *app);
char *app_path(struct app *app, const char *name);
/* ERR_CONF also when there is no gspd.conf. */
int app_conf(struct app *app, struct err *err) MUST_CHECK;
/* Those of peers.conf and the members of the list that it follows. */
int app_peers(struct app *app, struct err *err) MUST_CHECK;
int app_peers_reload(struct app *app, struct err *err) MUST_CHECK;
int app_ledger(struct app *app, struct err *err) MUST_CHECK;
/* Reads what others wrote, apart from this process. */
struct verify_reader app_reader(struct app *app);
/*
 * Catalogue and searcher. A damaged one is renamed aside and made again from
 * the pages, with a line on standard error (needs the writer's lock).
 */
int app_catalogue(struct app *app, enum catalogue_mode mode,
    struct err *err) MUST_CHECK;
/* Our key; any trouble with its file is ERR_CONF. */
struct key *app_key(struct app *app, struct err *err) MUST_CHECK;
/*
 * The lock of whoever writes the catalogue (DIR/pull.lock): waits wait_s,
 * after a while with a line on standard error. ERR_BUSY when it stays taken.
 */
int app_lock(struct app *app, int wait_s, struct err *err) MUST_CHECK;
void app_unlock(struct app *app);
/* Another gspd waits for the lock (on DIR/pull.wait): the daemon, which holds
 * it as long as transfers are open, then gives it away at the next chance. */
bool app_is_wanted(struct app *app);
/* True while `gspd serve` runs on the folder (its DIR/serve.lock). */
bool app_is_served(struct app *app);
/* Rename a damaged catalogue aside; NULL and err, or its new name. */
const char *app_set_aside(struct app *app, struct err *err) MUST_CHECK;

/* ---- jobs that several commands and the daemon do (jobs.c) ---- */

void app_env(struct app *app, struct pull_env *ret_env);
int app_publish(struct app *app, bool force, bool full, int64_t ahead_s,
    struct publish_result *ret_result, struct err *err) MUST_CHECK;
/* What our next head says of peers (seen.c); and that it was said, so that
 * others have their turn next time. */
int app_seen_list(struct app *app, struct arena *arena,
    struct feed_seen **ret_seen, size_t *ret_n, struct err *err) MUST_CHECK;
int app_seen_said(struct app *app, const struct feed_seen *seen, size_t n,
    int64_t serial, struct err *err) MUST_CHECK;
/* Our own feed into our catalogue. Catalogue open for writing, lock held. */
int app_merge_own(struct app *app, struct pull_result *ret_result,
    struct err *err) MUST_CHECK;
/* What was just published into our catalogue, unless another gspd writes it
 * for too long: *ret_is_later, with a line on standard error. */
int app_take_own(struct app *app, bool *ret_is_later,
    struct err *err) MUST_CHECK;
/* What follows from peers.conf and the membership list, and with `ask` the
 * list of now; the peers are those after it. Trouble with the list is said on
 * standard error. Catalogue open for writing, lock held. */
int app_alliance(struct app *app, bool ask, struct err *err) MUST_CHECK;
/* The catalogue emptied and made again from the pages; lock held, catalogue
 * closed. Cut short, it is begun anew by whoever opens the catalogue next. */
int app_rebuild(struct app *app, struct err *err) MUST_CHECK;

/* ---- printing (output.c) ---- */

int exit_code(const struct err *err);
/* Write to standard output; ERR_SYS when it is full or gone. */
/* Foreign text made safe for a terminal: no control characters, one line. */
void out_safe(struct strbuf *sb, const char *text);
int out_text(const struct strbuf *sb, struct err *err) MUST_CHECK;
int out_printf(struct err *err, const char *fmt, ...) ERR_PRINTF(2, 3);
/* "gspd: " text on standard error. */
void complain(const char *fmt, ...) ERR_PRINTF(1, 2);
/* Ask on the terminal; the answer in the arena, `def` for an empty line. */
const char *ask(struct arena *arena, const char *question, const char *def);
bool ask_yes(struct arena *arena, const char *question);
bool is_terminal(void);

/* ---- a search, printed (search_out.c) ---- */

/* What was found, for people or (app->json) as one JSON object. */
void search_print(struct app *app, const struct api_query *query,
    const struct search_result *result, struct strbuf *out);
/* One line: how the index is, and what is done about it. */
void text_index(const struct search_facts *facts, bool is_served,
    struct strbuf *sb);

/* ---- peers, printed (peers_out.c) ---- */

/* This node first, then its peers, with all details; opens what it needs. */
int app_peer_facts(struct app *app, int64_t now, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err) MUST_CHECK;
/* As `status`, `peer list` and `peer show` print them; n counts this node. */
void json_peer(struct json_writer *w, const struct api_peer *peer,
    bool with_details, int64_t now);
void text_peers(struct app *app, struct strbuf *sb,
    const struct api_peer *peers, size_t n, int64_t now);
void text_alarms(struct app *app, struct strbuf *sb,
    const struct api_peer *peers, size_t n, int64_t now);
void text_peer_show(struct app *app, struct strbuf *sb,
    const struct api_peer *peer, int64_t now);

#endif
