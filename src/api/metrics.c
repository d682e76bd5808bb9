/*
 * metrics: GET /metrics for Prometheus and its like, OpenMetrics 1.0: own
 * head, catalogue, every peer, alarms (docs/metrics.md says what each one
 * means). Reasons are not in it: free text of others would make a new time
 * series of every sentence. Neighbours: peers.c gathers.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "api/inside.h"

#define STATES (PEER_PAUSED + 1)

static void
family(struct strbuf *out, const char *name, const char *type, const char *unit,
    const char *help)
{
	strbuf_addf(out, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		strbuf_addf(out, "# UNIT %s %s\n", name, unit);
	strbuf_addf(out, "# HELP %s %s\n", name, help);
}

static void
label(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "%s=\"", name);
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '\n')
			strbuf_addstr(out, "\\n");
		else if (*p == '"' || *p == '\\')
			strbuf_addf(out, "\\%c", *p);
		else
			strbuf_addch(out, *p);
	}
	strbuf_addch(out, '"');
}

/* name{label="value"} n, or without a label. */
static void
sample(struct strbuf *out, const char *name, const char *label_name,
    const char *value, int64_t n)
{
	strbuf_addstr(out, name);
	if (label_name != NULL) {
		strbuf_addch(out, '{');
		label(out, label_name, value);
		strbuf_addch(out, '}');
	}
	strbuf_addf(out, " %" PRId64 "\n", n);
}

static void
gauge(struct strbuf *out, const char *name, const char *unit, const char *help,
    int64_t n)
{
	family(out, name, "gauge", unit, help);
	sample(out, name, NULL, NULL, n);
}

static int64_t
age(int64_t at, int64_t now)
{
	return now > at ? now - at : 0;
}

/* ---- this node ---- */

static void
write_process(struct strbuf *out, const struct api *api)
{
	family(out, "gspd_build", "info", NULL, "The program and its node.");
	strbuf_addstr(out, "gspd_build_info{version=\"" PACKAGE_VERSION "\",");
	label(out, "node", api->conf->node);
	strbuf_addstr(out, "} 1\n");
	if (api->started != 0)
		gauge(out, "process_start_time_seconds", "seconds",
		    "When the process that serves started, since 1970.",
		    api->started);
}

static int
write_catalogue(struct strbuf *out, struct api *api, struct err *err)
{
	struct catalogue_status status = { 0 };
	bool is_ready = false;

	if (api->cat != NULL && catalogue_status(api->cat, &status, err) == -1)
		return -1;
	if (api->cat != NULL && api->search != NULL &&
	    api_is_ready(api->search, &is_ready, err) == -1)
		return -1;
	gauge(out, "gspd_ready", NULL,
	    "1 when the catalogue can be searched, as /readyz says.", is_ready);
	gauge(out, "gspd_catalogue_records", NULL,
	    "Records of all nodes in the catalogue.", status.records);
	family(out, "gspd_catalogue_groups", "gauge", NULL,
	    "Records shown: the same one of several nodes counts once.");
	for (int k = 0; k < RECORD_KIND_COUNT; k++)
		sample(out, "gspd_catalogue_groups", "kind",
		    record_kind_name((enum record_kind)k), status.kinds[k]);
	return 0;
}

static int
write_search(struct strbuf *out, struct api *api, struct err *err)
{
	struct search_facts facts;

	if (api->cat == NULL || api->search == NULL)
		return 0;
	if (search_facts(api->search, &facts, err) == -1)
		return -1;
	gauge(out, "gspd_search_good", NULL,
	    "1 when the search index is there, undamaged, and of the "
	    "catalogue's state.",
	    facts.state == SEARCH_GOOD);
	gauge(out, "gspd_search_behind", NULL,
	    "Versions of the catalogue that the search index lacks.",
	    facts.behind);
	gauge(out, "gspd_search_segments", NULL,
	    "Segments of the search index.", facts.segments);
	gauge(out, "gspd_search_documents", NULL,
	    "Records in the search index.", facts.docs);
	gauge(out, "gspd_search_dead_documents", NULL,
	    "Older forms of records that still take room in it.", facts.dead);
	gauge(out, "gspd_search_size_bytes", "bytes",
	    "Size of the search index.", facts.bytes);
	return 0;
}

static void
write_head(struct strbuf *out, const struct api_peer *self, int64_t now)
{
	gauge(out, "gspd_head_serial", NULL,
	    "Serial of the head this node published last, 0 for none.",
	    self->row.serial);
	if (self->row.serial == 0)
		return;
	gauge(out, "gspd_head_age_seconds", "seconds", "Age of that head.",
	    age(self->row.serial, now));
	gauge(out, "gspd_head_expires_timestamp_seconds", "seconds",
	    "When that head expires, since 1970.", self->row.expires);
}

