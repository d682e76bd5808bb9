/*
 * conf: gspd.conf as people write it, rightly and wrongly. Every message
 * must name the file, the line and what to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"

#define NODE                                                                   \
	"[node]\nnode = pt\norganisation = Instituto\n"                        \
	"url = https://gsp.example.pt\n"

static int
parse(const char *text, struct conf *conf, struct err *err)
{
	return conf_parse("gspd.conf", text, strlen(text), conf, err);
}

static void
test_defaults(void **state)
{
	struct conf conf;
	struct err err;

	(void)state;
	assert_int_equal(parse(NODE, &conf, &err), 0);
	assert_string_equal(conf.node, "pt");
	assert_string_equal(conf.url, "https://gsp.example.pt/");
	assert_string_equal(conf.languages, "en");
	assert_string_equal(conf.listen, "127.0.0.1:8080");
	assert_string_equal(conf.tls_key, "");
	assert_int_equal(conf.resign_s, 6 * 3600);
	assert_int_equal(conf.expires_s, 7 * 86400);
	assert_int_equal(conf.interval_s, 1800);
	assert_string_equal(conf.log_level, "info");
	conf_release(&conf);
}

static void
test_values(void **state)
{
	struct conf conf;
	struct err err;

	(void)state;
	assert_int_equal(parse(NODE "# note\r\nlanguages = pt, en,fr\n"
				    "contact = a@b.example\n\n[web]\r\n"
				    "listen=127.0.0.1:80 [::1]:80 *:443\n"
				    "workers = 2\n[pull]\ninterval = 90s\n"
				    "[log]\nlevel = debug",
			     &conf, &err),
	    0);
	assert_string_equal(conf.languages, "pt en fr");
	assert_string_equal(conf.listen, "127.0.0.1:80 [::1]:80 *:443");
	assert_int_equal(conf.workers, 2);
	assert_int_equal(conf.interval_s, 90);
	assert_string_equal(conf.log_level, "debug");
	conf_release(&conf);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{ "", "gspd.conf: [node] node is missing" },
		{ "[node]\nnode = pt\n", "organisation is missing" },
		{ "node = pt\n", "gspd.conf:1: key before any [section]" },
		{ "[nodes]\n", "gspd.conf:1: unknown section 'nodes': did you "
			       "mean [node]?" },
		{ "[node]\nurll = x\n", "gspd.conf:2: unknown key 'urll' in "
					"[node]: did you mean 'url'?" },
		{ "[node]\nlisten = x\n", "key 'listen' belongs in [web]" },
		{ "[node]\nzzzzzz = x\n", "gspd config --explain" },
		{ "[node]\nnode = pt\nnode = pt\n",
		    "gspd.conf:3: node is given twice, first in line 2" },
		{ "[node]\n[web]\n[node]\n", "gspd.conf:3: [node] is given" },
		{ "[node]\nnode = PT\n", "gspd.conf:2: node must be" },
		{ "[node]\nnode = pt-\n", "node must be" },
		{ "[node]\nnode = p1\n", "node must be" },
		{ "[node]\nnode = gb-eng-a-b\n", "node must be" },
		{ "[node]\norganisation =\n", "must not be empty" },
		{ "[node]\nurl = ftp://x/\n", "url must be" },
		{ "[node]\nurl = https://x/?a\n", "url must be" },
		{ "[node]\nlanguages = e\n", "languages must be" },
		{ "[node]\nlanguages = en english\n", "'en english' is" },
		{ "[node]\ncontact = nobody\n", "contact must be" },
		{ "[web]\nlisten = 127.0.0.1\n", "listen must be" },
		{ "[web]\nlisten = ::1:80\n", "listen must be" },
		{ "[web]\nlisten = 1.2.3.4:0\n", "listen must be" },
		{ "[web]\nlisten = 1.2.3.4:65536\n", "listen must be" },
		{ "[web]\nworkers = 0\n", "workers must be 1 to 64" },
		{ "[web]\nworkers = 99999999999999999999\n", "workers must" },
		{ "[pull]\ninterval = 5x\n", "interval must be: duration" },
		{ "[pull]\ninterval = -5\n", "interval must be" },
		{ "[pull]\ninterval = 2d\n", "interval must be 1s to 1d" },
		{ "[feed]\nexpires = 9223372036854775807d\n", "expires must" },
		{ "[log]\nlevel = loud\n", "level must be" },
		{ "[node\n", "gspd.conf:1: a section is written [name]" },
		{ "\n\nfoo\n", "gspd.conf:3: expected key = value" },
		{ "= foo\n", "expected key = value" },
		{ "[node]\nnode = \001\n", "gspd.conf:2: control character" },
		{ "[node]\n# \xff\n", "gspd.conf:2: not UTF-8" },
		{ NODE "[web]\ntls_key = a\n", "go together" },
		{ NODE "[feed]\nnext = 7d\nexpires = 1d\n", "next must not" },
		{ NODE "[feed]\nnext = 1h\n", "resign must not" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf conf;
		struct err err = { 0 };

		assert_int_equal(parse(rows[i].text, &conf, &err), -1);
		assert_int_equal(err.code, ERR_CONF);
		if (strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.text,
			    rows[i].says);
	}
}

static void
test_limits(void **state)
{
	struct conf conf;
	struct err err;
	char *big = xmalloc(CONF_FILE_MAX + 2);

	(void)state;
	memset(big, '#', CONF_FILE_MAX + 1);
	assert_int_equal(conf_parse("f", big, CONF_FILE_MAX + 1, &conf, &err),
	    -1);
	assert_non_null(strstr(err.text, "1 MiB"));
	assert_int_equal(conf_parse("f", big, 5000, &conf, &err), -1);
	assert_non_null(strstr(err.text, "f:1: line longer"));
	assert_int_equal(conf_parse("f", "[node]\n\0x", 9, &conf, &err), -1);
	assert_non_null(strstr(err.text, "f:2: not UTF-8 text"));
	free(big);
}

/* What conf_write() prints reads back the same. */
static void
test_write(void **state)
{
	struct conf conf, again;
	struct strbuf text, second;
	struct err err;

	(void)state;
	strbuf_init(&text, 65536);
	strbuf_init(&second, 65536);
	assert_int_equal(parse(NODE "[web]\nworkers = 9\n[pull]\n"
				    "interval = 5400s\n",
			     &conf, &err),
	    0);
	conf_write(&conf, &text);
	assert_non_null(strstr(text.buf, "\nworkers = 9\n"));
	assert_non_null(strstr(text.buf, "\ninterval = 90m\n"));
	assert_non_null(strstr(text.buf, "\n#resign = 6h\n"));
	assert_int_equal(parse(text.buf, &again, &err), 0);
	conf_write(&again, &second);
	assert_string_equal(text.buf, second.buf);
	strbuf_release(&text);
	strbuf_release(&second);
	conf_release(&conf);
	conf_release(&again);
}

