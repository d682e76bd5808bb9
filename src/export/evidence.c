/*
 * evidence: questions that RIS and BibTeX both ask of a record.
 */
#include "export/evidence.h"

#include <stdio.h>
#include <string.h>

const char *
evidence_identifier(const struct record *rec, const char *scheme)
{
	const struct value *v = value_find(&rec->root, FIELD_IDENTIFIER);

	for (; v != NULL; v = value_next(v)) {
		const char *s = value_get(v, FIELD_IDENTIFIER_SCHEME);

		if (s != NULL && strcmp(s, scheme) == 0)
			return value_get(v, FIELD_IDENTIFIER_VALUE);
	}
	return NULL;
}

static bool
is_key(const char *text)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.:";
	size_t len = strlen(text);

	return len > 0 && len < EVIDENCE_KEY_MAX && strspn(text, legal) == len;
}

void
evidence_key(const struct record *rec, char buf[EVIDENCE_KEY_MAX])
{
	const struct value *source = value_find(&rec->root, FIELD_SOURCE);
	const char *key = NULL;
	char node[RECORD_NODE_MAX], uuid[37];

	if (source != NULL)
		key = value_get(source, FIELD_SOURCE_ID);
	if (key == NULL || !is_key(key))
		key = record_id_split(rec->id, node, uuid) == 0 ? uuid : "x";
	(void)snprintf(buf, EVIDENCE_KEY_MAX, "%s", key);
}

const char *
evidence_code(const struct record *rec, enum field_id id)
{
	const char *code = value_get(&rec->root, id);

	return code == NULL || strcmp(code, "not-stated") == 0 ? NULL : code;
}
