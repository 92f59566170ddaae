import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { builtInTiers } from './built-in-tiers.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject, ObjectMeta } from './meta.ts';
import { validateObject } from './validate.ts';

type Spec = Readonly<Record<string, unknown>>;

function errorsOf(kind: Kind<KubernetesObject>, spec: Spec, metadata: Partial<ObjectMeta> = {}): string[] {
  const object = { metadata: { name: 'name', ...metadata }, spec } as KubernetesObject;
  return validateObject(kind, object).map(({ field, reason }) => `${field}: ${reason}`);
}

const hep = kinds.hostEndpoints;
const wep = kinds.workloadEndpoints;
const host = { node: 'node-1', interfaceName: 'eth0' };
const workload = { interfaceName: 'cali1234', ipNetworks: ['10.0.0.1/32', 'fd00::1'] };
const port = { name: 'http', protocol: 'TCP', port: 80 };
const nat = { internalIP: '10.0.0.1', externalIP: '192.0.2.1' };

const accepted: readonly [kind: Kind<KubernetesObject>, spec: Spec][] = [
  [hep, { ...host, interfaceName: '*', ports: [port, { ...port, protocol: 17, name: 'dns' }] }],
  [hep, { node: 'n', expectedIPs: ['192.0.2.1', 'fd00::1'], profiles: ['projectcalico-default-allow'] }],
  [kinds.networkSets, { nets: ['10.0.0.1', '10.1.0.0/16', 'FD00::/8'] }],
  [kinds.globalNetworkSets, {}],
  [wep, workload],
  [wep, { ...workload, mac: '0000.5e00.5301' }],
  [wep, { ...workload, mac: '02-00-5E-10-00-00-00-01' }],
  [
    wep,
    {
      ...workload,
      ports: [
        { ...port, hostPort: 8080 },
        { protocol: 'UDP', port: 53, hostPort: 53 },
      ],
    },
  ],
  [
    wep,
    { ...workload, ipNATs: [nat], allowSpoofedSourcePrefixes: ['10.0.0.0/8', '192.0.2.7'], mac: 'ee:ee:ee:ee:ee:ee' },
  ],
];

const refused: readonly [kind: Kind<KubernetesObject>, spec: Spec, error: RegExp][] = [
  [hep, { interfaceName: 'eth0' }, /^spec.node: no node has been specified$/],
  [hep, { ...host, node: 'node 1' }, /^spec.node: a node name is needed$/],
  [hep, { node: 'n' }, /^spec.interfaceName: no interface or expected IPs/],
  [hep, { ...host, interfaceName: 'wibblywobblyeth0' }, /^spec.interfaceName: an interface name has at most 15/],
  [hep, { ...host, expectedIPs: ['10.0.0.0/8'] }, /^spec.expectedIPs\[0\]: an IPv4 or IPv6 address/],
  [hep, { ...host, profiles: ['A'] }, /^spec.profiles\[0\]: the name of a profile/],
  [hep, { ...host, ports: [{ ...port, name: '80' }] }, /^spec.ports\[0\].name: a port name is needed/],
  [hep, { ...host, ports: [{ ...port, protocol: 'ICMP' }] }, /^spec.ports\[0\].protocol: .*does not support ports/],
  [hep, { ...host, ports: [{ ...port, port: 0 }] }, /^spec.ports\[0\].port: at least 1/],
  [hep, { ...host, ports: [{ name: 'a', port: 1 }] }, /^spec.ports\[0\].protocol: is required/],
  [kinds.networkSets, { nets: ['10.0.0.1/8'] }, /^spec.nets\[0\]: host bits are set/],
  [kinds.globalNetworkSets, { nets: ['x'] }, /^spec.nets\[0\]: Cannot read network/],
  [kinds.globalNetworkSets, { nets: ['10.0.0.1', '10.0.0.1'] }, /^spec.nets: an item is listed twice/],
  [wep, {}, /^spec.interfaceName: an interface name/],
  [wep, { ...workload, containerID: 'a-' }, /^spec.containerID: letters/],
  [wep, { ...workload, ipNetworks: ['10.0.0.0/31'] }, /^spec.ipNetworks\[0\]: IP network contains multiple/],
  [wep, { ...workload, ipv4Gateway: 'fd00::1' }, /^spec.ipv4Gateway: an IPv4 address/],
  [wep, { ...workload, ipv6Gateway: '10.0.0.1' }, /^spec.ipv6Gateway: an IPv6 address/],
  [wep, { ...workload, mac: '00:00-5e:00:53:01' }, /^spec.mac: a MAC/],
  [wep, { ...workload, mac: 'ee:ee' }, /^spec.mac: a MAC address/],
  [wep, { ...workload, node: 'A' }, /^spec.node: a name is needed/],
  [
    wep,
    { ...workload, ports: [{ protocol: 'TCP', port: 1 }] },
    /^spec.ports\[0\].name: .*must not be empty if no HostPort/,
  ],
  [wep, { ...workload, ports: [{ ...port, protocol: 'ICMP' }] }, /^spec.ports\[0\].protocol: .*does not support ports/],
  [wep, { ...workload, ports: [{ ...port, hostIP: 'x' }] }, /^spec.ports\[0\].hostIP: Cannot read network/],
  [wep, { ...workload, ipNATs: [{ ...nat, externalIP: 'fd00::2' }] }, /^spec.ipNATs\[0\].externalIP: mismatched/],
  [wep, { ...workload, ipNATs: [{ ...nat, internalIP: '10.0.0.2' }] }, /^spec.ipNATs: NAT is not in/],
];

