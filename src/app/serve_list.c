/*
 * serve_list: the membership list in the process that fetches: when it is
 * asked for, and what is said of it. Neighbours: serve_pull.c gives it its
 * turns, pull/alliance.c does the work (design: feed-protocol.md 6).
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/serve.h"

bool
serve_list_changed(struct serve_list *list)
{
	struct ledger_alliance row;
	struct err err;

	if (ledger_alliance_get(list->app->ledger, &row, &err) == -1 ||
	    strcmp(row.digest, list->digest) == 0)
		return false;
	memcpy(list->digest, row.digest, sizeof(list->digest));
	return true;
}

void
serve_list_drop(struct serve_list *list)
{
	pull_follow_free(list->follow);
	list->follow = NULL;
}

int
serve_list_due(struct serve_list *list, bool *ret_is, struct err *err)
{
	const struct conf_alliance *alliance = &list->app->peers.alliance;
	struct ledger_alliance row;

	*ret_is = false;
	if (alliance->line == 0 || list->follow != NULL)
		return 0;
	if (ledger_alliance_get(list->app->ledger, &row, err) == -1)
		return -1;
	*ret_is = pull_alliance_due(alliance, &row, list->app->conf.interval_s,
		      clock_now()) == 0;
	return 0;
}

/* Once for each reason, as for the states of peers. */
static void
tell(struct serve_list *list, const struct pull_alliance_result *result)
{
	struct strbuf reason;

	if (result->is_changed)
		log_event(LOG_LEVEL_INFO, "alliance.members",
		    "joined=%" PRId64 " left=%" PRId64, result->joined,
		    result->left);
	if (strcmp(list->trouble, result->reason) == 0)
		return;
	(void)snprintf(list->trouble, sizeof(list->trouble), "%s",
	    result->reason);
	strbuf_init(&reason, 1000);
	log_quote(&reason, result->reason, strlen(result->reason), 240);
	log_event(result->reason[0] != '\0' ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
	    "alliance.list", "good=%s reason=\"%s\"",
	    result->is_good ? "yes" : "no", reason.len > 0 ? reason.buf : "");
	strbuf_release(&reason);
}

/* Ledger and catalogue after a change of the members or of peers.conf. */
static int
settle(struct serve_list *list, bool *ret_changed, struct err *err)
{
	struct pull_env env;

	app_env(list->app, &env);
	if (pull_alliance_settle(&env, ret_changed, err) == -1)
		return err->code == ERR_CONF ? 0 : -1; /* it was said */
	list->need_settle = false;
	return 0;
}

static int
end(struct serve_list *list, bool *ret_changed, struct err *err)
{
	struct pull_alliance_result result;
	int rc = pull_follow_end(list->follow, &result, err);

	serve_list_drop(list);
	if (rc == -1)
		return -1;
	tell(list, &result);
	*ret_changed = result.is_changed;
	if (result.is_changed)
		(void)serve_list_changed(list); /* not once more for it */
	return 0;
}

int
serve_list_run(struct serve_list *list, int64_t wait_ms, bool *ret_changed,
    struct err *err)
{
	struct pull_env env;
	bool is_due, is_done = false;

	*ret_changed = false;
	if (list->need_settle && settle(list, ret_changed, err) == -1)
		return -1;
	/* The peers first: this list may not be the one to ask for. */
	if (*ret_changed)
		return 0;
	if (serve_list_due(list, &is_due, err) == -1)
		return -1;
	if (is_due) {
		app_env(list->app, &env);
		list->follow = pull_follow_new(&env, &list->app->peers.alliance,
		    err);
		if (list->follow == NULL)
			return -1;
	}
	if (list->follow == NULL)
		return 0;
	if (pull_follow_run(list->follow, wait_ms, &is_done, err) == -1)
		return -1;
	return is_done ? end(list, ret_changed, err) : 0;
}
