/*
 * base: what every other room stands on. No knowledge of records, feeds or
 * files' formats lives here. Other rooms include only this door.
 *
 * Thread safety: every function works on what it is handed and holds no
 * state of its own.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "base/utf8.h"
#include "base/clock.h"
#include "base/url.h"
#include "base/file.h"
#include "base/quote.h"
#include "base/gzip.h"
#include "base/log.h"

#endif
