/*
 * gone: what to say of a record that the catalogue does not show: withdrawn
 * by this node or another, of a node that is hidden, or a profile whose
 * consent has ended. Neighbours: record.c asks, catalogue/gone.c remembers.
 */
#include "web/gone_page.h"
#include "web/peers_page.h"

#include <string.h>

#define REPLACED_MAX 10

static bool
replaces(const struct record *rec, const char *id)
{
	for (const struct value *v = value_find(&rec->root, FIELD_RELATION);
	     v != NULL; v = value_next(v)) {
		const char *type = value_get(v, FIELD_RELATION_TYPE);
		const char *target = value_get(v, FIELD_RELATION_ID);

		if (type != NULL && target != NULL &&
		    strcmp(type, "replaces") == 0 && strcmp(target, id) == 0)
			return true;
	}
	return false;
}

/* Records that say they took its place. */
static void
fill_replaced(const struct page *page, const char *id, struct gone_view *view)
{
	struct merge_view *other;
	const char **ids;
	struct err err;
	size_t n;

	if (catalogue_linked(page->api->cat, page->arena, id, &ids, &n, &err) ==
	    -1)
		return;
	view->replaced = arena_alloc(page->arena,
	    REPLACED_MAX * sizeof(*view->replaced));
	for (size_t i = 0; i < n && view->n_replaced < REPLACED_MAX; i++) {
		if (catalogue_view(page->api->cat, page->arena, ids[i], &other,
			&err) == -1 ||
		    !replaces(other->rec, id))
			continue;
		view->replaced[view->n_replaced++] = (struct item){
			.text = page_title(page, other->rec),
			.href = page_record_link(page, ids[i])
		};
	}
}

static void
fill_title(const struct page *page, enum record_kind kind, const char *title,
    const char *lang, struct gone_view *view)
{
	struct link link;

	if (kind == RECORD_KIND_CHAMPION) {
		view->more = page_text(page, TEXT_GONE_PERSON);
		return;
	}
	view->kind = page_label(page, VOCAB_KIND, record_kind_name(kind));
	view->more = page_text(page, TEXT_GONE_MORE);
	if (*title == '\0')
		return;
	view->title.text = title;
	if (*lang != '\0' && strcmp(lang, page->lang) != 0)
		view->title.lang = lang;
	link_start(&link, page, "/search");
	link_add(&link, "q", title);
	link_add(&link, "kind", record_kind_name(kind));
	view->search = link_end(&link);
}

static void
fill_withdrawn(const struct page *page, const char *node, int64_t at,
    struct gone_view *view)
{
	view->status = 410;
	view->heading = page_text(page, TEXT_ERROR_410);
	view->words = page_say(page,
	    at > 0 ? TEXT_GONE_WITHDRAWN : TEXT_GONE_WITHDRAWN_PLAIN, 0, "node",
	    node, "date", at > 0 ? page_day(page, at) : NULL, NULL);
}

/* By this node itself: the ledger knows. */
static bool
fill_own(const struct page *page, const char *id, struct gone_view *view)
{
	struct ledger_version *versions;
	const struct record *rec = NULL;
	struct err err;
	size_t n;

	if (page->api->ledger == NULL ||
	    ledger_history(page->api->ledger, page->arena, id, &versions, &n,
		&err) == -1 ||
	    n == 0 || !versions[0].is_retired)
		return false;
	for (size_t i = 0; i < n && rec == NULL; i++)
		rec = versions[i].rec;
	fill_withdrawn(page, page->conf->node, versions[0].saved_at, view);
	if (rec != NULL)
		fill_title(page, rec->kind, record_title(rec, NULL), rec->lang,
		    view);
	return true;
}

static bool
has_left(const struct page *page, const char *node)
{
	struct ledger_member *members;
	struct err err;
	size_t n;

	if (page->api->ledger == NULL ||
	    ledger_members(page->api->ledger, page->arena, &members, &n,
		&err) == -1)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(members[i].node, node) == 0)
			return members[i].is_left;
	}
	return false;
}

/* Its node is hidden, or not one of those that are shown here. */
static bool
fill_hidden(const struct page *page, const char *node, struct gone_view *view)
{
	struct catalogue_feed feed;
	struct err err;
	bool is_known = catalogue_feed_get(page->api->cat, node, &feed, &err) ==
			0;
	enum text_id words = TEXT_GONE_UNKNOWN;
	const char *date = NULL;

	if (is_known && !feed.is_hidden)
		return false;
	if (!is_known &&
	    (err.code != ERR_NOTFOUND || strcmp(node, page->conf->node) == 0))
		return false;
	view->status = 404;
	view->heading = page_text(page,
	    is_known ? TEXT_GONE_HIDDEN : TEXT_ERROR_404_RECORD);
	if (has_left(page, node))
		words = TEXT_GONE_HIDDEN_LEFT;
	else if (is_known && feed.expires_at != 0 &&
		 feed.expires_at < page->now) {
		words = TEXT_GONE_HIDDEN_STALE;
		date = page_day(page, feed.expires_at);
	} else if (is_known)
		words = TEXT_GONE_HIDDEN_PLAIN;
	view->words = page_say(page, words, 0, "node", node, "date", date,
	    NULL);
	return true;
}

/* A champion's profile whose consent has ended by now: not a word of it. */
static bool
fill_lapsed(const struct page *page, const char *id, const char *node,
    struct gone_view *view)
{
	const struct value *consent;
	const char *expires = NULL;
	struct record *rec;
	struct err err;

	if (catalogue_lapsed(page->api->cat, page->arena, id, &rec, &err) == -1)
		return false;
	consent = value_find(&rec->root, FIELD_CONSENT);
	if (consent != NULL)
		expires = value_get(consent, FIELD_CONSENT_EXPIRES);
	view->heading = page_text(page, TEXT_GONE_CONSENT);
	view->words = page_say(page, TEXT_GONE_CONSENT_TEXT, 0, "node", node,
	    "date", expires != NULL ? page_date(page, expires) : NULL, NULL);
	return true;
}

static void
show(struct page *page, const char *node, const char *id,
    struct gone_view *view, struct http_response *res)
{
	struct api_peer *peers;
	struct err err;
	size_t n;

	fill_replaced(page, id, view);
	view->node = arena_strdup(page->arena, node);
	if (api_peers(page->api, page->arena, &peers, &n, &err) == 0 &&
	    api_peer_find(peers, n, node) != NULL)
		view->node_href = peer_link(page, node);
	page->title = view->heading;
	page->canonical = NULL;
	page->no_index = true;
	res->status = view->status;
	tmpl_gone(&res->body, page, view);
}

bool
show_gone(struct page *page, const char *id, struct http_response *res)
{
	struct gone_view view = { .status = 410 };
	char node[RECORD_NODE_MAX], uuid[37];
	struct catalogue_gone gone;
	struct err err;

	if (record_id_split(id, node, uuid) == -1)
		return false;
	if (!fill_lapsed(page, id, node, &view) && !fill_own(page, id, &view) &&
	    !fill_hidden(page, node, &view)) {
		if (catalogue_gone(page->api->cat, page->arena, id, &gone,
			&err) == -1)
			return false;
		fill_withdrawn(page, node, gone.at, &view);
		fill_title(page, gone.kind, gone.title, gone.lang, &view);
	}
	show(page, node, id, &view, res);
	return true;
}
