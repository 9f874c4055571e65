# SPDX-License-Identifier: MIT
"""Mail: every header rule, every row of the outcome table."""

import re
import socket
import ssl

import pytest

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import clock
from channels import MESSAGE, ALERT, PATIENCE, _pki, message, probe, secret_file, send  # noqa: F401
from mocks.smtp import Letter, Smtp

pytestmark = [pytest.mark.one_thread, pytest.mark.takes(55)]

USER, PASSWORD = "collectd@example.org", "smtp-secret-password"
FROM = "Smart plugs <collectd@example.org>"


def options(server, pki, to=("me@example.org",), tls="starttls", auth=True, extra=()):
    o = [["Server", "localhost"], ["Port", server.port], ["TLS", tls], ["CAFile", pki.ca], ["From", FROM],
         ["To", *to]]
    if auth:
        o += [["Username", USER], ["Password", PASSWORD]]
    return o + list(extra)


def server_for(pki, **kw):
    return Smtp(**{"pem": pki.pem("good"), "auth": (USER, PASSWORD), **kw})


def deliver(pki, steps=None, to=("me@example.org",), extra=(), **kw):
    """One run against a server that takes everything: the run and its letters."""
    with server_for(pki, **kw) as server:
        run = probe("email", options(server, pki, to, extra=extra), steps)
    assert server.faults == []
    return run, [Letter(m["data"]) for m in server.mails], server


def outcome(pki, replies, to=("me@example.org",), steps=None, extra=(), auth=True, tls="starttls", **kw):
    with server_for(pki, replies=replies, **kw) as server:
        run = probe("email", options(server, pki, to, tls=tls, auth=auth, extra=extra), steps)
    assert server.faults == []
    return run[0], server


# -- the outcome table ------------------------------------------------------------


def test_final_250_is_delivered(pki):
    got, server = outcome(pki, {})
    assert got["outcome"] == "sent" and "queued as 4711" in got["why"]
    assert len(server.mails) == 1
    assert "EHLO nas.example.org" in server.commands


def test_greeting_421_is_retried(pki):
    got, _ = outcome(pki, {"greeting": "421 4.3.2 shutting down"})
    assert got["outcome"] == "retry" and got["wait_s"] == 60 and "421" in got["why"]


def test_greeting_554_is_permanent(pki):
    got, _ = outcome(pki, {"greeting": "554 5.7.1 not you"})
    assert got["outcome"] == "channel" and "554" in got["why"]


@pytest.mark.parametrize("phase", ["MAIL", "RCPT"])
@pytest.mark.parametrize("reply,wait", [("421 4.3.2 later", 60), ("450 4.2.0 greylisted", 300),
                                        ("451 4.7.1 greylisted", 300), ("452 4.3.1 no room", 60)])
def test_mail_or_rcpt_4xx_is_retried_and_greylisting_waits_5_minutes(pki, phase, reply, wait):
    got, server = outcome(pki, {phase: reply})
    assert got["outcome"] == "retry" and got["wait_s"] == wait and reply in got["why"]
    assert server.mails == []


def test_rcpt_5xx_is_permanent_and_names_the_recipient(pki):
    got, server = outcome(pki, {"RCPT": "550 5.1.1 no such user"})
    assert got["outcome"] == "message"
    assert "me@example.org" in got["why"] and "550" in got["why"]
    assert server.mails == [] and "DATA" not in server.commands


def test_mail_5xx_is_permanent_for_the_channel(pki):
    got, server = outcome(pki, {"MAIL": "550 5.7.1 sender refused"})
    assert got["outcome"] == "channel" and server.mails == []


def test_mail_552_is_about_this_message_only(pki):
    got, _ = outcome(pki, {"MAIL": "552 5.3.4 too big"})
    assert got["outcome"] == "message"


def test_after_data_4xx_is_retried(pki):
    got, _ = outcome(pki, {"final": "452 4.3.1 no room"})
    assert got["outcome"] == "retry" and "452" in got["why"]


def test_after_data_5xx_is_permanent(pki):
    got, _ = outcome(pki, {"final": "554 5.7.1 spam"})
    assert got["outcome"] == "message" and "554" in got["why"]


def test_data_refused_is_judged_by_its_reply(pki):
    assert outcome(pki, {"DATA": "451 4.3.0 later"})[0]["outcome"] == "retry"
    assert outcome(pki, {"DATA": "554 5.5.1 no"})[0]["outcome"] == "message"


def test_connection_lost_after_the_final_dot_is_ambiguous(pki):
    got, server = outcome(pki, {"final": "drop"})
    assert got["outcome"] == "ambiguous" and "may have arrived" in got["why"]
    assert len(server.mails) == 1


def test_message_id_is_the_same_on_the_retry(pki):
    with server_for(pki, replies={"final": ["drop"]}) as server:
        m = message(message_id="<417.1.beef@nas.example.org>")
        run = probe("email", options(server, pki), [send(m), send({**m, "attempt": 2, "ambiguous": True})])
    assert [s["outcome"] for s in run.steps] == ["ambiguous", "sent"]
    assert [Letter(m["data"])["Message-ID"] for m in server.mails] == ["<417.1.beef@nas.example.org>"] * 2


