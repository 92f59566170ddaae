import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { BirdStatus, CalicoNodeStatus } from '../../api/calico-config.ts';
import { calicoNodeStatuses, nodes } from '../../api/kinds.ts';
import { startApiServer } from '../../apiserver/server.ts';
import { WatchCache } from '../../datastore/watch-cache.ts';
import { type CliWorld, startCliWorld } from '../testing/run-cli.ts';
import { abandonedQuestions } from './abandoned-questions.ts';

type Status = NonNullable<CalicoNodeStatus['status']>;

const established = { state: 'Established', since: '08:27:26', info: 'Established' };
const ready: BirdStatus = { state: 'Ready', version: '2.0.12', routerID: '10.0.0.1' };
const counts = { numberEstablishedV4: 1, numberEstablishedV6: 0, numberNotEstablishedV4: 0, numberNotEstablishedV6: 0 };

const answers: Readonly<Record<string, Status>> = {
  n1: {
    agent: { birdV4: ready, birdV6: ready },
    bgp: {
      ...counts,
      peersV4: [
        {
          ...{ peerIP: '10.0.0.2', type: 'NodeMesh', name: 'Mesh_10_0_0_2', asNumber: 64_512 },
          ...established,
          ...{ prefixesReceived: 3, prefixesAdvertised: 1, prefixesRefused: 0, uptimeSeconds: 90, flaps: 1 },
          lastError: 'Socket: Connection closed',
        },
        { peerIP: '10.9.0.1', type: 'GlobalPeer', state: 'Active', since: '08:30:00', info: 'Active Socket: refused' },
      ],
      peersV6: [{ peerIP: 'fd00::2', type: 'NodeMesh', ...established }],
      warnings: ['BGPPeer "rack2" is left out'],
      refusedRoutes: [{ destination: '0.0.0.0/0', peerIP: '10.9.0.1', reason: 'default route from outside' }],
      configurationProblem: 'BGPFilter "odd": syntax error',
    },
  },
  n2: {
    agent: { birdV4: ready, birdV6: ready },
    bgp: { ...counts, peersV4: [{ peerIP: '10.0.0.1', type: 'NodeMesh', ...established }] },
  },
  plain: { agent: { birdV4: { state: 'NotReady' }, birdV6: { state: 'NotReady' } }, bgp: counts },
};

let world: CliWorld;
let questions: WatchCache<CalicoNodeStatus>;
before(async () => {
  world = await startCliWorld(startApiServer);
  questions = new WatchCache(world.cluster, calicoNodeStatuses);
  // The agents of all nodes that have an answer.
  questions.onChange(({ type, object }) => {
    const answer = answers[object.spec.node];
    if (type !== 'added' || answer === undefined) return;
    const status = { lastUpdated: '2026-01-02T03:04:05Z', ...answer };
    void world.cluster.updateStatus(calicoNodeStatuses, { ...object, status }).catch(() => {});
  });
  await questions.start();
});
after(async () => {
  await questions.stop();
  await world.stop();
});
afterEach(async () => {
  for (const { metadata } of (await world.cluster.list(nodes)).items) await world.cluster.delete(nodes, metadata.name);
});

const withNodes = (...names: readonly string[]) =>
  Promise.all(names.map((name) => world.cluster.create(nodes, { metadata: { name } })));
const left = async () => (await world.cluster.list(calicoNodeStatuses)).items.map(({ metadata }) => metadata.name);

describe('node status --all: answers', () => {
  test('all nodes answer: -> one table, warnings, refused routes, nothing left behind', async () => {
    await withNodes('n2', 'n1', 'plain');
    const { out, err, status } = await world.weft(['node', 'status', '--all']);
    assert.equal(err, '');
    assert.equal(status, 0);
    assert.equal(
      out,
      `NODE    PEER ADDRESS   PEER TYPE           STATE   SINCE      INFO                          RECEIVED   ADVERTISED   LAST ERROR
n1      10.0.0.2       node-to-node mesh   up      08:27:26   Established                   3          1            Socket: Connection closed
n1      10.9.0.1       global              start   08:30:00   Active Socket: refused        -          -            -
n1      fd00::2        node-to-node mesh   up      08:27:26   Established                   -          -            -
n2      10.0.0.1       node-to-node mesh   up      08:27:26   Established                   -          -            -
plain   -              -                   -       -          No BGP, BIRD is not running   -          -            -

Warnings
  n1: BIRD goes on with its old configuration: BGPFilter "odd": syntax error
  n1: BGPPeer "rack2" is left out

Refused routes
NODE   DESTINATION   PEER ADDRESS   REASON
n1     0.0.0.0/0     10.9.0.1       default route from outside
`,
    );
    assert.deepEqual(await left(), []);
  });

  test('-o json: -> every node with stable keys', async () => {
    await withNodes('n1', 'plain');
    const { out } = await world.weft(['node', 'status', '--all', '-o', 'json']);
    const [n1, plain, ...more] = JSON.parse(out).nodes;
    assert.deepEqual(more, []);
    assert.deepEqual(n1.bird, { running: true, version: '2.0.12', routerID: '10.0.0.1' });
    assert.deepEqual(n1.sessions[0], { family: 4, ...answers.n1?.bgp?.peersV4?.[0] });
    assert.equal(n1.sessions[2].family, 6);
    assert.equal(n1.configurationProblem, 'BGPFilter "odd": syntax error');
    assert.deepEqual(plain, {
      node: 'plain',
      lastUpdated: '2026-01-02T03:04:05Z',
      agent: { running: true },
      bird: { running: false },
      sessions: [],
      warnings: [],
      refusedRoutes: [],
    });
  });

  test('--node: -> only these; one that does not exist -> refused', async () => {
    await withNodes('n1', 'n2');
    const { out } = await world.weft(['node', 'status', '--node', 'n2', '-o', 'yaml']);
    assert.match(out, /^nodes:\n- agent:\n {4}running: true\n/);
    assert.doesNotMatch(out, /node: n1/);
    const { err, status } = await world.weft(['node', 'status', '--node', 'n3']);
    assert.equal(err, 'Cannot ask node "n3": it does not exist, one of n1, n2 needed');
    assert.equal(status, 1);
  });
});

