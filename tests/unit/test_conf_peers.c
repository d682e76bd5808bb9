/*
 * peers.conf: reading, and changes by command that leave alone what people
 * wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PEER(name)                                                             \
	"[peer " name "]\nurl = https://" name ".example\nkey = " KEY "\n"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/gspd-peers-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(folder, &err);
}

static void
put(const char *text)
{
	struct strbuf path;
	struct err err;

	strbuf_init(&path, 4096);
	strbuf_addf(&path, "%s/peers.conf", folder);
	assert_int_equal(file_put(path.buf, text, strlen(text), 0600, &err), 0);
	strbuf_release(&path);
}

static void
expect(const char *text)
{
	struct strbuf path, sb;
	struct err err;

	strbuf_init(&path, 4096);
	strbuf_addf(&path, "%s/peers.conf", folder);
	assert_int_equal(file_read(path.buf, 1 << 20, &sb, &err), 0);
	assert_string_equal(sb.buf, text);
	strbuf_release(&path);
	strbuf_release(&sb);
}

static void
test_read(void **state)
{
	struct conf_peers peers;
	const struct conf_peer *peer;
	struct err err;

	(void)state;
	assert_int_equal(conf_peers_read(folder, &peers, &err), 0);
	assert_int_equal(peers.n, 0);
	put("# ours\n" PEER(
	    "pt") "max-bytes = 2G\npaused = yes\n\n"
		  "[peer  gb-eng]\nurl = http://127.0.0.1:8080/\n"
		  "key = " KEY "\ninsecure = yes\nallow-private = yes\n");
	assert_int_equal(conf_peers_read(folder, &peers, &err), 0);
	assert_int_equal(peers.n, 2);
	peer = conf_peer_find(&peers, "pt");
	assert_non_null(peer);
	assert_string_equal(peer->url, "https://pt.example/");
	assert_int_equal(peer->max_bytes, (int64_t)2 << 30);
	assert_int_equal(peer->max_records, 100000);
	assert_true(peer->is_paused);
	assert_false(peer->is_insecure);
	assert_int_equal(peer->line, 2);
	peer = conf_peer_find(&peers, "gb-eng");
	assert_true(peer->is_insecure && peer->allow_private);
	assert_null(conf_peer_find(&peers, "fr"));
	conf_peers_release(&peers);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{ "url = x\n", "p:1: key before any [peer NAME]" },
		{ "[pt]\n", "p:1: unknown section 'pt'" },
		{ "[peer]\n", "unknown section" },
		{ "[peer Portugal]\n", "is no node name" },
		{ "[peer pt]\n", "p:1: [peer pt] has no url" },
		{ "[peer pt]\nurl = https://a/\n", "has no key" },
		{ "[peer pt]\nkey = 12\n", "key must be: 64 hex" },
		{ "[peer pt]\nkye = 12\n", "did you mean 'key'?" },
		{ "[peer pt]\nwhatever = 12\n", "unknown key 'whatever'" },
		{ "[peer pt]\ninsecure = true\n", "must be yes or no" },
		{ "[peer pt]\nmax-records = 0\n", "must be 1 to" },
		{ PEER("pt") PEER("pt"), "given twice, first in line 1" },
		{ PEER("pt") "key = " KEY "\n", "p:4: key is given twice" },
		{ "[peer pt]\nurl = http://a/\nkey = " KEY "\n",
		    "p:1: [peer pt] url is plain http" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf_peers peers;
		struct err err = { 0 };

		assert_int_equal(conf_peers_parse("p", rows[i].text,
				     strlen(rows[i].text), &peers, &err),
		    -1);
		assert_int_equal(err.code, ERR_CONF);
		if (strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.text,
			    rows[i].says);
	}
}

static void
test_too_many(void **state)
{
	struct conf_peers peers;
	struct strbuf sb;
	struct err err;

	(void)state;
	strbuf_init(&sb, CONF_FILE_MAX);
	for (int i = 0; i <= CONF_PEERS_MAX; i++)
		strbuf_addf(&sb, "[peer aa-n%d]\nurl = https://a/\nkey = %s\n",
		    i, KEY);
	assert_int_equal(conf_peers_parse("p", sb.buf, sb.len, &peers, &err),
	    -1);
	assert_non_null(strstr(err.text, "more than 1000 peers"));
	strbuf_release(&sb);
}

static void
test_add(void **state)
{
	struct conf_peer peer = { .name = (char *)"fr",
		.url = (char *)"http://127.0.0.1:9/",
		.key = (char *)KEY,
		.is_insecure = true,
		.max_records = 100000,
		.max_bytes = 256 << 20 };
	struct err err;

	(void)state;
	put("# by hand\n" PEER("pt") "# end, no newline");
	assert_int_equal(conf_peer_add(folder, &peer, &err), 0);
	expect("# by hand\n" PEER("pt") "# end, no newline\n\n[peer fr]\n"
					"url = http://127.0.0.1:9/\nkey = " KEY
					"\ninsecure = yes\n");
	assert_int_equal(conf_peer_add(folder, &peer, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	/* What would not parse is not written. */
	peer.name = (char *)"es";
	peer.is_insecure = false;
	assert_int_equal(conf_peer_add(folder, &peer, &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_int_equal(conf_peer_remove(folder, "fr", &err), 0);
	expect("# by hand\n" PEER("pt") "# end, no newline\n");
}

static void
test_remove(void **state)
{
	struct err err;

	(void)state;
	put("# a\n" PEER("pt") "\n# about France\n" PEER("fr") "# tail\n");
	assert_int_equal(conf_peer_remove(folder, "pt", &err), 0);
	expect("# a\n\n# about France\n" PEER("fr") "# tail\n");
	assert_int_equal(conf_peer_remove(folder, "pt", &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static void
test_set(void **state)
{
	struct err err;

	(void)state;
	put(PEER("pt") "# note\n\n" PEER("fr"));
	assert_int_equal(conf_peer_set(folder, "pt", "paused", "yes", &err), 0);
	expect(PEER("pt") "paused = yes\n# note\n\n" PEER("fr"));
	assert_int_equal(conf_peer_set(folder, "pt", "paused", "no", &err), 0);
	expect(PEER("pt") "paused = no\n# note\n\n" PEER("fr"));
	assert_int_equal(conf_peer_set(folder, "pt", "paused", NULL, &err), 0);
	expect(PEER("pt") "# note\n\n" PEER("fr"));
	assert_int_equal(conf_peer_set(folder, "pt", "paused", "x", &err), -1);
	assert_int_equal(conf_peer_set(folder, "pt", "url",
			     "https://a/\nkey = 1", &err),
	    -1);
	assert_int_equal(conf_peer_set(folder, "es", "paused", "no", &err), -1);
	expect(PEER("pt") "# note\n\n" PEER("fr"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test_setup_teardown(test_add, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
