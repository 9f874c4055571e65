# SPDX-License-Identifier: MIT
"""kasactl energy reprice, rename, prices, export, currency, and price on the
ledger's own slots: first what would change, then the change."""

import csv
import io
import os
import pty
import sqlite3
import subprocess

import pytest

from collectd import Collectd
from energy_files import KASACTL, run, run_json
from ledger_file import SEEDED, UNPRICED, LedgerFile
from sim import Sim

pytestmark = pytest.mark.takes(5)
DAYS = ("--from", "2025-01-15", "--to", "2025-01-17")

TARIFF = """<Plugin kasa>
  StateDirectory "{folder}"
  <Tariff>
    Currency "EUR"
    DailyCharge 0.5
    <Tier>
      UpTo 2
      Rate 0.1
    </Tier>
    <Tier>
      Rate 0.4
    </Tier>
    <Period "night">
      Hours "00:00-06:00"
      Rate 0.05
    </Period>
  </Tariff>
</Plugin>
"""


@pytest.fixture
def place(tmp_path):
    """1 kWh at night, 1.5 and 1 kWh by day (a lamp's share is a quarter of the
    first of these), 0.5 the device told of itself, all for 0.2."""
    file = LedgerFile(tmp_path / "state")
    file.slot("2025-01-15T02:00:00+00:00", "Heater", 1000000, 200000)
    file.slot("2025-01-15T12:00:00+00:00", "Heater", 1125000, 225000)
    file.slot("2025-01-15T12:00:00+00:00", ("Strip", "Lamp"), 375000, 75000)
    file.slot("2025-01-16T12:00:00+00:00", "Heater", 1000000, 0,
              unpriced=1000000, flags=UNPRICED)
    file.slot("2025-01-17T00:00:00+00:00", "Heater", 500000, 0, flags=SEEDED,
              period="", covered=0)
    file.done()
    config = tmp_path / "collectd.conf"
    config.write_text(TARIFF.format(folder=file.folder))
    return config


def costs(place, *words):
    answer = run_json("--config", place, *DAYS, *words)
    return {r["name"]: r.get("cost") for r in answer["rows"]}, answer


def test_reprice_says_first_what_would_change(place):
    words = ("reprice", "--config", place, *DAYS, "--dry-run")
    text = run(*words).stdout
    assert "Nothing is changed yet" in text
    assert costs(place)[0]["Heater"] == 0.425
    answer = run_json(*words)
    # night 0.05; by day 1 kWh at 0.1 and 0.5 at 0.4: 0.3, half a euro a day
    assert answer["days"] == [
        {"date": "2025-01-15", "old": 0.5, "new": 0.85, "unpriced_kwh": 0},
        {"date": "2025-01-16", "old": 0, "new": 0.9, "unpriced_kwh": 0},
        {"date": "2025-01-17", "old": 0, "new": 0.5, "unpriced_kwh": 0}]
    assert (answer["old"], answer["new"], answer["applied"]) == (
        0.5, 2.25, False)


@pytest.mark.parametrize("told", [(), ("--yes",)])
def test_reprice_does_it_where_nobody_sits(place, told):
    words = ("reprice", "--config", place, *DAYS)
    assert "Done." in run(*words, *told).stdout
    rows, answer = costs(place)
    assert rows == {"Heater": 0.675, "Strip": 0.075}  # shares of 3:1
    assert answer["charges"] == 1.5 and answer["unpriced_kwh"] == 0
    rows, _ = costs(place, "--by", "period")
    assert rows["energy:night"] == 0.05
    assert "All of it costs what it did." in run(*words, "--yes").stdout


def at_terminal(answer, *words, out=None):
    """What kasactl energy shows somebody who answers; out: it goes elsewhere."""
    ours, its = pty.openpty()
    with subprocess.Popen([KASACTL, "energy", *map(str, words)], stdin=its,
                          stdout=out or its, env={**os.environ, "TZ": "UTC"}) as process:
        os.close(its)
        os.write(ours, answer)
        text = process.communicate(timeout=60)[0] or b""
        while not out and (more := shown(ours)):
            text += more
    os.close(ours)
    assert process.returncode == 0
    return text.decode()


