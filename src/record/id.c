/*
 * id: node names, UUIDs and urn:gspd:<node>:<uuid>. Design: records.md,
 * "Envelope"; feed-protocol.md 3 (a page holds ids of one node only).
 */
#include <string.h>

#include "record/record.h"

#define ID_PREFIX     "urn:gspd:"
#define ID_PREFIX_LEN (sizeof(ID_PREFIX) - 1)
#define UUID_LEN      36
#define NODE_PARTS    2  /* behind the country code */
#define NODE_PART_MAX 10 /* characters of one part */

static int
is_lower(char ch)
{
	return ch >= 'a' && ch <= 'z';
}

static int
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static int
node_ok(const char *node, size_t len)
{
	size_t at = 2, parts = 0;

	if (len < 2 || len >= RECORD_NODE_MAX || !is_lower(node[0]) ||
	    !is_lower(node[1]))
		return 0;
	while (at < len) {
		size_t start = at + 1;

		if (node[at] != '-' || ++parts > NODE_PARTS)
			return 0;
		for (at = start;
		     at < len && (is_lower(node[at]) || is_digit(node[at]));)
			at++;
		if (at == start || at - start > NODE_PART_MAX)
			return 0;
	}
	return 1;
}

int
valid_node(const char *node)
{
	return node_ok(node, strnlen(node, RECORD_NODE_MAX));
}

int
valid_uuid(const char *uuid)
{
	if (strnlen(uuid, UUID_LEN + 1) != UUID_LEN)
		return 0;
	for (int i = 0; i < UUID_LEN; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (uuid[i] != '-')
				return 0;
		} else if (!is_digit(uuid[i]) &&
			   !(uuid[i] >= 'a' && uuid[i] <= 'f')) {
			return 0;
		}
	}
	return 1;
}

int
record_id_split(const char *id, char ret_node[RECORD_NODE_MAX],
    char ret_uuid[37])
{
	const char *node, *colon;
	size_t len;

	if (strncmp(id, ID_PREFIX, ID_PREFIX_LEN) != 0)
		return -1;
	node = id + ID_PREFIX_LEN;
	colon = strchr(node, ':');
	if (colon == NULL)
		return -1;
	len = (size_t)(colon - node);
	if (!node_ok(node, len) || !valid_uuid(colon + 1))
		return -1;
	memcpy(ret_node, node, len);
	ret_node[len] = '\0';
	memcpy(ret_uuid, colon + 1, UUID_LEN + 1);
	return 0;
}

char *
record_id_make(struct arena *arena, const char *node, const char *uuid)
{
	return arena_printf(arena, ID_PREFIX "%s:%s", node, uuid);
}
