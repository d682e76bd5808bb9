/*
 * key rotate: new keys for this node, said by the offline key, and out with
 * the head that they sign (design: feed-protocol.md 6; what to do when a key
 * is stolen or lost: docs/keys.md).
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/app.h"

#define HERE "keys/next.pem"

static int
confirm(struct app *app, const char *with, struct err *err)
{
	if (args_flag(app, "--yes"))
		return 0;
	if (!is_terminal())
		return err_set(err, ERR_USAGE,
		    "this gives the node new keys for good: say --yes when "
		    "nobody can be asked");
	(void)fprintf(stderr,
	    "The key in %s signs a statement that gives node %s a new online "
	    "key.\nThe old online key is removed here. Peers follow by "
	    "themselves with their next\npull; whoever holds the old key is "
	    "refused from then on. It can not be undone.\n",
	    with, app->conf.node);
	if (!ask_yes(app->arena, "Rotate the keys"))
		return err_set(err, ERR_CONFLICT, "nothing was changed");
	return 0;
}

static int
print_json(const struct rotate_result *rotated,
    const struct publish_result *published, const char *with,
    const char *next_to, struct err *err)
{
	struct json_writer w;
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, 65536);
	json_writer_init(&w, &sb, 0);
	json_object(&w);
	json_pair_int(&w, "epoch", rotated->epoch);
	json_pair(&w, "hash", rotated->key);
	json_pair(&w, "next", rotated->nextkey);
	json_pair(&w, "next_file", next_to);
	json_pair(&w, "spent_file", with);
	json_pair_int(&w, "serial", published->serial);
	json_object_end(&w);
	strbuf_addch(&sb, '\n');
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
print_text(struct app *app, const struct rotate_result *rotated,
    const struct publish_result *published, const char *with,
    const char *next_to, struct err *err)
{
	bool is_spent_gone = !file_exists(with) || strcmp(with, next_to) == 0;

	if (out_printf(err,
		"epoch %" PRId64 " begins with serial %" PRId64
		"; the key that signs is now\n%s\n%s\n",
		rotated->epoch, published->serial, rotated->key,
		key_words(app->arena, rotated->key)) == -1)
		return -1;
	if (!is_spent_gone &&
	    out_printf(err,
		"%s has done its work: destroy every copy, for it could still "
		"mislead a peer that slept\n",
		with) == -1)
		return -1;
	return out_printf(err,
	    "%s is the new offline key: move it to a safe place%s; then make "
	    "a backup (gspd backup)\n",
	    next_to,
	    args_value(app, "--next-to") == NULL ? " away from this machine"
						 : "");
}

static int
run_key_rotate(struct app *app, struct err *err)
{
	const char *with = args_value(app, "--with");
	const char *next_to = args_value(app, "--next-to");
	struct rotate_options options = { .folder = app->folder };
	struct rotate_result rotated;
	struct publish_result published;
	bool is_later;

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1)
		return -1;
	options.node = app->conf.node;
	options.with = with;
	options.next_to = next_to;
	if (with == NULL) {
		with = app_path(app, HERE);
		if (file_exists(with))
			complain("%s lies on this machine: whoever breaks in "
				 "here has it too; keep it offline",
			    with);
	}
	if (next_to == NULL)
		next_to = app_path(app, HERE);
	if (confirm(app, with, err) == -1 ||
	    publish_rotate(app->ledger, &options, &rotated, err) == -1)
		return -1;
	if (app_publish(app, false, false, 0, &published, err) == -1)
		return err_prefix(err,
		    "the keys were rotated, but not yet published (gspd "
		    "publish does it)");
	if (ledger_audit(app->ledger, clock_now(), "gspd", "key rotate",
		arena_printf(app->arena, "epoch %" PRId64 ", key %s",
		    rotated.epoch, rotated.key),
		err) == -1 ||
	    app_take_own(app, &is_later, err) == -1)
		return -1;
	if (app->json)
		return print_json(&rotated, &published, with, next_to, err);
	return print_text(app, &rotated, &published, with, next_to, err);
}

static const struct app_option options[] = {
	{ "--with", "FILE", "the offline key (default: keys/next.pem)" },
	{ "--next-to", "FILE", "where the new offline key is written" },
	{ "--yes", NULL, "ask nothing" },
	{ NULL, NULL, NULL },
};

const struct command cmd_key_rotate = {
	.name = "key rotate",
	.words = "",
	.summary = "new keys, said by the offline key; peers follow",
	.help = "When the online key was stolen, or may have been. The "
		"offline key (next.pem, from\nits safe place) names a new "
		"online key and its own successor, and the node\npublishes at "
		"once. Peers follow by themselves, also those that slept for "
		"long.\nWhen the offline key is lost, only a new pin in each "
		"peer's peers.conf helps.",
	.has_json = true,
	.options = options,
	.run = run_key_rotate,
};
