/*
 * Inside web/ only: the process, its workers, and what it answers on the
 * loop threads.
 */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include <pthread.h>

#include "web/page.h"
#include "web/web.h"

/* Configurations ever used: a request may still hold an old one. */
struct conf_entry {
	struct conf conf;
	struct conf_entry *next;
};

struct web {
	const char *folder;
	struct web_options options;
	int64_t started;
	pthread_mutex_t lock; /* over conf */
	const struct conf *conf;
	struct conf_entry *reloaded;
};

const struct conf *web_conf(struct web *web);

/* worker.c: what one worker thread reads from */
struct worker;
void *worker_new(void *ctx, unsigned i);
void worker_free(void *ctx, void *worker);
/* Let go of files that have been replaced meanwhile. */
void worker_idle(void *ctx, void *worker);
/* Handles on the files as they are now. */
struct api *worker_api(struct worker *worker);

/* handler.c: http callbacks */
void handler_handle(void *ctx, void *worker, const struct http_request *req,
    struct http_response *res);
void handler_refuse(void *ctx, const struct http_request *req, int status,
    struct http_response *res);
void handler_headers(struct http_response *res);

/* feed.c: a file of the feed in `folder`; name is the path below it */
void feed_serve(const struct http_request *req, const char *folder,
    const char *name, struct http_response *res);
/* Do the bytes on the disk have the hash that is their name? */
bool feed_is_whole(const struct http_request *req, const char *folder,
    const char *name);
void feed_not_found(struct http_response *res);

/* relay.c: path is what follows /feed/m/ */
void relay_handle(const struct api *api, const struct http_request *req,
    const char *path, struct http_response *res);

/*
 * negotiate.c: the language of pages without one in their address; fill in
 * what the page takes from the address; the language a browser prefers among
 * ours, or NULL; true when the front page sent it there.
 */
const char *negotiate_own(const struct conf *conf);
void negotiate_page(struct page *page, const char *path);
const char *negotiate_wanted(struct arena *arena, const char *accept);
bool negotiate_home(const struct page *page, struct http_response *res);

/* fast.c */
bool fast_handle(void *ctx, const struct http_request *req,
    struct http_response *res);

#endif
