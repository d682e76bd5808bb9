/*
 * publish: the incremental layout is that of a full run, byte for byte; the
 * order of writing survives a kill at any moment; serials rise; objects
 * linger (publish.h, feed-protocol.md 2 to 4).
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed_world.h"

static struct world world;
static struct arena *arena;
static uint64_t seed;

static unsigned
pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static int
setup(void **state)
{
	(void)state;
	seed = 42;
	arena = arena_new();
	world_init(&world, "ca");
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

/* ---- the layout ---- */

static int
add_item(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct feed_item **items = ctx, item = { .len = (uint32_t)entry->len };

	(void)err;
	memcpy(item.hash, entry->hash, sizeof(item.hash));
	*(*items)++ = item;
	return 0;
}

struct cut {
	struct ledger_page *pages;
	size_t n_pages;
	size_t at;
};

static int
check_page(void *ctx, const char *prefix, const struct feed_item *items,
    size_t n, struct err *err)
{
	struct cut *cut = ctx;

	(void)items;
	(void)err;
	assert_true(cut->at < cut->n_pages);
	assert_string_equal(cut->pages[cut->at].prefix, prefix);
	assert_int_equal(cut->pages[cut->at].n, n);
	cut->at++;
	return 0;
}

/* Pages against one cut of the whole set. */
static void
check_pages(void)
{
	struct feed_item *items, *end;
	struct cut cut = { 0 };
	struct err err = { 0 };
	int64_t n;

	assert_int_equal(ledger_count(world.ledger, &n, &err), 0);
	items = end = xcalloc((size_t)n + 1, sizeof(*items));
	assert_int_equal(ledger_entries(world.ledger, "", add_item, &end, &err),
	    0);
	assert_int_equal(end - items, n);
	assert_int_equal(ledger_pages(world.ledger, arena, 0, "", &cut.pages,
			     &cut.n_pages, &err),
	    0);
	assert_int_equal(feed_trie_cut("", items, (size_t)n, check_page, &cut,
			     &err),
	    0);
	assert_int_equal(cut.at, cut.n_pages);
	free(items);
}

static size_t
count_below(const struct ledger_page *rows, size_t n, const char *prefix,
    size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += strncmp(rows[i].prefix, prefix, len) == 0;
	return count;
}

/* Each index is the largest subtree that fits, and they cover all. */
static size_t
check_level(int level)
{
	struct ledger_page *below, *rows;
	struct err err = { 0 };
	size_t n_below, n, covered = 0;

	assert_int_equal(ledger_pages(world.ledger, arena, level - 1, "",
			     &below, &n_below, &err),
	    0);
	assert_int_equal(ledger_pages(world.ledger, arena, level, "", &rows, &n,
			     &err),
	    0);
	if (n_below <= FEED_REFS_MAX) {
		assert_int_equal(n, 0);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(rows[i].prefix);
		size_t count = count_below(below, n_below, rows[i].prefix, len);

		assert_in_range(count, 1, FEED_REFS_MAX);
		assert_true(len > 0);
		assert_true(count_below(below, n_below, rows[i].prefix,
				len - 1) > FEED_REFS_MAX);
		covered += count;
	}
	assert_int_equal(covered, n_below);
	return n;
}

static struct ledger_page *
snapshot(size_t *ret_n)
{
	struct ledger_page *all = NULL, *rows;
	size_t n = 0, cap = 0, n_rows;
	struct err err = { 0 };

	for (int level = 0; level <= 2; level++) {
		assert_int_equal(ledger_pages(world.ledger, arena, level, "",
				     &rows, &n_rows, &err),
		    0);
		for (size_t i = 0; i < n_rows; i++)
			VEC_PUSH(all, n, cap, rows[i]);
	}
	*ret_n = n;
	return all;
}

