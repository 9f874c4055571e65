# SPDX-License-Identifier: MIT
"""The benchmark's second table: devices of newer firmware in living sessions.

Called by bench.py; by itself: bench_newer.py --build DIR. The floor and the
engine take turns on one simulator, and the middle one of several runs counts:
ratios then hold on a machine that also does other things.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench import BROADCAST, FIRST, HERE, Sim, fmt, numbers, raise_limit, row

ACCOUNT = ("user@example.com", "great_password")  # kasasim's
ROWS = (("klap", 100), ("klap", 1000), ("tpap", 100))
# What bench_engine_only prints, in this order
ENGINE = ("us", "cycle_ms", "bytes", "polls", "answer_ms", "requests", "sent",
          "received", "connections", "cut_us", "cut_all_us", "cut_ms", "up", "logins")


def middle(dicts):
    return {key: statistics.median(d[key] for d in dicts) for key in dicts[0]}


def measure(build, transport, count, cycles, rounds):
    """The floor's and the engine's figures, and python-kasa's (or None)."""
    floors, engines = [], []
    with Sim(build, count, "--keep-open", "--transport", transport) as sim:
        for _ in range(rounds):
            out = numbers(build / "bench_floor_crypto", transport, count, cycles, FIRST, *ACCOUNT)
            floors.append(dict(zip(("us", "cycle_ms", "sent", "received"), out)))
            out = numbers(build / "bench_engine_only", count, cycles, BROADCAST, *ACCOUNT,
                          sim.control)
            engines.append(dict(zip(ENGINE, out)))
        peer = python_kasa(count) if transport == "klap" else None
    return middle(floors), middle(engines), peer


def python_kasa(count):
    interpreter = os.environ.get("KASA_PYTHON", sys.executable)
    out = subprocess.run([interpreter, HERE / "peer_python_kasa.py", str(count), FIRST, *ACCOUNT],
                         capture_output=True, text=True)
    return float(out.stdout) if out.returncode == 0 else None


def same_bytes(floor, engine):
    """Whether both moved as much; numbers and session ids vary by some digits."""
    return (abs(floor["sent"] - engine["sent"]) < 16
            and abs(floor["received"] - engine["received"]) < 16)


HEAD = ("transport", "devices", "cycle ms", "floor", "engine", "x", "requests", "connections",
        "bytes/device", "cut us", "cut us, all", "cut ms", "python-kasa")


def table(build, cycles, rounds, say):
    widths = [max(len(h), 7) for h in HEAD]
    wrong = []
    say("Newer firmware in living sessions: CPU in microseconds per poll of one meter plug (SMART: "
        "state, energy and meter in one request), x to the floor; requests per plug and cycle, new "
        "connections over all cycles; cut: what it costs each device when all lose session and "
        "connection at once (engine's thread, all threads), and until all have answered")
    say()
    say(row(HEAD, widths))
    say("|" + "|".join("-" * (w + 1) + ":" for w in widths) + "|")
    for transport, count in ROWS:
        floor, engine, peer = measure(build, transport, count, cycles, rounds)
        say(row([transport, count, fmt(engine["cycle_ms"]), fmt(floor["us"]), fmt(engine["us"]),
                 fmt(engine["us"] / floor["us"], 2), fmt(engine["requests"], 3),
                 fmt(engine["connections"], 0), fmt(engine["bytes"], 0), fmt(engine["cut_us"]),
                 fmt(engine["cut_all_us"]), fmt(engine["cut_ms"]), fmt(peer)], widths))
        if not same_bytes(floor, engine):
            wrong.append(f"{transport}: floor and engine move different bytes: {floor} {engine}")
        if engine["up"] != count or engine["logins"] < 1:
            wrong.append(f"{transport}: {engine['up']} of {count} are back after the cut")
    say()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=Path.cwd())
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    raise_limit()
    wrong = table(args.build.resolve(), args.cycles, args.rounds,
                  lambda text="": print(text, flush=True))
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
