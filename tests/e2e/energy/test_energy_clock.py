# SPDX-License-Identifier: MIT
"""The clock of a running daemon is set: by an hour and back, to 1970 and back over a
midnight, by two days and back; over the begin of a cheaper period, too. What the
simulated plug has used is in the hours that the clock showed, or that it should have
shown where the daemon could tell that it was wrong; each Wh once, at its price.

collectd reads nothing while its clock is behind what it has shown already."""

import datetime
import signal
from collections import Counter

import pytest

from collectd import Collectd
from energy_files import run_json
from moving import SteppedClock
from sim import Sim

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(10)]

INTERVAL, HOUR, DAY = 300, 3600, 86400
WATTS = 3600  # a Wh in a second, when nobody steps the clock
SLACK = 150   # Wh: what a slow machine may be late by; less than an interval
BEGIN = int(datetime.datetime(2027, 1, 15, 20, tzinfo=datetime.timezone.utc).timestamp())
DAYS = ("--from", "2027-01-15", "--to", "2027-01-19")
OPTIONS = """StateDirectory "{state}"
DiscoveryInterval 86400
EnergyInterval 86400
<Tariff>
  Currency "EUR"
  Rate 0.4
  <Period "night">
    Hours "22:00-06:00"
    Rate 0.2
  </Period>
</Tariff>
"""


class House:
    """A heater, a daemon, and what the hours should have."""

    def __init__(self, folder):
        self.state = f"{folder}/state"
        self.clock = SteppedClock(folder, BEGIN)
        self.sim = Sim([{"alias": "Heater", "kind": "plug", "load": WATTS, "total_wh": 1000}])
        self.daemon, self.hours = None, Counter()
        self.since = BEGIN  # up to which hours are filled
        self.late = 0       # seconds by which the clock is behind what is right
        self.highest = 0    # collectd reads when its clock has come so far
        self.unread = 0     # seconds that have passed since it did

    def start(self):
        self.daemon = Collectd(OPTIONS.format(state=self.state), interval=INTERVAL,
                               env=self.clock.environment | {"TZ": "UTC0"}).start()
        self.polled(0)

    def stop(self):
        self.daemon.stop(signal.SIGTERM)
        self.daemon.remove()
        self.daemon = None

    def stamp(self):
        return self.daemon.listval().get("tester/kasa-Heater/power", 0)

    def polled(self, before):
        self.daemon.wait(lambda: self.stamp() > before, "a reading", 60)
        self.highest = self.clock.now()
        self.unread = 0

    def fill(self):
        """The hours, with what was used since that was done last."""
        now = self.clock.now() + self.late
        while self.since < now:
            hour = self.since // HOUR * HOUR
            until = min(now, hour + HOUR)
            self.hours[hour] += (until - self.since) * WATTS / HOUR
            self.since = until

    def set(self, moment, right=None):
        """right: the moment it is, when the daemon can tell. One that has not read for
        long does so at once, not in the midst of the next step: there it would find
        what is used in that before its time has passed."""
        before = self.stamp()
        self.fill()
        self.clock.show(moment)
        if self.unread >= INTERVAL and moment >= self.highest + INTERVAL:
            self.polled(before)
        self.late = 0 if right is None else right - moment
        self.since = moment + self.late

    def passes(self, seconds):
        for _ in range(seconds // INTERVAL):
            before = self.stamp()
            self.sim.time(jump=INTERVAL)
            self.clock.step(INTERVAL)
            self.unread += INTERVAL
            if self.clock.now() >= self.highest + INTERVAL:
                self.polled(before)
        self.fill()

    def today(self):
        """kwh_today should be this, and is."""
        self.fill()
        day = self.clock.now() // DAY * DAY
        wh = sum(used for hour, used in self.hours.items() if day <= hour < day + DAY)
        shown = self.daemon.page().get_one("kasa_kwh_today", kasa="Heater")
        assert shown * 1e3 == pytest.approx(wh, abs=SLACK)

    def compare(self):
        """What kasactl says of a stopped daemon's ledger."""
        answer = run_json("--state", self.state, *DAYS, "--by", "hour")
        hours = {int(datetime.datetime.fromisoformat(r["name"]).timestamp()): r
                 for r in answer["rows"]}
        found = {at: row["kwh"] * 1e3 for at, row in hours.items() if row["kwh"]}
        assert found == pytest.approx(dict(self.hours), abs=SLACK)
        used = self.sim.device("Heater")["served"]["total_wh"] - self.first
        assert answer["kwh"] * 1e3 == pytest.approx(used, abs=1e-3)
        night = [at for at in found if not 6 <= at % DAY // HOUR < 22]
        assert answer["energy_cost"] == pytest.approx(
            sum(wh / 1e3 * (0.2 if at in night else 0.4) for at, wh in found.items()), abs=1e-4)
        return answer


def test_a_clock_that_is_set_misplaces_nothing(tmp_path):
    house = House(tmp_path)
    with house.sim:
        try:
            story(house)
        finally:
            if house.daemon is not None:
                house.daemon.stop(signal.SIGKILL)
                house.daemon.remove()


def story(house):
    house.start()
    house.first = house.sim.device("Heater")["served"]["total_wh"]
    house.passes(1800)
    # an hour ahead, from half past nine into the night's price, and back
    house.set(house.clock.now() + HOUR)
    house.passes(2700)
    house.today()
    house.set(house.clock.now() - HOUR)
    house.passes(HOUR + 2 * INTERVAL)
    house.today()
    # without a clock over midnight
    right = house.clock.now()
    house.set(600, right)
    house.passes(2 * HOUR)
    house.set(right + 2 * HOUR)
    house.passes(2 * INTERVAL)
    house.today()
    # the day after tomorrow for half an hour, and back: another start of collectd
    # reads again, and the ledger believes the clock after a day
    house.set(house.clock.now() + 2 * DAY)
    house.passes(1800)
    house.today()
    house.set(house.clock.now() - 2 * DAY)
    house.stop()
    house.start()
    house.passes(DAY + 2 * INTERVAL)
    house.today()
    house.stop()
    answer = house.compare()
    house.start()
    house.stop()
    again = run_json("--state", house.state, *DAYS, "--by", "hour")
    assert again["kwh"] == pytest.approx(answer["kwh"], abs=SLACK / 1e3)
