# SPDX-License-Identifier: MIT
"""The feed for Alertmanager: a real one, and a real collectd."""

import json
import os
import time

import pytest

import alerting
import alertmanager
import mocks.alertmanager
from channels import probe, send
from collectd import BUILD
from mocks import web



def needs_alertmanager(test):
    """Which is a program in Go, and knows the time past any library."""
    why = alertmanager.why_not()
    return pytest.mark.real_clock(pytest.mark.skipif(why is not None, reason=str(why))(test))


pytestmark = pytest.mark.takes(40)

OPTIONS = """
  <Device "plug-1f3a">
    Alias "Freezer"
    Label "room" "cellar"
  </Device>
  <Channel alertmanager "am">
%s    Label "site" "berlin"
    Resend 1
    MinLevel info
  </Channel>
  <Route "all">
    Channel "am"
    RecoverAfter 0
  </Route>
"""


class Hook(web.Mock):
    """What Alertmanager tells its receivers."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def _common(self, request):
        """Alertmanager is no notify_kasa."""

    def judge(self, request):
        self.sent.append(json.loads(request.body))
        return web.Reply(200)

    def groups(self, status):
        return [g for g in self.sent if g["status"] == status]


@pytest.fixture(name="hook")
def _hook():
    with Hook() as h:
        yield h


@pytest.fixture(name="am")
def _am(tmp_path, hook):
    with alertmanager.Alertmanager(tmp_path / "am", hook.url + "/") as a:
        yield a


@pytest.fixture(name="real_plugin")
def _real_plugin(monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.join(BUILD, ".libs"))


def collectd_for(*urls):
    return alerting.Collectd(OPTIONS % "".join('    URL "%s"\n' % url for url in urls), channels=())


def until_alerts(am, collectd, count, seconds=20):
    return alerting.until(lambda: len(am.alerts()) == count and (am.alerts() or [True]), collectd, seconds)


@needs_alertmanager
def test_an_alert_appears_groups_and_resolves(am, hook, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        collectd.put("plug-2b", "power", 1950)
        until_alerts(am, collectd, 2)
        one = am.alerts("device=Freezer")[0]
        assert one["labels"] == {"alertname": "KasaPower", "severity": "critical", "device": "Freezer", "host": "tester",
                                 "plugin": "kasa", "plugin_instance": "plug-1f3a", "type": "power", "room": "cellar",
                                 "site": "berlin"}
        assert "1" in one["annotations"]["summary"] and "Freezer" in one["annotations"]["summary"]
        alerting.until(lambda: any(len(g["alerts"]) == 2 for g in hook.groups("firing")), collectd)
        collectd.put("plug-1f3a", "power", 90, time.time() + 1)
        collectd.put("plug-2b", "power", 90, time.time() + 1)
        until_alerts(am, collectd, 0)
        alerting.until(lambda: hook.groups("resolved"), collectd)


@needs_alertmanager
def test_worse_is_one_alert_of_another_severity(am, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1600)
        until_alerts(am, collectd, 1)
        assert am.alerts()[0]["labels"]["severity"] == "warning"
        collectd.put("plug-1f3a", "power", 1900, time.time() + 1)
        alerting.until(lambda: [a["labels"]["severity"] for a in am.alerts()] == ["critical"], collectd)


@needs_alertmanager
def test_a_restart_of_alertmanager_that_forgot_all_brings_the_alert_back(am, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        began = until_alerts(am, collectd, 1)[0]["startsAt"]
        am.stop(forget=True)
        am.start()
        assert until_alerts(am, collectd, 1)[0]["startsAt"] == began


@needs_alertmanager
def test_a_restart_of_collectd_is_no_new_alert_and_no_end(am, hook, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        before = until_alerts(am, collectd, 1)[0]
        alerting.until(lambda: hook.groups("firing"), collectd)
        collectd.restart()
        end = time.time() + 5  # longer than an alert lives that nobody repeats
        while time.time() < end:
            after = am.alerts()
            assert [a["fingerprint"] for a in after] == [before["fingerprint"]]
            time.sleep(0.2)
        assert after[0]["startsAt"] == before["startsAt"] and after[0]["endsAt"] > before["endsAt"]
        assert len(hook.groups("firing")) == 1 and hook.groups("resolved") == []


@needs_alertmanager
def test_what_ended_while_alertmanager_was_away_is_over_there_too(am, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        until_alerts(am, collectd, 1)
        am.stop()
        collectd.put("plug-1f3a", "power", 90, time.time() + 1)
        alerting.until(lambda: collectd.ask(command="list")["alerts"] == [], collectd)
        am.start()
        alerting.until(lambda: "resolved" in [h["detail"] for h in collectd.ask(command="history")["history"]
                                              if h["what"] == "sent"], collectd)
        assert am.alerts() == []


@needs_alertmanager
def test_nobody_left_to_repeat_it_ends_the_alert(am, real_plugin):
    with collectd_for(am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        until_alerts(am, collectd, 1)
        collectd.kill()
        until_alerts(am, collectd, 0)


@needs_alertmanager
def test_one_of_two_is_enough_and_the_other_catches_up(am, tmp_path, real_plugin):
    other = alertmanager.Alertmanager(tmp_path / "other")
    with collectd_for(other.url, am.url) as collectd:
        collectd.put("plug-1f3a", "power", 1900)
        until_alerts(am, collectd, 1)
        with other:
            until_alerts(other, collectd, 1)


# -- the payload, without a daemon


def test_a_label_of_a_device_never_takes_the_place_of_ours():
    with mocks.alertmanager.Alertmanager() as mock:
        got = probe("alertmanager", [["URL", mock.url + "/"], ["Label", "severity", "none"], ["Label", "room", "x"]],
                    [send(alert={"labels": {"alertname": "Mine", "room-name": "cellar"}})])
    assert got[0]["outcome"] == "sent" and mock.faults == [], got.text
    assert "writes it itself" in " ".join(got.errors)
    labels = mock.sent[0][0]["labels"]
    assert labels["alertname"] == "KasaPower" and labels["severity"] == "critical" and labels["room"] == "x"


@pytest.mark.parametrize("body, kind, outcome", [
    (b"", "application/json", "sent"), (b"{}", "application/json", "sent"), (b"", "text/html", "sent"),
    (b"\n <!doctype html><html>Log in first</html>", "text/html", "channel"),
    (b"<html>", "", "channel"), (b"Please log in", "text/html; charset=utf-8", "channel")])
def test_a_page_is_no_answer_of_it(body, kind, outcome):
    with mocks.alertmanager.Alertmanager() as mock:
        mock.judge = lambda _: web.Reply(200, body, kind=kind)
        got = probe("alertmanager", [["URL", mock.url]], [send()])
    assert got[0]["outcome"] == outcome, got.text
    assert ("a page" in got[0]["why"]) == (outcome == "channel")


def test_an_acknowledgement_is_not_its_business():
    with mocks.alertmanager.Alertmanager() as mock:
        got = probe("alertmanager", [["URL", mock.url]], [send(kind="acknowledged", reason="acked"), send(kind="repeat")])
    assert [s["outcome"] for s in got.steps] == ["sent"] * 2 and mock.requests == []


@pytest.mark.parametrize("wrong,words", [
    ([], "needs URL"), ([["URL", "http://am.example.org"]], "expected https://"),
    ([["URL", "http://localhost"], ["Label", "a-b", "c"]], "letters, digits"),
    ([["URL", "http://localhost"], ["Label", "a"]], "a name and a value"),
    ([["URL", "http://localhost"], ["Username", "u"]], "belong together")])
def test_mistakes_are_named(wrong, words):
    got = probe("alertmanager", wrong)
    assert got.code == 1 and words in " ".join(got.errors), got.text
