#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The reports of a family's house as a mail reader draws them: a day, a week, a
month and a day without figures, at 390, 600 and 1280 pixels, light and dark.
Prints each as text.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_report.py FOLDER [CHROMIUM]
"""

import datetime
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from alerts_file import MISSING, ZONE, AlertsFile  # noqa: E402
from collectd import BUILD  # noqa: E402
from ledger_file import LedgerFile, day_number  # noqa: E402
from render_mail import shoot  # noqa: E402

LAST = datetime.date(2026, 11, 29)
DAYS = 92
RATE = 0.31
WIDTHS = (390, 600, 1280)
# kWh an hour, always; and kWh of a run, at an hour of so many days a week
HOUSE = {
    "Fridge": (0.035, 0, 0, 0), "Freezer in the cellar": (0.042, 0, 0, 0), "Router & NAS": (0.021, 0, 0, 0),
    "Television": (0.0015, 0.25, 20, 6), "Washer": (0.001, 0.85, 10, 4), "Dryer": (0.001, 1.9, 12, 3),
    "Dishwasher": (0.0008, 1.05, 21, 6), "Aquarium": (0.03, 0, 0, 0), "Office": (0.004, 0.6, 9, 5),
    ("Strip", "Coffee machine"): (0.001, 0.12, 7, 7), ("Strip", "Kettle"): (0, 0.2, 8, 7),
    "Heater in the bathroom on the first floor": (0, 1.4, 6, 5), "Lamp": (0.0004, 0.05, 19, 7),
    "Guest room": (0, 0, 0, 0)}


def family(folder):
    chance = random.Random(4)
    file = LedgerFile(folder, zone=ZONE)
    cycles = {"Washer": [], "Dryer": [], "Dishwasher": []}
    zone = zoneinfo.ZoneInfo(ZONE)
    for back in range(DAYS - 1, -1, -1):
        date = LAST - datetime.timedelta(days=back)
        runs = {name: chance.random() < use[3] / 7 for name, use in HOUSE.items()}
        for hour in range(24):
            moment = datetime.datetime.combine(date, datetime.time(hour), zone)
            for name, (always, run, at, _) in HOUSE.items():
                kwh = always * chance.uniform(0.9, 1.1) + (run if runs[name] and hour == at else 0)
                if name == "Freezer in the cellar" and back < 3:
                    kwh *= 1.6
                file.slot(moment.isoformat(), name, int(kwh * 1e6), int(kwh * RATE * 1e6),
                          peak=int(kwh * (1900e3 if kwh > 0.3 else 1100e3)))
                if name in cycles and runs[name] and hour == at:
                    cycles[name].append(f"{moment.timestamp() + 4300:.0f} 4200 {run} {run * RATE:.4f}\n")
        file.charges(date.isoformat(), 400000)  # a day
    for name, lines in cycles.items():
        file.db.execute("INSERT INTO note VALUES('cycles', ?, ?)", (f"id-{name}-/0", "".join(lines)))
    file.db.execute("INSERT INTO note VALUES('appliance', 'id-Freezer in the cellar-/0', 'appliance 1 1 1\ncold 1\n')")
    for name, watts in (("Router & NAS", 19.5), ("Television", 1.4), ("Office", 3.8), ("Fridge", 1.1),
                        ("Freezer in the cellar", 0.9)):
        lows = "".join(f"{day_number((LAST - datetime.timedelta(days=d)).isoformat())} {watts} 86000\n"
                       for d in range(20, -1, -1))
        file.db.execute("INSERT INTO note VALUES('low', ?, ?)", (f"id-{name}-/0", lows))
    file.db.execute("INSERT INTO state(meter, account) SELECT id, id FROM meter")
    return file.done()


def alerts(folder):
    file = AlertsFile(folder)
    file.alert("Office", f"{LAST}T09:00:00", f"{LAST}T11:05:00", kind=MISSING)
    for hour in range(10, 19):
        file.alert("Freezer in the cellar", f"{LAST}T{hour}:00:00", f"{LAST}T{hour}:20:00")
    file.alert("Aquarium", f"{LAST}T20:00:00")
    file.failed("telegram", f"{LAST}T12:00:00")
    file.silence({"device": ["Guest room"]}, int(time.time() * 1000) + 3600000)
    return file.done()


def report(ledger, shown, *words):
    done = subprocess.run([os.path.join(BUILD, "kasactl"), "report", "--state", ledger, "--alerts", shown, *words],
                          env={**os.environ, "TZ": ZONE}, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


def height(chromium, html, width):
    """As the picture shows it: of a reader with its own margin below."""
    script = "<script>document.title = 'h' + Math.ceil(document.querySelector('table').getBoundingClientRect().bottom)" \
             "</script>"
    frame = f'<body style="margin:0"><iframe style="border:0;width:{width}px;height:9000px" srcdoc="{{}}"></iframe>' \
            "<script>onload = () => document.title = document.querySelector('iframe').contentDocument.title</script>"
    with tempfile.NamedTemporaryFile("w", suffix=".html") as page, tempfile.TemporaryDirectory() as profile:
        page.write(frame.format((html + script).replace("&", "&amp;").replace('"', "&quot;")))
        page.flush()
        out = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile,
                              "--dump-dom", "file://" + page.name], capture_output=True, text=True, timeout=120,
                             check=True).stdout
    return int(out.split("<title>h")[1].split("<")[0])


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    with tempfile.TemporaryDirectory() as folder:
        ledger = family(folder + "/ledger").folder
        shown = alerts(folder + "/alerts").folder
        for name, words in (("day", ["--date", str(LAST)]), ("week", ["--week", "--date", str(LAST)]),
                            ("month", ["--month", "--date", "2026-10-31"])):
            print(report(ledger, shown, *words), flush=True)
            html = report(ledger, shown, "--html", *words)
            for width in WIDTHS:
                high = height(chromium, html, width)
                for dark in (False, True):
                    shoot(chromium, html, out / f"{name}-{width}-{'dark' if dark else 'light'}.png", dark, high,
                          width, 1)


if __name__ == "__main__":
    main()
