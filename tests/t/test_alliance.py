"""A membership list and the nodes that follow it: joins, leavings, lost keys."""

import functools
import hashlib
import http.server
import json
import os
import shutil
import threading

import pytest

from conftest import gspd, programme, wait_until


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Plain files with an ETag, as every web server gives one."""

    def do_GET(self):
        self.server.asked.append(self.path)
        try:
            with open(self.translate_path(self.path), "rb") as f:
                body = f.read()
        except OSError:
            return self.send_error(404)
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        same = self.headers.get("If-None-Match") == etag
        self.send_response(304 if same else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", "0" if same else str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, *args):
        pass


class Board:
    """Three keys, a work folder, and a plain web server on it."""

    def __init__(self, root, needed=2):
        self.root = str(root)
        self.folder = os.path.join(self.root, "list")
        self.needed = needed
        self.keys, self.hashes = [], []
        for name in ("ana", "bo", "cy"):
            path = os.path.join(self.root, name + ".pem")
            done = gspd("alliance", "new-key", path)
            self.keys.append(path)
            self.hashes.append(done.stdout.split("\n")[0])
        gspd("alliance", "new", self.folder, "--name", "Test <alliance> & co")
        self.server = None
        self.port = 0
        self.up()

    def up(self):
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.port),
            functools.partial(Quiet, directory=self.folder))
        self.port = self.server.server_address[1]
        self.server.asked = []
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.url = "http://127.0.0.1:%d/list.xml" % self.port

    def down(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, node, *more, **kw):
        return gspd("alliance", "add", self.folder, node.name, node.url,
                    "--key", node.key, *more, **kw)

    def remove(self, node):
        gspd("alliance", "remove", self.folder, node.name)

    def sign(self, *who):
        for i in who or (0, 1):
            gspd("alliance", "sign", self.folder, "--with", self.keys[i],
                 "--yes")

    def conf(self, **more):
        lines = {"url": self.url, "board": " ".join(self.hashes),
                 "needed": self.needed, "insecure": "yes",
                 "allow-private": "yes", **more}
        return "[alliance]\n" + "".join(
            "%s = %s\n" % pair for pair in lines.items())

    def follow(self, node, text="", **more):
        with open(os.path.join(node.dir, "peers.conf"), "w") as f:
            f.write(self.conf(**more) + text)


@pytest.fixture
def board(tmp_path):
    made = Board(tmp_path)
    yield made
    made.down()


def world(make_node, board, names=("sg", "us")):
    """A node that follows, and members with records and a feed."""
    me = make_node("ca")
    others = []
    for name in names:
        node = make_node(name)
        node.load([programme(name, "%s circle %d" % (name.title(), i), i)
                   for i in range(3)])
        node.run("publish")
        node.serve()
        board.add(node)
        others.append(node)
    board.sign()
    board.follow(me)
    me.run("publish")
    return me, others


def states(results):
    return {r["name"]: r["state"] for r in results}


def count(node, word):
    return node.json("search", word)["count"]


def test_join_leave_and_come_back(make_node, board):
    me, (sg, us) = world(make_node, board)
    assert states(me.json("pull")) == {"sg": "fresh", "us": "fresh"}
    assert count(me, "circle") == 6
    shown = me.json("alliance", "show")
    assert shown["in_force"] and shown["endorsed"] == 2
    assert shown["name"] == "Test <alliance> & co"
    assert [p["name"] for p in me.json("peer", "list")] == ["sg", "us"]
    assert "is in force, endorsed by 2 keys" in me.run("check").stdout

    # Nothing counts before two keys of the board have signed.
    board.remove(us)
    done = me.run("pull")
    assert "endorsed by 0" in done.stderr and "stay" in done.stderr
    assert count(me, "circle") == 6
    board.sign(2)
    assert "endorsed by 1 of the 2" in me.run("pull").stderr
    assert count(me, "circle") == 6
    board.sign(1)
    assert states(me.json("pull")) == {"sg": "fresh"}
    assert count(me, "circle") == 3
    assert [p["name"] for p in me.json("peer", "list")] == ["sg"]
    assert me.json("search", "Us")["count"] == 0

    # Back again: shown with the next pull, though its head is the same.
    board.add(us)
    board.sign()
    assert states(me.json("pull")) == {"sg": "fresh", "us": "fresh"}
    assert count(me, "circle") == 6

    # Not named any more is as good as left; so is no list at all.
    os.remove(os.path.join(me.dir, "peers.conf"))
    me.run("pull")
    assert count(me, "circle") == 0
    assert me.json("peer", "list") == []


def test_serve_follows(make_node, board):
    me, (sg, us) = world(make_node, board)
    board.remove(us)
    board.sign()
    me.conf("#interval = 30m", "interval = 1s")
    me.serve()
    wait_until(lambda: count(me, "circle") == 3)
    answer = json.loads(me.get("/api/v1/peers")[1])
    peers = answer["items"]
    assert [p["node"] for p in peers] == ["ca", "sg"]
    assert peers[1]["member"] and not peers[1]["by_hand"]
    shown = answer["meta"]["alliance"]
    assert (shown["state"], shown["members"], shown["endorsed"],
            shown["needed"], shown["board"]) == ("good", 1, 2, 2, 3)
    assert shown["name"] == "Test <alliance> & co"
    assert shown["url"] == board.url
    text = me.get("/peers")[1]
    assert "Test &lt;alliance&gt; &amp; co" in text
    assert "2 of the 3 keys of the board; 2 are needed" in text
    assert "\ngspd_alliance_members 1\n" in me.get("/metrics")[1]
    board.add(us)
    board.sign()
    wait_until(lambda: count(me, "circle") == 6)
    board.remove(sg)
    board.sign()
    wait_until(lambda: count(me, "circle") == 3)
    assert [p["name"] for p in me.json("peer", "list")] == ["us"]
    assert "sg circle" not in me.get("/search?q=circle")[1].lower()
    board.down()
    wait_until(lambda: me.logged("alliance.list good=no"))
    assert count(me, "circle") == 3
    board.up()
    wait_until(lambda: me.logged("alliance.list good=yes"))
    assert me.stop() == 0


def test_a_command_beside_the_daemon(make_node, board):
    me, (sg, us) = world(make_node, board)
    me.conf("#interval = 30m", "interval = 1h")
    me.serve()
    wait_until(lambda: count(me, "circle") == 6)
    board.remove(us)
    board.sign()
    me.json("pull")
    assert count(me, "circle") == 3
    # The daemon knows at once: what is left of its round is sg.
    us.add(programme("us", "Us late circle"))
    us.run("publish")
    os.utime(os.path.join(me.dir, "peers.conf"))
    board.add(us)
    board.sign()
    me.json("pull")
    assert count(me, "circle") == 7
    wait_until(lambda: len(json.loads(
        me.get("/api/v1/peers")[1])["items"]) == 3)
    assert me.stop() == 0


def test_the_lists_host_is_down(make_node, board):
    me, _ = world(make_node, board)
    me.json("pull")
    board.down()
    done = me.run("pull")
    assert "the members known before stay" in done.stderr
    assert count(me, "circle") == 6
    assert me.json("alliance", "show")["reason"] != ""
    board.up()
    assert me.run("pull").stderr == ""
    # A second address serves as well, in the order of peers.conf.
    board.follow(me, url="http://127.0.0.1:1/x.xml " + board.url)
    assert me.run("pull").stderr == ""
    assert me.json("alliance", "show")["url"] == board.url


def test_unchanged_list_is_not_fetched_again(make_node, board):
    me, _ = world(make_node, board, ("sg",))
    me.json("pull")
    board.server.asked.clear()
    me.json("pull")
    assert board.server.asked == ["/list.xml"]
    assert me.json("alliance", "show")["reason"] == ""


def test_torn_update(make_node, board):
    me, (sg, us) = world(make_node, board)
    me.json("pull")
    # The new list is there, its endorsements are not.
    old = os.path.join(board.root, "old")
    shutil.copytree(board.folder, old)
    board.remove(us)
    board.sign()
    for key in board.hashes[:2]:
        shutil.copy(os.path.join(old, key + ".xml"), board.folder)
    assert "endorsed by 0" in me.run("pull").stderr
    assert count(me, "circle") == 6
    # Whole again.
    board.sign()
    assert states(me.json("pull")) == {"sg": "fresh"}
    # And the old list put back is a rollback.
    shutil.rmtree(board.folder)
    shutil.copytree(old, board.folder)
    assert "rollback" in me.run("pull").stderr
    assert count(me, "circle") == 3


def test_lost_keys(make_node, board):
    me, (sg,) = world(make_node, board, ("sg",))
    me.json("pull")
    sg.stop()
    before = sg.key
    shutil.rmtree(os.path.join(sg.dir, "keys"))
    sg.run("key", "new")
    assert sg.key != before
    sg.run("publish", "--force")
    sg.serve()
    assert states(me.json("pull", code=None)) == {"sg": "rejected"}
    board.add(sg)
    board.sign()
    assert states(me.json("pull")) == {"sg": "fresh"}
    assert count(me, "circle") == 3


def test_least(make_node, board):
    me, (sg,) = world(make_node, board, ("sg",))
    serial = me.json("pull")[0]["serial"]
    board.add(sg, "--least", serial + 1)
    board.sign()
    result = me.json("pull", code=1)[0]
    assert result["state"] == "rejected"
    assert "takes no head of it below" in result["reason"]
    sg.run("publish", "--force")
    assert states(me.json("pull")) == {"sg": "fresh"}


def test_mixed_with_peers_by_hand(make_node, board):
    me, (sg, us) = world(make_node, board)
    gb = make_node("gb-eng")
    gb.add(programme("gb-eng", "English circle"))
    gb.run("publish")
    gb.serve()
    me.add_peer(gb)
    assert states(me.json("pull")) == {
        "gb-eng": "fresh", "sg": "fresh", "us": "fresh"}
    assert count(me, "circle") == 7
    # A member is paused like any peer, and keeps what the list says of it.
    me.run("peer", "pause", "us")
    assert set(states(me.json("pull"))) == {"gb-eng", "sg"}
    me.run("peer", "resume", "us")
    assert len(me.json("pull")) == 3
    assert "member of the alliance" in me.run(
        "peer", "remove", "sg", code=1).stderr
    # A limit by hand holds, a key by hand wins.
    board.follow(me, "[peer sg]\nmax-records = 1\n[peer us]\nkey = %s\n"
                 % ("0" * 64))
    sg.load([programme("sg", "Sg more %d" % i, 10 + i) for i in range(2)])
    sg.run("publish")
    got = {r["name"]: r for r in me.json("pull", code=1)}
    assert set(got) == {"sg", "us"}
    assert got["sg"]["state"] == got["us"]["state"] == "rejected"
    assert "records" in got["sg"]["reason"]
    # By hand and a member: who leaves the list stays a peer.
    board.follow(me, "[peer sg]\nurl = %s\nkey = %s\ninsecure = yes\n"
                 "allow-private = yes\n" % (sg.url, sg.key))
    board.remove(sg)
    board.sign()
    assert states(me.json("pull"))["sg"] == "fresh"


def test_another_board(make_node, board):
    me, _ = world(make_node, board)
    me.json("pull")
    # One key less: the list in force is good under it, too.
    board.follow(me, needed=1, board=board.hashes[0])
    board.down()
    assert len(me.json("pull")) == 2
    assert count(me, "circle") == 6
    # A key that endorsed nothing: nobody is a member.
    board.follow(me, needed=1, board=board.hashes[2])
    assert me.json("pull") == []
    assert count(me, "circle") == 0
    board.up()
    board.sign(2)
    assert len(me.json("pull")) == 2
    assert count(me, "circle") == 6


def test_commands(tmp_path, board):
    folder = board.folder
    key = "ab" * 32
    assert "list already" in gspd("alliance", "new", folder, "--name", "x",
                                  code=1).stderr
    assert "--name" in gspd("alliance", "new", tmp_path / "n", code=2).stderr
    assert "no list.xml" in gspd("alliance", "show", tmp_path / "n",
                                 code=1).stderr
    add = functools.partial(gspd, "alliance", "add", folder)
    assert "--key" in add("pt", "https://pt.example/", code=2).stderr
    assert "64 hex" in add("pt", "https://pt.example", "--key", "12",
                           code=2).stderr
    assert "no address" in add("pt", "ftp://x", "--key", key, code=2).stderr
    assert "no node name" in add("Portugal", "https://x", "--key", key,
                                 code=2).stderr
    assert json.loads(gspd("alliance", "show", folder,
                           "--json").stdout)["members"] == []
    said = add("pt", "https://pt.example", "--key", key.upper()).stdout
    assert "pt added" in said
    assert "by nobody yet" in gspd("alliance", "show", folder).stdout
    sign = functools.partial(gspd, "alliance", "sign", folder, "--with")
    assert "nobody to ask" in sign(board.keys[0], code=2).stderr
    assert "+ pt joins" in sign(board.keys[0], "--yes").stdout
    assert "already" in sign(board.keys[0], "--yes").stdout
    # What changes nothing voids no endorsement.
    for again in (["pt"], ["pt", "https://pt.example/", "--key", key]):
        assert "nothing was changed" in add(*again).stdout
    assert "good" in gspd("alliance", "show", folder).stdout
    assert "void" in add("fr", "https://fr.example/", "https://fr2.example/",
                         "--key", "cd" * 32).stdout
    assert "void" in add("pt", "--key", "ef" * 32, "--least", "7").stdout
    said = sign(board.keys[0], "--yes").stdout
    assert "+ fr joins" in said and "! pt has another key" in said
    assert "below serial 7" in said and "fr.example" in said
    gspd("alliance", "remove", folder, "pt")
    assert "left already" in gspd("alliance", "remove", folder, "pt",
                                  code=1).stderr
    assert "- pt leaves" in sign(board.keys[0], "--yes").stdout
    shown = json.loads(gspd("alliance", "show", folder, "--json").stdout)
    assert [(m["node"], m["status"]) for m in shown["members"]] == [
        ("fr", "member"), ("pt", "left")]
    assert [e["good"] for e in shown["endorsements"]] == [True]
    text = gspd("alliance", "show", folder).stdout
    assert "Test <alliance> & co" in text and "good" in text
    # By address, with the board's keys.
    text = gspd("alliance", "show", board.url, "--board", board.hashes[0],
                "--board", board.hashes[1], "-d", tmp_path).stdout
    assert text.count("good") == 1 and "not (yet)" in text
    # A key in the folder would be served to everybody.
    inside = os.path.join(folder, "k.pem")
    shutil.copy(board.keys[1], inside)
    assert "is served" in sign(inside, "--yes", code=78).stderr
    # An old list put back is not endorsed again.
    old = open(os.path.join(folder, "list.xml")).read()
    gspd("alliance", "renew", folder, "--life", "30")
    sign(board.keys[0], "--yes")
    with open(os.path.join(folder, "list.xml"), "w") as f:
        f.write(old)
    assert "newer list" in sign(board.keys[0], "--yes", code=1).stderr


def test_configuration(make_node, board):
    me = make_node("ca")
    bad = {
        "needed = 2": ("needed = 4", "needed is 4, but board has 3 keys"),
        board.hashes[1]: (board.hashes[0], "twice"),
        board.hashes[2]: ("12", "board must be"),
        "url = http": ("url = ftp", "url must be"),
        "insecure = yes\n": ("", "plain http"),
        "needed = 2\n": ("", "has no needed"),
        "allow-private": ("allow-privat", "did you mean"),
    }
    path = os.path.join(me.dir, "peers.conf")
    for old, (new, why) in bad.items():
        with open(path, "w") as f:
            f.write(board.conf().replace(old, new))
        done = me.run("config", "--check", code=78)
        assert why in done.stderr and "peers.conf:" in done.stderr
    board.follow(me)
    me.run("config", "--check")
    done = me.run("alliance", "show", code=1)
    assert "no list is in force yet" in done.stdout
