# SPDX-License-Identifier: MIT
"""What the metrics page must show for a house, from the simulator's truth: the
names of doc/names.md, written down a second time and independently of the plugin.
"""

import math

from collectd import Key, wait

REASONS = ("timeout", "refused", "unreachable", "malformed", "auth", "device")

ANY = object()          # there, whatever it is
POSITIVE = object()     # there and above 0

GAUGES = ("power voltage current kwh_today kwh_month relay on_time led_off "
          "updating cloud_connected overheated overloaded signal_power "
          "brightness ambient_light motion up response_time info info_now").split()
COUNTERS = ("watt_hours", "failures")


def metric(plugin, type_):
    return f"collectd_{plugin}_{type_}" + (
        "_total" if type_ in COUNTERS else "")


def meter(served):
    """The meter's values of a device or plug; zero volts is no measurement."""
    out = {}
    if "watts" in served:
        out["power"] = served["watts"]
    if served.get("volts"):
        out["voltage"] = served["volts"]
        out["current"] = served["amps"]
    if "total_wh" in served:
        out["watt_hours"] = math.floor(served["total_wh"])
    if out:
        out.setdefault("watt_hours", ANY)
        out["kwh_today"] = out["kwh_month"] = ANY
    for name, key in ("kwh_today", "today_wh"), ("kwh_month", "month_wh"):
        if key in served:
            out[name] = served[key] / 1000
    return out


def total(plugs):
    """A strip's own: sums of what its plugs have, the mean of the volts."""
    out = {}
    for name in ("power", "current", "watt_hours", "kwh_today", "kwh_month"):
        if all(name in p for p in plugs):
            out[name] = (ANY if any(p[name] is ANY for p in plugs)
                         else sum(p[name] for p in plugs))
    if all("voltage" in p for p in plugs):
        out["voltage"] = sum(p["voltage"] for p in plugs) / len(plugs)
    return out


def health(d):
    """What only SMART devices say, of themselves or of each plug."""
    if d["dialect"] != "smart":
        return {}
    out = {"overheated": int(d["overheated"])}
    if any("watts" in x for x in (d, *d["plugs"])):
        out["overloaded"] = int(d["overloaded"])
    return out


def of_plug(d, plug):
    served = plug["served"]
    return {**health(d), "relay": int(served["relay"]), "on_time": max(
        0, served["on_time"]) if served["relay"] else 0, **meter(served)}


def of_device(d):
    """{type: value} and, for a strip, {plug name: {type: value}}."""
    plugs = {p["alias"]: of_plug(d, p) for p in d["plugs"]}
    values = {"up": 1, "response_time": POSITIVE,
              "signal_power": d["served_rssi"],
              "cloud_connected": int(d["cloud"])}
    light = d["kind"] in ("bulb", "lightstrip")
    smart = d["dialect"] == "smart"
    if not light:
        values["led_off"] = int(d["led_off"])
    if smart:
        values["updating"] = int(d["fw_status"] >= 2)
        values.update(health(d))
    elif not light:
        values["updating"] = int(d["updating"])
        if d["generation"] == 2:
            values["overheated"] = d["ntc_state"]
    if plugs:
        values.update(total(list(plugs.values())))
        values["relay"] = int(any(p["relay"] for p in plugs.values()))
    else:
        values.update(meter(d["served"]))
        values["relay"] = int(d["served"]["relay"])
        if not light:
            values["on_time"] = max(0, d["served"]["on_time"])
            if not d["served"]["relay"]:
                values["on_time"] = 0
    if light or d["kind"] == "dimmer":
        values["brightness"] = d["brightness"]
    if "motion" in d:
        values["motion"] = int(d["motion"])
        values["ambient_light"] = d["ambient_light"]
    return values, plugs


def info(d):
    model = d["model"]
    if d["dialect"] == "smart":
        model = model.split("(")[0]
    return f"model={model} mac={d['mac']} hw={d['hw_ver']}"


def info_now(d):
    return f"ip={d['addr']} fw={d['sw_ver'].split(' ')[0]}"


