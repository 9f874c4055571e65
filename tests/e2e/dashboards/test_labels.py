# SPDX-License-Identifier: MIT
"""The labels that grafana/prometheus.yml makes, in a real Prometheus: joins
that outlive a new address and a new name, the names of other exporters, and
two collectors on one network."""

import os
import shutil

import pytest

from collectd import HOST, Collectd
from prometheus import GRAFANA, Prometheus, configuration
from sim import Sim

pytestmark = [pytest.mark.needs("prometheus"), pytest.mark.plain]

HOUSE = [
    {"alias": "Freezer", "kind": "plug", "load": 80},
    {"alias": "Lamp", "kind": "plug", "load": 9},
    {"alias": "Desk", "kind": "strip", "plugs": [
        {"alias": "Monitor", "load": 27}, {"alias": "Printer", "load": 5}]},
]
JOIN = ("collectd_kasa_power * on (instance, device) group_left (model, mac) "
        "collectd_kasa_info")


def with_peers(ports):
    text = configuration(ports)
    assert "  - rules/*.rules.yml\n" in text
    return text.replace("  - rules/*.rules.yml\n",
                        "  - rules/*.rules.yml\n  - peers/*.rules.yml\n")


@pytest.fixture(scope="module", name="world")
def fixture_world():
    with Sim(HOUSE) as sim:
        with Collectd("DiscoveryInterval 2\nTimeout 0.5\n") as daemon:
            shutil.copytree(os.path.join(GRAFANA, "peers"),
                            daemon.path("peers"))
            with Prometheus(daemon.folder, [daemon.port],
                            with_peers([daemon.port])) as prometheus:
                daemon.wait_up(*(d["alias"] for d in HOUSE))
                prometheus.wait("count(collectd_kasa_up == 1)",
                                lambda n: n == len(HOUSE))
                prometheus.wait("count(collectd_kasa_info)",
                                lambda n: n == len(HOUSE))
                yield sim, daemon, prometheus


def labels(prometheus, text):
    """The sets of labels of an instant vector."""
    found = prometheus.ask("query", query=text)["result"]
    return [{k: v for k, v in r["metric"].items()
             if k not in ("__name__", "job")} for r in found]


# In the order in which things happen in the house.


def test_labels_are_those_of_the_field(world):
    sim, _, prometheus = world
    freezer = sim.device("Freezer")
    assert labels(prometheus, 'collectd_kasa_power{device="Freezer"}') == [
        {"instance": HOST, "device": "Freezer"}]
    assert labels(prometheus, 'collectd_kasa_plug_power{outlet="Monitor"}') == [
        {"instance": HOST, "device": "Desk", "outlet": "Monitor"}]
    assert labels(prometheus, 'collectd_kasa_total_devices{state="up"}') == [
        {"instance": HOST, "state": "up"}]
    assert labels(prometheus, 'collectd_kasa_info{device="Freezer"}') == [
        {"instance": HOST, "device": "Freezer", "model": freezer["model"],
         "mac": freezer["mac"], "hw": freezer["hw_ver"]}]
    assert labels(prometheus, 'collectd_kasa_info_now{device="Freezer"}') == [
        {"instance": HOST, "device": "Freezer", "ip": freezer["addr"],
         "fw": freezer["sw_ver"].split(" ")[0]}]


def test_others_names_are_there_through_their_rules(world):
    sim, _, prometheus = world
    mac = sim.device("Freezer")["mac"]
    prometheus.wait(f'kasa_device_power_watts{{device_id="{mac}",'
                    'alias="Freezer"}', lambda v: v == 80)
    prometheus.wait('kasa_plug_power_watts{alias="Desk",plug_alias="Monitor"}',
                    lambda v: v == 27)
    prometheus.wait("kasa_devices_discovered", lambda v: v == len(HOUSE))
    prometheus.wait(f'device_power{{device_id="{mac}",'
                    'device_alias="Freezer"}', lambda v: v == 80)


def test_a_join_outlives_a_new_address(world):
    sim, daemon, prometheus = world
    new = sim.move("Freezer")
    daemon.wait_page(lambda p: any(
        k.name == "collectd_kasa_info_now" and f"ip={new} " in
        k.labels["type"] for k in p), "the new address", 30)
    prometheus.wait(f'collectd_kasa_info_now{{ip="{new}"}}', lambda v: v == 1)
    assert len(labels(prometheus, JOIN)) == len(HOUSE)


def test_a_join_outlives_a_new_name(world):
    sim, daemon, prometheus = world
    mac = sim.device("Lamp")["mac"]
    sim.set("Lamp", alias="Bedside")
    daemon.wait_up("Bedside", timeout=20)
    prometheus.wait('collectd_kasa_power{device="Bedside"}', lambda v: v == 9)
    prometheus.wait('collectd_kasa_info{device="Bedside"}', lambda v: v == 1)
    # the history of both names by what stays
    assert mac in {x["mac"] for x in labels(prometheus, JOIN)}
    by_mac = prometheus.query(f"max by (mac) ({JOIN})", "mac")
    assert by_mac[mac] == 9 and len(by_mac) == len(HOUSE)


def test_two_collectors_on_one_network(world):
    sim, _, prometheus = world
    del prometheus
    text = "DiscoveryInterval 2\nTimeout 0.5\n"
    one, two = Collectd(text), Collectd(text)
    for daemon, name in ((one, "left"), (two, "right")):
        with open(daemon.config, encoding="utf-8") as file:
            config = file.read()
        with open(daemon.config, "w", encoding="utf-8") as file:
            file.write(config.replace(f'Hostname "{HOST}"',
                                      f'Hostname "{name}"'))
    with one, two:
        with Prometheus(one.folder, [one.port, two.port]) as prometheus:
            truth = {d["alias"]: d["watts"] for d in sim.truth()}
            for what in ("collectd_kasa_total_power",
                         "sum by (instance) (collectd_kasa_power)"):
                one.wait(lambda q=what: prometheus.query(q, "instance") == {
                    name: pytest.approx(sum(truth.values()))
                    for name in ("left", "right")}, what, 40)
            # what doc/sites.md says to ask, whichever of them is there
            assert prometheus.query("max by (device) (collectd_kasa_power)",
                                    "device") == pytest.approx(truth)
            one.stop()
            assert prometheus.query("max by (device) (collectd_kasa_power)",
                                    "device") == pytest.approx(truth)
