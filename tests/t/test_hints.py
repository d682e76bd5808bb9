"""Hints: a peer that follows edits asks for no page."""

import http.server
import json
import threading
import urllib.error
import urllib.request

import pytest

from conftest import programme


class Between(http.server.BaseHTTPRequestHandler):
    """Passes requests on to a node and remembers what was asked for."""
    asked, upstream, without_hints = [], "", False

    def do_GET(self):
        cls = type(self)
        cls.asked.append(self.path)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() in ("accept-encoding", "if-none-match")}
        request = urllib.request.Request(cls.upstream + self.path,
                                         headers=headers)
        try:
            if cls.without_hints and "/feed/h/" in self.path:
                raise urllib.error.HTTPError(self.path, 404, "", {}, None)
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as e:
            answer = e
        body = answer.read() if answer.fp else b""
        self.send_response(answer.status)
        for name in ("Content-Type", "Content-Encoding", "ETag"):
            if answer.headers.get(name):
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def between():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Between.asked, Between.without_hints = [], False
    yield server
    server.shutdown()
    server.server_close()


def asked(kind):
    return sum(path.startswith("/feed/%s/" % kind) for path in Between.asked)


def test_five_edits_cost_no_page(make_node, between):
    a, b = make_node("ca"), make_node("sg")
    a.load([programme("ca", "Choir group %d" % i, number=i)
            for i in range(300)])
    a.run("publish")
    a.serve()
    Between.upstream = a.url.rstrip("/")
    url = "http://127.0.0.1:%d/" % between.server_address[1]
    b.run("peer", "add", url, "--key", a.key, "--yes", "--insecure",
          "--allow-private")
    assert b.json("pull")[0]["records"] == 300

    for i in range(5):
        Between.asked = []
        a.run("edit", "-", input=json.dumps(
            programme("ca", "Lantern walk %d" % i, number=50 * i)))
        a.run("publish")
        result = b.json("pull")[0]
        assert (result["state"], result["fetched"], result["hints"]) == (
            "fresh", 0, 1)
        assert (asked("p"), asked("h")) == (0, 1)
        assert b.json("search", "lantern")["count"] == i + 1

    # Without hints the same costs the page, and nothing else.
    Between.asked, Between.without_hints = [], True
    a.run("edit", "-", input=json.dumps(
        programme("ca", "Lantern night", number=7)))
    a.run("publish")
    result = b.json("pull")[0]
    assert (result["state"], result["fetched"], result["hints"]) == (
        "fresh", 1, 0)
    assert (asked("p"), asked("h")) == (1, 1)
    assert b.json("search", "lantern")["count"] == 6
