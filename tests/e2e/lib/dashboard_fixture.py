# SPDX-License-Identifier: MIT
"""What the dashboards look at in the tests: a simulated house, a real collectd
with both plugins and those of the machine, and a real Prometheus that also has
a second site with a known past."""

import datetime
import os
import re
import shutil
import sys
import tempfile
import time

import clock
from collectd import BUILD, HOST, PLUGINDIR, Collectd, missing_plugins
from history import History
from ledger_file import LedgerFile
from prometheus import GRAFANA, Prometheus
from sim import Sim
from tree import RENDER, SOURCE

sys.path.insert(0, RENDER)

import picture  # noqa: E402,F401
import query  # noqa: E402
from drawing import reshape  # noqa: E402,F401

PAGES = sorted(name[:-5] for name in os.listdir(
    os.path.join(GRAFANA, "dashboards")) if name.endswith(".json"))

# 3600 W are 1 Wh per second. One device's name is full of what regular
# expressions are made of.
ODD = "B\u00fcro (2) a+b.c [x]"
HOUSE = [
    {"alias": "Heater", "kind": "plug", "load": 5400, "total_wh": 5000},
    {"alias": "Old heater", "kind": "plug", "generation": 1, "load": 3600,
     "total_wh": 90000},
    {"alias": ODD, "kind": "plug", "load": {
        "kind": "office", "watts": 90, "swing": 40, "noise": 8}},
    {"alias": "Desk strip", "kind": "strip", "total_wh": 700, "plugs": [
        {"alias": "Kiln", "load": 3600}, {"alias": "Oven", "load": 1800},
        {"alias": "Fan (2)", "relay": False, "load": 20}]},
    {"alias": "Plain strip", "kind": "strip", "meter": False,
     "plugs": ["Lamp", "Saw"]},
    {"alias": "Dimmer", "kind": "dimmer", "brightness": 45},
    {"alias": "Hallway", "kind": "sensor", "relay": False,
     "ambient_light": 12},
    {"alias": "Bulb", "kind": "bulb", "generation": 1, "load": 180},
    {"alias": "Pump", "kind": "plug", "load": 250},
]
STRIPS = {"Desk strip": {"Kiln", "Oven", "Fan (2)"},
          "Plain strip": {"Lamp", "Saw"}}
MACHINE = ("cpu", "memory", "df", "disk", "interface", "load", "swap",
           "processes")
# as in host.conf, but with whatever file system and interface there is
BLOCKS = """
<Plugin cpu>
  ReportByCpu false
  ValuesPercentage true
</Plugin>
<Plugin memory>
  ValuesAbsolute true
  ValuesPercentage true
</Plugin>
<Plugin df>
  MountPoint "/"
  IgnoreSelected false
  ReportInodes true
  ValuesAbsolute true
  ValuesPercentage true
</Plugin>
<Plugin processes>
  Process "collectd"
</Plugin>
LoadPlugin threshold
<Plugin threshold>
  <Plugin "kasa">
    <Type "power">
      WarningMax 7000
    </Type>
  </Plugin>
</Plugin>
PluginDir "{build}/.libs"
LoadPlugin notify_kasa
<Plugin notify_kasa>
  StateDirectory "state"
  ControlSocket "{folder}/control"
  Webhook "http://127.0.0.1:9/nobody"
</Plugin>
"""


# Everything a tariff can say has a value: charges, a price, and days before
# today, which the ledger is given.
TARIFF = """
StateDirectory "{folder}/ledger"
<Tariff>
  Currency "EUR"
  Rate 0.3
  DailyCharge 0.4
</Tariff>
"""


def known_days(folder):
    """Yesterday and some days before, of a device and of an outlet."""
    ledger = LedgerFile(os.path.join(folder, "ledger"))
    today = datetime.datetime.now(datetime.timezone.utc).replace(
        hour=12, minute=0, second=0, microsecond=0)
    for days in range(1, 6):
        moment = (today - datetime.timedelta(days=days)).isoformat()
        ledger.slot(moment, "Heater", 2000000, 600000)
        ledger.slot(moment, ("Desk strip", "Kiln"), 1000000, 300000)
    ledger.done()


def page(name):
    return query.load(os.path.join(GRAFANA, "dashboards", name + ".json"))


def later():
    """Metrics of a later version, from tests/e2e/dashboards/later.txt."""
    path = os.path.join(SOURCE, "tests", "e2e", "dashboards", "later.txt")
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file
                if line.strip() and not line.startswith("#")}


def metrics(text):
    return set(re.findall(r"\bcollectd_\w+", text))


class World:
    def __init__(self):
        self.sim = Sim(HOUSE)
        self.folder = tempfile.mkdtemp(prefix="kasa-dashboards-")
        self.daemon = Collectd(
            "DiscoveryInterval 2\n" + TARIFF.format(folder=self.folder),
            plugins=MACHINE,
            blocks=BLOCKS.format(build=BUILD, folder=self.folder))
        self.prometheus = Prometheus(self.folder, [self.daemon.port])
        self.history = History(clock.moment())

    def __enter__(self):
        known_days(self.folder)
        self.prometheus.history(self.history.lines())
        self.sim.start()
        try:
            self.daemon.start()
            self.prometheus.start()
            self.daemon.wait_up(*(d["alias"] for d in HOUSE), timeout=20)
            self.prometheus.wait(
                f'count(collectd_kasa_up{{instance="{HOST}"}} == 1)',
                lambda up: up == len(HOUSE))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.prometheus.stop()
        self.daemon.stop()
        self.daemon.remove()
        self.sim.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def view(self, name, *, site=HOST, span=15, end=None, scrape=1, **more):
        """Somebody who looks at the last seconds of a site."""
        end = end or time.time()
        chosen = {"instance": [site], **more.pop("chosen", {})}
        return query.View(page(name), self.prometheus.url, end - span, end,
                          chosen, scrape=scrape, **more)

    def ask(self, name, title, ref="A"):
        return next(a for a in query.asks(page(name))
                    if a.where == f"panel {title}" and a.ref == ref)

    def number(self, name, title, ref="A", **view):
        """What a stat shows."""
        found = self.view(name, **view).run(self.ask(name, title, ref))
        assert len(found) == 1, (name, title, found)
        return found[0].points[-1][1]

    def numbers(self, name, title, ref="A", **view):
        """{name in the legend: last value}"""
        found = self.view(name, **view).run(self.ask(name, title, ref))
        return {s.name: s.points[-1][1] for s in found}


def why_not():
    missing = missing_plugins(*MACHINE, "write_prometheus", "threshold")
    return f"{', '.join(missing)}: not in {PLUGINDIR}" if missing else None
