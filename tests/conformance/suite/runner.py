"""Runs the cases, several at once, and tells how each went (TAP)."""

import concurrent.futures
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from .bench import CASES, Bench, Wrong

AT_ONCE = 4
STORY = 24  # lines of a failure: the last calls are what matters


def abilities_of(client):
    """What the client says it can do beyond the minimum, one word a line."""
    done = subprocess.run([*client, "abilities"], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit("%s abilities: exit %d\n%s" % (
            client[0], done.returncode, done.stderr))
    return set(done.stdout.split())


def choose(pattern, quick):
    return [case for case in CASES
            if (pattern is None or fnmatch.fnmatch(case.name, pattern)
                or case.name.startswith(pattern))
            and not (quick and case.is_slow)]


class Run:
    def __init__(self, client, keep):
        self.client = client
        self.keep = keep
        self.folder = tempfile.mkdtemp(prefix="gspd-conformance-")
        self.lock = threading.Lock()
        self.number = 0
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(self, case, verdict, lines=(), note=""):
        with self.lock:
            self.number += 1
            self.counts[verdict] += 1
            print("%sok %d - %s: %s%s" % (
                "not " if verdict == "failed" else "", self.number,
                case.name, case.says, note))
            for line in lines:
                print("# " + line)
            sys.stdout.flush()

    def one(self, case):
        folder = os.path.join(self.folder, case.name)
        os.mkdir(folder)
        bench = Bench(self.client, folder)
        why = None
        try:
            case.run(bench)
            if case.recovers and bench.feed is not None:
                bench.story.append("a good head after all that:")
                bench.recover()
        except Wrong as e:
            why = [str(e)]
        except subprocess.TimeoutExpired as e:
            why = ["the client did not end within %d s" % e.timeout]
        except Exception:
            why = traceback.format_exc().splitlines()
        finally:
            bench.close()
        if why is None:
            self.tell(case, "passed")
        else:
            story = bench.story
            if len(story) > STORY:
                story = ["..."] + story[-STORY:]
            self.tell(case, "failed", why + story)
        if not self.keep:
            shutil.rmtree(folder, ignore_errors=True)


def run(client, pattern=None, quick=False, keep=False):
    """0 when every case passed."""
    started = time.monotonic()
    chosen = choose(pattern, quick)
    if not chosen:
        sys.exit("no case is called so: --list shows them")
    able = abilities_of(client)
    this = Run(client, keep)
    print("1..%d" % len(chosen))
    ready = []
    for case in chosen:
        lacking = [need for need in case.needs if need not in able]
        if lacking:
            this.tell(case, "skipped",
                      note=" # SKIP needs " + ", ".join(lacking))
        else:
            ready.append(case)
    # The slow ones wait for a time-out: they go beside the others.
    slow = [case for case in ready if case.is_slow]
    with concurrent.futures.ThreadPoolExecutor(max(len(slow), 1)) as waiting, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as working:
        done = [waiting.submit(this.one, case) for case in slow]
        done += [working.submit(this.one, case)
                 for case in ready if not case.is_slow]
        for future in concurrent.futures.as_completed(done):
            future.result()
    if keep:
        print("# kept: " + this.folder)
    else:
        shutil.rmtree(this.folder, ignore_errors=True)
    print("# %d s" % (time.monotonic() - started))
    counts = this.counts
    print("%d passed, %d failed%s" % (
        counts["passed"], counts["failed"],
        ", %d skipped" % counts["skipped"] if counts["skipped"] else ""))
    return 0 if counts["failed"] == 0 else 1
