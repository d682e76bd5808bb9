/*
 * stem: keys under which the forms of one word meet. Calls libstemmer, whose
 * stemmers want words as written, while the index holds folded ones: some
 * endings are lost in that, but alike on both sides. Neighbours: token.c
 * folds, plural.c has the forms that hold in any language, arabic.c and welsh.c
 * stemmers of our own. Section "What counts as the same word" of docs/search.md.
 */
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "search/stem_priv.h"
#include "search/token.h"

/* Letters of a word that has other forms, and of a stem that says enough. */
#define LETTERS_MIN 3
/* Arabic writes no short vowels: "father" has two letters. */
#define ARABIC_LETTERS_MIN 2

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

static const struct {
	const char *name; /* of libstemmer's */
	unsigned script;
} languages[STEM_LANGS] = {
	[STEM_EN] = { "english", LATIN },
	[STEM_FR] = { "french", LATIN },
	[STEM_DE] = { "german", LATIN },
	[STEM_ES] = { "spanish", LATIN },
	[STEM_PT] = { "portuguese", LATIN },
	[STEM_IT] = { "italian", LATIN },
	[STEM_NL] = { "dutch", LATIN },
	[STEM_SV] = { "swedish", LATIN },
	[STEM_DA] = { "danish", LATIN },
	[STEM_NO] = { "norwegian", LATIN },
	[STEM_FI] = { "finnish", LATIN },
	[STEM_HU] = { "hungarian", LATIN },
	[STEM_RO] = { "romanian", LATIN },
	[STEM_RU] = { "russian", CYRILLIC },
	[STEM_TR] = { "turkish", LATIN },
	[STEM_CA] = { "catalan", LATIN },
	[STEM_EU] = { "basque", LATIN },
	[STEM_GA] = { "irish", LATIN },
	[STEM_LT] = { "lithuanian", LATIN },
	[STEM_ID] = { "indonesian", LATIN },
	[STEM_EL] = { "greek", GREEK },
	[STEM_SR] = { "serbian", LATIN | CYRILLIC },
	[STEM_HY] = { "armenian", ARMENIAN },
	[STEM_HI] = { "hindi", DEVANAGARI },
	[STEM_NE] = { "nepali", DEVANAGARI },
	[STEM_TA] = { "tamil", TAMIL },
	[STEM_YI] = { "yiddish", HEBREW },
	[STEM_AR] = { NULL, ARABIC }, /* arabic.c */
	[STEM_CY] = { NULL, LATIN },  /* welsh.c */
};

/* ISO 639-1, and 639-2 where people use it. */
static const struct {
	char code[4];
	uint8_t lang;
} codes[] = {
	{ "en", STEM_EN },
	{ "fr", STEM_FR },
	{ "de", STEM_DE },
	{ "es", STEM_ES },
	{ "pt", STEM_PT },
	{ "it", STEM_IT },
	{ "nl", STEM_NL },
	{ "sv", STEM_SV },
	{ "da", STEM_DA },
	{ "no", STEM_NO },
	{ "nb", STEM_NO },
	{ "nn", STEM_NO },
	{ "fi", STEM_FI },
	{ "hu", STEM_HU },
	{ "ro", STEM_RO },
	{ "mo", STEM_RO },
	{ "ru", STEM_RU },
	{ "tr", STEM_TR },
	{ "ca", STEM_CA },
	{ "eu", STEM_EU },
	{ "ga", STEM_GA },
	{ "lt", STEM_LT },
	{ "id", STEM_ID },
	{ "ms", STEM_ID },
	{ "el", STEM_EL },
	{ "sr", STEM_SR },
	{ "hr", STEM_SR },
	{ "bs", STEM_SR },
	{ "sh", STEM_SR },
	{ "hy", STEM_HY },
	{ "hi", STEM_HI },
	{ "ne", STEM_NE },
	{ "ta", STEM_TA },
	{ "yi", STEM_YI },
	{ "ar", STEM_AR },
	{ "eng", STEM_EN },
	{ "fra", STEM_FR },
	{ "fre", STEM_FR },
	{ "deu", STEM_DE },
	{ "ger", STEM_DE },
	{ "spa", STEM_ES },
	{ "por", STEM_PT },
	{ "ita", STEM_IT },
	{ "nld", STEM_NL },
	{ "dut", STEM_NL },
	{ "ara", STEM_AR },
	{ "cy", STEM_CY },
	{ "cym", STEM_CY },
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
	struct sb_stemmer *made[STEM_LANGS];
	bool is_tried[STEM_LANGS];
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
	for (size_t i = 0; i < STEM_LANGS; i++)
		sb_stemmer_delete(stemmer->made[i]);
	free(stemmer);
}

