/*
 * match: one segment of one search. Words give windows of documents; the dead
 * and what filters refuse are taken out of them, the rest is counted by facet
 * and offered to the hits. Section "Filters and counts" of the search design.
 */
#include <stdlib.h>
#include <string.h>

#include "search/run.h"

#define ALL_FACETS ((1u << SEARCH_FACET_COUNT) - 1)
#define KM_UNITS   1000 /* a metre is enough to order by */

struct matcher {
	struct run *run;
	uint32_t number;
	const struct snapshot_segment *entry;
	struct segment *segment;
	struct eval eval;
	/* local values of the selected facets, facet after facet */
	size_t *values;
	size_t starts[SEARCH_FACET_COUNT + 1];
	size_t *refused;
	size_t n_refused;
	size_t *lapsed; /* their consent has ended */
	size_t n_lapsed;
	struct tally tally;                   /* facets without selection */
	struct tally own[SEARCH_FACET_COUNT]; /* each selected facet's */
	uint64_t *near; /* documents in the circle, NULL: no place asked */
	const float *km;
	const struct lane *strength; /* when ordered by it; or NULL */
	uint8_t *strengths;          /* by code of the lane, strongest most */
};

/* ---- what is asked of a document beside its words ---- */

static void
find_values(struct matcher *m)
{
	struct run *run = m->run;
	const struct query *query = run->query;
	size_t n = 0;

	m->values = arena_alloc(run->arena,
	    (run->n_chosen + 1) * sizeof(*m->values));
	for (int f = 0; f < SEARCH_FACET_COUNT; f++) {
		m->starts[f] = n;
		for (size_t i = 0; i < run->n_chosen; i++) {
			size_t value;

			if (run->chosen[i].facet != (enum search_facet)f)
				continue;
			value = filters_find(&m->segment->filters,
			    (enum search_facet)f, run->chosen[i].value);
			if (value != VALUE_NONE)
				m->values[n++] = value;
		}
	}
	m->starts[SEARCH_FACET_COUNT] = n;
	m->refused = arena_alloc(run->arena,
	    (query->n_not_filters + 1) * sizeof(*m->refused));
	for (size_t i = 0; i < query->n_not_filters; i++) {
		size_t value = filters_find(&m->segment->filters,
		    query->not_filters[i].facet, query->not_filters[i].value);

		if (value != VALUE_NONE)
			m->refused[m->n_refused++] = value;
	}
}

/* Until when ended before today; values of one facet stand together, in
 * order. */
static void
find_lapsed(struct matcher *m)
{
	const struct filters *filters = &m->segment->filters;
	const struct catalogue *cat = m->run->search->cat;
	int64_t now = cat != NULL ? catalogue_now(cat) : 0;
	size_t first = filters->n_values, n = 0;

	if (now == 0)
		return;
	while (first > 0 && filters->values[first - 1].facet == FACET_UNTIL)
		first--;
	if (first == filters->n_values)
		return;
	m->lapsed = arena_alloc(m->run->arena,
	    (filters->n_values - first) * sizeof(*m->lapsed));
	for (size_t v = first; v < filters->n_values; v++) {
		if (date_is_over(filters_text(filters, v), now))
			m->lapsed[n++] = v;
	}
	m->n_lapsed = n;
}

static void
find_near(struct matcher *m)
{
	struct run *run = m->run;
	struct circle circle = { run->asked->near.lat, run->asked->near.lon,
		run->asked->near.km };
	uint32_t n = m->segment->n_docs;

	if (!(circle.km > 0))
		return;
	m->near = xcalloc((n + WINDOW_DOCS) / 64 + 1, sizeof(*m->near));
	run->km[m->number] = xmalloc(((size_t)n + 1) * sizeof(float));
	m->km = run->km[m->number];
	places_within(&m->segment->places, &circle, m->near,
	    run->km[m->number]);
}

