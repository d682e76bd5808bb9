/*
 * test_post: every list is walked, sought through and asked for positions as
 * a plain array would be, at all widths of gaps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "segment_world.h"

static struct segment *
open_world(struct world *world)
{
	struct segment *segment;
	struct strbuf bytes;
	struct err err;

	world_bytes(world, &bytes);
	segment = world_open("post", bytes.buf, bytes.len, SEGMENT_COPY, &err);
	if (segment == NULL)
		fail_msg("%s", err.text);
	strbuf_release(&bytes);
	return segment;
}

static void
walk(struct segment *segment, const struct world_term *term, uint32_t number)
{
	struct post post;
	uint32_t i, k, docs;

	assert_int_equal(post_init(&post, segment, number), 0);
	assert_int_equal(post.doc, term->docs[0]);
	assert_false(post.is_loaded);
	for (i = 0; i < term->df; i += post.n, post_next_block(&post)) {
		assert_int_equal(post.doc, term->docs[i]);
		assert_int_equal(post_load(&post), 0);
		docs = post.n;
		assert_true(docs > 0);
		for (k = 0; k < docs; k++) {
			assert_int_equal(post.docs[k], term->docs[i + k]);
			assert_int_equal(post.weights[k], term->weights[i + k]);
			assert_true(post.weights[k] <= post.block->max_weight);
		}
	}
	assert_int_equal(i, term->df);
	assert_int_equal(post.doc, POST_END);
	assert_int_equal(post_next_block(&post), POST_END);
	assert_int_equal(post_seek(&post, 0), POST_END);
	assert_int_equal(post_load(&post), 0);
	assert_int_equal(post.n, 0);
	assert_false(post.is_damaged);

	/* again, one by one, and without unpacking */
	assert_int_equal(post_init(&post, segment, number), 0);
	assert_int_equal(post_load(&post), 0);
	for (i = 0; post.doc != POST_END; i++, post_next(&post))
		assert_int_equal(post.doc, term->docs[i]);
	assert_int_equal(i, term->df);
	assert_int_equal(post_init(&post, segment, number), 0);
	for (i = 0; post.doc != POST_END; post_next_block(&post), i += 128)
		assert_int_equal(post.doc, term->docs[i]);
}

static uint32_t
first_from(const struct world_term *term, uint32_t target)
{
	uint32_t i = 0;

	while (i < term->df && term->docs[i] < target)
		i++;
	return i;
}

static void
check_at(struct world *world, struct post *post, const struct world_term *term,
    uint32_t i)
{
	uint32_t got[400], n, k, max;

	assert_int_equal(post->doc, term->docs[i]);
	assert_int_equal(post_weight(post), term->weights[i]);
	if (world_random(world) % 3 == 0)
		return;
	n = term->starts[i + 1] - term->starts[i];
	max = world_random(world) % 4 ? 400 : 2;
	memset(got, 0, sizeof(got));
	assert_int_equal(post_positions(post, got, max), n < max ? n : max);
	for (k = 0; k < n && k < max; k++)
		assert_int_equal(got[k],
		    term->occurrences[term->starts[i] + k]);
}

/* All kinds of steps: none, to the next, some, over blocks, to the end. */
static void
seek(struct world *world, struct segment *segment,
    const struct world_term *term, uint32_t number)
{
	struct post post;
	uint32_t target = 0, now = 0, i, got;
	unsigned kind = 1 + world_random(world) % 6;

	assert_int_equal(post_init(&post, segment, number), 0);
	for (;;) {
		got = post_seek(&post, target);
		i = first_from(term, now > target ? now : target);
		if (i == term->df) {
			assert_int_equal(got, POST_END);
			assert_int_equal(post.doc, POST_END);
			break;
		}
		assert_int_equal(got, term->docs[i]);
		assert_true(post.is_loaded);
		check_at(world, &post, term, i);
		now = got;
		switch (world_random(world) % kind) {
		case 0: target = got + 1; break;
		case 1:
			target = got; /* stays */
			break;
		case 2:
			target = got > 5 ? got - 5 : 0; /* never back */
			if (world_random(world) % 2)
				target = got + 2;
			break;
		case 3: target = got + world_random(world) % 100; break;
		case 4: target = got + world_random(world) % 2000; break;
		default:
			if (world_random(world) % 20 == 0)
				target = POST_END;
			else
				target = term->docs[i + (term->df - i) / 2];
			if (world_random(world) % 2)
				target = post.block->last + 1;
		}
		if (kind > 1 && world_random(world) % 30 == 0)
			target = got + 1;
		if (kind == 2 && target == got)
			target += world_random(world) % 2;
	}
	assert_false(post.is_damaged);
}

