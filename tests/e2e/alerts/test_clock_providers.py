# SPDX-License-Identifier: MIT
"""What a clock that is wrong must not do to a provider's waits and to the dates
of messages: a date to wait for is read by the provider's own clock, and a clock
before this program was made is none."""

import os
import time
from email.utils import formatdate, parsedate_to_datetime

import pytest

from alerting import Collectd, until
from channels import BUILD
from mail_server import MailServer
from mocks import web
from moving import MovingClock

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(60)]

HOUR = 3600
WAIT = 20


@pytest.fixture(name="hub")
def _hub():
    with web.Mock() as hub:
        hub.judge = lambda request: web.Reply(200, b"ok")
        yield hub


def daemon_with(options, clock, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    daemon = Collectd(options, channels=())
    daemon.env = clock.environment
    return daemon


@pytest.mark.parametrize("wrong", ["behind", "ahead", "1970"])
def test_retry_after_a_date_is_by_the_providers_clock(hub, wrong, tmp_path,
                                                      monkeypatch):
    """Set right while it waits, the clock changes nothing either."""
    clock = MovingClock(tmp_path)
    if wrong == "1970":
        clock.show(122)
    else:
        clock.set(-3 * HOUR if wrong == "behind" else 3 * HOUR)
    now = time.time()
    hub.script = [web.Reply(503, b"later", [
        ("Date", formatdate(now, usegmt=True)),
        ("Retry-After", formatdate(now + WAIT, usegmt=True))])]
    options = f'  <Channel webhook "hub">\n    URL "{hub.url}/x"\n  </Channel>\n'
    with daemon_with(options, clock, monkeypatch) as daemon:
        daemon.put("Freezer", "power", 1900)
        until(lambda: "trying again in" in daemon.log(), daemon)
        said = float(daemon.log().split("trying again in ")[1].split()[0])
        assert WAIT - 2 <= said <= WAIT + 10, said
        clock.set(0)
        until(lambda: len(hub.requests) >= 2, daemon, 90)
        # not before the provider wanted it
        assert hub.requests[1].at - hub.requests[0].at >= WAIT - 2


def test_a_mail_from_1970_does_not_say_so(tmp_path, monkeypatch):
    """With nothing stored that would tell the time better."""
    clock = MovingClock(tmp_path)
    clock.show(122)
    with MailServer() as mailbox:
        options = f"""  <Channel email "mail">
    Server "localhost"
    Port {mailbox.port}
    TLS none
    From "collectd@example.org"
    To "me@example.org"
  </Channel>
"""
        with daemon_with(options, clock, monkeypatch) as daemon:
            daemon.put("Freezer", "power", 1900)
            until(lambda: mailbox.letters, daemon, 60)
            assert "the clock is not set yet" in daemon.log()
    letter = mailbox.letters[0]
    assert parsedate_to_datetime(letter["Date"]).year >= 2020, letter["Date"]
    assert "uncertain" in letter.text, letter.text
    assert "1970" not in letter.text, letter.text
