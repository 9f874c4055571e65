# SPDX-License-Identifier: MIT
"""What a channel does over hours, lived through in seconds by a clock that the
test steps: when one that was stopped tries again, and for how long one is asked
again whose answer never comes in time. Moments are those of that clock."""

import asyncio
import json
import os
import time

import pytest

from alerting import Collectd, until
from channels import BUILD
from mail_server import MailServer
from mocks import web
from moving import SteppedClock

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(5)]

MINUTE, HOUR = 60, 3600


class Hours:
    """A daemon, with that channel alone, and its clock."""

    def __init__(self, folder, monkeypatch):
        monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
        self.clock, self.daemon = SteppedClock(folder, time.time()), None

    def run(self, options):
        self.daemon = Collectd("  MinLevel info\n" + options, channels=(), thresholds="", interval=300)
        self.daemon.env = self.clock.environment
        return self.daemon

    def event(self, severity, plug, text):
        answer = self.daemon.unixsock(
            f'PUTNOTIF severity={severity} time={int(self.clock.now())} host="tester" plugin="kasa"'
            f' plugin_instance="{plug}" type="event" message="{text}"')
        assert answer[0].startswith("0 "), answer

    def settled(self):
        """The daemon has seen what time it is, and waits for no answer."""
        for _ in range(2):
            rows = self.daemon.ask(command="queue")["rows"]
        return all(row["state"] != "sending" for row in rows)

    def pass_until(self, condition, step, most):
        """Steps of so many seconds, none of them within a call; most of all."""
        end = self.clock.now() + most
        while True:
            until(self.settled, self.daemon, 60)
            if condition():
                return
            assert self.clock.now() < end, self.daemon.log()
            self.clock.step(step, self.daemon.process)

    def pass_while(self, server, words, most):
        """By the second, also while the server has something, until the log
        says so: a call ends when it has waited long enough."""
        end = self.clock.now() + most
        while words not in self.daemon.log():
            assert self.clock.now() < end, self.daemon.log()
            if self.settled() or server.holding:
                self.clock.step(1, self.daemon.process)

    def status(self):
        return self.daemon.ask(command="status")["channels"][0]


class Hub(web.Mock):
    """A service that says no until .well; when it was asked is in .asked."""

    def __init__(self, clock, status=401):
        super().__init__()
        self.clock, self.status, self.well, self.asked = clock, status, False, []

    def judge(self, request):
        self.asked.append(self.clock.now())
        return web.Reply(200, b"ok") if self.well else web.Reply(self.status, b"no")

    def gaps(self):
        return [b - a for a, b in zip(self.asked, self.asked[1:])]


def hook(hub, more=""):
    return f'  <Channel webhook "hub">\n    URL "{hub.url}/x"\n{more}  </Channel>\n'


# F2
def test_a_stopped_channel_tries_after_a_quarter_of_an_hour_then_each_hour(tmp_path, monkeypatch):
    hours = Hours(tmp_path, monkeypatch)
    with Hub(hours.clock) as hub, hours.run(hook(hub)) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: len(hub.asked) == 3, 5, 5 * MINUTE)
        until(lambda: 'channel "hub" is stopped' in daemon.log(), daemon)
        hours.event("failure", "Oven", "it is on")
        hours.pass_until(lambda: len(hub.asked) == 6, 30, 4 * HOUR)
        assert daemon.log().count("no other is left: nobody is told, 2 messages wait") == 2
        hub.well = True
        hours.pass_until(lambda: hours.status()["sent"] == 2, 30, 2 * HOUR)
        assert "takes messages again" in daemon.log()
        hours.event("okay", "Freezer", "the door is closed")
        hours.pass_until(lambda: hours.status()["sent"] == 3, 5, MINUTE)
    for gap, right in zip(hub.gaps()[2:], (15 * MINUTE, HOUR, HOUR, HOUR)):
        assert right - 1 <= gap <= right + 2 * MINUTE, hub.gaps()
    told = [request.json() for request in hub.requests[6:]]
    assert [(m["event"], m["alert"]["device"]) for m in told] == [
        ("firing", "Freezer"), ("firing", "Oven"), ("resolved", "Freezer")], told


