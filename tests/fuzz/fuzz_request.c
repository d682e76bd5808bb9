/*
 * fuzz_request: what browsers send beside the words of a search: the
 * languages that are wanted, the reader's list, a path with a language in
 * front, words that end in a place, and the part of a map. The first byte says
 * which of them the others are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/inside.h"
#include "web/inside.h"
#include "web/keep.h"
#include "web/map_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 20000

static void
must(int is_true)
{
	if (!is_true)
		abort();
}

static void
try_accept(struct arena *arena, const char *text)
{
	const char *code = negotiate_wanted(arena, text);

	must(code == NULL || strlen(code) == 2);
}

/* Read again, a list is the same; and never longer than it may be. */
static void
try_keep(struct arena *arena, const char *text)
{
	const char *list = keep_parse(arena, text);
	const char **ids;
	size_t n = keep_ids(arena, list, &ids);

	must((list == NULL) == (n == 0) && n <= KEEP_MAX);
	if (list == NULL)
		return;
	must(strlen(list) <= KEEP_BYTES && strpbrk(list, "<>\"'& ") == NULL);
	must(strcmp(keep_parse(arena, list), list) == 0);
	for (size_t i = 0; i < n; i++)
		must(keep_entry(arena, ids[i]) != NULL);
}

/* No link to another language leaves the node. */
static void
try_path(struct arena *arena, const char *text)
{
	static const struct conf conf = { .url = "https://node.example/",
		.languages = "pt en" };
	const char *question = strchr(text, '?');
	struct http_request req = { .arena = arena,
		.query = question != NULL ? question + 1 : "" };
	struct page page = { .arena = arena, .conf = &conf, .req = &req };
	const char *link;

	if (question != NULL)
		text = arena_strndup(arena, text, (size_t)(question - text));
	if (*text != '/')
		return;
	negotiate_page(&page, text);
	link = page_in_language(&page, "fr");
	must(link[0] == '/' && link[1] != '/' && link[1] != '\\');
	must(strpbrk(link, "\r\n") == NULL || strpbrk(req.query, "\r\n"));
	page.canonical = "/about";
	must(strncmp(page_canonical_in(&page, "fr"), conf.url,
		 strlen(conf.url)) == 0);
}

/* Without an index no place is known: the words stay as they were. */
static void
try_words(struct arena *arena, const char *text)
{
	struct search *search = search_open_index("no-such-folder");
	struct api_query query = { .arena = arena, .page = 1 };
	enum api_near near;
	struct err err;
	char *name = arena_strndup(arena, text, strnlen(text, 200));

	query.search.text = text;
	(void)!near_words(search, &query, &near, &err);
	must(near_distance(name) >= 0);
	search_close(search);
}

static void
try_map(struct arena *arena, const char *text)
{
	static const struct conf conf = { .url = "https://node.example/" };
	struct page page = { .arena = arena, .conf = &conf };
	struct http_params params;
	struct api_query query;
	struct map_view view;
	struct err err;

	negotiate_page(&page, "/map");
	if (http_params_read(arena, text, &params, &err) == -1 ||
	    api_query_read(arena, &params, &query, &err) == -1)
		return;
	(void)map_view_read(&page, &params, &query, &view);
	must(view.width > 0 && view.width <= MAP_WIDTH + 1e-6);
	must(map_view_step(&view) >= 0.01);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct arena *,
	    const char *) = { try_accept, try_keep, try_path, try_words,
		try_map };
	struct arena *arena;

	if (size < 1 || size > TEXT_MAX)
		return 0;
	arena = arena_new();
	tries[data[0] % ARRAY_LEN(tries)](arena,
	    arena_strndup(arena, (const char *)data + 1, size - 1));
	arena_free(arena);
	return 0;
}
