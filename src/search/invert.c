/*
 * invert: see invert.h. Postings of a word, through all of its slices:
 *
 *   varint(document - the one before),
 *   varint(since << 4 | field << 1 | is_last) for each occurrence
 *
 * again and again, occurrences as they came, `since` being the position less
 * the one before if that is in the same field. The last occurrence of a document gets its mark when the
 * next document begins or, the very last one, in invert_sorted(). Nothing
 * straddles two slices. A slice starts with where the next one is and how
 * many of its bytes are used, written when the next one is made or at last.
 */
#include <sys/random.h>

#include <assert.h>
#include <endian.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "search/invert.h"

#define TERMS_START 512
#define ARENA_START ((size_t)32768)
/* Memory that is kept for the next segment: most are small. */
#define INVERT_KEEP ((size_t)4 << 20)
/* Nothing is at 0. */
#define ARENA_FIRST 8

struct slice {
	uint32_t next;
	uint32_t used;
};
/* Bytes of slices, their head included. Most words are rare. */
static const uint16_t slice_sizes[] = { 24, 32, 48, 72, 112, 176, 272, 424, 656,
	1024, 1600, 2496, 4096 };
#define LEVEL_MAX (ARRAY_LEN(slice_sizes) - 1)
/* Spots while they are written: field << SPOT_SHIFT | position. */
#define SPOT_SHIFT 24
#define SPOT_MASK  (((uint32_t)1 << SPOT_SHIFT) - 1)
/* A document's occurrences as they are in the file. */
#define DOC_OUT_MAX (DOC_SPOTS_MAX * 4)
/* A varint of 30 bits and an occurrence. */
#define POSTING_MAX (5 + OCCURRENCE_MAX)
/* A document's occurrences in a row, and room for some slices more. */
#define UNCHAIN_BYTES (2 * (DOC_BYTES_MAX + POSTING_MAX))

static_assert(DOC_WORDS_MAX * 2 < 1 << 17, "an occurrence has 3 or 4 bytes");
static_assert(sizeof(struct inverted) == 64, "a word is a cache line");

void
invert_init(struct invert *inv)
{
	memset(inv, 0, sizeof(*inv));
	/* Words come from others: without a seed they could choose words
	 * that all meet in one slot. The order of words does not show it. */
	if (getrandom(&inv->seed, sizeof(inv->seed), GRND_NONBLOCK) == -1)
		inv->seed = (uint64_t)(uintptr_t)inv;
	inv->cap_terms = TERMS_START;
	inv->terms = xmalloc(inv->cap_terms * sizeof(*inv->terms));
	inv->mask = 2 * TERMS_START - 1;
	inv->slots = xcalloc((size_t)inv->mask + 1, sizeof(*inv->slots));
	bytes_room(&inv->arena, ARENA_START);
	inv->arena.len = ARENA_FIRST;
}

void
invert_release(struct invert *inv)
{
	free(inv->slots);
	free(inv->terms);
	bytes_clear(&inv->long_text);
	bytes_clear(&inv->arena);
	bytes_clear(&inv->queue_text);
}

size_t
invert_bytes(const struct invert *inv)
{
	return inv->arena.len + inv->n_terms * sizeof(*inv->terms) +
	       ((size_t)inv->mask + 1) * sizeof(*inv->slots) +
	       inv->long_text.len;
}

void
invert_clear(struct invert *inv)
{
	if (invert_bytes(inv) > INVERT_KEEP) {
		invert_release(inv);
		invert_init(inv);
		return;
	}
	memset(inv->slots, 0, ((size_t)inv->mask + 1) * sizeof(*inv->slots));
	inv->n_terms = 0;
	inv->long_text.len = 0;
	inv->arena.len = ARENA_FIRST;
	inv->queue_text.len = 0;
	inv->n_queue = 0;
	inv->is_overfull = false;
}

const char *
invert_text(const struct invert *inv, const struct inverted *term)
{
	uint32_t at;

	if (term->len <= INLINE_TEXT)
		return term->text;
	memcpy(&at, term->text + INLINE_START, sizeof(at));
	return (const char *)inv->long_text.data + at;
}

static const char *
queued_text(const struct invert *inv, const struct queued *q)
{
	uint32_t at;

	if (q->len <= INLINE_TEXT)
		return q->text;
	memcpy(&at, q->text + INLINE_START, sizeof(at));
	return (const char *)inv->queue_text.data + at;
}

/* ---- words ---- */

