/*
 * fieldindex: sort the fields of src/record/fields.def by parent and name
 * and print the order as a C array, for field_find().
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

int
main(void)
{
	size_t n = sizeof(items) / sizeof(items[0]);

	qsort(items, n, sizeof(items[0]), compare);
	printf("#include \"record/field.h\"\n"
	       "const unsigned short field_by_name[] = {\n");
	for (size_t i = 0; i < n; i++)
		printf("\t%d,\n", (int)items[i].id);
	printf("};\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
