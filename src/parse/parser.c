/*
 * parser: one helper and what was asked of it. Questions go out ahead of the
 * answers, as far as the socket takes them; whoever waits for an answer also
 * feeds the helper. However it fails, the reason ends as one line about one
 * peer. Neighbour: helper.c is the other end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parse/part.h"

#define FRAME      4 /* bytes of a length */
#define CHUNK      (64 * 1024)
#define SOCKET     (1024 * 1024) /* asked for; the kernel may give less */
#define OUT_MAX    (4 * 1024 * 1024)
#define LAST_MS    400 /* for a process that has said good-bye to end */
#define LAST_STEPS 100
#define LOOK_MS    100 /* between two looks at the clock while waiting */

struct parser {
	char *program; /* NULL: here */
	int64_t request_ms;
	pid_t pid;
	int fd;
	struct strbuf out; /* not yet taken by the socket, from out_at on */
	size_t out_at;
	struct strbuf in; /* came in; the first in_used bytes were taken */
	size_t in_used;
	size_t asked;      /* and not yet answered */
	int64_t waited_ms; /* for answers, in all */
	uint64_t bytes;    /* that were asked about */
	bool is_done;
	struct err done;
	struct page_jobs jobs;
};

struct parser *
parser_new(const char *program, int64_t request_ms)
{
	struct parser *parser = xcalloc(1, sizeof(*parser));

	if (program != NULL)
		parser->program = xstrdup(program);
	parser->request_ms = request_ms > 0 ? request_ms : PARSE_MS;
	parser->pid = -1;
	parser->fd = -1;
	strbuf_init(&parser->out, OUT_MAX);
	strbuf_init(&parser->in, 2 * PARSE_PAGE_BYTES);
	return parser;
}

void
parser_free(struct parser *parser)
{
	if (parser == NULL)
		return;
	page_jobs_release(&parser->jobs);
	parser_stop(parser);
	free(parser->program);
	free(parser);
}

bool
parser_is_done(const struct parser *parser)
{
	return parser->is_done;
}

/* What may be waited for, without being slow, by now. */
static int64_t
allowance(const struct parser *parser)
{
	return PARSE_FREE_MS + (int64_t)(parser->bytes / PARSE_BYTES_MS);
}

int64_t
parser_slow_ms(const struct parser *parser)
{
	int64_t slow = parser->waited_ms - allowance(parser);

	return slow > 0 ? slow : 0;
}

bool
parser_is_here(const struct parser *parser)
{
	return parser->program == NULL;
}

struct page_jobs *
parser_jobs(struct parser *parser)
{
	return &parser->jobs;
}

const struct page_jobs *
parser_jobs_const(const struct parser *parser)
{
	return &parser->jobs;
}

/* ---- the process ---- */

/* How it ended; -1 when that is not known. */
static int
reap(struct parser *parser, bool is_patient)
{
	int status = 0, left = is_patient ? LAST_STEPS : 0;
	pid_t pid;

	do {
		pid = waitpid(parser->pid, &status, WNOHANG);
		if (pid == 0 && left > 0)
			(void)poll(NULL, 0, LAST_MS / LAST_STEPS);
	} while ((pid == 0 && left-- > 0) || (pid == -1 && errno == EINTR));
	if (pid == 0) {
		(void)kill(parser->pid, SIGKILL);
		while (waitpid(parser->pid, &status, 0) == -1 && errno == EINTR)
			;
		status = -1;
	}
	parser->pid = -1;
	return pid == -1 ? -1 : status;
}

static void
forget(struct parser *parser)
{
	if (parser->fd != -1)
		close(parser->fd);
	parser->fd = -1;
	strbuf_release(&parser->out);
	strbuf_release(&parser->in);
	strbuf_init(&parser->out, OUT_MAX);
	strbuf_init(&parser->in, 2 * PARSE_PAGE_BYTES);
	parser->out_at = parser->in_used = parser->asked = 0;
}

void
parser_stop(struct parser *parser)
{
	forget(parser);
	if (parser->pid != -1)
		(void)reap(parser, false);
}

void
parser_rest(struct parser *parser)
{
	if (parser->jobs.n == 0)
		parser_stop(parser);
}

bool
parser_is_awake(const struct parser *parser)
{
	return parser->pid != -1;
}

static int
fail(struct parser *parser, struct err *err)
{
	parser->is_done = true;
	parser_stop(parser);
	if (err != NULL)
		*err = parser->done;
	return -1;
}

int
parser_refuse(struct parser *parser, const char *what, struct err *err)
{
	err_set(&parser->done, ERR_TRUST,
	    "the process that reads its bytes gave back %s", what);
	return fail(parser, err);
}

/* The other end is closed. */
static int
fail_ended(struct parser *parser, struct err *err)
{
	int status = reap(parser, true);

	if (status != -1 && WIFSIGNALED(status))
		err_set(&parser->done, ERR_TRUST,
		    "the process that reads its bytes was killed by signal %d",
		    WTERMSIG(status));
	else if (status != -1 && WIFEXITED(status))
		err_set(&parser->done, ERR_TRUST,
		    "the process that reads its bytes ended with exit code %d",
		    WEXITSTATUS(status));
	else
		err_set(&parser->done, ERR_TRUST,
		    "the process that reads its bytes went away");
	return fail(parser, err);
}

