# SPDX-License-Identifier: MIT
"""kasactl energy: reports from the ledger's file. The parts are the whole to the
last digit, however they are grouped."""

import csv
import io
import json
import os
import sqlite3
import subprocess
from fractions import Fraction

import pytest

from collectd import Collectd
from energy_files import KASACTL, run, run_json
from ledger_file import AT_LEAST, PARTIAL, SPREAD, LedgerFile
from moving import MovingClock
from sim import Sim

pytestmark = pytest.mark.takes(60)
ZONE = "Europe/Berlin"
NOVEMBER = 1795176000  # 20 November 2026


def exact(text):
    return json.loads(text, parse_float=Fraction, parse_int=Fraction)


@pytest.fixture
def ledger(tmp_path):
    """Two days around the end of summer time, with numbers that do not
    divide."""
    file = LedgerFile(tmp_path / "state", zone=ZONE)
    file.slot("2026-10-24T10:00:00+00:00", "Heater", 1234567, 370371,
              period="energy:peak", peak=1999000)
    file.slot("2026-10-24T23:00:00+00:00", "Heater", 333333, 33334,
              period="energy:night", flags=SPREAD)
    file.slot("2026-10-25T00:00:00+00:00", "Heater", 500001, 50001,
              period="energy:night")
    file.slot("2026-10-25T01:00:00+00:00", "Heater", 500002, 50002,
              period="energy:night")
    file.slot("2026-10-25T01:00:00+00:00", ("Strip", "Lamp"), 7, 1,
              period="energy:night", flags=PARTIAL)
    file.slot("2026-10-25T01:30:00+00:00", ("Strip", "Desk, left"), 11, 0,
              period="energy:night", flags=AT_LEAST, seconds=1800)
    file.slot("2026-10-25T12:00:00+00:00", "Roof", 900000, produces=True)
    file.charges("2026-10-24", 250000)
    file.charges("2026-10-25", 250001)
    return file.done()


def report(ledger, *words, zone=ZONE):
    """The report as JSON with exact numbers, checked: parts are the whole."""
    text = run("--state", ledger.folder, "--from", "2026-10-24", "--to",
               "2026-10-25", "--json", *words, zone=zone).stdout
    answer = exact(text)
    used = [r for r in answer["rows"] if r["kind"] == "used"]
    assert sum(r["kwh"] for r in used) == answer["kwh"]
    assert sum(r["cost"] for r in used) == answer["energy_cost"]
    assert answer["cost"] == answer["energy_cost"] + answer["charges"]
    return answer


def rows(answer):
    """By name; where a time has both, what was used."""
    return {r["name"]: r for r in reversed(answer["rows"])}


@pytest.mark.parametrize("by", ("device", "plug", "outlet", "day", "hour",
                                "period", "month"))
def test_the_parts_are_the_whole_to_the_last_digit(ledger, by):
    answer = report(ledger, "--by", by)
    assert answer["kwh"] == Fraction("2.567921")
    assert answer["energy_cost"] == Fraction("0.503709")
    assert answer["charges"] == Fraction("0.500001")
    assert answer["produced_kwh"] == Fraction("0.9")
    assert answer["currency"] == "EUR" and answer["schema"] == 1


def test_devices_have_their_outlets_in(ledger):
    by_device = rows(report(ledger))
    assert by_device["Strip"]["kwh"] == Fraction("0.000018")
    assert by_device["Strip"]["flags"] == ["at_least", "partial"]
    assert by_device["Heater"]["flags"] == ["estimated"]
    assert by_device["Heater"]["peak_w"] == 1999
    assert by_device["Heater"]["peak_at"] == "2026-10-24T12:00:00+02:00"
    assert by_device["Roof"]["kind"] == "produced"
    by_plug = rows(report(ledger, "--by", "plug"))
    assert by_plug["Strip / Lamp"]["kwh"] == Fraction("0.000007")


def test_the_hour_that_comes_twice_is_there_twice(ledger):
    by_hour = rows(report(ledger, "--by", "hour"))
    assert by_hour["2026-10-25T02:00+02:00"]["kwh"] == Fraction("0.500001")
    assert by_hour["2026-10-25T02:00+01:00"]["kwh"] == Fraction("0.50002")
    # 23:00 of UTC is the first hour of the long day
    assert rows(report(ledger, "--by", "day"))["2026-10-25"]["kwh"] == (
        Fraction("1.333354"))


