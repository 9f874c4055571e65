"""A real Prometheus with the configuration of grafana/, at a quicker pace.

    with Prometheus(folder, [daemon.port]) as prometheus:
        prometheus.wait("count(collectd_kasa_up == 1)", 3)
"""

import os
import shutil
import subprocess

from collectd import free_port, http_json, wait
from conftest import SOURCE

GRAFANA = os.path.join(SOURCE, "grafana")
KEEP = "400d"


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
    """Runs in the folder, where history() may have put blocks before."""

    def __init__(self, folder, ports, text=None):
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
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
            ["prometheus", f"--config.file={self.path('prometheus.yml')}",
             f"--storage.tsdb.path={self.path('tsdb')}",
             f"--storage.tsdb.retention.time={KEEP}",
             f"--web.listen-address=127.0.0.1:{self.port}",
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

    def query(self, text):
        """The values of an instant vector, or None while it is not there."""
        try:
            answer = http_json(self.port, "/api/v1/query", query=text)
        except OSError:
            return None
        assert answer["status"] == "success"
        return [float(r["value"][1]) for r in answer["data"]["result"]]

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
        answer = http_json(self.port, "/api/v1/targets")
        return answer["data"]["activeTargets"][0]["health"]
