/*
 * Makes the corpus again: tests/feeds/make FOLDER writes good/ and bad/ with
 * NAME.xml and NAME.expect. Here are the helpers and the good heads; make_bad.c
 * has the bad ones, make_page.c the pages. See README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/feeds/make.h"
#include "xml/xml.h"

void
die(const char *what)
{
	fprintf(stderr, "make: %s\n", what);
	exit(1);
}

char *
edit(struct maker *m, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		die(from);
	return arena_printf(m->arena, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
}

void
put(struct maker *m, const char *name, const void *data, size_t len,
    const char *expect)
{
	struct err err;

	if (file_put(arena_printf(m->arena, "%s/%s.xml", m->dir, name), data,
		len, 0644, &err) != 0 ||
	    file_put(arena_printf(m->arena, "%s/%s.expect", m->dir, name),
		expect, strlen(expect), 0644, &err) != 0)
		die(err.text);
}

void
put_head(struct maker *m, const char *name, const char *data, size_t len,
    const char *verdict, const char *more)
{
	bool own_now = strstr(more, "now =") != NULL;
	bool own_node = strstr(more, "node =") != NULL;
	bool own_key = strstr(more, "key =") != NULL;

	put(m, name, data, len,
	    arena_printf(m->arena, "kind = head\n%s%s%sverdict = %s\n%s",
		own_node ? "" : "node = ca\n", own_key ? "" : "key = ecdsa\n",
		own_now ? "" : arena_printf(m->arena, "now = %d\n", NOW),
		verdict, more));
}

char *
head_body(struct maker *m, struct feed_head *head, const struct key *key)
{
	struct strbuf der, b64, sb;
	struct err err;
	char *text;

	strbuf_init(&der, 4096);
	strbuf_init(&b64, 8192);
	strbuf_init(&sb, FEED_HEAD_MAX);
	if (key_public_der(key, &der, &err) != 0)
		die(err.text);
	base64_encode(der.buf, der.len, &b64);
	head->key = arena_strdup(m->arena, b64.buf);
	if (feed_head_write(head, NULL, &sb, &err) != 0)
		die(err.text);
	text = arena_strdup(m->arena, sb.buf);
	strbuf_release(&der);
	strbuf_release(&b64);
	strbuf_release(&sb);
	return text;
}

char *
sign(struct maker *m, const char *body, const struct key *key)
{
	enum feed_alg alg = key_type(key) == KEY_TYPE_P256 ? FEED_ALG_ECDSA
							   : FEED_ALG_RSA;
	struct strbuf d64, info, sig, s64, element;
	uint8_t hash[SHA256_LEN];
	struct err err;
	char *text;

	strbuf_init(&d64, 64);
	strbuf_init(&info, 8192);
	strbuf_init(&sig, 1024);
	strbuf_init(&s64, 2048);
	strbuf_init(&element, 16384);
	sha256(body, strlen(body), hash);
	base64_encode(hash, sizeof(hash), &d64);
	feed_signed_info(alg, d64.buf, &info);
	if (key_sign(key, info.buf, info.len, &sig, &err) != 0)
		die(err.text);
	base64_encode(sig.buf, sig.len, &s64);
	feed_signature(alg, d64.buf, s64.buf, &element);
	text = arena_printf(m->arena, "%.*s%s%s",
	    (int)(strlen(body) - strlen(HEAD_END)), body, element.buf,
	    HEAD_END);
	strbuf_release(&d64);
	strbuf_release(&info);
	strbuf_release(&sig);
	strbuf_release(&s64);
	strbuf_release(&element);
	return text;
}

void
signed_head(struct maker *m, const char *name, struct feed_head *head,
    const struct key *key, const char *verdict, const char *more)
{
	const char *text = sign(m, head_body(m, head, key), key);

	put_head(m, name, text, strlen(text), verdict, more);
}

static char *
between(struct maker *m, const char *text, const char *open, const char *close)
{
	const char *from = strstr(text, open) + strlen(open);

	return arena_strndup(m->arena, from,
	    (size_t)(strstr(from, close) - from));
}

char *
with_signature(struct maker *m, const char *text, const void *sig, size_t len)
{
	char *old = between(m, text, "<SignatureValue>", "<");
	struct strbuf b64;
	char *new_text;

	strbuf_init(&b64, 4096);
	base64_encode(sig, len, &b64);
	new_text = edit(m, text, old, b64.buf);
	strbuf_release(&b64);
	return new_text;
}

void
get_signature(struct maker *m, const char *text, struct strbuf *sig)
{
	const char *old = between(m, text, "<SignatureValue>", "<");
	struct err err;

	if (base64_decode(old, strlen(old), sig, &err) != 0)
		die(err.text);
}

/* order of P-256 minus s: the other valid signature */
static void
flip_s(unsigned char *s)
{
	static const unsigned char order[32] = { 0xff, 0xff, 0xff, 0xff, 0, 0,
		0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
		0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca,
		0xc2, 0xfc, 0x63, 0x25, 0x51 };
	int i, borrow = 0;

	for (i = 31; i >= 0; i--) {
		int d = order[i] - s[i] - borrow;

		borrow = d < 0;
		s[i] = (unsigned char)(d & 0xff);
	}
}

