"""One case at work: a feed, a server, and a client that is asked to pull.

Every pull is judged: exit code, state, records, serial, digest, and the
requests it made. A bad answer of the peer must leave what is shown alone.
"""

import json
import os
import subprocess

from .feed import Feed
from .keys import Key
from .server import HEAD, PAGE, Server

GOOD = ("fresh", "late")
BAD = ("stale", "unreachable", "rejected", "forked", "held")
PULL_TIMEOUT = 120

CASES = []


class Case:
    def __init__(self, run, name, says, needs, is_slow, recovers):
        self.run = run
        self.name = name
        self.says = says
        self.needs = needs
        self.is_slow = is_slow    # waits long, and works little
        self.recovers = recovers  # a good head afterwards is taken


def case(name, says, needs=(), slow=False, recovers=True):
    """Make a function a case. It gets a Bench."""
    def register(run):
        assert name not in {c.name for c in CASES}, name
        CASES.append(Case(run, name, says, needs, slow, recovers))
        return run
    return register


class Wrong(Exception):
    """What the client did is not what the protocol asks for."""


def fits(value, want):
    """want: a value, a range (low, high), or None for any."""
    if want is None:
        return True
    if isinstance(want, tuple):
        return want[0] <= value <= want[1]
    return value == want


class Bench:
    def __init__(self, client, folder):
        self.client = client
        self.folder = folder
        self.server = Server()
        self.feed = None
        self.pin = None    # what the operator pinned, if not the feed's key
        self.relays = []   # node, server, pin
        self.ahead = 0     # seconds: the client's clock before ours
        self.last = None   # the Publication that is served
        self.shown = None  # what the client said last when all was well
        self.digests = {}  # content of a feed -> digest the client gave
        self.story = []    # for the reader of a failure

    # ---- the feed's side ----

    def put(self, publication=None, etag=True, serve=None, **kw):
        """Publish and serve; serve= goes to Server.put()."""
        if publication is None:
            publication = self.feed.publish(**kw)
        self.last = publication
        self.server.put(publication, etag, **(serve or {}))
        return publication

    def start(self, n=5, serve=None, **kw):
        """A feed with n records that the client has taken."""
        self.feed = Feed(n, **kw)
        self.put(serve=serve)
        self.pull("fresh")
        return self.feed

    def add_relay(self, node):
        """Another peer of the client, which may carry the feed."""
        self.relays.append((node, Server(), Key.p256().pin))
        return self.relays[-1][1]

    def route(self, path, answer):
        self.server.routes[path] = answer

    # ---- the client's side ----

    def run_client(self, pin=None, node=None):
        args = [*self.client, "pull", "--dir", self.folder,
                "--node", node or self.feed.node, "--url", self.server.url,
                "--key", pin or self.pin or self.feed.key.pin]
        if self.ahead:
            args += ["--ahead", str(self.ahead)]
        for relay, server, key in self.relays:
            args += ["--relay", "%s,%s,%s" % (relay, server.url, key)]
        done = subprocess.run(args, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PULL_TIMEOUT)
        out = done.stdout.decode("utf-8", "replace").strip()
        self.story.append("client: exit %d: %s" % (done.returncode, out))
        text = done.stderr.decode("utf-8", "replace").strip()
        if text:
            self.story.append("  stderr: " + text[-2000:])
        try:
            result = json.loads(out)
            result["records"], result["serial"], result["digest"]
            result["exit"] = done.returncode
        except (ValueError, KeyError, TypeError):
            raise Wrong("standard output is no JSON object with state, "
                        "records, serial and digest: %.200r" % out)
        return result

    def check(self, what, got, want):
        if got != want:
            raise Wrong("%s: %r, but %r is right" % (what, got, want))

    def check_requests(self, requests, heads, pages):
        n_heads = sum(r.path == HEAD for r in requests)
        n_pages = sum(bool(PAGE.match(r.path)) for r in requests)
        if not fits(n_heads, heads):
            raise Wrong("the head was asked for %d times, not %s" % (
                n_heads, heads))
        if not fits(n_pages, pages):
            raise Wrong("%d pages and indexes were asked for, not %s" % (
                n_pages, pages))
        for request in requests:
            if request.method != "GET" or \
                    not request.path.startswith("/feed/"):
                raise Wrong("a request for what is no part of a feed: %s" %
                            request)
            for name in ("cookie", "authorization"):
                if name in request.headers:
                    raise Wrong("a request with the header " + name)

    def check_relays(self):
        below = "/feed/m/%s/" % self.feed.node
        for node, server, _ in self.relays:
            for request in server.requests:
                if not request.path.startswith(below):
                    raise Wrong("%s was asked for %s, not below %s" % (
                        node, request.path, below))

    def pull(self, states, heads=None, pages=None, records=None, serial=None,
             pin=None, node=None):
        """One round. `states`: the right one, or several that are.

        A good state must show the publication that is served (records and
        serial when they are not its own), another one what was shown before.
        """
        states = (states,) if isinstance(states, str) else states
        mark = self.server.mark()
        try:
            got = self.run_client(pin, node)
        finally:
            requests = self.server.since(mark)
            self.story += ["  " + str(r) for r in requests[:12]]
            if len(requests) > 12:
                self.story.append("  and %d requests more" %
                                  (len(requests) - 12))
        if got["state"] not in states:
            raise Wrong("state %r, but %s is right" % (
                got["state"], " or ".join(states)))
        self.check_relays()
        is_good = got["state"] in GOOD
        self.check("exit code with state " + got["state"], got["exit"],
                   0 if is_good else 1)
        if is_good:
            self.check_good(got, records, serial)
        elif self.shown is not None:
            for name in ("records", "serial", "digest"):
                self.check(name + " after a refusal", got[name],
                           self.shown[name])
        else:
            self.check("records of a peer that never was good",
                       got["records"], 0)
        self.check_requests(requests, heads, pages)
        return requests

    def check_good(self, got, records, serial):
        last = self.last
        self.check("records", got["records"],
                   last.records if records is None else records)
        self.check("serial", got["serial"],
                   last.serial if serial is None else serial)
        if records is None:
            known = self.digests.setdefault(last.content, got["digest"])
            self.check("digest of the same records", got["digest"], known)
            for content, digest in self.digests.items():
                if content != last.content and digest == got["digest"]:
                    raise Wrong("other records, and the same digest")
        self.shown = got

    # ---- what many cases do ----

    def refuse_head(self, head, states="rejected", heads=1):
        """This head is not taken, and nothing else is asked for."""
        self.server.put_head(head)
        return self.pull(states, heads=heads, pages=0)

    def refuse_signed(self, change=None, states="rejected", **kw):
        """The next head, well signed, but with something in it that is
        wrong: `change` edits its bytes before they are signed."""
        publication = self.feed.publish(change=change, **kw)
        return self.refuse_head(publication.head, states)

    def recover(self):
        """The next good head is taken: nothing is wrong for ever."""
        self.feed.change(0, "Recovered %d" % self.feed.serial)
        self.put()
        self.pull("fresh")

    def close(self):
        self.server.close()
        for _, server, _ in self.relays:
            server.close()
