"""The signature (section 5): whatever is not exactly the signed template is
refused before anything is made of it, so no page is ever asked for."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes

from suite.bench import case
from suite.keys import ALGORITHMS, DSIG, P256_N, Key, b64, der, sign

DIGEST_METHOD = "http://www.w3.org/2001/04/xmlenc#sha256"
ECDSA = ALGORITHMS["ecdsa"]
SIGNATURE = b'<Signature xmlns="' + DSIG.encode() + b'">'
DOCTYPE = b'<!DOCTYPE head [<!ENTITY a "1">]>'


def swap(old, new, count=1):
    """Replace what must be there."""
    def edit(data):
        a, b = old, new
        if isinstance(data, bytes):
            a, b = old.encode(), new.encode()
        assert a in data, old
        return data.replace(a, b, count)
    return edit


def before(data):
    return lambda head: data + head


def after(data):
    return lambda head: head + data


def last_child(data):
    """Put in before the root's end tag, behind the Signature."""
    return lambda head: head[:-7] + data + head[-7:]


def first_child(data):
    return lambda head: head.replace(b"><e ", b">" + data + b"<e ", 1)


def before_signature(data):
    return lambda head: head.replace(SIGNATURE, data + SIGNATURE, 1)


def split(head):
    """What stands before the Signature, and the Signature."""
    at = head.index(SIGNATURE)
    return head[:at], head[at:-7]


# ---- a good head, changed after it was signed ----

EDITED = [
    ("declaration", "an XML declaration before the head", [
        before(b'<?xml version="1.0"?>'),
        before(b'<?xml version="1.0" encoding="UTF-8"?>\n')]),
    ("bom", "a byte order mark", [before(b"\xef\xbb\xbf")]),
    ("utf-16", "the same text in UTF-16", [
        lambda head: head.decode().encode("utf-16"),
        lambda head: head.decode().encode("utf-16-be")]),
    ("space-before", "white space before the head", [
        before(b"\n"), before(b" "), before(b"\0")]),
    ("newline-last", "a newline or a NUL behind the head", [
        after(b"\n"), after(b"\r\n"), after(b" "), after(b"\0")]),
    ("trailing", "more behind the head", [
        after(b"<head></head>"), after(b"<!-- -->"), after(b"x" * 100),
        lambda head: head + head]),
    ("comment", "comments, which canonical form would drop", [
        before(b"<!-- -->"), after(b"<!-- -->"), last_child(b"<!-- -->"),
        first_child(b"<!-- -->"), before_signature(b"<!-- -->"),
        swap("<DigestValue>", "<DigestValue><!-- -->"),
        swap("<SignatureValue>", "<SignatureValue><!-- -->")]),
    ("pi", "processing instructions", [
        before(b"<?a b?>"), after(b"<?a b?>"), last_child(b"<?a b?>"),
        first_child(b"<?a b?>")]),
    ("cdata", "CDATA where text is", [
        lambda head: swap("<DigestValue>", "<DigestValue><![CDATA[")(
            swap("</DigestValue>", "]]></DigestValue>")(head)),
        first_child(b"<![CDATA[]]>")]),
    ("doctype", "a DOCTYPE, with and without an entity that is used", [
        before(b"<!DOCTYPE head>"), before(DOCTYPE),
        lambda head: DOCTYPE + swap('epoch="0"', 'epoch="&a;"')(head)]),
    ("charref", "a character written as a reference", [
        swap('node="ca"', 'node="&#99;a"'),
        swap('epoch="0"', 'epoch="&#x30;"')]),
    ("quotes", "single quotes", [
        swap('epoch="0"', "epoch='0'"), swap('URI=""', "URI=''")]),
    ("space", "white space inside tags, between elements and in values", [
        swap("<e b=", "<e  b="), swap("></e>", " ></e>"),
        swap("></e>", ">\n</e>"), swap("</head>", "</head >"),
        first_child(b"\n"), last_child(b"\n"), before_signature(b" "),
        swap("<SignedInfo", "\n<SignedInfo"),
        swap("<SignatureValue>", "<SignatureValue>\n"),
        swap("</SignatureValue>", "\n</SignatureValue>"),
        swap("</DigestValue>", " </DigestValue>")]),
    ("crlf", "line ends as of another system", [
        swap("<e ", "\r\n<e "), swap("<Signature ", "\r\n<Signature ")]),
    ("empty-tags", "elements without content as one tag", [
        swap("></e>", "/>"), swap("></Transform>", "/>"),
        swap("></CanonicalizationMethod>", "/>")]),
    ("keyinfo", "a KeyInfo that offers another key", [
        swap("</SignatureValue>", "</SignatureValue><KeyInfo><KeyName>a"
             "</KeyName></KeyInfo>"),
        swap("</SignatureValue>", "</SignatureValue><KeyInfo></KeyInfo>")]),
    ("object", "an Object in the Signature", [
        swap("</SignatureValue>", "</SignatureValue><Object></Object>")]),
    ("id", "attributes that say Id", [
        swap(DSIG + '">', DSIG + '" Id="a">'),
        swap("<Reference URI", '<Reference Id="a" URI'),
        swap("<SignatureValue>", '<SignatureValue Id="a">'),
        swap("<head xmlns", '<head Id="a" xmlns')]),
    ("prefix", "the Signature with a prefix", [
        lambda head: split(head)[0] + split(head)[1].replace(
            b"<", b"<d:").replace(b"<d:/", b"</d:").replace(
            b"xmlns=", b"xmlns:d=") + b"</head>"]),
    ("none", "no Signature, or an empty one", [
        lambda head: split(head)[0] + b"</head>",
        lambda head: split(head)[0] + SIGNATURE + b"</Signature></head>",
        lambda head: split(head)[0] + b"<Signature></Signature></head>"]),
    ("two", "two Signatures", [
        lambda head: split(head)[0] + 2 * split(head)[1] + b"</head>"]),
    ("first", "the Signature as the first child", [
        lambda head: split(head)[0].replace(
            b"><e ", b">" + split(head)[1] + b"<e ", 1) + b"</head>"]),
    ("wrap-child", "the signed head inside another head", [
        lambda head: b'<head xmlns="urn:gspd:feed:1">' + head + b"</head>",
        lambda head: head.replace(b"><e ", b">" + head + b"<e ", 1)]),
    ("wrap-object", "the signed head in an Object of the Signature", [
        lambda head: split(head)[0].replace(b'epoch="0"', b'epoch="1"')
        + split(head)[1].replace(
            b"</Signature>", b"<Object>" + split(head)[0]
            + b"</head></Object></Signature>") + b"</head>"]),
    ("wrap-sibling", "the signed head beside another in one root", [
        lambda head: b"<feed>" + head + head + b"</feed>",
        lambda head: split(head)[0].replace(b'n="', b'n="1') + b"</head>"
        + head]),
    ("value-empty", "an empty value, an empty digest", [
        lambda head: head[:head.index(b"<SignatureValue>") + 16]
        + b"</SignatureValue></Signature></head>",
        lambda head: head[:head.index(b"<DigestValue>") + 13]
        + head[head.index(b"</DigestValue>"):]]),
    ("value-base64", "base64 that is none, or not the one form", [
        swap("</SignatureValue>", "=</SignatureValue>"),
        swap("<SignatureValue>", "<SignatureValue>-_"),
        swap("==</SignatureValue>", "</SignatureValue>"),
        swap("</SignatureValue>", "AAAA</SignatureValue>"),
        swap("=</DigestValue>", "A</DigestValue>")]),
]


