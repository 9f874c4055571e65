# SPDX-License-Identifier: MIT
"""Files that people and programs really write, for kasactl energy price and count:
each has the right result, or one line that names the file and where in it."""

import pytest

from energy_files import run, run_json

pytestmark = pytest.mark.one_thread

A, B, C = (f"2026-01-15T0{hour}:00:00Z" for hour in range(3))
LOAD, PRICES, COUNT = "from,to,kwh\n", "from,price\n", "t,total_wh,power_w,month_wh\n"

# text of a load at 0.5 a kWh, and what it costs
GOOD_LOADS = {
    "byte order mark": ("\ufeff" + LOAD + f"{A},{B},1\n", 0.5),
    "lines end as in Windows": (LOAD.replace("\n", "\r\n") + f"{A},{B},1\r\n", 0.5),
    "quotes": (f'"from","to","kwh"\n"{A}","{B}","1"\n', 0.5),
    "blanks": (f"From , TO, kWh\n\n {A} , {B} , 1 \n\n", 0.5),
    "comments": (f"# mine\n{LOAD}# all\n{A},{B},1\n", 0.5),
    "semicolons": (f"from;to;kwh\n{A};{B};1,5\n", 0.75),
    "other columns": (f"kwh,note,to,from\n1,,{B},{A}\n", 0.5),
    "an empty column too many": (f"from,to,kwh,\n{A},{B},1,\n", 0.5),
    "zones": (f"{LOAD}2026-01-15T01:00:00+0100,2026-01-15T02:00+01,1\n"
              "2026-01-15t02:00:00z,2026-01-15 08:15:00+05:30,1\n", 1),
    "fractions of seconds": (f'{LOAD}2026-01-15T01:00:00.5Z,"2026-01-15T01:00:01,25Z",1'
                             "\n2026-01-15T01:00:02.123456789Z,2026-01-15T01:00:03Z,1\n", 1),
    "unsorted": (f"{LOAD}{B},{C},1\n{A},{B},1\n", 1),
    "no end of the last line": (f"{LOAD}{A},{B},1", 0.5),
    "the end of a day": (f"{LOAD}{C},2026-01-15T24:00:00Z,1\n", 0.5),
    "25 hours": (f"{LOAD}2026-10-25T00:00+02:00,2026-10-26T00:00+01:00,25\n", 12.5),
    "nothing yet": (LOAD, 0),
}
# text, the line it is on (0: none), words that tell what is wrong
BAD_LOADS = {
    "empty": ("", 0, "it is empty"),
    "no text": ("from,to,kwh\0\n", 0, "no text file"),
    "no such column": (f"from,kwh\n{A},1\n", 1, "from,to,kwh"),
    "a missing field": (f"{LOAD}{A},{B}\n", 2, "kwh expects"),
    "no zone": (f"{LOAD}2026-01-15T01:00:00,{B},1\n", 2, "zone"),
    "a date": (f"{LOAD}2026-01-15,{B},1\n", 2, "moments"),
    "an odd zone": (f"{LOAD}2026-01-15T01:00:00+25:00,{B},1\n", 2, "moments"),
    "no such day": (f"{LOAD}2026-02-30T00:00:00Z,{B},1\n", 2, "moments"),
    "after the end of a day": (f"{LOAD}{A},2026-01-15T24:30:00Z,1\n", 2, "moments"),
    "the end before the begin": (f"{LOAD}{B},{A},1\n", 2, "after from"),
    "a century": (f"{LOAD}1970-01-02T00:00:00Z,2070-01-01T00:00:00Z,1\n", 2, "ten years"),
    "NaN": (f"{LOAD}{A},{B},1\n{A},{B},nan\n", 3, "kwh expects a number"),
    "infinity": (f"{LOAD}{A},{B},inf\n", 2, "kwh expects a number"),
    "huge": (f"{LOAD}{A},{B},1e300\n", 2, "kwh expects a number"),
    "hexadecimal": (f"{LOAD}{A},{B},0x10\n", 2, "kwh expects a number"),
    "negative": (f"{LOAD}{A},{B},-1\n", 2, "kwh expects a number"),
    "a unit": (f"{LOAD}{A},{B},1 kWh\n", 2, "kwh expects a number"),
    "a decimal comma": (f"{LOAD}{A},{B},1,5\n", 2, "more fields"),
    "a field too many": (f"{LOAD}{A},{B},1,\n", 2, "more fields"),
    "words behind a quote": (f'{LOAD}{A},"{B}"x,1\n', 2, "separator"),
    "an open quote": (f'{LOAD}{A},{B},1\n{A},"{B},1\n', 3, "never closed"),
    "behind a field of two lines": (
        f'kwh,note,from,to\n1,"a\nb",{A},{B}\n1,,x,{B}\n', 4, "moments"),
}


