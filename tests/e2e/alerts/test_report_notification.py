# SPDX-License-Identifier: MIT
"""A report is a notification of collectd, too: another plugin receives it,
once, over restarts and kills, and notify_kasa makes nothing of its own."""

import datetime
import os
import subprocess
import time
import zoneinfo

import pytest

from alerting import Collectd, until
from collectd import BUILD
from ledger_file import LedgerFile
from mail_server import MailServer
from metadata import Metadata
from moving import MovingClock

pytestmark = [
    pytest.mark.takes(20),
    pytest.mark.skipif(not Metadata.there, reason="collectd has no python plugin here"),
    # the preloaded library has no place beside an instrument's, and libpython
    # keeps what it has
    pytest.mark.plain]

ZONE = "Europe/Berlin"
DAY = 24 * 3600
OPTIONS = """
  LedgerDirectory "{ledger}"
  {channel}
  <Report "morning">
    At "07:30"
    {more}
  </Report>
"""
MAIL = """<Channel email "mail">
    Server "localhost"
    Port {port}
    TLS none
    MinLevel info
    To "me@example.org"
  </Channel>"""
TEXT = ("Saturday: 3.50 kWh, 1.05 EUR, 40 % above usual. Washer: 3.00 kWh, 0.90 EUR, +50 %. "
        "Fridge: 0.50 kWh, 0.15 EUR, as usual. Month so far: 6.0 kWh, 1.80 EUR")
META = {"Report": "morning", "Period": "day", "From": "2026-11-28", "To": "2026-11-28",
        "Energy": "3.50 kWh", "Cost": "1.05 EUR", "Usual": "2.50 kWh"}


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(ZONE)).timestamp()


@pytest.fixture
def daemon(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.join(BUILD, ".libs"))
    file = LedgerFile(tmp_path / "ledger", zone=ZONE)
    for date, washer in (("2026-11-21", 2), ("2026-11-28", 3)):
        noon = f"{date}T11:00:00+00:00"
        file.slot(noon, "Washer", washer * 1000000, washer * 300000, covered=DAY, peak=2000000)
        file.slot(noon, "Fridge", 500000, 150000, covered=DAY)
    ledger = file.done()
    clock = MovingClock(tmp_path)

    def make(blocks, channel="", more=""):
        made = Collectd(OPTIONS.format(ledger=ledger.folder, channel=channel, more=more), channels=(),
                        thresholds=blocks)
        made.env = {**clock.environment, "TZ": ZONE}
        made.clock = clock
        made.clock.show(at("2026-11-29T07:20:00"))
        return made
    return make


def due(c):
    assert c.ask(command="status")["ok"]  # it has been looked at before its hour
    c.clock.show(at("2026-11-29T07:29:58"))


def check(row):
    assert (row["plugin"], row["device"], row["plug"]) == ("kasa_total", "", "daily")
    assert row["text"].startswith(TEXT) and len(row["text"]) < 256
    assert {k: row["meta"][k] for k in META} == META
    assert set(row["meta"]) - set(META) <= {"Forecast"}


def no_alert(c):
    assert c.ask(command="list")["alerts"] == []
    opened = [line for line in c.ask(command="history")["history"] if line["what"] == "opened"]
    assert opened == []


def test_once_beside_the_mail(daemon, tmp_path):
    noted = Metadata(tmp_path)
    with MailServer() as mailbox:
        c = daemon(noted.blocks, MAIL.format(port=mailbox.port), 'Channel "mail"')
        with c:
            due(c)
            until(lambda: c.ask(command="status") and mailbox.letters and noted.of("report"), c, 30)
            until(lambda: c.ask(command="status")["channels"][0]["sent"] == 1, c)
            c.restart()
            c.clock.show(at("2026-11-29T13:00:00"))
            c.restart()
            no_alert(c)
            c.kill()
            c.start()
            # through the same queue, so whatever was due stands before it
            assert c.ask(command="report", name="morning") == {"ok": True, "messages": 1}
            until(lambda: len(mailbox.letters) >= 2 and len(noted.of("report")) >= 2, c)
            no_alert(c)
        assert len(mailbox.letters) == len(noted.of("report")) == 2
        for row in noted.of("report"):
            check(row)


def test_without_a_channel(daemon, tmp_path):
    noted = Metadata(tmp_path)
    with daemon(noted.blocks) as c:
        due(c)
        until(lambda: c.ask(command="status") and noted.of("report"), c, 30)
        check(noted.of("report")[0])
        said = subprocess.run([os.path.join(BUILD, "kasactl"), "alerts", "report", "morning", "--socket",
                               c.base + "/control"], capture_output=True, text=True, check=True, timeout=20)
        assert said.stdout == "on its way as a notification of collectd\n"
        until(lambda: len(noted.of("report")) == 2, c)
        no_alert(c)


SLOW = """
import collectd

def take(n):
    if n.type == "report":
        with open({path!r}, "a") as file:
            print("in", file=file)
        open({gate!r}).close()
        with open({path!r}, "a") as file:
            print("out", file=file)

collectd.register_notification(take)
"""


def test_a_plugin_that_does_not_return_holds_nothing_up(daemon, tmp_path):
    """It is killed in there: collectd does not have the report, so the next life
    announces it again; and never after that."""
    path, gate = tmp_path / "slow", tmp_path / "gate"
    os.mkfifo(gate)
    (tmp_path / "slow_taker.py").write_text(SLOW.format(path=str(path), gate=str(gate)))
    blocks = (f'LoadPlugin python\n<Plugin python>\nModulePath "{tmp_path}"\n'
              'Import "slow_taker"\n</Plugin>\n')

    def taken():
        return path.read_text().split() if path.exists() else []

    with daemon(blocks) as c:
        due(c)
        until(lambda: c.ask(command="status") and taken() == ["in"], c, 30)
        began = time.monotonic()
        for _ in range(20):
            assert c.ask(command="status")["ok"]
        assert time.monotonic() - began < 10
        c.kill()
        c.start()
        until(lambda: taken() == ["in", "in"], c, 30)
        gate.write_text("")
        until(lambda: taken() == ["in", "in", "out"], c, 30)
        c.stop()
        c.start()
        c.clock.show(at("2026-11-29T07:40:00"))
        assert c.ask(command="status")["ok"]
        c.stop()
    assert taken() == ["in", "in", "out"]
