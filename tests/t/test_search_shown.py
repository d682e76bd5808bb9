"""Places, typing mistakes, explanations and completions over a whole node:
the command, the JSON and the pages say the same."""

import json
import os
import urllib.parse

import pytest

from conftest import programme, wait_until


def at(name, number, place, lat, lon, **more):
    return programme("ca", name, number=number, site=[
        {"name": place, "address": "1 High Street, " + place,
         "lat": lat, "lon": lon}], **more)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    from conftest import Node
    node = Node(tmp_path_factory.mktemp("node"), "ca").init()
    node.load(
        [at("Harbour Choir", 1, "Halifax", "44.6488", "-63.5752"),
         at("Harbour Garden", 2, "Halifax", "44.6500", "-63.6000"),
         at("Island Choir", 3, "Charlottetown", "46.2382", "-63.1311"),
         at("Mountain Choir", 4, "Banff", "51.1784", "-115.5708",
            summary="For lonely people: loneliness ends here."),
         programme("ca", "Choir by Telephone", number=5)] +
        [programme("ca", "Walk %d against loneliness" % i, number=10 + i)
         for i in range(30)])
    node.run("publish")
    node.serve()
    yield node
    node.stop()


def titles(found):
    return [item["title"] for item in found["items"]]


def api(node, **params):
    status, body = node.get("/api/v1/search?" + urllib.parse.urlencode(params))
    assert status == 200, body
    return json.loads(body)


def page(node, **params):
    status, body = node.get("/search?" + urllib.parse.urlencode(params))
    assert status == 200, body
    return body


def test_near_a_position(node):
    found = node.json("search", "choir", "--near", "44.65,-63.58",
                      "--within", "20")
    assert titles(found) == ["Harbour Choir"]
    assert 0 < found["items"][0]["distance_km"] < 1
    assert found["near"] == {"lat": 44.65, "lon": -63.58, "km": 20}
    # Without words the nearest first, and all of them counted.
    found = node.json("search", "--near", "44.65,-63.58", "--within", "300")
    assert titles(found) == ["Harbour Choir", "Harbour Garden", "Island Choir"]
    far = [item["distance_km"] for item in found["items"]]
    assert far == sorted(far) and 175 < far[2] < 185
    assert found["count"] == 3
    found = node.json("search", "--near", "-44.65,63.58", "--within", "300")
    assert found["count"] == 0
    everywhere = node.json("search", "choir", "--near", "0,0", "--within",
                           "20000", "--sort", "distance")
    assert titles(everywhere) == ["Harbour Choir", "Island Choir",
                                  "Mountain Choir"]


def test_near_a_place(node):
    out = node.run("search", "--near", "halifax", "--within", "5").stdout
    assert out.startswith("2 found within 5 km of halifax (44.6")
    assert "Harbour Garden" in out and " km  " in out
    body = api(node, near="Halifax", within=5)
    assert body["meta"]["count"] == 2
    assert 44.6 < body["meta"]["near"]["lat"] < 44.7
    assert all(item["distance_km"] < 5 for item in body["items"])
    text = page(node, near="Halifax", within=5)
    assert "km away" in text or "m away" in text
    assert "Within 5 km of Halifax" in text
    assert "Harbour Garden" in text and "Island Choir" not in text
    status, body = node.get("/api/v1/search?near=Atlantis")
    assert status == 400 and "Atlantis" in json.loads(body)["detail"]
    text = page(node, near="Atlantis", q="choir")
    assert "No record here names a place" in text and "Island Choir" in text


def test_paging_near_a_place(node):
    seen, target = [], "/api/v1/search?near=0,0&within=20000&limit=1"
    while target:
        status, body = node.get(target)
        assert status == 200 and len(seen) < 9
        seen += titles(json.loads(body))
        target = json.loads(body)["links"].get("next")
    assert seen == ["Harbour Choir", "Harbour Garden", "Island Choir",
                    "Mountain Choir"] or sorted(seen) == sorted(set(seen))
    assert len(seen) == 4


def test_mistyped(node):
    found = node.json("search", "lonelyness")
    assert found["count"] >= 30 and found["corrected"]
    assert "loneliness" in found["did_you_mean"]
    out = node.run("search", "lonelyness").stdout
    assert out.startswith("nothing found as typed; instead for: loneliness\n")
    body = api(node, q="lonelyness")
    assert body["meta"]["corrected"]
    assert body["meta"]["did_you_mean"] == "loneliness"
    text = page(node, q="lonelyness")
    assert "Nothing found for “lonelyness”" in text
    assert "These are the results for “loneliness”" in text
    assert node.json("search", "xqzwvkj")["count"] == 0
    # What was dropped is said everywhere.
    out = node.run("search", "choir", "xqzwvkj").stdout
    assert "without: xqzwvkj" in out
    assert api(node, q="choir xqzwvkj")["meta"]["dropped"] == "xqzwvkj"


