# SPDX-License-Identifier: MIT
"""Notifications nobody would send on purpose, through the real collectd to
every service: nothing crashes, nothing is forged, nothing is lost unseen."""

import socket
import time

import pytest

import alerting
from channel_fixture import _house, _pki  # noqa: F401
from mocks.smtp import Letter

NASTY = {
    "html": "<img src=x onerror=alert(1)>",
    "mention": "<!channel> @everyone <@U123>",
    "template": "%{severity} %{if",
    "json": '\\",\\"severity\\":\\"okay',
    "format": "%s%n%5$s",
    "header": "x\\nBcc: evil@example.org",
    "emoji": "Küche ☕ 👩‍🚀",
    "combining": "Z̸̢a̷l",
    "longest": "n" * 127,
}


def letters(house):
    found = [Letter(m["data"]) for m in house.smtp.mails]
    assert [f for x in found for f in x.faults] == []
    return found


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY.keys())
def test_a_name_is_only_a_name_everywhere(house, name):
    with alerting.Collectd(house.options, channels=()) as c:
        names = {"host": "nas", "plugin": "kasa", "plugin_instance": name, "type": "state"}
        c.notify("failure", "it broke", **names)
        house.wait([1] * 6)
        device = c.ask(command="list")["alerts"][0]["device"]
        c.notify("okay", "repaired", **names)
        house.wait([2] * 6)
        assert house.faults() == [], c.log()
    # characters without width are left out of names
    plain = name.replace('\\"', '"').replace("\\n", "").replace("\u200d", "")
    if "\\n" not in name:
        assert plain[:len(device.rstrip("…"))] == device.rstrip("…")
    assert house.web.sent[0]["alert"]["device"] == device
    assert house.web.sent[0]["alert"]["severity"] != "okay"
    for letter in letters(house):
        assert letter["Subject"].split("] ", 1)[1].startswith(device[:20])
        assert letter["Bcc"] is None and letter["To"] == "me@example.org"
    assert house.push.sent[0]["title"].startswith(device[:20])
    assert "\n" not in house.push.sent[0]["title"]
    assert house.smtp.mails[0]["to"] == ["me@example.org"]


def put_raw(c, line):
    """One line of bytes to collectd's own socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(c.base + "/sock")
        s.sendall(line + b"\n")
        return s.makefile("rb").readline()


def notice(message, **names):
    names = {"severity": "failure", "time": int(time.time()), "host": "nas", "plugin": "raid", "type": "state", **names}
    fields = " ".join(f'{k}="{v}"' for k, v in names.items() if v is not None)
    return f"PUTNOTIF {fields} message=\"".encode() + message + b'"'


def test_texts_that_are_cut_broken_or_empty(house):
    texts = {"cut": b"a" * 254 + "é".encode() + b" and more than fits", "latin": b"K\xfcche ist hei\xdf",
             "control": b"one\x01two\x07three\x1b[31mred", "surrogate": b"\xed\xa0\x80 half a pair", "blank": b"   "}
    with alerting.Collectd(house.options, channels=()) as c:
        for key, text in texts.items():
            answer = put_raw(c, notice(text, plugin_instance=key))
            assert answer.startswith(b"0 "), (key, answer)
        house.wait([len(texts)] * 6)
        assert house.faults() == [], c.log()
    sent = {m["alert"]["plugin_instance"]: m["alert"]["message"] for m in house.web.sent}
    assert sent["latin"] == "K\ufffdche ist hei\ufffd"
    assert sent["control"] == "onetwothree[31mred"
    assert sent["surrogate"].endswith("half a pair") and "\ufffd" in sent["surrogate"]
    assert set(sent["cut"]) == {"a"} and len(sent["cut"]) == 254  # no half of a character
    letters(house)


def test_what_is_missing_and_times_from_nowhere(house):
    now = int(time.time())
    lines = [notice(b"no host", host=None), notice(b"no plugin", plugin=None, plugin_instance="a"),
             notice(b"only a text", host=None, plugin=None, type=None),
             notice(b"from the future", plugin_instance="tomorrow", time=now + 86400 * 400),
             notice(b"from the past", plugin_instance="yesterday", time=1)]
    with alerting.Collectd(house.options, channels=()) as c:
        for line in lines:
            assert put_raw(c, line).startswith(b"0 "), line
        house.wait([len(lines)] * 6)
        alerts = c.ask(command="list")["alerts"]
        assert len(alerts) == len(lines)
        assert all(abs(a["since"] / 1000 - now) < 60 for a in alerts), alerts
        assert house.faults() == [], c.log()
    letters(house)


def test_alertkey_joins_what_has_other_names(house):
    with alerting.Collectd(house.options, channels=()) as c:
        for severity, host in (("failure", "one"), ("failure", "two"), ("okay", "three")):
            answer = put_raw(c, notice(b"the array", severity=severity, host=host, **{"s:AlertKey": "array-7"}))
            assert answer.startswith(b"0 "), answer
            house.wait([2 if severity == "okay" else 1] * 6)
        assert [m["event"] for m in house.web.sent] == ["firing", "resolved"]


def test_threshold_writes_over_its_own_names(house):
    """collectd: a text beyond 255 bytes destroys host and plugin."""
    host, plug, kind = "h" * 100, "i" * 127, "k" * 127
    with alerting.Collectd(house.options, channels=()) as c:
        def put(value, when):
            answer = c.unixsock(f'PUTVAL "{host}/kasa-{plug}/power-{kind}" interval=600 {when:.3f}:{value}')
            assert answer[0].startswith("0 "), answer
        put(1900, time.time())
        house.wait([1] * 6)
        c.put("neighbour", "power", 1900)
        house.wait([2] * 6)
        put(96, time.time() + 1)
        house.wait([3] * 6)
        assert [m["event"] for m in house.web.sent] == ["firing", "firing", "resolved"]
        assert house.web.sent[2]["alert"]["episode"] == house.web.sent[0]["alert"]["episode"]
        assert house.faults() == [], c.log()
        left = c.ask(command="list")["alerts"]
        assert [a["device"] for a in left] == ["neighbour"]
    letters(house)
