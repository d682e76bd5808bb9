"""Three nodes federate: pull, verify, merge, find; and a daemon's life."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import GSPD, gspd, programme, wait_until

NAMES = ("ca", "gb-eng", "sg")
WORDS = {"ca": "choir", "gb-eng": "allotment", "sg": "lantern"}


def three(make_node):
    nodes = [make_node(name) for name in NAMES]
    for node in nodes:
        node.load([programme(node.name, "%s group %d" % (
            WORDS[node.name].title(), i), number=i) for i in range(70)])
        node.run("publish")
        node.serve()
    for node in nodes:
        for other in nodes:
            if other is not node:
                node.add_peer(other)
    return nodes


def test_three_nodes(make_node):
    nodes = three(make_node)
    for node in nodes:
        results = node.json("pull")
        assert {r["name"]: (r["state"], r["records"]) for r in results} == {
            n.name: ("fresh", 70) for n in nodes if n is not node}
    assert len({node.digest() for node in nodes}) == 1
    for node in nodes:
        assert node.json("status")["records"] == 210
        for name, word in WORDS.items():
            found = node.json("search", word, "--filter", "node=" + name)
            assert found["count"] == 70, (node.name, word)
            body = json.loads(node.get("/api/v1/search?q=" + word)[1])
            assert body["meta"]["count"] == 70
    # A second pull fetches nothing.
    again = nodes[0].json("pull", "sg")
    assert [r["fetched"] for r in again] == [0]
    # One edit costs a hint.
    nodes[2].run("edit", "-", input=json.dumps(
        programme("sg", "Lantern evening", number=3)))
    nodes[2].run("publish")
    changed = nodes[0].json("pull", "sg")[0]
    assert (changed["fetched"], changed["hints"]) == (0, 1)
    assert changed["records"] == 70
    assert nodes[0].json("search", "evening")["count"] == 1
    # The same by rebuilding from what is on disk.
    digest = nodes[0].digest()
    assert nodes[0].stop() == 0
    assert nodes[0].json("rebuild")["digest"] == digest


def test_a_node_restarts_on_what_it_holds(make_node):
    nodes = three(make_node)
    nodes[0].json("pull")
    for node in nodes:
        assert node.stop() == 0
    nodes[0].serve()
    body = json.loads(nodes[0].get("/api/v1/search?q=lantern")[1])
    assert body["meta"]["count"] == 70
    assert "Lantern" in nodes[0].get("/search?q=lantern")[1]
    status = nodes[0].json("pull", code=75)
    assert {r["state"] for r in status} == {"unreachable"}
    assert nodes[0].json("search", "lantern")["count"] == 70


def test_peer_commands(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.add(programme("sg", "Lantern"))
    b.run("publish")
    # Nobody answers yet.
    done = a.run("peer", "add", b.url, "--key", b.key, "--insecure",
                 "--allow-private", "--yes", code=69)
    assert "--node" in done.stderr
    done = a.run("peer", "add", b.url, "--key", b.key, "--node", "sg",
                 "--insecure", "--allow-private", "--yes")
    assert "unseen" in done.stderr
    a.run("peer", "remove", "sg")
    b.serve()
    done = a.run("peer", "add", b.url, "--key", "0" * 64, "--insecure",
                 "--allow-private", "--yes", code=1)
    assert "nothing was added" in done.stderr and b.key in done.stderr
    done = a.run("peer", "add", b.url, "--yes", "--insecure",
                 "--allow-private", code=2)
    assert b.key in done.stderr
    a.run("peer", "add", b.url, "--key", b.key, code=2)  # plain http
    a.run("peer", "add", b.url, "--key", b.key, "--insecure", code=69)
    a.run("peer", "add", b.url, "--key", b.key, "--insecure", "--node", "us",
          "--allow-private", "--yes", code=1)
    a.run("peer", "add", a.url, "--key", a.key, "--insecure", "--node", "ca",
          "--allow-private", "--yes", code=1)
    a.add_peer(b)
    assert "already" in a.add_peer(b).stdout
    assert a.json("peer", "list")[0]["state"] == "new"
    assert a.json("pull", "sg")[0]["state"] == "fresh"
    assert "fresh" in a.run("peer", "list").stdout
    a.run("pull", "us", code=1)
    a.run("peer", "pause", "sg")
    assert a.json("peer", "list")[0]["state"] == "paused"
    assert a.json("pull") == []
    assert "paused" in a.run("pull", "sg", code=1).stderr
    a.run("peer", "resume", "sg")
    assert a.json("pull")[0]["state"] == "fresh"
    assert a.json("search", "lantern")["count"] == 1
    a.run("peer", "release", "us", code=1)
    a.run("peer", "remove", "sg")
    assert a.json("search", "lantern")["count"] == 0
    assert a.json("peer", "list") == []
    a.run("peer", "remove", "sg", code=1)


def test_a_wrong_key_is_rejected_and_keeps_the_data(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.add(programme("sg", "Lantern"))
    b.run("publish")
    b.serve()
    a.add_peer(b)
    a.run("pull")
    with open(a.dir + "/peers.conf") as f:
        text = f.read()
    with open(a.dir + "/peers.conf", "w") as f:
        f.write(text.replace(b.key, "0" * 64))
    for _ in range(2):  # the head that is held already, then a new one
        result = a.json("pull", code=1)[0]
        assert result["state"] == "rejected" and result["reason"]
        b.run("publish", "--force")
    assert a.json("search", "lantern")["count"] == 1


def test_daemons_do_it_all_by_themselves(make_node):
    a, b = make_node("ca"), make_node("sg")
    for node in (a, b):
        node.conf("#interval = 30m", "interval = 1s")
        node.serve()
    a.add_peer(b)
    b.add_peer(a)
    wait_until(lambda: a.json("peer", "list")[0]["state"] == "fresh")
    b.add(programme("sg", "Lantern"))
    wait_until(lambda: json.loads(
        b.get("/api/v1/search?q=lantern")[1])["meta"]["count"] == 1)
    wait_until(lambda: json.loads(
        a.get("/api/v1/search?q=lantern")[1])["meta"]["count"] == 1)
    wait_until(lambda: a.digest() == b.digest())
    # By hand while the daemon runs.
    assert a.json("pull")[0]["state"] == "fresh"
    a.run("publish", "--force")
    assert a.logged("pull.state peer=sg state=fresh")
    assert b.stop() == 0
    wait_until(lambda: a.json("peer", "list")[0]["state"] == "unreachable")
    time.sleep(2)
    with open(a.log) as f:
        assert f.read().count("state=unreachable") == 1


class Stalled:
    """A peer that takes connections and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/" % self.listener.getsockname()[1]
        self.listener.settimeout(20)
        self.conn = None

    def accept(self):
        self.conn = self.listener.accept()[0]
        self.conn.settimeout(20)
        assert b"GET /feed/head.xml" in self.conn.recv(4096)
        self.conn.setblocking(False)

    def is_open(self):
        try:
            return self.conn.recv(1) != b""
        except BlockingIOError:
            return True

    def close_conn(self):
        wait_until(lambda: not self.is_open(), timeout=5)
        self.conn.close()

    def close(self):
        self.conn.close()
        self.listener.close()


