# SPDX-License-Identifier: MIT
"""Starts kasasim, the simulated house, and talks to its control socket.

    with Sim(house=[{"alias": "Freezer", "kind": "plug", "load": 85}]) as sim:
        sim.fault("Freezer", "delay", ms=300)
        assert sim.device("Freezer")["watts"] == 85

The program is $KASASIM, or ./kasasim of the build directory.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

PORT = 9999


def binary():
    return os.environ.get("KASASIM", "./kasasim")


class SimError(Exception):
    """kasasim did not start, or refused a command."""


class Sim:
    """One running kasasim.

    house: a list of devices as in a house file; or use count, demo (True, or
    "iot" for those devices that need no account), dumps.
    args: further options, like ["--speed", "60"].
    wrap: a command to run it under, like ["valgrind", "-q"].
    """

    def __init__(self, house=None, *, count=None, strips=None, demo=False,
                 dumps=None, port=None, speed=None, seed=None, args=(),
                 wrap=()):
        self._dir = tempfile.mkdtemp(prefix="kasasim-")
        self._path = os.path.join(self._dir, "control")
        self.port = port or PORT
        command = [*wrap, binary(), "--control", self._path,
                   "--port", str(self.port)]
        if house is not None:
            name = os.path.join(self._dir, "house.json")
            with open(name, "w", encoding="utf-8") as file:
                json.dump(house, file)
            command += ["--house", name]
        for option, value in (("--count", count), ("--strips", strips),
                              ("--dumps", dumps), ("--speed", speed),
                              ("--seed", seed)):
            if value is not None:
                command += [option, str(value)]
        if demo:
            command.append("--demo-iot" if demo == "iot" else "--demo")
        self._command = command + list(args)
        self.process = None
        self._socket = self._lines = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Returns when all sockets are open."""
        self._stderr = open(os.path.join(self._dir, "stderr"), "w+b")
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._stderr)
        if self.process.stdout.readline() != b"ready\n":
            error = self.stderr()
            self.stop()
            raise SimError("kasasim did not start: " + error)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(self._path)
        self._lines = self._socket.makefile("rb")
        return self

    def stop(self):
        """Ends it and returns its exit status."""
        if self._lines is not None:
            self._lines.close()
            self._socket.close()
            self._lines = None
        status = None
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                status = self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                status = self.process.wait()
            self.process.stdout.close()
            self.process = None
            self._stderr.close()
        shutil.rmtree(self._dir, ignore_errors=True)
        return status

    def stderr(self):
        """What it has complained about so far."""
        self._stderr.flush()
        with open(self._stderr.name, encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def call(self, cmd, **members):
        """One command; returns the answer, or raises SimError."""
        line = json.dumps({"cmd": cmd, **members}) + "\n"
        self._socket.sendall(line.encode())
        answer = json.loads(self._lines.readline())
        if not answer.pop("ok"):
            raise SimError(answer["error"])
        return answer

    def truth(self, device=None):
        """A list of what each device would answer, and last served."""
        return self.call("truth", **_given(device=device))["devices"]

    def device(self, name):
        """The truth about one device: address, MAC, id or alias."""
        return self.truth(name)[0]

    def set(self, device, plug=None, **values):
        self.call("set", device=device, **_given(plug=plug), **values)

    def fault(self, device, fault, count=None, **parameters):
        """device "*" means all; fault "none" clears."""
        self.call("fault", device=device, fault=fault, **_given(count=count),
                  **parameters)

    def move(self, device, addr=None):
        """Returns the new address."""
        return self.call("move", device=device, **_given(addr=addr))["addr"]

    def reboot(self, device, seconds=1, reset_total=False):
        self.call("reboot", device=device, seconds=seconds,
                  reset_total=reset_total)

    def add(self, **device):
        """Returns the truth about the new device."""
        return self.call("add", device=device)["device"]

    def remove(self, device):
        self.call("remove", device=device)

    def stats(self, device=None, reset=False):
        """A list of what each device was asked."""
        return self.call("stats", reset=reset,
                         **_given(device=device))["devices"]

    def searched_twice(self, daemon, device):
        """Waits for the search that follows soon after the very first, for
        tests that a search would disturb. Wants DiscoveryPackets 1."""
        daemon.wait(lambda: self.stats(device)[0]["tdp_probes"] >= 2,
                    "the second search", 30)
        daemon.cycles(1)

    def totals(self, reset=False):
        """Sums of the statistics over the house."""
        return self.call("stats", totals=True, reset=reset)["house"]

    def evict(self, device):
        """The device's sessions are gone, as if another client had come."""
        self.call("evict", device=device)

    def lock(self, device, seconds=1800):
        """It refuses every login for so long."""
        self.call("lock", device=device, seconds=seconds)

    def secrets(self):
        """Ids, tokens and keys of all sessions there have been."""
        return self.call("secrets")["secrets"].split()

    def time(self, jump=0, speed=None):
        """Jumps the simulated clock by seconds."""
        return self.call("time", jump=jump, **_given(speed=speed))

    def forge(self, n, first=None):
        """n false discovery answers; returns where they went."""
        return self.call("forge", n=n, **_given(**{"from": first}))["to"]


def _given(**members):
    return {key: value for key, value in members.items() if value is not None}
