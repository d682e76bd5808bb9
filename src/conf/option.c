/*
 * option: the tables made from options.def, and one value from text into
 * its field and back. Neighbours: conf.c and peers.c read files with them,
 * explain.c prints them (design: style.md, "Configuration").
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/option.h"

const struct option node_options[N_NODE_OPTIONS] = {
#define OPTION(section, key, field, type, def, min, max, text)                 \
	{ section, key, OPTION_TYPE_##type, offsetof(struct conf, field), def, \
		min, max, text },
#include "conf/options.def"
};

const struct option peer_options[N_PEER_OPTIONS] = {
#define PEER_OPTION(key, field, type, def, min, max, text)                     \
	{ "peer", key, OPTION_TYPE_##type, offsetof(struct conf_peer, field),  \
		def, min, max, text },
#include "conf/options.def"
};

const struct option alliance_options[N_ALLIANCE_OPTIONS] = {
#define ALLIANCE_OPTION(key, field, type, def, min, max, text)                 \
	{ "alliance", key, OPTION_TYPE_##type,                                 \
		offsetof(struct conf_alliance, field), def, min, max, text },
#include "conf/options.def"
};

static const char *const type_texts[] = {
	[OPTION_TYPE_TEXT] = "text",
	[OPTION_TYPE_NODE] = "node name",
	[OPTION_TYPE_URL] = "http or https address",
	[OPTION_TYPE_LANGUAGES] = "language codes",
	[OPTION_TYPE_EMAIL] = "e-mail address",
	[OPTION_TYPE_LISTEN] = "address:port ...",
	[OPTION_TYPE_PATH] = "file",
	[OPTION_TYPE_LEVEL] = "error, warn, info or debug",
	[OPTION_TYPE_KEY] = "64 hexadecimal digits",
	[OPTION_TYPE_LISTS] = "1 to 4 http or https addresses",
	[OPTION_TYPE_KEYS] = "1 to 32 keys of 64 hexadecimal digits",
	[OPTION_TYPE_INT] = "number",
	[OPTION_TYPE_DURATION] = "duration, as in 90s, 30m, 6h or 7d",
	[OPTION_TYPE_BYTES] = "bytes, as in 512K, 256M or 2G",
	[OPTION_TYPE_BOOL] = "yes or no",
};

/* What helps whoever got it wrong. */
static const char *const type_examples[] = {
	[OPTION_TYPE_NODE] = "as in pt or gb-eng",
	[OPTION_TYPE_URL] = "as in https://gsp.example.pt/",
	[OPTION_TYPE_LANGUAGES] = "as in en or pt en",
	[OPTION_TYPE_EMAIL] = "as in info@example.pt",
	[OPTION_TYPE_LISTEN] = "as in 127.0.0.1:8080",
	[OPTION_TYPE_BOOL] = NULL,
};

struct unit {
	char letter;
	int64_t factor;
};
/* Largest first: option_get() takes the first that divides. */
static const struct unit durations[] = { { 'd', 86400 }, { 'h', 3600 },
	{ 'm', 60 }, { 's', 1 } };
static const struct unit sizes[] = { { 'G', 1 << 30 }, { 'M', 1 << 20 },
	{ 'K', 1 << 10 } };

const char *
option_type_text(enum option_type type)
{
	return type_texts[type];
}

static int
is_text(enum option_type type)
{
	return type < OPTION_TYPE_INT;
}

