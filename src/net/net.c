/*
 * net: many transfers at once on one thread over libcurl's multi interface,
 * in lanes so that no peer can take the room of another (net.h). What one
 * transfer may do is transfer.c's business.
 */
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

#include "net/transfer.h"

#define POLL_MS 1000

struct net {
	CURLM *multi;
	struct net_options options;
	char *user_agent;
	char *ca_file;
	struct transfer *queued; /* in order of arrival */
	struct transfer **queued_end;
	struct transfer *running;
	size_t n_queued;
	size_t n_running;
	size_t n_slow; /* of the running ones */
	CURL *spare[NET_TRANSFERS_MAX];
	size_t n_spare;
};

struct net *
net_new(const struct net_options *options, struct err *err)
{
	struct net *net;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, ERR_SYS, "libcurl can not start");
		return NULL;
	}
	net = xcalloc(1, sizeof(*net));
	net->queued_end = &net->queued;
	net->options = *options;
	net->user_agent = xstrdup(
	    options->user_agent != NULL ? options->user_agent : "gspd");
	net->options.user_agent = net->user_agent;
	if (options->ca_file != NULL)
		net->ca_file = xstrdup(options->ca_file);
	net->options.ca_file = net->ca_file;
	if (net->options.transfers < 1)
		net->options.transfers = NET_TRANSFERS;
	if (net->options.transfers > NET_TRANSFERS_MAX)
		net->options.transfers = NET_TRANSFERS_MAX;
	if (net->options.patience_ms < 1)
		net->options.patience_ms = NET_PATIENCE_MS;
	net->multi = curl_multi_init();
	if (net->multi == NULL) {
		err_set(err, ERR_SYS, "libcurl can not start");
		net_free(net);
		return NULL;
	}
	curl_multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, (long)NET_KEEP);
	curl_multi_setopt(net->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_MULTIPLEX);
	/* Lanes are the limit: peers may share a host, and one may stall. */
	return net;
}

/* Take the handle of a transfer back; libcurl forgets the transfer. */
static void
reclaim(struct net *net, struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	if (easy == NULL)
		return;
	curl_multi_remove_handle(net->multi, easy);
	transfer->easy = NULL;
	if (net->n_spare < NET_TRANSFERS_MAX) {
		curl_easy_reset(easy);
		net->spare[net->n_spare++] = easy;
	} else {
		curl_easy_cleanup(easy);
	}
}

void
net_free(struct net *net)
{
	struct transfer *transfer;

	if (net == NULL)
		return;
	while ((transfer = net->running) != NULL) {
		net->running = transfer->next;
		reclaim(net, transfer);
		transfer_free(transfer);
	}
	while ((transfer = net->queued) != NULL) {
		net->queued = transfer->next;
		transfer_free(transfer);
	}
	while (net->n_spare > 0)
		curl_easy_cleanup(net->spare[--net->n_spare]);
	if (net->multi != NULL)
		curl_multi_cleanup(net->multi);
	free(net->user_agent);
	free(net->ca_file);
	free(net);
	curl_global_cleanup();
}

int
net_add(struct net *net, const struct net_request *request, struct err *err)
{
	struct transfer *transfer = transfer_new(request, err);

	if (transfer == NULL)
		return -1;
	*net->queued_end = transfer;
	net->queued_end = &transfer->next;
	net->n_queued++;
	return 0;
}

void
net_cancel(struct net *net, const void *lane)
{
	struct transfer **p, *transfer;

	for (p = &net->running; (transfer = *p) != NULL;) {
		if (transfer->request.lane != lane) {
			p = &transfer->next;
			continue;
		}
		*p = transfer->next;
		net->n_running--;
		net->n_slow -= transfer->is_slow;
		reclaim(net, transfer);
		transfer_free(transfer);
	}
	for (p = &net->queued; (transfer = *p) != NULL;) {
		if (transfer->request.lane != lane) {
			p = &transfer->next;
			continue;
		}
		*p = transfer->next;
		net->n_queued--;
		transfer_free(transfer);
	}
	net->queued_end = p;
}

static size_t
lane_running(const struct net *net, const void *lane)
{
	size_t n = 0;

	for (const struct transfer *t = net->running; t != NULL; t = t->next)
		n += t->request.lane == lane;
	return n;
}

/* Unhook the oldest request of the lane that has the least under way. */
static struct transfer *
pick(struct net *net)
{
	struct transfer **best = NULL, *transfer;
	size_t best_n = NET_LANE_TRANSFERS;

	for (struct transfer **p = &net->queued; *p != NULL && best_n > 0;
	     p = &(*p)->next) {
		size_t n = lane_running(net, (*p)->request.lane);

		if (n < best_n) {
			best_n = n;
			best = p;
		}
	}
	if (best == NULL)
		return NULL;
	transfer = *best;
	*best = transfer->next;
	if (transfer->next == NULL)
		net->queued_end = best;
	transfer->next = NULL;
	net->n_queued--;
	return transfer;
}

/* Take a transfer out of the running ones. */
static void
unhook(struct net *net, struct transfer *transfer)
{
	struct transfer **p = &net->running;

	while (*p != transfer)
		p = &(*p)->next;
	*p = transfer->next;
	net->n_running--;
	net->n_slow -= transfer->is_slow;
}

static void
end(struct net *net, struct transfer *transfer, CURLcode code)
{
	unhook(net, transfer);
	transfer_finish(transfer, code);
	reclaim(net, transfer);
	transfer_free(transfer);
}