def tariff(tmp_path, lines="Rate 0.5"):
    path = tmp_path / "t.conf"
    path.write_text(f'<Tariff>\nCurrency "EUR"\n{lines}\n</Tariff>\n', encoding="utf-8")
    return path


def file_of(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("name", GOOD_LOADS)
def test_a_load(tmp_path, name):
    text, cost = GOOD_LOADS[name]
    answer = run_json("price", "--tariff", tariff(tmp_path), "--load",
                      file_of(tmp_path, text), zone="Europe/Berlin")
    assert answer["energy_cost"] == pytest.approx(cost, abs=1e-9)


@pytest.mark.parametrize("name", BAD_LOADS)
def test_a_bad_load(tmp_path, name):
    text, line, words = BAD_LOADS[name]
    path = file_of(tmp_path, text)
    done = run("price", "--tariff", tariff(tmp_path), "--load", path, status=1)
    where = f"{path}: line {line}: " if line else f"{path}: "
    assert where in done.stderr and words in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


def test_loads_of_several_devices_move_the_tiers_together(tmp_path):
    """1 kWh in two hours and twice 1.5 in the second of them: 0.5, 1.75 and 1.75 in
    its halves."""
    tiers = tariff(tmp_path, '<Tier>\nUpTo 2\nRate 0.1\n</Tier>\n<Tier>\nRate 0.3\n</Tier>\n'
                   '<Period "late">\nHours "02:30-03:00"\nRate 1\n</Period>')
    rows = f"{LOAD}{B},{C},1.5\n{A},{C},1\n{B},{C},1.5\n"
    answer = run_json("price", "--tariff", tiers, "--load", file_of(tmp_path, rows),
                      zone="Europe/Berlin")
    assert answer["kwh"] == 4
    assert answer["energy_cost"] == pytest.approx(0.5 * 0.1 + 1.5 * 0.1 + 0.25 * 0.3
                                                  + 1.75 * 1, abs=1e-9)


BAD_PRICES = {
    "a missing field": (f"{PRICES}{A}\n", 2, "a price"),
    "no zone": (f"{PRICES}2026-01-15T01:00:00,1\n", 2, "moments"),
    "NaN": (f"{PRICES}{A},1\n{B},nan\n", 3, "a price"),
    "huge": (f"{PRICES}{A},1e30\n", 2, "beyond a million"),
    "a decimal comma": (f"{PRICES}{A},0,5\n", 2, "more fields"),
    "the end before the begin": (f"from,to,price\n{B},{A},1\n", 2, "before it begins"),
    "no header": (f"{A},1\n{B},2\n", 0, "from,price"),
    "no rows": (PRICES, 0, "no prices"),
    "a web page": ("<html>sorry</html>\n", 0, "header"),
}


@pytest.mark.parametrize("name", BAD_PRICES)
def test_bad_prices_are_said_and_leave_the_energy_unpriced(tmp_path, name):
    text, line, words = BAD_PRICES[name]
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding="utf-8")
    done = run("price", "--tariff", tariff(tmp_path, f'<Prices>\nFile "{path}"\n</Prices>'),
               "--load", file_of(tmp_path, f"{LOAD}{A},{B},1\n"))
    where = f'"{path}": line {line}: ' if line else f'"{path}": '
    assert where in done.stderr and words in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "1.000 kWh have no price" in done.stdout