static int
is_alnum_low(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

int
conf_valid_node(const char *text)
{
	size_t part = 0;
	int parts = 0;

	if (strlen(text) > 31)
		return 0;
	for (const char *p = text;; p++) {
		if (*p == '-' || *p == '\0') {
			if (parts == 0 ? part != 2 : part < 1 || part > 10)
				return 0;
			parts++;
			part = 0;
			if (*p == '\0')
				return parts <= 3;
		} else if (!is_alnum_low(*p) ||
			   (parts == 0 && (*p < 'a' || *p > 'z'))) {
			return 0;
		} else {
			part++;
		}
	}
}

static int
valid_language(const char *text, size_t len)
{
	size_t part = 0;

	if (len < 2 || len > 35)
		return 0;
	for (size_t i = 0; i <= len; i++) {
		if (i == len || text[i] == '-') {
			/* A code, no name: "en", not "english". */
			if (part < 1 || part > 8 || (i == part && part > 3))
				return 0;
			part = 0;
			continue;
		}
		if (!is_alnum_low((char)(text[i] | 0x20)))
			return 0;
		part++;
	}
	return 1;
}

/* host:port, [v6]:port, *:port; the name itself is looked up when bound. */
static int
valid_listen(const char *text, size_t len)
{
	size_t colon = len;
	long port = 0;

	while (colon > 0 && text[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon == len || len - colon > 5)
		return 0;
	for (size_t i = colon; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		port = port * 10 + (text[i] - '0');
	}
	if (port < 1 || port > 65535)
		return 0;
	colon--;
	if (text[0] == '[')
		return colon > 2 && text[colon - 1] == ']';
	return memchr(text, ':', colon) == NULL;
}

static void
fold_hex(struct strbuf *sb)
{
	for (size_t i = 0; i < sb->len; i++)
		if (sb->buf[i] >= 'A' && sb->buf[i] <= 'F')
			sb->buf[i] |= 0x20;
}

static int
valid_key(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return 0;
	return len == 64;
}

/* Addresses of a file: 0, or -1. */
static int
join_lists(const char *text, struct strbuf *ret_out)
{
	size_t n = 0;

	while (*(text += strspn(text, " \t")) != '\0') {
		size_t len = strcspn(text, " \t");
		char *url = xstrndup(text, len);
		int good = valid_url(url) && strpbrk(url, "?#") == NULL &&
			   ++n <= CONF_ALLIANCE_URLS;

		if (good)
			strbuf_addf(ret_out, "%s%s%s", n > 1 ? " " : "", url,
			    url[len - 1] == '/' ? "list.xml" : "");
		free(url);
		if (!good)
			return -1;
		text += len;
	}
	return n > 0 ? 0 : -1;
}

/* Words parted by blanks or commas, each valid, with one blank between. */
static int
join_words(const char *text, int (*valid)(const char *, size_t),
    struct strbuf *ret_out)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ,\t");

		if (n > 0) {
			if (!valid(text, n))
				return -1;
			if (ret_out->len > 0)
				strbuf_addch(ret_out, ' ');
			strbuf_add(ret_out, text, n);
		}
		text += n + (text[n] != '\0');
	}
	return ret_out->len > 0 ? 0 : -1;
}

static int
valid_email(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at > text && strchr(at + 1, '.') != NULL &&
	       strchr(at + 1, '@') == NULL && strpbrk(text, " <>\"") == NULL;
}

/* Text in the form it is kept in: 0, or -1 when the type refuses it. */
static int
normalise(enum option_type type, const char *text, struct strbuf *ret_out)
{
	enum log_level level;

	switch (type) {
	case OPTION_TYPE_LANGUAGES:
		return join_words(text, valid_language, ret_out);
	case OPTION_TYPE_LISTEN: return join_words(text, valid_listen, ret_out);
	case OPTION_TYPE_LISTS: return join_lists(text, ret_out);
	case OPTION_TYPE_KEYS:
		if (join_words(text, valid_key, ret_out) == -1 ||
		    ret_out->len > CONF_ALLIANCE_BOARD * 65)
			return -1;
		fold_hex(ret_out);
		return 0;
	default: break;
	}
	strbuf_addstr(ret_out, text);
	switch (type) {
	case OPTION_TYPE_NODE: return conf_valid_node(text) ? 0 : -1;
	case OPTION_TYPE_EMAIL:
		return *text == '\0' || valid_email(text) ? 0 : -1;
	case OPTION_TYPE_LEVEL: return log_level_parse(text, &level);
	case OPTION_TYPE_URL:
		if (!valid_url(text) || strpbrk(text, "?#") != NULL)
			return -1;
		if (text[strlen(text) - 1] != '/')
			strbuf_addch(ret_out, '/');
		return 0;
	case OPTION_TYPE_KEY:
		fold_hex(ret_out);
		return valid_key(text, strlen(text)) ? 0 : -1;
	default: return 0;
	}
}

static int
refuse(const struct option *option, const char *text, struct err *err)
{
	const char *example = type_examples[option->type];
	struct strbuf sb;

	strbuf_init(&sb, CONF_LINE_MAX);
	log_quote(&sb, text, strlen(text), 60);
	err_set(err, ERR_CONF, "%s must be: %s%s%s; '%s' is not", option->key,
	    type_texts[option->type], example != NULL ? ", " : "",
	    example != NULL ? example : "", sb.buf);
	strbuf_release(&sb);
	return -1;
}

static int
set_text(const struct option *option, char **field, const char *text,
    struct err *err)
{
	struct strbuf sb;
	int ret = -1;

