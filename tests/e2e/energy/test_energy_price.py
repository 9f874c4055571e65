# SPDX-License-Identifier: MIT
"""kasactl energy price: what a load costs, and what is wrong with a tariff."""

import json
import os
import re
import subprocess

import pytest

from energy_files import KASACTL, run, run_json, vectors

pytestmark = pytest.mark.one_thread

VECTORS = [v for v in (vectors("tariff-vectors.json") or {}).get("vectors", [])
           if "load" in v and "<Tariff>" in v["config"]]


def load(path, rows):
    path.write_text("from,to,kwh\n" + "".join(
        f"{r['from']},{r['to']},{r['kwh']}\n" for r in rows), encoding="utf-8")
    return path


def tariff_of(tmp_path, vector):
    """The vector's configuration, with files in place of what it names."""
    config, model = vector["config"], vector.get("model", {})
    for part in model.get("components", []):
        if "series" in part:
            path = tmp_path / f"{part['name']}.csv"
            path.write_text("from,price\n" + "".join(
                f"{r['from']},{r['price']}\n" for r in part["series"]),
                encoding="utf-8")
            config = re.sub(r"<Prices>.*?</Prices>",
                            f'<Prices>\n File "{path}"\n</Prices>', config,
                            flags=re.DOTALL)
    for name, kind in model.get("daytypes", {}).items():
        if "dates" in kind:
            path = tmp_path / name
            path.write_text("\n".join(kind["dates"]), encoding="utf-8")
            config = re.sub(rf'File "[^"]*-{name}"', f'File "{path}"', config)
    path = tmp_path / "tariff.conf"
    path.write_text(config, encoding="utf-8")
    return path


@pytest.mark.skipif(not VECTORS, reason="no vectors beside the devices")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(tmp_path, vector):
    answer = run_json(
        "price", "--tariff", tariff_of(tmp_path, vector),
        "--load", load(tmp_path / "load.csv", vector["load"]),
        "--before", vector.get("site_month_kwh_before", 0),
        zone=vector.get("model", {}).get("zone", "Europe/Berlin"))
    near = lambda v: pytest.approx(v, abs=1e-6)
    expect = vector["expect"]
    days = {d["date"]: d for d in answer["days"]}
    assert answer["schema"] == 1
    if "by_day" not in expect:
        assert answer["energy_cost"] == near(expect.pop("sum"))
        assert {d: days[d]["energy_cost"] for d in expect} == near(expect)
        return
    assert answer["kwh"] == near(expect["kwh"])
    assert answer["energy_cost"] == near(expect["energy_cost"])
    for date, day in expect["by_day"].items():
        assert days[date]["kwh"] == near(day["kwh"])
        assert days[date]["energy_cost"] == near(day["cost"])
    assert {p["name"]: p["kwh"] for p in answer["periods"]} == near(
        {name: p["kwh"] for name, p in expect["by_period"].items()})
    assert {p["name"]: p["cost"] for p in answer["periods"]} == near(
        {name: p["cost"] for name, p in expect["by_period"].items()})
    for date, charges in vector.get("charges_by_day", {}).items():
        assert days[date]["charges"] == near(charges)


def priced(tmp_path, config, rows, zone="Europe/Berlin", before=0):
    path = tmp_path / "t.conf"
    path.write_text(config, encoding="utf-8")
    return run_json("price", "--tariff", path, "--load",
                    load(tmp_path / "l.csv", rows), "--before", before, zone=zone)


def test_a_tariff_whose_month_begins_on_another_day(tmp_path):
    """10 kWh a day from 1 June: 90 of its month before the tenth."""
    answer = priced(tmp_path, """<Tariff>
Currency "EUR"
BillingDay 15
Rate 0
</Tariff>
<Tariff>
From "2026-06-10"
Currency "EUR"
<Tier>
UpTo 95
Rate 1
</Tier>
<Tier>
Rate 2
</Tier>
</Tariff>""", [{"from": "2026-06-01T00:00:00+02:00", "to": "2026-06-12T00:00:00+02:00",
                 "kwh": 110}])
    assert [d["energy_cost"] for d in answer["days"]][8:] == pytest.approx([0, 15, 20])


DAY = [{"from": "2026-01-15T00:00:00+01:00", "to": "2026-01-16T00:00:00+01:00",
        "kwh": 24}]


def test_the_shape_of_the_answer(tmp_path):
    answer = priced(tmp_path, '<Tariff>\nCurrency "GBP"\nRate 0.5\n'
                    'DailyCharge 0.25\n</Tariff>', DAY)
    assert answer == {
        "schema": 1, "currency": "GBP", "kwh": 24, "energy_cost": 12,
        "charges": 0.25, "days": [{"date": "2026-01-15", "kwh": 24,
                                   "energy_cost": 12, "charges": 0.25}],
        "periods": [{"name": "energy:base", "kwh": 24, "cost": 12}]}


