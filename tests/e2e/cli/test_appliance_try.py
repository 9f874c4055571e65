# SPDX-License-Identifier: MIT
"""`kasactl appliance try` and `learn` on recorded days of real machines, and on
files that are none. The curves are read where they are; without them the tests skip."""

import json
import os
import re
import subprocess

import pytest

import clock
from collectd import BUILD
from rrd import Rrds
from traces import RIGHT, SILENT, curve, end_slack

KASACTL = os.path.join(BUILD, "kasactl")

pytestmark = pytest.mark.plain


def try_on(path, *arguments):
    done = subprocess.run([KASACTL, "appliance", "try", "--csv", str(path), "--json", *arguments],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == 1
    return found


@pytest.mark.parametrize("interval", [5, 15])
@pytest.mark.parametrize("name", RIGHT)
def test_a_recorded_day_has_these_cycles(name, interval):
    kind, cycles, running = RIGHT[name]
    found = try_on(curve(name), "--kind", kind, "--interval", str(interval))
    assert len(found["cycles"]) == len(cycles), found
    for cycle, (start, end, kwh) in zip(found["cycles"], cycles):
        # a machine that begins in short bursts starts with the first long one
        assert start <= cycle["start_s"] <= start + 600
        assert cycle["end_s"] == pytest.approx(end, abs=end_slack(kind))
        assert cycle["end_s"] <= end + 30
        assert cycle["end_s"] < cycle["told_s"] <= cycle["end_s"] + 900 + interval
        assert cycle["kwh"] == pytest.approx(kwh, rel=0.05)
    assert found["running"] == running
    assert found["messages"] == []


@pytest.mark.parametrize("name", SILENT)
def test_a_healthy_day_is_silent(name):
    assert try_on(curve(name), "--kind", SILENT[name])["messages"] == []


def test_a_freezer_that_stops_is_told_with_its_reason(tmp_path):
    rows = curve("freezer_24h").read_text(encoding="ascii").splitlines()
    end = float(rows[-1].split(",")[0])
    with open(tmp_path / "dead.csv", "w", encoding="ascii") as file:
        file.write("\n".join(rows) + "\n")
        for at in range(15, 6 * 3600, 15):
            file.write(f"{end + at:.0f},0\n")
    messages = try_on(tmp_path / "dead.csv", "--kind", "freezer")["messages"]
    assert len(messages) == 1
    assert messages[0]["type"] == "watch"
    assert messages[0]["text"].startswith("has not started for 3 h")
    assert "usually pauses at most 1 h" in messages[0]["text"]


@pytest.mark.parametrize("text, says", [
    ("watts,offset_s\n1,2\n", "line 1: expected the header offset_s,watts"),
    ("offset_s,watts\n", "there are no values in it"),
    ("offset_s,watts\n0,1\n5;2\n", "line 3: expected seconds and watts"),
    ("offset_s,watts\n0,1\n0,2\n", "line 3: the time does not rise"),
    ("offset_s,watts\n0,nan\n", "line 2: expected seconds and watts"),
])
def test_a_file_that_is_no_curve_is_named_with_its_line(tmp_path, text, says):
    path = tmp_path / "curve.csv"
    path.write_text(text, encoding="ascii")
    done = subprocess.run([KASACTL, "appliance", "try", "--csv", str(path)],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert says in done.stderr and str(path) in done.stderr


def test_a_wrong_setting_is_one_line(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("offset_s,watts\n0,1\n", encoding="ascii")
    done = subprocess.run([KASACTL, "appliance", "try", "--csv", str(path), "--set", "StartAbve=5"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "did you mean StartAbove?" in done.stderr


@pytest.fixture(name="kept", scope="module")
def _kept(tmp_path_factory):
    """A day and a half, in which a washer ran for an hour, five hours ago; a
    plug of a strip that is called Dryer twice."""
    end = int(clock.moment()) // 300 * 300
    began = end - 5 * 3600

    def washer(t):
        return 1200 if began <= t < began + 3600 else 2

    folder = tmp_path_factory.mktemp("rrd")
    house = Rrds(folder, step=60, functions=("AVERAGE",))
    house.put("kasa-Washer", "power", washer)
    for strip in ("Cellar", "Attic"):
        house.put(f"kasa_plug-{strip}", "power-Dryer", lambda t: 3)
    house.put("kasa-Lamp", "up", lambda t: 1)
    house.write(end - 36 * 3600, end)
    return folder, began


def from_history(kept, *arguments):
    return subprocess.run([KASACTL, "appliance", "try", *arguments, "--rrd", str(kept[0])],
                          capture_output=True, text=True, timeout=60, check=False)


def test_a_device_is_tried_on_what_collectd_has_kept(kept):
    done = from_history(kept, "washer", "--kind", "washer", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["cycles"]) == 1, found
    cycle = found["cycles"][0]
    # a day has a value for every 120 s here
    assert found["begins"] + cycle["start_s"] == pytest.approx(kept[1], abs=200)
    assert cycle["end_s"] - cycle["start_s"] == pytest.approx(3600, abs=200)
    assert cycle["kwh"] == pytest.approx(1.2, rel=0.06)
    assert found["interval_s"] >= 60
    text = from_history(kept, "Washer").stdout
    assert text.startswith("From 20") and "\nstarted " in text, text
    assert from_history(kept, "Washer", "--days", "0.1").stdout.endswith("No cycle has ended.\n")


@pytest.mark.parametrize("device, says", [
    ("Dryer", "Dryer is the name of several"),
    ("Lamp", "no power of a device called Lamp"),
    ("Oven", "no power of a device called Oven"),
])
def test_a_device_that_cannot_be_tried_says_why(kept, device, says):
    done = from_history(kept, device)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stdout == ""


def test_a_plug_is_named_with_its_strip(kept):
    done = from_history(kept, "cellar: dryer")
    assert done.returncode == 0 and done.stdout.endswith("No cycle has ended.\n"), done


def test_a_device_and_a_file_are_one_too_many():
    for words in ([], ["Washer", "--csv", "-"]):
        done = subprocess.run([KASACTL, "appliance", "try", *words], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert "a device's name, or --csv FILE" in done.stderr


@pytest.mark.parametrize("interval", [15, 30])
def test_a_dryer_that_turns_for_hours_has_finished_before(tmp_path, interval):
    """Bursts of 250 W for 15 s, each 90 s, for five hours."""
    watts = [1] * 80 + [2200] * 320 + [250 if i % 6 == 0 else 4 for i in range(1200)] + [1] * 200
    found = try_on(write_curve(tmp_path / "turns.csv", watts), "--kind", "dryer", "--interval", str(interval))
    assert len(found["cycles"]) == 1 and not found["running"], found
    cycle = found["cycles"][0]
    assert cycle["start_s"] == 1200
    # the last burst of the quarter of an hour in which it was done
    assert 6000 - interval <= cycle["end_s"] <= 6000 + 900
    assert cycle["told_s"] <= 6000 + 4 * 900 + interval
    assert cycle["kwh"] == pytest.approx(2.93, rel=0.02)
    assert found["messages"] == []  # it was not left on


def learn(*arguments):
    return subprocess.run([KASACTL, "appliance", "learn", *arguments],
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("interval", [5, 15, 30])
@pytest.mark.parametrize("name", [*RIGHT, *SILENT])
def test_the_kind_of_a_recorded_day_is_recognised(name, interval):
    done = learn("--csv", str(curve(name)), "--json", "--interval", str(interval))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    kind = RIGHT[name][0] if name in RIGHT else "fridge"
    assert found["kind"] == kind, found
    # only the coffee machine keeps itself warm above the defaults
    assert (found["start_above_w"] > 10) == (kind == "coffee"), found


def write_curve(path, watts):
    rows = [f"{i * 15},{w:.1f}" for i, w in enumerate(watts)]
    path.write_text("offset_s,watts\n" + "\n".join(rows) + "\n", encoding="ascii")
    return str(path)


def test_what_learn_suggests_for_a_high_standby_finds_its_cycle(tmp_path):
    """12 to 18 W at rest: with the defaults it would never end."""
    rest = [12 + i % 7 for i in range(480)]
    path = write_curve(tmp_path / "high.csv", rest + [2000] * 240 + rest)
    assert try_on(path)["running"]
    done = learn("--csv", path)
    assert done.returncode == 0, done.stderr
    assert 'Kind "heater"' in done.stdout and "takes its full power nearly all the time" in done.stdout
    assert "at rest its readings go up to 18.0 W" in done.stdout
    pairs = re.findall(r"^  (StartAbove|EndBelow) (\d+)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in pairs] == ["StartAbove", "EndBelow"]
    found = try_on(path, *(f"--set={name}={value}" for name, value in pairs))
    assert not found["running"]
    assert [(c["start_s"], c["end_s"]) for c in found["cycles"]] == [(7200, 10785)]


def test_where_nothing_runs_nothing_is_suggested(tmp_path):
    done = learn("--csv", write_curve(tmp_path / "off.csv", [1.5] * 2000))
    assert done.returncode == 1 and done.stdout == ""
    assert "nothing has run in this time" in done.stderr


def test_learn_looks_at_what_is_kept(kept):
    done = learn("Washer", "--rrd", str(kept[0]))
    assert done.returncode == 0 and 'Kind "heater"' in done.stdout, done
