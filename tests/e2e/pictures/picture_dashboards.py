#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/pictures/overview.png and energy.png: the dashboards over eleven weeks
of the simulator's demo house. The past is lived through by the simulator in
some seconds and put into Prometheus as it tells it; the last minutes are
scraped from a real collectd that polls it. The other dashboards are drawn
too. With pngquant installed the files are a third as large.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_dashboards.py FOLDER
                                                   [MINUTES [CHROMIUM]]
"""

import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import net  # noqa: E402
import collectd  # noqa: E402
from tree import RENDER, SOURCE  # noqa: E402
from render_mail import shoot  # noqa: E402
from sim import Sim  # noqa: E402

SITE = collectd.HOST = "home"
DAYS, COARSE, FINE, FINE_HOURS = 75, 600, 60, 26
AWAY, AWAY_HOURS = "Garden pump", 2.7

# (file, dashboard, hours, the row that is not drawn any more)
PICTURES = (("overview", "kasa-overview", 12, None),
            ("energy", "kasa-energy", 168, "Cost"),
            ("device", "kasa-device", 24, None),
            ("alerts", "kasa-alerts", 0.1, None),
            ("host", "kasa-host", 0.1, None))

# (device, plug, on at this hour of a day of the week)
HABITS = (
    ("B\u00fcro Heizung", None, lambda day, h: day < 5 and 7 <= h < 17),
    ("Office window", None, lambda day, h: day < 5 and 8 <= h < 18),
    ("Office door", None, lambda day, h: day < 5 and 9 <= h < 17),
    ("Desk strip", "Workstation", lambda day, h: 9 <= h < 23 - 4 * (day < 5)),
    ("Desk strip", "Monitor left", lambda day, h: 9 <= h < 22),
    ("Washing machine", None, lambda day, h: day in (1, 5) and 8 <= h < 22),
    ("Living room lamp", None, lambda day, h: 17 <= h < 23),
    ("Garden pump", None, lambda day, h: 5 <= h < 7 or 18 <= h < 19))


def tell(lines, truth, when, now):
    """What a collectd would have offered at this moment."""
    site, total = f'job="collectd",instance="{SITE}"', 0

    def put(metric, labels, value):
        lines[metric].append(f"{{{labels},{site}}} {value} {when}")
    for d in truth:
        name = f'device="{d["alias"]}"'
        up = d["alias"] != AWAY or when < now - AWAY_HOURS * 3600
        put("kasa_up", name, int(up))
        if not up:
            continue
        if not d["plugs"]:
            put("kasa_relay", name, int(d["relay"]))
        for p in d["plugs"]:
            label = f'device="{d["alias"]}",outlet="{p["alias"]}"'
            put("kasa_plug_relay", label, int(p["relay"]))
            if "watts" in p:
                put("kasa_plug_power", label, p["watts"])
                put("kasa_plug_watt_hours", label, int(p["total_wh"]))
        if "watts" in d:
            put("kasa_power", name, d["watts"])
            total += d["watts"]
        if "total_wh" in d:
            put("kasa_watt_hours", name, int(d["total_wh"]))
    lines["kasa_total_power"].append(f"{{{site}}} {total} {when}")


def follow(sim, state, when):
    """People switch things on and off."""
    local = time.localtime(when)
    for device, plug, habit in HABITS:
        on = habit(local.tm_wday, local.tm_hour)
        if state.get((device, plug)) != on:
            sim.set(device, plug=plug, relay=on)
            state[device, plug] = on


def live_through(sim, start, now):
    """[lines of an OpenMetrics text] of the days from start to now."""
    lines, when = collections.defaultdict(list), start
    state = {}
    while when < now - FINE:
        follow(sim, state, when)
        tell(lines, sim.truth(), when, now)
        step = COARSE if when < now - FINE_HOURS * 3600 else FINE
        sim.time(jump=step)
        when += step
    sim.time(jump=now - when, speed=1)
    for metric, values in sorted(lines.items()):
        kind = "counter" if metric.endswith("watt_hours") else "gauge"
        suffix = "_total" if kind == "counter" else ""
        yield f"# TYPE collectd_{metric} {kind}"
        series = collections.defaultdict(list)
        for value in values:  # the samples of a series stand together
            series[value.split("} ")[0]].append(value)
        for values in series.values():
            for value in values:
                yield f"collectd_{metric}{suffix}{value}"


def main():
    folder = pathlib.Path(sys.argv[1])
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 4
    chromium = sys.argv[3] if len(sys.argv) > 3 else "chromium"
    os.environ.setdefault("KASASIM", os.path.join(collectd.BUILD, "kasasim"))
    net.isolate()
    sys.path.insert(0, RENDER)
    from dashboard_fixture import BLOCKS, MACHINE
    import picture
    import query
    from prometheus import Prometheus, configuration
    start = int(time.time()) - DAYS * 86400
    with tempfile.TemporaryDirectory() as place, Sim(
            demo="iot", args=["--speed", "0", "--start", str(start)]) as sim:
        daemon = collectd.Collectd(
            interval=5, errors=True, plugins=MACHINE, blocks=BLOCKS.format(
                build=collectd.BUILD, folder=place))
        prometheus = Prometheus(place, [], configuration(
            [daemon.port]).replace("interval: 1s", "interval: 5s"))
        prometheus.history(live_through(sim, start, int(time.time())))
        with daemon, prometheus:
            daemon.wait_up("Freezer", "Desk strip", timeout=20)
            end = time.time() + 60 * minutes
            daemon.wait(lambda: time.time() > end, "the time to pass",
                        70 * minutes)
            for name, uid, hours, last in PICTURES:
                page = query.load(os.path.join(
                    SOURCE, "grafana", "dashboards", uid + ".json"))
                now = time.time()
                chosen = {"device": ["Desk strip"]} if name == "device" else {}
                view = query.View(page, prometheus.url, now - 3600 * hours,
                                  now, chosen, scrape=5, width=640)
                text, height = picture.html(page, view, 1280, last)
                shoot(chromium, text, folder / (name + ".png"), False,
                      height, 1280, 1)
                if shutil.which("pngquant"):
                    subprocess.run(
                        ["pngquant", "--force", "--nofs", "--ext", ".png",
                         "128", folder / (name + ".png")], check=True)
                print(name, (folder / (name + ".png")).stat().st_size)


if __name__ == "__main__":
    main()
