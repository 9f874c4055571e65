# SPDX-License-Identifier: MIT
"""<Limits> in the real daemon: every step of every limit is a notification,
once, whatever happens to the daemon in between."""

import signal

import pytest

from collectd import Collectd
from sim import Sim

pytestmark = pytest.mark.takes(15)

# 7200 W are 2 Wh a second
HOUSE = [{"alias": "Kettle", "kind": "plug", "load": 7200, "total_wh": 5000},
         {"alias": "Strip", "kind": "strip", "load": 7200, "plugs": ["Fan", "Oven"]}]
TARIFF = '<Tariff>\nCurrency "EUR"\nRate 0.5\n</Tariff>\n'
BOXES = (TARIFF
         + "<Limits>\nDailyCost 0.002\nAt 50 100\nMonthlyEnergy 900000\n</Limits>\n"
         + '<Device "Kettle">\n<Limits>\nDailyEnergy 0.008\nAt 100\n</Limits>\n</Device>\n'
         + '<Device "Strip">\n<Plug "Oven">\n<Limits>\nDailyEnergy 0.004\nAt 25 100\n'
         + "</Limits>\n</Plug>\n</Device>\n")


def told(daemon):
    return [str(n[2]).split("message = ")[1]
            for n in daemon.notifications("type = limit")]


def all_used_up(daemon):
    lines = told(daemon)
    return all(any(x.startswith(f"{who}: today's {limit} are used up (") for x in lines)
               for who, limit in (("All plugs", "0.002 EUR"),
                                  ("Kettle", "0.008 kWh"), ("Oven", "0.004 kWh")))


def test_steps_of_site_device_and_outlet_are_told_once(tmp_path):
    options = f'StateDirectory "{tmp_path}/state"\n' + BOXES
    with Sim(HOUSE) as _:
        for number, end in enumerate(("kill", "stop", "stop")):
            with Collectd(options) as daemon:
                daemon.wait_up("Kettle", "Strip")
                if number == 0:
                    daemon.wait(lambda: all_used_up(daemon), "all that is used up",
                                timeout=60)
                daemon.cycles(3)
                lines = told(daemon)
                if number == 0:
                    assert len(lines) == len(set(lines)) <= 5, lines
                    # neither those that are not reached nor others
                    assert not any("900000" in x or "Fan" in x for x in lines), lines
                else:
                    assert lines == []
                if end == "kill":
                    daemon.stop(signal.SIGKILL)
                    daemon.status = 0  # as meant


def test_mistakes_are_named_and_the_rest_holds():
    with Collectd("<Limits>\nForecast true\n</Limits>\n"
                  '<Device "127.77.0.1">\n<Limits "x">\nDailyCost 10\nAt 0\n</Limits>\n</Device>\n',
                  errors=r"<Limits>") as daemon:
        daemon.wait_line(r"<Plugin kasa>: <Limits> limits nothing: it needs DailyEnergy")
        daemon.wait_line(r'<Device "127.77.0.1">: <Limits> takes no name, found "x"')
        daemon.wait_line(r"<Limits>: option At expects at most 16 percentages")
