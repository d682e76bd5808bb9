/*
 * search_draw: random queries for search_reference.h, taken from a random
 * document most of the time, so that several words together find something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "search_reference.h"

struct draw {
	struct corpus *corpus;
	const struct ref_draw *how;
	const struct corpus_doc *doc; /* words come from it; NULL: anywhere */
};

static const char *
facet_name(size_t facet)
{
	return search_facet_name((enum search_facet)facet);
}

static void
set_word(struct ref_term *term, enum ref_kind kind, const char *word)
{
	term->kind = kind;
	term->n = 1;
	snprintf(term->words[0], CORPUS_TEXT, "%s", word);
}

/* A run of a script without spaces: one letter is a start of a pair, two are
 * a pair, more are pairs in a row. */
static void
take_run(struct draw *d, struct ref_term *term,
    const struct corpus_entry *entry)
{
	size_t n = entry->n - 1;

	snprintf(term->typed, sizeof(term->typed), "%s", entry->text);
	if (n == 0) {
		set_word(term, REF_START,
		    d->corpus->words[entry->tokens[0].word].text);
		return;
	}
	assert_true(n <= REF_PHRASE_MAX);
	term->kind = n == 1 ? REF_EXACT : REF_PHRASE;
	term->n = n;
	for (size_t i = 0; i < n; i++)
		memcpy(term->words[i],
		    d->corpus->words[entry->tokens[i].word].text, CORPUS_TEXT);
}

/* A word of the document, or any. */
static const struct corpus_word *
draw_word(struct draw *d)
{
	struct corpus *corpus = d->corpus;
	const struct corpus_entry *entry;

	for (;;) {
		const struct corpus_word *word;

		if (d->doc != NULL && d->doc->n > 0) {
			word = &corpus->words
				    [d->doc->tokens[corpus_below(&corpus->rng,
							d->doc->n)]
					    .word];
		} else {
			entry = &corpus->entries[corpus_zipf(&corpus->rng,
			    corpus->n_entries)];
			word = &corpus->words[entry->tokens[0].word];
		}
		if (word->is_plain)
			return word;
		if (d->doc != NULL && corpus_below(&corpus->rng, 8) == 0)
			d->doc = NULL; /* it may have none */
	}
}

static void
draw_start(struct draw *d, struct ref_term *term)
{
	const char *text = draw_word(d)->text, *p = text;
	const char *end = text + strlen(text);
	size_t letters = 1 + corpus_below(&d->corpus->rng, 5);

	while (p < end && letters-- > 0)
		utf8_next(&p, end);
	set_word(term, REF_START, text);
	term->words[0][p - text] = '\0';
	snprintf(term->typed, sizeof(term->typed), "%s*", term->words[0]);
}

/* Words in a row somewhere in the document, now and then turned round. */
static bool
draw_phrase(struct draw *d, struct ref_term *term)
{
	const struct corpus_doc *doc = d->doc;
	uint64_t *rng = &d->corpus->rng;
	size_t n = 2 + corpus_below(rng, 2), at;
	struct strbuf text;

	if (doc == NULL || doc->n < 4)
		return false;
	at = corpus_below(rng, doc->n - 3);
	for (size_t i = 0; i < n; i++) {
		const struct corpus_token *token = &doc->tokens[at + i];

		if (token->is_form || !d->corpus->words[token->word].is_plain ||
		    token->position != doc->tokens[at].position + i)
			return false;
		memcpy(term->words[i], d->corpus->words[token->word].text,
		    CORPUS_TEXT);
	}
	if (corpus_below(rng, 6) == 0) {
		char first[CORPUS_TEXT];

		memcpy(first, term->words[0], CORPUS_TEXT);
		memcpy(term->words[0], term->words[1], CORPUS_TEXT);
		memcpy(term->words[1], first, CORPUS_TEXT);
	}
	term->kind = REF_PHRASE;
	term->n = n;
	strbuf_init(&text, sizeof(term->typed));
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, i == 0 ? "\"%s" : " %s", term->words[i]);
	snprintf(term->typed, sizeof(term->typed), "%s\"", text.buf);
	strbuf_release(&text);
	return true;
}

static void
draw_field(struct draw *d, struct ref_term *term)
{
	static const struct {
		enum search_field field;
		const char *name;
	} fields[] = {
		{ SEARCH_TITLE, "title" },
		{ SEARCH_PEOPLE, "author" },
		{ SEARCH_PLACE, "place" },
	};
	size_t i = corpus_below(&d->corpus->rng, ARRAY_LEN(fields));
	char typed[sizeof(term->typed)];

	memcpy(typed, term->typed, sizeof(typed));
	term->field = fields[i].field;
	snprintf(term->typed, sizeof(term->typed), "%s:%.480s", fields[i].name,
	    typed);
}

static void
draw_term(struct draw *d, struct ref_term *term)
{
	uint64_t *rng = &d->corpus->rng;
	size_t kind = corpus_below(rng, 20);
	const struct corpus_entry *entry;

	memset(term, 0, sizeof(*term));
	term->field = REF_ANY_FIELD;
	if (kind < 4) {
		draw_start(d, term);
	} else if (kind < 7 && draw_phrase(d, term)) {
		;
	} else if (kind < 9) {
		set_word(term, REF_EXACT, draw_word(d)->text);
		snprintf(term->typed, sizeof(term->typed), "\"%s\"",
		    term->words[0]);
	} else if (kind < 12) {
		entry = &d->corpus
			     ->entries[corpus_below(rng, d->corpus->n_entries)];
		if (d->corpus->words[entry->tokens[0].word].is_plain) {
			set_word(term, REF_WORD,
			    d->corpus->words[entry->tokens[0].word].text);
			snprintf(term->typed, sizeof(term->typed), "%s",
			    term->words[0]);
		} else {
			take_run(d, term, entry);
		}
	} else {
		set_word(term, REF_WORD, draw_word(d)->text);
		snprintf(term->typed, sizeof(term->typed), "%s",
		    term->words[0]);
	}
	if (corpus_below(rng, 8) == 0)
		draw_field(d, term);
}

