/*
 * group: which records of a closed set are the same thing. Union-find that
 * refuses a union when it would bring together two records of which one
 * says that they are not the same. Everything is done in the order of ids
 * and keys, so that the result depends on the set only. Section "Merging"
 * of records.md.
 */
#include <stdlib.h>
#include <string.h>

#include "merge/merge.h"

#define NONE SIZE_MAX

struct pair { /* indexes in the order of ids */
	size_t a;
	size_t b;
};

struct grouping {
	const struct merge_node *nodes;
	size_t n;
	size_t *order; /* order[k] = node with the k-th id */
	/* By k: */
	size_t *parent;
	size_t *size;
	size_t *ring; /* next member with constraints of the same cluster */
	size_t *head; /* first of that ring, or NONE */
	/* not_same_as in both directions, sorted. */
	struct pair *apart;
	size_t n_apart;
	size_t *apart_at; /* where k's rows start; n + 1 of them */
};

static int
compare_nodes(const void *a, const void *b)
{
	const struct merge_node *const *left = a, *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	if (left->a != right->a)
		return left->a < right->a ? -1 : 1;
	return (left->b > right->b) - (left->b < right->b);
}

static const struct merge_node *
node_at(const struct grouping *g, size_t k)
{
	return &g->nodes[g->order[k]];
}

/* The k of an id, or NONE when it is not in the set. */
static size_t
find_id(const struct grouping *g, const char *id)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(node_at(g, mid)->id, id);

		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NONE;
}

static void
sort_nodes(struct grouping *g)
{
	const struct merge_node **sorted;

	sorted = xcalloc(g->n + 1, sizeof(*sorted));
	for (size_t i = 0; i < g->n; i++)
		sorted[i] = &g->nodes[i];
	qsort(sorted, g->n, sizeof(*sorted), compare_nodes);
	for (size_t i = 0; i < g->n; i++)
		g->order[i] = (size_t)(sorted[i] - g->nodes);
	free(sorted);
}

/* Fill apart: what either side states holds for both. */
static void
read_apart(struct grouping *g)
{
	size_t alloc = 0, at = 0;

	for (size_t k = 0; k < g->n; k++) {
		const struct merge_node *node = node_at(g, k);

		for (size_t i = 0; i < node->n_not_same_as; i++) {
			size_t other = find_id(g, node->not_same_as[i]);
			struct pair there = { k, other };
			struct pair back = { other, k };

			if (other == NONE || other == k)
				continue;
			VEC_PUSH(g->apart, g->n_apart, alloc, there);
			VEC_PUSH(g->apart, g->n_apart, alloc, back);
		}
	}
	if (g->n_apart > 1)
		qsort(g->apart, g->n_apart, sizeof(*g->apart), compare_pairs);
	for (size_t k = 0; k <= g->n; k++) {
		while (at < g->n_apart && g->apart[at].a < k)
			at++;
		g->apart_at[k] = at;
	}
}

static size_t
find(struct grouping *g, size_t k)
{
	while (g->parent[k] != k) {
		g->parent[k] = g->parent[g->parent[k]];
		k = g->parent[k];
	}
	return k;
}

static bool
are_apart(struct grouping *g, size_t x, size_t y)
{
	size_t k = g->head[x];

	if (k == NONE || g->head[y] == NONE)
		return false;
	do {
		for (size_t i = g->apart_at[k]; i < g->apart_at[k + 1]; i++) {
			if (find(g, g->apart[i].b) == y)
				return true;
		}
		k = g->ring[k];
	} while (k != g->head[x]);
	return false;
}

/* True when a and b are in one cluster afterwards. */
static bool
unite(struct grouping *g, size_t a, size_t b)
{
	size_t x = find(g, a), y = find(g, b), t;

	if (x == y)
		return true;
	if (node_at(g, x)->klass != node_at(g, y)->klass ||
	    g->size[x] + g->size[y] > MERGE_GROUP_MAX || are_apart(g, x, y))
		return false;
	if (y < x) { /* the lowest id leads */
		t = x;
		x = y;
		y = t;
	}
	g->parent[y] = x;
	g->size[x] += g->size[y];
	if (g->head[x] == NONE) {
		g->head[x] = g->head[y];
	} else if (g->head[y] != NONE) {
		t = g->ring[g->head[x]];
		g->ring[g->head[x]] = g->ring[g->head[y]];
		g->ring[g->head[y]] = t;
	}
	return true;
}

