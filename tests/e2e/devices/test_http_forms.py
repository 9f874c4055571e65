# SPDX-License-Identifier: MIT
"""Forms of HTTP that other firmware, or a box in between, may use: each is
understood by each transport, costs no new login, and leaves no trace."""

import pytest

from all_transports import ACCOUNT
from collectd import SLOWNESS
from faulty_devices import failures, lines_of
from leaks import Watched
from sim import Sim

pytestmark = pytest.mark.takes(40)

INTERVAL = 2 if SLOWNESS == 1 else 5
HTTP = ("klap", "aes", "tpap")
FORMS = [
    "chunked", "continue", "upper", "lower", "folded", "until_closed", "old",
    "blanks", "twice", "attributes", "several", "longer", "unannounced_end",
    "line_feeds"]
CASES = [(t, f) for t in HTTP for f in FORMS]


@pytest.fixture(scope="module", name="ward")
def fixture_ward():
    names = {c: f"Patient {i}x" for i, c in enumerate(CASES)}
    house = [{"alias": name, "transport": transport, "load": 61.753,
              "volts": 230, "tpap_iterations": 50,
              "fault": {"fault": "http_form", "form": form}}
             for (transport, form), name in names.items()]
    with Sim(house) as sim:
        with Watched(sim, f"{ACCOUNT}Retries 0\n",
                     interval=INTERVAL) as daemon:
            daemon.wait_up(*names.values(), timeout=30)
            daemon.cycles(1)
            sim.stats(reset=True)
            page = daemon.cycles(4)
            stats = {s["addr"]: s for s in sim.stats()}
            addresses = {d["alias"]: d["addr"] for d in sim.truth()}
            yield names, daemon, page, {n: stats[a]
                                        for n, a in addresses.items()}


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_another_form_of_http_is_understood(ward, case):
    names, daemon, page, stats = ward
    name = names[case]
    assert page.get_one("kasa_power", kasa=name) == 61.753
    assert page.get_one("kasa_voltage", kasa=name) == 230
    assert not lines_of(daemon, name)
    states = [v for _, v in daemon.csv("kasa", name, "up")]
    assert 0 not in states[states.index(1):]
    assert not any(failures(page, name).values())
    assert stats[name]["handshakes"] == 0 and stats[name]["requests"] >= 3
