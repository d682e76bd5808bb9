/*
 * near: "51.5,-0.12" or "Leeds", and "25" kilometres -> the circle of a
 * search; dates of checks. What people type in a form, programs in an address
 * and operators behind --near is read here, and refused with the same words.
 * Neighbours: near_place.c knows names, near_words.c finds a place in the
 * words; query.c reads the other parameters.
 */
#include "api/api.h"
#include "api/inside.h"

#include <math.h>
#include <string.h>

#define DIGITS_MAX  9              /* in front of the point, and behind it */
#define MINUS       "\xe2\x88\x92" /* U+2212, as maps print it */
#define POINT_MARKS "0123456789+-., ;" MINUS

static void
skip_spaces(const char **p)
{
	*p += strspn(*p, " \t");
}

/*
 * A plain decimal: no exponent, no "nan", no "inf", and the same in every
 * locale, which strtod() is not.
 */
static int
decimal(const char **p, double *ret_number)
{
	bool is_negative = **p == '-';
	double number = 0, unit = 1;
	size_t whole, behind = 0;

	if (strncmp(*p, MINUS, strlen(MINUS)) == 0) {
		is_negative = true;
		*p += strlen(MINUS);
	} else if (**p == '-' || **p == '+')
		(*p)++;
	whole = strspn(*p, "0123456789");
	for (size_t i = 0; i < whole && i <= DIGITS_MAX; i++)
		number = number * 10 + ((*p)[i] - '0');
	*p += whole;
	if (**p == '.') {
		(*p)++;
		behind = strspn(*p, "0123456789");
		for (size_t i = 0; i < behind && i < DIGITS_MAX; i++)
			number += ((*p)[i] - '0') * (unit /= 10);
		*p += behind;
	}
	if (whole + behind == 0 || whole > DIGITS_MAX)
		return -1;
	*ret_number = is_negative ? -number : number;
	return 0;
}

static int
read_point(const char *text, double *ret_lat, double *ret_lon)
{
	double lat, lon;

	if (decimal(&text, &lat) == -1)
		return -1;
	skip_spaces(&text);
	if (*text != ',' && *text != ';')
		return -1;
	text++;
	skip_spaces(&text);
	if (decimal(&text, &lon) == -1)
		return -1;
	skip_spaces(&text);
	if (*text != '\0' || lat < -90 || lat > 90 || lon < -180 || lon > 180)
		return -1;
	*ret_lat = lat;
	*ret_lon = lon;
	return 0;
}

static int
read_within(const char *text, double *ret_km)
{
	double km = API_WITHIN_KM;

	*ret_km = km;
	if (text != NULL) {
		skip_spaces(&text);
		if (*text != '\0') {
			if (decimal(&text, &km) == -1)
				return -1;
			skip_spaces(&text);
			if (*text != '\0')
				return -1;
		}
	}
	if (!(km > 0) || km > API_WITHIN_MAX)
		return -1;
	*ret_km = km;
	return 0;
}

bool
near_is_point(const char *text)
{
	return text[strspn(text, POINT_MARKS)] == '\0' &&
	       strpbrk(text, ",;") != NULL;
}

/* A position, or a name to be resolved. */
static enum api_near
read_place(struct api_query *query, const char *text, double km)
{
	double lat, lon;

	if (!near_is_point(text)) {
		query->search.near.km = 0;
		return API_NEAR_UNKNOWN;
	}
	if (read_point(text, &lat, &lon) == -1)
		return API_NEAR_WRONG;
	query->search.near.lat = lat;
	query->search.near.lon = lon;
	query->search.near.km = km;
	return API_NEAR_POINT;
}

enum api_near
api_near_read(struct api_query *query)
{
	const char *text = query->near;
	double km;

	if (text == NULL)
		return API_NEAR_NONE;
	skip_spaces(&text);
	if (*text == '\0')
		return API_NEAR_NONE;
	if (read_within(query->within, &km) == -1)
		return API_NEAR_WITHIN;
	return read_place(query, text, km);
}

/* Nothing in the field, or what the form had put there. */
static bool
is_default(const char *within)
{
	double km;

	return within == NULL || *within == '\0' ||
	       (read_within(within, &km) == 0 && km == API_WITHIN_KM);
}

