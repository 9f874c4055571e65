# SPDX-License-Identifier: MIT
"""The HTTPS server all channel mocks share: strict reading, scripted acts.

A mock answers by its own judgement (judge()) unless the script holds an act
for this request; acts are used up one per request. Even a scripted request is
judged first, so a fault never hides behind a scripted error.
"""

import json
import re
import socket
import ssl
import threading
import time
import urllib.parse


class Reply:
    def __init__(self, status=200, body=b"", headers=(), kind="application/json"):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = list(headers)
        self.kind = kind


def reply_json(status, value, headers=()):
    return Reply(status, json.dumps(value), headers)


class Hang:
    """Reads the request, says nothing for so long."""

    def __init__(self, seconds=60):
        self.seconds = seconds


class CloseAtOnce:
    """Hangs up before a byte is read."""


class CloseAfterBody:
    """Takes the whole request, hangs up without a word: nobody knows."""


class CutAnswer:
    """Promises more bytes of answer than it sends."""

    def __init__(self, status=200, body=b'{"sta'):
        self.status = status
        self.body = body


class Drip:
    """One byte of a long answer at a time."""

    def __init__(self, pause=0.2, total=100000):
        self.pause = pause
        self.total = total


class Huge:
    """A good status with far too much behind it."""

    def __init__(self, total=1 << 20, byte=b" "):
        self.total = total
        self.byte = byte


class Redirect:
    def __init__(self, location, status=302):
        self.status = status
        self.location = location


class Request:
    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        self.headers = headers  # list of (name, value) as sent
        self.body = body
        self.at = time.time()
        self.faults = []
        self.taken = False  # answered as the service does, not by the script

    def header(self, name):
        found = [v for n, v in self.headers if n.lower() == name.lower()]
        if len(found) > 1:
            self.faults.append("header %s given %d times" % (name, len(found)))
        return found[0] if found else None

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode("ascii"), keep_blank_values=True))


class BadJson(Exception):
    pass


def strict_json(body):
    """As json.loads, but no duplicate key, no NaN, no invalid UTF-8."""

    def pairs(items):
        seen = {}
        for key, value in items:
            if key in seen:
                raise BadJson("duplicate key %r" % key)
            seen[key] = value
        return seen

    def no_constant(name):
        raise BadJson("%s is not JSON" % name)

    try:
        text = body.decode("utf-8", "strict")
    except UnicodeDecodeError as why:
        raise BadJson("invalid UTF-8: %s" % why) from why
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=no_constant)
    except ValueError as why:
        raise BadJson(str(why)) from why


