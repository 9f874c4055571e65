# SPDX-License-Identifier: MIT
"""Hosts that want the account, or the place of a device: they are told nothing
that is made of it, and take nothing over."""

import json
import os
import socket

import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")

from collectd import Collectd, device  # noqa: E402
from klap_tpap import PASSWORD, USER  # noqa: E402
from leaks import find, forms  # noqa: E402
from rogue import Rogue, tdp, udp_ports  # noqa: E402
from sim import Sim  # noqa: E402

pytestmark = pytest.mark.takes(100)

PLACE = "127.201.9.9"
OWN = f'Username "{USER}"\nPassword "{PASSWORD}"\nTimeout 1\n'
SEARCH = OWN + f'DiscoveryTarget "{PLACE}"\nDiscoveryTimeout 0.5\n'
LOGINS = (None, 1, 2)  # what it says of the login it wants
MAC = "50:c7:bf:66:06:66"


def secrets(rogue):
    return find(forms(USER, PASSWORD), {"received": rogue.text()})


def run(config, **kw):
    return Collectd(config, interval=0.5, discover=False, **kw)


@pytest.mark.parametrize("login", LOGINS)
def test_a_host_that_answers_the_search_is_told_nothing(login):
    with Rogue(PLACE, login=login) as rogue, run(SEARCH) as daemon:
        lines = daemon.wait_line("wants the TP-Link account by AES")
        daemon.wait(lambda: rogue.methods.count("handshake") > 0, "a handshake")
        daemon.cycles(4)
        assert not secrets(rogue)
        assert "login_device" not in rogue.methods
        for word in (MAC, PLACE, "[warning]", "AllowAES true",
                     'Transport "aes"', f'<Device "{MAC}">',
                     "password itself" if login == 1 else "without salt"):
            assert word in lines[0], word
        assert len(daemon.ours("wants the TP-Link account by AES")) == 1
        assert daemon.page().get_one("kasa_up", kasa="P100 0666") == 0


@pytest.mark.parametrize("block", [
    device(PLACE), device(PLACE, AllowAES=False, Transport="klap"),
    device(PLACE, Transport="tpap")])
def test_a_host_at_a_configured_address_is_told_nothing(block):
    with Rogue(PLACE, answers=False) as rogue:
        with run(OWN + "AllowAES false\nDiscovery false\n" + block) as daemon:
            if "Transport" in block:
                daemon.wait(lambda: len(rogue.seen) > 4, "some requests")
            else:
                daemon.wait_line("wants the TP-Link account by AES",
                                 timeout=20)
            daemon.cycles(6)
            assert not secrets(rogue)
            assert "login_device" not in rogue.methods


def test_a_host_that_nobody_asked_is_not_even_called():
    """One answers, at another address; the other shouts, while the search is on
    and after it."""
    asked = "127.88.7.7"
    with Rogue(PLACE) as rogue, Rogue(asked, mac="50-C7-BF-66-06-67") as other:
        config = (OWN + f'DiscoveryTarget "{asked}"\nDiscoveryTimeout 2\n'
                  "DiscoveryInterval 2\n")
        with run(config) as daemon:
            daemon.wait(lambda: other.seen, "the search")
            for _ in range(12):
                for port in udp_ports(daemon.process.pid):
                    rogue.udp.sendto(rogue.datagram(), ("127.0.0.1", port))
                daemon.cycles(1)
            assert not rogue.seen
            assert "P100 0666" not in daemon.page().names()
            assert "P100 0667" in daemon.page().names()


@pytest.mark.parametrize("how", [
    SEARCH + "AllowAES true\n",
    SEARCH + device(MAC, AllowAES=True),
    SEARCH + device(MAC, Transport="aes"),
    OWN + "Discovery false\n" + device(PLACE, AllowAES=True)])
def test_who_says_so_shows_it_and_is_told(how):
    """Else the tests above could not fail. The hash, and no more."""
    with Rogue(PLACE) as rogue, run(how) as daemon:
        daemon.wait(lambda: "login_device" in rogue.methods, "a login",
                    timeout=20)
        daemon.cycles(3)
        assert secrets(rogue)
        assert "password2" in rogue.text()
        assert '"password"' not in rogue.text()


@pytest.mark.parametrize("how", [
    {"credentials": "blank"}, {"credentials": "tapo"}, {"transport": "xor"}],
    ids=["blank", "tapo", "xor"])
