# SPDX-License-Identifier: MIT
"""What kasactl report says beside energy: what is always on, who was offline,
alerts, what was not delivered, silences that end. The tables are those a daemon
made, the rows are the test's."""

import json
import os
import re
import subprocess
import time

import pytest

from alerts_file import EVENT, MISSING, ONESHOT, ZONE, AlertsFile, ms
from collectd import BUILD
from ledger_file import PARTIAL, LedgerFile

pytestmark = [pytest.mark.one_thread, pytest.mark.takes(35)]
DATE = "2026-11-28"


def report(ledger, alerts, *words):
    done = subprocess.run(
        [os.path.join(BUILD, "kasactl"), "report", "--state", ledger.folder,
         "--alerts", alerts if isinstance(alerts, str) else alerts.folder,
         "--date", DATE, *words],
        env={**os.environ, "TZ": ZONE}, timeout=30, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fact(text, name):
    """Its words, from all the lines they take; None: it is not there."""
    found = re.search(rf"^{name} +(.*(?:\n {{17}}.*)*)$", text, re.M)
    return re.sub(r"\s+", " ", found[1]) if found else None


@pytest.fixture
def ledger(tmp_path):
    file = LedgerFile(tmp_path / "ledger", zone=ZONE)
    for hour in range(24):
        at = f"{DATE}T{hour:02}:00:00+01:00"
        # 30 W and for an hour 2 kW; 12 W always; off at night; half an hour of what
        # began in it; a device that came in the evening
        file.slot(at, "Server", 2000000 if hour == 12 else 30000, 9000)
        file.slot(at, ("Strip", "Router"), 12000, 3600)
        file.slot(at, ("Strip", "Lamp"), 0 if hour < 6 else 40000, 0)
        file.slot(at, "Roof", 100000, produces=True)
        if hour > 17:
            file.slot(at, "New", 500000, 0, flags=PARTIAL if hour == 18 else 0)
    return file.done()


def test_what_is_always_on(ledger, tmp_path):
    told = json.loads(report(ledger, str(tmp_path), "--json"))
    assert told["standby"]["w"] == pytest.approx(42)
    assert {d["name"]: d["standby_w"] for d in told["devices"]} == {
        "Server": pytest.approx(30), "Strip: Router": pytest.approx(12), "Strip: Lamp": 0, "New": 0}
    price = told["cost"] / told["kwh"]
    assert told["standby"]["cost_year"] == pytest.approx(0.042 * 8766 * price)
    text = report(ledger, str(tmp_path))
    assert fact(text, "Standby") == f"42 W, about {0.042 * 8766 * price:.0f} EUR a year; Server 30 W"
    # there is no file of alerts: nothing is said of them
    assert told["alerts"] is None and fact(text, "Alerts") is None and fact(text, "Offline") is None


def test_what_there_was_of_alerts(ledger, tmp_path):
    file = AlertsFile(tmp_path / "state")
    for minute in range(12):
        file.alert("Freezer", f"{DATE}T10:{minute:02}:00", f"{DATE}T10:{minute:02}:30")
    file.alert("Heater", f"{DATE}T20:00:00")
    file.alert("Heater", "2026-11-27T20:00:00")  # of before, and still open
    file.alert("Heater", "2026-11-29T01:00:00")  # of later
    file.alert("Washer", f"{DATE}T11:00:00", f"{DATE}T11:00:00", kind=EVENT, flags=ONESHOT)
    # an hour before midnight is not of that day; one is away to this day
    file.alert("Kettle", "2026-11-27T23:00:00", f"{DATE}T00:12:00", kind=MISSING)
    file.alert("Kettle", f"{DATE}T08:00:00", f"{DATE}T08:03:00", kind=MISSING)
    file.alert("Lamp", f"{DATE}T21:55:00", kind=MISSING)
    file.failed("phone", f"{DATE}T12:00:00")
    file.failed("phone", f"{DATE}T13:00:00")
    file.failed("mail", f"{DATE}T13:00:00")
    file.failed("mail", "2026-11-27T13:00:00")
    soon = int(time.time() * 1000) + 3600000
    file.silence({"device": ["Freezer"], "class": ["missing"]}, soon)
    file.silence({"device": ["Ended"]}, soon, ended=1)
    file.silence({"device": ["Late"]}, soon + 40 * 86400000)
    file.done()
    text = report(ledger, file)
    # 12, the heater's, and two that were away; two of heater and lamp are open
    assert fact(text, "Alerts") == (
        "15, 3 still open; 12 of them Freezer (consider Hysteresis); longest 1 d 0 h, Heater")
    assert fact(text, "Offline") == "Lamp 2 h 05 min, Kettle 15 min"
    assert fact(text, "Not delivered") == "3 messages, most by phone"
    assert re.fullmatch(r"Freezer, class missing on \d+ \w{3} at \d\d:\d\d", fact(text, "Silence ends"))
    assert max(map(len, text.splitlines())) <= 72
    told = json.loads(report(ledger, file, "--json"))["alerts"]
    assert (told["raised"], told["open"], told["noisiest"], told["noisiest_alerts"]) == (15, 3, "Freezer", 12)
    assert (told["longest"], told["longest_s"]) == ("Heater", 86400)
    assert told["offline"] == [{"name": "Lamp", "seconds": 7500}, {"name": "Kettle", "seconds": 900}]
    assert (told["undelivered"], told["silences_ending"]) == (3, 1)
    html = report(ledger, file, "--html")
    assert "12 of them Freezer" in html and len(html.encode()) < 60000


@pytest.mark.parametrize("matchers", [[{"device": "Freezer"}], [["Freezer"]], "Freezer", {"device": 3}, None])
def test_a_silence_that_nobody_can_read(ledger, tmp_path, matchers):
    """As of another version, or of a file that was damaged: it is there all the same."""
    file = AlertsFile(tmp_path / "state")
    file.silence(matchers, int(time.time() * 1000) + 3600000)
    assert fact(report(ledger, file.done()), "Silence ends").startswith("everything on ")


def test_a_quiet_day(ledger, tmp_path):
    file = AlertsFile(tmp_path / "state").done()
    text = report(ledger, file)
    assert fact(text, "Alerts") == "none"
    for name in ("Offline", "Not delivered", "Silence ends", "Known of"):
        assert fact(text, name) is None or name == "Known of"
