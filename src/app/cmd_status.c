/*
 * status: what this node holds, what it publishes, and how its peers are
 * (design: feed-protocol.md 10). The digest is the same on every node that
 * holds the same records.
 */
#include "config.h"

#include <inttypes.h>

#include "app/app.h"

#define OUT_MAX (8 << 20)

struct facts {
	struct catalogue_status catalogue;
	struct search_facts search;
	struct ledger_head head;
	struct api_peer *peers; /* this node first */
	size_t n_peers;
	int64_t own;
	int64_t alarms;
	int64_t forked;  /* peers: the proof is here, no member had to say it */
	int64_t reports; /* of readers, open */
	int64_t now;
	bool is_served;
};

static int
gather(struct app *app, struct facts *facts, struct err *err)
{
	facts->now = clock_now();
	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1 ||
	    app_catalogue(app, CATALOGUE_READ, err) == -1 ||
	    catalogue_status(app->catalogue, &facts->catalogue, err) == -1 ||
	    search_facts(app->search, &facts->search, err) == -1 ||
	    ledger_head(app->ledger, &facts->head, err) == -1 ||
	    ledger_count(app->ledger, &facts->own, err) == -1 ||
	    ledger_reports_open(app->ledger, NULL, &facts->reports, err) ==
		-1 ||
	    app_peer_facts(app, facts->now, &facts->peers, &facts->n_peers,
		err) == -1)
		return -1;
	for (size_t i = 0; i < facts->n_peers; i++) {
		facts->alarms += (int64_t)facts->peers[i].n_alarms;
		facts->forked += facts->peers[i].state == PEER_FORKED;
	}
	facts->is_served = app_is_served(app);
	return 0;
}

static void
json_index(const struct search_facts *facts, struct json_writer *w)
{
	static const char *const states[] = { "good", "absent", "damaged",
		"other" };

	json_key(w, "index");
	json_object(w);
	json_pair(w, "state", states[facts->state]);
	json_pair_bool(w, "locked", facts->is_locked);
	json_pair_int(w, "version", facts->version);
	json_pair_int(w, "behind", facts->behind);
	json_pair_int(w, "segments", facts->segments);
	json_pair_int(w, "documents", facts->docs);
	json_pair_int(w, "dead", facts->dead);
	json_pair_int(w, "bytes", facts->bytes);
	json_object_end(w);
}

static void
json_status(struct app *app, const struct facts *facts, struct json_writer *w)
{
	json_object(w);
	json_pair(w, "node", app->conf.node);
	json_pair(w, "organisation", app->conf.organisation);
	json_pair(w, "url", app->conf.url);
	json_pair(w, "version", PACKAGE_VERSION);
	json_pair_bool(w, "serving", facts->is_served);
	json_pair_int(w, "records", facts->catalogue.records);
	json_pair_int(w, "groups", facts->catalogue.groups);
	json_pair(w, "digest", facts->catalogue.digest);
	json_pair_int(w, "own", facts->own);
	json_pair_int(w, "serial", facts->head.serial);
	json_pair(w, "head_digest", facts->head.digest);
	json_pair_int(w, "expires", facts->head.expires);
	json_pair_int(w, "alarms", facts->alarms);
	json_pair_int(w, "forked", facts->forked);
	json_pair_int(w, "reports", facts->reports);
	json_key(w, "kinds");
	json_object(w);
	for (int k = 0; k < RECORD_KIND_COUNT; k++)
		json_pair_int(w, record_kind_name((enum record_kind)k),
		    facts->catalogue.kinds[k]);
	json_object_end(w);
	json_index(&facts->search, w);
	json_key(w, "peers");
	json_array(w);
	for (size_t i = 1; i < facts->n_peers; i++)
		json_peer(w, &facts->peers[i], false, facts->now);
	json_array_end(w);
	json_object_end(w);
}

static void
text_status(struct app *app, const struct facts *facts, struct strbuf *sb)
{
	char at[CLOCK_TEXT_LEN];

	strbuf_addf(sb, "node       %s (%s)%s\n", app->conf.node,
	    app->conf.organisation, facts->is_served ? ", serving" : "");
	strbuf_addf(sb, "url        %s\n", app->conf.url);
	strbuf_addf(sb, "catalogue  %" PRId64 " records, %" PRId64 " groups\n",
	    facts->catalogue.records, facts->catalogue.groups);
	strbuf_addf(sb, "digest     %s\n", facts->catalogue.digest);
	for (int k = 0; k < RECORD_KIND_COUNT; k++)
		if (facts->catalogue.kinds[k] > 0)
			strbuf_addf(sb, "           %" PRId64 " %s\n",
			    facts->catalogue.kinds[k],
			    record_kind_name((enum record_kind)k));
	strbuf_addstr(sb, "search     ");
	text_index(&facts->search, facts->is_served, sb);
	strbuf_addch(sb, '\n');
	clock_format(facts->head.serial, at);
	strbuf_addf(sb,
	    "own feed   %" PRId64 " records, serial %" PRId64 " (%s)\n",
	    facts->own, facts->head.serial,
	    facts->head.serial > 0 ? at : "never published");
	if (facts->reports > 0)
		strbuf_addf(sb,
		    "reports    %" PRId64 " of readers to see to: gspd report "
		    "list\n",
		    facts->reports);
	strbuf_addch(sb, '\n');
	text_peers(app, sb, facts->peers, facts->n_peers, facts->now);
}

static int
run_status(struct app *app, struct err *err)
{
	struct facts facts = { 0 };
	struct json_writer w;
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, OUT_MAX);
	ret = gather(app, &facts, err);
	if (ret == 0 && app->json) {
		json_writer_init(&w, &sb, 0);
		json_status(app, &facts, &w);
		strbuf_addch(&sb, '\n');
	} else if (ret == 0) {
		text_status(app, &facts, &sb);
	}
	if (ret == 0)
		ret = out_text(&sb, err);
	strbuf_release(&sb);
	if (ret == 0 && (facts.alarms != 0 || facts.forked != 0))
		return EXIT_PROBLEM;
	return ret;
}

static const struct app_option options[] = { { NULL, NULL, NULL } };

const struct command cmd_status = {
	.name = "status",
	.words = "",
	.summary = "what the node holds, publishes, and how its peers are",
	.help = "The digest is that of the whole catalogue: nodes with the "
		"same digest hold\nthe same records. Exit code 1 while "
		"there is an alarm, or a peer is forked: see\n"
		"gspd peer list.",
	.has_json = true,
	.options = options,
	.run = run_status,
};
