import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifier } from '../nft/format.ts';
import type { PolicyId } from '../policy/policy-id.ts';
import { chainNames } from './chain-names.ts';

const np: PolicyId = { kind: 'np', namespace: 'default', name: 'allow-tcp-80' };
const long: PolicyId = { kind: 'knp', namespace: 'n'.repeat(63), name: 'x'.repeat(253) };
const walk = { key: '1f2e3d4c', direction: 'ingress' } as const;

const names: readonly (readonly [what: string, name: string, expected: string | RegExp])[] = [
  ['a pod, to it', chainNames.workload('calic440f455693', 'ingress'), 'cali-tw-calic440f455693'],
  ['a pod, from it', chainNames.workload('calic440f455693', 'egress'), 'cali-fw-calic440f455693'],
  ['a host endpoint', chainNames.host('eth0', 'forwardEgress'), 'cali-thfw-eth0'],
  ['all other devices', chainNames.host('*', 'ingress'), 'cali-fh-any-other-device'],
  ['a tier', chainNames.tier('default', walk), 'cali-ti-default/1f2e3d4c'],
  ['a part of a tier', chainNames.tier('default', { ...walk, direction: 'egress' }, 2), 'cali-to-default/1f2e3d4c/2'],
  ['the end of a tier', chainNames.tierEnd('default', 'egress'), 'cali-to-default/drop'],
  ['a rule', chainNames.rule({ policy: np, direction: 'ingress', index: 0 }), 'cali-pi-np/default/allow-tcp-80/0'],
  ['a profile', chainNames.profile('kns.default', 'egress'), 'cali-pro-kns.default'],
  ['a rule of a long name', chainNames.rule({ policy: long, direction: 'egress', index: 7 }), /^cali-po-_[\w-]{32}$/],
  ['a tier of an odd name', chainNames.tier('a"; drop', walk), /^cali-ti-_[\w-]{32}$/],
  ['a device of an odd name', chainNames.host('br@0', 'ingress'), /^cali-fh-_[\w-]{32}$/],
];
for (const [what, name, expected] of names) {
  test(`chain name: ${what} -> ${expected}`, () => {
    if (typeof expected === 'string') assert.equal(name, expected);
    else assert.match(name, expected);
    assert.equal(identifier(name), name);
  });
}

test('chain name: rules of long names -> one for each', () => {
  const rules = [0, 1].flatMap((index) =>
    [long, { ...long, name: `${long.name.slice(1)}y` }].map((policy) => {
      return chainNames.rule({ policy, direction: 'ingress', index });
    }),
  );
  assert.equal(new Set(rules).size, 4);
});
