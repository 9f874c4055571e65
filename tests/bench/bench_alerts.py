"""The benchmark of notify_kasa: what a notification costs collectd.

    python3 tests/bench/bench_alerts.py --build DIR [--out FILE]

Notifications go in through collectd's own unixsock (PUTNOTIF), one after the
other: each round trip ends when all callbacks have returned. What the same
costs with no notification plugin at all is taken off. notify_email is given a
mail server on this machine that takes everything at once.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from mocks.smtp import Smtp  # noqa: E402

COLLECTD = shutil.which("collectd") or "/usr/sbin/collectd"
PLUGINS = os.environ.get("COLLECTD_PLUGINS", "/usr/lib/collectd")
ALERTS, BURST = 10000, 2500
SENTENCE = ("Host tester, plugin kasa (instance {0}) type power: Data source "
            '\\"value\\" is currently 1900.000000. That is above the failure '
            "threshold of 1800.000000.")


class Daemon:
    def __init__(self, block):
        self.folder = tempfile.mkdtemp(prefix="bench")
        Path(self.folder, "conf").write_text(f"""
Hostname "tester"
FQDNLookup false
BaseDir "{self.folder}"
Interval 10
PluginDir "{PLUGINS}"
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{self.folder}/sock"
</Plugin>
""" + block.format(base=self.folder))
        self.process = subprocess.Popen(
            [COLLECTD, "-f", "-C", self.folder + "/conf"],
            stderr=subprocess.DEVNULL)
        self.socket = self._connect("sock")
        self.file = self.socket.makefile("rwb")

    def _connect(self, name):
        end = time.monotonic() + 20
        while True:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(f"{self.folder}/{name}")
                return sock
            except OSError:
                sock.close()
                if time.monotonic() > end or self.process.poll() is not None:
                    raise SystemExit("collectd did not start") from None
                time.sleep(0.02)

    def notify(self, name):
        """Seconds of one round trip."""
        line = (f'PUTNOTIF severity=failure time={int(time.time())} '
                f'host="tester" plugin="kasa" plugin_instance="{name}" '
                f'type="power" message="{SENTENCE.format(name)}"\n').encode()
        began = time.perf_counter()
        self.file.write(line)
        self.file.flush()
        answer = self.file.readline()
        took = time.perf_counter() - began
        if not answer.startswith(b"0 "):
            raise SystemExit(answer.decode())
        return took

    def ask(self, **request):
        with self._connect("control") as sock:
            sock.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(sock.makefile().readline())

    def memory_kib(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def kasa_block(build):
    """Two routes' worth of nobody: the webhook's port is closed."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    return f"""
PluginDir "{build}/.libs"
LoadPlugin notify_kasa
<Plugin notify_kasa>
  StateDirectory "state"
  ControlSocket "{{base}}/control"
  <Channel webhook "hub">
    URL "http://127.0.0.1:{port}/"
  </Channel>
</Plugin>
"""


def round_trips(daemon, count, name="Freezer"):
    for _ in range(min(count, 50)):
        daemon.notify(name)
    return statistics.median(daemon.notify(name) for _ in range(count)) * 1e6


def mail_round_trip():
    """Microseconds with notify_email, or None where it cannot run."""
    with Smtp() as server:
        block = f"""
LoadPlugin notify_email
<Plugin notify_email>
  SMTPServer "127.0.0.1"
  SMTPPort {server.port}
  From "collectd@localhost"
  Recipient "me@localhost"
</Plugin>
"""
        with Daemon(block) as daemon:
            time_each = round_trips(daemon, 200)
        return time_each if len(server.mails) >= 200 else None


def flood(build):
    """10 000 different alerts, in bursts that fit the ring between collectd's
    threads and the engine's (4096): how fast they are recorded."""
    with Daemon(kasa_block(build)) as daemon:
        daemon.ask(command="status")
        memory, cpu, began = daemon.memory_kib(), daemon.cpu(), time.monotonic()
        for first in range(0, ALERTS, BURST):
            for i in range(first, first + BURST):
                daemon.notify(f"Plug {i}")
            while daemon.ask(command="status")["open"] < first + BURST:
                if time.monotonic() - began > 60:
                    break
                time.sleep(0.02)
        recorded = time.monotonic() - began
        return {"open": daemon.ask(command="status")["open"], "recorded": recorded, "cpu": daemon.cpu() - cpu,
                "memory": daemon.memory_kib() - memory}


def engine_alone(build):
    """What the engine's own test measures, without collectd around it."""
    program = Path(build, "tests/unit/check_alert_engine")
    if not program.exists():
        return None
    out = subprocess.run([program], capture_output=True, text=True,
                         cwd=build, check=False,
                         env={**os.environ, "CK_DEFAULT_TIMEOUT": "120"})
    found = re.search(r"alerts: ([\d.]+) s CPU.*?; ([\d.]+) us per notification"
                      r".*?; (\d+) KiB", out.stdout + out.stderr)
    return [float(x) for x in found.groups()] if found else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    build = options.build.resolve()

    with Daemon("") as daemon:
        floor = round_trips(daemon, 2000)
    with Daemon(kasa_block(build)) as daemon:
        ours = round_trips(daemon, 2000)
    theirs = mail_round_trip() if Path(
        PLUGINS, "notify_email.so").exists() else None
    engine = engine_alone(build)
    all_of_them = flood(build)

    rows = [("PUTNOTIF round trip, nobody listens", f"{floor:.1f} µs", ""),
            ("more with notify_kasa", f"{max(ours - floor, 0):.1f} µs", "20 µs")]
    if theirs is None:
        rows.append(("more with notify_email", "not measured: it needs "
                     "libesmtp6", ""))
    else:
        rows.append(("more with notify_email", f"{theirs - floor:.0f} µs "
                     f"({(theirs - floor) / max(ours - floor, 1):.0f} times)",
                     ""))
    if engine is not None:
        rows.append(("callback alone", f"{engine[1]:.1f} µs", "20 µs"))
        rows.append((f"{ALERTS} alerts to the committed queue",
                     f"{engine[0]:.2f} s CPU", "2 s"))
        rows.append((f"memory of {ALERTS} open alerts",
                     f"{engine[2] / 1024:.0f} MiB", ""))
    done = all_of_them
    rows.append((f"{ALERTS} alerts through collectd's socket",
                 f"{done['open'] / done['recorded']:.0f} per s recorded, "
                 f"{ALERTS - done['open']} lost, {done['cpu']:.1f} s CPU, "
                 f"{done['memory'] / 1024:.0f} MiB", "none lost"))
    lines = ["| Alerts | measured | aim |", "| --- | --- | --- |"]
    lines += [f"| {a} | {b} | {c} |" for a, b, c in rows]
    print("\n".join(lines))
    if options.out is not None:
        options.out.write_text("\n".join(lines) + "\n")
    if ours - floor > 200 or done["open"] != ALERTS:
        print("FAILED: too slow, or alerts were lost")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