# F2
@pytest.mark.parametrize("status", [302, 403, 404])
def test_what_may_pass_is_asked_again_for_an_hour_before_it_stops(status, tmp_path, monkeypatch):
    hours = Hours(tmp_path, monkeypatch)
    with Hub(hours.clock, status) as hub, hours.run(hook(hub)) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: "is stopped" in daemon.log(), 30, 2 * HOUR)
        assert hub.asked[-1] - hub.asked[0] >= HOUR - 1
        # no more often than every quarter of an hour in the end
        assert len(hub.asked) <= 14 and max(hub.gaps()) <= 20 * MINUTE, hub.gaps()


# F2
@pytest.mark.parametrize("status", [302, 303, 307])
def test_the_page_of_a_captive_portal_costs_no_message(status, tmp_path, monkeypatch):
    """Half an hour of "log in first", or of "we are back soon"."""
    hours = Hours(tmp_path, monkeypatch)
    with Hub(hours.clock, status) as hub, hours.run(hook(hub)) as daemon:
        began = hours.clock.now()
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_until(lambda: hours.clock.now() >= began + 30 * MINUTE, 30, HOUR)
        assert "redirects are never followed" in daemon.log() and hours.status()["queued"] == 1
        hub.well = True
        hours.pass_until(lambda: hours.status()["sent"] == 1, 30, 20 * MINUTE)
        hours.event("okay", "Freezer", "the door is closed")
        hours.pass_until(lambda: hours.status()["sent"] == 2, 5, 5 * MINUTE)
        assert "is stopped" not in daemon.log() and hours.status()["queued"] == 0
    told = [request.json()["event"] for request in hub.requests]
    assert told == ["firing"] * (len(told) - 1) + ["resolved"], told


class LateHub(Hub):
    """Takes each request and answers none in time, until .well; for how long
    it was waited for is in .waits."""

    def __init__(self, clock):
        super().__init__(clock)
        self.waits, self.holding = [], False

    def _act(self, sock, act):
        if self.well:
            return super()._act(sock, act)
        began, self.holding = self.clock.now(), True
        sock.recv(1)
        self.waits.append(self.clock.now() - began)
        self.holding = False
        return False

    def taken(self):
        return [request.json()["event"] for request in self.requests]


class LateMailServer(MailServer):
    """Looks for viruses behind the final dot, for as long as anybody waits."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.well, self.waits, self.holding = clock, False, [], False

    async def kept(self):
        if self.well:
            return
        began, self.holding = self.clock.now(), True
        try:
            await asyncio.Event().wait()
        finally:
            self.waits.append(self.clock.now() - began)
            self.holding = False

    def taken(self):
        return ["resolved" if "OK" in letter["Subject"] else "firing" for letter in self.letters]


def mail(server):
    return (f'  <Channel email "mail">\n    Server "localhost"\n    Port {server.port}\n    TLS none\n'
            '    From "collectd@example.org"\n    To "me@example.org"\n  </Channel>\n')


# F12
@pytest.mark.parametrize("kind, timeout, options", [
    (LateHub, 20, lambda hub: hook(hub, "    Timeout 20\n")), (LateMailServer, 60, mail)], ids=["webhook", "mail"])
def test_who_never_answers_in_time_is_told_five_times_and_hears_the_end(tmp_path, monkeypatch, kind, timeout, options):
    hours = Hours(tmp_path, monkeypatch)
    with kind(hours.clock) as server, hours.run(options(server)) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_while(server, "it was probably delivered", HOUR)
        server.well = True
        hours.event("okay", "Freezer", "the door is closed")
        hours.pass_until(lambda: server.taken()[5:], 5, 10 * MINUTE)
        assert server.taken() == ["firing"] * 5 + ["resolved"]
        until(lambda: hours.status()["sent"] == 2, daemon)
        assert hours.status()["queued"] == 0
        assert any("probably delivered" in json.dumps(row) for row in daemon.ask(command="history")["history"])
    for wait, factor in zip(server.waits, (1, 1, 2, 4, 4)):
        assert factor * timeout - 2 <= wait <= factor * timeout + 30, server.waits


def test_a_test_takes_no_connection_on_which_an_answer_is_due(tmp_path, monkeypatch):
    """That answer would be taken for the one to the test."""
    hours = Hours(tmp_path, monkeypatch)
    with LateMailServer(hours.clock) as server, hours.run(mail(server)) as daemon:
        hours.event("failure", "Freezer", "the door is open")
        hours.pass_while(server, "trying again in", HOUR)
        server.well = True
        result = daemon.ask(command="test", channel="mail")["results"][0]
        assert result["ok"], result
        assert len(server.waits) == 1 and "TEST" in server.letters[1]["Subject"]
