/*
 * build_scene: see build_scene.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_scene.h"

int
scene_setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	snprintf(s->folder, sizeof(s->folder), "/tmp/gspd-build-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof(s->path), "%s/a.seg", s->folder);
	s->b = builder_new();
	*state = s;
	return 0;
}

int
scene_teardown(void **state)
{
	struct scene *s = *state;
	struct err err;

	builder_free(s->b);
	assert_int_equal(file_remove_tree(s->folder, &err), 0);
	free(s);
	return 0;
}

/* What searches read from the file is what seg_decode.c reads. */
static void
compare_readers(struct segment *segment, const struct seg *seg)
{
	const struct seg_term *term = seg_terms(seg);
	static uint32_t spots[DOC_WORDS_MAX];
	struct list list;
	struct post post;
	size_t i, k, n;
	uint32_t t;

	for (t = 0; t < seg->h->n_terms; t++, term++) {
		assert_int_equal(dict_find(segment, seg_text(seg, term),
				     term->len),
		    t);
		seg_list(seg, term, &list);
		assert_int_equal(post_init(&post, segment, t), 0);
		assert_int_equal(post_load(&post), 0);
		for (i = 0; i < list.n; i++, post_next(&post)) {
			assert_int_equal(post.doc, list.postings[i].doc);
			assert_int_equal(post_weight(&post),
			    list.postings[i].weight);
			n = post_positions(&post, spots, ARRAY_LEN(spots));
			assert_int_equal(n, list.postings[i].n);
			for (k = 0; k < n; k++)
				assert_int_equal(spots[k],
				    list.places[list.postings[i].first + k]
						.field
					    << SPOT_BITS |
					list.places[list.postings[i].first + k]
					    .position);
		}
		assert_int_equal(post.doc, POST_END);
		list_release(&list);
	}
}

struct segment *
open_segment(const char *path)
{
	struct segment *segment;
	struct err err;

	segment = segment_open(path, SEGMENT_COPY, &err);
	if (segment == NULL || segment_check(segment, &err) == -1)
		fail_msg("%s", err.text);
	return segment;
}

void
write_and_load(struct scene *s, struct seg *ret_seg)
{
	struct segment *segment;
	struct err err;

	if (file_remove(s->path, &err) == -1 ||
	    builder_write(s->b, s->path, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(builder_docs(s->b), 0);
	seg_load(ret_seg, s->path);
	segment = open_segment(s->path);
	compare_readers(segment, ret_seg);
	segment_close(segment);
}
