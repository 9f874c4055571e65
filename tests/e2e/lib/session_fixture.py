# SPDX-License-Identifier: MIT
"""One device of each kind that keeps sessions: shared by the tests of sessions
and of accounts."""

from collectd import SLOWNESS

INTERVAL = 1 if SLOWNESS == 1 else 4
KINDS = {
    "klap": {"transport": "klap", "load": 30},
    "iot klap": {"transport": "klap", "dialect": "iot", "new_klap": True,
                 "load": 31},
    "aes": {"transport": "aes", "load": 32},
    "old aes": {"transport": "aes", "lv": 1, "load": 33},
    "tpap": {"transport": "tpap", "load": 34, "tpap_iterations": 100},
}


def house(**members):
    return [{"alias": name, "addr": f"127.77.7.{i + 1}", **d, **members}
            for i, (name, d) in enumerate(KINDS.items())]


def up_only(daemon, name):
    rows = daemon.csv("kasa", name, "up")
    return len(rows) > 2 and all(v == 1 for _, v in rows)
