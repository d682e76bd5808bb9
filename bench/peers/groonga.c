/*
 * groonga: Groonga, as its documentation makes it fast: records are stored
 * first and the index is made of them at once (static construction); one
 * index for all three columns of text, with sections and positions; facets
 * are references to tables of their values, each with an index; counts by
 * `drilldown` in the same `select`; no cache of answers. Ranked by
 * occurrences times weight of the column, its default: tf-idf would cost it
 * more. Commas and stops are not given to it, since they would take part in
 * its phrases.
 */
#include "peer.h"

#include <groonga.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const peer_name = "groonga";

static const char *const columns[PEER_FIELDS] = { "title", "summary",
	"description" };

struct peer {
	grn_ctx ctx;
	char *command;
};

static grn_obj *db;
static grn_ctx main_ctx;

/* Sends a command; its answer is valid until the next. */
static char *
send_command(grn_ctx *ctx, const char *command, unsigned *ret_len)
{
	char *answer = NULL;
	int flags;

	grn_ctx_send(ctx, command, (unsigned)strlen(command), 0);
	grn_ctx_recv(ctx, &answer, ret_len, &flags);
	if (ctx->rc != GRN_SUCCESS)
		peer_fail("%.200s: %s", command, ctx->errbuf);
	return answer;
}

static void
run(const char *command)
{
	unsigned len;

	send_command(&main_ctx, command, &len);
}

static void
db_path(char *to, size_t size, const char *index)
{
	snprintf(to, size, "%s/db", index);
}

static void
schema(void)
{
	char text[300];

	run("table_create Docs TABLE_NO_KEY");
	for (int i = 0; i < PEER_FIELDS; i++) {
		snprintf(text, sizeof(text),
		    "column_create Docs %s COLUMN_SCALAR Text", columns[i]);
		run(text);
	}
	for (int i = 0; i < PEER_FACETS; i++) {
		snprintf(text, sizeof(text),
		    "table_create F%d TABLE_HASH_KEY UInt32", i);
		run(text);
		snprintf(text, sizeof(text),
		    "column_create Docs f%d COLUMN_SCALAR F%d", i, i);
		run(text);
	}
}

static void
indexes(void)
{
	char text[300];

	run("table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer "
	    "TokenBigram --normalizer NormalizerAuto");
	run("column_create Terms texts COLUMN_INDEX|WITH_SECTION|WITH_POSITION "
	    "Docs title,summary,description");
	for (int i = 0; i < PEER_FACETS; i++) {
		snprintf(text, sizeof(text),
		    "column_create F%d docs COLUMN_INDEX Docs f%d", i, i);
		run(text);
	}
}

static void
store(const struct peer_record *r, grn_obj *table, grn_obj **texts,
    grn_obj **facets, grn_obj *text, grn_obj *code)
{
	grn_id id = grn_table_add(&main_ctx, table, NULL, 0, NULL);

	if (id != r->id)
		peer_fail("record %u got number %u", r->id, id);
	for (int i = 0; i < PEER_FIELDS; i++) {
		char *at;

		GRN_TEXT_SET(&main_ctx, text, r->text[i], r->len[i]);
		at = GRN_TEXT_VALUE(text);
		for (size_t k = 0; k < r->len[i]; k++) {
			if (at[k] == ',' || at[k] == '.')
				at[k] = ' ';
		}
		grn_obj_set_value(&main_ctx, texts[i], id, text, GRN_OBJ_SET);
	}
	for (int i = 0; i < PEER_FACETS; i++) {
		GRN_UINT32_SET(&main_ctx, code, r->codes[i]);
		grn_obj_set_value(&main_ctx, facets[i], id, code, GRN_OBJ_SET);
	}
}

void
peer_build(const char *index)
{
	struct peer_record r;
	char path[4096], name[20];
	grn_obj *table, *texts[PEER_FIELDS], *facets[PEER_FACETS], text, code;

	mkdir(index, 0777);
	db_path(path, sizeof(path), index);
	grn_init();
	grn_ctx_init(&main_ctx, 0);
	db = grn_db_create(&main_ctx, path, NULL);
	if (db == NULL)
		peer_fail("%s", main_ctx.errbuf);
	schema();
	table = grn_ctx_get(&main_ctx, "Docs", -1);
	for (int i = 0; i < PEER_FIELDS; i++)
		texts[i] = grn_obj_column(&main_ctx, table, columns[i],
		    (unsigned)strlen(columns[i]));
	for (int i = 0; i < PEER_FACETS; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		facets[i] = grn_obj_column(&main_ctx, table, name, 2);
	}
	GRN_TEXT_INIT(&text, 0);
	GRN_UINT32_INIT(&code, 0);
	while (peer_next(&r))
		store(&r, table, texts, facets, &text, &code);
	GRN_OBJ_FIN(&main_ctx, &text);
	GRN_OBJ_FIN(&main_ctx, &code);
	indexes();
	grn_obj_close(&main_ctx, db);
	grn_ctx_fin(&main_ctx);
	grn_fin();
}

