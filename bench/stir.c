/*
 * stir: how the index keeps in step with a catalogue of a real node, timed
 * inside one process; bench/live runs it. Each prints one JSON object.
 *
 *   stir rebuild FOLDER                the index again from the catalogue
 *   stir fts5 FOLDER DB                SQLite FTS5 from the same views, tuned
 *   stir change FOLDER N WORD          N records get a word: one commit, until
 *                                      a reader finds it N times
 *   stir merge FOLDER N BATCH QUERIES  queries (a text a line) go on in a
 *                                      thread while N records change
 *
 * See bench/README.md, "The index of a node".
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "search/search.h"
#include "stir.h"

/* ---- the index again ---- */

static int
rebuild(const char *folder, struct err *err)
{
	struct catalogue *cat = catalogue_open(folder, CATALOGUE_WRITE, err);
	struct search *search = NULL;
	double wall, cpu;
	int rc = -1;

	if (cat != NULL)
		search = search_open(cat, err);
	if (search == NULL)
		goto out;
	wall = wall_s();
	cpu = cpu_s();
	if (search_rebuild(search, err) == -1)
		goto out;
	printf("{\"wall\": %.6f, \"cpu\": %.6f, \"groups\": %lld}\n",
	    wall_s() - wall, cpu_s() - cpu, (long long)groups_of(cat));
	rc = 0;
out:
	search_close(search);
	catalogue_close(cat);
	return rc;
}

/* ---- changes ---- */

/* Every step-th record behind `after`, with a word more, at most max. */
struct harvest {
	struct arena *arena;
	struct record **items;
	size_t n, max, step, seen;
	const char *word;
};

static int
harvest_record(void *ctx, struct record *rec, struct err *err)
{
	struct harvest *h = ctx;
	struct value *v;

	if (h->n == h->max) {
		err_set(err, ERR_BUSY, "enough");
		return -1;
	}
	if (h->seen++ % h->step != 0)
		return 0;
	rec = record_copy(h->arena, rec);
	for (v = rec->root.first; v != NULL; v = v->next) {
		if (v->field != NULL &&
		    stir_column(v->field->id) == STIR_TITLE) {
			v->text = arena_printf(h->arena, "%s %s", v->text,
			    h->word);
			break;
		}
	}
	h->items[h->n++] = rec;
	return 0;
}

static int
harvest(struct harvest *h, struct catalogue *cat, const char *after,
    struct err *err)
{
	h->n = h->seen = 0;
	if (catalogue_each(cat, after, harvest_record, h, err) == -1 &&
	    h->n < h->max)
		return -1;
	return 0;
}

/* The writer's calls with a clock beside them. */
struct timed {
	const struct catalogue_watch *watch;
	double index_s;
};

static int
timed_changed(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct timed *t = ctx;
	double start = wall_s();
	int rc = t->watch->changed(t->watch->ctx, group, view, err);

	t->index_s += wall_s() - start;
	return rc;
}

static int
timed_prepare(void *ctx, int64_t version, struct err *err)
{
	struct timed *t = ctx;
	double start = wall_s();
	int rc = t->watch->prepare(t->watch->ctx, version, err);

	t->index_s += wall_s() - start;
	return rc;
}

static void
timed_settled(void *ctx, bool is_committed)
{
	struct timed *t = ctx;
	double start = wall_s();

	t->watch->settled(t->watch->ctx, is_committed);
	t->index_s += wall_s() - start;
}

/* One transaction. */
static int
put_all(struct catalogue *cat, struct timed *timed, const struct harvest *h,
    struct err *err)
{
	const struct catalogue_watch watch = { timed_changed, timed_prepare,
		timed_settled, timed };
	uint8_t digest[SHA256_LEN];
	struct strbuf sb;

	if (catalogue_begin(cat, err) == -1)
		return -1;
	for (size_t i = 0; i < h->n; i++) {
		strbuf_init(&sb, (size_t)1 << 24);
		record_pack(h->items[i], &sb);
		sha256(sb.buf, sb.len, digest);
		strbuf_release(&sb);
		if (catalogue_put(cat, h->items[i], digest, err) == -1) {
			catalogue_rollback(cat);
			return -1;
		}
	}
	return catalogue_commit(cat, &watch, err);
}

