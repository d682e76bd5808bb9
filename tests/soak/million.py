#!/usr/bin/env python3
"""A million records for real: import, publish, pull by a peer, search, follow
an edit.

usage: tests/soak/million.py [--build DIR] [--records 1000000] [--work DIR]

Takes about fifteen minutes and 10 GB of disk at a million. Exits 1 when
anything is not as it should be: counts, the digest on both nodes, the head
below 64 KiB, one edit that costs the peer a hint and no page, the search index
of the catalogue's state, memory of a first pull and of whoever serves searches
(mapped files apart) below the bars. Needs Python 3 only, and /proc.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request


PART = 250000
PULL_MB, WEB_MB = 300, 150


class Failed(Exception):
    pass


def check(is_so, what):
    if not is_so:
        raise Failed(what)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def anonymous_mb(pid):
    """Memory of a process without the files that it maps; 0: it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


class Node:
    def __init__(self, gspd, folder, name):
        self.gspd, self.folder, self.port = gspd, folder, free_port()
        self.url = "http://127.0.0.1:%d/" % self.port
        self.run("init", "--node", name, "--organisation", "Soak " + name,
                 "--url", self.url, "--listen", "127.0.0.1:%d" % self.port,
                 "--languages", "en", "--yes")

    def run(self, *args):
        self.peak_mb = 0
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(
                [self.gspd, "-d", self.folder] + list(args),
                stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            while child.poll() is None:
                self.peak_mb = max(self.peak_mb, anonymous_mb(child.pid))
                time.sleep(0.01)
            out.seek(0)
            err.seek(0)
            check(child.returncode == 0, "gspd %s: exit code %d: %s" % (
                args[0], child.returncode, err.read().decode()[-400:]))
            return out.read().decode()

    def json(self, *args):
        return json.loads(self.run(*args, "--json"))

    def timed(self, what, *args):
        start = time.monotonic()
        answer = self.json(*args)
        print("%-24s %8.1f s %6.0f MB" % (
            what, time.monotonic() - start, self.peak_mb), flush=True)
        return answer

    def disk(self):
        return sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(self.folder)
                   for name in names)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.loads(answer.read())


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(child) for child in f.read().split()]


