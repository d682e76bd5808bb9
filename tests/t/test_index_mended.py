"""A search index that somebody damages while the node runs: no answer is
wrong, and the node makes it again by itself. And what a commit adds is found
by the next request."""

import glob
import json
import os
import shutil
import threading
import time
import urllib.parse

import pytest

from conftest import programme, wait_until

WORDS = ["walnut", "harbour", "violin", "copper", "meadow", "lantern",
         "saddle", "pepper", "glacier", "thimble"]


def records(n):
    return [programme("ca", "%s group %d" % (WORDS[i % 10].title(), i),
                      number=i + 1,
                      summary=" ".join(WORDS[(i * k) % 10] + str(i * k % 977)
                                       for k in range(1, 40)))
            for i in range(n)]


@pytest.fixture
def served(make_node):
    node = make_node("ca")
    node.load(records(1200))
    node.run("publish")
    node.serve()
    wait_until(lambda: answer(node, "violin")[1] == 120)
    return node


def answer(node, word):
    """Status, and the number of records that have the word in the title."""
    status, body = node.get("/api/v1/search?" + urllib.parse.urlencode(
        {"q": "title:" + word, "limit": 100}))
    if status != 200:
        return status, None
    found = json.loads(body)
    assert all(word.title() in item["title"] for item in found["items"])
    return status, found["meta"]["count"]


def index(node, name=""):
    return os.path.join(node.dir, "index", name)


def manifest(node):
    """Which manifest there is; one made again may have the same bytes."""
    try:
        now = os.stat(index(node, "manifest"))
        return now.st_mtime_ns, now.st_size
    except FileNotFoundError:
        return None


def largest(node):
    return max(glob.glob(index(node, "*.seg")), key=os.path.getsize)


def flip(node, at):
    """Other bytes at a part of the file, in place."""
    path = largest(node)
    with open(path, "r+b") as f:
        f.seek(int(os.path.getsize(path) * at))
        old = f.read(64)
        f.seek(-64, os.SEEK_CUR)
        f.write(bytes(b ^ 0x5a for b in old))


def flip_postings(node):
    flip(node, 0.3)


def flip_end(node):
    flip(node, 0.9)


def truncate_manifest(node):
    os.truncate(index(node, "manifest"), 50)


def empty_segment(node):
    path = largest(node)
    with open(path + ".new", "wb"):
        pass
    os.rename(path + ".new", path)


def delete_segment(node):
    os.remove(largest(node))


def delete_index(node):
    old = node.dir + "-index-%d" % time.monotonic_ns()
    os.rename(index(node), old)
    shutil.rmtree(old)


@pytest.mark.parametrize("harm", [
    flip_postings, flip_end, truncate_manifest, empty_segment, delete_segment,
    delete_index], ids=lambda f: f.__name__)
def test_damage_is_mended(served, harm):
    before = manifest(served)
    harm(served)
    before = (before, manifest(served), None)
    end = time.monotonic() + 20
    seen = set()
    while manifest(served) in before or len(seen) < 10:
        assert time.monotonic() < end, open(served.log).read()
        for word in WORDS:
            status, count = answer(served, word)
            # Nothing in between: right, or said to be wrong.
            assert status in (200, 503), status
            if status == 200:
                assert count == 120, (word, count)
                if manifest(served) not in before:
                    seen.add(word)
    assert served.logged("search.mended")
    assert not served.logged("serve.ended"), open(served.log).read()
    wait_until(lambda: not os.path.exists(index(served, "damaged")))
    status = served.json("status")["index"]
    assert (status["state"], status["documents"]) == ("good", 1200)


def test_old_state_answers_meanwhile(served):
    """While all is made again nothing that is right stops being found."""
    before = os.stat(index(served, "manifest")).st_ino
    with open(index(served, "damaged"), "w"):
        pass
    end = time.monotonic() + 20
    while (os.path.exists(index(served, "damaged")) or
           os.stat(index(served, "manifest")).st_ino == before):
        assert time.monotonic() < end
        for word in WORDS:
            assert answer(served, word) == (200, 120)
    for word in WORDS:
        assert answer(served, word) == (200, 120)


def test_said_by_status_and_check(make_node):
    node = make_node("ca")
    node.load(records(50))
    node.run("publish")
    assert "search     50 records in 1 segment, 0." in node.run("status").stdout
    assert "search: 50 records" in node.run("check").stdout
    flip_postings(node)
    # Status does not read all of it; check does, and tells the writer.
    assert "search: the index is damaged: gspd pull makes it again" in \
        node.run("check").stdout
    assert "search     the index is damaged: gspd pull" in \
        node.run("status").stdout
    node.run("pull")
    assert node.json("status")["index"]["state"] == "good"
    delete_index(node)
    assert "search     there is no index: gspd pull" in \
        node.run("status").stdout
    node.run("pull")
    assert "search: 50 records" in node.run("check").stdout
    served = node.serve()
    text = served.get("/metrics")[1]
    for line in ("gspd_search_good 1", "gspd_search_behind 0",
                 "gspd_search_segments 1", "gspd_search_documents 50",
                 "gspd_search_dead_documents 0"):
        assert line + "\n" in text, text
    delete_index(served)
    text = served.get("/metrics")[1]
    assert "gspd_search_good 0\n" in text or "gspd_search_good 1\n" in text
    wait_until(lambda: "gspd_search_good 1\n" in served.get("/metrics")[1])


def test_next_request_finds_what_was_committed(served):
    """No second passes between a commit and the answer that has it, and no
    answer meanwhile is wrong or slow."""
    stop, troubles, slowest = threading.Event(), [], [0]

    def read_on():
        while not stop.is_set():
            start = time.monotonic()
            got = answer(served, "violin")
            slowest[0] = max(slowest[0], time.monotonic() - start)
            if got != (200, 120):
                troubles.append(got)

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        for i in range(3):
            word = "zebrafinch%d" % i
            served.add(programme("ca", word.title(), number=5000 + i))
            served.run("publish")
            # publish has taken it in, or serve does within its second.
            start = time.monotonic()
            wait_until(lambda: answer(served, word) == (200, 1), step=0.005)
            assert time.monotonic() - start < 2.5
    finally:
        stop.set()
        reader.join()
    assert troubles == []
    assert slowest[0] < 2, slowest
    assert served.json("status")["index"]["documents"] == 1203


def test_idle_workers_let_go(served):
    """Segments that were joined or made again do not fill the disk for as
    long as nobody searches."""
    pid = served.proc.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        children = [int(child) for child in f.read().split()]

    def gone():
        lines = []
        for pid in children:
            with open("/proc/%d/maps" % pid) as f:
                lines += [line for line in f
                          if ".seg" in line and "(deleted)" in line]
        return lines

    for _ in range(20):  # every worker has had a request
        answer(served, "violin")
    delete_index(served)
    wait_until(lambda: served.logged("search.mended"))
    wait_until(lambda: gone() == [], timeout=10)
    assert answer(served, "violin") == (200, 120)
