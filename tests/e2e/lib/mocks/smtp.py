# SPDX-License-Identifier: MIT
"""An SMTP server that says what the script tells it, and a look at the mail.

Scripted: every phase's reply can be set; it also judges what it hears, so that
a bare line feed, a command out of order or credentials in the clear are faults.
"""

import base64
import email
import email.policy
import quopri
import re
import socket
import ssl
import threading
import time


class Smtp:
    """replies: greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT (text, or a dict by
    address), DATA, final; each a reply line such as "450 4.2.0 later", or
    "drop" to hang up, or "hang"."""

    def __init__(self, pem=None, implicit=False, starttls=True, auth=None, replies=None, advertise_auth=True,
                 drop_after_bytes=None, methods="PLAIN LOGIN", utf8=False, per_connection=None, family=socket.AF_INET):
        self.context = None
        if pem:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(pem)
        self.implicit = implicit
        self.starttls = starttls and pem is not None and not implicit
        self.auth = auth  # (user, password) that is right
        self.advertise_auth = advertise_auth
        self.replies = replies or {}
        self.drop_after_bytes = drop_after_bytes
        self.methods = methods
        self.utf8 = utf8  # SMTPUTF8 is offered
        self.per_connection = per_connection  # mails on one connection, the next is answered 421
        self.faults = []
        self.mails = []  # dicts: from, to, data (bytes), connection
        self.commands = []
        self.tries = []  # when somebody came with a mail
        self.connections = 0
        self.stopping = threading.Event()
        self.listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.threads = []

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
        for thread in self.threads:
            thread.join(3)

    def _accept(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(sock, self.connections), daemon=True)
            thread.start()
            self.threads.append(thread)

    def _talk(self, sock, number):
        sock.settimeout(30)
        try:
            _Session(self, sock, number).run()
        except (OSError, EOFError, ssl.SSLError):
            pass
        finally:
            try:
                sock.close()
            except OSError:
                pass

    def fault(self, text):
        self.faults.append(text)


