/*
 * web and api as people and programs meet them: a whole web process on
 * 127.0.0.1 over a small catalogue.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>

#include <cmocka.h>

#include "visit.h"

#define PAGE_BYTES (30 * 1024) /* over the wire */

static const char *const pages[] = { "/", "/en/", "/search", "/search?q=choir",
	"/search?q=singing&kind=evidence&sort=year", "/search?q=zzzzzzz",
	"/search?q=choir&near=53.8,-1.55&within=5&checked_since=2026-01-01",
	"/search?near=Nowhere", "/en/search?country=ca", "/search?node=sg",
	"/search?zone=nosuch",
	"/search?strength=trial&audience=carers&outcome=x", "/browse",
	"/en/browse", "/accessibility", "/privacy", "/developers",
	"/record/" SITE_PROGRAMME, "/record/" SITE_EVIDENCE,
	"/record/" SITE_SAME, "/record/" SITE_RESOURCE, "/record/" SITE_ORG,
	"/en/record/" SITE_ORG, "/peers", "/peers/sg", "/peers/ca", "/about" };

static int
count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text += strlen(part);
	}
	return n;
}

/* The rules for every page (ux.md). */
static void
test_every_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		get(pages[i], "", 200);
		assert_header("Content-Type", "text/html; charset=utf-8");
		assert_header("Content-Security-Policy",
		    "default-src 'none'; style-src 'self'; img-src 'self'; "
		    "form-action 'self'; base-uri 'none'; "
		    "frame-ancestors 'none'");
		assert_header("X-Content-Type-Options", "nosniff");
		assert_header("Referrer-Policy",
		    "strict-origin-when-cross-origin");
		assert_int_equal(count(client_body(&out), "<h1"), 1);
		assert_int_equal(count(client_body(&out), "id=\"q\""), 1);
		assert_int_equal(count(client_body(&out), "<main"), 1);
		assert_has("<html lang=\"en\" dir=\"ltr\">");
		assert_has("href=\"#main\"");
		assert_has("Served by node ca");
		assert_has("Test &amp; &lt;Institute&gt;");
		/* But for data, which is never run. */
		assert_int_equal(count(client_body(&out), "<script"),
		    count(client_body(&out),
			"<script type=\"application/ld+json\">"));
		assert_lacks("style=\"");
		assert_lacks("<img");
		assert_lacks("javascript:alert(1)\"");
		get(pages[i], "Accept-Encoding: gzip\r\n", 200);
		assert_header("Content-Encoding", "gzip");
		assert_true(client_body_len(&out) <= PAGE_BYTES);
	}
}

static void
test_programme(void **state)
{
	(void)state;
	get("/record/" SITE_PROGRAMME, "", 200);
	assert_has("Choir &quot;&gt;&lt;script&gt;");
	assert_has("How to refer or join");
	assert_has("1 October 2026");
	assert_has("href=\"mailto:choir@example.org\"");
	/* A URL that is none stays text. */
	assert_has("href=\"#\"");
	assert_has("Org &quot;&gt;");
	assert_has("/record/urn:gspd:ca:11111111-1111-4111-8111-111111111111");
	/* By uuid alone. */
	get("/record/11111111-1111-4111-8111-111111111111", "", 301);
	assert_header("Location", "/record/" SITE_PROGRAMME);
	get("/record/urn%3Agspd%3Aca%3A11111111-1111-4111-8111-111111111111",
	    "", 200);
}

static void
test_evidence(void **state)
{
	(void)state;
	get("/record/" SITE_SAME, "", 200);
	assert_has("No effect found");
	assert_has("href=\"https://doi.org/10.1000/song\"");
	assert_has("citation_doi");
	assert_has("A. M.");
	assert_has("\xe2\x88\x92"
		   "0.2 to 0.1");
	/* Without a comparator nothing is said of one. */
	assert_has("<td>higher is better</td>");
	assert_lacks("control group");
	/* The table has the page's width, and no column nobody filled. */
	assert_has("<div class=\"wide\">");
	assert_has("tabindex=\"0\" role=\"region\" "
		   "aria-labelledby=\"effects-caption\"");
	assert_has("id=\"effects-caption\"");
	assert_has(">Interval</th>");
	assert_lacks(">When</th>");
	/* Both nodes list it, and they disagree. */
	assert_has("Nodes that list it");
	assert_has("Where nodes disagree");
	assert_has("1-10");
	get("/record/" SITE_EVIDENCE ".ris", "", 200);
	assert_header("Content-Type", "application/x-research-info-systems");
	assert_has("TY  - ");
	get("/record/" SITE_EVIDENCE ".bib", "", 200);
	assert_has("@article");
	get("/record/" SITE_EVIDENCE ".json", "", 200);
	assert_header("Content-Type", "application/json");
	get("/record/" SITE_ORG ".ris", "", 200);
	assert_has("TY  - GEN");
}

