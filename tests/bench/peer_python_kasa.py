"""CPU microseconds per update() of python-kasa: COUNT devices at once."""

import asyncio
import ipaddress
import sys
import time

from kasa.iot import IotPlug


def addresses(count, first):
    base = int(ipaddress.IPv4Address(first))
    return [str(ipaddress.IPv4Address(base + i // 254 * 256 + i % 254)) for i in range(count)]


async def main():
    count = int(sys.argv[1])
    devices = [IotPlug(address) for address in addresses(count, sys.argv[2])]
    await asyncio.gather(*(d.update() for d in devices))  # first: learns the modules
    cycles = max(1, 200 // count)
    begin = time.process_time()
    for _ in range(cycles):
        await asyncio.gather(*(d.update() for d in devices))
    print((time.process_time() - begin) * 1e6 / count / cycles)


asyncio.run(main())
