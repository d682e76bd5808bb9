/*
 * tex: the TeX of BibTeX files as text. Knows accents, letters and the
 * punctuation that stands in titles and names; of any other command only
 * its argument stays.
 */
#include <ctype.h>
#include <string.h>

#include "import/citation.h"

struct accent {
	char command;
	uint32_t mark; /* combining character */
};

/* Punctuation accents, then those named by a letter. */
static const struct accent accents[] = {
	{ '\'', 0x301 },
	{ '`', 0x300 },
	{ '^', 0x302 },
	{ '"', 0x308 },
	{ '~', 0x303 },
	{ '=', 0x304 },
	{ '.', 0x307 },
	{ 'c', 0x327 },
	{ 'v', 0x30c },
	{ 'u', 0x306 },
	{ 'H', 0x30b },
	{ 'k', 0x328 },
	{ 'r', 0x30a },
	{ 'd', 0x323 },
	{ 'b', 0x331 },
};

struct symbol {
	const char *name;
	const char *text;
};

static const struct symbol symbols[] = {
	{ "ss", "\xc3\x9f" },
	{ "ae", "\xc3\xa6" },
	{ "AE", "\xc3\x86" },
	{ "oe", "\xc5\x93" },
	{ "OE", "\xc5\x92" },
	{ "o", "\xc3\xb8" },
	{ "O", "\xc3\x98" },
	{ "l", "\xc5\x82" },
	{ "L", "\xc5\x81" },
	{ "aa", "\xc3\xa5" },
	{ "AA", "\xc3\x85" },
	{ "i", "\xc4\xb1" },
	{ "j", "\xc8\xb7" },
	{ "dh", "\xc3\xb0" },
	{ "DH", "\xc3\x90" },
	{ "th", "\xc3\xbe" },
	{ "TH", "\xc3\x9e" },
	{ "dj", "\xc4\x91" },
	{ "DJ", "\xc4\x90" },
	{ "textendash", "\xe2\x80\x93" },
	{ "textemdash", "\xe2\x80\x94" },
	{ "textbackslash", "\\" },
	{ "textasciitilde", "~" },
	{ "textasciicircum", "^" },
	{ "textquoteright", "\xe2\x80\x99" },
	{ "textquoteleft", "\xe2\x80\x98" },
	{ "textquotedblleft", "\xe2\x80\x9c" },
	{ "textquotedblright", "\xe2\x80\x9d" },
	{ "ldots", "..." },
	{ "dots", "..." },
	{ "textregistered", "\xc2\xae" },
	{ "texttrademark", "\xe2\x84\xa2" },
	{ "copyright", "\xc2\xa9" },
	{ "pounds", "\xc2\xa3" },
	{ "euro", "\xe2\x82\xac" },
	{ "texteuro", "\xe2\x82\xac" },
	{ "S", "\xc2\xa7" },
	{ "alpha", "\xce\xb1" },
	{ "beta", "\xce\xb2" },
	{ "gamma", "\xce\xb3" },
	{ "mu", "\xce\xbc" },
	{ "times", "\xc3\x97" },
	{ "pm", "\xc2\xb1" },
	{ "leq", "\xe2\x89\xa4" },
	{ "geq", "\xe2\x89\xa5" },
};

struct tex {
	const char *p;
	const char *end;
	struct strbuf *out;
};

static uint32_t
accent_mark(char command)
{
	for (size_t i = 0; i < ARRAY_LEN(accents); i++) {
		if (accents[i].command == command)
			return accents[i].mark;
	}
	return 0;
}

/* The letter the accent sits on; what follows it is read as usual. */
static void
add_accented(struct tex *t, uint32_t mark)
{
	while (t->p < t->end && (*t->p == ' ' || *t->p == '{'))
		t->p++;
	if (t->p == t->end || *t->p == '}')
		return;
	if (*t->p == '\\') {
		/* \'{\i}: the dotless letter, which takes the accent. */
		if (t->end - t->p >= 2 && (t->p[1] == 'i' || t->p[1] == 'j') &&
		    (t->end - t->p == 2 || !isalpha((unsigned char)t->p[2]))) {
			strbuf_addch(t->out, t->p[1]);
			utf8_add(t->out, mark);
			t->p += 2;
		}
		return;
	}
	utf8_add(t->out, utf8_next(&t->p, t->end));
	utf8_add(t->out, mark);
}

static void
add_named(struct tex *t)
{
	const char *name = t->p;
	size_t len;

	while (t->p < t->end && isalpha((unsigned char)*t->p))
		t->p++;
	len = (size_t)(t->p - name);
	if (len == 1 && accent_mark(*name) != 0) {
		add_accented(t, accent_mark(*name));
		return;
	}
	/* The blank behind a command only ends its name. */
	while (t->p < t->end && *t->p == ' ')
		t->p++;
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		if (strlen(symbols[i].name) == len &&
		    memcmp(symbols[i].name, name, len) == 0)
			strbuf_addstr(t->out, symbols[i].text);
	}
}

static void
add_command(struct tex *t)
{
	char c;

	if (t->p == t->end)
		return;
	c = *t->p;
	if (isalpha((unsigned char)c)) {
		add_named(t);
		return;
	}
	t->p++;
	if (accent_mark(c) != 0)
		add_accented(t, accent_mark(c));
	else if (strchr("&%$#_{} ", c) != NULL)
		strbuf_addch(t->out, c);
	else if (c == '\\' || c == '\n')
		strbuf_addch(t->out, ' ');
	/* \- \/ \, and the like only move things. */
}

/* Dashes and quotes of several characters; 0 when it is none. */
static size_t
add_ligature(struct tex *t)
{
	static const struct symbol ligatures[] = {
		{ "---", "\xe2\x80\x94" },
		{ "--", "\xe2\x80\x93" },
		{ "``", "\xe2\x80\x9c" },
		{ "''", "\xe2\x80\x9d" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ligatures); i++) {
		size_t len = strlen(ligatures[i].name);

		if ((size_t)(t->end - t->p) >= len &&
		    memcmp(t->p, ligatures[i].name, len) == 0) {
			strbuf_addstr(t->out, ligatures[i].text);
			return len;
		}
	}
	return 0;
}

const char *
tex_text(struct arena *arena, const char *tex, size_t len)
{
	struct strbuf out;
	struct tex t = { tex, tex + len, &out };
	const char *text;

	strbuf_init(&out, IMPORT_ROW_MAX);
	while (t.p < t.end) {
		size_t n = add_ligature(&t);

		t.p += n;
		if (n > 0)
			continue;
		switch (*t.p) {
		case '\\':
			t.p++;
			add_command(&t);
			break;
		case '{':
		case '}':
		case '$': t.p++; break;
		case '~':
			strbuf_addch(&out, ' ');
			t.p++;
			break;
		default: strbuf_addch(&out, *t.p++); break;
		}
	}
	text = text_clean(arena, out.buf, out.len, false);
	strbuf_release(&out);
	return text;
}
