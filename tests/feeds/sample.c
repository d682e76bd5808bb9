/*
 * The records, pages and heads of the tests; see sample.h. What fails here
 * is a bug in the test, so it aborts.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/feeds/sample.h"

#define SAMPLE_NS "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static void
add(struct record *rec, enum field_id id, const char *text)
{
	(void)record_add(rec, NULL, id, text, NULL);
}

static struct value *
group(struct record *rec, enum field_id id, enum field_id child,
    const char *text)
{
	struct value *value = record_add(rec, NULL, id, NULL, NULL);

	(void)record_add(rec, value, child, text, NULL);
	return value;
}

static void
fill_programme(struct record *rec, const char *title, unsigned n)
{
	struct value *v;

	add(rec, FIELD_NAME, title);
	v = record_add(rec, NULL, FIELD_NAME, "Chorale du quartier & amis",
	    "fr");
	v->made = "machine";
	v->of = "1";
	add(rec, FIELD_SUMMARY, "Singing <together> on \"Tuesdays\".");
	add(rec, FIELD_STATUS, "active");
	add(rec, FIELD_ZONE, "arts");
	if (n % 2 == 0)
		add(rec, FIELD_ZONE, "exercise");
	add(rec, FIELD_ACCESS, "self");
	add(rec, FIELD_ACCESS_URL, "https://example.org/join?a=1&b=2");
	v = group(rec, FIELD_SITE, FIELD_SITE_NAME, "Town hall");
	(void)record_add(rec, v, FIELD_SITE_LAT, "45.42", NULL);
	(void)record_add(rec, v, FIELD_SITE_LON, "-75.69", NULL);
	(void)group(rec, FIELD_AREA, FIELD_AREA_COUNTRY, "CA");
	(void)group(rec, FIELD_ORGANISATION, FIELD_ORGANISATION_NAME,
	    "Singing for All");
	if (n % 5 == 0)
		(void)record_add_unknown(rec, NULL,
		    "<later a=\"1\">kept</later>", 26);
}

static void
fill_evidence(struct record *rec, const char *title)
{
	struct value *v;

	add(rec, FIELD_TITLE, title);
	add(rec, FIELD_YEAR, "2024");
	add(rec, FIELD_TYPE, "article");
	add(rec, FIELD_DESIGN, "rct");
	v = group(rec, FIELD_IDENTIFIER, FIELD_IDENTIFIER_SCHEME, "doi");
	(void)record_add(rec, v, FIELD_IDENTIFIER_VALUE, "10.1000/xyz", NULL);
	v = group(rec, FIELD_AUTHOR, FIELD_AUTHOR_FAMILY,
	    "N\xc3\xba\xc3\xb1"
	    "ez");
	(void)record_add(rec, v, FIELD_AUTHOR_GIVEN, "A.", NULL);
	add(rec, FIELD_URL, "https://example.org/paper");
}

struct record *
sample_record(struct arena *arena, const char *node, unsigned n)
{
	static const enum record_kind kinds[] = { RECORD_KIND_PROGRAMME,
		RECORD_KIND_EVIDENCE, RECORD_KIND_ORGANISATION };
	enum record_kind kind = kinds[n % ARRAY_LEN(kinds)];
	struct record *rec;
	char uuid[37], name[32];

	snprintf(name, sizeof(name), "sample %u", n);
	uuid_named(SAMPLE_NS, name, uuid);
	rec = record_new(arena, kind, record_id_make(arena, node, uuid), "en");
	rec->published_at = SAMPLE_NOW - 86400 + n;
	rec->first_at = SAMPLE_NOW - 2 * 86400;
	rec->modified_at = SAMPLE_NOW - 3 * 86400;
	add(rec, FIELD_LICENCE, "CC-BY-4.0");
	switch (kind) {
	case RECORD_KIND_PROGRAMME: fill_programme(rec, name, n); break;
	case RECORD_KIND_EVIDENCE: fill_evidence(rec, name); break;
	default:
		add(rec, FIELD_NAME, name);
		add(rec, FIELD_COUNTRY, "CA");
		add(rec, FIELD_ORGANISATION_TYPE, "charity");
		add(rec, FIELD_WEBSITE, "https://example.org/");
		break;
	}
	return rec;
}

/* An entry with the hash of its id; entry and item stay side by side. */
struct sample_entry {
	struct feed_item item;
	struct feed_entry entry;
};

static int
by_hash(const void *a, const void *b)
{
	const struct sample_entry *x = a, *y = b;

	return memcmp(x->item.hash, y->item.hash, 32);
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct feed_entry *)a)->id,
	    ((const struct feed_entry *)b)->id);
}

static void
make_entry(struct arena *arena, const char *node, unsigned n,
    struct sample_entry *ret_entry)
{
	struct record *rec = sample_record(arena, node, n);
	struct strbuf sb;
	struct err err;

