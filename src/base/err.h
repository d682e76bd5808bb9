/*
 * Error text on the caller's stack.
 *
 * A function that can fail takes `struct err *err` last and returns 0 or -1
 * (or a pointer or NULL). It fills err exactly once, where the trouble is
 * seen; callers on the way up may put context in front with err_prefix().
 * The text is one line: what, where, what to do. It never ends in a newline.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The codes somebody acts on; anything finer belongs in the text. */
enum err_code {
	ERR_NONE = 0,
	ERR_SYS,      /* the operating system said no (errno in the text) */
	ERR_NET,      /* a transfer failed: try again later */
	ERR_FORMAT,   /* bytes are not what they claim to be */
	ERR_SCHEMA,   /* well-formed, but the record is not valid */
	ERR_TRUST,    /* signature, key, hash or serial refused */
	ERR_STALE,    /* expired */
	ERR_LIMIT,    /* a named limit was passed */
	ERR_NOTFOUND, /* no such thing */
	ERR_CONFLICT, /* somebody else changed it, or it exists already */
	ERR_BUSY,     /* another process has it: try again later */
	ERR_DB,       /* the database is damaged or refused */
	ERR_CONF,     /* configuration is wrong */
	ERR_USAGE     /* the command line is wrong */
};

struct err {
	enum err_code code;
	char text[512];
};

#define ERR_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK       __attribute__((warn_unused_result))

/* Fill err (NULL allowed); always returns -1, so `return err_set(...)`. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    ERR_PRINTF(3, 4);

/* As err_set() with ERR_SYS and ": " strerror(errno) at the end. */
int err_sys(struct err *err, const char *fmt, ...) ERR_PRINTF(2, 3);

/* Put "context: " in front of the text; keeps the code; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) ERR_PRINTF(2, 3);

/* A short lower-case name of a code ("trust"), for JSON and metrics. */
const char *err_code_name(enum err_code code);

#endif
