/*
 * keep: the reader's list in the address: reading it, the links that change
 * it on any page, what a card or a record offers. Neighbours: link.c carries
 * the list along, list.c and compare.c show it; handler.c reads it first.
 */
#include "web/keep.h"

#include <string.h>

#define UUID_BYTES 16
#define CODE_LEN   22 /* of base64url, without padding */
#define ENTRY_MAX  (RECORD_NODE_MAX + 1 + CODE_LEN)

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
hex_of(char ch)
{
	return ch <= '9' ? ch - '0' : ch - 'a' + 10;
}

/* Of a valid uuid. */
static void
uuid_encode(const char *uuid, char ret_code[CODE_LEN + 1])
{
	unsigned bits = 0, held = 0;
	size_t out = 0;

	for (const char *p = uuid; *p != '\0'; p++) {
		if (*p == '-')
			continue;
		held = held << 4 | (unsigned)hex_of(*p);
		bits += 4;
		if (bits >= 6) {
			bits -= 6;
			ret_code[out++] = alphabet[held >> bits & 63];
		}
	}
	/* 128 bits are 21 characters and 2 bits more. */
	ret_code[out++] = alphabet[held << (6 - bits) & 63];
	ret_code[out] = '\0';
}

/* 0, or -1 when it is not the one way to write a uuid. */
static int
uuid_decode(const char *code, char ret_uuid[37])
{
	static const char hex[] = "0123456789abcdef";
	unsigned bits = 0, held = 0;
	size_t out = 0;

	for (size_t i = 0; i < CODE_LEN; i++) {
		const char *at = code[i] != '\0' ? strchr(alphabet, code[i])
						 : NULL;

		if (at == NULL)
			return -1;
		held = (held & 15) << 6 | (unsigned)(at - alphabet);
		bits += 6;
		while (bits >= 4 && out < 36) {
			if (out == 8 || out == 13 || out == 18 || out == 23)
				ret_uuid[out++] = '-';
			bits -= 4;
			ret_uuid[out++] = hex[held >> bits & 15];
		}
	}
	ret_uuid[out] = '\0';
	return (held & 15) == 0 && valid_uuid(ret_uuid) ? 0 : -1;
}

/* One entry, len bytes, to its id; NULL when it is none. */
static const char *
entry_id(struct arena *arena, const char *entry, size_t len)
{
	char node[RECORD_NODE_MAX];
	char uuid[37];
	size_t node_len;

	if (len <= CODE_LEN + 1 || len > ENTRY_MAX)
		return NULL;
	node_len = len - CODE_LEN - 1;
	if (node_len >= sizeof(node) || entry[node_len] != '.')
		return NULL;
	memcpy(node, entry, node_len);
	node[node_len] = '\0';
	if (!valid_node(node) || uuid_decode(entry + node_len + 1, uuid) == -1)
		return NULL;
	return record_id_make(arena, node, uuid);
}

const char *
keep_entry(struct arena *arena, const char *id)
{
	char node[RECORD_NODE_MAX];
	char uuid[37];
	char code[CODE_LEN + 1];

	if (record_id_split(id, node, uuid) == -1 || !valid_uuid(uuid))
		return NULL;
	uuid_encode(uuid, code);
	return arena_printf(arena, "%s.%s", node, code);
}

/* Is the entry of len bytes in the list? */
static bool
list_has(const char *list, const char *entry, size_t len)
{
	while (*list != '\0') {
		size_t here = strcspn(list, ",");

		if (here == len && memcmp(list, entry, len) == 0)
			return true;
		list += here;
		list += *list == ',';
	}
	return false;
}

const char *
keep_parse(struct arena *arena, const char *text)
{
	char list[KEEP_BYTES + 1] = "";
	size_t len = 0, n = 0;

	while (text != NULL && *text != '\0' && n < KEEP_MAX) {
		size_t here = strcspn(text, ",");

		if (entry_id(arena, text, here) != NULL &&
		    !list_has(list, text, here)) {
			if (len + 1 + here > KEEP_BYTES)
				break;
			if (len != 0)
				list[len++] = ',';
			memcpy(list + len, text, here);
			len += here;
			list[len] = '\0';
			n++;
		}
		text += here;
		text += *text == ',';
	}
	return len != 0 ? arena_strdup(arena, list) : NULL;
}

size_t
keep_ids(struct arena *arena, const char *keep, const char ***ret_ids)
{
	const char **ids = arena_alloc(arena, KEEP_MAX * sizeof(*ids));
	size_t n = 0;

	while (keep != NULL && *keep != '\0' && n < KEEP_MAX) {
		size_t here = strcspn(keep, ",");
		const char *id = entry_id(arena, keep, here);

		if (id != NULL)
			ids[n++] = id;
		keep += here;
		keep += *keep == ',';
	}
	*ret_ids = ids;
	return n;
}

