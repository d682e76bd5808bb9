/*
 * Pages (design: feed-protocol.md 3): an Atom feed whose frame is fixed, and
 * entries whose bytes are taken as they stand. A page is walked by counting
 * tags; each entry is parsed by itself, so it has to be self-contained, and a
 * bad one costs nobody but itself.
 */
#include <string.h>

#include "feed/part.h"

#define PAGE_OPEN  "<a:feed xmlns:a=\"" ATOM_NS "\">"
#define PAGE_CLOSE "</a:feed>"

void
feed_page_write(const char *node, const char *prefix,
    const struct feed_entry *entries, size_t n, struct strbuf *ret_out)
{
	struct xml_writer *w = xml_writer_new(ret_out);
	struct strbuf text;
	char updated[CLOCK_TEXT_LEN];
	int64_t newest = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (entries[i].published_at > newest)
			newest = entries[i].published_at;
	clock_format(newest, updated);
	strbuf_init(&text, 256);
	xml_writer_start(w, "a:feed");
	xml_writer_attr(w, "xmlns:a", ATOM_NS);
	strbuf_addf(&text, "urn:gspd:%s:page:%s", node, prefix);
	xml_writer_element(w, "a:id", text.buf);
	strbuf_reset(&text);
	strbuf_addf(&text, "%s page %s", node, prefix);
	xml_writer_element(w, "a:title", text.buf);
	xml_writer_element(w, "a:updated", updated);
	xml_writer_start(w, "a:author");
	xml_writer_element(w, "a:name", node);
	xml_writer_end(w);
	for (i = 0; i < n; i++)
		xml_writer_raw(w, entries[i].bytes, entries[i].len);
	xml_writer_end(w);
	xml_writer_free(w);
	strbuf_release(&text);
}

/* What stands before the first entry. */
struct frame {
	unsigned depth;
	struct strbuf id;
	struct strbuf updated;
	struct strbuf *into;
};

static int
frame_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct frame *f = ctx;

	(void)attrs;
	(void)n;
	(void)offset;
	f->depth++;
	f->into = NULL;
	if (strcmp(ns, ATOM_NS) != 0)
		return err_set(err, ERR_FORMAT,
		    "page: element '%.40s' before the entries is not Atom's",
		    name);
	if (f->depth == 2 && strcmp(name, "id") == 0)
		f->into = &f->id;
	else if (f->depth == 2 && strcmp(name, "updated") == 0)
		f->into = &f->updated;
	if (f->into != NULL && f->into->len > 0)
		return err_set(err, ERR_FORMAT, "page: more than one '%s'",
		    name);
	return 0;
}

static int
frame_text(void *ctx, const char *text, size_t len, struct err *err)
{
	struct frame *f = ctx;

	(void)err;
	if (f->into != NULL)
		strbuf_add(f->into, text, len);
	return 0;
}

static int
frame_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct frame *f = ctx;

	(void)name;
	(void)ns;
	(void)offset;
	(void)err;
	f->depth--;
	f->into = NULL;
	return 0;
}

/* The frame alone, its end tag put behind, is a document of its own. */
static int
check_frame(const char *data, size_t len, const char *node, const char *prefix,
    struct err *err)
{
	static const struct xml_handler handler = { frame_start, frame_text,
		frame_end };
	struct frame f = { .depth = 0 };
	struct strbuf doc, want;
	int64_t at;
	int rc = -1;

	strbuf_init(&f.id, 256);
	strbuf_init(&f.updated, 64);
	strbuf_init(&want, 256);
	strbuf_init(&doc, FEED_PAGE_MAX + sizeof(PAGE_CLOSE));
	strbuf_add(&doc, data, len);
	strbuf_addstr(&doc, PAGE_CLOSE);
	strbuf_addf(&want, "urn:gspd:%s:page:%s", node, prefix);
	if (xml_read(doc.buf, doc.len, &handler, &f, err) != 0)
		goto out;
	if (strcmp(f.id.buf, want.buf) != 0) {
		err_set(err, ERR_FORMAT, "page calls itself '%.80s', not '%s'",
		    f.id.buf, want.buf);
		goto out;
	}
	if (clock_parse(f.updated.buf, &at, err) != 0) {
		err_prefix(err, "page: updated");
		goto out;
	}
	rc = 0;
out:
	strbuf_release(&f.id);
	strbuf_release(&f.updated);
	strbuf_release(&want);
	strbuf_release(&doc);
	return rc;
}

/*
 * The id of an entry, by position: it opens with its start tag and <id>. The
 * place in the order and in the bucket hangs on it, so an entry whose id is
 * not found makes the page bad, not just the record.
 */
int
feed_entry_id(const char *data, size_t len, char ret_id[RECORD_ID_MAX],
    struct err *err)
{
	const char *end = data + len, *p = memchr(data, '>', len);
	size_t n = 0;

