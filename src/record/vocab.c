/*
 * vocab: the vocabularies compiled in from schemas/vocabulary/ by
 * tools/vocab: codes, labels in eight languages, and what people may have
 * meant. Design: records.md, "Minimal vocabularies shipped".
 */
#include "record/vocab.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "record/record.h"

#define TEXT_MAX 500 /* what an import may try to match */

static const struct vocab_table *
table(enum vocab vocab)
{
	static const struct vocab_table none = { .name = "" };

	assert((unsigned)vocab < VOCAB_COUNT);
	return vocab == VOCAB_NONE ? &none : &vocab_tables[vocab - 1];
}

static const struct vocab_entry *
find(enum vocab vocab, const char *code)
{
	const struct vocab_table *t = table(vocab);

	for (size_t i = 0; i < t->n; i++) {
		/* A call only where the first letter fits. */
		if (t->entries[i].code[0] == code[0] &&
		    strcmp(t->entries[i].code, code) == 0)
			return &t->entries[i];
	}
	return NULL;
}

const char *
vocab_name(enum vocab vocab)
{
	return table(vocab)->name;
}

int
vocab_parse(const char *name, enum vocab *ret_vocab)
{
	for (int i = VOCAB_NONE + 1; i < VOCAB_COUNT; i++) {
		if (strcmp(table((enum vocab)i)->name, name) == 0) {
			*ret_vocab = (enum vocab)i;
			return 0;
		}
	}
	return -1;
}

size_t
vocab_size(enum vocab vocab)
{
	return table(vocab)->n;
}

const char *
vocab_code(enum vocab vocab, size_t i)
{
	assert(i < table(vocab)->n);
	return table(vocab)->entries[i].code;
}

int
vocab_has(enum vocab vocab, const char *code)
{
	return find(vocab, code) != NULL;
}

const char *
vocab_label(enum vocab vocab, const char *code, const char *lang)
{
	const struct vocab_entry *entry = find(vocab, code);
	size_t n;

	if (entry == NULL)
		return code;
	n = lang != NULL ? strcspn(lang, "-_") : 0;
	for (size_t i = 0; n > 0 && i < VOCAB_LANGS; i++) {
		if (strlen(vocab_langs[i]) == n &&
		    strncasecmp(vocab_langs[i], lang, n) == 0)
			return entry->label[i];
	}
	return entry->label[0];
}

/* Column by column, so that an English label wins over a foreign one. */
static const char *
match_key(const struct vocab_table *t, const char *key)
{
	for (size_t k = 0; k < VOCAB_LANGS + 1; k++) {
		for (size_t i = 0; i < t->n; i++) {
			if (strcmp(t->entries[i].key[k], key) == 0)
				return t->entries[i].code;
		}
	}
	for (size_t i = 0; i < t->n_aliases; i++) {
		if (strcmp(t->aliases[i].key, key) == 0)
			return t->aliases[i].code;
	}
	return NULL;
}

const char *
vocab_match(enum vocab vocab, const char *text)
{
	const struct vocab_table *t = table(vocab);
	const struct vocab_entry *entry = find(vocab, text);
	const char *code = NULL;
	struct strbuf key;

	if (entry != NULL)
		return entry->code;
	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return NULL;
	strbuf_init(&key, 4096);
	vocab_key(text, &key);
	if (key.len > 0)
		code = match_key(t, key.buf);
	strbuf_release(&key);
	return code;
}

static const struct vocab_entry *
find_foreign(const struct vocab_table *t, const char *key)
{
	/* The code and the English label come first. */
	for (size_t i = 0; i < t->n; i++) {
		const char *const *keys = t->entries[i].key;

		for (size_t k = 2; k < VOCAB_LANGS + 1; k++) {
			if (keys[k][0] == key[0] && strcmp(keys[k], key) == 0 &&
			    strcmp(keys[1], key) != 0)
				return &t->entries[i];
		}
	}
	return NULL;
}

const char *
vocab_in_english(const enum vocab *vocabs, size_t n, const char *text)
{
	const struct vocab_entry *entry = NULL;
	struct strbuf key;

	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return NULL;
	strbuf_init(&key, 4096);
	vocab_key(text, &key);
	for (size_t i = 0; key.len > 0 && entry == NULL && i < n; i++)
		entry = find_foreign(table(vocabs[i]), key.buf);
	strbuf_release(&key);
	return entry != NULL ? entry->label[0] : NULL;
}
