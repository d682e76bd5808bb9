"""The command line: the contract for scripts, exit codes, help, manual."""

import base64
import hashlib
import json
import os
import pty
import re
import sqlite3
import stat
import uuid

import pytest

from conftest import GSPD, SOURCE, gspd, programme


def commands():
    return re.findall(r"^  ([a-z]+(?: [a-z-]+)?) {2,}\S",
                      gspd("--help").stdout, re.M)


def test_help_and_version():
    assert re.match(r"gspd \d+\.\d+", gspd("--version").stdout)
    names = commands()
    for name in ("init", "serve", "peer add", "key show", "verify", "restore",
                 "alliance remove", "alliance new-key"):
        assert name in names
    for name in names:
        out = gspd(*name.split(), "--help").stdout
        assert out.startswith("usage: gspd ")


def test_manual_knows_every_command_and_option():
    with open(os.path.join(SOURCE, "man", "gspd.8")) as f:
        page = f.read()
    for name in commands():
        at = page.index(".It Cm %s" % name)
        end = page.find("\n.It Cm ", at + 1)
        out = gspd(*name.split(), "--help").stdout
        for option in re.findall(r"^  --([a-z-]+)", out, re.M):
            if option != "json":
                assert "Fl -%s" % option in page[at:end], (name, option)


@pytest.mark.parametrize("args,says", [
    ([], "which command?"),
    (["serv"], "did you mean 'serve'?"),
    (["nonsense"], "there is no command 'nonsense'"),
    (["peer"], "say which"),
    (["help", "pear"], "there is no command 'pear'"),
    (["init", "--org", "x"], "did you mean '--organisation'?"),
    (["peer", "ad"], "did you mean 'peer add'?"),
    (["show"], "gspd show ID"),
    (["show", "a", "b"], "one word too many"),
    (["show", "a", "--owm"], "did you mean '--own'?"),
    (["retire", "x", "--note"], "--note needs a value"),
    (["serve", "--json"], "--json is not for this command"),
    (["verify", "/nowhere"], "--key is missing"),
    (["verify", "/nowhere", "--key", "12"], "64 hexadecimal digits"),
    (["search", "x", "--limit", "0"], "--limit must be"),
    (["search", "x", "--filter", "colour=red"], "--filter"),
    (["search", "x", "--sort", "title"], "--sort: relevance, checked, year"),
    (["search", "x", "--sort", "distance"], "say near too"),
    (["search", "x", "--near", "91,0"], "--near: a latitude"),
    (["search", "x", "--near", "12,"], "--near: a latitude"),
    (["search", "x", "--near", " "], "--near: the name of a place"),
    (["search", "x", "--near", "1,1", "--within", "nan"], "--within: a number"),
    (["search", "x", "--near", "1,1", "--within", "-1"], "--within: a number"),
    (["search", "x", "--near", "a", "--within", "1e9"], "--within: a number"),
    (["search", "x", "--within", "5"], "--within: of what?"),
    (["search", "x", "--checked-since", "2026-02-30"], "--checked-since: a day"),
    (["search", "x", "--page", "0"], "--page must be"),
    (["search", "x", "--page", "2", "--offset", "3"], "one of them"),
    (["search", "x", "--suggest", "y"], "--suggest stands alone"),
    (["search"] + ["x"] * 65, "too many words"),
    (["import", "x", "--format", "doc"], "--format"),
    (["-d"], "-d needs a folder"),
])
def test_usage_is_2(tmp_path, args, says):
    done = gspd(*args, code=2, env={"GSPD_DIR": str(tmp_path)})
    assert says in done.stderr
    assert done.stderr.strip().split("\n")[-1].startswith("gspd: ")


def test_help_as_people_type_it():
    assert gspd("help").stdout == gspd("--help").stdout
    assert gspd("help", "peer").stdout == gspd("peer", "--help").stdout
    assert gspd("help", "key", "rotate").stdout == \
        gspd("key", "rotate", "--help").stdout


def test_messages_are_safe_on_a_terminal(node):
    evil = "x\x1b[31m\u202e\ny\x9b\udcff"
    for args in (["peer", "show", evil], ["show", evil], [evil],
                 ["alliance", "show", evil], ["peer", "add", evil],
                 ["key", "rotate", "--yes", "--with", evil]):
        done = node.run(*args, code=None)
        assert done.returncode in (1, 2)
        assert "\x1b" not in done.stderr and "\u202e" not in done.stderr
        assert "\x9b" not in done.stderr
        assert "\\x1b[31m" in done.stderr, args
        assert len(done.stderr.splitlines()) == 1
        assert node.run(*args[:-1], "a" * 10000, code=None).returncode != 0


