/*
 * apply: an accepted head and its pages into the catalogue, in one
 * transaction: old ids of the changed pages against the records of the new
 * ones (feed-protocol.md 7 and 9). Killed anywhere, the catalogue holds the
 * old state or the new one.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/plan.h"

struct old_record {
	const char *id;
	uint8_t digest[SHA256_LEN];
	bool is_kept;
};

struct work {
	struct apply *apply;
	struct arena *arena;
	struct catalogue_page *applied; /* before, sorted by prefix */
	size_t n_applied;
	size_t n_kept;          /* of them */
	struct old_record *old; /* records of pages that change */
	size_t n_old;
	size_t cap_old;
	int64_t added;
	const struct feed_ref *page; /* being read */
	bool is_over;                /* the limit of changes was passed */
	bool is_anew;                /* every page is read, also applied ones */
	bool is_miscounted;          /* and pages were not read */
};

static int
on_old(void *ctx, const char *id, const uint8_t digest[32], struct err *err)
{
	struct work *work = ctx;
	struct old_record old = { .id = arena_strdup(work->arena, id) };

	(void)err;
	memcpy(old.digest, digest, sizeof(old.digest));
	VEC_PUSH(work->old, work->n_old, work->cap_old, old);
	return 0;
}

static int
compare_old(const void *a, const void *b)
{
	return strcmp(((const struct old_record *)a)->id,
	    ((const struct old_record *)b)->id);
}

static struct old_record *
find_old(struct work *work, const char *id)
{
	struct old_record key = { .id = id };

	return work->n_old == 0 ? NULL
				: bsearch(&key, work->old, work->n_old,
				      sizeof(key), compare_old);
}

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct work *work = ctx;
	struct apply *apply = work->apply;
	struct old_record *old;
	uint8_t digest[SHA256_LEN];

	if (rec == NULL) {
		bad_add(apply->bad, work->page->hash, id,
		    why != NULL ? why->text : "not valid");
		return 0;
	}
	sha256(bytes, len, digest);
	old = find_old(work, id);
	if (old != NULL) {
		old->is_kept = true;
		if (memcmp(old->digest, digest, sizeof(digest)) == 0)
			return 0;
	}
	work->added += old == NULL;
	apply->changed++;
	if (apply->churn_limit > 0 && apply->changed > apply->churn_limit) {
		work->is_over = true;
		return err_set(err, ERR_LIMIT, "too many changes");
	}
	return catalogue_put(apply->env->catalogue, rec, digest, err);
}

/* Pages that go: remember their records, forget the page. */
static int
drop_old(struct work *work, struct err *err)
{
	struct apply *apply = work->apply;
	struct catalogue *catalogue = apply->env->catalogue;
	const char *node = apply->head->node;

	for (size_t i = 0; i < work->n_applied; i++) {
		const struct catalogue_page *page = &work->applied[i];

		if (!work->is_anew &&
		    plan_find(apply->plan, page->prefix, page->hash) != NULL) {
			work->n_kept++;
			continue;
		}
		if (catalogue_ids(catalogue, node, page->prefix, on_old, work,
			err) == -1 ||
		    catalogue_page_drop(catalogue, node, page->prefix, err) ==
			-1)
			return -1;
	}
	if (work->n_old > 1)
		qsort(work->old, work->n_old, sizeof(*work->old), compare_old);
	return 0;
}

