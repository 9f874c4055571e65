# SPDX-License-Identifier: MIT
"""A real collectd with threshold, unixsock and notify_kasa, in a folder of its
own, driven by PUTVAL and PUTNOTIF. NOTIFY_KASA may name the folder of the
plugin with the test senders; else it is the build's tests/plugin/.libs
(`make check` builds it). The rest of the environment is collectd.py's."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import clock
import instruments
from collectd import BUILD, PLUGINDIR, SLOWNESS, daemon_command, environment

HEAD = """
Hostname "tester"
FQDNLookup false
BaseDir "{base}"
PIDFile "{base}/pid"
Interval {interval}
Timeout 2
LoadPlugin logfile
<Plugin logfile>
  File "{base}/log"
  LogLevel info
</Plugin>
PluginDir "{plugin}"
LoadPlugin notify_kasa
PluginDir "{daemon}"
LoadPlugin unixsock
LoadPlugin threshold
<Plugin unixsock>
  SocketFile "{base}/sock"
  DeleteSocket true
</Plugin>
"""

THRESHOLDS = """
<Plugin threshold>
  <Plugin "kasa">
    <Type "power">
      WarningMax 1500
      FailureMax 1800
    </Type>
    <Type "voltage">
      FailureMin 210
    </Type>
    <Type "watt_hours">
      FailureMax 100
    </Type>
  </Plugin>
</Plugin>
"""


def plugin_folder():
    return os.path.abspath(os.environ.get("NOTIFY_KASA") or os.path.join(
        BUILD, "tests/plugin/.libs"))


def listens(path):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(path) == 0


def until(condition, collectd, seconds=20):
    """Waits for condition(); its last value."""
    found = clock.until(condition, seconds * SLOWNESS)
    assert found, collectd.log()
    return found


class Collectd:
    def __init__(self, options, *, channels=("mail",), interval=1,
                 thresholds=THRESHOLDS, kinds=None):
        self.base = tempfile.mkdtemp(prefix="alerts-")
        self.process = None
        self.env = {}
        kinds = kinds or {}
        blocks = "".join(
            '  <Channel {kind} "{name}">\n    Path "{base}/{name}.out"\n'
            '    Mode "{base}/{name}.mode"\n    MinLevel info\n  </Channel>\n'
            .format(kind=kinds.get(name, "file"), name=name, base=self.base)
            for name in channels)
        text = HEAD.format(base=self.base, interval=interval,
                           plugin=plugin_folder(), daemon=PLUGINDIR)
        text += ('<Plugin notify_kasa>\n  StateDirectory "state"\n'
                 f'  ControlSocket "{self.base}/control"\n{blocks}{options}'
                 '\n</Plugin>\n')
        with open(self.base + "/conf", "w", encoding="utf-8") as f:
            f.write(text + thresholds)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stop()
        found = instruments.reports(self.log())
        assert kind is not None or not found, "\n\n".join(found)
        shutil.rmtree(self.base, ignore_errors=True)

    def start(self, wait=True):
        with open(self.base + "/err", "ab") as err:
            self.process = subprocess.Popen(
                daemon_command(self.base + "/conf", "-f"), stderr=err,
                stdout=err, env=environment(self.env))
        if wait:
            until(lambda: self.process.poll() is not None
                  or (listens(self.base + "/control")
                      and listens(self.base + "/sock")), self)
            assert self.process.poll() is None, self.log()

    def stop(self):
        """Seconds it took, see clock.Patience.took."""
        if self.process is None:
            return 0
        watch = clock.Patience(0)
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30 * SLOWNESS)
        self.process = None
        return watch.took()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None
        for name in ("control", "sock"):
            if os.path.exists(f"{self.base}/{name}"):
                os.unlink(f"{self.base}/{name}")

    def restart(self):
        self.stop()
        self.start()

    def log(self):
        out = ""
        for name in ("err", "log"):
            path = f"{self.base}/{name}"
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    out += f.read()
        return out

    def mode(self, channel, mode):
        with open(f"{self.base}/{channel}.mode.new", "w",
                  encoding="utf-8") as f:
            f.write(mode)
        os.rename(f"{self.base}/{channel}.mode.new",
                  f"{self.base}/{channel}.mode")

    def sent(self, channel="mail"):
        path = f"{self.base}/{channel}.out"
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def kinds(self, channel="mail"):
        return [m["kind"] for m in self.sent(channel)]

    def wait(self, kinds, channel="mail", seconds=60):
        came = clock.until(lambda: self.kinds(channel) == kinds,
                           seconds * SLOWNESS)
        assert came, (self.sent(channel), self.log())

    # -- collectd's own socket

    def unixsock(self, *lines):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.base + "/sock")
            f = s.makefile("rw", encoding="utf-8")
            answers = []
            for line in lines:
                f.write(line + "\n")
                f.flush()
                answers.append(f.readline())
            return answers

    def put(self, plug, type_, value, when=None, interval=600):
        when = "N" if when is None else f"{when:.3f}"
        answer = self.unixsock(f'PUTVAL "tester/kasa-{plug}/{type_}" '
                               f'interval={interval} {when}:{value}')
        assert answer[0].startswith("0 "), answer

    def notify(self, severity, message, **names):
        names = " ".join(f'{k}="{v}"' for k, v in names.items())
        answer = self.unixsock(f'PUTNOTIF severity={severity} '
                               f'time={int(time.time())} {names} '
                               f'message="{message}"')
        assert answer[0].startswith("0 "), answer

    def notify_range(self, plug, bad):
        """What threshold says of a plug's power."""
        value = 1900 if bad else 90
        text = (f"Host tester, plugin kasa (instance {plug}) type power: ")
        text += (f"Data source \\\"value\\\" is currently {value}.000000. "
                 "That is above the failure threshold of 1800.000000." if bad
                 else "All data sources are within range again. Current value "
                 f"of \\\"value\\\" is {value}.000000.")
        self.notify("failure" if bad else "okay", text, host="tester",
                    plugin="kasa", plugin_instance=plug, type="power")

    # -- ours

    def ask(self, **request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.base + "/control")
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(s.makefile("r", encoding="utf-8").readline())
