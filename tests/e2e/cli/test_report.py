# SPDX-License-Identifier: MIT
"""kasactl report on ledgers with known contents: the figures are the ledger's, the
text fits a mail, and the HTML draws in the readers that allow least."""

import datetime
import json
import os
import re
import subprocess
from zoneinfo import ZoneInfo

import pytest

from collectd import BUILD
from ledger_file import LedgerFile, day_number

pytestmark = [pytest.mark.one_thread, pytest.mark.takes(15)]
ZONE = "Europe/Berlin"


def report(ledger, *words):
    return subprocess.run(
        [os.path.join(BUILD, "kasactl"), "report", "--state", ledger.folder,
         "--date", "2026-11-28", *words],
        env={**os.environ, "TZ": ZONE}, timeout=30, capture_output=True, text=True, check=False)


def figures(ledger, *words):
    return json.loads(report(ledger, "--json", *words).stdout)


HOURS = 24 * 3600


@pytest.fixture
def ledger(tmp_path):
    """A Saturday, the four before it, and days in between."""
    file = LedgerFile(tmp_path / "state", zone=ZONE)
    for date, washer in (("2026-10-31", 1), ("2026-11-07", 2), ("2026-11-14", 3),
                         ("2026-11-21", 2), ("2026-11-27", 9), ("2026-11-28", 3)):
        noon = f"{date}T11:00:00+00:00"
        file.slot(noon, "Washer <3", washer * 1000000, washer * 300000, covered=HOURS,
                  peak=2000000 + washer)
        file.slot(noon, ("Strip", "Fridge"), 500000, 150000, covered=HOURS, peak=80000)
        file.slot(noon, ("Strip", "Lamp"), 0, 0, covered=HOURS)
        file.slot(noon, "Roof", 4000000, produces=True)
        file.charges(date, 100000)
    return file.done()


def test_standby_is_the_lowest_five_minutes_of_a_day(tmp_path):
    """Of days that were seen; the hour with the least where none was."""
    file = LedgerFile(tmp_path / "state", zone=ZONE)
    for hour in range(24):
        moment = f"2026-11-2{7 if hour == 0 else 8}T{(hour + 23) % 24:02}:00:00+00:00"
        for name in "Fridge", "Router", "Television", "New":
            file.slot(moment, name, 40000)
    day = day_number("2026-11-28")
    for name, text in (("Fridge", f"{day - 1} 9 86400\n{day} 1.5 86000\n"), ("Television", f"{day} 12 3600\n"),
                       ("Router", f"{day} 0.02 86400\n")):
        file.db.execute("INSERT INTO note VALUES('low', ?, ?)", (f"id-{name}-/0", text))
    file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter")
    ledger = file.done()
    found = {d["name"]: d["standby_w"] for d in figures(ledger)["devices"]}
    assert found == {"Fridge": pytest.approx(1.5), "Router": 0, "Television": pytest.approx(40),
                     "New": pytest.approx(40)}
    # of a week the median of its days
    week = {d["name"]: d["standby_w"] for d in figures(ledger, "--week")["devices"]}
    assert week["Fridge"] == pytest.approx(5.25)


def test_a_day_is_compared_with_the_usual_one_of_its_kind(ledger):
    day = figures(ledger)
    assert (day["kind"], day["from"], day["to"]) == ("day", "2026-11-28", "2026-11-28")
    assert day["kwh"] == pytest.approx(3.5) and day["cost"] == pytest.approx(1.15)
    assert day["usual_kwh"] == pytest.approx(2.5)  # 1.5, 2.5, 3.5, 2.5
    assert day["produced_kwh"] == pytest.approx(4)
    assert (day["active"], day["known"]) == (2, 3)
    assert [d["name"] for d in day["devices"]] == ["Washer <3", "Strip: Fridge", "Strip: Lamp"]
    assert day["devices"][0]["usual_kwh"] == pytest.approx(2)
    assert day["peak"]["name"] == "Washer <3" and day["peak"]["w"] == pytest.approx(2000.003)
    # November up to then, and two more days of the median one
    assert day["month_kwh"] == pytest.approx(2.5 + 3.5 + 2.5 + 9.5 + 3.5)
    assert day["forecast_kwh"] == pytest.approx(21.5 + 2 * 3.0)
    assert day["covered"] == pytest.approx(100)


