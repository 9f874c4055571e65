# SPDX-License-Identifier: MIT
"""The benchmark: `./check.sh bench`.

Everything in one table comes from one run on one simulator, so that ratios
hold whatever the machine does. CPU times are the kernel's own accounting per
thread (schedstat), less what the same daemon uses without the plugin.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BROADCAST = "127.255.255.255"
FIRST = "127.77.0.1"


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Sim:
    """kasasim with COUNT generated meter plugs."""

    def __init__(self, build, count, *options):
        self.folder = tempfile.mkdtemp(prefix="bench")
        self.control = os.path.join(self.folder, "control")
        self.process = subprocess.Popen(
            [build / "kasasim", "--count", str(count), *options, "--control", self.control],
            stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit("kasasim did not start")

    def call(self, **request):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.control)
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(s.makefile().readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def numbers(*command):
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True)
    return [float(x) for x in out.stdout.split()]


def cpu_seconds(pid):
    """CPU seconds by thread name, and of all threads."""
    by_name, total = {}, 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            seconds = int((task / "schedstat").read_text().split()[0]) / 1e9
            name = (task / "comm").read_text().strip()
        except FileNotFoundError:
            continue
        by_name[name] = by_name.get(name, 0.0) + seconds
        total += seconds
    return by_name, total


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Daemon:
    """collectd with write_prometheus and one more plugin (or none)."""

    def __init__(self, build, plugin, block):
        self.folder = tempfile.mkdtemp(prefix="bench")
        self.port = free_port()
        # write_prometheus sorts all metrics of a family at each new one: with
        # thousands of devices the last are there only after a while, and the
        # first must not be given up by then for want of news.
        config = f"""
Hostname "bench"
FQDNLookup false
BaseDir "{self.folder}"
Interval 1
Timeout 600
LoadPlugin logfile
<Plugin logfile>
  File "{self.folder}/log"
  LogLevel info
