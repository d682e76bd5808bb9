"""Hints (section 11): a shortcut that may be ignored and is never believed.
Whatever a hint says, the records shown are those that the head signs for."""

import gzip
import hashlib

from suite.bench import Wrong, case
from suite.feed import FEED, Feed, entry, record_id, sha256_hex
from suite.server import Answer

NEEDS = ("hints",)


def write(node, before, after, first, last):
    """What changed between two sets of records, as a document."""
    gone = sorted(hashlib.sha256(id.encode()).hexdigest()
                  for id in before if id not in after)
    new = sorted(id for id in after if before.get(id) != after[id])
    return ('<hint xmlns="%s" from="%d" node="%s" to="%d">%s' % (
        FEED, first, node, last,
        "".join('<gone h="%s"></gone>' % h for h in gone))).encode() + \
        b"".join(after[id] for id in new) + b"</hint>"


class Trail:
    """The hints that a feed has published, oldest first."""

    def __init__(self, t):
        self.t = t
        self.rows = []
        self.at = (t.feed.serial, dict(t.feed.records))

    def step(self, data=None, size=None, serve=True):
        """A hint from the last step to the head that comes next."""
        feed = self.t.feed
        serial, before = self.at
        made = write(feed.node, before, feed.records, serial,
                     feed.serial + 1)
        data = made if data is None else data(made)
        h = sha256_hex(data)
        path = "/feed/h/%s.xml" % h
        if serve:
            self.t.route(path, Answer(data))
        self.rows.append('<hint from="%d" h="%s" s="%d" to="%d"></hint>' % (
            serial, h, size or len(data), feed.serial + 1))
        self.at = (feed.serial + 1, dict(feed.records))
        return path

    def put(self):
        self.t.put(more="".join(self.rows))


def hints_asked(requests):
    return [r.path for r in requests if r.path.startswith("/feed/h/")]


def scatter(feed, name, numbers=(3, 77, 150, 220, 281)):
    for number in numbers:
        feed.change(number, name)


@case("hints.edits", "scattered edits cost a hint and no page", needs=NEEDS)
def edits(t):
    t.start(300)
    trail = Trail(t)
    scatter(t.feed, "Edited")
    path = trail.step()
    trail.put()
    t.check("hints", hints_asked(t.pull("fresh", heads=1, pages=0)), [path])
    t.pull("fresh", heads=1, pages=0)


@case("hints.come-and-go", "records that come and go, buckets that split and "
      "join", needs=NEEDS)
def come_and_go(t):
    t.start(300)
    trail = Trail(t)
    t.feed.add(15, first=1000)
    t.feed.drop(20, 22)
    trail.step()
    trail.put()
    t.pull("fresh", heads=1, pages=0)
    t.feed.drop(100, 140)
    t.feed.drop(1000, 1015)
    trail.step()
    trail.put()
    t.pull("fresh", heads=1, pages=0)


@case("hints.chain", "three heads were missed: three hints, and no page",
      needs=NEEDS)
def chain(t):
    t.start(300)
    trail = Trail(t)
    paths = []
    for name in ("One", "Two", "Three"):
        scatter(t.feed, name)
        paths.append(trail.step())
        trail.put()
    t.check("hints", sorted(hints_asked(t.pull("fresh", heads=1, pages=0))),
            sorted(paths))


@case("hints.larger", "hints that are larger than what is missing are left "
      "alone", needs=NEEDS)
def larger(t):
    t.start(300)
    trail = Trail(t)
    t.feed.change(3)
    trail.step(size=1000000, serve=False)
    trail.put()
    t.check("hints", hints_asked(t.pull("fresh", heads=1, pages=1)), [])


@case("hints.gap", "hints that do not lead from what is held to this head "
      "are left alone", needs=NEEDS)
def gap(t):
    t.start(300)
    trail = Trail(t)
    scatter(t.feed, "One")
    trail.at = (trail.at[0] + 1, trail.at[1])
    t.feed.serial += 5
    trail.step()
    trail.put()
    t.check("hints", hints_asked(t.pull("fresh", heads=1, pages=(1, 9))), [])


# ---- whoever uses hints or not: the records are right ----

def by_pages(name, says, variants):
    @case("hints." + name, says)
    def run(t):
        t.start(300)
        for number, variant in enumerate(variants):
            trail = Trail(t)
            scatter(t.feed, "Name %d" % number)
            t.feed.drop(290 - number, 291 - number)
            variant(t, trail)
            trail.put()
            requests = t.pull("fresh", heads=(1, 3))
            if len(hints_asked(requests)) > 3:
                raise Wrong("a hint was asked for again and again")


def served(answer):
    def variant(t, trail):
        path = trail.step()
        data = t.server.routes[path].body
        t.route(path, answer(data))
    return variant


def made(edit):
    """Other bytes, well named in the signed head."""
    return lambda t, trail: trail.step(data=edit)


FOREIGN = record_id("sg", 1)
by_pages("missing", "hints that are not there", [
    lambda t, trail: trail.step(serve=False),
    served(lambda data: Answer(b"", "500 Oops")),
    served(lambda data: Answer(b"", "302 Found", ["Location: /feed/"])),
    served(lambda data: Answer(b"", "410 Gone"))])
by_pages("other-bytes", "hints that are not what the head says", [
    served(lambda data: Answer(data[:-1])),
    served(lambda data: Answer(data + b"\n")),
    served(lambda data: Answer(b"")),
    served(lambda data: Answer(data.replace(b"Name", b"Fame"))),
    served(lambda data: Answer(data, length=len(data) + 5)),
    served(lambda data: Answer(gzip.compress(bytes(20 << 20)),
                               headers=["Content-Encoding: gzip"]))])
by_pages("lies", "hints that say what is not so", [
    made(lambda data: data.replace(b"Name", b"Fame")),
    made(lambda data: data.replace(b'<gone h="', b'<gone h="' + b"0" * 64
                                   + b'"></gone><gone h="', 1)),
    made(lambda data: data[:data.index(b"<entry")] + b"</hint>"),
    made(lambda data: data.replace(b"</hint>", entry(
        record_id("ca", 9999), "Nobody", 1700000000) + b"</hint>")),
    made(lambda data: data.replace(b"</hint>", entry(
        FOREIGN, "Stolen", 1700000000) + b"</hint>"))])
by_pages("form", "hints that are none", [
    made(lambda data: data.replace(b"<entry", b"<!-- --><entry", 1)),
    made(lambda data: data.replace(b"<entry", b"\n<entry", 1)),
    made(lambda data: b"<!DOCTYPE hint>" + data),
    made(lambda data: data.replace(b'node="ca"', b'node="sg"')),
    made(lambda data: data.replace(b"<hint", b"<hnit", 1)),
    made(lambda data: data[:len(data) // 2]),
    made(lambda data: b'<hint xmlns="%s"></hint>' % FEED.encode()),
    made(lambda data: b"<a>" * 10000)])


@case("hints.first", "hints in the first head that is seen lead nowhere")
def first(t):
    t.feed = Feed(100)
    trail = Trail(t)
    t.feed.change(1)
    trail.step()
    trail.put()
    t.check("hints", hints_asked(t.pull("fresh", heads=1,
                                        pages=len(t.last.pages))), [])
