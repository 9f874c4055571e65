# SPDX-License-Identifier: MIT
"""A rate limit in a real collectd with the real plugin, against Pushover's
rules."""

import os
import subprocess
import time

import pytest

import clock
import alerting
from channels import BUILD, _pki, secret_file  # noqa: F401
from mocks.pushover import Pushover

pytestmark = pytest.mark.takes(25)

TOKEN, USER = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh"


@pytest.fixture(name="phone")
def _phone(pki, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    with Pushover(token=TOKEN, user=USER, pem=pki.pem("good")) as mock:
        yield mock


def options(pki, phone, tmp_path, limit):
    return f"""
  RecoverAfter 0
  StartupGrace 5
  <Channel pushover "phone">
    TokenFile "{secret_file(tmp_path, 'token', TOKEN)}"
    UserFile "{secret_file(tmp_path, 'user', USER)}"
    BaseURL "{phone.url}"
    CAFile "{pki.ca}"
    {limit}
  </Channel>
"""


def kasactl(c, *words):
    run = subprocess.run([str(BUILD / "kasactl"), "alerts", *words, "--socket", c.base + "/control"],
                         capture_output=True, text=True, timeout=60, check=False)
    return run.stdout + run.stderr


def titles(phone):
    return [m["title"] for m in phone.sent]


def test_what_is_too_much_for_a_phone_is_one_message(pki, phone, tmp_path):
    with alerting.Collectd(options(pki, phone, tmp_path, "RateLimit 2 16s"), channels=()) as c:
        for n in range(1, 6):
            c.put(f"Plug {n}", "power", 1900 + n)
        alerting.until(lambda: len(phone.sent) == 2, c)
        alerting.until(lambda: c.ask(command="status")["channels"][0]["rate_until"] > 0, c)
        assert "waits for RateLimit until" in kasactl(c, "status")
        assert "waits for RateLimit until" in kasactl(c, "explain", "Heater", "FAILURE", "1900")
        alerting.until(lambda: len(phone.sent) == 3, c)
        assert titles(phone)[2] == "3 alerts while limited"
        body = phone.sent[2]["message"]
        assert body.startswith("3 critical.\n- Plug "), body
        assert [line.split(":")[0] for line in body.split("\n")[1:]] == ["- Plug 3", "- Plug 4", "- Plug 5"]
        c.restart()  # makes no tokens
        began = clock.Patience(0)
        c.put("Plug 4", "power", 90)  # was in it: its end is owed
        alerting.until(lambda: len(phone.sent) == 4, c)
        assert titles(phone)[3].startswith("OK: Plug 4 90")
        assert began.took() < 20
        log = c.log()
    assert phone.faults == [], log


def test_the_usual_limit_of_a_phone_lets_twenty_through(pki, phone, tmp_path):
    with alerting.Collectd(options(pki, phone, tmp_path, ""), channels=()) as c:
        for n in range(25):
            c.put(f"Plug {n}", "power", 1900)
        alerting.until(lambda: len(phone.sent) == 20, c)
        status = alerting.until(lambda: (s := c.ask(command="status")["channels"][0])["rate_until"] > 0 and s, c)
        assert status["queued"] == 5
        assert 0 < status["rate_until"] / 1000 - time.time() <= 31
        log = c.log()
    assert phone.faults == [], log
