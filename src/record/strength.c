/*
 * strength: designs of study in an order of what they can show, for filters,
 * the evidence map and sorting (design: ux.md, "strength of evidence").
 * Neighbours: view.c.
 */
#include <string.h>

#include "record/record.h"

static const struct {
	const char *design;
	const char *strength;
} table[] = {
	{ "umbrella-review", "review" },
	{ "systematic-review", "review" },
	{ "rct", "trial" },
	{ "cluster-rct", "trial" },
	{ "controlled-non-random", "comparison" },
	{ "cohort", "comparison" },
	{ "interrupted-series", "comparison" },
	{ "case-control", "comparison" },
	{ "pre-post", "no-comparison" },
	{ "cross-sectional", "no-comparison" },
	{ "mixed", "no-comparison" },
	{ "economic", "no-comparison" },
	{ "case-study", "no-comparison" },
	{ "qualitative", "views" },
	{ "consensus", "views" },
	{ "opinion", "views" },
};

const char *
record_strength(const struct record *rec)
{
	const char *design = value_get(&rec->root, FIELD_DESIGN);

	if (rec->kind != RECORD_KIND_EVIDENCE)
		return NULL;
	for (size_t i = 0; design != NULL && i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].design, design) == 0)
			return table[i].strength;
	}
	return "not-stated";
}