def test_hang_after_the_final_dot_is_ambiguous(pki):
    got, _ = outcome(pki, {"final": "hang"}, extra=[["Timeout", 2]])
    assert got["outcome"] == "ambiguous"


def test_connection_lost_within_the_text_is_certainly_not_sent(pki):
    got, _ = outcome(pki, {}, steps=[send(body="long line of text\n" * 12000)], drop_after_bytes=4000)
    assert got["outcome"] in ("retry", "ambiguous")
    if got["outcome"] == "ambiguous":  # all of it fitted into the socket's buffers
        assert "may have arrived" in got["why"]


@pytest.mark.parametrize("phase", ["greeting", "AUTH", "MAIL", "RCPT", "DATA"])
def test_connection_lost_before_the_text_is_retried(pki, phase):
    got, server = outcome(pki, {phase: "drop"})
    assert got["outcome"] == "retry" and server.mails == []


def test_auth_535_is_permanent_for_the_channel(pki):
    got, server = outcome(pki, {"AUTH": "535 5.7.8 wrong"})
    assert got["outcome"] == "channel" and "535" in got["why"] and server.mails == []


def test_auth_454_is_retried(pki):
    got, _ = outcome(pki, {"AUTH": "454 4.7.0 temporary failure"})
    assert got["outcome"] == "retry" and "454" in got["why"]


def test_auth_535_reads_a_changed_password_file_and_tries_once_more(pki, tmp_path):
    path = secret_file(tmp_path, "smtp", "old-password")

    with server_for(pki) as server:
        base = options(server, pki, auth=False) + [["Username", USER], ["PasswordFile", path]]
        class Reply(dict):
            def get(self, phase, otherwise=None):
                if phase == "AUTH" and otherwise.startswith("535"):
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(PASSWORD + "\n")
                return otherwise

        server.replies = Reply()
        run = probe("email", base)
    assert run[0]["outcome"] == "sent", run.text
    assert server.connections == 2


def test_starttls_not_offered_is_permanent_and_nothing_goes_in_clear(pki):
    got, server = outcome(pki, {}, starttls=False, steps=[send()])
    assert got["outcome"] == "channel" and "STARTTLS" in got["why"]
    assert server.mails == [] and not any(c.startswith(("AUTH", "MAIL")) for c in server.commands)


def test_starttls_refused_is_not_sent_in_clear(pki):
    got, server = outcome(pki, {"STARTTLS": "454 4.7.0 not now"})
    assert got["outcome"] in ("retry", "channel") and server.mails == []


def test_several_recipients_one_refused_asks_to_split_and_nobody_received(pki):
    got, server = outcome(pki, {"RCPT": {"b@example.org": "550 5.1.1 no such user"}},
                          to=("a@example.org", "b@example.org", "c@example.org"))
    assert got["outcome"] == "split" and "b@example.org" in got["why"]
    assert server.mails == []


def test_several_recipients_one_greylisted_asks_to_split(pki):
    got, server = outcome(pki, {"RCPT": {"b@example.org": "450 4.2.0 later"}}, to=("a@example.org", "b@example.org"))
    assert got["outcome"] == "split" and server.mails == []


def test_a_long_recipient_is_told_whole_or_not_taken(pki):
    """An address of 250 bytes behind a long name: of a split message it is kept
    in a field of its own."""
    long = "%s <%s@%s.example.org>" % ("Somebody " * 12, "a" * 60, ".".join(["b" * 60] * 2))
    run, _, server = deliver(pki, [send(recipient=long)], to=(long, "b@example.org"))
    assert run[0]["outcome"] == "sent" and server.mails[0]["to"] == [long[long.index("<") + 1:-1]]
    longer = "%s <a@example.org>" % ("Somebody " * 50)
    run = probe("email", [["To", longer, "b@example.org"]], [{"op": "render", "message": message()}])
    assert any("expected one address" in e for e in run.check["errors"]), run.check


def test_split_sends_to_one_and_names_all(pki):
    run, letters, server = deliver(pki, [send(recipient="b@example.org")], to=("a@example.org", "b@example.org"))
    assert run[0]["outcome"] == "sent"
    assert server.mails[0]["to"] == ["b@example.org"]
    assert letters[0]["To"] == "a@example.org, b@example.org"


def test_all_recipients_go_in_one_transaction(pki):
    _, letters, server = deliver(pki, to=("a@example.org", "Familie Müller <b@example.org>"))
    assert [m["to"] for m in server.mails] == [["a@example.org", "b@example.org"]]
    assert "Familie Müller" in letters[0]["To"]


def test_one_recipient_that_is_none_leaves_out_that_one(pki):
    with server_for(pki) as server:
        run = probe("email", options(server, pki, to=("a@example.org", "b@@example.org", "c@example.org")))
    assert run[0]["outcome"] == "sent"
    assert "left out" in " ".join(run.errors) and "b@@example.org" in " ".join(run.errors)
    assert server.mails[0]["to"] == ["a@example.org", "c@example.org"]


