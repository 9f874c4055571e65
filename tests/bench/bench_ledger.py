#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table about the energy ledger in doc/benchmark.md: what a poll and a
reading of an appliance cost, what
a day writes, how large a year is, how long a month takes to be shown."""

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from datetime import date, timedelta

RUNS = 5


def best(action):
    """The shortest of some runs: seconds on the clock and of CPU."""
    found = []
    for _ in range(RUNS):
        began = time.monotonic()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        action()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append((time.monotonic() - began,
                      after.ru_utime + after.ru_stime
                      - before.ru_utime - before.ru_stime))
    return min(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    tool = os.path.join(args.build, "bench_ledger")
    kasactl = os.path.join(args.build, "kasactl")
    folder = tempfile.mkdtemp(prefix="bench_ledger.")
    rows = []

    def run(*words):
        return subprocess.run([*map(str, words)], text=True, check=True,
                              capture_output=True).stdout

    def place(name):
        os.mkdir(os.path.join(folder, name))
        return os.path.join(folder, name)

    try:
        for outlets in (50, 1000):
            ns = min((run(tool, "poll", outlets).split() for _ in range(RUNS)),
                     key=lambda both: int(both[0]) + int(both[1]))
            rows.append((f"a poll of one of {outlets} outlets: booking, values",
                         f"{int(ns[0]) / 1000:.2f} us, {int(ns[1]) / 1000:.2f} us",
                         "1 us together"))
        for kind in ("washer", "freezer"):
            ns, size = min((run(os.path.join(args.build, "bench_appliance"), kind).split()
                            for _ in range(RUNS)), key=lambda both: int(both[0]))
            rows.append((f"a reading of a {kind}, memory",
                         f"{int(ns) / 1000:.2f} us, {size} bytes",
                         "0.5 us, 4096 bytes"))
        written, cpu = run(tool, "day", 50, place("day")).split()
        rows.append(("written in a day, 50 outlets at 15 s",
                     f"{int(written) / 1e6:.1f} MB", "20 MB"))
        rows.append(("CPU of that day's 1440 transactions", f"{cpu} ms", ""))
        year = place("year")
        run(tool, "days", 400, 50, year)
        size = os.path.getsize(os.path.join(year, "energy.db"))
        rows.append(("400 days of 50 outlets", f"{size / 1e6:.1f} MB", "25 MB"))
        month = (date.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        for by in ("device", "period", "hour"):
            wall, cpu = best(lambda: run(kasactl, "energy", "--state", year,
                                         "--month", month, "--by", by))
            rows.append((f"kasactl energy --month, by {by}, 50 outlets",
                         f"{wall * 1000:.0f} ms, {cpu * 1000:.0f} ms of CPU",
                         "200 ms"))
        tariff = os.path.join(folder, "tariff.conf")
        with open(tariff, "w", encoding="utf-8") as file:
            file.write('<Tariff>\nRate 0.3\n<Period "night">\nHours "22:00-06:00"\n'
                       "Rate 0.2\n</Period>\n</Tariff>\n")
        wall, cpu = best(lambda: run(kasactl, "energy", "price", "--tariff", tariff,
                                     "--state", year, "--month", month))
        rows.append(("that month priced by another tariff (energy price)",
                     f"{wall * 1000:.0f} ms, {cpu * 1000:.0f} ms of CPU", "200 ms"))
    finally:
        shutil.rmtree(folder)
    table = "| | measured | at most |\n| --- | --: | --: |\n" + "".join(
        f"| {' | '.join(row)} |\n" for row in rows)
    with open(args.out, "w", encoding="utf-8") as file:
        file.write(table)
    print(table)


if __name__ == "__main__":
    main()