def edited(name, says, edits):
    @case("signature." + name, says)
    def run(t):
        t.start(5)
        good = t.feed.publish().head
        for edit in edits:
            t.refuse_head(edit(good))


for row in EDITED:
    edited(*row)


@case("signature.flips", "one bit changed, anywhere in the head")
def flips(t):
    t.start(5)
    good = t.feed.publish().head
    for number in range(60):
        at = (number * 7919 + 3) % len(good)
        bit = 1 << number % 7
        changed = bytearray(good)
        changed[at] ^= bit
        t.story.append("byte %d of %d, bit %d:" % (at, len(good), bit))
        t.refuse_head(bytes(changed))
        del t.story[:]


@case("signature.cuts", "a head that ends too early, anywhere")
def cuts(t):
    t.start(5)
    good = t.feed.publish().head
    for length in (1, 40, 200, 500, len(good) // 2, good.index(SIGNATURE),
                   good.index(SIGNATURE) + 300, len(good) - 7,
                   len(good) - 8, len(good) - 1):
        t.refuse_head(good[:length])


@case("signature.other-bytes", "no head at all: nothing, noise, a web page")
def other_bytes(t):
    t.start(5)
    for data in (b"", b"\0" * 2000, bytes(range(256)) * 10,
                 b"<!DOCTYPE html><html><body>Welcome!</body></html>",
                 b"<head></head>", b"<" * 60000,
                 b"<a>" * 15000 + b"</a>" * 1000):
        t.refuse_head(data, states=("rejected", "unreachable"))


# ---- signed well, but not by the one profile ----

def info(old, new):
    return {"info": swap(old, new)}


def hmac_of(key_bytes):
    def value(data):
        return hmac.new(key_bytes, data, hashlib.sha256).digest()
    return value