static void
slots_double(struct invert *inv)
{
	uint32_t mask = 2 * inv->mask + 1, i, k;
	struct invert_slot *slots = xcalloc((size_t)mask + 1, sizeof(*slots));

	for (i = 0; i <= inv->mask; i++) {
		if (inv->slots[i].term == 0)
			continue;
		for (k = inv->slots[i].hash & mask; slots[k].term != 0;)
			k = (k + 1) & mask;
		slots[k] = inv->slots[i];
	}
	free(inv->slots);
	inv->slots = slots;
	inv->mask = mask;
}

static bool
is_text(const struct invert *inv, const struct inverted *term,
    const struct queued *q)
{
	if (term->len != q->len)
		return false;
	if (q->len <= INLINE_TEXT)
		return memcmp(term->text, q->text, INLINE_TEXT) == 0;
	return memcmp(invert_text(inv, term), queued_text(inv, q), q->len) == 0;
}

static uint32_t
term_add(struct invert *inv, const struct queued *q, uint32_t slot)
{
	struct inverted *term;
	uint32_t at = (uint32_t)inv->long_text.len;

	inv->terms = vec_grow(inv->terms, inv->n_terms, &inv->cap_terms,
	    sizeof(*inv->terms));
	term = &inv->terms[inv->n_terms++];
	*term = (struct inverted){ .len = q->len };
	memcpy(term->text, q->text, INLINE_TEXT);
	if (q->len > INLINE_TEXT) {
		bytes_add(&inv->long_text, queued_text(inv, q), q->len);
		memcpy(term->text + INLINE_START, &at, sizeof(at));
	}
	inv->slots[slot].hash = q->hash;
	inv->slots[slot].term = (uint32_t)inv->n_terms;
	if (inv->n_terms * 2 > inv->mask)
		slots_double(inv);
	return (uint32_t)inv->n_terms - 1;
}

static uint32_t
term_find(struct invert *inv, const struct queued *q)
{
	const struct invert_slot *slot;
	uint32_t k;

	for (k = q->hash & inv->mask;; k = (k + 1) & inv->mask) {
		slot = &inv->slots[k];
		if (slot->term == 0)
			return term_add(inv, q, k);
		if (slot->hash == q->hash &&
		    is_text(inv, &inv->terms[slot->term - 1], q))
			return slot->term - 1;
	}
}

/* ---- postings ---- */

/* Say in the head of the word's last slice how it goes on; 0: not. */
static void
slice_end(struct invert *inv, const struct inverted *term, uint32_t next)
{
	uint32_t start = term->end - slice_sizes[term->level];
	struct slice slice = { .next = next, .used = term->at - start };

	memcpy(inv->arena.data + start, &slice, sizeof(slice));
}

static void
slice_add(struct invert *inv, struct inverted *term)
{
	uint32_t to = (uint32_t)inv->arena.len;

	if (term->head == 0) {
		term->head = to;
	} else {
		slice_end(inv, term, to);
		if (term->level < LEVEL_MAX)
			term->level++;
	}
	bytes_room(&inv->arena, slice_sizes[term->level]);
	inv->arena.len += slice_sizes[term->level];
	term->at = to + (uint32_t)sizeof(struct slice);
	term->end = to + slice_sizes[term->level];
}

static unsigned char *
put_varint(unsigned char *p, uint32_t value)
{
	for (; value >= 128; value >>= 7)
		*p++ = (unsigned char)(value | 128);
	*p++ = (unsigned char)value;
	return p;
}

static void
posting_add(struct invert *inv, struct inverted *term, const struct queued *q)
{
	unsigned char *start, *p;
	uint32_t since;

	if (q->is_form && term->last_doc == q->doc + 1 &&
	    term->last_field == q->field && term->last_position == q->position)
		return;
	if (term->end - term->at < POSTING_MAX)
		slice_add(inv, term);
	start = p = inv->arena.data + term->at;
	if (term->last_doc != q->doc + 1) {
		if (term->last_doc != 0)
			inv->arena.data[term->last_at] |= 1;
		p = put_varint(p, q->doc + 1 - term->last_doc);
		term->last_doc = q->doc + 1;
		term->last_position = 0;
	} else if (term->last_field != q->field)
		term->last_position = 0;
	since = q->position - term->last_position;
	term->last_at = term->at + (uint32_t)(p - start);
	term->last_position = q->position;
	term->last_field = q->field;
	term->langs |= q->langs;
	p = put_varint(p, since << 4 | (uint32_t)q->field << 1);
	term->at += (uint32_t)(p - start);
}

