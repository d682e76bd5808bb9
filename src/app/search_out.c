/*
 * search_out: what a search found, for people and as JSON; with --explain
 * why it stands where it stands. Neighbours: cmd_search.c asks.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "app/app.h"

/* Countries are lower case here as in filters and addresses. */
static const char *
facet_value(struct app *app, enum search_facet facet, const char *value)
{
	char *low;

	if (facet != SEARCH_COUNTRY)
		return value;
	low = arena_strdup(app->arena, value);
	for (char *p = low; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return low;
}

static void
json_facets(struct app *app, struct json_writer *w,
    const struct search_result *result)
{
	json_key(w, "facets");
	json_object(w);
	for (int f = 0; f < SEARCH_FACET_COUNT; f++) {
		enum search_facet facet = (enum search_facet)f;

		json_key(w, search_facet_name(facet));
		json_object(w);
		for (size_t i = 0; i < result->facets[f].n; i++)
			json_pair_int(w,
			    facet_value(app, facet,
				result->facets[f].items[i].value),
			    result->facets[f].items[i].n);
		json_object_end(w);
	}
	json_object_end(w);
}

static void
json_item(struct json_writer *w, const struct merge_view *view,
    const struct search_hit *hit, bool explain)
{
	char node[RECORD_NODE_MAX], uuid[37];

	if (record_id_split(view->rec->id, node, uuid) == -1)
		node[0] = '\0';
	json_object(w);
	json_pair(w, "id", view->rec->id);
	json_pair(w, "kind", record_kind_name(view->rec->kind));
	json_pair(w, "title", record_title(view->rec, NULL));
	json_pair(w, "node", node);
	json_pair(w, "country", record_country(view->rec));
	json_pair(w, "lang", view->rec->lang);
	json_pair(w, "summary", record_summary(view->rec, NULL));
	json_pair_real(w, "score", hit->score);
	if (hit->km >= 0)
		json_pair_real(w, "distance_km", round(hit->km * 1000) / 1000);
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < view->n_members; i++)
		json_add_string(w, view->members[i]);
	json_array_end(w);
	if (explain)
		api_explain(w, hit);
	json_object_end(w);
}

static void
text_part(struct strbuf *sb, const struct search_part *part)
{
	strbuf_addf(sb, "    %8.4f  ", part->score);
	out_safe(sb, part->typed != NULL ? part->typed : "");
	if (part->word != NULL && part->typed != NULL &&
	    strcmp(part->word, part->typed) != 0) {
		strbuf_addstr(sb, " as ");
		out_safe(sb, part->word);
	}
	strbuf_addf(sb, ": weight %u here, in %" PRId64 " %s, idf %.4f",
	    part->weight, part->df, part->df == 1 ? "record" : "records",
	    part->idf);
	if (part->factor < 1)
		strbuf_addf(sb, ", times %.2f", part->factor);
	strbuf_addch(sb, '\n');
}

/* The parts add up to the score. */
static void
text_explain(struct strbuf *sb, const struct search_hit *hit,
    const struct search_result *result)
{
	if (hit->n_parts == 0) {
		strbuf_addf(sb,
		    "              no words to score; quality %u of "
		    "255\n",
		    hit->prior);
		return;
	}
	for (size_t i = 0; i < hit->n_parts; i++)
		text_part(sb, &hit->parts[i]);
	strbuf_addf(sb,
	    "    %8.4f  in all; %u words long, where %.1f are usual; quality "
	    "%u of 255\n",
	    hit->score, hit->length, result->mean_length, hit->prior);
}

static void
text_item(struct strbuf *sb, const struct merge_view *view,
    const struct search_hit *hit)
{
	const char *title = record_title(view->rec, NULL);

	strbuf_addf(sb, "%-12s %s  ", record_kind_name(view->rec->kind),
	    view->rec->id);
	if (hit->km >= 0)
		strbuf_addf(sb, "%.1f km  ", hit->km);
	out_safe(sb, title);
	if (view->n_members > 1)
		strbuf_addf(sb, " (%zu records)", view->n_members);
	strbuf_addch(sb, '\n');
}

