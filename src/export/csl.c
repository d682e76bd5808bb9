/*
 * csl: one record as an item of CSL-JSON 1.0.2, what citeproc processors
 * read. A file is an array of them.
 */
#include "export/export.h"

#include <string.h>

#include "export/reference.h"

static const struct reference_type types[] = {
	{ "article", "article-journal" },
	{ "review", "article-journal" },
	{ "commentary", "article-journal" },
	{ "protocol", "article-journal" },
	{ "report", "report" },
	{ "guideline", "report" },
	{ "thesis", "thesis" },
	{ "dataset", "dataset" },
	{ "preprint", "article" },
};

static void
add_group(struct json_writer *w, const char *name)
{
	json_object(w);
	json_pair(w, "literal", name);
	json_object_end(w);
}

static void
add_authors(struct json_writer *w, const struct reference *ref)
{
	if (ref->authors == NULL && ref->by == NULL)
		return;
	json_key(w, "author");
	json_array(w);
	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *literal = value_get(v, FIELD_AUTHOR_LITERAL);

		if (family == NULL && literal != NULL)
			add_group(w, literal);
		if (family == NULL)
			continue;
		json_object(w);
		json_pair(w, "family", family);
		json_pair(w, "given", value_get(v, FIELD_AUTHOR_GIVEN));
		json_object_end(w);
	}
	if (ref->by != NULL)
		add_group(w, ref->by);
	json_array_end(w);
}

static int
digits(const char *text, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

static void
add_issued(struct json_writer *w, const struct reference *ref)
{
	const char *date = ref->date != NULL && valid_date(ref->date)
			       ? ref->date
			       : ref->year;
	size_t len = date != NULL ? strlen(date) : 0;

	if (len == 0 || !valid_date(date))
		return;
	json_key(w, "issued");
	json_object(w);
	json_key(w, "date-parts");
	json_array(w);
	json_array(w);
	json_add_int(w, digits(date, 4));
	if (len >= 7)
		json_add_int(w, digits(date + 5, 2));
	if (len >= 10)
		json_add_int(w, digits(date + 8, 2));
	json_array_end(w);
	json_array_end(w);
	json_object_end(w);
}

static void
add_keywords(struct json_writer *w, const struct record *rec)
{
	struct subject subject = { 0 };
	const char *word;
	struct strbuf list;

	strbuf_init(&list, 65536);
	while ((word = subject_next(rec, &subject)) != NULL) {
		strbuf_addstr(&list, list.len != 0 ? ", " : "");
		strbuf_addstr(&list, word);
	}
	if (list.len != 0)
		json_pair(w, "keyword", list.buf);
	strbuf_release(&list);
}

/* "Review", "Preprint": what the type alone does not say. Styles print it, so
 * an article is not said to be one. */
static const char *
genre_of(const struct reference *ref)
{
	if (!ref->is_work)
		return ref->genre;
	if (ref->type == NULL || strcmp(ref->type, "article") == 0)
		return NULL;
	return vocab_label(VOCAB_EVIDENCE_TYPE, ref->type, "en");
}

void
export_csl(struct json_writer *w, const struct record *rec, const char *base)
{
	struct reference ref;

	reference_read(rec, base, &ref);
	json_object(w);
	json_pair(w, "id", ref.key);
	json_pair(w, "type",
	    reference_type(&ref, types, ARRAY_LEN(types),
		ref.is_work ? "document" : "webpage"));
	json_pair(w, "genre", genre_of(&ref));
	json_pair(w, "title", ref.title);
	add_authors(w, &ref);
	add_issued(w, &ref);
	json_pair(w, "container-title", ref.container);
	json_pair(w, "volume", ref.volume);
	json_pair(w, "issue", ref.issue);
	json_pair(w, "page", ref.pages);
	json_pair(w, "publisher", ref.publisher);
	json_pair(w, "publisher-place", ref.place);
	json_pair(w, "DOI", ref.doi);
	json_pair(w, "PMID", ref.pmid);
	json_pair(w, "PMCID", ref.pmcid);
	json_pair(w, "ISBN", ref.isbn);
	json_pair(w, "URL", reference_url(&ref));
	json_pair(w, "abstract", ref.abstract);
	json_pair(w, "note", ref.note);
	add_keywords(w, rec);
	json_pair(w, "language", rec->lang);
	json_object_end(w);
}
