# SPDX-License-Identifier: MIT
"""A router that restarts: every device is away for a while, and comes back at an
address of its own or at another's. Nothing is set that would make a search come
sooner than it does by itself."""

import time

import pytest

import net
from collectd import Collectd
from klap_tpap import PASSWORD, USER
from sim import Sim

pytestmark = [
    # what it shows is a matter of time alone
    pytest.mark.plain, pytest.mark.takes(50),
    pytest.mark.skipif(
        net.why_no_namespaces() is not None and net.isolated,
        reason="the tools for network namespaces are missing")]

INTERVAL = 10  # collectd's own default
DEVICES = 20
DARK = 25
CONFIG = f'Username "{USER}"\nPassword "{PASSWORD}"\n'


def address(n):
    return f"10.75.1.{n}"


def house():
    """Each known by what it carries."""
    out = []
    for n in range(DEVICES):
        device = {"alias": f"Device {n}", "addr": address(10 + n),
                  "mac": f"50:C7:BF:00:75:{n:02X}", "load": 10 + n}
        if n % 4 == 3:
            device.update(transport="klap", model="P110M(EU)")
        else:
            device.update(kind="plug")
        out.append(device)
    return out


def scatter(sim):
    """Half of them to addresses that nobody had, half to one another's."""
    for n in range(DEVICES):
        sim.move(f"Device {n}", address(100 + n))
    for n in range(DEVICES // 2):
        sim.move(f"Device {n}", address(10 + (n + 3) % (DEVICES // 2)))


def test_all_are_back_two_intervals_after_a_router_has_restarted():
    why = net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    names = [f"Device {n}" for n in range(DEVICES)]
    places = [f"{address(n)}/24" for n in (
        *range(10, 10 + DEVICES), *range(100, 100 + DEVICES))]
    with net.Namespace() as lan:
        lan.cable("lan", "10.75.1.1/24", places)
        with Sim(house(), wrap=lan.enter, args=["--bind-any"]) as sim, \
                Collectd(CONFIG, interval=INTERVAL, discover=False) as daemon:
            daemon.wait_up(*names, timeout=30)
            lan.run("ip", "link", "set", "lan", "down")
            began = time.time()
            daemon.wait_down(*names, timeout=4 * INTERVAL)
            scatter(sim)
            daemon.wait(lambda: time.time() - began > DARK, "the router", DARK)
            back = time.time()
            lan.run("ip", "link", "set", "lan", "up")
            daemon.wait_up(*names, timeout=60)
            page = daemon.cycles(1)
            late = {}
            for n, name in enumerate(names):
                first = min(t for t, up in daemon.csv("kasa", name, "up")
                            if up == 1 and t > back)
                power = page.get_one("kasa_power", kasa=name)
                assert power == 10 + n, (name, power)
                if first - back > 2 * INTERVAL:
                    late[name] = first - back
            assert not late
            assert page.names() == set(names)
