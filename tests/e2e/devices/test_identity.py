# SPDX-License-Identifier: MIT
"""Who is who: history belongs to the MAC address (and the slot), whatever name
or address a device has now, and whoever claims to be it."""

import socket

import pytest

from collectd import SLOWNESS, Collectd, Key, device
from expect import REASONS
from sim import Sim

pytestmark = pytest.mark.takes(80)

SEARCHING = "DiscoveryInterval 1\nTimeout 0.5\nRetries 0\n"


def plug(alias, **members):
    return {"alias": alias, "kind": "plug", "load": 5, **members}


# -- names


def test_a_rename_starts_a_new_series_and_ends_the_old_one():
    with Sim([plug("Before", load=100, total_wh=4000)]) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("Before")
            sim.set("Before", alias="After")
            page = daemon.wait_page(lambda p: p.names() == {"After"},
                                    "the new name alone")
            # what was used before belongs to the old name
            assert page.get_one("kasa_watt_hours_total", kasa="After") < 100
            daemon.wait_line('Before is now called "After"')
            assert len(daemon.ours("is now called")) == 1  # and one notification
            daemon.wait(lambda: daemon.notifications("renamed"), "the notification", 10)
            assert len(daemon.notifications("renamed")) == 1
            assert page.get_one("kasa_total_devices",
                                kasa_total="known") in (1, None)


def test_a_plug_of_a_strip_is_renamed_alone():
    with Sim([{"alias": "Strip", "kind": "strip", "plugs": [
            {"alias": "A", "load": 1}, {"alias": "B", "load": 2}]}]) as sim:
        with Collectd() as daemon:
            daemon.wait_up("Strip")
            sim.set("Strip", plug=1, alias="C")
            page = daemon.wait_page(lambda p: p.get_one(
                "kasa_plug_power", kasa_plug="Strip", type="C") == 2, "C")
            assert page.get_one("kasa_plug_power", kasa_plug="Strip",
                                type="A") == 1
            sim.set("Strip", plug=1, alias="A")
            daemon.wait_page(lambda p: p.get_one(
                "kasa_plug_power", kasa_plug="Strip", type="A (2)") == 2,
                "two of one name")


@pytest.mark.parametrize("by,name", [
    ("mac", "50:c7:bf:12:34:56"), ("address", "127.77.3.4"),
    ("id", "8006" + "AB" * 18), ("alias", "The alias")])
@pytest.mark.plain
def test_name_by(by, name):
    house = [plug("The alias", addr="127.77.3.4", mac="50:C7:BF:12:34:56",
                  device_id="8006" + "AB" * 18)]
    with Sim(house) as _:
        with Collectd(f'Name "{by}"\n', interval=0.5) as daemon:
            daemon.wait_up(name)


def test_the_same_name_and_the_same_end_of_the_mac_stay_apart():
    house = [plug("Twin", mac="50:C7:BF:00:11:22", load=1),
             plug("Twin", mac="50:C7:BF:99:11:22", load=2),
             plug("Twin (1122)", mac="50:C7:BF:99:33:44", load=3),
             plug("twin", load=4)]
    with Sim(house) as _:
        with Collectd(interval=0.5) as daemon:
            page = daemon.wait_page(lambda p: len(
                [k for k in p if k.name == "collectd_kasa_power"]) == 4,
                "four devices")
            page = daemon.cycles(2)
            values = sorted(v for k, v in page.items()
                            if k.name == "collectd_kasa_power")
            assert values == [1, 2, 3, 4], page.names()
            assert len(page.names()) == 4


