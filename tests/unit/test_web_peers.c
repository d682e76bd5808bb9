/*
 * How peers are shown: one provider for the page, its detail page, the JSON
 * and the metrics, at a moment when promises have been broken since the last
 * pull. What peers say of themselves and of others is hostile text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>

#include <cmocka.h>

#include "ledger/ledger.h"
#include "visit.h"

#define OK(call) assert_int_equal((call), 0)

#define DIGEST_A                                                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B                                                               \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* ---- by the clock: pure ---- */

static const struct ledger_peer good = { .name = "sg",
	.state = PEER_FRESH,
	.state_since = 500,
	.serial = 1000,
	.next_promised = 2000,
	.expires = 3000 };

static void
assert_health(const struct ledger_peer *peer, int64_t now,
    enum peer_state state, int64_t since, const char *reason)
{
	struct ledger_health health = ledger_peer_health(peer, false, now);

	assert_string_equal(peer_state_name(health.state),
	    peer_state_name(state));
	assert_int_equal(health.since, since);
	assert_string_equal(health.reason, reason);
}

static void
test_the_clock(void **state)
{
	struct ledger_peer peer = good;

	(void)state;
	assert_health(&good, 2000, PEER_FRESH, 500, "");
	assert_health(&good, 2060, PEER_LATE, 2000,
	    "its next head is 60 s late");
	assert_health(&good, 3060, PEER_STALE, 3000,
	    "the last head it signed expired 60 s ago");
	/* Stored as late by a pull: told anew, and since then. */
	peer.state = PEER_LATE;
	peer.state_since = 2010;
	(void)snprintf(peer.reason, sizeof(peer.reason),
	    "its next head is 10 s late");
	assert_health(&peer, 2060, PEER_LATE, 2010,
	    "its next head is 60 s late");
	assert_health(&peer, 3060, PEER_STALE, 3000,
	    "the last head it signed expired 60 s ago");
	/* Trouble stays trouble, but who is silent becomes stale. */
	(void)snprintf(peer.reason, sizeof(peer.reason), "no route");
	peer.state = PEER_REJECTED;
	assert_health(&peer, 9000, PEER_REJECTED, 2010, "no route");
	peer.state = PEER_UNREACHABLE;
	assert_health(&peer, 2060, PEER_UNREACHABLE, 2010, "no route");
	assert_health(&peer, 3060, PEER_STALE, 3000,
	    "the last head it signed expired 60 s ago; no route");
	peer.state = PEER_STALE;
	(void)snprintf(peer.reason, sizeof(peer.reason),
	    "the last head it signed expired 1 s ago; no route");
	assert_health(&peer, 3060, PEER_STALE, 2010,
	    "the last head it signed expired 60 s ago; no route");
}

static void
test_pause_and_new(void **state)
{
	struct ledger_peer peer = { .name = "sg" };
	struct ledger_health health;

	(void)state;
	assert_health(&peer, 9000, PEER_NEW, 0, "");
	health = ledger_peer_health(&good, true, 9000);
	assert_int_equal(health.state, PEER_PAUSED);
	assert_int_equal(health.since, 0);
	/* Paused once, but peers.conf says so no more. */
	peer = good;
	peer.state = PEER_PAUSED;
	assert_health(&peer, 1500, PEER_FRESH, 0, "");
	/* A reason that fills its room is cut between characters. */
	peer.state = PEER_UNREACHABLE;
	for (size_t i = 0; i + 3 < sizeof(peer.reason); i += 3)
		memcpy(peer.reason + i, "\xe2\x82\xac", 3);
	health = ledger_peer_health(&peer, false, 9000);
	assert_int_equal(health.state, PEER_STALE);
	assert_true(valid_utf8(health.reason, strlen(health.reason), NULL));
}

/* ---- a site with peers in every state ---- */

