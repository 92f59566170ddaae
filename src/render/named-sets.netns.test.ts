import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { seedPolicySettings } from '../../test/support/seed-policy.ts';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import type { EntityRule, Rule } from '../api/calico-policy.ts';
import { openListener } from '../host/listener.ts';
import { ipFamily, parseIp } from '../net/ip.ts';
import { formatReplacement } from '../nft/format.ts';
import { parseTableListing } from '../nft/testing/parse-json.ts';
import { allChanges } from '../policy/all-changes.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import type { Packet } from '../policy/packet.ts';
import { runWalk } from '../policy/run-program.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { namespace, networkPolicy, networkSet, pod, tier } from '../policy/testing/policy-case.ts';
import { chainNames } from './chain-names.ts';
import type { SetLimits } from './named-sets.ts';
import { renderPolicyTable } from './policy-rendering.ts';
import { policyRules } from './policy-rules.ts';

/**
 * Rules with long lists of networks and ports, rendered with as many named sets as they like, with one, and without any,
 * so that lists become rules and chains: the kernel must say of every packet what the rule program says.
 */
const runs = Number(process.env.WEFT_POLICY_SETS_RUNS ?? 15);
const device = 'cali00000000001';
const sources = ['10.1.0.1', '10.1.0.9', '10.2.3.4', '10.7.0.1', '10.9.9.9', 'fd00:1::1', 'fd00:2::9', 'fd00:9::1'];
const sourcePorts = [4001, 4050];
const ports = [80, 81, 443, 1005, 1033, 2000, 8080];
const local = { 4: parseIp('10.24.1.1'), 6: parseIp('fd00:24::1') } as const;
const limits: readonly SetLimits[] = [
  { networks: 400, ports: 200 },
  { networks: 1, ports: 1 },
  { networks: 0, ports: 0 },
];

let netns: ThrowawayNetns;
const sockets = new Map<string, Socket>();
before(async () => {
  netns = new ThrowawayNetns('named-sets');
  netns.run(`ip route add local 10.0.0.0/8 dev lo; ip -6 route add local fd00::/16 dev lo
    echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind`);
  for (const source of sources) {
    for (const port of sourcePorts) {
      const address = parseIp(source);
      const fd = openListener({ netns: netns.name, address, port, protocol: 'udp' });
      const socket = createSocket(ipFamily(address) === 4 ? 'udp4' : 'udp6');
      sockets.set(`${source} ${port}`, socket);
      await new Promise<void>((resolve) => socket.bind({ fd }, resolve));
    }
  }
});
after(() => {
  for (const socket of sockets.values()) socket.close();
  netns?.remove();
});

