/*
 * browse: everything one can start from, as lists: each entry is a search
 * with its count. By label, because a reader looks for a word. Neighbours:
 * filters.c makes the choices.
 */
#include "web/home_page.h"
#include "web/routes.h"

#include <stdlib.h>
#include <string.h>

#define BROWSE_MAX 400 /* of a list: more than there are countries */

static const struct {
	enum search_facet facet;
	enum text_id title;
} lists[] = {
	{ SEARCH_NEED, TEXT_BROWSE_NEED },
	{ SEARCH_ZONE, TEXT_BROWSE_ZONE },
	{ SEARCH_AUDIENCE, TEXT_BROWSE_AUDIENCE },
	{ SEARCH_COUNTRY, TEXT_BROWSE_COUNTRY },
	{ SEARCH_OUTCOME, TEXT_BROWSE_OUTCOME },
	{ SEARCH_STRENGTH, TEXT_BROWSE_STRENGTH },
	{ SEARCH_BLOCK, TEXT_BROWSE_BLOCK },
	{ SEARCH_TYPE, TEXT_BROWSE_TYPE },
};

struct entry {
	struct choice choice;
	const char *key; /* what it is sorted by */
};

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order != 0 ? order : strcmp(x->choice.value, y->choice.value);
}

/* Capitals and accents do not count. */
static void
sort_by_label(const struct page *page, struct choice *choices, size_t n)
{
	struct entry *entries = arena_alloc(page->arena, n * sizeof(*entries));
	struct strbuf sb;

	strbuf_init(&sb, 4096);
	for (size_t i = 0; i < n; i++) {
		strbuf_reset(&sb);
		utf8_fold(choices[i].label, strlen(choices[i].label), &sb);
		entries[i].choice = choices[i];
		entries[i].key = arena_strndup(page->arena, sb.buf, sb.len);
	}
	strbuf_release(&sb);
	qsort(entries, n, sizeof(*entries), compare);
	for (size_t i = 0; i < n; i++)
		choices[i] = entries[i].choice;
}

/* Strengths have an order of their own. */
static void
sort_by_vocab(struct choice *choices, size_t n, enum vocab vocab)
{
	size_t done = 0;

	for (size_t v = 0; v < vocab_size(vocab); v++) {
		for (size_t i = done; i < n; i++) {
			struct choice choice = choices[i];

			if (strcmp(choice.value, vocab_code(vocab, v)) != 0)
				continue;
			choices[i] = choices[done];
			choices[done++] = choice;
		}
	}
}

static void
fill_lists(const struct page *page, const struct search_result *result,
    struct browse *browse)
{
	browse->lists = arena_alloc(page->arena,
	    ARRAY_LEN(lists) * sizeof(*browse->lists));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct browse_list *list = &browse->lists[browse->n_lists];
		enum search_facet facet = lists[i].facet;

		list->choices = choices_of(page, result, facet, BROWSE_MAX,
		    &list->n);
		if (list->n == 0)
			continue;
		if (facet == SEARCH_STRENGTH)
			sort_by_vocab(list->choices, list->n, VOCAB_STRENGTH);
		else
			sort_by_label(page, list->choices, list->n);
		list->id = search_facet_name(facet);
		list->title = page_text(page, lists[i].title);
		browse->n_lists++;
	}
}

int
show_browse(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct search_query query = { .text = "",
		.limit = 1,
		.no_views = true };
	struct search_result result;
	struct browse browse = { 0 };

	(void)rest;
	if (search_run(page->api->search, page->arena, &query, &result, err) ==
	    -1)
		return -1;
	if (!result.is_ready)
		return show_unready(page, res);
	page->title = page_text(page, TEXT_BROWSE_TITLE);
	page->canonical = "/browse";
	fill_lists(page, &result, &browse);
	tmpl_browse(&res->body, page, &browse);
	return 0;
}
