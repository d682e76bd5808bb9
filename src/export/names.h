/*
 * names: authors in the two styles of citation; inside this room only.
 */
#ifndef EXPORT_NAMES_H
#define EXPORT_NAMES_H

#include "export/reference.h"

/* "Okafor, A. M., & Lee, B.": 20 authors, then 19, three dots, the last. */
void names_apa(const struct reference *ref, struct strbuf *out);
/* "Okafor AM, Lee B": six, then et al. */
void names_vancouver(const struct reference *ref, struct strbuf *out);

#endif
