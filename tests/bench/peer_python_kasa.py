# SPDX-License-Identifier: MIT
"""CPU microseconds per update() of python-kasa: COUNT devices at once.

    peer_python_kasa.py COUNT FIRST-ADDRESS [USER PASSWORD]

With an account they are SMART plugs over KLAP, else IOT plugs over XOR.
"""

import asyncio
import ipaddress
import sys
import time

import kasa
from kasa.iot import IotPlug


def addresses(count, first):
    base = int(ipaddress.IPv4Address(first))
    return [str(ipaddress.IPv4Address(base + i // 254 * 256 + i % 254)) for i in range(count)]


async def connect(address, user, password):
    return await kasa.Device.connect(config=kasa.DeviceConfig(
        host=address,
        credentials=kasa.Credentials(user, password),
        connection_type=kasa.DeviceConnectionParameters(
            kasa.DeviceFamily.SmartTapoPlug, kasa.DeviceEncryptionType.Klap, 2)))


async def main():
    count = int(sys.argv[1])
    hosts = addresses(count, sys.argv[2])
    if len(sys.argv) > 3:
        devices = await asyncio.gather(*(connect(h, *sys.argv[3:]) for h in hosts))
    else:
        devices = [IotPlug(h) for h in hosts]
    await asyncio.gather(*(d.update() for d in devices))  # first: learns the modules
    cycles = max(1, 200 // count)
    begin = time.process_time()
    for _ in range(cycles):
        await asyncio.gather(*(d.update() for d in devices))
    print((time.process_time() - begin) * 1e6 / count / cycles)
    await asyncio.gather(*(d.disconnect() for d in devices))


asyncio.run(main())
