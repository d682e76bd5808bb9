/*
 * Geometry of forest plots: the same places as R's metafor draws (stored in
 * tests/metafor/expected.csv), axes that hold whatever they are given, and
 * lines that are broken before they are too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "web/forest.h"

#define NEAR 1e-6 /* of an axis */

static void
assert_near(double have, double want, double off)
{
	if (!(fabs(have - want) <= off))
		fail_msg("%.12g, not %.12g", have, want);
}

/* ---- metafor ---- */

#define COLUMNS 11

static char *
read_csv(const char *name, struct strbuf *sb)
{
	const char *source = getenv("GSPD_SOURCE");
	char path[4096];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/tests/metafor/%s",
	    source != NULL ? source : ".", name);
	strbuf_init(sb, 1 << 20);
	assert_int_equal(file_read(path, 1 << 20, sb, &err), 0);
	return sb->buf;
}

/* Cells of the line at *p, which moves on; false at the end. */
static bool
next_line(char **p, char *cells[COLUMNS])
{
	char *line = *p;
	size_t n = 0;

	if (*line == '\0')
		return false;
	*p = line + strcspn(line, "\n");
	if (**p == '\n')
		*(*p)++ = '\0';
	for (; n < COLUMNS; n++) {
		cells[n] = line;
		line += strcspn(line, ",");
		if (*line == ',')
			*line++ = '\0';
	}
	return true;
}

static double
number(const char *text)
{
	return strtod(text, NULL);
}

static double
fraction(double x)
{
	return (x - FOREST_MARGIN) / (FOREST_WIDTH - 2 * FOREST_MARGIN);
}

static void
compare(char *const in[COLUMNS], char *const out[COLUMNS])
{
	enum forest_scale scale = strcmp(in[1], "log") == 0 ? FOREST_LOG
							    : FOREST_LINEAR;
	struct forest_axis axis = { .scale = scale,
		.low = forest_turn(number(in[2]), scale, false),
		.high = forest_turn(number(in[3]), scale, false) };
	struct forest_row row = { .estimate = number(in[5]),
		.low = number(in[6]),
		.high = number(in[7]),
		.is_pooled = *in[8] == '1',
		.is_mirrored = *in[9] == '1',
		.lines = 1 };
	const struct forest_mark *mark;
	struct forest f;

	assert_string_equal(in[0], out[0]);
	assert_string_equal(in[4], out[1]);
	assert_true(forest_is_sound(&row, scale));
	forest_place(&row, 1, &axis, &f);
	mark = &f.marks[0];
	assert_int_equal(mark->is_point_cut, *out[2] == '\0');
	if (*out[2] != '\0')
		assert_near(fraction(mark->x), number(out[2]), NEAR);
	assert_near(fraction(mark->x_low), number(out[3]), NEAR);
	assert_near(fraction(mark->x_high), number(out[4]), NEAR);
	assert_int_equal(mark->is_cut_low, *out[5] == '1');
	assert_int_equal(mark->is_cut_high, *out[6] == '1');
	if (*out[7] == '\0') {
		assert_true(mark->side > 0);
		return;
	}
	/* A diamond: its corners left, top, right, bottom. */
	assert_true(mark->side == 0);
	assert_near(fraction(mark->x_low), number(out[7]), NEAR);
	assert_near(fraction(mark->x), number(out[8]), NEAR);
	assert_near(fraction(mark->x_high), number(out[9]), NEAR);
	assert_near(fraction(mark->x), number(out[10]), NEAR);
}

static void
test_metafor(void **state)
{
	struct strbuf cases, expected;
	char *in = read_csv("cases.csv", &cases);
	char *out = read_csv("expected.csv", &expected);
	char *a[COLUMNS], *b[COLUMNS];
	size_t n = 0;

	(void)state;
	assert_true(next_line(&in, a) && next_line(&out, b)); /* heads */
	while (next_line(&in, a)) {
		assert_true(next_line(&out, b));
		compare(a, b);
		n++;
	}
	assert_false(next_line(&out, b));
	assert_true(n > 25);
	strbuf_release(&cases);
	strbuf_release(&expected);
}

/* ---- axes ---- */

static struct forest_row
row_of(double low, double estimate, double high, bool is_mirrored)
{
	return (struct forest_row){ .estimate = estimate,
		.low = low,
		.high = high,
		.is_mirrored = is_mirrored,
		.lines = 1 };
}