def test_the_largest_and_the_rest_together(ledger):
    answer = report(ledger, "--by", "plug", "--top", "1")
    assert [r["name"] for r in answer["rows"]] == ["Heater", "Roof", "others"]
    assert answer["rows"][-1]["others"] is True


def test_a_table_for_people(ledger):
    text = run("--state", ledger.folder, "--from", "2026-10-24", "--to",
               "2026-10-25", zone=ZONE).stdout
    assert "Heater" in text and "2.568" in text and "EUR" in text
    assert "fixed charges" in text and "1.00" in text
    assert "~  some of it is spread over a gap" in text


def test_csv_is_rfc_4180(ledger):
    text = subprocess.run(
        [KASACTL, "energy", "--state", ledger.folder, "--from", "2026-10-24",
         "--to", "2026-10-25", "--by", "plug", "--csv"], check=True,
        env={**os.environ, "TZ": ZONE}, capture_output=True).stdout.decode()
    assert text.count("\r\n") == text.count("\n")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {"Strip / Desk, left", "fixed charges"} <= {
        r["plug"] for r in table}
    assert sum(Fraction(r["cost"]) for r in table if r["cost"]) == (
        Fraction("1.00371"))


# the preloaded library has no place beside an instrument's
@pytest.mark.plain
@pytest.mark.parametrize("minimum, lacks", [
    ('12 "month"', "11.496291"), ('0.4 "day"', "11.896291"),
    ('0.1 "month"', "0")])
def test_a_whole_month_costs_its_minimum(ledger, tmp_path, minimum, lacks):
    config = tmp_path / "collectd.conf"
    config.write_text('<Plugin kasa>\n<Tariff>\nCurrency "EUR"\nRate 0.3\n'
                      f'MinimumCharge {minimum}\n</Tariff>\n</Plugin>\n')
    clock = MovingClock(tmp_path)  # for that month has to be over
    clock.show(NOVEMBER)

    def told(*words):
        return run("--config", config, "--state", ledger.folder, *words, zone=ZONE,
                   env=clock.environment).stdout

    answer = exact(told("--month", "2026-10", "--json"))
    assert answer["energy_cost"] == Fraction("0.503709")
    assert answer["to_minimum"] == Fraction(lacks)
    assert answer["cost"] == Fraction("1.00371") + Fraction(lacks)
    # of a part of a month nobody can say
    part = exact(told("--from", "2026-10-02", "--to", "2026-11-20", "--json"))
    assert part["to_minimum"] == 0 and part["cost"] == Fraction("1.00371")
    table = told("--month", "2026-10")
    assert ("to the minimum" in table) == (lacks != "0")


def test_the_billing_month_is_that_of_the_configuration(ledger, tmp_path):
    config = tmp_path / "collectd.conf"
    config.write_text('<Plugin kasa>\n  BillingDay 25\n  StateDirectory '
                      f'"{ledger.folder}"\n</Plugin>\n')
    answer = run_json("--config", config, "--month", "2026-09", zone=ZONE)
    assert (answer["from"], answer["to"]) == ("2026-09-25", "2026-10-24")
    assert answer["kwh"] == 1.234567
    answer = run_json("--config", config, "--from", "2026-10-01", "--to",
                      "2026-10-31", "--by", "month", zone=ZONE)
    assert [r["name"] for r in answer["rows"] if r["kind"] == "used"] == [
        "2026-09-25", "2026-10-25"]


def test_without_a_configuration_the_billing_month_is_that_of_the_ledger(ledger):
    with sqlite3.connect(ledger.path) as db:
        db.execute("INSERT INTO meta VALUES('billing_day', 25)")
    db.close()
    answer = run_json("--state", ledger.folder, "--month", "2026-09", zone=ZONE)
    assert (answer["from"], answer["to"]) == ("2026-09-25", "2026-10-24")
    assert answer["kwh"] == 1.234567


MARKS = {"~": "estimated", ">": "at_least", "p": "partial", "?": "unpriced"}


def cells(text):
    """The rows of a table, by its header; numbers end where their column's name does."""
    head, *lines = text.split("\n\n")[0].splitlines()
    names = ("kWh", "EUR", "share %", "peak W")
    ends = [head.index(name) + len(name) for name in names]
    for line in lines:
        name = line[:ends[0]].rsplit(" ", 1)[0] if line[:ends[0]][-1] != " " else (
            line[:ends[0]])
        row, begin = {"name": name.strip()}, len(name)
        for column, end in zip(names, ends):
            row[column], begin = line[begin:end].strip(), end
        yield {**row, "flags": line[ends[-1]:].strip()}