/* What a word needs lies anywhere: ask for all of it first, then use it. */
static void
queue_flush(struct invert *inv)
{
	const struct invert_slot *slot;
	const char *term;
	struct queued *q;

	for (q = inv->queue; q < inv->queue + inv->n_queue; q++) {
		slot = &inv->slots[q->hash & inv->mask];
		if (slot->term == 0)
			continue;
		term = (const char *)&inv->terms[slot->term - 1];
		__builtin_prefetch(term, 1);
		__builtin_prefetch(term + sizeof(struct inverted) - 1);
	}
	for (q = inv->queue; q < inv->queue + inv->n_queue; q++) {
		q->term = term_find(inv, q);
		__builtin_prefetch(inv->arena.data + inv->terms[q->term].at, 1);
	}
	for (q = inv->queue; q < inv->queue + inv->n_queue; q++)
		posting_add(inv, &inv->terms[q->term], q);
	inv->n_queue = 0;
	inv->queue_text.len = 0;
	if (inv->arena.len > INVERT_ARENA_MAX ||
	    inv->long_text.len > INVERT_ARENA_MAX ||
	    inv->n_terms > INVERT_TERMS_MAX)
		inv->is_overfull = true;
}

void
invert_add(struct invert *inv, const char *text, size_t len, uint32_t doc,
    uint32_t position, enum search_field field, uint32_t langs, bool is_form)
{
	struct queued *q = &inv->queue[inv->n_queue];
	uint32_t at;

	if (inv->is_overfull)
		return;
	q->hash = (uint32_t)XXH3_64bits_withSeed(text, len, inv->seed);
	__builtin_prefetch(&inv->slots[q->hash & inv->mask]);
	q->doc = doc;
	q->position = position;
	q->langs = langs;
	q->len = (uint8_t)len;
	q->field = (uint8_t)field;
	q->is_form = is_form;
	if (len <= INLINE_TEXT) {
		memset(q->text, 0, INLINE_TEXT);
		memcpy(q->text, text, len);
	} else {
		at = (uint32_t)inv->queue_text.len;
		bytes_add(&inv->queue_text, text, len);
		memcpy(q->text, text, INLINE_START);
		memcpy(q->text + INLINE_START, &at, sizeof(at));
	}
	if (++inv->n_queue == QUEUE_LEN)
		queue_flush(inv);
}

/* ---- reading ---- */

/* The first eight bytes as a number decide nearly always. */
struct sort_item {
	uint64_t start;
	const char *text;
	uint32_t term;
	uint8_t len;
};

static int
compare(const void *a, const void *b)
{
	const struct sort_item *x = a, *y = b;
	uint8_t common = x->len < y->len ? x->len : y->len;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	order = memcmp(x->text, y->text, common);
	return order != 0 ? order : (int)x->len - (int)y->len;
}

uint32_t *
invert_sorted(struct invert *inv)
{
	struct sort_item *items;
	struct inverted *term;
	uint32_t *sorted;
	size_t i;

	queue_flush(inv);
	items = xmalloc(inv->n_terms * sizeof(*items) + 1);
	sorted = xmalloc(inv->n_terms * sizeof(*sorted) + 1);
	for (i = 0; i < inv->n_terms; i++) {
		term = &inv->terms[i];
		inv->arena.data[term->last_at] |= 1;
		slice_end(inv, term, 0);
		items[i].text = invert_text(inv, term);
		items[i].term = (uint32_t)i;
		items[i].len = term->len;
		memcpy(&items[i].start, term->text, sizeof(items[i].start));
		items[i].start = be64toh(items[i].start);
	}
	qsort(items, inv->n_terms, sizeof(*items), compare);
	for (i = 0; i < inv->n_terms; i++)
		sorted[i] = items[i].term;
	free(items);
	return sorted;
}

void
unchain_init(struct unchain *u, const struct invert *inv)
{
	*u = (struct unchain){ .inv = inv };
	u->buf = xmalloc(UNCHAIN_BYTES);
	u->spots = xmalloc(DOC_SPOTS_MAX * sizeof(*u->spots));
	u->out = xmalloc(2 * DOC_OUT_MAX);
}

void
unchain_release(struct unchain *u)
{
	free(u->buf);
	free(u->spots);
	free(u->out);
	u->buf = NULL;
	u->spots = NULL;
	u->out = NULL;
}

void
unchain_start(struct unchain *u, const struct inverted *term)
{
	u->at = u->len = 0;
	u->slice = term->head;
	u->doc = 0;
}

