"""Key rotation with whole nodes: stolen keys, sleepers, backups."""

import json
import os
import shutil

from conftest import gspd, programme, wait_until


def rotate(node, *args, **kw):
    return node.json("key", "rotate", "--yes", *args, **kw)


def epoch(node):
    return node.json("key", "show")["epoch"]


def test_command(make_node, tmp_path):
    node = make_node("ca")
    node.add(programme("ca", "Choir"))
    node.run("publish")
    old = node.json("key", "show")
    assert old["epoch"] == 0
    # Nobody can be asked here, so nothing happens without --yes.
    assert "--yes" in node.run("key", "rotate", code=2, input="").stderr
    assert node.json("key", "show") == old
    done = node.run("key", "rotate", "--yes")
    assert "offline" in done.stderr and "backup" in done.stdout
    new = node.json("key", "show")
    assert new["epoch"] == 1
    assert len({old["hash"], old["next"], new["hash"], new["next"]}) == 4
    assert new["hash"] in done.stdout
    gspd("verify", os.path.join(node.dir, "feed"), "--key", new["hash"])
    gspd("verify", os.path.join(node.dir, "feed"), "--key", old["hash"],
         code=1)
    assert os.path.exists(os.path.join(node.dir, "feed", "rot", "1.xml"))
    # From a safe place to a safe place.
    safe, safer = tmp_path / "safe.pem", tmp_path / "safer.pem"
    os.rename(os.path.join(node.dir, "keys", "next.pem"), safe)
    lost = node.run("key", "rotate", "--yes", code=1).stderr
    assert "lost" in lost and "peers.conf" in lost
    # What can not be written leaves no key behind that nobody will use.
    before = sorted(os.listdir(os.path.join(node.dir, "keys")))
    for to, code in ((tmp_path / "no" / "x.pem", 74), (safe, 1), (tmp_path, 1)):
        node.run("key", "rotate", "--yes", "--with", safe, "--next-to", to,
                 code=code)
    assert sorted(os.listdir(os.path.join(node.dir, "keys"))) == before
    facts = rotate(node, "--with", safe, "--next-to", safer)
    assert facts["epoch"] == 2 and facts["next_file"] == str(safer)
    assert not os.path.exists(os.path.join(node.dir, "keys", "next.pem"))
    assert "expected" in node.run("key", "rotate", "--yes", "--with", safe,
                                  code=1).stderr
    assert epoch(node) == 2
    # The catalogue took the new head, and nothing is to be done.
    assert node.json("search", "choir")["count"] == 1
    assert not node.json("publish")["published"]
    assert node.json("rebuild")["records"] == 1
    node.run("check")


def test_while_serving(make_node):
    node = make_node("ca")
    node.serve()
    node.run("key", "rotate", "--yes")
    facts = rotate(node)
    assert facts["epoch"] == 2
    status, head = node.get("feed/head.xml")
    assert status == 200 and ' epoch="2"' in head
    status, text = node.get("feed/rot/1.xml")
    assert status == 200 and text.startswith("<rotation ")
    assert node.get("feed/rot/3.xml")[0] == 404
    # It goes on publishing, with the new key, and merges what it published.
    node.add(programme("ca", "Lantern"))
    wait_until(lambda: node.json("search", "lantern")["count"] == 1)
    assert ' epoch="2"' in node.get("feed/head.xml")[1]
    gspd("verify", os.path.join(node.dir, "feed"), "--key", facts["hash"])
    assert not node.logged("failed")
    assert node.stop() == 0


def test_backup(make_node, tmp_path):
    node = make_node("ca")
    node.add(programme("ca", "Choir"))
    node.run("publish")
    rotate(node)
    node.run("backup", tmp_path / "one")
    rotate(node)
    node.run("backup", tmp_path / "two")
    key = node.key
    # feed/ is no part of a backup, but its statements come again.
    again = make_node("ca", init=False)
    again.run("restore", tmp_path / "two")
    assert again.key == key and epoch(again) == 2
    for n in (1, 2):
        name = os.path.join("feed", "rot", "%d.xml" % n)
        with open(os.path.join(node.dir, name)) as a, \
                open(os.path.join(again.dir, name)) as b:
            assert a.read() == b.read()
    assert rotate(again)["epoch"] == 3
    # The older one knows nothing of the second rotation; with what lies in
    # feed/rot it would be wrong to go on with its keys.
    older = make_node("ca", init=False)
    older.run("restore", tmp_path / "one")
    assert epoch(older) == 1
    shutil.copy(os.path.join(node.dir, "feed", "rot", "2.xml"),
                os.path.join(older.dir, "feed", "rot", "2.xml"))
    assert "backup" in older.run("publish", code=78).stderr
    # The keys of then, or the offline key, help.
    for name in ("online.pem", "next.pem"):
        shutil.copy(os.path.join(tmp_path, "two", "keys", name),
                    os.path.join(older.dir, "keys", name))
    assert json.loads(older.run("publish", "--json").stdout)["published"]
    assert older.key == key and epoch(older) == 2


