import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedNode, seedPool, seedSnapshot } from '../../test/support/seed-cluster.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';
import { computeNodeState } from './compute.ts';
import { type HandOverFacts, handOver, isToOtherNode } from './hand-over.ts';
import type { Snapshot } from './snapshot.ts';

/** node1's way to the block of node2 (same subnet) while the pool changes. */
const block = parseCidr('10.24.2.0/26');
const poolName = 'default-ipv4-ippool';
const allTunnels = new Set(['tunl0', 'vxlan.calico']);
const times = {
  peerMs: 10_000,
  successorMs: 30_000,
  withdrawMs: 3_000,
  graceMs: 30_000,
  foundGraceMs: 5000,
  deviceMs: 3000,
};
type Mode = 'ipip' | 'vxlan' | 'cross' | 'bgp' | 'none';
type End = 'ipip' | 'vxlan';

const modes = {
  ipip: { ipipMode: 'Always' },
  vxlan: { vxlanMode: 'Always' },
  cross: { ipipMode: 'CrossSubnet' },
  bgp: {},
  none: {},
} as const;

/** The cluster with the pool in this mode; all nodes announce both ends, node2 as said. */
function snapshotOf(mode: Mode, ends: readonly End[] = ['ipip', 'vxlan'], far = false): Snapshot {
  const node = (name: string, address: string, third: number, has: readonly End[]) =>
    seedNode(name, {
      IPv4Address: address,
      ...(has.includes('ipip') ? { IPv4IPIPTunnelAddr: `10.24.${third}.0` } : {}),
      ...(has.includes('vxlan') ? { IPv4VXLANTunnelAddr: `10.24.${third}.9` } : {}),
    });
  const both = ['ipip', 'vxlan'] as const;
  const inputs = { configurations: [], peers: [], filters: [], services: [], endpointSlices: [], pods: [] };
  return seedSnapshot(
    {},
    {
      backend: mode === 'none' ? 'none' : 'bird',
      pools: [seedPool(poolName, '10.24.0.0/16', modes[mode])],
      nodes: [
        node('master', '192.168.122.20/24', 0, both),
        node('node1', '192.168.122.21/24', 1, both),
        node('node2', far ? '192.168.123.22/24' : '192.168.122.22/24', 2, ends),
      ],
      keptTunnels: allTunnels,
      ...(mode === 'none' ? {} : { bgp: { ...inputs, passwords: new Map() } }),
    },
  );
}

const birds: ReadonlySet<Cidr> = new Set(['10.24.0.0/26', '10.24.2.0/26'].map(parseCidr));
const programmedIn = (mode: Mode): readonly Route[] => computeNodeState(snapshotOf(mode)).routes.filter(isToOtherNode);

function factsOf(overrides: Partial<HandOverFacts>): HandOverFacts {
  return {
    nowMs: 100_000,
    times,
    programmed: [],
    confirmed: () => true,
    birdRoutes: () => new Set(),
    birdPools: new Set(),
    waiting: new Map(),
    ...overrides,
  };
}

function textOf(routes: readonly Route[]): string {
  const [hop] = routes.find(({ destination }) => destination === block)?.nextHops ?? [];
  return hop === undefined ? 'nothing' : `${hop.via} ${hop.device}`;
}

const [byIpip, byVxlan, direct] = ['192.168.122.22 tunl0', '10.24.2.9 vxlan.calico', '192.168.122.22 eth0'];

