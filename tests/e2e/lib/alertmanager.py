# SPDX-License-Identifier: MIT
"""A real Alertmanager in a folder of its own, asked by amtool."""

import json
import os
import shutil
import signal
import subprocess
import time

from collectd import SLOWNESS, environment, free_port

CONFIG = """
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: hook
    webhook_configs:
      - url: "%s"
        send_resolved: true
"""


def why_not():
    return None if shutil.which("prometheus-alertmanager") and shutil.which("amtool") else \
        "prometheus-alertmanager is not installed"


class Alertmanager:
    """hook: where it tells of its groups."""

    def __init__(self, folder, hook="http://127.0.0.1:1/"):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.address = "127.0.0.1:%d" % free_port()
        self.url = "http://" + self.address
        self.process = self.out = None
        with open(self.folder + "/config.yml", "w", encoding="utf-8") as file:
            file.write(CONFIG % hook)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.out = open(self.folder + "/log", "ab")
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", "--config.file=config.yml", "--storage.path=data",
             "--web.listen-address=" + self.address, "--cluster.listen-address="],
            cwd=self.folder, stdout=self.out, stderr=self.out, env=environment())
        end = time.time() + 20 * SLOWNESS
        while self._amtool("alert", "query").returncode != 0:
            assert self.process.poll() is None and time.time() < end, self.log()
            time.sleep(0.1)

    def stop(self, forget=False):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.out.close()
            self.process = None
        if forget:
            shutil.rmtree(self.folder + "/data", ignore_errors=True)

    def log(self):
        with open(self.folder + "/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def _amtool(self, *words):
        return subprocess.run(["amtool", "--alertmanager.url=" + self.url, "--output=json", *words],
                              capture_output=True, text=True, timeout=30, check=False,
                              cwd=self.folder, env=environment())

    def alerts(self, *matchers):
        """What amtool shows as active."""
        done = self._amtool("alert", "query", *matchers)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
