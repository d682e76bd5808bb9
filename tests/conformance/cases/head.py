"""What a well signed head may say (sections 4 and 7)."""

import time

from suite.bench import case
from suite.feed import DAY, Feed, Ref
from suite.keys import Key

from .signature import swap


def set_to(name, value):
    """An attribute of the head (the first that has this name)."""
    def change(body):
        text = body.decode()
        start = text.index(' %s="' % name) + len(name) + 3
        return (text[:start] + str(value)
                + text[text.index('"', start):]).encode()
    return change


def without(name):
    def change(body):
        text = body.decode()
        start = text.index(' %s="' % name)
        end = text.index('"', start + len(name) + 3) + 1
        return (text[:start] + text[end:]).encode()
    return change


def entry(**values):
    """An `e` more behind the last."""
    row = {"b": "1", "h": "a" * 64, "k": "p", "n": 1, "s": 900}
    row.update(values)
    return "<e %s></e>" % " ".join('%s="%s"' % item
                                   for item in sorted(row.items()))


NUMBERS = ("epoch", "expires", "next", "records", "serial")

REFUSED = [
    ("node", "the head of another node, or of none", [
        set_to("node", "sg"), set_to("node", "ca-on"), set_to("node", ""),
        set_to("node", "CA"), set_to("node", "../ca")]),
    ("attribute-missing", "an attribute is not there", [
        without(name) for name in NUMBERS + ("key", "nextkey", "node")]),
    ("attribute-more", "an attribute nobody knows", [
        swap('epoch="0"', 'epoch="0" even="1"'),
        swap(' k="p"', ' j="1" k="p"'),
        swap("<head xmlns", '<head xml:lang="en" xmlns')]),
    ("number-sign", "numbers with a sign", [
        set_to("epoch", "-0"), set_to("epoch", "-1"), set_to("epoch", "+0"),
        set_to("serial", "-1700000000"), swap(' n="', ' n="-'),
        swap(' s="', ' s="+')]),
    ("number-zeros", "numbers with leading zeros", [
        set_to("epoch", "00"), swap('records="', 'records="0'),
        swap('serial="', 'serial="0'), swap(' n="', ' n="0'),
        swap(' s="', ' s="0')]),
    ("number-form", "numbers that are none", [
        set_to("epoch", ""), set_to("epoch", "0x0"), set_to("epoch", "1e0"),
        set_to("serial", "tomorrow"), set_to("records", "5.0"),
        swap(' n="', ' n=" ')]),
    ("number-huge", "numbers beyond 63 and 64 bits", [
        set_to("serial", 2 ** 63 - 1), set_to("serial", 2 ** 63),
        set_to("serial", 2 ** 64 + 1), set_to("expires", 2 ** 64 + 5),
        set_to("epoch", 2 ** 32), set_to("records", 2 ** 64 + 5),
        set_to("serial", "9" * 3000)]),
    ("order", "expires or next before serial", [
        set_to("expires", 1), set_to("next", 1)]),
    ("31-days", "expires more than 30 days after serial", [
        set_to("expires", int(time.time()) + 30 * DAY + 600)]),
    ("serial-zero", "serial 0 or 1", [
        set_to("serial", 0), set_to("serial", 1)]),
    ("nextkey-form", "a nextkey that is no hash", [
        set_to("nextkey", "a" * 63), set_to("nextkey", "a" * 65),
        set_to("nextkey", "A" * 64), set_to("nextkey", "none")]),
    ("records-sum", "records is not the sum of all n", [
        set_to("records", 4), set_to("records", 6), set_to("records", 0)]),
    ("entry-hash", "an e with a hash that is none", [
        set_to("h", ""), set_to("h", "a" * 63), set_to("h", "a" * 65),
        set_to("h", "A" * 64), set_to("h", "../" * 21 + "a"),
        set_to("h", "g" * 64)]),
    ("entry-kind", "an e of no known kind", [
        swap('k="p"', 'k="q"'), swap('k="p"', 'k=""'),
        swap('k="p"', 'k="P"')]),
    ("entry-zero", "an e without records or without bytes", [
        lambda body: set_to("records", 0)(set_to("n", 0)(body)),
        set_to("s", 0)]),
    ("entry-49", "an e with 49 records in a page", [
        lambda body: set_to("records", 49)(set_to("n", 49)(body))]),
    ("entry-prefix", "an e whose prefix is none, or of 41 bits", [
        set_to("b", "2"), set_to("b", "a"), set_to("b", " "),
        set_to("b", "0" * 41), set_to("b", "0" * 3000)]),
    ("entry-size", "a page of more than 256 KiB, an index of more than 64", [
        set_to("s", 262145), set_to("s", 2 ** 32 + 900),
        lambda body: swap('k="p"', 'k="i"')(set_to("s", 65537)(body))]),
    ("entry-child", "an e with something inside", [
        swap("></e>", ">1</e>"), swap("></e>", "><e></e></e>"),
        swap("></e>", "><g></g></e>")]),
    ("element", "an element nobody knows", [
        swap("</head>", "<later></later></head>"),
        swap("<e ", "<later></later><e "),
        swap("</head>", '<e xmlns="urn:other"></e></head>')]),
    ("element-order", "hints before pages, seen before hints", [
        swap("<e ", '<hint from="1" h="%s" s="9" to="2"></hint><e ' %
             ("a" * 64)),
        swap("<e ", '<seen d="%s" epoch="0" node="sg" serial="9"></seen><e ' %
             ("a" * 64)),
        swap("</head>", '<seen d="%s" epoch="0" node="sg" serial="9"></seen>'
             '<hint from="1" h="%s" s="9" to="2"></hint></head>' %
             ("a" * 64, "a" * 64))]),
    ("hint-form", "hints that are none, or too many", [
        swap("</head>", '<hint from="%s" h="%s" s="%s" to="%s"></hint></head>'
             % row) for row in (
                 (2, "a" * 64, 9, 1), (1, "a" * 63, 9, 2),
                 (1, "a" * 64, 0, 2), (1, "a" * 64, 1048577, 2))] + [
        swap("</head>", 25 * ('<hint from="1" h="%s" s="9" to="2"></hint>' %
                              ("a" * 64)) + "</head>")]),
    ("seen-form", "seen that are none, unsorted, or twice", [
        swap("</head>", "".join(
            '<seen d="%s" epoch="0" node="%s" serial="9"></seen>' %
            ("a" * length, node) for node in nodes) + "</head>")
        for nodes, length in ((("sg",), 63), (("SG",), 64),
                              (("sg", "gb"), 64), (("sg", "sg"), 64),
                              (("",), 64))]),
    ("root", "another root", [
        lambda body: body.replace(b"<head", b"<index").replace(
            b"</head>", b"</index>"),
        lambda body: body.replace(b"<head", b"<Head").replace(
            b"</head>", b"</Head>")]),
]


