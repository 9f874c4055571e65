# SPDX-License-Identifier: MIT
"""The benchmark of notify_kasa: what a notification costs collectd.

    python3 tests/bench/bench_alerts.py --build DIR [--out FILE]
        [--only floods|policies]

Notifications go in through collectd's own unixsock (PUTNOTIF): the thread that
serves this connection calls the plugins and answers when all have returned. Its
share of the CPU is the kernel's account of it (schedstat), its system calls are
seen by strace; what the same costs with no notification plugin at all is taken
off. notify_email is given a mail server on this machine that takes everything
at once.
"""

import argparse
import collections
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e" / "lib"))

from mocks.smtp import Smtp  # noqa: E402

COLLECTD = shutil.which("collectd") or "/usr/sbin/collectd"
PLUGINS = os.environ.get("COLLECTD_PLUGINS", "/usr/lib/collectd")
ALERTS = 10000
FLOODS = (5000, 10000, 20000, 40000)  # does the cost grow faster than these?
FLOOD_PACE = 20000 / 1.2  # a second
SERIES, LEVELS = 2000, 40  # of the flood: each goes bad and well in turn
# write is to an eventfd that does not block, futex the lock of a copy
HARMLESS = {"write", "futex", "madvise", "mmap", "munmap", "brk", "mprotect"}
SENTENCE = ("Host tester, plugin kasa (instance {0}) type power: Data source "
            '\\"value\\" is currently 1900.000000. That is above the failure '
            "threshold of 1800.000000.")

WELL = ("Host tester, plugin kasa (instance {0}) type power: All data sources "
        'are within range again. Current value of \\"value\\" is 90.000000.')

MISSING = "tester/kasa-{0}/power has not been updated for 300.100 seconds."
POLICIES_MAX = 1.5  # times the CPU of no policies

# Everything that may keep a message back, at once. None of it does for values
# out of range: it is about other devices and levels, and the rate is high.
ROUTE = """
  <Route "all">
    Channel "hub"
    GroupBy host plugin_instance
    GroupWait 10s
    GroupInterval 1m
    QuietHours "night"
    Escalation "somebody"
  </Route>
"""
POLICIES = """
  RateLimit 100000 1m
  Fallback "other"
  <Channel webhook "other">
    URL "http://127.0.0.1:9/"
  </Channel>
  <QuietHours "night">
    Time "00:00-24:00"
    PassLevel warning
  </QuietHours>
  <Maintenance "NAS backup">
    Time "00:00-24:00"
    Host "nas"
  </Maintenance>
  <Inhibit "router">
    <Source>
      Device "Router"
      Class "missing"
    </Source>
    <Target>
      Host "tester"
    </Target>
    Equal "host"
  </Inhibit>
  <Inhibit "the worse explains the better">
    <Source>
      Severity "FAILURE"
    </Source>
    <Target>
      Severity "WARNING"
    </Target>
    Equal "host" "device" "type"
  </Inhibit>
  <Storm>
  </Storm>
  <Flapping>
  </Flapping>
  <Escalation "somebody">
    Step 15m "hub" "other"
  </Escalation>
"""


