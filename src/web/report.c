/*
 * report: "report a problem" of a record: a form when this node made it, else
 * how to reach the nodes that did. Anybody may send anything here: what comes
 * is bounded, checked, stored as text, and shown as text. Neighbours:
 * ledger/reports.c keeps it, cmd_report.c lists it, report.tmpl shows it.
 */
#include "web/report_page.h"
#include "web/gone_page.h"
#include "web/peers_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_MAX  (28 * 1024) /* 2,000 characters of 4 bytes, as %XX */
#define TEXT_MAX  2000        /* characters */
#define NODES_MAX 8
#define FORM_TYPE "application/x-www-form-urlencoded"

/* What was typed. */
struct typed {
	const char *kind, *text, *reply, *trap, *version;
};

/* ---- what the page says ---- */

static const char *
kind_label(const struct page *page, enum report_kind kind)
{
	static const enum text_id labels[] = {
		[REPORT_CONTACT] = TEXT_REPORT_KIND_CONTACT,
		[REPORT_CLOSED] = TEXT_REPORT_KIND_CLOSED,
		[REPORT_MOVED] = TEXT_REPORT_KIND_MOVED,
		[REPORT_LINK] = TEXT_REPORT_KIND_LINK,
		[REPORT_DUPLICATE] = TEXT_REPORT_KIND_DUPLICATE,
		[REPORT_PRIVACY] = TEXT_REPORT_KIND_PRIVACY,
		[REPORT_OTHER] = TEXT_REPORT_KIND_OTHER,
	};

	return page_text(page, labels[kind]);
}

static void
fill_choices(const struct page *page, struct report_view *view,
    const char *chosen)
{
	view->choices = arena_alloc(page->arena,
	    (REPORT_OTHER + 1) * sizeof(*view->choices));
	for (int i = 0; i <= REPORT_OTHER; i++) {
		struct report_choice *choice = &view->choices[i];

		choice->value = report_kind_name((enum report_kind)i);
		choice->label = kind_label(page, (enum report_kind)i);
		choice->is_chosen = chosen != NULL &&
				    strcmp(chosen, choice->value) == 0;
	}
	view->n_choices = REPORT_OTHER + 1;
}

/* The address of the same form at another node, or NULL. */
static const char *
form_at(const struct page *page, const struct api_peer *peer, const char *id)
{
	size_t len = peer != NULL ? strcspn(peer->url, " ") : 0;

	if (len == 0)
		return NULL;
	return arena_printf(page->arena, "%.*s%srecord/%s/report", (int)len,
	    peer->url, peer->url[len - 1] == '/' ? "" : "/", id);
}

/* The nodes whose records are in the view, but for this one. */
static int
fill_nodes(const struct page *page, const struct merge_view *merged,
    struct report_view *view, struct err *err)
{
	struct api_peer *peers;
	size_t n;

	if (api_peers(page->api, page->arena, &peers, &n, err) == -1)
		return -1;
	view->nodes = arena_alloc(page->arena,
	    NODES_MAX * sizeof(*view->nodes));
	for (size_t i = 0; i < merged->n_members && view->n_nodes < NODES_MAX;
	     i++) {
		struct report_node *line = &view->nodes[view->n_nodes];
		const char *country;
		char *node = arena_alloc(page->arena, RECORD_NODE_MAX);
		char uuid[37];

		if (record_id_split(merged->members[i], node, uuid) == -1 ||
		    strcmp(node, page->conf->node) == 0)
			continue;
		country = peer_country(page, node);
		line->words = page_say(page,
		    country != NULL && *country != '\0'
			? TEXT_REPORT_NODE_COUNTRY
			: TEXT_REPORT_NODE,
		    0, "node", node, "country", country, NULL);
		line->link = page_say(page, TEXT_REPORT_NODE_LINK, 0, "node",
		    node, NULL);
		line->href = form_at(page, api_peer_find(peers, n, node),
		    merged->members[i]);
		view->n_nodes++;
	}
	return 0;
}

/* This node's own record in the group, or NULL. */
static const char *
own_member(const struct page *page, const struct merge_view *merged)
{
	for (size_t i = 0; i < merged->n_members; i++) {
		char node[RECORD_NODE_MAX], uuid[37];

		if (record_id_split(merged->members[i], node, uuid) == 0 &&
		    strcmp(node, page->conf->node) == 0)
			return merged->members[i];
	}
	return NULL;
}

