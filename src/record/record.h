/*
 * record: THE THING. What a node says about the world: the table of fields,
 * values, validation, vocabularies (design: records.md). Knows nothing of
 * XML, JSON, SQL or the network.
 *
 * A record is a tree of values that follows src/record/fields.def. All its
 * memory belongs to the arena it was made in; nothing is freed singly.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/base.h"

/* ---- kinds ---- */

enum record_kind {
	RECORD_KIND_PROGRAMME,
	RECORD_KIND_EVIDENCE,
	RECORD_KIND_ORGANISATION,
	RECORD_KIND_RESOURCE,
	RECORD_KIND_CHAMPION,
	RECORD_KIND_TERM,
	RECORD_KIND_COUNT
};

const char *record_kind_name(enum record_kind kind); /* "programme" */
int record_kind_parse(const char *name, enum record_kind *ret_kind);

/* ---- vocabularies (schemas/vocabulary/NAME.tsv, compiled in) ---- */

enum vocab {
	VOCAB_NONE,
	VOCAB_METHOD,
	VOCAB_RELATION,
	VOCAB_STATUS,
	VOCAB_ZONE,
	VOCAB_MODEL,
	VOCAB_BUILDING_BLOCK,
	VOCAB_NEED,
	VOCAB_SITUATION,
	VOCAB_ACCESS,
	VOCAB_ATTENDANCE,
	VOCAB_COST,
	VOCAB_ROLE,
	VOCAB_SDG,
	VOCAB_EVIDENCE_TYPE,
	VOCAB_ACCESS_RIGHT,
	VOCAB_DESIGN,
	VOCAB_GRADE_SCALE,
	VOCAB_OUTCOME,
	VOCAB_OUTCOME_DOMAIN,
	VOCAB_MEASURE,
	VOCAB_BETTER_IF,
	VOCAB_ANALYSIS,
	VOCAB_DIRECTION,
	VOCAB_ORGANISATION_TYPE,
	VOCAB_RESOURCE_TYPE,
	VOCAB_COUNTRY,
	VOCAB_LANGUAGE,
	VOCAB_KIND,
	VOCAB_STRENGTH,
	VOCAB_COUNT
};

const char *vocab_name(enum vocab vocab); /* "zone" */
int vocab_parse(const char *name, enum vocab *ret_vocab);
size_t vocab_size(enum vocab vocab);
const char *vocab_code(enum vocab vocab, size_t i); /* i < size */
/* 1 when code is an entry (exact, lower case but for countries: "CA"). */
int vocab_has(enum vocab vocab, const char *code);
/*
 * Label in a language (its primary subtag: en fr es pt de cy ja ar), English
 * when there is none, the code itself when it is unknown. Never NULL.
 */
const char *vocab_label(enum vocab vocab, const char *code, const char *lang);
/* The entry whose code, English or other label equals text (folded), or
 * NULL: for imports ("Arts" -> "arts"). */
const char *vocab_match(enum vocab vocab, const char *text);

/*
 * The English label of the entry, of the first of the vocabularies that has
 * one, whose label in another language equals text (folded): "solidão" ->
 * "Loneliness". NULL when there is none, or it is the same in English.
 */
const char *vocab_in_english(const enum vocab *vocabs, size_t n,
    const char *text);

/* ---- the table of fields ---- */

enum field_type {
	FIELD_TYPE_GROUP, /* has children, no text */
	FIELD_TYPE_TEXT,  /* language map: one value per language */
	FIELD_TYPE_STRING,
	FIELD_TYPE_CODE,   /* entry of a vocabulary */
	FIELD_TYPE_INT,    /* decimal digits */
	FIELD_TYPE_NUMBER, /* decimal, kept as written */
	FIELD_TYPE_BOOL,   /* "true" or "false" */
	FIELD_TYPE_YEAR,   /* four digits */
	FIELD_TYPE_DATE,   /* 2026-11-21, 2026-11 or 2026 */
	FIELD_TYPE_URI,    /* absolute http(s) URL */
	FIELD_TYPE_EMAIL,
	FIELD_TYPE_COUNTRY,  /* ISO 3166-1 alpha-2, upper case */
	FIELD_TYPE_LANG,     /* BCP 47 */
	FIELD_TYPE_CURRENCY, /* ISO 4217 */
	FIELD_TYPE_ID        /* urn:gspd:<node>:<uuid> */
};

