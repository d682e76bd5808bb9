/*
 * peer: main() of every engine under comparison (peer.h has the command
 * line): reads the corpus and the queries, asks, takes the time, prints. An
 * engine's processor time includes its children's.
 */
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define QUERIES_MAX 1000
#define THREADS_MAX 8

double (*peer_more_cpu)(void);
uint64_t peer_bytes;

void
peer_fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", peer_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void *
peer_need(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (memory == NULL)
		peer_fail("out of memory");
	return memory;
}

static double
wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double
usage_s(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
cpu_s(void)
{
	return usage_s(RUSAGE_SELF) + usage_s(RUSAGE_CHILDREN) +
	       (peer_more_cpu != NULL ? peer_more_cpu() : 0);
}

/* ---- corpus ---- */

static FILE *corpus;
static char *line;
static size_t line_size;
static uint32_t n_records;

/* The field at *at, ended in place; *at moves behind. */
static char *
field(char **at, size_t *ret_len)
{
	char *start = *at, *end;

	if (start == NULL)
		peer_fail("record %u: too few fields", n_records);
	end = strpbrk(start, "\t\n");
	*at = end != NULL && *end == '\t' ? end + 1 : NULL;
	if (end != NULL)
		*end = '\0';
	if (ret_len != NULL)
		*ret_len = strlen(start);
	return start;
}

int
peer_next(struct peer_record *ret_record)
{
	char *at;

	if (getline(&line, &line_size, corpus) == -1) {
		if (ferror(corpus))
			peer_fail("corpus: %s", strerror(errno));
		return 0;
	}
	n_records++;
	at = line;
	ret_record->id = (uint32_t)strtoul(field(&at, NULL), NULL, 10);
	if (ret_record->id != n_records)
		peer_fail("record %u has number %u", n_records, ret_record->id);
	for (unsigned i = 0; i < PEER_FIELDS; i++)
		ret_record->text[i] = field(&at, &ret_record->len[i]);
	for (unsigned i = 0; i < PEER_FACETS; i++) {
		unsigned long code = strtoul(field(&at, NULL), NULL, 10);

		if (code >= PEER_VALUES)
			peer_fail("record %u: code %lu", n_records, code);
		ret_record->codes[i] = (uint8_t)code;
	}
	ret_record->lat = strtod(field(&at, NULL), NULL);
	ret_record->lon = strtod(field(&at, NULL), NULL);
	ret_record->date = (uint32_t)strtoul(field(&at, NULL), NULL, 10);
	return 1;
}

static int
build(const char *path, const char *index)
{
	double wall = wall_s(), cpu = cpu_s();

	corpus = fopen(path, "r");
	if (corpus == NULL)
		peer_fail("%s: %s", path, strerror(errno));
	peer_build(index);
	fclose(corpus);
	free(line);
	printf("{\"records\": %u, \"wall\": %.6f, \"cpu\": %.6f, "
	       "\"bytes\": %llu}\n",
	    n_records, wall_s() - wall, cpu_s() - cpu,
	    (unsigned long long)peer_bytes);
	return 0;
}

/* ---- rows ---- */

void
peer_rows_add(struct peer_rows *rows, const struct peer_record *record)
{
	if ((record->id & (record->id - 1)) == 0) {
		rows->codes = realloc(rows->codes,
		    (size_t)record->id * 2 * sizeof(*rows->codes));
		if (rows->codes == NULL)
			peer_fail("out of memory");
	}
	rows->n = record->id;
	memcpy(rows->codes[record->id], record->codes, PEER_FACETS);
	rows->codes[record->id][7] = 0;
}

void
peer_rows_write(const struct peer_rows *rows, const char *path)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(rows->codes + 1, 8, rows->n, f) != rows->n ||
	    fclose(f) != 0)
		peer_fail("%s: %s", path, strerror(errno));
}

void
peer_rows_read(struct peer_rows *rows, const char *path)
{
	FILE *f = fopen(path, "rb");
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		peer_fail("%s: %s", path, strerror(errno));
	rewind(f);
	rows->n = (uint32_t)((size_t)size / 8);
	rows->codes = peer_need((size_t)rows->n + 1, 8);
	if (fread(rows->codes + 1, 8, rows->n, f) != rows->n)
		peer_fail("%s: too short", path);
	fclose(f);
}

/* ---- the best ---- */

static int
is_worse(const struct peer_best *best, unsigned a, unsigned b)
{
	return best->score[a] < best->score[b] ||
	       (best->score[a] <= best->score[b] && best->id[a] > best->id[b]);
}