static void
fill_contacts(const struct page *page, const struct record *rec,
    struct report_view *view)
{
	struct section section = { .last = &section.rows };

	contact_rows(page, &section, rec);
	view->contacts = section.rows;
}

/* ---- what was sent ---- */

/* Newlines as \n, other controls as spaces, nothing around it. */
static const char *
tidy(struct arena *arena, const char *text)
{
	size_t len = strlen(text), n = 0;
	char *tidied = arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch == '\r' && text[i + 1] == '\n')
			continue;
		if (ch == '\r')
			ch = '\n';
		else if ((ch < ' ' && ch != '\n' && ch != '\t') || ch == 0x7f)
			ch = ' ';
		tidied[n++] = (char)ch;
	}
	while (n > 0 && strchr(" \n\t", tidied[n - 1]) != NULL)
		n--;
	tidied[n] = '\0';
	return tidied + strspn(tidied, " \n\t");
}

static const char *
param(struct arena *arena, const struct http_params *params, const char *name)
{
	const char *value = http_param(params, name);

	return value != NULL ? tidy(arena, value) : "";
}

/* -1: the bytes are no form. */
static int
read_form(const struct page *page, struct typed *typed)
{
	const struct http_request *req = page->req;
	const char *type = http_header_get(req, "content-type");
	struct http_params params;
	struct err err;

	if (type == NULL || strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) ||
	    strchr("; \t", type[strlen(FORM_TYPE)]) == NULL)
		return -1;
	if (req->body_len > BODY_MAX ||
	    memchr(req->body, '\0', req->body_len) != NULL)
		return -1;
	if (http_params_read(page->arena,
		arena_strndup(page->arena, req->body, req->body_len), &params,
		&err) == -1)
		return -1;
	for (size_t i = 0; i < params.n; i++) {
		if (!valid_utf8(params.items[i].value,
			strlen(params.items[i].value), NULL))
			return -1;
	}
	typed->kind = param(page->arena, &params, "kind");
	typed->text = param(page->arena, &params, "text");
	typed->reply = param(page->arena, &params, "reply");
	typed->trap = param(page->arena, &params, "subject");
	typed->version = param(page->arena, &params, "version");
	return 0;
}

/* "https://node.example:8443" has this authority. */
static bool
is_at(const char *origin, const char *authority, size_t len)
{
	const char *p = strstr(origin, "://");

	return p != NULL && strlen(p + 3) == len &&
	       strncasecmp(p + 3, authority, len) == 0;
}

/* Browsers say where a form stood. Whatever is no browser says nothing. */
static bool
is_foreign(const struct page *page)
{
	const char *origin = http_header_get(page->req, "origin");
	const char *host = http_header_get(page->req, "host");
	const char *own = page->conf->url != NULL
			      ? strstr(page->conf->url, "://")
			      : NULL;

	if (origin == NULL)
		return false;
	if (host != NULL && is_at(origin, host, strlen(host)))
		return false;
	/* Behind a proxy that names another host to us. */
	return own == NULL || !is_at(origin, own + 3, strcspn(own + 3, "/"));
}

static bool
check(const struct page *page, const struct typed *typed,
    struct report_view *view, enum report_kind *ret_kind)
{
	if (report_kind_parse(typed->kind, ret_kind) == -1)
		view->bad_kind = page_text(page, TEXT_REPORT_BAD_KIND);
	if (*typed->text == '\0')
		view->bad_text = page_text(page, TEXT_REPORT_NO_TEXT);
	else if (utf8_count(typed->text, strlen(typed->text)) > TEXT_MAX)
		view->bad_text = page_text(page, TEXT_REPORT_LONG_TEXT);
	if (*typed->reply != '\0' && !valid_mail(typed->reply))
		view->bad_reply = page_text(page, TEXT_REPORT_BAD_REPLY);
	if (*typed->trap != '\0')
		view->problem = page_text(page, TEXT_REPORT_AGAIN);
	return view->bad_kind == NULL && view->bad_text == NULL &&
	       view->bad_reply == NULL && view->problem == NULL;
}

