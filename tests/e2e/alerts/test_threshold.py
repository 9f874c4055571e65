# SPDX-License-Identifier: MIT
"""threshold sees what kasa.so gives: over-power and offline notifications
appear once, at the right time, and clear."""

import pytest

from collectd import SLOWNESS, Collectd
from sim import Sim

pytestmark = [pytest.mark.takes(120),
              pytest.mark.needs("threshold")]

INTERVAL = 0.5 if SLOWNESS == 1 else 3

RULES = """
LoadPlugin threshold
<Plugin threshold>
  <Plugin "kasa">
    <Type "power">
      WarningMax 1500
      FailureMax 3000
      Hits 2
      Hysteresis 50
      Interesting false
    </Type>
    <Type "up">
      FailureMin 0.5
      Hits 1
      Interesting false
    </Type>
  </Plugin>
  <Plugin "kasa_plug">
    Instance "Strip"
    <Type "power">
      Instance "Outlet 2"
      WarningMax 120
      Interesting false
    </Type>
  </Plugin>
</Plugin>
"""


@pytest.fixture(scope="module", name="house")
def fixture_house():
    house = [{"alias": "Heater", "kind": "plug", "load": 100},
             {"alias": "Pump", "kind": "plug", "load": 100},
             {"alias": "Strip", "kind": "strip", "plugs": [
                 {"alias": f"Outlet {i}", "load": 100} for i in range(3)]}]
    with Sim(house) as sim:
        config = f"Timeout {0.3 * INTERVAL}\nRetries 0\n"
        with Collectd(config, interval=INTERVAL, blocks=RULES) as daemon:
            daemon.wait_up("Heater", "Pump", "Strip")
            daemon.cycles(2)
            yield sim, daemon


def notes(daemon, *parts, kind="WARNING|FAILURE"):
    return [n for n in daemon.notifications()
            if n[1] in kind.split("|") and all(p in n[2] for p in parts)]


def second(stamp):
    """As logfile shows the time of a notification: to the nearest second."""
    return int(stamp + 0.5)


def since(rows, begin, test):
    """Times of the first unbroken run of values that pass the test."""
    out = []
    for stamp, value in rows:
        if stamp > begin and test(value):
            out.append(stamp)
        elif out:
            break
    return out


def test_nothing_is_said_of_what_is_in_range(house):
    _, daemon = house
    assert not notes(daemon)
    assert not daemon.notifications("has not been updated")


def test_over_power_is_said_once_at_the_right_time_and_clears(house):
    sim, daemon = house
    begin = daemon.stamp()
    sim.set("Heater", load=2000)
    daemon.wait(lambda: notes(daemon, "Heater", "type power"),
                "the warning", 10 * INTERVAL)
    daemon.cycles(5)
    (when, severity, text), = notes(daemon, "Heater", "type power")
    assert severity == "WARNING"
    assert "currently 2000.0" in text and "1500.0" in text
    # Hits 2 speaks at the fourth value in a row
    rows = since(daemon.csv("kasa", "Heater", "power"), begin,
                 lambda v: v > 1500)
    assert second(rows[3]) == when, (rows, when)
    # 1460 W is still too much: the hysteresis
    sim.set("Heater", load=1460)
    daemon.cycles(2)
    begin = daemon.stamp()
    assert not [n for n in notes(daemon, "Heater", "type power", kind="OKAY")
                if n[0] > when]
    sim.set("Heater", load=100)
    daemon.wait(lambda: [n for n in notes(daemon, "Heater", "type power",
                                          kind="OKAY") if n[0] > when],
                "the all-clear")
    daemon.cycles(4)
    (clear, _, _), = [n for n in notes(daemon, "Heater", "type power",
                                       kind="OKAY") if n[0] > when]
    first = since(daemon.csv("kasa", "Heater", "power"), begin,
                  lambda v: v < 1450)[0]
    assert clear == second(first)
    assert len(notes(daemon, "Heater", "type power")) == 1


def test_offline_is_said_once_at_the_right_time_and_clears(house):
    sim, daemon = house
    begin = daemon.stamp()
    sim.fault("Pump", "gone")
    daemon.wait(lambda: notes(daemon, "Pump", "type up"), "the failure",
                10 * INTERVAL)
    daemon.cycles(4)
    (when, severity, text), = notes(daemon, "Pump", "type up")
    assert severity == "FAILURE" and "0.5" in text
    rows = since(daemon.csv("kasa", "Pump", "up"), begin, lambda v: v == 0)
    assert second(rows[2]) == when, (rows, when)
    begin = daemon.stamp()
    sim.fault("Pump", "none")
    daemon.wait(lambda: [n for n in notes(daemon, "Pump", "type up",
                                          kind="OKAY") if n[0] > when],
                "the all-clear")
    daemon.cycles(3)
    (clear, _, _), = [n for n in notes(daemon, "Pump", "type up",
                                       kind="OKAY") if n[0] > when]
    rows = since(daemon.csv("kasa", "Pump", "up"), begin, lambda v: v == 1)
    assert second(rows[0]) == clear
    assert len(notes(daemon, "Pump", "type up")) == 1
    # it came back with all it has, and nothing expired meanwhile
    assert not daemon.notifications("has not been updated")


def test_a_single_outlet_has_its_own_limit(house):
    sim, daemon = house
    sim.set("Strip", plug=2, load=130)
    daemon.wait(lambda: notes(daemon, "Strip", "Outlet 2"), "the warning")
    sim.set("Strip", plug=2, load=100)
    daemon.wait(lambda: [n for n in notes(daemon, "Strip", "Outlet 2",
                                          kind="OKAY")][-1:]
                and notes(daemon, "Strip", "Outlet 2", kind="OKAY")[-1][0]
                >= notes(daemon, "Strip", "Outlet 2")[-1][0], "the all-clear")
    assert len(notes(daemon, "Strip", "Outlet 2")) == 1
    assert not notes(daemon, "Strip", "Outlet 1")


def test_a_short_outage_is_no_news(house):
    sim, daemon = house
    before = len(notes(daemon))
    sim.fault("Pump", "refuse")
    daemon.wait_down("Pump")
    sim.fault("Pump", "none")
    daemon.wait_up("Pump")
    daemon.cycles(2)
    assert len(notes(daemon)) == before


def test_notifications_by_hand_arrive_too(house):
    _, daemon = house
    daemon.putnotif("A \"quoted\" word", severity="warning", plugin="kasa",
                    plugin_instance="Heater", host="tester")
    daemon.wait(lambda: notes(daemon, 'A "quoted" word'), "the notification")
