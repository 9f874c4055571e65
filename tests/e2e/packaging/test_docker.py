# SPDX-License-Identifier: MIT
"""The container: its first process makes configuration of the environment, and
collectd takes it. The image itself is built where there is Docker."""

import os
import subprocess

import pytest

from collectd import BUILD, PLUGINDIR, Collectd
from sim import Sim
from tree import SOURCE

pytestmark = pytest.mark.plain

FOLDER = os.path.join(SOURCE, "packaging", "docker")


def start(tmp_path, **env):
    """What start.sh hands to collectd, which a stub stands for."""
    stub = tmp_path / "bin" / "collectd"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text('#!/bin/sh\necho "$@"\n')
    stub.chmod(0o755)
    done = subprocess.run(
        ["sh", os.path.join(FOLDER, "start.sh")], text=True, check=False,
        capture_output=True, timeout=30, env={
            "PATH": f"{stub.parent}:{os.environ['PATH']}",
            "KASA_RUN": str(tmp_path / "run"), **env})
    return done, tmp_path / "run" / "start.conf"


def test_the_environment_becomes_configuration(tmp_path):
    done, made = start(tmp_path, KASA_USERNAME="me@example.org",
                       KASA_PASSWORD_FILE="/x/secret", KASA_HOSTNAME="attic")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "-f -C /etc/collectd/collectd.conf\n"
    assert made.read_text() == (
        'Hostname "attic"\n<Plugin kasa>\n  Username "me@example.org"\n'
        '  PasswordFile "/x/secret"\n</Plugin>\n')
    assert made.stat().st_mode & 0o77 == 0


def test_nothing_said_is_nothing_configured(tmp_path):
    done, made = start(tmp_path)
    assert done.returncode == 0 and made.read_text() == ""


@pytest.mark.parametrize("bad", ('a"b', "a\\b"))
def test_what_would_break_out_of_quotes_is_refused(tmp_path, bad):
    done, _ = start(tmp_path, KASA_USERNAME=bad)
    assert done.returncode == 2 and "quotes" in done.stderr


def test_its_configuration_finds_devices():
    with open(os.path.join(FOLDER, "collectd.conf"),
              encoding="utf-8") as file:
        text = file.read()
    with Sim([{"alias": "Freezer", "kind": "plug", "load": 80}]):
        daemon = Collectd(whole="x")
        made = daemon.path("start.conf")
        with open(made, "w", encoding="utf-8") as file:
            file.write('Hostname "tester"\n<Plugin kasa>\n  DiscoveryTarget '
                       '"127.255.255.255"\n</Plugin>\n')
        for old, new in (
                ("/var/lib/collectd", daemon.folder),
                ("Interval 15", "Interval 1"),
                ("File STDOUT", f'File "{daemon.path("log")}"'),
                ("/run/collectd-kasa/*.conf", made),
                ("/etc/collectd/collectd.conf.d", daemon.path("none")),
                ('"9103"', f'"{daemon.port}"'),
                ("LoadPlugin kasa\n", f'PluginDir "{BUILD}/.libs"\n'
                 f'LoadPlugin kasa\nPluginDir "{PLUGINDIR}"\n')):
            assert old in text, old
            text = text.replace(old, new)
        os.mkdir(daemon.path("none"))
        with open(daemon.config, "w", encoding="utf-8") as file:
            file.write(text)
        with daemon:
            daemon.wait_up("Freezer")
            daemon.wait_page(
                lambda page: page.get_one("kasa_power", kasa="Freezer") == 80, "power")
