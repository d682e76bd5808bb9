/*
 * search_corpus: see its header. Nothing here is taken from how the engine
 * works: words are cut by the one tokenizer (token.h), everything else is
 * drawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "search/token.h"
#include "search_corpus.h"

uint64_t
corpus_random(uint64_t *rng)
{
	uint64_t x = *rng;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*rng = x;
	return x * 0x2545f4914f6cdd1d;
}

size_t
corpus_below(uint64_t *rng, size_t n)
{
	return (size_t)((corpus_random(rng) >> 33) % n);
}

size_t
corpus_zipf(uint64_t *rng, size_t n)
{
	double u = (double)(corpus_random(rng) >> 11) / 9007199254740992.0;
	size_t i = (size_t)(exp(u * log((double)n + 1)) - 1);

	return i < n ? i : n - 1;
}

/* ---- words ---- */

static size_t
hash_text(const char *text, size_t size)
{
	uint64_t h = 1469598103934665603u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return (size_t)(h % size);
}

size_t
corpus_find(const struct corpus *corpus, const char *text)
{
	size_t at = hash_text(text, corpus->table_size);

	while (corpus->table[at] != 0) {
		size_t word = corpus->table[at] - 1;

		if (strcmp(corpus->words[word].text, text) == 0)
			return word;
		at = (at + 1) % corpus->table_size;
	}
	return SIZE_MAX;
}

static uint32_t
add_word(struct corpus *corpus, const char *text, size_t len, bool is_plain)
{
	char copy[CORPUS_TEXT];
	struct corpus_word *word;
	size_t at;

	assert_true(len < sizeof(copy));
	memcpy(copy, text, len);
	copy[len] = '\0';
	at = corpus_find(corpus, copy);
	if (at != SIZE_MAX)
		return (uint32_t)at;
	assert_true(corpus->n_words < corpus->cap_words);
	word = &corpus->words[corpus->n_words++];
	memcpy(word->text, copy, len + 1);
	word->is_plain = is_plain;
	at = hash_text(copy, corpus->table_size);
	while (corpus->table[at] != 0)
		at = (at + 1) % corpus->table_size;
	corpus->table[at] = (uint32_t)corpus->n_words;
	return (uint32_t)corpus->n_words - 1;
}

struct entry_ctx {
	struct corpus *corpus;
	struct corpus_entry *entry;
};

static void
take_token(void *ctx, const struct token *token)
{
	struct entry_ctx *into = ctx;
	struct corpus_entry *entry = into->entry;
	bool is_plain = token->kind == TOKEN_WORD ||
			token->kind == TOKEN_JOINED;

	assert_true(entry->n < ARRAY_LEN(entry->tokens));
	entry->tokens[entry->n].word = add_word(into->corpus, token->text,
	    token->len, is_plain);
	entry->tokens[entry->n++].is_form = token->kind == TOKEN_JOINED;
}

static void
add_entry(struct corpus *corpus, const char *text, const char *lang,
    bool has_forms)
{
	struct corpus_entry *entry = &corpus->entries[corpus->n_entries++];
	struct entry_ctx into = { corpus, entry };

	snprintf(entry->text, sizeof(entry->text), "%s", text);
	entry->lang = lang == NULL ? 0 : stem_lang(lang);
	token_walk(text, strlen(text), take_token, &into);
	for (size_t i = 0; i < entry->n && has_forms; i++)
		corpus->words[entry->tokens[i].word].has_forms = true;
}

/* Words that share stems, by language. */
static const struct {
	const char *lang, *text;
} families[] = {
	{ "en", "garden" },
	{ "en", "Gardens" },
	{ "en", "gardening" },
	{ "en", "walk" },
	{ "en", "walks" },
	{ "en", "walking" },
	{ "en", "choir" },
	{ "en", "CHOIRS" },
	{ "en", "visited" },
	{ "en", "visits" },
	{ "fr", "jardin" },
	{ "fr", "jardins" },
	{ "fr", "chorale" },
	{ "fr", "chorales" },
	{ "fr", "hôpital" },
	{ "fr", "hôpitaux" },
	{ "fr", "visites" },
	{ "fr", "garden" },
	{ "fr", "gardening" },
	{ "ar", "حديقة" },
	{ "ar", "الحديقة" },
	{ NULL, "gardening" },
	{ NULL, "choirs" },
};

