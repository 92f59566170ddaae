import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pod } from '../../../src/api/core.ts';
import { cidrContainsIp, parseCidr } from '../../../src/net/cidr.ts';
import { parseIp } from '../../../src/net/ip.ts';
import { ipOf, LabFixture, until } from './lab-fixture.ts';

/** A lab with two pods on node1 and one on node2. */
export interface World {
  readonly lab: LabFixture;
  readonly a1: Pod;
  readonly a2: Pod;
  readonly b1: Pod;
}

/** The world of a test file: there before its tests, gone after them. */
export function worldOf(suffix: string, ...options: readonly string[]): () => World {
  let lab: LabFixture | undefined;
  let world: World | undefined;
  before(async () => {
    lab = await LabFixture.start(suffix, ...options);
    const [a1, a2, b1] = await Promise.all([lab.run('a1', 'node1'), lab.run('a2', 'node1'), lab.run('b1', 'node2')]);
    world = { lab, a1, a2, b1 };
  });
  after(() => lab?.stop());
  return () => {
    assert.ok(world);
    return world;
  };
}

export interface IpAddress {
  readonly ifname: string;
  readonly address: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly family: string }[];
  readonly linkinfo?: { readonly info_kind: string; readonly info_data?: Readonly<Record<string, unknown>> };
}

export interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly protocol?: string;
  readonly metric?: number;
  readonly scope?: string;
  readonly flags: readonly string[];
}

/** The host side device of a pod. */
export async function deviceOf(lab: LabFixture, pod: Pod): Promise<string> {
  const routes = await lab.ip<IpRoute[]>(pod.spec.nodeName ?? '', 'route', 'show', ipOf(pod));
  return routes[0]?.dev ?? '';
}

/** Scenario A4: the wiring of a pod. */
export function testPodWiring(world: () => World, mtuBytes: number): void {
  test('A4 pod: eth0 with a /32, default by 169.254.1.1 on the link, MTU of the tunnel', async () => {
    const { lab, a1 } = world();
    const [eth0] = JSON.parse(await lab.in(a1, 'ip', '-j', 'addr', 'show', 'eth0')) as IpAddress[];
    const inet = eth0?.addr_info.filter((one) => one.family === 'inet') ?? [];
    assert.deepEqual(
      inet.map((one) => `${one.local}/${one.prefixlen}`),
      [`${ipOf(a1)}/32`],
    );
    assert.equal(eth0?.mtu, mtuBytes);
    const routes = (await lab.in(a1, 'ip', 'route'))
      .trim()
      .split('\n')
      .map((line) => line.trim());
    assert.deepEqual(routes.toSorted(), ['169.254.1.1 dev eth0 scope link', 'default via 169.254.1.1 dev eth0']);
  });

  test('A4 host side: MAC ee:ee:ee:ee:ee:ee, proxy_arp, a scope link route, nobody owns 169.254.1.1', async () => {
    const { lab, a1 } = world();
    const device = await deviceOf(lab, a1);
    assert.match(device, /^cali[0-9a-f]{11}$/);
    const [link] = await lab.ip<IpAddress[]>('node1', 'link', 'show', device);
    assert.equal(link?.address, 'ee:ee:ee:ee:ee:ee');
    assert.equal((await lab.on('node1', 'cat', `/proc/sys/net/ipv4/conf/${device}/proxy_arp`)).trim(), '1');
    const [route] = await lab.ip<IpRoute[]>('node1', 'route', 'show', ipOf(a1));
    assert.equal(route?.scope, 'link');
    assert.doesNotMatch(await lab.on('node1', 'ip', 'addr'), /169\.254\.1\.1/);
    assert.doesNotMatch(await lab.in(a1, 'ip', 'addr'), /169\.254\.1\.1/);
  });

  test('A4 ARP: request for 169.254.1.1 -> answered with ee:ee:ee:ee:ee:ee on the cali device', async () => {
    const { lab, a1, b1 } = world();
    await lab.in(a1, 'ip', 'neigh', 'flush', 'dev', 'eth0');
    const seen = await lab.capture('node1', await deviceOf(lab, a1), 'arp', 2, () =>
      lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1)),
    );
    assert.match(seen, /Request who-has 169\.254\.1\.1/);
    assert.match(seen, /Reply 169\.254\.1\.1 is-at ee:ee:ee:ee:ee:ee/);
  });
}

/** Scenarios F1, F3 and the traffic to the outside. */
export function testPaths(world: () => World, tunnelAddressAnnotation: string | undefined): void {
  test('F1 same node: in by one cali device, out by the other, host MAC on both, TTL 63', async () => {
    const { lab, a1, a2 } = world();
    const ping = () => lab.in(a1, 'ping', '-c1', '-W2', ipOf(a2));
    const enters = await lab.capture('node1', await deviceOf(lab, a1), 'icmp[icmptype] == icmp-echo', 1, ping);
    const leaves = await lab.capture('node1', await deviceOf(lab, a2), 'icmp[icmptype] == icmp-echo', 1, ping);
    assert.match(enters, /> ee:ee:ee:ee:ee:ee, .*ttl 64,/);
    assert.match(leaves, /ee:ee:ee:ee:ee:ee > .*ttl 63,/);
    assert.match(await ping(), /ttl=63 /);
  });

  test('F3 node to local pod: source is the address of the node', async () => {
    const { lab, a1 } = world();
    const seen = await lab.capture('node1', await deviceOf(lab, a1), 'icmp[icmptype] == icmp-echo', 1, () =>
      lab.on('node1', 'ping', '-c1', '-W2', ipOf(a1)),
    );
    assert.ok(seen.includes(`${lab.address('node1')} > ${ipOf(a1)}: ICMP echo request`), seen);
  });

  test(`F3 node to remote pod: source is ${tunnelAddressAnnotation ? 'its tunnel address' : 'its own address'}`, async () => {
    const { lab, b1 } = world();
    const source =
      tunnelAddressAnnotation === undefined
        ? lab.address('node1')
        : await lab.annotation('node1', tunnelAddressAnnotation);
    assert.notEqual(source, '');
    const seen = await lab.capture('node2', await deviceOf(lab, b1), 'icmp[icmptype] == icmp-echo', 1, () =>
      lab.on('node1', 'ping', '-c1', '-W2', ipOf(b1)),
    );
    assert.ok(seen.includes(`${source} > ${ipOf(b1)}: ICMP echo request`), seen);
  });

  test('pod to the outside: masqueraded with the address of its node', async () => {
    const { lab, b1 } = world();
    const outside = lab.state.topology.outside.external;
    const seen = await lab.capture('external', 'eth0', 'icmp[icmptype] == icmp-echo', 1, () =>
      lab.in(b1, 'ping', '-c1', '-W2', outside),
    );
    assert.ok(seen.includes(`${lab.address('node2')} > ${outside}: ICMP echo request`), seen);
  });
}

