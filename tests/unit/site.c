/*
 * site: what test_web.c visits. One programme full of hostile texts, one
 * study listed by two nodes that disagree, an organisation, a retired record.
 */
#include "site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "http/http.h"
#include "ledger/ledger.h"
#include "search/search.h"
#include "web/web.h"

static struct conf conf;
static pthread_t thread;
static int listen_fd;
static int ready[2];
static int wake[2];
static struct web_options options;

static int64_t
fixed_now(void)
{
	return SITE_NOW;
}

static int64_t
fixed_due(const struct ledger_peer *peer, int64_t interval_s, int64_t now)
{
	(void)peer;
	(void)interval_s;
	(void)now;
	return SITE_DUE;
}

#define OK(call) assert_int_equal((call), 0)

static struct record *
make_programme(struct arena *arena)
{
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    SITE_PROGRAMME, "en");
	struct value *group;

	rec->published_at = rec->first_at = SITE_NOW - 86400;
	rec->modified_at = rec->published_at;
	record_add(rec, NULL, FIELD_NAME, "Choir " SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_NAME, "Chorale", "fr");
	record_add(rec, NULL, FIELD_SUMMARY, "Singing together " SITE_EVIL,
	    NULL);
	record_add(rec, NULL, FIELD_DESCRIPTION, "Long " SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_STATUS, "active", NULL);
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_NEED, "loneliness", NULL);
	record_add(rec, NULL, FIELD_ACTIVITY, SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_ACCESS, "self", NULL);
	record_add(rec, NULL, FIELD_LANGUAGE_OFFERED, "en", NULL);
	group = record_add(rec, NULL, FIELD_AREA, NULL, NULL);
	record_add(rec, group, FIELD_AREA_COUNTRY, "CA", NULL);
	record_add(rec, group, FIELD_AREA_NAME, "Area " SITE_EVIL, NULL);
	group = record_add(rec, NULL, FIELD_ORGANISATION, NULL, NULL);
	record_add(rec, group, FIELD_ORGANISATION_ID, SITE_ORG, NULL);
	group = record_add(rec, NULL, FIELD_CONTACT, NULL, NULL);
	record_add(rec, group, FIELD_CONTACT_EMAIL, "choir@example.org", NULL);
	record_add(rec, group, FIELD_CONTACT_URL, "javascript:alert(1)", NULL);
	group = record_add(rec, NULL, FIELD_ASSURED, NULL, NULL);
	record_add(rec, group, FIELD_ASSURED_DATE, "2026-10-01", NULL);
	record_add(rec, group, FIELD_ASSURED_ROLE, SITE_EVIL, NULL);
	return rec;
}

static struct record *
make_evidence(struct arena *arena, const char *id, const char *pages)
{
	struct record *rec = record_new(arena, RECORD_KIND_EVIDENCE, id, "en");
	struct value *group;

	rec->published_at = rec->first_at = SITE_NOW - 3600;
	rec->modified_at = rec->published_at;
	record_add(rec, NULL, FIELD_TITLE, "Singing and loneliness", NULL);
	group = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_SCHEME, "doi", NULL);
	record_add(rec, group, FIELD_IDENTIFIER_VALUE, "10.1000/song", NULL);
	group = record_add(rec, NULL, FIELD_AUTHOR, NULL, NULL);
	record_add(rec, group, FIELD_AUTHOR_FAMILY, "Okafor" SITE_EVIL, NULL);
	record_add(rec, group, FIELD_AUTHOR_GIVEN, "Ada Maria", NULL);
	record_add(rec, NULL, FIELD_YEAR, "2021", NULL);
	record_add(rec, NULL, FIELD_TYPE, "article", NULL);
	record_add(rec, NULL, FIELD_CONTAINER, "Journal " SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_PAGES, pages, NULL);
	record_add(rec, NULL, FIELD_PLAIN_SUMMARY, "It did nothing.", NULL);
	record_add(rec, NULL, FIELD_DESIGN, "rct", NULL);
	record_add(rec, NULL, FIELD_DIRECTION, "no-difference", NULL);
	group = record_add(rec, NULL, FIELD_EFFECT, NULL, NULL);
	record_add(rec, group, FIELD_EFFECT_OUTCOME, SITE_EVIL, NULL);
	record_add(rec, group, FIELD_EFFECT_MEASURE, "SMD", NULL);
	record_add(rec, group, FIELD_EFFECT_ESTIMATE, "-0.05", NULL);
	record_add(rec, group, FIELD_EFFECT_CI_LOW, "-0.2", NULL);
	record_add(rec, group, FIELD_EFFECT_CI_HIGH, "0.1", NULL);
	group = record_add(rec, NULL, FIELD_EFFECT, NULL, NULL);
	record_add(rec, group, FIELD_EFFECT_OUTCOME, "Return", NULL);
	record_add(rec, group, FIELD_EFFECT_MEASURE, "sroi", NULL);
	record_add(rec, group, FIELD_EFFECT_ESTIMATE, "3.42", NULL);
	record_add(rec, group, FIELD_EFFECT_BETTER_IF, "higher", NULL);
	record_add(rec, group, FIELD_EFFECT_COMPARATOR, "none", NULL);
	return rec;
}

