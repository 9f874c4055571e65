# SPDX-License-Identifier: MIT
"""Discord."""

import pytest

from channels import _pki, probe, secret_file, send  # noqa: F401
from mocks import web
from mocks.discord import Discord

pytestmark = pytest.mark.one_thread


@pytest.fixture(name="mock")
def _mock(pki):
    with Discord(pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("discord", [["WebhookURL", mock.url + mock.path], ["CAFile", pki.ca], *extra], steps, **more)


@pytest.mark.parametrize("level,colour", [("info", 4431840), ("warning", 14327864), ("error", 15227148),
                                          ("critical", 10682880), ("emergency", 10682880)])
def test_levels_become_colours(mock, pki, level, colour):
    run(mock, pki, [send(alert={"level": level}), send(kind="resolved", alert={"level": level})])
    assert mock.faults == [] and [m["embeds"][0]["color"] for m in mock.sent] == [colour, 3061894]


def test_wait_true_and_the_id_of_the_message(mock, pki):
    got = run(mock, pki)
    assert mock.requests[0].query == [("wait", "true")] and got[0]["provider_ref"] == "990000000001"


@pytest.mark.parametrize("answer", ["", "{}", '{"id":7}', '{"id":"x"}', "[]", '{"id":""}'])
def test_200_without_an_id_is_not_delivered(mock, pki, answer):
    mock.script = [web.Reply(200, answer)]
    assert run(mock, pki)[0]["outcome"] == "ambiguous"


def test_204_is_not_delivered_either(mock, pki):
    mock.script = [web.Reply(204)]
    assert run(mock, pki)[0]["outcome"] == "ambiguous"


def test_info_and_recovery_make_no_sound(mock, pki):
    run(mock, pki, [send(), send(alert={"level": "info"}), send(kind="resolved"), send(quiet=True)])
    assert mock.faults == [] and [m.get("flags", 0) for m in mock.sent] == [0, 4096, 4096, 4096]


@pytest.mark.parametrize("name", ["@everyone", "@here", "<@&123>", "<@123>", "**b** ||s|| `c` [x](y)", "> q", "# h"])
def test_a_device_name_mentions_nobody_and_formats_nothing(mock, pki, name):
    run(mock, pki, [send(alert={"device": name, "host": name})])
    assert mock.faults == []
    m = mock.sent[0]
    assert m["allowed_mentions"] == {"parse": []} and "content" not in m
    for mark in "*|`[#>":
        if mark in name:
            assert "\\" + mark in m["embeds"][0]["title"]


@pytest.mark.parametrize("mention,content,allowed", [
    ("everyone", "@everyone", {"parse": ["everyone"]}), ("here", "@here", {"parse": ["everyone"]}),
    ("123456", "<@&123456>", {"parse": [], "roles": ["123456"]}),
    ("user:77", "<@77>", {"parse": [], "users": ["77"]})])
def test_mention_only_at_emergency(mock, pki, mention, content, allowed):
    run(mock, pki, [send(), send(alert={"level": "emergency"}), send(kind="resolved", alert={"level": "emergency"})],
        [["Mention", mention]])
    assert mock.faults == []
    assert [m.get("content", "").strip() for m in mock.sent] == ["", content, ""]
    assert [m["allowed_mentions"] for m in mock.sent] == [{"parse": []}, allowed, {"parse": []}]


def test_sums_stay_below_6000_whatever_the_texts(mock, pki):
    names = {k: "\U0001f9ca" * 30 for k in ("device", "host", "type_instance", "ack_by")}
    run(mock, pki, [send(title="*" * 9000, body="_" * 15000, alert={**names, "flags": 16}),
                    send(title="\U0001f9ca" * 300, body="\U0001f9ca" * 3900)])
    assert mock.faults == [] and len(mock.sent) == 2


def test_404_stops_at_once_and_there_is_no_second_call(mock, pki):
    mock.script = [web.reply_json(404, {"message": "Unknown Webhook", "code": 10015})]
    got = run(mock, pki)[0]
    assert (got["outcome"], got["stop"]) == ("channel", True)
    assert len(mock.requests) == 1 and mock.calls_after_404 == 0


def test_404_with_an_unchanged_file_makes_no_second_call(mock, pki, tmp_path):
    path = secret_file(tmp_path, "url", mock.url + mock.path)
    mock.script = [web.reply_json(404, {"message": "Unknown Webhook", "code": 10015})]
    got = probe("discord", [["WebhookURLFile", path], ["CAFile", pki.ca]])
    assert got[0]["stop"] and len(mock.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_401_and_403_are_permanent_for_the_channel(mock, pki, status):
    mock.script = [web.reply_json(status, {"message": "no", "code": 50013})]
    assert run(mock, pki)[0]["outcome"] == "channel"


def test_429_waits_the_float_of_the_body(mock, pki):
    mock.script = [web.reply_json(429, {"message": "You are being rate limited.", "retry_after": 64.57, "global": False})]
    assert run(mock, pki)[0]["wait_s"] == pytest.approx(64.57)
    mock.script = [web.reply_json(429, {"retry_after": 0.3}, [("Retry-After", "65")])]
    assert run(mock, pki)[0]["wait_s"] == 65


def test_empty_bucket_of_a_success_holds_the_next_request(mock, pki):
    mock.script = [web.Reply(200, '{"id":"1"}', [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset-After", "1.25")])]
    got = run(mock, pki)[0]
    assert got["outcome"] == "sent" and got["wait_s"] == 1.25
    mock.script = [web.Reply(200, '{"id":"1"}', [("X-RateLimit-Remaining", "3"), ("X-RateLimit-Reset-After", "9")])]
    assert run(mock, pki)[0]["wait_s"] == 0


def test_absurd_waits_are_bounded(mock, pki):
    for answer in ({"retry_after": 1e300}, {"retry_after": -5}, {"retry_after": "soon"}):
        mock.script = [web.reply_json(429, answer, [("X-RateLimit-Remaining", "0"),
                                                    ("X-RateLimit-Reset-After", "1e99")])]
        assert 0 <= run(mock, pki)[0]["wait_s"] <= 86400


def test_thread_id_and_thread_name(pki):
    with Discord(thread_id="4711", pem=pki.pem("good")) as mock:
        assert run(mock, pki, extra=[["ThreadID", "4711"]])[0]["outcome"] == "sent" and mock.faults == []
    with Discord(pem=pki.pem("good")) as mock:
        run(mock, pki, extra=[["ThreadName", "Alerts"], ["Username", "Plugs"]])
    assert mock.faults == [] and mock.sent[0]["thread_name"] == "Alerts" and mock.sent[0]["username"] == "Plugs"


@pytest.mark.parametrize("option,words", [
    (["WebhookURL", "https://discord.com/api/webhooks/1/x?wait=false"], "without ?"), (["Mention", "@all"], "Mention"),
    (["ThreadID", "x"], "ThreadID"), (["Username", "x" * 81], "Username")])
def test_mistakes_of_the_configuration_are_named(option, words):
    base = [["WebhookURL", "https://discord.com/api/webhooks/1/x"]] if option[0] != "WebhookURL" else []
    got = probe("discord", base + [option])
    assert got.code == 1 and words in " ".join(got.errors), got.text
