# SPDX-License-Identifier: MIT
"""What one value takes on each way and in each store, with real daemons. One
site is kasasim's demo: what there is in a home."""

import collections
import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from collectd import (HOST, Collectd, free_port, http_get, quoted, wait)
from samples import Samples
from sim import Sim

INTERVAL = 15     # seconds between readings of a real site
HEAD = 300        # bytes of an HTTP request around its body, about


def demo(speed=60):
    return Sim(demo=True, args=["--speed", str(speed)])


def one_site():
    """Names of a site's values, its devices, bytes of a value on the page."""
    with demo(), Collectd(errors=True) as daemon:
        daemon.wait_up("Freezer")
        page = daemon.cycles(2)
        lines = [line for line in page.text.splitlines()
                 if line.startswith("collectd_")]
        return {"names": sorted(n.split("/", 1)[1] for n in daemon.listval()),
                "devices": len(page.names()),
                "page": sum(len(x) + 1 for x in lines) / len(lines)}


# -- collectd's own protocol


class Sink(threading.Thread):
    """Counts the datagrams that arrive at .port."""

    def __init__(self):
        super().__init__()
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.5)
        self.port = self.sock.getsockname()[1]
        self.over = False
        self.bytes = self.datagrams = 0

    def run(self):
        while not self.over:
            try:
                self.bytes += len(self.sock.recv(65536))
                self.datagrams += 1
            except TimeoutError:
                continue

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()
        self.sock.close()


def server_block(port, level):
    return f"""
LoadPlugin network
<Plugin network>
  <Server "127.0.0.1" "{port}">
    SecurityLevel {level}
    Username "site-1"
    Password "change this"
  </Server>
</Plugin>
"""


def network(level, seconds):
    """Bytes of a datagram's content and datagrams, for one value."""
    with Sink() as sink, demo():
        with Collectd(errors=True,
                      blocks=server_block(sink.port, level)) as daemon:
            daemon.wait_up("Freezer")
            time.sleep(seconds)
            daemon.stop()  # sends what it still has
            values = sum(len(rows) for rows in recorded(daemon).values())
    return {"bytes": sink.bytes / values, "datagrams": sink.datagrams / values}


def recorded(daemon):
    """{(plugin, name, type, type instance): [(time, value)]} of what its
    writers were given."""
    out = {}
    for path in sorted(Path(daemon.path("csv"), HOST).rglob("*-????-??-??")):
        plugin, _, name = path.parent.name.partition("-")
        type_, _, instance = path.name[:-11].partition("-")
        rows = [line.split(",") for line in path.read_text(
            "utf-8", "replace").splitlines()[1:]]
        out.setdefault((plugin, name, type_, instance), []).extend(
            (float(when), float(value)) for when, value in rows)
    return out


# -- Prometheus


class Receiver:
    """Takes remote writes and counts their bytes."""

    def __init__(self):
        receiver = self
        self.bytes = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802, the library's name
                length = int(self.headers["Content-Length"])
                self.rfile.read(length)
                receiver.bytes += length + HEAD
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                       Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Prometheus:
    """Scrapes one page; more: further configuration."""

    def __init__(self, folder, target, interval, more=""):
        self.port = free_port()
        config = os.path.join(folder, "prometheus.yml")
        Path(config).write_text(f"""
global:
  scrape_interval: {interval}
  scrape_timeout: {interval}
scrape_configs:
  - job_name: collectd
    honor_labels: true
    static_configs:
      - targets: ["127.0.0.1:{target}"]
{more}""", "utf-8")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}",
             f"--storage.tsdb.path={folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}",
             "--log.level=error"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def own(self, name):
        """One of its figures about itself; 0 while there is none."""
        try:
            text = http_get(f"http://127.0.0.1:{self.port}/metrics")
        except OSError:
            return 0
        return sum(float(x) for x in re.findall(
            rf"^{name}(?:{{.*}})? (\S+)$", text, re.M))


def carried_on(seconds):
    """Bytes of a sample by remote write and by federation."""
    name = "prometheus_remote_storage_samples_total"
    with Receiver() as receiver, demo(), Collectd(errors=True) as daemon:
        daemon.wait_up("Freezer")
        with Prometheus(daemon.folder, daemon.port, "5s", f"""
remote_write:
  - url: http://127.0.0.1:{receiver.port}/write
    metadata_config:
      send: false
""") as prometheus:
            wait(lambda: prometheus.own(name) > 0, "a remote write", 60)
            samples, sent = prometheus.own(name), receiver.bytes
            time.sleep(3 * seconds)
            samples = prometheus.own(name) - samples
            return {"remote write": (receiver.bytes - sent) / samples,
                    "federation": federated(prometheus.port)}


def federated(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/federate?match[]=%7Bjob%3D%22collectd%22%7D",
        headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        packed = len(answer.read())
    samples = [line for line in http_get(request.full_url).splitlines()
               if line and not line.startswith("#")]
    return (packed + HEAD) / len(samples)


def stored(folder, seconds):
    """Bytes of a sample in a block of Prometheus: the demo's values, read
    every 15 simulated seconds, with the jitter of real answers."""
    step = 0.25
    with demo(speed=INTERVAL / step), Collectd(
            errors=True, interval=step) as daemon:
        daemon.wait_up("Freezer")
        time.sleep(seconds)
        daemon.stop()
        series = recorded(daemon)
    begin = int(time.time()) // 86400 * 86400 - 86400
    text = Path(folder, "values.om")
    with open(text, "w", encoding="utf-8") as file:
        for (plugin, name, type_, instance), rows in series.items():
            labels = f'{plugin}={quoted(name)},type={quoted(instance)}'
            for number, (when, value) in enumerate(rows):
                late = when - rows[0][0] - number * step
                at = begin + number * INTERVAL + late
                file.write(f"collectd_{plugin}_{type_}{{{labels}}} "
                           f"{value:.15g} {at:.3f}\n")
        file.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics",
                    "--quiet", "--max-block-duration=24h", text,
                    os.path.join(folder, "blocks")], check=True,
                   stdout=subprocess.DEVNULL)
    sums = collections.Counter()
    for block in Path(folder, "blocks").iterdir():
        stats = json.loads((block / "meta.json").read_text())["stats"]
        sums["samples"] += stats["numSamples"]
        sums["series"] += stats["numSeries"]
        sums["index"] += (block / "index").stat().st_size
        sums["chunks"] += sum(f.stat().st_size
                              for f in (block / "chunks").iterdir())
    return {"chunk": sums["chunks"] / sums["samples"],
            "index": sums["index"] / sums["series"],
            "samples": sums["samples"] / sums["series"]}


# -- RRD


def rrd_bytes():
    """A file with one data source, as export-rrdtool.conf makes it."""
    with Samples(["export-rrdtool.conf"], quick=False) as daemon:
        daemon.putval(f"{HOST}/kasa-x/power", 1, int(time.time()), INTERVAL)
        path = daemon.path("rrd", HOST, "kasa-x", "power.rrd")
        daemon.wait(lambda: daemon.command_line("FLUSH plugin=rrdtool")
                    and os.path.exists(path), "the file")
        return os.path.getsize(path)
