"""What a server may do to a client (section 8). None of it may lose what was
shown, and all of it has to end."""

import gzip
import threading

from suite.bench import Wrong, case
from suite.feed import Feed
from suite.server import HEAD, Answer, Drip, Raw, Server

NO = ("unreachable", "rejected")
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
ONCE = (1, 3)  # a client may try again, but not for ever
MIB = 1 << 20


def head_case(name, says, answers, states=NO, slow=False):
    """Each answer in turn to a request for the head: nothing is lost, and no
    page is asked for."""
    @case("transport." + name, says, slow=slow)
    def run(t):
        t.start(5)
        t.feed.change(1)
        good = t.feed.publish().head
        for answer in answers(good):
            t.route(HEAD, answer)
            t.pull(states, heads=ONCE, pages=0)


def page_case(name, says, answers, states=NO, slow=False):
    """The same with the one page that changed."""
    @case("transport." + name, says, slow=slow)
    def run(t):
        t.start(5)
        for number, answer in enumerate(answers(b"")):
            t.feed.change(1, "Changed %d" % number)
            page = t.put().pages[0]
            t.route(page.path, answers(page.data)[number])
            t.pull(states, heads=ONCE, pages=ONCE)


def status(*lines, body=b"sorry\n", headers=()):
    return lambda data: [Answer(body, line, headers) for line in lines]


head_case("404", "no head: 404, 410", status("404 Not Found", "410 Gone"))
head_case("401", "a head behind a password: none is sent", status(
    "401 Unauthorized", headers=['WWW-Authenticate: Basic realm="a"']))
head_case("4xx", "other refusals", status(
    "400 Bad Request", "403 Forbidden", "429 Too Many Requests",
    "451 Unavailable For Legal Reasons", "407 Proxy Authentication Required"))
head_case("500", "a server in trouble", status(
    "500 Internal Server Error", "502 Bad Gateway"))
head_case("503", "a server that is busy, for a minute or for ever",
          lambda data: [Answer(b"later\n", "503 Service Unavailable",
                               ["Retry-After: " + when])
                        for when in ("60", "99999999999999999999", "-1",
                                     "Fri, 31 Dec 9999 23:59:59 GMT")])
head_case("2xx", "a good head with a status that is not 200",
          lambda data: [Answer(data, line) for line in (
              "201 Created", "202 Accepted", "203 Other", "206 Partial Content",
              "299 Odd")])
head_case("204", "204, with and without a body",
          lambda data: [Raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
                        Raw(b"HTTP/1.1 204 No Content\r\nContent-Length: %d"
                            b"\r\n\r\n%s" % (len(data), data))])
head_case("300", "a good head that comes with a choice of others",
          lambda data: [Answer(data, "300 Multiple Choices")])
head_case("redirect-loop", "a redirect to the very same place",
          lambda data: [Answer(b"", line, ["Location: /feed/head.xml"])
                        for line in ("301 Moved Permanently", "302 Found",
                                     "303 See Other",
                                     "307 Temporary Redirect",
                                     "308 Permanent Redirect")])
head_case("redirect-file", "redirects to files and other schemes",
          lambda data: [Answer(b"", "302 Found", ["Location: " + to])
                        for to in ("file:///etc/hostname", "ftp://127.0.0.1/",
                                   "gopher://127.0.0.1:9/", "//[::1]:9/",
                                   "http://169.254.169.254/", "")])
head_case("status-line", "status lines that are none",
          lambda data: [Raw(line + b"\r\n\r\n" + data) for line in (
              b"HTTP/1.1 2000 OK", b"HTTP/1.1 OK", b"HTTP/9.9 200 OK",
              b"SSH-2.0-OpenSSH_9.2", b"\0\0\0\0", b"HTTP/1.1 -200 OK")])
head_case("http-0.9", "a body without status line and headers",
          lambda data: [Raw(data), Raw(b"\r\n\r\n" + data)])
head_case("closed", "the connection is closed at once, or in the headers",
          lambda data: [Raw(b""), Raw(OK), Raw(OK + b"Content-Le"),
                        Raw(b"", reset=True), Raw(OK, reset=True)])
head_case("truncated", "fewer bytes than Content-Length says",
          lambda data: [Answer(data, length=len(data) + 1),
                        Answer(data[:100], length=len(data)),
                        Answer(b"", length=len(data))])
head_case("longer", "more bytes than Content-Length says: what is behind is "
          "not read",
          lambda data: [Answer(data, length=len(data) - 1),
                        Answer(data, length=0), Answer(data, length=1)])
head_case("length-odd", "a Content-Length that is none",
          lambda data: [Answer(data, length="-1"),
                        Answer(data, length="1 000"),
                        Answer(data, length="99999999999999999999999")])
