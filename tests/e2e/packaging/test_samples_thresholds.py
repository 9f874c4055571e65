# SPDX-License-Identifier: MIT
"""kasa-thresholds.conf and host-thresholds.conf speak at the right value, after the
right time, and recover by hysteresis; one beside the other changes nothing."""

import itertools
import re
import time

import pytest

from collectd import HOST
from samples import Samples, text_of
from sim import Sim

pytestmark = [pytest.mark.plain,
              pytest.mark.needs("threshold")]

FIVE_MINUTES = 300
MARKS = itertools.count()


class Series:
    """Values of one series every 15 s of a time of its own; a day passes in a
    moment."""

    def __init__(self, daemon, identifier):
        self.daemon, self.identifier = daemon, f"{HOST}/{identifier}"
        self.now = self.begin = int(time.time()) // 15 * 15
        self.put(50)  # in range; the first one is greeted with OKAY

    def notes(self):
        """[(seconds since the begin, severity)]"""
        plugin, type_ = (
            word.replace("-", " (instance ", 1) + (")" if "-" in word else "")
            for word in self.identifier.split("/")[1:])
        words = f"plugin {plugin} type {type_}: "
        return [(int(when - self.begin), severity)
                for when, severity, text in self.daemon.notifications()
                if words in text]

    def put(self, value, seconds=15):
        """This value for so long; returns what was said meanwhile."""
        before = len(self.notes())
        for _ in range(seconds // 15):
            self.now += 15
            self.daemon.putval(self.identifier, value, self.now, 15)
        self._settle()
        return self.notes()[before:]

    def _settle(self):
        """There is one queue: when a later value is known, what is to be said
        of the earlier ones has been said."""
        mark, when = f"{HOST}/mark/count", self.begin + next(MARKS)
        self.daemon.putval(mark, 1, when)
        self.daemon.wait(lambda: self.daemon.listval().get(mark) == when,
                         "the mark", 20)


@pytest.fixture(scope="module", name="daemon")
def fixture_daemon():
    """With both files: one plugin, two blocks, and every notification once."""
    with Samples(["kasa-thresholds.conf", "host-thresholds.conf"], quick=False,
                 extra="WriteThreads 1\n") as daemon:
        yield daemon


# what; just fine, warning, critical; back in warning's range; still not
# recovered; recovered. Exactly at a limit is within it.
CASES = [
    ("aggregation-cpu/percent-active", 70, 70.1, 90.1, 79.9, 60.1, 59.9),
    ("memory/percent-used", 85, 85.1, 95.1, 92.9, 83.1, 82.9),
    ("swap/percent-used", 70, 70.1, 90.1, 84.9, 65.1, 64.9),
    ("df-root/percent_bytes-free", 15, 14.9, 4.9, 7.1, 16.9, 17.1),
    ("df-var/percent_inodes-free", 15, 14.9, 4.9, 7.1, 16.9, 17.1),
    ("kasa-Freezer/power", 3200, 3201, None, None, 3151, 3149),
]


@pytest.mark.parametrize("case", CASES, ids=[c[0] for c in CASES])
def test_a_limit_speaks_after_five_minutes_and_recovers(daemon, case):
    name, fine, warning, critical, back, almost, recovered = case
    series = Series(daemon, name)
    assert not series.put(fine, 2 * FIVE_MINUTES)
    # almost five minutes, and a single value in range clears the count
    assert not series.put(warning, FIVE_MINUTES - 15)
    assert not series.put(fine)
    first = series.now + 15 - series.begin
    # five minutes after the first value beyond the limit, once
    assert series.put(warning, 2 * FIVE_MINUTES) == [
        (first + FIVE_MINUTES, "WARNING")]
    if critical is not None:
        said = series.put(critical, 2 * FIVE_MINUTES)
        assert [s for _, s in said] == ["FAILURE"]
        assert said[0][0] - first <= 4 * FIVE_MINUTES
        said = series.put(back, 3 * FIVE_MINUTES)
        assert [s for _, s in said] == ["WARNING"]
    assert not series.put(almost, 2 * FIVE_MINUTES)
    assert series.put(recovered) == [
        (series.now - series.begin, "OKAY")]
    assert not series.put(recovered, FIVE_MINUTES)


def test_hits_mean_five_minutes_in_both_files():
    """Hits N speaks at value number N + 2 (see the daemon's own source)."""
    for name, with_interval in (("kasa-thresholds.conf", "kasa.conf"),
                                ("host-thresholds.conf", "host.conf")):
        intervals = set(re.findall(r"^  Interval (\d+)",
                                   text_of(with_interval), re.M))
        assert intervals == {"15"}
        hits = set(re.findall(r"Hits (\d+)", re.sub(
            r"^#.*\n", "", text_of(name), flags=re.M)))
        assert {(int(h) + 1) * 15 for h in hits} == {FIVE_MINUTES}


def test_thresholds_conf_speaks_of_power_and_of_offline():
    """With the real plugin, in seconds in place of minutes."""
    house = [{"alias": "Freezer", "kind": "plug", "load": 85},
             {"alias": "Desk strip", "kind": "strip", "load": 10}]
    with Sim(house) as sim, Samples(
            ["kasa.conf", "kasa-thresholds.conf"]) as daemon:
        daemon.first_reading("Freezer", "Desk strip")
        sim.set("Freezer", load=3300)
        daemon.wait(lambda: daemon.spoken("WARNING", "Freezer", "type power"),
                    "over-power", 20)
        sim.set("Freezer", load=85)
        sim.fault("Desk strip", "refuse")
        daemon.wait(lambda: daemon.spoken("FAILURE", "Desk strip", "type up"),
                    "offline", 20)
        sim.fault("Desk strip", "none")
        daemon.wait(lambda: daemon.spoken("OKAY", "Desk strip", "type up")[1:],
                    "back online", 20)
        daemon.wait(lambda: daemon.spoken("OKAY", "Freezer", "type power")[1:],
                    "the all-clear")


REPORTED = (
    "aggregation-cpu/percent-active", "cpu/percent-idle", "cpu/percent-user", "cpu/percent-wait",
    "memory/memory-used", "memory/percent-used", "load/load",
    "swap/swap-used", "swap/percent-used", "swap/swap_io-in",
    "processes/ps_state-running", "processes/fork_rate",
    "processes-collectd/ps_rss", "processes-collectd/ps_cputime",
    "processes-collectd/file_handles")


def test_host_conf_reports_what_the_thresholds_ask_for():
    with Samples(["host.conf", "host-thresholds.conf"]) as daemon:
        def all_there():
            return {n.split("/", 1)[1] for n in daemon.listval()} >= set(
                REPORTED)
        daemon.wait(all_there, f"all of {REPORTED}", 20)
        names = {n.split("/", 1)[1] for n in daemon.listval()}
        asked = re.findall(
            r'^    (?:  )?<Type "(\w+)">\n *Instance "(\w+)"',
            text_of("host-thresholds.conf"), re.M)
        for type_, instance in asked:
            if type_ == "percent_inodes" and not any(
                    "percent_inodes" in n for n in names):
                continue  # this machine's file system counts none
            assert any(n.endswith(f"/{type_}-{instance}") for n in names), (
                type_, instance, names)
        # the sum over all states, of all processors together
        idle = float(daemon.getval(f"{HOST}/cpu/percent-idle")[0][6:])
        assert 0 <= idle <= 100
        rss = float(daemon.getval(
            f"{HOST}/processes-collectd/ps_rss")[0][6:])
        assert rss / 1024 > 1000
        # no file system that has no room of its own, no loopback
        assert not [n for n in names if re.match(
            r"df-(proc|sys|dev|run)\b|interface-lo/|disk-(loop|ram)", n)]
        assert not daemon.complaints()
