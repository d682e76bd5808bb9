/*
 * The reader of RIS on any bytes: every reference has text that is UTF-8 as
 * far as the input was, in bounds, and lines that go forward.
 */
#include <assert.h>
#include <string.h>

#include "import/citation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
on_citation(void *ctx, struct citation *c, struct err *err)
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err;
	int64_t line = 0;
	int ret;

	ret = ris_read((const char *)data, len, on_citation, &line, &err);
	assert(ret == 0);
	return 0;
}
