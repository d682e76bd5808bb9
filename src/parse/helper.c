/*
 * helper: the other end. It builds its walls, then reads questions from
 * descriptor 0 and answers them, one after the other, until that is closed.
 * Neighbours: sandbox.c has the walls, parser.c asks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "parse/part.h"
#include "xml/xml.h"

/* Of a helper that is asked what it should not be. */
#define EXIT_WRONG 2

const struct parse_row parse_rows[PARSE_KIND_COUNT] = {
	[PARSE_HELLO] = { hello_work, 0, 16 },
	[PARSE_HEAD] = { head_work, FEED_HEAD_MAX + PARSE_NOTE_MAX,
	    PARSE_HEAD_BYTES },
	[PARSE_INDEX] = { index_work, FEED_INDEX_MAX + PARSE_NOTE_MAX,
	    PARSE_REFS_BYTES },
	[PARSE_PAGE] = { page_work, FEED_PAGE_MAX + PARSE_NOTE_MAX,
	    PARSE_PAGE_BYTES },
	/* Packed they are never longer than written. */
	[PARSE_ROTATION] = { rotation_work, FEED_ROTATION_MAX,
	    FEED_ROTATION_MAX },
	[PARSE_ENDORSEMENT] = { endorsement_work, FEED_ENDORSEMENT_MAX,
	    FEED_ENDORSEMENT_MAX },
	[PARSE_ALLIANCE] = { alliance_work, FEED_ALLIANCE_MAX,
	    FEED_ALLIANCE_MAX },
};

struct walls helper_walls;

int
hello_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	(void)in;
	(void)err;
	wire_put_number(ret_out, helper_walls.has_seccomp, 1);
	wire_put_number(ret_out, (uint64_t)helper_walls.landlock_abi, 4);
	return 0;
}

int
parser_describe(const char *program, char *ret_text, size_t size,
    struct err *err)
{
	struct parser *parser = parser_new(program, 0);
	struct strbuf nothing;
	struct wire in;
	bool has_seccomp;
	int abi, ret = -1;

	strbuf_init(&nothing, 0);
	if (parser_ask(parser, PARSE_HELLO, &nothing, &in, err) == -1)
		goto out;
	has_seccomp = wire_number(&in, 1) != 0;
	abi = (int)wire_number(&in, 4);
	if (!wire_end(&in)) {
		parser_refuse(parser, "no word about itself", err);
		goto out;
	}
	(void)snprintf(ret_text, size, "seccomp %s, Landlock %s",
	    has_seccomp ? "yes" : "no", abi > 0 ? "yes" : "no");
	if (abi > 0)
		(void)snprintf(ret_text + strlen(ret_text),
		    size - strlen(ret_text), " (ABI %d)", abi);
	ret = 0;
out:
	parser_free(parser);
	return ret;
}

/* 1 whole, 0 the end, -1 cut off. */
static int
read_all(void *data, size_t len)
{
	char *at = data;
	size_t left = len;

	while (left > 0) {
		ssize_t n = read(STDIN_FILENO, at, left);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 && left == len ? 0 : -1;
		at += n;
		left -= (size_t)n;
	}
	return 1;
}

static int
write_all(const struct strbuf *out)
{
	size_t at = 0;

	while (at < out->len) {
		ssize_t n = write(STDIN_FILENO, out->buf + at, out->len - at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

static int
answer(const struct parse_row *row, struct wire *in)
{
	struct strbuf out, frame;
	struct err err = { 0 };
	int rc;

	strbuf_init(&out, row->max_answered + PARSE_NOTE_MAX);
	strbuf_init(&frame, row->max_answered + 2 * PARSE_NOTE_MAX);
	rc = row->work(in, &out, &err);
	if (rc == 0 && (out.overflow || out.len > row->max_answered))
		rc = err_set(&err, ERR_LIMIT, "what it says is too much");
	if (rc == 0) {
		wire_put_number(&frame, 1 + out.len, 4);
		wire_put_number(&frame, ERR_NONE, 1);
		strbuf_add(&frame, out.buf, out.len);
	} else {
		strbuf_reset(&out);
		wire_put_reason(&out, err.text);
		wire_put_number(&frame, 1 + out.len, 4);
		wire_put_number(&frame, err.code, 1);
		strbuf_add(&frame, out.buf, out.len);
	}
	rc = write_all(&frame);
	strbuf_release(&out);
	strbuf_release(&frame);
	return rc;
}

/* Libraries look around when they are first used: before the walls stand. */
static void
warm_up(void)
{
	static const char text[] = "<a xmlns=\"" FEED_NS "\">b</a>";
	uint8_t digest[SHA256_LEN];
	struct arena *arena = arena_new();
	struct feed_head head;
	struct strbuf sb;
	struct err err;

	sha256(text, strlen(text), digest);
	strbuf_init(&sb, sizeof(text));
	if (xml_canonical(text, strlen(text), &sb, &err) == 0 &&
	    feed_head_read(arena, sb.buf, sb.len, &head, &err) == 0)
		abort(); /* that is no head */
	strbuf_release(&sb);
	arena_free(arena);
}

int
parse_helper_main(void)
{
	unsigned char first[4];
	size_t len;
	char *data = NULL;
	int rc;

	sandbox_limit();
	xml_init();
	warm_up();
	helper_walls.landlock_abi = sandbox_landlock();
	helper_walls.has_seccomp = sandbox_seccomp();
	while ((rc = read_all(first, sizeof(first))) == 1) {
		const struct parse_row *row;
		struct wire in = wire_of(first, sizeof(first));
		size_t kind;

		len = (size_t)wire_number(&in, 4);
		if (len < 1 || len > PARSE_PAGE_BYTES)
			return EXIT_WRONG;
		data = xmalloc(len);
		if (read_all(data, len) != 1)
			break;
		kind = (unsigned char)data[0];
		if (kind >= PARSE_KIND_COUNT)
			return EXIT_WRONG;
		row = &parse_rows[kind];
		in = wire_of(data + 1, len - 1);
		if (len - 1 > row->max_asked || answer(row, &in) == -1)
			return EXIT_WRONG;
		free(data);
		data = NULL;
	}
	free(data);
	return rc == 0 ? 0 : EXIT_WRONG;
}
