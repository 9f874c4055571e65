# SPDX-License-Identifier: MIT
"""Twenty thousand failures within seconds, as when a switch dies under a house
of thousands: people can ask, the queue keeps its bounds, the stop is quick,
and nothing is lost over it."""

import socket
import time

import clock
from alerting import Collectd, until
from collectd import SLOWNESS

MANY = 20000


def flood(daemon, count, first=0):
    """Sends them without waiting for each answer."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(60)
        s.connect(daemon.base + "/sock")
        f = s.makefile("rw", encoding="utf-8")
        for begin in range(first, first + count, 200):
            n = min(200, first + count - begin)
            for i in range(begin, begin + n):
                f.write(f'PUTNOTIF severity=failure time={int(time.time())} '
                        f'host="tester" plugin="raid" plugin_instance="d{i}" '
                        'type="state" message="degraded"\n')
            f.flush()
            for _ in range(n):
                assert f.readline().startswith("0 ")


def test_a_burst_is_answered_bounded_stopped_and_kept():
    with Collectd("", channels=("mail", "phone", "chat"), thresholds="",
                  interval=10) as daemon:
        for channel in ("phone", "chat"):
            daemon.mode(channel, "retry")
        flood(daemon, MANY)
        watch = clock.Patience(0)
        status = daemon.ask(command="status")
        waited = watch.took()
        assert status["ok"], status
        assert waited < SLOWNESS, waited
        for channel in status["channels"]:
            assert channel["queued"] <= 1001, channel
        stopped = daemon.stop()
        assert stopped < SLOWNESS, stopped
        daemon.start()
        status = until(lambda: (s := daemon.ask(command="status"))["open"]
                       >= MANY and s, daemon, 90)
        assert status["open"] <= MANY + 4, status  # and our own
        rows = daemon.ask(command="queue")["rows"]
        for name in ("phone", "chat"):
            of = [r for r in rows
                  if r["channel"] == name and r["state"] == "queued"]
            assert 900 < len(of) <= 1000
            more = [r for r in of if " more alerts" in r["title"]]
            assert more and "Worst: d" in more[-1]["title"], of[-1]
            told = sum(int(r["title"].split(": ")[1].split(" more")[0]
                           .replace(" ", "")) for r in more)
            assert told + len(of) - len(more) >= MANY, (told, len(of))
