/*
 * view: one record out of several, field by field, with where each value
 * comes from and who says otherwise. Members are ranked once; the best one
 * that has a field gives it, sets are united. Section "Merging" of
 * records.md.
 */
#include <stdlib.h>
#include <string.h>

#include "merge/merge.h"

struct member {
	struct record *rec;
	bool is_owner;
	const char *assured; /* "" when never */
	char node[RECORD_NODE_MAX];
	/* First value of each root field, or NULL. */
	const struct value *first[FIELD_COUNT];
};

/* "gb-eng" owns what is in GB. */
static bool
is_country_of(const char *node, const char *country)
{
	return country != NULL && strlen(country) == 2 &&
	       (node[0] & ~0x20) == country[0] &&
	       (node[1] & ~0x20) == country[1];
}

static bool
is_owner(const struct record *rec, const char *node)
{
	const struct value *v;

	for (v = value_find(&rec->root, FIELD_AREA); v != NULL;
	     v = value_next(v)) {
		if (is_country_of(node, value_get(v, FIELD_AREA_COUNTRY)))
			return true;
	}
	for (v = value_find(&rec->root, FIELD_COUNTRY); v != NULL;
	     v = value_next(v)) {
		if (is_country_of(node, v->text))
			return true;
	}
	return false;
}

static void
member_init(struct member *member, struct record *rec)
{
	const struct value *assured = value_find(&rec->root, FIELD_ASSURED);
	const char *date = NULL;
	char uuid[37];

	memset(member, 0, sizeof(*member));
	member->rec = rec;
	if (record_id_split(rec->id, member->node, uuid) == -1)
		member->node[0] = '\0';
	if (assured != NULL)
		date = value_get(assured, FIELD_ASSURED_DATE);
	member->assured = date == NULL ? "" : date;
	member->is_owner = member->node[0] != '\0' &&
			   is_owner(rec, member->node);
	for (const struct value *v = rec->root.first; v != NULL; v = v->next) {
		if (v->field != NULL && member->first[v->field->id] == NULL)
			member->first[v->field->id] = v;
	}
}

static int
compare_rank(const void *a, const void *b)
{
	const struct member *left = *(struct member *const *)a;
	const struct member *right = *(struct member *const *)b;
	int c;

	if (left->is_owner != right->is_owner)
		return left->is_owner ? -1 : 1;
	if ((c = strcmp(right->assured, left->assured)) != 0)
		return c;
	if (left->rec->modified_at != right->rec->modified_at)
		return left->rec->modified_at > right->rec->modified_at ? -1
									: 1;
	if ((c = strcmp(left->node, right->node)) != 0)
		return c;
	return strcmp(left->rec->id, right->rec->id);
}

static const char *
lang_of(const struct record *rec, const struct value *v)
{
	if (v->lang == NULL && v->field != NULL &&
	    v->field->type == FIELD_TYPE_TEXT)
		return rec->lang;
	return v->lang;
}

static bool
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/* Depth is bounded by the table: RECORD_MAX_DEPTH. */
static bool
same_value(const struct record *ra, const struct value *a,
    const struct record *rb, const struct value *b)
{
	const struct value *ca, *cb;

	if (a->field != b->field || !same_text(a->text, b->text) ||
	    !same_text(lang_of(ra, a), lang_of(rb, b)) ||
	    !same_text(a->made, b->made) || !same_text(a->of, b->of))
		return false;
	ca = a->first;
	cb = b->first;
	while (ca != NULL && cb != NULL) {
		if (!same_value(ra, ca, rb, cb))
			return false;
		ca = ca->next;
		cb = cb->next;
	}
	return ca == NULL && cb == NULL;
}

/* All values of one field, in their order. */
static bool
same_values(const struct member *ma, const struct member *mb, enum field_id id)
{
	const struct value *a = ma->first[id], *b = mb->first[id];

	while (a != NULL && b != NULL) {
		if (!same_value(ma->rec, a, mb->rec, b))
			return false;
		a = value_next(a);
		b = value_next(b);
	}
	return a == NULL && b == NULL;
}

static void
add_copy(struct record *to, struct value *parent, const struct record *from,
    const struct value *v)
{
	const char *lang = lang_of(from, v);
	struct value *copy;

	if (v->field == NULL) {
		record_add_unknown(to, parent, v->text, strlen(v->text));
		return;
	}
	if (v->lang == NULL && same_text(lang, to->lang))
		lang = NULL;
	copy = record_add(to, parent, v->field->id, v->text, lang);
	if (v->made != NULL)
		copy->made = arena_strdup(to->arena, v->made);
	if (v->of != NULL)
		copy->of = arena_strdup(to->arena, v->of);
	for (const struct value *c = v->first; c != NULL; c = c->next)
		add_copy(to, copy, from, c);
}

static bool
is_united(const struct field *field)
{
	return (field->flags & FIELD_SET) != 0 || field->id == FIELD_SOURCE;
}

/* What each node says of itself and not of the thing. */
static bool
is_own_affair(enum field_id id)
{
	return id == FIELD_LICENCE || id == FIELD_ASSURED ||
	       id == FIELD_REVIEW_DUE;
}

/* The values so far of a united field, to see who is there already. */
struct united {
	const struct record *rec;
	const struct value *value;
};

static void
unite(struct record *to, struct member *const *members, size_t n,
    enum field_id id)
{
	struct united seen[MERGE_SET_MAX];
	size_t n_seen = 0, i;