def test_an_impostor_without_the_account_takes_no_place_over(how):
    """At the device's address, with its MAC."""
    plug = {"alias": "Freezer", "addr": PLACE, "mac": "50:C7:BF:66:06:66",
            "transport": "klap", "load": 80}
    with run(SEARCH + "DiscoveryInterval 1\n") as daemon:
        with Sim([plug]):
            daemon.wait_up("Freezer")
        daemon.wait_down("Freezer")
        with Sim([{**plug, "load": 666, **how}]):
            daemon.cycles(8)
        seen = {w for _, w in daemon.csv("kasa", "Freezer", "power")}
        assert 666 not in seen and 80 in seen, seen
        assert daemon.page().names() == {"Freezer"}


def test_a_camera_that_never_was_forgets_nobody():
    """An alarm about a device that is away lives on."""
    plug = {"alias": "Freezer", "addr": PLACE, "mac": "50:C7:BF:66:06:66",
            "load": 80}
    with Sim([plug]) as sim:
        config = (f'DiscoveryTarget "{PLACE}"\nDiscoveryTimeout 0.5\n'
                  "DiscoveryInterval 1\nTimeout 0.3\nRetries 0\n")
        with run(config) as daemon:
            daemon.wait_up("Freezer")
            sim.fault("Freezer", "gone")
            daemon.wait_down("Freezer")
            camera = tdp(PLACE, "50-C7-BF-66-06-66", {"encrypt_type": "AES"},
                         kind="SMART.IPCAMERA")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((PLACE, 28081))
                for _ in range(6):
                    for port in udp_ports(daemon.process.pid):
                        sock.sendto(camera, ("127.0.0.1", port))
                    daemon.cycles(1)
            before = len(daemon.csv("kasa", "Freezer", "up"))
            daemon.wait(lambda: len(daemon.csv("kasa", "Freezer", "up"))
                        > before + 2, "up 0 goes on")


@pytest.mark.parametrize("said,reply", [
    ({"encrypt_type": "AES", "http_port": 80, "lv": 2}, {"error_code": 1003}),
    ({"encrypt_type": "KLAP", "http_port": 80, "lv": 2},
     b"<html><body>busy</body></html>")])
def test_what_is_open_is_used_when_the_datagram_is_wrong(said, reply):
    """It says one thing and serves another: kasa goes through the others, and
    says what it tried when there is none."""
    with Rogue(PLACE, http=reply) as rogue:
        rogue.scheme = said
        with run(SEARCH) as daemon:
            daemon.wait_line("cannot be read by any of", timeout=20)
            assert not secrets(rogue)
            for path in b"/app/handshake1", b"POST / ":
                assert any(path in x for x in rogue.seen), path


def test_port_9999_is_read_where_the_account_is_refused():
    """Its datagram says KLAP, and what listens there belongs to somebody
    else."""
    xor = {"alias": "Kettle", "addr": PLACE, "load": 110,
           "mac": "50:C7:BF:66:06:66"}
    said = tdp(PLACE, xor["mac"], {"encrypt_type": "KLAP", "http_port": 8090,
                                   "lv": 2}, kind="IOT.SMARTPLUGSWITCH")
    klap = {"alias": "Other", "addr": "127.201.9.11", "transport": "klap"}
    with Sim([xor, klap]):
        with run(SEARCH) as daemon:
            for _ in range(4):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.bind((PLACE, 28082))
                    for port in udp_ports(daemon.process.pid):
                        sock.sendto(said, ("127.0.0.1", port))
            daemon.wait_up("Kettle", timeout=20)


@pytest.mark.parametrize("account", [OWN, "Timeout 1\n"],
                         ids=["another", "none"])
def test_port_9999_is_read_where_another_account_is_wanted(account):
    """It is found by its word of KLAP alone, and what listens at the port it
    names proves an account that is not ours, or there is none to prove."""
    xor = {"alias": "Kettle", "addr": PLACE, "load": 110,
           "mac": "50:C7:BF:66:06:66", "fault": {"fault": "udp_silent"}}
    said = tdp(PLACE, xor["mac"], {"encrypt_type": "KLAP", "http_port": 80,
                                   "lv": 2}, kind="IOT.SMARTPLUGSWITCH")
    config = SEARCH.replace(OWN, account) + "DiscoveryInterval 1\n"
    with Sim([xor]), Rogue(PLACE, http=bytes(range(100, 148)),
                           datagrams=False) as rogue:
        with run(config) as daemon, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((PLACE, 28083))

            def introduced():
                for port in udp_ports(daemon.process.pid):
                    sock.sendto(said, ("127.0.0.1", port))
                return any(b"/app/handshake1" in x for x in rogue.seen)
            daemon.wait(introduced, "KLAP is tried")
            daemon.wait_up("Kettle", timeout=20)
            assert daemon.page().get_one("kasa_power", kasa="Kettle") == 110
            assert not secrets(rogue)