/* Of readers, for the editors. */
static int
write_reports(struct strbuf *out, struct api *api, struct err *err)
{
	int64_t open;

	if (api->ledger == NULL)
		return 0;
	if (ledger_reports_open(api->ledger, NULL, &open, err) == -1)
		return -1;
	gauge(out, "gspd_reports_open", NULL,
	    "Reports of readers that no editor has closed yet.", open);
	return 0;
}

/* ---- peers ---- */

static bool
get_head_age(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	*ret_n = age(peer->row.serial, now);
	return peer->row.serial != 0;
}

static bool
get_good_age(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	*ret_n = age(peer->last_good, now);
	return peer->last_good != 0;
}

static bool
get_try_age(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	*ret_n = age(peer->row.last_try, now);
	return peer->row.last_try != 0;
}

static bool
get_state_age(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	*ret_n = age(peer->state_since, now);
	return peer->state_since != 0;
}

static bool
get_next(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	(void)now;
	*ret_n = peer->next_pull;
	return peer->next_pull >= 0;
}

static bool
get_expires(const struct api_peer *peer, int64_t now, int64_t *ret_n)
{
	(void)now;
	*ret_n = peer->row.expires;
	return peer->row.expires != 0;
}

#define GETTER(name, value)                                                    \
	static bool name(const struct api_peer *peer, int64_t now,             \
	    int64_t *ret_n)                                                    \
	{                                                                      \
		(void)now;                                                     \
		*ret_n = (int64_t)(value);                                     \
		return true;                                                   \
	}
GETTER(get_failures, peer->row.failures)
GETTER(get_refusals, peer->row.refusals)
GETTER(get_records, peer->records)
GETTER(get_bad, peer->row.bad_records)
GETTER(get_held, peer->row.held_serial != 0 || peer->row.held_until != 0)
GETTER(get_relayed, peer->row.via[0] != '\0')
GETTER(get_liars, peer->n_liars)
GETTER(get_alarms, peer->n_alarms)

static const struct {
	const char *name;
	const char *unit;
	const char *help;
	/* False: there is no such number yet. */
	bool (*get)(const struct api_peer *peer, int64_t now, int64_t *ret_n);
} peer_gauges[] = {
	{ "gspd_peer_head_age_seconds", "seconds",
	    "Age of the head accepted last.", get_head_age },
	{ "gspd_peer_last_good_age_seconds", "seconds",
	    "Since the last good pull.", get_good_age },
	{ "gspd_peer_last_try_age_seconds", "seconds", "Since the last pull.",
	    get_try_age },
	{ "gspd_peer_state_age_seconds", "seconds",
	    "Since the state is what it is.", get_state_age },
	{ "gspd_peer_next_pull_seconds", "seconds",
	    "Until the next pull, as estimated.", get_next },
	{ "gspd_peer_expires_timestamp_seconds", "seconds",
	    "When the head accepted last expires, since 1970.", get_expires },
	{ "gspd_peer_failures", NULL, "Pulls that failed in a row.",
	    get_failures },
	{ "gspd_peer_refusals", NULL,
	    "Heads in a row whose content was refused.", get_refusals },
	{ "gspd_peer_records", NULL, "Records of it that are shown.",
	    get_records },
	{ "gspd_peer_bad_records", NULL,
	    "Records of it that were skipped as bad.", get_bad },
	{ "gspd_peer_held", NULL,
	    "1 while a change is held back for a person to look at.",
	    get_held },
	{ "gspd_peer_relayed", NULL,
	    "1 when the last good pull came through a relay.", get_relayed },
	{ "gspd_peer_alarms", NULL, "Alarms about it.", get_alarms },
	{ "gspd_peer_lying_relays", NULL,
	    "Relays that gave wrong bytes for it and are not asked for now.",
	    get_liars },
};

static void
write_peer_info(struct strbuf *out, const struct api_peer *peers, size_t n)
{
	family(out, "gspd_peer", "info", NULL,
	    "Where a peer is, and who says that it is one.");
	for (size_t i = 0; i < n; i++) {
		strbuf_addstr(out, "gspd_peer_info{");
		label(out, "node", peers[i].name);
		strbuf_addch(out, ',');
		label(out, "url", peers[i].url);
		strbuf_addf(out, ",by_hand=\"%d\",member=\"%d\"} 1\n",
		    peers[i].is_by_hand, peers[i].is_member);
	}
}

