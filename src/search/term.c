/*
 * term: all the ways in which one typed word or phrase may match. "well-being"
 * is the words in a row or "wellbeing"; one Japanese character is the start of
 * a pair. Other forms of a word ("choirs", "choir") are plan.c's. Section "Tokens" of the search design.
 */
#include <string.h>

#include "search/query.h"
#include "search/token.h"

/* Parts of "l'aide", "men's" that nobody asks for. */
#define ELIDED_MAX 2

struct parts {
	struct arena *arena;
	char *words[QUERY_TOKENS_MAX];
	size_t lens[QUERY_TOKENS_MAX];
	enum token_kind kinds[QUERY_TOKENS_MAX];
	size_t n;
	char *joined[QUERY_ALTS_MAX];
	size_t n_joined;
};

static void
take(void *ctx, const struct token *token)
{
	struct parts *parts = ctx;

	if (token->kind == TOKEN_JOINED) {
		if (parts->n_joined < 2)
			parts->joined[parts->n_joined++] =
			    arena_strndup(parts->arena, token->text,
				token->len);
		return;
	}
	if (parts->n == QUERY_TOKENS_MAX)
		return;
	parts->words[parts->n] = arena_strndup(parts->arena, token->text,
	    token->len);
	parts->lens[parts->n] = token->len;
	parts->kinds[parts->n] = token->kind;
	parts->n++;
}

static void
add_alt(struct query_term *term, const char *phrase, bool is_prefix,
    double factor)
{
	if (term->n_alts == QUERY_ALTS_MAX || phrase[0] == '\0')
		return;
	for (size_t i = 0; i < term->n_alts; i++) {
		if (strcmp(term->alts[i].phrase, phrase) == 0 &&
		    term->alts[i].is_prefix == is_prefix)
			return;
	}
	term->alts[term->n_alts].phrase = phrase;
	term->alts[term->n_alts].is_prefix = is_prefix;
	term->alts[term->n_alts].factor = factor;
	term->n_alts++;
}

/* "l'aide" is asked for as "aide": drop the short parts beside a long one. */
static void
drop_elided(struct parts *parts)
{
	size_t kept = 0, longest = 0;

	for (size_t i = 0; i < parts->n; i++) {
		if (parts->kinds[i] == TOKEN_WORD && parts->lens[i] > longest)
			longest = parts->lens[i];
	}
	if (longest <= ELIDED_MAX)
		return;
	for (size_t i = 0; i < parts->n; i++) {
		if (parts->kinds[i] == TOKEN_WORD &&
		    parts->lens[i] <= ELIDED_MAX)
			continue;
		parts->words[kept] = parts->words[i];
		parts->lens[kept] = parts->lens[i];
		parts->kinds[kept] = parts->kinds[i];
		kept++;
	}
	parts->n = kept;
}

static bool
has_apostrophe(const char *text)
{
	static const char *const signs[] = { "'", "\xe2\x80\x99",
		"\xe2\x80\x98", "\xca\xbc" };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (strstr(text, signs[i]) != NULL)
			return true;
	}
	return false;
}

static char *
join(struct arena *arena, const struct parts *parts)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, QUERY_TOKENS_MAX * (TOKEN_MAX + 1));
	for (size_t i = 0; i < parts->n; i++) {
		if (i > 0)
			strbuf_addch(&sb, ' ');
		strbuf_add(&sb, parts->words[i], parts->lens[i]);
	}
	text = arena_strndup(arena, sb.len > 0 ? sb.buf : "", sb.len);
	strbuf_release(&sb);
	return text;
}

/* A DOI typed or pasted as it is. */
static void
add_identifier(struct arena *arena, struct query_term *term, const char *text)
{
	const char *token;

	if (strchr(text, '/') == NULL)
		return;
	if (strncmp(text, "10.", 3) != 0 && strstr(text, "doi") == NULL &&
	    strstr(text, "DOI") == NULL)
		return;
	token = query_identifier(arena, "doi", text);
	if (token != NULL)
		add_alt(term, token, false, 1);
}

size_t
query_term_init(struct arena *arena, struct query_term *term, const char *text,
    size_t len, bool is_quoted, bool is_prefix)
{
	struct parts parts;
	const char *phrase;
	bool is_single = false;

	memset(term, 0, sizeof(*term));
	term->field = QUERY_ANY_FIELD;
	term->is_exact = is_quoted;
	memset(&parts, 0, sizeof(parts));
	parts.arena = arena;
	token_walk(text, len, take, &parts);
	if (parts.n == 0)
		return 0;
	term->typed = arena_strndup(arena, text, len);
	if (!is_quoted && has_apostrophe(term->typed))
		drop_elided(&parts);
	/* The last character of a run may be followed by others in the
	 * index: its pair says enough. Alone it is the start of a pair. */
	if (parts.kinds[parts.n - 1] == TOKEN_LAST) {
		if (parts.n > 1 && parts.kinds[parts.n - 2] == TOKEN_PAIR) {
			parts.n--;
			is_prefix = false;
		} else {
			is_single = true;
		}
	}
	phrase = join(arena, &parts);
	add_alt(term, phrase, is_prefix || is_single, 1);
	if (is_quoted)
		return term->n_alts;
	for (size_t i = 0; i < parts.n_joined; i++)
		add_alt(term, parts.joined[i], is_prefix, 1);
	add_identifier(arena, term, term->typed);
	return term->n_alts;
}

void
query_term_may_be(struct query_term *term, const char *phrase, double factor)
{
	add_alt(term, phrase, false, factor);
}

/* ASCII letters and digits of text, lower case. */
static void
add_plain(struct strbuf *sb, const char *text)
{
	for (; *text != '\0'; text++) {
		char ch = *text;

		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch + 32);
		if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
			strbuf_addch(sb, ch);
	}
}

const char *
query_identifier(struct arena *arena, const char *scheme, const char *value)
{
	const char *plain_scheme, *plain_value;
	struct strbuf sb;
	struct err err;
	char *text;

	if (identifier_normalise(arena, scheme, value, &plain_scheme,
		&plain_value, &err) == -1)
		return NULL;
	strbuf_init(&sb, TOKEN_MAX - 1);
	add_plain(&sb, plain_scheme);
	add_plain(&sb, plain_value);
	text = arena_strndup(arena, sb.len > 0 ? sb.buf : "", sb.len);
	strbuf_release(&sb);
	return text;
}
