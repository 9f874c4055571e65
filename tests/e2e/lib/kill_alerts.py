# SPDX-License-Identifier: MIT
"""Kills collectd (SIGKILL) at random moments while alerts open and recover and
the providers of all kinds of channel are slow, away, or take a message without
an answer; then lets everything settle and counts, for each channel:

  told       episodes it heard of
  unclosed   heard of and never closed (must be 0)
  unheard    recorded here and never heard of there (0)
  unasked    closed there without having been heard of (0; a receiver that
             keeps incidents is told so where an opening may have arrived:
             at most once for each kill and each silence)
  repeated   messages that arrived again: at most one for each kill, and one
             for each answer that was held back (lost)
  disorder   an opening behind its end (0)
  changed    repeats under another idempotency key or Message-ID (0)
  faults     what the strict mock refused (0)
  ringing    emergencies that nobody cancelled (0)

    kill_alerts.py [--kills N] [--seed N] [--json]

Several of these run side by side in test_kill.py."""

import argparse
import collections
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time

import clock
from alerting import SLOWNESS, Collectd
from channels import secret_file
from collectd import BUILD
from mocks.pki import Pki
from mocks.pushover import Pushover
from mocks.slack import SlackBot, SlackWebhook
from mocks.smtp import Letter, Smtp
from mocks.web import CloseAfterBody, Reply
from mocks.webhook import Webhook

TOKEN, USER = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh"
BOT, PASSWORD, HMAC = "xoxb-0-secret-bot-token", "smtp-secret", "hmac-secret"
PLUGS = [f"Plug {i}" for i in range(30)]
# what a provider is like during one life of the daemon
MOODS = ("ok", "ok", "slow", "slow", "slow", "down", "silent", "lost")
# every message carries which episode it is of and why it was sent
LINK = re.compile(r"https://kasa\.example\.org/e/([0-9a-f]{32}-\d+)/(\w+)")
OPENS, ENDS = ("opened", "worse"), ("recovered", "missed", "closed")

OPTIONS = """
  RecoverAfter 0
  StartupGrace 600
  Repeat never
  MinLevel info
  DashboardURL "https://kasa.example.org/e/%{{episode}}/%{{reason}}"
  <Channel email "mail">
    Server "localhost"
    Port {mail.port}
    Username "me"
    PasswordFile "{password}"
    From "Smart plugs <collectd@example.org>"
    To "me@example.org"
    CAFile "{ca}"
    RateLimit never
  </Channel>
  <Channel pushover "phone">
    TokenFile "{token}"
    UserFile "{user}"
    BaseURL "{phone.url}"
    EmergencyFrom critical
    CAFile "{ca}"
    RateLimit never
  </Channel>
  <Channel slack "team">
    {slack}
    CAFile "{ca}"
    RateLimit never
  </Channel>
  <Channel webhook "hub">
    URLFile "{url}"
    HMACSecretFile "{hmac}"
    CAFile "{ca}"
  </Channel>
"""


class Shaky:
    """Makes a strict mock moody. What it takes is in .taken, as (episode,
    reason, key) in the order of arrival; .lost counts held back answers."""

    mood, lost, silences = "ok", 0, 0

    def moody(self, rng):
        self.rng, self.taken = random.Random(rng.random()), []
        return self

    def nap(self):
        if self.mood == "slow":
            time.sleep(self.rng.uniform(0, 0.06))

    def judge(self, request):
        self.nap()
        if self.mood == "down":
            return Reply(503, "later")
        if self.mood == "silent":
            self.silences += 1
            return CloseAfterBody()
        before = len(self.sent)
        answer = super().judge(request)
        for message in self.sent[before:]:
            self.taken.append(self.identity(message, request))
        self.nap()
        if self.mood == "lost" and len(self.sent) > before:
            self.lost += 1
            return CloseAfterBody()
        return answer


class Phone(Shaky, Pushover):
    def identity(self, form, _request):
        return (*LINK.fullmatch(form["url"]).groups(), None)

    def ringing(self):
        return sorted(set(self.receipts) - set(self.cancelled))


class Team(Shaky, SlackWebhook):
    def identity(self, post, _request):
        link = post["attachments"][0]["title_link"]
        return (*LINK.fullmatch(link).groups(), None)


class BotTeam(Shaky, SlackBot):
    identity = Team.identity


