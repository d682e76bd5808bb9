/*
 * catalogue: putting, grouping, hiding, removing, reading back. That the
 * order of arrival never shows is tests/unit/test_arrival.c.
 */
#include "catalogue_help.h"

static void
test_put_and_read(void **state)
{
	struct record *rec = make(RECORD_KIND_PROGRAMME, "ca", 1, "Choir");
	struct catalogue_status st = status();
	struct merge_view *v;
	struct record *got;

	(void)state;
	assert_int_equal(st.groups, 0);
	assert_int_equal(strspn(st.digest, "0"), 64);
	rec->modified_at = 77;
	begin();
	put(rec);
	put(make(RECORD_KIND_ORGANISATION, "ca", 2, "Town"));
	commit();
	assert_string_equal(told, "+1/1 +2/1 ");
	st = status();
	assert_int_equal(st.records, 2);
	assert_int_equal(st.groups, 2);
	assert_int_equal(st.kinds[RECORD_KIND_PROGRAMME], 1);
	assert_int_equal(st.kinds[RECORD_KIND_ORGANISATION], 1);
	assert_int_equal(st.version, 1);
	assert_int_equal(strlen(st.digest), 64);
	v = view(rec->id);
	assert_non_null(v);
	assert_string_equal(record_title(v->rec, NULL), "Choir");
	assert_int_equal(v->rec->modified_at, 77);
	assert_int_equal(catalogue_record(cat, arena, rec->id, &got, &err), 0);
	assert_string_equal(got->id, rec->id);
	assert_int_equal(catalogue_group(cat, arena, 2, &v, &err), 0);
	assert_string_equal(record_title(v->rec, NULL), "Town");

	/* The same digest again is nothing. */
	begin();
	put(rec);
	commit();
	assert_string_equal(told, "");
	assert_int_equal(status().version, 1);

	assert_null(view(id_of("ca", 9)));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_null(view("nonsense"));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(catalogue_group(cat, arena, 99, &v, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	begin();
	rec->id = "nonsense";
	assert_int_equal(catalogue_put(cat, rec, (uint8_t[32]){ 0 }, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(catalogue_remove(cat, id_of("ca", 9), &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	catalogue_rollback(cat);
}

static void
test_groups(void **state)
{
	struct catalogue_status empty = status(), one;
	struct merge_view *v;

	(void)state;
	begin();
	put(article("ca", 1, "A", "10.1000/x"));
	put(article("ca", 2, "B", NULL));
	commit();
	one = status();
	/* A second node says the same: the single becomes a group. */
	begin();
	put(article("sg", 3, "C", "10.1000/X"));
	commit();
	assert_string_equal(told, "+1/2 ");
	assert_int_equal(status().groups, 2);
	assert_int_equal(status().records, 3);
	v = view(id_of("sg", 3));
	assert_int_equal(v->n_members, 2);
	assert_string_equal(v->rec->id, id_of("ca", 1));
	assert_int_equal(catalogue_group(cat, arena, 3, &v, &err), -1);
	/* B gets an identifier that joins it as well. */
	begin();
	put(article("ca", 2, "B", "10.1000/x"));
	commit();
	assert_string_equal(told, "+1/3 -2/0 ");
	assert_int_equal(status().groups, 1);
	assert_int_equal(status().kinds[RECORD_KIND_EVIDENCE], 1);
	/* And leaves again. */
	begin();
	put(article("ca", 2, "B", NULL));
	commit();
	assert_string_equal(told, "+1/2 +2/1 ");
	/* The lowest number goes: the group gets another. */
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("ca", 1), &err), 0);
	put(article("pt", 4, "D", "10.1000/x"));
	commit();
	assert_string_equal(told, "-1/0 +3/2 ");
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("sg", 3), &err), 0);
	assert_int_equal(catalogue_remove(cat, id_of("pt", 4), &err), 0);
	put(article("ca", 1, "A", "10.1000/x"));
	commit();
	/* Back at a former set: the digest is what it was. */
	assert_string_equal(status().digest, one.digest);
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("ca", 1), &err), 0);
	assert_int_equal(catalogue_remove(cat, id_of("ca", 2), &err), 0);
	commit();
	assert_string_equal(status().digest, empty.digest);
	assert_int_equal(status().groups, 0);
}

static void
same_as(struct record *rec, const char *id)
{
	struct value *v = record_add(rec, NULL, FIELD_SAME_AS, NULL, NULL);

	record_add(rec, v, FIELD_SAME_AS_ID, id, NULL);
}

