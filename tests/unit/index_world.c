/*
 * index_world: see its header. Contents are told apart by the record's
 * modified_at, which a segment keeps for each document.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "index_world.h"

#define ALIVE_MAX ((size_t)8 << 20)

static struct err err;

void
index_world_new(struct index_world *w)
{
	memset(w, 0, sizeof(*w));
	/* In memory where there is such a place: hundreds of commits. */
	snprintf(w->folder, sizeof(w->folder), "/dev/shm/gspd-idx-XXXXXX");
	if (mkdtemp(w->folder) == NULL) {
		snprintf(w->folder, sizeof(w->folder), "/tmp/gspd-idx-XXXXXX");
		assert_non_null(mkdtemp(w->folder));
	}
	snprintf(w->index, sizeof(w->index), "%s/index", w->folder);
	w->arena = arena_new();
	w->cat = catalogue_open(w->folder, CATALOGUE_WRITE, &err);
	assert_non_null(w->cat);
}

void
index_world_close(struct index_world *w)
{
	writer_close(w->writer);
	w->writer = NULL;
	catalogue_close(w->cat);
	w->cat = NULL;
}

void
index_world_free(struct index_world *w)
{
	index_world_close(w);
	arena_free(w->arena);
	assert_int_equal(file_remove_tree(w->folder, &err), 0);
}

void
index_world_open(struct index_world *w)
{
	index_world_close(w);
	w->cat = catalogue_open(w->folder, CATALOGUE_WRITE, &err);
	if (w->cat == NULL)
		fail_msg("%s", err.text);
	w->writer = writer_open(w->cat, &err);
	if (w->writer == NULL)
		fail_msg("%s", err.text);
}

void
index_begin(struct index_world *w)
{
	if (catalogue_begin(w->cat, &err) == -1)
		fail_msg("%s", err.text);
}

static const char *
id_of(struct index_world *w, int i)
{
	return arena_printf(w->arena,
	    "urn:gspd:ca:%08x-0000-4000-8000-00000000abcd", (unsigned)i);
}

void
index_put(struct index_world *w, int i, int rev)
{
	struct record *rec = record_new(w->arena, RECORD_KIND_EVIDENCE,
	    id_of(w, i), "en");
	uint8_t digest[SHA256_LEN];
	struct strbuf sb;

	rec->modified_at = 1700000000 + rev;
	record_add(rec, NULL, FIELD_TITLE,
	    arena_printf(w->arena, "Common words of record%d rev%d", i, rev),
	    NULL);
	strbuf_init(&sb, 1 << 20);
	record_pack(rec, &sb);
	sha256(sb.buf, sb.len, digest);
	strbuf_release(&sb);
	if (catalogue_put(w->cat, rec, digest, &err) == -1)
		fail_msg("%s", err.text);
}

void
index_remove(struct index_world *w, int i)
{
	if (catalogue_remove(w->cat, id_of(w, i), &err) == -1)
		fail_msg("%s", err.text);
}

void
index_commit(struct index_world *w)
{
	const struct catalogue_watch watch = { writer_changed, writer_prepare,
		writer_settled, w->writer };

	if (catalogue_commit(w->cat, w->writer != NULL ? &watch : NULL, &err) ==
	    -1)
		fail_msg("%s", err.text);
}

void
index_edit(struct index_world *w, int i, int rev)
{
	index_begin(w);
	index_put(w, i, rev);
	index_commit(w);
}

/* ---- what lives ---- */

struct alive {
	int64_t group;
	int64_t modified;
};

struct list {
	struct alive *items;
	size_t n, alloc;
};

static int
by_group(const void *a, const void *b)
{
	const struct alive *left = a, *right = b;

	return (left->group > right->group) - (left->group < right->group);
}

static void
add(struct list *list, int64_t group, int64_t modified)
{
	if (list->n == list->alloc) {
		list->alloc = list->alloc == 0 ? 256 : 2 * list->alloc;
		list->items = xrealloc(list->items,
		    list->alloc * sizeof(*list->items));
	}
	list->items[list->n].group = group;
	list->items[list->n++].modified = modified;
}

