/*
 * rotate: new keys by the offline key. A peer that knows only what it was
 * told before follows the statements; a kill before any step leaves the old
 * keys or leads to the new ones (publish.h, feed-protocol.md 6).
 */
#define _GNU_SOURCE /* ptrace requests */
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed_world.h"

#define STEPS_MAX 2000

/* What a peer knows of the node. */
struct trust {
	char key[65];
	char nextkey[65];
	int64_t epoch;
};

static struct world world;
static struct arena *arena;
static struct trust trust;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	world_init(&world, "ca");
	world_save(&world, 1, "Choir");
	world_publish(&world);
	trust = (struct trust){ .epoch = 0 };
	memcpy(trust.key, world.key_hash, 65);
	memcpy(trust.nextkey, world.nextkey, 65);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_release(&world);
	arena_free(arena);
	return 0;
}

static const char *
in_folder(const char *name)
{
	return world_path(&world, arena, name);
}

/* As a peer: every statement that is there, in order. */
static int
follow(void)
{
	int walked = 0;

	for (;; walked++) {
		const char *path = arena_printf(arena, "%s/feed/rot/%lld.xml",
		    world.folder, (long long)trust.epoch + 1);
		struct feed_rotation got;
		struct strbuf bytes;
		struct err err = { 0 };

		if (!file_exists(path))
			return walked;
		if (file_read(path, FEED_ROTATION_MAX, &bytes, &err) == -1 ||
		    verify_rotation(arena, bytes.buf, bytes.len, "ca",
			trust.epoch + 1, trust.nextkey, NULL, &got, &err) == -1)
			fail_msg("%s", err.text);
		strbuf_release(&bytes);
		memcpy(trust.key, got.online, 65);
		memcpy(trust.nextkey, got.nextkey, 65);
		trust.epoch = got.epoch;
	}
}

static enum verify_verdict
judge_feed(struct err *err)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = trust.key,
		.nextkey = trust.nextkey,
		.epoch = trust.epoch,
		.now = world.now };
	struct feed_head head;
	struct strbuf bytes;
	char digest[65];
	enum verify_verdict verdict;

	if (file_read(in_folder("feed/head.xml"), FEED_HEAD_MAX, &bytes, err) ==
	    -1)
		fail_msg("%s", err->text);
	verdict = verify_head(arena, bytes.buf, bytes.len, &policy, &head,
	    digest, err);
	strbuf_release(&bytes);
	return verdict;
}

/* After a publish the peer is content, and the next offline key is known. */
static void
check_node(const char *next_file)
{
	struct publish_result result;
	struct err err = { 0 };
	struct key *key;
	char hash[65];
	int64_t epoch;

	world.now++;
	if (world_try_publish(&world, false, false, &result, &err) == -1)
		fail_msg("%s", err.text);
	follow();
	if (judge_feed(&err) != VERIFY_NEW)
		fail_msg("%s", err.text);
	key = publish_key_read(world.folder, &err);
	assert_non_null(key);
	key_hash(key, hash);
	key_free(key);
	assert_string_equal(hash, trust.key);
	assert_int_equal(publish_nextkey_read(world.folder, hash, &err), 0);
	assert_string_equal(hash, trust.nextkey);
	key = key_read(next_file, &err);
	if (key == NULL)
		fail_msg("%s", err.text);
	key_hash(key, hash);
	key_free(key);
	assert_string_equal(hash, trust.nextkey);
	assert_int_equal(publish_epoch(world.ledger, world.folder, &epoch,
			     &err),
	    0);
	assert_int_equal(epoch, trust.epoch);
}

static int
try_rotate(const char *with, const char *next_to, struct err *err)
{
	struct rotate_options options = { .folder = world.folder,
		.node = "ca",
		.with = with,
		.next_to = next_to };
	struct rotate_result result;

	return publish_rotate(world.ledger, &options, &result, err);
}

static void
rotate(const char *with, const char *next_to)
{
	struct err err = { 0 };

	if (try_rotate(with, next_to, &err) == -1)
		fail_msg("%s", err.text);
}

/* ---- the way it should go ---- */

