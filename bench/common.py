"""What bench/run and bench/search share: time of programs, facts of the
machine, figures with their spread."""
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Failed(Exception):
    pass


def timed(argv, quiet=True):
    """Run a program to its end: (wall, cpu of it and its children, output)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = subprocess.Popen(argv, stdout=out, stderr=err,
                                 stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text = out.read().decode("utf-8", "replace")
        if child.returncode != 0:
            raise Failed("%s: exit code %d: %s" % (
                " ".join(argv[:6]), child.returncode,
                err.read().decode("utf-8", "replace").strip()[-400:]
                or text[-400:]))
    return wall, usage.ru_utime + usage.ru_stime, text


def self_timed(argv):
    """As timed(), for programs that print their own time as JSON."""
    facts = json.loads(timed(argv)[2])
    return facts["wall"], facts["cpu"], facts


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def make_tools(build, tools):
    """The programs of bench/ by name, made when they are missing."""
    paths = {t: os.path.join(build, "bench", t) for t in tools}
    if (not all(os.access(p, os.X_OK) for p in paths.values())
            and os.path.exists(os.path.join(build, "Makefile"))):
        subprocess.run(["make", "-s", "-C", build, "bench-tools"],
                       stdout=sys.stderr)
    for path in [os.path.join(build, "gspd")] + list(paths.values()):
        if not os.access(path, os.X_OK):
            raise Failed("%s is missing: make && make bench-tools, then "
                         "give --build" % path)
    return paths


class Nodes:
    """gspd nodes in a work folder, and their servers."""

    def __init__(self, build, work):
        self.gspd = os.path.join(build, "gspd")
        self.work = work
        self.servers = []

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def node(self, folder, name):
        port = free_port()
        timed([self.gspd, "-d", folder, "init", "--node", name,
               "--organisation", "Bench " + name, "--url",
               "http://127.0.0.1:%d/" % port, "--listen",
               "127.0.0.1:%d" % port, "--languages", "en", "--yes"])
        return port

    def serve(self, folder, port):
        log = open(self.path("serve.log"), "ab")
        child = subprocess.Popen([self.gspd, "-d", folder, "serve"],
                                 stdout=log, stderr=log,
                                 stdin=subprocess.DEVNULL)
        log.close()
        self.servers.append(child)
        url = "http://127.0.0.1:%d/feed/head.xml" % port
        for _ in range(300):
            if child.poll() is not None:
                raise Failed("gspd serve ended: %s" % self.tail("serve.log"))
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    answer.read()
                return child
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise Failed("gspd serve does not answer at " + url)

    def tail(self, name):
        with open(self.path(name), errors="replace") as f:
            return f.read()[-400:]

    def stop(self, child):
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.servers.remove(child)

    def stop_all(self):
        for child in list(self.servers):
            self.stop(child)


SEED = 1
PART = 250000  # records: import takes no larger file


class Published(Nodes):
    """Nodes with the corpus of bench/generate."""

    def __init__(self, build, work, tools):
        super().__init__(build, work)
        self.tools = tools

    def publisher(self, n, more=()):
        """A node that has published the corpus and these records (JSON texts
        of our own format): (folder, port)."""
        folder = self.path("a")
        port = self.node(folder, "us")
        child = subprocess.Popen([self.tools["generate"], str(n), str(SEED)],
                                 stdout=subprocess.PIPE)
        part = self.path("part.ndjson")
        for start in range(0, n, PART):
            with open(part, "wb") as f:
                for _ in range(min(PART, n - start)):
                    f.write(child.stdout.readline())
            timed([self.gspd, "-d", folder, "import", part, "--json"])
        os.remove(part)
        child.stdout.close()
        child.wait()
        if more:
            with open(part, "w") as f:
                f.writelines(text + "\n" for text in more)
            timed([self.gspd, "-d", folder, "import", part, "--json"])
            os.remove(part)
        timed([self.gspd, "-d", folder, "publish"])
        return folder, port


class Usage:
    """What a server and its children have used. CPU time says what a page
    costs where others share the machine; nanoseconds of the scheduler."""

    def __init__(self, pid):
        self.pids = [pid]
        for pid in self.pids:
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, task)) as f:
                    self.pids += [int(p) for p in f.read().split()]
        self.files = [open("/proc/%d/task/%s/schedstat" % (p, t), "rb", 0)
                      for p in self.pids
                      for t in os.listdir("/proc/%d/task" % p)]
        self.last = [0] * len(self.files)

    def cpu(self):
        """Milliseconds."""
        for i, f in enumerate(self.files):
            try:
                f.seek(0)
                self.last[i] = int(f.read(64).split()[0])
            except ProcessLookupError:
                pass  # it has ended
        return sum(self.last) / 1e6

    def memory(self):
        """Anonymous bytes of the largest process."""
        most = 0
        for pid in self.pids:
            try:
                with open("/proc/%d/status" % pid) as f:
                    for line in f:
                        if line.startswith("RssAnon:"):
                            most = max(most, int(line.split()[1]) * 1024)
            except OSError:
                pass
        return most

    def spooled(self):
        """Bytes of files that are open and have no name."""
        total = 0
        for pid in self.pids:
            try:
                fds = os.listdir("/proc/%d/fd" % pid)
            except OSError:
                continue
            for fd in fds:
                path = "/proc/%d/fd/%s" % (pid, fd)
                try:
                    if os.readlink(path).endswith(" (deleted)"):
                        total += os.stat(path).st_size
                except OSError:
                    pass
        return total

    def close(self):
        for f in self.files:
            f.close()


def spread(values):
    return {"median": statistics.median(values), "min": min(values),
            "max": max(values)}


def seconds(s):
    if s["median"] < 1:
        return "%.1f ms (%.1f-%.1f)" % tuple(
            1000 * s[k] for k in ("median", "min", "max"))
    return "%.2f s (%.2f-%.2f)" % (s["median"], s["min"], s["max"])


def machine():
    model, memory = "unknown processor", 0
    try:
        with open("/proc/cpuinfo") as f:
            for line in f:
                if line.startswith("model name"):
                    model = line.split(":", 1)[1].strip()
                    break
        with open("/proc/meminfo") as f:
            memory = int(f.readline().split()[1]) // 1024 // 1024
    except (OSError, IndexError, ValueError):
        pass
    return "%d cores of %s, %d GB of memory" % (
        len(os.sched_getaffinity(0)), model, memory)


def load():
    return os.getloadavg()[0]
