# SPDX-License-Identifier: MIT
"""Slack by webhook and by bot."""

import pytest

from channels import _pki, probe, send  # noqa: F401
from mocks import web
from mocks.slack import SlackBot, SlackWebhook

pytestmark = pytest.mark.one_thread

BOT = "xoxb-0-secret-bot-token"


@pytest.fixture(name="hook")
def _hook(pki):
    with SlackWebhook(pem=pki.pem("good")) as m:
        yield m


@pytest.fixture(name="bot")
def _bot(pki):
    with SlackBot(token=BOT, pem=pki.pem("good")) as m:
        yield m


def by_hook(mock, pki, steps=None, extra=(), **more):
    return probe("slack", [["WebhookURL", mock.url + mock.path], ["CAFile", pki.ca], *extra], steps, **more)


def by_bot(mock, pki, steps=None, extra=(), **more):
    return probe("slack", [["BotToken", BOT], ["ChannelID", "C0123456789"], ["BaseURL", mock.url], ["CAFile", pki.ca],
                           *extra], steps, **more)


@pytest.mark.parametrize("level,colour", [("info", "#439fe0"), ("warning", "#daa038"), ("error", "#e8590c"),
                                          ("critical", "danger"), ("emergency", "danger")])
def test_levels_become_colours(hook, pki, level, colour):
    by_hook(hook, pki, [send(alert={"level": level}), send(kind="resolved", alert={"level": level})])
    assert [m["attachments"][0]["color"] for m in hook.sent] == [colour, "#2eb886"]


def test_text_is_always_set_and_time_is_ts(hook, pki):
    by_hook(hook, pki, [send(kind=k) for k in ("firing", "update", "repeat", "resolved", "acknowledged", "test")])
    assert hook.faults == [] and len(hook.sent) == 6
    for m in hook.sent:
        assert m["text"].strip() and m["attachments"][0]["ts"] > 1700000000
        assert "timestamp" not in m["attachments"][0]


def test_200_without_ok_is_a_failure(hook, pki):
    for body in ("no_service", " no_service\n", "{}", '{"ok":false}', '{"success":false,"error":"x"}',
                 '{"result":"error","msg":"x"}', '{"status":"failed"}'):
        hook.script = [web.Reply(200, body)]
        assert by_hook(hook, pki)[0]["outcome"] == "message"


def test_a_page_in_the_way_does_not_cost_the_message(hook, pki):
    """A login, a router without a line: the message is as good as before."""
    hook.script = [web.Reply(200, "\n<!DOCTYPE html><html><body>Please log in</body></html>", kind="text/html")]
    got = by_hook(hook, pki)[0]
    assert got["outcome"] == "channel" and not got["stop"] and "not ok" in got["why"]


@pytest.mark.parametrize("body", ["ok", " ok\n", "OK", '"ok"', "", '{"success":true}', '{"ok":true}',
                                  '{"status":"ok"}', '{"status":"success","data":{}}',
                                  '{"result":"success","msg":"","ok":true}'])
def test_servers_that_take_slacks_webhooks_have_words_of_their_own(hook, pki, body):
    hook.script = [web.Reply(200, body)]
    assert by_hook(hook, pki)[0]["outcome"] == "sent"


@pytest.mark.parametrize("status,body,outcome,stop", [
    (400, "invalid_payload", "message", False), (400, "user_not_found", "message", False),
    (400, "no_text", "message", False), (400, "too_many_attachments", "message", False),
    (403, "action_prohibited", "channel", False), (403, "invalid_token", "channel", False),
    (404, "channel_not_found", "channel", True), (404, "no_service", "channel", True), (404, "no_team", "channel", True),
    (410, "channel_is_archived", "channel", True), (500, "rollup_error", "retry", False)])