def found(node, word):
    body = json.loads(node.get("/api/v1/search?q=" + word)[1])
    return body["meta"]["count"]


def test_a_stalled_peer_delays_nobody(make_node):
    a, b = make_node("ca"), make_node("sg")
    for node in (a, b):
        node.conf("#interval = 30m", "interval = 1s")
    b.add(programme("sg", "Lantern"))
    stalled = Stalled()
    with open(a.dir + "/peers.conf", "a") as f:
        f.write("[peer us]\nurl = %s\nkey = %s\ninsecure = yes\n"
                "allow-private = yes\n" % (stalled.url, "1" * 64))
    b.serve()
    a.serve()
    stalled.accept()
    a.add_peer(b, timeout=5)
    stalled.close_conn()
    stalled.accept()  # asked anew, since peers.conf changed
    wait_until(lambda: found(a, "lantern") == 1, timeout=6)
    a.add(programme("ca", "Choir"))
    b.add(programme("sg", "Kite"))
    wait_until(lambda: found(a, "choir") == 1, timeout=6)
    wait_until(lambda: found(a, "kite") == 1, timeout=6)
    states = {p["name"]: p["state"] for p in a.json("peer", "list")}
    assert states == {"us": "new", "sg": "fresh"}
    assert stalled.is_open()
    # By hand: each gets its turn while the daemon holds on.
    started = time.monotonic()
    assert a.json("pull", "sg", timeout=5)[0]["state"] == "fresh"
    assert stalled.is_open()
    a.run("publish", "--force", timeout=5)
    assert time.monotonic() - started < 5
    # Who is removed is asked no more.
    a.run("peer", "remove", "us", timeout=5)
    wait_until(lambda: not stalled.is_open(), timeout=5)
    stalled.listener.settimeout(2)
    with pytest.raises(TimeoutError):
        while True:  # what was asked before
            stalled.listener.accept()[0].close()
    stalled.close()
    assert a.stop() == 0


