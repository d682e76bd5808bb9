/*
 * bibtex_lex: entries and fields of a BibTeX file as raw TeX, without
 * knowing what they mean. Between the two BibTeX files only.
 */
#ifndef IMPORT_BIBTEX_LEX_H
#define IMPORT_BIBTEX_LEX_H

#include "base/base.h"

#define BIBTEX_FIELDS_MAX 100
#define BIBTEX_MACROS_MAX 500

struct bibtex_field {
	const char *name; /* lower case */
	const char *value;
};

struct bibtex_entry {
	int64_t line;
	const char *type; /* lower case, without the @ */
	const char *key;
	struct bibtex_field fields[BIBTEX_FIELDS_MAX];
	size_t n_fields;
	const char *broken; /* what is wrong, or NULL */
};

struct bibtex_lexer {
	const char *p;
	const char *end;
	int64_t line;
	struct arena *arena; /* of the entry */
	struct arena *keep;  /* of the macros */
	struct bibtex_field macros[BIBTEX_MACROS_MAX];
	size_t n_macros;
};

/* Next entry (arena is reset first); false at the end. @string, @comment
 * and @preamble are dealt with inside. */
bool bibtex_next(struct bibtex_lexer *lexer, struct bibtex_entry *ret_entry);
/* Value of a field, or NULL. */
const char *bibtex_get(const struct bibtex_entry *entry, const char *name);

#endif
