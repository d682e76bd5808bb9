/*
 * test_component: records that hang together in larger components than the
 * limit each stand alone, and nothing else comes of it: no commit fails, the
 * order of arrival never shows, and what is cut off again is grouped again.
 * The limit is small here.
 */
#include "catalogue_help.h"

#include "catalogue/catalogue_priv.h"

#define LIMIT    12
#define CHAIN    15 /* members of the attacker's chain */
#define N        90 /* records of a random world */
#define VERSIONS 3
#define NODES    3

static struct catalogue *
open_small(const char *folder)
{
	struct catalogue *c = catalogue_open(folder, CATALOGUE_WRITE, &err);

	assert_non_null(c);
	c->component_max = LIMIT;
	return c;
}

static int
setup_small(void **state)
{
	if (setup(state) == -1)
		return -1;
	cat->component_max = LIMIT;
	return 0;
}

static void
same_as(struct record *rec, const char *id)
{
	struct value *v = record_add(rec, NULL, FIELD_SAME_AS, NULL, NULL);

	record_add(rec, v, FIELD_SAME_AS_ID, id, NULL);
}

static size_t
members(const char *id)
{
	struct merge_view *v = view(id);

	assert_non_null(v);
	return v->n_members;
}

static const char *
pmid(int i)
{
	return arena_printf(arena, "%d", 1000 + i);
}

/* Link i of a chain shares a key with i - 1 and with i + 1. */
static struct record *
link_of(const char *node, int i)
{
	struct record *rec = make(RECORD_KIND_EVIDENCE, node, 100 + i, "Chain");

	identify(rec, "pmid", pmid(i));
	identify(rec, "pmid", pmid(i + 1));
	return rec;
}

static struct record *
honest(const char *node, const char *title)
{
	struct record *rec = make(RECORD_KIND_EVIDENCE, node, 1, title);

	identify(rec, "pmid", pmid(0));
	return rec;
}

static int
copy_record(void *ctx, struct record *rec, struct err *ret_err)
{
	struct catalogue *to = ctx, *was = cat;

	(void)ret_err;
	cat = to;
	put(rec);
	cat = was;
	return 0;
}

/* The same set in an empty catalogue has the same digest and counts. */
static void
check_fresh(void)
{
	char folder[] = "/tmp/gspd-fresh-XXXXXX";
	struct catalogue_status now = status(), then;
	struct catalogue *fresh;

	assert_non_null(mkdtemp(folder));
	fresh = open_small(folder);
	assert_int_equal(catalogue_begin(fresh, &err), 0);
	assert_int_equal(catalogue_each(cat, NULL, copy_record, fresh, &err),
	    0);
	assert_int_equal(catalogue_commit(fresh, NULL, &err), 0);
	assert_int_equal(catalogue_status(fresh, &then, &err), 0);
	assert_string_equal(now.digest, then.digest);
	assert_int_equal(now.groups, then.groups);
	assert_int_equal(now.records, then.records);
	assert_memory_equal(now.kinds, then.kinds, sizeof(now.kinds));
	catalogue_close(fresh);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

/* Two honest nodes hold one article, and "zz" chains records to its key. */
static void
test_attack(void **state)
{
	(void)state;
	begin();
	put(honest("ca", "Honest"));
	put(honest("sg", "Honest"));
	commit();
	assert_int_equal(members(id_of("ca", 1)), 2);
	begin();
	for (int i = 0; i < CHAIN; i++)
		put(link_of("zz", i));
	commit();
	for (int i = 0; i < CHAIN; i++)
		assert_int_equal(members(id_of("zz", 100 + i)), 1);
	assert_int_equal(members(id_of("ca", 1)), 1);
	assert_int_equal(members(id_of("sg", 1)), 1);
	assert_int_equal(status().groups, CHAIN + 2);
	check_fresh();
	/* The next pull of an honest node is no different from any other. */
	begin();
	put(honest("sg", "Honest, and corrected"));
	put(article("sg", 2, "Another", "10.1000/two"));
	put(article("ca", 2, "Another", "10.1000/two"));
	commit();
	assert_int_equal(members(id_of("sg", 2)), 2);
	assert_int_equal(members(id_of("sg", 1)), 1);
	check_fresh();
	/* Without its third link the rest is two small components. */
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("zz", 102), &err), 0);
	commit();
	assert_int_equal(members(id_of("ca", 1)), 4);
	assert_int_equal(members(id_of("zz", 110)), CHAIN - 3);
	check_fresh();
}

