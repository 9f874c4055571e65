# SPDX-License-Identifier: MIT
"""Mistakes in the configuration: the daemon starts, one clear line names the
block and the option, what was expected and what was found, the nearest name of
an unknown one; the rest of the block holds."""

import re

import pytest

from collectd import Collectd
from sim import Sim

P, D = "<Plugin kasa>", '<Device "127.77.0.1">'


def in_device(*lines):
    return "\n".join(["<Device \"127.77.0.1\">", *lines, "</Device>"])


# name: the lines, and what each line of the log must hold, in order
MISTAKES = {
    "unknown option": ("Timeuot 3", [P, "unknown option Timeuot", "Timeout"]),
    "far from any": ("Xyzzy 3", [P, "unknown option Xyzzy"]),
    "unknown block": ("<Devise \"a\">\n</Devise>", [
        P, "unknown", "Devise", "Device"]),
    "in a device": (in_device("Nmae \"x\""), [D, "unknown option Nmae",
                                              "Name"]),
    "of another level": (in_device("MaxDevices 3"), [D, "MaxDevices"]),
    "text for a number": ('Timeout "soon"', [
        P, "Timeout", "seconds", '"soon"']),
    "bare word": ("Timeout soon", [P, "Timeout", "seconds", '"soon"']),
    "number for text": ("Name 5", [P, "Name", "alias, mac, id, address", "5"]),
    "number for boolean": ("Discovery 5", [
        P, "Discovery", "true or false", "5"]),
    "boolean for a number": ("MaxDevices true", [
        P, "MaxDevices", "whole number", "true"]),
    "negative": ("Retries -1", [P, "Retries", "0 to 10", "-1"]),
    "a fraction": ("DiscoveryPackets 1.5", [
        P, "DiscoveryPackets", "whole number", "1.5"]),
    "too much": ("MaxInFlight 100000", [
        P, "MaxInFlight", "1 to 4096", "100000"]),
    "zero": ("Timeout 0", [P, "Timeout", "0.05 to 60", "0"]),
    "huge": ("Timeout 1e99", [P, "Timeout", "seconds", "1e99"]),
    "two values": ("Retries 1 2", [P, "Retries", "whole number", "1 2"]),
    "empty text": ('Interface ""', [P, "Interface", "quotes", '""']),
    "not one of": ('Name "nickname"', [
        P, "Name", "alias, mac, id, address", '"nickname"']),
    "twice": ("Retries 1\nRetries 2", [P, "Retries", "twice"]),
    "a block for an option": ("<Retries>\n  Foo 1\n</Retries>", [
        P, "Retries", "not a block"]),
    "not an address": ('DiscoveryTarget "everywhere"', [
        P, "DiscoveryTarget", "IPv4 address", '"everywhere"']),
    "IPv6": ('DiscoveryTarget "fe80::1"', [
        P, "DiscoveryTarget", "IPv4", '"fe80::1"']),
    "interface too long": ('Interface "an-interface-name-too-long"', [
        P, "Interface", '"an-interface-name-too-long"']),
    "bad regex": ('Ignore "/([/"', [P, "Ignore", '"/([/"']),
    "bad regex of only": ('Only "x/["\nOnly "/([/"\nOnly "Plug 0002"', [
        P, "Only", '"/([/"']),
    "report without": ("Report info", [P, "Report"]),
    "report of what": ("Report everything true", [
        P, "Report", "info, status, failures, plugs, mains", '"everything"']),
    "report how": ('Report info "perhaps"', [P, "Report", "true or false"]),
    "device without a name": ("<Device>\n  Port 1\n</Device>", [
        P, "Device", "one name"]),
    "device with two": ('<Device "a" "b">\n</Device>', [
        P, "Device", "one name", '"a" "b"']),
    "device twice": (in_device() + "\n" + in_device(), [D, "twice"]),
    "device by one MAC twice": (
        '<Device "50:C7:BF:00:00:01">\n</Device>\n'
        '<Device "50-c7-bf-00-00-01">\n</Device>', ["50-c7-bf", "twice"]),
    "bad port": (in_device("Port 99999"), [D, "Port", "1 to 65535", "99999"]),
    "port as a name": (in_device('Port "http"'), [
        D, "Port", "whole number", '"http"']),
    "bad interval": (in_device('Interval "5x"'), [
        D, "Interval", "seconds", '"5x"']),
    "name of a device too long": (in_device('Name "%s"' % ("x" * 61)), [
        D, "Name", "60 bytes"]),
    "name with a slash": (in_device('Name "a/b"'), [D, "Name", "a_b"]),
    "bad transport": (in_device('Transport "smoke"'), [
        D, "Transport", "auto, xor, klap, tpap, aes", '"smoke"']),
    "plug without a name": (in_device("<Plug>\n  Name \"x\"\n</Plug>"), ["Plug", "name"]),
    "in a plug": (in_device('<Plug "Fan">\n Nane "x"\n</Plug>'), [
        '<Plug "Fan">', "unknown option Nane", "Name"]),
    "account": ('Username "me@example.org"', [P, "Username", "PasswordFile"]),
    "password": ('Password "s3cret"', [P, "password", "Username"]),
    "password file": ('PasswordFile "/etc/x"', [P, "password", "Username"]),
    "appliance": (in_device("<Appliance>\n  StartAbve 10\n</Appliance>"), [
        "<Appliance>", "StartAbve", "did you mean StartAbove?"]),
    "kind": (in_device("<Appliance>\n  Kind \"toaster\"\n</Appliance>"), [
        "<Appliance>", "Kind", "washer, dishwasher, dryer", "toaster"]),
    "expect every": (in_device("<Appliance>\n  ExpectEvery \"often\"\n</Appliance>"), [
        "<Appliance>", "ExpectEvery", "auto"]),
    "expect": (in_device('<Appliance>\n  Expect "Mon-Fry" "06:00-10:00"\n</Appliance>'), [
        "<Appliance>", "Expect", "weekdays", "06:00-10:00"]),
    "spike": (in_device("<Spike>\n  Percent 0\n</Spike>"), ["<Spike>", "Percent"]),
}


