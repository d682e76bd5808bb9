/*
 * The scene of the tests of pull/: node ca publishes, a site serves it, node
 * gb-eng reads it. Each test program has one of its own.
 */
#ifndef TESTS_PULL_SCENE_H
#define TESTS_PULL_SCENE_H

#include "pull_world.h"

static struct world origin;
static struct site site;
static struct reader reader;
static struct conf_peer peer;
static struct arena *arena;
static struct err err;

/* Nothing is published yet. */
static inline int
scene_empty(void **state)
{
	(void)state;
	arena = arena_new();
	world_init(&origin, "ca");
	site_init(&site, origin.folder);
	reader_init(&reader, "gb-eng");
	peer = reader_peer(&site, &origin);
	return 0;
}

/* 300 records are. */
static inline int
scene_full(void **state)
{
	scene_empty(state);
	world_save_many(&origin, 0, 300, "Choir");
	world_publish(&origin);
	return 0;
}

static inline int
scene_end(void **state)
{
	(void)state;
	site_release(&site);
	reader_release(&reader);
	world_release(&origin);
	arena_free(arena);
	return 0;
}

/* One round that must end so, with this word in the reason. */
static inline struct pull_result
pull_to(enum peer_state state, const char *word)
{
	struct pull_result result = reader_pull(&reader, &peer);

	if (result.state != state || strstr(result.reason, word) == NULL)
		fail_msg("state %s (%s), not %s (%s)",
		    peer_state_name(result.state), result.reason,
		    peer_state_name(state), word);
	return result;
}

/* Heads that are kept as evidence. */
static inline size_t
count_forks(void)
{
	char **names;
	size_t n, forks = 0;

	assert_int_equal(file_list(arena,
			     arena_printf(arena, "%s/pages/ca", reader.folder),
			     &names, &n, &err),
	    0);
	for (size_t i = 0; i < n; i++)
		forks += strncmp(names[i], "fork-", 5) == 0;
	return forks;
}

#endif
