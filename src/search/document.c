/*
 * document: a view of the catalogue -> words by field, facet values, points,
 * dates. Driven by the table of fields: a field with FIELD_INDEXED is found
 * without a line here, unless it belongs in a part of more weight. Words are
 * handed on as written: which other forms they have is a matter of queries
 * (stem.h). quality.c has what breaks ties.
 */
#include <stdlib.h>
#include <string.h>

#include "search/document.h"
#include "search/filter.h"
#include "search/token.h"

static enum search_field
search_field_of(enum field_id id)
{
	switch (id) {
	case FIELD_NAME:
	case FIELD_DISPLAY_NAME:
	case FIELD_TITLE:
	case FIELD_ALTERNATE_NAME:
	case FIELD_LABEL:
	case FIELD_CODE: return SEARCH_TITLE;
	case FIELD_SUMMARY:
	case FIELD_PLAIN_SUMMARY: return SEARCH_SUMMARY;
	case FIELD_ORGANISATION_NAME:
	case FIELD_AUTHOR_FAMILY:
	case FIELD_AUTHOR_GIVEN:
	case FIELD_AUTHOR_LITERAL: return SEARCH_PEOPLE;
	case FIELD_SITE_NAME:
	case FIELD_SITE_ADDRESS:
	case FIELD_AREA_NAME:
	case FIELD_ADDRESS: return SEARCH_PLACE;
	default: return SEARCH_REST;
	}
}

struct feed {
	struct builder *builder;
	struct arena *arena;
	const struct record *rec;
	uint32_t rec_langs;
	bool has_language; /* as a facet */
	/* of the value at hand */
	enum search_field field;
	uint32_t langs;
};

static void
feed_token(void *ctx, const struct token *token)
{
	struct feed *feed = ctx;

	switch (token->kind) {
	case TOKEN_WORD:
		builder_word(feed->builder, token->text, token->len,
		    feed->field, feed->langs);
		return;
	case TOKEN_PAIR:
	case TOKEN_LAST:
		/* Scripts without spaces have no stems. */
		builder_word(feed->builder, token->text, token->len,
		    feed->field, 0);
		return;
	case TOKEN_JOINED:
		builder_form(feed->builder, token->text, token->len,
		    feed->langs);
		return;
	}
}

/* Words of text, and a gap that no phrase crosses. */
static void
feed_text(struct feed *feed, enum search_field field, const char *text,
    uint32_t langs)
{
	feed->field = field;
	feed->langs = langs;
	token_walk(text, strlen(text), feed_token, feed);
	builder_gap(feed->builder);
}

/* People write "Portugal", "arts" and "evidence", records say PT and codes. */
static void
feed_label(struct feed *feed, enum search_field field, enum vocab vocab,
    const char *code)
{
	const char *label = vocab_label(vocab, code, "en");
	const char *own = vocab_label(vocab, code, feed->rec->lang);

	feed_text(feed, field, label, stem_lang("en"));
	if (strcmp(own, label) != 0)
		feed_text(feed, field, own, feed->rec_langs);
}

/* "doi101136bmj" as one word: a query for an identifier asks for it. */
static void
feed_identifier(struct feed *feed, const struct value *group)
{
	const char *scheme = value_get(group, FIELD_IDENTIFIER_SCHEME);
	const char *value = value_get(group, FIELD_IDENTIFIER_VALUE);
	const char *word;

	if (scheme == NULL || value == NULL)
		return;
	word = query_identifier(feed->arena, scheme, value);
	if (word == NULL)
		return;
	builder_word(feed->builder, word, strlen(word), SEARCH_REST, 0);
	builder_gap(feed->builder);
}

static void
feed_point(struct feed *feed, const struct value *site)
{
	const char *lat = value_get(site, FIELD_SITE_LAT);
	const char *lon = value_get(site, FIELD_SITE_LON);
	char *lat_end, *lon_end;
	double y, x;

	if (lat == NULL || lon == NULL)
		return;
	y = strtod(lat, &lat_end);
	x = strtod(lon, &lon_end);
	if (lat_end != lat && lon_end != lon)
		builder_point(feed->builder, y, x);
}

static void
feed_facet(struct feed *feed, enum search_facet facet, const char *text)
{
	if (facet == SEARCH_LANGUAGE)
		feed->has_language = true;
	if (facet == SEARCH_LANGUAGE || facet == SEARCH_COUNTRY)
		text = facet_value(feed->arena, facet, text);
	builder_value(feed->builder, facet, text);
}

