/*
 * scheme: what a DOI, PMID, ISBN, company number ... looks like, with check
 * digits where the scheme has them. Called by identifier.c, which has
 * already peeled addresses and labels. Unknown schemes keep their value.
 * Design: records.md, "Merging".
 */
#include "record/scheme.h"

#include <string.h>

#include "record/record.h"

static int
digits(const char *text, size_t least, size_t most)
{
	size_t n = strspn(text, "0123456789");

	return text[n] == '\0' && n >= least && n <= most;
}

static void
to_upper(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
	}
}

static void
to_lower(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

/* Drop every byte that stands in `set`. */
static void
drop(char *text, const char *set)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (strchr(set, *text) == NULL)
			*to++ = *text;
	}
	*to = '\0';
}

static const char *
doi(struct arena *arena, char *text)
{
	size_t n;

	/* A DOI may itself hold a percent sign: decode only what decodes. */
	if (strchr(text, '%') != NULL) {
		char *plain;

		if (url_decode(arena, text, strlen(text), false, &plain,
			NULL) == 0)
			text = plain;
	}
	to_lower(text);
	if (strncmp(text, "10.", 3) != 0)
		return NULL;
	n = 3 + strspn(text + 3, "0123456789.");
	if (n < 7 || n > 20 || text[n] != '/' || text[n + 1] == '\0' ||
	    text[n - 1] == '.')
		return NULL;
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ')
			return NULL;
	}
	return text;
}

static const char *
pmid(struct arena *arena, char *text)
{
	(void)arena;
	while (*text == '0')
		text++;
	return digits(text, 1, 9) ? text : NULL;
}

static const char *
pmcid(struct arena *arena, char *text)
{
	char *dot;

	drop(text, " ");
	to_upper(text);
	if (strncmp(text, "PMC", 3) == 0)
		text += 3;
	/* "PMC123.1" is a version of the same article. */
	dot = strchr(text, '.');
	if (dot != NULL && digits(dot + 1, 1, 3))
		*dot = '\0';
	while (*text == '0')
		text++;
	return digits(text, 1, 10) ? arena_printf(arena, "PMC%s", text) : NULL;
}

/* Sum of EAN-13 weights 1, 3, 1, 3 ... over n digits. */
static int
ean_sum(const char *text, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += (text[i] - '0') * (i % 2 == 0 ? 1 : 3);
	return sum;
}

static const char *
isbn(struct arena *arena, char *text)
{
	char *long_form;
	int sum = 0;

	drop(text, " -");
	to_upper(text);
	if (strlen(text) == 13)
		return digits(text, 13, 13) && ean_sum(text, 13) % 10 == 0 &&
			       (strncmp(text, "978", 3) == 0 ||
				   strncmp(text, "979", 3) == 0)
			   ? text
			   : NULL;
	if (strlen(text) != 10)
		return NULL;
	for (int i = 0; i < 10; i++) {
		int d = text[i] - '0';

		if (i == 9 && text[i] == 'X')
			d = 10;
		else if (d < 0 || d > 9)
			return NULL;
		sum += d * (10 - i);
	}
	if (sum % 11 != 0)
		return NULL;
	long_form = arena_printf(arena, "978%.9s0", text);
	long_form[12] = (char)('0' + (10 - ean_sum(long_form, 12) % 10) % 10);
	return long_form;
}

static const char *
issn(struct arena *arena, char *text)
{
	int sum = 0;

	drop(text, " -");
	to_upper(text);
	if (strlen(text) != 8)
		return NULL;
	for (int i = 0; i < 8; i++) {
		int d = text[i] - '0';

		if (i == 7 && text[i] == 'X')
			d = 10;
		else if (d < 0 || d > 9)
			return NULL;
		sum += d * (8 - i);
	}
	return sum % 11 == 0 ? arena_printf(arena, "%.4s-%s", text, text + 4)
			     : NULL;
}

static const char *
trial(struct arena *arena, char *text)
{
	size_t n;

	(void)arena;
	drop(text, " ");
	to_upper(text);
	if (strncmp(text, "NCT", 3) == 0)
		return digits(text + 3, 8, 8) ? text : NULL;
	if (strncmp(text, "ISRCTN", 6) == 0)
		return digits(text + 6, 8, 8) ? text : NULL;
	/* Other registers: letters, digits and a little punctuation. */
	n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.");
	return text[n] == '\0' && n >= 6 ? text : NULL;
}

static const char *
ror(struct arena *arena, char *text)
{
	(void)arena;
	to_lower(text);
	if (strlen(text) != 9 || text[0] != '0' || !digits(text + 7, 2, 2) ||
	    strspn(text, "0123456789abcdefghjkmnpqrstvwxyz") != 9)
		return NULL;
	return text;
}