def shown(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes to it any more
        return b""


@pytest.mark.parametrize("answer, cost, told", (
    (b"y\n", 0.675, "Done."), (b"n\n", 0.425, "Nothing is changed."),
    (b"\n", 0.425, "Nothing is changed."), (b"\x04", 0.425, "Nothing is changed.")))
def test_reprice_asks_at_a_terminal(place, answer, cost, told):
    text = at_terminal(answer, "reprice", "--config", place, *DAYS)
    assert text.count("2025-01-16") == 1
    assert text.index("difference") < text.index("Change the ledger? [y/N]")
    assert text.index("[y/N]") < text.index(told)
    assert costs(place)[0]["Heater"] == cost


@pytest.mark.parametrize("words, out", (
    (("--dry-run",), None), (("--json",), None), ((), subprocess.PIPE)))
def test_reprice_only_shows_where_it_cannot_ask(place, words, out):
    text = at_terminal(b"y\n", "reprice", "--config", place, *DAYS, *words, out=out)
    assert "2025-01-16" in text and "y/N" not in text
    assert costs(place)[0]["Heater"] == 0.425


def test_reprice_writes_minimums_and_what_idle_days_cost(tmp_path):
    file = LedgerFile(tmp_path / "state")
    file.slot("2025-01-15T12:00:00+00:00", "Heater", 1000000, 500000)
    file.charges("2025-01-15", 100000)
    file.charges("2025-01-20", 100000)  # all plugs were away
    file.minimum("2025-01-01", 12000000)
    file.minimum("2025-02-01", 12000000)
    file.done()
    config = tmp_path / "collectd.conf"
    config.write_text('<Plugin kasa>\n<Tariff>\nCurrency "EUR"\nRate 0.25\n'
                      'DailyCharge 0.5\nMinimumCharge 20 "month"\n</Tariff>\n</Plugin>\n')
    place = ("--config", config, "--state", file.folder)
    month = ("--from", "2025-01-01", "--to", "2025-01-31")

    def to_minimum(name):
        return run_json(*place, "--month", name)["to_minimum"]
    answer = run_json("reprice", *place, *month, "--dry-run")
    assert answer["days"] == [
        {"date": "2025-01-15", "old": 0.6, "new": 0.75, "unpriced_kwh": 0},
        {"date": "2025-01-20", "old": 0.1, "new": 0.5, "unpriced_kwh": 0}]
    assert answer["to_minimum"] == [{"from": "2025-01-01", "old": 11.5, "new": 19.75}]
    assert (answer["old"], answer["new"]) == (12.2, 21)
    assert to_minimum("2025-01") == 11.5
    text = run("reprice", *place, *month, "--yes").stdout
    assert "to minimum            11.50          19.75          +8.25" in text
    assert to_minimum("2025-01") == 19.75
    whole = run_json(*place, "--month", "2025-01")
    assert (whole["charges"], whole["cost"]) == (1, 21)
    # of a month that goes on beyond those days nobody has asked
    run("reprice", *place, "--from", "2025-02-01", "--to", "2025-02-27", "--yes")
    assert run_json("reprice", *place, "--from", "2025-02-01", "--to",
                    "2025-02-28", "--dry-run")["to_minimum"] == [
        {"from": "2025-02-01", "old": 12, "new": 20}]
    assert "All of it costs what it did." in run("reprice", *place, *month, "--yes").stdout


def test_only_what_had_no_price(place):
    run("reprice", "--config", place, *DAYS, "--unpriced", "--yes")
    rows, answer = costs(place)
    assert rows == {"Heater": 0.825, "Strip": 0.075}
    assert answer["charges"] == 0 and answer["unpriced_kwh"] == 0


def test_devices_share_the_slot_in_which_a_tier_is_crossed(tmp_path):
    """Pacific Gas and Electric's E-1: 10.5 kWh a day at 0.40206, then 0.50323; 1 kWh
    after 314.75 of 315. And 8 USD in a month of which 0.40317 a day is the least."""
    file = LedgerFile(tmp_path / "state", currency="USD")
    file.slot("2025-11-01T12:00:00+00:00", "Heater", 314750000, 0)
    file.slot("2025-11-20T20:00:00+00:00", "Heater", 800000, 0)
    file.slot("2025-11-20T20:00:00+00:00", "Freezer", 200000, 0)
    file.slot("2025-09-10T12:00:00+00:00", "Heater", 20000000, 8000000)
    file.done()
    config = tmp_path / "collectd.conf"
    config.write_text('<Plugin kasa>\n<Tariff>\nCurrency "USD"\nMinimumCharge 0.40317 "day"\n'
                      '<Tier>\nUpTo 10.5 "day"\nRate 0.40206\n</Tier>\n'
                      "<Tier>\nRate 0.50323\n</Tier>\n</Tariff>\n</Plugin>\n")
    where = ("--config", config, "--state", file.folder)
    run("reprice", *where, "--from", "2025-11-01", "--to", "2025-11-30", "--yes")
    rows = run_json(*where, "--from", "2025-11-20", "--to", "2025-11-20")["rows"]
    assert {r["name"]: r["cost"] for r in rows} == pytest.approx(
        {"Heater": 0.38235, "Freezer": 0.0955875}, abs=1e-6)
    month = run_json(*where, "--month", "2025-09")
    assert (month["energy_cost"], month["cost"]) == (8, pytest.approx(12.0951, abs=1e-6))


def test_what_a_file_of_prices_has_no_more_keeps_its_price(place, tmp_path):
    """A file that is written anew each day has today and tomorrow."""
    prices = tmp_path / "prices.csv"
    prices.write_text("from,price\n2025-01-16T00:00:00Z,0.5\n2025-01-17T00:00:00Z,0.5\n")
    place.write_text('<Plugin kasa>\n<Tariff>\nCurrency "EUR"\n<Prices>\n'
                     f'File "{prices}"\n</Prices>\n</Tariff>\n</Plugin>\n')
    where = ("--config", place, "--state", tmp_path / "state", *DAYS)
    answer = run_json("reprice", *where, "--dry-run")
    assert answer["days"] == [{"date": "2025-01-16", "old": 0, "new": 0.5, "unpriced_kwh": 0}]
    assert answer["kept_kwh"] == 2.5
    text = run("reprice", *where, "--yes").stdout
    assert "2.500 kWh keep what they cost" in text
    assert run_json(*where)["energy_cost"] == 1


def test_another_currency_is_refused(place):
    place.write_text(place.read_text().replace("EUR", "GBP"))
    done = run("reprice", "--config", place, *DAYS, "--yes", status=1)
    assert "holds costs in EUR, the tariff is in GBP" in done.stderr
    text = run("currency", "--config", place).stdout
    assert "cannot be summed" in text and "begin a new ledger" in text


@pytest.mark.parametrize("command", ("reprice", "price", "prices"))
def test_a_tariff_that_is_left_out_is_no_reason_to_go_by_the_others(place, command):
    """The second of two has a mistake: its days would cost what they did before."""
    place.write_text(place.read_text().replace(
        "</Plugin>", '<Tariff>\nFrom "2025-01-16"\nCurrency "EUR"\nRate x\n</Tariff>\n'
        "</Plugin>"))
    done = run(command, "--config", place, *DAYS, status=1)
    said = done.stderr.splitlines()
    assert len(said) == 2 and "option Rate expects a number" in said[0], said
    assert "left out" in said[1] and done.stdout == ""


def test_a_currency_that_nobody_gave(place):
    place.write_text(place.read_text().replace('    Currency "EUR"\n', ""))
    done = run("currency", "--config", place)
    assert "the tariffs' in no currency: none is given" in done.stdout
    assert "collectd.conf:3: <Tariff>: option Currency is missing" in done.stderr


def test_rename_joins_and_refuses(place):
    words = ("--config", place)
    text = run("rename", *words, "Strip/Lamp", "Strip/Light").stdout
    assert "0.375 kWh from 2025-01-15" in text and "Nothing is" in text
    run("rename", *words, "Strip/Lamp", "Strip/Light", "--yes")
    rows, _ = costs(place, "--by", "plug")
    assert "Strip / Light" in rows and "Strip / Lamp" not in rows
    run("rename", *words, "Strip", "Heater", "--yes")
    assert set(costs(place)[0]) == {"Heater"}
    assert "knows no Oven" in run("rename", *words, "Oven", "Stove",
                                  status=1).stderr


@pytest.mark.parametrize("words, told", (
    (("rename", "A"), "expects two names"),
    (("rename", "A/b", "C"), "both outlets"),
    (("reprice",), "--from expects a date"),
    (("reprice", "--from", "2025-01-02", "--to", "2025-01-01"),
     "--to expects a date not before"),
    (("reprice", "--from", "2025-01-02", "--yes", "--dry-run"), "not both"),
    (("prices", "x"), "one argument too many"),
))
def test_a_mistake_is_one_line(words, told):
    assert told in run(*words, status=2).stderr


def test_the_own_slots_under_another_tariff(place, tmp_path):
    tariff = tmp_path / "other"
    tariff.write_text('<Tariff>\n  Currency "EUR"\n  Rate 1\n</Tariff>\n')
    answer = run_json("price", "--config", place, "--tariff", tariff, *DAYS)
    assert answer["kwh"] == answer["energy_cost"] == 4
    # under the own one: what was used before in the month is known
    answer = run_json("price", "--config", place, "--from", "2025-01-16",
                      "--to", "2025-01-16")
    assert answer["energy_cost"] == pytest.approx(0.4)
    answer = run_json("price", "--config", place, "--from", "2025-01-16",
                      "--to", "2025-01-16", "--before", "0")
    assert answer["energy_cost"] == pytest.approx(0.1)


def test_prices_that_are_known(place):
    answer = run_json("prices", "--config", place, "--from", "2025-01-15",
                      "--to", "2025-01-15")
    assert [(p["from"][11:16], p["price"], p["period"])
            for p in answer["prices"]] == [
        ("00:00", 0.05, "energy:night"), ("06:00", 0.1, "energy:base")]
    assert "energy:night" in run("prices", "--config", place).stdout


def test_export_has_every_slot(place):
    text = run("export", "--config", place, *DAYS).stdout
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == 5
    assert table[0] == {
        "from": "2025-01-15T02:00:00+00:00", "to": "2025-01-15T03:00:00+00:00",
        "device": "Heater", "plug": "", "kind": "used", "kwh": "1",
        "cost": "0.2", "period": "energy:base", "flags": "0"}


def test_the_daemon_prices_what_waits_when_the_price_arrives(tmp_path):
    file = LedgerFile(tmp_path / "state")
    file.slot("2025-01-15T12:00:00+00:00", "Heater", 2000000, 0,
              unpriced=2000000, flags=UNPRICED)
    file.done()
    prices = tmp_path / "prices.csv"
    prices.write_text("from,price\n2025-01-15T12:00:00Z,0.25\n"
                      "2025-01-15T13:00:00Z,0.5\n")
    options = (f'StateDirectory "{file.folder}"\n<Tariff>\n  Currency "EUR"\n'
               f'  <Prices>\n    File "{prices}"\n  </Prices>\n</Tariff>\n')
    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        with Collectd(options) as daemon:
            daemon.wait_up("Plug")
    answer = run_json("--state", file.folder, *DAYS)
    assert (answer["energy_cost"], answer["unpriced_kwh"]) == (0.5, 0)


def test_the_daemon_keeps_currencies_apart(tmp_path):
    file = LedgerFile(tmp_path / "state", currency="GBP").done()
    options = (f'StateDirectory "{file.folder}"\n<Tariff>\n  Currency "EUR"\n'
               "  Rate 0.5\n</Tariff>\n")
    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        with Collectd(options, errors="holds costs in GBP") as daemon:
            daemon.wait_up("Plug")
            assert "kasactl energy currency" in daemon.log()
            page = daemon.wait_page(
                lambda p: p.get_one("kasa_total_kwh_today") is not None, "kWh")
            assert page.get_one("kasa_total_cost_today") is None
    with sqlite3.connect(file.path) as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'currency'"
                          ).fetchone() == ("GBP",)
    db.close()


def test_the_month_of_the_plugin_is_that_of_a_tariff_that_says_nothing(tmp_path):
    """Costs without a currency are reported, and that they are is said."""
    file = LedgerFile(tmp_path / "state", currency=None).done()
    options = (f'StateDirectory "{file.folder}"\nBillingDay 15\n'
               "<Tariff>\n  Rate 0.5\n</Tariff>\n")
    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        with Collectd(options) as daemon:
            daemon.wait_up("Plug")
            daemon.wait_page(lambda p: p.get_one("kasa_total_cost_today") is not None,
                             "costs")
            assert len(daemon.lines("Currency is missing", severity="warning")) == 1
    with sqlite3.connect(file.path) as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'billing_day'"
                          ).fetchone() == (15,)
    db.close()