def test_a_domain_of_other_letters_goes_by_its_ascii_name(pki):
    _, letters, server = deliver(pki, to=("me@b\u00fccher.example",))
    assert server.mails[0]["to"] == ["me@xn--bcher-kva.example"]
    assert letters[0]["To"] == "me@xn--bcher-kva.example"


def test_an_address_of_other_letters_goes_where_they_are_offered(pki):
    to = "m\u00fcller@example.org"
    with server_for(pki, utf8=True) as server:
        run = probe("email", options(server, pki, to=(to,)))
    assert run[0]["outcome"] == "sent", run.text
    assert server.mails[0]["to"] == [to] and server.faults == []
    assert any(c.startswith("MAIL") and c.endswith("SMTPUTF8") for c in server.commands)
    with server_for(pki) as server:
        run = probe("email", options(server, pki, to=(to,)))
    assert run[0]["outcome"] == "message" and "SMTPUTF8" in run[0]["why"]
    assert server.mails == [] and not any(c.startswith("MAIL") for c in server.commands)
    with server_for(pki) as server:
        run = probe("email", options(server, pki, to=(to, "me@example.org")))
    assert run[0]["outcome"] == "split"


def test_ehlo_is_the_full_name_the_domain_or_what_one_wants(pki):
    _, _, server = deliver(pki, extra=[["Ehlo", "mail.house.example"]])
    assert "EHLO mail.house.example" in server.commands
    run = probe("email", [["To", "me@example.org"], ["Ehlo", "a b"]])
    assert run.code == 1 and "Ehlo" in " ".join(run.errors)


@pytest.mark.parametrize("text", ["504 5.5.2 <pi>: Helo command rejected: need fully-qualified hostname",
                                  "550 5.7.1 <pi>: Helo command rejected: Host not found",
                                  "554 5.7.1 <x@y>: Sender address rejected: Access denied"])
def test_rcpt_refused_for_our_name_is_the_channels_trouble(pki, text):
    got, server = outcome(pki, {"RCPT": text})
    assert got["outcome"] == "channel" and server.mails == []
    got, server = outcome(pki, {"RCPT": text}, to=("a@example.org", "b@example.org"))
    assert got["outcome"] == "channel" and server.mails == []


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "final"])
def test_a_daily_limit_is_not_for_ever(pki, phase):
    got, _ = outcome(pki, {phase: "550 5.4.5 Daily user sending limit exceeded"})
    assert got["outcome"] == "retry" and got["wait_s"] == 3600


@pytest.mark.parametrize("reply", [
    "552 5.2.2 The account that you tried to reach is over quota", "554 5.7.1 hourly quota exceeded",
    "550 5.7.1 Daily message rate limit reached", "550 You have exceeded your hourly sending limit",
    "554 mailbox full", "554 5.7.1 Greylisted, try again later"])
@pytest.mark.parametrize("phase", ["RCPT", "DATA", "final"])
def test_what_time_lifts_is_not_final(pki, phase, reply):
    got, _ = outcome(pki, {phase: reply})
    assert (got["outcome"], got["wait_s"]) == ("retry", 3600)


@pytest.mark.parametrize("reply", ["552 5.3.4 Message size exceeds fixed limit", "554 5.7.1 spam score exceeded",
                                   "552 5.2.3 Message exceeds the size limit exceeded here"])
def test_what_time_does_not_lift_is(pki, reply):
    assert outcome(pki, {"final": reply})[0]["outcome"] == "message"


def test_a_full_mailbox_holds_up_nobody_else(pki):
    got, server = outcome(pki, {"RCPT": ["250 ok", "552 5.2.2 mailbox full"]}, to=("a@example.org", "b@example.org"))
    assert got["outcome"] == "split" and server.mails == []


@pytest.mark.parametrize("reply", ["554 5.7.0 too many commands by this connection", "503 5.5.1 nested MAIL command",
                                   "451 4.3.0 this connection is used up"])
def test_whatever_a_kept_connection_says_to_mail_a_new_one_is_asked(pki, reply):
    with server_for(pki, replies={"MAIL": ["250 ok", reply, "250 ok"]}) as server:
        run = probe("email", options(server, pki), [send(), send()])
    assert [s["outcome"] for s in run.steps] == ["sent", "sent"]
    assert [m["connection"] for m in server.mails] == [1, 2]


def test_an_unknown_recipient_does_not_cost_the_connection(pki):
    with server_for(pki, replies={"RCPT": ["250 ok", "550 5.1.1 no such user", "250 ok", "250 ok"]}) as server:
        run = probe("email", options(server, pki), [send(), send(), send(), send()])
    assert [s["outcome"] for s in run.steps] == ["sent", "message", "sent", "sent"]
    assert server.mails[1]["connection"] == server.mails[2]["connection"]


