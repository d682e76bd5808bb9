/*
 * Heads and indexes from any bytes. Without the key nothing is accepted; and
 * what the parser takes is written back as the same bytes, so no two heads
 * mean the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_body(struct arena *arena, const char *data, size_t len)
{
	struct feed_head head;
	struct strbuf sb;
	struct err err;

	if (feed_head_read(arena, data, len, &head, &err) != 0) {
		assert(err.code != ERR_NONE && err.text[0] != '\0');
		return;
	}
	if (len > 19 && memcmp(data + len - 19, "</Signature></head>", 19) == 0)
		return; /* signed: its body alone is compared below */
	strbuf_init(&sb, FEED_HEAD_MAX);
	assert(feed_head_write(&head, NULL, &sb, &err) == 0);
	assert(sb.len == len && memcmp(sb.buf, data, len) == 0);
	strbuf_release(&sb);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* A hash that is nobody's key. */
	static const char pin[] =
	    "5555555555555555555555555555555555555555555555555555555555555555";
	const struct verify_policy policy = { .key_hash = pin,
		.now = 1800000060,
		.epoch = -1 };
	const char *text = (const char *)data;
	struct arena *arena = arena_new();
	enum feed_alg alg;
	struct feed_head head;
	struct feed_ref *refs;
	struct feed_cut cut;
	char digest[65];
	struct err err;
	size_t n;

	assert(verify_head(arena, text, len, &policy, &head, digest, &err) ==
	       VERIFY_REFUSED);
	try_body(arena, text, len);
	if (feed_head_cut(text, len, &alg, &cut, &err) == 0) {
		char *body = arena_alloc(arena, cut.body_len + 7);

		assert(cut.body_len < len);
		assert(cut.key >= text && cut.key + cut.key_len < text + len);
		assert(cut.digest + 44 < text + len);
		assert(cut.signature + cut.signature_len < text + len);
		memcpy(body, text, cut.body_len);
		memcpy(body + cut.body_len, "</head>", 7);
		try_body(arena, body, cut.body_len + 7);
	}
	if (feed_index_read(arena, text, len, "ca", "", &refs, &n, &err) == 0)
		assert(n > 0 && n <= FEED_REFS_MAX);
	arena_free(arena);
	return 0;
}
