# SPDX-License-Identifier: MIT
"""<Appliance> and <Spike> blocks in the real daemon: a simulated machine is
switched through its programme; its cycles become values and notifications."""

import re

import pytest

from collectd import Collectd
from sim import Sim

pytestmark = pytest.mark.takes(25)

# a programme in seconds instead of hours
FAST = """
<Appliance>
  StartAbove 10
  StartFor 2
  EndBelow 4
  EndFor 10
  MinEnergy 0.1
  MinDuration 2
  {more}
</Appliance>
"""


def test_a_cycle_is_counted_and_told_once():
    house = [{"alias": "Washer", "kind": "plug", "load": 0, "total_wh": 100},
             {"alias": "Strip", "kind": "strip", "load": 0, "plugs": ["Fan", "Tumbler"]}]
    block = ('<Device "Washer">\n' + FAST.format(more="") + '</Device>\n'
             '<Device "Strip">\n<Plug "Tumbler">\nName "Dryer"\n' + FAST.format(more="")
             + "</Plug>\n</Device>\n")
    with Sim(house) as sim, Collectd(block) as daemon:
        daemon.wait_up("Washer", "Strip")
        daemon.wait_page(lambda p: p.get_one("kasa_running", kasa="Washer") == 0, "idle")
        sim.set("Washer", load=2000)
        sim.set("Strip", plug="Tumbler", load=1500)
        daemon.wait_page(lambda p: p.get_one("kasa_running", kasa="Washer") == 1
                         and p.get_one("kasa_plug_running", kasa_plug="Strip", type="Dryer") == 1, "running")
        daemon.cycles(4)
        assert daemon.notifications("finished") == []
        sim.set("Washer", load=1)
        sim.set("Strip", plug="Tumbler", load=0)
        daemon.wait_page(lambda p: p.get_one("kasa_cycles_total", kasa="Washer") == 1
                         and p.get_one("kasa_plug_cycles_total", kasa_plug="Strip", type="Dryer") == 1,
                         "finished", timeout=40)
        daemon.wait(lambda: len(daemon.notifications("finished")) == 2, "told")
        page = daemon.page()
        duration = page.get_one("kasa_cycle_duration", kasa="Washer")
        assert duration >= 4
        kwh = page.get_one("kasa_cycle_kwh", kasa="Washer")
        # 2000 W from the first reading to the last one, by the plug's counter
        assert kwh == pytest.approx(2000 * duration / 3.6e6, rel=0.35, abs=0.0006)
        daemon.cycles(2)
        told = sorted(str(n) for n in daemon.notifications("finished"))
        assert len(told) == 2
        assert any("Washer finished: " in t for t in told)
        assert any("Dryer finished: " in t for t in told)


def test_a_machine_left_on_is_told_and_over():
    house = [{"alias": "Iron", "kind": "plug", "load": 0}]
    block = ('<Device "Iron">\n' + FAST.format(more="MaxDuration 10")
             + "</Device>\n")
    with Sim(house) as sim, Collectd(block) as daemon:
        daemon.wait_up("Iron")
        sim.set("Iron", load=1200)
        daemon.wait(lambda: daemon.notifications("has run"), "left on", timeout=90)
        text = str(daemon.notifications("has run")[0])
        assert re.search(r"Iron has run \d+ s; at most 10 s is allowed", text), text
        sim.set("Iron", load=0)
        daemon.wait(lambda: daemon.notifications("has stopped"), "over", timeout=40)
        assert len(daemon.notifications("has run")) == 1
