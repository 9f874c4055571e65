# SPDX-License-Identifier: MIT
"""Every value on the metrics page and in csv is what the simulator served
last, under the names of doc/names.md, and no series is missing or too many."""

import math
import re
import time

import pytest

import collectd
from collectd import HOST, Collectd, Key
from expect import (COUNTERS, GAUGES, differences, last_served_at, metric,
                    quiet_moment, series)
from sim import Sim

MIXED = [
    {"alias": "Old plug", "kind": "plug", "generation": 1, "rssi": -71,
     "load": {"kind": "office", "watts": 60.5, "swing": 20, "noise": 5},
     "total_wh": 55139, "led_off": True},
    {"alias": "New plug", "kind": "plug", "load": {
        "kind": "office", "watts": 61.753, "swing": 9, "noise": 3},
     "total_wh": 16323.9, "updating": True, "ntc_state": 1, "cloud": False},
    {"alias": "Old plain", "kind": "plug", "generation": 1, "meter": False},
    {"alias": "Plain, off", "kind": "plug", "meter": False, "relay": False,
     "on_time": 1484408},
    {"alias": "Negative time", "kind": "plug", "meter": False,
     "on_time": -32407},
    {"alias": "Switch", "kind": "switch", "quirks": {"no_meter": "hang"}},
    {"alias": "Dimmer", "kind": "dimmer", "relay": False, "brightness": 30},
    {"alias": "Hall", "kind": "sensor", "motion": True, "ambient_light": 12,
     "dark": True},
    {"alias": "Porch", "kind": "sensor", "motion": False,
     "ambient_light": 97},
    {"alias": "Strip", "kind": "strip", "total_wh": 1279, "plugs": [
        {"alias": f"Outlet {i}", "load": {
            "kind": "constant", "watts": 10 * i, "noise": 2 if i else 0},
         "relay": i != 2} for i in range(6)]},
    {"alias": "Old strip", "kind": "strip", "generation": 1, "plugs": [
        {"alias": "Fan", "load": 22, "relay": False},
        {"alias": "Pump", "load": 33.25}]},
    {"alias": "Plain strip", "kind": "strip", "meter": False,
     "plugs": ["Iron", {"alias": "Lamp", "relay": False,
                        "on_time": 1484408}, "Saw"]},
    {"alias": "Bulb", "kind": "bulb", "generation": 1, "brightness": 42,
     "load": 10.8},
    {"alias": "Bulb off", "kind": "bulb", "relay": False, "brightness": 95,
     "load": 10.8},
    {"alias": "Glow", "kind": "lightstrip", "brightness": 15,
     "load": {"kind": "lamp", "watts": 2.725}},
]


@pytest.fixture(scope="module", name="house")
def fixture_house():
    with Sim(MIXED) as sim:
        with Collectd("EnergyInterval 10\n") as daemon:
            daemon.wait_up(*(d["alias"] for d in sim.truth()))
            daemon.cycles(1)
            yield sim, daemon


def test_exactly_the_series_of_each_class_with_the_values_served(house):
    sim, daemon = house
    for _ in range(3):
        truth, page = quiet_moment(daemon, sim)
        assert not differences(page, series(truth))
        daemon.cycles(1)


def test_units_and_kinds_are_those_of_the_table(house):
    _, daemon = house
    page = daemon.page()
    for type_ in GAUGES:
        if type_ == "overloaded":
            continue  # of no device that speaks XOR
        assert page.types[metric("kasa", type_)] == "gauge", type_
    for type_ in set(COUNTERS) - {"failures"}:  # none has occurred
        assert page.types[metric("kasa", type_)] == "counter", type_
    assert "nan" not in page.text.lower().replace("instance", "")
    for value in page.values():
        assert math.isfinite(value)


def test_times_are_those_of_the_answers(house):
    sim, daemon = house
    truth, page = quiet_moment(daemon, sim)
    for d in truth:
        stamp = page.times[Key("collectd_kasa_up", kasa=d["alias"])]
        served = last_served_at(d)
        # devices are asked within the same moment, answers take no second
        assert served - 0.9 < stamp < served + 0.9 * collectd.SLOWNESS, d


def test_csv_says_the_same_as_the_page(house):
    _, daemon = house

    def compare():
        page = daemon.page()
        for key, value in page.items():
            if not key.name.startswith("collectd_kasa"):
                continue
            plugin, type_ = re.match(
                r"collectd_(kasa(?:_plug|_total)?)_(.+?)(?:_total)?$",
                key.name).groups()
            labels = key.labels
            name = "" if plugin == "kasa_total" else labels.get(plugin, "")
            instance = labels.get(
                "kasa_total" if plugin == "kasa_total" else "type", "")
            rows = daemon.csv(plugin, name, type_, instance)
            assert rows, (plugin, name, type_, instance)
            # the page may be one cycle older or younger than the file
            if not any(math.isclose(v, value, rel_tol=1e-6, abs_tol=1e-6)
                       and abs(t - page.times[key]) < 0.002
                       for t, v in rows):
                return False
        return True
    daemon.wait(compare, "csv and page to agree")


def test_changes_of_the_house_arrive(house):
    sim, daemon = house
    sim.set("New plug", relay=False, led_off=True, rssi=-44)
    sim.set("Strip", plug=3, relay=False)
    sim.set("Bulb", brightness=7)
    sim.set("Hall", motion=False, ambient_light=88)
    sim.set("Dimmer", relay=True, brightness=100)
    daemon.cycles(1)
    truth, page = quiet_moment(daemon, sim)
    assert page.get_one("kasa_power", kasa="New plug") == 0
    assert page.get_one("kasa_on_time", kasa="New plug") == 0
    assert page.get_one("kasa_plug_power", kasa_plug="Strip",
                        type="Outlet 3") == 0
    assert not differences(page, series(truth))


def test_a_sum_over_kasa_counts_no_strip_twice(house):
    sim, daemon = house
    truth, page = quiet_moment(daemon, sim)
    everything = sum(p["served"]["watts"] for d in truth
                     for p in d["plugs"] if "watts" in p["served"])
    everything += sum(d["served"]["watts"] for d in truth
                      if "watts" in d.get("served", {}))
    kasa = sum(v for k, v in page.items() if k.name == "collectd_kasa_power")
    assert kasa == pytest.approx(everything)
    assert page.get_one("kasa_total_power") == pytest.approx(everything)


def test_unixsock_knows_the_series_by_their_names(house):
    _, daemon = house
    names = daemon.listval()
    assert f"{HOST}/kasa-New plug/power" in names
    assert f"{HOST}/kasa_plug-Strip/power-Outlet 1" in names
    assert daemon.getval(f"{HOST}/kasa-New plug/up") == [
        "value=1.000000e+00"]
    # nobody asked for a second notation of anything
    assert len({n.lower() for n in names}) == len(names)
    assert time.time() - max(names.values()) < 10 * collectd.SLOWNESS