class _Session:
    def __init__(self, server, sock, number):
        self.s = server
        self.sock = sock
        self.number = number
        self.tls = False
        self.authenticated = False
        self.mails = 0
        self.buffer = b""

    def say(self, text):
        if text == "drop":
            raise EOFError
        if text == "hang":
            self.s.stopping.wait(60)
            raise EOFError
        self.sock.sendall(text.encode() + b"\r\n")
        return text

    def reply(self, phase, otherwise, key=None):
        given = self.s.replies.get(phase, otherwise)
        if isinstance(given, dict):
            given = given.get(key, otherwise)
        if isinstance(given, list):
            given = given.pop(0) if given else otherwise
        return self.say(given)

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        if not line.endswith(b"\r"):
            self.s.fault("a command that ends with a bare line feed: %r" % line)
        return line.rstrip(b"\r").decode("utf-8" if self.s.utf8 else "ascii", "replace")

    def secure(self):
        self.sock = self.s.context.wrap_socket(self.sock, server_side=True)
        self.tls = True
        self.buffer = b""

    def run(self):
        if self.s.implicit:
            self.secure()
        if self.reply("greeting", "220 mock.example.org ESMTP")[:1] != "2":
            return
        sender, to = None, []
        while True:
            line = self.line()
            verb = line.split(" ")[0].upper()
            self.s.commands.append(line if verb not in ("AUTH",) else "AUTH ...")
            if verb in ("EHLO", "HELO"):
                if not re.fullmatch(r"(EHLO|HELO) [A-Za-z0-9.-]+", line):
                    self.s.fault("greeting %r" % line)
                lines = ["mock.example.org", "SIZE 10000000", "8BITMIME"]
                if self.s.starttls and not self.tls:
                    lines.append("STARTTLS")
                if self.s.auth and self.s.advertise_auth and (self.tls or not self.s.context):
                    lines.append("AUTH " + self.s.methods)
                if self.s.utf8:
                    lines.append("SMTPUTF8")
                for text in lines[:-1]:
                    self.say("250-" + text)
                self.say("250 " + lines[-1])
            elif verb == "STARTTLS":
                if self.reply("STARTTLS", "220 go ahead")[:1] == "2":
                    self.secure()
            elif verb == "AUTH":
                self.do_auth(line)
            elif verb == "MAIL":
                self.s.tries.append(time.time())
                if self.s.context and not self.tls:
                    self.s.fault("MAIL before TLS")
                if not re.fullmatch(r"MAIL FROM:<[^<>\s]*>(?: (?:SIZE=\d+|BODY=8BITMIME|AUTH=\S+|SMTPUTF8))*", line):
                    self.s.fault("command %r" % line)
                if self.s.auth and self.s.advertise_auth and not self.authenticated:
                    self.say("530 5.7.0 Authentication required")
                    continue
                if self.s.per_connection is not None and self.mails >= self.s.per_connection:
                    self.say("421 4.7.0 Max message per connection reached")
                    return
                if self.reply("MAIL", "250 2.1.0 ok")[:1] == "2":
                    sender, to = line[11:line.index(">")], []
            elif verb == "RCPT":
                if not re.fullmatch(r"RCPT TO:<[^<>\s]+>", line):
                    self.s.fault("command %r" % line)
                address = line[9:-1]
                if self.reply("RCPT", "250 2.1.5 ok", address)[:1] == "2":
                    to.append(address)
            elif verb == "DATA":
                if not to:
                    self.s.fault("DATA without a recipient")
                if self.reply("DATA", "354 go on")[:1] != "3":
                    continue
                data = self.text()
                self.mails += 1
                mail = {"from": sender, "to": to, "data": data, "connection": self.number}
                self.s.mails.append(mail)
                mail["taken"] = self.reply("final", "250 2.0.0 queued as 4711")[:1] == "2"
                sender, to = None, []
            elif verb in ("RSET", "NOOP"):
                self.say("250 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.s.fault("command %r" % line)
                self.say("500 what?")

    def do_auth(self, line):
        if self.s.context and not self.tls:
            self.s.fault("AUTH before TLS")
        parts = line.split(" ")
        if parts[1].upper() == "PLAIN":
            if len(parts) == 2:
                self.say("334 ")
                parts.append(self.line())
            fields = base64.b64decode(parts[2]).split(b"\0")
            pair = (fields[1].decode(), fields[2].decode())
        else:
            self.say("334 VXNlcm5hbWU6")
            user = base64.b64decode(self.line()).decode()
            self.say("334 UGFzc3dvcmQ6")
            pair = (user, base64.b64decode(self.line()).decode())
        right = pair == self.s.auth
        text = self.reply("AUTH", "235 2.7.0 welcome" if right else "535 5.7.8 bad credentials")
        self.authenticated = text[0] == "2"

    def text(self):
        got = b""
        while True:
            got += self.buffer
            self.buffer = b""
            if self.s.drop_after_bytes is not None and len(got) > self.s.drop_after_bytes:
                raise EOFError
            if got.endswith(b"\r\n.\r\n") or got == b".\r\n":
                break
            self.more()
        body = got[:-3]
        if re.search(rb"(?<!\r)\n|\r(?!\n)", body):
            self.s.fault("a bare CR or LF in the text")
        lines = body.split(b"\r\n")
        for n, line in enumerate(lines):
            if len(line) > 998:
                self.s.fault("line %d has %d bytes" % (n + 1, len(line)))
            if line.startswith(b".") and not line.startswith(b".."):
                self.s.fault("line %d: a dot that is not stuffed" % (n + 1))
        return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


ONCE = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted", "X-Auto-Response-Suppress",
        "X-Kasa-Alert", "X-Kasa-Severity", "X-Kasa-State", "Content-Type")
AT_MOST_ONCE = ("In-Reply-To", "References", "Importance")
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
                  r"\d\d:\d\d:\d\d [+-]\d{4}")


