/*
 * writer_join: joins of segments. Few documents at once within a commit;
 * all else by a thread that takes what the manifest names, joins without
 * holding anybody up, and then, under index/lock, lets the result take the
 * place of its inputs; what died meanwhile dies in the result too. The
 * thread shares nothing with the writer but the folder. Section "Joining" of
 * docs/search-index.md.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/compact.h"
#include "search/writer_priv.h"

/* So often in a row may others be faster. */
#define JOIN_TRIES 100

/* ---- within a commit ---- */

static size_t
plan_small(const struct writer *writer, size_t *ret_which)
{
	size_t n = writer->snapshot->n;
	uint64_t most = n < JOIN_CROWD ? JOIN_SMALL_DOCS : UINT64_MAX;

	return join_plan(&writer->work, n, 0, most, ret_which);
}

int
writer_join_small(struct writer *writer, struct err *err)
{
	size_t which[MANIFEST_SEGMENTS_MAX];
	struct compact_input inputs[MANIFEST_SEGMENTS_MAX];
	size_t n = plan_small(writer, which);
	char name[MANIFEST_NAME_MAX];
	struct err why = { 0 };
	uint32_t docs;
	char *path;
	int rc;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		inputs[i].segment =
		    writer->snapshot->segments[which[i]].segment;
		inputs[i].dead = writer->work.segments[which[i]].dead;
	}
	writer_name(writer, name);
	path = writer_path(writer->folder, name);
	rc = compact(inputs, n, path, NULL, &docs, &why);
	free(path);
	/* An input is damaged: the catalogue knows it all. */
	if (rc == -1 && why.code == ERR_FORMAT)
		return writer_anew(writer, err);
	if (rc == -1) {
		*err = why;
		return -1;
	}
	for (size_t i = n; i > 0; i--)
		manifest_drop(&writer->work, which[i - 1]);
	if (docs > 0)
		manifest_add(&writer->work, name, docs);
	return 0;
}

/* ---- by the thread ---- */

struct joiner {
	char *folder;
	pthread_t thread;
	bool is_started;
	atomic_bool is_over;
};

/* Inputs of one join, and what the manifest said of them. */
struct join {
	struct manifest manifest;
	size_t which[MANIFEST_SEGMENTS_MAX];
	struct compact_input inputs[MANIFEST_SEGMENTS_MAX];
	size_t n;
	size_t n_open;
	char *temp;
	char *path; /* the manifest's */
	uint32_t docs;
};

enum outcome { JOIN_NOTHING, JOIN_DONE, JOIN_AGAIN };

static enum outcome
open_inputs(struct joiner *joiner, struct join *join)
{
	struct err why = { 0 };

	for (size_t i = 0; i < join->n; i++) {
		const struct manifest_segment *row =
		    &join->manifest.segments[join->which[i]];
		char *path = writer_path(joiner->folder, row->name);

		join->inputs[i].dead = row->dead;
		join->inputs[i].segment = segment_open(path, 0, &why);
		free(path);
		if (join->inputs[i].segment == NULL)
			return why.code == ERR_NOTFOUND ? JOIN_AGAIN
							: JOIN_NOTHING;
		join->n_open++;
		if (join->inputs[i].segment->n_docs != row->n_docs)
			return JOIN_AGAIN;
	}
	return JOIN_DONE;
}

/* Who died in input i since the join began dies in the result. */
static void
carry(const struct join *join, size_t i, const struct manifest_segment *now,
    struct manifest *manifest, size_t at, const struct segment *result)
{
	const struct segment *segment = join->inputs[i].segment;
	const uint64_t *before = join->inputs[i].dead;

	for (uint32_t doc = 0; now->dead != NULL && doc < now->n_docs; doc++) {
		uint64_t bit = (uint64_t)1 << (doc & 63);
		uint32_t there;

		if ((now->dead[doc >> 6] & bit) == 0 ||
		    (before != NULL && (before[doc >> 6] & bit) != 0))
			continue;
		there = segment_find_group(result, segment_group(segment, doc));
		if (there != UINT32_MAX)
			(void)manifest_kill(manifest, at, there);
	}
}

/* The manifest with the result in the place of its inputs. */
static bool
replace(const struct join *join, struct manifest *manifest,
    const struct segment *result, const char *name)
{
	size_t at = manifest->n;

	if (result != NULL)
		manifest_add(manifest, name, join->docs);
	for (size_t i = 0; i < join->n; i++) {
		const struct manifest_segment *old =
		    &join->manifest.segments[join->which[i]];
		size_t there = manifest_find(manifest, old->name);

		if (there == MANIFEST_NONE ||
		    manifest->segments[there].n_docs != old->n_docs)
			return false;
		if (result != NULL)
			carry(join, i, &manifest->segments[there], manifest, at,
			    result);
	}
	for (size_t i = 0; i < join->n; i++)
		manifest_drop(manifest,
		    manifest_find(manifest,
			join->manifest.segments[join->which[i]].name));
	return true;
}

