# SPDX-License-Identifier: MIT
"""SMS by Twilio: one segment, one telephone, nothing twice."""

import time

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.twilio import Twilio, segments

pytestmark = pytest.mark.one_thread

ACCOUNT = "AC" + "0" * 32
KEY = "SK" + "1" * 32
TOKEN = "twilio-secret-token"
TO = "+10000000000"


@pytest.fixture(name="mock")
def _mock(pki):
    with Twilio(ACCOUNT, ACCOUNT, TOKEN, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(("To", TO),), sender=("From", "+15005550006"), **more):
    return probe("twilio", [["AccountSID", ACCOUNT], ["AuthToken", TOKEN], list(sender), ["BaseURL", mock.url],
                            ["CAFile", pki.ca], *map(list, extra)], steps, **more)


def test_an_alert_is_one_segment(mock, pki):
    got = run(mock, pki, [send(), send(kind="resolved")])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 2 and mock.faults == [], got.text
    assert "Freezer" in mock.sent[0]["body"] and got[0]["provider_ref"].startswith("SM")


@pytest.mark.parametrize("text,sent", [
    ("K\u00fchlschrank \u2013 \u201ewarm\u201c\u2026 5\u202f\u00b0C", "K\u00fchlschrank - \"warm\"... 5  C"),
    ("Caf\u00e9 na\u00efve \u0142\u00f3d\u017a", "Caf\u00e9 naive lodz")])
def test_what_the_alphabet_lacks_has_a_stand_in(mock, pki, text, sent):
    run(mock, pki, [send(title=text, body=text)])
    assert mock.sent[0]["body"] == sent


def test_a_long_text_is_cut_to_one_segment_and_says_so(mock, pki):
    run(mock, pki, [send(title="x", body="y{}" * 300)])
    assert segments(mock.sent[0]["body"]) == 1 and mock.sent[0]["body"].endswith("...")


def test_three_segments_where_they_are_asked_for(pki):
    with Twilio(ACCOUNT, ACCOUNT, TOKEN, most=3, pem=pki.pem("good")) as mock:
        run(mock, pki, [send(title="x", body="y" * 900)], extra=[("To", TO), ("Segments", 3)])
        assert len(mock.sent[0]["body"]) == 459 and mock.faults == []


def test_letters_of_another_script_stay_themselves(mock, pki):
    run(mock, pki, [send(title="\u51b7\u51cd\u5eab", body="\u51b7\u51cd\u5eab" * 60)])
    assert mock.sent[0]["body"].startswith("\u51b7") and len(mock.sent[0]["body"]) <= 70 and mock.faults == []


def test_each_number_gets_its_own(mock, pki):
    extra = [("To", TO), ("To", "+10000000001")]
    got = run(mock, pki, [send(), send(recipient=TO), send(recipient="+10000000001")], extra=extra)
    assert [s.get("outcome") for s in got.steps] == ["split", "sent", "sent"], got.text
    assert [m["to"] for m in mock.sent] == [TO, "+10000000001"]


def test_what_may_have_arrived_is_looked_for_first(mock, pki):
    now = int(time.time() * 1000)
    mock.script = [web.CloseAfterBody()]
    got = run(mock, pki, [send(created=now), send(created=now, ambiguous=True, attempt=2)])
    assert got[0]["outcome"] == "ambiguous" and got[0]["wait_s"] == 600
    assert got[1]["outcome"] == "sent" and got[1]["why"] == "it had arrived", got.text
    assert len(mock.sent) == 1


def test_what_did_not_arrive_is_sent_again(mock, pki):
    got = run(mock, pki, [send(created=int(time.time() * 1000), ambiguous=True, attempt=2)])
    assert got[0]["outcome"] == "sent" and [r.method for r in mock.requests] == ["GET", "POST"]


def test_what_cannot_be_looked_for_is_not_sent_again(mock, pki):
    mock.script = [web.Reply(500, "oops")]
    got = run(mock, pki, [send(ambiguous=True, attempt=2)])
    assert got[0]["outcome"] == "ambiguous" and got[0]["wait_s"] == 600 and mock.sent == []


def test_reminders_cost_nothing(mock, pki):
    assert run(mock, pki, [send(kind="repeat")])[0]["outcome"] == "sent" and mock.requests == []


@pytest.mark.parametrize("status,code,outcome", [(400, 21211, "message"), (400, 21610, "message"),
                                                 (400, 21606, "channel"), (401, 20003, "channel"),
                                                 (429, 20429, "retry"), (400, 30001, "retry")])
def test_their_codes_say_whom_to_blame(mock, pki, status, code, outcome):
    mock.script = [web.reply_json(status, {"code": code, "message": "no", "status": status})]
    assert run(mock, pki)[0]["outcome"] == outcome


def test_a_key_and_a_messaging_service_do_as_well(pki):
    with Twilio(ACCOUNT, KEY, TOKEN, pem=pki.pem("good")) as mock:
        got = run(mock, pki, extra=[("To", TO), ("APIKeySID", KEY)], sender=("MessagingServiceSID", "MG" + "a" * 32))
        assert got[0]["outcome"] == "sent" and mock.faults == [], got.text


@pytest.mark.parametrize("wrong,words", [
    ([["AccountSID", "AC1"]], "needs AccountSID"), ([["AccountSID", ACCOUNT]], "needs AuthToken"),
    ([["To", "0151"], ["From", "X"]], "expected a number like"), ([["From", "Kasa"]], "needs To"),
    ([["To", TO]], "needs either From"), ([["To", TO], ["Segments", 4]], "Segments")])
def test_mistakes_are_named(wrong, words):
    got = probe("twilio", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
