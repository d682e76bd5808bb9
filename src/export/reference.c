/*
 * reference: a record of any kind as something to cite. A study has authors
 * and a journal; a programme, an organisation, a resource is cited as a page
 * of whoever stands behind it. Neighbours: one file per format reads this.
 */
#include "export/reference.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DASH_EN "\xe2\x80\x93"

const char *
reference_code(const struct record *rec, enum field_id id)
{
	const char *code = value_get(&rec->root, id);

	return code == NULL || strcmp(code, "not-stated") == 0 ? NULL : code;
}

static bool
is_key(const char *text)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.:";
	size_t len = strlen(text);

	return len > 0 && len < REFERENCE_KEY_MAX && strspn(text, legal) == len;
}

/* The key it had where it came from when that is a plain word, else its
 * UUID. */
static void
read_key(struct reference *ref)
{
	const struct record *rec = ref->rec;
	const struct value *source = value_find(&rec->root, FIELD_SOURCE);
	const char *key = NULL;
	char node[RECORD_NODE_MAX], uuid[37];

	if (source != NULL)
		key = value_get(source, FIELD_SOURCE_ID);
	if (key == NULL || !is_key(key))
		key = record_id_split(rec->id, node, uuid) == 0 ? uuid : "x";
	(void)snprintf(ref->key, sizeof(ref->key), "%s", key);
}

static void
read_identifiers(struct reference *ref)
{
	const struct value *v = value_find(&ref->rec->root, FIELD_IDENTIFIER);

	for (; v != NULL; v = value_next(v)) {
		const char *scheme = value_get(v, FIELD_IDENTIFIER_SCHEME);
		const char *value = value_get(v, FIELD_IDENTIFIER_VALUE);
		struct err err;

		if (scheme == NULL || value == NULL ||
		    identifier_normalise(ref->rec->arena, scheme, value,
			&scheme, &value, &err) == -1)
			continue;
		if (strcasecmp(scheme, "doi") == 0 && ref->doi == NULL)
			ref->doi = value;
		else if (strcasecmp(scheme, "pmid") == 0 && ref->pmid == NULL)
			ref->pmid = value;
		else if (strcasecmp(scheme, "pmcid") == 0 && ref->pmcid == NULL)
			ref->pmcid = value;
		else if (strcasecmp(scheme, "isbn") == 0 && ref->isbn == NULL)
			ref->isbn = value;
	}
}

static void
read_work(struct reference *ref)
{
	const struct record *rec = ref->rec;
	const struct value *root = &rec->root;

	ref->is_work = true;
	ref->type = reference_code(rec, FIELD_TYPE);
	ref->authors = value_find(root, FIELD_AUTHOR);
	ref->year = value_get(root, FIELD_YEAR);
	ref->date = value_get(root, FIELD_DATE);
	ref->container = value_get(root, FIELD_CONTAINER);
	ref->volume = value_get(root, FIELD_VOLUME);
	ref->issue = value_get(root, FIELD_ISSUE);
	ref->pages = value_get(root, FIELD_PAGES);
	ref->publisher = value_get(root, FIELD_PUBLISHER);
	ref->place = value_get(root, FIELD_PLACE);
	ref->url = value_get(root, FIELD_URL);
	ref->abstract = value_text(rec, NULL, FIELD_ABSTRACT, NULL, NULL);
	ref->note = value_text(rec, NULL, FIELD_PLAIN_SUMMARY, NULL, NULL);
}

static void
read_programme(struct reference *ref)
{
	const struct record *rec = ref->rec;
	const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	const char *start = value_get(&rec->root, FIELD_START);

	for (; v != NULL && ref->by == NULL; v = value_next(v))
		ref->by = value_text(rec, v, FIELD_ORGANISATION_NAME, NULL,
		    NULL);
	if (start != NULL && strlen(start) >= 4)
		ref->year = arena_strndup(rec->arena, start, 4);
	v = value_find(&rec->root, FIELD_AREA);
	if (v != NULL)
		ref->place = value_text(rec, v, FIELD_AREA_NAME, NULL, NULL);
	ref->url = value_get(&rec->root, FIELD_ACCESS_URL);
}

