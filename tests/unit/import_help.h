/*
 * import_help: a ledger in a folder of its own, and files to import into
 * it; for the tests of import/ and export/.
 */
#ifndef IMPORT_HELP_H
#define IMPORT_HELP_H

#include "import/import.h"

struct bench {
	char folder[64];
	struct ledger *ledger;
	struct arena *arena;
	struct import_options options;
	struct import_report report;
	struct err err;
};

int bench_setup(void **state);
int bench_teardown(void **state);
/* Import these bytes as a file of this name: import_run()'s value. */
int bench_import(struct bench *b, const char *name, const char *data,
    size_t len);
int bench_text(struct bench *b, const char *name, const char *text);
/* Shared test data lie beside the source, or they do not: says so. */
bool bench_has_shared(struct bench *b, const char *path);
int bench_shared(struct bench *b, const char *path);
/* The record with this id must be there. */
struct record *bench_record(struct bench *b, const char *id);
/* The one whose upstream id under the source is key. */
struct record *bench_by_key(struct bench *b, const char *source,
    const char *key);
/* Print what the last import said (when a test fails one wants it). */
void bench_print(const struct bench *b);
/* Text of the errors file of the last import, "" when there is none. */
const char *bench_errors(struct bench *b);

#endif
