# SPDX-License-Identifier: MIT
"""Web servers that hand out their answers byte by byte, or have no time."""

import pytest

from all_transports import ACCOUNT
from collectd import SLOWNESS
from faulty_devices import failures
from leaks import Watched
from sim import Sim

pytestmark = pytest.mark.takes(60)

INTERVAL = 1 if SLOWNESS == 1 else 4
HTTP = ("klap", "aes", "tpap")
NAMES = [f"By {t}" for t in HTTP]


def house(**fault):
    return [{"alias": f"By {t}", "transport": t, "load": 61.753, "volts": 230,
             "tpap_iterations": 50, **({"fault": fault} if fault else {})}
            for t in HTTP]


def test_answers_in_single_bytes_are_read():
    """Heads, cookies and sealed bodies of a login and of what comes after it,
    each byte a segment of its own."""
    with Sim(house(fault="drip", bytes=1, interval=1, count=6)) as sim:
        config = f"{ACCOUNT}Retries 0\nTimeout 30\n"
        with Watched(sim, config, interval=5 * INTERVAL) as daemon:
            daemon.wait_up(*NAMES, timeout=60)
            page = daemon.cycles(1)
            for name in NAMES:
                assert page.get_one("kasa_power", kasa=name) == 61.753
                assert page.get_one("kasa_voltage", kasa=name) == 230
                assert not any(failures(page, name).values()), name
                assert sim.stats(name)[0]["handshakes"] == 1, name


def test_a_server_that_is_busy_is_back_when_it_has_time():
    """503 with a Retry-After, for longer than a way in is trusted: other ways
    are tried meanwhile, and nobody is blamed for a wrong password."""
    with Sim(house()) as sim:
        config = f"{ACCOUNT}Timeout 1\nDiscoveryInterval 60\n"
        with Watched(sim, config, interval=INTERVAL) as daemon:
            daemon.wait_up(*NAMES, timeout=30)
            for name in NAMES:
                sim.fault(name, "http_status", status=503)
            daemon.wait_down(*NAMES)
            page = daemon.cycles(8)
            for name in NAMES:
                assert not failures(page, name)["auth"], name
                assert daemon.ours(f"{name} .*stopped answering: .*503"), name
            assert not daemon.ours("password")
            for name in NAMES:
                sim.fault(name, "none")
            polls = {n: len(daemon.csv("kasa", n, "up")) for n in NAMES}
            page = daemon.wait_up(*NAMES, timeout=20)
            for name in NAMES:
                states = [v for _, v in daemon.csv("kasa", name, "up")]
                assert states[polls[name] + 1:].count(0) <= 2, name
            page = daemon.cycles(1)
            for name in NAMES:
                assert page.get_one("kasa_power", kasa=name) == 61.753
