"""How peers are shown: page, JSON, metrics and commands say the same."""

import html.parser
import json
import re
import sqlite3
import time
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from conftest import SOURCE, free_port, programme

HOSTILE = '"><script>alert(1)</script>\x1b[31m\u202e{{7*7}}&amp;\\'
VOID = {"meta", "link", "input", "br", "path", "img"}


def change(node, sql, *values):
    """What another part of the program would have put into the ledger."""
    with sqlite3.connect(node.dir + "/ledger.db") as db:
        db.execute(sql, values)
    db.close()


def peer_section(name, url, key, *more):
    return "\n[peer %s]\nurl = %s\nkey = %s\ninsecure = yes\n" \
        "allow-private = yes\n%s\n" % (name, url, key, "\n".join(more))


@pytest.fixture
def shown(make_node):
    """ca with a fresh, a silent, a paused and a rejected peer."""
    a, b = make_node("ca"), make_node("sg")
    b.load([programme("sg", "Lantern %d" % i, number=i) for i in range(3)])
    b.run("publish")
    b.serve()
    a.run("publish")
    a.add_peer(b)
    with open(a.dir + "/peers.conf", "a") as f:
        f.write("\n[alliance]\nurl = http://127.0.0.1:%d/list.xml\n"
                "board = %s\nneeded = 1\ninsecure = yes\n"
                "allow-private = yes\n" % (free_port(), "4" * 64))
        f.write(peer_section("us", "http://127.0.0.1:%d/" % free_port(),
                             "1" * 64))
        f.write(peer_section("pt", "http://127.0.0.1:9/", "2" * 64,
                             "paused = yes"))
        # The right address, but another key is pinned, and another name.
        f.write(peer_section("gb-eng", b.url, "3" * 64))
    a.run("pull", code=None)
    change(a, "UPDATE peer SET reason = ?, bad_records = 1 "
           "WHERE name = 'gb-eng'", HOSTILE)
    change(a, "INSERT INTO bad VALUES ('gb-eng', 0, 'urn:x', ?)", HOSTILE)
    # As if the list had been there once.
    now = int(time.time())
    change(a, "UPDATE alliance SET serial = ?, expires = ?, last_good = ?",
           now - 90, now + 9000, now - 60)
    # The silent one is not asked again while we look.
    a.conf("#interval = 30m", "interval = 12h")
    a.serve()
    return a


