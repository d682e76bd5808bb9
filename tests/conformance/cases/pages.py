"""Pages and indexes (sections 3, 4 and 8): hash and size before a byte is
read, then form, ids, bucket and count. A bad page is refused whole, a bad
record costs only itself."""

import os

from suite.bench import Wrong, case
from suite.feed import Feed, Ref, entry, record_id
from suite.server import HEAD, Answer

from .signature import swap

REREADS = (1, 3)  # the head is read again twice at most
ENTRY = b"<entry "


# ---- what comes is not what was signed ----

def tampered(name, says, edit, states="rejected", **kw):
    """The server gives other bytes for the one new page."""
    @case("pages." + name, says)
    def run(t):
        t.start(5)
        t.feed.change(1)
        page = t.put().pages[0]
        t.route(page.path, Answer(edit(page.data), **kw))
        t.pull(states, heads=REREADS, pages=(1, 3))


tampered("hash", "one byte of a page is another",
         swap("Invented", "Inventeb"))
tampered("short", "a page one byte shorter than signed",
         lambda data: data[:-1])
tampered("half", "half a page", lambda data: data[:len(data) // 2])
tampered("empty", "nothing for a page", lambda data: b"")
tampered("long", "a page one byte longer than signed",
         lambda data: data + b"\n", ("rejected", "unreachable"))
tampered("double", "a page twice in one body",
         lambda data: data * 2, ("rejected", "unreachable"))
tampered("html", "a web page in place of a page",
         lambda data: b"<!DOCTYPE html><title>Sorry</title>")


@case("pages.swapped", "two pages in each other's place")
def swapped(t):
    t.start(5)
    t.feed.add(40, first=5)
    one, two = t.put(depth=1).pages
    t.route(one.path, Answer(two.data))
    t.route(two.path, Answer(one.data))
    t.pull("rejected", heads=REREADS, pages=(1, 6))


@case("pages.older", "the page as it was in the head before")
def older(t):
    t.start(5)
    old = t.last.pages[0].data
    t.feed.change(1, "Group 7")
    page = t.put().pages[0]
    t.route(page.path, Answer(old))
    t.pull("rejected", heads=REREADS, pages=(1, 3))


# ---- what does not come ----

def check_reread(requests):
    """The head is asked for again past every cache on the way."""
    again = [r for r in requests if r.path == HEAD][1:]
    if not again:
        raise Wrong("the head was not read again")
    for request in again:
        if "if-none-match" in request.headers:
            raise Wrong("the head was read again with If-None-Match")
        if "no-cache" not in request.headers.get("cache-control", ""):
            raise Wrong("the head was read again without "
                        "Cache-Control: no-cache")


@case("pages.missing", "a page that is not there, ever")
def missing(t):
    t.start(5)
    t.feed.change(1)
    page = t.put().pages[0]
    t.route(page.path, None)
    check_reread(t.pull(("unreachable", "rejected"), heads=(2, 3),
                        pages=(1, 3)))


@case("pages.gone", "410 for a page")
def gone(t):
    t.start(5)
    t.feed.change(1)
    page = t.put().pages[0]
    t.route(page.path, Answer(b"gone", "410 Gone"))
    t.pull(("unreachable", "rejected"), heads=REREADS, pages=(1, 3))


@case("pages.late", "a page that is there at the second try")
def late(t):
    t.start(5)
    t.feed.change(1)
    page = t.put().pages[0]
    answers = [None, Answer(page.data)]
    t.route(page.path, lambda request: answers.pop(0))
    check_reread(t.pull("fresh", heads=(2, 3), pages=2))


@case("pages.torn", "the head changes while its pages are fetched, and the "
      "old ones are gone: the new head is followed")
def torn(t):
    t.start(5)
    t.feed.change(1)
    old = t.put()
    t.feed.change(2)
    new = t.put()
    t.route(old.pages[0].path, None)
    heads = [Answer(old.head, etag='"old"')]
    t.route(HEAD, lambda request: heads.pop() if heads
            else Answer(new.head, etag='"new"'))
    check_reread(t.pull("fresh", heads=(2, 3), pages=2))


@case("pages.mixed", "the head of one state with the pages of another, and "
      "no end of it")
def mixed(t):
    t.start(5)
    t.feed.change(1)
    one = t.put()
    t.feed.change(2)
    two = t.put()
    t.route(one.pages[0].path, Answer(two.pages[0].data))
    t.route(two.pages[0].path, Answer(one.pages[0].data))
    t.pull("rejected", heads=REREADS, pages=(1, 3))


@case("pages.partly", "of many pages one is missing: nothing is shown of the "
      "others either")
def partly(t):
    t.start(100)
    for number in range(100):
        t.feed.change(number)
    pages = t.put().pages
    t.route(pages[1].path, None)
    t.pull(("unreachable", "rejected"), heads=REREADS)


# ---- the origin itself signed a page that is none ----

def lie(t, edit, n=None):
    """The feed's only page, edited and then hashed and signed."""
    page = t.feed.pages(depth=0)[0]
    data = edit(page.data)
    assert data != page.data or n is not None
    t.put(refs=[Ref("", data, n or page.n)])
    # A page that came whole need not come again.
    t.pull("rejected", heads=REREADS, pages=(0, 3))


def entries(data):
    """What stands before the entries, the entries, what stands behind."""
    pieces = data.split(ENTRY)
    end = pieces[-1].index(b"</entry>") + 8
    return (pieces[0], [ENTRY + piece for piece in pieces[1:-1]]
            + [ENTRY + pieces[-1][:end]], pieces[-1][end:])


def rearranged(change):
    def edit(data):
        first, middle, last = entries(data)
        return first + b"".join(change(middle)) + last
    return edit


LIES = [
    ("unsorted", "ids not in order", [
        rearranged(lambda rows: rows[::-1]),
        rearranged(lambda rows: [rows[1], rows[0]] + rows[2:])]),
    ("id-twice", "one id twice", [
        rearranged(lambda rows: [rows[0]] + rows[:-1])]),
    ("frame-id", "a page that calls itself another", [
        swap("page:</a:id>", "page:0</a:id>"),
        swap("urn:gspd:ca:page", "urn:gspd:sg:page"),
        swap("<a:id>", "<a:id> ")]),
    ("frame", "a frame that is no page's", [
        swap("<a:feed ", '<a:feed xml:base="http://a/" '),
        lambda data: data.replace(b"a:feed", b"a:fed"),
        lambda data: data.replace(b"2005/Atom\"><a:id", b"2006/Atom\"><a:id"),
        lambda data: b"\n" + data, lambda data: data + b"\n",
        lambda data: b"\xef\xbb\xbf" + data]),
    ("declaration", "an XML declaration", [
        lambda data: b'<?xml version="1.0"?>' + data]),
    ("doctype", "a DOCTYPE, with a bomb of entities", [
        lambda data: b"<!DOCTYPE feed>" + data,
        lambda data: data.replace(ENTRY, b"<!DOCTYPE a>" + ENTRY, 1),
        lambda data: b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
            b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 10)
            for c in range(98, 110)) + b"]>" + data.replace(
                b"Invented", b"&n;", 1)]),
    ("nodes", "comments, instructions and CDATA", [
        swap("<entry ", "<!-- --><entry "), swap("<entry ", "<?a b?><entry "),
        swap("Invented", "<!-- -->Invented"),
        swap("Invented", "<![CDATA[Invented]]>"),
        swap("Invented", "<?a b?>Invented")]),
    ("bytes", "bytes that are no UTF-8 and control characters", [
        lambda data: data.replace(b"Invented", b"Inv\xe9nted", 1),
        lambda data: data.replace(b"Invented", b"\0nvented", 1),
        lambda data: data.replace(b"Invented", b"\x1bnvented", 1),
        lambda data: data.replace(b"Invented", b"\xed\xa0\x80nvented", 1)]),
    ("between", "something between the entries", [
        swap("</entry><entry", "</entry>\n<entry"),
        swap("</entry><entry", "</entry>text<entry"),
        swap("</entry><entry", "</entry><a:id>b</a:id><entry"),
        swap("</entry><entry", "</entry></entry><entry")]),
    ("cut", "a page that ends too early, and is signed so", [
        lambda data: data[:-1], lambda data: data[:-9],
        lambda data: data[:len(data) // 2], lambda data: data[:30]]),
    ("unclosed", "an entry that never ends", [
        lambda data: data[::-1].replace(b">yrtne/<", b"", 1)[::-1]]),
    ("no-entry", "no entry at all", [
        rearranged(lambda rows: [])]),
    ("id-form", "ids that are none", [
        swap("<id>urn:gspd:ca:", "<id>urn:gspd:ca:A"),
        swap("<id>urn:", "<id> urn:"), swap("<id>urn:", "<id>urn&#58;"),
        swap("<id>urn:gspd:ca:", "<id>http://a/"),
        swap("<id>urn:gspd:ca:", "<id>urn:gspd:ca:../"),
        lambda data: data.replace(b"5eed", b"5EED", 1)]),
    ("id-missing", "an entry without an id, or not at its beginning", [
        swap('en"><id>', 'en"><later></later><id>'),
        lambda data: data.replace(
            b"<id>" + entry_id(data) + b"</id>", b"", 1)]),
]


def entry_id(data):
    start = data.index(b"<id>") + 4
    return data[start:data.index(b"</id>", start)]


def lies(name, says, edits):
    @case("pages." + name, says)
    def run(t):
        t.start(5)
        for edit in edits:
            lie(t, edit)


for row in LIES:
    lies(*row)


@case("pages.count", "fewer and more records than the head says")
def count(t):
    t.start(5)
    for n in (4, 6, 48, 1):
        lie(t, lambda data: data, n=n)


@case("pages.foreign", "a record of another node")
def foreign(t):
    t.start(5)
    for node in ("aa", "sg", "ca-on"):
        id = record_id(node, 1)
        t.feed.records[id] = entry(id, "Stolen", t.feed.at)
        t.put(depth=0)
        t.pull("rejected", heads=REREADS, pages=(1, 3))
        del t.feed.records[id]


@case("pages.bucket", "a record in a bucket that is not its own")
def bucket(t):
    t.start(20)
    one, two = t.feed.pages(depth=1)
    first, a, last = entries(one.data)
    t.feed.change(1)
    _, b, _ = entries(two.data)
    wrong = first + b"".join(sorted(
        a + b[:1], key=lambda e: e[e.index(b"<id>"):])) + last
    t.put(refs=[Ref("0", wrong, one.n + 1), two])
    t.pull("rejected", heads=REREADS, pages=(1, 6))


@case("pages.kind", "an index where a page is said to be, and a page where "
      "an index is")
def kind(t):
    t.start(20)
    pages = t.feed.pages(depth=1)
    index = t.feed.index("", pages)
    index.kind = "p"
    t.put(refs=[index], below=pages)
    t.pull("rejected", heads=REREADS, pages=(1, 4))
    page = Ref("", t.feed.pages(depth=0)[0].data, 20, "i")
    t.put(refs=[page])
    t.pull("rejected", heads=REREADS, pages=(0, 3))


# ---- a bad record costs only itself ----

DEEP = "<a>" * 100 + "b" + "</a>" * 100
BAD_RECORDS = [
    ("invalid", "a record that misses what it must have, or has what it must "
     "not", [swap("<status>active</status>", ""),
             swap("<status>active", "<status>asleep"),
             swap("<zone>arts</zone>", "<zone>sloth</zone>"),
             swap("<country>CA", "<country>Canada"),
             swap('<name xml:lang="en">', '<name xml:lang="">')]),
    ("kind", "a record of an unknown kind", [
        swap('kind="programme"', 'kind="party"')]),
    ("time", "a record with times that are none", [
        swap('first="', 'first="x'),
        swap("<updated>20", "<updated>yesterday 20")]),
    ("content", "an entry without a record, or with another document", [
        lambda data: data.replace(b"<record ", b"<other ").replace(
            b"</record>", b"</other>"),
        swap("urn:gspd:record:1", "urn:gspd:record:2"),
        swap('type="application/xml"', 'type="text/html"')]),
    ("broken", "an entry that is not well formed inside", [
        swap("<zone>arts</zone>", "<zone>arts</sone>"),
        swap("<zone>", "<zone a=b>"),
        swap("Invented", "&undefined;")]),
    ("nesting", "elements nested a hundred deep", [
        swap("</record>", DEEP + "</record>")]),
    ("prefix", "a prefix that the entry does not declare", [
        swap("<zone>arts</zone>", "<a:zone>arts</a:zone>")]),
]


def bad_record(name, says, edits):
    @case("record." + name, says)
    def run(t):
        t.start(20)
        id = record_id("ca", 7)
        good = t.feed.records[id]
        for number, edit in enumerate(edits):
            t.feed.records[id] = edit(good)
            t.feed.change(3, "Changed %d" % number)
            t.put()
            t.pull("fresh", heads=1, pages=1, records=19)
        t.feed.records[id] = good


for row in BAD_RECORDS:
    bad_record(*row)


@case("record.too-large", "a record of more than 64 KiB")
def too_large(t):
    t.start(20)
    t.feed.add(1, first=20, padding=70000)
    t.put()
    t.pull("fresh", records=20)
    t.feed.drop(20, 21)


@case("record.alone", "the only record of a feed is bad")
def alone(t):
    t.feed = Feed(1)
    id = record_id("ca", 0)
    good = t.feed.records[id]
    t.feed.records[id] = good.replace(b"active", b"asleep")
    t.put()
    t.pull("fresh", records=0)
    t.feed.records[id] = good


@case("record.mended", "a bad record is mended later, and the reverse")
def mended(t):
    t.start(20)
    id = record_id("ca", 7)
    good = t.feed.records[id]
    for _ in range(2):
        t.feed.records[id] = good.replace(b"active", b"asleep")
        t.put()
        t.pull("fresh", records=19)
        t.feed.records[id] = good
        t.put()
        t.pull("fresh", records=20)


# ---- indexes that lie ----

def index_case(name, says, make, states="rejected"):
    """make(feed, pages) gives the refs of the head, and those below."""
    @case("index." + name, says)
    def run(t):
        t.start(20)
        t.feed.change(1)
        pages = t.feed.pages(depth=3)
        for refs, below in make(t.feed, pages):
            t.put(refs=refs, below=below)
            t.pull(states, heads=REREADS, pages=(0, 30))


def sums(feed, pages):
    for wrong in (19, 21, 1, 4000):
        top = feed.index("", pages)
        top.n = wrong
        yield [top], pages


def outside(feed, pages):
    low = [page for page in pages if page.prefix[0] == "1"]
    index = feed.index("", pages)
    data = index.data.replace(b'b="" ', b'b="0" ', 1)
    yield [Ref("0", data, index.n, "i")], pages
    data = feed.index("", low).data.replace(b'b="" ', b'b="0" ', 1)
    yield [Ref("0", data, sum(page.n for page in low), "i")], low


def other(feed, pages):
    index = feed.index("", pages)
    for old, new in ((b'node="ca"', b'node="sg"'), (b'b="" ', b'b="0" '),
                     (b"<index", b"<head"), (b"</index>", b"</index >"),
                     (b"urn:gspd:feed:1", b"urn:gspd:feed:2")):
        assert old in index.data
        yield [Ref("", index.data.replace(old, new, 1), index.n, "i")], pages


def three(feed, pages):
    one = feed.index("", pages)
    two = feed.index("", [one])
    top = feed.index("", [two])
    yield [top], [two, one] + pages


def bottomless(feed, pages):
    """An index cannot hold its own hash, but it can go on and on."""
    below = [feed.index("", pages)]
    for _ in range(20):
        below.append(feed.index("", below[-1:]))
    yield below[-1:], below[:-1] + pages


def empty(feed, pages):
    index = Ref("", feed.index("", []).data, 20, "i")
    yield [index], []


def unsorted(feed, pages):
    for rows in (pages[::-1], pages + pages[:1], pages[:1] + pages):
        text = "".join(ref.text() for ref in rows)
        data = feed.index("", []).data.replace(
            b"></index>", b">" + text.encode() + b"</index>")
        yield [Ref("", data, sum(ref.n for ref in rows), "i")], pages


def many(feed, pages):
    rows = [Ref("{:09b}".format(number), b"x", 1) for number in range(257)]
    yield [feed.index("", rows)], rows


def nodes(feed, pages):
    index = feed.index("", pages)
    for old, new in ((b"<e ", b"<!-- --><e "), (b"<e ", b"text<e "),
                     (b"<index", b"<!DOCTYPE index><index"),
                     (b"<e ", b"<e later=\"1\" "), (b"<e ", b"<f></f><e ")):
        yield [Ref("", index.data.replace(old, new, 1), index.n, "i")], pages


index_case("sum", "an index whose pages do not add up to what the head says",
           sums)
index_case("outside", "an index of pages outside its prefix", outside)
index_case("other", "an index of another node, prefix or form", other)
index_case("three-levels", "three levels of indexes", three)
index_case("bottomless", "twenty levels of indexes", bottomless)
index_case("empty", "an index of nothing", empty)
index_case("unsorted", "an index not in order, or with a page twice",
           unsorted)
index_case("257", "an index of 257 pages", many)
index_case("nodes", "an index with more in it than belongs there", nodes)


@case("index.hash", "other bytes for an index")
def index_hash(t):
    t.start(20)
    t.feed.change(1)
    pages = t.feed.pages(depth=3)
    index = t.feed.index("", pages)
    t.put(refs=[index], below=pages)
    t.route(index.path, Answer(index.data.replace(b'n="', b'n="1', 1)))
    t.pull(("rejected", "unreachable"), heads=REREADS, pages=(1, 3))


@case("index.missing", "an index that is not there")
def index_missing(t):
    t.start(20)
    t.feed.change(1)
    pages = t.feed.pages(depth=3)
    index = t.feed.index("", pages)
    t.put(refs=[index], below=pages)
    t.route(index.path, None)
    check_reread(t.pull(("unreachable", "rejected"), heads=(2, 3),
                        pages=(1, 3)))


@case("pages.random", "noise of the right length for a page")
def noise(t):
    t.start(5)
    t.feed.change(1)
    page = t.put().pages[0]
    t.route(page.path, lambda request: Answer(os.urandom(page.size)))
    t.pull("rejected", heads=REREADS, pages=(1, 3))