static void
test_lists(void **state)
{
	static const uint32_t docs[] = { 1, 2, 7, 8, 9, 10, 127, 128, 129, 130,
		255, 256, 257, 3000 };
	size_t i;
	uint32_t k;
	int times;

	(void)state;
	for (i = 0; i < ARRAY_LEN(docs); i++) {
		for (times = 0; times < 3; times++) {
			struct world *world = world_new(i * 100 + times,
			    docs[i], docs[i] > 1000 ? 40 : 30);
			struct segment *segment;

			world->more_bits = times == 0 ? 0 : 30;
			segment = open_world(world);
			for (k = 0; k < world->n_terms; k++) {
				walk(segment, &world->terms[k], k);
				seek(world, segment, &world->terms[k], k);
			}
			segment_close(segment);
			world_free(world);
		}
	}
}

/* Positions back and forth inside a block, and as bytes. */
static void
test_positions(void **state)
{
	struct world *world = world_new(77, 500, 20);
	struct segment *segment = open_world(world);
	uint32_t k, i, times;
	size_t len;

	(void)state;
	for (k = 0; k < world->n_terms; k++) {
		const struct world_term *term = &world->terms[k];
		struct post post;

		assert_int_equal(post_init(&post, segment, k), 0);
		assert_null(post_bytes(&post, 1, &len)); /* not loaded */
		assert_int_equal(post_load(&post), 0);
		for (times = 0; times < 200; times++) {
			post.at = world_random(world) % post.n;
			post.doc = post.docs[post.at];
			check_at(world, &post, term, post.at);
		}
		assert_int_equal(post_init(&post, segment, k), 0);
		assert_int_equal(post_load(&post), 0);
		for (i = 0; i < term->df; i++, post_next(&post)) {
			const unsigned char *bytes = post_bytes(&post, 1, &len);

			assert_non_null(bytes);
			assert_true(
			    len >= term->starts[i + 1] - term->starts[i]);
			check_at(world, &post, term, i);
			/* the next document's stand right behind */
			if (post.at + 1 < post.n) {
				const unsigned char *next;
				size_t next_len;

				post.at++;
				next = post_bytes(&post, 1, &next_len);
				assert_ptr_equal(next, bytes + len);
				post.at--;
				assert_ptr_equal(post_bytes(&post, 2, &len),
				    bytes);
				assert_ptr_equal(bytes + len, next + next_len);
			}
		}
		assert_null(post_bytes(&post, 1, &len));
	}
	segment_close(segment);
	world_free(world);
}

/* A file that lies, with checksums that say it does not. */
static void
test_lies(void **state)
{
	struct world *world = world_new(5, 400, 1);
	const struct world_term *term = &world->terms[0];
	struct strbuf good, bad;
	struct segment *segment;
	struct seg_block block;
	struct seg_header header;
	struct post post;
	struct err err;
	size_t at, i;

	(void)state;
	assert_int_equal(term->df, 400); /* all */
	world->terms[0].is_one_weight = false;
	world_bytes(world, &good);
	memcpy(&header, good.buf, sizeof(header));
	at = header.sections[SECTION_POSTINGS].offset + sizeof(block);
	for (i = 0; i < 9; i++) {
		strbuf_init(&bad, (size_t)1 << 30);
		strbuf_add(&bad, good.buf, good.len);
		memcpy(&block, bad.buf + at, sizeof(block));
		switch (i) {
		case 0:
			block.first--; /* not behind the block before */
			break;
		case 1:
			block.last++; /* not where the gaps lead */
			break;
		case 2:
			block.last = 400; /* no such document */
			break;
		case 3: block.bits = 31; break;
		case 4:
			block.bits = 30; /* too long, or the wrong end */
			break;
		case 5: block.payload = UINT32_MAX; break;
		case 6: block.positions = UINT32_MAX - 3; break;
		case 7:
			block.payload =
			    (uint32_t)header.sections[SECTION_POSTINGS].size -
			    1;
			break;
		default: block.first = block.last + 1;
		}
		memcpy(bad.buf + at, &block, sizeof(block));
		world_sums(&bad);
		segment = world_open("lies", bad.buf, bad.len, SEGMENT_COPY,
		    &err);
		assert_non_null(segment);
		assert_int_equal(post_init(&post, segment, 0), 0);
		assert_int_equal(post_load(&post), 0);
		(void)post_next_block(&post);
		if (post.doc != POST_END)
			assert_int_equal(post_load(&post), -1);
		assert_true(post.is_damaged);
		assert_int_equal(post.doc, POST_END);
		assert_int_equal(post_next(&post), POST_END);
		assert_int_equal(post_init(&post, segment, 0), 0);
		assert_int_equal(post_seek(&post, 130), POST_END);
		assert_true(post.is_damaged);
		segment_close(segment);
		strbuf_release(&bad);
	}
	strbuf_release(&good);
	world_free(world);
}