def test_each_error_of_the_webhook(hook, pki, status, body, outcome, stop):
    hook.script = [web.Reply(status, body, kind="text/html")]
    got = by_hook(hook, pki)[0]
    assert (got["outcome"], got["stop"]) == (outcome, stop) and body in got["why"]
    if status == 500:
        assert got["wait_s"] == 30


def test_429_waits_as_the_body_says(hook, pki):
    hook.script = [web.reply_json(429, {"ok": False, "error": "rate_limited", "retry_after": 17})]
    assert by_hook(hook, pki)[0]["wait_s"] == 17
    hook.script = [web.reply_json(429, {"ok": False}, [("Retry-After", "40")])]
    assert by_hook(hook, pki)[0]["wait_s"] == 40
    hook.script = [web.Reply(429, "")]
    assert by_hook(hook, pki)[0]["wait_s"] == 1


def test_only_ampersand_and_angle_brackets_are_escaped(hook, pki):
    by_hook(hook, pki, [send(body="a & b < c > d \"e\" 'f'")])
    text = hook.sent[0]["attachments"][0]["text"]
    assert hook.faults == [] and text == "a &amp; b &lt; c &gt; d \"e\" 'f'"


@pytest.mark.parametrize("name", ["<!channel>", "<!here>", "<@U0123>", "<!subteam^S1>", "<http://evil|good>", "&lt;!here&gt;"])
def test_a_device_name_mentions_nobody(hook, pki, name):
    by_hook(hook, pki, [send(alert={"device": name, "host": name})], config={"dashboard": "https://g.example.org/"})
    assert hook.faults == []
    whole = str(hook.sent[0])
    assert "<!" not in whole and "<@" not in whole and "<http" not in whole


@pytest.mark.parametrize("mention,text", [("here", "<!here> "), ("channel", "<!channel> "), ("U012AB", "<@U012AB> "),
                                          ("S012AB", "<!subteam^S012AB> ")])
def test_mention_only_at_emergency(hook, pki, mention, text):
    steps = [send(alert={"level": "critical"}), send(alert={"level": "emergency"}),
             send(kind="resolved", alert={"level": "emergency"}), send(alert={"level": "emergency"}, quiet=True)]
    by_hook(hook, pki, steps, [["Mention", mention]])
    assert hook.faults == []
    assert [m["text"].startswith(text) for m in hook.sent] == [False, True, False, False]


def test_text_keeps_to_five_lines_and_700_characters(hook, pki):
    by_hook(hook, pki, [send(body="\n".join("line %d" % n for n in range(20))), send(body="x" * 5000)])
    first, second = [m["attachments"][0]["text"] for m in hook.sent]
    assert first == "line 0\nline 1\nline 2\nline 3\nline 4 \u2026"
    assert len(second) == 700 and second.endswith("\u2026")


def test_cutting_comes_before_escaping(hook, pki):
    by_hook(hook, pki, [send(body="<" * 5000)])
    assert hook.faults == []
    assert hook.sent[0]["attachments"][0]["text"] == "&lt;" * 699 + "\u2026"


def test_own_template_keeps_its_markup_and_values_are_escaped(hook, pki):
    by_hook(hook, pki, [send(alert={"device": "a<b"})], route={"text": "*%{device}* <https://w.example.org|wiki>"})
    assert hook.sent[0]["attachments"][0]["text"].startswith("*a&lt;b* <https://w.example.org|wiki>")


def test_fields_are_capped(hook, pki):
    by_hook(hook, pki, [send(kind="resolved", alert={"flags": 16, "ack_by": "me"})])
    assert 3 < len(hook.sent[0]["attachments"][0]["fields"]) <= 10


def test_legacy_fields_only_when_configured(hook, pki):
    by_hook(hook, pki)
    by_hook(hook, pki, extra=[["Username", "Plugs"], ["IconEmoji", ":electric_plug:"], ["LegacyChannel", "#alerts"]])
    assert not {"channel", "username", "icon_emoji"} & set(hook.sent[0])
    assert hook.sent[1]["username"] == "Plugs" and hook.sent[1]["channel"] == "#alerts"