def test_check_without_a_node_says_it_once(tmp_path):
    done = gspd("check", "-d", tmp_path, code=78)
    assert done.stdout.count("no gspd.conf here") == 1
    assert "1 problem," in done.stdout


def test_init_makes_a_node(node):
    mode = stat.S_IMODE(os.stat(node.dir).st_mode)
    assert mode == 0o700
    for name in ("keys/online.pem", "keys/next.pem"):
        mode = stat.S_IMODE(os.stat(os.path.join(node.dir, name)).st_mode)
        assert mode == 0o600, name
    status = node.json("status")
    assert status["node"] == "ca"
    assert status["records"] == 0
    assert status["serial"] > 1600000000
    gspd("verify", os.path.join(node.dir, "feed"), "--key", node.key,
         "--node", "ca")


def test_init_never_overwrites(node):
    key = node.key
    done = node.run("init", "--node", "us", "--organisation", "x", "--url",
                    "http://127.0.0.1/", "--yes", code=1)
    assert "already" in done.stderr
    assert node.key == key
    os.rename(node.dir + "/gspd.conf", node.dir + "/elsewhere")
    node.run("init", "--node", "us", "--organisation", "x", "--url",
             "http://127.0.0.1/", "--yes", code=1)
    assert node.run("key", "show").stdout.startswith(key)


def test_init_needs_answers(make_node):
    node = make_node(init=False)
    done = node.run("init", "--node", "ca", "--yes", code=2, input="")
    assert "--organisation is missing" in done.stderr
    done = node.run("init", "--node", "CANADA", "--organisation", "x",
                    "--url", "http://a.example/", "--yes", code=2)
    assert "node must be" in done.stderr
    assert not os.path.exists(node.dir)


def test_init_asks_on_a_terminal(make_node):
    node = make_node(init=False)
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(GSPD, [GSPD, "-d", node.dir, "init", "--contact", "a@b.example"])
    said = b""
    seen = b""
    # A wrong answer is asked for again, and only that one.
    for answer in (b"Singapore", b"", b"sg", b"", b"Institute", b"foo",
                   b"http://127.0.0.1:9/", b"nowhere", b"", b"english",
                   b"en zh"):
        while not said.rstrip().endswith(b":"):
            said += os.read(fd, 1000)
        seen += said
        said = b""
        os.write(fd, answer + b"\n")
    try:
        while os.read(fd, 1000):
            pass
    except OSError:
        pass
    for text in (b"gspd: --node must", b"gspd: --organisation",
                 b"gspd: --url must", b"gspd: --listen", b"gspd: --languages"):
        assert text in seen, (text, seen)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    facts = node.json("config")
    assert facts["node.node"] == "sg"
    assert facts["node.languages"] == "en zh"
    assert facts["web.listen"] == "127.0.0.1:8080"


def test_init_stops_when_nobody_answers(make_node):
    node = make_node(init=False)
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(GSPD, [GSPD, "-d", node.dir, "init"])
    os.write(fd, b"Nowhere\n\x04")
    try:
        while os.read(fd, 1000):
            pass
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2
    assert not os.path.exists(node.dir)


def test_folder_from_the_environment(node):
    env = {"GSPD_DIR": node.dir}
    assert gspd("config", "node.node", env=env).stdout == "ca\n"
    assert gspd("config", "-d", node.dir, "node").stdout == "ca\n"


def test_key_show(node):
    lines = node.run("key", "show").stdout.split("\n")
    assert re.fullmatch("[0-9a-f]{64}", lines[0])
    assert len(lines[1].split()) >= 16
    assert lines[2] == "epoch 0"
    pem = node.run("key", "show", "--pem").stdout.splitlines()
    assert pem[0] == "-----BEGIN PUBLIC KEY-----"
    der = base64.b64decode("".join(pem[1:-1]))
    assert hashlib.sha256(der).hexdigest() == lines[0]
    node.run("key", "show", "--pem", "--json", code=2)
    facts = node.json("key", "show")
    assert facts["hash"] == lines[0] and facts["words"] == lines[1]
    assert "overwritten" in node.run("key", "new", code=1).stderr


def test_key_new_spares_the_offline_key(node, tmp_path):
    """Who lost the online key, and types what comes to mind."""
    safe = tmp_path / "next.pem"
    os.rename(node.dir + "/keys/next.pem", safe)
    os.remove(node.dir + "/keys/online.pem")
    assert "gspd key rotate --with" in node.run("publish", code=78).stderr
    done = node.run("key", "new", code=1)
    assert "gspd key rotate --with" in done.stderr
    assert os.listdir(node.dir + "/keys") == ["next.hash"]
    node.run("key", "rotate", "--with", safe, "--yes")
    # Anew, as docs/keys.md says it.
    os.rename(node.dir + "/keys", node.dir + "/keys.before")
    os.rename(node.dir + "/feed/rot", node.dir + "/rot.before")
    node.run("key", "new")
    node.run("publish")


