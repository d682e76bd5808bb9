/*
 * seen: which ids this file had already, and subject words that were looked
 * up before. Both are hash tables, so that a file of a million rows costs a
 * million steps.
 */
#include <stdlib.h>
#include <string.h>

#include "import/run.h"

#define SEEN_FIRST 1024

static uint64_t
hash_text(const char *text)
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (; *text != '\0'; text++) {
		h ^= (unsigned char)*text;
		h *= 1099511628211u;
	}
	return h ^ (h >> 29);
}

static struct seen_item *
slot(struct seen_item *items, size_t alloc, const char *id)
{
	size_t i = (size_t)hash_text(id) & (alloc - 1);

	while (items[i].id != NULL && strcmp(items[i].id, id) != 0)
		i = (i + 1) & (alloc - 1);
	return &items[i];
}

static void
grow(struct seen *seen)
{
	size_t alloc = seen->alloc == 0 ? SEEN_FIRST : seen->alloc * 2;
	struct seen_item *items = xcalloc(alloc, sizeof(*items));

	for (size_t i = 0; i < seen->alloc; i++) {
		if (seen->items[i].id != NULL)
			*slot(items, alloc, seen->items[i].id) = seen->items[i];
	}
	free(seen->items);
	seen->items = items;
	seen->alloc = alloc;
}

int64_t
seen_add(struct import_ctx *ctx, const char *id, int64_t row)
{
	struct seen *seen = &ctx->seen;
	struct seen_item *item;

	if (seen->len * 2 >= seen->alloc)
		grow(seen);
	item = slot(seen->items, seen->alloc, id);
	if (item->id != NULL)
		return item->row;
	item->id = arena_strdup(ctx->keep, id);
	item->row = row;
	seen->len++;
	return 0;
}

/* Words come again and again, and matching one means folding it. */
static const struct subject *
subject_look_up(struct import_ctx *ctx, const char *text)
{
	struct subject *s;

	if (ctx->memo == NULL)
		ctx->memo = xcalloc(IMPORT_MEMO_SIZE, sizeof(*ctx->memo));
	s = &ctx->memo[hash_text(text) & (IMPORT_MEMO_SIZE - 1)];
	if (s->text == NULL || strcmp(s->text, text) != 0) {
		s->zone = vocab_match(VOCAB_ZONE, text);
		s->need = s->zone == NULL ? vocab_match(VOCAB_NEED, text)
					  : NULL;
		/* A full slot changes hands; its old text stays in keep. */
		s->text = arena_strdup(ctx->keep, text);
	}
	return s;
}

static bool
has_text(const struct record *rec, enum field_id id, const char *text)
{
	const struct value *v = value_find(&rec->root, id);

	for (; v != NULL; v = value_next(v)) {
		if (v->text != NULL && strcmp(v->text, text) == 0)
			return true;
	}
	return false;
}

void
subject_put(struct import_ctx *ctx, struct record *rec, const char *text)
{
	const char *clean, *code;
	const struct subject *s;
	enum field_id id;

	if (text == NULL)
		return;
	clean = text_clean(ctx->arena, text, strlen(text), false);
	if (clean == NULL)
		return;
	s = subject_look_up(ctx, clean);
	id = FIELD_TERM;
	code = clean;
	if (s->zone != NULL) {
		id = FIELD_ZONE;
		code = s->zone;
	} else if (s->need != NULL) {
		id = FIELD_NEED;
		code = s->need;
	}
	if (!field_has(field_get(id), rec->kind)) {
		id = FIELD_TERM;
		code = clean;
	}
	if (!has_text(rec, id, code))
		record_add(rec, NULL, id, code, NULL);
}
