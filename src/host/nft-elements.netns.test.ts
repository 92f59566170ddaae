import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataType, MapElement, SetElement } from '../nft/model.ts';
import { inNetns } from './netns.ts';
import { applyNft } from './nft.ts';
import type { ElementShape } from './nft-element-bytes.ts';
import { changeElements } from './nft-elements.ts';
import { outputIn, type TestNetns, testNetns } from './testing-netns.ts';

const table = { family: 'inet', name: 'weft' } as const;
const text = `table inet weft {
  set plain { type ipv4_addr; }
  set nets { type ipv4_addr; flags interval; }
  set nets6 { type ipv6_addr; flags interval; }
  set ports { type ipv4_addr . inet_proto . inet_service; flags interval; }
  set pairs { type ifname . ipv4_addr; }
  map dispatch { type ifname : verdict; }
  map services { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
  chain pod/a { }
}
`;
const shape = (name: string, key: DataType[], interval = false, value?: ElementShape['value']): ElementShape => ({
  name,
  key,
  flags: interval ? ['interval'] : [],
  ...(value === undefined ? {} : { value }),
});
const plain = shape('plain', ['ipv4_addr']);
const dispatch = shape('dispatch', ['ifname'], false, 'verdict');

/** Starts synchronously inside the namespace: a child process stays in it. */
async function loaded(netns: TestNetns): Promise<void> {
  const { applying } = inNetns(netns.path, () => ({ applying: applyNft(text) }));
  await applying;
}

const shown: readonly (readonly [set: ElementShape, element: SetElement | MapElement, words: string])[] = [
  [plain, { key: ['10.0.0.1'], comment: 'pod a' }, '10.0.0.1 comment "pod a"'],
  [shape('nets', ['ipv4_addr'], true), { key: ['10.24.0.0/16'] }, '10.24.0.0/16'],
  [shape('nets', ['ipv4_addr'], true), { key: ['255.255.255.255'] }, '255.255.255.255'],
  [shape('nets6', ['ipv6_addr'], true), { key: ['fd00::/64'] }, 'fd00::/64'],
  [
    shape('ports', ['ipv4_addr', 'inet_proto', 'inet_service'], true),
    { key: ['10.0.0.0/24', '6', '80-90'] },
    '10.0.0.0/24 . tcp . 80-90',
  ],
  [shape('pairs', ['ifname', 'ipv4_addr']), { key: ['cali0', '10.0.0.1'] }, '"cali0" . 10.0.0.1'],
  [dispatch, { key: ['cali0'], value: 'goto pod/a' }, '"cali0" : goto pod/a'],
  [dispatch, { key: ['cali1'], value: 'drop' }, '"cali1" : drop'],
  [
    shape('services', ['ipv4_addr', 'inet_proto', 'inet_service'], false, ['ipv4_addr', 'inet_service']),
    { key: ['10.96.0.1', '17', '53'], value: '10.24.0.3 . 5353' },
    '10.96.0.1 . udp . 53 : 10.24.0.3 . 5353',
  ],
];
for (const [set, element, words] of shown) {
  test(`nft elements: ${set.name} ${words} -> as nft lists it; deleted -> gone`, async () => {
    using netns = testNetns();
    await loaded(netns);
    const kind = set.value === undefined ? 'set' : 'map';
    const listed = () => outputIn(netns, 'nft', 'list', kind, 'inet', 'weft', set.name);
    for (let i = 0; i < 2; i++) inNetns(netns.path, () => changeElements(table, [{ set, add: [element] }]));
    assert.ok(listed().includes(words), listed());
    inNetns(netns.path, () => changeElements(table, [{ set, remove: [element] }]));
    assert.ok(!listed().includes('elements'), listed());
  });
}

test('nft elements: 20,000 in one transaction -> all there', async () => {
  using netns = testNetns();
  await loaded(netns);
  const elements = Array.from({ length: 20_000 }, (_, i) => ({ key: [`10.${i >> 14}.${(i >> 7) & 127}.${i & 127}`] }));
  inNetns(netns.path, () => changeElements(table, [{ set: plain, add: elements }]));
  const { nftables } = JSON.parse(outputIn(netns, 'nft', '-j', 'list', 'set', 'inet', 'weft', 'plain'));
  assert.equal(nftables.find(({ set }: { set?: object }) => set !== undefined).set.elem.length, 20_000);
});

test('nft elements: one refused -> nothing of the transaction is done', async () => {
  using netns = testNetns();
  await loaded(netns);
  inNetns(netns.path, () => {
    changeElements(table, [{ set: dispatch, add: [{ key: ['cali0'], value: 'drop' }] }]);
    const changes = [
      { set: plain, add: [{ key: ['10.0.0.1'] }] },
      { set: dispatch, add: [{ key: ['cali0'], value: 'accept' }] },
    ];
    assert.throws(() => changeElements(table, changes), {
      code: 'NETLINK_EEXIST',
      message: /"plain", "dispatch" in table "inet weft"/,
    });
  });
  assert.ok(!outputIn(netns, 'nft', 'list', 'set', 'inet', 'weft', 'plain').includes('elements'));
});

test('nft elements: value of a map key replaced in one transaction', async () => {
  using netns = testNetns();
  await loaded(netns);
  inNetns(netns.path, () => {
    changeElements(table, [{ set: dispatch, add: [{ key: ['cali0'], value: 'drop' }] }]);
    changeElements(table, [
      { set: dispatch, remove: [{ key: ['cali0'], value: 'drop' }], add: [{ key: ['cali0'], value: 'goto pod/a' }] },
    ]);
  });
  assert.match(outputIn(netns, 'nft', 'list', 'map', 'inet', 'weft', 'dispatch'), /"cali0" : goto pod\/a/);
});

test('nft elements: table or set missing -> NETLINK_ENOENT', async () => {
  using netns = testNetns();
  inNetns(netns.path, () => {
    assert.throws(() => changeElements(table, [{ set: plain, add: [{ key: ['10.0.0.1'] }] }]), {
      code: 'NETLINK_ENOENT',
    });
  });
});

test('applyNft: mistake in the text -> HOST_COMMAND with the place, nothing changed', async () => {
  using netns = testNetns();
  const start = (input: string) => inNetns(netns.path, () => ({ done: applyNft(input) })).done;
  await assert.rejects(start(`${text}\ntable inet weft { chain x { nonsense } }`), {
    code: 'HOST_COMMAND',
    message: /nonsense/,
  });
  assert.equal(outputIn(netns, 'nft', 'list', 'ruleset'), '');
});
