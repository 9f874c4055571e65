# SPDX-License-Identifier: MIT
"""A house with a device of every transport, dialect, version, cipher and form
of the password there is, beside a few that are recognised and no more."""

from klap_tpap import CIPHERS, PASSWORD, USER

# AES shows the account to whoever answers: it needs to be allowed
ACCOUNT = (f'Username "{USER}"\nPassword "{PASSWORD}"\n'
           'AllowAES true\n')

# the order of PROTOCOL's table of credential strings, and the one of devices
# that never belonged to anybody
FORMS = ("plain", "shadow1", "shadow2", "shadow3", "shadow5", "authkey",
         "salted0", "salted1", "unknown", "default")

OUTLETS = [{"alias": "Left", "load": 12.25}, {"alias": "Middle", "load": 0.5},
           {"alias": "Right", "relay": False}]


def iot(alias, **members):
    return {"alias": alias, "transport": "klap", "dialect": "iot",
            "volts": 230, **members}


def tpap():
    """Every form of the password with every cipher, half of them over TLS."""
    out, ciphers = [], list(CIPHERS)
    for i, form in enumerate(FORMS):
        for k, cipher in enumerate(ciphers):
            out.append({
                "alias": f"TPAP {form} {cipher}", "transport": "tpap",
                "load": 10 + i + 0.125 * k, "tpap_passcode": form,
                "tpap_encryption": cipher, "tpap_user_hash": (i + k) % 2,
                "tpap_iterations": 500 + i, "tpap_dac": k == 0,
                "factory_default": form == "default",
                "https": (i + k) % 2 == 1})
    return out