def refused(name, says, changes):
    @case("head." + name, says)
    def run(t):
        t.start(5)
        for change in changes:
            t.refuse_signed(change)


for row in REFUSED:
    refused(*row)


def refs_case(name, says, make):
    """What stands in the list of pages; each variant is a list of refs."""
    @case("head." + name, says)
    def run(t):
        t.start(20)
        for refs in make(t.feed):
            t.refuse_head(t.feed.publish(refs=refs).head)


refs_case("unsorted", "pages not in order of prefix", lambda feed: [
    list(reversed(feed.pages(depth=1))),
    [feed.pages(depth=2)[i] for i in (0, 2, 1, 3)]])
refs_case("twice", "one page twice", lambda feed: [
    feed.pages(depth=1)[:1] * 2])
refs_case("overlap", "one prefix within another", lambda feed: [
    [feed.pages(depth=1)[0], feed.pages(depth=2)[1],
     feed.pages(depth=1)[1]],
    [feed.pages(depth=0)[0], feed.pages(depth=1)[0]]])
refs_case("257", "257 pages in one head", lambda feed: [
    [Ref("{:09b}".format(number), b"x", 1) for number in range(257)]])


@case("head.rollback", "an older head, well signed")
def rollback(t):
    t.start(5)
    old = t.last.head
    t.feed.change(1)
    t.put()
    t.pull("fresh")
    for _ in range(2):
        t.refuse_head(old)


@case("head.rollback-deep", "an older head of more and newer-looking pages")
def rollback_deep(t):
    t.start(5)
    accepted = t.feed.serial
    t.feed.add(60, first=5)
    t.refuse_head(t.feed.publish(serial=accepted - 500).head)
    t.feed.drop(5, 65)
    t.feed.serial = accepted


