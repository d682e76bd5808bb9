/*
 * compact_queue: the sources of a compaction, the one with the smallest key
 * on top: a binary heap. Keys are groups of documents, new numbers of
 * documents, or the first bytes of words, which may tie.
 */
#include "config.h"

#include <string.h>

#include "search/compact_priv.h"

int
compact_order(const struct source *a, const struct source *b)
{
	size_t a_len, b_len, len;
	const char *left = dict_text(a->segment, a->next_term, &a_len);
	const char *right = dict_text(b->segment, b->next_term, &b_len);
	int order;

	len = a_len < b_len ? a_len : b_len;
	order = memcmp(left, right, len);
	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static bool
is_before(const struct queue *queue, const struct queued *a,
    const struct queued *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return queue->by_word && compact_order(a->source, b->source) < 0;
}

void
compact_sink(struct queue *queue)
{
	struct queued item = queue->items[0];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < queue->n) {
		if (child + 1 < queue->n &&
		    is_before(queue, &queue->items[child + 1],
			&queue->items[child]))
			child++;
		if (!is_before(queue, &queue->items[child], &item))
			break;
		queue->items[at] = queue->items[child];
		at = child;
	}
	queue->items[at] = item;
}

void
compact_push(struct queue *queue, uint64_t key, struct source *source)
{
	struct queued item = { key, source };
	size_t at = queue->n++;

	while (at > 0 && is_before(queue, &item, &queue->items[(at - 1) / 2])) {
		queue->items[at] = queue->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	queue->items[at] = item;
}

void
compact_pop(struct queue *queue)
{
	queue->items[0] = queue->items[--queue->n];
	if (queue->n > 1)
		compact_sink(queue);
}

uint64_t
compact_second(const struct queue *queue)
{
	uint64_t key = UINT64_MAX;

	if (queue->n > 1)
		key = queue->items[1].key;
	if (queue->n > 2 && queue->items[2].key < key)
		key = queue->items[2].key;
	return key;
}
