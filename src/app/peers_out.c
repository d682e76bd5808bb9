/*
 * peers_out: how peers are printed by `status`, `peer list` and `peer show`
 * (design: ux.md; feed-protocol.md 10). Neighbours: api/peers.c gathers the
 * facts, for the pages as well.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/app.h"

#define NAME_CELLS   8   /* at least */
#define LINE_CELLS   100 /* of a terminal */
#define INDENT_CELLS 10  /* of a line that belongs to the one above */
#define LABEL_CELLS  11
#define TEXT_MAX     1000 /* of foreign text on a terminal */

int
app_peer_facts(struct app *app, int64_t now, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err)
{
	struct api api = { .folder = app->folder,
		.conf = &app->conf,
		.now = now,
		.due = pull_due };
	struct api_peer *peers;
	size_t n;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	api.peers = &app->peers;
	api.cat = app->catalogue;
	api.ledger = app->ledger;
	if (api_peers(&api, app->arena, &peers, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (api_peer_details(&api, app->arena, &peers[i], err) == -1)
			return -1;
	*ret_peers = peers;
	*ret_n = n;
	return 0;
}

void
json_peer(struct json_writer *w, const struct api_peer *peer, bool with_details,
    int64_t now)
{
	const struct ledger_peer *row = &peer->row;

	json_object(w);
	json_pair(w, "name", peer->name);
	json_pair(w, "url", peer->url);
	json_pair(w, "key", peer->key);
	json_pair(w, "state", peer_state_name(peer->state));
	json_pair(w, "reason", peer->reason);
	json_pair_int(w, "records", peer->records);
	json_pair_int(w, "bad_records", row->bad_records);
	json_pair_int(w, "serial", row->serial);
	json_pair(w, "digest", row->digest);
	json_pair_int(w, "expires", row->expires);
	json_pair_int(w, "state_since", peer->state_since);
	json_pair_int(w, "last_try", row->last_try);
	json_pair_int(w, "last_good", peer->last_good);
	json_pair_int(w, "age",
	    peer->last_good > 0 ? now - peer->last_good : -1);
	json_pair_int(w, "next", peer->next_pull >= 0 ? peer->next_pull : 0);
	json_pair_int(w, "failures", row->failures);
	json_pair_bool(w, "paused", peer->is_paused);
	api_peer_facts(w, peer, now);
	if (with_details)
		api_peer_more_facts(w, peer);
	json_object_end(w);
}

/* In lines of words below one another. */
static void
add_wrapped(struct strbuf *sb, const char *text, size_t indent)
{
	size_t room = LINE_CELLS - indent;
	struct strbuf safe;
	const char *p;

	strbuf_init(&safe, 8192);
	out_safe(&safe, text);
	for (p = safe.len != 0 ? safe.buf : ""; strlen(p) > room;) {
		size_t len = room;

		while (len > 0 && p[len] != ' ')
			len--;
		if (len == 0)
			len = utf8_floor(p, room);
		strbuf_add(sb, p, len);
		strbuf_addf(sb, "\n%*s", (int)indent, "");
		p += len;
		p += strspn(p, " ");
	}
	strbuf_addf(sb, "%s\n", p);
	strbuf_release(&safe);
}

static const char *
ago(struct app *app, int64_t at, int64_t now)
{
	char age[24];

	if (at == 0)
		return "never";
	clock_format_age(now - at, age, sizeof(age));
	return arena_printf(app->arena, "%s ago", age);
}

static const char *
next_words(struct app *app, const struct api_peer *peer)
{
	char age[24];

	if (peer->next_pull < 0)
		return "-";
	if (peer->next_pull == 0)
		return "now";
	clock_format_age(peer->next_pull, age, sizeof(age));
	return arena_strdup(app->arena, age);
}

/* Few words; the reason has a line of its own. */
static const char *
note_of(struct app *app, const struct api_peer *peer)
{
	const char *note = "";

	if (peer->n_alarms != 0)
		note = "ALARM";
	if (peer->row.bad_records != 0)
		note = arena_printf(app->arena, "%s%s%" PRId64 " skipped", note,
		    *note != '\0' ? ", " : "", peer->row.bad_records);
	if (*api_peer_pin(peer) != '\0')
		note = arena_printf(app->arena, "%s%srotated, epoch %" PRId64,
		    note, *note != '\0' ? ", " : "", peer->row.epoch);
	if (peer->row.via[0] != '\0')
		note = arena_printf(app->arena, "%s%svia %s", note,
		    *note != '\0' ? ", " : "", peer->row.via);
	return note;
}

static void
text_peer(struct app *app, struct strbuf *sb, const struct api_peer *peer,
    int width, int64_t now)
{
	char marks[API_MARKS_LEN];
	const char *note = note_of(app, peer);

	api_peer_marks(peer, marks);
	strbuf_addf(sb, "%-*s  %-11s %8" PRId64 "  %-10s  %-7s", width,
	    peer->name, peer_state_name(peer->state), peer->records,
	    ago(app, peer->last_good, now), next_words(app, peer));
	if (*note != '\0')
		strbuf_addf(sb, "  %-*s  %s", LEDGER_PULLS_KEPT, marks, note);
	else if (marks[0] != '\0')
		strbuf_addf(sb, "  %s", marks);
	while (sb->len > 0 && sb->buf[sb->len - 1] == ' ')
		sb->buf[--sb->len] = '\0';
	strbuf_addch(sb, '\n');
	if (*peer->reason != '\0') {
		strbuf_addf(sb, "%*s", INDENT_CELLS, "");
		add_wrapped(sb, peer->reason, INDENT_CELLS);
	}
}

static void
text_alarm(struct app *app, struct strbuf *sb, const struct ledger_alarm *alarm,
    int64_t now)
{
	static const char *const words[] = {
		[ALARM_FORK] = "was shown another head",
		[ALARM_FREEZE] = "has a newer head",
		[ALARM_STOLEN] = "was shown a head never published here",
	};

	strbuf_addf(sb,
	    "alarm: %s of %s: %s %s\n%*s(serial %" PRId64 ", noticed %s)",
	    alarm_kind_name(alarm->kind), alarm->node, alarm->witness,
	    words[alarm->kind], INDENT_CELLS, "", alarm->serial,
	    ago(app, alarm->since, now));
	if (alarm->is_proven)
		strbuf_addf(sb, ": gspd peer evidence %s", alarm->node);
	strbuf_addch(sb, '\n');
}

void
text_alarms(struct app *app, struct strbuf *sb, const struct api_peer *peers,
    size_t n, int64_t now)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < peers[i].n_alarms; k++)
			text_alarm(app, sb, &peers[i].alarms[k], now);
}