static void
test_results(void **state)
{
	(void)state;
	get("/search?q=choir", "", 200);
	assert_has("1 record for");
	assert_has("<form id=\"search\"");
	assert_has("form=\"search\" name=\"kind\"");
	/* Works and resources share a facet, each with its own labels. */
	get("/search", "", 200);
	assert_has("<span>Toolkit</span>");
	assert_has("<span>Article</span>");
	get("/search?type=toolkit", "", 200);
	assert_has("Remove filter Toolkit");
	get("/search?q=type:Toolkit", "", 200);
	assert_has("Starting a group");
	get("/search?kind=evidence&country=sg,ca&q=%3Cb%3E", "", 200);
	assert_has("Remove filter Evidence");
	assert_lacks("<b>");
	get("/search?q=xyzzyx", "", 200);
	assert_has("Nothing found");
	assert_has("What may help");
	get("/search?page=0", "", 400);
	get("/search?page=x", "", 400);
	get("/search?page=9999&q=choir", "", 400);
	assert_has("value=\"choir\"");
	assert_has("Home page");
	get("/search?sort=sideways", "", 400);
	get("/search?q=%ff", "", 400);
	get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "", 200);
	assert_lacks("<script");
}

static void
test_peers(void **state)
{
	(void)state;
	get("/peers", "", 200);
	assert_has("Rejected");
	assert_has("2 hours ago");
	assert_has("href=\"/peers/sg\"");
	assert_has("this node");
}

static void
test_failures(void **state)
{
	static const char post[] = "POST /search HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 0\r\nConnection: close\r\n"
				   "\r\n";
	char target[3000] = { 0 };

	(void)state;
	get("/nowhere", "", 404);
	assert_has("Home page");
	assert_header("Content-Type", "text/html; charset=utf-8");
	get("/record/urn:gspd:ca:99999999-9999-4999-8999-999999999999", "",
	    404);
	assert_has("No record with this id");
	get("/record/%3Cscript%3E", "", 404);
	assert_lacks("<script>");
	get("/record/", "", 404);
	get("/record/" SITE_RETIRED, "", 410);
	assert_has("21 November 2026");
	assert_lacks("<script>");
	/* Too long a search is refused early, but with a page to go on from. */
	memset(target, 'a', sizeof(target) - 1);
	memcpy(target, "/search?q=", 10);
	get(target, "", 414);
	assert_header("Content-Type", "text/html; charset=utf-8");
	assert_has("too long");
	assert_has("id=\"q\"");
	assert_has("Home page");
	client_talk(site.port, post, strlen(post), &out);
	assert_int_equal(client_status(&out), 405);
	assert_header("Allow", "GET, HEAD");
	get("/xx/peers", "", 404);
}

static void
test_traversal(void **state)
{
	static const char *const targets[] = { "/feed/../gspd.conf",
		"/feed/p/../../ledger.db", "/feed/%2e%2e/ledger.db",
		"/feed/p/..%2f..%2fledger.db", "/../etc/passwd",
		"/feed/p/%00.xml", "//etc/passwd", "/feed/keys/online.pem",
		"/ledger.db", "/feed/p/ledger.db", "/feed/", "/feed/p/" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		client_get(site.port, targets[i], "", &out);
		assert_true(
		    client_status(&out) == 400 || client_status(&out) == 404);
		assert_lacks("organisation =");
		assert_lacks("root:");
	}
}

