/*
 * page: the records of a page, both ends, and the pages on their way. A
 * record comes back packed; it is unpacked and validated again here, and its
 * id has to be the one that stands at its place in the signed bytes.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "parse/part.h"

#define ENTRY_OPEN "<entry "
#define ID_OPEN    "><id>"
#define PAGE_CLOSE "</a:feed>"

/* ---- in the helper ---- */

struct page_out {
	const char *data;
	struct strbuf *records;
	uint32_t n;
};

static int
put_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct page_out *page = ctx;
	struct strbuf *out = page->records;
	size_t at = out->len + 4;

	(void)err;
	page->n++;
	wire_put_number(out, rec != NULL, 1);
	wire_put_number(out, (uint64_t)(bytes - page->data), 4);
	wire_put_number(out, len, 4);
	if (rec == NULL) {
		wire_put_text(out, id);
		wire_put_number(out, why->code, 1);
		wire_put_reason(out, why->text);
		return 0;
	}
	/* Its length stands before it and is known behind it. */
	wire_put_number(out, 0, 4);
	at = out->len;
	record_pack(rec, out);
	for (int i = 0; i < 4 && !out->overflow; i++)
		out->buf[at - 4 + (size_t)i] = (char)((out->len - at) >>
						      (8 * i));
	return 0;
}

int
page_work(struct wire *in, struct strbuf *ret_out, struct err *err)
{
	struct page_out page = { .records = ret_out };
	struct feed_ref ref = { .is_index = false };
	char node[RECORD_NODE_MAX];
	size_t len;

	wire_text(in, node, sizeof(node));
	wire_text(in, ref.prefix, sizeof(ref.prefix));
	ref.n = (uint32_t)wire_number(in, 4);
	page.data = wire_bytes(in, &len);
	if (verify_page_read(&ref, node, page.data, len, put_record, &page,
		err) == -1)
		return -1;
	return strbuf_check(ret_out, "what the page says", err);
}

/* ---- what came back ---- */

struct entry {
	bool is_good;
	size_t at;
	size_t len;
	char id[RECORD_ID_MAX];
	struct record *rec;
	struct err why;
};

/* The id that stands in the entry's bytes, where every entry has it. */
static bool
take_id(const struct strbuf *page, struct entry *entry)
{
	const char *data = page->buf + entry->at;
	const char *end = data + entry->len, *p = memchr(data, '>', entry->len);
	size_t n = 0, open = strlen(ID_OPEN);

	if (entry->len <= strlen(ENTRY_OPEN) ||
	    memcmp(data, ENTRY_OPEN, strlen(ENTRY_OPEN)) != 0 || p == NULL ||
	    (size_t)(end - p) <= open || memcmp(p, ID_OPEN, open) != 0)
		return false;
	p += open;
	while (p + n < end && p[n] != '<' && p[n] != '\0')
		n++;
	if (n == 0 || n >= sizeof(entry->id) || p + n == end)
		return false;
	memcpy(entry->id, p, n);
	entry->id[n] = '\0';
	return true;
}

/* Of the node, in the bucket, behind the last. */
static bool
is_in_place(const struct page_job *job, const char *id, const char *last)
{
	char node[RECORD_NODE_MAX], uuid[37];
	uint8_t hash[SHA256_LEN];

	if (record_id_split(id, node, uuid) == -1 ||
	    strcmp(node, job->node) != 0 || strcmp(last, id) >= 0)
		return false;
	sha256(id, strlen(id), hash);
	return feed_prefix_has(job->ref->prefix, hash);
}

/* The helper has validated it; whether it did is not a matter of trust. */
static bool
take_record(struct wire *in, struct arena *arena, struct entry *entry)
{
	struct problems problems;
	struct err why;
	size_t len;
	const char *packed = wire_bytes(in, &len);
	bool is_valid;

	if (in->bad || len > PARSE_RECORD_MAX)
		return false;
	entry->rec = record_unpack(arena, packed, len, &why);
	if (entry->rec == NULL || strcmp(entry->rec->id, entry->id) != 0)
		return false;
	problems_init(&problems);
	is_valid = record_validate(entry->rec, &problems, &why) == 0;
	problems_release(&problems);
	return is_valid;
}

static bool
take_reason(struct wire *in, struct entry *entry)
{
	char id[RECORD_ID_MAX], text[sizeof(entry->why.text)];
	enum err_code code;

	wire_text(in, id, sizeof(id));
	code = (enum err_code)wire_number(in, 1);
	wire_text(in, text, sizeof(text));
	if (in->bad || strcmp(id, entry->id) != 0 || !wire_is_reason(text))
		return false;
	err_set(&entry->why,
	    code == ERR_LIMIT || code == ERR_FORMAT ? code : ERR_SCHEMA, "%s",
	    text);
	return true;
}