const cases: readonly {
  readonly name: string;
  readonly before?: Mode;
  readonly to: Mode;
  readonly ends?: readonly End[];
  readonly bird?: boolean;
  /** node2 is in another subnet. */
  readonly far?: boolean;
  /** How long the destination has been waiting. */
  readonly waitedMs?: number;
  readonly programs: string;
  readonly waits: boolean;
  readonly warning?: RegExp;
}[] = [
  { name: 'nothing before', to: 'ipip', ends: [], programs: byIpip, waits: false },
  { name: 'no change', before: 'ipip', to: 'ipip', ends: [], programs: byIpip, waits: false },
  { name: 'far end announces the new tunnel', before: 'ipip', to: 'vxlan', programs: byVxlan, waits: false },
  { name: 'far end without VXLAN yet', before: 'ipip', to: 'vxlan', ends: ['ipip'], programs: byIpip, waits: true },
  { name: 'far end without IPIP yet', before: 'vxlan', to: 'ipip', ends: ['vxlan'], programs: byVxlan, waits: true },
  {
    name: 'far end never announces IPIP, which it need not',
    before: 'vxlan',
    to: 'ipip',
    ends: ['vxlan'],
    waitedMs: 10_000,
    programs: byIpip,
    waits: false,
  },
  {
    name: 'far end has let go of the old tunnel and has no new one',
    before: 'ipip',
    to: 'vxlan',
    ends: [],
    programs: 'nothing',
    waits: false,
  },
  {
    name: 'far end never gets VXLAN: the old way stays while it works',
    before: 'ipip',
    to: 'vxlan',
    ends: ['ipip'],
    waitedMs: 30_000,
    programs: byIpip,
    waits: true,
    warning: /^no new way to 10\.24\.2\.0\/26: the earlier route by the agent stays$/,
  },
  { name: 'tunnel to same subnet', before: 'ipip', to: 'cross', programs: direct, waits: false },
  {
    name: 'same subnet to a tunnel not there yet',
    before: 'cross',
    to: 'ipip',
    ends: [],
    programs: direct,
    waits: true,
  },
  { name: 'agent without BIRD', before: 'vxlan', to: 'none', programs: direct, waits: false },
  { name: 'no way to be: for a while', before: 'vxlan', to: 'none', far: true, programs: byVxlan, waits: true },
  {
    name: 'no way to be: not for ever',
    before: 'vxlan',
    to: 'none',
    far: true,
    waitedMs: 30_000,
    programs: 'nothing',
    waits: false,
  },
  { name: 'to BIRD, not in the kernel yet', before: 'ipip', to: 'bgp', programs: byIpip, waits: true },
  { name: 'to BIRD, in the kernel', before: 'ipip', to: 'bgp', bird: true, programs: 'nothing', waits: false },
  {
    name: 'to BIRD, which never comes: the old way stays while it works',
    before: 'vxlan',
    to: 'bgp',
    waitedMs: 3_600_000,
    programs: byVxlan,
    waits: true,
    warning: /^BIRD has no route to 10\.24\.2\.0\/26 of node node2: the earlier route by the agent stays$/,
  },
  {
    name: 'to BIRD, which never comes, and the old way leads nowhere any more',
    before: 'vxlan',
    to: 'bgp',
    ends: [],
    waitedMs: 40_000,
    programs: 'nothing',
    waits: false,
  },
  { name: 'same subnet to BIRD', before: 'cross', to: 'bgp', ends: [], programs: direct, waits: true },
  { name: 'BIRD to a tunnel', to: 'ipip', bird: true, programs: byIpip, waits: false },
  { name: 'BIRD to a tunnel not there yet', to: 'ipip', bird: true, ends: [], programs: 'nothing', waits: true },
  {
    name: 'BIRD to a tunnel that is never announced',
    to: 'ipip',
    bird: true,
    ends: [],
    waitedMs: 10_000,
    programs: byIpip,
    waits: false,
  },
];
for (const { name, before, to, ends, bird, far, waitedMs, programs, waits, warning } of cases) {
  test(`hand-over ${before ?? 'nothing'} -> ${to}: ${name} -> ${programs}${waits ? ', waits' : ''}`, () => {
    const snapshot = snapshotOf(to, ends, far);
    // BIRD's route to the other node is there: only node2 is looked at.
    const birdRoutes = bird ? birds : new Set([...birds].filter((cidr) => cidr !== block));
    const result = handOver(
      snapshot,
      computeNodeState(snapshot),
      factsOf({
        programmed: before === undefined ? [] : programmedIn(before),
        birdRoutes: () => birdRoutes,
        waiting: new Map(waitedMs === undefined ? [] : [[block, 100_000 - waitedMs]]),
      }),
    );
    assert.equal(textOf(result.state.routes), programs);
    assert.deepEqual([...result.waiting.keys()], waits ? [block] : []);
    const warnings = result.state.warnings.filter((text) => text.endsWith('the agent stays'));
    assert.equal(warnings.length, warning === undefined ? 0 : 1);
    if (warning !== undefined) assert.match(warnings[0] ?? '', warning);
  });
}