/* Under index/lock. */
static enum outcome
install_locked(struct joiner *joiner, struct join *join, struct segment *result)
{
	struct manifest manifest;
	enum outcome outcome = JOIN_NOTHING;
	char name[MANIFEST_NAME_MAX];
	char *target;

	/* A manifest that waits names our inputs: whoever comes next decides
	 * about it first. */
	if (index_is_waiting(joiner->folder) ||
	    manifest_read(join->path, &manifest, NULL) == -1)
		return JOIN_NOTHING;
	(void)snprintf(name, sizeof(name), "%08" PRIx64 ".seg",
	    manifest.next_name++);
	target = writer_path(joiner->folder, name);
	if (strcmp(manifest.catalogue, join->manifest.catalogue) != 0 ||
	    !replace(join, &manifest, result, name)) {
		outcome = JOIN_AGAIN;
		goto out;
	}
	if (result != NULL && rename(join->temp, target) == -1)
		goto out;
	if (manifest_write(join->path, &manifest, NULL) == -1)
		goto out;
	index_sweep(joiner->folder, &manifest);
	outcome = JOIN_DONE;
out:
	free(target);
	manifest_release(&manifest);
	return outcome;
}

static enum outcome
install(struct joiner *joiner, struct join *join)
{
	struct segment *result = NULL;
	enum outcome outcome;
	char *path;
	int lock;

	if (join->docs > 0) {
		result = segment_open(join->temp, 0, NULL);
		if (result == NULL)
			return JOIN_NOTHING;
	}
	path = writer_path(joiner->folder, "lock");
	lock = file_lock(path, true, NULL);
	free(path);
	if (lock == -1) {
		segment_close(result);
		return JOIN_NOTHING;
	}
	outcome = install_locked(joiner, join, result);
	index_unlock(lock);
	segment_close(result);
	return outcome;
}

/* The rest is left to the next commit. */
static size_t
plan_large(const struct manifest *manifest, size_t *ret_which)
{
	return join_plan(manifest, manifest->n, JOIN_SMALL_DOCS + 1, UINT64_MAX,
	    ret_which);
}

static enum outcome
join_once(struct joiner *joiner, struct join *join)
{
	enum outcome outcome;
	struct err why = { 0 };

	if (manifest_read(join->path, &join->manifest, NULL) == -1)
		return JOIN_NOTHING;
	join->n = plan_large(&join->manifest, join->which);
	if (join->n == 0)
		return JOIN_NOTHING;
	outcome = open_inputs(joiner, join);
	if (outcome != JOIN_DONE)
		return outcome;
	(void)unlink(join->temp);
	if (compact(join->inputs, join->n, join->temp, NULL, &join->docs,
		&why) == 0)
		return install(joiner, join);
	if (why.code == ERR_FORMAT)
		manifest_mark_damaged(joiner->folder);
	return JOIN_NOTHING;
}

static enum outcome
try_join(struct joiner *joiner)
{
	struct join *join = xcalloc(1, sizeof(*join));
	enum outcome outcome;

	manifest_init(&join->manifest);
	join->temp = writer_path(joiner->folder, "join.tmp");
	join->path = writer_path(joiner->folder, "manifest");
	outcome = join_once(joiner, join);
	(void)unlink(join->temp);
	for (size_t i = 0; i < join->n_open; i++)
		segment_close(join->inputs[i].segment);
	manifest_release(&join->manifest);
	free(join->temp);
	free(join->path);
	free(join);
	return outcome;
}

static void *
run(void *ctx)
{
	struct joiner *joiner = ctx;
	char *path = writer_path(joiner->folder, "join.lock");
	/* Another process that joins does it for all. */
	int lock = file_lock(path, false, NULL);
	unsigned tries = 0;

	while (lock != -1 && tries < JOIN_TRIES) {
		enum outcome outcome = try_join(joiner);

		if (outcome == JOIN_NOTHING)
			break;
		tries = outcome == JOIN_AGAIN ? tries + 1 : 0;
	}
	if (lock != -1)
		index_unlock(lock);
	free(path);
	atomic_store(&joiner->is_over, true);
	return NULL;
}

struct joiner *
joiner_new(const char *folder)
{
	struct joiner *joiner = xcalloc(1, sizeof(*joiner));

	joiner->folder = xstrdup(folder);
	return joiner;
}

static void
wait_for(struct joiner *joiner)
{
	if (joiner->is_started)
		(void)pthread_join(joiner->thread, NULL);
	joiner->is_started = false;
}

void
joiner_start(struct joiner *joiner, const struct manifest *manifest)
{
	size_t which[MANIFEST_SEGMENTS_MAX];
	sigset_t all, old;

	if (joiner->is_started && !atomic_load(&joiner->is_over))
		return;
	wait_for(joiner);
	if (plan_large(manifest, which) == 0)
		return;
	atomic_store(&joiner->is_over, false);
	/* Signals are for the thread that knows what they mean. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	joiner->is_started = pthread_create(&joiner->thread, NULL, run,
				 joiner) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void
joiner_free(struct joiner *joiner)
{
	if (joiner == NULL)
		return;
	wait_for(joiner);
	free(joiner->folder);
	free(joiner);
}
