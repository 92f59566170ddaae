import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followTable } from '../nft/follow.ts';
import { formatReplacement } from '../nft/format.ts';
import type { Chain, MapElement, Table } from '../nft/model.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import { inNetns } from './netns.ts';
import { applyNft } from './nft.ts';
import { listNftTable } from './nft-listing.ts';
import { encodePlainChange } from './nft-plain-change.ts';
import { ownNetlink } from './own-netlink.ts';
import { outputIn, type TestNetns, testNetns } from './testing-netns.ts';

const weft = { family: 'inet', name: 'weft' } as const;
const entry: Chain = {
  name: 'filter-forward',
  hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
  rules: [{ match: '', action: 'iifname vmap @dispatch', comment: 'which pod', uncounted: true }],
};
const end = (name: string): Chain => ({ name, rules: [{ match: '', action: 'drop', comment: `end ${name}` }] });
const pod = (device: string, to = 'a'): Chain => ({
  name: `cali-fw-${device}`,
  rules: [{ match: '', action: `goto ${to}`, comment: `from ${device} to ${to}` }],
});
const element = (device: string): MapElement => ({
  key: [device],
  value: `goto cali-fw-${device}`,
  comment: `pod ${device}`,
});

/** Pods by device; the value is where their packets go. */
function tableOf(pods: Readonly<Record<string, string>>, more: readonly Chain[] = []): Table {
  const devices = Object.keys(pods);
  return {
    ...weft,
    sets: [],
    maps: [{ name: 'dispatch', key: ['ifname'], value: 'verdict', flags: [], elements: devices.map(element) }],
    chains: [entry, ...devices.map((device) => pod(device, pods[device])), end('a'), end('b'), ...more],
  };
}

const before = tableOf({ cali1: 'a', cali2: 'a' });

/** Starts synchronously inside the namespace: a child process stays in it. */
function nftIn(netns: TestNetns, text: string): Promise<void> {
  return inNetns(netns.path, () => ({ done: applyNft(text) })).done;
}

function planTo(after: Table) {
  const change = followTable(before, after);
  assert.ok(change.kind === 'structure' && change.plan !== undefined);
  return { text: change.text, plan: change.plan };
}

const plain: readonly (readonly [name: string, after: Table])[] = [
  ['a pod comes', tableOf({ cali1: 'a', cali2: 'a', cali3: 'b' })],
  ['a pod goes', tableOf({ cali2: 'a' })],
  ['a pod asks other policies', tableOf({ cali1: 'b', cali2: 'a' })],
  ['one of each', tableOf({ cali2: 'b', cali3: 'a' })],
  [
    'chains with a comment; rules that allow, drop, do not count',
    tableOf({ cali1: 'a', cali2: 'a' }, [
      { name: 'c', comment: 'why', rules: [{ match: '', action: 'goto b', comment: 'on', uncounted: true }] },
      {
        name: 'd',
        rules: [
          { match: '', action: 'meta priority set none return', comment: 'allowed' },
          { match: '', action: 'meta priority set none goto b', comment: 'on' },
          { match: '', action: 'drop', comment: 'dropped', uncounted: true },
          { match: '', action: 'return', comment: 'back' },
        ],
      },
    ]),
  ],
];
for (const [name, after] of plain) {
  test(`plain change: ${name} -> the kernel has what nft would have made`, async () => {
    using ours = testNetns();
    using theirs = testNetns();
    for (const netns of [ours, theirs]) await nftIn(netns, formatReplacement(before));
    const { plan, text } = planTo(after);
    await nftIn(theirs, text);
    inNetns(ours.path, () => {
      const messages = encodePlainChange(weft, plan);
      assert.ok(messages !== undefined);
      ownNetlink(netlinkProtocol.netfilter).transact(messages, 'change chains');
    });
    const listed = (netns: TestNetns) => {
      const { chains, sets } = inNetns(netns.path, () => listNftTable(weft)) ?? { chains: [], sets: [] };
      // The kernel tells the elements of a hash table in any order.
      const elements = sets.flatMap((set) => set.elements.map((member) => JSON.stringify(member))).toSorted();
      return { chains, elements };
    };
    assert.deepEqual(listed(ours), listed(theirs));
    const shown = (netns: TestNetns) => outputIn(netns, 'nft', '-a', 'list', 'ruleset');
    assert.equal(shown(ours), shown(theirs));
  });
}

const notPlain: readonly (readonly [name: string, chain: Chain])[] = [
  ['a match', { name: 'c', rules: [{ match: 'ip protocol tcp', action: 'goto a', comment: 'x' }] }],
  ['another verdict', { name: 'c', rules: [{ match: '', action: 'jump a', comment: 'x' }] }],
  ['a statement before the verdict', { name: 'c', rules: [{ match: '', action: 'notrack goto a', comment: 'x' }] }],
  ['a base chain', { ...entry, name: 'c', rules: [] }],
];
for (const [name, chain] of notPlain) {
  test(`plain change: ${name} -> left to nft`, () => {
    assert.equal(encodePlainChange(weft, planTo(tableOf({ cali1: 'a', cali2: 'a' }, [chain])).plan), undefined);
  });
}

test('plain change: a set more -> left to nft', () => {
  const set = { name: 's', key: ['mark'], flags: [], elements: [] } as const;
  assert.equal(encodePlainChange(weft, planTo({ ...before, sets: [set] }).plan), undefined);
});
