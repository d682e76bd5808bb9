/*
 * catalogue: its file: a reader beside the writer, limits that protect it,
 * damage and what is left to do then.
 */
#include "catalogue_help.h"

static void
test_reader(void **state)
{
	struct catalogue *reader;
	struct catalogue_status st;
	struct merge_view *v;

	(void)state;
	begin();
	put(article("ca", 1, "A", "10.1000/x"));
	commit();
	reader = catalogue_open(dir, CATALOGUE_READ, &err);
	assert_non_null(reader);
	assert_false(catalogue_changed(reader));
	assert_int_equal(catalogue_read_begin(reader, &err), 0);
	assert_int_equal(catalogue_status(reader, &st, &err), 0);
	begin();
	put(article("ca", 2, "B", "10.1000/x"));
	commit();
	/* One state until the read ends. */
	assert_int_equal(catalogue_view(reader, arena, id_of("ca", 1), &v,
			     &err),
	    0);
	assert_int_equal(v->n_members, 1);
	catalogue_read_end(reader);
	assert_true(catalogue_changed(reader));
	assert_int_equal(catalogue_view(reader, arena, id_of("ca", 1), &v,
			     &err),
	    0);
	assert_int_equal(v->n_members, 2);
	catalogue_close(reader);
}

/* At the real limit: a long chain stands alone, until somebody cuts it. */
static void
test_chain(void **state)
{
	char a[32], b[32];

	(void)state;
	begin();
	for (int i = 0; i < 6000; i++) {
		struct record *rec = article("ca", i, "A", NULL);

		snprintf(a, sizeof(a), "%d", i + 1);
		snprintf(b, sizeof(b), "%d", i + 2);
		identify(rec, "pmid", a);
		identify(rec, "pmid", b);
		put(rec);
	}
	assert_int_equal(catalogue_commit(cat, NULL, &err), 0);
	assert_int_equal(status().records, 6000);
	assert_int_equal(status().groups, 6000);
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("ca", 900), &err), 0);
	assert_int_equal(catalogue_commit(cat, NULL, &err), 0);
	assert_true(status().groups > 5099);
	assert_true(status().groups < 5999 - 800);
	assert_int_equal(view(id_of("ca", 5500))->n_members, 1);
}

static void
write_at(const char *path, off_t at, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, data, len, at), len);
	close(fd);
}

static void
test_damage(void **state)
{
	char path[128], junk[16384];
	struct merge_view *v;

	(void)state;
	begin();
	for (int i = 0; i < 400; i++)
		put(article("ca", i, "A", NULL));
	commit();
	catalogue_close(cat);
	snprintf(path, sizeof(path), "%s/catalogue.db", dir);
	memset(junk, 0xa7, sizeof(junk));
	/* Every page but the first: the schema reads, the rest does not. */
	for (off_t at = 8192; at < 8192 * 20; at += (off_t)sizeof(junk))
		write_at(path, at, junk, sizeof(junk));
	cat = catalogue_open(dir, CATALOGUE_READ, &err);
	if (cat != NULL) {
		assert_int_equal(catalogue_view(cat, arena, id_of("ca", 1), &v,
				     &err),
		    -1);
		assert_int_equal(err.code, ERR_DB);
		catalogue_close(cat);
	}
	assert_int_equal(err.code, ERR_DB);
	write_at(path, 0, junk, 8192);
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	assert_null(cat);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(catalogue_destroy(dir, &err), 0);
	assert_null(catalogue_open(dir, CATALOGUE_READ, &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	assert_int_equal(status().records, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reader),
		TEST(test_chain),
		TEST(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