void
text_peers(struct app *app, struct strbuf *sb, const struct api_peer *peers,
    size_t n, int64_t now)
{
	int width = NAME_CELLS;

	if (n < 2) {
		strbuf_addstr(sb, "no peers yet: gspd peer add URL\n");
	} else {
		for (size_t i = 1; i < n; i++) {
			int len = (int)strlen(peers[i].name);

			width = len > width ? len : width;
		}
		strbuf_addf(sb, "%-*s  %-11s %8s  %-10s  %-7s  %-*s  %s\n",
		    width, "PEER", "STATE", "RECORDS", "LAST GOOD", "NEXT",
		    LEDGER_PULLS_KEPT, "LAST 30", "NOTE");
	}
	for (size_t i = 1; i < n; i++)
		text_peer(app, sb, &peers[i], width, now);
	text_alarms(app, sb, peers, n, now);
}

/* ---- one peer ---- */

static void
line(struct strbuf *sb, const char *label, const char *text)
{
	if (*text == '\0')
		return;
	strbuf_addf(sb, "%-*s", LABEL_CELLS, label);
	add_wrapped(sb, text, LABEL_CELLS);
}

static void
line_number(struct app *app, struct strbuf *sb, const char *label, int64_t n)
{
	if (n != 0)
		line(sb, label, arena_printf(app->arena, "%" PRId64, n));
}