static void
swap(struct peer_best *best, unsigned a, unsigned b)
{
	double score = best->score[a];
	uint32_t id = best->id[a];

	best->score[a] = best->score[b];
	best->id[a] = best->id[b];
	best->score[b] = score;
	best->id[b] = id;
}

static void
sink(struct peer_best *best)
{
	unsigned i = 0;

	for (;;) {
		unsigned worst = i;

		for (unsigned k = 2 * i + 1; k <= 2 * i + 2 && k < best->n; k++)
			worst = is_worse(best, k, worst) ? k : worst;
		if (worst == i)
			return;
		swap(best, i, worst);
		i = worst;
	}
}

void
peer_best_add(struct peer_best *best, double score, uint32_t id)
{
	unsigned i;

	if (best->n == PEER_TOP) {
		if (score <= best->score[0]) /* ids rise */
			return;
		best->score[0] = score;
		best->id[0] = id;
		sink(best);
		return;
	}
	i = best->n++;
	best->score[i] = score;
	best->id[i] = id;
	for (; i > 0 && is_worse(best, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(best, i, (i - 1) / 2);
}

void
peer_best_take(struct peer_best *best, struct peer_answer *answer)
{
	answer->n_top = best->n;
	for (unsigned i = best->n; i-- > 0;) {
		answer->top[i] = best->id[0];
		swap(best, 0, --best->n);
		sink(best);
	}
}

/* ---- queries ---- */

static struct peer_query queries[QUERIES_MAX];
static unsigned n_queries;
static struct peer *peers[THREADS_MAX];

/* The answers of a round, by place in its order. */
struct slot {
	const struct peer_query *query;
	double ms;
	uint32_t total;
	uint64_t hash;
	struct peer_answer *answer; /* kept when asked for */
};
static struct slot *slots;
static unsigned n_slots;
static atomic_uint next_slot;

static enum peer_kind
kind_of(const char *name)
{
	if (strcmp(name, "any") == 0)
		return PEER_ANY;
	if (strcmp(name, "phrase") == 0)
		return PEER_PHRASE;
	if (strcmp(name, "prefix") == 0)
		return PEER_PREFIX;
	return PEER_ALL;
}

static void
query_read(struct peer_query *q, char *at)
{
	char *words, *filters, *save = NULL;

	q->id = (unsigned)strtoul(field(&at, NULL), NULL, 10);
	snprintf(q->name, sizeof(q->name), "%s", field(&at, NULL));
	q->kind = kind_of(q->name);
	words = field(&at, NULL);
	filters = field(&at, NULL);
	if (strcmp(words, "-") == 0) {
		q->kind = PEER_NONE;
		*words = '\0';
	}
	for (char *w = strtok_r(words, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save)) {
		if (q->n_words == PEER_WORDS || strlen(w) >= sizeof(*q->words))
			peer_fail("query %u: too many words", q->id);
		snprintf(q->words[q->n_words++], sizeof(*q->words), "%s", w);
	}
	if (strcmp(filters, "-") == 0)
		return;
	for (char *f = strtok_r(filters, ",", &save); f != NULL;
	     f = strtok_r(NULL, ",", &save)) {
		if (q->n_filters == PEER_FILTERS ||
		    sscanf(f, "%u=%u", &q->filters[q->n_filters].facet,
			&q->filters[q->n_filters].code) != 2 ||
		    q->filters[q->n_filters].facet >= PEER_FACETS ||
		    q->filters[q->n_filters].code >= PEER_VALUES)
			peer_fail("query %u: filter %s", q->id, f);
		q->n_filters++;
	}
}

static void
queries_read(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		peer_fail("%s: %s", path, strerror(errno));
	while (getline(&line, &line_size, f) != -1) {
		if (n_queries == QUERIES_MAX)
			peer_fail("%s: too many queries", path);
		query_read(&queries[n_queries++], line);
	}
	fclose(f);
	free(line);
}

/*
 * Of total and counts. A facet that is filtered adds only what was chosen:
 * gspd also counts the values that were not, for those who may want to change
 * their choice; its peers are let off that.
 */
static uint64_t
hash_of(const struct peer_query *q, const struct peer_answer *answer)
{
	uint64_t h = 0x9e3779b97f4a7c15ull ^ answer->total;

	for (unsigned f = 0; f < PEER_FACETS; f++) {
		for (unsigned v = 0; v < PEER_VALUES; v++) {
			uint64_t n = answer->counts[f][v];

			for (unsigned i = 0; i < q->n_filters; i++) {
				if (q->filters[i].facet == f &&
				    q->filters[i].code != v)
					n = 0;
			}
			h = (h ^ n) * 0xff51afd7ed558ccdull;
			h ^= h >> 33;
		}
	}
	return h;
}

static void *
work(void *ctx)
{
	struct peer *peer = ctx;
	struct peer_answer answer;
	unsigned i;

	while ((i = atomic_fetch_add(&next_slot, 1)) < n_slots) {
		struct slot *slot = &slots[i];
		double start = wall_s();

		memset(&answer, 0, sizeof(answer));
		peer_ask(peer, slot->query, &answer);
		slot->ms = (wall_s() - start) * 1000;
		slot->total = answer.total;
		slot->hash = hash_of(slot->query, &answer);
		if (slot->answer != NULL)
			*slot->answer = answer;
	}
	return NULL;
}

/* Every step-th of each class, classes taking turns, all of it n times. */
static void
slots_fill(unsigned step, unsigned passes, int keeps)
{
	unsigned n = 0, number[QUERIES_MAX], most = 0;

	slots = peer_need((size_t)n_queries * passes, sizeof(*slots));
	for (unsigned i = 0; i < n_queries; i++) {
		int is_first = i == 0 || strcmp(queries[i].name,
					     queries[i - 1].name) != 0;

		number[i] = is_first ? 0 : number[i - 1] + 1;
		most = number[i] > most ? number[i] : most;
	}
	for (unsigned pass = 0; pass < passes; pass++) {
		for (unsigned k = 0; k <= most; k += step) {
			for (unsigned i = 0; i < n_queries; i++) {
				if (number[i] == k)
					slots[n++].query = &queries[i];
			}
		}
	}
	n_slots = n;
	for (unsigned i = 0; i < n && keeps; i++)
		slots[i].answer = peer_need(1, sizeof(struct peer_answer));
}

static void
slot_print(const struct slot *slot)
{
	const struct peer_answer *a = slot->answer;

	printf("q\t%u\t%s\t%.4f\t%u\t%016llx\n", slot->query->id,
	    slot->query->name, slot->ms, slot->total,
	    (unsigned long long)slot->hash);
	if (a == NULL)
		return;
	printf("top\t%u\t", slot->query->id);
	for (unsigned i = 0; i < a->n_top; i++)
		printf("%s%u", i > 0 ? " " : "", a->top[i]);
	printf("\ncounts\t%u\t", slot->query->id);
	for (unsigned f = 0; f < PEER_FACETS; f++) {
		printf("%s%s", f > 0 ? "; " : "", peer_facets[f]);
		for (unsigned v = 0; v < PEER_VALUES; v++)
			printf(" %u", a->counts[f][v]);
	}
	putchar('\n');
}

static void
play(const char *index, unsigned threads, unsigned step, unsigned passes)
{
	pthread_t ids[THREADS_MAX];
	double wall, cpu;

	slots_fill(step > 0 ? step : 1, passes, step == 0);
	for (unsigned i = 0; i < threads; i++) {
		if (peers[i] == NULL)
			peers[i] = peer_open(index);
	}
	atomic_store(&next_slot, 0);
	wall = wall_s();
	cpu = cpu_s();
	for (unsigned i = 1; i < threads; i++) {
		if (pthread_create(&ids[i], NULL, work, peers[i]) != 0)
			peer_fail("no thread");
	}
	work(peers[0]);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	wall = wall_s() - wall;
	cpu = cpu_s() - cpu;
	for (unsigned i = 0; i < n_slots; i++) {
		slot_print(&slots[i]);
		free(slots[i].answer);
	}
	printf("round\t%u\t%u\t%.6f\t%.6f\n", threads, n_slots, wall, cpu);
	fflush(stdout);
	free(slots);
}

static int
query(const char *index, const char *path)
{
	unsigned threads, step, passes;
	char round[100];

	queries_read(path);
	peer_start(index);
	while (fgets(round, sizeof(round), stdin) != NULL) {
		if (sscanf(round, "%u %u %u", &threads, &step, &passes) != 3 ||
		    threads == 0 || threads > THREADS_MAX || passes == 0 ||
		    passes > 1000)
			peer_fail("not a round: %s", round);
		play(index, threads, step, passes);
	}
	for (unsigned i = 0; i < THREADS_MAX; i++) {
		if (peers[i] != NULL)
			peer_close(peers[i]);
	}
	peer_stop();
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "build") == 0)
		return build(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "query") == 0)
		return query(argv[2], argv[3]);
	fprintf(stderr, "usage: %s build CORPUS INDEX | query INDEX QUERIES\n",
	    peer_name);
	return 2;
}
