# SPDX-License-Identifier: MIT
"""Silences and recurring maintenance inside a real collectd, by kasactl."""

import json
import os
import subprocess
import time

import pytest

from alerting import Collectd, until
from collectd import BUILD

pytestmark = pytest.mark.takes(15)

QUICK = '  RecoverAfter 0\n  StartupGrace 5\n'


def kasactl(c, *words, status=0):
    run = subprocess.run([os.path.join(BUILD, "kasactl"), "alerts", *words,
                          "--socket", c.base + "/control"],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout + run.stderr


def test_a_silence_by_hand_and_what_explain_and_show_say():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 90)  # collectd knows it from here on
        words = kasactl(c, "silence", "add", "Freezer", "type=power", "--for",
                        "1h", "--comment", "defrosting")
        assert words == "silence 1, about 0 open alerts\n"
        listed = kasactl(c, "silence", "list")
        assert "type power, device Freezer" in listed
        assert "defrosting" in listed
        assert 'no device called "Freezr" is known' in kasactl(
            c, "silence", "add", "Freezr", "--for", "1h")
        c.put("Freezer", "power", 1900)
        until(lambda: c.ask(command="list")["alerts"], "an open alert")
        shown = kasactl(c, "show", "1")
        assert "not told" in shown and "defrosting" in shown, shown
        explained = kasactl(c, "explain", "tester/kasa-Freezer/power",
                            "FAILURE", "1900", status=1)
        assert "not to mail (silence: silence 1" in explained, explained
        c.put("Heater", "power", 1900)
        c.wait(["firing"])
        assert c.sent()[0]["title"].startswith("Heater")
        kasactl(c, "silence", "end", "1")
        c.wait(["firing", "firing"])
        assert c.sent()[1]["title"] == "Still: Freezer 1\u202f900 W"
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "firing", "resolved"])
        status = c.ask(command="status")["channels"][0]
        assert status["suppressed"] == 1


def test_a_silence_outlives_a_restart_and_ends_with_its_alert():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        kasactl(c, "silence", "add", "Freezer", "--until", "resolved")
        c.restart()
        assert "resolved" in kasactl(c, "silence", "list")
        c.put("Freezer", "power", 90)
        c.wait(["firing", "resolved"])
        until(lambda: "Nothing is silenced" in kasactl(c, "silence", "list"),
              "the silence to end")


def test_mistakes_are_named():
    with Collectd(QUICK) as c:
        for words, complaint, status in (
                (["Freezer"], "a silence has one end", 2),
                (["--for", "1h"], "that would silence everything", 1),
                (["Freezer", "--for", "40d"], "longer than 30 days; --force", 1),
                (["Freezer", "--until", "resolved"], "no open alert", 1),
                (["colour=red", "--for", "1h"], "no matcher \"colour\"", 1),
                (["host=/(/", "--for", "1h"], "no regular expression", 1)):
            said = kasactl(c, "silence", "add", *words, status=status)
            assert complaint in said, said
        kasactl(c, "silence", "end", "7", status=1)


def test_maintenance_is_listed_and_keeps_quiet():
    with Collectd(QUICK + '  <Maintenance "always">\n    Time "00:00-24:00"\n'
                  '    Device "Freezer"\n  </Maintenance>\n') as c:
        said = kasactl(c, "maintenance")
        assert "always" in said and "yes" in said
        c.put("Freezer", "power", 1900)
        c.put("Heater", "power", 1900)
        c.wait(["firing"])
        assert c.sent()[0]["title"].startswith("Heater")


def test_by_notification():
    """Where the control socket cannot be reached."""
    def order(c, message):
        c.notify("okay", message, plugin="notify_kasa", type="command")

    with Collectd(QUICK) as c:
        order(c, "silence 'Desk strip' class=range 2h moving it, back at four")
        silences = until(lambda: c.ask(command="silence_list")["silences"], c)
        assert silences[0]["match"] == "device Desk strip, class range"
        assert silences[0]["by"] == "a notification"
        assert silences[0]["comment"] == "moving it, back at four"
        assert abs(silences[0]["ends"] - silences[0]["starts"] - 7200e3) < 1000
        c.put("Desk strip", "power", 1900)
        until(lambda: c.ask(command="list")["alerts"], c)
        c.put("Heater", "power", 1900)
        c.wait(["firing"])
        assert c.sent()[0]["title"].startswith("Heater")
        for wrong in ("silence", "silence Freezer", "silence 2h", "silence color=red 2h",
                      "silence Freezer resolved", "silence end 99", "silence end 1x"):
            order(c, wrong)
        until(lambda: c.log().count(" refused: ") == 7, c)
        order(c, "silence end 1")
        c.wait(["firing", "firing"])
        assert "Desk strip" in c.sent()[1]["title"]
        order(c, "silence device='Desk strip' resolved we know")
        until(lambda: c.ask(command="silence_list")["silences"], c)
        assert c.ask(command="silence_list")["silences"][0]["until_resolved"]


