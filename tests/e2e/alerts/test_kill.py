# SPDX-License-Identifier: MIT
"""SIGKILL at random moments under load, with slow and failing providers of the
real channels: KASA_KILLS times (200), from KASA_SEED on, several daemons side
by side. What is counted is told in kill_alerts.py."""

import json
import os
import subprocess
import sys

import pytest

import kill_alerts
from collectd import SLOWNESS

pytestmark = pytest.mark.takes(60)

KILLS = int(os.environ.get("KASA_KILLS", "200"))
SEED = int(os.environ.get("KASA_SEED", "1"))
SIDE_BY_SIDE = 4


def test_killed_200_times_nothing_is_lost_and_everything_ends(capsys):
    trials = [subprocess.Popen(
        [sys.executable, kill_alerts.__file__, "--json",
         "--kills", str(KILLS // SIDE_BY_SIDE), "--seed", str(SEED + i)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for i in range(SIDE_BY_SIDE)]
    said = [trial.communicate() for trial in trials]
    assert all(out for out, _ in said), [err[-2000:] for _, err in said]
    results = [json.loads(out.splitlines()[-1]) for out, _ in said]
    with capsys.disabled():
        print("\n" + kill_alerts.table(results))
    assert sum(r["kills"] for r in results) == KILLS
    # how many fit between the kills is the machine's pace
    least = KILLS // (2 if SLOWNESS == 1 else 10)
    assert sum(r["episodes"] for r in results) > least
    assert not any(r["complaints"] for r in results), kill_alerts.table(results)
