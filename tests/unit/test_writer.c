/*
 * The writer of the search index: whatever happens to the catalogue happens
 * to the index, and whatever happens to the index is made good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_world.h"
#include "search/writer_priv.h"

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

static void
fill(int from, int to, int rev)
{
	index_begin(&w);
	for (int i = from; i < to; i++)
		index_put(&w, i, rev);
	index_commit(&w);
}

static ino_t
manifest_ino(void)
{
	struct stat st;

	assert_int_equal(stat(arena_printf(w.arena, "%s/manifest", w.index),
			     &st),
	    0);
	return st.st_ino;
}

static void
look(bool is_new, bool is_wanting)
{
	bool got_new, got_wanting;

	assert_int_equal(writer_look(w.writer, &got_new, &got_wanting, &err),
	    0);
	assert_int_equal(got_new, is_new);
	assert_int_equal(got_wanting, is_wanting);
}

/* What gspd serve asks every second. */
static void
test_look(void **state)
{
	struct writer *other;
	ino_t ino;

	(void)state;
	fill(0, 40, 1);
	/* Its own change is no news. */
	look(false, false);
	ino = manifest_ino();
	assert_int_equal(writer_tend(w.writer, &err), 0);
	assert_int_equal(manifest_ino(), ino);
	/* Somebody else's is, once. */
	other = writer_open(w.cat, &err);
	assert_non_null(other);
	assert_int_equal(writer_rebuild(other, &err), 0);
	look(true, false);
	look(false, false);
	writer_close(other);
	/* Marked, lost, not there at all, of another state. */
	manifest_mark_damaged(w.index);
	look(false, true);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	look(false, false);
	index_verify(&w);
	assert_int_equal(unlink(arena_printf(w.arena, "%s/%s", w.index,
			     index_some(&w, 0))),
	    0);
	look(true, true);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	index_verify(&w);
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	look(true, true);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	index_verify(&w);
	index_begin(&w);
	index_put(&w, 3, 2);
	look(false, false); /* a change is under way */
	assert_int_equal(catalogue_commit(w.cat, NULL, &err), 0);
	look(false, true);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	look(false, false);
	index_verify(&w);
}

static void
test_follow(void **state)
{
	ino_t ino;

	(void)state;
	index_verify(&w); /* empty, and there */
	fill(0, 40, 1);
	index_verify(&w);
	index_edit(&w, 7, 2);
	index_verify(&w);
	index_begin(&w);
	index_remove(&w, 8);
	index_commit(&w);
	index_verify(&w);
	/* Removed, and there again, and edited once more. */
	index_edit(&w, 8, 3);
	index_edit(&w, 8, 4);
	index_verify(&w);
	/* A commit of nothing makes nothing. */
	ino = manifest_ino();
	index_begin(&w);
	index_commit(&w);
	assert_true(manifest_ino() == ino);
	index_verify(&w);
	/* All gone: no segments. */
	index_begin(&w);
	for (int i = 0; i < 40; i++)
		index_remove(&w, i);
	index_commit(&w);
	index_verify(&w);
	assert_int_equal(index_segments(&w), 0);
}

/* Many commits, and one: the same lives. */
static void
test_many(void **state)
{
	const char *many;

	(void)state;
	for (int i = 0; i < 150; i++)
		index_edit(&w, i % 90, i);
	index_world_open(&w); /* waits for the joins */
	index_verify(&w);
	assert_true(index_segments(&w) <= JOIN_SEGMENTS);
	many = index_wanted(&w);
	assert_int_equal(writer_rebuild(w.writer, &err), 0);
	index_verify(&w);
	assert_int_equal(index_segments(&w), 1);
	assert_string_equal(index_wanted(&w), many);
}

/* The thread joins what is large, while edits go on. */
static void
test_thread(void **state)
{
	(void)state;
	for (int i = 0; i < JOIN_WIDTH; i++)
		fill(i * 200, (i + 1) * 200, 1);
	for (int i = 0; i < 40; i++)
		index_edit(&w, i * 37, 2 + i);
	writer_close(w.writer); /* waits for the thread */
	w.writer = NULL;
	index_verify(&w);
	assert_true(index_segments(&w) < JOIN_WIDTH + 8);
	index_world_open(&w);
	/* Half dies: the large one is rewritten without the dead. */
	fill(0, 700, 99);
	writer_close(w.writer);
	w.writer = NULL;
	index_verify(&w);
}

/* ---- what does not come to pass ---- */

static int
refuse(void *ctx, int64_t version, struct err *ret_err)
{
	if (writer_prepare(ctx, version, ret_err) == -1)
		return -1;
	return err_set(ret_err, ERR_SYS, "no");
}

static int
refuse_third(void *ctx, int64_t group, const struct merge_view *view,
    struct err *ret_err)
{
	if (group == 3)
		return err_set(ret_err, ERR_SYS, "no");
	return writer_changed(ctx, group, view, ret_err);
}

