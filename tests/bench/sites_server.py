# SPDX-License-Identifier: MIT
"""What the collectd in the middle costs: processor time of a received value,
memory of a series, and its page when there are many."""

import os
import re
import socket
import time
from pathlib import Path

from collectd import free_port, http_get, quoted, wait
from tree import SOURCE
from samples import Samples
from sites_measure import INTERVAL, Prometheus

TYPES = (f'TypesDB "/usr/share/collectd/types.db" "{SOURCE}/types.db"\n')


def processor_seconds(daemon):
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text(
        "ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(process):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(
        f"/proc/{process.pid}/status").read_text("ascii")).group(1))


def put(source, hosts, names, when, interval=INTERVAL):
    """One value of each series of each host, host after host, so that the
    system's buffers hold them on their way."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(source.path("sock"))
        with sock.makefile("rwb") as stream:
            for host in hosts:
                for name in names:
                    stream.write(
                        f"PUTVAL {quoted(host + '/' + name)} interval="
                        f"{interval} {when}:{when % 1000}\n".encode())
                stream.flush()
                for _ in names:
                    stream.readline()
    source.command_line("FLUSH plugin=network")


def settled(server, when):
    """How many series have a value of that time, once no more come."""
    last = -1
    while True:
        have = sum(t == when for t in server.listval().values())
        if have == last:
            return have
        last = have
        time.sleep(0.5)


def received(names, sites, rounds, level):
    """A server with network.conf and export-prometheus.conf that gets every
    value of so many sites, round after round."""
    def edit(text):
        return text.replace("SecurityLevel Encrypt", f"SecurityLevel {level}")
    port = free_port()
    hosts = [f"site-{n:04d}" for n in range(sites)]
    total = len(hosts) * len(names)
    took, lost = [], 0
    with Samples(["network.conf", "export-prometheus.conf"], network=port,
                 change={"network.conf": edit}) as server, Samples(
                     ["export-network.conf"], network=port, extra=TYPES,
                     change={"export-network.conf": edit}) as source:
        for daemon in (server, source):
            daemon.wait_line("entering read-loop")
        base = int(time.time()) // INTERVAL * INTERVAL
        empty = memory_kib(server.process)
        for number in range(rounds + 1):
            begin = processor_seconds(server)
            # the last ones are to stay for as long as is looked at them
            put(source, hosts, names, base + number * INTERVAL,
                INTERVAL if number < rounds else 300)
            lost += total - settled(server, base + number * INTERVAL)
            took.append(processor_seconds(server) - begin)
        began = time.monotonic()
        size = len(http_get(f"http://127.0.0.1:{server.port}/metrics"))
        scrape = time.monotonic() - began
        full = memory_kib(server.process)
        with Prometheus(server.folder, server.port, "15s") as prometheus:
            wait(lambda: prometheus.own("process_start_time_seconds"),
                 "Prometheus", 60)
            alone = memory_kib(prometheus.process)
            wait(lambda: prometheus.own("prometheus_tsdb_head_series")
                 > 0.9 * total, "the series", 120)
            kept = memory_kib(prometheus.process) - alone
    return {"series": total, "first": took[0] / total * 1e6,
            "each": sum(took[1:]) / max(rounds, 1) / total * 1e6,
            "lost": lost / (rounds + 1) / total, "scrape": scrape,
            "page": size / total, "memory": (full - empty) / total,
            "prometheus": kept / total}
