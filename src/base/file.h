/*
 * Whole files, written so that a reader sees the old bytes or the new ones.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * Read a regular file of at most max bytes into *ret_sb (initialised by this
 * call; the caller releases it, also after an error). ERR_NOTFOUND when it
 * is absent, ERR_LIMIT when larger, else ERR_SYS.
 */
int file_read(const char *path, size_t max, struct strbuf *ret_sb,
    struct err *err) MUST_CHECK;
/*
 * Replace path by these bytes: temporary file beside it, fsync, rename,
 * fsync of the folder. `mode` as in open(2). The old file stays on failure.
 */
int file_replace(const char *path, const void *data, size_t len, mode_t mode,
    struct err *err) MUST_CHECK;
/* As file_replace() but without fsync: for what can be made again. */
int file_put(const char *path, const void *data, size_t len, mode_t mode,
    struct err *err) MUST_CHECK;
/* fsync what was written to a file before. */
int file_sync(const char *path, struct err *err) MUST_CHECK;
/* fsync a folder, so that renames in it survive a power cut. */
int file_sync_dir(const char *path, struct err *err) MUST_CHECK;
/* Everything on the file system that holds this folder: for many files. */
int file_sync_fs(const char *path, struct err *err) MUST_CHECK;
/* mkdir -p with this mode for each new part. */
int file_mkdirs(const char *path, mode_t mode, struct err *err) MUST_CHECK;
bool file_exists(const char *path);
/* Names in a folder, sorted bytewise, without . and ..; NULL-terminated,
 * owned by the arena. An absent folder is an empty list. */
struct arena;
int file_list(struct arena *arena, const char *path, char ***ret_names,
    size_t *ret_n, struct err *err) MUST_CHECK;
/* Remove a file (absent is fine) / a whole tree (never follows links). */
int file_remove(const char *path, struct err *err) MUST_CHECK;
int file_remove_tree(const char *path, struct err *err) MUST_CHECK;
/*
 * Take an exclusive advisory lock on path (made if absent). Returns an fd to
 * close, or -1: ERR_BUSY when somebody else holds it and !wait.
 */
int file_lock(const char *path, bool wait, struct err *err) MUST_CHECK;

#endif
