# SPDX-License-Identifier: MIT
"""What all end-to-end tests share. They find everything in the build folder:
cd there and run `pytest SOURCE/tests/e2e`, or set KASA_BUILD.

Tests stand in rooms by what they are about; helpers are in lib/. What else a
file says of itself stands in its `pytestmark`, with the markers below.

Further environment, all optional (a test whose part is missing says so):
  KASA_DEVICES  folder of device dumps with INDEX.tsv
  KASA_NODE     folder with node_modules of the two npm packages
  KASA_SOURCE   the source folder, when the tests are run from elsewhere
  KASA_NETNS=0  do not use a private network namespace
and those that lib/collectd.py names."""

import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clock  # noqa: E402
import net  # noqa: E402
from collectd import BUILD, missing_plugins, why_not  # noqa: E402
from tree import SOURCE  # noqa: E402

MARKERS = (
    "needs(*names): programs or collectd plugins of a test",
    "no_daemon: runs without collectd and without kasasim",
    "plain: says nothing new under a sanitizer: stock plugins, packages and"
    " pictures, where our code does what other tests have it do",
    "one_thread: nothing for the thread sanitizer to see, as nothing of ours has"
    " a second thread",
    "two_threads: but this test of such a file stops it from a second one",
    "real_clock: with a program that cannot be given another clock",
    "takes(seconds): a file that takes long, about so many seconds; the longest"
    " begin first, so that no worker is left with one at the end",
)


# Long files whose tests share nothing: workers divide them between themselves.
# (Of any other file all tests go to one worker, as they share a daemon.)
DIVIDED = {"test_alert_cases.py", "test_channel_rules.py", "test_clock_steps.py",
           "test_field_cases.py", "test_partial_cases.py",
           "test_partial_outlets.py", "test_quiet.py", "test_traces.py"}


def share(nodeid):
    """What one worker does as a whole: a file, or a test of a divided one."""
    file = nodeid.split("::", 1)[0]
    return nodeid if os.path.basename(file) in DIVIDED else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return share(nodeid)

    return ByFile(config, log)


class OneAfterTheOther:
    """In a worker: no share of the tests begins while there is no room."""

    def __init__(self):
        self.share, self.room = None, clock.Room(seconds=120)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        if share(item.nodeid) != self.share:
            self.share = share(item.nodeid)
            self.room.wait()


def takes(item):
    mark = item.get_closest_marker("takes")
    return mark.args[0] if mark else 0


def pytest_collection_modifyitems(items):
    for item in items:
        # programs in Go ask the kernel for the time, past a library
        if any("prometheus" in mark.args for mark in item.iter_markers("needs")):
            item.add_marker(pytest.mark.real_clock)
    items.sort(key=takes, reverse=True)


def pytest_configure(config):
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    os.environ.setdefault("KASASIM", os.path.join(BUILD, "kasasim"))
    if os.environ.get("KASA_DEVICES"):
        os.environ.setdefault("KASA_DUMPS", os.environ["KASA_DEVICES"])
    if os.environ.get("KASA_NODE"):
        os.environ.setdefault("NODE_PATH", os.path.join(
            os.environ["KASA_NODE"], "node_modules"))
    net.isolate()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        config.pluginmanager.register(OneAfterTheOther())


def pytest_runtest_setup(item):
    if item.get_closest_marker("no_daemon"):
        return
    why = why_not()
    if why is None and not os.access(os.environ["KASASIM"], os.X_OK):
        why = "kasasim is not built"
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if (why is None and shutil.which(name) is None
                    and missing_plugins(name)):
                why = f"{name} is not installed"
    if why is not None:
        pytest.skip(why)


@pytest.fixture(scope="session")
def source():
    return SOURCE
