# SPDX-License-Identifier: MIT
"""Every file of doc/cookbook.md is whole: kasactl check and collectd -t take it
as it stands, and an alert goes through it to whom the page says. Played, the
channels are ones that can be watched, and minutes are seconds."""

import os
import re
import subprocess
import time

import pytest

from alerting import Collectd, until
from collectd import BUILD, PLUGINDIR
from tree import SOURCE

pytestmark = [pytest.mark.plain, pytest.mark.takes(40)]

SECRETS = {
    "pushover-user": "u" * 30, "pushover-token": "t" * 30, "smtp": "secret", "telegram": "123456789:AAFsecret-bot_token",
    "slack": "https://hooks.slack.com/services/T000/B000/xxxxxxxxxxxx", "pagerduty": "0" * 32, "alertmanager": "secret",
    "heartbeat": "https://hc-ping.com/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}


def files():
    with open(os.path.join(SOURCE, "doc", "cookbook.md"), encoding="utf-8") as file:
        text = file.read()
    for part in text.split("\n## ")[1:]:
        blocks = re.findall(r"```\n(.*?)```", part, re.S)
        assert len(blocks) == 1, part.splitlines()[0]
        yield part.splitlines()[0], blocks[0]


FILES = dict(files())
FREEZER, FLAT, LAB, SITES = FILES


@pytest.fixture(name="whole")
def _whole(tmp_path):
    """A function from a title to a configuration as somebody has it who wrote
    the secrets."""
    os.mkdir(tmp_path / "secrets", 0o700)
    for name, text in SECRETS.items():
        path = tmp_path / "secrets" / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    def whole(title):
        text = FILES[title].replace("/etc/collectd/secrets", str(tmp_path / "secrets"))
        assert "/etc" not in text
        text = re.sub(r"^(<?LoadPlugin (?:notify_)?kasa)", rf'PluginDir "{BUILD}/.libs"\n\1', text, flags=re.M)
        text = text.replace("LoadPlugin threshold", f'PluginDir "{PLUGINDIR}"\nLoadPlugin threshold')
        config = tmp_path / "collectd.conf"
        config.write_text(f'Hostname "tester"\nFQDNLookup false\nBaseDir "{tmp_path}"\nTypesDB '
                          f'"/usr/share/collectd/types.db" "{SOURCE}/types.db"\n{text}')
        return str(config)
    return whole


@pytest.mark.parametrize("title", FILES)
def test_check_and_collectd_take_it(whole, title):
    config = whole(title)
    done = subprocess.run([os.path.join(BUILD, "kasactl"), "check", config], text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(["collectd", "-t", "-C", config], text=True, capture_output=True, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and not re.search(r"unknown|expects|misconfigured|left out|stays off|rror", said), said


def test_a_mistake_in_one_would_be_seen(whole):
    config = whole(LAB)
    with open(config, encoding="utf-8") as file:
        text = file.read().replace('Step 10m "on call"', 'Step 10m "nobody"')
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([os.path.join(BUILD, "kasactl"), "check", config], text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 1 and "nobody" in done.stdout


COMMON = ("MinLevel", "Fallback", "FallbackAfter", "RateLimit", "QuietHours")


class Played(Collectd):
    """The file with channels that write down what they are given; services that
    keep incidents stay such. change: pairs of texts."""

    def __init__(self, title, *change):
        super().__init__("  RecoverAfter 1\n  StartupGrace 1\n", channels=(), thresholds="")
        text = re.sub(r"<LoadPlugin kasa>.*?</LoadPlugin>\n|LoadPlugin \w+\n|  <Heartbeat>.*?</Heartbeat>\n", "",
                      FILES[title], flags=re.S)
        text = re.sub(r'  <Channel (\w+) "([^"]+)">\n(.*?)  </Channel>\n', self._channel, text, flags=re.S)
        for old, new in (("Hits 19", "Hits 1"), ("Hits 3", "Hits 1"), *change):
            assert old in text or old.startswith("Hits"), old
            text = text.replace(old, new)
        with open(self.base + "/conf", "a", encoding="utf-8") as file:
            file.write(text)

    def _channel(self, found):
        kind, name, inside = found.groups()
        kept = "".join(line + "\n" for line in inside.splitlines() if line.split()[0] in COMMON)
        kind = "pager" if kind in ("pagerduty", "alertmanager") else "file"
        return f'  <Channel {kind} "{name}">\n    Path "{self.base}/{name}.out"\n{kept}  </Channel>\n'

    def values(self, plug, type_, *values):
        """The same few seconds each time, so that Hits are had at once."""
        start = max(getattr(self, "at", 0) + 1, time.time() - 30)
        for i, value in enumerate(values):
            self.put(plug, type_, value, start + i, interval=60)
        self.at = start + len(values) - 1


def test_a_freezer_that_is_off_rings_and_the_rest_is_mail():
    with Played(FREEZER) as c:
        c.values("Freezer", "relay", 1, 0)
        c.wait(["firing"], "phone")
        assert (c.sent("phone")[0]["title"], c.sent("phone")[0]["level"]) == ("Freezer is off", "emergency")
        c.values("Freezer", "relay", 1)
        c.wait(["firing", "resolved"], "phone")
        assert c.sent("phone")[1]["title"] == "OK: Freezer is on"
        c.values("Freezer", "power", 90, 500, 500, 500)
        c.wait(["firing", "resolved", "firing"], "phone")
        assert c.sent("phone")[2]["title"] == "Freezer: 500 W"
        assert c.sent("mail") == []


HELD = [('Time "22:00-07:00"', 'Time "00:00-24:00"')]


def test_at_night_only_what_cannot_wait_and_by_day_everything():
    with Played(FLAT, *HELD) as c:
        c.values("Heater", "power", 90, 3300, 3300, 3300)
        until(lambda: c.ask(command="list")["alerts"], c)
        c.values("Freezer", "relay", 1, 0)
        c.wait(["firing"], "chat")
        assert c.sent("chat")[0]["title"] == "Freezer is off"
        number = next(a["id"] for a in c.ask(command="list")["alerts"] if a["device"] == "Heater")
        assert "quiet hours" in str(c.ask(command="show", id=number)["held"])
    later = time.localtime(time.time() + 7200)
    with Played(FLAT, ('Time "22:00-07:00"', f'Time "{later.tm_hour:02d}:00-{later.tm_hour:02d}:01"')) as c:
        c.values("Heater", "power", 90, 3300, 3300, 3300)
        c.wait(["firing"], "chat")
        assert c.sent("chat")[0]["title"] == "Heater: 3\u202f300 W"
        assert c.sent("mail") == []


def test_a_laboratory_where_nobody_answers_calls_one_after_the_other():
    # whatever day it is
    change = [('Days "Sat"\n    Time "08:00-12:00"', 'Days "Sat"\n    Time "08:00-12:00"\n    Device "no such"'),
              ("Step 10m", "Step 3s"), ("Step 30m", "Step 6s")]
    with Played(LAB, *change) as c:
        c.values("Incubator", "power", 90, 3, 3, 3)
        c.wait(["firing"], "room")
        assert c.sent("room")[0]["body"].startswith("Incubator: 3 W, below 5 W")
        assert "The cultures stand in room 2." in c.sent("room")[0]["body"]
        c.wait(["firing"], "on call")
        c.wait(["firing"], "head")
        told = c.sent("head")[0]
        assert told["title"] == "Unacknowledged: Incubator 3 W" and "Nobody has acknowledged it since" in told["body"]
        c.ask(command="ack", id=c.ask(command="list")["alerts"][0]["id"], by="Anna")
        for channel in ("room", "on call", "head"):
            until(lambda at=channel: "acknowledged" in c.kinds(at), c)
        c.values("Incubator", "power", 90)
        for channel in ("room", "on call", "head"):
            until(lambda at=channel: "resolved" in c.kinds(at), c)
            assert c.kinds(channel).count("firing") == 1


def test_a_site_that_is_dark_is_one_alert_in_the_middle():
    with Played(SITES, ("    Threshold 5\n", "    Threshold 5\n    Window 6\n")) as c:
        for n in range(5):
            c.values(f"Plug {n}", "power", 90)
        # collectd takes values in threads of their own, and says of each first one that all is well
        until(lambda: c.log().count("All data sources are within range") == 5, c)
        for n in range(5):
            c.notify("failure", f"tester/kasa-Plug {n}/power has not been updated for 600.000 seconds.",
                     host="tester", plugin="kasa", plugin_instance=f"Plug {n}", type="power")
        c.wait(["firing"], "middle")
        assert c.sent("middle")[0]["title"] == "5 devices stopped reporting together"
        c.values("Heater", "power", 90, 3300, 3300, 3300)
        c.wait(["firing", "firing"], "middle")
        assert c.sent("middle")[1]["title"] == "Heater: 3\u202f300 W"
        assert c.sent("mail") == []


