# SPDX-License-Identifier: MIT
"""Energy and cost are the same numbers wherever they arrive: in write_prometheus
and a real Prometheus, in csv files, in rrd files."""

import re
import subprocess

import pytest

from collectd import HOST, Collectd
from prometheus import Prometheus
from sim import Sim

TARIFF = """<Tariff>
 Currency "EUR"
 Rate 0.31
 Tax "VAT" 19
 DailyCharge 0.40
 MonthlyCharge 9.50
</Tariff>
"""
# 7200 W are 2 Wh a second
HOUSE = [{"alias": "Kettle", "kind": "plug", "load": 7200, "total_wh": 5000},
         {"alias": "Strip", "kind": "strip", "plugs": [
             {"alias": "Left", "load": 3600}, {"alias": "Right", "load": 1800}]}]
SERIES = [("kasa", "Kettle", ""), ("kasa", "Strip", ""),
          ("kasa_plug", "Strip", "Left"), ("kasa_plug", "Strip", "Right"),
          ("kasa_total", "", "")]
TYPES = ("kwh_today", "kwh_month", "cost_today", "cost_month")
NEAR = 2e-6  # a cost is rounded when its hour is over


def on_page(page, plugin, name, type_, instance):
    labels = {} if not name else {plugin: name}
    if instance:
        labels["type"] = instance
    return page.get_one(f"{plugin}_{type_}", **labels)


def in_rrd(daemon, plugin, name, type_, instance):
    path = daemon.path(HOST, plugin + (f"-{name}" if name else ""),
                       type_ + (f"-{instance}" if instance else "") + ".rrd")
    daemon.command_line("FLUSH plugin=rrdtool")
    run = subprocess.run(["rrdtool", "lastupdate", path], capture_output=True,
                         text=True, check=False, timeout=20)
    found = re.search(r"^\d+: (\S+)$", run.stdout, re.M)
    return float(found[1]) if found and "nan" not in found[1].lower() else None


def in_csv(daemon, plugin, name, type_, instance):
    rows = daemon.csv(plugin, name, type_, instance)
    return rows[-1][1] if rows else None


def in_prometheus(prometheus, plugin, name, type_, instance):
    wanted = [f'device="{name}"'] if name else []
    wanted += [f'outlet="{instance}"'] if instance else []
    answer = prometheus.query(f"collectd_{plugin}_{type_}"
                              + ("{" + ",".join(wanted) + "}" if wanted else ""))
    return answer[0] if answer and len(answer) == 1 else None


def differences(daemon, prometheus):
    page, wrong = daemon.page(), []
    for plugin, name, instance in SERIES:
        for type_ in TYPES:
            what = (plugin, name, type_, instance)
            want = on_page(page, *what)
            got = (in_csv(daemon, *what), in_rrd(daemon, *what),
                   in_prometheus(prometheus, *what))
            if want is None or any(v is None or abs(v - want) > NEAR for v in got):
                wrong.append((what, want, got))
    return wrong


@pytest.mark.needs("rrdtool", "prometheus")
def test_every_writer_has_the_same_energy_and_cost():
    with Sim(HOUSE) as sim:
        # collectd makes rrd files in a thread, which its end may interrupt
        with Collectd(TARIFF, plugins=["rrdtool"],
                      errors="cu_rrd_create_file") as daemon:
            with Prometheus(daemon.folder, [daemon.port]) as prometheus:
                daemon.wait_page(lambda p: all(
                    (on_page(p, plugin, name, "cost_today", instance) or 0) > 0.001
                    for plugin, name, instance in SERIES), "costs", 30)
                sim.time(speed=0)  # nothing is used any more
                last = []

                def agree():
                    last[:] = differences(daemon, prometheus)
                    return not last
                try:
                    daemon.wait(agree, "all writers to agree", 40)
                except AssertionError as error:
                    raise AssertionError(last) from error
                page = daemon.page()
                # and the parts are the whole
                for type_ in ("kwh_today", "cost_today"):
                    parts = sum(on_page(page, "kasa_plug", "Strip", type_, i)
                                for i in ("Left", "Right"))
                    assert on_page(page, "kasa", "Strip", type_, "") \
                        == pytest.approx(parts, abs=NEAR)