/* What holds of every axis and every row on it. */
static void
assert_sane(const struct forest_row *rows, size_t n, enum forest_scale scale,
    bool has_null, double null)
{
	struct forest_axis axis;
	struct forest f;

	forest_fit(rows, n, scale, has_null, null, &axis);
	assert_true(isfinite(axis.low) && isfinite(axis.high));
	assert_true(axis.low < axis.high);
	assert_true(axis.n_ticks <= FOREST_TICKS_MAX);
	if (has_null)
		assert_true(axis.null >= axis.low - NEAR &&
			    axis.null <= axis.high + NEAR);
	for (size_t i = 1; i < axis.n_ticks; i++)
		assert_true(axis.ticks[i] > axis.ticks[i - 1]);
	forest_place(rows, n, &axis, &f);
	assert_int_equal(f.n, n);
	for (size_t i = 0; i < n; i++) {
		const struct forest_mark *m = &f.marks[i];

		assert_true(m->x_low >= FOREST_MARGIN - NEAR);
		assert_true(m->x_low <= m->x + NEAR);
		assert_true(m->x <= m->x_high + NEAR);
		assert_true(m->x_high <= FOREST_WIDTH - FOREST_MARGIN + NEAR);
		/* An estimate is never off the axis that was made for it. */
		assert_false(m->is_point_cut);
		assert_true(m->y > m->y_value && m->y_value > m->y_label);
		assert_true(m->y < f.y_axis && f.y_axis < f.height);
	}
}

static void
test_sound(void **state)
{
	static const struct {
		double low, estimate, high;
		bool linear, log;
	} table[] = {
		{ 0.5, 1, 2, true, true },
		{ 1, 1, 1, true, true },
		{ -2, -1, 0, true, false },
		{ 0, 1, 2, true, false },
		{ 2, 1, 0.5, false, false },
		{ 1, 0.5, 2, false, false },
		{ 1, 3, 2, false, false },
		{ NAN, 1, 2, false, false },
		{ 0.5, NAN, 2, false, false },
		{ 0.5, 1, NAN, false, false },
		{ -INFINITY, 1, 2, false, false },
		{ 0.5, 1, INFINITY, false, false },
		{ -1e308, 1, 1e308, false, false },
		{ 1e-308, 1, 2, true, false },
		{ 0.5, 1, 1e6, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct forest_row row = row_of(table[i].low, table[i].estimate,
		    table[i].high, false);

		assert_int_equal(forest_is_sound(&row, FOREST_LINEAR),
		    table[i].linear);
		assert_int_equal(forest_is_sound(&row, FOREST_LOG),
		    table[i].log);
	}
}

static void
test_fit(void **state)
{
	struct forest_row rows[] = { row_of(-0.84, -0.5, -0.16, true),
		row_of(0.16, 0.5, 0.84, false) };
	struct forest_axis axis;
	struct forest f;

	(void)state;
	/* A preprint's +0.5 and the -0.50 of what came of it. */
	forest_fit(rows, 2, FOREST_LINEAR, true, 0, &axis);
	forest_place(rows, 2, &axis, &f);
	assert_near(axis.low, 0, NEAR);
	assert_near(axis.high, 1, NEAR);
	assert_int_equal(axis.n_ticks, 6);
	assert_near(axis.ticks[1], 0.2, NEAR);
	assert_near(f.marks[0].x, f.marks[1].x, NEAR);
	assert_near(f.marks[0].x_low, f.marks[1].x_low, NEAR);
	assert_near(f.marks[0].x_high, f.marks[1].x_high, NEAR);
	assert_true(f.marks[0].x > forest_x(&axis, axis.null));
	/* A ratio turned round: 0.5 where 2 is. */
	rows[0] = row_of(0.25, 0.5, 0.8, true);
	rows[1] = row_of(1.25, 2, 4, false);
	forest_fit(rows, 2, FOREST_LOG, true, 1, &axis);
	forest_place(rows, 2, &axis, &f);
	assert_near(axis.null, 0, NEAR);
	assert_near(f.marks[0].x, f.marks[1].x, NEAR);
	assert_near(f.marks[0].x_high, f.marks[1].x_high, NEAR);
	assert_sane(rows, 2, FOREST_LOG, true, 1);
}

static void
test_cut(void **state)
{
	struct forest_row rows[] = { row_of(0.1, 0.2, 0.3, false),
		row_of(0.0, 0.3, 0.5, false), row_of(-90, 0.25, 80, false) };
	struct forest_axis axis;
	struct forest f;

	(void)state;
	/* One wide interval does not squeeze the others. */
	forest_fit(rows, 3, FOREST_LINEAR, true, 0, &axis);
	forest_place(rows, 3, &axis, &f);
	assert_true(axis.high - axis.low < 3);
	assert_true(f.marks[2].is_cut_low && f.marks[2].is_cut_high);
	assert_false(f.marks[0].is_cut_low || f.marks[0].is_cut_high);
	assert_false(f.marks[1].is_cut_low || f.marks[1].is_cut_high);
}

static void
test_hostile(void **state)
{
	static const double values[] = { -1e9, -1e4, -1, -1e-300, 0, 1e-300,
		1e-4, 0.1, 0.999999999, 1, 1.000000001, 7, 1e4, 999999999,
		1e9 };
	struct forest_row rows[FOREST_ROWS_MAX];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		enum forest_scale scale = round % 2 == 0 ? FOREST_LINEAR
							 : FOREST_LOG;
		size_t n = 0;

		while (n < 1 + (size_t)round % FOREST_ROWS_MAX) {
			double v[3];

			for (size_t i = 0; i < 3; i++) {
				seed = seed * 1664525 + 1013904223;
				v[i] = values[(seed >> 8) % ARRAY_LEN(values)];
			}
			rows[n] = row_of(v[0], v[1], v[2], (seed & 256) != 0);
			rows[n].is_pooled = (seed & 512) != 0;
			rows[n].weight = v[2];
			if (forest_is_sound(&rows[n], scale))
				n++;
		}
		assert_sane(rows, n, scale, scale == FOREST_LOG || round % 3,
		    scale == FOREST_LOG ? 1 : 0);
	}
	/* All at one place. */
	rows[0] = row_of(3, 3, 3, false);
	assert_sane(rows, 1, FOREST_LINEAR, false, 0);
	rows[0] = row_of(0, 0, 0, true);
	assert_sane(rows, 1, FOREST_LINEAR, true, 0);
	rows[0] = row_of(1, 1, 1, true);
	assert_sane(rows, 1, FOREST_LOG, true, 1);
}