static void
compare_with_full(void)
{
	struct ledger_page *part, *full;
	struct publish_result result;
	struct err err = { 0 };
	size_t n_part, n_full;

	part = snapshot(&n_part);
	if (world_try_publish(&world, true, true, &result, &err) == -1)
		fail_msg("%s", err.text);
	full = snapshot(&n_full);
	assert_int_equal(n_part, n_full);
	for (size_t i = 0; i < n_part; i++) {
		assert_string_equal(part[i].prefix, full[i].prefix);
		assert_string_equal(part[i].hash, full[i].hash);
		assert_int_equal(part[i].n, full[i].n);
		assert_int_equal(part[i].len, full[i].len);
	}
	free(part);
	free(full);
}

static void
check_all(uint64_t records)
{
	struct feed_head head;

	check_pages();
	check_level(1);
	check_level(2);
	assert_int_equal(world_verify(&world, &head, arena), records);
	assert_int_equal(head.records, records);
	assert_true(head.n_refs <= FEED_REFS_MAX);
	compare_with_full();
	arena_reset(arena);
}

/* Numbers 0 .. n - 1 are there or not; some are turned over. */
static void
turn_over(bool *is_there, unsigned n, unsigned edits, unsigned percent_gone,
    int64_t *count)
{
	for (unsigned k = 0; k < edits; k++) {
		unsigned i = pick(n);

		if (is_there[i] && pick(100) < percent_gone) {
			world_retire(&world, (int)i);
			is_there[i] = false;
			--*count;
		} else {
			char name[32];

			(void)snprintf(name, sizeof(name), "Edit %u", pick(99));
			world_save(&world, (int)i, name);
			*count += !is_there[i];
			is_there[i] = true;
		}
	}
}

static void
test_layout_small(void **state)
{
	bool is_there[400] = { false };
	int64_t count = 0;

	(void)state;
	for (int round = 0; round < 24; round++) {
		/* Growing, then shrinking to nothing and a little more. */
		turn_over(is_there, ARRAY_LEN(is_there), 1 + pick(60),
		    round < 12 ? 10 : 90, &count);
		world_publish(&world);
		check_all((uint64_t)count);
	}
	for (unsigned i = 0; i < ARRAY_LEN(is_there); i++)
		if (is_there[i])
			world_retire(&world, (int)i);
	world_publish(&world);
	check_all(0);
	world_save(&world, 7, "Phoenix");
	world_publish(&world);
	check_all(1);
}

static void
test_layout_indexes(void **state)
{
	enum { N = 2300 };
	static bool is_there[N];
	struct publish_result result;
	int64_t count = N;

	(void)state;
	world.pad = 6000;
	world_save_many(&world, 0, N, "Group");
	memset(is_there, true, sizeof(is_there));
	result = world_publish(&world);
	assert_true(result.pages > FEED_REFS_MAX);
	assert_true(result.indexes_written > 1);
	check_all(N);
	/* One edit: one page, one index, one head. */
	world_save(&world, 17, "Edited");
	result = world_publish(&world);
	assert_int_equal(result.pages_written, 1);
	assert_int_equal(result.indexes_written, 1);
	check_all(N);
	for (int round = 0; round < 1; round++) {
		turn_over(is_there, N, 60, 50, &count);
		world_publish(&world);
		check_all((uint64_t)count);
	}
	/* Down below the point where indexes are needed, and up again. */
	count -= world_retire_many(&world, 0, N * 4 / 5);
	world_publish(&world);
	assert_int_equal(check_level(1), 0);
	check_all((uint64_t)count);
	world_save_many(&world, 0, N * 4 / 5, "Back");
	world_publish(&world);
	assert_true(check_level(1) > 0);
	check_all((uint64_t)count + N * 4 / 5);
}

/* ---- when and with which serial ---- */

