# SPDX-License-Identifier: MIT
"""A daemon's clock that a test sets while it runs: a library that is preloaded
reads how far it is off from a file that both have mapped."""

import mmap
import os
import struct
import subprocess
import time
from pathlib import Path

import clock

SOURCES = Path(__file__).resolve().parents[2] / "check"


# ./check.sh hours moves this program's clock; a daemon's library knows nothing of it.
OURS = int(os.environ.get("CLOCK_OFFSET") or 0)


class _Preloaded:
    """A library of tests/check, and the file of so many bytes that it reads."""

    def __init__(self, folder, name, variable, size):
        self._library, self._variable = Path(folder, f"{name}.so"), variable
        subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o",
                        str(self._library), str(SOURCES / f"{name}.c"), "-ldl"],
                       check=True)
        self._file = Path(folder, "offset")
        self._file.write_bytes(bytes(size))
        with open(self._file, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self._library),
                self._variable: os.fspath(self._file)}


class MovingClock(_Preloaded):
    """The time of day alone: everything takes as long as ever."""

    def __init__(self, folder, offset=0):
        super().__init__(folder, "moved_clock", "CLOCK_OFFSET_FILE", 16)
        self.offset, self._slept = offset, 0
        self.set(offset)

    def set(self, offset):
        """Seconds between that clock and ours."""
        self.offset = int(offset)
        self._map[:] = struct.pack("=qq", self.offset + OURS, self._slept)

    def sleep(self, seconds):
        """The machine: it wakes up so much later."""
        self._slept += int(seconds)
        self.set(self.offset + seconds)

    def now(self):
        return time.time() + self.offset

    def show(self, moment):
        """The clock shows that epoch now."""
        self.set(moment - time.time())


def waits(pid):
    """Whether no thread of that process computes or wants to."""
    states = [stat.read_text().rpartition(")")[2].split()[0]
              for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return "R" not in states


class SteppedClock(_Preloaded):
    """All clocks, and everybody's waiting for a moment: hours pass in the steps
    that a test makes, from an epoch on."""

    def __init__(self, folder, epoch):
        super().__init__(folder, "stepped_clock", "CLOCK_STEPS_FILE", 16)
        self._ahead, self._stepped = epoch - time.time(), 0
        self._write()

    def _write(self):
        self._map[:] = struct.pack("=qq", int(1e6 * (OURS + self._ahead + self._stepped)),
                                   int(1e6 * self._stepped))

    def now(self):
        return time.time() + self._ahead + self._stepped

    def step(self, seconds, process=None):
        """process: whose threads all wait by then. One that was stopped between a
        look at the time of day and one at a clock that runs would see the step in
        one of them alone, as if somebody had set a clock."""
        if process is not None:
            clock.until(lambda: waits(process.pid), 5)
        self._stepped += seconds
        self._write()

    def show(self, moment):
        """Somebody sets the time of day; nothing passes."""
        self._ahead += moment - self.now()
        self._write()
