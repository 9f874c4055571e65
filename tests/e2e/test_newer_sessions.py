"""Sessions and accounts in trouble: other clients, reboots, lock-outs, wrong
passwords, devices of other people, firmware with manners of its own. Each
recovers by itself as soon as it can, and nobody is logged in to more often
than he bears."""

import os
import time

import pytest

from collectd import SLOWNESS, device
from leaks import Watched
from mixed import ACCOUNT
from newer import PASSWORD, USER, Aes, Klap, Refused, Tpap, sha1
from patients import failures, lines_of
from sim import Sim

INTERVAL = 1 if SLOWNESS == 1 else 4
KINDS = {
    "klap": {"transport": "klap", "load": 30},
    "iot klap": {"transport": "klap", "dialect": "iot", "new_klap": True,
                 "load": 31},
    "aes": {"transport": "aes", "load": 32},
    "old aes": {"transport": "aes", "lv": 0, "load": 33},
    "tpap": {"transport": "tpap", "load": 34, "tpap_iterations": 100},
}
OTHER = ("somebody.else@example.com", "their own password")


def house(**members):
    return [{"alias": name, "addr": f"127.77.7.{i + 1}", **d, **members}
            for i, (name, d) in enumerate(KINDS.items())]


def login(name, addr):
    """Another client of ours, with the same account."""
    if "klap" in name:
        return Klap(addr).login()
    if "aes" in name:
        return Aes(addr).login(1 if name == "old aes" else 2)
    return Tpap(addr).login(sha1(PASSWORD.encode()).hex())


def login_first(sim, name):
    """Before the daemon takes the session back."""
    for _ in range(20):
        sim.evict(name)
        try:
            return login(name, sim.device(name)["addr"])
        except Refused:
            pass
    raise AssertionError("the daemon is always quicker")


def up_only(daemon, name):
    rows = daemon.csv("kasa", name, "up")
    return len(rows) > 2 and all(v == 1 for _, v in rows)


# -- one session, several clients


def test_a_session_that_another_client_takes_is_begun_anew():
    """Our next request gets 403 (9999, -40401): one login, one repetition, and
    nobody sees anything of it."""
    with Sim(house()) as sim, Watched(sim, ACCOUNT,
                                      interval=INTERVAL) as daemon:
        daemon.wait_up(*KINDS)
        for _ in range(2):
            daemon.cycles(1)
            sim.stats(reset=True)
            for d in sim.truth():
                login(d["alias"], d["addr"]).close()
            page = daemon.cycles(2)
            for d in sim.truth():
                seen = sim.stats(d["addr"])[0]
                assert not any(failures(page, d["alias"]).values())
                assert seen["evictions"] == 2  # we were, then the other one
                assert seen["logins"] == 2
        assert all(up_only(daemon, name) for name in KINDS)
        assert not daemon.ours()


def test_two_clients_do_not_fight():
    """A device that gives its session to nobody else while one has it: once
    per interval we ask, no more, and are back when it is free."""
    with Sim(house(quirks={"guards_session": True})) as sim:
        with Watched(sim, ACCOUNT, interval=INTERVAL) as daemon:
            daemon.wait_up("klap", "iot klap")
            others = [login_first(sim, n) for n in ("klap", "iot klap")]
            daemon.wait_down("klap", "iot klap")
            daemon.cycles(1)
            before = {n: sim.stats(n)[0]["requests"] for n in KINDS}
            began = daemon.stamp()
            page = daemon.cycles(3)
            passed = (daemon.stamp(page) - began) / INTERVAL
            for name in "klap", "iot klap":
                asked = sim.stats(name)[0]["requests"] - before[name]
                assert 1 <= asked <= round(passed) + 1
                lines = lines_of(daemon, name)
                assert len(lines) == 1 and (
                    "lets no other program in (HTTP 403)" in lines[0])
                assert "allow third-party services in the app" in lines[0]
            for other in others:
                other.close()
            sim.evict("*")
            daemon.wait_up("klap", "iot klap")


def test_sessions_that_expire_are_renewed_before():
    with Sim(house(session_timeout=3)) as sim:
        with Watched(sim, ACCOUNT, interval=0.5) as daemon:
            daemon.wait_up(*KINDS)
            daemon.wait(lambda: all(s["logins"] >= 4 for s in sim.stats()),
                        "some sessions", 15)
            page = daemon.cycles(1)
            for name in KINDS:
                assert not any(failures(page, name).values())
                assert up_only(daemon, name)
            assert all(s["failed_logins"] == 0 for s in sim.stats())


# -- reboots


def test_a_reboot_ends_sessions_and_is_got_over():
    with Sim(house()) as sim, Watched(sim, ACCOUNT + "Retries 0\n",
                                      interval=INTERVAL) as daemon:
        daemon.wait_up(*KINDS)
        sim.reboot("*", seconds=2.5 * INTERVAL)
        daemon.wait_down(*KINDS)
        daemon.wait_up(*KINDS)
        for name in KINDS:
            lines = lines_of(daemon, name)
            assert len(lines) == 2, lines
            assert "stopped answering" in lines[0]
            assert "answers again" in lines[1]
        assert all(s["failed_logins"] == 0 for s in sim.stats())
        # back at once, in the very cycle in which the server was back
        downs = [sum(v == 0 for _, v in daemon.csv("kasa", n, "up"))
                 for n in KINDS]
        assert max(downs) <= 4


