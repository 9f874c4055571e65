# SPDX-License-Identifier: MIT
"""The values arrive at other ends: rrd files, and a real Prometheus."""

import re
import subprocess

import pytest

from collectd import HOST, Collectd
from prometheus import Prometheus
from sim import Sim


@pytest.mark.needs("rrdtool", "prometheus")
def test_rrd_files_and_a_real_prometheus_have_the_values():
    house = [
        {"alias": "Freezer", "kind": "plug", "load": 61.753, "volts": 230.837},
        {"alias": "Strip", "kind": "strip", "volts": 120, "plugs": [
            {"alias": f"Outlet {i}", "load": 10.5 * i} for i in range(3)]},
        {"alias": "K\u00fcche", "kind": "bulb", "load": 10.8},
    ]
    with Sim(house, args=["--speed", "0"]) as sim:
        with Collectd(plugins=["rrdtool"]) as daemon:
            with Prometheus(daemon.folder, [daemon.port]) as prometheus:
                daemon.wait_up("Freezer", "Strip", "K\u00fcche")
                daemon.cycles(5)
                for plugin, name, type_, instance, want in (
                        ("kasa", "Freezer", "power", "", 61.753),
                        ("kasa", "Freezer", "voltage", "", 230.837),
                        ("kasa", "Strip", "power", "", 31.5),
                        ("kasa_plug", "Strip", "power", "Outlet 2", 21),
                        ("kasa", "K\u00fcche", "power", "", 10.8),
                        ("kasa", "Freezer", "up", "", 1),
                        ("kasa_total", "", "power", "", 31.5 + 61.753 + 10.8)):
                    path = daemon.path(
                        HOST, plugin + ("-" + name if name else ""),
                        type_ + ("-" + instance if instance else "") + ".rrd")
                    rows = daemon.wait(lambda p=path: fetched(daemon, p),
                                       f"values in {path}")
                    assert rows[-1] == pytest.approx(want), path
                truth = {d["alias"]: d for d in sim.truth()}
                want = sum(d["watts"] for d in truth.values())
                daemon.wait(lambda: prometheus.query(
                    "sum(collectd_kasa_power)") == [pytest.approx(want)],
                    "Prometheus to have the sum", 20)
                for query, want in (
                        ("sum(collectd_kasa_plug_power)", 31.5),
                        ("collectd_kasa_total_power", want),
                        ("count(collectd_kasa_up == 1)", 3),
                        ('collectd_kasa_power{device="K\u00fcche"}', 10.8),
                        ("sum(rate(collectd_kasa_watt_hours_total[1m]))", 0)):
                    daemon.wait(lambda q=query, w=want: prometheus.query(q)
                                == [pytest.approx(w)], f"{query} = {want}")
                assert prometheus.health() == "up"


def fetched(daemon, path):
    """The known values of the last seconds in an rrd file."""
    daemon.command_line("FLUSH plugin=rrdtool")
    run = subprocess.run(
        ["rrdtool", "fetch", path, "AVERAGE", "-s", "-10", "-e", "now"],
        capture_output=True, text=True, check=False, timeout=20)
    if run.returncode:
        return None
    rows = re.findall(r"^\d+: (\S+)$", run.stdout, re.M)
    return [float(v) for v in rows if "nan" not in v]
