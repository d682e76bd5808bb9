"""What every node must take."""

import time

from suite import keys
from suite.bench import Wrong, case
from suite.feed import DAY, Feed
from suite.server import HEAD, Answer


def conditional(requests):
    return [r for r in requests
            if r.path == HEAD and "if-none-match" in r.headers]


@case("good.empty", "a feed without records")
def empty(t):
    t.feed = Feed(0)
    t.put()
    t.pull("fresh", heads=1, pages=0)
    t.feed.add(1)


@case("good.one", "one record, one page")
def one(t):
    t.feed = Feed(1)
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("good.full-page", "48 records are one page")
def full_page(t):
    t.feed = Feed(48)
    assert len(t.put().pages) == 1
    t.pull("fresh", heads=1, pages=1)


@case("good.split", "49 records are two pages; the 49th is added later")
def split(t):
    t.start(48)
    t.feed.add(1, first=48)
    assert len(t.put().pages) == 2
    t.pull("fresh", heads=1, pages=2)


@case("good.pages", "300 records on many pages")
def pages(t):
    t.feed = Feed(300)
    t.put()
    t.pull("fresh", heads=1, pages=len(t.last.pages))


@case("good.large-records", "records that are large split a page early")
def large(t):
    t.feed = Feed(0)
    t.feed.add(4, padding=30000)
    assert len(t.put().pages) > 1
    t.pull("fresh", heads=1, pages=len(t.last.pages))


@case("good.prefix-40", "two records that share 40 bits lie on one page, "
      "though they are too large for one")
def prefix_40(t):
    t.feed = Feed(0)
    for number in (1248335, 2126560):
        t.feed.add(1, first=number, padding=40000)
    assert [len(page.prefix) for page in t.put().pages] == [40]
    t.pull("fresh", heads=1, pages=1)
    t.feed.add(1)


@case("good.other-layout", "pages cut finer than they need be are taken")
def other_layout(t):
    t.feed = Feed(20)
    t.put(depth=4)
    t.pull("fresh", heads=1, pages=len(t.last.pages))
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("good.index", "pages listed in two indexes")
def one_level(t):
    t.feed = Feed(30)
    pages = t.feed.pages(depth=3)
    indexes = [t.feed.index(bit, pages) for bit in "01"]
    t.put(refs=indexes, below=pages)
    t.pull("fresh", heads=1, pages=len(pages) + 2)


@case("good.index-two-levels", "indexes of indexes")
def two_levels(t):
    t.feed = Feed(30)
    pages = t.feed.pages(depth=4)
    low = [t.feed.index(bits, pages) for bits in ("00", "01", "10", "11")]
    top = [t.feed.index(bit, low) for bit in "01"]
    t.put(refs=top, below=low + pages)
    t.pull("fresh", heads=1, pages=len(pages) + 6)


@case("good.index-256", "an index of more pages than a head may list")
def index_many(t):
    t.feed = Feed(700)
    pages = t.feed.pages(depth=9)
    assert len(pages) > 256
    groups = [t.feed.index(bits, pages) for bits in ("00", "01", "10", "11")]
    t.put(refs=groups, below=pages)
    t.pull("fresh", heads=1, pages=len(pages) + 4)


@case("good.index-change", "of an indexed feed only what changed is fetched")
def index_change(t):
    t.feed = Feed(30)

    def put():
        pages = t.feed.pages(depth=3)
        t.put(refs=[t.feed.index(bit, pages) for bit in "01"], below=pages)
    put()
    t.pull("fresh")
    t.feed.change(3)
    put()
    t.pull("fresh", heads=1, pages=2)


@case("good.rsa", "a node that signs with RSA")
def rsa(t):
    t.feed = Feed(3, key=keys.rsa_key(3072))
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("good.high-s", "an ECDSA value with a high s is taken; signed again "
      "with a low one it is the same head and no fork")
def high_s(t):
    t.feed = feed = Feed(3)
    t.put(sign_with={"value": lambda b: feed.key.sign(b, high_s=True)})
    t.pull("fresh", heads=1, pages=1)
    t.server.put_head(keys.sign(feed.key, t.last.body))
    t.pull("fresh", heads=1, pages=0)


@case("good.same-head", "the same head again costs a 304 and nothing else")
def same_head(t):
    t.start(5)
    for _ in range(2):
        requests = t.pull("fresh", heads=1, pages=0)
        if not conditional(requests):
            raise Wrong("the head was asked for without If-None-Match")


@case("good.same-head-200", "the same head again from a server that knows "
      "no ETag")
def same_head_200(t):
    t.feed = Feed(5)
    t.put(etag=None)
    t.pull("fresh", heads=1, pages=1)
    requests = t.pull("fresh", heads=1, pages=0)
    if conditional(requests):
        raise Wrong("If-None-Match though no ETag was ever given")


@case("good.etag-weak", "a weak ETag is sent back as it came, or not at all")
def etag_weak(t):
    t.feed = Feed(5)
    t.put(etag='W/"one"')
    t.pull("fresh", heads=1, pages=1)
    requests = t.pull("fresh", heads=1, pages=0)
    for request in conditional(requests):
        t.check("If-None-Match", request.headers["if-none-match"], 'W/"one"')


