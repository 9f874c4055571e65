# SPDX-License-Identifier: MIT
"""Opsgenie: what was taken is not yet done."""

import pytest

from channels import _pki, message, probe, send  # noqa: F401
from mocks.opsgenie import Opsgenie

pytestmark = pytest.mark.one_thread

KEY = "genie-secret-0000-key"
PRINT = {"fingerprint": "0f" * 16}


@pytest.fixture(name="mock")
def _mock(pki):
    with Opsgenie(KEY, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, **more):
    return probe("opsgenie", [["APIKey", KEY], ["BaseURL", mock.url], ["CAFile", pki.ca]], steps, **more)


def test_an_alert_is_one_alias_from_beginning_to_end(mock, pki):
    got = run(mock, pki, [send(alert=PRINT), send(kind="update", alert=PRINT), send(kind="repeat", alert=PRINT),
                          send(kind="acknowledged", alert=PRINT, reason="acked"), send(kind="resolved", alert=PRINT)])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 5, got.text
    assert mock.faults == [] and mock.alerts == {}
    assert [act for act, _ in mock.sent] == ["create", "notes", "acknowledge", "close"]
    assert mock.sent[0][1]["priority"] == "P1" and mock.sent[0][1]["entity"] == "Freezer"


def test_each_level_has_its_priority(mock, pki):
    levels = {"info": "P5", "warning": "P3", "error": "P2", "critical": "P1", "emergency": "P1"}
    run(mock, pki, [send(level=level, alert={"fingerprint": "%032x" % n}) for n, level in enumerate(levels)])
    assert [value["priority"] for act, value in mock.sent if act == "create"] == list(levels.values())


def test_the_fate_of_a_request_is_asked_for(mock, pki):
    mock.later = 1
    assert run(mock, pki)[0]["outcome"] == "sent"
    assert [r.method for r in mock.requests] == ["POST", "GET", "GET"]


def test_taken_and_then_refused_is_no_delivery(mock, pki):
    real = mock.taken
    mock.taken = lambda act, value, good: real(act, value, False)
    got = run(mock, pki)[0]
    assert got["outcome"] == "message" and "Alert does not exist" in got["why"]


def test_an_end_of_what_is_gone_is_an_end(mock, pki):
    assert run(mock, pki, [send(kind="resolved", alert=PRINT)])[0]["outcome"] == "sent"


def test_an_answer_in_time_is_not_waited_for_forever(mock, pki):
    mock.later = 99
    got = run(mock, pki)
    assert got[0]["outcome"] == "sent" and len(mock.requests) == 4


@pytest.mark.parametrize("region,host", [("us", "https://api.opsgenie.com/"), ("eu", "https://api.eu.opsgenie.com/")])
def test_each_region_has_its_address(region, host):
    got = probe("opsgenie", [["APIKey", KEY], ["Region", region]], [{"op": "render", "message": message()}])
    assert "POST %sv2/alerts\n" % host in got[0]["text"] and KEY not in got.text
    assert "legacy" in got.stderr


@pytest.mark.parametrize("wrong,words", [([], "needs APIKey"), ([["APIKey", KEY], ["Region", "mars"]], "Region")])
def test_mistakes_are_named(wrong, words):
    got = probe("opsgenie", wrong)
    assert got.code == 1 or words in " ".join(got.errors), got.text
    assert words in " ".join(got.errors)