static void
test_feed(void **state)
{
	char target[100];
	char etag[60];
	char lines[100];

	(void)state;
	get("/feed/head.xml", "", 200);
	assert_string_equal(client_body(&out), SITE_HEAD);
	assert_header("Content-Type", "application/xml");
	assert_header("Cache-Control", "public, max-age=60");
	(void)client_header(&out, "ETag", etag, sizeof(etag));
	(void)snprintf(lines, sizeof(lines), "If-None-Match: %s\r\n", etag);
	get("/feed/head.xml", lines, 304);
	/* Peers count its bytes: it is never packed (feed-protocol.md 2). */
	get("/feed/head.xml", "Accept-Encoding: gzip\r\n", 200);
	assert_header("Content-Encoding", "");
	assert_string_equal(client_body(&out), SITE_HEAD);
	(void)snprintf(target, sizeof(target), "/feed/p/%064d.xml", 7);
	get(target, "", 200);
	assert_string_equal(client_body(&out), "<feed>page</feed>\n");
	assert_header("Content-Type", "application/atom+xml");
	assert_header("Cache-Control", "public, max-age=31536000, immutable");
	get(target, "Accept-Encoding: gzip\r\n", 200);
	assert_header("Content-Encoding", "gzip");
	(void)snprintf(target, sizeof(target), "/feed/p/%064d.xml", 8);
	get(target, "", 404);
	(void)snprintf(target, sizeof(target), "/feed/p/%064d.xml.gz", 7);
	get(target, "", 404);
}

static void
test_small_files(void **state)
{
	char path[100] = "";
	const char *p;

	(void)state;
	get("/robots.txt", "", 200);
	assert_has("Disallow: /search?");
	get("/favicon.svg", "", 200);
	assert_header("Content-Type", "image/svg+xml");
	get("/healthz", "", 200);
	assert_string_equal(client_body(&out), "ok\n");
	get("/readyz", "", 200);
	get("/", "", 200);
	p = strstr(client_body(&out), "href=\"/style.");
	assert_non_null(p);
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(p + 6, "\""),
	    p + 6);
	get(path, "", 200);
	assert_header("Content-Type", "text/css; charset=utf-8");
	assert_header("Cache-Control", "public, max-age=31536000, immutable");
	assert_true(client_body_len(&out) <= 8 * 1024);
}

static void
test_conditional(void **state)
{
	static const char head[] = "HEAD / HTTP/1.1\r\nHost: a\r\n"
				   "Connection: close\r\n\r\n";
	static const char *const targets[] = { "/", "/search?q=choir",
		"/record/" SITE_ORG, "/api/v1/search?q=choir",
		"/api/v1/records/" SITE_ORG };
	char etag[60];
	char lines[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		get(targets[i], "", 200);
		(void)client_header(&out, "ETag", etag, sizeof(etag));
		assert_int_equal(etag[0], '"');
		(void)snprintf(lines, sizeof(lines), "If-None-Match: %s\r\n",
		    etag);
		get(targets[i], lines, 304);
		assert_int_equal(client_body_len(&out), 0);
	}
	client_talk(site.port, head, strlen(head), &out);
	assert_int_equal(client_status(&out), 200);
	assert_int_equal(client_body_len(&out), 0);
}

static void
test_api(void **state)
{
	const struct json *item;
	struct json *json;

	(void)state;
	get("/api/v1/search?q=choir&limit=5", "", 200);
	assert_header("Content-Type", "application/json");
	assert_header("Access-Control-Allow-Origin", "*");
	json = body_json();
	assert_int_equal(json_int(json_get(json_get(json, "meta"), "count")),
	    1);
	assert_int_equal(json_int(json_get(json_get(json, "meta"), "limit")),
	    5);
	item = json_at(json_get(json, "items"), 0);
	assert_string_equal(json_get_string(item, "id"), SITE_PROGRAMME);
	assert_string_equal(json_get_string(item, "kind"), "programme");
	assert_string_equal(json_get_string(item, "country"), "CA");
	assert_string_equal(json_get_string(item, "node"), "ca");
	assert_string_equal(json_get_string(item, "url"),
	    "http://127.0.0.1/record/" SITE_PROGRAMME);
	item = json_at(json_get(json_get(json, "facets"), "kind"), 0);
	assert_string_equal(json_get_string(item, "value"), "programme");
	assert_string_equal(json_get_string(item, "label"), "Programme");
	json_free(json);

	get("/api/v1/search?kind=resource", "", 200);
	json = body_json();
	item = json_at(json_get(json_get(json, "facets"), "type"), 0);
	assert_string_equal(json_get_string(item, "value"), "toolkit");
	assert_string_equal(json_get_string(item, "label"), "Toolkit");
	json_free(json);

	get("/api/v1/records/" SITE_SAME, "", 200);
	json = body_json();
	assert_string_equal(json_get_string(json, "kind"), "evidence");
	assert_int_equal(json_size(json_get(json, "members")), 2);
	assert_true(json_size(json_get(json, "provenance")) > 0);
	json_free(json);

	get("/api/v1/peers", "", 200);
	json = body_json();
	assert_int_equal(json_size(json_get(json, "items")), 2);
	item = json_at(json_get(json, "items"), 1);
	assert_string_equal(json_get_string(item, "state"), "rejected");
	json_free(json);
}

