# SPDX-License-Identifier: MIT
"""kasactl energy price where everything comes together: see energy_combined.py.
KASA_SEED=N repeats one seed."""

import os
import random

import pytest

from energy_combined import Combined
from energy_files import run_json

pytestmark = pytest.mark.one_thread

SEEDS = [int(os.environ["KASA_SEED"])] if "KASA_SEED" in os.environ else [
    *range(int(os.environ.get("KASA_SEEDS", 24))),
    *(random.SystemRandom().randrange(10**6, 10**9) for _ in range(6))]


def wrong(case, got):
    days, periods, unpriced = case.bill()
    told = {d["date"]: (d["kwh"], d["energy_cost"], d["charges"]) for d in got["days"]}
    yield from ((f"day {day}", told.get(day.isoformat()),
                 (kwh, cost, case.charges_of(day)))
                for day, (kwh, cost) in days.items())
    named = {p["name"]: (p["kwh"], p["cost"]) for p in got["periods"]}
    yield from ((name, named.get(name), sums) for name, sums in periods.items())
    yield "all", (got["kwh"], got["energy_cost"], got["charges"],
                  got.get("unpriced_kwh", 0), len(told), len(named)), (
        sum(s[0] for s in days.values()), sum(s[1] for s in days.values()),
        sum(map(case.charges_of, days)), unpriced, len(days), len(periods))


def test_everything_together_costs_what_it_should(tmp_path):
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        case = Combined(seed, folder)
        tariff, load = case.write()
        got = run_json("price", "--tariff", tariff, "--load", load,
                       "--before", case.before, zone=case.zone)
        for what, told, meant in wrong(case, got):
            assert told == pytest.approx(tuple(map(float, meant)), abs=1e-6), (
                f"KASA_SEED={seed} TZ={case.zone} --before {case.before}: {what}\n"
                + tariff.read_text("utf-8") + load.read_text("utf-8"))
