# SPDX-License-Identifier: MIT
"""Groups of alerts (GroupBy) inside a real collectd."""

import re
import time

import pytest

from alerting import Collectd, until

pytestmark = pytest.mark.takes(40)


def grouped(wait, interval):
    return f'''  RecoverAfter 0
  StartupGrace 5
  <Route "all">
    Channel "mail"
    GroupBy host class
    GroupWait {wait}
    GroupInterval {interval}
    Level critical
  </Route>
'''


def lines(message):
    return message["body"].split("\n")[1:]


def test_what_belongs_together_comes_and_ends_together():
    with Collectd(grouped(4, 3)) as c:
        c.put("Freezer", "power", 1900)
        c.put("Heater", "power", 1850)
        shown = c.ask(command="explain", severity="FAILURE", value=1900, identifier="tester/kasa-Freezer/power")
        told = shown["routes"][0]["channels"][0]
        assert told["delivers"]
        assert re.fullmatch(r"waits for others of its group until \d\d:\d\d:\d\d", told["why"]), told
        assert c.sent() == []
        c.wait(["firing"])
        message = c.sent()[0]
        assert message["title"] == "2 alerts on tester: worst critical: Freezer: 1\u202f900 W"
        assert [re.sub(r"since .*", "since", line) for line in lines(message)] == [
            "- critical: Freezer: 1\u202f900 W, above 1\u202f800 W, since",
            "- critical: Heater: 1\u202f850 W, above 1\u202f800 W, since"]
        c.put("Freezer", "power", 90, time.time() + 1)
        c.put("Heater", "power", 91, time.time() + 1)
        c.wait(["firing", "resolved"])
        message = c.sent()[1]
        assert message["title"] == "OK: 2 alerts on tester"
        assert len(lines(message)) == 2
        assert c.ask(command="list")["alerts"] == []


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_what_waits_outlives_a_kill(how):
    with Collectd(grouped(6, 5)) as c:
        c.put("Freezer", "power", 1900)
        c.put("Heater", "power", 1850)
        until(lambda: len(c.ask(command="list")["alerts"]) == 2, c)
        getattr(c, how)()
        assert c.sent() == []
        c.start()
        c.wait(["firing"])
        assert c.sent()[0]["title"].startswith("2 alerts on tester: ")
        for plug in ("Freezer", "Heater"):
            c.notify_range(plug, False)
        until(lambda: c.ask(command="list")["alerts"] == [], c)
        getattr(c, how)()
        c.start()
        c.wait(["firing", "resolved"])
        assert c.sent()[1]["title"] == "OK: 2 alerts on tester"
        until(lambda: c.ask(command="status")["channels"][0]["queued"] == 0, c)
        assert len(c.sent()) == 2
