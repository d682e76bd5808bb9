/*
 * publish DIR: the publisher alone, timed. `gspd publish` also takes its own
 * feed into its own catalogue; the bar of the bench design is about pages
 * and head only. Prints one JSON object like raw.c.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "conf/conf.h"
#include "crypto/crypto.h"
#include "ledger/ledger.h"
#include "publish/publish.h"

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int
run(const char *folder, const struct conf *conf, struct ledger *ledger,
    const struct key *key, struct err *err)
{
	struct publish_options options = { .folder = folder,
		.node = conf->node,
		.now = clock_now(),
		.next_s = conf->next_s,
		.expires_s = conf->expires_s,
		.resign_s = conf->resign_s };
	struct publish_result result;
	double wall, cpu;
	char next[65];

	if (publish_nextkey_read(folder, next, err) == -1)
		return -1;
	wall = wall_s();
	cpu = cpu_s();
	if (publish_run(ledger, key, next, &options, &result, err) == -1)
		return -1;
	printf("{\"wall\": %.6f, \"cpu\": %.6f, \"items\": %lld, "
	       "\"pages_written\": %lld}\n",
	    wall_s() - wall, cpu_s() - cpu, (long long)result.records,
	    (long long)result.pages_written);
	return 0;
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct ledger *ledger = NULL;
	struct key *key = NULL;
	struct err err;
	int rc = -1;

	if (argc != 2) {
		fprintf(stderr, "usage: publish DIR\n");
		return 2;
	}
	if (conf_read(argv[1], &conf, &err) == -1) {
		fprintf(stderr, "publish: %s\n", err.text);
		return 1;
	}
	ledger = ledger_open(argv[1], false, &err);
	if (ledger != NULL)
		key = publish_key_read(argv[1], &err);
	if (key != NULL)
		rc = run(argv[1], &conf, ledger, key, &err);
	if (rc == -1)
		fprintf(stderr, "publish: %s\n", err.text);
	key_free(key);
	ledger_close(ledger);
	conf_release(&conf);
	return rc == -1;
}
