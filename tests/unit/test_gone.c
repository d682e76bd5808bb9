/*
 * What the catalogue remembers of records that their nodes have withdrawn:
 * title, kind and since when; nothing of persons; not for ever.
 */
#include "catalogue_help.h"

static struct catalogue_gone gone;

/* A head of node with this serial ends the transaction. */
static void
end_with(const char *node, int64_t serial, bool is_hidden)
{
	struct catalogue_feed feed = { .serial = serial,
		.is_hidden = is_hidden };

	snprintf(feed.node, sizeof(feed.node), "%s", node);
	assert_int_equal(catalogue_feed_put(cat, &feed, &err), 0);
	assert_int_equal(catalogue_commit(cat, NULL, &err), 0);
}

static void
put_one(enum record_kind kind, const char *node, int i, const char *title)
{
	struct record *rec = make(kind, node, i, title);
	uint8_t digest[32];

	if (kind == RECORD_KIND_CHAMPION)
		record_add(rec, NULL, FIELD_DISPLAY_NAME, title, NULL);
	memset(digest, i, sizeof(digest));
	assert_int_equal(catalogue_put(cat, rec, digest, &err), 0);
}

static int
ask(const char *id)
{
	return catalogue_gone(cat, arena, id, &gone, &err);
}

static void
remove_one(const char *node, int i)
{
	assert_int_equal(catalogue_remove(cat, id_of(node, i), &err), 0);
}

static void
test_remembers(void **state)
{
	(void)state;
	begin();
	put_one(RECORD_KIND_PROGRAMME, "ca", 1, "Choir");
	put_one(RECORD_KIND_PROGRAMME, "ca", 2, "Garden");
	end_with("ca", 1000, false);
	assert_int_equal(ask(id_of("ca", 1)), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	begin();
	remove_one("ca", 1);
	end_with("ca", 2000, false);
	assert_int_equal(ask(id_of("ca", 1)), 0);
	assert_string_equal(gone.title, "Choir");
	assert_string_equal(gone.lang, "en");
	assert_int_equal(gone.kind, RECORD_KIND_PROGRAMME);
	assert_int_equal(gone.at, 2000);
	assert_int_equal(ask(id_of("ca", 2)), -1);
	assert_int_equal(ask(id_of("sg", 1)), -1);
	assert_int_equal(ask("nonsense"), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	/* A later head changes nothing about when it went. */
	begin();
	remove_one("ca", 2);
	end_with("ca", 3000, false);
	assert_int_equal(ask(id_of("ca", 1)), 0);
	assert_int_equal(gone.at, 2000);
	assert_int_equal(ask(id_of("ca", 2)), 0);
	assert_int_equal(gone.at, 3000);
	/* It comes back under another name, and goes again. */
	begin();
	put_one(RECORD_KIND_PROGRAMME, "ca", 1, "Choir again");
	end_with("ca", 4000, false);
	begin();
	remove_one("ca", 1);
	end_with("ca", 5000, false);
	assert_int_equal(ask(id_of("ca", 1)), 0);
	assert_string_equal(gone.title, "Choir again");
	assert_int_equal(gone.at, 5000);
}

/* "Withdrawal purges everywhere with the next pull." */
static void
test_forgets_persons(void **state)
{
	(void)state;
	begin();
	put_one(RECORD_KIND_CHAMPION, "ca", 1, "Dr Example");
	end_with("ca", 1000, false);
	begin();
	remove_one("ca", 1);
	end_with("ca", 2000, false);
	assert_int_equal(ask(id_of("ca", 1)), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

/* Rolled back: nothing went. */
static void
test_rolled_back(void **state)
{
	struct merge_view *view;

	(void)state;
	begin();
	put_one(RECORD_KIND_PROGRAMME, "ca", 1, "Choir");
	end_with("ca", 1000, false);
	begin();
	remove_one("ca", 1);
	catalogue_rollback(cat);
	assert_int_equal(ask(id_of("ca", 1)), -1);
	assert_int_equal(catalogue_view(cat, arena, id_of("ca", 1), &view,
			     &err),
	    0);
	/* Nor does the next head date what never went. */
	begin();
	end_with("ca", 2000, false);
	assert_int_equal(ask(id_of("ca", 1)), -1);
}

/* Hiding is no withdrawal; a node that is taken out is forgotten whole. */
static void
test_hidden_and_removed(void **state)
{
	(void)state;
	begin();
	put_one(RECORD_KIND_PROGRAMME, "ca", 1, "Choir");
	put_one(RECORD_KIND_PROGRAMME, "ca", 2, "Garden");
	end_with("ca", 1000, false);
	begin();
	remove_one("ca", 2);
	end_with("ca", 2000, false);
	begin();
	end_with("ca", 2000, true);
	assert_int_equal(ask(id_of("ca", 1)), -1);
	begin();
	assert_int_equal(catalogue_feed_remove(cat, "ca", &err), 0);
	assert_int_equal(catalogue_commit(cat, NULL, &err), 0);
	assert_int_equal(ask(id_of("ca", 1)), -1);
	assert_int_equal(ask(id_of("ca", 2)), -1);
}

/* The newest of each node are kept; others are not touched by its mass. */
static void
test_capped(void **state)
{
	enum { MANY = CATALOGUE_GONE_MAX + 5 };

	(void)state;
	begin();
	put_one(RECORD_KIND_PROGRAMME, "sg", 1, "Other");
	end_with("sg", 500, false);
	begin();
	remove_one("sg", 1);
	end_with("sg", 600, false);
	begin();
	for (int i = 1; i <= MANY; i++)
		put_one(RECORD_KIND_PROGRAMME, "ca", i, "Many");
	end_with("ca", 1000, false);
	begin();
	for (int i = 1; i <= MANY; i++)
		remove_one("ca", i);
	end_with("ca", 2000, false);
	assert_int_equal(ask(id_of("ca", 5)), -1);
	assert_int_equal(ask(id_of("ca", 6)), 0);
	assert_int_equal(ask(id_of("ca", MANY)), 0);
	assert_int_equal(ask(id_of("sg", 1)), 0);
}

static void
test_long_title(void **state)
{
	char title[1001];

	(void)state;
	for (int i = 0; i < 1000; i += 2)
		memcpy(title + i, "\xc3\xa9", 2);
	title[1000] = '\0';
	begin();
	put_one(RECORD_KIND_PROGRAMME, "ca", 1, title);
	end_with("ca", 1000, false);
	begin();
	remove_one("ca", 1);
	end_with("ca", 2000, false);
	assert_int_equal(ask(id_of("ca", 1)), 0);
	assert_true(strlen(gone.title) < 310);
	assert_true(valid_utf8(gone.title, strlen(gone.title), NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_remembers),
		TEST(test_forgets_persons),
		TEST(test_rolled_back),
		TEST(test_hidden_and_removed),
		TEST(test_capped),
		TEST(test_long_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
