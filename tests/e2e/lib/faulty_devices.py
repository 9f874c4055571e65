# SPDX-License-Identifier: MIT
"""A house of which some devices fall ill: shared by the tests of faults."""

from collectd import SLOWNESS
from expect import REASONS, differences, series

INTERVAL = 1 if SLOWNESS == 1 else 4
TIMEOUT = 0.4 if SLOWNESS == 1 else 1.8
CONFIG = (f"Timeout {TIMEOUT}\nRetries 1\nRetryDelay 0.05\n"
          "DiscoveryInterval 2\n")

OTHERS = [
    *({"alias": f"Plug {i}", "kind": "plug", "generation": 1 + i % 2,
       "load": {"kind": "office", "watts": 50 + i}} for i in range(8)),
    *({"alias": f"Plain {i}", "kind": "plug", "meter": False,
       "generation": 1 + i % 2} for i in range(3)),
    {"alias": "Strip 0", "kind": "strip"},
    {"alias": "Strip 1", "kind": "strip", "meter": False},
    {"alias": "Bulb 0", "kind": "bulb"},
    {"alias": "Bulb 1", "kind": "bulb", "generation": 1},
    {"alias": "Glow", "kind": "lightstrip"},
    {"alias": "Dimmer", "kind": "dimmer"},
    {"alias": "Switch", "kind": "switch", "quirks": {"no_meter": "hang"}},
    {"alias": "Hall", "kind": "sensor"},
]


def sick(name):
    return {"alias": name, "kind": "plug", "load": 61.753, "total_wh": 4711}


def name_of(case):
    return "-".join([case[0], *(f"{k}={v}" for k, v in case[1].items())])


def failures(page, name):
    return {r: page.get_one("kasa_failures_total", kasa=name, type=r)
            for r in REASONS}


def lines_of(daemon, name):
    return daemon.lines(rf"kasa plugin: {name}\b")


def others_delivered(daemon, since):
    """Between any two ends of cycles each of the others was read, all of them
    within one timeout: none waited for a sick one."""
    ends = [t for t, _ in daemon.csv("kasa_total", "", "poll_duration")
            if t > since]
    assert len(ends) > 2
    rows = {d["alias"]: daemon.csv("kasa", d["alias"], "up") for d in OTHERS}
    for begin, end in zip(ends, ends[1:]):
        here = {name: [(t, v) for t, v in series_ if begin < t <= end]
                for name, series_ in rows.items()}
        if not any(here.values()) or end - begin < 0.9 * daemon.interval:
            continue  # the clock caught up, or a late poll ended its cycle
        for name, found in here.items():
            assert found and all(v == 1 for _, v in found), (name, begin)
        stamps = [found[-1][0] for found in here.values()]
        assert max(stamps) - min(stamps) < TIMEOUT, (begin, end)


def wrongs(truth, page, name):
    """What of this device the page does not say as it is."""
    wanted = {k: v for k, v in series(truth).items()
              if k.labels.get("kasa") == name and "failures" not in k.name}
    return [d for d in differences(page, wanted) if "extra" not in d]