/* Who is named before it is there joins when it comes. */
static void
test_named_before_it_comes(void **state)
{
	struct record *a = article("ca", 1, "A", NULL);
	struct record *b = article("sg", 2, "B", NULL);

	(void)state;
	same_as(a, id_of("ca", 3));
	same_as(a, b->id);
	same_as(b, a->id);
	begin();
	put(a);
	commit();
	begin();
	put(article("ca", 3, "C", NULL)); /* of one node: one side is enough */
	commit();
	assert_string_equal(told, "+1/2 ");
	begin();
	put(b); /* both say so */
	commit();
	assert_string_equal(told, "+1/3 ");
	begin();
	put(article("sg", 2, "B", NULL)); /* it takes that back */
	commit();
	assert_string_equal(told, "+1/2 +3/1 ");
	begin();
	assert_int_equal(catalogue_remove(cat, a->id, &err), 0);
	commit();
	assert_string_equal(told, "-1/0 +2/1 ");
}

/* One holder too many, and a key proves nothing for all the others too. */
static void
test_flooded_key(void **state)
{
	struct catalogue_status full;

	(void)state;
	begin();
	for (int i = 0; i < MERGE_KEY_MAX; i++)
		put(article("ca", i, "A", "10.1000/x"));
	commit();
	full = status();
	assert_int_equal(full.groups, 1);
	begin();
	put(article("sg", 1, "A", "10.1000/x"));
	commit();
	assert_int_equal(status().groups, MERGE_KEY_MAX + 1);
	assert_int_equal(view(id_of("ca", 1))->n_members, 1);
	begin();
	assert_int_equal(catalogue_remove(cat, id_of("sg", 1), &err), 0);
	commit();
	assert_int_equal(status().groups, 1);
	assert_string_equal(status().digest, full.digest);
}

static void
test_rollback(void **state)
{
	struct catalogue_status before;

	(void)state;
	begin();
	put(article("ca", 1, "A", "10.1000/x"));
	commit();
	before = status();
	begin();
	put(article("ca", 2, "B", "10.1000/x"));
	catalogue_rollback(cat);
	assert_string_equal(status().digest, before.digest);
	assert_null(view(id_of("ca", 2)));
	/* What was forgotten does not come back with the next one. */
	begin();
	put(article("ca", 3, "C", NULL));
	commit();
	assert_string_equal(told, "+2/1 ");
	assert_int_equal(view(id_of("ca", 1))->n_members, 1);
}

static int
refuse(void *ctx, int64_t group, const struct merge_view *v,
    struct err *ret_err)
{
	(void)ctx;
	(void)group;
	(void)v;
	return err_set(ret_err, ERR_SYS, "no");
}

static void
test_commit_fails(void **state)
{
	const struct catalogue_watch watch = { .changed = refuse };

	(void)state;
	begin();
	put(article("ca", 1, "A", NULL));
	assert_int_equal(catalogue_commit(cat, &watch, &err), -1);
	assert_int_equal(err.code, ERR_SYS);
	assert_int_equal(status().records, 0);
	begin();
	commit();
}

/* Notes who is called with what; refuses to prepare version `limit`. */
struct heard {
	char text[256];
	int64_t limit;
};

static int
hear_prepare(void *ctx, int64_t version, struct err *ret_err)
{
	struct heard *heard = ctx;
	size_t len = strlen(heard->text);

	assert_true(catalogue_before(cat) >= 0);
	snprintf(heard->text + len, sizeof(heard->text) - len, "prepare%lld ",
	    (long long)version);
	if (version == heard->limit)
		return err_set(ret_err, ERR_SYS, "no");
	return 0;
}

static int
hear_changed(void *ctx, int64_t group, const struct merge_view *v,
    struct err *ret_err)
{
	struct heard *heard = ctx;
	size_t len = strlen(heard->text);

	(void)ret_err;
	snprintf(heard->text + len, sizeof(heard->text) - len, "%c%lld ",
	    v == NULL ? '-' : '+', (long long)group);
	return 0;
}

static void
hear_settled(void *ctx, bool is_committed)
{
	struct heard *heard = ctx;
	size_t len = strlen(heard->text);

	/* Another transaction could start: this one is over. */
	assert_int_equal(catalogue_before(cat), -1);
	snprintf(heard->text + len, sizeof(heard->text) - len, "%s ",
	    is_committed ? "yes" : "no");
}

