"""Whose key it is (section 6): the pin decides, nothing in the head does."""

from suite.bench import case
from suite.feed import Feed
from suite.keys import Key, rsa_key


@case("keys.other-pin", "another key is pinned than the node has")
def other_pin(t):
    t.feed = Feed(5)
    t.put()
    t.pull("rejected", pin=Key.p256().pin, heads=1, pages=0)
    t.pull("rejected", pin="0" * 64, heads=1, pages=0)


@case("keys.pin-changed", "the operator pins another key: the same head, "
      "even as 304, is no longer good")
def pin_changed(t):
    t.start(5)
    t.pull("rejected", pin=Key.p256().pin, pages=0)
    t.pull("fresh", pages=0)


@case("keys.pin-follows", "the operator pins the new key of a node that lost "
      "the old one")
def pin_follows(t):
    t.start(5)
    t.feed.key = Key.p256()
    t.feed.change(2)
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("keys.rsa-2048", "RSA with 2,048 bits is too short")
def rsa_2048(t):
    t.feed = Feed(5, key=rsa_key(2048))
    t.put()
    t.pull("rejected", heads=1, pages=0)
    t.feed = None


@case("keys.p-384", "another curve than P-256")
def p_384(t):
    t.feed = Feed(5, key=Key.p384())
    t.put()
    t.pull("rejected", heads=1, pages=0)
    t.feed = None


@case("keys.rsa-for-ecdsa", "a node with an ECDSA key signs with RSA")
def rsa_for_ecdsa(t):
    t.start(5)
    t.refuse_head(t.feed.publish(key=rsa_key(3072)).head)


@case("keys.rsa-wrong", "RSA values that are too short, too long or another's")
def rsa_wrong(t):
    t.start(5, key=rsa_key(3072))
    for raw in (lambda value: value[:-1], lambda value: value + b"\0",
                lambda value: bytes(384), lambda value: b"\0" + value,
                lambda value: value[:64]):
        t.refuse_head(t.feed.publish(sign_with={"raw": raw}).head)


@case("keys.other-node", "a head of another node under the same key")
def other_node(t):
    t.start(5)
    twin = Feed(5, node="sg", key=t.feed.key, start=t.feed.serial + 10)
    t.refuse_head(twin.publish().head)
