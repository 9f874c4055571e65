# SPDX-License-Identifier: MIT
"""What holds for every HTTP channel alike: each rule is tried
on all of them."""

import socket
import ssl
import threading
import time
import zlib

import pytest

import clock
from channel_kinds import BOT, KINDS, READS_BODY, ROUTING, TELEGRAM, TOKEN, USER, Channel
from channels import PATIENCE, _pki, message, probe, secret_file, send  # noqa: F401
from mocks import web

pytestmark = pytest.mark.one_thread


def plain(*values):
    """Parameters that take our code where others take it already."""
    return [pytest.param(value, marks=pytest.mark.plain) for value in values]


# What each kind does by code of its own: its words, and what it takes from answers.
# Everything else is HTTP, which all kinds share.
OF_EACH_KIND = {
    "test_good_message_is_delivered_and_pleases_the_strict_mock",
    "test_shrunk_message_has_a_single_line",
    "test_200_that_is_a_failure_is_not_delivered",
    "test_cut_answer_is_ambiguous_where_the_body_matters",
    "test_no_secret_in_any_output_even_when_the_service_repeats_it",
    "test_changed_secret_file_is_read_again_and_tried_once_more",
    "test_awkward_device_names_please_the_strict_mock",
    "test_texts_of_any_length_please_the_strict_mock",
    "test_invalid_utf8_never_leaves",
    "test_control_characters_never_leave",
    "test_render_shows_the_payload_and_no_secret",
    "test_unknown_options_are_reported",
}


def pytest_generate_tests(metafunc):
    """A rule of HTTP meets a third of the kinds under a sanitizer, each rule another
    third; without one, all the others."""
    rule = metafunc.function.__name__
    chosen = any(mark.name == "parametrize" and mark.args[0] == "channel"
                 for mark in metafunc.definition.iter_markers())
    if "channel" not in metafunc.fixturenames or chosen:
        return
    every = 1 if rule in OF_EACH_KIND else 3
    first = zlib.crc32(rule.encode()) % every
    metafunc.parametrize("channel", [
        pytest.param(kind, marks=() if i % every == first else pytest.mark.plain)
        for i, kind in enumerate(KINDS)], indirect=True)


@pytest.fixture(name="channel")
def _channel(request, pki):
    c = Channel(request.param, pem=pki.pem("good"))
    with c.mock:
        yield c


def outcome(channel, pki, act, **more):
    channel.mock.script = [act]
    run = channel.run(pki, **more)
    return run[0]


def outcomes(channel, pki, statuses, body):
    """Of a message each, in one run: (status, outcome)."""
    channel.mock.script = [web.Reply(status, body) for status in statuses]
    run = channel.run(pki, [send() for _ in statuses])
    assert len(run.steps) == len(statuses), run.text
    return zip(statuses, run.steps)


def test_good_message_is_delivered_and_pleases_the_strict_mock(channel, pki):
    run = channel.run(pki)
    assert run[0]["outcome"] == "sent", run.text
    assert channel.mock.faults == []
    assert len(channel.messages()) == 1


def test_expect_header_is_not_sent_even_with_a_large_body(channel, pki):
    run = channel.run(pki, [send(body="line of a long text\n" * 400)])
    assert run[0]["outcome"] == "sent", run.text
    assert channel.mock.faults == []  # the mock refuses Expect and a wrong User-Agent


def test_other_4xx_is_permanent_for_the_message(channel, pki):
    statuses = (400, 402, 406, 418, 422, 451)
    for status, got in outcomes(channel, pki, statuses, '{"error":"no"}'):
        assert got["outcome"] == "message" and str(status) in got["why"]


@pytest.mark.parametrize("status", [401, *plain(403, 404, 410)])
def test_access_errors_are_permanent_for_the_channel(channel, pki, status):
    got = outcome(channel, pki, web.Reply(status, "no"))
    assert got["outcome"] == "channel"
    assert len(channel.mock.requests) == 1  # no second try with the same secret


def test_temporary_status_is_retried(channel, pki):
    statuses = (408, 425, 429, 500, 502, 503, 504, 599)
    for status, got in outcomes(channel, pki, statuses, "later"):
        assert got["outcome"] == "retry" and str(status) in got["why"]


def test_redirect_is_never_followed(channel, pki):
    for status in (301, 302, 303, 307, 308):
        channel.mock.requests.clear()
        got = outcome(channel, pki, web.Redirect(channel.mock.url + "/elsewhere", status))
        assert got["outcome"] == "channel"  # no fault of the message
        assert "check the URL" in got["why"]
        assert len(channel.mock.requests) == 1