def series(truth, name=lambda d: d["alias"]):
    """{Key: value} of everything that kasa.so should give for a house of
    which every device answered its last poll."""
    out, sums = {}, {}
    for d in truth:
        values, plugs = of_device(d)
        who = name(d)
        for type_, value in values.items():
            out[Key(metric("kasa", type_), kasa=who)] = value
        out[Key(metric("kasa", "info"), kasa=who, type=info(d))] = 1
        out[Key(metric("kasa", "info_now"), kasa=who, type=info_now(d))] = 1
        for plug, these in plugs.items():
            for type_, value in these.items():
                out[Key(metric("kasa_plug", type_), kasa_plug=who,
                        type=plug)] = value
        for type_ in ("power", "current"):
            if type_ in values:
                sums[type_] = sums.get(type_, 0) + values[type_]
    for type_, value in sums.items():
        out[Key(metric("kasa_total", type_))] = value
    for type_ in ("watt_hours", "kwh_today", "kwh_month", "covered"):
        if any("watts" in d for d in truth):
            out[Key(metric("kasa_total", type_))] = ANY
    out[Key("collectd_kasa_total_devices", kasa_total="known")] = len(truth)
    out[Key("collectd_kasa_total_devices", kasa_total="up")] = len(truth)
    out[Key("collectd_kasa_total_devices", kasa_total="on")] = sum(
        of_device(d)[0]["relay"] for d in truth)
    out[Key("collectd_kasa_total_devices", kasa_total="metered")] = sum(
        "power" in of_device(d)[0] for d in truth)
    out[Key("collectd_kasa_total_poll_duration")] = ANY
    return out


def differences(page, wanted):
    """Lines that say what is missing, extra or wrong."""
    ours = {k: v for k, v in page.items() if k.name.startswith("collectd_kasa")
            and (v or k.name != "collectd_kasa_failures_total")}
    out = [f"missing: {k!r}" for k in wanted if k not in ours]
    out += [f"extra: {k!r} {v}" for k, v in ours.items() if k not in wanted]
    for key, want in wanted.items():
        if key not in ours or want is ANY:
            continue
        got = ours[key]
        # the ledger begins with the device's whole watt hours and goes on by
        # what it counts itself
        near = 0.02 if "_kwh_" in key.name else 1e-9
        good = got > 0 if want is POSITIVE else math.isclose(
            got, want, rel_tol=1e-9, abs_tol=near)
        if not good:
            out.append(f"wrong: {key!r} is {got}, not {want}")
    return out


def served(truth):
    """What was served last, to see whether it changed meanwhile."""
    return [(d["served_rssi"], d.get("served"),
             [p["served"] for p in d["plugs"]]) for d in truth]


def last_served_at(d):
    places = [d.get("served"), *(p["served"] for p in d["plugs"])]
    return max((max(s.get("reading_at", 0), s.get("state_at", 0))
                for s in places if s), default=0)


def older_than_served(page, d):
    """Whether the page has yet to say what a device that is up told last."""
    up = Key("collectd_kasa_up", kasa=d["alias"])
    return page.get(up) == 1 and page.times[up] + 0.0015 < last_served_at(d)


def quiet_moment(daemon, sim, condition=lambda truth, page: True):
    """(truth, page) that belong together: nothing was served while the page
    was fetched, and what it says of each device is newer than what that was
    asked for before: collectd's writers overtake one another."""
    def look():
        truth = sim.truth()
        page = daemon.page()
        if served(truth) != served(sim.truth()) or not condition(truth, page):
            return None
        newest = max(map(last_served_at, truth), default=0)
        times = [page.times.get(Key("collectd_kasa_total_poll_duration"))]
        times += [page.times.get(Key("collectd_kasa_up", kasa=n))
                  for n in page.names()]
        stale = [t for t in times if t is None or t + 0.0015 < newest]
        # all devices are polled together: who was asked last is newest
        if not page or times[0] is None or times[0] + 0.0015 < newest:
            return None
        late = [d for d in truth if older_than_served(page, d)]
        return (truth, page) if len(stale) < len(times) and not late else None
    return daemon.wait(look, "a quiet moment between two cycles", 15)
