# SPDX-License-Identifier: MIT
"""Gotify: the token in a header, priorities, what is no answer."""

import pytest

from channels import _pki, message, probe, secret_file, send  # noqa: F401
from mocks import web
from mocks.gotify import Gotify

pytestmark = pytest.mark.one_thread

TOKEN = "Asecret-app-token"


@pytest.fixture(name="mock")
def _mock(pki):
    with Gotify(TOKEN, pem=pki.pem("good")) as m:
        yield m


def run(mock, pki, steps=None, extra=(), **more):
    return probe("gotify", [["Server", mock.url + "/"], ["Token", TOKEN], ["CAFile", pki.ca], *extra], steps, **more)


@pytest.mark.parametrize("level,priority", [("info", 2), ("warning", 5), ("error", 7), ("critical", 8),
                                            ("emergency", 10)])
def test_levels_become_priorities(mock, pki, level, priority):
    got = run(mock, pki, [send(alert={"level": level}), send(kind="resolved", alert={"level": level}),
                          send(alert={"level": level}, quiet=True)])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 3, got.text
    assert mock.faults == [] and [m["priority"] for m in mock.sent] == [priority, 4, 2]
    assert got[0]["provider_ref"] == "1"


def test_the_link_leads_to_the_dashboard(mock, pki):
    run(mock, pki, config={"dashboard": "https://g.example.org/?d=%{device|url}"})
    assert mock.sent[0]["extras"]["client::notification"] == {
        "click": {"url": "https://g.example.org/?d=Freezer"}}


@pytest.mark.parametrize("body", ["", "null", "{}", '{"id":"1"}', '{"id":0}', "<html>"])
def test_200_without_an_id_is_doubtful(mock, pki, body):
    mock.script = [web.Reply(200, body)]
    assert run(mock, pki)[0]["outcome"] == "ambiguous"


def test_a_new_token_in_the_file_is_tried_at_once(mock, pki, tmp_path):
    path = secret_file(tmp_path, "gotify", "Aold-token-value")

    def change():
        with open(path, "w", encoding="utf-8") as file:
            file.write(TOKEN + "\n")
        return web.reply_json(401, {"error": "Unauthorized"})

    real = mock.judge
    mock.judge = lambda request: real(request) if request.header("X-Gotify-Key") == TOKEN else change()
    got = probe("gotify", [["Server", mock.url], ["TokenFile", path], ["CAFile", pki.ca]])
    assert got[0]["outcome"] == "sent" and len(mock.sent) == 1, got.text


def test_no_secret_is_shown(mock, pki):
    mock.script = [web.Reply(401, "no " + TOKEN)]
    got = run(mock, pki, [send(), {"op": "render", "message": message()}])
    assert got[0]["outcome"] == "channel" and TOKEN not in got.text
    assert "X-Gotify-Key: ***" in got[1]["text"]


@pytest.mark.parametrize("wrong,words", [
    ([["Token", TOKEN]], "needs Server"), ([["Server", "https://g.example.org"]], "needs Token"),
    ([["Token", TOKEN], ["Server", "http://g.example.org"]], "expected https://")])
def test_mistakes_are_named(wrong, words):
    got = probe("gotify", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