class Daemon:
    def __init__(self, block, watched=None):
        """watched: a file for strace's account of every thread."""
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
        self.watched = watched is not None
        command = [COLLECTD, "-f", "-C", self.folder + "/conf"]
        if self.watched:
            command = ["strace", "-f", "-s", "64", "-o", watched] + command
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        before = self._settled_threads()
        self.socket = self._connect("sock")
        self.file = self.socket.makefile("rwb")
        self.notify("first")
        self.threads = self._threads() - before

    def _threads(self):
        return set(os.listdir(f"/proc/{self.process.pid}/task"))

    def _settled_threads(self):
        self._connect("sock").close()
        while True:
            found = self._threads()
            time.sleep(0.3)
            if found == self._threads():
                return found

    def thread_ns(self):
        """CPU time of the thread that serves our connection."""
        one, = self.threads
        text = Path(f"/proc/{self.process.pid}/task/{one}/schedstat").read_text()
        return int(text.split()[0])

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

    @staticmethod
    def line(name, good=False, text=None):
        text = (text or (WELL if good else SENTENCE)).format(name)
        return (f'PUTNOTIF severity={"okay" if good else "failure"} '
                f'time={int(time.time())} '
                f'host="tester" plugin="kasa" plugin_instance="{name}" '
                f'type="power" message="{text}"\n').encode()

    def notify_all(self, lines):
        """Without waiting for each answer; seconds until the last one."""
        began = time.monotonic()
        writer = threading.Thread(target=self.socket.sendall,
                                  args=(b"".join(lines),))
        writer.start()
        for _ in lines:
            answer = self.file.readline()
            if not answer.startswith(b"0 "):
                raise SystemExit(answer.decode())
        writer.join()
        return time.monotonic() - began

    def notify(self, name):
        """Seconds of one round trip."""
        line = self.line(name)
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
        if self.watched:  # strace blocks signals until its child ends
            os.kill(int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}"
                             "/children").read_text()), signal.SIGTERM)
        else:
            self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def kasa_block(build, more=""):
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
{more}</Plugin>
"""


def round_trips(daemon, count, name="Freezer"):
    """Microseconds: median of the round trips, CPU of collectd's thread."""
    for _ in range(min(count, 50)):
        daemon.notify(name)
    used = daemon.thread_ns()
    median = statistics.median(daemon.notify(name) for _ in range(count))
    return median * 1e6, (daemon.thread_ns() - used) / count / 1e3


def best_of(*blocks):
    """The least of some rounds in turn: what others do here only adds."""
    found = [[] for _ in blocks]
    for _ in range(3):
        for block, times in zip(blocks, found):
            with Daemon(block) as daemon:
                times.append(round_trips(daemon, 3000))
    return [tuple(min(one) for one in zip(*times)) for times in found]


def mail_block(port):
    return f"""
LoadPlugin notify_email
<Plugin notify_email>
  SMTPServer "127.0.0.1"
  SMTPPort {port}
  From "collectd@localhost"
  Recipient "me@localhost"
</Plugin>
"""


def mail_round_trips():
    """The same with notify_email, or None where it cannot run."""
    with Smtp() as server:
        with Daemon(mail_block(server.port)) as daemon:
            times = round_trips(daemon, 200)
        return times if len(server.mails) >= 200 else None


def system_calls(block, count=200):
    """How often which call was made between a request and its answer; None
    without strace."""
    if shutil.which("strace") is None:
        return None
    with tempfile.NamedTemporaryFile("r") as account:
        with Daemon(block, account.name) as daemon:
            for i in range(count):
                daemon.notify(f"Plug {i}")
                if i % 10 == 0:
                    time.sleep(0.05)  # the engine sleeps again
        made, inside = collections.Counter(), {}
        for line in account:
            thread, _, call = line.partition(" ")
            name = re.match(r"\s*(?:<\.\.\. )?(\w+)", call)
            if "PUTNOTIF sev" in call:
                # not the first: stdio looks at its file once
                inside[thread] = thread in inside
            elif '"0 Success' in call:
                inside[thread] = False
            elif name and inside.get(thread) and "resumed>" not in call:
                made[name.group(1)] += 1
    return {name: n / count for name, n in made.items()}


def per_call(calls):
    return ", ".join(f"{name} {n:.2g}" for name, n in sorted(calls.items())) \
        or "none"


