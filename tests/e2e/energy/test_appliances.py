# SPDX-License-Identifier: MIT
"""<Appliance> and <Spike> blocks in the real daemon: a simulated machine is
switched through its programme; its cycles become values and notifications."""

import datetime
import json
import os
import re
import signal
import sqlite3
import subprocess

import pytest

from collectd import BUILD, Collectd
from metadata import Metadata
from sim import Sim

pytestmark = pytest.mark.takes(120)

def kasactl(*arguments):
    return subprocess.run([os.path.join(BUILD, "kasactl"), *arguments], timeout=20,
                          capture_output=True, text=True, check=False)


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


@pytest.mark.skipif(not Metadata.there, reason="collectd has no python plugin here")
@pytest.mark.plain  # libpython keeps what it has: leaks that are not ours
def test_programs_read_the_figures_beside_the_text(tmp_path):
    noted = Metadata(tmp_path)
    block = ('<Tariff>\nCurrency "CZK"\nRate 50\n</Tariff>\n<Device "Washer">\n'
             + FAST.format(more='Kind "washer"\nMaxDuration 10')
             + "<Limits>\nDailyEnergy 0.001\nAt 50\n</Limits>\n</Device>\n")
    with Sim([{"alias": "Washer", "kind": "plug", "load": 0, "total_wh": 100}]) as sim, \
            Collectd(block + f'StateDirectory "{tmp_path}/state"\n', blocks=noted.blocks) as daemon:
        daemon.wait_up("Washer")
        sim.set("Washer", load=2000)
        daemon.wait(lambda: noted.of("watch") and noted.of("limit"), "left on, and the limit", 60)
        sim.set("Washer", load=0)
        daemon.wait(lambda: noted.of("cycle"), "finished", 60)
        daemon.wait(lambda: len(noted.of("watch")) == 2, "over", 60)
        page = daemon.page()
    left_on, over = noted.of("watch")
    assert left_on["meta"] == {"Kind": "washer", "Reason": "MaxDuration"}
    assert over["meta"] == {"Kind": "washer"}
    limit = noted.of("limit")[0]
    assert limit["meta"]["Limit"] == "DailyEnergy" and limit["meta"]["Step"] == "50"
    assert limit["meta"]["Allowed"] in limit["text"] and limit["meta"]["Used"] in limit["text"]
    cycle, = noted.of("cycle")
    meta = cycle["meta"]
    assert set(meta) == {"Duration", "Energy", "Cost", "End"}
    assert cycle["text"] == f"Washer finished: {meta['Duration']}, {meta['Energy']}, {meta['Cost']}"
    assert meta["Energy"] == f"{page.get_one('kasa_cycle_kwh', kasa='Washer'):.2f} kWh"
    ended = datetime.datetime.fromisoformat(meta["End"])
    ago = datetime.datetime.now(datetime.timezone.utc) - ended
    assert 0 < ago.total_seconds() < 120


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


