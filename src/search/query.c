/*
 * query: what somebody typed -> struct query. There is no wrong query: signs
 * that mean nothing here are spaces. term.c makes each word into what the
 * index holds. Section "Query language" of the search design.
 */
#include <string.h>
#include <strings.h>

#include "search/query.h"
#include "search/token.h"

/* Bytes of a filter's value that are looked at. */
#define VALUE_MAX 100

struct lexer {
	struct arena *arena;
	struct query *query;
	const char *text;
	const char *p;
	const char *end;
	size_t terms;
	bool is_or;  /* the next term joins the last group */
	bool is_not; /* the next term must not match */
};

/* One lexeme: its text, and how it was written. */
struct lexeme {
	const char *text;
	size_t len;
	bool is_quoted;
	bool is_prefix;
};

static bool
is_quote(uint32_t ch)
{
	switch (ch) {
	case '"':
	case 0x00ab:
	case 0x00bb:
	case 0x201c:
	case 0x201d:
	case 0x201e:
	case 0x300c:
	case 0x300d:
	case 0x300e:
	case 0x300f:
	case 0xff02: return true;
	default: return false;
	}
}

/* May it stand inside a word as typed? */
static bool
is_inside(uint32_t ch)
{
	if (ch < 0x80)
		return utf8_class(ch) != UTF8_OTHER ||
		       (ch != 0 && strchr("./'-_@:+&#%*", (int)ch) != NULL);
	return token_is_inside(ch);
}

/* Read up to a closing quote or the end; p stands behind the opening one. */
static void
read_quoted(struct lexer *lexer, struct lexeme *ret)
{
	const char *start = lexer->p, *at = start;

	while (lexer->p < lexer->end) {
		at = lexer->p;
		if (is_quote(utf8_next(&lexer->p, lexer->end)))
			break;
		at = lexer->p;
	}
	ret->text = start;
	ret->len = (size_t)(at - start);
	ret->is_quoted = true;
	ret->is_prefix = false;
}

static void
read_word(struct lexer *lexer, struct lexeme *ret)
{
	const char *start = lexer->p;

	while (lexer->p < lexer->end) {
		const char *at = lexer->p;

		if (!is_inside(utf8_next(&lexer->p, lexer->end))) {
			lexer->p = at;
			break;
		}
	}
	ret->text = start;
	ret->len = (size_t)(lexer->p - start);
	ret->is_quoted = false;
	ret->is_prefix = ret->len > 0 && start[ret->len - 1] == '*';
}

/* A quoted or plain value directly behind "field:". */
static void
read_value(struct lexer *lexer, struct lexeme *ret)
{
	const char *p = lexer->p;

	if (p < lexer->end && is_quote(utf8_next(&p, lexer->end))) {
		lexer->p = p;
		read_quoted(lexer, ret);
		return;
	}
	read_word(lexer, ret);
}

static void
cut(struct lexeme *lexeme, size_t max)
{
	if (lexeme->len > max)
		lexeme->len = utf8_floor(lexeme->text, max);
}

static void
add_filter(struct lexer *lexer, enum search_facet facet, struct lexeme *value)
{
	struct query *query = lexer->query;
	struct query_filter *filter;
	char *text;

	cut(value, VALUE_MAX);
	text = arena_strndup(lexer->arena, value->text, value->len);
	if (lexer->is_not) {
		if (query->n_not_filters == SEARCH_FILTERS_MAX)
			return;
		filter = &query->not_filters[query->n_not_filters++];
	} else {
		if (query->n_filters == SEARCH_FILTERS_MAX)
			return;
		filter = &query->filters[query->n_filters++];
	}
	filter->facet = facet;
	filter->value = facet_value(lexer->arena, facet, text);
}

static void
add_term(struct lexer *lexer, const struct query_term *made)
{
	struct query *query = lexer->query;
	struct query_term *term;
	struct query_group *group;

	if (lexer->terms == SEARCH_TERMS_MAX)
		return;
	lexer->terms++;
	term = arena_alloc(lexer->arena, sizeof(*term));
	*term = *made;
	if (lexer->is_not) {
		query->without[query->n_without++] = term;
		return;
	}
	if (!lexer->is_or || query->n_groups == 0)
		query->n_groups++;
	group = &query->groups[query->n_groups - 1];
	group->terms[group->n++] = term;
}

static void
add_text(struct lexer *lexer, struct lexeme *lexeme, enum search_field field)
{
	struct query_term term;

	cut(lexeme, SEARCH_TERM_BYTES);
	if (query_term_init(lexer->arena, &term, lexeme->text, lexeme->len,
		lexeme->is_quoted, lexeme->is_prefix) == 0)
		return;
	term.field = field;
	term.start = (size_t)(lexeme->text - lexer->text);
	term.len = lexeme->len;
	add_term(lexer, &term);
}

/* "2023", "2019-2023", "2019..2023", "2019-": 0, else -1. */
static int
parse_years(const char *text, int *ret_from, int *ret_to)
{
	int years[2] = { 0, 0 };
	size_t i = 0, digits = 0;

	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9' && digits < 4) {
			years[i] = years[i] * 10 + (*text - '0');
			digits++;
		} else if ((*text == '-' || *text == '.') && i == 0 &&
			   (digits == 4 || digits == 0)) {
			while (text[1] == '.' || text[1] == '-')
				text++;
			i = 1;
			digits = 0;
		} else {
			return -1;
		}
	}
	if ((digits != 4 && digits != 0) || (years[0] == 0 && years[1] == 0))
		return -1;
	*ret_from = years[0];
	*ret_to = i == 0 ? years[0] : years[1];
	return 0;
}

