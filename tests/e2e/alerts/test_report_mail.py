# SPDX-License-Identifier: MIT
"""A real collectd mails its report by itself: at its hour, once, over a kill in
the middle of sending, with the ledger's figures as text and as HTML."""

import calendar
import datetime
import os
import re
import zoneinfo

import pytest

from alerting import Collectd, until
from channels import secret_file
from collectd import BUILD
from ledger_file import LedgerFile
from mail_server import MailServer
from mocks.pki import Pki
from mocks.pushover import Pushover
from mocks.slack import SlackWebhook
from mocks.smtp import Letter, Smtp
from moving import MovingClock

pytestmark = pytest.mark.takes(55)
# the preloaded library has no place beside an instrument's
moves_the_clock = pytest.mark.plain

ZONE = "Europe/Berlin"
DAY = 24 * 3600
OPTIONS = """
  LedgerDirectory "{ledger}"
  <Channel email "mail">
    Server "localhost"
    Port {port}
    TLS none
    From "Smart plugs <collectd@example.org>"
    To "me@example.org"
  </Channel>
  <Report "daily">
    At "07:30"
    Channel "mail"{more}
  </Report>
"""


def at(text):
    return datetime.datetime.fromisoformat(text).replace(
        tzinfo=zoneinfo.ZoneInfo(ZONE)).timestamp()


@pytest.fixture
def ledger(tmp_path):
    file = LedgerFile(tmp_path / "ledger", zone=ZONE)
    for date, washer in (("2026-11-21", 2), ("2026-11-28", 3)):
        noon = f"{date}T11:00:00+00:00"
        file.slot(noon, "Washer", washer * 1000000, washer * 300000, covered=DAY,
                  peak=2000000)
        file.slot(noon, "K\u00fcche \u2615", 500000, 150000, covered=DAY)
    return file.done()


@pytest.fixture
def daemon(tmp_path, monkeypatch, ledger):
    """Makes one whose clock is a test's; port of the mail server."""
    monkeypatch.setenv("NOTIFY_KASA", os.path.join(BUILD, ".libs"))
    clock = MovingClock(tmp_path)

    def make(port, channels=(), more=""):
        made = Collectd(OPTIONS.format(port=port, ledger=ledger.folder, more=more),
                        channels=channels)
        made.env = {**clock.environment, "TZ": ZONE}
        made.clock = clock
        return made
    return make


def check(letter):
    assert letter.faults == []
    assert letter["Subject"] == "Saturday: 3.50 kWh, 1.05 EUR, 40 % above usual"
    lines = letter.text.splitlines()
    assert lines[0] == "Saturday, 28 November 2026"
    assert lines[1] == "3.50 kWh, 1.05 EUR, 40 % above the usual Saturday"
    assert max(map(len, lines)) <= 72
    assert "Washer" in letter.text and "K\u00fcche \u2615" in letter.text
    assert "Sent by notify_kasa on tester." in letter.text
    assert "40 % above the usual Saturday</div>" in letter.html
    assert "bgcolor=" in letter.html and "Sent by notify_kasa" in letter.html


@moves_the_clock
def test_at_its_hour_and_never_again(daemon):
    with MailServer() as mailbox:
        c = daemon(mailbox.port)
        c.clock.show(at("2026-11-29T07:20:00"))
        with c:
            # it has been looked at before its hour
            assert c.ask(command="status")["ok"]
            assert mailbox.letters == []
            c.clock.show(at("2026-11-29T07:29:58"))
            until(lambda: c.ask(command="status") and mailbox.letters, c, 30)
            check(mailbox.letters[0])
            until(lambda: c.ask(command="status")["channels"][0]["sent"] == 1, c)
            c.restart()
            c.clock.show(at("2026-11-29T13:00:00"))
            c.restart()
            # by hand it comes as often as somebody wants, through the same queue:
            # whatever was due stands before it
            assert c.ask(command="report", name="daily") == {"ok": True, "messages": 1}
            until(lambda: len(mailbox.letters) >= 2, c)
            check(mailbox.letters[1])
            assert len(mailbox.letters) == 2
            wrong = c.ask(command="report", name="dayly")
            assert wrong["error"] == 'there is no report "dayly", did you mean "daily"?'


