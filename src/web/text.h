/*
 * Texts of the interface, by language.
 */
#ifndef WEB_TEXT_H
#define WEB_TEXT_H

#include "base/base.h"

enum text_id {
#define TEXT(id, english) TEXT_##id,
#include "web/text.def"
#undef TEXT
	TEXT_COUNT
};

/* 1 when pages exist in this language ("en"). */
int text_has_language(const char *lang);
/* The text; English where a language lacks it. */
const char *text_get(const char *lang, enum text_id id);
/*
 * The form of "one|many" for n, then {name} filled in from names and values
 * in turn, up to NULL. In the arena.
 */
const char *text_fill(struct arena *arena, const char *lang, enum text_id id,
    int64_t n, const char *const *pairs);

#endif
