import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { globalNetworkPolicies, ipamBlocks, ipPools, networkPolicies, tiers } from '../../api/kinds.ts';
import { startApiServer } from '../../apiserver/server.ts';
import { heldAddresses } from '../../ipam/held-address.ts';
import { type CliWorld, startCliWorld } from '../testing/run-cli.ts';

const group = 'crd.projectcalico.org';
/** Kind, plural and whether it is in a namespace: as Calico's own definitions have them. */
const definitions: readonly [kind: string, plural: string, namespaced?: boolean][] = [
  ['IPPool', 'ippools'],
  ['IPAMBlock', 'ipamblocks'],
  ['BlockAffinity', 'blockaffinities'],
  ['IPAMHandle', 'ipamhandles'],
  ['IPAMConfig', 'ipamconfigs'],
  ['Tier', 'tiers'],
  ['GlobalNetworkPolicy', 'globalnetworkpolicies'],
  ['NetworkPolicy', 'networkpolicies', true],
];

const allocations = Array.from({ length: 64 }, (_slot, ordinal) => (ordinal < 2 ? ordinal : null));
const objects: readonly [plural: string, object: { metadata: object; spec: object }][] = [
  [
    'ippools',
    {
      metadata: { name: 'default-ipv4-ippool' },
      spec: { cidr: '10.24.0.0/16', ipipMode: 'Always', natOutgoing: true, blockSize: 26, nodeSelector: 'all()' },
    },
  ],
  ['ipamconfigs', { metadata: { name: 'default' }, spec: { strictAffinity: false, autoAllocateBlocks: true } }],
  ['tiers', { metadata: { name: 'secure' }, spec: { order: 100 } }],
  [
    'globalnetworkpolicies',
    { metadata: { name: 'default.deny' }, spec: { tier: 'default', selector: 'all()', types: ['Ingress'] } },
  ],
  [
    'networkpolicies',
    {
      metadata: { name: 'secure.web', namespace: 'default' },
      spec: { tier: 'secure', selector: "app == 'web'", ingress: [{ action: 'Allow' }] },
    },
  ],
  ['networkpolicies', { metadata: { name: 'knp.default.old', namespace: 'default' }, spec: { selector: 'all()' } }],
  [
    'ipamblocks',
    {
      metadata: { name: '10-24-1-0-26', annotations: { 'projectcalico.org/metadata': '{"creationTimestamp":null}' } },
      spec: {
        cidr: '10.24.1.0/26',
        affinity: 'host:node1',
        allocations,
        unallocated: allocations.flatMap((slot, ordinal) => (slot === null ? [ordinal] : [])),
        attributes: [
          { handle_id: 'k8s-pod-network.aaa', secondary: { pod: 'web-1', namespace: 'default', node: 'node1' } },
          { handle_id: 'k8s-pod-network.bbb', secondary: { pod: 'web-2', namespace: 'default', node: 'node1' } },
        ],
        sequenceNumber: 1700000000000001,
        sequenceNumberForAllocation: { 0: 1700000000000000, 1: 1700000000000001 },
        strictAffinity: false,
        deleted: false,
      },
    },
  ],
  [
    'blockaffinities',
    {
      metadata: { name: 'node1-10-24-1-0-26' },
      spec: { state: 'confirmed', node: 'node1', cidr: '10.24.1.0/26', deleted: 'false' },
    },
  ],
  [
    'ipamhandles',
    {
      metadata: { name: 'k8s-pod-network.aaa' },
      spec: { handleID: 'k8s-pod-network.aaa', block: { '10.24.1.0/26': 1 }, deleted: false },
    },
  ],
  [
    'ipamhandles',
    {
      metadata: { name: 'k8s-pod-network.old' },
      spec: { handleID: 'k8s-pod-network.old', block: { '10.24.1.0/26': 3 }, deleted: false },
    },
  ],
];

let world: CliWorld;
before(async () => {
  world = await startCliWorld(startApiServer);
});
after(() => world.stop());
const weft = (line: string) => world.weft(line.split(' '));

const create = async (path: string, body: unknown): Promise<void> =>
  void (await world.cluster.request('POST', path, body));
const kindOf = (plural: string): string => definitions.find(([, name]) => name === plural)?.[0] ?? '';
const pathOf = (plural: string): string =>
  `/apis/${group}/v1${definitions.find(([, name]) => name === plural)?.[2] === true ? '/namespaces/default' : ''}/${plural}`;

async function define(): Promise<void> {
  for (const [kind, plural, namespaced] of definitions) {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase() },
        scope: namespaced === true ? 'Namespaced' : 'Cluster',
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
  }
  for (const [plural, object] of objects) {
    await create(pathOf(plural), { apiVersion: `${group}/v1`, kind: kindOf(plural), ...object });
  }
}

