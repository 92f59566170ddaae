import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, it } from 'node:test';
import { parseIp } from '../net/ip.ts';
import { ensureIpipTunnel } from './ipip-ebpf.ts';
import { deleteNetns, inNetns } from './netns.ts';
import { run } from './run.ts';
import { sys, umount } from './syscalls.ts';

/*
 * pod1 10.24.1.2 - node1 192.168.122.21 - (1500) router (1400) - 192.168.123.22 node2 - 10.24.2.2 pod2
 * Neither node can know the smaller MTU behind the router.
 */
const prefix = `weft-pmtu-${process.pid}-`;
const router = `${prefix}router`;
const sides = [
  { number: 1, segment: '192.168.122', address: '192.168.122.21', other: '192.168.123.22', mtu: 1500 },
  { number: 2, segment: '192.168.123', address: '192.168.123.22', other: '192.168.122.21', mtu: 1400 },
].map((side) => ({ ...side, node: `${prefix}node${side.number}`, pod: `${prefix}pod${side.number}` }));
const pins: string[] = [];

before(async () => {
  for (const name of [router, ...sides.flatMap(({ node, pod }) => [node, pod])])
    await run('ip', ['netns', 'add', name]);
  for (const { number, segment, address, other, mtu, node, pod } of sides) {
    await batch(router, [
      `link add to${number} mtu ${mtu} type veth peer name eth0 netns ${node}`,
      `address add ${segment}.1/24 dev to${number}`,
      `link set to${number} up`,
    ]);
    await batch(node, [
      `address add ${address}/24 dev eth0`,
      'link set eth0 up',
      'link set lo up',
      `route add default via ${segment}.1`,
      `link add cali0 type veth peer name eth0 netns ${pod}`,
      'link set cali0 up',
      `address add 10.24.${number}.1/32 dev lo`,
      `route add 10.24.${number}.2 dev cali0`,
    ]);
    await batch(pod, [
      `address add 10.24.${number}.2/32 dev eth0`,
      'link set eth0 up',
      `route add 10.24.${number}.1 dev eth0`,
      `route add default via 10.24.${number}.1`,
    ]);
    for (const name of [router, node]) {
      await within(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=1');
    }
    const pinDirectory = mkdtempSync(`${tmpdir()}/${node}-`);
    pins.push(pinDirectory);
    const [local, peers] = [parseIp(address), [parseIp(other)]];
    const spec = { device: 'tunl0', mtuBytes: 1480, local, underlay: ['eth0'], peers, pinDirectory };
    inNetns(node, () => ensureIpipTunnel(spec));
    await batch(node, [`route add 10.24.${3 - number}.0/26 via ${other} dev tunl0 onlink`]);
  }
});

after(() => {
  for (const name of [router, ...sides.flatMap(({ node, pod }) => [node, pod])]) deleteNetns(name);
  for (const pin of pins) {
    umount(pin, sys.MNT_DETACH);
    rmSync(pin, { recursive: true });
  }
});

it('path MTU: smaller behind a router -> the pod is told the MTU without the outer header, then its packets pass', async () => {
  const [{ pod = '' } = {}] = sides;
  assert.match(await ping(pod, '-s', '1352'), /1360 bytes from 10.24.2.2/);
  const told = await ping(pod, '-s', '1353').catch(String);
  assert.match(told, /From 192.168.122.1[^\n]*Frag(mentation)? needed[^\n]*mtu = 1380/);
  const { stdout } = await run('ip', ['-n', pod, 'route', 'get', '10.24.2.2']);
  assert.match(stdout, /mtu 1380/);
  assert.match(await ping(pod, '-s', '1352'), /1360 bytes from 10.24.2.2/);
});

function ping(pod: string, ...options: string[]): Promise<string> {
  return within(pod, 'ping', '-n', '-c', '1', '-W', '2', '-M', 'do', ...options, '10.24.2.2');
}

async function batch(netns: string, lines: readonly string[]): Promise<void> {
  await run('ip', ['-n', netns, '-batch', '-'], { input: lines.join('\n') });
}

async function within(netns: string, ...command: string[]): Promise<string> {
  return (await run('ip', ['netns', 'exec', netns, ...command])).stdout;
}
