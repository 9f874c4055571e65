# SPDX-License-Identifier: MIT
"""The Debian package: what is in it, and its life in a clean root: installed,
started with its own samples, upgraded, removed, purged."""

import glob
import os
import re
import shutil
import subprocess

import pytest

import clean_root
import net
from clean_root import CleanRoot
from collectd import Page, http_get, wait
from tree import SOURCE
from samples import NAMES, Web
from sim import Sim

pytestmark = [pytest.mark.plain, pytest.mark.real_clock, pytest.mark.takes(40)]

SAMPLES = "/usr/share/collectd-kasa/collectd.conf.d/"
CONFIG = "/etc/collectd/collectd.conf.d/"
LOG = "/var/log/collectd-test.log"

LOGGING = f"""
LoadPlugin logfile
<Plugin logfile>
  File "{LOG}"
  LogLevel info
  Timestamp true
  PrintSeverity true
</Plugin>
"""


@pytest.fixture(autouse=True)
def needs_a_package():
    if clean_root.package() is None:
        pytest.skip("there is no package: make deb")


def contents(deb):
    listing = subprocess.run(["dpkg-deb", "-c", deb], check=True, text=True,
                             capture_output=True).stdout
    return {line.split(None, 5)[5].split(" -> ")[0][1:]
            for line in listing.splitlines()}


def test_everything_is_in_the_package(tmp_path):
    """All that "make install" installs, and every sample and manual page of
    the sources."""
    inside = contents(clean_root.package())
    wanted = {"/usr/share/doc/collectd-kasa/README.Debian",
              "/usr/share/doc/collectd-kasa/examples"}
    wanted |= {SAMPLES + name for name in NAMES}
    wanted |= {f"/usr/share/man/man{p[-1]}/{os.path.basename(p)}"
               for p in glob.glob(os.path.join(SOURCE, "doc/man/*.[1-8]"))}
    wanted |= clean_root.make_install(str(tmp_path))
    wanted = {n + ".gz" if n.startswith("/usr/share/man/") else n
              for n in wanted}
    assert wanted <= inside, sorted(wanted - inside)
    assert not [n for n in inside if n.endswith(".la") or n.startswith("/etc")]


def test_lintian_has_nothing_to_say():
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    run = subprocess.run(
        ["lintian", "--allow-root", "--fail-on=error,warning",
         clean_root.package()], check=False, text=True, capture_output=True)
    assert run.returncode == 0, run.stdout + run.stderr


# -- in a clean root


@pytest.fixture(name="root")
def fixture_root():
    why = clean_root.why_not() or net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    with CleanRoot() as root:
        yield root


@pytest.fixture(name="house")
def fixture_house():
    """Devices in a network that this machine is joined to by a cable, so that
    kasa.conf finds them as it is."""
    with net.Namespace() as space:
        space.cable("lan", "10.75.1.1/24", ["10.75.1.11/24", "10.75.1.12/24"])
        house = [{"alias": "Freezer", "kind": "plug", "load": 85,
                  "addr": "10.75.1.11", "mac": "50:C7:BF:00:4B:0B"},
                 {"alias": "Desk strip", "kind": "strip", "load": 10,
                  "addr": "10.75.1.12", "mac": "50:C7:BF:00:4B:0C"}]
        with Sim(house, wrap=space.enter, args=["--bind-any"]) as sim:
            yield sim


def install(root, deb, *more):
    """Without a network: root.sh has fetched what is needed."""
    name = "/tmp/" + os.path.basename(deb)
    shutil.copy(deb, root.path(name))
    root.run("apt-get", "install", "-y",
             "--no-install-recommends", name, *more)


def wanted_besides():
    with open(os.path.join(clean_root.FOLDER, "wanted"),
              encoding="ascii") as file:
        return file.read().split()


def newer(deb, folder):
    """The same package with a higher version."""
    inside = os.path.join(folder, "inside")
    subprocess.run(["dpkg-deb", "-R", deb, inside], check=True)
    control = os.path.join(inside, "DEBIAN", "control")
    with open(control, encoding="utf-8") as file:
        text = re.sub(r"^(Version: .*)$", r"\1.1", file.read(), flags=re.M)
    with open(control, "w", encoding="utf-8") as file:
        file.write(text)
    out = os.path.join(folder, "collectd-kasa_newer.deb")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", inside, out],
                   check=True, capture_output=True)
    return out