static struct record *
make_resource(struct arena *arena)
{
	struct record *rec = record_new(arena, RECORD_KIND_RESOURCE,
	    SITE_RESOURCE, "en");

	rec->published_at = rec->first_at = SITE_NOW - 3600;
	rec->modified_at = rec->published_at;
	record_add(rec, NULL, FIELD_TITLE, "Starting a group", NULL);
	record_add(rec, NULL, FIELD_RESOURCE_TYPE, "toolkit", NULL);
	record_add(rec, NULL, FIELD_URL, "https://org.example/start", NULL);
	return rec;
}

static struct record *
make_organisation(struct arena *arena)
{
	struct record *rec = record_new(arena, RECORD_KIND_ORGANISATION,
	    SITE_ORG, "en");

	rec->published_at = rec->first_at = SITE_NOW - 3600;
	rec->modified_at = rec->published_at;
	record_add(rec, NULL, FIELD_NAME, "Org " SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_COUNTRY, "SG", NULL);
	record_add(rec, NULL, FIELD_ORGANISATION_TYPE, "charity", NULL);
	record_add(rec, NULL, FIELD_WEBSITE, "https://org.example/?a=1&b=2",
	    NULL);
	return rec;
}

static void
put(struct catalogue *cat, struct record *rec, uint8_t byte)
{
	uint8_t digest[32];
	struct err err;

	memset(digest, byte, sizeof(digest));
	OK(catalogue_put(cat, rec, digest, &err));
}

static void
put_feed(struct catalogue *cat, const char *node, int64_t records)
{
	struct catalogue_feed feed = { .serial = SITE_NOW - 60,
		.records = records,
		.verified_at = SITE_NOW - 30,
		.expires_at = SITE_NOW + 86400 };
	struct err err;

	(void)snprintf(feed.node, sizeof(feed.node), "%s", node);
	memset(feed.digest, 'a', 64);
	OK(catalogue_feed_put(cat, &feed, &err));
}

static void
commit(struct catalogue *cat)
{
	struct search *search;
	struct err err;

	search = search_open(cat, &err);
	assert_non_null(search);
	OK(catalogue_commit(cat, search_watch(search), &err));
	search_close(search);
}