static void
test_explain(void **state)
{
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, 1 << 20);
	conf_explain(&sb);
	assert_non_null(strstr(sb.buf, "gspd.conf [node]\n"));
	assert_non_null(strstr(sb.buf, "peers.conf [peer NAME]\n"));
	assert_non_null(strstr(sb.buf, "default: 7d"));
	strbuf_reset(&sb);
	conf_explain_mdoc(&sb);
	assert_non_null(strstr(sb.buf, ".It Ic resign No = Ar duration"));
	strbuf_reset(&sb);
	conf_peers_explain_mdoc(&sb);
	assert_non_null(strstr(sb.buf, ".It Ic allow-private No = Ar yes"));
	strbuf_release(&sb);
}

/* The manual's list of options is the table's. */
static void
test_manual(void **state)
{
	static const char *const pages[] = { "gspd.conf.5", "peers.conf.5" };
	const char *source = getenv("GSPD_SOURCE");

	(void)state;
	if (source == NULL)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct strbuf path, page, list;
		struct err err;

		strbuf_init(&path, 4096);
		strbuf_init(&list, 1 << 20);
		strbuf_addf(&path, "%s/man/%s", source, pages[i]);
		assert_int_equal(file_read(path.buf, 1 << 20, &page, &err), 0);
		if (i == 0)
			conf_explain_mdoc(&list);
		else
			conf_peers_explain_mdoc(&list);
		assert_non_null(strstr(page.buf, list.buf));
		strbuf_release(&path);
		strbuf_release(&page);
		strbuf_release(&list);
	}
}

static void
test_read(void **state)
{
	char folder[] = "/tmp/gspd-conf-XXXXXX";
	struct strbuf path;
	struct conf conf;
	struct err err;
	static const char text[] = NODE "[web]\ntls_certificate = c.pem\n"
					"tls_key = /etc/k.pem\n";

	(void)state;
	assert_non_null(mkdtemp(folder));
	strbuf_init(&path, 4096);
	assert_int_equal(conf_read(folder, &conf, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	strbuf_addf(&path, "%s/gspd.conf", folder);
	assert_int_equal(file_put(path.buf, text, sizeof(text) - 1, 0600, &err),
	    0);
	assert_int_equal(conf_read(folder, &conf, &err), 0);
	assert_non_null(strstr(conf.tls_certificate, folder));
	assert_string_equal(conf.tls_key, "/etc/k.pem");
	conf_release(&conf);
	strbuf_release(&path);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
