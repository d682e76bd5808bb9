/* The template of test_tmpl.c. */
#ifndef TESTS_ESCAPE_H
#define TESTS_ESCAPE_H

#include "web/tmpl.h"

void escape_all(struct strbuf *out, const char *v, int64_t n);

#endif