	if (p == NULL || end - p < 5 || memcmp(p, "><id>", 5) != 0)
		goto out;
	p += 5;
	while (p + n < end && p[n] != '<')
		n++;
	if (n == 0 || n >= RECORD_ID_MAX || p + n == end)
		goto out;
	memcpy(ret_id, p, n);
	ret_id[n] = '\0';
	return 0;
out:
	return err_set(err, ERR_FORMAT,
	    "an entry does not begin with its id: all of it is refused");
}

int
feed_id_check(const char *id, const char *node, const char *last,
    struct err *err)
{
	char owner[RECORD_NODE_MAX], uuid[37];

	if (record_id_split(id, owner, uuid) != 0)
		return err_set(err, ERR_FORMAT, "'%.90s' is no record id", id);
	if (strcmp(owner, node) != 0)
		return err_set(err, ERR_FORMAT,
		    "page of %s holds a record of another node: %s", node, id);
	if (strcmp(last, id) >= 0)
		return err_set(err, ERR_FORMAT, "ids do not ascend at %s", id);
	return 0;
}

static int
walk(const char *data, size_t len, size_t pos, const char *node,
    struct xml_reader *reader, struct arena *arena, feed_page_cb callback,
    void *ctx, struct err *err)
{
	static const char open[] = "<entry ";
	size_t close = len - strlen(PAGE_CLOSE), end;
	char id[RECORD_ID_MAX], last[RECORD_ID_MAX] = "";

	while (pos < close) {
		struct record *rec = NULL;
		struct err why;

		if (close - pos < strlen(open) ||
		    memcmp(data + pos, open, strlen(open)) != 0)
			return err_set(err, ERR_FORMAT,
			    "page: no entry at byte %zu", pos);
		if (xml_reader_element(reader, data, close, pos, &end, err) !=
			0 ||
		    feed_entry_id(data + pos, end - pos, id, err) != 0 ||
		    feed_id_check(id, node, last, err) != 0)
			return -1;
		why.code = ERR_NONE;
		why.text[0] = '\0';
		if (feed_entry_parse(reader, arena, data + pos, end - pos, &rec,
			&why) != 0)
			rec = NULL;
		if (callback(ctx, id, rec, rec == NULL ? &why : NULL,
			data + pos, end - pos, err) != 0)
			return -1;
		arena_reset(arena);
		memcpy(last, id, sizeof(last));
		pos = end;
	}
	return 0;
}

/* It opens, closes and reads like a page; *ret_pos: behind the frame, where
 * the entries begin. */
static int
past_frame(const char *data, size_t len, size_t *ret_pos, struct err *err)
{
	size_t head = strlen(PAGE_OPEN), tail = strlen(PAGE_CLOSE), pos, end;

	if (len > FEED_PAGE_MAX)
		return err_set(err, ERR_LIMIT, "page is larger than %d bytes",
		    FEED_PAGE_MAX);
	if (len < head + tail || memcmp(data, PAGE_OPEN, head) != 0 ||
	    memcmp(data + len - tail, PAGE_CLOSE, tail) != 0)
		return err_set(err, ERR_FORMAT,
		    "page does not begin and end as a page (truncated?)");
	if (xml_prefilter(data, len, err) != 0)
		return err_prefix(err, "page");
	for (pos = head; pos < len - tail; pos = end) {
		if (len - tail - pos > 6 &&
		    memcmp(data + pos, "<entry ", 7) == 0)
			break;
		if (data[pos] != '<' ||
		    xml_element_end(data, len - tail, pos, &end, err) != 0)
			return err_set(err, ERR_FORMAT,
			    "page: no element at byte %zu", pos);
	}
	*ret_pos = pos;
	return 0;
}

int
feed_page_read(const char *data, size_t len, const char *node,
    const char *prefix, feed_page_cb callback, void *ctx, struct err *err)
{
	size_t tail = strlen(PAGE_CLOSE), pos;
	struct xml_reader *reader;
	struct arena *arena;
	int rc;

	if (past_frame(data, len, &pos, err) != 0)
		return -1;
	if (check_frame(data, pos, node, prefix, err) != 0)
		return -1;
	if (pos >= len - tail)
		return err_set(err, ERR_FORMAT, "page has no entry");
	reader = xml_reader_new(err);
	if (reader == NULL)
		return -1;
	arena = arena_new();
	rc = walk(data, len, pos, node, reader, arena, callback, ctx, err);
	arena_free(arena);
	xml_reader_free(reader);
	return rc;
}

int
feed_page_split(struct arena *arena, const char *data, size_t len,
    const char *node, struct feed_entry **ret_entries, size_t *ret_n,
    struct err *err)
{
	size_t pos;

	if (past_frame(data, len, &pos, err) != 0)
		return -1;
	return feed_entries_split(arena, data, len - strlen(PAGE_CLOSE), pos,
	    node, ret_entries, ret_n, err);
}
