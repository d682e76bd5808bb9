/*
 * vocab_key: folds a code or a label for comparison. Shared by vocab.c and
 * the build tool that makes its tables, so that both agree.
 */
#include <string.h>

#include "record/vocab.h"

static int
is_gap(char ch)
{
	return strchr(" -_/,.&()'\t\n", ch) != NULL;
}

void
vocab_key(const char *text, struct strbuf *ret_key)
{
	struct strbuf folded;
	int gap = 0;

	strbuf_init(&folded, 4096);
	utf8_fold(text, strlen(text), &folded);
	for (size_t i = 0; i < folded.len; i++) {
		if (is_gap(folded.buf[i])) {
			gap = 1;
			continue;
		}
		if (gap && ret_key->len > 0)
			strbuf_addch(ret_key, ' ');
		gap = 0;
		strbuf_addch(ret_key, folded.buf[i]);
	}
	strbuf_release(&folded);
}