def test_what_no_plug_sees_moves_the_tiers(tmp_path):
    # at noon of the third day 2.5 x 8 kWh others and 12 of the day's own
    answer = priced(
        tmp_path, "<Tariff>\nOtherUse 8\n<Tier>\nUpTo 32\nRate 0.2\n</Tier>\n"
        "<Tier>\nRate 0.3\n</Tier>\n</Tariff>",
        [{"from": "2026-01-03T00:00:00+01:00", "to": "2026-01-04T00:00:00+01:00",
          "kwh": 24}])
    assert answer["energy_cost"] == pytest.approx(12 * 0.2 + 12 * 0.3)


def test_taxes_apply_in_order_and_only_where_meant(tmp_path):
    answer = priced(tmp_path, """<Tariff>
Tax "electricity" 5
Tax "VAT" 20
Rate 0.1
<Charge "power">
 PerYear 36.5
 Taxes "VAT"
</Charge>
<Charge "meter">
 PerMonth 3.1
 Taxes "none"
</Charge>
</Tariff>""", DAY)
    assert answer["energy_cost"] == pytest.approx(24 * 0.1 * 1.05 * 1.2)
    assert answer["charges"] == pytest.approx(0.1 * 1.2 + 0.1)


PRICES = {
    "csv": ("from,to,price\n2026-01-14T23:00:00Z,2026-01-15T11:00:00Z,0.1\n"
            "2026-01-15T11:00:00Z,2026-01-15T23:00:00Z,0.3\n"),
    "awattar": json.dumps({"data": [
        {"start_timestamp": 1768431600000, "end_timestamp": 1768474800000,
         "marketprice": 100, "unit": "Eur/MWh"},
        {"start_timestamp": 1768474800000, "end_timestamp": 1768518000000,
         "marketprice": 300, "unit": "Eur/MWh"}]}),
    "octopus": json.dumps({"count": 2, "results": [
        {"value_exc_vat": 1, "value_inc_vat": 30, "valid_to": None,
         "valid_from": "2026-01-15T11:00:00Z"},
        {"value_exc_vat": 1, "value_inc_vat": 10,
         "valid_from": "2026-01-14T23:00:00Z", "valid_to": "2026-01-15T11:00:00Z"}]}),
    "tibber": json.dumps({"data": {"viewer": {"homes": [{"currentSubscription": {
        "priceInfo": {"today": [
            {"total": 0.1, "energy": 9, "startsAt": "2026-01-15T00:00:00.000+01:00"},
            {"total": 0.3, "energy": 9, "startsAt": "2026-01-15T12:00:00.000+01:00"}],
            "tomorrow": []}}}]}}}),
}


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("told", [True, False])
def test_prices_from_a_file(tmp_path, name, told):
    path = tmp_path / "prices"
    path.write_text(PRICES[name], encoding="utf-8")
    answer = priced(tmp_path, f'<Tariff>\n<Prices>\nFile "{path}"\n'
                    + (f'Format "{name}"\n' if told else "")
                    + "</Prices>\n</Tariff>", DAY)
    assert answer["energy_cost"] == pytest.approx(12 * 0.1 + 12 * 0.3)


