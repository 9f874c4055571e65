#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/pictures/gallery.png: what `kasactl graph` makes of a simulated house, on
a desk by day and on a phone by night.

A kasasim lives through nine days in a second or two, its clock jumping from
minute to minute; `rrdtool update` writes what its meters show into files of the
shape and the names that collectd's rrdtool plugin gives them. Then the real
collectd with kasa.so polls the same house and goes on writing to the same
files.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_gallery.py FILE [CHROMIUM]
"""

import collections
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from collectd import BUILD, HOST, Collectd  # noqa: E402
from gallery import graph  # noqa: E402
from rrd import Rrds  # noqa: E402
from sim import Sim  # noqa: E402

DAYS, STEP = 9, 60
HOURS = 3600


def daily(watts, start, hours, standby=0.5, noise=0.0):
    """A load that runs some hours of each day, from start o'clock on."""
    return {"kind": "duty", "watts": watts, "standby": standby,
            "noise": noise, "on": hours * HOURS, "off": (24 - hours) * HOURS,
            "offset": ((24 - start) % 24) * HOURS}


HOUSE = [
    {"alias": "Freezer", "kind": "plug", "load": "freezer", "rssi": -58},
    {"alias": "Washing machine", "kind": "plug", "rssi": -63, "load": {
        "kind": "washer", "period": 2 * 86400, "offset": 13 * HOURS}},
    {"alias": "TV corner", "kind": "plug", "load": daily(118, 18, 4.5,
                                                         0.6, 18)},
    {"alias": "B\u00fcro Heizung", "kind": "plug", "load": daily(640, 6, 2.5,
                                                                 0.9, 12)},
    {"alias": "Living room lamp", "kind": "bulb", "load": daily(9.4, 17, 6, 0)},
    {"alias": "Desk strip", "kind": "strip", "rssi": -49, "plugs": [
        {"alias": "Workstation", "load": daily(96, 8, 9, 3, 30)},
        {"alias": "Monitor left", "load": daily(31, 8.5, 8, 0.4, 1)},
        {"alias": "Monitor right", "load": daily(28, 8.5, 8, 0.4, 1)},
        {"alias": "Charger", "load": {"kind": "duty", "watts": 18, "on": 3000,
                                      "off": 9000, "standby": 0.3}}]},
]
SERIES = {"watts": "power", "volts": "voltage", "amps": "current",
          "total_wh": "watt_hours"}

FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>
body{margin:0;background:#8d99a8;width:1290px;height:960px;overflow:hidden}
img{position:absolute;top:14px;height:932px;border-radius:8px}
</style><img src="desk.png" style="left:14px">
<img src="phone.png" style="left:890px">"""


class House(Sim):
    """At any moment of its life. Loads run from the midnight before its first
    day, so that the hours of the day fit."""

    def __init__(self, birth, *args):
        self.midnight = int(time.mktime(
            time.localtime(birth)[:3] + (0, 0, 0, 0, 0, -1)))
        super().__init__(HOUSE, args=["--start", str(self.midnight), *args])

    def at(self, when):
        self.time(jump=when - self.midnight)
        return self


def live(folder):
    """Days of the house's life as RRD files that end now; its first second."""
    rows = collections.defaultdict(dict)
    end = int(time.time()) // STEP * STEP
    start = end - DAYS * 86400
    with House(start, "--speed", "0") as sim:
        sim.at(start)
        for t in range(start, end + 1, STEP):
            total = collections.Counter()
            for device in sim.truth():
                for key, name in SERIES.items():
                    if device.get(key) is None:
                        continue
                    part = "kasa-" + device["alias"]
                    rows[part, name][t] = device[key]
                    total[name] += device[key]
                    for plug in device["plugs"]:
                        rows["kasa_plug-" + device["alias"],
                             f"{name}-{plug['alias']}"][t] = plug[key]
            rows["kasa_total", "power"][t] = total["power"]
            rows["kasa_total", "watt_hours"][t] = total["watt_hours"]
            sim.time(jump=STEP)
    rrds = Rrds(folder, host=HOST, step=STEP)
    for (part, name), values in rows.items():
        rrds.put(part, name, values.get)
    rrds.write(start, end - 2 * STEP)
    return start


def shoot(chromium, page, out, width, height, dark):
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             "--hide-scrollbars", f"--user-data-dir={profile}",
             *(["--blink-settings=preferredColorScheme=0"] if dark else []),
             f"--window-size={width},{height}", "--virtual-time-budget=10000",
             f"--screenshot={out}", page],
            check=True, capture_output=True, timeout=180)


