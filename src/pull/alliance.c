/*
 * alliance: what a membership list means here (feed-protocol.md 6): it is
 * judged against the board of peers.conf, kept in <folder>/alliance/ and the
 * ledger, and members that left are hidden at once. follow.c fetches it;
 * ledger/effective.c makes peers of the members.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/follow.h"

#define LIST_NAME "list.xml"
#define KEY_LEN   64

static int64_t
env_now(const struct pull_env *env)
{
	return env->now(env->now_ctx);
}

int64_t
pull_alliance_due(const struct conf_alliance *alliance,
    const struct ledger_alliance *row, int64_t interval_s, int64_t now)
{
	struct ledger_peer peer = { .name = FOLLOW_FOLDER,
		.last_try = row->last_try,
		.failures = row->failures,
		.retry_at = row->retry_at };
	char source[65];

	ledger_alliance_source(alliance, source);
	if (strcmp(source, row->source) != 0)
		return 0;
	return pull_due(&peer, interval_s, now);
}

/* ---- the files ---- */

int
pull_list_read(struct arena *arena, const char *folder,
    struct pull_list *ret_list, struct err *err)
{
	struct pull_list list = { 0 };
	struct strbuf sb;
	char **names;
	size_t n;
	int ret = -1;

	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	if (file_read(arena_printf(arena, "%s/" LIST_NAME, folder),
		FEED_ALLIANCE_MAX, &sb, err) == -1 ||
	    file_list(arena, folder, &names, &n, err) == -1)
		goto out;
	list.list.data = arena_strndup(arena, sb.buf, sb.len);
	list.list.len = sb.len;
	list.endorsements = arena_alloc(arena,
	    (CONF_ALLIANCE_BOARD + 1) * sizeof(*list.endorsements));
	list.keys = arena_alloc(arena,
	    (CONF_ALLIANCE_BOARD + 1) * sizeof(*list.keys));
	for (size_t i = 0; i < n && list.n < CONF_ALLIANCE_BOARD; i++) {
		if (strlen(names[i]) != KEY_LEN + 4 ||
		    strspn(names[i], "0123456789abcdef") != KEY_LEN ||
		    strcmp(names[i] + KEY_LEN, ".xml") != 0)
			continue;
		strbuf_release(&sb);
		if (file_read(arena_printf(arena, "%s/%s", folder, names[i]),
			FEED_ENDORSEMENT_MAX, &sb, err) == -1)
			goto out;
		list.keys[list.n] = arena_strndup(arena, names[i], KEY_LEN);
		list.endorsements[list.n++] = (struct verify_file){
			arena_strndup(arena, sb.buf, sb.len), sb.len
		};
	}
	*ret_list = list;
	ret = 0;
out:
	strbuf_release(&sb);
	return ret;
}

/* The endorsements that count, named by their keys, then the list. */
static int
keep_files(struct pull_follow *follow, struct err *err)
{
	struct arena *arena = follow->arena;
	const char *folder = arena_printf(arena, "%s/" FOLLOW_FOLDER,
	    follow->env.folder);
	struct verify_reader reader = parser_reader(follow->parser);
	const char *key;

	if (file_remove_tree(folder, err) == -1 ||
	    file_mkdirs(folder, 0755, err) == -1)
		return -1;
	for (size_t k = 0;
	     (key = conf_word(arena, follow->conf.board, k)) != NULL; k++)
		for (size_t i = 0; i < follow->got.n; i++) {
			const struct verify_file *file =
			    &follow->got.endorsements[i];
			struct feed_endorsement endorsement;
			struct err why = { 0 };

			if (verify_endorsement(arena, file, key, follow->digest,
				&reader, &endorsement, &why) == -1) {
				if (why.code != ERR_SYS)
					continue;
				*err = why;
				return -1;
			}
			if (file_replace(arena_printf(arena, "%s/%s.xml",
					     folder, key),
				file->data, file->len, 0644, err) == -1)
				return -1;
		}
	return file_replace(arena_printf(arena, "%s/" LIST_NAME, folder),
	    follow->got.list.data, follow->got.list.len, 0644, err);
}

/* ---- judging ---- */

