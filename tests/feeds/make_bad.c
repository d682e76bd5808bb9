/*
 * The bad heads of the corpus. They are edited after signing (tampering on
 * the way) or before (a member that signs nonsense); see make.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/feeds/make.h"

/* Time and order: good signatures, refused all the same. */
static void
make_judged_heads(struct maker *m)
{
	struct feed_head head = m->feed.head;
	const char *text = sign(m, head_body(m, &head, m->ecdsa), m->ecdsa);
	size_t len = strlen(text);

	put_head(m, "head-301-ahead", text, len, "refused",
	    arena_printf(m->arena, "now = %d\nreason = ahead of the clock\n",
		SAMPLE_NOW - FEED_CLOCK_AHEAD_S - 1));
	put_head(m, "head-rollback", text, len, "refused",
	    arena_printf(m->arena, "min-serial = %d\nreason = rollback\n",
		SAMPLE_NOW + 1));
	put_head(m, "head-fork", text, len, "fork",
	    arena_printf(m->arena,
		"min-serial = %d\nmin-digest = %064d\nreason = fork\n",
		SAMPLE_NOW, 0));
	put_head(m, "head-expired", text, len, "expired",
	    arena_printf(m->arena, "now = %d\nreason = expired\n",
		SAMPLE_NOW + FEED_EXPIRES_S));
	put_head(m, "head-epoch-other", text, len, "refused",
	    "epoch = 1\nreason = epoch 0\n");
	put_head(m, "head-other-node", text, len, "refused",
	    "node = pt\nreason = node ca, not pt\n");
	put_head(m, "head-other-pin", text, len, "refused",
	    "key = other\nreason = another key\n");
	head.expires = head.serial + FEED_LIFE_MAX_S + 1;
	signed_head(m, "head-31-days", &head, m->ecdsa, "refused",
	    "reason = more than 30 days\n");
}

#define SIG "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"
#define END "</Signature></head>"

/* Done to a signed head: tampering on the way. */
static const struct edit tampered[] = {
	{ "declaration", "<head ", "<?xml version=\"1.0\"?><head ", "start" },
	{ "doctype", "<head ", "<!DOCTYPE head><head ", "start" },
	{ "bom", "<head ", "\xef\xbb\xbf<head ", "start" },
	{ "comment-first", "<head ", "<!-- c --><head ", "start" },
	{ "space-first", "<head ", " <head ", "start" },
	{ "space-in-tag", "<head ", "<head  ", "start" },
	{ "newline-last", "</head>", "</head>\n", "does not end" },
	{ "comment-last", "</head>", "</head><!-- c -->", "does not end" },
	{ "trailing-head", "</head>", "</head></head>", "does not end" },
	{ "comment-in-body", "<e ", "<!-- c --><e ", "digest" },
	{ "serial-changed", " serial=\"1800000000\"", " serial=\"1800000001\"",
	    "digest" },
	{ "records-changed", " records=\"120\"", " records=\"121\"", "digest" },
	{ "keyinfo", END, "<KeyInfo><KeyName>x</KeyName></KeyInfo>" END,
	    "does not end" },
	{ "object", END, "<Object><e></e></Object>" END, "does not end" },
	{ "signature-id", SIG,
	    "<Signature xmlns=\"http://www.w3.org/2000/09/"
	    "xmldsig#\" Id=\"x\">",
	    "template" },
	{ "signature-prefix", "<Signature ", "<ds:Signature ", "template" },
	{ "signature-first", "><e ", ">" SIG "</Signature><e ", "digest" },
	{ "signature-comment", "<SignatureValue>", "<!-- --><SignatureValue>",
	    "template" },
	{ "value-comment", "<SignatureValue>", "<SignatureValue><!-- -->",
	    "template" },
	{ "value-newline", "</SignatureValue>", "\n</SignatureValue>",
	    "template" },
	{ "value-empty", "<SignatureValue>",
	    "<SignatureValue></SignatureValue"
	    "><SignatureValue>",
	    "template" },
	{ "reference-uri", "URI=\"\"", "URI=\"#x\"", "template" },
	{ "reference-twice", "</Reference>",
	    "</Reference><Reference>"
	    "</Reference>",
	    "template" },
	{ "c14n-inclusive",
	    "CanonicalizationMethod Algorithm=\""
	    "http://www.w3.org/2001/10/xml-exc-c14n#",
	    "CanonicalizationMethod Algorithm=\""
	    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
	    "template" },
	{ "transform-xpath", "xmldsig#enveloped-signature",
	    "xmldsig#xpath-filter", "template" },
	{ "transform-missing",
	    "<Transform Algorithm=\"http://www.w3.org/2001/"
	    "10/xml-exc-c14n#\"></Transform>",
	    "", "template" },
	{ "digest-sha1", "2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1",
	    "template" },
	{ "alg-hmac", "xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256",
	    "algorithm" },
	{ "alg-ecdsa-sha1", "xmldsig-more#ecdsa-sha256",
	    "xmldsig-more#ecdsa-sha1", "algorithm" },
	{ "alg-none", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "",
	    "algorithm" },
	{ "alg-rsa", "xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256",
	    "algorithm" },
};

