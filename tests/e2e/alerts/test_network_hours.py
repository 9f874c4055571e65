# SPDX-License-Identifier: MIT
"""Hours in which something on the way is out of order, lived through in seconds
by a stepped clock: names that cannot be looked up, a certificate that has
expired, servers that say "later". Nothing is lost, all comes once and in order."""

import socket
import ssl
import subprocess

import pytest

from channel_kinds import Channel
from channels import _pki  # noqa: F401
from mocks import web
from mocks.smtp import Letter, Smtp
from mounts import private_mounts
from test_channel_hours import HOUR, MINUTE, Hours, Hub, hook

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(15)]


class Names:
    """This machine's names, and nobody else to ask for more."""

    def __init__(self, folder):
        self.hosts, resolver = folder / "hosts", folder / "resolv.conf"
        self.hosts.write_text("127.0.0.1 localhost\n")
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.over = {"/etc/hosts": self.hosts, "/etc/resolv.conf": resolver}

    def __enter__(self):
        private_mounts()
        for place, own in self.over.items():
            subprocess.run(["mount", "--bind", own, place], check=True)
        return self

    def __exit__(self, *_):
        for place in self.over:
            subprocess.run(["umount", "-l", place], check=True)

    def know(self, name, address):
        with self.hosts.open("a") as file:
            file.write(f"{address} {name}\n")


@pytest.fixture(name="names")
def _names(tmp_path):
    with Names(tmp_path) as names:
        yield names


def named_hook(hub):
    return (f'  <Channel webhook "hub">\n    URL "http://hub.example:{hub.port}/x"\n    AllowInsecure true\n'
            "  </Channel>\n")


def mail(server, more="", to='"me@example.org"', host="localhost"):
    return (f'  <Channel email "mail">\n    Server "{host}"\n    Port {server.port}\n    TLS none\n    AllowInsecure true\n'
            f'    From "collectd@example.org"\n    To {to}\n{more}  </Channel>\n')


def told(hub):
    return [request.json()["event"] for request in hub.requests]


def subjects(server):
    return [Letter(letter["data"])["Subject"] for letter in server.mails]


def both(hours, sent):
    """An end after its beginning was told."""
    hours.event("okay", "Freezer", "the door is closed")
    hours.pass_until(lambda: hours.status()["sent"] == sent, 5, 10 * MINUTE)
    assert hours.status()["queued"] == 0


def test_no_name_service_for_an_hour(tmp_path, monkeypatch, names):
    hours = Hours(tmp_path, monkeypatch)
    with Hub(hours.clock) as hub, hours.run(named_hook(hub)) as daemon:
        hub.well, began = True, hours.clock.now()
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: hours.clock.now() >= began + HOUR, 60, 2 * HOUR)
        assert "resolve" in daemon.log() and "is stopped" not in daemon.log()
        names.know("hub.example", "127.0.0.1")
        # no longer than the longest pause
        hours.pass_until(lambda: hours.status()["sent"] == 1, 30, 20 * MINUTE)
        both(hours, 2)
        text = hub.requests[0].json()["alert"]["text"]
    assert told(hub) == ["firing", "resolved"]
    assert "Delayed 1 h" in text and "could not be reached" in text, text


def test_no_name_service_for_mail_for_an_hour(tmp_path, monkeypatch, names):
    hours = Hours(tmp_path, monkeypatch)
    with Smtp() as server, hours.run(mail(server, host="smtp.example")) as daemon:
        began = hours.clock.now()
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: hours.clock.now() >= began + HOUR, 60, 2 * HOUR)
        assert "resolve" in daemon.log() and "is stopped" not in daemon.log()
        names.know("smtp.example", "127.0.0.1")
        hours.pass_until(lambda: hours.status()["sent"] == 1, 30, 20 * MINUTE)
        both(hours, 2)
    assert [subject.split("]")[0] for subject in subjects(server)] == ["[CRITICAL", "[OK"]
    assert server.faults == []


@pytest.mark.parametrize("kind", ["webhook", "mail"])
def test_a_host_that_has_no_address_but_of_ipv6(kind, tmp_path, monkeypatch, names):
    names.know("hub.example", "::1")
    hours = Hours(tmp_path, monkeypatch)
    hub = Hub(hours.clock)
    hub.listener.close()
    hub.listener, hub.well = socket.create_server(("::1", hub.port), family=socket.AF_INET6), True
    with hub, Smtp(family=socket.AF_INET6) as server:
        options = named_hook(hub) if kind == "webhook" else mail(server, host="hub.example")
        with hours.run(options) as daemon:
            hours.event("failure", "Freezer", "the door is open")
            hours.pass_until(lambda: hours.status()["sent"] == 1, 1, MINUTE)
            both(hours, 2)
            assert "trying again" not in daemon.log()
    assert len(told(hub) if kind == "webhook" else subjects(server)) == 2


