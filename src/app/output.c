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

#define SAFE_MAX 2000 /* bytes of one foreign text */

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

void
out_safe(struct strbuf *sb, const char *text)
{
	struct strbuf quoted_text;

	strbuf_init(&quoted_text, 8192);
	log_quote(&quoted_text, text, strlen(text), SAFE_MAX);
	for (size_t i = 0; i < quoted_text.len; i++) {
		const char *p = quoted_text.buf + i;

		if (*p == '\\' && (p[1] == '\'' || p[1] == '"' || p[1] == '\\'))
			p = quoted_text.buf + ++i;
		strbuf_addch(sb, *p);
	}
	strbuf_release(&quoted_text);
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
	char text[1200];
	struct strbuf line;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	strbuf_init(&line, 8 * sizeof(text));
	strbuf_addstr(&line, "gspd: ");
	out_safe(&line, text);
	strbuf_addch(&line, '\n');
	/* Nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line.buf, line.len) == -1)
		text[0] = '\0';
	strbuf_release(&line);
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
