# SPDX-License-Identifier: MIT
"""Every way to fall ill that the simulator knows, one device each, among
nineteen healthy ones: each says why, once, and is back by itself when the
cause is gone; nobody waits for any of them. And what can be understood is no illness.
"""

import time

import pytest

from collectd import Collectd
from expect import REASONS, quiet_moment
from faulty_devices import (CONFIG, INTERVAL, OTHERS, failures, wrongs,
                      lines_of, name_of, others_delivered, sick)
from sim import Sim

pytestmark = pytest.mark.takes(65)

# fault, its parameters, and the reason under which it is counted
DEADLY = [
    ("refuse", {}, "refused"),
    ("drop", {}, "timeout"),
    ("gone", {}, "timeout"),
    ("silence", {}, "timeout"),
    ("reset", {}, "refused"),
    ("eof", {}, "refused"),
    ("delay", {"ms": 60000}, "timeout"),
    ("drip", {"bytes": 1, "interval": 20}, "timeout"),
    ("truncated", {}, "malformed"),
    ("truncated", {"part": 0.01}, "malformed"),
    ("truncated_json", {}, "malformed"),
    ("truncated_json", {"part": 0}, "malformed"),
    ("garbage", {}, "malformed"),
    ("wrong_length", {}, "malformed"),
    ("wrong_length", {"length": 0}, "malformed"),
    ("wrong_length", {"length": 10}, "malformed"),
    ("wrong_length", {"length": 65536}, "timeout"),
    ("wrong_length", {"length": 65537}, "malformed"),
    ("huge", {}, "malformed"),
    ("deep", {}, "malformed"),
    ("deep", {"depth": 30000}, "malformed"),
    ("html", {}, "malformed"),
    ("html", {"framed": 1}, "malformed"),
    ("err_module", {"module": "system", "code": -1}, "device"),
    ("err_method", {"module": "system", "code": -3}, "device"),
]


# The meter alone: the rest of the reading is as it was.
PARTIAL = [
    ("nanlike", {}, "malformed"),
    ("nanlike", {"word": "NaN"}, "malformed"),
    ("nanlike", {"word": "1e999"}, "malformed"),
    ("nanlike", {"word": "Infinity"}, "malformed"),
    ("nanlike", {"word": '""'}, "malformed"),
    ("nanlike", {"word": "[1]"}, "malformed"),
    ("nanlike", {"word": "true"}, "malformed"),
    ("nanlike", {"word": "99999999999999999999"}, "malformed"),
    ("negative", {}, "malformed"),
    ("err_module", {"code": -1}, "device"),
    ("err_module", {"code": -3}, "device"),
    ("err_method", {"code": -2}, "device"),
    ("err_method", {"code": -2001}, "device"),
    ("err_method", {"code": -999999}, "device"),
]

HARMLESS = [
    ("delay", {"ms": 30}),
    ("segments", {"k": 5, "interval": 5}),
    ("huge", {"kib": 60}),
    ("trailing", {}),
    ("strings", {}),
    ("strings", {"all": 1}),
    ("control_chars", {}),
    ("udp_silent", {}),
    ("udp_garbage", {}),
    ("udp_delay", {"ms": 500}),
]


@pytest.fixture(scope="module", name="ward")
def fixture_ward():
    """Pages and lines from before, during and after all the faults."""
    names = {name_of(c): f"Patient {i}x"
             for i, c in enumerate(DEADLY + PARTIAL + HARMLESS)}
    with Sim(OTHERS + [sick(n) for n in names.values()]) as sim:
        with Collectd(CONFIG, interval=INTERVAL) as daemon:
            everybody = [d["alias"] for d in sim.truth()]
            daemon.wait_up(*everybody, timeout=20)
            ward = {"names": names, "daemon": daemon,
                    "before": daemon.cycles(1), "since": time.time()}
            for case in DEADLY + PARTIAL + HARMLESS:
                sim.fault(names[name_of(case)], case[0], **case[1])
            daemon.cycles(2)
            ward["during"] = daemon.cycles(1)
            ward["lines"] = {n: lines_of(daemon, n) for n in names.values()}
            ward["until"] = time.time()
            sim.fault("*", "none")
            daemon.cycles(2)
            ward["after"] = quiet_moment(daemon, sim)
            ward["all lines"] = {n: lines_of(daemon, n)
                                 for n in names.values()}
            yield ward


@pytest.mark.parametrize("case", DEADLY, ids=map(name_of, DEADLY))
def test_a_sick_device_says_why_and_comes_back(ward, case):
    name, reason = ward["names"][name_of(case)], case[2]
    before = failures(ward["before"], name)
    during = failures(ward["during"], name)
    assert not any(before.values())
    assert ward["during"].get_one("kasa_up", kasa=name) == 0
    # the first poll tries twice, then once per interval
    assert during[reason] >= 3
    assert {r for r in REASONS if during[r]} == {reason}
    # one line, not one per interval
    lines = ward["lines"][name]
    assert len(lines) == 1 and f"{name} (127." in lines[0], lines
    assert "stopped answering: " in lines[0]
    # back by itself, with a line, and right again
    assert not wrongs(*ward["after"], name)
    lines = ward["all lines"][name]
    assert len(lines) == 2 and "answers again" in lines[1], lines


@pytest.mark.parametrize("case", PARTIAL, ids=map(name_of, PARTIAL))
def test_a_sick_meter_costs_the_meters_values_alone(ward, case):
    name, reason = ward["names"][name_of(case)], case[2]
    page = ward["during"]
    during = failures(page, name)
    assert page.get_one("kasa_up", kasa=name) == 1
    assert page.get_one("kasa_relay", kasa=name) == 1
    assert page.get_one("kasa_signal_power", kasa=name) < 0
    power = [v for t, v in ward["daemon"].csv("kasa", name, "power")
             if ward["since"] + INTERVAL < t < ward["until"]]
    if case[0] == "negative":
        assert power and set(power) == {-61.753}
    else:
        assert not power
    assert during[reason] >= 2
    assert {r for r in REASONS if during[r]} == {reason}
    lines = ward["lines"][name]
    assert len(lines) == 1 and f"{name} (127." in lines[0], lines
    assert "a part of its answers cannot be used and is left out: " in lines[0]
    # back by itself, with a line, and right again
    assert not wrongs(*ward["after"], name)
    lines = ward["all lines"][name]
    assert len(lines) == 2 and "answers in full again" in lines[1], lines


@pytest.mark.parametrize("case", HARMLESS, ids=map(name_of, HARMLESS))
def test_an_odd_answer_that_can_be_understood_is(ward, case):
    name = ward["names"][name_of(case)]
    page = ward["during"]
    assert not any(failures(page, name).values())
    assert not ward["all lines"][name]
    assert page.get_one("kasa_power", kasa=name) == 61.753
    rows = ward["daemon"].csv("kasa", name, "up")
    assert len(rows) > 4 and all(v == 1 for _, v in rows)


def test_no_healthy_device_was_harmed_by_any_of_them(ward):
    for device in OTHERS:
        name = device["alias"]
        assert not any(failures(ward["during"], name).values()), name
        assert not any(failures(ward["after"][1], name).values()), name
    others_delivered(ward["daemon"], ward["since"])