def speaking_tls(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_certificate_that_has_expired_and_is_renewed(tmp_path, monkeypatch, pki):
    hours = Hours(tmp_path, monkeypatch)
    with Hub(hours.clock) as hub:
        hub.well, hub.context = True, speaking_tls(pki.pem("expired"))
        with hours.run(hook(hub, f'    CAFile "{pki.ca}"\n')) as daemon:
            began = hours.clock.now()
            hours.event("failure", "Freezer", "the door is open")
            hours.pass_until(lambda: hours.clock.now() >= began + 2 * HOUR, 60, 3 * HOUR)
            assert "expired" in daemon.log() and "is stopped" not in daemon.log()
            hub.context = speaking_tls(pki.pem("good"))
            hours.pass_until(lambda: hours.status()["sent"] == 1, 30, 20 * MINUTE)
            both(hours, 2)
    assert told(hub) == ["firing", "resolved"]


class Says(dict):
    """What a mail server says to a command, by the clock."""

    def __init__(self, clock, phase, reply, seconds):
        super().__init__()
        self.clock, self.phase, self.reply, self.seconds, self.asked = clock, phase, reply, seconds, []

    def __bool__(self):
        return True

    def get(self, phase, otherwise=None):
        if phase != self.phase:
            return otherwise
        now = self.clock.now()
        self.asked.append(now)
        return self.reply if now - self.asked[0] < self.seconds else otherwise


LATER = {
    "greylisted for 5 minutes": ("RCPT", "450 4.2.0 Greylisted, come back in a while", 5 * MINUTE, 11 * MINUTE),
    "greylisted for 15 minutes": ("RCPT", "451 4.7.1 Greylisted, come back in a while", 15 * MINUTE, 31 * MINUTE),
    "greylisted after the text": ("final", "451 4.7.1 Greylisted, come back in a while", 5 * MINUTE, 11 * MINUTE),
    "421 to DATA": ("DATA", "421 4.3.2 shutting down", 30, 3 * MINUTE),
    "421 after the text": ("final", "421 4.3.2 shutting down", 30, 3 * MINUTE),
    "a full mailbox": ("RCPT", "552 5.2.2 mailbox full", 3 * HOUR, 5 * HOUR),
    "a full mailbox, said at the end": ("final", "552 5.2.2 mailbox full", 3 * HOUR, 5 * HOUR),
    "a full mailbox, for now": ("RCPT", "452 4.2.2 mailbox full", 3 * HOUR, 4 * HOUR),
    "a full disk there": ("MAIL", "452 4.3.1 insufficient system storage", HOUR, 2 * HOUR),
}


@pytest.mark.parametrize("name", LATER)
def test_a_mail_server_that_says_later(name, tmp_path, monkeypatch):
    phase, reply, seconds, most = LATER[name]
    hours = Hours(tmp_path, monkeypatch)
    says = Says(hours.clock, phase, reply, seconds)
    with Smtp(replies=says) as server, hours.run(mail(server)) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.event("failure", "Oven", "it is on")
        hours.pass_until(lambda: hours.status()["sent"] == 2, 30, most)
        both(hours, 3)
        assert "is stopped" not in daemon.log()
    taken = [Letter(letter["data"]) for letter in server.mails if letter["taken"]]
    assert [(letter["Subject"].split("]")[0], "Oven" in letter["Subject"]) for letter in taken] == [
        ("[CRITICAL", False), ("[CRITICAL", True), ("[OK", False)]
    # every repeat is known by its name, and none comes at once
    assert len({letter["Message-ID"] for letter in taken}) == 3
    gaps = [b - a for a, b in zip(says.asked, says.asked[1:]) if a - says.asked[0] < seconds]
    assert min(gaps) >= MINUTE - 1, gaps
    assert server.faults == []


PORTAL = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in first.</body></html>"


@pytest.mark.parametrize("kind", ["pushover", "slack", "slackbot", "ntfy", "telegram", "opsgenie", "twilio", "alertmanager"])
def test_a_page_of_a_captive_portal_where_an_answer_is_expected(kind, tmp_path, monkeypatch):
    """It says 200 to everything, for half an hour."""
    hours, channel = Hours(tmp_path, monkeypatch), Channel(kind)
    service, began, reached = channel.mock.judge, hours.clock.now(), []

    def judge(request):
        if hours.clock.now() < began + HOUR / 2:
            return web.Reply(200, PORTAL, kind="text/html")
        # beside what asks what became of it, and what makes it ring no longer
        if request.method != "GET" and "cancel" not in request.path:
            reached.append(request)
        return service(request)

    channel.mock.judge = judge
    lines = "".join(f'    {name} "{value}"\n' for name, value in channel.options())
    options = f'  <Channel {"slack" if kind == "slackbot" else kind} "it">\n{lines}  </Channel>\n'
    with channel.mock, hours.run(options) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: hours.status()["sent"] == 1, 60, 2 * HOUR)
        both(hours, 2)
        assert "is stopped" not in daemon.log()
    assert channel.mock.faults == []
    # what is open is fed to Alertmanager again and again
    assert len(reached) == 2 or kind == "alertmanager" and len(reached) > 2, [request.target for request in reached]
