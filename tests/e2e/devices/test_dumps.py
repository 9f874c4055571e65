# SPDX-License-Identifier: MIT
"""Answers of real devices, served by kasasim and read by the real daemon, give
the readings that INDEX.tsv of the dumps lists."""

import csv
import json
import os
import re

import pytest

from collectd import Collectd
from expect import REASONS
from sim import Sim

DEVICES = os.environ.get("KASA_DEVICES", "")

# column of the index: type of collectd
COLUMNS = {"relay": "relay", "rssi": "signal_power", "led_off": "led_off",
           "on_time_s": "on_time", "power_w": "power", "voltage_v": "voltage",
           "current_a": "current", "energy_total_wh": "watt_hours",
           "updating": "updating", "cloud_connected": "cloud_connected",
           "brightness": "brightness"}
PLUG_COLUMNS = {"relay": "relay", "P": "power", "V": "voltage",
                "I": "current", "Wh": "watt_hours"}
# present only where the device says so, and in no column of the index
UNLISTED = {"overheated", "motion", "ambient_light", "kwh_today", "kwh_month"}


def rows():
    if not os.path.exists(os.path.join(DEVICES, "INDEX.tsv")):
        return []
    with open(os.path.join(DEVICES, "INDEX.tsv"), encoding="utf-8",
              newline="") as file:
        return [r for r in csv.DictReader(file, delimiter="\t")
                if r["transport"] == "xor"]


ROWS = rows()


@pytest.fixture(scope="module", name="served")
def fixture_served():
    if not ROWS:
        pytest.skip("KASA_DEVICES does not name a folder with INDEX.tsv")
    with Sim(dumps=DEVICES, args=["--transport", "xor"]) as sim:
        by_file = {"iot/" + os.path.basename(d["dump"]): d
                   for d in sim.truth()}
        with Collectd('Name "address"\n') as daemon:
            daemon.wait_page(lambda p: len(p.names()) == len(by_file)
                             and all(p.get_one("kasa_up", kasa=n) == 1
                                     for n in p.names()), "all up")
            yield by_file, daemon.cycles(1), daemon


def number(text):
    return None if text in ("-", "") else float(text)


def expected(row):
    """{type: value} of the device and {slot: {type: value}} of its plugs."""
    device = {type_: number(row[column]) for column, type_ in COLUMNS.items()}
    if "zero_voltage_placeholder" in row["notes"]:
        device["voltage"] = device["current"] = None  # not measured at all
    plugs = {}
    for part in row["plugs"].split(";"):
        found = re.match(r"slot(\d+):(.*)", part)
        if found is None:
            continue
        pairs = dict(p.split("=") for p in found.group(2).split(","))
        plugs[int(found.group(1))] = {
            type_: number(pairs.get(column, "-"))
            for column, type_ in PLUG_COLUMNS.items()}
    return device, plugs


def reading(page, plugin, **labels):
    """{type: value} of one device or plug on the page."""
    out = {}
    for key, value in page.items():
        found = re.match(rf"collectd_{plugin}_(?!plug_|total_)(\w+?)"
                         r"(?:_total)?$", key.name)
        if found and key.labels == labels:
            out[found.group(1)] = value
    return out


def compare(got, want, where):
    for type_, value in want.items():
        if value is None:
            # a bulb without a count of its own is counted by its power
            assert type_ not in got or type_ == "watt_hours", (where, type_)
        else:
            assert got.get(type_) == pytest.approx(value, rel=1e-9), (
                where, type_)
    extra = set(got) - set(want) - UNLISTED - {"up", "response_time"}
    assert not extra, (where, extra)


@pytest.mark.parametrize("row", ROWS, ids=[r["file"] for r in ROWS])
def test_a_real_answer_gives_the_readings_of_the_index(served, row):
    by_file, page, _ = served
    truth = by_file[row["file"]]
    device, plugs = expected(row)
    compare(reading(page, "kasa", kasa=truth["addr"]), device, row["file"])
    with open(truth["dump"], encoding="utf-8") as file:
        info = json.load(file)["system"]["get_sysinfo"]
    names = [c["alias"] for c in info.get("children", ())]
    assert len(names) == int(row["children"])
    for slot, want in plugs.items():
        got = reading(page, "kasa_plug", kasa_plug=truth["addr"],
                      type=names[slot - 1])
        on_time = got.pop("on_time")
        assert on_time == (max(0, info["children"][slot - 1]["on_time"])
                           if want["relay"] else 0)
        compare(got, want, f"{row['file']} slot {slot}")
    for reason in REASONS:
        assert page.get_one("kasa_failures_total", kasa=truth["addr"],
                            type=reason) == 0
    assert any(k.name == "collectd_kasa_info"
               and f"model={row['model']} " in k.labels["type"]
               for k in page)


def test_every_open_dump_was_served(served):
    by_file, page, daemon = served
    assert set(by_file) == {r["file"] for r in ROWS}
    assert len(page.names()) == len(ROWS) > 20
    assert not daemon.ours("stopped|not answer")
