# SPDX-License-Identifier: MIT
"""Sessions in trouble: other clients, reboots, firmware with manners of its
own. Each recovers by itself as soon as it can."""

import re

import pytest

from collectd import SLOWNESS, device
from leaks import Watched
from all_transports import ACCOUNT
from klap_tpap import PASSWORD, Aes, Klap, Refused, Tpap, sha1
from faulty_devices import failures, lines_of
from session_fixture import INTERVAL, KINDS, house, up_only
from sim import Sim

# what is said in each run with AllowAES
USUAL = re.compile(r"the TP-Link account was given to|version \d")
pytestmark = pytest.mark.takes(260)


def login(name, addr):
    """Another client of ours, with the same account."""
    if "klap" in name:
        return Klap(addr).login()
    if "aes" in name:
        return Aes(addr).login(1 if name == "old aes" else 2)
    return Tpap(addr).login(sha1(PASSWORD.encode()).hex())


def login_first(sim, name):
    """Before the daemon takes the session back."""
    for _ in range(20):
        sim.evict(name)
        try:
            return login(name, sim.device(name)["addr"])
        except Refused:
            pass
    raise AssertionError("the daemon is always quicker")


# -- one session, several clients


def test_a_session_that_another_client_takes_is_begun_anew():
    """Our next request gets 403 (9999, -40401): one login, one repetition, and
    nobody sees anything of it."""
    with Sim(house()) as sim, Watched(sim, ACCOUNT,
                                      interval=INTERVAL) as daemon:
        daemon.wait_up(*KINDS)
        for _ in range(2):
            daemon.cycles(1)
            sim.stats(reset=True)
            for d in sim.truth():
                login(d["alias"], d["addr"]).close()
            page = daemon.cycles(2)
            for d in sim.truth():
                seen = sim.stats(d["addr"])[0]
                assert not any(failures(page, d["alias"]).values())
                assert seen["evictions"] == 2  # we were, then the other one
                assert seen["logins"] == 2
        assert all(up_only(daemon, name) for name in KINDS)
        assert not [x for x in daemon.ours() if not USUAL.search(x)]


def test_two_clients_do_not_fight():
    """A device that gives its session to nobody else while one has it: once
    per interval we ask, no more, and are back when it is free."""
    with Sim(house(quirks={"guards_session": True})) as sim:
        with Watched(sim, ACCOUNT, interval=INTERVAL) as daemon:
            daemon.wait_up("klap", "iot klap")
            others = [login_first(sim, n) for n in ("klap", "iot klap")]
            daemon.wait_down("klap", "iot klap")
            daemon.cycles(1)
            before = {n: sim.stats(n)[0]["requests"] for n in KINDS}
            began = daemon.stamp()
            page = daemon.cycles(3)
            passed = (daemon.stamp(page) - began) / INTERVAL
            for name in "klap", "iot klap":
                asked = sim.stats(name)[0]["requests"] - before[name]
                assert 1 <= asked <= round(passed) + 2  # one after the page
                # it may have lost its session in the midst of a poll
                lines = [line for line in lines_of(daemon, name)
                         if "a part of its answers" not in line]
                assert len(lines) == 1 and (
                    "lets no other program in (HTTP 403)" in lines[0]), lines
                assert "allow third-party services in the app" in lines[0]
            for other in others:
                other.close()
            sim.evict("*")
            daemon.wait_up("klap", "iot klap")


def test_sessions_that_expire_are_renewed_before():
    with Sim(house(session_timeout=3)) as sim:
        with Watched(sim, ACCOUNT, interval=0.5) as daemon:
            daemon.wait_up(*KINDS)
            daemon.wait(lambda: all(s["logins"] >= 4 for s in sim.stats()),
                        "some sessions", 15)
            page = daemon.cycles(1)
            for name in KINDS:
                assert not any(failures(page, name).values())
                assert up_only(daemon, name)
            assert all(s["failed_logins"] == 0 for s in sim.stats())


# -- reboots


def test_a_reboot_ends_sessions_and_is_got_over():
    with Sim(house()) as sim, Watched(sim, ACCOUNT + "Retries 0\n",
                                      interval=INTERVAL) as daemon:
        daemon.wait_up(*KINDS)
        daemon.cycles(1)  # what is polled rarely has come, too
        sim.reboot("*", seconds=2.5 * INTERVAL)
        daemon.wait_down(*KINDS)
        daemon.wait_up(*KINDS)
        for name in KINDS:
            lines = lines_of(daemon, name)
            assert len(lines) == 2, lines
            assert "stopped answering" in lines[0]
            assert "answers again" in lines[1]
        assert all(s["failed_logins"] == 0 for s in sim.stats())
        # back at once, in the very cycle in which the server was back
        downs = [sum(v == 0 for _, v in daemon.csv("kasa", n, "up"))
                 for n in KINDS]
        assert max(downs) <= 4


