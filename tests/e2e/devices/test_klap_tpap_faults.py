# SPDX-License-Identifier: MIT
"""Every way to fall ill that the simulator knows, for each of the transports
over HTTP, one device each: each says why, once, is asked once per interval
then, and is back by itself when the cause is gone. What can be understood is
no illness."""

import time

import pytest

import clock
from collectd import SLOWNESS, Key
from expect import quiet_moment
from leaks import Watched
from all_transports import ACCOUNT
from faulty_devices import failures, lines_of, name_of, wrongs
from sim import Sim

pytestmark = pytest.mark.takes(195)

INTERVAL = 3 if SLOWNESS == 1 else 10
TIMEOUT = 1.4 if SLOWNESS == 1 else 4.5
HTTP = ("klap", "aes", "tpap")

# fault, its parameters, and the reasons under which it may be counted
EVERYWHERE = [
    ("refuse", {}, "refused"),
    ("drop", {}, "timeout"),
    ("gone", {}, "timeout"),
    ("silence", {}, "timeout"),
    ("reset", {}, "refused"),
    ("eof", {}, "refused"),
    ("delay", {"ms": 60000}, "timeout"),
    ("drip", {"bytes": 1, "interval": 60}, "timeout"),
    ("truncated", {}, "malformed"),
    ("truncated", {"part": 0.01}, "refused malformed"),
    ("wrong_length", {"length": 10}, "malformed"),
    ("wrong_length", {"length": 100000}, "malformed"),
    ("wrong_length", {"length": 1e9}, "malformed"),
    ("huge", {}, "malformed"),
    ("deep", {}, "malformed"),
    ("deep", {"depth": 30000}, "malformed"),
    ("html", {}, "malformed device"),
    ("html", {"framed": 1}, "malformed"),
    ("truncated_json", {}, "malformed"),
    ("truncated_json", {"part": 0}, "malformed"),
    ("http_status", {"status": 403}, "refused"),
    ("http_status", {"status": 404}, "malformed device"),
    ("http_status", {"status": 500}, "malformed device"),
    ("http_status", {"status": 302}, "malformed device"),
    ("err_method", {"module": "get_device_info", "code": -1001}, "device"),
    ("cut_cipher", {"bytes": 5}, "malformed"),
    ("cut_cipher", {"bytes": 100000}, "malformed"),
]

DEADLY = [(t, *case) for t in HTTP for case in EVERYWHERE] + [
    ("klap", "http_status", {"status": 403, "at": "handshake1"}, "refused"),
    ("klap", "http_status", {"status": 500, "at": "handshake1"}, "malformed"),
    ("klap", "http_status", {"status": 403, "at": "handshake2"}, "refused"),
    ("klap", "http_status", {"status": 500, "at": "handshake2"}, "malformed"),
    ("klap", "http_status", {"status": 403, "at": "request"}, "refused"),
    ("klap", "http_status", {"status": 500, "at": "request"}, "device"),
    ("klap", "handshake_length", {"bytes": 0}, "malformed"),
    ("klap", "handshake_length", {"bytes": 47}, "malformed"),
    ("klap", "handshake_length", {"bytes": 60000}, "malformed"),
    ("klap", "cookie", {"name": ""}, "refused"),
    ("klap", "bad_padding", {}, "malformed"),
    ("klap", "stale_seq", {}, "malformed"),
    ("aes", "garbage", {}, "malformed"),
    ("aes", "bad_padding", {}, "malformed"),
    ("aes", "forged", {}, "malformed"),
    ("aes", "not_base64", {}, "malformed"),
    ("aes", "handshake_length", {"bytes": 20}, "malformed"),
    ("aes", "cookie", {"name": ""}, "device"),
    *(("aes", "transport_error", {"code": code}, reason) for code, reason in (
        (9999, "device refused"), (1002, "device refused"),
        (1003, "refused"), (-1001, "device"), (-1005, "device"),
        (-1010, "device"))),
    ("tpap", "garbage", {}, "malformed"),
    ("tpap", "forged", {}, "malformed"),
    ("tpap", "stale_seq", {}, "malformed"),
    ("tpap", "http_status", {"status": 403, "at": "/ds"}, "refused"),
    ("tpap", "http_status", {"status": 500, "at": "/ds"}, "refused"),
    ("tpap", "not_base64", {"login": 1}, "malformed"),
    *(("tpap", "bad_point", {"how": how}, "malformed")
      for how in ("off_curve", "infinity", "short", "zero")),
    ("tpap", "iterations", {}, "malformed"),
    ("tpap", "iterations", {"n": 0}, "malformed"),
    ("tpap", "suite", {}, "device"),
    ("tpap", "suite", {"suite": 1, "encryption": "aes_512"}, "device"),
    *(("tpap", "transport_error", {"code": code}, reason)
      for code, reason in ((9999, "refused"), (1002, "refused"),
                           (-40401, "refused"), (-40413, "refused"),
                           (-2203, "refused"), (-1001, "device"))),
]

