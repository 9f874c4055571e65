#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/pictures/mail.png: a mail as it came out of a real collectd, on a screen
of 390 pixels; prints what `kasactl alerts` says meanwhile.

usage: KASA_BUILD=<build tree> tests/e2e/pictures/picture_mail.py FILE [CHROMIUM]
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import alerting  # noqa: E402
from collectd import BUILD, wait  # noqa: E402
from mail_server import MailServer  # noqa: E402
from render_mail import shoot  # noqa: E402

OPTIONS = """
  RecoverAfter 1
  DashboardURL "https://grafana.example.org/d/kasa?var-device=%{{device|url}}"
  <Channel email "mail">
    Server "localhost"
    Port {port}
    TLS none
    To "me@example.org"
  </Channel>
  <Device "plug-1f3a">
    Alias "Heater"
  </Device>
"""
MEASURE = ("<script>document.title = 'h' + Math.ceil(Math.max(...[...document."
           "body.children].map(e => e.getBoundingClientRect().bottom)))"
           "</script>")


def height(chromium, html):
    with tempfile.NamedTemporaryFile("w", suffix=".html") as page, \
            tempfile.TemporaryDirectory() as profile:
        page.write(html + MEASURE)
        page.flush()
        out = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu",
             "--user-data-dir=" + profile, "--window-size=390,2000",
             "--dump-dom", "file://" + page.name], capture_output=True,
            text=True, timeout=120, check=True).stdout
    return int(re.search(r"<title>h(\d+)", out).group(1))


def main():
    os.environ["NOTIFY_KASA"] = os.path.join(BUILD, ".libs")
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    with MailServer() as mailbox, alerting.Collectd(
            OPTIONS.format(port=mailbox.port), channels=()) as c:
        c.put("plug-1f3a", "power", 1620)
        wait(lambda: mailbox.letters, "the mail", 20, c.log)
        for words in (["alerts"], ["alerts", "show", "1"],
                      ["alerts", "history"]):
            print("$ kasactl", *words, flush=True)
            subprocess.run([os.path.join(BUILD, "kasactl"), *words, "--socket",
                            c.base + "/control"], check=False)
    html = mailbox.letters[0].html
    shoot(chromium, html, sys.argv[1], False, height(chromium, html) + 1)


if __name__ == "__main__":
    main()