describe('node status --all: no answer', () => {
  test('a node does not answer: -> the others do, it is named with the reason, status 1', async () => {
    await withNodes('n2', 'silent');
    const { out, err, status } = await world.weft(['node', 'status', '--all', '--wait', '300ms']);
    assert.match(out, /^NODE.*\nn2 {5}10\.0\.0\.1 [^\n]*\n$/);
    assert.equal(
      err,
      'Cannot ask node "silent": no answer within 0.3 s, its agent does not run or cannot reach the API server\n',
    );
    assert.equal(status, 1);
    assert.deepEqual(await left(), []);
  });

  test('reason: what the conditions of the node say', async () => {
    await withNodes('off', 'away');
    const condition = async (name: string, type: string, word: 'True' | 'False', message: string) =>
      world.cluster.patch(
        nodes,
        name,
        undefined,
        'merge',
        { status: { conditions: [{ type, status: word, message }] } },
        { subresource: 'status' },
      );
    await condition('off', 'Ready', 'False', 'Kubelet stopped posting node status.');
    await condition('away', 'NetworkUnavailable', 'True', 'The network agent of this node has been shut down');
    const { err } = await world.weft(['node', 'status', '--all', '--wait', '100ms']);
    assert.match(err, /"off": no answer within 0\.1 s, it is not ready: Kubelet stopped posting node status\.\n/);
    assert.match(err, /"away": no answer within 0\.1 s: The network agent of this node has been shut down\n/);
  });

  const wrong: readonly [line: string, problem: RegExp][] = [
    ['node status --all --node n1', /--all and --node given, one of them needed/],
    ['node status --all -o wide', /Unknown output format "wide", json or yaml needed/],
    ['node status --all --wait soon', /--wait is "soon"/],
    ['node status n1', /Unexpected word "n1"/],
  ];
  for (const [line, problem] of wrong) {
    test(`weft ${line}: -> usage error`, async () => {
      const { err, status } = await world.weft(line.split(' '));
      assert.match(err, problem);
      assert.equal(status, 2);
    });
  }

  test('no node: -> said', async () => {
    const { out, err, status } = await world.weft(['node', 'status', '--all']);
    assert.deepEqual([out, err, status], ['', 'The cluster has no nodes\n', 0]);
  });

  test('left by a command that was interrupted just now, or by somebody: -> kept', async () => {
    await withNodes('n2');
    const labels = { 'projectcalico.org/created-by': 'weft-node-status' };
    const spec = { node: 'silent', classes: [], updatePeriodSeconds: 0 };
    await world.cluster.create(calicoNodeStatuses, { metadata: { name: 'young', labels }, spec });
    await world.cluster.create(calicoNodeStatuses, { metadata: { name: 'of-somebody' }, spec });
    await world.weft(['node', 'status', '--all']);
    assert.deepEqual(await left(), ['of-somebody', 'young']);
  });
});

describe('abandoned questions', () => {
  const question = (name: string, creationTimestamp: string): CalicoNodeStatus => ({
    metadata: { name, creationTimestamp },
    spec: { node: 'n', classes: [], updatePeriodSeconds: 0 },
  });
  const now = question('now', '2026-01-02T03:05:00Z');
  const ages: readonly [created: string, abandoned: boolean][] = [
    ['2026-01-02T03:03:59Z', true],
    ['2026-01-02T03:04:01Z', false],
    ['2026-01-02T03:06:30Z', false],
    ['', false],
  ];
  for (const [created, is] of ages) {
    test(`made at "${created}": -> ${is ? 'swept' : 'kept'}`, () => {
      const old = question('old', created);
      assert.deepEqual(abandonedQuestions([old], now), is ? [old] : []);
    });
  }
});
