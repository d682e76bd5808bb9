"""Real records: 565 services and 37 citations, from one node to another.

The data stands beside the project and is not part of it; without it these
tests are skipped.
"""

import json
import os
import urllib.parse

import pytest

from conftest import SOURCE

DATA = os.path.join(SOURCE, "..", "shared", "data")
SERVICES = ["us-florida-legal-advice.hsds3.ndjson",
            "us-illinois-legal-aid.hsds3.ndjson"]

pytestmark = pytest.mark.skipif(
    not os.path.isdir(os.path.join(DATA, "services")),
    reason="the shared test data is not beside the project")


def service(name):
    return os.path.join(DATA, "services", name)


def evidence(name):
    return os.path.join(DATA, "evidence", name)


def counts(report):
    return [report[k] for k in ("new", "changed", "same", "errors")]


@pytest.fixture
def full(make_node):
    node = make_node("us")
    assert counts(node.json("import", service(SERVICES[0]))) == [135, 0, 0, 0]
    assert counts(node.json("import", service(SERVICES[1]))) == [430, 0, 0, 0]
    assert counts(node.json("import", evidence("citations.ris"))) == \
        [37, 0, 0, 0]
    assert counts(node.json("import", evidence("effects.csv"))) == [0, 6, 0, 0]
    node.run("publish")
    return node


def test_import_again_changes_nothing(full):
    before = full.json("status")
    for path in [service(s) for s in SERVICES] + [evidence("citations.ris"),
                                                  evidence("effects.csv")]:
        report = full.json("import", path)
        assert counts(report)[:2] == [0, 0] and report["errors"] == 0, path
    full.run("publish")
    after = full.json("status")
    assert after["serial"] == before["serial"], "nothing changed, no new head"
    assert after["digest"] == before["digest"]


def test_same_citations_in_every_format(full):
    """BibTeX and CSL-JSON of the same library are the same records."""
    for name in ("citations.bib", "citations.csl.json"):
        report = full.json("import", evidence(name), "--dry-run")
        assert report["new"] == 0 and report["errors"] == 0, name
        assert report["rows"] == 37


def test_second_node_holds_the_same(full, make_node):
    full.serve()
    other = make_node("ca")
    other.add_peer(full)
    result = other.json("pull")[0]
    assert (result["state"], result["records"], result["bad_records"]) == \
        ("fresh", 602, 0)
    here, there = full.json("status"), other.json("status")
    assert here["records"] == there["records"] == 602
    assert here["groups"] == there["groups"] == 599
    assert here["digest"] == there["digest"]
    assert there["kinds"]["programme"] == 565
    assert other.json("rebuild")["digest"] == here["digest"]


def test_duplicates_are_groups(full):
    # By the ids the records came with: the twins share a group, the preprint
    # and the protocol stand alone.
    groups = {}
    for item in all_items(full, "kind=evidence"):
        for member in item["members"]:
            groups[member] = sorted(item["members"])
    assert len(groups) == 37
    sizes = sorted(len(set_) for set_ in {tuple(g) for g in groups.values()})
    assert sizes == [1] * 31 + [2] * 3
    key = by_citation_key(full)
    for one, two in (("muhl2023", "dup-muhl2023-node2"),
                     ("kiely2024", "dup-kiely2024-node3"),
                     ("mercer2019", "dup-mercer2019-node4")):
        assert groups[key[one]] == sorted([key[one], key[two]])
    for alone in ("muhl2022preprint", "muhl2023protocol", "nguyen2022preprint"):
        assert groups[key[alone]] == [key[alone]]


def all_items(node, filter):
    items, cursor = [], None
    while True:
        args = ["search", "", "--filter", filter, "--limit", "50"]
        page = node.json(*args, *(["--cursor", cursor] if cursor else []))
        items += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            assert len(items) == page["count"]
            return items


def by_citation_key(node):
    lines = node.run("export", "--format", "ndjson").stdout.splitlines()
    keys = {}
    for record in map(json.loads, lines):
        for source in record.get("source", []):
            keys[source.get("upstream_id")] = record["id"]
    return keys


def test_pages_of_real_records(full):
    """Every record page of the catalogue answers, and nothing is raw."""
    full.serve()
    items = all_items(full, "kind=evidence") + \
        all_items(full, "kind=programme")[:60]
    for item in items:
        code, body = full.get("/record/" + urllib.parse.quote(item["id"]))
        assert code == 200, item["id"]
        assert body.count("<h1") == 1
        # one block of data for search engines, and nothing that runs
        assert body.count("<script") == \
            body.count('<script type="application/ld+json">') <= 1
    found = json.loads(full.get("/api/v1/search?q=bankruptcy&country=us")[1])
    assert found["meta"]["count"] > 0
