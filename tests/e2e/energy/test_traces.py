# SPDX-License-Identifier: MIT
"""Recorded days of real machines in the real daemon: kasasim plays them, all at
once, and the daemon's clocks step from one poll to the next. It is stopped and
killed at random moments in between, and is away for up to a minute and a half.
Its cycles are those of the machines, each told once, and nothing else is said.
The seed of a run is printed; KASA_SEED=N repeats one."""

import datetime
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest

from collectd import BUILD, Collectd
from moving import SteppedClock
from sim import Sim
from traces import RIGHT, SILENT, curve, end_slack, length

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(80)]

AWAY = 90     # seconds at most
RESTARTS = 5
QUICK = 20    # looks
SEED = int(os.environ.get("KASA_SEED", 2026))
KINDS = {name: kind for name, (kind, _, _) in RIGHT.items()} | SILENT


def begin():
    """Tomorrow, ten past midnight: a ledger does not book what was before the
    program was built."""
    today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=10, second=0, microsecond=0)
    return (today + datetime.timedelta(days=1)).timestamp()


class Play:
    """Traces, their machines, and a daemon that is not always there."""

    def __init__(self, names, skip, interval, folder):
        self.names, self.skip, self.interval = names, skip, interval
        self.clock = SteppedClock(folder, begin())
        self.state = f"{folder}/state"
        self.sim = Sim([{"alias": name, "kind": "plug", "generation": 1 + i % 2, "total_wh": 1000 + 700 * i,
                         "load": {"kind": "trace", "file": str(curve(name)), "offset": skip}}
                        for i, name in enumerate(names)])
        self.daemon, self.told, self.heard = None, [], 0
        self.began = None

    def options(self):
        blocks = "".join(f'<Device "{name}">\n<Appliance>\nKind "{KINDS[name]}"\n</Appliance>\n<Spike>\n</Spike>\n'
                         "</Device>\n" for name in self.names)
        return (f'StateDirectory "{self.state}"\nDiscoveryInterval 86400\nEnergyInterval 86400\n'
                '<Tariff>\nCurrency "EUR"\nRate 0.3\n</Tariff>\n' + blocks)

    def start(self):
        self.daemon = Collectd(self.options(), interval=self.interval,
                               env=self.clock.environment | {"TZ": "UTC0"}).start()
        self.heard = 0
        self.polled(self.clock.now())

    def stop(self, how=signal.SIGTERM):
        self.daemon.stop(how)
        if how == signal.SIGKILL:
            self.daemon.status = 0  # as meant
        self.daemon.verify()
        self.told += [text.split("message = ")[1] for _, _, text in self.daemon.notifications()]
        self.daemon.remove()
        self.daemon = None

    def polled(self, since):
        """Waits until the daemon has a reading of each from then on."""
        wanted = [f"tester/kasa-{name}/power" for name in self.names]

        def all_are():
            known = self.daemon.listval()
            return all(known.get(name, 0) >= since for name in wanted)
        for _ in range(QUICK):  # thousands of steps: most take a few ms
            if all_are():
                return
            time.sleep(0.002)
        self.daemon.wait(all_are, "a reading of all", 60)

    def pass_time(self, seconds):
        self.sim.time(jump=seconds)
        self.clock.step(seconds)

    def step(self):
        """To the next poll. What real time passes is no more than a poll late."""
        before = self.clock.now()
        self.pass_time(self.interval)
        if self.daemon is not None:
            self.polled(before + self.interval / 2)

    def has_told(self):
        """Whether something was told since this was asked."""
        before, self.heard = self.heard, len(self.daemon.notifications())
        return self.heard > before

    def at(self):
        """Seconds into the curves."""
        return self.clock.now() - self.began

    def run(self, chance):
        end = max(length(name) for name in self.names)
        restarts = sorted(chance.uniform(self.skip + 300, end - 300) for _ in range(RESTARTS))
        self.began = self.clock.now() - self.skip
        self.start()
        while self.at() < end:
            self.step()
            # a daemon that is killed while it tells something tells it again
            if restarts and self.at() > restarts[0] and not self.has_told():
                self.stop(chance.choice((signal.SIGKILL, signal.SIGTERM)))
                self.pass_time(chance.uniform(0, AWAY))
                self.start()
                restarts.pop(0)

    def cycles(self):
        """[(device, start, end, kWh)], seconds into the curves."""
        days = [datetime.datetime.fromtimestamp(self.began + self.skip + n * 86400, datetime.timezone.utc).date().isoformat()
                for n in (0, 2)]
        done = subprocess.run([os.path.join(BUILD, "kasactl"), "energy", "cycles", "--json", "--state", self.state,
                               "--from", days[0], "--to", days[1]], timeout=60, check=True,
                              env={**os.environ, "TZ": "UTC0"}, capture_output=True, text=True)

        def offset(moment):
            return datetime.datetime.fromisoformat(moment).timestamp() - self.began
        return [(c["device"], offset(c["start"]), offset(c["end"]), c["kwh"])
                for c in json.loads(done.stdout)["cycles"]]


    def lows(self):
        """{device: (lowest mean of five minutes, seconds seen)} of the day it began."""
        day = int(self.began + self.skip) // 86400
        db = sqlite3.connect(f"{self.state}/energy.db")
        rows = db.execute("SELECT device, text FROM note JOIN meter ON name = identity || '/' || slot "
                          "JOIN account ON account.meter = meter.id WHERE kind = 'low'").fetchall()
        db.close()
        return {device: (float(watts), float(seen)) for device, text in rows
                for number, watts, seen in map(str.split, text.splitlines()) if int(number) == day}


def check(name, found, interval):
    kind, right = KINDS[name], RIGHT[name][1] if name in RIGHT else []
    assert len(found) == len(right), (name, found)
    late = interval + AWAY
    for (_, start, end, kwh), (right_start, right_end, right_kwh) in zip(found, right):
        assert right_start - interval <= start <= right_start + 600 + late, (name, found)
        assert right_end - end_slack(kind) - late <= end <= right_end + 30 + late, (name, found)
        assert kwh == pytest.approx(right_kwh, rel=0.06), (name, found)


@pytest.mark.parametrize("interval, skip, names", [
    (15, 0, ["washer_plain", "washer_two_loads_35min_apart", "dishwasher_dry_30min", "dishwasher_noisy_standby",
          "dryer_crease_guard"]),
    # whole days, from noon on
    (60, 43200, ["washer_two_loads_12min_apart", "coffee_beantocup", *SILENT]),
], ids=["hours", "days"])
def test_what_the_daemon_makes_of_recorded_days(tmp_path, interval, skip, names):
    print("KASA_SEED:", SEED)
    play = Play(names, skip, interval, tmp_path)
    with play.sim:
        try:
            play.run(random.Random(SEED))
            page = play.daemon.page()
            play.stop()
        finally:
            if play.daemon is not None:
                play.daemon.stop(signal.SIGKILL)
                play.daemon.remove()
        found = play.cycles()
    for name in names:
        check(name, [c for c in found if c[0] == name], interval)
        running = page.get_one("kasa_running", kasa=name)
        assert name in SILENT or running == RIGHT[name][2], name
    assert set(play.lows()) == set(names)
    for name in set(names) & set(SILENT):  # off for hours, all in all
        watts, seen = play.lows()[name]
        assert watts < 20 and seen > 36000
    finished = [text.split(" finished: ")[0] for text in play.told]
    assert sorted(finished) == sorted(name for name in names if name in RIGHT for _ in RIGHT[name][1]), play.told
