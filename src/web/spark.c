/*
 * spark: the last pulls of a peer as a row of signs, drawn here since pages
 * run no script. Each kind of end has a shape of its own, so that colour is
 * not needed to tell them apart, and the same is said in words. Neighbours:
 * peers.c and peer.c show it.
 */
#include "web/peers_page.h"

#define STEP        5  /* from sign to sign; one is 4 wide */
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

/*
 * Each sign is drawn from where the one before it ended, so that equal pulls
 * are equal bytes and pack well: a page of 200 peers must stay small. `bad`
 * stands at the start of a new subpath between signs.
 */
static void
draw(const struct ledger_pull *pull, struct strbuf *good, struct strbuf *bad)
{
	int high = height_of(pull->changed);
	char mark = api_pull_mark(pull->state);

	if (mark == '.') /* a solid bar */
		strbuf_addf(good, "v-%dh4v%dh1", high, high);
	else
		strbuf_addstr(good, "h5");
	switch (mark) {
	case '.': strbuf_addstr(bad, "m5 0"); break;
	case 's': strbuf_addstr(bad, "v-9h3v9zm5 0"); break; /* a hollow bar */
	case 'u': strbuf_addstr(bad, "h4m1 0"); break;       /* a dash */
	default: strbuf_addstr(bad, "m0-13l4 8m0-8l-4 8m5 5"); /* a cross */
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
	const char *all;

	if (n == 0)
		return;
	all = page_join(page, arena_strndup(page->arena, sb->buf, sb->len),
	    page_say(page, id, n, "n", page_number(page, n), NULL));
	strbuf_reset(sb);
	strbuf_addstr(sb, all);
}

struct spark
spark_make(const struct page *page, const struct api_peer *peer)
{
	struct spark spark = { 0 };
	struct strbuf good, bad, words;
	int64_t n[4] = { 0 };
	int start;

	if (peer->n_pulls == 0 || peer->n_pulls > PULLS_SHOWN)
		return spark;
	strbuf_init(&good, D_MAX);
	strbuf_init(&bad, D_MAX);
	strbuf_init(&words, D_MAX);
	/* The newest is always at the end. */
	start = STEP * (PULLS_SHOWN - (int)peer->n_pulls);
	strbuf_addf(&good, "M%d %d", start, HIGH);
	strbuf_addf(&bad, "M%d %d", start, HIGH - 1);
	for (size_t i = peer->n_pulls; i > 0; i--)
		draw(&peer->pulls[i - 1], &good, &bad);
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
