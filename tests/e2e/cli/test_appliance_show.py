# SPDX-License-Identifier: MIT
"""`kasactl appliance show`: what is kept of an appliance, in words and as JSON."""

import calendar
import json
import os
import subprocess
import time

import pytest

from collectd import BUILD
from ledger_file import LedgerFile

pytestmark = pytest.mark.plain

MONDAY = calendar.timegm((2026, 1, 19, 0, 0, 0))


def show(folder, *arguments):
    done = subprocess.run(
        [os.path.join(BUILD, "kasactl"), "appliance", "show", "--state", str(folder), *arguments],
        env={**os.environ, "TZ": "UTC"}, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def keep(folder, *lines):
    """A machine of which so much is kept since an hour ago."""
    ledger = LedgerFile(folder)
    now = time.time()
    text = "\n".join([f"appliance 1 1000 {now:.0f}", "watch_began 1", "watch_began_at 0", *lines, ""])
    ledger.db.execute("INSERT INTO note VALUES('appliance', 'id-Washer-/0', ?)", (text,))
    return ledger.done()


def test_what_is_expected_and_learned_is_shown(tmp_path):
    keep(tmp_path, "cycles 21", "last_duration 4320", "last_kwh 0.85", "last_cost nan",
         "expect 1", f"expect_from {MONDAY + 6 * 3600}", f"expect_to {MONDAY + 10 * 3600}",
         f"expect_ran_at {MONDAY - 86400 + 7 * 3600}",
         "runs 21 " + " ".join(["3600"] * 20 + ["5400"]), "usual 2050",
         "standby_days 14 " + " ".join(["2"] * 7 + ["3"] * 7), "rest 11")
    lines = [" ".join(line.split()) for line in show(tmp_path).splitlines()]
    for line in ("is expected to run Mon 06:00 to Mon 10:00", "was last seen running Sun 07:00",
                 "runs learned from 21", "usually runs at most 1 h", "longest of 20 runs 1 h 30 min",
                 "median of a week 3.0 W", "of the weeks before 2.0 W", "rests at 11.0 W",
                 "hardly ever exceeds 2050 W"):
        assert line in lines, lines
    one, = json.loads(show(tmp_path, "--json"))["appliances"]
    assert one["expect_from"] == MONDAY + 6 * 3600 and one["expect_to"] == MONDAY + 10 * 3600
    assert one["ran_at"] == MONDAY - 86400 + 7 * 3600
    assert one["learned"] is True and one["run_longest_s"] == 5400
    assert (one["standby_week_w"], one["standby_before_w"], one["usual_power_w"]) == (3, 2, 2050)


def test_what_is_not_known_yet_is_not_made_up(tmp_path):
    keep(tmp_path, "cycles 2", "runs 2 3600 3600")
    out = show(tmp_path)
    assert "nothing is unusual before 20, or a week and 3" in out
    assert "expected" not in out and "median" not in out and "rests" not in out
    one, = json.loads(show(tmp_path, "--json"))["appliances"]
    assert one["learned"] is False
    assert [one[k] for k in ("expect_from", "expect_to", "ran_at", "standby_week_w",
                             "standby_before_w", "usual_power_w")] == [None] * 6


def test_a_cost_has_its_currency(tmp_path):
    keep(tmp_path, "cycles 2", "last_duration 4320", "last_kwh 0.85", "last_cost 31.6")
    lines = [" ".join(line.split()) for line in show(tmp_path).splitlines()]
    assert "its cost 31.60 EUR" in lines, lines
