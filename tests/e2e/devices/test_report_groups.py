# SPDX-License-Identifier: MIT
"""What Report leaves out, and how many series a plug has."""

from collections import Counter

from collectd import Collectd
from sim import Sim

HOUSE = [
    {"alias": "Old plug", "kind": "plug", "generation": 1, "load": 40},
    {"alias": "Plug", "kind": "plug", "load": 40, "total_wh": 70},
    {"alias": "Strip", "kind": "strip", "plugs": ["One", "Two"]},
    {"alias": "Dimmer", "kind": "dimmer", "brightness": 40},
]
GROUPS = {
    "info": {"info", "info_now"},
    "failures": {"failures_total"},
    "mains": {"voltage", "current"},
    "link": {"signal_power", "response_time"},
    "lights": {"brightness"},
    "energy": {"kwh_today", "kwh_month"},
}


def types_of(page, name):
    return {k.name.removeprefix("collectd_kasa_") for k in page
            if k.labels.get("kasa") == name}


def test_a_plug_has_at_most_fifteen_series():
    with Sim(HOUSE) as sim:
        with Collectd("Timeout 0.3\nRetries 0\n", status=False) as daemon:
            daemon.wait_up(*(d["alias"] for d in HOUSE))
            page = daemon.wait_page(lambda p: p.get_one(
                "kasa_kwh_today", kasa="Plug") is not None, "its energy")
            count = Counter(k.labels["kasa"] for k in page
                            if "kasa" in k.labels)
            assert count["Plug"] >= 10
            assert max(count.values()) <= 15, count
            assert not [k for k in page if "failures" in k.name]

            # a reason begins when it first occurs
            sim.fault("Plug", "refuse")
            daemon.wait_down("Plug")
            page = daemon.page()
            told = {k.labels["type"]: v for k, v in page.items()
                    if k.name == "collectd_kasa_failures_total"
                    and k.labels["kasa"] == "Plug"}
            assert set(told) == {"refused"} and told["refused"] > 0


def test_each_group_can_be_left_out():
    with Sim(HOUSE):
        with Collectd("".join(f"Report {g} false\n" for g in GROUPS)
                      + "Report plugs false\nReport totals false\n",
                      status=False) as daemon:
            page = daemon.wait_up(*(d["alias"] for d in HOUSE))
            page = daemon.wait_page(lambda p: p.get_one(
                "kasa_watt_hours_total", kasa="Plug") is not None,
                "its energy")
            assert {"power", "relay", "up"} <= types_of(page, "Plug")
            for name in (d["alias"] for d in HOUSE):
                assert not types_of(page, name) & set().union(
                    *GROUPS.values()), name
            assert not [k for k in page if k.name.startswith(
                ("collectd_kasa_plug_", "collectd_kasa_total_"))]
