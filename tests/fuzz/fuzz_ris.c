/*
 * The reader of RIS on any bytes: each reference holds what fuzz_citation.h
 * asks, and no input is an error.
 */
#include "fuzz_citation.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err;
	int64_t line = 0;
	int ret;

	ret = ris_read((const char *)data, len, fuzz_on_citation, &line, &err);
	assert(ret == 0);
	return 0;
}
