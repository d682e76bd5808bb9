"""What a node remembers from round to round (sections 7 and 9)."""

import time

from suite.bench import Wrong, case
from suite.feed import Feed
from suite.server import HEAD, Answer


@case("state.late", "past next: late, and its records stay")
def late(t):
    t.feed = Feed(5)
    now = int(time.time())
    t.put(next=now - 10)
    t.pull("late", heads=1, pages=1)
    t.pull("late", heads=1, pages=0)


@case("state.freeze", "the same head for ever: fresh, then late, then stale, "
      "and its records stay", slow=True)
def freeze(t):
    t.feed = Feed(5)
    now = int(time.time())
    t.put(next=now + 8, expires=now + 20)
    t.pull("fresh")
    time.sleep(max(0, now + 9.5 - time.time()))
    t.pull("late", pages=0)
    time.sleep(max(0, now + 21.5 - time.time()))
    t.pull("stale", pages=0)
    t.server.routes[HEAD] = Answer(b"", "500 Oops")
    t.pull(("stale", "unreachable"), pages=0)


@case("state.fork", "two heads with one serial: forked, the data stays, and "
      "a higher serial ends it")
def fork(t):
    t.start(5)
    serial = t.feed.serial
    one = t.last
    t.feed.change(1)
    two = t.feed.publish(serial=serial)
    t.refuse_head(two.head, states="forked")
    t.refuse_head(two.head, states="forked")
    t.server.put(one)
    # The first one again is what is held, but the alarm is not over.
    t.pull(("forked", "fresh"), heads=1, pages=0)


@case("state.fork-ends", "after a fork the node publishes on")
def fork_ends(t):
    t.start(5)
    t.feed.change(1)
    t.refuse_head(t.feed.publish(serial=t.feed.serial).head, states="forked")
    t.feed.change(2)
    t.put()
    t.pull("fresh", heads=1, pages=1)
    t.pull("fresh", heads=1, pages=0)


@case("state.fork-form", "the other head of a fork must be well signed: else "
      "it is no fork but a forgery")
def fork_form(t):
    t.start(5)
    head = t.feed.publish(serial=t.feed.serial, next=t.feed.serial + 5).head
    t.refuse_head(head[:-60] + b"AAAA" + head[-56:])


@case("state.refused-then-down", "refused, then unreachable, then good: the "
      "records are there all the time")
def refused_then_down(t):
    t.start(5)
    good = t.last.head
    t.refuse_head(good + b"\n")
    t.route(HEAD, None)
    t.pull("unreachable", heads=1, pages=0)
    t.server.put(t.last)
    t.pull("fresh", heads=1, pages=0)


@case("state.refused-head-leaves-no-trace", "a refused head with a high "
      "serial does not raise the bar")
def no_trace(t):
    t.start(5)
    serial = t.feed.serial
    head = t.feed.publish(serial=serial + 500).head
    t.refuse_head(head.replace(b'records="5"', b'records="6"'))
    t.feed.serial = serial
    t.feed.change(1)
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("state.bad-page-leaves-no-trace", "a good head whose page never came "
      "does not raise the bar either")
def page_no_trace(t):
    t.start(5)
    serial = t.feed.serial
    t.feed.change(1)
    pages = t.put(serial=serial + 500).pages
    t.route(pages[0].path, None)
    t.pull(("unreachable", "rejected"))
    t.feed.serial = serial
    t.feed.change(2)
    t.put()
    t.pull("fresh", heads=1, pages=1)


@case("state.etag-of-refused", "the ETag of a refused head is not sent back")
def etag_of_refused(t):
    t.start(5)
    head = t.feed.publish().head
    t.route(HEAD, Answer(head + b" ", etag='"refused"'))
    t.pull("rejected", heads=1, pages=0)
    for request in t.pull("rejected", heads=1, pages=0):
        if request.headers.get("if-none-match") == '"refused"':
            raise Wrong("If-None-Match names a head that was refused: it "
                        "would never be asked for again")


@case("state.304-first", "304 to a client that holds nothing")
def not_modified_first(t):
    t.feed = Feed(5)
    t.put()
    t.route(HEAD, Answer(b"", "304 Not Modified"))
    t.pull(("unreachable", "rejected"), heads=(1, 3), pages=0)


# ---- the shrink guard ----

def shrink(t, records, drop):
    t.start(records)
    t.feed.drop(0, drop)
    t.put()


@case("shrink.29", "29 % of 200 records go: taken")
def shrink_29(t):
    shrink(t, 200, 58)
    t.pull("fresh", heads=1)


@case("shrink.30", "30 % of 200 records go: taken")
def shrink_30(t):
    shrink(t, 200, 60)
    t.pull("fresh", heads=1)


@case("shrink.31", "31 % of 200 records go: held, and let go when they come "
      "back")
def shrink_31(t):
    shrink(t, 200, 62)
    t.pull("held", heads=1)
    t.pull("held", heads=1)
    t.feed.add(62)


@case("shrink.all", "all of 200 records go: held")
def shrink_all(t):
    shrink(t, 200, 200)
    t.pull("held", heads=1, pages=0)
    t.feed.add(200)


@case("shrink.few", "50 of 60 records go: few enough")
def shrink_few(t):
    shrink(t, 60, 50)
    t.pull("fresh", heads=1)
    t.feed.add(1)


@case("shrink.51", "51 of 60 records go: held")
def shrink_51(t):
    shrink(t, 60, 51)
    t.pull("held", heads=1)
    t.feed.add(51)


@case("shrink.replaced", "all records go and as many others come: held")
def shrink_replaced(t):
    t.start(100)
    t.feed.drop(0, 100)
    t.feed.add(100, first=1000)
    t.put()
    t.pull("held", heads=1)
    t.feed.drop(1000, 1100)
    t.feed.add(100)


@case("shrink.heads-agree", "four heads that agree, but not for a day: still "
      "held", recovers=False)
def shrink_heads_agree(t):
    shrink(t, 200, 100)
    t.pull("held", heads=1)
    for _ in range(4):
        t.put()
        t.pull("held", heads=1)


@case("shrink.slices", "a feed that shrinks in many small steps is taken: "
      "each step is within the bounds")
def shrink_slices(t):
    t.start(200)
    for first in (0, 50, 100):
        t.feed.drop(first, first + 50)
        t.put()
        t.pull("fresh", heads=1)


@case("shrink.bad-records", "200 records turn bad at once: as if they were "
      "gone, held", recovers=False)
def shrink_bad(t):
    t.start(200)
    for id in t.feed.records:
        t.feed.records[id] = t.feed.records[id].replace(b"active", b"asleep")
    t.put()
    t.pull("held", heads=1)
