/*
 * generate [--plain | --words] N SEED: N made-up programmes as Open Referral
 * UK services, one JSON object a line (section "Corpus" of the bench
 * design). The same N and seed give the same bytes on any machine: only exact
 * arithmetic is used, no library of mathematics. A run of N + k begins with
 * the services of a run of N.
 *
 * --plain: a line of fields between tabs for each, which engines of search
 * are fed with side by side (peers/peer.h): number, title, summary,
 * description, seven codes of facets, latitude, longitude, date. --words: the
 * first N words of the vocabulary instead, the most frequent first.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOCABULARY  60000
#define TOPICS      400
#define TOPIC_WORDS 150
#define CLUSTERS    4000
#define WORD_MAX    24

/* ---- chance ---- */

static uint64_t state[2];

static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

/* xoroshiro128+ by Blackman and Vigna, public domain. */
static uint64_t
draw(void)
{
	uint64_t a = state[0], b = state[1], sum = a + b;

	b ^= a;
	state[0] = rotate(a, 24) ^ b ^ b << 16;
	state[1] = rotate(b, 37);
	return sum;
}

static unsigned
below(unsigned n)
{
	return (unsigned)((draw() >> 32) * n >> 32);
}

static double
uniform(void)
{
	return (double)(draw() >> 11) * (1.0 / 9007199254740992.0);
}

/* Mean 0, deviation 1, near enough: twelve uniforms. */
static double
normal(void)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++)
		sum += uniform();
	return sum;
}

/* e to the x: (1 + x/4096)^4096. */
static double
exponential(double x)
{
	double y = 1.0 + x / 4096.0;

	for (int i = 0; i < 12; i++)
		y *= y;
	return y;
}

/* A table to draw from: item i with weight 1 / (i + shift), in one step. */
struct table {
	unsigned n;
	double *keep;
	unsigned *other;
};

static void *
need(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "generate: out of memory\n");
		exit(1);
	}
	return memory;
}

static struct table
table_new(unsigned n, double shift)
{
	struct table t = { n, need(calloc(n, sizeof(double))),
		need(calloc(n, sizeof(unsigned))) };
	unsigned *small = need(calloc(n, sizeof(*small)));
	unsigned *large = need(calloc(n, sizeof(*large)));
	double *share = need(calloc(n, sizeof(*share))), sum = 0;
	unsigned n_small = 0, n_large = 0;

	for (unsigned i = 0; i < n; i++)
		sum += 1.0 / ((double)i + shift);
	for (unsigned i = 0; i < n; i++) {
		share[i] = n / ((double)i + shift) / sum;
		if (share[i] < 1)
			small[n_small++] = i;
		else
			large[n_large++] = i;
	}
	while (n_small > 0 && n_large > 0) {
		unsigned a = small[--n_small], b = large[--n_large];

		t.keep[a] = share[a];
		t.other[a] = b;
		share[b] += share[a] - 1;
		if (share[b] < 1)
			small[n_small++] = b;
		else
			large[n_large++] = b;
	}
	while (n_large > 0)
		t.keep[large[--n_large]] = 1;
	while (n_small > 0)
		t.keep[small[--n_small]] = 1;
	free(small);
	free(large);
	free(share);
	return t;
}

static unsigned
pick(const struct table *t)
{
	double x = uniform() * t->n;
	unsigned i = (unsigned)x;

	if (i >= t->n)
		i = t->n - 1;
	return x - i < t->keep[i] ? i : t->other[i];
}

static void
table_free(struct table *t)
{
	free(t->keep);
	free(t->other);
}

/* ---- words ---- */

static char words[VOCABULARY][WORD_MAX];
static unsigned topics[TOPICS][TOPIC_WORDS];

static const char *const onsets[] = { "b", "c", "d", "f", "g", "h", "l", "m",
	"n", "p", "r", "s", "t", "v", "w", "br", "ch", "cl", "cr", "dr", "fl",
	"gr", "pl", "pr", "sh", "sp", "st", "th", "tr", "k" };
static const char *const vowels[] = { "a", "e", "i", "o", "u", "ea", "io", "ou",
	"ai", "ee" };
static const char *const codas[] = { "", "", "", "n", "r", "s", "l", "m", "nd",
	"st", "ng", "rn", "lm", "x" };

/* Open addressing over the words, for telling repeats. */
#define SLOTS (1u << 18)

