/*
 * json: reading and writing JSON (RFC 8259) with limits. The only user of
 * jansson for reading; writing streams straight into a strbuf.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/base.h"

/*
 * libjansson exports these five names as well, and a program's own symbols
 * win over a library's: under their plain names ours would be called by
 * jansson itself.
 */
#define json_type   gspd_json_type
#define json_object gspd_json_object
#define json_array  gspd_json_array
#define json_string gspd_json_string
#define json_real   gspd_json_real

#define JSON_DEPTH_MAX 64

struct json; /* a parsed value; children live as long as the root */

enum json_type {
	JSON_TYPE_NULL,
	JSON_TYPE_BOOL,
	JSON_TYPE_INT,
	JSON_TYPE_REAL,
	JSON_TYPE_STRING,
	JSON_TYPE_ARRAY,
	JSON_TYPE_OBJECT
};

/*
 * Parse one value; bytes behind it are an error. Duplicate keys, NUL in
 * strings, strings that start with U+FFFE (no character) and depth above the
 * limit are refused. ERR_FORMAT with line and column. Numbers that are no
 * int64_t keep their text: see json_scalar().
 */
struct json *json_parse(const char *data, size_t len,
    struct err *err) MUST_CHECK;
void json_free(struct json *root); /* NULL is legal */

enum json_type json_type(const struct json *value); /* NULL: NULL type */
/* Member, or NULL (also when value is no object). */
const struct json *json_get(const struct json *value, const char *key);
size_t json_size(const struct json *value); /* array or object; else 0 */
const struct json *json_at(const struct json *array, size_t i);
/* Member i of an object in document order. Walks i members: for a loop over
 * all of them take json_next(). */
const struct json *json_member(const struct json *object, size_t i,
    const char **ret_key);
/*
 * Members in document order: start with a zeroed iter; false at the end
 * (at once when object is none).
 */
struct json_iter {
	void *state;
	bool started;
};
bool json_next(const struct json *object, struct json_iter *iter,
    const char **ret_key, const struct json **ret_value);
/* The string, or NULL when it is none. */
const char *json_string(const struct json *value);
/* json_string(json_get(value, key)) */
const char *json_get_string(const struct json *value, const char *key);
int64_t json_int(const struct json *value); /* 0 when it is none */
double json_real(const struct json *value);
bool json_bool(const struct json *value);
/*
 * Scalar as text in the arena: strings as they are, numbers as they were
 * written ("-0.50"), true/false; NULL for null and others.
 */
const char *json_scalar(struct arena *arena, const struct json *value);

/* ---- writing ---- */

struct json_writer {
	struct strbuf *out;
	unsigned depth;
	bool comma[JSON_DEPTH_MAX];
	int indent; /* 0 compact, else spaces a level */
	bool after_key;
};

void json_writer_init(struct json_writer *w, struct strbuf *out, int indent);
void json_object(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
/* NULL text writes null. Broken UTF-8 becomes U+FFFD; "<", ">", "&" are
 * escaped, so that the bytes are safe inside HTML. */
void json_add_string(struct json_writer *w, const char *text);
void json_add_string_len(struct json_writer *w, const char *text, size_t len);
void json_add_int(struct json_writer *w, int64_t value);
void json_add_real(struct json_writer *w, double value);
void json_add_bool(struct json_writer *w, bool value);
void json_add_null(struct json_writer *w);
/* A decimal kept as written, checked to be a JSON number, else a string. */
void json_add_number(struct json_writer *w, const char *decimal);
/* key and value at once; a NULL string is left out altogether. */
void json_pair(struct json_writer *w, const char *key, const char *text);
void json_pair_int(struct json_writer *w, const char *key, int64_t value);
void json_pair_real(struct json_writer *w, const char *key, double value);
void json_pair_bool(struct json_writer *w, const char *key, bool value);

#endif
