# SPDX-License-Identifier: MIT
"""What mail servers say, in the words of the many: several lines, a refusal of
us where one of the recipient is expected, limits of today called final."""

import pytest

from channels import _pki, probe, send  # noqa: F401
from test_channel_email import options, outcome, server_for

pytestmark = [pytest.mark.one_thread, pytest.mark.takes(100)]

LONG = ("550-5.7.26 This mail has been blocked because the sender is unauthenticated.\r\n"
        "550-5.7.26 All senders have to authenticate with either SPF or DKIM.\r\n"
        "550 5.7.26 https://help.mail.example/answer?p=7726 - gsmtp")
PASSWORD_LINES = ("535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
                  "535 5.7.8 https://help.mail.example/answer?p=BadCredentials - gsmtp")


@pytest.mark.parametrize("phase, reply, outcome_, words", [
    ("final", LONG, "channel", "the sender is unauthenticated"),
    ("AUTH", PASSWORD_LINES, "channel", "Username and Password not accepted"),
    ("RCPT", "550-Mailbox unknown or not accepting mail.\r\n550 see https://help.mail.example/550", "message",
     "Mailbox unknown"),
    ("MAIL", "421-4.7.0 [192.0.2.1] Our system has detected an unusual rate of mail.\r\n"
             "421 4.7.0 https://help.mail.example/rate", "retry", "unusual rate"),
    ("greeting", "554-mx.example.org ESMTP\r\n554-No service for you here.\r\n554 bye", "channel", "No service"),
    ("DATA", "451-4.3.0 one\r\n451-4.3.0 two\r\n451 4.3.0 three", "retry", "one"),
])
def test_all_lines_of_an_answer_are_told(pki, phase, reply, outcome_, words):
    got, _ = outcome(pki, {phase: reply})
    assert got["outcome"] == outcome_, got
    assert words in got["why"] and len(got["why"]) <= 256, got
    # the code once, not on every line
    assert got["why"].count(reply[:3]) <= 2, got


def test_a_limit_named_in_the_first_line_is_no_end(pki):
    reply = ("550-You have reached the daily limit of messages.\r\n"
             "550 https://help.mail.example/limits")
    got, _ = outcome(pki, {"final": reply})
    assert (got["outcome"], got["wait_s"]) == ("retry", 3600)


def test_lines_without_an_end_are_bounded(pki):
    reply = "\r\n".join(["554-%s" % ("words " * 60)] * 400) + "\r\n554 last"
    got, _ = outcome(pki, {"RCPT": reply})
    assert got["outcome"] == "message" and len(got["why"]) <= 256


@pytest.mark.parametrize("phase", ["RCPT", "DATA", "final"])
@pytest.mark.parametrize("reply", [
    "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked by bl.example",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example",
    "550 5.1.8 <x@y.example>: Sender address rejected: Domain not found",
    "550 Sender verify failed",
    "553 5.1.8 Domain of sender address x@y.example does not exist",
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "554 5.2.252 SendAsDenied; x@y.example not allowed to send as z@y.example",
    "530 5.7.0 Authentication required",
    "550 5.7.1 Unauthenticated email is not accepted due to domain's DMARC policy",
    "550 5.7.25 The IP address sending this message does not have a PTR record",
    "550 SPF check failed",
    "550 5.7.1 relaying denied",
    "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
    "554 5.7.1 <me@example.org>: Relay access denied",
    "550 Invalid HELO",
    "550 5.7.1 Your IP is on a blocklist",
])
def test_a_refusal_of_us_is_the_channels_trouble(pki, phase, reply):
    """However it comes: no message can help it, and the next would be lost the
    same way."""
    got, _ = outcome(pki, {phase: reply})
    assert got["outcome"] == "channel", got


