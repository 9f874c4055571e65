# SPDX-License-Identifier: MIT
"""Every kind of channel side by side in one collectd, each against its strict
mock: what each heard, when, and under which handle."""

import datetime
import json
import os
import re
import stat
import time
import urllib.parse

import channel_kinds
from channel_kinds import Channel
from mocks.smtp import Letter, Smtp
from mocks.webhook import Webhook

KINDS = [*channel_kinds.KINDS, "email", "exec"]

# What a program of one's own does with an alert: notes it as one line of JSON,
# and ends as the first line of the script says.
PROGRAM = """#!/bin/sh
cd "%s" || exit 1
act=$(head -n 1 script 2>/dev/null)
[ -n "$act" ] && sed -i 1d script
body=$(cat)
printf '{"at":%%s,"act":"%%s","body":%%s}\\n' "$(date +%%s.%%N)" "$act" "$body" >> told
[ "$act" = hang ] && exec sleep 60
exit "${act:-0}"
"""


class Said:
    """One attempt to say something to a service."""

    def __init__(self, at, taken, words, handle=None, end=False, size=0, where=""):
        self.at = at
        self.taken = taken    # the service said that it has it
        self.words = words    # all of it, readable
        self.handle = handle  # what tells the service that it is the same again
        self.end = end        # of the alert; else its beginning
        self.size = size
        self.where = where

    def __repr__(self):
        return "%s%s at %.1f" % ("end" if self.end else "begin", "" if self.taken else " refused", self.at)


def conf(kind, name, options):
    """A block as it stands in a collectd.conf."""
    def word(value):
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, int) else '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')

    lines = ["    %s %s\n" % (option, " ".join(word(v) for v in values)) for option, *values in options]
    return '  <Channel %s "%s">\n%s  </Channel>\n' % (kind, name, "".join(lines))


def _json(request):
    return json.loads(request.body.decode())


def _moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


# How to tell that an alert is over, where no words do.
ENDS = {
    "webhook": lambda r: _json(r)["event"] == "resolved",
    "pagerduty": lambda r: _json(r)["event_action"] == "resolve",
    "opsgenie": lambda r: "/close?" in r.target,
    "alertmanager": lambda r: all(_moment(a["endsAt"]) <= r.at + 1 for a in _json(r)),
}
# What tells the service that it is the same message, or the same incident, again.
HANDLES = {
    "webhook": lambda r: r.header("Idempotency-Key"),
    "matrix": lambda r: r.target.rpartition("/")[2],
    "pagerduty": lambda r: _json(r)["dedup_key"],
    "opsgenie": lambda r: urllib.parse.unquote(r.target.split("/")[3]) if "?" in r.target else _json(r)["alias"],
    "ntfy": lambda r: _json(r).get("sequence_id"),
    "alertmanager": lambda r: json.dumps([a["labels"] for a in _json(r)], sort_keys=True),
}
SAYS = {"pushover": r"/1/messages\.json", "telegram": r"/bot.*/sendMessage"}  # of all its requests


class Web:
    """A service that is spoken to by HTTP."""

    def __init__(self, kind):
        self.kind = kind
        self.channel = Channel(kind)
        self.mock = self.channel.mock

    def block(self, more):
        kind = "slack" if self.kind == "slackbot" else self.kind
        return conf(kind, self.kind, self.channel.options() + more)

    def play(self, acts):
        self.mock.script = list(acts)

    @property
    def faults(self):
        return self.mock.faults

    def _said(self, r):
        words = urllib.parse.unquote_plus(r.body.decode("utf-8", "replace"))
        end = ENDS[self.kind](r) if self.kind in ENDS else "OK:" in words
        return Said(r.at, r.taken, words, HANDLES[self.kind](r) if self.kind in HANDLES else None, end, len(r.body), r.target)

    def said(self):
        out = []
        for r in list(self.mock.requests):
            if r.method != "GET" and re.fullmatch(SAYS.get(self.kind, ".*"), r.path):
                out.append(self._said(r))
        if self.kind == "alertmanager":  # which is told again and again: the first of each counts
            out = [s for n, s in enumerate(out) if not any(
                o.taken and (o.handle, o.end) == (s.handle, s.end) for o in out[:n])]
        return out

    def __enter__(self):
        self.mock.__enter__()
        return self

    def __exit__(self, *_):
        self.mock.__exit__()