/* ISO 7064 mod 11-2 over 15 digits and a check character. */
static int
orcid_ok(const char *text)
{
	int sum = 0, check;

	if (strspn(text, "0123456789") < 15 || strlen(text) != 16)
		return 0;
	for (int i = 0; i < 15; i++)
		sum = (sum + (text[i] - '0')) * 2 % 11;
	check = (12 - sum) % 11;
	return text[15] == (check == 10 ? 'X' : '0' + check);
}

static const char *
orcid(struct arena *arena, char *text)
{
	drop(text, " -");
	to_upper(text);
	if (!orcid_ok(text))
		return NULL;
	return arena_printf(arena, "%.4s-%.4s-%.4s-%s", text, text + 4,
	    text + 8, text + 12);
}

int
valid_orcid(const char *text)
{
	char bare[17];
	int at = 0;

	if (strnlen(text, 20) != 19)
		return 0;
	for (int i = 0; i < 19; i++) {
		if (i % 5 == 4) {
			if (text[i] != '-')
				return 0;
		} else {
			bare[at++] = text[i];
		}
	}
	bare[at] = '\0';
	return orcid_ok(bare);
}

/* Companies House: eight characters, digits padded on the left. */
static const char *
gb_coh(struct arena *arena, char *text)
{
	size_t letters;

	drop(text, " -");
	to_upper(text);
	letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (letters == 0)
		return digits(text, 1, 8)
			   ? arena_printf(arena, "%.*s%s",
				 (int)(8 - strlen(text)), "00000000", text)
			   : NULL;
	if (letters > 2 || strlen(text) > 8)
		return NULL;
	/* "IP12345R": societies end in a letter and are already whole. */
	if (strlen(text) == 8)
		return text;
	return letters == 2 && digits(text + 2, 1, 6)
		   ? arena_printf(arena, "%.2s%.*s%s", text,
			 (int)(8 - strlen(text)), "000000", text + 2)
		   : NULL;
}

static const char *
plain_digits(char *text, size_t n)
{
	drop(text, " -.");
	return digits(text, n, n) ? text : NULL;
}

static const char *
au_abn(struct arena *arena, char *text)
{
	static const int weights[] = { 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 };
	int sum = 0;

	(void)arena;
	if (plain_digits(text, 11) == NULL)
		return NULL;
	for (int i = 0; i < 11; i++)
		sum += (text[i] - '0' - (i == 0)) * weights[i];
	return sum % 89 == 0 ? text : NULL;
}

static const char *
nine_digits(struct arena *arena, char *text)
{
	(void)arena;
	return plain_digits(text, 9);
}

static const char *
fourteen_digits(struct arena *arena, char *text)
{
	(void)arena;
	return plain_digits(text, 14);
}

static const char *
gb_chc(struct arena *arena, char *text)
{
	size_t n;

	(void)arena;
	drop(text, " ");
	/* "1234567-1" is a subsidiary, with a number of its own. */
	n = strspn(text, "0123456789");
	if (n < 5 || n > 7 ||
	    (text[n] != '\0' &&
		(text[n] != '-' || !digits(text + n + 1, 1, 3))))
		return NULL;
	return text;
}

static const char *
capitals(struct arena *arena, char *text)
{
	(void)arena;
	drop(text, " ");
	to_upper(text);
	return *text != '\0' ? text : NULL;
}

static const struct scheme {
	const char *name;
	const char *(*fn)(struct arena *arena, char *text);
	const char *example;
} schemes[] = {
	{ "doi", doi, "10.1136/bmjopen-2022-070184" },
	{ "pmid", pmid, "37463811" },
	{ "pmcid", pmcid, "PMC10351285" },
	{ "isbn", isbn, "9780306406157, with a good check digit" },
	{ "issn", issn, "2044-6055, with a good check digit" },
	{ "trial", trial, "NCT01234567 or ISRCTN12345678" },
	{ "ror", ror, "03yrm5c26" },
	{ "orcid", orcid, "0000-0002-1825-0097, with a good check digit" },
	{ "wikidata", capitals, "Q42" },
	{ "GB-COH", gb_coh, "01234567 or SC123456" },
	{ "GB-CHC", gb_chc, "1234567" },
	{ "GB-SC", capitals, "SC012345" },
	{ "GB-NIC", capitals, "NIC100001" },
	{ "AU-ABN", au_abn, "51824753556, with a good check" },
	{ "FR-SIREN", nine_digits, "732829320" },
	{ "FR-SIRET", fourteen_digits, "73282932000074" },
	{ "US-EIN", nine_digits, "123456789" },
	{ "CA-CRA_ACR", capitals, "123456789RR0001" },
	{ "SG-ACRA", capitals, "201812345A" },
	{ "SG-UEN", capitals, "201812345A" },
};

const char *
scheme_normalise(struct arena *arena, const char *scheme, char *text,
    struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		const char *value;

		if (strcmp(scheme, schemes[i].name) != 0)
			continue;
		value = schemes[i].fn(arena, text);
		if (value == NULL)
			err_set(err, ERR_FORMAT,
			    "this is not a %s: write it like %s", scheme,
			    schemes[i].example);
		return value;
	}
	return text;
}