def test_one_mail_per_connection_goes_on_at_once(pki):
    with server_for(pki, per_connection=1) as server:
        run = probe("email", options(server, pki), [send() for _ in range(6)])
    assert [s["outcome"] for s in run.steps] == ["sent"] * 6, run.text
    assert len(server.mails) == 6
    # one mail learns it, those behind it ask no more
    assert server.connections == 6


def test_an_idle_421_on_a_kept_connection_is_retried_on_a_new_one(pki):
    with server_for(pki, replies={"MAIL": ["250 ok", "421 4.4.2 idle timeout"]}) as server:
        run = probe("email", options(server, pki), [send(), send()])
    assert [s["outcome"] for s in run.steps] == ["sent", "sent"]
    assert [m["connection"] for m in server.mails] == [1, 2]


def test_wrong_password_says_nothing_of_a_server_without_auth(pki):
    with server_for(pki) as server:
        run = probe("email", options(server, pki, auth=False) + [["Username", USER], ["Password", "wrong"]])
    assert run[0]["outcome"] == "channel" and "535" in run[0]["why"]
    assert "does not offer AUTH" not in run.stderr and server.mails == []


@pytest.mark.parametrize("kw", [{"starttls": False}, {"replies": {"STARTTLS": "454 4.7.0 not now"}}])
def test_no_mail_without_tls_says_nothing_of_auth(pki, kw):
    with server_for(pki, **kw) as server:
        run = probe("email", options(server, pki))
    assert run[0]["outcome"] in ("channel", "retry") and server.mails == []
    assert "does not offer AUTH" not in run.stderr


def test_a_server_that_takes_tokens_only_is_named(pki):
    with server_for(pki, methods="XOAUTH2 OAUTHBEARER") as server:
        run = probe("email", options(server, pki))
    assert run[0]["outcome"] == "channel" and "XOAUTH2 OAUTHBEARER" in run[0]["why"], run.text
    assert "does not offer AUTH" not in run.stderr
    assert not any(c.startswith("AUTH") for c in server.commands)


def test_an_ipv6_server_needs_no_brackets(pki):
    for host in ("::1", "[::1]"):
        with Smtp(family=socket.AF_INET6) as server:
            run = probe("email", [["Server", host], ["Port", server.port], ["TLS", "none"], ["To", "me@example.org"]])
        assert run[0]["outcome"] == "sent", run.text
        assert len(server.mails) == 1


@pytest.mark.parametrize("name,advice", [("Recipient", "To"), ("SMTPServer", "Server"), ("SMTPPort", "Port"),
                                         ("SMTPUser", "Username"), ("SMTPPassword", "Password, or PasswordFile")])
def test_the_names_of_notify_email_are_known(name, advice):
    run = probe("email", [[name, "x"], ["To", "me@example.org"]], [{"op": "render", "message": message()}])
    assert run.errors == ["<Channel \"probe\">: unknown option %s: say %s" % (name, advice)]


@pytest.mark.parametrize("server,good", [
    ("fe80::1%eth0", True), ("[fe80::1%eth0]", True), ("::ffff:127.0.0.1", True), ("m\u00fcnchen.example", True),
    ("mail.example.org:587", False), ("[::1]:25", False), ("192.0.2.1:25", False), ("[mail]", False), ("::1%", False),
    ("a b", False), ("mail.example.org/x", False)])
def test_what_a_server_may_be(server, good):
    run = probe("email", [["Server", server], ["AllowInsecure", True], ["TLS", "none"],
                          ["To", "me@example.org"], ["From", "a@example.org"]],
                [{"op": "render", "message": message()}])
    assert (run.check["check"] == 0) is good, run.check
    if server.endswith((":587", ":25")):
        assert "the port is an option: Port " + server.rsplit(":", 1)[1] in run.check["errors"][0]


@pytest.mark.parametrize("host,is_here", [("127.1", True), ("[::1]", True), ("0:0:0:0:0:0:0:1", True), ("::ffff:127.0.0.1", True),
                                          ("localhost.", True), ("127.example.org", False), ("::2", False),
                                          ("localhost.example.org", False)])
def test_clear_text_goes_to_this_host_alone(host, is_here):
    run = probe("email", [["Server", host], ["TLS", "none"], ["To", "me@example.org"], ["From", "a@example.org"]],
                [{"op": "render", "message": message()}])
    assert (run.check["check"] == 0) is is_here, run.check


def test_a_server_name_may_have_an_underscore():
    run = probe("email", [["Server", "smtp_relay"], ["AllowInsecure", True], ["TLS", "none"],
                          ["To", "me@example.org"], ["From", "a@example.org"]],
                [{"op": "render", "message": message()}])
    assert run.check == {"check": 0, "errors": []}


def test_the_user_that_logs_in_is_the_sender(pki):
    with server_for(pki) as server:
        o = [pair for pair in options(server, pki) if pair[0] != "From"]
        run = probe("email", o)
    assert run[0]["outcome"] == "sent" and server.mails[0]["from"] == USER
    assert run.stderr.count("From is not given") == 0
    run = probe("email", [["Server", "mail.example.org"], ["To", "me@example.org"]],
                [{"op": "render", "message": message()}])
    assert run.stderr.count("From is not given") == 1