/* The same word twice in a query is no question of its own. */
static bool
is_twice(const struct ref_query *query, const struct ref_term *term)
{
	for (size_t g = 0; g < query->n_groups; g++) {
		for (size_t i = 0; i < query->groups[g].n; i++) {
			const struct ref_term *other =
			    &query->groups[g].terms[i];

			if (other != term &&
			    strcmp(other->typed, term->typed) == 0)
				return true;
		}
	}
	return false;
}

static uint32_t
draw_values(struct corpus *corpus, size_t facet)
{
	uint32_t values = 0;
	size_t n = 0;

	while (corpus_value((enum search_facet)facet, n) != NULL)
		n++;
	for (size_t take = 1 + corpus_below(&corpus->rng, 2); take > 0; take--)
		values |= (uint32_t)1 << corpus_below(&corpus->rng, n);
	return values;
}

static void
draw_filters(struct corpus *corpus, struct ref_query *query)
{
	uint64_t *rng = &corpus->rng;

	/* About one a query, so that most find something. */
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (corpus_below(rng, SEARCH_FACET_COUNT) == 0)
			query->filters[f] = draw_values(corpus, f);
		if (corpus_below(rng, SEARCH_FACET_COUNT * 5 / 2) == 0)
			query->not_filters[f] = draw_values(corpus, f);
	}
	if (corpus_below(rng, 6) == 0) {
		query->year_from = 2000 + (unsigned)corpus_below(rng, 20);
		query->year_to = query->year_from +
				 (unsigned)corpus_below(rng, 10);
		if (corpus_below(rng, 3) == 0)
			query->year_to = 0;
		else if (corpus_below(rng, 3) == 0)
			query->year_from = 0;
	}
	if (corpus_below(rng, 6) == 0) {
		query->lat = 50.5;
		query->lon = corpus_below(rng, 2) == 0 ? 179.9 : -179.9;
		query->km = 1 + (double)corpus_below(rng, 300);
		if (corpus_below(rng, 5) == 0) {
			query->lat = 89.5;
			query->km = 3000;
		}
	}
	if (corpus_below(rng, 8) == 0)
		query->checked_since = 20240000 +
				       100 * (uint32_t)corpus_below(rng, 12);
}

void
ref_query_draw(struct corpus *corpus, const struct ref_draw *how,
    struct ref_query *ret_query)
{
	struct draw d = { corpus, how, NULL };
	uint64_t *rng = &corpus->rng;
	size_t groups = corpus_below(rng, 10) == 0 ? 0
						   : 1 + corpus_zipf(rng, 4);

	memset(ret_query, 0, sizeof(*ret_query));
	if (corpus_below(rng, 5) != 0)
		d.doc = &corpus->docs[corpus_below(rng, corpus->n_docs)];
	for (size_t g = 0; g < groups; g++) {
		size_t n = corpus_below(rng, 4) != 0 ? 1
						     : 2 + corpus_below(rng, 2);

		ret_query->n_groups = g + 1;
		for (size_t i = 0; i < n; i++) {
			struct ref_term *term = &ret_query->groups[g].terms[i];
			size_t tries = 0;

			ret_query->groups[g].n = i + 1;
			do
				draw_term(&d, term);
			while (is_twice(ret_query, term) && ++tries < 50);
		}
	}
	d.doc = NULL;
	if (corpus_below(rng, 6) == 0) {
		ret_query->n_without = 1 + corpus_below(rng, 2);
		for (size_t i = 0; i < ret_query->n_without; i++)
			draw_term(&d, &ret_query->without[i]);
	}
	if (how->has_filters)
		draw_filters(corpus, ret_query);
}

static void
add_values(struct strbuf *sb, const char *sign, size_t facet, uint32_t values)
{
	for (size_t v = 0; v < CORPUS_VALUES_MAX; v++) {
		if ((values >> v & 1) != 0)
			strbuf_addf(sb, " %s%s:%s", sign, facet_name(facet),
			    corpus_value((enum search_facet)facet, v));
	}
}

void
ref_query_text(const struct ref_query *query, unsigned typed,
    struct strbuf *ret_text)
{
	for (size_t g = 0; g < query->n_groups; g++) {
		for (size_t i = 0; i < query->groups[g].n; i++)
			strbuf_addf(ret_text, i == 0 ? " %s" : " OR %s",
			    query->groups[g].terms[i].typed);
	}
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if ((typed >> f & 1) != 0)
			add_values(ret_text, "", f, query->filters[f]);
		add_values(ret_text, "-", f, query->not_filters[f]);
	}
	if (query->year_from != 0 && query->year_from == query->year_to)
		strbuf_addf(ret_text, " year:%u", query->year_from);
	else if (query->year_from != 0 && query->year_to != 0)
		strbuf_addf(ret_text, " year:%u-%u", query->year_from,
		    query->year_to);
	else if (query->year_from != 0)
		strbuf_addf(ret_text, " year:%u-", query->year_from);
	else if (query->year_to != 0)
		strbuf_addf(ret_text, " year:-%u", query->year_to);
	for (size_t i = 0; i < query->n_without; i++)
		strbuf_addf(ret_text, " -%s", query->without[i].typed);
}