def test_names_from_the_configuration_win_over_aliases():
    house = [plug("Fridge", addr="127.77.0.1"), plug("Fan", addr="127.77.0.2"),
             {"alias": "Strip", "kind": "strip", "addr": "127.77.0.3",
              "plugs": ["One", "Two", "Three"]}]
    config = (device("127.77.0.1", Name="Cold") + device("Fan", Name="Air")
              + '<Device "127.77.0.3">\n  Name "Desk"\n'
              '  <Plug "Two">\n    Name "Lamp"\n  </Plug>\n'
              '  <Plug "3">\n    Name "Mill"\n  </Plug>\n</Device>\n')
    with Sim(house) as _:
        with Collectd(config, interval=0.5) as daemon:
            page = daemon.wait_up("Cold", "Air", "Desk")
            page = daemon.cycles(1)
            assert page.names() == {"Cold", "Air", "Desk"}
            assert {k.labels["type"] for k in page
                    if k.name == "collectd_kasa_plug_relay"} == {
                        "One", "Lamp", "Mill"}


# -- addresses


def test_a_new_address_keeps_the_series():
    with Sim([plug("Nomad", load=100, total_wh=77), plug("Rock")]) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("Nomad", "Rock")
            before = daemon.wait(lambda: daemon.csv(
                "kasa", "Nomad", "watt_hours"), "its energy")
            new = sim.move("Nomad")
            daemon.wait_page(lambda p: any(
                k.name == "collectd_kasa_info_now" and f"ip={new} " in
                k.labels["type"] for k in p), "the new address", 30)
            page = daemon.wait_up("Nomad")
            assert page.names() == {"Nomad", "Rock"}
            rows = daemon.csv("kasa", "Nomad", "watt_hours")
            assert rows[-1][1] >= before[-1][1] >= 77
            assert all(v == 1 for _, v in daemon.csv("kasa", "Rock", "up"))
            daemon.wait_line("Nomad .*answers again")


def test_two_devices_that_swap_their_addresses_keep_their_series():
    house = [plug("A", load=11, addr="127.77.0.1"),
             plug("B", load=22, addr="127.77.0.2")]
    with Sim(house) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("A", "B")
            sim.move("A", "127.77.0.3")
            sim.move("B", "127.77.0.1")
            sim.move("A", "127.77.0.2")
            sim.set("A", load=33)  # a reading from after the move
            sim.set("B", load=44)
            daemon.wait_page(lambda p: p.get_one("kasa_power", kasa="A") == 33
                             and p.get_one("kasa_power", kasa="B") == 44,
                             "both at their new places", 30)
            # never a value of one under the name of the other
            assert {v for _, v in daemon.csv("kasa", "A", "power")} <= {11, 33}
            assert {v for _, v in daemon.csv("kasa", "B", "power")} <= {22, 44}
            assert daemon.page().names() == {"A", "B"}


def test_a_device_that_is_met_elsewhere_is_asked_there_at_once():
    """Somebody else is at its old address by now, and hangs; that poll is not
    waited for."""
    with Sim([plug("Mover", addr="127.77.3.1")]) as sim:
        config = SEARCHING.replace("Timeout 0.5", "Timeout 60")
        with Collectd(config) as daemon, socket.socket() as mute:
            daemon.wait_up("Mover")
            sim.fault("Mover", "refuse")
            daemon.wait_down("Mover")
            sim.fault("Mover", "gone")
            sim.move("Mover", "127.77.3.2")
            mute.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            mute.bind(("127.77.3.1", 9999))
            mute.listen(8)
            mute.settimeout(20 * SLOWNESS)
            with mute.accept()[0] as hanging:
                hanging.settimeout(20 * SLOWNESS)
                assert hanging.recv(1)
                sim.fault("Mover", "none")
                page = daemon.wait_up("Mover", timeout=30)
                # else it had been waited for
                assert page.get_one("kasa_failures_total", kasa="Mover",
                                    type="timeout") == 0


def test_another_device_at_a_known_address_is_another_device():
    """DHCP gives an address away; the old owner is offline."""
    with Sim([plug("Old", load=11, addr="127.77.0.1")]) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("Old")
            sim.remove("Old")
            sim.add(**plug("New", load=22, addr="127.77.0.1"))
            daemon.wait_up("New", timeout=30)
            daemon.wait_down("Old")
            assert {v for _, v in daemon.csv("kasa", "Old", "power")} == {11}
            daemon.wait(lambda: {v for _, v in daemon.csv(
                "kasa", "New", "power")} == {22}, "its power in csv", 10)


