/*
 * Runs the corpus as TAP: every NAME.xml in tests/feeds/good and bad against
 * its NAME.expect, read in this process and then by a helper. Two files
 * dropped there are a new test; README.md says what an .expect holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "parse/parse.h"
#include "tests/feeds/sample.h"
#include "verify/verify.h"
#include "xml/xml.h"

#define INPUT_MAX (4 * 1024 * 1024)

static struct parser *parser; /* who reads */
static const char *reads;

struct expect {
	const char *kind;
	const char *node;
	const char *key;
	const char *verdict;
	const char *reason;
	const char *prefix;
	const char *hash;
	const char *min_digest;
	long long now;
	long long min_serial;
	long long epoch;
	long long records; /* -1: not asked */
	long long n;
	long long length;
	long long good;
	long long bad;
};

/* Returns NULL, or the line that is not understood. */
static const char *
parse_expect(char *text, struct expect *e)
{
	const struct {
		const char *name;
		const char **text;
		long long *number;
	} keys[] = { { "kind", &e->kind, NULL }, { "node", &e->node, NULL },
		{ "key", &e->key, NULL }, { "verdict", &e->verdict, NULL },
		{ "reason", &e->reason, NULL }, { "prefix", &e->prefix, NULL },
		{ "hash", &e->hash, NULL },
		{ "min-digest", &e->min_digest, NULL },
		{ "now", NULL, &e->now },
		{ "min-serial", NULL, &e->min_serial },
		{ "epoch", NULL, &e->epoch }, { "records", NULL, &e->records },
		{ "n", NULL, &e->n }, { "length", NULL, &e->length },
		{ "good", NULL, &e->good }, { "bad", NULL, &e->bad } };
	char *line, *save = NULL;
	size_t i;

	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		char *value = strstr(line, " =");

		if (line[0] == '#')
			continue;
		if (value == NULL)
			return line;
		*value = '\0';
		value += 2;
		value += strspn(value, " ");
		for (i = 0; i < ARRAY_LEN(keys); i++)
			if (strcmp(keys[i].name, line) == 0)
				break;
		if (i == ARRAY_LEN(keys))
			return line;
		if (keys[i].text != NULL)
			*keys[i].text = value;
		else
			*keys[i].number = strtoll(value, NULL, 10);
	}
	return NULL;
}

struct count {
	long long good;
	long long bad;
	struct err why;
};

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct count *count = ctx;

	(void)id;
	(void)bytes;
	(void)len;
	(void)err;
	if (rec != NULL) {
		count->good++;
	} else {
		count->bad++;
		count->why = *why;
	}
	return 0;
}

/* Each judge gives the verdict's name; err says why. */
static const char *
judge_head(struct arena *arena, const struct expect *e, const char *data,
    size_t len, struct err *err)
{
	static const char *const names[] = { "new", "same", "expired", "fork",
		"refused" };
	struct verify_reader reader = parser_reader(parser);
	struct key *key = sample_key(e->key);
	char pin[SHA256_HEX_LEN], digest[65];
	struct verify_policy policy = { .now = e->now,
		.min_serial = e->min_serial,
		.min_digest = e->min_digest,
		.epoch = e->epoch,
		.reader = &reader };
	struct feed_head head;
	enum verify_verdict verdict;

	key_hash(key, pin);
	key_free(key);
	policy.key_hash = pin;
	policy.node = strcmp(e->node, "any") == 0 ? NULL : e->node;
	verdict = verify_head(arena, data, len, &policy, &head, digest, err);
	if (verdict == VERIFY_NEW && e->records >= 0 &&
	    head.records != (uint64_t)e->records)
		return "another number of records";
	return names[verdict];
}

static void
make_ref(const struct expect *e, const char *data, size_t len,
    struct feed_ref *ref)
{
	memset(ref, 0, sizeof(*ref));
	snprintf(ref->prefix, sizeof(ref->prefix), "%s", e->prefix);
	if (e->hash != NULL)
		snprintf(ref->hash, sizeof(ref->hash), "%s", e->hash);
	else
		sha256_hex(data, len, ref->hash);
	ref->n = (uint32_t)e->n;
	ref->len = e->length >= 0 ? (uint32_t)e->length : (uint32_t)len;
	ref->is_index = strcmp(e->kind, "index") == 0;
}

