import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { silentLogger } from '../base/log.ts';
import { type NodePolicy, PolicyFeed } from '../desired/policy-feed.ts';
import type { ChainCounters } from '../host/nft-counters.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { chainNames } from '../render/chain-names.ts';
import type { Caches } from './caches.ts';
import { PolicyMetrics } from './policy-metrics.ts';

/** A pod with one policy of so many rules. */
function makePolicy(ruleCount: number): { feed: PolicyFeed; policy: NodePolicy; set: (rules: number) => NodePolicy } {
  const feed = new PolicyFeed('node1');
  feed.changed('namespaces', { metadata: { name: 'default' } }, false);
  const spec = { nodeName: 'node1', containers: [{ name: 'main' }] };
  feed.changed('pods', { metadata: { name: 'db', namespace: 'default' }, spec }, false);
  const mac = parseMac('02:00:00:00:00:01');
  const addresses = [parseIp('10.0.0.2')];
  feed.attached([{ containerId: 'c', namespace: 'default', pod: 'db', device: 'cali1', addresses, mac }]);
  const set = (rules: number): NodePolicy => {
    const ingress = Array.from({ length: rules }, (_, i) => ({
      ...{ action: 'Allow', protocol: 'TCP', destination: { ports: [i + 1] } },
    })) as { action: 'Allow' }[];
    const metadata = { name: 'many', namespace: 'default' };
    feed.changed('networkPolicies', { metadata, spec: { selector: 'all()', types: ['Ingress'], ingress } }, false);
    return feed.compute([], {});
  };
  return { feed, policy: set(ruleCount), set };
}

const ruleChain = (index: number): string =>
  chainNames.rule({ policy: { kind: 'np', namespace: 'default', name: 'many' }, direction: 'ingress', index });
const end = chainNames.tierEnd('default', 'ingress');
const spoofed = chainNames.drop('spoofed', 'egress');

function makeMetrics(policy: NodePolicy) {
  const registry = new Registry();
  const world = { policy, counters: new Map<string, ChainCounters>(), losses: 0 };
  const empty = { items: () => [] };
  const caches = { pods: empty, policy: new Proxy({}, { get: () => empty }) } as unknown as Caches;
  new PolicyMetrics({
    ...{ registry, caches, log: silentLogger },
    policy: () => world.policy,
    counters: () => new Map(world.counters),
    losses: () => world.losses,
  });
  /** Lines that begin so. */
  const read = async (prefix: string): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));
  return { world, read };
}

test('rule counters: rewritten chain, rule gone, rule back -> never down, never twice', async () => {
  const { policy, set } = makePolicy(2);
  const { world, read } = makeMetrics(policy);
  const packets = async () => (await read('weft_policy_rule_packets_total{')).map((line) => line.split(' ').at(-1));
  world.counters.set(ruleChain(0), { packets: 5, bytes: 500 }).set(end, { packets: 3, bytes: 30 });
  assert.deepEqual(await packets(), ['3', '5', '0']);
  assert.deepEqual(await packets(), ['3', '5', '0'], 'looked at again');
  world.counters.set(ruleChain(0), { packets: 2, bytes: 20 });
  assert.deepEqual(await packets(), ['3', '7', '0'], 'counts from zero after a rewrite');
  assert.deepEqual(await read('weft_policy_rule_bytes_total{tier="default",policy="np/default/many"'), [
    'weft_policy_rule_bytes_total{tier="default",policy="np/default/many",direction="ingress",rule="0",action="Allow"} 520',
    'weft_policy_rule_bytes_total{tier="default",policy="np/default/many",direction="ingress",rule="1",action="Allow"} 0',
  ]);
  world.policy = set(1);
  assert.deepEqual(await packets(), ['3', '7'], 'no series of a rule that is gone');
});

test('rule counters: more rules than series -> the rest together, and still every packet once', async () => {
  const { policy } = makePolicy(1200);
  const { world, read } = makeMetrics(policy);
  for (let i = 0; i < 1200; i++) world.counters.set(ruleChain(i), { packets: 1, bytes: 1 });
  const lines = await read('weft_policy_rule_packets_total{');
  assert.equal(lines.length, 1001);
  assert.equal(
    lines.filter((line) => line.includes('policy="other"')).join(),
    'weft_policy_rule_packets_total{tier="other",policy="other",direction="ingress",rule="other",action="Allow"} 201',
  );
});

test('denied by no policy: by reason, both directions together', async () => {
  const { policy } = makePolicy(1);
  const { world, read } = makeMetrics(policy);
  world.counters.set(spoofed, { packets: 4, bytes: 4 });
  for (const direction of ['ingress', 'egress'] as const) {
    world.counters.set(chainNames.drop('unknown', direction), { packets: 1, bytes: 1 });
  }
  const lines = await read('weft_denied_packets_total{');
  assert.deepEqual(lines.map((line) => line.slice('weft_denied_packets_total'.length)).sort(), [
    '{reason="invalid"} 0',
    '{reason="no-profile"} 0',
    '{reason="no-rule"} 0',
    '{reason="spoofed"} 4',
    '{reason="to-host"} 0',
    '{reason="tunnel"} 0',
    '{reason="unknown"} 2',
  ]);
});

test('sizes: policies for pods here and their selectors are counted, losses told', async () => {
  const { feed } = makePolicy(1);
  const ingress = ["app == 'x'", "app == 'y'", "app == 'x'"].map((selector) => ({
    ...{ action: 'Allow' as const, source: { selector } },
  }));
  const metadata = { name: 'many', namespace: 'default' };
  feed.changed('networkPolicies', { metadata, spec: { selector: 'all()', types: ['Ingress'], ingress } }, false);
  const { world, read } = makeMetrics(feed.compute([], {}));
  world.losses = 7;
  assert.deepEqual(await read('felix_active_local_selectors'), ['felix_active_local_selectors 2']);
  assert.deepEqual(await read('felix_active_local_policies'), ['felix_active_local_policies 1']);
  assert.deepEqual(await read('felix_nflog_buffer_overruns'), ['felix_nflog_buffer_overruns 7']);
});
