/*
 * Templates: what a placeholder becomes by the place it stands in, and what
 * the compiler refuses. tests/unit/escape.tmpl is compiled into this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "escape.h"

static const char *
render(struct strbuf *out, const char *v, int64_t n)
{
	strbuf_reset(out);
	escape_all(out, v, n);
	return out->buf;
}

static void
test_contexts(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	assert_string_equal(render(&out, "a<b>&\"c' d", 2),
	    "<p title=\"t a&lt;b&gt;&amp;&quot;c&#39; d\" "
	    "data-x='a&lt;b&gt;&amp;&quot;c&#39; d'>"
	    "a&lt;b&gt;&amp;&quot;c&#39; d|2</p>\n"
	    "<a href=\"#\">whole</a>\n"
	    "<a href=\"/record/a%3Cb%3E%26%22c%27%20d?"
	    "q=a%3Cb%3E%26%22c%27%20d&amp;n=2\">parts</a>\n"
	    "<input value=\"a&lt;b&gt;&amp;&quot;c&#39; d\" checked>\n"
	    "<b>0</b>\n<b>1</b>\n");
	assert_null(strstr(render(&out, "x", 1), "checked"));
	render(&out, NULL, 0);
	render(&out, "\x01\x1b[31m\x7f", 0);
	assert_null(strchr(out.buf, '\x1b'));
	strbuf_release(&out);
}

static void
test_urls(void **state)
{
	static const char *const good[] = { "https://a.example/b?c=d&e=f",
		"http://a.example/", "/search?q=x", "#main", "?page=2",
		"mailto:a@b.example", "tel:+441234" };
	static const char *const bad[] = { "javascript:alert(1)",
		"JaVaScRiPt:alert(1)", " javascript:alert(1)",
		"java\tscript:alert(1)", "data:text/html,x", "//evil.example",
		"/\\evil.example", "vbscript:x", "file:///etc/passwd",
		"https://user@evil.example/", "relative", "",
		"mailto:a@b.example\r\nbcc:x" };
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		strbuf_reset(&out);
		tmpl_url(&out, good[i]);
		assert_string_not_equal(out.buf, good[i][0] == '#' ? "" : "#");
		assert_memory_equal(out.buf, good[i], 3);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		strbuf_reset(&out);
		tmpl_url(&out, bad[i]);
		assert_string_equal(out.buf, "#");
	}
	strbuf_reset(&out);
	tmpl_path(&out, "urn:gspd:ca:1/../x%\xc3\xa9");
	assert_string_equal(out.buf, "urn:gspd:ca:1%2F..%2Fx%25%C3%A9");
	strbuf_release(&out);
}

static void
test_json(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 65536);
	tmpl_json(&out, "{\"a\":\"</script><!-- & \xe2\x80\xa8\xe2\x80\xa9 "
			"\xc3\xa9\"}");
	assert_string_equal(out.buf,
	    "{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\\u2029 "
	    "\xc3\xa9\"}");
	strbuf_reset(&out);
	tmpl_json(&out, NULL);
	tmpl_json(&out, "\xff<");
	assert_string_equal(out.buf, "\xef\xbf\xbd\\u003c");
	strbuf_release(&out);
}

static char file[] = "/tmp/gspd-tmpl-XXXXXX";

/* Exit status of the compiler on a template's body. */
static int
compile(const char *body)
{
	const char *build = getenv("GSPD_BUILD");
	char tool[512];
	int status;
	FILE *f = fopen(file, "w");
	pid_t pid;

	assert_non_null(f);
	fprintf(f, "%%template t(struct strbuf *out, const char *v)\n%s", body);
	fclose(f);
	(void)snprintf(tool, sizeof(tool), "%s/tools/tmplc",
	    build != NULL ? build : ".");
	if ((pid = fork()) == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execl(tool, tool, file, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_refused(void **state)
{
	static const char *const good[] = {
		"<p>{{v}}</p>\n%end\n",
		"<script src=\"/x\"></script>\n<p>{{v}}</p>\n%end\n",
		"<a href=\"{{v}}?q={{v}}\">x</a>\n%end\n",
		"% if (v) {\n<p>x</p>\n% } else {\n<p>y</p>\n% }\n%end\n",
		"<p\n% if (v) {\nclass=\"x\"\n% }\n>y</p>\n%end\n",
		"<script type=\"application/ld+json\">{{v}}</script>\n%end\n",
		"<script type=\"application/ld+json\">\n{{ v }}\n</script>\n"
		"<p>{{v}}</p>\n%end\n",
	};
	static const char *const bad[] = {
		"<p>{{v}}</p>\n",
		"<p>{{v</p>\n%end\n",
		"<p>{{ }}</p>\n%end\n",
		"<p class={{v}}>x</p>\n%end\n",
		"<p class=x>x</p>\n%end\n",
		"<p {{v}}>x</p>\n%end\n",
		"<{{v}}>x</p>\n%end\n",
		"<p onclick=\"{{v}}\">x</p>\n%end\n",
		"<p style=\"color: {{v}}\">x</p>\n%end\n",
		"<script>{{v}}</script>\n%end\n",
		"<style>{{v}}</style>\n%end\n",
		/* Data takes one whole value, and must be plainly data. */
		"<script type=\"application/ld+json\">\"{{v}}\"</script>\n"
		"%end\n",
		"<script type=\"application/ld+json\">{{v}}{{v}}</script>\n"
		"%end\n",
		"<script type=\"application/ld+json\">{{_ V }}</script>\n"
		"%end\n",
		"<script type=\"application/ld+json\">{{# 1 }}</script>\n"
		"%end\n",
		"<script type=\"application/ld+json\">\n% if (v) {\n{{v}}\n"
		"% }\n</script>\n%end\n",
		"<script type=\"application/ld+json \">{{v}}</script>\n%end\n",
		"<script type=\"text/javascript\">{{v}}</script>\n%end\n",
		"<script type=\"{{v}}\">x</script>\n%end\n",
		"<script data-type=\"application/ld+json\">{{v}}</script>\n"
		"%end\n",
		"<script type=\"application/ld+json\" type=\"module\">{{v}}"
		"</script>\n%end\n",
		"<script type=\"application/ld+json\"></script><script>{{v}}"
		"</script>\n%end\n",
		"<style type=\"application/ld+json\">{{v}}</style>\n%end\n",
		"<!-- {{v}} -->\n%end\n",
		"<a href=\"{{v}}{{v}}\">x</a>\n%end\n",
		"<a href=\"{{v}}/b/{{v}}\">x</a>\n%end\n",
		"<p class=\"\n% if (v) {\nx\n% }\n\">y</p>\n%end\n",
		"% if (v) {\n<p\n% }\nclass=\"x\">y</p>\n%end\n",
		"% if (v) {\n<p>x</p>\n%end\n",
		"<p\n%end\n",
		"a < b\n%end\n",
		"%template u(int x)\n%end\n",
		"%end\n%end\n",
		"%end\ntext outside\n",
	};
	int fd = mkstemp(file);

	(void)state;
	assert_int_not_equal(fd, -1);
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (compile(good[i]) != 0)
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (compile(bad[i]) != 1)
			fail_msg("compiled: %s", bad[i]);
	}
	unlink(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
