/*
 * board: the work folder of a board: list.xml, <hash of a board key>.xml for
 * each endorsement, and old/ for lists that were endorsed before, so that who
 * signs sees what changed since (design: feed-protocol.md 6). Neighbours:
 * cmd_alliance.c changes it, cmd_alliance_sign.c endorses.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/board.h"

#define OLD_MAX 100 /* lists in old/ that are looked at */

const char *
board_key(struct app *app, const char *option, const char *text,
    struct err *err)
{
	char *key = arena_strdup(app->arena, text);
	uint8_t bytes[SHA256_LEN];

	for (char *p = key; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p |= 0x20;
	if (hex_decode(key, bytes, sizeof(bytes)) == 0)
		return key;
	err_set(err, ERR_USAGE, "%s must be 64 hexadecimal digits", option);
	return NULL;
}

int
board_open(struct app *app, const char *folder, struct board *ret_board,
    struct err *err)
{
	struct verify_reader reader = app_reader(app);
	struct board board = { .folder = folder };

	if (pull_list_read(app->arena, folder, &board.files, err) == -1) {
		if (err->code == ERR_NOTFOUND)
			err_set(err, ERR_NOTFOUND,
			    "%s: no list.xml here: gspd alliance new %s makes "
			    "one",
			    folder, folder);
		return -1;
	}
	if (reader.alliance(reader.ctx, app->arena, board.files.list.data,
		board.files.list.len, &board.list, err) == -1)
		return err_prefix(err, "%s/list.xml", folder);
	sha256_hex(board.files.list.data, board.files.list.len, board.digest);
	*ret_board = board;
	return 0;
}

/* Endorsed by its key, whatever the list: the signed body is read again. */
static int
read_endorsement(struct app *app, const struct board *board, size_t i,
    struct feed_endorsement *ret_endorsement, struct err *err)
{
	const struct verify_file *file = &board->files.endorsements[i];
	struct verify_reader reader = app_reader(app);
	const char *body;
	char digest[65];
	size_t len;