void
site_fill(struct site *site)
{
	struct arena *arena = arena_new();
	struct catalogue *cat;
	struct err err;

	cat = catalogue_open(site->folder, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	OK(catalogue_begin(cat, &err));
	put(cat, make_programme(arena), 1);
	put(cat, make_evidence(arena, SITE_EVIDENCE, "1-9"), 2);
	put_feed(cat, "ca", 2);
	commit(cat);
	OK(catalogue_begin(cat, &err));
	put(cat, make_evidence(arena, SITE_SAME, "1-10" SITE_EVIL), 3);
	put(cat, make_organisation(arena), 4);
	put(cat, make_resource(arena), 5);
	put_feed(cat, "sg", 3);
	commit(cat);
	catalogue_close(cat);
	arena_free(arena);
}

static int
no_entry(const struct record *rec, struct strbuf *ret_out, struct err *err)
{
	(void)err;
	strbuf_addstr(ret_out, rec->id);
	return 0;
}

static void
make_ledger(const char *folder)
{
	struct arena *arena = arena_new();
	struct ledger_peer peer = { .name = "sg",
		.state = PEER_REJECTED,
		.last_good = SITE_NOW - 7200,
		.reason = SITE_EVIL };
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    SITE_RETIRED, "en");
	enum ledger_change change;
	struct ledger *ledger;
	struct err err;

	ledger = ledger_open(folder, true, &err);
	assert_non_null(ledger);
	record_add(rec, NULL, FIELD_NAME, "Old " SITE_EVIL, NULL);
	OK(ledger_begin(ledger, &err));
	OK(ledger_save(ledger, rec, SITE_NOW - 100, "t", "", no_entry, &change,
	    &err));
	OK(ledger_retire(ledger, SITE_RETIRED, SITE_NOW - 50, "t", "", &err));
	OK(ledger_peer_put(ledger, &peer, &err));
	OK(ledger_commit(ledger, &err));
	ledger_close(ledger);
	arena_free(arena);
}

static void
put_file(const char *folder, const char *name, const void *data, size_t len)
{
	char path[200];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	OK(file_put(path, data, len, 0600, &err));
}

static void
make_files(const char *folder)
{
	static const char text[] =
	    "[node]\nnode = ca\norganisation = Test & <Institute>\n"
	    "url = http://127.0.0.1/\ncontact = who@example.org\n"
	    "[web]\nworkers = 2\n";
	static const char peers[] =
	    "[peer sg]\nurl = https://sg.example/\n"
	    "key = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaa\n";
	static const char page[] = "<feed>page</feed>\n";
	char name[200];
	struct strbuf gz;
	struct err err;

	put_file(folder, "gspd.conf", text, strlen(text));
	put_file(folder, "peers.conf", peers, strlen(peers));
	(void)snprintf(name, sizeof(name), "%s/feed/p", folder);
	OK(file_mkdirs(name, 0700, &err));
	put_file(folder, "feed/head.xml", SITE_HEAD, strlen(SITE_HEAD));
	strbuf_init(&gz, 4096);
	gzip_pack(page, strlen(page), &gz);
	(void)snprintf(name, sizeof(name), "feed/p/%064d.xml.gz", 7);
	put_file(folder, name, gz.buf, gz.len);
	strbuf_release(&gz);
}

static void *
site_main(void *arg)
{
	struct err err = { 0 };
	int rc = web_run(&conf, &options, &err);

	(void)arg;
	if (rc == -1)
		fprintf(stderr, "web_run: %s\n", err.text);
	return NULL;
}

void
site_start(struct site *site, bool with_catalogue)
{
	struct pollfd pfd;
	struct err err;

	(void)snprintf(site->folder, sizeof(site->folder),
	    "/tmp/gspd-site-XXXXXX");
	assert_non_null(mkdtemp(site->folder));
	make_files(site->folder);
	make_ledger(site->folder);
	if (with_catalogue)
		site_fill(site);
	OK(conf_read(site->folder, &conf, &err));
	listen_fd = http_listen("127.0.0.1:0", &err);
	assert_true(listen_fd >= 0);
	site->port = http_listen_port(listen_fd);
	OK(pipe(ready));
	OK(pipe(wake));
	options = (struct web_options){ .folder = site->folder,
		.listen_fds = &listen_fd,
		.n_listen_fds = 1,
		.wake_fd = wake[0],
		.ready_fd = ready[1],
		.now = fixed_now,
		.due = fixed_due,
		.head_ms = 500,
		.idle_ms = 1000,
		.grace_ms = 20 };
	OK(pthread_create(&thread, NULL, site_main, NULL));
	pfd = (struct pollfd){ .fd = ready[0], .events = POLLIN };
	assert_int_equal(poll(&pfd, 1, 5000), 1);
}

void
site_stop(struct site *site)
{
	struct err err;

	kill(getpid(), SIGTERM);
	pthread_join(thread, NULL);
	close(listen_fd);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(wake[i]);
	}
	conf_release(&conf);
	OK(file_remove_tree(site->folder, &err));
}
