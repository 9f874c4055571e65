# SPDX-License-Identifier: MIT
"""Firmware updates move devices to newer transports while the daemon runs: the
series go on under their names, at most two intervals are missing, energy never
falls, and nobody has to restart anything."""

import pytest

from collectd import SLOWNESS
from expect import differences, quiet_moment, series
from leaks import Watched
from all_transports import ACCOUNT, OUTLETS
from sim import Sim

pytestmark = pytest.mark.takes(120)

INTERVAL = 1 if SLOWNESS == 1 else 4
NEW = "9.9.9 Build 991231 Rel.000000"

UPDATES = {
    # as the devices begin, and what each update changes
    "plug XOR KLAP": ({"load": 800, "total_wh": 5000},
                      [{"transport": "klap", "new_klap": True}]),
    "old plug XOR KLAP 1": ({"generation": 1, "load": 900, "total_wh": 6000},
                            [{"transport": "klap", "klap": "v1", "lv": 0}]),
    "strip XOR KLAP": ({"kind": "strip", "plugs": OUTLETS},
                       [{"transport": "klap", "new_klap": True}]),
    "bulb XOR KLAP": ({"kind": "bulb", "load": 9},
                      [{"transport": "klap"}]),
    "plug AES KLAP TPAP": ({"transport": "aes", "load": 700},
                           [{"transport": "klap"}, {"transport": "tpap"}]),
    "old plug AES KLAP": ({"transport": "aes", "lv": 0, "load": 600,
                           "model": "P110(EU)"},
                          [{"transport": "klap", "lv": 2}]),
    "strip AES KLAP TPAP": ({"transport": "aes", "model": "P316M(US)",
                             "plugs": OUTLETS},
                            [{"transport": "klap"}, {"transport": "tpap"}]),
    "plug KLAP TPAP": ({"transport": "klap", "load": 500},
                       [{"transport": "tpap"}]),
    "plug KLAP TPAP over TLS": ({"transport": "klap", "load": 450},
                                [{"https": True, "transport": "tpap"}]),
    "plug AES TPAP": ({"transport": "aes", "load": 400},
                      [{"transport": "tpap"}]),
    "plug KLAP that prefers TPAP": (
        {"transport": "klap", "load": 350},
        [{"tpap_advertised": True, "tpap_preferred": True,
          "quirks": {"no_third_party": False}, "transport": "tpap"}]),
}


def house():
    return [{"alias": name, "addr": f"127.77.6.{i + 1}", "volts": 230,
             "tpap_iterations": 200, **first}
            for i, (name, (first, _)) in enumerate(UPDATES.items())]


def missing(rows):
    """How many intervals in a row are without a reading, at most."""
    times = [t for t, _ in rows]
    return max((round((b - a) / INTERVAL) - 1
                for a, b in zip(times, times[1:])), default=0)


def never_falls(rows):
    values = [v for _, v in rows]
    return all(a <= b for a, b in zip(values, values[1:]))


def update(sim, name, step):
    for change in UPDATES[name][1][step:step + 1]:
        sim.set(name, sw_ver=NEW, **change)
    return len(UPDATES[name][1]) > step


@pytest.fixture(scope="module", name="updated", params=["at once", "reboots"])
def fixture_updated(request):
    """The daemon after two rounds of updates, with the series of before."""
    with Sim(house()) as sim:
        # an early plug that does not say which login it wants
        early = '<Device "127.77.6.6">\nAESLogin 1\n</Device>\n'
        with Watched(sim, ACCOUNT + early, interval=INTERVAL) as daemon:
            daemon.wait_up(*UPDATES)
            daemon.cycles(3)
            before = daemon.csv_series()
            for step in range(2):
                changed = [n for n in UPDATES if update(sim, n, step)]
                if request.param == "reboots":
                    for name in changed:
                        sim.reboot(name, seconds=0.3 * INTERVAL)
                for name in changed:
                    to = UPDATES[name][1][step]["transport"]
                    daemon.wait_line(rf"{name} speaks {to} now", timeout=15)
                daemon.wait_up(*UPDATES)
                daemon.cycles(4)
            yield sim, daemon, before


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_is_not_even_noticed(updated, name):
    sim, daemon, _ = updated
    states = daemon.csv("kasa", name, "up")
    assert missing(states) <= 1 and len(states) > 8
    down = "".join(str(int(v)) for _, v in states).split("1")
    assert max(map(len, down)) <= 2
    readings = daemon.csv("kasa", name, "relay")
    assert missing(readings) <= 2
    plugs = sim.device(name)["plugs"]
    for plugin, instance in [("kasa", ""), *(("kasa_plug", p["alias"])
                                             for p in plugs)]:
        rows = daemon.csv(plugin, name, "watt_hours", instance)
        assert rows and never_falls(rows) and missing(rows) <= 2
        assert rows[-1][1] > 0 or "plug" not in name
    if "total_wh" in UPDATES[name][0]:
        assert rows[0][1] >= UPDATES[name][0]["total_wh"]
        truth = sim.device(name)
        assert rows[-1][1] <= truth["total_wh"] + 1


def test_one_line_tells_each_time(updated):
    _, daemon, _ = updated
    for name, (first, steps) in UPDATES.items():
        kinds = [first.get("transport", "xor"),
                 *(s["transport"] for s in steps)]
        lines = daemon.ours(f"{name} speaks")
        assert len(lines) == len(steps), lines
        for line, (old, new) in zip(lines, zip(kinds, kinds[1:])):
            assert line.endswith(f"{name} speaks {new} now, not {old}")


def test_no_series_ends_and_none_begins_but_the_info(updated):
    _, daemon, before = updated
    own = ("info", "failures")  # begin when there is something to tell
    after = {s for s in daemon.csv_series() if not s[1].startswith(own)}
    assert after == {s for s in before if not s[1].startswith(own)}


def test_every_value_is_right_afterwards(updated):
    sim, daemon, _ = updated
    truth, page = quiet_moment(daemon, sim)
    wrong = [w for w in differences(page, series(truth))
             if "failures" not in w and "_info" not in w
             and "watt_hours" not in w]
    assert not wrong
    for name in UPDATES:
        assert any(k.name == "collectd_kasa_info_now"
                   and k.labels["kasa"] == name
                   and k.labels["type"].endswith(" fw=9.9.9") for k in page)
