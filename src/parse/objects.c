/*
 * objects: heads and indexes, both ends: head_work() and index_work() run in
 * the helper, parser_head() and parser_index() where the answer is used. Of a
 * head the answer is proved: written again it must be the bytes that were
 * signed.
 */
#include <string.h>

#include "parse/part.h"

static void
put_refs(struct strbuf *out, const struct feed_ref *refs, size_t n)
{
	wire_put_number(out, n, 4);
	for (size_t i = 0; i < n; i++) {
		wire_put_text(out, refs[i].prefix);
		wire_put_text(out, refs[i].hash);
		wire_put_number(out, refs[i].n, 4);
		wire_put_number(out, refs[i].len, 4);
		wire_put_number(out, refs[i].is_index, 1);
	}
}

int
refs_answer(struct wire *in, struct arena *arena, struct feed_ref **ret_refs,
    size_t *ret_n)
{
	size_t n = (size_t)wire_number(in, 4);
	struct feed_ref *refs;

	if (in->bad || n > FEED_REFS_MAX)
		return -1;
	refs = arena_alloc(arena, (n + 1) * sizeof(*refs));
	for (size_t i = 0; i < n; i++) {
		wire_text(in, refs[i].prefix, sizeof(refs[i].prefix));
		wire_text(in, refs[i].hash, sizeof(refs[i].hash));
		refs[i].n = (uint32_t)wire_number(in, 4);
		refs[i].len = (uint32_t)wire_number(in, 4);
		refs[i].is_index = wire_number(in, 1) != 0;
	}
	*ret_refs = refs;
	*ret_n = n;
	return in->bad ? -1 : 0;
}

/* ---- the head ---- */

int
head_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_head head;
	size_t len;
	const char *body = wire_bytes(in, &len);
	int ret = -1;

	if (feed_head_read(arena, body, len, &head, err) == -1)
		goto out;
	wire_put_text(ret_out, head.node);
	wire_put_number(ret_out, (uint64_t)head.serial, 8);
	wire_put_number(ret_out, (uint64_t)head.next, 8);
	wire_put_number(ret_out, (uint64_t)head.expires, 8);
	wire_put_number(ret_out, (uint64_t)head.epoch, 8);
	wire_put_text(ret_out, head.key);
	wire_put_text(ret_out, head.nextkey);
	wire_put_number(ret_out, head.records, 8);
	put_refs(ret_out, head.refs, head.n_refs);
	wire_put_number(ret_out, head.n_hints, 4);
	for (size_t i = 0; i < head.n_hints; i++) {
		wire_put_number(ret_out, (uint64_t)head.hints[i].from, 8);
		wire_put_number(ret_out, (uint64_t)head.hints[i].to, 8);
		wire_put_text(ret_out, head.hints[i].hash);
		wire_put_number(ret_out, head.hints[i].len, 4);
	}
	wire_put_number(ret_out, head.n_seen, 4);
	for (size_t i = 0; i < head.n_seen; i++) {
		wire_put_text(ret_out, head.seen[i].node);
		wire_put_number(ret_out, (uint64_t)head.seen[i].serial, 8);
		wire_put_number(ret_out, (uint64_t)head.seen[i].epoch, 8);
		wire_put_text(ret_out, head.seen[i].digest);
	}
	ret = 0;
out:
	arena_free(arena);
	return ret;
}

static int
take_hints(struct wire *in, struct arena *arena, struct feed_head *head)
{
	size_t n = (size_t)wire_number(in, 4);

	if (in->bad || n > FEED_HINTS_MAX)
		return -1;
	head->n_hints = n;
	head->hints = arena_alloc(arena, (n + 1) * sizeof(*head->hints));
	for (size_t i = 0; i < n; i++) {
		struct feed_hint *hint = &head->hints[i];

		hint->from = (int64_t)wire_number(in, 8);
		hint->to = (int64_t)wire_number(in, 8);
		wire_text(in, hint->hash, sizeof(hint->hash));
		hint->len = (uint32_t)wire_number(in, 4);
	}
	return 0;
}

static int
take_seen(struct wire *in, struct arena *arena, struct feed_head *head)
{
	size_t n = (size_t)wire_number(in, 4);

	if (in->bad || n > FEED_SEEN_MAX)
		return -1;
	head->n_seen = n;
	head->seen = arena_alloc(arena, (n + 1) * sizeof(*head->seen));
	for (size_t i = 0; i < n; i++) {
		struct feed_seen *seen = &head->seen[i];

		wire_text(in, seen->node, sizeof(seen->node));
		seen->serial = (int64_t)wire_number(in, 8);
		seen->epoch = (int64_t)wire_number(in, 8);
		wire_text(in, seen->digest, sizeof(seen->digest));
	}
	return 0;
}