@pytest.mark.parametrize("by", ("device", "plug", "day", "hour", "period", "month"))
@pytest.mark.parametrize("top", ((), ("--top", "1")), ids=("all", "top"))
def test_table_csv_and_json_say_the_same(ledger, by, top):
    words = ("--state", ledger.folder, "--from", "2026-10-24", "--to", "2026-10-25",
             "--by", by, *top)
    told = exact(run(*words, "--json", zone=ZONE).stdout)
    table = list(cells(run(*words, zone=ZONE).stdout))
    lines = list(csv.DictReader(io.StringIO(run(*words, "--csv", zone=ZONE).stdout)))
    assert [r[by] for r in lines] == [r["name"] for r in told["rows"]] + ["fixed charges"]
    assert [r["name"] for r in table] == [r[by] for r in lines] + ["all that was used"]
    for one, line, row in zip(told["rows"], lines, table):
        used = one["kind"] == "used"
        assert line["kind"] == one["kind"]
        assert Fraction(line["kwh"]) == one["kwh"]
        assert row["kWh"] == f"{float(one['kwh']):.3f}"
        assert line["cost"] == "" if not used else Fraction(line["cost"]) == one["cost"]
        assert row["EUR"] == (f"{float(one['cost']):.2f}" if used else "")
        assert row["share %"] == (f"{100 * float(one['share']):.1f}" if used else "")
        assert line["peak_w"] == ("" if one["peak_w"] is None else str(one["peak_w"]))
        assert row["peak W"] == line["peak_w"]
        assert line["peak_at"] == (one["peak_at"] or "")
        assert line["flags"].split() == one["flags"] == [MARKS[m] for m in row["flags"]]
    charges, whole = lines[-1], table[-1]
    assert Fraction(charges["cost"]) == told["charges"]
    assert table[-2]["EUR"] == f"{float(told['charges']):.2f}"
    assert whole["kWh"] == f"{float(told['kwh']):.3f}"
    assert whole["EUR"] == f"{float(told['cost']):.2f}"


@pytest.mark.parametrize("words, told", (
    (("--by", "week"), "--by expects device, plug"),
    (("--days", "0"), "--days expects a number from 1"),
    (("--month", "2026-13"), "--month expects a month"),
    (("--from", "24.10.2026"), "--from expects a date"),
    (("--from", "2026-10-24", "--to", "2026-10-01"), "not before --from"),
    (("--days", "2", "--month", "2026-10"), "only one of"),
    (("--csv", "--json"), "not both"),
    (("--top", "none"), "--top expects"),
    (("nonsense",), "nonsense is none of its subcommands"),
))
def test_a_mistake_is_one_line(tmp_path, words, told):
    done = run(*words, status=2)
    assert told in done.stderr and done.stdout == ""


def test_no_ledger_is_said_with_its_place(tmp_path):
    done = run("--state", tmp_path / "none", status=1)
    assert f"{tmp_path}/none/energy.db: No such file" in done.stderr


def test_while_the_daemon_runs_and_after_it(tmp_path):
    house = [{"alias": "Kettle", "kind": "plug", "load": 3600},
             {"alias": "Strip", "kind": "strip", "load": 7200}]
    options = (f'StateDirectory "{tmp_path}/state"\n<Tariff>\n  Currency '
               '"EUR"\n  Rate 0.5\n  DailyCharge 0.25\n</Tariff>\n')
    with Sim(house) as _:
        with Collectd(options) as daemon:
            daemon.wait_up("Kettle", "Strip")
            daemon.cycles(3)
            # nothing is written in the first minute, yet it can be asked
            early = run("--config", daemon.config).stdout
            assert "Kettle" in early or "within two minutes" in early
            daemon.stop()
            after = run_json("--config", daemon.config)
        # again, over what is already there
        with Collectd(options) as daemon:
            daemon.wait_up("Kettle", "Strip")
            daemon.cycles(1)
            during = run_json("--config", daemon.config)
    assert after["kwh"] > 0.003
    # what came before the first poll has the price of its day
    assert after["energy_cost"] == pytest.approx(after["kwh"] / 2, abs=1e-4)
    assert during["energy_cost"] >= after["energy_cost"]
    assert {r["name"] for r in after["rows"]} == {"Kettle", "Strip"}
    assert during["kwh"] >= after["kwh"]
    peaks = {r["name"]: r["peak_w"] for r in after["rows"]}
    assert peaks["Kettle"] == pytest.approx(3600, rel=0.05)