/* The strongest has the most, what has none 0. */
static uint8_t
strength_rank(const char *value)
{
	size_t n = vocab_size(VOCAB_STRENGTH);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(vocab_code(VOCAB_STRENGTH, i), value) == 0)
			return (uint8_t)(n - i);
	}
	return 0;
}

static void
find_strengths(struct matcher *m)
{
	const struct filters *filters = &m->segment->filters;
	const struct lane *lane = filters_lane(filters, SEARCH_STRENGTH);

	if (m->run->order != ORDER_STRENGTH || lane == NULL)
		return;
	m->strength = lane;
	m->strengths = arena_alloc(m->run->arena, lane->n_codes);
	for (uint32_t code = 0; code < lane->n_codes; code++) {
		for (uint32_t i = lane->starts[code];
		     i < lane->starts[code + 1]; i++) {
			uint16_t value = lane->values[i];
			uint8_t rank;

			if (filters->values[value].facet != SEARCH_STRENGTH)
				continue;
			rank = strength_rank(filters_text(filters, value));
			if (rank > m->strengths[code])
				m->strengths[code] = rank;
		}
	}
}

static bool
has_dates(const struct run *run)
{
	return run->query->year_from != 0 || run->query->year_to != 0 ||
	       run->asked->checked_since != 0;
}

static bool
passes_dates(const struct run *run, const struct segment *segment, uint32_t doc)
{
	uint16_t year = segment->years[doc];

	if (run->query->year_from != 0 && year < run->query->year_from)
		return false;
	if (run->query->year_to != 0 &&
	    (year == 0 || year > run->query->year_to))
		return false;
	return run->asked->checked_since <= 0 ||
	       segment->checked[doc] >= (uint32_t)run->asked->checked_since;
}

/* Out of a window: documents that have any of these values. */
static void
refuse_values(const struct matcher *m, struct window *window,
    const size_t *values, size_t n_values)
{
	size_t n = (window->n + 63) / 64;
	uint64_t bits[WINDOW_WORDS];

	if (n_values == 0)
		return;
	memset(bits, 0, sizeof(bits));
	for (size_t i = 0; i < n_values; i++)
		filters_or(&m->segment->filters, values[i], window->base,
		    window->n, bits);
	for (size_t w = 0; w < n; w++)
		window->bits[w] &= ~bits[w];
}

static void
refuse_dead(const struct matcher *m, struct window *window)
{
	size_t first = window->base / 64, n = (window->n + 63) / 64;

	for (size_t w = 0; m->entry->dead != NULL && w < n; w++)
		window->bits[w] &= ~m->entry->dead[first + w];
	refuse_values(m, window, m->lapsed, m->n_lapsed);
}

/* Out of a window: the dead, the far, the refused, and wrong dates. */
static void
refuse(struct matcher *m, struct window *window)
{
	size_t first = window->base / 64, n = (window->n + 63) / 64;

	refuse_dead(m, window);
	if (!m->run->is_found)
		m->run->is_found = bits_any(window->bits, n);
	if (m->near != NULL) {
		for (size_t w = 0; w < n; w++)
			window->bits[w] &= m->near[first + w];
	}
	refuse_values(m, window, m->refused, m->n_refused);
	if (!has_dates(m->run))
		return;
	for (size_t w = 0; w < n; w++) {
		for (uint64_t left = window->bits[w]; left != 0;
		     left &= left - 1) {
			uint32_t at = (uint32_t)(w * 64) +
				      (uint32_t)__builtin_ctzll(left);

			if (!passes_dates(m->run, m->segment,
				window->base + at))
				window->bits[w] &= ~(left & -left);
		}
	}
}

/* ---- counts and hits of a window ---- */

/* The documents of the window that have a chance, when those that stayed lazy
 * can not have one; *ret_n of them. */
static void
leave_lazy(const struct window *window, uint16_t *offsets, size_t *ret_n)
{
	uint64_t bits[WINDOW_WORDS];

	for (size_t w = 0; w < WINDOW_WORDS; w++)
		bits[w] = window->bits[w] & window->settled[w];
	*ret_n = window_offsets(bits, offsets);
}

