/*
 * files: the forms in which records can be taken away, and one record as a
 * file beside its page (/record/ID.ris). Neighbour: export.c for many.
 */
#include "api/inside.h"

#include <string.h>

#include "export/export.h"

#define STEM_MAX 60

static const struct {
	const char *ending;
	const char *type;
	bool is_shown; /* browsers show it rather than save it */
} formats[API_FORMAT_COUNT] = {
	[API_JSON] = { "json", "application/json", true },
	[API_NDJSON] = { "ndjson", "application/x-ndjson", false },
	[API_RIS] = { "ris", "application/x-research-info-systems", false },
	[API_BIBTEX] = { "bib", "application/x-bibtex; charset=utf-8", false },
	[API_CSL] = { "csl.json", "application/vnd.citationstyles.csl+json",
	    false },
	[API_CSV] = { "csv", "text/csv; charset=utf-8; header=present", false },
	[API_JSONLD] = { "jsonld", "application/ld+json", true },
};

int
api_format_parse(const char *ending, enum api_format *ret_format)
{
	if (strcmp(ending, "csl") == 0)
		ending = "csl.json";
	for (int i = 0; i < API_FORMAT_COUNT; i++) {
		if (strcmp(ending, formats[i].ending) == 0) {
			*ret_format = (enum api_format)i;
			return 0;
		}
	}
	return -1;
}

const char *
api_format_ending(enum api_format format)
{
	return formats[format].ending;
}

/* "Grüße & more" -> "grusse-more"; "record" of a title in other letters. */
static const char *
safe_stem(struct arena *arena, const char *text)
{
	char stem[STEM_MAX + 1];
	struct strbuf folded;
	size_t n = 0;

	strbuf_init(&folded, 65536);
	utf8_fold(text, strlen(text), &folded);
	for (size_t i = 0; i < folded.len && n < STEM_MAX; i++) {
		char ch = folded.buf[i];
		bool is_plain = (ch >= 'a' && ch <= 'z') ||
				(ch >= '0' && ch <= '9');

		if (is_plain)
			stem[n++] = ch;
		else if (n != 0 && stem[n - 1] != '-')
			stem[n++] = '-';
	}
	strbuf_release(&folded);
	while (n != 0 && stem[n - 1] == '-')
		n--;
	return n != 0 ? arena_strndup(arena, stem, n) : "record";
}

void
api_file_headers(struct http_response *res, struct arena *arena,
    const char *stem, enum api_format format)
{
	res->type = formats[format].type;
	http_response_header(res, "Cache-Control", "no-cache");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	if (stem != NULL)
		http_response_header(res, "Content-Disposition",
		    "%s; filename=\"%s.%s\"",
		    formats[format].is_shown ? "inline" : "attachment",
		    safe_stem(arena, stem), formats[format].ending);
}

static bool
has_file(const struct record *rec, enum api_format format)
{
	bool is_cited = rec->kind != RECORD_KIND_CHAMPION &&
			rec->kind != RECORD_KIND_TERM;

	switch (format) {
	case API_RIS:
	case API_BIBTEX:
	case API_CSL: return is_cited;
	case API_NDJSON: return false;
	case API_JSON:
	case API_CSV:
	case API_JSONLD: return true;
	case API_FORMAT_COUNT:
	default: return false;
	}
}

static void
write_file(const struct api *api, const struct merge_view *view,
    enum api_format format, struct strbuf *out)
{
	const char *base = api->conf->url;
	struct json_writer w;

	switch (format) {
	case API_JSON: api_record_json(view, out); break;
	case API_RIS: export_ris(view->rec, base, out); break;
	case API_BIBTEX: export_bibtex(view->rec, base, out); break;
	case API_CSL:
		json_writer_init(&w, out, 0);
		json_array(&w);
		export_csl(&w, view->rec, base);
		json_array_end(&w);
		strbuf_addch(out, '\n');
		break;
	case API_CSV:
		export_csv_header(out);
		export_csv(view->rec, base, NULL, out);
		break;
	case API_JSONLD:
		json_writer_init(&w, out, 0);
		export_schema_org(&w, view->rec, base);
		strbuf_addch(out, '\n');
		break;
	case API_NDJSON:
	case API_FORMAT_COUNT:
	default: break;
	}
}

int
api_record_file(struct api *api, const struct http_request *req, const char *id,
    enum api_format format, struct http_response *res, struct err *err)
{
	struct merge_view *view;

	if (api_record_view(api, req, id, res, &view, err) == -1) {
		res->etag = NULL;
		return -1;
	}
	if (view != NULL && !has_file(view->rec, format)) {
		res->etag = NULL;
		return err_set(err, ERR_NOTFOUND, "no such file of a %s",
		    record_kind_name(view->rec->kind));
	}
	api_file_headers(res, req->arena,
	    view != NULL ? record_title(view->rec, NULL) : NULL, format);
	if (view != NULL)
		write_file(api, view, format, &res->body);
	return 0;
}