static void
add_items(struct app *app, const struct api_query *query,
    const struct search_result *result, struct strbuf *sb,
    struct json_writer *w)
{
	for (size_t i = 0; i < result->n_hits; i++) {
		const struct search_hit *hit = &result->hits[i];

		if (app->json) {
			json_item(w, hit->view, hit, query->search.explain);
			continue;
		}
		text_item(sb, hit->view, hit);
		if (query->search.explain)
			text_explain(sb, hit, result);
	}
}

static void
print_json(struct app *app, const struct api_query *query,
    const struct search_result *result, struct strbuf *out)
{
	const struct search_query *search = &query->search;
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_object(&w);
	json_pair_int(&w, "count", result->count);
	json_key(&w, "items");
	json_array(&w);
	add_items(app, query, result, out, &w);
	json_array_end(&w);
	json_facets(app, &w, result);
	json_pair(&w, "next_cursor", result->next_cursor);
	json_pair(&w, "dropped", result->dropped);
	json_pair(&w, "did_you_mean", result->did_you_mean);
	if (result->is_corrected)
		json_pair_bool(&w, "corrected", true);
	api_nearest(&w, result);
	api_near_facts(&w, query);
	if (search->explain)
		json_pair_real(&w, "mean_length", result->mean_length);
	json_pair_int(&w, "version", result->version);
	json_pair_int(&w, "took_us", result->took_us);
	json_object_end(&w);
	strbuf_addch(out, '\n');
}

static void
text_head(struct strbuf *out, const struct api_query *query,
    const struct search_result *result)
{
	const struct search_query *search = &query->search;

	if (result->is_corrected && result->did_you_mean != NULL) {
		strbuf_addstr(out, "nothing found as typed; instead for: ");
		out_safe(out, result->did_you_mean);
		strbuf_addch(out, '\n');
	}
	strbuf_addf(out, "%" PRId64 " found", result->count);
	if (search->near.km > 0) {
		strbuf_addf(out, " within %g km of ", search->near.km);
		out_safe(out, query->near);
		if (strchr(query->near, ',') == NULL)
			strbuf_addf(out, " (%.3f,%.3f)", search->near.lat,
			    search->near.lon);
	}
	if (query->country != NULL)
		strbuf_addf(out, " in %s",
		    api_facet_label(SEARCH_COUNTRY, query->country, "en"));
	if (result->dropped != NULL) {
		strbuf_addstr(out, ", without: ");
		out_safe(out, result->dropped);
	}
	strbuf_addch(out, '\n');
	if (result->did_you_mean != NULL && !result->is_corrected) {
		strbuf_addstr(out, "did you mean: ");
		out_safe(out, result->did_you_mean);
		strbuf_addch(out, '\n');
	}
	for (size_t i = 0; i < result->n_nearest; i++) {
		strbuf_addstr(out, i == 0 ? "near to it: " : ", ");
		out_safe(out, result->nearest[i].text);
		strbuf_addf(out, " (%" PRId64 ")", result->nearest[i].n);
	}
	if (result->n_nearest > 0)
		strbuf_addch(out, '\n');
}

void
text_index(const struct search_facts *facts, bool is_served, struct strbuf *sb)
{
	static const char *const states[] = { "", "there is no index",
		"the index is damaged",
		"the index is not of the catalogue's state" };

	if (facts->state == SEARCH_GOOD)
		strbuf_addf(sb,
		    "%" PRId64 " records in %" PRId64 " segment%s, %.1f MB",
		    facts->docs, facts->segments,
		    facts->segments == 1 ? "" : "s",
		    (double)facts->bytes / 1e6);
	else if (facts->is_locked)
		strbuf_addf(sb, "%s: it is being made now",
		    states[facts->state]);
	else
		strbuf_addf(sb, "%s: %s", states[facts->state],
		    is_served ? "gspd serve makes it again in a moment"
			      : "gspd pull makes it again");
}

void
search_print(struct app *app, const struct api_query *query,
    const struct search_result *result, struct strbuf *out)
{
	int64_t shown = (int64_t)(query->search.offset + result->n_hits);

	if (app->json) {
		print_json(app, query, result, out);
		return;
	}
	text_head(out, query, result);
	add_items(app, query, result, out, NULL);
	if (query->search.cursor == NULL && query->search.offset == 0 &&
	    result->n_hits != 0 && shown < result->count)
		strbuf_addf(out, "%" PRId64 " more: --page 2 and on\n",
		    result->count - shown);
}