head_case("gzip-head", "a head that comes packed though nobody asked",
          lambda data: [Answer(data, pack="always")])
head_case("encoding", "encodings nobody asked for",
          lambda data: [Answer(data, headers=["Content-Encoding: " + name])
                        for name in ("br", "deflate", "zstd", "compress",
                                     "gzip, gzip", "rot13")])
head_case("header-flood", "ten thousand header lines", lambda data: [
    Raw(OK + b"".join(b"X-%d: a\r\n" % i for i in range(10000))
        + b"\r\n" + data)])
head_case("header-long", "a header line of a megabyte", lambda data: [
    Raw(OK + b"X-A: " + b"a" * MIB + b"\r\n\r\n" + data)])
head_case("100-continue", "a thousand interim answers", lambda data: [
    Raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + OK + b"\r\n" + data)])
head_case("chunk-broken", "chunks that are none", lambda data: [
    Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n" + text) for text in (
        b"zz\r\n" + data, b"-1\r\n" + data, b"ffffffffffffffffff\r\n" + data,
        b"%x\r\n%s" % (len(data), data),
        b"%x\r\n%s\r\n" % (len(data), data), b"\r\n\r\n")])

page_case("page-status", "a good page with a status that is not 200",
          lambda data: [Answer(data, line) for line in (
              "206 Partial Content", "203 Other", "500 Oops",
              "403 Forbidden")])
page_case("page-redirect", "a page that has moved", lambda data: [
    Answer(b"", "302 Found", ["Location: /feed/p/" + "0" * 64 + ".xml"])])
page_case("page-304", "304 for a page nobody asked so for",
          lambda data: [Answer(b"", "304 Not Modified")])
page_case("page-truncated", "fewer bytes of a page than announced",
          lambda data: [Answer(data[:200], length=len(data))])
page_case("page-reset", "the connection breaks in a page", lambda data: [
    Raw(OK + b"Content-Length: %d\r\n\r\n" % len(data) + data[:300],
        reset=True)])
page_case("gzip-bomb", "10 KiB that unpack to 10 MiB, and a bomb in a bomb",
          lambda data: [
              Answer(gzip.compress(bytes(10 * MIB)),
                     headers=["Content-Encoding: gzip"]),
              Answer(gzip.compress(gzip.compress(bytes(10 * MIB))),
                     headers=["Content-Encoding: gzip"])])
page_case("gzip-broken", "gzip that is none, cut, or with a wrong sum",
          lambda data: [Answer(packed, headers=["Content-Encoding: gzip"])
                        for packed in (
                            data, b"", b"\x1f\x8b", gzip.compress(data)[:-9],
                            gzip.compress(data)[:-8] + bytes(8),
                            bytes(20) + gzip.compress(data))])
page_case("gzip-twice", "a page packed twice", lambda data: [
    Answer(gzip.compress(gzip.compress(data)),
           headers=["Content-Encoding: gzip"])])
page_case("page-encoding", "a page in an encoding nobody asked for",
          lambda data: [Answer(data, headers=["Content-Encoding: br"])])


def endless(t, drip, path):
    t.route(path, drip)
    t.pull(NO, heads=ONCE)
    if not drip.ended_by_client:
        raise Wrong("an endless body was read to its end")
    if drip.sent > 16 * MIB:
        raise Wrong("%d bytes of an endless body were taken" % drip.sent)


@case("transport.endless-head", "a head that never ends")
def endless_head(t):
    t.start(5)
    for first in (OK + b"\r\n", OK + b"Content-Length: 268435456\r\n\r\n"):
        endless(t, Drip(first, b"<" * 65536, every=0), HEAD)
    endless(t, Drip(OK + b"Transfer-Encoding: chunked\r\n\r\n",
                    b"1000\r\n" + b"<" * 4096 + b"\r\n", every=0), HEAD)


@case("transport.endless-page", "a page that never ends")
def endless_page(t):
    t.start(5)
    t.feed.change(1)
    page = t.put().pages[0]
    endless(t, Drip(OK + b"\r\n" + page.data, b"<" * 65536, every=0),
            page.path)


@case("transport.endless-header", "headers that never end")
def endless_header(t):
    t.start(5)
    endless(t, Drip(OK, b"X-A: " + b"a" * 1000 + b"\r\n", every=0), HEAD)


@case("transport.refused", "nobody listens")
def refused(t):
    t.start(5)
    t.server.refuse()
    t.pull("unreachable", heads=0, pages=0)
    url, routes = t.server.url, t.server.routes
    t.server = Server()
    t.server.routes = routes
    t.story.append("%s is now %s" % (url, t.server.url))


