/*
 * The writer of the search index is killed: at the two points where the
 * catalogue and the index are not in step, and at random ones. And readers
 * go on meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "index_world.h"

#define KILLS   20
#define COMMITS 200

static struct index_world w;
static struct err err;

static int
setup(void **state)
{
	(void)state;
	index_world_new(&w);
	index_world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	index_world_free(&w);
	return 0;
}

static int
prepare_and_die(void *ctx, int64_t version, struct err *ret_err)
{
	if (writer_prepare(ctx, version, ret_err) == -1)
		_exit(1);
	_exit(0);
}

static void
die(void *ctx, bool is_committed)
{
	(void)ctx;
	_exit(is_committed ? 0 : 1);
}

/* A process that edits record 3 and ends on the way. */
static void
edit_and_die(bool before_commit)
{
	pid_t pid;
	int status;

	index_world_close(&w);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		struct catalogue_watch watch = { writer_changed, writer_prepare,
			writer_settled, NULL };

		index_world_open(&w);
		watch.ctx = w.writer;
		if (before_commit)
			watch.prepare = prepare_and_die;
		else
			watch.settled = die;
		index_begin(&w);
		index_put(&w, 3, 77);
		(void)!catalogue_commit(w.cat, &watch, &err);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
fill(void)
{
	index_begin(&w);
	for (int i = 0; i < 30; i++)
		index_put(&w, i, 1);
	index_commit(&w);
}

static void
test_before_commit(void **state)
{
	char **names;
	size_t n;

	(void)state;
	fill();
	edit_and_die(true);
	index_world_open(&w);
	index_verify(&w); /* as it was; the version, too, fits */
	assert_null(strstr(index_wanted(&w), ":77 "));
	edit_and_die(true);
	/* It waits for a version that another commit now gets. */
	w.cat = catalogue_open(w.folder, CATALOGUE_WRITE, &err);
	assert_non_null(w.cat);
	assert_int_equal(file_list(w.arena, w.index, &names, &n, &err), 0);
	assert_int_equal(strncmp(names[n - 1], "next-", 5), 0);
	index_world_open(&w);
	index_edit(&w, 5, 9);
	index_verify(&w);
}

static void
test_before_rename(void **state)
{
	struct snapshot *snapshot = snapshot_new(w.folder);
	const char *old;

	(void)state;
	fill();
	old = index_alive(&w, snapshot);
	edit_and_die(false);
	/* Readers have the old state until a writer comes. */
	assert_string_equal(index_alive(&w, snapshot), old);
	index_world_open(&w);
	index_verify(&w);
	assert_non_null(strstr(index_alive(&w, snapshot), ":77 "));
	/* Finished, not made again: that would be one segment. */
	assert_int_equal(index_segments(&w), 2);
	snapshot_free(snapshot);
}

/* The same met by a writer that was open all the time. */
static void
test_waiting_is_finished_by_a_commit(void **state)
{
	struct index_world other;
	pid_t pid;
	int status;

	(void)state;
	fill();
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		struct catalogue_watch watch = { writer_changed, writer_prepare,
			die, NULL };

		/* Handles of the parent are not for here. */
		other = w;
		other.writer = NULL;
		other.cat = catalogue_open(w.folder, CATALOGUE_WRITE, &err);
		other.writer = writer_open(other.cat, &err);
		watch.ctx = other.writer;
		index_begin(&other);
		index_put(&other, 3, 77);
		(void)!catalogue_commit(other.cat, &watch, &err);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	index_edit(&w, 4, 78);
	index_verify(&w);
	assert_int_equal(index_segments(&w), 3);
}

/* Killed before the commit; then a writer opens, and then somebody commits
 * without telling: what waited for that version must not be taken for it. */
static void
test_false_friend(void **state)
{
	struct writer *writer;

	(void)state;
	fill();
	edit_and_die(true);
	index_world_open(&w);
	writer = w.writer;
	w.writer = NULL;
	index_edit(&w, 6, 5);
	w.writer = writer;
	index_world_open(&w);
	index_verify(&w);
}

/* ---- at random ---- */

static void
pause_ms(unsigned ms)
{
	struct timespec ts = { 0, (long)ms * 1000000 };

	(void)nanosleep(&ts, NULL);
}

static void
edit_for_ever(unsigned seed)
{
	index_world_open(&w);
	for (int rev = 1;; rev++) {
		seed = seed * 1103515245 + 12345;
		index_begin(&w);
		for (unsigned i = 0; i < 1 + (seed >> 16) % 20; i++)
			index_put(&w, (int)((seed >> 8) + 7 * i) % 200,
			    rev + (int)(seed >> 24) * 1000);
		index_commit(&w);
	}
}

static void
test_random_kills(void **state)
{
	(void)state;
	fill();
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t pid;
		int status;

		index_world_close(&w);
		pid = fork();
		assert_true(pid != -1);
		if (pid == 0) {
			edit_for_ever(i);
			_exit(1);
		}
		pause_ms(20 + i * 37 % 100);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		index_world_open(&w);
		index_verify(&w);
	}
}

/* ---- readers ---- */

/* Refreshes until it sees revision COMMITS; every state must be one of the
 * commits: record 0 has the latest revision, and each is there once. */
static void
read_all(void)
{
	struct snapshot *snapshot = snapshot_new(w.folder);
	long last = 0;

	for (;;) {
		const char *alive = index_alive(&w, snapshot);
		long rev;
		int n = 0;

		if (alive == NULL)
			_exit(3);
		for (const char *at = alive; (at = strchr(at, ' ')) != NULL;
		     at++)
			n++;
		rev = strtol(strchr(alive, ':') + 1, NULL, 10);
		if (n != 30)
			_exit(4);
		if (rev < last)
			_exit(5);
		last = rev;
		if (rev == COMMITS)
			break;
		arena_reset(w.arena);
	}
	snapshot_free(snapshot);
	_exit(0);
}

static void
test_readers(void **state)
{
	pid_t pids[2];
	int status;

	(void)state;
	fill();
	index_world_close(&w);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] != -1);
		if (pids[i] == 0)
			read_all();
	}
	index_world_open(&w);
	for (int rev = 2; rev <= COMMITS; rev++) {
		index_begin(&w);
		index_put(&w, 0, rev);
		index_put(&w, 1 + rev % 29, rev);
		index_commit(&w);
	}
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("reader %zu: status %x", i, status);
	}
	index_world_open(&w);
	index_verify(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_before_commit),
		TEST(test_before_rename),
		TEST(test_waiting_is_finished_by_a_commit),
		TEST(test_false_friend),
		TEST(test_random_kills),
		TEST(test_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
