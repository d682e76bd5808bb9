"""Other keys for a node that is known already (section 6). The pin that the
client is given stays the first one: it follows by itself, or not at all."""

from suite.bench import Wrong, case
from suite.feed import FEED, Feed
from suite.keys import Key, rsa_key, same, sign
from suite.server import HEAD, Answer

from .head import set_to, without
from .signature import swap

NEEDS = ("rotation",)
ROT = "/feed/rot/%d.xml"


def statement(feed, epoch, online, nextkey, signer=None, change=same, **kw):
    """`signer` is the offline key that was announced."""
    signer = signer or feed.offline
    body = ('<rotation xmlns="%s" epoch="%d" key="%s" nextkey="%s" node="%s" '
            'online="%s"></rotation>' % (FEED, epoch, signer.text, nextkey,
                                         feed.node, online)).encode()
    return sign(signer, change(body), **kw)


def begin(t, n=5, pull=True):
    t.feed = Feed(n)
    t.feed.offline = Key.p256()
    t.feed.nextkey = t.feed.offline.pin
    t.pin = t.feed.key.pin
    t.put()
    if pull:
        t.pull("fresh")


def renew(t, online=None, serve=True, **kw):
    """The node rotates: statement, then heads by the new keys."""
    feed = t.feed
    online, offline = online or Key.p256(), Key.p256()
    data = statement(feed, feed.epoch + 1, online.pin, offline.pin, **kw)
    if serve:
        t.route(ROT % (feed.epoch + 1), Answer(data))
    feed.epoch += 1
    feed.key, feed.offline, feed.nextkey = online, offline, offline.pin
    return data


def asked(requests):
    return [r.path for r in requests if r.path.startswith("/feed/rot/")]


def rotation(name, says, **kw):
    return case("rotation." + name, says, needs=NEEDS, **kw)


@rotation("followed", "one rotation: statement asked for once, then never "
          "again")
def followed(t):
    begin(t)
    renew(t)
    t.feed.change(1)
    t.put()
    t.check("statements", asked(t.pull("fresh", heads=(1, 2), pages=1)),
            [ROT % 1])
    t.check("statements", asked(t.pull("fresh", heads=1, pages=0)), [])
    t.feed.change(2)
    t.put()
    t.check("statements", asked(t.pull("fresh", heads=1, pages=1)), [])


@rotation("slept", "five rotations while the peer slept")
def slept(t):
    begin(t)
    for _ in range(5):
        renew(t)
    t.put()
    t.check("statements", asked(t.pull("fresh")),
            [ROT % number for number in range(1, 6)])


@rotation("sixty-five", "65 rotations: 64 in the first round, the rest in the "
          "second")
def sixty_five(t):
    begin(t)
    for _ in range(65):
        renew(t)
    t.put()
    first = asked(t.pull("rejected", pages=0))
    t.check("statements", len(first), 64)
    t.check("statements", asked(t.pull("fresh")), [ROT % 65])


@rotation("other-kind", "from ECDSA to RSA, and back")
def other_kind(t):
    begin(t)
    renew(t, online=rsa_key(3072))
    t.put()
    t.pull("fresh")
    renew(t)
    t.put()
    t.pull("fresh")


@rotation("missing", "no statement, or none yet")
def missing(t):
    begin(t)
    data = renew(t, serve=False)
    t.put()
    for _ in range(2):
        t.check("statements", asked(t.pull("rejected", pages=0)), [ROT % 1])
    t.route(ROT % 1, Answer(data))
    t.pull("fresh")


@rotation("thief", "who stole the online key names a successor: in a head, "
          "in a statement signed by that key, in one by a key of his own")
def thief(t):
    begin(t)
    feed, loot = t.feed, Key.p256()
    t.refuse_signed(set_to("nextkey", loot.pin))
    t.refuse_signed(set_to("nextkey", ""))
    for signer in (feed.key, loot):
        t.route(ROT % 1, Answer(statement(feed, 1, loot.pin, loot.pin[::-1],
                                          signer=signer)))
        t.refuse_signed(lambda body: set_to("epoch", 1)(
            set_to("key", loot.text)(body)), key=loot)
        t.refuse_signed(set_to("epoch", 1))


@rotation("offline-signs", "a head signed by the offline key is no head")
def offline_signs(t):
    begin(t)
    offline = t.feed.offline
    for number in (0, 1):
        t.refuse_signed(lambda body: set_to("key", offline.text)(
            body if number == 0 else set_to("epoch", 1)(body)), key=offline)


