/*
 * Identifiers: one canonical form for whatever people write, and no for what
 * can not be one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"

struct row {
	const char *scheme;
	const char *value;
	const char *want_scheme;
	const char *want; /* NULL: refused */
};

static const struct row rows[] = {
	{ "doi", "10.1136/bmjopen-2022-070184", "doi",
	    "10.1136/bmjopen-2022-070184" },
	{ "DOI", "https://doi.org/10.1136/BMJOPEN-2022-070184", "doi",
	    "10.1136/bmjopen-2022-070184" },
	{ "doi", "http://dx.doi.org/10.1016%2FS2542-5196(23)00025-6", "doi",
	    "10.1016/s2542-5196(23)00025-6" },
	{ "doi", " doi: 10.1000/ABC.", "doi", "10.1000/abc" },
	{ "doi", "info:doi/10.1000/abc", "doi", "10.1000/abc" },
	{ "doi", "10.1000/100%natural", "doi", "10.1000/100%natural" },
	{ "doi", "10.1000/", NULL, NULL },
	{ "doi", "10.1000/a%252Db", "doi", "10.1000/a-b" },
	{ "doi", "10.1000/ab%2E", "doi", "10.1000/ab" },
	{ "doi", "10.1000/a%252525252525252525252520", NULL, NULL },
	{ "wikidata", "ht tps://www.wikidata.org/wiki/q42", "wikidata", "Q42" },
	{ "doi", "10.x/abc", NULL, NULL },
	{ "doi", "11.1000/abc", NULL, NULL },
	{ "doi", "10.1000/a b", NULL, NULL },
	{ "doi", "https://doi.org/", NULL, NULL },
	{ "doi", "10.1000/%00", "doi", "10.1000/%00" },
	{ "PubMed", "PMID: 37019572", "pmid", "37019572" },
	{ "pmid", "https://pubmed.ncbi.nlm.nih.gov/37019572/", "pmid",
	    "37019572" },
	{ "pmid", "0037019572", "pmid", "37019572" },
	{ "pmid", "37O19572", NULL, NULL },
	{ "pmid", "0", NULL, NULL },
	{ "pmcid", "6846279", "pmcid", "PMC6846279" },
	{ "pmc", "pmc6846279.2", "pmcid", "PMC6846279" },
	{ "pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6846279/",
	    "pmcid", "PMC6846279" },
	{ "pmcid", "PMCX", NULL, NULL },
	{ "isbn", "0-306-40615-2", "isbn", "9780306406157" },
	{ "ISBN-13", "978-0-306-40615-7", "isbn", "9780306406157" },
	{ "isbn", "080442957x", "isbn", "9780804429573" },
	{ "isbn", "978-0-306-40615-8", NULL, NULL },
	{ "isbn", "0306406153", NULL, NULL },
	{ "isbn", "X306406152", NULL, NULL },
	{ "issn", "20493630", "issn", "2049-3630" },
	{ "issn", "2049-3631", NULL, NULL },
	{ "NCT", "nct01234567", "trial", "NCT01234567" },
	{ "trial", "https://www.isrctn.com/ISRCTN12345678", "trial",
	    "ISRCTN12345678" },
	{ "trial", "NCT0123456", NULL, NULL },
	{ "trial", "ACTRN12612000301853", "trial", "ACTRN12612000301853" },
	{ "ror", "https://ror.org/03dbr7087", "ror", "03dbr7087" },
	{ "ROR", "03DBR7087", "ror", "03dbr7087" },
	{ "ror", "13dbr7087", NULL, NULL },
	{ "orcid", "https://orcid.org/0000-0002-1825-0097", "orcid",
	    "0000-0002-1825-0097" },
	{ "orcid", "000000021694233x", "orcid", "0000-0002-1694-233X" },
	{ "orcid", "0000-0002-1825-0098", NULL, NULL },
	{ "gb-coh", "1234567", "GB-COH", "01234567" },
	{ "GB-COH", "sc 12345", "GB-COH", "SC012345" },
	{ "GB-COH", "IP12345R", "GB-COH", "IP12345R" },
	{ "GB-COH", "123456789", NULL, NULL },
	{ "GB-CHC", "1234567", "GB-CHC", "1234567" },
	{ "GB-CHC", "1234567-1", "GB-CHC", "1234567-1" },
	{ "GB-CHC", "charity", NULL, NULL },
	{ "au-abn", "51 824 753 556", "AU-ABN", "51824753556" },
	{ "AU-ABN", "51824753557", NULL, NULL },
	{ "FR-SIREN", "732 829 320", "FR-SIREN", "732829320" },
	{ "FR-SIRET", "732829320", NULL, NULL },
	{ "citation-key", "muhl2023", "citation-key", "muhl2023" },
	{ "local register", "x", NULL, NULL },
	{ "handle", "1234/5678", "handle", "1234/5678" },
	{ "", "x", NULL, NULL },
	{ "doi", "", NULL, NULL },
	{ "doi", "10.1000/\xff", NULL, NULL },
	{ "handle", "a\x01", NULL, NULL },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		const char *scheme = NULL, *value = NULL;
		struct err err = { 0 };
		int result = identifier_normalise(arena, rows[i].scheme,
		    rows[i].value, &scheme, &value, &err);

		if (rows[i].want == NULL) {
			if (result != -1)
				fail_msg("%s %s: taken as %s", rows[i].scheme,
				    rows[i].value, value);
			assert_int_equal(err.code, ERR_FORMAT);
			assert_null(value);
		} else {
			if (result != 0)
				fail_msg("%s %s: %s", rows[i].scheme,
				    rows[i].value, err.text);
			assert_string_equal(scheme, rows[i].want_scheme);
			assert_string_equal(value, rows[i].want);
		}
		arena_free(arena);
	}
}

/* What is canonical stays so. */
static void
test_stable(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		const char *scheme, *value;
		struct err err;

		if (rows[i].want != NULL) {
			assert_int_equal(identifier_normalise(arena,
					     rows[i].want_scheme, rows[i].want,
					     &scheme, &value, &err),
			    0);
			assert_string_equal(scheme, rows[i].want_scheme);
			assert_string_equal(value, rows[i].want);
		}
		arena_free(arena);
	}
}

static void
test_long(void **state)
{
	struct arena *arena = arena_new();
	const char *scheme, *value;
	char huge[5000];
	struct err err;

	(void)state;
	memset(huge, '1', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_int_equal(identifier_normalise(arena, "pmid", huge, &scheme,
			     &value, &err),
	    -1);
	assert_int_equal(identifier_normalise(arena, huge, "1", &scheme, &value,
			     &err),
	    -1);
	huge[300] = '\0';
	assert_int_equal(identifier_normalise(arena, "GB-COH", huge, &scheme,
			     &value, &err),
	    -1);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_stable),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("record_identifier", tests, NULL,
	    NULL);
}
