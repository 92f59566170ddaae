import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IPAMBlock } from './calico.ts';
import type { BlockAffinity, IPAMHandle } from './calico-ipam-index.ts';
import { foldIpam } from './fold-ipam.ts';
import { fromV1, type ImportedObject, v1ApiVersion } from './import-v1.ts';
import type { KubernetesObject } from './meta.ts';

type Json = Readonly<Record<string, unknown>>;

function imported(object: KubernetesObject): ImportedObject {
  const result = fromV1(object);
  if ('object' in result) return result;
  throw new assert.AssertionError({ message: JSON.stringify(result) });
}

const specOf = (object: KubernetesObject): Json => (object as { readonly spec?: Json }).spec ?? {};

const slots = (taken: Readonly<Record<number, number>>): (number | null)[] =>
  Array.from({ length: 4 }, (_slot, ordinal) => taken[ordinal] ?? null);

const calicoBlock = (spec: Json): KubernetesObject =>
  ({
    apiVersion: v1ApiVersion,
    kind: 'IPAMBlock',
    metadata: { name: '10-0-0-0-30' },
    spec: {
      cidr: '10.0.0.0/30',
      affinity: 'host:n1',
      strictAffinity: false,
      allocations: slots({ 1: 0 }),
      unallocated: [2, 3, 0],
      attributes: [{ handle_id: 'k8s-pod-network.ABC', secondary: { pod: 'p', namespace: 'd', node: 'n1' } }],
      deleted: false,
      ...spec,
    },
  }) as KubernetesObject;

const lists: readonly [title: string, spec: Json, expected: Json, notes: number][] = [
  ['as Go writes it', {}, { unallocated: [2, 3, 0] }, 0],
  [
    'null for an empty list',
    { allocations: slots({}), unallocated: [0, 1, 2, 3], attributes: null },
    { attributes: [] },
    0,
  ],
  ['free address in no list', { unallocated: [2, 3] }, { unallocated: [2, 3, 0] }, 1],
  ['null for an absent handle', { attributes: [{ handle_id: null, secondary: null }] }, { attributes: [{}] }, 0],
  ['no affinity', { affinity: null }, { affinity: undefined }, 0],
  ['sequence numbers beyond 2^53', { sequenceNumber: 1.7e18 }, { sequenceNumber: 1.7e18 }, 0],
];

const broken: readonly [title: string, spec: Json, field: string][] = [
  ['too few slots', { allocations: slots({}).slice(1), unallocated: [0, 1, 2] }, 'spec.allocations'],
  ['holder that does not exist', { allocations: slots({ 1: 7 }) }, 'spec.allocations[1]'],
  ['held address listed as free', { unallocated: [2, 3, 0, 1] }, 'spec.unallocated[3]'],
  ['address free twice', { unallocated: [2, 3, 0, 2] }, 'spec.unallocated[3]'],
  ['address out of the block', { unallocated: [2, 3, 0, 9] }, 'spec.unallocated[3]'],
  ['network that is none', { cidr: '10.0.0.0/99' }, 'spec.cidr'],
  ['network of another name', { cidr: '10.0.0.4/30' }, 'metadata.name'],
];

const block = (spec: Json = {}): IPAMBlock => imported(calicoBlock(spec)).object as IPAMBlock;
const affinity = (node: string, cidr: string, spec: Json = {}): BlockAffinity =>
  ({ metadata: { name: 'a' }, spec: { node, cidr, state: 'confirmed', ...spec } }) as BlockAffinity;
const handle = (handleID: string, counts: Readonly<Record<string, number>>): IPAMHandle => ({
  metadata: { name: handleID.toLowerCase() },
  spec: { handleID, block: counts },
});

const odd: readonly [
  title: string,
  affinities: readonly BlockAffinity[],
  handles: readonly IPAMHandle[],
  note: RegExp,
][] = [
  ['claim without a block', [affinity('n2', '10.0.0.4/30')], [], /n2 to 10\.0\.0\.4\/30 left out: there is no such/],
  ['claim of another node', [affinity('n2', '10.0.0.0/30')], [], /left out: the block has host:n1/],
  ['claim under way', [affinity('n2', '10.0.0.0/30', { state: 'pending' })], [], /left out: pending/],
  ['handle with too much', [], [handle('k8s-pod-network.ABC', { '10.0.0.0/30': 2 })], /claims 2 .* the block has 1/],
  ['stray handle', [], [handle('gone', { '10.0.0.0/30': 1 })], /gone claims 1 .* the block has 0/],
];

describe('blocks of a cluster of Calico', () => {
  for (const [title, spec, expected, notes] of lists) {
    test(`block, ${title}: -> valid, every allocation kept`, () => {
      const result = imported(calicoBlock(spec));
      const after = specOf(result.object);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(after[key], value, key);
      assert.deepEqual(after.allocations, specOf(calicoBlock(spec)).allocations);
      assert.equal(result.notes.length, notes);
    });
  }

  for (const [title, spec, field] of broken) {
    test(`block, ${title}: -> refused at ${field}`, () => {
      const result = fromV1(calicoBlock(spec));
      assert.ok(!('object' in result));
      assert.equal(result[0]?.field, field);
    });
  }
});

describe('foldIpam', () => {
  test('all agree -> blocks as they are, addresses counted, no notes', () => {
    const before = {
      blocks: [block()],
      affinities: [affinity('n1', '10.0.0.0/30')],
      handles: [handle('k8s-pod-network.abc', { '10.0.0.0/30': 1 })],
    };
    assert.deepEqual(foldIpam(before), { blocks: before.blocks, addresses: 1, notes: [] });
  });

  for (const [title, affinities, handles, note] of odd) {
    test(`${title} -> told, the block stands`, () => {
      const folded = foldIpam({ blocks: [block()], affinities, handles });
      assert.equal(folded.addresses, 1);
      assert.equal(folded.notes.length, 1);
      assert.match(folded.notes[0] ?? '', note);
    });
  }

  test('block being deleted, address that cools down -> not counted', () => {
    const releasedAt = '2026-01-01T00:00:00Z';
    const cooling = block({ attributes: [{ releasedAt }] });
    const folded = foldIpam({ blocks: [cooling, block({ deleted: true })], affinities: [], handles: [] });
    assert.deepEqual([folded.blocks.length, folded.addresses, folded.notes.length], [1, 0, 1]);
  });
});