/* NULL when this libstemmer lacks the language. */
static struct sb_stemmer *
get_stemmer(struct stemmer *stemmer, unsigned lang)
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

typedef bool (*stem_cb)(void *ctx, unsigned lang, const char *stem, size_t len);

/* A stem by libstemmer into ret_stem; 0 when there is none. */
static size_t
run_snowball(struct stemmer *stemmer, unsigned lang, const char *word,
    size_t len, char ret_stem[STEM_MAX])
{
	struct sb_stemmer *snowball = get_stemmer(stemmer, lang);
	const sb_symbol *stem;
	size_t stem_len;

	if (snowball == NULL)
		return 0;
	stem = sb_stemmer_stem(snowball, (const sb_symbol *)word, (int)len);
	if (stem == NULL)
		return 0;
	stem_len = (size_t)sb_stemmer_length(snowball);
	if (stem_len > STEM_MAX)
		return 0;
	memcpy(ret_stem, stem, stem_len);
	return stem_len;
}

/*
 * The -t of Hungarian "csoport" is taken for an ending, but not the one
 * before -ok in "csoportok". In such languages a stem is stemmed again.
 */
static bool
is_stemmed_twice(unsigned lang)
{
	return lang == STEM_HU || lang == STEM_TR || lang == STEM_EL ||
	       lang == STEM_RU;
}

/* "news" is no plural of "new" where an English word stands in a text of
 * another language. */
static bool
is_foreign(unsigned lang, const char *word, size_t len)
{
	return lang != STEM_EN && len == 4 && memcmp(word, "news", 4) == 0;
}

static bool
stem_welsh(const char *word, size_t len, stem_cb callback, void *ctx)
{
	char stems[WELSH_STEMS_MAX][STEM_WORD_MAX + 4];
	size_t n = welsh_stems(word, len, stems);
	bool goes_on = true;

	for (size_t i = 0; i < n && goes_on; i++)
		goes_on = callback(ctx, STEM_CY, stems[i], strlen(stems[i]));
	return goes_on;
}

/* The stem of one language, when it says enough. */
static bool
stem_one(struct stemmer *stemmer, unsigned lang, const char *word, size_t len,
    stem_cb callback, void *ctx)
{
	char stem[STEM_MAX];
	size_t before;

	if (lang == STEM_AR) {
		size_t n = arabic_stem(&word, len);

		return callback(ctx, lang, word, n);
	}
	if (lang == STEM_CY)
		return stem_welsh(word, len, callback, ctx);
	if (lang == STEM_EN && english_apart(word, len) > 0)
		return callback(ctx, lang, word, english_apart(word, len));
	memcpy(stem, word, len);
	before = stem_restore(lang, stem, len);
	len = run_snowball(stemmer, lang, stem, before, stem);
	if (len > 0 && len < before && is_stemmed_twice(lang))
		len = run_snowball(stemmer, lang, stem, len, stem);
	len = stem_plain(lang, stem, len);
	if (utf8_count(stem, len) < LETTERS_MIN)
		return true;
	return callback(ctx, lang, stem, len);
}

/* Every stem of a word until the callback says false. */
static void
each_stem(struct stemmer *stemmer, const char *word, size_t len, uint32_t langs,
    stem_cb callback, void *ctx)
{
	char variants[TOKEN_VARIANTS_MAX][TOKEN_MAX];
	unsigned script = script_of(word, len);
	size_t n;

	if (script == 0 || !callback(ctx, STEM_ANY, word, len))
		return;
	n = token_variants(word, len, variants);
	for (size_t i = 0; i < n; i++) {
		if (!callback(ctx, STEM_ANY, variants[i], strlen(variants[i])))
			return;
	}
	if (len > STEM_WORD_MAX)
		return;
	for (unsigned i = 0; i < STEM_LANGS; i++) {
		if ((langs >> i & 1) == 0 ||
		    (languages[i].script & script) == 0 ||
		    is_foreign(i, word, len))
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
add_key(void *ctx, unsigned lang, const char *stem, size_t len)
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
		unsigned lang;
		size_t len;
		char text[STEM_MAX];
	} items[STEM_KEYS_MAX];
	size_t n;
};

static bool
add_stem(void *ctx, unsigned lang, const char *stem, size_t len)
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
compare_stem(void *ctx, unsigned lang, const char *stem, size_t len)
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