def test_a_configured_address_follows_who_is_there_and_starts_anew():
    with Sim([plug("Old", load=11, addr="127.77.0.1", total_wh=900)]) as sim:
        config = "Discovery false\nTimeout 0.5\n" + device("127.77.0.1")
        with Collectd(config, discover=False) as daemon:
            daemon.wait_up("Old")
            sim.remove("Old")
            sim.add(**plug("New", load=22, addr="127.77.0.1", total_wh=5))
            page = daemon.wait_up("New", timeout=20)
            assert page.get_one("kasa_power", kasa="New") in (22, None)
            daemon.cycles(1)
            rows = daemon.csv("kasa", "New", "watt_hours")
            assert rows[0][1] < 900
            daemon.wait_line("another device .* energy starts anew")
            # the old one is gone, and not called otherwise
            daemon.cycles(2)
            assert not [n for n in daemon.notifications() if "is now called" in n[2]]


# -- impostors


def test_who_answers_in_someone_elses_name_is_not_believed():
    house = [plug("Victim", load=11, mac="50:C7:BF:00:00:01"),
             plug("Liar", load=22, mac="50:C7:BF:00:00:02")]
    with Sim(house) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("Victim", "Liar")
            sim.fault("Liar", "foreign_mac", mac="50:C7:BF:00:00:01")
            page = daemon.wait_down("Liar")
            page = daemon.cycles(4)
            assert page.get_one("kasa_failures_total", kasa="Liar",
                                type="device") >= 1
            assert page.get_one("kasa_up", kasa="Victim") == 1
            assert daemon.ours("Liar.*stopped answering: another device")
            assert len(daemon.lines("claimed by")) <= 1
            sim.fault("Liar", "none")
            daemon.wait_up("Liar", timeout=30)
            assert {v for _, v in daemon.csv("kasa", "Victim",
                                             "power")} == {11}
            assert {v for _, v in daemon.csv("kasa", "Liar", "power")} == {22}
            assert all(v == 1 for _, v in daemon.csv("kasa", "Victim", "up"))
            page = daemon.page()
            assert page.names() == {"Victim", "Liar"}
            assert all(page.get_one("kasa_failures_total", kasa="Victim",
                                    type=r) == 0 for r in REASONS)


def test_a_new_identity_is_a_new_device_and_the_old_one_comes_back():
    house = [plug("Actor", load=11, mac="50:C7:BF:00:00:02"), plug("Good")]
    with Sim(house) as sim:
        with Collectd(SEARCHING) as daemon:
            daemon.wait_up("Actor", "Good")
            sim.fault("Actor", "foreign_mac", mac="50:C7:BF:AA:BB:CC")
            daemon.wait_page(lambda p: p.get_one(
                "kasa_up", kasa="Actor (bbcc)") == 1, "the stranger", 30)
            sim.fault("Actor", "none")
            daemon.wait_page(lambda p: p.get_one(
                "kasa_up", kasa="Actor (0002)") == 1, "the old one", 30)
            daemon.wait_page(lambda p: p.get_one(
                "kasa_up", kasa="Actor (bbcc)") == 0, "the stranger gone")
            assert all(v == 1 for _, v in daemon.csv("kasa", "Good", "up"))


