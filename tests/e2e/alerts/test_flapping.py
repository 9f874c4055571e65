# SPDX-License-Identifier: MIT
"""An alert that comes and goes inside a real collectd."""

import time

import pytest

from alerting import Collectd, until

pytestmark = pytest.mark.takes(10)

OPTIONS = """  RecoverAfter 0
  StartupGrace 5
  <Flapping>
    Count 2
    Window 8s
  </Flapping>
"""


def test_it_is_told_once_and_how_it_ended():
    with Collectd(OPTIONS) as c:
        when = time.time()

        def power(watts):
            nonlocal when
            when += 0.01
            c.put("Freezer", "power", watts, when)

        ends = []
        for _ in range(2):
            power(1600)
            ends += ["firing", "resolved"]
            c.wait(ends[:-1])
            power(90)
            c.wait(ends)
        power(1600)
        c.wait(ends + ["firing"])
        assert c.sent()[-1]["title"] == "Freezer keeps crossing 1\u202f500 W"
        assert c.sent()[-1]["body"] == ("Freezer crossed 1\u202f500 W 2 times. Further changes are held until it "
                                        "settles.")
        for watts in (90, 1600, 90, 1600):
            power(watts)
        told = c.ask(command="explain", severity="WARNING", value=1600, identifier="tester/kasa-Freezer/power")
        told = told["routes"][0]["channels"][0]
        assert not told["delivers"]
        assert told["why"].startswith("is flapping: silent until "), told
        worse = c.ask(command="explain", severity="FAILURE", value=1900, identifier="tester/kasa-Freezer/power")
        assert worse["routes"][0]["channels"][0]["delivers"]
        assert c.ask(command="list")["alerts"][0]["flapping"]
        c.restart()
        power(1600)
        power(1900)  # worse than was told
        c.wait(ends + ["firing", "update"])
        assert c.sent()[-1]["title"].endswith("now critical")
        power(90)
        settled = time.time()
        c.wait(ends + ["firing", "update", "resolved"], seconds=20)
        assert time.time() - settled > 5
        until(lambda: not c.ask(command="list")["alerts"], c)
