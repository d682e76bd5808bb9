/*
 * pull: peers that lie, roll back, fork, forge, hide pages, stall (pull.h,
 * feed-protocol.md 7 to 10). What was accepted stays, and the reason stands
 * in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pull_scene.h"

static char *
head_path(void)
{
	return world_path(&origin, arena, "feed/head.xml");
}

static struct strbuf
head_bytes(void)
{
	struct strbuf bytes;

	if (file_read(head_path(), FEED_HEAD_MAX, &bytes, &err) == -1)
		fail_msg("%s", err.text);
	return bytes;
}

static void
put_head(const struct strbuf *bytes)
{
	assert_int_equal(file_replace(head_path(), bytes->buf, bytes->len, 0644,
			     &err),
	    0);
}

/* The head that is published, parsed. */
static struct feed_head
read_head(void)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = origin.now,
		.epoch = -1 };
	struct strbuf bytes = head_bytes();
	struct feed_head head;
	char digest[65];

	assert_int_equal(verify_head(arena, bytes.buf, bytes.len, &policy,
			     &head, digest, &err),
	    VERIFY_NEW);
	strbuf_release(&bytes);
	return head;
}

/* Sign whatever this says and put it in place of the published one. */
static void
forge(struct feed_head *head, const struct key *key)
{
	struct strbuf bytes;
	char digest[65];

	strbuf_init(&bytes, FEED_HEAD_MAX);
	if (verify_sign_head(arena, head, key, &bytes, digest, &err) == -1)
		fail_msg("%s", err.text);
	put_head(&bytes);
	strbuf_release(&bytes);
}

static void
put_object(struct feed_ref *ref, const struct strbuf *bytes)
{
	struct strbuf packed;

	ref->len = (uint32_t)bytes->len;
	sha256_hex(bytes->buf, bytes->len, ref->hash);
	strbuf_init(&packed, 1 << 20);
	gzip_pack(bytes->buf, bytes->len, &packed);
	assert_int_equal(file_put(arena_printf(arena, "%s/feed/p/%s.xml.gz",
				      origin.folder, ref->hash),
			     packed.buf, packed.len, 0644, &err),
	    0);
	strbuf_release(&packed);
}

static void
test_rollback(void **state)
{
	struct strbuf old = head_bytes();
	struct ledger_peer row;

	(void)state;
	pull_to(PEER_FRESH, "");
	origin.now += 100;
	reader.now = origin.now;
	world_save(&origin, 17, "Band");
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
	put_head(&old);
	pull_to(PEER_REJECTED, "rollback");
	row = reader_row(&reader, "ca");
	assert_int_equal(row.serial, origin.now);
	assert_int_equal(row.failures, 1);
	assert_int_equal(reader_records(&reader), 300);
	pull_to(PEER_REJECTED, "rollback");
	assert_int_equal(reader_row(&reader, "ca").failures, 2);
	/* Its next head ends that. */
	world_publish(&origin);
	reader.now += 100;
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").failures, 0);
	strbuf_release(&old);
}

static void
test_fork(void **state)
{
	struct strbuf good = head_bytes();
	struct feed_head head;

	(void)state;
	pull_to(PEER_FRESH, "");
	head = read_head();
	head.next++;
	forge(&head, origin.key);
	pull_to(PEER_FORKED, "gspd peer evidence");
	assert_int_equal(count_forks(), 2);
	assert_int_equal(reader_records(&reader), 300);
	pull_to(PEER_FORKED, "gspd peer evidence");
	assert_int_equal(count_forks(), 2);
	/* Showing the first one again does not end the alarm ... */
	put_head(&good);
	pull_to(PEER_FORKED, "gspd peer evidence");
	/* ... a higher serial does. */
	origin.now += 10;
	reader.now += 10;
	world_save(&origin, 1, "Band");
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
	assert_int_equal(count_forks(), 2);
	/* Evidence does not fill the disk. */
	for (int i = 1; i < 30; i++) {
		head = read_head();
		head.next += i;
		forge(&head, origin.key);
		pull_to(PEER_FORKED, "gspd peer evidence");
	}
	assert_in_range(count_forks(), 10, 22);
	strbuf_release(&good);
}

static void
test_expired_at_first(void **state)
{
	(void)state;
	reader.now += FEED_EXPIRES_S + 10;
	pull_to(PEER_STALE, "expired");
	assert_int_equal(reader_records(&reader), 0);
	assert_int_equal(reader_row(&reader, "ca").serial, 0);
}