@pytest.fixture(scope="module", name="house")
def fixture_house():
    with Sim(count=2) as sim:
        yield sim


@pytest.mark.parametrize("name", MISTAKES, ids=list(MISTAKES))
@pytest.mark.plain
def test_one_line_says_what_is_wrong_and_the_rest_holds(house, name):
    del house
    text, parts = MISTAKES[name]
    config = f"{text}\nEnergyInterval 10\nReport totals false\n"
    with Collectd(config, interval=0.5, errors=True) as daemon:
        page = daemon.wait_up("Plug 0002")
        daemon.wait_line("entering read-loop")
        assert not [k for k in page if "kasa_total" in k.name]
        lines = [x for x in daemon.ours()
                 if "[error]" in x or "[warning]" in x]
        assert len(lines) == 1, lines
        at = -1
        for part in parts or ():
            found = lines[0].find(part, at + 1)
            assert found > at, (part, lines[0])
            at = found
        assert "s3cret" not in daemon.log() + daemon.stderr()


ALL = "\n".join(text for text, _ in MISTAKES.values())


def test_all_mistakes_together_and_the_daemon_still_runs(house):
    del house
    with Collectd(ALL + "\nTimeout 1\nRetries 0\n", interval=0.5,
                  errors=True) as daemon:
        daemon.wait_up("Plug 0002")
        assert len(daemon.errors_logged()) >= len(MISTAKES)
        assert all(len(line) < 1000 for line in daemon.errors_logged())


def test_a_block_may_stand_several_times(house):
    del house
    whole = ('Retries 0\n</Plugin>\n<Plugin kasa>\n</Plugin>\n<Plugin kasa>\n'
             '<Device "127.77.0.1">\n  Name "First"\n</Device>\n</Plugin>\n'
             '<Plugin "kasa">\n  Report info false\n')
    with Collectd(whole, interval=0.5) as daemon:
        page = daemon.wait_up("First", "Plug 0002")
        assert not [k for k in page if k.name.startswith("collectd_kasa_info")]


def test_the_smallest_configuration_works(house):
    del house
    with Collectd("", interval=0.5) as daemon:
        daemon.wait_up("Plug 0001", "Plug 0002")
        assert not [x for x in daemon.ours() if "[error]" in x]


def test_hostile_texts_are_no_harm(house):
    del house
    long = "x" * 3000
    lines = [f'Ignore "{long}"', f'Only "/{long}|Plug/"',
             f'{long[:200]} "{long}"', f'<Device "{long}">\n</Device>',
             'Ignore "%s%n%s%n"', 'Name "%n%n%n%n"', '%s%n 5'[:2] + "x 5",
             '<Device "\\"quoted\\\\">\n  Name "\xff\xfe\x07"\n</Device>']
    config = "\n".join(lines)
    with Collectd(config, interval=0.5, errors=True) as daemon:
        daemon.wait_up("Plug 0001")
        for line in daemon.ours():
            assert not re.search(r"[\x00-\x08\x0b-\x1f]", line), line


def test_the_callback_never_stops_the_daemon_for_others(house):
    """Values of other plugins go on while everything of ours is wrong."""
    del house
    with Collectd("Discovery maybe\nInterval 5\nFoo 1\n", interval=0.5,
                  errors=True) as daemon:
        daemon.wait_line("entering read-loop")
        daemon.putval("tester/other/gauge", 42)

        def arrived():
            try:
                return (daemon.getval("tester/other/gauge")
                        == ["value=4.200000e+01"])
            except AssertionError:  # not written yet
                return False

        daemon.wait(arrived, "a foreign value")