/* An ending that no stemmer of the languages used takes away. */
static void
make_latin(uint64_t *rng, char *text, size_t size)
{
	static const char *const syllables[] = { "ba", "be", "bo", "da", "do",
		"du", "ga", "go", "mi", "mo", "na", "nu", "po", "ri", "ta",
		"zu" };
	size_t n = 1 + corpus_below(rng, 4);

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strncat(text,
		    syllables[corpus_below(rng, ARRAY_LEN(syllables))],
		    size - strlen(text) - 1);
	strncat(text, "k", size - strlen(text) - 1);
}

static void
make_run(uint64_t *rng, const char *const *letters, size_t n_letters, size_t n,
    char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strncat(text, letters[corpus_below(rng, n_letters)],
		    size - strlen(text) - 1);
}

static void
make_entry(struct corpus *corpus, bool is_ascii)
{
	static const char *const cyrillic[] = { "ба", "Бо", "ву", "га", "ди" };
	static const char *const greek[] = { "βα", "Βο", "γε", "δα" };
	static const char *const han[] = { "合", "唱", "花", "园", "歌", "人" };
	static const char *const hangul[] = { "합", "창", "단", "노" };
	static const char *const thai[] = { "ร้", "อ", "ง", "เพ", "ล" };
	static const char *const accents[] = { "Bábèk", "dôdúk", "GAGOK",
		"mimök", "ñabek" };
	char text[CORPUS_TEXT / 2], other[CORPUS_TEXT / 2];
	char both[CORPUS_TEXT];
	uint64_t *rng = &corpus->rng;
	size_t kind = is_ascii ? 0 : corpus_below(rng, 20);

	switch (kind) {
	case 10:
	case 11: make_run(rng, cyrillic, 5, 2, text, sizeof(text)); break;
	case 12: make_run(rng, greek, 4, 2, text, sizeof(text)); break;
	case 13:
	case 14:
	case 15:
		make_run(rng, han, 6, 1 + corpus_below(rng, 4), text,
		    sizeof(text));
		break;
	case 16:
		make_run(rng, hangul, 4, 1 + corpus_below(rng, 3), text,
		    sizeof(text));
		break;
	case 17: make_run(rng, thai, 5, 3, text, sizeof(text)); break;
	case 18:
		snprintf(text, sizeof(text), "%s",
		    accents[corpus_below(rng, 5)]);
		break;
	case 19:
		make_latin(rng, text, sizeof(text));
		make_latin(rng, other, sizeof(other));
		snprintf(both, sizeof(both), "%s-%s", text, other);
		add_entry(corpus, both, NULL, false);
		return;
	default: make_latin(rng, text, sizeof(text)); break;
	}
	add_entry(corpus, text, NULL, false);
}

static void
make_entries(struct corpus *corpus, const struct corpus_kind *kind)
{
	size_t next = 0;

	corpus->entries = arena_alloc(corpus->arena,
	    (kind->entries + ARRAY_LEN(families)) * sizeof(*corpus->entries));
	for (size_t i = 0; i < kind->entries; i++) {
		/* Among the frequent ones and the rare ones alike. */
		if (!kind->is_ascii && next < ARRAY_LEN(families) &&
		    (i % 3 == 2 || kind->entries - i <= 8)) {
			add_entry(corpus, families[next].text,
			    families[next].lang, true);
			next++;
		}
		make_entry(corpus, kind->is_ascii);
	}
}

/* ---- documents ---- */