@case("good.etag-odd", "ETags that are none do no harm")
def etag_odd(t):
    t.feed = Feed(5)
    for etag in ("unquoted", '"' + "e" * 4000 + '"', '"', "\x01\x80"):
        t.put(etag=etag)
        t.pull("fresh", heads=1)
        t.feed.change(1, "Changed %d" % len(etag))
        t.put(etag=etag + "2")
        t.pull("fresh", heads=1, pages=1)


@case("good.etag-stuck", "a server whose ETag stays though the head changes: "
      "304 is believed, and nothing is lost")
def etag_stuck(t):
    t.feed = Feed(5)
    old = t.put(etag='"always"')
    t.pull("fresh", heads=1, pages=1)
    t.feed.change(1)
    t.put(etag='"always"')
    t.last = old
    t.pull("fresh", heads=1, pages=0)


@case("good.change", "one edit costs one page")
def change(t):
    t.start(200)
    t.feed.change(7)
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("good.resigned", "a newer head over the same pages costs no page")
def resigned(t):
    t.start(60)
    t.put()
    t.pull("fresh", heads=1, pages=0)


@case("good.gone", "a record that no page holds is gone")
def gone(t):
    t.start(60)
    t.feed.drop(3, 4)
    t.put()
    t.pull("fresh", heads=1, pages=(1, 2))


@case("good.all-retired", "a node that retires its 40 records")
def all_retired(t):
    t.start(40)
    t.feed.drop(0, 40)
    t.put()
    t.pull("fresh", heads=1, pages=0)
    t.feed.add(1)


@case("good.back", "what was gone comes back")
def back(t):
    t.start(10)
    t.feed.drop(0, 5)
    t.put()
    t.pull("fresh")
    t.feed.add(5)
    t.put()
    t.pull("fresh")


@case("good.gzip", "pages packed with gzip", needs=("gzip",))
def packed(t):
    t.feed = Feed(60)
    t.put(serve={"pack": "asked"})
    asked = t.pull("fresh", heads=1, pages=len(t.last.pages))
    if "gzip" not in asked[-1].headers.get("accept-encoding", ""):
        raise Wrong("gzip was not asked for")


@case("good.head-identity", "the head is asked for unpacked")
def head_identity(t):
    t.feed = Feed(2)
    t.put()
    for request in t.pull("fresh"):
        encoding = request.headers.get("accept-encoding", "identity")
        if request.path == HEAD and "gzip" in encoding:
            raise Wrong("the head was asked for with Accept-Encoding: " +
                        encoding)


@case("good.chunked", "head and pages in chunks, without Content-Length")
def chunked(t):
    t.feed = Feed(60)
    t.put(serve={"chunked": True})
    t.route(HEAD, Answer(t.last.head, chunked=True))
    t.pull("fresh", heads=1, pages=len(t.last.pages))


@case("good.until-close", "bodies that end with the connection")
def until_close(t):
    t.feed = Feed(60)
    t.put(serve={"length": False})
    t.route(HEAD, Answer(t.last.head, length=False))
    t.pull("fresh", heads=1, pages=len(t.last.pages))


@case("good.unknown-element", "a record with elements of a later version")
def unknown(t):
    t.feed = Feed(2)
    t.feed.add(1, first=2, more='<later a="1"><deeper>kept</deeper></later>')
    t.put()
    t.pull("fresh")


@case("good.hint-and-seen", "a head with hints nobody serves and with what "
      "its node saw of others")
def hint_and_seen(t):
    t.feed = Feed(5)
    more = "".join('<hint from="%d" h="%s" s="900" to="%d"></hint>' % (
        t.feed.serial - 9 + i, str(i) * 64, t.feed.serial + 1)
        for i in (1, 2))
    more += "".join('<seen d="%s" epoch="0" node="%s" serial="99"></seen>' % (
        "d" * 64, node) for node in ("gb-eng", "sg"))
    t.put(more=more)
    t.pull("fresh", pages=1)


@case("good.clock-ahead", "a serial 270 s ahead of the clock is taken")
def clock_ahead(t):
    t.feed = Feed(2)
    t.put(serial=int(time.time()) + 270)
    t.pull("fresh")


@case("good.30-days", "a head that is good for 30 days is taken")
def thirty_days(t):
    t.feed = Feed(2)
    t.put(expires=t.feed.serial + 1 + 30 * DAY)
    t.pull("fresh")


@case("good.first-epoch", "a node met first in its epoch 3")
def first_epoch(t):
    t.feed = Feed(2)
    t.feed.epoch = 3
    t.put()
    t.pull("fresh")


@case("good.nextkey", "a head that names the next key")
def nextkey(t):
    t.feed = Feed(2)
    t.feed.nextkey = keys.Key.p256().pin
    t.put()
    t.pull("fresh")


@case("good.jump", "a head that is many serials on: nothing chains")
def jump(t):
    t.start(100)
    for number in range(30):
        t.feed.change(number)
        t.put()
    t.feed.drop(90, 100)
    t.put()
    t.pull("fresh", heads=1, pages=len(t.last.pages))
