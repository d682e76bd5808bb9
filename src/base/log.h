/*
 * log: one line per event on standard error,
 * `event.name key=value ...`. Only app/ and the handler of requests log;
 * every other room hands its errors up. Foreign text goes through
 * log_quote() first, or through log_event()'s %s arguments made by quoted().
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

/* By "must somebody act?" */
enum log_level {
	LOG_LEVEL_ERROR, /* local, and it can not go on */
	LOG_LEVEL_WARN,  /* changes what is published or found */
	LOG_LEVEL_INFO,  /* a state changed */
	LOG_LEVEL_DEBUG
};

int log_level_parse(const char *name, enum log_level *ret_level);
/* Once at start, before threads: with_priority writes "<3>" in front, as
 * systemd reads it. */
void log_init(enum log_level level, bool with_priority);
/* log_event(LOG_LEVEL_INFO, "pull.state", "peer=%s state=%s", ...). One
 * write(2) per line; at most 1,000 bytes; newlines become blanks. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    ERR_PRINTF(3, 4);

#endif