def test_a_week_and_a_month_have_what_was_used_in_them(ledger):
    week = figures(ledger, "--week")
    assert (week["from"], week["to"]) == ("2026-11-23", "2026-11-29")
    assert week["kwh"] == pytest.approx(13) and week["usual_kwh"] is None  # one of its days is known
    month = figures(ledger, "--month")
    assert (month["from"], month["to"]) == ("2026-11-01", "2026-11-30")
    assert month["kwh"] == pytest.approx(21.5) and month["usual_kwh"] is None
    assert month["forecast_kwh"] is None


@pytest.mark.parametrize("by_ledger", [True, False], ids=["ledger", "configuration"])
def test_a_month_costs_its_minimum(tmp_path, by_ledger):
    """A month that is over; on two of its days 3 EUR and a charge of 0.1."""
    file = LedgerFile(tmp_path / "state", zone=ZONE)
    for date in "2025-11-27", "2025-11-28":
        file.slot(f"{date}T11:00:00+00:00", "Heater", 10000000, 3000000, covered=HOURS)
        file.charges(date, 100000)
    if by_ledger:  # the daemon has the last word
        file.db.execute("INSERT INTO meta VALUES(?, ?)",
                        (f"minimum {day_number('2025-11-01')}", 30000000))
    file.done()
    config = tmp_path / "collectd.conf"
    config.write_text('<Plugin kasa>\n<Tariff>\nCurrency "EUR"\nRate 0.3\n'
                      f'MinimumCharge {9 if by_ledger else 1} "day"\n'
                      '</Tariff>\n</Plugin>\n')
    words = "--config", str(config), "--date", "2025-11-28"
    day = figures(file, *words)
    assert day["cost"] == pytest.approx(3.1)
    assert day["to_minimum"] == pytest.approx(28 - 6)
    assert day["month_cost"] == pytest.approx(28.2)
    assert day["forecast_cost"] == pytest.approx(30 + 0.2 + 2 * 0.1)
    month = figures(file, "--month", *words)
    assert month["cost"] == pytest.approx(month["month_cost"]) == pytest.approx(30.2)
    text = report(file, *words).stdout
    assert re.search(r"^Minimum charge +22\.00 EUR of the month's cost so far$", text, re.M), text
    assert "28.20 EUR; about 30.40 EUR by its end" in text
    energy = json.loads(subprocess.run(
        [os.path.join(BUILD, "kasactl"), "energy", "--state", file.folder, "--config",
         str(config), "--month", "2025-11", "--json"], check=True, capture_output=True,
        env={**os.environ, "TZ": ZONE}, timeout=30).stdout)
    assert energy["cost"] == pytest.approx(30.2) and energy["to_minimum"] == pytest.approx(24)


