/*
 * test_token: what counts as the same word. Each row: a text and all that is
 * indexed of it; then pairs of texts that must meet or must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/token.h"

struct into {
	struct strbuf *words;
	struct strbuf *forms;
};

static void
add_token(void *ctx, const struct token *token)
{
	struct into *into = ctx;
	char variants[TOKEN_VARIANTS_MAX][TOKEN_MAX];
	struct strbuf *out = token->kind == TOKEN_JOINED ? into->forms
							 : into->words;
	size_t n;

	strbuf_add(out, token->text, token->len);
	strbuf_addch(out, ' ');
	if (token->kind != TOKEN_WORD && token->kind != TOKEN_JOINED)
		return;
	n = token_variants(token->text, token->len, variants);
	for (size_t i = 0; i < n; i++) {
		strbuf_addstr(into->forms, variants[i]);
		strbuf_addch(into->forms, ' ');
	}
}

/* Words in order, joined forms and variants behind, with spaces between. */
static void
search_tokens(const char *text, size_t len, struct strbuf *ret_out)
{
	struct strbuf forms;
	struct into into = { ret_out, &forms };

	strbuf_init(&forms, ret_out->cap);
	token_walk(text, len, add_token, &into);
	strbuf_add(ret_out, forms.len > 0 ? forms.buf : "", forms.len);
	if (ret_out->len > 0 && ret_out->buf[ret_out->len - 1] == ' ')
		strbuf_setlen(ret_out, ret_out->len - 1);
	strbuf_release(&forms);
}

static char *
tokens(const char *text)
{
	struct strbuf out;

	strbuf_init(&out, 1 << 20);
	search_tokens(text, strlen(text), &out);
	assert_false(out.overflow);
	return strbuf_detach(&out, NULL);
}

static const struct {
	const char *text, *tokens;
} table[] = {
	{ "", "" },
	{ " \t\n .,;!? ", "" },
	{ "Choir", "choir" },
	{ "CHOIR choir ChOiR", "choir choir choir" },
	{ "Ängste, Größe, Łódź", "angste grosse lodz" },
	{ "Angste\xcc\x88", "angste" },
	{ "œuvre Æsop Øresund İstanbul ısı",
	    "oeuvre aesop oresund istanbul isi" },
	{ "ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ" },
	{ "Пётр", "петр" },
	{ "ＦＵＬＬ　ｗｉｄｔｈ１２", "full width12" },
	{ "ﬁne", "fine" },
	/* apostrophes and hyphens: split, then joined */
	{ "well-being", "well being wellbeing" },
	{ "l'aide d’un", "l aide d un laide dun" },
	{ "O'Brien", "o brien obrien" },
	{ "2019-2020 covid-19", "2019 2020 covid 19 covid19" },
	{ "- a- -b a -- b 'quoted'", "a b a b quoted" },
	{ "state-of-the-art", "state of the art stateoftheart" },
	{ "well\xc2\xad"
	  "being",
	    "wellbeing" },
	{ "col·laboració", "col laboracio collaboracio" },
	/* plurals add their singular */
	{ "choirs", "choirs choir" },
	{ "activities", "activities activity activitie" },
	{ "classes", "classes class classe" },
	{ "réseaux", "reseaux reseau" },
	{ "hôpitaux", "hopitaux hopital hopitail" },
	{ "women children men", "women children men woman child man" },
	{ "mujeres", "mujeres mujer mujere" },
	{ "illness news bus campus", "illness news bus campus" },
	/* numbers and identifiers */
	{ "10.1136/bmj.K1234", "10 1136 bmj k1234" },
	{ "65+", "65" },
	{ "٢٠٢٣ ۲۰۲۳", "2023 2023" },
	/* scripts without spaces: pairs and the last character */
	{ "合唱団", "合唱 唱団 団" },
	{ "歌", "歌" },
	{ "歌う会、東京", "歌う う会 会 東京 京" },
	{ "ガーデン", "ガー ーデ デン ン" },
	{ "ｶﾞｰﾃﾞﾝ", "ガー ーデ デン ン" },
	{ "か\xe3\x82\x99く", "がく く" },
	{ "社区2号", "社区 区 2 号" },
	{ "NHS健康", "nhs 健康 康" },
	{ "합창단을", "합창 창단 단을 을" },
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xb8\xe1\x84\x8e"
	  "\xe1\x85\xa1\xe1\x86\xbc",
	    "합창 창" }, /* spelt out */
	{ "กินข้าว", "กิน นข้ ข้า าว ว" },
	/* Arabic: alef, teh marbuta, marks, tatweel, article */
	{ "أحمد إسلام آمال", "احمد اسلام امال" },
	{ "مدرسة", "مدرسه" },
	{ "مُدَرِّسـة", "مدرسه" },
	{ "المسنين", "المسنين مسنين" },
	{ "والمسنين", "والمسنين مسنين" },
	{ "علی", "علي" },
	/* vowels that are marks stay */
	{ "किताब", "किताब" },
	{ "\xd7\xa9\xd6\xb8\xd7\x9c\xd7\x95\xd7\x9d",
	    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" },
	/* what is not text */
	{ "a\xff\xfe"
	  "b \xc3",
	    "a b" },
	{ "\xee\x80\x80x", "x" },
	{ "😀 choir 😀", "choir" },
	{ "\xcc\x81\xcc\x81", "" },
	{ "ﷺ", "صلياللهعليهوسلم" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *got = tokens(table[i].text);

		assert_string_equal(got, table[i].tokens);
		free(got);
	}
}