SIGNED = [
    ("sha-1", "SHA-1 in the digest or in the signature", lambda key: [
        {"digest": lambda body: hashlib.sha1(body).digest()},
        {"digest": lambda body: hashlib.sha1(body).digest(),
         "info": swap(DIGEST_METHOD, DSIG + "sha1")},
        {"info": swap(ECDSA, ECDSA.replace("sha256", "sha1")),
         "value": lambda data: key.sign(data, hashes.SHA1())},
        {"value": lambda data: key.sign(data, hashes.SHA1())}]),
    ("sha-512", "a stronger hash is not the profile either", lambda key: [
        {"digest": lambda body: hashlib.sha512(body).digest(),
         "info": swap(DIGEST_METHOD, DIGEST_METHOD.replace("256", "512"))},
        {"info": swap(ECDSA, ECDSA.replace("sha256", "sha512")),
         "value": lambda data: key.sign(data, hashes.SHA512())}]),
    ("hmac", "HMAC with the public key as its secret", lambda key: [
        {"info": swap(ECDSA, ECDSA.replace("ecdsa", "hmac")),
         "value": hmac_of(key.spki)},
        {"info": swap(ECDSA, DSIG + "hmac-sha1"),
         "value": hmac_of(key.text.encode())}]),
    ("algorithm", "an algorithm that is not the key's, or none", lambda key: [
        info(ECDSA, ALGORITHMS["rsa"]),
        info(ECDSA, DSIG + "rsa-sha1"), info(ECDSA, DSIG + "dsa-sha1"),
        info(ECDSA, ""), info(ECDSA, "none")]),
    ("c14n", "another canonical form", lambda key: [
        info("http://www.w3.org/2001/10/xml-exc-c14n#",
             "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        info("http://www.w3.org/2001/10/xml-exc-c14n#",
             "http://www.w3.org/2001/10/xml-exc-c14n#WithComments")]),
    ("transform", "transforms left out, more or others", lambda key: [
        info('<Transform Algorithm="%senveloped-signature"></Transform>' %
             DSIG, ""),
        info("</Transforms>", '<Transform Algorithm="http://www.w3.org/TR/'
             '1999/REC-xpath-19991116"><XPath>true()</XPath></Transform>'
             "</Transforms>"),
        info("</Transforms>", '<Transform Algorithm="http://www.w3.org/TR/'
             '1999/REC-xslt-19991116"></Transform></Transforms>'),
        info("<Transforms>", "<Transforms></Transforms><Transforms>")]),
    ("reference", "references to a part, to a file, to a site, or two of "
     "them", lambda key: [
         info('URI=""', 'URI="#a"'), info('URI=""', 'URI="file:///dev/null"'),
         info('URI=""', 'URI="http://127.0.0.1/"'), info(' URI=""', ""),
         {"info": lambda text: text.replace(
             "<Reference", text[text.index("<Reference"):text.index(
                 "</SignedInfo>")] + "<Reference", 1)}]),
    ("info-namespace", "SignedInfo without its own namespace declaration",
     lambda key: [info('<SignedInfo xmlns="%s">' % DSIG, "<SignedInfo>")]),
    ("der", "an ECDSA value in ASN.1", lambda key: [{"raw": der}]),
    ("length", "an ECDSA value of 0, 1, 32, 63, 65, 96 or 128 bytes",
     lambda key: [{"raw": cut} for cut in (
         lambda raw: raw[:1], lambda raw: raw[:32], lambda raw: raw[:63],
         lambda raw: raw[1:], lambda raw: raw + b"\0",
         lambda raw: b"\0" + raw, lambda raw: raw + raw[:32],
         lambda raw: b"\0" * 32 + raw[:32] + b"\0" * 32 + raw[32:])]),
    ("zero", "r or s is 0, the order of the curve, or all ones",
     lambda key: [{"raw": make} for make in (
         lambda raw: bytes(64), lambda raw: bytes(32) + raw[32:],
         lambda raw: raw[:32] + bytes(32),
         lambda raw: P256_N.to_bytes(32, "big") * 2,
         lambda raw: raw[:32] + P256_N.to_bytes(32, "big"),
         lambda raw: b"\xff" * 64,
         lambda raw: bytes(31) + b"\1" + bytes(31) + b"\1")]),
    ("swapped", "r and s in each other's place", lambda key: [
        {"raw": lambda raw: raw[32:] + raw[:32]}]),
    ("other-hash", "DigestValue of other bytes, well signed", lambda key: [
        {"digest": lambda body: bytes(32)},
        {"digest": lambda body: hashlib.sha256(body + b"\n").digest()},
        {"digest": lambda body: hashlib.sha256(body[:-7]).digest()}]),
]


