/*
 * stem: keys under which the forms of one word meet. Calls libstemmer, whose
 * stemmers want words as written, while the index holds folded ones: some
 * endings are lost in that, but alike on both sides. Neighbours: token.c
 * folds, plural.c has the forms that hold in any language, arabic.c its light
 * stemmer. Section "What counts as the same word" of docs/search.md.
 */
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "search/stem.h"
#include "search/token.h"

/* Letters of a word that has other forms, and of a stem that says enough. */
#define LETTERS_MIN 3
/* Arabic writes no short vowels: "father" has two letters. */
#define ARABIC_LETTERS_MIN 2
/* Longer words are compounds, addresses and noise: not stemmed. */
#define STEM_WORD_MAX 120
/* Bytes of a stem; some stemmers write more letters than they read. */
#define STEM_MAX (2 * STEM_WORD_MAX)

/* Alphabets that languages are written in. */
#define LATIN      0x001u
#define GREEK      0x002u
#define CYRILLIC   0x004u
#define ARMENIAN   0x008u
#define HEBREW     0x010u
#define ARABIC     0x020u
#define DEVANAGARI 0x040u
#define TAMIL      0x080u
#define OTHER      0x100u

static const struct {
	uint32_t first, last;
	unsigned script;
} scripts[] = {
	{ 0x0061, 0x024f, LATIN },
	{ 0x0370, 0x03ff, GREEK },
	{ 0x0400, 0x052f, CYRILLIC },
	{ 0x0530, 0x058f, ARMENIAN },
	{ 0x0590, 0x05ff, HEBREW },
	{ 0x0600, 0x06ff, ARABIC },
	{ 0x0900, 0x097f, DEVANAGARI },
	{ 0x0b80, 0x0bff, TAMIL },
	{ 0x1e00, 0x1eff, LATIN },
};

/*
 * The place in this table is the bit of the language and part of every key
 * in every index: new ones come at the end, at most 31.
 */
static const struct {
	const char *name; /* of libstemmer's */
	unsigned script;
} languages[] = {
	{ "english", LATIN }, { "french", LATIN }, { "german", LATIN },
	{ "spanish", LATIN }, { "portuguese", LATIN }, { "italian", LATIN },
	{ "dutch", LATIN }, { "swedish", LATIN }, { "danish", LATIN },
	{ "norwegian", LATIN }, { "finnish", LATIN }, { "hungarian", LATIN },
	{ "romanian", LATIN }, { "russian", CYRILLIC }, { "turkish", LATIN },
	{ "catalan", LATIN }, { "basque", LATIN }, { "irish", LATIN },
	{ "lithuanian", LATIN }, { "indonesian", LATIN }, { "greek", GREEK },
	{ "serbian", LATIN | CYRILLIC }, { "armenian", ARMENIAN },
	{ "hindi", DEVANAGARI }, { "nepali", DEVANAGARI }, { "tamil", TAMIL },
	{ "yiddish", HEBREW }, { NULL, ARABIC }, /* arabic.c */
};
#define LANG_ARABIC 27
#define LANG_COUNT  ARRAY_LEN(languages)
/* In keys only: forms that hold in any language. */
#define LANG_ANY 31

static const struct {
	char code[4];
	uint8_t lang;
} codes[] = {
	{ "en", 0 },
	{ "fr", 1 },
	{ "de", 2 },
	{ "es", 3 },
	{ "pt", 4 },
	{ "it", 5 },
	{ "nl", 6 },
	{ "sv", 7 },
	{ "da", 8 },
	{ "no", 9 },
	{ "nb", 9 },
	{ "nn", 9 },
	{ "fi", 10 },
	{ "hu", 11 },
	{ "ro", 12 },
	{ "mo", 12 },
	{ "ru", 13 },
	{ "tr", 14 },
	{ "ca", 15 },
	{ "eu", 16 },
	{ "ga", 17 },
	{ "lt", 18 },
	{ "id", 19 },
	{ "ms", 19 },
	{ "el", 20 },
	{ "sr", 21 },
	{ "hr", 21 },
	{ "bs", 21 },
	{ "sh", 21 },
	{ "hy", 22 },
	{ "hi", 23 },
	{ "ne", 24 },
	{ "ta", 25 },
	{ "yi", 26 },
	{ "ar", LANG_ARABIC },
	{ "eng", 0 },
	{ "fra", 1 },
	{ "fre", 1 },
	{ "deu", 2 },
	{ "ger", 2 },
	{ "spa", 3 },
	{ "por", 4 },
	{ "ita", 5 },
	{ "nld", 6 },
	{ "dut", 6 },
};

uint32_t
stem_lang(const char *lang)
{
	char code[4] = "";
	size_t n = 0;

	if (lang == NULL)
		return 0;
	for (; lang[n] != '\0' && lang[n] != '-' && lang[n] != '_'; n++) {
		if (n == sizeof(code) - 1)
			return 0;
		code[n] = lang[n] >= 'A' && lang[n] <= 'Z'
			      ? (char)(lang[n] + 32)
			      : lang[n];
	}
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (memcmp(codes[i].code, code, sizeof(code)) == 0)
			return (uint32_t)1 << codes[i].lang;
	}
	return 0;
}

struct stemmer {
	struct sb_stemmer *made[LANG_COUNT];
	bool is_tried[LANG_COUNT];
};

struct stemmer *
stemmer_new(void)
{
	return xcalloc(1, sizeof(struct stemmer));
}

void
stemmer_free(struct stemmer *stemmer)
{
	if (stemmer == NULL)
		return;
	for (size_t i = 0; i < LANG_COUNT; i++)
		sb_stemmer_delete(stemmer->made[i]);
	free(stemmer);
}

