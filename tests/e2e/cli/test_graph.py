# SPDX-License-Identifier: MIT
"""kasactl graph: a gallery from what collectd's rrdtool plugin has kept."""

import calendar
import math
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

import gallery
from collectd import SLOWNESS, Collectd, wait
from gallery import Page, graph, snapshot
from rrd import Pipe, Rrds, fetch, reading
from sim import Sim

pytestmark = [pytest.mark.plain, pytest.mark.takes(65),
              pytest.mark.needs("rrdtool")]

NOW = int(time.time())
HOUSE = [
    {"alias": "Freezer", "kind": "plug", "load": 61.753, "volts": 230.8},
    {"alias": "Strip", "kind": "strip", "volts": 230, "plugs": [
        {"alias": f"Outlet {i}", "load": 10.5 * i} for i in range(3)]},
    {"alias": "K\u00fcche: \"<i>&amp;\" it's 100 %", "kind": "bulb",
     "load": 10.8},
    {"alias": "Porch", "kind": "switch", "meter": False},
]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def fridge(t):
    return 85.0 if t // 1800 % 3 == 0 else 1.5


class Counter:
    """Watt-hours of a load, as the plugin counts them."""

    def __init__(self, load, step):
        self.load, self.step, self.wh = load, step, 0

    def __call__(self, t):
        self.wh += (self.load(t) or 0) * self.step / 3600
        return self.wh


def small_house(folder, days=2, step=60):
    rrds = Rrds(folder, step=step)
    rrds.put("kasa-Freezer", "power", fridge)
    rrds.put("kasa-Freezer", "watt_hours", Counter(fridge, step))
    rrds.put("kasa-Lamp", "power", lambda t: 9.0)
    rrds.write(NOW - days * 86400, NOW)
    return rrds


# -- from the real collectd

# every second for a whole day, so that a test need not run for minutes
FINE = """
<Plugin rrdtool>
  DataDir "rrd"
  RRARows 86400
  RRATimespan 86400
</Plugin>
"""


def day_is_kept(daemon):
    """Whether a row is complete in every file of interest."""
    daemon.command_line("FLUSH plugin=rrdtool")
    top = daemon.path("rrd", "tester")
    now = time.time()
    kept = 0
    for part in os.listdir(top) if os.path.isdir(top) else ():
        for name in os.listdir(os.path.join(top, part)):
            if not re.match(r"(power|current|signal|response|up)\b", name):
                continue
            try:
                rows = fetch(os.path.join(top, part, name), now - 60, now)
            except subprocess.CalledProcessError:
                return False  # collectd is writing just now
            if not [v for _, v in rows if v is not None]:
                return False
            kept += 1
    return kept > 15


def test_gallery_of_a_real_collectd(out):
    with Sim(HOUSE, args=["--speed", "0"]) as sim:
        with Collectd(plugins=["rrdtool"], blocks=FINE) as daemon:
            daemon.wait_up("Freezer", "Strip", "Porch")
            daemon.wait(lambda: day_is_kept(daemon), "values in files", 60)
            run = graph(None, out, "--config", daemon.config)
            watts = {d["alias"]: d.get("watts") for d in sim.truth()}
    assert not run.stderr and "index.html" in run.stdout
    page = Page(out)
    assert page.verify() > 40
    names = [d["alias"] for d in HOUSE]
    assert sorted(page.cards) == sorted(names)
    assert set(page.pages) == set(names)
    assert page.tabs == list(gallery.SPANS)
    for name in names[:3]:
        image = page.image(f"Power of {name} over the last 24 hours")
        assert image.number("last") == pytest.approx(watts[name], abs=0.06)
        assert f"{watts[name]:.1f} W" in page.pages[name].texts
    for i in range(3):
        image = page.image(f"Power of Outlet {i} on Strip over the last 24")
        assert image.number("highest") == pytest.approx(10.5 * i, abs=0.06)
    strip = page.image("Power of Strip over the last 24 hours")
    assert strip.alt.endswith("Stacked: Outlet 0, Outlet 1, Outlet 2.")
    total = page.image("Power of all devices over the last 24 hours: last "
                       f"{sum(w for w in watts.values() if w):.1f} W, average")
    assert total
    for word in ("Voltage", "Current", "Signal", "Response time"):
        assert page.image(f"{word} of Freezer over the last 24 hours")
    assert "answered 100.0 % of the time" in page.image(
        "Response time of Porch over the last 24 hours").alt
    assert "KP115(EU) \u00b7 127.77.0.1" in " ".join(page.pages["Freezer"].texts)


def test_without_a_place_the_configuration_says_where(tmp_path, out):
    small_house(tmp_path / "base" / "deep")
    for text in (f'BaseDir "{tmp_path}/base"\nLoadPlugin rrdtool\n'
                 '<Plugin rrdtool>\n  DataDir "deep"\n</Plugin>\n',
                 f'BaseDir "{tmp_path}/base/deep"\nLoadPlugin rrdcached\n',
                 '<Plugin "rrdtool">\n'
                 f'  DataDir "{tmp_path}/base/deep"\n</Plugin>\n'):
        conf = tmp_path / "collectd.conf"
        conf.write_text(text)
        graph(None, out, "--config", str(conf), "--span", "day")
        assert sorted(Page(out).cards) == ["Freezer", "Lamp"]
        shutil.rmtree(out)
    run = graph(None, out, "--config", str(tmp_path / "none"), status=1)
    assert "none" in run.stderr and not out.exists()