enum field_id {
	FIELD_ROOT,
#define FIELD(id, parent, name, type, kinds, required, many, vocab, flags,     \
    max, hsds, fhir, dc, help)                                                 \
	FIELD_##id,
#include "record/fields.def"
#undef FIELD
	FIELD_COUNT
};

#define FIELD_FACET   0x01u
#define FIELD_INDEXED 0x02u
#define FIELD_SET     0x04u
#define FIELD_LIST    0x08u

struct field {
	enum field_id id;
	enum field_id parent;
	const char *name;
	enum field_type type;
	unsigned kinds; /* bit (1 << enum record_kind) */
	unsigned required;
	unsigned many;
	enum vocab vocab;
	unsigned flags;
	unsigned max; /* bytes of a scalar */
	const char *hsds;
	const char *fhir;
	const char *dc;
	const char *help;
};

/* id in FIELD_ROOT .. FIELD_COUNT - 1; FIELD_ROOT is the record itself. */
const struct field *field_get(enum field_id id);
/* Child of parent called name that this kind may carry, or NULL. */
const struct field *field_find(enum field_id parent, const char *name,
    enum record_kind kind);
int field_has(const struct field *field, enum record_kind kind);
int field_is_required(const struct field *field, enum record_kind kind);
int field_is_many(const struct field *field, enum record_kind kind);

/* ---- values ---- */

struct value {
	const struct field *field; /* NULL: element of a later version */
	const char *text;    /* scalar; for field NULL its canonical XML */
	const char *lang;    /* TEXT only: BCP 47, NULL = the record's */
	const char *made;    /* TEXT only: "machine", "human" or NULL */
	const char *of;      /* TEXT only: version it translates, or NULL */
	struct value *first; /* children of a GROUP, table order */
	struct value *next;  /* sibling */
};

#define RECORD_NODE_MAX 32 /* "gb-eng" */
#define RECORD_ID_MAX   96

struct record {
	struct arena *arena;
	enum record_kind kind;
	const char *id;       /* urn:gspd:<node>:<uuid> */
	const char *lang;     /* BCP 47, default language of its texts */
	int64_t published_at; /* this version entered the feed */
	int64_t first_at;     /* the first version entered the feed */
	int64_t modified_at;  /* content changed at the origin */
	struct value root;    /* .field = field_get(FIELD_ROOT) */
	size_t n_values;      /* in the whole tree; readers of foreign bytes
	                       * stop at RECORD_MAX_VALUES */
	/* Where the last value was put and below what: records are mostly
	 * written in order. NULL: not known. Only value.c looks. */
	struct value *last;
	const struct value *last_parent;
};

struct record *record_new(struct arena *arena, enum record_kind kind,
    const char *id, const char *lang);
/* A deep copy in another arena. */
struct record *record_copy(struct arena *arena, const struct record *rec);

/*
 * Add a value in table order behind those of the same field. text and lang
 * are copied (text NULL for a GROUP). Does not validate. parent NULL means
 * the record's root.
 */
struct value *record_add(struct record *rec, struct value *parent,
    enum field_id id, const char *text, const char *lang);
/* Keep an element that this version does not know (canonical XML bytes). */
struct value *record_add_unknown(struct record *rec, struct value *parent,
    const char *xml, size_t len);
/* Drop all values of a field under parent (NULL: root). */
void record_remove(struct record *rec, struct value *parent, enum field_id id);

/* First value of a field under parent, or NULL; the next of the same field. */
const struct value *value_find(const struct value *parent, enum field_id id);
const struct value *value_next(const struct value *value);
/* Text of the first such value, or NULL. For TEXT: see value_text(). */
const char *value_get(const struct value *parent, enum field_id id);
/*
 * The best of a language map for a reader of `lang` (NULL: the record's
 * own): exact tag, same primary language, the record's language, any.
 * ret_lang (may be NULL) gets the language of what is returned. NULL: none.
 */
const char *value_text(const struct record *rec, const struct value *parent,
    enum field_id id, const char *lang, const char **ret_lang);