def test_root_is_told_by_the_server_of_this_host():
    with Smtp() as server:
        run = probe("email", [["Port", server.port], ["To", "root"]])
    assert run[0]["outcome"] == "sent", run.text
    assert server.mails[0]["to"] == ["root"]


def test_server_without_auth_gets_the_mail_and_it_is_logged(pki):
    with server_for(pki, advertise_auth=False) as server:
        run = probe("email", options(server, pki), [send(), send()])
    assert run[0]["outcome"] == "sent"
    assert run.stderr.count("does not offer AUTH") == 1
    assert len(server.mails) == 2


# -- the connection ----------------------------------------------------------------


def test_ten_messages_share_a_connection_and_the_eleventh_opens_another(pki):
    _, _, server = deliver(pki, [send() for _ in range(23)])
    assert [m["connection"] for m in server.mails] == [1] * 10 + [2] * 10 + [3] * 3


def test_implicit_tls(pki):
    with server_for(pki, implicit=True) as server:
        run = probe("email", options(server, pki, tls="implicit"))
    assert run[0]["outcome"] == "sent" and server.faults == []


def test_no_tls_to_this_host(pki):
    with Smtp() as server:
        run = probe("email", options(server, pki, tls="none", auth=False))
    assert run[0]["outcome"] == "sent" and server.faults == []


def test_defaults_are_the_mail_server_on_this_host(pki):
    run = probe("email", [["To", "me@example.org"]], [{"op": "render", "message": message()}])
    assert run.check == {"check": 0, "errors": []}
    assert "From: \"notify_kasa\" <notify_kasa@nas.example.org>" in run[0]["text"]


@pytest.mark.parametrize("wrong,words", [
    ([["Server", "smtp.example.org"], ["TLS", "none"]], "needs AllowInsecure"),
    ([["Server", "localhost"], ["TLS", "none"], ["Username", "u"], ["Password", "p"]], "never sent without TLS"),
    ([["Server", "smtp.example.org"], ["Username", "u"]], "needs Password"),
    ([["Server", "smtp.example.org"], ["Password", "p"]], "needs Username"),
    ([["Server", "smtp.example.org/x"]], "expected a host name"),
    ([["Server", "a\r\nb"]], "expected a host name"),
    ([["Server", "smtp.example.org"], ["From", "me"]], "expected one address"),
    ([["From", "a@example.org, b@example.org"]], "expected one address"),
    ([["From", "a@example.org\r\nRCPT TO:<x@example.org>"]], "expected one address"),
    ([["Port", 70000]], "Port"), ([["TLS", "maybe"]], "TLS"),
])
def test_mistakes_of_the_configuration_are_named(wrong, words):
    run = probe("email", [["To", "me@example.org"], *wrong])
    assert run.code == 1 and words in " ".join(run.errors), run.text


@pytest.mark.parametrize("address", ["", "me", "me@", "@x", "a b@example.org", "me@example.org>", "<me@example.org",
                                     "me@exam\nple.org", "me@example.org\r\nDATA", "m\u202e@example.org", "root",
                                     "a@b@c@", "<a@b>,<c@d>", "me@-x", ".me@x", "me@example.org SIZE=1",
                                     "x" * 300 + "@example.org", "me\x00@example.org"])
def test_addresses_that_could_inject_are_refused(address):
    run = probe("email", [["Server", "mail.example.org"], ["To", address]])
    if "\x00" in address:  # ends there, so it is an address without a host
        assert run.code == 1
        return
    words = "expected one address" if address else "expected 1 to 50 addresses"
    assert run.code == 1 and words in " ".join(run.errors), run.text


def test_no_recipient_is_a_mistake():
    assert "To: expected" in " ".join(probe("email", [["Server", "localhost"]]).errors)


@pytest.mark.parametrize("cert,outcome_", [("wrong-name", "channel"), ("self-signed", "channel"), ("expired", "retry"),
                                           ("future", "retry")])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_bad_certificates(pki, cert, outcome_, tls):
    with Smtp(pem=pki.pem(cert), implicit=tls == "implicit", auth=(USER, PASSWORD)) as server:
        run = probe("email", options(server, pki, tls=tls))
    assert run[0]["outcome"] == outcome_, run.text
    assert server.mails == []
    if outcome_ == "retry":
        assert "check the clock" in run[0]["why"] and run[0]["wait_s"] == 300


def test_nobody_listening_is_retried(pki):
    got = probe("email", [["Server", "localhost"], ["Port", 1], ["To", "me@example.org"]])[0]
    assert got["outcome"] == "retry" and got["wait_s"] == 60


@pytest.mark.parametrize("phase", ["greeting", "AUTH", "MAIL", "RCPT", "DATA"])
def test_hanging_server_ends_at_the_timeout(pki, phase):
    watch = clock.Patience(0)
    got, _ = outcome(pki, {phase: "hang"}, extra=[["Timeout", 2]])
    assert got["outcome"] == "retry" and watch.took() < 6 + PATIENCE