static void
test_when(void **state)
{
	struct publish_result first, next;
	struct err err = { 0 };

	(void)state;
	first = world_publish(&world); /* an empty feed is a feed */
	assert_true(first.is_new);
	assert_int_equal(first.serial, WORLD_NOW);
	check_all(0);
	world_save(&world, 1, "Choir");
	first = world_publish(&world);
	assert_true(first.is_new);
	assert_true(first.serial > WORLD_NOW); /* same second */
	next = world_publish(&world);
	assert_false(next.is_new);
	assert_int_equal(next.serial, first.serial);
	assert_int_equal(next.records, 1);
	assert_string_equal(next.digest, first.digest);
	world.now += FEED_RESIGN_S + 10;
	next = world_publish(&world);
	assert_true(next.is_new);
	assert_int_equal(next.serial, world.now);
	assert_int_equal(next.pages_written, 0);
	assert_int_equal(world_try_publish(&world, true, false, &next, &err),
	    0);
	assert_true(next.is_new);
	assert_int_equal(next.serial, world.now + 1);
	/* Another key at once means another head. */
	key_free(world.key);
	world.key = key_new(&err);
	key_hash(world.key, world.key_hash);
	next = world_publish(&world);
	assert_true(next.is_new);
	check_all(1);
}

static void
test_serial_on_disk(void **state)
{
	struct publish_result result = { 0 };
	const char *path = world_path(&world, arena, "feed/head.xml");
	struct err err = { 0 };
	const char *text;

	(void)state;
	world_save(&world, 1, "Choir");
	world_publish(&world);
	/* A head the ledger never learnt of is outbid. */
	text = arena_printf(arena, "<head node=\"ca\" serial=\"%d\">",
	    WORLD_NOW + 200);
	assert_int_equal(file_replace(path, text, strlen(text), 0644, &err), 0);
	result = world_publish(&world);
	assert_true(result.is_new);
	assert_int_equal(result.serial, WORLD_NOW + 201);
	check_all(1);
	/* One from far ahead, which no peer took, is passed over. */
	path = world_path(&world, arena, "feed/head.xml");
	text = "<head serial=\"99999999999\">";
	assert_int_equal(file_replace(path, text, strlen(text), 0644, &err), 0);
	result = world_publish(&world);
	assert_int_equal(result.passed_over, 99999999999);
	assert_in_range(result.serial, WORLD_NOW + 202, WORLD_NOW + 210);
	/* A serial that is no number does not matter. */
	path = world_path(&world, arena, "feed/head.xml");
	text = "<head serial=\"99999999999999999999999999\">";
	assert_int_equal(file_replace(path, text, strlen(text), 0644, &err), 0);
	result = world_publish(&world);
	assert_true(result.is_new);
	check_all(1);
}

static void
test_lost_feed(void **state)
{
	struct err err = { 0 };

	(void)state;
	world_save_many(&world, 0, 300, "Group");
	world_publish(&world);
	assert_int_equal(file_remove_tree(world_path(&world, arena, "feed"),
			     &err),
	    0);
	assert_true(world_publish(&world).is_new);
	check_all(300);
}

static bool
has_page(const char *hash)
{
	return file_exists(
	    arena_printf(arena, "%s/feed/p/%s.xml.gz", world.folder, hash));
}

static void
test_linger(void **state)
{
	struct ledger_page *rows;
	const char *first, *second;
	struct err err = { 0 };
	size_t n;

	(void)state;
	world_save(&world, 1, "Choir");
	world_publish(&world);
	assert_int_equal(ledger_pages(world.ledger, arena, 0, "", &rows, &n,
			     &err),
	    0);
	first = rows[0].hash;
	world.now += 10;
	world_save(&world, 2, "Band");
	world_publish(&world);
	assert_int_equal(ledger_pages(world.ledger, arena, 0, "", &rows, &n,
			     &err),
	    0);
	second = rows[0].hash;
	assert_true(has_page(first) && has_page(second));
	/* Back to the first set: the first page must outlive its term. */
	world_retire(&world, 2);
	world_publish(&world);
	assert_true(has_page(first) && has_page(second));
	world.now += FEED_EXPIRES_S + 60;
	world_publish(&world);
	assert_true(has_page(first));
	assert_false(has_page(second));
	assert_int_equal(ledger_pages(world.ledger, arena, 0, "", &rows, &n,
			     &err),
	    0);
	assert_string_equal(rows[0].hash, first);
	/* Litter of a crash is swept by a full run, after its term. */
	first = "00000000000000000000000000000000"
		"00000000000000000000000000000000";
	assert_int_equal(file_put(arena_printf(arena, "%s/feed/p/%s.xml.gz",
				      world.folder, first),
			     "x", 1, 0644, &err),
	    0);
	compare_with_full();
	assert_true(has_page(first));
	world.now += FEED_EXPIRES_S + 60;
	world_publish(&world);
	assert_false(has_page(first));
	check_all(1);
}