class Hub(Shaky, Webhook):
    def identity(self, body, request):
        reason = {"firing": "opened", "resolved": "recovered"}.get(
            body["event"], body["event"])
        return (body["alert"]["episode"], reason,
                request.header("Idempotency-Key"))


class Mail(Smtp):
    """The same for SMTP: replies are asked for by phase."""

    mood, lost, silences = "ok", 0, 0

    def __init__(self, rng, **more):
        super().__init__(**more)
        self.rng, self.replies = random.Random(rng.random()), self

    def get(self, phase, otherwise=None):
        if phase == "greeting" and self.mood == "down":
            return "421 4.3.2 later"
        if phase == "DATA" and self.mood == "silent":
            return "drop"
        if phase in ("DATA", "final") and self.mood == "slow":
            time.sleep(self.rng.uniform(0, 0.06))
        if phase == "final" and self.mood == "lost":
            self.lost += 1
            return "drop"
        return otherwise

    @property
    def taken(self):
        out = []
        for mail in self.mails:
            letter = Letter(mail["data"])
            self.faults += letter.faults
            out.append((*LINK.search(letter.text).groups(),
                        letter["Message-ID"]))
        return out


class Providers:
    def __init__(self, rng, bot, folder):
        pki = Pki(os.path.join(folder, "pki"))
        pem = pki.pem("good")
        self.mail = Mail(rng, pem=pem, auth=("me", PASSWORD))
        self.phone = Phone(token=TOKEN, user=USER, pem=pem).moody(rng)
        self.team = (BotTeam(token=BOT, pem=pem) if bot
                     else Team(pem=pem)).moody(rng)
        self.hub = Hub(secret=HMAC, pem=pem).moody(rng)
        self.all = {"mail": self.mail, "phone": self.phone, "team": self.team,
                    "hub": self.hub}
        self._folder, self._ca, self._bot = folder, pki.ca, bot

    def _file(self, name, text):
        import pathlib
        return secret_file(pathlib.Path(self._folder), name, text)

    @property
    def options(self):
        if self._bot:
            slack = (f'BotTokenFile "{self._file("bot", BOT)}"\n'
                     f'    ChannelID "C0123456789"\n'
                     f'    BaseURL "{self.team.url}"')
        else:
            url = self._file("slack", self.team.url + self.team.path)
            slack = f'WebhookURLFile "{url}"'
        return OPTIONS.format(
            mail=self.mail, phone=self.phone, ca=self._ca, slack=slack,
            password=self._file("smtp", PASSWORD), user=self._file("user", USER),
            token=self._file("token", TOKEN), hmac=self._file("hmac", HMAC),
            url=self._file("url", self.hub.url + self.hub.path))

    def __enter__(self):
        for one in self.all.values():
            one.__enter__()
        return self

    def __exit__(self, *_):
        for one in self.all.values():
            one.__exit__()


# -- the lives of a daemon


def one_life(c, rng, bad, providers):
    """Opens and recovers alerts until the moment it is killed."""
    for name, one in providers.all.items():
        one.mood = rng.choice(MOODS)
        if one.mood in ("ok", "slow", "lost"):  # no waiting for what was before
            c.ask(command="enable", channel=name)
    end = time.time() + rng.uniform(0, 0.4)
    # collectd's own state is volatile: it says of every series how it is
    for plug in PLUGS:
        c.notify_range(plug, plug in bad)
    while time.time() < end:
        plug = rng.choice(PLUGS)
        bad ^= {plug}
        c.notify_range(plug, plug in bad)
        time.sleep(rng.uniform(0, 0.02))
    c.kill()
    if rng.random() < 0.1:  # and again before it stands
        c.start(wait=False)
        time.sleep(rng.uniform(0, 0.15))
        c.kill()
    c.start()


def firing(c):
    return {a["device"] for a in c.ask(command="list")["alerts"]
            if a["state"] == "firing" and a["plugin"] == "kasa"}


def wrong_ones(c, bad, seconds=30):
    """Alerts that fire and should not, or the other way round."""
    clock.until(lambda: firing(c) == bad, seconds * SLOWNESS)
    return firing(c) ^ bad


def settle(c, providers, seconds):
    """Waits until nothing is queued; how many rows and alerts are left."""
    left = -1
    for one in providers.all.values():
        one.mood = "ok"
    end = time.time() + seconds * SLOWNESS
    while time.time() < end and left != 0:
        for name in providers.all:
            c.ask(command="enable", channel=name)
        time.sleep(0.3)
        rows = c.ask(command="queue")["rows"]
        left = len([r for r in rows if r["state"] in ("queued", "sending")])
        left += len(c.ask(command="list")["alerts"])
    return left