const nets4 = ['10.1.0.0/24', '10.1.0.0/29', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16', '10.5.0.0/16', '10.7.0.1/32'];
const nets6 = ['fd00:1::/32', 'fd00:2::/32', 'fd00:3::/32', 'fd00:1::1/128', 'fd00:4::/32', 'fd00:5::/32'];
const arbitraryNets = fc.subarray([...nets4, ...nets6], { minLength: 1 });
const manyPorts = [
  '1000:1010',
  '1020:1040',
  80,
  '81:82',
  443,
  '2000:2001',
  '3000:3100',
  '4000:4010',
  '4050:4060',
  8080,
];
const arbitraryPorts = fc.subarray(manyPorts, { minLength: 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const arbitraryEnd = (own: boolean): fc.Arbitrary<EntityRule> =>
  fc
    .record({
      nets: maybe(own ? fc.constant<string[]>(['10.24.0.0/16', 'fd00:24::/32']) : arbitraryNets),
      notNets: maybe(
        own
          ? fc.constant<string[]>(['10.25.0.0/16', 'fd00:25::/32'])
          : fc.subarray([...nets4.slice(1), ...nets6], { minLength: 5 }),
      ),
      selector: own ? fc.constant(undefined) : maybe(fc.constantFrom('has(zone)', "zone == 'a'")),
      notSelector: own ? fc.constant(undefined) : maybe(fc.constantFrom("zone == 'b'")),
      ports: maybe(arbitraryPorts),
      notPorts: maybe(arbitraryPorts),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

const arbitraryRule: fc.Arbitrary<Rule> = fc.record({
  action: fc.constantFrom('Allow', 'Allow', 'Deny', 'Log', 'Pass'),
  protocol: fc.constant('UDP'),
  source: arbitraryEnd(false),
  destination: arbitraryEnd(true),
});

const packets: readonly Packet[] = sources.flatMap((source) =>
  sourcePorts.flatMap((sourcePort) =>
    ports.map((destinationPort) => {
      const from = parseIp(source);
      return { source: from, destination: local[ipFamily(from)], protocol: 17, sourcePort, destinationPort };
    }),
  ),
);

function describePacket({ source, sourcePort, destination, destinationPort }: Packet): string {
  return [source, sourcePort, destination, destinationPort].join(' ');
}

async function send({ source, sourcePort, destination, destinationPort }: Packet): Promise<void> {
  const socket = sockets.get(`${source} ${sourcePort}`);
  assert.ok(socket !== undefined && destinationPort !== undefined);
  // What the table drops is an error for the sender.
  await new Promise<void>((resolve) => socket.send('x', destinationPort, destination, () => resolve()));
}

/** The packets that come back from the pod's chain, and so are allowed. */
async function passed(): Promise<readonly string[]> {
  await Promise.all(packets.map(send));
  const listed = parseTableListing(netns.nftTable('inet t'));
  const sets = listed?.sets.filter(({ name }) => name.startsWith('passed-')) ?? [];
  return sets.flatMap(({ elements }) => elements.map(({ key }) => key.join(' '))).sort();
}

const watch = (['4', '6'] as const).map((family) => {
  const ip = family === '4' ? 'ip' : 'ip6';
  const key = `ipv${family}_addr . inet_service . ipv${family}_addr . inet_service`;
  return {
    set: `add set inet t passed-${family} { type ${key}; flags dynamic; }`,
    rule: `add rule inet t out add @passed-${family} { ${ip} saddr . udp sport . ${ip} daddr . udp dport }`,
  };
});
const harness = [
  'add chain inet t out { type filter hook output priority 0; policy drop; }',
  ...watch.map(({ set }) => set),
  'add chain inet t ask-policy',
  ...policyRules(chainNames.workload(device, 'ingress'), 'ingress').map(
    ({ match, action }) => `add rule inet t ask-policy ${match} ${action}`,
  ),
  // As deep in chains as a packet from a pod to its node is.
  'add chain inet t first',
  'add chain inet t second',
  'add rule inet t first jump second',
  'add rule inet t second jump ask-policy',
  'add rule inet t out meta l4proto udp jump first',
  ...watch.map(({ rule }) => rule),
].join('\n');

/** A name as long as names can be. */
const longName = 'a'.repeat(253);

/** One policy for each of the lists of rules, in tiers of their own or all in one. */
function calculationOf(lists: readonly (readonly Rule[])[], ownTiers: boolean): PolicyCalculation {
  const calculation = new PolicyCalculation();
  calculation.apply([
    ...allChanges({
      ...emptyResources,
      namespaces: [namespace('default')],
      pods: [
        pod('default/us', { app: 'us' }, `${local[4]} ${local[6]}`),
        pod('default/a', { zone: 'a' }, '10.9.9.9 fd00:9::1'),
        pod('default/b', { zone: 'b' }, '10.1.0.9'),
      ],
      networkSets: [networkSet('default/s', { zone: 'a' }, [...nets4.slice(2), 'fd00:2::/32'])],
      tiers: ownTiers
        ? lists.map((_, i) => tier(`tier${i}`, { order: i, defaultAction: i % 3 === 2 ? 'Deny' : 'Pass' }))
        : [],
      networkPolicies: lists.map((ingress, i) =>
        networkPolicy(`default/${i}.${i === 0 ? longName.slice(2) : ''}`, {
          ...(ownTiers ? { tier: `tier${i}` } : {}),
          order: i,
          selector: "app == 'us'",
          types: ['Ingress'],
          ingress,
        }),
      ),
    }),
    { kind: 'local', key: device, value: { device, endpoint: 'default/us', name: 'default/us' } },
  ]);
  return calculation;
}

async function agrees(calculation: PolicyCalculation): Promise<void> {
  const state = calculation.state();
  const walk = state.workloads[0]?.ingress ?? '';
  const expected = packets
    .filter((packet) => runWalk(state, walk, packet).allowed)
    .map(describePacket)
    .sort();
  for (const limit of limits) {
    const parts = renderPolicyTable({ state, settings: seedPolicySettings }, limit);
    for (const { name } of parts.chains) if (/\/\d+\.(any|4|6)/.test(name)) trees++;
    netns.nft(`${formatReplacement({ family: 'inet', name: 't', ...parts })}\n${harness}\n`);
    assert.deepEqual(await passed(), expected, `with ${limit.networks} and ${limit.ports} sets`);
  }
}

let trees = 0;
const arbitraryPolicies = fc.array(fc.array(arbitraryRule, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});
const options = { numRuns: runs, seed: 20_261_121, endOnFailure: true };

test('long lists: any rules, any limit of named sets -> the kernel allows what the program allows', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryPolicies, (lists) => agrees(calculationOf(lists, false))),
    options,
  );
  assert.ok(trees > 0, 'some matches become trees');
});

const simpleRule: fc.Arbitrary<Rule> = fc.record({
  action: fc.constantFrom('Allow', 'Deny', 'Log', 'Pass', 'Pass'),
  protocol: fc.constant('UDP'),
  source: fc.constantFrom({}, { selector: 'has(zone)' }, { nets: ['10.0.0.0/12'] }),
  destination: fc.constantFrom({}, { ports: [80, 443] }, { ports: ['81:1010'] }),
});
const manyTiers = fc.array(
  fc.array(fc.oneof({ arbitrary: simpleRule, weight: 9 }, arbitraryRule), { minLength: 1, maxLength: 3 }),
  { minLength: 4, maxLength: 24 },
);

test('tiers: up to 24 of them, with and without Pass -> the kernel takes them, and agrees with the program', async () => {
  await fc.assert(
    fc.asyncProperty(manyTiers, (lists) => agrees(calculationOf(lists, true))),
    { ...options, numRuns: Math.ceil(runs / 2) },
  );
});
