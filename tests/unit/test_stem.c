/*
 * test_stem: which words are forms of the same word. Pairs as people write
 * them, folded as the index folds them; language by language, and those that
 * hold whatever the language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "search/search.h"
#include "search/stem.h"
#include "search/token.h"

static struct stemmer *stemmer;

struct folded {
	char text[TOKEN_MAX];
	size_t len;
};

static void
take_first(void *ctx, const struct token *token)
{
	struct folded *word = ctx;

	if (word->len > 0)
		return;
	memcpy(word->text, token->text, token->len);
	word->len = token->len;
}

static struct folded
fold_word(const char *text)
{
	struct folded word = { "", 0 };

	token_walk(text, strlen(text), take_first, &word);
	return word;
}

/* Do two words share a key, and really a stem? */
static bool
meet(const char *a, const char *b, uint32_t langs)
{
	struct folded x = fold_word(a), y = fold_word(b);
	uint32_t kx[STEM_KEYS_MAX], ky[STEM_KEYS_MAX];
	size_t nx = stem_keys(stemmer, x.text, x.len, langs, kx);
	size_t ny = stem_keys(stemmer, y.text, y.len, langs, ky);
	bool share = false, same;

	for (size_t i = 0; i < nx; i++) {
		for (size_t j = 0; j < ny; j++)
			share = share || kx[i] == ky[j];
	}
	same = stem_is_same(stemmer, x.text, x.len, y.text, y.len, langs);
	assert_int_equal(share, same);
	assert_int_equal(same,
	    stem_is_same(stemmer, y.text, y.len, x.text, x.len, langs));
	return share;
}

