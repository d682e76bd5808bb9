"""Each case says in one line what, where and what to do, exits with the
right code, and loses nothing."""

import http.server
import json
import os
import resource
import shutil
import socket
import subprocess
import threading
import time

import pytest

from conftest import GSPD, programme, wait_until


def one_line(done):
    lines = done.stderr.strip().split("\n")
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("gspd: ")
    return lines[0]


@pytest.fixture
def full(node):
    """A node with something to lose."""
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(100)])
    node.run("publish")
    return node


def test_no_node_here(tmp_path, make_node):
    node = make_node(init=False)
    for command in ("status", "serve", "publish", "pull", "check"):
        done = node.run(command, code=78)
        assert "gspd init" in done.stderr + done.stdout


@pytest.mark.parametrize("text,says", [
    ("[node]\nnodes = x\n", "gspd.conf:2: unknown key 'nodes' in [node]: "
                            "did you mean 'node'?"),
    ("[nod]\n", "gspd.conf:1: unknown section 'nod': did you mean [node]?"),
    ("node = pt\n", "gspd.conf:1: key before any [section]"),
    ("[node]\nnode = pt\n", "organisation is missing"),
    ("\0\0\0", "gspd.conf:1: not UTF-8 text"),
])
def test_wrong_configuration(full, text, says):
    with open(full.dir + "/gspd.conf", "w") as f:
        f.write(text)
    for command in (["status"], ["serve"], ["publish"], ["config"]):
        assert says in one_line(full.run(*command, code=78))
    assert says in full.run("check", code=78).stdout


def test_wrong_peers(full):
    with open(full.dir + "/peers.conf", "a") as f:
        f.write("\n[peer sg]\nurl = https://sg.example/\nkye = 12\n")
    for command in (["status"], ["serve"], ["pull"], ["peer", "list"]):
        line = one_line(full.run(*command, code=78))
        assert "peers.conf:" in line and "did you mean 'key'?" in line


def test_unreadable_key(full):
    path = full.dir + "/keys/online.pem"
    with open(path, "rb") as f:
        key = f.read()
    os.chmod(path, 0o644)
    for command in (["publish"], ["serve"], ["key", "show"]):
        assert "online.pem" in one_line(full.run(*command, code=78))
    os.chmod(path, 0o600)
    with open(path, "wb") as f:
        f.write(b"-----BEGIN PRIVATE KEY-----\nnonsense\n")
    for command in (["publish"], ["serve"], ["key", "show"]):
        assert "online.pem" in one_line(full.run(*command, code=78))
    os.remove(path)
    for command in (["publish"], ["serve"], ["key", "show"]):
        assert "gspd key new" in one_line(full.run(*command, code=78))
    with open(path, "wb") as f:
        f.write(key)
    os.chmod(path, 0o600)
    full.run("check")


def test_port_in_use(full):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", full.port))
        s.listen()
        line = one_line(full.run("serve", code=69))
        assert "127.0.0.1:%d" % full.port in line and "in use" in line
        assert "in use" in full.run("check", code=1).stdout
    full.serve()
    assert full.stop() == 0


def test_unknown_host_to_listen_on(full):
    full.conf("listen = 127.0.0.1", "listen = no.such.host.invalid")
    assert "no.such.host.invalid" in one_line(full.run("serve", code=69))


def limit(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 4096, 40000, 200000])
def test_full_disk(full, size, tmp_path):
    path = tmp_path / "more.ndjson"
    path.write_text("".join(json.dumps(
        programme("ca", "Dance %d" % i, number=1000 + i)) + "\n"
        for i in range(400)))
    before = full.digest()
    done = full.run("import", path, code=None, preexec_fn=limit(size))
    if done.returncode != 0:
        assert done.returncode == 74, done.stderr
        one_line(done)
        assert full.json("status")["own"] == 100
    own = full.json("import", path)["new"] + 100
    assert own in (100, 500)
    done = full.run("publish", code=None, preexec_fn=limit(size))
    if done.returncode != 0:
        assert done.returncode == 74, done.stderr
        one_line(done)
    assert full.json("status")["records"] in (100, 500)
    if full.json("status")["records"] == 100:
        assert full.digest() == before
    full.run("verify", full.dir, "--key", full.key)
    full.run("publish")
    assert full.json("status")["records"] == 500
    full.run("check")


