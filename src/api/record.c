/*
 * record: GET /api/v1/records/{id}, and records as files (.json, .ris, .bib)
 * beside their pages. The merged view in our own JSON form, with the members
 * of its group and where each value comes from.
 */
#include "api/inside.h"

#include <string.h>

#include "export/export.h"

static void
write_members(struct json_writer *w, const struct merge_view *view)
{
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < view->n_members; i++) {
		char node[RECORD_NODE_MAX] = "";
		char uuid[37];

		(void)record_id_split(view->members[i], node, uuid);
		json_object(w);
		json_pair(w, "id", view->members[i]);
		json_pair(w, "node", node);
		json_object_end(w);
	}
	json_array_end(w);
	json_key(w, "provenance");
	json_array(w);
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct merge_source *source = &view->sources[i];

		json_object(w);
		json_pair(w, "field", field_get(source->field)->name);
		json_pair(w, "id", source->id);
		json_pair(w, "disagrees", source->other_id);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
write_record(const struct merge_view *view, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_object(&w);
	export_record_members(&w, view->rec);
	write_members(&w, view);
	json_object_end(&w);
	strbuf_addch(out, '\n');
}

/* The view, or NULL in *ret_view when the client has this version. */
static int
read_view(struct api *api, const struct http_request *req, const char *id,
    struct http_response *res, struct merge_view **ret_view, struct err *err)
{
	struct catalogue_status status;

	if (api->cat == NULL)
		return err_set(err, ERR_STALE, "no catalogue yet: %s",
		    api->why);
	if (catalogue_status(api->cat, &status, err) == -1 ||
	    catalogue_view(api->cat, req->arena, id, ret_view, err) == -1)
		return -1;
	if (record_has_lapsed((*ret_view)->rec, api->now))
		return err_set(err, ERR_NOTFOUND,
		    "the consent to show this profile has ended");
	if (api_etag(req, res, &status))
		*ret_view = NULL;
	return 0;
}

int
api_record(struct api *api, const struct http_request *req, const char *id,
    struct http_response *res, struct err *err)
{
	struct merge_view *view;

	if (read_view(api, req, id, res, &view, err) == -1)
		return -1;
	if (view != NULL)
		write_record(view, &res->body);
	return 0;
}

int
api_record_file(struct api *api, const struct http_request *req, const char *id,
    const char *format, struct http_response *res, struct err *err)
{
	struct merge_view *view;

	if (read_view(api, req, id, res, &view, err) == -1) {
		res->etag = NULL;
		return -1;
	}
	http_response_header(res, "Cache-Control", "no-cache");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	if (strcmp(format, "json") == 0) {
		res->type = "application/json";
		if (view != NULL)
			write_record(view, &res->body);
		return 0;
	}
	if (view != NULL && view->rec->kind != RECORD_KIND_EVIDENCE) {
		res->etag = NULL;
		return err_set(err, ERR_NOTFOUND,
		    "only evidence has citations");
	}
	if (strcmp(format, "ris") == 0) {
		res->type = "application/x-research-info-systems";
		if (view != NULL)
			export_ris(view->rec, &res->body);
	} else {
		res->type = "application/x-bibtex; charset=utf-8";
		if (view != NULL)
			export_bibtex(view->rec, &res->body);
	}
	http_response_header(res, "Content-Disposition",
	    "attachment; filename=\"record.%s\"", format);
	return 0;
}