static const char peers_conf[] =
    "[peer sg]\nurl = https://sg.example/\nkey = " DIGEST_A "\n"
    "[peer pt]\nurl = https://pt.example/\nkey = " DIGEST_A "\n"
    "[peer us]\nurl = https://us.example/\nkey = " DIGEST_A "\n"
    "[peer fr]\nurl = https://fr.example/\nkey = " DIGEST_A "\n"
    "[peer de]\nurl = https://de.example/\nkey = " DIGEST_A "\n"
    "paused = yes\n"
    "[peer jp]\nurl = https://jp.example/\nkey = " DIGEST_A "\n"
    "[peer br]\nurl = https://br.example/\nkey = " DIGEST_A "\n";

static void
put_peers(struct ledger *ledger)
{
	static const struct ledger_peer rows[] = {
		{ .name = "pt",
		    .state = PEER_FRESH,
		    .serial = SITE_NOW - 7000,
		    .next_promised = SITE_NOW - 600,
		    .expires = SITE_NOW + 9000,
		    .last_try = SITE_NOW - 300,
		    .last_good = SITE_NOW - 300,
		    .via = "jp",
		    .own_failures = 2,
		    .own_trouble = "silent " SITE_EVIL },
		{ .name = "us",
		    .state = PEER_FRESH,
		    .serial = SITE_NOW - 9000,
		    .next_promised = SITE_NOW - 8000,
		    .expires = SITE_NOW - 7000,
		    .last_good = SITE_NOW - 8900 },
		{ .name = "fr",
		    .state = PEER_UNREACHABLE,
		    .state_since = SITE_NOW - 500,
		    .reason = "timed out",
		    .serial = SITE_NOW - 9000,
		    .next_promised = SITE_NOW + 10,
		    .expires = SITE_NOW + 7000,
		    .last_good = SITE_NOW - 8900,
		    .failures = 3 },
		{ .name = "jp",
		    .state = PEER_FRESH,
		    .serial = SITE_NOW - 100,
		    .epoch = 2,
		    .digest = DIGEST_A,
		    .next_promised = SITE_NOW + 10,
		    .expires = SITE_NOW + 7000,
		    .last_good = SITE_NOW - 50 },
		{ .name = "br",
		    .state = PEER_HELD,
		    .state_since = SITE_NOW - 4000,
		    .serial = SITE_NOW - 100,
		    .expires = SITE_NOW + 7000,
		    .held_serial = SITE_NOW - 90,
		    .held_since = SITE_NOW - 80,
		    .held_until = SITE_NOW + 3600 },
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		OK(ledger_peer_put(ledger, &rows[i], &err));
}

static void
put_trouble(struct ledger *ledger)
{
	static const char *const ids[] = { "urn:gspd:sg:" SITE_EVIL, "b" };
	static const char *const reasons[] = { "name: " SITE_EVIL, "c" };
	static const struct ledger_alarm alarms[] = {
		{ .node = "sg",
		    .kind = ALARM_FORK,
		    .witness = "pt",
		    .serial = SITE_NOW - 7200,
		    .digest = DIGEST_B,
		    .held = DIGEST_A,
		    .is_proven = true,
		    .since = SITE_NOW - 600 },
		{ .node = "ca",
		    .kind = ALARM_STOLEN,
		    .witness = "jp",
		    .serial = SITE_NOW - 60,
		    .digest = DIGEST_B,
		    .since = SITE_NOW - 30 },
	};
	struct ledger_liar liar = { .relay = "us",
		.node = "sg",
		.until = SITE_NOW + 600,
		.reason = "page: " SITE_EVIL };
	struct ledger_seen seen = { .witness = "pt",
		.node = "jp",
		.serial = SITE_NOW - 100,
		.epoch = 2,
		.digest = DIGEST_B,
		.said_at = SITE_NOW - 20 };
	struct ledger_peer sg;
	struct err err;
	bool is_new;

	for (size_t i = 0; i < ARRAY_LEN(alarms); i++)
		OK(ledger_alarm_put(ledger, &alarms[i], &is_new, &err));
	OK(ledger_liar_put(ledger, &liar, &err));
	OK(ledger_seen_put(ledger, &seen, 1, &err));
	OK(ledger_bad_set(ledger, "sg", ids, reasons, 2, &err));
	OK(ledger_peer_get(ledger, "sg", &sg, &err));
	sg.bad_records = 2;
	sg.refusals = 4;
	OK(ledger_peer_put(ledger, &sg, &err));
}

static void
put_pulls(struct ledger *ledger)
{
	static const enum peer_state ends[] = { PEER_FRESH, PEER_REJECTED,
		PEER_UNREACHABLE, PEER_STALE };
	struct err err;

	for (int i = 0; i < 40; i++) {
		struct ledger_pull pull = { .at = SITE_NOW - (40 - i) * 60,
			.state = i < 37 ? PEER_FRESH : ends[i - 36],
			.took_ms = 100 + i,
			.pages = 1,
			.bytes = 5000,
			.changed = (int64_t)i * i * i };

		OK(ledger_pull_add(ledger, "sg", &pull, &err));
	}
}

static int
setup(void **state)
{
	struct ledger *ledger;
	char path[200];
	struct err err;

	(void)state;
	strbuf_init(&out, 8 << 20);
	site_start(&site, true);
	(void)snprintf(path, sizeof(path), "%s/peers.conf", site.folder);
	OK(file_put(path, peers_conf, strlen(peers_conf), 0600, &err));
	ledger = ledger_open(site.folder, false, &err);
	assert_non_null(ledger);
	put_peers(ledger);
	put_trouble(ledger);
	put_pulls(ledger);
	ledger_close(ledger);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	site_stop(&site);
	strbuf_release(&out);
	return 0;
}

static void
test_page(void **state)
{
	(void)state;
	get("/peers", "", 200);
	assert_has("Rejected");
	assert_has("Late: its next update is overdue");
	assert_has("its next head is 10 min late");
	assert_has("Stale");
	assert_has("Unreachable");
	assert_has("timed out");
	assert_has("Paused");
	assert_has("Held");
	assert_has("2 records skipped as faulty");
	assert_has("Fetched through Japan (jp)");
	assert_has("5 minutes ago");
	/* The last 30 pulls, drawn and said. */
	assert_has("30 fetches: 27 good, 1 too old, 1 without an answer, 1 "
		   "refused or held");
	assert_has("<svg class=\"spark\" viewBox=");
	/* Alarms, in plain words. */
	assert_has("Portugal (pt) was shown another list of Singapore (sg)");
	assert_has("gspd peer evidence sg");
	assert_has("Japan (jp) was shown a list signed with the key of");
	assert_has("gspd key rotate");
	assert_lacks("<script");
	assert_lacks("<img");
	assert_lacks(" style=");
}

static void
test_detail_page(void **state)
{
	(void)state;
	get("/peers/sg", "", 200);
	assert_has("<h1>Node sg, Singapore</h1>");
	assert_has("name: &quot;&gt;&lt;script&gt;");
	assert_has("Relays that gave wrong bytes");
	assert_has(DIGEST_A);
	assert_has(DIGEST_B);
	assert_has("href=\"https://sg.example/\"");
	assert_has("Each fetch");
	assert_lacks("<script");
	assert_lacks("<img");
	get("/peers/pt", "", 200);
	assert_has("silent &quot;&gt;&lt;script&gt;");
	assert_lacks("<script");
	get("/peers/jp", "", 200);
	assert_has("another list of the same number");
	get("/peers/br", "", 200);
	assert_has("too many changes in a day, until 21 November 2026");
	assert_has("gspd peer release br");
	get("/peers/de", "", 200);
	assert_has("gspd peer resume de");
	get("/peers/ca", "", 200);
	assert_has("gspd key rotate");
	get("/peers/xx", "", 404);
	get("/peers/", "", 404);
	get("/peers/%3Cscript%3E", "", 404);
	assert_lacks("<script>");
}

static const struct json *
find(const struct json *items, const char *node)
{
	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *item = json_at(items, i);

		if (strcmp(json_get_string(item, "node"), node) == 0)
			return item;
	}
	fail_msg("no %s", node);
	return NULL;
}