static void
read_other(struct reference *ref)
{
	const struct record *rec = ref->rec;
	const char *type;

	ref->genre = vocab_label(VOCAB_KIND, record_kind_name(rec->kind), "en");
	ref->note = record_summary(rec, NULL);
	switch (rec->kind) {
	case RECORD_KIND_PROGRAMME: read_programme(ref); break;
	case RECORD_KIND_RESOURCE:
		type = value_get(&rec->root, FIELD_RESOURCE_TYPE);
		if (type != NULL)
			ref->genre = vocab_label(VOCAB_RESOURCE_TYPE, type,
			    "en");
		ref->by = value_get(&rec->root, FIELD_PUBLISHER);
		ref->url = value_get(&rec->root, FIELD_URL);
		break;
	case RECORD_KIND_ORGANISATION:
		ref->url = value_get(&rec->root, FIELD_WEBSITE);
		break;
	case RECORD_KIND_EVIDENCE:
	case RECORD_KIND_CHAMPION:
	case RECORD_KIND_TERM:
	case RECORD_KIND_COUNT:
	default: break;
	}
	if (ref->place == NULL && record_country(rec) != NULL)
		ref->place = vocab_label(VOCAB_COUNTRY, record_country(rec),
		    "en");
}

void
reference_read(const struct record *rec, const char *base,
    struct reference *ret_ref)
{
	*ret_ref = (struct reference){ .rec = rec,
		.title = record_title(rec, NULL) };
	read_key(ret_ref);
	read_identifiers(ret_ref);
	if (rec->kind == RECORD_KIND_EVIDENCE)
		read_work(ret_ref);
	else
		read_other(ret_ref);
	if (ret_ref->url != NULL && !valid_url(ret_ref->url))
		ret_ref->url = NULL;
	if (ret_ref->note != NULL && *ret_ref->note == '\0')
		ret_ref->note = NULL;
	if (base != NULL)
		ret_ref->page = url_join(rec->arena, base,
		    arena_printf(rec->arena, "record/%s", rec->id));
}

const char *
reference_url(const struct reference *ref)
{
	if (ref->url != NULL || (ref->is_work && ref->doi != NULL))
		return ref->url;
	return ref->page;
}

const char *
reference_type(const struct reference *ref, const struct reference_type *table,
    size_t n, const char *other)
{
	for (size_t i = 0; ref->type != NULL && i < n; i++) {
		if (strcmp(table[i].code, ref->type) == 0)
			return table[i].name;
	}
	return other;
}

/* Length of a dash at p, as people type it. */
static size_t
dash_at(const char *p)
{
	if (*p == '-')
		return p[1] == '-' ? 2 : 1;
	return strncmp(p, DASH_EN, 3) == 0 ? 3 : 0;
}

void
reference_pages(const struct reference *ref, struct strbuf *ret_first,
    struct strbuf *ret_last)
{
	const char *at = NULL;
	size_t len = 0;

	for (const char *p = ref->pages; p != NULL && *p != '\0'; p++) {
		size_t n = dash_at(p);

		if (n == 0)
			continue;
		/* Two dashes are no range: "S1-2-S1-9". */
		if (at != NULL || p == ref->pages) {
			at = NULL;
			break;
		}
		at = p;
		len = n;
		p += n - 1;
	}
	if (at == NULL || at[len] == '\0') {
		if (ref->pages != NULL)
			line_add(ret_first, ref->pages);
		return;
	}
	line_add(ret_first, arena_strndup(ref->rec->arena, ref->pages,
				(size_t)(at - ref->pages)));
	line_add(ret_last, at + len);
}

void
line_add(struct strbuf *out, const char *text)
{
	const char *end;

	if (text == NULL)
		return;
	end = text + strlen(text);
	while (text < end) {
		const char *start = text;
		uint32_t ch = utf8_next(&text, end);

		/* Also what only some readers take for the end of a line. */
		if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || ch == 0x2028 ||
		    ch == 0x2029)
			strbuf_addch(out, ' ');
		else if (ch == 0xfffd)
			utf8_add(out, ch);
		else
			strbuf_add(out, start, (size_t)(text - start));
	}
}

const char *
subject_next(const struct record *rec, struct subject *state)
{
	static const enum field_id ids[] = { FIELD_ZONE, FIELD_NEED,
		FIELD_ACTIVITY, FIELD_TERM };

	for (;;) {
		if (state->value != NULL)
			state->value = value_next(state->value);
		while (state->value == NULL) {
			if (state->field == ARRAY_LEN(ids))
				return NULL;
			state->value = value_find(&rec->root,
			    ids[state->field++]);
		}
		if (state->value->text != NULL &&
		    strcmp(state->value->text, "not-stated") != 0)
			return state->value->text;
	}
}
