import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Journal, mapSnapshot } from '../base/journal.ts';
import { elementKey } from './element-key.ts';
import { elementsOf } from './elements.ts';
import { followTable } from './follow.ts';
import type { Chain, NftMap, NftSet, SetElement, Table } from './model.ts';

const chain = (name: string, action = 'return'): Chain => ({ name, rules: [{ match: '', action, comment: name }] });
const set = (name: string, ...addresses: string[]): NftSet => ({
  name,
  key: ['ipv4_addr'],
  flags: [],
  elements: addresses.map((address) => ({ key: [address] })),
});
const map = (value: string): NftMap => ({
  name: 'm',
  key: ['mark'],
  value: 'verdict',
  flags: [],
  elements: [{ key: ['1'], value }],
});
const table = (more: Partial<Table>): Table => ({
  family: 'inet',
  name: 'weft',
  sets: [set('s', '10.0.0.1', '10.0.0.2')],
  maps: [map('drop')],
  chains: [chain('a'), chain('b')],
  ...more,
});
const hooked = (hook: 'input' | 'forward'): Chain => ({
  ...chain('base'),
  hook: { type: 'filter', hook, priority: 0, policy: 'accept' },
});

const cases: readonly {
  readonly name: string;
  readonly from?: Partial<Table>;
  readonly to: Partial<Table>;
  readonly kind: string;
  readonly reason?: RegExp;
  readonly written?: readonly string[] | 'all';
}[] = [
  { name: 'equal in every word', to: {}, kind: 'none' },
  { name: 'chains in another order', to: { chains: [chain('b'), chain('a')] }, kind: 'none' },
  { name: 'a member more', to: { sets: [set('s', '10.0.0.1', '10.0.0.2', '10.0.0.3')] }, kind: 'elements' },
  { name: 'another value', to: { maps: [map('accept')] }, kind: 'elements' },
  {
    name: 'a chain more',
    to: { chains: [chain('a'), chain('b'), chain('c')] },
    kind: 'structure',
    reason: /chain c is new/,
    written: ['c'],
  },
  {
    name: 'a chain less',
    to: { chains: [chain('a')] },
    kind: 'structure',
    reason: /chain b is no longer/,
    written: [],
  },
  {
    name: 'another rule',
    to: { chains: [chain('a'), chain('b', 'drop')] },
    kind: 'structure',
    reason: /chain b has other rules/,
    written: ['b'],
  },
  {
    name: 'a rule that no longer counts',
    to: {
      chains: [chain('a'), { ...chain('b'), rules: [{ match: '', action: 'return', comment: 'b', uncounted: true }] }],
    },
    kind: 'structure',
    reason: /chain b has other rules/,
    written: ['b'],
  },
  {
    name: 'a set more',
    to: { sets: [set('s', '10.0.0.1', '10.0.0.2'), set('t', '10.9.9.9')] },
    kind: 'structure',
    reason: /set t is new/,
    written: [],
  },
  { name: 'a set less', to: { sets: [] }, kind: 'structure', reason: /set s is no longer/, written: [] },
  {
    name: 'a set of another type',
    to: { sets: [{ ...set('s'), key: ['ipv6_addr'] }] },
    kind: 'structure',
    reason: /set s is of another type/,
    written: 'all',
  },
  {
    name: 'a map in the place of a set',
    to: { sets: [], maps: [map('drop'), { ...map('drop'), name: 's' }] },
    kind: 'structure',
    reason: /set s/,
    written: 'all',
  },
  {
    name: 'another hook',
    from: { chains: [hooked('input')] },
    to: { chains: [hooked('forward')] },
    kind: 'structure',
    reason: /chain base has another hook/,
    written: 'all',
  },
];
for (const { from = {}, kind, name, reason, to, written } of cases) {
  test(`follow: ${name} -> ${kind}`, () => {
    const change = followTable(table(from), table(to));
    assert.equal(change.kind, kind);
    if (change.kind !== 'structure') return;
    assert.match(change.reasons.join('\n'), reason ?? /never/);
    assert.deepEqual(change.written, written);
    assert.equal(/^delete table/m.test(change.text), written === 'all');
  });
}