/* A set of states has the label of its own name (OpenMetrics 5.7). */
static void
write_states(struct strbuf *out, const struct api_peer *peers, size_t n)
{
	family(out, "gspd_peer_state", "stateset", NULL,
	    "The state a peer is in, the clock taken into account.");
	for (size_t i = 0; i < n; i++) {
		for (int s = 0; s < STATES; s++) {
			strbuf_addstr(out, "gspd_peer_state{");
			label(out, "node", peers[i].name);
			strbuf_addf(out, ",gspd_peer_state=\"%s\"} %d\n",
			    peer_state_name((enum peer_state)s),
			    (int)peers[i].state == s);
		}
	}
}

static void
write_peers(struct strbuf *out, const struct api_peer *peers, size_t n,
    int64_t now)
{
	gauge(out, "gspd_peers", NULL, "Peers of this node.", (int64_t)n);
	if (n == 0)
		return;
	write_peer_info(out, peers, n);
	write_states(out, peers, n);
	for (size_t g = 0; g < ARRAY_LEN(peer_gauges); g++) {
		const char *name = peer_gauges[g].name;
		int64_t value;

		family(out, name, "gauge", peer_gauges[g].unit,
		    peer_gauges[g].help);
		for (size_t i = 0; i < n; i++)
			if (peer_gauges[g].get(&peers[i], now, &value))
				sample(out, name, "node", peers[i].name, value);
	}
}

/* Of each kind, also about this node: 0 is said, so that a rule can tell it
 * from a node that says nothing. */
static void
write_alarms(struct strbuf *out, const struct api_peer *peers, size_t n)
{
	family(out, "gspd_alarms", "gauge", NULL,
	    "Alarms that members' heads raised, by kind.");
	for (int kind = 0; kind <= ALARM_STOLEN; kind++) {
		int64_t count = 0;

		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < peers[i].n_alarms; k++)
				count += (int)peers[i].alarms[k].kind == kind;
		sample(out, "gspd_alarms", "kind",
		    alarm_kind_name((enum alarm_kind)kind), count);
	}
}

/* What there is no list for is not said; nor is what never was. */
static void
write_alliance(struct strbuf *out, const struct api_alliance *alliance,
    int64_t now)
{
	const struct ledger_alliance *row = &alliance->row;

	if (!alliance->is_followed)
		return;
	gauge(out, "gspd_alliance_members", NULL,
	    "Members by the membership list in force.", alliance->members);
	gauge(out, "gspd_alliance_endorsed", NULL,
	    "Keys of the board that endorsed the list in force.",
	    row->endorsed);
	gauge(out, "gspd_alliance_needed", NULL,
	    "Keys of the board that must endorse a list.", alliance->needed);
	gauge(out, "gspd_alliance_failures", NULL,
	    "Looks at the list that failed in a row.", row->failures);
	if (row->last_good != 0)
		gauge(out, "gspd_alliance_last_good_age_seconds", "seconds",
		    "Since the last good look at the list.",
		    age(row->last_good, now));
	if (row->serial != 0)
		gauge(out, "gspd_alliance_expires_timestamp_seconds", "seconds",
		    "When the list in force expires, since 1970.",
		    row->expires);
}

static int
write_all(struct api *api, const struct http_request *req, struct strbuf *out,
    struct err *err)
{
	struct api_alliance alliance;
	struct api_peer *peers;
	size_t n;

	if (api_peers(api, req->arena, &peers, &n, err) == -1 ||
	    api_alliance(api, req->arena, &alliance, err) == -1)
		return -1;
	write_process(out, api);
	if (write_catalogue(out, api, err) == -1 ||
	    write_search(out, api, err) == -1 ||
	    write_reports(out, api, err) == -1)
		return -1;
	write_head(out, &peers[0], api->now);
	write_peers(out, peers + 1, n - 1, api->now);
	write_alarms(out, peers, n);
	write_alliance(out, &alliance, api->now);
	strbuf_addstr(out, "# EOF\n");
	return 0;
}

void
api_metrics(struct api *api, const struct http_request *req,
    struct http_response *res)
{
	struct err err;
	int rc = 0;

	if (api->cat != NULL)
		rc = catalogue_read_begin(api->cat, &err);
	if (rc == 0)
		rc = write_all(api, req, &res->body, &err);
	if (api->cat != NULL)
		catalogue_read_end(api->cat);
	res->type = API_METRICS_TYPE;
	if (rc == -1) {
		if (err.code == ERR_DB)
			api->is_broken = true;
		http_response_clear(res);
		http_response_text(res, 503,
		    arena_printf(req->arena, "no metrics now: %s\n", err.text));
	}
	http_response_header(res, "Cache-Control", "no-store");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
}