def test_a_record_from_birth_to_end(node):
    record = programme("ca", "Choir on the Hill", summary="We sing.")
    id = node.add(record)
    assert id.startswith("urn:gspd:ca:")
    # Shown before it is published, found only afterwards.
    assert node.json("show", id)["name"] == "Choir on the Hill"
    assert node.json("search", "choir")["count"] == 0
    out = node.json("publish")
    assert out["records"] == 1 and out["pages_written"] == 1
    found = node.json("search", "choir")
    assert found["count"] == 1
    item = found["items"][0]
    assert (item["id"], item["kind"], item["node"], item["title"]) == \
        (id, "programme", "ca", "Choir on the Hill")
    assert found["facets"]["country"] == {"ca": 1}

    own = node.json("show", id, "--own")
    own["name"] = "Choir in the Valley"
    done = node.json("edit", "-", "--note", "moved", input=json.dumps(own))
    assert done["change"] == "changed"
    assert node.json("edit", "-", input=json.dumps(own))["change"] == "same"
    node.run("publish")
    assert node.json("search", "valley")["count"] == 1
    assert node.json("search", "hill")["count"] == 0
    shown = node.json("show", id)
    assert shown["members"] == [id]
    assert {"field": "name", "from": id} in shown["provenance"]

    history = node.json("show", id, "--history")
    assert [v["version"] for v in history] == [2, 1]
    assert history[0]["note"] == "moved"
    assert history[1]["record"]["name"] == "Choir on the Hill"

    node.run("retire", id, "--note", "closed")
    assert node.json("publish")["records"] == 0
    assert node.json("search", "valley")["count"] == 0
    node.run("show", id, code=1)
    assert node.json("show", id, "--history")[0]["retired"] is True


def test_add_and_edit_refuse(node, tmp_path):
    id = node.add(programme("ca", "Choir"))
    again = json.dumps(programme("ca", "Choir", id=id))
    assert "exists already" in node.run("add", "-", input=again, code=1).stderr
    other = json.dumps(programme("us", "Choir", number=1))
    for command in ("add", "edit"):
        node.run(command, "-", input=other, code=1)
    unknown = json.dumps(programme("ca", "Choir", number=99))
    assert "no record" in node.run("edit", "-", input=unknown, code=1).stderr
    bad = programme("ca", "Choir", zone=["music"], status="open")
    done = node.run("add", "-", input=json.dumps(bad), code=1)
    assert "zone" in done.stderr and "status" in done.stderr
    for text in ("", "{", "[1]", '{"kind":"programme"}', "<entry/>", "{}",
                 '{"kind":"choir"}'):
        done = node.run("add", "-", input=text, code=1)
        assert done.stderr.startswith("gspd: ")
    node.run("add", str(tmp_path / "absent"), code=1)
    assert node.json("status")["own"] == 1


def test_an_atom_entry_can_be_added(make_node):
    one, two = make_node("ca"), make_node("ca")
    id = one.add(programme("ca", "Choir"))
    feed = one.run("export", "--own", "--format", "xml").stdout
    entry = feed[feed.index("<entry"):feed.index("</entry>") + 8]
    assert two.json("add", "-", input=entry)["id"] == id
    assert two.json("show", id, "--own")["name"] == "Choir"


def test_import_reports(node, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "name,summary,status,zone,access,organisation.name,area.country\n"
        "Choir,We sing.,active,arts,self,Society,CA\n"
        "Garden,We dig.,active,nature,self,Society,CA\n")
    report = node.json("import", path, "--dry-run")
    assert (report["new"], report["errors"]) == (2, 0)
    assert node.json("status")["own"] == 0
    report = node.json("import", path)
    assert (report["new"], report["changed"], report["same"]) == (2, 0, 0)
    report = node.json("import", path)
    assert (report["new"], report["changed"], report["same"]) == (0, 0, 2)
    path.write_text(path.read_text() +
                    "Walk,We walk.,active,juggling,self,Society,CA\n")
    report = node.json("import", path, code=1)
    assert report["errors"] == 1
    assert any("zone" in p["column"] for p in report["problems"])
    assert os.path.exists(report["errors_file"])


