"""Members carry one another's feeds, and tell one another what they saw."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.request

from conftest import programme, wait_until


def fill(node, word, n=70):
    node.load([programme(node.name, "%s group %d" % (word, i), number=i)
               for i in range(n)])
    node.run("publish")


def raw(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read(), dict(answer.headers)


def state(node, name):
    return [p for p in node.json("peer", "list", code=None)
            if p["name"] == name][0]


def test_a_dead_node_is_read_through_others(make_node):
    """One who never reached it gets its records, byte for byte."""
    a, b, c = make_node("ca"), make_node("gb-eng"), make_node("sg")
    fill(c, "Lantern")
    fill(b, "Allotment")
    c.serve()
    key = c.key
    b.add_peer(c)
    b.run("pull")
    b.run("publish")
    b.serve()
    # The relay has what the origin has, with the same headers.
    pages = sorted(f[:-3] for f in os.listdir(c.dir + "/feed/p"))
    for name in ["head.xml"] + ["p/" + page for page in pages]:
        one, one_headers = raw(c.url + "feed/" + name)
        two, two_headers = raw(b.url + "feed/m/sg/" + name)
        assert one == two
        for header in ("ETag", "Cache-Control", "Content-Type",
                       "X-Content-Type-Options"):
            assert one_headers[header] == two_headers[header]
    for name in ("staging/", "bad.txt", "last.xml", "", "../ca/head.xml"):
        assert b.get("feed/m/sg/" + name)[0] in (400, 404)
    assert b.get("feed/m/gb-eng/head.xml")[0] == 404
    assert c.stop() == 0

    a.add_peer(b)
    a.run("peer", "add", c.url, "--node", "sg", "--key", key,
          "--allow-private", "--insecure", "--yes")
    results = {r["name"]: r for r in a.json("pull")}
    if results["sg"]["state"] != "fresh":  # nobody was known to carry it yet
        results = {r["name"]: r for r in a.json("pull")}
    assert results["sg"]["state"] == "fresh"
    assert results["sg"]["records"] == 70
    assert "taken from gb-eng" in results["sg"]["reason"]
    assert a.json("search", "lantern")["count"] == 70
    one, _ = raw(b.url + "feed/m/sg/head.xml")
    with open(a.dir + "/pages/sg/head.xml", "rb") as f:
        assert f.read() == one
    # Turned off: what is held stays, and the state is that of its address.
    b.conf("[feed]\n", "[feed]\nrelay = no\n")
    b.proc.send_signal(signal.SIGHUP)
    wait_until(lambda: b.get("feed/m/sg/head.xml")[0] == 404)
    assert a.json("pull", "sg", code=75)[0]["state"] == "unreachable"
    assert a.json("search", "lantern")["count"] == 70
    # It is back.
    c.serve()
    back = a.json("pull", "sg")[0]
    assert (back["state"], back["reason"]) == ("fresh", "")


def test_a_fork_is_seen_by_gossip(make_node, tmp_path):
    """Its folder was copied: each half of the members is shown another one."""
    a, b, c = make_node("ca"), make_node("gb-eng"), make_node("sg")
    fill(b, "Allotment", 5)
    fill(c, "Lantern")
    twin = make_node("sg", init=False)
    shutil.copytree(c.dir, twin.dir)
    twin.conf("127.0.0.1:%d" % c.port, "127.0.0.1:%d" % twin.port)
    # Both publish in the same second, until they do.
    for i in range(30):
        time.sleep(1.05 - time.time() % 1)
        for node in (c, twin):
            node.run("edit", "-", input=json.dumps(programme(
                "sg", "%s %d" % (node.dir[-1], i), number=1)))
        serials = [node.json("publish")["serial"] for node in (c, twin)]
        if serials[0] == serials[1]:
            break
    assert serials[0] == serials[1]
    c.serve()
    twin.serve()
    a.add_peer(c)
    assert a.json("pull", "sg")[0]["state"] == "fresh"
    b.run("peer", "add", twin.url, "--key", c.key, "--allow-private",
          "--insecure", "--yes")
    assert b.json("pull", "sg")[0]["state"] == "fresh"
    b.run("publish", "--force")
    b.serve()

    assert "no heads" in a.run("peer", "evidence", "sg").stdout
    a.add_peer(b)
    a.json("pull", "gb-eng", code=None)
    assert state(a, "sg")["state"] == "forked"
    shown = a.json("peer", "evidence", "sg", code=1)
    assert [h["signed"] for h in shown["heads"]] == [True, True]
    assert [h["proof"] for h in shown["heads"]] == [True, True]
    assert {h["serial"] for h in shown["heads"]} == {serials[0]}
    assert len({h["digest"] for h in shown["heads"]}) == 2
    assert "gb-eng" in {h["shown_by"] for h in shown["heads"]}
    assert a.json("search", "lantern")["count"] == 69
    # For a third party: two heads, one key, nothing else is needed.
    into = str(tmp_path / "evidence")
    text = a.run("peer", "evidence", "sg", "--into", into, code=1).stdout
    assert "signed by its key" in text and "proof" in text
    files = sorted(os.listdir(into))
    heads = [f for f in files if f.startswith("sg-fork-")]
    pems = [f for f in files if f.endswith(".pem")]
    assert len(heads) == 2 and len(pems) == 1
    for head in heads:
        if shutil.which("xmlsec1"):
            done = subprocess.run(
                ["xmlsec1", "--verify", "--pubkey-pem", pems[0], head],
                cwd=into, capture_output=True)
            assert done.returncode == 0, done.stderr
    with open(os.path.join(into, pems[0])) as f:
        assert "BEGIN PUBLIC KEY" in f.read()
    # The operators have spoken.
    assert "settled" in a.run("peer", "evidence", "sg", "--settled").stdout
    assert state(a, "sg")["state"] == "fresh"
    assert len(a.json("peer", "evidence", "sg")["heads"]) == 2
    assert a.run("peer", "evidence", "xx", code=1).stderr != ""

    # And the owner learns of it: b was shown a head that c never published.
    c.add_peer(b)
    done = c.run("pull", code=None)
    assert "gossip.stolen" in done.stderr
    alarm = c.json("peer", "evidence", "sg", code=1)
    assert alarm["alarms"] == 1
    assert "stolen" in c.run("peer", "evidence", "sg", code=1).stdout


def test_seen_goes_by_turns(make_node):
    """200 peers: each is named at least once in two heads."""
    a = make_node("ca")
    a.run("publish")
    names = ["aa-%d" % i for i in range(200)]
    with open(a.dir + "/peers.conf", "w") as f:
        for name in names:
            f.write("[peer %s]\nurl = https://%s.example/\nkey = %s\n" % (
                name, name, "a" * 64))
    with sqlite3.connect(a.dir + "/ledger.db") as db:
        for name in names:
            db.execute(
                "INSERT INTO peer (name, state, state_since, reason, serial,"
                " epoch, digest, nextkey, next_promised, expires, etag,"
                " last_try, last_good, retry_at, failures, records,"
                " bad_records, held_serial, held_since, held_heads,"
                " is_paused, is_released) VALUES (?, 'fresh', 1, '', 1000, 0,"
                " ?, '', 2000, 3000, '', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                (name, hashlib.sha256(name.encode()).hexdigest()))
    db.close()
    heads = []
    for _ in range(4):
        a.run("publish", "--force")
        with open(a.dir + "/feed/head.xml") as f:
            text = f.read()
        seen = [part.split('node="')[1].split('"')[0]
                for part in text.split("<seen ")[1:]]
        assert len(seen) == 128 and seen == sorted(seen)
        assert len(text) < 65536
        heads.append(set(seen))
    for i in range(3):
        assert heads[i] | heads[i + 1] == set(names)
    assert heads[0] != heads[1]