static void
test_watch(void **state)
{
	struct heard heard = { .limit = 3 };
	const struct catalogue_watch watch = { hear_changed, hear_prepare,
		hear_settled, &heard };

	(void)state;
	assert_int_equal(catalogue_before(cat), -1);
	begin();
	assert_int_equal(catalogue_before(cat), 0);
	put(article("ca", 1, "A", NULL));
	put(article("ca", 2, "B", NULL));
	assert_int_equal(catalogue_commit(cat, &watch, &err), 0);
	assert_string_equal(heard.text, "+1 +2 prepare1 yes ");

	heard.text[0] = '\0';
	begin();
	assert_int_equal(catalogue_commit(cat, &watch, &err), 0);
	assert_string_equal(heard.text, "prepare1 yes ");

	heard.text[0] = '\0';
	begin();
	put(article("ca", 1, "C", NULL));
	assert_int_equal(catalogue_commit(cat, &watch, &err), 0);
	assert_string_equal(heard.text, "+1 prepare2 yes ");

	heard.text[0] = '\0';
	begin();
	assert_int_equal(catalogue_before(cat), 2);
	assert_int_equal(catalogue_remove(cat, id_of("ca", 2), &err), 0);
	assert_int_equal(catalogue_commit(cat, &watch, &err), -1);
	assert_string_equal(heard.text, "-2 prepare3 no ");
	assert_int_equal(status().version, 2);

	/* Nobody was called: nothing to settle. */
	heard.text[0] = '\0';
	begin();
	catalogue_rollback(cat);
	assert_string_equal(heard.text, "");
}

static void
test_id(void **state)
{
	struct catalogue *other;
	char id[CATALOGUE_ID_LEN + 1];

	(void)state;
	assert_string_equal(catalogue_folder(cat), dir);
	assert_int_equal(strspn(catalogue_id(cat), "0123456789abcdef"),
	    CATALOGUE_ID_LEN);
	memcpy(id, catalogue_id(cat), sizeof(id));
	other = catalogue_open(dir, CATALOGUE_READ, &err);
	assert_non_null(other);
	assert_string_equal(catalogue_id(other), id);
	catalogue_close(other);
	/* Made again, it is another one. */
	catalogue_close(cat);
	assert_int_equal(catalogue_destroy(dir, &err), 0);
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	assert_string_not_equal(catalogue_id(cat), id);
}

static void
feed(const char *node, bool is_hidden)
{
	struct catalogue_feed f = { .serial = 5,
		.records = 2,
		.verified_at = 6,
		.expires_at = 7 };

	snprintf(f.node, sizeof(f.node), "%s", node);
	snprintf(f.digest, sizeof(f.digest), "abcd");
	f.is_hidden = is_hidden;
	begin();
	assert_int_equal(catalogue_feed_put(cat, &f, &err), 0);
	commit();
}

static int
count_ids(void *ctx, const char *id, const uint8_t digest[32],
    struct err *ret_err)
{
	(void)id;
	(void)digest;
	(void)ret_err;
	++*(int *)ctx;
	return 0;
}