def settle(daemon, received):
    """Waits until the engine has taken so many notifications; its status."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        status = daemon.ask(command="status")
        if status["received"] + status["lost"] >= received:
            return status
        time.sleep(0.05)
    raise SystemExit("the engine did not take all notifications")


def burst(build):
    """10 000 different alerts at once, faster than they can be recorded."""
    with Daemon(kasa_block(build)) as daemon:
        settle(daemon, 1)
        memory, cpu, began = daemon.memory_kib(), daemon.cpu(), time.monotonic()
        took = daemon.notify_all([daemon.line(f"Plug {i}")
                                  for i in range(ALERTS)])
        status = settle(daemon, ALERTS + 1)
        return {"open": status["open"] - 1, "lost": status["lost"], "rate": ALERTS / took,
                "recorded": time.monotonic() - began, "cpu": daemon.cpu() - cpu,
                "memory": daemon.memory_kib() - memory}


def flood(build):
    """Many changes of some thousand series, as fast as collectd takes them."""
    with Daemon(kasa_block(build)) as daemon:
        lines = [daemon.line(f"Plug {i}", good=level % 2 == 1)
                 for level in range(LEVELS) for i in range(SERIES)]
        lines += [daemon.line(f"Plug {i}") for i in range(SERIES)]
        took = daemon.notify_all(lines)
        status = settle(daemon, len(lines) + 1)
        return {"rate": len(lines) / took, "number": len(lines), "lost": status["lost"],
                "coalesced": status["coalesced"], "open": status["open"] - 1}


def all_recorded(daemon, number):
    """Waits until so many are open, beside the first; the status."""
    end = time.monotonic() + 300
    while True:
        status = daemon.ask(command="status")
        if status["open"] + status["lost"] > number:
            return status
        if time.monotonic() > end:
            raise SystemExit(f"{status['open']} of {number} recorded")
        time.sleep(0.1)


def one_flood(build, number):
    """That many different alerts at FLOOD_PACE; asked for its status at once
    and stopped when all are recorded."""
    with Daemon(kasa_block(build)) as daemon:
        settle(daemon, 1)
        cpu = daemon.cpu()
        began = time.monotonic()
        for first in range(0, number, 1000):
            daemon.notify_all([daemon.line(f"Plug {i}")
                               for i in range(first, first + 1000)])
            time.sleep(max(0, began + (first + 1000) / FLOOD_PACE
                           - time.monotonic()))
        took = time.monotonic() - began
        began = time.monotonic()
        daemon.ask(command="status")
        answered = time.monotonic() - began
        status = all_recorded(daemon, number)
        cpu = daemon.cpu() - cpu
        daemon.file.close()  # unixsock's thread reads on until then
        daemon.socket.close()
        began = time.monotonic()
        daemon.process.terminate()
        daemon.process.wait()
        return {"number": number, "took": took, "answered": answered, "cpu": cpu,
                "queued": sum(c["queued"] for c in status["channels"]),
                "lost": status["lost"], "stopped": time.monotonic() - began}


def recorded_cpu(block, text, silenced=False):
    """CPU of the daemon until ALERTS of them are recorded."""
    with Daemon(block) as daemon:
        settle(daemon, 1)
        if silenced:
            answer = daemon.ask(command="silence_add", comment="another one",
                                match={"Device": ["Freezer"]}, **{"for": 3600})
            if "id" not in answer:
                raise SystemExit(answer)
        cpu = daemon.cpu()
        for first in range(0, ALERTS, 1000):
            daemon.notify_all([daemon.line(f"Plug {i}", text=text)
                               for i in range(first, first + 1000)])
        all_recorded(daemon, ALERTS)
        return daemon.cpu() - cpu


def policies(build):
    """The same alerts without and with all policies, in turn; the table, and
    what is wrong with it."""
    lines = ["| 10 000 alerts to the committed queue, CPU of the daemon | no policies "
             "| all at once | times |", "| --- | --- | --- | --- |"]
    wrong = []
    night = POLICIES.replace("PassLevel warning", "PassLevel emergency")
    for what, text, block in (
            ("values out of range, all told", SENTENCE, POLICIES),
            ("the same, all held back by quiet hours", SENTENCE, night),
            ("devices that went missing, all part of a storm", MISSING, POLICIES)):
        plain, all_on = [], []
        for _ in range(3):
            plain.append(recorded_cpu(kasa_block(build), text))
            all_on.append(recorded_cpu(kasa_block(build, more=ROUTE + block),
                                       text, silenced=True))
        times = min(all_on) / min(plain)
        lines.append(f"| {what} | {min(plain):.2f} s | {min(all_on):.2f} s "
                     f"| {times:.2f} |")
        if times > POLICIES_MAX:
            wrong.append(f"all policies cost {times:.2f} times as much: {what}")
    return lines, wrong


def floods(build):
    """The table, and what is wrong with it."""
    found = [one_flood(build, number) for number in FLOODS]
    lines = ["| different alerts | sent in | status after | recorded at CPU, whole daemon "
             "| an alert | queued | lost | stop |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    lines += [f"| {f['number']} | {f['took']:.2f} s | {f['answered']:.2f} s | "
              f"{f['cpu']:.2f} s | {f['cpu'] / f['number'] * 1e6:.0f} µs | "
              f"{f['queued']:.0f} | {f['lost']:.0f} | {f['stopped']:.2f} s |"
              for f in found]
    first, last = found[0], found[-1]
    wrong = [f"{f['lost']:.0f} of {f['number']} lost" for f in found if f["lost"]]
    if last["cpu"] / last["number"] > 2 * first["cpu"] / first["number"]:
        wrong.append("an alert costs more the more there are")
    return lines, wrong


TABLES = {"floods": floods, "policies": policies}


def engine_alone(build):
    """What the engine's own test measures, without collectd around it."""
    program = Path(build, "tests/unit/alert/check_alert_engine")
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
    parser.add_argument("--only", choices=TABLES)
    options = parser.parse_args()
    build = options.build.resolve()

    tables, wrong = [], []
    for name, make in TABLES.items():
        if options.only in (None, name):
            lines, faults = make(build)
            print("\n".join(lines))
            tables += [""] + lines
            wrong += faults
    if options.only is not None:
        print("\n".join(f"FAILED: {one}" for one in wrong), end="")
        return 1 if wrong else 0
    (floor, floor_cpu), (ours, ours_cpu) = best_of("", kasa_block(build))
    own_calls = system_calls(kasa_block(build))
    theirs = their_calls = None
    if Path(PLUGINS, "notify_email.so").exists():
        theirs = mail_round_trips()
    if theirs is not None:
        with Smtp() as server:
            their_calls = system_calls(mail_block(server.port), 50)
    engine = engine_alone(build)
    all_at_once, changes = burst(build), flood(build)

    own = ours_cpu - floor_cpu
    rows = [("PUTNOTIF with nobody who listens: round trip, CPU of the thread",
             f"{floor:.1f} µs, {floor_cpu:.1f} µs", ""),
            ("a notification in collectd's thread, notify_kasa: CPU",
             f"{own:.1f} µs", "20 µs"),
            ("the round trip becomes longer by", f"{max(ours - floor, 0):.1f} µs",
             "")]
    if own_calls is not None:
        rows.append(("system calls in that thread for one, notify_kasa",
                     per_call(own_calls), "none that waits"))
    if theirs is None:
        rows.append(("notify_email", "not measured: it needs libesmtp6", ""))
    else:
        rows.append(("the same with notify_email: CPU, round trip longer by",
                     f"{theirs[1] - floor_cpu:.0f} µs, {theirs[0] - floor:.0f} µs",
                     ""))
        if their_calls is not None:
            rows.append(("its system calls for one", per_call(their_calls), ""))
    if engine is not None:
        rows.append(("callback alone", f"{engine[1]:.1f} µs", "20 µs"))
        rows.append((f"{ALERTS} alerts to the committed queue",
                     f"{engine[0]:.2f} s CPU", "2 s"))
        rows.append((f"memory of {ALERTS} open alerts",
                     f"{engine[2] / 1024:.0f} MiB", ""))
    rows.append((f"{ALERTS} different alerts in one burst through collectd's "
                 "socket", f"{all_at_once['rate']:.0f} per s taken, all recorded after "
                 f"{all_at_once['recorded']:.1f} s, {all_at_once['lost']:.0f} lost, "
                 f"{all_at_once['cpu']:.1f} s CPU of the whole daemon, "
                 f"{all_at_once['memory'] / 1024:.0f} MiB", "none lost"))
    rows.append((f"{changes['number']} changes of {SERIES} series, as fast as "
                 "collectd takes them", f"{changes['rate']:.0f} per s, "
                 f"{changes['lost']:.0f} lost, of {changes['coalesced']:.0f} only the "
                 f"latest counted, {changes['open']:.0f} of {SERIES} bad at the end",
                 "none lost"))
    lines = ["| Alerts | measured | aim |", "| --- | --- | --- |"]
    lines += [f"| {a} | {b} | {c} |" for a, b, c in rows]
    print("\n".join(lines))
    if options.out is not None:
        options.out.write_text("\n".join(lines + tables) + "\n")
    waits = set(own_calls or ()) - HARMLESS
    lost = (all_at_once["open"] != ALERTS or all_at_once["lost"] or changes["lost"]
            or changes["open"] != SERIES)
    if own > 100 or lost or waits or wrong:
        print(f"FAILED: too slow, alerts were lost, or it waits {waits or ''} "
              + ", ".join(wrong))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
