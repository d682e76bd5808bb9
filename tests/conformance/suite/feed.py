"""A second writer of feeds: records, pages, indexes and heads in pure Python.

Written from docs/feed-protocol.md alone (sections 3 and 4), so that it checks
that text as well. Every document is put together in canonical form: no white
space between elements, attributes sorted, no empty-element tags.
"""

import hashlib
import re
import time
import uuid

from .keys import Key, sign

FEED = "urn:gspd:feed:1"
RECORD = "urn:gspd:record:1"
ATOM = "http://www.w3.org/2005/Atom"

DAY = 86400
PAGE_RECORDS = 48
PAGE_BYTES = 65536
PREFIX_MAX = 40
REFS_MAX = 256


def sha256_hex(data):
    return hashlib.sha256(data).hexdigest()


def bits_of(id, n=PREFIX_MAX):
    """The first n bits of SHA-256(id) as a string of 0 and 1."""
    digest = hashlib.sha256(id.encode()).digest()
    return "".join("{:08b}".format(byte) for byte in digest[:(n + 7) // 8])[:n]


def clock(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def escape(text):
    """As canonical XML escapes text."""
    return text.replace("&", "&amp;").replace("<", "&lt;") \
        .replace(">", "&gt;").replace("\r", "&#xD;")


def record_id(node, number):
    return "urn:gspd:%s:%s" % (node, uuid.UUID(
        int=(4 << 76) | (8 << 60) | (0x5eed << 100) | number))


def entry(id, name, at, more="", padding=0):
    """A programme; `padding` bytes of an element no reader knows yet."""
    if padding:
        more += "<later>%s</later>" % ("x" * padding)
    summary = "People meet for %s & tea." % name.lower()
    when = clock(at)
    return (
        '<entry xmlns="%s" xml:lang="en"><id>%s</id>'
        '<title type="text">%s</title><summary type="text">%s</summary>'
        '<updated>%s</updated><published>%s</published>'
        '<category scheme="urn:gspd:kind" term="programme"></category>'
        '<category scheme="urn:gspd:zone" term="arts"></category>'
        '<content type="application/xml">'
        '<record xmlns="%s" first="%s" kind="programme" modified="%s">'
        '<name xml:lang="en">%s</name><summary xml:lang="en">%s</summary>'
        '<status>active</status><zone>arts</zone><access>self</access>'
        '<area><country>CA</country></area><organisation>'
        '<name xml:lang="en">Invented Society</name></organisation>%s'
        '</record></content></entry>' % (
            ATOM, id, escape(name), escape(summary), when, when, RECORD,
            when, when, escape(name), escape(summary), more)).encode()


UPDATED = re.compile(rb"<updated>([0-9TZ:-]{20})</updated>")


def page(node, prefix, entries):
    """`entries`: their bytes, in the order of their ids."""
    updated = max(found.group(1) for found in map(UPDATED.search, entries)
                  if found)  # a bad entry may have none
    return (
        '<a:feed xmlns:a="%s"><a:id>urn:gspd:%s:page:%s</a:id>'
        '<a:title>%s page %s</a:title><a:updated>%s</a:updated>'
        '<a:author><a:name>%s</a:name></a:author>' % (
            ATOM, node, prefix, node, prefix, updated.decode(), node)
    ).encode() + b"".join(entries) + b"</a:feed>"


class Ref:
    """`e` of a head or an index: one page or one index."""

    def __init__(self, prefix, data, n, kind="p"):
        self.prefix = prefix
        self.data = data
        self.n = n
        self.kind = kind
        self.size = len(data)
        self.hash = sha256_hex(data)

    @property
    def path(self):
        return "/feed/p/%s.xml" % self.hash

    def text(self):
        return '<e b="%s" h="%s" k="%s" n="%d" s="%d"></e>' % (
            self.prefix, self.hash, self.kind, self.n, self.size)


def index(node, prefix, refs):
    return ('<index xmlns="%s" b="%s" node="%s">%s</index>' % (
        FEED, prefix, node, "".join(ref.text() for ref in refs))).encode()


def cut(ids, size_of, prefix="", depth=None):
    """The prefix trie: (prefix, ids) per page. `depth` forces all pages to
    that depth, which is no layout a node would write but one it must read."""
    ids = sorted(ids)
    if not ids:
        return
    full = len(ids) > PAGE_RECORDS or (
        len(ids) > 1 and sum(size_of(id) for id in ids) > PAGE_BYTES)
    if depth is not None:
        full = len(prefix) < depth
    if not full or len(prefix) == PREFIX_MAX:
        yield prefix, ids
        return
    for bit in "01":
        side = [id for id in ids if bits_of(id)[len(prefix)] == bit]
        yield from cut(side, size_of, prefix + bit, depth)


class Publication:
    """One state of a feed, ready to be served."""

    def __init__(self, feed, serial, refs, body, head):
        self.feed = feed
        self.serial = serial
        self.refs = refs  # pages and indexes, also those below indexes
        self.body = body  # the head without its Signature
        self.head = head
        self.records = len(feed.records)
        self.content = sha256_hex(b"".join(
            feed.records[id] for id in sorted(feed.records)))

    @property
    def pages(self):
        return [ref for ref in self.refs if ref.kind == "p"]

    @property
    def indexes(self):
        return [ref for ref in self.refs if ref.kind == "i"]


class Feed:
    """A node that publishes: its records, its key, its serial."""

    def __init__(self, n=0, node="ca", key=None, start=None):
        self.node = node
        self.key = key or Key.p256()
        self.serial = int(start or time.time() - 1000)
        self.at = self.serial - DAY
        self.nextkey = ""
        self.epoch = 0
        self.records = {}
        self.add(n)

    def add(self, n, first=0, **kw):
        for number in range(first, first + n):
            id = record_id(self.node, number)
            self.records[id] = entry(id, "Group %d" % number, self.at, **kw)

    def change(self, number, name="Changed"):
        id = record_id(self.node, number)
        self.records[id] = entry(id, name, self.at + 60)

    def drop(self, first, last):
        """Records first up to, not including, last."""
        for number in range(first, last):
            self.records.pop(record_id(self.node, number), None)

    def page(self, prefix, ids=None):
        if ids is None:
            ids = sorted(id for id in self.records
                         if bits_of(id).startswith(prefix))
        return page(self.node, prefix, [self.records[id] for id in ids])

    def pages(self, depth=None):
        return [Ref(prefix, self.page(prefix, ids), len(ids))
                for prefix, ids in cut(
                    self.records, lambda id: len(self.records[id]),
                    depth=depth)]

    def index(self, prefix, refs):
        below = [ref for ref in refs if ref.prefix.startswith(prefix)]
        return Ref(prefix, index(self.node, prefix, below),
                   sum(ref.n for ref in below), "i")

    def body(self, refs, more="", **attributes):
        """The head before it is signed; attributes replace its own."""
        now = self.serial
        values = {
            "epoch": self.epoch, "expires": now + 7 * DAY,
            "key": self.key.text, "next": now + DAY,
            "nextkey": self.nextkey, "node": self.node,
            "records": sum(ref.n for ref in refs), "serial": now,
        }
        values.update(attributes)
        return ('<head xmlns="%s" %s>%s%s</head>' % (
            FEED, " ".join('%s="%s"' % item for item in sorted(
                values.items())),
            "".join(ref.text() for ref in refs), more)).encode()

    def publish(self, refs=None, below=(), depth=None, change=None, more="",
                key=None, sign_with=None, **attributes):
        """The next head. `below` are refs that stand in indexes, `change`
        edits the head's bytes before they are signed, sign_with goes to
        sign()."""
        self.serial = attributes.get("serial", self.serial + 1)
        if refs is None:
            refs = self.pages(depth)
        body = self.body(refs, more, **attributes)
        if change is not None:
            edited = change(body)
            assert edited != body, "a change that changes nothing"
            body = edited
        head = sign(key or self.key, body, **(sign_with or {}))
        return Publication(self, self.serial, list(refs) + list(below), body,
                           head)
