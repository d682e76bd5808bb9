/*
 * key: make the node's keys, and show the hash that peers pin (design:
 * feed-protocol.md 6).
 */
#include "config.h"

#include <inttypes.h>

#include "app/app.h"

static int
run_key_new(struct app *app, struct err *err)
{
	if (app_conf(app, err) == -1)
		return -1;
	if (publish_keys_new(app->folder, err) == -1) {
		if (err->code == ERR_CONFLICT)
			err_prefix(err, "a key is never overwritten");
		return -1;
	}
	return out_printf(err,
	    "keys/online.pem and keys/next.pem made; move next.pem to a safe "
	    "place offline\n");
}

static int
print_pem(struct app *app, struct err *err)
{
	struct key *key = app_key(app, err);
	struct strbuf sb;
	int ret = -1;

	if (key == NULL)
		return -1;
	strbuf_init(&sb, 65536);
	if (key_public_pem(key, &sb, err) == 0)
		ret = out_text(&sb, err);
	strbuf_release(&sb);
	key_free(key);
	return ret;
}

static int
run_key_show(struct app *app, struct err *err)
{
	char hash[SHA256_HEX_LEN], next[SHA256_HEX_LEN];
	struct json_writer w;
	struct strbuf sb;
	struct key *key;
	int64_t epoch;
	int ret;

	if (args_flag(app, "--pem")) {
		if (app->json)
			return err_set(err, ERR_USAGE,
			    "either --pem or --json");
		return print_pem(app, err);
	}
	key = app_key(app, err);
	if (key == NULL)
		return -1;
	key_hash(key, hash);
	key_free(key);
	if (publish_nextkey_read(app->folder, next, err) == -1 ||
	    app_ledger(app, err) == -1 ||
	    publish_epoch(app->ledger, app->folder, &epoch, err) == -1)
		return -1;
	strbuf_init(&sb, 65536);
	if (app->json) {
		json_writer_init(&w, &sb, 0);
		json_object(&w);
		json_pair(&w, "hash", hash);
		json_pair(&w, "words", key_words(app->arena, hash));
		json_pair(&w, "next", next);
		json_pair_int(&w, "epoch", epoch);
		json_object_end(&w);
		strbuf_addch(&sb, '\n');
	} else {
		strbuf_addf(&sb, "%s\n%s\n", hash, key_words(app->arena, hash));
		strbuf_addf(&sb, "epoch %" PRId64 "\n", epoch);
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static const struct app_option none[] = { { NULL, NULL, NULL } };
static const struct app_option show_options[] = {
	{ "--pem", NULL, "the public key itself, for xmlsec1 and openssl" },
	{ NULL, NULL, NULL },
};

const struct command cmd_key_new = {
	.name = "key new",
	.words = "",
	.summary = "make the node's keys (init does it too)",
	.help = "Makes keys/online.pem, which signs, and keys/next.pem, which "
		"replaces it one\nday. Keys that exist are never overwritten.",
	.options = none,
	.run = run_key_new,
};

const struct command cmd_key_show = {
	.name = "key show",
	.words = "",
	.summary = "the key's hash in hex and in words, for peers",
	.help = "First line: SHA-256 of the public key, which peers pin in "
		"peers.conf.\nSecond line: the same in words, to compare over "
		"the telephone. Third line: the\nepoch, which counts the "
		"rotations.",
	.has_json = true,
	.options = show_options,
	.run = run_key_show,
};
