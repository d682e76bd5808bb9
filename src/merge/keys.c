/*
 * keys: which identifiers prove that two records are the same thing. Names,
 * places and telephone numbers never do. Table of records.md, "Merging".
 */
#include <stdlib.h>
#include <string.h>

#include "merge/merge.h"

/* Classes of one kind: 0, and for evidence these. */
enum { CLASS_ANY, CLASS_PREPRINT, CLASS_PROTOCOL, CLASS_COUNT };

static unsigned
evidence_class(const struct record *rec)
{
	const char *type = value_get(&rec->root, FIELD_TYPE);

	if (type != NULL && strcmp(type, "preprint") == 0)
		return CLASS_PREPRINT;
	if (type != NULL && strcmp(type, "protocol") == 0)
		return CLASS_PROTOCOL;
	return CLASS_ANY;
}

unsigned
merge_class(const struct record *rec)
{
	unsigned klass = (unsigned)rec->kind * CLASS_COUNT;

	if (rec->kind == RECORD_KIND_EVIDENCE)
		klass += evidence_class(rec);
	return klass;
}

static const char *
key_kind(const struct record *rec)
{
	if (rec->kind == RECORD_KIND_EVIDENCE) {
		switch (evidence_class(rec)) {
		case CLASS_PREPRINT: return "evidence:preprint";
		case CLASS_PROTOCOL: return "evidence:protocol";
		default: break;
		}
	}
	return record_kind_name(rec->kind);
}

/* Registers of org-id.guide start with a country or "XI", "XM". */
static bool
is_register(const char *scheme)
{
	for (int i = 0; i < 2; i++) {
		if (scheme[i] < 'A' || scheme[i] > 'Z')
			return false;
	}
	return scheme[2] == '-' && scheme[3] != '\0';
}

static const char *const works[] = { "doi", "pmid", "pmcid", "trial", "isbn" };

/* On a programme these say who runs it or where it was read, not what it
 * is: registers of organisations, works, and a library's own key. */
static const char *const not_services[] = { "citation-key", "doi", "pmid",
	"isbn", "orcid", "ror", "AU-ABN", "AU-ACN", "AU-ACNC", "CA-CRA_ACR",
	"CA-CC", "DE-CR", "ES-DIR3", "FR-RNA", "FR-SIREN", "FR-SIRET", "GB-CHC",
	"GB-COH", "GB-EDU", "GB-GOR", "GB-LAE", "GB-LAS", "GB-MPR", "GB-NIC",
	"GB-NHS", "GB-REV", "GB-SC", "IE-CHY", "IE-CRO", "JP-JCN", "NL-KVK",
	"NZ-NZBN", "PT-NIF", "SG-ACRA", "US-EIN" };

static bool
is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], text) == 0)
			return true;
	}
	return false;
}

static bool
is_proof(enum record_kind kind, const char *scheme)
{
	switch (kind) {
	case RECORD_KIND_EVIDENCE:
		return is_one_of(scheme, works, ARRAY_LEN(works));
	case RECORD_KIND_ORGANISATION:
		return strcmp(scheme, "ror") == 0 || is_register(scheme);
	case RECORD_KIND_PROGRAMME:
		return !is_one_of(scheme, not_services,
		    ARRAY_LEN(not_services));
	default: return false;
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
sort_distinct(const char **texts, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(texts, n, sizeof(*texts), compare);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || strcmp(texts[kept - 1], texts[i]) != 0)
			texts[kept++] = texts[i];
	}
	return kept;
}

static size_t
count(const struct record *rec, enum field_id id)
{
	size_t n = 0;

	for (const struct value *v = value_find(&rec->root, id); v != NULL;
	     v = value_next(v))
		n++;
	return n;
}

static const char *
identifier_key(struct arena *arena, const struct record *rec,
    const struct value *v)
{
	const char *scheme = value_get(v, FIELD_IDENTIFIER_SCHEME);
	const char *value = value_get(v, FIELD_IDENTIFIER_VALUE);
	struct err why;

	if (scheme == NULL || value == NULL ||
	    identifier_normalise(arena, scheme, value, &scheme, &value, &why) ==
		-1 ||
	    value[0] == '\0' || !is_proof(rec->kind, scheme))
		return NULL;
	return arena_printf(arena, "%s|%s|%s", key_kind(rec), scheme, value);
}

/* A publisher's id alone is no proof: many files number from 1. */
static const char *
source_key(struct arena *arena, const struct record *rec, const struct value *v)
{
	const char *url = value_get(v, FIELD_SOURCE_URL);
	const char *id = value_get(v, FIELD_SOURCE_ID);

	if (url == NULL || id == NULL || url[0] == '\0' || id[0] == '\0')
		return NULL;
	return arena_printf(arena, "%s|url|%s|%s", key_kind(rec), url, id);
}

size_t
merge_keys(struct arena *arena, const struct record *rec,
    const char ***ret_keys)
{
	const struct value *v;
	const char **keys;
	const char *key;
	size_t n = 0;

	n = count(rec, FIELD_IDENTIFIER) + count(rec, FIELD_SOURCE);
	keys = arena_alloc(arena, (n + 1) * sizeof(*keys));
	n = 0;
	for (v = value_find(&rec->root, FIELD_IDENTIFIER); v != NULL;
	     v = value_next(v)) {
		key = identifier_key(arena, rec, v);
		if (key != NULL)
			keys[n++] = key;
	}
	if (rec->kind == RECORD_KIND_PROGRAMME) {
		for (v = value_find(&rec->root, FIELD_SOURCE); v != NULL;
		     v = value_next(v)) {
			key = source_key(arena, rec, v);
			if (key != NULL)
				keys[n++] = key;
		}
	}
	*ret_keys = keys;
	return sort_distinct(keys, n);
}

static size_t
ids(struct arena *arena, const struct record *rec, enum field_id group,
    enum field_id child, const char *const **ret_ids)
{
	const char **found;
	size_t n = 0;

	found = arena_alloc(arena, (count(rec, group) + 1) * sizeof(*found));
	for (const struct value *v = value_find(&rec->root, group); v != NULL;
	     v = value_next(v)) {
		const char *id = value_get(v, child);

		if (id != NULL)
			found[n++] = id;
	}
	*ret_ids = found;
	return sort_distinct(found, n);
}

void
merge_node_init(struct arena *arena, const struct record *rec,
    struct merge_node *ret_node)
{
	const char **keys;

	ret_node->id = rec->id;
	ret_node->klass = merge_class(rec);
	ret_node->n_keys = merge_keys(arena, rec, &keys);
	ret_node->keys = keys;
	ret_node->n_same_as = ids(arena, rec, FIELD_SAME_AS, FIELD_SAME_AS_ID,
	    &ret_node->same_as);
	ret_node->n_not_same_as = ids(arena, rec, FIELD_NOT_SAME_AS,
	    FIELD_NOT_SAME_AS_ID, &ret_node->not_same_as);
}
