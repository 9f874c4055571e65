"""The ready-to-use files of collectd.conf.d: each loads in a real daemon
without a single warning and does what it says."""

import glob
import os
import re
import socket
import subprocess

import pytest

from collectd import (BUILD, HOST, NOISE, PLUGINDIR, SLOWNESS, Collectd, free_port,
                      missing_plugins)
from conftest import SOURCE
from sim import Sim

FILES = sorted(glob.glob(os.path.join(SOURCE, "collectd.conf.d", "*.conf")))


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def plugins_of(text):
    return re.findall(r'^\s*<?LoadPlugin\s+"?(\w+)"?', text, re.M)


def for_this_place(text):
    """What must differ from a real machine: ports that may be taken, a quicker
    pace, and loopback in place of every interface."""
    port = free_port()
    text = text.replace('Port "9103"', f'Port "{port}"')
    text = text.replace("Interval 15", "Interval 1")
    text = text.replace("Hits 19", "Hits 1")
    text = re.sub(r"<Plugin kasa>",
                  '<Plugin kasa>\n  DiscoveryTarget "127.255.255.255"\n'
                  "  DiscoveryTimeout 0.6", text)
    return text, port


# Unlike the text of each file, which directory the plugins are in is decided
# by the installation; the same file can be given both here.
def folders(text):
    out = []
    for line in text.splitlines():
        if re.match(r'\s*<?LoadPlugin\s+"?(notify_)?kasa\b', line):
            out.append(f'PluginDir "{BUILD}/.libs"')
        elif re.match(r"\s*<?LoadPlugin\b", line):
            out.append(f'PluginDir "{PLUGINDIR}"')
        out.append(line)
    return "\n".join(out) + "\n"


class Samples(Collectd):
    """A daemon with these files dropped into collectd.conf.d."""

    def __init__(self, paths, extra="", interval=1):
        super().__init__(whole=" ")
        if not any("csv" in plugins_of(text_of(p)) for p in paths):
            # a daemon without any writer has a warning of its own
            extra += (f'LoadPlugin csv\n<Plugin csv>\n  DataDir "{self.folder}'
                      '/csv"\n</Plugin>\n')
        text = f"""
Hostname "{HOST}"
FQDNLookup false
Interval {interval}
PluginDir "{PLUGINDIR}"
LoadPlugin logfile
<Plugin logfile>
  File "{{folder}}/log"
  LogLevel info
  Timestamp true
  PrintSeverity true
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{{folder}}/sock"
</Plugin>
BaseDir "{{folder}}"
PIDFile "{{folder}}/pid"
{extra}
<Include "{{folder}}/collectd.conf.d">
  Filter "*.conf"
</Include>
"""
        os.mkdir(self.path("collectd.conf.d"))
        for path in paths:
            changed, port = for_this_place(folders(text_of(path)))
            if "write_prometheus" in changed:
                self.port = port
            with open(self.path("collectd.conf.d", os.path.basename(path)),
                      "w", encoding="utf-8") as file:
                file.write(changed)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("{folder}", self.folder))

    def complaints(self):
        return [line for line in (self.stderr() + self.log()).splitlines()
                if re.search(r"\[(warning|error)\]|rror|arning", line)
                and "No such group" not in line
                and not NOISE.search(line)
                and "Notification:" not in line]


def sample(name):
    path = os.path.join(SOURCE, "collectd.conf.d", name)
    if not os.path.exists(path):
        pytest.skip(f"there is no {name}")
    missing = missing_plugins(*(p for p in plugins_of(text_of(path))
                                if not p.endswith("kasa")))
    if missing:
        pytest.skip(f"collectd has no {missing[0]}")
    return path


@pytest.fixture(scope="module", name="house")
def fixture_house():
    house = [{"alias": "Freezer", "kind": "plug", "load": 85},
             {"alias": "Desk strip", "kind": "strip", "load": 10}]
    with Sim(house) as sim:
        yield sim


@pytest.mark.skipif(not FILES, reason="collectd.conf.d is empty")
@pytest.mark.parametrize("path", FILES, ids=map(os.path.basename, FILES))
def test_a_sample_loads_without_a_single_warning(house, path):
    del house
    name = os.path.basename(path)
    if "notify_kasa" in plugins_of(text_of(path)) and not os.path.exists(
            os.path.join(BUILD, ".libs", "notify_kasa.so")):
        pytest.skip("notify_kasa.so is not built")
    sample(name)
    with Samples([path]) as daemon:
        daemon.wait_line("entering read-loop")
        for plugin in plugins_of(text_of(path)):
            assert daemon.lines(f'"{plugin}" successfully loaded')
        if "kasa" in plugins_of(text_of(path)):
            daemon.wait(lambda: any("kasa-Freezer/up" in n
                                    for n in daemon.listval()), "a reading")
        assert not daemon.complaints()


