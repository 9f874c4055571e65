#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every default text as a telephone's lock screen shows it: the subject and the
first lines of the mail for each kind of value and each occasion, on a page of
390 pixels, light and dark; texts.txt has the same words.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_texts.py FOLDER [CHROMIUM]
"""

import html
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from channels import message, probe  # noqa: E402
from mocks.smtp import Letter  # noqa: E402
from render_mail import CONFIG, shoot  # noqa: E402

BEGAN = 1790000000000
OCCASIONS = (
    ("opened", {}, {}), ("worse", {}, {}), ("better", {}, {}),
    ("repeat", {"repeats": 3}, {"kind": "repeat"}),
    ("escalated", {}, {}),
    ("news", {"news": 3}, {}),
    ("flapping", {"flags": 128, "reopened_num": 6}, {}),
    ("after_maintenance", {}, {}),
    ("stale", {}, {}),
    ("acked", {"ack_by": "anna", "ack_at": BEGAN + 600000, "ack_until": BEGAN + 87000000},
     {"kind": "acknowledged"}),
    ("recovered", {}, {"kind": "resolved"}), ("missed", {}, {"kind": "resolved"}), ("closed", {}, {"kind": "resolved"}),
)
PLUG = {"plugin": "kasa", "host": "nas.example.org"}
KINDS = {
    "power too high": {"value": 2820, "peak": 2900, "limit": 1500},
    "power too low": {"value": 2, "peak": 1, "limit": 20, "direction": "below", "level": "warning"},
    "energy": {"type": "kwh_today", "unit": "kWh", "value": 5.24, "limit": 5, "peak": 5.24},
    "cost": {"type": "cost_today", "unit": "", "value": 4.2, "limit": 4, "peak": 4.2},
    "switched off": {"device": "Aquarium pump", "type": "relay", "value": 0, "limit": 0.5, "unit": "",
                     "direction": "below", "warning_max": None, "failure_max": None, "peak": 0},
    "away": {"class": "missing", "type": "", "value": 92, "limit": None, "direction": "", "level": "error",
             "members_num": 9, "members_missing": 9, "text": "kasa/power has not been updated for 300 seconds."},
    "event": {"class": "event", "plugin": "md", "plugin_instance": "md0", "device": "nas", "type": "", "value": None,
              "limit": None, "direction": "", "text": "drive sdb failed, array md0 is degraded (1 of 2 drives)"},
    "host": {"plugin": "cpu", "plugin_instance": "", "device": "nas", "type": "percent", "type_instance": "user",
             "unit": "%", "value": 93.4, "limit": 70, "peak": 99, "level": "warning"},
    "disk": {"plugin": "df", "plugin_instance": "root", "device": "nas", "type": "percent_bytes",
             "type_instance": "used", "unit": "%", "value": 96.2, "limit": 95, "peak": 96.2},
}
ENDS = {"power too high": {"value": 88}, "power too low": {"value": 96}, "energy": {"value": 0}, "cost": {"value": 0},
        "switched off": {"value": 1}, "away": {"members_missing": 0},
        "event": {"recovery_text": "array md0 is complete again"}, "host": {"value": 12}, "disk": {"value": 80}}
STYLE = """<style>:root{color-scheme:light dark}body{font:15px system-ui,sans-serif;margin:8px;width:374px}
h2{font-size:15px;margin:14px 4px 4px}div{border-radius:12px;padding:8px 12px;margin:6px 0;background:#8882}
b{display:block}small{opacity:.7}p{margin:2px 0;white-space:pre-line}</style>"""


def letter(kind, reason, alert, more):
    over = more.get("kind") == "resolved"
    now = BEGAN + (1620000 if over or reason == "repeat" else 300000)
    m = message(alert={**PLUG, **KINDS[kind], **(ENDS[kind] if over else {}), **alert}, reason=reason, created=now,
                **more)
    run = probe("email", [["To", "me@example.org"]], [{"op": "render", "message": m}], config=CONFIG)
    return Letter(run[0]["text"].encode())


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    words = []
    for kind in KINDS:
        cards = []
        words.append("== " + kind)
        for reason, alert, more in OCCASIONS:
            mail = letter(kind, reason, alert, more)
            body = "\n".join(mail.text.strip().split("\n\n")[:2])
            words += ["%s: %s" % (reason, mail["Subject"]), *("    " + line for line in body.splitlines())]
            cards.append("<div><small>%s</small><b>%s</b><p>%s</p></div>" % (
                reason, html.escape(mail["Subject"]), html.escape(body)))
        page = "<!doctype html><meta charset=utf-8>%s<h2>%s</h2>%s" % (STYLE, kind, "".join(cards))
        for dark in (False, True):
            shoot(chromium, page, out / ("%s-%s.png" % (kind.replace(" ", "-"), "dark" if dark else "light")), dark,
                  height=1500, scale=1)
    (out / "texts.txt").write_text("\n".join(words) + "\n")


if __name__ == "__main__":
    main()
