import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipToBytes, parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { encodeLogPrefix, type LogReason } from '../policy/log-prefix.ts';
import { notePacket } from './note-packet.ts';
import { PolicyFeed } from './policy-feed.ts';

const longName = 'a'.repeat(120);

/** This node has the pod `db` and a host endpoint on eth0; a policy allows port 80 to the pod, another one logs first. */
function makeState() {
  const feed = new PolicyFeed('node1');
  feed.changed('namespaces', { metadata: { name: 'default' } }, false);
  const spec = { nodeName: 'node1', containers: [{ name: 'main' }] };
  feed.changed('pods', { metadata: { name: 'db', namespace: 'default', labels: { app: 'db' } }, spec }, false);
  const addresses = [parseIp('10.0.0.2')];
  const mac = parseMac('02:00:00:00:00:01');
  feed.attached([{ containerId: 'c', namespace: 'default', pod: 'db', device: 'cali1', addresses, mac }]);
  const allow = { action: 'Allow', protocol: 'TCP', destination: { ports: [80] } } as const;
  const metadata = { name: 'allow', namespace: 'default' };
  feed.changed(
    'networkPolicies',
    { metadata, spec: { selector: 'all()', types: ['Ingress'], ingress: [allow] } },
    false,
  );
  const log = { selector: 'all()', order: 1, types: ['Ingress' as const], ingress: [{ action: 'Log' as const }] };
  feed.changed('globalNetworkPolicies', { metadata: { name: longName }, spec: log }, false);
  feed.changed('hostEndpoints', { metadata: { name: 'eth' }, spec: { node: 'node1', interfaceName: 'eth0' } }, false);
  return feed.compute([], {}).state;
}
const state = makeState();

/** IPv4 with the first bytes of TCP. */
function tcp(port: number): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes.set([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6]);
  bytes.set(ipToBytes(parseIp('10.0.0.1')), 12);
  bytes.set(ipToBytes(parseIp('10.0.0.2')), 16);
  bytes.set([0x13, 0x88, port >> 8, port & 0xff], 20);
  return bytes;
}

const headers = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 80, protocol: 'TCP' };
const log: LogReason = {
  ...{ kind: 'rule', action: 'Log', direction: 'ingress', index: 0, policy: { kind: 'gnp', name: longName } },
};
const rule: LogReason = {
  ...{ kind: 'rule', action: 'Deny', direction: 'ingress', index: 0 },
  policy: { kind: 'np', namespace: 'default', name: 'allow' },
};

const atPod = { direction: 'ingress', tier: 'default', workload: 'default/db', device: 'cali1' };
const logged = { ...atPod, kind: 'logged', reason: 'rule', policy: `gnp/${longName}`, rule: 0 };

const cases: readonly [string, { reason: LogReason; inDevice?: string; outDevice?: string; port?: number }, object][] =
  [
    [
      'end of a tier, to a pod -> the tier and the pod',
      { reason: { kind: 'tier-end', direction: 'ingress', tier: 'default' }, inDevice: 'eth0', outDevice: 'cali1' },
      { ...atPod, kind: 'denied', reason: 'tier-end' },
    ],
    [
      'rule -> its policy, index and tier',
      { reason: rule, inDevice: 'eth0', outDevice: 'cali1' },
      { ...atPod, kind: 'denied', reason: 'rule', policy: 'np/default/allow', rule: 0 },
    ],
    [
      'Log rule with a name that was shortened, packet allowed later -> the name in full, and what allowed it',
      { reason: log, inDevice: 'eth0', outDevice: 'cali1' },
      { ...logged, verdict: 'allowed', decidedBy: 'rule 0 of np/default/allow' },
    ],
    [
      'Log rule, packet denied later -> by what',
      { reason: log, inDevice: 'eth0', outDevice: 'cali1', port: 81 },
      { ...logged, verdict: 'denied', decidedBy: 'end of tier default', destinationPort: 81 },
    ],
    [
      'to the host itself -> its endpoint',
      { reason: { kind: 'no-profile', direction: 'ingress' }, inDevice: 'eth0' },
      { kind: 'denied', direction: 'ingress', reason: 'no-profile', hostEndpoint: 'eth', device: 'eth0' },
    ],
    [
      'from a device of no pod -> unknown, with the device',
      { reason: { kind: 'system', direction: 'egress', drop: 'unknown' }, inDevice: 'cali9' },
      { kind: 'denied', direction: 'egress', reason: 'unknown', device: 'cali9' },
    ],
  ];
for (const [name, { reason, port = 80, ...devices }, expected] of cases) {
  test(`reported packet: ${name}`, () => {
    const packet = { prefix: encodeLogPrefix(reason), payload: tcp(port), ...devices };
    assert.deepEqual(notePacket(packet, state), { ...headers, ...expected });
  });
}

test('reported packet: a prefix that is not ours, or too few bytes -> nothing, or what is known', () => {
  assert.equal(notePacket({ prefix: 'theirs', payload: tcp(80) }, state), undefined);
  assert.deepEqual(notePacket({ prefix: 'DRE', payload: new Uint8Array(3) }, state), {
    ...{ kind: 'denied', direction: 'egress', reason: 'no-profile' },
  });
});