static int
is_new_word(const char *word, unsigned number, unsigned *slots)
{
	uint32_t h = 2166136261u;

	for (const char *p = word; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (h &= SLOTS - 1; slots[h] != 0; h = (h + 1) & (SLOTS - 1)) {
		if (strcmp(words[slots[h] - 1], word) == 0)
			return 0;
	}
	slots[h] = number + 1;
	return 1;
}

static unsigned
syllables(unsigned rank)
{
	if (rank < 60)
		return 1;
	if (rank < 2000)
		return 2;
	return rank < 20000 ? 2 + below(2) : 3 + below(2);
}

static void
make_words(void)
{
	unsigned *slots = need(calloc(SLOTS, sizeof(*slots)));

	for (unsigned i = 0; i < VOCABULARY;) {
		char word[64] = "";
		size_t len = 0;

		for (unsigned k = syllables(i); k > 0 && len < 15; k--)
			len += (size_t)snprintf(word + len, sizeof(word) - len,
			    "%s%s", onsets[below(30)], vowels[below(10)]);
		len += (size_t)snprintf(word + len, sizeof(word) - len, "%s",
		    codas[below(14)]);
		if (len >= WORD_MAX || !is_new_word(word, i, slots))
			continue;
		memcpy(words[i++], word, len + 1);
	}
	free(slots);
	/* Topics are made of words that are neither everywhere nor rare:
	 * rank log-uniform between 60 and 30,000. */
	for (unsigned t = 0; t < TOPICS; t++) {
		for (unsigned k = 0; k < TOPIC_WORDS; k++)
			topics[t][k] = (unsigned)(60 * exponential(
							   6.2146 * uniform()));
	}
}

/* ---- scripts ---- */

static struct table all_words, own_words; /* by rank; of a topic */
static int is_plain;

enum script { LATIN, ACCENTED, HAN, KANA, ARABIC };

static void
put_char(uint32_t ch)
{
	if (ch < 0x80) {
		putchar((int)ch);
	} else if (ch < 0x800) {
		putchar((int)(0xc0 | ch >> 6));
		putchar((int)(0x80 | (ch & 63)));
	} else {
		putchar((int)(0xe0 | ch >> 12));
		putchar((int)(0x80 | (ch >> 6 & 63)));
		putchar((int)(0x80 | (ch & 63)));
	}
}

/* Every second vowel gets its mark. A plain one begins as no other word
 * does: engines that keep marks and engines that fold them count the same. */
static void
put_accented(const char *word)
{
	static const uint32_t marked[][2] = { { 'a', 0xe1 }, { 'e', 0xe9 },
		{ 'i', 0xed }, { 'o', 0xf6 }, { 'u', 0xfc }, { 'c', 0xe7 },
		{ 'n', 0xf1 } };

	if (is_plain)
		put_char(0xfc);
	for (unsigned i = 0; word[i] != '\0'; i++) {
		uint32_t ch = (unsigned char)word[i];

		for (unsigned k = 0; k < 7 && i % 2 == 1; k++) {
			if (marked[k][0] == ch) {
				ch = marked[k][1];
				break;
			}
		}
		put_char(ch);
	}
}

static void
put_arabic(const char *word, unsigned number)
{
	if (number % 3 == 0) { /* with the article */
		put_char(0x627);
		put_char(0x644);
	}
	for (unsigned i = 0; word[i] != '\0' && i < 8; i++)
		put_char(0x628 + (unsigned)(word[i] - 'a') % 18);
}

static void
put_word(enum script script, unsigned number, int capital)
{
	const char *word = words[number];

	switch (script) {
	case LATIN:
		putchar(capital ? word[0] - 32 : word[0]);
		fputs(word + 1, stdout);
		return;
	case ACCENTED: put_accented(word); return;
	case ARABIC: put_arabic(word, number); return;
	case HAN:
		put_char(0x4e00 + number % 3000);
		put_char(0x4e00 + number * 7u % 2500);
		return;
	case KANA:
		put_char(0x4e00 + number % 2000);
		put_char(0x3042 + number % 70);
		if (number % 2 == 0)
			put_char(0x3042 + number / 7 % 70);
		return;
	}
}

static int
has_spaces(enum script script)
{
	return script != HAN && script != KANA;
}

/* len words, a share of them of the topic, in sentences when `prose`. */
static void
put_text(enum script script, unsigned topic, unsigned len, double share,
    int prose)
{
	int starts = 1;

	for (unsigned i = 0; i < len; i++) {
		unsigned number = uniform() < share
				      ? topics[topic][pick(&own_words)]
				      : pick(&all_words);
		unsigned sign = below(100);

		if (i > 0 && has_spaces(script))
			putchar(' ');
		put_word(script, number, starts);
		starts = 0;
		if (!prose || i + 1 == len)
			continue;
		if (sign < 6) {
			put_char(has_spaces(script) ? ',' : 0x3001);
		} else if (sign < 14) {
			put_char(has_spaces(script) ? '.' : 0x3002);
			starts = 1;
		}
	}
	if (prose)
		put_char(has_spaces(script) ? '.' : 0x3002);
}

/* ---- services ---- */

static const char *const countries[] = { "GB", "CA", "AU", "IE", "NL", "DE",
	"US", "SG", "JP", "FI", "PT", "DK" };
static const char *const zones[] = { "arts", "nature", "exercise", "knowledge",
	"wisdom" };
static const char *const needs[] = { "loneliness", "mental-health", "wellbeing",
	"money", "housing", "food", "employment", "learning", "pain",
	"dementia", "bereavement", "caring" };
static const char *const languages[] = { "en", "fr", "es", "pt", "de", "ja",
	"zh", "ar", "cy", "nl", "fi", "da" };

struct tables {
	struct table topic, cluster, zone, need, language, country;
	struct table kind, design, node;
	double lat[CLUSTERS], lon[CLUSTERS];
};

static void
tables_init(struct tables *t)
{
	all_words = table_new(VOCABULARY, 1);
	own_words = table_new(TOPIC_WORDS, 3);
	t->topic = table_new(TOPICS, 8);
	t->cluster = table_new(CLUSTERS, 20);
	t->zone = table_new(5, 2);
	t->need = table_new(12, 2);
	t->language = table_new(12, 0.5);
	t->country = table_new(12, 1);
	t->kind = table_new(4, 0.6);
	t->design = table_new(8, 1.5);
	t->node = table_new(12, 4);
	for (unsigned i = 0; i < CLUSTERS; i++) {
		t->lat[i] = uniform() * 110 - 45;
		t->lon[i] = uniform() * 340 - 170;
	}
}

static void
tables_release(struct tables *t)
{
	table_free(&all_words);
	table_free(&own_words);
	table_free(&t->topic);
	table_free(&t->cluster);
	table_free(&t->zone);
	table_free(&t->need);
	table_free(&t->language);
	table_free(&t->country);
	table_free(&t->kind);
	table_free(&t->design);
	table_free(&t->node);
}

static void
put_uuid(void)
{
	uint64_t a = draw(), b = draw();

	printf("%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
	    (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
	    (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
	    (unsigned long long)(b & 0xffffffffffffull));
}

static enum script
draw_script(void)
{
	unsigned x = below(100);

	if (x < 90)
		return LATIN;
	if (x < 93)
		return ACCENTED;
	if (x < 95)
		return HAN;
	return x < 97 ? KANA : ARABIC;
}

static void
put_place(const struct tables *t, enum script script)
{
	unsigned cluster = pick(&t->cluster);
	unsigned country = uniform() < 0.2 ? pick(&t->country)
					   : cluster * 7919u % 12u;

	printf(",\"service_areas\":[{\"id\":\"");
	put_uuid();
	printf("\",\"name\":\"");
	put_word(script, 60 + cluster, 1);
	printf("\"}],\"service_at_locations\":[{\"id\":\"");
	put_uuid();
	printf("\",\"location\":{\"id\":\"");
	put_uuid();
	printf("\",\"location_type\":\"physical\",\"name\":\"");
	put_word(script, 4000 + below(2000), 1);
	printf("\",\"latitude\":%.5f,\"longitude\":%.5f,\"addresses\":"
	       "[{\"id\":\"",
	    t->lat[cluster] + normal() * 0.4, t->lon[cluster] + normal() * 0.4);
	put_uuid();
	printf("\",\"address_1\":\"%u ", 1 + below(200));
	put_word(script, 6000 + below(3000), 1);
	printf("\",\"city\":\"");
	put_word(script, 60 + cluster, 1);
	printf("\",\"country\":\"%s\",\"address_type\":\"physical\"}]}}]",
	    countries[country]);
}

static void
put_terms(const struct tables *t, unsigned topic)
{
	unsigned zone = uniform() < 0.5 ? topic % 5 : pick(&t->zone);

	printf(",\"attributes\":[{\"id\":\"");
	put_uuid();
	printf("\",\"link_entity\":\"service\",\"value\":\"%s\"},{\"id\":\"",
	    zones[zone]);
	put_uuid();
	printf("\",\"link_entity\":\"service\",\"value\":\"%s\"}]",
	    needs[pick(&t->need)]);
}

static void
put_service(const struct tables *t)
{
	unsigned topic = pick(&t->topic), language = pick(&t->language);
	enum script script = draw_script();
	unsigned len = 20 + (unsigned)(exponential(normal() * 0.5) * 28);

	printf("{\"id\":\"");
	put_uuid();
	printf("\",\"name\":\"");
	put_text(script, topic, 4 + below(7), 0.55, 0);
	printf("\",\"status\":\"active\",\"description\":\"");
	put_text(script, topic, 12 + below(20), 0.35, 1);
	printf("\\n\\n");
	put_text(script, topic, len > 400 ? 400 : len, 0.35, 1);
	printf("\",\"assured_date\":\"%u-%02u-%02u\"", 2023 + below(4),
	    1 + below(12), 1 + below(28));
	printf(",\"organization\":{\"id\":\"");
	put_uuid();
	printf("\",\"name\":\"");
	put_word(script, 2000 + below(4000), 1);
	putchar(' ');
	put_word(script, 2000 + below(4000), 1);
	printf("\"},\"languages\":[{\"id\":\"");
	put_uuid();
	printf("\",\"code\":\"%s\"}]", languages[language]);
	put_place(t, script);
	put_terms(t, topic);
	printf("}\n");
}

static void
put_plain(const struct tables *t, unsigned long number)
{
	unsigned topic = pick(&t->topic), cluster = pick(&t->cluster);
	enum script script = draw_script();
	unsigned len = 20 + (unsigned)(exponential(normal() * 0.5) * 28);

	printf("%lu\t", number);
	put_text(script, topic, 4 + below(7), 0.55, 0);
	putchar('\t');
	put_text(script, topic, 12 + below(20), 0.35, 1);
	putchar('\t');
	put_text(script, topic, len > 400 ? 400 : len, 0.35, 1);
	printf("\t%u",
	    uniform() < 0.2 ? pick(&t->country) : cluster * 7919u % 12u);
	printf("\t%u", uniform() < 0.5 ? topic % 5 : pick(&t->zone));
	printf("\t%u", pick(&t->need));
	printf("\t%u", pick(&t->kind));
	printf("\t%u", pick(&t->language));
	printf("\t%u", pick(&t->design));
	printf("\t%u", pick(&t->node));
	printf("\t%.5f", t->lat[cluster] + normal() * 0.4);
	printf("\t%.5f", t->lon[cluster] + normal() * 0.4);
	printf("\t%u", 2023 + below(4));
	printf("%02u", 1 + below(12));
	printf("%02u\n", 1 + below(28));
}

int
main(int argc, char **argv)
{
	static struct tables tables;
	unsigned long n;
	int only_words = 0;
	char *end;

	if (argc == 4) {
		is_plain = strcmp(argv[1], "--plain") == 0;
		only_words = strcmp(argv[1], "--words") == 0;
		argv++;
		argc--;
	}
	if (argc != 3 || (argv[0][0] == '-' && !is_plain && !only_words)) {
		fprintf(stderr, "usage: generate [--plain | --words] N SEED\n");
		return 2;
	}
	n = strtoul(argv[1], &end, 10);
	if (*end != '\0' || argv[1][0] < '0' || argv[1][0] > '9' ||
	    n > (only_words ? VOCABULARY : 100000000)) {
		fprintf(stderr, "generate: %s: not a number of records\n",
		    argv[1]);
		return 2;
	}
	state[0] = strtoull(argv[2], &end, 10) * 0x9e3779b97f4a7c15ull + 1;
	if (*end != '\0' || end == argv[2]) {
		fprintf(stderr, "generate: %s: not a seed\n", argv[2]);
		return 2;
	}
	state[1] = 0xd1b54a32d192ed03ull;
	for (int i = 0; i < 20; i++)
		draw();
	make_words();
	tables_init(&tables);
	for (unsigned long i = 1; i <= n; i++) {
		if (only_words)
			puts(words[i - 1]);
		else if (is_plain)
			put_plain(&tables, i);
		else
			put_service(&tables);
	}
	tables_release(&tables);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("generate");
		return 1;
	}
	return 0;
}
