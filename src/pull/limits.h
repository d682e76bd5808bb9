/* Every limit of a round with a peer: feed-protocol.md sections 7 and 9. */
#ifndef PULL_LIMITS_H
#define PULL_LIMITS_H

#define PULL_PEER_MS        600000       /* one peer in one round */
#define PULL_REREADS        2            /* of the head, past caches */
#define PULL_RETRIES        3            /* time-outs we caused */
#define PULL_BACKOFF_MAX_S  86400        /* no peer is ever given up */
#define PULL_SHRINK_RECORDS 50           /* more than these ... */
#define PULL_SHRINK_PERCENT 30           /* ... and this share */
#define PULL_HELD_S         86400        /* held so long ... */
#define PULL_HELD_HEADS     3            /* ... and agreed so often */
#define PULL_AGREE_PERCENT  10           /* how much they may differ */
#define PULL_CHURN_MIN      10000        /* changes a day, or all records */
#define PULL_BUDGET_S       86400        /* budgets are of a day */
#define PULL_BYTES_DAY      4            /* x max-bytes may be fetched */
#define PULL_SLOW_TIMES     300          /* x what its helper kept waiting */
#define PULL_REQUESTS       100000       /* one peer in one round */
#define PULL_QUARANTINE     3            /* refused so often: once a day */
#define PULL_REFUSED_S      86400        /* then a refused head is read anew */
#define PULL_HIDE_S         (30 * 86400) /* stale for so long: hidden */
#define PULL_FORKS_MAX      20           /* heads kept as evidence */
#define PULL_BAD_LISTED     100          /* as the ledger keeps */
#define PULL_BAD_MAX        10000        /* known in the folder */
#define PULL_BAD_FILE_MAX   (8 * 1024 * 1024) /* the same in bytes */
#define PULL_HINTS_BYTES    (4 * 1024 * 1024) /* in memory, of one peer */
#define PULL_MIRROR_RECORDS 1000000           /* `gspd verify URL` */
#define PULL_MIRROR_BYTES   (1024 * 1024 * 1024LL)
#define PULL_MIRROR_BATCH   64

#define PULL_ROTATIONS_MAX 64   /* of one peer in one round */
#define PULL_STATEMENTS    1024 /* kept; who slept longer asks the origin */

#define PULL_RELAYS    3           /* asked for one peer in one round */
#define PULL_LIAR_S    (7 * 86400) /* such a relay is not asked again */
#define PULL_OWN_MAX_S (6 * 3600)  /* an address that fails is asked then */
#define PULL_FREEZE_S  (2 * 3600)  /* witnesses are ahead for so long */
#define PULL_HELPERS   16          /* that may wait beside their peers */
#define PULL_PROOFS    8           /* on their way at once */
#define PULL_PROOF_MS  5000        /* to read the head of one */
#define PULL_LOST_S    30          /* a restored node publishes so far ahead */

#endif
