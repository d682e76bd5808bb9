/*
 * What leaves the site as a file or for programs: records and whole results
 * in every format, feeds, OpenSearch, sitemap, robots; and answers too large
 * for memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "visit.h"
#include "api/api.h"
#include "xml/xml.h"

static int
count(const char *part)
{
	int n = 0;

	for (const char *p = client_body(&out); (p = strstr(p, part)) != NULL;
	     p += strlen(part))
		n++;
	return n;
}

static void
test_record_files(void **state)
{
	static const struct {
		const char *ending, *type;
	} files[] = { { "ris", "application/x-research-info-systems" },
		{ "bib", "application/x-bibtex; charset=utf-8" },
		{ "csl.json", "application/vnd.citationstyles.csl+json" },
		{ "csv", "text/csv; charset=utf-8; header=present" },
		{ "json", "application/json" },
		{ "jsonld", "application/ld+json" } };
	static const char *const ids[] = { SITE_EVIDENCE, SITE_PROGRAMME,
		SITE_ORG, SITE_RESOURCE };
	char target[200], buf[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files) * ARRAY_LEN(ids); i++) {
		size_t f = i % ARRAY_LEN(files);

		(void)snprintf(target, sizeof(target), "/record/%s.%s",
		    ids[i / ARRAY_LEN(files)], files[f].ending);
		get(target, "", 200);
		assert_header("Content-Type", files[f].type);
		assert_header("X-Content-Type-Options", "nosniff");
		assert_non_null(
		    strstr(client_header(&out, "Content-Disposition", buf,
			       sizeof(buf)),
			"; filename=\""));
		assert_null(strpbrk(strchr(buf, '"') + 1, "<>/\\;"));
		/* Our own form holds what the record says, whatever it is. */
		if (strcmp(files[f].ending, "json") != 0)
			assert_lacks("javascript:alert");
		if (strstr(files[f].type, "json") != NULL)
			json_free(body_json());
	}
	get("/record/" SITE_RESOURCE ".ris", "", 200);
	assert_header("Content-Disposition",
	    "attachment; filename=\"starting-a-group.ris\"");
	get("/record/" SITE_EVIDENCE ".ndjson", "", 404);
	get("/record/" SITE_EVIDENCE ".exe", "", 404);
	get("/record/" SITE_RETIRED ".ris", "", 410);
	get("/record/44444444-4444-4444-8444-444444444444.bib", "", 301);
	assert_header("Location", "/record/" SITE_ORG ".bib");
	get("/record/" SITE_RESOURCE, "", 200);
	assert_has(".csl.json\">CSL-JSON</a>");
	assert_has(
	    "Starting a group [Toolkit]. (n.d.). https://org.example/start");
}

static void
test_whole_results(void **state)
{
	struct json *json;
	char buf[300];

	(void)state;
	get("/search.json", "", 200);
	json = body_json();
	assert_int_equal(json_size(json_get(json, "items")), 4);
	assert_int_equal(json_int(json_get(json_get(json, "meta"), "count")),
	    4);
	assert_false(json_bool(json_get(json_get(json, "meta"), "cut")));
	json_free(json);
	assert_header("Content-Disposition",
	    "inline; filename=\"gspd-all-2026-11-21.json\"");
	get("/search.ndjson", "", 200);
	assert_int_equal(count("\n"), 4);
	get("/search.csl?q=singing&kind=evidence", "", 200);
	json = body_json();
	assert_int_equal(json_size(json), 1);
	json_free(json);
	get("/search.csl.json?q=zzzzqqq", "", 200);
	json = body_json();
	assert_int_equal(json_size(json), 0);
	json_free(json);
	get("/search.ris", "", 200);
	assert_int_equal(count("TY  - "), 4);
	assert_int_equal(count("\r\nER  - \r\n"), 4);
	get("/search.bib?country=sg", "", 200);
	assert_header("Content-Disposition",
	    "attachment; filename=\"gspd-sg-2026-11-21.bib\"");
	assert_int_equal(count("\n@") + 1, count("  title = {{"));
	get("/search.csv?q=choir&page=3&limit=1", "", 200);
	assert_int_equal(count("\r\n"), 2);
	assert_lacks("Chorale");
	get("/fr/search.csv?q=choir", "", 200);
	assert_has("Chorale");
	assert_null(
	    strstr(client_header(&out, "Content-Type", buf, sizeof(buf)),
		"html"));
}

