# SPDX-License-Identifier: MIT
"""Expect in the real daemon, whose clock shows a Friday shortly before six: of
two machines that should run one does; the daemon is stopped in between, and
killed once that is told."""

import contextlib
import signal
import sqlite3

import pytest

from collectd import Collectd
from moving import MovingClock
from sim import Sim

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(90)]

OPENS = 1800000000 - 3 * 3600  # Friday, 15 January 2027, 05:00 UTC
BLOCK = """
<Device "{name}">
  <Appliance>
    StartFor 2
    EndFor 10
    MinEnergy 0.1
    MinDuration 2
    Expect "Fri" "05:00-05:01"
  </Appliance>
</Device>
"""


def kept(folder, name):
    """What the ledger's file knows of that appliance."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/energy.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT text FROM note JOIN meter ON name = identity || '/' || slot"
                          " JOIN account ON account.meter = meter.id"
                          " WHERE kind = 'appliance' AND device = ?", (name,)).fetchall()


def test_what_did_not_run_is_told_once_over_a_kill(tmp_path):
    house = [{"alias": "Coffee", "kind": "plug", "load": 0, "total_wh": 100},
             {"alias": "Pump", "kind": "plug", "load": 0, "total_wh": 100}]
    options = (f'StateDirectory "{tmp_path}/state"\n' + BLOCK.format(name="Coffee")
               + BLOCK.format(name="Pump"))
    clock = MovingClock(tmp_path)
    env = clock.environment | {"TZ": "UTC0"}

    def running(page, name):
        return page.get_one("kasa_running", kasa=name)

    with Sim(house) as sim:
        # A window of which a tenth was not seen says nothing, and starting takes what
        # the machine gives: both daemons start outside of it, as the clock tells them.
        clock.show(OPENS - 300)
        with Collectd(options, env=env) as daemon:
            daemon.wait_up("Coffee", "Pump")
            sim.set("Pump", load=1000)
            daemon.wait_page(lambda p: running(p, "Pump") == 1, "runs")
            clock.show(OPENS - 3)
            daemon.wait(lambda: clock.now() > OPENS, "the window")
            daemon.cycles(3)
            daemon.stop()
        sim.set("Pump", load=0)
        clock.show(OPENS - 30)
        with Collectd(options, env=env) as daemon:
            daemon.wait_up("Coffee", "Pump")
            before = kept(tmp_path / "state", "Coffee")
            daemon.wait(lambda: daemon.notifications("Coffee has not run"), "missed", timeout=120)
            text = str(daemon.notifications("Coffee has not run")[0])
            assert "has not run between 05:00 and 05:01, as is expected" in text, text
            # it is kept at once that it was told, by another thread
            daemon.wait(lambda: kept(tmp_path / "state", "Coffee") != before, "kept", timeout=20)
            daemon.stop(signal.SIGKILL)
            daemon.status = 0  # as meant
        with Collectd(options, env=env) as daemon:
            daemon.wait_page(lambda p: running(p, "Coffee") == 0, "remembered")
            daemon.cycles(2)
            assert daemon.notifications("has not run") == []
            sim.set("Coffee", load=1000)
            daemon.wait(lambda: daemon.notifications("Coffee has started again"), "over", timeout=20)
            assert daemon.notifications("Pump has") == []
