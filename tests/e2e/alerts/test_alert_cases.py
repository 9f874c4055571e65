# SPDX-License-Identifier: MIT
"""What people reported of alerts elsewhere, through a real collectd to servers
that answer as theirs did: see doc/alert-cases.md."""

import json
import os
import socket
import time

import pytest

import clock
from alerting import Collectd, until
from channel_fixture import _pki  # noqa: F401
from channels import BUILD
from mail_server import MailServer
from mocks import web
from mocks.smtp import Letter, Smtp

pytestmark = [pytest.mark.plain, pytest.mark.takes(120)]

USER, PASSWORD = "me@example.org", "a-password-of-its-own"
TOP = "  MinLevel info\n  RecoverAfter 1s\n"


@pytest.fixture(autouse=True)
def _real_senders(request, monkeypatch):
    if "long_names" not in request.node.name:
        monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))


def mail(port, more="", name="mail", server="localhost", sender="collectd@example.org"):
    return (f'  <Channel email "{name}">\n    Server "{server}"\n    Port {port}\n    TLS none\n'
            + (f'    From "{sender}"\n' if sender else "")
            + f'    To "me@example.org"\n{more}  </Channel>\n')


def hook(url, name="hub", kind="webhook", more=""):
    option = "URL" if kind == "webhook" else "WebhookURL"
    return f'  <Channel {kind} "{name}">\n    {option} "{url}/x"\n{more}  </Channel>\n'


def daemon_with(options, hostname="tester", **more):
    daemon = Collectd(TOP + options, channels=(), **more)
    path = daemon.base + "/conf"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('Hostname "tester"', f'Hostname "{hostname}"'))
    return daemon


def channel(daemon, name):
    return next(c for c in daemon.ask(command="status")["channels"] if c["name"] == name)


def good(_request):
    return web.Reply(200, b"ok")


def service(script=(), judge=good):
    server = web.Mock()
    server.script, server.judge = list(script), judge
    return server


def bad_and_fine(daemon, told):
    """An alert, then its end, each waited for by told(n)."""
    daemon.put("Freezer", "power", 1900)
    until(lambda: told(1), daemon, 90)
    daemon.put("Freezer", "power", 90, time.time() + 1)
    until(lambda: told(2), daemon, 90)


def subjects(server):
    return [Letter(m["data"])["Subject"] for m in server.mails]


# F2
@pytest.mark.parametrize("status", [403, 404])
def test_a_service_that_refuses_for_a_while_is_told_when_it_takes_again(status):
    """Three times in a row is not final while it may pass."""
    with service([web.Reply(status, b"no")] * 4) as hub:
        with daemon_with(hook(hub.url)) as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: channel(daemon, "hub")["sent"] == 1, daemon, 240)
            assert "is stopped" not in daemon.log()
    assert len(hub.requests) == 5


# F3
@pytest.mark.parametrize("words", [b'{"success":true}', b'{"result":"success","msg":"","ok":true}', b'{"ok":true}', b"", b"ok\n"])
def test_a_server_like_slack_hears_the_end_too(words):
    with service(judge=lambda request: web.Reply(200, words)) as hub:
        with daemon_with(hook(hub.url, "team", "slack")) as daemon:
            bad_and_fine(daemon, lambda n: channel(daemon, "team")["sent"] == n)
    texts = [r.json()["text"] for r in hub.requests]
    assert len(texts) == 2 and "OK" in texts[1], texts


# F4
def test_a_server_that_takes_one_mail_for_a_connection_gets_six_at_once():
    with Smtp(per_connection=1) as server:
        with daemon_with(mail(server.port)) as daemon:
            for i in range(6):
                daemon.put(f"plug{i}", "power", 1900)
            until(lambda: len(server.mails) == 6, daemon, 40)


# F5
def test_a_test_goes_at_once_past_a_wait():
    """And says what the server says."""
    with Smtp(replies={"MAIL": "451 4.7.1 greylisted, come back"}) as server:
        with daemon_with(mail(server.port)) as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: "trying again in 300 s" in daemon.log(), daemon, 40)
            began = clock.Patience(0)
            result = daemon.ask(command="test", channel="mail")["results"][0]
            assert not result["ok"] and "greylisted" in json.dumps(result), result
            server.replies = {}
            result = daemon.ask(command="test", channel="mail")["results"][0]
            assert result["ok"], result
            assert began.took() < 60
            # what waited goes as well: the server takes mail
            until(lambda: len(server.mails) == 2, daemon, 60)


