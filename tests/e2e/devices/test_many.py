# SPDX-License-Identifier: MIT
"""More devices than the descriptors that select() can wait for."""

import os

import pytest

from collectd import HOST, PLUGINDIR, BUILD, Collectd
from sim import Sim

COUNT = 1200
LIMIT = 8192

pytestmark = [pytest.mark.needs("prlimit"), pytest.mark.plain]

CONFIG = """
Hostname "{host}"
FQDNLookup false
BaseDir "{folder}"
PluginDir "{stock}"
LoadPlugin logfile
<Plugin logfile>
  File "{folder}/log"
  PrintSeverity true
</Plugin>
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "{port}"
</Plugin>
PluginDir "{build}/.libs"
<LoadPlugin kasa>
  Interval 3
</LoadPlugin>
<Plugin kasa>
  DiscoveryTarget "127.255.255.255"
</Plugin>
"""


def test_the_metrics_page_answers_beside_a_thousand_kept_connections():
    """write_prometheus accepts no connection whose descriptor is 1024 or
    more: those of devices must not use up the others."""
    daemon = Collectd(wrap=("prlimit", f"--nofile={LIMIT}:{LIMIT}"))
    with open(daemon.config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(host=HOST, folder=daemon.folder,
                                 stock=PLUGINDIR, build=BUILD,
                                 port=daemon.port))
    with Sim(count=COUNT), daemon:
        daemon.wait_page(lambda page: len(page.names()) == COUNT, "everybody",
                         timeout=60)

        def numbers():
            return [int(n) for n in os.listdir(f"/proc/{daemon.process.pid}/fd")]
        # those that did not answer in time on a busy machine connect again
        daemon.wait(lambda: sum(n >= 1024 for n in numbers()) > COUNT - 300,
                    "connections beyond what select() can wait for", 30)
        assert sum(n < 1024 for n in numbers()) < 400
        daemon.cycles(1)
