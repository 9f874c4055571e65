# SPDX-License-Identifier: MIT
"""What the tests of the channels share: certificates, the probe, messages.

The probe is the program tests/tools/channel_probe of the build tree; its place is
given by the environment variable KASA_BUILD (default: the current folder).
"""

import copy
import json
import os
import pathlib
import subprocess
import tempfile

import pytest

from mocks import pki as pki_module

BUILD = pathlib.Path(os.environ.get("KASA_BUILD", "."))
WRAPPER = os.environ.get("PROBE_WRAPPER", "").split()
PATIENCE = 12 if WRAPPER else 0  # seconds a slow wrapper (valgrind) may add
_PKI = None

NARROW = "\u202f"


@pytest.fixture(scope="session", name="pki")
def _pki():
    global _PKI
    if _PKI is None:
        _PKI = pki_module.Pki(tempfile.mkdtemp(prefix="kasa-pki-"))
    return _PKI


ALERT = {
    "id": 417, "class": "range", "host": "nas.example.org", "plugin": "kasa", "plugin_instance": "plug-1f3a",
    "type": "power", "device": "Freezer", "unit": "W", "data_source": "value", "value": 1620, "limit": 1500,
    "direction": "above", "warning_max": 1500, "failure_max": 1800, "level": "critical", "count": 3,
    "since": 1790000000000, "seen": 1790000300000, "time": 1790000300000, "peak": 1640,
    "text": "Host nas.example.org, plugin kasa (instance plug-1f3a) type power: Data source \"value\" is currently "
            "1620.000000. That is above the failure threshold of 1500.000000.",
}
MESSAGE = {"kind": "firing", "created": 1790000300000}


def message(kind="firing", alert=None, **more):
    m = {**MESSAGE, "kind": kind, "alert": {**copy.deepcopy(ALERT), **(alert or {})}, **more}
    if kind == "resolved":
        m["alert"] = {**m["alert"], "state": "resolved", "resolved_at": 1790001620000, "value": 96,
                      **(alert or {})}
        m["created"] = more.get("created", 1790001620000)
    return m


def send(m=None, **more):
    return {"op": "send", "message": m if m is not None else message(**more)}


class Run:
    """What the probe printed."""

    def __init__(self, done):
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.check = lines[0] if lines else None
        self.steps = lines[1:]
        self.code = done.returncode
        self.text = done.stdout + done.stderr
        self.stderr = done.stderr

    @property
    def errors(self):
        return self.check["errors"]

    def __getitem__(self, n):
        return self.steps[n]


def probe(kind, options, steps=None, env=None, timeout=120, **more):
    """Runs the probe; options is a list of lists as in collectd.conf."""
    root = {"kind": kind, "options": options, "steps": steps if steps is not None else [send()], **more}
    done = subprocess.run([*WRAPPER, str(BUILD / "tests" / "tools" / "channel_probe")], input=json.dumps(root),
                          capture_output=True, text=True, timeout=timeout, check=False,
                          env={**os.environ, "TZ": "Europe/Berlin", **(env or {})})
    assert done.returncode in (0, 1), "the probe died: %s\n%s" % (done.returncode, done.stderr)
    return Run(done)


def secret_file(tmp_path, name, value, mode=0o600):
    path = tmp_path / name
    path.write_text(value + "\n")
    path.chmod(mode)
    return str(path)
