/*
 * encoding: the bytes of a file as UTF-8 without BOM. Spreadsheets write
 * UTF-16 and Windows-1252 to this day.
 */
#include <string.h>

#include "import/run.h"

static void
take(struct strbuf *data, struct strbuf *other)
{
	strbuf_release(data);
	*data = *other;
	strbuf_init(other, 0);
}

static void
drop_front(struct strbuf *data, size_t n)
{
	memmove(data->buf, data->buf + n, data->len - n);
	strbuf_setlen(data, data->len - n);
}

static int
from_utf16(struct strbuf *data, bool big_endian, struct err *err)
{
	struct strbuf out;

	strbuf_init(&out, IMPORT_FILE_MAX);
	if (utf8_from_utf16(data->buf + 2, data->len - 2, big_endian, &out,
		err) == -1 ||
	    strbuf_check(&out, "the file as UTF-8", err) == -1) {
		strbuf_release(&out);
		return -1;
	}
	take(data, &out);
	return 0;
}

static int
refuse_nul(const struct strbuf *data, struct err *err)
{
	const char *nul = memchr(data->buf, '\0', data->len);
	size_t line = 1;

	if (data->len == 0 || nul == NULL)
		return 0;
	for (const char *p = data->buf; p < nul; p++)
		line += *p == '\n';
	return err_set(err, ERR_FORMAT,
	    "line %zu holds a byte 0: this is no text file; save it as UTF-8",
	    line);
}

int
encoding_fix(struct strbuf *data, bool may_guess, const char **ret_name,
    struct err *err)
{
	struct strbuf out;

	if (data->len >= 3 && memcmp(data->buf, "\xef\xbb\xbf", 3) == 0) {
		drop_front(data, 3);
		*ret_name = "UTF-8 with BOM";
	} else if (data->len >= 2 && memcmp(data->buf, "\xff\xfe", 2) == 0) {
		if (from_utf16(data, false, err) == -1)
			return -1;
		*ret_name = "UTF-16 LE";
	} else if (data->len >= 2 && memcmp(data->buf, "\xfe\xff", 2) == 0) {
		if (from_utf16(data, true, err) == -1)
			return -1;
		*ret_name = "UTF-16 BE";
	} else {
		*ret_name = "UTF-8";
	}
	if (refuse_nul(data, err) == -1)
		return -1;
	if (!may_guess || valid_utf8(data->buf, data->len, NULL))
		return 0;
	strbuf_init(&out, IMPORT_FILE_MAX);
	utf8_from_cp1252(data->buf, data->len, &out);
	if (strbuf_check(&out, "the file as UTF-8", err) == -1) {
		strbuf_release(&out);
		return -1;
	}
	take(data, &out);
	*ret_name = "Windows-1252";
	return 0;
}
