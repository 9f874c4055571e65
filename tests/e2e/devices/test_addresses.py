# SPDX-License-Identifier: MIT
"""Addresses are given anew while a daemon runs: to one another's devices, to
those of other blocks, to those whose datagrams name somebody else. No value
comes under the name of another device, and all are read again."""

import pytest

from collectd import Collectd, device
from sim import Sim

pytestmark = pytest.mark.takes(45)

QUICK = "DiscoveryInterval 1\nTimeout 0.5\nRetries 0\n"
MACS = [f"50:C7:BF:41:00:{i:02X}" for i in range(4)]


def address(n):
    return f"127.77.41.{n}"


def plugs(*names, **more):
    """Each carries what no other does: 10, 20, ..."""
    return [{"alias": name, "kind": "plug", "addr": address(i + 1),
             "mac": MACS[i], "load": 10 * (i + 1), "total_wh": 1000 * (i + 1),
             **more} for i, name in enumerate(names)]


def rearrange(sim, where):
    """All at once, each with one more watt from then on."""
    for n, name in enumerate(where):
        sim.move(name, address(100 + n))
    for name, place in where.items():
        sim.move(name, address(place))
        sim.set(name, load=sim.device(name)["watts"] + 1)


def powers(daemon, name):
    return {w for _, w in daemon.csv("kasa", name, "power")}


def wait_powers(daemon, wanted):
    daemon.wait_page(lambda p: all(p.get_one("kasa_power", kasa=n) == w
                                   for n, w in wanted.items()),
                     f"{wanted}", 30)


BLOCKS = {
    "found": "",
    "by address": "".join(device(address(i + 1)) for i in range(3)),
    "by mac": "".join(device(m) for m in MACS[:3]),
    "one of each": (device(address(1)) + device(MACS[1]) + device("C")),
}


@pytest.mark.parametrize("blocks", BLOCKS)
def test_three_that_change_places_at_once_stay_who_they_are(blocks):
    with Sim(plugs("A", "B", "C")) as sim:
        with Collectd(QUICK + BLOCKS[blocks]) as daemon:
            daemon.wait_up("A", "B", "C")
            wait_powers(daemon, {"A": 10, "B": 20, "C": 30})
            rearrange(sim, {"A": 2, "B": 3, "C": 1})
            wait_powers(daemon, {"A": 11, "B": 21, "C": 31})
            for name, before in (("A", 10), ("B", 20), ("C", 30)):
                assert powers(daemon, name) <= {before, before + 1}, name
            # a block by address may have been empty for a moment
            names = daemon.page().names() - {address(i) for i in (1, 2, 3)}
            assert names == {"A", "B", "C"}


def test_a_block_by_mac_keeps_its_device_at_the_address_of_another_block():
    """Where the other's device is gone at first, and comes back."""
    config = (QUICK + device(MACS[0], Name="By MAC")
              + device(address(2), Name="By address"))
    with Sim(plugs("A", "B")) as sim:
        with Collectd(config) as daemon:
            wait_powers(daemon, {"By MAC": 10, "By address": 20})
            sim.fault("B", "gone")
            sim.move("B", address(9))
            sim.move("A", address(2))
            sim.set("A", load=11)
            wait_powers(daemon, {"By MAC": 11})
            daemon.wait_down("By address")
            page = daemon.cycles(3)
            assert page.get_one("kasa_up", kasa="By MAC") == 1
            assert page.get_one("kasa_up", kasa="By address") == 0
            sim.set("B", load=21)
            sim.fault("B", "none")
            wait_powers(daemon, {"By MAC": 11, "By address": 21})
            assert powers(daemon, "By MAC") <= {10, 11}
            assert powers(daemon, "By address") <= {20, 21}
            assert page.names() == {"By MAC", "By address"}


def test_one_device_with_two_blocks_is_read_by_that_of_its_mac():
    """It is asked by one of the two alone, and the log names both."""
    config = QUICK + device(address(1)) + device(MACS[0], Name="By MAC")
    with Sim(plugs("A")) as sim:
        with Collectd(config) as daemon:
            wait_powers(daemon, {"By MAC": 10})
            daemon.wait_line(f'{address(1)} .*the device of '
                             f'<Device "{MACS[0]}"> answers at {address(1)}')
            daemon.cycles(2)
            sim.stats(reset=True)
            began = len(daemon.csv("kasa", "By MAC", "up"))
            page = daemon.cycles(4)
            polls = len(daemon.csv("kasa", "By MAC", "up")) - began
            assert sim.stats("A")[0]["requests"] <= polls + 1  # one each
            assert page.get_one("kasa_up", kasa=address(1)) == 0
            assert page.get_one("kasa_up", kasa="By MAC") == 1


@pytest.mark.parametrize("form", ["other_mac", "no_mac"])
def test_a_device_is_read_as_who_its_polls_say_it_is(form):
    """Its datagrams name another MAC than it has, or none."""
    home = plugs("A", transport="klap")
    home[0]["fault"] = {"fault": "udp_form", "form": form}
    with Sim(home) as sim:
        with Collectd(QUICK + 'Username "user@example.com"\n'
                      'Password "great_password"\n') as daemon:
            daemon.wait_up("A")
            wait_powers(daemon, {"A": 10})
            sim.fault("A", "gone")
            daemon.wait_down("A")
            sim.fault("A", "none")
            sim.fault("A", "udp_form", form=form)
            daemon.wait_up("A", timeout=20)
            sim.move("A", address(7))
            sim.set("A", load=11)
            wait_powers(daemon, {"A": 11})
            page = daemon.cycles(2)
            assert page.names() == {"A"}
            assert {n for n in (k.labels["type"] for k in page
                                if k.name == "collectd_kasa_info")
                    if MACS[0].lower() in n}


@pytest.mark.parametrize("form", ["other_mac", "no_mac"])
def test_who_says_in_a_poll_to_be_another_takes_no_place(form):
    """Found by a datagram in another name, he answers as one that is known."""
    home = plugs("A") + plugs("A", quirks={"tdp": True})
    home[1].update(addr=address(8), load=666, mac="50:C7:BF:41:77:00")
    home[1]["fault"] = {"fault": "udp_silent"}
    with Sim(home) as sim:
        with Collectd(QUICK) as daemon:
            daemon.wait_up("A")
            sim.fault(address(8), "none")
            sim.fault(address(8), "foreign_mac", mac=MACS[0])
            sim.fault(address(8), "udp_form", form=form)
            daemon.wait(lambda: sim.stats(address(8))[0]["requests"] > 2,
                        "he is asked", 30)
            page = daemon.cycles(3)
            assert page.get_one("kasa_up", kasa="A") == 1
            assert powers(daemon, "A") == {10}
            assert all(v == 1 for _, v in daemon.csv("kasa", "A", "up"))
            assert 666 not in {v for k, v in page.items()
                               if k.name == "collectd_kasa_power"}


def test_two_that_name_one_device_id_are_two():
    """Copies of a firmware; each has its own MAC."""
    home = plugs("A", "B")
    for one in home:
        one["device_id"] = "8006" + "AB" * 18
    with Sim(home):
        with Collectd(QUICK) as daemon:
            wait_powers(daemon, {"A": 10, "B": 20})
            daemon.cycles(2)
            assert powers(daemon, "A") == {10}
            assert powers(daemon, "B") == {20}
            assert all(v == 1 for n in "AB"
                       for _, v in daemon.csv("kasa", n, "up"))