@rotation("statement-form", "statements that are not exactly one")
def statement_form(t):
    begin(t)
    feed, online, offline = t.feed, Key.p256(), Key.p256()

    def head():
        return feed.publish(key=online, change=lambda body: set_to(
            "epoch", 1)(set_to("key", online.text)(
                set_to("nextkey", offline.pin)(body)))).head

    def variant(number=1, **kw):
        return statement(feed, number, online.pin, offline.pin, **kw)
    good = variant()
    variants = [
        variant(0), variant(2), variant(change=swap('node="ca"', 'node="sg"')),
        variant(change=without("online")), variant(change=without("nextkey")),
        variant(change=set_to("online", "0")),
        variant(change=swap(' node=', ' later="1" node=')),
        variant(change=swap("></rotation>", "><e></e></rotation>")),
        variant(change=swap("></rotation>", ">text</rotation>")),
        variant(change=set_to("nextkey", online.pin)),
        variant(change=set_to("epoch", "01")),
        variant(change=lambda body: body.replace(b"rotation", b"head")),
        variant(raw=lambda raw: bytes(64)),
        variant(info=swap('URI=""', 'URI="#a"')),
        good + b"\n", good[:-1], b"\xef\xbb\xbf" + good, b"",
        good.replace(online.pin.encode(), Key.p256().pin.encode()),
        good.replace(b"<Signature ", b" " * 4096 + b"<Signature ", 1)]
    for data in variants:
        t.route(ROT % 1, Answer(data))
        t.refuse_head(head())


@rotation("no-next", "a node without a next key can not rotate")
def no_next(t):
    t.start(5)
    feed, online = t.feed, Key.p256()
    t.pin = feed.key.pin
    t.route(ROT % 1, Answer(statement(feed, 1, online.pin, "a" * 64,
                                      signer=feed.key)))
    t.refuse_signed(lambda body: set_to("epoch", 1)(
        set_to("key", online.text)(body)), key=online)


@rotation("old-key", "after a rotation the old key signs nothing any more")
def old_key(t):
    begin(t)
    old, old_next = t.feed.key, t.feed.nextkey
    renew(t)
    t.put()
    t.pull("fresh")
    back = set_to("key", old.text)
    t.refuse_signed(back, key=old)
    t.refuse_signed(lambda body: set_to("epoch", 0)(set_to(
        "nextkey", old_next)(back(body))), key=old)
    t.refuse_signed(set_to("epoch", 0))


@rotation("stays-believed", "a statement stays believed though the head that "
          "led to it is refused")
def stays_believed(t):
    begin(t)
    old, old_next = t.feed.key, t.feed.nextkey
    renew(t)
    good = t.feed.publish().head
    t.refuse_head(good.replace(b'records="5"', b'records="6"'))
    t.refuse_signed(lambda body: set_to("key", old.text)(set_to("epoch", 0)(
        set_to("nextkey", old_next)(body))), key=old)
    t.feed.change(1)
    t.put()
    t.pull("fresh")


@rotation("first-contact", "from a pin that was replaced before the first "
          "contact nobody can follow")
def first_contact(t):
    begin(t, pull=False)
    renew(t)
    t.put()
    t.pull("rejected", heads=1, pages=0)
    t.pin = t.feed.key.pin
    t.pull("fresh")


@rotation("new-pin", "the operator pins the new key: no statement is needed")
def new_pin(t):
    begin(t)
    renew(t, serve=False)
    t.put()
    t.pull("rejected", pages=0)
    t.pin = t.feed.key.pin
    t.pull("fresh")


@rotation("hostile", "a server that does with statements what it likes")
def hostile(t):
    begin(t)
    data = renew(t)
    head = t.feed.publish().head
    for answer in (Answer(data, "301 Moved", ["Location: /feed/head.xml"]),
                   Answer(data * 1000), Answer(data, length=len(data) + 1),
                   Answer(b"", "500 Oops"), Answer(data, pack="always"),
                   Answer(data, headers=["Content-Encoding: br"])):
        t.route(ROT % 1, answer)
        t.server.put_head(head)
        t.pull(("rejected", "unreachable"), pages=0)
    t.route(ROT % 1, Answer(data))


@rotation("head-only", "the statement is asked for only below the feed, and "
          "only for the epoch that comes next")
def head_only(t):
    begin(t)
    t.route(HEAD, Answer(t.feed.publish(change=set_to("epoch", 9)).head))
    paths = asked(t.pull("rejected", heads=1, pages=0))
    if paths != [ROT % 1]:
        raise Wrong("asked for " + ", ".join(paths))
