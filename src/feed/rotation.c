/*
 * A key rotation statement, bytes <-> struct: one element without children,
 * signed by the offline key that the epoch before named (design:
 * feed-protocol.md 6). verify/rotation.c says whether it may be believed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed/part.h"

#define ROOT "rotation"

struct rotation_reader {
	struct feed_rotation *rotation;
	struct arena *arena;
	bool is_begun;
};

static int
check_rotation(const struct feed_rotation *rotation, struct err *err)
{
	if (!valid_node(rotation->node))
		return err_set(err, ERR_FORMAT,
		    ROOT ": '%.31s' is no node name", rotation->node);
	if (rotation->key == NULL || rotation->key[0] == '\0')
		return err_set(err, ERR_FORMAT, ROOT ": it has no key");
	if (rotation->epoch < 1 || rotation->epoch > INT32_MAX)
		return err_set(err, ERR_FORMAT,
		    ROOT ": epoch %" PRId64 " can not begin", rotation->epoch);
	if (!feed_valid_hash(rotation->online))
		return err_set(err, ERR_FORMAT,
		    ROOT ": online is not 64 hex digits");
	if (rotation->nextkey[0] != '\0' && !feed_valid_hash(rotation->nextkey))
		return err_set(err, ERR_FORMAT,
		    ROOT ": nextkey is neither empty nor 64 hex digits");
	if (strcmp(rotation->online, rotation->nextkey) == 0)
		return err_set(err, ERR_FORMAT,
		    ROOT ": the next key must not be the one that signs");
	return 0;
}

int
feed_rotation_write(const struct feed_rotation *rotation,
    struct strbuf *ret_out, struct err *err)
{
	size_t start = ret_out->len;
	struct xml_writer *w;
	char epoch[24];

	if (check_rotation(rotation, err) != 0)
		return -1;
	(void)snprintf(epoch, sizeof(epoch), "%" PRId64, rotation->epoch);
	w = xml_writer_new(ret_out);
	xml_writer_start(w, ROOT);
	xml_writer_attr(w, "xmlns", FEED_NS);
	xml_writer_attr(w, "epoch", epoch);
	xml_writer_attr(w, "key", rotation->key);
	xml_writer_attr(w, "nextkey", rotation->nextkey);
	xml_writer_attr(w, "node", rotation->node);
	xml_writer_attr(w, "online", rotation->online);
	xml_writer_end(w);
	xml_writer_free(w);
	if (ret_out->len - start > FEED_ROTATION_MAX)
		return err_set(err, ERR_LIMIT, ROOT " is larger than %d bytes",
		    FEED_ROTATION_MAX);
	return strbuf_check(ret_out, ROOT, err);
}

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	static const char *const names[] = { "epoch", "key", "nextkey", "node",
		"online" };
	const char *v[ARRAY_LEN(names)];
	struct rotation_reader *r = ctx;
	struct feed_rotation *rotation = r->rotation;
	uint64_t epoch;

	(void)offset;
	if (r->is_begun || strcmp(ns, FEED_NS) != 0 || strcmp(name, ROOT) != 0)
		return err_set(err, ERR_FORMAT,
		    "element '%.40s' has no place in a " ROOT, name);
	r->is_begun = true;
	if (feed_take_attrs(ROOT, attrs, n, names, ARRAY_LEN(names), v, err) !=
		0 ||
	    feed_take_number(ROOT, "epoch", v[0], INT32_MAX, &epoch, err) !=
		0 ||
	    feed_take_text(ROOT, "nextkey", v[2], rotation->nextkey,
		sizeof(rotation->nextkey), err) != 0 ||
	    feed_take_text(ROOT, "node", v[3], rotation->node,
		sizeof(rotation->node), err) != 0 ||
	    feed_take_text(ROOT, "online", v[4], rotation->online,
		sizeof(rotation->online), err) != 0)
		return -1;
	rotation->epoch = (int64_t)epoch;
	rotation->key = arena_strdup(r->arena, v[1]);
	return 0;
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	(void)ctx;
	(void)text;
	if (len == 0)
		return 0;
	return err_set(err, ERR_FORMAT, "text in a " ROOT);
}

static const struct xml_handler handler = { on_start, on_text, NULL };

int
feed_rotation_read(struct arena *arena, const char *data, size_t len,
    struct feed_rotation *ret_rotation, struct err *err)
{
	struct feed_rotation rotation = { .epoch = 0 };
	struct rotation_reader r = { .rotation = &rotation, .arena = arena };

	if (len > FEED_ROTATION_MAX)
		return err_set(err, ERR_LIMIT, ROOT " is larger than %d bytes",
		    FEED_ROTATION_MAX);
	if (xml_read(data, len, &handler, &r, err) != 0 ||
	    feed_check_canonical(data, len, err) != 0)
		return err_prefix(err, ROOT);
	if (check_rotation(&rotation, err) != 0)
		return -1;
	*ret_rotation = rotation;
	return 0;
}
