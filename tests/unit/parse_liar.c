/*
 * A helper that misbehaves, for test_parse.c. Its name says how: the tests
 * make links to it. It answers as the real one does and then changes what it
 * says, or does what the walls forbid.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parse/part.h"
#include "xml/xml.h"

#define HELD   40 /* the walls held */
#define BROKEN 41
#define ABSENT 42

static const char *name;
static int answers;

static bool
is(const char *mode)
{
	return strcmp(name, mode) == 0;
}

static bool
begins(const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static void
read_all(void *data, size_t len)
{
	for (char *at = data; len > 0;) {
		ssize_t n = read(0, at, len);

		if (n <= 0)
			_exit(0);
		at += n;
		len -= (size_t)n;
	}
}

static void
say(const void *data, size_t len)
{
	for (const char *at = data; len > 0;) {
		ssize_t n = write(0, at, len);

		if (n <= 0)
			_exit(0);
		at += n;
		len -= (size_t)n;
	}
}

/* ---- lies about what was read ---- */

static void
replace(struct strbuf *out, const char *old, const char *new)
{
	char *at = memmem(out->buf, out->len, old, strlen(old));

	if (at == NULL)
		_exit(BROKEN);
	memcpy(at, new, strlen(new));
}

/* The first record of a page begins the answer: good, at, len, packed. */
static void
lie(struct strbuf *out)
{
	if (is("other-node"))
		replace(out, "urn:gspd:ca:", "urn:gspd:pt:");
	else if (is("bad-place"))
		out->buf[1]++;
	else if (is("bad-length"))
		out->buf[5]--;
	else if (is("far-place"))
		out->buf[4] = 0x7f;
	else if (is("no-mark"))
		out->buf[13] = 'x';
	else if (is("huge-record"))
		out->buf[12] = 0x7f;
	else if (is("more"))
		strbuf_addch(out, 'x');
	else if (is("cut"))
		strbuf_setlen(out, out->len / 2);
	else if (is("none"))
		strbuf_setlen(out, 0);
	else if (is("flipped-node"))
		replace(out, "ca", "pt");
	else if (is("not-utf8"))
		replace(out, "CC-BY",
		    "CC\xff"
		    "BY");
	else if (is("other-number"))
		out->buf[out->len / 2] ^= 1;
	else if (begins("flips-"))
		out->buf[strtoul(name + strlen("flips-"), NULL, 10)] ^= 1;
}

static void
answer(struct wire *in, size_t kind)
{
	struct strbuf out, frame;
	struct err err = { 0 };

	strbuf_init(&out, PARSE_PAGE_BYTES);
	strbuf_init(&frame, 2 * PARSE_PAGE_BYTES);
	if (parse_rows[kind].work(in, &out, &err) == -1)
		_exit(BROKEN);
	lie(&out);
	if (is("says-trouble") || is("says-control")) {
		strbuf_reset(&out);
		wire_put_text(&out,
		    is("says-control") ? "two\nlines" : "the disk is full");
		wire_put_number(&frame, 1 + out.len, 4);
		wire_put_number(&frame, ERR_SYS, 1);
	} else {
		wire_put_number(&frame, 1 + out.len, 4);
		wire_put_number(&frame, ERR_NONE, 1);
	}
	strbuf_add(&frame, out.buf, out.len);
	if (is("trickle"))
		for (size_t i = 0; i < frame.len; i++) {
			say(frame.buf + i, 1);
			usleep(20000);
		}
	say(frame.buf, frame.len);
	strbuf_release(&out);
	strbuf_release(&frame);
}

/* ---- against the walls ---- */

static void
tell(bool is_held)
{
	_exit(is_held ? HELD : BROKEN);
}

static void
climb(void)
{
	char *shell[] = { (char[]){ "/bin/true" }, NULL };

	if (is("open"))
		tell(open("/etc/passwd", O_RDONLY) == -1);
	else if (is("socket"))
		tell(socket(AF_INET, SOCK_STREAM, 0) == -1);
	else if (is("execute"))
		tell(execv(shell[0], shell) == -1);
	else if (is("signal"))
		tell(kill(getppid(), 0) == -1);
	else if (is("code"))
		tell(mmap(NULL, 4096, PROT_READ | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	else if (is("list"))
		tell(fcntl(0, F_GETFD) == -1);
}

static void
before_walls(void)
{
	struct rlimit lim;

	sandbox_limit();
	if (is("descriptors"))
		tell(fcntl(77, F_GETFD) == -1 && errno == EBADF);
#ifndef PARSE_RELAXED
	if (is("environment"))
		tell(environ == NULL || environ[0] == NULL);
#else
	if (is("environment"))
		tell(true);
#endif
	if (is("limits"))
		tell(getrlimit(RLIMIT_FSIZE, &lim) == 0 && lim.rlim_max == 0 &&
		     getrlimit(RLIMIT_CORE, &lim) == 0 && lim.rlim_max == 0);
	if (is("files")) {
		if (sandbox_landlock() == 0)
			_exit(ABSENT);
		tell(open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES);
	}
}

static void
misbehave(void)
{
	static const unsigned char noise[64] = { [0 ... 63] = 0xff };

	if (is("silent"))
		for (;;)
			(void)pause();
	else if (is("slow") && answers == 0)
		(void)usleep(2000000);
	else if (is("dawdles"))
		(void)usleep(50000);
	else if (is("exits"))
		_exit(3);
	else if (is("crashes"))
		raise(SIGSEGV);
	else if (is("killed"))
		raise(SIGKILL);
	else if (is("killed-later") && answers == 1)
		raise(SIGKILL);
	else if (is("noise"))
		say(noise, sizeof(noise));
	else if (is("nothing"))
		say("\0\0\0\0", 4);
	else if (is("half")) {
		say("\x10\0\0", 3);
		for (;;)
			(void)pause();
	} else if (is("closes")) {
		close(0);
		for (;;)
			(void)pause();
	}
}

int
main(int argc, char **argv)
{
	unsigned char first[4];
	static char data[2 * 1024 * 1024];

	name = strrchr(argv[0], '/');
	name = name != NULL ? name + 1 : argv[0];
	if (argc != 2 || strcmp(argv[1], PARSE_ARGUMENT) != 0)
		return BROKEN;
	if (is("honest"))
		_exit(parse_helper_main());
	if (is("at-once"))
		_exit(5);
	signal(SIGSEGV, SIG_DFL);
	before_walls();
	xml_init();
	for (;;) {
		struct wire in = wire_of(first, sizeof(first));
		size_t len;

		read_all(first, sizeof(first));
		len = (size_t)wire_number(&in, 4);
		if (len < 1 || len > sizeof(data))
			_exit(BROKEN);
		read_all(data, len);
		misbehave();
		if (begins("hates-") &&
		    memmem(data, len, name + strlen("hates-"),
			strlen(name + strlen("hates-"))) != NULL)
			raise(SIGSEGV);
		if (is("open") || is("socket") || is("execute") ||
		    is("signal") || is("code") || is("list")) {
			if (!sandbox_seccomp())
				_exit(ABSENT);
			climb();
		}
		in = wire_of(data + 1, len - 1);
		answer(&in, (unsigned char)data[0]);
		answers++;
	}
}