@pytest.mark.two_threads
def test_stopping_ends_a_mail_within_a_second(pki):
    with server_for(pki, replies={"MAIL": "hang"}) as server:
        watch = clock.Patience(0)
        run = probe("email", options(server, pki), abort_after_s=1)
        assert watch.took() < 2.2 + PATIENCE
    assert run[0]["outcome"] == "retry" and run[0]["why"] == "stopping"


def test_no_secret_in_any_output(pki):
    replies = ["535 5.7.8 no " + PASSWORD, "454 4.7.0 " + PASSWORD]
    for reply in replies:
        with server_for(pki, replies={"AUTH": reply}) as server:
            run = probe("email", options(server, pki), [send(), {"op": "render", "message": message()}])
        assert PASSWORD not in run.text and "***" in run[0]["why"]
    with server_for(pki, replies={"final": "554 you are %s" % PASSWORD}) as server:
        run = probe("email", options(server, pki))
    assert PASSWORD not in run.text


# -- against a real server's library -------------------------------------------------


def test_aiosmtpd_with_starttls_and_auth_takes_it(pki):
    got = []

    class Handler:
        async def handle_DATA(self, _server, _session, envelope):
            got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 OK"

    def authenticate(_server, _session, _envelope, _mechanism, data):
        good = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=good)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.pem("good"))
    controller = Controller(Handler(), hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True,
                            auth_required=True, authenticator=authenticate)
    # its own port 0 would be tried by connecting to 0
    with socket.create_server(("127.0.0.1", 0)) as probe_socket:
        controller.port = probe_socket.getsockname()[1]
    controller.start()
    try:
        class Server:
            port = controller.port
        run = probe("email", options(Server, pki, to=("me@example.org", "you@example.org")),
                    [send(), send(kind="resolved", thread_root="<r@x>", previous="<r@x>", root_ref="Freezer: 1 620 W")])
    finally:
        controller.stop()
    assert [s["outcome"] for s in run.steps] == ["sent", "sent"], run.text
    assert [(f, t) for f, t, _ in got] == [("collectd@example.org", ["me@example.org", "you@example.org"])] * 2
    for _, _, content in got:
        assert Letter(content).faults == []


# -- the letter ------------------------------------------------------------------------


def test_every_header_rule_holds_for_every_kind(pki):
    kinds = ["firing", "update", "repeat", "resolved", "acknowledged", "note", "test"]
    run, letters, _ = deliver(pki, [send(kind=k) for k in kinds])
    assert [s["outcome"] for s in run.steps] == ["sent"] * len(kinds)
    for letter in letters:
        assert letter.faults == []


def test_date_is_english_and_zoned_under_any_locale(pki):
    with server_for(pki) as server:
        run = probe("email", options(server, pki), env={"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu"},
                    now_ms=MESSAGE["created"] + 1000)
    assert run[0]["outcome"] == "sent"
    assert Letter(server.mails[0]["data"])["Date"] == "Mon, 21 Sep 2026 20:03:20 +0545"


@pytest.mark.parametrize("now", [None, 6000], ids=["set since", "not set"])
def test_date_of_an_unset_clock_is_not_1970(pki, now):
    with server_for(pki) as server:
        probe("email", options(server, pki), [send(created=5000)], **({} if now is None else {"now_ms": now}))
    assert int(Letter(server.mails[0]["data"])["Date"].split()[3]) >= 2020


@pytest.mark.parametrize("level,word,high", [("info", "INFO", False), ("warning", "WARNING", False),
                                             ("error", "ERROR", True), ("critical", "CRITICAL", True),
                                             ("emergency", "EMERGENCY", True)])
def test_levels_in_subject_and_importance(pki, level, word, high):
    _, letters, _ = deliver(pki, [send(alert={"level": level})])
    assert letters[0]["Subject"].startswith("[%s] Freezer: 1" % word)
    assert letters[0]["Importance"] == ("high" if high else None)
    assert letters[0]["X-Kasa-Severity"] == level


def test_recovery_is_ok_and_not_important(pki):
    _, letters, _ = deliver(pki, [send(kind="resolved", thread_root="<r@x>", root_ref="Freezer: 1 620 W")])
    assert letters[0]["Subject"] == "[OK] Freezer 96 W"
    assert letters[0]["Importance"] is None
    assert letters[0]["X-Kasa-State"] == "resolved"


@pytest.mark.parametrize("more", [{}, {"kind": "repeat", "reason": "repeat"}])
def test_how_to_stop_reminders_is_said_once(pki, more):
    _, letters, _ = deliver(pki, [send(**more)])
    assert [part.count("kasactl alerts ack 417") for part in (letters[0].text, letters[0].html)] == [1, 1]


