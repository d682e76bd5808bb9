/*
 * parse: the bytes of a peer are turned into structs by a helper, a fresh
 * process of this same program that holds no key and can neither reach the
 * network nor a file (design: feed-protocol.md 9; docs/security.md). Bytes
 * are hashed against what was signed before they come here; what comes back
 * is checked again here, for the helper may have been taken over by what it
 * read.
 *
 * A kind of document is one file, with two functions, and three lines:
 *
 *   1. PARSE_NAME in enum parse_kind (part.h).
 *   2. name.c: name_work(), called in the helper: take what was sent off a
 *      struct wire, read the document, put the result into a strbuf, or fill
 *      err. And parser_name(), called by other rooms: put what name_work()
 *      needs into a strbuf, parser_ask() for the answer, take it off its
 *      struct wire, and check again what is cheap to check: counts, caps,
 *      order, names. See objects.c; wire_*() never read outside, and one
 *      wire_end() tells whether anything was missing, wrong or left over.
 *   3. A row in the table of kinds in helper.c (what to call, how many bytes
 *      may be asked and answered), name_work() in part.h, parser_name() here.
 */
#ifndef PARSE_PARSE_H
#define PARSE_PARSE_H

#include "base/base.h"
#include "feed/feed.h"
#include "verify/verify.h"

/* The program that runs: always this very version of it, even when another
 * was installed meanwhile. */
#define PARSE_SELF "/proc/self/exe"
/* The first argument of a helper. */
#define PARSE_ARGUMENT "parse-helper"
/* Pages that may be on their way to one parser. */
#define PARSE_WINDOW 4

struct parser;

/*
 * One for each peer and round, so that no peer's bytes meet another's. The
 * process starts with the first question. `program` NULL: no process at all,
 * bytes are read here (own feed, tests, small tools). request_ms: time for
 * one answer, 0: the limit of this room (for tests).
 *
 * Once the helper was killed, gave no answer in time, or one that is not
 * possible, that parser is done: every call gives ERR_TRUST with the reason.
 * ERR_SYS is trouble of ours: no process could be started.
 */
struct parser *parser_new(const char *program, int64_t request_ms);
void parser_free(struct parser *parser); /* NULL is legal; ends the helper */
/* The helper failed (not: what it read is wrong). */
bool parser_is_done(const struct parser *parser);
/* So much longer than its documents are worth others waited for its answers,
 * also for those that never came. */
int64_t parser_slow_ms(const struct parser *parser);
/* End the process, which the next question starts again: for long waits. */
void parser_rest(struct parser *parser);
bool parser_is_awake(const struct parser *parser); /* there is a process */

/* feed_head_read(), of the body of a verified head. */
int parser_head(struct parser *parser, struct arena *arena, const char *body,
    size_t len, struct feed_head *ret_head, struct err *err) MUST_CHECK;
/* feed_rotation_read(), of the body of a verified statement. */
int parser_rotation(struct parser *parser, struct arena *arena,
    const char *body, size_t len, struct feed_rotation *ret_rotation,
    struct err *err) MUST_CHECK;
/* feed_endorsement_read(), of the body of a verified one. */
int parser_endorsement(struct parser *parser, struct arena *arena,
    const char *body, size_t len, struct feed_endorsement *ret_endorsement,
    struct err *err) MUST_CHECK;
/* feed_alliance_read(). */
int parser_alliance(struct parser *parser, struct arena *arena,
    const char *data, size_t len, struct feed_alliance *ret_list,
    struct err *err) MUST_CHECK;
/* verify_index_read(). */
int parser_index(struct parser *parser, struct arena *arena,
    const struct feed_ref *ref, const char *node, const char *data, size_t len,
    struct feed_ref **ret_refs, size_t *ret_n, struct err *err) MUST_CHECK;
/* verify_page_read(); no pages may be on their way. */
int parser_page(struct parser *parser, const struct feed_ref *ref,
    const char *node, const char *data, size_t len, feed_page_cb callback,
    void *ctx, struct err *err) MUST_CHECK;

/*
 * Pages ahead: while one is being merged here, the next are read there. At
 * most PARSE_WINDOW may be added before they are taken, in their order. The
 * bytes are taken over (and *bytes left empty), ref has to stay.
 */
bool parser_is_full(const struct parser *parser);
int parser_page_add(struct parser *parser, const struct feed_ref *ref,
    const char *node, struct strbuf *bytes, struct err *err) MUST_CHECK;
/* The page that is taken next, NULL: none is on its way. */
const struct feed_ref *parser_page_next(const struct parser *parser);
/* Callbacks as by verify_page_read(). -1 leaves no page on its way. */
int parser_page_take(struct parser *parser, feed_page_cb callback, void *ctx,
    struct err *err) MUST_CHECK;
/* Whatever is on its way is not wanted any more. */
void parser_page_forget(struct parser *parser);

/*
 * For verify/; the parser has to stay. Endorsements beside one list are of
 * different boards' keys: each is read by a helper of its own, so that one
 * that ends its helper counts nothing and the others do.
 */
struct verify_reader parser_reader(struct parser *parser);

/*
 * Start a helper, and say what holds it: "seccomp yes, Landlock yes (ABI 7)".
 */
int parser_describe(const char *program, char *ret_text, size_t size,
    struct err *err) MUST_CHECK;

/* The whole life of a helper, which talks on descriptor 0: an exit code. */
int parse_helper_main(void);

#endif
