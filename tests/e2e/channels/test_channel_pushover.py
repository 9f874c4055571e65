# SPDX-License-Identifier: MIT
"""Pushover."""

import time

import pytest

from channels import _pki, message, probe, secret_file, send  # noqa: F401
from mocks import web
from mocks.pushover import Pushover

pytestmark = pytest.mark.one_thread

TOKEN, USER = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh"


@pytest.fixture(name="mock")
def _mock(pki):
    with Pushover(token=TOKEN, user=USER, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("pushover", [["Token", TOKEN], ["User", USER], ["BaseURL", mock.url], ["CAFile", pki.ca], *extra],
                 steps, **more)


@pytest.mark.parametrize("level,priority", [("info", "-1"), ("warning", "0"), ("error", "1"), ("critical", "1"),
                                            ("emergency", "2")])
def test_levels_become_priorities(mock, pki, level, priority):
    run(mock, pki, [send(alert={"level": level})])
    assert mock.faults == [] and mock.sent[0]["priority"] == priority


def test_retry_and_expire_are_sent_exactly_at_priority_2(mock, pki):
    run(mock, pki, [send(alert={"level": level}) for level in ("info", "warning", "error", "critical", "emergency")],
        [["Retry", "90s"], ["Expire", "2h"]])
    assert mock.faults == []
    assert [("retry" in f, "expire" in f, "tags" in f) for f in mock.sent] == [(False,) * 3] * 4 + [(True,) * 3]
    assert (mock.sent[4]["retry"], mock.sent[4]["expire"]) == ("90", "7200")
    assert mock.sent[4]["tags"] == "kasa-0123456789abcdef"


def test_emergency_from_moves_the_border(mock, pki):
    run(mock, pki, [send(alert={"level": "error"}), send(alert={"level": "critical"})], [["EmergencyFrom", "critical"]])
    assert [f["priority"] for f in mock.sent] == ["1", "2"]


def test_emergency_from_never_stays_at_1(mock, pki):
    run(mock, pki, [send(alert={"level": "emergency"})], [["EmergencyFrom", "never"]])
    assert mock.faults == [] and mock.sent[0]["priority"] == "1"


def test_recovery_is_quiet_but_that_of_an_emergency_is_heard(mock, pki):
    run(mock, pki, [send(kind="resolved"), send(kind="resolved", alert={"level": "emergency"})])
    assert [f["priority"] for f in mock.sent] == ["-1", "0"]


def test_quiet_messages_and_acks_are_quiet(mock, pki):
    run(mock, pki, [send(quiet=True, alert={"level": "emergency"}), send(kind="acknowledged")])
    assert mock.faults == [] and [f["priority"] for f in mock.sent] == ["-1", "-1"]


def test_timestamp_is_the_event_not_the_sending(mock, pki):
    run(mock, pki, [send(created=1790000300000, delay_s=9000)])
    assert mock.sent[0]["timestamp"] == "1790000300"


def test_token_and_user_stay_out_of_the_url(mock, pki):
    run(mock, pki)
    assert mock.requests[0].target == "/1/messages.json"


def test_receipt_is_returned_for_an_emergency_only(mock, pki):
    got = run(mock, pki, [send(alert={"level": "emergency"}), send()])
    assert len(got[0]["provider_ref"]) == 30 and got[1]["provider_ref"] == ""


def test_recovery_cancels_by_receipt(mock, pki):
    ref = run(mock, pki, [send(alert={"level": "emergency"})])[0]["provider_ref"]
    got = run(mock, pki, [{"op": "cancel", "message": message("resolved", last_ref=ref, root_ref=ref)}])
    assert got[0]["outcome"] == "sent" and mock.cancelled == [ref] and mock.faults == []


def test_several_receipts_are_cancelled_by_their_tag(mock, pki):
    refs = [s["provider_ref"] for s in run(mock, pki, [send(alert={"level": "emergency"})] * 3).steps]
    got = run(mock, pki, [{"op": "cancel", "message": message("resolved", root_ref=refs[0], last_ref=refs[2])}])
    assert got[0]["outcome"] == "sent" and sorted(mock.cancelled) == sorted(refs) and mock.faults == []


def test_a_receipt_that_never_reached_us_is_cancelled_too(mock, pki):
    emergency = send(alert={"level": "emergency"})
    mock.script = [web.CloseAfterBody()]
    got = run(mock, pki, [emergency, emergency])
    ref = got[1]["provider_ref"]
    assert len(mock.receipts) == 2 and got[0]["outcome"] == "ambiguous"
    run(mock, pki, [{"op": "cancel", "message": message("resolved", last_ref=ref, root_ref=ref, ambiguous=True)}])
    assert sorted(mock.cancelled) == sorted(mock.receipts) and mock.faults == []


def test_cancelling_what_is_over_already_is_no_error(mock, pki):
    got = run(mock, pki, [{"op": "cancel", "message": message("resolved", last_ref="R" * 30)}])
    assert got[0]["outcome"] == "sent"


def test_cancel_is_tried_again_when_the_service_is_down(mock, pki):
    for act in (web.Reply(500, "x"), web.CloseAfterBody()):
        mock.script = [act]
        got = run(mock, pki, [{"op": "cancel", "message": message("resolved", last_ref="R" * 30)}])
        assert got[0]["outcome"] == "retry"


def test_poll_tells_who_acknowledged_and_when(mock, pki):
    ref = run(mock, pki, [send(alert={"level": "emergency"})])[0]["provider_ref"]
    first = run(mock, pki, [{"op": "poll", "ref": ref, "message": message()}])[0]
    mock.receipts[ref].update(acknowledged=1, acknowledged_at=1790000400, acknowledged_by_device="phone\n\u001b1")
    second = run(mock, pki, [{"op": "poll", "ref": ref, "message": message()}])[0]
    assert (first["err"], first["acknowledged"], first["over"]) == (0, False, False)
    assert (second["acknowledged"], second["over"], second["acknowledged_at"]) == (True, True, 1790000400000)
    assert second["by"] == "phone 1"
    assert mock.faults == []


def test_poll_of_an_expired_or_unknown_receipt_is_over(mock, pki):
    ref = run(mock, pki, [send(alert={"level": "emergency"})])[0]["provider_ref"]
    mock.receipts[ref]["expired"] = 1
    got = run(mock, pki, [{"op": "poll", "ref": r, "message": message()} for r in (ref, "X" * 30, "", "../x")])
    assert [s["over"] for s in got.steps] == [True] * 4
    assert not any(s["acknowledged"] for s in got.steps)
    assert len(mock.requests) == 3  # what is no receipt is not asked for


@pytest.mark.parametrize("act", [web.Reply(500, "x"), web.Reply(200, "nonsense"), web.CloseAfterBody(),
                                 web.Reply(429, "{}", [("Retry-After", "90")])])
def test_poll_asks_again_after_a_failure(mock, pki, act):
    mock.script = [act]
    got = run(mock, pki, [{"op": "poll", "ref": "R" * 30, "message": message()}])
    assert got[0]["err"] < 0 and not got[0]["over"]
    if isinstance(act, web.Reply) and act.status == 429:
        assert got[0]["wait_s"] == 90


@pytest.mark.parametrize("body", ["{}", '{"request":"x"}', '{"status":"1"}', '{"state":1}'])
def test_a_200_that_says_neither_yes_nor_no_is_asked_again(mock, pki, body):
    mock.script = [web.Reply(200, body)]
    got = run(mock, pki)
    assert got[0]["outcome"] == "ambiguous" and got[0]["wait_s"] == 30


def test_refused_token_or_user_is_permanent_for_the_channel(mock, pki):
    mock.token = "z" * 30
    assert run(mock, pki)[0]["outcome"] == "channel"
    mock.token, mock.user = TOKEN, "z" * 30
    assert run(mock, pki)[0]["outcome"] == "channel"


def test_400_about_the_message_is_permanent_for_it_alone(mock, pki):
    mock.script = [web.reply_json(400, {"message": "cannot be blank", "errors": ["message cannot be blank"],
                                        "status": 0, "request": "x"})]
    got = run(mock, pki)[0]
    assert got["outcome"] == "message" and "cannot be blank" in got["why"]


def test_429_holds_until_the_quota_is_reset(mock, pki):
    reset = int(time.time()) + 20 * 86400
    mock.script = [web.reply_json(429, {"status": 0, "errors": ["message limit reached"]},
                                  [("X-Limit-App-Limit", "10000"), ("X-Limit-App-Remaining", "0"),
                                   ("X-Limit-App-Reset", str(reset))])]
    got = run(mock, pki)[0]
    assert got["outcome"] == "retry" and abs(got["wait_s"] - 20 * 86400) < 10 and got["quota_left"] == 0


def test_429_with_an_absurd_reset_does_not_hold_for_ever(mock, pki):
    mock.script = [web.reply_json(429, {"status": 0}, [("X-Limit-App-Reset", "99999999999")])]
    assert run(mock, pki)[0]["wait_s"] <= 32 * 86400


def test_quota_is_reported_and_warned_about_once_at_a_tenth(mock, pki):
    mock.quota["X-Limit-App-Remaining"] = "1000"
    got = run(mock, pki, [send(), send()])
    assert got[0]["quota_left"] == 1000 and got.stderr.count("1000 of 10000 messages left") == 1


def test_500_waits_five_seconds(mock, pki):
    mock.script = [web.Reply(500, "oops")]
    assert run(mock, pki)[0]["wait_s"] == 5


def test_blank_body_becomes_the_title(mock, pki):
    for body in ("", " ", "\n\n"):
        assert run(mock, pki, [send(body=body)])[0]["outcome"] == "sent"
    assert mock.faults == []


def test_message_is_cut_at_1024_characters_and_the_first_line_stays(mock, pki):
    run(mock, pki, [send(body="Freezer: first line\n" + "\U0001f9ca" * 1500)])
    text = mock.sent[0]["message"]
    assert text.startswith("Freezer: first line") and text.endswith("\u2026") and len(text) <= 1024


def test_long_single_line_is_cut_with_an_ellipsis(mock, pki):
    run(mock, pki, [send(body="\u00fc" * 1025), send(body="\u00fc" * 1024)])
    assert mock.sent[0]["message"] == "\u00fc" * 1023 + "\u2026"
    assert mock.sent[1]["message"] == "\u00fc" * 1024


def test_cut_does_not_part_a_family(mock, pki):
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    run(mock, pki, [send(body="x" * 1020 + family + "y" * 50)])
    assert mock.sent[0]["message"] == "x" * 1020 + "\u2026"


def test_html_format_escapes_and_falls_back_when_it_gets_too_long(mock, pki):
    run(mock, pki, [send(body="a < b & c"), send(body="&" * 900)], [["Format", "html"]])
    assert mock.faults == []
    assert mock.sent[0]["html"] == "1" and mock.sent[0]["message"] == "a &lt; b &amp; c"
    assert "html" not in mock.sent[1] and mock.sent[1]["message"] == "&" * 900


def test_monospace_device_sound_and_ttl(mock, pki):
    run(mock, pki, [send(), send(kind="resolved"), send(alert={"level": "emergency"})],
        [["Format", "monospace"], ["Device", "phone,tablet-2"], ["Sound", "siren"], ["TTL", "1d"]])
    assert mock.faults == []
    assert mock.sent[0]["monospace"] == "1" and mock.sent[0]["device"] == "phone,tablet-2"
    assert mock.sent[0]["ttl"] == "86400" and "ttl" not in mock.sent[2]
    assert mock.sent[0]["sound"] == "siren" and "sound" not in mock.sent[1]


def test_dashboard_link(mock, pki):
    run(mock, pki, config={"dashboard": "https://g.example.org/?d=%{device|url}"})
    assert mock.sent[0]["url"] == "https://g.example.org/?d=Freezer"


@pytest.mark.parametrize("option,words", [
    (["Token", "short"], "expected 30 letters and digits"), (["Retry", "10s"], "Retry"), (["Expire", "4h"], "Expire"),
    (["Expire", "30s"], "shorter than Retry"), (["Device", "my phone"], "Device"), (["Device", "x" * 26], "Device"),
    (["Device", "a,"], "Device"), (["Sound", "a b"], "Sound"), (["EmergencyFrom", "always"], "EmergencyFrom"),
    (["BaseURL", "http://x.example.org"], "BaseURL")])
def test_mistakes_of_the_configuration_are_named(option, words):
    base = [o for o in [["Token", TOKEN], ["User", USER]] if o[0] != option[0]]
    got = probe("pushover", base + [option])
    assert got.code == 1 and words in " ".join(got.errors), got.text
    assert TOKEN not in got.text and USER not in got.text


def test_needs_both_keys():
    assert "needs Token" in " ".join(probe("pushover", [["User", USER]]).errors)
    assert "needs User" in " ".join(probe("pushover", [["Token", TOKEN]]).errors)