/* Most documents have no chance: nothing else runs for each of them. */
static void
offer_scores(struct matcher *m, const struct window *window, uint16_t *offsets,
    size_t n)
{
	const uint8_t *priors = m->segment->priors;
	struct hits *hits = &m->run->hits;
	uint64_t least = hits->least >> 8;

	if (window->is_lazy && window_most(window) < least)
		leave_lazy(window, offsets, &n);
	for (size_t i = 0; i < n; i++) {
		uint64_t score = window_score(window, offsets[i]);
		uint32_t doc = window->base + offsets[i];

		if (score < least)
			continue;
		hits_offer(hits, score << 8 | priors[doc], m->segment,
		    m->number, doc);
		least = hits->least >> 8;
	}
}

/* Of equal strength the newest year first. */
static uint64_t
strength_key(const struct matcher *m, uint32_t doc)
{
	uint64_t rank = m->strength == NULL
			    ? 0
			    : m->strengths[lane_code(m->strength, doc)];

	return rank << 16 | m->segment->years[doc];
}

/* The offsets are used up. */
static void
offer(struct matcher *m, const struct window *window, uint16_t *offsets,
    size_t n)
{
	const struct segment *segment = m->segment;
	struct hits *hits = &m->run->hits;
	enum order order = m->run->order;

	if (order == ORDER_SCORE) {
		offer_scores(m, window, offsets, n);
		return;
	}
	/* From behind: the newest come last, and the best first saves work. */
	for (size_t i = n; i-- > 0;) {
		uint32_t doc = window->base + offsets[i];
		uint64_t key = 0;

		if (order == ORDER_NEWEST)
			key = segment->modified[doc];
		else if (order == ORDER_CHECKED)
			key = segment->checked[doc];
		else if (order == ORDER_YEAR)
			key = segment->years[doc];
		else if (order == ORDER_STRENGTH)
			key = strength_key(m, doc);
		else if (order == ORDER_DISTANCE)
			key = UINT32_MAX - (uint32_t)(m->km[doc] * KM_UNITS);
		hits_offer(hits, key, segment, m->number, doc);
	}
}

/* Documents that have a selected value of each facet but `except`. */
static void
select_but(struct matcher *m, const uint64_t (*passed)[WINDOW_WORDS],
    unsigned except, uint64_t *bits)
{
	for (unsigned f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (f == except || (m->run->selected >> f & 1) == 0)
			continue;
		for (size_t w = 0; w < WINDOW_WORDS; w++)
			bits[w] &= passed[f][w];
	}
}

/* A facet's counts ignore its own selection. */
static void
count_own(struct matcher *m, const struct window *window,
    const uint64_t (*passed)[WINDOW_WORDS], uint16_t *offsets)
{
	for (unsigned f = 0; f < SEARCH_FACET_COUNT; f++) {
		uint64_t bits[WINDOW_WORDS];
		size_t n;

		if (m->own[f].facets == 0)
			continue;
		memcpy(bits, window->bits, sizeof(bits));
		select_but(m, passed, f, bits);
		n = window_offsets(bits, offsets);
		tally_add(&m->own[f], window->base, offsets, n);
	}
}

