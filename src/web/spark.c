/*
 * spark: the last pulls of a peer as a row of signs, drawn here since pages
 * run no script. Each kind of end has a shape of its own, so that colour is
 * not needed to tell them apart, and the same is said in words. Neighbours:
 * peers.c and peer.c show it.
 */
#include "web/page.h"

#define STEP        5  /* from sign to sign */
#define WIDE        4  /* a sign */
#define HIGH        20 /* the drawing */
#define LOW         5  /* a pull that changed nothing */
#define D_MAX       2048
#define PULLS_SHOWN LEDGER_PULLS_KEPT

/* Grows with the number's length, so that one record and 10,000 both show. */
static int
height_of(int64_t changed)
{
	int high = LOW;

	for (; changed > 0 && high < HIGH; changed /= 4)
		high += 2;
	return high < HIGH ? high : HIGH;
}

static void
draw(const struct ledger_pull *pull, int x, struct strbuf *good,
    struct strbuf *bad)
{
	int high = height_of(pull->changed);

	switch (api_pull_mark(pull->state)) {
	case '.': /* a solid bar */
		strbuf_addf(good, "M%d %dv-%dh%dv%dz", x, HIGH, high, WIDE,
		    high);
		break;
	case 's': /* a hollow bar */
		strbuf_addf(bad, "M%d %dv-9h3v9z", x, HIGH - 1);
		break;
	case 'u': /* a dash on the ground */
		strbuf_addf(bad, "M%d %dh%d", x, HIGH - 1, WIDE);
		break;
	default: /* a cross */
		strbuf_addf(bad, "M%d 6l%d 8m0-8l-%d 8", x, WIDE, WIDE);
	}
}

static void
count(const struct api_peer *peer, int64_t ret_n[4])
{
	for (size_t i = 0; i < peer->n_pulls; i++) {
		switch (api_pull_mark(peer->pulls[i].state)) {
		case '.': ret_n[0]++; break;
		case 's': ret_n[1]++; break;
		case 'u': ret_n[2]++; break;
		default: ret_n[3]++;
		}
	}
}

static void
add_words(const struct page *page, struct strbuf *sb, enum text_id id,
    int64_t n)
{
	if (n == 0)
		return;
	strbuf_addstr(sb, sb->len == 0 ? "" : ", ");
	strbuf_addstr(sb,
	    page_say(page, id, n, "n", page_number(page, n), NULL));
}

struct spark
spark_make(const struct page *page, const struct api_peer *peer)
{
	struct spark spark = { 0 };
	struct strbuf good, bad, words;
	int64_t n[4] = { 0 };

	if (peer->n_pulls == 0)
		return spark;
	strbuf_init(&good, D_MAX);
	strbuf_init(&bad, D_MAX);
	strbuf_init(&words, D_MAX);
	for (size_t i = 0; i < peer->n_pulls && i < PULLS_SHOWN; i++)
		draw(&peer->pulls[i], (int)(PULLS_SHOWN - 1 - i) * STEP, &good,
		    &bad);
	count(peer, n);
	add_words(page, &words, TEXT_SPARK_GOOD, n[0]);
	add_words(page, &words, TEXT_SPARK_STALE, n[1]);
	add_words(page, &words, TEXT_SPARK_SILENT, n[2]);
	add_words(page, &words, TEXT_SPARK_REFUSED, n[3]);
	spark.good = arena_strndup(page->arena, good.buf, good.len);
	spark.bad = arena_strndup(page->arena, bad.buf, bad.len);
	spark.words = page_say(page, TEXT_SPARK_WORDS, (int64_t)peer->n_pulls,
	    "n", page_number(page, (int64_t)peer->n_pulls), "words",
	    arena_strndup(page->arena, words.buf, words.len), NULL);
	strbuf_release(&good);
	strbuf_release(&bad);
	strbuf_release(&words);
	return spark;
}
