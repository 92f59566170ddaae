import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { hasCode } from '../base/errors.ts';
import { parseIp } from '../net/ip.ts';
import { openPinned, unpin } from './bpf-filesystem.ts';
import { detachLink, tcxLinkInfo } from './bpf-link.ts';
import { type EbpfTunnelSpec, sameIpipTunnel } from './ebpf-tunnel.ts';
import { hasIpipDriver } from './ipip-driver.ts';
import { ensureIpipTunnel, listIpipTunnels, readIpipDrops, readIpipTunnel, removeIpipTunnel } from './ipip-ebpf.ts';
import { deleteNetns, inNetns } from './netns.ts';
import { run } from './run.ts';
import { sys, umount } from './syscalls.ts';

/*
 * pod1 10.24.1.2 - node1 192.168.122.21 === 192.168.122.22 node2 - 10.24.2.2 pod2
 * pod3 10.24.9.9 - node1 192.168.123.21 === 192.168.123.22 node2
 */
const prefix = `weft-ipip-${process.pid}-`;
const [node1, node2, pod1, pod2, pod3] = ['node1', 'node2', 'pod1', 'pod2', 'pod3'].map((name) => prefix + name) as [
  string,
  string,
  string,
  string,
  string,
];
const pins = new Map([node1, node2].map((node) => [node, mkdtempSync(`${tmpdir()}/${node}-`)]));
const [address1, address2] = [parseIp('192.168.122.21'), parseIp('192.168.122.22')];
const children: ChildProcess[] = [];

before(async () => {
  await Promise.all([node1, node2, pod1, pod2, pod3].map((name) => run('ip', ['netns', 'add', name])));
  await batch(node1, [
    `link add eth0 mtu 1500 type veth peer name eth0 mtu 1500 netns ${node2}`,
    `link add eth1 mtu 1500 type veth peer name eth1 mtu 1500 netns ${node2}`,
    `link add cali1 type veth peer name eth0 netns ${pod1}`,
    `link add cali3 type veth peer name eth0 netns ${pod3}`,
    `address add ${address1}/24 dev eth0`,
    'address add 192.168.123.21/24 dev eth1',
    ...['lo', 'eth0', 'eth1', 'cali1', 'cali3'].map((device) => `link set ${device} up`),
    'address add 10.24.1.1/32 dev lo',
    'route add 10.24.1.2 dev cali1',
    'route add 10.24.9.9 dev cali3',
  ]);
  await batch(node2, [
    `link add cali2 type veth peer name eth0 netns ${pod2}`,
    `address add ${address2}/24 dev eth0`,
    'address add 192.168.123.22/24 dev eth1',
    ...['lo', 'eth0', 'eth1', 'cali2'].map((device) => `link set ${device} up`),
    'address add 10.24.2.1/32 dev lo',
    'route add 10.24.2.2 dev cali2',
  ]);
  for (const [pod, address, gateway] of [
    [pod1, '10.24.1.2', '10.24.1.1'],
    [pod2, '10.24.2.2', '10.24.2.1'],
    [pod3, '10.24.9.9', '10.24.1.1'],
  ] as const) {
    await batch(pod, [
      'link set lo up',
      'link set eth0 up',
      `address add ${address}/32 dev eth0`,
      `route add ${gateway} dev eth0`,
      `route add default via ${gateway} dev eth0`,
    ]);
  }
  for (const node of [node1, node2]) {
    await within(node, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=1');
    await ensureInOtherProcess(node);
  }
  await batch(node1, [`route add 10.24.2.0/26 via ${address2} dev tunl0 onlink`]);
  await batch(node2, [`route add 10.24.1.0/26 via ${address1} dev tunl0 onlink`]);
});

after(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const name of [node1, node2, pod1, pod2, pod3]) deleteNetns(name);
  for (const directory of pins.values()) {
    try {
      umount(directory, sys.MNT_DETACH);
    } catch (error) {
      if (!hasCode(error, 'HOST_EINVAL')) throw error;
    }
    rmSync(directory, { recursive: true });
  }
});

it('tunnel: loader process has ended -> list shows it whole, ensure changes nothing', () => {
  for (const node of [node1, node2]) {
    const [found, ...more] = inNetns(node, () => listIpipTunnels(pinsOf(node)));
    assert.ok(found);
    assert.deepEqual(more, []);
    assert.deepEqual(found.faults, []);
    assert.ok(sameIpipTunnel(found, tunnel(node)), JSON.stringify(found));
    assert.equal(ensure(node), 'unchanged');
  }
});

it('tunnel device: made -> up, NOARP, MTU, no IPv6', async () => {
  const { stdout } = await run('ip', ['-n', node1, 'address', 'show', 'dev', 'tunl0']);
  assert.match(stdout, /<BROADCAST,MULTICAST,NOARP,UP,LOWER_UP> mtu 1480/);
  assert.doesNotMatch(stdout, /inet6/);
});

