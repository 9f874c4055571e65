# SPDX-License-Identifier: MIT
"""The present, as tests have it handed in. Programs written in C, and this one,
run with their clock moved (./check.sh hours); Prometheus, which cannot, is given a past
that ends at KASA_MOMENT."""

import os
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

    def over(self):
        passed = time.monotonic() - self._began
        return self.spent() > self.seconds or passed > MOST * self.seconds
