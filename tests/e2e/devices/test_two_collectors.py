# SPDX-License-Identifier: MIT
"""Two collectors that poll the same devices with sessions, as doc/sites.md
describes. That Prometheus shows each device once is test_labels."""

import re

import pytest

from all_transports import ACCOUNT
from faulty_devices import failures
from leaks import Watched
from session_fixture import INTERVAL, KINDS, house, up_only
from sim import Sim

# what is said in each run with AllowAES
USUAL = re.compile(r"the TP-Link account was given to|version \d")
POLLS = 4
pytestmark = pytest.mark.takes(120)


class Pair:
    """Two daemons at one house, both up; the second began when the first had
    just polled, so that they do not ask in the same moment."""

    def __init__(self, sim):
        self.sim = sim
        self.one, self.two = (Watched(sim, ACCOUNT, interval=INTERVAL)
                              for _ in range(2))

    def __enter__(self):
        self.one.start()
        try:
            self.one.wait_up(*KINDS)
            self.one.cycles(1)
            self.two.start()
            self.two.wait_up(*KINDS)
            self.two.cycles(1)  # what is polled rarely has come, too
        except BaseException:
            self.__exit__(True, None, None)
            raise
        return self

    def __exit__(self, *how):
        try:
            self.two.__exit__(*how)
        finally:
            self.one.__exit__(*how)

    def polled(self):
        """What each device has seen of some polls, {name: counts}."""
        self.sim.stats(reset=True)
        self.one.cycles(POLLS)
        self.two.cycles(1)
        return {d["alias"]: self.sim.stats(d["addr"])[0]
                for d in self.sim.truth()}

    def undisturbed(self, *names):
        """Both show what is, nothing failed, and nothing was said of it."""
        for daemon in self.one, self.two:
            page = daemon.page()
            for name in names:
                watts = page.get_one("kasa_power", kasa=name)
                assert watts == KINDS[name]["load"], name
                assert not any(failures(page, name).values()), name
                assert up_only(daemon, name), name
            assert not [x for x in daemon.ours() if not USUAL.search(x)]


def test_each_has_a_session_of_its_own_where_there_is_room():
    with Sim(house(quirks={"sessions": 0})) as sim, Pair(sim) as pair:
        for name, seen in pair.polled().items():
            assert seen["logins"] == seen["evictions"] == 0, name
            assert seen["requests"] >= 2 * POLLS, name
        pair.undisturbed(*KINDS)


def test_where_there_is_room_for_one_each_poll_begins_with_a_login():
    """No poll of either is lost by it. A TPAP device alone may mix up logins
    that come in the same moment: its second step names no session."""
    with Sim(house()) as sim, Pair(sim) as pair:
        for name, seen in pair.polled().items():
            assert POLLS <= seen["logins"] <= 2 * (POLLS + 3), name
            assert seen["failed_logins"] == 0 or name == "tpap"
        pair.undisturbed(*(n for n in KINDS if n != "tpap"))


def test_the_other_goes_on_when_one_ends():
    with Sim(house()) as sim, Pair(sim) as pair:
        pair.one.stop()
        pair.two.cycles(1)  # the session is its own from now on
        sim.stats(reset=True)
        page = pair.two.cycles(2)
        for seen in sim.stats():
            assert seen["logins"] == seen["evictions"] == 0
        assert all(page.get_one("kasa_up", kasa=name) == 1 for name in KINDS)
