/*
 * net: the HTTP client with every limit (design: feed-protocol.md 9,
 * http.md). Nothing it is told by the other side is believed: no redirects,
 * cookies, proxies; addresses are checked at the socket; bytes are counted
 * where they arrive. The only user of libcurl.
 *
 * One struct net belongs to one thread and runs many transfers at once. Its
 * requests stand in lanes (one per peer): a lane has at most
 * NET_LANE_TRANSFERS under way, and the lane with the fewest goes first.
 *
 * A peer that stalls delays no other, whatever it does. A transfer counts
 * against the NET_TRANSFERS for NET_PATIENCE_MS only; then it goes on as a
 * slow one, beside them. When NET_SLOW_TRANSFERS are under way as well and
 * somebody waits, the lane that has the most of the slow ones loses the
 * slowest of them (is_timeout). So each place is free again after
 * NET_PATIENCE_MS at the latest, and a request of a lane with nothing under
 * way begins within NET_PATIENCE_MS * (1 + Q / NET_TRANSFERS), where Q
 * counts the requests queued before it: with 1,000 peers that all stall
 * about two minutes.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/base.h"
#include "net/limits.h"

struct net;

struct net_options {
	const char *user_agent;
	const char *ca_file; /* PEM; NULL: the system's trust store */
	int64_t transfers;   /* at once in all; 0: NET_TRANSFERS */
	/* For tests, in milliseconds; 0: the limits. */
	int64_t connect_ms;
	int64_t request_ms;
	int64_t patience_ms;
};

/* How a request ended. Everything lives until the callback returns. */
struct net_answer {
	int status;       /* 200, 304; 0 when there was none */
	bool is_timeout;  /* failed because time ran out, or others waited */
	const char *body; /* of a 200, unpacked */
	size_t len;
	const char *packed; /* the same as gzip, when it came so */
	size_t packed_len;
	size_t bytes;            /* of body as they came */
	char etag[NET_ETAG_MAX]; /* "" when absent or odd */
	int64_t retry_after_s;   /* 0 when not asked for */
};

/*
 * err is NULL for 200 and 304, else says what went wrong: ERR_NET, ERR_LIMIT
 * (too long, too many headers), ERR_NOTFOUND (404, 410), ERR_FORMAT (an
 * encoding nobody asked for, damaged gzip). The callback may add requests;
 * it must not free the struct net nor run it.
 */
typedef void (
    *net_done_cb)(void *ctx, const struct net_answer *answer, struct err *err);

struct net_request {
	const char *url;
	size_t max;         /* bytes of the body, unpacked */
	bool take_gzip;     /* Accept-Encoding: gzip */
	bool no_cache;      /* past every cache on the way */
	bool insecure;      /* http:// is fine */
	bool allow_private; /* so are addresses of a local network */
	const char *etag;   /* If-None-Match; NULL or "" for none */
	const void *lane;   /* any pointer, one per peer */
	net_done_cb done;
	void *ctx;
};

struct net *net_new(const struct net_options *options,
    struct err *err) MUST_CHECK;
/* Ends what is under way without calling back. NULL is legal. */
void net_free(struct net *net);

/*
 * Queue a request; strings are copied. Fails, without a callback, for a URL
 * that can not be: ERR_FORMAT, or ERR_TRUST for http where it is not
 * allowed.
 */
int net_add(struct net *net, const struct net_request *request,
    struct err *err) MUST_CHECK;
/* Forget what a lane has queued or under way, without calling back. */
void net_cancel(struct net *net, const void *lane);
/*
 * Drive transfers and call back, for at most wait_ms or until something
 * ended. *ret_left counts requests not yet ended. ERR_SYS when libcurl
 * itself fails.
 */
int net_run(struct net *net, int64_t wait_ms, size_t *ret_left,
    struct err *err) MUST_CHECK;

/*
 * One request (done and ctx are ignored) on a struct net without others. The
 * body goes to *ret_body (initialised by the caller), the rest to
 * *ret_answer, whose pointers are NULL. Errors as above.
 */
int net_get(struct net *net, const struct net_request *request,
    struct strbuf *ret_body, struct net_answer *ret_answer,
    struct err *err) MUST_CHECK;

/*
 * 1 when this literal address is one that the public Internet does not
 * route: loopback, private, link-local, shared (RFC 6598), multicast,
 * documentation, reserved, unique local, or a v6 form that wraps such a v4
 * address. Also 1 for what is no address at all.
 */
int net_address_is_private(const char *address);

#endif
