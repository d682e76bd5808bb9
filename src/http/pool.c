/*
 * pool: worker threads, each with a context of its own, and the bounded
 * queue before them; a full queue is a 503 at once, not a longer wait.
 * Neighbours: conn.c pushes, the job goes back to its loop when done.
 */
#include <stdlib.h>

#include "http/server.h"

struct worker {
	struct http_server *server;
	unsigned i;
};

/* What a worker is to do next: a job, or NULL: look around, or end. */
static struct job *
pool_pop(struct pool *pool, uint64_t *wakes, bool *ret_end)
{
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	while (
	    pool->first == NULL && !pool->is_stopping && pool->wakes == *wakes)
		pthread_cond_wait(&pool->filled, &pool->lock);
	job = pool->first;
	*ret_end = job == NULL && pool->is_stopping;
	/* A job looks around by itself. */
	*wakes = pool->wakes;
	if (job != NULL) {
		pool->first = job->next;
		if (pool->first == NULL)
			pool->last = &pool->first;
		pool->n--;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void
job_return(struct job *job)
{
	struct loop *loop = job->loop;
	bool was_empty;

	pthread_mutex_lock(&loop->lock);
	was_empty = loop->done == NULL;
	job->next = loop->done;
	loop->done = job;
	pthread_mutex_unlock(&loop->lock);
	if (was_empty)
		event_active(loop->wake, EV_READ, 0);
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct http_server *server = worker->server;
	const struct http_options *options = &server->options;
	uint64_t wakes = 0;
	void *ctx = NULL;
	struct job *job;
	bool is_end;

	if (options->worker_new != NULL)
		ctx = options->worker_new(options->ctx, worker->i);
	for (;;) {
		job = pool_pop(&server->pool, &wakes, &is_end);
		if (is_end)
			break;
		if (job == NULL) {
			if (options->idle != NULL)
				options->idle(options->ctx, ctx);
			continue;
		}
		options->handle(options->ctx, ctx, &job->req, &job->res);
		http_response_finish(&job->req, &job->res);
		job_return(job);
	}
	if (options->worker_free != NULL)
		options->worker_free(options->ctx, ctx);
	free(worker);
	return NULL;
}

int
pool_start(struct http_server *server, struct err *err)
{
	struct pool *pool = &server->pool;
	unsigned n = server->options.workers;

	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->filled, NULL);
	pool->last = &pool->first;
	pool->max = server->options.queue_max;
	pool->threads = xcalloc(n, sizeof(*pool->threads));
	for (unsigned i = 0; i < n; i++) {
		struct worker *worker = xcalloc(1, sizeof(*worker));

		worker->server = server;
		worker->i = i;
		if (pthread_create(&pool->threads[i], NULL, worker_main,
			worker) != 0) {
			free(worker);
			return err_set(err, ERR_SYS,
			    "can not start worker thread %u", i);
		}
		pool->n_threads++;
	}
	return 0;
}

int
pool_push(struct http_server *server, struct job *job)
{
	struct pool *pool = &server->pool;
	int rc = -1;

	pthread_mutex_lock(&pool->lock);
	if (pool->n < pool->max && !pool->is_stopping) {
		job->next = NULL;
		*pool->last = job;
		pool->last = &job->next;
		pool->n++;
		rc = 0;
		pthread_cond_signal(&pool->filled);
	}
	pthread_mutex_unlock(&pool->lock);
	return rc;
}

void
http_server_wake(struct http_server *server)
{
	struct pool *pool = &server->pool;

	pthread_mutex_lock(&pool->lock);
	pool->wakes++;
	pthread_cond_broadcast(&pool->filled);
	pthread_mutex_unlock(&pool->lock);
}

void
pool_stop(struct http_server *server)
{
	struct pool *pool = &server->pool;

	if (pool->threads == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	pthread_cond_broadcast(&pool->filled);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->n_threads; i++)
		pthread_join(pool->threads[i], NULL);
	free(pool->threads);
	pool->threads = NULL;
	pthread_cond_destroy(&pool->filled);
	pthread_mutex_destroy(&pool->lock);
}

/* ---- jobs: kept by their loop, since an arena is worth keeping ---- */

struct job *
job_new(struct loop *loop)
{
	struct job *job = loop->spare;

	if (job != NULL) {
		loop->spare = job->next;
		loop->n_spare--;
	} else {
		job = xcalloc(1, sizeof(*job));
		job->arena = arena_new();
	}
	job->loop = loop;
	job->conn = NULL;
	job->next = NULL;
	http_response_init(&job->res);
	return job;
}

void
job_destroy(struct job *job)
{
	http_response_release(&job->res);
	arena_free(job->arena);
	free(job);
}

void
job_free(struct loop *loop, struct job *job)
{
	http_response_release(&job->res);
	/* One that grew large goes back to the system. */
	if (loop->n_spare >= HTTP_SPARE_JOBS ||
	    arena_used(job->arena) > HTTP_PIECE) {
		job_destroy(job);
		return;
	}
	arena_reset(job->arena);
	job->next = loop->spare;
	loop->spare = job;
	loop->n_spare++;
}
