# SPDX-License-Identifier: MIT
"""Telegram: silence by level, answers to the first message, what a 400 means."""

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.telegram import Telegram

pytestmark = pytest.mark.one_thread

TOKEN = "123456789:AAFsecret-bot_token"


@pytest.fixture(name="mock")
def _mock(pki):
    with Telegram(TOKEN, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, chat="-1001234567890", extra=(), **more):
    return probe("telegram", [["BaseURL", mock.url], ["BotToken", TOKEN], ["ChatID", chat], ["CAFile", pki.ca],
                              *extra], steps, **more)


@pytest.mark.parametrize("level,silent", [("info", True), ("warning", False), ("critical", False)])
def test_a_recovery_answers_silently(mock, pki, level, silent):
    got = run(mock, pki, [send(alert={"level": level}), send(kind="resolved", root_ref="701")])
    assert [s["outcome"] for s in got.steps] == ["sent", "sent"], got.text
    assert mock.faults == [] and got[0]["provider_ref"] == "701"
    assert [m["disable_notification"] for m in mock.sent] == [silent, True]
    assert mock.sent[0]["chat_id"] == -1001234567890 and "reply_parameters" not in mock.sent[0]
    assert mock.sent[1]["reply_parameters"] == {"message_id": 701, "allow_sending_without_reply": True}
    assert mock.sent[0]["text"].startswith("Freezer: 1\u202f620 W, above")


def test_names_with_markup_and_long_texts_arrive(mock, pki):
    got = run(mock, pki, [send(alert={"device": "<b>*_`["}), send(body="\U0001f9ca" * 9000)], chat="@house_alerts",
              extra=[["ThreadID", 7]])
    assert [s["outcome"] for s in got.steps] == ["sent", "sent"] and mock.faults == []
    assert "<b>*_`[" in mock.sent[0]["text"] and mock.sent[0]["chat_id"] == "@house_alerts"
    assert mock.sent[0]["message_thread_id"] == 7


@pytest.mark.parametrize("status,answer,outcome,wait", [
    (429, {"description": "Too Many Requests", "parameters": {"retry_after": 17}}, "retry", 17),
    (400, {"description": "Bad Request: chat not found"}, "channel", 0),
    (400, {"description": "Bad Request: message is too long"}, "shrink", 0),
    (400, {"description": "Bad Request: group chat was upgraded",
           "parameters": {"migrate_to_chat_id": -100777}}, "channel", 0),
    (400, {"description": "Bad Request: something"}, "message", 0),
    (401, {"description": "Unauthorized"}, "channel", 0),
    (403, {"description": "Forbidden: bot was blocked by the user"}, "channel", 0)])
def test_what_a_refusal_means(mock, pki, status, answer, outcome, wait):
    mock.script = [web.reply_json(status, {"ok": False, "error_code": status, **answer})]
    got = run(mock, pki)[0]
    assert (got["outcome"], got["wait_s"]) == (outcome, wait)
    if "migrate" in str(answer):
        assert '"-100777"' in got["why"]


@pytest.mark.parametrize("body", ["", "null", "{}", '{"ok":true}', '{"ok":true,"result":{"message_id":"1"}}'])
def test_200_without_a_message_is_doubtful(mock, pki, body):
    mock.script = [web.Reply(200, body)]
    assert run(mock, pki)[0]["outcome"] == "ambiguous"


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(401, "no /bot%s/x" % TOKEN)]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert got[0]["outcome"] == "channel" and TOKEN not in got.text and "/bot***/sendMessage" in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [
    ([["ChatID", "1"]], "needs BotToken"), ([["BotToken", "abc"], ["ChatID", "1"]], "as BotFather gives it"),
    ([["BotToken", TOKEN]], "needs ChatID"), ([["BotToken", TOKEN], ["ChatID", "house"]], "needs ChatID")])
def test_mistakes_are_named(wrong, words):
    got = probe("telegram", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text


def button(mock, pki, steps, **more):
    return run(mock, pki, steps, extra=[["AckButton", True]], **more)


def test_an_alert_has_a_button_and_its_end_has_none(mock, pki):
    got = button(mock, pki, [send(), send(kind="acknowledged"), send(kind="resolved"), send(kind="test")])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 4 and mock.faults == [], mock.faults
    assert mock.buttons == {701: "ack:417"}
    assert mock.sent[0]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Acknowledge"
    assert ["reply_markup" in m for m in mock.sent] == [True, False, False, False]


def test_who_pressed_in_this_chat_and_nobody_else(mock, pki):
    mock.buttons[701] = mock.buttons[702] = "ack:417"
    mock.press(701, chat=-1)  # the number of a message is each chat's own
    mock.press(701, data="delete everything")
    query = mock.press(702, who={"id": 1, "first_name": "Bernd"})
    got = button(mock, pki, [{"op": "poll", "ref": "701"}, {"op": "poll", "ref": "702"}])
    assert mock.faults == [], mock.faults
    assert [s["acknowledged"] for s in got.steps] == [False, True], got.text
    assert got[1]["by"] == "Bernd"
    assert mock.answered == [query]


def test_without_the_option_nothing_is_asked(mock, pki):
    got = run(mock, pki, [send(), {"op": "poll", "ref": "701"}, {"op": "cancel", "message": message(root_ref="701")}])
    assert mock.polls == 0 and mock.edits == [] and mock.faults == []
    assert "reply_markup" not in mock.sent[0] and got[1]["over"]


def test_a_bot_that_another_listens_to_is_named(mock, pki):
    mock.webhook = True
    got = button(mock, pki, [{"op": "poll", "ref": "701"}, {"op": "poll", "ref": "701"}])
    assert got.text.count("nobody can acknowledge by the button now: HTTP 409") == 1, got.text
    assert "webhook is active" in got.text and TOKEN not in got.text


def test_a_button_goes_and_one_that_went_is_no_trouble(mock, pki):
    got = button(mock, pki, [send(), {"op": "cancel", "message": message(root_ref="701", last_ref="699")}])
    assert got[1]["outcome"] == "sent" and mock.edits == [701] and mock.faults == []
    mock.buttons[701] = "ack:417"
    mock.script = [web.reply_json(429, {"ok": False, "error_code": 429, "description": "Too Many Requests",
                                        "parameters": {"retry_after": 9}})]
    got = button(mock, pki, [{"op": "cancel", "message": message(root_ref="701")}])
    assert (got[0]["outcome"], got[0]["wait_s"]) == ("retry", 9)
