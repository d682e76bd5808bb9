#!/usr/bin/python3
"""Four nodes in bad weather: see README.md.

Usage: federation.py [SEED]; the program is found by GSPD, the minutes by
GSPD_SOAK_MINUTES.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "t"))
from conftest import Node, programme  # noqa: E402

NAMES = ("ca", "sg", "us", "gb-eng")
STORM_S = 20
CALM_S = 60
GROWTH_KB = 40 * 1024  # what a process may grow after the first storms
GROWTH_FDS = 40  # idle connections are kept, so many at most
WARM_STORMS = 3


def children(pid):
    """The processes of a node: its supervisor and what that started."""
    found = [pid]
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == pid:
            found.append(int(name))
    return found


def resident_kb(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def open_files(pid):
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


class Soak:
    def __init__(self, folder, seed):
        self.rng = random.Random(seed)
        self.nodes = [Node(os.path.join(folder, name), name).init()
                      for name in NAMES]
        self.number = 0
        self.asleep = []
        self.base = {}
        self.worst_kb = self.worst_fds = 0
        self.counts = {}

    def start(self):
        for node in self.nodes:
            node.conf("#interval = 30m", "interval = 1s")
            self.grow(node, 40)
            node.run("publish")
            node.serve()
        for node in self.nodes:
            for other in self.nodes:
                if node is not other:
                    node.add_peer(other)

    def grow(self, node, n):
        node.load([programme(node.name, "Walk %d" % (self.number + i),
                             number=(self.number + i) % 400)
                   for i in range(n)])
        self.number += n

    # ---- what the weather may bring ----

    def records_come(self, node):
        self.grow(node, self.rng.randint(1, 30))

    def a_record_goes(self, node):
        found = node.json("search", "walk", "--filter", "node=" + node.name, "--limit",
                          "5")
        ids = [r["id"] for r in found.get("items", found.get("results", []))]
        if ids:
            node.run("retire", ids[0], code=None)

    def killed(self, node):
        victim = self.rng.choice(children(node.proc.pid))
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def all_killed(self, node):
        for pid in reversed(children(node.proc.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def stopped(self, node):
        pids = children(node.proc.pid)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                pass
        self.asleep.append((time.monotonic() + self.rng.uniform(1, 8), pids))

    def rebuilt(self, node):
        node.run("rebuild", code=None)

    def rotated(self, node):
        node.run("key", "rotate", "--yes", code=None)

    def wake(self, everybody=False):
        keep = []
        for until, pids in self.asleep:
            if not everybody and until > time.monotonic():
                keep.append((until, pids))
                continue
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass
        self.asleep = keep

    def restart(self):
        for node in self.nodes:
            if node.proc.poll() is not None:
                node.proc = None
                node.serve()

    def storm(self):
        kinds = ([self.records_come] * 8 + [self.a_record_goes] * 3 +
                 [self.killed] * 2 + [self.all_killed, self.stopped,
                                      self.rebuilt, self.rotated])
        end = time.monotonic() + STORM_S
        while time.monotonic() < end:
            node = self.rng.choice(self.nodes)
            kind = self.rng.choice(kinds)
            awake = all(node.proc.pid not in pids for _, pids in self.asleep)
            if node.proc.poll() is None and awake:
                kind(node)
                name = kind.__name__
                self.counts[name] = self.counts.get(name, 0) + 1
            self.wake()
            time.sleep(self.rng.uniform(0, 0.4))
            self.restart()

    # ---- what must hold after it ----

    def calm(self):
        """True when all show the same within the time."""
        self.wake(everybody=True)
        self.restart()
        end = time.monotonic() + CALM_S
        while time.monotonic() < end:
            digests = {node.digest() for node in self.nodes}
            own = sum(node.json("status")["own"] for node in self.nodes)
            records = {node.json("status")["records"] for node in self.nodes}
            if len(digests) == 1 and records == {own}:
                return True
            time.sleep(0.5)
        print("  not calm:", digests, records, own, flush=True)
        for node in self.nodes:
            print(node.run("peer", "list").stdout)
        return False

    def measure(self, storm):
        """What a process has above its size after the first storms."""
        for node in self.nodes:
            for i, pid in enumerate(children(node.proc.pid)):
                now = resident_kb(pid), open_files(pid)
                if storm < WARM_STORMS or (node.name, pid) not in self.base:
                    self.base[node.name, pid] = now
                    continue
                was = self.base[node.name, pid]
                self.worst_kb = max(self.worst_kb, now[0] - was[0])
                self.worst_fds = max(self.worst_fds, now[1] - was[1])

    def stop(self):
        self.wake(everybody=True)
        for node in self.nodes:
            if node.proc is not None and node.proc.poll() is None:
                node.proc.terminate()
                node.proc.wait(timeout=40)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int(time.time())
    minutes = float(os.environ.get("GSPD_SOAK_MINUTES", "10"))
    folder = tempfile.mkdtemp(prefix="gspd-soak-")
    soak = Soak(folder, seed)
    passed = failed = storms = 0
    print("seed %d, %g minutes" % (seed, minutes), flush=True)
    try:
        soak.start()
        end = time.monotonic() + minutes * 60
        while storms == 0 or (time.monotonic() < end and failed == 0):
            soak.storm()
            good = soak.calm()
            soak.measure(storms)
            storms += 1
            passed += good
            failed += not good
            print("storm %d: %s, %d records, grown by %d KiB and %d files"
                  % (storms, "calm" if good else "NOT CALM",
                     soak.nodes[0].json("status")["records"], soak.worst_kb,
                     soak.worst_fds), flush=True)
        for what, good in (
                ("memory", soak.worst_kb <= GROWTH_KB),
                ("open files", soak.worst_fds <= GROWTH_FDS)):
            print("%s: %s" % (what, "bounded" if good else "GREW"))
            passed += good
            failed += not good
        for node in soak.nodes:
            node.run("check")
            passed += 1
    finally:
        soak.stop()
        if failed == 0:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print("the nodes are kept in", folder)
    print(", ".join("%s %d" % pair for pair in sorted(soak.counts.items())))
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
