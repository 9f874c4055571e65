# SPDX-License-Identifier: MIT
"""Quiet hours, inhibition and storms inside a real collectd."""

import json
import time

import pytest

from alerting import Collectd

pytestmark = pytest.mark.takes(100)

QUICK = '  RecoverAfter 0\n  StartupGrace 5\n'


def hours(seconds):
    """From now to the end of a minute, at least that far away."""
    now = time.time()
    end = time.localtime((now + seconds) // 60 * 60 + 60)
    return time.strftime("%H:%M-", time.localtime(now)) + time.strftime("%H:%M", end)


def test_what_quiet_hours_kept_back_is_one_digest():
    with Collectd(QUICK + f'''  <QuietHours "night">
    Time "{hours(15)}"
    PassLevel emergency
  </QuietHours>
  <Route "all">
    Channel "mail"
    QuietHours "night"
  </Route>
''') as c:
        c.put("Freezer", "power", 1900)
        c.put("Heater", "power", 1900)
        c.put("Heater", "power", 90, time.time() + 1)
        shown = c.ask(command="explain", severity="FAILURE", value=1900,
                      identifier="tester/kasa-Freezer/power")
        told = shown["routes"][0]["channels"][0]
        assert not told["delivers"]
        assert told["why"].startswith('quiet hours: "night" until')
        assert c.sent() == []
        c.wait(["note"], seconds=100)
        digest = c.sent()[0]
        assert digest["title"] == "2 alerts during quiet hours"
        assert digest["body"].startswith("1 still open, 1 over.\n- Freezer: ")
        c.put("Freezer", "power", 90, time.time() + 2)
        c.wait(["note", "resolved"])


def test_five_devices_gone_at_once_are_one_message_and_one_recovery():
    with Collectd(QUICK + '''  <Storm>
    Window 4s
  </Storm>
''') as c:
        plugs = [f"Plug {i}" for i in range(6)]
        for plug in plugs:
            c.put(plug, "power", 90, interval=1)
        c.wait(["firing"], seconds=60)
        assert c.sent()[0]["title"] == "6 devices stopped reporting together"
        assert c.sent()[0]["body"].endswith("Plug 0, Plug 1, Plug 2 and 3 more.")
        listed = c.ask(command="list")["alerts"]
        assert len(listed) == 7
        # what explains the others stands before them
        assert "stopped reporting together" in json.dumps(listed[0]), listed
        for plug in plugs:
            c.put(plug, "power", 90, interval=600)
        c.wait(["firing", "resolved"], seconds=60)
        assert c.ask(command="list")["alerts"] == []
