/*
 * Membership lists and endorsements from any bytes. Without a key of the board
 * nothing is believed; and what the parsers take is written back as the same
 * bytes, so no two lists mean the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_list(struct arena *arena, const char *data, size_t len)
{
	struct feed_alliance list;
	struct strbuf sb;
	struct err err;

	if (feed_alliance_read(arena, data, len, &list, &err) != 0) {
		assert(err.code != ERR_NONE && err.text[0] != '\0');
		return;
	}
	assert(list.n <= FEED_MEMBERS_MAX);
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	assert(feed_alliance_write(&list, &sb, &err) == 0);
	assert(sb.len == len && memcmp(sb.buf, data, len) == 0);
	strbuf_release(&sb);
}

static void
try_endorsement(struct arena *arena, const char *data, size_t len)
{
	struct feed_endorsement endorsement;
	struct strbuf sb;
	struct err err;

	if (feed_endorsement_read(arena, data, len, &endorsement, &err) != 0)
		return;
	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	assert(feed_endorsement_write(&endorsement, &sb, &err) == 0);
	assert(sb.len == len && memcmp(sb.buf, data, len) == 0);
	strbuf_release(&sb);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* A hash that is nobody's key. */
	static const char *const keys[] = {
		"55555555555555555555555555555555555555555555555555555555555555"
		"55",
	};
	const struct verify_board board = { .keys = keys,
		.n = 1,
		.needed = 1,
		.now = 1800000060 };
	const struct verify_file file = { (const char *)data, len };
	struct arena *arena = arena_new();
	struct feed_alliance list;
	char digest[65];
	int64_t endorsed;
	struct err err;

	assert(verify_alliance(arena, &file, &file, 1, &board, &list, digest,
		   &endorsed, &err) == VERIFY_REFUSED);
	try_list(arena, file.data, file.len);
	try_endorsement(arena, file.data, file.len);
	arena_free(arena);
	return 0;
}
