# SPDX-License-Identifier: MIT
"""What happens to a ledger's disk while the daemon runs, for real: it goes on in
memory, says so once, is on disk again when that is possible, and no Wh is lost.
All at once, for the ledger is written once a minute."""

import contextlib
import os
import shutil
import sqlite3

import pytest

from collectd import Collectd, wait
from mounts import Mounted, private_mounts
from sim import Sim

pytestmark = pytest.mark.takes(150)

# 7200 W are 2 Wh a second
HOUSE = [{"alias": "Kettle", "kind": "plug", "load": 7200, "total_wh": 5000},
         {"alias": "Strip", "kind": "strip", "load": 3600, "plugs": 2}]
AWAY, AGAIN = "is kept in memory only", "is on disk again"


@pytest.fixture(name="own_mounts", scope="module", autouse=True)
def _own_mounts():
    private_mounts()


class House:
    """A daemon with a ledger that another has begun, and a kind of damage."""

    def __init__(self, folder, size="16m"):
        self.disk = Mounted(str(folder / "state"), f"size={size},mode=0700")
        self.path = str(folder / "state" / "energy.db")
        self.daemon = Collectd(f'StateDirectory "{self.disk.path}"',
                               errors="energy ledger")
        self.before = None

    def files(self):
        return [self.path + end for end in ("", "-wal", "-shm")
                if os.path.exists(self.path + end)]

    def damage(self):
        """While it runs."""

    def heal(self):
        """So that it can be on disk again."""

    def check(self):
        """What is particular about it, after the daemon has ended."""
        assert self.said(AWAY) == self.said(AGAIN) == 1, self.daemon.log()

    def said(self, text):
        return len(self.daemon.ours("the energy ledger.*" + text))

    def is_away(self):
        return self.said(AWAY) > 0

    def is_again(self):
        return self.said(AGAIN) > 0


class Full(House):
    def __init__(self, folder):
        super().__init__(folder, "4m")

    def damage(self):
        with open(self.disk.path + "/stranger", "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)

    def heal(self):
        os.unlink(self.disk.path + "/stranger")


class ReadOnly(House):
    """From the start on."""

    def begin(self):
        self.disk.remount("ro")

    def heal(self):
        self.disk.remount("rw")


class Newer(House):
    def damage(self):
        with sqlite3.connect(self.path + ".new") as db:
            db.executescript("CREATE TABLE theirs(x); PRAGMA user_version=99")
        db.close()
        os.rename(self.path + ".new", self.path)

    def heal(self):
        os.unlink(self.path)

    def check(self):
        super().check()
        assert self.said("written by a newer version") == 1
        assert self.said("taken away") == 0


class Deleted(House):
    def damage(self):
        for path in self.files():
            os.unlink(path)

    def is_away(self):
        return self.said("was taken away while in use") > 0

    is_again = is_away

    def check(self):
        assert self.said("was taken away") == 1 and self.said(AWAY) == 0


class Corrupt(House):
    def damage(self):
        for path in self.files():
            with open(path, "r+b") as file:
                size = os.path.getsize(path)
                file.write(b"not a page of a database " * (size // 25 + 1))

    def is_away(self):
        return self.said("is damaged; it is kept beside") > 0

    is_again = is_away

    def check(self):
        assert self.said("is damaged") == 1 and self.said(AWAY) == 0
        assert any("corrupt" in n for n in os.listdir(self.disk.path))


def booked(path):
    """{(device, outlet): (booked to days and the open slot, counted)} in mWh."""
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "SELECT device, plug, (SELECT coalesce(sum(mwh), 0) FROM day "
            "WHERE day.account = account.id) + open_mwh, counter_mwh "
            "FROM account JOIN state ON state.account = account.id "
            "WHERE state.meter > 0").fetchall()
    db.close()
    return {row[:2]: row[2:] for row in rows}


def begun(folder):
    """A ledger of a few seconds."""
    with Collectd(f'StateDirectory "{folder}"') as daemon:
        daemon.wait_page(lambda p: p.get_one("kasa_kwh_today", kasa="Strip")
                         is not None, "days")
        daemon.cycles(2)
    return booked(folder / "energy.db")


def test_nothing_is_lost_whatever_happens_to_the_disk(tmp_path):
    kinds = (Full, ReadOnly, Newer, Deleted, Corrupt)
    with Sim(HOUSE) as _, contextlib.ExitStack() as stack:
        before = begun(tmp_path / "first")
        assert len(before) == 3
        houses = [kind(tmp_path / kind.__name__) for kind in kinds]
        for house in houses:
            stack.enter_context(house.disk)
            shutil.copy(tmp_path / "first" / "energy.db", house.path)
            if isinstance(house, ReadOnly):
                house.begin()
            stack.enter_context(house.daemon)
        for house in houses:
            house.daemon.wait_up("Kettle", "Strip")
            house.damage()
        for house in houses:
            house.daemon.wait(house.is_away, house, 90)
            house.heal()
        for house in houses:
            house.daemon.wait(house.is_again, house, 90)
        for house in houses:
            house.daemon.cycles(2)
            house.daemon.stop()
            house.check()
            after = booked(house.path)
            assert after.keys() == before.keys(), house
            for name, (mwh, counter) in after.items():
                grown = counter - before[name][1]
                assert grown > 50_000, (house, name)  # a minute at least
                assert mwh - before[name][0] == grown, (house, name)
