#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The dashboards over a day of 300 plugs at five sites, to be looked at: what
is readable for a house may not be for a company. The numbers are made here,
with a seed; one site fell silent, some devices do not answer.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_many.py FOLDER
                                                                [CHROMIUM]
"""

import collections
import math
import os
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import net  # noqa: E402
from tree import RENDER, SOURCE  # noqa: E402
from render_mail import shoot  # noqa: E402

SITES = ("berlin", "hamburg", "koeln", "leipzig", "muenchen")
PLUGS, STRIPS, OUTLETS = 54, 6, 6  # each site's; a strip counts as a device
HOURS, STEP = 14, 100  # a step within the smoothing
ROOMS = ("Lab", "Office", "Server room", "Kitchen", "Workshop", "Hall")
PAGES = ("kasa-overview", "kasa-sites", "kasa-energy", "kasa-device")


def house(dice):
    """[(name, base watts, swing, outlets)] of a site."""
    for n in range(PLUGS):
        watts = dice.choice((0, 4, 9, 40, 85, 120, 230, 900))
        yield f"{ROOMS[n % len(ROOMS)]} {n // len(ROOMS) + 1:02}", watts, 0.3, 0
    for n in range(STRIPS):
        yield f"Rack {n + 1}", 60.0, 0.2, OUTLETS


def tell(put, devices, counted, when, now, start):
    """What the collectd of a site would have offered at this moment."""
    up, total, on = 0, 0.0, 0
    for number, (name, base, swing, outlets) in enumerate(devices):
        label = f'device="{name}"'
        here = number % 17 != 3 or when < now - (number + 1) * 900
        put("kasa_up", label, int(here))
        put("kasa_failures", label + ',reason="timeout"', max(0, (when - now) // STEP + 40)
            if not here else 0)
        if not here:
            continue
        up += 1
        wave = 1 + swing * math.sin(when / 7000 + number)
        watts = base * wave * (outlets or 1)
        on += base > 0
        total += watts
        put("kasa_power", label, round(watts, 1))
        put("kasa_relay", label, int(base > 0))
        put("kasa_response_time", label, round(0.02 + number % 9 / 300, 4))
        put("kasa_signal_power", label, -45 - number % 35)
        counted[name] += watts * STEP / 3600
        put("kasa_watt_hours", label, int(counted[name]))
        put("kasa_kwh_today", label, round(base * (outlets or 1) * 0.011, 2))
        put("kasa_kwh_month", label, round(base * (outlets or 1) * 0.3, 1))
        for k in range(outlets):
            outlet = f'{label},outlet="Outlet {k + 1}"'
            put("kasa_plug_power", outlet, round(base * wave, 1))
            put("kasa_plug_relay", outlet, 1)
            put("kasa_plug_watt_hours", outlet, int(base * (when - start) / 3600))
    put("kasa_total_power", "", round(total, 1))
    put("kasa_total_poll_duration", "", round(0.4 + up / 100, 2))
    put("kasa_total_kwh_today", "", round(total * 0.011, 2))
    put("kasa_total_kwh_month", "", round(total * 0.3, 1))
    for state, count in (("known", len(devices)), ("up", up), ("on", on), ("metered", up)):
        put("kasa_total_devices", f'state="{state}"', count)


def day(start, now):
    """Lines of an OpenMetrics text."""
    dice = random.Random(14)
    lines = collections.defaultdict(lambda: collections.defaultdict(list))
    for site in SITES:
        devices = list(house(dice))
        counted = collections.defaultdict(float)
        # the last one fell silent an hour ago
        end = now - 3600 if site == SITES[-1] else now
        for when in range(start, int(end), STEP):
            def put(metric, labels, value, site=site, when=when):
                series = f'{{{labels}{"," if labels else ""}job="collectd",instance="{site}"}}'
                lines[metric][series].append(f"{value} {when}")
            tell(put, devices, counted, when, now, start)
    for metric, series in sorted(lines.items()):
        counter = metric.endswith(("watt_hours", "failures"))
        yield f"# TYPE collectd_{metric} {'counter' if counter else 'gauge'}"
        for labels, samples in series.items():
            for sample in samples:
                yield f"collectd_{metric}{'_total' if counter else ''}{labels} {sample}"


def main():
    folder = pathlib.Path(sys.argv[1])
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    net.isolate()
    sys.path.insert(0, RENDER)
    import picture
    import query
    from prometheus import Prometheus, configuration
    now = int(time.time()) - 60
    with tempfile.TemporaryDirectory() as place:
        prometheus = Prometheus(place, [], configuration([]))
        prometheus.history(day(now - HOURS * 3600, now))
        with prometheus:
            prometheus.wait("vector(1)", lambda value: value == 1, 60)
            for uid in PAGES:
                page = query.load(os.path.join(SOURCE, "grafana", "dashboards", uid + ".json"))
                view = query.View(page, prometheus.url, now - 12 * 3600, now, {},
                                  scrape=STEP, width=640)
                text, height = picture.html(page, view, 1280, None)
                path = folder / (uid + ".png")
                shoot(chromium, text, path, False, height, 1280, 1)
                print(uid, path.stat().st_size)


if __name__ == "__main__":
    main()