describe('import-calico', () => {
  test('no Calico here: -> said', async () => {
    const result = await weft('import-calico');
    assert.match(result.err, /^Nothing to import: this cluster holds no objects of crd\.projectcalico\.org\/v1$/);
    assert.equal(result.status, 1);
  });

  test('--dry-run: -> the plan, nothing written', async () => {
    await define();
    const result = await weft('import-calico --dry-run');
    assert.equal(result.status, 0, result.err);
    assert.match(result.out, /^create IPAMConfiguration default\ncreate IPAMBlock 10-24-1-0-26\ncreate Tier secure\n/);
    assert.match(result.out, /create IPPool default-ipv4-ippool\n\+-+/);
    assert.match(result.out, /\| IPAMBlock +\| +1 \| +1 \| +0 \| +0 \|\n/);
    assert.match(result.out, /Nothing was written: --dry-run\n$/);
    assert.match(
      result.err,
      /Note: handle k8s-pod-network\.old claims 3 addresses of 10\.24\.1\.0\/26: the block has 0 of it\n/,
    );
    assert.match(
      result.err,
      /Note: NetworkPolicy knp\.default\.old is passed over: kubernetes network policies must be/,
    );
    assert.equal((await world.cluster.list(ipPools)).items.length, 0);
  });

  test('import: -> v3 objects, every allocation with its handle; v1 untouched', async () => {
    const result = await weft('import-calico');
    assert.equal(result.status, 0, result.err);
    assert.match(result.out, /Imported 2 addresses in 1 blocks, all accounted for\n$/);
    const [block] = (await world.cluster.list(ipamBlocks)).items;
    assert.deepEqual(
      heldAddresses(block === undefined ? [] : [block]).map(({ ip, handle, pod, sequenceNumber }) => [
        ip,
        handle,
        pod,
        sequenceNumber,
      ]),
      [
        ['10.24.1.0', 'k8s-pod-network.aaa', 'web-1', 1700000000000000],
        ['10.24.1.1', 'k8s-pod-network.bbb', 'web-2', 1700000000000001],
      ],
    );
    assert.equal(block?.spec.affinity, 'host:node1');
    const pool = await world.cluster.get(ipPools, 'default-ipv4-ippool');
    assert.deepEqual([pool?.spec.cidr, pool?.spec.ipipMode, pool?.spec.natOutgoing], ['10.24.0.0/16', 'Always', true]);
    assert.equal((await world.cluster.get(tiers, 'secure'))?.spec.order, 100);
    assert.notEqual(await world.cluster.get(globalNetworkPolicies, 'deny'), undefined);
    assert.notEqual(await world.cluster.get(networkPolicies, 'secure.web', 'default'), undefined);
    const old = await world.cluster.request<{ items: unknown[] }>('GET', pathOf('ipamhandles'));
    assert.equal(old.items.length, 2);
  });
});

describe('import-calico again', () => {
  test('nothing changed: -> all the same; changed here since -> kept, with a diff in the plan', async () => {
    const again = await weft('import-calico');
    assert.match(again.out, /\| IPPool +\| +1 \| +0 \| +1 \| +0 \|\n/);
    await world.cluster.patch(ipPools, 'default-ipv4-ippool', undefined, 'merge', { spec: { natOutgoing: false } });
    const plan = await weft('import-calico --dry-run');
    assert.match(plan.out, /^keep IPPool default-ipv4-ippool, which differs:\n/);
    assert.match(plan.out, /-.*natOutgoing: false\n\+.*natOutgoing: true\n/);
    await weft('import-calico');
    assert.equal((await world.cluster.get(ipPools, 'default-ipv4-ippool'))?.spec.natOutgoing, false);
  });

  test('an invalid object: -> named with its field, nothing written', async () => {
    await create(pathOf('ippools'), {
      apiVersion: `${group}/v1`,
      kind: 'IPPool',
      metadata: { name: 'bad' },
      spec: { cidr: 'not a network' },
    });
    const result = await weft('import-calico');
    assert.match(result.err, /IPPool bad: spec\.cidr = "not a network": /);
    assert.match(
      result.err,
      /Cannot import: 1 objects are not valid \(see above\), mended objects needed; nothing was written$/,
    );
    assert.equal(result.status, 1);
  });

  test('definition of a v3 kind missing: -> said, nothing written', async () => {
    await world.cluster.request(
      'DELETE',
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgpfilters.projectcalico.org`,
    );
    await world.cluster.request('DELETE', `${pathOf('ippools')}/bad`);
    const result = await weft('import-calico');
    assert.match(result.err, /does not serve BGPFilter of projectcalico\.org\/v3, its definitions needed first$/);
  });
});
