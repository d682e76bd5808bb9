"""Readers report problems, and follow links to what is gone: whole nodes."""

import http.client
import re
import sqlite3
import time
import urllib.parse

from conftest import programme, wait_until

CHAMPION = "urn:gspd:sg:00000000-0000-4000-8000-0000000000c1"


def post(node, path, fields, **headers):
    """Status, headers and body of a form that is sent."""
    host = urllib.parse.urlsplit(node.url).netloc
    line = http.client.HTTPConnection(host, timeout=10)
    line.request("POST", path, urllib.parse.urlencode(fields), {
        "Content-Type": "application/x-www-form-urlencoded", **headers})
    answer = line.getresponse()
    body = answer.read().decode()
    line.close()
    return answer.status, answer.headers, body


def first_id(node):
    return node.json("search")["items"][0]["id"]


def test_a_report_is_shown_whole_and_harmless(make_node):
    """2,000 characters are 6,000 bytes in Japanese, and none rules the
    terminal."""
    node = make_node("jp")
    node.load([programme("jp", "Lantern walk", number=1)])
    node.run("publish")
    node.serve()
    path = "/record/%s/report" % first_id(node)
    text = "\u6b4c" * 1900 + "\u202e\x9b31m\x1b]0;x\x07 end"
    status, _, _ = post(node, path, {"kind": "other", "text": text})
    assert status == 303
    no = node.json("report", "list")["reports"][0]["no"]
    shown = node.run("report", "show", no).stdout
    assert "\u6b4c" * 1900 in shown and shown.rstrip().endswith(" end")
    for out in (shown, node.run("report", "list").stdout):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)


def test_a_report_reaches_its_editors(make_node):
    node = make_node("ca")
    node.load([programme("ca", "Lantern walk", number=1)])
    node.run("publish")
    node.serve()
    record = first_id(node)
    path = "/record/%s/report" % record
    status, page = node.get(path)
    assert status == 200
    assert 'method="post"' in page
    assert "Lantern walk" in page

    said = {"kind": "moved", "reply": "reader@example.org",
            "text": "It moved.\nNow \u0641\u0646 \x1b[31m<script>"}
    status, headers, _ = post(node, path, said, Origin=node.url.rstrip("/"))
    assert status == 303
    assert headers["Location"] == path + "?done=1"
    assert "Thank you" in node.get(headers["Location"])[1]
    assert "gspd_reports_open 1" in node.get("/metrics")[1]

    listed = node.json("report", "list")["reports"]
    assert len(listed) == 1
    report = listed[0]
    assert report["record"] == record
    assert report["title"] == "Lantern walk"
    assert report["text"] == "It moved.\nNow \u0641\u0646  [31m<script>"
    assert report["reply"] == "reader@example.org"
    assert report["open"] and report["kind"] == "moved"
    assert abs(report["at"] - time.time()) < 60
    assert "Lantern walk" in node.run("report", "list").stdout
    shown = node.run("report", "show", report["no"]).stdout
    assert "\x1b" not in shown and "It moved." in shown
    assert "report list" in node.run("status").stdout
    assert node.json("status")["reports"] == 1

    # A backup holds it as well; who closes it forgets the address.
    node.run("backup", node.dir + ".backup")
    with sqlite3.connect(node.dir + ".backup/ledger.db") as db:
        assert db.execute("SELECT count(*) FROM report").fetchone() == (1,)
    db.close()
    node.run("report", "close", report["no"], "--note", "put right")
    assert node.json("report", "list")["reports"] == []
    closed = node.json("report", "list", "--all")["reports"][0]
    assert closed["note"] == "put right" and closed["reply"] == ""
    assert not closed["open"]
    assert node.json("status")["reports"] == 0
    assert "no open report" in node.run(
        "report", "close", report["no"], code=None).stderr
    assert node.run("report", "show", "99", code=None).returncode != 0
    assert node.run("report", "show", "x", code=2).stderr

    # None or all of several.
    for text in ("One", "Two"):
        assert post(node, path, {"kind": "other", "text": text})[0] == 303
    a, b = [r["no"] for r in node.json("report", "list")["reports"]]
    node.run("report", "close", a, "777", code=None)
    assert len(node.json("report", "list")["reports"]) == 2
    node.run("report", "close", a, b)
    assert node.json("report", "list")["reports"] == []


def test_what_a_peer_withdrew(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.load([programme("sg", "Lantern walk", number=1),
            programme("sg", "Garden of herbs", number=2),
            {"kind": "champion", "id": CHAMPION, "lang": "en",
             "display_name": "Dr Invented", "role": "physician",
             "country": ["SG"],
             "consent": {"date": "2026-01-01", "text_version": "1",
                         "expires": "2036-01-01"}}])
    b.run("publish")
    b.serve()
    a.run("publish")
    a.add_peer(b)
    a.run("pull")
    a.serve()
    walk = next(i["id"] for i in a.json("search", "lantern")["items"])
    champion = next(i["id"] for i in a.json("search", "Invented")["items"]
                    if i["kind"] == "champion")
    assert a.get("/record/" + walk)[0] == 200
    assert "Dr Invented" in a.get("/record/" + champion)[1]
    # A copy: the form is at the node that made it.
    status, page = a.get("/record/%s/report" % walk)
    assert status == 200
    assert "%srecord/%s/report" % (b.url, walk) in page
    assert 'class="report"' not in page
    assert post(a, "/record/%s/report" % walk,
                {"kind": "other", "text": "x"})[0] == 422
    assert a.json("report", "list")["reports"] == []

    b.run("retire", walk)
    b.run("retire", champion)
    b.add(programme("sg", "Lantern walk by the river", relation=[
        {"type": "replaces", "id": walk}]))
    b.run("publish")
    a.run("pull")
    wait_until(lambda: a.get("/record/" + walk)[0] == 410)
    page = a.get("/record/" + walk)[1]
    assert "Lantern walk" in page
    assert re.search(r"Node sg withdrew this record on \d+ ", page)
    assert "Lantern walk by the river" in page
    # Of a person nothing is remembered.
    status, page = a.get("/record/" + champion)
    assert status == 404
    assert "Invented" not in page
    with sqlite3.connect(a.dir + "/catalogue.db") as db:
        assert db.execute("SELECT title FROM gone").fetchall() == [
            ("Lantern walk",)]
    db.close()
    a.stop()
    # Where it was withdrawn the ledger knows; its history has the person,
    # the page does not.
    status, page = b.get("/record/" + champion)
    assert status == 410
    assert "Invented" not in page
    # Made again from the pages, the copy has forgotten, and says so plainly.
    a.run("rebuild")
    a.serve()
    status, page = a.get("/record/" + walk)
    assert status == 404
    assert "No record with this id" in page


def test_a_folder_from_before_reports(make_node):
    """A ledger of version 2 is brought on, a catalogue of version 2 made
    again."""
    node = make_node("ca")
    node.load([programme("ca", "Lantern walk", number=1)])
    node.run("publish")
    for name, sql in (("ledger", "DROP TABLE report"),
                      ("catalogue", "DROP TABLE gone")):
        db = sqlite3.connect("%s/%s.db" % (node.dir, name))
        db.executescript(sql + "; PRAGMA user_version = 2;")
        db.close()
    assert node.json("report", "list")["reports"] == []
    node.serve()
    assert "Lantern walk" in node.get("/search?q=lantern")[1]
    path = "/record/%s/report" % first_id(node)
    assert post(node, path, {"kind": "other", "text": "Late"})[0] == 303
    assert len(node.json("report", "list")["reports"]) == 1
