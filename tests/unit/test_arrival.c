/*
 * That the order of arrival never shows: some hundred records of several
 * nodes with shared keys and statements arrive in many batches, change, go
 * and are hidden; the catalogue ends as if it had been built at once, as
 * merge_group() of the whole set says, and who listened to every change
 * holds the same views.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "crypto/crypto.h"

#define N        240
#define VERSIONS 4

static const char *const node_names[] = { "ca", "gb-eng", "pt", "sg" };

struct world {
	char dir[64];
	struct catalogue *cat;
	/* What a listener knows: content of each view by group number. */
	struct {
		int64_t group;
		uint8_t content[SHA256_LEN];
	} heard[N * VERSIONS];
	size_t n_heard;
};

static struct arena *arena;
static struct err err;

static unsigned
next(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *
id_of(unsigned i)
{
	return arena_printf(arena,
	    "urn:gspd:%s:%08x-0000-4000-8000-00000000abcd",
	    node_names[i % ARRAY_LEN(node_names)], i * 2654435761u);
}

static void
identify(struct record *rec, const char *scheme, unsigned value)
{
	struct value *v = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);
	char text[32];

	snprintf(text, sizeof(text), "%u", value + 1);
	record_add(rec, v, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, v, FIELD_IDENTIFIER_VALUE, text, NULL);
}

static void
link_to(struct record *rec, enum field_id group, enum field_id child,
    const char *id)
{
	struct value *v = record_add(rec, NULL, group, NULL, NULL);

	record_add(rec, v, child, id, NULL);
}

/*
 * Record i in a version. `flood` records hold one key in their last version,
 * more of them before, so that it passes MERGE_KEY_MAX on the way.
 */
static struct record *
make(unsigned world_seed, unsigned i, unsigned version, unsigned flood)
{
	unsigned seed = world_seed * 7919 + i * 31 + version * 1000003;
	struct record *rec;
	unsigned other, limit;

	rec = record_new(arena, RECORD_KIND_EVIDENCE, id_of(i), "en");
	for (int warm = 0; warm < 4; warm++)
		next(&seed);
	rec->modified_at = (int64_t)(next(&seed) % 50);
	record_add(rec, NULL, FIELD_TITLE,
	    arena_printf(arena, "Title %u", next(&seed) % 9), NULL);
	record_add(rec, NULL, FIELD_TYPE,
	    next(&seed) % 8 == 0 ? "preprint" : "article", NULL);
	if (next(&seed) % 2 == 0)
		identify(rec, "pmid", next(&seed) % 120);
	if (next(&seed) % 4 == 0)
		identify(rec, "pmid", next(&seed) % 120);
	limit = version == VERSIONS - 1 ? flood : MERGE_KEY_MAX + 25;
	if (i < limit)
		identify(rec, "pmid", 999);
	/* Pairs (2k, 2k + 1) often state each other. */
	other = next(&seed) % 3 == 0 ? next(&seed) % N : (i ^ 1u);
	if (next(&seed) % 3 == 0)
		link_to(rec, FIELD_SAME_AS, FIELD_SAME_AS_ID, id_of(other));
	if (next(&seed) % 5 == 0)
		link_to(rec, FIELD_SAME_AS, FIELD_SAME_AS_ID,
		    id_of((i + 4) % N)); /* of the same node */
	if (next(&seed) % 4 == 0)
		link_to(rec, FIELD_NOT_SAME_AS, FIELD_NOT_SAME_AS_ID,
		    id_of(next(&seed) % N));
	return rec;
}

static bool
is_last_removed(unsigned i)
{
	return i % 11 == 5;
}

static void
content_of(const struct merge_view *view, uint8_t ret_content[SHA256_LEN])
{
	struct strbuf sb;

	strbuf_init(&sb, 1 << 24);
	merge_view_content(view, &sb);
	assert_false(sb.overflow);
	sha256(sb.buf, sb.len, ret_content);
	strbuf_release(&sb);
}

static int
hear(void *ctx, int64_t group, const struct merge_view *view,
    struct err *ret_err)
{
	struct world *w = ctx;
	size_t i;

	(void)ret_err;
	for (i = 0; i < w->n_heard && w->heard[i].group != group; i++)
		continue;
	if (view == NULL) {
		assert_true(i < w->n_heard); /* only what was there goes */
		w->heard[i] = w->heard[--w->n_heard];
		return 0;
	}
	if (i == w->n_heard) {
		assert_true(w->n_heard < ARRAY_LEN(w->heard));
		w->heard[w->n_heard++].group = group;
	}
	content_of(view, w->heard[i].content);
	return 0;
}

struct check {
	struct world *w;
	size_t n;
};

static int
check_heard(void *ctx, int64_t group, const struct merge_view *view,
    struct err *ret_err)
{
	struct check *check = ctx;
	uint8_t content[SHA256_LEN];
	size_t i;

	(void)ret_err;
	for (i = 0; i < check->w->n_heard; i++) {
		if (check->w->heard[i].group == group)
			break;
	}
	assert_true(i < check->w->n_heard);
	content_of(view, content);
	assert_memory_equal(content, check->w->heard[i].content, SHA256_LEN);
	check->n++;
	return 0;
}

static void
world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->dir, sizeof(w->dir), "/tmp/gspd-arrival-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->cat = catalogue_open(w->dir, CATALOGUE_WRITE, &err);
	assert_non_null(w->cat);
}