def test_import_says_each_thing_once(node, tmp_path):
    path = tmp_path / "p.csv"
    head = ("name,summary,status,zone,access,organisation.name,area.country,"
            "colour\n")
    rows = ["Choir %d,We sing.,active,arts,self,Society,CA,red\n" % i
            for i in range(60)]
    bad = ["Walk %d,We walk.,active,arts,juggling,Society,CA,\n" % i
           for i in range(50)]
    path.write_text(head + "".join(rows + bad))
    report = node.json("import", path, "--dry-run", code=1)
    assert (report["new"], report["errors"]) == (60, 50)
    assert [p["row"] for p in report["problems"]] == list(range(62, 112))
    assert all(set(p) == {"row", "column", "value", "text"} and
               p["value"] == "juggling" for p in report["problems"])
    rows = {w["column"]: w["rows"] for w in report["warnings"]}
    assert rows.pop("colour") == 1  # of the header
    assert rows and set(rows.values()) == {110}
    plain = node.run("import", path, "--dry-run", code=1).stderr.splitlines()
    assert len([line for line in plain if "juggling" in line]) == 20
    assert "... and 30 more, all in" in "\n".join(plain)
    assert len([line for line in plain if "warning" in line]) == \
        len(report["warnings"])
    # One kind of warning, however many rows have it.
    path = tmp_path / "s.json"
    path.write_text(json.dumps([
        {"id": str(uuid.UUID(int=i)), "name": "Choir %d" % i,
         "description": "We sing.", "status": "active",
         "organization": {"id": "o", "name": "Society"}}
        for i in range(1, 80)]))
    report = node.json("import", path, "--format", "hsds", "--dry-run")
    assert (report["new"], report["problems"]) == (79, [])
    assert report["warnings"]
    for warning in report["warnings"]:
        assert (warning["rows"], warning["first_row"]) == (79, 1)
        assert warning["text"]
    plain = node.run("import", path, "--format", "hsds", "--dry-run").stderr
    assert plain.count("79 rows") == len(report["warnings"])


def test_publish_twice_changes_nothing(node):
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(200)])
    first = node.json("publish")
    assert first["published"] and first["pages_written"] >= 4
    again = node.json("publish")
    assert not again["published"] and again["pages_written"] == 0
    assert again["serial"] == first["serial"]
    node.run("edit", "-", input=json.dumps(
        programme("ca", "Walk anew", number=7)))
    third = node.json("publish")
    assert third["pages_written"] == 1
    assert third["serial"] > first["serial"]
    forced = node.json("publish", "--force")
    assert forced["published"] and forced["pages_written"] == 0


def test_search_filters_and_paging(node):
    node.load([programme("ca", "Choir %d" % i, number=i,
                         zone=["nature" if i % 3 == 0 else "arts"])
               for i in range(30)])
    node.run("publish")
    all_ = node.json("search", "choir", "--limit", "100")
    assert all_["count"] == 30 and len(all_["items"]) == 30
    assert all_["facets"]["zone"] == {"arts": 20, "nature": 10}
    some = node.json("search", "choir", "--filter", "zone=nature",
                     "--filter", "country=ca")
    assert some["count"] == 10
    assert node.json("search", "--filter", "country=us")["count"] == 0
    seen, cursor = set(), None
    for _ in range(10):
        page = node.json("search", "choir", "--limit", "7",
                         *(["--cursor", cursor] if cursor else []))
        seen.update(item["id"] for item in page["items"])
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    assert len(seen) == 30
    out = node.run("search", "choir").stdout
    assert out.startswith("30 found\n") and "10 more: --page 2" in out
    # Words of a shell are words of the query; a page is so many on.
    assert node.json("search", "choir", "7")["count"] == 1
    done = node.run("search", "--json", "--", "choir", "-7")
    assert json.loads(done.stdout)["count"] == 29
    second = node.json("search", "choir", "--limit", "7", "--page", "2")
    assert second["items"] == \
        node.json("search", "choir", "--limit", "7", "--offset", "7")["items"]
    done = node.run("search", "choir", "--near", "Nowhere", code=1)
    assert "no record names a place \"Nowhere\"" in done.stderr


def test_export_reads_back(make_node, tmp_path):
    node, copy = make_node("ca"), make_node("ca")
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(60)])
    node.run("publish")
    text = node.run("export").stdout
    assert len(text.splitlines()) == 60
    assert text == node.run("export", "--format", "ndjson").stdout
    path = tmp_path / "all.ndjson"
    path.write_text(text)
    assert copy.json("import", path, "--format", "gspd")["new"] == 60
    copy.run("publish")
    again = [json.loads(line) for line in
             copy.run("export", "--own").stdout.splitlines()]
    first = [json.loads(line) for line in text.splitlines()]
    for record in first + again:
        for key in ("published", "first_published", "modified"):
            record.pop(key, None)
    key = lambda record: record["id"]
    assert sorted(again, key=key) == sorted(first, key=key)
    node.run("export", "--format", "doc", code=2)