/* "Porto, 20 km" as the two fields of a form have it. */
static void
split_distance(struct api_query *query)
{
	char *name;
	double km;

	if (query->arena == NULL || strlen(query->near) > NEAR_BYTES)
		return;
	name = arena_strdup(query->arena, query->near);
	km = near_distance(name);
	if (!(km > 0))
		return;
	query->near = name;
	if (is_default(query->within))
		query->within = arena_printf(query->arena, "%.4g", km);
}

/* Where the records say that a name is. */
static int
find_place(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err)
{
	const char *name = query->near;

	if (strlen(name) > NEAR_BYTES || !valid_utf8(name, strlen(name), NULL))
		return 0;
	return near_resolve(search, query, name, false, ret_near, err);
}

/* A country is a filter from here on, which a page can take away. */
static void
leave_country(struct api_query *query)
{
	query->near = NULL;
	query->within = NULL;
	query->search.near.km = 0;
}

int
api_query_near(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err)
{
	enum api_near near;
	double km;

	if (query->near != NULL)
		split_distance(query);
	near = api_near_read(query);
	if (near == API_NEAR_NONE &&
	    near_words(search, query, &near, err) == -1)
		return -1;
	if (near == API_NEAR_UNKNOWN &&
	    find_place(search, query, &near, err) == -1)
		return -1;
	if (near == API_NEAR_COUNTRY) {
		leave_country(query);
	} else if (near == API_NEAR_POINT) {
		(void)read_within(query->within, &km);
		query->search.near.km = km;
	}
	/* Without words nothing is relevant, and the nearest is meant. */
	if (near == API_NEAR_POINT && *query->search.text == '\0' &&
	    query->search.sort == SEARCH_BY_RELEVANCE)
		query->search.sort = SEARCH_BY_DISTANCE;
	*ret_near = near;
	return 0;
}

int
api_near_check(const struct api_query *query, enum api_near near,
    struct err *err)
{
	size_t len;

	switch (near) {
	case API_NEAR_UNKNOWN:
		len = strlen(query->near);
		if (len > 100)
			len = utf8_floor(query->near, 100);
		return err_set(err, ERR_FORMAT,
		    "near: no record names a place \"%.*s\"; try a larger "
		    "place close by, or latitude and longitude as in "
		    "51.50,-0.12",
		    (int)len, query->near);
	case API_NEAR_WRONG:
		return err_set(err, ERR_FORMAT,
		    "near: a latitude from -90 to 90, a comma, a longitude "
		    "from -180 to 180, as in 51.50,-0.12; or the name of a "
		    "place");
	case API_NEAR_WITHIN:
		return err_set(err, ERR_FORMAT,
		    "within: a number of kilometres, more than 0 and at most "
		    "%d",
		    API_WITHIN_MAX);
	case API_NEAR_NONE:
	case API_NEAR_COUNTRY:
		if (query->has_sort && query->search.sort == SEARCH_BY_DISTANCE)
			return err_set(err, ERR_FORMAT,
			    "sort: distance from where? say near too");
		return 0;
	default: return 0;
	}
}

void
api_near_facts(struct json_writer *w, const struct api_query *query)
{
	if (!(query->search.near.km > 0) && query->country == NULL)
		return;
	json_key(w, "near");
	json_object(w);
	/* What was read from the words, and what is left of these. */
	if (query->typed != NULL)
		json_pair(w, "words", query->search.text);
	if (query->country != NULL) {
		json_pair(w, "country", query->country);
		json_object_end(w);
		return;
	}
	if (query->near != NULL && !near_is_point(query->near))
		json_pair(w, "place", query->near);
	/* A metre or so: a place is a mean, of no greater sharpness. */
	json_pair_real(w, "lat", round(query->search.near.lat * 1e5) / 1e5);
	json_pair_real(w, "lon", round(query->search.near.lon * 1e5) / 1e5);
	json_pair_real(w, "km", query->search.near.km);
	json_object_end(w);
}

int
api_day_read(const char *text, int32_t *ret_day)
{
	if (strlen(text) != 10 || !valid_date(text))
		return -1;
	*ret_day = 0;
	for (; *text != '\0'; text++) {
		if (*text != '-')
			*ret_day = *ret_day * 10 + (*text - '0');
	}
	return 0;
}
