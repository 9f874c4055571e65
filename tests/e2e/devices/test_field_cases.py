# SPDX-License-Identifier: MIT
"""What people and a hostile review reported, each through the real daemon, as
far as no other test has it: doc/field-cases.md names all of them."""

import json
import socket
import time

import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")

from all_transports import ACCOUNT  # noqa: E402
from collectd import Collectd, device  # noqa: E402
from klap_tpap import PASSWORD, USER  # noqa: E402
from leaks import Watched, find, forms  # noqa: E402
from rogue import Rogue, tdp, udp_ports  # noqa: E402
from sim import Sim  # noqa: E402
from test_partial import CONFIG, INTERVAL, has, plug  # noqa: E402

pytestmark = [pytest.mark.plain, pytest.mark.takes(70)]

KWH = ("kwh_today", "kwh_month")
PLACE = "127.201.9.9"
SEARCH = (f'DiscoveryTarget "{PLACE}"\nDiscoveryTimeout 0.5\n'
          "DiscoveryInterval 1\nTimeout 1\nRetries 0\n")


def run(config):
    return Collectd(config, interval=0.5, discover=False)


def xor(text):
    """A datagram of the older discovery."""
    key, out = 171, bytearray()
    for byte in text.encode():
        key ^= byte
        out.append(key)
    return bytes(out)


# -- parts. kwh_today and kwh_month are the ledger's: a device's own figures
# begin them, so they must not fall, whatever becomes of those.


def own_days(daemon, sim, name):
    """What a device says of its days, as kasactl reads it."""
    read = json.loads(daemon.kasactl("read", sim.device(name)["addr"], "--json"))
    return [read.get(t) for t in KWH]


def never_fall(daemon, name):
    for series in KWH:
        seen = [v for _, v in daemon.csv("kasa", name, series) if v == v]
        assert seen and seen == sorted(seen), series


@pytest.mark.parametrize("code", [-2, -11])
def test_days_that_are_refused_once_are_left_out_and_come_back(code):
    """B3, of the older dialect: never the last figure, frozen."""
    home = [{"alias": "HS110", "kind": "plug", "load": 40}]
    config = CONFIG + "EnergyInterval 10\n"
    with Sim(home) as sim, Watched(sim, config, interval=INTERVAL) as daemon:
        daemon.wait_page(lambda p: has(p, "HS110", *KWH) == list(KWH), "kWh")
        assert None not in own_days(daemon, sim, "HS110")
        sim.fault("HS110", "method", method="get_daystat get_monthstat",
                  code=code)
        assert own_days(daemon, sim, "HS110") == [None, None]
        daemon.wait_line("a part of its answers cannot be used", timeout=30)
        page = daemon.cycles(2)
        assert page.get_one("kasa_power", kasa="HS110") == 40
        assert page.get_one("kasa_up", kasa="HS110") == 1
        sim.fault("HS110", "none")
        daemon.wait_line("answers in full again", timeout=30)
        never_fall(daemon, "HS110")


def test_all_plugs_of_a_strip_without_a_clock_are_asked_again():
    """B3: not one of them answers for energy; all are back."""
    names = ["A", "B", "C", "D"]
    strip = {"alias": "Strip", "transport": "klap", "dialect": "smart",
             "model": "P304M(UK)",
             "plugs": [{"alias": n, "load": 10} for n in names]}
    with Sim([strip]) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Strip")
        sim.fault("Strip", "method", method="get_energy_usage", code=-1003)
        daemon.wait_line("a part of its answers cannot be used", timeout=30)
        page = daemon.cycles(4)
        assert page.get_one("kasa_up", kasa="Strip") == 1
        for name in names:
            assert page.get_one("kasa_plug_relay", kasa_plug="Strip",
                                type=name) == 1
            assert page.get_one("kasa_plug_power", kasa_plug="Strip",
                                type=name) == 10
        sim.fault("Strip", "none")
        daemon.wait_line("answers in full again", timeout=30)


@pytest.mark.parametrize("year", [1970, 2000, 2012])
@pytest.mark.parametrize("spoken", [
    {"kind": "plug", "generation": 1},
    {"transport": "klap", "model": "P110M(EU)"}], ids=["iot", "smart"])