class Mail:
    """A mail server; its acts are a pair of a phase and what it answers there."""

    kind = "email"

    def __init__(self):
        self.mock = Smtp()

    def block(self, more):
        return conf("email", self.kind, [["Server", "localhost"], ["Port", self.mock.port], ["TLS", "none"],
                                         ["From", "collectd@example.org"], ["To", "me@example.org"], *more])

    def play(self, acts):
        self.mock.replies = {}
        for phase, text in acts:
            self.mock.replies.setdefault(phase, []).append(text)

    @property
    def faults(self):
        return self.mock.faults + [f for m in list(self.mock.mails) for f in Letter(m["data"]).faults]

    def said(self):
        """A try that was refused before the mail is one of which nothing is known."""
        out, mails = [], list(self.mock.mails)
        tries = list(self.mock.tries)
        for at in tries[:len(tries) - len(mails)]:
            out.append(Said(at, False, "", None))
        for at, mail in zip(tries[len(tries) - len(mails):], mails):
            letter = Letter(mail["data"])
            out.append(Said(at, mail.get("taken", False), letter["Subject"] + letter.text, letter["Message-ID"],
                            letter["Subject"].startswith("[OK]"), len(mail["data"])))
        return out

    def __enter__(self):
        self.mock.__enter__()
        return self

    def __exit__(self, *_):
        self.mock.__exit__()


class Program:
    """A program of one's own; its acts are exit statuses, or "hang"."""

    kind = "exec"

    def __init__(self, folder):
        self.folder = str(folder)
        self.path = os.path.join(self.folder, "tell")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(PROGRAM % self.folder)
        os.chmod(self.path, stat.S_IRWXU)
        self.faults = []

    def block(self, more):
        return conf("exec", self.kind, [["Program", self.path], *more])

    def play(self, acts):
        with open(os.path.join(self.folder, "script"), "w", encoding="utf-8") as file:
            file.write("".join("%s\n" % act for act in acts))

    def said(self):
        out = []
        try:
            with open(os.path.join(self.folder, "told"), encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return out
        for one in map(json.loads, lines):
            body = one["body"]
            out.append(Said(one["at"], one["act"] in ("", "0"), json.dumps(body, ensure_ascii=False), body["delivery_id"],
                            body["event"] == "resolved"))
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class All:
    """One of each kind, and a hub beside them that stands in for all."""

    def __init__(self, folder):
        self.peers = {kind: Web(kind) for kind in channel_kinds.KINDS}
        self.peers["email"] = Mail()
        self.peers["exec"] = Program(folder)
        self.hub = Webhook()

    def options(self, more=(), timeout=None, extra=""):
        own = [["RateLimit", "never"], *more]
        limit = [] if timeout is None else [["Timeout", timeout]]
        return ("  MinLevel info\n  RecoverAfter 0\n  StartupGrace 5\n" + extra
                + "".join(peer.block(own + limit) for peer in self.peers.values())
                + conf("webhook", "hub", [["URL", self.hub.url + self.hub.path], ["MinLevel", "emergency"]]))

    def __enter__(self):
        for peer in [*self.peers.values(), self.hub]:
            peer.__enter__()
        return self

    def __exit__(self, *_):
        for peer in [*self.peers.values(), self.hub]:
            peer.__exit__()

    def wait(self, condition, what, collectd, seconds=240):
        """Until condition(peer) holds for all; who it does not hold for."""
        end = time.monotonic() + seconds
        while lacking := [kind for kind, peer in self.peers.items() if not condition(peer)]:
            if time.monotonic() > end:
                return {kind: "never %s: %s" % (what, self.peers[kind].said()) for kind in lacking}
            status = collectd.process.poll()
            assert status is None, "collectd ended with %s\n%s" % (status, collectd.log())
            time.sleep(0.2)
        return {}


def about(said, word):
    """What has the word in it, or a handle in common with what has."""
    handles = {s.handle for s in said if s.handle and word in s.words}
    return [s for s in said if word in s.words or s.handle in handles]


def count(said, end, word=""):
    """Messages that arrived, of beginnings or ends."""
    return sum(s.taken and s.end == end for s in about(said, word))
