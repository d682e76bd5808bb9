/*
 * An endorsement, bytes <-> struct: one element without children, signed by
 * a board key, over the hash of a membership list (design: feed-protocol.md
 * 6). verify/alliance.c says whether it may be believed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed/part.h"

#define ROOT "endorsement"

struct endorsement_reader {
	struct feed_endorsement *endorsement;
	struct arena *arena;
	bool is_begun;
};

static int
check_endorsement(const struct feed_endorsement *endorsement, struct err *err)
{
	if (endorsement->key == NULL || endorsement->key[0] == '\0')
		return err_set(err, ERR_FORMAT, ROOT ": it has no key");
	if (!feed_valid_hash(endorsement->list))
		return err_set(err, ERR_FORMAT,
		    ROOT ": list is not 64 hex digits");
	if (endorsement->serial <= 0)
		return err_set(err, ERR_FORMAT, ROOT ": it has no serial");
	return 0;
}

int
feed_endorsement_write(const struct feed_endorsement *endorsement,
    struct strbuf *ret_out, struct err *err)
{
	struct xml_writer *w;
	char serial[24];

	if (check_endorsement(endorsement, err) != 0)
		return -1;
	(void)snprintf(serial, sizeof(serial), "%" PRId64, endorsement->serial);
	w = xml_writer_new(ret_out);
	xml_writer_start(w, ROOT);
	xml_writer_attr(w, "xmlns", FEED_NS);
	xml_writer_attr(w, "key", endorsement->key);
	xml_writer_attr(w, "list", endorsement->list);
	xml_writer_attr(w, "serial", serial);
	xml_writer_end(w);
	xml_writer_free(w);
	return strbuf_check(ret_out, ROOT, err);
}

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	static const char *const names[] = { "key", "list", "serial" };
	const char *v[ARRAY_LEN(names)];
	struct endorsement_reader *r = ctx;
	uint64_t serial;

	(void)offset;
	if (r->is_begun || strcmp(ns, FEED_NS) != 0 || strcmp(name, ROOT) != 0)
		return err_set(err, ERR_FORMAT,
		    "element '%.40s' has no place in an " ROOT, name);
	r->is_begun = true;
	if (feed_take_attrs(ROOT, attrs, n, names, ARRAY_LEN(names), v, err) !=
		0 ||
	    feed_take_text(ROOT, "list", v[1], r->endorsement->list,
		sizeof(r->endorsement->list), err) != 0 ||
	    feed_take_number(ROOT, "serial", v[2], INT64_MAX, &serial, err) !=
		0)
		return -1;
	r->endorsement->key = arena_strdup(r->arena, v[0]);
	r->endorsement->serial = (int64_t)serial;
	return 0;
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	(void)ctx;
	(void)text;
	return len == 0
		   ? 0
		   : err_set(err, ERR_FORMAT, ROOT ": text in the element");
}

static const struct xml_handler handler = { on_start, on_text, NULL };

int
feed_endorsement_read(struct arena *arena, const char *data, size_t len,
    struct feed_endorsement *ret_endorsement, struct err *err)
{
	struct feed_endorsement endorsement = { .key = NULL };
	struct endorsement_reader r = { .endorsement = &endorsement,
		.arena = arena };

	if (len > FEED_ENDORSEMENT_MAX)
		return err_set(err, ERR_LIMIT, ROOT " is larger than %d bytes",
		    FEED_ENDORSEMENT_MAX);
	if (xml_read(data, len, &handler, &r, err) != 0 ||
	    feed_check_canonical(data, len, err) != 0 ||
	    check_endorsement(&endorsement, err) != 0)
		return -1;
	*ret_endorsement = endorsement;
	return 0;
}