def strict_form(body):
    """Pairs of an urlencoded form; every byte must be allowed in one."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError as why:
        raise BadJson("a form is ASCII: %s" % why) from why
    if not re.fullmatch(r"(?:[A-Za-z0-9._~*+=&-]|%[0-9A-Fa-f]{2})*", text):
        raise BadJson("bytes that are not form encoded")
    fields = {}
    for pair in text.split("&") if text else []:
        name, eq, value = pair.partition("=")
        if not eq:
            raise BadJson("field without value")
        name = urllib.parse.unquote_to_bytes(name.replace("+", " ")).decode("utf-8", "strict")
        try:
            value = urllib.parse.unquote_to_bytes(value.replace("+", " ")).decode("utf-8", "strict")
        except UnicodeDecodeError as why:
            raise BadJson("field %s: invalid UTF-8" % name) from why
        if name in fields:
            raise BadJson("field %s twice" % name)
        fields[name] = value
    return fields


class Mock:
    """A server on 127.0.0.1; use as a context manager.

    pem: key and certificate to speak TLS with, or None for plain HTTP.
    """

    def __init__(self, pem=None, client_ca=None, max_tls=None):
        self.context = None
        if pem:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if max_tls:
                self.context.set_ciphers("DEFAULT@SECLEVEL=0")
                self.context.minimum_version = ssl.TLSVersion.TLSv1
                self.context.maximum_version = max_tls
            self.context.load_cert_chain(pem)
            if client_ca:
                self.context.load_verify_locations(client_ca)
                self.context.verify_mode = ssl.CERT_REQUIRED
        self.script = []
        self.requests = []
        self.faults = []
        self.connections = 0
        self.handshake_errors = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []

    # -- to be overridden ------------------------------------------------------

    def judge(self, request):
        """The service's own answer; says fault() for what it refuses."""
        raise NotImplementedError

    # --------------------------------------------------------------------------

    @property
    def url(self):
        return "%s://localhost:%d" % ("https" if self.context else "http", self.port)

    def fault(self, request, text):
        request.faults.append(text)
        self.faults.append(text)

    def __enter__(self):
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self.threads.append(thread)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for thread in list(self.threads):
            thread.join(3)

    def _accept(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def _serve(self, sock):
        sock.settimeout(30)
        try:
            if self.context:
                try:
                    sock = self.context.wrap_socket(sock, server_side=True)
                except (ssl.SSLError, OSError) as why:
                    self.handshake_errors.append(str(why))
                    return
            while not self.stopping.is_set() and self._exchange(sock):
                pass
        except (OSError, ValueError):
            pass
        finally:
            try:
                sock.close()
            except OSError:
                pass

    def _exchange(self, sock):
        with self.lock:
            if self.script and isinstance(self.script[0], CloseAtOnce):
                self.script.pop(0)
                return False
        request = self._read(sock)
        if request is None:
            return False
        self._common(request)
        with self.lock:
            self.requests.append(request)
            answer = self.judge(request)
            act = self.script.pop(0) if self.script else None
        if act is None or act == "ok":
            request.taken = True
            act = answer
        elif callable(act):
            act = act(request)
        return self._act(sock, act)

    def _common(self, request):
        """What holds for every request, whatever the service."""
        agent = request.header("User-Agent") or ""
        if not re.fullmatch(r"notify_kasa/[0-9][0-9A-Za-z.+-]*", agent):
            self.fault(request, "User-Agent is %r" % agent)
        if request.header("Expect") is not None:
            self.fault(request, "an Expect header")
        for name in ("Host", "Content-Type", "Content-Length", "Authorization", "User-Agent", "Accept"):
            before = len(request.faults)
            request.header(name)
            self.faults.extend(request.faults[before:])

    def _read(self, sock):
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return None
            data += more
            if len(data) > 1 << 20:
                return None
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers.append((name, value.strip()))
        length = 0
        for name, value in headers:
            if name.lower() == "content-length":
                length = int(value)
            if name.lower() == "transfer-encoding":
                raise ValueError("no chunked requests here")
        while len(body) < length:
            more = sock.recv(65536)
            if not more:
                return None
            body += more
        return Request(method, target, headers, body)

    def _act(self, sock, act):
        if isinstance(act, CloseAfterBody):
            return False
        if isinstance(act, Hang):
            self.stopping.wait(act.seconds)
            return False
        if isinstance(act, Redirect):
            act = Reply(act.status, b"moved", [("Location", act.location)], "text/plain")
        if isinstance(act, CutAnswer):
            sock.sendall(b"HTTP/1.1 %d Cut\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                         % (act.status, len(act.body) + 100, act.body))
            return False
        if isinstance(act, Drip):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % act.total)
            for _ in range(act.total):
                if self.stopping.wait(act.pause):
                    break
                sock.sendall(b" ")
            return False
        if isinstance(act, Huge):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % act.total)
            sent = 0
            while sent < act.total:
                sock.sendall(act.byte * min(4096, act.total - sent))
                sent += 4096
            return False
        head = "HTTP/1.1 %d Mock\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (act.status, act.kind, len(act.body))
        for name, value in act.headers:
            head += "%s: %s\r\n" % (name, value)
        sock.sendall(head.encode() + b"\r\n" + act.body)
        return True