static void
test_rollback(void **state)
{
	const struct catalogue_watch late = { writer_changed, refuse,
		writer_settled, w.writer };
	const struct catalogue_watch early = { refuse_third, writer_prepare,
		writer_settled, w.writer };

	(void)state;
	fill(0, 10, 1);
	index_begin(&w);
	index_put(&w, 2, 2);
	index_put(&w, 100, 2);
	assert_int_equal(catalogue_commit(w.cat, &late, &err), -1);
	index_verify(&w);
	index_begin(&w);
	for (int i = 0; i < 10; i++)
		index_put(&w, i, 3);
	assert_int_equal(catalogue_commit(w.cat, &early, &err), -1);
	index_verify(&w);
	/* Nothing of it is left to be confused with. */
	index_edit(&w, 4, 5);
	index_verify(&w);
}

/* ---- commits that nobody told the index of ---- */

static void
test_untold(void **state)
{
	struct writer *writer = w.writer;

	(void)state;
	fill(0, 10, 1);
	w.writer = NULL;
	index_edit(&w, 3, 2);
	w.writer = writer;
	/* The next one notices, within its own commit. */
	index_edit(&w, 4, 2);
	index_verify(&w);
	w.writer = NULL;
	index_edit(&w, 5, 2);
	writer_close(writer);
	/* So does opening. */
	index_world_open(&w);
	index_verify(&w);
}

/* Two that write in turn, each with a memory of its own. */
static void
test_two(void **state)
{
	struct index_world other = w;

	(void)state;
	other.cat = catalogue_open(w.folder, CATALOGUE_WRITE, &err);
	assert_non_null(other.cat);
	other.writer = writer_open(other.cat, &err);
	assert_non_null(other.writer);
	for (int i = 0; i < 60; i++) {
		index_edit(i % 3 == 0 ? &other : &w, i % 25, i);
		if (i % 10 == 0)
			index_verify(&w);
	}
	writer_close(other.writer);
	catalogue_close(other.cat);
	index_world_open(&w);
	index_verify(&w);
}

/* ---- damage ---- */

static void
test_damage(void **state)
{
	struct snapshot *snapshot = snapshot_new(w.folder);
	const char *damaged = arena_printf(w.arena, "%s/damaged", w.index);

	(void)state;
	fill(0, 50, 1);
	index_edit(&w, 7, 2);
	assert_int_equal(snapshot_refresh(snapshot, &err), 0);

	/* A reader meets bad bytes; the next commit makes all again. */
	snapshot_damaged(snapshot);
	assert_true(file_exists(damaged));
	index_edit(&w, 8, 2);
	assert_false(file_exists(damaged));
	assert_int_equal(index_segments(&w), 1);
	index_verify(&w);
	/* It is not told of what is not named any more. */
	snapshot_damaged(snapshot);
	assert_false(file_exists(damaged));

	/* The marker alone, at opening. */
	assert_int_equal(snapshot_refresh(snapshot, &err), 0);
	index_edit(&w, 9, 2);
	assert_int_equal(snapshot_refresh(snapshot, &err), 0);
	snapshot_damaged(snapshot);
	index_world_open(&w);
	assert_false(file_exists(damaged));
	assert_int_equal(index_segments(&w), 1);
	index_verify(&w);
	snapshot_free(snapshot);
}

static void
test_damaged_segment(void **state)
{
	static const long places[] = { 0, 20, 700, -20, -3000 };

	(void)state;
	fill(0, 50, 1);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct snapshot *snapshot = snapshot_new(w.folder);

		index_edit(&w, (int)i, 2);
		index_world_close(&w);
		index_flip(&w, index_some(&w, 0), places[i]);
		(void)!snapshot_refresh(snapshot, &err);
		snapshot_free(snapshot);
		index_world_open(&w);
		index_verify(&w);
	}
	/* A segment is gone. */
	index_edit(&w, 9, 9);
	index_world_close(&w);
	assert_int_equal(file_remove(arena_printf(w.arena, "%s/%s", w.index,
					 index_some(&w, 0)),
			     &err),
	    0);
	index_world_open(&w);
	index_verify(&w);
}

static void
test_damaged_manifest(void **state)
{
	(void)state;
	fill(0, 50, 1);
	index_edit(&w, 1, 2);
	/* While the writer runs: it notices at the next commit. */
	index_flip(&w, "manifest", 30);
	index_edit(&w, 2, 2);
	index_verify(&w);
	/* Replaced by rubbish. */
	assert_int_equal(file_put(arena_printf(w.arena, "%s/manifest", w.index),
			     "x", 1, 0644, &err),
	    0);
	index_edit(&w, 3, 2);
	index_verify(&w);
	index_world_close(&w);
	index_flip(&w, "manifest", -1);
	index_world_open(&w);
	index_verify(&w);
	/* All gone. */
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	index_edit(&w, 4, 2);
	index_verify(&w);
	index_world_close(&w);
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	index_world_open(&w);
	index_verify(&w);
}

/* The catalogue is another one: its numbers mean something else. */
static void
test_another_catalogue(void **state)
{
	(void)state;
	fill(0, 10, 1);
	index_world_close(&w);
	assert_int_equal(catalogue_destroy(w.folder, &err), 0);
	w.cat = catalogue_open(w.folder, CATALOGUE_WRITE, &err);
	assert_non_null(w.cat);
	fill(20, 25, 1); /* the same version again */
	index_world_open(&w);
	index_verify(&w);
}

