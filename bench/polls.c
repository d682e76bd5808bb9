/*
 * polls: see polls.h. A wait is counted from the end of a peer's last good
 * poll to the end of its next one; the first from the start, and the last
 * until the end, finished or not.
 */
#include "polls.h"

#include <sys/resource.h>

#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue.h"
#include "ledger/ledger.h"
#include "pull/pull.h"
#include "search/search.h"

#define SLICE_MS 20

struct reader {
	struct polls *polls;
	struct pull_env env;
	int64_t start_ms;
	int64_t start_s;
	int64_t *good_ms; /* of each peer: its last good poll */
	double *longest;  /* and its longest wait, in polls */
};

static int64_t
fast_now(void *ctx)
{
	const struct reader *reader = ctx;

	return reader->start_s + (clock_monotonic_ms() - reader->start_ms) *
				     POLLS_INTERVAL_S / reader->polls->poll_ms;
}

static void
note_wait(struct reader *reader, size_t i, int64_t now_ms)
{
	double wait = (double)(now_ms - reader->good_ms[i]) /
		      (double)reader->polls->poll_ms;

	if (wait > reader->longest[i])
		reader->longest[i] = wait;
}

static void
on_done(void *ctx, const struct pull_result *result)
{
	struct reader *reader = ctx;
	struct polls *polls = reader->polls;
	int64_t now_ms = clock_monotonic_ms();
	size_t i = strtoul(result->name + strlen("ca-"), NULL, 10);

	if (i < polls->peers->n_stalled) {
		polls->stalled++;
		return;
	}
	if (result->state != PEER_FRESH) {
		polls->failed++;
		return;
	}
	polls->good++;
	note_wait(reader, i, now_ms);
	reader->good_ms[i] = now_ms;
}

/* Who is due; a peer that stalls is asked as if it never had before. */
static int
start_due(struct reader *reader, struct pull_loop *loop, struct err *err)
{
	struct peers *peers = reader->polls->peers;

	for (size_t i = 0; i < peers->n; i++) {
		const struct conf_peer *conf = &peers->confs[i];
		struct ledger_peer row;

		if (pull_loop_has(loop, conf->name))
			continue;
		if (ledger_peer_get(reader->env.ledger, conf->name, &row,
			err) == -1)
			return -1;
		if (i < peers->n_stalled)
			row.failures = row.refusals = 0;
		if (pull_due(&row, POLLS_INTERVAL_S, fast_now(reader)) == 0 &&
		    pull_loop_start(loop, conf, err) == -1)
			return -1;
	}
	return 0;
}

static int
poll_all(struct reader *reader, struct err *err)
{
	struct polls *polls = reader->polls;
	int64_t end_ms = reader->start_ms + polls->polls * polls->poll_ms;
	struct pull_loop *loop = pull_loop_new(&reader->env, on_done, reader,
	    err);
	int64_t looked_ms = 0;
	size_t left;
	int rc = loop == NULL ? -1 : 0;

	while (rc == 0 && clock_monotonic_ms() < end_ms) {
		if (clock_monotonic_ms() - looked_ms >= SLICE_MS) {
			looked_ms = clock_monotonic_ms();
			rc = start_due(reader, loop, err);
		}
		if (rc == 0)
			rc = pull_loop_run(loop, SLICE_MS, &left, err);
	}
	pull_loop_free(loop);
	return rc;
}

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Everybody is well: rounds in which nothing changed. */
static int
measure_unchanged(struct reader *reader, struct err *err)
{
	struct polls *polls = reader->polls;
	size_t n = polls->peers->n;
	const struct conf_peer **confs = xcalloc(n, sizeof(*confs));
	struct pull_result *results = xcalloc(n, sizeof(*results));
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		confs[i] = &polls->peers->confs[i];
	}
	atomic_store(&polls->peers->flags->is_calm, true);
	for (int round = -2; rc == 0 && round < 5; round++) {
		double cpu = cpu_s();
		int64_t start_ms = clock_monotonic_ms();

		rc = pull_round(&reader->env, confs, n, results, err);
		if (round < 0)
			continue;
		polls->unchanged_cpu_s[round] = cpu_s() - cpu;
		polls->unchanged_wall_s[round] = (double)(clock_monotonic_ms() -
							  start_ms) /
						 1000;
		for (size_t i = 0; rc == 0 && i < n; i++)
			if (results[i].state != PEER_FRESH ||
			    results[i].is_changed)
				rc = err_set(err, ERR_SYS,
				    "%s is %s, not fresh and the same: %s",
				    results[i].name,
				    peer_state_name(results[i].state),
				    results[i].reason);
	}
	free(confs);
	free(results);
	return rc;
}

static int
compare_doubles(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

static void
sum_up(struct reader *reader)
{
	struct polls *polls = reader->polls;
	size_t first = polls->peers->n_stalled;
	size_t n = polls->peers->n - first;

	for (size_t i = first; i < polls->peers->n; i++)
		note_wait(reader, i, clock_monotonic_ms());
	qsort(reader->longest + first, n, sizeof(double), compare_doubles);
	polls->latest = reader->longest[first + n - 1];
	polls->typical = reader->longest[first + n / 2];
}

int
polls_run(struct polls *polls, struct err *err)
{
	struct reader reader = { .polls = polls,
		.start_s = clock_now(),
		.start_ms = clock_monotonic_ms() };
	struct pull_env *env = &reader.env;
	size_t n = polls->peers->n;
	int rc = -1;

	*env = (struct pull_env){ .folder = polls->folder,
		.node = "sg",
		.user_agent = "gspd/bench",
		.transfers = polls->transfers,
		.request_ms = polls->request_ms,
		.patience_ms = polls->patience_ms,
		.now = fast_now,
		.now_ctx = &reader };
	reader.good_ms = xcalloc(n, sizeof(*reader.good_ms));
	reader.longest = xcalloc(n, sizeof(*reader.longest));
	if (file_mkdirs(polls->folder, 0700, err) == -1 ||
	    (env->ledger = ledger_open(polls->folder, true, err)) == NULL ||
	    (env->catalogue = catalogue_open(polls->folder, CATALOGUE_WRITE,
		 err)) == NULL ||
	    (env->search = search_open(env->catalogue, err)) == NULL)
		goto out;
	reader.start_ms = clock_monotonic_ms();
	for (size_t i = 0; i < n; i++)
		reader.good_ms[i] = reader.start_ms;
	if (poll_all(&reader, err) == -1)
		goto out;
	sum_up(&reader);
	rc = measure_unchanged(&reader, err);
out:
	search_close(env->search);
	catalogue_close(env->catalogue);
	ledger_close(env->ledger);
	free(reader.good_ms);
	free(reader.longest);
	return rc;
}
