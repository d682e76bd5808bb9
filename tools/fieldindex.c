/*
 * fieldindex: sort the fields of src/record/fields.def by parent and name
 * and print the order as a C array, for field_find(); and between which
 * numbers the children of each stand, for record_validate().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

struct item {
	enum field_id id;
	enum field_id parent;
	const char *name;
};

static struct item items[] = {
#define FIELD(id, parent, name, type, kinds, required, many, vocab, flags,     \
    max, hsds, fhir, dc, help)                                                 \
	{ FIELD_##id, FIELD_##parent, name },
#include "record/fields.def"
#undef FIELD
};

static int
compare(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	order = strcmp(a->name, b->name);
	return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* items are sorted by parent: its children are one run. */
static void
print_span(enum field_id parent)
{
	unsigned first = FIELD_COUNT, last = 0;
	size_t at = 0, n = 0;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		if (items[i].parent != parent)
			continue;
		if ((unsigned)items[i].id < first)
			first = (unsigned)items[i].id;
		if ((unsigned)items[i].id > last)
			last = (unsigned)items[i].id;
		if (n++ == 0)
			at = i;
	}
	if (n == 0)
		first = 1;
	printf("\t{ %u, %u, %zu, %zu },\n", first, last, at, n);
}

int
main(void)
{
	size_t n = sizeof(items) / sizeof(items[0]);

	qsort(items, n, sizeof(items[0]), compare);
	printf("#include \"record/field.h\"\n"
	       "const unsigned short field_by_name[] = {\n");
	for (size_t i = 0; i < n; i++)
		printf("\t%d,\n", (int)items[i].id);
	printf("};\n"
	       "const struct field_span field_children[] = {\n");
	for (int id = 0; id < FIELD_COUNT; id++)
		print_span((enum field_id)id);
	printf("};\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