def test_days_that_are_not_over_count_as_far_as_they_have_come(tmp_path):
    """Of today and of this week: known is what could be known, and the month goes on
    from now, not from Sunday, with days that were whole."""
    zone = ZoneInfo(ZONE)
    now = datetime.datetime.now(zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = next(d for d in range(10, 20)
                if (midnight + datetime.timedelta(days=d)).day <= 28)
    file = LedgerFile(tmp_path / "state", zone=ZONE)
    for day in range(20):
        moment = midnight - datetime.timedelta(days=day) + datetime.timedelta(minutes=1)
        passed = int((now - midnight).total_seconds())
        file.slot(moment.isoformat(), "Heater", 10000000 if day else 1000000,
                  covered=HOURS if day else passed)
    file.done()
    config = tmp_path / "collectd.conf"
    config.write_text("<Plugin kasa>\nBillingDay "
                      f"{(midnight + datetime.timedelta(days=ends)).day}\n</Plugin>\n")
    left = 1 - (now - midnight).total_seconds() / HOURS
    for kind in "--day", "--week":
        found = figures(file, kind, "--date", now.date().isoformat(), "--config", str(config))
        assert found["covered"] > 99, (kind, found)
        assert found["forecast_kwh"] - found["month_kwh"] == pytest.approx(
            10 * (ends - 1 + left), abs=0.6), (kind, found)


def test_the_text_stands_alone_and_fits_a_mail(ledger):
    text = report(ledger).stdout
    lines = text.splitlines()
    assert lines[0] == "Saturday, 28 November 2026"
    assert lines[1] == "3.50 kWh, 1.15 EUR, 40 % above the usual Saturday"
    assert max(map(len, lines)) <= 72, text
    assert re.search(r"^Month so far +21\.5 kWh, 6\.95 EUR; about 8\.95 EUR by its end$", text, re.M), text
    assert re.search(r"^Highest power +Washer <3, 2000 W at 12:", text, re.M), text
    assert re.search(r"^In use +2 of 3 plugs$", text, re.M)
    assert re.search(r"^Generated +4\.00 kWh$", text, re.M)
    assert "Known of" not in text
    assert re.search(r"^Washer <3 +3\.00 kWh +0\.90 EUR  #{9}\.  86 %  \+50 %$", text, re.M), text
    assert "Lamp" not in text


def test_the_html_is_small_and_has_nothing_a_mail_may_not_have(ledger):
    html = report(ledger, "--html").stdout
    assert len(html.encode()) < 60000
    assert not re.search(r"<img|<script|<svg|@import|@font-face|url\(|http", html)
    assert "Washer &lt;3" in html and "Washer <3" not in html
    body = html.split("<body")[1]
    assert "3.50 kWh, 1.15 EUR, 40 % above the usual Saturday" in body
    # no class: every style is inline; no colour of text that a dark reader would lose
    assert "class=" not in html and not re.search(r"[^g]color:(?!\s*light dark)", body)


@pytest.mark.parametrize("covered, says", [(99.1, None), (98.97, 98), (98.6, 98), (0.7, 0)])
def test_so_much_of_the_time_is_known(tmp_path, covered, says):
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    file.slot("2026-11-28T11:00:00+00:00", "Heater", 1000000, covered=int(HOURS * covered / 100))
    found = re.search(r"^Known of +(\d+) % of the time", report(file.done()).stdout, re.M)
    assert (int(found[1]) if found else None) == says


@pytest.mark.parametrize("days, change", [(3, None), (26, None), (28, 50), (31, 35)])
def test_a_month_is_compared_with_one_that_was_known_of(tmp_path, days, change):
    """The first report of a new installation says no "842 % above"."""
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    for day in range(32 - days, 32):
        file.slot(f"2026-10-{day:02}T11:00:00+00:00", "Heater", 1000000, covered=HOURS)
        file.slot(f"2026-10-{day:02}T12:00:00+00:00", "Heater", 0, period="energy:night")
    for day in range(1, 31):
        file.slot(f"2026-11-{day:02}T11:00:00+00:00", "Heater", 1400000, covered=HOURS)
    file.done()
    week = figures(file, "--week", "--date", "2026-11-10")
    assert week["kwh"] == pytest.approx(7 * 1.4) and week["usual_kwh"] == pytest.approx(7 * 1.4)
    month = figures(file, "--month", "--date", "2026-11-30")
    for usual in (month["usual_kwh"], month["devices"][0]["usual_kwh"]):
        assert usual == (None if change is None else pytest.approx(days))
    if change is not None:
        assert month["kwh"] / month["usual_kwh"] * 100 - 100 == pytest.approx(change, abs=1)


def test_a_long_name_is_cut_between_letters(tmp_path):
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    name = "Wäschetrockner im K\u00fcchenkeller hinten links"
    file.slot("2026-11-28T11:00:00+00:00", name, 1000000, covered=HOURS, peak=2000000)
    end = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.timezone.utc).timestamp()
    file.db.execute("INSERT INTO note VALUES('cycles', ?, ?)",
                    (f"id-{name}-/0", "".join(f"{end + n * 7200:.0f} 3600 0.5 -\n" for n in range(3))))
    file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter")
    text = report(file.done()).stdout
    assert re.search(r"^Finished +Wäschetrockner im Küche… 3 times \(1\.50 kWh\)$", text, re.M), text
    assert re.search(r"^Highest power +Wäschetrockner im Küche…, 2000 W", text, re.M), text


def test_the_html_says_what_a_device_is_compared_with(ledger):
    html = report(ledger, "--html").stdout
    assert ">86 % of all, 50 % above the usual Saturday<" in html
    # a line ends neither before a unit nor before a time
    assert re.search(r">Washer &lt;3, 2000&nbsp;W at&nbsp;\d\d:00<", html)


