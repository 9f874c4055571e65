# SPDX-License-Identifier: MIT
"""The sign of life of a real collectd with the real plugin: it comes while all
is well, stops when it is not, and holds up no stop. Under thread sanitizer,
too."""

import os
import subprocess

import pytest

from alerting import Collectd, until
from channels import BUILD, _pki, secret_file  # noqa: F401
from mocks import web

pytestmark = pytest.mark.takes(75)

SECRET = "/0a1b2c3d-secret-uuid-4e5f"


class Watch(web.Mock):
    """A dead man's switch: one address, GET without a body."""

    def judge(self, request):
        if (request.method, request.target, request.body) != ("GET", SECRET, b""):
            self.fault(request, f"{request.method} {request.target}")
            return web.Reply(404, b"not found")
        return web.Reply(200, b"OK", kind="text/plain")


@pytest.fixture(name="watch")
def _watch(pki):
    with Watch(pem=pki.pem("good")) as watch:
        yield watch
        assert watch.faults == []


@pytest.fixture(name="start")
def _start(watch, pki, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))

    def start(more="", url=None, options=""):
        address = url or watch.url + SECRET
        return Collectd(f"""{options}
  <Heartbeat>
    URLFile "{secret_file(tmp_path, 'heartbeat', address)}"
    Every 10
    CAFile "{pki.ca}"
{more}
  </Heartbeat>
""", channels=())
    return start


def beats(watch, count, collectd, seconds=40):
    until(lambda: len(watch.requests) >= count, collectd, seconds)


def test_it_comes_while_all_is_well_and_stops_with_the_daemon(watch, start):
    with start() as collectd:
        beats(watch, 2, collectd)
        assert watch.requests[1].at - watch.requests[0].at > 5
        until(lambda: collectd.log().count("heartbeat") >= 1, collectd)
        until(lambda: collectd.ask(command="status")["heartbeat"] == "sent", collectd)
        until(lambda: collectd.unixsock('GETVAL "tester/notify_kasa/gauge-heartbeat"')[0].startswith("1 "), collectd)
        collectd.stop()
        told = len(watch.requests)
        log = collectd.log()
    assert len(watch.requests) == told
    assert "heartbeat (localhost:" in log and "begins: HTTP 200" in log
    assert SECRET not in log and SECRET[1:] not in log


def test_a_refusal_is_said_once_and_a_new_address_is_read(watch, start, tmp_path):
    watch.script = [web.Reply(500, b"down " + SECRET.encode())] * 2
    with start() as collectd:
        beats(watch, 3, collectd)
        until(lambda: "goes on after" in collectd.log(), collectd)
        log = collectd.log()
        assert log.count("not taken: HTTP 500") == 1
        assert SECRET[1:] not in log
        watch.script = [web.Reply(404, b"gone")]
        # at the second address all is well, and it is asked at once
        secret_file(tmp_path, "heartbeat", watch.url + SECRET + "?x")
        faults, before = len(watch.faults), len(watch.requests)
        until(lambda: len(watch.requests) >= before + 2, collectd, 40)
        until(lambda: len(watch.faults) > faults, collectd)
        assert watch.requests[before + 1].target == SECRET + "?x"
        watch.faults.clear()


def test_a_redirect_is_not_followed(watch, start):
    with Watch(pem=None) as elsewhere:
        watch.script = [web.Redirect(elsewhere.url + SECRET, 302)] * 9
        with start() as collectd:
            beats(watch, 1, collectd)
            until(lambda: "redirects are never followed" in collectd.log(), collectd)
        assert elsewhere.requests == []


def test_a_critical_message_nobody_takes_holds_it_back(watch, start):
    with web.Mock() as hub:
        hub.judge = lambda request: web.Reply(500, b"down")
        options = f"""
  <Channel webhook "hub">
    URL "{hub.url}/x"
  </Channel>"""
        with start("    MaxQueueAge 10", options=options) as collectd:
            beats(watch, 1, collectd)
            collectd.put("Freezer", "power", 1900)
            until(lambda: 'held back: a critical message to channel "hub"' in collectd.log(), collectd, 100)
            before = len(watch.requests)
            until(lambda: collectd.ask(command="status")["heartbeat"] == "held back or not taken", collectd)
            hub.judge = lambda request: web.Reply(200, b"ok")
            for row in collectd.ask(command="queue")["rows"]:
                collectd.ask(command="retry", id=row["id"])
            until(lambda: "goes on after" in collectd.log(), collectd, 60)
            assert len(watch.requests) > before
            assert collectd.log().count("held back") == 1


def test_a_hanging_watch_holds_up_no_stop(watch, start):
    watch.script = [web.Hang()]
    with start() as collectd:
        beats(watch, 1, collectd)
        took = collectd.stop()
        assert "collectd ends while" not in collectd.log()
    assert took < 5


BLOCKS = {
    "whole": ('URL "https://hc-ping.com/0a1b2c3d4e5f"\n Every 5m', "Heartbeat: hc-ping.com, every 5 minutes"),
    "no address": ("Every 5m", "<Heartbeat>: needs URL or URLFile"),
    "not encrypted": ('URL "http://watch.example.org/0a1b2c3d4e5f"', "AllowInsecure true"),
    "too often": ('URL "https://hc-ping.com/0a1b2c3d4e5f"\n Every 1', "Every"),
    "misspelt": ('URL "https://hc-ping.com/0a1b2c3d4e5f"\n Evry 60', "did you mean Every?"),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_check_says_what_it_understood(name, tmp_path):
    inside, says = BLOCKS[name]
    conf = tmp_path / "collectd.conf"
    conf.write_text(f'PluginDir "{BUILD / ".libs"}"\nLoadPlugin notify_kasa\n<Plugin notify_kasa>\n'
                    f'Email "me@example.org"\n<Heartbeat>\n{inside}\n</Heartbeat>\n</Plugin>\n')
    done = subprocess.run([BUILD / "kasactl", "check", conf], text=True, capture_output=True, timeout=60, check=False)
    assert says in done.stdout + done.stderr, done.stdout + done.stderr
    assert ("stays off" not in done.stdout + done.stderr) == (name == "whole")
    assert "0a1b2c3d4e5f" not in done.stdout + done.stderr