void
peer_start(const char *index)
{
	char path[4096];

	db_path(path, sizeof(path), index);
	grn_init();
	grn_ctx_init(&main_ctx, 0);
	db = grn_db_open(&main_ctx, path);
	if (db == NULL)
		peer_fail("%s: %s", path, main_ctx.errbuf);
}

void
peer_stop(void)
{
	grn_obj_close(&main_ctx, db);
	grn_ctx_fin(&main_ctx);
	grn_fin();
}

struct peer *
peer_open(const char *index)
{
	struct peer *p = peer_need(1, sizeof(*p));

	(void)index;
	grn_ctx_init(&p->ctx, 0);
	if (grn_ctx_use(&p->ctx, db) != GRN_SUCCESS)
		peer_fail("%s", p->ctx.errbuf);
	p->command = peer_need(1, 2000);
	return p;
}

void
peer_close(struct peer *p)
{
	grn_ctx_fin(&p->ctx);
	free(p->command);
	free(p);
}

static size_t
add_words(const struct peer_query *q, char *to, size_t size)
{
	const char *between = q->kind == PEER_ANY ? " OR " : " ";
	size_t len = 0;

	if (q->kind == PEER_NONE)
		return 0;
	len += (size_t)snprintf(to, size,
	    " --match_columns 'title*10||summary*4||description' --query '%s",
	    q->kind == PEER_PHRASE ? "\"" : "");
	for (unsigned i = 0; i < q->n_words; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s",
		    i > 0 ? between : "", q->words[i]);
	len += (size_t)snprintf(to + len, size - len, "%s' --sort_keys -_score",
	    q->kind == PEER_PHRASE   ? "\""
	    : q->kind == PEER_PREFIX ? "*"
				     : "");
	return len;
}

static void
command_of(const struct peer_query *q, char *to, size_t size)
{
	size_t len = (size_t)snprintf(to, size, "select Docs");

	len += add_words(q, to + len, size - len);
	for (unsigned i = 0; i < q->n_filters; i++)
		len += (size_t)snprintf(to + len, size - len, "%sf%u == %u",
		    i == 0 ? " --filter '" : " && ", q->filters[i].facet,
		    q->filters[i].code);
	snprintf(to + len, size - len,
	    "%s --output_columns _id --limit 20 --cache no --output_type json "
	    "--drilldown f0,f1,f2,f3,f4,f5,f6 --drilldown_limit -1 "
	    "--drilldown_output_columns _key,_nsubrecs",
	    q->n_filters > 0 ? "'" : "");
}

/* The next number behind *at within the end, which moves behind it; -1 at a
 * closing bracket. */
static long
number(char **at, const char *end)
{
	char *p = *at;

	while (p < end && (*p < '0' || *p > '9') && *p != ']')
		p++;
	if (p >= end || *p == ']') {
		*at = p + 1;
		return -1;
	}
	return strtol(p, at, 10);
}

/* Behind the heading of columns, which ends with two brackets. */
static char *
behind_heading(char *at, const char *end)
{
	while (at + 1 < end && (at[0] != ']' || at[1] != ']'))
		at++;
	return at + 2;
}

/*
 * [[[TOTAL],[["_id","UInt32"]],[ID],[ID]...],[[N],[["_key",...],...],
 * [CODE,COUNT],...],...]
 */
static void
parse(char *at, const char *end, struct peer_answer *a)
{
	long n, code;

	a->total = (uint32_t)number(&at, end);
	n = a->total < PEER_TOP ? a->total : PEER_TOP;
	at = behind_heading(at, end);
	for (; n > 0; n--) {
		a->top[a->n_top++] = (uint32_t)number(&at, end);
		number(&at, end); /* its bracket */
	}
	for (int f = 0; f < PEER_FACETS; f++) {
		do
			n = number(&at, end);
		while (n == -1 && at < end);
		at = behind_heading(at, end);
		for (; n > 0; n--) {
			code = number(&at, end);
			if (code < 0 || code >= PEER_VALUES)
				peer_fail("code %ld", code);
			a->counts[f][code] = (uint32_t)number(&at, end);
			number(&at, end);
		}
	}
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	unsigned len;
	char *answer;

	command_of(q, p->command, 2000);
	answer = send_command(&p->ctx, p->command, &len);
	parse(answer, answer + len, a);
}
