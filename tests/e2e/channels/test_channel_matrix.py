# SPDX-License-Identifier: MIT
"""Matrix: one event per delivery, notices, waits of old servers."""

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.matrix import Matrix

pytestmark = pytest.mark.one_thread

ROOM, TOKEN = "!abc/def:example.org", "syt_secret_access_token"


@pytest.fixture(name="mock")
def _mock(pki):
    with Matrix(ROOM, TOKEN, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("matrix", [["Homeserver", mock.url], ["RoomID", ROOM], ["AccessToken", TOKEN], ["CAFile", pki.ca],
                            *extra], steps, **more)


@pytest.mark.parametrize("level,kind", [("info", "m.notice"), ("warning", "m.notice"), ("error", "m.text"),
                                        ("critical", "m.text")])
def test_levels_become_text_or_notice_and_the_end_answers(mock, pki, level, kind):
    got = run(mock, pki, [send(alert={"level": level}), send(kind="resolved", delivery_id="f" * 32,
                                                             root_ref="$event1")])
    assert [s["outcome"] for s in got.steps] == ["sent", "sent"], got.text
    assert mock.faults == [] and [m["msgtype"] for m in mock.sent] == [kind, "m.notice"]
    assert got[0]["provider_ref"] == "$event1"
    assert mock.sent[1]["m.relates_to"] == {"m.in_reply_to": {"event_id": "$event1"}}


def test_a_retry_makes_no_second_message(mock, pki):
    real = mock.judge

    def lose_the_first(request):
        answer = real(request)
        return web.Reply(200, "") if len(mock.requests) == 1 else answer

    mock.judge = lose_the_first
    got = run(mock, pki, [send(), send()])
    assert [s["outcome"] for s in got.steps] == ["ambiguous", "sent"]
    assert len(mock.sent) == 1 and len(mock.requests) == 2


@pytest.mark.parametrize("status,answer,outcome,wait", [
    (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 12500}, "retry", 12.5),
    (403, {"errcode": "M_FORBIDDEN"}, "channel", 0), (401, {"errcode": "M_UNKNOWN_TOKEN"}, "channel", 0),
    (502, {}, "retry", 5)])
def test_what_a_refusal_means(mock, pki, status, answer, outcome, wait):
    mock.script = [web.reply_json(status, answer)]
    got = run(mock, pki)[0]
    assert (got["outcome"], got["wait_s"]) == (outcome, wait)


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(403, "no " + TOKEN)]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert TOKEN not in got.text and "Bearer ***" in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [
    ([], "needs Homeserver"), ([["Homeserver", "https://e.org"], ["RoomID", "#a:e.org"]], "needs RoomID"),
    ([["Homeserver", "http://e.org"], ["RoomID", "!a:e.org"], ["AccessToken", "x"]], "expected https://"),
    ([["Homeserver", "https://e.org"], ["RoomID", "!a:e.org"]], "needs AccessToken")])
def test_mistakes_are_named(wrong, words):
    got = probe("matrix", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
