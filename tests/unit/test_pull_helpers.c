/*
 * Many peers at once, each read by a process of its own: those that wait are
 * few, whatever the number of peers, and none is left behind (pull.h,
 * parse.h). The peers are those of bench/schedule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../bench/peers.h"
#include "pull/limits.h"
#include "pull/pull.h"
#include "xml/xml.h"

#define PEERS   24
#define RECORDS 100 /* a tenth of them each */

struct watch {
	size_t most;
	size_t looks;
};

static size_t
children(void)
{
	struct strbuf text;
	struct err err;
	char path[64];
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	if (file_read(path, 1 << 16, &text, &err) == 0)
		for (size_t i = 0; i < text.len; i++)
			n += text.buf[i] == ' ';
	strbuf_release(&text);
	return n;
}

static void
on_progress(void *ctx, const char *name, int64_t pages, int64_t of,
    int64_t bytes)
{
	struct watch *watch = ctx;
	size_t n = children();

	(void)name;
	(void)pages;
	(void)of;
	(void)bytes;
	watch->looks++;
	if (n > watch->most)
		watch->most = n;
}

static int64_t
now(void *ctx)
{
	(void)ctx;
	return clock_now();
}

static void
test_few(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	const struct conf_peer *confs[PEERS];
	struct pull_result results[PEERS];
	char folder[] = "/tmp/gspd-helpers-XXXXXX", node[64], program[4096];
	struct peers peers = { 0 };
	struct watch watch = { 0 };
	struct pull_env env = { .folder = node,
		.node = "sg",
		.user_agent = "gspd/test",
		.parser = program,
		.now = now,
		.progress = on_progress,
		.ctx = &watch };
	struct err err = { 0 };
	size_t before;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(node, sizeof(node), "%s/node", folder);
	(void)snprintf(program, sizeof(program), "%s/gspd",
	    build != NULL ? build : ".");
	if (peers_start(&peers, folder, PEERS, 0, RECORDS, clock_now(), &err) ==
		-1 ||
	    file_mkdirs(node, 0700, &err) == -1)
		fail_msg("%s", err.text);
	before = children();
	env.ledger = ledger_open(node, true, &err);
	env.catalogue = catalogue_open(node, CATALOGUE_WRITE, &err);
	env.search = search_open(env.catalogue, &err);
	for (size_t i = 0; i < PEERS; i++)
		confs[i] = &peers.confs[i];
	if (pull_round(&env, confs, PEERS, results, &err) == -1)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < PEERS; i++)
		if (results[i].state != PEER_FRESH)
			fail_msg("%s: %s", results[i].name, results[i].reason);
	assert_true(watch.looks >= PEERS);
	print_message("# %zu helpers at most\n", watch.most - before);
	/* One more may have read a head just now. */
	assert_true(watch.most - before <= PULL_HELPERS + 1);
	assert_int_equal(children(), before);
	search_close(env.search);
	catalogue_close(env.catalogue);
	ledger_close(env.ledger);
	peers_stop(&peers);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

static int
setup(void **state)
{
	(void)state;
	xml_init();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
