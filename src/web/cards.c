/*
 * cards: one record in a list: title, one line, kind, place, when checked,
 * languages, strength. Neighbours: results.c, home.c.
 */
#include "web/record_page.h"
#include "web/results_page.h"

#include <stdio.h>
#include <string.h>

#define LANGUAGES_SHOWN 4
/* Longer is a text about places, not the name of one. */
#define PLACE_MAX 120

/* a · b, either may be missing. */
static const char *
dotted(const struct page *page, const char *a, const char *b)
{
	if (b == NULL || *b == '\0')
		return a;
	if (a == NULL || *a == '\0')
		return b;
	return arena_printf(page->arena, "%s · %s", a, b);
}

static const char *
place_of(const struct page *page, const struct record *rec)
{
	const struct value *area = value_find(&rec->root, FIELD_AREA);
	const struct value *site = value_find(&rec->root, FIELD_SITE);
	const char *country = record_country(rec);
	const char *name = NULL;

	if (area != NULL)
		name = value_text(rec, area, FIELD_AREA_NAME, page->lang, NULL);
	if (name == NULL && site != NULL)
		name = value_text(rec, site, FIELD_SITE_ADDRESS, page->lang,
		    NULL);
	if (name != NULL && strlen(name) > PLACE_MAX)
		name = NULL;
	if (country != NULL)
		country = page_label(page, VOCAB_COUNTRY, country);
	if (name == NULL || (country != NULL && strcmp(name, country) == 0))
		return country;
	if (country == NULL)
		return name;
	return page_join(page, name, country);
}

static const char *
languages_of(const struct page *page, const struct record *rec,
    enum field_id id)
{
	const char *list = NULL;
	int n = 0;

	for (const struct value *v = value_find(&rec->root, id);
	     v != NULL && n < LANGUAGES_SHOWN; v = value_next(v), n++) {
		const char *label = page_label(page, VOCAB_LANGUAGE, v->text);

		list = page_join(page, list, label);
	}
	return list;
}

/* The same words as on the page of the evidence. */
static const char *
verdict_of(const struct page *page, const struct record *rec)
{
	static const struct {
		const char *code;
		enum text_id text;
	} verdicts[] = {
		{ "benefit", TEXT_VERDICT_BENEFIT },
		{ "no-difference", TEXT_VERDICT_NONE },
		{ "harm", TEXT_VERDICT_HARM },
		{ "mixed", TEXT_VERDICT_MIXED },
		{ "not-measured", TEXT_VERDICT_UNMEASURED },
	};
	const char *direction = value_get(&rec->root, FIELD_DIRECTION);

	for (size_t i = 0; direction != NULL && i < ARRAY_LEN(verdicts); i++) {
		if (strcmp(verdicts[i].code, direction) == 0)
			return page_text(page, verdicts[i].text);
	}
	return page_text(page, TEXT_VERDICT_UNRATED);
}

static const char *
coded(const struct page *page, const struct record *rec, enum field_id id)
{
	const char *code = value_get(&rec->root, id);

	return code != NULL ? page_label(page, field_get(id)->vocab, code)
			    : NULL;
}

/* What a body of evidence was graded by its authors, never by us. */
static const char *
grade_of(const struct page *page, const struct record *rec)
{
	const struct value *grade = value_find(&rec->root, FIELD_GRADE);
	const char *scale, *level;

	if (grade == NULL)
		return NULL;
	scale = value_get(grade, FIELD_GRADE_SCALE);
	level = value_get(grade, FIELD_GRADE_LEVEL);
	if (scale == NULL || level == NULL)
		return NULL;
	return page_say(page, TEXT_CARD_GRADE, 0, "scale",
	    page_label(page, VOCAB_GRADE_SCALE, scale), "level", level, NULL);
}

/* "in French", of a title that is not in the page's language. */
static const char *
language_note(const struct page *page, struct said title)
{
	char code[4] = "";

	if (title.lang == NULL)
		return NULL;
	(void)snprintf(code, sizeof(code), "%.*s",
	    (int)strcspn(title.lang, "-"), title.lang);
	return page_say(page, TEXT_CARD_LANGUAGE, 0, "language",
	    page_label(page, VOCAB_LANGUAGE, code), NULL);
}