/* Until the reader finds the word in so many records. */
static int
wait_visible(struct search *reader, const char *word, size_t n, struct err *err)
{
	struct search_query query = { .text = word, .limit = 20 };
	struct search_result result;
	struct arena *arena = arena_new();
	double start = wall_s();
	int rc = -1;

	for (;;) {
		if (search_run(reader, arena, &query, &result, err) == -1)
			break;
		rc = result.count == (int64_t)n ? 0 : -1;
		if (rc == 0)
			break;
		err_set(err, ERR_BUSY, "%s: found %lld of %zu", word,
		    (long long)result.count, n);
		if (wall_s() - start > 20)
			break;
		arena_reset(arena);
	}
	arena_free(arena);
	return rc;
}

struct scene {
	struct catalogue *cat, *read_cat;
	struct timed timed;
	struct search *writer, *reader;
	struct harvest harvest;
};

static int
scene_open(struct scene *s, const char *folder, size_t max, const char *word,
    struct err *err)
{
	memset(s, 0, sizeof(*s));
	s->harvest.arena = arena_new();
	s->harvest.items = xcalloc(max, sizeof(*s->harvest.items));
	s->harvest.max = max;
	s->harvest.step = 1;
	s->harvest.word = word;
	s->cat = catalogue_open(folder, CATALOGUE_WRITE, err);
	if (s->cat == NULL)
		return -1;
	s->writer = search_open(s->cat, err);
	if (s->writer == NULL)
		return -1;
	s->timed.watch = search_watch(s->writer);
	s->read_cat = catalogue_open(folder, CATALOGUE_READ, err);
	if (s->read_cat == NULL)
		return -1;
	s->reader = search_open(s->read_cat, err);
	return s->reader == NULL ? -1 : 0;
}

static void
scene_close(struct scene *s)
{
	search_close(s->reader);
	search_close(s->writer);
	catalogue_close(s->read_cat);
	catalogue_close(s->cat);
	free(s->harvest.items);
	arena_free(s->harvest.arena);
}

static int
change(const char *folder, size_t n, const char *word, struct err *err)
{
	struct scene s;
	struct search_query query = { .text = "any", .limit = 20 };
	struct search_result result;
	double start, put, visible;
	int64_t groups;
	int rc = -1;

	if (scene_open(&s, folder, n, word, err) == -1)
		goto out;
	groups = groups_of(s.cat);
	s.harvest.step = groups > (int64_t)n ? (size_t)groups / n : 1;
	if (harvest(&s.harvest, s.cat, NULL, err) == -1 ||
	    search_run(s.reader, s.harvest.arena, &query, &result, err) == -1)
		goto out;
	start = wall_s();
	if (put_all(s.cat, &s.timed, &s.harvest, err) == -1)
		goto out;
	put = wall_s() - start;
	start = wall_s();
	if (wait_visible(s.reader, word, s.harvest.n, err) == -1)
		goto out;
	visible = wall_s() - start;
	printf("{\"records\": %zu, \"groups\": %lld, \"commit\": %.6f, "
	       "\"index\": %.6f, \"reader\": %.6f, \"visible\": %.6f}\n",
	    s.harvest.n, (long long)groups, put, s.timed.index_s, visible,
	    s.timed.index_s + visible);
	rc = 0;
out:
	scene_close(&s);
	return rc;
}

/* ---- a reader while much changes ---- */

#define QUERIES_MAX 1000
#define SAMPLES_MAX ((size_t)1 << 22)

struct reading {
	struct search *reader;
	char *queries[QUERIES_MAX];
	size_t n_queries;
	float *ms[2]; /* of searches while it is quiet, while it is busy */
	size_t n[2];
	atomic_int is_busy;
	atomic_bool is_over;
	bool is_bad;
};

static void *
read_on(void *ctx)
{
	struct reading *r = ctx;
	struct arena *arena = arena_new();
	struct search_result result;
	struct err err;

	for (size_t i = 0; !atomic_load(&r->is_over); i++) {
		struct search_query query = {
			.text = r->queries[i % r->n_queries],
			.limit = 20
		};
		int phase = atomic_load(&r->is_busy);
		double start = wall_s();

		if (search_run(r->reader, arena, &query, &result, &err) == -1) {
			fprintf(stderr, "stir: %s\n", err.text);
			r->is_bad = true;
			break;
		}
		if (r->n[phase] < SAMPLES_MAX)
			r->ms[phase][r->n[phase]++] =
			    (float)((wall_s() - start) * 1000);
		arena_reset(arena);
	}
	arena_free(arena);
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void
print_phase(struct reading *r, int phase, const char *name)
{
	size_t n = r->n[phase];

	if (n == 0) /* nobody asked: say so by zeros */
		r->ms[phase][n++] = 0;
	qsort(r->ms[phase], n, sizeof(float), by_size);
	printf("\"%s\": {\"searches\": %zu, \"median_ms\": %.4f, "
	       "\"p99_ms\": %.4f, \"max_ms\": %.4f}",
	    name, r->n[phase], r->ms[phase][n / 2],
	    r->ms[phase][(n * 99 + 99) / 100 - 1], r->ms[phase][n - 1]);
}

static int
read_queries(struct reading *r, const char *path, struct err *err)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL) {
		err_sys(err, "%s", path);
		return -1;
	}
	while (r->n_queries < QUERIES_MAX &&
	       (len = getline(&line, &size, f)) != -1)
		r->queries[r->n_queries++] = xstrndup(line,
		    len > 0 && line[len - 1] == '\n' ? (size_t)len - 1
						     : (size_t)len);
	free(line);
	fclose(f);
	if (r->n_queries == 0) {
		err_set(err, ERR_FORMAT, "%s: no queries", path);
		return -1;
	}
	return 0;
}