static const char *
text_of(struct index_world *w, struct list *list)
{
	struct strbuf sb;
	const char *text;

	if (list->n > 1)
		qsort(list->items, list->n, sizeof(*list->items), by_group);
	strbuf_init(&sb, ALIVE_MAX);
	strbuf_addstr(&sb, "");
	for (size_t i = 0; i < list->n; i++)
		strbuf_addf(&sb, "%lld:%lld ", (long long)list->items[i].group,
		    (long long)list->items[i].modified - 1700000000);
	text = arena_strdup(w->arena, sb.len == 0 ? "" : sb.buf);
	strbuf_release(&sb);
	free(list->items);
	return text;
}

const char *
index_alive(struct index_world *w, struct snapshot *snapshot)
{
	struct list list = { NULL, 0, 0 };

	if (snapshot_refresh(snapshot, &err) == -1 || !snapshot->is_ready)
		return NULL;
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct snapshot_segment *s = &snapshot->segments[i];

		for (uint32_t doc = 0; doc < s->segment->n_docs; doc++) {
			if (!snapshot_is_dead(s, doc))
				add(&list, segment_group(s->segment, doc),
				    s->segment->modified[doc]);
		}
	}
	return text_of(w, &list);
}

static int
want(void *ctx, int64_t group, const struct merge_view *view,
    struct err *ret_err)
{
	(void)ret_err;
	add(ctx, group, view->rec->modified_at);
	return 0;
}

const char *
index_wanted(struct index_world *w)
{
	struct list list = { NULL, 0, 0 };

	assert_int_equal(catalogue_each_view(w->cat, want, &list, &err), 0);
	return text_of(w, &list);
}

static void
verify_files(struct index_world *w, const struct snapshot *snapshot)
{
	char **names;
	size_t n;

	assert_int_equal(file_list(w->arena, w->index, &names, &n, &err), 0);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], "manifest") == 0 ||
		    strcmp(names[i], "lock") == 0 ||
		    strcmp(names[i], "join.lock") == 0)
			continue;
		if (manifest_find(&snapshot->manifest, names[i]) ==
		    MANIFEST_NONE)
			fail_msg("%s lies there", names[i]);
	}
}

void
index_verify(struct index_world *w)
{
	struct snapshot *snapshot = snapshot_new(w->folder);
	struct catalogue_status status;
	const char *alive;

	assert_int_equal(catalogue_status(w->cat, &status, &err), 0);
	alive = index_alive(w, snapshot);
	if (alive == NULL)
		fail_msg("not ready: %s", err.text);
	assert_string_equal(alive, index_wanted(w));
	assert_int_equal(snapshot->manifest.version, status.version);
	assert_string_equal(snapshot->manifest.catalogue, catalogue_id(w->cat));
	for (size_t i = 0; i < snapshot->n; i++)
		assert_int_equal(segment_check(snapshot->segments[i].segment,
				     &err),
		    0);
	verify_files(w, snapshot);
	snapshot_free(snapshot);
}

size_t
index_segments(struct index_world *w)
{
	struct snapshot *snapshot = snapshot_new(w->folder);
	size_t n;

	assert_int_equal(snapshot_refresh(snapshot, &err), 0);
	n = snapshot->n;
	snapshot_free(snapshot);
	return n;
}

const char *
index_some(struct index_world *w, size_t i)
{
	struct snapshot *snapshot = snapshot_new(w->folder);
	const char *name;

	assert_int_equal(snapshot_refresh(snapshot, &err), 0);
	assert_true(i < snapshot->n);
	name = arena_strdup(w->arena, snapshot->segments[i].name);
	snapshot_free(snapshot);
	return name;
}

void
index_flip(struct index_world *w, const char *name, long offset)
{
	FILE *f = fopen(arena_printf(w->arena, "%s/%s", w->index, name), "r+b");
	int ch;

	assert_non_null(f);
	assert_int_equal(fseek(f, offset, offset < 0 ? SEEK_END : SEEK_SET), 0);
	ch = fgetc(f);
	assert_true(ch != EOF);
	assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
	assert_int_equal(fputc(ch ^ 0x40, f), ch ^ 0x40);
	assert_int_equal(fclose(f), 0);
}
