# SPDX-License-Identifier: MIT
"""Devices behind TLS: certificates are anybody's, as real devices sign their
own; only who claims one of TP-Link's is held to it, and nothing is told to
those that cannot show it. (That the right root lets them in is
tests/unit/device/check_http_client.c's and check_tpap_tls.c's: nobody here has TP-Link's.)"""

import subprocess

import pytest

from leaks import Watched
from all_transports import ACCOUNT
from collectd import SLOWNESS, Collectd
from faulty_devices import INTERVAL, failures, lines_of
from rogue import Rogue
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


# -- what a handshake may cost


PLACE = "127.201.9.9"


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("offers,agreed", [
    (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], False),
    (["-tls1_3", "-groups", "ffdhe8192"], False),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], True)],
    ids=["DHE", "ffdhe", "ECDHE"])
def test_a_group_as_large_as_the_device_likes_is_not_computed_with(
        tmp_path, offers, agreed):
    """The handshake is computed in the thread that polls all devices."""
    pytest.importorskip("cryptography", reason="cryptography is not installed")
    key, cert = tmp_path / "key", tmp_path / "cert"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=device", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    with Rogue(PLACE) as rogue:
        rogue.scheme = {"encrypt_type": "KLAP", "http_port": 4433, "lv": 2,
                        "is_support_https": True}
        command = ["openssl", "s_server", "-accept", f"{PLACE}:4433", "-key",
                   key, "-cert", cert, *offers]
        with open(tmp_path / "said", "wb") as out, subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=out,
                stderr=out) as server:
            try:
                config = ACCOUNT + (f'DiscoveryTarget "{PLACE}"\n'
                                    "DiscoveryTimeout 0.5\nTimeout 2\n")
                with Collectd(config, discover=False) as daemon:
                    if agreed:
                        daemon.wait(lambda: b"CIPHER is" in (
                            tmp_path / "said").read_bytes(), "a handshake")
                    else:
                        daemon.wait_line("does not speak TLS as expected")
            finally:
                server.kill()
        said = (tmp_path / "said").read_bytes()
        assert (b"CIPHER is" in said) == agreed, said
