/*
 * log: one line per event on standard error (style.md, "Logging").
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"

#define LOG_LINE_MAX 1000

static enum log_level threshold = LOG_LEVEL_INFO;
static bool priority;

static const char *const level_names[] = { "error", "warn", "info", "debug" };

int
log_level_parse(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

void
log_init(enum log_level level, bool with_priority)
{
	threshold = level;
	priority = with_priority;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const prefix[] = { "<3>", "<4>", "<6>", "<7>" };
	char line[LOG_LINE_MAX + 1];
	size_t len;
	va_list ap;

	if (level > threshold)
		return;
	(void)snprintf(line, sizeof(line) - 1, "%s%s ",
	    priority ? prefix[level] : "", event);
	len = strlen(line);
	va_start(ap, fmt);
	(void)vsnprintf(line + len, sizeof(line) - 1 - len, fmt, ap);
	va_end(ap);
	for (char *p = line; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	}
	len = strlen(line);
	line[len++] = '\n';
	/* Nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, len) == -1)
		return;
}
