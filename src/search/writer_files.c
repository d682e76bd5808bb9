/*
 * writer_files: the folder of the index as a writer that holds index/lock may
 * treat it: whatever the manifest does not name is left over from a writer
 * that was killed, for all that others still make is made under that lock
 * (but for join.tmp, which has a lock of its own). Section "After a kill" of
 * docs/search-index.md.
 */
#include <sys/file.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/writer_priv.h"

char *
writer_path(const char *folder, const char *name)
{
	struct strbuf sb;

	strbuf_init(&sb, 16384);
	strbuf_addf(&sb, "%s/%s", folder, name);
	return strbuf_detach(&sb, NULL);
}

void
index_unlock(int fd)
{
	/* Said aloud: a process that was forked meanwhile has the
	 * descriptor too, and closing ours alone would not let go. */
	(void)flock(fd, LOCK_UN);
	close(fd);
}

static bool
is_segment(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".seg") == 0;
}

uint64_t
index_free_name(const char *folder)
{
	struct arena *arena = arena_new();
	uint64_t next = 1;
	char **names;
	size_t n;

	if (file_list(arena, folder, &names, &n, NULL) == -1)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t number;

		if (!is_segment(names[i]))
			continue;
		number = strtoull(names[i], NULL, 16);
		/* Numbers that somebody made up must not lead nowhere. */
		if (number >= next && number < UINT64_MAX / 2)
			next = number + 1;
	}
	arena_free(arena);
	return next;
}

static bool
waits(const char *name)
{
	return strncmp(name, "next-", 5) == 0;
}

bool
index_is_waiting(const char *folder)
{
	struct arena *arena = arena_new();
	bool found = false;
	char **names;
	size_t n;

	if (file_list(arena, folder, &names, &n, NULL) == -1)
		n = 0;
	for (size_t i = 0; i < n; i++)
		found = found || waits(names[i]);
	arena_free(arena);
	return found;
}

void
index_sweep(const char *folder, const struct manifest *named)
{
	struct arena *arena = arena_new();
	char **names;
	size_t n;

	/* What can not be removed now is swept another time. */
	if (file_list(arena, folder, &names, &n, NULL) == -1)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_old = named != NULL && is_segment(names[i]) &&
			      manifest_find(named, names[i]) == MANIFEST_NONE;

		if (!is_old && !waits(names[i]) &&
		    strncmp(names[i], "manifest.", 9) != 0)
			continue;
		(void)unlink(arena_printf(arena, "%s/%s", folder, names[i]));
	}
	arena_free(arena);
}