# -- the numbers


RRDTOOL = """#!/bin/sh
# the real one, overheard; tee writes its standard output first, so what is
# said is written down before the other side can go away
{{ tee -a /dev/fd/3 >>"$OVERHEARD/in.$$"; }} 3>&1 | {real} "$@" |
  {{ tee -a /dev/fd/3 >>"$OVERHEARD/out.$$"; }} 3>&1
"""


@pytest.fixture
def overheard(tmp_path):
    """A function that runs with an rrdtool in front of which somebody sits;
    it returns {command: lines of its answer}."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "rrdtool"
    script.write_text(RRDTOOL.format(real=shutil.which("rrdtool")))
    script.chmod(0o755)

    def run(*arguments):
        graph(*arguments, env={"PATH": f"{folder}:{os.environ['PATH']}",
                               "OVERHEARD": str(folder)})
        talk = {}
        for name in os.listdir(folder):
            if not name.startswith("in."):
                continue
            asked = (folder / name).read_text("utf-8").splitlines()
            told = re.split(r"(?m)^OK .*\n", (
                folder / name.replace("in", "out")).read_text("utf-8"))
            assert len(told) == len(asked) + 1 and "ERROR" not in told
            talk |= dict(zip(asked, (t.splitlines() for t in told)))
        return talk
    return run


def legend(lines):
    return [re.match(r'legend\[\d+\] = "(.*)"$', line)[1]
            for line in lines if line.startswith("legend")]


def commands_of(talk, kind, span):
    """The two commands, light and dark, that draw this."""
    found = {a: t for a, t in talk.items()
             if a.startswith(f"graphv '{kind}-{span}-")}
    assert len(found) == 2, list(talk)
    return found


def option(line, name):
    return int(re.search(rf"--{name}=(\d+)", line)[1])


@pytest.mark.parametrize("span", gallery.SPANS)
def test_power_in_the_legend_equals_fetch(tmp_path, out, overheard, span):
    rrds = Rrds(tmp_path / "rrd", step=300)
    rrds.put("kasa-Washer", "power", lambda t: 700 + 600 * math.sin(t / 5e4)
             + (t // 300 % 7) * 11.7)
    rrds.write(NOW - 40 * 86400, NOW)
    talk = overheard(tmp_path / "rrd", out, "--span", span)
    path = rrds.path("kasa-Washer", "power")
    image = Page(out).image(f"Power of Washer over {gallery.WORDS[span]}")
    for line, answer in commands_of(talk, "washer-power", span).items():
        start, end = option(line, "start"), option(line, "end")
        assert end - start == gallery.SPANS[span] * 399 // 400
        rows = {f: [v for t, v in fetch(path, start, end, f, 1)
                    if v is not None] for f in ("AVERAGE", "MAX")}
        # the reading itself, as the page and kasactl watch have it
        want = (reading(path),
                sum(rows["AVERAGE"]) / len(rows["AVERAGE"]), max(rows["MAX"]))
        last, average, most = map(float, re.fullmatch(
            r"last ([\d.]+) W +avg ([\d.]+) +max ([\d.]+)",
            legend(answer)[0]).groups())
        assert last == pytest.approx(want[0], abs=0.06)
        assert average == pytest.approx(want[1], abs=0.06)
        assert most == pytest.approx(want[2], abs=0.06)
        assert image.number("last") == pytest.approx(last, abs=0.06)
        assert image.number("average") == pytest.approx(average, abs=0.06)
        assert image.number("highest") == pytest.approx(most, abs=0.06)


def local_edges(span, now):
    """The hours, days and months of the bars by Python's calendar."""
    here = time.localtime(now)
    if span in ("hour", "day"):
        hour = now - here.tm_min * 60 - here.tm_sec
        return [hour + (i - 23) * 3600 for i in range(25)]
    back = {"week": 6, "month": 30, "year": 11}[span]
    if span == "year":
        dates = [(here.tm_year, here.tm_mon - i, 1)
                 for i in range(back, -2, -1)]
    else:
        dates = [(here.tm_year, here.tm_mon, here.tm_mday - i)
                 for i in range(back, -2, -1)]
    return [int(time.mktime((y, m, d, 0, 0, 0, 0, 0, -1)))
            for y, m, d in dates]


