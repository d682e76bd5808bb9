/*
 * The manifest of the search index: what is written comes back; whatever
 * else lies in the file is refused, also when its checksum is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "search/manifest.h"

#define ID "0123456789abcdef0123456789abcdef"

static char dir[64];
static char path[96];
static struct err err;

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gspd-man-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/manifest", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(dir, &err);
}

static void
fill(struct manifest *m)
{
	manifest_init(m);
	memcpy(m->catalogue, ID, sizeof(m->catalogue));
	m->version = 42;
	m->next_name = 0x30;
	manifest_add(m, "0000002a.seg", 100);
	manifest_add(m, "0000002b.seg", 1);
	manifest_add(m, "00000001.seg", 128);
	assert_true(manifest_kill(m, 0, 99));
	assert_true(manifest_kill(m, 0, 0));
	assert_false(manifest_kill(m, 0, 0));
	assert_false(manifest_kill(m, 0, 100));
	assert_true(manifest_kill(m, 2, 127));
}

static void
compare(const struct manifest *a, const struct manifest *b)
{
	assert_string_equal(a->catalogue, b->catalogue);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->next_name, b->next_name);
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct manifest_segment *s = &a->segments[i];
		const struct manifest_segment *t = &b->segments[i];

		assert_string_equal(s->name, t->name);
		assert_int_equal(s->n_docs, t->n_docs);
		assert_int_equal(s->n_dead, t->n_dead);
		assert_int_equal(s->dead == NULL, t->dead == NULL);
		if (s->dead != NULL)
			assert_memory_equal(s->dead, t->dead,
			    (s->n_docs + 63) / 64 * 8);
	}
}

static void
test_round(void **state)
{
	struct manifest m, back, copy;

	(void)state;
	manifest_init(&m);
	memcpy(m.catalogue, ID, sizeof(m.catalogue));
	assert_int_equal(manifest_write(path, &m, &err), 0);
	assert_int_equal(manifest_read(path, &back, &err), 0);
	compare(&m, &back);
	manifest_release(&back);

	fill(&m);
	assert_int_equal(manifest_write(path, &m, &err), 0);
	assert_int_equal(manifest_read(path, &back, &err), 0);
	compare(&m, &back);
	manifest_copy(&copy, &back);
	compare(&m, &copy);
	/* A copy is its own. */
	assert_true(manifest_kill(&copy, 0, 50));
	compare(&m, &back);
	assert_int_equal(manifest_find(&copy, "00000001.seg"), 2);
	manifest_drop(&copy, 0);
	assert_int_equal(copy.n, 2);
	assert_int_equal(manifest_find(&copy, "00000001.seg"), 1);
	assert_int_equal(manifest_find(&copy, "0000002a.seg"), MANIFEST_NONE);
	manifest_release(&copy);
	manifest_release(&back);
	manifest_release(&m);
}