static const struct {
	const char *lang;
	const char *a, *b;
} same[] = {
	{ "en", "choir", "choirs" },
	{ "en", "garden", "gardening" },
	{ "en", "walk", "walked" },
	{ "en", "loneliness", "lonely" },
	{ "en", "prescribing", "prescribed" },
	{ "en", "activity", "activities" },
	{ "en", "child", "children" },
	{ "fr", "jardin", "jardins" },
	{ "fr", "isolé", "isolées" },
	{ "fr", "hôpital", "hôpitaux" },
	{ "fr", "série", "séries" },
	{ "fr", "solitaire", "solitaires" },
	{ "es", "canción", "canciones" },
	{ "es", "jardín", "jardines" },
	{ "es", "cantar", "cantando" },
	{ "es", "sola", "solo" },
	{ "es", "atención", "atenciones" },
	{ "pt", "canção", "canções" },
	{ "pt", "caminhar", "caminhada" },
	{ "pt", "prescrição", "prescrições" },
	{ "pt", "sozinho", "sozinha" },
	{ "pt", "hospital", "hospitais" },
	{ "de", "Garten", "Gartens" },
	{ "de", "Gruppe", "Gruppen" },
	{ "de", "Spaziergang", "Spaziergänge" },
	{ "de", "Haus", "Häuser" },
	{ "de", "einsam", "einsamen" },
	{ "it", "passeggiata", "passeggiate" },
	{ "it", "giardino", "giardini" },
	{ "it", "cantare", "cantando" },
	{ "it", "solitudine", "solitudini" },
	{ "nl", "wandeling", "wandelingen" },
	{ "nl", "tuin", "tuinen" },
	{ "nl", "eenzame", "eenzaam" },
	{ "sv", "trädgård", "trädgården" },
	{ "sv", "grupp", "grupperna" },
	{ "da", "have", "haven" },
	{ "da", "gruppe", "grupperne" },
	{ "da", "ensom", "ensomme" },
	{ "nb", "gruppe", "gruppene" },
	{ "no", "hage", "hagen" },
	{ "fi", "puutarha", "puutarhassa" },
	{ "fi", "kuoro", "kuorot" },
	{ "fi", "yksinäinen", "yksinäisen" },
	{ "fi", "ryhmä", "ryhmässä" },
	{ "hu", "kert", "kertek" },
	{ "hu", "kórus", "kórusban" },
	{ "hu", "magány", "magánya" },
	{ "hu", "csoport", "csoportok" },
	{ "ro", "grădină", "grădini" },
	{ "ro", "cântec", "cântece" },
	{ "ro", "singur", "singură" },
	{ "ru", "сад", "сада" },
	{ "ru", "одинокий", "одинокая" },
	{ "ru", "социальный", "социальная" },
	{ "ru", "терапия", "терапии" },
	{ "ru", "музей", "музея" },
	{ "ru", "группа", "группы" },
	{ "ru", "здоровье", "здоровья" },
	{ "tr", "bahçe", "bahçeler" },
	{ "tr", "grup", "gruplar" },
	{ "tr", "koro", "koroda" },
	{ "tr", "kadın", "kadınlar" },
	{ "tr", "yürüyüş", "yürüyüşler" },
	{ "ca", "passejada", "passejades" },
	{ "ca", "caminar", "caminant" },
	{ "eu", "lorategi", "lorategian" },
	{ "lt", "sodas", "sodai" },
	{ "lt", "grupė", "grupės" },
	{ "id", "jalan", "berjalan" },
	{ "id", "kesehatan", "kesehatannya" },
	{ "el", "κήπος", "κήποι" },
	{ "el", "ομάδα", "ομάδες" },
	{ "el", "μοναξιά", "μοναξιάς" },
	{ "sr", "група", "групе" },
	{ "sr", "grupa", "grupe" },
	{ "sr", "здравље", "здравља" },
	{ "hr", "zdravlje", "zdravlja" },
	{ "sr", "здравље", "zdravlje" },
	{ "sr", "шетња", "šetnje" },
	{ "hi", "किताब", "किताबें" },
	{ "hi", "लड़का", "लड़के" },
	{ "ne", "किताब", "किताबहरू" },
	{ "ta", "தோட்டம்", "தோட்டங்கள்" },
	{ "yi", "גרופע", "גרופעס" },
	{ "ar", "حديقة", "الحديقة" },
	{ "ar", "مسن", "المسنين" },
	{ "ar", "نشاط", "والنشاط" },
	{ "ar", "نشاطات", "نشاط" },
	{ "ar", "اجتماعي", "الاجتماعية" },
	{ "sv", "sång", "sången" },
	{ "sv", "förening", "föreningar" },
	{ "da", "forening", "foreninger" },
	{ "no", "forening", "foreninger" },
	{ "ca", "associació", "associacions" },
	{ "ca", "cançó", "cançons" },
	{ "tr", "görüşme", "görüşmeler" },
	{ "tr", "göl", "göller" },
	{ "tr", "gönüllü", "gönüllüler" },
	{ "pt", "inclusão", "inclusões" },
	{ "pt", "homem", "homens" },
	{ "pt", "local", "locais" },
	{ "ro", "asociație", "asociații" },
	{ "ro", "asociație", "asociația" },
	{ "lt", "draugas", "draugų" },
	{ "fi", "suomalainen", "suomalaisen" },
	{ "fi", "nainen", "naisen" },
	{ "fr", "musée", "musées" },
	{ "fr", "première", "premier" },
	{ "fr", "activité", "activités" },
	{ "fr", "visite", "visites" },
	{ "es", "soledad", "soledades" },
	{ "es", "caminata", "caminatas" },
	{ "it", "attività", "attivo" },
	{ "it", "città", "citta" },
	{ "en", "happiness", "happy" },
	{ "en", "volunteering", "volunteers" },
	{ "en", "gardener", "gardening" },
	{ "de", "Wanderung", "Wanderungen" },
	{ "de", "Verein", "Vereine" },
	{ "nl", "vereniging", "verenigingen" },
	{ "id", "sosial", "bersosial" },
	{ "el", "δραστηριότητα", "δραστηριότητες" },
	{ "ru", "прогулка", "прогулки" },
	{ "ru", "одиночество", "одиночества" },
	{ "ru", "общий", "общая" },
	{ "hu", "séta", "séták" },
	{ "ca", "jardí", "jardins" },
	{ "ga", "bean", "mbean" },
	{ "eu", "talde", "taldeak" },
	{ "lt", "sveikata", "sveikatos" },
	{ "el", "ομάδα", "ομάδων" },
	{ "hy", "մարդ", "մարդու" },
	{ "en", "organisation", "organizations" },
	{ "en", "organise", "organizing" },
	{ "en", "behaviour", "behaviors" },
	{ "en", "colour", "colors" },
	{ "en", "neighbourhood", "neighborhoods" },
	{ "en", "counselling", "counseling" },
	{ "en", "counsellor", "counselors" },
	{ "en", "centre", "centers" },
	{ "en", "theatre", "theater" },
	{ "en", "programme", "programs" },
	{ "en", "paediatric", "pediatric" },
	{ "en", "analyse", "analyzed" },
	{ "en", "enrolment", "enrollment" },
	{ "en", "catalogue", "catalogs" },
	{ "en", "labour", "laboring" },
	{ "en", "practise", "practicing" },
	{ "en", "travelling", "traveler" },
	{ "en", "ageing", "aging" },
	{ "en", "programmes", "program" },
	{ "en", "specialised", "specialized" },
	{ "en", "size", "sizes" },
	{ "en", "university", "universities" },
	{ "en", "harbour", "harbors" },
	{ "en", "judgement", "judgment" },
	{ "en", "prize", "prizes" },
	{ "cy", "gardd", "ardd" },
	{ "cy", "cath", "gath" },
	{ "cy", "cath", "chath" },
	{ "cy", "cath", "nghath" },
	{ "cy", "pobl", "bobl" },
	{ "cy", "pobl", "mhobl" },
	{ "cy", "gweithgaredd", "weithgareddau" },
	{ "cy", "grŵp", "grwpiau" },
	{ "cy", "canolfan", "ganolfannau" },
	{ "cy", "teulu", "deuluoedd" },
	{ "cy", "ysgol", "ysgolion" },
	{ "cy", "llyfrgell", "lyfrgell" },
	{ "cy", "meddwl", "feddwl" },
	{ "cy", "rhaglen", "raglen" },
	{ "cy", "dawns", "ddawns" },
	{ "cy", "bach", "fach" },
	/* whatever the language */
	{ "", "choir", "choirs" },
	{ "", "women", "woman" },
	{ "", "Hôpitaux", "HOPITAL" },
	{ "", "canções", "canção" },
	{ "", "services", "service" },
	{ "", "المسنين", "مسنين" },
	{ "", "للمسنين", "والمسنين" },
	{ "", "الأب", "أب" },
	{ "en-GB", "Choirs", "CHOIR" },
	{ "PT-br", "jardins", "Jardim" },
};