test('hand-over: nothing to hand over -> the wanted state itself, BIRD is not even asked', () => {
  const snapshot = snapshotOf('ipip');
  const wanted = computeNodeState(snapshot);
  const birdRoutes = () => assert.fail('asked');
  assert.equal(handOver(snapshot, wanted, factsOf({ programmed: programmedIn('ipip'), birdRoutes })).state, wanted);
});

test('hand-over: block given up by its node -> the old route goes at once', () => {
  const snapshot = { ...snapshotOf('bgp'), blocks: [] };
  const result = handOver(snapshot, computeNodeState(snapshot), factsOf({ programmed: programmedIn('ipip') }));
  assert.deepEqual(result.state.routes.filter(isToOtherNode), []);
  assert.equal(result.waiting.size, 0);
});

const pools: readonly {
  readonly name: string;
  readonly facts: Partial<HandOverFacts>;
  /** Default ipip. */
  readonly to?: Mode;
  readonly ends?: readonly End[];
  readonly owner: 'bird' | 'agent';
}[] = [
  { name: 'the agent had it all along', facts: { birdPools: new Set() }, owner: 'agent' },
  { name: 'routes not given to the kernel yet', facts: {}, owner: 'bird' },
  {
    name: 'routes given, not taken yet',
    facts: { programmed: programmedIn('ipip'), confirmed: () => false },
    owner: 'bird',
  },
  { name: 'routes in the kernel', facts: { programmed: programmedIn('ipip') }, owner: 'agent' },
  { name: 'one far end is not ready', facts: { programmed: programmedIn('ipip') }, ends: [], owner: 'agent' },
  { name: 'one route has to wait', facts: {}, ends: [], owner: 'bird' },
  {
    name: 'one far end has no VXLAN address yet',
    to: 'vxlan',
    facts: { programmed: programmedIn('vxlan').slice(0, 1) },
    ends: [],
    owner: 'bird',
  },
  { name: 'after a start, BIRD has routes', facts: { birdPools: undefined }, owner: 'bird' },
  {
    name: 'after a start, BIRD has none',
    facts: { birdPools: undefined, birdRoutes: () => new Set() },
    owner: 'agent',
  },
  {
    name: 'the kernel never takes the routes',
    facts: { waiting: new Map([[`pool ${poolName}`, 60_000]]) },
    owner: 'agent',
  },
];
for (const { name, to = 'ipip', facts, ends, owner } of pools) {
  test(`hand-over of a pool from BIRD: ${name} -> kernel routes ${owner}`, () => {
    const snapshot = snapshotOf(to, ends);
    const usual = { birdPools: new Set([poolName]), birdRoutes: () => birds };
    const result = handOver(snapshot, computeNodeState(snapshot), factsOf({ ...usual, ...facts }));
    assert.equal(result.state.bgp?.pools[0]?.kernelRoutes, owner);
    assert.deepEqual([...result.birdPools], owner === 'bird' ? [poolName] : []);
  });
}

test('hand-over of a pool that is no longer announced: announced until the other agents have heard of it', () => {
  const snapshot = snapshotOf('bgp');
  const [pool] = snapshot.pools;
  assert.ok(pool);
  const closed = { ...snapshot, pools: [{ ...pool, spec: { ...pool.spec, disableBGPExport: true } }] };
  const wanted = computeNodeState(closed);
  assert.equal(wanted.bgp?.pools[0]?.exported, false);
  const first = handOver(closed, wanted, factsOf({ birdPools: new Set([poolName]), birdRoutes: () => birds }));
  assert.equal(first.state.bgp?.pools[0]?.exported, true);
  const facts = {
    programmed: first.state.routes.filter(isToOtherNode),
    waiting: first.waiting,
    birdRoutes: () => birds,
  };
  for (const [afterMs, exported] of [
    [times.withdrawMs - 1, true],
    [times.withdrawMs, false],
  ] as const) {
    const later = handOver(closed, wanted, factsOf({ ...facts, nowMs: 100_000 + afterMs }));
    assert.equal(later.state.bgp?.pools[0]?.exported, exported, `${afterMs} ms later`);
  }
});
