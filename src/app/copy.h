/*
 * Inside app/ only: what a backup is made of.
 */
#ifndef APP_COPY_H
#define APP_COPY_H

#include "app/app.h"

/* Name of the manifest; a folder with one is a backup. */
#define BACKUP_MANIFEST "BACKUP"

/* Copy a file, mode 0600, fsync. Never overwrites (ERR_CONFLICT). */
int copy_file(const char *from, const char *to, struct err *err) MUST_CHECK;
int hash_file(const char *path, char ret_hex[SHA256_HEX_LEN],
    struct err *err) MUST_CHECK;
/* Names (in the arena) of what a data folder or a backup holds of: conf,
 * peers, keys, ledger. */
int copy_list(struct arena *arena, const char *folder, const char ***ret_names,
    size_t *ret_n, struct err *err) MUST_CHECK;
/* "sha256  name" for each file, and what the whole is. */
int copy_manifest_write(struct app *app, const char *folder,
    struct err *err) MUST_CHECK;
/* Every file listed is there with its hash, and nothing else is listed.
 * ERR_NOTFOUND: no manifest; ERR_TRUST: a file differs. */
int manifest_check(struct arena *arena, const char *folder,
    struct err *err) MUST_CHECK;

#endif
