/*
 * documents: the small signed ones, both ends: rotations, endorsements and
 * membership lists. What the helper says of them is proved as that of a head
 * is (objects.c): written again it must be the bytes that were asked about.
 * verify/ calls them through parser_reader().
 */
#include <string.h>

#include "parse/part.h"

/* What was written again, or could not be. */
static bool
is_same(int rc, struct strbuf *again, const char *data, size_t len)
{
	bool is = rc == 0 && !again->overflow && again->len == len &&
		  (len == 0 || memcmp(again->buf, data, len) == 0);

	strbuf_release(again);
	return is;
}

static int
ask(struct parser *parser, enum parse_kind kind, const char *data, size_t len,
    struct wire *ret_in, struct err *err)
{
	struct strbuf asked;
	int rc;

	strbuf_init(&asked, parse_rows[kind].max_asked + 1);
	strbuf_add(&asked, data, len);
	rc = parser_ask(parser, kind, &asked, ret_in, err);
	strbuf_release(&asked);
	return rc;
}

/* ---- a rotation ---- */

int
rotation_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_rotation rotation;
	int ret;

	ret = feed_rotation_read(arena, (const char *)in->at,
	    (size_t)(in->end - in->at), &rotation, err);
	if (ret == 0) {
		wire_put_text(ret_out, rotation.node);
		wire_put_number(ret_out, (uint64_t)rotation.epoch, 8);
		wire_put_text(ret_out, rotation.key);
		wire_put_text(ret_out, rotation.nextkey);
		wire_put_text(ret_out, rotation.online);
	}
	arena_free(arena);
	return ret;
}

int
parser_rotation(struct parser *parser, struct arena *arena, const char *body,
    size_t len, struct feed_rotation *ret_rotation, struct err *err)
{
	struct feed_rotation rotation = { .node = "" };
	struct strbuf again;
	struct wire in;
	int rc;

	if (parser_is_here(parser))
		return feed_rotation_read(arena, body, len, ret_rotation, err);
	if (ask(parser, PARSE_ROTATION, body, len, &in, err) == -1)
		return -1;
	wire_text(&in, rotation.node, sizeof(rotation.node));
	rotation.epoch = (int64_t)wire_number(&in, 8);
	rotation.key = wire_dup(&in, arena);
	wire_text(&in, rotation.nextkey, sizeof(rotation.nextkey));
	wire_text(&in, rotation.online, sizeof(rotation.online));
	strbuf_init(&again, FEED_ROTATION_MAX);
	rc = wire_end(&in) ? feed_rotation_write(&rotation, &again, NULL) : -1;
	if (!is_same(rc, &again, body, len))
		return parser_refuse(parser, "another rotation", err);
	*ret_rotation = rotation;
	return 0;
}

/* ---- an endorsement ---- */

int
endorsement_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_endorsement endorsement;
	int ret;

	ret = feed_endorsement_read(arena, (const char *)in->at,
	    (size_t)(in->end - in->at), &endorsement, err);
	if (ret == 0) {
		wire_put_text(ret_out, endorsement.key);
		wire_put_text(ret_out, endorsement.list);
		wire_put_number(ret_out, (uint64_t)endorsement.serial, 8);
	}
	arena_free(arena);
	return ret;
}

int
parser_endorsement(struct parser *parser, struct arena *arena, const char *body,
    size_t len, struct feed_endorsement *ret_endorsement, struct err *err)
{
	struct feed_endorsement endorsement = { .key = NULL };
	struct strbuf again;
	struct wire in;
	int rc;

	if (parser_is_here(parser))
		return feed_endorsement_read(arena, body, len, ret_endorsement,
		    err);
	if (ask(parser, PARSE_ENDORSEMENT, body, len, &in, err) == -1)
		return -1;
	endorsement.key = wire_dup(&in, arena);
	wire_text(&in, endorsement.list, sizeof(endorsement.list));
	endorsement.serial = (int64_t)wire_number(&in, 8);
	strbuf_init(&again, FEED_ENDORSEMENT_MAX);
	rc = wire_end(&in) ? feed_endorsement_write(&endorsement, &again, NULL)
			   : -1;
	if (!is_same(rc, &again, body, len))
		return parser_refuse(parser, "another endorsement", err);
	*ret_endorsement = endorsement;
	return 0;
}

/* ---- a membership list ---- */

static void
put_member(struct strbuf *out, const struct feed_member *member)
{
	wire_put_text(out, member->node);
	wire_put_text(out, member->key);
	wire_put_number(out, (uint64_t)member->epoch, 8);
	wire_put_number(out, (uint64_t)member->least, 8);
	wire_put_number(out, member->has_left, 1);
	wire_put_number(out, member->n_urls, 1);
	for (size_t i = 0; i < member->n_urls; i++)
		wire_put_text(out, member->urls[i]);
}

int
alliance_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_alliance list;
	int ret;

	ret = feed_alliance_read(arena, (const char *)in->at,
	    (size_t)(in->end - in->at), &list, err);
	if (ret == 0) {
		wire_put_text(ret_out, list.name);
		wire_put_number(ret_out, (uint64_t)list.serial, 8);
		wire_put_number(ret_out, (uint64_t)list.expires, 8);
		wire_put_number(ret_out, list.n, 4);
		for (size_t i = 0; i < list.n; i++)
			put_member(ret_out, &list.members[i]);
	}
	arena_free(arena);
	return ret;
}

static int
take_member(struct wire *in, struct arena *arena, struct feed_member *member)
{
	wire_text(in, member->node, sizeof(member->node));
	wire_text(in, member->key, sizeof(member->key));
	member->epoch = (int64_t)wire_number(in, 8);
	member->least = (int64_t)wire_number(in, 8);
	member->has_left = wire_number(in, 1) != 0;
	member->n_urls = (size_t)wire_number(in, 1);
	if (member->n_urls > FEED_MEMBER_URLS)
		return -1;
	for (size_t i = 0; i < member->n_urls; i++)
		member->urls[i] = wire_dup(in, arena);
	return in->bad ? -1 : 0;
}

static int
take_list(struct wire *in, struct arena *arena, struct feed_alliance *list)
{
	list->name = wire_dup(in, arena);
	list->serial = (int64_t)wire_number(in, 8);
	list->expires = (int64_t)wire_number(in, 8);
	list->n = (size_t)wire_number(in, 4);
	if (in->bad || list->n > FEED_MEMBERS_MAX)
		return -1;
	list->members = arena_alloc(arena,
	    (list->n + 1) * sizeof(*list->members));
	for (size_t i = 0; i < list->n; i++)
		if (take_member(in, arena, &list->members[i]) == -1)
			return -1;
	return wire_end(in) ? 0 : -1;
}

int
parser_alliance(struct parser *parser, struct arena *arena, const char *data,
    size_t len, struct feed_alliance *ret_list, struct err *err)
{
	struct feed_alliance list = { .name = "" };
	struct strbuf again;
	struct wire in;
	int rc;

	if (parser_is_here(parser))
		return feed_alliance_read(arena, data, len, ret_list, err);
	if (ask(parser, PARSE_ALLIANCE, data, len, &in, err) == -1)
		return -1;
	rc = take_list(&in, arena, &list);
	strbuf_init(&again, FEED_ALLIANCE_MAX);
	if (rc == 0)
		rc = feed_alliance_write(&list, &again, NULL);
	if (!is_same(rc, &again, data, len))
		return parser_refuse(parser, "another membership list", err);
	*ret_list = list;
	return 0;
}