static const char *const values[SEARCH_FACET_COUNT][CORPUS_VALUES_MAX] = {
	[SEARCH_KIND] = { "programme", "evidence", "resource" },
	[SEARCH_COUNTRY] = { "CA", "GB", "PT", "SG", "JP", "DE", "FR", "IE" },
	[SEARCH_ZONE] = { "arts", "nature", "exercise", "wisdom" },
	[SEARCH_NEED] = { "loneliness", "food", "money", "caring", "dementia",
	    "learning", "pain" },
	[SEARCH_LANGUAGE] = { "en", "fr", "ar" },
	[SEARCH_NODE] = { "ca", "gb-eng", "sg" },
	[SEARCH_DESIGN] = { "rct", "qualitative", "systematic-review" },
	[SEARCH_TYPE] = { "article", "report", "toolkit" },
	[SEARCH_STRENGTH] = { "review", "trial", "views" },
	[SEARCH_OUTCOME] = { "loneliness", "depression", "cost" },
	[SEARCH_AUDIENCE] = { "carers", "students", "rural" },
	[SEARCH_SETTING] = { "venue", "online" },
	[SEARCH_BLOCK] = { "leadership", "workforce" },
};

const char *
corpus_value(enum search_facet facet, size_t i)
{
	return i < CORPUS_VALUES_MAX ? values[facet][i] : NULL;
}

static void
draw_values(struct corpus *corpus, struct corpus_doc *doc)
{
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		size_t n = 0, take = corpus_zipf(&corpus->rng, 4);

		while (n < CORPUS_VALUES_MAX && values[f][n] != NULL)
			n++;
		if (f == SEARCH_KIND || f == SEARCH_NODE)
			take = 1;
		while (take-- > 0)
			doc->values[f] |= (uint32_t)1
					  << corpus_zipf(&corpus->rng, n);
	}
}

static void
draw_facts(struct corpus *corpus, struct corpus_doc *doc)
{
	uint64_t *rng = &corpus->rng;

	doc->modified = 1700000000 + (uint32_t)corpus_below(rng, 100000);
	doc->checked = corpus_below(rng, 4) == 0
			   ? 0
			   : 20240001 + 100 * (uint32_t)corpus_below(rng, 12) +
				 (uint32_t)corpus_below(rng, 28);
	doc->year = corpus_below(rng, 3) == 0
			? 0
			: (uint16_t)(2000 + corpus_below(rng, 25));
	doc->prior = (uint8_t)(corpus_below(rng, 4) * 85);
	doc->n_points = corpus_below(rng, CORPUS_POINTS_MAX + 1);
	for (size_t i = 0; i < doc->n_points; i++) {
		doc->lat[i] = (double)corpus_below(rng, 18000) / 100 - 90;
		doc->lon[i] = (double)corpus_below(rng, 36000) / 100 - 180;
		if (corpus_below(rng, 2) == 0) {
			/* Many near one place, the date line included. */
			doc->lat[i] = 50 + (double)corpus_below(rng, 200) / 100;
			doc->lon[i] = 179 +
				      (double)corpus_below(rng, 200) / 100;
			if (doc->lon[i] > 180)
				doc->lon[i] -= 360;
		}
	}
}

static void
put_token(struct corpus_doc *doc, uint32_t word, uint32_t position,
    size_t field, bool is_form)
{
	struct corpus_token *token = &doc->tokens[doc->n++];

	token->word = word;
	token->position = position;
	token->field = (uint8_t)field;
	token->is_form = is_form;
	doc->n_words += !is_form;
}

static const struct corpus_entry *
draw_entry(struct corpus *corpus, const struct corpus_doc *doc)
{
	for (;;) {
		const struct corpus_entry *entry =
		    &corpus->entries[corpus_zipf(&corpus->rng,
			corpus->n_entries)];

		if (entry->lang == 0 || (entry->lang & doc->langs) != 0)
			return entry;
	}
}

