# SPDX-License-Identifier: MIT
"""A list of what a SMART device can do that comes without one of its entries:
it is asked for again, and nothing that a list has named is forgotten."""

import pytest

from all_transports import ACCOUNT
from expect import REASONS
from leaks import Watched
from sim import Sim

pytestmark = [pytest.mark.plain, pytest.mark.takes(25)]

CONFIG = ACCOUNT + "EnergyInterval 10\n"


def plug(alias, **members):
    return {"alias": alias, "transport": "klap", "load": 60, "volts": 230,
            **members}


def lacks(component, count=-1):
    return {"fault": "lacks", "component": component, "count": count}


def test_a_meter_that_the_first_list_lacked_is_found():
    house = [plug("Boiler", model="P110M(EU)",
                  fault=lacks("energy_monitoring", 1)),
             plug("Strip", model="P304M(UK)", plugs=["A", "B", "C", "D"],
                  fault=lacks("child_device", 1)),
             plug("Bare", fault=lacks("energy_monitoring"))]
    with Sim(house) as sim, Watched(sim, CONFIG, interval=1) as daemon:
        page = daemon.wait_up("Boiler", "Strip", "Bare")
        assert page.get_one("kasa_power", kasa="Boiler") is None
        page = daemon.wait_page(
            lambda p: p.get_one("kasa_power", kasa="Boiler") == 60
            and p.get_one("kasa_plug_relay", kasa_plug="Strip", type="D")
            is not None, "the meter and the outlets", timeout=40)
        for name in ("Boiler", "Strip", "Bare"):
            assert all(page.get_one("kasa_failures_total", kasa=name, type=r)
                       == 0 for r in REASONS), name
        assert page.get_one("kasa_power", kasa="Bare") is None