static void
test_hidden_node(void **state)
{
	struct catalogue_feed feed = { .node = "zz", .serial = 1 };

	(void)state;
	begin();
	put(honest("ca", "Honest"));
	put(honest("sg", "Honest"));
	for (int i = 0; i < CHAIN; i++)
		put(link_of("zz", i));
	commit();
	assert_int_equal(members(id_of("ca", 1)), 1);
	for (int round = 0; round < 2; round++) {
		feed.is_hidden = round == 0;
		begin();
		assert_int_equal(catalogue_feed_put(cat, &feed, &err), 0);
		commit();
		assert_int_equal(members(id_of("ca", 1)), round == 0 ? 2 : 1);
	}
	check_fresh();
	begin();
	assert_int_equal(catalogue_feed_remove(cat, "zz", &err), 0);
	commit();
	assert_int_equal(members(id_of("ca", 1)), 2);
	check_fresh();
}

/* LIMIT members are grouped, one more is not, and back again. */
static void
test_at_the_limit(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < LIMIT; i++)
		put(link_of(i % 2 == 0 ? "ca" : "sg", i));
	commit();
	assert_int_equal(status().groups, 1);
	check_fresh();
	for (int round = 0; round < 2; round++) {
		begin();
		put(link_of("ca", LIMIT));
		commit();
		assert_int_equal(status().groups, LIMIT + 1);
		check_fresh();
		begin();
		assert_int_equal(catalogue_remove(cat, id_of("ca", 100 + LIMIT),
				     &err),
		    0);
		commit();
		assert_int_equal(status().groups, 1);
		check_fresh();
	}
	/* A link that loses its keys cuts as well. */
	begin();
	put(link_of("ca", LIMIT));
	commit();
	assert_int_equal(status().groups, LIMIT + 1);
	begin();
	put(make(RECORD_KIND_EVIDENCE, "ca", 104, "Chain"));
	commit();
	assert_int_equal(status().groups, 3);
	check_fresh();
}

/* What one side only says of another node's record is no edge. */
static void
test_statements(void **state)
{
	struct record *rec;

	(void)state;
	begin();
	put(honest("ca", "Honest"));
	put(honest("sg", "Honest"));
	for (int i = 0; i < 2 * LIMIT; i++) {
		rec = make(RECORD_KIND_EVIDENCE, "zz", 200 + i, "Claim");
		same_as(rec, id_of("ca", 1));
		put(rec);
	}
	commit();
	assert_int_equal(members(id_of("ca", 1)), 2);
	assert_int_equal(members(id_of("zz", 200)), 1);
	check_fresh();
	/* Stated back, one of them belongs to it; the others do not. */
	begin();
	rec = honest("ca", "Honest");
	same_as(rec, id_of("zz", 205));
	put(rec);
	commit();
	assert_int_equal(members(id_of("sg", 1)), 3);
	assert_int_equal(members(id_of("zz", 200)), 1);
	check_fresh();
	/* Its own node's chain of one-sided statements does count. */
	begin();
	for (int i = 0; i < LIMIT; i++) {
		rec = make(RECORD_KIND_EVIDENCE, "sg", 300 + i, "Own");
		same_as(rec, id_of("sg", i == 0 ? 1 : 299 + i));
		put(rec);
	}
	commit();
	assert_int_equal(members(id_of("sg", 1)), 1);
	assert_int_equal(members(id_of("sg", 300)), 1);
	check_fresh();
	/* One statement withdrawn in the middle: both sides are grouped. */
	begin();
	put(make(RECORD_KIND_EVIDENCE, "sg", 306, "Own"));
	commit();
	assert_int_equal(members(id_of("sg", 1)), 3 + 6);
	assert_int_equal(members(id_of("sg", 306)), LIMIT - 6);
	check_fresh();
	/* The other side takes its statement back. */
	begin();
	put(honest("ca", "Honest"));
	commit();
	assert_int_equal(members(id_of("sg", 1)), 2 + 6);
	assert_int_equal(members(id_of("zz", 205)), 1);
	check_fresh();
}

/* ---- random worlds around the limit ---- */