class Page(html.parser.HTMLParser):
    """Every tag is closed, in its place; no scripts, no styles inline."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.ids = set()
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag not in ("script", "style", "iframe")
        assert not any(name.startswith("on") or name == "style"
                       for name in attrs)
        if "id" in attrs:
            assert attrs["id"] not in self.ids
            self.ids.add(attrs["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def page(node, path):
    status, text = node.get(path)
    assert status == 200
    return Page(text)


def metrics(node):
    with urllib.request.urlopen(node.url + "metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"] == \
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        text = answer.read().decode()
    families = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in families and family.documentation
        families[family.name] = family
    return families, text


def states(families):
    return {s.labels["node"]: s.labels["gspd_peer_state"]
            for s in families["gspd_peer_state"].samples if s.value == 1}


def value(families, name, **labels):
    return [s.value for s in families[name].samples if s.labels == labels]


def test_states_are_the_same_everywhere(shown):
    want = {"sg": "fresh", "us": "unreachable", "pt": "paused",
            "gb-eng": "rejected"}
    items = json.loads(shown.get("/api/v1/peers")[1])["items"]
    assert {i["node"]: i["state"] for i in items if not i["self"]} == want
    listed = shown.json("peer", "list")
    assert {p["name"]: p["state"] for p in listed} == want
    families, text = metrics(shown)
    assert states(families) == want
    seen = page(shown, "/peers").words
    for words in ("Up to date", "Unreachable", "Paused", "Rejected"):
        assert words in seen
    # Ages.
    sg = next(i for i in items if i["node"] == "sg")
    assert 0 <= sg["ages"]["last_good"] < 60 and sg["ages"]["head"] >= 0
    assert 0 < sg["next_pull_s"] < 24 * 3600
    assert sg["records"] == 3 and sg["pulls_good"] == len(sg["pulls"]) == 1
    assert 0 <= value(families, "gspd_peer_last_good_age_seconds",
                      node="sg")[0] < 60
    assert value(families, "gspd_peer_last_good_age_seconds", node="us") == []
    assert value(families, "gspd_peer_failures", node="us") == [1]
    assert value(families, "gspd_peer_records", node="sg") == [3]
    assert value(families, "gspd_catalogue_records") == [3]
    assert value(families, "gspd_alarms", kind="fork") == [0]
    assert value(families, "gspd_ready") == [1]
    assert families["gspd_peer_state"].type == "stateset"
    assert families["gspd_build"].type == "info"
    assert families["gspd_head_age_seconds"].unit == "seconds"


def test_the_list_is_the_same_everywhere(shown):
    families, _ = metrics(shown)
    said = json.loads(shown.get("/api/v1/peers")[1])["meta"]["alliance"]
    assert said["state"] == "trouble" and said["failures"] >= 1
    assert said["url"] in said["reason"] or "127.0.0.1" in said["reason"]
    assert value(families, "gspd_alliance_failures") == [said["failures"]]
    assert 60 <= value(families,
                       "gspd_alliance_last_good_age_seconds")[0] < 120
    assert families["gspd_alliance_expires_timestamp_seconds"].unit == \
        "seconds"
    seen = page(shown, "/peers").words
    assert "could not be checked anew" in seen
    assert "Added by the operator" in seen
    # The last good look is over: nothing but the clock has moved.
    change(shown, "UPDATE alliance SET expires = ?", int(time.time()) - 5)
    assert "Expired" in page(shown, "/peers").words


def test_the_manual_names_every_metric(shown):
    with open(SOURCE + "/docs/metrics.md") as f:
        text = f.read()
    told = set(re.findall(r"^\| `(\w+)", text[text.index("| metric |"):
                                              text.index("A scrape:")], re.M))
    families, _ = metrics(shown)
    named = {s.name for f in families.values() for s in f.samples}
    assert told == named
    # Rules use nothing else.
    rules = text[text.index("and the rules"):text.index("## /api/v1/peers")]
    assert set(re.findall(r"\bgspd_\w+", rules)) <= named


def test_hostile_reasons_are_only_text(shown):
    text = shown.get("/peers")[1]
    assert "&lt;script&gt;" in text and "<script" not in text
    words = page(shown, "/peers/gb-eng").words
    assert words.count(HOSTILE.split("\x1b")[0]) == 2 and "\x1b" not in words
    assert words.count(HOSTILE.split("\u202e")[1]) == 2
    body = json.loads(shown.get("/api/v1/peers/gb-eng")[1])
    assert body["reason"] == HOSTILE
    assert body["skipped"] == [{"id": "urn:x", "reason": HOSTILE}]
    assert "script" not in metrics(shown)[1]
    for args in (("peer", "list"), ("peer", "show", "gb-eng"), ("status",)):
        out = shown.run(*args).stdout
        assert "alert(1)" in out
        assert "\x1b" not in out and "\u202e" not in out
        assert max(len(line) for line in out.splitlines()) <= 100
    assert shown.json("peer", "show", "gb-eng")["reason"] == HOSTILE


def test_a_promise_broken_since(shown):
    """Nobody pulled, but the time has passed."""
    now = int(time.time())
    change(shown, "UPDATE peer SET next_promised = ? WHERE name = 'sg'",
           now - 3600)
    change(shown, "UPDATE peer SET serial = 5, next_promised = 6, expires = ?"
           " WHERE name = 'us'", now - 7200)
    families, _ = metrics(shown)
    want = {"sg": "late", "us": "stale", "pt": "paused", "gb-eng": "rejected"}
    assert states(families) == want
    assert {p["name"]: p["state"] for p in shown.json("peer", "list")} == want
    out = shown.run("peer", "list").stdout
    assert "its next head is 60 min late" in out
    assert "expired 2 h ago" in out
    assert "Late" in page(shown, "/peers").words
    since = value(families, "gspd_peer_state_age_seconds", node="sg")[0]
    assert 3600 <= since < 3700


def test_alarms_are_seen_everywhere(shown):
    assert shown.json("status")["alarms"] == 0
    now = int(time.time())
    for alarm in (("sg", "fork", "pt", 1, "a" * 64, "b" * 64, 1, now - 300),
                  ("sg", "freeze", "us", 2, "c" * 64, "", 0, now - 60),
                  ("ca", "stolen", "sg", 3, "d" * 64, "", 0, now)):
        change(shown, "INSERT INTO alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               *alarm)
    out = shown.run("peer", "list").stdout
    assert "alarm: fork of sg: pt" in out and "gspd peer evidence sg" in out
    assert "alarm: stolen of ca: sg" in out and "ALARM" in out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "alarm: freeze" in shown.run("status", code=1).stdout
    assert shown.json("status", code=1)["alarms"] == 3
    assert "stolen" in shown.run("peer", "show", "ca").stdout
    families, _ = metrics(shown)
    for kind in ("fork", "freeze", "stolen"):
        assert value(families, "gspd_alarms", kind=kind) == [1]
    assert value(families, "gspd_peer_alarms", node="sg") == [2]
    seen = page(shown, "/peers").words
    assert "was shown another list of Singapore (sg)" in seen
    assert "has a newer list of Singapore (sg)" in seen
    assert "gspd key rotate" in seen
    assert "a" * 64 in page(shown, "/peers/sg").words
    alarms = json.loads(shown.get("/api/v1/peers/sg")[1])["alarms"]
    assert [a["kind"] for a in alarms] == ["fork", "freeze"]
    assert alarms[0]["proven"] and alarms[0]["held"] == "b" * 64


def test_a_fork_is_as_good_as_an_alarm(shown):
    change(shown, "UPDATE peer SET state = 'forked', reason = 'two heads', "
           "serial = 5, expires = ? WHERE name = 'sg'", int(time.time()) + 900)
    facts = shown.json("status", code=1)
    assert facts["forked"] == 1 and facts["alarms"] == 0
    assert "gspd peer evidence sg" in page(shown, "/peers/sg").words
    shown.run("peer", "evidence", "sg", "--settled")
    assert shown.json("status")["forked"] == 0


def test_evidence_where_there_is_none(shown, tmp_path):
    into = tmp_path / "copies"
    assert "no heads of sg" in shown.run("peer", "evidence", "sg", "--into",
                                         into).stdout
    assert not into.exists()
    assert "nothing to settle" in shown.run("peer", "evidence", "sg",
                                            "--settled").stdout
    # A head that nobody signed is told from one that is proof.
    with open(shown.dir + "/pages/sg/fork-5-x.xml", "w") as f:
        f.write("<head/>")
    shown.run("peer", "evidence", "sg", "--into", into)
    assert [p.name for p in into.iterdir()] == ["sg-fork-5-x.xml"]
    out = shown.run("peer", "evidence", "sg", "--into", into).stdout
    assert "not signed by a key of this peer" in out and "copied" in out
    # Into a file.
    done = shown.run("peer", "evidence", "sg", "--into",
                     into / "sg-fork-5-x.xml", code=74)
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_nobody_of_that_name(shown):
    shown.run("peer", "show", "jp", code=1)
    assert shown.get("/peers/jp")[0] == 404
    assert shown.get("/api/v1/peers/jp")[0] == 404
