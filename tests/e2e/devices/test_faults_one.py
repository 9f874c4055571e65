# SPDX-License-Identifier: MIT
"""One of twenty devices falls ill: the other nineteen deliver in the same
interval, the sick one says why, once, and is back by itself when the cause is
gone."""

import time

import pytest

from collectd import Collectd, Key
from expect import REASONS, quiet_moment
from faulty_devices import (CONFIG, INTERVAL, OTHERS, failures, lines_of,
                      others_delivered, sick, wrongs)
from sim import Sim

pytestmark = pytest.mark.takes(205)

@pytest.fixture(scope="module", name="twenty")
def fixture_twenty():
    house = [*OTHERS[:10], sick("Sick"), *OTHERS[10:]]
    assert len(house) == 20
    with Sim(house) as sim:
        with Collectd(CONFIG, interval=INTERVAL) as daemon:
            daemon.wait_up(*(d["alias"] for d in house), timeout=20)
            daemon.cycles(1)
            yield sim, daemon


@pytest.mark.parametrize("case", [
    ("silence", {}, "timeout"), ("gone", {}, "timeout"),
    ("refuse", {}, "refused"), ("garbage", {}, "malformed")],
    ids=lambda case: case[0])
def test_one_of_twenty_harms_nobody_and_comes_back(twenty, case):
    sim, daemon = twenty
    fault, parameters, reason = case
    page = daemon.wait_up("Sick", timeout=20)
    before, said = failures(page, "Sick"), len(lines_of(daemon, "Sick"))
    healthy = {d["alias"]: failures(page, d["alias"]) for d in OTHERS}
    since = time.time()
    sim.fault("Sick", fault, **parameters)
    try:
        daemon.wait_down("Sick")
        page = daemon.cycles(2)
    finally:
        sim.fault("Sick", "none")
    assert page.get_one("kasa_up", kasa="Sick") == 0
    after = failures(page, "Sick")
    assert {r for r in REASONS if after[r] != before[r]} == {reason}
    for name, count in healthy.items():
        assert failures(page, name) == count, name
    others_delivered(daemon, since)
    daemon.wait_up("Sick", timeout=20)
    # the search that finds it again asks it too, after its reading
    daemon.wait(lambda: not wrongs(*quiet_moment(daemon, sim), "Sick"),
                "right values")
    daemon.wait(lambda: len(lines_of(daemon, "Sick")) >= said + 2, "2 lines")
    assert len(lines_of(daemon, "Sick")) == said + 2, lines_of(daemon, "Sick")


@pytest.mark.parametrize("fault", ["eof", "reset", "truncated", "garbage",
                                   "silence", "err_module"])
def test_one_bad_answer_costs_an_attempt_and_not_the_reading(twenty, fault):
    sim, daemon = twenty
    before = failures(daemon.wait_up("Sick", timeout=20), "Sick")
    since = time.time()
    sim.fault("Sick", fault, count=1,
              **({"code": -3} if fault == "err_module" else {}))
    page = daemon.cycles(1)
    sim.fault("Sick", "none")
    # a kept connection may end: then the request is repeated, uncounted
    counted = 0 if fault in ("eof", "reset") else 1
    assert sum(failures(page, "Sick").values()) == counted + sum(
        before.values())
    assert all(v == 1 for t, v in daemon.csv("kasa", "Sick", "up")
               if t > since)


def test_one_plug_of_a_strip_that_fails_costs_its_own_values_and_the_sums(
        twenty):
    sim, daemon = twenty
    page = daemon.wait_up("Strip 0")
    before = failures(page, "Strip 0")["device"]
    plugs = sorted({k.labels["type"] for k in page
                    if k.name == "collectd_kasa_plug_power"
                    and k.labels.get("kasa_plug") == "Strip 0"})
    assert len(plugs) > 3
    sim.fault("Strip 0", "err_method", code=-3, plug=3)
    daemon.cycles(1)
    since = time.time()
    daemon.cycles(3)
    page = daemon.cycles(1)
    until = time.time()
    sim.fault("Strip 0", "none")
    told = {p: [v for t, v in daemon.csv("kasa_plug", "Strip 0", f"power-{p}")
                if since < t < until] for p in plugs}
    assert sum(not v for v in told.values()) == 1, told
    assert not [t for t, _ in daemon.csv("kasa", "Strip 0", "power")
                if since < t < until]
    assert page.get_one("kasa_up", kasa="Strip 0") == 1
    assert failures(page, "Strip 0")["device"] > before
    assert daemon.ours("Strip 0.*left out.*emeter")
    daemon.wait(lambda: daemon.ours("Strip 0 answers in full again"), "again")


def test_a_reboot_is_an_outage_and_no_more(twenty):
    sim, daemon = twenty
    daemon.wait_up("Sick", timeout=20)
    said = len(lines_of(daemon, "Sick"))
    sim.reboot("Sick", seconds=2 * INTERVAL)
    daemon.wait_down("Sick")
    daemon.wait_up("Sick", timeout=20)
    daemon.wait(lambda: len(lines_of(daemon, "Sick")) == said + 2, "2 lines")


def test_the_daemon_stayed_small(twenty):
    _, daemon = twenty
    assert daemon.descriptors() < 120
    assert daemon.page()[Key("collectd_kasa_total_devices",
                             kasa_total="known")] == 20
