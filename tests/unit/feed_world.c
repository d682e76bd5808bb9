/*
 * feed_world: see feed_world.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed_world.h"

void
world_init(struct world *world, const char *node)
{
	struct err err = { 0 };

	*world = (struct world){ .node = node, .now = WORLD_NOW };
	(void)snprintf(world->folder, sizeof(world->folder),
	    "/tmp/gspd-world-XXXXXX");
	if (mkdtemp(world->folder) == NULL)
		fail();
	world->ledger = ledger_open(world->folder, true, &err);
	if (world->ledger == NULL ||
	    publish_keys_new(world->folder, &err) == -1 ||
	    (world->key = publish_key_read(world->folder, &err)) == NULL ||
	    publish_nextkey_read(world->folder, world->nextkey, &err) == -1)
		fail_msg("%s", err.text);
	key_hash(world->key, world->key_hash);
}

void
world_release(struct world *world)
{
	struct err err = { 0 };

	world_close(world);
	key_free(world->key);
	world->key = NULL;
	if (file_remove_tree(world->folder, &err) == -1)
		fail_msg("%s", err.text);
}

void
world_close(struct world *world)
{
	ledger_close(world->ledger);
	world->ledger = NULL;
}

void
world_open(struct world *world)
{
	struct err err = { 0 };

	world->ledger = ledger_open(world->folder, false, &err);
	if (world->ledger == NULL)
		fail_msg("%s", err.text);
}

const char *
world_id(const struct world *world, struct arena *arena, int i)
{
	return arena_printf(arena,
	    "urn:gspd:%s:%08x-0000-4000-8000-000000000000", world->node,
	    (unsigned)i);
}

static struct record *
make(const struct world *world, struct arena *arena, int i, const char *name)
{
	struct record *rec = record_new(arena, RECORD_KIND_ORGANISATION,
	    world_id(world, arena, i), "en");
	struct strbuf pad;

	record_add(rec, NULL, FIELD_NAME, arena_printf(arena, "%s %d", name, i),
	    NULL);
	record_add(rec, NULL, FIELD_ORGANISATION_TYPE, "charity", NULL);
	record_add(rec, NULL, FIELD_COUNTRY, "CA", NULL);
	if (world->pad > 0) {
		strbuf_init(&pad, world->pad + 100);
		while (pad.len < world->pad)
			strbuf_addf(&pad, "words %zu of %d ", pad.len, i);
		record_add(rec, NULL, FIELD_DESCRIPTION, pad.buf, NULL);
		strbuf_release(&pad);
	}
	return rec;
}

static void
save_all(struct world *world, int first, int n, const char *name, bool is_bad)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	enum ledger_change change;

	if (ledger_begin(world->ledger, &err) == -1)
		fail_msg("%s", err.text);
	for (int i = first; i < first + n; i++) {
		struct record *rec;

		arena_reset(arena);
		rec = make(world, arena, i, name);
		if (is_bad)
			record_add(rec, NULL, FIELD_COUNTRY, "Canada", NULL);
		if (ledger_save(world->ledger, rec, world->now, "ann", "",
			feed_entry_write, &change, &err) == -1)
			fail_msg("%s", err.text);
	}
	if (ledger_commit(world->ledger, &err) == -1)
		fail_msg("%s", err.text);
	arena_free(arena);
}

void
world_save(struct world *world, int i, const char *name)
{
	save_all(world, i, 1, name, false);
}

void
world_save_many(struct world *world, int first, int n, const char *name)
{
	save_all(world, first, n, name, false);
}

void
world_save_bad(struct world *world, int i)
{
	save_all(world, i, 1, "Bad", true);
}

int
world_retire_many(struct world *world, int first, int n)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	int gone = 0;

	if (ledger_begin(world->ledger, &err) == -1)
		fail_msg("%s", err.text);
	for (int i = first; i < first + n; i++) {
		if (ledger_retire(world->ledger, world_id(world, arena, i),
			world->now, "ann", "", &err) == 0)
			gone++;
		else if (err.code != ERR_NOTFOUND)
			fail_msg("%s", err.text);
	}
	if (ledger_commit(world->ledger, &err) == -1)
		fail_msg("%s", err.text);
	arena_free(arena);
	return gone;
}

void
world_retire(struct world *world, int i)
{
	assert_int_equal(world_retire_many(world, i, 1), 1);
}

int
world_try_publish(struct world *world, bool force, bool full,
    struct publish_result *ret_result, struct err *err)
{
	struct publish_options options = {
		.folder = world->folder,
		.node = world->node,
		.now = world->now,
		.next_s = FEED_NEXT_S,
		.expires_s = FEED_EXPIRES_S,
		.resign_s = FEED_RESIGN_S,
		.force = force,
		.full = full,
		.seen = world->seen,
		.n_seen = world->n_seen,
	};

	return publish_run(world->ledger, world->key, world->nextkey, &options,
	    ret_result, err);
}

struct publish_result
world_publish(struct world *world)
{
	struct publish_result result = { 0 };
	struct err err = { 0 };

	if (world_try_publish(world, false, false, &result, &err) == -1)
		fail_msg("%s", err.text);
	return result;
}

uint64_t
world_verify(const struct world *world, struct feed_head *ret_head,
    struct arena *arena)
{
	struct verify_policy policy = {
		.node = world->node,
		.key_hash = world->key_hash,
		.now = world->now,
		.epoch = -1,
	};
	struct err err = { 0 };
	uint64_t records = 0;

	if (verify_folder(world_path(world, arena, "feed"), &policy, ret_head,
		arena, &records, &err) == -1)
		fail_msg("%s", err.text);
	return records;
}

char *
world_path(const struct world *world, struct arena *arena, const char *rest)
{
	return arena_printf(arena, "%s/%s", world->folder, rest);
}

void
world_rotate(struct world *world, int times)
{
	struct rotate_options options = { .folder = world->folder,
		.node = world->node };
	struct rotate_result result;
	struct err err = { 0 };

	while (times-- > 0)
		if (publish_rotate(world->ledger, &options, &result, &err) ==
		    -1)
			fail_msg("%s", err.text);
}
