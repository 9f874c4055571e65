# SPDX-License-Identifier: MIT
"""A daemon's clock that a test sets while it runs: tests/check/moved_clock.c,
which reads how far it is off from a file that both have mapped."""

import mmap
import os
import struct
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "check/moved_clock.c"


class MovingClock:
    def __init__(self, folder, offset=0):
        self._library = Path(folder, "moved_clock.so")
        subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o",
                        str(self._library), str(SOURCE), "-ldl"], check=True)
        self._file = Path(folder, "offset")
        self._file.write_bytes(bytes(8))
        with open(self._file, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)
        self.set(offset)

    def set(self, offset):
        """Seconds between that clock and ours."""
        self._map[:] = struct.pack("=q", int(offset))

    def show(self, moment):
        """The clock shows that epoch now."""
        self.set(moment - time.time())

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self._library),
                "CLOCK_OFFSET_FILE": os.fspath(self._file)}
