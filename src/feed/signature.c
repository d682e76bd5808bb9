/*
 * The one signature profile (design: feed-protocol.md 5): a fixed template,
 * written by fill-in and taken apart by position. Nothing here parses; a byte
 * that is not the template's is a refusal. The order is that of XML
 * Signature's own verification, so any XMLDSig tool comes to the same answer.
 */
#include <string.h>

#include "feed/part.h"

#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ECDSA    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define RSA      "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

#define DIGEST_LEN 44 /* base64 of 32 bytes */

static const char sig_open[] = "<Signature xmlns=\"" DSIG_NS "\">";
static const char info_open[] =
    "<SignedInfo xmlns=\"" DSIG_NS "\">"
    "<CanonicalizationMethod Algorithm=\"" EXC_C14N
    "\"></CanonicalizationMethod><SignatureMethod Algorithm=\"";
static const char info_mid[] =
    "\"></SignatureMethod><Reference URI=\"\"><Transforms>"
    "<Transform Algorithm=\"" DSIG_NS "enveloped-signature\"></Transform>"
    "<Transform Algorithm=\"" EXC_C14N "\"></Transform></Transforms>"
    "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">"
    "</DigestMethod><DigestValue>";
static const char info_close[] = "</DigestValue></Reference></SignedInfo>";
static const char value_open[] = "<SignatureValue>";
static const char sig_close[] = "</SignatureValue></Signature>";

static const char *
alg_uri(enum feed_alg alg)
{
	return alg == FEED_ALG_ECDSA ? ECDSA : RSA;
}

void
feed_signed_info(enum feed_alg alg, const char *digest_base64,
    struct strbuf *ret_out)
{
	strbuf_addstr(ret_out, info_open);
	strbuf_addstr(ret_out, alg_uri(alg));
	strbuf_addstr(ret_out, info_mid);
	strbuf_addstr(ret_out, digest_base64);
	strbuf_addstr(ret_out, info_close);
}

void
feed_signature(enum feed_alg alg, const char *digest_base64,
    const char *signature_base64, struct strbuf *ret_out)
{
	strbuf_addstr(ret_out, sig_open);
	feed_signed_info(alg, digest_base64, ret_out);
	strbuf_addstr(ret_out, value_open);
	strbuf_addstr(ret_out, signature_base64);
	strbuf_addstr(ret_out, sig_close);
}

static bool
is_base64(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
	       (ch >= '0' && ch <= '9') || ch == '+' || ch == '/' || ch == '=';
}

/* Walk forward over a literal. */
static bool
eat(const char **p, const char *end, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(end - *p) < len || memcmp(*p, literal, len) != 0)
		return false;
	*p += len;
	return true;
}

/* Walk backward over a literal. */
static bool
eat_back(const char *data, const char **end, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(*end - data) < len ||
	    memcmp(*end - len, literal, len) != 0)
		return false;
	*end -= len;
	return true;
}

/* ` name="` value `"`; the value's characters come from `set`. */
static bool
eat_attr(const char **p, const char *end, const char *name, const char *set,
    const char **ret_value, size_t *ret_len)
{
	const char *from;

	if (!eat(p, end, " ") || !eat(p, end, name) || !eat(p, end, "=\""))
		return false;
	from = *p;
	while (*p < end && **p != '\0' && strchr(set, **p) != NULL)
		(*p)++;
	*ret_value = from;
	*ret_len = (size_t)(*p - from);
	return eat(p, end, "\"");
}

/* ---- the documents that are signed, and their one start tag each ---- */

#define DIGITS "0123456789"
#define HEX    "0123456789abcdef"
#define NAMES  "abcdefghijklmnopqrstuvwxyz0123456789-"
#define BASE64                                                                 \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

#define ATTRS_MAX 8

struct attr_form {
	const char *name;
	const char *set;
	bool may_be_empty;
};

static const struct {
	const char *name;
	const char *open;
	const char *close;
	size_t max;
	struct attr_form attrs[ATTRS_MAX + 1];
} docs[] = {
	[FEED_DOC_HEAD] = { "head", "<head xmlns=\"" FEED_NS "\"", "</head>",
	    FEED_HEAD_MAX,
	    { { "epoch", DIGITS, false }, { "expires", DIGITS, false },
		{ "key", BASE64, false }, { "next", DIGITS, false },
		{ "nextkey", HEX, true }, { "node", NAMES, false },
		{ "records", DIGITS, false }, { "serial", DIGITS, false } } },
	[FEED_DOC_ROTATION] = { "rotation", "<rotation xmlns=\"" FEED_NS "\"",
	    "</rotation>", FEED_ROTATION_MAX,
	    { { "epoch", DIGITS, false }, { "key", BASE64, false },
		{ "nextkey", HEX, true }, { "node", NAMES, false },
		{ "online", HEX, false } } },
	[FEED_DOC_ENDORSEMENT] = { "endorsement",
	    "<endorsement xmlns=\"" FEED_NS "\"", "</endorsement>",
	    FEED_ENDORSEMENT_MAX,
	    { { "key", BASE64, false }, { "list", HEX, false },
		{ "serial", DIGITS, false } } },
};