	for (size_t m = 0; m < n; m++) {
		const struct value *v = members[m]->first[id];

		for (; v != NULL && n_seen < MERGE_SET_MAX; v = value_next(v)) {
			for (i = 0; i < n_seen; i++) {
				if (same_value(seen[i].rec, seen[i].value,
					members[m]->rec, v))
					break;
			}
			if (i < n_seen)
				continue;
			seen[n_seen].rec = members[m]->rec;
			seen[n_seen++].value = v;
			add_copy(to, NULL, members[m]->rec, v);
		}
	}
}

static void
take(struct record *to, const struct member *member, enum field_id id)
{
	for (const struct value *v = member->first[id]; v != NULL;
	     v = value_next(v))
		add_copy(to, NULL, member->rec, v);
}

/* Field by field; returns how many sources were written. */
static size_t
merge_fields(struct record *to, struct member *const *members, size_t n,
    struct merge_source *sources)
{
	size_t n_sources = 0, best;

	for (enum field_id id = FIELD_ROOT + 1; id < FIELD_COUNT; id++) {
		const struct field *field = field_get(id);
		struct merge_source *source = &sources[n_sources];

		if (field->parent != FIELD_ROOT)
			continue;
		for (best = 0; best < n && members[best]->first[id] == NULL;
		     best++)
			continue;
		if (best == n)
			continue;
		source->field = id;
		source->id = members[best]->rec->id;
		n_sources++;
		if (is_united(field)) {
			unite(to, members, n, id);
			continue;
		}
		take(to, members[best], id);
		for (size_t m = best + 1;
		     m < n && !is_own_affair(id) && source->other_id == NULL;
		     m++) {
			if (members[m]->first[id] != NULL &&
			    !same_values(members[best], members[m], id))
				source->other_id = members[m]->rec->id;
		}
	}
	return n_sources;
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct merge_view *
view_of_one(struct arena *arena, struct record *rec)
{
	struct merge_view *view = arena_alloc(arena, sizeof(*view));
	enum field_id last = FIELD_ROOT;

	view->rec = rec;
	view->members = arena_alloc(arena, sizeof(*view->members));
	view->members[0] = rec->id;
	view->n_members = 1;
	view->sources = arena_alloc(arena,
	    FIELD_COUNT * sizeof(*view->sources));
	for (const struct value *v = rec->root.first; v != NULL; v = v->next) {
		if (v->field == NULL || v->field->id == last)
			continue;
		last = v->field->id;
		view->sources[view->n_sources].field = last;
		view->sources[view->n_sources++].id = rec->id;
	}
	return view;
}

static void
merge_times(struct record *to, struct member *const *members, size_t n)
{
	to->first_at = members[0]->rec->first_at;
	for (size_t i = 0; i < n; i++) {
		const struct record *rec = members[i]->rec;

		if (rec->published_at > to->published_at)
			to->published_at = rec->published_at;
		if (rec->modified_at > to->modified_at)
			to->modified_at = rec->modified_at;
		if (rec->first_at < to->first_at)
			to->first_at = rec->first_at;
	}
}

struct merge_view *
merge_view(struct arena *arena, struct record *const *members, size_t n)
{
	struct merge_view *view;
	struct member **ranked;

	if (n == 1)
		return view_of_one(arena, members[0]);
	view = arena_alloc(arena, sizeof(*view));
	view->members = arena_alloc(arena, n * sizeof(*view->members));
	view->n_members = n;
	ranked = arena_alloc(arena, n * sizeof(struct member *));
	for (size_t i = 0; i < n; i++) {
		ranked[i] = arena_alloc(arena, sizeof(struct member));
		member_init(ranked[i], members[i]);
		view->members[i] = members[i]->id;
	}
	qsort(view->members, n, sizeof(*view->members), compare_ids);
	qsort(ranked, n, sizeof(struct member *), compare_rank);
	view->rec = record_new(arena, ranked[0]->rec->kind, view->members[0],
	    ranked[0]->rec->lang);
	merge_times(view->rec, ranked, n);
	view->sources = arena_alloc(arena,
	    FIELD_COUNT * sizeof(*view->sources));
	view->n_sources = merge_fields(view->rec, ranked, n, view->sources);
	for (const struct value *v = ranked[0]->rec->root.first; v != NULL;
	     v = v->next) {
		if (v->field == NULL)
			add_copy(view->rec, NULL, ranked[0]->rec, v);
	}
	return view;
}

static void
put_text(struct strbuf *out, const char *text)
{
	/* The NUL goes in as well, so that no two lists look the same. */
	strbuf_add(out, text, strlen(text) + 1);
}

void
merge_view_content(const struct merge_view *view, struct strbuf *ret_out)
{
	put_text(ret_out, view->rec->id);
	put_text(ret_out, view->rec->lang == NULL ? "" : view->rec->lang);
	strbuf_addf(ret_out, "%zu %zu\n", view->n_members, view->n_sources);
	for (size_t i = 0; i < view->n_members; i++)
		put_text(ret_out, view->members[i]);
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct merge_source *source = &view->sources[i];

		put_text(ret_out, field_get(source->field)->name);
		put_text(ret_out, source->id);
		put_text(ret_out,
		    source->other_id == NULL ? "" : source->other_id);
	}
	record_content(view->rec, ret_out);
}
