/* pull's own: the membership list on its way. */
#ifndef PULL_FOLLOW_H
#define PULL_FOLLOW_H

#include "net/net.h"
#include "parse/parse.h"
#include "pull/limits.h"
#include "pull/pull.h"

#define FOLLOW_FOLDER "alliance" /* in the data folder: what is in force */
#define FOLLOW_LIST   FOLLOW_FOLDER "/list.xml"

struct pull_follow;

struct endorsement_ask {
	struct pull_follow *follow;
	const char *key;
};

struct pull_follow {
	struct pull_env env;
	struct conf_alliance conf; /* a copy, in the arena */
	char source[65];
	struct ledger_alliance row; /* what is in force */
	bool is_look;               /* only fetch: no judgement */
	struct arena *arena;
	struct net *net;
	struct parser *parser; /* of the address being asked */
	int64_t started_ms;
	/* The address being asked, and what it gave. */
	size_t url;
	const char *base; /* its folder, ends in "/" */
	char etag[NET_ETAG_MAX];
	struct pull_list got;
	struct endorsement_ask asks[CONF_ALLIANCE_BOARD];
	size_t in_flight;
	/* What came of it. */
	bool is_done;
	bool is_good;
	bool is_unchanged; /* 304 */
	enum verify_verdict verdict;
	struct feed_alliance list;
	char digest[65];
	int64_t endorsed;
	int64_t retry_after_s;
	char reason[256]; /* of the first address that failed; a warning */
};

/* ---- alliance.c ---- */

/* Judge what was fetched; VERIFY_NEW and VERIFY_SAME are good, and so is an
 * expired list that is not older than the one in force. */
bool follow_judge(struct pull_follow *follow, struct err *err);

#endif
