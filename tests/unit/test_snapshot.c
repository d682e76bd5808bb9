/*
 * A reader's view of the search index: ready or not, what changed and what
 * did not, values across segments, damage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_world.h"

static struct index_world w;
static struct snapshot *snapshot;
static struct err err;

static int
setup(void **state)
{
	(void)state;
	index_world_new(&w);
	snapshot = snapshot_new(w.folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	snapshot_free(snapshot);
	index_world_free(&w);
	return 0;
}

static void
refresh(void)
{
	if (snapshot_refresh(snapshot, &err) == -1)
		fail_msg("%s", err.text);
}

static void
fill(int n)
{
	index_begin(&w);
	for (int i = 0; i < n; i++)
		index_put(&w, i, 1);
	index_commit(&w);
}

static void
test_ready(void **state)
{
	(void)state;
	refresh();
	assert_false(snapshot->is_ready);
	index_world_open(&w);
	refresh();
	assert_true(snapshot->is_ready);
	assert_int_equal(snapshot->n, 0);
	assert_int_equal(snapshot->docs, 0);
	fill(10);
	refresh();
	assert_int_equal(snapshot->n, 1);
	assert_int_equal(snapshot->docs, 10);
	assert_true(snapshot->words >= 50);
	/* The whole index goes: not ready, nothing kept. */
	index_world_close(&w);
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	refresh();
	assert_false(snapshot->is_ready);
	assert_int_equal(snapshot->n, 0);
}

/* What did not change is not opened again. */
static void
test_kept(void **state)
{
	const struct segment *first;
	uint64_t generation;

	(void)state;
	index_world_open(&w);
	fill(30);
	refresh();
	first = snapshot->segments[0].segment;
	generation = snapshot->generation;
	refresh();
	assert_int_equal(snapshot->generation, generation);
	index_edit(&w, 3, 2);
	refresh();
	assert_true(snapshot->generation > generation);
	assert_int_equal(snapshot->n, 2);
	assert_ptr_equal(snapshot->segments[0].segment, first);
	assert_int_equal(snapshot->segments[0].n_dead, 1);
	assert_int_equal(snapshot->docs, 31);
	/* Files that are gone stay readable until the next refresh. */
	assert_int_equal(writer_rebuild(w.writer, &err), 0);
	assert_int_equal(segment_check(snapshot->segments[0].segment, &err), 0);
	refresh();
	assert_int_equal(snapshot->n, 1);
	assert_int_equal(snapshot->docs, 30);
}

/* Made anew from nothing, files may have the names of others. */
static void
test_same_name(void **state)
{
	const char *name;

	(void)state;
	index_world_open(&w);
	fill(5);
	refresh();
	name = index_some(&w, 0);
	index_world_close(&w);
	assert_int_equal(file_remove_tree(w.index, &err), 0);
	index_world_open(&w);
	assert_string_equal(index_some(&w, 0), name);
	index_edit(&w, 1, 2);
	assert_string_equal(index_alive(&w, snapshot), index_wanted(&w));
}

static void
test_values(void **state)
{
	(void)state;
	index_world_open(&w);
	fill(5);
	index_edit(&w, 9, 1);
	refresh();
	assert_int_equal(snapshot->n, 2);
	assert_true(snapshot->n_values > 0);
	for (size_t i = 0; i < snapshot->n_values; i++) {
		for (size_t j = 0; j < i; j++)
			assert_false(snapshot->values[i].facet ==
					 snapshot->values[j].facet &&
				     strcmp(snapshot->values[i].text,
					 snapshot->values[j].text) == 0);
	}
	for (size_t s = 0; s < snapshot->n; s++) {
		const struct filters *filters =
		    &snapshot->segments[s].segment->filters;

		assert_true(filters->n_values > 0);
		for (size_t i = 0; i < filters->n_values; i++) {
			const struct snapshot_value *value;

			assert_true(snapshot->segments[s].values[i] <
				    snapshot->n_values);
			value =
			    &snapshot->values[snapshot->segments[s].values[i]];
			assert_int_equal(value->facet,
			    filters->values[i].facet);
			assert_string_equal(value->text,
			    filters_text(filters, i));
		}
	}
}

