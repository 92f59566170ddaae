import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { ipFromBigInt } from '../net/ip.ts';
import { diffElements, diffTable } from '../nft/diff.ts';
import { formatReplacement } from '../nft/format.ts';
import { formatTransaction } from '../nft/format-transaction.ts';
import type { NftSet, SetElement, Table } from '../nft/model.ts';
import { changeElements } from './nft-elements.ts';
import { listNftTable } from './nft-listing.ts';

const weft = { family: 'inet', name: 'weft' } as const;
const nft = (input: string) => execFileSync('nft', ['-f', '-'], { input });
const nets = (name: string, elements: readonly SetElement[] = [], key: NftSet['key'] = ['ipv4_addr']): NftSet => ({
  name,
  key,
  flags: ['interval'],
  elements,
});

const table: Table = {
  ...weft,
  sets: [
    { name: 'pods', key: ['ifname', 'ipv4_addr'], flags: [], elements: [{ key: ['cali1', '10.0.0.1'], comment: 'a' }] },
    { name: 'macs', key: ['ether_addr'], flags: [], elements: [{ key: ['ee:ee:ee:ee:ee:ee'] }] },
    { name: 'marks', key: ['mark'], flags: ['constant'], elements: [{ key: ['4294901760'] }, { key: ['0'] }] },
    nets('nets', [
      { key: ['0.0.0.0/8'] },
      { key: ['10.0.0.0/24'] },
      { key: ['10.0.1.0/25'] },
      { key: ['10.0.1.128'] },
      { key: ['255.255.255.255'] },
    ]),
    nets('nets6', [{ key: ['fd00::/64'] }, { key: ['fd01::1'] }], ['ipv6_addr']),
    nets('ports', [{ key: ['80-90'] }, { key: ['443'] }], ['inet_service']),
    nets(
      'both',
      [{ key: ['10.0.0.0/24', '17', '80-90'] }, { key: ['10.0.2.1', '6', '53'] }],
      ['ipv4_addr', 'inet_proto', 'inet_service'],
    ),
    { name: 'none', key: ['mark', 'ipv6_addr', 'inet_proto', 'inet_service'], flags: [], elements: [] },
  ],
  maps: [
    {
      name: 'dispatch',
      key: ['ifname'],
      value: 'verdict',
      flags: [],
      elements: [
        { key: ['cali1'], value: 'goto leaf/1', comment: 'default/a' },
        { key: ['cali2'], value: 'drop' },
      ],
    },
    {
      name: 'rules',
      key: ['mark', 'ipv4_addr'],
      value: ['classid'],
      flags: [],
      elements: [
        { key: ['327680', '10.0.0.1'], value: '1f:2a' },
        { key: ['327680', '10.0.0.2'], value: '0:ffff' },
      ],
    },
    {
      name: 'services',
      key: ['ipv4_addr', 'inet_proto', 'inet_service'],
      value: ['ipv4_addr', 'inet_service'],
      flags: [],
      elements: [{ key: ['10.96.0.1', '6', '443'], value: '10.0.0.1 . 6443' }],
    },
  ],
  chains: [
    {
      name: 'filter-forward',
      hook: { type: 'filter', hook: 'forward', priority: -5, policy: 'drop' },
      rules: [
        { match: 'tcp dport { 80, 443 }', action: 'accept', comment: 'a set of its own' },
        { match: '', action: 'iifname vmap @dispatch', comment: 'by interface' },
      ],
    },
    {
      name: 'nat-postrouting',
      hook: { type: 'nat', hook: 'postrouting', priority: 100, policy: 'accept' },
      rules: [],
    },
    { name: 'leaf/1', rules: [{ match: '', action: 'return', comment: 'leaf' }] },
  ],
};

