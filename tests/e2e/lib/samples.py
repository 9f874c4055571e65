# SPDX-License-Identifier: MIT
"""A real daemon with files of collectd.conf.d dropped in, as they are but for
what must differ from a real machine: ports, folders, the pace, and loopback in
place of every interface.

    with Samples(["kasa.conf", "export-csv.conf"]) as daemon:
        daemon.wait(lambda: daemon.csv("kasa", "Freezer", "power"), "a file")
"""

import glob
import http.server
import os
import re
import socket
import threading

import pytest

from collectd import (BUILD, HOST, NOISE, PLUGINDIR, Collectd, free_port,
                      missing_plugins)
from tree import SOURCE

FOLDER = os.path.join(SOURCE, "collectd.conf.d")
NAMES = sorted(os.path.basename(p)
               for p in glob.glob(os.path.join(FOLDER, "*.conf")))
# Two of collectd's threads that make one folder at the same time: the next value
# makes it good.
RACE = r"cu_rrd_create_file \(.*\) failed"
# What collectd says of its own plugins where the machine has others to serve.
LATE = r"read-function of the .* plugin took .* above its read interval"
PASSWORDS = "site-1: change this\nsite-2: another one\n"


def text_of(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def uncommented(text):
    """With every "#Option" and "#<Block>" in force; words for people have a
    blank behind their "#"."""
    out, depth = [], 0
    for line in text.splitlines():
        if re.match(r" *#[A-Z<]", line) or depth and re.match(r" *#", line):
            line = line.replace("#", "", 1)
            depth += bool(re.match(r" *<[A-Z]", line))
            depth -= bool(re.match(r" *</", line))
        out.append(line)
    return "\n".join(out) + "\n"


def plugins_of(text):
    return re.findall(r'^\s*<?LoadPlugin\s+"?(\w+)"?', text, re.M)


def need(*names):
    """Skips where collectd cannot load what these files want."""
    for name in names:
        if name not in NAMES:
            pytest.skip(f"there is no {name}")
        for plugin in plugins_of(text_of(name)):
            if plugin == "notify_kasa" and not os.path.exists(
                    os.path.join(BUILD, ".libs", "notify_kasa.so")):
                pytest.skip("notify_kasa.so is not built")
            if not plugin.endswith("kasa") and missing_plugins(plugin):
                pytest.skip(f"collectd has no {plugin}")


# Which directory a plugin is in is decided by the installation; the same file
# can be given both here.
def _folders(text):
    out = []
    for line in text.splitlines():
        if re.match(r'\s*<?LoadPlugin\s+"?(notify_)?kasa\b', line):
            out.append(f'PluginDir "{BUILD}/.libs"')
        elif re.match(r"\s*<?LoadPlugin\b", line):
            out.append(f'PluginDir "{PLUGINDIR}"')
        out.append(line)
    return "\n".join(out) + "\n"


class Samples(Collectd):
    """names: files of collectd.conf.d. quick: intervals of a second and short
    durations. change: {file: a function from text to text}, for what a person
    would write in place of an example. network, influx: ports; web: a Web."""

    def __init__(self, names, *, extra="", interval=1, quick=True, host=HOST,
                 change=(), network=None, influx=None, web=None,
                 target="127.255.255.255", wrap=()):
        need(*names)
        super().__init__(whole=" ", wrap=wrap)
        self.host, self.errors = host, RACE
        self._places = (
            ('Port "9103"', f'Port "{self.port}"'),
            ('"25826"', f'"{network or free_port()}"'),
            ('"8089"', f'"{influx or free_port()}"'),
            ("http://127.0.0.1:8080/", f"http://127.0.0.1:"
             f"{web.port if web else free_port()}/"),
            ("/etc/collectd/network.auth", self.path("network.auth")),
            ("/usr/share/collectd-kasa/types.db",
             os.path.join(SOURCE, "types.db")),
            ("/var/log/", self.folder + "/"),
            ("<Plugin kasa>", f'<Plugin kasa>\n  DiscoveryTarget "{target}"\n'
             "  DiscoveryTimeout 0.6"))
        self._quick = (("Interval 15", f"Interval {interval}"),
                       ("Hits 19", "Hits 1")) if quick else ()
        with open(self.path("network.auth"), "w", encoding="ascii") as file:
            file.write(PASSWORDS)
        os.mkdir(self.path("collectd.conf.d"))
        writes = False
        for name in names:
            text = text_of(name)
            if name in change:
                text = change[name](text)
            writes = writes or re.search(
                r"^LoadPlugin (csv|rrdtool|write_\w+)|^ *<?Server", text, re.M)
            self._drop(name, text)
        if not writes:
            # a daemon without any writer has a warning of its own
            extra += ('LoadPlugin csv\n<Plugin csv>\n  DataDir "csv"\n'
                      "</Plugin>\n")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(self._main(extra, interval))

    def _drop(self, name, text):
        for old, new in (*self._places, *self._quick):
            text = text.replace(old, new)
        with open(self.path("collectd.conf.d", name), "w",
                  encoding="utf-8") as file:
            file.write(_folders(text))

    def _main(self, extra, interval):
        return f"""
Hostname "{self.host}"
FQDNLookup false
Interval {interval}
BaseDir "{self.folder}"
PIDFile "{self.folder}/pid"
PluginDir "{PLUGINDIR}"
LoadPlugin logfile
<Plugin logfile>
  File "{self.folder}/log"
  LogLevel info
  Timestamp true
  PrintSeverity true
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{self.folder}/sock"
</Plugin>
{extra}
<Include "{self.folder}/collectd.conf.d">
  Filter "*.conf"
</Include>
"""

    def dropped(self, name):
        """A file as this daemon has it."""
        with open(self.path("collectd.conf.d", name),
                  encoding="utf-8") as file:
            return file.read()

    def complaints(self):
        return [line for line in (self.stderr() + self.log()).splitlines()
                if re.search(r"\[(warning|error)\]|rror|arning", line)
                and "No such group" not in line
                and not NOISE.search(line)
                # a process that ends while it is looked at
                and "processes plugin: read_file_contents" not in line
                # a disk that has nothing to tell of itself, or none at all
                and "smart plugin: unable to open" not in line
                and "udev returned an empty list" not in line
                and not re.search(f"{RACE}|{LATE}", line)
                and "Notification:" not in line]

    def knows(self, name="Freezer", type_="power", host=None):
        return f"{host or self.host}/kasa-{name}/{type_}" in self.listval()

    def first_reading(self, *names, timeout=15):
        for name in names or ("Freezer",):
            self.wait(lambda n=name: self.knows(n),
                      f"a reading of {name}", timeout)

    def spoken(self, severity, *parts):
        """Notifications of one severity whose text holds all of parts."""
        return [n for n in self.notifications()
                if n[1] == severity and all(p in n[2] for p in parts)]


class Web:
    """A web server that keeps what is posted: .requests holds (path, headers,
    body)."""

    def __init__(self, port=0):
        requests = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802, the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, dict(self.headers), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port),
                                                       Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Udp:
    """A socket that keeps the datagrams that arrive."""

    def __init__(self):
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._sock.setblocking(False)
        self.port = self._sock.getsockname()[1]
        self.datagrams = []

    def read(self):
        """All datagrams so far."""
        while True:
            try:
                self.datagrams.append(self._sock.recv(65536))
            except BlockingIOError:
                return self.datagrams

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sock.close()
