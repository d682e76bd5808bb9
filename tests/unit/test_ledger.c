/*
 * ledger: versions and history, what publish/ reads, the published layout,
 * peers, and a ledger file that is damaged.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "ledger_scene.h"

/* What a feed entry is made of does not matter to the ledger. */
static int
entry(const struct record *rec, struct strbuf *ret_out, struct err *ret_err)
{
	(void)ret_err;
	strbuf_addf(ret_out, "<entry>%s %lld %s</entry>", rec->id,
	    (long long)rec->published_at, record_title(rec, NULL));
	return 0;
}

static int
bad_entry(const struct record *rec, struct strbuf *ret_out, struct err *ret_err)
{
	(void)ret_out;
	return err_set(ret_err, ERR_LIMIT, "%s is too large", rec->id);
}

static const char *
id_of(int i)
{
	return arena_printf(arena,
	    "urn:gspd:ca:%08x-0000-4000-8000-000000000000", (unsigned)i);
}

static struct record *
make(int i, const char *name)
{
	struct record *rec;

	rec = record_new(arena, RECORD_KIND_PROGRAMME, id_of(i), "en");
	record_add(rec, NULL, FIELD_NAME, name, NULL);
	return rec;
}

static enum ledger_change
save(struct record *rec, int64_t now)
{
	enum ledger_change change = LEDGER_SAME;

	assert_int_equal(ledger_begin(ledger, &err), 0);
	if (ledger_save(ledger, rec, now, "ann", "a note", entry, &change,
		&err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(ledger_commit(ledger, &err), 0);
	return change;
}

static void
test_versions(void **state)
{
	struct record *rec = make(1, "Choir"), *got;
	struct ledger_version *versions;
	enum ledger_change change;
	int64_t count;
	size_t n;

	(void)state;
	assert_int_equal(ledger_compare(ledger, rec, &change, &err), 0);
	assert_int_equal(change, LEDGER_NEW);
	assert_int_equal(save(rec, 100), LEDGER_NEW);
	assert_int_equal(rec->published_at, 100);
	assert_int_equal(rec->first_at, 100);
	assert_int_equal(rec->modified_at, 100);
	assert_int_equal(ledger_compare(ledger, rec, &change, &err), 0);
	assert_int_equal(change, LEDGER_SAME);

	/* The same again is nothing new, whatever its times say. */
	rec = make(1, "Choir");
	rec->modified_at = 77;
	assert_int_equal(save(rec, 200), LEDGER_SAME);
	assert_int_equal(rec->published_at, 100);
	assert_int_equal(rec->modified_at, 100);

	rec = make(1, "Big choir");
	rec->modified_at = 250;
	assert_int_equal(save(rec, 300), LEDGER_CHANGED);
	assert_int_equal(ledger_record(ledger, arena, rec->id, &got, &err), 0);
	assert_string_equal(record_title(got, NULL), "Big choir");
	assert_int_equal(got->first_at, 100);
	assert_int_equal(got->published_at, 300);
	assert_int_equal(got->modified_at, 250);

	assert_int_equal(ledger_history(ledger, arena, rec->id, &versions, &n,
			     &err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(versions[0].version, 2);
	assert_int_equal(versions[0].saved_at, 300);
	assert_string_equal(versions[1].actor, "ann");
	assert_string_equal(versions[1].note, "a note");
	assert_string_equal(record_title(versions[1].rec, NULL), "Choir");
	assert_int_equal(ledger_count(ledger, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ledger_check(ledger, &err), 0);
}

static void
test_retire(void **state)
{
	struct ledger_version *versions;
	struct record *got;
	int64_t count;
	size_t n;

	(void)state;
	assert_int_equal(ledger_retire(ledger, id_of(1), 5, "a", "", &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(save(make(1, "Choir"), 100), LEDGER_NEW);
	assert_int_equal(ledger_retire(ledger, id_of(1), 200, "bob", "closed",
			     &err),
	    0);
	assert_int_equal(ledger_retire(ledger, id_of(1), 5, "a", "", &err), -1);
	assert_int_equal(ledger_record(ledger, arena, id_of(1), &got, &err),
	    -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(ledger_count(ledger, &count, &err), 0);
	assert_int_equal(count, 0);
	/* Saved again, even unchanged, it is back; history goes on. */
	assert_int_equal(save(make(1, "Choir"), 300), LEDGER_NEW);
	assert_int_equal(ledger_history(ledger, arena, id_of(1), &versions, &n,
			     &err),
	    0);
	assert_int_equal(n, 3);
	assert_true(versions[1].is_retired);
	assert_null(versions[1].rec);
	assert_string_equal(versions[1].note, "closed");
	assert_int_equal(versions[0].rec->first_at, 100);
	assert_int_equal(ledger_history(ledger, arena, id_of(2), &versions, &n,
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static void
test_rollback(void **state)
{
	enum ledger_change change;
	int64_t n, bytes;

	(void)state;
	assert_int_equal(ledger_begin(ledger, &err), 0);
	assert_int_equal(ledger_save(ledger, make(1, "A"), 1, "a", "", entry,
			     &change, &err),
	    0);
	assert_int_equal(ledger_measure(ledger, "", &n, &bytes, &err), 0);
	assert_int_equal(n, 1);
	ledger_rollback(ledger);
	assert_int_equal(ledger_measure(ledger, "", &n, &bytes, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(ledger_begin(ledger, &err), 0);
	assert_int_equal(ledger_save(ledger, make(1, "A"), 1, "a", "",
			     bad_entry, &change, &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	ledger_rollback(ledger);
	assert_int_equal(ledger_count(ledger, &n, &err), 0);
	assert_int_equal(n, 0);
}

struct seen {
	uint8_t last[32];
	int64_t n;
	int64_t bytes;
	const char *prefix;
};

static int
see(void *ctx, const struct ledger_entry *e, struct err *ret_err)
{
	struct seen *seen = ctx;
	uint8_t hash[32];

	(void)ret_err;
	sha256(e->id, strlen(e->id), hash);
	assert_memory_equal(hash, e->hash, 32);
	assert_true(seen->n == 0 || memcmp(seen->last, hash, 32) < 0);
	for (size_t i = 0; seen->prefix[i] != '\0'; i++)
		assert_int_equal((hash[i / 8] >> (7 - i % 8)) & 1,
		    seen->prefix[i] - '0');
	assert_memory_equal(e->bytes, "<entry>", 7);
	memcpy(seen->last, hash, 32);
	seen->n++;
	seen->bytes += (int64_t)e->len;
	return 0;
}

static void
test_entries(void **state)
{
	static const char *const prefixes[] = { "", "0", "1", "00", "01", "10",
		"11", "0101", "111111111111" };
	struct seen seen[ARRAY_LEN(prefixes)] = { 0 };
	int64_t n, bytes;

	(void)state;
	for (int i = 0; i < 200; i++)
		save(make(i, i % 2 == 0 ? "Even" : "Odd ones"), 1000 + i);
	for (int i = 0; i < 200; i += 7)
		assert_int_equal(ledger_retire(ledger, id_of(i), 2000, "a", "",
				     &err),
		    0);
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		seen[i].prefix = prefixes[i];
		assert_int_equal(ledger_entries(ledger, prefixes[i], see,
				     &seen[i], &err),
		    0);
		assert_int_equal(ledger_measure(ledger, prefixes[i], &n, &bytes,
				     &err),
		    0);
		assert_int_equal(n, seen[i].n);
		assert_int_equal(bytes, seen[i].bytes);
	}
	assert_int_equal(seen[0].n, 200 - 29);
	assert_int_equal(seen[1].n + seen[2].n, seen[0].n);
	assert_int_equal(seen[3].n + seen[4].n, seen[1].n);
	assert_true(seen[7].n > 0);
}

static void
test_touched(void **state)
{
	struct ledger_head head = { 50, 60, 1, "aa" }, got;
	uint8_t(*hashes)[32];
	uint8_t want[32];
	size_t n;

	(void)state;
	assert_int_equal(ledger_head(ledger, &got, &err), 0);
	assert_int_equal(got.serial, 0);
	save(make(1, "A"), 1);
	save(make(2, "B"), 1);
	save(make(1, "A again"), 2);
	assert_int_equal(ledger_touched(ledger, arena, &hashes, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_true(memcmp(hashes[0], hashes[1], 32) < 0);
	/* Saved while the head was made: the next head's business. */
	save(make(3, "C"), 3);
	assert_int_equal(ledger_published(ledger, &head, &err), 0);
	assert_int_equal(ledger_touched(ledger, arena, &hashes, &n, &err), 0);
	assert_int_equal(n, 1);
	sha256(id_of(3), strlen(id_of(3)), want);
	assert_memory_equal(hashes[0], want, 32);
	head.serial = 51;
	assert_int_equal(ledger_published(ledger, &head, &err), 0);
	assert_int_equal(ledger_touched(ledger, arena, &hashes, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(ledger_retire(ledger, id_of(2), 9, "a", "", &err), 0);
	assert_int_equal(ledger_touched(ledger, arena, &hashes, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ledger_head(ledger, &got, &err), 0);
	assert_int_equal(got.serial, 51);
	assert_int_equal(got.epoch, 1);
	assert_string_equal(got.digest, "aa");
}

static struct record *
from_source(int i, const char *publisher, const char *upstream)
{
	struct record *rec = make(i, "Sourced");
	struct value *source = record_add(rec, NULL, FIELD_SOURCE, NULL, NULL);

	if (publisher != NULL)
		record_add(rec, source, FIELD_SOURCE_PUBLISHER, publisher,
		    NULL);
	record_add(rec, source, FIELD_SOURCE_ID, upstream, NULL);
	return rec;
}

static const char *
by_source(const char *publisher, const char *upstream)
{
	const char *id = "unset";

	if (ledger_by_source(ledger, arena, publisher, upstream, &id, &err) ==
	    -1)
		fail_msg("%s", err.text);
	return id;
}

static void
test_source(void **state)
{
	(void)state;
	save(from_source(1, "city.csv", "17"), 1);
	save(from_source(2, "town.csv", "17"), 1);
	save(from_source(3, NULL, "17"), 1);
	assert_string_equal(by_source("city.csv", "17"), id_of(1));
	assert_string_equal(by_source("town.csv", "17"), id_of(2));
	assert_string_equal(by_source(NULL, "17"), id_of(3));
	assert_null(by_source("city.csv", "18"));
	assert_null(by_source("17", "city.csv"));
	/* Its source changes: the old one leads nowhere. */
	save(from_source(1, "city.csv", "99"), 2);
	assert_null(by_source("city.csv", "17"));
	assert_string_equal(by_source("city.csv", "99"), id_of(1));
	assert_int_equal(ledger_retire(ledger, id_of(1), 3, "a", "", &err), 0);
	assert_null(by_source("city.csv", "99"));
}

static void
put_page(int level, const char *prefix, const char *hash)
{
	struct ledger_page page = { .n = 3, .len = 300, .level = level };

	snprintf(page.prefix, sizeof(page.prefix), "%s", prefix);
	snprintf(page.hash, sizeof(page.hash), "%s", hash);
	assert_int_equal(ledger_page_put(ledger, &page, &err), 0);
}

static void
test_pages(void **state)
{
	struct ledger_page *pages;
	const char **hashes;
	size_t n;

	(void)state;
	put_page(0, "00", "a1");
	put_page(0, "01", "a2");
	put_page(0, "1", "a3");
	put_page(1, "0", "b1");
	put_page(0, "01", "a4");
	assert_int_equal(ledger_pages(ledger, arena, 0, "", &pages, &n, &err),
	    0);
	assert_int_equal(n, 3);
	assert_string_equal(pages[1].prefix, "01");
	assert_string_equal(pages[1].hash, "a4");
	assert_int_equal(pages[1].len, 300);
	assert_int_equal(ledger_pages(ledger, arena, 0, "0", &pages, &n, &err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(ledger_page_drop(ledger, 0, "00", &err), 0);
	assert_int_equal(ledger_pages(ledger, arena, 0, "0", &pages, &n, &err),
	    0);
	assert_int_equal(n, 1);

	assert_int_equal(ledger_linger_put(ledger, "a1", 100, &err), 0);
	assert_int_equal(ledger_linger_put(ledger, "a2", 50, &err), 0);
	assert_int_equal(ledger_linger_put(ledger, "a2", 150, &err), 0);
	assert_int_equal(ledger_linger_put(ledger, "a9", 40, &err), 0);
	put_page(0, "00", "a9"); /* wanted again */
	assert_int_equal(ledger_linger_take(ledger, arena, 100, &hashes, &n,
			     &err),
	    0);
	assert_int_equal(n, 1);
	assert_string_equal(hashes[0], "a1");
	assert_int_equal(ledger_linger_take(ledger, arena, 1000, &hashes, &n,
			     &err),
	    0);
	assert_int_equal(n, 1);
	assert_string_equal(hashes[0], "a2");
	assert_int_equal(ledger_linger_take(ledger, arena, 1000, &hashes, &n,
			     &err),
	    0);
	assert_int_equal(n, 0);
}

static void
test_peer_roundtrip(void **state)
{
	struct ledger_peer peer, got;
	int64_t *const numbers[] = { &peer.state_since, &peer.serial,
		&peer.epoch, &peer.next_promised, &peer.expires, &peer.last_try,
		&peer.last_good, &peer.retry_at, &peer.failures, &peer.records,
		&peer.bad_records, &peer.held_serial, &peer.held_since,
		&peer.held_heads };

	(void)state;
	memset(&peer, 0, sizeof(peer));
	assert_int_equal(ledger_peer_get(ledger, "pt", &got, &err), 0);
	assert_int_equal(got.state, PEER_NEW);
	assert_string_equal(got.name, "pt");
	snprintf(peer.name, sizeof(peer.name), "pt");
	snprintf(peer.reason, sizeof(peer.reason), "it's; -- \"odd\"");
	snprintf(peer.etag, sizeof(peer.etag), "\"x\"");
	snprintf(peer.digest, sizeof(peer.digest), "dd");
	snprintf(peer.nextkey, sizeof(peer.nextkey), "nn");
	peer.state = PEER_HELD;
	/* Every number its own, so that none can take another's place. */
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		*numbers[i] = (int64_t)i + 1;
	peer.is_released = true;
	assert_int_equal(ledger_peer_put(ledger, &peer, &err), 0);
	memset(&got, 0, sizeof(got));
	assert_int_equal(ledger_peer_get(ledger, "pt", &got, &err), 0);
	assert_memory_equal(&got, &peer, sizeof(peer));
	assert_int_equal(ledger_peer_remove(ledger, "pt", &err), 0);
	assert_int_equal(ledger_peer_get(ledger, "pt", &got, &err), 0);
	assert_int_equal(got.serial, 0);
}

static void
test_pulls_and_bad(void **state)
{
	const char *ids[120], *reasons[120];
	const char **got_ids, **got_reasons;
	struct ledger_pull pull = { 0 }, *pulls;
	size_t n;

	(void)state;
	for (int i = 0; i < 40; i++) {
		pull.at = i;
		pull.state = PEER_LATE;
		assert_int_equal(ledger_pull_add(ledger, "pt", &pull, &err), 0);
	}
	assert_int_equal(ledger_pull_add(ledger, "es", &pull, &err), 0);
	assert_int_equal(ledger_pulls(ledger, arena, "pt", &pulls, &n, &err),
	    0);
	assert_int_equal(n, 30);
	assert_int_equal(pulls[0].at, 39);
	assert_int_equal(pulls[29].at, 10);
	assert_int_equal(pulls[0].state, PEER_LATE);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		ids[i] = id_of((int)i);
		reasons[i] = "no name";
	}
	assert_int_equal(ledger_bad_set(ledger, "pt", ids, reasons,
			     ARRAY_LEN(ids), &err),
	    0);
	assert_int_equal(ledger_bad(ledger, arena, "pt", &got_ids, &got_reasons,
			     &n, &err),
	    0);
	assert_int_equal(n, 100);
	assert_string_equal(got_ids[3], id_of(3));
	assert_string_equal(got_reasons[99], "no name");
	assert_int_equal(ledger_bad_set(ledger, "pt", ids, reasons, 1, &err),
	    0);
	assert_int_equal(ledger_bad(ledger, arena, "pt", &got_ids, &got_reasons,
			     &n, &err),
	    0);
	assert_int_equal(n, 1);
}

static void
test_audit_and_copy(void **state)
{
	struct ledger *other;
	struct ledger_note *notes;
	struct record *got;
	char to[160];
	size_t n;

	(void)state;
	assert_int_equal(ledger_audit(ledger, 1, "ann", "save", "one", &err),
	    0);
	assert_int_equal(ledger_audit(ledger, 2, NULL, "pull", NULL, &err), 0);
	assert_int_equal(ledger_audits(ledger, arena, 10, &notes, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(notes[0].what, "pull");
	assert_string_equal(notes[1].detail, "one");
	assert_int_equal(ledger_audits(ledger, arena, 1, &notes, &n, &err), 0);
	assert_int_equal(n, 1);

	/* Another handle, as the web process has. */
	other = ledger_open(dir, false, &err);
	assert_non_null(other);
	assert_false(ledger_changed(other));
	save(make(1, "Choir"), 1);
	assert_true(ledger_changed(other));
	assert_false(ledger_changed(other));
	assert_false(ledger_changed(ledger));
	ledger_close(other);

	snprintf(to, sizeof(to), "%s/copy", dir);
	assert_int_equal(file_mkdirs(to, 0700, &err), 0);
	snprintf(to, sizeof(to), "%s/copy/ledger.db", dir);
	assert_int_equal(ledger_copy(ledger, to, &err), 0);
	snprintf(to, sizeof(to), "%s/copy", dir);
	other = ledger_open(to, false, &err);
	assert_non_null(other);
	assert_int_equal(ledger_record(other, arena, id_of(1), &got, &err), 0);
	ledger_close(other);
}

static void
assert_refused(const char *path, const void *data, size_t len)
{
	struct strbuf now;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	assert_null(ledger_open(dir, false, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "ledger.db"));
	assert_non_null(strstr(err.text, "backup"));
	/* Not even init writes over it, unless nothing is there. */
	if (len > 0) {
		assert_null(ledger_open(dir, true, &err));
		assert_int_equal(err.code, ERR_DB);
	}
	assert_int_equal(file_read(path, 1 << 26, &now, &err), 0);
	assert_int_equal(now.len, len);
	assert_memory_equal(now.buf, data, len);
	strbuf_release(&now);
}

static void
test_damage(void **state)
{
	struct strbuf whole;
	char path[160];
	char *bad;

	(void)state;
	for (int i = 0; i < 50; i++)
		save(make(i, "Choir"), 1);
	ledger_close(ledger);
	ledger = NULL;
	snprintf(path, sizeof(path), "%s/ledger.db", dir);
	assert_int_equal(file_read(path, 1 << 26, &whole, &err), 0);
	assert_refused(path, whole.buf, 0);
	assert_refused(path, whole.buf, 50);
	assert_refused(path, whole.buf, whole.len / 2);
	assert_refused(path, whole.buf, whole.len - 1);
	bad = xmalloc(whole.len);
	memcpy(bad, whole.buf, whole.len);
	memset(bad, 'x', 16);
	assert_refused(path, bad, whole.len);
	memcpy(bad, whole.buf, whole.len);
	memset(bad + 100, 0xee, 8000);
	assert_refused(path, bad, whole.len);
	free(bad);
	strbuf_release(&whole);
	assert_int_equal(file_remove(path, &err), 0);
	assert_null(ledger_open(dir, false, &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_versions),
		TEST(test_retire),
		TEST(test_rollback),
		TEST(test_entries),
		TEST(test_touched),
		TEST(test_source),
		TEST(test_pages),
		TEST(test_peer_roundtrip),
		TEST(test_pulls_and_bad),
		TEST(test_audit_and_copy),
		TEST(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