def thief_of(make_node, node):
    """Somebody who took the whole folder, and answers in its place."""
    thief = make_node(node.name, init=False)
    shutil.copytree(node.dir, thief.dir)
    thief.port, thief.url = node.port, node.url
    return thief


def test_stolen_key(make_node, tmp_path):
    owner, peer = make_node("ca"), make_node("sg")
    owner.add(programme("ca", "Choir"))
    owner.run("publish")
    owner.serve()
    peer.add_peer(owner)
    first = owner.key
    assert peer.json("pull")[0]["state"] == "fresh"
    safe = tmp_path / "next.pem"
    os.rename(os.path.join(owner.dir, "keys", "next.pem"), safe)

    # The thief has the online key, and names a next key of his own.
    thief = thief_of(make_node, owner)
    keys = os.path.join(thief.dir, "keys")
    other = make_node("us")
    shutil.copy(os.path.join(other.dir, "keys", "next.hash"), keys)
    thief.add(programme("ca", "Casino"))
    assert thief.json("publish")["published"]
    owner.stop()
    thief.serve()
    pulled = peer.json("pull", code=1)[0]
    assert pulled["state"] == "rejected" and "stolen" in pulled["reason"]
    assert peer.json("search", "casino")["count"] == 0
    assert peer.json("search", "choir")["count"] == 1
    thief.stop()

    # He can not rotate either: his next key is not the one that was named.
    shutil.copy(os.path.join(other.dir, "keys", "next.pem"), keys)
    rotate(thief)
    thief.serve()
    pulled = peer.json("pull", code=1)[0]
    assert pulled["state"] == "rejected", pulled
    assert "not to be believed" in pulled["reason"]
    assert peer.json("search", "casino")["count"] == 0
    thief.stop()

    # The owner rotates, and peers follow.
    facts = rotate(owner, "--with", safe, "--next-to", tmp_path / "two.pem")
    owner.add(programme("ca", "Lantern"))
    owner.run("publish")
    owner.serve()
    pulled = peer.json("pull")[0]
    assert pulled["state"] == "fresh", pulled
    assert peer.json("search", "lantern")["count"] == 1
    shown = peer.json("peer", "list")[0]
    assert shown["key"] == facts["hash"]
    assert shown["pinned_key"] == first
    assert shown["epoch"] == 1
    assert "rotated" in peer.run("peer", "show", "ca").stdout

    # The thief comes back, with a newer serial.
    owner.stop()
    thief.add(programme("ca", "Roulette"))
    thief.run("publish")
    thief.serve()
    pulled = peer.json("pull", code=1)[0]
    assert pulled["state"] == "rejected", pulled
    assert peer.json("search", "roulette")["count"] == 0
    assert peer.json("search", "lantern")["count"] == 1
    thief.stop()
    # As if he had never rotated: only the old key.
    shutil.rmtree(os.path.join(thief.dir, "feed", "rot"))
    owner.serve()
    assert peer.json("pull")[0]["state"] == "fresh"


def test_sleeper(make_node):
    owner, peer = make_node("ca"), make_node("sg")
    owner.add(programme("ca", "Choir"))
    owner.run("publish")
    owner.serve()
    peer.add_peer(owner)
    first = owner.key
    assert peer.json("pull")[0]["state"] == "fresh"
    for _ in range(3):
        rotate(owner)
    owner.add(programme("ca", "Lantern"))
    owner.run("publish")
    assert peer.json("pull")[0]["state"] == "fresh"
    assert peer.json("peer", "list")[0]["epoch"] == 3
    assert peer.json("search", "lantern")["count"] == 1
    # A rebuild needs neither network nor the old key.
    before = peer.digest()
    owner.stop()
    peer.run("rebuild")
    assert peer.digest() == before
    assert peer.json("search", "lantern")["count"] == 1
    # Somebody new who is told the old key is not let in.
    owner.serve()
    late = make_node("us")
    late.run("peer", "add", owner.url, "--key", first, "--allow-private",
             "--insecure", "--yes", code=1)
    assert late.json("peer", "list") == []
    late.add_peer(owner)
    assert late.json("pull")[0]["state"] == "fresh"
    assert late.json("peer", "list")[0]["epoch"] == 3