static void
test_refused(void **state)
{
	char etag[300], line[400];

	(void)state;
	get("/search.exe", "", 404);
	assert_header("Content-Type", "text/html; charset=utf-8");
	get("/search.jsonld", "", 404);
	get("/search.", "", 404);
	get("/search.ris/", "", 404);
	get("/search.ris?sort=backwards", "", 400);
	get("/search.ris?near=Nowhere", "", 400);
	get("/search.atom?near=Nowhere", "", 400);
	get("/search.atom?page=99999", "", 400);
	get("/search.csv?q=%ff", "", 400);
	get("/search.csv?q=%22%3E%3Cscript%3E&kind=%3D1", "", 200);
	assert_lacks("script");
	get("/search.ris?q=choir", "", 200);
	(void)snprintf(line, sizeof(line), "If-None-Match: %s\r\n",
	    client_header(&out, "ETag", etag, sizeof(etag)));
	get("/search.ris?q=choir", line, 304);
	get("/search.ris?q=other", line, 200);
	get("/search.ndjson", "Accept-Encoding: gzip\r\n", 200);
	assert_header("Content-Encoding", "gzip");
}

static void
assert_atom(void)
{
	const char *source = getenv("GSPD_SOURCE");
	char path[512];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/schemas/atom.rng",
	    source != NULL ? source : ".");
	if (xml_validate(client_body(&out), client_body_len(&out), path,
		&err) == -1)
		fail_msg("%s: %s", err.text, client_body(&out));
}

static void
test_atom(void **state)
{
	char first[300], line[400];

	(void)state;
	get("/search.atom?q=choir&sort=&keep=x", "", 200);
	assert_header("Content-Type", "application/atom+xml; charset=utf-8");
	assert_atom();
	assert_int_equal(count("<entry>"), 1);
	assert_has("<id>" SITE_PROGRAMME "</id>");
	assert_has("<updated>2026-11-20T10:00:00Z</updated>");
	assert_has("<id>http://127.0.0.1/search.atom?q=choir</id>");
	assert_has("href=\"http://127.0.0.1/search?q=choir\"");
	assert_has("<name>Test &amp; &lt;Institute&gt;</name>");
	assert_has("New and changed records: choir");
	assert_lacks("<script");
	assert_lacks("rel=\"next\"");
	(void)snprintf(line, sizeof(line), "If-None-Match: %s\r\n",
	    client_header(&out, "ETag", first, sizeof(first)));
	get("/search.atom?q=choir&sort=&keep=x", line, 304);
	/* Of everything: the newest first, each node the author of its own. */
	get("/search.atom", "", 200);
	assert_atom();
	assert_int_equal(count("<entry>"), 4);
	assert_has("<author><name>sg</name></author>");
	assert_true(strstr(client_body(&out), SITE_EVIDENCE) <
		    strstr(client_body(&out), SITE_PROGRAMME));
	/* In another language, of a country, of nothing. */
	get("/fr/search.atom?country=ca&q=%22%3E%3Cb%3E", "", 200);
	assert_atom();
	assert_has("xml:lang=\"fr\"");
	assert_has("href=\"http://127.0.0.1/fr/search?country=ca&amp;q=");
	get("/search.atom?q=zzzqqq", "", 200);
	assert_atom();
	assert_int_equal(count("<entry>"), 0);
	assert_has("<updated>1970-01-01T00:00:00Z</updated>");
	get("/search?q=choir&sort=year", "", 200);
	assert_has("<link rel=\"alternate\" type=\"application/atom+xml\" "
		   "href=\"/search.atom?q=choir\">");
}

static void
test_opensearch(void **state)
{
	struct json *json;
	struct err err;

	(void)state;
	get("/fr/opensearch.xml", "", 200);
	assert_header("Content-Type",
	    "application/opensearchdescription+xml; charset=utf-8");
	assert_int_equal(xml_prefilter(client_body(&out), client_body_len(&out),
			     &err),
	    0);
	assert_has("template=\"http://127.0.0.1/fr/search?q={searchTerms}\"");
	assert_has("<Language>fr</Language>");
	get("/about", "", 200);
	assert_has("href=\"/opensearch.xml\"");
	get("/api/v1/suggest?format=opensearch&q=sing", "", 200);
	assert_header("Content-Type", "application/x-suggestions+json");
	json = body_json();
	assert_string_equal(json_string(json_at(json, 0)), "sing");
	assert_true(json_size(json_at(json, 1)) > 0);
	json_free(json);
}

