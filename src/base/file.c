/*
 * file: whole files that a reader sees old or new, never half; folders.
 */
#define _GNU_SOURCE /* syncfs() */
#include "base/file.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/vec.h"

int
file_read(const char *path, size_t max, struct strbuf *ret_sb, struct err *err)
{
	struct stat st;
	char buf[65536];
	ssize_t n;
	int fd, ret = -1;

	strbuf_init(ret_sb, max);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1) {
		err_sys(err, "%s", path);
		if (errno == ENOENT && err != NULL)
			err->code = ERR_NOTFOUND;
		return -1;
	}
	if (fstat(fd, &st) == -1) {
		err_sys(err, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_FORMAT, "%s: not a plain file", path);
		goto out;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		strbuf_add(ret_sb, buf, (size_t)n);
		if (strbuf_check(ret_sb, path, err) == -1)
			goto out;
	}
	if (n == -1) {
		err_sys(err, "%s", path);
		goto out;
	}
	ret = 0;
out:
	close(fd);
	return ret;
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
put(const char *path, const void *data, size_t len, mode_t mode, bool sync,
    struct err *err)
{
	char temp[PATH_MAX], dir[PATH_MAX];
	char *slash;
	int fd = -1;

	if (snprintf(temp, sizeof(temp), "%s.%ld.tmp", path, (long)getpid()) >=
	    (int)sizeof(temp))
		return err_set(err, ERR_LIMIT, "%s: name too long", path);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    mode);
	if (fd == -1)
		return err_sys(err, "%s", temp);
	if (fchmod(fd, mode) == -1 || write_all(fd, data, len) == -1 ||
	    (sync && fsync(fd) == -1)) {
		err_sys(err, "writing %s", path);
		goto fail;
	}
	if (close(fd) == -1) {
		fd = -1;
		err_sys(err, "writing %s", path);
		goto fail;
	}
	fd = -1;
	if (rename(temp, path) == -1) {
		err_sys(err, "%s", path);
		goto fail;
	}
	if (!sync)
		return 0;
	(void)snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else if (slash == dir)
		dir[1] = '\0';
	else
		*slash = '\0';
	return file_sync_dir(dir, err);
fail:
	if (fd != -1)
		close(fd);
	(void)unlink(temp);
	return -1;
}

int
file_replace(const char *path, const void *data, size_t len, mode_t mode,
    struct err *err)
{
	return put(path, data, len, mode, true, err);
}

int
file_put(const char *path, const void *data, size_t len, mode_t mode,
    struct err *err)
{
	return put(path, data, len, mode, false, err);
}

static int
sync_path(const char *path, int flags, int (*sync)(int fd), struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int rc;

	if (fd == -1)
		return err_sys(err, "%s", path);
	rc = sync(fd);
	if (rc == -1)
		err_sys(err, "%s", path);
	close(fd);
	return rc;
}

int
file_sync(const char *path, struct err *err)
{
	return sync_path(path, 0, fsync, err);
}

int
file_sync_dir(const char *path, struct err *err)
{
	return sync_path(path, O_DIRECTORY, fsync, err);
}

int
file_sync_fs(const char *path, struct err *err)
{
	return sync_path(path, O_DIRECTORY, syncfs, err);
}

int
file_mkdirs(const char *path, mode_t mode, struct err *err)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return err_set(err, ERR_LIMIT, "%s: name too long", path);
	for (char *p = part + 1;; p++) {
		char ch = *p;

		if (ch != '/' && ch != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, mode) == -1 && errno != EEXIST)
			return err_sys(err, "%s", part);
		if (ch == '\0')
			break;
		*p = ch;
	}
	return 0;
}

bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
file_list(struct arena *arena, const char *path, char ***ret_names,
    size_t *ret_n, struct err *err)
{
	char **names = NULL, **out;
	size_t n = 0, cap = 0;
	struct dirent *de;
	DIR *dir = opendir(path);

	if (dir == NULL && errno != ENOENT)
		return err_sys(err, "%s", path);
	while (dir != NULL && (de = readdir(dir)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		VEC_PUSH(names, n, cap, arena_strdup(arena, de->d_name));
	}
	if (dir != NULL)
		closedir(dir);
	if (n > 1)
		qsort(names, n, sizeof(*names), by_name);
	out = arena_items(arena, names, n, sizeof(*names));
	free(names);
	*ret_names = out;
	*ret_n = n;
	return 0;
}

int
file_remove(const char *path, struct err *err)
{
	if (unlink(path) == -1 && errno != ENOENT)
		return err_sys(err, "%s", path);
	return 0;
}

int
file_remove_tree(const char *path, struct err *err)
{
	struct arena *arena;
	struct stat st;
	char **names;
	size_t n;
	int ret = -1;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return file_remove(path, err);
	arena = arena_new();
	if (file_list(arena, path, &names, &n, err) == -1)
		goto out;
	for (size_t i = 0; i < n; i++) {
		if (file_remove_tree(arena_printf(arena, "%s/%s", path,
					 names[i]),
			err) == -1)
			goto out;
	}
	if (rmdir(path) == -1 && errno != ENOENT) {
		err_sys(err, "%s", path);
		goto out;
	}
	ret = 0;
out:
	arena_free(arena);
	return ret;
}

int
file_lock(const char *path, bool wait, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1)
		return err_sys(err, "%s", path);
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) == -1) {
		if (errno == EINTR)
			continue;
		if (errno == EWOULDBLOCK) {
			err_set(err, ERR_BUSY,
			    "%s is held by another gspd; wait or stop it",
			    path);
		} else {
			err_sys(err, "%s", path);
		}
		close(fd);
		return -1;
	}
	return fd;
}
