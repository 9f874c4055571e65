# SPDX-License-Identifier: MIT
"""Values with their units, ticks of an axis, colours of a series."""

import html
import math
import time
import zlib

GRID, FAINT, TEXT, STRONG = "#2c3235", "#8e9297", "#c7cbd1", "#f4f5f7"
PANEL, PAGE = "#181b1f", "#111217"
NAMED = {"green": "#73bf69", "yellow": "#f2cc0c", "orange": "#ff9830",
         "red": "#f2495c", "blue": "#5794f2", "purple": "#b877d9"}
PALETTE = ("#73bf69", "#f2cc0c", "#56d9d0", "#ff780a", "#f2495c", "#5794f2",
           "#b877d9", "#ffa6b0", "#a0703c", "#c7d0d9", "#37872d", "#8f3bb8")


SHORT = {"watt": "W", "volt": "V", "amp": "A", "dBm": "dBm", "percent": "%",
         "kwatth": "kWh", "short": "", "none": "", "pps": "p/s"}
BINARY = ("B", "KiB", "MiB", "GiB", "TiB")
DECIMAL = ("", "k", "M", "G", "T")
TIMES = ((86400 * 7, "week"), (86400, "day"), (3600, "hour"), (60, "min"))


def escape(text):
    return html.escape(str(text), quote=True)


def colour(name):
    return NAMED.get(name, name)


def colours(names):
    """By name, and another where it is taken, as long as there are others."""
    out = {}
    for name in names:
        first = zlib.crc32(name.encode()) % len(PALETTE)
        order = PALETTE[first:] + PALETTE[:first]
        out[name] = next((c for c in order if c not in out.values()), order[0])
    return out


def _span(value):
    for size, word in TIMES:
        if abs(value) >= size:
            many = "" if value == size or word == "min" else "s"
            return f"{value / size:.1f} {word}{many}"
    if abs(value) >= 1 or value == 0:
        return f"{value:.3g} s"
    return f"{value * 1000:.3g} ms"


def _scaled(value, base, units, suffix):
    step = 0
    while abs(value) >= base and step < len(units) - 1:
        value, step = value / base, step + 1
    return f"{value:.3g} {units[step]}{suffix}"


def _ago(value):
    return _span(time.time() - value / 1000) + " ago"


SPECIAL = {
    "s": _span, "dtdurations": _span, "dateTimeFromNow": _ago,
    "bytes": lambda v: _scaled(v, 1024, BINARY, ""),
    "Bps": lambda v: _scaled(v, 1000, DECIMAL, "B/s"),
    "bps": lambda v: _scaled(v, 1000, DECIMAL, "b/s")}


def human(value, unit, decimals=None):
    """A value as a person reads it."""
    if value is None or not math.isfinite(value):
        return "-"
    if unit in SPECIAL:
        return SPECIAL[unit](value)
    if unit == "watt" and abs(value) >= 1000:
        value, unit, decimals = value / 1000, "kW", 2
    if decimals is None:
        decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    value = round(value, decimals) + 0.0  # no "-0"
    return f"{value:,.{decimals}f} {SHORT.get(unit, unit)}".strip()


def by_limits(value, steps):
    """The colour of a value among thresholds."""
    out = steps[0]["color"]
    for step in steps[1:]:
        if value is not None and value >= step["value"]:
            out = step["color"]
    return colour(out)


def ticks(low, high, count=4):
    """Round numbers from low to high."""
    raw = (high - low) / count or 1
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= raw)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def time_ticks(start, end, count, utc_offset):
    """[(epoch, text)] at the borders of minutes, hours or days."""
    raw = (end - start) / count
    step = next((s for s in (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800,
                             21600, 43200, 86400, 172800, 604800, 1209600,
                             2592000) if s >= raw), 7776000)
    shape = "%H:%M" if step < 86400 else "%d %b"
    first = math.ceil((start + utc_offset) / step) * step - utc_offset
    return [(t, time.strftime(shape, time.gmtime(t + utc_offset)))
            for t in range(int(first), int(end) + 1, step)]
