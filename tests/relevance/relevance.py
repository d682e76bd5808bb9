#!/usr/bin/python3
"""How well search finds what people look for, in figures.

    relevance.py [-v] [--update]

Makes the nodes of sample/, asks the queries of queries.tsv through
`gspd search --json`, and prints recall among the first five and the mean
reciprocal rank, for each set and language. Exit code 1 when a figure is below
that of the file `baseline`; --update writes that file. -v shows each query.
The program is found by the variable GSPD, else ./gspd.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("GSPD_SOURCE", os.path.dirname(os.path.dirname(HERE)))
SAMPLE = os.path.join(SOURCE, "sample")
SHARED = os.path.join(SOURCE, "..", "shared", "data")
sys.path.insert(0, os.path.join(SOURCE, "tests", "t"))
sys.dont_write_bytecode = True
from conftest import Node  # noqa: E402

FIRST_NODES = ("ca", "gb-eng", "sg")
OTHER_NODES = ("pt", "au", "bh", "de", "es", "fr", "gb-wls", "jp", "mt", "mx")
FIRST = 5    # a record that must be found stands among so many
LOOKED = 20  # rank of the first of them: so far down
SLACK = 0.0005
SHARED_FILES = ["evidence/citations.ris",
                "services/us-florida-legal-advice.hsds3.ndjson",
                "services/us-illinois-legal-aid.hsds3.ndjson"]

Query = collections.namedtuple("Query", "set lang text wanted line")


def load_queries(path):
    queries = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            set_, lang, text, wanted = line.split("\t")
            queries.append(Query(set_, lang, text,
                                 [w.strip() for w in wanted.split(" ; ")],
                                 number))
    return queries


def search(node, *args):
    """What follows "--" may begin with a minus."""
    return json.loads(node.run("search", "--json", *args).stdout)


def everything(node):
    items, cursor = [], []
    while True:
        page = search(node, "", "--limit", "100", *cursor)
        items += page["items"]
        if not page.get("next_cursor"):
            return items
        cursor = ["--cursor", page["next_cursor"]]


def is_named(item, handle):
    """By the start of its title, or of an id of one of its members."""
    return item["title"].startswith(handle) or any(
        m.startswith("urn:gspd:" + handle) for m in item["members"])


def resolve(items, query):
    """The ids of what must be found; each name means one record."""
    ids = set()
    for handle in query.wanted:
        found = [i["id"] for i in items if is_named(i, handle)]
        assert len(found) == 1, "queries.tsv:%d: '%s' names %d records" % (
            query.line, handle, len(found))
        ids.add(found[0])
    return ids


class Figures:
    def __init__(self):
        self.n = 0
        self.recall = 0.0
        self.rank = 0.0

    def add(self, recall, rank):
        self.n += 1
        self.recall += recall
        self.rank += rank

    def means(self):
        return self.recall / self.n, self.rank / self.n


def ask(node, queries, figures, verbose):
    items = everything(node)
    for query in queries:
        wanted = resolve(items, query)
        found = search(node, "--limit", str(LOOKED), "--", query.text)["items"]
        ids = [item["id"] for item in found]
        ranks = [ids.index(w) + 1 for w in wanted if w in ids]
        recall = sum(r <= FIRST for r in ranks) / len(wanted)
        rank = 1 / min(ranks) if ranks else 0.0
        for lang in (query.lang, "all"):
            figures[query.set, lang].add(recall, rank)
        if verbose or recall < 1:
            print("%-6s %s %.2f %.2f  %s" % (query.set, query.lang, recall,
                                            rank, query.text))
        if verbose:
            for item in found[:FIRST]:
                print("          %s %s" % (
                    "*" if item["id"] in wanted else " ", item["title"]))


def run_import(node, *path):
    node.run("import", os.path.join(*path))


def make_nodes(folder, names):
    nodes = {}
    for name in names:
        node = nodes[name] = Node(os.path.join(folder, name), name).init()
        for file in sorted(os.listdir(os.path.join(SAMPLE, name))):
            run_import(node, SAMPLE, name, file)
        if name == "ca":
            run_import(node, HERE, "records.ndjson")
        node.run("publish")
    return nodes


def stop(node):
    if node.proc is not None and node.proc.poll() is None:
        node.proc.terminate()
        node.proc.wait()


def pull(node, peers):
    try:
        for peer in peers:
            peer.serve()
            node.add_peer(peer)
        results = node.json("pull")
        assert all(r["state"] == "fresh" for r in results), results
    finally:
        for peer in peers:
            stop(peer)


def measure(verbose):
    queries = load_queries(os.path.join(HERE, "queries.tsv"))
    figures = collections.defaultdict(Figures)
    with tempfile.TemporaryDirectory(prefix="gspd-relevance-") as folder:
        nodes = make_nodes(folder, FIRST_NODES)
        ca = nodes.pop("ca")
        pull(ca, nodes.values())
        ask(ca, [q for q in queries if q.set == "sample"], figures, verbose)
        if os.path.isdir(SHARED):
            for file in SHARED_FILES:
                run_import(ca, SHARED, file)
            ca.run("publish")
            ask(ca, [q for q in queries if q.set == "shared"], figures,
                verbose)
        else:
            print("set shared: skipped, no data beside the project")
        nodes.update(make_nodes(folder, OTHER_NODES))
        pt = nodes.pop("pt")
        pull(pt, nodes.values())
        ask(pt, [q for q in queries if q.set == "world"], figures, verbose)
    return {key: (f.n,) + f.means() for key, f in figures.items()}


def order(key):
    return key[0], key[1] == "all", key[1]


def load_baseline(path):
    base = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                set_, lang, n, recall, rank = line.split()
                base[set_, lang] = int(n), float(recall), float(rank)
    return base


def write_baseline(path, figures, old):
    """What was not measured now keeps its line."""
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Written by relevance.py --update: set, language, queries,"
                " recall\n# among the first %d, mean reciprocal rank.\n" %
                FIRST)
        for key in sorted(set(figures) | set(old), key=order):
            f.write("%s %s %d %.3f %.3f\n" % (
                key + (figures.get(key) or old[key])))


def compare(figures, base):
    """Print the table; true when nothing dropped."""
    good = True
    print("%-7s %-4s %7s %9s %6s" % ("set", "lang", "queries", "recall@5",
                                     "MRR"))
    for key in sorted(figures, key=order):
        n, recall, rank = figures[key]
        note = ""
        if key not in base:
            note, good = "not in the baseline", False
        elif recall < base[key][1] - SLACK or rank < base[key][2] - SLACK:
            note = "dropped from %.3f %.3f" % base[key][1:]
            good = False
        print("%-7s %-4s %7d %9.3f %6.3f  %s" % (key + (n, recall, rank,
                                                        note)))
    for key in sorted(set(base) - set(figures), key=order):
        if key[0] != "shared" or os.path.isdir(SHARED):
            print("%s %s is in the baseline and was not asked" % key)
            good = False
    return good


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    args.add_argument("-v", action="store_true", help="show each query")
    args.add_argument("--update", action="store_true",
                      help="write the figures as the new baseline")
    args = args.parse_args()
    path = os.path.join(HERE, "baseline")
    begin = time.monotonic()
    figures = measure(args.v)
    base = load_baseline(path) if os.path.exists(path) else {}
    if args.update:
        write_baseline(path, figures, base)
        base = load_baseline(path)
    good = compare(figures, base)
    print("%s in %.1f s" % ("ok" if good else "not ok",
                            time.monotonic() - begin))
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, subprocess.TimeoutExpired) as e:
        sys.exit("relevance.py: %s" % e)