static const char *
facts_of(const struct page *page, const struct record *rec)
{
	const struct value *root = &rec->root;
	const struct value *cost;
	const char *facts = NULL;

	switch (rec->kind) {
	case RECORD_KIND_PROGRAMME:
		facts = languages_of(page, rec, FIELD_LANGUAGE_OFFERED);
		cost = value_find(root, FIELD_COST);
		if (cost != NULL && value_get(cost, FIELD_COST_KIND) != NULL)
			facts = dotted(page, facts,
			    page_label(page, VOCAB_COST,
				value_get(cost, FIELD_COST_KIND)));
		return facts;
	case RECORD_KIND_EVIDENCE:
		facts = dotted(page, value_get(root, FIELD_YEAR),
		    page_label(page, VOCAB_STRENGTH, record_strength(rec)));
		return dotted(page, facts, grade_of(page, rec));
	case RECORD_KIND_ORGANISATION:
		return coded(page, rec, FIELD_ORGANISATION_TYPE);
	case RECORD_KIND_RESOURCE:
		return dotted(page, coded(page, rec, FIELD_RESOURCE_TYPE),
		    languages_of(page, rec, FIELD_LANGUAGE));
	case RECORD_KIND_CHAMPION:
		return languages_of(page, rec, FIELD_LANGUAGE);
	default: return value_get(root, FIELD_VOCABULARY);
	}
}

/* Cut a snippet at its marks: \x01 begins a found word, \x02 ends it. */
static void
fill_marks(const struct page *page, struct card *card, const char *snippet)
{
	size_t most = 1;

	if (snippet == NULL || strchr(snippet, '\x01') == NULL)
		return;
	for (const char *p = snippet; *p != '\0'; p++)
		most += *p == '\x01' || *p == '\x02';
	card->marks = arena_alloc(page->arena, most * sizeof(*card->marks));
	while (*snippet != '\0') {
		size_t len = strcspn(snippet, "\x01\x02");

		if (len != 0) {
			struct mark *mark = &card->marks[card->n_marks++];

			mark->text = arena_strndup(page->arena, snippet, len);
			mark->is_hit = snippet[len] == '\x02';
		}
		snippet += len;
		if (*snippet != '\0')
			snippet++;
	}
}

struct card *
card_make(const struct page *page, const struct merge_view *view,
    const char *snippet)
{
	const struct record *rec = view->rec;
	const struct value *assured = value_find(&rec->root, FIELD_ASSURED);
	struct card *card = arena_alloc(page->arena, sizeof(*card));
	char node[RECORD_NODE_MAX] = "";
	char uuid[37];
	int64_t others = (int64_t)view->n_members - 1;

	(void)record_id_split(rec->id, node, uuid);
	card->href = page_record_link(page, rec->id);
	card->kind_code = record_kind_name(rec->kind);
	card->kind = page_label(page, VOCAB_KIND, card->kind_code);
	card->title = page_title(page, rec);
	card->summary = page_summary(page, rec);
	card->place = place_of(page, rec);
	card->facts = facts_of(page, rec);
	if (rec->kind == RECORD_KIND_EVIDENCE)
		card->verdict = verdict_of(page, rec);
	card->language = language_note(page, card->title);
	card->address = page_address(page, record_path(page, rec->id));
	card->node = arena_strdup(page->arena, node);
	if (assured != NULL)
		card->checked_iso = value_get(assured, FIELD_ASSURED_DATE);
	if (card->checked_iso != NULL)
		card->checked = page_say(page, TEXT_CARD_CHECKED, 0, "date",
		    page_date(page, card->checked_iso), NULL);
	else if (rec->kind == RECORD_KIND_PROGRAMME)
		card->checked = page_text(page, TEXT_CARD_UNCHECKED);
	if (others > 0)
		card->also = page_say(page, TEXT_CARD_ALSO, others, "n",
		    page_number(page, others), NULL);
	card->keep = keep_offer(page, view, true);
	card->coins = cite_coins(page, rec);
	fill_marks(page, card, snippet);
	return card;
}