def serve(node, log):
    child = subprocess.Popen([node.gspd, "-d", node.folder, "serve"],
                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    for _ in range(3000):
        check(child.poll() is None, "gspd serve ended")
        try:
            with urllib.request.urlopen(node.url + "feed/head.xml",
                                        timeout=5) as answer:
                return child, answer.read()
        except OSError:
            time.sleep(0.1)
    raise Failed("gspd serve does not answer")


def searches(node, log, words):
    """Start to the first answer, and what many different ones leave."""
    start = time.monotonic()
    child = subprocess.Popen([node.gspd, "-d", node.folder, "serve"],
                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        while True:
            try:
                node.get("api/v1/search?q=" + urllib.parse.quote(words[0]))
                break
            except OSError:
                check(child.poll() is None, "gspd serve ended")
                check(time.monotonic() - start < 60, "nobody answers")
                time.sleep(0.005)
        print("%-24s %8.2f s" % ("serve: first answer",
                                 time.monotonic() - start))
        for i in range(len(words) - 1):
            for query in (words[i], words[i] + " " + words[i + 1],
                          words[i][:-1] + "*", words[i] + "x"):
                node.get("api/v1/search?q=" + urllib.parse.quote(query))
        most = max(anonymous_mb(pid) for pid in children(child.pid))
        print("%-24s %15.0f MB" % ("serve: searches", most))
        check(most < WEB_MB, "gspd serve takes %d MB" % most)
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait(60)


def corpus(generate, records, work):
    """Files of at most PART records: import takes no larger one."""
    child = subprocess.Popen([generate, str(records), "1"],
                             stdout=subprocess.PIPE)
    parts = []
    for i, line in enumerate(child.stdout):
        if i % PART == 0:
            parts.append(os.path.join(work, "part-%d.ndjson" % len(parts)))
            f = open(parts[-1], "wb")
        f.write(line)
        if i % PART == PART - 1:
            f.close()
    f.close()
    check(child.wait() == 0, "bench/generate failed")
    return parts


def edit(first, work):
    first["name"] += " zebrafinch"
    path = os.path.join(work, "edit.ndjson")
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps(first, ensure_ascii=False) + "\n")
    return path


def soak(args, work):
    gspd = os.path.join(args.build, "gspd")
    generate = os.path.join(args.build, "bench", "generate")
    if (not os.access(generate, os.X_OK)
            and os.path.exists(os.path.join(args.build, "Makefile"))):
        subprocess.run(["make", "-s", "-C", args.build, "bench-tools"],
                       stdout=sys.stderr)
    parts = corpus(generate, args.records, work)
    with open(parts[0], encoding="utf-8") as f:
        first = json.loads(f.readline())
    a = Node(gspd, os.path.join(work, "a"), "us")
    b = Node(gspd, os.path.join(work, "b"), "ca")
    for part in parts:
        report = a.timed("import", "import", part)
        check(report["errors"] == 0, "import: %d errors" % report["errors"])
        os.remove(part)
    a.timed("publish", "publish")
    head = os.path.getsize(os.path.join(a.folder, "feed", "head.xml"))
    print("%-24s %8d bytes" % ("head", head))
    check(head < 65536, "the head has %d bytes" % head)
    key = a.run("key", "show").split()[0]
    with open(os.path.join(work, "serve.log"), "ab") as log:
        child, _ = serve(a, log)
    try:
        b.run("peer", "add", a.url, "--key", key, "--allow-private",
              "--insecure", "--yes")
        with open(os.path.join(b.folder, "peers.conf"), "a") as f:
            f.write("max-records = 10000000\nmax-bytes = 32G\n")
        result = b.timed("first pull", "pull")[0]
        check((result["state"], result["records"]) == ("fresh", args.records),
              "pull: %s" % result)
        check(b.peak_mb < PULL_MB, "the pull took %d MB" % b.peak_mb)
        print("%-24s %8.0f bytes a record" % ("disk of who pulls",
                                              b.disk() / args.records))
        print("%-24s %8.0f bytes a record" % ("disk of who publishes",
                                              a.disk() / args.records))
        found = b.timed("search", "search",
                        first["name"].split()[0])
        check(found["count"] > 0, "search finds nothing")
        a.timed("one edit: import", "import", edit(first, work))
        a.timed("one edit: publish", "publish")
        result = b.timed("one edit: pull", "pull")[0]
        check(result["fetched"] == 0 and result["hints"] == 1,
              "one edit cost the peer pages: %s" % result)
        check(b.json("search", "zebrafinch")["count"] == 1,
              "the edit is not found")
        with open(os.path.join(work, "b.log"), "ab") as log:
            searches(b, log, (first["name"] + " " + first["description"])
                     .replace(".", "").replace(",", "").split()[:80])
        both = [n.json("status") for n in (a, b)]
        check([s["records"] for s in both] == [args.records] * 2,
              "records: %s" % [s["records"] for s in both])
        check([(s["index"]["state"], s["index"]["documents"]) for s in both] ==
              [("good", s["groups"]) for s in both],
              "index: %s" % [s["index"] for s in both])
        check(both[0]["digest"] == both[1]["digest"], "the digests differ")
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait(60)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build",
                        default=os.path.dirname(os.environ.get("GSPD", ""))
                        or ".")
    parser.add_argument("--records", type=int, default=1000000)
    parser.add_argument("--work")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    work = tempfile.mkdtemp(prefix="gspd-soak-", dir=args.work)
    try:
        soak(args, work)
    except Failed as failure:
        print("tests/soak/million.py: %s" % failure, file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
