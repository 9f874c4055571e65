# SPDX-License-Identifier: MIT
"""RRD files with a long past, in the shape that collectd's rrdtool plugin
gives them, filled by rrdtool itself.

    house = Rrds(folder, step=60)
    house.put("kasa-Freezer", "power", lambda t: 80 + 20 * math.sin(t / 900))
    house.write(start, end)
"""

import os
import re
import subprocess

# RRATimespan of collectd.conf.d/export-rrdtool.conf, each in so many rows
SPANS = (3600, 86400, 604800, 2678400, 31622400)
ROWS = 1200
DERIVE = ("watt_hours", "failures")


def quoted(argument):
    """An argument of `rrdtool -`: single quotes hold all but themselves."""
    parts = [f"'{p}'" if p else "" for p in argument.split("'")]
    return "\"'\"".join(parts) or "''"


class Rrds:
    def __init__(self, folder, host="tester", step=60, functions=(
            "AVERAGE", "MIN", "MAX"), source="value"):
        self.folder = os.path.join(str(folder), host)
        self.step, self.functions, self.source = step, functions, source
        self.series = []

    def path(self, part, name):
        return os.path.join(self.folder, part, name + ".rrd")

    def put(self, part, name, value):
        """value(t) gives the reading, or None where there is none."""
        self.series.append((self.path(part, name), name, value))
        return self

    def archives(self):
        for span in SPANS:
            each = -(-span // (ROWS * self.step))
            for function in self.functions:
                yield f"RRA:{function}:0.1:{each}:{span // each // self.step + 1}"

    def create(self, pipe, name, kind, start):
        pipe.say("create", name, f"--step={self.step}",
                 f"--start={start - self.step}",
                 f"DS:{self.source}:{kind}:{2 * self.step}:U:U",
                 *self.archives())

    def write(self, start, end):
        start -= start % self.step
        os.makedirs(self.folder, exist_ok=True)
        with Pipe(self.folder) as pipe:
            for path, name, value in self.series:
                self.fill(pipe, path, name, value, range(start, end + 1,
                                                         self.step))
        return self

    def fill(self, pipe, path, name, value, times):
        """Under another name meanwhile: a line cannot hold all names."""
        derive = name.split("-")[0] in DERIVE
        draft = os.path.join(self.folder, "draft.rrd")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.rename(path, draft)
        else:
            self.create(pipe, "draft.rrd", "DERIVE" if derive else "GAUGE",
                        times[0])
        rows = []
        for t in times:
            v = value(t)
            if v is not None:
                rows.append(f"{t}:{v:.0f}" if derive else f"{t}:{v:.9g}")
        for i in range(0, len(rows), 1000):
            pipe.say("update", "draft.rrd", *rows[i:i + 1000])
        os.rename(draft, path)


class Pipe:
    """One `rrdtool -` in a folder, so that only file names are quoted."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["rrdtool", "-"], cwd=folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
            errors="surrogateescape", env={**os.environ, "LC_ALL": "C.UTF-8"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def say(self, *arguments):
        """The lines of the answer."""
        line = " ".join(quoted(a) if i else a for i, a in enumerate(arguments))
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        out = []
        for answer in self.process.stdout:
            if answer.startswith("ERROR"):
                raise AssertionError(f"{arguments[:2]}: {answer.strip()}")
            if answer.startswith("OK"):
                return out
            out.append(answer.rstrip("\n"))
        raise AssertionError("rrdtool ended")


def fetch(path, start, end, function="AVERAGE", step=None):
    """[(t, value or None)]: rows end at t."""
    words = ["rrdtool", "fetch", path, function, "--start", str(int(start)),
             "--end", str(int(end))]
    if step:
        words += ["--resolution", str(step)]
    out = subprocess.run(words, capture_output=True, text=True, check=True,
                         timeout=60, env={**os.environ, "LC_ALL": "C"}).stdout
    rows = []
    for line in out.splitlines():
        stamp, _, value = line.partition(":")
        if stamp.strip().isdigit():
            number = float(value)
            rows.append((int(stamp), None if number != number else number))
    return rows


def reading(path):
    """What was written into the file last, before rrdtool made rows of it."""
    out = subprocess.run(["rrdtool", "info", path], capture_output=True, text=True,
                         check=True, timeout=60).stdout
    return float(re.search(r'^ds\[value\]\.last_ds = "(.*)"$', out, re.M)[1])
