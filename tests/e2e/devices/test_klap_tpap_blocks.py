# SPDX-License-Identifier: MIT
"""<Device> blocks for newer devices: found by unicast where no broadcast goes,
by trial where no datagram goes at all, and told how to be spoken with."""

import json

import pytest

import net
from collectd import SLOWNESS, Collectd, device
from expect import differences, quiet_moment, series
from leaks import Watched
from all_transports import ACCOUNT
from faulty_devices import failures, lines_of
from sim import Sim

pytestmark = pytest.mark.takes(160)

INTERVAL = 0.5 if SLOWNESS == 1 else 3
DEVICES = {
    "An XOR plug": {"load": 50},
    "A KLAP plug": {"transport": "klap", "load": 51},
    "A KLAP strip": {"transport": "klap", "model": "P304M(UK)",
                     "plugs": [{"alias": "A", "load": 5}, "B"]},
    "An old plug with KLAP": {"transport": "klap", "dialect": "iot",
                              "klap": "v1", "lv": 0, "load": 52},
    "A new plug with KLAP": {"transport": "klap", "dialect": "iot",
                             "new_klap": True, "load": 53},
    "An AES plug": {"transport": "aes", "load": 54},
    "An older AES plug": {"transport": "aes", "lv": 1, "load": 54.5},
    "A TPAP plug": {"transport": "tpap", "load": 55, "tpap_iterations": 100},
}


def house(**members):
    return [{"alias": name, "addr": f"127.77.9.{i + 1}", **d, **members}
            for i, (name, d) in enumerate(DEVICES.items())]


def block_for(d, **options):
    """Nothing but its block says that the older one wants the older login."""
    if d["alias"] == "An older AES plug":
        options["AESLogin"] = 1
    return device(d["addr"], **options)


def alone(sim, blocks, **kw):
    return Watched(sim, ACCOUNT + "Discovery false\n" + blocks,
                   discover=False, interval=INTERVAL, **kw)


def transport_spoken(daemon, address):
    return json.loads(daemon.kasactl("read", address, "--json"))["transport"]


def all_right(daemon, sim):
    truth, page = quiet_moment(daemon, sim)
    return [d for d in differences(page, series(truth))
            if "failures" not in d]


def test_by_unicast_alone():
    blocks = "".join(device(d["addr"]) for d in house())
    with Sim(house()) as sim, alone(sim, blocks) as daemon:
        daemon.wait_up(*DEVICES)
        daemon.cycles(1)
        assert not all_right(daemon, sim)


def test_by_trial_where_no_datagram_arrives():
    """XOR, KLAP, TPAP and AES, one after the other, until one answers."""
    blocks = "".join(block_for(d) for d in house())
    with Sim(house(fault="udp_silent")) as sim:
        with alone(sim, blocks) as daemon:
            daemon.wait_up(*DEVICES, timeout=30)
            daemon.cycles(1)
            assert not all_right(daemon, sim)
            for seen in sim.stats():
                assert seen["udp_replies"] == seen["tdp_replies"] == 0
                assert seen["failed_logins"] == 0
            for name in DEVICES:
                assert not daemon.ours(f"{name} .*stopped answering")


@pytest.mark.parametrize("option,name", [
    ("klap", "A KLAP plug"), ("klap", "An old plug with KLAP"),
    ("aes", "An AES plug"), ("aes", "An older AES plug"),
    ("tpap", "A TPAP plug"), ("xor", "An XOR plug")])
def test_a_transport_that_is_given_is_the_only_one_tried(option, name):
    target = next(d for d in house(fault="udp_silent") if d["alias"] == name)
    block = block_for(target, Transport=option)
    with Sim([target]) as sim, alone(sim, block) as daemon:
        daemon.wait_up(name, timeout=20)
        seen = sim.stats(name)[0]
        assert seen["refusals"] == 0
        assert seen["bad_requests"] <= 2  # the other language over KLAP
        assert transport_spoken(daemon, target["addr"]) == option


def test_a_transport_that_is_given_counts_over_what_the_device_says():
    both = {"alias": "Both", "addr": "127.77.9.50", "transport": "klap",
            "load": 5, "tpap_advertised": True, "tpap_preferred": True,
            "tpap_iterations": 100}
    with Sim([both]) as sim:
        with alone(sim, device(both["addr"], Transport="klap")) as daemon:
            daemon.wait_up("Both")
            assert transport_spoken(daemon, both["addr"]) == "klap"
            assert sim.stats("Both")[0]["logins"] == 2
        with alone(sim, device(both["addr"])) as daemon:
            daemon.wait_up("Both")
            assert transport_spoken(daemon, both["addr"]) == "tpap"


def test_a_wrong_transport_says_so_and_tries_nothing_else():
    target = house()[1]
    with Sim([target]) as sim:
        with alone(sim, device(target["addr"], Transport="aes",
                               Name="Wrong")) as daemon:
            daemon.wait_down("Wrong")
            page = daemon.cycles(3)
            assert len(lines_of(daemon, "Wrong")) == 1
            assert "speaks another protocol than it said (error 1003)" in (
                lines_of(daemon, "Wrong")[0])
            assert failures(page, "Wrong")["refused"] >= 3
            assert sim.stats(target["addr"])[0]["logins"] == 0


