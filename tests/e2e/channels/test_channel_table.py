# SPDX-License-Identifier: MIT
"""A table: every kind of channel, times every trouble a service can make, all of
it in a real collectd with the real plugin against strict mocks.

Each trouble has a daemon of its own with one channel of each kind; all of them
run side by side, as nearly all of it is waiting. What became of one channel in
one trouble is one test."""

import collections
import concurrent.futures
import os
import time

import pytest

import alerting
from collectd import SLOWNESS
from every_channel import KINDS, All, count
from channels import BUILD
from mocks.web import Hang, Reply

pytestmark = [pytest.mark.takes(95)]

WAIT = 7  # s that a service asks for

# -- what services say, in their own words ----------------------------------------

TOO_MANY = {
    "pushover": '{"status":0,"errors":["application is over its quota"],"request":"%s"}' % ("r" * 36),
    "slack": '{"ok":false,"error":"rate_limited","retry_after":%d}' % WAIT,
    "slackbot": '{"ok":false,"error":"ratelimited"}',
    "discord": '{"message":"You are being rate limited.","retry_after":%.1f,"global":false}' % WAIT,
    "ntfy": '{"code":42901,"http":429,"error":"limit reached: too many requests"}',
    "telegram": '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":%d}}' % WAIT,
    "matrix": '{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":%d}' % (1000 * WAIT),
    "pagerduty": '{"status":"throttle exceeded","message":"Requests for this service are arriving too quickly"}',
    "opsgenie": '{"message":"You are making too many requests!","took":0.1,"requestId":"r"}',
    "twilio": '{"code":20429,"message":"Too many requests","status":429}',
}
BODY_SAYS_HOW_LONG = ("slack", "discord", "telegram", "matrix")
NOT_THIS = {
    "pushover": Reply(400, '{"status":0,"errors":["message is no good"],"request":"%s"}' % ("r" * 36)),
    "slack": Reply(400, "invalid_payload"),
    "slackbot": Reply(200, '{"ok":false,"error":"invalid_blocks"}'),
    "discord": Reply(400, '{"message":"Invalid Form Body","code":50035}'),
    "telegram": Reply(400, '{"ok":false,"error_code":400,"description":"Bad Request: no"}'),
    "matrix": Reply(400, '{"errcode":"M_BAD_JSON","error":"no"}'),
    "pagerduty": Reply(400, '{"status":"invalid event","message":"Event object is invalid","errors":["no"]}'),
    "opsgenie": Reply(422, '{"message":"Request body is not processable","took":0.1,"requestId":"r"}'),
    "twilio": Reply(400, '{"code":21610,"message":"recipient opted out","status":400}'),
    "email": ("final", "554 5.6.0 content rejected"),
    "exec": "1",
}
NOT_YOU = {
    "pushover": Reply(400, '{"token":"invalid","errors":["application token is invalid"],"status":0,"request":"r"}'),
    "slack": Reply(404, "no_service"),
    "slackbot": Reply(200, '{"ok":false,"error":"invalid_auth"}'),
    "discord": Reply(404, '{"message":"Unknown Webhook","code":10015}'),
    "teams": Reply(404, "no such webhook"),
    "telegram": Reply(401, '{"ok":false,"error_code":401,"description":"Unauthorized"}'),
    "matrix": Reply(401, '{"errcode":"M_UNKNOWN_TOKEN","error":"Unknown token"}'),
    "ntfy": Reply(401, '{"code":40101,"http":401,"error":"unauthorized"}'),
    "pagerduty": Reply(400, '{"status":"invalid event","message":"no","errors":["\'routing_key\' is invalid"]}'),
    "twilio": Reply(401, '{"code":20003,"message":"Authenticate","status":401}'),
    "email": ("MAIL", "550 5.7.1 sender rejected"),
    "exec": "77",
}


def too_many(kind, headers=()):
    if kind == "email":
        return ("MAIL", "421 4.7.0 too many messages")
    return "75" if kind == "exec" else Reply(429, TOO_MANY.get(kind, "slow down"), headers)


def broken(kind, status):
    if kind == "email":
        return ("final", "421 4.3.0 trouble here")
    return "69" if kind == "exec" else Reply(status, "<html>trouble here</html>", kind="text/html")


def silent(kind):
    return {"email": ("final", "hang"), "exec": "hang"}.get(kind, Hang())


# -- how long each is left alone, in seconds --------------------------------------