# -- bot ---------------------------------------------------------------------------


def test_bot_sends_its_token_in_the_header(bot, pki):
    got = by_bot(bot, pki)
    assert got[0]["outcome"] == "sent" and bot.faults == []
    assert bot.requests[0].header("Authorization") == "Bearer " + BOT
    assert got[0]["provider_ref"] == "C0123456789:1700000001.000100"


def test_recovery_goes_into_the_thread(bot, pki):
    ref = by_bot(bot, pki)[0]["provider_ref"]
    got = by_bot(bot, pki, [send(kind="resolved", root_ref=ref, last_ref=ref)])
    assert got[0]["outcome"] == "sent" and bot.faults == []
    assert bot.sent[1]["thread_ts"] == "1700000001.000100" and "reply_broadcast" not in bot.sent[1]


def test_reply_broadcast_if_wanted(bot, pki):
    ref = by_bot(bot, pki)[0]["provider_ref"]
    by_bot(bot, pki, [send(kind="resolved", root_ref=ref)], [["ReplyBroadcast", True]])
    assert bot.faults == [] and bot.sent[1]["reply_broadcast"] is True and "reply_broadcast" not in bot.sent[0]


def test_lost_thread_does_not_lose_the_recovery(bot, pki):
    got = by_bot(bot, pki, [send(kind="resolved", root_ref="C0123456789:1600000000.000100")])
    assert got[0]["outcome"] == "sent" and len(bot.requests) == 2 and "thread_ts" not in bot.sent[0]


def test_reference_of_another_channel_is_no_thread(bot, pki):
    by_bot(bot, pki, [send(kind="resolved", root_ref="C9:1.2"), send(root_ref="nonsense"), send(root_ref=":")])
    assert bot.faults == [] and not any("thread_ts" in m for m in bot.sent)


@pytest.mark.parametrize("error,outcome", [
    ("invalid_auth", "channel"), ("not_authed", "channel"), ("token_revoked", "channel"), ("token_expired", "channel"),
    ("account_inactive", "channel"), ("missing_scope", "channel"), ("channel_not_found", "channel"),
    ("not_in_channel", "channel"), ("is_archived", "channel"), ("msg_too_long", "shrink"), ("no_text", "message"),
    ("invalid_arguments", "message"), ("too_many_attachments", "message"), ("ratelimited", "retry"),
    ("internal_error", "retry"), ("fatal_error", "retry"), ("service_unavailable", "retry"), ("never_seen", "message"),
    ("", "message")])
def test_200_with_ok_false_is_a_failure(bot, pki, error, outcome):
    bot.script = [web.reply_json(200, {"ok": False, "error": error})]
    got = by_bot(bot, pki)[0]
    assert got["outcome"] == outcome and error in got["why"]


def test_rate_limit_of_the_bot(bot, pki):
    bot.script = [web.reply_json(429, {"ok": False, "error": "ratelimited"}, [("Retry-After", "23")])]
    got = by_bot(bot, pki)[0]
    assert got["outcome"] == "retry" and got["wait_s"] == 23


@pytest.mark.parametrize("options,words", [
    ([], "needs either"), ([["WebhookURL", "https://x.example.org/y"], ["BotToken", "x"]], "needs either"),
    ([["BotToken", "xoxb-1"]], "needs ChannelID"), ([["BotToken", "xoxb-1"], ["ChannelID", "#alerts"]], "needs ChannelID"),
    ([["WebhookURL", "https://x.example.org/y"], ["Mention", "<!here>"]], "Mention"),
    ([["BotToken", "a b"], ["ChannelID", "C1"]], "one word")])
def test_mistakes_of_the_configuration_are_named(options, words):
    got = probe("slack", options)
    assert got.code == 1 and words in " ".join(got.errors), got.text
