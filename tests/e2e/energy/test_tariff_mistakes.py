# SPDX-License-Identifier: MIT
"""What people get wrong in a <Tariff>: one line each, with the file and the line in
it, what was expected and found, and the nearest name where there is one."""

import os
import subprocess

import pytest

from energy_files import KASACTL, run, run_json

pytestmark = pytest.mark.one_thread

LOAD = "from,to,kwh\n2026-01-15T00:00:00Z,2026-01-16T00:00:00Z,24\n"
HEAD = '<Tariff>\nCurrency "EUR"\n'


def files(tmp_path, text):
    tariff, load = tmp_path / "t.conf", tmp_path / "l.csv"
    tariff.write_text(text, encoding="utf-8")
    load.write_text(LOAD, encoding="utf-8")
    return "price", "--tariff", tariff, "--load", load


def said(tmp_path, text, status=1):
    """Its lines, each behind the number of the line that it is about."""
    words = files(tmp_path, text)
    lines = run(*words, status=status).stderr.splitlines()
    assert all(f"{words[2]}:" in line for line in lines), lines
    return [line.split(f"{words[2]}:")[1] for line in lines]


def period(lines):
    return f'Rate 0.3\n<Period "p">\n{lines}\nRate 1\n</Period>'


def day_type(lines, name="d"):
    return f'Rate 0.3\n<DayType "{name}">\n{lines}\n</DayType>'


def charge(lines):
    return f'Rate 0.3\nTax "VAT" 19\n<Charge "c">\n{lines}\n</Charge>'


def tiers(*ends):
    return "".join(f"<Tier>\n{end}\nRate {i + 1}\n</Tier>\n"
                   for i, end in enumerate(ends))


