/*
 * fail: what SQLite reports, in words for the operator, and a look at a
 * file's first bytes before SQLite gets to write to it. A damaged file is
 * named together with what to do; a full disk is the system's fault and
 * not the database's. Section "Two stores" of the architecture.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "db/db_priv.h"

/* https://sqlite.org/fileformat2.html, 1.3 */
#define HEADER_LEN   100
#define HEADER_MAGIC "SQLite format 3" /* and its NUL */

static const char *
remedy(enum db_mode mode)
{
	if (mode == DB_MODE_PRECIOUS)
		return "nothing was changed; keep the file and restore a "
		       "backup";
	return "nothing is lost: rebuild it";
}

static bool
is_space_errno(int no)
{
	return no == ENOSPC || no == EDQUOT || no == EFBIG;
}

int
db_fail(struct db *db, int rc, const char *what, struct err *err)
{
	const char *path = db->path;
	const char *text = sqlite3_errmsg(db->handle);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		err_set(err, ERR_SYS,
		    "no space left on disk for %s: make room and try again",
		    path);
		break;
	case SQLITE_IOERR:
		if (is_space_errno(sqlite3_system_errno(db->handle)))
			err_set(err, ERR_SYS,
			    "no space left on disk for %s: make room and try "
			    "again",
			    path);
		else
			err_set(err, ERR_SYS,
			    "cannot read or write %s (%s): is the disk full "
			    "or failing?",
			    path, text);
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		err_set(err, ERR_DB, "%s is damaged (%s): %s", path, text,
		    remedy(db->mode));
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(err, ERR_BUSY,
		    "%s is held by another process: try again", path);
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		err_set(err, ERR_SYS,
		    "cannot open or write %s (%s): check its owner and mode",
		    path, text);
		break;
	case SQLITE_CONSTRAINT:
		err_set(err, ERR_CONFLICT, "%s: %s", path, text);
		break;
	default: err_set(err, ERR_DB, "%s: %s", path, text);
	}
	return what == NULL ? -1 : err_prefix(err, "%s", what);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* A log beside the file may hold what the file does not hold yet. */
static bool
has_log(const char *path)
{
	struct strbuf name;
	struct stat st;
	bool has;

	strbuf_init(&name, 8192);
	strbuf_addf(&name, "%s-wal", path);
	has = stat(name.buf, &st) == 0 && st.st_size > 0;
	strbuf_release(&name);
	return has;
}

static int
look_header(const char *path, enum db_mode mode, const uint8_t *head,
    int64_t size, struct err *err)
{
	int64_t page = head[16] << 8 | head[17];

	if (memcmp(head, HEADER_MAGIC, sizeof(HEADER_MAGIC)) != 0)
		return err_set(err, ERR_DB,
		    "%s is damaged (it does not start as a database does): "
		    "%s",
		    path, remedy(mode));
	if (page == 1)
		page = 65536;
	/* Bytes 28 to 31 are the size in pages when 24 equals 92. */
	if (be32(head + 24) == be32(head + 92) && !has_log(path) &&
	    size < (int64_t)be32(head + 28) * page)
		return err_set(err, ERR_DB,
		    "%s is damaged (cut off at %lld of %lld bytes): %s", path,
		    (long long)size, (long long)be32(head + 28) * page,
		    remedy(mode));
	return 0;
}

int
db_look(const char *path, enum db_mode mode, struct err *err)
{
	uint8_t head[HEADER_LEN];
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT) {
		if (mode == DB_MODE_READ)
			return err_set(err, ERR_NOTFOUND,
			    "%s: there is no such file", path);
		return 0;
	}
	if (fd == -1)
		return err_sys(err, "cannot open %s", path);
	if (fstat(fd, &st) == -1) {
		err_sys(err, "cannot look at %s", path);
		close(fd);
		return -1;
	}
	n = S_ISREG(st.st_mode) ? pread(fd, head, sizeof(head), 0) : -1;
	close(fd);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_SYS, "%s is not a regular file", path);
	/* A derived store that was never written is as good as absent; a
	 * precious one that is empty has lost something. */
	if (n == 0 && mode == DB_MODE_WRITE)
		return 0;
	if (n < (ssize_t)sizeof(head))
		return err_set(err, ERR_DB,
		    "%s is damaged (it has only %lld bytes): %s", path,
		    (long long)st.st_size, remedy(mode));
	return look_header(path, mode, head, st.st_size, err);
}