def signed(name, says, rows):
    @case("signature." + name, says)
    def run(t):
        t.start(5)
        for options in rows(t.feed.key):
            t.refuse_head(t.feed.publish(sign_with=options).head)


for row in SIGNED:
    signed(*row)


@case("signature.borrowed", "the Signature of another head, whole or in part")
def borrowed(t):
    t.start(5)
    one = t.feed.publish().head
    t.feed.change(2)
    two = t.feed.publish().head
    t.refuse_head(split(two)[0] + split(one)[1] + b"</head>")

    def part(head, name):
        name = b"<" + name + b">"
        start = head.index(name)
        return head[start:head.index(b"</", start)]
    for name in (b"DigestValue", b"SignatureValue"):
        t.refuse_head(two.replace(part(two, name), part(one, name)))


@case("signature.stranger", "a head signed with another key, under its own "
      "name and under that of the node's key")
def stranger(t):
    t.start(5)
    other = Key.p256()
    t.refuse_head(t.feed.publish(key=other).head)
    t.refuse_head(t.feed.publish(key=other,
                                 change=swap(t.feed.key.text, other.text)
                                 ).head)


@case("signature.public-key-tail", "the pinned key with bytes behind it")
def key_tail(t):
    t.start(5)
    tail = base64.b64encode(t.feed.key.spki + b"\0").decode()
    t.refuse_signed(swap(t.feed.key.text, tail))
    t.refuse_signed(swap(t.feed.key.text, b64(t.feed.key.spki) + "AAAA"))


# ---- bytes that are signed but no canonical XML ----

BODIES = [
    ("body-order", "attributes in another order, signed", [
        lambda body: swap("<head", '<head epoch="0"')(
            swap(' epoch="0"', "")(body)),
        lambda body: swap(' node="ca"', ' node="ca" epoch="0"')(
            swap(' epoch="0"', "")(body)),
        lambda body: swap("<e b", '<e k="p" b')(swap(' k="p"', "")(body))]),
    ("body-form", "white space, single quotes, one-tag elements, signed", [
        swap("<e ", "\n<e "), swap("></e>", "/>"), swap("<e b", "<e  b"),
        swap('k="p"', "k='p'"), swap("></e>", "> </e>")]),
    ("body-nodes", "comments, instructions, CDATA, DOCTYPE and entities, "
     "signed", [
         swap("<e ", "<!-- --><e "), swap("<e ", "<?a b?><e "),
         swap("<e ", "<![CDATA[]]><e "),
         lambda body: DOCTYPE + body,
         swap('k="p"', 'k="&#112;"'), swap("></e>", ">&lt;</e>"),
         swap("<e ", "<!DOCTYPE a><e ")]),
    ("body-bytes", "bytes that are no UTF-8, and control characters, signed", [
        lambda body: body.replace(b"<e ", b"\xe9<e ", 1),
        lambda body: body.replace(b"<e ", b"\xc0\x80<e ", 1),
        lambda body: body.replace(b"<e ", b"\xed\xa0\x80<e ", 1),
        lambda body: body.replace(b"<e ", b"\0<e ", 1),
        lambda body: body.replace(b'k="p"', b'k="p\x01"', 1),
        lambda body: body.replace(b"<e ", b"\r\n<e ", 1)]),
    ("body-broken", "XML that is not well formed, signed", [
        swap("</e>", ""), swap("<e ", "<e b=\"1\" "), swap("></e>", "</e>"),
        swap("<e ", "<f><e "), swap("<e ", "&a;<e ")]),
    ("body-namespace", "another namespace, a prefix, one too many, signed", [
        swap("urn:gspd:feed:1", "urn:gspd:feed:2"),
        lambda body: body.replace(b"<e ", b"<g:e ").replace(
            b"</e>", b"</g:e>").replace(
            b"<head xmlns=", b'<head xmlns:g="urn:gspd:feed:1" xmlns='),
        swap("<e ", '<e xmlns="" '), swap("<e ", '<e xmlns:x="y" ')]),
]


def body_case(name, says, changes):
    @case("signature." + name, says)
    def run(t):
        t.start(5)
        for change in changes:
            t.refuse_signed(change)


for row in BODIES:
    body_case(*row)


@case("signature.nothing-before", "no page is asked for on the word of an "
      "unsigned head, not even by a client that holds nothing")
def nothing_before(t):
    from suite.feed import Feed
    t.feed = Feed(5)
    good = t.put().head
    t.refuse_head(swap('serial="', 'serial="1')(good))
    t.refuse_head(sign(Key.p256(), t.last.body))