if (inPrivateNamespace(import.meta.filename)) {
  test('nft listing: table as written -> nothing differs, comments and all', () => {
    nft(formatReplacement(table));
    const listed = listNftTable(weft);
    assert.deepEqual(diffTable(table, listed), { kind: 'none' });
    assert.equal(
      listed?.sets.find(({ name }) => name === 'dispatch')?.elements.find(({ key }) => key[0] === 'cali1')?.comment,
      'default/a',
    );
    assert.deepEqual(
      listed?.sets.map(({ name }) => name).toSorted(),
      [...table.sets, ...table.maps].map(({ name }) => name).toSorted(),
    );
  });

  test('nft listing: counts and accounts of rules -> counts change, accounts do not', () => {
    nft(formatReplacement(table));
    const account = () => listNftTable(weft)?.chains.find(({ name }) => name === 'leaf/1')?.rules[0]?.account;
    const before = account();
    const [, comment] = /comment "(leaf #\w+)"/.exec(formatReplacement(table)) ?? [];
    nft(
      `flush chain inet weft leaf/1\nadd rule inet weft leaf/1 counter packets 7 bytes 9 return comment "${comment}"\n`,
    );
    assert.equal(listNftTable(weft)?.chains.find(({ name }) => name === 'leaf/1')?.rules[0]?.packets, 7);
    assert.equal(account(), before);
    nft(`flush chain inet weft leaf/1\nadd rule inet weft leaf/1 counter accept comment "${comment}"\n`);
    assert.notEqual(account(), before);
  });

  test('nft listing: no table, a table of another family -> undefined', () => {
    nft('flush ruleset\nadd table ip weft\n');
    assert.equal(listNftTable(weft), undefined);
  });

  test('nft listing: dormant table, foreign flags and types -> told', () => {
    nft(
      'flush ruleset\ntable inet weft {\n flags dormant\n set s {\n type ipv4_addr\n flags timeout\n }\n set t {\n type cgroupsv2\n }\n}\n',
    );
    const listed = listNftTable(weft);
    assert.equal(listed?.flagged, true);
    assert.deepEqual(listed?.sets.find(({ name }) => name === 's')?.flags, ['timeout']);
    assert.match(listed?.sets.find(({ name }) => name === 't')?.key.join() ?? '', /^type \d+$/);
  });

  const nothing = { addSets: [], removeSets: [], addChains: [], replaceChains: [], removeChains: [] };
  /** Networks out of a space so small that they touch each other all the time, its borders included. */
  const disjoint = (family: 4 | 6) => {
    const bits = family === 4 ? 32 : 128;
    const one = fc.tuple(fc.nat({ max: 31 }), fc.integer({ min: bits - 3, max: bits }), fc.boolean());
    return fc.array(one, { maxLength: 16 }).map((picks) => {
      const top = (1n << BigInt(bits)) - 32n;
      const all = picks.map(([offset, length, high]) => {
        const start = ((BigInt(offset) + (high ? top : 0n)) >> BigInt(bits - length)) << BigInt(bits - length);
        return parseCidr(`${ipFromBigInt(start, family)}/${length}`);
      });
      return all.filter(
        (net, i) => !all.some((other, j) => (cidrContains(other, net) && other !== net) || (other === net && j < i)),
      );
    });
  };
  for (const family of [4, 6] as const) {
    test(`nft elements: networks of IPv${family} that come and go side by side, over netlink and as text -> exactly the wanted ones`, () => {
      nft('flush ruleset\n');
      const set = nets('n', [], [family === 4 ? 'ipv4_addr' : 'ipv6_addr']);
      const bare = { ...weft, sets: [set], maps: [], chains: [] };
      nft(formatReplacement(bare));
      fc.assert(
        fc.property(disjoint(family), fc.boolean(), (wanted, asText) => {
          const bits = family === 4 ? '/32' : '/128';
          const elements = wanted.map((cidr) => ({ key: [cidr.endsWith(bits) ? cidr.slice(0, -bits.length) : cidr] }));
          const listed = () => listNftTable(weft)?.sets[0]?.elements ?? [];
          const change = diffElements({ ...set, elements }, listed());
          if (change !== undefined && asText) nft(formatTransaction(bare, { ...nothing, elements: [change] }));
          else if (change !== undefined) changeElements(weft, [change]);
          assert.deepEqual(
            listed()
              .map(({ key }) => key[0])
              .toSorted(),
            elements.map(({ key }) => key[0]).toSorted(),
          );
          assert.deepEqual(printed(), elements.map(({ key }) => key[0]).toSorted());
        }),
        { numRuns: 60, seed: 20 },
      );
    });
  }
}

/** What nft itself says is in the set `n`. */
function printed(): string[] {
  const text = execFileSync('nft', ['list', 'set', 'inet', 'weft', 'n'], { encoding: 'utf8' });
  const elements = /elements = \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return elements
    .split(',')
    .flatMap((one) => (one.trim() === '' ? [] : [one.trim()]))
    .toSorted();
}
