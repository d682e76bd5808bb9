/*
 * rng: print schemas/record.rng from the table of fields. The result is
 * committed, so that a reader of the schema needs no build; a test makes it
 * again and compares. Shape of a record: docs/feed-protocol.md.
 */
#include <stdio.h>
#include <string.h>

#include "record/record.h"

#define NS "urn:gspd:record:1"

static void
pattern(const char *type, const char *regex, unsigned max)
{
	printf("<data type=\"%s\">", type);
	if (regex != NULL)
		printf("<param name=\"pattern\">%s</param>", regex);
	if (max > 0)
		printf("<param name=\"maxLength\">%u</param>", max);
	printf("</data>");
}

static void
print_vocab(enum vocab vocab)
{
	printf("  <define name=\"code.%s\"><choice>", vocab_name(vocab));
	for (size_t i = 0; i < vocab_size(vocab); i++)
		printf("%s<value>%s</value>", i % 8 == 0 ? "\n    " : "",
		    vocab_code(vocab, i));
	printf("\n  </choice></define>\n");
}

/* "group.site.schedule": stays the same when the table grows elsewhere. */
static void
group_name(const struct field *field)
{
	if (field->id == FIELD_ROOT) {
		printf("group");
		return;
	}
	group_name(field_get(field->parent));
	printf(".%s", field->name);
}

/* What stands between the tags; bytes are checked by the program only. */
static void
content(const struct field *field)
{
	switch (field->type) {
	case FIELD_TYPE_TEXT:
		printf("<ref name=\"language\"/>");
		pattern("string", "(.|\\s)*\\S(.|\\s)*", field->max);
		break;
	case FIELD_TYPE_STRING:
		pattern("string", "(.|\\s)*\\S(.|\\s)*", field->max);
		break;
	case FIELD_TYPE_CODE:
		printf("<ref name=\"code.%s\"/>", vocab_name(field->vocab));
		break;
	case FIELD_TYPE_INT:
		pattern("string", "0|[1-9][0-9]*", field->max);
		break;
	case FIELD_TYPE_NUMBER:
		pattern("string", "-?(0|[1-9][0-9]*)(\\.[0-9]+)?", field->max);
		break;
	case FIELD_TYPE_BOOL:
		printf("<choice><value>true</value><value>false</value>"
		       "</choice>");
		break;
	case FIELD_TYPE_YEAR:
		pattern("string", "1[5-9][0-9]{2}|2[01][0-9]{2}", 0);
		break;
	case FIELD_TYPE_DATE:
		pattern("string",
		    "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?",
		    0);
		break;
	case FIELD_TYPE_URI:
		pattern("string", "[Hh][Tt][Tt][Pp][Ss]?://\\S+", field->max);
		break;
	case FIELD_TYPE_EMAIL:
		pattern("string", "[^@\\s]+@[^@\\s]+\\.[^@\\s.]{2,}",
		    field->max);
		break;
	case FIELD_TYPE_COUNTRY: printf("<ref name=\"code.country\"/>"); break;
	case FIELD_TYPE_LANG: printf("<ref name=\"tag\"/>"); break;
	case FIELD_TYPE_CURRENCY: pattern("string", "[A-Z]{3}", 0); break;
	case FIELD_TYPE_ID: printf("<ref name=\"id\"/>"); break;
	case FIELD_TYPE_GROUP:
		printf("<ref name=\"");
		group_name(field);
		printf("\"/>");
		break;
	}
}

/* The names a level knows: all others are of a later version and kept. */
static void
unknown(enum field_id parent)
{
	printf("  <define name=\"unknown.");
	group_name(field_get(parent));
	printf("\"><zeroOrMore><element><anyName><except>");
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *field = field_get((enum field_id)i);

		if (field->parent == parent)
			printf("\n    <name ns=\"" NS "\">%s</name>",
			    field->name);
	}
	printf("\n  </except></anyName><ref name=\"anything\"/></element>"
	       "</zeroOrMore></define>\n");
}

static void
element(const struct field *field, enum record_kind kind)
{
	int required = field_is_required(field, kind);
	int repeats = field_is_many(field, kind) ||
		      field->type == FIELD_TYPE_TEXT;
	const char *wrap = required && repeats ? "oneOrMore"
			   : repeats           ? "zeroOrMore"
			   : required          ? "group"
					       : "optional";

	printf("\n      <%s><element name=\"%s\">", wrap, field->name);
	content(field);
	printf("</element></%s>", wrap);
}