static enum verify_verdict
judge(struct pull_follow *follow, int64_t min_serial, const char *min_digest,
    struct err *err)
{
	const char *keys[CONF_ALLIANCE_BOARD];
	struct verify_reader reader;
	struct verify_board board = { .keys = keys,
		.reader = &reader,
		.needed = follow->conf.needed,
		.now = env_now(&follow->env),
		.min_serial = min_serial,
		.min_digest = min_digest };

	/* No address pays for what another one gave. */
	parser_free(follow->parser);
	follow->parser = parser_new(follow->env.parser, 0);
	reader = parser_reader(follow->parser);
	while (board.n < ARRAY_LEN(keys) &&
	       (keys[board.n] = conf_word(follow->arena, follow->conf.board,
		    board.n)) != NULL)
		board.n++;
	return verify_alliance(follow->arena, &follow->got.list,
	    follow->got.endorsements, follow->got.n, &board, &follow->list,
	    follow->digest, &follow->endorsed, err);
}

bool
follow_judge(struct pull_follow *follow, struct err *err)
{
	bool is_held = strcmp(follow->row.source, follow->source) == 0 &&
		       follow->row.serial != 0;
	int64_t held = is_held ? follow->row.serial : 0;

	follow->verdict = judge(follow, held,
	    is_held ? follow->row.digest : NULL, err);
	switch (follow->verdict) {
	case VERIFY_NEW:
	case VERIFY_SAME: return true;
	/*
	 * The board is late: what is in force stays, and a later word of the
	 * board is still better than an earlier one. But who holds nothing yet
	 * can not tell it from an old list that somebody shows again.
	 */
	case VERIFY_EXPIRED:
		follow->verdict = follow->list.serial > held ? VERIFY_NEW
							     : VERIFY_SAME;
		return is_held;
	default: return false;
	}
}

/* ---- members that left ---- */

static int
hide_feed(struct pull_env *env, const char *node, bool *is_begun,
    struct err *err)
{
	struct catalogue_feed feed;
	struct err why = { 0 };

	if (catalogue_feed_get(env->catalogue, node, &feed, &why) == -1) {
		if (why.code == ERR_NOTFOUND)
			return 0;
		*err = why;
		return -1;
	}
	if (feed.is_hidden || feed.serial == 0)
		return 0;
	if (!*is_begun && catalogue_begin(env->catalogue, err) == -1)
		return -1;
	*is_begun = true;
	feed.is_hidden = true;
	return catalogue_feed_put(env->catalogue, &feed, err);
}

/* Every member that is no peer (any more), in one transaction. */
static int
hide_others(struct pull_env *env, const struct conf_peers *peers,
    const struct ledger_member *members, size_t n, struct err *err)
{
	struct err local = { 0 };
	bool is_begun = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(members[i].node, env->node) == 0 ||
		    conf_peer_find(peers, members[i].node) != NULL)
			continue;
		if (hide_feed(env, members[i].node, &is_begun, &local) == -1) {
			if (is_begun)
				catalogue_rollback(env->catalogue);
			*err = local;
			return err_prefix(err, "member %s", members[i].node);
		}
	}
	if (!is_begun)
		return 0;
	return catalogue_commit(env->catalogue, search_watch(env->search), err);
}

static int
hide_leavers(struct pull_env *env, struct arena *arena, struct err *err)
{
	struct conf_peers peers = { 0 };
	struct ledger_member *members;
	size_t n;
	int ret = -1;

	if (ledger_peers_read(env->ledger, env->folder, env->node, &peers,
		err) == 0 &&
	    ledger_members(env->ledger, arena, &members, &n, err) == 0)
		ret = hide_others(env, &peers, members, n, err);
	conf_peers_release(&peers);
	return ret;
}

/* ---- taking a list ---- */

static const struct ledger_member *
find(const struct ledger_member *members, size_t n, const char *node)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(members[i].node, node) == 0)
			return &members[i];
	return NULL;
}