static void
take_window(struct matcher *m, struct window *window)
{
	uint64_t passed[SEARCH_FACET_COUNT][WINDOW_WORDS];
	uint16_t offsets[WINDOW_OFFSETS];
	size_t n;

	refuse(m, window);
	if (m->run->selected != 0) {
		for (unsigned f = 0; f < SEARCH_FACET_COUNT; f++) {
			if ((m->run->selected >> f & 1) == 0)
				continue;
			memset(passed[f], 0, sizeof(passed[f]));
			for (size_t i = m->starts[f]; i < m->starts[f + 1]; i++)
				filters_or(&m->segment->filters, m->values[i],
				    window->base, window->n, passed[f]);
		}
		if (!m->run->asked->no_facets)
			count_own(m, window, passed, offsets);
		select_but(m, passed, SEARCH_FACET_COUNT, window->bits);
	}
	if (m->run->is_gathering) {
		memcpy(m->run->found[m->number] + window->base / 64,
		    window->bits, sizeof(window->bits));
		m->run->total += (int64_t)window_count(window->bits);
		return;
	}
	n = window_offsets(window->bits, offsets);
	m->run->total += (int64_t)n;
	if (m->tally.facets != 0)
		tally_add(&m->tally, window->base, offsets, n);
	offer(m, window, offsets, n);
}

/* ---- shorter ways ---- */

/* Nothing but selected values is asked: all living documents match. */
static bool
is_all(const struct matcher *m)
{
	return !m->run->has_words && m->eval.n_without == 0 &&
	       m->near == NULL && m->n_refused == 0 && m->n_lapsed == 0 &&
	       !has_dates(m->run);
}

/* Counts of all living documents, for values of these facets. */
static void
count_all(struct matcher *m, unsigned facets, int64_t *counts)
{
	const struct filters *filters = &m->segment->filters;
	int64_t *dead;
	struct tally tally;

	for (size_t v = 0; v < filters->n_values; v++) {
		if ((facets >> filters->values[v].facet & 1) != 0)
			counts[v] += filters->values[v].n;
	}
	if (m->entry->n_dead == 0)
		return;
	dead = arena_alloc(m->run->arena,
	    (filters->n_values + 1) * sizeof(*dead));
	tally_init(&tally, m->run->arena, filters, facets);
	for (uint32_t w = 0; w * 64 < m->segment->n_docs; w++) {
		for (uint64_t left = m->entry->dead[w]; left != 0;
		     left &= left - 1) {
			uint32_t doc = w * 64 + (uint32_t)__builtin_ctzll(left);

			tally_add_docs(&tally, &doc, 1);
		}
	}
	tally_finish(&tally, dead);
	for (size_t v = 0; v < filters->n_values; v++)
		counts[v] -= dead[v];
}

/*
 * One word of one term, no filters, by score: block after block, and scores
 * only where the best of a block has a chance.
 */
static void
match_single(struct matcher *m, struct leaf *leaf)
{
	struct run *run = m->run;
	struct post *post = &leaf->posts[0];
	uint32_t idf = leaf->n_same == 1 ? leaf->plan->idf : leaf->plan->other;
	const struct scorer *scorer = run->search->scorer;

	run->total += post->df;
	run->is_found = true;
	while (post->doc != POST_END) {
		uint64_t most = idf * scorer->part[post->block->max_weight]
						  [post->block->min_length];
		bool is_chance = (most << 8 | 255) >= run->hits.least;

		if ((is_chance || m->tally.facets != 0) &&
		    post_load(post) == -1)
			break;
		if (m->tally.facets != 0)
			tally_add_docs(&m->tally, post->docs, post->n);
		for (uint32_t i = 0; is_chance && i < post->n; i++) {
			uint32_t doc = post->docs[i];
			uint64_t key = idf *
				       scorer->part[post->weights[i]]
						   [m->segment->lengths[doc]];

			if ((key << 8 | 255) >= run->hits.least)
				hits_offer(&run->hits,
				    key << 8 | m->segment->priors[doc],
				    m->segment, m->number, doc);
		}
		post_next_block(post);
	}
	if (post->is_damaged)
		m->eval.is_damaged = true;
}

static struct leaf *
single(struct matcher *m)
{
	if (m->run->is_gathering || m->run->order != ORDER_SCORE ||
	    m->entry->dead != NULL || m->near != NULL || m->n_refused > 0 ||
	    m->n_lapsed > 0 || m->run->selected != 0 || has_dates(m->run))
		return NULL;
	return eval_single(&m->eval);
}

/* ---- a segment ---- */

