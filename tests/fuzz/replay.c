/*
 * Replays the corpus of a fuzz target without libFuzzer, as TAP: each file
 * whole, then cut off at several lengths. The target's name comes from the
 * program's, its files from tests/fuzz/corpus/NAME/ and the folders listed
 * in tests/fuzz/corpus/NAME.also. See tests/fuzz/README.md.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define INPUT_MAX (4 * 1024 * 1024)
#define CUTS      24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A copy of the exact size, so that a sanitizer sees one byte too far. */
static void
run(const char *data, size_t len)
{
	uint8_t *copy = xmalloc(len + (len == 0));

	memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static int
replay_dir(struct arena *arena, const char *dir, int *n)
{
	char **names;
	size_t n_names, i, cut;
	struct err err;

	if (file_list(arena, dir, &names, &n_names, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return -1;
	}
	for (i = 0; i < n_names; i++) {
		const char *path = arena_printf(arena, "%s/%s", dir, names[i]);
		size_t len = strlen(names[i]);
		struct strbuf sb;

		/* what tests/feeds says of a file is no input */
		if (len > 7 && strcmp(names[i] + len - 7, ".expect") == 0)
			continue;
		if (file_read(path, INPUT_MAX, &sb, &err) != 0) {
			printf("not ok %d - %s\n", ++*n, err.text);
			strbuf_release(&sb);
			continue;
		}
		run(sb.buf, sb.len);
		for (cut = 0; cut < CUTS; cut++)
			run(sb.buf, sb.len * cut / CUTS);
		strbuf_release(&sb);
		printf("ok %d - %s\n", ++*n, names[i]);
		fflush(stdout);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *source = getenv("GSPD_SOURCE"), *name;
	struct arena *arena = arena_new();
	struct strbuf also;
	struct err err;
	char *line, *save = NULL;
	int n = 0, rc = 1;

	(void)argc;
	if (source == NULL)
		source = ".";
	name = strstr(argv[0], "fuzz_");
	while (name != NULL && strstr(name + 1, "fuzz_") != NULL)
		name = strstr(name + 1, "fuzz_");
	name = name != NULL ? name + strlen("fuzz_") : argv[0];
	strbuf_init(&also, 4096);
	run("", 0);
	if (replay_dir(arena,
		arena_printf(arena, "%s/tests/fuzz/corpus/%s", source, name),
		&n) != 0)
		goto out;
	if (file_read(arena_printf(arena, "%s/tests/fuzz/corpus/%s.also",
			  source, name),
		4096, &also, &err) == 0) {
		for (line = strtok_r(also.buf, "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save))
			if (replay_dir(arena,
				arena_printf(arena, "%s/%s", source, line),
				&n) != 0)
				goto out;
	}
	if (n == 0)
		printf("not ok %d - no corpus for %s\n", ++n, name);
	printf("1..%d\n", n);
	rc = 0;
out:
	strbuf_release(&also);
	arena_free(arena);
	return rc;
}
