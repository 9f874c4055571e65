# SPDX-License-Identifier: MIT
"""All five channels in a real collectd: one plug goes over its limit and back.

Needs the real plugin, BUILD/.libs/notify_kasa.so."""

import json
import os
import re
import time
import urllib.parse

import pytest

import clock
import alerting
from channel_fixture import SECRETS, _house, _pki  # noqa: F401
from mocks import web
from mocks.smtp import Letter

pytestmark = pytest.mark.takes(50)


def test_one_alert_and_one_recovery_on_every_channel(house):
    with alerting.Collectd(house.options, channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        house.wait([1] * 6)
        time.sleep(1.5)
        house.wait([1] * 6)  # and no more
        assert house.push.sent[0]["priority"] == "2"
        collectd.put("plug-1f3a", "power", 96)
        house.wait([2] * 6)
        clock.until(lambda: house.push.cancelled, 10)
        took = collectd.stop()
        log = collectd.log()
    assert house.faults() == [], log
    assert house.push.cancelled == list(house.push.receipts)
    assert house.bot.sent[1]["thread_ts"] in house.bot.known_ts
    letters = [Letter(m["data"]) for m in house.smtp.mails]
    assert [f for x in letters for f in x.faults] == []
    assert letters[1]["In-Reply-To"] == letters[0]["Message-ID"]
    assert letters[0]["Subject"].startswith("[CRITICAL] Freezer: 1")
    assert [x["Subject"] for x in letters] == ["[CRITICAL] Freezer: 1 900 W", "[OK] Freezer 96 W"]
    assert [m["event"] for m in house.web.sent] == ["firing", "resolved"]
    assert took < 5
    for secret in SECRETS:
        assert secret not in log


GROUPED = """  <Route "all">
    GroupBy host
    GroupWait 3s
    GroupInterval 3s
  </Route>
"""


def test_two_alerts_are_one_message_where_people_read_it(house):
    with alerting.Collectd(house.options + GROUPED, channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        collectd.put("other", "power", 1950)
        house.wait([2, 1, 1, 2, 1, 1])  # the telephone rings for each, the hub keeps a list
        collectd.put("plug-1f3a", "power", 96)
        collectd.put("other", "power", 97)
        house.wait([4, 2, 2, 4, 2, 2])
        collectd.stop()
        log = collectd.log()
    assert house.faults() == [], log
    assert house.bot.sent[1]["thread_ts"] in house.bot.known_ts
    letters = [Letter(m["data"]) for m in house.smtp.mails]
    assert [f for x in letters for f in x.faults] == []
    assert letters[1]["In-Reply-To"] == letters[0]["Message-ID"]
    assert [x["Subject"] for x in letters] == [
        "[CRITICAL] 2 alerts on tester: worst critical: Freezer: 1 900 W", "[OK] 2 alerts on tester"]
    assert [m["event"] for m in house.web.sent] == ["firing"] * 2 + ["resolved"] * 2


def parrot(request):
    """A refusal that repeats what was asked."""
    return web.Reply(400, "%s %s %s" % (request.target, request.headers, request.body.decode("utf-8", "replace")))


def everything(collectd):
    """What it ever wrote or says, but for the secret files themselves."""
    for folder, _, names in os.walk(collectd.base):
        for name in names:
            path = os.path.join(folder, name)
            if name != "conf" and os.path.isfile(path):
                with open(path, "rb") as file:
                    yield name, file.read()


def test_no_secret_is_anywhere(house):
    for mock in house.services[:-1]:
        mock.script = [parrot, parrot]
    house.smtp.replies = {"MAIL": ["550 5.7.1 not with %s" % SECRETS[2]]}
    said = []
    with alerting.Collectd(house.options, channels=()) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        alerting.until(lambda: all(m.requests for m in house.services[:-1]), collectd)
        collectd.put("plug-1f3a", "power", 90, time.time() + 1)
        collectd.put("other", "power", 1900)
        asked = {"identifier": "tester/kasa-plug-1f3a/power", "severity": "FAILURE", "value": 1900}
        alerting.until(lambda: len(house.smtp.mails) >= 1, collectd)
        alerting.until(lambda: sum(h["what"] == "failed" for h in collectd.ask(command="history")["history"]) >= 5,
                       collectd)  # the parrots were heard
        number = collectd.ask(command="list")["alerts"][0]["id"]
        for request in ({"command": "list"}, {"command": "status"}, {"command": "queue"}, {"command": "history"},
                        {"command": "show", "id": number}, {"command": "test", "channel": "all"},
                        {"command": "explain", **asked}, {"command": "render", **asked}):
            answer = collectd.ask(**request)
            assert answer["ok"] or request["command"] == "test", (request, answer)
            said.append((request["command"], json.dumps(answer).encode()))
        said += everything(collectd)
        collectd.stop()
        said += everything(collectd)
    assert {"log", "alerts.db", "queue"} <= {name for name, _ in said}
    for name, text in said:
        for secret in SECRETS:
            assert secret.encode() not in text, (name, secret)


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
        thing = re.sub(r"(kasa on \w+), alert \d+$", r"\1", thing)
        return re.sub(r" Whoever has access there .*", "", thing)
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
        clock.until(lambda: "acknowledged" in [m["event"] for m in house.web.sent], 70)  # asked every 30 s
        log = collectd.log()
    assert [m["event"] for m in house.web.sent] == ["firing", "acknowledged"], log
    assert 1 <= len(house.push.polls) <= 3
    assert house.faults() == [], log
