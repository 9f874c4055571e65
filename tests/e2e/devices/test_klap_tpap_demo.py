# SPDX-License-Identifier: MIT
"""The house that run.sh --simulate shows."""

import json

from collectd import SLOWNESS
from leaks import Watched
from all_transports import ACCOUNT
from sim import Sim


def test_the_demo_house_is_read_but_for_the_pump():
    with Sim(demo=True, args=["--http-port", "28080"]) as sim:
        with Watched(sim, f"{ACCOUNT}Timeout {SLOWNESS}\n") as daemon:
            truth = [d for d in sim.truth() if d["transport"] != "none"]
            names = {d["alias"] for d in truth} - {"Garden pump"}
            daemon.wait_up(*names, timeout=20)
            assert len(names) == 22
            assert {d["transport"] for d in truth} == {"xor", "klap", "aes",
                                                       "tpap"}
            found = json.loads(daemon.kasactl(
                "discover", "--json", "--target", "127.255.255.255"))
            assert {d["transport"] for d in found["devices"]} == {
                "xor", "klap", "aes", "tpap"}
            assert len(found["unsupported"]) == 2
