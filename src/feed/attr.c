/*
 * The attributes of the feed's own documents: everything is required and
 * nothing else is taken. head_read.c and rotation.c use it (design:
 * feed-protocol.md 4 and 6).
 */
#include <string.h>

#include "feed/part.h"

int
feed_take_attrs(const char *element, const struct xml_attr *attrs,
    size_t n_attrs, const char *const *names, size_t n_names,
    const char **ret_values, struct err *err)
{
	size_t i, k;

	for (i = 0; i < n_names; i++) {
		ret_values[i] = NULL;
		for (k = 0; k < n_attrs; k++)
			if (attrs[k].ns[0] == '\0' &&
			    strcmp(attrs[k].name, names[i]) == 0)
				ret_values[i] = attrs[k].value;
		if (ret_values[i] == NULL)
			return err_set(err, ERR_FORMAT,
			    "%s: attribute '%s' is missing", element, names[i]);
	}
	if (n_attrs != n_names)
		return err_set(err, ERR_FORMAT,
		    "%s: an attribute that does not belong there", element);
	return 0;
}

int
feed_take_number(const char *element, const char *name, const char *text,
    uint64_t max, uint64_t *ret_value, struct err *err)
{
	if (feed_number(text, max, ret_value) != 0)
		return err_set(err, ERR_FORMAT,
		    "%s: %s is not a whole number up to %llu", element, name,
		    (unsigned long long)max);
	return 0;
}

int
feed_take_text(const char *element, const char *name, const char *text,
    char *ret_text, size_t size, struct err *err)
{
	size_t len = strlen(text);

	if (len >= size)
		return err_set(err, ERR_FORMAT, "%s: %s is too long", element,
		    name);
	memcpy(ret_text, text, len + 1);
	return 0;
}

int
feed_check_canonical(const char *data, size_t len, struct err *err)
{
	struct strbuf sb;
	int rc = -1;

	strbuf_init(&sb, 2 * len + 64);
	if (xml_canonical(data, len, &sb, err) != 0)
		goto out;
	if (sb.len != len || memcmp(sb.buf, data, len) != 0) {
		err_set(err, ERR_FORMAT,
		    "not in exclusive canonical form (xml-exc-c14n)");
		goto out;
	}
	rc = 0;
out:
	strbuf_release(&sb);
	return rc;
}
