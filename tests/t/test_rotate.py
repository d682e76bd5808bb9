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
