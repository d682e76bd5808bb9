/*
 * match: struct query -> an expression for the full-text index. Every phrase
 * stands in quotes and holds letters, digits and spaces only (token.c sees to
 * it), so that nothing typed can reach the syntax of that index.
 */
#include <assert.h>
#include <string.h>

#include "search/search_priv.h"

/* 32 terms of 8 ways of 32 words would be 2 MB; nobody types that. */
#define EXPRESSION_MAX (4 * 1024 * 1024)

static void
add_phrase(struct strbuf *sb, const struct query_alt *alt)
{
	assert(strchr(alt->phrase, '"') == NULL);
	strbuf_addch(sb, '"');
	strbuf_addstr(sb, alt->phrase);
	strbuf_addch(sb, '"');
	if (alt->is_prefix)
		strbuf_addstr(sb, " *");
}

static void
add_term(struct strbuf *sb, const struct query_term *term)
{
	if (term->column != NULL)
		strbuf_addf(sb, "{%s} : ", term->column);
	strbuf_addch(sb, '(');
	for (size_t i = 0; i < term->n_alts; i++) {
		if (i > 0)
			strbuf_addstr(sb, " OR ");
		add_phrase(sb, &term->alts[i]);
	}
	strbuf_addch(sb, ')');
}

static void
add_any(struct strbuf *sb, struct query_term *const *terms, size_t n)
{
	strbuf_addch(sb, '(');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_addstr(sb, " OR ");
		add_term(sb, terms[i]);
	}
	strbuf_addch(sb, ')');
}

static char *
finish(struct arena *arena, struct strbuf *sb)
{
	char *text = sb->len == 0 ? NULL
				  : arena_strndup(arena, sb->buf, sb->len);

	assert(!sb->overflow);
	strbuf_release(sb);
	return text;
}

char *
match_groups(struct arena *arena, const struct query *query)
{
	struct strbuf sb;

	strbuf_init(&sb, EXPRESSION_MAX);
	for (size_t i = 0; i < query->n_groups; i++) {
		const struct query_group *group = &query->groups[i];

		if (group->is_dropped)
			continue;
		if (sb.len > 0)
			strbuf_addstr(&sb, " AND ");
		add_any(&sb, group->terms, group->n);
	}
	return finish(arena, &sb);
}

char *
match_group(struct arena *arena, const struct query_group *group)
{
	struct strbuf sb;

	strbuf_init(&sb, EXPRESSION_MAX);
	add_any(&sb, group->terms, group->n);
	return finish(arena, &sb);
}

char *
match_without(struct arena *arena, const struct query *query)
{
	struct strbuf sb;

	strbuf_init(&sb, EXPRESSION_MAX);
	if (query->n_without > 0)
		add_any(&sb, query->without, query->n_without);
	return finish(arena, &sb);
}
