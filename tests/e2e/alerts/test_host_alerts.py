# SPDX-License-Identifier: MIT
"""The machine itself, by host.conf and host-thresholds.conf: what people read
when a value has been over its limit for as long as these files say, and that
its end waits as the route of notify_kasa.conf says. Minutes are seconds here."""

import os
import re
import time

import pytest

from alerting import Collectd, until
from collectd import missing_plugins
from tree import SOURCE

pytestmark = pytest.mark.takes(30)


def sample(name):
    with open(os.path.join(SOURCE, "collectd.conf.d", name), encoding="utf-8") as file:
        return file.read()


def route():
    """Route "host" of notify_kasa.conf, in force."""
    text = re.search(r'^  #<Route "host">.*?^  #</Route>', sample("notify_kasa.conf"), re.M | re.S)[0]
    assert "RecoverAfter 3m" in text
    return re.sub("^  #", "  ", text, flags=re.M).replace("RecoverAfter 3m", "RecoverAfter 3s") + "\n"


def limits():
    return sample("host-thresholds.conf").replace("LoadPlugin threshold\n", "").replace("Hits 19", "Hits 1")


@pytest.fixture(scope="module", name="daemon")
def _daemon():
    with Collectd(route() + "  MinLevel info\n", thresholds=limits()) as daemon:
        yield daemon


class Series:
    def __init__(self, daemon, identifier):
        self.daemon, self.identifier = daemon, identifier
        self.at = time.time() - 60

    def put(self, *values):
        for value in values:
            self.at += 1
            answer = self.daemon.unixsock(f'PUTVAL "tester/{self.identifier}" interval=1 {self.at:.3f}:{value}')
            assert answer[0].startswith("0 "), answer


def errors(*per_second):
    """A counter of both directions that rises so fast."""
    total, out = 1000, []
    for rate in per_second:
        total += rate
        out.append(f"{total}:7")
    return out


# what; fine; over; what is said; back within the range, but by less than
# Hysteresis; recovered; what is said then
CASES = {
    "CPU": ("aggregation-cpu/percent-active", [30], [84] * 3, "tester: CPU 84 %", "CPU 84 %, above 70 %", [64] * 3,
            [41], "OK: tester CPU 41 %"),
    "memory": ("memory/percent-used", [30], [91] * 3, "tester: memory 91 % used", "above 85 %", [84] * 3, [60],
               "OK: tester memory 60 % used"),
    "disk": ("df-root/percent_bytes-free", [40], [9] * 3, "tester: disk / 9 % free", "below 15 %", [16] * 3, [40],
             "OK: tester disk / 40 % free"),
    "load": ("load/load", ["1:1:1"], ["9:9:9"] * 3, "tester: load 9", "load 9, above 8", ["7.5:7.5:7.5"] * 3,
             ["2:2:2"], "OK: tester load 2"),
    "errors": ("interface-eth0/if_errors", errors(0, 0), None, "tester: errors on eth0 12 per second",
               "above 1 per second", [], None, "OK: tester errors on eth0 0 per second"),
    "sectors": ("smart-sda/smart_badsectors", [0], [3], "tester: disk sda 3 bad sectors", "above 0", [], [0],
                "OK: tester disk sda 0 bad sectors"),
    "heat": ("smart-sda/smart_temperature", [41], [53], "tester: temperature of disk sda 53 °C", "above 50 °C",
             [48], [46], "OK: tester temperature of disk sda 46 °C"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_people_read_and_when_it_is_over(daemon, name):
    identifier, fine, over, title, words, almost, back, end = CASES[name]
    if name == "errors":
        values = errors(0, 0, 12, 12, 12, 0)
        fine, over, back = values[:2], values[2:5], values[5:]
    series = Series(daemon, identifier)
    series.put(*fine)

    def said():
        key = identifier.split("/")[1].split("-")[0]
        return [m for m in daemon.sent() if (title.split()[1] in m["title"] or key in m["title"])]
    before = len(said())
    series.put(*over[:-1])
    series.put(over[-1])
    until(lambda: len(said()) > before, daemon)
    told = said()[before]
    assert told["title"] == title
    assert words in told["body"]
    assert told["level"] == "warning"
    series.put(*almost)  # not yet: the limit for the end is lower
    series.put(*back)
    began = time.time()
    until(lambda: len(said()) > before + 1, daemon)
    assert said()[before + 1]["title"] == end
    assert time.time() - began > 1  # it had to last
    assert len(said()) == before + 2


def test_the_real_machine_is_what_it_is_about():
    """host.conf as it is, by collectd's own plugins, with a limit any machine
    exceeds."""
    for plugin in re.findall(r"LoadPlugin (\w+)", sample("host.conf")):
        if missing_plugins(plugin):
            pytest.skip(f"collectd has no {plugin}")
    host = sample("host.conf").replace("Interval 15", "Interval 1")
    low = limits().replace("WarningMax 70\n      FailureMax 90\n      Hysteresis 10",
                           "WarningMax -1\n      FailureMax 200\n      Hysteresis 0", 1)
    assert low != limits()
    with Collectd(route() + "  MinLevel info\n", thresholds=host + low) as daemon:
        until(lambda: [m for m in daemon.sent() if re.fullmatch(r"tester: CPU [\d.]+ %", m["title"])], daemon, 40)