def test_a_cycle_outlives_a_kill_and_a_restart_and_says_its_cost(tmp_path):
    house = [{"alias": "Washer", "kind": "plug", "load": 0, "total_wh": 100}]
    options = (f'StateDirectory "{tmp_path}/state"\n<Tariff>\nCurrency "CZK"\nRate 50\n</Tariff>\n'
               '<Device "Washer">\n' + FAST.format(more="").replace("EndFor 10", "EndFor 12")
               + "</Device>\n")

    def washer(page, name):
        return page.get_one("kasa_" + name, kasa="Washer")

    with Sim(house) as sim:
        sim.set("Washer", load=3600)
        for end in ("kill", "stop"):
            with Collectd(options) as daemon:
                daemon.wait_up("Washer")
                daemon.wait_page(lambda p: washer(p, "running") == 1, "running")
                daemon.cycles(3)
                assert daemon.notifications("finished") == []
                if end == "kill":
                    daemon.stop(signal.SIGKILL)
                    daemon.status = 0  # as meant
        with Collectd(options) as daemon:
            daemon.wait_page(lambda p: washer(p, "running") == 1, "still running")
            sim.set("Washer", load=0)
            page = daemon.wait_page(lambda p: washer(p, "cycles_total") == 1
                                    and washer(p, "cycle_cost") is not None, "finished", timeout=40)
            daemon.wait(lambda: len(daemon.notifications("finished")) == 1, "told")
            text = str(daemon.notifications("finished")[0])
            assert re.search(r"Washer finished: \d+ s, 0\.\d\d kWh, \d+\.\d\d CZK", text), text
            # three daemons have seen it
            assert washer(page, "cycle_duration") > 9
            assert washer(page, "cycle_cost") == pytest.approx(50 * washer(page, "cycle_kwh"), rel=1e-6)
            daemon.stop()
        # the report of that day has it once; midnight may have passed meanwhile
        days = [(datetime.date.today() - datetime.timedelta(days=n)).isoformat() for n in (0, 1)]
        reports = [kasactl("report", "--json", "--date", day, "--state", f"{tmp_path}/state") for day in days]
        cycles = [c for r in reports if r.returncode == 0 for c in json.loads(r.stdout)["cycles"]]
        assert cycles == [{"name": "Washer", "count": 1,
                           "kwh": pytest.approx(washer(page, "cycle_kwh"), abs=1e-6),
                           "cost": pytest.approx(washer(page, "cycle_cost"), abs=1e-5)}], reports
        assert any(re.search(r"^Finished +Washer once \(0\.\d\d kWh, \d+\.\d\d CZK\)$",
                             kasactl("report", "--date", day, "--state", f"{tmp_path}/state").stdout, re.M)
                   for day in days)
        with Collectd(options + "Report cost false\n") as daemon:
            page = daemon.wait_page(lambda p: washer(p, "cycles_total") == 1, "remembered")
            assert washer(page, "cycle_kwh") is not None
            assert washer(page, "cycle_cost") is None and washer(page, "cost_today") is None
            daemon.cycles(2)
            assert daemon.notifications("finished") == []
            # what is kept is to be seen, and to be forgotten
            out = kasactl("appliance", "show", "washer", "--json", "--state", f"{tmp_path}/state")
            one = json.loads(out.stdout)["appliances"][0]
            assert (one["device"], one["cycles"], one["running"]) == ("Washer", 1, False), one
            assert "latest cycle" in kasactl("appliance", "show", "--state", f"{tmp_path}/state").stdout
            assert kasactl("appliance", "reset", "Dryer", "--state", f"{tmp_path}/state").returncode == 1
            daemon.stop()
        assert kasactl("appliance", "reset", "Washer", "--state", f"{tmp_path}/state").returncode == 0
        with Collectd(options) as daemon:
            daemon.wait_page(lambda p: washer(p, "cycles_total") == 0, "forgotten")


def test_the_ledger_knows_which_appliance_is_of_a_cold_kind(tmp_path):
    """For the weekly report, which says when one works harder."""
    house = [{"alias": name, "kind": "plug", "load": 50, "total_wh": 100} for name in ("Freezer", "Washer")]
    options = f'StateDirectory "{tmp_path}/state"\n' + "".join(
        f'<Device "{name}">\n<Appliance>\nKind "{name.lower()}"\n</Appliance>\n</Device>\n'
        for name in ("Freezer", "Washer"))
    with Sim(house), Collectd(options) as daemon:
        daemon.wait_up("Freezer", "Washer")
        daemon.cycles(1)
        daemon.stop()
    with sqlite3.connect(f"{tmp_path}/state/energy.db") as db:
        cold = dict(db.execute(
            "SELECT a.device, n.text LIKE '%' || char(10) || 'cold 1' || char(10) || '%' FROM note n "
            "JOIN meter m ON n.name = m.identity || '/' || m.slot JOIN account a ON a.meter = m.id "
            "WHERE n.kind = 'appliance'"))
    assert cold == {"Freezer": 1, "Washer": 0}
