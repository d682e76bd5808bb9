/*
 * output: exit codes, standard output and standard error, questions on a
 * terminal (design: ux.md). Neighbours: peers_out.c prints peers.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"

int
exit_code(const struct err *err)
{
	switch (err->code) {
	case ERR_USAGE: return EXIT_USAGE;
	case ERR_NET: return EXIT_UNAVAILABLE;
	case ERR_SYS:
	case ERR_DB: return EXIT_DISK;
	case ERR_BUSY: return EXIT_AGAIN;
	case ERR_CONF: return EXIT_CONF;
	default: return EXIT_PROBLEM;
	}
}

static int
out_bytes(const char *text, size_t len, struct err *err)
{
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout) == EOF)
		return err_sys(err, "standard output");
	return 0;
}

int
out_text(const struct strbuf *sb, struct err *err)
{
	if (strbuf_check(sb, "output", err) == -1)
		return -1;
	return out_bytes(sb->buf, sb->len, err);
}

int
out_printf(struct err *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	if (n < 0 || fflush(stdout) == EOF)
		return err_sys(err, "standard output");
	return 0;
}

void
complain(const char *fmt, ...)
{
	char line[1200];
	size_t len = 6;
	va_list ap;

	(void)snprintf(line, sizeof(line), "gspd: ");
	va_start(ap, fmt);
	(void)vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	va_end(ap);
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	len = strlen(line);
	line[len++] = '\n';
	/* Nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, len) == -1)
		return;
}

bool
is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

const char *
ask(struct arena *arena, const char *question, const char *def)
{
	char line[1024];
	size_t len;

	if (*def != '\0')
		(void)fprintf(stderr, "%s [%s]: ", question, def);
	else
		(void)fprintf(stderr, "%s: ", question);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return def;
	len = strcspn(line, "\r\n");
	while (len > 0 && line[len - 1] == ' ')
		len--;
	return len == 0 ? def : arena_strndup(arena, line, len);
}

bool
ask_yes(struct arena *arena, const char *question)
{
	const char *answer = ask(arena, question, "no");

	return answer[0] == 'y' || answer[0] == 'Y';
}