static void
test_strays(void **state)
{
	static const char *const strays[] = { "00ffffff.seg", "next-77",
		"next-2.1234.tmp", "manifest.1234.tmp", "join.tmp" };

	(void)state;
	fill(0, 10, 1);
	for (size_t i = 0; i < ARRAY_LEN(strays); i++)
		assert_int_equal(file_put(arena_printf(w.arena, "%s/%s",
					      w.index, strays[i]),
				     "x", 1, 0644, &err),
		    0);
	index_world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(strays); i++)
		assert_false(file_exists(
		    arena_printf(w.arena, "%s/%s", w.index, strays[i])));
	index_verify(&w);
}

/* There is no place for the index: nothing is committed, and later all is. */
static void
test_no_place(void **state)
{
	const struct catalogue_watch watch = { writer_changed, writer_prepare,
		writer_settled, w.writer };
	struct rlimit old, low;

	(void)state;
	fill(0, 10, 1);
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	assert_int_equal(file_put(w.index, "x", 1, 0644, &err), 0);
	index_begin(&w);
	index_put(&w, 3, 2);
	assert_int_equal(catalogue_commit(w.cat, &watch, &err), -1);
	assert_int_equal(err.code, ERR_SYS);
	assert_int_equal(unlink(w.index), 0);
	index_edit(&w, 4, 2);
	index_verify(&w);

	/* The disk is full, as far as a segment can tell. */
	index_begin(&w);
	for (int i = 0; i < 10; i++)
		index_put(&w, i, 7);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	err.code = ERR_NONE;
	assert_int_equal(writer_prepare(w.writer, 99, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err.code, ERR_SYS);
	writer_settled(w.writer, false);
	index_commit(&w);
	index_verify(&w);
}

/* Opened inside a transaction, it catches up in that one. */
static void
test_open_inside(void **state)
{
	(void)state;
	writer_close(w.writer);
	w.writer = NULL;
	fill(0, 10, 1);
	index_begin(&w);
	index_put(&w, 3, 2);
	w.writer = writer_open(w.cat, &err);
	assert_non_null(w.writer);
	index_commit(&w);
	index_verify(&w);
}

/* ---- the plan ---- */

static size_t
plan(const uint32_t *docs, const uint32_t *dead, size_t n, uint64_t max)
{
	size_t which[MANIFEST_SEGMENTS_MAX], found;
	char name[MANIFEST_NAME_MAX];
	struct manifest m;

	manifest_init(&m);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%08zx.seg", i);
		manifest_add(&m, name, docs[i]);
		m.segments[i].n_dead = dead != NULL ? dead[i] : 0;
	}
	found = join_plan(&m, n, 0, max, which);
	for (size_t i = 1; i < found; i++)
		assert_true(which[i - 1] < which[i]);
	for (size_t i = 0; i < n; i++)
		m.segments[i].n_dead = 0;
	manifest_release(&m);
	return found;
}

static void
test_plan(void **state)
{
	uint32_t docs[40] = { 0 }, dead[40] = { 0 };

	(void)state;
	assert_int_equal(plan(docs, NULL, 0, UINT64_MAX), 0);
	for (size_t i = 0; i < 40; i++)
		docs[i] = 1;
	assert_int_equal(plan(docs, NULL, 7, UINT64_MAX), 0);
	assert_int_equal(plan(docs, NULL, 8, UINT64_MAX), 8);
	assert_int_equal(plan(docs, NULL, 8, 8), 8);
	assert_int_equal(plan(docs, NULL, 8, 7), 0);
	/* A large one is left alone; small ones go along with eight. */
	docs[3] = 1000000;
	assert_int_equal(plan(docs, NULL, 8, UINT64_MAX), 0);
	assert_int_equal(plan(docs, NULL, 9, UINT64_MAX), 8);
	for (size_t i = 0; i < 8; i++)
		docs[i] = 100;
	docs[8] = docs[9] = 1;
	docs[10] = 1000000;
	assert_int_equal(plan(docs, NULL, 11, UINT64_MAX), 10);
	/* A third dead. */
	docs[0] = 1000;
	dead[0] = 333;
	assert_int_equal(plan(docs, dead, 1, UINT64_MAX), 0);
	dead[0] = 334;
	assert_int_equal(plan(docs, dead, 1, UINT64_MAX), 1);
	/* Too many of whatever size. */
	for (size_t i = 0; i < 28; i++)
		docs[i] = 1u << i;
	dead[0] = 0;
	assert_int_equal(plan(docs, NULL, 24, UINT64_MAX), 0);
	assert_true(plan(docs, NULL, 25, UINT64_MAX) >= 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_follow),
		TEST(test_look),
		TEST(test_many),
		TEST(test_thread),
		TEST(test_rollback),
		TEST(test_untold),
		TEST(test_two),
		TEST(test_damage),
		TEST(test_damaged_segment),
		TEST(test_damaged_manifest),
		TEST(test_another_catalogue),
		TEST(test_strays),
		TEST(test_no_place),
		TEST(test_open_inside),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