def test_what_is_not_known_is_said(tmp_path):
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    file.slot("2026-11-28T11:00:00+00:00", "Heater", 1000000, covered=HOURS // 2)
    ledger = file.done()
    text = report(ledger).stdout
    assert "1.00 kWh\n" in text and "usual" not in text and "EUR" not in text
    assert "50 % of the time; figures may be too low" in text
    empty = report(ledger, "--date", "2025-01-01")
    assert empty.returncode == 1 and "knows nothing of that time" in empty.stderr
    wrong = report(ledger, "--date", "28.11.2026")
    assert wrong.returncode == 2 and "--date expects a date" in wrong.stderr
    wrong = report(ledger, "--week", "--month")
    assert wrong.returncode == 2 and "exclude each other" in wrong.stderr
    assert report(ledger, "--day", "--day").returncode == 0


@pytest.fixture
def restless(tmp_path):
    """Five weeks of every hour up to Sunday, 29 November: a freezer that takes 1 kWh a
    day and 1.5 from Thursday on, and a pump in one night."""
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    begin = datetime.datetime(2026, 10, 26, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    for hour in range(35 * 24):
        moment = (begin + datetime.timedelta(hours=hour)).isoformat()
        file.slot(moment, ("Strip", "Freezer <2"), (1500000 if hour >= 31 * 24 else 1000000) // 24)
        file.slot(moment, "Pump", 2000000 if moment.startswith("2026-11-24T03") else 0)
    file.db.execute("INSERT INTO note VALUES('appliance', 'id-Strip-Freezer <2/0', 'appliance 1 1 1\ncold 1\n')")
    file.db.execute("INSERT INTO note VALUES('appliance', 'id-Pump-/0', 'appliance 1 1 1\ncold 0\n')")
    file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter")
    return file.done()


def test_a_week_says_what_works_harder_and_which_hour_was_unusual(restless):
    week = figures(restless, "--week")
    assert week["works_harder"] == [{"name": "Strip: Freezer <2", "from": "2026-11-26", "to": "2026-11-29",
                                     "kwh_day": pytest.approx(1.5), "usual_kwh_day": pytest.approx(1, abs=1e-4)}]
    assert week["works_harder_devices"] == 1
    assert week["unusual_hour"] == {"at": "2026-11-24T03:00:00+01:00", "kwh": pytest.approx(2 + 1 / 24, abs=1e-4),
                                    "usual_kwh": pytest.approx(1 / 24, abs=1e-4)}
    text = report(restless, "--week").stdout
    assert max(map(len, text.splitlines())) <= 72, text
    assert ("Works harder Strip: Freezer <2 took 1.50 kWh a day from Thursday to Sunday, usually 1.00. "
            "Is its door tight, is there ice?") in re.sub(r"\s+", " ", text)
    assert re.search(r"^Unusual +Tuesday 03:00, 2\.0 kWh, usually 0\.0$", text, re.M), text
    html = report(restless, "--week", "--html").stdout
    assert "Freezer &lt;2 took" in html and "Tuesday&nbsp;03:00" in html
    for words in ((), ("--month",), ("--week", "--date", "2026-11-20")):
        other = figures(restless, *words)
        assert (other["works_harder"], other["unusual_hour"]) == ([], None)
        assert not re.search("^(Works harder|Unusual) ", report(restless, *words).stdout, re.M)


def test_two_are_named_that_work_harder_worst_first(tmp_path):
    file = LedgerFile(tmp_path / "state", zone=ZONE, currency=None)
    for day in range(22):
        date = (datetime.date(2026, 11, 8) + datetime.timedelta(days=day)).isoformat()
        for number, factor in enumerate((1.5, 3, 2, 1.6)):
            file.slot(f"{date}T11:00:00+00:00", f"Fridge {number}",
                      int(1000000 * (factor if 18 <= day < 20 else 1)), covered=HOURS)
    file.db.execute("INSERT INTO note SELECT 'appliance', identity || '/0', 'appliance 1 1 1' || char(10) || "
                    "'cold 1' || char(10) FROM meter")
    file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter")
    file.done()
    week = figures(file, "--week")
    assert [h["name"] for h in week["works_harder"]] == ["Fridge 1", "Fridge 2"]
    assert week["works_harder_devices"] == 4
    text = re.sub(r"\s+", " ", report(file, "--week").stdout)
    assert ("Fridge 1 took 3.00 kWh a day on Thursday and Friday, usually 1.00; Fridge 2 took 2.00 kWh a day on "
            "Thursday and Friday, usually 1.00; and 2 more. Are their doors tight, is there ice?") in text
