# SPDX-License-Identifier: MIT
"""Escalation inside a real collectd: who else is told while nobody
acknowledges, over restarts and kills."""

import re
import time

import pytest

from alerting import Collectd, until

pytestmark = pytest.mark.takes(25)

CHANNELS = ("mail", "phone", "boss")


def options(*steps, more=""):
    steps = "".join(f"    Step {step}\n" for step in steps)
    return f'''  RecoverAfter 0
  StartupGrace 1
{more}  <Route "all">
    Channel "mail"
    Escalation "someone must look"
  </Route>
  <Escalation "someone must look">
{steps}  </Escalation>
'''


def test_unacknowledged_it_reaches_one_after_another_and_all_hear_the_end():
    with Collectd(options('1s "phone"', '3s "mail" "boss"'),
                  channels=CHANNELS) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "phone")
        assert c.kinds() == ["firing"] and c.kinds("boss") == []
        c.wait(["firing"], "boss")
        c.wait(["firing", "repeat"])
        assert c.kinds("phone") == ["firing"]
        # all of them read why it comes
        for m in c.sent("phone") + c.sent("boss") + c.sent()[1:]:
            assert m["reason"] == "escalated"
            assert m["title"].startswith("Unacknowledged: Freezer 1")
            assert re.search(r"Nobody has acknowledged it since \d\d:\d\d", m["body"])
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "repeat", "resolved"])
        for channel in ("phone", "boss"):
            c.wait(["firing", "resolved"], channel)


def test_acknowledged_or_over_nobody_else_hears_and_unack_goes_on():
    with Collectd(options('5s "phone"', '6s "boss"'), channels=CHANNELS) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        number = c.ask(command="list")["alerts"][0]["id"]
        assert c.ask(command="ack", id=number, by="me")["ok"]
        c.put("Fridge", "power", 1900)
        c.wait(["firing", "acknowledged", "firing"])
        c.put("Fridge", "power", 90, time.time() + 1)
        c.wait(["firing", "acknowledged", "firing", "resolved"])
        # the one that began last comes last: what was due before has been told
        c.put("Heater", "power", 1900)
        c.wait(["firing"], "boss")
        assert [m["title"][:6] for m in c.sent("phone")] == ["Unackn"]
        assert "Heater" in c.sent("phone")[0]["title"]
        assert c.ask(command="unack", id=number)["ok"]
        c.wait(["firing", "firing"], "boss")
        assert c.sent("boss")[1]["title"].startswith("Unacknowledged: Freezer")


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_step_outlives_a_restart_and_comes_once(how):
    with Collectd(options('1s "phone"', '6s "boss"'), channels=CHANNELS) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "phone")
        getattr(c, how)()
        c.start()
        assert c.kinds("boss") == []
        c.put("Freezer", "power", 1900)  # it is confirmed
        c.wait(["firing"], "boss", 30)
        getattr(c, how)()
        c.start()
        c.put("Freezer", "power", 90, time.time() + 2)
        for channel in CHANNELS:
            until(lambda at=channel: once_each(c.sent(at))
                  == ["firing", "resolved"], c)


def once_each(messages):
    """Their kinds; what was in the air at a kill may come twice, as one."""
    return list({m["delivery_id"]: m["kind"] for m in messages}.values())


def test_quiet_hours_do_not_hold_a_step():
    more = '''  <QuietHours "always">
    Time "00:00-24:00"
    PassLevel emergency
  </QuietHours>
'''
    text = options('1s "phone"', more=more).replace(
        '    Channel "mail"\n', '    Channel "mail"\n'
        '    QuietHours "always"\n')
    with Collectd(text, channels=CHANNELS) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "phone")
        assert c.sent() == []
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved"], "phone")
