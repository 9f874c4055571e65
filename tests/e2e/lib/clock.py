# SPDX-License-Identifier: MIT
"""The present, as tests have it handed in. Programs written in C, and this one,
run with their clock moved (./check.sh hours); Prometheus, which cannot, is given a past
that ends at KASA_MOMENT."""

import os
import random
import re
import time

# How much longer than asked anything is waited for, at the very most.
MOST = 10


def moment():
    """The epoch at which a known past ends: KASA_MOMENT, or now."""
    return float(os.environ.get("KASA_MOMENT") or time.time())


def stalled():
    """Seconds since the machine started in which somebody had to wait for a
    processor or a disk; 0 where the kernel does not tell."""
    total = 0
    for what in ("cpu", "io"):
        try:
            with open(f"/proc/pressure/{what}", encoding="ascii") as file:
                total += int(re.search(r"some .*total=(\d+)", file.read())[1])
        except OSError:
            return 0
    return total / 1e6


def running():
    """How many threads want a processor, on average over a quarter of a second;
    0 where the kernel does not tell."""
    found = 0
    for _ in range(5):
        time.sleep(0.05)
        try:
            with open("/proc/loadavg", encoding="ascii") as file:
                found += int(file.read().split()[3].split("/")[0]) - 1
        except OSError:
            return 0
    return found / 5


class Room:
    """Where several files are tested at once, the next begins when those that
    run leave it some of the machine: time limits are about our programs, not
    about how many of them stand in line. In all it waits for `seconds` at most."""

    def __init__(self, seconds):
        self.left = seconds

    def wait(self):
        began = time.monotonic()
        # builds that take what is left of the machine stand in line, too
        most = 3 * len(os.sched_getaffinity(0))
        while time.monotonic() - began < self.left and running() > most:
            time.sleep(random.uniform(0, 0.5))
        self.left -= time.monotonic() - began


def until(condition, seconds):
    """The first true value of condition(), or the last one when so many seconds
    were not enough. Who looks waits three times as long as looking took, so
    that those who wait leave the machine to those who work."""
    patience = Patience(seconds)
    while True:
        began = time.monotonic()
        value = condition()
        if value or patience.over():
            return value
        time.sleep(min(0.25, max(0.02, 3 * (time.monotonic() - began))))


class Patience:
    """So many seconds of a machine that is asked for no more than it has: the
    time in which processes stood in line for it does not count."""

    def __init__(self, seconds):
        self.seconds = seconds
        self._began, self._stalled = time.monotonic(), stalled()

    def lost(self):
        """Seconds that others had."""
        return min(stalled() - self._stalled,
                   time.monotonic() - self._began)

    def spent(self):
        return time.monotonic() - self._began - self.lost()

    def took(self):
        """Seconds that passed, as a machine that does nothing else would have
        needed them: but at least a part of what did pass."""
        return max(self.spent(), (time.monotonic() - self._began) / MOST)

    def over(self):
        passed = time.monotonic() - self._began
        return self.spent() > self.seconds or passed > MOST * self.seconds