def page():
    try:
        return Page(http_get("http://127.0.0.1:9103/metrics"), host=None)
    except OSError:
        return Page("")


def reading(name, of=page):
    return of().get_one("kasa_power", kasa=name, instance="box.lan")


def pid(root):
    """The running daemon, or nothing."""
    return root.run("pidof", "collectd", check=False).strip()


def complaints(root):
    """But for Debian's own: this machine has no battery, and a clean root knows
    of no disk."""
    return [line for line in root.read(LOG).splitlines()
            if re.search(r"\[(warning|error)\]", line)
            and not re.search("MHD_OPTION|battery|udev returned an empty list", line)]


def test_it_is_installed_runs_is_upgraded_and_leaves_nothing(root, house,
                                                             tmp_path):
    del house
    deb = clean_root.package()
    # without an init system, invoke-rc.d asks here whether it may
    root.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n", 0o755)
    root.run("apt-get", "install", "-y", "--no-install-recommends",
             *wanted_besides())
    root.run("/etc/init.d/collectd", "stop")
    root.write(CONFIG + "00-log.conf", LOGGING)
    before = root.files()

    # installed: nothing is switched on that was not asked for
    install(root, deb)
    assert set(before) <= set(root.files())
    assert not [n for n in set(root.files()) - set(before)
                if n.startswith("/etc")]
    root.run("/etc/init.d/collectd", "start")
    wait(lambda: os.path.exists(root.path(LOG))
         and "entering read-loop" in root.read(LOG), "collectd", 20)
    assert "kasa" not in root.read(LOG)

    # switched on, as README.Debian says, with all samples as they are
    root.write("/etc/collectd/network.auth", "site-1: change this\n", 0o600)
    for name in NAMES:
        root.run("cp", SAMPLES + name, CONFIG + (
            name))
    assert "kasa" in root.run("kasactl", "check")
    os.truncate(root.path(LOG), 0)
    with Web(port=8080):
        root.run("/etc/init.d/collectd", "restart")
        wait(lambda: reading("Freezer") == 85
             and reading("Desk strip") == 60, "readings", 30)
        assert reading("Freezer") == 85
        assert not complaints(root)

    # upgraded: the daemon takes the new plugins by itself, settings stay
    settings = {n: w for n, w in root.files().items() if n.startswith("/etc")}
    old = pid(root)
    assert old
    install(root, newer(deb, str(tmp_path)))
    assert root.run("dpkg-query", "-W", "-f", "${Version}",
                    "collectd-kasa").endswith(".1")
    wait(lambda: pid(root) not in ("", old), "the daemon's restart", 30)
    wait(lambda: reading("Freezer") == 85, "readings after the upgrade", 30)
    assert settings == {n: w for n, w in root.files().items()
                        if n.startswith("/etc")}

    # removed: it says what keeps collectd from starting
    said = root.run("apt-get", "remove", "-y", "collectd-kasa")
    for name in ("kasa.conf", "notify_kasa.conf"):
        assert CONFIG + name in said
    assert CONFIG + "host.conf" not in said
    root.run("/etc/init.d/collectd", "stop")
    for name in NAMES:
        root.run("rm", CONFIG + (
            name))
    root.run("rm", "/etc/collectd/network.auth")
    os.truncate(root.path(LOG), 0)
    root.run("/etc/init.d/collectd", "start")
    wait(lambda: "entering read-loop" in root.read(LOG), "collectd alone", 20)
    root.run("/etc/init.d/collectd", "stop")

    # purged: what is left is what was there before, and collectd's own data
    root.run("apt-get", "purge", "--autoremove", "-y", "collectd-kasa")
    left = {n for n in set(root.files()) - set(before)
            if not n.startswith(("/var/lib/collectd/rrd",
                                 "/var/lib/collectd/csv"))}
    assert not left
    assert not set(before) - set(root.files()) - {"/run/collectd.pid"}
    assert "collectd-kasa" not in root.run("dpkg", "-l")
