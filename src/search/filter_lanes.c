/*
 * filter_lanes: columns of single facets (filter_column.c) -> SECTION_LANES
 * (format.h). Counting costs one step a document and lane, and is fast as
 * long as a lane's counters stay in the nearest cache: so facets are joined
 * while their combinations that really occur stay few. The pair of lanes with
 * the fewest is joined first.
 */
#include "search/filter_column.h"

#include <stdlib.h>
#include <string.h>

/* Combinations of one byte; all are joined that fit. */
#define LANE_SMALL 256
/* More lanes than this are joined further, to two bytes. */
#define LANES_GOOD 3

/* Join the two lanes with the fewest combinations; 0 when none fit. */
static int
join_best(struct filter_column *lanes, size_t *n,
    uint32_t pairs[LANES_MAX][LANES_MAX], uint32_t limit)
{
	struct filter_column joined;
	uint32_t best = JOIN_MANY;
	size_t i, j, a = 0, b = 0;

	for (i = 0; i < *n; i++)
		for (j = i + 1; j < *n; j++) {
			if (pairs[i][j] == 0)
				pairs[i][j] = filter_column_join(&lanes[i],
				    &lanes[j], limit, NULL);
			if (pairs[i][j] < best) {
				best = pairs[i][j];
				a = i;
				b = j;
			}
		}
	if (best == JOIN_MANY)
		return 0;
	(void)filter_column_join(&lanes[a], &lanes[b], limit, &joined);
	filter_column_release(&lanes[a]);
	filter_column_release(&lanes[b]);
	lanes[a] = joined;
	/* The last lane takes the place of b. */
	lanes[b] = lanes[--*n];
	for (i = 0; i < LANES_MAX; i++) {
		pairs[i][a] = pairs[a][i] = 0;
		pairs[i][b] = pairs[b][i] = 0;
	}
	return 1;
}

static void
join_lanes(struct filter_column *lanes, size_t *n)
{
	uint32_t pairs[LANES_MAX][LANES_MAX]; /* 0: not yet known */

	memset(pairs, 0, sizeof(pairs));
	while (*n > 1 && join_best(lanes, n, pairs, LANE_SMALL))
		;
	memset(pairs, 0, sizeof(pairs));
	while (*n > LANES_GOOD && join_best(lanes, n, pairs, JOIN_MAX))
		;
}

struct often {
	uint32_t n;
	uint32_t code;
};

static int
by_often(const void *a, const void *b)
{
	const struct often *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return x->code < y->code ? -1 : 1;
}

/* Codes of a lane, the most frequent first, so that the counters that are
 * used most lie side by side. */
static struct often *
order_codes(const struct filter_column *c)
{
	struct often *order = xcalloc(c->n_codes, sizeof(*order));
	uint32_t i;

	for (i = 0; i < c->n_codes; i++)
		order[i].code = i;
	for (i = 0; i < c->n_docs; i++)
		order[filter_column_code(c, i)].n++;
	qsort(order, c->n_codes, sizeof(*order), by_often);
	return order;
}

static void
write_codes(const struct filter_column *c, const struct often *order,
    unsigned width, void *to)
{
	uint32_t *new_code = xmalloc(c->n_codes * sizeof(*new_code));
	uint32_t i, code;

	for (i = 0; i < c->n_codes; i++)
		new_code[order[i].code] = i;
	for (i = 0; i < c->n_docs; i++) {
		code = new_code[filter_column_code(c, i)];
		if (width == 1)
			((uint8_t *)to)[i] = (uint8_t)code;
		else if (width == 2)
			((uint16_t *)to)[i] = (uint16_t)code;
		else
			((uint32_t *)to)[i] = code;
	}
	free(new_code);
}

static void
write_lane(const struct filter_column *c, const struct seg_lane *lane,
    const uint16_t *rank, char *section)
{
	struct often *order = order_codes(c);
	uint32_t *starts = (void *)(section + lane->starts);
	uint16_t *values = (void *)(section + lane->values);
	uint32_t i, j, n = 0;

	for (i = 0; i < c->n_codes; i++) {
		uint32_t code = order[i].code;

		starts[i] = n;
		for (j = c->starts[code]; j < c->starts[code + 1]; j++)
			values[n++] = rank[c->values[j]];
	}
	starts[c->n_codes] = n;
	write_codes(c, order, lane->width, section + lane->codes);
	free(order);
}

static uint64_t
reserve(uint64_t *at, uint64_t len)
{
	uint64_t start = *at;

	*at = (start + len + 7) & ~(uint64_t)7;
	return start;
}

void *
filter_lanes(struct filter_column *columns, size_t n, uint32_t n_docs,
    const uint16_t *rank, size_t *ret_len)
{
	struct seg_lane lanes[LANES_MAX];
	struct seg_lanes *head;
	uint64_t at;
	char *section;
	size_t i;

	memset(lanes, 0, sizeof(lanes));
	join_lanes(columns, &n);
	at = sizeof(*head) + n * sizeof(*lanes);
	for (i = 0; i < n; i++) {
		const struct filter_column *c = &columns[i];

		lanes[i].facets = c->facets;
		lanes[i].width = c->n_codes <= 256     ? 1
				 : c->n_codes <= 65536 ? 2
						       : 4;
		lanes[i].n_codes = c->n_codes;
		lanes[i].n_values = (uint32_t)c->n_values;
		lanes[i].starts = reserve(&at,
		    ((uint64_t)c->n_codes + 1) * sizeof(uint32_t));
		lanes[i].values = reserve(&at, c->n_values * sizeof(uint16_t));
		lanes[i].codes = reserve(&at,
		    (uint64_t)n_docs * lanes[i].width);
	}
	section = xcalloc(1, at);
	head = (void *)section;
	head->n_lanes = (uint32_t)n;
	memcpy(section + sizeof(*head), lanes, n * sizeof(*lanes));
	for (i = 0; i < n; i++) {
		write_lane(&columns[i], &lanes[i], rank, section);
		filter_column_release(&columns[i]);
	}
	*ret_len = at;
	return section;
}
