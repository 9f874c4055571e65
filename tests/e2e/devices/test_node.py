# SPDX-License-Identifier: MIT
"""Devices and a client that nobody here wrote: every model of the npm package
tplink-smarthome-simulator gives what the package tplink-smarthome-api reads.

    npm install --prefix "$KASA_NODE" --no-save \\
        tplink-smarthome-simulator@5.0.1 tplink-smarthome-api@5.0.0
"""

import json
import os
import shutil
import subprocess

import pytest

from collectd import Collectd, device, free_port
from test_dumps import reading

pytestmark = pytest.mark.plain

MODULES = os.path.join(os.environ.get("KASA_NODE", ""), "node_modules")

DEVICES = """
const { Device } = require('tplink-smarthome-simulator');
const port = Number(process.argv[1]);
(async () => {
  let n = 0;
  const hosts = {};
  for (const model of Device.models) {
    n += 1;
    const device = new Device({ model, port, address: `127.78.0.${n}`,
      alias: `The ${model}`, data: { mac: `50:c7:bf:0d:91:${16 + n}`,
      deviceId: `A${n}`.padEnd(40, '0') } });
    await device.start();
    hosts[model] = device.address;
  }
  console.log(JSON.stringify(hosts));
})().catch(e => { console.error(e); process.exit(1); });
"""

CLIENT = """
const { Client } = require('tplink-smarthome-api');
const port = Number(process.argv[1]);
(async () => {
  const client = new Client({ logLevel: 'silent' });
  const out = {};
  for (const host of process.argv.slice(2)) {
    const device = await client.getDevice({ host, port });
    const info = await device.getSysInfo();
    const entry = { alias: device.alias, model: device.model,
      mac: device.mac, rssi: info.rssi, on: await device.getPowerState() };
    if (device.supportsEmeter)
      entry.meter = await device.emeter.getRealtime();
    if ('ledState' in device) entry.led = device.ledState;
    if (info.light_state) {
      const state = await device.lighting.getLightState();
      const effect = info.lighting_effect_state;
      entry.brightness = effect?.enable ? effect.brightness
        : state.brightness ?? state.dft_on_state?.brightness;
    } else if (info.brightness !== undefined) {
      entry.brightness = info.brightness;
    }
    entry.cloud = (await device.cloud.getInfo()).cld_connection;
    for (const id of device.children?.keys() ?? []) {
      const plug = await client.getDevice({ host, port, childId: id });
      entry.plugs ??= [];
      entry.plugs.push({ alias: plug.alias, on: await plug.getPowerState(),
        meter: await plug.emeter.getRealtime() });
    }
    out[host] = entry;
  }
  console.log(JSON.stringify(out));
  process.exit(0);
})().catch(e => { console.error(e); process.exit(1); });
"""


def node(script, *arguments, **options):
    return subprocess.Popen(
        [shutil.which("node"), "-e", script, *map(str, arguments)],
        stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": MODULES},
        **options)


@pytest.fixture(scope="module", name="seen")
def fixture_seen():
    """(page, what the other client reads by host, hosts by model)"""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    for package in ("tplink-smarthome-simulator", "tplink-smarthome-api"):
        if not os.path.isdir(os.path.join(MODULES, package)):
            pytest.skip(f"KASA_NODE has no {package}")
    port = free_port()
    devices = node(DEVICES, port)
    try:
        hosts = json.loads(devices.stdout.readline())
        config = "Discovery false\n" + "".join(
            device(h, Port=port) for h in hosts.values())
        with Collectd(config, discover=False) as daemon:
            daemon.wait_up(*(f"The {m}" for m in hosts))
            client = node(CLIENT, port, *hosts.values())
            told = json.loads(client.communicate(timeout=60)[0])
            yield daemon.cycles(1), told, hosts, daemon
    finally:
        devices.terminate()
        devices.wait(10)


MODELS = ("hs100 hs105 hs110 hs110v2 hs200 hs220 hs300 lb100 lb120 lb130 "
          "kl430").split()


def scaled(meter):
    """power, voltage, current, watt_hours; absent ones left out. The client
    adds the other generation's fields, milli rounded down."""
    out = {}
    for name, milli in (("power", "power_mw"), ("voltage", "voltage_mv"),
                        ("current", "current_ma")):
        if meter.get(name) is not None:
            out[name] = meter[name]
        elif meter.get(milli) is not None:
            out[name] = meter[milli] / 1000
    if meter.get("total") is not None:
        out["watt_hours"] = round(meter["total"] * 1000)
    elif meter.get("total_wh") is not None:
        out["watt_hours"] = meter["total_wh"]
    if out.get("voltage") == 0:
        del out["voltage"], out["current"]
    return out


def compare(got, meter, where):
    want = scaled(meter)
    for type_ in ("power", "voltage", "current"):
        assert (type_ in got) == (type_ in want), (where, type_)
    for type_, value in want.items():
        assert got[type_] == pytest.approx(value), (where, type_)


@pytest.mark.parametrize("model", MODELS)
def test_each_model_gives_what_the_other_client_reads(seen, model):
    page, told, hosts, _ = seen
    name, want = f"The {model}", told[hosts[model]]
    got = reading(page, "kasa", kasa=name)
    assert want["alias"] == name
    assert got["up"] == 1 and got["signal_power"] == want["rssi"]
    assert got["relay"] == (any(p["on"] for p in want["plugs"])
                            if "plugs" in want else want["on"])
    assert got["cloud_connected"] == want["cloud"]
    if "led" in want:
        assert got["led_off"] == (not want["led"])
    assert got.get("brightness") == want.get("brightness")
    if "plugs" in want:
        for plug in want["plugs"]:
            of_plug = reading(page, "kasa_plug", kasa_plug=name,
                              type=plug["alias"])
            assert of_plug["relay"] == plug["on"]
            compare(of_plug, plug["meter"], (model, plug["alias"]))
        assert got["power"] == pytest.approx(
            sum(scaled(p["meter"])["power"] for p in want["plugs"]))
    elif "meter" in want:
        compare(got, want["meter"], model)
    else:
        assert "power" not in got
    infos = [k.labels["type"] for k in page if k.name == "collectd_kasa_info"
             and k.labels["kasa"] == name]
    assert len(infos) == 1 and f"model={want['model']} " in infos[0]
    assert want["mac"].lower() in infos[0]


def test_all_its_models_are_there(seen):
    _, _, hosts, daemon = seen
    assert set(hosts) == set(MODELS)
    assert not daemon.ours("stopped|not answer")
