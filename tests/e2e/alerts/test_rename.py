# SPDX-License-Identifier: MIT
"""A plug or an outlet gets another name, in the app, while it has an alert: the
whole way from simulated plugs to what people get."""

import subprocess

import pytest

from collectd import BUILD, PLUGINDIR, Collectd, wait
from mocks import web
from sim import Sim

pytestmark = pytest.mark.takes(105)

THRESHOLDS = """
<Plugin threshold>
  <Plugin "kasa">
    <Type "power">
      FailureMax 1500
    </Type>
    <Type "up">
      FailureMin 0.5
      Hits 2
    </Type>
  </Plugin>
  <Plugin "kasa_plug">
    <Type "power">
      FailureMax 1500
    </Type>
  </Plugin>
</Plugin>
"""


class Person(web.Mock):
    """Has been told .titles."""

    def judge(self, request):
        return web.Reply(200, b"ok")

    @property
    def alerts(self):
        return [dict(request.json()["alert"], event=request.json()["event"]) for request in self.requests]

    @property
    def titles(self):
        return [alert["title"].replace("\u202f", " ") for alert in self.alerts]

    def blocks(self, folder, more=""):
        return f"""
PluginDir "{BUILD}/.libs"
LoadPlugin notify_kasa
PluginDir "{PLUGINDIR}"
<Plugin notify_kasa>
  RecoverAfter 1
  ControlSocket "{folder}/control"
  {more}
  <Channel webhook "hub">
    URL "{self.url}/x"
  </Channel>
</Plugin>
{THRESHOLDS}
"""


def told(person, daemon, *beginnings):
    """Exactly that, one after the other."""
    wait(lambda: len(person.titles) >= len(beginnings), f"{beginnings}, not {person.titles}", 25, daemon.tail)
    assert len(person.titles) == len(beginnings), person.titles
    for title, begins in zip(person.titles, beginnings):
        assert title.startswith(begins), person.titles


def quiet(daemon):
    """Long enough for collectd to miss what was called otherwise."""
    daemon.cycles(6)


def test_a_plug_that_is_renamed_while_its_alert_fires(tmp_path):
    with Sim([{"alias": "Freezer", "kind": "plug", "load": 92}]) as sim, Person() as person, Collectd(
            blocks=person.blocks(tmp_path), plugins=("threshold",)) as daemon:
        daemon.wait_up("Freezer")
        sim.set("Freezer", load=1900)
        told(person, daemon, "Freezer: 1 9")
        sim.set("Freezer", alias="Chest")
        said = ("Freezer: 1 9", 'Closed: Freezer is now called "Chest"', "Chest: 1 9")
        wait(lambda: len(person.titles) >= 3, "what follows", 25, daemon.tail)
        # the two that follow are of two alerts: neither waits for the other
        assert sorted(person.titles) == sorted([person.titles[0], said[1], next(
            title for title in person.titles if title.startswith(said[2]))])
        closed = next(alert for alert in person.alerts if alert["event"] == "resolved")
        assert closed["episode"] == person.alerts[0]["episode"]
        assert "under the old name is closed" in closed["text"] and "OK" not in closed["title"]
        quiet(daemon)
        assert len(person.titles) == 3, person.titles
        sim.set("Chest", load=92)
        wait(lambda: len(person.titles) == 4, "the end", 25, daemon.tail)
        assert person.titles[3].startswith("OK: Chest 9")
        quiet(daemon)
        assert len(person.titles) == 4, person.titles


def test_an_acknowledgement_goes_with_the_plug(tmp_path):
    with Sim([{"alias": "Freezer", "kind": "plug", "load": 92}]) as sim, Person() as person, Collectd(
            blocks=person.blocks(tmp_path), plugins=("threshold",)) as daemon:
        daemon.wait_up("Freezer")
        sim.set("Freezer", load=1900)
        told(person, daemon, "Freezer: 1 9")
        subprocess.run([f"{BUILD}/kasactl", "alerts", "ack", "1", "--socket", tmp_path / "control"], check=True)
        sim.set("Freezer", alias="Chest")
        wait(lambda: len(person.titles) >= 5, "what follows", 25, daemon.tail)
        quiet(daemon)
        chest = [alert for alert in person.alerts if alert["device"] == "Chest"]
        assert [alert["event"] for alert in chest] == ["firing", "acknowledged"], person.alerts
        assert "Acknowledged by " in chest[1]["text"]
        assert len(person.titles) == 5, person.titles


