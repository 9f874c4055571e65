# SPDX-License-Identifier: MIT
"""A private collectd with kasa.so, and what comes out of its other ends.

    with Collectd('Discovery false\\n<Device "127.77.0.1">\\n</Device>') as c:
        c.wait_for('collectd_kasa_up{kasa="Freezer"}', 1)

It runs in the foreground in a folder of its own and is stopped by its process
id. Leaving the block fails the test when the daemon did not end well, when a
sanitizer had something to say, or when the log holds errors nobody expected.

Environment: KASA_BUILD (the build folder; default: the current one), COLLECTD,
COLLECTD_PLUGINDIR, KASA_PRELOAD (a sanitizer's library), KASA_WRAP (a command
to run the daemon under, like "valgrind -q --error-exitcode=9").
"""

import calendar
import glob
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import clock
import instruments

BUILD = os.path.abspath(os.environ.get("KASA_BUILD", "."))
COLLECTD = (os.environ.get("COLLECTD") or shutil.which("collectd")
            or "/usr/sbin/collectd")
PLUGINDIR = os.environ.get("COLLECTD_PLUGINDIR", "/usr/lib/collectd")
PRELOAD = os.environ.get("KASA_PRELOAD", "")
WRAP = shlex.split(os.environ.get("KASA_WRAP", ""))
HOST = "tester"

# Everything takes longer under an instrument.
SLOWNESS = 8 if WRAP else 3 if PRELOAD else 1

# Lines that are never right, whatever a test provokes.
NEVER = re.compile(r"Dataset not found|has not been registered"
                   r"|UNKNOWN plugin|read-function of plugin .* failed")
# Two values of a series that were dispatched in one moment, or under one time
# stamp. Of values further apart collectd's own writers may overtake one
# another when the machine stalls, and everything stalls under an instrument.
TOO_OLD = re.compile(r"Value too old: .*value time = ([\d.]+);"
                     r" last cache update = ([\d.]+)")


def too_old(line):
    found = TOO_OLD.search(line)
    if found is None:
        return False
    sent, cached = map(float, found.groups())
    return cached - sent < (0.4 if SLOWNESS == 1 else 0.001)


# What collectd says of itself, whatever is loaded: of write_prometheus, and of
# a unixsock thread that is already over.
NOISE = re.compile(r"MHD_OPTION_EXTERNAL_LOGGER|set_thread_name")


def why_not():
    """Why no daemon can run here, or None."""
    if not os.access(COLLECTD, os.X_OK):
        return "collectd is not installed"
    if not os.path.exists(os.path.join(BUILD, ".libs", "kasa.so")):
        return "kasa.so is not built"
    return None


def missing_plugins(*names):
    return [n for n in names
            if not os.path.exists(os.path.join(PLUGINDIR, n + ".so"))]


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait(condition, what, timeout=10, tell=None):
    """Returns the first true value of condition(). What others take of the
    machine does not count as waiting."""
    watch = clock.Patience(timeout * SLOWNESS)
    value = clock.until(condition, timeout * SLOWNESS)
    if not value:
        story = "\n" + tell() if tell is not None else ""
        raise AssertionError(
            f"not within {timeout * SLOWNESS:g} s (and {watch.lost():.1f} s of"
            f" others): {what}{story}")
    return value


def daemon_command(config, *arguments, wrap=()):
    """collectd with that configuration, under the instrument that is asked
    for. The library is for the daemon alone: a shell may not bear it. libcrypt
    comes with it: else its crypt_r() stays unknown to the interceptor."""
    load = ["env", f"LD_PRELOAD={PRELOAD}:libcrypt.so.1"] if PRELOAD else []
    return [*wrap, *WRAP, *load, COLLECTD, "-C", config, *arguments]


def environment(more=()):
    """Of a daemon. instruments.py tells whose a report is, so that a report
    does not change the status collectd ends with."""
    env = {**os.environ, **dict(more)}
    for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"):
        env[name] = "exitcode=0:" + env.get(name, "")
    return env


# -- the metrics page

_LINE = re.compile(r'([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: (\d+))?$')
_LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Key(tuple):
    """A series: name and labels without the instance, comparable."""

    def __new__(cls, name, **labels):
        return super().__new__(cls, (name, tuple(sorted(labels.items()))))

    @property
    def name(self):
        return self[0]

    @property
    def labels(self):
        return dict(self[1])

    def __repr__(self):
        inside = ",".join(f'{k}="{v}"' for k, v in self[1])
        return f"{self[0]}{{{inside}}}"