def test_ten_thousand_forged_answers():
    limit, real = 200, 12
    with Sim(count=real) as sim:
        config = (SEARCHING + f"MaxDevices {limit}\nTimeout 0.3\n"
                  ).replace("Timeout 0.5\n", "")
        with Collectd(config) as daemon:
            names = [f"Plug {i + 1:04}" for i in range(real)]
            daemon.wait_up(*names)
            daemon.cycles(2)
            memory = daemon.memory_kib()
            before = [len(daemon.csv("kasa", n, "up")) for n in names]
            sim.forge(10000)
            daemon.wait(lambda: sim.totals()["forged"] == 10000,
                        "all of them to be sent", 30)
            page = daemon.cycles(3)
            known = page[Key("collectd_kasa_total_devices",
                             kasa_total="known")]
            assert known <= limit
            # the real ones were polled all the time, and are still known
            for name, count in zip(names, before):
                rows = daemon.csv("kasa", name, "up")
                assert len(rows) > count + 2
                assert all(v == 1 for _, v in rows), name
            # who never answered leaves no series behind when it goes
            assert len({f for f, _ in daemon.csv_series()}) < 2 * limit
            if SLOWNESS == 1:  # instruments keep what was freed
                assert daemon.memory_kib() - memory < 60 * 1024
            assert len(daemon.ours("MaxDevices")) == 1
            assert len(daemon.ours("does not answer")) < 40
            assert daemon.descriptors() < 700
            # somebody new is let in all the same
            sim.add(**plug("Latecomer"))
            daemon.wait_up("Latecomer", timeout=30)


def test_max_devices_holds_for_real_ones():
    with Sim(count=20) as _:
        with Collectd("MaxDevices 5\nDiscoveryInterval 1\n") as daemon:
            daemon.wait_page(lambda p: len(p.names()) == 5, "five")
            page = daemon.cycles(3)
            assert len(page.names()) == 5
            assert len(daemon.ours("MaxDevices 5 reached")) == 1


# -- coming and going


def test_a_vanished_device_is_kept_or_forgotten():
    for keep in ("true", "false"):
        with Sim([plug("Stays"), plug("Goes")]) as sim:
            with Collectd(SEARCHING + f"KeepMissing {keep}\n") as daemon:
                daemon.wait_up("Stays", "Goes")
                sim.remove("Goes")
                daemon.wait_down("Goes")
                if keep == "true":
                    daemon.wait(lambda s=sim: s.stats("Stays")[0][
                        "udp_probes"] > 12, "more than three searches", 30)
                    page = daemon.page()
                    assert page.get_one("kasa_up", kasa="Goes") == 0
                else:
                    page = daemon.wait_page(
                        lambda p: p.names() == {"Stays"}, "it to be forgotten",
                        40)
                    assert len(daemon.ours("Goes.*forgotten")) == 1
                sim.add(**plug("Goes", mac="50:C7:B0:00:00:01"))
                daemon.wait_up("Goes", timeout=30)


def test_a_configured_device_is_never_forgotten_and_found_when_it_comes():
    config = (SEARCHING + "KeepMissing false\n" + device("127.77.9.9")
              + device("50:C7:BF:77:77:77", Name="By MAC")
              + device("The alias", Name="By alias"))
    with Sim([plug("Stays")]) as sim:
        with Collectd(config) as daemon:
            daemon.wait_down("127.77.9.9", "By MAC", "By alias", timeout=20)
            daemon.wait(lambda: sim.stats("Stays")[0]["udp_probes"] > 12,
                        "more than three searches", 30)
            daemon.wait_down("127.77.9.9", "By MAC", "By alias")
            sim.add(**plug("X", addr="127.77.9.9"))
            sim.add(**plug("Y", mac="50:C7:BF:77:77:77"))
            sim.add(**plug("The alias"))
            daemon.wait_up("X", "By MAC", "By alias", timeout=30)
            assert daemon.cycles(1).names() >= {"X", "By MAC", "By alias"}


