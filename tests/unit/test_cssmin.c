/*
 * The style sheet's minifier: what it leaves out, what it must keep, and what
 * it refuses.
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

#include "base/base.h"

static char source[] = "/tmp/gspd-css-XXXXXX";
static char result[] = "/tmp/gspd-min-XXXXXX";
static char answer[70000];

/* Exit status; `answer` has what was printed, without its line's end. */
static int
minify(const char *css)
{
	const char *build = getenv("GSPD_BUILD");
	char tool[4096];
	int status;
	size_t len;
	pid_t pid;
	FILE *f = fopen(source, "w");

	assert_non_null(f);
	fputs(css, f);
	fclose(f);
	(void)snprintf(tool, sizeof(tool), "%s/tools/cssmin",
	    build != NULL ? build : ".");
	if ((pid = fork()) == 0) {
		dup2(open(result, O_WRONLY | O_TRUNC), 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		execl(tool, tool, source, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	f = fopen(result, "r");
	assert_non_null(f);
	len = fread(answer, 1, sizeof(answer) - 1, f);
	fclose(f);
	answer[len] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	return WEXITSTATUS(status);
}

static void
test_minified(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ " /* only this */ ", "" },
		{ "a { color : red ; margin: 0.5rem  0 ; }",
		    "a{color:red;margin:.5rem 0}" },
		{ "a{b:c;;}\n\nd{e:f}", "a{b:c}d{e:f}" },
		{ "a, b > c + d ~ e f :not(.g) { h: i }",
		    "a,b>c+d~e f :not(.g){h:i}" },
		/* Sums need their spaces, and numbers their noughts. */
		{ "a { b: clamp(1rem, 0.5rem + 2vw, 10.5rem) }",
		    "a{b:clamp(1rem,.5rem + 2vw,10.5rem)}" },
		{ "a { b: -0.5rem 1.05em 0 }", "a{b:-0.5rem 1.05em 0}" },
		{ "a { font: 700 1rem / 1.5 x !important }",
		    "a{font:700 1rem/1.5 x!important}" },
		{ "@media (min-width: 40rem) and (a) { b { c: d } e { f: g; } "
		  "}",
		    "@media (min-width:40rem) and (a){b{c:d}e{f:g}}" },
		/* Strings stay, whatever they look like. */
		{ "a::after { content: \" /* ; } \\\" { \" attr(href) ')  ' }",
		    "a::after{content:\" /* ; } \\\" { \" attr(href) ')  '}" },
		{ "a/**/b { c: d /* ; */ e }", "a b{c:d e}" },
		{ ":root { --paper: #fff; --ink: red }\n"
		  "a { b: var(--ink); c: var(--paper) }",
		    ":root{--a:#fff;--b:red}a{b:var(--b);c:var(--a)}" },
		/* Two hyphens inside a name are no property. */
		{ ".a--b { c: d }", ".a--b{c:d}" },
		{ "@import url(x);\na { b: c }", "@import url(x);a{b:c}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(minify(pairs[i][0]), 0);
		assert_string_equal(answer, pairs[i][1]);
		/* What is small already stays as it is. */
		assert_int_equal(minify(pairs[i][1]), 0);
		assert_string_equal(answer, pairs[i][1]);
	}
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "a { b: c", "a { b: c } }",
		"/* open", "a { b: \"open }", "a { b: 'open\n' }",
		"@media x { a { b: c }",
		"a { b: var(--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaa) }" };
	char many[2000] = "a{";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (minify(bad[i]) != 1)
			fail_msg("minified: %s", bad[i]);
	}
	for (int i = 0; i < 27; i++)
		(void)snprintf(many + strlen(many), 20, "--x%d: y;", i);
	(void)snprintf(many + strlen(many), 2, "}");
	assert_int_equal(minify(many), 1);
}

static int
begin(void **state)
{
	(void)state;
	close(mkstemp(source));
	close(mkstemp(result));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(source);
	unlink(result);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minified),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
