# SPDX-License-Identifier: MIT
"""One method of a device fails, in each of the ways that were met: what it
brings is left out and counted, all else goes on, the session is kept, and the
rest is back by itself."""

import pytest

from collectd import SLOWNESS
from expect import REASONS
from leaks import Watched
from all_transports import ACCOUNT
from sim import Sim

pytestmark = pytest.mark.takes(160)

INTERVAL = 1 if SLOWNESS == 1 else 5
CONFIG = ACCOUNT + (f"Timeout {0.4 * SLOWNESS}\nRetries 1\nRetryDelay 0.05\n"
                    "DiscoveryInterval 3600\n")


def plug(alias, transport, **more):
    return {"alias": alias, "transport": transport, "dialect": "smart",
            "model": "P110M(EU)", "load": 60, "volts": 230, **more}


def failures(page, name):
    return sum(page.get_one("kasa_failures_total", kasa=name, type=r)
               for r in REASONS)


def has(page, name, *types):
    return [t for t in types if page.get_one("kasa_" + t, kasa=name)
            is not None]


# what becomes of get_energy_usage, whether the answer as a whole is hurt
HOWS = {"500": {"how": "http_status", "code": 500}, "garbage": {"how":
        "garbage"}, "silence": {"how": "silence"}, "closed": {"how": "eof"},
        "cut": {"how": "truncated_json"}, "no digit": {"how": "nanlike"},
        "list": {"how": "list"}, "-1601": {"code": -1601}}
WAYS = ("klap", "aes", "tpap")


@pytest.fixture(scope="module", name="ward")
def fixture_ward():
    """A device for each way to fail and each transport, before, while and after
    one method of it does."""
    home = [plug(f"{way} {how}", way) for way in WAYS for how in HOWS]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        names = [d["alias"] for d in home]
        daemon.wait_up(*names, timeout=30)
        daemon.cycles(2)
        seen = {"before": daemon.cycles(1)}
        for way in WAYS:
            for how, parameters in HOWS.items():
                sim.fault(f"{way} {how}", "method", method="get_emeter_data",
                          **parameters)
        daemon.cycles(3)
        alias = {d["addr"]: d["alias"] for d in sim.truth()}
        early = {alias[s["addr"]]: s["logins"] for s in sim.stats()}
        daemon.cycles(5)
        seen["during"] = daemon.cycles(1)
        seen["logins"] = {alias[s["addr"]]: s["logins"] - early[alias[s["addr"]]]
                          for s in sim.stats()}
        sim.fault("*", "none")
        daemon.cycles(2)
        seen["after"] = daemon.cycles(1)
        yield seen


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("way", WAYS)
def test_one_method_that_fails_costs_its_own_values(ward, way, how):
    name = f"{way} {how}"
    for page in ward.values():
        if page is not ward["logins"]:
            assert page.get_one("kasa_up", kasa=name) == 1
            assert page.get_one("kasa_relay", kasa=name) == 1
            assert page.get_one("kasa_signal_power", kasa=name) < 0
            assert page.get_one("kasa_power", kasa=name) == 60
    assert not has(ward["during"], name, "voltage", "current")
    for page in ward["before"], ward["after"]:
        assert page.get_one("kasa_voltage", kasa=name) == 230
    # a machine that is slow may have cost a reading before
    assert failures(ward["during"], name) >= failures(ward["before"], name) + 4


@pytest.mark.parametrize("how", [h for h in HOWS if h != "closed"])
@pytest.mark.parametrize("way", WAYS)
def test_the_session_is_kept_meanwhile(ward, way, how):
    """Each login costs the device more than the answer is worth. A connection
    that is closed may have been the session's end: TPAP begins another."""
    assert ward["logins"][f"{way} {how}"] == (
        pytest.approx(2, abs=2) if how == "silence" else 0)
