/*
 * The languages that pages can be in: names, direction, plural forms, and how
 * numbers are written there. Also used by tools/potext.c, which makes tables
 * of po/: knows nothing but base/.
 */
#ifndef WEB_LANGUAGE_H
#define WEB_LANGUAGE_H

#include "base/base.h"

#define LANGUAGE_FORMS_MAX 6

struct language {
	const char *code;
	const char *name; /* in itself */
	const char *dir;  /* "ltr", "rtl" */
	int n_forms;      /* of plurals */
	unsigned (*form)(uint64_t n);
	const char *plural_forms; /* the line of a PO header that says so */
	const char *group;        /* between thousands */
	const char *decimal;
	const char *minus;
	size_t group_from; /* digits a number must have to be grouped */
};

/* NULL for a language without pages. */
const struct language *language_find(const char *code);
/* NULL behind the last. English is the first. */
const struct language *language_at(size_t i);

#endif