static int64_t
number(const struct json *value, const char *key, const char *sub)
{
	value = json_get(value, key);
	if (sub != NULL)
		value = json_get(value, sub);
	assert_int_equal(json_type(value), JSON_TYPE_INT);
	return json_int(value);
}

static void
test_json(void **state)
{
	static const struct {
		const char *node, *state;
	} table[] = { { "sg", "rejected" }, { "pt", "late" }, { "us", "stale" },
		{ "fr", "unreachable" }, { "de", "paused" }, { "jp", "fresh" },
		{ "br", "held" } };
	const struct json *items, *item;
	struct json *json;

	(void)state;
	get("/api/v1/peers", "", 200);
	json = body_json();
	items = json_get(json, "items");
	assert_int_equal(json_size(items), 8);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_string_equal(json_get_string(find(items, table[i].node),
					"state"),
		    table[i].state);
	item = find(items, "pt");
	assert_int_equal(number(item, "ages", "last_good"), 300);
	assert_int_equal(number(item, "ages", "last_try"), 300);
	assert_int_equal(number(item, "ages", "head"), 7000);
	assert_int_equal(number(item, "ages", "state"), 600);
	assert_int_equal(number(item, "next_pull_s", NULL), SITE_DUE);
	assert_string_equal(json_get_string(item, "via"), "jp");
	assert_string_equal(json_get_string(item, "own_trouble"),
	    "silent " SITE_EVIL);
	item = find(items, "de");
	assert_null(json_get(item, "next_pull_s"));
	assert_int_equal(json_size(json_get(item, "ages")), 0);
	assert_int_equal(number(find(items, "br"), "held", "serial"),
	    SITE_NOW - 90);
	item = find(items, "sg");
	assert_string_equal(json_get_string(item, "reason"), SITE_EVIL);
	assert_int_equal(number(item, "bad_records", NULL), 2);
	assert_int_equal(number(item, "refusals", NULL), 4);
	assert_int_equal(json_size(json_get(item, "pulls")), 30);
	assert_int_equal(number(item, "pulls_good", NULL), 27);
	assert_int_equal(number(item, "pulls_failed", NULL), 3);
	assert_null(json_get(item, "skipped"));
	item = json_at(json_get(item, "alarms"), 0);
	assert_string_equal(json_get_string(item, "kind"), "fork");
	assert_string_equal(json_get_string(item, "witness"), "pt");
	assert_string_equal(json_get_string(item, "digest"), DIGEST_B);
	assert_string_equal(json_get_string(item, "held"), DIGEST_A);
	assert_true(json_bool(json_get(item, "proven")));
	item = json_at(json_get(find(items, "ca"), "alarms"), 0);
	assert_string_equal(json_get_string(item, "kind"), "stolen");
	json_free(json);
}

