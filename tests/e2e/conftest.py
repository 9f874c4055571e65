# SPDX-License-Identifier: MIT
"""What all end-to-end tests share. They find everything in the build folder:
cd there and run `pytest SOURCE/tests/e2e`, or set KASA_BUILD.

Further environment, all optional (a test whose part is missing says so):
  KASA_DEVICES  folder of device dumps with INDEX.tsv
  KASA_NODE     folder with node_modules of the two npm packages
  KASA_SOURCE   the source folder, when the tests are run from elsewhere
  KASA_NETNS=0  do not use a private network namespace
and those that collectd.py names."""

import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import net  # noqa: E402
from collectd import BUILD, missing_plugins, why_not  # noqa: E402

SOURCE = os.environ.get("KASA_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

NEEDS_NO_DAEMON = ("test_kasasim", "test_kasasim_newer", "test_kasasim_peers",
                   "test_dashboard_files")


# Whole files that say nothing new under a sanitizer: stock plugins, packages and
# pictures, where our code does what other tests have it do.
PLAIN = ("test_dashboard_files", "test_dashboards", "test_graph",
         "test_openwrt", "test_package", "test_samples", "test_samples_do",
         "test_samples_thresholds", "test_sites")

# Whole files in which nothing of ours has a second thread: each test is one run
# of the channels' probe, but for those that stop it.
ONE_THREAD = ("test_channel_discord", "test_channel_email",
              "test_channel_pushover", "test_channel_rules",
              "test_channel_slack", "test_channel_webhook")

# Files that take long begin first, so that no worker is left with one at the end.
LONG = ("test_newer_faults", "test_faults_one", "test_newer_blocks",
        "test_newer_sessions", "test_threshold", "test_newer_update",
        "test_channel_rules", "test_newer_accounts", "test_identity",
        "test_alerts", "test_energy", "test_story", "test_disk", "test_graph",
        "test_kill", "test_channel_collectd", "test_dashboards", "test_sites")


def pytest_collection_modifyitems(items):
    for item in items:
        name = item.module.__name__
        if name in PLAIN:
            item.add_marker(pytest.mark.plain)
        if name in ONE_THREAD and "stopping" not in item.name:
            item.add_marker(pytest.mark.one_thread)
    items.sort(key=lambda item: LONG.index(item.module.__name__)
               if item.module.__name__ in LONG else len(LONG))


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "needs(*names): programs or collectd plugins of a test")
    config.addinivalue_line(
        "markers", "plain: says nothing new under a sanitizer")
    config.addinivalue_line(
        "markers", "one_thread: nothing for the thread sanitizer to see")
    os.environ.setdefault("KASASIM", os.path.join(BUILD, "kasasim"))
    if os.environ.get("KASA_DEVICES"):
        os.environ.setdefault("KASA_DUMPS", os.environ["KASA_DEVICES"])
    if os.environ.get("KASA_NODE"):
        os.environ.setdefault("NODE_PATH", os.path.join(
            os.environ["KASA_NODE"], "node_modules"))
    net.isolate()


def pytest_runtest_setup(item):
    if item.module.__name__ in NEEDS_NO_DAEMON:
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