static void
show_state(struct app *app, struct strbuf *sb, const struct api_peer *peer,
    int64_t now)
{
	char marks[API_MARKS_LEN], until[CLOCK_TEXT_LEN];

	line(sb, "state",
	    peer->state_since == 0 ? peer_state_name(peer->state)
				   : arena_printf(app->arena, "%s, since %s",
					 peer_state_name(peer->state),
					 ago(app, peer->state_since, now)));
	line(sb, "reason", peer->reason);
	line(sb, "records",
	    arena_printf(app->arena, "%" PRId64 "%s", peer->records,
		peer->row.bad_records == 0
		    ? ""
		    : arena_printf(app->arena, ", %" PRId64 " skipped",
			  peer->row.bad_records)));
	if (!peer->is_self) {
		line(sb, "last good", ago(app, peer->last_good, now));
		line(sb, "last try", ago(app, peer->row.last_try, now));
		line(sb, "next", next_words(app, peer));
	}
	api_peer_marks(peer, marks);
	if (marks[0] != '\0')
		line(sb, "last 30",
		    arena_printf(app->arena, "%s %zu good, %zu failed", marks,
			peer->n_pulls_good,
			peer->n_pulls - peer->n_pulls_good));
	line_number(app, sb, "failures", peer->row.failures);
	line_number(app, sb, "refusals", peer->row.refusals);
	if (peer->row.held_until != 0) {
		clock_format(peer->row.held_until, until);
		line(sb, "held",
		    arena_printf(app->arena, "too many changes, until %s",
			until));
	}
	if (peer->row.held_serial != 0)
		line(sb, "held",
		    arena_printf(app->arena, "serial %" PRId64 ", since %s",
			peer->row.held_serial,
			ago(app, peer->row.held_since, now)));
}

static void
show_head(struct app *app, struct strbuf *sb, const struct api_peer *peer,
    int64_t now)
{
	const struct ledger_peer *row = &peer->row;
	char expires[CLOCK_TEXT_LEN];

	if (row->serial != 0) {
		clock_format(row->expires, expires);
		line(sb, "head",
		    arena_printf(app->arena,
			"serial %" PRId64 ", epoch %" PRId64
			", signed %s, expires %s",
			row->serial, row->epoch, ago(app, row->serial, now),
			expires));
	}
	line(sb, "digest", row->digest);
	line(sb, "refused", row->refused_digest);
	line(sb, "key", peer->key);
	if (*api_peer_pin(peer) != '\0')
		line(sb, "pinned",
		    arena_printf(app->arena,
			"%s, rotated since, epoch %" PRId64, api_peer_pin(peer),
			row->epoch));
	line(sb, "via", row->via);
	if (!peer->is_self)
		line(sb, "trusted",
		    peer->is_member && peer->is_by_hand
			? "by the membership list and peers.conf"
		    : peer->is_member ? "by the membership list"
				      : "by peers.conf");
}

void
text_peer_show(struct app *app, struct strbuf *sb, const struct api_peer *peer,
    int64_t now)
{
	line(sb, "peer", peer->name);
	line(sb, "url", peer->url);
	show_state(app, sb, peer, now);
	show_head(app, sb, peer, now);
	text_alarms(app, sb, peer, 1, now);
	for (size_t i = 0; i < peer->n_liars; i++)
		line(sb, "relay lied",
		    arena_printf(app->arena, "%s: %s", peer->liars[i].relay,
			peer->liars[i].reason));
	for (size_t i = 0; i < peer->n_seen; i++)
		line(sb, "seen by",
		    arena_printf(app->arena, "%s: serial %" PRId64 " %s",
			peer->seen[i].witness, peer->seen[i].serial,
			peer->seen[i].digest));
	for (size_t i = 0; i < peer->n_bad; i++)
		line(sb, "skipped",
		    arena_printf(app->arena, "%s: %s", peer->bad_ids[i],
			peer->bad_reasons[i]));
}