BACKOFF = 4  # 5 s, a fifth of it by chance
AFTER_429 = {"pushover": 5, "webhook": 5, "ntfy": 5, "gotify": 5, "twilio": 5, "alertmanager": 5, "pagerduty": 30,
             "opsgenie": 60, "teams": 60, "email": 60, "exec": 30}
AFTER_500 = {**AFTER_429, "opsgenie": 5, "teams": 30, "slack": 30, "slackbot": 30, "discord": 5, "telegram": 5, "matrix": 5}
IN_DOUBT = {"email": 60}
LOOKED_FOR = ("twilio",)  # in doubt it waits ten minutes, and asks before it sends again

# -- the troubles -----------------------------------------------------------------

Trouble = collections.namedtuple("Trouble", "acts least")


def many(kind):
    return max(WAIT if kind in BODY_SAYS_HOW_LONG else BACKOFF, AFTER_429.get(kind, 0))


PASSING = {
    "nothing": Trouble(lambda kind: [], lambda kind: 0),
    "429 and how long": Trouble(lambda kind: [too_many(kind, [("Retry-After", str(WAIT))])],
                                lambda kind: WAIT if kind == "teams" else max(many(kind), 0 if kind in ("email", "exec") else WAIT)),
    "429": Trouble(lambda kind: [too_many(kind)], many),
    "5xx twice": Trouble(lambda kind: [broken(kind, 500)] + ([] if kind == "email" else [broken(kind, 503)]),
                         lambda kind: AFTER_500.get(kind, BACKOFF)),
    "no answer": Trouble(lambda kind: [silent(kind)], lambda kind: IN_DOUBT.get(kind, 30)),
}
CASES = [*PASSING, "acknowledged", "too large", "hostile text", "killed in mid-air", "stopped in mid-air", "message refused", "channel refused"]
SECONDS = 10  # that a service is waited for where it does not answer

Played = collections.namedtuple("Played", "wrong said faults log more")


class Story:
    """One trouble, told to all channels at once."""

    def __init__(self, case, folder):
        self.case = case
        self.folder = folder
        self.wrong = {}
        self.more = {}

    def wait(self, condition, what):
        for kind, why in self.all.wait(condition, what, self.c).items():
            self.wrong.setdefault(kind, why)

    def bad(self, plug="plug-1f3a"):
        self.c.put(plug, "power", 1900)

    def good(self, plug="plug-1f3a"):
        self.c.put(plug, "power", 96, time.time() + 1)

    def begins(self, number=1, word=""):
        self.wait(lambda p: count(p.said(), False, word) >= number, "told of the beginning")

    def ends(self, number=1, word=""):
        self.wait(lambda p: count(p.said(), True, word) >= number, "told of the end")

    def play(self, acts):
        for kind, peer in self.all.peers.items():
            peer.play(acts(kind))

    def options(self):
        if self.case == "too large":
            return {"extra": '  <Route "all">\n    Text "%s"\n  </Route>\n' % ("a long and winding text, " * 300)}
        if self.case == "hostile text":
            return {"extra": "".join('  <Device "plug-%d">\n    Alias "%s"\n  </Device>\n' % (
                n, name.replace("\\", "\\\\").replace('"', '\\"')) for n, name in enumerate(HOSTILE))}
        if self.case == "no answer":
            return {"timeout": int(SECONDS * SLOWNESS)}
        if self.case == "message refused":
            return {"more": [["Fallback", "hub"]]}
        return {}

    def run(self):
        with All(self.folder) as self.all, alerting.Collectd(self.all.options(**self.options()), channels=()) as self.c:
            act = STORIES.get(self.case, passing)
            act(self)
            self.more["stopping"] = self.c.stop()
            return Played(self.wrong, {k: p.said() for k, p in self.all.peers.items()},
                          {k: list(p.faults) for k, p in self.all.peers.items()}, self.c.log(), self.more)


def passing(s):
    s.play(PASSING[s.case].acts)
    s.bad()
    if s.case == "no answer":
        s.wait(lambda p: p.kind in LOOKED_FOR or count(p.said(), False) >= 1, "told of the beginning")
        s.more["queue"] = {row["channel"]: row for row in s.c.ask(command="queue")["rows"] if row["state"] == "queued"}
        s.more["now"] = s.c.ask(command="queue")["now"]
        s.c.ask(command="retry", id=s.more["queue"]["twilio"]["id"])
        alerting.until(lambda: s.c.ask(command="status")["channels"][KINDS.index("twilio")]["sent"] >= 1, s.c)
    else:
        s.begins()
    s.good()
    s.ends()


