# SPDX-License-Identifier: MIT
"""kasactl energy on files, for the tests of energy and cost."""

import json
import os
import subprocess

from collectd import BUILD
from tree import SOURCE

KASACTL = os.path.join(BUILD, "kasactl")


def vectors(name):
    """What energy/NAME beside the recorded devices holds, or None."""
    devices = os.environ.get("KASA_DEVICES") or os.path.join(
        SOURCE, "..", "shared", "devices")
    path = os.path.join(devices, "..", "energy", name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(*words, zone="UTC", status=0, env=()):
    done = subprocess.run([KASACTL, "energy", *map(str, words)],
                          env={**os.environ, "TZ": zone, **dict(env)}, text=True,
                          capture_output=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done


def run_json(*words, zone="UTC"):
    return json.loads(run(*words, "--json", zone=zone).stdout)
