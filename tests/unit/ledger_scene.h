/*
 * The scene of the tests of the ledger: a new one in a folder of its own for
 * each test. Include behind <cmocka.h>, once in a program.
 */
#ifndef TESTS_LEDGER_SCENE_H
#define TESTS_LEDGER_SCENE_H

#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger.h"

static char dir[64];
static struct arena *arena;
static struct ledger *ledger;
static struct err err;

static inline int
scene_begin(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gspd-ledger-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	arena = arena_new();
	ledger = ledger_open(dir, true, &err);
	return ledger == NULL ? -1 : 0;
}

static inline int
scene_end(void **state)
{
	(void)state;
	ledger_close(ledger);
	ledger = NULL;
	arena_free(arena);
	return file_remove_tree(dir, &err);
}

#endif