def test_explained(node):
    found = node.json("search", "mountain", "choir", "--explain")
    why = found["items"][0]["explain"]
    assert [p["typed"] for p in why["parts"]] == ["mountain", "choir"]
    assert sum(p["score"] for p in why["parts"]) == \
        pytest.approx(why["score"], rel=1e-3)
    assert all(p["df"] > 0 and p["idf"] > 0 and p["weight"] > 0 and
               0 < p["factor"] <= 1 for p in why["parts"])
    assert why["length"] > 0 and found["mean_length"] > 0
    assert api(node, q="mountain choir", explain=1)["items"][0]["explain"] \
        == why
    out = node.run("search", "mountain", "choir", "--explain").stdout
    assert "mountain: weight" in out and "in all; " in out
    assert "explain" not in api(node, q="mountain choir")["items"][0]


def test_completed(node):
    items = node.json("search", "--suggest", "lonel")["items"]
    assert items[0] == {"text": "loneliness", "count": 31}
    assert {"text": "lonely", "count": 1} in items
    status, body = node.get("/api/v1/suggest?q=choir+lonel&limit=1")
    assert status == 200
    assert json.loads(body)["items"][0]["text"] == "choir loneliness"
    out = node.run("search", "--suggest", "lonel").stdout
    assert out.split("\n")[0] == "      31  loneliness"
    assert json.loads(node.get("/api/v1/suggest?q=xqzw")[1])["items"] == []


HOSTILE = ["*", "-", "\"", "\"\"\"", "OR OR", "a" * 1500, "a " * 700,
           "\u202e\u2066choir", "x\u0000y", "' OR 1=1 --", "<script>",
           "country:", "doi:", "year:9999999999-", "((((", "\U0001f3b5",
           "-" * 500, "choir^99 +~{}", "near:1,1", "ก", "\u0301"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words(node, text):
    for path in ("/search", "/api/v1/search", "/api/v1/suggest"):
        for name in ("q", "near", "kind"):
            target = "%s?%s" % (path, urllib.parse.urlencode(
                {"q": "choir", name: text}))
            status, body = node.get(target)
            assert status in (200, 400, 414), (target, status)
            assert "<script" not in body and "<img" not in body
    if "\0" not in text:
        assert node.run("search", "--json", "--", text * 7).returncode == 0


def test_a_change_is_found_within_a_second(node):
    before = api(node, q="choir")["meta"]
    assert before["index"]["version"] <= before["catalogue"]["serial"]
    node.add(programme("ca", "Lighthouse Choir", number=90))
    node.run("publish")
    wait_until(lambda: api(node, q="lighthouse")["meta"]["count"] == 1)
    after = api(node, q="choir")["meta"]
    assert after["index"]["version"] > before["index"]["version"]


def test_no_index_and_a_damaged_one(make_node):
    node = make_node("ca")
    node.load([programme("ca", "Choir %d" % i, number=i) for i in range(50)])
    node.run("publish")
    index = os.path.join(node.dir, "index")
    for name in os.listdir(index):
        if name.endswith(".seg"):
            path = os.path.join(index, name)
            with open(path, "rb") as f:
                data = bytearray(f.read())
            for at in range(64, len(data), 97):
                data[at] ^= 0x55
            with open(path + ".new", "wb") as f:
                f.write(data)
            os.rename(path + ".new", path)
    for args in (["choir"], ["--suggest", "cho"], ["--near", "Leeds"]):
        done = node.run("search", *args, code=74)
        assert "index is damaged" in done.stderr
        assert node.dir not in done.stderr
    node.run("rebuild")
    assert node.json("search", "choir")["count"] == 50
    os.rename(index, index + ".gone")
    for args in (["choir"], ["--suggest", "cho"], ["--near", "Leeds"]):
        done = node.run("search", *args, code=75)
        assert "index is being made" in done.stderr
    # A daemon makes it by itself, and answers as soon as it is there.
    node.serve()
    wait_until(lambda: node.get("/api/v1/search?q=choir")[0] == 200)
    assert api(node, q="choir")["meta"]["count"] == 50