/* Do two texts share a token? */
static bool
meets(const char *a, const char *b)
{
	char *ta = tokens(a), *tb = tokens(b), *save_a, *word;
	bool found = false;

	for (word = strtok_r(ta, " ", &save_a); word != NULL && !found;
	     word = strtok_r(NULL, " ", &save_a)) {
		const char *p = tb;
		size_t n = strlen(word);

		while ((p = strstr(p, word)) != NULL) {
			if ((p == tb || p[-1] == ' ') &&
			    (p[n] == ' ' || p[n] == '\0'))
				found = true;
			p++;
		}
	}
	free(ta);
	free(tb);
	return found;
}

static void
test_meet(void **state)
{
	static const struct {
		const char *a, *b;
		bool meet;
	} rows[] = {
		{ "choir", "Choirs", true },
		{ "activity", "activities", true },
		{ "maladie", "maladies", true },
		{ "hopital", "Hôpitaux", true },
		{ "travail", "travaux", true },
		{ "jeu", "jeux", true },
		{ "cidade", "cidades", true },
		{ "canção", "canções", true },
		{ "canción", "canciones", true },
		{ "hospital", "hospitais", true },
		{ "wellbeing", "well-being", true },
		{ "well", "well-being", true },
		{ "aide", "l’aide", true },
		{ "المسنين", "مسنين", true },
		{ "للمسنين", "المسنين", true },
		{ "new", "news", false },
		{ "ill", "illness", false },
		{ "art", "arthritis", false },
		{ "東京", "京都", false },
		{ "東京都", "京都", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (meets(rows[i].a, rows[i].b) != rows[i].meet)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
		assert_int_equal(meets(rows[i].b, rows[i].a), rows[i].meet);
	}
}

/* Every token is letters and digits only, and short. */
static void
check_clean(const char *text, size_t len)
{
	struct strbuf out;
	size_t bad, run = 0;

	strbuf_init(&out, 1 << 22);
	search_tokens(text, len, &out);
	assert_false(out.overflow);
	if (out.len > 0)
		assert_true(valid_utf8(out.buf, out.len, &bad));
	for (size_t i = 0; i < out.len; i++) {
		unsigned char ch = (unsigned char)out.buf[i];

		run = ch == ' ' ? 0 : run + 1;
		assert_true(run <= 256);
		assert_true(ch == ' ' || ch >= 0x80 ||
			    (ch >= '0' && ch <= '9') ||
			    (ch >= 'a' && ch <= 'z'));
	}
	strbuf_release(&out);
}

static void
test_hostile(void **state)
{
	char buf[4096];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t len = (size_t)round % sizeof(buf);

		if (len > 200 && round % 50 != 0)
			len %= 200;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			buf[i] = (char)(seed >> 24);
		}
		check_clean(buf, len);
	}
	/* One endless word, one endless letter, one endless compound. */
	memset(buf, 'a', sizeof(buf));
	check_clean(buf, sizeof(buf));
	for (size_t i = 0; i + 1 < sizeof(buf); i += 2)
		memcpy(buf + i, i < 10 ? "\xe0\xb8" : "\xcc\x81", 2);
	memcpy(buf, "\xe0\xb8\x81", 3);
	check_clean(buf, sizeof(buf));
	for (size_t i = 0; i + 1 < sizeof(buf); i += 2)
		memcpy(buf + i, "a-", 2);
	check_clean(buf, sizeof(buf));
	/* A letter that folds to eighteen, many times. */
	for (size_t i = 0; i + 2 < sizeof(buf); i += 3)
		memcpy(buf + i, "\xef\xb7\xba", 3);
	check_clean(buf, sizeof(buf) - 1);
}