def test_a_web_server_that_sleeps_is_woken_by_a_datagram():
    quirks = {"lazy_http": True}
    with Sim(house(quirks=quirks)) as sim:
        with Watched(sim, ACCOUNT, interval=2 * INTERVAL) as daemon:
            daemon.wait_up(*KINDS)
            daemon.cycles(1)  # the search is over
            sim.reboot("*", seconds=0.05)
            daemon.cycles(2)
            page = daemon.page()
            for name in KINDS:
                # refused, woken up, asked again: nothing is missing
                assert up_only(daemon, name), name
                assert failures(page, name)["refused"] == 1
            assert not daemon.ours()


def test_so_is_one_that_is_configured_by_its_address():
    blocks = "".join(device(d["addr"]) for d in house())
    with Sim(house(quirks={"lazy_http": True})) as sim:
        with Watched(sim, ACCOUNT + "Discovery false\n" + blocks,
                     interval=INTERVAL, discover=False) as daemon:
            daemon.wait_up(*KINDS)


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
    config = f'Username "{USER}"\nPasswordFile "{path}"\n'
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


def test_a_password_may_come_after_the_start(tmp_path):
    path = str(tmp_path / "password")
    config = f'Username "{USER}"\nPasswordFile "{path}"\n'
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
    config = f'Username "{USER}"\nPasswordFile "{path}"\n'
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


def test_an_address_written_in_capitals_is_the_same_owner():
    """Devices keep a hash of it; TPAP's password does not depend on it."""
    config = f'Username "{USER.title()}"\nPassword "{PASSWORD}"\n'
    with Sim(house()) as sim, Watched(sim, config,
                                      interval=INTERVAL) as daemon:
        daemon.wait_up("tpap")
        daemon.wait_line("does not accept the account User@Example.Com",
                         count=len(KINDS) - 1)


# -- firmware


def test_one_request_per_session_is_learned():
    """And one module per request, where firmware has room for no more."""
    plugs = [{"alias": "SHIP 2.0", "transport": "klap", "dialect": "iot",
              "klap": "v1", "lv": 0, "load": 40,
              "quirks": {"one_request": True, "one_module": True}},
             {"alias": "SMART", "transport": "klap", "load": 41,
              "quirks": {"one_request": True}}]
    with Sim(plugs) as sim, Watched(sim, ACCOUNT, interval=INTERVAL) as daemon:
        daemon.wait_up("SHIP 2.0", "SMART")
        daemon.cycles(4)  # its second and third poll teach us its manners
        sim.stats(reset=True)
        before = daemon.cycles(1)
        page = daemon.cycles(4)
        for name, watts in ("SHIP 2.0", 40), ("SMART", 41):
            assert page.get_one("kasa_power", kasa=name) == watts
            assert failures(page, name) == failures(before, name)
            assert up_only(daemon, name)
            seen = sim.stats(name)[0]
            # no request is wasted any more: three make one
            assert seen["requests"] <= 3 * seen["handshakes"]
            assert seen["logins"] == seen["handshakes"]


def test_p100_in_all_its_glory():
    """Closes after each answer, cannot take batches, login version 1."""
    with Sim([{"alias": "P100", "transport": "aes", "model": "P100(US)",
               "lv": 0, "keep_open": False,
               "quirks": {"no_batch": True}}]) as sim:
        with Watched(sim, ACCOUNT + "EnergyInterval 10\n",
                     interval=2 * INTERVAL) as daemon:
            daemon.wait_up("P100", timeout=15)
            page = daemon.cycles(2)
            assert not any(failures(page, "P100").values())
            assert page.get_one("kasa_relay", kasa="P100") == 1
            asked = sim.stats("P100")[0]["asked"]
            assert "smart.get_led_info" not in asked


# -- the end


@pytest.mark.parametrize("fault,parameters", [
    ("silence", {}), ("delay", {"ms": 60000}), ("drop", {}),
    ("drip", {"bytes": 1, "interval": 100}), ("http_status", {"status": 403}),
    ("none", {})])
def test_it_stops_within_a_second_whatever_they_do(fault, parameters):
    """In the middle of requests, handshakes and computations of all kinds."""
    homes = [{**d, "alias": f"{d['alias']} {i}", "https": https,
              "addr": f"127.77.{14 + i}.{n + 1}", "tpap_iterations": 90000}
             for i in range(4) for https in ((False, True)[i % 2],)
             for n, d in enumerate(house())
             if not (https and "aes" in d["alias"])]
    with Sim(homes) as sim:
        with Watched(sim, ACCOUNT + "Timeout 30\n",
                     interval=INTERVAL) as daemon:
            daemon.wait_up("klap 0", "iot klap 1", "aes 0")
            if fault != "none":
                sim.evict("*")
                sim.fault("*", fault, **parameters)
                daemon.wait(lambda: sim.totals()["requests"] > 0, "requests")
            assert daemon.stop() == 0
            assert daemon.stop_seconds < SLOWNESS
