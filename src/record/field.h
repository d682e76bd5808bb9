/* Inside record/ only: the index that tools/fieldindex makes. */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

/* Every field but the root, by parent, then name. */
extern const unsigned short field_by_name[];

#endif
