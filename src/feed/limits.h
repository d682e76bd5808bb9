/* Every limit of the feed: feed-protocol.md sections 2 to 9. */
#ifndef FEED_LIMITS_H
#define FEED_LIMITS_H

#define FEED_HEAD_MAX        (64 * 1024)   /* a head, signed */
#define FEED_INDEX_MAX       (64 * 1024)   /* an index document */
#define FEED_PAGE_MAX        (256 * 1024)  /* a page, plain bytes */
#define FEED_HINT_MAX        (1024 * 1024) /* a hint */
#define FEED_ROTATION_MAX    4096          /* a key rotation statement */
#define FEED_ENDORSEMENT_MAX 4096          /* a board key's word on a list */
#define FEED_ALLIANCE_MAX    (1024 * 1024) /* a membership list */
#define FEED_RECORD_MAX      (64 * 1024)   /* an entry */
#define FEED_PAGE_RECORDS    48            /* more splits the bucket ... */
#define FEED_PAGE_BYTES      (64 * 1024) /* ... as does this, above 1 record */
#define FEED_PREFIX_MAX      40          /* bits */
#define FEED_REFS_MAX        256         /* `e` in a head or index */
#define FEED_INDEX_LEVELS    2
#define FEED_HINTS_MAX       24
#define FEED_HINT_RECORDS    1000 /* changes in a hint */
#define FEED_SEEN_MAX        128  /* `seen` in a head: all of it fits 64 KiB */
#define FEED_MEMBERS_MAX     1000
#define FEED_MEMBER_URLS     4
#define FEED_MEMBER_URL_MAX  2000          /* bytes */
#define FEED_ALLIANCE_NAME   200           /* bytes */
#define FEED_ALLIANCE_LIFE_S (400 * 86400) /* expires - serial of a list */
#define FEED_CLOCK_AHEAD_S   300           /* serial beyond now */
#define FEED_LIFE_MAX_S      (30 * 86400)  /* expires - serial */
#define FEED_NEXT_S          (24 * 3600)
#define FEED_EXPIRES_S       (7 * 86400)
#define FEED_RESIGN_S        (6 * 3600)

#endif