test('follow: new set with its members, a member gone and its chain gone -> all of it in one text, in an order that the kernel takes', () => {
  const change = followTable(
    table({ maps: [map('goto b')] }),
    table({ sets: [set('s', '10.0.0.2'), set('t', '10.9.9.9')], maps: [map('goto a')], chains: [chain('a')] }),
  );
  assert.ok(change.kind === 'structure');
  const order = [/delete element inet weft m \{ 0x00000001/, /0x00000001 : goto a/, /delete chain inet weft b/];
  const places = order.map((line) => change.text.search(line));
  assert.ok(!places.includes(-1), change.text);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.match(change.text, /delete element inet weft s \{ 10\.0\.0\.1/);
  assert.match(change.text, /10\.9\.9\.9/);
});

const toElement = (address: string): SetElement => ({ key: [address] });

test('follow: members from one collection -> what changed in it since, and nothing else is read', () => {
  const journal = new Journal<string>((address) => address);
  for (let i = 0; i < 100; i++) journal.set(`10.0.0.${i}`);
  const state = () => table({ sets: [{ ...set('s'), elements: mapSnapshot(journal.snapshot(), toElement) }] });
  const before = state();
  journal.set('10.0.1.1');
  journal.delete('10.0.0.7');
  const change = followTable(before, state());
  assert.ok(change.kind === 'elements');
  assert.deepEqual(change.changes, [
    { set: change.changes[0]?.set, add: [toElement('10.0.1.1')], remove: [toElement('10.0.0.7')] },
  ]);
});

test('follow: any two sets of members, however they are given -> removed and added lead from one to the other', () => {
  const addresses = fc.uniqueArray(fc.nat({ max: 20 }).map((n) => `10.0.0.${n}`));
  const forms = fc.constantFrom('written out', 'collection');
  fc.assert(
    fc.property(addresses, addresses, forms, forms, (from, to, formFrom, formTo) => {
      const journal = new Journal<string>((address) => address);
      for (const address of from) journal.set(address);
      const give = (form: string, list: readonly string[]) =>
        form === 'collection' ? mapSnapshot(journal.snapshot(), toElement) : list.map(toElement);
      const before = table({ sets: [{ ...set('s'), elements: give(formFrom, from) }] });
      for (const address of from) if (!to.includes(address)) journal.delete(address);
      for (const address of to) journal.set(address);
      const after = table({ sets: [{ ...set('s'), elements: give(formTo, to) }] });
      const change = followTable(before, after);
      const members = new Set(from.map((address) => elementKey(toElement(address))));
      for (const { add, remove } of change.kind === 'elements' ? change.changes : []) {
        for (const one of remove) assert.ok(members.delete(elementKey(one)));
        for (const one of add) members.add(elementKey(one));
      }
      const wanted = Array.from(elementsOf(after.sets[0] ?? set('s')), elementKey);
      assert.deepEqual([...members].toSorted(), wanted.toSorted());
    }),
    { numRuns: 300, seed: 9 },
  );
});

test('follow: more changes of a collection than it remembers -> the table is made anew', () => {
  const journal = new Journal<string>((address) => address);
  const tableNow = () => table({ sets: [{ ...set('s'), elements: mapSnapshot(journal.snapshot(), toElement) }] });
  const before = tableNow();
  for (let i = 0; i < 20_000; i++) {
    journal.set(`10.1.0.${i % 7}`);
    journal.delete(`10.1.0.${i % 7}`);
  }
  journal.set('10.0.0.9');
  const change = followTable(before, tableNow());
  assert.ok(change.kind === 'structure');
  assert.equal(change.written, 'all');
  assert.match(change.text, /10\.0\.0\.9/);
});

test('follow: another collection, and the former one has forgotten what it was -> the table is made anew', () => {
  const former = new Journal<string>((address) => address);
  former.set('10.0.0.1');
  const before = table({ sets: [{ ...set('s'), elements: mapSnapshot(former.snapshot(), toElement) }] });
  for (let i = 0; i < 40_000; i++) {
    if (i % 2 === 0) former.set('10.1.0.1');
    else former.delete('10.1.0.1');
  }
  const change = followTable(before, table({ sets: [set('s', '10.0.0.9')] }));
  assert.ok(change.kind === 'structure');
  assert.equal(change.written, 'all');
  assert.match(change.text, /10\.0\.0\.9/);
});