SHAPES = {
    "Excel's idea of CSV": "\ufefffrom;to;price\r\n"
        "2026-01-14T23:00:00Z;2026-01-15T11:00:00Z;0,1\r\n"
        "2026-01-15T12:00:00+01:00;2026-01-16T00:00:00+01:00;0,3\r\n",
    "tabs": "from\tprice\n2026-01-14T23:00:00Z\t0.1\n2026-01-15T11:00:00Z\t0.3\n",
    "a row within another": "from,to,price\n"
        "2026-01-15T11:00:00Z,2026-01-15T17:00:00Z,0.3\n"
        "2026-01-15T05:00:00Z,2026-01-15T08:00:00Z,0.3\n"
        "2026-01-14T23:00:00Z,2026-01-15T23:00:00Z,0.1\n"
        "2026-01-14T23:00:00Z,2026-01-15T02:00:00Z,0.3\n",
    "by how it is paid": json.dumps({"results": [
        {"value_exc_vat": 1, "value_inc_vat": 20, "valid_from": "2026-01-14T23:00:00Z",
         "valid_to": None, "payment_method": "DIRECT_DEBIT"},
        {"value_exc_vat": 1, "value_inc_vat": 40, "valid_from": "2026-01-14T23:00:00Z",
         "valid_to": None, "payment_method": "NON_DIRECT_DEBIT"}]}),
    "not known yet": json.dumps({"data": [
        {"start_timestamp": 1768431600000, "end_timestamp": 1768518000000,
         "marketprice": 200},
        {"start_timestamp": 1768518000000, "end_timestamp": 1768521600000,
         "marketprice": None}]}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_prices_of_odd_shape(tmp_path, name):
    path = tmp_path / "prices"
    path.write_text(SHAPES[name], encoding="utf-8", newline="")
    answer = priced(tmp_path, f'<Tariff>\n<Prices>\nFile "{path}"\n</Prices>\n</Tariff>', DAY)
    assert answer["energy_cost"] == pytest.approx(12 * 0.1 + 12 * 0.3)
    assert "unpriced_kwh" not in answer


def test_a_price_that_is_not_known_costs_nothing_and_is_said(tmp_path):
    path = tmp_path / "spot.csv"
    path.write_text("from,to,price\n2026-01-15T00:00:00+01:00,"
                    "2026-01-15T12:00:00+01:00,0.1\n", encoding="utf-8")
    tariff = f'<Tariff>\n<Prices>\nFile "{path}"\n%s</Prices>\n</Tariff>'
    answer = priced(tmp_path, tariff % "", DAY)
    assert answer["unpriced_kwh"] == pytest.approx(12)
    assert answer["energy_cost"] == pytest.approx(1.2)
    answer = priced(tmp_path, tariff % "Fallback 0.2\nFactor 2\nMax 0.15\n", DAY)
    assert "unpriced_kwh" not in answer
    assert answer["energy_cost"] == pytest.approx(12 * 0.15 + 12 * 0.2)


# a line of the tariff, and words of the one line that is said about it
ERRORS = {
    '<Period "p">\nHours "25:00-26:00"\nRate 1\n</Period>':
        ["Hours", '<Period "p">', "24:00", "25:00-26:00"],
    '<Period "p">\nHours "06:00-06:00"\nRate 1\n</Period>': ["Hours", "06:00-06:00"],
    '<Period "p">\nDays "Mon-Fry"\nRate 1\n</Period>':
        ["Days", "Mon-Fry", "did you mean Fri"],
    '<Period "p">\nDays "holliday"\nRate 1\n</Period>':
        ["Days", "holliday", "did you mean holiday"],
    '<DayType "empty">\nStarts "06:00"\n</DayType>':
        ['<DayType "empty">', "Date", "none"],
    '<Tier>\nUpTo 500\nRate 1\n</Tier>\n<Tier>\nUpTo 400\nRate 1\n</Tier>\n'
    '<Tier>\nRate 1\n</Tier>': ["UpTo", "rises", "400", "500"],
    '<Tier>\nUpTo 500\nRate 1\n</Tier>': ["last <Tier>", "UpTo"],
    '<Tier>\nRate 1\n</Tier>\n<Tier>\nRate 1\n</Tier>': ["<Tier>", "UpTo"],
    '<Period "p">\nHours "06:00-07:00"\n</Period>': ["Rate is missing", '"p"'],
    'Rate 1\n<Prices>\nFile "/nowhere"\n</Prices>': ["Rate or <Prices>", "both"],
    'BillingDay 0': ["BillingDay", "from 1 to 31", "0"],
    'BillingDay 32': ["BillingDay", "from 1 to 31", "32"],
    'Tax "more" 101': ["Tax", "100", "found 101"],
    'Tax "vat" 5': ["Tax", "two of", "VAT"],
    '<DayType "Holiday">\nDate "01-01"\n</DayType>': ['<DayType "Holiday">', "twice"],
    '<DayType "Mon">\nDate "01-01"\n</DayType>': ['<DayType "Mon">', "weekday"],
    '<DayType "d">\nEaster "x"\n</DayType>': ['<DayType "d">', "Easter", "39"],
    '<Component "c">\n<Prices>\nFile "/x"\nUnit "Wh"\n</Prices>\n</Component>':
        ["Unit", "one of: kWh, MWh, found"],
    'Currency "EURO"': ["Currency", "three letters", "EURO"],
    '<Charge "c">\n</Charge>': ['<Charge "c">', "PerDay", "none"],
    '<Charge "c">\nPerDay 1\nTaxes "VTA"\n</Charge>':
        ["Taxes", "VTA", "did you mean VAT"],
    '<Prices>\nUnit "kWh"\n</Prices>': ["<Prices>", "File or URL"],
    '<Prices>\n</Prices>': ["<Tariff>", "<Prices> with File or URL", "empty"],
    '<Component "c">\n<Prices>\n</Prices>\n</Component>':
        ['<Component "c">', "<Prices> with File or URL"],
    '<Export "x">\nRate 1\n</Export>': ["Export", "not supported", "measure"],
    '<Demand>\nRate 15\n</Demand>': ["Demand", "not supported", "measure"],
    'From "2026-13-01"': ["From", "2026-13-01"],
    'Ratte 1': ["Ratte", "did you mean Rate"],
    '<Component "grid">\n<Period "night">\nHours "22:00-06:00"\nRate 1\n'
    '</Period>\n</Component>': ['<Component "grid">', "Rate is missing", "06:00"],
}
NEEDS_RATE = ("<Tier>", "<Prices>", "Rate 1\n<Prices>")


@pytest.mark.parametrize("lines", ERRORS)
def test_a_mistake_is_one_line(tmp_path, lines):
    path = tmp_path / "t.conf"
    rate = "" if lines.startswith(NEEDS_RATE) else "Rate 0.3\n"
    path.write_text('<Tariff>\n' + rate + 'Tax "VAT" 19\n<DayType "holiday">\n'
                    'Date "12-25"\n</DayType>\n' + lines + "\n</Tariff>\n",
                    encoding="utf-8")
    done = run("price", "--tariff", path, "--load",
               load(tmp_path / "l.csv", DAY), status=1)
    assert done.stdout == ""
    said = done.stderr.strip().splitlines()
    if lines.startswith('Currency') or lines.startswith("From"):
        said = said[:1]
    assert len(said) == 1, said
    for word in ERRORS[lines]:
        assert word in said[0], (word, said)


def test_two_tariffs_that_do_not_go_together(tmp_path):
    path = tmp_path / "t.conf"
    for a, b, word in (('From "2021-01-01"', 'From "2021-01-01"', "2021-01-01"),
                       ('Currency "EUR"', 'From "2021-01-01"\nCurrency "USD"',
                        "found USD")):
        path.write_text(f"<Tariff>\n{a}\nRate 1\n</Tariff>\n"
                        f"<Tariff>\n{b}\nRate 1\n</Tariff>\n", encoding="utf-8")
        done = run("price", "--tariff", path, "--load",
                   load(tmp_path / "l.csv", DAY), status=1)
        assert word in done.stderr and len(done.stderr.splitlines()) == 1


# accepted, but said
ODD = {
    'Currency "EUR"\nRate 30': "looks like cents",
    'Currency "EUR"\n<Prices>\nURL "http://localhost/"\nFallback 30\n</Prices>':
        "looks like cents",
    'Rate 1\nFrom "2999-01-01"': "costs start on 2999-01-01",
    'Rate 1\n<DayType "d">\nFile "/nowhere/days"\n</DayType>': "/nowhere/days",
    'Rate 1\n<Period "all">\nRate 2\n</Period>\n<Period "lost">\n'
    'Hours "06:00-07:00"\nRate 3\n</Period>': '"lost"',
}


@pytest.mark.parametrize("lines", ODD)
def test_what_is_only_odd_is_accepted(tmp_path, lines):
    path = tmp_path / "t.conf"
    path.write_text(f"<Tariff>\n{lines}\n</Tariff>\n", encoding="utf-8")
    done = run("price", "--tariff", path, "--load", load(tmp_path / "l.csv", DAY))
    assert ODD[lines] in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text, words", [
    ("from,to,kwh\n2026-01-15T00:00:00,2026-01-15T01:00:00Z,1\n", "zone"),
    ("from,to,kwh\n2026-01-15T01:00:00Z,2026-01-15T01:00:00Z,1\n", "after from"),
    ("from,to,kwh\n2026-01-15T00:00:00Z,2026-01-15T01:00:00Z,-1\n", "kwh"),
    ("a,b\n", "from,to,kwh")])
