"""What sample/ promises: it imports, spans the world, and harms nobody."""

import collections
import glob
import json
import os
import re
import urllib.parse

import pytest

from conftest import SOURCE

SAMPLE = os.path.join(SOURCE, "sample")
NODES = sorted(os.path.basename(d) for d in glob.glob(SAMPLE + "/*")
               if os.path.isdir(d))
# South, west, north, east.
PLACES = {"MT": (35.7, 14.1, 36.2, 14.7), "SG": (1.2, 103.6, 1.5, 104.1),
          "BH": (25.8, 50.3, 26.4, 50.8)}
CITIES = {"Caerdydd": 4, "Lisboa": 3, "Porto": 3, "المنامة": 3}
CHOIRS = {"pt": "coro", "gb-wls": "choir", "jp": "合唱", "bh": "كورال",
          "es": "coro", "fr": "chorale", "de": "Chor", "gb-eng": "choir"}
MARK = re.compile(r"(\((example|exemple|exemplo|ejemplo|Beispiel|enghraifft|"
                  r"contoh|eżempju|مثال)\)|（(例|示例)）)$")
REAL = {"Creative Alternatives", "Focussed Care, Oldham",
        "University of Toronto", "National University of Singapore"}
REAL_HOSTS = {"www.utoronto.ca", "www.nus.edu.sg", "www.scie.org.uk",
              "ror.org", "doi.org"}
# Numbers that telephone authorities keep for fiction.
FICTION = re.compile(
    r"\+1 \d{3} 555 01\d\d|\+44 (20 7946 0\d{3}|29 2018 0\d{3}|1632 960\d{3}|"
    r"(113|117|151|161) 496 0\d{3})|\+61 [238] 5550 \d{4}|"
    r"\+33 (1 99 00|2 61 91|4 65 71) \d\d \d\d|"
    r"\+49 (30 23125|40 66969|89 99998)0\d\d")


def texts(value):
    """Every text below a value, and the name it has there."""
    if isinstance(value, dict):
        for key, item in value.items():
            for name, text in texts(item):
                yield name or key, text
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield None, str(value)


def names(value):
    """The texts of a language map, by language."""
    if not isinstance(value, dict):
        return {"": value}
    return {k: v["text"] if isinstance(v, dict) else v
            for k, v in value.items()}


@pytest.fixture(scope="module")
def records():
    found = []
    for node in NODES:
        with open(os.path.join(SAMPLE, node, "records.ndjson"),
                  encoding="utf-8") as f:
            found += [json.loads(line) for line in f]
    return found


def of_kind(records, kind):
    return [r for r in records if r["kind"] == kind]


def test_every_file_imports(make_node):
    assert len(NODES) == 13
    rows = warned = 0
    for name in NODES:
        node = make_node(name)
        for file in sorted(glob.glob(os.path.join(SAMPLE, name, "*"))):
            report = node.json("import", file, "--dry-run")
            assert report["errors"] == 0, (file, report)
            assert report["new"] == report["rows"] > 0, (file, report)
            rows += report["rows"]
            if file.endswith(".ndjson"):
                done = node.run("import", file, "--dry-run")
                warned += done.stderr.count("warning:")
    assert rows >= 300
    assert warned <= 12


def test_it_spans_the_world(records):
    countries = collections.Counter()
    places = collections.Counter()
    zones = collections.Counter()
    cities = collections.Counter()
    for r in of_kind(records, "programme"):
        countries[r["area"][0]["country"]] += 1
        zones.update(r["zone"])
        for site in r.get("site", []):
            cities.update(c for c in CITIES if c in site["address"])
            lat, lon = float(site["lat"]), float(site["lon"])
            for country, (s, w, n, e) in PLACES.items():
                inside = s < lat < n and w < lon < e
                assert inside == (r["area"][0]["country"] == country), r["id"]
                places[country] += inside
    assert len(countries) == 12 and min(countries.values()) >= 8, countries
    assert set(zones) == {"arts", "nature", "exercise", "knowledge", "wisdom"}
    assert min(zones.values()) >= 25, zones
    assert all(places[country] >= 3 for country in PLACES), places
    assert all(cities[city] >= n for city, n in CITIES.items()), cities
    langs = collections.Counter(r["lang"] for r in records)
    assert all(langs[lang] >= 10 for lang in
               ("en", "fr", "es", "pt", "de", "cy", "ja", "ar")), langs
    kinds = collections.Counter(r["kind"] for r in records)
    least = {"programme": 160, "evidence": 45, "organisation": 35,
             "resource": 25, "champion": 15, "term": 5}
    assert all(kinds[kind] >= n for kind, n in least.items()), kinds
    for node, word in CHOIRS.items():
        assert any(word in r.get("activity", []) for r in records
                   if r["id"].startswith("urn:gspd:%s:" % node)), node


def test_it_is_as_mixed_as_a_real_directory(records):
    programmes = of_kind(records, "programme")
    states = collections.Counter(r["status"] for r in programmes)
    assert set(states) == {"planned", "active", "paused", "closed"}
    assert sum("assured" not in r for r in programmes) >= 3
    due = [r["review_due"] for r in programmes if "review_due" in r]
    assert min(due) < "2026-06" and max(due) > "2027-06"
    lines = [r.get("deadline") for r in of_kind(records, "resource")
             if r["resource_type"] == "funding-call"]
    assert min(lines) < "2026-10" and max(lines) > "2027-01"
    dois = collections.defaultdict(set)
    for r in of_kind(records, "evidence"):
        for one in r.get("identifier", []):
            if one["scheme"] == "doi":
                doi = one["value"].lower().replace("https://doi.org/", "")
                dois[doi].add(r["id"].split(":")[2])
    assert sum(len(nodes) > 1 for nodes in dois.values()) >= 8


def test_invented_things_say_so(records):
    for r in records:
        if r["kind"] not in ("programme", "organisation", "resource"):
            continue
        called = names(r.get("name", r.get("title"))).values()
        assert REAL & set(called) or all(map(MARK.search, called)), r["id"]
        for text in names(r.get("summary", "")).values():
            assert len(text) <= 300, r["id"]


def test_nobody_can_be_reached_by_mistake(records):
    for r in records:
        for name, text in texts(r):
            if name == "phone":
                assert FICTION.fullmatch(text), (r["id"], text)
            for host in re.findall(r"@([\w.-]+)", text):
                assert host == "example.org", (r["id"], text)
            for url in re.findall(r"https?://\S+", text):
                host = urllib.parse.urlsplit(url).hostname
                assert host.endswith("example.org") or host in REAL_HOSTS, \
                    (r["id"], url)


def test_champions_agreed_and_give_no_address(records):
    for r in of_kind(records, "champion"):
        consent = r["consent"]
        assert consent["text_version"]
        assert consent["date"] <= "2026-11-21" < consent["expires"], r["id"]
        assert not any("@" in text or re.search(r"\d{5}", text)
                       for name, text in texts(r)
                       if name not in ("id", "date", "expires")), r["id"]


def test_relations_lead_somewhere(records):
    ids = {r["id"] for r in records}
    kinds = {r["id"]: r["kind"] for r in records}
    assert len(ids) == len(records)
    for r in records:
        for one in r.get("relation", []):
            assert one["id"] in ids, (r["id"], one)
            # No invented programme was studied by a real work.
            if r["kind"] == "programme":
                assert kinds[one["id"]] != "evidence", r["id"]
        for one in r.get("organisation", []):
            assert one.get("id", r["id"]) in ids, (r["id"], one)