def chunk(kind, body):
    return (struct.pack(">I", len(body)) + kind + body
            + struct.pack(">I", zlib.crc32(kind + body)))


def rows_of(data):
    """Width, height, and the rows of a PNG of 8 bits, RGB or RGBA."""
    at, pixels = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6)
        elif kind == b"IDAT":
            pixels += body
        at += 12 + length
    each = 3 if colour == 2 else 4
    raw, size, above, rows = zlib.decompress(pixels), width * each, None, []
    above = bytearray(size)
    for y in range(height):
        method = raw[y * (size + 1)]
        row = bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for i in range(size if method else 0):
            left = row[i - each] if i >= each else 0
            corner = above[i - each] if i >= each else 0
            if method == 1:
                add = left
            elif method == 2:
                add = above[i]
            elif method == 3:
                add = (left + above[i]) // 2
            else:
                add = min((left, above[i], corner), key=lambda v, p=(
                    left + above[i] - corner): abs(p - v))
            row[i] = (row[i] + add) & 255
        rows.append(row)
        above = row
    return width, height, [[bytes(r[i:i + 3]) for i in range(0, size, each)]
                           for r in rows]


def reduce_colours(path):
    """256 colours are plenty for lines and letters, and a third of the size."""
    width, height, rows = rows_of(pathlib.Path(path).read_bytes())
    count = collections.Counter(c for row in rows for c in row)
    palette = [c for c, _ in count.most_common(160)]
    # rare ones have no chance against shades of grey: one of each neighbourhood
    near = {tuple(v >> 5 for v in c) for c in palette}
    for c, _ in count.most_common():
        area = tuple(v >> 5 for v in c)
        if area not in near and len(palette) < 256:
            near.add(area)
            palette.append(c)
    palette += [c for c, _ in count.most_common(512)
                if c not in palette][:256 - len(palette)]
    place = {c: i for i, c in enumerate(palette)}
    for c in count:
        if c not in place:
            place[c] = min(range(len(palette)), key=lambda i, c=c: sum(
                (a - b) ** 2 for a, b in zip(palette[i], c)))
    raw = b"".join(b"\0" + bytes(place[c] for c in row) for row in rows)
    pathlib.Path(path).write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", b"".join(palette))
        + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def main():
    os.environ.setdefault("KASASIM", os.path.join(BUILD, "kasasim"))
    target = sys.argv[1]
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kasa-picture-"))
    try:
        birth = live(folder / "rrd")
        with House(birth) as sim, Collectd(
                plugins=["rrdtool"], interval=5, blocks="<Plugin rrdtool>\n"
                f'  DataDir "{folder}/rrd"\n</Plugin>\n') as daemon:
            sim.at(time.time())
            daemon.wait_up(*(d["alias"] for d in HOUSE))
            daemon.cycles(3)
            daemon.command_line("FLUSH plugin=rrdtool")
            graph(None, folder / "out", "--config", daemon.config)
        page = (folder / "out" / "index.html").as_uri()
        shoot(chromium, page, folder / "desk.png", 862, 932, False)
        shoot(chromium, page + "#show-week", folder / "phone.png", 390, 932,
              True)
        (folder / "frame.html").write_text(FRAME)
        shoot(chromium, (folder / "frame.html").as_uri(), target, 1290, 960,
              False)
        reduce_colours(target)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