static void
test_same(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		uint32_t langs = stem_lang(same[i].lang);

		if (meet(same[i].a, same[i].b, langs))
			continue;
		print_message("%s: %s and %s\n", same[i].lang, same[i].a,
		    same[i].b);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static const struct {
	const char *langs; /* separated by spaces */
	const char *a, *b;
} other[] = {
	{ "en", "news", "new" },
	{ "en fr nl ca lt", "news", "new" },
	{ "en", "art", "arthritis" },
	{ "en", "organ", "organisation" },
	{ "en", "organization", "organ" },
	{ "en", "organic", "organ" },
	{ "en", "university", "universal" },
	{ "en", "important", "import" },
	{ "en", "experience", "experiment" },
	{ "en", "emergency", "emerging" },
	{ "en", "author", "authority" },
	{ "en", "hospital", "hospitality" },
	{ "en", "custom", "customer" },
	{ "en", "past", "paste" },
	{ "en", "hour", "hor" },
	{ "en", "four", "for" },
	{ "en", "court", "cort" },
	{ "en", "well", "wel" },
	{ "en", "design", "designate" },
	{ "en", "caring", "car" },
	{ "en", "university", "unit" },
	{ "en", "bus", "business" },
	{ "en", "age", "agency" },
	{ "en", "man", "mania" },
	{ "de", "Garten", "Gärtnerei" },
	{ "fr", "cour", "course" },
	{ "fr", "main", "maintenant" },
	{ "es", "mano", "manual" },
	{ "pt", "pão", "pai" },
	{ "ru", "сад", "садизм" },
	{ "tr", "ev", "evet" },
	{ "fi", "talo", "talous" },
	{ "ar", "علم", "عمل" },
	{ "ar", "وردة", "ردة" },
	{ "cy", "cath", "rhath" },
	{ "cy", "llan", "rhan" },
	{ "cy", "newydd", "newid" },
	{ "en", "bath", "path" },
	{ "", "choir", "chair" },
	/* a language counts only for words seen in it */
	{ "", "Gruppe", "Gruppen" },
	{ "xx", "Gruppe", "Gruppen" },
	{ "en", "puutarha", "puutarhassa" },
};

static uint32_t
langs_of(const char *text)
{
	char *copy = xstrdup(text), *save, *word;
	uint32_t langs = 0;

	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		langs |= stem_lang(word);
	free(copy);
	return langs;
}

static void
test_other(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		if (!meet(other[i].a, other[i].b, langs_of(other[i].langs)))
			continue;
		print_message("%s: %s and %s\n", other[i].langs, other[i].a,
		    other[i].b);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static size_t
count_keys(const char *word, size_t len, uint32_t langs)
{
	uint32_t keys[STEM_KEYS_MAX];
	size_t n = stem_keys(stemmer, word, len, langs, keys);

	assert_true(n <= STEM_KEYS_MAX);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(keys[i], keys[j]);
	}
	return n;
}

static void
test_none(void **state)
{
	static const char *const words[] = { "", "a", "of", "42", "2023",
		"covid19", "合唱", "団", "กิน", "합창", "ガー", "в" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(count_keys(words[i], strlen(words[i]),
				     STEM_LANGS_ALL),
		    0);
	/* One for the word itself, one in its language. */
	assert_int_equal(count_keys("garden", 6, 0), 1);
	assert_int_equal(count_keys("garden", 6, stem_lang("en")), 2);
	assert_int_equal(count_keys("garden", 6, stem_lang("ru")), 1);
}

static void
test_langs(void **state)
{
	uint32_t all = 0;
	static const char *const langs[] = { "en", "fr", "de", "es", "pt", "it",
		"nl", "sv", "da", "no", "fi", "hu", "ro", "ru", "tr", "ca",
		"eu", "ga", "lt", "id", "el", "sr", "hy", "hi", "ne", "ta",
		"yi", "ar", "cy" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
		uint32_t bit = stem_lang(langs[i]);

		/* The numbers are part of indexes on disks. */
		assert_int_equal(bit, (uint32_t)1 << i);
		all |= bit;
	}
	assert_int_equal(all, STEM_LANGS_ALL);
	assert_int_equal(stem_lang("pt-BR"), stem_lang("pt"));
	assert_int_equal(stem_lang("zh_Hant"), 0);
	assert_int_equal(stem_lang("EN-gb"), stem_lang("eng"));
	assert_int_equal(stem_lang("nn"), stem_lang("nb"));
	assert_int_equal(stem_lang(""), 0);
	assert_int_equal(stem_lang("-"), 0);
	assert_int_equal(stem_lang("english"), 0);
	assert_int_equal(stem_lang("e"), 0);
	assert_int_equal(stem_lang(NULL), 0);
}

static void
test_hostile(void **state)
{
	char word[TOKEN_MAX];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % sizeof(word);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			word[i] = (char)(seed >> 24);
			/* Letters of two bytes, of which some fit. */
			if (round % 2 == 0)
				word[i] = i % 2 == 0
					      ? (char)(0xc3 +
						       (seed >> 20) % 0x18)
					      : (char)(0x80 + (seed >> 26));
		}
		count_keys(word, len, STEM_LANGS_ALL);
		(void)stem_is_same(stemmer, word, len, word, len / 2,
		    STEM_LANGS_ALL);
	}
	/* As long as a word of the index can be, in letters that grow. */
	for (int i = 0; i < 26; i++) {
		memset(word, 'a' + i, sizeof(word));
		for (size_t len = 0; len < sizeof(word); len++)
			count_keys(word, len, STEM_LANGS_ALL);
	}
	for (size_t i = 0; i + 1 < sizeof(word); i += 2)
		memcpy(word + i, "\xd1\x9f", 2); /* Serbian dzh: dž */
	for (size_t len = 0; len < sizeof(word); len++)
		count_keys(word, len, STEM_LANGS_ALL);
	/* Cut in the middle of a letter. */
	assert_int_equal(count_keys("gr\xc3\xbcn", 4, STEM_LANGS_ALL) > 0,
	    true);
	assert_int_equal(count_keys("gru\xc3", 4, STEM_LANGS_ALL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_langs),
		cmocka_unit_test(test_hostile),
	};
	int rc;

	stemmer = stemmer_new();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	stemmer_free(stemmer);
	return rc;
}
