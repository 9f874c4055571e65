# SPDX-License-Identifier: MIT
"""Recorded days of real machines and what there is in them. The curves are no
part of the sources: they are read where they are, KASA_DEVICES leads there."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("KASA_DEVICES") or "/nonexistent").parent / "energy" / "traces"

# kind, then start, end (seconds) and kWh of each cycle; whether one is running
# at the end of the file
RIGHT = {
    "washer_plain": ("washer", [(915, 7130, 0.374)], False),
    "washer_two_loads_35min_apart": ("washer", [(515, 2875, 0.394), (4995, 9875, 0.506)], False),
    "washer_two_loads_12min_apart": ("washer", [(47925, 51825, 0.610), (52590, 56205, 0.535)], False),
    "dishwasher_dry_30min": ("dishwasher", [(645, 7540, 0.928)], False),
    "dishwasher_noisy_standby": ("dishwasher", [(5300, 7970, 1.254)], True),
    # the ends lie within the time in which the drum turns against creases
    "dryer_crease_guard": ("dryer", [(550, 5485, 2.215), (7035, 13550, 3.41)], False),
    "coffee_beantocup": ("coffee", [], True),
}
SILENT = {"freezer_24h": "freezer", "fridge_24h": "fridge", "fridge_normal_day": "fridge"}


def end_slack(kind):
    """Seconds between an end and the one that is right."""
    return 2000 if kind == "dryer" else 120


def curve(name):
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"the recorded curves are not here ({path})")
    return path


def length(name):
    """Seconds to its last value."""
    return float(curve(name).read_text(encoding="ascii").split()[-1].split(",")[0])