/* Done before signing: a member signs nonsense. */
static const struct edit nonsense[] = {
	{ "no-epoch", " epoch=\"0\"", "", "epoch" },
	{ "no-expires", " expires=\"1800604800\"", "", "expires" },
	{ "no-next", " next=\"1800086400\"", "", "next" },
	{ "no-node", " node=\"ca\"", "", "node" },
	{ "no-records", " records=\"120\"", "", "records" },
	{ "no-serial", " serial=\"1800000000\"", "", "serial" },
	{ "no-namespace", " xmlns=\"urn:gspd:feed:1\"", "", "start" },
	{ "node-twice", " node=\"ca\"", " node=\"ca\" node=\"ca\"", "records" },
	{ "out-of-order", " epoch=\"0\" expires=\"1800604800\"",
	    " expires=\"1800604800\" epoch=\"0\"", "epoch" },
	{ "attribute-more", " serial=\"1800000000\"",
	    " serial=\"1800000000\" x=\"1\"", "more in the start tag" },
	{ "serial-empty", " serial=\"1800000000\"", " serial=\"\"", "empty" },
	{ "serial-negative", " serial=\"1800000000\"", " serial=\"-1\"",
	    "serial" },
	{ "serial-zeros", " serial=\"1800000000\"", " serial=\"01800000000\"",
	    "serial" },
	{ "serial-huge", " serial=\"1800000000\"",
	    " serial=\"99999999999999999999\"", "serial" },
	{ "count-mismatch", " records=\"120\"", " records=\"119\"", "add up" },
	{ "single-quotes", " k=\"p\"", " k='p'", "canonical" },
	{ "empty-tag", "></e>", "/>", "canonical" },
	{ "charref", " k=\"p\"", " k=\"&#112;\"", "canonical" },
	{ "attribute-order", "<e b=", "<e x=\"\" b=", "belong" },
	{ "text-in-body", "<e ", "x<e ", "text between" },
	{ "newline-in-body", "<e ", "\n<e ", "text between" },
	{ "comment-signed", "<e ", "<!-- c --><e ", "is taken" },
	{ "cdata-signed", "<e ", "<![CDATA[]]><e ", "is taken" },
	{ "pi-signed", "<e ", "<?x y?><e ", "is taken" },
	{ "entity-signed", " k=\"p\"", " k=\"&p;\"", "well-formed" },
	{ "latin1-signed", " k=\"p\"", " k=\"\xe9\"", "not UTF-8" },
	{ "crlf-signed", "<e ", "\r\n<e ", "not UTF-8 or a character" },
	{ "foreign-element", "<e ", "<e xmlns=\"urn:x\"></e><e ",
	    "another namespace" },
	{ "unknown-element", "</head>", "<later></later></head>",
	    "has no place" },
	{ "e-behind-seen", "</head>",
	    "<seen d=\"cccccccccccccccccccccccccccccc"
	    "cccccccccccccccccccccccccccccccccc\" "
	    "epoch=\"0\" node=\"pt\" serial=\"1\">"
	    "</seen><e></e></head>",
	    "has no place" },
	{ "e-with-child", "></e>", "><e></e></e>", "has no place" },
	{ "kind-unknown", " k=\"p\"", " k=\"x\"", "neither p nor i" },
	{ "unclosed", "</e>", "", "" },
	{ "embedded-signature", "</head>", SIG "</Signature></head>",
	    "does not end" },
};

static void
make_edited_heads(struct maker *m)
{
	const char *body = head_body(m, &m->feed.head, m->ecdsa);
	const char *text = sign(m, body, m->ecdsa), *changed;
	size_t i;

	for (i = 0; i < ARRAY_LEN(tampered); i++) {
		const struct edit *e = &tampered[i];

		changed = edit(m, text, e->from, e->to);
		put_head(m, arena_printf(m->arena, "head-%s", e->name), changed,
		    strlen(changed), "refused",
		    arena_printf(m->arena, "reason = %s\n", e->reason));
	}
	for (i = 0; i < ARRAY_LEN(nonsense); i++) {
		const struct edit *e = &nonsense[i];

		changed = sign(m, edit(m, body, e->from, e->to), m->ecdsa);
		put_head(m, arena_printf(m->arena, "head-%s", e->name), changed,
		    strlen(changed), "refused",
		    arena_printf(m->arena, "reason = %s\n", e->reason));
	}
}