/* Walking by cursor meets each record once. */
static void
test_api_cursor(void **state)
{
	char target[400] = "/api/v1/search?limit=1";
	int seen = 0;

	(void)state;
	for (;;) {
		struct json *json;
		const char *next;

		get(target, "", 200);
		json = body_json();
		seen += (int)json_size(json_get(json, "items"));
		next = json_get_string(json_get(json, "links"), "next");
		(void)snprintf(target, sizeof(target), "%s",
		    next != NULL ? next : "");
		json_free(json);
		if (*target == '\0' || seen > 10)
			break;
	}
	assert_int_equal(seen, 4);
}

static void
test_api_problems(void **state)
{
	static const struct {
		const char *target;
		int status;
	} table[] = {
		{ "/api/v1/search?limit=1000", 400 },
		{ "/api/v1/search?limit=x", 400 },
		{ "/api/v1/search?sort=x", 400 },
		{ "/api/v1/search?page=100000", 400 },
		{ "/api/v1/search?q=%zz", 400 },
		{ "/api/v1/records/urn:gspd:ca:"
		  "99999999-9999-4999-8999-999999999999",
		    404 },
		{ "/api/v1/records/", 404 },
		{ "/api/v1/nothing", 404 },
		{ "/api/v2/search", 404 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct json *json;

		get(table[i].target, "", table[i].status);
		assert_header("Content-Type", "application/problem+json");
		json = body_json();
		assert_int_equal(json_int(json_get(json, "status")),
		    table[i].status);
		assert_non_null(json_get_string(json, "detail"));
		assert_non_null(json_get_string(json, "request"));
		json_free(json);
	}
}

/* No catalogue yet; then one appears, and is replaced. */
static void
test_empty(void **state)
{
	struct site empty;
	struct site filled = site;
	struct err err;
	char path[200];

	(void)state;
	site_stop(&filled);
	site_start(&empty, false);
	site = empty;
	get("/", "", 200);
	assert_has("There are no records here yet");
	get("/peers", "", 200);
	get("/search?q=a", "", 503);
	get("/api/v1/search", "", 503);
	get("/readyz", "", 503);
	get("/healthz", "", 200);
	site_fill(&site);
	get("/readyz", "", 200);
	get("/search?q=choir", "", 200);
	assert_has("1 record for");
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "catalogue.db",
			"catalogue.db-wal", "catalogue.db-shm" };

		(void)snprintf(path, sizeof(path), "%s/%s", site.folder,
		    names[i]);
		assert_int_equal(file_remove(path, &err), 0);
	}
	get("/readyz", "", 503);
	site_fill(&site);
	get("/search?q=choir", "", 200);
	(void)snprintf(path, sizeof(path), "%s/gspd.conf", site.folder);
	/* A wrong configuration is not taken, a good one is. */
	assert_int_equal(file_put(path, "[nonsense\n", 10, 0600, &err), 0);
	kill(getpid(), SIGHUP);
	(void)poll(NULL, 0, 100);
	get("/", "", 200);
	assert_has("Test &amp; &lt;Institute&gt;");
	{
		static const char text[] =
		    "[node]\nnode = ca\norganisation = Another\n"
		    "url = http://127.0.0.1/\n";

		assert_int_equal(file_put(path, text, strlen(text), 0600, &err),
		    0);
	}
	kill(getpid(), SIGHUP);
	(void)poll(NULL, 0, 100);
	get("/", "", 200);
	assert_has("Another");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_page),
		cmocka_unit_test(test_programme),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_traversal),
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_small_files),
		cmocka_unit_test(test_conditional),
		cmocka_unit_test(test_api),
		cmocka_unit_test(test_api_cursor),
		cmocka_unit_test(test_api_problems),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
