/*
 * record: GET /api/v1/records/{id}: the merged view in our own JSON form,
 * with the members of its group and where each value comes from. Neighbour:
 * files.c has the other forms.
 */
#include "api/inside.h"

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

void
api_record_json(const struct merge_view *view, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_object(&w);
	export_record_members(&w, view->rec);
	write_members(&w, view);
	json_object_end(&w);
	strbuf_addch(out, '\n');
}

int
api_record_view(struct api *api, const struct http_request *req, const char *id,
    struct http_response *res, struct merge_view **ret_view, struct err *err)
{
	struct catalogue_status status;

	if (api->cat == NULL)
		return err_set(err, ERR_STALE, "no catalogue yet: %s",
		    api->why);
	if (catalogue_status(api->cat, &status, err) == -1 ||
	    catalogue_view(api->cat, req->arena, id, ret_view, err) == -1)
		return -1;
	if (api_etag(api, req, res, &status))
		*ret_view = NULL;
	return 0;
}

int
api_record(struct api *api, const struct http_request *req, const char *id,
    struct http_response *res, struct err *err)
{
	struct merge_view *view;

	if (api_record_view(api, req, id, res, &view, err) == -1)
		return -1;
	if (view != NULL)
		api_record_json(view, &res->body);
	return 0;
}