static bool
is_applied(const struct work *work, const struct feed_ref *page)
{
	size_t low = 0, high = work->is_anew ? 0 : work->n_applied;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(page->prefix, work->applied[mid].prefix);

		if (order == 0)
			return strcmp(page->hash, work->applied[mid].hash) == 0;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* Pages go to the parser ahead of their turn; `from` is the next to go. */
static int
send_ahead(struct work *work, size_t *from, struct err *err)
{
	struct apply *apply = work->apply;
	struct strbuf bytes;

	for (; *from < apply->plan->n_pages && !parser_is_full(apply->parser);
	     ++*from) {
		const struct feed_ref *page = &apply->plan->pages[*from];
		int rc;

		if (is_applied(work, page))
			continue;
		rc = store_read(apply->store, page, &bytes, err);
		if (rc == 0)
			rc = parser_page_add(apply->parser, page,
			    apply->head->node, &bytes, err);
		strbuf_release(&bytes);
		if (rc == -1)
			return err_prefix(err, "page %.8s", page->hash);
	}
	return 0;
}

static int
put_new(struct work *work, struct err *err)
{
	struct apply *apply = work->apply;
	size_t from = 0;

	for (;;) {
		if (send_ahead(work, &from, err) == -1)
			return -1;
		work->page = parser_page_next(apply->parser);
		if (work->page == NULL)
			return 0;
		if (parser_page_take(apply->parser, on_record, work, err) == -1)
			return err_prefix(err, "page %.8s", work->page->hash);
		if (catalogue_page_put(apply->env->catalogue, apply->head->node,
			work->page->prefix, work->page->hash, err) == -1)
			return -1;
	}
}

static int
remove_gone(struct work *work, struct err *err)
{
	struct apply *apply = work->apply;

	for (size_t i = 0; i < work->n_old; i++) {
		if (work->old[i].is_kept)
			continue;
		if (catalogue_remove(apply->env->catalogue, work->old[i].id,
			err) == -1)
			return -1;
	}
	return 0;
}

/*
 * A page that is applied already is not read again, but the head may now say
 * another number of records for it: then it lies.
 */
static int
count_records(struct work *work, const struct catalogue_feed *before,
    struct err *err)
{
	struct apply *apply = work->apply;
	int64_t held;

	apply->removed = 0;
	for (size_t i = 0; i < work->n_old; i++)
		apply->removed += !work->old[i].is_kept;
	apply->records = before->records - apply->removed + work->added;
	held = apply->records + (int64_t)apply->bad->total;
	/* Of more bad ones than these the list on the disk knows no number. */
	if (apply->bad->total >= PULL_BAD_MAX ||
	    held == (int64_t)apply->head->records)
		return 0;
	work->is_miscounted = work->n_kept > 0;
	return err_set(err, ERR_TRUST,
	    "its head says %lld records, its pages hold %lld",
	    (long long)apply->head->records, (long long)held);
}

static bool
is_shrinking(const struct apply *apply, const struct catalogue_feed *before)
{
	return apply->is_guarded && apply->removed > PULL_SHRINK_RECORDS &&
	       apply->removed * 100 > before->records * PULL_SHRINK_PERCENT;
}

static int
put_feed(struct work *work, struct err *err)
{
	struct apply *apply = work->apply;
	struct catalogue_feed feed = {
		.serial = apply->head->serial,
		.verified_at = apply->now,
		.expires_at = apply->head->expires,
		.records = apply->records,
		.is_hidden = apply->is_hidden,
	};

	memcpy(feed.node, apply->head->node, sizeof(feed.node));
	memcpy(feed.digest, apply->digest, sizeof(feed.digest));
	return catalogue_feed_put(apply->env->catalogue, &feed, err);
}

/* Disk and database are ours; whatever else is wrong came with the pages. */
static enum apply_end
blame(const struct err *err)
{
	return err->code == ERR_SYS || err->code == ERR_DB ||
		       err->code == ERR_BUSY
		   ? APPLY_OURS
		   : APPLY_WRONG;
}

/* Everything inside the transaction. */
static enum apply_end
change(struct work *work, struct err *err)
{
	struct apply *apply = work->apply;
	struct catalogue *catalogue = apply->env->catalogue;
	const char *node = apply->head->node;
	struct catalogue_feed before = { 0 };
	struct err why = { 0 };

	if (catalogue_feed_get(catalogue, node, &before, &why) == -1) {
		if (why.code != ERR_NOTFOUND) {
			*err = why;
			return APPLY_OURS;
		}
		before = (struct catalogue_feed){ 0 };
	}
	if (catalogue_pages(catalogue, work->arena, node, &work->applied,
		&work->n_applied, err) == -1 ||
	    (!work->is_anew &&
		bad_read(apply->bad, apply->store, apply->plan, work->applied,
		    work->n_applied, err) == -1) ||
	    drop_old(work, err) == -1)
		return APPLY_OURS;
	if (put_new(work, err) == -1)
		return work->is_over ? APPLY_CHURN : blame(err);
	if (count_records(work, &before, err) == -1)
		return blame(err);
	if (is_shrinking(apply, &before)) {
		err_set(err, ERR_TRUST,
		    "%lld of %lld records would go: held until it is released "
		    "or three later heads agree for a day",
		    (long long)apply->removed, (long long)before.records);
		return APPLY_HELD;
	}
	apply->changed += apply->removed;
	if (apply->churn_limit > 0 && apply->changed > apply->churn_left)
		return APPLY_CHURN;
	if (remove_gone(work, err) == -1 || put_feed(work, err) == -1)
		return APPLY_OURS;
	return APPLY_DONE;
}

static enum apply_end
run_once(struct apply *apply, bool is_anew, bool *ret_miscounted,
    struct err *err)
{
	struct work work = { .apply = apply,
		.arena = arena_new(),
		.is_anew = is_anew };
	struct catalogue *catalogue = apply->env->catalogue;
	enum apply_end end;

	if (catalogue_begin(catalogue, err) == -1) {
		end = APPLY_OURS;
		goto out;
	}
	end = change(&work, err);
	parser_page_forget(apply->parser);
	if (end != APPLY_DONE)
		catalogue_rollback(catalogue);
	else if (catalogue_commit(catalogue, search_watch(apply->env->search),
		     err) == -1)
		end = blame(err);
out:
	*ret_miscounted = work.is_miscounted;
	free(work.old);
	arena_free(work.arena);
	return end;
}

enum apply_end
apply_run(struct apply *apply, struct err *err)
{
	struct err why = { 0 };
	bool is_miscounted;
	enum apply_end end = run_once(apply, false, &is_miscounted, &why);

	/* Before anybody is blamed: the list of bad records may be lost, for
	 * it is written behind the catalogue. */
	if (is_miscounted) {
		struct err again = { 0 };

		bad_release(apply->bad);
		bad_init(apply->bad);
		apply->changed = 0;
		end = run_once(apply, true, &is_miscounted, &again);
		if (end != APPLY_WRONG || again.code == ERR_NOTFOUND)
			why = again;
	}
	if (end != APPLY_DONE && err != NULL)
		*err = why;
	return end;
}