class Page(dict):
    """Values by Key, with .times and .types beside. host: whose they are, or
    None for a page of many: then Keys have the label instance."""

    def __init__(self, text, host=HOST):
        super().__init__()
        self.text, self.times, self.types = text, {}, {}
        for line in text.split("\n"):
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:4]
                self.types[name] = kind
            if not line or line.startswith("#"):
                continue
            found = _LINE.match(line)
            assert found, f"not a line of a metrics page: {line!r}"
            name, labels, value, stamp = found.groups()
            labels = self._labels(labels or "")
            if host is not None:
                assert labels.pop("instance") == host
            key = Key(name, **labels)
            assert key not in self, f"twice on the page: {key!r}"
            self[key] = float(value)
            self.times[key] = int(stamp) / 1000 if stamp else None

    @staticmethod
    def _labels(text):
        labels, at = {}, 0
        for found in _LABEL.finditer(text):
            assert found.start() == at, f"not labels: {text!r}"
            at = found.end()
            labels[found.group(1)] = re.sub(
                r"\\.", lambda m: _ESCAPES[m.group()], found.group(2))
        assert at == len(text), f"not labels: {text!r}"
        return labels

    def get_one(self, name, **labels):
        # a reason that never occurred is not there
        none = 0 if name == "kasa_failures_total" else None
        return self.get(Key("collectd_" + name, **labels), none)

    def names(self, name="collectd_kasa_up"):
        """The devices that have this series."""
        return {k.labels["kasa"] for k in self if k.name == name}


# -- the daemon


def connected(sock, path):
    """False while the daemon has made the socket and does not listen yet."""
    try:
        sock.connect(path)
    except ConnectionRefusedError:
        return False
    return True