	strbuf_init(&sb, CONF_LINE_MAX);
	if (normalise(option->type, text, &sb) == -1 || sb.overflow)
		refuse(option, text, err);
	else if ((int64_t)sb.len < option->min)
		err_set(err, ERR_CONF, "%s must not be empty", option->key);
	else if ((int64_t)sb.len > option->max)
		err_set(err, ERR_CONF, "%s is longer than %" PRId64 " bytes",
		    option->key, option->max);
	else {
		free(*field);
		*field = strbuf_detach(&sb, NULL);
		ret = 0;
	}
	strbuf_release(&sb);
	return ret;
}

static int
parse_number(const struct option *option, const char *text, int64_t *ret_n)
{
	const struct unit *units = NULL;
	size_t n_units = 0;
	char *end;
	long long n;

	if (option->type == OPTION_TYPE_DURATION) {
		units = durations;
		n_units = ARRAY_LEN(durations);
	} else if (option->type == OPTION_TYPE_BYTES) {
		units = sizes;
		n_units = ARRAY_LEN(sizes);
	}
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0)
		return -1;
	if (*end != '\0') {
		size_t i = 0;

		while (i < n_units && units[i].letter != *end)
			i++;
		if (i == n_units || end[1] != '\0' ||
		    n > INT64_MAX / units[i].factor)
			return -1;
		n *= units[i].factor;
	}
	*ret_n = n;
	return 0;
}

static int
set_number(const struct option *option, int64_t *field, const char *text,
    struct err *err)
{
	struct option bound = *option;
	struct strbuf sb;
	int64_t n;

	if (parse_number(option, text, &n) == -1)
		return refuse(option, text, err);
	if (n >= option->min && n <= option->max) {
		*field = n;
		return 0;
	}
	strbuf_init(&sb, 200);
	bound.offset = 0;
	option_get(&bound, &option->min, &sb);
	strbuf_addstr(&sb, " to ");
	option_get(&bound, &option->max, &sb);
	err_set(err, ERR_CONF, "%s must be %s", option->key, sb.buf);
	strbuf_release(&sb);
	return -1;
}

int
option_set(const struct option *option, void *base, const char *text,
    struct err *err)
{
	char *field = (char *)base + option->offset;

	if (is_text(option->type))
		return set_text(option, (char **)(void *)field, text, err);
	if (option->type != OPTION_TYPE_BOOL)
		return set_number(option, (int64_t *)(void *)field, text, err);
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return err_set(err, ERR_CONF, "%s must be yes or no",
		    option->key);
	*(bool *)(void *)field = text[0] == 'y';
	return 0;
}

void
option_get(const struct option *option, const void *base,
    struct strbuf *ret_out)
{
	const char *field = (const char *)base + option->offset;
	const struct unit *units = durations;
	size_t n_units = ARRAY_LEN(durations);
	int64_t n;

	if (is_text(option->type)) {
		const char *text = *(char *const *)(const void *)field;

		strbuf_addstr(ret_out, text == NULL ? "" : text);
		return;
	}
	if (option->type == OPTION_TYPE_BOOL) {
		strbuf_addstr(ret_out,
		    *(const bool *)(const void *)field ? "yes" : "no");
		return;
	}
	n = *(const int64_t *)(const void *)field;
	if (option->type == OPTION_TYPE_INT)
		n_units = 0;
	if (option->type == OPTION_TYPE_BYTES) {
		units = sizes;
		n_units = ARRAY_LEN(sizes);
	}
	for (size_t i = 0; i < n_units && n > 0; i++)
		if (n % units[i].factor == 0) {
			strbuf_addf(ret_out, "%" PRId64 "%c",
			    n / units[i].factor, units[i].letter);
			return;
		}
	strbuf_addf(ret_out, "%" PRId64, n);
}

void
option_defaults(const struct option *options, size_t n, void *base)
{
	for (size_t i = 0; i < n; i++) {
		char *field = (char *)base + options[i].offset;
		const char *def = options[i].def;
		struct err err;

		if (is_text(options[i].type))
			*(char **)(void *)field = xstrdup(
			    def == NULL ? "" : def);
		else if (def != NULL &&
			 option_set(&options[i], base, def, &err))
			abort(); /* the table itself is wrong */
	}
}

void
option_release(const struct option *options, size_t n, void *base)
{
	for (size_t i = 0; i < n; i++) {
		char *field = (char *)base + options[i].offset;

		if (!is_text(options[i].type))
			continue;
		free(*(char **)(void *)field);
		*(char **)(void *)field = NULL;
	}
}
