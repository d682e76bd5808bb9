/*
 * Inside web/ only: "my list", which stands in the address of each page as
 * keep=NODE.UUID,... and nowhere else: no cookie, no account. A uuid is
 * written as 22 characters of base64url, so that a full list is about 1,100
 * bytes and its address stays below HTTP_TARGET_MAX.
 */
#ifndef WEB_KEEP_H
#define WEB_KEEP_H

#include "web/page.h"

#define KEEP_MAX   40
#define KEEP_BYTES 1200 /* with node names that are longer than usual */

/* Where a card or a record offers to be put on the list or taken off. */
struct keep_offer {
	const char *href; /* NULL: none, or the list is full */
	const char *label;
	const char *anchor; /* of the card, NULL: none */
};

/*
 * A list as it should be written, from what was sent: invalid entries and
 * repeated ones are dropped, and what is too much. NULL when nothing is left.
 */
const char *keep_parse(struct arena *arena, const char *text);
/* Ids of the records on a list that keep_parse() gave; NULL has none. */
size_t keep_ids(struct arena *arena, const char *keep, const char ***ret_ids);
/* "ca.ERERERERQRGBEREREREREQ" of an id; NULL when it is none. */
const char *keep_entry(struct arena *arena, const char *id);

/* How many are on the page's list. */
size_t keep_count(const struct page *page);
bool keep_has(const struct page *page, const char *id);
/* This same page with the list changed. NULL: it is full, or id is none. */
const char *keep_add(const struct page *page, const char *id);
const char *keep_remove(const struct page *page, const char *id);
/* A record is on the list by the id of any member. With an anchor the link
 * comes back to the card. */
struct keep_offer keep_offer(const struct page *page,
    const struct merge_view *view, bool with_anchor);
/* layout.tmpl */
void tmpl_keep(struct strbuf *out, const struct keep_offer *keep,
    struct said title);
/* "My list (3)" */
const char *keep_title(const struct page *page);

#endif
