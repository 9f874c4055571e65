# SPDX-License-Identifier: MIT
"""Recorded devices, played by kasasim, of which one method after another, of
the device or of one of its plugs, fails in one way after another: all other
readings are those of the undamaged run, the device is up, and all is back two
intervals after. Each has its own method and way in each round, drawn by a seed
($KASA_SEED); tests/unit/device/check_partial_dumps.c takes all of them in turn,
without a network."""

import os
import random

import pytest

import test_dumps
import test_klap_tpap_dumps
from collectd import SLOWNESS
from expect import REASONS
from leaks import Watched
from all_transports import ACCOUNT
from sim import Sim

pytestmark = pytest.mark.takes(315)

DEVICES = os.environ.get("KASA_DEVICES", "")
ROUNDS = 7
SEED = int(os.environ.get("KASA_SEED", "1"))
INTERVAL = 1 if SLOWNESS == 1 else 5
CONFIG = (ACCOUNT + f'Name "address"\nTimeout {0.3 * SLOWNESS}\nRetries 1\n'
          f"RetryDelay 0.05\nEnergyInterval 10\n"
          "DiscoveryInterval 3600\n")

HOWS = [("error", {"code": c}) for c in (-1, -2, -1002, -1003, -1601)] + [
    ("list", {}), ("silence", {}), ("eof", {}), ("reset", {}),
    ("truncated_json", {}), ("truncated", {}), ("garbage", {}), ("html", {}),
    ("http_status", {"code": 500})]

METERED = {"power", "voltage", "current"}
OF_PLUGS = {"get_realtime", "get_emeter_data", "get_energy_usage",
            "get_current_power"}
# what may be missing while the method fails, or come from another one
SHARES = {
    "get_realtime": METERED, "get_emeter_data": METERED,
    "get_energy_usage": {"power"}, "get_current_power": {"power"},
    "get_info": {"cloud_connected"},
    "get_connect_cloud_state": {"cloud_connected"},
    "get_config": {"motion"}, "get_adc_value": {"motion"},
    "get_current_brt": {"ambient_light"}, "get_led_info": {"led_off"},
    "get_fw_download_state": {"updating"},
    "get_child_device_list": {"relay", "on_time", "brightness", "overheated",
                              "overloaded"} | METERED,
    "get_child_device_component_list": set(), "component_nego": set(),
    "get_time": set(), "get_daystat": set(), "get_monthstat": set(),
    "get_max_power": set(),
}
# what is counted or timed here goes on by itself
OURS = {"watt_hours", "kwh_today", "kwh_month", "response_time", "info",
        "failures", "up"}


def readings(page, address):
    """{(plug or None, type): value} of a device and its plugs."""
    out = {}
    for key, value in page.items():
        for plugin in "kasa", "kasa_plug":
            head = f"collectd_{plugin}_"
            if key.labels.get(plugin) != address or not key.name.startswith(
                    head):
                continue
            type_ = key.name[len(head):].removesuffix("_total")
            if type_ not in OURS:
                out[key.labels.get("type"), type_] = value
    return out


def failures(page, address):
    return sum(page.get_one("kasa_failures_total", kasa=address, type=r)
               for r in REASONS)


def wanted(sim):
    """Where those are that can be read."""
    files = {r["file"] for r in test_dumps.ROWS + test_klap_tpap_dumps.READ}
    return [d["addr"] for d in sim.truth() if "/".join(
        d["dump"].split("/")[-2:]) in files]


def logins(sim):
    """Early firmware does not say which AES login it takes."""
    return "".join(
        f'<Device "{d["addr"]}">\nAESLogin 1\n</Device>\n'
        for d in sim.truth() if d["transport"] == "aes"
        and not test_klap_tpap_dumps.says_login(d["dump"]))


def cases(sim, addresses):
    """{address: [(method, how, parameters)]}, mixed; half of a strip's meters
    fail at one plug only."""
    draw = random.Random(SEED)
    out = {}
    plugs = {d["addr"]: len(d.get("plugs", ())) for d in sim.truth()}
    for seen in sim.stats():
        if seen["addr"] not in addresses:
            continue
        asked = {a.rsplit(".", 1)[1] for a in seen["asked"]} & set(SHARES)
        mine = [(m, *how) for m in sorted(asked) for how in HOWS]
        if plugs[seen["addr"]] > 1:
            mine += [(m, how, {**more, "plug": draw.randrange(
                plugs[seen["addr"]])}) for m, how, more in mine
                     if m in OF_PLUGS]
        draw.shuffle(mine)
        if mine:
            out[seen["addr"]] = mine
    return out


def wrong(sound, page, address, share, one=False):
    """What differs though the method that fails does not bring it. one: it
    fails at one plug."""
    if page.get_one("kasa_up", kasa=address) != 1:
        return ["down"]
    was, now = sound[address], readings(page, address)
    other = {key for key in {*was, *now} if was.get(key) != now.get(key)}
    hurt = {plug for plug, _ in other if plug is not None}
    if one and len(hurt) > 1:
        return [f"plugs {sorted(hurt)}"]
    return [f"{key}: {was.get(key)} -> {now.get(key)}" for key in other
            if not (key[1] in share and key in was)]


def test_what_fails_costs_itself_alone():
    if not os.path.exists(os.path.join(DEVICES, "INDEX.tsv")):
        pytest.skip("KASA_DEVICES does not name a folder with INDEX.tsv")
    with Sim(dumps=DEVICES) as sim:
        with Watched(sim, CONFIG + logins(sim), interval=INTERVAL) as daemon:
            addresses = set(wanted(sim))
            daemon.wait_up(*addresses, timeout=30)
            daemon.cycles(3)
            page = daemon.cycles(1)
            sound = {a: readings(page, a) for a in addresses}
            plan = cases(sim, addresses)
            bad, tried = [], 0
            for turn in range(ROUNDS):
                now = {a: c[turn % len(c)] for a, c in plan.items()}
                before = daemon.page()
                for a, (method, how, more) in now.items():
                    sim.fault(a, "method", method=method, how=how, **more)
                daemon.cycles(2)
                during = daemon.cycles(1)
                sim.fault("*", "none")
                after = daemon.cycles(2)
                for a, case in now.items():
                    tried += 1
                    bad += [(a, case, "during", w) for w in wrong(
                        sound, during, a, SHARES[case[0]],
                        "plug" in case[2])]
                    bad += [(a, case, "after", w)
                            for w in wrong(sound, after, a, set())]
                    if failures(during, a) < failures(before, a):
                        bad.append((a, case, "failures fell"))
            assert not bad, (f"seed {SEED}, {tried} cases\n"
                             + "\n".join(map(str, bad[:40])))
            assert tried > 300
