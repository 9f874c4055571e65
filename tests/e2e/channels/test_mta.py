# SPDX-License-Identifier: MIT
"""A mail server of the world outside: OpenSMTPD takes the mail on this host,
as in the five-line configuration, and hands it on to a mailbox. (Without TLS:
Debian 12's cannot sign with its key. STARTTLS and AUTH are test_story.py's.)"""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

import alerting
from channels import BUILD
from collectd import free_port, wait
from mail_server import MailServer
from mocks.smtp import Letter

SMTPD = shutil.which("smtpd") or "/usr/sbin/smtpd"
# a queue and a control socket of its own: the machine's stay untouched
PRIVATE = ["sh", "-c", "mount -t tmpfs none /var/spool && "
           "mount -t tmpfs none /run && exec \"$0\" \"$@\""]

CONFIG = """
smtp max-message-size 1M
queue ttl 1m
listen on 127.0.0.1 port {port} hostname localhost
action "onward" relay host "smtp://127.0.0.1:{onward}"
match from local for any action "onward"
match for any reject
"""


def why_not():
    if not os.access(SMTPD, os.X_OK):
        return "opensmtpd is not installed"
    text = subprocess.run([SMTPD, "-h"], capture_output=True, text=True,
                          check=False)
    if "OpenSMTPD" not in text.stdout + text.stderr:
        return "smtpd is another server, not OpenSMTPD"
    if os.geteuid() != 0:
        return "only root can start opensmtpd"
    if subprocess.run(["unshare", "-m", *PRIVATE, "true"], check=False,
                      capture_output=True).returncode != 0:
        return "no private mounts here"
    return None


class OpenSmtpd:
    def __init__(self, folder, onward):
        self.folder, self.port, self.process = folder, free_port(), None
        self._write("conf", CONFIG.format(folder=folder, port=self.port,
                                          onward=onward))

    def _write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)

    def log(self):
        with open(self.folder + "/log", encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def __enter__(self):
        with open(self.folder + "/log", "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "-m", *PRIVATE, SMTPD, "-d", "-v", "-f",
                 self.folder + "/conf"], stdout=log, stderr=log)
        wait(self.listens, "opensmtpd listens", 15, self.log)
        return self

    def listens(self):
        assert self.process.poll() is None, self.log()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                return s.recv(4) == b"220 "
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def test_through_opensmtpd(tmp_path, monkeypatch):
    why = why_not()
    if why is not None:
        pytest.skip(why)
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    tmp_path.chmod(0o755)
    options = """
  MinLevel info
  RecoverAfter 1
  <Channel email "mail">
    Server "localhost"
    Port {port}
    TLS none
    From "Smart plugs <collectd@example.org>"
    To "me@example.org" "you@example.org"
  </Channel>
"""
    with MailServer() as mailbox, \
            OpenSmtpd(str(tmp_path), mailbox.port) as mta, \
            alerting.Collectd(options.format(
                port=mta.port), channels=()) as c:
        def tell():
            return c.log() + mta.log()
        c.put("Küche ☕", "power", 1900)
        wait(lambda: len(mailbox.letters) >= 1, "the alert", 20, tell)
        c.put("Küche ☕", "power", 96)
        wait(lambda: len(mailbox.letters) >= 2, "the recovery", 20, tell)
        # the relay adds Received and nothing else
        first, last = (Letter(re.sub(rb"\AReceived:.*\r\n(?:[ \t].*\r\n)+", b"",
                                     x.raw)) for x in mailbox.letters)
        assert first.faults + last.faults == []
        assert first["Subject"].startswith("[CRITICAL] Küche ☕: 1")
        assert last["Subject"] == "[OK] Küche ☕ 96 W"
        assert last["In-Reply-To"] == first["Message-ID"]
        assert set(mailbox.envelopes[0][1]) == {"me@example.org",
                                                "you@example.org"}
        assert "Küche ☕ is back to normal: 96" in last.text
        assert "result=\"LocalFail" not in mta.log()
