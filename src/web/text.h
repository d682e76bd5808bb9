/*
 * Texts of the interface, by language.
 */
#ifndef WEB_TEXT_H
#define WEB_TEXT_H

#include "base/base.h"
#include "web/language.h"

enum text_id {
#define TEXT(id, english) TEXT_##id,
#include "web/text.def"
#undef TEXT
	TEXT_COUNT
};

/* Made from po/ by tools/potext.c; NULL where a translation is missing. */
struct text_table {
	const char *lang;
	const char *const *texts;
};
extern const struct text_table text_tables[];
extern const size_t text_n_tables;

/* 1 when pages exist in this language ("en"). */
int text_has_language(const char *lang);
/* The codes of all of them in the order of menus. Returns how many. */
size_t text_languages(const char *const **ret_codes);
/* The text; English where a language lacks it. */
const char *text_get(const char *lang, enum text_id id);
/*
 * The form for n of a text that has forms ("one|many"), then {name} filled in
 * from names and values in turn, up to NULL. A value that runs the other way
 * than the language is set apart by marks of Unicode. In the arena.
 */
const char *text_fill(struct arena *arena, const char *lang, enum text_id id,
    int64_t n, const char *const *pairs);

#endif
