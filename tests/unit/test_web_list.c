/*
 * How the membership list that a node follows is shown: the page of nodes, the
 * JSON and the metrics, in every state it can be in. Its name and the reason
 * of a failure are foreign text.
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

static int64_t
number(const struct json *value, const char *key)
{
	value = json_get(value, key);
	assert_int_equal(json_type(value), JSON_TYPE_INT);
	return json_int(value);
}

static const char follow_conf[] =
    "[alliance]\nurl = https://board.example/list.xml\n"
    "board = " DIGEST_A " " DIGEST_B "\nneeded = 2\n"
    "[peer sg]\nurl = https://sg.example/\nkey = " DIGEST_A "\n"
    "[peer fr]\nurl = https://fr.example/\nkey = " DIGEST_A "\n";

static void
put_conf(const char *text)
{
	char path[200];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/peers.conf", site.folder);
	OK(file_put(path, text, strlen(text), 0600, &err));
}

/* As if the list had been taken under the section that is in peers.conf. */
static void
put_list(struct ledger_alliance row)
{
	static const struct ledger_member members[] = {
		{ .node = "sg",
		    .urls = "https://sg.example/",
		    .key = DIGEST_A },
		{ .node = "pt",
		    .urls = "https://pt.example/",
		    .key = DIGEST_A },
		{ .node = "ca",
		    .urls = "https://ca.example/",
		    .key = DIGEST_A },
		{ .node = "us",
		    .urls = "https://us.example/",
		    .key = DIGEST_A,
		    .is_left = true },
	};
	struct ledger *ledger;
	struct conf_peers peers;
	struct err err;

	ledger = ledger_open(site.folder, false, &err);
	assert_non_null(ledger);
	OK(conf_peers_read(site.folder, &peers, &err));
	ledger_alliance_source(&peers.alliance, row.source);
	conf_peers_release(&peers);
	OK(ledger_alliance_put(ledger, &row, &err));
	OK(ledger_members_put(ledger, members,
	    row.serial != 0 ? ARRAY_LEN(members) : 0, &err));
	ledger_close(ledger);
}

static void
assert_list(const char *state, const char *words)
{
	struct json *json;

	get("/peers", "", 200);
	assert_has(words);
	assert_lacks("<script");
	assert_lacks("<img");
	get("/api/v1/peers", "", 200);
	json = body_json();
	assert_string_equal(json_get_string(json_get(json_get(json, "meta"),
						"alliance"),
				"state"),
	    state);
	json_free(json);
}

static void
test_list(void **state)
{
	struct ledger_alliance row = { .name = "Coast " SITE_EVIL,
		.serial = SITE_NOW - 9000,
		.digest = DIGEST_B,
		.expires = SITE_NOW + 86400,
		.endorsed = 2,
		.last_try = SITE_NOW - 300,
		.last_good = SITE_NOW - 300,
		.url = "https://board.example/list.xml?" };
	const struct json *list;
	struct json *json;

	(void)state;
	put_conf(follow_conf);
	put_list(row);
	assert_list("good", "In force<");
	get("/peers", "", 200);
	assert_has("Coast &quot;&gt;&lt;script&gt;");
	assert_has("2 of the 2 keys of the board; 2 are needed");
	assert_has("22 November 2026");
	assert_has("5 minutes ago");
	assert_has("href=\"https://board.example/list.xml?\"");
	/* Who says that each is a peer: sg both, fr by hand, pt the list. */
	assert_has("by the operator of this node, and named by the "
		   "membership list");
	assert_has("Added by the operator of this node<");
	assert_has("Named by the membership list<");
	get("/api/v1/peers", "", 200);
	json = body_json();
	list = json_get(json_get(json, "meta"), "alliance");
	assert_int_equal(number(list, "members"), 3);
	assert_int_equal(number(list, "endorsed"), 2);
	assert_int_equal(number(list, "needed"), 2);
	assert_int_equal(number(list, "board"), 2);
	assert_int_equal(number(list, "serial"), SITE_NOW - 9000);
	assert_string_equal(json_get_string(list, "name"), row.name);
	assert_string_equal(json_get_string(list, "digest"), DIGEST_B);
	assert_string_equal(json_get_string(list, "expires"),
	    "2026-11-22T10:00:00Z");
	assert_null(json_get(list, "reason"));
	json_free(json);
	get("/metrics", "", 200);
	assert_has("gspd_alliance_members 3\n");
	assert_has("gspd_alliance_endorsed 2\n");
	assert_has("gspd_alliance_needed 2\n");
	assert_has("gspd_alliance_failures 0\n");
	assert_has("gspd_alliance_last_good_age_seconds 300\n");
	assert_has("gspd_alliance_expires_timestamp_seconds 1795341600\n");
	assert_lacks("script");
}

static void
test_list_in_trouble(void **state)
{
	struct ledger_alliance row = { .name = "Coast",
		.serial = SITE_NOW - 9000,
		.digest = DIGEST_B,
		.expires = SITE_NOW + 86400,
		.endorsed = 2,
		.last_try = SITE_NOW - 300,
		.last_good = SITE_NOW - 900,
		.failures = 4,
		.reason = "list.xml: " SITE_EVIL };

	(void)state;
	put_conf(follow_conf);
	put_list(row);
	assert_list("trouble", "the members known before stay");
	get("/peers", "", 200);
	assert_has("list.xml: &quot;&gt;&lt;script&gt;");
	assert_has("href=\"https://board.example/list.xml\"");
	get("/metrics", "", 200);
	assert_has("gspd_alliance_failures 4\n");
	assert_has("gspd_alliance_last_good_age_seconds 900\n");
	assert_lacks("script");
	/* Only the clock moved. */
	row.expires = SITE_NOW;
	row.failures = 0;
	row.reason[0] = '\0';
	put_list(row);
	assert_list("expired", "Expired: its board has not renewed it");
	/* Asked for, and never had. */
	put_list((struct ledger_alliance){ .last_try = SITE_NOW - 9,
	    .failures = 1,
	    .reason = "no route" });
	assert_list("none", "No list is in force yet");
	get("/peers", "", 200);
	assert_has("no route");
	assert_lacks("keys of the board;");
	get("/metrics", "", 200);
	assert_has("gspd_alliance_members 0\n");
	assert_has("gspd_alliance_failures 1\n");
	assert_lacks("gspd_alliance_last_good");
	assert_lacks("gspd_alliance_expires");
	/* Of another board: it counts no more. */
	row.expires = SITE_NOW + 900;
	put_list(row);
	put_conf("[alliance]\nurl = https://board.example/list.xml\n"
		 "board = " DIGEST_A "\nneeded = 1\n");
	assert_list("none", "No list is in force yet");
	/* None is followed: nothing is said. */
	put_list((struct ledger_alliance){ 0 });
	put_conf("");
	get("/peers", "", 200);
	assert_lacks("embership list");
	get("/metrics", "", 200);
	assert_lacks("gspd_alliance");
	get("/api/v1/peers", "", 200);
	assert_lacks("alliance");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_in_trouble),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
