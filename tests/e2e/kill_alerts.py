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

from alerting import Collectd

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


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    bad = set()
    with Collectd(OPTIONS, channels=CHANNELS, kinds={"pager": "pager"},
                  thresholds="") as c:
        for n in range(kills):
            for name in CHANNELS:
                c.mode(name, rng.choice(MODES))
            end = time.time() + rng.uniform(0.05, 0.8)
            # collectd's own state is volatile: it says of every series again
            # how it is
            for plug in PLUGS:
                c.notify_range(plug, plug in bad)
            while time.time() < end:
                plug = rng.choice(PLUGS)
                if plug in bad:
                    bad.discard(plug)
                else:
                    bad.add(plug)
                c.notify_range(plug, plug in bad)
                time.sleep(rng.uniform(0, 0.03))
            c.kill()
            c.start()
            if n % 20 == 19:
                print(f"{n + 1} kills", flush=True)
        for plug in PLUGS:
            c.notify_range(plug, plug in bad)
        time.sleep(1)
        firing = {a["device"] for a in c.ask(command="list")["alerts"]
                  if a["state"] == "firing"}
        wrong = firing ^ bad
        for plug in PLUGS:
            c.notify_range(plug, False)
        left = settle(c, 400)
        failed = bool(wrong) or left != 0
        print(f"after {kills} kills: {len(wrong)} alerts in the wrong state, "
              f"{left} messages left in the queue")
        for name in CHANNELS:
            told, unclosed, repeated, disorder = count(c, name)
            print(f"{name}: told of {told} episodes, {len(unclosed)} never "
                  f"closed, {repeated} repeated messages, {disorder} out of "
                  "order")
            failed = failed or bool(unclosed) or repeated > kills or disorder
    return 1 if failed else 0

if __name__ == "__main__":
    sys.exit(main())
