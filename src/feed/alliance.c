/*
 * The membership list, structs <-> canonical bytes (design: feed-protocol.md
 * 6). Nothing in it is signed: endorsement.c is a board key's word on its
 * bytes, and verify/alliance.c counts those.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed/part.h"

#define ROOT "alliance"

struct list_reader {
	struct feed_alliance *list;
	struct arena *arena;
	unsigned depth;
	struct strbuf url; /* being read */
};

int
feed_valid_member_url(const char *url)
{
	size_t len = strlen(url);

	return len > 0 && len <= FEED_MEMBER_URL_MAX && valid_url(url) &&
	       strpbrk(url, "?# ") == NULL && url[len - 1] == '/';
}

static int
check_urls(const struct feed_member *member, struct err *err)
{
	if (member->n_urls == 0)
		return err_set(err, ERR_FORMAT, "member %s has no address",
		    member->node);
	for (size_t i = 0; i < member->n_urls; i++) {
		if (!feed_valid_member_url(member->urls[i]))
			return err_set(err, ERR_FORMAT,
			    "member %s: '%.100s' is no address of a node: http "
			    "or https, ending in /",
			    member->node, member->urls[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(member->urls[i], member->urls[k]) == 0)
				return err_set(err, ERR_FORMAT,
				    "member %s: an address is there twice",
				    member->node);
	}
	return 0;
}

static int
check_member(const struct feed_member *member, struct err *err)
{
	if (!valid_node(member->node))
		return err_set(err, ERR_FORMAT,
		    "member '%.31s': that is no node name", member->node);
	if (!feed_valid_hash(member->key))
		return err_set(err, ERR_FORMAT,
		    "member %s: key is not 64 hex digits", member->node);
	if (member->epoch < 0 || member->epoch > INT32_MAX || member->least < 0)
		return err_set(err, ERR_FORMAT,
		    "member %s: epoch or least is out of range", member->node);
	return check_urls(member, err);
}

/* Asked on the way out and on the way in. */
static int
check_list(const struct feed_alliance *list, struct err *err)
{
	size_t len = strlen(list->name);

	if (len == 0 || len > FEED_ALLIANCE_NAME)
		return err_set(err, ERR_FORMAT,
		    "name is empty or longer than %d bytes",
		    FEED_ALLIANCE_NAME);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)list->name[i] < 0x20 ||
		    list->name[i] == 0x7f)
			return err_set(err, ERR_FORMAT,
			    "name has a control character");
	if (list->serial <= 0 || list->expires <= list->serial ||
	    list->expires - list->serial > FEED_ALLIANCE_LIFE_S)
		return err_set(err, ERR_FORMAT,
		    "expires is not within %d days after serial",
		    FEED_ALLIANCE_LIFE_S / 86400);
	if (list->n > FEED_MEMBERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d members",
		    FEED_MEMBERS_MAX);
	for (size_t i = 0; i < list->n; i++) {
		if (check_member(&list->members[i], err) != 0)
			return -1;
		if (i > 0 && strcmp(list->members[i - 1].node,
				 list->members[i].node) >= 0)
			return err_set(err, ERR_FORMAT,
			    "member %s is there twice or out of order",
			    list->members[i].node);
	}
	return 0;
}

const struct feed_member *
feed_member_find(const struct feed_alliance *list, const char *node)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->members[i].node, node) == 0)
			return &list->members[i];
	return NULL;
}

/* ---- writing ---- */

static void
attr_number(struct xml_writer *w, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	xml_writer_attr(w, name, text);
}

int
feed_alliance_write(const struct feed_alliance *list, struct strbuf *ret_out,
    struct err *err)
{
	size_t start = ret_out->len;
	struct xml_writer *w;

	if (check_list(list, err) != 0)
		return err_prefix(err, "membership list");
	w = xml_writer_new(ret_out);
	xml_writer_start(w, ROOT);
	xml_writer_attr(w, "xmlns", FEED_NS);
	attr_number(w, "expires", list->expires);
	xml_writer_attr(w, "name", list->name);
	attr_number(w, "serial", list->serial);
	for (size_t i = 0; i < list->n; i++) {
		const struct feed_member *member = &list->members[i];

		xml_writer_start(w, "member");
		attr_number(w, "epoch", member->epoch);
		xml_writer_attr(w, "key", member->key);
		attr_number(w, "least", member->least);
		xml_writer_attr(w, "node", member->node);
		xml_writer_attr(w, "status",
		    member->has_left ? "left" : "member");
		for (size_t k = 0; k < member->n_urls; k++)
			xml_writer_element(w, "url", member->urls[k]);
		xml_writer_end(w);
	}
	xml_writer_end(w);
	xml_writer_free(w);
	if (ret_out->len - start > FEED_ALLIANCE_MAX)
		return err_set(err, ERR_LIMIT,
		    "membership list is larger than %d bytes",
		    FEED_ALLIANCE_MAX);
	return strbuf_check(ret_out, "membership list", err);
}