def test_verify(node, tmp_path):
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(60)])
    node.run("publish")
    feed, key = os.path.join(node.dir, "feed"), node.key
    done = gspd("verify", feed, "--key", key, "--node", "ca")
    assert done.stdout.startswith("good: node ca")
    assert json.loads(gspd("verify", feed, "--key", key, "--json").stdout)[
        "records"] == 60
    done = gspd("verify", feed, "--key", "0" * 64, code=1)
    assert len(done.stderr.strip().split("\n")) == 1
    gspd("verify", feed, "--key", key, "--node", "us", code=1)
    gspd("verify", feed, "--key", key, "--now", "4000000000", code=1)
    gspd("verify", feed, "--key", key, "--now", "1000000000", code=1)
    gspd("verify", tmp_path / "absent", "--key", key, code=1)
    # One bit of one page.
    name = sorted(os.listdir(os.path.join(feed, "p")))[0]
    page = os.path.join(feed, "p", name)
    with open(page, "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2] ^= 1
    os.chmod(page, 0o600)
    with open(page, "wb") as f:
        f.write(data)
    gspd("verify", feed, "--key", key, code=1)


def test_verify_an_address(node):
    node.add(programme("ca", "Choir"))
    node.run("publish")
    node.serve()
    done = gspd("verify", node.url, "--key", node.key)
    assert "1 records" in done.stdout
    gspd("verify", node.url, "--key", "0" * 64, code=1)
    node.stop()
    gspd("verify", node.url, "--key", "0" * 64, code=69)


def test_config(node):
    assert node.run("config", "web.workers").stdout == "4\n"
    assert "interval = 30m" in node.run("config").stdout
    assert "peers.conf [peer NAME]" in gspd("config", "--explain").stdout
    node.run("config", "--check")
    node.run("config", "web.colour", code=1)
    node.conf("#interval = 30m", "interval = 30w")
    assert "gspd.conf:" in node.run("config", "--check", code=78).stderr


def test_check(node):
    done = node.run("check")
    assert "0 problems" in done.stdout
    os.chmod(node.dir + "/keys/online.pem", 0o644)
    done = node.run("check", code=78)
    assert "chmod 600" in done.stdout
    assert node.json("check", code=78)["problems"] >= 1


def test_check_of_a_real_node_minds_its_spare_key(node):
    assert node.json("check")["warnings"] == 0
    node.conf(node.url, "https://gsp.example.ca/")
    facts = node.json("check")
    assert facts["problems"] == 0 and facts["warnings"] == 1
    assert any("next.pem" in line["text"] for line in facts["lines"])
    os.rename(node.dir + "/keys/next.pem", node.dir + ".next.pem")
    assert node.json("check")["warnings"] == 0


def test_peer_list_lines_up(node):
    assert "gspd peer add" in node.run("peer", "list").stdout
    assert "gspd peer add" in node.run("pull").stdout
    for i, name in enumerate(("us", "gb-scotland-highlands")):
        node.run("peer", "add", "http://127.0.0.1:%d/" % (i + 1), "--node",
                 name, "--key", "%064x" % i, "--insecure",
                 "--allow-private", "--yes")
    node.json("pull", "us", code=75)
    lines = node.run("peer", "list").stdout.splitlines()
    assert len(lines) == 5  # the reason stands below, in two lines
    for word in ("new", "unreachable"):
        line = [at for at in lines if " %s " % word in at][0]
        assert line.index(word) == lines[0].index("STATE")
        assert line.index("never") == lines[0].index("LAST GOOD")
    assert lines[1].endswith(" u")
    assert lines[2].startswith(10 * " " + "http://")
    assert max(map(len, lines[1:])) <= 100


def test_a_ledger_that_is_held_is_tried_again_later(node):
    other = sqlite3.connect(node.dir + "/ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = node.run("add", "-", input=json.dumps(programme("ca", "Choir")),
                    code=75)
    assert "held by another process" in done.stderr
    other.execute("ROLLBACK")
    other.close()
    node.add(programme("ca", "Choir"))


def test_rebuild_gives_the_same_digest(node):
    node.load([programme("ca", "Walk %d" % i, number=i) for i in range(100)])
    node.run("publish")
    digest = node.digest()
    assert node.json("rebuild")["digest"] == digest
    node.serve()
    done = node.run("rebuild", code=75)
    assert "stop it first" in done.stderr