static void
test_crawlers(void **state)
{
	char etag[300], line[400];

	(void)state;
	get("/robots.txt", "", 200);
	assert_has("Sitemap: http://127.0.0.1/sitemap.xml\n");
	assert_has("Disallow: /*/search?\n");
	assert_has("Disallow: /*?*keep=\n");
	assert_lacks("Disallow: /record");
	assert_lacks("Disallow: /\n");
	get("/sitemap.xml", "", 200);
	assert_header("Content-Type", "application/xml; charset=utf-8");
	assert_has("<loc>http://127.0.0.1/sitemap.0.xml</loc>");
	assert_has("<loc>http://127.0.0.1/sitemap.1.xml</loc>");
	assert_lacks("sitemap.2.xml");
	get("/sitemap.0.xml", "", 200);
	assert_has("<loc>http://127.0.0.1/</loc>");
	assert_has("<loc>http://127.0.0.1/about</loc>");
	get("/sitemap.1.xml", "", 200);
	assert_int_equal(count("<url>"), 4);
	assert_has("<loc>http://127.0.0.1/record/" SITE_PROGRAMME "</loc>"
		   "<lastmod>2026-11-20T10:00:00Z</lastmod>");
	(void)snprintf(line, sizeof(line), "If-None-Match: %s\r\n",
	    client_header(&out, "ETag", etag, sizeof(etag)));
	get("/sitemap.1.xml", line, 304);
	get("/sitemap.2.xml", "", 404);
	get("/sitemap.01.xml", "", 404);
	get("/sitemap.-1.xml", "", 404);
	get("/sitemap.99999999999.xml", "", 404);
	get("/fr/sitemap.xml", "", 404);
}

/* Data for programs in pages: whole, and never a way out of it. */
static void
test_data_in_pages(void **state)
{
	const char *start, *end;
	struct json *json;
	struct err err;

	(void)state;
	get("/record/" SITE_PROGRAMME, "", 200);
	start = strstr(client_body(&out), "application/ld+json\">");
	assert_non_null(start);
	start = strchr(start, '>') + 1;
	end = strstr(start, "</script>");
	assert_non_null(end);
	json = json_parse(start, (size_t)(end - start), &err);
	assert_non_null(json);
	assert_string_equal(json_get_string(json, "name"), "Choir " SITE_EVIL);
	json_free(json);
	get("/record/" SITE_EVIDENCE, "", 200);
	assert_has("\"MedicalScholarlyArticle\"");
	assert_has("name=\"citation_firstpage\" content=\"1\"");
	assert_has("<h3>Vancouver</h3>");
	get("/search?kind=evidence", "", 200);
	assert_has("<span class=\"Z3988\" title=\"ctx_ver=Z39.88-2004&amp;"
		   "rft_val_fmt=info%3A");
	get("/search?kind=organisation", "", 200);
	assert_lacks("Z3988");
}

/* An answer of 40 MB lies in a file, and in none that has a name. */
static void
test_spool(void **state)
{
	static const char line[] = "0123456789012345678901234567890123456789\n";
	const int64_t lines = 1000000;
	struct http_response res;
	struct api_spool spool;
	char last[sizeof(line)], path[200];
	struct arena *arena = arena_new();
	struct err err;
	char **names;
	size_t n;

	(void)state;
	http_response_init(&res);
	api_spool_start(&spool, site.folder, &res);
	for (int64_t i = 0; i < lines; i++) {
		strbuf_addstr(&res.body, line);
		assert_int_equal(api_spool_step(&spool, &err), 0);
		assert_true(res.body.len < 2 << 20);
	}
	assert_int_equal(api_spool_len(&spool), lines * (int64_t)strlen(line));
	assert_int_equal(api_spool_end(&spool, &err), 0);
	assert_int_not_equal(res.fd, -1);
	assert_int_equal(res.fd_len, lines * (int64_t)strlen(line));
	assert_int_equal(lseek(res.fd, 0, SEEK_CUR), 0);
	assert_int_equal(pread(res.fd, last, strlen(line),
			     res.fd_len - (off_t)strlen(line)),
	    strlen(line));
	assert_memory_equal(last, line, strlen(line));
	(void)snprintf(path, sizeof(path), "%s/tmp", site.folder);
	assert_int_equal(file_list(arena, path, &names, &n, &err), 0);
	assert_int_equal(n, 0);
	http_response_release(&res);
	/* A short one stays where it was. */
	http_response_init(&res);
	api_spool_start(&spool, "/nowhere", &res);
	strbuf_addstr(&res.body, line);
	assert_int_equal(api_spool_step(&spool, &err), 0);
	assert_int_equal(api_spool_end(&spool, &err), 0);
	assert_int_equal(res.fd, -1);
	/* A long one in a folder that is none says so. */
	api_spool_start(&spool, "/proc/nowhere", &res);
	while (res.body.len < 2 << 20)
		strbuf_addstr(&res.body, line);
	assert_int_equal(api_spool_step(&spool, &err), -1);
	http_response_release(&res);
	arena_free(arena);
}

