"""All five channels in a real collectd: one plug goes over its limit and back.

Needs the real plugin, BUILD/.libs/notify_kasa.so."""

import json
import os
import re
import time
import urllib.parse

import pytest

import alerting
from channels import BUILD, _pki, secret_file  # noqa: F401
from mocks.discord import Discord
from mocks.pushover import Pushover
from mocks.slack import SlackBot, SlackWebhook
from mocks.smtp import Letter, Smtp
from mocks.webhook import Webhook

TOKEN, USER, PASSWORD = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh", "smtp-secret-password"
BOT, HMAC = "xoxb-0-secret-bot-token", "hmac-secret-value"


class House:
    """Every service, and the configuration that leads to them."""

    def __init__(self, pki, folder):
        self.push = Pushover(token=TOKEN, user=USER, pem=pki.pem("good"))
        self.hook = SlackWebhook(pem=pki.pem("good"))
        self.bot = SlackBot(token=BOT, pem=pki.pem("good"))
        self.web = Webhook(secret=HMAC, pem=pki.pem("good"))
        self.discord = Discord(pem=pki.pem("good"))
        self.smtp = Smtp(pem=pki.pem("good"), auth=("me", PASSWORD))
        self.services = [self.push, self.hook, self.bot, self.web, self.discord, self.smtp]

        def file(name, value):
            return secret_file(folder, name, value)

        self.options = f"""
  MinLevel info
  RecoverAfter 1s
  <Channel pushover "phone">
    TokenFile "{file('token', TOKEN)}"
    UserFile "{file('user', USER)}"
    BaseURL "{self.push.url}"
    EmergencyFrom critical
    CAFile "{pki.ca}"
  </Channel>
  <Channel slack "team">
    WebhookURLFile "{file('slack', self.hook.url + self.hook.path)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel slack "bot">
    BotTokenFile "{file('bot', BOT)}"
    ChannelID "C0123456789"
    BaseURL "{self.bot.url}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel webhook "hub">
    URLFile "{file('url', self.web.url + self.web.path)}"
    HMACSecretFile "{file('hmac', HMAC)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel discord "chat">
    WebhookURLFile "{file('discord', self.discord.url + self.discord.path)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel email "mail">
    Server "localhost"
    Port {self.smtp.port}
    Username "me"
    PasswordFile "{file('smtp', PASSWORD)}"
    From "Smart plugs <collectd@example.org>"
    To "me@example.org"
    CAFile "{pki.ca}"
  </Channel>
  <Device "plug-1f3a">
    Alias "Freezer"
  </Device>
"""

    def counts(self):
        return [len(s.sent) for s in self.services[:-1]] + [len(self.smtp.mails)]

    def faults(self):
        return [f for s in self.services for f in s.faults]

    def wait(self, counts, seconds=15):
        end = time.monotonic() + seconds
        while self.counts() != counts and time.monotonic() < end:
            time.sleep(0.1)
        assert self.counts() == counts

    def __enter__(self):
        for s in self.services:
            s.__enter__()
        return self

    def __exit__(self, *_):
        for s in self.services:
            s.__exit__()