static void
children(enum field_id parent, enum record_kind kind)
{
	printf("<interleave>\n    <group>");
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *field = field_get((enum field_id)i);

		if (field->parent == parent && field_has(field, kind))
			element(field, kind);
	}
	printf("\n    </group>\n    <ref name=\"unknown.");
	group_name(field_get(parent));
	printf("\"/>\n    </interleave>");
}

static void
print_start(void)
{
	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	       "<!-- Made by tools/rng from src/record/fields.def: change the "
	       "table, not this file. -->\n"
	       "<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\" ns=\"" NS
	       "\"\n  datatypeLibrary="
	       "\"http://www.w3.org/2001/XMLSchema-datatypes\">\n"
	       "  <start><ref name=\"record\"/></start>\n"
	       "  <define name=\"record\"><element name=\"record\">\n"
	       "    <attribute name=\"modified\" ns=\"\"><ref name=\"time\"/>"
	       "</attribute>\n"
	       "    <optional><attribute name=\"first\" ns=\"\">"
	       "<ref name=\"time\"/></attribute></optional>\n"
	       "    <choice>\n");
	for (int i = 0; i < RECORD_KIND_COUNT; i++)
		printf("      <group><attribute name=\"kind\" ns=\"\">"
		       "<value>%s</value></attribute>"
		       "<ref name=\"kind.%s\"/></group>\n",
		    record_kind_name((enum record_kind)i),
		    record_kind_name((enum record_kind)i));
	printf("    </choice>\n  </element></define>\n");
}

static void
print_end(void)
{
	printf("  <define name=\"time\"><data type=\"string\">"
	       "<param name=\"pattern\">[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:"
	       "[0-9]{2}:[0-9]{2}Z</param></data></define>\n"
	       "  <define name=\"tag\"><data type=\"string\">"
	       "<param name=\"pattern\">[a-z]{2,3}(-[A-Za-z0-9]{1,8})*</param>"
	       "<param name=\"maxLength\">35</param></data></define>\n"
	       "  <define name=\"id\"><data type=\"string\">"
	       "<param name=\"pattern\">urn:gspd:[a-z]{2}(-[a-z0-9]{1,10})"
	       "{0,2}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}</param></data>"
	       "</define>\n"
	       "  <define name=\"language\">\n"
	       "    <attribute name=\"lang\" "
	       "ns=\"http://www.w3.org/XML/1998/namespace\">"
	       "<ref name=\"tag\"/></attribute>\n"
	       "    <optional><attribute name=\"made\" ns=\"\"><choice>"
	       "<value>human</value><value>machine</value></choice>"
	       "</attribute></optional>\n"
	       "    <optional><attribute name=\"of\" ns=\"\">"
	       "<data type=\"string\"><param name=\"minLength\">1</param>"
	       "<param name=\"maxLength\">100</param></data></attribute>"
	       "</optional>\n"
	       "  </define>\n"
	       "  <define name=\"anything\"><zeroOrMore><choice>\n"
	       "    <attribute><anyName/></attribute><text/>\n"
	       "    <element><anyName/><ref name=\"anything\"/></element>\n"
	       "  </choice></zeroOrMore></define>\n"
	       "</grammar>\n");
}

int
main(void)
{
	print_start();
	for (int i = 0; i < RECORD_KIND_COUNT; i++) {
		printf("  <define name=\"kind.%s\">\n    ",
		    record_kind_name((enum record_kind)i));
		children(FIELD_ROOT, (enum record_kind)i);
		printf("\n  </define>\n");
	}
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		if (field_get((enum field_id)i)->type != FIELD_TYPE_GROUP)
			continue;
		printf("  <define name=\"");
		group_name(field_get((enum field_id)i));
		printf("\">\n    ");
		/* A child belongs to its group, whatever the kind. */
		children((enum field_id)i, RECORD_KIND_PROGRAMME);
		printf("\n  </define>\n");
		unknown((enum field_id)i);
	}
	unknown(FIELD_ROOT);
	/* Languages are open: any tag will do. */
	for (int i = VOCAB_NONE + 1; i < VOCAB_COUNT; i++) {
		if (i != VOCAB_LANGUAGE && i != VOCAB_KIND &&
		    i != VOCAB_STRENGTH)
			print_vocab((enum vocab)i);
	}
	print_end();
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
