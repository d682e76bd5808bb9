"""What an operator sees of held changes and of quarantine, and can do."""

import glob
import gzip
import shutil

from conftest import programme


def test_release(make_node):
    a, b = make_node("ca"), make_node("sg")
    b.load([programme("sg", "Lantern", i) for i in range(1, 101)])
    b.run("publish")
    b.serve()
    a.add_peer(b)
    assert a.json("pull")[0]["state"] == "fresh"
    a.run("peer", "release", "sg", code=1)
    # 60 of 100 go.
    for i in range(1, 61):
        b.run("retire", programme("sg", "", i)["id"])
    b.run("publish")
    assert a.json("pull", code=1)[0]["state"] == "held"
    listed = a.run("peer", "list").stdout
    assert "held" in listed and "60 of 100 records would go" in listed
    assert a.json("peer", "list")[0]["records"] == 100
    assert "held change" in a.run("peer", "release", "sg").stdout
    got = a.json("pull")[0]
    assert got["state"] == "fresh" and got["records"] == 40

    # Its pages break: nothing of that head is read again until a release.
    b.load([programme("sg", "Lampion", i) for i in range(70, 80)])
    b.run("publish")
    shutil.rmtree(b.dir + "/feed/h")  # hints would heal it
    good = {}
    for path in glob.glob(b.dir + "/feed/p/*.gz"):
        with open(path, "rb") as f:
            good[path] = f.read()
        with open(path, "wb") as f:
            f.write(gzip.compress(b"<page/>"))
    assert a.json("pull", code=1)[0]["state"] == "rejected"
    for path, data in good.items():
        with open(path, "wb") as f:
            f.write(data)
    got = a.json("pull", code=1)[0]
    assert got["state"] == "rejected" and got["fetched"] == 0
    assert "quarantined until" in got["reason"]
    assert "quarantined until" in a.run("peer", "list").stdout
    assert a.json("search", "lantern")["count"] == 40
    assert "quarantine" in a.run("peer", "release", "sg").stdout
    assert a.json("pull")[0]["state"] == "fresh"
    assert a.json("search", "lampion")["count"] == 10
