# SPDX-License-Identifier: MIT
"""Why a device cannot be read: as it is in the way that the device speaks, not
as it would be in another that is tried after that."""

import os
import subprocess

import pytest

from all_transports import ACCOUNT
from collectd import BUILD, Collectd, device
from klap_tpap import PASSWORD, USER
from sim import Sim

pytestmark = pytest.mark.takes(80)

PLACE = "127.77.12.1"
HTTP = ["klap", "tpap"]
TAKEN = {"fault": "http_status", "status": 403}
WHERE = {"klap": "/request", "tpap": "/ds"}


def house(transport):
    """Another client takes each session at once."""
    return [{"alias": "Shared", "addr": PLACE, "transport": transport,
             "load": 82, "tpap_iterations": 100,
             "fault": {**TAKEN, "at": WHERE[transport]}}]


def read(tmp_path, *words):
    (tmp_path / "password").write_text(PASSWORD + "\n")
    (tmp_path / "password").chmod(0o600)
    run = subprocess.run(
        [os.path.join(BUILD, "kasactl"), "read", PLACE, "--username", USER,
         "--password-file", str(tmp_path / "password"), *words],
        capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL)
    return run, " ".join(run.stdout.split())


@pytest.mark.parametrize("transport", HTTP)
def test_a_session_that_is_taken_away_is_not_the_accounts_fault(tmp_path,
                                                                transport):
    with Sim(house(transport)) as sim:
        for _ in range(3):
            run, text = read(tmp_path)
            assert run.returncode == 1
            assert f"via {transport}" in text, text
            assert "session" in text and "check the password" not in text
        sim.fault("Shared", "none")
        run, text = read(tmp_path)
        assert run.returncode == 0 and "82" in text, text


@pytest.mark.parametrize("transport", HTTP)
def test_nor_when_it_goes_on_for_long(transport):
    """Other ways are tried by then, and the account is not blamed for what they
    meet. It is read again as soon as it can be."""
    with Sim(house(transport)) as sim:
        config = (ACCOUNT + "Discovery false\nTimeout 1\n" + device(PLACE))
        with Collectd(config, discover=False) as daemon:
            daemon.wait_line("does not answer: ")
            page = daemon.cycles(10)
            assert not daemon.ours("check the password")
            assert page.get_one("kasa_failures_total", kasa=PLACE,
                                type="auth") in (0, None)
            sim.fault("Shared", "none")
            daemon.wait_up("Shared", timeout=20)
