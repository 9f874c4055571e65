# SPDX-License-Identifier: MIT
"""Alerts of known contents, for the tests of what reads them: the tables are
those a daemon made, the rows are the test's."""

import datetime
import json
import shutil
import sqlite3
import zoneinfo

from alerting import Collectd

ZONE = "Europe/Berlin"
RANGE, MISSING, EVENT = 0, 1, 2
FIRING, RESOLVED = 1, 3
ONESHOT = 8


def ms(text):
    return int(datetime.datetime.fromisoformat(text).replace(
        tzinfo=zoneinfo.ZoneInfo(ZONE)).timestamp() * 1000)


class AlertsFile:
    def __init__(self, folder):
        with Collectd("", thresholds="") as daemon:
            daemon.stop()
            shutil.copytree(daemon.base + "/state", folder)
        self.folder = str(folder)
        self.db = sqlite3.connect(f"{folder}/alerts.db")
        for table in ("history", "silence", "alert"):
            self.db.execute(f"DELETE FROM {table}")
        self.number = 0

    def alert(self, device, since, until=None, *, kind=RANGE, flags=0):
        self.number += 1
        self.db.execute(
            "INSERT INTO alert(fp, episode, class, device, type, state, flags, since,"
            " resolved_at, extra) VALUES(?,?,?,?,?,?,?,?,?,'{}')",
            (f"fp{self.number}", f"e{self.number}", kind, device,
             "" if kind == MISSING else "power", RESOLVED if until else FIRING, flags,
             ms(since), ms(until) if until else 0))

    def failed(self, channel, at):
        self.db.execute("INSERT INTO history(at, what, channel) VALUES(?,'failed',?)",
                        (ms(at), channel))

    def silence(self, matchers, ends, ended=None):
        self.db.execute("INSERT INTO silence(matchers, starts, ends, ended) VALUES(?,0,?,?)",
                        (json.dumps(matchers), ends, ended))

    def done(self):
        self.db.commit()
        self.db.close()
        return self
