# SPDX-License-Identifier: MIT
"""This tree beside an earlier revision of it: `BENCH_BASE=REVISION ./check.sh
bench` builds that revision and calls this.

Both do the same work on the same simulator (this tree's) in turns, and the
middle one of several rounds counts: what else the machine does meets both.
"""

import argparse
import statistics
from pathlib import Path

from bench import (BROADCAST, Sim, bench_bare, bench_daemon, fmt, numbers,
                   raise_limit, row)
from bench_newer import ACCOUNT, ENGINE

TOLERATED = 1.05
LOGIN = f'Username "{ACCOUNT[0]}"\nPassword "{ACCOUNT[1]}"\n'
HEAD = ("transport", "devices", "what", "base", "now", "x")


def engine(build, transport, count, cycles):
    """The engine alone: {what: figure} of one run."""
    account = ACCOUNT if transport != "xor" else ()
    out = numbers(build / "bench_engine_only", count, cycles, BROADCAST, *account)
    found = dict(zip(ENGINE, out))
    return {"engine, us per poll": found["us"],
            "engine, bytes per device": found["bytes"]}


def daemon(build, transport, count, cycles, bare):
    """The plugin inside collectd, less what collectd does without it."""
    inside, total, values = bench_daemon(
        build, count, cycles, LOGIN if transport != "xor" else "")
    total -= bare * 1e6 / count
    return {"thread in collectd, us per poll": inside,
            "whole daemon, us per poll": total,
            "values per poll": values,
            "whole daemon, us per value": total / values}


def compare(builds, transport, count, args, bare):
    """{what: (base, now)}, each the middle of all rounds."""
    rounds = []
    with Sim(builds[1], count, "--keep-open", "--transport", transport):
        for _ in range(args.rounds):
            rounds.append([{**engine(b, transport, count, args.cycles),
                            **daemon(b, transport, count, args.cycles, bare)}
                           for b in builds])
    return {what: tuple(statistics.median(r[i][what] for r in rounds)
                        for i in range(2)) for what in rounds[0][0]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=Path.cwd())
    parser.add_argument("--base", type=Path, required=True,
                        help="a build of the other revision")
    parser.add_argument("--counts", default="100,1000")
    parser.add_argument("--transports", default="xor,klap")
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    raise_limit()
    builds = [args.base.resolve(), args.build.resolve()]
    widths = [9, 7, 32, 10, 10, 5]
    lines, worse = [], []

    def say(text=""):
        print(text, flush=True)
        lines.append(text)

    bare = bench_bare(builds[1], args.cycles)
    say(f"This tree beside the base, {args.rounds} rounds in turns, the middle one of each")
    say()
    say(row(HEAD, widths))
    say("|" + "|".join("-" * (w + 1) + ":" for w in widths) + "|")
    for transport in args.transports.split(","):
        for count in map(int, args.counts.split(",")):
            found = compare(builds, transport, count, args, bare)
            for what, (base, now) in found.items():
                say(row([transport, count, what, fmt(base), fmt(now),
                         fmt(now / base, 2)], widths))
                if what != "values per poll" and now > base * TOLERATED:
                    worse.append(f"{transport}, {count}: {what}")
    say()
    say("Worse by more than 5 %: " + ("; ".join(worse) if worse else "nothing"))
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
