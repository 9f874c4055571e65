# SPDX-License-Identifier: MIT
"""What kasactl answers when what was typed cannot work, in words of what was
typed, and with the next step."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from collectd import BUILD, free_port

pytestmark = pytest.mark.one_thread

KASACTL = os.path.join(BUILD, "kasactl")

CASES = {
    "no address": (["read", "192.168.1.500"],
                   ["192.168.1.500: this is no IPv4 address"]),
    "a port": (["read", "192.168.1.5:9999"], ["192.168.1.5:9999: the address is wanted alone"]),
    "a network": (["read", "192.168.1.0/24"], ["192.168.1.0/24: one address", "not a network"]),
    "IPv6": (["read", "fe80::1"], ["fe80::1: these devices have IPv4 addresses only"]),
    "no interval": (["watch", "--interval", "0"], ["expects 0.1 to 86400 seconds, found 0"]),
    "no wait": (["discover", "--wait", "1m"], ["expects 0.1 to 60 seconds, found 1m"]),
    "no order": (["watch", "--sort", "size"], ["power or energy, found size"]),
    "no span": (["graph", "--span", "day,decade"], ['found "day,decade"']),
    "no MAC": (["read", "50:c7:bf:00:11"], ["50:c7:bf:00:11: this is no MAC"]),
    "no target": (["discover", "--target", "10.0.0.0/24"],
                  ["--target expects an IPv4 address", "10.0.0.0/24"]),
    "no ledger": (["energy", "--state", "/no/such/folder"],
                  ["/no/such/folder/energy.db", "--state DIR"]),
    "no command": (["disscover"], ["did you mean discover?"]),
    "no daemon": (["alerts", "--socket", "/no/such/socket"],
                  ["/no/such/socket", "is collectd running"]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_answer_names_what_was_typed_and_what_to_do(name):
    arguments, words = CASES[name]
    done = subprocess.run([KASACTL, *arguments], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr, done
    assert "<Plugin" not in done.stderr and "<Device" not in done.stderr


@pytest.mark.parametrize("command", [
    "appliance", "discover", "energy", "energy cycles", "graph", "read", "report",
    "watch"])
def test_an_unknown_option_is_named_once(command):
    done = subprocess.run([KASACTL, *command.split(), "--nosuch"], text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0] == f"kasactl {command}: unrecognized option '--nosuch'"
    assert lines[1:] in ([], [f"kasactl {command} --help says more"])


def test_watch_asks_whether_collectd_runs():
    done = subprocess.run(
        [KASACTL, "watch", "--once", "--wait", "0",
         "--metrics", f"http://127.0.0.1:{free_port()}/metrics"],
        text=True, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert "is collectd running" in done.stderr, done


@pytest.fixture(name="folder")
def fixture_folder():
    """One that everybody may enter, which tmp_path is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_who_may_not_read_all_is_told_to_use_sudo(folder):
    """And not that collectd, which may, would leave it out."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    kasactl = shutil.copy(KASACTL, folder / "kasactl")
    parts = folder / "parts"
    parts.mkdir(mode=0o755)
    part = parts / "kasa.conf"
    part.write_text("<Plugin kasa>\nTimeout 2\n</Plugin>\n")
    part.chmod(0o600)
    config = folder / "collectd.conf"
    config.write_text(f'PluginDir "{folder}"\nInclude "{parts}"\n')
    config.chmod(0o644)
    done = subprocess.run([kasactl, "check", str(config)], text=True, capture_output=True,
                          timeout=60, user=65534, group=65534, extra_groups=[])
    assert done.returncode == 1
    assert f"{part}: Permission denied" in done.stdout, done
    assert "sudo kasactl check" in done.stdout
    assert "leaves this file out" not in done.stdout


def test_who_may_not_ask_for_alerts_is_told_what_to_do(folder):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    kasactl = shutil.copy(KASACTL, folder / "kasactl")
    path = folder / "notify_kasa.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
        path.chmod(0o660)
        done = subprocess.run([kasactl, "alerts", "--socket", str(path)], text=True, capture_output=True,
                              timeout=60, user=65534, group=65534, extra_groups=[])
    assert done.returncode == 1
    assert "ControlGroup" in done.stderr and "sudo kasactl alerts" in done.stderr, done
