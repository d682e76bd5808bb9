/*
 * The real pull loop and schedule over many peers, on a clock that runs
 * faster: how late are the good ones while others stall?
 */
#ifndef BENCH_POLLS_H
#define BENCH_POLLS_H

#include "peers.h"

#define POLLS_INTERVAL_S 1800 /* on the fast clock */

struct polls {
	struct peers *peers;
	char folder[160];    /* of the node that pulls */
	int64_t poll_ms;     /* one interval, on a real clock */
	int64_t polls;       /* how many of them */
	int64_t transfers;   /* 0: the limit of net/ */
	int64_t request_ms;  /* as NET_REQUEST_MS ... */
	int64_t patience_ms; /* ... and NET_PATIENCE_MS, 0: those */
	/* Filled: */
	double latest;             /* longest wait of a good peer, in polls */
	double typical;            /* median of the longest wait of each */
	int64_t good;              /* polls that ended well */
	int64_t failed;            /* of good peers: none should */
	int64_t stalled;           /* polls of the others, all of them ended */
	double unchanged_cpu_s[5]; /* rounds of all, nobody stalls */
	double unchanged_wall_s[5];
};

int polls_run(struct polls *polls, struct err *err) MUST_CHECK;

#endif