static void
feed_facet_of(struct feed *feed, enum field_id id, const char *text)
{
	switch (id) {
	case FIELD_COUNTRY:
	case FIELD_AREA_COUNTRY: feed_facet(feed, SEARCH_COUNTRY, text); return;
	case FIELD_ZONE: feed_facet(feed, SEARCH_ZONE, text); return;
	case FIELD_NEED: feed_facet(feed, SEARCH_NEED, text); return;
	case FIELD_LANGUAGE_OFFERED:
	case FIELD_LANGUAGE: feed_facet(feed, SEARCH_LANGUAGE, text); return;
	case FIELD_DESIGN: feed_facet(feed, SEARCH_DESIGN, text); return;
	case FIELD_OUTCOME_TERM: feed_facet(feed, SEARCH_OUTCOME, text); return;
	case FIELD_AUDIENCE_SITUATION:
		feed_facet(feed, SEARCH_AUDIENCE, text);
		return;
	case FIELD_ATTENDANCE: feed_facet(feed, SEARCH_SETTING, text); return;
	case FIELD_BUILDING_BLOCK: feed_facet(feed, SEARCH_BLOCK, text); return;
	case FIELD_TYPE:
	case FIELD_RESOURCE_TYPE: feed_facet(feed, SEARCH_TYPE, text); return;
	default: return;
	}
}

static void
feed_value(struct feed *feed, const struct value *value)
{
	const struct field *f = value->field;
	enum search_field field = search_field_of(f->id);

	if (value->text == NULL || value->text[0] == '\0')
		return;
	if (f->type == FIELD_TYPE_COUNTRY)
		feed_label(feed, SEARCH_PLACE, VOCAB_COUNTRY, value->text);
	else if (f->vocab == VOCAB_MODEL || /* "walking group" */
		 (f->vocab != VOCAB_NONE && (f->flags & FIELD_FACET) != 0))
		feed_label(feed, field, f->vocab, value->text);
	else if ((f->flags & FIELD_INDEXED) != 0)
		feed_text(feed, field, value->text,
		    value->lang == NULL ? feed->rec_langs
					: stem_lang(value->lang));
	if ((f->flags & FIELD_FACET) != 0)
		feed_facet_of(feed, f->id, value->text);
}

static void
feed_group(struct feed *feed, const struct value *group, int depth)
{
	for (const struct value *v = group->first; v != NULL; v = v->next) {
		if (v->field == NULL)
			continue;
		if (v->field->type != FIELD_TYPE_GROUP) {
			feed_value(feed, v);
			continue;
		}
		if (depth < RECORD_MAX_DEPTH)
			feed_group(feed, v, depth + 1);
		if (v->field->id == FIELD_IDENTIFIER)
			feed_identifier(feed, v);
		else if (v->field->id == FIELD_SITE)
			feed_point(feed, v);
	}
}

/* What the view says of itself, outside its fields. */
static void
feed_envelope(struct feed *feed, const struct merge_view *view)
{
	const struct record *rec = view->rec;
	char node[RECORD_NODE_MAX], uuid[37];

	builder_value(feed->builder, SEARCH_KIND, record_kind_name(rec->kind));
	feed_label(feed, SEARCH_REST, VOCAB_KIND, record_kind_name(rec->kind));
	if (record_strength(rec) != NULL)
		builder_value(feed->builder, SEARCH_STRENGTH,
		    record_strength(rec));
	if (!feed->has_language && rec->lang != NULL && rec->lang[0] != '\0')
		feed_facet(feed, SEARCH_LANGUAGE, rec->lang);
	for (size_t i = 0; i < view->n_members; i++) {
		if (record_id_split(view->members[i], node, uuid) == 0)
			builder_value(feed->builder, SEARCH_NODE, node);
	}
}

static uint32_t
modified_of(const struct record *rec)
{
	if (rec->modified_at < 0)
		return 0;
	return rec->modified_at > UINT32_MAX ? UINT32_MAX
					     : (uint32_t)rec->modified_at;
}

static uint16_t
year_of(const struct record *rec)
{
	const char *text = value_get(&rec->root, FIELD_YEAR);
	long year = text == NULL ? 0 : strtol(text, NULL, 10);

	return year > 0 && year <= 9999 ? (uint16_t)year : 0;
}

/* First of all: later there may be no room for a value. */
static void
feed_until(struct feed *feed)
{
	const struct record *rec = feed->rec;
	const struct value *consent = value_find(&rec->root, FIELD_CONSENT);
	const char *until = NULL;

	if (rec->kind != RECORD_KIND_CHAMPION)
		return;
	if (consent != NULL)
		until = value_get(consent, FIELD_CONSENT_EXPIRES);
	builder_value(feed->builder, FACET_UNTIL,
	    until != NULL && *until != '\0' ? until : "0");
}

void
document_add(struct builder *builder, struct arena *arena, int64_t group,
    const struct merge_view *view)
{
	const struct record *rec = view->rec;
	struct feed feed = { .builder = builder,
		.arena = arena,
		.rec = rec,
		.rec_langs = stem_lang(rec->lang) };
	uint32_t checked = document_checked(rec);

	builder_doc(builder, group);
	feed_until(&feed);
	feed_group(&feed, &rec->root, 1);
	feed_envelope(&feed, view);
	builder_facts(builder, modified_of(rec), checked, year_of(rec),
	    document_quality(rec, checked));
	builder_doc_end(builder);
}