/* Mark who had his time; milliseconds until the next one has had it. */
static int64_t
mark_slow(struct net *net)
{
	int64_t now = clock_monotonic_ms(), next = net->options.patience_ms;

	for (struct transfer *t = net->running; t != NULL; t = t->next) {
		int64_t left = t->started_ms + net->options.patience_ms - now;

		if (t->is_slow)
			continue;
		if (left <= 0) {
			t->is_slow = true;
			net->n_slow++;
		} else if (left < next) {
			next = left;
		}
	}
	return next;
}

static size_t
lane_slow(const struct net *net, const void *lane)
{
	size_t n = 0;

	for (const struct transfer *t = net->running; t != NULL; t = t->next)
		n += t->request.lane == lane && t->is_slow;
	return n;
}

/* a got fewer bytes a second than b. */
static bool
is_slower(const struct transfer *a, const struct transfer *b, int64_t now)
{
	uint64_t age_a = (uint64_t)(now - a->started_ms);
	uint64_t age_b = (uint64_t)(now - b->started_ms);

	if (a->body.len * age_b != b->body.len * age_a)
		return a->body.len * age_b < b->body.len * age_a;
	return age_a > age_b;
}

/* The slowest of the lane that has the most slow ones makes room. */
static void
cut_one(struct net *net)
{
	struct transfer *worst = NULL;
	size_t worst_n = 0;
	int64_t now = clock_monotonic_ms();

	for (struct transfer *t = net->running; t != NULL; t = t->next) {
		size_t n;

		if (!t->is_slow)
			continue;
		n = lane_slow(net, t->request.lane);
		if (n > worst_n || (n == worst_n && is_slower(t, worst, now))) {
			worst = t;
			worst_n = n;
		}
	}
	if (worst == NULL)
		return;
	worst->stop = TRANSFER_CUT;
	end(net, worst, CURLE_OPERATION_TIMEDOUT);
}

static int
start_one(struct net *net, struct transfer *transfer, struct err *err)
{
	CURL *easy = net->n_spare > 0 ? net->spare[--net->n_spare]
				      : curl_easy_init();

	transfer->easy = easy;
	transfer->next = net->running;
	net->running = transfer;
	net->n_running++;
	if (easy == NULL)
		return err_set(err, ERR_SYS, "libcurl can not start");
	if (transfer_start(transfer, easy, &net->options, err) == -1)
		return -1;
	if (curl_multi_add_handle(net->multi, easy) != CURLM_OK)
		return err_set(err, ERR_SYS,
		    "libcurl does not take a transfer");
	return 0;
}

/* *ret_cut: somebody was told of an end. */
static int
start_some(struct net *net, bool *ret_cut, struct err *err)
{
	size_t quick_max = (size_t)net->options.transfers;

	*ret_cut = false;
	while (net->n_running - net->n_slow < quick_max) {
		struct transfer *transfer = pick(net);

		if (transfer == NULL)
			break;
		if (start_one(net, transfer, err) == -1)
			return -1;
		if (net->n_running > quick_max + NET_SLOW_TRANSFERS) {
			cut_one(net);
			*ret_cut = true;
		}
	}
	return 0;
}

static size_t
finish_some(struct net *net)
{
	CURLMsg *message;
	size_t n = 0;
	int left;

	while ((message = curl_multi_info_read(net->multi, &left)) != NULL) {
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
		    (char **)&transfer);
		n++;
		end(net, transfer, code);
	}
	return n;
}

int
net_run(struct net *net, int64_t wait_ms, size_t *ret_left, struct err *err)
{
	int64_t until = clock_monotonic_ms() + wait_ms;
	int running;

	for (;;) {
		int64_t left_ms, slow_ms = mark_slow(net);
		bool is_cut;
		CURLMcode rc;

		if (start_some(net, &is_cut, err) == -1)
			return -1;
		rc = curl_multi_perform(net->multi, &running);
		if (rc != CURLM_OK)
			return err_set(err, ERR_SYS, "libcurl: %s",
			    curl_multi_strerror(rc));
		left_ms = until - clock_monotonic_ms();
		if (finish_some(net) > 0 || is_cut || net->n_running == 0 ||
		    left_ms <= 0)
			break;
		/* Who waits may begin when somebody has had his time. */
		if (net->n_queued > 0 && slow_ms < left_ms)
			left_ms = slow_ms;
		rc = curl_multi_poll(net->multi, NULL, 0,
		    (int)(left_ms < POLL_MS ? left_ms : POLL_MS), NULL);
		if (rc != CURLM_OK)
			return err_set(err, ERR_SYS, "libcurl: %s",
			    curl_multi_strerror(rc));
	}
	*ret_left = net->n_queued + net->n_running;
	return 0;
}

/* ---- one request ---- */

struct one {
	struct strbuf *body;
	struct net_answer *answer;
	struct err *err;
	bool is_failed;
};

static void
on_one(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct one *one = ctx;

	*one->answer = *answer;
	one->answer->body = one->answer->packed = NULL;
	one->is_failed = err != NULL;
	if (err != NULL && one->err != NULL)
		*one->err = *err;
	if (answer->body != NULL)
		strbuf_add(one->body, answer->body, answer->len);
}

int
net_get(struct net *net, const struct net_request *request,
    struct strbuf *ret_body, struct net_answer *ret_answer, struct err *err)
{
	struct net_request copy = *request;
	struct net_answer answer = { 0 };
	struct one one = { ret_body, &answer, err, false };
	size_t left = 1;

	copy.done = on_one;
	copy.ctx = &one;
	if (net_add(net, &copy, err) == -1)
		return -1;
	while (left > 0)
		if (net_run(net, POLL_MS, &left, err) == -1)
			return -1;
	*ret_answer = answer;
	return one.is_failed ? -1 : strbuf_check(ret_body, "the answer", err);
}