static void
test_damage(void **state)
{
	const char *marker = arena_printf(w.arena, "%s/damaged", w.index);
	struct stat st;

	(void)state;
	index_world_open(&w);
	fill(20);
	refresh();
	index_world_close(&w);
	index_flip(&w, "manifest", 50);
	/* The time tells that it was written to. */
	assert_int_equal(snapshot_refresh(snapshot, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_false(snapshot->is_ready);
	assert_int_equal(snapshot->n, 0);
	assert_int_equal(stat(marker, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Asked again it says the same. */
	err.code = ERR_NONE;
	assert_int_equal(snapshot_refresh(snapshot, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_true(err.text[0] != '\0');
	index_world_open(&w);
	refresh();
	assert_true(snapshot->is_ready);

	/* A segment that does not open, one that is another's, and one that
	 * is not there. */
	for (int i = 0; i < 3; i++) {
		const char *victim, *other, *path;

		index_edit(&w, i, 5);
		index_world_close(&w);
		victim = index_some(&w, 0);
		other = index_some(&w, 1);
		path = arena_printf(w.arena, "%s/%s", w.index, victim);
		if (i == 0)
			index_flip(&w, victim, 8);
		else
			assert_int_equal(unlink(path), 0);
		if (i == 1)
			assert_int_equal(link(arena_printf(w.arena, "%s/%s",
						  w.index, other),
					     path),
			    0);
		snapshot_free(snapshot);
		snapshot = snapshot_new(w.folder);
		assert_int_equal(snapshot_refresh(snapshot, &err), -1);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_int_equal(stat(marker, &st), 0);
		index_world_open(&w);
		refresh();
		index_verify(&w);
	}
}

/* A manifest may not say another size of a segment that is mapped already:
 * the bits of the dead would be too few for it. */
static void
test_other_size(void **state)
{
	const char *path = arena_printf(w.arena, "%s/manifest", w.index);
	struct manifest manifest;

	(void)state;
	index_world_open(&w);
	fill(200);
	refresh();
	index_world_close(&w);
	assert_int_equal(manifest_read(path, &manifest, &err), 0);
	manifest.segments[0].n_docs = 10;
	assert_true(manifest_kill(&manifest, 0, 3));
	assert_int_equal(manifest_write(path, &manifest, &err), 0);
	manifest_release(&manifest);
	assert_int_equal(snapshot_refresh(snapshot, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_false(snapshot->is_ready);
}

/* Nobody should write into a segment that is mapped. */
static void
test_written_into(void **state)
{
	const struct timespec early[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };
	const char *path;
	struct stat st;

	(void)state;
	index_world_open(&w);
	fill(20);
	refresh();
	path = arena_printf(w.arena, "%s/%s", w.index, index_some(&w, 0));
	/* Another time alone is no harm. */
	assert_int_equal(utimensat(AT_FDCWD, path, early, 0), 0);
	refresh();
	assert_string_equal(index_alive(&w, snapshot), index_wanted(&w));
	/* A byte of postings, which are else looked at when they are read. */
	index_flip(&w, index_some(&w, 0), 400);
	assert_int_equal(snapshot_refresh(snapshot, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(snapshot->n, 0);
	assert_int_equal(stat(arena_printf(w.arena, "%s/damaged", w.index),
			     &st),
	    0);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	refresh();
	index_verify(&w);
	/* Cut short in place: seen before it is read. */
	path = arena_printf(w.arena, "%s/%s", w.index, index_some(&w, 0));
	assert_int_equal(truncate(path, 400), 0);
	assert_int_equal(snapshot_refresh(snapshot, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(writer_tend(w.writer, &err), 0);
	refresh();
	index_verify(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ready),
		TEST(test_kept),
		TEST(test_same_name),
		TEST(test_values),
		TEST(test_damage),
		TEST(test_other_size),
		TEST(test_written_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
