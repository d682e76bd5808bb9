/*
 * search_world: see its header. The functions of catalogue.h that search/
 * calls are defined here and win over those of the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search_world.h"

const char *
catalogue_folder(const struct catalogue *cat)
{
	return cat->folder;
}

const char *
catalogue_id(const struct catalogue *cat)
{
	(void)cat;
	return "0123456789abcdef0123456789abcdef";
}

bool
catalogue_is_readonly(const struct catalogue *cat)
{
	return cat->is_readonly;
}

bool
catalogue_is_inside(const struct catalogue *cat)
{
	return cat->is_writing;
}

int64_t
catalogue_before(const struct catalogue *cat)
{
	return cat->is_writing ? cat->version : -1;
}

int
catalogue_begin(struct catalogue *cat, struct err *err)
{
	(void)err;
	cat->is_writing = true;
	return 0;
}

void
catalogue_rollback(struct catalogue *cat)
{
	cat->is_writing = false;
}

int
catalogue_read_begin(struct catalogue *cat, struct err *err)
{
	(void)cat;
	(void)err;
	return 0;
}

int64_t
catalogue_now(const struct catalogue *cat)
{
	(void)cat;
	return 0;
}

void
catalogue_read_end(struct catalogue *cat)
{
	(void)cat;
}

int
catalogue_status(struct catalogue *cat, struct catalogue_status *ret_status,
    struct err *err)
{
	(void)err;
	memset(ret_status, 0, sizeof(*ret_status));
	for (size_t i = 0; i < WORLD_MAX; i++)
		ret_status->groups += cat->views[i] != NULL;
	ret_status->version = cat->version;
	return 0;
}

int
catalogue_group(struct catalogue *cat, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err)
{
	(void)arena;
	if (group < 0 || group >= WORLD_MAX || cat->views[group] == NULL)
		return err_set(err, ERR_NOTFOUND, "no group %d", (int)group);
	*ret_view = cat->views[group];
	return 0;
}

int
catalogue_each_view(struct catalogue *cat, catalogue_change_cb callback,
    void *ctx, struct err *err)
{
	for (size_t i = 0; i < WORLD_MAX; i++) {
		if (cat->views[i] != NULL &&
		    callback(ctx, (int64_t)i, cat->views[i], err) == -1)
			return -1;
	}
	return 0;
}

static void
die(const struct err *err)
{
	fail_msg("%s", err->text);
}

struct world *
world_new(void)
{
	struct world *world = xcalloc(1, sizeof(*world));
	struct err err;

	snprintf(world->cat.folder, sizeof(world->cat.folder),
	    "search-test-XXXXXX");
	assert_non_null(mkdtemp(world->cat.folder));
	world->arena = arena_new();
	world->cat.arena = arena_new();
	world->search = search_open(&world->cat, &err);
	if (world->search == NULL)
		die(&err);
	return world;
}

void
world_free(struct world *world)
{
	struct err err;

	search_close(world->search);
	search_close(world->reading);
	arena_free(world->cat.arena);
	arena_free(world->arena);
	assert_int_equal(file_remove_tree(world->cat.folder, &err), 0);
	free(world);
}

void
world_open_reader(struct world *world)
{
	struct err err;

	memcpy(&world->reader, &world->cat, sizeof(world->cat));
	world->reader.is_readonly = true;
	world->reading = search_open(&world->reader, &err);
	if (world->reading == NULL)
		die(&err);
}

struct merge_view *
world_view(struct world *world, enum record_kind kind, const char *node,
    const char *lang, ...)
{
	static unsigned serial;
	struct arena *arena = world->cat.arena;
	struct merge_view *view = arena_alloc(arena, sizeof(*view));
	struct value *group = NULL;
	struct record *rec;
	char uuid[37];
	va_list ap;

	snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012u", ++serial);
	rec = record_new(arena, kind, record_id_make(arena, node, uuid), lang);
	rec->modified_at = 1700000000 + (int64_t)serial;
	va_start(ap, lang);
	for (;;) {
		enum field_id id = (enum field_id)va_arg(ap, int);
		enum field_id parent;
		const char *text, *tag = NULL;

		if (id == FIELD_ROOT)
			break;
		text = va_arg(ap, const char *);
		if (text == NULL)
			continue;
		if (text[0] == ':') {
			tag = arena_strndup(arena, text + 1, 2);
			text += 3;
		}
		parent = field_get(id)->parent;
		if (parent != FIELD_ROOT &&
		    (group == NULL || group->field->id != parent ||
			value_find(group, id) != NULL))
			group = record_add(rec, NULL, parent, NULL, NULL);
		record_add(rec, parent == FIELD_ROOT ? NULL : group, id, text,
		    tag);
	}
	va_end(ap);
	view->rec = rec;
	view->members = arena_alloc(arena, sizeof(*view->members));
	view->members[0] = rec->id;
	view->n_members = 1;
	return view;
}

void
world_begin(struct world *world)
{
	memcpy(world->cat.before, world->cat.views, sizeof(world->cat.views));
	world->cat.is_writing = true;
}

void
world_put_open(struct world *world, int64_t group, struct merge_view *view)
{
	const struct catalogue_watch *watch = search_watch(world->search);
	struct err err;

	world->cat.views[group] = view;
	world->reader.views[group] = view;
	if (watch->changed(watch->ctx, group, view, &err) == -1)
		die(&err);
}

void
world_commit(struct world *world)
{
	const struct catalogue_watch *watch = search_watch(world->search);
	struct err err;

	if (watch->prepare(watch->ctx, world->cat.version + 1, &err) == -1)
		die(&err);
	world->cat.version++;
	world->cat.is_writing = false;
	watch->settled(watch->ctx, true);
}

void
world_rollback(struct world *world)
{
	const struct catalogue_watch *watch = search_watch(world->search);

	memcpy(world->cat.views, world->cat.before, sizeof(world->cat.views));
	memcpy(world->reader.views, world->cat.before,
	    sizeof(world->cat.views));
	world->cat.is_writing = false;
	watch->settled(watch->ctx, false);
}

void
world_put(struct world *world, int64_t group, struct merge_view *view)
{
	world_begin(world);
	world_put_open(world, group, view);
	world_commit(world);
}

struct search_result
world_run(struct world *world, const struct search_query *query)
{
	struct search_result result;
	struct err err;

	if (search_run(world->search, world->arena, query, &result, &err) == -1)
		die(&err);
	return result;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

static const char *
list(struct world *world, const char *text, bool sorted)
{
	struct search_query query = { .text = text, .limit = 100 };
	struct search_result result = world_run(world, &query);
	struct strbuf sb;
	char *out;

	strbuf_init(&sb, 4096);
	assert_int_equal(result.count, result.n_hits);
	if (sorted && result.n_hits > 1)
		qsort(result.hits, result.n_hits, sizeof(*result.hits),
		    compare_groups);
	for (size_t i = 0; i < result.n_hits; i++)
		strbuf_addf(&sb, i == 0 ? "%d" : " %d",
		    (int)result.hits[i].group);
	out = arena_strdup(world->arena, sb.buf);
	strbuf_release(&sb);
	return out;
}

const char *
world_find(struct world *world, const char *text)
{
	return list(world, text, false);
}

const char *
world_set(struct world *world, const char *text)
{
	return list(world, text, true);
}

int64_t
world_count(const struct search_result *result, enum search_facet facet,
    const char *value)
{
	for (size_t i = 0; i < result->facets[facet].n; i++) {
		if (strcmp(result->facets[facet].items[i].value, value) == 0)
			return result->facets[facet].items[i].n;
	}
	return -1;
}