def both(*names):
    return Samples([sample("kasa.conf"), *map(sample, names)])


def known(daemon):
    return f"{HOST}/kasa-Freezer/power" in daemon.listval()


def test_all_samples_together(house):
    del house
    paths = [p for p in FILES if "notify" not in text_of(p)]
    if not paths:
        pytest.skip("collectd.conf.d is empty")
    for path in paths:
        sample(os.path.basename(path))
    with Samples(paths) as daemon:
        daemon.wait(lambda: known(daemon), "a reading")
        daemon.wait_up("Freezer", "Desk strip")
        assert not daemon.complaints()


def test_kasa_conf_finds_and_reads_devices_as_it_is(house):
    del house
    with both() as daemon:
        daemon.wait(lambda: known(daemon), "a reading")
        assert daemon.getval(f"{HOST}/kasa-Freezer/power") == [
            "value=8.500000e+01"]


def test_prometheus_conf_offers_the_page(house):
    del house
    with both("export-prometheus.conf") as daemon:
        daemon.wait_up("Freezer", "Desk strip")


def test_csv_conf_writes_files_below_basedir(house):
    del house
    with both("export-csv.conf") as daemon:
        daemon.wait(lambda: daemon.csv("kasa", "Freezer", "power"), "a file")
        assert daemon.csv("kasa", "Freezer", "power")[-1][1] == 85


def test_rrdtool_conf_makes_files_below_basedir(house):
    del house
    with both("export-rrdtool.conf") as daemon:
        daemon.wait(lambda: known(daemon), "a reading")

        def made():
            daemon.command_line("FLUSH plugin=rrdtool")
            found = glob.glob(daemon.path("**", "power.rrd"), recursive=True)
            return [f for f in found if "Freezer" in f]
        path = daemon.wait(made, "a file")[0]
        assert os.path.relpath(path, daemon.folder).startswith("rrd")
        run = subprocess.run(["rrdtool", "info", path], check=True,
                             capture_output=True, text=True)
        spans = set(re.findall(r"rra\[\d+\]\.rows = (\d+)", run.stdout))
        assert all(int(s) >= 1200 for s in spans)


def test_network_conf_sends_what_a_server_understands(house):
    del house
    path = sample("export-network.conf")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind(("127.0.0.1", 25826))
        except OSError:
            pytest.skip("the port of the network plugin is taken")
        server.settimeout(20 * SLOWNESS)
        with Samples([sample("kasa.conf"), path]) as daemon:
            seen = b""
            while b"Freezer" not in seen or b"watt_hours" not in seen:
                seen += server.recv(2048)
                assert len(seen) < 10e6
            assert not daemon.complaints()


def test_thresholds_conf_speaks_of_power_and_of_offline(house):
    with both("thresholds.conf") as daemon:
        daemon.wait(lambda: known(daemon), "a reading")
        house.set("Freezer", load=1600)
        daemon.wait(lambda: [n for n in daemon.notifications("Freezer")
                             if n[1] == "WARNING" and "type power" in n[2]],
                    "over-power", 20)
        house.set("Freezer", load=85)
        house.fault("Desk strip", "refuse")
        daemon.wait(lambda: [n for n in daemon.notifications("Desk strip")
                             if n[1] == "FAILURE" and "type up" in n[2]],
                    "offline", 20)
        house.fault("Desk strip", "none")
        daemon.wait(lambda: [n for n in daemon.notifications("Desk strip")
                             if n[1] == "OKAY" and "type up" in n[2]][1:],
                    "back online", 20)
        daemon.wait(lambda: [n for n in daemon.notifications("Freezer")
                             if n[1] == "OKAY" and "type power" in n[2]][1:],
                    "the all-clear")


def test_thresholds_conf_means_five_minutes():
    """Hits N speaks at value number N + 2 (see the daemon's own source)."""
    text = text_of(sample("thresholds.conf"))
    interval = int(re.search(r"Interval (\d+)", text_of(
        sample("kasa.conf"))).group(1))
    block = text[text.index('<Plugin "kasa">'):]
    block = block[:block.index("</Plugin>")]
    for hits in re.findall(r"^\s*Hits (\d+)", block, re.M):
        assert (int(hits) + 1) * interval == 300
    assert re.search(r"WarningMax 1500", block)