static unsigned
next(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static const char *
world_id(unsigned i)
{
	static const char *const nodes[NODES] = { "ca", "pt", "sg" };

	return id_of(nodes[i % NODES], (int)i);
}

static struct record *
world_record(unsigned world, unsigned i, unsigned version)
{
	static const char *const nodes[NODES] = { "ca", "pt", "sg" };
	unsigned seed = world * 7919 + i * 31 + version * 1000003;
	struct record *rec;

	for (int warm = 0; warm < 4; warm++)
		next(&seed);
	rec = make(RECORD_KIND_EVIDENCE, nodes[i % NODES], (int)i,
	    pmid((int)(next(&seed) % 5)));
	if (next(&seed) % 2 == 0)
		identify(rec, "pmid", pmid((int)(i / 4)));
	if (next(&seed) % 3 != 0)
		identify(rec, "pmid", pmid((int)(next(&seed) % 60)));
	if (next(&seed) % 4 == 0)
		same_as(rec, world_id(next(&seed) % N));
	if (next(&seed) % 3 == 0)
		same_as(rec, world_id(i ^ 1u));
	return rec;
}

static bool
shares_key(const struct merge_node *a, const struct merge_node *b)
{
	for (size_t i = 0; i < a->n_keys; i++) {
		for (size_t j = 0; j < b->n_keys; j++) {
			if (strcmp(a->keys[i], b->keys[j]) == 0)
				return true;
		}
	}
	return false;
}

static bool
says(const struct merge_node *a, const struct merge_node *b)
{
	for (size_t i = 0; i < a->n_same_as; i++) {
		if (strcmp(a->same_as[i], b->id) == 0)
			return true;
	}
	return false;
}

static bool
is_edge(const struct merge_node *nodes, size_t a, size_t b)
{
	bool one_node = a % NODES == b % NODES;
	bool there = says(&nodes[a], &nodes[b]);
	bool back = says(&nodes[b], &nodes[a]);

	return shares_key(&nodes[a], &nodes[b]) || (there && back) ||
	       (one_node && (there || back));
}

/* Sizes by plain reckoning: is every view as merge/ and the limit say? */
static void
check_world(unsigned world, int *ret_small, int *ret_large)
{
	static struct merge_node nodes[N];
	static size_t part[N], group[N];
	bool moved = true;

	for (unsigned i = 0; i < N; i++) {
		merge_node_init(arena, world_record(world, i, VERSIONS - 1),
		    &nodes[i]);
		part[i] = i;
	}
	while (moved) {
		moved = false;
		for (size_t a = 0; a < N; a++) {
			for (size_t b = 0; b < N; b++) {
				if (part[b] < part[a] && is_edge(nodes, a, b)) {
					part[a] = part[b];
					moved = true;
				}
			}
		}
	}
	merge_group(nodes, N, group);
	for (size_t i = 0; i < N; i++) {
		size_t size = 0, want = 0;

		for (size_t j = 0; j < N; j++) {
			size += part[j] == part[i];
			want += group[j] == group[i];
		}
		*ret_large += size > LIMIT;
		*ret_small += size <= LIMIT && want > 1;
		assert_int_equal(members(nodes[i].id), size > LIMIT ? 1 : want);
	}
}

static void
wander(unsigned world)
{
	unsigned version[N] = { 0 }, left = N * VERSIONS, dice = world;
	bool is_there[N] = { false };

	begin();
	while (left > 0) {
		unsigned i = next(&dice) % N;

		if (is_there[i] && version[i] < VERSIONS &&
		    next(&dice) % 4 == 0) {
			assert_int_equal(catalogue_remove(cat, world_id(i),
					     &err),
			    0);
			is_there[i] = false;
		} else if (version[i] < VERSIONS) {
			put(world_record(world, i, version[i]++));
			is_there[i] = true;
			left--;
		}
		if (next(&dice) % 9 == 0) {
			commit();
			if (next(&dice) % 8 == 0)
				check_fresh();
			begin();
		}
	}
	commit();
}

static void
test_worlds(void **state)
{
	int small = 0, large = 0;

	for (unsigned world = 1; world <= 6; world++) {
		assert_int_equal(setup_small(state), 0);
		wander(world);
		check_world(world, &small, &large);
		check_fresh();
		assert_int_equal(teardown(state), 0);
	}
	/* Both sides of the limit were met. */
	assert_true(small > 50);
	assert_true(large > 50);
}

#define SMALL(f) cmocka_unit_test_setup_teardown(f, setup_small, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SMALL(test_attack),
		SMALL(test_hidden_node),
		SMALL(test_at_the_limit),
		SMALL(test_statements),
		cmocka_unit_test(test_worlds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