def test_413_asks_for_a_shorter_message_once(channel, pki):
    assert outcome(channel, pki, web.Reply(413, "big"))["outcome"] == "shrink"
    got = outcome(channel, pki, web.Reply(413, "big"), steps=[send(shrink=True)])
    assert got["outcome"] == "message"


def test_shrunk_message_has_a_single_line(channel, pki):
    run = channel.run(pki, [send(shrink=True, body="first line\nsecond line")])
    assert run[0]["outcome"] == "sent"
    assert channel.mock.faults == []
    if channel.kind not in ("webhook", "alertmanager"):  # which have words of their own
        body = channel.mock.requests[0].body.replace(b"+", b" ").replace(b"%20", b" ")
        assert b"first line" in body and b"second" not in body


@pytest.mark.parametrize("value,least,most", [("7", 7, 7), ("0", 0, 60), ("999999999", 86400, 86400)])
def test_retry_after_in_seconds_is_obeyed(channel, pki, value, least, most):
    got = outcome(channel, pki, web.Reply(503, "later", [("Retry-After", value)]))
    assert got["outcome"] == "retry" and least <= got["wait_s"] <= max(most, 30)


def test_retry_after_as_date_is_obeyed(channel, pki):
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 120))
    got = outcome(channel, pki, web.Reply(429, "later", [("Retry-After", when)]))
    assert got["outcome"] == "retry" and 100 <= got["wait_s"] <= 121


@pytest.mark.parametrize("behind", [3 * 3600, -3600, 50 * 365 * 86400])
def test_a_date_to_wait_for_is_read_by_the_services_own_clock(channel, pki, behind):
    now = time.time()
    date = [time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now + more)) for more in (0, 20)]
    channel.mock.script = [web.Reply(503, "later", [("Date", date[0]), ("Retry-After", date[1])])]
    got = channel.run(pki, [send()], now_ms=int((now - behind) * 1000))[0]
    assert got["outcome"] == "retry" and 20 <= got["wait_s"] <= 30


def test_429_without_retry_after_is_retried(channel, pki):
    got = outcome(channel, pki, web.Reply(429, "slow down"))
    assert got["outcome"] == "retry" and got["wait_s"] <= 60


def test_two_500s_then_ok_deliver_at_the_third_attempt(channel, pki):
    channel.mock.script = [web.Reply(500, "oops"), web.Reply(500, "oops"), "ok"]
    run = channel.run(pki, [send(attempt=n) for n in (1, 2, 3)])
    assert [s["outcome"] for s in run.steps] == ["retry", "retry", "sent"]
    assert channel.mock.faults == []


def test_close_after_the_body_is_ambiguous(channel, pki):
    got = outcome(channel, pki, web.CloseAfterBody())
    assert got["outcome"] == "ambiguous" and got["wait_s"] >= 30
    assert "may have arrived" in got["why"]
    assert len(channel.mock.requests) == 1  # libcurl did not repeat it by itself


def test_close_before_the_headers_is_never_taken_for_success(channel, pki):
    got = outcome(channel, pki, web.CloseAtOnce())
    assert got["outcome"] in ("ambiguous", "retry")


def test_hanging_server_ends_at_the_timeout_and_is_ambiguous(channel, pki):
    watch = clock.Patience(0)
    got = outcome(channel, pki, web.Hang(), extra=[["Timeout", 2]])
    assert got["outcome"] == "ambiguous"
    assert watch.took() < 6 + PATIENCE


def test_slow_drip_ends_at_the_timeout(channel, pki):
    watch = clock.Patience(0)
    got = outcome(channel, pki, web.Drip(pause=0.1), extra=[["Timeout", 2]])
    assert watch.took() < 6 + PATIENCE
    assert got["outcome"] == ("ambiguous" if channel.kind in READS_BODY else "sent")


def test_huge_body_is_cut_off(channel, pki):
    watch = clock.Patience(0)
    got = outcome(channel, pki, web.Huge(total=50 << 20))
    assert watch.took() < 10 + PATIENCE
    assert got["outcome"] == ("ambiguous" if channel.kind in READS_BODY else "sent")
    assert len(got["why"]) <= 256


def test_cut_answer_is_ambiguous_where_the_body_matters(channel, pki):
    got = outcome(channel, pki, web.CutAnswer(200))
    assert got["outcome"] == ("ambiguous" if channel.kind in READS_BODY else "sent")


@pytest.mark.parametrize("channel", READS_BODY, indirect=True)
@pytest.mark.parametrize("body", ["", "null", "[]", "{}", "[[[[", '{"ok":1}', '"ok"', "ok ", "OK", "true",
                                  '{"status":0,"errors":["x"]}', '{"ok":false}', '{"id":5}', "<html>login</html>",
                                  "{" * 5000, "\x00\x01\xff", "9" * 400])
