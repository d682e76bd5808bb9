/*
 * Inside conf/ only: the option tables, one value from text into its field,
 * and the lines of a file.
 */
#ifndef CONF_OPTION_H
#define CONF_OPTION_H

#include "base/base.h"

#define CONF_LINE_MAX 4096 /* bytes: longer is a wrong file */

enum option_type {
	OPTION_TYPE_TEXT,
	OPTION_TYPE_NODE,
	OPTION_TYPE_URL,
	OPTION_TYPE_LANGUAGES,
	OPTION_TYPE_EMAIL,
	OPTION_TYPE_LISTEN,
	OPTION_TYPE_PATH,
	OPTION_TYPE_LEVEL,
	OPTION_TYPE_KEY,
	OPTION_TYPE_LISTS, /* 1 to CONF_ALLIANCE_URLS addresses of a file */
	OPTION_TYPE_KEYS,  /* 1 to CONF_ALLIANCE_BOARD keys */
	OPTION_TYPE_INT,
	OPTION_TYPE_DURATION,
	OPTION_TYPE_BYTES,
	OPTION_TYPE_BOOL
};

struct option {
	const char *section;
	const char *key;
	enum option_type type;
	size_t offset; /* of the field in its struct */
	const char *def;
	int64_t min;
	int64_t max;
	const char *text;
};

enum node_option {
#define OPTION(section, key, field, type, def, min, max, text)                 \
	NODE_OPTION_##field,
#include "conf/options.def"
	N_NODE_OPTIONS
};
enum peer_option {
#define PEER_OPTION(key, field, type, def, min, max, text) PEER_OPTION_##field,
#include "conf/options.def"
	N_PEER_OPTIONS
};
enum alliance_option {
#define ALLIANCE_OPTION(key, field, type, def, min, max, text)                 \
	ALLIANCE_OPTION_##field,
#include "conf/options.def"
	N_ALLIANCE_OPTIONS
};

extern const struct option node_options[N_NODE_OPTIONS];
extern const struct option peer_options[N_PEER_OPTIONS];
extern const struct option alliance_options[N_ALLIANCE_OPTIONS];

/* What a type takes, for people: "number". */
const char *option_type_text(enum option_type type);
/* Check text and put it in its field of base; the old value is freed. */
int option_set(const struct option *option, void *base, const char *text,
    struct err *err) MUST_CHECK;
/* The field as it would be written in a file. */
void option_get(const struct option *option, const void *base,
    struct strbuf *ret_out);
/* All fields to their defaults ("" where one must be given). */
void option_defaults(const struct option *options, size_t n, void *base);
void option_release(const struct option *options, size_t n, void *base);
int conf_valid_node(const char *text);

/* ---- lines ---- */

enum line_kind { LINE_BLANK, LINE_SECTION, LINE_PAIR };

struct line {
	enum line_kind kind;
	int number;        /* from 1 */
	size_t start;      /* of the line in the text */
	size_t end;        /* behind its newline */
	const char *name;  /* section or key; in the arena */
	const char *value; /* of a pair */
};

struct lines {
	const char *file; /* for messages */
	const char *data;
	size_t len;
	size_t at;
	int number;
	struct arena *arena; /* reset by every line_next() */
};

/* 1 and the next line, 0 at the end, -1 with ERR_CONF "file:line: ...". */
int line_next(struct lines *lines, struct line *ret_line,
    struct err *err) MUST_CHECK;
/* Size, encoding and control characters of a whole file. */
int lines_check(const char *file, const char *data, size_t len,
    struct err *err) MUST_CHECK;

#endif
