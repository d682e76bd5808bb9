/*
 * copy: a consistent copy of a database that is in use, for backups. The
 * copy is on disk, name and bytes, when db_copy() returns.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db_priv.h"
#include "db/db_sql.h"

static int
sync_file(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(err, "cannot open %s", path);
	if (fsync(fd) == -1) {
		err_sys(err, "cannot write %s", path);
		close(fd);
		return -1;
	}
	close(fd);
	if (slash == NULL)
		return file_sync_dir(".", err);
	dir = xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	rc = file_sync_dir(dir, err);
	free(dir);
	return rc;
}

int
db_copy(struct db *db, const char *path, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	mode_t old;
	int rc;

	if (file_exists(path))
		return err_set(err, ERR_CONFLICT,
		    "%s exists already: choose another name", path);
	rc = sqlite3_prepare_v2(db->handle, DB_SQL_COPY, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK) {
		/* A copy of what is private is private. */
		old = umask(077);
		rc = sqlite3_step(stmt);
		umask(old);
	}
	sqlite3_finalize(stmt);
	if (rc != SQLITE_DONE) {
		db_fail(db, rc, NULL, err);
		err_prefix(err, "copy to %s", path);
		unlink(path);
		return -1;
	}
	return sync_file(path, err);
}