def test_a_web_server_that_sleeps_is_woken_by_a_datagram():
    quirks = {"lazy_http": True}
    with Sim(house(quirks=quirks)) as sim:
        with Watched(sim, ACCOUNT + "DiscoveryPackets 1\n",
                     interval=2 * INTERVAL) as daemon:
            daemon.wait_up(*KINDS)
            sim.searched_twice(daemon, next(iter(KINDS)))
            sim.reboot("*", seconds=0.05)
            daemon.cycles(2)
            page = daemon.page()
            for name in KINDS:
                # refused, woken up, asked again: nothing is missing
                assert up_only(daemon, name), name
                assert failures(page, name)["refused"] == 1
            assert not [x for x in daemon.ours() if not USUAL.search(x)]


def test_so_is_one_that_is_configured_by_its_address():
    blocks = "".join(device(d["addr"]) for d in house())
    with Sim(house(quirks={"lazy_http": True})) as sim:
        with Watched(sim, ACCOUNT + "Discovery false\n" + blocks,
                     interval=INTERVAL, discover=False) as daemon:
            daemon.wait_up(*KINDS)


# -- firmware


def test_one_request_per_session_is_learned():
    """And one module per request, where firmware has room for no more."""
    plugs = [{"alias": "SHIP 2.0", "transport": "klap", "dialect": "iot",
              "klap": "v1", "lv": 0, "load": 40,
              "quirks": {"one_request": True, "one_module": True}},
             {"alias": "SMART", "transport": "klap", "load": 41,
              "quirks": {"one_request": True}}]
    with Sim(plugs) as sim, Watched(sim, ACCOUNT, interval=INTERVAL) as daemon:
        daemon.wait_up("SHIP 2.0", "SMART")
        daemon.cycles(4)  # its second and third poll teach us its manners
        sim.stats(reset=True)
        before = daemon.cycles(1)
        page = daemon.cycles(4)
        for name, watts in ("SHIP 2.0", 40), ("SMART", 41):
            assert page.get_one("kasa_power", kasa=name) == watts
            assert failures(page, name) == failures(before, name)
            assert up_only(daemon, name)
            seen = sim.stats(name)[0]
            # no request is wasted any more: three make one
            assert seen["requests"] <= 3 * seen["handshakes"]
            assert seen["logins"] == seen["handshakes"]


def test_p100_in_all_its_glory():
    """Closes after each answer, cannot take batches, login version 1."""
    with Sim([{"alias": "P100", "transport": "aes", "model": "P100(US)",
               "lv": 1, "keep_open": False,
               "quirks": {"no_batch": True}}]) as sim:
        with Watched(sim, ACCOUNT + "EnergyInterval 10\n",
                     interval=2 * INTERVAL) as daemon:
            daemon.wait_up("P100", timeout=15)
            page = daemon.cycles(2)
            assert not any(failures(page, "P100").values())
            assert page.get_one("kasa_relay", kasa="P100") == 1
            asked = sim.stats("P100")[0]["asked"]
            assert "smart.get_led_info" not in asked


# -- the end


@pytest.mark.parametrize("fault,parameters", [
    ("silence", {}), ("delay", {"ms": 60000}), ("drop", {}),
    ("drip", {"bytes": 1, "interval": 100}), ("http_status", {"status": 403}),
    ("none", {})])
def test_it_stops_within_a_second_whatever_they_do(fault, parameters):
    """In the middle of requests, handshakes and computations of all kinds."""
    homes = [{**d, "alias": f"{d['alias']} {i}", "https": https,
              "addr": f"127.77.{14 + i}.{n + 1}", "tpap_iterations": 90000}
             for i in range(4) for https in ((False, True)[i % 2],)
             for n, d in enumerate(house())
             if not (https and "aes" in d["alias"])]
    with Sim(homes) as sim:
        with Watched(sim, ACCOUNT + "Timeout 30\n",
                     interval=INTERVAL) as daemon:
            daemon.wait_up("klap 0", "iot klap 1", "aes 0")
            if fault != "none":
                sim.evict("*")
                sim.fault("*", fault, **parameters)
                daemon.wait(lambda: sim.totals()["requests"] > 0, "requests")
            assert daemon.stop() == 0
            assert daemon.stop_seconds < SLOWNESS