def test_a_clock_of_another_year_is_no_clock(spoken, year):
    """B11: the days of such a clock are no days."""
    wrong = (year - 1970) * 31557600 - int(time.time()) + 864000
    home = [{"alias": "Plug", "load": 40, "volts": 230, **spoken}]
    with Sim(home) as sim, Watched(sim, CONFIG + "EnergyInterval 10\n",
                                   interval=INTERVAL) as daemon:
        daemon.wait_page(lambda p: has(p, "Plug", *KWH) == list(KWH), "kWh")
        assert None not in own_days(daemon, sim, "Plug")
        sim.set("Plug", clock_offset=wrong)
        assert own_days(daemon, sim, "Plug") == [None, None]
        page = daemon.cycles(2)
        assert page.get_one("kasa_up", kasa="Plug") == 1
        assert page.get_one("kasa_power", kasa="Plug") == 40
        sim.set("Plug", clock_offset=0)
        assert None not in own_days(daemon, sim, "Plug")
        never_fall(daemon, "Plug")


@pytest.mark.parametrize("spoken, off, words", [
    ({"kind": "plug", "generation": 1}, -26.5 * 31556952, "26 years behind"),
    ({"transport": "klap", "model": "P110M(EU)"}, 7200, "2 hours ahead")],
    ids=["iot", "smart"])
def test_a_clock_that_is_off_is_told_once_in_each_state(spoken, off, words):
    """ENERGY 2: once, and once more only after it was right again."""
    home = [{"alias": "Freezer", "load": 40, "volts": 230, "clock_offset": off, **spoken}]
    line = f"the clock of Freezer is {words}"
    looks = int(12 / INTERVAL) + 1
    with Sim(home) as sim, Watched(sim, CONFIG + "EnergyInterval 10\n",
                                   interval=INTERVAL) as daemon:
        daemon.wait_line(line, timeout=30)
        daemon.cycles(looks)
        assert daemon.log().count("the clock of") == 1
        sim.set("Freezer", clock_offset=0)
        daemon.cycles(looks)
        sim.set("Freezer", clock_offset=off)
        daemon.wait(lambda: daemon.log().count(line) == 2, "told again", 30)


@pytest.mark.parametrize("how", [{"how": "http_status", "code": 500},
                                 {"how": "list"}, {"code": -1001}])
def test_a_device_that_cannot_say_what_it_can_do_is_tried_out(how):
    """B6: its values come, and nobody logs in for it in every poll."""
    home = [plug("Boiler", "klap", fault={
        "fault": "method", "method": "component_nego", **how})]
    with Sim(home) as sim, Watched(sim, CONFIG, interval=INTERVAL) as daemon:
        daemon.wait_up("Boiler")
        daemon.wait_page(lambda p: has(p, "Boiler", "power", "voltage"),
                         "values")
        daemon.cycles(2)
        early = sim.stats("Boiler")[0]["logins"]
        page = daemon.cycles(6)
        assert page.get_one("kasa_up", kasa="Boiler") == 1
        assert page.get_one("kasa_power", kasa="Boiler") == 60
        assert page.get_one("kasa_voltage", kasa="Boiler") == 230
        assert sim.stats("Boiler")[0]["logins"] - early <= 1


# -- the way in


@pytest.mark.parametrize("block", ["", device(PLACE)], ids=["search", "block"])
@pytest.mark.parametrize("owner", ["", "0123456789ABCDEF" * 2],
                         ids=["nobody", "another"])
def test_port_9999_is_read_whoever_owns_the_device(owner, block):
    """B4: its datagram says KLAP and names an owner, or none."""
    xor_plug = {"alias": "Kettle", "addr": PLACE, "load": 110,
                "mac": "50:C7:BF:66:06:66", "fault": {"fault": "udp_silent"}}
    config = ACCOUNT + SEARCH + block
    scheme = {"encrypt_type": "KLAP", "http_port": 80, "lv": 2}
    said = tdp(PLACE, xor_plug["mac"], scheme, kind="IOT.SMARTPLUGSWITCH",
               owner=owner)
    with Sim([xor_plug]), Rogue(PLACE, http=bytes(48), datagrams=False):
        with run(config) as daemon, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((PLACE, 28084))

            def is_up():
                for port in udp_ports(daemon.process.pid):
                    sock.sendto(said, ("127.0.0.1", port))
                return daemon.page().get_one("kasa_power", kasa="Kettle")
            daemon.wait(lambda: is_up() == 110, "its power", timeout=40)


