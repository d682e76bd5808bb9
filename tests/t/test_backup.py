"""Backup and restore, tested by use."""

import json
import os
import stat
import time

import pytest

from conftest import gspd, programme


@pytest.fixture
def full(node):
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(100)])
    node.run("publish")
    return node


def restored(make_node, full, to):
    node = make_node("ca", init=False)
    node.run("restore", to)
    node.port, node.url = full.port, full.url
    return node


def test_there_and_back(make_node, full, tmp_path):
    to = tmp_path / "backup"
    full.run("edit", "-", "--note", "second", input=json.dumps(
        programme("ca", "Walk anew", number=3)))
    full.run("publish")
    before = full.json("status")
    full.run("backup", to)
    assert stat.S_IMODE(os.stat(to).st_mode) == 0o700
    for folder, _, names in os.walk(to):
        for name in names:
            path = os.path.join(folder, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
    assert "good" in gspd("restore", "--verify", to).stdout
    node = restored(make_node, full, to)
    after = node.json("status")
    assert after["digest"] == before["digest"]
    assert after["own"] == before["own"] == 100
    assert after["serial"] >= before["serial"]
    assert node.key == full.key
    history = node.json("show", programme("ca", "x", number=3)["id"],
                        "--history")
    assert [v["version"] for v in history] == [2, 1]
    assert history[0]["note"] == "second"
    node.run("check")
    gspd("verify", node.dir, "--key", full.key)
    assert node.json("import", full.dir + ".ndjson")["errors"] == 0


def test_peers_go_on_after_a_restore(make_node, full, tmp_path):
    peer = make_node("sg")
    peer.add(programme("sg", "Lantern"))
    peer.run("publish")
    peer.serve()
    full.serve()
    full.add_peer(peer)
    peer.add_peer(full)
    peer.run("pull")
    full.run("pull")
    assert full.digest() == peer.digest()
    full.run("backup", tmp_path / "backup")  # while it serves
    # What was saved since is lost; peers follow the restored node.
    full.add(programme("ca", "Choir"))
    full.run("publish")
    peer.run("pull")
    assert peer.json("search", "choir")["count"] == 1
    assert full.stop() == 0
    node = restored(make_node, full, tmp_path / "backup")
    node.serve()
    assert node.json("pull")[0]["state"] == "fresh"
    assert node.json("status")["records"] == 101
    assert peer.json("pull")[0]["state"] == "fresh"
    assert peer.json("search", "choir")["count"] == 0
    assert peer.digest() == node.digest()


def test_an_older_backup_is_replaced(full, tmp_path):
    to = tmp_path / "backup"
    to.mkdir()
    full.run("backup", to)  # into an empty folder
    full.add(programme("ca", "Choir"))
    full.run("backup", str(to) + "/")
    new = tmp_path / "new"
    gspd("-d", new, "restore", to)
    assert json.loads(gspd("-d", new, "status", "--json").stdout)["own"] == 101
    assert sorted(os.listdir(tmp_path)) == sorted(
        ["backup", "new", os.path.basename(full.dir),
         os.path.basename(full.dir) + ".ndjson"])


def test_backup_refuses_a_folder_of_others(full, tmp_path):
    to = tmp_path / "home"
    to.mkdir()
    (to / "letter.txt").write_text("dear")
    assert "other files" in full.run("backup", to, code=1).stderr
    assert os.listdir(to) == ["letter.txt"]


def test_restore_refuses_a_folder_with_a_node(make_node, full, tmp_path):
    to = tmp_path / "backup"
    full.run("backup", to)
    other = make_node("sg")
    assert "--force" in other.run("restore", to, code=1).stderr
    assert other.json("status")["node"] == "sg"
    done = other.run("restore", "--force", to)
    assert ".before-" in done.stdout
    assert other.json("status")["node"] == "ca"
    aside = [n for n in os.listdir(tmp_path) if ".before-" in n]
    assert len(aside) == 1
    status = gspd("-d", tmp_path / aside[0], "status", "--json")
    assert json.loads(status.stdout)["node"] == "sg"
    full.serve()
    assert "stop it first" in full.run(
        "restore", "--force", to, code=75).stderr


@pytest.mark.parametrize("name", ["ledger.db", "gspd.conf",
                                  "keys/online.pem", "BACKUP"])
@pytest.mark.parametrize("how", ["flip", "cut", "absent"])
def test_a_damaged_backup_is_refused(full, tmp_path, name, how):
    to = tmp_path / "backup"
    full.run("backup", to)
    path = to / name
    data = path.read_bytes()
    if how == "flip":
        at = 3 if name == "BACKUP" else len(data) // 2
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
    elif how == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    new = tmp_path / "new"
    for args in (["restore", "--verify", to], ["-d", new, "restore", to]):
        done = gspd(*args, code=1)
        assert name in done.stderr, done.stderr
    assert not new.exists()
    assert not [n for n in os.listdir(tmp_path) if ".part-" in n or
                ".verify-" in n]


def test_restore_of_nothing(tmp_path):
    done = gspd("-d", tmp_path / "new", "restore", tmp_path / "absent", code=1)
    assert "BACKUP" in done.stderr
