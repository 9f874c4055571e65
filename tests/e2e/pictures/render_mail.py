#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Renders sample mails as a telephone shows them: PNG files by headless
Chromium, 390 pixels wide, light and dark.

usage: BUILD=<build tree> tests/e2e/pictures/render_mail.py OUTPUT-FOLDER [CHROMIUM]
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from channels import message, probe  # noqa: E402
from mocks.smtp import Letter  # noqa: E402

CONFIG = {"dashboard": "https://grafana.example.org/d/kasa?var-device=%{device|url}"}
SAMPLES = {
    "critical": message(),
    "recovery": message(kind="resolved"),
    "offline": message(alert={"class": "missing", "type": "", "value": 92, "limit": None, "direction": "",
                              "level": "error", "members_num": 9, "members_missing": 9,
                              "text": "kasa/power has not been updated for 300 seconds."}),
    "warning": message(alert={"device": "Küche – Spülmaschine & Wärmepumpe im Keller", "level": "warning",
                              "value": 207.4, "limit": 210, "direction": "below", "type": "voltage", "unit": "V"}),
    "emergency": message(kind="repeat", alert={"level": "emergency", "repeats": 3}, created=1790015300000),
    "event": message(alert={"class": "event", "plugin": "md", "plugin_instance": "md0", "device": "nas", "type": "",
                            "value": None, "limit": None, "direction": "",
                            "text": "drive sdb failed, array md0 is degraded (1 of 2 drives)"}),
    "event-over": message(kind="resolved", alert={
        "class": "event", "plugin": "md", "plugin_instance": "md0", "device": "nas", "type": "", "value": None,
        "limit": None, "direction": "", "text": "drive sdb failed, array md0 is degraded (1 of 2 drives)",
        "recovery_text": "array md0 is complete again"}),
    "switch": message(alert={"device": "Aquarium pump", "type": "relay", "value": 0, "limit": 0.5, "unit": "",
                             "direction": "below", "warning_max": None, "failure_max": None}),
    "test": message(kind="test", alert={"class": "event", "device": "nas"}),
}


def letter(name):
    steps = [{"op": "render", "message": SAMPLES[name]}]
    run = probe("email", [["To", "me@example.org"]], steps, config=CONFIG)
    return Letter(run[0]["text"].encode())


def shoot(chromium, html, png, dark, height=900, width=390, scale=2):
    profile = tempfile.mkdtemp(prefix="chromium-")
    with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False) as page:
        page.write(html)
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
               "--force-device-scale-factor=%g" % scale, "--user-data-dir=" + profile,
               "--window-size=%d,%d" % (width, height),
               "--screenshot=" + str(png)]
    if dark:
        command += ["--blink-settings=preferredColorScheme=0"]
    subprocess.run([*command, "file://" + page.name], check=True, capture_output=True, timeout=120)
    os.unlink(page.name)
    shutil.rmtree(profile, ignore_errors=True)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    for name in SAMPLES:
        mail = letter(name)
        print(name, mail["Subject"], json.dumps(mail.faults))
        (out / (name + ".html")).write_text(mail.html)
        for dark in (False, True):
            shoot(chromium, mail.html, out / ("%s-%s.png" % (name, "dark" if dark else "light")), dark)
            time.sleep(0.1)


if __name__ == "__main__":
    main()