static void
test_hidden(void **state)
{
	struct catalogue_status alone, both;
	struct catalogue_feed *feeds;
	size_t n;
	int ids = 0;

	(void)state;
	begin();
	put(article("ca", 1, "A", "10.1000/x"));
	commit();
	alone = status();
	begin();
	put(article("sg", 2, "B", "10.1000/x"));
	put(article("sg", 3, "C", NULL));
	commit();
	both = status();
	feed("sg", false);
	assert_string_equal(told, "");
	feed("sg", true);
	assert_string_equal(told, "+1/1 -3/0 ");
	assert_string_equal(status().digest, alone.digest);
	assert_int_equal(status().groups, 1);
	assert_null(view(id_of("sg", 3)));
	assert_int_equal(catalogue_ids(cat, "sg", "", count_ids, &ids, &err),
	    0);
	assert_int_equal(ids, 2);
	/* It may change while it is hidden. */
	begin();
	put(article("sg", 3, "C again", "10.1000/x"));
	put(article("sg", 4, "D", NULL));
	assert_int_equal(catalogue_remove(cat, id_of("sg", 4), &err), 0);
	commit();
	assert_string_equal(told, "");
	assert_string_equal(status().digest, alone.digest);
	begin();
	put(article("sg", 3, "C", NULL));
	commit();
	feed("sg", false);
	assert_string_equal(told, "+1/2 +3/1 ");
	assert_string_equal(status().digest, both.digest);
	assert_int_equal(catalogue_feeds(cat, arena, &feeds, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(feeds[0].node, "sg");
	assert_string_equal(feeds[0].digest, "abcd");
	assert_int_equal(feeds[0].expires_at, 7);
	assert_false(feeds[0].is_hidden);
	begin();
	assert_int_equal(catalogue_feed_remove(cat, "sg", &err), 0);
	commit();
	assert_string_equal(status().digest, alone.digest);
	assert_int_equal(catalogue_feed_get(cat, "sg", &feeds[0], &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static void
test_pages(void **state)
{
	struct catalogue_page *pages;
	size_t n;

	(void)state;
	begin();
	assert_int_equal(catalogue_page_put(cat, "ca", "1", "bb", &err), 0);
	assert_int_equal(catalogue_page_put(cat, "ca", "0", "aa", &err), 0);
	assert_int_equal(catalogue_page_put(cat, "ca", "1", "cc", &err), 0);
	assert_int_equal(catalogue_page_put(cat, "sg", "", "dd", &err), 0);
	assert_int_equal(catalogue_page_put(cat, "NO!", "", "dd", &err), -1);
	commit();
	assert_int_equal(catalogue_pages(cat, arena, "ca", &pages, &n, &err),
	    0);
	assert_int_equal(n, 2);
	assert_string_equal(pages[0].prefix, "0");
	assert_string_equal(pages[1].hash, "cc");
	begin();
	assert_int_equal(catalogue_page_drop(cat, "ca", "0", &err), 0);
	commit();
	assert_int_equal(catalogue_pages(cat, arena, "ca", &pages, &n, &err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(catalogue_pages(cat, arena, "pt", &pages, &n, &err),
	    0);
	assert_int_equal(n, 0);
}

static void
relate(struct record *rec, const char *id)
{
	struct value *v = record_add(rec, NULL, FIELD_RELATION, NULL, NULL);

	record_add(rec, v, FIELD_RELATION_TYPE, "part-of", NULL);
	record_add(rec, v, FIELD_RELATION_ID, id, NULL);
}

static void
test_linked(void **state)
{
	struct record *a = make(RECORD_KIND_PROGRAMME, "ca", 1, "A");
	struct record *b = make(RECORD_KIND_ORGANISATION, "sg", 2, "B");
	struct record *c = make(RECORD_KIND_PROGRAMME, "ca", 3, "C");
	struct value *org = record_add(c, NULL, FIELD_ORGANISATION, NULL, NULL);
	const char *to = id_of("pt", 9), **ids;
	size_t n;

	(void)state;
	relate(a, to);
	relate(a, to);
	record_add(b, NULL, FIELD_PARENT, to, NULL);
	record_add(c, org, FIELD_ORGANISATION_ID, to, NULL);
	begin();
	put(a);
	put(b);
	put(c);
	commit();
	assert_int_equal(catalogue_linked(cat, arena, to, &ids, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_string_equal(ids[0], a->id);
	assert_string_equal(ids[1], c->id);
	assert_string_equal(ids[2], b->id);
	begin();
	put(make(RECORD_KIND_PROGRAMME, "ca", 1, "A"));
	assert_int_equal(catalogue_remove(cat, b->id, &err), 0);
	commit();
	assert_int_equal(catalogue_linked(cat, arena, to, &ids, &n, &err), 0);
	assert_int_equal(n, 1);
}

struct walk {
	char last[RECORD_ID_MAX];
	int n;
	int stop_at;
};

static int
walk(void *ctx, struct record *rec, struct err *ret_err)
{
	struct walk *w = ctx;

	snprintf(w->last, sizeof(w->last), "%s", rec->id);
	if (++w->n == w->stop_at)
		return err_set(ret_err, ERR_LIMIT, "enough");
	return 0;
}

static int
put_again(void *ctx, const char *id, const uint8_t digest[32],
    struct err *ret_err)
{
	struct walk *w = ctx;
	uint8_t hash[32];

	(void)digest;
	assert_true(strcmp(w->last, id) < 0);
	snprintf(w->last, sizeof(w->last), "%s", id);
	sha256(id, strlen(id), hash);
	assert_int_equal(hash[0] >> 6, 2); /* "10" */
	w->n++;
	return catalogue_remove(cat, id, ret_err);
}

static void
test_walks(void **state)
{
	struct walk w = { .n = 0 };
	int removed;

	(void)state;
	begin();
	for (int i = 0; i < 60; i++)
		put(article(i % 2 == 0 ? "ca" : "sg", i, "A", NULL));
	commit();
	/* In steps of seven, going on from the last one seen. */
	for (int total = 0; total < 60; total = w.n) {
		w.stop_at = w.n + 7;
		if (catalogue_each(cat, w.n == 0 ? NULL : w.last, walk, &w,
			&err) == 0)
			break;
		assert_int_equal(err.code, ERR_LIMIT);
	}
	assert_int_equal(w.n, 60);
	memset(&w, 0, sizeof(w));
	begin();
	assert_int_equal(catalogue_ids(cat, "ca", "10", put_again, &w, &err),
	    0);
	commit();
	removed = w.n;
	assert_true(removed > 0 && removed < 30);
	assert_int_equal(status().records, 60 - removed);
	memset(&w, 0, sizeof(w));
	assert_int_equal(catalogue_each(cat, NULL, walk, &w, &err), 0);
	assert_int_equal(w.n, 60 - removed);
	assert_int_equal(catalogue_each(cat, "junk", walk, &w, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_put_and_read),
		TEST(test_groups),
		TEST(test_named_before_it_comes),
		TEST(test_flooded_key),
		TEST(test_rollback),
		TEST(test_commit_fails),
		TEST(test_watch),
		TEST(test_id),
		TEST(test_hidden),
		TEST(test_pages),
		TEST(test_linked),
		TEST(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
