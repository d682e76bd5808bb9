/*
 * effective: whom a node pulls from: peers by hand and members of the list
 * that it follows, as one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ledger/ledger.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct arena *arena;
static struct err err;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define ALLIANCE                                                               \
	"[alliance]\nurl = https://a.example/l/\nboard = " KEY                 \
	"\nneeded = 1\nmax-records = 7\n"

static struct conf_peers
peers_of(const char *text)
{
	struct conf_peers peers;

	if (conf_peers_parse("p", text, strlen(text), &peers, &err) == -1)
		fail_msg("%s", err.text);
	return peers;
}

static void
test_join(void **state)
{
	static const struct ledger_member named[] = {
		{ .node = "ca", .key = KEY, .urls = "https://ca.example/" },
		{ .node = "de",
		    .key = KEY,
		    .urls = "https://de.example/",
		    .is_left = true },
		{ .node = "fr",
		    .key = KEY,
		    .epoch = 2,
		    .least = 5,
		    .urls = "https://fr.example/ https://fr2.example/" },
		{ .node = "pt", .key = KEY, .urls = "https://pt.example/" },
		{ .node = "us", .key = KEY, .urls = "http://us.example/" },
	};
	struct conf_peers peers = peers_of(
	    ALLIANCE "insecure = yes\n[peer de]\npaused = yes\n"
		     "[peer pt]\nmax-records = 9\n"
		     "[peer us]\nurl = https://hand.example/\nkey = " KEY "\n"
		     "[peer sg]\nurl = https://sg.example/\nkey = " KEY "\n");
	const struct conf_peer *peer;

	(void)state;
	ledger_peers_join(&peers, named, ARRAY_LEN(named), "ca");
	/* Ourselves are none, who left is none: pt us sg by hand, and fr. */
	assert_int_equal(peers.n, 4);
	assert_null(conf_peer_find(&peers, "ca"));
	assert_null(conf_peer_find(&peers, "de"));
	peer = conf_peer_find(&peers, "fr");
	assert_string_equal(peer->url, "https://fr.example/");
	assert_string_equal(peer->more_urls, "https://fr2.example/");
	assert_string_equal(peer->key, KEY);
	assert_int_equal(peer->epoch, 2);
	assert_int_equal(peer->least, 5);
	assert_int_equal(peer->line, 0);
	assert_int_equal(peer->max_records, 7);
	assert_true(peer->is_member && peer->is_insecure);
	peer = conf_peer_find(&peers, "pt");
	assert_string_equal(peer->url, "https://pt.example/");
	assert_int_equal(peer->max_records, 9);
	assert_true(peer->is_member && peer->line > 0);
	/* By hand: its own address first, its own key of any epoch. */
	peer = conf_peer_find(&peers, "us");
	assert_string_equal(peer->url, "https://hand.example/");
	assert_string_equal(peer->more_urls, "http://us.example/");
	assert_int_equal(peer->epoch, -1);
	peer = conf_peer_find(&peers, "sg");
	assert_false(peer->is_member || peer->is_insecure);
	assert_int_equal(peer->max_records, 100000);
	conf_peers_release(&peers);
	/* Nobody is named: what leans on the list is dropped. */
	peers = peers_of(ALLIANCE "[peer pt]\npaused = yes\n");
	ledger_peers_join(&peers, NULL, 0, "ca");
	assert_int_equal(peers.n, 0);
	conf_peers_release(&peers);
}

static void
test_source(void **state)
{
	static char a[] = KEY " 11" KEY;
	char one[65], two[65];
	struct conf_alliance alliance = { .needed = 1 };

	(void)state;
	/* The order of the keys means nothing; key and number do. */
	a[65 + 64] = '\0';
	alliance.board = a;
	ledger_alliance_source(&alliance, one);
	alliance.board = arena_printf(arena, "%s %s", a + 65, KEY);
	ledger_alliance_source(&alliance, two);
	assert_string_equal(one, two);
	alliance.needed = 2;
	ledger_alliance_source(&alliance, two);
	assert_string_not_equal(one, two);
	alliance.needed = 1;
	alliance.board = a + 65;
	ledger_alliance_source(&alliance, two);
	assert_string_not_equal(one, two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_source),
	};

	return cmocka_run_group_tests_name("effective", tests, setup, teardown);
}