static void
test_wrong_key(void **state)
{
	struct feed_head head = read_head();
	struct key *other = key_new(&err);

	(void)state;
	pull_to(PEER_FRESH, "");
	head.serial += 10;
	forge(&head, other);
	pull_to(PEER_REJECTED, "key");
	key_free(other);
	/* Signed by the right key, but for another node. */
	(void)snprintf(head.node, sizeof(head.node), "nz");
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "nz");
	/* From the future. */
	(void)snprintf(head.node, sizeof(head.node), "ca");
	head.serial = reader.now + FEED_CLOCK_AHEAD_S + 10;
	head.next = head.expires = head.serial + 100;
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "ahead");
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_rubbish(void **state)
{
	struct strbuf bytes;

	(void)state;
	strbuf_init(&bytes, 1 << 20);
	put_head(&bytes);
	pull_to(PEER_REJECTED, "");
	strbuf_addstr(&bytes,
	    "<!DOCTYPE x [<!ENTITY a \"b\">]><head>&a;</head>");
	put_head(&bytes);
	pull_to(PEER_REJECTED, "");
	while (bytes.len <= FEED_HEAD_MAX)
		strbuf_addstr(&bytes, "more and more ");
	put_head(&bytes);
	/* The site itself serves no more than a head may have. */
	pull_to(PEER_UNREACHABLE, "404");
	strbuf_release(&bytes);
}

/* The first page of the head, with one record of another node in it. */
static void
test_foreign_id(void **state)
{
	struct feed_head head = read_head();
	struct world other;
	struct arena *notes = arena_new();
	struct record *rec;
	struct feed_entry entry = { 0 };
	struct strbuf bytes, page;
	struct ledger_page *rows;
	size_t n;

	(void)state;
	pull_to(PEER_FRESH, "");
	world_init(&other, "nz");
	world_save(&other, 1, "Haka");
	strbuf_init(&bytes, FEED_RECORD_MAX);
	strbuf_init(&page, FEED_PAGE_MAX);
	assert_int_equal(ledger_record(other.ledger, notes,
			     world_id(&other, notes, 1), &rec, &err),
	    0);
	assert_int_equal(feed_entry_write(rec, &bytes, &err), 0);
	entry.id = rec->id;
	entry.bytes = bytes.buf;
	entry.len = bytes.len;
	entry.published_at = rec->published_at;
	feed_page_write("ca", "", &entry, 1, &page);
	head.serial += 10;
	head.n_refs = 1;
	head.refs = arena_alloc(arena, sizeof(*head.refs));
	head.refs[0].n = 1;
	head.records = 1;
	put_object(&head.refs[0], &page);
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "nz");
	assert_int_equal(reader_records(&reader), 300);
	/* The same in its own bucket is no better. */
	strbuf_reset(&page);
	feed_page_write("nz", "", &entry, 1, &page);
	put_object(&head.refs[0], &page);
	head.serial += 10;
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "");
	assert_int_equal(ledger_pages(origin.ledger, arena, 0, "", &rows, &n,
			     &err),
	    0);
	/* A page of the right node under a prefix that is not its own. */
	head = read_head();
	head.serial += 10;
	head.n_refs = 1;
	head.refs = arena_alloc(arena, sizeof(*head.refs));
	head.refs[0].n = (uint32_t)rows[0].n;
	head.refs[0].len = (uint32_t)rows[0].len;
	memcpy(head.refs[0].hash, rows[0].hash, 65);
	head.records = head.refs[0].n;
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "");
	assert_int_equal(reader_records(&reader), 300);
	strbuf_release(&bytes);
	strbuf_release(&page);
	world_release(&other);
	arena_free(notes);
}

/* The process that reads its bytes fails: the next round heals. A round in
 * which nothing changed needs none. */
static void
test_reader(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	const char *liar = arena_printf(arena, "%s/crashes", reader.folder);

	(void)state;
	if (build == NULL)
		build = ".";
	assert_int_equal(symlink(arena_printf(arena, "%s/tests/unit/parse_liar",
				     build),
			     liar),
	    0);
	reader.env.parser = liar;
	pull_to(PEER_REJECTED, "killed by signal 11");
	assert_int_equal(reader_records(&reader), 0);
	reader.env.parser = arena_printf(arena, "%s/gspd", build);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 300);
	reader.env.parser = "/nonexistent/gspd";
	pull_to(PEER_FRESH, "");
	/* Its pages, too: what was accepted stays. */
	world_save(&origin, 5, "Band");
	origin.now = reader.now = origin.now + 10;
	world_publish(&origin);
	reader.env.parser = liar;
	pull_to(PEER_REJECTED, "killed by signal 11");
	assert_int_equal(reader_records(&reader), 300);
	reader.env.parser = NULL;
	pull_to(PEER_FRESH, "");
}

/* While it is waited for nobody else has a turn: that is made up for. */
static void
test_slow_reader(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	const char *slow = arena_printf(arena, "%s/slow", reader.folder);
	struct ledger_peer row;

	(void)state;
	assert_int_equal(symlink(arena_printf(arena, "%s/tests/unit/parse_liar",
				     build != NULL ? build : "."),
			     slow),
	    0);
	reader.env.parser = slow;
	pull_to(PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	assert_in_range(pull_due(&row, 60, reader.now), 100, 1200);
	/* Which a good round ends. */
	reader.now += 4000;
	reader.env.parser = NULL;
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").retry_at, 0);
}

static void
test_lying_sums(void **state)
{
	struct feed_head head = read_head();
	struct strbuf index;
	struct feed_ref ref = { .is_index = true };

	(void)state;
	/* An index that lists fewer records than it stands for. */
	strbuf_init(&index, FEED_INDEX_MAX);
	assert_int_equal(feed_index_write("ca", "", head.refs, head.n_refs,
			     &index, &err),
	    0);
	ref.n = (uint32_t)head.records + 1;
	put_object(&ref, &index);
	head.refs = &ref;
	head.n_refs = 1;
	head.records = ref.n;
	head.serial += 10;
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "300 records, the head says");
	/* The same with honest sums is a feed. */
	ref.n--;
	head.records--;
	head.serial += 10;
	forge(&head, origin.key);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 300);
	strbuf_release(&index);
}