static int
spawn(struct parser *parser, int fd)
{
#ifdef PARSE_RELAXED
	char **environment = environ; /* options of the sanitizers */
#else
	char *environment[] = { NULL };
#endif
	char *argv[] = { strcmp(parser->program, PARSE_SELF) == 0
			     ? (char[]){ "gspd" }
			     : parser->program,
		(char[]){ PARSE_ARGUMENT }, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawn_file_actions_init(&files);
	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc != 0) {
		posix_spawn_file_actions_destroy(&files);
		return rc;
	}
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(&attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(&attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(&attr,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, fd, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
		    O_RDWR, 0);
#ifndef PARSE_RELAXED
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, 1, 2);
#endif
	if (rc == 0)
		rc = posix_spawn(&parser->pid, parser->program, &files, &attr,
		    argv, environment);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int
start(struct parser *parser, struct err *err)
{
	int size = SOCKET, fds[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return err_sys(err, "the process that reads peers' bytes");
	for (int i = 0; i < 2; i++)
		(void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size,
		    sizeof(size));
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == -1)
		rc = errno;
	else
		rc = spawn(parser, fds[1]);
	close(fds[1]);
	if (rc != 0) {
		parser->pid = -1;
		close(fds[0]);
		errno = rc;
		return err_sys(err,
		    "the process that reads peers' bytes does not start: %s",
		    parser->program);
	}
	parser->fd = fds[0];
	return 0;
}

/* ---- questions ---- */

/* What the socket takes; a helper that is gone shows at the next answer. */
static void
flush(struct parser *parser)
{
	while (parser->out_at < parser->out.len) {
		ssize_t n = send(parser->fd, parser->out.buf + parser->out_at,
		    parser->out.len - parser->out_at, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			parser->out_at = parser->out.len;
		if (n == -1)
			return;
		parser->out_at += (size_t)n;
	}
	strbuf_reset(&parser->out);
	parser->out_at = 0;
}

int
parser_send(struct parser *parser, enum parse_kind kind,
    const struct strbuf *asked, struct err *err)
{
	if (parser->is_done) {
		if (err != NULL)
			*err = parser->done;
		return -1;
	}
	if (asked->overflow || asked->len > parse_rows[kind].max_asked)
		return err_set(err, ERR_LIMIT,
		    "a document larger than %zu bytes",
		    parse_rows[kind].max_asked);
	if (parser->pid == -1 && start(parser, err) == -1)
		return -1;
	wire_put_number(&parser->out, 1 + asked->len, FRAME);
	wire_put_number(&parser->out, kind, 1);
	strbuf_add(&parser->out, asked->buf, asked->len);
	if (strbuf_check(&parser->out, "what was asked", err) == -1) {
		parser_stop(parser);
		return -1;
	}
	parser->asked++;
	parser->bytes += asked->len;
	flush(parser);
	return 0;
}

/* ---- answers ---- */

/* 1 something came, 0 nothing more for now, -1 it is gone. */
static int
take_in(struct parser *parser)
{
	char chunk[CHUNK];
	ssize_t n = recv(parser->fd, chunk, sizeof(chunk), 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	strbuf_add(&parser->in, chunk, (size_t)n);
	return parser->in.overflow ? -1 : 1;
}

/* Length of the answer that begins the buffer, or 0: not all of it is here. */
static size_t
whole(const struct parser *parser)
{
	struct wire in = wire_of(parser->in.buf, parser->in.len);
	size_t len = (size_t)wire_number(&in, FRAME);

	return !in.bad && parser->in.len - FRAME >= len ? FRAME + len : 0;
}

/* True while what was announced may be an answer to that. */
static bool
is_sane(const struct parser *parser, enum parse_kind kind)
{
	struct wire in = wire_of(parser->in.buf, parser->in.len);
	size_t len = (size_t)wire_number(&in, FRAME);

	return in.bad || (len > 0 && len <= parse_rows[kind].max_answered +
						PARSE_NOTE_MAX);
}

static void
drop_used(struct parser *parser)
{
	struct strbuf *in = &parser->in;

	if (parser->in_used > 0)
		memmove(in->buf, in->buf + parser->in_used,
		    in->len - parser->in_used);
	strbuf_setlen(in, in->len - parser->in_used);
	parser->in_used = 0;
}

static int64_t
patience(const struct parser *parser)
{
	int64_t left = allowance(parser) + PARSE_SLOW_MS - parser->waited_ms;

	return left < parser->request_ms ? left : parser->request_ms;
}

/*
 * What passed since the last look. A longer step than was waited for is time
 * in which this process itself did not run: no fault of the helper's.
 */
static int64_t
look(int64_t *last)
{
	int64_t now = clock_monotonic_ms(), step = now - *last;

	*last = now;
	return step <= 2 * LOOK_MS ? step : LOOK_MS;
}

/* Until a whole answer is in the buffer. */
static int
wait_for(struct parser *parser, enum parse_kind kind, struct err *err)
{
	int64_t last = clock_monotonic_ms(), limit = patience(parser), gone = 0;

	drop_used(parser);
	while (whole(parser) == 0) {
		struct pollfd fd = { .fd = parser->fd, .events = POLLIN };

		if (!is_sane(parser, kind))
			return parser_refuse(parser,
			    "an answer of a size that no answer has", err);
		gone += look(&last);
		if (gone >= limit) {
			parser->waited_ms += gone;
			err_set(&parser->done, ERR_TRUST,
			    "the process that reads its bytes gave no answer "
			    "within %lld %s",
			    (long long)(limit < 1000 ? limit : limit / 1000),
			    limit < 1000 ? "ms" : "s");
			return fail(parser, err);
		}
		if (parser->out_at < parser->out.len)
			fd.events |= POLLOUT;
		if (poll(&fd, 1,
			(int)(limit - gone < LOOK_MS ? limit - gone
						     : LOOK_MS)) == -1)
			continue; /* a signal: look at the clock again */
		if ((fd.revents & POLLOUT) != 0)
			flush(parser);
		if ((fd.revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
		    take_in(parser) == -1)
			return fail_ended(parser, err);
	}
	if (!is_sane(parser, kind))
		return parser_refuse(parser,
		    "an answer of a size that no answer has", err);
	parser->waited_ms += gone + look(&last);
	return 0;
}

/* It says what is wrong with the document. Nothing of that is our trouble. */
static int
pass_on(struct parser *parser, struct wire *in, enum err_code code,
    struct err *err)
{
	char text[sizeof(err->text)];

	wire_text(in, text, sizeof(text));
	if (!wire_end(in) || !wire_is_reason(text))
		return parser_refuse(parser, "a reason that is none", err);
	if (code != ERR_FORMAT && code != ERR_LIMIT && code != ERR_SCHEMA)
		code = ERR_TRUST;
	return err_set(err, code, "%s", text);
}

int
parser_receive(struct parser *parser, enum parse_kind kind, struct wire *ret_in,
    struct err *err)
{
	enum err_code code;
	struct wire in;

	if (parser->is_done) {
		if (err != NULL)
			*err = parser->done;
		return -1;
	}
	if (parser->asked == 0)
		return err_set(err, ERR_NOTFOUND, "nothing was asked");
	if (wait_for(parser, kind, err) == -1)
		return -1;
	parser->asked--;
	parser->in_used = whole(parser);
	in = wire_of(parser->in.buf + FRAME, parser->in_used - FRAME);
	code = (enum err_code)wire_number(&in, 1);
	if (code != ERR_NONE)
		return pass_on(parser, &in, code, err);
	*ret_in = in;
	return 0;
}

int
parser_ask(struct parser *parser, enum parse_kind kind,
    const struct strbuf *asked, struct wire *ret_in, struct err *err)
{
	if (parser->asked > 0)
		parser_stop(parser);
	if (parser_send(parser, kind, asked, err) == -1)
		return -1;
	return parser_receive(parser, kind, ret_in, err);
}

/* ---- for verify/ ---- */

static int
read_head(void *ctx, struct arena *arena, const char *body, size_t len,
    struct feed_head *ret_head, struct err *err)
{
	return parser_head(ctx, arena, body, len, ret_head, err);
}

static int
read_index(void *ctx, struct arena *arena, const struct feed_ref *ref,
    const char *node, const char *data, size_t len, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err)
{
	return parser_index(ctx, arena, ref, node, data, len, ret_refs, ret_n,
	    err);
}

static int
read_page(void *ctx, const struct feed_ref *ref, const char *node,
    const char *data, size_t len, feed_page_cb callback, void *callback_ctx,
    struct err *err)
{
	return parser_page(ctx, ref, node, data, len, callback, callback_ctx,
	    err);
}

static int
read_rotation(void *ctx, struct arena *arena, const char *body, size_t len,
    struct feed_rotation *ret_rotation, struct err *err)
{
	return parser_rotation(ctx, arena, body, len, ret_rotation, err);
}

static int
read_endorsement(void *ctx, struct arena *arena, const char *body, size_t len,
    struct feed_endorsement *ret_endorsement, struct err *err)
{
	const struct parser *like = ctx;
	struct parser *parser = parser_new(like->program, like->request_ms);
	int rc;

	rc = parser_endorsement(parser, arena, body, len, ret_endorsement, err);
	parser_free(parser);
	return rc;
}

static int
read_alliance(void *ctx, struct arena *arena, const char *data, size_t len,
    struct feed_alliance *ret_list, struct err *err)
{
	return parser_alliance(ctx, arena, data, len, ret_list, err);
}

struct verify_reader
parser_reader(struct parser *parser)
{
	return (struct verify_reader){ .ctx = parser,
		.head = read_head,
		.index = read_index,
		.page = read_page,
		.rotation = read_rotation,
		.endorsement = read_endorsement,
		.alliance = read_alliance };
}
