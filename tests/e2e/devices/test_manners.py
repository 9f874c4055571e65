# SPDX-License-Identifier: MIT
"""What devices are asked, by the simulator's own books: one thing at a time,
only what they have, no more often than needed, and never over UDP what may
crash them."""

import pytest

from collectd import Collectd
from sim import Sim

HOUSE = [
    {"alias": "New plug", "kind": "plug"},
    {"alias": "Old plug", "kind": "plug", "generation": 1},
    {"alias": "Plain", "kind": "plug", "meter": False,
     "quirks": {"no_meter": "crash", "no_module": "module"}},
    {"alias": "Switch", "kind": "switch", "quirks": {"no_meter": "crash"}},
    {"alias": "Hung switch", "kind": "switch", "quirks": {"no_meter": "hang"}},
    {"alias": "Dimmer", "kind": "dimmer", "quirks": {"no_meter": "close"}},
    {"alias": "Hall", "kind": "sensor", "quirks": {"no_meter": "crash"}},
    {"alias": "Strip", "kind": "strip"},
    {"alias": "Short ids", "kind": "strip", "quirks": {"short_ids": True}},
    {"alias": "Plain strip", "kind": "strip", "meter": False,
     "quirks": {"no_meter": "crash"}},
    {"alias": "Bulb", "kind": "bulb", "quirks": {
        "stall_above": 256, "crash_above": 350}},
    {"alias": "Old bulb", "kind": "bulb", "generation": 1},
    {"alias": "Glow", "kind": "lightstrip"},
    {"alias": "One piece", "kind": "plug", "quirks": {"one_segment": True}},
    {"alias": "One socket", "kind": "plug", "quirks": {"max_connections": 1}},
    {"alias": "One old socket", "kind": "plug", "generation": 1,
     "quirks": {"max_connections": 1}},
    {"alias": "Touchy", "kind": "plug", "quirks": {
        "udp_emeter_crash": True, "null_drops": True,
        "udp_other_port": True}},
]
METERED = {"New plug", "Old plug", "Bulb", "Old bulb", "Glow", "One piece",
           "One socket", "One old socket", "Touchy"}


@pytest.fixture(scope="module", name="books")
def fixture_books():
    """Statistics of the first poll, and of a time of ordinary cycles with how
    many those were."""
    with Sim(HOUSE) as sim:
        config = "DiscoveryInterval 1\nEnergyInterval 3600\n"
        with Collectd(config) as daemon:
            daemon.wait_up(*(d["alias"] for d in HOUSE))
            daemon.cycles(1)
            alias = {d["addr"]: d["alias"] for d in sim.truth()}
            before = {alias[d["addr"]]: d for d in sim.stats()}
            daemon.wait(lambda: polls(daemon) > 5, "cycles")
            since = daemon.csv("kasa", "New plug", "up")
            sim.stats(reset=True)
            count = len(daemon.csv("kasa", "New plug", "up"))
            daemon.wait(lambda: polls(daemon) >= count + 4, "4 more")
            after = {alias[d["addr"]]: d for d in sim.stats()}
            count = len(daemon.csv("kasa", "New plug", "up")) - count
            assert since
            failures = {k: v for k, v in daemon.page().items()
                        if k.name == "collectd_kasa_failures_total" and v}
            yield before, after, count, failures


def polls(daemon):
    return len(daemon.csv("kasa", "New plug", "up"))


def test_never_two_connections_or_requests_at_once(books):
    for when in books[:2]:
        for name, stats in when.items():
            assert stats["max_open"] <= 1, name
            assert stats["max_unanswered"] <= 1, name


def test_nothing_failed_and_every_request_was_well_formed(books):
    before, after, _, failures = books
    assert not failures
    for name in before:
        for when in (before, after):
            assert when[name]["bad_frames"] == 0, name
            assert when[name]["bad_requests"] == 0, name


def test_what_has_no_meter_is_never_asked_for_one(books):
    for when in books[:2]:
        for name, stats in when.items():
            asked = [a for a in stats["asked"] if "emeter" in a]
            if name in METERED or name in ("Strip", "Short ids"):
                assert asked, name
            else:
                assert not asked, name


def test_udp_carries_sysinfo_only(books):
    for when in books[:2]:
        for name, stats in when.items():
            assert set(stats["udp_asked"]) <= {"system.get_sysinfo"}, name
            assert stats["udp_probes"] > 0, name


def test_nothing_is_ever_changed_on_a_device(books):
    for when in books[:2]:
        for name, stats in when.items():
            for asked in stats["asked"]:
                method = asked.rsplit(".", 1)[1]
                assert method.startswith("get_"), (name, asked)


def test_one_round_trip_per_meter_and_cycle_strips_one_more_than_plugs(books):
    _, after, count, _ = books
    for name, stats in after.items():
        if name in ("Strip", "Short ids"):
            each = 7
        elif name == "Hall":
            each = 2  # its sensors ride along behind
        else:
            each = 1
        # a cycle may have been under way at either end
        assert abs(stats["requests"] - each * count) <= each, (
            name, stats["requests"], count)


def test_connections_are_kept_where_the_device_keeps_them(books):
    _, after, count, _ = books
    assert after["New plug"]["accepted"] == 0
    assert after["Strip"]["accepted"] == 0
    assert abs(after["Old plug"]["accepted"] - count) <= 1