/** Scenario C2: without a tunnel. */
export function testPlainWire(world: () => World): void {
  test('C2 on the underlay the pods speak with their own addresses; TTL 62', async () => {
    const { lab, a1, b1 } = world();
    let reply = '';
    const seen = await lab.capture('node1', 'eth0', `host ${ipOf(b1)}`, 2, async () => {
      reply = await lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1));
    });
    assert.match(reply, /ttl=62 /);
    assert.match(seen, /ttl 63, .*proto ICMP \(1\)/);
    assert.ok(seen.includes(`${ipOf(a1)} > ${ipOf(b1)}: ICMP echo request`), seen);
  });
}

/** Scenario A6: bulk data, and path MTU. */
export function testBulk(world: () => World, tunnelMtuBytes: number | undefined): void {
  test('A6 TCP across nodes: 32 MB arrive whole', async () => {
    const { lab, a1, b1 } = world();
    const count = 'fetch(process.argv[1]).then(r=>r.arrayBuffer()).then(b=>console.log(b.byteLength))';
    const size = await lab.in(a1, process.execPath, '-e', count, `http://${ipOf(b1)}/bytes/32000000`);
    assert.equal(size.trim(), '32000000');
  });

  if (tunnelMtuBytes === undefined) return;
  test('A6 packet with DF above the tunnel MTU: ICMP fragmentation needed', async () => {
    const { lab, b1 } = world();
    const [block = ''] = await lab.blocks('node2');
    // From outside, led to node1 on purpose, so that node1 has to forward it into the tunnel.
    await lab.on('router', 'ip', 'route', 'add', block, 'via', lab.address('node1'));
    try {
      const result = await lab.tryOn('external', 'ping', '-c1', '-W2', '-M', 'do', '-s', '1472', ipOf(b1));
      assert.match(result.stdout, new RegExp(`Frag needed and DF set \\(mtu = ${tunnelMtuBytes}\\)`));
    } finally {
      await lab.on('router', 'ip', 'route', 'del', block);
    }
  });
}

/**
 * What node1 holds beside pod routes: own block as a blackhole; repair when somebody deletes a route.
 *
 * @param repairMs how long the repair may take: BIRD looks at the kernel every 2 s
 */
export function testOwnBlock(world: () => World, repairMs = 1000): void {
  test('A2 own block: blackhole; pods: scope link by their devices', async () => {
    const { lab, a1 } = world();
    const blocks = await lab.blocks('node1');
    const routes = await lab.ip<IpRoute[]>('node1', 'route');
    assert.equal(blocks.length, 1);
    assert.ok(cidrContainsIp(parseCidr(blocks[0] ?? ''), parseIp(ipOf(a1))));
    assert.ok(routes.some((one) => one.type === 'blackhole' && one.dst === blocks[0]));
  });

  test('foreign hands: a block route is deleted -> back by itself, packets flow', async () => {
    const { lab, a1, b1 } = world();
    const [block = ''] = await lab.blocks('node2');
    const before = await lab.on('node1', 'ip', 'route', 'show', block);
    await lab.on('node1', 'ip', 'route', 'del', block);
    await until(
      'the route is back',
      async () => {
        const now = await lab.on('node1', 'ip', 'route', 'show', block);
        return now === before ? true : undefined;
      },
      repairMs,
    );
    await lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1));
  });

  test('agent killed: kernel state stays, a new agent changes nothing, pods never lose a packet', async () => {
    const { lab, a1, b1 } = world();
    const record = '/run/weft/kubelet/agent.json';
    const pidOf = async () => (JSON.parse(await lab.on('node1', 'cat', record)) as { pid: number }).pid;
    const state = async () =>
      (await lab.on('node1', 'ip', 'route')) +
      (await lab.on('node1', 'ip', '-o', 'link')) +
      (await lab.on('node1', 'ip', 'neigh', 'show', 'nud', 'permanent'));
    const old = await pidOf();
    const before = await state();
    const pinging = lab.in(a1, 'ping', '-c', '20', '-i', '0.1', '-W', '2', ipOf(b1));
    await lab.on('node1', 'kill', '-9', String(old));
    const fresh = await until('a new agent', async () => ((await pidOf()) === old ? undefined : await pidOf()));
    assert.notEqual(fresh, old);
    assert.match(await pinging, / 20 received/);
    assert.equal(await state(), before);
    const again = await lab.run('after-restart', 'node1');
    await lab.in(again, 'ping', '-c1', '-W2', ipOf(b1));
  });
}