static void
refill(struct unchain *u)
{
	const unsigned char *arena = u->inv->arena.data;
	struct slice slice;
	size_t used;

	memmove(u->buf, u->buf + u->at, u->len - u->at);
	u->len -= u->at;
	u->at = 0;
	while (u->slice != 0) {
		memcpy(&slice, arena + u->slice, sizeof(slice));
		used = slice.used - sizeof(slice);
		if (UNCHAIN_BYTES - u->len < used)
			break;
		memcpy(u->buf + u->len, arena + u->slice + sizeof(slice), used);
		u->len += used;
		u->slice = slice.next;
	}
}

static inline uint32_t
get_varint(const unsigned char **p)
{
	uint32_t value = 0;
	unsigned shift = 0;

	do {
		value |= (uint32_t)(**p & 127) << shift;
		shift += 7;
	} while (*(*p)++ & 128);
	return value;
}

static int
compare_spots(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The occurrences at p into spots[], rising. Behind them. */
static const unsigned char *
get_spots(struct unchain *u, const unsigned char *p, size_t *ret_n)
{
	uint32_t value, spot, field, last = 0;
	bool is_rising = true;
	size_t n = 0;

	do {
		value = get_varint(&p);
		field = value >> 1 & 7;
		spot = value >> 4;
		spot += last >> SPOT_SHIFT == field ? last
						    : field << SPOT_SHIFT;
		is_rising &= spot >= last;
		u->spots[n++] = last = spot;
	} while (!(value & 1));
	if (!is_rising)
		qsort(u->spots, n, sizeof(*u->spots), compare_spots);
	*ret_n = n;
	return p;
}

static uint8_t
weigh(const uint32_t *spots, size_t n)
{
	unsigned weight = 0;
	size_t i;

	for (i = 0; i < n && weight < 255; i++)
		weight += field_weights[spots[i] >> SPOT_SHIFT];
	return (uint8_t)(weight > 255 ? 255 : weight);
}

/* The n occurrences, more than one, as format.h has them. Behind them. */
static unsigned char *
put_spots(unsigned char *p, const uint32_t *spots, size_t n, uint8_t weight)
{
	uint32_t field = occurrence_field(weight), in, since, value;
	uint32_t last = field << SPOT_SHIFT;
	size_t i;

	for (i = 0; i < n; i++) {
		in = spots[i] >> SPOT_SHIFT;
		if (in == field) {
			since = spots[i] - last;
			value = since << 2;
		} else
			value = (spots[i] & SPOT_MASK) << 5 | in << 2 |
				OCCURRENCE_OTHER;
		p = put_varint(p, value | (i + 1 == n ? OCCURRENCE_LAST : 0));
		field = in;
		last = spots[i];
	}
	return p;
}

/* As put_spots() for a single occurrence, which nearly all are. Behind it. */
static inline unsigned char *
put_single(unsigned char *out, uint32_t value)
{
	enum search_field field = value >> 1 & 7;
	uint32_t position = value >> 4;

	if (field == SEARCH_REST)
		value = position << 1;
	else if (field == occurrence_field(field_weights[field]))
		value = position << 2;
	else
		value = position << 5 | (uint32_t)field << 2 | OCCURRENCE_OTHER;
	return put_varint(out, value | OCCURRENCE_LAST);
}

uint32_t
unchain_run(struct unchain *u, uint32_t max, uint32_t *ret_docs,
    uint8_t *ret_weights, const uint8_t **ret_positions, size_t *ret_len)
{
	unsigned char *out = u->out, *full = u->out + DOC_OUT_MAX;
	const unsigned char *p, *start;
	uint32_t value, n;
	size_t n_spots;

	for (n = 0; n < max && out < full; n++) {
		if (u->len - u->at < DOC_BYTES_MAX + POSTING_MAX &&
		    u->slice != 0)
			refill(u);
		if (u->at == u->len)
			break;
		p = u->buf + u->at;
		u->doc += get_varint(&p);
		ret_docs[n] = u->doc - 1;
		start = p;
		value = get_varint(&p);
		if (value & 1) {
			ret_weights[n] = field_weights[value >> 1 & 7];
			out = put_single(out, value);
		} else {
			p = get_spots(u, start, &n_spots);
			ret_weights[n] = weigh(u->spots, n_spots);
			out = put_spots(out, u->spots, n_spots, ret_weights[n]);
		}
		u->at = (size_t)(p - u->buf);
	}
	*ret_positions = u->out;
	*ret_len = (size_t)(out - u->out);
	return n;
}