class Letter:
    """A mail taken apart; faults lists every rule of RFC 5322 and of ours that it breaks."""

    def __init__(self, data):
        self.raw = data
        self.faults = []
        self.mail = email.message_from_bytes(data, policy=email.policy.default)
        raw = email.message_from_bytes(data, policy=email.policy.compat32)
        self._head(raw)
        self._body(raw)

    def _head(self, raw):
        head = self.raw.partition(b"\r\n\r\n")[0]
        for line in head.split(b"\r\n"):
            if len(line) > 78:
                self.faults.append("header line of %d: %r" % (len(line), line))
            if any(byte > 126 or byte < 32 for byte in line):
                self.faults.append("header line with other than ASCII: %r" % line)
            if line.strip() == b"":
                self.faults.append("an empty header line")
        names = [name.lower() for name in raw.keys()]
        for name in ONCE:
            if names.count(name.lower()) != 1:
                self.faults.append("%s: %d times" % (name, names.count(name.lower())))
        for name in AT_MOST_ONCE:
            if names.count(name.lower()) > 1:
                self.faults.append("%s: %d times" % (name, names.count(name.lower())))
        unknown = set(names) - {n.lower() for n in ONCE + AT_MOST_ONCE}
        if unknown:
            self.faults.append("unknown headers %s" % sorted(unknown))
        if not DATE.fullmatch(raw["Date"] or ""):
            self.faults.append("Date %r" % raw["Date"])
        for word in re.findall(r"=\?[^?]*\?[^?]*\?[^?]*\?=", head.decode("latin-1")):
            if len(word) > 75:
                self.faults.append("encoded word of %d" % len(word))
            charset, kind, text = word[2:-2].split("?")
            if (charset.upper(), kind.upper()) != ("UTF-8", "B"):
                self.faults.append("encoded word %r" % word)
            try:
                base64.b64decode(text, validate=True).decode("utf-8", "strict")
            except ValueError as why:
                self.faults.append("encoded word %r: %s" % (word, why))
        if raw["Auto-Submitted"] != "auto-generated" or raw["X-Auto-Response-Suppress"] != "All" \
                or raw["MIME-Version"] != "1.0":
            self.faults.append("fixed headers differ")
        for name in ("Message-ID", "In-Reply-To"):
            if raw[name] is not None and not re.fullmatch(r"<[^<>\s]+@[^<>\s]+>", raw[name]):
                self.faults.append("%s %r" % (name, raw[name]))

    def _body(self, raw):
        if raw.get_content_type() != "multipart/alternative" or not raw.is_multipart():
            self.faults.append("not multipart/alternative")
            return
        parts = raw.get_payload()
        if [p.get_content_type() for p in parts] != ["text/plain", "text/html"]:
            self.faults.append("parts %s" % [p.get_content_type() for p in parts])
        for part in parts:
            if part.get_content_charset() != "utf-8":
                self.faults.append("charset %s" % part.get_content_charset())
            if part["Content-Transfer-Encoding"] != "quoted-printable":
                self.faults.append("encoding %s" % part["Content-Transfer-Encoding"])
            text = part.get_payload()
            for line in text.splitlines():
                if len(line) > 76:
                    self.faults.append("body line of %d" % len(line))
                if line.endswith((" ", "\t")):
                    self.faults.append("blank at the end of a line: %r" % line)
                if re.search(r"=(?![0-9A-F]{2}|$)", line):
                    self.faults.append("not quoted-printable: %r" % line)
                if any(ord(c) > 126 for c in line):
                    self.faults.append("8 bit: %r" % line)
            try:
                quopri.decodestring(text.encode()).decode("utf-8", "strict")
            except ValueError as why:
                self.faults.append("body: %s" % why)
        boundary = raw.get_boundary()
        if self.raw.count(b"--" + boundary.encode()) != 3 or len(boundary) < 20:
            self.faults.append("boundary %r" % boundary)
        if parts and (raw.preamble or (raw.epilogue or "").strip()):
            self.faults.append("text outside the parts")
        for bad in (r"<(script|img|link|iframe|style|form)", r"<[^>]*\s(src|srcset|background|on[a-z]+)\s*=",
                    r"<[^>]*url\(", r"href=\"(?!https?://)"):
            if re.search(bad, self.html, re.I):
                self.faults.append("html with %s" % bad)

    def __getitem__(self, name):
        value = self.mail[name]
        return None if value is None else str(value)

    @property
    def text(self):
        return self.mail.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self):
        return self.mail.get_body(("html",)).get_content().replace("\r\n", "\n")
