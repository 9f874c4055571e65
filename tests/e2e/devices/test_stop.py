# SPDX-License-Identifier: MIT
"""collectd stops within one second whatever the devices do, and under -T it
completes the first cycle before it stops."""

import os
import socket
import subprocess

import pytest

from collectd import SLOWNESS, Collectd, wait
from all_transports import ACCOUNT
from sim import Sim

HALF = [{"alias": f"Silent {i}", "kind": "plug", "fault": "silence"}
        for i in range(20)]
HALF += [{"alias": f"Dead {i}", "kind": "plug", "fault": "drop"}
         for i in range(20)]
HALF += [{"alias": f"Slow {i}", "kind": "strip",
          "fault": {"fault": "drip", "interval": 50}} for i in range(5)]
HALF += [{"alias": f"Good {i}", "kind": "plug"} for i in range(5)]


def stops_at_once(daemon):
    assert daemon.stop() == 0, daemon.tail()
    assert daemon.stop_seconds < 1 * SLOWNESS, daemon.stop_seconds


def test_in_mid_cycle_with_silent_devices():
    with Sim(HALF) as sim:
        with Collectd("Timeout 30\nRetries 3\n") as daemon:
            daemon.wait(lambda: sum(
                d["max_unanswered"] for d in sim.stats()) >= 30,
                "requests to be under way", 20)
            daemon.wait_up("Good 0")
            stops_at_once(daemon)


def test_while_attempts_pause():
    with Sim(HALF) as _:
        with Collectd("Timeout 0.3\nRetries 1\nRetryDelay 60\n") as daemon:
            daemon.wait_up("Good 0")
            daemon.cycles(1)
            stops_at_once(daemon)


def test_while_passwords_are_worked_on():
    house = [{"alias": f"Login {i}", "transport": "tpap",
              "fault": {"fault": "iterations", "n": 100000 // SLOWNESS}}
             for i in range(60)]
    with Sim(house) as sim:
        with Collectd(ACCOUNT) as daemon:
            daemon.wait(lambda: sum(
                d["handshakes"] for d in sim.stats()) >= 30, "logins", 20)
            stops_at_once(daemon)


def test_during_the_first_discovery():
    house = [{"alias": "Shy", "fault": "udp_silent"}]
    with Sim(house) as sim:
        with Collectd("DiscoveryTimeout 60\nDiscoveryPackets 20\n") as daemon:
            daemon.wait(lambda: sim.stats()[0]["udp_probes"], "a probe")
            stops_at_once(daemon)


def test_right_after_the_start():
    with Sim(count=50) as _:
        with Collectd() as daemon:
            daemon.wait_line("entering read-loop")
            stops_at_once(daemon)


def test_without_any_network_or_device():
    with Collectd('DiscoveryTarget "192.0.2.255"\n', interval=0.5) as daemon:
        daemon.cycles(1)
        assert daemon.page().get_one("kasa_total_devices",
                                     kasa_total="known") == 0
        stops_at_once(daemon)


def test_during_a_flood_of_answers():
    with Sim(count=20) as sim:
        with Collectd() as daemon:
            daemon.wait_up("Plug 0001", "Plug 0020")
            sim.forge(200000)
            daemon.wait(lambda: sim.totals()["forged"] > 2000, "a flood")
            stops_at_once(daemon)


@pytest.fixture(name="mute_server")
def fixture_mute_server(tmp_path):
    """A name server that never answers, and the command that makes a process
    ask it."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a process another resolv.conf")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind(("127.0.0.53", 53))
        except OSError:
            pytest.skip("port 53 of loopback is taken")
        server.settimeout(20 * SLOWNESS)
        conf = tmp_path / "resolv.conf"
        conf.write_text("nameserver 127.0.0.53\noptions timeout:30\n")
        switch = tmp_path / "nsswitch.conf"
        switch.write_text("hosts: dns\n")
        script = (f'mount --bind {conf} /etc/resolv.conf && '
                  f'if [ -e /etc/nsswitch.conf ]; then '
                  f'mount --bind {switch} /etc/nsswitch.conf; fi && '
                  'exec "$@"')
        wrap = ["unshare", "-m", "sh", "-c", script, "sh"]
        if subprocess.run([*wrap, "true"], check=False,
                          capture_output=True).returncode:
            pytest.skip("this machine does not permit mounts")
        yield server, wrap


def test_while_the_name_server_hangs(mute_server):
    server, wrap = mute_server
    with Sim([{"alias": "Good", "kind": "plug"}]) as _:
        config = ('<Device "plug.example.net">\n  Name "By name"\n</Device>\n'
                  '<Device "other.example.net">\n</Device>\n')
        with Collectd(config, wrap=wrap) as daemon:
            question = server.recv(512)
            assert b"example" in question
            # nobody waits for the name server
            daemon.wait_up("Good")
            daemon.wait_down("By name", "other.example.net")
            stops_at_once(daemon)


def test_t_completes_the_first_cycle():
    house = [{"alias": f"Plug {i}", "kind": "plug"} for i in range(10)]
    house += [{"alias": f"Strip {i}", "kind": "strip"} for i in range(3)]
    house += [{"alias": "Late", "kind": "plug",
               "fault": {"fault": "delay", "ms": 700}},
              {"alias": "Dead", "kind": "plug", "fault": "drop"}]
    with Sim(house) as sim:
        daemon = Collectd("Timeout 1\nRetries 0\n")
        try:
            assert daemon.run_once() == 0
            daemon.verify()
            asked = {d["addr"]: d for d in sim.stats()}
            for d in sim.truth():
                stats = asked[d["addr"]]
                if d["alias"] == "Dead":
                    continue
                assert stats["replies"] >= (7 if d["plugs"] else 2), d
                assert "emeter.get_realtime" in stats["asked"], d
            # collectd itself throws away what is queued when it ends, but
            # what came earlier is there
            written = {n for n in asked if daemon.csv(
                "kasa", sim.device(n)["alias"], "up")}
            assert len(written) > len(asked) / 2
            assert daemon.ours("Dead .*does not answer")
        finally:
            daemon.remove()


def test_an_interrupt_is_as_good():
    with Sim(HALF[:3]) as _:
        with Collectd("Timeout 30\n") as daemon:
            daemon.wait_line("entering read-loop")
            process = daemon.process
            assert daemon.stop(how=2) == 0
            assert daemon.stop_seconds < 1 * SLOWNESS
            wait(lambda: process.returncode is not None, "its end")