def test_explain_by_name_is_about_what_is_wrong_with_it():
    """Routes tell readings from events: a name alone is asked as what it is."""
    routes = ('  <Route "readings">\n    Class range\n    Channel "mail"\n  </Route>\n'
              '  <Route "rest">\n    Channel "team"\n  </Route>\n')
    with Collectd(QUICK + routes, channels=("mail", "team")) as c:
        for identifier in ("Freezer", "tester/kasa-Freezer/power"):
            said = kasactl(c, "explain", identifier)
            assert "Class range" in said and "goes to mail" in said and "team" not in said, said
        assert "collectd has no threshold" in kasactl(c, "explain", "Freezer/no_such_type")
        assert "Class event" in kasactl(c, "explain", "tester/raid-md0/state")
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        said = kasactl(c, "explain", "Freezer", "--at", "23:10")
        assert "1 900 W, above 1 800 W" in said and "Open already as 1" in said, said
        assert "the end is told to whoever was told of the beginning" in kasactl(c, "explain", "Freezer", "OKAY", "90")
        # but what is asked for in full is answered as asked
        assert "1 600 W" in kasactl(c, "explain", "Freezer", "WARNING", "1600")


def test_explain_at_a_time_and_the_whole_chain():
    # hours that begin in two and end in four, whatever the time is now
    begin, end = (time.localtime(time.time() + h * 3600) for h in (2, 4))
    hours = f"{begin.tm_hour:02d}:{begin.tm_min:02d}-{end.tm_hour:02d}:{end.tm_min:02d}"
    inside = time.strftime("%H:%M", time.localtime(time.time() + 3 * 3600))
    options = QUICK + f'''
  <QuietHours "night">
    Time "{hours}"
    PassLevel emergency
  </QuietHours>
  <Escalation "on call">
    Step 15m "mail"
  </Escalation>
  <Route "all">
    QuietHours "night"
    Escalation "on call"
  </Route>
'''
    with Collectd(options) as c:
        words = ("explain", "Freezer", "FAILURE", "1900")
        now = kasactl(c, *words)
        assert "goes to mail\n" in now
        assert "checked: itself, MinLevel, acknowledged, silence, maintenance, inhibition" in now, now
        assert "not now" not in now
        later = kasactl(c, *words, "--at", inside, status=1)
        assert later.startswith(f"At {inside}:\n") or later.startswith("At "), later
        assert "not to mail (quiet hours: \"night\" until" in later
        assert "; quiet hours: not now, \"night\" until" in later
        assert "if nobody has acknowledged it by " in later and "it goes to mail (\"on call\")" in later
        kasactl(c, "silence", "add", "Freezer", "--for", "1h")
        assert "silence: not now" in kasactl(c, *words, status=1)
        answer = json.loads(kasactl(c, *words, "--at", inside, "--json", status=1))
        chain = answer["routes"][0]["channels"][0]["chain"]
        assert {s["policy"]: s["says"] for s in chain}["quiet hours"] == "not now"
        # that silence is over by then
        assert {s["policy"]: s["says"] for s in chain}["silence"] == "nothing"
        assert "--at expects" in kasactl(c, *words, "--at", "soon", status=2)


def test_stats_name_the_noisiest_and_how_soon_it_was_heard():
    with Collectd(QUICK, channels=("mail", "phone")) as c:
        assert "Nothing has alerted." in kasactl(c, "stats")
        for n in range(5):
            c.put("Freezer", "power", 1900, time.time() + 2 * n)
            c.wait(["firing", "resolved"] * n + ["firing"])
            c.put("Freezer", "power", 90, time.time() + 2 * n + 1)
            c.wait(["firing", "resolved"] * (n + 1))
        c.mode("phone", "refuse")
        c.put("Heater", "power", 1900)
        c.wait(["firing", "resolved"] * 5 + ["firing"])
        until(lambda: c.ask(command="stats")["channels"][1]["failed"] == 1, c)
        answer = json.loads(kasactl(c, "stats", "--json", "--since", "1h"))
        noisiest = answer["devices"][0]
        assert (noisiest["device"], noisiest["type"], noisiest["alerts"], noisiest["open"]) == ("Freezer", "power", 5, 0)
        assert noisiest["messages"] == 20
        mail = answer["channels"][0]
        assert (mail["channel"], mail["sent"], mail["retried"], mail["failed"]) == ("mail", 11, 0, 0)
        assert 0 <= mail["median_s"] <= mail["slow_s"] <= mail["slowest_s"] < 60
        shown = kasactl(c, "stats")
        assert "6 alerts." in shown
        assert "Freezer has 5 of 6 alerts: another limit" in shown
        assert json.loads(kasactl(c, "stats", "--json", "--limit", "1"))["devices"][1:] == []