static struct ledger_member
member_of(struct arena *arena, const struct feed_member *from)
{
	struct ledger_member member = { .epoch = from->epoch,
		.is_left = from->has_left,
		.least = from->least };
	struct strbuf urls;

	memcpy(member.node, from->node, sizeof(member.node));
	memcpy(member.key, from->key, sizeof(member.key));
	strbuf_init(&urls, FEED_MEMBER_URLS * (FEED_MEMBER_URL_MAX + 1));
	for (size_t i = 0; i < from->n_urls; i++)
		strbuf_addf(&urls, "%s%s", i > 0 ? " " : "", from->urls[i]);
	member.urls = arena_strndup(arena, urls.buf, urls.len);
	strbuf_release(&urls);
	return member;
}

/*
 * Those of the list, and those of the list before that it does not name any
 * more: they left, as long as something of them is here to be hidden.
 */
static int
put_members(struct pull_follow *follow, struct pull_alliance_result *result,
    struct err *err)
{
	struct pull_env *env = &follow->env;
	const struct feed_alliance *list = &follow->list;
	struct ledger_member *old, *members;
	size_t n_old, n = 0;

	if (ledger_members(env->ledger, follow->arena, &old, &n_old, err) == -1)
		return -1;
	members = arena_alloc(follow->arena,
	    (list->n + n_old + 1) * sizeof(*members));
	for (size_t i = 0; i < list->n; i++) {
		const struct ledger_member *was = find(old, n_old,
		    list->members[i].node);
		bool was_in = was != NULL && !was->is_left;

		members[n] = member_of(follow->arena, &list->members[i]);
		result->joined += !members[n].is_left && !was_in;
		result->left += members[n].is_left && was_in;
		n++;
	}
	for (size_t i = 0; i < n_old; i++) {
		struct catalogue_feed feed;
		struct err why;

		if (feed_member_find(list, old[i].node) != NULL)
			continue;
		result->left += !old[i].is_left;
		if (catalogue_feed_get(env->catalogue, old[i].node, &feed,
			&why) == -1)
			continue;
		members[n] = old[i];
		members[n++].is_left = true;
	}
	return ledger_members_put(env->ledger, members, n, err);
}

static void
fill_row(struct pull_follow *follow)
{
	struct ledger_alliance *row = &follow->row;
	const char *url = conf_word(follow->arena, follow->conf.urls,
	    follow->url);

	(void)snprintf(row->source, sizeof(row->source), "%s", follow->source);
	(void)snprintf(row->name, sizeof(row->name), "%s", follow->list.name);
	row->serial = follow->list.serial;
	row->expires = follow->list.expires;
	row->endorsed = follow->endorsed;
	memcpy(row->digest, follow->digest, sizeof(row->digest));
	(void)snprintf(row->url, sizeof(row->url), "%s",
	    url != NULL ? url : "");
	(void)snprintf(row->etag, sizeof(row->etag), "%s", follow->etag);
}

/* The list is in force from here on; hidden is who left. */
static int
take_list(struct pull_follow *follow, struct pull_alliance_result *result,
    struct err *err)
{
	struct pull_env *env = &follow->env;

	if (ledger_begin(env->ledger, err) == -1)
		return -1;
	if (put_members(follow, result, err) == -1 ||
	    ledger_alliance_put(env->ledger, &follow->row, err) == -1) {
		ledger_rollback(env->ledger);
		return -1;
	}
	result->is_changed = true;
	if (ledger_commit(env->ledger, err) == -1)
		return -1;
	return hide_leavers(env, follow->arena, err);
}

/* As of now: what the row says when nothing but time went by. */
static void
warn_if_expired(struct ledger_alliance *row, int64_t now)
{
	char text[CLOCK_TEXT_LEN];

	if (row->reason[0] != '\0' || row->expires == 0 || now < row->expires)
		return;
	clock_format(row->expires, text);
	(void)snprintf(row->reason, sizeof(row->reason),
	    "membership list expired at %s: the board is late", text);
}

int
pull_follow_end(struct pull_follow *follow,
    struct pull_alliance_result *ret_result, struct err *err)
{
	struct pull_alliance_result result = { .is_good = follow->is_good };
	struct ledger_alliance *row = &follow->row;
	struct ledger *ledger = follow->env.ledger;
	int64_t now = env_now(&follow->env);
	struct err local = { 0 };
	int rc = 0;

