import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { parseIp } from '../net/ip.ts';
import { PolicyCalculation } from './calculation.ts';
import type { Direction } from './direction.ts';
import type { NormalRule } from './normal-policy.ts';
import type { PolicyChange } from './policy-input.ts';
import { runWalk } from './run-program.ts';
import {
  entity,
  localChange,
  namespaceChange,
  networkSetChange,
  podChange,
  policy,
  policyChange,
  rule,
} from './testing/normal-cases.ts';
import { packet } from './testing/policy-case.ts';

const http = { name: 'http', protocol: 6, port: 80 };
const cluster: readonly PolicyChange[] = [
  namespaceChange('a'),
  podChange('a/web', { app: 'web' }, ['10.0.0.1', 'fd00::1'], [http]),
  podChange('a/peer', { app: 'peer' }, ['10.0.0.2', 'fd00::2'], [http]),
  networkSetChange('office', { app: 'office' }, ['192.0.2.0/24', '198.51.100.7/32', '2001:db8::/32']),
  { kind: 'service', key: 'a/web', value: [{ address: parseIp('10.0.0.2'), protocol: 6, port: 80 }] },
  localChange('cali1', 'a/web'),
];

const peer = "app == 'peer'";
const office = "app == 'office'";
const service = { namespace: 'a', name: 'web', withPorts: true };