void
make_good_heads(struct maker *m)
{
	struct feed_head head = m->feed.head;
	struct strbuf sig;
	char *text, *body;
	size_t i;

	signed_head(m, "head-small", &head, m->ecdsa, "new", "records = 120\n");
	signed_head(m, "head-rsa", &head, m->rsa, "new", "key = rsa\n");
	signed_head(m, "head-any-node", &head, m->ecdsa, "new", "node = any\n");
	signed_head(m, "head-clock-300-ahead", &head, m->ecdsa, "new",
	    arena_printf(m->arena, "now = %d\n",
		SAMPLE_NOW - FEED_CLOCK_AHEAD_S));
	signed_head(m, "head-last-second", &head, m->ecdsa, "new",
	    arena_printf(m->arena, "now = %d\n",
		SAMPLE_NOW + FEED_EXPIRES_S - 1));
	head.nextkey[0] = '\0';
	signed_head(m, "head-no-nextkey", &head, m->ecdsa, "new", "");
	head.epoch = 7;
	signed_head(m, "head-epoch", &head, m->ecdsa, "new", "epoch = 7\n");
	head = m->feed.head;
	head.expires = head.serial + FEED_LIFE_MAX_S;
	signed_head(m, "head-30-days", &head, m->ecdsa, "new", "");
	head = m->feed.head;
	head.n_refs = 0;
	head.records = 0;
	signed_head(m, "head-empty", &head, m->ecdsa, "new", "records = 0\n");
	head.n_refs = FEED_REFS_MAX;
	head.refs = arena_alloc(m->arena, FEED_REFS_MAX * sizeof(*head.refs));
	for (i = 0; i < FEED_REFS_MAX; i++) {
		head.refs[i] = m->feed.head.refs[0];
		head.refs[i].n = (uint32_t)(i % 48) + 1;
		snprintf(head.refs[i].prefix, sizeof(head.refs[i].prefix),
		    "%d%d%d%d%d%d%d%d", (int)(i >> 7) & 1, (int)(i >> 6) & 1,
		    (int)(i >> 5) & 1, (int)(i >> 4) & 1, (int)(i >> 3) & 1,
		    (int)(i >> 2) & 1, (int)(i >> 1) & 1, (int)i & 1);
		head.refs[i].is_index = i % 3 == 0;
		head.refs[i].len = 60000;
		head.records += head.refs[i].n;
	}
	signed_head(m, "head-256-refs", &head, m->ecdsa, "new", "");
	head = m->feed.head;
	head.n_hints = 1;
	head.hints = arena_alloc(m->arena, sizeof(*head.hints));
	head.hints[0] = (struct feed_hint){ .from = SAMPLE_NOW - 9,
		.to = SAMPLE_NOW,
		.len = 4096 };
	memset(head.hints[0].hash, 'b', 64);
	head.n_seen = 1;
	head.seen = arena_alloc(m->arena, sizeof(*head.seen));
	head.seen[0] = (struct feed_seen){ .node = "gb-eng",
		.serial = SAMPLE_NOW - 99 };
	memset(head.seen[0].digest, 'c', 64);
	signed_head(m, "head-hint-seen", &head, m->ecdsa, "new", "");
	body = head_body(m, &m->feed.head, m->ecdsa);
	text = sign(m, body, m->ecdsa);
	strbuf_init(&sig, 1024);
	get_signature(m, text, &sig);
	flip_s((unsigned char *)sig.buf + 32);
	text = with_signature(m, text, sig.buf, sig.len);
	put_head(m, "head-high-s", text, strlen(text), "new", "");
	strbuf_release(&sig);
	{
		char hex[SHA256_HEX_LEN];

		sha256_hex(body, strlen(body), hex);
		put_head(m, "head-same", text, strlen(text), "same",
		    arena_printf(m->arena, "min-serial = %d\nmin-digest = %s\n",
			SAMPLE_NOW, hex));
	}
}

static void
set_dir(struct maker *m, const char *folder, const char *name)
{
	struct err err;

	m->dir = arena_printf(m->arena, "%s/%s", folder, name);
	if (file_mkdirs(m->dir, 0755, &err) != 0)
		die(err.text);
}

int
main(int argc, char **argv)
{
	struct maker m;

	if (argc != 2)
		die("usage: tests/feeds/make FOLDER");
	xml_init();
	memset(&m, 0, sizeof(m));
	m.arena = arena_new();
	m.ecdsa = sample_key("ecdsa");
	m.rsa = sample_key("rsa");
	m.other = sample_key("other");
	sample_feed(m.arena, "ca", SAMPLE_NOW, 120, &m.feed);
	set_dir(&m, argv[1], "good");
	make_good_heads(&m);
	make_good_pages(&m);
	set_dir(&m, argv[1], "bad");
	make_bad_heads(&m);
	make_bad_pages(&m);
	key_free(m.ecdsa);
	key_free(m.rsa);
	key_free(m.other);
	arena_free(m.arena);
	xml_cleanup();
	return 0;
}
