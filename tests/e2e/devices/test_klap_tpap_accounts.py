# SPDX-License-Identifier: MIT
"""Accounts in trouble: lock-outs, wrong passwords, passwords that change,
devices of other people. Nobody is logged in to more often than he bears."""

import os
import time

import pytest

from collectd import device
from leaks import Watched
from all_transports import ACCOUNT
from klap_tpap import PASSWORD, USER
from faulty_devices import failures, lines_of
from session_fixture import INTERVAL, KINDS, house, up_only
from sim import Sim

pytestmark = pytest.mark.takes(140)

OTHER = ("somebody.else@example.com", "their own password")


# -- lock-outs


def test_a_device_that_is_locked_is_left_alone_until_its_time():
    with Sim(house()) as sim, Watched(sim, ACCOUNT,
                                      interval=INTERVAL) as daemon:
        daemon.wait_up(*KINDS)
        seconds = 6 * INTERVAL
        for name in "aes", "old aes", "tpap":
            sim.lock(name, seconds)
        locked = time.monotonic()
        page = daemon.wait_down("aes", "old aes", "tpap")
        for name in "aes", "old aes", "tpap":
            assert failures(page, name)["auth"] == 1
        sim.stats(reset=True)
        daemon.cycles(2)
        assert time.monotonic() - locked < seconds
        for name in "aes", "old aes", "tpap":
            seen = sim.stats(name)[0]
            assert seen["handshakes"] == seen["accepted"] == 0, name
            lines = lines_of(daemon, name)
            assert len(lines) == 1, lines
            assert "has locked everybody out for" in lines[0]
        page = daemon.wait_up("aes", "old aes", "tpap", timeout=20)
        assert time.monotonic() - locked >= seconds
        for name in "aes", "old aes", "tpap":
            assert failures(page, name)["auth"] == 1
            assert sim.stats(name)[0]["failed_logins"] == 0
            assert up_only(daemon, "klap")


# -- passwords


def write_file(path, text, mode=0o600):
    """As an editor does it: a new file in place of the old one."""
    fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


