/*
 * What must hold of every reference a reader hands over, whatever the bytes:
 * text that is UTF-8, within bounds, lines that go forward.
 */
#ifndef FUZZ_CITATION_H
#define FUZZ_CITATION_H

#include <assert.h>
#include <string.h>

#include "import/citation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static inline int
fuzz_on_citation(void *ctx, struct citation *c, struct err *err)
{
	int64_t *line = ctx;

	(void)err;
	assert(c->line > *line || (c->line == *line && *line > 0));
	*line = c->line;
	assert(c->n_authors <= CITATION_AUTHORS_MAX);
	assert(c->n_keywords <= CITATION_KEYWORDS_MAX);
	for (size_t i = 0; i < c->n_keywords; i++)
		assert(*c->keywords[i] != '\0');
	if (c->title != NULL)
		assert(valid_xml_text(c->title, strlen(c->title), NULL));
	return 0;
}

#endif