	if (verify_signed(app->arena, FEED_DOC_ENDORSEMENT, file->data,
		file->len, board->files.keys[i], &body, &len, digest,
		err) == -1)
		return -1;
	return reader.endorsement(reader.ctx, app->arena, body, len,
	    ret_endorsement, err);
}

int
board_endorsement(struct app *app, const struct board *board, const char *key,
    struct feed_endorsement *ret_endorsement, struct err *err)
{
	for (size_t i = 0; i < board->files.n; i++)
		if (strcmp(board->files.keys[i], key) == 0)
			return read_endorsement(app, board, i, ret_endorsement,
			    err);
	return err_set(err, ERR_NOTFOUND, "%s: not endorsed by %.8s...",
	    board->folder, key);
}

static const char *
old_path(struct app *app, const struct board *board, const char *digest)
{
	return arena_printf(app->arena, "%s/old/%s.xml", board->folder, digest);
}

const struct feed_alliance *
board_endorsed(struct app *app, const struct board *board,
    const struct feed_endorsement *endorsement)
{
	struct feed_alliance *list = arena_alloc(app->arena, sizeof(*list));
	struct verify_reader reader = app_reader(app);
	char digest[SHA256_HEX_LEN];
	struct strbuf sb;
	struct err err;
	bool is_it;

	if (strcmp(endorsement->list, board->digest) == 0)
		return &board->list;
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	is_it = file_read(old_path(app, board, endorsement->list),
		    FEED_ALLIANCE_MAX, &sb, &err) == 0;
	if (is_it) {
		/* Whoever keeps the folder can not show another past. */
		sha256_hex(sb.buf, sb.len, digest);
		is_it = strcmp(digest, endorsement->list) == 0 &&
			reader.alliance(reader.ctx, app->arena, sb.buf, sb.len,
			    list, &err) == 0;
	}
	strbuf_release(&sb);
	return is_it ? list : NULL;
}

/* ---- saving ---- */

static bool
is_endorsed(struct app *app, const struct board *board, const char *digest)
{
	struct feed_endorsement endorsement;
	struct err err;

	for (size_t i = 0; i < board->files.n; i++)
		if (read_endorsement(app, board, i, &endorsement, &err) == 0 &&
		    strcmp(endorsement.list, digest) == 0)
			return true;
	return false;
}

/* The list as it is into old/, when somebody endorsed it; others leave. */
static int
keep_old(struct app *app, const struct board *board, struct err *err)
{
	const char *folder = arena_printf(app->arena, "%s/old", board->folder);
	char **names;
	size_t n;

	if (file_mkdirs(folder, 0755, err) == -1 ||
	    file_list(app->arena, folder, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n && i < OLD_MAX; i++) {
		char *digest = arena_strndup(app->arena, names[i],
		    strcspn(names[i], "."));

		if (strlen(digest) == 64 && !is_endorsed(app, board, digest) &&
		    file_remove(old_path(app, board, digest), err) == -1)
			return -1;
	}
	if (!is_endorsed(app, board, board->digest))
		return 0;
	return file_replace(old_path(app, board, board->digest),
	    board->files.list.data, board->files.list.len, 0644, err);
}

int
board_save(struct app *app, struct board *board, struct err *err)
{
	struct feed_alliance *list = &board->list;
	int64_t life = list->expires - list->serial, now = clock_now();
	struct strbuf sb;
	int ret = -1;

	list->serial = now > list->serial ? now : list->serial + 1;
	list->expires = list->serial + life;
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	if (feed_alliance_write(list, &sb, err) == 0 &&
	    keep_old(app, board, err) == 0)
		ret = file_replace(arena_printf(app->arena, "%s/list.xml",
				       board->folder),
		    sb.buf, sb.len, 0644, err);
	strbuf_release(&sb);
	return ret;
}

/* ---- what changed ---- */

static void
add_urls(struct strbuf *sb, const struct feed_member *member)
{
	for (size_t i = 0; i < member->n_urls; i++)
		strbuf_addf(sb, " %s", member->urls[i]);
}

bool
board_same_urls(const struct feed_member *a, const struct feed_member *b)
{
	if (a->n_urls != b->n_urls)
		return false;
	for (size_t i = 0; i < a->n_urls; i++)
		if (strcmp(a->urls[i], b->urls[i]) != 0)
			return false;
	return true;
}

static void
add_change(struct strbuf *sb, const struct feed_member *old,
    const struct feed_member *member)
{
	const char *node = member->node;
	bool was_in = old != NULL && !old->has_left;

	if (member->has_left) {
		if (was_in)
			strbuf_addf(sb, "- %s leaves\n", node);
		return;
	}
	if (!was_in)
		strbuf_addf(sb, "+ %s joins, key %s\n", node, member->key);
	else if (strcmp(old->key, member->key) != 0)
		strbuf_addf(sb, "! %s has another key: %s instead of %s\n",
		    node, member->key, old->key);
	if (!was_in || !board_same_urls(old, member)) {
		strbuf_addf(sb, "  %s is at", node);
		add_urls(sb, member);
		strbuf_addch(sb, '\n');
	}
	if (member->epoch != (was_in ? old->epoch : 0))
		strbuf_addf(sb, "  %s: the key is that of epoch %" PRId64 "\n",
		    node, member->epoch);
	if (member->least != (was_in ? old->least : 0))
		strbuf_addf(sb,
		    "  %s: heads below serial %" PRId64 " are refused\n", node,
		    member->least);
}

void
board_changes(struct strbuf *sb, const struct feed_alliance *old,
    const struct feed_alliance *list)
{
	char text[CLOCK_TEXT_LEN];

	if (old == NULL || strcmp(old->name, list->name) != 0)
		strbuf_addf(sb, "  name: %s\n", list->name);
	if (old == NULL || old->expires != list->expires) {
		clock_format(list->expires, text);
		strbuf_addf(sb, "  expires %s\n", text);
	}
	for (size_t i = 0; i < list->n; i++)
		add_change(sb,
		    old != NULL ? feed_member_find(old, list->members[i].node)
				: NULL,
		    &list->members[i]);
	for (size_t i = 0; old != NULL && i < old->n; i++)
		if (feed_member_find(list, old->members[i].node) == NULL)
			strbuf_addf(sb, "- %s is not named any more\n",
			    old->members[i].node);
}
