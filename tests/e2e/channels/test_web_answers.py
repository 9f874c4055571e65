# SPDX-License-Identifier: MIT
"""What services, proxies and pages in the way answer, and what that means:
waits of every form, statuses of a proxy, answers that are cut, slow or long."""

import time

import pytest

from channels import _pki, probe, send  # noqa: F401
from mocks import web

pytestmark = pytest.mark.one_thread

DAY = 86400
LEAST = 5  # seconds that a webhook is left alone


def date(ahead, now=None):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime((now or time.time()) + ahead))


def ask(reply, kind="webhook", steps=None, extra=(), **more):
    """The answer to one message by a service that says this."""
    option = {"webhook": "URL", "slack": "WebhookURL"}[kind]
    with web.Mock() as server:
        server.judge = lambda request: web.Reply(200, b"ok")
        server.script = [reply]
        run = probe(kind, [[option, server.url + "/x"], *extra], steps, **more)
    return run[0], server


@pytest.mark.parametrize("value, least, most", [
    ("7", 7, 7), ("7.5", 7, 8), (" 7 ", 7, 7), ("0", 0, 0), ("-5", 0, 0), ("-999999999999", 0, 0), ("", 0, 0),
    ("soon", 0, 0), ("7 s", 7, 7), ("7s", 0, 0), ("NaN", 0, 0), ("inf", 0, 0), ("1e400", 0, DAY), ("0x7fffffff", 0, DAY),
    ("99999999999999999999999", DAY, DAY), ("86401", DAY, DAY), ("\xff\xfe", 0, 0), ("7, 8", 0, 8),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0), ("Fri, 31 Dec 9999 23:59:59 GMT", DAY, DAY), ("Monday", 0, 0),
    ("12:30", 0, DAY), ("2026-13-45T99:99:99Z", 0, 0)])
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_of_any_form_is_a_wait_within_a_day(status, value, least, most):
    got, _ = ask(web.Reply(status, b"later", [("Retry-After", value)]))
    assert got["outcome"] == "retry", got
    assert max(least, LEAST) <= got["wait_s"] <= max(most, LEAST), got


@pytest.mark.parametrize("its_clock, ours", [(0, 0), (-3 * 3600, 0), (DAY * 400, 0), (0, -DAY * 400), (0, 3600)])
def test_a_date_is_measured_by_the_answers_own(its_clock, ours):
    now = time.time()
    reply = web.Reply(503, b"", [("Date", date(its_clock, now)), ("Retry-After", date(its_clock + 90, now))])
    got, _ = ask(reply, now_ms=int((now + ours) * 1000))
    assert got["outcome"] == "retry" and 89 <= got["wait_s"] <= 91, got


@pytest.mark.parametrize("theirs", [None, "", "garbage", "Thu, 99 Foo 2026 00:00:00 GMT"])
def test_without_a_date_of_theirs_ours_does_unless_it_is_not_set(theirs):
    now = time.time()
    headers = [("Retry-After", date(90, now))] + ([] if theirs is None else [("Date", theirs)])
    got, _ = ask(web.Reply(503, b"", headers), now_ms=int(now * 1000))
    assert 88 <= got["wait_s"] <= 91, got
    got, _ = ask(web.Reply(503, b"", headers), now_ms=5000)
    assert got["outcome"] == "retry" and got["wait_s"] == LEAST, got  # our own backoff


def test_what_a_proxy_wants_is_no_fault_of_the_message():
    """Without TLS the proxy answers in the service's place."""
    got, _ = ask(web.Reply(407, b"who are you?", [("Proxy-Authenticate", "Basic realm=x")]))
    assert got["outcome"] == "channel" and "Proxy" in got["why"], got


@pytest.mark.parametrize("status", [421, 511, 520, 521, 522, 524, 525, 530, 598])
def test_what_stands_before_a_service_passes(status):
    """Of a gateway, a network that wants a login first, a wrong way."""
    got, _ = ask(web.Reply(status, b"<html>wait</html>"))
    assert got["outcome"] == "retry", got


@pytest.mark.parametrize("status", [600, 700, 999])
def test_a_status_nobody_knows_loses_no_message(status):
    got, _ = ask(web.Reply(status, b"?"))
    assert got["outcome"] in ("retry", "message") and str(status) in got["why"], got


@pytest.mark.parametrize("body", [b"no_service", b"invalid_token", b"channel_not_found", b"no_active_hooks", b"<html>login</html>",
                                  b"{", b"\xff\xfe", b"null", b'{"ok":false,"error":"x"}', b'{"success":false}',
                                  b'{"result":"error","msg":"x"}', b"x" * 100000])
def test_slack_with_200_and_other_words_is_not_delivered(body):
    got, _ = ask(web.Reply(200, body), kind="slack")
    assert got["outcome"] in ("message", "channel", "ambiguous"), got
    assert len(got["why"]) <= 256


@pytest.mark.parametrize("body", [b"ok", b" ok\r\n", b"OK", b'{"ok":true}', b' {"success":true}\n', b"", b"\xef\xbb\xbfok",
                                  b'{"result":"success","msg":""}', b'\xef\xbb\xbf{"ok":true}'])
def test_slack_with_200_and_its_servers_words_is(body):
    got, _ = ask(web.Reply(200, body), kind="slack")
    assert got["outcome"] == "sent", got


RAW = {
    "chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "sent"),
    "chunks that are cut": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n5\r\nx", "ambiguous"),
    "chunks of nonsense": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok", "ambiguous"),
    "no length": (b"HTTP/1.0 200 OK\r\n\r\nok", "sent"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "sent"),
    "continue, then no": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "retry"),
    "no such protocol": (b"220 mail.example ESMTP\r\n", "ambiguous"),
    "only half a status": (b"HTTP/1.1 2", "ambiguous"),
    "a status of letters": (b"HTTP/1.1 abc OK\r\n\r\n", "ambiguous"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", None),
    "a length below none": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", None),
    "packed": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", None),
}


@pytest.mark.parametrize("name", RAW)
def test_an_answer_of_any_shape_is_read_or_in_doubt(name):
    """Where nobody can know, the message is repeated; it is never lost."""
    raw, verdict = RAW[name]

    class Raw(web.Mock):
        def judge(self, request):
            return web.Reply(200, b"ok")

        def _act(self, sock, act):
            sock.sendall(raw)
            return False

    with Raw() as server:
        got = probe("slack", [["WebhookURL", server.url + "/x"]], [send()])[0]
    assert len(server.requests) == 1
    if verdict is None:
        assert got["outcome"] in ("sent", "ambiguous", "retry"), got
    else:
        assert got["outcome"] == verdict, got
