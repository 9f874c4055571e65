# SPDX-License-Identifier: MIT
"""One outlet of a strip that fails: the others and the relays go on, the sum is
left out, and all is back by itself."""

import pytest

from leaks import Watched
from sim import Sim
from test_partial import CONFIG, INTERVAL, failures

# the parsers of partial answers run under instruments in unit tests
pytestmark = [pytest.mark.plain, pytest.mark.takes(150)]

STRIPS = {
    "smart": {"alias": "smart", "transport": "klap", "dialect": "smart",
              "model": "P304M(UK)"},
    "iot": {"alias": "iot", "kind": "strip"},
}
METHODS = {"smart": "get_energy_usage get_emeter_data get_current_power",
           "iot": "get_realtime"}


@pytest.mark.parametrize("how", ["silence", "truncated_json", "garbage",
                                 "error", "list"])
@pytest.mark.parametrize("kind", STRIPS)
def test_an_outlet_that_fails_costs_its_own_values_and_the_sums(kind, how):
    names = ["Fan", "Lamp", "Desk"] + ["Bed"] * (kind == "smart")
    strip = {**STRIPS[kind], "plugs": [{"alias": n, "load": 10 * (i + 1)}
                                       for i, n in enumerate(names)]}

    def power(page):
        return {n: page.get_one("kasa_plug_power", kasa_plug=kind, type=n)
                for n in names}

    with Sim([strip]) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up(kind)
        daemon.cycles(2)
        sound = power(daemon.cycles(1))
        assert sound == {n: 10 * (i + 1) for i, n in enumerate(names)}
        sim.fault(kind, "method", method=METHODS[kind], how=how, plug=1,
                  code=-3)
        daemon.cycles(2)
        page = daemon.cycles(1)
        assert page.get_one("kasa_up", kasa=kind) == 1
        assert power(page) == {**sound, "Lamp": None}
        for name in names:
            assert page.get_one("kasa_plug_relay", kasa_plug=kind,
                                type=name) == 1
        assert page.get_one("kasa_power", kasa=kind) is None
        assert failures(page, kind) > 0
        sim.fault(kind, "none")
        daemon.cycles(1)
        page = daemon.cycles(1)
        assert power(page) == sound
        assert page.get_one("kasa_power", kasa=kind) == sum(sound.values())
