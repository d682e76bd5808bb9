/*
 * tmpl: escaping by context, the run time of compiled templates. Neighbours:
 * tools/tmplc.c decides which function a placeholder gets.
 */
#include "web/tmpl.h"

#include <string.h>
#include <strings.h>

#define OVERRIDE 0xe2 /* the first byte of U+202A to U+202E */

/* What stands for a byte; "" for controls, which mean nothing in a page and
 * confuse terminals and parsers; NULL: the byte itself. */
static const char *const entities[256] = {
	[1 ... 8] = "",
	[11 ... 31] = "",
	[0x7f] = "",
	['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;",
	[OVERRIDE] = "", /* when it begins one */
};

/*
 * U+202A to U+202E: what is behind them is read in another direction, up to
 * the end of a paragraph, of a title or of an attribute, where no element can
 * hold it in. Records of others have no need of them: pages say which way a
 * text runs.
 */
static bool
is_override(const char *p)
{
	const unsigned char *bytes = (const unsigned char *)p;

	return bytes[0] == OVERRIDE && bytes[1] == 0x80 && bytes[2] >= 0xaa &&
	       bytes[2] <= 0xae;
}

static void
escape(struct strbuf *out, const char *text)
{
	const char *start = text;
	const char *p;

	if (text == NULL)
		return;
	for (p = text; *p != '\0'; p++) {
		const char *name = entities[(unsigned char)*p];
		size_t len = 1;

		if (name == NULL)
			continue;
		if ((unsigned char)*p == OVERRIDE) {
			if (!is_override(p))
				continue;
			len = 3;
		}
		strbuf_add(out, start, (size_t)(p - start));
		strbuf_addstr(out, name);
		start = p + len;
		p = start - 1;
	}
	strbuf_add(out, start, (size_t)(p - start));
}

void
tmpl_text(struct strbuf *out, const char *text)
{
	escape(out, text);
}

void
tmpl_attr(struct strbuf *out, const char *text)
{
	escape(out, text);
}

static bool
is_safe_url(const char *url)
{
	if (*url == '/')
		return url[1] != '/' && url[1] != '\\';
	if (*url == '#' || *url == '?')
		return true;
	if (strncasecmp(url, "mailto:", 7) == 0 ||
	    strncasecmp(url, "tel:", 4) == 0 ||
	    strncasecmp(url, "geo:", 4) == 0)
		return strpbrk(url, " \t\r\n") == NULL;
	return valid_url(url);
}

void
tmpl_url(struct strbuf *out, const char *url)
{
	escape(out, url != NULL && is_safe_url(url) ? url : "#");
}

static void
percent(struct strbuf *out, const char *text, const char *keep)
{
	if (text == NULL)
		return;
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr(keep, *p) != NULL)
			strbuf_addch(out, *p);
		else
			url_encode(out, p, 1);
	}
}

void
tmpl_path(struct strbuf *out, const char *text)
{
	percent(out, text, ":@+");
}

void
tmpl_arg(struct strbuf *out, const char *text)
{
	percent(out, text, ":@");
}

void
tmpl_int(struct strbuf *out, int64_t value)
{
	strbuf_addf(out, "%lld", (long long)value);
}

void
tmpl_json(struct strbuf *out, const char *json)
{
	const char *end = json != NULL ? json + strlen(json) : NULL;

	while (json < end) {
		const char *start = json;
		uint32_t ch = utf8_next(&json, end);

		if (ch == '<' || ch == '>' || ch == '&' || ch == 0x2028 ||
		    ch == 0x2029)
			strbuf_addf(out, "\\u%04x", (unsigned)ch);
		else if (ch == 0xfffd)
			utf8_add(out, ch);
		else
			strbuf_add(out, start, (size_t)(json - start));
	}
}
