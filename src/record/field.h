/* Inside record/ only: the index that tools/fieldindex makes. */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

/* Every field but the root, by parent, then name. */
extern const unsigned short field_by_name[];

/* Where the children of a field are. */
struct field_span {
	unsigned short first;   /* their numbers lie from first to last; */
	unsigned short last;    /* none: 1 and 0 */
	unsigned short by_name; /* in field_by_name, n in a row */
	unsigned short n;
};
extern const struct field_span field_children[];

#endif