size_t
keep_count(const struct page *page)
{
	size_t n = page->keep != NULL;

	for (const char *p = page->keep; p != NULL && *p != '\0'; p++)
		n += *p == ',';
	return n;
}

bool
keep_has(const struct page *page, const char *id)
{
	const char *entry = keep_entry(page->arena, id);

	return page->keep != NULL && entry != NULL &&
	       list_has(page->keep, entry, strlen(entry));
}

static void
add_pair(struct strbuf *sb, bool *has_query, const char *text, size_t len)
{
	strbuf_addch(sb, *has_query ? '&' : '?');
	strbuf_add(sb, text, len);
	*has_query = true;
}

/* The page's own address, but with this list (NULL: without one). NULL when
 * that is longer than a request may be. */
static const char *
link_with(const struct page *page, const char *keep)
{
	const char *query = page->req != NULL ? page->req->query : "";
	const char *result;
	bool has_query = false;
	struct strbuf sb;

	strbuf_init(&sb, HTTP_HEAD_MAX);
	strbuf_addstr(&sb, page->prefix);
	for (const char *p = page->path; *p != '\0'; p++) {
		if (*p == '/' || *p == ':')
			strbuf_addch(&sb, *p);
		else
			url_encode(&sb, p, 1);
	}
	while (*query != '\0') {
		size_t here = strcspn(query, "&");

		if (here != 0 && strncmp(query, "keep=", 5) != 0)
			add_pair(&sb, &has_query, query, here);
		query += here;
		query += *query == '&';
	}
	if (keep != NULL) {
		keep = arena_printf(page->arena, "keep=%s", keep);
		add_pair(&sb, &has_query, keep, strlen(keep));
	}
	result = sb.len <= HTTP_TARGET_MAX
		     ? arena_strndup(page->arena, sb.buf, sb.len)
		     : NULL;
	strbuf_release(&sb);
	return result;
}

const char *
keep_add(const struct page *page, const char *id)
{
	const char *entry = keep_entry(page->arena, id);
	const char *list = page->keep;

	if (entry == NULL)
		return NULL;
	if (list == NULL)
		return link_with(page, entry);
	if (keep_has(page, id))
		return link_with(page, list);
	if (keep_count(page) >= KEEP_MAX ||
	    strlen(list) + 1 + strlen(entry) > KEEP_BYTES)
		return NULL;
	return link_with(page, arena_printf(page->arena, "%s,%s", list, entry));
}

const char *
keep_remove(const struct page *page, const char *id)
{
	const char *entry = keep_entry(page->arena, id);
	const char *rest = page->keep;
	char list[KEEP_BYTES + 1] = "";
	size_t len = 0;

	while (rest != NULL && *rest != '\0') {
		size_t here = strcspn(rest, ",");

		if (entry == NULL || strlen(entry) != here ||
		    memcmp(entry, rest, here) != 0) {
			if (len != 0)
				list[len++] = ',';
			memcpy(list + len, rest, here);
			len += here;
			list[len] = '\0';
		}
		rest += here;
		rest += *rest == ',';
	}
	return link_with(page, len != 0 ? list : NULL);
}

struct keep_offer
keep_offer(const struct page *page, const struct merge_view *view,
    bool with_anchor)
{
	struct keep_offer offer = { 0 };
	const char *entry = keep_entry(page->arena, view->rec->id);

	if (entry == NULL)
		return offer;
	for (size_t i = 0; i < view->n_members && offer.href == NULL; i++) {
		if (keep_has(page, view->members[i]))
			offer.href = keep_remove(page, view->members[i]);
	}
	offer.label = page_text(page, TEXT_KEEP_REMOVE);
	if (offer.href == NULL) {
		offer.label = page_text(page, TEXT_KEEP_ADD);
		offer.href = keep_add(page, view->rec->id);
	}
	if (offer.href == NULL) {
		offer.label = page_say(page, TEXT_KEEP_FULL, KEEP_MAX, "n",
		    page_number(page, KEEP_MAX), NULL);
		return offer;
	}
	if (with_anchor) {
		offer.anchor = arena_printf(page->arena, "r-%s",
		    strchr(entry, '.') + 1);
		offer.href = arena_printf(page->arena, "%s#%s", offer.href,
		    offer.anchor);
	}
	return offer;
}

const char *
keep_title(const struct page *page)
{
	size_t n = keep_count(page);

	if (n == 0)
		return page_text(page, TEXT_NAV_LIST);
	return page_say(page, TEXT_NAV_LIST_N, (int64_t)n, "n",
	    page_number(page, (int64_t)n), NULL);
}