static const struct {
	const char *name;
	enum search_field field;
} fields[] = {
	{ "title", SEARCH_TITLE },
	{ "author", SEARCH_PEOPLE },
	{ "by", SEARCH_PEOPLE },
	{ "organisation", SEARCH_PEOPLE },
	{ "organization", SEARCH_PEOPLE },
	{ "place", SEARCH_PLACE },
};

static const char *const schemes[] = { "doi", "pmid", "pmcid", "isbn", "trial",
	"ror", "orcid" };

/* A name that is neither a filter nor a part of a record; 1 when it was one. */
static int
add_special(struct lexer *lexer, const char *name, struct lexeme *value)
{
	char *text;

	cut(value, SEARCH_TERM_BYTES);
	text = arena_strndup(lexer->arena, value->text, value->len);
	if (strcasecmp(name, "year") == 0 && !lexer->is_not) {
		return parse_years(text, &lexer->query->year_from,
			   &lexer->query->year_to) == 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct query_term term = { 0 };
		const char *token;

		if (strcasecmp(name, schemes[i]) != 0)
			continue;
		token = query_identifier(lexer->arena, schemes[i], text);
		if (token == NULL)
			return 0;
		term.typed = text;
		term.field = SEARCH_REST;
		term.is_exact = true;
		term.start = (size_t)(value->text - lexer->text);
		term.len = value->len;
		term.alts[0].phrase = token;
		term.alts[0].factor = 1;
		term.n_alts = 1;
		add_term(lexer, &term);
		return 1;
	}
	return 0;
}

/*
 * "name:value" at p, when name is a field and something stands behind the
 * colon: 1 and p behind it. Else 0 and p as before.
 */
static int
read_field(struct lexer *lexer)
{
	const char *start = lexer->p, *colon = start;
	enum search_facet facet;
	struct lexeme value;
	char *name;

	while (colon < lexer->end && colon - start < 16 &&
	       ((*colon | 0x20) >= 'a' && (*colon | 0x20) <= 'z'))
		colon++;
	if (colon == start || colon + 1 >= lexer->end || *colon != ':')
		return 0;
	name = arena_strndup(lexer->arena, start, (size_t)(colon - start));
	lexer->p = colon + 1;
	read_value(lexer, &value);
	if (value.len == 0) {
		lexer->p = start;
		return 0;
	}
	if (search_facet_parse(name, &facet) == 0) {
		add_filter(lexer, facet, &value);
		return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcasecmp(name, fields[i].name) == 0) {
			add_text(lexer, &value, fields[i].field);
			return 1;
		}
	}
	if (add_special(lexer, name, &value))
		return 1;
	lexer->p = start;
	return 0;
}

static bool
is_keyword(const struct lexeme *lexeme, const char *word)
{
	return !lexeme->is_quoted && lexeme->len == strlen(word) &&
	       memcmp(lexeme->text, word, lexeme->len) == 0;
}

/* One lexeme at p, which is not a space. */
static void
read_one(struct lexer *lexer)
{
	struct lexeme lexeme;
	const char *next = lexer->p;
	uint32_t ch = utf8_next(&next, lexer->end);

	if (ch == '-' && next < lexer->end && *next != ' ' && *next != '-') {
		lexer->is_not = true;
		lexer->p = next;
		next = lexer->p;
		ch = utf8_next(&next, lexer->end);
	}
	if (is_quote(ch)) {
		lexer->p = next;
		read_quoted(lexer, &lexeme);
		add_text(lexer, &lexeme, QUERY_ANY_FIELD);
	} else if (ch == '|') {
		lexer->p = next;
		lexer->is_or = true;
		return;
	} else if (!is_inside(ch)) {
		lexer->p = next;
		if (ch != ' ' && ch != '(')
			lexer->is_not = false;
		return;
	} else if (!read_field(lexer)) {
		read_word(lexer, &lexeme);
		if (is_keyword(&lexeme, "OR")) {
			lexer->is_or = true;
			return;
		}
		if (is_keyword(&lexeme, "NOT")) {
			lexer->is_not = true;
			return;
		}
		if (is_keyword(&lexeme, "AND"))
			return;
		add_text(lexer, &lexeme, QUERY_ANY_FIELD);
	}
	lexer->is_or = false;
	lexer->is_not = false;
}

struct query *
query_parse(struct arena *arena, const char *text)
{
	struct query *query = arena_alloc(arena, sizeof(*query));
	struct lexer lexer = { 0 };
	size_t len = text == NULL ? 0 : strnlen(text, SEARCH_QUERY_MAX + 1);

	if (len == 0)
		return query;
	if (len > SEARCH_QUERY_MAX)
		len = utf8_floor(text, SEARCH_QUERY_MAX);
	lexer.arena = arena;
	lexer.query = query;
	lexer.text = text;
	lexer.p = text;
	lexer.end = text + len;
	while (lexer.p < lexer.end && lexer.terms < SEARCH_TERMS_MAX) {
		if (*lexer.p == ' ')
			lexer.p++;
		else
			read_one(&lexer);
	}
	query_labels(arena, query);
	return query;
}
