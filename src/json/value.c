/*
 * value: looking into a parsed tree. struct json is jansson's json_t under
 * our name, so that nothing is copied and no other room sees jansson.
 */
/* Before our own door, which renames what both have. */
#include <jansson.h>

#include "json/json.h"
#include "json/mark.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const json_t *
in(const struct json *value)
{
	return (const json_t *)value;
}

/* Text of a number that kept it, else NULL. */
static const char *
marked(const struct json *value)
{
	const char *text = json_string_value(in(value));

	if (text == NULL || strncmp(text, JSON_MARK, JSON_MARK_LEN) != 0)
		return NULL;
	return text + JSON_MARK_LEN;
}

enum json_type
json_type(const struct json *value)
{
	if (value == NULL)
		return JSON_TYPE_NULL;
	switch (json_typeof(in(value))) {
	case JSON_OBJECT: return JSON_TYPE_OBJECT;
	case JSON_ARRAY: return JSON_TYPE_ARRAY;
	case JSON_STRING:
		return marked(value) != NULL ? JSON_TYPE_REAL
					     : JSON_TYPE_STRING;
	case JSON_INTEGER: return JSON_TYPE_INT;
	case JSON_REAL: return JSON_TYPE_REAL;
	case JSON_TRUE:
	case JSON_FALSE: return JSON_TYPE_BOOL;
	case JSON_NULL:
	default: return JSON_TYPE_NULL;
	}
}

const struct json *
json_get(const struct json *value, const char *key)
{
	return (const struct json *)json_object_get(in(value), key);
}

size_t
json_size(const struct json *value)
{
	if (json_is_object(in(value)))
		return json_object_size(in(value));
	return json_array_size(in(value));
}

const struct json *
json_at(const struct json *array, size_t i)
{
	return (const struct json *)json_array_get(in(array), i);
}

bool
json_next(const struct json *object, struct json_iter *iter,
    const char **ret_key, const struct json **ret_value)
{
	/* jansson reads only; its iterators take no const. */
	json_t *obj = (json_t *)(uintptr_t)object;

	if (!json_is_object(obj))
		return false;
	iter->state = iter->started ? json_object_iter_next(obj, iter->state)
				    : json_object_iter(obj);
	iter->started = true;
	if (iter->state == NULL)
		return false;
	*ret_key = json_object_iter_key(iter->state);
	*ret_value = (const struct json *)json_object_iter_value(iter->state);
	return true;
}

const struct json *
json_member(const struct json *object, size_t i, const char **ret_key)
{
	struct json_iter iter = { 0 };
	const struct json *value = NULL;
	const char *key = NULL;

	if (i >= json_size(object))
		return NULL;
	for (size_t n = 0; n <= i; n++) {
		if (!json_next(object, &iter, &key, &value))
			return NULL;
	}
	*ret_key = key;
	return value;
}

const char *
json_string(const struct json *value)
{
	return marked(value) != NULL ? NULL : json_string_value(in(value));
}

const char *
json_get_string(const struct json *value, const char *key)
{
	return json_string(json_get(value, key));
}

int64_t
json_int(const struct json *value)
{
	const char *text = marked(value);
	long long number;
	char *end;

	if (text == NULL)
		return json_integer_value(in(value));
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' ? number : 0;
}

double
json_real(const struct json *value)
{
	const char *text = marked(value);

	return text != NULL ? strtod(text, NULL) : json_number_value(in(value));
}

bool
json_bool(const struct json *value)
{
	return json_is_true(in(value));
}

const char *
json_scalar(struct arena *arena, const struct json *value)
{
	const char *text;

	switch (json_type(value)) {
	case JSON_TYPE_STRING: return arena_strdup(arena, json_string(value));
	case JSON_TYPE_REAL:
		text = marked(value);
		return text != NULL ? arena_strdup(arena, text) : NULL;
	case JSON_TYPE_INT:
		return arena_printf(arena, "%lld",
		    (long long)json_integer_value(in(value)));
	case JSON_TYPE_BOOL: return json_is_true(in(value)) ? "true" : "false";
	case JSON_TYPE_NULL:
	case JSON_TYPE_ARRAY:
	case JSON_TYPE_OBJECT:
	default: return NULL;
	}
}
