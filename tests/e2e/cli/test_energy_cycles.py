# SPDX-License-Identifier: MIT
"""`kasactl energy cycles` and the column of `kasactl energy`: what appliances
have finished, from a ledger with known contents."""

import csv
import io

import pytest

from energy_files import run, run_json
from ledger_file import LedgerFile

pytestmark = pytest.mark.plain

DAY = 1795996800  # 2026-11-30 00:00 UTC


@pytest.fixture(name="ledger")
def _ledger(tmp_path):
    file = LedgerFile(tmp_path / "state")
    file.slot("2026-11-30T10:00:00+00:00", "Washer", 850000, 255000)
    file.slot("2026-11-30T11:00:00+00:00", ("Strip", "Dryer"), 2215000, 664500)
    file.slot("2026-12-01T11:00:00+00:00", "Washer", 500000, 150000)
    file.slot("2026-12-01T11:00:00+00:00", "Lamp", 1000, 300)
    for name, cycles in (("id-Washer-/0", ((DAY + 36000, 4320, 0.85, "0.255"), (DAY + 86400 + 40000, 3600, 0.5, "-"))),
                         ("id-Strip-Dryer/0", ((DAY + 41000, 4935, 2.215, "0.6645"),))):
        text = "".join(f"{end} {seconds} {kwh} {cost}\n" for end, seconds, kwh, cost in cycles)
        file.db.execute("INSERT INTO note VALUES('cycles', ?, ?)", (name, text))
        file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter WHERE identity = ?",
                        (name[:-2],))
    return file.done()


def words(ledger, *more):
    return ["--state", ledger.folder, "--from", "2026-11-30", "--to", "2026-12-01", *more]


def test_they_come_by_their_ends(ledger):
    found = run_json("cycles", *words(ledger), zone="UTC")
    assert (found["schema"], found["currency"], found["from"], found["to"]) == (1, "EUR", "2026-11-30", "2026-12-01")
    assert found["cycles"] == [
        {"device": "Washer", "plug": "", "start": "2026-11-30T08:48:00+00:00", "end": "2026-11-30T10:00:00+00:00",
         "seconds": 4320, "kwh": 0.85, "cost": 0.255},
        {"device": "Strip", "plug": "Dryer", "start": "2026-11-30T10:01:05+00:00",
         "end": "2026-11-30T11:23:20+00:00", "seconds": 4935, "kwh": 2.215, "cost": 0.6645},
        {"device": "Washer", "plug": "", "start": "2026-12-01T10:06:40+00:00", "end": "2026-12-01T11:06:40+00:00",
         "seconds": 3600, "kwh": 0.5, "cost": None}]


def test_of_some_days_and_of_one_appliance(ledger):
    one = run_json("cycles", "dryer", *words(ledger), zone="UTC")["cycles"]
    assert [c["plug"] for c in one] == ["Dryer"]
    # as the tables write it
    for name in "Strip: Dryer", "strip / dryer":
        assert [c["plug"] for c in run_json("cycles", name, *words(ledger), zone="UTC")["cycles"]] == ["Dryer"]
    for name in "Strip: Dry", "Strip:Dryer", "Strip: ", "Stripe: Dryer":
        run("cycles", name, *words(ledger), status=1)
    late = run_json("cycles", "--state", ledger.folder, "--from", "2026-12-01", "--to", "2026-12-01", zone="UTC")
    assert [c["kwh"] for c in late["cycles"]] == [0.5]
    # by the days of another zone
    assert run_json("cycles", "--state", ledger.folder, "--from", "2026-12-02", "--to", "2026-12-02",
                    zone="Pacific/Kiritimati")["cycles"][0]["kwh"] == 0.5
    assert "no cycle is kept of an appliance called Lamp" in run("cycles", "Lamp", *words(ledger), status=1).stderr
    assert run_json("cycles", "--state", ledger.folder, "--from", "2026-11-01", "--to", "2026-11-02")["cycles"] == []


def test_for_people_and_for_spreadsheets(ledger):
    text = run("cycles", *words(ledger), zone="UTC").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "appliance from to length kWh EUR" in lines, text
    assert "Washer 2026-11-30 08:48 2026-11-30 10:00 1 h 12 min 0.850 0.26" in lines, text
    assert "Strip: Dryer 2026-11-30 10:01 2026-11-30 11:23 1 h 22 min 2.215 0.66" in lines, text
    none = run("cycles", "--state", ledger.folder, "--from", "2026-11-01", "--to", "2026-11-02").stdout
    assert none == "No cycle has ended on these days.\n"
    rows = list(csv.DictReader(io.StringIO(run("cycles", *words(ledger, "--csv"), zone="UTC").stdout)))
    assert [(r["device"], r["plug"], r["seconds"], r["cost"]) for r in rows] == [
        ("Washer", "", "4320", "0.255"), ("Strip", "Dryer", "4935", "0.6645"), ("Washer", "", "3600", "")]


@pytest.mark.parametrize("by, counts", [
    ("device", {"Washer": 2, "Strip": 1, "Lamp": 0}), ("plug", {"Washer": 2, "Strip / Dryer": 1, "Lamp": 0}),
    ("day", {"2026-11-30": 2, "2026-12-01": 1}), ("month", {"2026-11": 2, "2026-12": 1}),
    ("hour", {"2026-11-30T10:00+00:00": 1, "2026-11-30T11:00+00:00": 1, "2026-12-01T11:00+00:00": 1}),
    ("period", {"energy:base": 0})])
def test_the_table_counts_them(ledger, by, counts):
    rows = run_json(*words(ledger, "--by", by), zone="UTC")["rows"]
    assert {r["name"]: r["cycles"] for r in rows} == counts
    text = run(*words(ledger, "--by", by), zone="UTC").stdout
    assert ("cycles" in text.splitlines()[0]) == (by != "period"), text


def test_nothing_is_counted_where_there_are_no_appliances(tmp_path):
    file = LedgerFile(tmp_path / "state")
    file.slot("2026-11-30T10:00:00+00:00", "Lamp", 1000, 300)
    ledger = file.done()
    assert "cycles" not in run(*words(ledger), zone="UTC").stdout
    assert run("cycles", *words(ledger), zone="UTC").stdout == "No cycle has ended on these days.\n"


@pytest.mark.parametrize("more, told", [
    (("A", "B"), "B is one argument too many"), (("--csv", "--json"), "not both"), (("--days", "0"), "--days expects")])
def test_a_mistake_is_one_line(tmp_path, more, told):
    done = run("cycles", "--state", tmp_path, *more, status=2)
    assert told in done.stderr and done.stdout == ""


def test_learned_is_what_appliance_show_says(ledger):
    done = run("learned", "--state", ledger.folder, status=1)
    assert "nothing is kept of any appliance" in done.stderr
    assert run_json("learned", "--state", ledger.folder) == {"schema": 1, "appliances": []}