@pytest.mark.parametrize("reply", [
    "550 5.1.1 <me@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "553 5.1.3 bad address", "550 5.2.1 mailbox disabled",
    "550 No such user here", "551 5.1.6 moved", "556 5.1.10 null mx", "550 5.4.1 Recipient address rejected: Access denied"])
def test_a_refusal_of_the_recipient_is_not(pki, reply):
    got, _ = outcome(pki, {"RCPT": reply})
    assert got["outcome"] == "message" and "me@example.org" in got["why"], got
    got, _ = outcome(pki, {"RCPT": {"a@example.org": reply}}, to=("a@example.org", "b@example.org"))
    assert got["outcome"] == "split", got


def test_who_is_relayed_to_is_told_where_another_is_not(pki):
    """To the one on the server itself; the other is tried again, beside it."""
    answers = {"you@elsewhere.example": "554 5.7.1 <you@elsewhere.example>: Relay access denied"}
    to = ("you@elsewhere.example", "me@example.org")
    with server_for(pki, replies={"RCPT": answers}) as server:
        run = probe("email", options(server, pki, to),
                    [send(), send(recipient="you@elsewhere.example"), send(recipient="me@example.org")])
    assert [s["outcome"] for s in run.steps] == ["split", "retry", "sent"], run.text
    assert run[1]["wait_s"] == 3600 and "Relay access denied" in run[1]["why"]


@pytest.mark.parametrize("reply", ["554 5.6.0 message content rejected", "550 5.7.1 message looks like spam",
                                   "552 5.3.4 message too big", "554 5.7.1 virus found"])
def test_a_refusal_of_the_text_is_not(pki, reply):
    assert outcome(pki, {"final": reply})[0]["outcome"] == "message"


@pytest.mark.parametrize("methods, sent", [
    ("PLAIN", True), ("LOGIN", True), ("LOGIN PLAIN", True), ("XOAUTH2 PLAIN", True),
    ("PLAIN XOAUTH2 OAUTHBEARER", True), ("XOAUTH2", False), ("OAUTHBEARER", False), ("GSSAPI", False),
    ("GSSAPI PLAIN", True), ("GSSAPI LOGIN", True), ("EXTERNAL LOGIN", True)])
def test_of_what_a_server_offers_ours_is_taken(pki, methods, sent):
    with server_for(pki, methods=methods) as server:
        run = probe("email", options(server, pki))
    assert server.faults == []
    assert run[0]["outcome"] == ("sent" if sent else "channel"), run.text
    assert sent or methods in run[0]["why"]
    assert len(server.mails) == sent
    assert "does not offer AUTH" not in run.stderr


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "502 5.5.1 not here", "drop", "220"])
def test_starttls_that_does_not_come_about_is_never_done_without(pki, reply):
    got, server = outcome(pki, {"STARTTLS": reply}, steps=[send()]) if reply != "220" else outcome(
        pki, {"STARTTLS": "221 bye"})
    assert got["outcome"] in ("retry", "channel"), got
    assert server.mails == [] and not any(c.startswith(("AUTH", "MAIL")) for c in server.commands)


@pytest.mark.parametrize("phase", ["greeting", "MAIL", "RCPT", "DATA", "final"])
@pytest.mark.parametrize("reply", ["", "garbage", "99 short", "1000 long", "250", "299 odd", "200 ok", "354 more", "600 beyond",
                                   "4", "5xx no", "\x00\x01\x02", "HTTP/1.1 400 Bad Request"])
def test_what_is_no_answer_is_never_a_delivery(pki, phase, reply):
    got, server = outcome(pki, {phase: reply}, extra=[["Timeout", 2]])
    good = {"greeting": "2", "MAIL": "2", "RCPT": "2", "DATA": "3", "final": "250"}.get(phase)
    if got["outcome"] == "sent":
        assert good is not None and reply.startswith(good), (reply, got)
    else:
        assert got["outcome"] in ("retry", "ambiguous", "message", "channel")
    if got["outcome"] == "ambiguous":
        assert server.mails