def test_pages_without_end_are_left_after_some(tmp_path):
    """A strip that always has another page of plugs to tell about."""
    dump = os.path.join(os.environ.get("KASA_DEVICES", ""), "smart",
                        "P304M(UK)_1.0_1.0.3.json")
    if not os.path.exists(dump):
        pytest.skip("KASA_DEVICES does not name a folder with INDEX.tsv")
    with open(dump, encoding="utf-8") as file:
        strip = json.load(file)
    listed = strip["get_child_device_list"]
    listed["child_device_list"] += [
        {"device_id": f"80{i:038d}", "device_on": True} for i in range(1500)]
    listed["sum"] = 1000000
    (tmp_path / "iot").mkdir()
    (tmp_path / "smart").mkdir()
    with open(tmp_path / "smart" / "Endless.json", "w",
              encoding="utf-8") as file:
        json.dump(strip, file)
    with Sim(dumps=str(tmp_path)) as sim:
        config = OWN + ('DiscoveryTarget "127.255.255.255"\n'
                        'DiscoveryTimeout 0.5\nName "address"\n')
        with Collectd(config, interval=1, discover=False) as daemon:
            addr = sim.truth()[0]["addr"]
            daemon.wait_page(lambda p: p.get_one("kasa_up", kasa=addr)
                             is not None, "a poll that ends", timeout=20)
            # what is new of its plugs is asked at first, also only so far
            daemon.cycles(3)
            first, at_first = (len(daemon.csv("kasa", addr, "up")),
                               sim.stats(addr)[0]["requests"])
            assert 0 < at_first < (first + 2) * 40, (at_first, first)
            daemon.cycles(4)
            polls = len(daemon.csv("kasa", addr, "up")) - first + 2
            asked = sim.stats(addr)[0]["requests"] - at_first
            assert 0 < asked < polls * 20, (asked, polls)
            assert not daemon.lines("polling takes longer")


def test_a_lost_device_is_found_at_its_new_address():
    """At the usual DiscoveryInterval, within two searches."""
    home = [{"alias": f"Plug {i}", "addr": f"127.77.3.{i + 1}",
             "mac": f"50:C7:BF:33:00:{i:02X}", "load": i} for i in range(20)]
    moved = [{**d, "addr": f"127.77.4.{i + 9}"} for i, d in enumerate(home)]
    names = [d["alias"] for d in home]
    config = ('DiscoveryTarget "127.255.255.255"\nDiscoveryTimeout 0.6\n'
              "Timeout 0.5\nRetries 0\n")
    sim = Sim(home)
    sim.__enter__()
    try:
        with run(config) as daemon:
            daemon.wait_up(*names)
            sim.__exit__(None, None, None)
            daemon.wait_down(*names)
            sim = Sim(moved)
            sim.__enter__()
            daemon.wait_up(*names, timeout=25)
    finally:
        sim.__exit__(None, None, None)


def test_debug_shows_one_device_and_no_secrets():
    home = [{"alias": "Seen", "addr": PLACE, "transport": "klap", "load": 5},
            {"alias": "Unseen", "addr": "127.201.9.10", "load": 6}]
    with Sim(home):
        config = (OWN + "Discovery false\n" + device(PLACE, Debug=True)
                  + device("127.201.9.10"))
        with run(config) as daemon:
            daemon.wait_up("Seen", "Unseen")
            daemon.wait_line(r"Seen \(127.201.9.9, klap, smart\) asked: ")
            line = daemon.wait_line("answered .*get_device_info")[0]
            assert "127.201.9.10" not in " ".join(daemon.ours("asked:"))
            assert '"ssid":"***"' in line and '"model"' in line
            assert not find(forms(USER, PASSWORD), {"log": daemon.log()})


@pytest.mark.parametrize("text,named", [
    (b"\xef\xbb\xbf" + PASSWORD.encode() + b"\n", "byte order mark"),
    (PASSWORD.encode() + b"\r\n", None)])
def test_a_password_file_as_editors_leave_it(tmp_path, text, named):
    path = tmp_path / "password"
    path.write_bytes(text)
    path.chmod(0o600)
    config = (f'Username "{USER}"\nPasswordFile "{path}"\nTimeout 1\n'
              "Discovery false\n" + device(PLACE))
    with Sim([{"alias": "A", "addr": PLACE, "transport": "klap"}]):
        with run(config, errors="byte order mark") as daemon:
            daemon.wait_up("A")
            assert bool(daemon.lines("byte order mark")) == bool(named)

