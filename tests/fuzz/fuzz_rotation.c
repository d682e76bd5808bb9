/*
 * Rotation statements from any bytes. Without the key nothing is accepted;
 * and what the parser takes is written back as the same bytes, so no two
 * statements mean the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_body(struct arena *arena, const char *data, size_t len)
{
	struct feed_rotation rotation;
	struct strbuf sb;
	struct err err;

	if (feed_rotation_read(arena, data, len, &rotation, &err) != 0) {
		assert(err.code != ERR_NONE && err.text[0] != '\0');
		return;
	}
	strbuf_init(&sb, 2 * FEED_ROTATION_MAX);
	assert(feed_rotation_write(&rotation, &sb, &err) == 0);
	assert(sb.len == len && memcmp(sb.buf, data, len) == 0);
	strbuf_release(&sb);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* A hash that is nobody's key. */
	static const char pin[] =
	    "5555555555555555555555555555555555555555555555555555555555555555";
	const char *text = (const char *)data;
	const char *end = feed_doc_end(FEED_DOC_ROTATION);
	struct arena *arena = arena_new();
	struct feed_rotation rotation;
	enum feed_alg alg;
	struct feed_cut cut;
	char own[65];
	struct err err;

	assert(verify_rotation(arena, text, len, "ca", 1, pin, NULL, &rotation,
		   &err) == -1);
	try_body(arena, text, len);
	if (feed_signed_cut(FEED_DOC_ROTATION, text, len, &alg, &cut, &err) ==
	    0) {
		size_t body_len = cut.body_len + strlen(end);
		char *body = arena_alloc(arena, body_len);

		assert(cut.epoch > text &&
		       cut.epoch + cut.epoch_len < text + cut.body_len);
		memcpy(body, text, cut.body_len);
		memcpy(body + cut.body_len, end, strlen(end));
		try_body(arena, body, body_len);
		/* By its own key: whole and signed, or refused. */
		if (verify_own_key(FEED_DOC_ROTATION, text, len, own, &err) ==
			0 &&
		    verify_rotation(arena, text, len, "ca", 1, own, NULL,
			&rotation, &err) == 0)
			assert(rotation.epoch == 1);
	}
	arena_free(arena);
	return 0;
}