	row->last_try = now;
	row->retry_at = follow->retry_after_s > 0 ? now + follow->retry_after_s
						  : 0;
	row->failures = follow->is_good ? 0 : row->failures + 1;
	(void)snprintf(row->reason, sizeof(row->reason), "%s", follow->reason);
	if (follow->is_good)
		row->last_good = now;
	if (!follow->is_good || follow->is_unchanged) {
		warn_if_expired(row, now);
		rc = ledger_alliance_put(ledger, row, &local);
	} else if (keep_files(follow, &local) == -1) {
		rc = -1;
	} else {
		fill_row(follow);
		rc = follow->verdict == VERIFY_SAME
			 ? ledger_alliance_put(ledger, row, &local)
			 : take_list(follow, &result, &local);
	}
	if (rc == -1) {
		*err = local;
		return -1;
	}
	(void)snprintf(result.reason, sizeof(result.reason), "%s", row->reason);
	*ret_result = result;
	return 0;
}

/* ---- another board, or none ---- */

/* The kept list under the board that peers.conf names now: 1, 0 when that
 * does not stand behind it, -1 when it could not be read. */
static int
judge_kept(struct pull_follow *follow, struct err *err)
{
	const char *folder = arena_printf(follow->arena, "%s/" FOLLOW_FOLDER,
	    follow->env.folder);
	struct err why = { 0 };

	if (pull_list_read(follow->arena, folder, &follow->got, &why) == -1)
		return 0;
	switch (judge(follow, 0, NULL, &why)) {
	case VERIFY_NEW:
	case VERIFY_EXPIRED: break;
	default:
		if (why.code != ERR_SYS)
			return 0;
		*err = why;
		return -1;
	}
	/* What is in force, and no older list that was left lying about. */
	return strcmp(follow->digest, follow->row.digest) == 0;
}

static int
forget_list(struct pull_env *env, struct arena *arena, const char *source,
    struct err *err)
{
	struct ledger_alliance row = { 0 };

	(void)snprintf(row.source, sizeof(row.source), "%s", source);
	if (ledger_alliance_put(env->ledger, &row, err) == -1 ||
	    ledger_members_put(env->ledger, NULL, 0, err) == -1)
		return -1;
	return file_remove_tree(arena_printf(arena, "%s/" FOLLOW_FOLDER,
				    env->folder),
	    err);
}

static int
change_board(struct pull_env *env, const struct conf_alliance *alliance,
    struct arena *arena, bool *ret_changed, struct err *err)
{
	struct pull_follow *follow = pull_follow_new(env, alliance, err);
	struct err local = { 0 };
	struct ledger_alliance *row;
	int ret = -1, is_kept;

	if (follow == NULL)
		return -1;
	row = &follow->row;
	if (strcmp(row->source, follow->source) == 0) {
		ret = 0;
		goto out;
	}
	is_kept = judge_kept(follow, &local);
	if (is_kept == -1) {
		if (err != NULL)
			*err = local;
		goto out;
	}
	*ret_changed = true;
	if (is_kept) {
		(void)snprintf(row->source, sizeof(row->source), "%s",
		    follow->source);
		row->endorsed = follow->endorsed;
		row->etag[0] = '\0';
		row->last_try = 0;
		ret = ledger_alliance_put(env->ledger, row, err);
	} else if (hide_leavers(env, arena, err) == 0) {
		ret = forget_list(env, arena, follow->source, err);
	}
out:
	pull_follow_free(follow);
	return ret;
}

int
pull_alliance_settle(struct pull_env *env, bool *ret_changed, struct err *err)
{
	struct arena *arena = arena_new();
	struct conf_peers peers = { 0 };
	struct ledger_alliance row;
	bool changed = false;
	int ret = -1;

	if (conf_peers_read(env->folder, &peers, err) == -1 ||
	    ledger_alliance_get(env->ledger, &row, err) == -1)
		goto out;
	if (peers.alliance.line != 0 &&
	    change_board(env, &peers.alliance, arena, &changed, err) == -1)
		goto out;
	if (hide_leavers(env, arena, err) == -1)
		goto out;
	if (peers.alliance.line == 0 && row.source[0] != '\0') {
		changed = true;
		if (forget_list(env, arena, "", err) == -1)
			goto out;
	}
	*ret_changed = changed;
	ret = 0;
out:
	conf_peers_release(&peers);
	arena_free(arena);
	return ret;
}