static const char *
judge_page(struct arena *arena, const struct expect *e, const char *data,
    size_t len, struct err *err)
{
	struct count count = { 0, 0, { .code = ERR_NONE } };
	struct feed_ref ref, *refs;
	size_t n;

	make_ref(e, data, len, &ref);
	if (verify_bytes(&ref, data, len, err) != 0)
		return "refused";
	if (ref.is_index)
		return parser_index(parser, arena, &ref, e->node, data, len,
			   &refs, &n, err) == 0
			   ? "good"
			   : "refused";
	if (parser_page(parser, &ref, e->node, data, len, on_record, &count,
		err) != 0)
		return "refused";
	if (count.bad > 0)
		*err = count.why;
	if (count.good != e->good || count.bad != e->bad)
		return arena_printf(arena, "%lld good and %lld bad records",
		    count.good, count.bad);
	return "good";
}

static bool
run_one(struct arena *arena, const char *path, struct strbuf *why)
{
	struct expect e = { .kind = "",
		.node = "ca",
		.key = "ecdsa",
		.verdict = "",
		.reason = "",
		.prefix = "",
		.records = -1,
		.length = -1 };
	struct strbuf data, text;
	struct err err = { .code = ERR_NONE };
	const char *verdict, *bad_line;
	bool good = false;

	strbuf_init(&text, 4096);
	if (file_read(arena_printf(arena, "%s.xml", path), INPUT_MAX, &data,
		&err) != 0 ||
	    file_read(arena_printf(arena, "%s.expect", path), 4096, &text,
		&err) != 0) {
		strbuf_addstr(why, err.text);
		goto out;
	}
	bad_line = parse_expect(text.buf, &e);
	if (bad_line != NULL) {
		strbuf_addf(why, "expect: not understood: %s", bad_line);
		goto out;
	}
	err.text[0] = '\0';
	verdict = strcmp(e.kind, "head") == 0
		      ? judge_head(arena, &e, data.buf, data.len, &err)
		      : judge_page(arena, &e, data.buf, data.len, &err);
	if (strcmp(verdict, e.verdict) != 0)
		strbuf_addf(why, "%s, not %s: %s", verdict, e.verdict,
		    err.text);
	else if (strstr(err.text, e.reason) == NULL)
		strbuf_addf(why, "reason '%s' lacks '%s'", err.text, e.reason);
	else if (parser_is_done(parser))
		strbuf_addf(why, "the helper did not live: %s", err.text);
	else
		good = true;
out:
	strbuf_release(&data);
	strbuf_release(&text);
	return good;
}

static void
run_dir(struct arena *arena, const char *source, const char *name, int *n)
{
	const char *dir = arena_printf(arena, "%s/tests/feeds/%s", source,
	    name);
	struct strbuf why;
	struct err err;
	char **names;
	size_t n_names, i;

	strbuf_init(&why, 4096);
	if (file_list(arena, dir, &names, &n_names, &err) != 0) {
		printf("not ok %d - %s\n", ++*n, err.text);
		return;
	}
	for (i = 0; i < n_names; i++) {
		size_t len = strlen(names[i]);

		if (len < 4 || strcmp(names[i] + len - 4, ".xml") != 0)
			continue;
		names[i][len - 4] = '\0';
		strbuf_reset(&why);
		if (run_one(arena, arena_printf(arena, "%s/%s", dir, names[i]),
			&why))
			printf("ok %d - %s/%s %s\n", ++*n, name, names[i],
			    reads);
		else
			printf("not ok %d - %s/%s %s\n# %s\n", ++*n, name,
			    names[i], reads, why.buf);
	}
	strbuf_release(&why);
}

static void
run_all(struct arena *arena, const char *program, int *n)
{
	const char *source = getenv("GSPD_SOURCE");

	if (source == NULL)
		source = ".";
	reads = program != NULL ? "by a helper" : "here";
	parser = parser_new(program, 0);
	run_dir(arena, source, "good", n);
	run_dir(arena, source, "bad", n);
	parser_free(parser);
}

int
main(void)
{
	const char *build = getenv("GSPD_BUILD");
	struct arena *arena = arena_new();
	int n = 0;

	xml_init();
	run_all(arena, NULL, &n);
	run_all(arena,
	    arena_printf(arena, "%s/gspd", build != NULL ? build : "."), &n);
	if (n < 80)
		printf("not ok %d - the corpus is not there\n", ++n);
	printf("1..%d\n", n);
	arena_free(arena);
	xml_cleanup();
	return 0;
}