static void
test_json_detail(void **state)
{
	const struct json *item;
	struct json *json;

	(void)state;
	get("/api/v1/peers/sg", "", 200);
	json = body_json();
	item = json_at(json_get(json, "skipped"), 0);
	assert_string_equal(json_get_string(item, "reason"),
	    "name: " SITE_EVIL);
	item = json_at(json_get(json, "lying_relays"), 0);
	assert_string_equal(json_get_string(item, "relay"), "us");
	json_free(json);
	get("/api/v1/peers/jp", "", 200);
	json = body_json();
	item = json_at(json_get(json, "seen_by"), 0);
	assert_string_equal(json_get_string(item, "witness"), "pt");
	json_free(json);
	get("/api/v1/peers/xx", "", 404);
	assert_header("Content-Type", "application/problem+json");
	get("/api/v1/peers/", "", 404);
}

static void
test_metrics(void **state)
{
	(void)state;
	get("/metrics", "", 200);
	assert_header("Content-Type",
	    "application/openmetrics-text; version=1.0.0; charset=utf-8");
	assert_header("Cache-Control", "no-store");
	assert_has("gspd_build_info{version=\"");
	assert_has("process_start_time_seconds 1795255200\n");
	assert_has("gspd_ready 1\n");
	assert_has("gspd_catalogue_records 5\n");
	assert_has("gspd_peers 7\n");
	assert_has("gspd_peer_state{node=\"pt\",gspd_peer_state=\"late\"} 1\n");
	assert_has(
	    "gspd_peer_state{node=\"pt\",gspd_peer_state=\"fresh\"} 0\n");
	assert_has("gspd_peer_last_good_age_seconds{node=\"pt\"} 300\n");
	assert_has("gspd_peer_head_age_seconds{node=\"pt\"} 7000\n");
	assert_lacks("gspd_peer_head_age_seconds{node=\"de\"}");
	assert_has("gspd_peer_failures{node=\"fr\"} 3\n");
	assert_has("gspd_peer_bad_records{node=\"sg\"} 2\n");
	assert_has("gspd_peer_held{node=\"br\"} 1\n");
	assert_has("gspd_peer_relayed{node=\"pt\"} 1\n");
	assert_has("gspd_peer_lying_relays{node=\"sg\"} 1\n");
	assert_has("gspd_alarms{kind=\"fork\"} 1\n");
	assert_has("gspd_alarms{kind=\"freeze\"} 0\n");
	assert_has("gspd_alarms{kind=\"stolen\"} 1\n");
	/* Nothing that others wrote. */
	assert_lacks("script");
	assert_lacks("timed out");
	assert_string_equal(client_body(&out) + client_body_len(&out) - 6,
	    "# EOF\n");
}

