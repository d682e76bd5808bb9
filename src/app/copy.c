/*
 * copy: the files of a backup and its manifest of hashes. Neighbour:
 * cmd_backup.c (design: architecture.md, "Two stores").
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/copy.h"

#define PIECE        65536
#define MANIFEST_MAX (1024 * 1024)

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
copy_file(const char *from, const char *to, struct err *err)
{
	char piece[PIECE];
	int in = -1, out = -1, ret = -1;
	ssize_t n;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in == -1) {
		err_sys(err, "%s", from);
		goto out;
	}
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out == -1 && errno == EEXIST) {
		err_set(err, ERR_CONFLICT, "%s exists", to);
		goto out;
	}
	if (out == -1) {
		err_sys(err, "%s", to);
		goto out;
	}
	while ((n = read(in, piece, sizeof(piece))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_sys(err, "%s", from);
			goto out;
		}
		if (write_all(out, piece, (size_t)n) == -1) {
			err_sys(err, "%s", to);
			goto out;
		}
	}
	if (fsync(out) == -1) {
		err_sys(err, "%s", to);
		goto out;
	}
	ret = 0;
out:
	if (in != -1)
		close(in);
	if (out != -1)
		close(out);
	return ret;
}

int
hash_file(const char *path, char ret_hex[SHA256_HEX_LEN], struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 *sha;
	char piece[PIECE];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return err_set(err, ERR_NOTFOUND, "%s is missing", path);
	if (fd == -1)
		return err_sys(err, "%s", path);
	sha = sha256_new();
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		sha256_update(sha, piece, (size_t)n);
	sha256_final(sha, digest);
	sha256_free(sha);
	if (n == -1)
		err_sys(err, "%s", path);
	close(fd);
	if (n == -1)
		return -1;
	hex_encode(digest, sizeof(digest), ret_hex);
	return 0;
}

int
copy_list(struct arena *arena, const char *folder, const char ***ret_names,
    size_t *ret_n, struct err *err)
{
	static const char *const tops[] = { "gspd.conf", "peers.conf",
		"ledger.db" };
	const char **names;
	char **keys;
	size_t n = 0, n_keys;

	if (file_list(arena, arena_printf(arena, "%s/keys", folder), &keys,
		&n_keys, err) == -1)
		return -1;
	names = arena_alloc(arena, (ARRAY_LEN(tops) + n_keys) * sizeof(*names));
	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if (file_exists(arena_printf(arena, "%s/%s", folder, tops[i])))
			names[n++] = tops[i];
	for (size_t i = 0; i < n_keys; i++)
		names[n++] = arena_printf(arena, "keys/%s", keys[i]);
	*ret_names = names;
	*ret_n = n;
	return 0;
}

int
copy_manifest_write(struct app *app, const char *folder, struct err *err)
{
	const char **names;
	char hex[SHA256_HEX_LEN], at[CLOCK_TEXT_LEN];
	struct strbuf sb;
	size_t n;
	int ret = -1;

	strbuf_init(&sb, MANIFEST_MAX);
	clock_format(clock_now(), at);
	strbuf_addf(&sb, "gspd backup 1\nnode %s\nmade %s\n", app->conf.node,
	    at);
	if (copy_list(app->arena, folder, &names, &n, err) == -1)
		goto out;
	for (size_t i = 0; i < n; i++) {
		if (hash_file(arena_printf(app->arena, "%s/%s", folder,
				  names[i]),
			hex, err) == -1)
			goto out;
		strbuf_addf(&sb, "%s  %s\n", hex, names[i]);
	}
	if (strbuf_check(&sb, BACKUP_MANIFEST, err) == -1)
		goto out;
	ret = file_replace(arena_printf(app->arena, "%s/" BACKUP_MANIFEST,
			       folder),
	    sb.buf, sb.len, 0600, err);
out:
	strbuf_release(&sb);
	return ret;
}

static int
check_line(struct arena *arena, const char *folder, const char *line,
    struct err *err)
{
	char hex[SHA256_HEX_LEN];
	const char *name = line + SHA256_HEX_LEN + 1;

	if (strlen(line) < SHA256_HEX_LEN + 2 || *name == '/' ||
	    strstr(name, "..") != NULL)
		return err_set(err, ERR_FORMAT,
		    "%s/" BACKUP_MANIFEST ": this is no backup's manifest",
		    folder);
	if (hash_file(arena_printf(arena, "%s/%s", folder, name), hex, err) ==
	    -1)
		return -1;
	if (strncmp(hex, line, SHA256_HEX_LEN - 1) != 0)
		return err_set(err, ERR_TRUST,
		    "%s/%s is not what was backed up: use another backup",
		    folder, name);
	return 0;
}

int
manifest_check(struct arena *arena, const char *folder, struct err *err)
{
	static const char first[] = "gspd backup 1\n";
	struct strbuf sb;
	char *line, *end;
	bool has_ledger = false, has_conf = false;
	int number = 1, ret = -1;

	if (file_read(arena_printf(arena, "%s/" BACKUP_MANIFEST, folder),
		MANIFEST_MAX, &sb, err) == -1) {
		if (err->code == ERR_NOTFOUND)
			err_set(err, ERR_NOTFOUND,
			    "%s: no file " BACKUP_MANIFEST
			    " here: this is no folder that gspd backup made",
			    folder);
		goto out;
	}
	if (strncmp(sb.buf, first, sizeof(first) - 1) != 0) {
		err_set(err, ERR_FORMAT,
		    "%s/" BACKUP_MANIFEST ": not a manifest of this version",
		    folder);
		goto out;
	}
	for (line = sb.buf; *line != '\0'; line = end + 1, number++) {
		end = strchr(line, '\n');
		if (end == NULL) {
			err_set(err, ERR_FORMAT,
			    "%s/" BACKUP_MANIFEST ": cut short", folder);
			goto out;
		}
		*end = '\0';
		if (number <= 3)
			continue;
		if (check_line(arena, folder, line, err) == -1)
			goto out;
		has_ledger |= strstr(line, "  ledger.db") != NULL;
		has_conf |= strstr(line, "  gspd.conf") != NULL;
	}
	if (has_ledger && has_conf)
		ret = 0;
	else
		err_set(err, ERR_FORMAT,
		    "%s/" BACKUP_MANIFEST ": ledger or gspd.conf is missing",
		    folder);
out:
	strbuf_release(&sb);
	return ret;
}