def test_a_port_that_is_given():
    """Where nothing else tells it."""
    home = [{"alias": f"At {port}", "addr": f"127.77.9.{60 + i}",
             "http_port": port, "fault": "udp_silent", "load": 7,
             "tpap_iterations": 100, "transport": transport}
            for i, (port, transport) in enumerate(
                ((8080, "klap"), (8081, "aes"), (8082, "tpap")))]
    blocks = "".join(device(d["addr"], Port=d["http_port"],
                            Transport=d["transport"]) for d in home)
    with Sim(home) as sim, alone(sim, blocks) as daemon:
        daemon.wait_up(*[d["alias"] for d in home])


def test_found_by_mac_and_by_alias_with_a_name_and_a_pace_of_its_own():
    home = house()
    for i, d in enumerate(home):
        d["mac"] = f"50:C7:BF:77:00:{i:02X}"
    blocks = device(home[1]["mac"], Name="By MAC", Interval=3 * INTERVAL)
    blocks += device("An AES plug", Name="By alias")
    blocks += device("a tpap plug", Name="By alias, small")
    with Sim(home) as sim:
        with Watched(sim, ACCOUNT + blocks, interval=INTERVAL) as daemon:
            names = {"By MAC", "By alias", "By alias, small"} | (
                set(DEVICES) - {"A KLAP plug", "An AES plug", "A TPAP plug"})
            daemon.wait_up(*names)
            page = daemon.cycles(6)
            assert {n for n in page.names()
                    if page.get_one("kasa_up", kasa=n) == 1} == names
            slow = daemon.csv("kasa", "By MAC", "power")
            quick = daemon.csv("kasa", "By alias", "power")
            assert len(quick) > 1.5 * len(slow)


def test_ignore_and_only_hold_for_those_that_tell_their_name_late():
    home = house()
    with Sim(home) as sim:
        config = ACCOUNT + ('Ignore "a klap plug"\nIgnore "/^An AES/"\n'
                            f'Ignore "{home[-1]["addr"]}"\n'
                            "DiscoveryPackets 1\n")
        with Watched(sim, config, interval=INTERVAL) as daemon:
            left = set(DEVICES) - {"A KLAP plug", "An AES plug", "A TPAP plug"}
            daemon.wait_up(*left)
            sim.searched_twice(daemon, sorted(left)[0])
            page = daemon.cycles(3)
            assert page.names() == left
            assert sim.stats("A TPAP plug")[0]["accepted"] == 0
            # looked at for its name in each search, and not again
            asked = sim.stats("A KLAP plug")[0]["requests"]
            daemon.cycles(3)
            assert sim.stats("A KLAP plug")[0]["requests"] == asked
        with Watched(sim, ACCOUNT + 'Only "/KLAP plug/"\n',
                     interval=INTERVAL) as daemon:
            daemon.wait_up("A KLAP plug")
            assert daemon.cycles(3).names() == {"A KLAP plug"}


def test_a_device_that_says_klap_and_means_xor():
    home = [{"alias": "Boaster", "addr": "127.77.9.70", "load": 8,
             "quirks": {"tdp": True}}]
    with Sim(home) as sim, Watched(sim, ACCOUNT,
                                   interval=INTERVAL) as daemon:
        daemon.wait_up("Boaster")
        daemon.cycles(2)
        sim.reboot("Boaster", seconds=2 + 4 * INTERVAL)
        daemon.wait_down("Boaster")
        page = daemon.wait_up("Boaster", timeout=20)
        assert page.get_one("kasa_power", kasa="Boaster") == 8


@pytest.fixture(name="far")
def fixture_far():
    """A house in a network behind a router, and the house."""
    why = net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    with net.Namespace() as router, net.Namespace() as space:
        router.cable("near", "10.81.1.1/24", ["10.81.1.2/24"])
        space.run("ip", "link", "add", "far", "type", "veth", "peer", "name",
                  "far", "netns", str(router.holder.pid))
        home = [{**d, "addr": f"10.82.1.{11 + i}",
                 "mac": f"50:C7:BF:82:00:{i:02X}"}
                for i, d in enumerate(house())]
        for d in home:
            space.run("ip", "addr", "add", d["addr"] + "/24", "dev", "far")
        space.run("ip", "link", "set", "far", "up")
        space.run("ip", "route", "add", "default", "via", "10.82.1.1")
        router.run("ip", "addr", "add", "10.82.1.1/24", "dev", "far")
        router.run("ip", "link", "set", "far", "up")
        router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        net.run("ip", "route", "add", "10.82.1.0/24", "via", "10.81.1.2")
        with Sim(home, wrap=space.enter, args=["--bind-any"]) as sim:
            yield home, sim


def test_behind_a_router(far):
    home, sim = far
    blocks = "".join(device(d["addr"]) for d in home)
    with Collectd(ACCOUNT + "DiscoveryTimeout 0.6\n", discover=False,
                  interval=INTERVAL) as daemon:
        assert not daemon.cycles(2).names()  # broadcasts do not get there
    with Watched(sim, ACCOUNT + "DiscoveryTimeout 0.6\n" + blocks,
                 discover=False, interval=INTERVAL) as daemon:
        daemon.wait_up(*DEVICES)
        daemon.cycles(1)
        assert not all_right(daemon, sim)
        sim.set("An AES plug", transport="klap")
        daemon.wait_line("An AES plug speaks klap now, not aes")
        daemon.wait_up("An AES plug")