/* The status of the answer: 303 when it is stored. */
static int
store(const struct page *page, const char *own, const struct typed *typed,
    struct report_view *view)
{
	struct ledger_report report = { .record = own,
		.text = typed->text,
		.reply = typed->reply,
		.lang = page->lang,
		.at = page->now };
	struct err err = { .code = ERR_NOTFOUND };
	int64_t no;

	if (!check(page, typed, view, &report.kind))
		return 422;
	report.version = strtoll(typed->version, NULL, 10);
	if (report.version < 0 || report.version > page->now)
		report.version = 0;
	if (page->api->ledger != NULL &&
	    ledger_report_add(page->api->ledger, &report, &no, &err) == 0)
		return 303;
	if (err.code == ERR_LIMIT) {
		view->problem = page_text(page, TEXT_REPORT_MANY);
		return 429;
	}
	log_event(LOG_LEVEL_WARN, "web.report", "request=%s error=%s",
	    page->req->id,
	    err.code == ERR_NOTFOUND ? "there is no ledger.db" : err.text);
	view->problem = page_text(page, TEXT_REPORT_FAILED);
	return 503;
}

/* ---- the page ---- */

static void
fill_page(struct page *page, const struct merge_view *merged, const char *own,
    struct report_view *view)
{
	const char *path = arena_printf(page->arena, "/record/%s/report",
	    view->id);

	view->title = page_title(page, merged->rec);
	view->record_href = page_record_link(page, view->id);
	view->version = arena_printf(page->arena, "%lld",
	    (long long)merged->rec->published_at);
	view->text = view->reply = "";
	page->title = page_text(page, TEXT_REPORT_TITLE);
	page->no_index = true;
	if (own != NULL)
		view->action = page_link(page, path);
	else {
		view->none = page_text(page, TEXT_REPORT_ELSEWHERE);
		fill_contacts(page, merged->rec, view);
	}
	fill_choices(page, view, NULL);
}

/* True when the answer is made. */
static bool
take(struct page *page, const char *own, struct report_view *view,
    struct http_response *res)
{
	struct typed typed;
	const char *path;
	int status;

	if (is_foreign(page)) {
		show_failure(page, 403, NULL, res);
		return true;
	}
	if (read_form(page, &typed) == -1) {
		show_failure(page, 400,
		    page_text(page, TEXT_REPORT_UNREADABLE_TEXT), res);
		return true;
	}
	status = store(page, own, &typed, view);
	if (status == 303) {
		path = arena_printf(page->arena, "/record/%s/report?done=1",
		    view->id);
		http_response_redirect(res, 303, page_link(page, path));
		return true;
	}
	res->status = status;
	if (status != 422)
		http_response_header(res, "Retry-After", "60");
	view->text = typed.text;
	view->reply = typed.reply;
	view->version = typed.version;
	fill_choices(page, view, typed.kind);
	page->title = page_say(page, TEXT_REPORT_ERROR_TITLE, 0, "title",
	    page->title, NULL);
	return false;
}

int
show_report(struct page *page, const char *id, struct http_response *res,
    struct err *err)
{
	struct report_view view = { .id = id };
	struct http_params params;
	struct merge_view *merged;
	const char *own, *done = NULL;
	struct err bad;

	if (catalogue_view(page->api->cat, page->arena, id, &merged, err) ==
	    -1) {
		if (err->code == ERR_NOTFOUND && show_gone(page, id, res))
			return 0;
		return -1;
	}
	own = own_member(page, merged);
	fill_page(page, merged, own, &view);
	if (fill_nodes(page, merged, &view, err) == -1)
		return -1;
	if (page->req->method == HTTP_POST && own == NULL) {
		/* Nothing of it is kept: say where it belongs. */
		res->status = 422;
	} else if (page->req->method == HTTP_POST) {
		if (take(page, own, &view, res))
			return 0;
	} else if (http_params_read(page->arena, page->req->query, &params,
		       &bad) == 0)
		done = http_param(&params, "done");
	view.is_done = own != NULL && done != NULL && strcmp(done, "1") == 0;
	tmpl_report(&res->body, page, &view);
	return 0;
}