static void
test_symmetry(void **state)
{
	/* Folding what is folded changes nothing: a query made of shown
	 * words finds them. */
	static const char *const texts[] = { "Ängste œuvre Hôpital", "المسنين",
		"ｶﾞｰﾃﾞﾝ", "Straße", "İstanbul", "ΣΊΣΥΦΟΣ", "กินข้าว" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char *once = tokens(texts[i]);

		assert_true(meets(once, texts[i]));
		free(once);
	}
}

/* Letters that the tokenizer takes as they are: folding agrees. */
static void
test_plain_letters(void **state)
{
	static const uint32_t ranges[][2] = { { 0x4e00, 0x9fef },
		{ 0x3041, 0x3096 }, { 0x30a1, 0x30fa }, { 0xac00, 0xd7a3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		for (uint32_t ch = ranges[i][0]; ch <= ranges[i][1]; ch++) {
			struct strbuf plain, folded;

			strbuf_init(&plain, 8);
			strbuf_init(&folded, 64);
			utf8_add(&plain, ch);
			utf8_fold_keep(plain.buf, plain.len, &folded);
			assert_string_equal(plain.buf, folded.buf);
			assert_int_equal(utf8_class(ch), UTF8_LETTER);
			strbuf_release(&plain);
			strbuf_release(&folded);
		}
	}
}

/*
 * Letters of one and two bytes come from a table. A mark of three bytes, which
 * is dropped, sends the word the long way: that gives the same.
 */
static void
test_table_of_letters(void **state)
{
	size_t words = 0;

	(void)state;
	for (uint32_t ch = 0x21; ch < 0x800; ch++) {
		char letter[8] = "", quick[32], slow[32];
		struct strbuf sb;
		char *a, *b;

		strbuf_init(&sb, 8);
		utf8_add(&sb, ch);
		memcpy(letter, sb.buf, sb.len);
		strbuf_release(&sb);
		snprintf(quick, sizeof(quick), "b%sb %s", letter, letter);
		snprintf(slow, sizeof(slow), "b%sb\xe2\x83\x90 %s\xe2\x83\x90",
		    letter, letter);
		a = tokens(quick);
		b = tokens(slow);
		assert_string_equal(a, b);
		words += strlen(a) > 3;
		free(a);
		free(b);
	}
	assert_true(words > 900);
}

static void
add_span(void *ctx, const struct token *token)
{
	strbuf_addf(ctx, "%zu-%zu:%.*s ", token->start, token->end,
	    (int)token->len, token->text);
}

/* Where in the source tokens stand, across both ways. */
static void
test_spans(void **state)
{
	static const struct {
		const char *text, *spans;
	} rows[] = {
		{ "a  Bc", "0-1:a 3-5:bc " },
		{ "«É» é", "2-4:e 7-9:e " },
		{ "x-y z", "0-1:x 2-3:y 0-3:xy 4-5:z " },
		{ "- x - y", "2-3:x 6-7:y " },
		{ "x- y", "0-1:x 3-4:y " },
		{ "x, 団y", "0-1:x 3-6:団 6-7:y " },
		{ "l’air é", "0-1:l 4-7:air 0-7:lair 8-10:e " },
		{ "\xcc\x81x", "2-3:x " },
		{ "x\xcc\x81 y", "0-3:x 4-5:y " },
		{ "x\xff y", "0-1:x 3-4:y " },
		{ "x\xc3", "0-1:x " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strbuf sb;

		strbuf_init(&sb, 1024);
		token_walk(rows[i].text, strlen(rows[i].text), add_span, &sb);
		assert_string_equal(sb.buf, rows[i].spans);
		strbuf_release(&sb);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_meet),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_symmetry),
		cmocka_unit_test(test_plain_letters),
		cmocka_unit_test(test_table_of_letters),
		cmocka_unit_test(test_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
