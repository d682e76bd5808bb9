/*
 * What tests of pages say often: get a page of the site, what must be in it
 * and what must not. Include behind <cmocka.h>, once in a program.
 */
#ifndef TESTS_VISIT_H
#define TESTS_VISIT_H

#include "client.h"
#include "json/json.h"
#include "site.h"

static struct site site;
static struct strbuf out;

/* Group fixtures: the site, with sample records. */
static inline int
visit_begin(void **state)
{
	(void)state;
	strbuf_init(&out, 8 << 20);
	site_start(&site, true);
	return 0;
}

static inline int
visit_end(void **state)
{
	(void)state;
	site_stop(&site);
	strbuf_release(&out);
	return 0;
}

static inline void
get(const char *target, const char *lines, int status)
{
	client_get(site.port, target, lines, &out);
	if (client_status(&out) != status)
		fail_msg("%s: %d, not %d: %.300s", target, client_status(&out),
		    status, out.buf != NULL ? out.buf : "");
}

static inline void
assert_has(const char *text)
{
	if (strstr(client_body(&out), text) == NULL)
		fail_msg("no '%s' in: %s", text, client_body(&out));
}

static inline void
assert_lacks(const char *text)
{
	if (strstr(client_body(&out), text) != NULL)
		fail_msg("'%s' in: %s", text, client_body(&out));
}

static inline void
assert_header(const char *name, const char *value)
{
	char buf[300];

	assert_string_equal(client_header(&out, name, buf, sizeof(buf)), value);
}

static inline struct json *
body_json(void)
{
	struct err err;
	struct json *json = json_parse(client_body(&out), client_body_len(&out),
	    &err);

	if (json == NULL)
		fail_msg("%s: %s", err.text, client_body(&out));
	return json;
}

#endif
