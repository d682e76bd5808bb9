"""SIGKILL at many moments: the old state or the new one, never a third."""

import json
import os
import random
import subprocess
import time

from conftest import GSPD, gspd, programme

TRIES = 10
RANDOM = random.Random(20261121)


def start(node, *args):
    return subprocess.Popen([GSPD, "-d", node.dir, *args],
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def took(node, *args):
    begin = time.monotonic()
    start(node, *args).wait(timeout=60)
    return time.monotonic() - begin


def kill_within(node, seconds, *args):
    """Start, kill after a random part of the time; True when it was done."""
    proc = start(node, *args)
    try:
        proc.wait(timeout=RANDOM.uniform(0, seconds))
    except subprocess.TimeoutExpired:
        proc.kill()
    return proc.wait() == 0


def walks(version, n=300):
    return [programme("sg", "Walk %d in %s" % (i, version), number=i)
            for i in range(n)]


def feed(node):
    done = gspd("verify", os.path.join(node.dir, "feed"), "--key", node.key,
                "--json")
    facts = json.loads(done.stdout)
    return facts["serial"], facts["records"]


def test_publish(make_node):
    node = make_node("sg")
    node.load(walks("old"))
    once = took(node, "publish")
    state = feed(node)
    assert state[1] == 300
    for i in range(TRIES):
        node.load(walks("round %d" % i))
        done = kill_within(node, once * 1.2, "publish")
        now = feed(node)  # every page verifies
        assert now == state or now[0] > state[0]
        assert not done or now[0] > state[0]
        state = now
        node.run("publish")
        state = feed(node)
        # What is published is what the catalogue holds.
        assert node.json("search", '"round %d"' % i)["count"] >= 1
        assert node.json("status")["records"] == 300
    assert node.json("rebuild")["records"] == 300


def test_pull(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.load(walks("old"))
    b.run("publish")
    b.serve()
    a.add_peer(b)
    once = took(a, "pull")
    for i in range(TRIES):
        old = a.digest()
        b.load(walks("round %d" % i))
        b.run("publish")
        new = b.digest()
        assert new != old
        done = kill_within(a, once * 1.2, "pull")
        now = a.digest()
        assert now in (old, new), "a third state"
        assert not done or now == new
        word = "round %d" % i
        assert a.json("search", '"%s"' % word, "--limit", "1")["count"] in \
            ((0,) if now == old else (300,))
        assert a.json("pull")[0]["state"] == "fresh"
        assert a.digest() == new


def test_first_pull_uses_what_was_staged(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.load(walks("old", 2000))
    b.run("publish")
    b.serve()
    a.add_peer(b)
    old = a.digest()
    for _ in range(TRIES):
        kill_within(a, 0.3, "pull")
        assert a.digest() in (old, b.digest())
    assert a.json("pull")[0]["records"] == 2000
    assert a.digest() == b.digest()


def test_rebuild(make_node):
    node = make_node("sg")
    node.load(walks("old"))
    node.run("publish")
    digest = node.digest()
    once = took(node, "rebuild")
    for _ in range(TRIES):
        kill_within(node, once, "rebuild")
        assert node.digest() == digest


def test_import_and_backup(make_node, tmp_path):
    node = make_node("sg")
    path = tmp_path / "w.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in walks("old")))
    once = took(node, "import", str(path), "--format", "gspd", "--dry-run")
    for _ in range(TRIES):
        kill_within(node, once * 1.5, "import", str(path), "--format", "gspd")
        assert node.json("status")["own"] in (0, 300)
    node.load(walks("old"))
    to = str(tmp_path / "backup")
    node.run("backup", to)
    for _ in range(TRIES):
        kill_within(node, 0.2, "backup", to)
        node.run("restore", "--verify", to)
