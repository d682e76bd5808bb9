"""The process that reads the bytes of peers: killed, it costs its peer one
round and nobody else anything; it holds nothing worth having."""

import os
import signal
import subprocess

import pytest

from conftest import GSPD, programme, wait_until


def helpers_of(pid):
    """Processes that read for the process `pid`."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
            with open("/proc/%s/cmdline" % name, "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if parent == pid and words[1:2] == [b"parse-helper"]:
            found.append(int(name))
    return found


def kill_first_helper(proc):
    """SIGKILL to the first helper that shows; whether there was one."""
    while proc.poll() is None:
        for pid in helpers_of(proc.pid):
            try:
                os.kill(pid, signal.SIGKILL)
                return True
            except ProcessLookupError:
                pass
    return False


@pytest.fixture
def three(make_node):
    """gb-eng reads ca and sg, which serve many records."""
    reader = make_node("gb-eng")
    for name in ("ca", "sg"):
        origin = make_node(name)
        origin.load([programme(name, "Choir %d" % i, number=i)
                     for i in range(1500)])
        origin.run("publish")
        origin.serve()
        reader.add_peer(origin)
    return reader


def states(node):
    return {p["name"]: p for p in node.json("peer", "list")}


def test_killed_reader_costs_one_peer_one_round(three):
    proc = subprocess.Popen([GSPD, "-d", three.dir, "pull", "--json"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)
    assert kill_first_helper(proc)
    out, complaint = proc.communicate(timeout=60)
    assert proc.returncode == 1, out + complaint
    now = states(three)
    assert sorted(p["state"] for p in now.values()) == ["fresh", "rejected"]
    name, reason = [(n, p["reason"]) for n, p in now.items()
                    if p["reason"]][0]
    assert "killed by signal 9" in reason
    if "quarantined" in reason:
        # It was at a page by then: the same head is not asked twice.
        three.run("peer", "release", name)
    three.run("pull")
    assert {p["state"] for p in states(three).values()} == {"fresh"}
    assert three.json("status")["records"] == 3000


def test_serve_says_what_holds_it(node):
    node.serve()
    wait_until(lambda: node.logged("pull.sandbox"))
    node.stop()
    assert node.logged("seccomp ")
    assert node.logged("Landlock ")
    lines = node.json("check", code=None)["lines"]
    assert any("seccomp " in line["text"] for line in lines)


def test_helper_by_hand():
    """It is not in the help, and without a question it ends."""
    done = subprocess.run([GSPD, "parse-helper"], input="", text=True,
                          capture_output=True, timeout=20)
    assert done.returncode == 0 and done.stdout == ""
    text = subprocess.run([GSPD, "--help"], text=True, capture_output=True,
                          timeout=20).stdout
    assert "parse-helper" not in text
