# SPDX-License-Identifier: MIT
"""Devices of every transport side by side in one house, read by the real
daemon: every value is what the simulator says, and kasactl names them all."""

import json

import pytest

import all_transports
from collectd import SLOWNESS, Key
from expect import differences, quiet_moment, series
from leaks import Watched
from all_transports import ACCOUNT, READ, UNSUPPORTED, transport_of
from sim import Sim

NAMES = [d["alias"] for d in READ]


@pytest.fixture(scope="module", name="home")
def fixture_home():
    with Sim(all_transports.house() + all_transports.strangers()) as sim:
        with Watched(sim, f"{ACCOUNT}EnergyInterval 10\n"
                     f"Timeout {4 * SLOWNESS}\n") as daemon:
            daemon.wait_up(*NAMES, timeout=30)
            daemon.cycles(2)
            yield sim, daemon


def known(truth):
    return [d for d in truth if d["transport"] != "none"]


def wrong(page, truth):
    wanted = series(known(truth))
    del wanted[Key("collectd_kasa_led_off", kasa=all_transports.NO_LED)]
    return differences(page, wanted)


def everybody_is_up(truth, page):
    return all(page.get_one("kasa_up", kasa=d["alias"]) == 1
               for d in known(truth))


def test_every_value_is_the_simulators(home):
    sim, daemon = home
    truth, page = quiet_moment(daemon, sim, everybody_is_up)
    assert not wrong(page, truth)
    assert not daemon.ours("stopped|not answer|another|speaks")


def test_nobody_was_asked_twice_for_his_name(home):
    """One session each, kept; no login failed but those that had to be tried
    with the makers' account after ours."""
    sim, _ = home
    stats = {s["addr"]: s for s in sim.stats()}
    for want, truth in zip(READ, known(sim.truth())):
        seen = stats[truth["addr"]]
        name = want["alias"]
        if truth["transport"] == "xor":
            continue
        aes_default = name == "AES, the makers' account"
        assert seen["logins"] == 1, name
        assert seen["failed_logins"] == aes_default, name
        assert seen["handshakes"] == 1 + aes_default, name
        assert seen["bad_requests"] == 0, name
        assert seen["max_open"] == 1, name
        if truth["keep_open"]:
            assert seen["accepted"] <= 2, name


def test_what_cannot_be_read_is_left_alone(home):
    sim, daemon = home
    page = daemon.page()
    assert page.names() == set(NAMES)
    assert page.get_one("kasa_total_devices", kasa_total="known") == len(NAMES)
    for device in sim.truth():
        if device["transport"] == "none":
            seen = sim.stats(device["addr"])[0]
            assert seen["tdp_replies"] > 0 and seen["accepted"] == 0
    assert not daemon.lines("kasa plugin: .*(hub|camera|chime|vacuum)")


def test_discover_names_every_transport_and_why_not(home):
    sim, daemon = home
    found = json.loads(daemon.kasactl(
        "discover", "--json", "--target", "127.255.255.255", status=0))
    assert {d["name"]: d["transport"] for d in found["devices"]} == {
        d["alias"]: transport_of(d) for d in READ}
    truth = {d["alias"]: d for d in sim.truth()}
    for device in found["devices"]:
        want = truth[device["name"]]
        assert device["up"] and device["mac"] == want["mac"]
        assert device["port"] == want.get("http_port", 9999)
        assert len(device.get("plugs", ())) == len(want["plugs"])
    reasons = {d["address"]: d["reason"] for d in found["unsupported"]}
    for device in all_transports.strangers():
        assert reasons[device["addr"]].startswith(UNSUPPORTED[device["kind"]])
    table = daemon.kasactl("discover", "--target", "127.255.255.255",
                           status=0)
    assert max(map(len, table.split("\n\n")[0].splitlines())) <= 80
    for word in ("xor", "klap", "aes", "tpap", "unsupported: a hub",
                 "unsupported: a camera", "unsupported: a robot"):
        assert word in table, word


@pytest.mark.parametrize("name", [
    "KLAP 1 strip", "KLAP 2 bulb", "SMART plug", "SMART strip", "AES 1 plug",
    "AES 2 plug", "TPAP shadow2 aes_128_ccm",
    "TPAP default chacha20_poly1305", "SMART over TLS"])
def test_read_works_with_the_account(home, name):
    sim, daemon = home
    address = sim.device(name)["addr"]
    # the daemon may take the session back in the midst of it
    got = next(filter(lambda got: got["up"], (
        json.loads(daemon.kasactl("read", address, "--json"))
        for _ in range(5))))
    sheet = next(filter(lambda sheet: "no answer" not in sheet, (
        daemon.kasactl("read", address) for _ in range(5))))
    served = sim.device(name)
    assert got["name"] == name and got["transport"] == transport_of(served)
    if "watts" in served:
        assert got["power_w"] == pytest.approx(
            sum(p["served"]["watts"] for p in served["plugs"])
            if served["plugs"] else served["served"]["watts"])
    account = {"xor": None, "aes": "shown"}.get(got["transport"], "own")
    if name.startswith("TPAP default"):
        account = "default"
    assert got.get("account") == account
    assert name in sheet and max(map(len, sheet.splitlines())) <= 80


def test_read_without_an_account_says_what_is_missing(home):
    sim, daemon = home
    address = sim.device("SMART plug")["addr"]
    text = daemon.kasactl("read", address, config=False, status=1)
    assert "it wants a TP-Link account" in text
    assert "Username" in text


def test_after_all_that_everybody_is_still_read(home):
    """The readings above took sessions away; the next cycles are whole."""
    sim, daemon = home
    daemon.cycles(2)
    truth, page = quiet_moment(daemon, sim, everybody_is_up)
    assert not [x for x in wrong(page, truth) if "failures" not in x]
    # two logins at one moment confuse a TPAP device, and are forgiven
    for device in READ:
        tpap = transport_of(device) == "tpap"
        for reason in ("timeout", "malformed", "device", "unreachable",
                       *(() if tpap else ("auth",))):
            assert page.get_one("kasa_failures_total", kasa=device["alias"],
                                type=reason) == 0, (
                                device["alias"], reason)