def too_large(s):
    s.play(lambda kind: [] if kind in ("email", "exec") else [Reply(413, "too large")])
    s.bad()
    s.begins()
    s.good()
    s.ends()


HOSTILE = ["<!channel> & <@U1> *b* _i_ `c` @everyone <@&1> ||x|| [l](http://x) ~~s~~",
           "</b></pre><script>alert(1)</script>&#60;\" onload=\"x' OR 1=1 -- \\ %s%n $(id) `id` ${x}",
           "\u202eevil\u202c \u200b\ufeff\u2028 K\u00fcche \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301\u0488 \u0627\u0644\u062b",
           "{\"a\":[%{device}]} %{if x} ]] ?> <!-- =?utf-8?B?eA==?= .\\r\\n. To: x@example.org"]


def hostile(s):
    for n in range(len(HOSTILE)):
        s.bad("plug-%d" % n)
    s.begins(len(HOSTILE))
    said = HOSTILE[1].replace("\\", "\\\\").replace('"', '\\"') + " " + HOSTILE[2]
    s.c.notify("failure", said, host="tester", plugin="logs", type="x")
    s.begins(len(HOSTILE) + 1)
    for n in range(len(HOSTILE)):
        s.good("plug-%d" % n)
    s.c.notify("okay", said, host="tester", plugin="logs", type="x")
    s.ends(len(HOSTILE) + 1)


def mid_air(s):
    """The daemon goes while all services have the message and say nothing."""
    s.play(lambda kind: [silent(kind)])
    s.bad()
    s.wait(lambda p: any(one.words for one in p.said()), "asked")
    if s.case.startswith("killed"):
        s.c.kill()
    else:
        s.more["stop"] = s.c.stop()
    s.c.start()
    s.bad()
    s.wait(lambda p: p.kind in LOOKED_FOR or count(p.said(), False) >= 1, "told of the beginning")
    s.good()
    s.wait(lambda p: p.kind in LOOKED_FOR or count(p.said(), True) >= 1, "told of the end")


def status(s):
    return {c["name"]: c for c in s.c.ask(command="status")["channels"]}


def message_refused(s):
    """One message is not taken: the hub stands in, the channel goes on."""
    s.play(lambda kind: [NOT_THIS.get(kind, Reply(400, "no"))])
    s.bad()
    alerting.until(lambda: all(status(s)[k]["failed"] >= 1 for k in KINDS), s.c, 60)
    alerting.until(lambda: s.all.hub.sent, s.c)
    s.bad("heater")
    s.begins(1, "eater")
    s.good("heater")
    s.ends(1, "eater")
    s.good()
    alerting.until(lambda: len(s.all.hub.sent) >= 2, s.c)
    s.more["hub"] = [(m["event"], m["alert"]["device"]) for m in s.all.hub.sent]


def channel_refused(s):
    """Nothing is taken until somebody has set it right and says so."""
    s.play(lambda kind: [NOT_YOU.get(kind, Reply(401, "no"))] * 20)
    s.bad()
    alerting.until(lambda: all("stopped" in status(s)[k] for k in KINDS), s.c, 120)
    s.more["tries"] = {k: len(p.said()) for k, p in s.all.peers.items()}
    s.play(lambda kind: [])
    for kind in KINDS:
        assert s.c.ask(command="enable", channel=kind)["ok"]
    s.begins(1, "plug-1f3a")
    s.good()
    s.ends(1, "plug-1f3a")


def acknowledged(s):
    """That it is seen to is no end of it."""
    s.play(lambda kind: [])
    s.bad()
    s.begins()
    assert s.c.ask(command="ack", id=s.c.ask(command="list")["alerts"][0]["id"])["ok"]
    s.wait(lambda p: p.kind not in ACKNOWLEDGES or any(ACKNOWLEDGES[p.kind](one) for one in p.said()), "told that it is seen to")
    alerting.until(lambda: not any(c["queued"] for c in status(s).values()), s.c)
    s.more["over"] = {kind: count(p.said(), True) for kind, p in s.all.peers.items()}
    s.good()
    s.ends()


