/*
 * po: files of translators (po/) as structs, strictly read. For potext.c.
 */
#ifndef TOOLS_PO_H
#define TOOLS_PO_H

#include "web/language.h"

struct po_entry {
	int line; /* of its first word */
	bool is_fuzzy;
	const char *notes; /* the translators' own "# " lines, as they stand */
	const char *was;   /* "#| " lines: the English before it changed */
	const char *key;   /* msgctxt */
	const char *one;   /* msgid */
	const char *many;  /* msgid_plural, or NULL */
	const char *forms[LANGUAGE_FORMS_MAX];
	int n_forms;
};

struct po {
	const char *path;
	const struct language *language;
	struct po_entry head;
	struct po_entry *entries;
	size_t n;
};

/*
 * Read a file into the arena. -1 after a line on stderr that says what is
 * wrong and where: an unknown word or escape, a string without end, bytes
 * that are no UTF-8, an entry cut short or with a key that stood before, a
 * header that does not fit the language.
 */
int po_read(struct arena *arena, const char *path, struct po *ret_po);

#endif