/* Peers that can not be read are said, and everything else goes on. */
static void
test_broken_peers(void **state)
{
	char path[200];
	struct err err;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/peers.conf", site.folder);
	OK(file_put(path, "[nonsense\n", 10, 0600, &err));
	get("/metrics", "", 503);
	assert_header("Content-Type", "text/plain; charset=utf-8");
	get("/search?q=choir", "", 200);
	OK(file_put(path, "", 0, 0600, &err));
	get("/metrics", "", 200);
	assert_has("gspd_peers 0\n");
	assert_lacks("gspd_peer_state");
	get("/peers", "", 200);
	assert_has("no peers yet");
	OK(file_put(path, peers_conf, strlen(peers_conf), 0600, &err));
}

/* 200 peers with pulls of every kind still make a small page. */
static void
test_many_peers(void **state)
{
	struct ledger *ledger;
	struct strbuf conf;
	char path[200];
	struct err err;

	(void)state;
	strbuf_init(&conf, 1 << 20);
	ledger = ledger_open(site.folder, false, &err);
	assert_non_null(ledger);
	OK(ledger_begin(ledger, &err));
	for (unsigned i = 0; i < 200; i++) {
		struct ledger_peer peer = { .state = PEER_UNREACHABLE,
			.serial = SITE_NOW - i,
			.expires = SITE_NOW + 900,
			.reason = "Failed to connect to the port" };

		(void)snprintf(peer.name, sizeof(peer.name), "gb-p%u", i);
		strbuf_addf(&conf,
		    "[peer gb-p%u]\nurl = https://p%u.example/\n"
		    "key = " DIGEST_A "\n",
		    i, i);
		OK(ledger_peer_put(ledger, &peer, &err));
		for (unsigned k = 0; k < 30; k++) {
			unsigned chance = (i * 7919 + k * 104729) % 997;
			struct ledger_pull pull = { .at = SITE_NOW - k,
				.state = chance % 20 == 0   ? PEER_UNREACHABLE
					 : chance % 50 == 1 ? PEER_REJECTED
							    : PEER_FRESH,
				.changed = chance % 3 == 0 ? chance : 0 };

			OK(ledger_pull_add(ledger, peer.name, &pull, &err));
		}
	}
	OK(ledger_commit(ledger, &err));
	ledger_close(ledger);
	(void)snprintf(path, sizeof(path), "%s/peers.conf", site.folder);
	OK(file_put(path, conf.buf, conf.len, 0600, &err));
	strbuf_release(&conf);
	get("/peers", "Accept-Encoding: gzip\r\n", 200);
	assert_header("Content-Encoding", "gzip");
	if (client_body_len(&out) > 30 * 1024)
		fail_msg("%zu bytes", client_body_len(&out));
	get("/peers", "", 200);
	assert_has("href=\"/peers/gb-p199\"");
	get("/metrics", "", 200);
	assert_has("gspd_peers 200\n");
	get("/api/v1/peers", "", 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_clock),
		cmocka_unit_test(test_pause_and_new),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_detail_page),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_detail),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_broken_peers),
		cmocka_unit_test(test_many_peers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
