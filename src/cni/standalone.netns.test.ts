import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

/**
 * Scenario D1: the plugin with the CNI environment, a namespace and a standard IPAM plugin gives the wiring that people
 * make by hand, on a bare host without agent and cluster. The "host" is a namespace of this test.
 */
const id = `weft-d1-${process.pid}`;
const host = `${id}-host`;
const namespaces = [host, ...['a', 'b', 'c'].map((pod) => `${id}-${pod}`)];
const directory = mkdtempSync(join(tmpdir(), 'weft-d1-'));
const main = join(import.meta.dirname, '../main.ts');
const config = {
  cniVersion: '0.4.0',
  name: id,
  type: 'weft',
  ipam: {
    type: 'host-local',
    dataDir: directory,
    ranges: [[{ subnet: '10.70.1.0/24' }], [{ subnet: 'fd00:70::/64' }]],
  },
};

interface Result {
  readonly ips: readonly { readonly address: string; readonly version: string }[];
  readonly interfaces: readonly { readonly name: string; readonly mac?: string; readonly sandbox?: string }[];
}

function ip(netns: string, ...args: string[]): string {
  return execFileSync('ip', ['-n', netns, ...args], { encoding: 'utf8' });
}

function plugin(command: string, pod: string, extra: Record<string, string> = {}, more: object = {}) {
  const { status, stdout } = spawnSync('ip', ['netns', 'exec', host, process.execPath, main], {
    encoding: 'utf8',
    input: JSON.stringify({ ...config, ...more }),
    env: {
      PATH: process.env.PATH,
      WEFT_RUN_DIRECTORY: join(directory, 'run'),
      CNI_COMMAND: command,
      CNI_CONTAINERID: `${pod}-0123456789abcdef`,
      CNI_NETNS: `/run/netns/${id}-${pod}`,
      CNI_IFNAME: 'eth0',
      CNI_PATH: '/usr/lib/cni',
      ...extra,
    },
  });
  return { status, answer: stdout === '' ? undefined : JSON.parse(stdout) };
}

before(() => {
  for (const name of namespaces) execFileSync('ip', ['netns', 'add', name]);
  // Proxy ARP answers for 169.254.1.1 only where some unicast route covers it; every host has a default route.
  ip(host, 'link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1');
  for (const device of ['lo', 'up0', 'up1']) ip(host, 'link', 'set', device, 'up');
  ip(host, 'address', 'add', '192.168.0.11/24', 'dev', 'up0');
  ip(host, 'route', 'add', 'default', 'via', '192.168.0.1');
});

after(() => {
  for (const name of namespaces) spawnSync('ip', ['netns', 'delete', name]);
  rmSync(directory, { recursive: true });
});

test('standalone: ADD of two containers -> the wiring of the documents, and they reach each other', () => {
  const a = plugin('ADD', 'a');
  const b = plugin('ADD', 'b');
  assert.equal(a.status, 0, JSON.stringify(a.answer));
  assert.equal(b.status, 0, JSON.stringify(b.answer));
  const result = a.answer as Result;
  const address = result.ips.find(({ version }) => version === '4')?.address ?? '';
  const hostDevice = result.interfaces[0]?.name ?? '';
  assert.match(address, /^10\.70\.1\.\d+\/32$/);
  assert.match(hostDevice, /^cali/);
  assert.equal(result.interfaces[1]?.sandbox, `/run/netns/${id}-a`);

  const pod = `${id}-a`;
  assert.match(ip(pod, 'address', 'show', 'dev', 'eth0'), new RegExp(`inet ${address} `));
  assert.match(ip(pod, 'route'), /default via 169\.254\.1\.1 dev eth0/);
  assert.match(ip(pod, 'route'), /169\.254\.1\.1 dev eth0 scope link/);
  assert.match(ip(pod, '-6', 'route'), /default via fe80::ecee:eeff:feee:eeee dev eth0/);
  assert.match(ip(host, 'link', 'show', hostDevice), /link\/ether ee:ee:ee:ee:ee:ee/);
  assert.match(ip(host, 'route'), new RegExp(`${address.replace('/32', '')} dev ${hostDevice} scope link`));
  assert.doesNotMatch(ip(host, 'address'), /169\.254\.1\.1/);

  const other = ((b.answer as Result).ips[0]?.address ?? '').split('/')[0] ?? '';
  const ping = spawnSync('ip', ['netns', 'exec', pod, 'ping', '-c', '1', '-W', '2', other], { encoding: 'utf8' });
  assert.match(ping.stdout, /ttl=63/);
});

test('standalone: CHECK -> passes, and names what somebody broke', () => {
  const added = plugin('ADD', 'c');
  assert.equal(added.status, 0, JSON.stringify(added.answer));
  const check = () => plugin('CHECK', 'c', {}, { prevResult: added.answer });
  assert.equal(check().status, 0);
  ip(`${id}-c`, 'route', 'delete', 'default');
  const broken = check();
  assert.equal(broken.status, 1);
  assert.match(broken.answer.msg, /route 0\.0\.0\.0\/0 via 169\.254\.1\.1/);
  assert.equal(plugin('CHECK', 'c').answer.code, 7, 'CHECK without prevResult is refused');
  assert.equal(plugin('DEL', 'c').status, 0);
});

test('standalone: ADD of an interface that exists -> refused, what was there stays, the address is given back', () => {
  const before = ip(`${id}-a`, 'address');
  const leases = readdirSync(join(directory, id)).length;
  const again = plugin('ADD', 'a', { CNI_CONTAINERID: 'other-1' });
  assert.equal(again.status, 1);
  assert.match(again.answer.msg, /eth0/);
  assert.equal(ip(`${id}-a`, 'address'), before);
  assert.equal(readdirSync(join(directory, id)).length, leases);
});

test('standalone: ADD into a namespace that does not exist -> code 3, the address is given back', () => {
  const refused = plugin('ADD', 'a', { CNI_NETNS: `/run/netns/${id}-none`, CNI_CONTAINERID: 'none-1' });
  assert.equal(refused.status, 1);
  assert.equal(refused.answer.code, 3);
});

test('standalone: DEL twice, the second without namespace -> success, nothing left', () => {
  assert.equal(plugin('DEL', 'a').status, 0);
  assert.equal(plugin('DEL', 'a', { CNI_NETNS: '' }).status, 0);
  assert.doesNotMatch(ip(`${id}-a`, 'link'), /eth0/);
  assert.equal(plugin('DEL', 'b').status, 0);
  assert.doesNotMatch(ip(host, 'link'), /cali/);
});