static int
take_head(struct wire *in, struct arena *arena, struct feed_head *ret_head)
{
	struct feed_head head = { .node = "" };

	wire_text(in, head.node, sizeof(head.node));
	head.serial = (int64_t)wire_number(in, 8);
	head.next = (int64_t)wire_number(in, 8);
	head.expires = (int64_t)wire_number(in, 8);
	head.epoch = (int64_t)wire_number(in, 8);
	head.key = wire_dup(in, arena);
	wire_text(in, head.nextkey, sizeof(head.nextkey));
	head.records = wire_number(in, 8);
	if (refs_answer(in, arena, &head.refs, &head.n_refs) == -1 ||
	    take_hints(in, arena, &head) == -1 ||
	    take_seen(in, arena, &head) == -1 || !wire_end(in))
		return -1;
	*ret_head = head;
	return 0;
}

/* Canonical form is one form: the head that gives these bytes is the one. */
static bool
is_written_so(const struct feed_head *head, const char *body, size_t len)
{
	struct strbuf again;
	struct err err;
	bool is_same;

	strbuf_init(&again, FEED_HEAD_MAX);
	is_same = feed_head_write(head, NULL, &again, &err) == 0 &&
		  again.len == len && memcmp(again.buf, body, len) == 0;
	strbuf_release(&again);
	return is_same;
}

int
parser_head(struct parser *parser, struct arena *arena, const char *body,
    size_t len, struct feed_head *ret_head, struct err *err)
{
	struct strbuf asked;
	struct feed_head head;
	struct wire in;
	int ret;

	if (parser_is_here(parser))
		return feed_head_read(arena, body, len, ret_head, err);
	strbuf_init(&asked, FEED_HEAD_MAX + PARSE_NOTE_MAX);
	wire_put_bytes(&asked, body, len);
	ret = parser_ask(parser, PARSE_HEAD, &asked, &in, err);
	strbuf_release(&asked);
	if (ret == -1)
		return -1;
	if (take_head(&in, arena, &head) == -1 ||
	    !is_written_so(&head, body, len))
		return parser_refuse(parser, "another head", err);
	*ret_head = head;
	return 0;
}

/* ---- an index ---- */

int
index_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_ref ref = { .is_index = true }, *refs;
	char node[RECORD_NODE_MAX];
	const char *data;
	size_t len, n;
	int ret;

	wire_text(in, node, sizeof(node));
	wire_text(in, ref.prefix, sizeof(ref.prefix));
	ref.n = (uint32_t)wire_number(in, 4);
	data = wire_bytes(in, &len);
	ret = verify_index_read(arena, &ref, node, data, len, &refs, &n, err);
	if (ret == 0)
		put_refs(ret_out, refs, n);
	arena_free(arena);
	return ret;
}

int
parser_index(struct parser *parser, struct arena *arena,
    const struct feed_ref *ref, const char *node, const char *data, size_t len,
    struct feed_ref **ret_refs, size_t *ret_n, struct err *err)
{
	struct strbuf asked;
	struct feed_ref *refs;
	struct err why = { 0 };
	struct wire in;
	uint64_t sum = 0;
	size_t n = 0;
	int ret;

	if (parser_is_here(parser))
		return verify_index_read(arena, ref, node, data, len, ret_refs,
		    ret_n, err);
	if (!ref->is_index)
		return err_set(err, ERR_FORMAT, "'%s' is a page, not an index",
		    ref->prefix);
	strbuf_init(&asked, FEED_INDEX_MAX + PARSE_NOTE_MAX);
	wire_put_text(&asked, node);
	wire_put_text(&asked, ref->prefix);
	wire_put_number(&asked, ref->n, 4);
	wire_put_bytes(&asked, data, len);
	ret = parser_ask(parser, PARSE_INDEX, &asked, &in, err);
	strbuf_release(&asked);
	if (ret == -1)
		return -1;
	if (refs_answer(&in, arena, &refs, &n) == -1 || !wire_end(&in) ||
	    n == 0 || feed_refs_check(ref->prefix, refs, n, &sum, &why) == -1 ||
	    sum != ref->n)
		return parser_refuse(parser, "refs that can not be", err);
	*ret_refs = refs;
	*ret_n = n;
	return 0;
}