/* ---- reading ---- */

static int
start_list(struct list_reader *r, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "expires", "name", "serial" };
	const char *v[ARRAY_LEN(names)];
	uint64_t expires, serial;

	if (feed_take_attrs(ROOT, attrs, n, names, ARRAY_LEN(names), v, err) !=
		0 ||
	    feed_take_number(ROOT, "expires", v[0], INT64_MAX, &expires, err) !=
		0 ||
	    feed_take_number(ROOT, "serial", v[2], INT64_MAX, &serial, err) !=
		0)
		return -1;
	r->list->expires = (int64_t)expires;
	r->list->serial = (int64_t)serial;
	r->list->name = arena_strdup(r->arena, v[1]);
	return 0;
}

static int
start_member(struct list_reader *r, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "epoch", "key", "least", "node",
		"status" };
	const char *v[ARRAY_LEN(names)];
	struct feed_member *member = &r->list->members[r->list->n];
	uint64_t epoch, least;

	if (r->list->n == FEED_MEMBERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d members",
		    FEED_MEMBERS_MAX);
	if (feed_take_attrs("member", attrs, n, names, ARRAY_LEN(names), v,
		err) != 0 ||
	    feed_take_number("member", "epoch", v[0], INT32_MAX, &epoch, err) !=
		0 ||
	    feed_take_text("member", "key", v[1], member->key,
		sizeof(member->key), err) != 0 ||
	    feed_take_number("member", "least", v[2], INT64_MAX, &least, err) !=
		0 ||
	    feed_take_text("member", "node", v[3], member->node,
		sizeof(member->node), err) != 0)
		return -1;
	member->has_left = strcmp(v[4], "left") == 0;
	if (!member->has_left && strcmp(v[4], "member") != 0)
		return err_set(err, ERR_FORMAT,
		    "member %s: status is neither member nor left",
		    member->node);
	member->epoch = (int64_t)epoch;
	member->least = (int64_t)least;
	r->list->n++;
	return 0;
}

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct list_reader *r = ctx;

	(void)offset;
	if (strcmp(ns, FEED_NS) == 0 && r->depth == 0 &&
	    strcmp(name, ROOT) == 0) {
		r->depth++;
		return start_list(r, attrs, n, err);
	}
	if (strcmp(ns, FEED_NS) == 0 && r->depth == 1 &&
	    strcmp(name, "member") == 0) {
		r->depth++;
		return start_member(r, attrs, n, err);
	}
	if (strcmp(ns, FEED_NS) == 0 && r->depth == 2 &&
	    strcmp(name, "url") == 0 && n == 0) {
		r->depth++;
		strbuf_reset(&r->url);
		return 0;
	}
	return err_set(err, ERR_FORMAT,
	    "element '%.40s' has no place in a membership list", name);
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	struct list_reader *r = ctx;

	if (len == 0)
		return 0;
	if (r->depth != 3)
		return err_set(err, ERR_FORMAT,
		    "text between the elements of a membership list");
	strbuf_add(&r->url, text, len);
	return 0;
}

static int
on_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct list_reader *r = ctx;
	struct feed_member *member;

	(void)name;
	(void)ns;
	(void)offset;
	if (r->depth-- != 3)
		return 0;
	member = &r->list->members[r->list->n - 1];
	if (member->n_urls == FEED_MEMBER_URLS)
		return err_set(err, ERR_LIMIT,
		    "member %s has more than %d addresses", member->node,
		    FEED_MEMBER_URLS);
	if (strbuf_check(&r->url, "address", err) != 0)
		return -1;
	member->urls[member->n_urls++] = arena_strndup(r->arena,
	    r->url.len > 0 ? r->url.buf : "", r->url.len);
	return 0;
}

static const struct xml_handler handler = { on_start, on_text, on_end };

int
feed_alliance_read(struct arena *arena, const char *data, size_t len,
    struct feed_alliance *ret_list, struct err *err)
{
	struct feed_alliance list = { .name = "" };
	struct list_reader r = { .list = &list, .arena = arena };
	int rc = -1;

	if (len > FEED_ALLIANCE_MAX)
		return err_set(err, ERR_LIMIT,
		    "membership list is larger than %d bytes",
		    FEED_ALLIANCE_MAX);
	strbuf_init(&r.url, FEED_MEMBER_URL_MAX);
	list.members = arena_alloc(arena,
	    FEED_MEMBERS_MAX * sizeof(*list.members));
	if (xml_read(data, len, &handler, &r, err) != 0 ||
	    feed_check_canonical(data, len, err) != 0 ||
	    check_list(&list, err) != 0) {
		err_prefix(err, "membership list");
	} else {
		*ret_list = list;
		rc = 0;
	}
	strbuf_release(&r.url);
	return rc;
}
