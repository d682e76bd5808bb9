/* The generator of the corpus: what its three files share. */
#ifndef TESTS_FEEDS_MAKE_H
#define TESTS_FEEDS_MAKE_H

#include "tests/feeds/sample.h"

#define NOW      (SAMPLE_NOW + 60)
#define HEAD_END "</head>"

struct maker {
	struct arena *arena;
	const char *dir; /* good/ or bad/ */
	struct key *ecdsa;
	struct key *rsa;
	struct key *other;
	struct sample_feed feed; /* 120 records of ca */
};

/* A change to a text, and what the refusal says. */
struct edit {
	const char *name;
	const char *from;
	const char *to;
	const char *reason;
};

void die(const char *what);
/* text with its first `from` replaced by `to`. */
char *edit(struct maker *m, const char *text, const char *from, const char *to);
/* NAME.xml and NAME.expect. */
void put(struct maker *m, const char *name, const void *data, size_t len,
    const char *expect);
/* Standard expectation of a head; `more` holds further lines. */
void put_head(struct maker *m, const char *name, const char *data, size_t len,
    const char *verdict, const char *more);
char *head_body(struct maker *m, struct feed_head *head, const struct key *key);
/* Sign any bytes that end in HEAD_END, sense or nonsense. */
char *sign(struct maker *m, const char *body, const struct key *key);
void signed_head(struct maker *m, const char *name, struct feed_head *head,
    const struct key *key, const char *verdict, const char *more);
/* The signature value of a signed head: put in another, take out. */
char *with_signature(struct maker *m, const char *text, const void *sig,
    size_t len);
void get_signature(struct maker *m, const char *text, struct strbuf *sig);

void make_good_heads(struct maker *m);
void make_bad_heads(struct maker *m);
void make_good_pages(struct maker *m);
void make_bad_pages(struct maker *m);

#endif