# An account that is not accepted any more: once more at the next interval, for
# it was a moment ago, then a long pause. Who is locked is not asked.
DENIED = [
    ("klap", "wrong_hash", {}),
    ("klap", "garbage", {}),
    ("aes", "transport_error", {"code": -1501}),
    ("aes", "transport_error", {"code": -40404}),
    ("tpap", "wrong_confirm", {}),
    ("tpap", "salt", {"bytes": 0}),
    ("tpap", "salt", {"bytes": 255}),
    ("tpap", "transport_error", {"code": -40404}),
]

HARMLESS = [(t, *case) for t in HTTP for case in (
    ("delay", {"ms": 30}),
    ("segments", {"k": 5, "interval": 5}),
    ("huge", {"kib": 40}),
    ("trailing", {}),
    ("strings", {}),
    ("strings", {"all": 1}),
    ("control_chars", {}),
    ("err_method", {"module": "get_energy_usage", "code": -1002}),
    ("err_method", {"module": "multipleRequest", "code": -1003}),
    ("err_method", {"module": "multipleRequest", "code": -1006}),
    ("err_method", {"module": "multipleRequest", "code": 1200}),
    ("udp_silent", {}),
    ("udp_garbage", {}),
)] + [
    ("klap", "forged", {}),  # nobody knows how devices make the signature
    ("klap", "cookie", {"name": "SESSIONID"}),
    ("aes", "cookie", {"name": "SESSIONID"}),
    ("aes", "stale_seq", {}),
]

# Asked for one thing at a time they answer, and that is found out.
CONFUSED = [(t, "err_method", {"module": "multipleRequest", "code": code})
            for t in HTTP for code in (9999, -40210)]

# What shows in a login only.
OF_LOGINS = ("wrong_hash", "handshake_length", "cookie", "bad_point",
             "iterations", "salt", "suite", "wrong_confirm")


def title(case):
    return f"{case[0]}-{name_of(case[1:3])}"


def spread(sim, name, case):
    """The fault, for a device that has to log in again where that matters."""
    _, fault, parameters = case[:3]
    parameters = dict(parameters)
    login = parameters.pop("login", fault in OF_LOGINS)
    sim.fault(name, fault, **parameters)
    if login or "handshake" in parameters.get("at", ""):
        sim.evict(name)


def slow(ward):
    """Who waits for a machine that others have, or that an instrument slows
    down, may miss a time limit: that is no fault of a device's."""
    return {"timeout"} if SLOWNESS > 1 or ward["lost"] > TIMEOUT / 2 else set()


@pytest.fixture(scope="module", name="ward")
def fixture_ward():
    cases = DEADLY + DENIED + HARMLESS + CONFUSED
    names = {title(c): f"Patient {i}x" for i, c in enumerate(cases)}
    assert len(names) == len(cases)
    house = [{"alias": names[title(c)], "transport": c[0], "load": 61.753,
              "volts": 230, "tpap_iterations": 50,
              "addr": f"127.77.{30 + i // 200}.{1 + i % 200}"}
             for i, c in enumerate(cases)]
    lost = clock.Patience(0)
    with Sim(house) as sim:
        with Watched(sim, f"{ACCOUNT}Timeout {TIMEOUT}\nRetries 1\n"
                     "RetryDelay 0.05\n", interval=INTERVAL) as daemon:
            daemon.wait_up(*names.values(), timeout=30)
            ward = {"names": names, "daemon": daemon,
                    "before": daemon.cycles(2)}
            sim.stats(reset=True)
            began = time.monotonic()
            for case in cases:
                spread(sim, names[title(case)], case)
            daemon.cycles(3)
            ward["early"] = daemon.cycles(1)
            ward["during"] = daemon.cycles(2)
            ward["seconds"] = time.monotonic() - began
            stats = {s["addr"]: s for s in sim.stats()}
            ward["stats"] = {h["alias"]: stats[h["addr"]] for h in house}
            ward["lines"] = {n: lines_of(daemon, n) for n in names.values()}
            ward["lost"] = lost.lost()
            sim.fault("*", "none")
            # each has to log in again, one after the other
            daemon.wait_up(*(names[title(c)] for c in DEADLY), timeout=30)
            daemon.cycles(1)
            ward["after"] = quiet_moment(daemon, sim)
            ward["all lines"] = {n: lines_of(daemon, n)
                                 for n in names.values()}
            ward["told"] = {n: [at for at, _ in daemon.csv("kasa", n, "up")]
                            for n in names.values()}
            yield ward