def test_a_plug_that_is_renamed_with_nothing_wrong_is_not_missed(tmp_path):
    with Sim([{"alias": "Freezer", "kind": "plug", "load": 92}]) as sim, Person() as person, Collectd(
            blocks=person.blocks(tmp_path), plugins=("threshold",)) as daemon:
        daemon.wait_up("Freezer")
        daemon.cycles(2)
        sim.set("Freezer", alias="Chest")
        daemon.wait_up("Chest")
        daemon.wait(lambda: any("has not been updated" in n[2] for n in daemon.notifications()),
                    "collectd misses the old name", 25)
        quiet(daemon)
        assert person.titles == []
        # and the new one is watched as the old one was
        sim.set("Chest", load=1900)
        told(person, daemon, "Chest: 1 9")


def test_an_outlet_that_is_renamed_while_its_alert_fires(tmp_path):
    house = [{"alias": "Strip", "kind": "strip", "plugs": [{"alias": "Lamp", "load": 10}, {"alias": "Fan", "load": 10}]}]
    with Sim(house) as sim, Person() as person, Collectd(
            blocks=person.blocks(tmp_path), plugins=("threshold",)) as daemon:
        daemon.wait_up("Strip")
        sim.set("Strip", plug=0, load=1900)
        wait(lambda: "Strip, Lamp: 1 9" in " ".join(person.titles), "the lamp", 25, daemon.tail)
        before = len(person.titles)
        sim.set("Strip", plug=0, alias="Heater", load=10)
        wait(lambda: 'Closed: Lamp is now called "Heater"' in person.titles, "the end", 25, daemon.tail)
        quiet(daemon)
        ended = {alert["episode"] for alert in person.alerts if alert["event"] == "resolved"}
        assert {alert["episode"] for alert in person.alerts} == ended, person.titles
        assert len(person.titles) <= 2 * before, person.titles
        assert not any("not reporting" in title for title in person.titles), person.titles


# -- while collectd does not run


def two_runs(person, tmp_path):
    """Two daemons that share what they know."""
    def one():
        return Collectd(f'StateDirectory "{tmp_path}/kasa"\n', plugins=("threshold",), blocks=person.blocks(
            tmp_path, f'StateDirectory "{tmp_path}/alerts"'))
    return one(), one()


def renamings(daemon):
    return [n for n in daemon.notifications() if "type = renamed" in n[2]]


def test_a_plug_that_is_renamed_meanwhile(tmp_path):
    with Sim([{"alias": "Freezer", "kind": "plug", "load": 1900}]) as sim, Person() as person:
        first, second = two_runs(person, tmp_path)
        with first as daemon:
            told(person, daemon, "Freezer: 1 9")
            subprocess.run([f"{BUILD}/kasactl", "alerts", "ack", "1", "--socket", tmp_path / "control"], check=True)
            daemon.cycles(5)
        sim.set("Freezer", alias="Chest")
        with second as daemon:
            wait(lambda: len(person.titles) >= 5, "what follows", 25, daemon.tail)
            quiet(daemon)
            assert len(person.titles) == 5, person.titles
            assert 'Closed: Freezer is now called "Chest"' in person.titles
            chest = [alert for alert in person.alerts if alert["device"] == "Chest"]
            assert [alert["event"] for alert in chest] == ["firing", "acknowledged"], person.alerts
            assert len(renamings(daemon)) == 1
            daemon.wait_line('Freezer is called "Chest" since collectd was stopped')


def test_an_outlet_that_is_renamed_meanwhile(tmp_path):
    house = [{"alias": "Strip", "kind": "strip", "plugs": [{"alias": "Lamp", "load": 10}, {"alias": "Fan", "load": 1900}]}]
    with Sim(house) as sim, Person() as person:
        first, second = two_runs(person, tmp_path)
        with first as daemon:
            wait(lambda: "Strip, Fan: 1 9" in " ".join(person.titles), "the fan", 25, daemon.tail)
            daemon.cycles(5)
        sim.set("Strip", plug=1, alias="Heater", load=10)
        with second as daemon:
            wait(lambda: 'Closed: Fan is now called "Heater"' in person.titles, "the end", 25, daemon.tail)
            quiet(daemon)
            assert len(renamings(daemon)) == 1


def test_who_is_met_first_is_not_renamed_by_that(tmp_path):
    house = [{"alias": "Twin", "kind": "plug", "mac": f"50:C7:BF:00:11:{n}2"} for n in range(3)]
    with Sim(house) as _, Person() as person:
        first, second = two_runs(person, tmp_path)
        for run in (first, second):
            with run as daemon:
                daemon.wait_page(lambda p: len(p.names()) == 3, "all three")
                before = len(renamings(daemon))
                daemon.cycles(6)
                assert len(renamings(daemon)) == before
                assert not daemon.lines("since collectd was stopped")