@case("head.future", "a serial 330 s, a day, or a century ahead of the clock")
def future(t):
    t.start(5)
    for ahead in (330, DAY, 100 * 365 * DAY):
        serial = int(time.time()) + ahead
        head = t.feed.publish(change=lambda body: set_to("serial", serial)(
            set_to("next", serial + DAY)(
                set_to("expires", serial + 7 * DAY)(body)))).head
        t.refuse_head(head)


@case("head.future-first", "a future serial from a node never seen")
def future_first(t):
    t.feed = Feed(5)
    serial = int(time.time()) + 3600
    t.server.put(t.feed.publish(change=lambda body: set_to("serial", serial)(
        set_to("next", serial + DAY)(
            set_to("expires", serial + 7 * DAY)(body)))))
    t.pull("rejected", heads=1, pages=0)


@case("head.expired", "a newer head that has expired already")
def expired(t):
    t.start(5)
    now = int(time.time())
    t.refuse_head(t.feed.publish(next=now - 20, expires=now - 10).head,
                  states=("stale", "rejected"))


@case("head.expired-first", "the head of a node never seen has expired")
def expired_first(t):
    now = int(time.time())
    t.feed = Feed(5)
    t.server.put(t.feed.publish(next=now - 20, expires=now - 10))
    t.pull(("stale", "rejected"), heads=1, pages=0)


@case("head.epoch", "another epoch without a word on the rotation")
def epoch(t):
    t.start(5)
    for number in (1, 2, 7, 2 ** 31 - 1):
        t.refuse_signed(set_to("epoch", number))


@case("head.epoch-back", "an epoch that was before")
def epoch_back(t):
    t.feed = Feed(5)
    t.feed.epoch = 4
    t.put()
    t.pull("fresh")
    t.refuse_signed(set_to("epoch", 3))
    t.refuse_signed(set_to("epoch", 0))


@case("head.epoch-new-key", "another epoch with another key")
def epoch_new_key(t):
    t.start(5)
    thief = Key.p256()
    t.refuse_signed(lambda body: swap('epoch="0"', 'epoch="1"')(
        swap(t.feed.key.text, thief.text)(body)), key=thief)


@case("head.too-large", "a head of more than 64 KiB, well signed")
def too_large(t):
    t.start(5)
    seen = "".join('<seen d="%s" epoch="0" node="%s" serial="99"></seen>' % (
        "d" * 64, "aa-" + chr(97 + i // 26 % 26) + chr(97 + i % 26)
        + chr(97 + i // 676)) for i in range(700))
    t.refuse_head(t.feed.publish(more=seen).head,
                  states=("rejected", "unreachable"))


@case("head.largest", "a head of 256 pages and 100 seen is taken")
def largest(t):
    t.feed = Feed(700)
    pages = t.feed.pages(depth=9)[:200]
    for id in list(t.feed.records):
        if not any(id.encode() in page.data for page in pages):
            del t.feed.records[id]
    seen = "".join('<seen d="%s" epoch="0" node="%s" serial="99"></seen>' % (
        "d" * 64, "aa-" + chr(97 + i // 26) + chr(97 + i % 26))
        for i in range(100))
    t.put(refs=pages, more=seen)
    t.pull("fresh", heads=1, pages=200)


@case("head.records-limit", "a head of more records than a node takes of one "
      "peer: nothing is fetched, nothing allocated")
def records_limit(t):
    t.start(5)
    groups = [Ref("{:08b}".format(number), b"x" * 900, 4000000000, "i")
              for number in range(200)]
    t.refuse_head(t.feed.publish(refs=groups).head)


@case("head.bytes-limit", "an index tree of more bytes than a node takes of "
      "one peer: no page of it is fetched")
def bytes_limit(t):
    t.start(5)
    refs, below = [], []
    for number in range(6):
        prefix = "{:03b}".format(number)
        pages = []
        for low in range(256):
            ref = Ref(prefix + "{:08b}".format(low), b"x", 1)
            ref.size, ref.hash = 262144, "%064x" % (number * 256 + low)
            pages.append(ref)
        below.append(t.feed.index(prefix, pages))
        refs.append(below[-1])
    t.put(refs=refs, below=below)
    t.pull("rejected", pages=(1, 30))