/* The pages are applied already, so only their sum can tell. */
static void
test_lying_counts(void **state)
{
	struct feed_head head = read_head();

	(void)state;
	pull_to(PEER_FRESH, "");
	head.refs[0].n--;
	head.records--;
	head.serial += 10;
	forge(&head, origin.key);
	pull_to(PEER_REJECTED, "pages hold 300");
	assert_int_equal(reader_row(&reader, "ca").records, 300);
	/* With a bad record among them the sum still holds. */
	world_save_bad(&origin, 7);
	origin.now += 100;
	reader.now = origin.now;
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").records, 299);
	origin.now += 100;
	reader.now = origin.now;
	world_save(&origin, 300, "Band");
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").records, 300);
}

static void
test_limits(void **state)
{
	(void)state;
	peer.max_records = 299;
	pull_to(PEER_REJECTED, "max-records");
	peer.max_records = 300;
	peer.max_bytes = 1000;
	pull_to(PEER_REJECTED, "max-bytes");
	assert_int_equal(site.objects, 0);
	peer.max_bytes = 1 << 20;
	pull_to(PEER_FRESH, "");
}

static void
test_pages_gone(void **state)
{
	struct pull_result result;

	(void)state;
	atomic_store(&site.mode, SITE_SOME_GONE);
	pull_to(PEER_UNREACHABLE, "404");
	assert_int_equal(site.heads, 3); /* read again twice at most */
	assert_int_equal(reader_records(&reader), 0);
	/* What came was kept: four at once, so two at least before the sixth. */
	site_reset(&site);
	result = pull_to(PEER_FRESH, "");
	assert_true(site.objects <= result.pages - 2);
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_pages_wrong(void **state)
{
	(void)state;
	atomic_store(&site.mode, SITE_PAGES_WRONG);
	pull_to(PEER_REJECTED, "");
	assert_int_equal(site.heads, 3);
	assert_int_equal(reader_records(&reader), 0);
	/* An old cache on the way is got around. */
	assert_int_equal(pull_release(reader.ledger, "ca", &err), 0);
	site_reset(&site);
	atomic_store(&site.mode, SITE_OLD_CACHE);
	pull_to(PEER_FRESH, "");
	assert_int_equal(site.heads, 2);
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_busy(void **state)
{
	struct ledger_peer row;

	(void)state;
	atomic_store(&site.mode, SITE_BUSY);
	pull_to(PEER_UNREACHABLE, "503");
	row = reader_row(&reader, "ca");
	assert_int_equal(row.retry_at, reader.now + 120);
	assert_int_equal(row.failures, 1);
	assert_true(pull_due(&row, 1, reader.now) >= 120);
	pull_to(PEER_UNREACHABLE, "503");
	assert_int_equal(reader_row(&reader, "ca").failures, 2);
	assert_int_equal(reader_row(&reader, "ca").state_since, reader.now);
}

static void
test_private(void **state)
{
	(void)state;
	peer.allow_private = false;
	pull_to(PEER_UNREACHABLE, "allow-private");
	peer.allow_private = true;
	peer.is_insecure = false;
	pull_to(PEER_UNREACHABLE, "insecure");
	assert_int_equal(site.heads, 0);
}

/* A staged or kept file that a crash has cut is only fetched again. */
static void
test_damaged_store(void **state)
{
	struct feed_head head = read_head();

	(void)state;
	assert_int_equal(file_mkdirs(arena_printf(arena, "%s/pages/ca/staging",
					 reader.folder),
			     0755, &err),
	    0);
	for (size_t i = 0; i < head.n_refs; i++)
		assert_int_equal(file_put(arena_printf(arena,
					      "%s/pages/ca/staging/%s.xml.gz",
					      reader.folder, head.refs[i].hash),
				     i % 2 ? "cut" : "", i % 2 ? 3 : 0, 0644,
				     &err),
		    0);
	pull_to(PEER_FRESH, "");
	assert_int_equal(site.objects, head.n_refs);
	assert_int_equal(reader_records(&reader), 300);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_full, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_rollback),
		ROW(test_fork),
		ROW(test_expired_at_first),
		ROW(test_wrong_key),
		ROW(test_rubbish),
		ROW(test_foreign_id),
		ROW(test_lying_sums),
		ROW(test_lying_counts),
		ROW(test_limits),
		ROW(test_pages_gone),
		ROW(test_pages_wrong),
		ROW(test_busy),
		ROW(test_private),
		ROW(test_damaged_store),
		ROW(test_reader),
		ROW(test_slow_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
