/*
 * evidence: two heads of one serial that a peer's key signed: show them,
 * check them once more, copy them for whoever is to judge; and settle alarms
 * (design: feed-protocol.md 7, 13). pull/ keeps the files.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"
#include "parse/parse.h"
#include "verify/verify.h"

#define HEADS_MAX 64

struct exhibit {
	const char *file; /* name */
	struct strbuf bytes;
	int64_t serial;
	int64_t kept_at;
	char digest[65]; /* "" unless it is signed */
	char key[65];    /* whose signature it bears */
	bool is_current; /* that key is the one that signs now */
	const char *shown_by;
};

struct evidence {
	const char *node;
	struct ledger_peer row;
	struct exhibit heads[HEADS_MAX];
	size_t n;
	struct ledger_alarm *alarms;
	size_t n_alarms;
};

/* By one of the keys that this node took or takes as the peer's. */
static void
check_signature(struct app *app, const struct evidence *evidence,
    const char *pin, struct exhibit *head)
{
	const char *keys[] = { evidence->row.key, pin, evidence->row.pin };
	struct parser *parser = parser_new(PARSE_SELF, 0);
	struct verify_reader reader = parser_reader(parser);
	struct verify_policy policy = { .node = evidence->node,
		.now = INT64_MAX / 2,
		.epoch = -1,
		.reader = &reader };
	struct feed_head parsed;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		enum verify_verdict verdict;

		if (keys[i] == NULL || *keys[i] == '\0')
			continue;
		policy.key_hash = keys[i];
		verdict = verify_head(app->arena, head->bytes.buf,
		    head->bytes.len, &policy, &parsed, head->digest, NULL);
		if (verdict != VERIFY_NEW && verdict != VERIFY_EXPIRED) {
			head->digest[0] = '\0';
			continue;
		}
		head->serial = parsed.serial;
		head->is_current = i == 0 || evidence->row.key[0] == '\0';
		(void)snprintf(head->key, sizeof(head->key), "%s", keys[i]);
		break;
	}
	parser_free(parser);
}

static const char *
shown_by(const struct evidence *evidence, const char *digest)
{
	for (size_t i = 0; i < evidence->n_alarms; i++)
		if (*digest != '\0' &&
		    strcmp(evidence->alarms[i].digest, digest) == 0)
			return evidence->alarms[i].witness;
	return "";
}