it('ping: pod to pod across nodes -> TTL 62, protocol 4 on the underlay with DF and the inner packet whole', async () => {
  let answer = '';
  const captured = await capture(node1, 'eth0', 'ip proto 4', 2, async () => {
    answer = await ping(pod1, '10.24.2.2');
  });
  assert.match(answer, /ttl=62/);
  assert.match(captured, /ttl 63,[^\n]*flags \[DF\], proto IPIP \(4\), length 104\)\s+192.168.122.21 > 192.168.122.22/);
  assert.match(captured, /ttl 63,[^\n]*flags \[DF\], proto ICMP \(1\), length 84\)\s+10.24.1.2 > 10.24.2.2/);
  assert.match(captured, /192.168.122.22 > 192.168.122.21/);
  assert.doesNotMatch(captured, /bad cksum/);
});

it('ping: captured on the tunnel device -> both directions, no outer header', async () => {
  const captured = await capture(node2, 'tunl0', 'icmp', 2, () => ping(pod1, '10.24.2.2'));
  assert.match(captured, /10.24.1.2 > 10.24.2.2: ICMP echo request/);
  assert.match(captured, /10.24.2.2 > 10.24.1.2: ICMP echo reply/);
});

it('ping: bigger than the tunnel MTU with DF -> fragmentation needed, MTU 1480', async () => {
  assert.match(await ping(pod1, '10.24.2.2', '-M', 'do', '-s', '1452'), /1460 bytes from/);
  const answer = await ping(pod2, '10.24.1.2', '-M', 'do', '-s', '1453').catch(String);
  assert.match(answer, /Frag(mentation)? needed[^\n]*1480/);
});

it('ping: bigger than the tunnel MTU without DF -> arrives in fragments', async () => {
  assert.match(await ping(pod1, '10.24.2.2', '-M', 'dont', '-s', '5000'), /5008 bytes from 10.24.2.2/);
});

for (const [name, from, to, address] of [
  ['pod1 to pod2', pod1, pod2, '10.24.2.2'],
  ['pod2 to pod1', pod2, pod1, '10.24.1.2'],
] as const) {
  it(`TCP: bulk from ${name} -> all bytes arrive`, () => transfer(from, to, address, 32 << 20));
}

it('TCP: bulk without segmentation offload -> all bytes arrive', async () => {
  for (const pod of [pod1, pod2]) await within(pod, 'ethtool', '-K', 'eth0', 'tso', 'off', 'gso', 'off', 'gro', 'off');
  await transfer(pod1, pod2, '10.24.2.2', 8 << 20);
});

it('peers: source taken away -> its packets are dropped and counted; given back -> answered', async () => {
  assert.equal(ensure(node1, { peers: [] }), 'updated');
  const before = drops(node1)['unknown-source'];
  await assert.rejects(ping(pod1, '10.24.2.2', '-W', '0.3'));
  assert.equal(drops(node1)['unknown-source'] - before, 1n);
  assert.equal(ensure(node1), 'updated');
  await ping(pod1, '10.24.2.2');
});

it('several underlays: route of the gateway by the second device -> tunnel packets go there', async () => {
  for (const node of [node1, node2]) assert.equal(ensure(node, { underlay: ['eth1', 'eth0'] }), 'updated');
  await ping(pod1, '10.24.2.2');
  await batch(node1, [`route add ${address2} via 192.168.123.22 dev eth1`]);
  await batch(node2, [`route add ${address1} via 192.168.123.21 dev eth1`]);
  const captured = await capture(node2, 'eth1', 'ip proto 4', 2, () => ping(pod1, '10.24.2.2'));
  assert.match(captured, /192.168.122.22 > 192.168.122.21/);
  await batch(node1, [`route del ${address2}`]);
  await batch(node2, [`route del ${address1}`]);
  for (const node of [node1, node2]) assert.equal(ensure(node), 'updated');
  assert.deepEqual(
    readdirSync(`${pinsOf(node1)}/tunl0`).filter((name) => name.startsWith('decapsulate')),
    ['decapsulate-eth0'],
  );
  await ping(pod1, '10.24.2.2');
});

