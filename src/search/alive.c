/*
 * alive: words of the index that some record has which may be shown. Words
 * stay in the index until the next compaction when their record goes, and
 * when a champion's consent ends for as long as its node lists it: of
 * frequent words that matters to nobody, a rare one may be a person's name.
 * Neighbours: search.c and run.c ask before they offer words.
 */
#include "search/run.h"

/* More records than this have it: nobody's name alone. */
#define RARE 4

/* Is a whole query found as it stands? */
static int
is_found(struct search *search, const char *text, bool *ret_is_found,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct search_query query = { .text = text };
	struct run run;
	bool is_ready;
	int rc = run_gather(&run, search, arena, &query, &is_ready, err);

	/* Other words were put in place of those that nothing has. */
	if (rc == 0)
		*ret_is_found = run.total != 0 && run.plan == run.typed;
	arena_free(arena);
	return rc;
}

int
alive_words(struct search *search, struct arena *arena,
    struct search_word *words, size_t *n, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		bool is_shown = true;

		if (words[i].n <= RARE &&
		    is_found(search,
			arena_printf(arena, "\"%s\"", words[i].text), &is_shown,
			err) == -1)
			return -1;
		if (is_shown)
			words[kept++] = words[i];
	}
	*n = kept;
	return 0;
}

int
alive_meant(struct search *search, struct search_result *result,
    struct err *err)
{
	bool is_shown = true;

	/* What was corrected was found. */
	if (result->did_you_mean == NULL || result->is_corrected)
		return 0;
	if (is_found(search, result->did_you_mean, &is_shown, err) == -1)
		return -1;
	if (!is_shown)
		result->did_you_mean = NULL;
	return 0;
}
