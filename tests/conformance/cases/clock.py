"""What takes days (sections 7 and 9): the client's clock is set forward, and
the feed goes along."""

from suite.bench import case
from suite.feed import DAY, Feed
from suite.server import HEAD, Answer

HOUR = 3600


def clock(name, says, **kw):
    return case("clock." + name, says, needs=("clock",), **kw)


def to(t, ahead):
    """The next head is published so many seconds from now."""
    t.feed.serial += ahead - t.ahead
    t.ahead = ahead


def hold(t):
    t.start(200)
    t.feed.drop(0, 100)
    t.put()
    t.pull("held", heads=1)


@clock("held-a-day", "a shrunk feed is let through after a day and three "
       "further heads that agree")
def held_a_day(t):
    hold(t)
    for hours in (8, 16):
        to(t, hours * HOUR)
        t.put()
        t.pull("held", heads=1)
    to(t, 25 * HOUR)
    t.put()
    t.pull("fresh", heads=1)


@clock("held-23-hours", "three heads that agree within 23 hours are not "
       "enough", recovers=False)
def held_23_hours(t):
    hold(t)
    for hours in (7, 15, 23):
        to(t, hours * HOUR)
        t.put()
        t.pull("held", heads=1)


@clock("held-one-head", "nor is a day without further heads",
       recovers=False)
def held_one_head(t):
    hold(t)
    to(t, 3 * DAY)
    t.pull("held", heads=1)


@clock("late-and-stale", "the same head for nine days: late, then stale")
def late_and_stale(t):
    t.start(5)
    to(t, 2 * DAY)
    t.pull("late", heads=1, pages=0)
    to(t, 9 * DAY)
    t.pull("stale", heads=1, pages=0)


@clock("stale-and-down", "past expires of a node that does not answer: its "
       "records stay")
def stale_and_down(t):
    t.start(5)
    t.route(HEAD, Answer(b"", "500 Oops"))
    to(t, 2 * DAY)
    t.pull("unreachable", heads=1, pages=0)
    to(t, 20 * DAY)
    t.pull(("stale", "unreachable"), heads=1, pages=0)


@clock("back", "a clock that was three weeks ahead and is right again: the "
       "node goes on as if nothing had been")
def back(t):
    t.feed = Feed(5)
    t.put()
    t.pull("fresh")
    t.ahead = 20 * DAY
    t.pull("stale", heads=1, pages=0)
    t.ahead = 0
    t.feed.change(1)
    t.put()
    t.pull("fresh", heads=1, pages=1)
