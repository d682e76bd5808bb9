/* Every limit of the HTTP server (design: http.md). */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#define HTTP_HEAD_MAX    (16 * 1024) /* request line and headers */
#define HTTP_HEADERS_MAX 64
#define HTTP_METHOD_MAX  16
#define HTTP_TARGET_MAX  2000
#define HTTP_BODY_MAX    (64 * 1024)
#define HTTP_PARAMS_MAX  200 /* in one query string */

#define HTTP_HEAD_MS   10000 /* first byte to last byte of a request */
#define HTTP_IDLE_MS   15000 /* between requests */
#define HTTP_WRITE_MS  30000 /* without a byte taken by the client */
#define HTTP_GRACE_MS  2000  /* drain: answers say close, idle ones stay */
#define HTTP_DRAIN_MS  10000 /* drain: then whatever is left is cut */
#define HTTP_LINGER_MS 1000  /* after a refusal, so that it is read */

#define HTTP_WORKERS_MAX     64
#define HTTP_LOOPS_MAX       64
#define HTTP_LISTEN_MAX      16
#define HTTP_QUEUE_MAX       256   /* requests waiting for a worker */
#define HTTP_PER_ADDRESS_MAX 256   /* connections; loopback is exempt */
#define HTTP_CONNECTIONS_MAX 10000 /* where the configuration says nothing */

#define HTTP_GZIP_MIN     1024          /* smaller bodies go as they are */
#define HTTP_WRITE_MAX    (256 * 1024)  /* one write(2); also output kept */
#define HTTP_SENDFILE_MAX (1024 * 1024) /* larger files by pieces */
#define HTTP_PIECE        (64 * 1024)
#define HTTP_SPARE_JOBS   32 /* kept by a loop for the next requests */

#endif