/** What each rule matches, and what it does not: packets as of `packet`, of the direction's end 10.0.0.1 or fd00::1. */
const cases: readonly (readonly [string, Direction, Partial<NormalRule>, readonly string[], readonly string[]])[] = [
  ['nothing asked', 'ingress', {}, ['10.0.0.2 > 10.0.0.1 TCP 80', 'fd00::9 > fd00::1 47'], []],
  ['family', 'ingress', { family: 6 }, ['fd00::2 > fd00::1 TCP 80'], ['10.0.0.2 > 10.0.0.1 TCP 80']],
  ['protocol', 'ingress', { protocol: 6 }, ['10.0.0.2 > 10.0.0.1 TCP 80'], ['10.0.0.2 > 10.0.0.1 UDP 80']],
  ['excluded protocol', 'ingress', { notProtocol: 6 }, ['10.0.0.2 > 10.0.0.1 UDP 80'], ['10.0.0.2 > 10.0.0.1 TCP 80']],
  [
    'ICMP',
    'ingress',
    { protocol: 1, icmp: { type: 8 } },
    ['10.0.0.2 > 10.0.0.1 ICMP 8'],
    ['10.0.0.2 > 10.0.0.1 ICMP 3'],
  ],
  ['ICMP code', 'ingress', { protocol: 1, icmp: { type: 8, code: 1 } }, [], ['10.0.0.2 > 10.0.0.1 ICMP 8']],
  [
    'excluded ICMP',
    'ingress',
    { protocol: 58, notIcmp: { type: 128 } },
    ['fd00::2 > fd00::1 ICMPv6 1'],
    ['fd00::2 > fd00::1 ICMPv6 128'],
  ],
  [
    'peer selector',
    'ingress',
    { source: entity({ selector: peer }) },
    ['10.0.0.2 > 10.0.0.1 UDP 1', 'fd00::2 > fd00::1 47'],
    ['10.0.0.3 > 10.0.0.1 UDP 1'],
  ],
  [
    'peer selector, protocol',
    'egress',
    { protocol: 6, destination: entity({ selector: peer }) },
    ['10.0.0.1 > 10.0.0.2 TCP 1'],
    ['10.0.0.1 > 10.0.0.2 UDP 1', '10.0.0.1 > 10.0.0.3 TCP 1'],
  ],
  [
    'peer selector, port',
    'egress',
    { protocol: 6, destination: entity({ selector: peer, ports: [80] }) },
    ['10.0.0.1 > 10.0.0.2 TCP 80'],
    ['10.0.0.1 > 10.0.0.2 TCP 81', '10.0.0.1 > 10.0.0.2 UDP 80', '10.0.0.1 > 10.0.0.3 TCP 80'],
  ],
  [
    'peer selector, wide range',
    'ingress',
    { protocol: 6, source: entity({ selector: peer }), destination: entity({ ports: ['80:200'] }) },
    ['10.0.0.2 > 10.0.0.1 TCP 200'],
    ['10.0.0.2 > 10.0.0.1 TCP 201', '10.0.0.3 > 10.0.0.1 TCP 80'],
  ],
  [
    'any peer, port',
    'ingress',
    { protocol: 17, destination: entity({ ports: [53] }) },
    ['192.0.2.9 > 10.0.0.1 UDP 53'],
    ['192.0.2.9 > 10.0.0.1 UDP 54'],
  ],
  [
    'networks of a list',
    'ingress',
    { source: entity({ selector: office }) },
    ['192.0.2.9 > 10.0.0.1 TCP 1', '198.51.100.7 > 10.0.0.1 TCP 1', '2001:db8::9 > fd00::1 TCP 1'],
    ['198.51.100.8 > 10.0.0.1 TCP 1', '2001:db9::9 > fd00::1 TCP 1'],
  ],
  [
    'excluded list',
    'ingress',
    { source: entity({ notSelector: office }) },
    ['198.51.100.8 > 10.0.0.1 TCP 1'],
    ['192.0.2.9 > 10.0.0.1 TCP 1', '198.51.100.7 > 10.0.0.1 TCP 1'],
  ],
  [
    'list in networks',
    'ingress',
    { source: entity({ selector: office, nets: ['192.0.2.0/25'] }) },
    ['192.0.2.9 > 10.0.0.1 TCP 1'],
    ['192.0.2.200 > 10.0.0.1 TCP 1', '198.51.100.7 > 10.0.0.1 TCP 1'],
  ],
  [
    'networks but some',
    'egress',
    { destination: entity({ nets: ['10.0.0.0/8'], notNets: ['10.0.0.2/32', '10.7.0.0/16'] }) },
    ['10.0.0.1 > 10.0.0.3 TCP 1'],
    ['10.0.0.1 > 10.0.0.2 TCP 1', '10.0.0.1 > 10.7.1.1 TCP 1', '10.0.0.1 > 11.0.0.1 TCP 1'],
  ],
  [
    'source port',
    'ingress',
    { protocol: 6, source: entity({ ports: [40_000] }) },
    ['10.0.0.2 > 10.0.0.1 TCP 80'],
    ['10.0.0.2 > 10.0.0.1 UDP 80'],
  ],
  [
    'excluded port',
    'ingress',
    { protocol: 6, destination: entity({ notPorts: [80] }) },
    ['10.0.0.2 > 10.0.0.1 TCP 81'],
    ['10.0.0.2 > 10.0.0.1 TCP 80'],
  ],
  [
    'own port by name',
    'ingress',
    { protocol: 6, destination: entity({ ports: ['http'] }) },
    ['10.0.0.9 > 10.0.0.1 TCP 80'],
    ['10.0.0.9 > 10.0.0.1 TCP 81'],
  ],
  [
    'far port by name',
    'egress',
    { protocol: 6, destination: entity({ ports: ['http'] }) },
    ['10.0.0.1 > 10.0.0.2 TCP 80'],
    ['10.0.0.1 > 10.0.0.3 TCP 80', '10.0.0.1 > 10.0.0.2 TCP 81'],
  ],
  [
    'far port by name, network',
    'egress',
    { protocol: 6, destination: entity({ nets: ['10.0.0.2/31'], ports: ['http'] }) },
    ['10.0.0.1 > 10.0.0.2 TCP 80'],
    ['10.0.0.1 > 10.0.0.3 TCP 80', '10.0.0.1 > 10.0.0.1 TCP 80'],
  ],
  [
    'service',
    'egress',
    { destination: entity({ service }) },
    ['10.0.0.1 > 10.0.0.2 TCP 80'],
    ['10.0.0.1 > 10.0.0.2 TCP 81', '10.0.0.1 > 10.0.0.2 UDP 80'],
  ],
  [
    'service, other things asked',
    'egress',
    { source: entity({ nets: ['10.0.0.0/24'] }), destination: entity({ service }) },
    ['10.0.0.1 > 10.0.0.2 TCP 80'],
    ['10.0.0.1 > 10.0.0.2 TCP 81'],
  ],
  [
    'service as a source',
    'ingress',
    { source: entity({ service: { ...service, withPorts: false } }) },
    ['10.0.0.2 > 10.0.0.1 UDP 9'],
    ['10.0.0.3 > 10.0.0.1 UDP 9'],
  ],
];

for (const [name, direction, conditions, matching, others] of cases) {
  test(`run program: ${name} -> ${matching.length} match, ${others.length} do not`, () => {
    const calculation = new PolicyCalculation();
    const rules = [rule('Allow', conditions)];
    const value = policy('np/a/x', { directions: ['ingress', 'egress'], ingress: rules, egress: rules });
    calculation.apply([...cluster, policyChange({ ...value, [direction === 'ingress' ? 'egress' : 'ingress']: [] })]);
    const state = calculation.state();
    const key = state.workloads[0]?.[direction] ?? '';
    const allowed = [...matching, ...others].filter((text) => runWalk(state, key, packet(text)).allowed);
    assert.deepEqual(allowed, matching);
  });
}

test('run program: a walk that is not there -> an error', () => {
  const state = new PolicyCalculation().state();
  assert.throws(
    () => runWalk(state, '0123abcd', packet('10.0.0.2 > 10.0.0.1 TCP 80')),
    (error) => hasCode(error, 'POLICY_NO_SUCH_WALK'),
  );
});
