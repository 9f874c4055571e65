# SPDX-License-Identifier: MIT
"""The wall clock of a running daemon is set, as a Pi without a battery does it
at each start, or the machine sleeps for a night: values never pause, so nobody
hears of anything. What really went away in that moment is told all the same,
with words that do not count the step."""

import threading

import pytest

from alerting import Collectd
from collectd import wait
from moving import MovingClock

# the preloaded library has no place beside an instrument's
pytestmark = [pytest.mark.plain, pytest.mark.takes(260)]

HOUR = 3600
PLUGS = [f"plug{i}" for i in range(4)]
GONE = "Freezer"


# Seconds between two rounds of values. collectd looks for missing ones each
# second: a step right behind a round finds all of them old.
PAUSE = 2.5


class Values:
    """From all plugs, now and then."""

    def __init__(self, daemon):
        self._daemon, self.names = daemon, PLUGS + [GONE]
        self.rounds, self.trouble = 0, None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            while not self._over.wait(PAUSE):
                for name in list(self.names):
                    self._daemon.put(name, "power", 90, interval=10)
                self.rounds += 1
        except (AssertionError, OSError) as error:
            self.trouble = error

    def more(self, rounds):
        wanted = self.rounds + rounds
        wait(lambda: self.trouble or self.rounds >= wanted, "values", 60)
        assert self.trouble is None, self.trouble

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def first_1970(clock):
    clock.show(122)


def behind(clock):
    clock.set(-3 * HOUR)


def ahead(clock):
    clock.set(HOUR)


def right(clock):
    clock.set(0)


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
@pytest.mark.parametrize("before, after", [
    (first_1970, right), (behind, right), (ahead, right), (right, ahead)])
def test_a_clock_that_is_set_is_no_news(tmp_path, before, after, known):
    """known: the store has seen the right time already."""
    clock = MovingClock(tmp_path)
    daemon = Collectd("  RecoverAfter 1\n", interval=1)
    daemon.env = clock.environment
    if not known:
        before(clock)
    with daemon:
        if known:
            with Values(daemon) as values:
                values.more(1)
            daemon.stop()
            before(clock)
            daemon.start()
        with Values(daemon) as values:
            values.more(2)
            assert not daemon.sent(), daemon.sent()
            after(clock)
            values.more(5)
            assert not daemon.sent(), daemon.sent()


def test_a_machine_that_slept_is_no_news(tmp_path):
    """Eight hours without a value of anybody; who does not come back is told."""
    clock = MovingClock(tmp_path)
    daemon = Collectd("  RecoverAfter 1\n", interval=1)
    daemon.env = clock.environment
    with daemon, Values(daemon) as values:
        values.more(2)
        daemon.put(PLUGS[0], "power", 1900, interval=10)
        daemon.wait(["firing"])
        values.more(1)
        daemon.wait(["firing", "resolved"])
        clock.sleep(8 * HOUR)
        values.names.remove(GONE)
        wait(lambda: daemon.sent()[2:], "the plug that is gone", 75, daemon.log)
        values.more(1)
        told = daemon.sent()[2:]
        assert [m["kind"] for m in told] == ["firing"], told
        assert GONE in told[0]["title"] and "no reading for 8 h" in told[0]["body"], told


@pytest.mark.parametrize("before", [first_1970, behind])
def test_what_went_away_as_the_clock_was_set_is_told(tmp_path, before):
    """Not for a clock that was ahead: there collectd itself drops such a series
    without a word, now and then."""
    clock = MovingClock(tmp_path)
    daemon = Collectd("  RecoverAfter 1\n", interval=1)
    daemon.env = clock.environment
    before(clock)
    with daemon:
        with Values(daemon) as values:
            values.more(2)
            values.names.remove(GONE)
            right(clock)
            wait(daemon.sent, "the plug that is gone", 75, daemon.log)
            values.more(1)
            told = daemon.sent()
        assert [m["kind"] for m in told] == ["firing"], told
        text = told[0]["title"] + told[0]["body"]
        assert GONE in text and "not reporting" in text, text
        assert " days" not in text and " h " not in text and "1970" not in text, text
