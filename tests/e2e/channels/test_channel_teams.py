# SPDX-License-Identifier: MIT
"""Teams: two kinds of address, two kinds of card, two kinds of success."""

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.teams import Teams

pytestmark = pytest.mark.one_thread


@pytest.fixture(name="mock", params=[False, True], ids=["workflow", "connector"])
def _mock(pki, request):
    with Teams(request.param, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, **more):
    return probe("teams", [["WebhookURL", mock.url + mock.path], ["CAFile", pki.ca]], steps, **more)


def test_beginning_and_end_have_their_colours(mock, pki):
    got = run(mock, pki, [send(), send(kind="resolved")], config={"dashboard": "https://g.example.org/"})
    assert [s["outcome"] for s in got.steps] == ["sent"] * 2 and mock.faults == [], got.text
    if mock.connector:
        assert [m["themeColor"] for m in mock.sent] == ["A30200", "2EB886"]
        assert mock.sent[0]["potentialAction"][0]["targets"][0]["uri"] == "https://g.example.org/"
    else:
        cards = [m["attachments"][0]["content"] for m in mock.sent]
        assert [c["body"][0]["color"] for c in cards] == ["attention", "good"]
        assert cards[0]["actions"][0]["url"] == "https://g.example.org/"


def test_markup_of_a_name_stays_text(mock, pki):
    run(mock, pki, [send(message(alert={"device": "[x](http://evil) *b*"}))])
    card = mock.sent[0]["sections"][0] if mock.connector else mock.sent[0]["attachments"][0]["content"]["body"][0]
    if mock.connector:
        assert card["markdown"] is False
    else:
        assert "](http" not in card["text"] and "\\*b\\*" in card["text"]


def test_202_is_what_a_workflow_says_and_1_a_connector(mock, pki):
    mock.script = [web.Reply(202) if mock.connector else web.Reply(200, "1")]
    assert run(mock, pki)[0]["outcome"] == "ambiguous"


@pytest.mark.parametrize("code,outcome", [(413, "shrink"), (429, "retry"), (502, "retry"), (404, "channel"),
                                          (400, "message")])
def test_a_200_with_the_words_of_a_failure_is_one(pki, code, outcome):
    words = ("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error %d with "
             "ContextId tcid=0" % code)
    with Teams(True, pem=pki.pem("good")) as mock:
        mock.script = [web.Reply(200, words, kind="text/plain")]
        got = run(mock, pki)[0]
    assert got["outcome"] == outcome, got
    assert (got["wait_s"] == 60) == (outcome == "retry")


def test_a_limit_without_a_time_waits_a_minute(mock, pki):
    mock.script = [web.Reply(429)]
    assert run(mock, pki)[0]["wait_s"] == 60


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(403, "no " + mock.path)]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert "xyzzySecretPath" not in got.text and "POST https://***\n" in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [([], "needs WebhookURL"), ([["WebhookURL", "teams"]], "expected an address")])
def test_mistakes_are_named(wrong, words):
    got = probe("teams", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
