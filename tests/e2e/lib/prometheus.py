# SPDX-License-Identifier: MIT
"""A real Prometheus with the configuration of grafana/, at a quicker pace.

    with Prometheus(folder, [daemon.port]) as prometheus:
        prometheus.wait("count(collectd_kasa_up == 1)", 3)
"""

import json
import os
import shutil
import subprocess
import urllib.parse

from collectd import free_port, http_get, wait
from tree import SOURCE

GRAFANA = os.path.join(SOURCE, "grafana")
KEEP = "4000d"


def configuration(ports):
    """grafana/prometheus.yml for these ports of collectd, each second."""
    with open(os.path.join(GRAFANA, "prometheus.yml"),
              encoding="utf-8") as file:
        text = file.read()
    targets = "\n".join(f"          - 127.0.0.1:{p}" for p in ports)
    assert text.count("          - localhost:9103") == 1
    return text.replace("          - localhost:9103", targets).replace(
        "interval: 15s", "interval: 1s\n  scrape_timeout: 1s", 1).replace(
            "interval: 15s", "interval: 1s")


class Prometheus:
    """Runs in the folder, where history() may have put blocks before. wrap: a
    command to run it under; host: the address it listens at."""

    def __init__(self, folder, ports, text=None, wrap=(), host="127.0.0.1"):
        self.folder, self._wrap = folder, wrap
        self._address = f"{host}:{free_port()}"
        self.url = "http://" + self._address
        self.process = self.out = None
        shutil.copytree(os.path.join(GRAFANA, "rules"), self.path("rules"))
        with open(self.path("prometheus.yml"), "w", encoding="utf-8") as file:
            file.write(text or configuration(ports))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def history(self, lines):
        """Values of the past, as lines of an OpenMetrics text."""
        with open(self.path("history.om"), "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in (*lines, "# EOF"))
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet",
             "--max-block-duration=720h", "history.om", "tsdb"],
            cwd=self.folder, check=True, capture_output=True, timeout=120)

    def start(self):
        self.out = open(self.path("prometheus.log"), "wb")
        self.process = subprocess.Popen(
            [*self._wrap, "prometheus",
             f"--config.file={self.path('prometheus.yml')}",
             f"--storage.tsdb.path={self.path('tsdb')}",
             f"--storage.tsdb.retention.time={KEEP}",
             f"--web.listen-address={self._address}",
             "--log.level=warn"], stdout=self.out, stderr=self.out)
        return self

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None
            self.out.close()

    def log(self):
        with open(self.path("prometheus.log"), encoding="utf-8") as file:
            return file.read()

    def ask(self, path, **arguments):
        """The data of an answer, or None while it does not answer."""
        try:
            text = http_get(f"{self.url}/api/v1/{path}?"
                            + urllib.parse.urlencode(arguments))
        except OSError:
            return None
        answer = json.loads(text)
        assert answer["status"] == "success"
        return answer["data"]

    def query(self, text, label=None):
        """The values of an instant vector, or {label: value}; None while it
        is not there."""
        data = self.ask("query", query=text)
        if data is None:
            return None
        found = [(r["metric"].get(label), float(r["value"][1]))
                 for r in data["result"]]
        return [v for _, v in found] if label is None else dict(found)

    def wait(self, text, condition, timeout=30):
        """Until the only value of the query fulfils the condition."""
        def look():
            assert self.process.poll() is None, self.log()
            found = self.query(text)
            return found is not None and len(found) == 1 and condition(
                found[0])
        return wait(look, text, timeout,
                    lambda: f"it is {self.query(text)}\n{self.log()}")

    def health(self):
        return self.ask("targets")["activeTargets"][0]["health"]
