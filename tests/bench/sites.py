# SPDX-License-Identifier: MIT
"""What many sites cost, measured on this machine with real daemons: bytes of a
value on each way and in each store, and the processor time of the one that
receives them. And what a thousand sites come to by these figures.

    KASA_BUILD=var/check python tests/bench/sites.py [--page doc/sites.md]

Prints both, or puts them into the page between its marks. About seven minutes.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e" / "lib"))

import net  # noqa: E402
import sites_measure as one  # noqa: E402
import sites_page  # noqa: E402
import sites_server as middle  # noqa: E402
from collectd import BUILD  # noqa: E402

LEVELS = ("None", "Sign", "Encrypt")


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(seconds, sites):
    found = {}
    say("one site ...")
    found["site"] = one.one_site()
    for level in LEVELS:
        say(f"the network plugin, SecurityLevel {level} ...")
        found["network " + level] = one.network(level, seconds)
    say("remote write and federation ...")
    found["carried"] = one.carried_on(seconds)
    say("what Prometheus keeps ...")
    with tempfile.TemporaryDirectory() as folder:
        found["stored"] = one.stored(folder, 6 * seconds)
    found["rrd"] = one.rrd_bytes()
    for level in ("None", "Encrypt"):
        say(f"the server, SecurityLevel {level} ...")
        found["server " + level] = middle.received(
            found["site"]["names"], sites, 4, level)
    say("the server, twice as many ...")
    found["server more"] = middle.received(
        found["site"]["names"], 2 * sites, 0, "Encrypt")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", help="the page to put the figures into")
    parser.add_argument("--seconds", type=int, default=20,
                        help="of each measurement")
    parser.add_argument("--sites", type=int, default=60,
                        help="that the server gets while it is measured")
    parser.add_argument("--figures", help="a file for the bare figures; when "
                        "it is there, they are taken from it")
    options = parser.parse_args()
    os.environ.setdefault("KASASIM", os.path.join(BUILD, "kasasim"))
    if options.figures and os.path.exists(options.figures):
        figures = json.loads(Path(options.figures).read_text("utf-8"))
    else:
        net.isolate()
        figures = measure(options.seconds, options.sites)
        if options.figures:
            Path(options.figures).write_text(json.dumps(figures), "utf-8")
    if options.page:
        sites_page.put(figures, options.page)
    else:
        print(sites_page.measured(figures))
        print(sites_page.thousand(figures))


if __name__ == "__main__":
    main()
