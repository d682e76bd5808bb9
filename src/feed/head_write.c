/*
 * Head and index, structs -> canonical bytes (design: feed-protocol.md 4).
 * head_read.c is the way back, signature.c the element that closes a head.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed/part.h"

static void
attr_number(struct xml_writer *w, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	xml_writer_attr(w, name, text);
}

void
feed_refs_write(struct xml_writer *w, const struct feed_ref *refs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		xml_writer_start(w, "e");
		xml_writer_attr(w, "b", refs[i].prefix);
		xml_writer_attr(w, "h", refs[i].hash);
		xml_writer_attr(w, "k", refs[i].is_index ? "i" : "p");
		attr_number(w, "n", refs[i].n);
		attr_number(w, "s", refs[i].len);
		xml_writer_end(w);
	}
}

static void
write_hints(struct xml_writer *w, const struct feed_head *head)
{
	size_t i;

	for (i = 0; i < head->n_hints; i++) {
		xml_writer_start(w, "hint");
		attr_number(w, "from", (uint64_t)head->hints[i].from);
		xml_writer_attr(w, "h", head->hints[i].hash);
		attr_number(w, "s", head->hints[i].len);
		attr_number(w, "to", (uint64_t)head->hints[i].to);
		xml_writer_end(w);
	}
}

static void
write_seen(struct xml_writer *w, const struct feed_head *head)
{
	size_t i;

	for (i = 0; i < head->n_seen; i++) {
		xml_writer_start(w, "seen");
		xml_writer_attr(w, "d", head->seen[i].digest);
		attr_number(w, "epoch", (uint64_t)head->seen[i].epoch);
		xml_writer_attr(w, "node", head->seen[i].node);
		attr_number(w, "serial", (uint64_t)head->seen[i].serial);
		xml_writer_end(w);
	}
}

int
feed_head_write(const struct feed_head *head, const char *signature,
    struct strbuf *ret_out, struct err *err)
{
	struct xml_writer *w;
	size_t start = ret_out->len;

	if (feed_head_check(head, err) != 0)
		return -1;
	w = xml_writer_new(ret_out);
	xml_writer_start(w, "head");
	xml_writer_attr(w, "xmlns", FEED_NS);
	attr_number(w, "epoch", (uint64_t)head->epoch);
	attr_number(w, "expires", (uint64_t)head->expires);
	xml_writer_attr(w, "key", head->key);
	attr_number(w, "next", (uint64_t)head->next);
	xml_writer_attr(w, "nextkey", head->nextkey);
	xml_writer_attr(w, "node", head->node);
	attr_number(w, "records", head->records);
	attr_number(w, "serial", (uint64_t)head->serial);
	feed_refs_write(w, head->refs, head->n_refs);
	write_hints(w, head);
	write_seen(w, head);
	if (signature != NULL)
		xml_writer_raw(w, signature, strlen(signature));
	xml_writer_end(w);
	xml_writer_free(w);
	if (ret_out->len - start > FEED_HEAD_MAX)
		return err_set(err, ERR_LIMIT,
		    "head is larger than %d bytes: list fewer pages or seen",
		    FEED_HEAD_MAX);
	return strbuf_check(ret_out, "head", err);
}

int
feed_index_write(const char *node, const char *prefix,
    const struct feed_ref *refs, size_t n, struct strbuf *ret_out,
    struct err *err)
{
	struct xml_writer *w;
	size_t start = ret_out->len;
	uint64_t records;

	if (!valid_node(node) || !feed_valid_prefix(prefix) || n == 0)
		return err_set(err, ERR_FORMAT,
		    "index: node, prefix or entries are malformed");
	if (feed_refs_check(prefix, refs, n, &records, err) != 0)
		return err_prefix(err, "index '%s'", prefix);
	w = xml_writer_new(ret_out);
	xml_writer_start(w, "index");
	xml_writer_attr(w, "xmlns", FEED_NS);
	xml_writer_attr(w, "b", prefix);
	xml_writer_attr(w, "node", node);
	feed_refs_write(w, refs, n);
	xml_writer_end(w);
	xml_writer_free(w);
	if (ret_out->len - start > FEED_INDEX_MAX)
		return err_set(err, ERR_LIMIT,
		    "index '%s' is larger than %d bytes", prefix,
		    FEED_INDEX_MAX);
	return strbuf_check(ret_out, "index", err);
}
