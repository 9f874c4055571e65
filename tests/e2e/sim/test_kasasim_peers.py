# SPDX-License-Identifier: MIT
"""The simulator's newer transports, read by python-kasa, which nobody here
wrote; and dumps of real devices against their index."""

import asyncio
import csv
import os
import shutil

import pytest

import net
from sim import Sim, binary

pytest.importorskip("cryptography", reason="cryptography is not installed")

import klap_tpap  # noqa: E402
from klap_tpap import Aes, Klap, Tpap, discover  # noqa: E402
from test_kasasim_klap_tpap import INFO, SHADOW, sim_of  # noqa: E402

pytestmark = [pytest.mark.no_daemon,
              pytest.mark.skipif(shutil.which(binary()) is None,
                                 reason="kasasim is not built"),
              pytest.mark.skipif(not net.isolated and os.geteuid() != 0,
                                 reason="port 80 needs a network namespace")]

HOUSE = [
    {"transport": "klap", "dialect": "iot", "klap": "v1", "lv": 0,
     "load": 20.5},
    {"transport": "klap", "dialect": "iot", "new_klap": True, "load": 30.5},
    {"transport": "klap", "load": 61.753},
    {"transport": "aes", "load": 44.25},
    {"transport": "aes", "lv": 0, "model": "P110(EU)", "load": 17},
    {"transport": "klap", "model": "P210M(US)",
     "plugs": [{"alias": "A", "load": 8.5}, {"alias": "B", "relay": False}]},
    {"transport": "klap", "model": "P300(EU)",
     "plugs": ["A", {"alias": "B", "relay": False}, "C"]},
    {"transport": "klap", "kind": "bulb", "brightness": 42},
    {"transport": "klap", "dialect": "iot", "kind": "strip",
     "plugs": [{"alias": f"P{i}", "load": 2.5 * i} for i in range(6)]},
    {"transport": "klap", "kind": "dimmer", "brightness": 30},
    {"load": 10},
]


def reading(device, kasa):
    energy = device.modules.get(kasa.Module.Energy)
    if energy is None:
        return None
    return (energy.current_consumption, energy.voltage,
            energy.consumption_today)


def test_python_kasa_discovers_connects_and_reads_equal_values():
    kasa = pytest.importorskip("kasa", reason="python-kasa is not installed")

    async def read_all():
        credentials = kasa.Credentials(klap_tpap.USER, klap_tpap.PASSWORD)
        found = await kasa.Discover.discover(
            target="127.255.255.255", discovery_timeout=2,
            credentials=credentials)
        result = {}
        for addr, device in found.items():
            if addr == "127.77.1.9":  # TDP calls a strip a plug: look inside
                device = await kasa.Device.connect(config=device.config)
            await device.update()
            result[addr] = (
                device.alias, type(device.protocol._transport).__name__,
                device.is_on, reading(device, kasa),
                {c.alias: (c.is_on, reading(c, kasa))
                 for c in device.children},
                device.modules.get(kasa.Module.Light))
            await device.disconnect()
        return result

    with sim_of(*[dict(d, volts=230.5) for d in HOUSE]) as sim:
        seen = asyncio.run(read_all())
        assert len(seen) == len(HOUSE)
        transports = [seen[f"127.77.1.{i + 1}"][1] for i in range(len(HOUSE))]
        assert transports == [
            "KlapTransport", "KlapTransportV2", "KlapTransportV2",
            "AesTransport", "AesTransport", "KlapTransportV2",
            "KlapTransportV2", "KlapTransportV2", "KlapTransportV2",
            "KlapTransportV2", "XorTransport"]
        for truth in sim.truth():
            alias, _, is_on, values, children, _ = seen[truth["addr"]]
            assert alias == truth["alias"]
            if not truth["plugs"] or truth["dialect"] == "iot":
                assert is_on == truth["relay"]  # for it a SMART strip is off
            if "watts" in truth and not truth["plugs"]:
                check_equal(values, truth)
            assert set(children) == {p["alias"] for p in truth["plugs"]}
            for plug in truth["plugs"]:
                on, values = children[plug["alias"]]
                assert on is plug["relay"]
                if "watts" in plug:
                    check_equal(values, plug)
        assert seen["127.77.1.8"][5].brightness == 42


def check_equal(values, truth):
    watts, volts, today = values
    assert watts == pytest.approx(truth["watts"], abs=1e-6)
    if "volts" in truth:
        assert volts == pytest.approx(truth["volts"], abs=1e-6)
    if "today_wh" in truth:
        assert today * 1000 == pytest.approx(truth["today_wh"], abs=1.01)


def test_dumps_of_every_transport_say_what_the_index_says():
    directory = os.environ.get("KASA_DUMPS")
    if not directory:
        pytest.skip("KASA_DUMPS does not name a directory of dumps")
    with open(os.path.join(directory, "INDEX.tsv"), encoding="utf-8",
              newline="") as file:
        rows = {r["file"]: r for r in csv.DictReader(
            file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    with Sim(dumps=directory) as sim:
        devices = {d["dump"][len(directory):].lstrip("/"): d
                   for d in sim.truth()}
        assert set(devices) == {f for f in rows if "/child/" not in f}
        assert len({d["mac"] for d in devices.values()}) == len(devices)
        found = discover("127.255.255.255", wait=1)
        for name, device in devices.items():
            row = rows[name]
            if device["transport"] == "xor":
                continue
            assert device["addr"] in found, name
            if row["kind"] in ("vacuum",):
                continue
            assert device["transport"] == row["transport"]
            login = Aes if row["transport"] == "aes" else Klap
            if name.startswith("iot/"):
                Klap(device["addr"], version=1).login().ask(
                    {"system": {"get_sysinfo": {}}})
                continue
            scheme = found[device["addr"]]["mgt_encrypt_schm"]
            client = login(device["addr"])
            if login is Aes:
                client.login(scheme.get("lv", 1))
            else:
                client.login()
            info = client.ask(INFO)["result"]
            assert info["model"] == row["model"]
            assert info["mac"].replace("-", ":").lower() == device["mac"]
            if row["power_w"] not in ("-", "") and not device["plugs"]:
                assert device["watts"] == float(row["power_w"]), name
            if row["relay"] in "01":
                assert device["relay"] is (row["relay"] == "1"), name
            if int(row["children"]) and device["plugs"]:
                check_children(client, device, int(row["children"]))


def check_children(client, device, count):
    result = client.ask({"method": "get_child_device_list"})["result"]
    assert len(result["child_device_list"]) == count == result["sum"]
    for child in result["child_device_list"]:
        answer = client.ask({"method": "control_child", "params": {
            "device_id": child["device_id"], "requestData": {
                "method": "get_current_power"}}})
        assert answer["error_code"] == 0
    assert len(device["plugs"]) == count


def test_the_demo_and_counted_devices_start():
    with Sim(demo=True) as sim:
        names = {d["transport"] for d in sim.truth()}
        assert names == {"xor", "klap", "aes", "tpap", "none"}
        assert len(sim.truth()) == 25
    with Sim(count=50, args=["--transport", "tpap"]) as sim:
        assert len(discover("127.255.255.255", wait=1)) == 50
        assert Tpap("127.77.0.1").login(SHADOW).ask(INFO)["error_code"] == 0