def write_in_place(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


@pytest.mark.parametrize("how", [write_file, write_in_place])
def test_a_right_password_in_the_file_is_enough(tmp_path, how):
    """Wrong first: each device says so once, is not tried again, and is read
    within a cycle or two once the file holds the right one."""
    path = str(tmp_path / "password")
    write_file(path, "wrong password\n")
    config = f'Username "{USER}"\nPasswordFile "{path}"\nAllowAES true\n'
    accounts = [(USER, PASSWORD), (USER, "wrong password"),
                (USER, "wrong again")]
    with Sim(house()) as sim:
        with Watched(sim, config, accounts=accounts,
                     interval=INTERVAL) as daemon:
            wanted = {"klap": 0, "iot klap": 0, "aes": 2, "old aes": 2,
                      "tpap": 1}

            def failed():
                return {d["alias"]: sim.stats(d["addr"])[0]["failed_logins"]
                        for d in sim.truth()}
            # found by TDP alone, they have no names of their own yet
            daemon.wait_page(lambda p: len(p.names()) == len(KINDS), "found")
            daemon.wait(lambda: failed() == wanted, "one attempt each")
            daemon.cycles(3)
            assert failed() == wanted
            lines = daemon.ours("does not accept the account " + USER)
            assert len(lines) == len(KINDS)
            for line in lines:
                assert "check the password" in line and "(127.77.7." in line
            how(path, "wrong again\n")
            daemon.wait_line("a PasswordFile has changed")
            daemon.wait(lambda: failed() == {n: 2 * c
                                             for n, c in wanted.items()},
                        "one attempt each with that")
            daemon.wait_line("does not accept", count=2 * len(KINDS))
            how(path, PASSWORD + "\n")
            began = daemon.stamp()
            page = daemon.wait_up(*KINDS)
            assert daemon.stamp(page) - began <= 4 * INTERVAL
            assert failed() == {n: 2 * c for n, c in wanted.items()}


def test_a_password_that_changes_during_a_login(tmp_path):
    """Who was being asked with the old one when the file changed is not left
    to the pause of those that refuse an account."""
    path = str(tmp_path / "password")
    write_file(path, "wrong password\n")
    config = f'Username "{USER}"\nPasswordFile "{path}"\nTimeout 30\n'
    slow = {"fault": "delay", "ms": 3000 * INTERVAL}
    house = [{"alias": "Quick", "transport": "klap", "addr": "127.77.7.1"},
             {"alias": "Slow", "transport": "tpap", "addr": "127.77.7.2",
              "fault": slow}]
    with Sim(house) as sim:
        with Watched(sim, config, accounts=[
                (USER, PASSWORD), (USER, "wrong password")],
                interval=INTERVAL) as daemon:
            daemon.wait_line("does not accept the account " + USER)
            daemon.wait(lambda: sim.stats(
                "127.77.7.2")[0]["failed_logins"] == 1, "a refusal on its way")
            write_file(path, PASSWORD + "\n")
            daemon.wait_line("a PasswordFile has changed")
            daemon.wait_line("does not accept the account", count=2)
            sim.fault("Slow", "none")
            began = daemon.stamp()
            page = daemon.wait_up("Quick", "Slow")
            # the pause is a minute
            assert daemon.stamp(page) - began < 40


def test_a_password_may_come_after_the_start(tmp_path):
    path = str(tmp_path / "password")
    config = f'Username "{USER}"\nPasswordFile "{path}"\nAllowAES true\n'
    with Sim(house()) as sim:
        with Watched(sim, config, errors="PasswordFile .*: No such file",
                     interval=INTERVAL) as daemon:
            daemon.wait_line("it wants a TP-Link account: set Username and "
                             "Password", count=len(KINDS))
            assert len(daemon.lines("PasswordFile .*: No such file")) == 1
            write_file(path, PASSWORD)
            daemon.wait_up(*KINDS)


def test_without_an_account_nothing_is_logged_in_to():
    with Sim(house()) as sim, Watched(sim, interval=INTERVAL) as daemon:
        daemon.wait_line("it wants a TP-Link account", count=len(KINDS))
        daemon.cycles(2)
        assert len(daemon.ours("it wants a TP-Link account")) == len(KINDS)
        for seen in sim.stats():
            assert seen["logins"] == 0


def test_a_password_that_changes_during_the_run(tmp_path):
    """The devices were added to the app again, under the new password; the
    file follows later. Sessions that live are not disturbed by it."""
    path = str(tmp_path / "password")
    write_file(path, PASSWORD)
    config = f'Username "{USER}"\nPasswordFile "{path}"\nAllowAES true\n'
    new = "quite another one"
    accounts = [(USER, PASSWORD), (USER, new)]
    with Sim(house()) as sim:
        with Watched(sim, config, accounts=accounts,
                     interval=INTERVAL) as daemon:
            daemon.wait_up(*KINDS)
            for name in "klap", "aes", "tpap":
                sim.set(name, password=new)
                sim.evict(name)
            daemon.wait_down("klap", "aes", "tpap")
            write_file(path, new)
            daemon.wait_up("klap", "aes", "tpap")
            assert up_only(daemon, "iot klap") and up_only(daemon, "old aes")


# -- other people's devices


def test_a_device_of_another_account_is_never_tried():
    with Sim(house(user=OTHER[0], password=OTHER[1])) as sim:
        with Watched(sim, ACCOUNT, accounts=[(USER, PASSWORD), OTHER],
                     interval=INTERVAL) as daemon:
            daemon.wait_page(lambda p: len(p.names()) == len(KINDS), "found")
            lines = daemon.wait_line("it belongs to another account than",
                                     count=len(KINDS))
            daemon.cycles(2)
            for seen in sim.stats():
                assert seen["accepted"] == seen["handshakes"] == 0
                assert seen["failed_logins"] == 0
            assert len(daemon.ours("it belongs to another")) == len(KINDS)
            for line in lines:
                assert USER in line and "in a <Device> block" in line


def test_its_own_block_opens_it(tmp_path):
    path = str(tmp_path / "password.theirs")
    write_file(path, OTHER[1] + "\n")
    strangers = house(user=OTHER[0], password=OTHER[1])
    blocks = "".join(
        device(d["addr"], Username=OTHER[0], PasswordFile=path)
        if i % 2 else device(d["addr"], Username=OTHER[0], Password=OTHER[1])
        for i, d in enumerate(strangers))
    with Sim(strangers + [{"alias": "Ours", "transport": "klap",
                           "addr": "127.77.8.1"}]) as sim:
        with Watched(sim, ACCOUNT + blocks, accounts=[(USER, PASSWORD), OTHER],
                     interval=INTERVAL) as daemon:
            daemon.wait_up("Ours", *KINDS)
            assert all(s["failed_logins"] == 0 for s in sim.stats())


@pytest.mark.parametrize("held,typed", [
    (USER, USER.title()), (USER.upper(), USER), (USER.capitalize(), USER)])
def test_an_address_in_other_capitals_is_the_same_account(held, typed):
    """Devices keep a hash of it as it was registered. KLAP's is compared here;
    for AES and TPAP, which have one guess each, the owner they show in their
    datagrams is. So no device hears a wrong one."""
    config = f'Username "{typed}"\nPassword "{PASSWORD}"\nAllowAES true\n'
    home = [{**d, "user": held} for d in house() + [
        {"alias": "plain tpap", "transport": "tpap", "addr": "127.77.7.31",
         "tpap_passcode": "plain"}]]
    with Sim(home) as sim, Watched(sim, config, interval=INTERVAL) as daemon:
        daemon.wait_up("plain tpap", *KINDS)
        assert all(s["failed_logins"] == 0 for s in sim.stats())
        assert not daemon.ours("does not accept")
