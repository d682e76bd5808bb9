/* app's own: the work folder of a board, which any web server can serve. */
#ifndef APP_BOARD_H
#define APP_BOARD_H

#include "app/app.h"
#include "feed/feed.h"
#include "verify/verify.h"

#define BOARD_LIFE_DAYS 365 /* a list is trusted for so long */

struct board {
	const char *folder;
	struct pull_list files; /* as they lie there */
	struct feed_alliance list;
	char digest[65]; /* of the list's bytes */
};

/* ERR_NOTFOUND says how to make one. Everything lives in app->arena. */
int board_open(struct app *app, const char *folder, struct board *ret_board,
    struct err *err) MUST_CHECK;
/*
 * board->list with a new serial and as long a life as before. The list that
 * it replaces is kept in old/ as long as somebody's endorsement names it.
 */
int board_save(struct app *app, struct board *board,
    struct err *err) MUST_CHECK;
/* The list that this endorsement names: the one there, or one of old/. NULL:
 * it is not here any more. */
const struct feed_alliance *board_endorsed(struct app *app,
    const struct board *board, const struct feed_endorsement *endorsement);
/* The endorsement by this key, of whichever list. */
int board_endorsement(struct app *app, const struct board *board,
    const char *key, struct feed_endorsement *ret_endorsement,
    struct err *err) MUST_CHECK;
bool board_same_urls(const struct feed_member *a, const struct feed_member *b);
/* What is new, line by line; `old` NULL: all of it. */
void board_changes(struct strbuf *sb, const struct feed_alliance *old,
    const struct feed_alliance *list);
/* 64 hex digits of any case into lower case, in the arena; NULL: ERR_USAGE. */
const char *board_key(struct app *app, const char *option, const char *text,
    struct err *err);

#endif
