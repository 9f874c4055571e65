# SPDX-License-Identifier: MIT
"""Energy and cost are the same numbers wherever they arrive: in write_prometheus
and a real Prometheus, in csv files, in rrd files."""

import datetime
import json
import re
import subprocess

import pytest

from collectd import HOST, Collectd
from energy_files import KASACTL
from prometheus import Prometheus
from sim import Sim

TARIFF = """<Tariff>
 Currency "EUR"
 Rate 0.31
 Tax "VAT" 19
 DailyCharge 0.40
 MonthlyCharge 9.50
 MinimumCharge 60 "month"
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
NEAR = 1e-5  # each cost is rounded to millionths when its hour is over


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


def kasactl(folder, *words):
    return subprocess.run([KASACTL, *words, "--state", folder], capture_output=True,
                          text=True, check=True, timeout=60).stdout


def check_reports(folder, page, today):
    """What kasactl makes of the ledger is what was dispatched last."""
    range_ = ["--from", today, "--to", today, "--json"]
    energy = {by: json.loads(kasactl(folder, "energy", "--by", by, *range_))
              for by in ("device", "plug", "hour", "day", "month", "period")}
    near = lambda v: pytest.approx(v, abs=NEAR)
    whole = {t: on_page(page, "kasa_total", "", t, "") for t in TYPES}
    for by, answer in energy.items():
        assert answer["kwh"] == near(whole["kwh_today"]), by
        # on the first of a month, the minimum comes on top of that
        assert answer["energy_cost"] + answer["charges"] == near(whole["cost_today"]), by
    rows = {r["name"]: r for by in ("device", "plug") for r in energy[by]["rows"]}
    report = json.loads(kasactl(folder, "report", "--date", today, "--json"))
    items = {d["name"]: d for d in report["devices"]}
    for plugin, name, instance in SERIES[:-1]:
        for type_, key in ("kwh_today", "kwh"), ("cost_today", "cost"):
            value = on_page(page, plugin, name, type_, instance)
            row = rows[f"{name} / {instance}" if instance else name]
            assert row[key] == near(value), (name, instance)
            if instance or name == "Kettle":
                item = items[f"{name}: {instance}" if instance else name]
                assert item[key] == near(value), (name, instance)
    for type_, key in zip(TYPES, ("kwh", "month_kwh", "cost", "month_cost")):
        assert report[key] == near(whole[type_]), key
    # as people read it
    for words in [], ["--html"]:
        text = kasactl(folder, "report", "--date", today, *words).replace("&nbsp;", " ")
        assert (f"{whole['kwh_today']:.2f} kWh, {whole['cost_today']:.2f} EUR" in text)
        assert f"{whole['cost_month']:.2f} EUR" in text
    table = kasactl(folder, "energy", "--from", today, "--to", today)
    assert re.search(rf"^all that was used +{whole['kwh_today']:.3f} +"
                     rf"{energy['day']['cost']:.2f}", table, re.M), table


@pytest.mark.needs("rrdtool", "prometheus")
def test_every_writer_has_the_same_energy_and_cost(tmp_path):
    with Sim(HOUSE) as sim:
        # collectd makes rrd files in a thread, which its end may interrupt
        with Collectd(f'StateDirectory "{tmp_path}"\n' + TARIFF, plugins=["rrdtool"],
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
                today = datetime.date.today()
                page = daemon.page()
                # and the parts are the whole
                for type_ in ("kwh_today", "cost_today"):
                    parts = sum(on_page(page, "kasa_plug", "Strip", type_, i)
                                for i in ("Left", "Right"))
                    assert on_page(page, "kasa", "Strip", type_, "") \
                        == pytest.approx(parts, abs=NEAR)
                daemon.stop()
        if today == datetime.date.today():  # else it is about yesterday
            check_reports(tmp_path, page, str(today))
