/*
 * export: all records of a search, or of a list, as one file. Pages of the
 * search one behind the other by its cursor, each record written and
 * forgotten: memory stays small whatever is found. Neighbours: files.c has
 * the formats, spool.c the file.
 */
#include "api/inside.h"

#include <stdatomic.h>
#include <string.h>

#include "export/export.h"

/* Large exports that are being made in this process. */
static atomic_flag is_exporting = ATOMIC_FLAG_INIT;

struct file {
	const struct api *api;
	const struct api_export *what;
	struct api_spool spool;
	struct strbuf *out;
	int64_t n;     /* written */
	int64_t total; /* found */
	int64_t until; /* monotonic */
	bool is_cut;
};

static void
begin_file(struct file *file)
{
	switch (file->what->format) {
	case API_JSON: strbuf_addstr(file->out, "{\"items\":[\n"); break;
	case API_CSL: strbuf_addstr(file->out, "[\n"); break;
	case API_CSV: export_csv_header(file->out); break;
	case API_NDJSON:
	case API_RIS:
	case API_BIBTEX:
	case API_JSONLD:
	case API_FORMAT_COUNT:
	default: break;
	}
}

static void
add_comma(struct file *file)
{
	if (file->n != 0)
		strbuf_addstr(file->out, ",\n");
}

/* JSON without the end of its line: another may follow. */
static void
add_json(struct file *file, const struct merge_view *view)
{
	add_comma(file);
	api_record_json(view, file->out);
	strbuf_setlen(file->out, file->out->len - 1);
}

static void
add_csl(struct file *file, const struct record *rec)
{
	struct json_writer w;

	add_comma(file);
	json_writer_init(&w, file->out, 0);
	export_csl(&w, rec, file->api->conf->url);
}

static void
add_record(struct file *file, const struct merge_view *view)
{
	const char *base = file->api->conf->url;

	switch (file->what->format) {
	case API_JSON: add_json(file, view); break;
	case API_NDJSON: api_record_json(view, file->out); break;
	case API_RIS: export_ris(view->rec, base, file->out); break;
	case API_BIBTEX: export_bibtex(view->rec, base, file->out); break;
	case API_CSL: add_csl(file, view->rec); break;
	case API_CSV:
		export_csv(view->rec, base, file->what->lang, file->out);
		break;
	case API_JSONLD:
	case API_FORMAT_COUNT:
	default: break;
	}
	file->n++;
}

static void
end_file(struct file *file)
{
	struct json_writer w;

	switch (file->what->format) {
	case API_JSON:
		strbuf_addstr(file->out, "\n],\"meta\":");
		json_writer_init(&w, file->out, 0);
		json_object(&w);
		json_pair_int(&w, "count", file->total);
		json_pair_int(&w, "exported", file->n);
		json_pair_bool(&w, "cut", file->is_cut);
		json_object_end(&w);
		strbuf_addstr(file->out, "}\n");
		break;
	case API_CSL: strbuf_addstr(file->out, "\n]\n"); break;
	case API_BIBTEX:
		/* What stands between entries is a comment. */
		if (file->is_cut)
			strbuf_addf(file->out, "%% cut: %lld of %lld records\n",
			    (long long)file->n, (long long)file->total);
		break;
	case API_NDJSON:
	case API_RIS:
	case API_CSV:
	case API_JSONLD:
	case API_FORMAT_COUNT:
	default: break;
	}
	if (file->is_cut)
		http_response_header(file->spool.res, "Gspd-Cut",
		    "%lld of %lld", (long long)file->n, (long long)file->total);
}

static int
put_record(struct file *file, const struct merge_view *view, struct err *err)
{
	if (file->n >= API_EXPORT_RECORDS ||
	    api_spool_len(&file->spool) >= API_EXPORT_BYTES ||
	    clock_monotonic_ms() >= file->until) {
		file->is_cut = true;
		return 0;
	}
	add_record(file, view);
	return api_spool_step(&file->spool, err);
}

static void
open_file(struct file *file, struct api *api, const struct api_export *what,
    struct http_response *res, int64_t total)
{
	*file = (struct file){ .api = api,
		.what = what,
		.out = &res->body,
		.total = total,
		.until = clock_monotonic_ms() + API_EXPORT_MS };
	api_spool_start(&file->spool, api->folder, res);
	begin_file(file);
}

static const char *
stem_of(const struct api *api, const struct http_request *req,
    const struct api_export *what)
{
	char day[CLOCK_TEXT_LEN];

	clock_format(api->now, day);
	return arena_printf(req->arena, "%s-%.10s", what->stem, day);
}

/* All pages behind the first one. */
static int
put_pages(struct file *file, struct api *api, struct search_query *query,
    const struct search_result *first, struct err *err)
{
	struct arena *arenas[2] = { arena_new(), arena_new() };
	struct search_result result = *first;
	int turn = 0, ret = -1;

	for (;;) {
		for (size_t i = 0; i < result.n_hits && !file->is_cut; i++) {
			if (put_record(file, result.hits[i].view, err) == -1)
				goto out;
		}
		if (result.next_cursor == NULL || file->is_cut)
			break;
		/* The cursor lives in the arena of the page before. */
		turn = !turn;
		arena_reset(arenas[turn]);
		query->cursor = result.next_cursor;
		if (search_run(api->search, arenas[turn], query, &result,
			err) == -1)
			goto out;
	}
	ret = 0;
out:
	arena_free(arenas[0]);
	arena_free(arenas[1]);
	return ret;
}

int
api_export_search(struct api *api, const struct http_request *req,
    const struct api_query *query, const struct api_export *what,
    struct http_response *res, struct err *err)
{
	struct search_query search = query->search;
	struct catalogue_status status;
	struct search_result result;
	struct file file;
	bool is_large;
	int ret = -1;

	search.limit = SEARCH_LIMIT_MAX;
	search.offset = 0;
	search.cursor = NULL;
	search.explain = false;
	search.no_facets = true;
	search.no_views = false;
	if (catalogue_status(api->cat, &status, err) == -1 ||
	    search_run(api->search, req->arena, &search, &result, err) == -1)
		return -1;
	if (!result.is_ready)
		return err_set(err, ERR_STALE,
		    "the search index is being made: try again in a minute");
	api_file_headers(res, req->arena, stem_of(api, req, what),
	    what->format);
	if (api_etag_index(api, req, res, &status, result.version))
		return 0;
	is_large = result.count > API_EXPORT_LARGE;
	if (is_large && atomic_flag_test_and_set(&is_exporting))
		return err_set(err, ERR_BUSY,
		    "another large file is being made: try again in a minute");
	/* What its words were read as, once and for all pages. */
	if (result.is_corrected)
		search.text = result.did_you_mean;
	open_file(&file, api, what, res, result.count);
	ret = put_pages(&file, api, &search, &result, err);
	if (ret == 0) {
		end_file(&file);
		ret = api_spool_end(&file.spool, err);
	}
	if (is_large)
		atomic_flag_clear(&is_exporting);
	return ret;
}

int
api_export_views(struct api *api, const struct http_request *req,
    const struct merge_view *const *views, size_t n,
    const struct api_export *what, struct http_response *res, struct err *err)
{
	struct file file;

	api_file_headers(res, req->arena, stem_of(api, req, what),
	    what->format);
	open_file(&file, api, what, res, (int64_t)n);
	for (size_t i = 0; i < n; i++) {
		if (put_record(&file, views[i], err) == -1)
			return -1;
	}
	end_file(&file);
	return api_spool_end(&file.spool, err);
}
