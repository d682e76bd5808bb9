/*
 * schema_org: one record as JSON-LD in the words of schema.org, for search
 * engines (design: mappings.md). Neighbour: schema_org_service.c has
 * programmes. The writer escapes "<", ">" and "&", so that the bytes may
 * stand in a page.
 */
#include "export/schema_org.h"

#include <string.h>

static const struct reference_type work_types[] = {
	{ "article", "MedicalScholarlyArticle" },
	{ "review", "MedicalScholarlyArticle" },
	{ "commentary", "ScholarlyArticle" },
	{ "protocol", "ScholarlyArticle" },
	{ "preprint", "ScholarlyArticle" },
	{ "report", "Report" },
	{ "guideline", "Report" },
	{ "thesis", "Thesis" },
	{ "dataset", "Dataset" },
};

static const char *
organisation_type(const char *code)
{
	static const struct {
		const char *code, *type;
	} table[] = { { "government", "GovernmentOrganization" },
		{ "local-government", "GovernmentOrganization" },
		{ "health-service", "MedicalOrganization" },
		{ "charity", "NGO" }, { "community-group", "NGO" },
		{ "university", "CollegeOrUniversity" }, { "school", "School" },
		{ "arts-culture", "PerformingGroup" },
		{ "sport", "SportsOrganization" },
		{ "business", "Corporation" } };

	for (size_t i = 0; code != NULL && i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].code, code) == 0)
			return table[i].type;
	}
	return "Organization";
}

void
ld_named(struct json_writer *w, const char *key, const char *type,
    const char *name)
{
	if (name == NULL || *name == '\0')
		return;
	if (key != NULL)
		json_key(w, key);
	json_object(w);
	json_pair(w, "@type", type);
	json_pair(w, "name", name);
	json_object_end(w);
}

void
ld_url(struct json_writer *w, const char *key, const char *url)
{
	if (url != NULL && valid_url(url))
		json_pair(w, key, url);
}

void
ld_country(struct json_writer *w, const char *key, const char *code)
{
	if (code == NULL)
		return;
	json_key(w, key);
	json_object(w);
	json_pair(w, "@type", "Country");
	json_pair(w, "identifier", code);
	json_pair(w, "name", vocab_label(VOCAB_COUNTRY, code, "en"));
	json_object_end(w);
}

void
ld_strings(struct json_writer *w, const char *key, const struct record *rec,
    enum field_id id)
{
	const struct value *v = value_find(&rec->root, id);

	if (v == NULL)
		return;
	json_key(w, key);
	json_array(w);
	for (; v != NULL; v = value_next(v))
		json_add_string(w, v->text);
	json_array_end(w);
}

static void
add_identifiers(struct json_writer *w, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_IDENTIFIER);

	if (v == NULL)
		return;
	json_key(w, "identifier");
	json_array(w);
	for (; v != NULL; v = value_next(v)) {
		json_object(w);
		json_pair(w, "@type", "PropertyValue");
		json_pair(w, "propertyID",
		    value_get(v, FIELD_IDENTIFIER_SCHEME));
		json_pair(w, "value", value_get(v, FIELD_IDENTIFIER_VALUE));
		json_object_end(w);
	}
	json_array_end(w);
}

static void
add_person(struct json_writer *w, const struct value *author)
{
	const char *family = value_get(author, FIELD_AUTHOR_FAMILY);
	const char *given = value_get(author, FIELD_AUTHOR_GIVEN);
	const char *orcid = value_get(author, FIELD_AUTHOR_ORCID);
	struct strbuf name;

	if (family == NULL) {
		ld_named(w, NULL, "Organization",
		    value_get(author, FIELD_AUTHOR_LITERAL));
		return;
	}
	strbuf_init(&name, 4096);
	if (given != NULL)
		strbuf_addf(&name, "%s ", given);
	strbuf_addstr(&name, family);
	json_object(w);
	json_pair(w, "@type", "Person");
	json_pair(w, "name", name.buf);
	json_pair(w, "familyName", family);
	json_pair(w, "givenName", given);
	json_pair(w, "identifier", orcid);
	json_object_end(w);
	strbuf_release(&name);
}

static void
add_periodical(struct json_writer *w, const struct reference *ref)
{
	if (ref->container == NULL)
		return;
	json_key(w, "isPartOf");
	json_object(w);
	json_pair(w, "@type", "Periodical");
	json_pair(w, "name", ref->container);
	json_object_end(w);
	json_pair(w, "volumeNumber", ref->volume);
	json_pair(w, "issueNumber", ref->issue);
	json_pair(w, "pagination", ref->pages);
}

static void
add_work(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;
	const char *right = value_get(&rec->root, FIELD_OPEN_ACCESS);

	json_pair(w, "@type",
	    reference_type(ref, work_types, ARRAY_LEN(work_types),
		"CreativeWork"));
	json_pair(w, "name", ref->title);
	json_pair(w, "headline", ref->title);
	if (ref->authors != NULL) {
		json_key(w, "author");
		json_array(w);
		for (const struct value *v = ref->authors; v != NULL;
		     v = value_next(v))
			add_person(w, v);
		json_array_end(w);
	}
	json_pair(w, "datePublished",
	    ref->date != NULL ? ref->date : ref->year);
	add_periodical(w, ref);
	ld_named(w, "publisher", "Organization", ref->publisher);
	json_pair(w, "abstract",
	    ref->abstract != NULL ? ref->abstract : ref->note);
	json_pair(w, "description", ref->note);
	json_pair(w, "inLanguage", rec->lang);
	ld_country(w, "spatialCoverage", record_country(rec));
	if (right != NULL && strcmp(right, "open") == 0)
		json_pair_bool(w, "isAccessibleForFree", true);
	if (ref->doi != NULL)
		json_pair(w, "sameAs",
		    arena_printf(rec->arena, "https://doi.org/%s", ref->doi));
	else
		ld_url(w, "sameAs", ref->url);
	add_identifiers(w, rec);
}