# F6
@pytest.mark.parametrize("methods, words", [("PLAIN LOGIN", "535"), ("XOAUTH2", "AUTH XOAUTH2 only")])
def test_why_a_login_fails_is_said_and_nothing_untrue(pki, methods, words):
    more = f'    TLS starttls\n    CAFile "{pki.ca}"\n    Username "{USER}"\n    Password "wrong"\n'
    with Smtp(pem=pki.pem("good"), auth=(USER, PASSWORD), methods=methods) as server:
        with daemon_with(mail(server.port, more).replace("    TLS none\n", "")) as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: 'channel "mail"' in daemon.log().split("network")[-1] and words in daemon.log(), daemon, 40)
            assert "does not offer AUTH" not in daemon.log()
    assert server.mails == []


# F7
@pytest.mark.parametrize("hostname", ["My Pi 3", "küche", "a b@c", "pi;x", "pi"])
def test_a_mail_has_its_id_whatever_the_host_is_called(hostname):
    with Smtp() as server:
        with daemon_with(mail(server.port), hostname) as daemon:
            daemon.unixsock(f'PUTNOTIF severity=failure time={int(time.time())} host="x" plugin="raid" message="bad"')
            until(lambda: len(server.mails) == 1, daemon, 40)
            daemon.unixsock(f'PUTNOTIF severity=okay time={int(time.time())} host="x" plugin="raid" message="fine"')
            until(lambda: len(server.mails) == 2, daemon, 40)
    first, last = [Letter(m["data"]) for m in server.mails]
    assert first.faults == [] and last.faults == []
    assert last["In-Reply-To"] == first["Message-ID"]
    assert server.faults == []


# F8
def test_a_bare_address_of_ipv6_is_a_server():
    with Smtp(family=socket.AF_INET6) as server:
        with daemon_with(mail(server.port, server="::1")) as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: server.mails, daemon, 40)