@moves_the_clock
def test_killed_while_it_is_sent(daemon):
    """The server has not answered when the daemon dies: it did not take the
    mail, the next life sends it, and no third time."""
    with Smtp(replies={"RCPT": "hang"}) as deaf, MailServer() as mailbox:
        c = daemon(deaf.port)
        c.clock.show(at("2026-11-29T07:29:58"))
        with c:
            until(lambda: c.ask(command="status")
                  and any(x.startswith("RCPT") for x in deaf.commands), c, 30)
            assert deaf.mails == []
            c.kill()
            with open(c.base + "/conf", encoding="utf-8") as file:
                text = file.read()
            with open(c.base + "/conf", "w", encoding="utf-8") as file:
                file.write(text.replace(f"Port {deaf.port}", f"Port {mailbox.port}"))
            c.start()
            until(lambda: mailbox.letters, c, 60)
            check(mailbox.letters[0])
            until(lambda: c.ask(command="status")["channels"][0]["queued"] == 0, c)
            c.kill()
            c.start()
            c.clock.show(at("2026-11-29T07:40:00"))
            c.ask(command="report", name="daily")
            until(lambda: len(mailbox.letters) >= 2, c)
            assert len(mailbox.letters) == 2


@moves_the_clock
def test_a_ledger_that_is_not_there_is_said(daemon, ledger):
    os.unlink(ledger.path)
    with MailServer() as mailbox:
        c = daemon(mailbox.port)
        c.clock.show(at("2026-11-29T07:20:00"))
        with c:
            c.ask(command="report", name="daily")
            letter = until(lambda: mailbox.letters, c)[0]
            assert isinstance(letter, Letter) and letter.faults == []
            assert letter["Subject"] == "Saturday, 28 November 2026: no figures"
            assert "There are no figures" in letter.text
            assert "There are no figures" in letter.html


def test_on_a_telephone_and_in_a_chat(tmp_path, monkeypatch):
    """By the real clock, as certificates are; so of whatever is yesterday."""
    monkeypatch.setenv("NOTIFY_KASA", os.path.join(BUILD, ".libs"))
    file = LedgerFile(tmp_path / "ledger")
    now = datetime.datetime.now(datetime.timezone.utc)
    for days in (0, 1):  # should midnight pass meanwhile
        date = (now - datetime.timedelta(days=days)).date()
        file.slot(f"{date}T11:00:00+00:00", "Washer *3*", 3000000, 900000, covered=DAY)
        file.slot(f"{date}T11:00:00+00:00", "Fridge", 500000, 150000, covered=DAY)
    ledger = file.done()
    pki = Pki(str(tmp_path / "pki"))
    with Pushover(token="t" * 30, user="u" * 30, pem=pki.pem("good")) as phone, \
            SlackWebhook(pem=pki.pem("good")) as team:
        c = Collectd(f"""
  LedgerDirectory "{ledger.folder}"
  <Channel pushover "phone">
    TokenFile "{secret_file(tmp_path, "token", "t" * 30)}"
    UserFile "{secret_file(tmp_path, "user", "u" * 30)}"
    BaseURL "{phone.url}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel slack "team">
    WebhookURLFile "{secret_file(tmp_path, "slack", team.url + team.path)}"
    CAFile "{pki.ca}"
  </Channel>
  <Report "daily">
    At "07:30"
    Channel "phone" "team"
  </Report>
""", channels=())
        c.env = {"TZ": "UTC"}
        with c:
            assert c.ask(command="report", name="daily")["messages"] == 2
            until(lambda: phone.sent and team.sent, c)
        assert phone.faults + team.faults == []
        pushed, posted = phone.sent[0], team.sent[0]
        title = re.fullmatch(r"(\w+day): 3\.50 kWh, 1\.05 EUR", pushed["title"])
        assert title[1] in calendar.day_name
        assert posted["text"] == pushed["title"]
        lines = pushed["message"].splitlines()
        assert lines[:2] == ["Washer *3*: 3.00 kWh, 0.90 EUR", "Fridge: 0.50 kWh, 0.15 EUR"]
        assert lines[2].startswith("Month so far: ") and len(lines) == 3
        assert pushed["priority"] == "-1"  # it wakes nobody
        assert "Fridge: 0.50 kWh" in posted["attachments"][0]["text"]