/* NULL when this libstemmer lacks the language. */
static struct sb_stemmer *
get_stemmer(struct stemmer *stemmer, size_t lang)
{
	if (!stemmer->is_tried[lang]) {
		stemmer->is_tried[lang] = true;
		stemmer->made[lang] = sb_stemmer_new(languages[lang].name,
		    NULL);
	}
	return stemmer->made[lang];
}

/* The alphabet of a word; 0 when it has no other forms. */
static unsigned
script_of(const char *word, size_t len)
{
	const char *p = word, *end = word + len;
	unsigned script = OTHER;
	bool is_ascii = true;
	size_t letters = 0;
	uint32_t ch;

	if (len < LETTERS_MIN || len >= TOKEN_MAX)
		return 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)word[i];

		if (byte >= '0' && byte <= '9')
			return 0;
		is_ascii = is_ascii && byte < 0x80;
		letters += (byte & 0xc0) != 0x80;
	}
	if (is_ascii)
		return LATIN;
	if (!valid_utf8(word, len, NULL))
		return 0;
	ch = utf8_next(&p, end);
	if (token_is_clustered(ch))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		if (ch >= scripts[i].first && ch <= scripts[i].last)
			script = scripts[i].script;
	}
	if (letters < (script == ARABIC ? ARABIC_LETTERS_MIN : LETTERS_MIN))
		return 0;
	return script;
}

typedef bool (*stem_cb)(void *ctx, size_t lang, const char *stem, size_t len);

/* The stem of one language, when it says enough. */
static bool
stem_one(struct stemmer *stemmer, size_t lang, const char *word, size_t len,
    stem_cb callback, void *ctx)
{
	struct sb_stemmer *snowball;
	const sb_symbol *stem;
	size_t stem_len;

	if (lang == LANG_ARABIC) {
		size_t cut = arabic_stem(&word, len);

		return callback(ctx, lang, word, cut);
	}
	snowball = get_stemmer(stemmer, lang);
	if (snowball == NULL)
		return true;
	stem = sb_stemmer_stem(snowball, (const sb_symbol *)word, (int)len);
	if (stem == NULL)
		return true;
	stem_len = (size_t)sb_stemmer_length(snowball);
	if (stem_len > STEM_MAX ||
	    utf8_count((const char *)stem, stem_len) < LETTERS_MIN)
		return true;
	return callback(ctx, lang, (const char *)stem, stem_len);
}

/* Every stem of a word until the callback says false. */
static void
each_stem(struct stemmer *stemmer, const char *word, size_t len, uint32_t langs,
    stem_cb callback, void *ctx)
{
	char variants[TOKEN_VARIANTS_MAX][TOKEN_MAX];
	unsigned script = script_of(word, len);
	size_t n;

	if (script == 0 || !callback(ctx, LANG_ANY, word, len))
		return;
	n = token_variants(word, len, variants);
	for (size_t i = 0; i < n; i++) {
		if (!callback(ctx, LANG_ANY, variants[i], strlen(variants[i])))
			return;
	}
	if (len > STEM_WORD_MAX)
		return;
	for (size_t i = 0; i < LANG_COUNT; i++) {
		if ((langs >> i & 1) == 0 ||
		    (languages[i].script & script) == 0)
			continue;
		if (!stem_one(stemmer, i, word, len, callback, ctx))
			return;
	}
}

/* ---- keys ---- */

struct keys {
	uint32_t *items;
	size_t n;
};

static bool
add_key(void *ctx, size_t lang, const char *stem, size_t len)
{
	struct keys *keys = ctx;
	uint32_t key = (uint32_t)XXH3_64bits_withSeed(stem, len, lang);

	for (size_t i = 0; i < keys->n; i++) {
		if (keys->items[i] == key)
			return true;
	}
	keys->items[keys->n++] = key;
	return keys->n < STEM_KEYS_MAX;
}

size_t
stem_keys(struct stemmer *stemmer, const char *word, size_t len, uint32_t langs,
    uint32_t ret_keys[STEM_KEYS_MAX])
{
	struct keys keys = { ret_keys, 0 };

	each_stem(stemmer, word, len, langs, add_key, &keys);
	return keys.n;
}

/* ---- the stems themselves ---- */

struct stems {
	struct {
		size_t lang;
		size_t len;
		char text[STEM_MAX + TOKEN_MAX];
	} items[STEM_KEYS_MAX];
	size_t n;
};

static bool
add_stem(void *ctx, size_t lang, const char *stem, size_t len)
{
	struct stems *stems = ctx;

	stems->items[stems->n].lang = lang;
	stems->items[stems->n].len = len;
	memcpy(stems->items[stems->n].text, stem, len);
	stems->n++;
	return stems->n < STEM_KEYS_MAX;
}

struct comparison {
	const struct stems *stems;
	bool is_same;
};

static bool
compare_stem(void *ctx, size_t lang, const char *stem, size_t len)
{
	struct comparison *comparison = ctx;
	const struct stems *stems = comparison->stems;

	for (size_t i = 0; i < stems->n && !comparison->is_same; i++) {
		comparison->is_same = stems->items[i].lang == lang &&
				      stems->items[i].len == len &&
				      memcmp(stems->items[i].text, stem, len) ==
					  0;
	}
	return !comparison->is_same;
}

bool
stem_is_same(struct stemmer *stemmer, const char *a, size_t a_len,
    const char *b, size_t b_len, uint32_t langs)
{
	struct comparison comparison = { NULL, false };
	struct stems stems;

	stems.n = 0;
	each_stem(stemmer, a, a_len, langs, add_stem, &stems);
	comparison.stems = &stems;
	each_stem(stemmer, b, b_len, langs, compare_stem, &comparison);
	return comparison.is_same;
}
