/*
 * coins: a study as an OpenURL in key-encoded values, which reference
 * managers look for in the title of <span class="Z3988"> (COinS).
 */
#include "export/export.h"

#include <string.h>

#include "export/reference.h"

#define AUTHORS_MAX 20 /* a list of cards carries twenty of these */
#define FORMAT      "info:ofi/fmt:kev:mtx:"

static void
pair(struct strbuf *out, const char *key, const char *text)
{
	struct strbuf line;

	if (text == NULL || *text == '\0')
		return;
	strbuf_init(&line, 65536);
	line_add(&line, text);
	strbuf_addf(out, "&%s=", key);
	url_encode(out, line.buf, line.len);
	strbuf_release(&line);
}

static void
info(struct strbuf *out, const char *prefix, const char *value)
{
	if (value == NULL)
		return;
	strbuf_addstr(out, "&rft_id=");
	url_encode(out, prefix, strlen(prefix));
	url_encode(out, value, strlen(value));
}

static void
authors(struct strbuf *out, const struct reference *ref)
{
	int n = 0;

	for (const struct value *v = ref->authors; v != NULL && n < AUTHORS_MAX;
	     v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *given = value_get(v, FIELD_AUTHOR_GIVEN);

		if (family == NULL) {
			pair(out, "rft.au", value_get(v, FIELD_AUTHOR_LITERAL));
			continue;
		}
		if (n++ == 0) {
			pair(out, "rft.aulast", family);
			pair(out, "rft.aufirst", given);
		}
		pair(out, "rft.au",
		    given != NULL
			? arena_printf(ref->rec->arena, "%s, %s", family, given)
			: family);
	}
}

static void
pages(struct strbuf *out, const struct reference *ref)
{
	struct strbuf first, last;

	strbuf_init(&first, 4096);
	strbuf_init(&last, 4096);
	reference_pages(ref, &first, &last);
	pair(out, last.len != 0 ? "rft.spage" : "rft.pages", first.buf);
	pair(out, "rft.epage", last.buf);
	strbuf_release(&last);
	strbuf_release(&first);
}

static void
add_work(struct strbuf *out, const struct reference *ref)
{
	bool is_thesis = ref->type != NULL && strcmp(ref->type, "thesis") == 0;
	bool is_preprint = ref->type != NULL &&
			   strcmp(ref->type, "preprint") == 0;

	if (is_thesis) {
		pair(out, "rft_val_fmt", FORMAT "dissertation");
		pair(out, "rft.title", ref->title);
		pair(out, "rft.inst", ref->publisher);
	} else if (ref->container != NULL || is_preprint) {
		pair(out, "rft_val_fmt", FORMAT "journal");
		pair(out, "rft.genre", is_preprint ? "preprint" : "article");
		pair(out, "rft.atitle", ref->title);
		pair(out, "rft.jtitle", ref->container);
		pair(out, "rft.volume", ref->volume);
		pair(out, "rft.issue", ref->issue);
		pages(out, ref);
	} else {
		pair(out, "rft_val_fmt", FORMAT "book");
		pair(out, "rft.genre", "report");
		pair(out, "rft.btitle", ref->title);
		pair(out, "rft.pub", ref->publisher);
		pair(out, "rft.place", ref->place);
		pair(out, "rft.isbn", ref->isbn);
	}
}

void
export_coins(const struct record *rec, const char *base, struct strbuf *ret_out)
{
	struct reference ref;

	if (rec->kind != RECORD_KIND_EVIDENCE)
		return;
	reference_read(rec, base, &ref);
	strbuf_addstr(ret_out, "ctx_ver=Z39.88-2004");
	add_work(ret_out, &ref);
	pair(ret_out, "rft.date", ref.date != NULL ? ref.date : ref.year);
	authors(ret_out, &ref);
	info(ret_out, "info:doi/", ref.doi);
	info(ret_out, "info:pmid/", ref.pmid);
	if (ref.doi == NULL)
		info(ret_out, "", ref.url != NULL ? ref.url : ref.page);
	pair(ret_out, "rft.language", rec->lang);
}