@case("transport.redirect-elsewhere", "a redirect to another server: nobody "
      "goes there")
def redirect_elsewhere(t):
    t.start(5)
    other = Server()
    try:
        good = t.feed.publish().head
        for line in ("301 Moved Permanently", "302 Found", "307 Temporary",
                     "308 Permanent Redirect"):
            other.routes[HEAD] = Answer(good)
            t.route(HEAD, Answer(b"", line, [
                "Location: " + other.url + "feed/head.xml"]))
            t.pull(NO, heads=1, pages=0)
        t.route(HEAD, Answer(good, headers=[
            "Refresh: 0; url=" + other.url, "Link: <%s>; rel=preload" %
            other.url, "Alt-Svc: h2=\"127.0.0.1:%d\"" % other.port]))
        t.last.serial, t.last.head = t.feed.serial, good
        t.pull("fresh", heads=1, pages=0)
        if other.requests or other.connections:
            raise Wrong("the client went to another server")
    finally:
        other.close()


@case("transport.cookies", "cookies are never sent back")
def cookies(t):
    t.feed = Feed(60)
    t.put(serve={"headers": ["Set-Cookie: a=1; Path=/"]})
    t.route(HEAD, Answer(t.last.head, etag='"a"', headers=[
        "Set-Cookie: b=2; Path=/", "Set-Cookie: c=3"]))
    for _ in range(2):  # check_requests() looks for them
        t.pull("fresh")


@case("transport.smuggling", "Transfer-Encoding and Content-Length in one "
      "answer, and Content-Length twice: what is taken is the signed head")
def smuggling(t):
    t.start(5)
    t.feed.change(1)
    new = t.put()
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(new.head), new.head)
    for raw in (
            OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            + body,
            OK + b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n"
            % len(body) + body,
            OK + b"Content-Length: %d\r\nContent-Length: 5\r\n\r\n"
            % len(new.head) + new.head,
            OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + body):
        t.route(HEAD, Raw(raw))
        t.pull(("fresh",) + NO, heads=ONCE)


@case("transport.hop", "header names and values at odds with each other do "
      "no harm")
def odd_headers(t):
    t.start(5)
    t.feed.change(1)
    t.put()
    t.route(HEAD, Answer(t.last.head, headers=[
        "Content-Type: image/png", "Content-Language: xx",
        "Content-Disposition: attachment; filename=../../a",
        "Content-Location: http://127.0.0.1:9/", "X-Empty:", "Age: -5",
        "Last-Modified: never", "Expires: 0", "Warning: \xff\xfe",
        "Strict-Transport-Security: max-age=1", "Content-MD5: wrong"]))
    t.pull("fresh", heads=1, pages=1)


@case("transport.resume", "a cut in the last of many pages: what arrived is "
      "not fetched again", needs=("resume",))
def resume(t):
    t.feed = Feed(300)
    pages = t.put().pages
    last = pages[-1]
    waiting = {page.path for page in pages[:-1]}
    rest = threading.Event()

    def answer(page):
        def give(request):
            waiting.discard(page.path)
            if not waiting:
                rest.set()
            return Answer(page.data)
        return give

    def cut(request):
        rest.wait(3)  # until the others are out
        threading.Event().wait(0.3)
        return Raw(OK + b"Content-Length: %d\r\n\r\n" % last.size
                   + last.data[:100], reset=True)
    for page in pages[:-1]:
        t.route(page.path, answer(page))
    t.route(last.path, cut)
    first = t.pull(NO)
    whole = {r.path for r in first if r.is_done} - {last.path, HEAD}
    t.server.put(t.last)
    second = t.pull("fresh", heads=1)
    twice = whole & {r.path for r in second}
    if twice:
        raise Wrong("%d pages that had arrived were fetched again" %
                    len(twice))
    if len(whole) < len(pages) - 1:
        raise Wrong("only %d of %d pages were asked for before the cut" % (
            len(whole), len(pages)))


# ---- what takes long ----

head_case("stalled", "a server that takes the request and says nothing",
          lambda data: [Drip(b"", b"", every=1.0)], slow=True)
head_case("drip-header", "a header line every now and then",
          lambda data: [Drip(OK, b"X-A: a\r\n", every=1.0)], slow=True)
head_case("drip-head", "a head at one byte a second",
          lambda data: [Drip(OK + b"Content-Length: %d\r\n\r\n" % len(data),
                             b"<", every=1.0)], slow=True)
page_case("drip-page", "a page at one byte a second",
          lambda data: [Drip(OK + b"Content-Length: %d\r\n\r\n" % len(data),
                             b"<", every=1.0)], slow=True)