/* Positions that never end, or lie out of all range. */
static void
test_lying_positions(void **state)
{
	static const unsigned char fills[] = { 0xff, 0x80, 0x0a, 0x0c, 0x70 };
	struct world *world = world_new(5, 400, 1);
	struct strbuf bytes;
	struct segment *segment;
	struct seg_block block;
	struct seg_header header;
	struct post post;
	struct err err;
	uint32_t got[10];
	size_t at, end, i, len;

	(void)state;
	for (i = 0; i < ARRAY_LEN(fills); i++) {
		world_bytes(world, &bytes);
		memcpy(&header, bytes.buf, sizeof(header));
		at = header.sections[SECTION_POSTINGS].offset;
		end = at + header.sections[SECTION_POSTINGS].size;
		memcpy(&block, bytes.buf + at, sizeof(block));
		memset(bytes.buf + at + block.positions, fills[i],
		    end - at - block.positions);
		world_sums(&bytes);
		segment = world_open("lies", bytes.buf, bytes.len, SEGMENT_COPY,
		    &err);
		assert_non_null(segment);
		assert_int_equal(post_init(&post, segment, 0), 0);
		assert_int_equal(post_load(&post), 0);
		assert_int_equal(post_positions(&post, got, 10), 0);
		assert_true(post.is_damaged);
		assert_int_equal(post.doc, POST_END);
		assert_int_equal(post_init(&post, segment, 0), 0);
		assert_int_equal(post_seek(&post, 200), 200);
		assert_null(post_bytes(&post, 1, &len));
		assert_true(post.is_damaged);
		segment_close(segment);
		strbuf_release(&bytes);
	}
	world_free(world);
}

/* GSPD_BENCH=1: what a posting costs. */
static void
test_speed(void **state)
{
	static const uint32_t steps[] = { 1, 3, 10, 100, 2000 };
	uint32_t n = 1000000, i, k, rounds, got;
	struct timespec start, end;

	(void)state;
	if (getenv("GSPD_BENCH") == NULL)
		return;
	for (i = 0; i < ARRAY_LEN(steps); i++) {
		struct world *world = world_new(1, 1, 1);
		struct world_term *term = &world->terms[0];
		struct segment *segment;
		struct post post;
		uint64_t sum = 0;
		double ns;

		world->n_docs = n;
		world->groups = xrealloc(world->groups, n * 4);
		term->docs = xrealloc(term->docs, n * 4);
		term->weights = xrealloc(term->weights, n);
		term->starts = xrealloc(term->starts, (n + 1) * 4);
		term->occurrences = xrealloc(term->occurrences, n * 4);
		for (k = 0; k < n; k++)
			world->groups[k] = k;
		term->df = 0;
		for (k = 0; k < n;
		     k += 1 + world_random(world) % (2 * steps[i] - 1)) {
			term->docs[term->df] = k;
			term->starts[term->df] = term->df;
			term->occurrences[term->df] = 16;
			term->weights[term->df++] = k % 200;
		}
		term->is_one_weight = false;
		term->starts[term->df] = term->df;
		segment = open_world(world);
		assert_int_equal(post_init(&post, segment, 0), 0);
		clock_gettime(CLOCK_MONOTONIC, &start);
		for (rounds = 0; rounds < 20 * steps[i]; rounds++) {
			assert_int_equal(post_init(&post, segment, 0), 0);
			for (; post.doc != POST_END; post_next_block(&post)) {
				(void)post_load(&post);
				sum += post.docs[post.n - 1];
			}
		}
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (double)(end.tv_sec - start.tv_sec) * 1e9 +
		     (double)(end.tv_nsec - start.tv_nsec);
		print_message("step %4u, %7u postings: %.2f ns each", steps[i],
		    term->df, ns / rounds / term->df);
		clock_gettime(CLOCK_MONOTONIC, &start);
		got = 0;
		for (rounds = 0; rounds < 20 * steps[i]; rounds++) {
			assert_int_equal(post_init(&post, segment, 0), 0);
			k = 0;
			while (post_seek(&post, k) != POST_END) {
				k = post.doc + 50;
				got++;
			}
		}
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (double)(end.tv_sec - start.tv_sec) * 1e9 +
		     (double)(end.tv_nsec - start.tv_nsec);
		print_message("; seek by 50: %.2f ns (%u)\n", ns / got,
		    (unsigned)(sum & 1));
		segment_close(segment);
		world_free(world);
	}
}

static int
cleanup(void **state)
{
	(void)state;
	world_cleanup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_lying_positions),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests_name("post", tests, NULL, cleanup);
}