@pytest.mark.parametrize("case", DEADLY, ids=map(title, DEADLY))
def test_its_state_is_never_missing(ward, case):
    """What is not told for two intervals is gone, for collectd's thresholds and
    for its page of metrics."""
    told = ward["told"][ward["names"][title(case)]]
    pauses = [b - a for a, b in zip(told, told[1:])]
    assert max(pauses) < 2 * INTERVAL + ward["lost"], told


@pytest.mark.parametrize("case", DEADLY, ids=map(title, DEADLY))
def test_a_sick_device_says_why_and_comes_back(ward, case):
    name, reasons = ward["names"][title(case)], set(case[3].split())
    before = failures(ward["before"], name)
    early = failures(ward["early"], name)
    during = failures(ward["during"], name)
    assert {r for r, n in before.items() if n} <= slow(ward)
    assert ward["during"].get_one("kasa_up", kasa=name) == 0
    assert any(during[r] > before[r] for r in reasons)
    assert {r for r, n in during.items() if n} <= reasons | slow(ward)
    # one attempt per interval once it is down
    more = sum(during.values()) - sum(early.values())
    up = Key("collectd_kasa_up", kasa=name)
    between = ward["during"].times[up] - ward["early"].times[up]
    assert 1 <= more <= round(between / INTERVAL) + 1, (early, during)
    lines = ward["lines"][name]
    assert len(lines) == 1 and f"{name} (127." in lines[0], lines
    assert "stopped answering: " in lines[0]
    assert not wrongs(*ward["after"], name)
    lines = ward["all lines"][name]
    assert len(lines) == 2 and "answers again" in lines[1], lines


@pytest.mark.parametrize("case", DENIED, ids=map(title, DENIED))
def test_an_account_that_is_refused_is_not_tried_again_soon(ward, case):
    name = ward["names"][title(case)]
    # then after one minute, and two more
    attempts = (1 if case[2].get("code") == -40404 else
                2 + (ward["seconds"] > 58) + (ward["seconds"] > 176))
    told = failures(ward["during"], name)
    assert 1 <= told["auth"] <= attempts
    assert {r for r, n in told.items() if n} <= {"auth"} | slow(ward)
    assert ward["stats"][name]["handshakes"] <= 2 * attempts
    lines = ward["lines"][name]
    assert len(lines) == 1, lines
    if case[2].get("code") == -40404:
        assert "locked everybody out for 1800 s" in lines[0]
    else:
        # who had accepted it before may be another device now
        assert ("does not accept the account user@example.com: check the password" in lines[0]
                or "no longer proves that it knows the account user@example.com" in lines[0])


@pytest.mark.parametrize("case", HARMLESS, ids=map(title, HARMLESS))
def test_an_odd_answer_that_can_be_understood_is(ward, case):
    name = ward["names"][title(case)]
    told = failures(ward["during"], name)
    # a method that is refused is a failure of its own
    part = {"device"} if case[1] == "err_method" else set()
    assert {r for r, n in told.items() if n} <= part | slow(ward)
    if not any(told.values()):
        assert not ward["all lines"][name]
        assert ward["during"].get_one("kasa_power", kasa=name) == 61.753
        rows = ward["daemon"].csv("kasa", name, "up")
        assert len(rows) > 4 and all(v == 1 for _, v in rows)


@pytest.mark.parametrize("case", CONFUSED, ids=map(title, CONFUSED))
def test_a_device_that_batches_confuse_is_read_all_the_same(ward, case):
    name = ward["names"][title(case)]
    assert sum(failures(ward["during"], name).values()) <= 3
    assert ward["during"].get_one("kasa_power", kasa=name) == 61.753
    rows = ward["daemon"].csv("kasa", name, "up")
    assert len(rows) > 4 and all(v == 1 for _, v in rows)
    assert not ward["all lines"][name]
