import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLogPrefix, encodeLogPrefix, type LogReason, logReasons, maxLogPrefix } from './log-prefix.ts';
import type { PolicyId } from './policy-id.ts';
import type { PolicyState } from './policy-state.ts';

const np: PolicyId = { kind: 'np', namespace: 'default', name: 'allow-tcp-80' };
const gnp: PolicyId = { kind: 'gnp', name: 'deny.all' };
const long: PolicyId = { kind: 'knp', namespace: 'n'.repeat(63), name: 'x'.repeat(253) };

const written: readonly { readonly prefix: string; readonly reason: LogReason }[] = [
  { prefix: 'DPI0|np/default/allow-tcp-80', reason: rule('Deny', 'ingress', np, 0) },
  { prefix: 'LPE12|gnp/deny.all', reason: rule('Log', 'egress', gnp, 12) },
  { prefix: 'DPI|default', reason: { kind: 'tier-end', direction: 'ingress', tier: 'default' } },
  { prefix: 'DPE|kube-admin', reason: { kind: 'tier-end', direction: 'egress', tier: 'kube-admin' } },
  { prefix: 'DRI', reason: { kind: 'no-profile', direction: 'ingress' } },
  { prefix: 'DRE', reason: { kind: 'no-profile', direction: 'egress' } },
  { prefix: 'DSI|unknown', reason: { kind: 'system', direction: 'ingress', drop: 'unknown' } },
  { prefix: 'DSE|to-host', reason: { kind: 'system', direction: 'egress', drop: 'to-host' } },
];
for (const { prefix, reason } of written) {
  test(`log prefix: ${prefix} -> written and read`, () => {
    assert.equal(encodeLogPrefix(reason), prefix);
    assert.deepEqual(decodeLogPrefix(prefix), reason);
  });
}

for (const prefix of [
  '',
  'DPI0',
  'DPI',
  'API0|np/a/b',
  'DPI0|np/a',
  'DPI0|gnp/a/b',
  'DSI|flood',
  'DPI0|np/a/b/c',
  'x',
]) {
  test(`log prefix: "${prefix}" -> not ours`, () => {
    assert.equal(decodeLogPrefix(prefix), undefined);
  });
}

test('log prefix: names of 63 and 253 characters -> at most 63 bytes, one for each rule, told by the state', () => {
  const reasons = [0, 1].map((index) => rule('Deny', 'ingress', long, index));
  const prefixes = reasons.map(encodeLogPrefix);
  assert.equal(new Set(prefixes).size, 2);
  assert.ok(prefixes.every((prefix) => prefix.length <= maxLogPrefix && prefix.startsWith('DPI')));
  assert.deepEqual(prefixes.map(decodeLogPrefix), [undefined, undefined]);
  const known = logReasons(stateWith(reasons));
  assert.deepEqual(
    prefixes.map((prefix) => known.get(prefix)),
    reasons,
  );
});

test('log prefix: a name that nft could not read -> no such character is written', () => {
  const prefix = encodeLogPrefix({ kind: 'tier-end', direction: 'ingress', tier: 'a"; drop; "' });
  assert.match(prefix, /^[A-Za-z0-9|/?._-]+$/);
});

test('log prefix: reasons of a state -> every rule that drops or logs, tier ends, and what is no policy', () => {
  const reasons = [rule('Deny', 'ingress', np, 0), rule('Log', 'ingress', np, 1)];
  const known = logReasons(stateWith(reasons));
  assert.deepEqual(known.get('LPI1|np/default/allow-tcp-80'), reasons[1]);
  assert.deepEqual(known.get('DPI|default')?.kind, 'tier-end');
  assert.ok(known.has('DSI|spoofed') && known.has('DRE'));
});

function rule(action: 'Deny' | 'Log', direction: LogReason['direction'], policy: PolicyId, index: number) {
  return { kind: 'rule', action, direction, policy, index } as const satisfies LogReason;
}

function stateWith(rules: readonly ReturnType<typeof rule>[]): Pick<PolicyState, 'walks'> {
  const steps = rules.map((one) => ({
    kind: 'rule' as const,
    rule: { ...one, key: `${one.index}`, tier: 'default' },
    match: { source: {}, destination: {} },
  }));
  const tier = { tier: 'default', policies: [np], steps, end: 'drop' as const };
  const walk = { key: '00000001', direction: 'ingress' as const, phase: 'workload' as const, tiers: [tier] };
  return { walks: new Map([[walk.key, walk]]) };
}