@pytest.mark.parametrize("span", gallery.SPANS)
def test_energy_in_the_legend_equals_fetch(tmp_path, out, overheard, span):
    def load(t):
        return 400 + 350 * math.sin(t / 90000)
    rrds = Rrds(tmp_path / "rrd", step=300)
    rrds.put("kasa-Washer", "watt_hours", Counter(load, 300))
    rrds.write(NOW - 70 * 86400, NOW)
    before = local_edges(span, int(time.time()))
    talk = overheard(tmp_path / "rrd", out, "--span", span)
    edges = local_edges(span, int(time.time()))
    commands = commands_of(talk, "washer-energy", span)
    if option(next(iter(commands)), "start") == before[0]:
        edges = before  # an hour or a day may have passed meanwhile
    path = rrds.path("kasa-Washer", "watt_hours")
    rows = fetch(path, edges[0], edges[-1], "AVERAGE", 1)
    width = rows[1][0] - rows[0][0]
    bars = []
    for low, high in zip(edges, edges[1:]):
        inside = [v for t, v in rows if low < t <= high and v is not None]
        bars.append(sum(inside) * width if inside else None)
    known = [b for b in bars[:-1] if b is not None]
    image = Page(out).pages["Washer"].image("Energy per ")
    slack = 0.006 if max(known) < 1000 else 6  # two decimals of Wh or kWh
    assert image.number("average") == pytest.approx(
        sum(known) / len(known), abs=slack)
    assert image.number("highest") == pytest.approx(
        max(b for b in bars if b is not None), abs=slack)
    assert image.number("sum") == pytest.approx(
        sum(v * width for _, v in rows if v is not None), abs=6)
    now = {"hour": "this hour", "day": "this hour", "week": "today", "month": "today",
           "year": "this month"}[span]
    if bars[-1] is None:  # the hour has just begun
        assert now not in image.alt
        return
    assert image.number(now) == pytest.approx(bars[-1], abs=slack)
    for answer in commands.values():
        numbers = {word: float(value) * (1000 if kilo else 1)
                   for word, value, kilo in re.findall(
                       r"(\w+) ([\d.]+) (k?)Wh", legend(answer)[0])}
        for word, text in (("last", now), ("avg", "average"),
                           ("max", "highest"), ("sum", "sum")):
            # three digits that count
            assert numbers[word] == pytest.approx(image.number(text), rel=6e-3)


def cost_of(date):
    """What a day cost in the end: another amount for each."""
    return 1 + date.tm_yday % 7 / 4


def days_by_month(days):
    """How many of so many days before today lie in which month, the last first."""
    here = time.localtime(NOW)
    year, month, left = here.tm_year, here.tm_mon, days - here.tm_mday + 1
    found = [here.tm_mday - 1]
    while left > 0:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found.append(min(left, calendar.monthrange(year, month)[1]))
        left -= found[-1]
    return found


def day_before(t):
    here = time.localtime(t)
    return time.localtime(time.mktime((here.tm_year, here.tm_mon,
                                       here.tm_mday - 1, 12, 0, 0, 0, 0, -1)))


@pytest.mark.parametrize("span", gallery.SPANS)
def test_costs_are_bars_of_the_days_they_are_about(tmp_path, out, span):
    rrds = Rrds(tmp_path / "rrd", step=300)
    rrds.put("kasa-Washer", "cost_yesterday", lambda t: cost_of(day_before(t)))
    rrds.put("kasa-Lamp", "power", lambda t: 7.5)
    rrds.write(NOW - 70 * 86400, NOW)
    gallery.graph(tmp_path / "rrd", out, "--span", span)
    image = Page(out).pages["Washer"].image("Cost per ")
    shown = {word: float(value) for word, value in re.findall(
        r"[:,] ([a-z ]+) ([\d.]+)(?=[,.])", image.alt)}
    days = {"hour": 6, "day": 6, "week": 6, "month": 30}.get(span)
    if days is None:  # months: the sum of their days
        assert shown["highest"] == pytest.approx(
            max(days_by_month(70)) * 1.75, rel=0.05)
        return
    known = [cost_of(day_before(NOW - i * 86400)) for i in range(days)]
    here = time.localtime(NOW)
    one = time.mktime((here.tm_year, here.tm_mon, here.tm_mday, 1, 0, 0, 0, 0,
                       -1))
    row = 2400 if span == "month" else 600  # of the archive of that span
    if (NOW - NOW % 300) // row * row <= one:
        del known[0]  # yesterday's comes with the first row after one o'clock
    assert shown == pytest.approx(
        {"average": sum(known) / len(known), "highest": max(known),
         "sum": sum(known)}, abs=0.006)
    assert "the last 7 days" in image.alt or span == "month"
    # what today costs is not known before it is over


def test_a_strip_is_stacked_and_counted_once(tmp_path, out, overheard):
    rrds = Rrds(tmp_path / "rrd")
    for i in range(3):
        rrds.put("kasa_plug-Strip", f"power-Outlet {i}",
                 lambda t, i=i: 10.0 * (i + 1))
    rrds.put("kasa-Strip", "power", lambda t: 60.0)
    rrds.put("kasa-Lamp", "power", lambda t: 7.5)
    rrds.write(NOW - 86400, NOW)
    talk = overheard(tmp_path / "rrd", out, "--span", "day")
    for answer in commands_of(talk, "strip-power-stack", "day").values():
        flat = " ".join(" ".join(legend(answer)).split())
        assert "Outlet 0 10.0 10.0 10.0" in flat
        assert "Outlet 2 30.0 30.0 30.0" in flat
        assert "all together 60.0 60.0 60.0" in flat
    for answer in commands_of(talk, "all-power-stack-wide", "day").values():
        flat = " ".join(" ".join(legend(answer)).split())
        assert "Strip 60.0 60.0 60.0" in flat and "Outlet" not in flat
        assert "all together 67.5 67.5 67.5" in flat
    # without kasa_total the sum is that of the devices
    image = Page(out).image("Power of all devices over the last 24 hours: "
                            "last 67.5 W, average 67.5 W, highest 67.5 W.")
    assert image
    assert "67.5 W" in Page(out).texts