int
page_answer(struct wire *in, const struct page_job *job, struct arena *arena,
    feed_page_cb callback, void *ctx, const char **ret_wrong, struct err *err)
{
	const struct strbuf *page = &job->bytes;
	size_t end = page->len, next = 0;
	char last[RECORD_ID_MAX] = "";

	*ret_wrong = "records that are not in the page";
	if (end < strlen(PAGE_CLOSE))
		return -1;
	end -= strlen(PAGE_CLOSE);
	for (uint32_t i = 0; i < job->ref->n; i++) {
		struct entry entry = { .is_good = wire_number(in, 1) != 0 };

		entry.at = (size_t)wire_number(in, 4);
		entry.len = (size_t)wire_number(in, 4);
		/* One behind the other, without a gap. */
		if (in->bad || entry.at > end || entry.len > end - entry.at ||
		    (i > 0 && entry.at != next) || !take_id(page, &entry) ||
		    !is_in_place(job, entry.id, last))
			return -1;
		if (entry.is_good ? !take_record(in, arena, &entry)
				  : !take_reason(in, &entry))
			return -1;
		next = entry.at + entry.len;
		memcpy(last, entry.id, sizeof(last));
		if (callback(ctx, entry.id, entry.rec,
			entry.rec == NULL ? &entry.why : NULL,
			page->buf + entry.at, entry.len, err) == -1) {
			*ret_wrong = NULL;
			return -1;
		}
		arena_reset(arena);
	}
	if (!wire_end(in) || next != end)
		return -1;
	*ret_wrong = NULL;
	return 0;
}

/* ---- pages on their way ---- */

static struct page_job *
job_at(struct page_jobs *jobs, size_t i)
{
	return &jobs->jobs[(jobs->first + i) % PARSE_WINDOW];
}

void
page_jobs_release(struct page_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++)
		strbuf_release(&job_at(jobs, i)->bytes);
	arena_free(jobs->arena);
	*jobs = (struct page_jobs){ .n = 0 };
}

bool
parser_is_full(const struct parser *parser)
{
	return parser_jobs_const(parser)->n == PARSE_WINDOW;
}

const struct feed_ref *
parser_page_next(const struct parser *parser)
{
	const struct page_jobs *jobs = parser_jobs_const(parser);

	return jobs->n > 0 ? jobs->jobs[jobs->first].ref : NULL;
}

void
parser_page_forget(struct parser *parser)
{
	bool is_any = parser_jobs(parser)->n > 0;

	page_jobs_release(parser_jobs(parser));
	/* It is reading them: another one is quicker than its answers. */
	if (is_any)
		parser_stop(parser);
}

static int
send_page(struct parser *parser, const struct page_job *job, struct err *err)
{
	struct strbuf asked;
	int ret;

	strbuf_init(&asked, FEED_PAGE_MAX + PARSE_NOTE_MAX);
	wire_put_text(&asked, job->node);
	wire_put_text(&asked, job->ref->prefix);
	wire_put_number(&asked, job->ref->n, 4);
	wire_put_bytes(&asked, job->bytes.buf, job->bytes.len);
	ret = strbuf_check(&asked, "a page", err);
	if (ret == 0)
		ret = parser_send(parser, PARSE_PAGE, &asked, err);
	strbuf_release(&asked);
	return ret;
}

int
parser_page_add(struct parser *parser, const struct feed_ref *ref,
    const char *node, struct strbuf *bytes, struct err *err)
{
	struct page_jobs *jobs = parser_jobs(parser);
	struct page_job *job = job_at(jobs, jobs->n);
	size_t len = strlen(node);

	if (ref->is_index)
		return err_set(err, ERR_FORMAT, "'%s' is an index, not a page",
		    ref->prefix);
	if (jobs->n == PARSE_WINDOW || len >= sizeof(job->node))
		return err_set(err, ERR_LIMIT, "page '%s': not now",
		    ref->prefix);
	*job = (struct page_job){ .ref = ref, .bytes = *bytes };
	strbuf_init(bytes, bytes->cap);
	memcpy(job->node, node, len);
	jobs->n++;
	if (parser_is_here(parser) || send_page(parser, job, err) == 0)
		return 0;
	parser_page_forget(parser);
	return -1;
}

static int
take_page(struct parser *parser, struct page_job *job, feed_page_cb callback,
    void *ctx, struct err *err)
{
	struct page_jobs *jobs = parser_jobs(parser);
	const char *wrong;
	struct wire in;

	if (parser_is_here(parser))
		return verify_page_read(job->ref, job->node, job->bytes.buf,
		    job->bytes.len, callback, ctx, err);
	if (parser_receive(parser, PARSE_PAGE, &in, err) == -1)
		return -1;
	if (jobs->arena == NULL)
		jobs->arena = arena_new();
	arena_reset(jobs->arena);
	if (page_answer(&in, job, jobs->arena, callback, ctx, &wrong, err) == 0)
		return 0;
	return wrong != NULL ? parser_refuse(parser, wrong, err) : -1;
}

int
parser_page_take(struct parser *parser, feed_page_cb callback, void *ctx,
    struct err *err)
{
	struct page_jobs *jobs = parser_jobs(parser);
	struct page_job *job = job_at(jobs, 0);

	if (jobs->n == 0)
		return err_set(err, ERR_NOTFOUND, "no page is on its way");
	if (take_page(parser, job, callback, ctx, err) == -1) {
		parser_page_forget(parser);
		return -1;
	}
	strbuf_release(&job->bytes);
	jobs->first = (jobs->first + 1) % PARSE_WINDOW;
	jobs->n--;
	return 0;
}

int
parser_page(struct parser *parser, const struct feed_ref *ref, const char *node,
    const char *data, size_t len, feed_page_cb callback, void *ctx,
    struct err *err)
{
	struct strbuf bytes;

	if (parser_is_here(parser))
		return verify_page_read(ref, node, data, len, callback, ctx,
		    err);
	strbuf_init(&bytes, FEED_PAGE_MAX);
	strbuf_add(&bytes, data, len);
	if (strbuf_check(&bytes, "page", err) == -1 ||
	    parser_page_add(parser, ref, node, &bytes, err) == -1) {
		strbuf_release(&bytes);
		return -1;
	}
	return parser_page_take(parser, callback, ctx, err);
}
