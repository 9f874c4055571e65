# SPDX-License-Identifier: MIT
"""PagerDuty: one incident per alert, closed with the key that opened it."""

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks import web
from mocks.pagerduty import PagerDuty

pytestmark = pytest.mark.one_thread

KEY = "R0UT1NGk3y" + "0" * 22
PRINT = {"fingerprint": "0f" * 16}


@pytest.fixture(name="mock")
def _mock(pki):
    with PagerDuty(KEY, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, key=KEY, **more):
    return probe("pagerduty", [["RoutingKey", key], ["BaseURL", mock.url], ["CAFile", pki.ca]], steps, **more)


@pytest.mark.parametrize("level,severity", [("info", "info"), ("warning", "warning"), ("error", "error"),
                                            ("critical", "critical"), ("emergency", "critical")])
def test_levels_become_severities(mock, pki, level, severity):
    got = run(mock, pki, [send(alert={"level": level})])
    assert got[0]["outcome"] == "sent" and mock.faults == [], got.text
    assert mock.sent[0]["payload"]["severity"] == severity


def test_an_alert_is_one_incident_from_beginning_to_end(mock, pki):
    first = run(mock, pki, [send(alert=PRINT)])[0]
    assert first["outcome"] == "sent" and mock.incidents == {"0f" * 16: "triggered"}
    ref = first["provider_ref"]
    more = run(mock, pki, [send(kind="update", alert=PRINT, root_ref=ref), send(kind="repeat", alert=PRINT, root_ref=ref),
                           send(kind="acknowledged", alert=PRINT, reason="acked", root_ref=ref)])
    assert [s["outcome"] for s in more.steps] == ["sent"] * 3, more.text
    assert [e["event_action"] for e in mock.sent] == ["trigger", "trigger", "acknowledge"]  # no trigger as a reminder
    assert mock.incidents == {"0f" * 16: "acknowledged"}
    end = run(mock, pki, [send(kind="resolved", alert=PRINT, root_ref=ref)])
    assert end[0]["outcome"] == "sent" and mock.incidents == {} and mock.faults == []


def test_a_doubtful_one_is_closed_by_a_cancel(mock, pki):
    mock.incidents["0f" * 16] = "triggered"
    got = run(mock, pki, [{"op": "cancel", "message": message("cancel", PRINT, ambiguous=True)}])
    assert got[0]["outcome"] == "sent" and mock.incidents == {}


def test_a_resolve_never_goes_out_with_another_key(mock, pki):
    ref = run(mock, pki, [send(alert=PRINT)])[0]["provider_ref"]
    assert KEY not in ref and len(ref) == 19
    got = run(mock, pki, [send(kind="resolved", alert=PRINT, root_ref=ref)], key="B" * 32)
    assert got[0]["outcome"] == "message" and "another one" in got[0]["why"]
    assert len(mock.requests) == 1


def test_a_key_that_is_refused_stops_the_channel(mock, pki):
    got = run(mock, pki, key="B" * 32)
    assert got[0]["outcome"] == "channel", got.text


def test_a_limit_waits_half_a_minute(mock, pki):
    mock.script = [web.Reply(429, '{"status":"throttled"}')]
    got = run(mock, pki)[0]
    assert got["outcome"] == "retry" and got["wait_s"] == 30


def test_a_test_is_an_incident_of_its_own(mock, pki):
    run(mock, pki, [send(kind="test", alert=PRINT)])
    assert list(mock.incidents) == ["00112233445566778899aabbccddeeff"]


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(400, "no " + KEY)]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert KEY not in got.text and '"routing_key":"***"' in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [([], "needs RoutingKey"), ([["RoutingKey", "short"]], "expected the 32"),
                                         ([["RoutingKey", KEY], ["BaseURL", "http://x.org"]], "expected https://")])
def test_mistakes_are_named(wrong, words):
    got = probe("pagerduty", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