@pytest.mark.parametrize("name", ["\u05de\u05e7\u05e4\u05d9\u05d0", "\u0645\u062c\u0645\u062f \u0627\u0644\u0645\u0637\u0628\u062e", "\ufee3\ufea0"])
def test_behind_a_name_from_right_to_left_figures_keep_their_order(pki, name):
    """By the rules of Unicode "1 620 W" behind such letters is shown as "620 1"."""
    _, letters, _ = deliver(pki, [send(alert={"device": name})])
    assert letters[0]["Subject"] == f"[CRITICAL] {name}\u200e: 1 620 W"


def test_what_came_and_went_unheard_is_not_announced_as_wrong(pki):
    """It was critical, hours ago: nobody gets up for it."""
    over = {"state": "resolved", "resolved_at": 1790001620000}
    event = {**over, "class": "event", "text": "the door is open"}
    _, letters, _ = deliver(pki, [send(kind="note", reason="missed", alert=alert) for alert in (over, event)])
    assert [x["Subject"] for x in letters] == ["[OK] Freezer was above 1 500 W", "[OK] Over: Freezer: the door is open"]
    assert all("CRITICAL" not in x.html and "#1b7f4d" in x.html for x in letters)
    assert all(x["Importance"] is None for x in letters)


def test_quiet_message_is_not_important(pki):
    _, letters, _ = deliver(pki, [send(quiet=True)])
    assert letters[0]["Importance"] is None


def test_thread_chain_and_the_state_in_the_subject(pki):
    first = message(message_id="<1@x>")
    run, _, _ = deliver(pki, [send(first)])
    ref = run[0]["provider_ref"]
    again = message("repeat", message_id="<2@x>", thread_root="<1@x>", previous="<1@x>", root_ref=ref)
    over = message("resolved", message_id="<3@x>", thread_root="<1@x>", previous="<2@x>", root_ref=ref)
    again["alert"].update(value=2820, peak=2820)
    over["alert"].update(value=90, peak=2820)
    _, letters, _ = deliver(pki, [send(first), send(again), send(over)])
    assert [x["In-Reply-To"] for x in letters] == [None, "<1@x>", "<1@x>"]
    assert [x["References"] for x in letters] == [None, "<1@x>", "<1@x> <2@x>"]
    assert [x["Subject"] for x in letters] == ["[CRITICAL] Freezer: 1 620 W", "[CRITICAL] Still: Freezer 2 820 W",
                                               "[OK] Freezer 90 W"]


def test_the_subject_of_what_became_worse_is_its_value_now(pki):
    worse = send(kind="update", reason="worse", thread_root="<1@x>", previous="<1@x>", root_ref="Freezer: 1 600 W",
                 alert={"value": 2820, "peak": 2820})
    _, letters, _ = deliver(pki, [worse])
    assert letters[0]["Subject"] == "[CRITICAL] Freezer: 2 820 W"


def test_a_subject_of_ascii_words_is_plain_ascii(pki):
    with server_for(pki) as server:
        probe("email", options(server, pki), [send(alert={"value": 12820, "limit": 1500, "type": "voltage"})])
    head = server.mails[0]["data"].split(b"\r\n\r\n")[0]
    assert b"Subject: [CRITICAL] Freezer: 12 820 V\r\n" in head + b"\r\n"


def test_thread_subject_option_repeats_the_first_with_re(pki):
    _, letters, _ = deliver(pki, [send(), send(kind="resolved", thread_root="<1@x>", root_ref="Freezer: 1 620 W")],
                            extra=[["ThreadSubject", True]])
    assert letters[1]["Subject"] == "Re: Freezer: 1 620 W"
    assert letters[0]["Subject"].startswith("Freezer: 1")


def test_unicode_subject_is_encoded_and_comes_back_whole(pki):
    name = "Küche – Spülmaschine \U0001f9ca " + "ä" * 40
    _, letters, _ = deliver(pki, [send(alert={"device": name})])
    assert letters[0].faults == []
    assert letters[0]["Subject"].startswith("[CRITICAL] " + name[:40])


INJECTIONS = ["x\r\nBcc: evil@example.org", "x\nSubject: other", "x\r\n\r\n<html>", "x\x00y", "x\r\n.\r\nMAIL FROM:<e@x>",
              "=?UTF-8?B?QmNjOiBldmls?=", "\u2028Bcc: evil@example.org", "x\x0bBcc: y\x0c", "a" * 127]


@pytest.mark.parametrize("text", INJECTIONS)
def test_header_injection_is_impossible(pki, text):
    m = message(alert={"device": text, "text": text, "fingerprint": text[:32], "host": text},
                title=text, body=text, message_id="<x@y>\r\nBcc: evil@example.org", thread_root=text,
                previous=text, root_ref=text)
    with server_for(pki) as server:
        probe("email", options(server, pki), [send(m), send({**m, "message_id": "<1@x>"})])
    assert len(server.mails) == 2
    assert server.faults == []
    for mail in server.mails:
        letter = Letter(mail["data"])
        faults = [f for f in letter.faults if not f.startswith(("Message-ID: 0 times",))]
        assert faults == [], faults
        assert letter["Bcc"] is None
        assert mail["to"] == ["me@example.org"]


