# SPDX-License-Identifier: MIT
"""Energy: watt_hours never falls while collectd runs, whatever the device
does; today and this month are the device's own figures, by its own clock."""

import pytest

from collectd import SLOWNESS, Collectd, midnight
from sim import Sim

pytestmark = pytest.mark.takes(45)


def never_falls(rows):
    return all(b[1] >= a[1] for a, b in zip(rows, rows[1:]))


def test_watt_hours_go_on_over_resets_of_the_device():
    # 7200 W are 2 Wh a second, just below what a plug can deliver
    house = [{"alias": "Int", "kind": "plug", "load": 7200, "total_wh": 5000},
             {"alias": "Float", "kind": "plug", "generation": 1,
              "load": 7200, "total_wh": 5000},
             {"alias": "Strip", "kind": "strip", "total_wh": 700,
              "load": 7200}]
    with Sim(house) as sim:
        with Collectd("DiscoveryInterval 2\n") as daemon:
            daemon.wait_up("Int", "Float", "Strip")
            daemon.cycles(1)
            for name in ("Int", "Float", "Strip"):
                sim.reboot(name, seconds=2, reset_total=True)
            daemon.wait_down("Int", "Float", "Strip")
            daemon.wait_up("Int", "Float", "Strip", timeout=20)
            daemon.cycles(3)
            assert sim.device("Int")["total_wh"] < 4000
            for plugin, name, instance in (
                    ("kasa", "Int", ""), ("kasa", "Float", ""),
                    ("kasa", "Strip", ""), ("kasa_plug", "Strip", "Plug 3"),
                    ("kasa_total", "", "")):
                rows = daemon.csv(plugin, name, "watt_hours", instance)
                assert len(rows) > 4 and never_falls(rows), rows
                # what the device counted before its reset is kept, what it
                # counted since is added
                seconds = rows[-1][0] - rows[0][0]
                assert rows[-1][1] > rows[0][1] + 4, rows
                assert rows[-1][1] - rows[0][1] <= 2 * 14 * (seconds + 2)
            rows = daemon.csv("kasa", "Int", "watt_hours")
            grown = rows[-1][1] - rows[0][1]
            assert grown <= 2 * (rows[-1][0] - rows[0][0] + 2), rows


def test_a_bulb_without_a_count_is_counted_by_its_power():
    house = [{"alias": "Bulb", "kind": "bulb", "generation": 1,
              "load": 3600}]
    with Sim(house) as _:
        with Collectd() as daemon:
            daemon.wait_up("Bulb")
            daemon.cycles(4)
            rows = daemon.csv("kasa", "Bulb", "watt_hours")
            # 3600 W are 1 Wh per second
            seconds = rows[-1][0] - rows[0][0]
            assert rows[-1][1] - rows[0][1] == pytest.approx(seconds, abs=1.1)
            assert never_falls(rows)


def test_kilowatt_hours_are_not_cut_short():
    # 1.001 times 1000 is 1000.9999999999999 to a computer
    totals = (1001, 1003, 2002, 4004, 8008, 16016)
    house = [{"alias": f"T{wh}", "kind": "plug", "generation": 1, "load": 0,
              "total_wh": wh} for wh in totals]
    with Sim(house, args=["--speed", "0"]) as _:
        with Collectd() as daemon:
            page = daemon.wait_page(lambda p: sum(
                k.name == "collectd_kasa_watt_hours_total" for k in p)
                == len(totals), "all")
            for wh in totals:
                assert page.get_one("kasa_watt_hours_total",
                                    kasa=f"T{wh}") == wh


HOUSE = [{"alias": "Heater", "kind": "plug", "load": 36000},
         {"alias": "Old", "kind": "plug", "generation": 1, "load": 36000},
         {"alias": "Strip", "kind": "strip", "load": 36000, "plugs": 2}]


def days(daemon, name, plugin="kasa", instance=""):
    page = daemon.page()
    labels = {plugin: name, **({"type": instance} if instance else {})}
    return (page.get_one(f"{plugin}_kwh_today", **labels),
            page.get_one(f"{plugin}_kwh_month", **labels))


def test_today_begins_anew_at_the_midnight_of_the_device():
    # its clock goes by 36 kW: 10 Wh a second
    before = 6 if SLOWNESS == 1 else 40
    with Sim(HOUSE, args=["--start", str(int(midnight(1) - before))]) as _:
        with Collectd() as daemon:
            daemon.wait(lambda: None not in days(daemon, "Heater")
                        + days(daemon, "Old") + days(daemon, "Strip"),
                        "figures of today")
            yesterday, month = days(daemon, "Heater")
            assert yesterday > 100 and month >= yesterday
            daemon.wait(lambda: (days(daemon, "Heater")[0] or 999) < 5
                        and (days(daemon, "Old")[0] or 999) < 5
                        and (days(daemon, "Strip")[0] or 999) < 5,
                        "a new day", before + 10)
            rows = daemon.csv("kasa", "Heater", "kwh_today")
            fresh = [v for _, v in rows if v < 100]
            assert fresh and fresh == [v for _, v in rows][-len(fresh):]
            # the sum of two plugs, each by its own
            strip, _ = days(daemon, "Strip")
            plugs = [days(daemon, "Strip", "kasa_plug", f"Plug {i}")[0]
                     for i in (1, 2)]
            assert strip == pytest.approx(sum(plugs))


def test_a_clock_that_jumps_is_followed_at_the_next_statistics():
    with Sim(HOUSE, args=["--start", str(int(midnight(1) - 7200))]) as sim:
        with Collectd("EnergyInterval 10\n") as daemon:
            daemon.wait(lambda: (days(daemon, "Heater")[0] or 0) > 100,
                        "figures of today")
            sim.time(jump=7500)  # five minutes past midnight: 3 kWh
            daemon.wait(lambda: (days(daemon, "Heater")[0] or 999) < 10,
                        "a new day", 25)
            assert days(daemon, "Heater")[0] > 2.9
            assert days(daemon, "Strip")[0] > 5.8


def test_the_first_figures_are_those_of_the_device():
    """Seeded from its own statistics, not counted from the start on."""
    with Sim(HOUSE, args=["--speed", "0"]) as _:
        with Collectd() as daemon:
            daemon.wait(lambda: None not in days(daemon, "Heater"),
                        "figures of today")
            today, month = days(daemon, "Heater")
            # 36 kW since midnight
            assert 0 < today <= 36 * 25 and month >= today
            daemon.wait_page(lambda p: (p.get_one("kasa_total_kwh_today")
                                        or 0) >= today, "that of the house")
