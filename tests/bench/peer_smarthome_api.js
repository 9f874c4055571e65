// SPDX-License-Identifier: MIT
// CPU microseconds per poll of tplink-smarthome-api: COUNT devices at once.
const { Client } = require('tplink-smarthome-api');

const count = Number(process.argv[2]);
const first = process.argv[3].split('.').map(Number);
const hosts = Array.from({ length: count }, (_, i) =>
  [first[0], first[1], first[2] + Math.floor(i / 254), first[3] + (i % 254)].join('.'));

async function poll(client, host) {
  await client.send('{"system":{"get_sysinfo":{}},"emeter":{"get_realtime":{}}}', host);
}

(async () => {
  const client = new Client({ logLevel: 'error', defaultSendOptions: { timeout: 10000 } });
  const cycles = Math.max(1, Math.floor(200 / count));
  await Promise.all(hosts.map((host) => poll(client, host)));
  const begin = process.cpuUsage();
  for (let i = 0; i < cycles; i++) await Promise.all(hosts.map((host) => poll(client, host)));
  const used = process.cpuUsage(begin);
  console.log((used.user + used.system) / count / cycles);
  process.exit(0);
})();
