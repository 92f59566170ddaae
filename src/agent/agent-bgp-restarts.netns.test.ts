import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { BgpTestNode } from '../../test/support/bgp-test-node.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually } from '../../test/support/test-node.ts';
import { calicoNodeStatuses, secrets } from '../api/kinds.ts';
import { isSameSince } from '../bird/is-same-since.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new BgpTestNode();
  before(async () => {
    await node.setUp();
    node.startBird();
    await node.addPeer('rack1', { peerIP: '192.0.2.1', asNumber: 64_513 });
    const password = { secretKeyRef: { name: 'bgp', key: 'rack2' } };
    await node.addPeer('rack2', { peerIP: '192.0.2.2', asNumber: 64_514, password });
    const data = { rack2: Buffer.from('s3cret').toString('base64') };
    await node.cluster.create(secrets, { metadata: { name: 'bgp', namespace: 'kube-system' }, data });
    await node.startAgent(...node.agentArguments);
    await node.established('Global_192_0_2_1');
    await node.established('Global_192_0_2_2');
    await eventually('seen', async () => /status="Established"} 2/.test(await node.metrics()));
  });
  after(() => node.tearDown());

  test('agent restarted -> BIRD is neither restarted nor configured, sessions stay, no event', async () => {
    const text = () => readFileSync(node.files.configuration, 'utf8');
    const times = async () => {
      const { bootTime, reconfigurationTime } = await node.status();
      const sessions = ['Global_192_0_2_1', 'Global_192_0_2_2'].map(async (name) => (await node.session(name))?.since);
      return [bootTime, reconfigurationTime, ...(await Promise.all(sessions))];
    };
    const before = [text(), await times()] as const;
    const told = await node.notes('BGPSessionEstablished');
    await node.stopAgent();
    await node.startReadyAgent(...node.agentArguments);
    await eventually('seen', async () => /status="Established"} 2/.test(await node.metrics()));
    const now = await times();
    assert.equal(text(), before[0]);
    assert.ok(
      before[1].every((time, index) => isSameSince(time ?? '', now[index] ?? '')),
      `started, configured and sessions since ${before[1]}, then ${now}`,
    );
    assert.deepEqual(await node.notes('BGPSessionEstablished'), told);
  });

  test('CalicoNodeStatus -> answered at once, again when the question changes, renewed by its period', async () => {
    const spec = { node: 'node1', classes: ['Agent', 'BGP'] as const, updatePeriodSeconds: 0 };
    await node.cluster.create(calicoNodeStatuses, { metadata: { name: 'q' }, spec });
    await node.cluster.create(calicoNodeStatuses, { metadata: { name: 'other' }, spec: { ...spec, node: 'node2' } });
    const answer = async () => (await node.cluster.get(calicoNodeStatuses, 'q'))?.status;
    const first = await eventually('answer', answer);
    assert.equal(first.agent?.birdV4?.state, 'Ready');
    assert.equal(first.bgp?.numberEstablishedV4, 2);
    assert.partialDeepStrictEqual(first.bgp?.peersV4?.[0], {
      peerIP: '192.0.2.1',
      type: 'GlobalPeer',
      state: 'Established',
      asNumber: 64_513,
      prefixesReceived: 1,
    });
    assert.equal(first.routes, undefined);
    await node.cluster.patch(calicoNodeStatuses, 'q', undefined, 'merge', {
      spec: { classes: ['Routes'], updatePeriodSeconds: 1 },
    });
    const second = await eventually('other classes', async () => {
      const found = await answer();
      return found?.routes === undefined ? undefined : found;
    });
    assert.equal(second.bgp, undefined);
    const learned = second.routes?.routesV4?.find(({ destination }) => destination === '203.0.113.0/24');
    assert.deepEqual(learned, {
      type: 'FIB',
      destination: '203.0.113.0/24',
      gateway: '192.0.2.1',
      interface: 'eth0',
      learnedFrom: { sourceType: 'BGPPeer', peerIP: '192.0.2.1' },
    });
    await eventually('renewed', async () => (await answer())?.lastUpdated !== second.lastUpdated);
    assert.equal((await node.cluster.get(calicoNodeStatuses, 'other'))?.status, undefined);
    await node.cluster.delete(calicoNodeStatuses, 'q');
  });

  test('BIRD killed and started again -> sessions back without a change of the configuration, told by event', async () => {
    const before = readFileSync(node.files.configuration, 'utf8');
    await node.killBird();
    await eventually('reason', () => node.reasons.includes('BIRD is not running'));
    node.startBird();
    await node.established('Global_192_0_2_1');
    await eventually('ready', () => node.agent?.readiness.ready, 15_000);
    assert.equal(readFileSync(node.files.configuration, 'utf8'), before);
    assert.ok((await node.notes('BGPSessionLost')).length > 0);
  });
}
