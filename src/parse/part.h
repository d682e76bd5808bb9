/* Inside parse/ only: what both ends say, and the walls of the helper. */
#ifndef PARSE_PART_H
#define PARSE_PART_H

#include <sys/types.h>

#include "parse/parse.h"
#include "parse/wire.h"

/* A report of AddressSanitizer is worth more than the last of the walls. */
#if defined(__SANITIZE_ADDRESS__)
#define PARSE_RELAXED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PARSE_RELAXED
#endif
#endif

#define PARSE_MS         20000 /* for one answer */
#define PARSE_FREE_MS    1000  /* waited for all answers of a parser ... */
#define PARSE_BYTES_MS   1024  /* ... and a millisecond for each of these */
#define PARSE_SLOW_MS    60000 /* longer by so much, in all, is the end */
#define PARSE_MEMORY     (512LL * 1024 * 1024) /* of the helper */
#define PARSE_CPU_S      900                   /* of the helper's life */
#define PARSE_NOTE_MAX   4096                  /* around a document */
#define PARSE_REFS_BYTES (64 * 1024)           /* 256 refs, packed */
#define PARSE_HEAD_BYTES (256 * 1024)          /* a head, packed */
#define PARSE_RECORD_MAX (256 * 1024)          /* one record, packed */
#define PARSE_PAGE_BYTES (4 * 1024 * 1024)     /* a page of them */

enum parse_kind {
	PARSE_HELLO, /* what walls stand? */
	PARSE_HEAD,
	PARSE_INDEX,
	PARSE_PAGE,
	PARSE_ROTATION,
	PARSE_ENDORSEMENT,
	PARSE_ALLIANCE,
	PARSE_KIND_COUNT
};

/* In the helper: `in` is what was sent. */
typedef int (
    *parse_work)(struct wire *in, struct strbuf *ret_out, struct err *err);
struct parse_row {
	parse_work work;
	size_t max_asked;
	size_t max_answered;
};
extern const struct parse_row parse_rows[PARSE_KIND_COUNT];

int hello_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int head_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int index_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int page_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int rotation_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int endorsement_work(struct wire *in, struct strbuf *ret_out, struct err *err);
int alliance_work(struct wire *in, struct strbuf *ret_out, struct err *err);

/* ---- parser.c: asking ---- */

/* A question that will be answered in its turn; `asked` is what work() gets. */
int parser_send(struct parser *parser, enum parse_kind kind,
    const struct strbuf *asked, struct err *err) MUST_CHECK;
/*
 * The next answer, good until the next call: *ret_in is what work() put. -1
 * with its err, or when there is none. The codes it can give are FORMAT,
 * LIMIT, SCHEMA and TRUST.
 */
int parser_receive(struct parser *parser, enum parse_kind kind,
    struct wire *ret_in, struct err *err) MUST_CHECK;
/* Both in a row. */
int parser_ask(struct parser *parser, enum parse_kind kind,
    const struct strbuf *asked, struct wire *ret_in,
    struct err *err) MUST_CHECK;
/* What came back can not be: ends this parser. Always -1. */
int parser_refuse(struct parser *parser, const char *what, struct err *err);
/* The helper goes; whatever was asked is forgotten. */
void parser_stop(struct parser *parser);
bool parser_is_here(const struct parser *parser); /* no process */

/* ---- page.c: pages on their way ---- */

struct page_job {
	const struct feed_ref *ref;
	char node[RECORD_NODE_MAX];
	struct strbuf bytes;
};
struct page_jobs {
	struct page_job jobs[PARSE_WINDOW];
	size_t first;
	size_t n;
	struct arena *arena; /* of one record, made at the first page */
};
void page_jobs_release(struct page_jobs *jobs);
struct page_jobs *parser_jobs(struct parser *parser);
const struct page_jobs *parser_jobs_const(const struct parser *parser);
/*
 * An answer about this page, checked. -1 with *ret_wrong what is not
 * possible about it, or NULL when callback said so.
 */
int page_answer(struct wire *in, const struct page_job *job,
    struct arena *arena, feed_page_cb callback, void *ctx,
    const char **ret_wrong, struct err *err) MUST_CHECK;
/* The same of refs below a prefix. */
int refs_answer(struct wire *in, struct arena *arena,
    struct feed_ref **ret_refs, size_t *ret_n);

/* ---- sandbox.c: the walls ---- */

struct walls {
	bool has_seccomp;
	int landlock_abi; /* 0: the kernel has none */
};
/* Close everything but 0 to 2, lower every limit; for good. */
void sandbox_limit(void);
/* Whatever the kernel has of Landlock: no files. */
int sandbox_landlock(void);
/* Every call into the kernel but those that reading needs kills. */
bool sandbox_seccomp(void);
extern struct walls helper_walls;

#endif
