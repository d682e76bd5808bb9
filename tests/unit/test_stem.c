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
	{ "en", "prescribing", "prescribed" },
	{ "en", "activity", "activities" },
	{ "en", "child", "children" },
	{ "fr", "jardin", "jardins" },
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
	{ "fi", "ryhmä", "ryhmässä" },
	{ "hu", "kórus", "kórusban" },
	{ "hu", "magány", "magánya" },
	{ "ro", "grădină", "grădini" },
	{ "ro", "cântec", "cântece" },
	{ "ro", "singur", "singură" },
	{ "ru", "сад", "сада" },
	{ "ru", "одинокий", "одинокая" },
	{ "ru", "терапия", "терапии" },
	{ "ru", "группа", "группы" },
	{ "ru", "здоровье", "здоровья" },
	{ "tr", "bahçe", "bahçeler" },
	{ "tr", "grup", "gruplar" },
	{ "tr", "koro", "koroda" },
	{ "ca", "passejada", "passejades" },
	{ "ca", "caminar", "caminant" },
	{ "eu", "lorategi", "lorategian" },
	{ "lt", "sodas", "sodai" },
	{ "lt", "grupė", "grupės" },
	{ "id", "jalan", "berjalan" },
	{ "id", "kesehatan", "kesehatannya" },
	{ "el", "κήπος", "κήποι" },
	{ "el", "ομάδα", "ομάδες" },
	{ "sr", "група", "групе" },
	{ "sr", "grupa", "grupe" },
	{ "sr", "здравље", "здравља" },
	{ "hr", "zdravlje", "zdravlja" },
	{ "sr", "здравље", "zdravlje" },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
	};
	int rc;

	stemmer = stemmer_new();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	stemmer_free(stemmer);
	return rc;
}
