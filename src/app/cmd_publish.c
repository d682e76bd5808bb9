/*
 * publish: ledger -> pages and a signed head, then our own feed into our
 * own catalogue (design: feed-protocol.md 2 to 5).
 */
#include "config.h"

#include <inttypes.h>

#include "app/app.h"

static int
print_result(struct app *app, const struct publish_result *published,
    struct err *err)
{
	struct json_writer w;
	struct strbuf sb;
	int ret;

	if (!app->json)
		return out_printf(err,
		    "%s: serial %" PRId64 ", %" PRId64 " records on %" PRId64
		    " pages, %" PRId64 " pages written\n",
		    published->is_new ? "published" : "nothing changed",
		    published->serial, published->records, published->pages,
		    published->pages_written);
	strbuf_init(&sb, 65536);
	json_writer_init(&w, &sb, 0);
	json_object(&w);
	json_pair_bool(&w, "published", published->is_new);
	json_pair_int(&w, "serial", published->serial);
	json_pair(&w, "digest", published->digest);
	json_pair_int(&w, "records", published->records);
	json_pair_int(&w, "pages", published->pages);
	json_pair_int(&w, "pages_written", published->pages_written);
	json_pair_int(&w, "indexes_written", published->indexes_written);
	json_object_end(&w);
	strbuf_addch(&sb, '\n');
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
run_publish(struct app *app, struct err *err)
{
	struct publish_result published;
	bool is_later;

	if (app_publish(app, args_flag(app, "--force"),
		args_flag(app, "--full"), 0, &published, err) == -1)
		return -1;
	if (published.passed_over != 0) {
		char text[CLOCK_TEXT_LEN];

		clock_format(published.passed_over, text);
		complain("the head before was dated %s: the clock was wrong "
			 "then, or is now; no peer took it, and this one is "
			 "dated now",
		    text);
	}
	if (app_take_own(app, &is_later, err) == -1)
		return -1;
	return print_result(app, &published, err);
}

static const struct app_option options[] = {
	{ "--force", NULL, "a new head even when nothing changed" },
	{ "--full", NULL, "write every page again from the ledger" },
	{ NULL, NULL, NULL },
};

const struct command cmd_publish = {
	.name = "publish",
	.words = "",
	.summary = "send what was saved out: pages, then the signed head",
	.help = "Writes the pages that changed and a new signed head, and "
		"takes the same\ninto this node's own catalogue. A running "
		"gspd serve does it by itself.",
	.has_json = true,
	.options = options,
	.run = run_publish,
};