</Plugin>
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Port "{self.port}"
</Plugin>
"""
        if plugin:
            config += f'PluginDir "{build}/.libs"\nLoadPlugin {plugin}\n<Plugin {plugin}>\n{block}\n</Plugin>\n'
        path = os.path.join(self.folder, "conf")
        Path(path).write_text(config)
        self.process = subprocess.Popen(["collectd", "-f", "-C", path],
                                        preexec_fn=raise_limit)

    def page(self):
        import urllib.request
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10).read().decode()
        except OSError:
            return ""

    def wait_for(self, wanted, timeout=180):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if wanted(self.page()):
                return
            time.sleep(0.3)
        raise SystemExit("the daemon did not get going: "
                         + Path(self.folder, "log").read_text()[-2000:])

    def measure(self, seconds):
        names, total = cpu_seconds(self.process.pid)
        time.sleep(seconds)
        names_after, total_after = cpu_seconds(self.process.pid)
        return ({n: names_after[n] - names.get(n, 0) for n in names_after}, total_after - total)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def bench_daemon(build, count, cycles, more=""):
    """Engine thread and whole daemon, us per poll; values per poll."""
    with Daemon(build, "kasa", f'{more}DiscoveryTarget "{BROADCAST}"\nDiscoveryInterval 86400\n'
                               "DiscoveryTimeout 2\nEnergyInterval 86400") as daemon:
        daemon.wait_for(lambda page: f'type="up"' not in page and page.count("collectd_kasa_power{") == count
                        and page.count("collectd_kasa_kwh_today{") == count)
        time.sleep(2.5)
        threads, total = daemon.measure(cycles)
        series = [line.split("{")[0] for line in daemon.page().splitlines()
                  if line.startswith("collectd_kasa")]
        # these are dispatched at every fourth poll only
        seldom = series.count("collectd_kasa_failures_total") * 3 / 4
        values = (len(series) - seldom) / count
    return threads["kasa"] * 1e6 / count / cycles, total * 1e6 / count / cycles, values


def bench_dispatch(build, count, values, cycles):
    with Daemon(build, "dispatch_floor", f"Devices {count}\nValues {values}") as daemon:
        daemon.wait_for(lambda page: page.count("{floor=") == count * values)
        time.sleep(2.5)
        threads, total = daemon.measure(cycles)
    return threads["floor"] * 1e6 / count / cycles, total * 1e6 / count / cycles


def bench_bare(build, cycles):
    with Daemon(build, None, "") as daemon:
        daemon.wait_for(lambda page: "collectd" in page or page != "", timeout=20)
        _, total = daemon.measure(cycles)
    return total / cycles


def bench_silent(build, count, rounds=5):
    """Mean answer time in ms of the others: all answer, and a tenth is silent.
    Both take turns, and the middle one of several runs counts."""
    times = {0: [], count // 10: []}
    for _ in range(rounds):
        for silent, found in times.items():
            with Sim(build, count, "--keep-open") as sim:
                devices = [d["alias"] for d in sim.call(cmd="truth")["devices"]][:silent]
                for name in devices:
                    sim.call(cmd="fault", device=name, fault="silence")
                found.append(numbers(build / "bench_engine_only", count, 5, BROADCAST)[4])
    return [statistics.median(found) for found in times.values()]


def bench_peer(kind, count):
    script = HERE / ("peer_python_kasa.py" if kind == "python" else "peer_smarthome_api.js")
    interpreter = os.environ.get("KASA_PYTHON", sys.executable) if kind == "python" else "node"
    environment = dict(os.environ)
    if kind == "node":
        environment["NODE_PATH"] = os.environ.get("KASA_NODE", "") + "/node_modules"
    out = subprocess.run([interpreter, str(script), str(count), FIRST],
                         capture_output=True, text=True, env=environment)
    if out.returncode != 0:
        return None
    return float(out.stdout.split()[0])


def row(cells, widths):
    return "| " + " | ".join(str(c).rjust(w) for c, w in zip(cells, widths)) + " |"


def fmt(value, digits=1):
    return "-" if value is None else f"{value:.{digits}f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=Path.cwd())
    parser.add_argument("--counts", default="1,10,100,1000,3000")
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    build = args.build.resolve()
    raise_limit()
    counts = [int(c) for c in args.counts.split(",")]
    bare = bench_bare(build, args.cycles)
    lines, given = [], []

    def say(text=""):
        print(text, flush=True)
        lines.append(text)

    head = ["devices", "cycle ms", "floor kept", "floor connect", "engine kept", "x", "engine connect", "x",
            "engine in collectd", "x", "dispatch floor", "daemon", "x", "bytes/device",
            "python-kasa", "smarthome-api"]
    widths = [max(len(h), 7) for h in head]
    say("CPU in microseconds per poll of one meter plug; x: ratio to the floor named in the text")
    say()
    say(row(head, widths))
    say("|" + "|".join("-" * (w + 1) + ":" for w in widths) + "|")
    for count in counts:
        with Sim(build, count, "--keep-open"):
            kept = numbers(build / "bench_floor", "kept", count, args.cycles, FIRST)
            connect = numbers(build / "bench_floor", "connect", count, args.cycles, FIRST)
            engine = numbers(build / "bench_engine_only", count, args.cycles, BROADCAST)
            inside, daemon, values = bench_daemon(build, count, args.cycles)
            python = bench_peer("python", count) if count <= 1000 else None
            node = bench_peer("node", count) if count <= 1000 else None
        with Sim(build, count, "--close"):
            connecting = numbers(build / "bench_engine_only", count, args.cycles, BROADCAST)
        floor_thread, dispatch = bench_dispatch(build, count, round(values), args.cycles)
        daemon -= bare * 1e6 / count
        dispatch -= bare * 1e6 / count
        given.append(f"{count}: {fmt(floor_thread)}")
        say(row([count, fmt(engine[1]), fmt(kept[0]), fmt(connect[0]),
                 fmt(engine[0]), fmt(engine[0] / kept[0], 2),
                 fmt(connecting[0]), fmt(connecting[0] / connect[0], 2),
                 fmt(inside), fmt(inside / kept[0], 2),
                 fmt(dispatch), fmt(daemon), fmt(daemon / (kept[0] + dispatch), 2),
                 fmt(engine[2], 0), fmt(python), fmt(node)], widths))
    times = bench_silent(build, 1000)
    say()
    say(f"Values dispatched per poll: {values:.1f}. To hand them to collectd takes the thread of the dispatch floor, "
        f"in us per poll of so many devices: {', '.join(given)}.")
    say(f"Mean answer time of 1000 devices {times[0]:.2f} ms; of the other 900 while 100 are silent "
        f"{times[1]:.2f} ms ({(times[1] / times[0] - 1) * 100:+.1f} %).")
    import bench_newer  # borrows from here
    say()
    wrong = bench_newer.table(build, args.cycles, 3, say)
    if args.out:
        args.out.write_text("\n".join(lines) + "\n")
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