def test_words_behind_the_days_of_a_day_type(tmp_path):
    days = tmp_path / "days"
    days.write_text("2026-01-15,Thursday\n2026-01-16 # Friday, the next\n", encoding="utf-8")
    lines = (f'Rate 0.5\n<DayType "red">\nFile "{days}"\n</DayType>\n'
             '<Period "red">\nDays "red"\nRate 2\n</Period>')
    done = run("price", "--tariff", tariff(tmp_path, lines), "--load", file_of(
        tmp_path, f"{LOAD}{A},{B},1\n2026-01-16T00:00Z,2026-01-16T01:00Z,1\n"))
    assert done.stderr == "" and "energy:red" in done.stdout
    assert "energy:base" not in done.stdout


@pytest.mark.parametrize("line, found", (
    ("12-25", "12-25"), ("2026-02-30", "2026-02-30"), ("25.12.2026", "25.12.2026"),
    ("to\x1b[31mday", "to[31mday")))
def test_a_bad_line_of_a_file_of_days(tmp_path, line, found):
    """The whole file is left out; the days that stand in the block still count."""
    days = tmp_path / "days"
    days.write_text(f"2026-01-16\n\n{line}\n", encoding="utf-8")
    lines = (f'Rate 0.5\n<DayType "red">\nDate "2026-01-15"\nFile "{days}"\n</DayType>\n'
             '<Period "red">\nDays "red"\nRate 2\n</Period>')
    done = run("price", "--tariff", tariff(tmp_path, lines), "--load", file_of(
        tmp_path, f"{LOAD}{A},{B},1\n2026-01-16T00:00Z,2026-01-16T01:00Z,1\n"))
    assert f'<DayType "red">: option File "{days}": line 3: ' in done.stderr
    assert f'found "{found}"' in done.stderr and len(done.stderr.splitlines()) == 1
    assert "energy:red" in done.stdout and "energy:base" in done.stdout


BAD_COUNTS = {
    "NaN": (f"{COUNT}0,nan,,\n", 2, "expect numbers"),
    "no seconds": (f"{COUNT}{A},1,,\n", 2, "t expects seconds"),
    "NaN for seconds": (f"{COUNT}0,1,,\nnan,1,,\n", 3, "t expects seconds"),
    "ages": (f"{COUNT}1e12,1,,\n", 2, "t expects seconds"),
    "unsorted": (f"{COUNT}15,1,,\n0,2,,\n", 3, "less than in the row before"),
    "a decimal comma": (f"{COUNT}0,1,5,,\n", 2, "more fields"),
    "only seconds": ("t\n0\n", 0, "the header must name"),
    "hexadecimal": (f"{COUNT}0,0x1f,,\n", 2, "expect numbers"),
}


@pytest.mark.parametrize("name", BAD_COUNTS)
def test_bad_readings(tmp_path, name):
    text, line, words = BAD_COUNTS[name]
    path = file_of(tmp_path, text)
    done = run("count", "--csv", path, status=1)
    where = f"{path}: line {line}: " if line else f"{path}: "
    assert where in done.stderr and words in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


@pytest.mark.parametrize("text", [
    "\ufeff" + COUNT + "0,1,,\n15,3,,\n", COUNT.replace("\n", "\r\n") + "0,1,,\r\n15,3,,\r\n",
    "t;total_wh\n0,5;1,5\n15,25;3,5\n", "total_wh,x,t\n1,,-15\n3,,0\n",
    COUNT + "0,1\n7\n15,3\n"])
def test_readings(tmp_path, text):
    answer = run_json("count", "--csv", file_of(tmp_path, text))
    assert answer["sum_wh"] == 2 and answer["gaps"] == 0
