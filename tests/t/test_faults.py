"""Faults: killed at a hundred moments, a full disk, a clock that is years off,
a ledger from last week. The catalogue is the old one or the new one, and the
node recovers by itself."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest

from conftest import GSPD, gspd, programme

KILLS = 100
YEARS = 10 * 365 * 86400
FAKETIME = shutil.which("faketime")
needs_faketime = pytest.mark.skipif(
    FAKETIME is None, reason="faketime is not installed")


def walks(version, n=120):
    return [programme("sg", "Walk %d in %s" % (i, version), number=i)
            for i in range(n)]


def shifted(seconds):
    """Environment of a process whose clock is so many seconds off."""
    if not seconds:
        return {}
    done = subprocess.run(
        [FAKETIME, "-f", "%+ds" % seconds, "env"], capture_output=True,
        text=True, check=True)
    env = dict(line.split("=", 1) for line in done.stdout.splitlines()
               if line.startswith(("LD_PRELOAD=", "FAKETIME=")))
    env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    return env


def pulled(node, seconds=0, code=None):
    done = node.run("pull", "--json", env=shifted(seconds), code=code)
    return json.loads(done.stdout)[0]


def pair(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.load(walks("old"))
    b.run("publish")
    b.serve()
    a.add_peer(b)
    assert pulled(a)["state"] == "fresh"
    return a, b


def kill_somewhere(node, rng, longest, *args):
    """Start, kill after a random part of the time; seconds if it was done."""
    begin = time.monotonic()
    proc = subprocess.Popen([GSPD, "-d", node.dir, *args],
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    try:
        proc.wait(timeout=rng.uniform(0, longest))
    except subprocess.TimeoutExpired:
        proc.send_signal(signal.SIGKILL)
    if proc.wait() == 0:
        return time.monotonic() - begin
    return None


def test_a_hundred_kills_of_pull(make_node):
    a, b = pair(make_node)
    rng = random.Random(1)
    longest = 0.1
    killed = 0
    old = a.digest()
    new = old
    for i in range(KILLS):
        if old == new:
            b.load(walks("round %d" % i))
            b.run("publish")
            new = b.digest()
        done = kill_somewhere(a, rng, longest * 1.1, "pull")
        killed += done is None
        now = a.digest()
        assert now in (old, new), "a third state"
        if done is not None:
            assert now == new
            longest = max(min(done, 0.5), 0.03)
        if now == new:
            old = new
    assert killed >= 20
    assert pulled(a)["state"] == "fresh"
    assert a.digest() == b.digest()
    a.run("check")


def test_a_hundred_kills_of_publish(make_node):
    node = make_node("sg")
    node.load(walks("old"))
    node.run("publish")
    rng = random.Random(2)
    longest = 0.1
    killed = 0
    for i in range(KILLS):
        node.add(programme("sg", "Step %d" % i, number=1000 + i))
        done = kill_somewhere(node, rng, longest * 1.1, "publish", "--force")
        if done is not None:
            longest = max(min(done, 0.5), 0.03)
        killed += done is None
        if i % 5 == 0:  # what stands there is whole
            gspd("verify", os.path.join(node.dir, "feed"), "--key", node.key)
    assert killed >= 20
    node.run("publish")
    status = node.json("status")
    assert status["own"] == status["records"] == 120 + KILLS
    digest = node.digest()
    node.run("rebuild")
    assert node.digest() == digest
    node.run("check")


def test_a_hundred_kills_of_rotation(make_node):
    a, b = pair(make_node)
    b.stop()
    rng = random.Random(3)
    longest = 0.1
    killed = 0
    for i in range(KILLS):
        done = kill_somewhere(b, rng, longest * 1.1, "key", "rotate", "--yes")
        if done is not None:
            longest = max(min(done, 0.5), 0.03)
        killed += done is None
        if i % 20 == 19:
            b.run("publish")
            gspd("verify", os.path.join(b.dir, "feed"), "--key", b.key)
            b.serve()
            assert pulled(a)["state"] == "fresh"
            assert a.digest() == b.digest()
            b.stop()
    assert killed >= 20
    b.run("key", "rotate", "--yes")  # nothing half-done is left behind
    files = sorted(name for name in os.listdir(os.path.join(b.dir, "keys"))
                   if not name.startswith("rot-"))
    assert files == ["next.hash", "next.pem", "online.pem"]


@pytest.mark.parametrize("size", [0, 3000, 20000, 100000, 400000])
def test_a_full_disk_during_pull(make_node, size):
    """A file can not grow past `size`: what a full disk looks like."""
    a, b = pair(make_node)
    old = a.digest()
    b.load(walks("the new year", 400))
    b.run("publish")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = a.run("pull", code=None, preexec_fn=limit)
    now = a.digest()
    assert now in (old, b.digest())
    if now == old:
        assert done.returncode == 74, done.stderr
        assert len(done.stderr.strip().split("\n")) == 1, done.stderr
    assert pulled(a)["state"] == "fresh"
    assert a.digest() == b.digest()


@needs_faketime
@pytest.mark.parametrize("years", [-10, 10])
def test_the_clock_of_who_pulls(make_node, years):
    a, b = pair(make_node)
    old = a.digest()
    off = years * YEARS // 10
    got = pulled(a, off)
    # Ahead: everything has expired. Behind: it is all still to come.
    assert got["state"] in (("stale", "late") if years > 0 else ("rejected",))
    b.add(programme("sg", "Orchid"))
    b.run("publish")
    got = pulled(a, off)
    assert got["state"] != "fresh"
    got = pulled(a)  # the clock is right again
    assert got["state"] == "fresh", got
    assert a.digest() == b.digest() != old
    assert a.json("search", "orchid")["count"] == 1
    assert a.json("search", "walk", "--limit", "1")["count"] == 120


@needs_faketime
def test_records_come_back_when_the_clock_does(make_node):
    """Nothing new was published meanwhile: the same head is good again."""
    a, b = pair(make_node)
    old = a.digest()
    pulled(a, YEARS)
    assert pulled(a)["state"] == "fresh"
    assert a.digest() == old
    assert a.json("search", "walk", "--limit", "1")["count"] == 120


@needs_faketime
@pytest.mark.parametrize("years", [-10, 10])
def test_the_clock_of_who_publishes(make_node, years):
    a, b = pair(make_node)
    old = a.digest()
    b.add(programme("sg", "Orchid"))
    b.run("publish", "--force", env=shifted(years * YEARS // 10), code=None)
    state = pulled(a)
    assert a.digest() == old or state["state"] == "fresh"
    # The clock is right again: the next publish needs nobody's help.
    b.add(programme("sg", "Bamboo"))
    b.run("publish")
    assert pulled(a)["state"] == "fresh"
    assert a.json("search", "orchid")["count"] == 1
    assert a.json("search", "bamboo")["count"] == 1
    assert a.digest() == b.digest()


@needs_faketime
def test_a_ledger_from_last_week(make_node, tmp_path):
    a, b = make_node("ca"), make_node("sg")
    week = shifted(-7 * 86400)
    b.load(walks("old"))
    b.run("publish", env=week)
    b.run("backup", tmp_path / "b", env=week)
    a.load([programme("ca", "Maple")])
    a.run("publish", env=week)
    a.run("backup", tmp_path / "a", env=week)
    b.serve()
    a.serve()
    a.add_peer(b)
    b.add_peer(a)
    b.add(programme("sg", "Orchid"))
    b.run("publish")
    assert pulled(a)["state"] == pulled(b)["state"] == "fresh"
    # Both lose a week: one the feed others follow, one what it knew of others.
    for node, name in ((a, "a"), (b, "b")):
        assert node.stop() == 0
        shutil.rmtree(node.dir)
        gspd("-d", node.dir, "restore", tmp_path / name)
    b.serve()
    a.serve()
    for node, other in ((a, b), (b, a)):
        if not node.json("peer", "list"):
            node.add_peer(other)
    b.add(programme("sg", "Bamboo"))
    b.run("publish")
    assert pulled(a)["state"] == pulled(b)["state"] == "fresh"
    assert a.digest() == b.digest()
    assert a.json("search", "bamboo")["count"] == 1
    assert a.json("search", "orchid")["count"] == 0  # lost with its ledger