static void
test_rotate(void **state)
{
	const char *next = in_folder("keys/next.pem");
	struct stat st;
	struct err err = { 0 };
	char **names;
	size_t n;

	(void)state;
	check_node(next);
	for (int i = 1; i <= 3; i++) {
		struct trust before = trust;

		rotate(NULL, NULL);
		/* The head still stands, and is refused once one follows. */
		assert_int_equal(judge_feed(&err), VERIFY_NEW);
		assert_int_equal(follow(), 1);
		assert_int_equal(judge_feed(&err), VERIFY_REFUSED);
		check_node(next);
		assert_int_equal(trust.epoch, i);
		assert_string_not_equal(trust.key, before.key);
		assert_string_not_equal(trust.key, before.nextkey);
		assert_string_not_equal(trust.nextkey, before.nextkey);
	}
	/* Nothing is left of the old ones. */
	assert_int_equal(file_list(arena, in_folder("keys"), &names, &n, &err),
	    0);
	assert_int_equal(n, 6);
	assert_string_equal(names[0], "next.hash");
	assert_string_equal(names[1], "next.pem");
	assert_string_equal(names[2], "online.pem");
	assert_string_equal(names[3], "rot-1.xml");
	assert_int_equal(stat(in_folder("keys/online.pem"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(next, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* A sleeper that knows the first keys walks all three. */
	trust.epoch = 0;
	memcpy(trust.key, world.key_hash, 65);
	memcpy(trust.nextkey, world.nextkey, 65);
	assert_int_equal(follow(), 3);
	assert_int_equal(judge_feed(&err), VERIFY_NEW);
}

static void
test_offline(void **state)
{
	const char *safe = in_folder("safe.pem"), *next = in_folder("2.pem");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(rename(in_folder("keys/next.pem"), safe), 0);
	assert_int_equal(try_rotate(NULL, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_non_null(strstr(err.text, "lost"));
	rotate(safe, next);
	check_node(next);
	assert_int_equal(trust.epoch, 1);
	assert_true(file_exists(safe));
	assert_false(file_exists(in_folder("keys/next.pem")));
	assert_false(file_exists(in_folder("2.pem.part")));
	assert_false(file_exists(in_folder("keys/next.new.hash")));
	/* The first one is spent, and the new one is not overwritten. */
	assert_int_equal(try_rotate(safe, NULL, &err), -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_int_equal(try_rotate(next, next, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(try_rotate(next, safe, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	check_node(next);
	assert_int_equal(trust.epoch, 1);
	/* A spent key that lies in keys/ goes. */
	assert_int_equal(rename(next, in_folder("keys/next.pem")), 0);
	rotate(NULL, next);
	check_node(next);
	assert_false(file_exists(in_folder("keys/next.pem")));
}

static void
test_refused(void **state)
{
	const char *text = "no key at all";
	struct err err = { 0 };
	struct strbuf pem;
	struct key *key;

	(void)state;
	/* The online key names nobody, nor does a stranger's. */
	assert_int_equal(try_rotate(in_folder("keys/online.pem"), NULL, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_int_equal(file_replace(in_folder("x.pem"), text, strlen(text),
			     0600, &err),
	    0);
	assert_int_equal(try_rotate(in_folder("x.pem"), NULL, &err), -1);
	/* Only its public half. */
	key = key_read(in_folder("keys/next.pem"), &err);
	assert_non_null(key);
	strbuf_init(&pem, 10000);
	assert_int_equal(key_public_pem(key, &pem, &err), 0);
	key_free(key);
	assert_int_equal(file_replace(in_folder("x.pem"), pem.buf, pem.len,
			     0600, &err),
	    0);
	strbuf_release(&pem);
	assert_int_equal(try_rotate(in_folder("x.pem"), NULL, &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	/* Nowhere to write to. */
	assert_int_equal(try_rotate(NULL, in_folder("no/such.pem"), &err), -1);
	check_node(in_folder("keys/next.pem"));
	assert_int_equal(trust.epoch, 0);
	/* Nobody was named. */
	assert_int_equal(file_remove(in_folder("keys/next.hash"), &err), 0);
	assert_int_equal(try_rotate(NULL, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CONF);
}

/* ---- lost and brought back ---- */

static void
test_lost_feed(void **state)
{
	const char *next = in_folder("keys/next.pem");
	struct err err = { 0 };

	(void)state;
	rotate(NULL, NULL);
	rotate(NULL, NULL);
	check_node(next);
	assert_int_equal(trust.epoch, 2);
	assert_int_equal(file_remove_tree(in_folder("feed"), &err), 0);
	check_node(next);
	assert_true(file_exists(in_folder("feed/rot/1.xml")));
	assert_true(file_exists(in_folder("feed/rot/2.xml")));
	/* The copies in keys/ come again from the feed. */
	assert_int_equal(file_remove(in_folder("keys/rot-1.xml"), &err), 0);
	check_node(next);
	assert_true(file_exists(in_folder("keys/rot-1.xml")));
}

static void
test_older_ledger(void **state)
{
	const char *next = in_folder("keys/next.pem");
	const char *copy = in_folder("older.db");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(ledger_copy(world.ledger, copy, &err), 0);
	rotate(NULL, NULL);
	check_node(next);
	world_close(&world);
	assert_int_equal(rename(copy, in_folder("ledger.db")), 0);
	(void)unlink(in_folder("ledger.db-wal"));
	(void)unlink(in_folder("ledger.db-shm"));
	world_open(&world);
	check_node(next);
	assert_int_equal(trust.epoch, 1);
	rotate(NULL, NULL);
	check_node(next);
	assert_int_equal(trust.epoch, 2);
}

static void
test_older_keys(void **state)
{
	const char *next = in_folder("keys/next.pem");
	const char *old = in_folder("old.pem"), *new = in_folder("new.pem");
	const char *online = in_folder("keys/online.pem");
	struct publish_result result;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(key_write(world.key, old, &err), 0);
	rotate(NULL, NULL);
	check_node(next);
	assert_int_equal(rename(online, new), 0);
	assert_int_equal(rename(old, online), 0);
	assert_int_equal(world_try_publish(&world, true, false, &result, &err),
	    -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_non_null(strstr(err.text, "backup"));
	/* The right one, or going on with the offline key, both help. */
	assert_int_equal(rename(new, online), 0);
	check_node(next);
	assert_int_equal(file_remove(online, &err), 0);
	rotate(NULL, NULL);
	check_node(next);
	assert_int_equal(trust.epoch, 2);
}

static void
test_damaged(void **state)
{
	struct publish_result result;
	struct err err = { 0 };

	(void)state;
	rotate(NULL, NULL);
	assert_int_equal(file_replace(in_folder("keys/rot-1.xml"), "<a></a>", 7,
			     0644, &err),
	    0);
	assert_int_equal(world_try_publish(&world, false, false, &result, &err),
	    -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_non_null(strstr(err.text, "rot-1.xml"));
	/* The copy in the feed is whole. */
	assert_int_equal(file_remove(in_folder("keys/rot-1.xml"), &err), 0);
	check_node(in_folder("keys/next.pem"));
	/* Names that are no epochs are nobody's business. */
	assert_int_equal(file_replace(in_folder("feed/rot/02.xml"), "x", 1,
			     0644, &err),
	    0);
	assert_int_equal(file_replace(in_folder("feed/rot/9.xml~"), "x", 1,
			     0644, &err),
	    0);
	assert_int_equal(file_replace(in_folder(
					  "feed/rot/99999999999999999.xml"),
			     "x", 1, 0644, &err),
	    0);
	check_node(in_folder("keys/next.pem"));
	assert_int_equal(trust.epoch, 1);
}

/* ---- kills ---- */

static bool
is_change(unsigned long nr)
{
	switch (nr) {
	case SYS_write:
	case SYS_fsync:
#ifdef SYS_rename
	case SYS_rename:
#endif
#ifdef SYS_unlink
	case SYS_unlink:
#endif
#ifdef SYS_mkdir
	case SYS_mkdir:
#endif
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_unlinkat:
	case SYS_mkdirat: return true;
	default: return false;
	}
}

/*
 * Run it in a child that is killed before its step-th call that could change
 * a file. 1: it was, 0: it came to its end before, -1: can not be done here.
 */
static int
run_killed(int step, const char *with, const char *next_to)
{
	struct err err = { 0 };
	int status, left = step;
	pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
			_exit(2);
		world_open(&world);
		(void)raise(SIGSTOP);
		_exit(try_rotate(with, next_to, &err) == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		return -1;
	assert_true(WIFSTOPPED(status));
	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD));
	for (;;) {
		struct __ptrace_syscall_info info = { .op = 0 };

		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == -1)
			fail();
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return 0;
		}
		assert_true(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <=
		    0) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return -1;
		}
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY ||
		    !is_change(info.entry.nr) || left-- > 0)
			continue;
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		return 1;
	}
}

/* Offline keys that are used in turn: the one that peers were told. */
static void
kill_everywhere(bool is_elsewhere)
{
	const char *home = in_folder("keys/next.pem");
	const char *files[2] = { in_folder("a.pem"), in_folder("b.pem") };
	const char *with = home;
	int rc = 1, n_old = 0, n_new = 0;

	for (int step = 0; rc == 1; step++) {
		const char *to = is_elsewhere ? files[step % 2] : NULL;
		const char *expected = to != NULL ? to : home;
		int64_t before = trust.epoch;
		struct err err = { 0 };

		assert_true(step < STEPS_MAX);
		world_close(&world);
		rc = run_killed(step, with, to);
		world_open(&world);
		if (rc == -1)
			skip();
		/* Old keys, or new ones, and it publishes as if nothing was. */
		check_node(follow() > 0 ? expected : with);
		assert_true(trust.epoch - before <= 1);
		if (trust.epoch == before) {
			n_old++;
			/* The same call once more goes through. */
			rotate(with, to);
			check_node(expected);
			assert_int_equal(trust.epoch, before + 1);
		} else {
			n_new++;
		}
		if (is_elsewhere && strcmp(with, expected) != 0)
			assert_int_equal(file_remove(with, &err), 0);
		with = expected;
		arena_reset(arena);
		home = in_folder("keys/next.pem");
		files[0] = in_folder("a.pem");
		files[1] = in_folder("b.pem");
		with = !is_elsewhere ? home : files[step % 2];
	}
	assert_true(n_old > 10 && n_new > 3);
}

static void
test_kill(void **state)
{
	(void)state;
	kill_everywhere(false);
}

static void
test_kill_elsewhere(void **state)
{
	(void)state;
	kill_everywhere(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rotate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_feed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_older_ledger, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_older_keys, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kill_elsewhere, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