@pytest.fixture(name="house")
def _house(pki, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    with House(pki, tmp_path) as house:
        yield house


def test_one_alert_and_one_recovery_on_every_channel(house):
    with alerting.Collectd(house.options, channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        house.wait([1] * 6)
        time.sleep(1.5)
        house.wait([1] * 6)  # and no more
        assert house.push.sent[0]["priority"] == "2"
        collectd.put("plug-1f3a", "power", 96)
        house.wait([2] * 6)
        end = time.monotonic() + 10
        while not house.push.cancelled and time.monotonic() < end:
            time.sleep(0.1)
        took = collectd.stop()
        log = collectd.log()
    assert house.faults() == [], log
    assert house.push.cancelled == list(house.push.receipts)
    assert house.bot.sent[1]["thread_ts"] in house.bot.known_ts
    letters = [Letter(m["data"]) for m in house.smtp.mails]
    assert [f for x in letters for f in x.faults] == []
    assert letters[1]["In-Reply-To"] == letters[0]["Message-ID"]
    assert letters[0]["Subject"].startswith("[CRITICAL] Freezer: 1")
    assert letters[1]["Subject"] == letters[0]["Subject"].replace("[CRITICAL]", "[OK]")
    assert [m["event"] for m in house.web.sent] == ["firing", "resolved"]
    assert took < 5
    for secret in (TOKEN, USER, PASSWORD, BOT, HMAC, "xyzzySecretPath", "discordSecretToken"):
        assert secret not in log


def alike(thing):
    """Without what differs from one message to the next: moments and ids."""
    if isinstance(thing, dict):
        return {k: alike(v) for k, v in thing.items()
                if k not in ("ts", "timestamp", "delivery_id", "episode", "since", "sequence", "token", "user")}
    if isinstance(thing, list):
        # only what is open has a number
        return [alike(x) for x in thing if not (isinstance(x, dict) and (
            x.get("title") or x.get("name")) in ("Alert", "Since"))]
    if isinstance(thing, str):
        thing = re.sub(r"\d\d:\d\d(:\d\d)?( [+A-Z][\w+:]*)?", "HH:MM", thing)
        return re.sub(r" To stop reminders: .*", "", thing)
    return thing


def letter_of(data):
    letter = Letter(data)
    body = [line for line in alike(letter.text).split("\n") if not line.startswith(("Alert:", "Since:"))]
    return (letter["Subject"], letter["From"], letter["To"], letter["X-Kasa-Severity"], letter["Importance"], body)


@pytest.mark.parametrize("severity,value", [("FAILURE", 1900), ("WARNING", 1620)])
def test_explain_and_render_tell_beforehand_exactly_what_then_happens(house, severity, value):
    with alerting.Collectd(house.options, channels=()) as collectd:
        request = {"identifier": "tester/kasa-plug-1f3a/power", "severity": severity, "value": value}
        said = collectd.ask(command="explain", **request)
        shown = collectd.ask(command="render", **request)
        assert house.counts() == [0] * 6
        collectd.put("plug-1f3a", "power", value)
        house.wait([1] * 6)
        opened = collectd.ask(command="list")["alerts"][0]
    assert "note" not in said and "note" not in shown
    assert {c["channel"] for r in said["routes"] for c in r["channels"] if c["delivers"]} == {
        "phone", "team", "bot", "hub", "chat", "mail"}
    for name in ("fingerprint", "class", "level", "device", "severity", "limit", "direction", "text", "warning_max"):
        assert said["alert"][name] == opened[name], name
    payload = {r["channel"]: r["payload"].split("\n\n", 1)[1].rstrip("\n")
               for r in shown["rendered"] if r["channel"] != "mail"}
    form = dict(urllib.parse.parse_qsl(payload["phone"]))
    assert alike(form) == alike(house.push.sent[0])
    for name, mock in (("team", house.hook), ("bot", house.bot), ("chat", house.discord), ("hub", house.web)):
        assert alike(json.loads(payload[name])) == alike(mock.sent[0]), name
    mail = next(r["payload"] for r in shown["rendered"] if r["channel"] == "mail")
    assert letter_of(mail.encode()) == letter_of(house.smtp.mails[0]["data"])


def test_explain_says_when_collectd_would_judge_otherwise(house):
    with alerting.Collectd(house.options, channels=()) as collectd:
        def note(**request):
            return collectd.ask(command="explain", **request).get("note", "")
        power = "tester/kasa-plug-1f3a/power"
        assert "is WARNING, not FAILURE" in note(identifier=power, severity="FAILURE", value=1600)
        assert "is OKAY, not FAILURE" in note(identifier=power, severity="FAILURE", value=90)
        assert "no threshold" in note(identifier="tester/kasa-plug-1f3a/current", severity="FAILURE", value=90)


def test_acknowledged_on_the_phone_is_acknowledged_here(house):
    with alerting.Collectd(house.options, channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        house.wait([1] * 6)
        for receipt in house.push.receipts.values():
            receipt.update(acknowledged=1, acknowledged_at=int(time.time()), acknowledged_by_device="phone")
        end = time.monotonic() + 70  # asked every 30 s
        while "acknowledged" not in [m["event"] for m in house.web.sent] and time.monotonic() < end:
            time.sleep(0.2)
        log = collectd.log()
    assert [m["event"] for m in house.web.sent] == ["firing", "acknowledged"], log
    assert 1 <= len(house.push.polls) <= 3
    assert house.faults() == [], log
