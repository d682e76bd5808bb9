/*
 * schedule DIR PEERS STALLED POLLS MS: the pull loop over that many peers on
 * 127.0.0.1 of which some stall, for POLLS intervals of MS milliseconds each.
 * Stalling is made 30 times worse than it can be: a request has an interval
 * in which to end, not a minute of 30. Prints one JSON object like raw.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "net/limits.h"
#include "polls.h"

#define RECORDS 200

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static void
print(const struct polls *polls)
{
	printf("{\"peers\": %zu, \"stalled\": %zu, \"latest\": %.2f, "
	       "\"typical\": %.2f, \"good\": %lld, \"failed\": %lld, "
	       "\"hung\": %d, \"unchanged\": [",
	    polls->peers->n, polls->peers->n_stalled, polls->latest,
	    polls->typical, (long long)polls->good, (long long)polls->failed,
	    atomic_load(&polls->peers->flags->stalled));
	for (size_t i = 0; i < ARRAY_LEN(polls->unchanged_cpu_s); i++)
		printf("%s{\"wall\": %.6f, \"cpu\": %.6f}", i > 0 ? ", " : "",
		    polls->unchanged_wall_s[i], polls->unchanged_cpu_s[i]);
	printf("]}\n");
}

int
main(int argc, char **argv)
{
	struct polls polls = { 0 };
	struct peers peers = { 0 };
	struct err err = { 0 };
	int rc;

	if (argc != 6 || number(argv[2]) < 1 || number(argv[3]) < 0 ||
	    number(argv[3]) >= number(argv[2]) || number(argv[4]) < 1 ||
	    number(argv[5]) < 100) {
		fprintf(stderr, "usage: schedule DIR PEERS STALLED POLLS MS\n");
		return 2;
	}
	rc = peers_start(&peers, argv[1], (size_t)number(argv[2]),
	    (size_t)number(argv[3]), RECORDS, clock_now(), &err);
	if (rc == 0) {
		polls.peers = &peers;
		polls.polls = number(argv[4]);
		polls.poll_ms = number(argv[5]);
		polls.request_ms = polls.poll_ms;
		polls.patience_ms = polls.request_ms * NET_PATIENCE_MS /
				    NET_REQUEST_MS;
		(void)snprintf(polls.folder, sizeof(polls.folder), "%s/node",
		    argv[1]);
		rc = polls_run(&polls, &err);
	}
	if (rc == 0)
		print(&polls);
	else
		fprintf(stderr, "schedule: %s\n", err.text);
	peers_stop(&peers);
	return rc != 0;
}