# -- what came of it


def recorded(base):
    """Episodes that were opened, by the daemon's own books."""
    db = sqlite3.connect(f"file:{base}/state/alerts.db?mode=ro", uri=True)
    with db:
        return {row[0] for row in db.execute(
            "SELECT episode FROM alert WHERE state >= 3 AND id IN"
            " (SELECT alert_id FROM history WHERE what='opened')")}


def count(name, one, episodes, kills):
    """The numbers of one channel, and those of them that are wrong."""
    opened, closed, disorder = set(), set(), 0
    times, keys = collections.Counter(), collections.defaultdict(set)
    for episode, reason, key in one.taken:
        times[episode, reason] += 1
        keys[episode, reason].add(key)
        if reason in OPENS:
            disorder += episode in closed
            opened.add(episode)
        elif reason in ENDS:
            closed.add(episode)
    alone = {e for e, reason in times if reason == "missed"}
    n = {"told": len(opened | closed), "messages": len(one.taken),
         "unclosed": len(opened - closed),
         # a receiver that keeps incidents hears nothing of what came and went
         # unheard
         "unheard": 0 if name == "hub" else len(episodes - opened - closed),
         "unasked": len(closed - opened - alone),
         "repeated": sum(n - 1 for n in times.values()), "lost": one.lost,
         "disorder": disorder,
         "changed": sum(len(k) - 1 for k in keys.values()),
         "faults": len(one.faults),
         "ringing": len(one.ringing()) if name == "phone" else 0}
    wrong = {k: n[k] for k in ("unclosed", "unheard", "unasked", "disorder",
                               "changed", "faults", "ringing") if n[k]}
    if one.faults:
        wrong["faults"] = one.faults[:5]
    if n["repeated"] > kills + one.lost:
        wrong["repeated"] = n["repeated"]
    if name == "hub" and n["unasked"] <= kills + one.silences:
        wrong.pop("unasked", None)
    if n["told"] == 0:
        wrong["told"] = 0
    return n, wrong


def trial(kills, seed):
    """{"kills", "wrong": alerts in a wrong state, "left" in the queue,
    "channels": {name: numbers}, "complaints": [text]}"""
    rng = random.Random(seed)
    bad = set()
    os.environ["NOTIFY_KASA"] = os.path.abspath(BUILD + "/.libs")
    with tempfile.TemporaryDirectory() as folder, \
            Providers(rng, seed % 2 == 0, folder) as providers, \
            Collectd(providers.options, channels=(), thresholds="") as c:
        for _ in range(kills):
            one_life(c, rng, bad, providers)
        for plug in PLUGS:
            c.notify_range(plug, plug in bad)
        wrong = sorted(wrong_ones(c, bad))
        for plug in PLUGS:
            c.notify_range(plug, False)
        left = settle(c, providers, 120)
        c.stop()
        episodes = recorded(c.base)
        channels, complaints = {}, []
        for name, one in providers.all.items():
            channels[name], bads = count(name, one, episodes, kills)
            complaints += [f"{name}: {k} {v}" for k, v in bads.items()]
    if wrong:
        complaints.append(f"in a wrong state: {wrong}")
    if left:
        complaints.append(f"{left} messages and alerts never settled")
    return {"kills": kills, "seed": seed, "episodes": len(episodes),
            "left": left, "channels": channels, "complaints": complaints}


def table(results):
    """The counts of several trials, added up, for people."""
    names = list(results[0]["channels"])
    kinds = list(results[0]["channels"][names[0]])
    sums = {name: {kind: sum(r["channels"][name][kind] for r in results)
                   for kind in kinds} for name in names}
    lines = [f"{sum(r['kills'] for r in results)} kills, "
             f"{sum(r['episodes'] for r in results)} episodes",
             "        " + "".join(f"{kind:>10}" for kind in kinds)]
    lines += [f"{name:8}" + "".join(f"{sums[name][kind]:>10}"
                                    for kind in kinds) for name in names]
    lines += [f"seed {r['seed']}: {text}" for r in results
              for text in r["complaints"]]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = trial(options.kills, options.seed)
    print(json.dumps(result) if options.json else table([result]))
    return 1 if result["complaints"] else 0


if __name__ == "__main__":
    sys.exit(main())
