/* Inside record/ only: vocabularies as tools/vocab makes them. */
#ifndef RECORD_VOCAB_H
#define RECORD_VOCAB_H

#include <stddef.h>

#include "base/base.h"

#define VOCAB_LANGS 8 /* en fr es pt de cy ja ar */

struct vocab_entry {
	const char *code;
	const char *label[VOCAB_LANGS];
	const char *key[VOCAB_LANGS + 1]; /* code, labels by vocab_key() */
};

struct vocab_alias {
	const char *key;
	const char *code;
};

struct vocab_table {
	const char *name;
	const struct vocab_entry *entries;
	size_t n;
	const struct vocab_alias *aliases;
	size_t n_aliases;
};

extern const char *const vocab_langs[VOCAB_LANGS];
/* In the order of enum vocab, VOCAB_NONE left out. */
extern const struct vocab_table vocab_tables[];

/* The form in which codes, labels and what people write are compared. */
void vocab_key(const char *text, struct strbuf *ret_key);

#endif
