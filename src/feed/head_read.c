/*
 * Head and index, verified bytes -> structs (design: feed-protocol.md 4, 5).
 * Everything is required, in one order, and nothing else is taken: a later
 * version of the head is another namespace, not a surprise.
 */
#include <string.h>

#include "feed/part.h"

struct head_reader {
	const char *root;
	struct feed_head *head; /* also holds the refs of an index */
	const char *prefix;     /* of an index */
	unsigned depth;
	enum phase { PHASE_E, PHASE_HINT, PHASE_SEEN } phase;
	struct arena *arena;
};

static int
start_head(struct head_reader *r, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "epoch", "expires", "key", "next",
		"nextkey", "node", "records", "serial" };
	const char *v[ARRAY_LEN(names)];
	struct feed_head *head = r->head;
	uint64_t epoch, expires, next, serial;

	if (feed_take_attrs("head", attrs, n, names, ARRAY_LEN(names), v,
		err) != 0 ||
	    feed_take_number("head", "epoch", v[0], INT32_MAX, &epoch, err) !=
		0 ||
	    feed_take_number("head", "expires", v[1], INT64_MAX, &expires,
		err) != 0 ||
	    feed_take_number("head", "next", v[3], INT64_MAX, &next, err) !=
		0 ||
	    feed_take_text("head", "nextkey", v[4], head->nextkey,
		sizeof(head->nextkey), err) != 0 ||
	    feed_take_text("head", "node", v[5], head->node, sizeof(head->node),
		err) != 0 ||
	    feed_take_number("head", "records", v[6], INT64_MAX, &head->records,
		err) != 0 ||
	    feed_take_number("head", "serial", v[7], INT64_MAX, &serial, err) !=
		0)
		return -1;
	head->key = arena_strdup(r->arena, v[2]);
	head->epoch = (int64_t)epoch;
	head->expires = (int64_t)expires;
	head->next = (int64_t)next;
	head->serial = (int64_t)serial;
	return 0;
}

static int
start_index(struct head_reader *r, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "b", "node" };
	const char *v[ARRAY_LEN(names)];

	if (feed_take_attrs("index", attrs, n, names, ARRAY_LEN(names), v,
		err) != 0)
		return -1;
	if (strcmp(v[0], r->prefix) != 0 || strcmp(v[1], r->head->node) != 0)
		return err_set(err, ERR_FORMAT,
		    "index is not that of '%s' of node %s", r->prefix,
		    r->head->node);
	return 0;
}

static int
start_ref(struct feed_head *head, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "b", "h", "k", "n", "s" };
	const char *v[ARRAY_LEN(names)];
	struct feed_ref *ref = &head->refs[head->n_refs];
	uint64_t records, len;

	if (head->n_refs == FEED_REFS_MAX)
		return err_set(err, ERR_LIMIT,
		    "more than %d entries in a head or index", FEED_REFS_MAX);
	if (feed_take_attrs("e", attrs, n, names, ARRAY_LEN(names), v, err) !=
		0 ||
	    feed_take_text("e", "b", v[0], ref->prefix, sizeof(ref->prefix),
		err) != 0 ||
	    feed_take_text("e", "h", v[1], ref->hash, sizeof(ref->hash), err) !=
		0 ||
	    feed_take_number("e", "n", v[3], UINT32_MAX, &records, err) != 0 ||
	    feed_take_number("e", "s", v[4], FEED_PAGE_MAX, &len, err) != 0)
		return -1;
	if (strcmp(v[2], "p") != 0 && strcmp(v[2], "i") != 0)
		return err_set(err, ERR_FORMAT, "e: k is neither p nor i");
	ref->is_index = v[2][0] == 'i';
	ref->n = (uint32_t)records;
	ref->len = (uint32_t)len;
	head->n_refs++;
	return 0;
}

static int
start_hint(struct feed_head *head, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "from", "h", "s", "to" };
	const char *v[ARRAY_LEN(names)];
	struct feed_hint *hint = &head->hints[head->n_hints];
	uint64_t from, len, to;

	if (head->n_hints == FEED_HINTS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d hints",
		    FEED_HINTS_MAX);
	if (feed_take_attrs("hint", attrs, n, names, ARRAY_LEN(names), v,
		err) != 0 ||
	    feed_take_number("hint", "from", v[0], INT64_MAX, &from, err) !=
		0 ||
	    feed_take_text("hint", "h", v[1], hint->hash, sizeof(hint->hash),
		err) != 0 ||
	    feed_take_number("hint", "s", v[2], FEED_HINT_MAX, &len, err) !=
		0 ||
	    feed_take_number("hint", "to", v[3], INT64_MAX, &to, err) != 0)
		return -1;
	hint->from = (int64_t)from;
	hint->len = (uint32_t)len;
	hint->to = (int64_t)to;
	head->n_hints++;
	return 0;
}

static int
start_seen(struct feed_head *head, const struct xml_attr *attrs, size_t n,
    struct err *err)
{
	static const char *const names[] = { "d", "epoch", "node", "serial" };
	const char *v[ARRAY_LEN(names)];
	struct feed_seen *seen = &head->seen[head->n_seen];
	uint64_t epoch, serial;

