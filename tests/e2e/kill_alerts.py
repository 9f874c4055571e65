"""Kills collectd (SIGKILL) at random moments while alerts open and recover
and providers fail or are slow; then lets everything settle and counts, per
channel: episodes it was told of that were never closed (must be 0), alerts
lost (0), and messages told twice (at most one per kill).

    NOTIFY_KASA=... python3 kill_alerts.py [kills] [seed]
"""

import collections
import random
import sys
import time

from alerting import SLOWNESS, Collectd

CHANNELS = ("mail", "team", "pager")
PLUGS = [f"Plug {i}" for i in range(40)]
MODES = ("ok", "ok", "slow", "slow", "retry", "ambiguous")
OPTIONS = ('  RecoverAfter 0\n  StartupGrace 600\n  <Route "all">\n'
           '    Channel "mail" "team" "pager"\n    Repeat never\n'
           '  </Route>\n')


def settle(c, seconds):
    """Waits until nothing is queued; how many rows are left."""
    left = -1
    for name in CHANNELS:
        c.mode(name, "ok")
    end = time.time() + seconds
    while time.time() < end:
        for name in CHANNELS:
            c.ask(command="enable", channel=name)
        rows = c.ask(command="queue")["rows"]
        left = len([r for r in rows if r["state"] in ("queued", "sending")])
        still = len(c.ask(command="list")["alerts"])
        if left == 0 and still == 0:
            break
        time.sleep(2)
    return left


def count(c, name):
    """What the channel saw: (told, unclosed, repeated, out of order)."""
    opened, closed, ids = {}, collections.Counter(), collections.Counter()
    disorder = 0
    for m in c.sent(name):
        if m["kind"] in ("cancel", "test"):
            continue
        what = (m["episode"], m["kind"], m["reason"])
        ids[what] += 1
        if m["kind"] == "firing":
            if m["episode"] in closed:
                disorder += 1
            opened[m["episode"]] = m["device"]
        elif m["kind"] in ("resolved", "note"):
            closed[m["episode"]] += 1
    unclosed = [e for e in opened if e not in closed]
    repeated = sum(n - 1 for n in ids.values())
    return len(set(opened) | set(closed)), unclosed, repeated, disorder


class Verdict:
    """What is left when everything has settled."""

    def __init__(self, kills, wrong, left, channels):
        self.kills, self.wrong, self.left = kills, wrong, left
        self.channels = channels  # by name, what count() gave

    def __str__(self):
        lines = [f"after {self.kills} kills: {len(self.wrong)} alerts in the "
                 f"wrong state, {self.left} messages left in the queue"]
        for name, (told, unclosed, repeated, disorder) in self.channels.items():
            lines.append(
                f"{name}: told of {told} episodes, {len(unclosed)} never "
                f"closed, {repeated} repeated messages, {disorder} out of "
                "order")
        return "\n".join(lines)

    def complaints(self):
        out = []
        if self.wrong:
            out.append(f"in the wrong state: {sorted(self.wrong)}")
        if self.left != 0:
            out.append(f"{self.left} messages never left the queue")
        for name, (told, unclosed, repeated, disorder) in self.channels.items():
            if told == 0:
                out.append(f"{name} was never told anything")
            if unclosed:
                out.append(f"{name}: never closed: {unclosed}")
            if repeated > self.kills:
                out.append(f"{name}: {repeated} repeats")
            if disorder:
                out.append(f"{name}: {disorder} out of order")
        return out


def one_life(c, rng, bad):
    """Opens and recovers alerts until the moment it is killed."""
    for name in CHANNELS:
        c.mode(name, rng.choice(MODES))
    end = time.time() + rng.uniform(0.05, 0.8)
    # collectd's own state is volatile: it says of every series again how it is
    for plug in PLUGS:
        c.notify_range(plug, plug in bad)
    while time.time() < end:
        plug = rng.choice(PLUGS)
        bad ^= {plug}
        c.notify_range(plug, plug in bad)
        time.sleep(rng.uniform(0, 0.03))
    c.kill()
    c.start()


def firing(c):
    return {a["device"] for a in c.ask(command="list")["alerts"]
            if a["state"] == "firing"}


def wrong_ones(c, bad, seconds=10):
    """Alerts that fire and should not, or the other way round."""
    end = time.time() + seconds * SLOWNESS
    while firing(c) != bad and time.time() < end:
        time.sleep(0.1)
    return firing(c) ^ bad


def trial(kills, seed, say=None):
    rng = random.Random(seed)
    bad = set()
    with Collectd(OPTIONS, channels=CHANNELS, kinds={"pager": "pager"},
                  thresholds="") as c:
        for n in range(kills):
            one_life(c, rng, bad)
            if say is not None and n % 20 == 19:
                say(f"{n + 1} kills")
        for plug in PLUGS:
            c.notify_range(plug, plug in bad)
        wrong = wrong_ones(c, bad)
        for plug in PLUGS:
            c.notify_range(plug, False)
        left = settle(c, 400)
        return Verdict(kills, wrong, left,
                       {name: count(c, name) for name in CHANNELS})


def main():
    verdict = trial(int(sys.argv[1]) if len(sys.argv) > 1 else 200,
                    int(sys.argv[2]) if len(sys.argv) > 2 else 1,
                    lambda line: print(line, flush=True))
    print(verdict)
    return 1 if verdict.complaints() else 0


if __name__ == "__main__":
    sys.exit(main())
