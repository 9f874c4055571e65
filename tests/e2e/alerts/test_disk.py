# SPDX-License-Identifier: MIT
"""A state folder in trouble, for real: full, read only, deleted, corrupt, locked
by a stranger, at the start and while running. Alerts go on being delivered and
none is lost. (A disk that turns read only or fails under an open file is
check_alert_core.c's.)"""

import os
import sqlite3
import time

import pytest

import clock
from alerting import Collectd, listens
from collectd import wait
from mounts import Mounted, private_mounts

pytestmark = pytest.mark.takes(35)

QUICK = "  RecoverAfter 1\n"


@pytest.fixture(name="own_mounts", scope="module", autouse=True)
def _own_mounts():
    private_mounts()


def stored(c):
    return c.ask(command="status")["store"]


def firing(c):
    return len(c.ask(command="list")["alerts"])


def test_a_disk_that_fills_up():
    c = Collectd(QUICK)
    with Mounted(c.base + "/state", "size=1m,mode=0700") as disk, c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        with open(disk.path + "/stranger", "wb") as file:
            with pytest.raises(OSError):
                while True:
                    file.write(b"\0" * 65536)
                    file.flush()
        for i in range(60):  # beyond the reserve as well
            c.put(f"Plug {i}", "power", 1900)
        # said by an alert of its own, and everything is delivered
        wait(lambda: {f"Plug {i}" for i in range(60)} <= {
            m["device"] for m in c.sent()}, "all alerts", 30, c.log)
        wait(lambda: stored(c) != "on disk", "it is noticed", 10, c.log)
        assert "state cannot be written" in c.log()
        c.put("Freezer", "power", 90, time.time() + 1)
        wait(lambda: ("Freezer", "resolved") in {
            (m["device"], m["kind"]) for m in c.sent()}, "its recovery", 15,
            c.log)
        os.unlink(disk.path + "/stranger")
        disk.remount("size=64m")
        wait(lambda: stored(c) == "on disk", "written again", 60, c.log)
        told = len(c.sent())
        c.restart()  # nothing was forgotten
        assert {f"Plug {i}" for i in range(60)} <= {
            a["device"] for a in c.ask(command="list")["alerts"]}
        assert [m["kind"] for m in c.sent()[told:]].count("firing") == 0


def test_read_only_at_the_start():
    c = Collectd(QUICK)
    with Mounted(c.base + "/state", "size=4m,mode=0700,ro"), c:
        assert stored(c) == "in memory only"
        c.put("Freezer", "power", 1900)
        wait(lambda: "Freezer" in {m["device"] for m in c.sent()},
             "the alert", 15, c.log)
        c.put("Freezer", "power", 90, time.time() + 1)
        wait(lambda: ("Freezer", "resolved") in {
            (m["device"], m["kind"]) for m in c.sent()}, "its recovery", 15,
            c.log)
        # one alert about ourselves tells people
        wait(lambda: [m for m in c.sent() if "recorded" in m["body"]
                      or "written" in m["body"]], "our own trouble", 15, c.log)
        assert "delivered but not recorded" in c.log()


def told(c):
    """{(device, kind)} of what people got."""
    return {(m["device"], m["kind"]) for m in c.sent()}


def test_read_only_at_a_restart_forgets_nothing():
    c = Collectd(QUICK)
    with Mounted(c.base + "/state", "size=4m,mode=0700") as disk, c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.stop()
        disk.remount("ro")
        c.start()
        assert stored(c) == "in memory only"
        assert [a["device"] for a in c.ask(command="list")["alerts"]
                if a["plugin"] == "kasa"] == ["Freezer"]
        c.put("Freezer", "power", 90, time.time() + 1)
        wait(lambda: ("Freezer", "resolved") in told(c), "its recovery", 15,
             c.log)
        assert len([m for m in c.sent() if m["device"] == "Freezer"]) == 2
        disk.remount("rw")
        wait(lambda: stored(c) == "on disk", "written again", 60, c.log)


def test_deleted_while_running():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        for name in os.listdir(c.base + "/state"):
            os.unlink(f"{c.base}/state/{name}")
        c.put("Heater", "power", 1900)
        wait(lambda: ("Heater", "firing") in told(c), "the alert", 15, c.log)
        c.kill()  # at once: it must be on the disk by now
        c.start()
        assert {a["device"] for a in c.ask(command="list")["alerts"]} == {
            "Freezer", "Heater"}
        for plug in ("Freezer", "Heater"):
            c.put(plug, "power", 90)
        wait(lambda: {("Freezer", "resolved"), ("Heater", "resolved")}
             <= told(c), "the recoveries", 15, c.log)
        # killed between sending and writing that down it is sent once more, marked
        assert len([m for m in c.sent() if not m["ambiguous"]]) == 4


def test_corrupt_while_running():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        size = os.path.getsize(c.base + "/state/alerts.db")
        with open(c.base + "/state/alerts.db", "r+b") as file:
            file.write(b"not a page of a database " * (size // 25 + 1))
        for plug in ("Heater", "Washer"):
            c.put(plug, "power", 1900)
            wait(lambda n=plug: (n, "firing") in told(c), plug, 15, c.log)
        c.ask(command="history")
        c.put("Freezer", "power", 90, time.time() + 1)
        wait(lambda: ("Freezer", "resolved") in told(c), "its recovery", 15,
             c.log)
        c.restart()
        c.put("Heater", "power", 1900)
        c.put("Dryer", "power", 1900)
        wait(lambda: ("Dryer", "firing") in told(c), "after the restart", 15,
             c.log)
        assert stored(c) == "on disk"


def test_locked_at_the_start():
    """While a stranger holds the whole database, notifications wait."""
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.stop()
        stranger = sqlite3.connect(c.base + "/state/alerts.db",
                                   isolation_level=None)
        stranger.execute("PRAGMA locking_mode=EXCLUSIVE")
        stranger.execute("BEGIN EXCLUSIVE")
        for name in ("control", "sock"):
            if os.path.exists(f"{c.base}/{name}"):
                os.unlink(f"{c.base}/{name}")
        c.start(wait=False)
        wait(lambda: listens(c.base + "/sock"), "collectd is up", 20, c.log)
        c.put("Freezer", "power", 90)
        c.put("Heater", "power", 1900)
        time.sleep(2)
        assert len(c.sent()) == 1
        stranger.execute("ROLLBACK")
        stranger.close()
        wait(lambda: {("Freezer", "resolved"), ("Heater", "firing")}
             <= told(c), "what had waited", 40, c.log)
        assert stored(c) == "on disk" and len(c.sent()) == 3


def test_locked_by_a_stranger_for_ten_seconds():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        stranger = sqlite3.connect(c.base + "/state/alerts.db",
                                   isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        began, watch = time.monotonic(), clock.Patience(0)
        c.put("Heater", "power", 1900)  # collectd itself never waits
        assert watch.took() < 2
        wait(lambda: "Heater" in {m["device"] for m in c.sent()},
             "the alert in spite of it", 25, c.log)
        wait(lambda: time.monotonic() - began > 10, "ten seconds", 20)
        stranger.execute("ROLLBACK")
        stranger.close()
        wait(lambda: stored(c) == "on disk", "recorded again", 60, c.log)
        c.restart()
        assert {a["device"] for a in c.ask(command="list")["alerts"]} >= {
            "Freezer", "Heater"}
        assert len([m for m in c.sent() if m["kind"] == "firing"
                    and m["device"] in ("Freezer", "Heater")]) == 2
