/*
 * plan: what a verified head leads to. Index documents are read like pages,
 * hash first; sums must agree on every level, so that nothing can list more
 * than the head has signed for (feed-protocol.md 4).
 */
#include <stdlib.h>
#include <string.h>

#include "pull/plan.h"

static int
add_refs(struct plan *plan, const struct feed_ref *refs, size_t n, int depth,
    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (refs[i].is_index) {
			struct plan_index index = { .ref = refs[i],
				.depth = depth };

			if (depth > FEED_INDEX_LEVELS)
				return err_set(err, ERR_LIMIT,
				    "indexes lie more than %d deep",
				    FEED_INDEX_LEVELS);
			if (refs[i].len > FEED_INDEX_MAX)
				return err_set(err, ERR_LIMIT,
				    "an index of %u bytes", refs[i].len);
			plan->index_bytes += refs[i].len;
			if (plan->index_bytes > plan->max_bytes)
				return err_set(err, ERR_LIMIT,
				    "the feed has indexes of more than %llu "
				    "bytes (max-bytes in peers.conf allows "
				    "more)",
				    (unsigned long long)plan->max_bytes);
			VEC_PUSH(plan->indexes, plan->n_indexes,
			    plan->cap_indexes, index);
			continue;
		}
		if (refs[i].len > FEED_PAGE_MAX)
			return err_set(err, ERR_LIMIT, "a page of %u bytes",
			    refs[i].len);
		plan->bytes += refs[i].len;
		if (plan->bytes > plan->max_bytes)
			return err_set(err, ERR_LIMIT,
			    "the feed has more than %llu bytes (max-bytes in "
			    "peers.conf allows more)",
			    (unsigned long long)plan->max_bytes);
		VEC_PUSH(plan->pages, plan->n_pages, plan->cap_pages, refs[i]);
	}
	return 0;
}

int
plan_init(struct plan *plan, const struct feed_head *head,
    struct parser *parser, uint64_t max_records, uint64_t max_bytes,
    struct err *err)
{
	*plan = (struct plan){
		.node = head->node,
		.parser = parser,
		.records = head->records,
		.max_bytes = max_bytes,
	};
	if (head->records > max_records)
		return err_set(err, ERR_LIMIT,
		    "the feed has %llu records, more than %llu (max-records "
		    "in peers.conf allows more)",
		    (unsigned long long)head->records,
		    (unsigned long long)max_records);
	return add_refs(plan, head->refs, head->n_refs, 1, err);
}

void
plan_release(struct plan *plan)
{
	free(plan->indexes);
	free(plan->pages);
	*plan = (struct plan){ 0 };
}

int
plan_read(struct plan *plan, size_t i, const char *data, size_t len,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_ref ref = plan->indexes[i].ref, *refs;
	size_t n;
	int ret = -1;

	if (verify_bytes(&ref, data, len, err) == -1 ||
	    parser_index(plan->parser, arena, &ref, plan->node, data, len,
		&refs, &n, err) == -1)
		goto out;
	ret = add_refs(plan, refs, n, plan->indexes[i].depth + 1, err);
	if (ret == 0) {
		plan->indexes[i].is_read = true;
		plan->n_read++;
	}
out:
	arena_free(arena);
	return ret;
}

bool
plan_is_complete(const struct plan *plan)
{
	return plan->n_read == plan->n_indexes;
}

static int
compare_prefixes(const void *a, const void *b)
{
	return strcmp(((const struct feed_ref *)a)->prefix,
	    ((const struct feed_ref *)b)->prefix);
}

void
plan_finish(struct plan *plan)
{
	if (plan->n_pages > 1)
		qsort(plan->pages, plan->n_pages, sizeof(*plan->pages),
		    compare_prefixes);
}

const struct feed_ref *
plan_find(const struct plan *plan, const char *prefix, const char *hash)
{
	size_t low = 0, high = plan->n_pages;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(prefix, plan->pages[mid].prefix);

		if (order == 0)
			return strcmp(plan->pages[mid].hash, hash) == 0
				   ? &plan->pages[mid]
				   : NULL;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}