static void
test_absent(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(manifest_read(path, &m, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static void
put(const void *data, size_t len)
{
	assert_int_equal(file_put(path, data, len, 0600, &err), 0);
}

static void
refused(void)
{
	struct manifest m;

	assert_int_equal(manifest_read(path, &m, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(m.n, 0);
}

/* Every length, and every byte changed. */
static void
test_damage(void **state)
{
	struct manifest m;
	struct strbuf sb;

	(void)state;
	fill(&m);
	assert_int_equal(manifest_write(path, &m, &err), 0);
	manifest_release(&m);
	assert_int_equal(file_read(path, 1 << 20, &sb, &err), 0);
	for (size_t len = 0; len < sb.len; len++) {
		put(sb.buf, len);
		refused();
	}
	for (size_t i = 0; i < sb.len; i++) {
		sb.buf[i] ^= 0x20;
		put(sb.buf, sb.len);
		refused();
		sb.buf[i] ^= 0x20;
	}
	strbuf_addch(&sb, 'x');
	put(sb.buf, sb.len);
	refused();
	strbuf_release(&sb);
}

static void
seal(char *buf, size_t len)
{
	uint64_t sum = XXH3_64bits(buf, len - sizeof(sum));

	memcpy(buf + len - sizeof(sum), &sum, sizeof(sum));
}

/* With a right checksum nothing that is out of bounds may be believed; what
 * is believed must be safe to walk over. */
static void
test_hostile(void **state)
{
	static const uint32_t values[] = { 0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff,
		0x80000000u, 0xffffffffu };
	struct manifest m;
	struct strbuf sb;

	(void)state;
	fill(&m);
	assert_int_equal(manifest_write(path, &m, &err), 0);
	manifest_release(&m);
	assert_int_equal(file_read(path, 1 << 20, &sb, &err), 0);
	for (size_t i = 0; i + 12 <= sb.len; i += 4) {
		for (size_t v = 0; v < ARRAY_LEN(values); v++) {
			uint32_t old;

			memcpy(&old, sb.buf + i, 4);
			memcpy(sb.buf + i, &values[v], 4);
			seal(sb.buf, sb.len);
			put(sb.buf, sb.len);
			if (manifest_read(path, &m, &err) == -1)
				assert_int_equal(err.code, ERR_FORMAT);
			for (size_t s = 0; s < m.n; s++) {
				assert_null(strchr(m.segments[s].name, '/'));
				(void)manifest_kill(&m, s,
				    m.segments[s].n_docs - 1);
			}
			manifest_release(&m);
			memcpy(sb.buf + i, &old, 4);
		}
	}
	strbuf_release(&sb);
}

/* Offsets as manifest.c lays them out. */
#define AT_SEGMENTS 88
#define ROW         32

static void
test_refused(void **state)
{
	static const struct {
		size_t at;
		const char *bytes;
		size_t len;
	} cases[] = {
		{ AT_SEGMENTS, "../../x.seg", 12 },
		{ AT_SEGMENTS, "0000002A.seg", 13 },
		{ AT_SEGMENTS, "0000002a.sex", 13 },
		{ AT_SEGMENTS, "02a.seg", 8 },
		{ AT_SEGMENTS, "0000002b.seg", 13 }, /* twice */
		{ AT_SEGMENTS + 24, "\0\0\0\0", 4 }, /* no documents */
		{ AT_SEGMENTS + 28, "\1\0\0\0", 4 }, /* two are dead */
		{ AT_SEGMENTS + 28, "\3\0\0\0", 4 },
		{ AT_SEGMENTS + 28, "\0\0\0\0", 4 }, /* bytes too many */
		{ AT_SEGMENTS + ROW + 28, "\1\0\0\0", 4 },
		/* One bit moved beyond the last document. */
		{ AT_SEGMENTS + 3 * ROW + 8, "\0\0\0\0\0\0\0\1", 8 },
		{ 24, "0123456789abcdeg", 16 }, /* no catalogue */
		{ 71, "\x80", 1 },              /* version below 0 */
	};
	struct manifest m;
	struct strbuf sb;

	(void)state;
	fill(&m);
	assert_int_equal(manifest_write(path, &m, &err), 0);
	manifest_release(&m);
	assert_int_equal(file_read(path, 1 << 20, &sb, &err), 0);
	seal(sb.buf, sb.len);
	put(sb.buf, sb.len);
	assert_int_equal(manifest_read(path, &m, &err), 0);
	manifest_release(&m);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char old[32];

		memcpy(old, sb.buf + cases[i].at, cases[i].len);
		memcpy(sb.buf + cases[i].at, cases[i].bytes, cases[i].len);
		seal(sb.buf, sb.len);
		put(sb.buf, sb.len);
		refused();
		memcpy(sb.buf + cases[i].at, old, cases[i].len);
	}
	strbuf_release(&sb);
}

static void
test_too_many(void **state)
{
	struct manifest m, back;
	char name[MANIFEST_NAME_MAX];

	(void)state;
	manifest_init(&m);
	memcpy(m.catalogue, ID, sizeof(m.catalogue));
	for (int i = 0; i < MANIFEST_SEGMENTS_MAX; i++) {
		snprintf(name, sizeof(name), "%08x.seg", i);
		manifest_add(&m, name, 1);
	}
	assert_int_equal(manifest_write(path, &m, &err), 0);
	assert_int_equal(manifest_read(path, &back, &err), 0);
	compare(&m, &back);
	manifest_release(&back);
	manifest_add(&m, "00001000.seg", 1);
	assert_int_equal(manifest_write(path, &m, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	manifest_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
