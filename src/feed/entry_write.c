/*
 * A record as an Atom entry (design: feed-protocol.md 3, records.md): the
 * Atom fields every reader understands, then the typed record as content. A
 * pure function: the same record gives the same bytes on every write.
 */
#include <string.h>

#include "feed/part.h"

static const char *
link_of(const struct record *rec)
{
	static const enum field_id links[] = { FIELD_URL, FIELD_ACCESS_URL,
		FIELD_WEBSITE };
	size_t i;

	for (i = 0; i < ARRAY_LEN(links); i++) {
		const char *text = value_get(&rec->root, links[i]);

		if (text != NULL && text[0] != '\0')
			return text;
	}
	return NULL;
}

static void
write_time(struct xml_writer *w, const char *name, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	clock_format(at, text);
	xml_writer_element(w, name, text);
}

static void
write_category(struct xml_writer *w, const char *scheme, const char *term)
{
	xml_writer_start(w, "category");
	xml_writer_attr(w, "scheme", scheme);
	xml_writer_attr(w, "term", term);
	xml_writer_end(w);
}

static void
write_text(struct xml_writer *w, const char *name, const char *text)
{
	xml_writer_start(w, name);
	xml_writer_attr(w, "type", "text");
	xml_writer_text(w, text);
	xml_writer_end(w);
}

static int
write_values(struct xml_writer *w, const struct record *rec,
    const struct value *parent, unsigned depth, struct err *err)
{
	const struct value *v;

	if (depth > RECORD_MAX_DEPTH)
		return err_set(err, ERR_LIMIT,
		    "%s: more than %d groups within one another", rec->id,
		    RECORD_MAX_DEPTH);
	for (v = parent->first; v != NULL; v = v->next) {
		const char *text = v->text != NULL ? v->text : "";

		if (v->field == NULL) {
			xml_writer_raw(w, text, strlen(text));
			continue;
		}
		xml_writer_start(w, v->field->name);
		if (v->field->type == FIELD_TYPE_TEXT) {
			xml_writer_attr(w, "xml:lang",
			    v->lang != NULL ? v->lang : rec->lang);
			if (v->made != NULL)
				xml_writer_attr(w, "made", v->made);
			if (v->of != NULL)
				xml_writer_attr(w, "of", v->of);
		}
		if (v->field->type != FIELD_TYPE_GROUP)
			xml_writer_text(w, text);
		else if (write_values(w, rec, v, depth + 1, err) != 0)
			return -1;
		xml_writer_end(w);
	}
	return 0;
}

static int
write_content(struct xml_writer *w, const struct record *rec, struct err *err)
{
	char first[CLOCK_TEXT_LEN], modified[CLOCK_TEXT_LEN];

	clock_format(rec->first_at, first);
	clock_format(rec->modified_at, modified);
	xml_writer_start(w, "content");
	xml_writer_attr(w, "type", "application/xml");
	xml_writer_start(w, "record");
	xml_writer_attr(w, "xmlns", RECORD_NS);
	xml_writer_attr(w, "first", first);
	xml_writer_attr(w, "kind", record_kind_name(rec->kind));
	xml_writer_attr(w, "modified", modified);
	if (write_values(w, rec, &rec->root, 0, err) != 0)
		return -1;
	xml_writer_end(w);
	xml_writer_end(w);
	return 0;
}

int
feed_entry_write(const struct record *rec, struct strbuf *ret_out,
    struct err *err)
{
	const struct value *zone = value_find(&rec->root, FIELD_ZONE);
	const char *summary = record_summary(rec, NULL), *link = link_of(rec);
	struct xml_writer *w = xml_writer_new(ret_out);
	size_t start = ret_out->len;
	int rc = -1;

	xml_writer_start(w, "entry");
	xml_writer_attr(w, "xmlns", ATOM_NS);
	xml_writer_attr(w, "xml:lang", rec->lang);
	xml_writer_element(w, "id", rec->id);
	write_text(w, "title", record_title(rec, NULL));
	if (summary[0] != '\0')
		write_text(w, "summary", summary);
	write_time(w, "updated", rec->published_at);
	write_time(w, "published", rec->first_at);
	write_category(w, "urn:gspd:kind", record_kind_name(rec->kind));
	for (; zone != NULL; zone = value_next(zone))
		if (zone->text != NULL)
			write_category(w, "urn:gspd:zone", zone->text);
	if (link != NULL) {
		xml_writer_start(w, "link");
		xml_writer_attr(w, "href", link);
		xml_writer_attr(w, "rel", "alternate");
		xml_writer_end(w);
	}
	if (write_content(w, rec, err) != 0)
		goto out;
	xml_writer_end(w);
	if (ret_out->len - start > FEED_RECORD_MAX || ret_out->overflow) {
		err_set(err, ERR_LIMIT,
		    "%s: record is larger than %d bytes in the feed: shorten "
		    "its texts",
		    rec->id, FEED_RECORD_MAX);
		goto out;
	}
	rc = 0;
out:
	if (rc != 0)
		strbuf_setlen(ret_out, start);
	xml_writer_free(w);
	return rc;
}
