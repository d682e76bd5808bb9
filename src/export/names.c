/*
 * names: lists of authors as APA 7 and Vancouver write them: who is left out
 * of long ones, initials, groups. Neighbours: citation.c.
 */
#include "export/names.h"

#include <string.h>

#define APA_ALL        20 /* from the next on: 19, dots, the last */
#define VANCOUVER_ALL  6
#define VANCOUVER_INIT 2 /* initials of one author */
/* Scripts behind Latin, Greek, Cyrillic and Armenian have no initials. */
#define INITIALS_END 0x590

static bool
is_author(const struct value *v)
{
	return value_get(v, FIELD_AUTHOR_FAMILY) != NULL ||
	       value_get(v, FIELD_AUTHOR_LITERAL) != NULL;
}

static size_t
count_authors(const struct reference *ref)
{
	size_t n = 0;

	for (const struct value *v = ref->authors; v != NULL; v = value_next(v))
		n += is_author(v) ? 1 : 0;
	return n;
}

/* "AM": initials already, without dots. */
static bool
is_initials(const char *word, size_t len)
{
	if (len < 2 || len > 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < 'A' || word[i] > 'Z')
			return false;
	}
	return true;
}

struct initials {
	struct strbuf *out;
	bool is_apa;
	int n;
};

static void
add_initial(struct initials *in, const char *start, size_t len, char before)
{
	if (!in->is_apa && in->n == VANCOUVER_INIT)
		return;
	if (in->is_apa) {
		if (before == '-' && in->n > 0)
			strbuf_addch(in->out, '-');
		else
			strbuf_addch(in->out, ' ');
	}
	strbuf_add(in->out, start, len);
	if (in->is_apa)
		strbuf_addch(in->out, '.');
	in->n++;
}

/* "Anna-Maria J" -> " A.-M. J." or "AM" */
static void
add_initials(struct strbuf *out, const char *given, bool is_apa)
{
	struct initials in = { out, is_apa, 0 };
	char before = ' ';

	while (*given != '\0') {
		size_t len = strcspn(given, " .-\t");
		const char *p = given;

		if (len != 0 && is_initials(given, len)) {
			for (size_t i = 0; i < len; i++)
				add_initial(&in, given + i, 1, ' ');
		} else if (len != 0) {
			(void)utf8_next(&p, given + len);
			add_initial(&in, given, (size_t)(p - given), before);
		}
		given += len;
		if (*given != '\0')
			before = *given++;
	}
}

static bool
has_initials(const char *given)
{
	const char *p = given;

	return utf8_next(&p, given + strlen(given)) < INITIALS_END;
}

static void
add_name(struct strbuf *out, const struct value *v, bool is_apa)
{
	const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
	const char *given = value_get(v, FIELD_AUTHOR_GIVEN);

	if (family == NULL) {
		line_add(out, value_get(v, FIELD_AUTHOR_LITERAL));
		return;
	}
	line_add(out, family);
	if (given == NULL || *given == '\0')
		return;
	strbuf_addstr(out, is_apa ? "," : " ");
	if (has_initials(given))
		add_initials(out, given, is_apa);
	else {
		strbuf_addstr(out, is_apa ? " " : "");
		line_add(out, given);
	}
}

void
names_apa(const struct reference *ref, struct strbuf *out)
{
	size_t n = count_authors(ref);
	size_t i = 0;

	if (n == 0 && ref->by != NULL)
		line_add(out, ref->by);
	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		bool is_last = i + 1 == n;

		if (!is_author(v))
			continue;
		i++;
		if (n > APA_ALL && i >= APA_ALL && !is_last)
			continue;
		if (is_last && n > APA_ALL)
			strbuf_addstr(out, ", . . . ");
		else if (is_last && n > 1)
			strbuf_addstr(out, ", & ");
		else if (i > 1)
			strbuf_addstr(out, ", ");
		add_name(out, v, true);
	}
}

void
names_vancouver(const struct reference *ref, struct strbuf *out)
{
	size_t n = count_authors(ref);
	size_t i = 0;

	if (n == 0 && ref->by != NULL)
		line_add(out, ref->by);
	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		if (!is_author(v))
			continue;
		if (i == VANCOUVER_ALL) {
			strbuf_addstr(out, ", et al");
			return;
		}
		strbuf_addstr(out, i > 0 ? ", " : "");
		add_name(out, v, false);
		i++;
	}
}
