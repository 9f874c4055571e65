# SPDX-License-Identifier: MIT
"""Real broadcast on real interfaces: network namespaces play the other parts
of a LAN. Two cables lead to them: left and right, each a /24 of its own."""

import pytest

import net
from collectd import Collectd, device
from sim import Sim

pytestmark = pytest.mark.skipif(
    net.why_no_namespaces() is not None and net.isolated,
    reason="the tools for network namespaces are missing")

SEARCHING = ("DiscoveryTimeout 0.6\nDiscoveryInterval 1\nTimeout 0.5\n"
             "Retries 0\n")


def plug(alias, addr, **members):
    _, second, _, last = map(int, addr.split("."))
    return {"alias": alias, "kind": "plug", "load": 5, "addr": addr,
            "mac": f"50:C7:BF:00:{second:02X}:{last:02X}", **members}


def sim_in(space, house):
    return Sim(house, wrap=space.enter, args=["--bind-any"])


@pytest.fixture(name="lan")
def fixture_lan():
    """(left house, right house): devices in two other namespaces."""
    why = net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    with net.Namespace() as left, net.Namespace() as right:
        left.cable("left", "10.71.1.1/24",
                   ["10.71.1.11/24", "10.71.1.12/24", "10.71.1.13/24"])
        right.cable("right", "10.72.1.1/24", ["10.72.1.21/24"])
        with sim_in(left, [plug("Left 1", "10.71.1.11"),
                           plug("Left 2", "10.71.1.12")]) as one:
            with sim_in(right, [plug("Right", "10.72.1.21")]) as two:
                yield one, two, left, right


def run(config=SEARCHING):
    return Collectd(config, discover=False)


def test_one_broadcast_on_every_interface_at_once(lan):
    del lan
    with run() as daemon:
        page = daemon.wait_up("Left 1", "Left 2", "Right")
        assert page.names() == {"Left 1", "Left 2", "Right"}


def test_an_interface_can_be_chosen(lan):
    one, two, *_ = lan
    with run(SEARCHING + 'Interface "left"\n') as daemon:
        daemon.wait_up("Left 1", "Left 2")
        page = daemon.cycles(2)
        assert page.names() == {"Left 1", "Left 2"}
        assert one.totals()["udp_probes"] > 0
        assert two.totals()["udp_probes"] == 0
    with run(SEARCHING + 'Interface "right"\nInterface "none0"\n') as daemon:
        daemon.wait_up("Right")
        assert daemon.cycles(1).names() == {"Right"}


def test_the_limited_broadcast_as_a_target_leaves_by_every_interface(lan):
    del lan
    with run(SEARCHING + 'DiscoveryTarget "255.255.255.255"\n') as daemon:
        daemon.wait_up("Left 1", "Left 2", "Right")
    with run(SEARCHING + 'DiscoveryTarget "255.255.255.255"\n'
             'Interface "right"\n') as daemon:
        daemon.wait_up("Right")
        assert daemon.cycles(2).names() == {"Right"}


def test_one_network_or_one_device_as_a_target(lan):
    del lan
    config = SEARCHING + ('DiscoveryTarget "10.72.1.255"\n'
                          'DiscoveryTarget "10.71.1.12"\n')
    with run(config) as daemon:
        daemon.wait_up("Left 2", "Right")
        assert daemon.cycles(2).names() == {"Left 2", "Right"}


def test_a_device_that_changes_its_address_keeps_its_series(lan):
    one, *_ = lan
    with run() as daemon:
        daemon.wait_up("Left 1", "Left 2", "Right")
        one.move("Left 1", "10.71.1.13")
        daemon.wait_page(lambda p: any(
            k.name == "collectd_kasa_info_now" and k.labels["kasa"] == "Left 1"
            and "ip=10.71.1.13 " in k.labels["type"] for k in p),
            "the new address", 30)
        page = daemon.wait_up("Left 1")
        assert page.names() == {"Left 1", "Left 2", "Right"}
        for name in ("Left 2", "Right"):
            assert all(v == 1 for _, v in daemon.csv("kasa", name, "up"))


def test_a_network_that_goes_down_and_comes_back(lan):
    *_, right = lan
    with run() as daemon:
        daemon.wait_up("Left 1", "Left 2", "Right")
        right.run("ip", "link", "set", "right", "down")
        daemon.wait_down("Right")
        page = daemon.cycles(1)
        assert page.get_one("kasa_up", kasa="Left 1") == 1
        right.run("ip", "link", "set", "right", "up")
        daemon.wait_up("Right", timeout=30)


def test_an_interface_that_appears_later_is_searched_too():
    why = net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    with run() as daemon:
        daemon.cycles(1)
        with net.Namespace() as space:
            space.cable("later", "10.73.1.1/24", ["10.73.1.11/24"])
            with sim_in(space, [plug("Later", "10.73.1.11")]):
                daemon.wait_up("Later", timeout=20)


def test_an_address_without_anybody_is_unreachable_and_says_so(lan):
    del lan
    config = SEARCHING + device("10.71.1.99", Name="Nobody")
    config += device("198.51.100.1", Name="No route")
    with Collectd(config.replace("Timeout 0.5", "Timeout 4"),
                  discover=False) as daemon:
        page = daemon.wait_down("Nobody", "No route", timeout=20)
        page = daemon.wait_page(lambda p: (p.get_one(
            "kasa_failures_total", kasa="Nobody", type="unreachable") or 0)
            > 0, "a failure", 20)
        assert page.get_one("kasa_failures_total", kasa="No route",
                            type="unreachable") > 0
        assert page.get_one("kasa_failures_total", kasa="No route",
                            type="timeout") == 0
        assert daemon.ours("No route.*no route to the address")


def test_another_subnet_is_reached_by_its_device_block_only(lan):
    *_, right = lan
    with net.Namespace() as far:
        # behind a router: right forwards to a third network
        far.run("ip", "link", "add", "far", "type", "veth", "peer", "name",
                "far", "netns", str(right.holder.pid))
        far.run("ip", "addr", "add", "10.74.1.11/24", "dev", "far")
        far.run("ip", "link", "set", "far", "up")
        far.run("ip", "route", "add", "default", "via", "10.74.1.1")
        right.run("ip", "addr", "add", "10.74.1.1/24", "dev", "far")
        right.run("ip", "link", "set", "far", "up")
        right.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        net.run("ip", "route", "add", "10.74.1.0/24", "via", "10.72.1.21")
        with sim_in(far, [plug("Far", "10.74.1.11", load=77)]) as house:
            with run() as daemon:
                daemon.wait_up("Left 1", "Left 2", "Right")
                assert "Far" not in daemon.cycles(2).names()
            with run(SEARCHING + device("10.74.1.11")) as daemon:
                page = daemon.wait_up("Far", "Right")
                page = daemon.cycles(1)
                assert page.get_one("kasa_power", kasa="Far") == 77
                assert page.names() == {"Left 1", "Left 2", "Right", "Far"}
            assert house.stats("Far")[0]["max_open"] == 1


def test_it_stops_at_once_while_addresses_are_looked_for(lan):
    del lan
    config = SEARCHING + "".join(
        device(f"10.71.1.{n}") for n in range(100, 140))
    with Collectd(config.replace("Timeout 0.5", "Timeout 30"),
                  discover=False) as daemon:
        daemon.wait_up("Left 1")
        assert daemon.stop() == 0 and daemon.stop_seconds < 1