static int
read_heads(struct app *app, struct evidence *evidence, struct err *err)
{
	const struct conf_peer *conf = conf_peer_find(&app->peers,
	    evidence->node);
	const char *folder = app_path(app,
	    arena_printf(app->arena, "pages/%s", evidence->node));
	char **names;
	size_t n;

	if (file_list(app->arena, folder, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n && evidence->n < HEADS_MAX; i++) {
		struct exhibit *head = &evidence->heads[evidence->n];
		const char *path = arena_printf(app->arena, "%s/%s", folder,
		    names[i]);
		struct stat st;

		if (strncmp(names[i], "fork-", 5) != 0)
			continue;
		if (file_read(path, FEED_HEAD_MAX, &head->bytes, err) == -1)
			return -1;
		evidence->n++;
		head->file = names[i];
		head->serial = strtoll(names[i] + 5, NULL, 10);
		if (stat(path, &st) == 0)
			head->kept_at = st.st_mtime;
		check_signature(app, evidence, conf != NULL ? conf->key : NULL,
		    head);
		head->shown_by = shown_by(evidence, head->digest);
	}
	return 0;
}

/* Two heads of this serial, both signed, and not the same. */
static bool
is_proof(const struct evidence *evidence, const struct exhibit *head)
{
	for (size_t i = 0; i < evidence->n; i++) {
		const struct exhibit *other = &evidence->heads[i];

		if (other->serial == head->serial && *other->digest != '\0' &&
		    *head->digest != '\0' &&
		    strcmp(other->digest, head->digest) != 0)
			return true;
	}
	return false;
}

/* ---- copies ---- */

static int
put_key(const struct exhibit *head, const char *path, struct err *err)
{
	enum feed_alg alg;
	struct feed_cut cut;
	struct key *key = NULL;
	struct strbuf der, pem;
	int ret = -1;

	strbuf_init(&der, 16384);
	strbuf_init(&pem, 65536);
	if (feed_head_cut(head->bytes.buf, head->bytes.len, &alg, &cut, err) !=
		0 ||
	    base64_decode(cut.key, cut.key_len, &der, err) != 0 ||
	    (key = key_from_public_der(der.buf, der.len, err)) == NULL ||
	    key_public_pem(key, &pem, err) != 0)
		goto out;
	ret = file_replace(path, pem.buf, pem.len, 0644, err);
out:
	key_free(key);
	strbuf_release(&der);
	strbuf_release(&pem);
	return ret;
}

static int
copy_into(struct app *app, const struct evidence *evidence, const char *dir,
    struct err *err)
{
	if (evidence->n == 0)
		return 0;
	if (file_mkdirs(dir, 0755, err) == -1)
		return -1;
	for (size_t i = 0; i < evidence->n; i++) {
		const struct exhibit *head = &evidence->heads[i];

		if (file_replace(arena_printf(app->arena, "%s/%s-%s", dir,
				     evidence->node, head->file),
			head->bytes.buf, head->bytes.len, 0644, err) == -1)
			return -1;
		if (*head->digest != '\0' &&
		    put_key(head,
			arena_printf(app->arena, "%s/%s-key-%.8s.pem", dir,
			    evidence->node, head->key),
			err) == -1)
			return -1;
	}
	return 0;
}

/* ---- printing ---- */

static void
json_evidence(struct strbuf *sb, const struct evidence *evidence)
{
	struct json_writer w;

	json_writer_init(&w, sb, 0);
	json_object(&w);
	json_pair(&w, "node", evidence->node);
	json_pair(&w, "state", peer_state_name(evidence->row.state));
	json_pair_int(&w, "alarms", (int64_t)evidence->n_alarms);
	json_key(&w, "heads");
	json_array(&w);
	for (size_t i = 0; i < evidence->n; i++) {
		const struct exhibit *head = &evidence->heads[i];

		json_object(&w);
		json_pair(&w, "file", head->file);
		json_pair_int(&w, "serial", head->serial);
		json_pair(&w, "digest", head->digest);
		json_pair(&w, "key", head->key);
		json_pair_bool(&w, "signed", *head->digest != '\0');
		json_pair_bool(&w, "proof", is_proof(evidence, head));
		json_pair(&w, "shown_by", head->shown_by);
		json_pair_int(&w, "kept_at", head->kept_at);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	strbuf_addch(sb, '\n');
}

static void
text_head(struct strbuf *sb, const struct evidence *evidence,
    const struct exhibit *head)
{
	char at[CLOCK_TEXT_LEN];

	clock_format(head->kept_at, at);
	strbuf_addf(sb, "serial %" PRId64 "  %s\n  kept %s, %s%s\n  %s\n",
	    head->serial, head->file, at,
	    *head->shown_by != '\0' ? "shown by " : "shown to this node",
	    head->shown_by,
	    *head->digest == '\0'
		? "not signed by a key of this peer that is known here"
		: (head->is_current ? "signed by its key"
				    : "signed by a key it had before"));
	if (*head->digest != '\0')
		strbuf_addf(sb, "  digest %s\n", head->digest);
	if (is_proof(evidence, head))
		strbuf_addstr(sb,
		    "  another head of this serial is signed too: proof\n");
}

static void
text_evidence(struct strbuf *sb, const struct evidence *evidence)
{
	if (evidence->n == 0)
		strbuf_addf(sb, "no heads of %s are kept as evidence\n",
		    evidence->node);
	for (size_t i = 0; i < evidence->n; i++)
		text_head(sb, evidence, &evidence->heads[i]);
	for (size_t i = 0; i < evidence->n_alarms; i++) {
		const struct ledger_alarm *alarm = &evidence->alarms[i];

		strbuf_addf(sb, "alarm: %s of serial %" PRId64 " by %s, %s\n",
		    alarm_kind_name(alarm->kind), alarm->serial, alarm->witness,
		    alarm->is_proven ? "proven" : "its word alone");
	}
}

/* ---- settling ---- */

static int
settle(struct app *app, struct evidence *evidence, struct err *err)
{
	struct ledger *ledger = app->ledger;
	const char *node = evidence->node;
	int64_t now = clock_now();

	if (evidence->n_alarms == 0 && evidence->row.state != PEER_FORKED)
		return out_printf(err,
		    "%s: there is no alarm about it: nothing to settle\n",
		    node);
	if (ledger_begin(ledger, err) == -1)
		return -1;
	if (ledger_alarm_end(ledger, node, ALARM_FORK, NULL, err) == -1 ||
	    ledger_alarm_end(ledger, node, ALARM_FREEZE, NULL, err) == -1 ||
	    ledger_alarm_end(ledger, node, ALARM_STOLEN, NULL, err) == -1 ||
	    ledger_audit(ledger, now, "operator", "evidence settled", node,
		err) == -1)
		goto fail;
	if (evidence->row.state == PEER_FORKED) {
		evidence->row.state = ledger_peer_promise(&evidence->row, now,
		    evidence->row.reason, sizeof(evidence->row.reason));
		evidence->row.state_since = now;
		if (ledger_peer_put(ledger, &evidence->row, err) == -1)
			goto fail;
	}
	if (ledger_commit(ledger, err) == -1)
		return -1;
	return out_printf(err,
	    "%s: settled; what is kept as evidence stays in pages/%s/\n", node,
	    node);
fail:
	ledger_rollback(ledger);
	return -1;
}

static int
show(struct app *app, const struct evidence *evidence, const char *into,
    struct err *err)
{
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, 1 << 20);
	if (app->json)
		json_evidence(&sb, evidence);
	else
		text_evidence(&sb, evidence);
	if (!app->json && into != NULL && evidence->n > 0) {
		strbuf_addstr(&sb, "copied, with the keys, into ");
		out_safe(&sb, into);
		strbuf_addch(&sb, '\n');
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
run_peer_evidence(struct app *app, struct err *err)
{
	struct evidence *evidence = arena_alloc(app->arena, sizeof(*evidence));
	const char *into = args_value(app, "--into");
	bool is_open;
	int ret = -1;

	*evidence = (struct evidence){ .node = app->words[0] };
	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	if (conf_peer_find(&app->peers, evidence->node) == NULL &&
	    strcmp(app->conf.node, evidence->node) != 0)
		return err_set(err, ERR_NOTFOUND,
		    "there is no peer %.60s: gspd peer list shows who is there",
		    evidence->node);
	if (ledger_peer_get(app->ledger, evidence->node, &evidence->row, err) ==
		-1 ||
	    ledger_alarms(app->ledger, app->arena, evidence->node,
		&evidence->alarms, &evidence->n_alarms, err) == -1)
		return -1;
	if (args_flag(app, "--settled"))
		return settle(app, evidence, err);
	is_open = evidence->n_alarms > 0 || evidence->row.state == PEER_FORKED;
	if (read_heads(app, evidence, err) == 0 &&
	    (into == NULL || copy_into(app, evidence, into, err) == 0))
		ret = show(app, evidence, into, err);
	for (size_t i = 0; i < evidence->n; i++)
		strbuf_release(&evidence->heads[i].bytes);
	return ret == 0 && is_open ? EXIT_PROBLEM : ret;
}

static const struct app_option options[] = {
	{ "--into", "DIR", "copy the heads and the key for others to check" },
	{ "--settled", NULL, "end its alarms: an operator has seen to it" },
	{ NULL, NULL, NULL },
};

const struct command cmd_peer_evidence = {
	.name = "peer evidence",
	.words = "NODE",
	.summary = "two heads with one number: show, copy, settle",
	.help = "Lists the heads that are kept because another one of the same "
		"serial was seen, and\nsays whether the peer's key signed "
		"them. Anybody can check a copy:\n  xmlsec1 --verify "
		"--pubkey-pem KEY.pem HEAD.xml\nExits 1 while there is an "
		"alarm about the node.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_peer_evidence,
};
