# SPDX-License-Identifier: MIT
"""Devices behind TLS: certificates are anybody's, as real devices sign their
own; only who claims one of TP-Link's is held to it, and nothing is told to
those that cannot show it. (That the right root lets them in is
tests/unit/device/check_http_client.c's and check_tpap_tls.c's: nobody here has TP-Link's.)"""

from leaks import Watched
from all_transports import ACCOUNT
from collectd import SLOWNESS
from faulty_devices import INTERVAL, failures, lines_of
from sim import Sim

# Nobody is silent here, and logins cost a busy machine time: no device may seem
# slow that is only waiting for its turn.
CONFIG = f"Timeout {10 * SLOWNESS}\nDiscoveryInterval 2\n"

HOUSE = [
    {"alias": "KLAP, TLS", "transport": "klap", "https": True, "load": 11},
    {"alias": "TPAP, TLS", "transport": "tpap", "https": True, "tpap_tls": 1,
     "tpap_iterations": 50, "load": 12},
    {"alias": "Impostor", "transport": "tpap", "https": True, "tpap_tls": 2,
     "tpap_iterations": 50, "load": 13},
    {"alias": "TPAP, plain", "transport": "tpap", "tpap_iterations": 50,
     "load": 14},
]


def test_certificates_count_where_they_are_claimed():
    house = [{**d, "addr": f"127.77.80.{i + 1}"} for i, d in enumerate(HOUSE)]
    with Sim(house) as sim:
        with Watched(sim, ACCOUNT + CONFIG, interval=INTERVAL) as daemon:
            daemon.wait_up("KLAP, TLS", "TPAP, TLS", "TPAP, plain", timeout=30)
            page = daemon.cycles(4)
            for name, watts in (("KLAP, TLS", 11), ("TPAP, TLS", 12),
                                ("TPAP, plain", 14)):
                assert page.get_one("kasa_up", kasa=name) == 1
                assert page.get_one("kasa_power", kasa=name) == watts
                assert not any(failures(page, name).values())
            stats = {s["addr"]: s for s in sim.stats()}
            genuine, impostor = stats["127.77.80.2"], stats["127.77.80.3"]
            assert genuine["handshakes"] == 1 and genuine["accepted"] == 1
            # it was asked who it is, and no login was ever begun
            assert impostor["handshakes"] == 0 and impostor["accepted"] > 1
            lines = lines_of(daemon, r"\S*")
            assert any("its TLS certificate was not issued by TP-Link" in line
                       for line in lines), lines
