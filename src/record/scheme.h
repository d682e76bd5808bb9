/* Inside record/ only: the shape of each identifier scheme. */
#ifndef RECORD_SCHEME_H
#define RECORD_SCHEME_H

#include "base/base.h"

/*
 * Canonical form of a peeled value of a folded scheme, in the arena (text
 * may be overwritten), or NULL with ERR_FORMAT.
 */
const char *scheme_normalise(struct arena *arena, const char *scheme,
    char *text, struct err *err) MUST_CHECK;
/* 1 when it is 0000-0002-1825-0097 with a good check digit. */
int valid_orcid(const char *text);

#endif
