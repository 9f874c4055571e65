# SPDX-License-Identifier: MIT
"""Ledgers with known contents, for the tests of what reads them: the tables are
those a daemon made, the rows are the test's."""

import datetime
import os
import shutil
import sqlite3
import tempfile
import zoneinfo

from collectd import Collectd

SEEDED, PARTIAL, AT_LEAST, SPREAD, UNPRICED = 1, 2, 4, 8, 16
_EPOCH = datetime.date(1970, 1, 1)
_made = []


def _empty():
    """The path of a ledger in which nothing stands yet, made once."""
    if not _made:
        folder = tempfile.mkdtemp(prefix="kasa-ledger-")
        daemon = Collectd(f'StateDirectory "{folder}"\nDiscovery false',
                          discover=False)
        try:
            daemon.run_once()
        finally:
            daemon.remove()
        with sqlite3.connect(os.path.join(folder, "energy.db")) as db:
            for table in ("meta", "period", "state", "day", "slot"):
                db.execute(f"DELETE FROM {table}")
            db.commit()
            db.execute("PRAGMA journal_mode = DELETE")
        db.close()
        _made.append(folder)
    return os.path.join(_made[0], "energy.db")


def day_number(date):
    return (datetime.date.fromisoformat(date) - _EPOCH).days


class LedgerFile:
    """In folder; zone is the one of its days, None: this machine's."""

    def __init__(self, folder, zone="UTC", currency="EUR"):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "energy.db")
        self.folder = str(folder)
        self.zone = zoneinfo.ZoneInfo(zone) if zone else None
        shutil.copy(_empty(), self.path)
        self.db = sqlite3.connect(self.path)
        self.accounts, self.periods = {}, {}
        if currency:
            self.db.execute("INSERT OR REPLACE INTO meta VALUES('currency', ?)",
                            (currency,))

    def account(self, device, plug="", produces=False):
        key = (device, plug)
        if key not in self.accounts:
            number = len(self.accounts) + 1
            self.accounts[key] = number
            self.db.execute("INSERT INTO meter VALUES(?,?,?,?,?)",
                            (number, f"id-{device}-{plug}", 0, "HS110",
                             int(produces)))
            self.db.execute("INSERT INTO account VALUES(?,?,?,?,?,0)",
                            (number, number, device, plug, 0))
        return self.accounts[key]

    def period(self, name):
        if name not in self.periods:
            self.periods[name] = len(self.periods) + 1
            self.db.execute("INSERT INTO period VALUES(?,?)",
                            (self.periods[name], name))
        return self.periods[name]

    def slot(self, moment, name, mwh, cost=0, *, period="energy:base", flags=0,
             seconds=3600, unpriced=0, covered=None, produces=False, peak=0):
        """A slot, and what of it goes to its day. name: device or
        (device, plug)."""
        device, plug = name if isinstance(name, tuple) else (name, "")
        begin = datetime.datetime.fromisoformat(moment)
        start = int(begin.timestamp())
        account = self.account(device, plug, produces)
        number = self.period(period)
        day = (begin.astimezone(self.zone).date() - _EPOCH).days
        covered = seconds if covered is None else covered
        self.db.execute(
            "INSERT INTO slot(start_utc, account, seconds, mwh, cost_micro, "
            "period, flags, unpriced_mwh) VALUES(?,?,?,?,?,?,?,?)",
            (start, account, seconds, mwh, cost, number, flags, unpriced))
        self.db.execute(
            "INSERT INTO day(local_date, account, period, mwh, cost_micro, "
            "unpriced_mwh, covered_us, flags, peak_mw, peak_utc) "
            "VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
            "mwh = mwh + excluded.mwh, cost_micro = cost_micro + "
            "excluded.cost_micro, unpriced_mwh = unpriced_mwh + "
            "excluded.unpriced_mwh, covered_us = covered_us + "
            "excluded.covered_us, flags = flags | excluded.flags, peak_utc = "
            "CASE WHEN excluded.peak_mw > peak_mw THEN excluded.peak_utc ELSE "
            "peak_utc END, peak_mw = max(peak_mw, excluded.peak_mw)",
            (day, account, number, mwh, cost, unpriced, covered * 1000000,
             flags, peak, start if peak else 0))

    def charges(self, date, cost):
        self.db.execute("INSERT INTO day(local_date, account, period, mwh, "
                        "cost_micro, unpriced_mwh, covered_us, flags) "
                        "VALUES(?,0,0,0,?,0,0,0)", (day_number(date), cost))

    def minimum(self, first, micro):
        """What the energy of the billing month that begins on a date costs at
        least."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)",
                        (f"minimum {day_number(first)}", micro))

    def done(self):
        self.db.commit()
        self.db.close()
        return self
