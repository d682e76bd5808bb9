/*
 * Inside app/ only: the pieces of `gspd serve`.
 */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "app/app.h"

#define SERVE_SOCKETS_MAX 16
#define SERVE_STARTUP_S   3 /* a former gspd may still let go of things */
/* The pull process made the catalogue again: web must open it anew. */
#define EXIT_REBUILT 3

struct serve_sockets {
	int fds[SERVE_SOCKETS_MAX];
	size_t n;
};

/* Bind and listen on "127.0.0.1:8080 [::1]:8080"; an address in use is tried
 * for wait_s. ERR_NET, so exit 69. */
int serve_listen(const char *listen, int wait_s,
    struct serve_sockets *ret_sockets, struct err *err) MUST_CHECK;
/* Sockets handed over by systemd (LISTEN_FDS); none is fine. */
void serve_inherit(struct serve_sockets *ret_sockets);
void serve_close(struct serve_sockets *sockets);

/* sd_notify(3) by hand: "READY=1"; nothing without NOTIFY_SOCKET. */
void serve_notify(const char *state);
/* How often the watchdog wants to hear us, in ms; 0: never. */
int64_t serve_watchdog_ms(void);

/*
 * The membership list in the pull process: what of it is under way. Whatever
 * changes the members makes the peers be read anew.
 */
struct serve_list {
	struct app *app;
	bool need_settle; /* peers.conf changed: so may the members have */
	struct pull_follow *follow; /* on its way */
	char digest[65];            /* of the list the peers were read with */
	char trouble[256];          /* last said, so that it is said once */
};
/* Another list is in force than at the last call. */
bool serve_list_changed(struct serve_list *list);
int serve_list_due(struct serve_list *list, bool *ret_is,
    struct err *err) MUST_CHECK;
/* Settle, begin when due, go on for at most wait_ms, and end; the writer's
 * lock is held. *ret_changed: read the peers anew. */
int serve_list_run(struct serve_list *list, int64_t wait_ms, bool *ret_changed,
    struct err *err) MUST_CHECK;
void serve_list_drop(struct serve_list *list);

/*
 * The pull process: publishes what was saved, merges it, asks the peers that
 * are due, and wakes the web process by a byte. Ends by a signal only, or
 * with an exit code.
 */
int serve_pull(struct app *app, int wake_fd);

#endif
