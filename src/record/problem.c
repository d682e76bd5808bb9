/*
 * problem: the list of what is wrong with a record, for people: path,
 * offending value, text. Filled by validate.c and by importers. Capped: who
 * has a hundred problems has one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

#define PROBLEMS_MAX 100
#define VALUE_SHOWN  60 /* bytes of an offending value */

void
problems_init(struct problems *problems)
{
	memset(problems, 0, sizeof(*problems));
}

void
problems_release(struct problems *problems)
{
	free(problems->items);
	memset(problems, 0, sizeof(*problems));
}

/* A copy that fits, cut between characters. */
static void
copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		len = utf8_floor(from, size - 1);
	memcpy(to, from, len);
	to[len] = '\0';
}

void
problems_add(struct problems *problems, bool is_warning, const char *path,
    const char *value, const char *fmt, ...)
{
	struct problem problem = { .is_warning = is_warning };
	struct strbuf shown;
	char text[1024];
	va_list ap;

	if (!is_warning)
		problems->errors++;
	/* A full list of warnings still has room for the first error. */
	if (problems->len >= PROBLEMS_MAX &&
	    (is_warning || problems->errors > 1))
		return;
	if (problems->len >= PROBLEMS_MAX)
		problems->len--;
	copy(problem.path, sizeof(problem.path), path != NULL ? path : "");
	strbuf_init(&shown, 512);
	if (value != NULL)
		log_quote(&shown, value, strlen(value), VALUE_SHOWN);
	copy(problem.value, sizeof(problem.value), shown.buf);
	strbuf_release(&shown);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	copy(problem.text, sizeof(problem.text), text);
	VEC_PUSH(problems->items, problems->len, problems->alloc, problem);
}