@pytest.mark.plain
@pytest.mark.parametrize("option,names", [
    ('Ignore "Xmas tree"', {"Lab 1", "Lab 2", "Desk"}),
    ('Ignore "xmas TREE"', {"Lab 1", "Lab 2", "Desk"}),
    ('Ignore "/^Lab/"', {"Xmas tree", "Desk"}),
    ('Ignore "127.77.0.1"', {"Lab 2", "Xmas tree", "Desk"}),
    ('Ignore "50-C7-BF-00-00-02"', {"Lab 1", "Xmas tree", "Desk"}),
    ('Ignore "/^Lab/"\nIgnore "Desk"', {"Xmas tree"}),
    ('Ignore "/^Lab/" "Desk"', {"Xmas tree"}),
    ('Only "/^Lab/"', {"Lab 1", "Lab 2"}),
    ('Only "Desk"\nOnly "127.77.0.1"', {"Lab 1", "Desk"}),
    ('Only "/^Lab/"\nIgnore "Lab 2"', {"Lab 1"}),
])
def test_ignore_and_only(option, names):
    house = [plug("Lab 1", addr="127.77.0.1"),
             plug("Lab 2", addr="127.77.0.2", mac="50:C7:BF:00:00:02"),
             plug("Xmas tree"), plug("Desk")]
    with Sim(house) as sim:
        with Collectd(option + "\n", interval=0.5) as daemon:
            daemon.wait_up(*names)
            page = daemon.cycles(1)
            assert page.names() == names
            # who is ignored is left alone
            for d in sim.truth():
                if d["alias"] not in names:
                    assert sim.stats(d["addr"])[0]["requests"] == 0


def test_who_is_renamed_into_the_ignored_ones_is_left_alone():
    with Sim([plug("Lamp"), plug("Desk")]) as sim:
        with Collectd(SEARCHING + 'Ignore "/^Xmas/"\n') as daemon:
            daemon.wait_up("Lamp", "Desk")
            sim.set("Lamp", alias="Xmas lamp")
            daemon.wait_page(lambda p: p.names() == {"Desk"}, "Desk alone")
            sim.stats(reset=True)
            daemon.cycles(2)
            assert sim.stats("Xmas lamp")[0]["requests"] == 0
            sim.set("Xmas lamp", alias="Lamp")
            daemon.wait_up("Lamp", timeout=20)


# -- options of one device


def test_a_device_has_an_interval_of_its_own():
    config = (device("127.77.0.1", Interval=3) + device(
        "127.77.0.2", Interval=0.2))
    with Sim(count=3) as _:
        with Collectd(config) as daemon:
            daemon.wait_up("Plug 0001", "Plug 0002", "Plug 0003")
            daemon.wait(lambda: len(daemon.csv("kasa", "Plug 0001", "up"))
                        >= 4, "four values", 20)
            slow = [t for t, _ in daemon.csv("kasa", "Plug 0001", "up")][1:]
            quick = [t for t, _ in daemon.csv("kasa", "Plug 0003", "up")]
            gaps = [b - a for a, b in zip(slow, slow[1:])]
            assert all(2.4 < g < 3.6 + SLOWNESS for g in gaps), gaps
            assert len(quick) >= 2.5 * len(slow)
            # a wish to be quicker than the plugin cannot be met, and must not
            # let the values expire
            page = daemon.page()
            assert page.get_one("kasa_up", kasa="Plug 0002") == 1
            assert not daemon.lines("has not been updated")


def test_groups_of_values_can_be_switched_off():
    house = [{"alias": "Bulb", "kind": "bulb"},
             {"alias": "Hall", "kind": "sensor"}, plug("Plug")]
    config = ("Report info false\nReport lights false\n"
              "Report sensors false\nReport totals false\n")
    with Sim(house) as _:
        with Collectd(config, interval=0.5) as daemon:
            daemon.wait_up("Bulb", "Hall", "Plug")
            daemon.wait(lambda: len(daemon.csv("kasa", "Plug", "up")) > 2,
                        "some cycles")
            names = {k.name for k in daemon.page()}
            for type_ in ("info", "brightness", "motion", "ambient_light"):
                assert f"collectd_kasa_{type_}" not in names
            assert not [n for n in names if "kasa_total" in n]
            assert "collectd_kasa_power" in names