static void
add_organisation(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;
	const struct value *root = &rec->root;

	json_pair(w, "@type",
	    organisation_type(value_get(root, FIELD_ORGANISATION_TYPE)));
	json_pair(w, "name", ref->title);
	json_pair(w, "alternateName",
	    value_text(rec, NULL, FIELD_ALTERNATE_NAME, NULL, NULL));
	json_pair(w, "description",
	    value_text(rec, NULL, FIELD_DESCRIPTION, NULL, NULL));
	ld_url(w, "sameAs", ref->url);
	json_pair(w, "address",
	    value_text(rec, NULL, FIELD_ADDRESS, NULL, NULL));
	ld_country(w, "location", record_country(rec));
	add_identifiers(w, rec);
}

static void
add_resource(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;
	const char *type = value_get(&rec->root, FIELD_RESOURCE_TYPE);

	if (type != NULL && strcmp(type, "training") == 0)
		json_pair(w, "@type", "Course");
	else if (type != NULL && strcmp(type, "software") == 0)
		json_pair(w, "@type", "SoftwareApplication");
	else
		json_pair(w, "@type", "CreativeWork");
	json_pair(w, "name", ref->title);
	json_pair(w, "description", ref->note);
	ld_url(w, "sameAs", ref->url);
	ld_named(w, "publisher", "Organization", ref->by);
	ld_strings(w, "inLanguage", rec, FIELD_LANGUAGE);
	json_pair(w, "genre", ref->genre);
	json_pair(w, "expires", value_get(&rec->root, FIELD_DEADLINE));
	add_identifiers(w, rec);
}

/* What a champion agreed to have shown, which is what the record holds. */
static void
add_champion(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;
	const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	const char *orcid = value_get(&rec->root, FIELD_ORCID);

	json_pair(w, "@type", "Person");
	json_pair(w, "name", ref->title);
	json_pair(w, "jobTitle", value_get(&rec->root, FIELD_CHAMPION_ROLE));
	if (v != NULL)
		ld_named(w, "affiliation", "Organization",
		    value_text(rec, v, FIELD_ORGANISATION_NAME, NULL, NULL));
	ld_strings(w, "knowsAbout", rec, FIELD_TOPIC);
	ld_strings(w, "knowsLanguage", rec, FIELD_LANGUAGE);
	ld_country(w, "workLocation", record_country(rec));
	if (orcid != NULL)
		json_pair(w, "sameAs",
		    arena_printf(rec->arena, "https://orcid.org/%s", orcid));
}

static void
add_term(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;

	json_pair(w, "@type", "DefinedTerm");
	json_pair(w, "name", ref->title);
	json_pair(w, "termCode", value_get(&rec->root, FIELD_CODE));
	json_pair(w, "description",
	    value_text(rec, NULL, FIELD_DEFINITION, NULL, NULL));
	ld_named(w, "inDefinedTermSet", "DefinedTermSet",
	    value_get(&rec->root, FIELD_VOCABULARY));
	ld_strings(w, "sameAs", rec, FIELD_EXACT_MATCH);
}

static const char *
licence_url(const struct record *rec)
{
	const char *licence = value_get(&rec->root, FIELD_LICENCE);

	if (licence == NULL || valid_url(licence))
		return licence;
	return arena_printf(rec->arena, "https://spdx.org/licenses/%s",
	    licence);
}

static void
add_record(struct json_writer *w, const struct reference *ref)
{
	const struct record *rec = ref->rec;
	int64_t at = rec->modified_at != 0 ? rec->modified_at
					   : rec->published_at;
	char when[CLOCK_TEXT_LEN];

	/* About the record, which is not the thing: a page of its own. */
	json_key(w, "mainEntityOfPage");
	json_object(w);
	json_pair(w, "@type", "WebPage");
	json_pair(w, "@id", ref->page);
	ld_url(w, "license", licence_url(rec));
	if (at != 0) {
		clock_format(at, when);
		json_pair(w, "dateModified", when);
	}
	json_object_end(w);
}

void
export_schema_org(struct json_writer *w, const struct record *rec,
    const char *base)
{
	struct reference ref;

	reference_read(rec, base, &ref);
	json_object(w);
	json_pair(w, "@context", "https://schema.org");
	json_pair(w, "@id", rec->id);
	json_pair(w, "url", ref.page);
	switch (rec->kind) {
	case RECORD_KIND_PROGRAMME: ld_service(w, &ref, base); break;
	case RECORD_KIND_EVIDENCE: add_work(w, &ref); break;
	case RECORD_KIND_ORGANISATION: add_organisation(w, &ref); break;
	case RECORD_KIND_RESOURCE: add_resource(w, &ref); break;
	case RECORD_KIND_CHAMPION: add_champion(w, &ref); break;
	case RECORD_KIND_TERM: add_term(w, &ref); break;
	case RECORD_KIND_COUNT:
	default: break;
	}
	add_record(w, &ref);
	json_object_end(w);
}
