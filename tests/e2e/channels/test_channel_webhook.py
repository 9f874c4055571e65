# SPDX-License-Identifier: MIT
"""The generic webhook."""

import base64
import time

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.webhook import Webhook, parse_time

pytestmark = pytest.mark.one_thread

SECRET = "hmac-secret-value"


@pytest.fixture(name="mock")
def _mock(pki):
    with Webhook(pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("webhook", [["URL", mock.url + mock.path], ["CAFile", pki.ca], *extra], steps, **more)


@pytest.mark.parametrize("kind,reason,event", [
    ("firing", "opened", "firing"), ("update", "worse", "update"), ("repeat", "repeat", "repeat"),
    ("resolved", "recovered", "resolved"), ("acknowledged", "acked", "acknowledged"), ("test", "test", "test"),
    ("note", "digest", "digest"), ("note", "missed", "resolved"), ("note", "opened", "firing")])
def test_event_names(mock, pki, kind, reason, event):
    m = message(kind, reason=reason)
    if reason == "missed":
        m["alert"].update(resolved_at=1790000400000, state="resolved")
    got = run(mock, pki, [send(m)])
    assert got[0]["outcome"] == "sent" and mock.faults == []
    assert mock.sent[0]["event"] == event


def test_schema_1_carries_everything(mock, pki):
    run(mock, pki, [send(alert={"labels": {"room": "cellar"}, "sequence": 7})])
    assert mock.faults == []
    a = mock.sent[0]["alert"]
    assert mock.sent[0]["sequence"] == 7 and a["labels"] == {"room": "cellar"}
    assert (a["value"], a["limit"], a["unit"], a["direction"]) == (1620, 1500, "W", "above")
    assert (a["warning_min"], a["warning_max"], a["failure_max"]) == (None, 1500, 1800)
    assert parse_time(a["since"]).timestamp() == 1790000000 and a["resolved_at"] is None
    assert a["duration_s"] == 300 and a["severity"] == "FAILURE" and a["class"] == "range"
    assert mock.sent[0]["source"]["collectd_host"] == "nas.example.org" and mock.sent[0]["group"] is None


def test_resolved_describes_what_is_now(mock, pki):
    run(mock, pki, [send(kind="resolved")])
    assert mock.faults == []
    a = mock.sent[0]["alert"]
    assert (a["level"], a["severity"], a["direction"], a["value"]) == ("ok", "OKAY", None, 96)
    assert "back to normal" in a["message"] and "above the failure threshold" not in a["message"]
    assert "It was above 1\u202f500 W" in a["text"]


def test_nan_is_null(mock, pki):
    run(mock, pki, [send(alert={"value": None, "limit": None, "direction": "", "class": "missing", "type": ""})])
    assert mock.faults == []
    assert mock.sent[0]["alert"]["value"] is None and mock.sent[0]["alert"]["direction"] is None


def test_percent_replaces_the_raw_number(mock, pki):
    run(mock, pki, [send(alert={"percent": 95, "limit": 90, "value": 4e9})])
    assert (mock.sent[0]["alert"]["value"], mock.sent[0]["alert"]["unit"]) == (95, "%")


def test_resolved_has_its_time_and_duration(mock, pki):
    run(mock, pki, [send(kind="resolved")])
    a = mock.sent[0]["alert"]
    assert mock.faults == [] and a["duration_s"] == 1620 and a["status"] == "resolved"
    assert parse_time(a["resolved_at"]).timestamp() == 1790001620


def test_delivery_id_is_constant_over_retries_and_attempt_counts(mock, pki):
    mock.script = [web.Reply(500, "x"), web.CloseAfterBody(), "ok"]
    m = message(delivery_id="feedfacefeedfacefeedfacefeedface")
    got = run(mock, pki, [send({**m, "attempt": n}) for n in (1, 2, 3)])
    assert [s["outcome"] for s in got.steps] == ["retry", "ambiguous", "sent"]
    assert [r.header("Idempotency-Key") for r in mock.requests] == ["feedfacefeedfacefeedfacefeedface"] * 3
    assert [r.header("X-Kasa-Attempt") for r in mock.requests] == ["1", "2", "3"]
    assert len({r.body for r in mock.requests}) == 1 and mock.faults == []


def test_a_slow_receiver_is_given_more_time(mock, pki):
    """Two answers that come too late, and the third waits twice as long, the
    fourth four times."""
    def late(_request):
        time.sleep(2.5)
        return web.Reply(204)

    mock.script = [late] * 4
    got = run(mock, pki, [send()] * 4, [["Timeout", 1]])
    assert [s["outcome"] for s in got.steps] == ["ambiguous"] * 3 + ["sent"]


def test_signature_fits_the_bytes_that_were_sent(pki):
    with Webhook(secret=SECRET, pem=pki.pem("good")) as mock:
        got = run(mock, pki, [send(), send(body="Umlaute äöü \U0001f9ca \"quoted\"")], [["HMACSecret", SECRET]])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 2 and mock.faults == []


def test_signature_of_another_secret_would_be_noticed(pki):
    with Webhook(secret="other", pem=pki.pem("good")) as mock:
        run(mock, pki, extra=[["HMACSecret", SECRET]])
    assert "signature does not fit the bytes" in mock.faults


def test_signature_is_stamped_by_the_clock_given(pki):
    with Webhook(secret=SECRET, pem=pki.pem("good")) as mock:
        run(mock, pki, extra=[["HMACSecret", SECRET]], now_ms=1790000000000)
    assert mock.requests[0].header("X-Kasa-Signature").startswith("t=1790000000,v1=")
    assert mock.faults == ["signature is too old"] or time.time() - 1790000000 < 300


def test_bearer_basic_and_own_headers(pki):
    with Webhook(bearer="bearer-secret-value", extra_headers=[("X-House", "main"), ("X-Empty", "")],
                 pem=pki.pem("good")) as mock:
        run(mock, pki, extra=[["BearerToken", "bearer-secret-value"], ["Header", "X-House", "main"],
                              ["Header", "X-Empty", " "]])
        assert mock.faults == []
    basic = base64.b64encode(b"user:basic-secret-value").decode()
    with Webhook(basic=basic, pem=pki.pem("good")) as mock:
        got = run(mock, pki, extra=[["Username", "user"], ["Password", "basic-secret-value"]])
        assert mock.faults == []
        mock.script = [web.Reply(400, "you sent " + basic)]
        got = run(mock, pki, extra=[["Username", "user"], ["Password", "basic-secret-value"]])
    assert "basic-secret-value" not in got.text and basic not in got.text


def test_put(pki):
    with Webhook(method="PUT", pem=pki.pem("good")) as mock:
        assert run(mock, pki, extra=[["Method", "PUT"]])[0]["outcome"] == "sent"
    assert mock.faults == []


def test_client_certificate(pki):
    with Webhook(pem=pki.pem("good"), client_ca=pki.ca) as mock:
        got = run(mock, pki, extra=[["ClientCert", pki.pem("client")]])
        assert got[0]["outcome"] == "sent" and mock.faults == []
        without = run(mock, pki)
    assert without[0]["outcome"] in ("channel", "retry") and len(mock.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_delivered(mock, pki, status):
    mock.script = [web.Reply(status, "" if status == 204 else "whatever")]
    assert run(mock, pki)[0]["outcome"] == "sent"


@pytest.mark.parametrize("body, outcome", [
    ("<!DOCTYPE html><html><body>Thank you.</body></html>", "sent"),
    ("<html><!-- <?xml version='1.0'?><WISPAccessGatewayParam><Redirect><MessageType>100</MessageType></Redirect>"
     "</WISPAccessGatewayParam> --><body>Log in</body></html>", "channel")])
def test_a_page_is_an_answer_but_not_that_of_a_captive_portal(mock, pki, body, outcome):
    mock.script = [web.Reply(200, body, kind="text/html")]
    step = run(mock, pki)[0]
    assert step["outcome"] == outcome
    assert ("wants a login" in step["why"]) == (outcome == "channel")


def test_retry_waits_five_seconds_or_as_told(mock, pki):
    mock.script = [web.Reply(503, "x")]
    assert run(mock, pki)[0]["wait_s"] == 5
    mock.script = [web.Reply(503, "x", [("Retry-After", "120")])]
    assert run(mock, pki)[0]["wait_s"] == 120


def test_own_body_in_json_escapes_by_itself(pki):
    with Webhook(schema=False, pem=pki.pem("good")) as mock:
        got = run(mock, pki, [send(alert={"device": "a\"b\\c\u00fc"})],
                  [["Body", '{"who":"%{device}","what":"%{title}","n":%{value_raw|default:null}}']])
    assert got[0]["outcome"] == "sent", got.text
    assert mock.faults == [] and mock.sent[0]["who"] == "a\"b\\c\u00fc" and mock.sent[0]["n"] == 1620


def test_own_body_in_plain_text(pki):
    with Webhook(schema=False, pem=pki.pem("good")) as mock:
        got = run(mock, pki, [send(alert={"device": "a\"b"})], [["Body", "%{device} is bad"], ["ContentType", "text/plain"]])
    assert got[0]["outcome"] == "sent" and mock.sent[0] == b'a"b is bad' and mock.faults == []


@pytest.mark.parametrize("option,words", [
    (["Body", '{"a":%{value_raw}'], "valid JSON"), (["Body", "%{nonsense}"], "nonsense"),
    (["Body", "plain words"], "valid JSON"), (["Header", "X-A"], "a name and a value"),
    (["Header", "X A", "b"], "Header"), (["Header", "X-A", "b\r\nX-Evil: 1"], "Header"),
    (["Header", "X-A\r\nB", "b"], "Header"), (["Header", "Content-Type", "b"], "written by this channel"),
    (["Header", "x-kasa-event", "b"], "written by this channel"), (["Header", "Authorization", "b"], "written by this"),
    (["ContentType", "a\nb"], "ContentType"), (["Username", "u"], "belong together"),
    (["Method", "GET"], "Method"), (["ClientKey", "/dev/null"], "ClientKey needs"),
    (["CAFile", "/nonexistent"], "CAFile")])
def test_mistakes_of_the_configuration_are_named(option, words):
    got = probe("webhook", [["URL", "https://hub.example.org/alerts"], option])
    assert got.code == 1 and words in " ".join(got.errors), got.text


def test_needs_a_url():
    assert "needs URL" in " ".join(probe("webhook", [["Method", "POST"]]).errors)