class Collectd:
    """kasa: the lines inside <Plugin kasa>. blocks: further configuration.
    errors: a regular expression of error lines that are expected (None: none,
    True: any). plugins: of collectd's own; csv, unixsock and write_prometheus
    are always there. status: Report status true, so that all values are
    seen."""

    def __init__(self, kasa="", *, interval=1, blocks="", plugins=(),
                 errors=None, discover=True, load=None, env=None, wrap=(),
                 whole=None, ours=True, status=True):
        self.interval = interval
        self.errors = errors
        self.folder = tempfile.mkdtemp(prefix="kasa-e2e-")
        self.port = free_port()
        self.process = self.stop_seconds = self.status = None
        self._env, self._wrap = env or {}, list(wrap)
        self.config = os.path.join(self.folder, "collectd.conf")
        if discover:
            kasa = 'DiscoveryTarget "127.255.255.255"\n' + kasa
            if "DiscoveryTimeout" not in kasa:
                kasa = "DiscoveryTimeout 0.6\n" + kasa
        if status:
            kasa = "Report status true\n" + kasa
        text = whole or self._configuration(kasa, blocks, plugins, load, ours)
        with open(self.config, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def _configuration(self, kasa, blocks, plugins, load, ours):
        mine = f"""
PluginDir "{BUILD}/.libs"
<LoadPlugin kasa>
  Interval {self.interval}
{load or ""}
</LoadPlugin>
<Plugin kasa>
{kasa}
</Plugin>
"""
        others = "".join(f"LoadPlugin {p}\n" for p in plugins)
        return f"""
Hostname "{HOST}"
FQDNLookup false
BaseDir "{self.folder}"
PIDFile "{self.folder}/pid"
Interval {self.interval}
PluginDir "{PLUGINDIR}"
LoadPlugin logfile
<Plugin logfile>
  File "{self.folder}/log"
  LogLevel info
  Timestamp true
  PrintSeverity true
</Plugin>
{others}LoadPlugin csv
<Plugin csv>
  DataDir "{self.folder}/csv"
  StoreRates false
</Plugin>
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "{self.port}"
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{self.folder}/sock"
</Plugin>
{mine if ours else ""}
PluginDir "{PLUGINDIR}"
{blocks}
"""

    # -- life

    def command(self, *arguments):
        return daemon_command(self.config, *arguments, wrap=self._wrap)

    def environment(self):
        return environment(self._env)

    def start(self):
        with open(self.path("stderr"), "wb") as out:
            self.process = subprocess.Popen(
                self.command("-f"), stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, cwd=self.folder, env=self.environment())
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            self.stop()
            if kind is None:
                self.verify()
        finally:
            self.remove()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listens_to(self, how):
        """Whether a signal would be taken, or nobody is there any more."""
        if self.process.poll() is not None or how == signal.SIGKILL:
            return True
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            caught = re.search(r"^SigCgt:\s*(\w+)$", file.read(), re.M).group(1)
        return int(caught, 16) >> (how - 1) & 1 == 1

    def stop(self, how=signal.SIGTERM):
        """Ends the daemon; stop_seconds is how long that took, of a machine
        that does nothing else, but at least a part of what passed."""
        if self.process is None:
            return self.status
        # it reads its configuration first, and would just die
        wait(lambda: self._listens_to(how), "the daemon's handler of the signal")
        watch = clock.Patience(0)
        self.process.send_signal(how)
        try:
            self.status = self.process.wait(20 * SLOWNESS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = self.process.wait()
            self.process = None
            raise AssertionError(
                f"collectd did not end within 20 s\n{self.tail()}") from None
        self.stop_seconds = watch.took()
        self.process = None
        return self.status

    def run_once(self, timeout=60):
        """collectd -T: everything once; returns the exit status."""
        with open(self.path("stderr"), "wb") as out:
            return subprocess.run(
                self.command("-T"), stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, cwd=self.folder, env=self.environment(),
                timeout=timeout * SLOWNESS, check=False).returncode

    def verify(self):
        """Nothing in the log or on stderr that should not be there."""
        text = self.log() + self.stderr()
        found = instruments.reports(text)
        assert not found, "reported:\n" + "\n\n".join(found)[:20000]
        assert self.status in (0, None), (
            f"collectd ended with {self.status}\n{self.tail()}")
        lines = [x for x in text.splitlines() if NEVER.search(x) or too_old(x)]
        if self.errors is not True:
            lines += [x for x in self.errors_logged() if self.errors is None
                      or not re.search(self.errors, x)]
        assert not lines, "in the log:\n" + "\n".join(lines[:20])

    # -- its log

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def _read(self, name):
        try:
            with open(self.path(name), encoding="utf-8",
                      errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def log(self):
        return self._read("log")

    def stderr(self):
        return self._read("stderr")

    def tail(self):
        return ("-- log\n" + self.log()[-4000:] + "\n-- stderr\n"
                + self.stderr()[-2000:])

    def lines(self, pattern="", severity=None):
        """Lines of the log, and of stderr from before there was one."""
        out = []
        for line in (self.stderr() + self.log()).splitlines():
            if severity is not None and f"[{severity}]" not in line:
                continue
            if re.search(pattern, line):
                out.append(line)
        return out

    def ours(self, pattern=""):
        """What kasa.so said."""
        return self.lines("kasa plugin: .*(" + pattern + ")")

    def errors_logged(self):
        return [line for line in self.lines(severity="error")
                if not NOISE.search(line)]

    # -- waiting

    def alive(self):
        assert self.process is None or self.process.poll() is None, (
            f"collectd ended by itself: {self.process.returncode}\n"
            + self.tail() + self.stderr()[-20000:])

    def wait(self, condition, what, timeout=10):
        def alive_and():
            self.alive()
            return condition()
        return wait(alive_and, what, timeout, self.tail)

    def page(self):
        """The metrics page; empty while there is none."""
        try:
            return Page(http_get(f"http://127.0.0.1:{self.port}/metrics"), HOST)
        except OSError:
            self.alive()
            return Page("")

    def wait_page(self, condition, what, timeout=10):
        """The first page of which condition holds."""
        def look():
            page = self.page()
            return page if condition(page) else None
        return self.wait(look, what, timeout)

    def _wait_state(self, names, up, word, timeout):
        left = set(names)

        def look(page):
            left.clear()
            left.update(n for n in names
                        if page.get_one("kasa_up", kasa=n) != up)
            return not left
        try:
            return self.wait_page(look, f"{word}: {', '.join(names)}", timeout)
        except AssertionError as error:
            raise AssertionError(
                f"not {word}: {', '.join(sorted(left))}\n{error}") from None

    def wait_up(self, *names, timeout=10):
        """A page on which these devices are up."""
        return self._wait_state(names, 1, "up", timeout)

    def wait_down(self, *names, timeout=10):
        return self._wait_state(names, 0, "down", timeout)

    def wait_line(self, pattern, timeout=10, count=1):
        return self.wait(
            lambda: len(self.lines(pattern)) >= count and self.lines(pattern),
            f"a log line like {pattern}", timeout)

    def stamp(self, page=None):
        """When the last whole cycle was reported."""
        page = page or self.page()
        return page.times.get(Key("collectd_kasa_total_poll_duration"), 0)

    def cycles(self, n=1, timeout=None):
        """Waits until n more cycles are over; returns that page. The last of
        them began and ended after the call."""
        page = self.page()
        for _ in range(n + 1):
            before = self.stamp(page)
            page = self.wait_page(
                lambda p: self.stamp(p) > before, "another cycle",
                timeout or 5 + 5 * self.interval)
        return page

    # -- other ends

    def csv(self, plugin, name, type_, instance=""):
        """[(time, value)] of one series."""
        folder = self.path("csv", HOST, plugin + ("-" + name if name else ""))
        series = type_ + ("-" + instance if instance else "")
        out = []
        for path in sorted(glob.glob(glob.escape(os.path.join(folder, series))
                                     + "-????-??-??")):
            with open(path, encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.startswith("epoch") or not line.endswith("\n"):
                        continue
                    stamp, value = line.split(",")
                    out.append((float(stamp), float(value)))
        return out

    def csv_series(self):
        """{(folder, series)} of all csv files, dates left off."""
        out = set()
        top = self.path("csv", HOST)
        for folder in os.listdir(top) if os.path.isdir(top) else ():
            for name in os.listdir(os.path.join(top, folder)):
                out.add((folder, re.sub(r"-\d{4}-\d\d-\d\d$", "", name)))
        return out

    def command_line(self, line):
        """One command on the Unix socket; returns its lines of answer."""
        self.wait(lambda: os.path.exists(self.path("sock")), "the socket")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10 * SLOWNESS)
            self.wait(lambda: connected(sock, self.path("sock")), "the socket")
            sock.sendall(line.encode() + b"\n")
            with sock.makefile("r", encoding="utf-8",
                               errors="surrogateescape") as file:
                head = file.readline()
                count, text = head.split(" ", 1)
                assert int(count) >= 0, f"{line}: {text}"
                return [file.readline().rstrip("\n")
                        for _ in range(int(count))] or [text.rstrip("\n")]

    def putval(self, identifier, value, when="N", interval=None):
        option = f" interval={interval}" if interval else ""
        return self.command_line(
            f"PUTVAL {quoted(identifier)}{option} {when}:{value}")

    def getval(self, identifier):
        return self.command_line(f"GETVAL {quoted(identifier)}")

    def listval(self):
        """{identifier: time}"""
        out = {}
        for line in self.command_line("LISTVAL"):
            if line.startswith("Value"):
                break  # "Values found", and there are none
            stamp, name = line.split(" ", 1)
            out[name] = float(stamp)
        return out

    def putnotif(self, message, severity="warning", **members):
        members.setdefault("time", int(time.time()))
        inside = " ".join(f"{k}={quoted(str(v))}" for k, v in members.items())
        return self.command_line(
            f"PUTNOTIF severity={severity} {inside} message={quoted(message)}")

    def notifications(self, pattern=""):
        """[(time, severity, text)] that the logfile plugin was told."""
        out = []
        for line in self.log().splitlines():
            found = re.match(
                r"\[(\d+-\d+-\d+ \d+:\d+:\d+)\].*Notification: severity = "
                r"(\w+)(.*)", line)
            if found and re.search(pattern, found.group(3)):
                when = time.mktime(time.strptime(found.group(1),
                                                 "%Y-%m-%d %H:%M:%S"))
                out.append((when, found.group(2), found.group(3)))
        return out

    def memory_kib(self):
        """Resident memory of the daemon."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def device(address, *lines, **options):
    """A <Device> block."""
    inside = list(lines) + [
        f"  {k} {json.dumps(v)}" for k, v in options.items()]
    return "\n".join([f"<Device {quoted(address)}>", *inside, "</Device>\n"])


def http_get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode("utf-8", "surrogateescape")


def http_json(port, path, **query):
    url = f"http://127.0.0.1:{port}{path}?" + urllib.parse.urlencode(query)
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def midnight(days=0):
    """Local midnight as an epoch, today's or days later."""
    now = time.localtime()
    return time.mktime((now.tm_year, now.tm_mon, now.tm_mday + days,
                        0, 0, 0, 0, 0, -1))


def utc(*when):
    return calendar.timegm((*when, 0, 0, 0)[:6])
