/*
 * edit: changes in peers.conf made by commands. What people wrote (comments,
 * order, blanks) stays; the new text is parsed before it takes the old one's
 * place. Neighbours: peers.c reads, line.c cuts (design: ux.md, `gspd peer`).
 */
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/option.h"

#define PEERS_CONF_MODE 0600

struct edit {
	struct strbuf path;
	struct strbuf text; /* as it stands */
	struct strbuf out;  /* as it will be */
	int lock_fd;
};

static int
edit_open(struct edit *e, const char *folder, struct err *err)
{
	struct strbuf lock;

	e->lock_fd = -1;
	strbuf_init(&e->path, CONF_LINE_MAX);
	strbuf_init(&e->text, CONF_FILE_MAX);
	strbuf_init(&e->out, CONF_FILE_MAX);
	strbuf_init(&lock, CONF_LINE_MAX);
	strbuf_addf(&e->path, "%s/peers.conf", folder);
	strbuf_addf(&lock, "%s/peers.lock", folder);
	e->lock_fd = file_lock(lock.buf, true, err);
	strbuf_release(&lock);
	if (e->lock_fd == -1)
		return -1;
	if (file_read(e->path.buf, CONF_FILE_MAX, &e->text, err) == -1 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	return 0;
}

static void
edit_close(struct edit *e)
{
	strbuf_release(&e->path);
	strbuf_release(&e->text);
	strbuf_release(&e->out);
	if (e->lock_fd != -1)
		close(e->lock_fd);
}

static int
edit_save(struct edit *e, struct err *err)
{
	struct conf_peers peers;

	if (strbuf_check(&e->out, "peers.conf", err) == -1 ||
	    conf_peers_parse(e->path.buf, e->out.buf, e->out.len, &peers,
		err) == -1)
		return -1;
	conf_peers_release(&peers);
	return file_replace(e->path.buf, e->out.buf, e->out.len,
	    PEERS_CONF_MODE, err);
}

static int
is_section_of(const struct line *line, const char *name)
{
	const char *at = line->name;

	if (line->kind != LINE_SECTION || strncmp(at, "peer", 4) != 0)
		return 0;
	at += 4;
	return strcmp(at + strspn(at, " \t"), name) == 0;
}

/* Where things stand in the text; all 0 when the peer is not there. */
struct place {
	size_t start;     /* of the header */
	size_t keys_end;  /* behind the last key line, or the header */
	size_t key_start; /* of the line with the key looked for ... */
	size_t key_end;   /* ... 0: not there */
};

static int
edit_find(struct edit *e, const char *name, const char *key,
    struct place *ret_place, struct err *err)
{
	struct lines lines = { .file = e->path.buf,
		.data = e->text.buf,
		.len = e->text.len };
	struct place place = { 0 };
	struct line line;
	int more, inside = 0;

	lines.arena = arena_new();
	while ((more = line_next(&lines, &line, err)) == 1) {
		if (line.kind == LINE_SECTION) {
			inside = is_section_of(&line, name);
			if (inside)
				place.start = line.start;
		}
		if (!inside || line.kind == LINE_BLANK)
			continue;
		place.keys_end = line.end;
		if (key != NULL && line.kind == LINE_PAIR &&
		    strcmp(line.name, key) == 0) {
			place.key_start = line.start;
			place.key_end = line.end;
		}
	}
	arena_free(lines.arena);
	if (more == -1)
		return -1;
	if (place.keys_end == 0)
		return err_set(err, ERR_NOTFOUND,
		    "%s: no peer %s: gspd peer list shows who is there",
		    e->path.buf, name);
	*ret_place = place;
	return 0;
}

/* The text up to `end`, with a newline when the file lacks the last one. */
static void
keep(struct edit *e, size_t start, size_t end)
{
	strbuf_add(&e->out, e->text.buf + start, end - start);
	if (e->out.len > 0 && e->out.buf[e->out.len - 1] != '\n')
		strbuf_addch(&e->out, '\n');
}

int
conf_peer_add(const char *folder, const struct conf_peer *peer, struct err *err)
{
	struct edit e;
	struct place place;
	struct strbuf value;
	int ret = -1;

	strbuf_init(&value, CONF_LINE_MAX);
	if (edit_open(&e, folder, err) == -1)
		goto out;
	if (edit_find(&e, peer->name, NULL, &place, err) == 0) {
		err_set(err, ERR_CONFLICT,
		    "%s: there is a peer %s already: gspd peer remove %s first",
		    e.path.buf, peer->name, peer->name);
		goto out;
	}
	if (err->code != ERR_NOTFOUND)
		goto out;
	keep(&e, 0, e.text.len);
	strbuf_addf(&e.out, "%s[peer %s]\n", e.out.len > 0 ? "\n" : "",
	    peer->name);
	for (size_t i = 0; i < N_PEER_OPTIONS; i++) {
		const struct option *option = &peer_options[i];

		strbuf_reset(&value);
		option_get(option, peer, &value);
		if (strcmp(option->def, value.len > 0 ? value.buf : "") != 0)
			strbuf_addf(&e.out, "%s = %s\n", option->key,
			    value.buf);
	}
	ret = edit_save(&e, err);
out:
	strbuf_release(&value);
	edit_close(&e);
	return ret;
}

int
conf_peer_remove(const char *folder, const char *name, struct err *err)
{
	struct edit e;
	struct place place;
	size_t from;
	int ret = -1;

	if (edit_open(&e, folder, err) == -1 ||
	    edit_find(&e, name, NULL, &place, err) == -1)
		goto out;
	/* The blank line that conf_peer_add() put in front goes too. */
	from = place.start;
	if (from >= 2 && e.text.buf[from - 1] == '\n' &&
	    e.text.buf[from - 2] == '\n')
		from--;
	keep(&e, 0, from);
	keep(&e, place.keys_end, e.text.len);
	ret = edit_save(&e, err);
out:
	edit_close(&e);
	return ret;
}

int
conf_peer_set(const char *folder, const char *name, const char *key,
    const char *value, struct err *err)
{
	struct edit e;
	struct place place;
	int ret = -1;

	if (edit_open(&e, folder, err) == -1 ||
	    edit_find(&e, name, key, &place, err) == -1)
		goto out;
	if (value != NULL && strpbrk(value, "\r\n") != NULL) {
		err_set(err, ERR_CONF, "%s takes one line", key);
		goto out;
	}
	if (place.key_end == 0)
		place.key_start = place.key_end = place.keys_end;
	keep(&e, 0, place.key_start);
	if (value != NULL)
		strbuf_addf(&e.out, "%s = %s\n", key, value);
	keep(&e, place.key_end, e.text.len);
	ret = edit_save(&e, err);
out:
	edit_close(&e);
	return ret;
}
