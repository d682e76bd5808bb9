/*
 * Many peers on 127.0.0.1, each a real signed feed on a port of its own, some
 * of which stall; played by one process. For bench/schedule and the test of
 * the same.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <sys/types.h>

#include <stdatomic.h>

#include "base/base.h"
#include "conf/conf.h"

struct peers_flags {         /* shared with the process that plays them */
	atomic_bool is_calm; /* nobody stalls */
	atomic_int heads;    /* requests that were answered or let hang */
	atomic_int stalled;  /* of those that hang */
};

struct peers {
	char folder[128];
	struct conf_peer *confs;
	int *listeners;
	size_t n;
	size_t n_stalled; /* the first ones; the kinds take turns */
	struct peers_flags *flags;
	pid_t pid;
};

/* Who stalls has so many records as of now, others a tenth: time is to be
 * lost by stalling, not by merging. -1: err says why. */
int peers_start(struct peers *peers, const char *folder, size_t n,
    size_t n_stalled, int records, int64_t now, struct err *err) MUST_CHECK;
void peers_stop(struct peers *peers);

#endif