const char *
feed_doc_name(enum feed_doc doc)
{
	return docs[doc].name;
}

const char *
feed_doc_end(enum feed_doc doc)
{
	return docs[doc].close;
}

/* The root's start tag, whose one form is known. */
static int
cut_start_tag(enum feed_doc doc, const char **p, const char *end,
    struct feed_cut *cut, struct err *err)
{
	const char *name = docs[doc].name;

	if (!eat(p, end, docs[doc].open))
		return err_set(err, ERR_FORMAT,
		    "%s does not begin with the start tag of " FEED_NS, name);
	for (const struct attr_form *a = docs[doc].attrs; a->name != NULL;
	     a++) {
		const char *value;
		size_t len;

		if (!eat_attr(p, end, a->name, a->set, &value, &len))
			return err_set(err, ERR_FORMAT,
			    "%s: attribute '%s' is missing, malformed or "
			    "out of order",
			    name, a->name);
		if (len == 0 && !a->may_be_empty)
			return err_set(err, ERR_FORMAT,
			    "%s: attribute '%s' is empty", name, a->name);
		if (strcmp(a->name, "key") == 0) {
			cut->key = value;
			cut->key_len = len;
		}
		if (strcmp(a->name, "epoch") == 0) {
			cut->epoch = value;
			cut->epoch_len = len;
		}
	}
	if (!eat(p, end, ">"))
		return err_set(err, ERR_FORMAT,
		    "%s: more in the start tag than belongs there", name);
	return 0;
}

/* From the end: signature value, then SignedInfo with one of two algorithms. */
static int
cut_signature(enum feed_doc doc, const char *start, const char *end,
    enum feed_alg *ret_alg, struct feed_cut *cut, struct err *err)
{
	const char *info_end;

	if (!eat_back(start, &end, docs[doc].close) ||
	    !eat_back(start, &end, sig_close))
		return err_set(err, ERR_FORMAT,
		    "%s does not end in a signature (truncated?)",
		    docs[doc].name);
	cut->signature = end;
	while (cut->signature > start && is_base64(cut->signature[-1]))
		cut->signature--;
	cut->signature_len = (size_t)(end - cut->signature);
	end = cut->signature;
	if (cut->signature_len == 0 || !eat_back(start, &end, value_open))
		goto out;
	info_end = end;
	if (!eat_back(start, &end, info_close))
		goto out;
	if ((size_t)(end - start) < DIGEST_LEN)
		goto out;
	end -= DIGEST_LEN;
	cut->digest = end;
	if (!eat_back(start, &end, info_mid))
		goto out;
	if (eat_back(start, &end, ECDSA))
		*ret_alg = FEED_ALG_ECDSA;
	else if (eat_back(start, &end, RSA))
		*ret_alg = FEED_ALG_RSA;
	else
		return err_set(err, ERR_FORMAT,
		    "signature algorithm is neither ecdsa-sha256 nor "
		    "rsa-sha256");
	if (!eat_back(start, &end, info_open))
		goto out;
	cut->signed_info = end;
	cut->signed_info_len = (size_t)(info_end - end);
	if (!eat_back(start, &end, sig_open))
		goto out;
	cut->body_len = (size_t)(end - start);
	return 0;
out:
	return err_set(err, ERR_FORMAT,
	    "signature is not the one template of the profile");
}

int
feed_signed_cut(enum feed_doc doc, const char *data, size_t len,
    enum feed_alg *ret_alg, struct feed_cut *ret_cut, struct err *err)
{
	struct feed_cut cut = { .body_len = 0 };
	const char *p = data;
	enum feed_alg alg = FEED_ALG_ECDSA;
	size_t i;

	if (len > docs[doc].max)
		return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes",
		    docs[doc].name, docs[doc].max);
	if (cut_start_tag(doc, &p, data + len, &cut, err) != 0)
		return -1;
	if (cut_signature(doc, data, data + len, &alg, &cut, err) != 0)
		return -1;
	if (data + cut.body_len < p)
		return err_set(err, ERR_FORMAT,
		    "signature is not behind the start tag");
	for (i = 0; i < DIGEST_LEN; i++)
		if (!is_base64(cut.digest[i]))
			return err_set(err, ERR_FORMAT, "digest is not base64");
	*ret_alg = alg;
	*ret_cut = cut;
	return 0;
}

int
feed_head_cut(const char *data, size_t len, enum feed_alg *ret_alg,
    struct feed_cut *ret_cut, struct err *err)
{
	return feed_signed_cut(FEED_DOC_HEAD, data, len, ret_alg, ret_cut, err);
}