/* ---- kills ---- */

static void
child_run(int first)
{
	world_open(&world);
	for (int i = first;; i++) {
		world_save(&world, i, "Kill");
		world.now++;
		world_publish(&world);
	}
}

static void
test_kill(void **state)
{
	int64_t count, serial = 0;
	struct publish_result result;
	struct feed_head head;
	struct err err = { 0 };

	(void)state;
	world.pad = 2000;
	world_save_many(&world, 0, 200, "Group");
	world_publish(&world);
	for (int round = 0; round < 25; round++) {
		uint64_t before = world_verify(&world, &head, arena), after;
		int status;
		pid_t pid;

		assert_true(head.serial >= serial);
		serial = head.serial;
		world_close(&world);
		pid = fork();
		if (pid == 0)
			child_run(1000 * (round + 1));
		usleep(2000 + pick(40000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		world_open(&world);
		world.now += 1000;
		/* What stands is whole, whatever it is. */
		after = world_verify(&world, &head, arena);
		assert_true(after >= before);
		assert_int_equal(ledger_count(world.ledger, &count, &err), 0);
		assert_true(after <= (uint64_t)count);
		assert_true(after + 1 >= (uint64_t)count);
		/* And the next run ends where it should. */
		if (world_try_publish(&world, round % 5 == 0, false, &result,
			&err) == -1)
			fail_msg("%s", err.text);
		assert_true(result.serial >= head.serial);
		assert_int_equal(world_verify(&world, &head, arena), count);
		check_pages();
		if (round % 8 == 7)
			check_all((uint64_t)count);
		arena_reset(arena);
	}
}

/* ---- keys ---- */

static void
test_keys(void **state)
{
	char hash[65] = "";
	struct stat st;
	struct err err = { 0 };
	struct key *next;

	(void)state;
	assert_int_equal(publish_keys_new(world.folder, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(stat(world_path(&world, arena, "keys/online.pem"),
			     &st),
	    0);
	assert_int_equal(st.st_mode & 0777, 0600);
	next = key_read(world_path(&world, arena, "keys/next.pem"), &err);
	assert_non_null(next);
	key_hash(next, hash);
	key_free(next);
	assert_string_equal(hash, world.nextkey);
	assert_string_not_equal(hash, world.key_hash);
	assert_int_equal(file_replace(world_path(&world, arena,
					  "keys/next.hash"),
			     "rubbish", 7, 0644, &err),
	    0);
	assert_int_equal(publish_nextkey_read(world.folder, hash, &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_int_equal(file_remove(world_path(&world, arena,
					 "keys/next.hash"),
			     &err),
	    0);
	assert_int_equal(publish_nextkey_read(world.folder, hash, &err), 0);
	assert_string_equal(hash, "");
	assert_int_equal(chmod(world_path(&world, arena, "keys/online.pem"),
			     0644),
	    0);
	assert_null(publish_key_read(world.folder, &err));
	assert_int_equal(err.code, ERR_CONF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_layout_small, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_layout_indexes, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_when, setup, teardown),
		cmocka_unit_test_setup_teardown(test_serial_on_disk, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_lost_feed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_linger, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