static const char hash[] =
    "5555555555555555555555555555555555555555555555555555555555555555";
static const struct {
	const char *name;
	const char *reason;
	struct {
		const char *b;
		const char *h;
		const char *n;
		const char *s;
	} refs[2];
} sets[] = {
	{ "refs-unsorted", "not sorted",
	    { { "1", hash, "1", "9" }, { "0", hash, "1", "9" } } },
	{ "refs-overlap", "overlap",
	    { { "0", hash, "1", "9" }, { "01", hash, "1", "9" } } },
	{ "refs-twice", "not sorted",
	    { { "0", hash, "1", "9" }, { "0", hash, "1", "9" } } },
	{ "refs-root-and-more", "overlap",
	    { { "", hash, "1", "9" }, { "0", hash, "1", "9" } } },
	{ "ref-letters", "malformed",
	    { { "0", hash, "1", "9" }, { "1x", hash, "1", "9" } } },
	{ "ref-41-bits", "too long",
	    { { "0", hash, "1", "9" },
		{ "11111111111111111111111111111111111111111", hash, "1",
		    "9" } } },
	{ "ref-hash-upper", "malformed",
	    { { "0", hash, "1", "9" },
		{ "1",
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAAAAAAAAAAA",
		    "1", "9" } } },
	{ "ref-hash-short", "malformed",
	    { { "0", hash, "1", "9" }, { "1", "55", "1", "9" } } },
	{ "ref-zero-records", "empty page",
	    { { "0", hash, "2", "9" }, { "1", hash, "0", "9" } } },
	{ "ref-zero-bytes", "empty page",
	    { { "0", hash, "1", "9" }, { "1", hash, "1", "0" } } },
	{ "ref-49-records", "49 records",
	    { { "0", hash, "1", "9" }, { "1", hash, "49", "9" } } },
	{ "ref-page-too-large", "whole number up to",
	    { { "0", hash, "1", "9" }, { "1", hash, "1", "262145" } } },
	{ "ref-n-overflow", "whole number up to",
	    { { "0", hash, "1", "9" }, { "1", hash, "4294967296", "9" } } },
};

/* Refs that no honest writer writes: each set is signed as it is. */
static void
make_bad_refs(struct maker *m)
{
	const char *body = head_body(m, &m->feed.head, m->ecdsa);
	const char *first = strstr(body, "<e "), *text;
	struct strbuf sb;
	size_t i, k;

	body = arena_strndup(m->arena, body, (size_t)(first - body));
	body = edit(m, body, " records=\"120\"", " records=\"2\"");
	for (i = 0; i <= ARRAY_LEN(sets); i++) {
		size_t n = i < ARRAY_LEN(sets) ? 2 : FEED_REFS_MAX + 1;

		strbuf_init(&sb, 4 * FEED_HEAD_MAX);
		strbuf_addstr(&sb, body);
		for (k = 0; k < n; k++)
			if (i < ARRAY_LEN(sets))
				strbuf_addf(&sb,
				    "<e b=\"%s\" h=\"%s\" k=\"p\" n=\"%s\" "
				    "s=\"%s\"></e>",
				    sets[i].refs[k].b, sets[i].refs[k].h,
				    sets[i].refs[k].n, sets[i].refs[k].s);
			else
				strbuf_addf(&sb,
				    "<e b=\"1\" h=\"%s\" k=\"p\" n=\"1\" "
				    "s=\"9\"></e>",
				    hash);
		strbuf_addstr(&sb, HEAD_END);
		text = sign(m, sb.buf, m->ecdsa);
		put_head(m,
		    arena_printf(m->arena, "head-%s",
			i < ARRAY_LEN(sets) ? sets[i].name : "257-refs"),
		    text, strlen(text), "refused",
		    arena_printf(m->arena, "reason = %s\n",
			i < ARRAY_LEN(sets) ? sets[i].reason
					    : "more than 256"));
		strbuf_release(&sb);
	}
}

