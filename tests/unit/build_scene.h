/*
 * build_scene: a builder, a folder for what it writes, and both readers to
 * look at that. For test_build and test_build_random.
 */
#ifndef BUILD_SCENE_H
#define BUILD_SCENE_H

#include "search/build.h"
#include "search/segment.h"
#include "seg_decode.h"

struct scene {
	char folder[64];
	char path[128];
	struct builder *b;
};

int scene_setup(void **state);
int scene_teardown(void **state);

/* Write scene->path anew and read it; what searches read must agree. */
void write_and_load(struct scene *s, struct seg *ret_seg);
/* The whole file is checked. */
struct segment *open_segment(const char *path);

#endif