	strbuf_init(&sb, FEED_RECORD_MAX);
	if (feed_entry_write(rec, &sb, &err) != 0)
		abort();
	ret_entry->entry.id = rec->id;
	ret_entry->entry.bytes = arena_strndup(arena, sb.buf, sb.len);
	ret_entry->entry.len = sb.len;
	ret_entry->entry.published_at = rec->published_at;
	ret_entry->item.len = (uint32_t)sb.len;
	sha256(rec->id, strlen(rec->id), ret_entry->item.hash);
	strbuf_release(&sb);
}

static void
fill_page(struct arena *arena, const char *node, const char *prefix,
    struct feed_entry *entries, size_t n, struct sample_page *ret_page)
{
	struct strbuf sb;

	qsort(entries, n, sizeof(*entries), by_id);
	strbuf_init(&sb, FEED_PAGE_MAX);
	feed_page_write(node, prefix, entries, n, &sb);
	assert(!sb.overflow);
	memset(ret_page, 0, sizeof(*ret_page));
	ret_page->bytes = arena_strndup(arena, sb.buf, sb.len);
	ret_page->len = sb.len;
	snprintf(ret_page->ref.prefix, sizeof(ret_page->ref.prefix), "%s",
	    prefix);
	sha256_hex(sb.buf, sb.len, ret_page->ref.hash);
	ret_page->ref.n = (uint32_t)n;
	ret_page->ref.len = (uint32_t)sb.len;
	strbuf_release(&sb);
}

void
sample_page(struct arena *arena, const char *node, const char *prefix,
    unsigned first, unsigned n, struct sample_page *ret_page)
{
	struct feed_entry *entries = arena_alloc(arena, n * sizeof(*entries));
	unsigned i;

	for (i = 0; i < n; i++) {
		struct sample_entry e;

		make_entry(arena, node, first + i, &e);
		entries[i] = e.entry;
	}
	fill_page(arena, node, prefix, entries, n, ret_page);
}

struct cutter {
	struct arena *arena;
	struct sample_entry *all;
	const struct feed_item *items;
	struct sample_feed *feed;
};

static int
on_page(void *ctx, const char *prefix, const struct feed_item *items, size_t n,
    struct err *err)
{
	struct cutter *c = ctx;
	struct feed_entry *entries = arena_alloc(c->arena,
	    n * sizeof(*entries));
	size_t from = (size_t)(items - c->items), i;

	(void)err;
	for (i = 0; i < n; i++)
		entries[i] = c->all[from + i].entry;
	fill_page(c->arena, c->feed->head.node, prefix, entries, n,
	    &c->feed->pages[c->feed->n_pages++]);
	return 0;
}

void
sample_feed(struct arena *arena, const char *node, int64_t serial, unsigned n,
    struct sample_feed *ret_feed)
{
	struct sample_entry *all = arena_alloc(arena, (n + 1) * sizeof(*all));
	struct feed_item *items = arena_alloc(arena, (n + 1) * sizeof(*items));
	struct cutter c = { arena, all, items, ret_feed };
	struct feed_head *head = &ret_feed->head;
	struct err err;
	unsigned i;

	memset(ret_feed, 0, sizeof(*ret_feed));
	ret_feed->pages = arena_alloc(arena,
	    (n + 1) * sizeof(*ret_feed->pages));
	snprintf(head->node, sizeof(head->node), "%s", node);
	for (i = 0; i < n; i++)
		make_entry(arena, node, i, &all[i]);
	qsort(all, n, sizeof(*all), by_hash);
	for (i = 0; i < n; i++)
		items[i] = all[i].item;
	if (feed_trie_cut("", items, n, on_page, &c, &err) != 0)
		abort();
	head->serial = serial;
	head->next = serial + FEED_NEXT_S;
	head->expires = serial + FEED_EXPIRES_S;
	head->records = n;
	memset(head->nextkey, 'a', 64);
	head->n_refs = ret_feed->n_pages;
	head->refs = arena_alloc(arena, (n + 1) * sizeof(*head->refs));
	for (i = 0; i < ret_feed->n_pages; i++)
		head->refs[i] = ret_feed->pages[i].ref;
}

struct key *
sample_key(const char *name)
{
	const char *source = getenv("GSPD_SOURCE");
	char path[4096], copy[] = "/tmp/gspd-key-XXXXXX";
	struct strbuf sb;
	struct key *key;
	struct err err;
	int fd;

	snprintf(path, sizeof(path), "%s/tests/feeds/key-%s.pem",
	    source != NULL ? source : ".", name);
	/* A checkout has no private modes: read a copy that does. */
	fd = mkstemp(copy);
	if (fd < 0 || file_read(path, 16384, &sb, &err) != 0 ||
	    write(fd, sb.buf, sb.len) != (ssize_t)sb.len) {
		fprintf(stderr, "no key %s\n", path);
		abort();
	}
	close(fd);
	strbuf_release(&sb);
	key = key_read(copy, &err);
	(void)unlink(copy);
	if (key == NULL) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return key;
}
