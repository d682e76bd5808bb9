/*
 * plural: the other forms of a word. No stemmer: only endings that mark a
 * plural in the languages whose plurals are an -s, and the Arabic article (arabic.c).
 * A form too many is harmless, since index and query make the same ones;
 * a wrong meeting of two words is not, hence the exceptions.
 */
#include <string.h>

#include "search/stem.h"
#include "search/token.h"

struct forms {
	char (*items)[TOKEN_MAX];
	size_t n;
};

/* head[0..len) + tail as one more form. */
static void
add_form(struct forms *forms, const char *head, size_t len, const char *tail)
{
	size_t tail_len = strlen(tail);
	char *item;

	if (forms->n == TOKEN_VARIANTS_MAX || len + tail_len >= TOKEN_MAX ||
	    len + tail_len < 2)
		return;
	item = forms->items[forms->n];
	memcpy(item, head, len);
	memcpy(item + len, tail, tail_len);
	item[len + tail_len] = '\0';
	for (size_t i = 0; i < forms->n; i++) {
		if (strcmp(forms->items[i], item) == 0)
			return;
	}
	forms->n++;
}

static bool
ends(const char *word, size_t len, const char *tail)
{
	size_t n = strlen(tail);

	return len > n && memcmp(word + len - n, tail, n) == 0;
}

static bool
is_word(const char *word, size_t len, const char *other)
{
	return strlen(other) == len && memcmp(word, other, len) == 0;
}

/* Words in -s that are no plurals, and plurals without -s. */
static const struct {
	const char *word;
	const char *form; /* NULL: none */
} exceptions[] = {
	{ "always", NULL },
	{ "news", NULL },
	{ "perhaps", NULL },
	{ "plus", NULL },
	{ "series", NULL },
	{ "species", NULL },
	{ "children", "child" },
	{ "lives", "life" },
	{ "men", "man" },
	{ "wives", "wife" },
	{ "women", "woman" },
	{ "yeux", "oeil" },
};

/* Tails in the order they are tried; each gives up to two singulars. */
static const struct {
	const char *tail;
	size_t cut;
	const char *first;
	const char *second; /* NULL: one */
} plurals[] = {
	{ "eaux", 1, "", NULL },    /* reseaux */
	{ "eux", 1, "", NULL },     /* jeux */
	{ "oux", 1, "", NULL },     /* genoux */
	{ "aux", 3, "al", "ail" },  /* hopitaux, travaux */
	{ "coes", 4, "cao", NULL }, /* cancoes */
	{ "ies", 3, "y", "ie" },    /* activities, maladies */
	{ "ches", 2, "", "e" },     /* churches, caches */
	{ "shes", 2, "", "e" },     /* wishes */
	{ "sses", 2, "", "e" },     /* classes */
	{ "xes", 2, "", "e" },      /* boxes, taxes */
	{ "zes", 2, "", "e" },      /* prizes */
	{ "ces", 3, "ce", "z" },    /* services, voces */
	{ "les", 2, "", "e" },      /* hospitales, schedules */
	{ "nes", 2, "", "e" },      /* canciones, zones */
	{ "res", 2, "", "e" },      /* mujeres, centres */
	{ "des", 2, "", "e" },      /* ciudades, guides */
	{ "oes", 2, "", "e" },      /* heroes, shoes */
	{ "ais", 3, "al", "ai" },   /* hospitais, essais */
	{ "ss", 0, NULL, NULL },    /* illness */
	{ "us", 0, NULL, NULL },    /* campus */
	{ "s", 1, "", NULL },
};

static void
plural_forms(struct forms *forms, const char *word, size_t len)
{
	/* Tails of all forms, but for "men" and its like. */
	if (word[len - 1] != 's' && word[len - 1] != 'x' &&
	    !ends(word, len, "en"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(exceptions); i++) {
		if (is_word(word, len, exceptions[i].word)) {
			if (exceptions[i].form != NULL)
				add_form(forms, exceptions[i].form,
				    strlen(exceptions[i].form), "");
			return;
		}
	}
	if (len < 4 || word[len - 1] == 'n')
		return;
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
		if (!ends(word, len, plurals[i].tail))
			continue;
		if (plurals[i].first == NULL)
			return;
		add_form(forms, word, len - plurals[i].cut, plurals[i].first);
		if (plurals[i].second != NULL)
			add_form(forms, word, len - plurals[i].cut,
			    plurals[i].second);
		return;
	}
}

size_t
token_variants(const char *word, size_t len,
    char ret_variants[TOKEN_VARIANTS_MAX][TOKEN_MAX])
{
	struct forms forms = { ret_variants, 0 };
	size_t n;

	if (len == 0 || len >= TOKEN_MAX)
		return 0;
	if (((unsigned char)word[0] & 0xfc) == 0xd8) {
		n = arabic_article(word, len);
		if (n > 0)
			add_form(&forms, word + n, len - n, "");
	} else if (word[len - 1] >= 'a' && word[len - 1] <= 'z') {
		plural_forms(&forms, word, len);
	}
	return forms.n;
}
