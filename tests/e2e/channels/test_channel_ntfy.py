# SPDX-License-Identifier: MIT
"""ntfy: topics, priorities, quotas."""

import pytest

from channels import _pki, message, probe, secret_file, send  # noqa: F401
from mocks import web
from mocks.ntfy import Ntfy

pytestmark = pytest.mark.one_thread

TOPIC = "family-alerts-9f3a"


@pytest.fixture(name="mock")
def _mock(pki):
    with Ntfy(TOPIC, token="tk_secret_token_value", pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("ntfy", [["Server", mock.url], ["Topic", TOPIC], ["Token", "tk_secret_token_value"],
                          ["CAFile", pki.ca], *extra], steps, **more)


@pytest.mark.parametrize("level,priority", [("info", 2), ("warning", 3), ("error", 4), ("critical", 5),
                                            ("emergency", 5)])
def test_levels_become_priorities(mock, pki, level, priority):
    got = run(mock, pki, [send(alert={"level": level}), send(kind="resolved", alert={"level": level}),
                          send(alert={"level": level}, quiet=True)])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 3, got.text
    assert mock.faults == [] and [m["priority"] for m in mock.sent] == [priority, 3, 2]
    assert mock.sent[0]["title"].startswith("Freezer: 1") and mock.sent[1]["tags"] == ["white_check_mark"]
    assert got[0]["provider_ref"] == "n00000001"


def test_the_end_takes_the_place_of_what_it_ends(mock, pki):
    episode = {"episode": "00112233445566778899aabbccddeeff-1790000000"}
    run(mock, pki, [send(alert=episode), send(kind="resolved", alert=episode)])
    assert {m["sequence_id"] for m in mock.sent} == {episode["episode"]}


def test_a_long_text_stays_a_message(mock, pki):
    got = run(mock, pki, [send(body="\u20ac\U0001f9ca" * 5000)])
    assert got[0]["outcome"] == "sent" and mock.faults == []


def test_the_link_leads_to_the_dashboard(mock, pki):
    run(mock, pki, config={"dashboard": "https://g.example.org/?d=%{device|url}"})
    assert mock.sent[0]["click"] == "https://g.example.org/?d=Freezer"


def test_a_full_day_waits_for_midnight_utc(mock, pki):
    mock.script = [web.reply_json(429, {"code": 42908, "http": 429, "error": "limit reached"}),
                   web.reply_json(429, {"code": 42901, "http": 429, "error": "slow down"})]
    got = run(mock, pki, [send(), send()], now_ms=1790000000000 // 86400000 * 86400000 + 80000000)
    assert [(s["outcome"], s["wait_s"]) for s in got.steps] == [("retry", 6400), ("retry", 5)]


def test_login_by_name(pki):
    with Ntfy(TOPIC, basic="me:secret-password", pem=pki.pem("good")) as mock:
        got = probe("ntfy", [["Server", mock.url], ["Topic", TOPIC], ["Username", "me"],
                             ["Password", "secret-password"], ["CAFile", pki.ca]])
    assert got[0]["outcome"] == "sent" and mock.faults == []


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(403, "no %s for %s" % ("tk_secret_token_value", TOPIC))]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert got[0]["outcome"] == "channel"
    assert TOPIC not in got.text and "tk_secret" not in got.text
    assert '"topic":"***"' in got[1]["text"] and "Bearer ***" in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [
    ([], "needs Topic"), ([["Topic", "a/b"]], "expected 1 to 64"), ([["Topic", "x" * 65]], "expected 1 to 64"),
    ([["Topic", "a"], ["Server", "http://ntfy.example.org"]], "expected https://"),
    ([["Topic", "a"], ["Username", "me"]], "belong together"),
    ([["Topic", "a"], ["Username", "me"], ["Password", "p"], ["Token", "t"]], "not both")])
def test_mistakes_are_named(wrong, words):
    got = probe("ntfy", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