/* Those who read slowly, or not at all, can not fill the disk. */
static void
test_slow_readers(void **state)
{
	struct http_response held[API_SPOOL_FILES + 1];
	struct api_spool spool;
	struct err err;

	(void)state;
	for (size_t i = 0; i <= API_SPOOL_FILES; i++) {
		int want = i < API_SPOOL_FILES ? 0 : -1;

		http_response_init(&held[i]);
		api_spool_start(&spool, site.folder, &held[i]);
		while (held[i].body.len <= 1 << 20)
			strbuf_addstr(&held[i].body, "0123456789\n");
		assert_int_equal(api_spool_step(&spool, &err), want);
	}
	assert_int_equal(err.code, ERR_BUSY);
	/* One has gone: there is room again. */
	http_response_release(&held[0]);
	assert_int_equal(api_spool_step(&spool, &err), 0);
	for (size_t i = 1; i <= API_SPOOL_FILES; i++)
		http_response_release(&held[i]);
}

/* More than a file may hold: cut, and it says so. */
static void
test_cut(void **state)
{
	const size_t n = API_EXPORT_RECORDS + 1;
	struct http_request req = { .arena = arena_new() };
	struct conf conf = { .url = "http://127.0.0.1/" };
	struct api api = { .folder = site.folder,
		.conf = &conf,
		.now = SITE_NOW };
	struct record *rec = record_new(req.arena, RECORD_KIND_TERM,
	    SITE_RESOURCE, "en");
	struct merge_view view = { .rec = rec };
	const struct merge_view **views = arena_alloc(req.arena,
	    n * sizeof(*views));
	static const enum api_format formats[] = { API_NDJSON, API_BIBTEX };
	struct http_response res;
	char tail[80];
	struct err err;

	(void)state;
	for (size_t i = 0; i < n; i++)
		views[i] = &view;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct api_export what = { .format = formats[i], .stem = "x" };

		http_response_init(&res);
		assert_int_equal(api_export_views(&api, &req, views, n, &what,
				     &res, &err),
		    0);
		assert_non_null(
		    strstr(res.head.buf, "Gspd-Cut: 100000 of 100001\r\n"));
		assert_int_not_equal(res.fd, -1);
		memset(tail, 0, sizeof(tail));
		assert_true(pread(res.fd, tail, sizeof(tail) - 1,
				res.fd_len - (off_t)sizeof(tail) + 1) > 0);
		assert_int_equal(strstr(tail, "% cut: 100000 of 100001") !=
				     NULL,
		    formats[i] == API_BIBTEX);
		http_response_release(&res);
	}
	/* As many as it may hold are all of them. */
	http_response_init(&res);
	assert_int_equal(api_export_views(&api, &req, views, n - 1,
			     &(struct api_export){ .format = API_NDJSON,
				 .stem = "x" },
			     &res, &err),
	    0);
	assert_null(strstr(res.head.buf, "Gspd-Cut"));
	http_response_release(&res);
	arena_free(req.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_files),
		cmocka_unit_test(test_whole_results),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_atom),
		cmocka_unit_test(test_opensearch),
		cmocka_unit_test(test_crawlers),
		cmocka_unit_test(test_data_in_pages),
		cmocka_unit_test(test_spool),
		cmocka_unit_test(test_slow_readers),
		cmocka_unit_test(test_cut),
	};
	int rc;

	signal(SIGPIPE, SIG_IGN);
	xml_init();
	rc = cmocka_run_group_tests(tests, visit_begin, visit_end);
	xml_cleanup();
	return rc;
}