/* Changes n records in transactions of harvest.max; a pause of as much time
 * after each is the quiet to compare with. */
static int
stir(struct scene *s, struct reading *r, size_t n, double *ret_busy_s,
    struct err *err)
{
	char after[RECORD_ID_MAX] = "";
	struct timespec pause;
	size_t done = 0;

	*ret_busy_s = 0;
	while (done < n) {
		double start;

		arena_reset(s->harvest.arena);
		if (harvest(&s->harvest, s->cat, done > 0 ? after : NULL,
			err) == -1)
			return -1;
		if (s->harvest.n == 0)
			return 0;
		(void)snprintf(after, sizeof(after), "%s",
		    s->harvest.items[s->harvest.n - 1]->id);
		start = wall_s();
		atomic_store(&r->is_busy, 1);
		if (put_all(s->cat, &s->timed, &s->harvest, err) == -1)
			return -1;
		atomic_store(&r->is_busy, 0);
		start = wall_s() - start;
		*ret_busy_s += start;
		done += s->harvest.n;
		pause.tv_sec = (time_t)start;
		pause.tv_nsec = (long)((start - (double)pause.tv_sec) * 1e9);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
merge(const char *folder, size_t n, size_t batch, const char *path,
    struct err *err)
{
	struct scene s;
	struct reading r = { .is_busy = 0 };
	pthread_t thread;
	double busy_s;
	int rc = -1;

	for (int i = 0; i < 2; i++)
		r.ms[i] = xcalloc(SAMPLES_MAX, sizeof(float));
	if (scene_open(&s, folder, batch, "stirred", err) == -1 ||
	    read_queries(&r, path, err) == -1)
		goto out;
	r.reader = s.reader;
	if (pthread_create(&thread, NULL, read_on, &r) != 0) {
		err_set(err, ERR_SYS, "no thread");
		goto out;
	}
	rc = stir(&s, &r, n, &busy_s, err);
	atomic_store(&r.is_over, true);
	pthread_join(thread, NULL);
	if (rc == -1 || r.is_bad)
		goto out;
	printf("{\"records\": %zu, \"groups\": %lld, \"merge_s\": %.6f, "
	       "\"index_s\": %.6f, ",
	    n, (long long)groups_of(s.cat), busy_s, s.timed.index_s);
	print_phase(&r, 0, "quiet");
	printf(", ");
	print_phase(&r, 1, "busy");
	printf("}\n");
out:
	scene_close(&s);
	for (size_t i = 0; i < r.n_queries; i++)
		free(r.queries[i]);
	for (int i = 0; i < 2; i++)
		free(r.ms[i]);
	return rc == -1 || r.is_bad ? -1 : 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct err err = { .text = "" };
	int rc;

	if (strcmp(what, "rebuild") == 0 && argc == 3) {
		rc = rebuild(argv[2], &err);
	} else if (strcmp(what, "fts5") == 0 && argc == 4) {
		rc = stir_fts5(argv[2], argv[3], &err);
	} else if (strcmp(what, "change") == 0 && argc == 5) {
		rc = change(argv[2], strtoul(argv[3], NULL, 10), argv[4], &err);
	} else if (strcmp(what, "merge") == 0 && argc == 6) {
		rc = merge(argv[2], strtoul(argv[3], NULL, 10),
		    strtoul(argv[4], NULL, 10), argv[5], &err);
	} else {
		fprintf(stderr, "usage: stir rebuild FOLDER | fts5 FOLDER DB | "
				"change FOLDER N WORD | "
				"merge FOLDER N BATCH QUERIES\n");
		return 2;
	}
	if (rc == -1)
		fprintf(stderr, "stir: %s\n", err.text);
	return rc == -1;
}
