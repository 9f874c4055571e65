# SPDX-License-Identifier: MIT
"""Energy: watt_hours never falls while collectd runs, whatever the device
does; today and this month are the ledger's, which begins with what the device says
of its own day, and outlive the daemon."""

import datetime
import signal
import time

import pytest

from all_transports import ACCOUNT
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
    house = [{"alias": "Bulb", "kind": "bulb", "generation": 1, "load": 36}]
    with Sim(house) as _:
        with Collectd() as daemon:
            daemon.wait_up("Bulb")
            daemon.cycles(4)
            assert daemon.csv("kasa", "Bulb", "watt_hours")
            rows = daemon.csv("kasa", "Bulb", "kwh_today")
            # 36 W are 10 mWh per second
            seconds = rows[-1][0] - rows[0][0]
            grown = (rows[-1][1] - rows[0][1]) * 1e5
            assert seconds > 1 and grown == pytest.approx(seconds, abs=1.1)
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


HOUSE = [{"alias": "Heater", "kind": "plug", "load": 3600},
         {"alias": "Old", "kind": "plug", "generation": 1, "load": 3600},
         {"alias": "Strip", "kind": "strip", "load": 3600, "plugs": 2}]


def days(daemon, name, plugin="kasa", instance=""):
    page = daemon.page()
    labels = {plugin: name, **({"type": instance} if instance else {})}
    return (page.get_one(f"{plugin}_kwh_today", **labels),
            page.get_one(f"{plugin}_kwh_month", **labels))


def test_a_device_with_a_wrong_clock_is_not_asked_for_its_day():
    # far from the hour that it is here, and long after its own midnight
    before_midnight = 2 * 3600 if time.localtime().tm_hour < 12 else 14 * 3600
    with Sim(HOUSE, args=["--start", str(int(midnight(1) - before_midnight))]) as _:
        with Collectd() as daemon:
            daemon.wait(lambda: None not in days(daemon, "Heater")
                        + days(daemon, "Old") + days(daemon, "Strip"),
                        "figures of today")
            # its own would be 3600 W since its midnight
            assert days(daemon, "Heater")[0] < 1 and days(daemon, "Strip")[0] < 1


TARIFF = """<Tariff>
  Currency "EUR"
  Rate 0.5
  DailyCharge 0.25
</Tariff>
"""


def test_energy_and_cost_go_on_over_restarts_and_kills(tmp_path):
    # 7200 W are 2 Wh a second
    house = [{"alias": "Kettle", "kind": "plug", "load": 7200, "total_wh": 5000},
             {"alias": "Strip", "kind": "strip", "total_wh": 0, "load": 7200}]
    options = f'StateDirectory "{tmp_path}/state"\n' + TARIFF
    last = {}
    with Sim(house) as sim:
        for number, end in enumerate(("stop", "kill", "reset", "stop")):
            with Collectd(options) as daemon:
                page = daemon.wait_page(lambda p: (p.get_one(
                    "kasa_total_cost_today") or 0) > 0 and p.get_one(
                    "kasa_kwh_today", kasa="Kettle") is not None and p.get_one(
                    "kasa_kwh_today", kasa="Strip") is not None, "costs")
                daemon.cycles(3)
                page = daemon.page()
                now = {key: page.get_one(name, **labels)
                       for key, name, labels in (
                    ("Kettle", "kasa_watt_hours_total", {"kasa": "Kettle"}),
                    ("Strip", "kasa_watt_hours_total", {"kasa": "Strip"}),
                    ("total", "kasa_total_watt_hours_total", {}),
                    ("today", "kasa_kwh_today", {"kasa": "Kettle"}),
                    ("cost", "kasa_cost_today", {"kasa": "Kettle"}))}
                for key, before in last.items():
                    assert now[key] >= before, (number, key, last, now)
                last = now
                if end == "kill":
                    daemon.stop(signal.SIGKILL)
                    daemon.status = 0  # as meant
            if end == "reset":
                sim.reboot("Kettle", seconds=0.1, reset_total=True)
        truth = sim.device("Strip")["total_wh"]
    # all that was used while nobody looked is there, too
    assert last["Strip"] == pytest.approx(truth, abs=20)
    assert last["total"] > last["Strip"]


def test_the_first_figures_are_those_of_the_device():
    """Seeded from its own statistics, not counted from the start on."""
    with Sim(HOUSE, args=["--speed", "0"]) as _:
        with Collectd() as daemon:
            daemon.wait(lambda: None not in days(daemon, "Heater"),
                        "figures of today")
            today, month = days(daemon, "Heater")
            # 3600 W since midnight, a fifth more or less, as days differ
            assert 0 < today <= 1.2 * 3.6 * 25 and month >= today
            daemon.wait_page(lambda p: (p.get_one("kasa_total_kwh_today")
                                        or 0) >= today, "that of the house")


def test_lists_of_days_fill_the_billing_month():
    """Of an old plug, which is asked for them, and of early SMART firmware, which
    tells them unasked; of newer firmware today is all that is known."""
    today = datetime.date.today()
    since = today - datetime.timedelta(days=5)
    while since.day > 28:
        since -= datetime.timedelta(days=1)
    home = [{"alias": "Old", "kind": "plug", "load": 1000},
            {"alias": "Early", "kind": "plug", "load": 1000, "transport": "klap",
             "dialect": "smart", "energy": "v1"},
            {"alias": "New", "kind": "plug", "load": 1000, "transport": "klap",
             "dialect": "smart", "model": "P110M(EU)"}]
    with Sim(home, args=["--speed", "0"]) as _:
        with Collectd(ACCOUNT + f"BillingDay {since.day}\n") as daemon:
            daemon.wait(lambda: all(None not in days(daemon, d["alias"])
                                    for d in home), "figures of today")
            before = 24 * (today - since).days
            for name, least in ("Old", 0.75), ("Early", 0.75), ("New", 0):
                this, month = days(daemon, name)
                assert month - this >= least * before, name
                assert month - this <= (1.25 * before if least else 0), name


def test_the_first_figures_have_their_price():
    """What the device knows of its days is charged as those days were."""
    with Sim(HOUSE, args=["--speed", "0"]) as _:
        with Collectd(TARIFF) as daemon:
            daemon.wait(lambda: None not in days(daemon, "Heater"),
                        "figures of today")
            page = daemon.wait_page(lambda p: p.get_one(
                "kasa_cost_today", kasa="Heater"), "costs")
            for part in "today", "month":
                kwh = page.get_one(f"kasa_kwh_{part}", kasa="Heater")
                assert page.get_one(f"kasa_cost_{part}", kasa="Heater") == (
                    pytest.approx(0.5 * kwh, abs=3e-6)), part