def test_the_sum_is_right_after_another_interval(tmp_path, out):
    """The newest row of files of another step holds the finest file only; what
    has ended an hour ago is in none."""
    # a row of 75 seconds has ended after that, one of 120 has not
    end = NOW - (NOW - 80) % 600
    for step, name, watts, last in ((60, "Boiler", 900.0, end),
                                    (5, "Lamp", 8.9, end),
                                    (60, "Old lamp", 30.0, end - 3600)):
        Rrds(tmp_path / "rrd", step=step).put(
            f"kasa-{name}", "power", lambda t, w=watts: w).write(
                end - 7200, last)
    graph(tmp_path / "rrd", out, "--span", "day", "--kind", "power")
    image = Page(out).image("Power of all devices over the last 24 hours")
    assert image.number("last") == pytest.approx(908.9, abs=0.06)


def test_the_largest_are_named_and_the_rest_is_summed_up(tmp_path, out,
                                                         overheard):
    rrds = Rrds(tmp_path / "rrd", step=300)
    for i in range(30):
        rrds.put(f"kasa-Lamp {i:02}", "power", lambda t, i=i: 1.0 + i)
    rrds.write(NOW - 86400, NOW)
    talk = overheard(tmp_path / "rrd", out, "--span", "day", "--kind", "power")
    for answer in commands_of(talk, "all-power-stack", "day").values():
        flat = " ".join(" ".join(legend(answer)).split())
        assert re.search(r"Lamp 29 30\.0 .*Lamp 20 21\.0", flat)
        assert "Lamp 19" not in flat
        assert "other devices 210.0 210.0 210.0" in flat
        assert "all together 465.0 465.0 465.0" in flat


# -- names


HOSTILE = [
    "it's \"both\"", "a:b\\:c", "back\\slash\\", "\\l", "%s %lf 100%",
    "--help", "-", "line\nfeed\r\ttab", "<script>alert(1)", "<img src=x onerror=x>",
    "&amp;", "\U0001f384 Xmas \u65e5\u672c", "DEF:a=b:value", "*?[a]", "$(id)",
    "x" * 60, "\u202eturned", "..", "a\u0301" * 25, "#hash", "' OR 1", "\u00a0",
]


def cleaned(name):
    return re.sub(r"[\r\n\t\u00a0]", " ", name).replace("\u202e", "")


def test_names_of_any_kind(tmp_path, out, overheard):
    rrds = Rrds(tmp_path / "r:rd 'x' \"y\"", host="ho'st: \"1\"", step=300)
    strips = {name: f"Strip {i // 10}" for i, name in enumerate(HOSTILE)}
    for name, strip in strips.items():
        rrds.put("kasa-" + name, "power", lambda t: 5.0)
        rrds.put("kasa_plug-" + strip, "power-" + name, lambda t: 2.0)
    rrds.write(NOW - 7200, NOW)
    talk = overheard(tmp_path / "r:rd 'x' \"y\"", out, "--span", "day")
    page = Page(out)
    page.verify()
    assert set(page.cards) == {*map(cleaned, HOSTILE), *strips.values()}
    for name, strip in strips.items():
        name = cleaned(name)
        assert page.image(f"Power of {name} over the last 24")
        assert page.image(f"Power of {name} on {strip} over the last 24")
        # in the legend of its strip, as far as there is room
        want = name.replace("\\", "\u2216")[:20].strip()
        for answer in commands_of(talk, strip.lower().replace(" ", "-")
                                  + "-power-stack", "day").values():
            assert [t for t in legend(answer) if t.strip().startswith(want)
                    and t.split()[-3:] == ["2.0"] * 3], (want, answer)
    assert "<script>alert" not in page.text and "<img src=x" not in page.text


def test_bytes_that_are_no_text(tmp_path, out):
    rrds = Rrds(tmp_path / "rrd", step=300)
    rrds.put("kasa-plain", "power", lambda t: 5.0)
    rrds.write(NOW - 7200, NOW)
    top = os.fsencode(str(tmp_path / "rrd" / "tester"))
    os.rename(top + b"/kasa-plain", top + b"/kasa-b\xff\xfe\x80d")
    os.rename(top, top + b"\xc3")
    graph(tmp_path / "rrd", out, "--span", "day")
    page = Page(out)
    page.verify()
    assert page.cards == ["b???d"]


# -- files


