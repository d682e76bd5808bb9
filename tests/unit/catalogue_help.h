/*
 * What tests of the catalogue share: a catalogue in a folder of its own, and
 * records that are quickly made.
 */
#ifndef TESTS_CATALOGUE_HELP_H
#define TESTS_CATALOGUE_HELP_H

#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "crypto/crypto.h"

static char dir[64];
static struct arena *arena;
static struct catalogue *cat;
static struct err err;

static inline int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gspd-cat-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	arena = arena_new();
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	return cat == NULL ? -1 : 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	catalogue_close(cat);
	cat = NULL;
	arena_free(arena);
	return file_remove_tree(dir, &err);
}

static inline const char *
id_of(const char *node, int i)
{
	return arena_printf(arena,
	    "urn:gspd:%s:%08x-0000-4000-8000-00000000abcd", node, (unsigned)i);
}

static inline struct record *
make(enum record_kind kind, const char *node, int i, const char *title)
{
	struct record *rec = record_new(arena, kind, id_of(node, i), "en");

	record_add(rec, NULL,
	    kind == RECORD_KIND_EVIDENCE ? FIELD_TITLE : FIELD_NAME, title,
	    NULL);
	return rec;
}

static inline void
identify(struct record *rec, const char *scheme, const char *value)
{
	struct value *v = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);

	record_add(rec, v, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, v, FIELD_IDENTIFIER_VALUE, value, NULL);
}

static inline struct record *
article(const char *node, int i, const char *title, const char *doi)
{
	struct record *rec = make(RECORD_KIND_EVIDENCE, node, i, title);

	if (doi != NULL)
		identify(rec, "doi", doi);
	return rec;
}

static inline void
put(const struct record *rec)
{
	uint8_t digest[SHA256_LEN];
	struct strbuf sb;

	strbuf_init(&sb, 1 << 20);
	record_pack(rec, &sb);
	sha256(sb.buf, sb.len, digest);
	strbuf_release(&sb);
	if (catalogue_put(cat, rec, digest, &err) == -1)
		fail_msg("%s", err.text);
}

/* What commit told, as "+3 -1 ". */
static char told[512];

static inline int
tell(void *ctx, int64_t group, const struct merge_view *view,
    struct err *ret_err)
{
	size_t len = strlen(told);

	(void)ctx;
	(void)ret_err;
	snprintf(told + len, sizeof(told) - len, "%c%lld/%zu ",
	    view == NULL ? '-' : '+', (long long)group,
	    view == NULL ? 0 : view->n_members);
	return 0;
}

static inline void
begin(void)
{
	assert_int_equal(catalogue_begin(cat, &err), 0);
}

static inline void
commit(void)
{
	const struct catalogue_watch watch = { .changed = tell };

	told[0] = '\0';
	if (catalogue_commit(cat, &watch, &err) == -1)
		fail_msg("%s", err.text);
}

static inline struct catalogue_status
status(void)
{
	struct catalogue_status st;

	assert_int_equal(catalogue_status(cat, &st, &err), 0);
	return st;
}

static inline struct merge_view *
view(const char *id)
{
	struct merge_view *v;

	if (catalogue_view(cat, arena, id, &v, &err) == -1)
		return NULL;
	return v;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
