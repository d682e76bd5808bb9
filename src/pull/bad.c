/*
 * bad: the records of accepted pages that were skipped, with the reason.
 * Pages that did not change are not read again, so the list rests beside
 * them in bad.txt: page, id and reason, tab-separated.
 */
#include "pull/plan.h"

#include <stdlib.h>
#include <string.h>

void
bad_init(struct bad_list *list)
{
	*list = (struct bad_list){ .arena = arena_new() };
}

void
bad_release(struct bad_list *list)
{
	free(list->items);
	arena_free(list->arena);
	*list = (struct bad_list){ 0 };
}

/* Foreign text, made fit for one line of a file and for a screen. */
static const char *
clean(struct arena *arena, const char *text, size_t max)
{
	struct strbuf sb;
	const char *out;

	strbuf_init(&sb, 8 * max + 16);
	log_quote(&sb, text, strlen(text), max);
	out = arena_strdup(arena, sb.buf);
	strbuf_release(&sb);
	return out;
}

void
bad_add(struct bad_list *list, const char *page, const char *id,
    const char *reason)
{
	struct bad_record item;

	list->total++;
	if (list->n >= PULL_BAD_MAX)
		return;
	item.page = arena_strdup(list->arena, page);
	item.id = clean(list->arena,
	    id != NULL && id[0] != '\0' ? id : "(no id)", RECORD_ID_MAX);
	item.reason = clean(list->arena, reason, 300);
	VEC_PUSH(list->items, list->n, list->cap, item);
}

static char *
bad_path(struct arena *arena, const struct store *store)
{
	return arena_printf(arena, "%s/bad.txt", store->folder);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Hashes of pages that are applied and stay. */
static const char **
kept_pages(struct arena *arena, const struct plan *plan,
    const struct catalogue_page *applied, size_t n, size_t *ret_n)
{
	const char **hashes = arena_alloc(arena, (n + 1) * sizeof(*hashes));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (plan_find(plan, applied[i].prefix, applied[i].hash) != NULL)
			hashes[kept++] = applied[i].hash;
	if (kept > 1)
		qsort(hashes, kept, sizeof(*hashes), compare_texts);
	*ret_n = kept;
	return hashes;
}

int
bad_read(struct bad_list *list, const struct store *store,
    const struct plan *plan, const struct catalogue_page *applied, size_t n,
    struct err *err)
{
	struct arena *arena = arena_new();
	const char *path = bad_path(arena, store), **kept;
	struct strbuf text;
	char *line, *end, *id, *reason;
	size_t n_kept;
	int ret = -1;

	strbuf_init(&text, PULL_BAD_FILE_MAX);
	if (!file_exists(path)) {
		ret = 0;
		goto out;
	}
	if (file_read(path, PULL_BAD_FILE_MAX, &text, err) == -1)
		goto out;
	kept = kept_pages(arena, plan, applied, n, &n_kept);
	for (line = text.buf; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		*end = '\0';
		id = strchr(line, '\t');
		reason = id != NULL ? strchr(id + 1, '\t') : NULL;
		if (reason == NULL)
			continue;
		*id++ = '\0';
		*reason++ = '\0';
		if (n_kept > 0 && bsearch(&line, kept, n_kept, sizeof(*kept),
				      compare_texts) != NULL)
			bad_add(list, line, id, reason);
	}
	ret = 0;
out:
	strbuf_release(&text);
	arena_free(arena);
	return ret;
}

int
bad_write(const struct bad_list *list, const struct store *store,
    struct err *err)
{
	struct arena *arena = arena_new();
	const char *path = bad_path(arena, store);
	struct strbuf text;
	int ret = -1;

	strbuf_init(&text, PULL_BAD_FILE_MAX);
	for (size_t i = 0; i < list->n; i++) {
		size_t before = text.len;

		strbuf_addf(&text, "%s\t%s\t%s\n", list->items[i].page,
		    list->items[i].id, list->items[i].reason);
		if (text.overflow) {
			text.overflow = false;
			strbuf_setlen(&text, before);
			break;
		}
	}
	ret = text.len == 0 ? file_remove(path, err)
			    : file_put(path, text.buf, text.len, 0644, err);
	strbuf_release(&text);
	arena_free(arena);
	return ret;
}

int
bad_tell(const struct bad_list *list, struct ledger *ledger, const char *node,
    struct err *err)
{
	const char *ids[PULL_BAD_LISTED], *reasons[PULL_BAD_LISTED];
	size_t n = 0;

	for (; n < list->n && n < PULL_BAD_LISTED; n++) {
		ids[n] = list->items[n].id;
		reasons[n] = list->items[n].reason;
	}
	return ledger_bad_set(ledger, node, ids, reasons, n, err);
}