def make_bad(path, how):
    """Spoils a good file, or puts something else in its place."""
    size = os.path.getsize(path)
    if how == "empty":
        open(path, "w").close()
    elif how == "foreign":
        open(path, "w").write("<html>not an RRD</html>\n" * 1000)
    elif how == "truncated":
        os.truncate(path, size // 2)
    elif how == "noise":
        open(path, "wb").write(os.urandom(size))
    elif how == "scrambled":  # the header is right, all counts are wrong
        with open(path, "r+b") as file:
            file.seek(24)
            file.write(b"\xff" * 200)
    else:
        os.unlink(path)
        {"folder": lambda: os.mkdir(path),
         "fifo": lambda: os.mkfifo(path),
         "loop": lambda: os.symlink(os.path.basename(path), path),
         "nowhere": lambda: os.symlink("/nonexistent", path),
         "gone": lambda: None}[how]()


BAD = {"empty": "is empty", "foreign": "not an RRD file|header",
       "truncated": "too small", "noise": "not an RRD file",
       "scrambled": ".", "folder": "is not a file", "fifo": "is not a file",
       "loop": "symbolic links", "nowhere": "No such file"}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_file_is_named_and_the_rest_is_drawn(tmp_path, out, how):
    rrds = small_house(tmp_path / "rrd")
    bad = rrds.path("kasa-Lamp", "power")
    make_bad(bad, how)
    run = graph(tmp_path / "rrd", out, "--span", "day,week")
    assert re.search(rf"^kasactl: {re.escape(bad)}: .*({BAD[how]})",
                     run.stderr, re.M), run.stderr
    assert run.stderr.count("kasactl:") == 1, run.stderr
    page = Page(out)
    page.verify()
    assert page.image("Power of Freezer over the last 7 days")
    assert any(t.startswith(bad) for t in page.texts)


def test_all_files_bad(tmp_path, out):
    rrds = small_house(tmp_path / "rrd")
    for path in {p for p, _, _ in rrds.series}:
        make_bad(path, "noise")
    run = graph(tmp_path / "rrd", out, status=1)
    assert len(run.stderr.splitlines()) == 4
    assert "nothing could be drawn" in run.stderr


def test_a_file_of_somebody_else_has_no_value(tmp_path, out):
    small_house(tmp_path / "rrd")
    Rrds(tmp_path / "rrd", source="sum").put(
        "kasa-Other", "power", lambda t: 1.0).write(NOW - 3600, NOW)
    run = graph(tmp_path / "rrd", out, "--span", "day")
    assert re.search(r"kasa-Other/power.rrd: .*no data source", run.stderr)
    assert sorted(Page(out).cards) == ["Freezer", "Lamp", "Other"]


def test_a_file_that_keeps_averages_only(tmp_path, out):
    rrds = Rrds(tmp_path / "rrd", functions=("AVERAGE",))
    rrds.put("kasa-Lamp", "power", lambda t: 9.0)
    rrds.put("kasa_plug-Strip", "power-One", lambda t: 3.0)
    rrds.write(NOW - 86400, NOW)
    run = graph(tmp_path / "rrd", out)
    assert not run.stderr
    page = Page(out)
    page.verify()
    assert page.image("Power of Lamp over the last 24 hours").number(
        "highest") == 9.0
    assert page.image("Power of Strip over the last 24 hours")


def test_values_from_the_future(tmp_path, out):
    small_house(tmp_path / "rrd")
    Rrds(tmp_path / "rrd").put("kasa-Early", "power", lambda t: 4.0).write(
        NOW + 40 * 86400, NOW + 41 * 86400)
    run = graph(tmp_path / "rrd", out, "--span", "day")
    assert re.search(r"kasa-Early/power.rrd: .*future.*20\d\d-", run.stderr)
    page = Page(out)
    page.verify()
    assert page.image("Power of Freezer over the last 24 hours")
    assert "never seen" in page.texts


def test_a_renamed_device_is_last_seen_then(tmp_path, out):
    small_house(tmp_path / "rrd", days=5)
    Rrds(tmp_path / "rrd", step=300).put(
        "kasa-Old name", "power", lambda t: 4.0).write(
            NOW - 12 * 86400, NOW - 3 * 86400)
    graph(tmp_path / "rrd", out)
    page = Page(out)
    page.verify()
    when = time.strftime("%-d %b %Y, ", time.localtime(NOW - 3 * 86400))
    assert "Not seen lately" in page.texts
    assert [t for t in page.texts if t.startswith("last seen " + when)]
    assert "Nothing was measured in the last 24 hours." in page.texts
    assert page.image("Power of Old name over the last 7 days")
    assert not [i for i in page.all_images() if i.alt.startswith(
        "Power of Old name over the last 24")]
    # it stands in the stack of those spans in which it was there
    assert "Old name" in page.image("Power by device over the last 7 days").alt
    assert "Old name" not in page.image("Power by device over the last 24").alt


def test_the_old_name_of_a_device_is_not_counted_beside_the_new(tmp_path, out):
    """Minutes after a rename already, by the MAC address that both tell."""
    small_house(tmp_path / "rrd")
    for name, begin, end, watts in (("Old name", NOW - 86400, NOW - 660, 4.0),
                                    ("New name", NOW - 600, NOW, 5.0)):
        Rrds(tmp_path / "rrd", step=15).put(
            f"kasa-{name}", "power", lambda t, w=watts: w).put(
            f"kasa-{name}", "up", lambda t: 1.0).put(
            f"kasa-{name}", "info-model=HS110(EU) mac=50:c7:bf:00:11:22 hw=1.0",
            lambda t: 1.0).write(begin, end)
    graph(tmp_path / "rrd", out, "--span", "day")
    page = Page(out)
    page.verify()
    assert [t for t in page.texts if re.match("last seen .*, now called New name$", t)]
    assert "3 of 3" in page.texts  # freezer, lamp, and this one once
    # where the freezer's curve happens to be
    freezer = fridge(NOW - NOW % 60)
    tile = next(t for t in page.texts if re.fullmatch(r"[0-9.]+ W", t))
    assert float(tile[:-2]) == pytest.approx(freezer + 9 + 5, abs=0.06)
    stack = page.image("Power by device over the last 24").number("last")
    assert stack == pytest.approx(freezer + 9 + 5, abs=0.06)


def test_silent_devices_say_since_when(tmp_path, out):
    small_house(tmp_path / "rrd")
    away = NOW - 3 * 3600
    Rrds(tmp_path / "rrd").put(
        "kasa-Pump", "power", lambda t: 4.0 if t < away else None).put(
        "kasa-Pump", "up", lambda t: 1.0 if t < away else 0.0).write(
            NOW - 86400, NOW)
    graph(tmp_path / "rrd", out, "--span", "day")
    page = Page(out)
    assert [t for t in page.texts if t.startswith("silent since ")]
    assert "2 of 3" in page.texts


def as_nobody():
    """A command prefix that takes root's powers away."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("nobody to become")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture
def open_tmp(tmp_path_factory):
    """A folder that everybody may enter, with a kasactl in it."""
    folder = tmp_path_factory.mktemp("open")
    at = folder
    while at != at.parent:
        if os.stat(at).st_uid == os.geteuid() and str(at).startswith("/tmp/"):
            at.chmod(0o755)
        at = at.parent
    shutil.copy(gallery.KASACTL, folder / "kasactl")
    return folder


def test_what_may_not_be_read(open_tmp, monkeypatch):
    monkeypatch.setattr(gallery, "KASACTL", str(open_tmp / "kasactl"))
    rrds = small_house(open_tmp / "rrd")
    closed = Rrds(open_tmp / "rrd").put("kasa-Closed", "power", lambda t: 1.0)
    closed.write(NOW - 86400, NOW)
    closed = closed.path("kasa-Closed", "power")
    lamp = rrds.path("kasa-Lamp", "power")
    os.chmod(lamp, 0)
    os.chmod(os.path.dirname(closed), 0)
    os.makedirs(open_tmp / "rrd" / "otherhost", mode=0)
    out = open_tmp / "out"
    out.mkdir()
    if os.geteuid() == 0:
        os.chown(out, 65534, 65534)
    run = graph(open_tmp / "rrd", out, "--span", "day", wrap=as_nobody())
    for path in (lamp, os.path.dirname(closed),
                 str(open_tmp / "rrd" / "otherhost")):
        assert re.search(rf"{re.escape(path)}: .*[Pp]ermission denied",
                         run.stderr), run.stderr
    assert Page(out).image("Power of Freezer over the last 24 hours")
    os.chmod(out, 0o555)
    run = graph(open_tmp / "rrd", out, "--span", "day", wrap=as_nobody(),
                status=1)
    assert re.search(rf"{re.escape(str(out))}: .*ermission denied", run.stderr)
    run = graph(open_tmp / "rrd", "/proc/nothing", wrap=as_nobody(), status=1)
    assert "/proc/nothing: cannot be made" in run.stderr


def test_folders_that_lead_in_circles(tmp_path, out):
    rrds = small_house(tmp_path / "rrd")
    top = tmp_path / "rrd"
    os.symlink(top, top / "again")
    os.symlink("self", top / "self")
    os.symlink(os.path.dirname(rrds.folder), os.path.join(rrds.folder,
                                                          "kasa-Circle"))
    run = graph(top, out, "--span", "day")
    assert re.search(r"/self: .*symbolic links", run.stderr)
    assert sorted(Page(out).cards) == ["Freezer", "Lamp"]


def test_what_has_just_begun_is_not_called_unmeasured(tmp_path, out):
    """Its tile shows a reading, while no row of its file is complete."""
    small_house(tmp_path / "rrd")
    begin = NOW - NOW % 600
    path = Rrds(tmp_path / "rrd").path("kasa-New", "power")
    os.makedirs(os.path.dirname(path))
    with Pipe(os.path.dirname(path)) as pipe:
        pipe.say("create", "power.rrd", "--step=600", f"--start={begin + 1}",
                 "DS:value:GAUGE:1200:U:U", "RRA:AVERAGE:0.1:1:200")
        pipe.say("update", "power.rrd", f"{begin + 2}:5")
    graph(tmp_path / "rrd", out, "--span", "day", "--kind", "power")
    page = Page(out)
    assert "New" in page.cards and "5.0 W" in page.texts
    assert "Too early for a picture of the last 24 hours." in page.texts
    assert "Nothing was measured in the last 24 hours." not in page.texts


def test_nothing_there(tmp_path, out):
    run = graph(tmp_path / "none", out, status=1)
    assert str(tmp_path / "none") in run.stderr
    assert "--rrd" in run.stderr
    (tmp_path / "empty" / "host" / "cpu-0").mkdir(parents=True)
    run = graph(tmp_path / "empty", out, status=1)
    assert "no values of the kasa plugin" in run.stderr
    assert not out.exists()


# -- the folder


def test_a_second_run_draws_what_changed(tmp_path, out):
    rrds = small_house(tmp_path / "rrd")
    # a curve of an hour moves by a pixel in nine seconds, so it may be new
    spans = ("--span", "day,week,month,year")
    past = NOW - 100
    for path in {p for p, _, _ in rrds.series}:
        os.utime(path, (past, past))
    # a place where it is half past: no hour begins meanwhile
    env = {"TZ": f"HERE-00:{(30 - time.gmtime().tm_min) % 60:02}"}
    graph(tmp_path / "rrd", out, *spans, env=env)
    before = snapshot(out)
    alts = {i.light: i.alt for i in Page(out).all_images()}
    run = graph(tmp_path / "rrd", out, *spans, env=env)
    assert ", 0 drawn" in run.stdout
    after = snapshot(out)
    assert set(before) == set(after)
    assert [n for n in before if before[n] != after[n]
            and n.endswith(".png")] == []
    kept = Page(out)
    kept.verify()  # and says the same of the pictures it has kept
    assert {i.light: i.alt for i in kept.all_images()} == alts
    os.utime(rrds.path("kasa-Lamp", "power"), (time.time(), time.time()))  # not the kernel's
    run = graph(tmp_path / "rrd", out, *spans, env=env)
    changed = {n for n, v in snapshot(out).items()
               if n.endswith(".png") and v != before[n]}
    assert changed
    assert all("lamp-power" in n or "all-power" in n for n in changed)
    shutil.rmtree(os.path.join(rrds.folder, "kasa-Lamp"))
    graph(tmp_path / "rrd", out)
    page = Page(out)
    page.verify()  # knows of every file
    assert page.cards == ["Freezer"]


def test_an_index_of_somebody_else_stays(tmp_path, out):
    small_house(tmp_path / "rrd")
    out.mkdir()
    (out / "index.html").write_text("<html>my own</html>")
    run = graph(tmp_path / "rrd", out, status=1)
    assert "did not make" in run.stderr
    assert os.listdir(out) == ["index.html"]
    (out / "index.html").unlink()
    (out / "pictures").mkdir()
    (out / "pictures" / "cat.png").write_text("mine")
    graph(tmp_path / "rrd", out, "--span", "day")
    assert (out / "pictures" / "cat.png").read_text() == "mine"
    assert (out / "index.html").exists()


SLOW = """#!/bin/sh
# one answer, then it thinks
{real} "$@" | while IFS= read -r line; do
  printf '%s\\n' "$line"
  case $line in image_width*) touch "$SLOW_MARK"; sleep 600;; esac