static void
draw_words(struct corpus *corpus, struct corpus_doc *doc, size_t mean)
{
	uint64_t *rng = &corpus->rng;
	size_t wanted = corpus_below(rng, 2 * mean + 1), i = 0;
	uint32_t position = 0;

	/* Now and then one long enough for codes of lengths to round. */
	if (corpus_below(rng, 50) == 0)
		wanted *= 12;
	doc->tokens = arena_alloc(corpus->arena,
	    (wanted * ARRAY_LEN(corpus->entries->tokens) + 1) *
		sizeof(*doc->tokens));
	while (i < wanted) {
		size_t field = corpus_below(rng, SEARCH_FIELD_COUNT);
		size_t n = 1 + corpus_below(rng, 6);

		for (; n > 0 && i < wanted; n--, i++) {
			const struct corpus_entry *entry = draw_entry(corpus,
			    doc);

			for (size_t t = 0; t < entry->n; t++) {
				bool is_form = entry->tokens[t].is_form;

				put_token(doc, entry->tokens[t].word,
				    is_form ? position : ++position, field,
				    is_form);
			}
		}
		position++;
	}
}

static void
count_words(struct corpus *corpus)
{
	size_t *seen = xcalloc(corpus->n_words + 1, sizeof(*seen));

	for (size_t w = 0; w < corpus->n_words; w++) {
		corpus->words[w].df = 0;
		corpus->words[w].langs = 0;
	}
	for (size_t d = 0; d < corpus->n_docs; d++) {
		const struct corpus_doc *doc = &corpus->docs[d];

		for (size_t i = 0; i < doc->n; i++) {
			uint32_t word = doc->tokens[i].word;

			corpus->words[word].langs |= doc->langs;
			if (seen[word] != d + 1)
				corpus->words[word].df++;
			seen[word] = d + 1;
		}
	}
	free(seen);
}

struct corpus *
corpus_new(const struct corpus_kind *kind)
{
	static const char *const langs[] = { "en", "fr", "ar", "ja" };
	struct corpus *corpus = xcalloc(1, sizeof(*corpus));
	int64_t group = 0;

	corpus->arena = arena_new();
	corpus->rng = kind->seed * 0x9e3779b97f4a7c15u + 1;
	corpus->cap_words = 8 * (kind->entries + ARRAY_LEN(families));
	corpus->words = arena_alloc(corpus->arena,
	    corpus->cap_words * sizeof(*corpus->words));
	corpus->table_size = 3 * corpus->cap_words + 1;
	corpus->table = arena_alloc(corpus->arena,
	    corpus->table_size * sizeof(*corpus->table));
	make_entries(corpus, kind);
	corpus->docs = arena_alloc(corpus->arena,
	    (kind->docs + 1) * sizeof(*corpus->docs));
	corpus->n_docs = kind->docs;
	for (size_t d = 0; d < kind->docs; d++) {
		struct corpus_doc *doc = &corpus->docs[d];

		group += 1 + (int64_t)corpus_below(&corpus->rng, 3);
		doc->group = group;
		doc->langs = stem_lang(
		    langs[kind->is_monotone ? 0
					    : corpus_below(&corpus->rng, 4)]);
		doc->is_dead = corpus_below(&corpus->rng, 100) < kind->dead;
		draw_words(corpus, doc, kind->doc_words);
		draw_values(corpus, doc);
		draw_facts(corpus, doc);
	}
	for (size_t d = 0; kind->has_versions && d + 1 < kind->docs; d++) {
		if (corpus->docs[d].is_dead && !corpus->docs[d + 1].is_dead)
			corpus->docs[d].group = corpus->docs[d + 1].group;
	}
	count_words(corpus);
	return corpus;
}

void
corpus_free(struct corpus *corpus)
{
	arena_free(corpus->arena);
	free(corpus);
}

void
corpus_compact(struct corpus *corpus)
{
	size_t kept = 0;

	for (size_t d = 0; d < corpus->n_docs; d++) {
		if (!corpus->docs[d].is_dead)
			corpus->docs[kept++] = corpus->docs[d];
	}
	corpus->n_docs = kept;
	count_words(corpus);
}