/* Other signatures, other encodings. */
static void
make_bad_signatures(struct maker *m)
{
	static const unsigned char der[] = { 0x30, 0x44, 0x02, 0x20 };
	struct feed_head evil_head = m->feed.head;
	const char *body = head_body(m, &m->feed.head, m->ecdsa);
	const char *text = sign(m, body, m->ecdsa), *t;
	unsigned char raw[72] = { 0 };
	struct strbuf sig;

	strbuf_init(&sig, 1024);
	get_signature(m, text, &sig);
	memcpy(raw, der, sizeof(der));
	memcpy(raw + 4, sig.buf, 32);
	raw[36] = 0x02;
	raw[37] = 0x20;
	memcpy(raw + 38, sig.buf + 32, 32);
	t = with_signature(m, text, raw, 70);
	put_head(m, "head-der-signature", t, strlen(t), "refused",
	    "reason = signature of 70 bytes\n");
	memset(raw, 0, sizeof(raw));
	memcpy(raw + 1, sig.buf, 64);
	t = with_signature(m, text, raw, 65);
	put_head(m, "head-padded-signature", t, strlen(t), "refused",
	    "reason = signature of 65 bytes\n");
	memset(raw, 0, sizeof(raw));
	t = with_signature(m, text, raw, 64);
	put_head(m, "head-zero-signature", t, strlen(t), "refused",
	    "reason = does not fit\n");
	t = sign(m, body, m->other);
	put_head(m, "head-signed-by-other", t, strlen(t), "refused",
	    "reason = does not fit\n");
	t = sign(m, head_body(m, &evil_head, m->other), m->other);
	put_head(m, "head-other-key", t, strlen(t), "refused",
	    "reason = another key\n");
	t = edit(m, text, "=</DigestValue>", "A</DigestValue>");
	put_head(m, "head-digest-33-bytes", t, strlen(t), "refused", "");
	t = sign(m, edit(m, body, " key=\"M", " key=\"=M"), m->ecdsa);
	put_head(m, "head-key-not-base64", t, strlen(t), "refused",
	    "reason = base64\n");
	strbuf_release(&sig);
}

/* Wrapping, cuts, sizes. */
static void
make_wrapped(struct maker *m)
{
	struct feed_head evil_head = m->feed.head;
	const char *body = head_body(m, &m->feed.head, m->ecdsa);
	const char *text = sign(m, body, m->ecdsa), *evil, *inner, *t;
	size_t len = strlen(text), i;
	struct strbuf sb;

	strbuf_init(&sb, 1 << 20);
	/* wrapping: the honest head rides inside, or lends its signature */
	evil_head.serial++;
	evil = head_body(m, &evil_head, m->ecdsa);
	inner = strstr(text, "<Signature ");
	t = edit(m, evil, HEAD_END, inner);
	put_head(m, "head-wrap-borrowed", t, strlen(t), "refused",
	    "reason = digest\n");
	t = edit(m, evil, HEAD_END,
	    arena_printf(m->arena, "%s%s", text, HEAD_END));
	put_head(m, "head-wrap-child", t, strlen(t), "refused",
	    "reason = does not end\n");
	t = edit(m, evil, HEAD_END,
	    arena_printf(m->arena, "%s%s", body, inner));
	put_head(m, "head-wrap-sibling", t, strlen(t), "refused",
	    "reason = digest\n");
	t = edit(m, text, "<SignatureValue>",
	    arena_printf(m->arena, "<Object>%s</Object><SignatureValue>",
		body));
	put_head(m, "head-wrap-object", t, strlen(t), "refused",
	    "reason = template\n");
	put_head(m, "head-no-signature", body, strlen(body), "refused",
	    "reason = does not end in a signature\n");
	put_head(m, "head-zero-bytes", "", 0, "refused",
	    "reason = start tag\n");
	put_head(m, "head-cut-in-tag", text, 40, "refused", "");
	put_head(m, "head-cut-in-body", text, strlen(body) / 2, "refused", "");
	put_head(m, "head-cut-in-signature", text, len - 200, "refused", "");
	put_head(m, "head-cut-last-byte", text, len - 1, "refused", "");
	put_head(m, "head-nul-last", text, len + 1, "refused", "");
	for (i = 0; i < len; i++) {
		strbuf_addch(&sb, text[i]);
		strbuf_addch(&sb, '\0');
	}
	put_head(m, "head-utf16", sb.buf, sb.len, "refused", "");
	strbuf_reset(&sb);
	strbuf_add(&sb, body, strlen(body) - strlen(HEAD_END));
	while (sb.len < FEED_HEAD_MAX)
		strbuf_addstr(&sb, "<later></later>");
	strbuf_addstr(&sb, HEAD_END);
	t = sign(m, sb.buf, m->ecdsa);
	put_head(m, "head-too-large", t, strlen(t), "refused",
	    "reason = larger than\n");
	strbuf_release(&sb);
}

void
make_bad_heads(struct maker *m)
{
	make_judged_heads(m);
	make_edited_heads(m);
	make_bad_refs(m);
	make_bad_signatures(m);
	make_wrapped(m);
}