done
"""


def program(folder, text):
    folder.mkdir()
    script = folder / "rrdtool"
    script.write_text(text.format(real=shutil.which("rrdtool")))
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}",
            "SLOW_MARK": str(folder / "mark")}


@pytest.fixture
def slow(tmp_path):
    """A function that starts a run which comes to a halt in the middle."""
    started = []

    def start(out):
        mark = tmp_path / "slow" / "mark"
        env = {**os.environ, **program(tmp_path / "slow", SLOW)}
        process = subprocess.Popen(
            gallery.command(tmp_path / "rrd", out, "--span", "day"), env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True)
        started.append(process)
        wait(mark.exists, "a picture", 30)
        return process

    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait(10)
        process.stderr.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_interrupted_leaves_all_as_it_was(tmp_path, out, slow, how):
    small_house(tmp_path / "rrd")
    graph(tmp_path / "rrd", out, "--span", "week")
    before = snapshot(out)
    process = slow(out)
    assert [n for n in os.listdir(out) if n.startswith(".kasactl-graph-")]
    process.send_signal(how)
    assert process.wait(30 * SLOWNESS) == 1
    assert "interrupted" in process.stderr.readline()
    assert snapshot(out) == before


def test_interrupted_the_first_time_leaves_nothing(tmp_path, out, slow):
    small_house(tmp_path / "rrd")
    process = slow(out)
    process.send_signal(signal.SIGINT)
    assert process.wait(30 * SLOWNESS) == 1 and not out.exists()


def test_what_a_killed_run_left_is_taken_away(tmp_path, out, slow):
    small_house(tmp_path / "rrd")
    graph(tmp_path / "rrd", out, "--span", "week")
    before = snapshot(out)
    process = slow(out)
    run = graph(tmp_path / "rrd", out, status=1)
    assert "another kasactl graph" in run.stderr
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    after = snapshot(out)
    assert [n for n in after if n.startswith(".")]
    assert {n: v for n, v in after.items() if not n.startswith(".")} == before
    graph(tmp_path / "rrd", out, "--span", "week")
    Page(out).verify()


# -- rrdtool itself


def test_no_rrdtool(tmp_path, out):
    small_house(tmp_path / "rrd")
    (tmp_path / "bin").mkdir()
    run = graph(tmp_path / "rrd", out, env={"PATH": str(tmp_path / "bin")},
                status=1)
    assert "rrdtool is not installed" in run.stderr and not out.exists()


DIES = """#!/bin/bash
# dies of every picture of the lamp
coproc real {{ exec {real} "$@"; }}
while IFS= read -r line; do
  case $line in *graphv*lamp*) exit 9;; esac
  printf '%s\\n' "$line" >&"${{real[1]}}"
  while IFS= read -r answer <&"${{real[0]}}"; do
    printf '%s\\n' "$answer"
    case $answer in OK*|ERROR*) break;; esac
  done
