/*
 * field: the table of fields.def as data, the names of kinds, and looking a
 * field up by name. The sorted index field_by_name[] is made at build time
 * by tools/fieldindex, so that a reader of a million elements pays for a few
 * comparisons each. Design: records.md.
 */
#include "record/field.h"

#include <assert.h>
#include <string.h>

#include "record/record.h"

#define P   (1u << RECORD_KIND_PROGRAMME)
#define E   (1u << RECORD_KIND_EVIDENCE)
#define O   (1u << RECORD_KIND_ORGANISATION)
#define R   (1u << RECORD_KIND_RESOURCE)
#define C   (1u << RECORD_KIND_CHAMPION)
#define T   (1u << RECORD_KIND_TERM)
#define ALL ((1u << RECORD_KIND_COUNT) - 1)
#define NO  0u

static const struct field fields[FIELD_COUNT] = {
	[FIELD_ROOT] = { FIELD_ROOT, FIELD_ROOT, "record", FIELD_TYPE_GROUP,
	    ALL, ALL, NO, VOCAB_NONE, 0, 0, "", "", "", "a record" },
#define FIELD(id, parent, name, type, kinds, required, many, vocab, flags,     \
    max, hsds, fhir, dc, help)                                                 \
	[FIELD_##id] = { FIELD_##id, FIELD_##parent, name, FIELD_TYPE_##type,  \
		kinds, required, many, VOCAB_##vocab, flags, max, hsds, fhir,  \
		dc, help },
#include "record/fields.def"
#undef FIELD
};

static const char *const kind_names[RECORD_KIND_COUNT] = {
	[RECORD_KIND_PROGRAMME] = "programme",
	[RECORD_KIND_EVIDENCE] = "evidence",
	[RECORD_KIND_ORGANISATION] = "organisation",
	[RECORD_KIND_RESOURCE] = "resource",
	[RECORD_KIND_CHAMPION] = "champion",
	[RECORD_KIND_TERM] = "term",
};

const char *
record_kind_name(enum record_kind kind)
{
	assert((unsigned)kind < RECORD_KIND_COUNT);
	return kind_names[kind];
}

int
record_kind_parse(const char *name, enum record_kind *ret_kind)
{
	for (int i = 0; i < RECORD_KIND_COUNT; i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*ret_kind = (enum record_kind)i;
			return 0;
		}
	}
	return -1;
}

const struct field *
field_get(enum field_id id)
{
	assert((unsigned)id < FIELD_COUNT);
	return &fields[id];
}

int
field_has(const struct field *field, enum record_kind kind)
{
	return (field->kinds >> kind) & 1;
}

int
field_is_required(const struct field *field, enum record_kind kind)
{
	return (field->required >> kind) & 1;
}

int
field_is_many(const struct field *field, enum record_kind kind)
{
	return (field->many >> kind) & 1;
}

const struct field *
field_find(enum field_id parent, const char *name, enum record_kind kind)
{
	size_t low, high, end;

	assert((unsigned)parent < FIELD_COUNT);
	low = field_children[parent].by_name;
	high = end = low + field_children[parent].n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(name, fields[field_by_name[mid]].name) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	/* Two kinds may each have a field of that name. */
	for (; low < end; low++) {
		const struct field *field = &fields[field_by_name[low]];

		if (strcmp(name, field->name) != 0)
			break;
		if (field_has(field, kind))
			return field;
	}
	return NULL;
}
