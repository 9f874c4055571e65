# SPDX-License-Identifier: MIT
"""Parts that fail as people reported it: a meter after a power cut, a plug that
exports or has no clock. All else goes on, and what failed is back by itself."""

import pytest

from collectd import Key
from leaks import Watched
from sim import Sim
from test_partial import CONFIG, INTERVAL, has, plug

# the parsers of partial answers run under instruments in unit tests
pytestmark = [pytest.mark.plain, pytest.mark.takes(135)]

KWH = ("kwh_today", "kwh_month")

# -- after a power cut


@pytest.mark.parametrize("code", [-1003, -1601])
@pytest.mark.parametrize("energy", ["usage power meter", "usage power",
                                    "usage"])
def test_a_meter_without_a_clock_is_asked_again(code, energy):
    """All that tells energy fails for some polls, and is back with the time."""
    home = [plug("Boiler", "klap")]
    methods = "get_energy_usage" + {
        "usage power meter": "", "usage power": " get_current_power",
        "usage": " get_current_power get_emeter_data"}[energy]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Boiler")
        daemon.cycles(2)
        sim.fault("Boiler", "method", method=methods, code=code)
        page = daemon.cycles(4)
        assert page.get_one("kasa_up", kasa="Boiler") == 1
        if energy == "usage":
            assert not has(page, "Boiler", "power", "voltage")
        sim.fault("Boiler", "none")
        daemon.cycles(1)
        page = daemon.cycles(1)
        assert page.get_one("kasa_power", kasa="Boiler") == 60
        assert page.get_one("kasa_voltage", kasa="Boiler") == 230


@pytest.mark.parametrize("code", [-1003, -1601])
def test_so_is_one_that_was_without_from_the_start(code):
    home = [plug("Boiler", "klap", fault={
        "fault": "method", "code": code,
        "method": "get_energy_usage get_current_power get_emeter_data"})]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Boiler")
        page = daemon.cycles(4)
        assert not has(page, "Boiler", "power", "voltage", *KWH)
        sim.fault("Boiler", "none")
        daemon.cycles(1)
        page = daemon.cycles(1)
        assert page.get_one("kasa_power", kasa="Boiler") == 60
        daemon.wait_page(lambda p: has(p, "Boiler", *KWH) == list(KWH), "kWh")


# -- export, and what is no clock


def test_negative_power_is_a_reading_and_takes_nothing_back():
    home = [plug("Balcony", "klap"),
            {"alias": "Roof", "kind": "plug", "load": 40, "volts": 230},
            {"alias": "Fridge", "kind": "plug", "load": 100, "volts": 230}]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Balcony", "Roof", "Fridge")
        before = daemon.cycles(2)
        sim.fault("Balcony", "negative")
        sim.fault("Roof", "negative")
        daemon.cycles(1)
        page = daemon.cycles(2)
        assert page.get_one("kasa_power", kasa="Balcony") == -60
        assert page.get_one("kasa_power", kasa="Roof") == -40
        assert page[Key("collectd_kasa_total_power")] == 0
        for name in "Balcony", "Roof":
            assert page.get_one("kasa_up", kasa=name) == 1
            counts = [v for _, v in daemon.csv("kasa", name, "watt_hours")]
            assert counts == sorted(counts), name
            assert page.get_one("kasa_watt_hours_total", kasa=name) >= (
                before.get_one("kasa_watt_hours_total", kasa=name))


@pytest.mark.parametrize("how", [{"code": -11}, {"how": "list"}])
@pytest.mark.parametrize("method", ["get_time", "get_daystat get_monthstat"])
def test_a_plug_without_a_clock_tells_all_else(method, how):
    home = [{"alias": "HS110", "kind": "plug", "generation": 1, "load": 40,
             "fault": {"fault": "method", "method": method, **how}}]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("HS110")
        page = daemon.cycles(3)
        assert page.get_one("kasa_power", kasa="HS110") == 40
        assert not any(v == 0 for t in KWH
                       for _, v in daemon.csv("kasa", "HS110", t)[:1]
                       if "stat" in method and v)
        sim.fault("HS110", "none")
        daemon.cycles(2)
        page = daemon.cycles(1)
        assert page.get_one("kasa_up", kasa="HS110") == 1
        assert page.get_one("kasa_power", kasa="HS110") == 40


# -- what early firmware calls a month, and a total a little lower


@pytest.mark.parametrize("model, early", [("P110(EU)", True),
                                          ("P110M(EU)", False)])
def test_a_month_is_this_month_alone(model, early):
    """Early firmware has the last month in month_energy, too."""
    home = [plug("Boiler", "klap", model=model, load=2,
                 quirks={"two_months": early})]
    with Sim(home) as sim, Watched(
            sim, CONFIG, interval=INTERVAL) as daemon:
        page = daemon.wait_page(lambda p: has(p, "Boiler", *KWH) == list(KWH),
                                "kWh")
        assert page.get_one("kasa_kwh_month", kasa="Boiler") < 20


def test_a_total_that_returns_a_little_lower_counts_nothing():
    home = [{"alias": "Lamp", "kind": "plug", "load": 0, "total_wh": 60}]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Lamp")
        page = daemon.cycles(2)
        assert page.get_one("kasa_watt_hours_total", kasa="Lamp") == 60
        sim.fault("Lamp", "refuse")
        daemon.wait_down("Lamp")
        sim.set("Lamp", total_wh=59)
        sim.fault("Lamp", "none")
        daemon.wait_up("Lamp")
        page = daemon.cycles(2)
        assert page.get_one("kasa_watt_hours_total", kasa="Lamp") == 60
        assert page.get_one("kasa_total_watt_hours_total") in (0, None)