static bool
states(const struct merge_node *node, const char *id)
{
	for (size_t i = 0; i < node->n_same_as; i++) {
		if (strcmp(node->same_as[i], id) == 0)
			return true;
	}
	return false;
}

static bool
of_one_node(const char *a, const char *b)
{
	char left[RECORD_NODE_MAX], right[RECORD_NODE_MAX], uuid[37];

	return record_id_split(a, left, uuid) == 0 &&
	       record_id_split(b, right, uuid) == 0 && strcmp(left, right) == 0;
}

static void
use_statements(struct grouping *g)
{
	struct pair *pairs = NULL;
	size_t n = 0, alloc = 0;

	for (size_t k = 0; k < g->n; k++) {
		const struct merge_node *node = node_at(g, k);

		for (size_t i = 0; i < node->n_same_as; i++) {
			size_t other = find_id(g, node->same_as[i]);
			struct pair pair;

			if (other == NONE || other == k ||
			    (!of_one_node(node->id, node->same_as[i]) &&
				!states(node_at(g, other), node->id)))
				continue;
			pair.a = k < other ? k : other;
			pair.b = k < other ? other : k;
			VEC_PUSH(pairs, n, alloc, pair);
		}
	}
	if (n > 1)
		qsort(pairs, n, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < n; i++)
		(void)unite(g, pairs[i].a, pairs[i].b);
	free(pairs);
}

struct keyed {
	const char *key;
	size_t k;
};

static int
compare_keyed(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int c = strcmp(left->key, right->key);

	if (c != 0)
		return c;
	return (left->k > right->k) - (left->k < right->k);
}

/*
 * Holders of one key, in the order of ids: each joins the first cluster of
 * the earlier ones that may take it, else starts one.
 */
static void
use_key(struct grouping *g, const struct keyed *keyed, size_t n)
{
	size_t *starts = xcalloc(n, sizeof(*starts));
	size_t n_starts = 0;

	for (size_t i = 0; i < n; i++) {
		bool joined = false;

		for (size_t s = 0; s < n_starts && !joined; s++)
			joined = unite(g, starts[s], keyed[i].k);
		if (!joined)
			starts[n_starts++] = keyed[i].k;
	}
	free(starts);
}

static void
use_keys(struct grouping *g)
{
	struct keyed *keyed = NULL;
	size_t n = 0, alloc = 0, end;

	for (size_t k = 0; k < g->n; k++) {
		const struct merge_node *node = node_at(g, k);

		for (size_t i = 0; i < node->n_keys; i++) {
			struct keyed item = { node->keys[i], k };

			VEC_PUSH(keyed, n, alloc, item);
		}
	}
	if (n > 1)
		qsort(keyed, n, sizeof(*keyed), compare_keyed);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1;
		     end < n && strcmp(keyed[end].key, keyed[i].key) == 0;
		     end++)
			continue;
		if (end - i > 1 && end - i <= MERGE_KEY_MAX)
			use_key(g, keyed + i, end - i);
	}
	free(keyed);
}

void
merge_group(const struct merge_node *nodes, size_t n, size_t *ret_group)
{
	struct grouping g = { .nodes = nodes, .n = n };

	g.order = xcalloc(n + 1, sizeof(size_t));
	g.parent = xcalloc(n + 1, sizeof(size_t));
	g.size = xcalloc(n + 1, sizeof(size_t));
	g.ring = xcalloc(n + 1, sizeof(size_t));
	g.head = xcalloc(n + 1, sizeof(size_t));
	g.apart_at = xcalloc(n + 1, sizeof(size_t));
	sort_nodes(&g);
	read_apart(&g);
	for (size_t k = 0; k < n; k++) {
		g.parent[k] = k;
		g.size[k] = 1;
		g.ring[k] = k;
		g.head[k] = g.apart_at[k] < g.apart_at[k + 1] ? k : NONE;
	}
	use_statements(&g);
	use_keys(&g);
	for (size_t k = 0; k < n; k++)
		ret_group[g.order[k]] = g.order[find(&g, k)];
	free(g.order);
	free(g.parent);
	free(g.size);
	free(g.ring);
	free(g.head);
	free(g.apart);
	free(g.apart_at);
}
