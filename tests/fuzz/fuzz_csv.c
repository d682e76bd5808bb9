/*
 * The reader of tables on any bytes, by the delimiter it finds itself: rows
 * go forward, cells are text within the input.
 */
#include <assert.h>
#include <string.h>

#include "import/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_row(const struct csv_reader *reader, size_t len)
{
	size_t total = 0;

	assert(reader->n > 0 && reader->n <= IMPORT_COLUMNS_MAX);
	for (size_t i = 0; i < reader->n; i++) {
		assert(reader->cells[i].text[reader->cells[i].len] == '\0');
		total += reader->cells[i].len;
	}
	assert(total <= len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new();
	const char *text = (const char *)data, *name = "UTF-8";
	struct csv_reader reader;
	struct strbuf file;
	struct err err;
	int64_t line = 0;

	strbuf_init(&file, IMPORT_FILE_MAX);
	strbuf_add(&file, text, len);
	if (encoding_fix(&file, true, &name, &err) == 0) {
		assert(valid_utf8(file.buf, file.len, NULL));
		csv_init(&reader, file.buf, file.len,
		    csv_delimiter(file.buf, file.len), arena);
		while (csv_next(&reader)) {
			assert(reader.row_line > line);
			line = reader.row_line;
			check_row(&reader, file.len);
			arena_reset(arena);
		}
		csv_release(&reader);
	}
	strbuf_release(&file);
	arena_free(arena);
	return 0;
}