def seen(node):
    head = node.get("/feed/head.xml")[1]
    return dict(re.findall(
        r'<seen d="([0-9a-f]{64})" epoch="0" node="([a-z-]+)"', head))


def test_the_head_tells_what_was_seen_of_peers(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.add(programme("sg", "Lantern"))
    digest = b.json("publish")["digest"]
    b.serve()
    a.add_peer(b)
    a.run("publish")
    a.serve()
    assert seen(a) == {}
    serial = a.json("status")["serial"]
    a.json("pull")
    # News of others alone are no reason for a new head.
    assert a.json("publish")["published"] is False
    assert a.json("status")["serial"] == serial
    a.run("publish", "--force")
    assert seen(a) == {digest: "sg"}
    newer = b.json("publish", "--force")["digest"]
    a.json("pull")
    a.add(programme("ca", "Choir"))
    wait_until(lambda: seen(a) == {newer: "sg"})
    assert gspd("verify", a.url, "--key", a.key).returncode == 0


def test_reload_keeps_the_old_when_the_new_is_wrong(node):
    node.serve()
    node.conf("[web]", "[web]\ncolour = red")
    node.proc.send_signal(signal.SIGHUP)
    wait_until(lambda: node.logged("conf.kept"))
    assert node.logged("unknown key 'colour'")
    assert node.is_up()
    node.conf("[web]\ncolour = red", "[web]")
    node.conf("Institute of ca", "Academy of ca")
    node.proc.send_signal(signal.SIGHUP)
    wait_until(lambda: node.logged("conf.loaded"))
    wait_until(lambda: "Academy of ca" in node.get("/")[1])
    with open(node.dir + "/peers.conf", "a") as f:
        f.write("[peer]\n")
    wait_until(lambda: node.logged("peers.kept"))
    assert node.is_up()
    assert node.stop() == 0


def children(pid):
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)],
                         capture_output=True, text=True).stdout
    return [int(word) for word in out.split()]


def test_a_child_that_dies_is_started_again(node):
    node.serve()
    old = children(node.proc.pid)
    assert len(old) == 2
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(children(node.proc.pid)) == 2 and
               not set(old) & set(children(node.proc.pid)))
    wait_until(node.is_up)
    assert node.logged("serve.ended role=web")
    assert node.logged("serve.ended role=pull")
    assert node.stop() == 0


def test_a_killed_supervisor_takes_its_children_along(node):
    node.serve()
    old = children(node.proc.pid)
    node.stop(signal.SIGKILL)
    wait_until(lambda: not any(os.path.exists("/proc/%d" % p) and
                               "gspd" in open("/proc/%d/cmdline" % p).read()
                               for p in old))
    node.serve()
    assert node.stop() == 0


def test_sockets_and_readiness_for_systemd(node, tmp_path):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(20)
    script = ("import os, sys; os.dup2(int(sys.argv[1]), 3); "
              "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1');"
              "os.execv(sys.argv[2], sys.argv[2:])")
    proc = subprocess.Popen(
        [sys.executable, "-c", script, str(listener.fileno()), GSPD, "-d",
         node.dir, "serve"], pass_fds=[listener.fileno()],
        env=dict(os.environ, NOTIFY_SOCKET=str(tmp_path / "notify")),
        stderr=subprocess.DEVNULL)
    try:
        listener.close()
        assert told.recv(100) == b"READY=1"
        with urllib.request.urlopen(
                "http://127.0.0.1:%d/healthz" % port, timeout=10) as answer:
            assert answer.status == 200
        proc.terminate()
        assert told.recv(100) == b"STOPPING=1"
        assert proc.wait(timeout=30) == 0
    finally:
        if proc.poll() is None:
            proc.kill()
            proc.wait()


def test_one_folder_one_server(node):
    node.serve()
    done = node.run("serve", code=75)
    assert "running on it already" in done.stderr
    gspd("-d", node.dir, "status")