# F9
@pytest.mark.parametrize("size", [150, 180, 210, *range(213, 226), 230, 240])
def test_what_was_forwarded_with_long_names_ends(size):
    """As threshold says it there: the sentence is cut at 255 bytes."""
    host, start = "web-17.prod.fra1.k8s.example.org", "Host %s, plugin docker (instance p%s) type gauge (instance user%s): "
    names = {"host": host, "plugin": "docker", "type": "gauge"}
    rest = size - len(start % (host, "", ""))
    names["plugin_instance"], names["type_instance"] = "p" + "x" * (rest // 2), "user" + "y" * (rest - rest // 2)
    head = start % (host, "x" * (rest // 2), "y" * (rest - rest // 2))
    assert len(head) == size

    def say(severity, sentence):
        daemon.notify(severity, (head + sentence)[:255].replace('"', '\\"'), **names)

    with Collectd("  RecoverAfter 0\n", thresholds="") as daemon:
        series = f'{host}/docker-{names["plugin_instance"]}/gauge-{names["type_instance"]}'
        for severity, value, sentence in (
                ("failure", 91, 'Data source "value" is currently 91.000000. '
                                "That is above the failure threshold of 90.000000."),
                ("okay", 40, 'All data sources are within range again. Current value of "value" is 40.000000.')):
            answer = daemon.unixsock(f'PUTVAL "{series}" interval=600 N:{value}')
            assert answer[0].startswith("0 "), answer
            say(severity, sentence)
            daemon.wait(["firing"] if severity == "failure" else ["firing", "resolved"])


# G1
def test_the_subject_is_the_state_now():
    with Smtp() as server:
        with daemon_with(mail(server.port)) as daemon:
            now = time.time()
            for n, value in enumerate((1600, 2820, 90)):
                daemon.put("Freezer", "power", value, now + n)
                until(lambda n=n: len(server.mails) == n + 1, daemon, 40)
    assert subjects(server) == ["[WARNING] Freezer: 1 600 W", "[CRITICAL] Freezer: 2 820 W", "[OK] Freezer 90 W"]
    first, worse, last = [Letter(m["data"]) for m in server.mails]
    assert worse["References"].split()[0] == last["References"].split()[0] == first["Message-ID"]


# G2
def test_a_name_that_is_refused_loses_no_message():
    with Smtp(replies={"RCPT": "504 5.5.2 <pi>: Helo command rejected: need fully-qualified hostname"}) as server:
        with daemon_with(mail(server.port), "pi") as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: "Helo command rejected" in daemon.log(), daemon, 40)
            status = channel(daemon, "mail")
            assert (status["queued"], status["failed"]) == (1, 0), status


# G3
def test_without_a_sender_mail_to_the_own_server_goes():
    """Which adds its name; of another one it is said at the start."""
    with daemon_with(mail(25, "    AllowInsecure true\n", server="mail.invalid", sender=None), "pi") as daemon:
        assert "From is not given" in daemon.log(), daemon.log()
    with Smtp() as server:
        with daemon_with(mail(server.port, sender=None), "pi") as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: server.mails, daemon, 40)
    assert "localdomain" not in server.mails[0]["from"], server.mails[0]["from"]


# G4
def test_a_server_may_have_an_underscore():
    options = mail(25, "    AllowInsecure true\n", server="smtp_relay")
    with daemon_with(options) as daemon:
        assert channel(daemon, "mail")["name"] == "mail"
        assert "expected" not in daemon.log()


# G6
def test_an_event_that_says_something_else_is_news():
    with service() as hub:
        with daemon_with(hook(hub.url), thresholds="") as daemon:
            names = {"host": "nas", "plugin": "logparser", "plugin_instance": "syslog", "type": "message"}
            for text in ("disk sda is failing", "disk sdb is failing", "disk sdc is failing"):
                daemon.notify("failure", text, **names)
            until(lambda: any("sdc" in r.body.decode() for r in hub.requests), daemon, 90)


# G7
def test_a_channel_with_a_new_name_still_hears_the_end():
    with service() as hub:
        with daemon_with(hook(hub.url), thresholds="") as daemon:
            daemon.notify_range("Freezer", True)
            until(lambda: len(hub.requests) == 1, daemon, 40)
            daemon.stop()
            path = daemon.base + "/conf"
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace('"hub"', '"home-hub"'))
            daemon.start()
            daemon.notify_range("Freezer", True)
            daemon.notify_range("Freezer", False)
            until(lambda: any(r.json()["event"] == "resolved" for r in hub.requests), daemon, 60)


# G8
def test_what_a_proxy_does_not_let_through_is_not_in_doubt(pki):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(60)
        more = f'    Proxy "http://127.0.0.1:{proxy.getsockname()[1]}"\n    CAFile "{pki.ca}"\n'
        with daemon_with(hook("https://hub.example.org", more=more)) as daemon:
            daemon.put("Freezer", "power", 1900)
            one, _ = proxy.accept()
            with one:
                assert one.recv(4096).startswith(b"CONNECT ")
                one.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                until(lambda: "the proxy answered 503" in daemon.log(), daemon, 40)
            assert "may have arrived" not in daemon.log()


# G10
def test_a_number_beyond_words_is_short():
    with Smtp() as server:
        with daemon_with(mail(server.port)) as daemon:
            daemon.put("Freezer", "power", "1e40")
            until(lambda: server.mails, daemon, 40)
    assert len(subjects(server)[0]) < 60 and "000000" not in subjects(server)[0], subjects(server)


def test_resolved_of_a_webhook_is_what_is_now():
    with service() as hub:
        with daemon_with(hook(hub.url)) as daemon:
            bad_and_fine(daemon, lambda n: len(hub.requests) == n)
    over = hub.requests[1].json()
    assert over["event"] == "resolved"
    text = json.dumps(over["alert"])
    assert over["alert"]["severity"] != "FAILURE" and "currently 1900" not in text, text


def test_a_mail_server_nobody_here_wrote_gets_beginning_and_end():
    with MailServer() as server:
        with daemon_with(mail(server.port)) as daemon:
            bad_and_fine(daemon, lambda n: len(server.letters) == n)
    assert [f for letter in server.letters for f in letter.faults] == []
