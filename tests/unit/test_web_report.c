/*
 * "Report a problem" as readers, and those who are none, meet it: the form,
 * what is stored, what is refused, and whose record it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/ledger.h"
#include "visit.h"

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded\r\n"
#define OURS      "/record/" SITE_PROGRAMME "/report"

static void
post_bytes(const char *target, const char *lines, const char *body, size_t len,
    int status)
{
	struct strbuf req;
	int fd = client_connect(site.port);

	assert_true(fd >= 0);
	strbuf_init(&req, 1 << 20);
	strbuf_addf(&req,
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n%s\r\n",
	    target, len, lines);
	strbuf_add(&req, body, len);
	client_send(fd, req.buf, req.len);
	strbuf_reset(&out);
	client_read(fd, CLIENT_WAIT_MS, &out);
	close(fd);
	strbuf_release(&req);
	if (client_status(&out) != status)
		fail_msg("%s: %d, not %d: %.2000s", target, client_status(&out),
		    status, out.buf != NULL ? out.buf : "");
}

static void
post(const char *target, const char *lines, const char *body, int status)
{
	post_bytes(target, lines, body, strlen(body), status);
}

/* The newest report, and how many are open. */
static int64_t
newest(struct arena *arena, struct ledger_report *ret_report)
{
	struct ledger_report *reports;
	struct ledger *ledger;
	struct err err;
	int64_t open;
	size_t n;

	ledger = ledger_open(site.folder, false, &err);
	assert_non_null(ledger);
	assert_int_equal(ledger_reports(ledger, arena, true, 10, &reports, &n,
			     &err),
	    0);
	assert_int_equal(ledger_reports_open(ledger, NULL, &open, &err), 0);
	ledger_close(ledger);
	if (n != 0)
		*ret_report = reports[0];
	return open;
}

static int64_t
count_open(void)
{
	struct arena *arena = arena_new();
	struct ledger_report report;
	int64_t n = newest(arena, &report);

	arena_free(arena);
	return n;
}

static void
test_form(void **state)
{
	(void)state;
	get("/record/" SITE_PROGRAMME, "", 200);
	assert_has("href=\"/record/" SITE_PROGRAMME "/report\"");
	get(OURS, "", 200);
	assert_has("<form class=\"report\" method=\"post\" "
		   "action=\"/record/" SITE_PROGRAMME "/report\"");
	assert_has("<label for=\"text\">");
	assert_has("<label for=\"reply\">");
	assert_has("Choir &quot;&gt;&lt;script&gt;");
	assert_has("name=\"robots\" content=\"noindex\"");
	assert_has("value=\"contact\"");
	assert_has("tabindex=\"-1\" autocomplete=\"off\"");
	assert_lacks("role=\"alert\"");
	assert_lacks("<script");
	get("/en" OURS, "", 200);
	assert_has("action=\"/en/record/");
	get("/record/urn:gspd:ca:99999999-9999-4999-8999-999999999999/report",
	    "", 404);
	get("/record/nonsense/report", "", 404);
	get("/record/report", "", 404);
	get("/record/" SITE_RETIRED "/report", "", 410);
}

static void
test_is_stored(void **state)
{
	struct arena *arena = arena_new();
	struct ledger_report report;
	int64_t before = count_open();

	(void)state;
	post("/en" OURS, FORM_TYPE,
	    "version=1795168800&kind=contact&text=+The+number+is+wrong%0D%0A"
	    "%3Cscript%3E%07&reply=me%40example.org&subject=",
	    303);
	assert_header("Location",
	    "/en/record/" SITE_PROGRAMME "/report?done=1");
	assert_int_equal(newest(arena, &report), before + 1);
	assert_string_equal(report.record, SITE_PROGRAMME);
	assert_string_equal(report.text, "The number is wrong\n<script>");
	assert_string_equal(report.reply, "me@example.org");
	assert_string_equal(report.lang, "en");
	assert_int_equal(report.kind, REPORT_CONTACT);
	assert_int_equal(report.version, 1795168800);
	assert_int_equal(report.at, SITE_NOW);
	get("/en" OURS "?done=1", "", 200);
	assert_has("Thank you.");
	assert_has("role=\"status\"");
	assert_lacks("<form class=\"report\"");
	/* A second press of the button. */
	post(OURS, FORM_TYPE "Origin: http://127.0.0.1\r\n",
	    "kind=contact&text=The+number+is+wrong%0A%3Cscript%3E"
	    "&reply=me%40example.org",
	    303);
	assert_int_equal(count_open(), before + 1);
	get("/metrics", "", 200);
	assert_has("\ngspd_reports_open ");
	arena_free(arena);
}

/* What is missing is said beside it, and nothing that was typed is lost. */
static void
test_says_what_is_missing(void **state)
{
	int64_t before = count_open();
	struct strbuf body;

	(void)state;
	post(OURS, FORM_TYPE,
	    "kind=&text=%20%0A&reply=%22%3E%3Cscript%3Ealert(1)", 422);
	assert_has("role=\"alert\"");
	assert_has("href=\"#kind-0\">Choose what is wrong");
	assert_has("href=\"#text\">Write what");
	assert_has("href=\"#reply\">Check the e-mail");
	assert_has("aria-invalid=\"true\"");
	assert_has("value=\"&quot;&gt;&lt;script&gt;alert(1)\"");
	assert_has("<title>Not sent: ");
	post(OURS, FORM_TYPE,
	    "kind=closed&text=%3C%2Ftextarea%3E%3Cb%3E&reply=nobody", 422);
	assert_has("value=\"closed\" checked");
	assert_has("&lt;/textarea&gt;&lt;b&gt;</textarea>");
	/* 2,001 characters, and 2,000 of three bytes. */
	strbuf_init(&body, 1 << 20);
	strbuf_addstr(&body, "kind=other&text=");
	for (int i = 0; i < 2001; i++)
		strbuf_addch(&body, 'x');
	post(OURS, FORM_TYPE, body.buf, 422);
	assert_has("Shorten the text");
	strbuf_reset(&body);
	strbuf_addstr(&body, "kind=other&text=");
	for (int i = 0; i < 2000; i++)
		strbuf_addstr(&body, "%E3%81%82");
	assert_int_equal(count_open(), before);
	post(OURS, FORM_TYPE, body.buf, 303);
	assert_int_equal(count_open(), before + 1);
	strbuf_release(&body);
}