READ = [
    {"alias": "XOR plug", "load": 20, "generation": 1},
    {"alias": "XOR strip", "kind": "strip", "plugs": OUTLETS},
    {"alias": "XOR bulb", "kind": "bulb", "load": 8},
    iot("KLAP 1 plug", klap="v1", lv=0, load=30),
    iot("KLAP 1 strip", klap="v1", lv=0, kind="strip", plugs=OUTLETS),
    iot("KLAP 1 plain", klap="v1", lv=0, meter=False),
    iot("KLAP 2 plug", new_klap=True, load=31),
    iot("KLAP 2 plug without word of it", lv=2, load=32),
    iot("KLAP 2 strip", new_klap=True, kind="strip", plugs=OUTLETS),
    iot("KLAP 2 strip without meter", new_klap=True, kind="strip",
        meter=False, plugs=["One", "Two"]),
    iot("KLAP 2 bulb", new_klap=True, kind="bulb", load=9, brightness=33),
    iot("KLAP 2 glow", new_klap=True, kind="lightstrip", load=5),
    iot("KLAP 2 dimmer", new_klap=True, kind="dimmer", brightness=21),
    iot("KLAP 2 switch", new_klap=True, kind="switch"),
    iot("KLAP mixed formulas", klap="mixed", load=33),
    iot("KLAP 1 over TLS", klap="v1", lv=0, load=34, https=True),
    {"alias": "SMART plug", "transport": "klap", "model": "P110M(EU)",
     "load": 40.5},
    {"alias": "SMART plug v1", "transport": "klap", "model": "P110(EU)",
     "load": 41},
    {"alias": "SMART plug without emeter", "transport": "klap",
     "model": "EP25(US)", "load": 42},
    {"alias": "SMART watts", "transport": "klap", "energy": "watts_only",
     "load": 43.7},
    {"alias": "SMART plain", "transport": "klap", "model": "P125M(US)",
     "meter": False},
    {"alias": "SMART hot", "transport": "klap", "load": 44,
     "overheated": True, "overloaded": True, "led_off": True, "fw_status": 2,
     "cloud": False},
    {"alias": "SMART strip", "transport": "klap", "model": "P316M(US)",
     "plugs": OUTLETS, "quirks": {"page": 2, "children_reverse": True}},
    {"alias": "SMART strip in watts", "transport": "klap",
     "model": "P304M(UK)", "plugs": OUTLETS},
    {"alias": "SMART strip without meter", "transport": "klap",
     "model": "P300(EU)", "plugs": OUTLETS},
    {"alias": "SMART bulb", "transport": "klap", "kind": "bulb",
     "brightness": 34},
    {"alias": "SMART glow", "transport": "klap", "kind": "lightstrip"},
    {"alias": "SMART dimmer", "transport": "klap", "kind": "dimmer",
     "brightness": 22},
    {"alias": "SMART metered dimmer", "transport": "klap",
     "model": "S515D(US)", "load": 45},
    {"alias": "SMART switch", "transport": "klap", "kind": "switch"},
    {"alias": "SMART over TLS", "transport": "klap", "load": 46,
     "https": True},
    {"alias": "SMART over TLS elsewhere", "transport": "klap", "load": 46.5,
     "https": True, "http_port": 8443},
    {"alias": "SMART elsewhere", "transport": "klap", "load": 47,
     "http_port": 8080},
    {"alias": "SMART, the makers' account", "transport": "klap", "load": 48,
     "credentials": "kasa", "owner": ""},
    {"alias": "SMART, the other makers' account", "transport": "klap",
     "load": 48.5, "credentials": "tapo"},
    {"alias": "SMART, never bound", "transport": "klap", "load": 49,
     "credentials": "blank", "factory_default": True},
    {"alias": "SMART, no batches", "transport": "klap", "load": 50,
     "quirks": {"no_batch": True}},
    {"alias": "SMART, batches end early", "transport": "klap", "load": 51,
     "energy": "no_emeter", "quirks": {"batch_stops": True}},
    {"alias": "SMART, short batches", "transport": "klap", "load": 51.5,
     "quirks": {"batch_max": 2, "batch_reverse": True}},
    {"alias": "AES 1 plug", "transport": "aes", "lv": 1, "load": 52},
    {"alias": "AES 2 plug", "transport": "aes", "lv": 2, "load": 53},
    {"alias": "AES 1 said so", "transport": "aes", "lv": 1, "load": 53.5},
    {"alias": "AES strip", "transport": "aes", "model": "P316M(US)",
     "plugs": OUTLETS},
    {"alias": "AES bulb", "transport": "aes", "kind": "bulb"},
    {"alias": "AES in plain", "transport": "aes", "load": 54,
     "quirks": {"plain_response": True}},
    {"alias": "AES, the makers' account", "transport": "aes", "load": 55,
     "credentials": "tapo"},
    {"alias": "KLAP that advertises TPAP", "transport": "klap", "load": 56,
     "tpap_advertised": True},
    {"alias": "KLAP that prefers TPAP", "transport": "klap", "load": 57,
     "tpap_advertised": True, "tpap_preferred": True,
     "tpap_iterations": 100},
    {"alias": "TPAP strip", "transport": "tpap", "model": "P316M(US)",
     "plugs": OUTLETS, "tpap_iterations": 100},
    {"alias": "TPAP bulb", "transport": "tpap", "kind": "bulb",
     "tpap_iterations": 100},
    *tpap(),
    # servers of every manner
    {"alias": "Closes", "transport": "klap", "load": 60, "keep_open": False},
    {"alias": "Closes AES", "transport": "aes", "load": 61,
     "keep_open": False},
    {"alias": "Closes TPAP", "transport": "tpap", "load": 62,
     "keep_open": False, "tpap_iterations": 100},
    {"alias": "Picky", "transport": "klap", "load": 63,
     "quirks": {"strict_headers": True, "lower_headers": True}},
    {"alias": "Lazy", "transport": "klap", "load": 64,
     "quirks": {"lazy_http": True}},
    {"alias": "Keyed", "transport": "klap", "load": 65,
     "quirks": {"tdp_needs_key": True}},
    iot("Answers both searches", new_klap=True, load=66,
        quirks={"udp_9999": True}),
]

# P100 may crash when it is asked for its lamp, and so might its likes
NO_LED = "SMART, no batches"

UNSUPPORTED = {
    "hub": "a hub", "camera": "a camera", "chime": "a chime",
    "vacuum": "a robot vacuum",
}


def house(devices=None):
    """Devices at addresses 127.77.4.1 and on."""
    devices = READ if devices is None else devices
    out = [{"addr": f"127.77.4.{i + 1}", **d} for i, d in enumerate(devices)]
    return [{"alias": d["alias"], **d} for d in out]


def strangers():
    return [{"alias": f"The {kind}", "kind": kind,
             "addr": f"127.77.5.{i + 1}"}
            for i, kind in enumerate(UNSUPPORTED)]


def transport_of(device):
    """As kasactl calls it."""
    if device.get("tpap_preferred"):
        return "tpap"
    return device.get("transport", "xor")