/* What to call it in a list, any kind: never NULL ("" when it has none). */
const char *record_title(const struct record *rec, const char *lang);
/* One or two sentences for a list, any kind: never NULL. */
const char *record_summary(const struct record *rec, const char *lang);
/*
 * How much a design of study can show, as an entry of VOCAB_STRENGTH (in its
 * order: reviews of many studies, trials, comparisons, no comparison,
 * experience and opinion, not stated). A place in an order of designs, not a
 * grade of a body of evidence: those are stated (FIELD_GRADE). NULL for what
 * is no evidence.
 */
const char *record_strength(const struct record *rec);
/*
 * Has what allows to show it ended by now? A champion's consent that has no
 * end, or one before this day, counts as ended: nothing of it is to be shown.
 * Never of other kinds.
 */
bool record_has_lapsed(const struct record *rec, int64_t now);
/* Is a date ("2026-11-21", "2026-11", "2026") over by then? */
bool date_is_over(const char *date, int64_t now);
/* First country of any kind of record ("CA"), or NULL. */
const char *record_country(const struct record *rec);

/* ---- ids ---- */

/* 1 for a node name: [a-z]{2}(-[a-z0-9]{1,10}){0,2} */
int valid_node(const char *node);
int valid_uuid(const char *uuid); /* lower case, 8-4-4-4-12 */
/* Split urn:gspd:<node>:<uuid>. 0, or -1 when it is not one. */
int record_id_split(const char *id, char ret_node[RECORD_NODE_MAX],
    char ret_uuid[37]);
/* "urn:gspd:" node ":" uuid */
char *record_id_make(struct arena *arena, const char *node, const char *uuid);

/* ---- identifiers, the proofs of merging ---- */

/*
 * Canonical form of an identifier: DOI without prefixes, percent-decoded,
 * lower case; PMCID "PMC123"; ISBN-13 digits; GB-COH padded to 8; ROR and
 * ORCID bare. Scheme is folded too ("DOI" -> "doi"). ERR_FORMAT when the
 * value can not be one.
 */
int identifier_normalise(struct arena *arena, const char *scheme,
    const char *value, const char **ret_scheme, const char **ret_value,
    struct err *err) MUST_CHECK;

/* ---- validation ---- */

struct problem {
	char path[96];  /* "site[2].lat"; "" for the whole record */
	char value[80]; /* the offending value, cut and quoted */
	char text[160]; /* what is wrong and what to do */
	bool is_warning;
};

struct problems {
	struct problem *items;
	size_t len;
	size_t alloc;
	size_t errors; /* items that are not warnings */
};

void problems_init(struct problems *problems);
void problems_release(struct problems *problems);
void problems_add(struct problems *problems, bool is_warning, const char *path,
    const char *value, const char *fmt, ...) ERR_PRINTF(5, 6);

#define RECORD_MAX_BYTES  (64 * 1024) /* an entry in the feed */
#define RECORD_MAX_VALUES 2000
#define RECORD_MAX_DEPTH  8

/*
 * Check against the table: allowed, required, how many, types, vocabularies,
 * lengths, and the rules across fields (ages, intervals, lat with lon,
 * evidence needs an identifier or URL). All problems are listed, not just
 * the first (at most 100). Returns 0 when there is no error (warnings are
 * fine), else -1 with ERR_SCHEMA and the first error in err.
 */
int record_validate(const struct record *rec, struct problems *problems,
    struct err *err) MUST_CHECK;

/* ---- packed form: for stores, and between processes ---- */

/*
 * Every part of a record as compact bytes. The same record gives the same
 * bytes. record_unpack() takes any bytes: what it accepts is a tree that
 * follows the table of fields and packs to the same bytes; whether it is
 * valid record_validate() says, also of texts that are no UTF-8. Bytes of
 * another version are refused (ERR_FORMAT), so that a derived store is
 * rebuilt, not trusted.
 */
void record_pack(const struct record *rec, struct strbuf *ret_out);
struct record *record_unpack(struct arena *arena, const void *data, size_t len,
    struct err *err) MUST_CHECK;
/*
 * The bytes that say whether two versions say the same: as record_pack()
 * but without published_at, first_at, modified_at, and with repeated values
 * of SET fields sorted.
 */
void record_content(const struct record *rec, struct strbuf *ret_out);

#endif
