"""A web server on 127.0.0.1 that misbehaves on request.

Raw sockets: whatever bytes a case wants go out. Each path has an answer;
what nobody scripted is 404. Every request is kept, for the cases to count.
"""

import gzip
import re
import socket
import struct
import threading
import time

PAGE = re.compile(r"^/feed/p/[0-9a-f]{64}\.xml$")
HEAD = "/feed/head.xml"


class Request:
    def __init__(self, method, path, headers):
        self.method = method
        self.path = path
        self.headers = headers  # names in lower case
        self.is_done = False    # the answer went out whole

    def __str__(self):
        return "%s %s%s" % (self.method, self.path,
                            "" if self.is_done else " (cut short)")


class Answer:
    """A well-behaved answer, or nearly: every part can be replaced."""

    def __init__(self, body=b"", status="200 OK", headers=(), etag=None,
                 length=True, chunked=False, pack=None):
        self.body = body
        self.status = status
        self.headers = list(headers)
        self.etag = etag        # 304 when the request names it
        self.length = length    # True: Content-Length; a number: a lie
        self.chunked = chunked
        self.pack = pack        # "asked": gzip if accepted; "always"

    def send(self, conn, request):
        status, body, headers = self.status, self.body, self.headers[:]
        if self.etag is not None:
            headers.append("ETag: " + self.etag)
            if request.headers.get("if-none-match") == self.etag:
                status, body = "304 Not Modified", b""
        elif self.pack == "always" or (
                self.pack == "asked" and
                "gzip" in request.headers.get("accept-encoding", "")):
            body = gzip.compress(body)
            headers.append("Content-Encoding: gzip")
        if self.chunked:
            headers.append("Transfer-Encoding: chunked")
            pieces = [body[i:i + 1000] for i in range(0, len(body), 1000)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece)
                            for piece in pieces) + b"0\r\n\r\n"
        elif self.length is True:
            headers.append("Content-Length: %d" % len(body))
        elif self.length is not False:
            headers.append("Content-Length: %d" % self.length)
        head = "HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n" % (
            status, "".join(line + "\r\n" for line in headers))
        conn.sendall(head.encode("latin-1") + body)


class Raw:
    """These bytes, and then the end of the connection."""

    def __init__(self, data, reset=False):
        self.data = data
        self.reset = reset

    def send(self, conn, request):
        conn.sendall(self.data)
        if self.reset:
            time.sleep(0.2)  # let what was sent arrive
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            request.is_reset = True


class Drip:
    """`first`, then `piece` every `every` seconds until the client goes."""

    def __init__(self, first, piece=b"x", every=1.0, limit=1 << 28):
        self.first = first
        self.piece = piece
        self.every = every
        self.limit = limit
        self.sent = 0
        self.ended_by_client = False

    def send(self, conn, request):
        try:
            conn.sendall(self.first)
            while self.sent < self.limit:
                conn.sendall(self.piece)
                self.sent += len(self.piece)
                if self.every and self.is_gone(conn):
                    raise BrokenPipeError
        except OSError:
            self.ended_by_client = True
            raise

    def is_gone(self, conn):
        conn.settimeout(self.every)
        try:
            return conn.recv(1) == b""
        except socket.timeout:
            return False
        finally:
            conn.settimeout(90)


class Server:
    def __init__(self):
        self.routes = {}
        self.requests = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = "http://127.0.0.1:%d/" % self.port
        self.conns = set()
        self.is_closed = False
        self.connections = 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                conn = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def read(self, conn):
        data = b""
        while b"\r\n\r\n" not in data:
            more = conn.recv(65536)
            if not more or len(data) > 1 << 20:
                return None
            data += more
        lines = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Request(words[0], words[1] if len(words) > 1 else "", headers)

    def serve(self, conn):
        conn.settimeout(90)
        with self.lock:
            self.conns.add(conn)
        try:
            request = self.read(conn)
            if request is None:
                return
            with self.lock:
                self.requests.append(request)
                answer = self.routes.get(request.path.partition("?")[0])
            if callable(answer):
                answer = answer(request)
            if answer is None:
                answer = Answer(b"not here\n", "404 Not Found")
            answer.send(conn, request)
            request.is_done = True
            if not getattr(request, "is_reset", False):
                conn.shutdown(socket.SHUT_WR)
                conn.settimeout(2)
                while conn.recv(65536):  # let the client read to the end
                    pass
        except OSError:
            pass
        finally:
            with self.lock:
                self.conns.discard(conn)
            conn.close()

    def refuse(self):
        """From now on nobody answers at this port."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self.listener.close()

    def close(self):
        self.refuse()
        with self.lock:
            for conn in self.conns:
                try:
                    conn.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    # ---- what a feed needs ----

    def put(self, publication, etag=True, **kw):
        """Serve pages and indexes, then the head; what was stays."""
        for ref in publication.refs:
            self.routes[ref.path] = Answer(ref.data, **kw)
        self.put_head(publication.head, etag)

    def put_head(self, head, etag=True):
        text = '"%d-%d"' % (len(head), hash(head) & 0xffffffff) \
            if etag is True else etag
        self.routes[HEAD] = Answer(head, etag=text or None)

    def mark(self):
        with self.lock:
            return len(self.requests)

    def since(self, mark):
        with self.lock:
            return self.requests[mark:]