describe('endpoints and network sets', () => {
  for (const [kind, spec] of accepted) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> accepted`, () => assert.deepEqual(errorsOf(kind, spec), []));
  }
  for (const [kind, spec, expected] of refused) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> ${expected.source}`, () => {
      const errors = errorsOf(kind, spec);
      assert.equal(errors.length, 1, errors.join('; '));
      assert.match(errors[0] ?? '', expected);
    });
  }

  for (const kind of [kinds.networkSets, kinds.globalNetworkSets]) {
    test(`${kind.kind}: label that claims a namespace -> refused`, () => {
      const labels = { 'projectcalico.org/namespace': 'default' };
      const [error, ...more] = errorsOf(kind, {}, { labels });
      assert.match(error ?? '', /^metadata.labels.projectcalico.org\/namespace: .*not a valid label name/);
      assert.deepEqual(more, []);
    });
  }
});

const tierCases: readonly [name: string, spec: Spec, error?: RegExp][] = [
  ['platform', {}],
  ['platform', { order: 10.5, defaultAction: 'Pass' }],
  ['x'.repeat(63), { order: 1 }],
  ['x'.repeat(64), { order: 1 }, /^metadata.name: name is too long by 1 bytes/],
  ['a.b', {}, /^metadata.name: a tier name is one label/],
  ['platform', { defaultAction: 'Allow' }, /^spec.defaultAction: supported values: "Deny", "Pass"/],
  ['default', { order: 1_000_000 }],
  [
    'default',
    { order: 1_000_000, defaultAction: 'Pass' },
    /^spec.defaultAction: The 'default' tier must have default action/,
  ],
  ['default', { order: 5 }, /^spec.order: default tier order must be 1000000/],
  ['kube-admin', { order: 1_000 }, /^spec.defaultAction: The 'kube-admin' tier must have default action 'Pass'/],
  ['kube-baseline', { defaultAction: 'Pass' }, /^spec.order: kube-baseline tier order must be 10000000/],
];

describe('tiers', () => {
  for (const [name, spec, expected] of tierCases) {
    test(`${name} ${JSON.stringify(spec)}: -> ${expected?.source ?? 'accepted'}`, () => {
      const errors = errorsOf(kinds.tiers, spec, { name });
      assert.equal(errors.length, expected === undefined ? 0 : 1, errors.join('; '));
      if (expected !== undefined) assert.match(errors[0] ?? '', expected);
    });
  }

  test('built-in tiers: -> valid, first to last', () => {
    for (const tier of builtInTiers) assert.deepEqual(validateObject(kinds.tiers, tier), []);
    const orders = builtInTiers.map(({ spec }) => spec.order ?? 0);
    assert.deepEqual(
      orders,
      orders.toSorted((a, b) => a - b),
    );
  });
});
