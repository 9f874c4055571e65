# SPDX-License-Identifier: MIT
"""One mail to three people, of whom one is unknown and one is greylisted: the
third has it at once, and nobody twice. The daemon, the queue and SMTP."""

import os
import re
import subprocess
import time

import pytest

import alerting
from channels import BUILD
from mocks.smtp import Letter, Smtp

OPTIONS = """
  MinLevel info
  RecoverAfter 0
  <Channel email "mail">
    Server "localhost"
    Port {port}
    TLS none
    From "collectd@example.org"
    To "first@example.org" "gone@example.org" "grey@example.org"
  </Channel>
"""
GREY, GONE = "450 4.2.0 greylisted, come again", "550 5.1.1 no such user"


@pytest.fixture(autouse=True)
def _real_plugin(monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))


def addressed(server):
    return sorted(one for m in server.mails for one in m["to"])


def kasactl(c, *words):
    done = subprocess.run([BUILD / "kasactl", "alerts", *words, "--socket", c.base + "/control"], capture_output=True,
                          text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_each_recipient_is_a_row_of_its_own_once_one_is_refused():
    with Smtp(replies={"RCPT": {"grey@example.org": GREY, "gone@example.org": GONE}}) as server, \
            alerting.Collectd(OPTIONS.format(port=server.port), channels=()) as c:
        c.put("Freezer", "power", 1900)
        alerting.until(lambda: addressed(server) == ["first@example.org"], c)
        rows = alerting.until(lambda: [r for r in c.ask(command="queue")["rows"] if r["state"] == "queued"
                                       and r["attempts"]], c)
        assert [r["recipient"] for r in rows] == ["grey@example.org"]
        assert GREY in rows[0]["last_error"]
        wait = rows[0]["not_before"] / 1000 - time.time()
        assert 200 < wait < 400, wait  # five minutes, give or take a fifth
        alerting.until(lambda: any(h["what"] == "failed" and "gone@example.org" in h["detail"]
                                   for h in c.ask(command="history")["history"]), c)
        # the others do not wait for the one that is greylisted
        c.put("Heater", "power", 1900)
        alerting.until(lambda: addressed(server) == ["first@example.org"] * 2, c)
        waiting = alerting.until(lambda: len(rows := [r for r in c.ask(command="queue")["rows"]
                                                      if r["not_before"] > time.time() * 1000]) == 2 and rows, c)
        shown = kasactl(c, "queue")
        assert shown.count("mail to gr") == 2, shown
        assert len(re.findall(r" until \d\d:\d\d ", shown)) == 2, shown
        server.replies = {}
        for row in waiting:
            assert kasactl(c, "queue", "retry", str(row["id"])) == "done\n"
        alerting.until(lambda: addressed(server).count("grey@example.org") == 2, c)
        c.put("Freezer", "power", 90, time.time() + 1)
        alerting.until(lambda: addressed(server).count("first@example.org") == 3, c)
        assert server.faults == []
        freezer = [Letter(m["data"]) for m in server.mails if b"Freezer" in m["data"]]
        assert len({x["Message-ID"] for x in freezer[:2]}) == 1  # copies of one letter
        assert [f for x in freezer for f in x.faults] == []


def test_the_answer_is_said_once_in_the_log():
    with Smtp(replies={"RCPT": {"gone@example.org": GONE}}) as server, \
            alerting.Collectd(OPTIONS.format(port=server.port), channels=()) as c:
        c.put("Freezer", "power", 1900)
        alerting.until(lambda: addressed(server) == ["first@example.org", "grey@example.org"], c)
        alerting.until(lambda: "given up" in c.log(), c)
        assert c.log().count(GONE) == 1
        assert "stopped" not in c.ask(command="status")["channels"][0]
