/*
 * web: the pages for people, and the process that serves them together with
 * the feed's files and the machine interfaces of api/. Holds no signing key
 * and opens no outgoing connection.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/base.h"
#include "conf/conf.h"
#include "ledger/ledger.h"

struct web_options {
	const char *folder;    /* the data folder */
	const int *listen_fds; /* bound, listening sockets */
	size_t n_listen_fds;
	/* Readable one-byte wake-ups: the catalogue changed. -1: none. */
	int wake_fd;
	/* Written once, one byte, when requests are answered. -1: none. */
	int ready_fd;
	int64_t (*now)(void);
	/* Seconds until a peer is asked again (pull_due()), or NULL. */
	int64_t (*due)(const struct ledger_peer *peer, int64_t interval_s,
	    int64_t now);
	/* Milliseconds; 0: the limits of http/limits.h. For tests. */
	int head_ms, idle_ms, grace_ms;
};

/*
 * The web process: serves until SIGTERM or SIGINT, then drains (design:
 * http.md). SIGHUP reads the configuration again and keeps the old one when
 * the new is wrong. Blocks those signals itself before it starts threads.
 */
int web_run(const struct conf *conf, const struct web_options *options,
    struct err *err) MUST_CHECK;

#endif
