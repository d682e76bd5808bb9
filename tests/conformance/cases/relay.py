"""Other members that carry a feed (section 12). They are believed in nothing:
what they give is judged as if it came from the node itself."""

from suite.bench import Wrong, case
from suite.keys import Key
from suite.server import HEAD, Answer, Raw

from .signature import swap

NEEDS = ("relay",)
BELOW = "/feed/m/ca"
DOWN = ("unreachable", "rejected")


def relay(name, says, **kw):
    return case("relay." + name, says, needs=NEEDS, **kw)


def carry(server, publication):
    """This server carries what the node has published."""
    for ref in publication.refs:
        server.routes[BELOW + ref.path[5:]] = Answer(ref.data)
    server.routes[BELOW + HEAD[5:]] = Answer(publication.head)


def fail(t):
    """The node's own address gives nothing any more."""
    t.route(HEAD, Raw(b""))


def begin(t, relays=1, n=5):
    """A feed that was taken; then it changes, and its address fails."""
    t.start(n)
    servers = [t.add_relay(node) for node in ("sg", "nz", "pt")[:relays]]
    t.feed.change(1)
    t.last = t.feed.publish()
    fail(t)
    return servers


@relay("down", "the node is down, a relay carries it: its records are fresh")
def down(t):
    server, = begin(t)
    carry(server, t.last)
    t.pull("fresh", pages=0)
    t.feed.change(2)
    t.last = t.feed.publish()
    carry(server, t.last)
    t.pull("fresh", pages=0)


@relay("well", "while the node answers no relay is asked")
def well(t):
    server, = begin(t)
    carry(server, t.last)
    t.put(t.last)
    t.pull("fresh", heads=1, pages=1)
    t.pull("fresh", heads=1, pages=0)
    if server.requests:
        raise Wrong("the relay was asked for " + server.requests[0].path)


@relay("nothing", "a relay that does not carry it, is down, or talks nonsense")
def nothing(t):
    server, = begin(t)
    t.pull(DOWN, pages=0)
    for answer in (Raw(b""), Answer(b"", "500 Oops"), Answer(
            t.last.head, "302 Found", ["Location: " + t.server.url])):
        server.routes[BELOW + HEAD[5:]] = answer
        t.pull(DOWN, pages=0)


@relay("forged-head", "a relay that changes the head, or signs it itself")
def forged_head(t):
    one, two = begin(t, relays=2)
    carry(one, t.last)
    carry(two, t.last)
    one.routes[BELOW + HEAD[5:]] = Answer(
        t.last.head.replace(b'records="5"', b'records="6"'))
    thief = Key.p256()
    two.routes[BELOW + HEAD[5:]] = Answer(t.feed.publish(
        key=thief, change=swap(t.feed.key.text, thief.text)).head)
    t.pull(DOWN, pages=0)


@relay("forged-page", "a relay that changes a page")
def forged_page(t):
    server, = begin(t)
    carry(server, t.last)
    page = t.last.pages[0]
    server.routes[BELOW + page.path[5:]] = Answer(
        page.data.replace(b"Invented", b"Inventeb"))
    t.pull(DOWN, pages=(0, 3))


@relay("next", "one relay lies, the other does not: the node is fresh, and "
      "the liar is not asked again")
def other(t):
    liar, good = begin(t, relays=2)
    carry(good, t.last)
    carry(liar, t.last)
    liar.routes[BELOW + HEAD[5:]] = Answer(
        t.last.head.replace(b'records="5"', b'records="6"'))
    t.pull("fresh", pages=0)
    fooled = bool(liar.requests)
    mark = liar.mark()
    t.feed.change(2)
    t.last = t.feed.publish()
    carry(good, t.last)
    t.pull("fresh", pages=0)
    if fooled and liar.since(mark):
        raise Wrong("a relay that lied was asked again")


@relay("older", "a relay that carries an older head is no news")
def older(t):
    server, = begin(t)
    old = t.feed.publish(serial=t.feed.serial - 300)
    carry(server, old)
    t.pull(DOWN, pages=0)
    t.feed.serial += 300


@relay("fork", "a relay shows another head with the serial that is held")
def fork(t):
    server, = begin(t)
    twin = t.feed.publish(serial=t.feed.serial - 1)
    carry(server, twin)
    t.pull("forked", pages=0)


@relay("own-refused", "the node's own address gives a forged head, the relay "
      "a good one")
def own_refused(t):
    server, = begin(t)
    carry(server, t.last)
    t.route(HEAD, Answer(t.last.head.replace(b'records="5"',
                                             b'records="6"')))
    t.pull("fresh", pages=0)


@relay("origin-lies", "a page that the node itself signed is wrong: no relay "
      "can make it right")
def origin_lies(t):
    server, = begin(t)
    t.put(change=swap('n="5"', 'n="6"'), records=6)
    carry(server, t.last)
    t.pull("rejected", pages=(0, 3))
