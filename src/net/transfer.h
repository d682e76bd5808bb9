/* net's own: one transfer and the libcurl handle it runs on. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <sys/socket.h>

#include <curl/curl.h>

#include "net/net.h"

enum transfer_stop { /* why one of our callbacks ended a transfer */
	TRANSFER_RUNS,
	TRANSFER_PRIVATE,  /* address refused */
	TRANSFER_LONG,     /* more bytes than allowed */
	TRANSFER_HEADERS,  /* too many header bytes or lines */
	TRANSFER_ENCODING, /* an encoding nobody asked for */
	TRANSFER_CUT,      /* slow, and others waited */
	TRANSFER_STATUS    /* a body that is not read: not a 200 */
};

struct transfer {
	struct transfer *next;
	CURL *easy; /* NULL while queued */
	int64_t started_ms;
	bool is_slow; /* had its NET_PATIENCE_MS */
	struct curl_slist *headers;
	struct net_request request; /* url and etag are ours */
	char *url;
	char *etag;
	struct strbuf body;
	size_t wire_max;
	size_t header_bytes;
	size_t header_lines;
	bool is_gzip;
	bool has_encoding;
	enum transfer_stop stop;
	char detail[160]; /* what `stop` is about, quoted */
	char location[256];
	char etag_new[NET_ETAG_MAX];
	char error[CURL_ERROR_SIZE];
};

struct transfer *transfer_new(const struct net_request *request,
    struct err *err) MUST_CHECK;
void transfer_free(struct transfer *transfer);
/* Set every option on a fresh or reset handle. */
int transfer_start(struct transfer *transfer, CURL *easy,
    const struct net_options *options, struct err *err) MUST_CHECK;
/* Verdict after libcurl is done with it; calls request.done. */
void transfer_finish(struct transfer *transfer, CURLcode code);

/* As net_address_is_private(), for what a socket is about to use. */
int address_is_private(const struct sockaddr *address);

#endif