def test_bad_loads_are_refused(tmp_path, text, words):
    tariff, path = tmp_path / "t.conf", tmp_path / "l.csv"
    tariff.write_text("<Tariff>\nRate 1\n</Tariff>\n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    done = run("price", "--tariff", tariff, "--load", path, status=1)
    assert words in done.stderr and done.stdout == ""


def test_check_shows_the_prices_of_the_week(tmp_path):
    path = tmp_path / "collectd.conf"
    path.write_text('LoadPlugin kasa\n<Plugin kasa>\n<Tariff>\nCurrency "EUR"\n'
                    'Rate 0.30\n<Period "night">\nDays "Mon-Fri"\n'
                    'Hours "22:00-06:00"\nRate 0.20\n</Period>\n</Tariff>\n'
                    "</Plugin>\n", encoding="utf-8")
    out = subprocess.run([KASACTL, "check", path], env={**os.environ, "TZ": "UTC"},
                         text=True, capture_output=True, check=False).stdout
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines()
             if line.split()[:1] and line.split()[0] in ("Mon", "Sat", "Sun")}
    assert table["Mon"] == ["30"] * 22 + ["20"] * 2
    assert table["Sat"] == ["20"] * 6 + ["30"] * 18
    assert table["Sun"] == ["30"] * 24