def test_output_that_can_not_be_written(full):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as f:
        done = subprocess.run([GSPD, "-d", full.dir, "export"], stdout=f,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 74 and "standard output" in done.stderr


def damage(path, at, data=b"\xff" * 300):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


@pytest.mark.parametrize("kind", ["header", "text", "short", "empty",
                                  "middle"])
def test_damaged_catalogue_is_rebuilt(full, kind):
    path = full.dir + "/catalogue.db"
    digest = full.digest()
    for end in ("-wal", "-shm"):
        if os.path.exists(path + end):
            os.remove(path + end)
    size = os.path.getsize(path)
    if kind == "header":
        damage(path, 0)
    elif kind == "text":
        with open(path, "w") as f:
            f.write("this is no database\n" * 1000)
    elif kind == "short":
        os.truncate(path, size // 2)
    elif kind == "empty":
        os.truncate(path, 0)
    else:
        for at in range(8192, size, 8192):
            damage(path, at)
    if kind == "middle":
        # Not seen at a glance; a rebuild mends it.
        full.run("rebuild")
    elif kind == "empty":
        full.run("rebuild")
    else:
        done = full.run("search", "walk")
        assert "catalogue.db" in done.stderr and "made again" in done.stderr
        # The one before goes: only the newest is kept.
        time.sleep(1)
        damage(path, 0)
        full.run("search", "walk")
        kept = {name.rstrip("-walshm") for name in os.listdir(full.dir)
                if "damaged-" in name}
        assert len(kept) == 1
    assert full.digest() == digest
    assert full.json("search", "walk")["count"] == 100
    full.run("check")


def test_damaged_catalogue_is_rebuilt_by_serve(full):
    digest = full.digest()
    damage(full.dir + "/catalogue.db", 0)
    for end in ("-wal", "-shm"):
        if os.path.exists(full.dir + "/catalogue.db" + end):
            os.remove(full.dir + "/catalogue.db" + end)
    full.serve()
    body = json.loads(full.get("/api/v1/search?q=walk")[1])
    assert body["meta"]["count"] == 100
    assert full.stop() == 0
    assert full.digest() == digest


def test_catalogue_damaged_while_it_is_served(full):
    full.serve()
    path = full.dir + "/catalogue.db"
    for at in range(8192, os.path.getsize(path), 8192):
        damage(path, at)
    full.add(programme("ca", "Choir"))
    wait_until(lambda: full.logged("catalogue.rebuilt"))
    wait_until(lambda: full.is_up() and json.loads(
        full.get("/api/v1/search?q=choir")[1])["meta"]["count"] == 1)
    assert full.json("search", "walk")["count"] == 100
    assert full.stop() == 0


@pytest.mark.parametrize("kind", ["header", "text", "short"])
def test_damaged_ledger_is_refused(full, kind, tmp_path):
    full.run("backup", tmp_path / "backup")
    path = full.dir + "/ledger.db"
    if kind == "header":
        damage(path, 0)
    elif kind == "text":
        with open(path, "w") as f:
            f.write("this is no database\n" * 1000)
    else:
        os.truncate(path, os.path.getsize(path) // 2)
    with open(path, "rb") as f:
        bytes_ = f.read()
    for command in (["status"], ["serve"], ["publish"], ["pull"],
                    ["add", "-"]):
        done = full.run(*command, code=74, input=json.dumps(
            programme("ca", "Choir")))
        assert "gspd restore" in one_line(done)
    with open(path, "rb") as f:
        assert f.read() == bytes_, "overwritten"
    assert "ledger" in full.run("check", code=1).stdout
    full.run("restore", "--force", tmp_path / "backup")
    assert full.json("status")["records"] == 100


@pytest.mark.parametrize("name,data,code", [
    ("a.json", b"{", 1),
    ("a.json", b'{"name": "x"', 1),
    ("a.json", b"[" * 100000, 1),
    ("a.json", b'{"services": 3}', 1),
    ("a.ndjson", b'{"kind":"programme"}\n{]\n', 1),
    ("a.csv", b"", 1),
    ("a.csv", b"name,summary\n\"open quote,x\n", 1),
    ("a.csv", b"colour,size\nred,3\n", 1),
    ("a.csv", b"\0\1\2\3" * 1000, 1),
    ("a.ris", b"TY  - JOUR\nTI  - No end\n", 1),
    ("a.ris", b"this is no RIS\n", 1),
    ("a.bib", b"@article{key, title = {open", 1),
], ids=["cut", "cut-string", "deep", "no-list", "second-line", "empty",
        "quote", "columns", "binary", "no-end", "no-ris", "bib"])
def test_malformed_files(full, tmp_path, name, data, code):
    path = tmp_path / name
    path.write_bytes(data)
    done = full.run("import", path, code=None)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr.startswith("gspd: "), done.stderr
    assert str(path) in done.stderr or name in done.stderr
    assert full.json("status")["own"] == 100


def test_absent_file(full, tmp_path):
    assert "absent.csv" in one_line(
        full.run("import", tmp_path / "absent.csv", code=1))
    full.run("import", tmp_path, code=None)  # a folder
    assert full.json("status")["own"] == 100


class Files(http.server.BaseHTTPRequestHandler):
    """A plain web server over the files of a feed, gzip as it lies."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = self.server.folder + self.path
        packed = not os.path.exists(path) and os.path.exists(path + ".gz")
        try:
            with open(path + ".gz" if packed else path, "rb") as f:
                body = f.read()
        except OSError:
            self.send_error(404)
            return
        self.send_response(200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # who has seen enough hangs up


def serve_folder(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.folder = folder
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("lie", ["none", "flip", "cut", "swap", "absent",
                                 "html", "empty", "bomb", "page"])
def test_a_peer_that_sends_anything_else(make_node, tmp_path, lie):
    a, b = make_node("ca"), make_node("sg")
    b.load([programme("sg", "Lantern %d" % i, number=i) for i in range(60)])
    b.run("publish")
    # Any web server can carry the bytes.
    www = tmp_path / "www"
    shutil.copytree(b.dir + "/feed", www / "feed")
    server = serve_folder(str(www))
    url = "http://127.0.0.1:%d/" % server.server_address[1]
    try:
        a.run("peer", "add", url, "--key", b.key, "--insecure",
              "--allow-private", "--yes")
        assert a.json("pull")[0]["state"] == "fresh"
        digest = a.digest()
        b.run("edit", "-", input=json.dumps(
            programme("sg", "Lantern anew", number=3)))
        b.run("publish")
        shutil.rmtree(www / "feed")
        shutil.copytree(b.dir + "/feed", www / "feed")
        shutil.rmtree(www / "feed" / "h")  # hints would heal it
        head = www / "feed" / "head.xml"
        data = head.read_bytes()
        if lie == "flip":
            head.write_bytes(data.replace(b'node="sg"', b'node="sh"'))
        elif lie == "cut":
            head.write_bytes(data[:-20])
        elif lie == "swap":
            head.write_bytes(data[:-300] + b"A" + data[-299:])
        elif lie == "absent":
            head.unlink()
        elif lie == "html":
            head.write_text("<html><body>Sold</body></html>")
        elif lie == "empty":
            head.write_bytes(b"")
        elif lie == "bomb":
            head.write_bytes(b"<head>" + b" " * 10000000)
        elif lie == "page":
            for page in (www / "feed" / "p").iterdir():
                page.write_bytes(page.read_bytes()[:-1] + b" ")
        result = json.loads(a.run("pull", "--json", code=None).stdout)[0]
        if lie == "none":
            assert result["state"] == "fresh" and a.digest() != digest
            return
        assert result["state"] in ("rejected", "unreachable"), result
        assert result["reason"] and "\n" not in result["reason"]
        assert a.digest() == digest
        assert a.json("search", "lantern")["count"] == 60
    finally:
        server.shutdown()
        server.server_close()


def test_checks_run_while_a_daemon_serves(full):
    full.serve()
    full.run("check")
    full.run("status")
    wait_until(lambda: full.get("/healthz")[0] == 200)