def test_recipient_of_a_row_cannot_inject(pki):
    with server_for(pki) as server:
        run = probe("email", options(server, pki), [send(recipient="x@y>\r\nRCPT TO:<evil@example.org")])
    assert run[0]["outcome"] == "message" and server.mails == []


def test_dots_and_long_lines_come_back_whole(pki):
    body = ".\n..\n.x\nFrom here\n" + "word " * 300 + "\n" + "x" * 3000 + "\ntrailing blank \nend=20"
    _, letters, _ = deliver(pki, [send(body=body)])
    assert letters[0].faults == []
    for line in (".", "..", ".x", "From here", "x" * 3000, "trailing blank ", "end=20"):
        assert line in letters[0].text.split("\n")


@pytest.mark.parametrize("offset", range(60, 80))
def test_soft_breaks_never_split_what_belongs_together(pki, offset):
    body = "a" * offset + "ü€\U0001f9ca=.\n" + "b" * offset + " \n."
    _, letters, _ = deliver(pki, [send(body=body)])
    assert letters[0].faults == []
    assert "a" * offset + "ü€\U0001f9ca=." in letters[0].text


def test_html_escapes_every_value(pki):
    evil = "<b>\"x\" & 'y'</b><img src=x onerror=alert(1)>"
    _, letters, _ = deliver(pki, [send(alert={"device": evil, "host": evil, "text": evil}),
                                  send(title=evil, body=evil)])
    for letter in letters:
        assert letter.faults == []
        assert "<b>" not in letter.html and "onerror=alert(1)>" not in letter.html


def test_html_shows_device_and_value_large_and_a_table(pki):
    _, letters, _ = deliver(pki)
    html = letters[0].html
    assert re.search(r"font-size:24px[^>]*>Freezer<", html)
    assert re.search(r"font-size:50px[^>]*>1\u202f620 W<", html)
    shown = html.split("</head>")[1]
    assert shown.count("620 W") == 1 and shown.count("1\u202f500 W") == 1  # nothing is said twice
    assert "above 1\u202f500 W" in html and "<table" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "<style" not in html


def luminance(colour):
    def linear(c):
        c = int(c, 16) / 255
        return c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
    return sum(w * linear(colour[i:i + 2]) for w, i in ((0.2126, 1), (0.7152, 3), (0.0722, 5)))


@pytest.mark.parametrize("level", ["ok", "info", "warning", "error", "critical", "emergency"])
def test_html_can_be_read_on_light_and_dark(pki, level):
    """White on what we colour; everything else has the reader's own colours."""
    with server_for(pki) as server:
        probe("email", options(server, pki), [send(kind="resolved" if level == "ok" else "firing",
                                                   alert={} if level == "ok" else {"level": level})],
              config={"dashboard": "https://g.example.org/"})
    html = Letter(server.mails[0]["data"]).html
    backgrounds = re.findall(r"background:(#\w{6})", html)
    assert len(backgrounds) == 2  # the head and the button
    for colour in backgrounds:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour
    assert set(re.findall(r"[^-]color:(#\w{6})", html)) == {"#ffffff"}
    coloured = re.sub(r"<table[^>]*bgcolor.*?</table>|<a .*?</a>", "", html, flags=re.S)
    assert "color:#" not in coloured


def test_html_link_only_to_http_and_escaped(pki):
    with server_for(pki) as server:
        for url in ("https://g.example.org/?a=1&b=%{device|url}", "javascript:alert(1)", "https://x/\"onclick=\"y"):
            probe("email", options(server, pki), config={"dashboard": url})
    good, script, quote = [Letter(m["data"]) for m in server.mails]
    assert 'href="https://g.example.org/?a=1&amp;b=Freezer"' in good.html
    assert "href" not in script.html and "href" not in quote.html


def test_plain_part_has_the_facts(pki):
    _, letters, _ = deliver(pki, [send(), send(kind="resolved")])
    assert "Limit: above 1\u202f500 W" in letters[0].text
    assert "kasactl alerts ack 417" in letters[0].text
    assert "Peak: 1\u202f640 W" in letters[1].text
    for word in ("Series", "Alert: ", "Host: nas"):
        assert word not in letters[0].text
    assert "ack 417" not in letters[1].text


def test_percent_values_show_percent(pki):
    _, letters, _ = deliver(pki, [send(alert={"percent": 96, "value": 4.2e9, "limit": 90, "type": "df_complex",
                                              "type_instance": "used", "unit": "B", "device": "nas"})])
    assert "Value: 96 %" in letters[0].text and "Limit: above 90 %" in letters[0].text


def test_alert_without_numbers_still_reads(pki):
    for cls in ("range", "missing", "event"):
        bare = {k: None for k in ("value", "limit", "peak", "warning_max", "failure_max")}
        _, letters, _ = deliver(pki, [send(alert={**bare, "class": cls, "direction": ""})])
        assert letters[0].faults == [] and not re.search(r"\bnan\b", letters[0].html, re.I)
    assert ALERT["value"] == 1620