# Where an acknowledgement changes something, and how it shows.
ACKNOWLEDGES = {
    "webhook": lambda one: '"event":"acknowledged"' in one.words.replace(" ", ""),
    "exec": lambda one: '"event":"acknowledged"' in one.words.replace(" ", ""),
    "pagerduty": lambda one: '"acknowledge"' in one.words,
    "opsgenie": lambda one: "/acknowledge?" in one.where,
}
STORIES = {"acknowledged": acknowledged, "too large": too_large, "hostile text": hostile, "killed in mid-air": mid_air, "stopped in mid-air": mid_air,
           "message refused": message_refused, "channel refused": channel_refused}


@pytest.fixture(name="played", scope="module")
def _played(request, tmp_path_factory):
    """What came of each trouble: those of the tests that were asked for, all at once."""
    asked = {item.callspec.params["case"] for item in request.session.items
             if getattr(item, "callspec", None) and item.fspath == request.fspath}
    before = os.environ.get("NOTIFY_KASA")
    os.environ["NOTIFY_KASA"] = os.path.abspath(BUILD / ".libs")
    try:
        with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
            stories = {case: pool.submit(Story(case, tmp_path_factory.mktemp("program")).run) for case in CASES if case in asked}
        yield stories
    finally:
        if before is None:
            del os.environ["NOTIFY_KASA"]
        else:
            os.environ["NOTIFY_KASA"] = before


def gaps(said):
    return [b.at - a.at for a, b in zip(said, said[1:])]


def check_passing(case, kind, played, begins):
    trouble = PASSING[case]
    acts = len(trouble.acts(kind))
    if case == "no answer" and kind in LOOKED_FOR:
        row = played.more["queue"][kind]
        assert row["not_before"] - played.more["now"] > 500000 - 1000 * 100 * SLOWNESS and "may have arrived" in row["last_error"]
        assert len(begins) == 1  # it was found there
        return
    assert len(begins) == acts + 1, "one after each refusal, and no more"
    assert all(gap >= trouble.least(kind) for gap in gaps(begins)), gaps(begins)


def check_too_large(_case, kind, played, begins):
    if kind in ("email", "exec"):
        assert len(begins) == 1 and "winding" in begins[0].words
    else:
        assert len(begins) == 2 and begins[1].size <= begins[0].size


def check_hostile(_case, kind, _played, begins):
    assert len(begins) == len(HOSTILE) + 1


def check_mid_air(_case, kind, played, begins):
    assert played.more.get("stop", 0) < 5 * SLOWNESS
    if kind not in LOOKED_FOR:
        assert len(begins) == 2, "once more, as nobody can know, and only once"


def check_message_refused(_case, kind, played, begins):
    firing = [d for event, d in played.more["hub"] if event == "firing"]
    assert firing == ["plug-1f3a"], "the hub hears of it once, whoever else did not take it"
    assert ("resolved", "plug-1f3a") in played.more["hub"], "and hears the end"
    assert ("resolved", "heater") not in played.more["hub"]


def check_channel_refused(_case, kind, played, begins):
    assert 1 <= played.more["tries"][kind] <= 3
    assert count(begins, False, "plug-1f3a") == 1


def check_acknowledged(_case, kind, played, _begins):
    assert played.more["over"][kind] == 0, "nothing says that it is over"


CHECKS = {"acknowledged": check_acknowledged, "too large": check_too_large, "hostile text": check_hostile, "killed in mid-air": check_mid_air,
          "stopped in mid-air": check_mid_air, "message refused": check_message_refused,
          "channel refused": check_channel_refused}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_an_alert(played, case, kind):
    result = played[case].result()
    said, log = result.said[kind], [line for line in result.log.splitlines() if '"%s"' % kind in line]
    assert kind not in result.wrong, "\n".join([result.wrong[kind], *log])
    assert result.faults[kind] == [], said
    begins, ends = [s for s in said if not s.end], [s for s in said if s.end]
    CHECKS.get(case, check_passing)(case, kind, result, begins)
    known = [s for s in begins if s.handle is not None]
    if case not in ("acknowledged", "hostile text", "message refused", "channel refused"):  # which are about several
        assert len({s.handle for s in known}) <= 1, "one handle for all attempts: %s" % known
        assert kind in LOOKED_FOR or len(ends) == 1, ends
    elif case == "acknowledged":
        assert len(ends) == 1, ends
    assert result.more["stopping"] < 5 * SLOWNESS