# what stands in the tariff, the words of the line, words that are not in it
MISTAKES = {
    "only a comma for days": (period('Days ","'), ["Days", 'found ","'], []),
    "only a blank for days": (period('Days " "'), ["Days", 'found " "'], []),
    "only a comma for hours": (period('Hours ","'), ["Hours", 'found ","'], []),
    "only a comma for months": (period('Months ","'), ["Months", 'found ","'], []),
    "only a comma for dates": (day_type('Date ","'), ["Date", 'found ","'], []),
    "only a comma for taxes": (
        charge('PerDay 1\nTaxes ","'), ["Taxes", 'found ","'], []),
    "a long weekday": (period('Days "Monday-Fryday"'), ["did you mean Friday?"], []),
    "the beginning of weekdays": (
        period('Days "Thurs"'), ["Thurs", "did you mean Thu?"], []),
    "the weekend": (period('Days "Weekend"'), ["did you mean Sat,Sun?"], []),
    "the second month": (
        period('Months "June-Sept"'), ["June-Sept", "did you mean Sep?"], []),
    "a month of another language": (
        period('Months "Okt"'), ["Okt", "did you mean Oct?"], []),
    "an unlike day type": (
        period('Days "rot"') + '\n<DayType "d">\nDate "12-25"\n</DayType>',
        ['found "rot"'], ["did you mean"]),
    "an unlike tax": (
        charge('PerDay 1\nTaxes "XYZ"'), ["Taxes", "XYZ"], ["did you mean"]),
    "no tax and one": (
        charge('PerDay 1\nTaxes "none" "VAT"'), ["Taxes", "none", "found both"], []),
    "days of a range": (
        day_type('Date "12-25"', "Mon-Fri"), ['<DayType "Mon-Fri">', "weekday"], []),
    "a day type that Days cannot say": (
        day_type('Date "12-25"', "red, white"),
        ['<DayType "red, white">', "comma"], []),
    "no number of Easter": (
        day_type('Easter "x"'), ['<DayType "d">', "Easter", 'found "x"'], []),
    "half a day of Easter": (day_type("Easter 1.5"), ["Easter", "found 1.5"], []),
    "a tax called none": ('Rate 1\nTax "none" 5', ["Tax", "none"], []),
    "a tax with a comma": ('Rate 1\nTax "a,b" 5', ["Tax", "comma", "a,b"], []),
    "a tax without a name": ("Rate 1\nTax 19", ["Tax", "found 19"], []),
    "a tax in quotes": ('Rate 1\nTax "VAT" "19"', ["Tax", 'found "VAT" "19"'], []),
    "a bad tax that a charge names": (
        'Rate 1\nTax "VAT" 101\n<Charge "c">\nPerDay 1\nTaxes "VAT"\n</Charge>',
        ["Tax", "found 101"], []),
    "a minimum of what": (
        "Rate 1\nMinimumCharge 0.4", ["MinimumCharge", '"month"', "found 0.4"], []),
    "two minimums": (
        'Rate 1\nMinimumCharge 1 "day"\nMinimumCharge 2 "day"',
        ["MinimumCharge", "twice"], []),
    "a charge that is no number": (
        charge('PerDay "x"'), ["PerDay", 'found "x"'], ["one of"]),
    "no end of a tier": (tiers("UpTo 0", ""), ["UpTo", "found 0"], []),
    "a tier by the month": (
        tiers('UpTo 500 "month"', ""), ["UpTo", 'found 500 "month"'], []),
    "two ends of a tier": (tiers("UpTo 5\nUpTo 6", ""), ["UpTo", "twice"], []),
    "an end in the head": (
        "<Tier 500>\nRate 1\n</Tier>", ["<Tier 500>", "UpTo"], []),
    "the last tier's rate": (
        "<Tier>\nUpTo 500\nRate 1\n</Tier>\n<Tier>\nRate \"x\"\n</Tier>",
        ["<Tier>", "Rate", 'found "x"'], ["last <Tier>"]),
    "tiers that rise in short months only": (
        tiers('UpTo 10 "day"', "UpTo 305", ""),
        ["UpTo", "rises", 'found 305 after 10 "day"'], []),
    "an address that is a number": (
        "<Prices>\nURL 5\n</Prices>", ["URL", "text in quotes"], ["neither"]),
    "the most below the least": (
        '<Prices>\nFile "/x"\nMax 0.1\nMin 0.2\n</Prices>',
        ["Max", "Min", "found 0.1 below 0.2"], []),
    "prices in a period": (
        'Rate 0.3\n<Period "p">\nRate 1\n<Prices>\nFile "/x"\n</Prices>\n</Period>',
        ["Prices", "<Component>, beside <Period>"], []),
    "an empty block of prices in a period": (
        'Rate 0.3\n<Period "p">\nHours "06:00-07:00"\n<Prices>\n</Prices>\n</Period>',
        ['<Period "p">', "Rate is missing", "<Prices> stands beside"], []),
    "a tax in a component": (
        'Rate 1\n<Component "g">\nRate 1\nTax "VAT" 5\n</Component>',
        ["Tax", "in <Tariff>"], ["did you mean"]),
    "a price for what is fed in": (
        "Rate 1\nExportRate 0.08", ["ExportRate", "not supported", "measure"], []),
    "a name of two lines": (
        'Rate 1\n<Period "a\nb\x1b[31m">\nHours "6"\nRate 1\n</Period>',
        ['<Period "a b[31m">', "Hours"], []),
    "a charge for peaks": (
        "Rate 1\nDemandCharge 15", ["DemandCharge", "not supported", "measure"], []),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_line_says_it(tmp_path, name):
    lines, words, others = MISTAKES[name]
    told = said(tmp_path, f"{HEAD}{lines}\n</Tariff>\n")
    assert len(told) == 1, told
    number, text = told[0].split(": ", 1)
    assert number.isdigit()
    assert all(word in text for word in words), text
    assert not any(word in text for word in others), text


# text, and the line in it that the mistake stands on
PLACES = {
    "hours": (f'{HEAD}Rate 1\n<Period "p">\nRate 2\nHours "6-7"\n</Period>\n', 6),
    "days": (f'{HEAD}Rate 1\n<Period "p">\nDays "Mo"\nRate 2\n</Period>\n', 5),
    "months": (f'{HEAD}Rate 1\n<Period "p">\nRate 2\nMonths "6"\n</Period>\n', 6),
    "a period without a price": (f'{HEAD}Rate 1\n<Period "p">\nDays "Mon"\n</Period>\n', 4),
    "a date": (f'{HEAD}Rate 1\n<DayType "d">\n\nDate "x"\n</DayType>\n', 6),
    "the start of a day": (
        f'{HEAD}Rate 1\n<DayType "d">\nDate "12-25"\nStarts "6"\n</DayType>\n', 6),
    "the months of a charge": (
        f'{HEAD}Rate 1\n<Charge "c">\nPerDay 1\nMonths "6"\n</Charge>\n', 6),
    "taxes": (f'{HEAD}Rate 1\n<Charge "c">\nPerDay 1\nTaxes "x"\n</Charge>\n', 6),
    "from": (f'{HEAD}Rate 1\nFrom "2026"\n', 4),
    "currency": ('<Tariff>\nRate 1\nCurrency "EURO"\n', 3),
    "too many": (HEAD + "Rate 1\n" + '<Charge "c">\nPerDay 1\n</Charge>\n' * 61,
                 4 + 60 * 3),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_line_is_that_of_the_option(tmp_path, name):
    text, line = PLACES[name]
    told = said(tmp_path, text + "</Tariff>\n")
    assert len(told) == 1 and told[0].startswith(f"{line}: "), told


@pytest.mark.parametrize("text, line, words", (
    ("<Tariff>\nRate 1\n", "3: ", "<Tariff> of line 1 is not closed"),
    ("<Tariff>\nRate 1\n</tariff>\n", "3: ", "does not close <Tariff>"),
    ("<Tariff>\nRate\n</Tariff>\n", "2: ", "expected a value")))
def test_what_collectd_would_refuse_has_its_line_too(tmp_path, text, line, words):
    told = said(tmp_path, text)
    assert len(told) == 1 and told[0].startswith(line) and words in told[0], told


# what collectd passes over or what is missing: accepted, with one line
ODD = {
    "costs that start later": (
        f'\n{HEAD}From "2999-01-01"\nRate 1\n</Tariff>\n', "2: ", "start on 2999-01-01"),
    "days that cannot be read": (
        HEAD + day_type('File "/nowhere/days"') + "\n</Tariff>\n",
        "4: ", '<DayType "d">: option File "/nowhere/days"'),
    "prices that cannot be read": (
        f'{HEAD}\n<Prices>\nFile "/nowhere/p"\n</Prices>\n</Tariff>\n',
        "4: ", '<Prices>: option File "/nowhere/p"'),
    "an empty export": (
        f"{HEAD}Rate 1\n<Export>\n</Export>\n</Tariff>\n", "4: ", "<Export>"),
    "an empty demand": (
        f"{HEAD}Rate 1\n<Demand>\n</Demand>\n</Tariff>\n", "4: ", "<Demand>"),
    "a component twice": (
        f'{HEAD}Rate 1\n' + '<Component "g">\nRate 1\n</Component>\n' * 2
        + "</Tariff>\n", "7: ", '<Component "g"> stands twice'),
    "a period that never counts": (
        f'{HEAD}Rate 1\n<Period "a">\nRate 2\n</Period>\n<Period "b">\nDays "Sun"\n'
        "Rate 3\n</Period>\n</Tariff>\n", "7: ", '<Period "b">: never counts'),
    "cents in a period": (
        f'{HEAD}Rate 1\n<Period "a">\nDays "Sun"\nRate 25\n</Period>\n</Tariff>\n',
        "4: ", '<Period "a">: Rate 25 looks like cents'),
    "no sign between": (f"{HEAD}Rate = 1\n</Tariff>\n", "3: ", "ignores '='"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_passed_over_is_said(tmp_path, name):
    text, line, words = ODD[name]
    told = said(tmp_path, text, status=0)
    assert len(told) == 1 and told[0].startswith(line) and words in told[0], told


def test_a_kwh_for_thousands(tmp_path):
    answer = run_json(*files(tmp_path, '<Tariff>\nCurrency "VND"\nRate 2167.5\n'
                             "MonthlyCharge 3100000\n</Tariff>\n"))
    assert answer["energy_cost"] == pytest.approx(24 * 2167.5)
    assert answer["charges"] == pytest.approx(100000)


def test_a_tier_by_the_day_beside_one_by_the_month(tmp_path):
    """310 kWh, then to 320, then the rest: of 24 after 305."""
    text = HEAD + tiers('UpTo 10 "day"', "UpTo 320", "") + "</Tariff>\n"
    answer = run_json(*files(tmp_path, text), "--before", 305)
    assert answer["energy_cost"] == pytest.approx(5 * 1 + 10 * 2 + 9 * 3)


def test_the_month_begins_as_the_plugin_says(tmp_path):
    """On the 20th: the month before has 31 days, the one that begins 28."""
    text = ('<Plugin kasa>\nBillingDay "20"\n' + HEAD +
            "MonthlyCharge 31\n<Tier>\nUpTo 100\nRate 1\n</Tier>\n<Tier>\nRate 2\n"
            "</Tier>\n</Tariff>\n</Plugin>\n")
    words = files(tmp_path, text)
    words[4].write_text("from,to,kwh\n2026-02-19T00:00:00Z,2026-02-21T00:00:00Z,20\n",
                        encoding="utf-8")
    answer = run_json(*words, "--before", 100)
    assert [d["energy_cost"] for d in answer["days"]] == pytest.approx([20, 10])
    assert [d["charges"] for d in answer["days"]] == pytest.approx([1, 31 / 28])


def test_long_names_are_cut_between_characters(tmp_path):
    name = "\u00fc" * 30 + "x"
    parts = "".join(f'<Component "{i}{name}">\nRate 0\n<Period "{i}{name}">\nRate 1\n'
                    "</Period>\n</Component>\n" for i in range(5))
    answer = run_json(*files(tmp_path, f"{HEAD}Rate 1\n{parts}</Tariff>\n"))
    assert answer["energy_cost"] == pytest.approx(24 * 6)


def table(tmp_path, text, zone="UTC"):
    path = tmp_path / "collectd.conf"
    path.write_text(f"LoadPlugin kasa\n<Plugin kasa>\n{text}</Plugin>\n", encoding="utf-8")
    return subprocess.run([KASACTL, "check", path], env={**os.environ, "TZ": zone},
                          text=True, capture_output=True, check=False).stdout


def row(out, day):
    return next(line.split()[1:] for line in out.splitlines() if line.split()[:1] == [day])


def test_costs_without_a_currency_are_not_shown_and_that_is_said(tmp_path):
    out = table(tmp_path, "<Tariff>\nRate 1\n</Tariff>\n")
    assert "collectd.conf:3: <Tariff>: option Currency is missing" in out


def test_the_table_is_in_the_smallest_coin(tmp_path):
    out = table(tmp_path, '<Tariff>\nCurrency "JPY"\nRate 31.4\n</Tariff>\n')
    assert "in JPY a kWh" in out and row(out, "Wed") == ["31"] * 24
    out = table(tmp_path, '<Tariff>\nCurrency "KWD"\nRate 0.0024\n</Tariff>\n')
    assert "in thousandths of KWD a kWh" in out and row(out, "Wed") == ["2"] * 24


def test_the_columns_of_the_table_are_straight(tmp_path):
    out = table(tmp_path, '<Tariff>\nCurrency "EUR"\nRate 1.25\n<Period "p">\n'
                'Hours "06:00-07:00"\nRate -0.004\n</Period>\n</Tariff>\n')
    lines = [line for line in out.splitlines() if line[:4] == "    " and line[4:7] in
             ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]
    head = out.splitlines()[out.splitlines().index(lines[0]) - 1]
    assert len(lines) == 7 and {len(line) for line in lines} == {len(head)}
    assert row(out, "Mon")[5:8] == ["125", "0", "125"]


def test_the_table_says_what_it_does_not_show(tmp_path):
    out = table(tmp_path, HEAD + tiers("UpTo 5", "") + '<Period "go">\n'
                'Hours "00:30-04:30"\nRate 0.05\n</Period>\n</Tariff>\n')
    assert "Of tiers the price of the first" in out
    assert "within these hours (kasactl energy prices): 0 4\n" in out
    assert row(out, "Fri")[:6] == ["100", "5", "5", "5", "5", "100"]


def test_the_table_of_a_tariff_that_is_to_come(tmp_path):
    out = table(tmp_path, f'{HEAD}From "2999-01-03"\nRate 0.3\n</Tariff>\n')
    assert "prices of the week of 2998-12-31 by hour" in out  # a Monday
    assert row(out, "Wed") == ["-"] * 24 and row(out, "Thu") == ["30"] * 24
