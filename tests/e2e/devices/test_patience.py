# SPDX-License-Identifier: MIT
"""How devices are asked for the first time, and while they do not answer."""

import time

import pytest

from collectd import Collectd, Key, device
from klap_tpap import PASSWORD, USER
from moving import SteppedClock
from sim import Sim

pytestmark = pytest.mark.takes(80)


def test_the_first_request_is_sysinfo_alone():
    house = [{"alias": "Plug", "kind": "plug", "quirks": {
        "crash_above": 29, "reboot_s": 60}},
        {"alias": "Bulb", "kind": "bulb", "quirks": {
            "crash_above": 29, "reboot_s": 60}}]
    # the second request, with the meter, is too long for these: they are gone
    with Sim(house) as sim:
        addresses = [d["addr"] for d in sim.truth()]
        config = "Discovery false\nTimeout 0.3\nRetries 0\n" + "".join(
            device(a) for a in addresses)
        with Collectd(config, discover=False) as daemon:
            daemon.wait(lambda: all(d["requests"] >= 2 for d in sim.stats()),
                        "a second request")
            for stats in sim.stats():
                # the first one was short enough, and so was answered
                assert stats["replies"] == 1, stats
                assert stats["requests"] == 2, stats


def test_a_slow_device_is_waited_for():
    """2.5 s for each exchange, and nothing said about it."""
    slow = {"fault": "delay", "ms": 2500}
    with Sim([{"alias": "Weak", "kind": "plug", "load": 7, "fault": slow},
              {"alias": "Weaker", "transport": "klap", "load": 8,
               "fault": slow}]):
        config = f'Username "{USER}"\nPassword "{PASSWORD}"\n'
        with Collectd(config, interval=15) as daemon:
            page = daemon.wait_up("Weak", "Weaker", timeout=60)
            for name in "Weak", "Weaker":
                assert page.get_one("kasa_failures_total", kasa=name,
                                    type="timeout") == 0


def test_a_device_that_stays_away_is_asked_once_per_interval():
    with Sim([{"alias": "Good", "kind": "plug"},
              {"alias": "Mute", "kind": "plug"}]) as sim:
        config = "Timeout 0.2\nRetries 3\nRetryDelay 0.01\n"
        with Collectd(config) as daemon:
            daemon.wait_up("Good", "Mute")
            sim.fault("Mute", "silence")
            daemon.wait_down("Mute")
            # four attempts in the first cycle, then one in each
            daemon.cycles(1)
            first = sim.stats("Mute", reset=True)[0]["requests"]
            begin = daemon.stamp()
            page = daemon.cycles(4)
            ends = [t for t, _ in daemon.csv("kasa_total", "",
                                             "poll_duration") if t > begin]
            assert first >= 4
            asked = sim.stats("Mute")[0]["requests"]
            assert abs(asked - len(ends)) <= 2, (asked, ends)
            assert page[Key("collectd_kasa_up", kasa="Mute")] == 0


def test_an_overrun_is_said_once_and_names_the_slow():
    house = [{"alias": f"Good {i}", "kind": "plug"} for i in range(3)]
    house += [{"alias": "Tortoise", "kind": "plug",
               "fault": {"fault": "delay", "ms": 2600}}]
    with Sim(house) as sim:
        with Collectd("Timeout 8\n") as daemon:
            daemon.wait_up("Tortoise", timeout=20)
            daemon.wait_line("polling takes longer")
            daemon.cycles(6)
            line, = daemon.lines("polling takes longer")
            assert "Tortoise" in line and "interval of 1 s" in line
            assert "Good" not in line
            # nobody waited, and the slow one delivers at its own pace
            rows = daemon.csv("kasa", "Good 1", "up")
            assert all(b[0] - a[0] < 1.9 for a, b in zip(rows[1:], rows[2:]))
            assert daemon.page()[Key("collectd_kasa_up", kasa="Tortoise")] == 1
            # back in time, and slow again: that is news
            sim.fault("Tortoise", "none")
            daemon.cycles(3)
            sim.fault("Tortoise", "delay", ms=2600)
            daemon.wait_line("polling takes longer", count=2)


def test_who_does_not_hear_the_first_search_is_found_soon_after():
    """And not with the next regular one, five minutes later."""
    with Sim([{"alias": "Rock", "kind": "plug"},
              {"alias": "Late", "kind": "plug", "fault": "udp_silent"}]) as sim:
        with Collectd("DiscoveryPackets 1\n") as daemon:
            daemon.wait_up("Rock")
            daemon.cycles(1)
            assert daemon.page().names() == {"Rock"}
            sim.fault("Late", "none")
            daemon.wait_up("Late", timeout=30)
            # and there it ends
            asked = sim.stats("Late")[0]["udp_probes"]
            daemon.cycles(12)
            assert sim.stats("Late")[0]["udp_probes"] == asked


@pytest.mark.plain
def test_a_search_that_takes_half_a_minute_keeps_nobody_waiting(tmp_path):
    """The next one, which follows soon after the very first, waits for its end."""
    clock = SteppedClock(tmp_path, time.time())
    with Sim([{"alias": "Plug", "kind": "plug", "load": 7}]):
        with Collectd("DiscoveryTimeout 30\n", interval=5, env=clock.environment) as daemon:
            daemon.wait_up("Plug")
            for _ in range(12):
                before = clock.now()
                clock.step(5)
                daemon.wait(lambda: daemon.listval().get("tester/kasa-Plug/power", 0) > before - 1,
                            "a reading", 30)


def test_who_does_not_answer_is_not_called_slow():
    """Its attempts take longer than the interval by one transport and no time by
    the other, in turns; that it does not answer is said, once."""
    with Sim([{"alias": "Good", "kind": "plug"},
              {"alias": "Mute", "kind": "plug", "fault": "silence"}]) as sim:
        block = f'<Device "{sim.device("Mute")["addr"]}">\nName "Mute"\n</Device>\n'
        with Collectd("Timeout 2.5\nRetries 0\n" + block) as daemon:
            daemon.wait_up("Good")
            daemon.wait_line("Mute .* cannot be read")
            daemon.cycles(12)
            assert not daemon.lines("polling takes longer")
