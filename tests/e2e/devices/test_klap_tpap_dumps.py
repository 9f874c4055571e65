# SPDX-License-Identifier: MIT
"""Answers of real devices with newer firmware, served by kasasim over the
transport they spoke, give the readings that INDEX.tsv lists; hubs, chimes and
vacuums among them are left alone."""

import csv
import os
import re

import pytest

from expect import REASONS
from leaks import Watched
from all_transports import ACCOUNT
from sim import Sim
from test_dumps import (COLUMNS, DEVICES, PLUG_COLUMNS, compare, number,
                        reading)

STRANGERS = ("hub", "chime", "vacuum")
# of SMART plugs and bulbs the power is counted, and in no column of the index
# today and this month are the ledger's: a recorded clock begins no day of ours;
# what the dialect makes of the figures is check_smart_dumps' business
UNLISTED = {"watt_hours", "overheated", "overloaded", "kwh_today", "kwh_month"}


def rows():
    path = os.path.join(DEVICES, "INDEX.tsv")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file, delimiter="\t",
                                          quoting=csv.QUOTE_NONE)
                if r["transport"] in ("klap", "aes")]


ROWS = rows()
READ = [r for r in ROWS if r["kind"] not in STRANGERS]


def says_login(path):
    with open(path, encoding="utf-8") as file:
        return re.search(r'"lv":\s*[12]', file.read()) is not None


@pytest.fixture(scope="module", name="served")
def fixture_served():
    if not ROWS:
        pytest.skip("KASA_DEVICES does not name a folder with INDEX.tsv")
    with Sim(dumps=DEVICES) as sim:
        by_file = {d["dump"][len(DEVICES):].lstrip("/"): d
                   for d in sim.truth()}
        wanted = [by_file[r["file"]]["addr"] for r in READ]
        # early firmware does not say which AES login it wants, and takes the
        # older one only
        early = [d["addr"] for d in by_file.values()
                 if d["transport"] == "aes" and not says_login(d["dump"])]
        blocks = "".join(f'<Device "{a}">\nAESLogin 1\n</Device>\n' for a in early)
        with Watched(sim, ACCOUNT + 'Name "address"\n' + blocks) as daemon:
            daemon.wait_up(*wanted)
            yield by_file, daemon.cycles(1), daemon, sim


def expected(row):
    """{type: value} of the device and {slot: {type: value}} of its plugs."""
    device = {type_: number(row[column])
              for column, type_ in COLUMNS.items()}
    if device["power"] is not None:
        device.pop("watt_hours")
    plugs = {}
    for slot, part in enumerate(filter(None, row["plugs"].split(";")), 1):
        found = re.match(r"slot(\d*)-?:(.*)", part)
        if found is None:
            continue
        pairs = dict(p.split("=") for p in found.group(2).split(","))
        plugs[int(found.group(1) or slot)] = {
            type_: number(pairs.get(column, "-"))
            for column, type_ in PLUG_COLUMNS.items()}
    return device, plugs


@pytest.mark.parametrize("row", READ, ids=[r["file"] for r in READ])
def test_a_real_answer_gives_the_readings_of_the_index(served, row):
    by_file, page, _, _ = served
    addr = by_file[row["file"]]["addr"]
    early = [d["addr"] for d in by_file.values() if not says_login(d["dump"])]
    device, plugs = expected(row)
    got = reading(page, "kasa", kasa=addr)
    for type_ in UNLISTED:
        got.pop(type_, None)
    compare(got, device, row["file"])
    assert len(plugs) == int(row["children"])
    for slot, want in plugs.items():
        names = {k.labels["type"] for k in page
                 if k.name == "collectd_kasa_plug_relay"
                 and k.labels["kasa_plug"] == addr
                 and k.labels["type"].endswith(f"({slot})")}
        got = reading(page, "kasa_plug", kasa_plug=addr, type=names.pop())
        # the index says nothing of a plug's time, month and brightness
        for type_ in (*UNLISTED, "on_time", "brightness"):
            got.pop(type_, None)
        compare(got, want, f"{row['file']} slot {slot}")
    for reason in REASONS:  # a block's address is tried before a search is over
        assert page.get_one("kasa_failures_total", kasa=addr,
                            type=reason) == 0 or (reason == "refused" and addr in early)
    assert any(k.name == "collectd_kasa_info_now" and f"ip={addr} " in
               k.labels["type"] for k in page)
    assert any(k.name == "collectd_kasa_info" and k.labels["kasa"] == addr and
               f"model={row['model']} " in k.labels["type"] for k in page)


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] in STRANGERS],
                         ids=lambda r: r["file"])
def test_what_cannot_be_read_is_not_asked(served, row):
    by_file, page, _, sim = served
    addr = by_file[row["file"]]["addr"]
    assert addr not in page.names()
    assert sim.stats(addr)[0]["accepted"] == 0


def test_every_open_dump_was_served(served):
    by_file, page, daemon, _ = served
    assert {r["file"] for r in ROWS} <= set(by_file)
    assert len(READ) > 25
    assert {by_file[r["file"]]["addr"] for r in READ} <= page.names()
    assert not daemon.ours("stopped|not answer")