static void
prepare_counts(struct matcher *m, int64_t *counts)
{
	struct run *run = m->run;
	unsigned plain = ALL_FACETS & ~run->selected, own = run->selected;

	if (run->asked->no_facets)
		return;
	if (is_all(m)) {
		if (run->selected == 0) {
			count_all(m, ALL_FACETS, counts);
			plain = 0;
		} else if ((run->selected & (run->selected - 1)) == 0) {
			/* Without its own selection nothing is asked. */
			count_all(m, run->selected, counts);
			own = 0;
		}
	}
	if (plain != 0)
		tally_init(&m->tally, run->arena, &m->segment->filters, plain);
	for (unsigned f = 0; f < SEARCH_FACET_COUNT; f++) {
		if ((own >> f & 1) != 0)
			tally_init(&m->own[f], run->arena, &m->segment->filters,
			    1u << f);
	}
}

static void
finish_counts(struct matcher *m, int64_t *counts)
{
	if (m->run->asked->no_facets)
		return;
	if (m->tally.facets != 0)
		tally_finish(&m->tally, counts);
	for (unsigned f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (m->own[f].facets != 0)
			tally_finish(&m->own[f], counts);
	}
	for (size_t v = 0; v < m->segment->filters.n_values; v++)
		m->run->counts[m->entry->values[v]] += counts[v];
}

static void
begin(struct matcher *m, struct run *run, size_t number)
{
	memset(m, 0, sizeof(*m));
	m->run = run;
	m->number = (uint32_t)number;
	m->entry = &run->snapshot->segments[number];
	m->segment = m->entry->segment;
	eval_init(&m->eval, run->arena, run->plan, number,
	    run->order == ORDER_SCORE ? run->search->scorer : NULL,
	    &run->search->space);
}

static int
match_segment(struct run *run, size_t number, struct err *err)
{
	struct matcher m;
	struct window *window;
	struct leaf *leaf;
	int64_t *counts;

	begin(&m, run, number);
	counts = arena_alloc(run->arena,
	    (m.segment->filters.n_values + 1) * sizeof(*counts));
	find_values(&m);
	find_lapsed(&m);
	find_near(&m);
	find_strengths(&m);
	prepare_counts(&m, counts);
	leaf = single(&m);
	if (leaf != NULL) {
		match_single(&m, leaf);
	} else {
		while ((window = eval_next(&m.eval)) != NULL)
			take_window(&m, window);
	}
	free(m.near);
	if (m.eval.is_damaged)
		return search_damaged(run->snapshot, err);
	finish_counts(&m, counts);
	return 0;
}

/* Room for the bits of all segments, none set. */
static void
gather_init(struct run *run)
{
	const struct snapshot *snapshot = run->snapshot;

	run->found = arena_alloc(run->arena,
	    (snapshot->n + 1) * sizeof(*run->found));
	for (size_t i = 0; i < snapshot->n; i++)
		run->found[i] = arena_alloc(run->arena,
		    (snapshot->segments[i].segment->n_docs / 64 + WINDOW_WORDS +
			1) *
			sizeof(**run->found));
}

int
match_all(struct run *run, struct err *err)
{
	run->total = 0;
	run->is_found = false;
	run->counts = arena_alloc(run->arena,
	    (run->snapshot->n_values + 1) * sizeof(*run->counts));
	match_release(run);
	run->km = xcalloc(run->snapshot->n + 1, sizeof(*run->km));
	if (run->is_gathering)
		gather_init(run);
	hits_init(&run->hits, run->arena, run->keep, run->cursor);
	for (size_t i = 0; i < run->snapshot->n; i++) {
		if (match_segment(run, i, err) == -1)
			return -1;
	}
	hits_sort(&run->hits);
	return 0;
}

void
match_release(struct run *run)
{
	for (size_t i = 0; run->km != NULL && i < run->snapshot->n; i++)
		free(run->km[i]);
	free(run->km);
	run->km = NULL;
}