done
"""


def test_an_rrdtool_that_dies_costs_its_picture(tmp_path, out):
    small_house(tmp_path / "rrd")
    run = graph(tmp_path / "rrd", out, env=program(tmp_path / "bin", DIES))
    assert re.search(r"kasa-Lamp/power.rrd: rrdtool died", run.stderr)
    assert run.stderr.count("\n") == 1
    page = Page(out)
    page.verify()
    assert page.image("Power of Freezer over the last 24 hours")
    assert not [i for i in page.images if "of Lamp over" in i.alt]


def test_an_rrdtool_that_always_dies(tmp_path, out):
    small_house(tmp_path / "rrd")
    run = graph(tmp_path / "rrd", out, status=1, env=program(
        tmp_path / "bin", "#!/bin/sh\nexit 1\n"))
    assert "rrdtool dies" in run.stderr or "rrdtool died" in run.stderr


FULL = """#!/bin/bash
# a disk that is full: pictures end early
coproc real {{ exec {real} "$@"; }}
while IFS= read -r line; do
  printf '%s\\n' "$line" >&"${{real[1]}}"
  while IFS= read -r answer <&"${{real[0]}}"; do
    case $answer in OK*) case $line in
      *graphv*dark*) set -- $line; truncate -s 700 "${{2//\\'/}}";;
    esac;; esac
    printf '%s\\n' "$answer"
    case $answer in OK*|ERROR*) break;; esac
  done
