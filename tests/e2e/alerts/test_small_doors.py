# SPDX-License-Identifier: MIT
"""What somebody on the same machine can do to the daemon without a right to:
take its descriptors, lay links in its state directory, own that directory."""

import os
import resource
import socket
import stat
import time

import pytest

from alerting import Collectd, until

pytestmark = pytest.mark.plain

WATCHED = 3  # seconds in which a thread that spins shows


def busy(pid):
    """Seconds that each thread ran or stood in line for a processor: one that
    spins does so all the time, however little it gets."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="utf-8") as file:
            ran, waited, _ = map(int, file.read().split())
        found[task] = (ran + waited) / 1e9
    return found


def load(pid):
    """Of the busiest thread, 0 to 1."""
    before, began = busy(pid), time.monotonic()
    time.sleep(WATCHED)
    passed = time.monotonic() - began
    return max((now - before.get(task, now)) / passed for task, now in busy(pid).items())


def allow(pid, files):
    """So many descriptors; the limit before."""
    _, hard = before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (files, hard))
    return before


def first_free(pid):
    """The lowest of many looks: what is open for a moment only is free again
    when it matters."""
    looks = [set(map(int, os.listdir(f"/proc/{pid}/fd"))) for _ in range(200)]
    return min(next(n for n in range(4096) if n not in taken) for taken in looks)


def is_told(daemon, device="Freezer"):
    return any(m["device"] == device for m in daemon.sent())


@pytest.mark.parametrize("few", [False, True], ids=["none left", "fewer than watched"])
def test_without_descriptors_it_neither_spins_nor_forgets(few):
    daemon = Collectd("", interval=10)
    # a thread of collectd's own that ends looks for it, and aborts without
    daemon.env = {"LD_PRELOAD": "libgcc_s.so.1"}
    with daemon:
        pid = daemon.process.pid
        # collectd's own socket does not come back: one connection is kept
        with socket.socket(socket.AF_UNIX) as told, socket.socket(socket.AF_UNIX) as asks:
            told.connect(daemon.base + "/sock")
            told.sendall(b"LISTVAL\n")
            assert told.recv(4096)
            before = allow(pid, 4 if few else first_free(pid))
            asks.connect(daemon.base + "/control")
            assert load(pid) < 0.6
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
            told.sendall(b'PUTNOTIF severity=failure time=%d host="tester" plugin="raid" plugin_instance="d1" '
                         b'type="state" message="degraded"\n' % time.time())
            until(lambda: is_told(daemon, "d1"), daemon, 60)
        assert daemon.ask(command="status")["ok"]


def laid(daemon, name, victim):
    folder = daemon.base + "/state"
    os.makedirs(folder, 0o700, exist_ok=True)
    os.symlink(victim, f"{folder}/{name}")


@pytest.mark.parametrize("there", [True, False], ids=["there", "to be made"])
@pytest.mark.parametrize("name", ["ballast", "lock", "alerts.db", "alerts.db-wal", "alerts.db-shm"])
def test_a_link_in_the_state_directory_is_not_followed(name, there, tmp_path):
    victim = tmp_path / "victim"
    if there:
        victim.write_text("mine")
    daemon = Collectd("", interval=10)
    laid(daemon, name, victim)
    with daemon:
        daemon.notify_range("Freezer", True)
        until(lambda: is_told(daemon), daemon)
    assert victim.exists() == there
    assert not there or victim.read_text() == "mine"


@pytest.mark.parametrize("mode, words", [
    (0o777, ["can be written by others (mode 0777)"]),
    (0o775, ["can be written by others (mode 0775)"]),
    (0o700, []), (0o750, [])], ids=["0777", "0775", "0700", "0750"])
def test_a_state_directory_that_others_can_write_to_is_warned_about(mode, words):
    daemon = Collectd("", interval=10)
    os.mkdir(daemon.base + "/state")
    os.chmod(daemon.base + "/state", mode)
    with daemon:
        daemon.notify_range("Freezer", True)
        until(lambda: is_told(daemon), daemon)
        log = daemon.log()
        assert ("written by others" in log) == bool(words), log
        for word in words:
            assert word in log, log
        for name in os.listdir(daemon.base + "/state"):
            its = stat.S_IMODE(os.stat(f"{daemon.base}/state/{name}").st_mode)
            assert its & 0o077 == 0, (name, oct(its))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_state_directory_of_another_user_is_warned_about():
    daemon = Collectd("", interval=10)
    os.mkdir(daemon.base + "/state", 0o700)
    os.chown(daemon.base + "/state", 65534, 65534)
    with daemon:
        daemon.notify_range("Freezer", True)
        until(lambda: is_told(daemon), daemon)
        assert "belongs to another user" in daemon.log()


@pytest.mark.parametrize("length", [62, 63, 64, 65, 200])
def test_a_name_of_a_channel_is_whole_or_refused(length, tmp_path):
    """Of the longest that is taken, people are told; a longer one is a mistake
    and not a channel that is never told."""
    name, out = "n" * length, tmp_path / "out"
    options = (f'  <Channel file "{name}">\n    Path "{out}"\n    MinLevel info\n  </Channel>\n')
    with Collectd(options, interval=10) as daemon:
        daemon.notify_range("Freezer", True)
        until(lambda: is_told(daemon), daemon)
        if length > 64:
            assert "is at most 64 bytes" in daemon.log() and not out.exists()
            return
        until(lambda: out.exists() and "firing" in out.read_text(), daemon)
        daemon.restart()
        assert "no longer configured" not in daemon.log()
