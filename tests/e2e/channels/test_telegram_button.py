# SPDX-License-Identifier: MIT
"""Telegram's button inside a real collectd: pressed it acknowledges, is heard
soon and after a restart, and goes when the matter is settled."""

import os
import time

import pytest

import clock
import alerting
from alerting import until
from channels import BUILD, _pki, secret_file  # noqa: F401
from mocks.telegram import Telegram

pytestmark = pytest.mark.takes(10)

TOKEN = "123456789:AAFsecret-bot_token"


@pytest.fixture(name="mock")
def _mock(pki):
    with Telegram(TOKEN, pem=pki.pem("good")) as mock:
        yield mock
        assert mock.faults == []


@pytest.fixture(name="collectd")
def _collectd(mock, pki, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    with alerting.Collectd(f"""
  RecoverAfter 0
  StartupGrace 1
  <Channel telegram "chat">
    BotTokenFile "{secret_file(tmp_path, 'token', TOKEN)}"
    ChatID "-1001234567890"
    AckButton true
    BaseURL "{mock.url}"
    CAFile "{pki.ca}"
    MinLevel info
  </Channel>
""", channels=()) as collectd:
        yield collectd
        assert TOKEN not in collectd.log()


def test_pressed_it_is_acknowledged_and_the_button_goes(mock, collectd):
    collectd.put("Freezer", "power", 1900)
    until(lambda: mock.buttons, collectd)
    number = collectd.ask(command="list")["alerts"][0]["id"]
    assert mock.buttons == {701: f"ack:{number}"}
    mock.press(701, chat=-42)  # a message of that number in another chat
    pressed = clock.Patience(0)
    query = mock.press(701)
    until(lambda: collectd.ask(command="list")["alerts"][0]["acked"], collectd)
    alert = collectd.ask(command="list")["alerts"][0]
    assert (alert["ack_by"], alert["ack_source"]) == ("Anna (@anna42)", "telegram")
    assert pressed.took() < 15 * alerting.SLOWNESS
    until(lambda: mock.edits == [701], collectd)
    assert mock.answered == [query]
    until(lambda: len(mock.sent) == 2, collectd)
    assert "Acknowledged by Anna (@anna42)" in mock.sent[1]["text"]
    # nobody is asked any more, and the end has no button
    polls = mock.polls
    collectd.put("Freezer", "power", 90, time.time() + 1)
    until(lambda: len(mock.sent) == 3, collectd)
    assert mock.buttons == {} and mock.polls <= polls + 1


def test_acknowledged_elsewhere_or_over_the_button_goes(mock, collectd):
    collectd.put("Freezer", "power", 1900)
    until(lambda: mock.buttons, collectd)
    collectd.ask(command="ack", id=collectd.ask(command="list")["alerts"][0]["id"], by="me")
    until(lambda: mock.edits == [701], collectd)
    collectd.put("Heater", "power", 1900)
    until(lambda: mock.buttons, collectd)
    collectd.put("Heater", "power", 90, time.time() + 1)
    until(lambda: len(mock.edits) == 2, collectd)
    assert mock.buttons == {}


def test_pressed_while_it_was_down(mock, collectd):
    collectd.put("Freezer", "power", 1900)
    until(lambda: mock.buttons, collectd)
    collectd.stop()
    mock.press(701)
    collectd.start()
    until(lambda: collectd.ask(command="list")["alerts"][0]["acked"], collectd)
    until(lambda: mock.edits == [701], collectd)


def test_another_alert_does_not_wait_for_a_press(mock, collectd):
    collectd.put("Freezer", "power", 1900)
    until(lambda: mock.polls > 0, collectd)
    collectd.put("Heater", "power", 1900)
    until(lambda: len(mock.sent) == 2, collectd, 15)
    took = collectd.stop()
    assert took < 5 * alerting.SLOWNESS