it('hairpin: packet out of a tunnel is routed into one again -> encapsulated again', async () => {
  await within(node1, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.tunl0.rp_filter=0');
  await batch(node2, [`route add 10.24.9.9 via ${address1} dev tunl0 onlink`]);
  await batch(node1, [
    'route del 10.24.9.9 dev cali3',
    `route add 10.24.9.9 via ${address2} dev tunl0 onlink`,
    'route add 10.24.9.9 dev cali3 table 100',
    'rule add iif tunl0 to 10.24.9.9 lookup 100',
  ]);
  assert.match(await ping(pod1, '10.24.9.9'), /ttl=63/);
  await transfer(pod1, pod3, '10.24.9.9', 4 << 20);
});

const damages: readonly [name: string, damage: () => Promise<unknown> | unknown, fault: RegExp, repair: string][] = [
  ['device down', () => ip(node1, 'link', 'set', 'tunl0', 'down'), /"tunl0" is down/, 'updated'],
  ['far end down', () => ip(node1, 'link', 'set', 'tunl0p', 'down'), /"tunl0p" is down/, 'updated'],
  ['ARP on', () => ip(node1, 'link', 'set', 'tunl0', 'arp', 'on'), /does ARP/, 'updated'],
  ['far end MTU', () => ip(node1, 'link', 'set', 'tunl0p', 'mtu', '1400'), /MTU 1400/, 'updated'],
  [
    'IPv6 on',
    () => within(node1, 'sysctl', '-qw', 'net.ipv6.conf.tunl0.disable_ipv6=0'),
    /"tunl0" does IPv6/,
    'updated',
  ],
  ['encapsulation detached', () => detach('encapsulate'), /encapsulate program is attached to a device/, 'updated'],
  ['decapsulation unpinned', () => unpin(`${pinsOf(node1)}/tunl0/decapsulate-eth0`), /no program/, 'updated'],
  ['map unpinned', () => unpin(`${pinsOf(node1)}/tunl0/peers`), /maps are missing/, 'updated'],
  ['device deleted', () => ip(node1, 'link', 'delete', 'tunl0'), /"tunl0" is missing/, 'created'],
];
for (const [name, damage, fault, repair] of damages) {
  it(`repair: ${name} -> seen by a listing, put right by an ensure, then nothing left to do`, async () => {
    await damage();
    const found = inNetns(node1, () => readIpipTunnel('tunl0', pinsOf(node1)));
    assert.match(found?.faults.join('; ') ?? '', fault);
    assert.equal(ensure(node1), repair);
    assert.equal(ensure(node1), 'unchanged');
    await ip(node1, 'route', 'replace', '10.24.2.0/26', 'via', address2, 'dev', 'tunl0', 'onlink');
    await ping(pod1, '10.24.2.2');
  });
}

it('programs: swapped again and again while packets flow -> none is lost', async () => {
  let flowing = true;
  const flood = ping(pod2, '10.24.1.2', '-c', '400', '-i', '0.002').finally(() => {
    flowing = false;
  });
  let swaps = 0;
  // With one underlay device the program is another than with two.
  for (; flowing; swaps++) {
    const underlay = swaps % 2 === 0 ? ['eth0', 'eth1'] : ['eth0'];
    for (const node of [node1, node2]) assert.equal(ensure(node, { underlay }), 'updated');
    await setImmediate();
  }
  // ping leaves two round trips after its last echo: on a busy machine the last answers may come too late for it.
  const answered = new Set([...(await flood).matchAll(/icmp_seq=(\d+)/g)].map(([, sequence]) => Number(sequence)));
  const missing = Array.from({ length: 380 }, (_, index) => index + 1).filter((sequence) => !answered.has(sequence));
  assert.deepEqual(missing, [], `drops: ${Object.entries(drops(node1)).join(' ')}`);
  assert.ok(swaps > 10, `${swaps} swaps`);
  for (const node of [node1, node2]) ensure(node);
});

it('underlay device made anew -> the dead link is seen and replaced', async () => {
  await batch(node1, [
    'link delete eth0',
    `link add eth0 type veth peer name eth0 netns ${node2}`,
    `address add ${address1}/24 dev eth0`,
    'link set eth0 up',
  ]);
  await batch(node2, [`address add ${address2}/24 dev eth0`, 'link set eth0 up']);
  for (const node of [node1, node2]) {
    assert.match(
      inNetns(node, () => readIpipTunnel('tunl0', pinsOf(node)))?.faults.join() ?? '',
      /device that is gone/,
    );
    assert.equal(ensure(node), 'updated');
  }
  await ping(pod1, '10.24.2.2');
});

const refused: readonly [name: string, change: Partial<EbpfTunnelSpec>, message: RegExp][] = [
  ['missing underlay', { underlay: ['eth7'] }, /underlay device "eth7" is missing/],
  ['no underlay', { underlay: [] }, /no underlay device found/],
  ['IPv6 peer', { peers: [parseIp('fd00::1')] }, /"fd00::1" found, IPv4 needed/],
  ['name too long', { device: 'tunnel-abcdefgh' }, /at most 14 needed/],
  ['name of another device', { device: 'br0' }, /a device "br0" of kind "bridge" found/],
];
for (const [name, change, message] of refused) {
  it(`ensure: ${name} -> refused, nothing changed`, async () => {
    await ip(node2, 'link', 'add', 'br0', 'type', 'bridge').catch(() => {});
    assert.throws(() => ensure(node2, change), message);
    assert.equal(ensure(node2), 'unchanged');
  });
}

it('remove: once and twice -> no device, no pins', () => {
  for (let times = 0; times < 2; times++) inNetns(node1, () => removeIpipTunnel('tunl0', pinsOf(node1)));
  assert.deepEqual(
    inNetns(node1, () => listIpipTunnels(pinsOf(node1))),
    [],
  );
  assert.ok(!readdirSync(pinsOf(node1)).includes('tunl0'));
  assert.equal(
    inNetns(node1, () => readIpipTunnel('tunl0', pinsOf(node1))),
    undefined,
  );
});

it('driver: asked twice -> same answer, own namespace unchanged', () => {
  const names = readdirSync('/sys/class/net');
  assert.equal(hasIpipDriver(), hasIpipDriver());
  assert.deepEqual(readdirSync('/sys/class/net'), names);
});

function tunnel(node: string): EbpfTunnelSpec {
  const [local, peer] = node === node1 ? [address1, address2] : [address2, address1];
  return { device: 'tunl0', mtuBytes: 1480, local, underlay: ['eth0'], peers: [peer] };
}

function ensure(node: string, change: Partial<EbpfTunnelSpec> = {}): string {
  return inNetns(node, () => ensureIpipTunnel({ ...tunnel(node), ...change, pinDirectory: pinsOf(node) }));
}

/** What is made here must outlive the process that makes it. */
async function ensureInOtherProcess(node: string): Promise<void> {
  const spec = JSON.stringify({ ...tunnel(node), pinDirectory: pinsOf(node) });
  const program = `
    import { ensureIpipTunnel } from '${new URL('ipip-ebpf.ts', import.meta.url)}';
    import { inNetns } from '${new URL('netns.ts', import.meta.url)}';
    console.log(inNetns('${node}', () => ensureIpipTunnel(${spec})));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(stdout.trim(), 'created');
}

function pinsOf(node: string): string {
  return pins.get(node) ?? '';
}

function drops(node: string) {
  return readIpipDrops('tunl0', pinsOf(node)) ?? assert.fail('no drop counters');
}

function detach(pin: string): void {
  const link = openPinned(`${pinsOf(node1)}/tunl0/${pin}`) ?? -1;
  detachLink(link);
  assert.equal(tcxLinkInfo(link).ifindex, 0);
}

async function ip(netns: string, ...args: string[]): Promise<void> {
  await run('ip', ['-n', netns, ...args]);
}

async function batch(netns: string, lines: readonly string[]): Promise<void> {
  await run('ip', ['-n', netns, '-batch', '-'], { input: lines.join('\n') });
}

async function within(netns: string, ...command: string[]): Promise<string> {
  return (await run('ip', ['netns', 'exec', netns, ...command])).stdout;
}

/** Fails unless every echo is answered. */
async function ping(from: string, to: string, ...options: string[]): Promise<string> {
  const told = await within(from, 'ping', '-n', '-c', '1', '-W', '2', ...options, to);
  return told;
}

/** What tcpdump says about the first packets that match while `traffic` runs. */
async function capture(netns: string, device: string, filter: string, count: number, traffic: () => Promise<unknown>) {
  const args = ['netns', 'exec', netns, 'tcpdump', '-lnv', '--immediate-mode', '-c', `${count}`, '-i', device, filter];
  const child = spawn('ip', args);
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => String(chunk).includes('listening on') && resolve());
  });
  await traffic();
  await ended;
  return text;
}

/** Sends bytes over one TCP connection; the receiver counts them. */
async function transfer(from: string, to: string, address: string, bytes: number): Promise<void> {
  const receiver = `
    const server = require('node:net').createServer((socket) => {
      let count = 0;
      socket.on('data', (chunk) => { count += chunk.length; });
      socket.on('end', () => { console.log('received', count); socket.end(); server.close(); });
    }).listen(7000, () => console.log('ready'));`;
  const sender = `
    const socket = require('node:net').connect(7000, '${address}', () => socket.end(Buffer.alloc(${bytes})));
    socket.resume();`;
  const child = spawn('ip', ['netns', 'exec', to, process.execPath, '-e', receiver]);
  children.push(child);
  let told = '';
  const ended = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      told += chunk;
      if (told.includes('ready')) resolve();
    });
  });
  await within(from, process.execPath, '-e', sender);
  await ended;
  assert.match(told, new RegExp(`received ${bytes}\n`));
}