done
"""


def test_a_picture_that_was_cut_is_not_taken(tmp_path, out):
    small_house(tmp_path / "rrd")
    run = graph(tmp_path / "rrd", out, status=1,
                env=program(tmp_path / "bin", FULL))
    assert "could not be written whole" in run.stderr
    assert Page(out).images == []


# -- many


def test_five_hundred_devices_with_progress(tmp_path, out):
    rrds = Rrds(tmp_path / "rrd", step=300).put("kasa-0", "power", fridge)
    rrds.write(NOW - 86400, NOW)
    one = os.path.dirname(rrds.path("kasa-0", "power"))
    for i in range(1, 500):
        shutil.copytree(one, one[:-1] + str(i))
    ours, its = pty.openpty()
    process = subprocess.Popen(
        gallery.command(tmp_path / "rrd", out, "--span", "day"), stdout=its,
        stderr=its, stdin=its)
    os.close(its)
    shown = b""
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
    os.close(ours)
    text = shown.decode()
    assert process.wait() == 0, text
    steps = [int(n) for n in re.findall(r"Drawing: (\d+) of \d+ pict", text)]
    assert len(steps) > 3 and steps == sorted(steps)
    assert "500 devices and plugs" in text
    assert "Left out, as there are so many" in text
    page = Page(out, follow=False)
    assert len(page.cards) == 500 == len(set(page.links))
    assert len(os.listdir(out / "pictures")) == 1000 + 8
    for name in sorted(os.listdir(out / "pictures"))[::50]:
        gallery.png_size(out / "pictures" / name)


# -- in a browser


def chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(chromium() is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_every_picture(tmp_path, out, width):
    small_house(tmp_path / "rrd")
    Rrds(tmp_path / "rrd").put("kasa-Mill", "power", lambda t: 123456.7).put(
        "kasa-Mill", "kwh_today", lambda t: 1833.27).write(NOW - 7200, NOW)
    graph(tmp_path / "rrd", out)
    text = (out / "index.html").read_text("utf-8")
    probe = """<script>addEventListener('load',function(){
      var tiles=document.querySelectorAll('.tile b'),
        over=[].filter.call(tiles,function(b){
        return b.scrollWidth>b.clientWidth});
      var bad=[].filter.call(document.images,function(i){
        return !i.complete||i.naturalWidth===0});
      document.title='images='+document.images.length+' bad='+bad.length+
        ' wide='+(document.documentElement.scrollWidth>innerWidth)+
        ' tiles='+tiles.length+' over='+over.length})</script>"""
    (out / "probe.html").write_text(
        text.replace('loading="lazy"', "").replace("</body>", probe + "</body>"),
        "utf-8")
    run = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--disable-gpu",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'profile'}",
         f"--window-size={width},2000", "--virtual-time-budget=10000",
         "--dump-dom", (out / "probe.html").as_uri()],
        capture_output=True, text=True, check=False, timeout=120 * SLOWNESS)
    found = re.search(r"images=(\d+) bad=(\d+) wide=(\w+) "
                      r"tiles=(\d+) over=(\d+)", run.stdout)
    assert found, run.stdout[-2000:] + run.stderr[-2000:]
    assert int(found[1]) > 10 and found[2] == "0" and found[3] == "false"
    assert int(found[4]) >= 3 and found[5] == "0"