static void
test_size(void **state)
{
	struct forest_row rows[] = { row_of(0, 1, 2, false),
		row_of(0, 1, 2, false), row_of(0, 1, 2, false),
		row_of(0, 1, 2, false) };
	struct forest_axis axis;
	struct forest f;

	(void)state;
	rows[0].weight = 400;
	rows[1].weight = 100;
	rows[3].is_pooled = true;
	rows[3].weight = 1e9; /* no measure for squares */
	forest_fit(rows, 4, FOREST_LINEAR, true, 0, &axis);
	forest_place(rows, 4, &axis, &f);
	/* The area is as the number of people. */
	assert_near(f.marks[0].side, FOREST_SQUARE_MAX, NEAR);
	assert_near(f.marks[1].side, FOREST_SQUARE_MAX / 2, NEAR);
	assert_near(f.marks[2].side, FOREST_SQUARE, NEAR);
	assert_near(f.marks[3].side, 0, NEAR);
}

/* ---- lines ---- */

static void
test_wrap(void **state)
{
	static const char *const texts[] = { "depression",
		"a long name of an outcome that goes on and on until it needs "
		"a second line and then still does not come to an end at all",
		"Wohlbefindensveraenderungsgeschwindigkeitsmessungsergebnisdoku"
		"mentationsverfahren",
		"孤独感と社会的つながりの主観的評価および生活の質に関する長い"
		"名前の結果指標",
		"الترابط الاجتماعي والشعور بالوحدة لدى كبار السن", "   ", "",
		"\xf0\x9f\x98\x80\xf0\x9f\x98\x80 broken \xff\xfe bytes",
		"﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽" };
	struct forest_line lines[2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t len = strlen(texts[i]), end = 0;
		size_t n = forest_wrap(texts[i], 200, 13, 2, lines);

		assert_true(n <= 2);
		for (size_t k = 0; k < n; k++) {
			assert_true(lines[k].width <= 200 + NEAR);
			assert_true(lines[k].start >= end);
			end = lines[k].start + lines[k].len;
			assert_true(lines[k].len > 0 && end <= len);
			/* Never inside a sign. */
			if (valid_utf8(texts[i], len, NULL))
				assert_int_equal(utf8_floor(texts[i], end),
				    end);
		}
		/* All of it, or it says that there is more. */
		if (n != 0 && !lines[n - 1].is_cut)
			assert_int_equal(end, len);
	}
	assert_int_equal(forest_wrap("", 200, 13, 2, lines), 0);
	assert_int_equal(forest_wrap("two words", 200, 13, 2, lines), 1);
	/* Between words where there are any. */
	assert_int_equal(forest_wrap("aaaaaaaaaa bbbbbbbbbb", 120, 13, 2,
			     lines),
	    2);
	assert_int_equal(lines[0].len, 10);
	assert_int_equal(lines[1].start, 11);
	assert_int_equal(forest_wrap(texts[8], 200, 13, 2, lines), 2);
	assert_true(lines[0].is_guessed);
	/* Not even one sign fits. */
	assert_int_equal(forest_wrap("wide", 3, 13, 2, lines), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metafor),
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