static void
world_close(struct world *w)
{
	catalogue_close(w->cat);
	assert_int_equal(file_remove_tree(w->dir, &err), 0);
}

static void
begin(struct world *w)
{
	assert_int_equal(catalogue_begin(w->cat, &err), 0);
}

static void
commit(struct world *w)
{
	const struct catalogue_watch watch = { .changed = hear, .ctx = w };
	struct check check = { .w = w };

	if (catalogue_commit(w->cat, &watch, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(catalogue_each_view(w->cat, check_heard, &check, &err),
	    0);
	assert_int_equal(check.n, w->n_heard);
}

static void
put(struct world *w, const struct record *rec)
{
	uint8_t digest[SHA256_LEN];
	struct strbuf sb;

	strbuf_init(&sb, 1 << 20);
	record_pack(rec, &sb);
	sha256(sb.buf, sb.len, digest);
	strbuf_release(&sb);
	if (catalogue_put(w->cat, rec, digest, &err) == -1)
		fail_msg("%s", err.text);
}

static void
hide(struct world *w, const char *node, bool is_hidden)
{
	struct catalogue_feed feed = { .serial = 1, .is_hidden = is_hidden };

	snprintf(feed.node, sizeof(feed.node), "%s", node);
	if (catalogue_feed_put(w->cat, &feed, &err) == -1)
		fail_msg("%s", err.text);
}

/* Everything at once, last versions only, in this order or backwards. */
static void
build(struct world *w, unsigned seed, unsigned flood, bool backwards)
{
	begin(w);
	for (unsigned k = 0; k < N; k++) {
		unsigned i = backwards ? N - 1 - k : k;

		if (!is_last_removed(i))
			put(w, make(seed, i, VERSIONS - 1, flood));
	}
	commit(w);
}

/* Step by step: each record goes through its versions, some go away. */
static void
wander(struct world *w, unsigned seed, unsigned flood)
{
	unsigned version[N] = { 0 }, left = 0, dice = seed;
	bool hidden = false;

	for (unsigned i = 0; i < N; i++)
		left += VERSIONS + (is_last_removed(i) ? 1 : 0);
	begin(w);
	while (left > 0) {
		unsigned i = next(&dice) % N;
		unsigned last = VERSIONS + (is_last_removed(i) ? 1 : 0);

		if (version[i] < last) {
			if (version[i] == VERSIONS)
				assert_int_equal(catalogue_remove(w->cat,
						     id_of(i), &err),
				    0);
			else
				put(w, make(seed, i, version[i], flood));
			version[i]++;
			left--;
		}
		if (next(&dice) % 97 == 0) {
			hidden = !hidden;
			hide(w, "pt", hidden);
		}
		if (next(&dice) % 23 == 0) {
			commit(w);
			begin(w);
		}
	}
	hide(w, "pt", false);
	commit(w);
}

/* Groups of the whole set, from merge/ alone. */
static void
check_reference(struct world *w, unsigned seed, unsigned flood)
{
	static struct merge_node nodes[N];
	static size_t group[N];
	struct merge_view *view;
	struct catalogue_status status;
	size_t n = 0, groups = 0;

	for (unsigned i = 0; i < N; i++) {
		if (!is_last_removed(i))
			merge_node_init(arena,
			    make(seed, i, VERSIONS - 1, flood), &nodes[n++]);
	}
	merge_group(nodes, n, group);
	for (size_t i = 0; i < n; i++) {
		size_t size = 0;

		groups += group[i] == i;
		for (size_t j = 0; j < n; j++)
			size += group[j] == group[i];
		assert_int_equal(catalogue_view(w->cat, arena, nodes[i].id,
				     &view, &err),
		    0);
		assert_string_equal(view->rec->id, nodes[group[i]].id);
		assert_int_equal(view->n_members, size);
	}
	assert_int_equal(catalogue_status(w->cat, &status, &err), 0);
	assert_int_equal(status.groups, groups);
	assert_int_equal(status.kinds[RECORD_KIND_EVIDENCE], groups);
	assert_int_equal(status.records, n);
	assert_true(groups < n);
}

static void
round_of(unsigned seed, unsigned flood)
{
	static struct world fresh, back, walked;
	struct catalogue_status a, b, c;

	arena = arena_new();
	world_open(&fresh);
	world_open(&back);
	world_open(&walked);
	build(&fresh, seed, flood, false);
	build(&back, seed, flood, true);
	wander(&walked, seed, flood);
	check_reference(&fresh, seed, flood);
	check_reference(&walked, seed, flood);
	assert_int_equal(catalogue_status(fresh.cat, &a, &err), 0);
	assert_int_equal(catalogue_status(back.cat, &b, &err), 0);
	assert_int_equal(catalogue_status(walked.cat, &c, &err), 0);
	assert_string_equal(a.digest, b.digest);
	assert_string_equal(a.digest, c.digest);
	world_close(&fresh);
	world_close(&back);
	world_close(&walked);
	arena_free(arena);
}

static void
test_no_flood(void **state)
{
	(void)state;
	round_of(1, 0);
	round_of(2, 3);
}

static void
test_key_ceases_to_be_flooded(void **state)
{
	(void)state;
	round_of(3, MERGE_KEY_MAX - 20);
}

static void
test_key_stays_flooded(void **state)
{
	(void)state;
	round_of(4, MERGE_KEY_MAX + 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_flood),
		cmocka_unit_test(test_key_ceases_to_be_flooded),
		cmocka_unit_test(test_key_stays_flooded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
