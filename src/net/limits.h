/* Every limit of the fetcher: feed-protocol.md section 9. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#define NET_CONNECT_MS     10000         /* name, TCP and TLS together */
#define NET_SLOW_BYTES_S   1024          /* slower than this ... */
#define NET_SLOW_S         20            /* ... for so long is given up */
#define NET_REQUEST_MS     60000         /* one request, all of it */
#define NET_LANE_TRANSFERS 4             /* at once with one peer */
#define NET_TRANSFERS      16            /* at once in all */
#define NET_TRANSFERS_MAX  64            /* what an operator may ask for */
#define NET_PATIENCE_MS    2000          /* longer ones count as slow */
#define NET_SLOW_TRANSFERS 48            /* these, beside the others */
#define NET_HEADER_BYTES   (16 * 1024)   /* all header lines of an answer */
#define NET_HEADER_LINES   100           /* with interim answers, trailers */
#define NET_BODY_MAX       (1024 * 1024) /* no object is larger */
#define NET_PACK_SLACK     1024          /* gzip of what does not compress */
#define NET_RETRY_MAX_S    86400         /* Retry-After is honoured so far */
#define NET_ETAG_MAX       128           /* with its NUL */
#define NET_KEEP           32            /* idle connections kept */

#endif