static void
test_trap(void **state)
{
	int64_t before = count_open();

	(void)state;
	post(OURS, FORM_TYPE, "kind=other&text=buy+this&subject=pills", 422);
	assert_has("Please press Send once more");
	assert_has("buy this</textarea>");
	assert_lacks("pills");
	assert_int_equal(count_open(), before);
}

static void
test_refuses(void **state)
{
	static const char good[] = "kind=other&text=hello";
	int64_t before = count_open();
	struct strbuf body;

	(void)state;
	post(OURS, FORM_TYPE "Origin: https://evil.example\r\n", good, 403);
	post(OURS, FORM_TYPE "Origin: null\r\n", good, 403);
	post(OURS, FORM_TYPE "Origin: http://127.0.0.1.evil.example\r\n", good,
	    403);
	post(OURS, "", good, 400);
	post(OURS, "Content-Type: text/plain\r\n", good, 400);
	post(OURS, "Content-Type: application/x-www-form-urlencodedx\r\n", good,
	    400);
	post(OURS, "Content-Type: multipart/form-data; boundary=x\r\n", good,
	    400);
	post(OURS, FORM_TYPE, "kind=other&text=%ff%fe", 400);
	post(OURS, FORM_TYPE, "kind=other&text=%zz", 400);
	post_bytes(OURS, FORM_TYPE, "kind=other&text=a\0b", 19, 400);
	strbuf_init(&body, 1 << 20);
	strbuf_addstr(&body, "kind=other&text=");
	for (int i = 0; i < 30000; i++)
		strbuf_addch(&body, 'x');
	post(OURS, FORM_TYPE, body.buf, 400);
	strbuf_reset(&body);
	for (int i = 0; i < 300; i++)
		strbuf_addstr(&body, "a=1&");
	post(OURS, FORM_TYPE, body.buf, 400);
	strbuf_release(&body);
	/* Nothing else takes a form. */
	post("/record/" SITE_PROGRAMME, FORM_TYPE, good, 405);
	post("/search", FORM_TYPE, good, 405);
	post("/record/" SITE_RETIRED "/report", FORM_TYPE, good, 410);
	post("/record/urn:gspd:ca:99999999-9999-4999-8999-999999999999/report",
	    FORM_TYPE, good, 404);
	assert_int_equal(count_open(), before);
}

/* A copy of another node's record: only that node can put it right. */
static void
test_of_another_node(void **state)
{
	int64_t before = count_open();

	(void)state;
	get("/record/" SITE_ORG "/report", "", 200);
	assert_lacks("<form class=\"report\"");
	assert_has("This record was not made here");
	assert_has("href=\"https://sg.example/record/" SITE_ORG "/report\"");
	assert_has("href=\"https://org.example/?a=1&amp;b=2\"");
	assert_has("mailto:who@example.org");
	post("/record/" SITE_ORG "/report", FORM_TYPE, "kind=other&text=x",
	    422);
	assert_int_equal(count_open(), before);
	/* One that both list: ours is ours, the other is named too. */
	get("/record/" SITE_SAME "/report", "", 200);
	assert_has("<form class=\"report\"");
	assert_has("href=\"https://sg.example/record/" SITE_SAME "/report\"");
}

/* As many as the ledger takes: then the form comes back with its text. */
static void
test_limit(void **state)
{
	char body[64];
	int status = 303;

	(void)state;
	for (int i = 0; i < LEDGER_REPORTS_RECORD + 1 && status == 303; i++) {
		snprintf(body, sizeof(body), "kind=other&text=More+%d", i);
		post("/record/" SITE_EVIDENCE "/report", FORM_TYPE, body,
		    count_open() < LEDGER_REPORTS_MINUTE ? 303 : 429);
		status = client_status(&out);
	}
	assert_int_equal(status, 429);
	assert_header("Retry-After", "60");
	assert_has("Many reports have come in");
	assert_has("</textarea>");
	assert_has(">More ");
}

/* The disk takes nothing: said so, and what was typed is still there. */
static void
test_nothing_to_write_to(void **state)
{
	char from[100], to[100];

	(void)state;
	snprintf(from, sizeof(from), "%s/ledger.db", site.folder);
	snprintf(to, sizeof(to), "%s/ledger.away", site.folder);
	assert_int_equal(rename(from, to), 0);
	post(OURS, FORM_TYPE, "kind=other&text=Keep+this", 503);
	assert_has("can not store anything just now");
	assert_has("Keep this</textarea>");
	assert_int_equal(rename(to, from), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_is_stored),
		cmocka_unit_test(test_says_what_is_missing),
		cmocka_unit_test(test_trap),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_of_another_node),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_nothing_to_write_to),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