def test_200_that_is_a_failure_is_not_delivered(channel, pki, body):
    got = outcome(channel, pki, web.Reply(200, body.encode("latin-1")))
    if (channel.kind, body) in (("slack", ""), ("slack", "ok "), ("slack", "OK"), ("slack", '"ok"'),
                                ("gotify", '{"id":5}')):  # their own good words
        assert got["outcome"] == "sent"
        return
    assert got["outcome"] in ("ambiguous", "message", "channel")


def test_nobody_listening_is_retried_as_certainly_not_sent(channel, pki):
    got = channel.run(pki, base="https://localhost:1")[0]
    assert got["outcome"] == "retry" and "may have arrived" not in got["why"]


def test_a_host_that_never_answers_is_given_up_long_before_the_timeout(pki):
    """Connecting has 10 s of the 30. What connects no more is a listener whose
    queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        queued = [socket.socket() for _ in range(4)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        began, watch = time.monotonic(), clock.Patience(0)
        got = Channel("pushover").run(pki, base="https://127.0.0.1:%d" % full.getsockname()[1], timeout=60)[0]
        took, least = watch.took(), time.monotonic() - began
        for one in queued:
            one.close()
    assert got["outcome"] == "retry" and "may have arrived" not in got["why"]
    assert least > 9 and took < 25 + PATIENCE


@pytest.mark.plain
def test_unknown_name_is_retried_as_certainly_not_sent(channel, pki):
    got = channel.run(pki, base="https://nowhere.invalid")[0]
    assert got["outcome"] == "retry" and "may have arrived" not in got["why"]


@pytest.mark.parametrize("cert", ["wrong-name", "self-signed"])
def test_untrusted_certificate_is_permanent_and_nothing_is_sent(pki, cert):
    for kind in KINDS:
        c = Channel(kind, pem=pki.pem(cert))
        with c.mock:
            got = c.run(pki)[0]
            assert got["outcome"] == "channel", (kind, got)
            assert c.mock.requests == []


@pytest.mark.parametrize("cert", ["expired", "future"])
def test_certificate_out_of_its_time_is_retried_and_says_check_the_clock(pki, cert):
    for kind in KINDS:
        c = Channel(kind, pem=pki.pem(cert))
        with c.mock:
            got = c.run(pki)[0]
            assert got["outcome"] == "retry" and got["wait_s"] == 300, (kind, got)
            assert "check the clock" in got["why"]
            assert c.mock.requests == []


@pytest.mark.plain
def test_unknown_issuer_is_permanent(channel, pki):
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, channel.options())
    assert run[0]["outcome"] == "channel"
    assert channel.mock.requests == []


def test_verify_peer_false_works_and_warns_at_start(pki):
    for kind in KINDS:
        c = Channel(kind, pem=pki.pem("self-signed"))
        with c.mock:
            run = c.run(pki, extra=[["VerifyPeer", False]])
            assert run[0]["outcome"] == "sent", (kind, run.text)
            assert "VerifyPeer false" in run.stderr


def test_tls_below_1_2_is_refused(pki):
    for kind in KINDS:
        c = Channel(kind, pem=pki.pem("good"), max_tls=ssl.TLSVersion.TLSv1_1)
        with c.mock:
            got = c.run(pki)[0]
            assert got["outcome"] == "retry", (kind, got)
            assert c.mock.requests == []


def test_plain_http_to_this_host_is_allowed(pki):
    for kind in KINDS:
        c = Channel(kind)
        with c.mock:
            assert c.run(pki)[0]["outcome"] == "sent", kind


@pytest.mark.plain
def test_plain_http_elsewhere_is_refused_at_the_configuration(channel, pki):
    run = channel.run(pki, base="http://hub.example.org")
    assert run.code == 1 and run.steps == []
    assert "expected https://" in " ".join(run.errors)


@pytest.mark.plain
def test_plain_http_elsewhere_needs_allow_insecure(channel, pki):
    run = channel.run(pki, base="http://nowhere.invalid", extra=[["AllowInsecure", True]])
    assert run[0]["outcome"] == "retry"


@pytest.mark.plain
@pytest.mark.parametrize("base", ["ftp://localhost", "file:///etc/passwd", "localhost", "https://u:p@localhost", "",
                                  "https://", "https://lo calhost/x", "gopher://localhost"])
def test_odd_addresses_are_refused_at_the_configuration(channel, pki, base):
    run = channel.run(pki, base=base)
    assert run.code == 1, run.text
    assert "u:p" not in run.text


@pytest.mark.plain
def test_proxy_of_the_environment_is_ignored(channel, pki):
    env = {n: "http://127.0.0.1:1" for n in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
    assert channel.run(pki, env=env)[0]["outcome"] == "sent"


@pytest.mark.plain
def test_configured_proxy_is_used(channel, pki):
    got = channel.run(pki, extra=[["Proxy", "http://127.0.0.1:1"]])[0]
    assert got["outcome"] == "retry"
    assert channel.mock.requests == []


class Proxy:
    """A proxy that lets nobody through."""

    def __init__(self, status):
        self.answer = ("HTTP/1.1 %d no\r\nContent-Length: 0\r\n\r\n" % status).encode()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.heard = b""
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with sock:
                while b"\r\n\r\n" not in self.heard:
                    self.heard += sock.recv(4096)
                sock.sendall(self.answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(3)


@pytest.mark.plain
@pytest.mark.parametrize("status,verdict", [(503, "retry"), (502, "retry"), (407, "channel"), (403, "channel")])
def test_what_a_proxy_refuses_was_not_sent(channel, pki, status, verdict):
    with Proxy(status) as proxy:
        got = channel.run(pki, extra=[["Proxy", proxy.url]])[0]
    assert proxy.heard.startswith(b"CONNECT ")
    assert got["outcome"] == verdict and "may have arrived" not in got["why"]
    assert "proxy" in got["why"] and str(status) in got["why"]
    assert channel.mock.requests == []


@pytest.mark.two_threads
def test_stopping_ends_a_request_within_a_second(channel, pki):
    channel.mock.script = [web.Hang()]
    watch = clock.Patience(0)
    run = channel.run(pki, abort_after_s=1)
    assert watch.took() < 2.2 + PATIENCE
    assert run[0]["outcome"] == "ambiguous" and "stopping" in run[0]["why"]


def test_one_connection_per_request_and_none_kept(channel, pki):
    run = channel.run(pki, [send(), send(), send()])
    assert [s["outcome"] for s in run.steps] == ["sent"] * 3
    assert channel.mock.connections == len(channel.mock.requests) and len(channel.messages()) == 3


SECRETS = [TOKEN, USER, BOT, "twilio-secret-token", TELEGRAM, ROUTING, "syt_secret_access_token", "genie-secret-key", "hmac-secret-value", "bearer-secret-value", "xyzzySecretPath", "discordSecretToken"]


def test_no_secret_in_any_output_even_when_the_service_repeats_it(channel, pki):
    def parrot(status):
        def act(request):
            said = "%s %s %s" % (request.target, request.headers, request.body.decode("utf-8", "replace"))
            return web.Reply(status, said)
        return act

    statuses = [200, 301, 400, 401, 403, 404, 413, 429, 500]
    channel.mock.script = [parrot(s) for s in statuses] + [web.CloseAfterBody(), web.Redirect(channel.mock.url)]
    run = channel.run(pki, [send() for _ in range(len(statuses) + 2)] + [{"op": "render", "message": message()}])
    assert len(run.steps) == len(statuses) + 3
    for secret in SECRETS:
        assert secret not in run.text


@pytest.mark.plain
def test_inline_secret_works_and_warns(channel, pki):
    run = channel.run(pki)
    assert run[0]["outcome"] == "sent"
    assert "stands in the configuration itself" in run.stderr


SECRET_OPTIONS = ("Token", "User", "WebhookURL", "BotToken", "HMACSecret", "BearerToken", "AccessToken", "RoutingKey",
                  "APIKey", "AuthToken")
WRONG_OPTIONS = [name for name in SECRET_OPTIONS if name not in ("User", "HMACSecret")]


def secret_options(channel, tmp_path, mode=0o600, wrong=False):
    """The options with each secret moved to a file; the paths by option."""
    options, paths = [], {}
    for option in channel.options():
        if option[0] in SECRET_OPTIONS:
            value = option[1]
            if wrong and option[0] in WRONG_OPTIONS:
                value = value[:-3] + "zzz"
            paths[option[0]] = secret_file(tmp_path, option[0], value, mode)
            options.append([option[0] + "File", paths[option[0]]])
        else:
            options.append(option)
    return options, paths


def test_secret_files_work_and_trailing_newline_is_trimmed(channel, pki, tmp_path):
    options, _ = secret_options(channel, tmp_path)
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, options + [["CAFile", pki.ca]])
    assert run[0]["outcome"] == "sent", run.text
    assert "secret" not in run.stderr and "configuration itself" not in run.stderr or channel.kind in (
        "webhook", "ntfy")  # which have a second secret


@pytest.mark.plain
def test_readable_secret_file_warns(channel, pki, tmp_path):
    options, _ = secret_options(channel, tmp_path, 0o644)
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, options + [["CAFile", pki.ca]])
    assert "mode 0644" in run.stderr


def test_changed_secret_file_is_read_again_and_tried_once_more(channel, pki, tmp_path):
    options, paths = secret_options(channel, tmp_path, wrong=True)
    right = {o[0]: o[1] for o in channel.options()}

    def refuse_and_mend(request):
        for name, path in paths.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(right[name] + "\n")
        channel.mock.gone = False
        return web.Reply(403, "no")

    channel.mock.script = [refuse_and_mend]
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, options + [["CAFile", pki.ca]])
    assert run[0]["outcome"] == "sent", run.text
    assert len(channel.messages()) == 2


@pytest.mark.plain
@pytest.mark.parametrize("content", ["", "\n", "one\ntwo\n", "bell\a"])
def test_useless_secret_file_is_an_error_of_the_configuration(channel, pki, tmp_path, content):
    options, paths = secret_options(channel, tmp_path)
    for path in paths.values():
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, options + [["CAFile", pki.ca]])
    assert run.code == 1 and run.errors


@pytest.mark.plain
def test_missing_secret_file_names_the_option(channel, pki):
    options = [["%sFile" % o[0], "/nonexistent/file"] if o[0] in (*SECRET_OPTIONS, "URL") else o
               for o in channel.options()]
    run = probe("slack" if channel.kind == "slackbot" else channel.kind, options)
    assert run.code == 1 and "File \"/nonexistent/file\": No such file" in " ".join(run.errors)


NASTY = ["<!channel> & <@U1> *b* _i_ `c`", "@everyone <@&1> ||x|| [l](http://x)", "a\"b\\c{d}%s%n",
         "%{device} %{if x}", "</div><script>alert(1)</script>", "\u202eevil\u202c", "K\u00fcche \U0001f9ca",
         "e\u0301" * 60, "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 12, "x" * 127,
        "\u200b", "\ufeffplug\u2028\u2029\ufffe\uffff", "</b></pre><a href=\"tg://user?id=1\">x</a>&#60;",
        "]](<http://x>)\n> # ~~`", "\u0627\u0644\u062b\u0644\u0627\u062c\u0629\u2067x\u2069\u061c", "\u0488" * 60]


def test_awkward_device_names_please_the_strict_mock(channel, pki):
    steps = [step for name in NASTY for step in (
        send(message(alert={"device": name, "text": name})), send(message("resolved", {"device": name})))]
    run = channel.run(pki, steps)
    assert [s["outcome"] for s in run.steps] == ["sent"] * len(steps), run.text
    assert channel.mock.faults == []


SIZES = (100, 700, 1024, 1025, 2000, 4096, 6000, 15000)


@pytest.mark.parametrize("letter", ["a", "\U0001f9ca", "<", *plain("\u00fc", "*", "&", "\n", "\u200b", "\u0301", "\u202e")])
def test_texts_of_any_length_please_the_strict_mock(channel, pki, letter):
    run = channel.run(pki, [send(title="T" + letter.strip() * min(size, 500), body="b" + letter * size)
                            for size in SIZES])
    assert [s["outcome"] for s in run.steps] == ["sent"] * len(SIZES), run.text
    assert channel.mock.faults == []


def test_invalid_utf8_never_leaves(channel, pki):
    # JSON cannot carry a broken byte; a cut name, as collectd cuts it, can be had by size
    run = channel.run(pki, [send(message(alert={"device": "\u00fc" * 64, "host": "\u20ac" * 60}))])
    assert run[0]["outcome"] == "sent", run.text
    assert channel.mock.faults == []


def test_control_characters_never_leave(channel, pki):
    run = channel.run(pki, [send(title="a\r\nb\x07c", body="a\r\nb\x1bc\td\x7f\u0085e")])
    assert run[0]["outcome"] == "sent", run.text
    assert channel.mock.faults == []


def test_render_shows_the_payload_and_no_secret(channel, pki):
    run = channel.run(pki, [{"op": "render", "message": message()}])
    assert run[0]["err"] == 0 and "Freezer" in run[0]["text"]
    for secret in SECRETS:
        assert secret not in run.text
    assert channel.mock.requests == []


@pytest.mark.plain
def test_unknown_options_are_reported(channel, pki):
    run = channel.run(pki, extra=[["Tokken", "x"]])
    assert "Tokken" in " ".join(run.errors)


