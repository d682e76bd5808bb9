/*
 * verify: a whole feed, from an address or a folder, against a key. Needs
 * no node of one's own (design: feed-protocol.md 3 to 7).
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "parse/parse.h"
#include "verify/verify.h"

static int
print_good(struct app *app, const struct feed_head *head, uint64_t records,
    struct err *err)
{
	char at[CLOCK_TEXT_LEN];
	struct json_writer w;
	struct strbuf sb;
	int ret;

	clock_format(head->expires, at);
	if (!app->json)
		return out_printf(err,
		    "good: node %s, serial %" PRId64 ", %" PRIu64
		    " records, trusted until %s\n",
		    head->node, head->serial, records, at);
	strbuf_init(&sb, 65536);
	json_writer_init(&w, &sb, 0);
	json_object(&w);
	json_pair_bool(&w, "good", true);
	json_pair(&w, "node", head->node);
	json_pair_int(&w, "serial", head->serial);
	json_pair_int(&w, "records", (int64_t)records);
	json_pair_int(&w, "expires", head->expires);
	json_object_end(&w);
	strbuf_addch(&sb, '\n');
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
make_policy(struct app *app, struct verify_policy *policy, struct err *err)
{
	const char *key = args_value(app, "--key");
	uint8_t bytes[SHA256_LEN];
	char *low;

	if (key == NULL)
		return err_set(err, ERR_USAGE,
		    "--key is missing: the hash of the key that should have "
		    "signed");
	low = arena_strdup(app->arena, key);
	for (char *p = low; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p |= 0x20;
	if (hex_decode(low, bytes, sizeof(bytes)) == -1)
		return err_set(err, ERR_USAGE,
		    "--key must be 64 hexadecimal digits");
	policy->key_hash = low;
	policy->node = args_value(app, "--node");
	if (policy->node != NULL && !valid_node(policy->node))
		return err_set(err, ERR_USAGE, "--node must be a node name");
	policy->epoch = -1;
	return args_int(app, "--now", clock_now(), 0, INT64_MAX / 2,
	    &policy->now, err);
}

/* Head found in the folder itself, or in feed/ of a data folder. */
static const char *
feed_folder(struct app *app, const char *path)
{
	const char *below = arena_printf(app->arena, "%s/feed", path);

	if (!file_exists(arena_printf(app->arena, "%s/head.xml", path)) &&
	    file_exists(arena_printf(app->arena, "%s/head.xml", below)))
		return below;
	return path;
}

static int
run_verify(struct app *app, struct err *err)
{
	const char *what = app->words[0], *tmp = getenv("TMPDIR"), *path;
	struct verify_policy policy = { 0 };
	struct verify_reader reader;
	struct parser *parser = NULL;
	struct feed_head head;
	struct pull_env env;
	char *into = NULL;
	struct err ignored;
	uint64_t records;
	int ret = -1;

	if (make_policy(app, &policy, err) == -1)
		return -1;
	if (strncmp(what, "http://", 7) == 0 ||
	    strncmp(what, "https://", 8) == 0) {
		into = arena_printf(app->arena, "%s/gspd-verify-XXXXXX",
		    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
		if (mkdtemp(into) == NULL) {
			err_sys(err, "%s", into);
			into = NULL;
			goto out;
		}
		app_env(app, &env);
		if (pull_mirror(&env, what, into, err) == -1)
			goto out;
		path = into;
	} else {
		path = feed_folder(app, what);
	}
	/* What was fetched is a stranger's; a folder may be, too. */
	parser = parser_new(PARSE_SELF, 0);
	reader = parser_reader(parser);
	policy.reader = &reader;
	ret = verify_folder(path, &policy, &head, app->arena, &records, err);
	if (ret == 0)
		ret = print_good(app, &head, records, err);
	else if (err->code == ERR_SYS)
		err->code = ERR_NOTFOUND; /* unreadable is refused, too */
out:
	parser_free(parser);
	if (into != NULL && file_remove_tree(into, &ignored) == -1)
		complain("%s", ignored.text);
	return ret;
}

static const struct app_option options[] = {
	{ "--key", "HEX", "hash of the key that must have signed (needed)" },
	{ "--node", "NODE", "node it must be of" },
	{ "--now", "SECONDS", "judge as of this Unix time" },
	{ NULL, NULL, NULL },
};

const struct command cmd_verify = {
	.name = "verify",
	.words = "URL|FOLDER",
	.summary = "check a whole feed against a key",
	.help = "Signature, freshness, every index and page. Exit codes: 0 "
		"good, 1 refused with one\nline that says why, 2 usage, 69 "
		"the address does not answer.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.no_folder = true,
	.options = options,
	.run = run_verify,
};
