/*
 * failure: pages for what can not be shown, with a way on. Neighbours: handler.c.
 */
#include "web/home_page.h"

#include <string.h>

void
show_failure(struct page *page, int status, const char *text,
    struct http_response *res)
{
	static const struct {
		int status;
		enum text_id heading, text;
	} table[] = {
		{ 400, TEXT_ERROR_400, TEXT_ERROR_400_TEXT },
		{ 403, TEXT_REPORT_FORBIDDEN, TEXT_REPORT_FORBIDDEN_TEXT },
		{ 404, TEXT_ERROR_404, TEXT_ERROR_404_TEXT },
		{ 405, TEXT_ERROR_405, TEXT_ERROR_404_TEXT },
		{ 414, TEXT_ERROR_414, TEXT_ERROR_414_TEXT },
		{ 503, TEXT_ERROR_503, TEXT_ERROR_503_TEXT },
		{ 500, TEXT_ERROR_500, TEXT_ERROR_500_TEXT },
	};
	struct failure failure = { .status = status };
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(table) && table[i].status != status)
		i++;
	failure.heading = page_text(page, table[i].heading);
	failure.text = text != NULL ? text : page_text(page, table[i].text);
	if (status == 404 && strncmp(page->path, "/record/", 8) == 0) {
		failure.heading = page_text(page, TEXT_ERROR_404_RECORD);
		failure.text = page_text(page, TEXT_ERROR_404_RECORD_TEXT);
	}
	if (status == 400 && text != NULL)
		failure.heading = page_text(page, TEXT_REPORT_UNREADABLE);
	if (status >= 500)
		failure.id = page_say(page, TEXT_ERROR_ID, 0, "id",
		    page->req->id, NULL);
	http_response_clear(res);
	res->status = status;
	page->title = failure.heading;
	page->canonical = NULL;
	page->cite = NULL;
	page->no_index = true;
	tmpl_failure(&res->body, page, &failure);
}
