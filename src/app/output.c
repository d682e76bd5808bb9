/*
 * output: exit codes, standard output and standard error, questions on a
 * terminal, and how a peer is printed (design: ux.md; feed-protocol.md 10).
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

#define MARKS      10 /* pulls shown in a line of the list */
#define NAME_CELLS 8  /* at least */

int
exit_code(const struct err *err)
{
	switch (err->code) {
	case ERR_USAGE: return EXIT_USAGE;
	case ERR_NET: return EXIT_UNAVAILABLE;
	case ERR_SYS:
	case ERR_DB: return EXIT_DISK;
	case ERR_BUSY: return EXIT_AGAIN;
	case ERR_CONF: return EXIT_CONF;
	default: return EXIT_PROBLEM;
	}
}

static int
out_bytes(const char *text, size_t len, struct err *err)
{
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout) == EOF)
		return err_sys(err, "standard output");
	return 0;
}

int
out_text(const struct strbuf *sb, struct err *err)
{
	if (strbuf_check(sb, "output", err) == -1)
		return -1;
	return out_bytes(sb->buf, sb->len, err);
}

int
out_printf(struct err *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	if (n < 0 || fflush(stdout) == EOF)
		return err_sys(err, "standard output");
	return 0;
}

void
complain(const char *fmt, ...)
{
	char line[1200];
	size_t len = 6;
	va_list ap;

	(void)snprintf(line, sizeof(line), "gspd: ");
	va_start(ap, fmt);
	(void)vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	va_end(ap);
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	len = strlen(line);
	line[len++] = '\n';
	/* Nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, len) == -1)
		return;
}

bool
is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

const char *
ask(struct arena *arena, const char *question, const char *def)
{
	char line[1024];
	size_t len;

	if (*def != '\0')
		(void)fprintf(stderr, "%s [%s]: ", question, def);
	else
		(void)fprintf(stderr, "%s: ", question);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return def;
	len = strcspn(line, "\r\n");
	while (len > 0 && line[len - 1] == ' ')
		len--;
	return len == 0 ? def : arena_strndup(arena, line, len);
}

bool
ask_yes(struct arena *arena, const char *question)
{
	const char *answer = ask(arena, question, "no");

	return answer[0] == 'y' || answer[0] == 'Y';
}

void
json_peer(struct json_writer *w, const struct conf_peer *conf,
    const struct ledger_peer *peer, int64_t interval_s, int64_t now)
{
	json_object(w);
	json_pair(w, "name", conf->name);
	json_pair(w, "url", conf->url);
	json_pair(w, "key", conf->key);
	json_pair(w, "state",
	    peer_state_name(conf->is_paused ? PEER_PAUSED : peer->state));
	json_pair(w, "reason", peer->reason);
	json_pair_int(w, "records", peer->records);
	json_pair_int(w, "bad_records", peer->bad_records);
	json_pair_int(w, "serial", peer->serial);
	json_pair(w, "digest", peer->digest);
	json_pair_int(w, "expires", peer->expires);
	json_pair_int(w, "state_since", peer->state_since);
	json_pair_int(w, "last_try", peer->last_try);
	json_pair_int(w, "last_good", peer->last_good);
	json_pair_int(w, "age",
	    peer->last_good > 0 ? now - peer->last_good : -1);
	json_pair_int(w, "next", pull_due(peer, interval_s, now));
	json_pair_int(w, "failures", peer->failures);
	json_pair_bool(w, "paused", conf->is_paused);
	json_object_end(w);
}

/* A letter a pull, oldest first: the last ten. */
static void
get_marks(struct app *app, const char *name, char ret_marks[MARKS + 1])
{
	struct ledger_pull *pulls;
	struct err err;
	size_t n;

	if (ledger_pulls(app->ledger, app->arena, name, &pulls, &n, &err) == -1)
		n = 0;
	if (n > MARKS)
		n = MARKS;
	for (size_t i = 0; i < n; i++) {
		enum peer_state state = pulls[i].state; /* newest first */

		ret_marks[n - 1 - i] = state == PEER_FRESH || state == PEER_LATE
					   ? '.'
				       : state == PEER_UNREACHABLE ? 'u'
								   : '!';
	}
	ret_marks[n] = '\0';
}

static void
text_peer(struct app *app, struct strbuf *sb, const struct conf_peer *conf,
    int width, int64_t now)
{
	struct ledger_peer peer;
	char good[32] = "never", age[24], next[24] = "-", marks[MARKS + 1];
	struct err err;
	int64_t due;

	if (ledger_peer_get(app->ledger, conf->name, &peer, &err) == -1)
		return;
	if (peer.last_good > 0) {
		clock_format_age(now - peer.last_good, age, sizeof(age));
		(void)snprintf(good, sizeof(good), "%s ago", age);
	}
	due = pull_due(&peer, app->conf.interval_s, now);
	if (!conf->is_paused && due > 0)
		clock_format_age(due, next, sizeof(next));
	else if (!conf->is_paused)
		(void)snprintf(next, sizeof(next), "now");
	get_marks(app, conf->name, marks);
	strbuf_addf(sb, "%-*s  %-11s %8" PRId64 "  %-11s  %-7s", width,
	    conf->name,
	    peer_state_name(conf->is_paused ? PEER_PAUSED : peer.state),
	    peer.records, good, next);
	if (peer.reason[0] != '\0')
		strbuf_addf(sb, "  %-*s  %s", MARKS, marks, peer.reason);
	else if (marks[0] != '\0')
		strbuf_addf(sb, "  %s", marks);
	strbuf_addch(sb, '\n');
}

void
text_peers(struct app *app, struct strbuf *sb, int64_t now)
{
	int width = NAME_CELLS;

	if (app->peers.n == 0) {
		strbuf_addstr(sb, "no peers yet: gspd peer add URL\n");
		return;
	}
	for (size_t i = 0; i < app->peers.n; i++) {
		int len = (int)strlen(app->peers.items[i].name);

		width = len > width ? len : width;
	}
	strbuf_addf(sb, "%-*s  %-11s %8s  %-11s  %-7s  %-*s  %s\n", width,
	    "PEER", "STATE", "RECORDS", "LAST GOOD", "NEXT", MARKS, "LAST 10",
	    "NOTE");
	for (size_t i = 0; i < app->peers.n; i++)
		text_peer(app, sb, &app->peers.items[i], width, now);
}
