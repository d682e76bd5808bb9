/*
 * near: "51.5,-0.12" or "Leeds", and "25" kilometres -> the circle of a
 * search; dates of checks. What people type in a form, programs in an address
 * and operators behind --near is read here, and refused with the same words.
 * Neighbours: query.c reads the other parameters.
 */
#include "api/api.h"

#include <math.h>
#include <string.h>

#define PLACE_BYTES 1000           /* a longer name names no place */
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

/* Two numbers with a comma: meant as a position, well or badly written. */
static bool
is_point(const char *text)
{
	return text[strspn(text, POINT_MARKS)] == '\0' &&
	       strpbrk(text, ",;") != NULL;
}

enum api_near
api_near_read(struct api_query *query)
{
	const char *text = query->near;
	double lat, lon, km;

	if (text == NULL)
		return API_NEAR_NONE;
	skip_spaces(&text);
	if (*text == '\0')
		return API_NEAR_NONE;
	if (read_within(query->within, &km) == -1)
		return API_NEAR_WITHIN;
	if (!is_point(text)) {
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

/* Where the records say that a place is. */
static int
find_place(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err)
{
	const char *name = query->near;
	double lat, lon, km;

	if (strlen(name) > PLACE_BYTES || !valid_utf8(name, strlen(name), NULL))
		return 0;
	if (search_place(search, name, &lat, &lon, err) == -1)
		return err->code == ERR_NOTFOUND ? 0 : -1;
	(void)read_within(query->within, &km);
	query->search.near.lat = lat;
	query->search.near.lon = lon;
	query->search.near.km = km;
	*ret_near = API_NEAR_POINT;
	return 0;
}

int
api_query_near(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err)
{
	enum api_near near = api_near_read(query);

	if (near == API_NEAR_UNKNOWN &&
	    find_place(search, query, &near, err) == -1)
		return -1;
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
	if (!(query->search.near.km > 0))
		return;
	json_key(w, "near");
	json_object(w);
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
