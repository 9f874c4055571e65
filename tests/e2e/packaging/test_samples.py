# SPDX-License-Identifier: MIT
"""The ready-to-use files of collectd.conf.d: each loads in a real daemon
without a single warning, also with all that is commented out in force, also
all of them in one folder."""

import contextlib
import re

import pytest

from collectd import HOST, too_old
from samples import (NAMES, Samples, Web, need, plugins_of, text_of,
                     uncommented)
from sim import Sim

pytestmark = [pytest.mark.plain,
              pytest.mark.skipif(not NAMES, reason="collectd.conf.d is empty")]


@pytest.fixture(scope="module", name="house")
def fixture_house():
    house = [{"alias": "Freezer", "kind": "plug", "load": 85},
             {"alias": "Desk strip", "kind": "strip", "load": 10}]
    with Sim(house) as sim:
        yield sim


@pytest.fixture(scope="module", name="web")
def fixture_web():
    with Web() as web:
        yield web


@contextlib.contextmanager
def loaded(web, *names, **options):
    """A daemon with these files, once they have had something to do."""
    with Samples(list(names), web=web, **options) as daemon:
        daemon.wait_line("entering read-loop")
        for name in names:
            for plugin in plugins_of(text_of(name)):
                assert daemon.lines(f'"{plugin}" successfully loaded')
        if "kasa.conf" in names:
            daemon.first_reading()
        # writers have had something to write by then
        daemon.putval(f"{HOST}/kasa-x/power", 5)
        daemon.command_line("FLUSH")
        assert not daemon.complaints()
        yield daemon


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_loads_without_a_single_warning(house, web, name):
    del house
    with loaded(web, name):
        pass


# Examples of notify_kasa.conf name files and people that are not here.
@pytest.mark.parametrize("name", [n for n in NAMES if n != "notify_kasa.conf"
                                  and uncommented(text_of(n)) != text_of(n)])
def test_what_is_commented_out_is_right_as_well(house, web, name):
    del house
    with loaded(web, name, change={name: working_examples}):
        pass


def working_examples(text):
    """All examples in force, with names of this machine."""
    text = uncommented(text).replace('"eth0"', '"lo"')
    text = text.replace('"192.168.20.5"', '"127.77.0.1"')
    text = re.sub(r'^ *CACert .*\n', "", text, flags=re.M)
    return text.replace('"::"', '"127.0.0.1"')


def test_all_samples_in_one_folder(house, web):
    del house
    names = [n for n in NAMES if n != "notify_kasa.conf"]
    need(*names)
    # the network plugin knows what it sent itself by the latest time of a
    # series; two of collectd's threads may write two values in any order
    with loaded(web, *names, extra="WriteThreads 1\n") as daemon:
        daemon.wait_up("Freezer", "Desk strip")
        # its power may come onto the page a moment later
        daemon.wait_page(lambda page: page.get_one("kasa_power", kasa="Freezer") == 85, "power")
        # what is sent to the network comes back in, and is not taken twice (unless
        # the machine stalls: it is known by the latest time of its series)
        page = daemon.cycles(3)
        assert page.names() == {"Freezer", "Desk strip"}
        assert not [line for line in daemon.lines("Value too old") if too_old(line)]
        assert not daemon.complaints()


def test_all_samples_with_alerts(house, web):
    """notify_kasa.conf as well: it mails to root, where there is a server."""
    del house
    need(*NAMES)
    with loaded(web, *NAMES) as daemon:
        daemon.wait_up("Freezer", "Desk strip")


def test_kasa_conf_finds_and_reads_devices_as_it_is(house):
    del house
    with Samples(["kasa.conf"]) as daemon:
        daemon.first_reading()
        assert daemon.getval(f"{HOST}/kasa-Freezer/power") == [
            "value=8.500000e+01"]


def test_csv_conf_writes_files_below_basedir(house):
    del house
    with Samples(["kasa.conf", "export-csv.conf"]) as daemon:
        daemon.wait(lambda: daemon.csv("kasa", "Freezer", "power"), "a file")
        assert daemon.csv("kasa", "Freezer", "power")[-1][1] == 85


def test_prometheus_conf_offers_the_page(house):
    del house
    with Samples(["kasa.conf", "export-prometheus.conf"]) as daemon:
        daemon.wait_up("Freezer", "Desk strip")


def test_a_plug_that_must_stay_on_is_told_when_it_is_off(house):
    """The example of kasa-thresholds.conf, with a name of this house."""
    with Samples(["kasa.conf", "kasa-thresholds.conf"], change={
            "kasa-thresholds.conf": lambda t: uncommented(t).replace("Router", "Freezer")}) as daemon:

        def told():
            return [severity for _, severity, _ in daemon.notifications("Freezer.*type = relay")]

        daemon.wait(lambda: told() == ["OKAY"], "on at first")
        try:
            house.set("Freezer", relay=False)
            daemon.wait(lambda: told() == ["OKAY", "FAILURE"], "off", timeout=20)
        finally:
            house.set("Freezer", relay=True)
        daemon.wait(lambda: told()[-1] == "OKAY", "on again", timeout=20)
        assert told() == ["OKAY", "FAILURE", "OKAY"]