	if (head->n_seen == FEED_SEEN_MAX)
		return err_set(err, ERR_LIMIT, "more than %d seen",
		    FEED_SEEN_MAX);
	if (feed_take_attrs("seen", attrs, n, names, ARRAY_LEN(names), v,
		err) != 0 ||
	    feed_take_text("seen", "d", v[0], seen->digest,
		sizeof(seen->digest), err) != 0 ||
	    feed_take_number("seen", "epoch", v[1], INT32_MAX, &epoch, err) !=
		0 ||
	    feed_take_text("seen", "node", v[2], seen->node, sizeof(seen->node),
		err) != 0 ||
	    feed_take_number("seen", "serial", v[3], INT64_MAX, &serial, err) !=
		0)
		return -1;
	seen->epoch = (int64_t)epoch;
	seen->serial = (int64_t)serial;
	head->n_seen++;
	return 0;
}

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct head_reader *r = ctx;
	bool is_head = strcmp(r->root, "head") == 0;

	(void)offset;
	if (strcmp(ns, FEED_NS) != 0)
		return err_set(err, ERR_FORMAT,
		    "element '%.40s' of another namespace in %s", name,
		    r->root);
	if (r->depth++ == 0) {
		if (strcmp(name, r->root) != 0)
			return err_set(err, ERR_FORMAT,
			    "root is '%.40s', not %s", name, r->root);
		return is_head ? start_head(r, attrs, n, err)
			       : start_index(r, attrs, n, err);
	}
	if (r->depth == 2 && r->phase == PHASE_E && strcmp(name, "e") == 0)
		return start_ref(r->head, attrs, n, err);
	if (r->depth == 2 && is_head && r->phase <= PHASE_HINT &&
	    strcmp(name, "hint") == 0) {
		r->phase = PHASE_HINT;
		return start_hint(r->head, attrs, n, err);
	}
	if (r->depth == 2 && is_head && strcmp(name, "seen") == 0) {
		r->phase = PHASE_SEEN;
		return start_seen(r->head, attrs, n, err);
	}
	return err_set(err, ERR_FORMAT, "element '%.40s' has no place in %s",
	    name, r->root);
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	struct head_reader *r = ctx;

	(void)text;
	if (len == 0)
		return 0;
	return err_set(err, ERR_FORMAT, "text between the elements of %s",
	    r->root);
}

static int
on_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct head_reader *r = ctx;

	(void)name;
	(void)ns;
	(void)offset;
	(void)err;
	r->depth--;
	return 0;
}

static const struct xml_handler handler = { on_start, on_text, on_end };

int
feed_head_read(struct arena *arena, const char *data, size_t len,
    struct feed_head *ret_head, struct err *err)
{
	static const char sig_end[] = "</Signature></head>";
	struct feed_head head = { .node = "" };
	struct head_reader r = { .root = "head",
		.head = &head,
		.arena = arena };

	if (len > FEED_HEAD_MAX)
		return err_set(err, ERR_LIMIT, "head is larger than %d bytes",
		    FEED_HEAD_MAX);
	if (len > strlen(sig_end) && memcmp(data + len - strlen(sig_end),
					 sig_end, strlen(sig_end)) == 0) {
		struct feed_cut cut;
		enum feed_alg alg = FEED_ALG_ECDSA;
		char *body;

		if (feed_head_cut(data, len, &alg, &cut, err) != 0)
			return -1;
		/* By length: bytes of a stranger may hold a NUL. */
		body = arena_alloc(arena, cut.body_len + strlen(HEAD_END));
		memcpy(body, data, cut.body_len);
		memcpy(body + cut.body_len, HEAD_END, strlen(HEAD_END));
		data = body;
		len = cut.body_len + strlen(HEAD_END);
	}
	head.refs = arena_alloc(arena, FEED_REFS_MAX * sizeof(*head.refs));
	head.hints = arena_alloc(arena, FEED_HINTS_MAX * sizeof(*head.hints));
	head.seen = arena_alloc(arena, FEED_SEEN_MAX * sizeof(*head.seen));
	if (xml_read(data, len, &handler, &r, err) != 0 ||
	    feed_check_canonical(data, len, err) != 0 ||
	    feed_head_check(&head, err) != 0)
		return err_prefix(err, "head");
	*ret_head = head;
	return 0;
}

int
feed_index_read(struct arena *arena, const char *data, size_t len,
    const char *node, const char *prefix, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err)
{
	struct feed_head head = { .node = "" };
	struct head_reader r = { .root = "index",
		.head = &head,
		.prefix = prefix,
		.arena = arena };
	uint64_t records;

	if (len > FEED_INDEX_MAX)
		return err_set(err, ERR_LIMIT,
		    "index '%s' is larger than %d bytes", prefix,
		    FEED_INDEX_MAX);
	if (feed_take_text("index", "node", node, head.node, sizeof(head.node),
		err) != 0)
		return -1;
	head.refs = arena_alloc(arena, FEED_REFS_MAX * sizeof(*head.refs));
	if (xml_read(data, len, &handler, &r, err) != 0 ||
	    feed_check_canonical(data, len, err) != 0 ||
	    feed_refs_check(prefix, head.refs, head.n_refs, &records, err) != 0)
		return err_prefix(err, "index '%s'", prefix);
	if (head.n_refs == 0)
		return err_set(err, ERR_FORMAT, "index '%s' is empty", prefix);
	*ret_refs = head.refs;
	*ret_n = head.n_refs;
	return 0;
}
