"""Whole nodes on 127.0.0.1: each a folder and a real gspd process.

The program is found by the variable GSPD, else ./gspd. A node is made by the
fixture `make_node`, which stops every process it started, by its id.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import pytest

GSPD = os.path.abspath(os.environ.get("GSPD", "./gspd"))
SOURCE = os.environ.get(
    "GSPD_SOURCE",
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
COUNTRY = {"ca": "CA", "gb-eng": "GB", "sg": "SG", "us": "US"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, timeout=20, step=0.1):
    """Call what() until it gives something true; return that."""
    end = time.monotonic() + timeout
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < end, "waited %d s for nothing" % timeout
        time.sleep(step)


def gspd(*args, code=0, input=None, env=None, timeout=90, **kw):
    """Run the program; its exit code must be `code` (None: any)."""
    full = dict(os.environ)
    full.pop("GSPD_DIR", None)
    full.update(env or {})
    done = subprocess.run([GSPD, *[str(a) for a in args]], input=input,
                          capture_output=True, text=True, env=full,
                          timeout=timeout, **kw)
    if code is not None:
        assert done.returncode == code, \
            "%s: exit %d, not %d\n%s%s" % (
                args, done.returncode, code, done.stdout, done.stderr)
    return done


def programme(node, name, number=None, **more):
    """A valid programme in the program's own JSON."""
    record = {
        "kind": "programme", "lang": "en", "name": name,
        "summary": "People meet for " + name.lower() + ".",
        "status": "active", "zone": ["arts"], "access": ["self"],
        "area": [{"country": COUNTRY.get(node, "CA")}],
        "organisation": [{"name": "Invented Society", "role": "provider"}],
    }
    if number is not None:
        record["id"] = "urn:gspd:%s:%s" % (
            node, uuid.UUID(int=(4 << 76) | (8 << 60) | number))
    record.update(more)
    return record


class Node:
    def __init__(self, folder, name):
        self.dir = str(folder)
        self.name = name
        self.port = free_port()
        self.url = "http://127.0.0.1:%d/" % self.port
        self.proc = None
        self.log = self.dir + ".log"

    def run(self, *args, **kw):
        return gspd("-d", self.dir, *args, **kw)

    def json(self, *args, **kw):
        return json.loads(self.run(*args, "--json", **kw).stdout)

    def init(self):
        self.run("init", "--node", self.name, "--organisation",
                 "Institute of " + self.name, "--url", self.url, "--listen",
                 "127.0.0.1:%d" % self.port, "--languages", "en", "--yes")
        return self

    def conf(self, old, new):
        """Change gspd.conf."""
        path = os.path.join(self.dir, "gspd.conf")
        with open(path) as f:
            text = f.read()
        assert old in text
        with open(path, "w") as f:
            f.write(text.replace(old, new))

    @property
    def key(self):
        return self.run("key", "show").stdout.split("\n")[0]

    def add(self, record):
        return self.json("add", "-", input=json.dumps(record))["id"]

    def load(self, records):
        """Import many records at once."""
        path = self.dir + ".ndjson"
        with open(path, "w") as f:
            f.writelines(json.dumps(r) + "\n" for r in records)
        report = self.json("import", path, "--format", "gspd")
        assert report["errors"] == 0, report
        return report

    def digest(self):
        return self.json("status")["digest"]

    def get(self, path):
        """Status and body of a GET."""
        try:
            with urllib.request.urlopen(self.url + path.lstrip("/"),
                                        timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def is_up(self):
        assert self.proc.poll() is None, open(self.log).read()
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def serve(self):
        with open(self.log, "a") as log:
            self.proc = subprocess.Popen([GSPD, "-d", self.dir, "serve"],
                                         stdout=log, stderr=log)
        wait_until(self.is_up)
        return self

    def logged(self, text):
        with open(self.log) as f:
            return text in f.read()

    def stop(self, sig=signal.SIGTERM):
        if self.proc is None:
            return None
        if self.proc.poll() is None:
            self.proc.send_signal(sig)
        code = self.proc.wait(timeout=40)
        self.proc = None
        for word in ("Sanitizer", "runtime error"):
            assert not self.logged(word), open(self.log).read()
        return code

    def add_peer(self, other, **kw):
        return self.run("peer", "add", other.url, "--key", other.key,
                        "--allow-private", "--insecure", "--yes", **kw)


@pytest.fixture
def make_node(tmp_path):
    nodes = []

    def make(name="ca", init=True):
        node = Node(tmp_path / ("%s-%d" % (name, len(nodes))), name)
        nodes.append(node)
        return node.init() if init else node

    yield make
    for node in nodes:
        if node.proc is not None and node.proc.poll() is None:
            node.proc.kill()
            node.proc.wait()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def node(make_node):
    return make_node("ca")