def test_klap_is_found_behind_a_datagram_that_says_aes():
    """B8: it is still said, and what is open is used."""
    klap = {"alias": "Lamp", "addr": PLACE, "load": 7, "transport": "klap",
            "mac": "50:C7:BF:66:06:66", "fault": {"fault": "udp_silent"}}
    said = tdp(PLACE, klap["mac"], {"encrypt_type": "AES", "http_port": 80,
                                    "lv": 2})
    with Sim([klap]) as sim, run(ACCOUNT + SEARCH) as daemon, socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((PLACE, 28085))

        def power():
            for port in udp_ports(daemon.process.pid):
                sock.sendto(said, ("127.0.0.1", port))
            return daemon.page().get_one("kasa_power", kasa="Lamp")
        daemon.wait(lambda: power() == 7, "its power", timeout=40)
        assert sim.stats("Lamp")[0]["failed_logins"] == 0


def test_a_blank_behind_the_password_is_named(tmp_path):
    """B7."""
    path = tmp_path / "password"
    path.write_text(PASSWORD + " \n", encoding="utf-8")
    path.chmod(0o600)
    config = f'Username "{USER}"\nPasswordFile "{path}"\nDiscovery false\n'
    with Sim([{"alias": "A", "addr": PLACE, "transport": "klap"}]):
        with Collectd(config + device(PLACE), interval=0.5, discover=False,
                      errors="blank before or behind") as daemon:
            daemon.wait_line("has a blank before or behind it, which counts")


# -- strangers


def test_a_forged_namesake_renames_nobody():
    """SECURITY 3: it never answers, whatever it is called."""
    real = {"alias": "Freezer", "addr": PLACE, "load": 80,
            "mac": "50:C7:BF:66:06:66"}
    forged = xor(json.dumps({"system": {"get_sysinfo": {
        "alias": "Freezer", "model": "HS110(EU)", "deviceId": "8006" + "CD" * 18,
        "mac": "50:C7:BF:66:11:22", "type": "IOT.SMARTPLUGSWITCH",
        "feature": "TIM:ENE", "relay_state": 1, "err_code": 0}}}))
    config = ACCOUNT + SEARCH.replace(PLACE, "127.255.255.255")
    with Sim([real]), run(config) as daemon, socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((PLACE.rsplit(".", 1)[0] + ".77", 28086))
        daemon.wait_up("Freezer")

        def is_met():
            for port in udp_ports(daemon.process.pid):
                sock.sendto(forged, ("127.0.0.1", port))
            return daemon.page().names() != {"Freezer"}
        daemon.wait(is_met, "the namesake", timeout=30)
        page = daemon.cycles(4)
        assert page.names() == {"Freezer", "Freezer (1122)"}
        assert page.get_one("kasa_up", kasa="Freezer") == 1
        assert page.get_one("kasa_power", kasa="Freezer") == 80
        assert {v for _, v in daemon.csv("kasa", "Freezer", "up")} == {1}


def test_a_hello_of_three_hundred_cookies():
    """SECURITY 12: lifetimes that are not to be added up."""
    with Rogue(PLACE, http=bytes(48)) as rogue:
        rogue.scheme = {"encrypt_type": "KLAP", "http_port": 80, "lv": 2}
        rogue.headers = b"Set-Cookie: TIMEOUT=99999999\r\n" * 300
        with run(ACCOUNT + SEARCH) as daemon:
            daemon.wait(lambda: any(b"/app/handshake1" in x
                                    for x in rogue.seen), "a handshake")
            daemon.cycles(3)
            assert not find(forms(USER, PASSWORD), {"seen": rogue.text()})
            assert daemon.process.poll() is None
